//! Bad input ends in one clear sentence and the right exit code, or in a correct result: never in a panic, a hang, a
//! wrong count or a pass. Cells hold canaries, which must turn up nowhere outside the input.

mod compressed;
mod fixtures;
mod lengths;
mod places;
mod several;
mod text;
mod words;

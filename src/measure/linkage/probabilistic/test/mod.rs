//! Published vectors, the obvious way beside the fast one, and two files of invented people.

mod attacks;
mod febrl;
mod learning;
mod levels;
mod pairs;
mod tables;

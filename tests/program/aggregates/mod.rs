//! Tables of totals through the binary: planned from the extract, finished, and beside other releases.

mod differencing;
mod earlier;
mod finished;
mod formats;
mod planned;
mod purchase_cards;
mod releasing;

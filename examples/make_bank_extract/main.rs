//! Makes the bank samples of this repository: an extract as it might be asked for, its coarsened twin, and the table of
//! customers that the twin is released from.
//!
//! ```text
//! cargo run --release --example make_bank_extract -- [FOLDER]
//! ```
//! Writes `bank_extract/`, `bank_coarsened/` and `bank_customers/` into FOLDER (`sample_data` when none is named): the data, the consent
//! register, hierarchies and what the recipient holds already, not the `reidrisk.toml` beside them. Everything is invented:
//! no bank, person, merchant or account is real, and no figure is taken from data. The same program writes the same bytes
//! anywhere; a test compares them with the files of the repository.
//!
//! What the model has in it, because it is what makes people stand out in real extracts:
//! - customers live in 24 districts of four regions, unequal in size; a district is a code whose first letter is its
//!   region; birth years are spread like those of grown-ups;
//! - each customer has one to three accounts with a card, and many have a salary;
//! - merchants are as unequal as merchants are (the weight of rank r is 1/r); most belong to a district, some sell
//!   everywhere; two payments in three are made in the customer's own district, and half of those at one of three
//!   merchants that the customer goes to out of habit;
//! - Fridays and Saturdays are busier; amounts depend on what is sold;
//! - nine in ten customers are members of the platform that is to receive the extract, and so are 420 others. The
//!   platform knows birth year, district (old for some, missing for few) and the last order: its day, up to two days
//!   before it is booked, and the shop, some of which it spells in its own way.
//!
//! Only whole numbers are drawn and added, so that no rounding of a machine shows.

#![expect(clippy::print_stderr, reason = "a small program tells what it did")]

mod bank;
mod chance;
mod platform;
mod tables;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bank::{Customer, Entry, Market, Merchant, history};
use chance::{Chance, shuffled};
use platform::{held, held_in_bands, members};
use tables::{bands, born, coarsened, consent, each_customer, extract, several};

const SEED: u64 = 20_260_701;
const CUSTOMERS: usize = 700;
const MERCHANTS: usize = 260;

fn main() -> ExitCode {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("sample_data"), PathBuf::from);
    for (name, text) in files() {
        let path = folder.join(name);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| write(&path, &text));
        if let Err(error) = written {
            eprintln!("{} cannot be written: {}", path.display(), error.kind());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)?;
    eprintln!("{}: {} bytes", path.display(), text.len());
    Ok(())
}

/// Every file, by its place below the folder of samples.
pub(crate) fn files() -> Vec<(&'static str, String)> {
    let mut chance = Chance(SEED);
    let merchants: Vec<Merchant> = (0..MERCHANTS).map(|rank| Merchant::draw(rank, &mut chance)).collect();
    let market = Market::new(&merchants);
    let customers: Vec<Customer> = (0..CUSTOMERS).map(|number| Customer::draw(number, &mut chance)).collect();
    let entries: Vec<Vec<Entry>> = customers.iter().map(|customer| history(customer, &market, &mut chance)).collect();
    let extract = extract(&customers, &entries, &merchants, &mut chance);
    let consent = consent(&customers, &mut chance);
    let order = shuffled(customers.len(), &mut chance);
    let members = members(&customers, &entries, &market, &mut chance);
    vec![
        ("bank_extract/bank_extract.csv", extract),
        ("bank_extract/consent.csv", consent),
        ("bank_extract/members.csv", held(&members, &customers, &merchants)),
        ("bank_coarsened/bank_coarsened.csv", coarsened(&customers, &entries, &order)),
        ("bank_coarsened/members.csv", held_in_bands(&members, &order)),
        ("bank_customers/customers.csv", each_customer(&customers, &entries)),
        ("bank_customers/born.csv", bands((1936..2009).map(|year| (year, born(year))))),
        ("bank_customers/cards.csv", bands((1..4).map(|cards| (cards, several(cards))))),
    ]
}

//! Writes two made-up releases of card transactions of the same people, with fresh pseudonyms, to measure linkage with.
//!
//! ```text
//! cargo run --release --example make_releases -- EARLY LATE [--subjects N] [--merchants N] [--seed N]
//! ```
//! Two CSV files with the columns `account`, `who`, `day`, `merchant`, `amount`; `who` tells who is who and is to be used
//! for scoring only. 45 days each, one after the other. The same options give the same bytes.
//!
//! The model is simple on purpose and stands for nobody's customers: the number of records of a person is log-normal
//! (median 12, sigma 0.85, at least one) in each release; half of the records are at one of five merchants of the person,
//! the others anywhere, both by Zipf's law with exponent 1; amounts are log-normal around a price level of the merchant,
//! in cents; days are uniform.

#![expect(clippy::print_stderr, reason = "a generator says what it wrote")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Merchants to which a person keeps.
const FAVOURITES: usize = 5;

/// Days of a release.
const DAYS: usize = 45;

struct Options {
    files: [String; 2],
    subjects: u64,
    merchants: u64,
    seed: u64,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("usage: make_releases EARLY LATE [--subjects N] [--merchants N] [--seed N]");
        return ExitCode::from(2);
    };
    match write(&options) {
        Ok(records) => eprintln!("{records} records of {} subjects", options.subjects),
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(3);
        }
    }
    ExitCode::SUCCESS
}

fn options() -> Option<Options> {
    let mut arguments = std::env::args().skip(1);
    let mut file = || arguments.next().filter(|file| !file.starts_with('-'));
    let files = [file()?, file()?];
    let mut options = Options { files, subjects: 100_000, merchants: 10_000, seed: 1 };
    while let Some(flag) = arguments.next() {
        let value: u64 = arguments.next()?.parse().ok()?;
        match flag.as_str() {
            "--subjects" => options.subjects = value,
            "--merchants" => options.merchants = value.max(1),
            "--seed" => options.seed = value,
            _ => return None,
        }
    }
    Some(options)
}

fn write(options: &Options) -> std::io::Result<u64> {
    let mut chance = ChaCha8Rng::seed_from_u64(options.seed);
    let first_day = jiff::civil::date(2026, 1, 1);
    let days: Vec<String> =
        first_day.series(jiff::Span::new().days(1)).take(2 * DAYS).map(|day| day.to_string()).collect();
    let mut total = 0.0;
    let weights: Vec<f64> = (1..=options.merchants)
        .map(|rank| {
            total += 1.0 / as_float(rank);
            total
        })
        .collect();
    let levels: Vec<f64> = weights.iter().map(|_| 2500.0 * (0.8 * normal(&mut chance)).exp()).collect();
    let anywhere = |chance: &mut ChaCha8Rng| {
        let place = chance.random_range(0.0..total);
        weights.partition_point(|&weight| weight <= place).min(weights.len() - 1)
    };
    let mut files = Vec::new();
    for name in &options.files {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(name)?);
        writeln!(file, "account,who,day,merchant,amount")?;
        files.push(file);
    }
    let mut records = 0;
    for person in 0..options.subjects {
        let favourites: Vec<usize> = (0..FAVOURITES).map(|_| anywhere(&mut chance)).collect();
        for (release, file) in files.iter_mut().enumerate() {
            // Neither an order nor a number that both releases have.
            let account = if release == 0 { person } else { options.subjects - 1 - person };
            let letter = ["a", "b"][release];
            let count = whole(12.0 * (0.85 * normal(&mut chance)).exp()).max(1);
            for _ in 0..count {
                let day = &days[release * DAYS + chance.random_range(0..DAYS)];
                let loyal = chance.random_range(0..2) == 0;
                let merchant =
                    if loyal { favourites[chance.random_range(0..FAVOURITES)] } else { anywhere(&mut chance) };
                let cents = whole(levels[merchant] * (0.5 * normal(&mut chance)).exp()).max(1);
                writeln!(
                    file,
                    "{letter}{account:06},p{person:06},{day},m{merchant:05},{}.{:02}",
                    cents / 100,
                    cents % 100
                )?;
            }
            records += count;
        }
    }
    for mut file in files {
        file.flush()?;
    }
    Ok(records)
}

/// A standard normal number (Box & Muller, 1958).
fn normal(chance: &mut ChaCha8Rng) -> f64 {
    let radius: f64 = 1.0 - chance.random::<f64>();
    let angle = chance.random::<f64>() * std::f64::consts::TAU;
    (-2.0 * radius.ln()).sqrt() * angle.cos()
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn as_float(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative")]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

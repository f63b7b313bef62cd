//! Writes a made-up extract of card transactions, as large as those of published studies, to measure speed with.
//!
//! ```text
//! cargo run --release --example make_transactions -- FILE [--subjects N] [--merchants N] [--days N] [--seed N]
//! ```
//! The defaults give 1.1 million subjects with about 40 million records over 90 days at 10,000 merchants: the size of
//! the extract in de Montjoye et al., *Science* 347, 2015. One CSV file with the columns `account`, `day`, `merchant`,
//! `amount`; the records of an account are neighbours. The same options give the same bytes.
//!
//! The model is simple on purpose and stands for nobody's customers:
//! - records of an account: log-normal, median 25, sigma 0.85 (mean 36), at least one;
//! - day: uniform;
//! - merchant: Zipf's law with exponent 1, the same for everybody, so accounts differ by chance alone;
//! - amount: log-normal around a price level of the merchant, in cents.

#![expect(clippy::print_stderr, reason = "a generator says what it wrote")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

struct Options {
    file: String,
    subjects: u64,
    merchants: u64,
    days: u64,
    seed: u64,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("usage: make_transactions FILE [--subjects N] [--merchants N] [--days N] [--seed N]");
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
    let mut options = Options {
        file: arguments.next().filter(|file| !file.starts_with('-'))?,
        subjects: 1_100_000,
        merchants: 10_000,
        days: 90,
        seed: 1,
    };
    while let Some(flag) = arguments.next() {
        let value: u64 = arguments.next()?.parse().ok()?;
        match flag.as_str() {
            "--subjects" => options.subjects = value,
            "--merchants" => options.merchants = value.max(1),
            "--days" => options.days = value.max(1),
            "--seed" => options.seed = value,
            _ => return None,
        }
    }
    Some(options)
}

fn write(options: &Options) -> std::io::Result<u64> {
    let mut chance = ChaCha8Rng::seed_from_u64(options.seed);
    let first_day = jiff::civil::date(2026, 1, 1);
    let days: Vec<String> = first_day
        .series(jiff::Span::new().days(1))
        .take(usize::try_from(options.days).unwrap_or(usize::MAX))
        .map(|day| day.to_string())
        .collect();
    let mut total = 0.0;
    let weights: Vec<f64> = (1..=options.merchants)
        .map(|rank| {
            total += 1.0 / as_float(rank);
            total
        })
        .collect();
    let levels: Vec<f64> = weights.iter().map(|_| 2500.0 * (0.8 * normal(&mut chance)).exp()).collect();
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&options.file)?);
    writeln!(file, "account,day,merchant,amount")?;
    let mut records = 0;
    for account in 0..options.subjects {
        let count = whole(25.0 * (0.85 * normal(&mut chance)).exp()).max(1);
        for _ in 0..count {
            let day = &days[chance.random_range(0..days.len())];
            let place = chance.random_range(0.0..total);
            let merchant = weights.partition_point(|&weight| weight <= place).min(weights.len() - 1);
            let cents = whole(levels[merchant] * (0.5 * normal(&mut chance)).exp()).max(1);
            writeln!(file, "a{account:07},{day},m{merchant:05},{}.{:02}", cents / 100, cents % 100)?;
        }
        records += count;
    }
    file.flush()?;
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

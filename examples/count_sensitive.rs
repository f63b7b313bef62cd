//! Times the measure `attribute` beside the counting it stands on, in memory, in turn, in one process.
//!
//! ```text
//! cargo run --release --example count_sensitive -- [--records N] [--of-subject N] [--fine] [--threads N] [--repeat N]
//! ```
//! Makes a table of three quasi-identifiers (50, 12 and 7 values; with `--fine` 100, 400 and 30) and five sensitive columns of
//! 2, 5, 10, 20 and 50 values. A subject has `--of-subject` records; its quasi-identifiers are the same in all of them, its
//! sensitive values are drawn anew in each. Prints one JSON object of medians in seconds: of the class sizes of the three
//! columns, of every count of that set, of the class sizes of the five sets with one sensitive column more (how often each
//! value stands in each class, which is the least that any model must know), and of the whole measure for each way to take
//! one value of a subject. The three widest sensitive columns are numbers and the second widest has a taxonomy, so that every
//! ground distance of t-closeness is measured.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a benchmark prints figures"
)]

#[allow(dead_code, reason = "each benchmark uses a part of it")]
mod support;

use std::process::ExitCode;
use std::time::Instant;

use reidrisk::measure::attribute::{SecretValues, Settings, measure};
use reidrisk::result::{MissingMode, SensitiveValue};
use reidrisk::stop::{Stop, Watch};
use reidrisk::table::{Attributes, Codes, Column, ColumnSet, SubjectCodes, Table, class_sizes, count_sets};
use support::Draws;

const SECRETS: [u32; 5] = [2, 5, 10, 20, 50];

struct Options {
    records: usize,
    of_subject: usize,
    fine: bool,
    threads: usize,
    repeat: usize,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!(
            "usage: count_sensitive [--records N] [--of-subject N] [--fine] [--threads N] [--repeat N], numbers from 1"
        );
        return ExitCode::from(2);
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    let timed = pool.map_err(|error| error.to_string()).and_then(|pool| pool.install(|| time_all(&options)));
    match timed {
        Ok(figures) => println!("{figures}"),
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::from(3);
        }
    }
    ExitCode::SUCCESS
}

fn options() -> Option<Options> {
    let mut arguments = std::env::args().skip(1);
    let mut options = Options { records: 10_000_000, of_subject: 1, fine: false, threads: 2, repeat: 3 };
    while let Some(flag) = arguments.next() {
        if flag == "--fine" {
            options.fine = true;
            continue;
        }
        let value = arguments.next()?.parse().ok().filter(|&value| value > 0)?;
        match flag.as_str() {
            "--records" => options.records = value,
            "--of-subject" => options.of_subject = value,
            "--threads" => options.threads = value,
            "--repeat" => options.repeat = value,
            _ => return None,
        }
    }
    Some(options)
}

fn time_all(options: &Options) -> Result<serde_json::Value, String> {
    let cardinalities = if options.fine { [100, 400, 30] } else { [50, 12, 7] };
    let mut draws = Draws(20_261_129);
    let (mut quasi, mut secrets) = (Vec::new(), Vec::new());
    for (place, bound) in cardinalities.into_iter().enumerate() {
        let of_subjects: Vec<u32> =
            (0..options.records.div_ceil(options.of_subject)).map(|_| draws.below(bound)).collect();
        let codes = (0..options.records).map(|record| of_subjects[record / options.of_subject]);
        quasi.push(column(format!("q{place}"), bound, codes));
    }
    for (place, bound) in SECRETS.into_iter().enumerate() {
        secrets.push(column(format!("s{place}"), bound, (0..options.records).map(|_| draws.below(bound))));
    }
    let table = |columns: Vec<Column>, sensitive: Vec<Column>| {
        let attributes = Attributes { sensitive, ..Attributes::default() };
        let subjects = subjects(options)?;
        Table::with_attributes(columns, attributes, subjects, options.records).map_err(|error| error.to_string())
    };
    let together = table(quasi.iter().chain(&secrets).cloned().collect(), Vec::new())?;
    let table = table(quasi, secrets)?;
    time_tables(options, &table, &together)
}

fn column(name: String, cardinality: u32, codes: impl Iterator<Item = u32>) -> Column {
    Column::new(name, Codes::from_codes(cardinality as usize, codes), cardinality, None)
}

fn subjects(options: &Options) -> Result<Option<SubjectCodes>, String> {
    if options.of_subject == 1 {
        return Ok(None);
    }
    let number = options.records.div_ceil(options.of_subject);
    let cardinality = u32::try_from(number).map_err(|error| error.to_string())?;
    let codes = (0..cardinality).flat_map(|subject| std::iter::repeat_n(subject, options.of_subject));
    Ok(Some(SubjectCodes { codes: Codes::from_codes(number, codes.take(options.records)), cardinality, missing: None }))
}

fn time_tables(options: &Options, table: &Table, together: &Table) -> Result<serde_json::Value, String> {
    let stop = Stop::default();
    let watch = || Watch::quiet(&stop);
    let set = [ColumnSet::new(0..3)];
    let with_secrets: Vec<ColumnSet> = (3..8).map(|secret| ColumnSet::new((0..3).chain([secret]))).collect();
    let choices = [SensitiveValue::Last, SensitiveValue::Any, SensitiveValue::Mode];
    let choices = choices.map(|value| SECRETS.map(|cardinality| values(value, cardinality)));
    let mut seconds: [Vec<f64>; 6] = Default::default();
    for _ in 0..options.repeat {
        time(&mut seconds[0], || class_sizes(table, &set, watch()).map(drop))?;
        time(&mut seconds[1], || count_sets(table, &set, watch()).map(drop))?;
        time(&mut seconds[2], || class_sizes(together, &with_secrets, watch()).map(drop))?;
        for (secrets, seconds) in choices.iter().zip(&mut seconds[3..]) {
            let settings = Settings { k: 5, missing: MissingMode::OwnCategory, secrets };
            time(seconds, || measure(table, settings, watch()).map(drop))?;
        }
    }
    let [sizes, every_field, with_values, last, any, mode] = seconds.map(median);
    Ok(serde_json::json!({
        "records": options.records,
        "of_subject": options.of_subject,
        "class_sizes": sizes,
        "every_field": every_field,
        "class_sizes_with_each_sensitive_column": with_values,
        "attribute_last": last,
        "attribute_any": any,
        "attribute_mode": mode,
    }))
}

/// What is known of the values of a column: those of the three widest are numbers, those of the second widest have a taxonomy
/// of two levels as well.
fn values(value: SensitiveValue, cardinality: u32) -> SecretValues {
    let numbers = || (0..i64::from(cardinality)).map(|code| Some(code * code)).collect();
    let groups = |size: u32| (0..cardinality).map(|code| code / size).collect();
    SecretValues {
        value,
        keys: (0..u64::from(cardinality)).collect(),
        numbers: (cardinality >= SECRETS[2]).then(numbers),
        taxonomy: (cardinality == SECRETS[3]).then(|| vec![groups(5), groups(10)]),
        ..SecretValues::default()
    }
}

fn time<E: std::fmt::Debug>(seconds: &mut Vec<f64>, work: impl FnOnce() -> Result<(), E>) -> Result<(), String> {
    let start = Instant::now();
    work().map_err(|error| format!("{error:?}"))?;
    seconds.push(start.elapsed().as_secs_f64());
    Ok(())
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_unstable_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

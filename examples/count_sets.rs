//! Times the counting heart on one file, for the side-by-side benchmark in `benches/peers/`.
//!
//! ```text
//! cargo run --release --example count_sets -- FILE [--threads N] [--max-set N] [--repeat N] [--minimal N]
//! ```
//! The column `subject` names the subject; every other column is counted. Prints one JSON object: seconds for reading
//! and coding, for the class sizes of all sets (distinct subjects per class), for all counts of all sets, and for all
//! counts with each record as its own subject; each is the median of the repetitions. With `--minimal N` also for the
//! minimal sets of up to N columns, of subjects and with each record as its own.

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

use reidrisk::input::{self, CodedColumn};
use reidrisk::plan::InputOptions;
use reidrisk::stop::{NoProgress, Stop, Watch};
use reidrisk::table::{Column, ColumnSet, SubjectCodes, Table, class_sizes, count_sets, lattice, minimal_sets};

struct Options {
    file: String,
    threads: usize,
    max_set: usize,
    repeat: usize,
    /// Largest minimal sets to look for; none for 0.
    minimal: usize,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("usage: count_sets FILE [--threads N] [--max-set N] [--repeat N] [--minimal N]");
        return ExitCode::from(2);
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads).build();
    let timed = pool.map_err(|error| error.to_string()).and_then(|pool| pool.install(|| time_counting(&options)));
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
    let file = arguments.next().filter(|file| !file.starts_with('-'))?;
    let mut options = Options { file, threads: 0, max_set: 3, repeat: 3, minimal: 0 };
    while let Some(flag) = arguments.next() {
        let value = arguments.next()?.parse().ok()?;
        match flag.as_str() {
            "--threads" => options.threads = value,
            "--max-set" => options.max_set = value,
            "--repeat" => options.repeat = value,
            "--minimal" => options.minimal = value,
            _ => return None,
        }
    }
    Some(options)
}

fn time_counting(options: &Options) -> Result<serde_json::Value, String> {
    let stop = Stop::default();
    let start = Instant::now();
    let source = input::open(std::slice::from_ref(&options.file), &InputOptions::default());
    let source = source.map_err(|error| error.to_string())?;
    let wanted = vec![true; source.columns().len()];
    let extract = input::read(source, &wanted, &NoProgress, &stop, None).map_err(|error| error.to_string())?;
    let read_seconds = start.elapsed().as_secs_f64();

    let records = usize::try_from(extract.records).map_err(|error| error.to_string())?;
    let mut subjects = None;
    let mut columns = Vec::new();
    for column in extract.columns {
        let CodedColumn { codes, dictionary } = column.coded.ok_or("a column was not coded")?;
        let cardinality = u32::try_from(dictionary.len()).map_err(|error| error.to_string())?;
        let missing = dictionary.missing();
        if column.name == "subject" {
            subjects = Some(SubjectCodes { codes, cardinality, missing });
        } else {
            columns.push(Column::new(column.name, codes, cardinality, missing));
        }
    }
    let start = Instant::now();
    let table = Table::new(columns.clone(), subjects, records).map_err(|error| error.to_string())?;
    let sort_seconds = start.elapsed().as_secs_f64();
    let sets = lattice(table.columns().len(), options.max_set);
    let histogram_seconds = median(options.repeat, || drop(class_sizes(&table, &sets, Watch::quiet(&stop))));
    let full_seconds = median(options.repeat, || drop(count_sets(&table, &sets, Watch::quiet(&stop))));
    let of_minimal = |table: &Table| {
        let found = || drop(minimal_sets(table, options.minimal, Watch::quiet(&stop)));
        (options.minimal > 0).then(|| median(options.repeat, found))
    };
    let minimal_seconds = of_minimal(&table);
    drop(table);
    let by_record = Table::new(columns, None, records).map_err(|error| error.to_string())?;
    let record_level_seconds = median(options.repeat, || drop(count_sets(&by_record, &sets, Watch::quiet(&stop))));
    let record_level_minimal_seconds = of_minimal(&by_record);
    Ok(serde_json::json!({
        "records": records,
        "sets": sets.len(),
        "largest_set": sets.iter().map(ColumnSet::len).max(),
        "read_seconds": read_seconds,
        "sort_seconds": sort_seconds,
        "histogram_seconds": histogram_seconds,
        "full_seconds": full_seconds,
        "record_level_seconds": record_level_seconds,
        "minimal_seconds": minimal_seconds,
        "record_level_minimal_seconds": record_level_minimal_seconds,
        "peak_memory_bytes": support::peak_memory_bytes(),
    }))
}

fn median(repeat: usize, mut work: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..repeat.max(1))
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_unstable_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

//! Times the counting of classes on two sides, for the side-by-side benchmark in `benches/peers/`.
//!
//! ```text
//! cargo run --release --example count_links -- EXTRACT REGISTER [--threads N] [--repeat N]
//! ```
//! Both files have the same columns; one named `subject` names the subject of a record, without it each row is one. Counts
//! the classes of every subset of the other columns, and prints one JSON object: seconds for reading, for bringing both
//! sides into one code space, for the counting (median of the repetitions), and for each set the classes that both sides
//! have, the subjects of either side in them, and the classes with one subject on both.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a benchmark prints figures"
)]

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::Instant;

use reidrisk::input::{self, CodedColumn};
use reidrisk::plan::InputOptions;
use reidrisk::stop::{NoProgress, Stop};
use reidrisk::table::{Column, Dictionary, LinkedCounts, SubjectCodes, Table, lattice, linked_counts};

struct Options {
    files: [String; 2],
    threads: usize,
    repeat: usize,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("usage: count_links EXTRACT REGISTER [--threads N] [--repeat N]");
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
    let mut file = || arguments.next().filter(|file| !file.starts_with('-'));
    let files = [file()?, file()?];
    let mut options = Options { files, threads: 0, repeat: 3 };
    while let Some(flag) = arguments.next() {
        let value = arguments.next()?.parse().ok()?;
        match flag.as_str() {
            "--threads" => options.threads = value,
            "--repeat" => options.repeat = value,
            _ => return None,
        }
    }
    Some(options)
}

/// Columns by name, with their values, and the number of records.
type Side = (Vec<(String, CodedColumn)>, usize);

fn read(file: &String) -> Result<Side, String> {
    let source =
        input::open(std::slice::from_ref(file), &InputOptions::default()).map_err(|error| error.to_string())?;
    let wanted = vec![true; source.columns().len()];
    let extract =
        input::read(source, &wanted, &NoProgress, &Stop::default(), None).map_err(|error| error.to_string())?;
    let records = usize::try_from(extract.records).map_err(|error| error.to_string())?;
    let columns = extract.columns.into_iter().map(|column| Ok((column.name, column.coded.ok_or("not coded")?)));
    Ok((columns.collect::<Result<_, String>>()?, records))
}

/// The codes of a dictionary as numbers that both sides share.
fn joint(dictionary: &Dictionary, numbers: &mut HashMap<Option<String>, u32>) -> Vec<u32> {
    let value = |value: Option<reidrisk::secret::Secret<&str>>| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(value.map(|value| value.expose().to_owned())).or_insert(next)
    };
    dictionary.values().map(value).collect()
}

fn tables([(ours, our_records), (theirs, their_records)]: [Side; 2]) -> Result<[Table; 2], String> {
    let mut numbers: HashMap<String, HashMap<Option<String>, u32>> = HashMap::new();
    let mut joined = [ours, theirs].map(|columns| {
        let column = |(name, coded): (String, CodedColumn)| {
            let map = if name == "subject" {
                Vec::new()
            } else {
                joint(&coded.dictionary, numbers.entry(name.clone()).or_default())
            };
            (name, coded, map)
        };
        columns.into_iter().map(column).collect::<Vec<_>>()
    });
    let mut table = |side: usize, records: usize| {
        let (mut columns, mut subjects) = (Vec::new(), None);
        for (name, CodedColumn { codes, dictionary }, map) in std::mem::take(&mut joined[side]) {
            if name == "subject" {
                let cardinality = u32::try_from(dictionary.len()).map_err(|error| error.to_string())?;
                subjects = Some(SubjectCodes { codes, cardinality, missing: dictionary.missing() });
            } else {
                let numbers = &numbers[&name];
                let cardinality = u32::try_from(numbers.len()).map_err(|error| error.to_string())?;
                let codes = codes.remapped(&map, numbers.len());
                columns.push(Column::new(name, codes, cardinality, numbers.get(&None).copied()));
            }
        }
        columns.sort_by(|one, other| one.name.cmp(&other.name));
        Table::new(columns, subjects, records).map_err(|error| error.to_string())
    };
    Ok([table(0, our_records)?, table(1, their_records)?])
}

fn time_counting(options: &Options) -> Result<serde_json::Value, String> {
    let start = Instant::now();
    let sides = [read(&options.files[0])?, read(&options.files[1])?];
    let read_seconds = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let [ours, theirs] = tables(sides)?;
    let join_seconds = start.elapsed().as_secs_f64();
    let sets = lattice(ours.columns().len(), ours.columns().len());
    let mut counts = Vec::new();
    let mut seconds = Vec::new();
    for _ in 0..options.repeat.max(1) {
        let start = Instant::now();
        counts = linked_counts(&ours, &theirs, &sets, &Stop::default()).map_err(|_| "stopped")?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_unstable_by(f64::total_cmp);
    let sets = sets.iter().zip(&counts).map(|(set, counts)| {
        let names: Vec<&str> = set.columns().iter().map(|&column| ours.columns()[column].name.as_str()).collect();
        (names.join(","), summary(counts))
    });
    Ok(serde_json::json!({
        "read_seconds": read_seconds,
        "join_seconds": join_seconds,
        "count_seconds": seconds[seconds.len() / 2],
        "sets": sets.collect::<serde_json::Map<_, _>>(),
    }))
}

/// Classes on both sides, subjects of ours and of theirs in them, classes with one of each.
fn summary(counts: &LinkedCounts) -> serde_json::Value {
    let sum = |part: fn(u32, u32) -> u64| -> u64 {
        counts.classes.iter().map(|class| class.classes * part(class.ours, class.theirs)).sum()
    };
    let (ours, theirs) = (sum(|ours, _| ours.into()), sum(|_, theirs| theirs.into()));
    serde_json::json!([sum(|_, _| 1), ours, theirs, sum(|ours, theirs| u64::from(ours == 1 && theirs == 1))])
}

//! Linkage from files: what is joined and how it is said on the command line and in the configuration, who is who,
//! strangers as a control, the same bytes however both sides are stored, and words where nothing can be joined.

mod bad_input;
mod identifiers;
mod original;
mod release;
mod same_bytes;
mod sources;
mod ways;

use serde_json::Value;

use crate::support::{Bench, Ended};

/// Four customers, one of them with two purchases.
const EXTRACT: &str = "customer,birth,city,amount\n\
                       c1,1980,Ghent,5\nc1,1980,Ghent,7\nc2,1981,Ghent,9\nc3,1982,Bruges,11\nc4,1983,Ghent,11\n";

/// Whom the recipient knows: the first customer, two people of whom one may be the second, and a stranger.
const MEMBERS: &str = "member,birth,town\nc1,1980,Ghent\nm2,1981,Ghent\nc2,1981,Ghent\nm4,1999,Bruges\n";

/// An extract and a source under `extract.csv` and `members.csv`.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("extract.csv", EXTRACT);
    bench.write("members.csv", MEMBERS);
    bench
}

/// `reidrisk scan extract.csv` with `arguments`; names that end like a file are those of input files.
fn scan(bench: &Bench, arguments: &[&str]) -> Ended {
    let place = |argument: &&str| match *argument {
        file if [".csv", ".toml", ".parquet", ".ndjson"].iter().any(|ending| file.ends_with(ending)) => {
            bench.input(file).to_str().expect("a path is text").to_owned()
        }
        other => other.to_owned(),
    };
    bench.scan(["extract.csv"].iter().chain(arguments).map(place))
}

/// The result of a scan that was measured.
fn result(bench: &Bench, arguments: &[&str]) -> Value {
    let ended = scan(bench, arguments);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    bench.assert_discreet(&ended);
    bench.result()
}

/// The attacks that a scan found.
fn attacks(bench: &Bench, arguments: &[&str]) -> Vec<Value> {
    let result = result(bench, arguments);
    let linkage = &result["measures"]["linkage"];
    assert_eq!(linkage["status"], "measured", "{linkage}");
    linkage["value"]["attacks"].as_array().expect("attacks").clone()
}

/// The only attack that a scan found.
fn attack(bench: &Bench, arguments: &[&str]) -> Value {
    let mut found = attacks(bench, arguments);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// Unique, ambiguous and unmatched subjects.
fn statuses(attack: &Value) -> [Option<u64>; 3] {
    ["unique", "ambiguous", "no_match"].map(|field| attack[field].as_u64())
}

/// The notes of an attack as one text.
fn notes(attack: &Value) -> String {
    let notes = attack["notes"].as_array().map(Vec::as_slice).unwrap_or_default();
    notes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
}

//! What leaves in each format: the same records, and no byte of what stays.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::{CONFIG, PLAIN, bench_with, everything, extract, key, run, text};
use crate::support::{Bench, CANARY, contains};

const FORMATS: [&str; 3] = ["csv", "parquet", "arrow"];

fn released(bench: &Bench, format: &str) -> PathBuf {
    let to = format!("to-{format}");
    bench.input(&to).join(format!("{to}.{format}"))
}

/// The extract released in every format with one key.
fn in_every_format(config: &str) -> Bench {
    let bench = bench_with(config);
    bench.write("release.key", key(7));
    for format in FORMATS {
        let to = format!("to-{format}");
        let flags = ["cards.csv", "--to", &to, "--key", "release.key", "--format", format];
        let ended = run(&bench, "release", &flags);
        assert_eq!(ended.code, Some(0), "{format}\n{ended}");
        assert!(released(&bench, format).is_file());
    }
    bench
}

#[test]
fn every_format_passes_with_the_same_figures_and_a_fresh_scan_finds_them() {
    let bench = in_every_format(CONFIG);
    let mut figures = BTreeSet::new();
    for format in FORMATS {
        let certificate = text(&bench.input(&format!("to-{format}/release.json")));
        let certificate: Value = serde_json::from_str(&certificate).expect("JSON");
        figures.insert(certificate["figures"].to_string());
        let (file, json) = (released(&bench, format), bench.input(&format!("to-{format}/release.json")));
        let paths = [file.to_str().expect("text"), "--certificate", json.to_str().expect("text")];
        assert_eq!(run(&bench, "verify", &paths).code, Some(0), "{format}");
        let fresh = Bench::new();
        fresh.write("plain.toml", PLAIN);
        let config = fresh.input("plain.toml");
        let ended = fresh.scan([file.to_str().expect("text"), "--config", config.to_str().expect("text")]);
        assert_eq!(ended.code, Some(0), "{format}\n{ended}");
        assert_eq!(fresh.result()["figures"], certificate["figures"], "{format}");
    }
    assert_eq!(figures.len(), 1, "one extract, one set of figures");
}

/// Compressed pages hide what they hold, so a Parquet file is also written out as it is read.
#[test]
fn no_byte_of_what_stays_is_in_any_format() {
    // Three people whom the budget lets go, with a town that nobody else has.
    let config = CONFIG.replace("bins:30,40,50", "bins:30,40,50,90") + "[release]\nsuppress = \"3%\"\n";
    let bench = Bench::new();
    let few = |few| format!("{CANARY}-f{few},{CANARY}-c{few},9{few},Nowhere{few},{CANARY},7\n");
    let more = [0, 1, 2].map(few).concat();
    bench.write("reidrisk.toml", config);
    bench.write("cards.csv", extract() + &more);
    for format in FORMATS {
        let to = format!("to-{format}");
        let ended = run(&bench, "release", &["cards.csv", "--to", &to, "--format", format]);
        assert_eq!(ended.code, Some(0), "{format}\n{ended}");
        for path in everything(&bench.input(&to)) {
            let bytes = fs::read(&path).expect("a released file");
            for needle in [CANARY, "Nowhere", ">=90,", "said "] {
                assert!(!contains(&bytes, needle.as_bytes()), "{needle} in {}", path.display());
            }
        }
    }
}

#[test]
fn text_leaves_with_the_delimiter_that_it_came_with() {
    for (delimiter, flags) in [(";", &[][..]), ("\t", &[][..]), ("|", &["--delimiter", "|"][..])] {
        let bench = bench_with(CONFIG);
        bench.write("cards.csv", extract().replace(',', delimiter));
        let ended = run(&bench, "release", &[&["cards.csv", "--to", "leaving"], flags].concat());
        assert_eq!(ended.code, Some(0), "{ended}");
        let heading = ["customer", "age", "town", "total"].join(delimiter);
        assert!(text(&bench.input("leaving/leaving.csv")).starts_with(&(heading + "\n")));
    }
}

/// A Parquet extract gives the same records as the same extract as text.
#[test]
fn what_was_released_can_be_released_again() {
    let bench = in_every_format(CONFIG);
    bench.write("again.toml", PLAIN);
    let mut bytes = BTreeSet::new();
    for format in FORMATS {
        let (file, to) = (released(&bench, format), format!("again-{format}"));
        let flags = [file.to_str().expect("text"), "--to", &to, "--key", "release.key", "--config", "again.toml"];
        let ended = run(&bench, "release", &flags);
        assert_eq!(ended.code, Some(0), "{format}\n{ended}");
        bytes.insert(text(&bench.input(&to).join(format!("{to}.csv"))));
    }
    assert_eq!(bytes.len(), 1);
}

/// Where a record stood in the extract says nothing of where it stands now: over many keys the rank correlation of the
/// two is that of chance.
#[test]
fn the_order_tells_nothing_of_the_order_of_the_extract() {
    let rows = 200_u32;
    let mut sum = 0.0;
    let keys = 12_u8;
    for first in 0..keys {
        let bench = Bench::new();
        let lines: Vec<String> = (0..rows).map(|row| format!("s{row:04},{row},x\n")).collect();
        let lines = lines.concat();
        bench.write("cards.csv", format!("who,place,age\n{lines}"));
        let config = "[subject]\ncolumn = \"who\"\n[columns.place]\nrole = \"sensitive\"\nreason = \"a test\"\n\
                      [columns.age]\nrole = \"quasi-identifier\"\n";
        bench.write("reidrisk.toml", config);
        bench.write("release.key", key(first));
        let flags = ["cards.csv", "--to", "to", "--key", "release.key", "--allow-review", "--approved-by", "x"];
        let ended = run(&bench, "release", &flags);
        assert_eq!(ended.code, Some(0), "{ended}");
        let places: Vec<f64> = text(&bench.input("to/to.csv"))
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(1).expect("a place").parse().expect("a number"))
            .collect();
        assert_eq!(places.len(), rows as usize);
        // Spearman: ranks are 0 to n - 1 on both sides.
        let n = f64::from(rows);
        let squares: f64 = (0..rows).zip(&places).map(|(now, then)| (f64::from(now) - then).powi(2)).sum();
        let rho = 1.0 - 6.0 * squares / (n * (n * n - 1.0));
        // Standard deviation 1 / sqrt(n - 1), about 0.07.
        assert!(rho.abs() < 0.36, "key {first}: {rho}");
        sum += rho;
    }
    assert!((sum / f64::from(keys)).abs() < 0.1, "{sum}");
}

#[test]
fn every_format_has_the_same_bytes_for_any_number_of_threads_and_order() {
    let bench = bench_with(CONFIG);
    bench.write("release.key", key(7));
    let mut lines: Vec<String> = extract().lines().map(str::to_owned).collect();
    for format in ["parquet", "arrow"] {
        let mut found = BTreeSet::new();
        for threads in ["1", "2", "8"] {
            lines[1..].rotate_left(101);
            bench.write("cards.csv", lines.join("\n") + "\n");
            let to = format!("{format}{threads}");
            let flags = ["cards.csv", "--to", &to, "--key", "release.key", "--format", format, "--threads", threads];
            let ended = run(&bench, "release", &flags);
            assert_eq!(ended.code, Some(0), "{ended}");
            found.insert(fs::read(bench.input(&to).join(format!("{to}.{format}"))).expect("the file"));
        }
        assert_eq!(found.len(), 1, "{format}");
    }
}

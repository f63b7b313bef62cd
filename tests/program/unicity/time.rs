//! Where the buckets of time begin, from a configuration.

use serde_json::Value;

use crate::support::Bench;

/// Two people who pay at these moments; the column is coarsened to `rule` under the lines for `[dataset]`.
fn dataset(moments: &[&str], rule: &str, lines: &str) -> Value {
    let bench = Bench::new();
    let records: Vec<String> =
        moments.iter().flat_map(|moment| [format!("a,{moment}"), format!("b,{moment}")]).collect();
    bench.write("events.csv", format!("who,at\n{}\n", records.join("\n")));
    let config = format!(
        "[dataset]\n{lines}[subject]\ncolumn = \"who\"\n[columns.at]\nrole = \"quasi-identifier\"\ncoarsen = \"{rule}\"\n"
    );
    bench.write("reidrisk.toml", config);
    let ended = bench.scan(["input/events.csv"]);
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    bench.result()["dataset"].clone()
}

fn distinct(dataset: &Value) -> u64 {
    dataset["columns"][1]["distinct"].as_u64().expect("a count")
}

#[test]
fn the_zone_of_the_configuration_decides_on_which_day_a_moment_lies() {
    let moments = ["2026-12-31T21:59:00Z", "2026-12-31T22:00:00Z", "2027-01-01T21:59:59Z"];
    let utc = dataset(&moments, "day", "");
    assert_eq!(distinct(&utc), 2, "two on the last day of the year, one on the first");
    assert!(utc["time_zone"].is_null());
    let prague = dataset(&moments, "day", "time_zone = \"+02:00\"\n");
    assert_eq!(distinct(&prague), 2, "one on the last day of the year, two on the first");
    assert_eq!(prague["time_zone"], "+02:00");
    assert_eq!(distinct(&dataset(&moments[..2], "year", "")), 1);
    assert_eq!(distinct(&dataset(&moments[..2], "year", "time_zone = \"+02:00\"\n")), 2);
    assert_eq!(distinct(&dataset(&moments[1..], "year", "time_zone = \"+02:00\"\n")), 1);
}

#[test]
fn a_day_may_begin_in_the_small_hours() {
    let night = ["2026-11-21 23:30:00", "2026-11-22 03:59:59", "2026-11-22 04:00:00"];
    assert_eq!(distinct(&dataset(&night[..2], "day", "")), 2);
    let moved = dataset(&night[..2], "day", "day_start = \"04:00\"\n");
    assert_eq!((distinct(&moved), moved["day_start"].as_str()), (1, Some("04:00")));
    assert_eq!(distinct(&dataset(&night, "day", "day_start = \"04:00\"\n")), 2);
    // A zone says nothing about moments without one.
    assert_eq!(distinct(&dataset(&night[..2], "day", "time_zone = \"+06:00\"\n")), 2);
}

#[test]
fn a_zone_that_cannot_be_read_is_a_mistake_in_the_configuration() {
    for line in ["time_zone = \"Europe/Nowhere\"", "time_zone = \"+15:00\"", "day_start = \"04:30\""] {
        let bench = Bench::new();
        bench.write("events.csv", "who,at\na,2026-11-21T08:00:00Z\nb,2026-11-21T08:00:00Z\n");
        bench.write("reidrisk.toml", format!("[dataset]\n{line}\n"));
        let ended = bench.scan(["input/events.csv"]);
        bench.assert_refused(&ended, 2, &[line.split(' ').next().expect("a key"), "reidrisk.toml:2"]);
    }
}

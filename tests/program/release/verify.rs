//! `verify` knows the released bytes again, and says what the verdict rests on.

use std::fs;

use super::{CONFIG, bench_with, run, text};

#[test]
fn verify_accepts_the_released_bytes_and_no_others() {
    let bench = bench_with(CONFIG);
    for to in ["one", "other"] {
        assert_eq!(run(&bench, "release", &["cards.csv", "--to", to]).code, Some(0));
    }
    let verify = |file: &str, certificate: &str, more: &[&str]| {
        run(&bench, "verify", &[&[file, "--certificate", certificate], more].concat())
    };
    assert_eq!(verify("one/one.csv", "one/release.json", &[]).code, Some(0));
    assert_eq!(verify("one/one.csv", "other/release.json", &[]).code, Some(1), "another certificate");
    assert_eq!(verify("one/one.csv", "one/release.json", &["other/other.csv"]).code, Some(1), "a file too many");
    let ended = verify("one/one.csv", "one/release.json", &["--as-of", "2999-07-01"]);
    assert!(ended.code == Some(1) && ended.stdout.contains("agreement ended"), "{ended}");
    let whole = text(&bench.input("one/one.csv"));
    bench.write("byte.csv", whole.replacen("town1", "town2", 1));
    assert_eq!(verify("byte.csv", "one/release.json", &[]).code, Some(1), "one changed byte");
    let swapped: Vec<String> = whole
        .lines()
        .map(|line| {
            let (rest, last) = line.rsplit_once(',').expect("several columns");
            format!("{last},{rest}")
        })
        .collect();
    bench.write("swapped.csv", swapped.join("\n"));
    assert_eq!(verify("swapped.csv", "one/release.json", &[]).code, Some(1), "a swapped column");
    assert_eq!(verify("missing.csv", "one/release.json", &[]).code, Some(3));
    bench.write("broken.json", "{\"certificate_version\": \"1.0.0\"");
    assert_eq!(verify("one/one.csv", "broken.json", &[]).code, Some(3));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the program reads the same clock")]
fn verify_says_the_waiver_of_a_pass_and_objects_once_it_has_ended() {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let ends = today.saturating_add(jiff::Span::new().days(60));
    // No class of the file is as large as that.
    let bench = bench_with(&format!("{CONFIG}[policy]\nk = 50\n"));
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "without"]).code, Some(1));
    let waiver =
        "[[waiver]]\nfinding = \"small-class\"\nreason = \"enclave\"\napproved_by = \"B. Officer\"\nexpires = ";
    bench.write("reidrisk-waivers.toml", format!("{waiver}{ends}\n"));
    let ended = run(&bench, "release", &["cards.csv", "--to", "to"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    let verify =
        |more: &[&str]| run(&bench, "verify", &[&["to/to.csv", "--certificate", "to/release.json"], more].concat());
    let told = format!("PASS with 1 waiver until {ends}");
    for more in [&[][..], &["-q"][..], &["--as-of", &ends.to_string()][..]] {
        let ended = verify(more);
        assert!(ended.code == Some(0) && ended.stdout.contains(&told), "{more:?}\n{ended}");
    }
    let after = ends.saturating_add(jiff::Span::new().days(1)).to_string();
    let ended = verify(&["--as-of", &after]);
    let objection = format!("the waiver of `small-class` ended on {ends}");
    assert!(ended.code == Some(1) && ended.stdout.contains(&objection), "{ended}");
}

#[test]
fn a_certificate_that_is_too_large_is_called_that_and_not_damaged() {
    let bench = bench_with(CONFIG);
    assert_eq!(run(&bench, "release", &["cards.csv", "--to", "one"]).code, Some(0));
    let large = fs::File::create(bench.input("large.json")).expect("a file");
    large.set_len((64 << 20) + 1).expect("room for nothing");
    let ended = run(&bench, "verify", &["one/one.csv", "--certificate", "large.json"]);
    assert!(ended.code == Some(3) && ended.stderr.contains("larger than 64 MiB"), "{ended}");
}

//! The same records on both sides give the same bytes of `measures`, however they are stored.

use crate::support::{Bench, member, repository_file};

const CONFIG: &str = "[subject]\ncolumn = \"card\"\n[[recipient.holds]]\nname = \"held\"\nfile = \"FILE\"\ntruth = \"card\"\n\
                      on = [\"trans_date\", \"merchant\", \"amount_gbp\", \"spend_category\"]\nattacks = [\"exact\", \
                      \"tolerant\", \"distance\", \"probabilistic\", \"scoreboard\", \"release\", \"intersection\"]\n";

/// The measures of the parity file joined with `source`.
fn measures(bench: &Bench, extract: &std::path::Path, source: &str, threads: &str) -> String {
    let fresh = Bench::new();
    let config = fresh.write("r.toml", CONFIG.replace("FILE", &source.replace('\\', "/")));
    let text = |path: &std::path::Path| path.to_str().expect("a path is text").to_owned();
    let flags = ["--config".to_owned(), text(&config), "--threads".to_owned(), threads.to_owned()];
    let ended = fresh.scan([text(extract)].into_iter().chain(flags));
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    bench.assert_discreet(&ended);
    let result = fresh.result_text();
    let measures = member(&result, "measures");
    let links = measures.matches("\"attack_rate\": 0.").count() + measures.matches("\"attack_rate\": 1").count();
    assert!(links >= 6, "all but the probabilistic attack have a rate here: {measures}");
    measures.to_owned()
}

#[test]
fn threads_order_split_and_format_of_either_side_change_no_byte() {
    let bench = Bench::new();
    let parity = |name: &str| repository_file(&format!("tests/data/parity/{name}"));
    let text = std::fs::read_to_string(parity("cards.csv")).expect("the parity file");
    let (header, records) = text.split_once('\n').expect("a header");
    let lines: Vec<&str> = records.lines().collect();
    let (first, second) = lines.split_at(lines.len() / 2);
    let half = bench.write("half.csv", format!("{header}\n{}\n", first.join("\n")));
    let path = |name: &str| parity(name).to_str().expect("a path is text").to_owned();
    let expected = measures(&bench, &half, &path("cards.csv"), "1");
    assert!(measures(&bench, &half, &path("cards.csv"), "4") == expected, "threads");
    for other in ["cards.ndjson", "cards_decimal.parquet", "cards_double.parquet"] {
        assert!(measures(&bench, &half, &path(other), "2") == expected, "{other}");
    }
    let turned = |lines: &[&str]| {
        let lines: Vec<&str> = lines.iter().rev().copied().collect();
        format!("{header}\n{}\n", lines.join("\n"))
    };
    let backwards = bench.write("backwards.csv", turned(first));
    let source = bench.write("source.csv", turned(&lines));
    assert!(measures(&bench, &backwards, source.to_str().expect("text"), "2") == expected, "order");
    std::fs::create_dir(bench.input("parts")).expect("a folder");
    bench.write("parts/one.csv", turned(second));
    bench.write("parts/two.csv", turned(first));
    let parts = bench.input("parts");
    assert!(measures(&bench, &half, parts.to_str().expect("text"), "2") == expected, "split");
}

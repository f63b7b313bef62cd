//! Shown on real purchases: month × directorate × spend category with margins, of cards and merchants, against a count that is
//! made the slow and obvious way.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::{Bench, repository_file};

/// Pence of an amount such as `-46.2`.
fn pence(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    sign * format!("{whole}{fraction:0<2}").parse::<i64>().expect("an amount")
}

/// A cell: a month, a directorate and a category, or the total of any of these; and what each card and each merchant adds.
type Cells = BTreeMap<[Option<String>; 3], [BTreeMap<String, i64>; 2]>;

fn slowly() -> Cells {
    let file = repository_file("sample_data/purchase_cards.csv");
    let mut reader = csv::Reader::from_path(file).expect("the sample");
    let names = reader.headers().expect("a heading").clone();
    let place = |name: &str| names.iter().position(|other| other == name).expect("a column");
    let [card, day, amount, merchant, category, directorate] =
        ["card", "trans_date", "amount_gbp", "merchant", "spend_category", "directorate"].map(place);
    let mut cells = Cells::new();
    for record in reader.records() {
        let record = record.expect("a record");
        let key = [&record[day][..7], record[directorate].trim(), record[category].trim()];
        for margins in 0..8_u8 {
            let code = |at: usize| (margins >> at & 1 == 0).then(|| key[at].to_owned());
            let sides = cells.entry([code(0), code(1), code(2)]).or_default();
            for (side, who) in [card, merchant].into_iter().enumerate() {
                *sides[side].entry(record[who].trim().to_owned()).or_default() += pence(&record[amount]);
            }
        }
    }
    cells
}

/// Contributions without their sign, the largest first.
fn largest_first(side: &BTreeMap<String, i64>) -> Vec<i128> {
    let mut amounts: Vec<i128> = side.values().map(|&amount| i128::from(amount.abs())).collect();
    amounts.sort_unstable_by(|one, other| other.cmp(one));
    amounts
}

type Rule = (&'static str, fn(&[i128]) -> bool, [bool; 2]);

/// The rules as the methods say them, and for which of the two sides they are.
const RULES: [Rule; 6] = [
    ("frequency:10@card", |amounts| amounts.len() < 10, [true, false]),
    ("frequency:5@merchant", |amounts| amounts.len() < 5, [false, true]),
    ("dominance:1,50", |amounts| 100 * amounts[0] > 50 * amounts.iter().sum::<i128>(), [true; 2]),
    (
        "dominance:2,85",
        |amounts| 100 * amounts.iter().take(2).sum::<i128>() > 85 * amounts.iter().sum::<i128>(),
        [true; 2],
    ),
    ("p:15", |amounts| 100 * amounts.iter().skip(2).sum::<i128>() < 15 * amounts[0], [true; 2]),
    ("pq:10,50", |amounts| 50 * amounts.iter().skip(2).sum::<i128>() < 10 * amounts[0], [true; 2]),
];

#[test]
fn cells_of_purchase_cards_by_rule_equal_a_slow_count_on_both_sides() {
    let bench = Bench::new();
    let rules = RULES.map(|(rule, ..)| format!("\"{rule}\"")).join(", ");
    let toml = format!(
        "[subject]\ncolumn = \"card\"\n[columns.spend_category]\nrole = \"quasi-identifier\"\n\
         [columns.directorate]\nrole = \"quasi-identifier\"\n[[aggregates]]\n\
         name = \"spend\"\nby = [{{ column = \"trans_date\", coarsen = \"month\" }}, \"directorate\", \"spend_category\"]\n\
         value = \"amount_gbp\"\nsides = [\"card\", \"merchant\"]\nnegatives = \"absolute\"\nrules = [{rules}]\n"
    );
    let config = bench.write("reidrisk.toml", &toml);
    let sample = repository_file("sample_data/purchase_cards.csv");
    let arguments = [sample.to_str().expect("a path"), "--config", config.to_str().expect("a path")];
    let ended = bench.scan(arguments);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let result = bench.result();
    let table = &result["measures"]["aggregates"]["value"]["tables"][0];

    let cells = slowly();
    assert_eq!(table["cells"].as_u64(), Some(cells.len() as u64));
    assert_eq!(table["records"].as_u64(), Some(13_287));
    let mut any = BTreeSet::new();
    for (place, (rule, is_unsafe, sides)) in RULES.iter().enumerate() {
        let of_side = |side: usize| -> BTreeSet<&[Option<String>; 3]> {
            let found = cells.iter().filter(|(_, found)| is_unsafe(&largest_first(&found[side])));
            if sides[side] { found.map(|(cell, _)| cell).collect() } else { BTreeSet::new() }
        };
        let by_side = [of_side(0), of_side(1)];
        let either: BTreeSet<_> = by_side[0].union(&by_side[1]).copied().collect();
        let told = &table["rules"][place];
        assert_eq!((told["rule"].as_str(), told["unsafe_cells"].as_u64()), (Some(*rule), Some(either.len() as u64)));
        for found in told["sides"].as_array().expect("sides") {
            let side = usize::try_from(found["side"].as_u64().expect("a side")).expect("small");
            assert_eq!(found["unsafe_cells"].as_u64(), Some(by_side[side].len() as u64), "{rule} of side {side}");
        }
        any.extend(either);
    }
    assert_eq!(table["unsafe_cells"].as_u64(), Some(any.len() as u64));
    let findings = result["findings"].as_array().expect("a list");
    let found = |finding: &&Value| finding["code"] == "unsafe-cell" && finding["severity"] == "high";
    assert_eq!(findings.iter().filter(found).count(), 1);
}

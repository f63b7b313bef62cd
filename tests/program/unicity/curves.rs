//! The curves of the samples against a count by hand over the raw file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;

use super::{at, curve, eligible, repository, share, unicity};
use crate::support::Bench;

const CARDS: &str = "sample_data/purchase_cards.csv";

/// Distinct points of each card, read with nothing of the program; `None` where a field is empty.
fn traces(point: impl Fn(&csv::StringRecord) -> Option<String>) -> Vec<BTreeSet<String>> {
    let mut traces: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for record in csv::Reader::from_path(repository(CARDS)).expect("the sample").records() {
        let record = record.expect("a record");
        let trace = traces.entry(record[0].to_owned()).or_default();
        trace.extend(point(&record));
    }
    traces.into_values().filter(|trace| !trace.is_empty()).collect()
}

/// Some fields of a record as one text.
fn fields<'a>(
    record: &'a csv::StringRecord,
    places: &[usize],
    cut: impl Fn(usize, &'a str) -> String,
) -> Option<String> {
    let texts: Vec<String> = places.iter().map(|&place| cut(place, &record[place])).collect();
    texts.iter().all(|text| !text.is_empty()).then(|| texts.join("\u{1f}"))
}

/// An amount in pence, so that `5` and `5.00` are one.
fn pence(place: usize, text: &str) -> String {
    if place == 2 { format!("{:.2}", text.parse::<f64>().expect("an amount")) } else { text.to_owned() }
}

/// Mean over the subjects of the share of their points that nobody else has.
#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn one_known_point(traces: &[BTreeSet<String>]) -> f64 {
    let has = |point: &String| traces.iter().filter(|trace| trace.contains(point)).count();
    let mut classes: BTreeMap<&String, usize> = BTreeMap::new();
    for point in traces.iter().flatten() {
        classes.entry(point).or_insert_with(|| has(point));
    }
    let alone = |trace: &BTreeSet<String>| trace.iter().filter(|point| classes[point] == 1).count();
    traces.iter().map(|trace| alone(trace) as f64 / trace.len() as f64).sum::<f64>() / traces.len() as f64
}

/// The same for two known points, over the subjects that have two.
#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn two_known_points(traces: &[BTreeSet<String>]) -> f64 {
    let pairs = |trace: &BTreeSet<String>| -> Vec<(String, String)> {
        let points: Vec<&String> = trace.iter().collect();
        let of = |first: usize| points[first + 1..].iter().map(move |&second| (first, second));
        (0..points.len()).flat_map(of).map(|(first, second)| (points[first].clone(), second.clone())).collect()
    };
    let mut classes: BTreeMap<(String, String), u32> = BTreeMap::new();
    for pair in traces.iter().flat_map(pairs) {
        *classes.entry(pair).or_default() += 1;
    }
    let shares = traces.iter().map(pairs).filter(|pairs| !pairs.is_empty()).map(|pairs| {
        let alone = pairs.iter().filter(|pair| classes[pair] == 1).count();
        alone as f64 / pairs.len() as f64
    });
    let shares: Vec<f64> = shares.collect();
    shares.iter().sum::<f64>() / shares.len() as f64
}

fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found} by the program, {expected} by hand");
}

/// Curves of the cards; those of the same arguments are measured once for all tests.
fn cards(arguments: &[&str]) -> Value {
    static MEASURED: Mutex<BTreeMap<String, Arc<OnceLock<Value>>>> = Mutex::new(BTreeMap::new());
    let mut measured = MEASURED.lock().expect("no test fails while it looks here");
    let of_these = Arc::clone(measured.entry(arguments.join(" ")).or_default());
    drop(measured);
    of_these.get_or_init(|| measured_cards(arguments)).clone()
}

fn measured_cards(arguments: &[&str]) -> Value {
    // The configuration of the sample asks for more.
    let known: &[&str] = if arguments.contains(&"--known-points") { &[] } else { &["--known-points", "1..4"] };
    unicity(&Bench::new(), &repository(CARDS), arguments.iter().chain(known).copied())
}

fn assert_is_a_curve(curve: &Value) {
    let results = curve["results"].as_array().expect("results");
    assert_eq!(results.len(), 4);
    for result in results {
        let (share, low, high) = (&result["share"], &result["interval"][0], &result["interval"][1]);
        let [share, low, high] = [share, low, high].map(|figure| figure.as_f64().expect("a figure"));
        assert!(0.0 <= low && low <= share && share <= high && high <= 1.0, "{result}");
        assert!(result["subjects"].as_u64() > Some(0), "{result}");
    }
}

#[test]
fn one_known_day_and_merchant_single_out_as_a_count_by_hand_says() {
    let measured = cards(&["--point", "trans_date+merchant"]);
    let curve = eligible(&measured);
    assert_is_a_curve(curve);
    let by_hand = traces(|record| fields(record, &[1, 3], |_, text| text.to_owned()));
    assert_eq!(at(curve, 1)["subjects"], by_hand.len());
    assert_near(share(curve, 1), one_known_point(&by_hand));
    assert_eq!(at(curve, 1)["method"], "exact");
}

#[test]
fn month_and_merchant_agree_with_a_count_by_hand_for_one_and_two_known_points() {
    let measured = cards(&["--point", "trans_date+merchant", "--coarsen", "trans_date=month"]);
    let curve = eligible(&measured);
    assert_is_a_curve(curve);
    assert_eq!(curve["coarsen"]["trans_date"], "month");
    let month = |place: usize, text: &str| if place == 1 { text[..7].to_owned() } else { text.to_owned() };
    let by_hand = traces(|record| fields(record, &[1, 3], month));
    assert_near(share(curve, 1), one_known_point(&by_hand));
    assert_eq!(at(curve, 2)["method"], "exact");
    assert_near(share(curve, 2), two_known_points(&by_hand));
}

#[test]
fn day_and_amount_agree_with_a_count_by_hand() {
    let measured = cards(&["--point", "trans_date+amount_gbp"]);
    let curve = eligible(&measured);
    assert_is_a_curve(curve);
    assert_near(share(curve, 1), one_known_point(&traces(|record| fields(record, &[1, 2], pence))));
}

#[test]
fn day_and_category_agree_with_a_count_by_hand() {
    let measured = cards(&["--point", "trans_date+spend_category"]);
    let curve = eligible(&measured);
    assert_is_a_curve(curve);
    let by_hand = traces(|record| fields(record, &[1, 4], |_, text| text.to_owned()));
    assert_near(share(curve, 1), one_known_point(&by_hand));
    assert_eq!(at(curve, 2)["method"], "exact");
    assert_near(share(curve, 2), two_known_points(&by_hand));
}

#[test]
fn several_points_in_one_scan_are_those_of_scans_of_their_own() {
    let both = cards(&["--point", "trans_date+merchant", "--point", "trans_date+amount_gbp"]);
    for point in ["trans_date+merchant", "trans_date+amount_gbp"] {
        let alone = cards(&["--point", point]);
        let columns: Vec<&str> = point.split('+').collect();
        let found = curve(&both, |curve| curve["point"] == serde_json::json!(columns) && curve["cohort"] == "eligible");
        assert_eq!(found, eligible(&alone), "{point}");
    }
}

#[test]
fn an_amount_known_within_five_per_cent_singles_out_fewer_than_the_amount_itself() {
    let exact = cards(&["--point", "trans_date+amount_gbp"]);
    let rough = cards(&["--point", "trans_date+amount_gbp", "--within", "amount_gbp=5%"]);
    assert_eq!(eligible(&rough)["within"]["amount_gbp"], "5%");
    assert!(share(eligible(&rough), 1) < share(eligible(&exact), 1));

    // By hand: everybody with a purchase of that day within a twentieth of the known amount.
    let by_hand = traces(|record| fields(record, &[1, 2], pence));
    let read = |point: &String| {
        let (day, amount) = point.split_once('\u{1f}').expect("two fields");
        let whole: i64 = amount.replace('.', "").parse().expect("an amount");
        (day.to_owned(), whole)
    };
    let traces: Vec<Vec<(String, i64)>> = by_hand.iter().map(|trace| trace.iter().map(read).collect()).collect();
    let mut days: BTreeMap<&str, Vec<(usize, i64)>> = BTreeMap::new();
    for (subject, trace) in traces.iter().enumerate() {
        for (day, amount) in trace {
            days.entry(day).or_default().push((subject, *amount));
        }
    }
    let alone = |subject: usize, (day, amount): &(String, i64)| {
        let near = |other: i64| 20 * (other - amount).abs() <= amount.abs();
        !days[day.as_str()].iter().any(|&(other, theirs)| other != subject && near(theirs))
    };
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let shares: Vec<f64> = traces
        .iter()
        .enumerate()
        .map(|(subject, trace)| trace.iter().filter(|point| alone(subject, point)).count() as f64 / trace.len() as f64)
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let expected = shares.iter().sum::<f64>() / shares.len() as f64;
    assert_near(share(eligible(&rough), 1), expected);
}

#[test]
fn a_recipient_who_sees_one_category_knows_only_its_points() {
    let bench = Bench::new();
    let config = "[subject]\ncolumn = \"card\"\n[unicity]\npoints = [\"trans_date+merchant\"]\n\
                  [unicity.visible]\nspend_category = [\"Vehicle Fuel\"]\n";
    let config = bench.write("reidrisk.toml", config);
    let measured = unicity(&bench, &repository(CARDS), ["--config", config.to_str().expect("text")]);
    let curve = eligible(&measured);
    assert_eq!(curve["visible"], serde_json::json!(["spend_category"]));
    let visible = |record: &csv::StringRecord| {
        (&record[4] == "Vehicle Fuel").then(|| fields(record, &[1, 3], |_, text| text.to_owned())).flatten()
    };
    let by_hand = traces(visible);
    assert_eq!(at(curve, 1)["subjects"], by_hand.len());
    assert_near(share(curve, 1), one_known_point(&by_hand));
    assert!(curve["records_hidden"].as_u64() > Some(0));
    // What may be seen is the configuration's to know.
    assert!(!bench.result_text().contains("Vehicle Fuel"));
}

#[test]
fn whoever_knows_birth_year_and_district_as_well_singles_out_more() {
    let extract = repository("sample_data/bank_extract/bank_extract.csv");
    let flags = ["--point", "booked_on+merchant", "--known-attributes", "birth_year,district"];
    let measured = unicity(&Bench::new(), &extract, flags);
    let with = curve(&measured, |curve| curve["cohort"] == "eligible" && !curve["known_attributes"].is_null());
    assert_eq!(with["known_attributes"], serde_json::json!(["birth_year", "district"]));
    let without = eligible(&measured);
    assert!(share(with, 1) > share(without, 1));
    for known in 1..=4 {
        assert!(at(with, known)["interval"][1].as_f64() >= at(without, known)["interval"][0].as_f64());
    }
}

#[test]
fn a_coarser_cell_of_a_sweep_is_never_above_a_finer_one() {
    let measured = cards(&["--point", "trans_date+amount_gbp", "--sweep", "--known-points", "1,4"]);
    let study = &measured["value"]["resolutions"];
    let lengths: Vec<usize> = study["axes"]
        .as_array()
        .expect("axes")
        .iter()
        .map(|axis| axis["steps"].as_array().expect("steps").len())
        .collect();
    let cells = study["cells"].as_array().expect("cells");
    assert_eq!(cells.len(), lengths.iter().product::<usize>() * 2);
    assert!(lengths.iter().all(|&steps| steps > 2), "{lengths:?}");
    let figure = |steps: &[u64], known: u64| {
        let cell = cells
            .iter()
            .find(|cell| cell["steps"] == serde_json::json!(steps) && cell["result"]["known_points"] == known)
            .expect("every choice of steps has its cell");
        cell["result"]["share"].as_f64().expect("a share")
    };
    for known in [1, 4] {
        let as_it_is = figure(&[0, 0], known);
        assert!(as_it_is > 0.5, "{as_it_is}");
        let left_out: Vec<u64> = lengths.iter().map(|&steps| steps as u64 - 1).collect();
        assert!(figure(&left_out, known).abs() < 1e-12, "nothing is left to know");
        for place in 1..lengths[0] as u64 {
            let whole_day_left_out = place == lengths[0] as u64 - 1;
            assert!(figure(&[place, 0], known) <= as_it_is || whole_day_left_out);
            assert!(figure(&[place, lengths[1] as u64 - 1], known) <= figure(&[place, 0], known));
        }
    }
}

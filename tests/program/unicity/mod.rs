//! Unicity from files: the figures of the samples by another way, the same bytes however the records are stored, and
//! words where there is no figure.

mod advice;
mod bad_input;
mod curves;
mod gate;
mod mobility;
mod same_bytes;
mod subjects;
mod time;

use serde_json::Value;

use crate::support::{Bench, repository_file};

/// Scans with `arguments`, measuring unicity alone, and returns `measures.unicity`.
fn unicity<'a>(bench: &Bench, input: &'a str, arguments: impl IntoIterator<Item = &'a str>) -> Value {
    let ended = bench.scan([input, "--measures", "unicity"].into_iter().chain(arguments));
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    bench.assert_discreet(&ended);
    bench.result()["measures"]["unicity"].clone()
}

/// The path of a file of the repository as text.
fn repository(path: &str) -> String {
    repository_file(path).to_str().expect("the repository's path is text").to_owned()
}

/// The first curve for which `wanted` holds.
fn curve(unicity: &Value, wanted: impl Fn(&Value) -> bool) -> &Value {
    assert_eq!(unicity["status"], "measured", "{unicity}");
    let curves = unicity["value"]["curves"].as_array().expect("curves");
    curves.iter().find(|curve| wanted(curve)).unwrap_or_else(|| panic!("no such curve among {curves:?}"))
}

/// The curve of the uniform attacker over all eligible subjects, with nothing known beside the points.
fn eligible(unicity: &Value) -> &Value {
    curve(unicity, |curve| {
        curve["cohort"] == "eligible" && curve["attacker"] == "uniform" && curve["known_attributes"].is_null()
    })
}

/// The result of a curve for so many known points.
fn at(curve: &Value, known_points: u32) -> &Value {
    let results = curve["results"].as_array().expect("results");
    results.iter().find(|result| result["known_points"] == known_points).expect("the number of known points was asked")
}

fn share(curve: &Value, known_points: u32) -> f64 {
    at(curve, known_points)["share"].as_f64().expect("a share")
}

//! Whatever a page shows as a figure of the result is that figure: the two are held against each other by name.

use super::{every_result, page};
use crate::result::{Figure, ScanResult};

/// A number that is shown, and how far the true one may lie from it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shown {
    /// So much, within half of its last digit.
    About(f64, f64),
    /// Less than so much, and more than nothing.
    Below(f64),
    /// More than so much, and less than all.
    Above(f64),
}

impl Shown {
    /// The first number of a text, a percentage as a share; none where words stand for it.
    fn read(text: &str) -> Option<Self> {
        let text = text.replace(['\u{a0}', ','], "").replace("&#60;", "<").replace("&#62;", ">");
        let begin = text.find(|letter: char| letter.is_ascii_digit())?;
        let rest = &text[begin..];
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let digits = rest[..end].trim_end_matches('.');
        let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let scale = if rest[end..].starts_with('%') { 0.01 } else { 1.0 };
        let sign = if text[..begin].ends_with('-') { -1.0 } else { 1.0 };
        let number = sign * digits.parse::<f64>().ok()? * scale;
        let half = 0.5_f64 * scale * 0.1_f64.powi(i32::try_from(decimals).ok()?);
        Some(match text[..begin].trim_end() {
            "<" => Self::Below(number),
            ">" => Self::Above(number),
            _ => Self::About(number, half),
        })
    }

    fn holds(self, value: f64) -> bool {
        match self {
            Self::About(number, half) => (number - value).abs() <= half * 1.000_001,
            Self::Below(bound) => value > 0.0 && value < bound,
            Self::Above(bound) => value > bound && value < 1.0,
        }
    }
}

/// What is shown under the name of a figure: the name, what it is of, and the text.
fn shown(page: &str) -> Vec<(String, String, String)> {
    let parts = page.split(" data-figure=\"").skip(1);
    parts
        .map(|part| {
            let (id, rest) = part.split_once('"').unwrap();
            let (of, rest) = rest.strip_prefix(" data-of=\"of ").unwrap().split_once('"').unwrap();
            let (_, rest) = rest.split_once('>').unwrap();
            (id.to_owned(), of.to_owned(), rest.split_once('<').unwrap().0.to_owned())
        })
        .collect()
}

/// The name of a figure as it stands in a page.
fn of(figure: &Figure) -> String {
    let key = super::super::table::FigureKey::of(Some(figure));
    let escaped = key.of.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
    escaped.replace('"', "&#34;").replace('\'', "&#39;")
}

/// How many figures a page shows; each must be the one of the result.
fn held_against_the_result(name: &str, result: &ScanResult) -> usize {
    let shown = shown(&page(result));
    for (id, of_what, text) in &shown {
        let is_it = |figure: &&Figure| figure.id == *id && of(figure) == *of_what;
        let Some(figure) = result.figures.iter().find(is_it) else { panic!("{name}: no figure {id} of {of_what}") };
        match (Shown::read(text), figure.value.value()) {
            (Some(number), Some(value)) => {
                assert!(number.holds(value), "{name}: {id} of {of_what} is {value} and shown as {text}");
            }
            (None, None) => {}
            (_, value) => panic!("{name}: {id} of {of_what} is {value:?} and shown as {text}"),
        }
    }
    shown.len()
}

#[test]
fn every_figure_of_a_page_is_that_of_the_result() {
    for (name, result) in every_result() {
        let shown = held_against_the_result(name, &result);
        let is_measured = crate::report::summary::classes(&result).is_some();
        assert!(shown > 20 || !is_measured, "{name}: {shown}");
    }
}

#[test]
fn a_page_that_shows_another_number_is_told_from_one_that_does_not() {
    let read = |text: &str| Shown::read(text).unwrap();
    assert!(read("487 (69.6\u{a0}%)").holds(487.0) && !read("487 (69.6\u{a0}%)").holds(488.0));
    assert!(read("13,263").holds(13_263.0));
    assert!(read("83.4\u{a0}%").holds(0.834_28) && !read("83.4\u{a0}%").holds(0.8351));
    assert!(read("&#60;\u{a0}0.01\u{a0}%").holds(0.000_05) && !read("&#60;\u{a0}0.01\u{a0}%").holds(0.0));
    assert!(read("&#62;\u{a0}99.9\u{a0}%").holds(0.9997) && !read("&#62;\u{a0}99.9\u{a0}%").holds(1.0));
    assert!(read("-0.1\u{a0}%").holds(-0.001));
    assert_eq!(Shown::read("not defined"), None);
}

#[test]
#[should_panic(expected = "and shown as")]
fn a_figure_that_was_changed_behind_the_page_is_found() {
    let mut result = crate::report::fixture::failing();
    let is_smallest = |figure: &&mut Figure| figure.id == "uniqueness.static.smallest_class";
    result.figures.iter_mut().find(is_smallest).unwrap().value = crate::result::FigureValue::count(4);
    held_against_the_result("changed", &result);
}

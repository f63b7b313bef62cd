//! The check written down as its definition reads: every form of every identifier is written out and looked for.

use std::collections::{BTreeMap, BTreeSet};

use super::forms::{Algorithm, Hashing, Way, Writing, fewest_bits, form_name, spellings};
use crate::printable::hexadecimal;
use crate::result::{PseudonymCheck, PseudonymForm};

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The texts that write a hash.
#[must_use]
pub fn written(hash: &[u8]) -> Vec<String> {
    let small = hexadecimal(hash);
    let bits: Vec<u8> = hash.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let letter = |bits: &[u8]| {
        let filled = bits.iter().copied().chain(std::iter::repeat(0)).take(6);
        char::from(STANDARD[filled.fold(0, |number, bit| number * 2 + usize::from(bit))])
    };
    let base64: String = bits.chunks(6).map(letter).collect();
    let url = base64.replace('+', "-").replace('/', "_");
    let filling = "=".repeat((4 - base64.len() % 4) % 4);
    let capital = small.to_uppercase();
    vec![small, capital, format!("{base64}{filling}"), format!("{url}{filling}"), base64, url]
}

/// Bits of a hash that a writing has.
fn bits(writing: &Writing) -> usize {
    match writing {
        Writing::Hexadecimal(digits) => digits.len() * 4,
        Writing::Base64(signs) => signs.len() * 6,
    }
}

/// A value that is one of these texts or begins one of them, and whether it only begins it.
fn writes<'a>(value: &'a str, texts: &[String], fewest: usize) -> Option<(&'a str, bool)> {
    let writing = Writing::of_text(value)?;
    let (Writing::Hexadecimal(signs) | Writing::Base64(signs)) = &writing;
    let kind = |text: &&String| match writing {
        Writing::Hexadecimal(_) => text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)),
        Writing::Base64(_) => !text.contains(['=', '-', '_']),
    };
    let texts: Vec<&String> = texts.iter().filter(kind).collect();
    if texts.contains(&signs) {
        return Some((value, false));
    }
    (bits(&writing) >= fewest && texts.iter().any(|text| text.starts_with(signs.as_str()))).then_some((value, true))
}

/// The check on a column given by subject and value of each record; an empty value is missing.
#[must_use]
pub fn check(column: &str, records: &[(u32, &str)], identifiers: &[&str], list: &str) -> PseudonymCheck {
    let values: BTreeSet<&str> = records.iter().map(|&(_, value)| value).filter(|value| !value.is_empty()).collect();
    let supplied: BTreeSet<&str> = identifiers.iter().copied().filter(|text| !text.trim().is_empty()).collect();
    let fewest = fewest_bits(values.len() as u64, supplied.len() as u64);
    let mut forms: BTreeMap<(Option<Hashing>, usize, bool), BTreeSet<&str>> = BTreeMap::new();
    for identifier in &supplied {
        for (spelling, text) in spellings(identifier.trim()) {
            if let Some(value) = values.get(text.as_str()) {
                forms.entry((None, spelling, false)).or_default().insert(value);
            }
            for &algorithm in Algorithm::ALL {
                for &way in Way::ALL {
                    let texts = written(&way.hash(algorithm, &text));
                    for (value, shortened) in values.iter().filter_map(|value| writes(value, &texts, fewest)) {
                        forms.entry((Some((algorithm, way)), spelling, shortened)).or_default().insert(value);
                    }
                }
            }
        }
    }
    let reversed: BTreeSet<&str> = forms.values().flatten().copied().collect();
    let subjects: BTreeSet<u32> =
        records.iter().filter(|(_, value)| reversed.contains(value)).map(|&(subject, _)| subject).collect();
    let form = |(&(hashing, spelling, shortened), values): (&(Option<Hashing>, usize, bool), &BTreeSet<&str>)| {
        PseudonymForm { form: form_name(hashing, spelling, shortened), values: values.len() as u64 }
    };
    PseudonymCheck {
        column: column.to_owned(),
        identifiers: list.to_owned(),
        supplied: supplied.len() as u64,
        values: values.len() as u64,
        reversed: reversed.len() as u64,
        subjects: subjects.len() as u64,
        forms: forms.iter().map(form).collect(),
    }
}

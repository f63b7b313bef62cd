//! Pseudonym check: is a pseudonym column a plain or commonly hashed form of identifiers that the operator supplies?
//!
//! # Definition
//! A value of the column is *reversed* when it is a form of a supplied identifier. A form is a spelling of the
//! identifier (`forms.rs`: as written, small or capital letters, without or with the usual blanks and dashes, digits
//! alone), either plain or hashed without a key by MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512 or SHA3 of the same four
//! lengths: once, with a line end behind it, in UTF-16, or hashed twice. A hash is written in hexadecimal of any case, with
//! `0x` before it or not, or in either alphabet of base64, with or without its filling; whole, or shortened at its end to
//! so many bits (40 or more, `forms.rs` says how many) that chance hits no value.
//!
//! `reversed` counts distinct values of the column, `subjects` distinct subjects with one of them, and `forms` the values
//! that each form explains; a value that two forms explain counts for both. The result holds counts and no identifier, and no
//! number that was not supplied is ever tried: what remains to try beside a shortened number is the formula of
//! [`Shown::candidates`](crate::detect::Shown::candidates).
//!
//! Sources: MD5, RFC 1321; SHA-1 and SHA-2, FIPS 180-4; SHA-3, FIPS 202; base64, RFC 4648.
//!
//! # Guarantee
//! Every count equals that of [`oracle`], which writes out every form of every identifier. None found says that no
//! *supplied* identifier was hashed in one of these ways without a key; it says nothing about others.
//!
//! # Edge cases
//! Missing and blank identifiers are not counted as supplied; blanks around an identifier are not part of it.
//!
//! # Cost
//! Each spelling of each identifier is hashed in seven ways by every algorithm that is long enough for some value of the
//! column: up to 0.2 milliseconds an identifier and core.

mod forms;
#[doc(hidden)]
pub mod oracle;
#[cfg(test)]
mod test;

use std::collections::BTreeSet;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use self::forms::{Algorithm, Hash, Hashing, Way, Writing, fewest_bits, form_name, spellings};
use crate::result::{PseudonymCheck, PseudonymForm};
use crate::stop::{Stop, StopReason};
use crate::table::Dictionary;

/// Holds the values of a column against identifiers.
///
/// `holders` names subject and code of every record that counts, in any order, as often as they come. `list` is the name
/// of the identifiers, as reports show it.
///
/// # Errors
/// When the computation was told to stop.
pub fn check(
    column: &str,
    values: &Dictionary,
    holders: impl Iterator<Item = (u32, u32)>,
    identifiers: &Dictionary,
    list: &str,
    stop: &Stop,
) -> Result<PseudonymCheck, StopReason> {
    let named =
        |code: &u32| identifiers.value(*code).map(|value| value.expose().trim()).filter(|text| !text.is_empty());
    let codes: Vec<u32> = (0_u32..).take(identifiers.len()).collect();
    let wanted = Wanted::new(values, codes.iter().filter_map(named).count());
    let explained = |code: &u32| {
        stop.check()?;
        Ok(named(code).map(|identifier| wanted.explained_by(identifier)))
    };
    let found: Vec<Option<Vec<Explained>>> = codes.par_iter().map(explained).collect::<Result<_, StopReason>>()?;
    let supplied = found.iter().flatten().count() as u64;
    let explained: BTreeSet<Explained> = found.into_iter().flatten().flatten().collect();
    Ok(PseudonymCheck {
        column: column.to_owned(),
        identifiers: list.to_owned(),
        supplied,
        values: values.distinct(),
        ..counted(values.len(), &explained, holders)
    })
}

/// A value of the column that a form explains: how it was hashed, if at all, the spelling, whether it is shortened, and
/// the code.
type Explained = (Option<Hashing>, usize, bool, u32);

fn counted(codes: usize, explained: &BTreeSet<Explained>, holders: impl Iterator<Item = (u32, u32)>) -> PseudonymCheck {
    let mut reversed = vec![false; codes];
    let mut forms: Vec<PseudonymForm> = Vec::new();
    let mut last = None;
    for &(hashing, spelling, shortened, code) in explained {
        reversed[code as usize] = true;
        if last != Some((hashing, spelling, shortened)) {
            forms.push(PseudonymForm { form: form_name(hashing, spelling, shortened), values: 0 });
            last = Some((hashing, spelling, shortened));
        }
        if let Some(form) = forms.last_mut() {
            form.values += 1;
        }
    }
    let subjects: BTreeSet<u32> =
        holders.filter(|&(_, code)| reversed[code as usize]).map(|(subject, _)| subject).collect();
    let reversed = reversed.into_iter().filter(|&reversed| reversed).count() as u64;
    PseudonymCheck { reversed, subjects: subjects.len() as u64, forms, ..PseudonymCheck::default() }
}

/// The values of the column, to be looked up.
struct Wanted<'a> {
    plain: HashMap<&'a str, u32, FixedState>,
    /// Codes by what they write in hexadecimal, and the lengths that occur.
    hexadecimal: Written,
    /// The same in base64.
    base64: Written,
    /// Fewest bits of a shortened hash that counts.
    fewest_bits: usize,
}

#[derive(Default)]
struct Written {
    codes: HashMap<String, Vec<u32>, FixedState>,
    lengths: BTreeSet<usize>,
}

impl Written {
    fn insert(&mut self, text: String, code: u32) {
        self.lengths.insert(text.len());
        self.codes.entry(text).or_default().push(code);
    }

    /// Whether a hash of so many signs, or its beginning, may be among them.
    fn may_hold(&self, signs: usize, bits_each: usize, fewest_bits: usize) -> bool {
        self.lengths.iter().any(|&length| length == signs || length < signs && length * bits_each >= fewest_bits)
    }

    /// The codes that write a hash, and whether from its beginning only.
    fn of<'b>(&'b self, written: &'b str, bits_each: usize, fewest: usize) -> impl Iterator<Item = (u32, bool)> + 'b {
        let counts = move |length: &&usize| **length == written.len() || **length * bits_each >= fewest;
        let lengths = self.lengths.range(..=written.len()).filter(counts);
        lengths.flat_map(move |&length| {
            let codes = self.codes.get(&written[..length]).into_iter().flatten();
            codes.map(move |&code| (code, length < written.len()))
        })
    }
}

impl<'a> Wanted<'a> {
    fn new(values: &'a Dictionary, identifiers: usize) -> Self {
        let mut plain = HashMap::default();
        let (mut hexadecimal, mut base64) = (Written::default(), Written::default());
        for (code, value) in (0_u32..).zip(values.values()) {
            let Some(value) = value else { continue };
            plain.insert(value.expose(), code);
            match Writing::of_text(value.expose()) {
                Some(Writing::Hexadecimal(digits)) => hexadecimal.insert(digits, code),
                Some(Writing::Base64(signs)) => base64.insert(signs, code),
                None => {}
            }
        }
        Self { plain, hexadecimal, base64, fewest_bits: fewest_bits(values.distinct(), identifiers as u64) }
    }

    /// The values that a form of an identifier explains.
    fn explained_by(&self, identifier: &str) -> Vec<Explained> {
        let mut explained = Vec::new();
        let may_hold = |algorithm: &Algorithm| {
            let bytes = algorithm.bytes();
            self.hexadecimal.may_hold(bytes * 2, 4, self.fewest_bits)
                || self.base64.may_hold((bytes * 8).div_ceil(6), 6, self.fewest_bits)
        };
        let algorithms: Vec<&Algorithm> = Algorithm::ALL.iter().filter(|algorithm| may_hold(algorithm)).collect();
        for (spelling, text) in spellings(identifier) {
            explained.extend(self.plain.get(text.as_str()).map(|&code| (None, spelling, false, code)));
            for &&algorithm in &algorithms {
                for &way in Way::ALL {
                    let hash = Hash::new(&way.hash(algorithm, &text));
                    let hexadecimal = self.hexadecimal.of(&hash.hexadecimal, 4, self.fewest_bits);
                    let written = hexadecimal.chain(self.base64.of(&hash.base64, 6, self.fewest_bits));
                    let hashing = Some((algorithm, way));
                    explained.extend(written.map(|(code, shortened)| (hashing, spelling, shortened, code)));
                }
            }
        }
        explained
    }
}

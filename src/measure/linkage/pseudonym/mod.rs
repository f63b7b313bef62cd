//! Pseudonym check: is a pseudonym column a plain or commonly hashed form of identifiers that the operator supplies?
//!
//! # Definition
//! A value of the column is *reversed* when it is a form of a supplied identifier. A form is a spelling of the
//! identifier (`forms.rs`: as written, small or capital letters, without or with the usual blanks and dashes, digits
//! alone), either plain or hashed without a key by MD5, SHA-1, SHA-256, SHA-384 or SHA-512 and written in hexadecimal of
//! any case or in either alphabet of base64, with or without its filling at the end. Hashes that were shortened are not
//! tried.
//!
//! `reversed` counts distinct values of the column, `subjects` distinct subjects with one of them, and `forms` the values
//! that each form explains; a value that two forms explain counts for both. The result holds counts and no identifier, and no
//! number that was not supplied is ever tried: what remains to try beside a shortened number is the formula of
//! [`Shown::candidates`](crate::detect::Shown::candidates).
//!
//! Sources: MD5, RFC 1321; SHA-1 and SHA-2, FIPS 180-4; base64, RFC 4648.
//!
//! # Guarantee
//! Every count equals that of [`oracle`], which writes out every form of every identifier. None found says that no
//! *supplied* identifier was hashed in one of these ways without a key; it says nothing about others.
//!
//! # Edge cases
//! Missing and blank identifiers are not counted as supplied; blanks around an identifier are not part of it.
//!
//! # Cost
//! Values are read back into the bytes of a hash once; each spelling of each identifier is hashed only by the algorithms
//! whose length occurs in the column. About 2 microseconds an identifier, spelling and core.

mod forms;
#[doc(hidden)]
pub mod oracle;
#[cfg(test)]
mod test;

use std::collections::BTreeSet;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use self::forms::{Algorithm, form_name, hash_of_text, spellings};
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
    let wanted = Wanted::new(values);
    let codes: Vec<u32> = (0_u32..).take(identifiers.len()).collect();
    let explained = |code: &u32| {
        stop.check()?;
        let identifier = identifiers.value(*code).map(|value| value.expose().trim()).filter(|text| !text.is_empty());
        Ok(identifier.map(|identifier| wanted.explained_by(identifier)))
    };
    let found: Vec<Option<Vec<Explained>>> = codes.par_iter().map(explained).collect::<Result<_, StopReason>>()?;
    let supplied = found.iter().flatten().count() as u64;
    let explained: BTreeSet<Explained> = found.into_iter().flatten().flatten().collect();
    Ok(PseudonymCheck {
        column: column.to_owned(),
        identifiers: list.to_owned(),
        supplied,
        values: values.len() as u64 - u64::from(values.missing().is_some()),
        ..counted(values.len(), &explained, holders)
    })
}

/// A value of the column that a form explains: algorithm, if any, then spelling, then the code.
type Explained = (Option<Algorithm>, usize, u32);

fn counted(codes: usize, explained: &BTreeSet<Explained>, holders: impl Iterator<Item = (u32, u32)>) -> PseudonymCheck {
    let mut reversed = vec![false; codes];
    let mut forms: Vec<PseudonymForm> = Vec::new();
    let mut last = None;
    for &(algorithm, spelling, code) in explained {
        reversed[code as usize] = true;
        if last != Some((algorithm, spelling)) {
            forms.push(PseudonymForm { form: form_name(algorithm, spelling), values: 0 });
            last = Some((algorithm, spelling));
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
    /// Codes by the bytes of the hash that they write.
    hashes: HashMap<Vec<u8>, Vec<u32>, FixedState>,
    /// Algorithms of whose length there is a hash.
    algorithms: Vec<Algorithm>,
}

impl<'a> Wanted<'a> {
    fn new(values: &'a Dictionary) -> Self {
        let mut plain = HashMap::default();
        let mut hashes: HashMap<Vec<u8>, Vec<u32>, FixedState> = HashMap::default();
        for (code, value) in (0_u32..).zip(values.values()) {
            let Some(value) = value else { continue };
            plain.insert(value.expose(), code);
            if let Some(hash) = hash_of_text(value.expose()) {
                hashes.entry(hash).or_default().push(code);
            }
        }
        let lengths: BTreeSet<usize> = hashes.keys().map(Vec::len).collect();
        let algorithms = Algorithm::ALL.into_iter().filter(|algorithm| lengths.contains(&algorithm.bytes())).collect();
        Self { plain, hashes, algorithms }
    }

    /// The values that a form of an identifier explains.
    fn explained_by(&self, identifier: &str) -> Vec<Explained> {
        let mut explained = Vec::new();
        for (spelling, text) in spellings(identifier) {
            explained.extend(self.plain.get(text.as_str()).map(|&code| (None, spelling, code)));
            for &algorithm in &self.algorithms {
                let codes = self.hashes.get(algorithm.hash(text.as_bytes()).as_slice());
                explained.extend(codes.into_iter().flatten().map(|&code| (Some(algorithm), spelling, code)));
            }
        }
        explained
    }
}

//! Fresh names for subjects: a keyed hash that only the holder of the key can make again.
//!
//! A pseudonym is the first 128 bits of HMAC-SHA-256 (RFC 2104, FIPS 180-4) of the subject's value, in 32 letters. Without the
//! key it cannot be tried out, however few subjects there are; with a key of its own each release has pseudonyms that no other
//! release shares.

use std::collections::BTreeSet;
use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::ReleaseError;
use crate::input::CodedColumn;
use crate::output::Values;
use crate::plan::SubjectMap;
use crate::printable::hexadecimal;
use crate::recode::Lookups;
use crate::result::InputFile;
use crate::table::{Codes, Column, SubjectCodes};

/// Fewer bytes could be tried out.
pub const SHORTEST_KEY: usize = 16;

/// Fewer different bytes are no key that somebody drew: of 16 random ones nearly all differ.
pub const FEWEST_DIFFERENT_BYTES: usize = 8;

/// Letters of pseudonyms, four bits each. Without digits no pseudonym looks like an account or a card number by chance,
/// without vowels none like a name, and none is a hash in hexadecimal digits: among a million pseudonyms of letters and digits
/// some would be taken for the number of an account, and the release refused.
const LETTERS: &[u8; 16] = b"ghjkmnpqrstvwxyz";

/// Letters of a pseudonym.
const LENGTH: usize = 32;

/// The secret that pseudonyms are made with. It is never shown.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl Key {
    /// A key of these bytes.
    ///
    /// # Errors
    /// When there are fewer than [`SHORTEST_KEY`], or fewer than [`FEWEST_DIFFERENT_BYTES`] different ones.
    pub fn new(bytes: Vec<u8>) -> Result<Self, ReleaseError> {
        if bytes.len() < SHORTEST_KEY {
            return Err(ReleaseError::ShortKey { bytes: bytes.len() });
        }
        let different = bytes.iter().collect::<BTreeSet<_>>().len();
        if different < FEWEST_DIFFERENT_BYTES { Err(ReleaseError::WeakKey) } else { Ok(Self(bytes)) }
    }

    /// Checks that no file has the bytes of the key: whoever gets or keeps that file could make every pseudonym again.
    ///
    /// # Errors
    /// When one of them has.
    pub(super) fn check_is_no_file_of<'a>(
        &self,
        files: impl IntoIterator<Item = &'a InputFile>,
    ) -> Result<(), ReleaseError> {
        let own = hexadecimal(&Sha256::digest(&self.0));
        let is_own = |file: &InputFile| file.sha256.as_ref() == Some(&own);
        if files.into_iter().any(is_own) { Err(ReleaseError::KeyIsInput) } else { Ok(()) }
    }

    /// The pseudonym of a subject. `person` tells a person of the subject map from a value that is not in it; in each
    /// period that is named it is another.
    fn pseudonym(&self, subject: &str, person: bool, period: Option<&str>) -> [u8; LENGTH] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length serves");
        if let Some(period) = period {
            mac.update(b"period\0");
            mac.update(period.as_bytes());
            mac.update(b"\0");
        }
        mac.update(if person { b"person\0" } else { b"subject\0" });
        mac.update(subject.as_bytes());
        let tag = mac.finalize().into_bytes();
        let mut bits = u128::from_be_bytes(tag[..16].try_into().expect("a tag has 32 bytes"));
        let mut letters = [0; LENGTH];
        for letter in letters.iter_mut().rev() {
            *letter = LETTERS[(bits & 15) as usize];
            bits >>= 4;
        }
        letters
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(..)")
    }
}

/// Whether a value has the form of a pseudonym.
pub(crate) fn is_pseudonym(value: &str) -> bool {
    value.len() == LENGTH && value.bytes().all(|byte| LETTERS.contains(&byte))
}

/// The pseudonym of each record.
pub(super) struct Pseudonyms {
    pub(super) codes: Codes,
    /// The pseudonym behind each code; an empty one where the subject is missing.
    pub(super) values: Values,
}

/// The period of each record, where pseudonyms are rotated.
pub(super) struct Rotated<'a> {
    pub(super) codes: Column,
    /// What each period is called.
    pub(super) labels: &'a [String],
}

/// What subjects are named by.
pub(super) struct Naming<'a> {
    pub(super) key: &'a Key,
    pub(super) map: Option<&'a SubjectMap>,
    pub(super) lookups: &'a Lookups,
}

impl Naming<'_> {
    /// The pseudonyms of the records behind a subject column. Values that the map leads to one person share a pseudonym;
    /// where pseudonyms are rotated, one person has another in each period.
    pub(super) fn pseudonyms(
        &self,
        subjects: &CodedColumn,
        of_record: Option<&SubjectCodes>,
        rotated: Option<&Rotated<'_>>,
    ) -> Result<Pseudonyms, ReleaseError> {
        let persons = self.map.zip(self.lookups.subject_map.as_ref());
        let persons = persons.map(|(map, pairs)| crate::recode::persons_by_value(map, pairs)).transpose();
        let persons = persons.map_err(crate::scan::ScanError::from)?.unwrap_or_default();
        let CodedColumn { codes, dictionary } = subjects;
        let name = |code: u32, period: Option<&str>| {
            let value = dictionary.value(code)?.expose();
            Some(match persons.get(value) {
                Some(person) => self.key.pseudonym(person, true, period),
                None => self.key.pseudonym(value, false, period),
            })
        };
        let (Some(periods), Some(subject)) = (rotated, of_record) else {
            let all: Vec<u32> = (0..u32::try_from(dictionary.len()).unwrap_or(u32::MAX)).collect();
            let named = all.into_par_iter().map(|code| name(code, None)).collect();
            return Ok(Pseudonyms { codes: codes.clone(), values: collected(named) });
        };
        // The first record of each person in each period tells both.
        let mut first: Vec<Option<u32>> = vec![None; subject.cardinality as usize];
        for (record, code) in (0_u32..).zip(subject.codes.iter()) {
            first[code as usize].get_or_insert(record);
        }
        let of = |record: Option<u32>| {
            let record = record? as usize;
            let period = periods.labels.get(periods.codes.value_of(record) as usize)?;
            name(codes.get(record), Some(period))
        };
        let named = first.into_par_iter().map(of).collect();
        Ok(Pseudonyms { codes: subject.codes.clone(), values: collected(named) })
    }
}

fn collected(pseudonyms: Vec<Option<[u8; LENGTH]>>) -> Values {
    let mut values = Values::default();
    for pseudonym in pseudonyms {
        values.push(pseudonym.as_ref().map_or("", |letters| std::str::from_utf8(letters).unwrap_or_default()));
    }
    values
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::Key;
    use crate::printable::hexadecimal;
    use crate::release::ReleaseError;
    use crate::result::InputFile;

    #[test]
    fn a_pseudonym_depends_on_the_key_the_subject_and_what_it_is() {
        let (one, other) = (key_from(1), key_from(2));
        let pseudonym = one.pseudonym("C1", false, None);
        assert_eq!(pseudonym, one.pseudonym("C1", false, None));
        let month = one.pseudonym("C1", false, Some("2026-11"));
        assert_eq!(month, one.pseudonym("C1", false, Some("2026-11")));
        let others = [
            one.pseudonym("C2", false, None),
            one.pseudonym("C1", true, None),
            other.pseudonym("C1", false, None),
            month,
            one.pseudonym("C1", false, Some("2026-12")),
            one.pseudonym("C1", false, Some("")),
        ];
        assert!(others.iter().all(|other| super::is_pseudonym(std::str::from_utf8(other).unwrap())));
        assert!(
            !["C800684", "", "RNVNGSKSTRPYJKMSSKVTRPNNTWXKXKMM", "rnvngskstrpyjkmsskvtrpnntwxkxkma"]
                .iter()
                .any(|it| super::is_pseudonym(it))
        );
        for (place, another) in others.iter().enumerate() {
            assert!(pseudonym != *another && !others[..place].contains(another));
        }
    }

    /// The tag was computed with `openssl dgst -sha256 -hmac`.
    #[test]
    fn the_bits_are_those_of_the_keyed_hash() {
        let key = Key::new(b"0123456789abcdef".to_vec()).unwrap();
        assert_eq!(&key.pseudonym("C1", false, None), b"rnvngskstrpyjkmsskvtrpnntwxkxkmm");
    }

    #[test]
    fn no_pseudonym_looks_like_an_identifier() {
        let key = key_from(3);
        let looks_like_one = |subject: u32| {
            let pseudonym = key.pseudonym(&subject.to_string(), false, None);
            crate::detect::is_identifier(std::str::from_utf8(&pseudonym).unwrap())
        };
        assert_eq!((0..20_000).filter(|&subject| looks_like_one(subject)).count(), 0);
        assert!(super::LETTERS.iter().all(|letter| letter.is_ascii_lowercase() && !b"aeiou".contains(letter)));
        assert!(!super::LETTERS.iter().any(u8::is_ascii_hexdigit));
    }

    fn key_from(first: u8) -> Key {
        Key::new((first..first + 32).collect()).unwrap()
    }

    #[test]
    fn short_and_monotonous_keys_are_refused_and_no_key_is_shown() {
        assert!(matches!(Key::new((0..15).collect()), Err(ReleaseError::ShortKey { bytes: 15 })));
        assert!(matches!(Key::new(vec![b'a'; 4_096]), Err(ReleaseError::WeakKey)));
        let of = |different: u8| Key::new((0..32).map(|byte| byte % different).collect());
        assert!(of(7).is_err() && of(8).is_ok());
        assert_eq!(format!("{:?}", key_from(7)), "Key(..)");
    }

    #[test]
    fn a_file_of_people_is_no_key() {
        let (key, bytes) = (key_from(1), (1..33).collect::<Vec<u8>>());
        let file = |bytes: &[u8]| InputFile {
            name: "cards.csv".to_owned(),
            bytes: 32,
            sha256: Some(hexadecimal(&Sha256::digest(bytes))),
            records: 1,
            left_out: Vec::new(),
        };
        let own = file(&bytes);
        assert!(matches!(key.check_is_no_file_of([&file(b"other"), &own]), Err(ReleaseError::KeyIsInput)));
        assert!(key.check_is_no_file_of([&file(b"other")]).is_ok());
        assert!(!ReleaseError::KeyIsInput.to_string().contains("cards"));
    }
}

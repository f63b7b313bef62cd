//! Fresh names for subjects: a keyed hash that only the holder of the key can make again.
//!
//! A pseudonym is the first 128 bits of HMAC-SHA-256 (RFC 2104, FIPS 180-4) of the subject's value, in 26 letters and
//! digits. Without the key it cannot be tried out, however few subjects there are; with a key of its own each release has
//! pseudonyms that no other release shares.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::ReleaseError;
use crate::plan::SubjectMap;
use crate::recode::Lookups;
use crate::secret::Secret;
use crate::table::Dictionary;

/// Fewer bytes could be tried out.
pub const SHORTEST_KEY: usize = 16;

/// Digits of pseudonyms, those of Crockford's base 32 without the letters that are mistaken for digits.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The secret that pseudonyms are made with. It is never shown.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl Key {
    /// A key of these bytes.
    ///
    /// # Errors
    /// When there are fewer than [`SHORTEST_KEY`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, ReleaseError> {
        if bytes.len() < SHORTEST_KEY { Err(ReleaseError::ShortKey { bytes: bytes.len() }) } else { Ok(Self(bytes)) }
    }

    /// The pseudonym of a subject. `person` tells a person of the subject map from a value that is not in it.
    fn pseudonym(&self, subject: &str, person: bool) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length serves");
        mac.update(if person { b"person\0" } else { b"subject\0" });
        mac.update(subject.as_bytes());
        let tag = mac.finalize().into_bytes();
        let mut bits = u128::from_be_bytes(tag[..16].try_into().expect("a tag has 32 bytes"));
        let mut digits = [0; 26];
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[(bits & 31) as usize];
            bits >>= 5;
        }
        String::from_utf8_lossy(&digits).into_owned()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(..)")
    }
}

/// The pseudonym of every value of the subject column, in the order of its codes; `None` for a missing one. Values that
/// the map leads to one person share a pseudonym.
pub(super) fn pseudonyms(
    key: &Key,
    subjects: &Dictionary,
    map: Option<&SubjectMap>,
    lookups: &Lookups,
) -> Result<Vec<Option<String>>, ReleaseError> {
    let persons = map.zip(lookups.subject_map.as_ref());
    let persons = persons.map(|(map, pairs)| crate::recode::persons_by_value(map, pairs)).transpose();
    let persons = persons.map_err(crate::scan::ScanError::from)?.unwrap_or_default();
    let of = |value: Option<Secret<&str>>| {
        let value = value?.expose();
        Some(persons.get(value).map_or_else(|| key.pseudonym(value, false), |person| key.pseudonym(person, true)))
    };
    Ok(subjects.values().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_pseudonym_depends_on_the_key_the_subject_and_what_it_is() {
        let (one, other) = (Key::new(vec![1; 32]).unwrap(), Key::new(vec![2; 32]).unwrap());
        let pseudonym = one.pseudonym("C1", false);
        assert_eq!(pseudonym.len(), 26);
        assert_eq!(pseudonym, one.pseudonym("C1", false));
        for another in [one.pseudonym("C2", false), one.pseudonym("C1", true), other.pseudonym("C1", false)] {
            assert_ne!(pseudonym, another);
        }
    }

    /// The tag was computed with `openssl dgst -sha256 -hmac`.
    #[test]
    fn the_bits_are_those_of_the_keyed_hash() {
        let key = Key::new(b"0123456789abcdef".to_vec()).unwrap();
        assert_eq!(key.pseudonym("C1", false), "45pm4kka3e4d4s7em6appd7mt4");
    }

    #[test]
    fn short_keys_are_refused_and_no_key_is_shown() {
        assert!(Key::new(vec![0; 15]).is_err());
        assert_eq!(format!("{:?}", Key::new(vec![7; 16]).unwrap()), "Key(..)");
    }
}

//! What a run depends on, in one hash: runs with the same have the same figures and the same verdict.

use sha2::{Digest, Sha256};

use super::FurtherFile;
use crate::printable::hexadecimal;

/// Everything that a result depends on.
#[derive(Debug, Clone, Copy)]
pub struct Fingerprint<'a> {
    /// Version of the program.
    pub version: &'a str,
    /// SHA-256 of the plan, in which are the settings, the limits, the waivers and the seed.
    pub plan_sha256: &'a str,
    /// The day, or the year alone, that the verdict may depend on.
    pub day: &'a str,
    /// Name and SHA-256 of each input file, in the order they are read.
    pub input: &'a [(String, String)],
    /// The files that are read beside it, in any order.
    pub further: &'a [FurtherFile],
}

impl Fingerprint<'_> {
    /// The SHA-256 in lower-case hexadecimal. Equal only if every part is equal; the files beside the input may come in
    /// any order.
    ///
    /// # Edge cases
    /// None if a file has no hash: what cannot be compared is never taken for the same.
    #[must_use]
    pub fn sha256(&self) -> Option<String> {
        let mut hash = Sha256::new();
        for part in ["reidrisk run", self.version, self.plan_sha256, self.day] {
            add(&mut hash, part);
        }
        add(&mut hash, &self.input.len().to_string());
        for (name, sha256) in self.input {
            add(&mut hash, name);
            add(&mut hash, sha256);
        }
        let mut further: Vec<&FurtherFile> = self.further.iter().collect();
        further.sort_unstable();
        for file in further {
            add(&mut hash, &file.purpose);
            add(&mut hash, &file.name);
            add(&mut hash, file.sha256.as_deref()?);
        }
        Some(hexadecimal(&hash.finalize()))
    }
}

/// Adds a text with its length, so that no two lists of texts are the same bytes.
pub(super) fn add(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::{Fingerprint, FurtherFile};

    fn file(purpose: &str, name: &str, sha256: Option<&str>) -> FurtherFile {
        FurtherFile { purpose: purpose.to_owned(), name: name.to_owned(), sha256: sha256.map(str::to_owned) }
    }

    #[test]
    fn a_fingerprint_depends_on_every_part_and_not_on_the_order_of_further_files() {
        let input = [("a.csv".to_owned(), "00".to_owned()), ("b.csv".to_owned(), "01".to_owned())];
        let further = [file("consent", "c.csv", Some("02")), file("rule", "r.csv", Some("03"))];
        let whole = Fingerprint { version: "1", plan_sha256: "p", day: "2026", input: &input, further: &further };
        let known = whole.sha256().unwrap();
        let turned = [further[1].clone(), further[0].clone()];
        assert_eq!(Fingerprint { further: &turned, ..whole }.sha256().unwrap(), known);
        let swapped = [input[1].clone(), input[0].clone()];
        let joined = [("a.csv00".to_owned(), String::new()), input[1].clone()];
        let other = [file("consent", "c.csv", Some("02")), file("rule", "r.csv", Some("04"))];
        let others = [
            Fingerprint { version: "2", ..whole },
            Fingerprint { plan_sha256: "q", ..whole },
            Fingerprint { day: "2027", ..whole },
            Fingerprint { input: &swapped, ..whole },
            Fingerprint { input: &joined, ..whole },
            Fingerprint { input: &input[..1], ..whole },
            Fingerprint { further: &other, ..whole },
            Fingerprint { further: &further[..1], ..whole },
            Fingerprint { further: &[], ..whole },
        ];
        for other in others {
            assert_ne!(other.sha256().unwrap(), known, "{other:?}");
        }
    }

    #[test]
    fn what_has_no_hash_is_never_the_same() {
        let further = [file("consent", "c.csv", None)];
        let with = Fingerprint { version: "1", plan_sha256: "p", day: "2026", input: &[], further: &further };
        assert_eq!(with.sha256(), None);
    }
}

//! Whether names of subjects would be read as numbers, dates or the like, where nobody keeps them to find out later.

use super::classify::{Readings, readings_of, write_canonical};
use crate::table::exchange::Spelling;

/// Longest name that is a whole number in its usual spelling, whatever else it may be read as.
const LONGEST_NUMBER: usize = 18;

/// Looks at names one after the other.
pub(crate) struct NameWatch {
    readings: Readings,
    found: Spelling,
}

impl NameWatch {
    pub(crate) fn new() -> Self {
        Self { readings: Readings::all(), found: Spelling::default() }
    }

    /// Looks at a name, blanks around it taken off; gives what was seen so far. Once the names can only be text, no further
    /// one matters.
    pub(crate) fn look(&mut self, name: &str) -> Spelling {
        if !self.found.has(Spelling::TEXT) {
            self.found = self.found.and(self.seen_in(name));
        }
        self.found
    }

    fn seen_in(&mut self, name: &str) -> Spelling {
        if is_plain_number(name) {
            return Spelling::NUMBER;
        }
        let readings = readings_of(name.as_bytes());
        self.readings = self.readings.and(readings);
        if self.readings.is_text() {
            Spelling::TEXT
        } else if is_odd(name, readings) {
            Spelling::ODD
        } else {
            Spelling::USUAL
        }
    }
}

/// Whether a name is spelled in another way than a file would spell what it reads as.
fn is_odd(name: &str, readings: Readings) -> bool {
    let mut usual = String::new();
    let written = readings.settle().ok().and_then(|reading| write_canonical(name.as_bytes(), reading, &mut usual));
    written.is_none() || usual != name
}

fn is_plain_number(name: &str) -> bool {
    let is_short = name.len() <= LONGEST_NUMBER;
    is_short && name.bytes().all(|byte| byte.is_ascii_digit()) && (name.len() == 1 || !name.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::NameWatch;

    /// Whether different names may be the same subject.
    fn may_be_the_same(names: &[&str]) -> bool {
        let mut watch = NameWatch::new();
        names.iter().map(|name| watch.look(name)).last().unwrap_or_default().may_hide_one()
    }

    #[test]
    fn names_that_a_file_reads_as_the_same_number_or_day_are_noticed() {
        for names in [
            &["1", "1.0"][..],
            &["2.00", "2", "3"],
            &["20260102", "2026-01-02"],
            &["0", "-0"],
            &["12:00", "12:00:00"],
            &["01.02.2026", "1.2.2026"],
            &["1,5", "1,50"],
            &["TRUE", "true"],
        ] {
            assert!(may_be_the_same(names), "{names:?}");
        }
    }

    #[test]
    fn names_that_are_text_or_usual_numbers_are_told_apart_as_they_stand() {
        for names in [
            &["1", "2", "30"][..],
            &["C1", "C2"],
            &["1.0", "C2"],
            &["p 1", "p1"],
            &["1.5", "2.25"],
            &["2026-01-02"],
            &[],
        ] {
            assert!(!may_be_the_same(names), "{names:?}");
        }
    }
}

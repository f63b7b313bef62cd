//! One limit that a policy can set: the single place from which its key, its flag, its checks and its documentation come;
//! and the limits that somebody set, which a policy is made of.

use std::collections::BTreeMap;

use crate::number::{as_float, count};
use crate::result::{Comparison, FindingCode, GateSet, RaisedSeverity, Severity};

/// A limit that can be set with a key of `[policy]` and a flag of the same name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The key, such as `max_unicity`. The flag is the same with hyphens: `--max-unicity`.
    pub key: &'static str,
    /// What is compared: `policy.gates[].measure` in results, such as `unicity`.
    pub gate: &'static str,
    /// The measure that gives the figure, as `--measures` names it.
    pub measure: &'static str,
    /// The last part of the identifier of the figure that is compared, such as `smallest_class`; before it stand the
    /// measure and, where there is one, the set.
    pub figure: &'static str,
    /// What a figure beyond the limit is found as.
    pub finding: FindingCode,
    /// The set of quasi-identifiers it is on; none where the figure is not on a set.
    pub set: Option<GateSet>,
    /// How the figure is compared. Equality holds.
    pub comparison: Comparison,
    /// The numbers that the limit can be.
    pub range: Range,
    /// What it limits, in one sentence for help and documentation, without a full stop.
    pub sentence: &'static str,
}

impl Limit {
    /// What most limits of a measure are, but for their names: a share that must not be exceeded, on no set.
    #[must_use]
    pub const fn of(measure: &'static str, finding: FindingCode) -> Self {
        let (key, gate, figure, sentence) = ("", "", "", "");
        let (set, comparison, range) = (None, Comparison::AtMost, Range::SHARE);
        Self { key, gate, measure, figure, finding, set, comparison, range, sentence }
    }

    /// Identifier of the figures that a gate on `set` compares, such as `uniqueness.static.smallest_class`.
    #[must_use]
    pub fn figure_id(&self, set: Option<GateSet>) -> String {
        let (measure, figure) = (self.measure, self.figure);
        match set {
            None => format!("{measure}.{figure}"),
            Some(GateSet::AllSubsets) => format!("{measure}.set.{figure}"),
            Some(set) => format!("{measure}.{}.{figure}", set.name()),
        }
    }
}

/// The numbers that a limit can be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// A whole number from the first to the second; `u64::MAX` is no bound.
    Whole(u64, u64),
    /// A number from the first to the second.
    Between(f64, f64),
}

impl Range {
    /// Every share.
    pub const SHARE: Self = Self::Between(0.0, 1.0);

    /// Whether `number` can be the limit.
    #[must_use]
    pub fn holds(self, number: f64) -> bool {
        match self {
            Self::Whole(least, most) => number.fract() == 0.0 && number >= as_float(least) && number <= as_float(most),
            Self::Between(least, most) => number.is_finite() && number >= least && number <= most,
        }
    }

    /// What is expected, for a message: `a number from 0 to 1`.
    #[must_use]
    pub fn expected(self) -> String {
        match self {
            Self::Whole(least, u64::MAX) => format!("a whole number of at least {least}"),
            Self::Whole(least, most) => format!("a whole number from {least} to {}", count(most)),
            Self::Between(least, f64::MAX) => format!("a number of at least {least}"),
            Self::Between(least, most) => format!("a number from {least} to {most}"),
        }
    }
}

/// A limit relative to a baseline, as written: `baseline + 0.01`, or `baseline + 0.01, at most 0.3`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatchetRule {
    /// What is added to the figure of the baseline.
    pub change: f64,
    /// The loosest that the limit may become.
    pub bound: Option<f64>,
}

impl RatchetRule {
    /// Reads a limit relative to a baseline; none where the text is not about one.
    ///
    /// # Errors
    /// What is expected, where it begins like one and is none, or its bound is not in the range of the limit.
    pub fn parse(text: &str, limit: &Limit) -> Option<Result<Self, String>> {
        let rest = text.trim().strip_prefix("baseline")?;
        let side = if limit.comparison == Comparison::AtLeast { "at least" } else { "at most" };
        let expected =
            || format!("expected `baseline`, `baseline + N`, `baseline - N`, or one of these and `, {side} N`");
        let read = || {
            let (change, bound) = match rest.split_once(',') {
                None => (rest, None),
                Some((change, bound)) => (change, Some(bound.trim().strip_prefix(side)?)),
            };
            let positive = |text: &str| {
                let digits = text.trim();
                let is_plain = digits.starts_with(|first: char| first.is_ascii_digit());
                digits.parse::<f64>().ok().filter(|number| is_plain && number.is_finite())
            };
            let change = match change.trim() {
                "" => Some(0.0),
                signed => match signed.split_at_checked(1)? {
                    ("+", number) => positive(number),
                    ("-", number) => positive(number).map(|number| -number),
                    _ => None,
                },
            };
            let bound = match bound {
                None => None,
                Some(bound) => Some(positive(bound).filter(|bound| limit.range.holds(*bound))?),
            };
            Some(Self { change: change?, bound })
        };
        Some(read().ok_or_else(expected))
    }

    /// As it is written.
    #[must_use]
    pub fn shown(self, limit: &Limit) -> String {
        let side = if limit.comparison == Comparison::AtLeast { "at least" } else { "at most" };
        let sign = if self.change < 0.0 { '-' } else { '+' };
        let bound = self.bound.map_or(String::new(), |bound| format!(", {side} {bound}"));
        format!("baseline {sign} {}{bound}", self.change.abs())
    }
}

/// Limits that somebody set, and what else a policy says; nothing where nobody said anything.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    /// A named set of limits, one of [`PRESETS`](crate::judge::PRESETS).
    pub preset: Option<String>,
    /// Each limit by the key of its row, [`Limit::key`].
    pub values: BTreeMap<&'static str, f64>,
    /// Limits relative to a baseline, by the same keys; no key is in both.
    pub ratchets: BTreeMap<&'static str, RatchetRule>,
    /// Whether `k` holds for the set of all quasi-identifiers as well.
    pub gate_any_record: Option<bool>,
    /// Severity that fails.
    pub fail_on: Option<Severity>,
    /// Whether a review exits with 0.
    pub allow_review: Option<bool>,
    /// Whether only new and worse findings fail.
    pub fail_on_new: Option<bool>,
    /// Severities to raise.
    pub severities: Vec<RaisedSeverity>,
}

impl Limits {
    /// The limit of a key, where it is set.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<f64> {
        self.values.get(key).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, RatchetRule};
    use crate::result::{Comparison, FindingCode};

    #[test]
    fn limits_relative_to_a_baseline_are_read_and_shown_alike() {
        let most = Limit::of("unicity", FindingCode::HighUnicity);
        let least = Limit { comparison: Comparison::AtLeast, ..most };
        let read = |text: &str, limit: &Limit| {
            RatchetRule::parse(text, limit).map(|rule| rule.map(|it| (it.change, it.bound)))
        };
        assert_eq!(read("0.2", &most), None);
        assert_eq!(read("baseline", &most), Some(Ok((0.0, None))));
        assert_eq!(read(" baseline+0.01 ", &most), Some(Ok((0.01, None))));
        assert_eq!(read("baseline - 0.5, at most 0.3", &most), Some(Ok((-0.5, Some(0.3)))));
        assert_eq!(read("baseline - 1, at least 1", &least), Some(Ok((-1.0, Some(1.0)))));
        let wrong = [
            "baseline +",
            "baseline * 2",
            "baseline + -1",
            "baseline + 1, at least 1",
            "baseline + inf",
            "baseline + 0.1, at most 2",
            "baselines",
            "baseline + NaN",
            "baseline + 0.1,",
            "baseline é",
        ];
        for text in wrong {
            assert!(matches!(read(text, &most), Some(Err(_))), "{text}");
        }
        for text in ["baseline + 0.01", "baseline - 0.5, at most 0.3"] {
            assert_eq!(RatchetRule::parse(text, &most).unwrap().unwrap().shown(&most), text);
        }
    }
}

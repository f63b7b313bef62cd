//! What the slow judge says: the verdicts that the rules allow, the findings that they ask for, and exact figures.

use std::collections::BTreeSet;

/// A verdict, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Level {
    #[default]
    Pass,
    Review,
    Fail,
}

impl Level {
    /// The verdict of a result.
    pub(crate) fn of(outcome: &str) -> Option<Self> {
        match outcome {
            "pass" => Some(Self::Pass),
            "review" => Some(Self::Review),
            "fail" => Some(Self::Fail),
            _ => None,
        }
    }
}

/// The answer of the slow judge.
#[derive(Debug, Clone, Default)]
pub(crate) struct Judged {
    /// The best verdict that the rules allow.
    pub(crate) best: Level,
    /// The worst one; where the rules leave no room, the same.
    pub(crate) worst: Level,
    /// Codes that must be found.
    pub(crate) findings: BTreeSet<&'static str>,
    /// Smallest class of the static set, where the rules leave no room.
    pub(crate) smallest_class: Option<usize>,
    /// Subjects alone in a class of it.
    pub(crate) unique_subjects: Option<usize>,
    /// The gated share of unicity.
    pub(crate) share: Option<f64>,
    /// The subjects with an event.
    pub(crate) with_events: usize,
}

impl Judged {
    /// Asks for a finding, and for a verdict that is at least as bad.
    pub(crate) fn must(&mut self, code: &'static str, level: Level) {
        self.findings.insert(code);
        self.at_least(level);
    }

    /// Asks for a verdict that is at least as bad.
    pub(crate) fn at_least(&mut self, level: Level) {
        self.best = self.best.max(level);
        self.worst = self.worst.max(level);
    }

    /// Allows a worse verdict.
    pub(crate) fn may_be(&mut self, level: Level) {
        self.worst = self.worst.max(level);
    }

    /// Adds what the rules say under readings that are all allowed.
    pub(crate) fn join_either(&mut self, readings: &[Self]) {
        let best = readings.iter().map(|one| one.best).min().unwrap_or_default();
        let worst = readings.iter().map(|one| one.worst).max().unwrap_or_default();
        self.best = self.best.max(best);
        self.worst = self.worst.max(worst).max(self.best);
        if let Some((first, others)) = readings.split_first() {
            let in_all = |code: &&&'static str| others.iter().all(|one| one.findings.contains(**code));
            self.findings.extend(first.findings.iter().filter(in_all));
            let same =
                |one: &Self| one.smallest_class == first.smallest_class && one.unique_subjects == first.unique_subjects;
            if others.iter().all(same) {
                (self.smallest_class, self.unique_subjects) = (first.smallest_class, first.unique_subjects);
            }
            if others.iter().all(|one| one.share == first.share) {
                (self.share, self.with_events) = (first.share, first.with_events);
            }
        }
    }

    /// Whether the rules allow this verdict.
    pub(crate) fn allows(&self, outcome: &str) -> bool {
        Level::of(outcome).is_some_and(|level| self.best <= level && level <= self.worst)
    }
}

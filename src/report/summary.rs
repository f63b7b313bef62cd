//! What text and page have in common: which figures come first, and the sentences around them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::escape::printable;
use super::ranking::Kind;
use super::{messages, ranking};
use crate::number::{count, natural_frequency, ratio, share};
use crate::result::{
    Advice, Check, CheckOutcome, ColumnEffect, Dataset, Finding, Headline, Outcome, Reading, Role, ScanResult,
    SetStatistics, Uniqueness, VerdictOutcome,
};

/// The measured classes, where they were counted.
pub(super) fn classes(result: &ScanResult) -> Option<&Uniqueness> {
    result.measures.uniqueness.as_ref()?.value()
}

/// How the measure of classes ended without a value (`undefined`, `incomplete` or `not measured`), and why in words.
pub(super) fn without_classes(result: &ScanResult) -> (&'static str, String) {
    let (state, explanation) = match &result.measures.uniqueness {
        Some(Outcome::Undefined { explanation, .. }) => ("undefined", explanation.as_str()),
        Some(Outcome::Incomplete { explanation, .. }) => ("incomplete", explanation.as_str()),
        Some(Outcome::Measured { .. }) | None => {
            let reason = result.not_measured.iter().find(|entry| entry.measure == "uniqueness");
            ("not measured", reason.map_or("it was not asked for", |entry| entry.reason.as_str()))
        }
    };
    (state, printable(explanation))
}

/// The set that the gate looks at: the static quasi-identifiers where there are any, else all of them. With those that
/// may be static, or all of them, where only that set breaks the limit.
pub(super) fn headline_set<'a>(result: &ScanResult, uniqueness: &'a Uniqueness) -> &'a SetStatistics {
    let full = &uniqueness.full;
    let mut fixed = uniqueness.static_set.iter().chain(&uniqueness.static_unclear);
    let first = uniqueness.static_set.as_ref().or(uniqueness.static_unclear.as_ref());
    let broken = fixed.find(|set| is_below_limit(result, set));
    broken.or(first.filter(|_| !is_below_limit(result, full))).unwrap_or(full)
}

/// Whether a limit on `set` does not hold.
pub(super) fn is_below_limit(result: &ScanResult, set: &SetStatistics) -> bool {
    checks_on(result, set).any(|check| check.outcome == CheckOutcome::Breaks)
}

/// Whether a limit on `set` does not hold, and no waiver covers that.
pub(super) fn fails(result: &ScanResult, set: &SetStatistics) -> bool {
    checks_on(result, set).any(|check| check.outcome == CheckOutcome::Breaks && !check.waived)
}

/// For a pass: the share that the static columns and one known event single out together, or that it was not measured.
/// None where no column is an event column.
pub(super) fn one_known_event(result: &ScanResult) -> Option<String> {
    let is_event = |column: &crate::result::DatasetColumn| {
        column.role == Role::QuasiIdentifier && column.constant_per_subject == Some(false)
    };
    let not_measured = "What the static columns together with one known event single out was not measured.";
    match classes(result) {
        _ if result.verdict.outcome != VerdictOutcome::Pass => None,
        Some(uniqueness) if uniqueness.full.reading == Reading::AnyRecord => {
            let counts = headline_counts(&result.dataset, &uniqueness.full);
            Some(format!(
                "The static columns together with one known event (all event columns of one record) single out {counts}."
            ))
        }
        Some(_) => None,
        None => result.dataset.columns.iter().any(is_event).then(|| not_measured.to_owned()),
    }
}

/// The checks of the sets that gates look at, on these columns.
fn checks_on<'a>(result: &'a ScanResult, set: &'a SetStatistics) -> impl Iterator<Item = &'a Check> {
    let is_on_set = |check: &&Check| {
        let gated = ["uniqueness.static.", "uniqueness.static_unclear.", "uniqueness.full."];
        let is_whole = |id: &String| gated.iter().any(|set| id.starts_with(set));
        check.columns == set.columns && check.figure.as_ref().is_some_and(is_whole)
    };
    result.checks.iter().filter(is_on_set)
}

/// Reasons of the verdict that no finding says already. The first reason of a pass is what the verdict says itself; any
/// other is a caveat.
pub(super) fn unsaid_reasons(result: &ScanResult) -> impl Iterator<Item = &String> {
    let is_pass = result.verdict.outcome == VerdictOutcome::Pass;
    let is_said = move |reason: &&String| {
        result.findings.iter().any(|finding| finding.message == **reason) || repeats_explanation(result, reason)
    };
    result.verdict.reasons.iter().skip(usize::from(is_pass)).filter(move |reason| !is_said(reason))
}

/// The same as sentences that say whether they are why the verdict is what it is, or caveats; printable.
pub(super) fn unsaid(result: &ScanResult) -> Vec<String> {
    let lead = if reasons_lead(result) { messages::WHY } else { messages::CAVEAT };
    unsaid_reasons(result).map(|reason| format!("{lead} {}", printable(reason))).collect()
}

/// Whether a reason says no more than why there is no figure, which the headline says.
fn repeats_explanation(result: &ScanResult, reason: &str) -> bool {
    match &result.measures.uniqueness {
        Some(Outcome::Undefined { explanation, .. } | Outcome::Incomplete { explanation, .. }) => {
            reason.ends_with(explanation.as_str())
        }
        _ => false,
    }
}

/// Whether the reasons that no finding says are why the verdict is what it is. Otherwise they are caveats, and the
/// findings come first.
pub(super) fn reasons_lead(result: &ScanResult) -> bool {
    match result.verdict.outcome {
        VerdictOutcome::Incomplete => true,
        VerdictOutcome::Review => !result.findings.iter().any(Finding::is_open),
        VerdictOutcome::Pass | VerdictOutcome::Fail => false,
    }
}

/// Whether the smallest class of `set` is held to a limit.
pub(super) fn is_gated(result: &ScanResult, set: &SetStatistics) -> bool {
    let of_class = |check: &Check| check.figure.as_ref().is_some_and(|id| id.ends_with(".smallest_class"));
    checks_on(result, set).any(|check| of_class(check) && check.outcome != CheckOutcome::NotApplicable)
}

/// Subjects or records that the counts of `set` are out of.
pub(super) fn population(dataset: &Dataset, set: &SetStatistics) -> u64 {
    match set.reading {
        Reading::Record => counted_records(dataset),
        Reading::SubjectAttributes | Reading::AnyRecord => dataset.subjects,
    }
}

/// Records that have a subject: the denominator of every share of records.
pub(super) fn counted_records(dataset: &Dataset) -> u64 {
    dataset.records.saturating_sub(dataset.records_without_subject)
}

/// The names of columns, made printable.
pub(super) fn names(columns: &[String]) -> Vec<String> {
    columns.iter().map(|column| printable(column)).collect()
}

/// The headline in natural frequencies: `About 87 in 100 subjects are unique on age and city`. Where nobody is alone but
/// the limit is broken, it names the smallest class.
pub(super) fn class_headline(result: &ScanResult, set: &SetStatistics) -> String {
    let whole = population(&result.dataset, set);
    let units = messages::unit(set.reading, 2);
    let columns = messages::list(&names(&set.columns));
    let smallest = set.smallest_class.filter(|_| is_below_limit(result, set) && set.unique_subjects == 0);
    if let Some(smallest) = smallest {
        let (held, k) = (messages::unit(set.reading, smallest), u64::from(result.policy.k));
        let (smallest, verb) = (count(smallest), if k == 1 { "is" } else { "are" });
        return format!(
            "The smallest class on {columns} holds {smallest} {held}; at least {} {verb} asked for",
            count(k)
        );
    }
    match natural_frequency(set.unique_subjects, whole) {
        None => messages::NO_CLASS.to_owned(),
        Some(_) if whole == 1 && set.unique_subjects == 1 => {
            format!("The only {} is unique on {columns}", messages::unit(set.reading, 1))
        }
        Some(_) if set.unique_subjects == 0 => format!("No {} is unique on {columns}", messages::unit(set.reading, 1)),
        Some(frequency) => {
            let verb = if frequency.starts_with("about 1 in ") { "is" } else { "are" };
            format!("{} {units} {verb} unique on {columns}", messages::capitalised(&frequency))
        }
    }
}

/// The counts behind the headline: `2,614 of 3,000 subjects (87.1 %)`.
pub(super) fn headline_counts(dataset: &Dataset, set: &SetStatistics) -> String {
    counts(set.unique_subjects, population(dataset, set), set.reading)
}

/// A part of a whole, both counted.
fn counts(part: u64, whole: u64, reading: Reading) -> String {
    format!("{} of {} {} ({})", count(part), count(whole), messages::unit(reading, whole), share(part, whole))
}

/// What stands under the headline: the counts behind it and, where it names the smallest class, who stands in such
/// classes.
pub(super) fn headline_detail(result: &ScanResult, set: &SetStatistics) -> String {
    let k = result.policy.k;
    let below = set.below.iter().find(|below| below.k == k && below.subjects > 0);
    match below {
        Some(below) if is_below_limit(result, set) && set.unique_subjects == 0 => {
            let whole = population(&result.dataset, set);
            let verb = if below.subjects == 1 { "stands" } else { "stand" };
            let counts = counts(below.subjects, whole, set.reading);
            format!("{counts} {verb} in classes of fewer than {}", count(u64::from(k)))
        }
        _ => headline_counts(&result.dataset, set),
    }
}

/// A count that may not exist.
pub(super) fn optional_count(number: Option<u64>) -> String {
    number.map_or_else(|| messages::NOT_DEFINED.to_owned(), count)
}

/// Why `field` of a set is null, in words; none when it is not.
pub(super) fn why_undefined(set: &SetStatistics, field: &str) -> Option<String> {
    let entry = set.undefined.iter().find(|entry| entry.field == field)?;
    Some(printable(entry.in_words()))
}

/// Records of `set` in classes smaller than `k`; none when that bound was not counted.
pub(super) fn records_below(set: &SetStatistics, k: u32) -> Option<u64> {
    set.below.iter().find(|below| below.k == k).map(|below| below.records)
}

/// The sets of the lattice, riskiest first: most unique subjects, then highest average risk, then fewest columns.
pub(super) fn riskiest_sets(uniqueness: &Uniqueness) -> Vec<&SetStatistics> {
    let mut sets: Vec<&SetStatistics> = uniqueness.sets.iter().collect();
    sets.sort_by(|left, right| {
        let average = |set: &SetStatistics| set.risk.average_subject.unwrap_or(-1.0);
        (right.unique_subjects.cmp(&left.unique_subjects))
            .then_with(|| average(right).total_cmp(&average(left)))
            .then_with(|| left.columns.len().cmp(&right.columns.len()))
    });
    sets
}

/// The columns, the one that adds most to the share of unique subjects first: by Shapley value, else by leave-one-out.
pub(super) fn riskiest_columns(uniqueness: &Uniqueness) -> Vec<&ColumnEffect> {
    let mut effects: Vec<&ColumnEffect> = uniqueness.column_effects.iter().collect();
    let key = |effect: &ColumnEffect| effect.shapley.or(effect.leave_one_out).unwrap_or(f64::NEG_INFINITY);
    effects.sort_by(|left, right| key(right).total_cmp(&key(left)));
    effects
}

/// One point of the picture of uniqueness by set size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SizeShares {
    /// Columns in each set.
    pub(super) columns: usize,
    /// Sets of that size.
    pub(super) sets: usize,
    /// Smallest share of unique subjects among them.
    pub(super) best: f64,
    /// Middle share; of an even number of sets the lower middle.
    pub(super) median: f64,
    /// Largest share.
    pub(super) worst: f64,
}

/// Shares of unique subjects by size of the sets of a kind, smallest size first.
pub(super) fn shares_by_size(dataset: &Dataset, uniqueness: &Uniqueness, kind: Kind) -> Vec<SizeShares> {
    let sets = ranking::sets(dataset, uniqueness, kind);
    let largest = sets.iter().map(|set| set.columns.len()).max().unwrap_or(0);
    (1..=largest)
        .filter_map(|columns| {
            let mut shares: Vec<f64> = sets
                .iter()
                .filter(|set| set.columns.len() == columns)
                .filter_map(|set| ratio(set.unique_subjects, population(dataset, set)))
                .collect();
            shares.sort_by(f64::total_cmp);
            let (best, worst) = (*shares.first()?, *shares.last()?);
            let median = shares[(shares.len() - 1) / 2];
            Some(SizeShares { columns, sets: shares.len(), best, median, worst })
        })
        .collect()
}

/// Class sizes gathered into the bars of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct SizeBar {
    /// Smallest class size of the bar, in subjects.
    pub(super) from: u64,
    /// Largest class size of the bar; none for the last one.
    pub(super) to: Option<u64>,
    /// Classes.
    pub(super) classes: u64,
    /// Records in them.
    pub(super) records: u64,
}

impl SizeBar {
    /// `1`, `3–4`, `50+`.
    pub(super) fn label(&self) -> String {
        match self.to {
            Some(to) if to == self.from => count(self.from),
            Some(to) => format!("{}–{}", count(self.from), count(to)),
            None => format!("{}+", count(self.from)),
        }
    }

    /// Whether every class of the bar is smaller than `k`.
    pub(super) fn is_below(&self, k: u32) -> bool {
        self.to.is_some_and(|to| to < u64::from(k))
    }
}

/// The bars 1, 2, 3–4, 5–9, 10–49 and 50+, parted at `k` as well, so that each bar is below the limit or is not; none
/// when the set has no classes.
pub(super) fn size_bars(set: &SetStatistics, k: u32) -> Option<Vec<SizeBar>> {
    let sizes = set.class_sizes.as_ref()?;
    let starts: BTreeSet<u64> = [1, 2, 3, 5, 10, 50, u64::from(k.max(1))].into();
    let ends = starts.iter().skip(1).map(|next| Some(next - 1)).chain([None]);
    let bars = starts.iter().zip(ends).map(|(&from, to)| {
        let inside = sizes.iter().filter(|size| size.size >= from && to.is_none_or(|to| size.size <= to));
        inside.fold(SizeBar { from, to, ..SizeBar::default() }, |bar, size| SizeBar {
            classes: bar.classes + size.classes,
            records: bar.records + size.records,
            ..bar
        })
    });
    Some(bars.collect())
}

/// The columns that occur most often in the sets of two, riskiest first; at most `limit`, then in file order.
pub(super) fn pair_columns(uniqueness: &Uniqueness, limit: usize) -> Vec<&str> {
    let mut ranked: Vec<(usize, &str, u64)> = uniqueness
        .quasi_identifiers
        .iter()
        .enumerate()
        .map(|(position, name)| {
            let pairs = uniqueness.sets.iter().filter(|set| set.columns.len() == 2 && set.columns.contains(name));
            (position, name.as_str(), pairs.map(|set| set.unique_subjects).max().unwrap_or(0))
        })
        .collect();
    ranked.sort_by_key(|&(position, _, unique)| (Reverse(unique), position));
    ranked.truncate(limit);
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, name, _)| name).collect()
}

/// Proposals that change the extract and remove some risk, best first.
pub(super) fn proposals(result: &ScanResult) -> impl Iterator<Item = &Advice> {
    result.advice.iter().filter(|advice| !advice.changes.is_empty() && removes_something(result, advice))
}

/// How many proposals were counted and remove nothing.
pub(super) fn idle_proposals(result: &ScanResult) -> usize {
    result.advice.iter().filter(|advice| !advice.changes.is_empty() && !removes_something(result, advice)).count()
}

/// Whether a figure of risk is better with a proposal than without. One without figures is not known to remove nothing.
fn removes_something(result: &ScanResult, advice: &Advice) -> bool {
    let (Some(before), Some(after)) = (&advice.before, &advice.after) else {
        return advice.risk_removed.is_none_or(|removed| removed > 0.0);
    };
    let falls =
        |before: Option<u64>, after: Option<u64>| before.zip(after).is_some_and(|(before, after)| after < before);
    let rises =
        |before: Option<u64>, after: Option<u64>| before.zip(after).is_some_and(|(before, after)| after > before);
    advice.recommended
        || advice.risk_removed.is_some_and(|removed| removed > 0.0)
        || rises(smallest_class(result, before), smallest_class(result, after))
        || falls(exposed(result, before), exposed(result, after))
        || before.unicity.zip(after.unicity).is_some_and(|(before, after)| after < before)
}

/// The proposal to try first.
pub(super) fn recommended(result: &ScanResult) -> Option<&Advice> {
    proposals(result).find(|advice| advice.recommended)
}

/// A figure before and after a proposal, as a share.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChangedFigure {
    /// What it is; printable.
    pub(super) label: String,
    /// What both are shares of, where they are counts.
    pub(super) whole: Option<u64>,
    /// As it is.
    pub(super) before: f64,
    /// With the proposal.
    pub(super) after: f64,
}

/// What a proposal changes, as far as it was counted: risk first, then the detail that is kept. A figure that is 0 before
/// and after is none.
pub(super) fn changed_figures(result: &ScanResult, advice: &Advice) -> Vec<ChangedFigure> {
    let (Some(before), Some(after), Some(uniqueness)) = (&advice.before, &advice.after, classes(result)) else {
        return Vec::new();
    };
    let set = headline_set(result, uniqueness);
    let whole = population(&result.dataset, set);
    let units = messages::unit(set.reading, 2);
    let counted = |label: String, figure: &dyn Fn(&Headline) -> Option<u64>| {
        let [before, after] = [figure(before), figure(after)].map(|number| ratio(number?, whole));
        Some(ChangedFigure { label, whole: Some(whole), before: before?, after: after? })
    };
    let columns = match &uniqueness.static_unclear {
        _ if !speaks_of_fewer(result) => "",
        // What is counted again for a proposal holds the unclear columns where those are held to the limit.
        Some(unclear) if before.static_unique_subjects == Some(unclear.unique_subjects) => {
            ", static or unclear columns"
        }
        _ => ", static columns",
    };
    let unique = |headline: &Headline| {
        if speaks_of_fewer(result) { headline.static_unique_subjects } else { headline.full_unique_subjects }
    };
    let of_all = speaks_of_fewer(result)
        .then(|| counted("sample uniques, all columns".to_owned(), &|headline| headline.full_unique_subjects));
    let unicity = before.unicity.zip(after.unicity);
    let kept = advice.detail_kept;
    let figures = [
        counted(format!("{units} in classes below {}", count(u64::from(result.policy.k))), &|headline| {
            exposed(result, headline)
        }),
        counted(format!("sample uniques{columns}"), &unique),
        of_all.flatten(),
        unicity.map(|(before, after)| ChangedFigure { label: "unicity".to_owned(), whole: None, before, after }),
        kept.map(|after| ChangedFigure { label: "detail kept".to_owned(), whole: None, before: 1.0, after }),
    ];
    figures.into_iter().flatten().filter(|figure| figure.before > 0.0 || figure.after > 0.0).collect()
}

/// Proposals to share something else than records.
pub(super) fn alternatives(result: &ScanResult) -> impl Iterator<Item = &Advice> {
    result.advice.iter().filter(|advice| advice.changes.is_empty())
}

/// Subjects in classes below the limit, of the set that the headline speaks of.
pub(super) fn exposed(result: &ScanResult, headline: &Headline) -> Option<u64> {
    if speaks_of_fewer(result) { headline.static_subjects_below_k } else { headline.full_subjects_below_k }
}

/// The smallest class of the set that the headline speaks of.
pub(super) fn smallest_class(result: &ScanResult, headline: &Headline) -> Option<u64> {
    if speaks_of_fewer(result) { headline.static_smallest_class } else { headline.full_smallest_class }
}

/// Whether the headline speaks of fewer columns than all quasi-identifiers.
fn speaks_of_fewer(result: &ScanResult) -> bool {
    classes(result).is_some_and(|uniqueness| headline_set(result, uniqueness).columns != uniqueness.full.columns)
}

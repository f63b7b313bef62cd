//! What every form of the report says first: what blocks the release, and how large the risk is.

use super::escape::printable;
use super::messages;
use super::summary::{
    class_headline, classes, headline_counts, headline_detail, headline_set, is_below_limit, names, population,
    without_classes,
};
use super::{aggregates, checks, known_points, linkage};
use crate::number::{natural_frequency, percent, ratio};
use crate::result::{
    Evidence, Finding, FindingCode, LinkageAttack, Role, ScanResult, SetStatistics, UnicityCurve, UnicityMethod,
    UnicityResult, VerdictOutcome,
};

/// The first sentences about a result, without full stops where they are figures.
pub(super) struct Headline<'a> {
    /// What comes before all else.
    pub(super) sentence: String,
    /// What stands under it, a line each.
    pub(super) under: Vec<String>,
    /// What the figure of risk among them is about.
    pub(super) about: About<'a>,
    /// The finding that the first sentence is, where one blocks.
    pub(super) blocking: Option<&'a Finding>,
    /// Whether the first sentence is the figure of risk, and the first line under it the counts behind that.
    pub(super) leads_with_risk: bool,
}

/// What the figure of risk in the lead is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum About<'a> {
    /// A class.
    Class(&'a SetStatistics),
    /// Known points.
    KnownPoints(&'a UnicityCurve, &'a UnicityResult),
    /// An attack by linkage.
    Linked(&'a LinkageAttack),
    /// Nothing: no figure exists. How the measure of classes ended, as one word or two.
    Nothing(&'static str),
}

/// What fails first, such as a direct identifier, then the figure of risk and the counts behind it.
///
/// The figure is of known points where their limit is broken and they single out more than the classes do, or where no
/// class is held to a limit that it breaks; else of the classes, or why they have no figure.
pub(super) fn headline(result: &ScanResult) -> Headline<'_> {
    let about = about(result);
    let (risk, detail) = match about {
        About::Class(set) => (class_headline(result, set), headline_detail(result, set)),
        About::KnownPoints(curve, point) => {
            let subjects = messages::so_many_subjects(&frequency_of(point.share.unwrap_or(1.0)));
            let (known, columns) = (messages::known_points(point.known_points), messages::list(&names(&curve.point)));
            (format!("{subjects} can be singled out by {known} ({columns})"), unicity_detail(point))
        }
        About::Linked(attack) => {
            let frequency = frequency_of(linkage::rate(attack).unwrap_or(1.0));
            (messages::linked_headline(&frequency, attack), messages::linked_detail(attack))
        }
        About::Nothing(_) => (unknown(result), messages::verdict_sentence(result.verdict.outcome).to_owned()),
    };
    match before_the_figure(result, about) {
        Some((sentence, blocking)) => {
            let under = without_praise(result, about).map_or_else(|| vec![risk, detail], |line| vec![line]);
            Headline { sentence, under, about, blocking, leads_with_risk: false }
        }
        None => Headline { sentence: risk, under: vec![detail], about, blocking: None, leads_with_risk: true },
    }
}

/// What comes before the figure of risk, and the finding that it is: what blocks; what is missing to a pass; and where
/// the figure would sound like good news and the verdict is none, the first finding that makes it so.
fn before_the_figure<'a>(result: &'a ScanResult, about: About<'_>) -> Option<(String, Option<&'a Finding>)> {
    let line_of = |finding: &'a Finding| (printable(&messages::capitalised(&finding.message)), Some(finding));
    match result.verdict.outcome {
        VerdictOutcome::Pass => None,
        VerdictOutcome::Fail => {
            let fails = |finding: &&Finding| finding.severity >= result.policy.fails_from() && !finding.waived;
            let first = result.findings.iter().find(fails);
            first.filter(|finding| !is_of_risk(finding) || !is_failing(result, about)).map(line_of)
        }
        VerdictOutcome::Review | VerdictOutcome::Incomplete => {
            if let Some(missing) = &result.verdict.headline {
                return Some((printable(missing), None));
            }
            without_praise(result, about)?;
            let open = result.findings.iter().find(|finding| finding.is_open()).map(line_of);
            let unsaid = || Some((messages::verdict_sentence(result.verdict.outcome).to_owned(), None));
            open.or_else(unsaid)
        }
    }
}

/// Whether the figure of the lead breaks a limit that no waiver covers. Where there is no figure the lead says so, which
/// is no good news.
fn is_failing(result: &ScanResult, about: About<'_>) -> bool {
    match about {
        About::Class(set) => super::summary::fails(result, set),
        About::KnownPoints(..) => known_points_broken(result),
        About::Linked(attack) => linkage::breaks(result, attack),
        About::Nothing(_) => true,
    }
}

/// The figure as plain counts, where its headline would be that nobody is singled out; else none.
fn without_praise(result: &ScanResult, about: About<'_>) -> Option<String> {
    match about {
        About::Class(set) if set.unique_subjects == 0 && !is_below_limit(result, set) => {
            let counts = headline_counts(&result.dataset, set);
            Some(format!("{counts} unique on {}", messages::list(&names(&set.columns))))
        }
        About::KnownPoints(curve, point) if point.share.is_some_and(|share| share <= 0.0) => {
            let columns = messages::list(&names(&curve.point));
            let points = messages::known_points(point.known_points);
            Some(format!("{} singled out by {points} ({columns})", unicity_detail(point)))
        }
        About::Linked(attack) if linkage::rate(attack).is_some_and(|rate| rate <= 0.0) => {
            Some(messages::linked_detail(attack))
        }
        _ => None,
    }
}

/// Of a file that may leave as a table of totals, without quasi-identifiers, what is known of the table.
fn unknown(result: &ScanResult) -> String {
    let has_quasi = result.dataset.columns.iter().any(|column| column.role == Role::QuasiIdentifier);
    let tables = aggregates::measured(result).map(|value| value.tables.as_slice());
    if let (VerdictOutcome::Pass, false, Some([first, ..])) = (result.verdict.outcome, has_quasi, tables) {
        return format!("{}.", aggregates::sentence(first));
    }
    format!("The risk is unknown, {}.", messages::because(&without_classes(result).1))
}

/// What leads: an attack by linkage where it breaks its limit and finds more than what would lead otherwise singles out,
/// or where that breaks no limit; and one that asks for review, where nothing else breaks a limit or singles out more.
fn about(result: &ScanResult) -> About<'_> {
    let other = singled_out(result);
    let broken = linkage::broken(result);
    let Some(attack) = broken.or_else(|| reviewed(result, other)) else { return other };
    let finds_more = |share: Option<f64>| share.is_none_or(|share| linkage::rate(attack).unwrap_or(0.0) > share);
    let (is_broken, share) = match other {
        About::Class(set) => {
            (is_below_limit(result, set), ratio(set.unique_subjects, population(&result.dataset, set)))
        }
        About::KnownPoints(_, point) => (known_points_broken(result), point.share),
        // What is not known comes before what is.
        About::Nothing(state) if state != "not measured" => return other,
        About::Nothing(_) | About::Linked(_) => return About::Linked(attack),
    };
    let leads = match (broken.is_some(), is_broken) {
        (true, false) => true,
        (false, true) => false,
        _ => finds_more(share),
    };
    if leads { About::Linked(attack) } else { other }
}

/// The attack that found most, where a finding that no waiver covers says so, or nothing else was measured.
fn reviewed<'a>(result: &'a ScanResult, other: About<'_>) -> Option<&'a LinkageAttack> {
    let attack = linkage::strongest(result).filter(|attack| attack.evidence == Evidence::Found)?;
    let is_told = linkage::finding(result, attack).is_some_and(|finding| !finding.waived);
    (is_told || other == About::Nothing("not measured")).then_some(attack)
}

/// Whether known points break a limit that no waiver covers.
fn known_points_broken(result: &ScanResult) -> bool {
    checks::known_points(result).is_some_and(|figure| checks::is_broken(result, figure))
}

fn singled_out(result: &ScanResult) -> About<'_> {
    let unicity = known_points::gated(result).filter(|(_, point)| point.share.is_some());
    let Some(uniqueness) = classes(result) else {
        return match (without_classes(result).0, unicity) {
            ("not measured", Some((curve, point))) => About::KnownPoints(curve, point),
            (state, _) => About::Nothing(state),
        };
    };
    let set = headline_set(result, uniqueness);
    let alone = ratio(set.unique_subjects, population(&result.dataset, set));
    let is_broken = known_points_broken(result);
    let singles_out_more = |share: Option<f64>| alone.is_none_or(|alone| share.is_some_and(|it| it > alone));
    let leads = |point: &UnicityResult| is_broken && (!is_below_limit(result, set) || singles_out_more(point.share));
    match unicity.filter(|(_, point)| leads(point)) {
        Some((curve, point)) => About::KnownPoints(curve, point),
        None => About::Class(set),
    }
}

/// Whether a finding is about a figure of risk, which the lead says anyway.
fn is_of_risk(finding: &Finding) -> bool {
    finding.measure == "uniqueness"
        || (finding.measure == "unicity" && finding.measured.is_some())
        || matches!(finding.code, FindingCode::Linkable | FindingCode::Relinkable)
}

/// A share in natural frequencies; only 0 is `none` and only 1 is `all`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the whole")]
fn frequency_of(share: f64) -> String {
    const WHOLE: u64 = 1_000_000_000;
    let part = (share * 1e9).round() as u64;
    let part = if share <= 0.0 { 0 } else { part.max(1) };
    let part = if share >= 1.0 { WHOLE } else { part.min(WHOLE - 1) };
    natural_frequency(part, WHOLE).unwrap_or_default()
}

fn unicity_detail(point: &UnicityResult) -> String {
    let bounds = point.interval.filter(|_| point.method == UnicityMethod::Sampled);
    let share = point.share.map_or_else(|| messages::NOT_DEFINED.to_owned(), percent);
    let interval = bounds.map_or_else(String::new, messages::with_interval);
    format!("{share} of {}{interval}", messages::subjects(point.subjects))
}

#[cfg(test)]
mod tests {
    use super::{About, frequency_of, headline};
    use crate::report::fixture;
    use crate::result::{Check, CheckOutcome};

    #[test]
    fn a_broken_limit_of_unicity_leads_when_it_singles_out_more() {
        let result = fixture::with_unicity(Some(0.871), true);
        let first = headline(&result);
        assert_eq!(
            first.sentence,
            "About 87 in 100 subjects can be singled out by 4 known points (posted_at and merchant_id)"
        );
        let detail = first.under[0].replace('\u{a0}', " ");
        assert_eq!(detail, "87.1 % of 2,900 subjects (95 % interval 86.1 % to 88.1 %)");
        assert!(
            headline(&fixture::with_unicity(Some(0.871), false)).sentence.contains("are unique on"),
            "no limit is broken"
        );
        assert!(
            headline(&fixture::with_unicity(Some(0.02), true)).sentence.contains("are unique on"),
            "classes are worse"
        );
        assert!(headline(&fixture::with_unicity(None, true)).sentence.contains("are unique on"), "there is no share");
    }

    #[test]
    fn a_class_that_no_limit_holds_for_does_not_hide_a_broken_one() {
        let mut result = fixture::with_unicity(Some(0.121), true);
        result.policy.gates.retain(|gate| gate.set.is_none());
        result.policy.gates.iter_mut().for_each(|gate| gate.limit = Some(0.1));
        let result = fixture::judged(result);
        let first = headline(&result);
        assert!(matches!(first.about, About::KnownPoints(..)), "{}", first.sentence);
    }

    #[test]
    fn what_fails_beside_the_figures_of_risk_comes_first_and_the_risk_stays() {
        let result = fixture::whole();
        let first = headline(&result);
        assert!(first.sentence.starts_with("Column `reference` holds payment card numbers"), "{}", first.sentence);
        assert_eq!(first.under.len(), 2);
        assert!(first.under[0].contains("singled out by 4 known points"), "{}", first.under[0]);
    }

    #[test]
    fn a_broken_limit_of_linkage_leads_when_it_finds_more_or_alone_is_broken() {
        let mut result = fixture::linked();
        let first = headline(&result);
        assert!(matches!(first.about, About::Linked(_)), "{}", first.sentence);
        assert_eq!(
            first.sentence,
            "About 94 in 100 subjects can be linked to members.csv (weighed agreements on 4 shared columns)"
        );
        assert!(first.under[0].contains("guessing finds"), "{}", first.under[0]);
        let without = |change: fn(&mut Check)| {
            let mut other = fixture::linked();
            let on_linkage = |check: &&mut Check| check.figure.as_ref().is_some_and(|id| id.starts_with("linkage."));
            other.checks.iter_mut().filter(on_linkage).for_each(change);
            other
        };
        let waived = without(|check| check.waived = true);
        assert!(!matches!(headline(&waived).about, About::Linked(_)), "a waiver covers it");
        let held = without(|check| check.outcome = CheckOutcome::Holds);
        assert!(!matches!(headline(&held).about, About::Linked(_)), "no limit is broken");
        (result.measures.uniqueness, result.measures.unicity) = (None, None);
        assert!(matches!(headline(&result).about, About::Linked(_)), "nothing else was measured");
    }

    #[test]
    fn an_attack_that_asks_for_review_leads_where_nothing_breaks_a_limit() {
        let mut result = fixture::linked();
        result.findings.clear();
        result.policy.gates.clear();
        let mut result = fixture::judged(result);
        assert!(matches!(headline(&result).about, About::Linked(_)), "{}", headline(&result).sentence);
        result.findings.iter_mut().for_each(|finding| finding.waived = true);
        assert!(!matches!(headline(&result).about, About::Linked(_)), "a waiver covers it");
    }

    #[test]
    fn only_none_and_all_are_called_so() {
        assert_eq!((frequency_of(0.0), frequency_of(1.0)), ("none".to_owned(), "all".to_owned()));
        assert_eq!(frequency_of(1e-12), "about 1 in 1,000,000,000");
        assert_eq!(frequency_of(1.0 - 1e-12), "more than 99 in 100");
    }
}

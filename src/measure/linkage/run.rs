//! Every attack that is asked for on one source, held against its baseline and, where there is one, its control.

use super::written::{rate_of, undefined, whole};
use super::{LinkedTables, distance, exact, intersection, probabilistic, release, scoreboard, tolerant};
use crate::result::{AttackKind, Evidence, KnownTruth, LinkageAttack, Yardstick};
use crate::stats::residual_risk;
use crate::stop::{Progress, Stop, StopReason};
use crate::table::Table;

/// What is tried with a source.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// The attacks.
    pub attacks: Vec<AttackKind>,
    /// Seed of everything drawn by chance.
    pub seed: u64,
    /// What a reader must know of every attack on the source; counts only.
    pub notes: Vec<String>,
    /// Whether a truth was named, and whether it was declared to be complete.
    pub truth: Option<TruthGiven>,
}

/// A truth that was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TruthGiven {
    /// Whether a person declared that whoever it does not name is not in the source.
    pub is_complete: bool,
}

/// Every attack of the settings, in their order.
///
/// With a hold-out, people whom the source does not hold, each attack is run once more as if they were the extract:
/// what it claims of them, it claims wrongly. That explains the rate of the attack and never changes it.
///
/// # Errors
/// When `stop` was raised.
pub fn measure(
    linked: LinkedTables,
    hold_out: Option<Table>,
    settings: &Settings,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Vec<LinkageAttack>, StopReason> {
    let runs = settings.attacks.len() as u64 * (1 + u64::from(hold_out.is_some()));
    progress.begin("link", Some(runs), "attacks");
    let attacks = measure_attacks(linked, hold_out, settings, progress, stop);
    progress.end();
    attacks
}

fn measure_attacks(
    mut linked: LinkedTables,
    hold_out: Option<Table>,
    settings: &Settings,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Vec<LinkageAttack>, StopReason> {
    let mut attacks = Vec::with_capacity(settings.attacks.len());
    for &kind in &settings.attacks {
        stop.check()?;
        let mut found = attack(kind, &linked, settings, stop)?;
        let is_told = kind == AttackKind::Exact || found.attack_rate.is_none();
        if found.unique == Some(0) && found.ambiguous == Some(0) && !is_told {
            found.notes.push(
                "nobody matches on all shared columns: either the source holds other people, or both sides are spelled \
                 differently"
                    .to_owned(),
            );
        }
        let untold: Vec<String> = settings.notes.iter().filter(|note| !found.notes.contains(note)).cloned().collect();
        found.notes.splice(0..0, untold);
        truth_given(&mut found, settings.truth);
        attacks.push(found);
        progress.advance(1);
    }
    if let Some(hold_out) = hold_out {
        // Nobody of the hold-out is known to the source, so there is no truth to score with.
        (linked.truth, linked.pseudonyms) = (None, None);
        linked.ours = hold_out;
        for (&kind, found) in settings.attacks.iter().zip(&mut attacks) {
            stop.check()?;
            // Who is in one release only has nothing that the other could add to, and of strangers, too, somebody lies
            // nearest to every person.
            if matches!(kind, AttackKind::Intersection | AttackKind::Distance) {
                continue;
            }
            control(found, &attack(kind, &linked, settings, stop)?);
            progress.advance(1);
        }
    }
    for found in &mut attacks {
        (found.evidence, found.no_better_than) = weighed(found);
    }
    Ok(attacks)
}

fn attack(
    kind: AttackKind,
    linked: &LinkedTables,
    settings: &Settings,
    stop: &Stop,
) -> Result<LinkageAttack, StopReason> {
    match kind {
        AttackKind::Exact => exact::attack(linked, stop),
        AttackKind::Tolerant => tolerant::attack(linked, stop),
        AttackKind::Distance => distance::attack(linked, stop),
        AttackKind::Intersection => intersection::attack(linked, stop),
        AttackKind::Probabilistic => {
            let settings = probabilistic::Settings { seed: settings.seed, ..Default::default() };
            probabilistic::attack(linked, &settings, stop)
        }
        AttackKind::Release => release::attack(linked, &release::Settings::default(), stop),
        AttackKind::Scoreboard => match scoreboard::Settings::guess(&linked.columns) {
            Some(settings) => scoreboard::attack(linked, &settings, stop),
            None => Ok(scoreboard::without_item(linked)),
        },
    }
}

/// Says of a truth that was named how far it reaches, also where none of its keys is on both sides.
fn truth_given(found: &mut LinkageAttack, given: Option<TruthGiven>) {
    // Two releases with the same pseudonyms are paired by these; no truth has a say in it.
    if let Some(TruthGiven { is_complete }) = given.filter(|_| found.attack != AttackKind::Intersection) {
        found.known_truth = Some(KnownTruth { complete: is_complete, ..found.known_truth.unwrap_or_default() });
    }
}

/// Adds what the attack would be expected to link of strangers, were they the extract. Where it had nothing to compare,
/// it claims nothing of anybody, and that tells nothing.
fn control(found: &mut LinkageAttack, strangers: &LinkageAttack) {
    let fields = ["control_rate", "residual_risk"];
    let why = found.undefined.iter().find(|entry| entry.field == "attack_rate" && entry.reason != "no-truth");
    if let Some(reason) = why.map(|entry| entry.reason.clone()) {
        return undefined(found, &fields, &reason);
    }
    // Strangers who have no value in common with the source are not compared, and so not claimed either.
    let is_apart = strangers.undefined.iter().any(|entry| entry.field == "attack_rate" && entry.reason == "no-overlap");
    let of_strangers = strangers.expected_correct.or(is_apart.then_some(0.0));
    let (Some(links), Some(control)) = (found.expected_correct, of_strangers) else {
        return undefined(found, &fields, "no-claims");
    };
    found.control_rate = rate_of(control, strangers.subjects);
    match residual_risk(whole(links), found.subjects, whole(control), strangers.subjects) {
        Some(residual) => {
            found.residual_risk = Some(residual.risk);
            found.residual_interval = Some(residual.interval);
        }
        None => undefined(found, &fields, "empty"),
    }
}

/// Whether an attack does better than guessing, and than with strangers; what it does no better than where it does not.
///
/// There is no evidence only where the rate is not above one of the two, and that one is named: guessing first. Where
/// truth shows that more is found than by guessing, strangers have nothing to take off.
fn weighed(found: &LinkageAttack) -> (Evidence, Option<Yardstick>) {
    let Some(rate) = found.attack_rate else {
        // Claims of nobody knows what share are right tell something beside those of strangers only.
        let beats = found.residual_interval.is_some_and(|[low, _]| low > 0.0);
        return (if beats { Evidence::Found } else { Evidence::Unknown }, None);
    };
    let is_shown = found.known_truth.and_then(|known| known.share()).zip(found.baseline_rate);
    let is_shown = is_shown.is_some_and(|(share, baseline)| share > baseline);
    let control = found.control_rate.filter(|_| !is_shown);
    match (found.baseline_rate, control) {
        (Some(baseline), _) if rate <= baseline => (Evidence::None, Some(Yardstick::Baseline)),
        (_, Some(control)) if rate <= control => (Evidence::None, Some(Yardstick::Control)),
        (None, None) => (Evidence::Unknown, None),
        _ => (Evidence::Found, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::linkage::{Comparison, SharedColumn, SubjectKeys};
    use crate::result::ColumnType;
    use crate::secret::Secret;
    use crate::stop::NoProgress;
    use crate::table::{Codes, Column, Dictionary};

    fn table(codes: &[u32]) -> Table {
        let column = Column::new("city".to_owned(), Codes::from_codes(9, codes.iter().copied()), 9, None);
        Table::new(vec![column], None, codes.len()).unwrap()
    }

    fn linked(ours: &[u32], theirs: &[u32]) -> LinkedTables {
        let mut values = Dictionary::new(ColumnType::Text);
        for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
            values.push(Secret::new(name));
        }
        let name = "city".to_owned();
        LinkedTables {
            source: "members".to_owned(),
            ours: table(ours),
            theirs: table(theirs),
            columns: vec![SharedColumn { name, values, numbers: None, comparison: Comparison::Equal }],
            truth: None,
            pseudonyms: None,
            source_equals_extract: false,
        }
    }

    fn exact() -> Settings {
        Settings { attacks: vec![AttackKind::Exact], notes: vec!["first".to_owned()], ..Settings::default() }
    }

    fn measured(linked: LinkedTables, hold_out: Option<Table>) -> LinkageAttack {
        measure(linked, hold_out, &exact(), &NoProgress, &Stop::default()).unwrap().remove(0)
    }

    #[test]
    fn strangers_who_are_claimed_as_often_leave_no_evidence() {
        let ours: Vec<u32> = (0..8).collect();
        let alone = measured(linked(&ours, &ours), None);
        assert_eq!((alone.evidence, alone.control_rate), (Evidence::Found, None));
        let held = measured(linked(&ours, &ours), Some(table(&ours)));
        assert_eq!((held.claim_rate, held.control_rate), (Some(1.0), Some(1.0)));
        assert_eq!((held.residual_risk, held.evidence), (Some(0.0), Evidence::None));
        assert_eq!(held.no_better_than, Some(Yardstick::Control), "guessing finds less");
        let other = measured(linked(&ours, &ours), Some(table(&[8; 8])));
        assert_eq!((other.control_rate, other.evidence), (Some(0.0), Evidence::Found));
        assert!(other.residual_risk.is_some_and(|risk| risk > 0.5), "{other:?}");
    }

    #[test]
    fn nobody_knows_the_truth_of_strangers() {
        let mut known = linked(&[0, 1], &[0, 1]);
        let keys = vec![Some(0), Some(1)];
        known.truth = Some(SubjectKeys { ours: keys.clone(), theirs: keys });
        let found = measured(known, Some(table(&[0, 5, 6])));
        assert_eq!((found.correct, found.subjects), (Some(2), 2));
        assert_eq!(found.control_rate, Some(1.0 / 3.0));
    }

    #[test]
    fn a_hold_out_of_nobody_leaves_its_figures_open_with_a_reason() {
        let found = measured(linked(&[0, 1], &[0, 1]), Some(table(&[])));
        assert_eq!((found.control_rate, found.residual_risk), (None, None));
        assert!(found.undefined.iter().any(|field| field.field == "residual_risk" && field.reason == "empty"));
    }

    #[test]
    fn notes_of_the_source_come_first_and_a_raised_stop_ends() {
        assert_eq!(measured(linked(&[0], &[1]), None).notes[0], "first");
        let stop = Stop::default();
        stop.raise(StopReason::Timeout);
        let ended = measure(linked(&[0], &[0]), None, &exact(), &NoProgress, &stop);
        assert_eq!(ended.unwrap_err(), StopReason::Timeout);
    }

    #[test]
    fn what_truth_has_counted_no_hold_out_takes_back() {
        let ours: Vec<u32> = (0..8).collect();
        let mut known = linked(&ours, &ours);
        let keys: Vec<Option<u32>> = ours.iter().copied().map(Some).collect();
        known.truth = Some(SubjectKeys { ours: keys.clone(), theirs: keys });
        // Strangers are claimed as often, and yet all eight links are right.
        let found = measured(known, Some(table(&ours)));
        assert_eq!((found.correct, found.control_rate, found.residual_risk), (Some(8), Some(1.0), Some(0.0)));
        assert_eq!(found.evidence, Evidence::Found);
    }

    #[test]
    fn where_nothing_was_compared_strangers_tell_nothing() {
        let found = measured(linked(&[0, 1], &[5, 6]), Some(table(&[2, 3])));
        assert_eq!((found.attack_rate, found.claim_rate, found.control_rate), (None, None, None));
        assert_eq!(found.evidence, Evidence::Unknown);
        let reasons = found.undefined.iter().filter(|entry| entry.field == "claim_rate");
        assert_eq!(reasons.map(|entry| entry.reason.as_str()).collect::<Vec<_>>(), ["no-overlap"]);
    }

    #[test]
    fn without_figures_there_is_neither_evidence_nor_its_absence() {
        assert_eq!(weighed(&LinkageAttack::default()), (Evidence::Unknown, None));
        let claims = LinkageAttack { residual_interval: Some([0.2, 0.4]), ..LinkageAttack::default() };
        assert_eq!(weighed(&claims).0, Evidence::Found, "claims alone, and more than of strangers");
    }
}

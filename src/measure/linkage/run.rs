//! Every attack that is asked for on one source, held against its baseline and, where there is one, its control.

use super::{LinkedTables, distance, exact, intersection, probabilistic, release, scoreboard, tolerant};
use crate::result::{AttackKind, Evidence, LinkageAttack, UndefinedField};
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
}

/// Every attack of the settings, in their order.
///
/// With a hold-out, people whom the source does not hold, each attack is run once more as if they were the extract:
/// what it claims of them, it claims wrongly.
///
/// # Errors
/// When `stop` was raised, or an attack would take more work than its fixed limit.
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
        found.source_equals_extract = linked.source_equals_extract;
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
        found.evidence = evidence(found);
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
            let settings = probabilistic::Settings { seed: settings.seed, ..probabilistic::Settings::default() };
            probabilistic::attack(linked, &settings, stop)
        }
        AttackKind::Release => release::attack(linked, &release::Settings::default(), stop),
        AttackKind::Scoreboard => match scoreboard::Settings::guess(&linked.columns) {
            Some(settings) => scoreboard::attack(linked, &settings, stop),
            None => Ok(without_item(linked)),
        },
    }
}

/// A scoreboard compares who has which items, so without a column of items it has nothing to say.
fn without_item(linked: &LinkedTables) -> LinkageAttack {
    LinkageAttack {
        attack: AttackKind::Scoreboard,
        with: linked.source.clone(),
        columns: linked.columns.iter().map(|column| column.name.clone()).collect(),
        subjects: linked.ours.subjects() as u64,
        source_subjects: linked.theirs.subjects() as u64,
        undefined: vec![UndefinedField { field: "attack_rate".to_owned(), reason: "no-item".to_owned() }],
        notes: vec!["no shared column holds text, such as the merchant, by which events could be compared".to_owned()],
        ..LinkageAttack::default()
    }
}

/// Links that an attack claims, right or wrong: those that it names, else unique matches.
fn claims(found: &LinkageAttack) -> Option<u64> {
    found.links.or(found.unique)
}

/// Adds what the attack claims of strangers.
fn control(found: &mut LinkageAttack, strangers: &LinkageAttack) {
    let (Some(claimed), Some(control)) = (claims(found), claims(strangers)) else {
        return undefined(found, "no-claims");
    };
    #[expect(clippy::cast_precision_loss, reason = "counts of subjects are far below 2^53")]
    let share = |claims: u64, of: u64| (of > 0).then(|| claims as f64 / of as f64);
    found.claim_rate = share(claimed, found.subjects);
    found.control_rate = share(control, strangers.subjects);
    // An attack may claim several links of one subject; a share cannot be above 1.
    let [claimed, control] = [claimed.min(found.subjects), control.min(strangers.subjects)];
    match residual_risk(claimed, found.subjects, control, strangers.subjects) {
        Some(residual) => {
            found.residual_risk = Some(residual.risk);
            found.residual_interval = Some(residual.interval);
        }
        None => undefined(found, "empty"),
    }
}

fn undefined(found: &mut LinkageAttack, reason: &str) {
    for field in ["control_rate", "residual_risk"] {
        found.undefined.push(UndefinedField { field: field.to_owned(), reason: reason.to_owned() });
    }
}

/// Found where the lower end of the attack lies above the baseline, unless nothing is left of it beside the control.
/// What the attack says of its baseline itself stands.
fn evidence(found: &LinkageAttack) -> Evidence {
    let low = found.attack_rate.map(|rate| found.interval.map_or(rate, |[low, _]| low));
    let beats_baseline = match found.evidence {
        Evidence::Found => Some(true),
        Evidence::None => Some(false),
        Evidence::Unknown => low.zip(found.baseline_rate).map(|(low, baseline)| low > baseline),
    };
    let beats_control = found.residual_interval.map(|[low, _]| low > 0.0);
    match (beats_baseline, beats_control) {
        (None, None) => Evidence::Unknown,
        (Some(false), _) | (_, Some(false)) => Evidence::None,
        _ => Evidence::Found,
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
        let column = Column {
            name: "city".to_owned(),
            codes: Codes::from_codes(9, codes.iter().copied()),
            cardinality: 9,
            missing: None,
        };
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
        Settings { attacks: vec![AttackKind::Exact], seed: 0, notes: vec!["first".to_owned()] }
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
    fn without_figures_there_is_neither_evidence_nor_its_absence() {
        assert_eq!(evidence(&LinkageAttack::default()), Evidence::Unknown);
        let even = LinkageAttack { attack_rate: Some(0.5), baseline_rate: Some(0.5), ..LinkageAttack::default() };
        assert_eq!(evidence(&even), Evidence::None);
    }
}

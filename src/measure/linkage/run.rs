//! Every attack that is asked for on one source, held against its baseline and, where there is one, its control.

use super::{LinkedTables, exact, intersection, probabilistic, tolerant};
use crate::result::{AttackKind, Evidence, LinkageAttack, UndefinedField};
use crate::stats::residual_risk;
use crate::stop::{Progress, Stop, StopReason};
use crate::table::{Table, scratch_bytes};

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
        found.notes.splice(0..0, settings.notes.iter().cloned());
        if found.unique == Some(0) && found.ambiguous == Some(0) {
            found.notes.push(
                "nobody matches on all shared columns: either the source holds other people, or both sides are spelled \
                 differently"
                    .to_owned(),
            );
        }
        attacks.push(found);
        progress.advance(1);
    }
    if let Some(hold_out) = hold_out {
        // Nobody of the hold-out is known to the source, so there is no truth to score with.
        (linked.truth, linked.pseudonyms) = (None, None);
        linked.ours = hold_out;
        for (&kind, found) in settings.attacks.iter().zip(&mut attacks) {
            stop.check()?;
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
        AttackKind::Intersection => intersection::attack(linked, stop),
        AttackKind::Probabilistic => {
            let settings = probabilistic::Settings { seed: settings.seed, ..probabilistic::Settings::default() };
            probabilistic::attack(linked, &settings, stop)
        }
        _ => Err(StopReason::WorkLimit),
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

/// Bytes of memory that the tables of a source hold, with what its attacks need besides.
#[must_use]
pub fn bytes(linked: &LinkedTables, attacks: &[AttackKind]) -> u64 {
    let values: usize = linked
        .columns
        .iter()
        .map(|column| column.values.bytes() + column.numbers.as_ref().map_or(0, |numbers| numbers.capacity() * 16))
        .sum();
    let tables = linked.ours.bytes() + linked.theirs.bytes() + values;
    let threads = rayon::current_num_threads();
    let exact = if attacks.contains(&AttackKind::Exact) {
        scratch_bytes(&linked.ours, threads) + scratch_bytes(&linked.theirs, threads)
    } else {
        0
    };
    tables as u64 + exact
}

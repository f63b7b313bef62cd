//! The attacks of the mobility literature over the events of an extract: who is asked, and what comes out.

use super::attack::OverLimit;
use super::mobility::{Asked, Trails, WorstCase};
use super::settings::{Mobility, Point, Settings};
use super::study::{Members, Study};
use super::trace::Traces;
use crate::number::as_float;
use crate::result::{MobilityAttack, MobilityResult};
use crate::stats::wilson_interval;
use crate::stop::{Stop, StopReason, Watch};
use crate::table::{PointColumns, PointIndex, Table};

/// Every attack that was asked for, with every number of known points.
pub(super) fn measure_mobility(
    table: &Table,
    settings: &Settings,
    mobility: &Mobility,
    watch: Watch<'_>,
) -> Result<Vec<MobilityResult>, StopReason> {
    let (knows_time, others): (Vec<_>, Vec<_>) =
        mobility.attacks.iter().copied().partition(|&attack| attack == MobilityAttack::Time);
    let mut results = Vec::new();
    for (attacks, event) in
        [(others, mobility.place.clone()), (knows_time, [&mobility.time[..], &mobility.place].concat())]
    {
        if attacks.is_empty() {
            continue;
        }
        let event_study = EventStudy { table, settings, mobility, event: &event };
        results.extend(event_study.results(&attacks, watch)?);
    }
    // As they were asked for.
    let place = |attack| mobility.attacks.iter().position(|&other| other == attack);
    results.sort_by_key(|result| (place(result.attack), result.known));
    Ok(results)
}

/// Attacks that know the same kind of event.
struct EventStudy<'a> {
    table: &'a Table,
    settings: &'a Settings,
    mobility: &'a Mobility,
    /// Columns of the event.
    event: &'a [usize],
}

impl EventStudy<'_> {
    fn results(&self, attacks: &[MobilityAttack], watch: Watch<'_>) -> Result<Vec<MobilityResult>, StopReason> {
        let asked: Vec<(MobilityAttack, Option<u32>)> = attacks
            .iter()
            .flat_map(|&attack| self.numbers(attack).into_iter().map(move |known| (attack, known)))
            .collect();
        let nothing = |reason: &str| {
            asked.iter().map(|&(attack, known)| self.without(attack, known, 0, reason)).collect::<Vec<_>>()
        };
        if self.mobility.place.is_empty() {
            return Ok(nothing("the point has no column besides the time, so there is no place"));
        }
        let columns = PointColumns { event: self.event, visible: &self.mobility.visible, ..PointColumns::default() };
        let index = PointIndex::new(self.table, &columns, watch.stop)?;
        if index.points() == 0 {
            return Ok(nothing("in every record a column of the place is missing or hidden"));
        }
        let point = Point { order: self.mobility.order, ..Point::new(self.event.iter().copied()) };
        let traces = Traces::new(&index, &self.settings.columns, &point);
        let trails = Trails::from_index(&index, &traces, point.order.is_some());
        let sample = self.sample(&index, &traces, watch.stop);
        let subjects = index.trace_sizes().iter().filter(|&&size| size > 0).count() as u64;
        watch.progress.begin("mobility attacks", Some(asked.len() as u64), "attacks");
        let mut results = Vec::new();
        for &(attack, known) in &asked {
            if attack == MobilityAttack::Sequence && self.mobility.order.is_none() {
                let reason = "no column says in which order events follow each other";
                results.push(self.without(attack, known, subjects, reason));
                continue;
            }
            let limit = (self.settings.work_limit / sample.len().max(1) as u64).max(LEAST_WORK);
            let number = known.unwrap_or(2) as usize;
            let found = trails.within(
                &sample,
                &Asked { attack, known: number, tolerance: self.mobility.tolerance, limit },
                watch.stop,
            )?;
            results.push(self.result(attack, known, subjects, &found));
            watch.progress.advance(1);
        }
        watch.progress.end();
        Ok(results)
    }

    /// The numbers of known points of an attack; the two places visited most are always two.
    fn numbers(&self, attack: MobilityAttack) -> Vec<Option<u32>> {
        match attack {
            MobilityAttack::HomeWork => vec![None],
            _ => self.settings.known_points().into_iter().map(Some).collect(),
        }
    }

    /// Subjects that are looked at: all, or as many as are drawn, always held against every other subject.
    fn sample(&self, index: &PointIndex<'_>, traces: &Traces<'_>, stop: &Stop) -> Vec<u32> {
        let mut study = Study::new(index, traces, index.trace_sizes(), stop);
        study.seed = self.settings.seed;
        study.sample(Members { least: 1 }, self.settings.draws).iter().map(|drawn| drawn.subject).collect()
    }

    fn result(
        &self,
        attack: MobilityAttack,
        known: Option<u32>,
        subjects: u64,
        found: &[Result<Option<WorstCase>, OverLimit>],
    ) -> MobilityResult {
        let looked_at = found.len() as u64;
        let undecided = found.iter().filter(|found| found.is_err()).count();
        let cases: Vec<WorstCase> = found.iter().filter_map(|found| found.ok().flatten()).collect();
        if undecided > 0 || cases.is_empty() {
            let reason = if undecided > 0 {
                format!(
                    "{undecided} of {looked_at} subjects have more choices of known places than the work limit allows to try"
                )
            } else {
                "no subject has a place at a known time".to_owned()
            };
            return MobilityResult { looked_at, ..self.without(attack, known, subjects, &reason) };
        }
        let trials = cases.len() as u64;
        let certain = cases.iter().filter(|case| case.matches <= 1).count() as u64;
        let share = as_float(certain) / as_float(trials);
        MobilityResult {
            looked_at: trials,
            mean_risk: Some(mean_risk(&cases)),
            share_at_risk_1: Some(share),
            interval: if trials < subjects { wilson_interval(certain, trials) } else { Some([share; 2]) },
            tied: matches!(attack, MobilityAttack::HomeWork | MobilityAttack::Sequence)
                .then(|| cases.iter().filter(|case| case.tied).count() as u64),
            reason: None,
            ..self.without(attack, known, subjects, "")
        }
    }

    /// A result without a figure.
    fn without(&self, attack: MobilityAttack, known: Option<u32>, subjects: u64, reason: &str) -> MobilityResult {
        let counts =
            matches!(attack, MobilityAttack::Frequency | MobilityAttack::Probability | MobilityAttack::Proportion);
        MobilityResult {
            attack,
            place: self.table.names(self.event),
            order: self.mobility.order.map(|column| self.table.columns()[column].name.clone()),
            known,
            tolerance: counts.then_some(self.mobility.tolerance),
            subjects,
            reason: Some(reason.to_owned()),
            ..MobilityResult::default()
        }
    }
}

/// Looks that each subject may cost in any case.
const LEAST_WORK: u64 = 100_000;

/// Mean of 1 / matches, summed by matches so that no order of the subjects shows in the last digit.
fn mean_risk(cases: &[WorstCase]) -> f64 {
    let mut by_matches: std::collections::BTreeMap<u32, u64> = std::collections::BTreeMap::new();
    for case in cases {
        *by_matches.entry(case.matches.max(1)).or_default() += 1;
    }
    let sum: f64 = by_matches.iter().map(|(&matches, &subjects)| as_float(subjects) / f64::from(matches)).sum();
    sum / as_float(cases.len() as u64)
}

//! How an extract comes to pass: plans judged as a release would judge them, and the one that keeps the most detail.
//!
//! The extract is read once. Every plan is applied to it in memory, measured and judged by the code of the scan, as if
//! released: without what does not leave and, where a register of consent is declared, without those who did not opt in.
//! What stands in the way of a release stands in the way of a plan.

use jiff::tz::TimeZone;

use super::case::{ReadCase, Standing, for_verdict, in_the_way_of_all, is_quasi, must_go, standing};
use super::court::Court;
use super::rotations::{self, Move, moves};
use super::{ReleaseError, plans};
use crate::advice::{self, JudgedPlan, KnownPoints, Plans, QuickGates, Request};
use crate::measure::attribute::AskedOfClasses;
use crate::measure::histories;
use crate::measure::unicity::ColumnValues;
use crate::number::ratio;
use crate::plan::{CoarsenRule, Extent, Plan, Rotation};
use crate::result::{GateMeasure, GateSet, MissingMode, PlannedRotation, Removal};
use crate::scan::{Clock, Examined, ReadExtract, ScanError, read_extract};
use crate::stop::{Progress, Stop, Watch};

/// Work that a search may take beside what it takes of every record, in records times column sets.
const WORK: u64 = 2_000_000_000;
/// The same for each record.
const WORK_A_RECORD: u64 = 1_000;

/// What came of the search.
pub struct Proposal {
    /// The extract as it would leave without a change.
    pub before: Standing,
    /// What was searched: with pseudonyms as the plan has them, then under each rotation that was tried.
    pub searches: Vec<Searched>,
    /// Which of the searches found the plan that is recommended; `None` where nothing that was tried passes.
    pub best: Option<usize>,
    /// The plan that is recommended, complete.
    pub plan: Option<Plan>,
    /// Columns that are left out because of what they are, with the reason.
    pub must_go: Vec<(String, String)>,
    /// What stands in the way whatever is done to the columns, in words.
    pub remains: Vec<String>,
    /// Columns that would be left out beside those of the recommended plan if nobody were left out; `None` without a budget,
    /// or where that was not searched to its end.
    pub saved_by_removal: Option<Vec<String>>,
}

/// The plans of one search.
pub struct Searched {
    /// Those that were judged.
    pub plans: Plans,
    /// For each of them who was left out, within the budget of the plan.
    pub removals: Vec<Option<Removal>>,
    /// What stood in the way of all of them, in words.
    pub remains: Vec<String>,
    /// The rotation of pseudonyms that is proposed with each of them, and the subjects that there are then.
    pub rotation: Option<(PlannedRotation, u64)>,
}

/// Searches for the plan that keeps the most detail and would be released.
///
/// # Errors
/// When the plan leaves open what may leave, or the extract cannot be read or treated. A search that is cut off by time
/// ends with what it found so far.
pub fn advise(plan: &Plan, clock: &dyn Clock, progress: &dyn Progress, stop: &Stop) -> Result<Proposal, ReleaseError> {
    plans::leaving(plan)?;
    let ReadExtract { extract, name, ground, .. } = read_extract(plan, progress, stop)?;
    let today = clock.now().to_zoned(TimeZone::UTC).date();
    let work = WORK + extract.records * WORK_A_RECORD;
    let case = ReadCase { extract: &extract, name: &name, today, clock, stop };
    ground.with_failure(case.proposal(plan, Scope { work, is_whole: true }, Watch { progress, stop }))
}

/// How far a search goes.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    pub(super) work: u64,
    /// Whether more is told than the plan: the way to it, and what a removal saves.
    pub(super) is_whole: bool,
}

impl ReadCase<'_> {
    pub(super) fn proposal(&self, plan: &Plan, scope: Scope, watch: Watch<'_>) -> Result<Proposal, ReleaseError> {
        let leaving = plans::leaving(plan)?;
        let columns: Vec<String> = self.extract.columns.iter().map(|column| column.name.clone()).collect();
        let mut base = for_verdict(plans::as_if_of(plan, &leaving, &columns));
        if let Some(register) = base.recipient.as_mut().and_then(|recipient| recipient.consent.as_mut()) {
            register.leaves_out = true;
        }
        // Coarser forms are looked for among all records: who is left out depends on the form.
        let first = self.examined(&Plan { suppress: None, extent: Extent::Search, ..base.clone() })?;
        let before = if base.suppress.is_some() { standing(&self.examined(&base)?) } else { standing(&first) };
        let must_go = must_go(&first);
        // Who is left out may settle what the data show; without a budget nothing does.
        let remains = if base.suppress.is_none() { in_the_way_of_all(&first) } else { Vec::new() };
        if !remains.is_empty() {
            return Ok(Proposal::without_search(before, must_go, remains));
        }
        for (column, _) in must_go.iter().filter(|(column, _)| !is_quasi(&first, column)) {
            base.coarsen.insert(column.clone(), vec![CoarsenRule::Drop]);
        }
        searched(plan, &base, self, Found { first, before, must_go, leaving, scope }, watch)
    }
}

impl Proposal {
    /// No plan, because something stands in the way of all.
    fn without_search(before: Standing, must_go: Vec<(String, String)>, remains: Vec<String>) -> Self {
        Self { before, searches: Vec::new(), best: None, plan: None, must_go, remains, saved_by_removal: None }
    }

    /// The plan that is recommended, and the search that found it.
    #[must_use]
    pub fn recommended(&self) -> Option<(&Searched, &JudgedPlan)> {
        let search = self.searches.get(self.best?)?;
        Some((search, search.best()?))
    }
}

impl Searched {
    /// The best of its plans that pass.
    #[must_use]
    pub fn best(&self) -> Option<&JudgedPlan> {
        self.plans.judged.get(self.plans.best?)
    }

    /// Detail that its best plan keeps, of the subjects that it keeps; nothing where there is no plan.
    fn worth(&self) -> Option<f64> {
        let removal = self.removals.get(self.plans.best?).copied().flatten();
        let gone = removal.and_then(|removal| ratio(removal.removed, removal.of)).unwrap_or(0.0);
        Some(self.best()?.detail.unwrap_or(0.0) * (1.0 - gone))
    }
}

/// What is known before the search.
struct Found {
    first: Examined,
    before: Standing,
    must_go: Vec<(String, String)>,
    leaving: Vec<String>,
    scope: Scope,
}

/// What one search goes by.
struct Ask<'a> {
    base: &'a Plan,
    /// The extract under the rotation of `base`.
    first: &'a Examined,
    /// Whether that rotation is a move, and not what somebody declared.
    is_move: bool,
    /// Detail that the rotation loses, in columns.
    lost: f64,
    /// Only plans that keep more are of use.
    more_than: Option<f64>,
    /// Whether the way to the best plan is told.
    way: bool,
}

impl Found {
    /// The best plan under the limits of a plan.
    fn ask(&self, case: &ReadCase<'_>, asked: &Ask<'_>, watch: Watch<'_>) -> Result<Searched, ReleaseError> {
        let Ask { base, first, is_move, lost, more_than, way } = *asked;
        let names = names_of(first);
        let gone = |name: &String| self.must_go.iter().any(|(column, _)| column == name);
        let mut court = Court {
            case,
            base: base.clone(),
            leaving: &self.leaving,
            names: &names,
            records: first.table.records() as u64,
            removals: Vec::new(),
            remains: None,
        };
        // Rare is what few persons hold, whatever pseudonyms they have: of them only the extract without rotation tells. Where
        // somebody declared one, forms are those of pseudonyms, so nothing is asked but the judge.
        let mut ladders = first.ladders.clone();
        if is_move {
            ladders = advice::completed(&self.first.table, ladders, base.policy.k);
        }
        let request = Request {
            k: base.policy.k,
            rare: !is_move,
            quick: if is_move || base.rotate.is_none() { quick_gates(base, first) } else { QuickGates::default() },
            dropped: names.iter().map(gone).collect(),
            way,
            work: self.scope.work,
            rotated: rotations::rotated(first, &mut ladders, lost),
            more_than,
        };
        let plans =
            advice::best_plan(first.table.clone(), ladders, request, &mut court, watch).map_err(ScanError::from)?;
        let remains = court.remains.unwrap_or_default();
        Ok(Searched { plans, removals: court.removals, remains, rotation: None })
    }

    /// The best plan with the budget of subjects to leave out, and where that was asked the one without.
    fn both(
        &self,
        case: &ReadCase<'_>,
        base: &Plan,
        watch: Watch<'_>,
    ) -> Result<(Searched, Option<Searched>), ReleaseError> {
        let way = self.scope.is_whole;
        let asked = Ask { base, first: &self.first, is_move: false, lost: 0.0, more_than: None, way };
        let with = self.ask(case, &asked, watch)?;
        if base.suppress.is_none() || !self.scope.is_whole {
            return Ok((with, None));
        }
        let alone = Plan { suppress: None, ..base.clone() };
        let without = self.ask(case, &Ask { base: &alone, ..asked }, watch)?;
        Ok((with, Some(without)))
    }

    /// The plans under each rotation of pseudonyms that is worth it, as long as each keeps more than all before; and where
    /// the best of all was found.
    fn rotated(
        &self,
        case: &ReadCase<'_>,
        base: &Plan,
        plain: Searched,
        watch: Watch<'_>,
    ) -> Result<(Vec<Searched>, Option<usize>), ReleaseError> {
        let mut worth = plain.worth();
        let mut best = worth.map(|_| 0);
        let moves = if self.scope.is_whole { moves(case, base, &self.first, worth)? } else { Vec::new() };
        let mut searches = vec![plain];
        for Move { rotation, first, links_kept } in moves {
            let base = Plan { rotate: Some(rotation.clone()), ..base.clone() };
            let lost = 1.0 - links_kept;
            let asked = Ask { base: &base, first: &first, is_move: true, lost, more_than: worth, way: false };
            let mut search = self.ask(case, &asked, watch)?;
            if search.worth().is_some_and(|found| worth.is_none_or(|worth| found > worth)) {
                (worth, best) = (search.worth(), Some(searches.len()));
            }
            let Rotation { every, column } = rotation;
            let (every, column) = (every.name().to_owned(), column.unwrap_or_default());
            search.rotation = Some((PlannedRotation { every, column, links_kept }, first.dataset.subjects));
            searches.push(search);
        }
        Ok((searches, best))
    }
}

fn names_of(examined: &Examined) -> Vec<String> {
    examined.table.columns().iter().map(|column| column.name.clone()).collect()
}

fn searched(
    plan: &Plan,
    base: &Plan,
    case: &ReadCase<'_>,
    found: Found,
    watch: Watch<'_>,
) -> Result<Proposal, ReleaseError> {
    watch.progress.begin("advise", None, "plans");
    let all = found.both(case, base, watch).and_then(|both| {
        // Who is left out is detail lost as well: what a removal gains must be worth it.
        let (chosen, without) = match both {
            (with, Some(alone)) if alone.worth() >= with.worth() => (alone, None),
            both => both,
        };
        Ok((found.rotated(case, base, chosen, watch)?, without))
    });
    watch.progress.end();
    let ((searches, place), without) = all?;
    let names = names_of(&found.first);
    let best = place.and_then(|place| Some((&searches[place], searches[place].best()?)));
    let best = best.map(|(search, best)| (search.rotation.as_ref().map(|(rotation, _)| rotation), best));
    let written = best.map(|(rotation, best)| with_rules(plan, base, &names, (&best.rules, rotation)));
    let saved_by_removal = match (without, best) {
        (Some(without), Some((None, best))) if without.plans.complete => {
            Some(saved(&names, without.best().map(|best| best.rules.as_slice()), &best.rules))
        }
        _ => None,
    };
    let remains = if best.is_some() { Vec::new() } else { in_all(&searches) };
    let Found { before, must_go, .. } = found;
    Ok(Proposal { before, best: place, plan: written, must_go, remains, saved_by_removal, searches })
}

/// What stood in the way of every plan of every search that judged any.
fn in_all(searches: &[Searched]) -> Vec<String> {
    let mut remaining = searches.iter().filter(|search| !search.plans.judged.is_empty()).map(|search| &search.remains);
    let first = remaining.next().cloned().unwrap_or_default();
    remaining.fold(first, |all, others| all.into_iter().filter(|words| others.contains(words)).collect())
}

/// Columns that are left out without a removal and not with it.
fn saved(names: &[String], without: Option<&[Option<Vec<String>>]>, with: &[Option<Vec<String>>]) -> Vec<String> {
    let is_dropped = |rules: &Option<Vec<String>>| rules.as_ref().is_some_and(|rules| rules == &["drop"]);
    let kept = names.iter().zip(with).enumerate().filter(|(_, (_, rules))| !is_dropped(rules));
    let lost = |place: usize| without.is_none_or(|without| is_dropped(&without[place]));
    kept.filter(|(place, _)| lost(*place)).map(|(_, (name, _))| name.clone()).collect()
}

/// The plan as somebody would write it: what is asked for, with the rules of a recommended plan and what else it rests on.
fn with_rules(
    plan: &Plan,
    base: &Plan,
    names: &[String],
    (rules, rotation): (&[Option<Vec<String>>], Option<&PlannedRotation>),
) -> Plan {
    let mut written = plan.clone();
    written.rotate = rotation.and_then(rotations::of_planned).or(written.rotate);
    let leaves_out = |plan: &Plan| plan.recipient.as_ref()?.consent.as_ref().map(|register| register.leaves_out);
    if let (Some(true), Some(register)) =
        (leaves_out(base), written.recipient.as_mut().and_then(|recipient| recipient.consent.as_mut()))
    {
        register.leaves_out = true;
    }
    // What does not leave is dropped by name, so that the released file fits the same plan.
    let stays = base
        .coarsen
        .iter()
        .filter(|(name, rules)| **rules == [CoarsenRule::Drop] && plan.roles.declared.contains_key(*name));
    written.coarsen.extend(stays.map(|(name, rules)| (name.clone(), rules.clone())));
    written.coarsen.extend(parsed(base, names, rules));
    written
}

/// Rules by column; a column that stays as it is keeps those that it has.
pub(super) fn parsed<'a>(
    base: &'a Plan,
    names: &'a [String],
    rules: &'a [Option<Vec<String>>],
) -> impl Iterator<Item = (String, Vec<CoarsenRule>)> + 'a {
    names.iter().zip(rules).filter_map(|(name, rules)| {
        let whole = |rule: &String| CoarsenRule::parse(rule).map(|rule| with_folder(rule, base.rules_of(name)));
        let rules = rules.as_ref()?.iter().map(whole).collect::<Result<Vec<_>, _>>().ok()?;
        Some((name.clone(), rules))
    })
}

/// A rule as written shows no folders; its file is the one of the rules that it takes the place of.
fn with_folder(rule: CoarsenRule, rules: &[CoarsenRule]) -> CoarsenRule {
    let CoarsenRule::Hierarchy { file, level } = rule else { return rule };
    let known = rules.iter().filter_map(CoarsenRule::file).find(|known| known.file_name() == file.file_name());
    CoarsenRule::Hierarchy { file: known.map_or(file, std::path::Path::to_path_buf), level }
}

/// The limits that can be asked of the coded columns. Where a waiver may cover what breaks, nothing is.
fn quick_gates(plan: &Plan, examined: &Examined) -> QuickGates {
    // Where pseudonyms are rotated, classes and points are those of a period, which must be at hand.
    if plan.rotate.is_some() != examined.period.is_some() || !plan.waivers.is_empty() || plan.declarations.aggregate {
        return QuickGates::default();
    }
    let least = |set: GateSet| {
        let gates = plan.policy.gates.iter().filter(|gate| gate.set == Some(set));
        gates.filter_map(crate::result::Gate::class_limit).max().filter(|_| plan.missing == MissingMode::OwnCategory)
    };
    let on_points = |measure: GateMeasure| {
        let limits = plan.policy.gates.iter().filter(|gate| gate.measure == measure).filter_map(|gate| gate.limit);
        limits.min_by(f64::total_cmp)
    };
    let (all, active) = (on_points(GateMeasure::UNICITY), on_points(GateMeasure::UNICITY_ACTIVE));
    let asked = plan.asks("unicity") && examined.table.has_subjects() && (all.is_some() || active.is_some());
    let values = examined.values.iter();
    let values = values.map(|values| ColumnValues { keys: values.keys.clone(), numbers: Vec::new() }).collect();
    QuickGates {
        smallest_static: least(GateSet::Static),
        smallest_full: least(GateSet::Full),
        refuses_unclear: true,
        spare: plan.suppress.map(|share| (share.of(examined.table.subjects() as u64), f64::from(share))),
        sensitive: if plan.suppress.is_none() && plan.missing == MissingMode::OwnCategory {
            AskedOfClasses::of(&plan.policy.gates)
        } else {
            AskedOfClasses::default()
        },
        secrets: examined.secrets.clone(),
        history_crowd: history_crowd(plan),
        known_points: asked.then(|| KnownPoints { points: declared_points(plan, examined), all, active, values }),
    }
}

/// How many subjects must share each whole history, where nobody can be left out.
fn history_crowd(plan: &Plan) -> Option<f64> {
    let gates = plan.policy.gates.iter().filter(|gate| gate.measure.name() == histories::CROWD_GATE);
    let most = gates.filter_map(|gate| gate.limit).max_by(f64::total_cmp);
    most.filter(|_| plan.suppress.is_none() && plan.missing == MissingMode::OwnCategory)
}

/// The declared points whose columns are all quasi-identifiers as the file shows them.
fn declared_points(plan: &Plan, examined: &Examined) -> Option<Vec<Vec<usize>>> {
    let place = |name: &String| examined.table.columns().iter().position(|column| column.name == *name);
    let points = plan.unicity.points.iter().filter(|point| point.iter().all(|part| part.rule.is_none()));
    let points = points.filter_map(|point| point.iter().map(|part| place(&part.column)).collect());
    (!plan.unicity.points.is_empty()).then(|| points.collect())
}

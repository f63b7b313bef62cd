//! How an extract comes to pass: plans judged as a release would judge them, and the one that keeps the most detail.
//!
//! The extract is read once. Every plan is applied to it in memory, measured and judged by the code of the scan, as if
//! released: without what does not leave and, where a register of consent is declared, without those who did not opt in.
//! What stands in the way of a release stands in the way of a plan.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::court::Court;
use super::rotations::{self, Move, moves};
use super::{ReleaseError, plans, stands_as_if};
use crate::advice::{self, JudgedPlan, KnownPoints, Plans, QuickGates, Request};
use crate::input::Extract;
use crate::measure::attribute::AskedOfClasses;
use crate::measure::histories;
use crate::measure::unicity::ColumnValues;
use crate::number::ratio;
use crate::plan::{CoarsenRule, Extent, Listing, Plan, Rotation};
use crate::result::{
    FigureValue, Finding, FindingCode, GateMeasure, GateSet, Headline, MissingMode, Outcome, PlannedRotation, Removal,
    Role, SetStatistics, VerdictOutcome,
};
use crate::scan::{Asked, Clock, Examined, ReadExtract, ScanError, Stages, examine, open_sources, read_extract};
use crate::stop::{NoProgress, Progress, Stop, Watch};

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

/// Where an extract stands.
pub struct Standing {
    /// Name of the dataset.
    pub dataset: String,
    /// Its records and subjects.
    pub records: u64,
    /// See `records`.
    pub subjects: u64,
    /// Whether records belong to subjects.
    pub has_subjects: bool,
    /// The policy's smallest class.
    pub k: u32,
    /// Whether it may leave as it is.
    pub passes: bool,
    /// Its figures.
    pub figures: Headline,
    /// What stands in the way, in words.
    pub objections: Vec<String>,
}

/// Searches for the plan that keeps the most detail and would be released.
///
/// # Errors
/// When the plan leaves open what may leave, or the extract cannot be read or treated. A search that is cut off by time
/// ends with what it found so far.
pub fn advise(plan: &Plan, clock: &dyn Clock, progress: &dyn Progress, stop: &Stop) -> Result<Proposal, ReleaseError> {
    plans::leaving(plan)?;
    let ReadExtract { extract, name, .. } = read_extract(plan, progress, stop)?;
    let today = clock.now().to_zoned(TimeZone::UTC).date();
    let work = WORK + extract.records * WORK_A_RECORD;
    let case = ReadCase { extract: &extract, name: &name, today, clock, stop };
    case.proposal(plan, Scope { work, is_whole: true }, Watch { progress, stop })
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
    let mut told = searches.iter().filter(|search| !search.plans.judged.is_empty()).map(|search| &search.remains);
    let first = told.next().cloned().unwrap_or_default();
    told.fold(first, |all, others| all.into_iter().filter(|words| others.contains(words)).collect())
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

/// The same plan without what explains and decides nothing.
pub(super) fn for_verdict(mut plan: Plan) -> Plan {
    let subsets = plan.policy.gates.iter().any(|gate| gate.set == Some(GateSet::AllSubsets));
    plan.extent = Extent::Verdict;
    plan.lists = Listing::default();
    plan.max_set = if subsets { plan.max_set } else { 1 };
    plan.unicity.known_points.clear();
    plan.unicity.sweep = false;
    plan.unicity.mobility.clear();
    plan.unicity.known_attributes.clear();
    plan
}

/// The extract as read, and what it is judged with.
pub(super) struct ReadCase<'a> {
    pub(super) extract: &'a Extract,
    pub(super) name: &'a str,
    pub(super) today: Date,
    pub(super) clock: &'a dyn Clock,
    pub(super) stop: &'a Stop,
}

impl ReadCase<'_> {
    pub(super) fn examined(&self, plan: &Plan) -> Result<Examined, ScanError> {
        let opened = open_sources(plan)?;
        let asked = Asked { plan, today: self.today, progress: &NoProgress, stop: self.stop, made_of: &[] };
        examine(self.extract.clone(), opened, self.name.to_owned(), asked, &mut Stages::new(self.clock))
    }
}

/// What stands in the way of releasing what was examined.
pub(super) fn standing_findings(examined: &Examined) -> impl Iterator<Item = &Finding> {
    examined.judgement.findings.iter().filter(|found| stands_as_if(found, &examined.dataset))
}

pub(super) fn standing(examined: &Examined) -> Standing {
    let objections: Vec<String> = standing_findings(examined).map(|found| found.message.clone()).collect();
    let cut_off = examined.judgement.verdict.outcome == VerdictOutcome::Incomplete;
    Standing {
        dataset: examined.dataset.name.clone(),
        records: examined.dataset.records,
        subjects: examined.dataset.subjects,
        has_subjects: examined.dataset.subject.is_some(),
        k: examined.policy.k,
        passes: objections.is_empty() && !cut_off,
        figures: headline(examined),
        objections,
    }
}

/// Codes of findings that no coarser form of the column settles.
const COLUMN_ITSELF: [(FindingCode, &str); 10] = [
    (FindingCode::DirectIdentifierPresent, "direct identifier"),
    (FindingCode::DirectIdentifierFound, "direct identifier"),
    (FindingCode::NamesOfPeople, "names of people"),
    (FindingCode::PartialCardNumber, "part of card numbers"),
    (FindingCode::HashBesideTruncatedNumber, "hash of card numbers"),
    (FindingCode::HashLookingPseudonym, "looks like a hash"),
    (FindingCode::SeveralTruncations, "parts of card numbers"),
    (FindingCode::ForbiddenColumn, "forbidden by the agreement"),
    (FindingCode::ColumnNotAllowed, "not covered by the agreement"),
    (FindingCode::PseudonymReversible, "pseudonyms that can be reversed"),
];

/// Codes of findings that nothing settles that is done to quasi-identifiers, where they speak of none.
const OF_NO_PLAN: [FindingCode; 9] = [
    FindingCode::PlaceholderValues,
    FindingCode::RoundedIdentifier,
    FindingCode::SubjectsNotInMap,
    FindingCode::NoSubject,
    FindingCode::UnreasonedColumn,
    FindingCode::PurposeMissing,
    FindingCode::AgreementEnded,
    FindingCode::AggregatesNotMeasured,
    FindingCode::GateLeftOut,
];

/// What stands in the way whatever is done to the quasi-identifiers, in words.
fn in_the_way_of_all(examined: &Examined) -> Vec<String> {
    let is_of_none = |found: &Finding| {
        OF_NO_PLAN.contains(&found.code) && !found.columns.iter().any(|column| is_quasi(examined, column))
    };
    standing_findings(examined).filter(|found| is_of_none(found)).map(|found| found.message.clone()).collect()
}

/// Columns that are left out because of what they are. The subject cannot be: it is replaced.
fn must_go(examined: &Examined) -> Vec<(String, String)> {
    let mut gone: Vec<(String, String)> = Vec::new();
    for found in standing_findings(examined) {
        let Some((_, reason)) = COLUMN_ITSELF.iter().find(|(code, _)| *code == found.code) else { continue };
        for column in &found.columns {
            let is_subject = examined.dataset.subject.as_ref() == Some(column);
            if !is_subject && !gone.iter().any(|(other, _)| other == column) {
                gone.push((column.clone(), (*reason).to_owned()));
            }
        }
    }
    gone
}

fn is_quasi(examined: &Examined, column: &str) -> bool {
    examined.dataset.columns.iter().any(|other| other.name == column && other.role == Role::QuasiIdentifier)
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

/// The figures that plans are compared by.
pub(super) fn headline(examined: &Examined) -> Headline {
    let mut headline = Headline::default();
    if let Some(Outcome::Measured { value, .. }) = &examined.measures.uniqueness {
        let below =
            |set: &SetStatistics| set.below.iter().find(|below| below.k == examined.policy.k).map(|it| it.subjects);
        let fixed = value.static_unclear.as_ref().or(value.static_set.as_ref());
        headline.full_smallest_class = value.full.smallest_class;
        headline.full_unique_subjects = Some(value.full.unique_subjects);
        headline.full_subjects_below_k = below(&value.full);
        headline.static_smallest_class = fixed.and_then(|set| set.smallest_class);
        headline.static_unique_subjects = fixed.map(|set| set.unique_subjects);
        headline.static_subjects_below_k = fixed.and_then(below);
    }
    if let Some(Outcome::Measured { value, .. }) = &examined.measures.unicity {
        headline.unicity = value.worst_gate().and_then(|gate| gate.share);
    }
    let rates = examined
        .judgement
        .figures
        .iter()
        .filter(|figure| ["linkage.attack_rate", "linkage.releases.attack_rate"].contains(&figure.id.as_str()));
    let rates = rates.filter_map(|figure| match figure.value {
        FigureValue::Measured { value, .. } => Some(value),
        _ => None,
    });
    headline.linked = rates.max_by(f64::total_cmp);
    headline
}

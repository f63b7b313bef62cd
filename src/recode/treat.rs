//! From an extract and roles to what is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::coarsen::{Recoded, recode_by_value};
use super::consent::{ConsentCounts, count_consent};
use super::guess::suspicion;
use super::hierarchy::recode_by_hierarchy;
use super::propose::{Ladder, Present, ladder};
use super::rare::{SubjectOrder, holders, recode_rare};
use super::shared::SharedValues;
use super::subject::{subject_from_column, subject_from_map};
use super::{CoarsenRule, ColumnRole, EventValues, TimeOrigin, TreatmentError, file_name};
use crate::plan::Plan;
use crate::input::{CodedColumn, Extract, ExtractColumn};
use crate::result::{Attacker, DatasetColumn, Role};
use crate::table::{Codes, Column, Dictionary};

/// The files of [`hierarchy_files`], read without a header, under the path of the rule.
pub type Hierarchies = BTreeMap<PathBuf, Extract>;

/// Files that rules and the subject map need, read at the edge of the program.
#[derive(Default)]
pub struct Lookups {
    /// The file of [`Plan::subject_map`], with its header.
    pub subject_map: Option<Extract>,
    /// The register of [`RecipientPlan::consent`](crate::plan::RecipientPlan::consent), with its header.
    pub consent: Option<Extract>,
    /// The files of rules.
    pub hierarchies: Hierarchies,
}

/// What is counted, and an account of every column.
pub struct Treated {
    /// Who each record belongs to; `None` when each record is its own subject.
    pub subject: Option<SubjectCodes>,
    /// How many subjects opted in; `None` when no register is declared.
    pub consent: Option<ConsentCounts>,
    /// How many of the columns, the leading ones, are quasi-identifiers.
    pub quasi_identifiers: usize,
    /// The quasi-identifiers after coarsening, in file order; then, in file order too, the other columns that are part
    /// of what an attacker may know; then the forms that only single points have. A form is left out where the rules of
    /// the extract leave its own rule nothing to do.
    pub columns: Vec<Column>,
    /// For each of these columns, the coarser forms that advice may try.
    pub ladders: Vec<Ladder>,
    /// For each of these columns, what unicity needs to know of its values.
    pub events: Vec<EventValues>,
    /// Every column of the extract, in file order. `constant_per_subject` is `None`: the table knows it, not this room.
    pub described: Vec<DatasetColumn>,
    /// The values of the columns that something is joined on.
    pub shared: Vec<SharedValues>,
}

/// Who each record belongs to.
#[derive(Debug)]
pub struct SubjectCodes {
    /// Name of the subject column.
    pub name: String,
    /// One code a record.
    pub codes: Codes,
    /// Number of codes, the one for records without a subject included.
    pub distinct: u32,
    /// The code of records without a subject, when there are some.
    pub missing: Option<u32>,
    /// Distinct subject values that are not in the subject map and stay subjects of their own; 0 without a map.
    pub unmapped: u64,
}

/// The hierarchy files that the rules of a plan need.
#[must_use]
pub fn hierarchy_files(plan: &Plan) -> BTreeSet<PathBuf> {
    plan.coarsen.values().flatten().filter_map(CoarsenRule::file).map(PathBuf::from).collect()
}

/// Coarsens the quasi-identifiers, joins subjects to persons, and describes every column.
///
/// `roles` are those of [`roles()`](super::roles()) for the same extract. A column with the rule `drop` becomes
/// [`Role::Ignore`]; any other rule of a column that is not counted is refused. Columns are consumed one by one, so that
/// the memory of the old codes and values is free again before the next one is treated.
///
/// # Errors
/// When a rule does not fit its column or would do nothing, a lookup file is missing or contradicts itself, or the values of a column that
/// counts were not kept.
pub fn treat(
    mut extract: Extract,
    roles: &[ColumnRole],
    plan: &Plan,
    lookups: &Lookups,
) -> Result<Treated, TreatmentError> {
    let mut described: Vec<DatasetColumn> =
        extract.columns.iter().zip(roles).map(|(column, role)| describe(column, role, plan, extract.records)).collect();
    let consent = count_consent(&extract, &described, plan, lookups)?;
    let subject = treat_subject(&mut extract, &described, plan, lookups)?;
    check_rules(&described, plan)?;
    let mut workshop = Workshop { subject: subject.as_ref(), order: None, lookups };
    let mut treated = Treated {
        subject: None,
        consent,
        quasi_identifiers: 0,
        columns: Vec::new(),
        ladders: Vec::new(),
        events: Vec::new(),
        described: Vec::new(),
        shared: Vec::new(),
    };
    // Quasi-identifiers come first, so that the lattice is over the leading columns.
    let (quasi_identifiers, others): (Vec<_>, Vec<_>) = extract
        .columns
        .into_iter()
        .zip(&mut described)
        .filter(|(_, description)| is_counted(description, plan))
        .partition(|(_, description)| description.role == Role::QuasiIdentifier);
    treated.quasi_identifiers = quasi_identifiers.len();
    let mut forms = Vec::new();
    for (column, description) in quasi_identifiers.into_iter().chain(others) {
        let place = Place { number: treated.columns.len(), declared: !description.guessed };
        let one = workshop.treat_column(column, plan, place)?;
        description.distinct = Some(one.values);
        treated.columns.push(one.column);
        treated.ladders.push(one.ladder);
        treated.events.push(one.events);
        forms.extend(one.forms);
        treated.shared.extend(one.shared);
    }
    for (column, events) in forms {
        treated.columns.push(column);
        treated.ladders.push(Ladder::none());
        treated.events.push(events);
    }
    drop(workshop);
    Ok(Treated { subject, described, ..treated })
}

/// Whether a column is turned into codes: a quasi-identifier, or part of what an attacker may know. What is dropped is
/// neither: whoever has the extract cannot look it up.
fn is_counted(column: &DatasetColumn, plan: &Plan) -> bool {
    let is_shown = || !rules_of(plan, &column.name).contains(&CoarsenRule::Drop);
    let is_named = plan.unicity.names(&column.name) || plan.linkage.joins_on(&column.name);
    column.role == Role::QuasiIdentifier || (is_named && is_shown())
}

fn rules_of<'plan>(plan: &'plan Plan, column: &str) -> &'plan [CoarsenRule] {
    plan.coarsen.get(column).map_or(&[], Vec::as_slice)
}

/// A rule that silently did nothing would leave the person who wrote it in a wrong belief.
fn check_rules(described: &[DatasetColumn], plan: &Plan) -> Result<(), TreatmentError> {
    let idle = |column: &&DatasetColumn| {
        let rules = rules_of(plan, &column.name);
        !is_counted(column, plan) && !rules.is_empty() && !rules.contains(&CoarsenRule::Drop)
    };
    for column in described.iter().filter(|column| plan.unicity.names(&column.name)) {
        if column.role == Role::Subject {
            return Err(TreatmentError::PointIsSubject { column: column.name.clone() });
        }
    }
    match described.iter().find(idle) {
        Some(column) => Err(TreatmentError::IdleRule { column: column.name.clone(), role: column.role }),
        None => Ok(()),
    }
}

fn describe(column: &ExtractColumn, role: &ColumnRole, plan: &Plan, records: u64) -> DatasetColumn {
    let rules = rules_of(plan, &column.name);
    let dropped = rules.contains(&CoarsenRule::Drop);
    let is_named = plan.unicity.names(&column.name) || plan.linkage.joins_on(&column.name);
    let unnamed = !plan.roles.guess && !plan.roles.declared.contains_key(&column.name) && !dropped;
    let applied = dropped || role.role == Role::QuasiIdentifier || is_named;
    DatasetColumn {
        name: column.name.clone(),
        role: if dropped && role.role != Role::Subject { Role::Ignore } else { role.role },
        guessed: role.guessed && !dropped,
        guess_reason: role.reason.clone().filter(|_| !dropped),
        looks_like: if unnamed { suspicion(&column.name, &column.identifiers, records - column.missing) } else { None },
        column_type: column.column_type,
        distinct: column.coded.as_ref().map(|coded| distinct_values(&coded.dictionary)),
        missing: column.missing,
        constant_per_subject: None,
        coarsen: if applied { rules.iter().map(CoarsenRule::to_string).collect() } else { Vec::new() },
    }
}

fn distinct_values(dictionary: &Dictionary) -> u64 {
    dictionary.len() as u64 - u64::from(dictionary.missing().is_some())
}

fn treat_subject(
    extract: &mut Extract,
    described: &[DatasetColumn],
    plan: &Plan,
    lookups: &Lookups,
) -> Result<Option<SubjectCodes>, TreatmentError> {
    let place = described.iter().position(|column| column.role == Role::Subject);
    let Some(column) = place.and_then(|place| extract.columns.get_mut(place)) else {
        return if plan.subject_map.is_some() { Err(TreatmentError::SubjectMapWithoutSubject) } else { Ok(None) };
    };
    let name = column.name.clone();
    if plan.coarsen.contains_key(&name) {
        return Err(TreatmentError::SubjectCoarsened { column: name });
    }
    let coded = column.coded.take().ok_or_else(|| TreatmentError::NotCoded { column: name.clone() })?;
    match &plan.subject_map {
        None => subject_from_column(name, coded),
        Some(map) => {
            let not_read = || TreatmentError::NotRead { file: file_name(&map.file) };
            subject_from_map(name, coded, map, lookups.subject_map.as_ref().ok_or_else(not_read)?)
        }
    }
    .map(Some)
}

/// What the rules of a column may look at besides its values.
struct Workshop<'inputs> {
    subject: Option<&'inputs SubjectCodes>,
    /// Built when the first `rare` rule needs it.
    order: Option<SubjectOrder>,
    lookups: &'inputs Lookups,
}

/// Where a column will stand among the quasi-identifiers, and whether somebody said that it is one.
#[derive(Debug, Clone, Copy)]
struct Place {
    number: usize,
    declared: bool,
}

struct TreatedColumn {
    column: Column,
    /// Distinct values, a missing cell not counted.
    values: u64,
    ladder: Ladder,
    events: EventValues,
    /// The column under the rules of single points.
    forms: Vec<(Column, EventValues)>,
    /// Its values, where something is joined on it.
    shared: Option<SharedValues>,
}

impl Workshop<'_> {
    /// Applies the rules in order, and looks for coarser forms while the values are there.
    fn treat_column(
        &mut self,
        column: ExtractColumn,
        plan: &Plan,
        place: Place,
    ) -> Result<TreatedColumn, TreatmentError> {
        let (name, found) = (column.name, column.column_type);
        let is_joined = plan.linkage.joins_on(&name);
        let rules = rules_of(plan, &name);
        let CodedColumn { mut codes, mut dictionary } =
            column.coded.ok_or_else(|| TreatmentError::NotCoded { column: name.clone() })?;
        let (mut before_last, mut after_rare) = (None, Vec::new());
        for rule in rules {
            let recoded = self.recode(&name, rule, &codes, &dictionary, plan.time_origin)?;
            codes = codes.remapped(&recoded.map, recoded.dictionary.len());
            before_last = Some((std::mem::replace(&mut dictionary, recoded.dictionary), recoded.map));
            if is_joined && matches!(rule, CoarsenRule::Rare(_)) {
                after_rare.push(dictionary.clone());
            }
        }
        let distinct =
            u32::try_from(dictionary.len()).map_err(|_| TreatmentError::TooLarge { column: name.clone() })?;
        let ladder = ladder(&Present {
            origin: plan.time_origin,
            name: &name,
            place: place.number,
            declared: place.declared,
            rules,
            dictionary: &dictionary,
            before_last: before_last.as_ref().map(|(finer, map)| (finer, map.as_slice())),
        });
        let values = distinct_values(&dictionary);
        let may_order = plan.unicity.attackers.contains(&Attacker::Consecutive) || !plan.unicity.mobility.is_empty();
        let events = EventValues::new(&name, &dictionary, &plan.unicity, may_order)?;
        let forms = plan.unicity.forms_of(&name).into_iter().filter_map(|rule| {
            let recoded = match self.recode(&name, rule, &codes, &dictionary, plan.time_origin) {
                // The extract shows the column so coarsely that the rule has nothing left to do.
                Err(TreatmentError::RuleDoesNotFit { .. }) if !rules.is_empty() => return None,
                recoded => recoded,
            };
            Some(recoded.map(|recoded| (rule, recoded)))
        });
        let forms = forms.map(|form| {
            let (rule, recoded) = form?;
            let cardinality = u32::try_from(recoded.dictionary.len());
            let cardinality = cardinality.map_err(|_| TreatmentError::TooLarge { column: name.clone() })?;
            let codes = codes.remapped(&recoded.map, recoded.dictionary.len());
            let missing = recoded.dictionary.missing();
            let events = EventValues::of_form(rule, &recoded.dictionary);
            Ok((Column { name: name.clone(), codes, cardinality, missing }, events))
        });
        let forms = forms.collect::<Result<_, TreatmentError>>()?;
        let missing = dictionary.missing();
        let shared = is_joined.then(|| SharedValues { name: name.clone(), found, dictionary, after_rare });
        let column = Column { name, codes, cardinality: distinct, missing };
        Ok(TreatedColumn { column, values, ladder, events, forms, shared })
    }

    fn recode(
        &mut self,
        column: &str,
        rule: &CoarsenRule,
        codes: &Codes,
        dictionary: &Dictionary,
        origin: TimeOrigin,
    ) -> Result<Recoded, TreatmentError> {
        match rule {
            CoarsenRule::Hierarchy { file, level } => {
                let hierarchy = self.lookups.hierarchies.get(file);
                let hierarchy = hierarchy.ok_or_else(|| TreatmentError::NotRead { file: file_name(file) })?;
                recode_by_hierarchy(column, file, *level, hierarchy, dictionary)
            }
            CoarsenRule::Rare(bound) => {
                let holders = holders(codes, dictionary.len(), self.subject_order()?);
                Ok(recode_rare(dictionary, &holders, *bound))
            }
            by_value => recode_by_value(column, by_value, dictionary, origin),
        }
    }

    fn subject_order(&mut self) -> Result<Option<&SubjectOrder>, TreatmentError> {
        if let (None, Some(subject)) = (&self.order, self.subject) {
            self.order = Some(SubjectOrder::new(subject)?);
        }
        Ok(self.order.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Lookups, Treated, TreatmentError, hierarchy_files, treat};
    use crate::plan::{CoarsenRule, Plan, RolePlan, SubjectMap};
    use crate::input::Extract;
    use crate::recode::testing::{column, extract, typed_column};
    use crate::recode::{ColumnRole, roles};
    use crate::result::{ColumnType, Role};
    use crate::table::Codes;

    fn plan(subject: &[&str], quasi: &[&str], coarsen: &[&str]) -> Plan {
        let named = |names: &[&str], role: Role| names.iter().map(|&name| (name.to_owned(), role)).collect::<Vec<_>>();
        let declared = [named(subject, Role::Subject), named(quasi, Role::QuasiIdentifier)].concat();
        let mut plan =
            Plan { roles: RolePlan { declared: declared.into_iter().collect(), guess: false }, ..Plan::default() };
        for rule in coarsen {
            let (column, rule) = CoarsenRule::parse_for_column(rule).unwrap();
            plan.coarsen.entry(column).or_default().push(rule);
        }
        plan
    }

    fn purchases() -> Extract {
        extract(vec![
            column("card", &["c1", "c1", "c2", "c2", ""]),
            typed_column("date", ColumnType::Date, &["2026-11-21", "2026-11-22", "2026-12-01", "", "2026-12-01"]),
            typed_column("amount", ColumnType::Decimal, &["4.99", "5", "5.01", "14.99", "15"]),
            column("memo", &["a", "b", "c", "d", "e"]),
        ])
    }

    fn treated(plan: &Plan) -> Result<Treated, TreatmentError> {
        let extract = purchases();
        let roles: Vec<ColumnRole> = roles(&extract, &plan.roles).unwrap();
        treat(extract, &roles, plan, &Lookups::default())
    }

    fn codes(codes: &Codes) -> Vec<u32> {
        (0..codes.len()).map(|record| codes.get(record)).collect()
    }

    #[test]
    fn quasi_identifiers_come_out_in_file_order_with_their_rules_applied() {
        let treated = treated(&plan(&["card"], &["amount", "date"], &["date=month", "amount=round:10"])).unwrap();
        let names: Vec<&str> = treated.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["date", "amount"]);
        let date = &treated.columns[0];
        assert_eq!((codes(&date.codes), date.cardinality, date.missing), (vec![0, 0, 1, 2, 1], 3, Some(2)));
        assert_eq!(codes(&treated.columns[1].codes), [0, 1, 1, 1, 2]);
        assert_eq!(treated.described[1].distinct, Some(2));
        assert_eq!(treated.described[1].coarsen, ["month"]);
        assert_eq!(treated.described[3].role, Role::Ignore);
    }

    #[test]
    fn rules_apply_in_order() {
        let treated = treated(&plan(&[], &["date"], &["date=month", "date=prefix:4"])).unwrap();
        assert!(treated.subject.is_none());
        assert_eq!(codes(&treated.columns[0].codes), [0, 0, 0, 1, 0]);
    }

    #[test]
    fn rare_values_are_counted_in_subjects_when_there_are_some() {
        let by_subject = treated(&plan(&["card"], &["amount"], &["amount=bins:100", "amount=rare:2"])).unwrap();
        assert_eq!(by_subject.columns[0].cardinality, 1);
        // Each amount has one record.
        let by_record = treated(&plan(&[], &["amount"], &["amount=rare:2"])).unwrap();
        assert_eq!(by_record.columns[0].cardinality, 1);
    }

    #[test]
    fn a_dropped_column_is_not_counted() {
        let treated = treated(&plan(&["card"], &["amount", "date"], &["date=drop"])).unwrap();
        assert_eq!(treated.columns.len(), 1);
        assert_eq!(treated.described[1].role, Role::Ignore);
        assert_eq!(treated.described[1].coarsen, ["drop"]);
    }

    #[test]
    fn a_rule_of_a_column_that_was_not_guessed_to_count_is_refused() {
        let mut guessing = plan(&["card"], &[], &["memo=prefix:1"]);
        guessing.roles.guess = true;
        let error = treated(&guessing).err().unwrap();
        assert_eq!(error, TreatmentError::IdleRule { column: "memo".to_owned(), role: Role::Ignore });
        assert!(error.is_plan_error() && error.hint().is_some());
        let mut dropping = plan(&["card"], &[], &["memo=drop", "date=month"]);
        dropping.roles.guess = true;
        assert!(treated(&dropping).is_ok());
    }

    #[test]
    fn the_subject_cannot_be_coarsened() {
        let error = treated(&plan(&["card"], &["amount"], &["card=prefix:1"])).err().unwrap();
        assert!(matches!(error, TreatmentError::SubjectCoarsened { .. }));
    }

    #[test]
    fn a_map_that_was_not_read_or_has_no_subject_is_refused() {
        let map = SubjectMap { file: PathBuf::from("m.csv"), from: "card".to_owned(), to: "person".to_owned() };
        let with_map = |subject: &[&str]| Plan { subject_map: Some(map.clone()), ..plan(subject, &["amount"], &[]) };
        assert!(matches!(treated(&with_map(&["card"])).err(), Some(TreatmentError::NotRead { .. })));
        assert!(matches!(treated(&with_map(&[])).err(), Some(TreatmentError::SubjectMapWithoutSubject)));
    }

    #[test]
    fn hierarchies_are_found_under_the_path_of_their_rule() {
        let plan = plan(&[], &["memo"], &["memo=hierarchy:levels/memo.csv:1"]);
        let file = PathBuf::from("levels/memo.csv");
        assert_eq!(hierarchy_files(&plan).into_iter().collect::<Vec<_>>(), std::slice::from_ref(&file));
        let mut lookups = Lookups::default();
        let levels = extract(vec![column("0", &["a", "b", "c", "d", "e"]), column("1", &["x", "x", "y", "y", "y"])]);
        lookups.hierarchies.insert(file, levels);
        let extract = purchases();
        let roles = roles(&extract, &plan.roles).unwrap();
        let treated = treat(extract, &roles, &plan, &lookups).unwrap();
        assert_eq!(codes(&treated.columns[0].codes), [0, 0, 1, 1, 1]);
    }

    #[test]
    fn a_column_that_counts_but_was_not_kept_is_refused() {
        let plan = plan(&[], &["amount"], &[]);
        let mut extract = purchases();
        extract.columns[2].coded = None;
        let roles = roles(&extract, &plan.roles).unwrap();
        let error = treat(extract, &roles, &plan, &Lookups::default()).err();
        assert_eq!(error, Some(TreatmentError::NotCoded { column: "amount".to_owned() }));
    }
}

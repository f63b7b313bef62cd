//! What is said of each column before it is treated, and which of them count.

use super::alike::spelled_alike_subjects;
use super::facts::{average_words, facts_of};
use super::guess::{names_directly, suspicion};
use super::token::are_tokens;
use super::{CoarsenRule, ColumnRole, TreatmentError};
use crate::input::ExtractColumn;
use crate::plan::Plan;
use crate::result::{ColumnFacts, DatasetColumn, Role};

/// Whether a column is turned into codes: a quasi-identifier, or part of what an attacker may know. What is dropped is
/// neither: whoever has the extract cannot look it up.
pub(super) fn is_counted(column: &DatasetColumn, plan: &Plan) -> bool {
    column.role == Role::QuasiIdentifier || (is_named(&column.name, plan) && !plan.drops(&column.name))
}

/// Whether a column is part of what an attacker may know.
pub(super) fn is_named(column: &str, plan: &Plan) -> bool {
    plan.unicity.names(column) || plan.linkage.joins_on(column)
}

/// A rule that silently did nothing would leave the person who wrote it in a wrong belief.
pub(super) fn check_rules(described: &[DatasetColumn], plan: &Plan) -> Result<(), TreatmentError> {
    let idle = |column: &&DatasetColumn| {
        let is_used = is_counted(column, plan) || plan.totals_name(&column.name);
        !is_used && !plan.rules_of(&column.name).is_empty() && !plan.drops(&column.name)
    };
    for column in described.iter().filter(|column| plan.unicity.names(&column.name)) {
        if column.role == Role::Subject {
            return Err(TreatmentError::PointIsSubject(column.name.clone()));
        }
    }
    match described.iter().find(idle) {
        Some(column) => Err(TreatmentError::IdleRule { column: column.name.clone(), role: column.role }),
        None => Ok(()),
    }
}

pub(super) fn describe(column: &ExtractColumn, role: &ColumnRole, plan: &Plan, records: u64) -> DatasetColumn {
    let (rules, dropped) = (plan.rules_of(&column.name), plan.drops(&column.name));
    let unnamed = !plan.roles.guess && !plan.roles.declared.contains_key(&column.name) && !dropped;
    let applied = dropped || role.role == Role::QuasiIdentifier || is_named(&column.name, plan);
    let is_subject = role.role == Role::Subject;
    let looks_like = if unnamed {
        suspicion(&column.name, &column.identifiers, records - column.missing)
    } else {
        (is_subject && is_named_directly(column, role, plan)).then_some(Role::DirectIdentifier)
    };
    let mut facts = ColumnFacts { undeclared: unnamed, ..facts_of(column, role.role, &plan.input) };
    if is_subject {
        add_facts_of_subject(&mut facts, column, plan);
    } else if plan.as_released {
        // A release writes one spelling of each value.
        facts.values_joined_by_reading = None;
    }
    DatasetColumn {
        name: column.name.clone(),
        role: if dropped && role.role != Role::Subject { Role::Ignore } else { role.role },
        guessed: role.guessed && !dropped,
        guess_reason: role.reason.clone().filter(|_| !dropped),
        looks_like,
        column_type: column.column_type,
        distinct: column.coded.as_ref().map(|coded| coded.dictionary.distinct()),
        missing: column.missing,
        constant_per_subject: None,
        coarsen: if applied { rules.iter().map(CoarsenRule::to_string).collect() } else { Vec::new() },
        facts,
    }
}

/// Whether the heading of a subject names a direct identifier, and nothing says that the cells are none: a reason, or values
/// that can only be tokens. Real numbers have one length as well. A release gives its subjects pseudonyms.
fn is_named_directly(column: &ExtractColumn, role: &ColumnRole, plan: &Plan) -> bool {
    let of_subject = plan.declarations.subject_reason.as_ref().is_some_and(|reason| !reason.trim().is_empty());
    let has_reason = of_subject || plan.declarations.reason_for(&column.name).is_some();
    let holds_tokens = || column.coded.as_ref().is_some_and(are_tokens);
    !role.guessed && !plan.as_released && !has_reason && names_directly(&column.name) && !holds_tokens()
}

/// What the values of the subject column say while they are there. A release gives pseudonyms in their place, so it shows
/// none of their words; but it names as many persons as there are values, however they are spelled.
fn add_facts_of_subject(facts: &mut ColumnFacts, column: &ExtractColumn, plan: &Plan) {
    let Some(coded) = &column.coded else { return };
    facts.average_words = if plan.as_released { None } else { average_words(coded) };
    // With a map, whose value is whose is declared.
    let alike = plan.subject_map.is_none().then(|| spelled_alike_subjects(&coded.dictionary));
    facts.spelled_alike = alike.filter(|&alike| alike > 0);
}

#[cfg(test)]
mod tests {
    use super::describe;
    use crate::plan::{Plan, RolePlan};
    use crate::recode::ColumnRole;
    use crate::recode::testing::column;
    use crate::result::Role;

    fn subject(name: &str, cells: &[&str], plan: &Plan) -> crate::result::DatasetColumn {
        let role = ColumnRole { role: Role::Subject, guessed: false, reason: None };
        let declared = [(name.to_owned(), Role::Subject)].into();
        let plan = Plan { roles: RolePlan { declared, guess: false }, ..plan.clone() };
        describe(&column(name, cells), &role, &plan, cells.len() as u64)
    }

    #[test]
    fn a_heading_that_names_people_is_told_of_the_subject_unless_its_cells_are_tokens_or_replaced() {
        let names = ["Smith", "Okonkwo"];
        let direct = Some(Role::DirectIdentifier);
        assert_eq!(subject("full_name", &names, &Plan::default()).looks_like, direct);
        assert_eq!(subject("person", &names, &Plan::default()).looks_like, None);
        let tokens = ["3f9ac01b77be02d4", "77be02d43f9ac01b"];
        assert_eq!(subject("account_number", &tokens, &Plan::default()).looks_like, None);
        assert_eq!(subject("account_number", &["75032243", "95827846"], &Plan::default()).looks_like, direct);
        assert_eq!(subject("full_name", &["3f9ac01b", "77be02d4"], &Plan::default()).looks_like, direct);
        let released = Plan { as_released: true, ..Plan::default() };
        assert_eq!(subject("full_name", &names, &released).looks_like, None);
        let mut reasoned = Plan::default();
        reasoned.declarations.subject_reason = Some("codes of the study".to_owned());
        assert_eq!(subject("full_name", &names, &reasoned).looks_like, None);
    }

    #[test]
    fn a_release_shows_no_words_of_the_subject_but_every_spelling_of_it() {
        let cells = ["born in Hull", "BORN IN HULL", "born in York"];
        let (scanned, released) = (Plan::default(), Plan { as_released: true, ..Plan::default() });
        let facts = [scanned, released].map(|plan| subject("person", &cells, &plan).facts);
        assert_eq!(facts.each_ref().map(|facts| facts.average_words), [Some(3.0), None]);
        assert_eq!(facts.each_ref().map(|facts| facts.spelled_alike), [Some(2); 2]);
    }
}

//! What the cells say: direct identifiers, numbers that show too much, pseudonyms that can be reversed.

use super::checks::ended;
use super::{Case, Gated, Hearing, finding};
use crate::result::{
    Check, CheckOutcome, CorrelatedPseudonym, Figure, Finding, FindingCode, Gate, GateMeasure, IdentifierColumn,
    IdentifierKind, Identifiers, NotMeasured, Outcome, Placement, Role, Severity,
};

/// Name of the measure.
const NAME: &str = "identifiers";

/// The rules that cells answer. The first is always judged: no policy lets an identifier leave unnoticed.
const RULES: [GateMeasure; 3] =
    [GateMeasure::DIRECT_IDENTIFIERS, GateMeasure::CARD_NUMBER_FORM, GateMeasure::PSEUDONYM_REVERSAL];

/// Judges what was found in the cells.
pub(super) fn apply(hearing: Hearing<'_>, gated: &mut Gated) {
    let asked = |rule: &GateMeasure| hearing.case.policy.gates.iter().find(|gate| gate.measure == *rule);
    let end = match &hearing.case.measures.identifiers {
        Some(Outcome::Measured { value, .. }) => {
            found(hearing, value, gated);
            (CheckOutcome::Holds, String::new(), None)
        }
        Some(Outcome::Undefined { explanation, .. }) => {
            let message = format!("whether cells hold identifiers is unknown: {explanation}");
            let found = finding(FindingCode::UnknownRisk, Severity::Critical, NAME, message);
            (CheckOutcome::Unknown, explanation.clone(), Some(found))
        }
        Some(Outcome::Incomplete { explanation, .. }) => {
            let message = format!("the search of cells for identifiers was not completed: {explanation}");
            let found = finding(FindingCode::IncompleteMeasure, Severity::Medium, NAME, message);
            (CheckOutcome::CutOff, explanation.clone(), Some(found))
        }
        None => {
            let reason = "cells were not searched for identifiers; only roles and headings were examined".to_owned();
            gated.not_measured.push(NotMeasured { measure: NAME.to_owned(), reason: reason.clone() });
            let unknown = |gate: &Gate| {
                let message =
                    format!("the rule `{}` cannot be judged: cells were not searched for identifiers", gate.id);
                finding(FindingCode::UnknownRisk, Severity::Critical, NAME, message)
            };
            let first = hearing.case.policy.gates.iter().find(|gate| RULES.contains(&gate.measure)).map(unknown);
            if first.is_none() {
                gated.findings.push(unsearched());
            }
            let outcome = if first.is_some() { CheckOutcome::Unknown } else { CheckOutcome::NotApplicable };
            (outcome, reason, first)
        }
    };
    by_role(hearing, gated);
    for rule in RULES {
        let is_broken = |check: &Check| check.gate == rule.name() && check.outcome == CheckOutcome::Breaks;
        let is_judged = asked(&rule).is_some() || rule == GateMeasure::DIRECT_IDENTIFIERS;
        if is_judged && (end.0 != CheckOutcome::Holds || !gated.checks.iter().any(is_broken)) {
            gated.checks.push(whole(hearing, &rule, &end));
        }
    }
    gated.findings.extend(end.2);
    tell_missing_reasons(hearing.case, gated);
}

/// Findings that a permission settles.
const PERMITTED: [FindingCode; 6] = [
    FindingCode::DirectIdentifierFound,
    FindingCode::DirectIdentifierPresent,
    FindingCode::NamesOfPeople,
    FindingCode::PartialCardNumber,
    FindingCode::HashLookingPseudonym,
    FindingCode::HashBesideTruncatedNumber,
];

/// Says of identifiers that are permitted without a reason why that changes nothing.
fn tell_missing_reasons(case: Case<'_>, gated: &mut Gated) {
    let unreasoned: Vec<&String> =
        case.declarations.permitted().filter(|(_, has_reason)| !has_reason).map(|(name, _)| name).collect();
    let is_permitted = |found: &&mut Finding| found.columns.iter().any(|name| unreasoned.contains(&name));
    for found in gated.findings.iter_mut().filter(|found| PERMITTED.contains(&found.code)).filter(is_permitted) {
        found.message.push_str("; `permitted = true` has no effect without a `reason`");
    }
}

/// Cells that nobody searched may hold anything, and they leave.
fn unsearched() -> Finding {
    let message = "cells were not searched for identifiers, because `measures` leaves `identifiers` out".to_owned();
    finding(FindingCode::GateLeftOut, Severity::Medium, NAME, message)
}

/// The check of a rule that no column breaks, or that cannot be judged.
fn whole(hearing: Hearing<'_>, rule: &GateMeasure, end: &(CheckOutcome, String, Option<Finding>)) -> Check {
    let (outcome, reason, found) = end;
    let figure = hearing.figures.iter().find(|figure| figure.id == "identifiers.columns");
    let holds = *outcome == CheckOutcome::Holds;
    let figure = figure.filter(|_| *rule == GateMeasure::DIRECT_IDENTIFIERS);
    Check {
        figure: figure.map(|figure| figure.id.clone()),
        compared: figure.and_then(|figure| figure.value.value()).filter(|_| holds),
        limit: figure.map(|_| 0.0),
        reason: (!holds).then(|| reason.clone()),
        finding: found.as_ref().map(|found| found.code),
        ..ended(&Gate::at_most(rule.clone(), None, 0.0), *outcome)
    }
}

/// A finding as the check of its rule.
fn broken(rule: &GateMeasure, found: &Finding) -> Check {
    Check {
        figure: found.figure.clone(),
        columns: found.columns.clone(),
        about: found.about.clone(),
        compared: found.measured,
        limit: found.limit,
        finding: Some(found.code),
        ..ended(&Gate::at_most(rule.clone(), None, 0.0), CheckOutcome::Breaks)
    }
}

/// Columns that are direct identifiers by role or heading. Where the cells have said so already, they say more.
fn by_role(hearing: Hearing<'_>, gated: &mut Gated) {
    let named = super::roles::direct_identifiers(hearing.case);
    for found in named {
        // Names of people say what a heading could only suggest.
        let by_names = |other: &Finding| other.code == FindingCode::NamesOfPeople && found.severity == Severity::Medium;
        let by_cells = |other: &Finding| other.code == FindingCode::DirectIdentifierFound || by_names(other);
        let is_by_cells = |other: &&Finding| by_cells(other) && other.columns == found.columns;
        let by_the_cells = gated.findings.iter().find(is_by_cells);
        let check = broken(&GateMeasure::DIRECT_IDENTIFIERS, by_the_cells.unwrap_or(&found));
        if by_the_cells.is_none() {
            gated.findings.push(found);
        }
        if !gated.checks.contains(&check) {
            gated.checks.push(check);
        }
    }
}

fn found(hearing: Hearing<'_>, value: &Identifiers, gated: &mut Gated) {
    let policy = hearing.case.policy;
    let has = |measure| policy.gates.iter().any(|gate| gate.measure == measure);
    let (card_form, reversal) = (has(GateMeasure::CARD_NUMBER_FORM), has(GateMeasure::PSEUDONYM_REVERSAL));
    let mut findings: Vec<(Vec<GateMeasure>, Finding)> = Vec::new();
    // One figure for each entry, in the same order.
    let figures = hearing.figures.iter().filter(|figure| figure.id == "identifiers.records");
    for (column, figure) in value.columns.iter().zip(figures) {
        let (code, severity, rest) = match column.kind {
            IdentifierKind::PersonName if !column.permitted && leaves_uncounted(hearing.case, column) => {
                let rest = "; a name identifies its owner without any other column";
                (FindingCode::NamesOfPeople, Severity::Medium, rest)
            }
            IdentifierKind::PartialCardNumber if !column.permitted || card_form => {
                let severity = if card_form { Severity::Critical } else { Severity::High };
                (FindingCode::PartialCardNumber, severity, "; at most the first six and the last four are permitted")
            }
            IdentifierKind::PaymentCardNumber if column.permitted && card_form => {
                let rest = "; the plan permits the column, but PCI DSS requires unreadable numbers";
                (FindingCode::DirectIdentifierFound, Severity::Critical, rest)
            }
            IdentifierKind::HashedValue if !column.permitted => {
                let rest = "; a hash without a secret key can be reversed by trying numbers";
                (FindingCode::HashLookingPseudonym, if reversal { Severity::High } else { Severity::Low }, rest)
            }
            IdentifierKind::PartialCardNumber | IdentifierKind::HashedValue => continue,
            kind if kind.is_direct() && !column.permitted => {
                (FindingCode::DirectIdentifierFound, Severity::Critical, "; they name a person outright")
            }
            _ => continue,
        };
        findings.push((rules_of(column, card_form), of_figure(of_column(column, code, severity, rest), figure)));
    }
    let keyed = |pair: &&CorrelatedPseudonym| policy.permitted_identifiers.contains(&pair.hashed_column);
    let pairs = value.correlated.iter().filter(|pair| !keyed(pair));
    findings.extend(pairs.map(|pair| (vec![GateMeasure::PSEUDONYM_REVERSAL], beside(pair))));
    if card_form {
        findings.extend(several_truncations(value).map(|found| (vec![GateMeasure::CARD_NUMBER_FORM], found)));
    }
    for (rules, found) in findings {
        gated.checks.extend(rules.iter().map(|rule| broken(rule, &found)));
        gated.findings.push(found);
    }
}

/// Whether nobody counts what such a cell gives away: it stands in a column that is in no figure, as the subject is, or
/// beside the columns.
fn leaves_uncounted(case: Case<'_>, found: &IdentifierColumn) -> bool {
    let is_beside =
        matches!(found.placement, Placement::CellComment | Placement::FileMetadata | Placement::OutsideTable);
    let is_aside = |role: Role| matches!(role, Role::Subject | Role::Ignore | Role::Sensitive | Role::Weight);
    let role = case.dataset.columns.iter().find(|column| column.name == found.column).map(|column| column.role);
    is_beside || role.is_none_or(is_aside)
}

/// The rules that such a column breaks: a full or too long card number may break two.
fn rules_of(column: &IdentifierColumn, card_form: bool) -> Vec<GateMeasure> {
    let is_card = matches!(column.kind, IdentifierKind::PaymentCardNumber | IdentifierKind::PartialCardNumber);
    let is_name = column.kind == IdentifierKind::PersonName;
    let rules = [
        (GateMeasure::PSEUDONYM_REVERSAL, column.kind == IdentifierKind::HashedValue),
        (GateMeasure::DIRECT_IDENTIFIERS, (column.kind.is_direct() || is_name) && !column.permitted),
        (GateMeasure::CARD_NUMBER_FORM, is_card && card_form),
    ];
    rules.into_iter().filter(|(_, breaks)| *breaks).map(|(rule, _)| rule).collect()
}

fn of_figure(found: Finding, figure: &Figure) -> Finding {
    Finding { figure: Some(figure.id.clone()), about: figure.about.clone(), ..found }
}

/// What a kind is called, in the plural. A card number is told from partial and truncated ones.
fn plural(kind: IdentifierKind) -> &'static str {
    if kind == IdentifierKind::PaymentCardNumber { "full payment card numbers" } else { kind.plural() }
}

fn of_column(column: &IdentifierColumn, code: FindingCode, severity: Severity, rest: &str) -> Finding {
    let within = match column.placement {
        Placement::WholeCell => "",
        Placement::WithinText => " within text",
        Placement::CellComment => " in the comments of its cells",
        Placement::FileMetadata => " in the metadata of the file",
        Placement::OutsideTable => " outside its cells",
    };
    let records = if column.records == 1 { "1 record".to_owned() } else { format!("{} records", column.records) };
    let message = format!("column `{}` holds {}{within} in {records}{rest}", column.column, plural(column.kind));
    finding(code, severity, NAME, message).on([&column.column]).counting(column.records)
}

fn beside(pair: &CorrelatedPseudonym) -> Finding {
    let message = format!(
        "the hash-like column `{}` and `{}`, which shows {} digits of a number, leave {} candidates for each hash",
        pair.hashed_column, pair.truncated_column, pair.visible_digits, pair.remaining_candidates
    );
    let found = finding(FindingCode::HashBesideTruncatedNumber, Severity::High, NAME, message);
    found.on([&pair.hashed_column, &pair.truncated_column])
}

/// Two ways of shortening one number show more digits together than each alone.
fn several_truncations(value: &Identifiers) -> Option<Finding> {
    let shortened = value.columns.iter().filter(|column| column.kind == IdentifierKind::TruncatedCardNumber);
    let mut columns: Vec<String> = shortened.map(|column| column.column.clone()).collect();
    columns.dedup();
    let message = format!(
        "{} columns hold truncated card numbers; different parts of one number must not be combined",
        columns.len()
    );
    let found = finding(FindingCode::SeveralTruncations, Severity::Medium, NAME, message);
    (columns.len() > 1).then(|| found.on(&columns))
}

//! What a person declares beside roles and limits, so that a verdict may rest on it: that there is no subject, what
//! cells mean, whether a column varies, where a treatment is applied, and why.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::document::Problem;
use super::reader::{Section, Written};
use super::setting::Draft;
use super::settings::list;
use super::waivers::{WAIVER_HORIZON_DAYS, latest_end};
use crate::plan::{ConfigError, Plan, counted, shown_name};
use crate::result::{ColumnDeclaration, Role, Treatment};

/// Where a treatment may be applied.
const DOWNSTREAM: [(&str, &str); 1] = [("downstream", "downstream")];

/// Notes a flag that takes columns or measures away.
pub(super) fn narrow(draft: &mut Draft, flag: &str) {
    let narrowed = &mut draft.plan.declarations.narrowed_by;
    if !narrowed.iter().any(|other| other == flag) {
        narrowed.push(flag.to_owned());
    }
}

/// `[subject] none`: it says what the subject is, so that roles are not guessed.
pub(super) fn no_subject(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let none = value.boolean()?;
    if none && draft.plan.roles.declared.values().any(|&role| role == Role::Subject) {
        return Err(subject_and_none(value));
    }
    draft.decides_roles |= none;
    draft.plan.declarations.no_subject = none;
    Ok(())
}

/// The mistake of a file that names a subject and says that there is none.
pub(super) fn subject_and_none(value: &Written<'_, '_>) -> Problem {
    let message = "`[subject] none = true` says that there is no subject, and a column is named as one";
    value
        .refused("subject-and-none", message)
        .with_hint("name the subject, or leave it out where each record is a person")
}

/// The keys of a `[columns.NAME]` that say what its cells mean and why. Those that are there are noted in `said`.
pub(super) fn read_column(draft: &mut Draft, said: &mut BTreeSet<&'static str>, section: &Section<'_, '_>, name: &str) {
    let told = |value: Option<Written<'_, '_>>| value.and_then(|value| section.told(value.texts()));
    if let Some(spellings) = told(section.take_spelled("null_value", Some("null_values"))) {
        said.insert("null_value");
        draft.plan.input.column_null_values.insert(name.to_owned(), spellings);
    }
    if let Some(spellings) = told(section.take("real_values")) {
        said.insert("real_values");
        draft.plan.input.real_values.insert(name.to_owned(), spellings);
    }
    let varies = section.get("varies", Written::boolean);
    let reason = section.get("reason", Written::words);
    said.extend(varies.map(|_| "varies"));
    said.extend(reason.as_ref().map(|_| "reason"));
    if varies.is_some() || reason.is_some() {
        draft.plan.declarations.columns.insert(name.to_owned(), ColumnDeclaration { varies, reason });
    }
}

/// `[policy] treatment`: who applies the rules to the file after this scan, why, and until when that holds.
pub(super) fn treatment(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let section = value.table("a table")?;
    let hint =
        "write `treatment = { applied = \"downstream\", approved_by = \"…\", reason = \"…\", expires = 2027-02-28 }`";
    let what = "`[policy] treatment`";
    let applied = section.need("applied", what, hint, |value| value.named(&DOWNSTREAM));
    let need = |key| section.need(key, what, hint, Written::words);
    let (approved_by, reason) = (need("approved_by"), need("reason"));
    let expires = section.need("expires", what, hint, Written::date);
    let (Some(applied), Some(approved_by), Some(reason), Some(expires)) = (applied, approved_by, reason, expires)
    else {
        return Err(Problem::Told);
    };
    let (applied, expires) = (applied.to_owned(), expires.to_string());
    draft.plan.declarations.treatment = Some(Treatment { applied, approved_by, reason, expires });
    Ok(())
}

/// Checks that a declared treatment ends within the horizon of a waiver, counted from the day of judging.
///
/// # Errors
/// When it ends later.
pub fn check_treatment(plan: &Plan, as_of: Date) -> Result<(), ConfigError> {
    let latest = latest_end(as_of);
    let expires = plan.declarations.treatment.as_ref().and_then(|treatment| treatment.expires.parse::<Date>().ok());
    let Some(expires) = expires.filter(|expires| *expires > latest) else { return Ok(()) };
    let message = format!("`[policy] treatment` ends on {expires}, more than {WAIVER_HORIZON_DAYS} days after {as_of}");
    let hint = format!("let it end on {latest} at the latest; it can be approved again");
    Err(ConfigError::new("too-far", message).with_hint(hint))
}

pub(super) fn shown_treatment(treatment: &Treatment) -> String {
    let (applied, by) = (shown_name(&treatment.applied), shown_name(&treatment.approved_by));
    format!("{applied}, approved by {by}, until {}", shown_name(&treatment.expires))
}

/// How many spellings are named for each column.
pub(super) fn shown_spellings(columns: &BTreeMap<String, Vec<String>>) -> String {
    list(columns.iter().map(|(name, spellings)| {
        format!("{}: {}", shown_name(name), counted(spellings.len() as u64, "spelling", "spellings"))
    }))
}

/// What is declared of each column, where something is.
pub(super) fn shown_columns(plan: &Plan, part: impl Fn(&ColumnDeclaration) -> Option<String>) -> String {
    let declared = plan.declarations.columns.iter();
    list(declared.filter_map(|(name, column)| part(column).map(|part| format!("{}: {part}", shown_name(name)))))
}

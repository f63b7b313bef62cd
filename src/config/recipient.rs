//! `[recipient]`: who is to receive the extract, and under which agreement.

use super::document::Problem;
use super::kind::{Kind, day};
use super::reader::Written;
use super::setting::Draft;
use super::settings::{NONE, file_name};
use crate::plan::{ConsentRegister, Plan, RecipientPlan, counted, shown_name};
use crate::result::Recipient;

/// The recipient of a draft; whoever says anything of it has one.
pub(super) fn of(draft: &mut Draft) -> &mut RecipientPlan {
    draft.plan.recipient.get_or_insert_default()
}

/// The terms of the agreement of a draft.
pub(super) fn terms(draft: &mut Draft) -> &mut Recipient {
    &mut of(draft).terms
}

/// The last day of an agreement, as results keep it.
pub(super) fn last_day() -> Kind<String> {
    Kind::new(day().words, |value| value.date().map(|day| day.to_string()), |day| shown_name(day))
}

pub(super) fn shown_consent(plan: &Plan) -> String {
    let register = plan.recipient.as_ref().and_then(|recipient| recipient.consent.as_ref());
    register.map_or(NONE.to_owned(), |register| {
        let value = register.value_column.as_ref().map_or(String::new(), |column| {
            let values = counted(register.values.len() as u64, "value", "values");
            format!(", {values} of {} mean yes", shown_name(column))
        });
        format!("{}, column {}{value}", file_name(&register.file), shown_name(&register.column))
    })
}

pub(super) fn consent(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let section = value.table("a table")?;
    let hint = "write `consent = { file = \"register.csv\", column = \"customer\" }`, or with \
                `value_column = \"opted_in\", value = \"yes\"` where the register holds others too";
    let need = |key| section.need(key, "`[recipient] consent`", hint, Written::text);
    let (file, column) = (need("file"), need("column"));
    let value_column = section.get("value_column", Written::text);
    let values = section.get("value", Written::texts).unwrap_or_default();
    let lacks =
        |key: &str| section.refused("missing-key", format!("`[recipient] consent` lacks `{key}`")).with_hint(hint);
    match (&value_column, values.is_empty()) {
        (Some(_), true) => return Err(lacks("value")),
        (None, false) => return Err(lacks("value_column")),
        _ => {}
    }
    let (Some(file), Some(column)) = (file, column) else { return Err(Problem::Told) };
    let file = value.beside(file.as_ref());
    of(draft).consent = Some(ConsentRegister { file, column, value_column, values });
    Ok(())
}

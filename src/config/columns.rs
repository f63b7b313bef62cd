//! What the columns are: `[subject]`, `[columns.NAME]`, and the flags that give roles and rules.

use std::collections::BTreeMap;

use super::declared;
use super::document::Problem;
use super::reader::{Section, Written};
use super::setting::{Draft, Setting};
use super::settings::{NONE, file_name, list, settings};
use crate::plan::{
    CalendarUnit, CoarsenRule, Plan, RolePlan, Rotation, SensitiveDistance, SubjectMap, hint_for, is_coarsened,
    shown_name,
};
use crate::result::Role;

/// Gives the columns of a flag such as `--quasi age,sex` their role.
pub(super) fn declare(draft: &mut Draft, value: &Written<'_, '_>, role: Role) -> Result<(), Problem> {
    let flag = value.name();
    if role == Role::Ignore {
        declared::narrow(draft, flag);
    }
    for name in value.columns()? {
        let taken = draft.typed_roles.iter().find(|(other, known)| **known == Role::Subject && **other != name);
        if let (Role::Subject, Some((other, _))) = (role, taken) {
            let message = format!("{flag} names two columns, `{}` and `{}`", shown_name(other), shown_name(&name));
            let problem = value.refused("two-subjects", message);
            return Err(problem.with_hint("a record has one subject; name one column"));
        }
        if !is_coarsened(role) {
            // A flag that takes a column out of the counting takes its rules of the file along.
            draft.plan.coarsen.remove(&name);
        }
        match draft.typed_roles.insert(name.clone(), role) {
            None => {}
            Some(before) if before == role => {
                return Err(value.refused("column-twice", format!("{flag} names column `{}` twice", shown_name(&name))));
            }
            Some(before) => {
                let (name, before, role) = (shown_name(&name), before.name(), role.name());
                let message = format!("column `{name}` is given two roles by flags, `{before}` and `{role}`");
                let problem = value.refused("two-roles", message);
                return Err(problem.with_hint("name the column in one of the flags only"));
            }
        }
    }
    Ok(())
}

/// `--coarsen COL=RULE`: the rules of a column take the place of all that the file has for it.
pub(super) fn coarsen(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let mut typed: BTreeMap<String, Vec<CoarsenRule>> = BTreeMap::new();
    for written in value.texts()? {
        let (column, rule) = CoarsenRule::parse_for_column(&written).map_err(|error| match error {
            Some(error) => value.refused("coarsen-rule", format!("--coarsen: {error}")).with_hint(rule_hint(&written)),
            None => value
                .refused("coarsen-rule", format!("--coarsen `{}` is not COL=RULE", shown_name(&written)))
                .with_hint("write a column, `=` and a rule, such as `--coarsen posted_at=day`"),
        })?;
        typed.entry(column).or_default().push(rule);
    }
    draft.plan.coarsen.extend(typed);
    Ok(())
}

/// What to write instead of a rule that cannot be read.
fn rule_hint(written: &str) -> String {
    let rule = written.rsplit('=').next().unwrap_or(written);
    let name = rule.split(':').next().unwrap_or(rule).trim();
    let known = CoarsenRule::names().filter(|_| CoarsenRule::names().all(|known| known != name));
    let all = "rules: hour, day, week, month, quarter, year, round:10, bins:0,10,50, top:500, prefix:3, suffix:4, \
               hierarchy:FILE:LEVEL, rare:20, drop";
    hint_for(name, known, || all.to_owned())
}

/// The roles for the record, and whether the others are guessed.
pub(super) fn shown_roles(plan: &Plan) -> String {
    let guessed = if plan.roles.guess { "guessed where not declared" } else { "declared" };
    let roles = plan.roles.declared.iter().map(|(name, role)| format!("{} {}", shown_name(name), role.name()));
    list([guessed.to_owned()].into_iter().chain(roles))
}

/// The rules for the record.
pub(super) fn shown_rules(plan: &Plan) -> String {
    list(
        plan.coarsen.iter().flat_map(|(name, rules)| {
            rules.iter().map(move |rule| format!("{}={}", shown_name(name), shown_rule(rule)))
        }),
    )
}

/// A rule without the folders of the machine.
fn shown_rule(rule: &CoarsenRule) -> String {
    match rule {
        CoarsenRule::Hierarchy { file, level } => format!("hierarchy:{}:{level}", file_name(file)),
        rule => rule.to_string(),
    }
}

pub(super) fn subject_column(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let name = value.text()?.trim().to_owned();
    declare_in_file(&mut draft.plan.roles, &name, Role::Subject, value)
}

pub(super) fn subject_map(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let map = value.table("a table")?;
    let hint = "write `map = { file = \"cards.csv\", from = \"card\", to = \"customer\" }`";
    let need = |key| map.need(key, "`[subject] map`", hint, Written::text);
    let (file, from, to) = (need("file"), need("from"), need("to"));
    let (Some(file), Some(from), Some(to)) = (file, from, to) else { return Err(Problem::Reported) };
    draft.plan.subject_map = Some(SubjectMap { file: value.beside(file.as_ref()), from, to });
    Ok(())
}

/// The periods of pseudonyms by their names.
const PERIODS: [(&str, CalendarUnit); 5] = [
    ("day", CalendarUnit::Day),
    ("week", CalendarUnit::Week),
    ("month", CalendarUnit::Month),
    ("quarter", CalendarUnit::Quarter),
    ("year", CalendarUnit::Year),
];

/// `rotate = "month"`, or a table that also names the column which tells the period.
pub(super) fn rotate(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let Ok(table) = value.table("a table") else {
        let every = value.named(&PERIODS)?;
        draft.plan.rotate = Some(Rotation { every, column: None });
        return Ok(());
    };
    let hint = "write `rotate = { every = \"month\", column = \"day\" }`";
    let every = table.need("every", "`[subject] rotate`", hint, |value| value.named(&PERIODS));
    let column = table.need("column", "`[subject] rotate`", hint, Written::text);
    let (Some(every), Some(column)) = (every, column) else { return Err(Problem::Reported) };
    draft.plan.rotate = Some(Rotation { every, column: Some(column) });
    Ok(())
}

/// The rotation for the record.
pub(super) fn shown_rotation(plan: &Plan) -> String {
    plan.rotate.as_ref().map_or(NONE.to_owned(), |Rotation { every, column }| match column {
        Some(column) => format!("every {}, by {}", every.name(), shown_name(column)),
        None => format!("every {}", every.name()),
    })
}

/// The subject map for the record.
pub(super) fn shown_map(plan: &Plan) -> String {
    plan.subject_map.as_ref().map_or(NONE.to_owned(), |map| {
        format!("{}, from {} to {}", file_name(&map.file), shown_name(&map.from), shown_name(&map.to))
    })
}

/// Reads every `[columns.NAME]`, and notes the settings that some of them says something of.
pub(super) fn read(draft: &mut Draft, columns: &mut Section<'_, '_>, mut note: impl FnMut(&'static Setting)) {
    for (key, value) in columns.entries() {
        let Some(section) = columns.reported(value.table("a table")) else { continue };
        if section.is_empty() {
            let message = format!("`[{}]` declares nothing about its column", shown_name(value.name()));
            let hint = "give it a `role`, a `coarsen` or `permitted`, or remove the section";
            columns.reported::<()>(Err(key.refused("empty-section", message).with_hint(hint)));
        }
        key.name.trim().clone_into(&mut draft.column);
        for row in settings().iter().filter(|row| row.section == "columns") {
            if let Some(value) = section.take_spelled(row.name, row.old) {
                section.reported(row.set(draft, &value));
                note(row);
            }
        }
    }
}

/// The role of the column whose section is read.
pub(super) fn role(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let name = value.one_of(Role::ALL.iter().copied().map(Role::name), "unknown-role", "role")?;
    let role = Role::ALL.iter().copied().find(|role| role.name() == name).ok_or(Problem::Reported)?;
    if role == Role::Subject && draft.plan.declarations.no_subject {
        return Err(declared::subject_and_none(value));
    }
    declare_in_file(&mut draft.plan.roles, &draft.column, role, value)
}

/// The rules of the column whose section is read.
pub(super) fn rules(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let rules = value.each(read_rule)?;
    draft.plan.coarsen.insert(draft.column.clone(), rules);
    Ok(())
}

/// How far the values of the column whose section is read are apart.
pub(super) fn distance(value: &Written<'_, '_>) -> Result<SensitiveDistance, Problem> {
    let text = value.text()?;
    SensitiveDistance::parse(&text, value.folder()).ok_or_else(|| {
        let message = format!("`{}` is no distance", shown_name(&text));
        value.refused("unknown-distance", message).with_hint(format!("write {}", SensitiveDistance::WORDS))
    })
}

/// Whether the column whose section is read may hold identifiers.
pub(super) fn permitted(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    declared::of_column(draft).permitted = Some(value.boolean()?);
    Ok(())
}

/// The columns that may hold identifiers for the record.
pub(super) fn shown_permissions(plan: &Plan) -> String {
    let permitted = plan.declarations.permitted();
    list(permitted.map(|(name, has_reason)| {
        let name = shown_name(name);
        if has_reason { name } else { format!("{name} without a reason") }
    }))
}

fn declare_in_file(roles: &mut RolePlan, name: &str, role: Role, value: &Written<'_, '_>) -> Result<(), Problem> {
    let subject = roles.declared.iter().find(|(other, known)| **known == Role::Subject && *other != name);
    if let (Some((subject, _)), Role::Subject) = (subject, role) {
        let message = format!("columns `{}` and `{}` are both the subject", shown_name(subject), shown_name(name));
        return Err(value.refused("two-subjects", message).with_hint("name one column"));
    }
    match roles.declared.insert(name.to_owned(), role) {
        Some(before) if before != role => {
            let (name, before, role) = (shown_name(name), before.name(), role.name());
            let message = format!("column `{name}` is given two roles, `{before}` and `{role}`");
            Err(value.refused("two-roles", message))
        }
        _ => Ok(()),
    }
}

fn read_rule(value: &Written<'_, '_>) -> Result<CoarsenRule, Problem> {
    let text = value.as_text().ok_or_else(|| value.wrong_type("a text in quotes or a list of them"))?;
    let rule = CoarsenRule::parse(text)
        .map_err(|error| value.refused("coarsen-rule", error.to_string()).with_hint(rule_hint(text)))?;
    Ok(match value.folder() {
        Some(folder) => rule.relative_to(folder),
        None => rule,
    })
}

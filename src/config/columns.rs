//! What the columns are: `[subject]`, `[columns.NAME]`, and the flags that give roles and rules.

use std::collections::{BTreeMap, BTreeSet};

use super::declared;
use super::document::Problem;
use super::reader::{Section, Written};
use super::setting::Draft;
use super::settings::file_name;
use crate::plan::{CoarsenRule, RolePlan, SubjectMap, did_you_mean, is_coarsened, shown_name};
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
    let known = CoarsenRule::NAMES.contains(&name);
    match did_you_mean(name, CoarsenRule::NAMES).filter(|_| !known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "rules: hour, day, week, month, quarter, year, round:10, bins:0,10,50, top:500, prefix:3, suffix:4, \
                 hierarchy:FILE:LEVEL, rare:20, drop"
            .to_owned(),
    }
}

/// A rule without the folders of the machine.
pub(super) fn shown_rule(rule: &CoarsenRule) -> String {
    match rule {
        CoarsenRule::Hierarchy { file, level } => format!("hierarchy:{}:{level}", file_name(file)),
        rule => rule.to_string(),
    }
}

pub(super) fn subject_column(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let name = value.text()?.trim().to_owned();
    draft.decides_roles = true;
    declare_in_file(&mut draft.plan.roles, &name, Role::Subject, value)
}

pub(super) fn subject_map(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let map = value.table("a table")?;
    let hint = "write `map = { file = \"cards.csv\", from = \"card\", to = \"customer\" }`";
    let need = |key| map.need(key, "`[subject] map`", hint, Written::text);
    let (file, from, to) = (need("file"), need("from"), need("to"));
    let (Some(file), Some(from), Some(to)) = (file, from, to) else { return Err(Problem::Told) };
    draft.plan.subject_map = Some(SubjectMap { file: value.beside(file.as_ref()), from, to });
    Ok(())
}

/// Reads every `[columns.NAME]`. Returns the keys that some of them has.
pub(super) fn read(draft: &mut Draft, columns: &mut Section<'_, '_>) -> BTreeSet<&'static str> {
    let mut said = BTreeSet::new();
    for (key, value) in columns.entries() {
        let Some(section) = columns.told(value.table("a table")) else { continue };
        let name = key.name.trim().to_owned();
        if section.is_empty() {
            let message = format!("`[{}]` says nothing about its column", shown_name(value.name()));
            let hint = "give it a `role`, a `coarsen` or `permitted`, or leave the section out";
            columns.told::<()>(Err(key.refused("empty-section", message).with_hint(hint)));
        }
        section.get("role", |value| {
            said.insert("role");
            draft.decides_roles = true;
            let role = read_role(value)?;
            if role == Role::Subject && draft.plan.declarations.no_subject {
                return Err(declared::subject_and_none(value));
            }
            declare_in_file(&mut draft.plan.roles, &name, role, value)
        });
        let permitted = section.get("permitted", Written::boolean);
        said.extend(permitted.map(|_| "permitted"));
        if permitted == Some(true) {
            draft.plan.permitted_identifiers.insert(name.clone());
        }
        declared::read_column(draft, &mut said, &section, &name);
        if let Some(rules) = section.get("coarsen", |value| value.each(read_rule)) {
            said.insert("coarsen");
            draft.plan.coarsen.insert(name, rules);
        }
    }
    said
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

fn read_role(value: &Written<'_, '_>) -> Result<Role, Problem> {
    let text = value.as_text().ok_or_else(|| value.wrong_type("the name of a role in quotes"))?;
    Role::ALL.iter().copied().find(|role| role.name() == text).ok_or_else(|| {
        let names: Vec<&str> = Role::ALL.iter().copied().map(Role::name).collect();
        let hint = match did_you_mean(text, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("roles: {}", names.join(", ")),
        };
        value.refused("unknown-role", format!("`{}` is not a role", shown_name(text))).with_hint(hint)
    })
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

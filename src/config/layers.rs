//! Flags over environment over configuration over defaults: the one place where a [`Plan`] comes from.

use std::collections::BTreeMap;

use super::aggregates;
use super::declared::{check_spellings, take_joined_types};
use super::file::ConfigFile;
use super::loosened;
use super::night::name_of_config;
use super::reader::Written;
use super::setting::{Draft, Given, Setting};
use super::settings::settings;
use crate::judge::policy_of;
use crate::plan::{ConfigError, InputOptions, Limit, Limits, Plan, Sign, shown_name};
use crate::result::{Audience, DEFAULT_K, Gate, GateMeasure, GateOrigin, PlannedSetting, Policy, Role};

/// Where the value of each entry of the record came from.
pub(super) type Origins = BTreeMap<String, Vec<String>>;

/// The plan of a scan: what was typed, over the configuration file, over the defaults.
///
/// Roles of flags override roles of the file column by column; rules of a flag replace all rules of the file for that
/// column.
///
/// # Errors
/// Every mistake of what was typed; or that there is no input, or that settings contradict each other.
pub fn resolve(inputs: Vec<String>, given: &[Given], config: Option<ConfigFile>) -> Result<Plan, ConfigError> {
    let (mut draft, mut origins) = (Draft::default(), Origins::new());
    let mut name = None;
    if let Some(file) = config {
        name = name_of_config(&file.path);
        (draft, origins) = (file.draft, file.origins);
        (draft.plan.config_sha256, draft.plan.config) = (Some(file.sha256), Some(file.places));
    }
    draft.plan.inputs = inputs;
    if draft.plan.inputs.is_empty() {
        take_declared_files(&mut draft.plan, name)?;
    }
    set_given(&mut draft, &mut origins, given)?;
    let limits = draft.limits.clone();
    let mut plan = finished(draft)?;
    if plan.linkage.declared_types().next().is_some() {
        let from = origins.get("recipient.holds").cloned().unwrap_or_default();
        origins.entry("columns.type".to_owned()).or_insert(from);
    }
    plan.settings = record(&plan, &limits, &origins);
    Ok(plan)
}

/// Reads the declared files, of which `name` is the dataset unless the configuration gives another.
fn take_declared_files(plan: &mut Plan, name: Option<String>) -> Result<(), ConfigError> {
    if plan.files.is_empty() {
        let hint = "name a file, a folder, a glob or `-`, or declare `files` in `[dataset]` of the configuration";
        return Err(ConfigError::new("no-input", "no input is named").with_hint(hint));
    }
    plan.inputs.clone_from(&plan.files);
    plan.dataset_name = plan.dataset_name.take().or(name);
    Ok(())
}

/// Reads what was typed, in the order of the table, so that the order of typing means nothing.
fn set_given(draft: &mut Draft, origins: &mut Origins, given: &[Given]) -> Result<(), ConfigError> {
    let (mut mistakes, mut typed) = (Vec::new(), Origins::new());
    let configured = draft.clone();
    for setting in settings() {
        let key = setting.key();
        for given in given.iter().filter(|given| given.setting.key() == key) {
            let flag = format!("--{}", setting.flag_name());
            let value = Written::Flag { flag: &flag, values: &given.values };
            if let Err(problem) = setting.set(draft, &value) {
                mistakes.extend(problem.into_error());
            }
            note(&mut typed, setting, &given.origin);
            if !setting.is_merged {
                origins.remove(&setting.entry());
            }
        }
    }
    loosened::note(draft, &configured, given);
    for (entry, sources) in typed {
        origins.entry(entry).or_default().extend(sources);
    }
    ConfigError::all(mistakes)
}

/// Notes where an entry came from; where several settings of a layer make it, each source once.
pub(super) fn note(origins: &mut Origins, setting: &Setting, origin: &str) {
    let sources = origins.entry(setting.entry()).or_default();
    if !sources.iter().any(|source| source == origin) {
        sources.push(origin.to_owned());
    }
}

/// What no single setting can say: roles of both layers, the policy of all limits, and contradictions.
fn finished(mut draft: Draft) -> Result<Plan, ConfigError> {
    let typed = draft.against.plan()?;
    let mut plan = draft.plan;
    if !typed.sources.is_empty() {
        plan.linkage.sources = typed.sources;
    }
    if !typed.known_identifiers.is_empty() {
        plan.linkage.known_identifiers = typed.known_identifiers;
    }
    let declared = &mut plan.roles.declared;
    if draft.typed_roles.values().any(|&role| role == Role::Subject) {
        // Another subject on the command line takes the place of the file's, whose column is then not used.
        for role in declared.values_mut().filter(|role| **role == Role::Subject) {
            *role = Role::Ignore;
        }
        plan.declarations.no_subject = false;
    }
    declared.append(&mut draft.typed_roles);
    plan.roles.guess = !draft.decides_roles;
    let has_subject = declared.values().any(|&role| role == Role::Subject);
    if !has_subject && !plan.roles.guess && plan.subject_map.is_some() {
        let message = "`[subject] map` is given, but no column is the subject";
        return Err(ConfigError::new("map-without-subject", message)
            .with_hint("name the subject with `[subject] column` or `--subject`"));
    }
    read_alike(&mut plan);
    check_original(&plan)?;
    take_joined_types(&mut plan)?;
    check_spellings(&plan)?;
    check_signs(&plan.input)?;
    // What leaves on the word of a person leaves for a reason.
    let permitted = plan.declarations.permitted().filter(|(_, has_reason)| *has_reason);
    plan.permitted_identifiers = permitted.map(|(name, _)| name.clone()).collect();
    plan.policy = Policy {
        permitted_identifiers: plan.permitted_identifiers.iter().cloned().collect(),
        ..policy_of(&draft.limits)
    };
    aggregates::finish(&mut plan)?;
    Ok(plan)
}

/// What is compared with cells of the extract is trimmed as they are.
fn read_alike(plan: &mut Plan) {
    let trim = plan.input.trim;
    let sources = plan.linkage.sources.iter_mut().map(|source| &mut source.input);
    let identifiers = plan.linkage.known_identifiers.iter_mut().map(|known| &mut known.input);
    sources.chain(identifiers).for_each(|input| input.trim = trim);
    // The original has the columns of the extract, so what stands for no value in one does in the other.
    if let Some(original) = &mut plan.linkage.original {
        original.input = InputOptions {
            trim,
            null_values: plan.input.null_values.clone(),
            column_null_values: plan.input.column_null_values.clone(),
            suppression_marks: plan.input.suppression_marks.clone(),
            real_values: plan.input.real_values.clone(),
            ..InputOptions::default()
        };
    }
}

/// People who are not in the original say nothing without it.
fn check_original(plan: &Plan) -> Result<(), ConfigError> {
    if plan.linkage.original.as_ref().is_none_or(|original| !original.files.is_empty()) {
        return Ok(());
    }
    let message = "`control` names people who are not in the original, but the original is missing";
    let hint = "name the file that the extract was made from with `[linkage] original` or `--original`";
    Err(ConfigError::new("control-without-original", message).with_hint(hint))
}

/// Says that figures of single subjects are to be listed beside the result, for an internal audience.
///
/// # Errors
/// When the audience of the plan is another one.
pub fn list_subjects(plan: &mut Plan) -> Result<(), ConfigError> {
    is_internal(plan, "subjects")?;
    plan.lists.subjects = true;
    Ok(())
}

/// The same for figures of single records.
///
/// # Errors
/// As [`list_subjects`].
pub fn list_records(plan: &mut Plan) -> Result<(), ConfigError> {
    is_internal(plan, "records")?;
    plan.lists.records = true;
    Ok(())
}

/// The same for cells of planned tables of totals, by their labels.
///
/// # Errors
/// As [`list_subjects`].
pub fn list_cells(plan: &mut Plan) -> Result<(), ConfigError> {
    is_internal(plan, "cells")?;
    plan.lists.cells = true;
    Ok(())
}

fn is_internal(plan: &Plan, list: &str) -> Result<(), ConfigError> {
    if plan.audience != Audience::Internal {
        let message = "figures of individual subjects and cells by name are for an internal audience only";
        let hint = format!("add `--audience internal`, or remove `{list}` from `--emit`");
        return Err(ConfigError::new("subjects-not-internal", message.to_owned()).with_hint(&hint));
    }
    Ok(())
}

/// Checks that no sign would be both between fields and around them.
fn check_signs(input: &InputOptions) -> Result<(), ConfigError> {
    if input.delimiter.is_some_and(|sign| sign.byte().is_none()) && matches!(input.quote, Some(Some(_))) {
        let message = "a delimiter of several characters does not support quotes".to_owned();
        return Err(ConfigError::new("long-delimiter", message).with_hint("remove `quote`"));
    }
    let same = |message: String, hint: &str| Err(ConfigError::new("same-sign", message).with_hint(hint));
    let shown = |byte| super::signs::shown_sign(Sign::of_byte(byte));
    match (input.delimiter.map(|sign| sign.byte().unwrap_or_default()), input.quote) {
        (Some(delimiter), Some(Some(quote))) if delimiter == quote => {
            same(format!("`{}` is both the delimiter and the quote", shown(quote)), "choose another `quote`, or `none`")
        }
        // These are the quotes that are looked for when none is named.
        (Some(delimiter @ (b'"' | b'\'')), None) => same(
            format!("the delimiter `{}` could also be detected as the quote", shown(delimiter)),
            "also name the quote, with `--quote` or `[dataset] quote`; `none` if there is none",
        ),
        // These are the delimiters that are looked for when none is named.
        (None, Some(Some(quote @ (b',' | b';' | b'\t' | b'|')))) => same(
            format!("the quote `{}` could also be detected as the delimiter", shown(quote)),
            "also name the delimiter, with `--delimiter` or `[dataset] delimiter`",
        ),
        _ => Ok(()),
    }
}

const DEFAULT: &str = "default";

/// Every entry of the plan in force, and where it came from.
fn record(plan: &Plan, limits: &Limits, origins: &Origins) -> Vec<PlannedSetting> {
    let mut shown = Draft { plan: plan.clone(), limits: limits.clone(), ..Draft::default() };
    let own = settings().iter().filter(|setting| setting.part_of.is_none());
    own.map(|setting| {
        let key = setting.entry();
        let origin = origins.get(&key).map(|sources| sources.join(", "));
        let (value, origin) = match setting.limit {
            Some(limit) => limit_in_force(limit, plan, limits, origin),
            None => (setting.shown(&mut shown), origin.unwrap_or_else(|| DEFAULT.to_owned())),
        };
        PlannedSetting { setting: key, value, origin }
    })
    .collect()
}

/// What holds for a limit, and who says so: somebody, the preset, or nobody.
fn limit_in_force(limit: &Limit, plan: &Plan, limits: &Limits, origin: Option<String>) -> (String, String) {
    let policy = &plan.policy;
    if let Some(rule) = limits.ratchets.get(limit.key) {
        return (rule.shown(limit), origin.unwrap_or_else(|| DEFAULT.to_owned()));
    }
    let preset = || format!("preset {}", policy.preset.as_ref().map_or("", |preset| preset.id.as_str()));
    let of_limit = |gate: &&Gate| gate.measure == GateMeasure::new(limit.gate);
    let own = limits.get(limit.key);
    if limit.key == "k" {
        let asked = own.unwrap_or(f64::from(DEFAULT_K));
        let from = match policy.gates.iter().find(|gate| gate.class_limit() == Some(policy.k)) {
            // A preset or a risk may ask for more than the number that somebody wrote; what counts is told.
            Some(gate) if asked < f64::from(policy.k) || own.is_none() && policy.k != DEFAULT_K => {
                let by_risk = gate.measure == GateMeasure::HIGHEST_RISK && gate.origin == GateOrigin::Own;
                if by_risk { "policy.max_risk".to_owned() } else { preset() }
            }
            _ => origin.unwrap_or_else(|| DEFAULT.to_owned()),
        };
        return (policy.k.to_string(), from);
    }
    let strictest = policy.gates.iter().find(|gate| of_limit(gate) && (own.is_none() || gate.limit == own));
    let Some((gate, number)) = strictest.and_then(|gate| Some((gate, gate.limit?))) else {
        return (super::settings::NONE.to_owned(), DEFAULT.to_owned());
    };
    let value = match gate.limit_as_k.filter(|_| gate.measure == GateMeasure::HIGHEST_RISK) {
        Some(k) => format!("{number}, so at least {k} subjects in every class"),
        None => number.to_string(),
    };
    let from = match gate.origin {
        GateOrigin::Own => origin.unwrap_or_else(|| DEFAULT.to_owned()),
        GateOrigin::Preset => preset(),
        GateOrigin::Default => DEFAULT.to_owned(),
    };
    (value, from)
}

/// The name of a file as a source of settings.
pub(super) fn file_origin(path: &std::path::Path) -> String {
    shown_name(&super::places::shared_name(path))
}

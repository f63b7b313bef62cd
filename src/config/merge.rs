//! Flags over configuration over defaults: the one place where a [`Plan`] comes from.

use std::collections::BTreeSet;
use std::fmt::Display;

use super::{ConfigError, ConfigFile, InputOptions, Plan, RolePlan, Settings, did_you_mean, shown_name};
use crate::judge::{Limits, policy_of};
use crate::recode::{CoarsenRule, TimeOrigin};
use crate::result::{Audience, DEFAULT_K, Gate, GateMeasure, MissingMode, Policy, Role, Severity};
use crate::stats::smallest_safe_class;

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Name of the setting, as its configuration key.
    pub setting: &'static str,
    /// Its value, for showing.
    pub value: String,
    /// `flag`, the environment variable, the configuration file or `default`.
    pub source: String,
}

/// A plan and where each of its settings came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// What to do.
    pub plan: Plan,
    /// Where the settings came from, in a fixed order.
    pub origins: Vec<Origin>,
}

/// Sets of up to three columns explain most of what makes people unique, at a cost that every machine can bear.
const DEFAULT_MAX_SET: usize = 3;
/// Severity that fails when nobody says otherwise.
const DEFAULT_FAIL_ON: Severity = Severity::High;
/// Any fixed number would do: it makes two scans of the same records draw the same.
const DEFAULT_SEED: u64 = 0;

/// Merges what was typed with the configuration file and the defaults.
///
/// Roles of flags override roles of the file column by column; rules of a flag replace all rules of the file for that
/// column. `flag_source` names the source of a setting that `flags` hold: a flag or an environment variable.
///
/// # Errors
/// When there is no input, or the settings contradict each other.
pub fn resolve(
    inputs: Vec<String>,
    flags: Settings,
    config: Option<ConfigFile>,
    flag_source: &dyn Fn(&str) -> String,
) -> Result<Resolved, ConfigError> {
    if inputs.is_empty() {
        return Err(ConfigError::new("no-input", "no input is named").with_hint("name a file, a folder, a glob or `-`"));
    }
    let (file, source, config_sha256, config) = match config {
        Some(config) => {
            let source = shown_name(&config.path.display().to_string());
            (config.settings, source, Some(config.sha256), Some(config.places))
        }
        None => (Settings::default(), String::new(), None, None),
    };
    let mut pick = Picker { origins: Vec::new(), file: source, flag_source };
    let roles = merge_roles(&flags, &file)?;
    let permitted: BTreeSet<String> =
        file.permitted_identifiers.iter().chain(&flags.permitted_identifiers).cloned().collect();
    let policy = merge_policy(&mut pick, &flags, &file);
    let policy = Policy { permitted_identifiers: permitted.iter().cloned().collect(), ..policy };
    let mut coarsen = file.coarsen;
    // A flag that takes a column out of the counting takes its rules of the file along.
    coarsen.retain(|column, _| flags.roles.get(column).is_none_or(|role| COARSENED.contains(role)));
    coarsen.extend(flags.coarsen);
    let input = merge_input(flags.input, file.input);
    check_signs(&input)?;
    let plan = Plan {
        dataset_name: flags.dataset_name.or(file.dataset_name),
        inputs,
        input,
        roles,
        subject_map: flags.subject_map.or(file.subject_map),
        coarsen,
        time_origin: TimeOrigin {
            zone_minutes: flags.zone_minutes.or(file.zone_minutes).unwrap_or(0),
            day_start_hour: flags.day_start_hour.or(file.day_start_hour).unwrap_or(0),
        },
        missing: pick.value("missing", flags.missing, file.missing, MissingMode::default(), |mode| named_mode(*mode)),
        measures: pick.value("measures", flags.measures, file.measures, Vec::new(), |names| list(names)),
        max_set: pick.value("max_set", flags.max_set, file.max_set, DEFAULT_MAX_SET, ToString::to_string),
        policy,
        permitted_identifiers: permitted,
        recipient: flags.recipient.or(file.recipient),
        waivers: if flags.waivers.is_empty() { file.waivers } else { flags.waivers },
        as_of: flags.as_of.or(file.as_of),
        seed: pick.value("seed", flags.seed, file.seed, DEFAULT_SEED, ToString::to_string),
        threads: pick.optional("threads", flags.threads, file.threads, "all of the machine"),
        memory: pick.optional("memory", flags.memory, file.memory, "no limit"),
        timeout: pick.value("timeout", flags.timeout.map(Some), file.timeout.map(Some), None, |limit| {
            limit.map_or("no limit".to_owned(), |limit| format!("{} s", limit.as_secs_f64()))
        }),
        config_sha256,
        config,
        audience: pick.value("audience", flags.audience, file.audience, Audience::default(), |audience| {
            named_audience(*audience)
        }),
        unicity: flags.unicity.over(file.unicity),
        linkage: flags.linkage.over(file.linkage),
        lists_subjects: flags.lists_subjects || file.lists_subjects,
    };
    if plan.lists_subjects && plan.audience != Audience::Internal {
        let message = "figures of single subjects are for an internal audience only";
        let hint = "add `--audience internal`, or leave `subjects` out of `--emit`";
        return Err(ConfigError::new("subjects-not-internal", message.to_owned()).with_hint(hint));
    }
    Ok(Resolved { plan, origins: pick.origins })
}

/// Roles under which a rule is applied or refused, never passed over.
const COARSENED: [Role; 2] = [Role::QuasiIdentifier, Role::Subject];

/// Checks that no sign would be both between fields and around them.
fn check_signs(input: &InputOptions) -> Result<(), ConfigError> {
    let same = |message: String, hint: &str| Err(ConfigError::new("same-sign", message).with_hint(hint));
    let shown = |sign: u8| if sign == b'\t' { "tab".to_owned() } else { shown_name(&char::from(sign).to_string()) };
    match (input.delimiter, input.quote) {
        (Some(delimiter), Some(Some(quote))) if delimiter == quote => {
            same(format!("`{}` is both the delimiter and the quote", shown(quote)), "choose another `quote`, or `none`")
        }
        // These are the quotes that are looked for when none is named.
        (Some(delimiter @ (b'"' | b'\'')), None) => same(
            format!("the delimiter `{}` may also be found to be the quote", shown(delimiter)),
            "name the quote as well, with `--quote` or `[dataset] quote`; `none` if there is none",
        ),
        // These are the delimiters that are looked for when none is named.
        (None, Some(Some(quote @ (b',' | b';' | b'\t' | b'|')))) => same(
            format!("the quote `{}` may also be found to be the delimiter", shown(quote)),
            "name the delimiter as well, with `--delimiter` or `[dataset] delimiter`",
        ),
        _ => Ok(()),
    }
}

/// Takes each setting from the first source that has it and notes which one that was.
struct Picker<'source> {
    origins: Vec<Origin>,
    file: String,
    flag_source: &'source dyn Fn(&str) -> String,
}

impl Picker<'_> {
    fn value<T>(
        &mut self,
        setting: &'static str,
        flag: Option<T>,
        file: Option<T>,
        default: T,
        show: impl Fn(&T) -> String,
    ) -> T {
        let (value, source) = match (flag, file) {
            (Some(value), _) => (value, (self.flag_source)(setting)),
            (None, Some(value)) => (value, self.file.clone()),
            (None, None) => (default, "default".to_owned()),
        };
        self.origins.push(Origin { setting, value: show(&value), source });
        value
    }

    fn optional<T: Display>(
        &mut self,
        setting: &'static str,
        flag: Option<T>,
        file: Option<T>,
        default: &str,
    ) -> Option<T> {
        let show = |value: &Option<T>| value.as_ref().map_or_else(|| default.to_owned(), ToString::to_string);
        self.value(setting, flag.map(Some), file.map(Some), None, show)
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "all that apply".to_owned() } else { names.join(", ") }
}

fn named_mode(mode: MissingMode) -> String {
    let modes = super::settings::MISSING_MODES;
    modes.iter().find(|(_, known)| *known == mode).map_or("", |(name, _)| name).to_owned()
}

fn named_audience(audience: Audience) -> String {
    let audiences = super::settings::AUDIENCES;
    audiences.iter().find(|(_, known)| *known == audience).map_or("", |(name, _)| name).to_owned()
}

fn named_severity(severity: Severity) -> String {
    let severities = super::settings::SEVERITIES;
    severities.iter().find(|(_, known)| *known == severity).map_or("", |(name, _)| name).to_owned()
}

fn merge_policy(pick: &mut Picker<'_>, flags: &Settings, file: &Settings) -> Policy {
    let place = pick.origins.len();
    let other = flags.limits.clone().or(file.limits.clone());
    let limits = Limits {
        k: flags.k.or(file.k),
        fail_on: Some(
            pick.value("fail_on", flags.fail_on, file.fail_on, DEFAULT_FAIL_ON, |level| named_severity(*level)),
        ),
        allow_review: Some(pick.value(
            "allow_review",
            flags.allow_review,
            file.allow_review,
            false,
            ToString::to_string,
        )),
        gate_any_record: Some(pick.value(
            "gate_any_record",
            flags.gate_any_record,
            file.gate_any_record,
            false,
            ToString::to_string,
        )),
        ..other
    };
    let policy = policy_of(&limits);
    // A preset or a risk may ask for more than the number that somebody wrote; what counts is told.
    let stricter = limits.k.unwrap_or(DEFAULT_K) < policy.k || (limits.k.is_none() && policy.k != DEFAULT_K);
    if stricter {
        let by_risk = limits.max_risk.is_some_and(|risk| smallest_safe_class(risk) == policy.k);
        let preset = limits.preset.as_ref().filter(|_| !by_risk);
        let source = preset.map_or("max_risk".to_owned(), |preset| format!("preset {preset}"));
        pick.origins.push(Origin { setting: "k", value: policy.k.to_string(), source });
    } else {
        pick.value("k", flags.k, file.k, DEFAULT_K, ToString::to_string);
    }
    // The limit that everybody knows is told first.
    pick.origins[place..].rotate_right(1);
    tell_limits(pick, flags, &limits, &policy);
    policy
}

/// Where preset and limits came from; a risk with the class size that it asks for.
fn tell_limits(pick: &mut Picker<'_>, flags: &Settings, limits: &Limits, policy: &Policy) {
    let origin = |setting: &'static str, value: String, flag: bool, pick: &Picker<'_>| Origin {
        setting,
        value,
        source: if flag { (pick.flag_source)(setting) } else { pick.file.clone() },
    };
    if let Some(preset) = &limits.preset {
        pick.origins.push(origin("preset", preset.clone(), flags.limits.preset.is_some(), pick));
    }
    if let Some(risk) = limits.max_risk {
        let of_risk = |gate: &&Gate| gate.measure == GateMeasure::HighestRisk && gate.limit == Some(risk);
        let k = policy.gates.iter().find(of_risk).and_then(|gate| gate.limit_as_k).unwrap_or(policy.k);
        let value = format!("{risk}, so at least {k} in every class");
        pick.origins.push(origin("max_risk", value, flags.limits.max_risk.is_some(), pick));
    }
    let others = [
        ("max_average_risk", limits.max_average_risk),
        ("max_unique_share", limits.max_unique_share),
        ("max_share_at_risk", limits.max_share_at_risk),
        ("max_unicity", limits.max_unicity),
        ("max_correct_links", limits.max_correct_links),
        ("max_linked_share", limits.max_linked_share),
        ("max_relinked_share", limits.max_relinked_share),
        ("max_inference_advantage", limits.max_inference_advantage),
    ];
    for (setting, limit) in others {
        if let Some(limit) = limit {
            pick.origins.push(origin(setting, limit.to_string(), false, pick));
        }
    }
}

fn merge_input(flags: InputOptions, file: InputOptions) -> InputOptions {
    InputOptions {
        delimiter: flags.delimiter.or(file.delimiter),
        quote: flags.quote.or(file.quote),
        header: flags.header.or(file.header),
        encoding: flags.encoding.or(file.encoding),
        null_values: if flags.null_values.is_empty() { file.null_values } else { flags.null_values },
        trim: flags.trim.or(file.trim),
        suppression_marks: flags.suppression_marks.or(file.suppression_marks),
        // Only the file speaks of the values of single columns.
        column_null_values: file.column_null_values,
        real_values: file.real_values,
    }
}

fn merge_roles(flags: &Settings, file: &Settings) -> Result<RolePlan, ConfigError> {
    let mut declared = file.roles.clone();
    if flags.roles.values().any(|&role| role == Role::Subject) {
        // Another subject on the command line takes the place of the file's, whose column is then not used.
        for role in declared.values_mut().filter(|role| **role == Role::Subject) {
            *role = Role::Ignore;
        }
    }
    declared.extend(flags.roles.clone());
    let subject = declared.values().any(|&role| role == Role::Subject);
    let guess = !flags.decides_roles && !file.decides_roles;
    if !subject && !guess && (flags.subject_map.is_some() || file.subject_map.is_some()) {
        let message = "`[subject] map` is given, but no column is the subject";
        return Err(ConfigError::new("map-without-subject", message)
            .with_hint("name the subject with `[subject] column` or `--subject`"));
    }
    Ok(RolePlan { declared, guess })
}

/// Checks that every column that a plan names is one of `columns`.
///
/// # Errors
/// When a role or a rule names a column that is not there (the hint proposes a name and lists the columns), and as
/// [`check_rules`].
pub fn check_columns(plan: &Plan, columns: &[String]) -> Result<(), ConfigError> {
    let named = plan.roles.declared.keys().chain(plan.coarsen.keys()).chain(&plan.permitted_identifiers);
    let named = named.chain(plan.unicity.columns()).chain(plan.linkage.columns());
    let Some(absent) = named.into_iter().find(|&name| !columns.contains(name)) else { return check_rules(plan) };
    let meant = did_you_mean(absent, columns.iter().map(String::as_str));
    let meant = meant.map_or(String::new(), |meant| format!("did you mean `{}`? ", shown_name(meant)));
    let message = format!("there is no column `{}`", shown_name(absent));
    Err(ConfigError::new("unknown-column", message).with_hint(format!("{meant}columns: {}", shown_list(columns))))
}

/// Checks that every rule has something to do, as far as that can be known before anything is read.
///
/// # Errors
/// When no role is guessed and a rule other than `drop` is for a column that is not counted. A rule of the subject is
/// another mistake, which [`treat`](crate::recode::treat) finds.
pub fn check_rules(plan: &Plan) -> Result<(), ConfigError> {
    let idle = |column: &str, rules: &[CoarsenRule]| {
        let role = plan.roles.declared.get(column);
        let counted = role.is_some_and(|role| COARSENED.contains(role)) || plan.unicity.names(column);
        let counted = counted || plan.linkage.joins_on(column);
        !counted && !rules.contains(&CoarsenRule::Drop)
    };
    let idle = plan.coarsen.iter().find(|(column, rules)| !plan.roles.guess && idle(column, rules));
    let Some((column, _)) = idle else { return Ok(()) };
    let message = format!("column `{}` is not a quasi-identifier, so its rule would do nothing", shown_name(column));
    Err(ConfigError::new("idle-rule", message)
        .with_hint("remove the rule, or name the column with `--quasi` or `role = \"quasi-identifier\"`"))
}

/// Columns listed in a hint before it says how many more there are.
const LISTED_COLUMNS: usize = 30;

/// Columns for a hint: the first of them, and how many more there are.
#[must_use]
pub fn shown_list(columns: &[String]) -> String {
    let shown: Vec<String> =
        columns.iter().take(LISTED_COLUMNS).map(|name| format!("`{}`", shown_name(name))).collect();
    let more = columns.len().saturating_sub(LISTED_COLUMNS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

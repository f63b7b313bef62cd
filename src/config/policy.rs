//! `[policy]` and `[recipient]`: the limits and the agreement.

use std::path::Path;

use jiff::civil::Date;
use toml::de::DeTable;

use super::file::section_of;
use super::holds::read_holds;
use super::plan::{ConsentRegister, RecipientPlan};
use super::reader::{Reader, entry};
use super::settings::{SEVERITIES, SMALLEST_K, Settings, named};
use super::{ConfigError, did_you_mean, shown_name};
use crate::judge::{AGGREGATE_PRESETS, PRESETS};
use crate::plan::Range;
use crate::result::{FindingCode, RaisedSeverity, Recipient, Severity};

/// What the answer is judged by.
pub(super) const POLICY: [&str; 15] = [
    "preset",
    "k",
    "max_risk",
    "max_average_risk",
    "max_unique_share",
    "max_share_at_risk",
    "max_unicity",
    "max_linked_share",
    "max_relinked_share",
    "max_correct_links",
    "max_inference_advantage",
    "gate_any_record",
    "fail_on",
    "allow_review",
    "severities",
];

/// Who is to receive the extract.
pub(super) const RECIPIENT: [&str; 9] = [
    "name",
    "purpose",
    "agreement",
    "ends",
    "no_onward_sharing",
    "allowed_columns",
    "forbidden_columns",
    "consent",
    "holds",
];
const CONSENT: [&str; 4] = ["file", "column", "value_column", "value"];

pub(super) fn read_policy<'text>(
    reader: Reader<'text>,
    table: &DeTable<'text>,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    reader.check_keys("policy", table, &POLICY, section_of)?;
    let get = |name: &str| entry(table, "policy", name);
    settings.k = get("k").map(|value| reader.number(&value, u64::from(SMALLEST_K)..=u64::MAX)).transpose()?;
    settings.fail_on =
        get("fail_on").map(|value| reader.parsed(&value, |text| named(text, &SEVERITIES))).transpose()?;
    settings.allow_review = get("allow_review").map(|value| reader.boolean(&value)).transpose()?;
    settings.gate_any_record = get("gate_any_record").map(|value| reader.boolean(&value)).transpose()?;
    let limits = &mut settings.limits;
    limits.preset = read_preset(reader, table)?;
    for limit in crate::measure::limits() {
        let range = match limit.range {
            // Whole numbers have a field of their own.
            Range::Whole(..) => continue,
            Range::Between(least, most) => least..=most,
        };
        if let Some(value) = get(limit.key) {
            limits.values.insert(limit.key, reader.figure(&value, range)?);
        }
    }
    limits.severities = read_severities(reader, table)?;
    Ok(())
}

fn read_preset<'text>(reader: Reader<'text>, table: &DeTable<'text>) -> Result<Option<String>, ConfigError> {
    let Some(value) = entry(table, "policy", "preset") else { return Ok(None) };
    let text = reader.string(&value)?;
    if PRESETS.contains(&text.as_str()) {
        return Ok(Some(text));
    }
    let span = value.value.span();
    if AGGREGATE_PRESETS.contains(&text.as_str()) {
        let message = format!("preset `{text}` is for totals, and this version measures records only");
        return Err(reader.error("preset-for-totals", message, span).with_hint("judge records by another preset"));
    }
    let hint = match did_you_mean(&text, PRESETS) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("presets: {}", PRESETS.join(", ")),
    };
    Err(reader.error("unknown-preset", format!("`{}` is not a preset", shown_name(&text)), span).with_hint(hint))
}

fn read_severities<'text>(reader: Reader<'text>, policy: &DeTable<'text>) -> Result<Vec<RaisedSeverity>, ConfigError> {
    let Some(table) = reader.table(policy, "policy", "severities")? else { return Ok(Vec::new()) };
    let place = "policy.severities";
    let mut raised = Vec::new();
    for key in table.keys() {
        let written: &str = key.get_ref();
        let code = finding_code(written)
            .map_err(|(message, hint)| reader.error("unknown-finding", message, key.span()).with_hint(hint))?;
        let Some(value) = entry(table, place, written) else { continue };
        let at_least: Severity = reader.parsed(&value, |text| named(text, &SEVERITIES))?;
        raised.push(RaisedSeverity { code, at_least });
    }
    raised.sort_by_key(|raised| raised.code);
    Ok(raised)
}

/// The finding of a code, or a sentence and a hint.
pub(super) fn finding_code(written: &str) -> Result<FindingCode, (String, String)> {
    let known = FindingCode::ALL.into_iter().find(|code| code.name() == written);
    known.ok_or_else(|| {
        let hint = match did_you_mean(written, FindingCode::ALL.map(FindingCode::name)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`reidrisk explain` lists the codes of findings".to_owned(),
        };
        (format!("`{}` is not the code of a finding", shown_name(written)), hint)
    })
}

pub(super) fn read_recipient<'text>(
    reader: Reader<'text>,
    table: &DeTable<'text>,
    folder: &Path,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    reader.check_keys("recipient", table, &RECIPIENT, section_of)?;
    let get = |name: &str| entry(table, "recipient", name);
    let text = |name: &str| get(name).map(|value| reader.parsed(&value, not_blank)).transpose();
    let names = |name: &str| -> Result<Option<Vec<String>>, ConfigError> {
        let Some(value) = get(name) else { return Ok(None) };
        Ok(Some(reader.strings(&value)?.into_iter().map(|(column, _)| column.trim().to_owned()).collect()))
    };
    let terms = Recipient {
        name: text("name")?,
        purpose: text("purpose")?,
        agreement: text("agreement")?,
        ends: get("ends").map(|value| reader.date(&value)).transpose()?.map(|day| day.to_string()),
        no_onward_sharing: get("no_onward_sharing").map(|value| reader.boolean(&value)).transpose()?,
        allowed_columns: names("allowed_columns")?,
        forbidden_columns: names("forbidden_columns")?.unwrap_or_default(),
        consent: None,
    };
    let consent = read_consent(reader, table, folder)?;
    // What the recipient holds is no term of an agreement.
    if table.keys().any(|key| key.get_ref() != "holds") || table.is_empty() {
        settings.recipient = Some(RecipientPlan { terms, consent });
    }
    read_holds(reader, table, folder, settings)?;
    Ok(())
}

fn read_consent<'text>(
    reader: Reader<'text>,
    recipient: &DeTable<'text>,
    folder: &Path,
) -> Result<Option<ConsentRegister>, ConfigError> {
    let Some(table) = reader.table(recipient, "recipient", "consent")? else { return Ok(None) };
    let place = "recipient.consent";
    reader.check_keys(place, table, &CONSENT, |_| None)?;
    let get = |name: &str| entry(table, place, name);
    let lacks = |name: &str| {
        let span = recipient.get("consent").map_or(0..0, toml::Spanned::span);
        let hint = "write `consent = { file = \"register.csv\", column = \"customer\" }`, or with \
                    `value_column = \"opted_in\", value = \"yes\"` where the register holds others too";
        reader.error("missing-key", format!("`[recipient] consent` lacks `{name}`"), span).with_hint(hint)
    };
    let required = |name: &str| reader.string(&get(name).ok_or_else(|| lacks(name))?);
    let (file, column) = (folder.join(required("file")?), required("column")?);
    let value_column = get("value_column").map(|value| reader.string(&value)).transpose()?;
    let values: Vec<String> = match get("value") {
        Some(value) => reader.strings(&value)?.into_iter().map(|(text, _)| text).collect(),
        None => Vec::new(),
    };
    match (&value_column, values.is_empty()) {
        (Some(_), true) => Err(lacks("value")),
        (None, false) => Err(lacks("value_column")),
        _ => Ok(Some(ConsentRegister { file, column, value_column, values })),
    }
}

pub(super) fn not_blank(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("it must not be empty".to_owned()) } else { Ok(text.trim().to_owned()) }
}

/// A day in ISO 8601.
///
/// # Errors
/// A sentence when it is anything else.
pub fn parse_date(text: &str) -> Result<Date, String> {
    let shape = text.len() == 10;
    let day = text.parse().ok().filter(|_| shape);
    day.ok_or_else(|| "expected a day such as 2027-02-28".to_owned())
}

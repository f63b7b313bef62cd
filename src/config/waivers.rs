//! `reidrisk-waivers.toml`: exceptions, each with a reason, a person and an end.
//!
//! ```toml
//! [[waiver]]
//! finding = "high-unicity"
//! dataset = "card_*"
//! limit = { measure = "unicity@4", max = 0.35 }
//! reason = "recipient under contract C-118, enclave only"
//! approved_by = "dpo@bank.example"
//! ticket = "DPIA-214"
//! expires = 2027-02-28
//! ```

use std::ops::Range;
use std::path::Path;

use glob::Pattern;
use jiff::ToSpan;
use jiff::civil::Date;
use toml::de::DeTable;

use super::file::{open_text, syntax_error};
use super::policy::{finding_code, not_blank};
use super::reader::{Entry, Reader, entry};
use super::{ConfigError, refusal, shown_name};
use crate::result::{FindingCode, Waiver, WaiverLimit};

/// Name of the waiver file that is looked for beside the configuration or the first input.
pub const WAIVERS_FILE_NAME: &str = "reidrisk-waivers.toml";

/// A waiver ends at most so many days after the day of judging, so that somebody looks again.
pub const WAIVER_HORIZON_DAYS: i64 = 180;

const WAIVER: [&str; 9] =
    ["finding", "dataset", "columns", "source", "limit", "reason", "approved_by", "ticket", "expires"];
const LIMIT: [&str; 3] = ["measure", "max", "min"];

/// Reads a waiver file, for judging on the day `as_of`.
///
/// # Errors
/// When it cannot be read, holds an unknown key or a wrong value, lacks a reason, a person or an end, or a waiver ends
/// more than [`WAIVER_HORIZON_DAYS`] after `as_of`.
pub fn read_waivers(path: &Path, as_of: Date) -> Result<Vec<Waiver>, ConfigError> {
    let name = shown_name(&path.display().to_string());
    let bytes = std::fs::read(path).map_err(|error| {
        let (reason, hint) = refusal(error.kind());
        ConfigError::new("unreadable", format!("waivers `{name}` cannot be read: {reason}")).with_hint(hint)
    })?;
    parse_waivers(path, &bytes, as_of)
}

/// Reads waivers from bytes; `path` gives the name in messages.
///
/// # Errors
/// As [`read_waivers`].
pub fn parse_waivers(path: &Path, bytes: &[u8], as_of: Date) -> Result<Vec<Waiver>, ConfigError> {
    let name = path.display().to_string();
    let text = open_text(&name, bytes)?;
    let reader = Reader { file: &name, text };
    let document = DeTable::parse(text).map_err(|error| syntax_error(reader, &error))?;
    let document = document.get_ref();
    reader.check_keys("", document, &["waiver"], |_| None)?;
    let Some(list) = entry(document, "", "waiver") else { return Ok(Vec::new()) };
    let items = list.value.get_ref().as_array().ok_or_else(|| reader.wrong_type(&list, "a list of `[[waiver]]`"))?;
    let mut waivers = Vec::with_capacity(items.len());
    for item in items {
        let table = item.get_ref().as_table();
        let table = table.ok_or_else(|| reader.error("wrong-type", "a waiver must be a table", item.span()))?;
        waivers.push(One { reader, table, span: item.span(), as_of }.read()?);
    }
    Ok(waivers)
}

/// One `[[waiver]]`.
struct One<'table, 'text> {
    reader: Reader<'text>,
    table: &'table DeTable<'text>,
    span: Range<usize>,
    as_of: Date,
}

impl<'table, 'text> One<'table, 'text> {
    fn read(&self) -> Result<Waiver, ConfigError> {
        let reader = self.reader;
        reader.check_keys("waiver", self.table, &WAIVER, |_| None)?;
        let finding = self.finding()?;
        let optional = |name: &str| self.get(name).map(|value| reader.parsed(&value, not_blank)).transpose();
        let columns = self.get("columns").map(|value| reader.strings(&value)).transpose()?;
        Ok(Waiver {
            finding,
            dataset: self.get("dataset").map(|value| reader.parsed(&value, pattern)).transpose()?,
            columns: columns.map(|columns| columns.into_iter().map(|(column, _)| column).collect()),
            source: self.source(finding)?,
            limit: self.limit(finding)?,
            reason: self.required("reason", |value| reader.parsed(value, not_blank))?,
            approved_by: self.required("approved_by", |value| reader.parsed(value, not_blank))?,
            ticket: optional("ticket")?,
            expires: self.expires()?.to_string(),
        })
    }

    fn get(&self, name: &str) -> Option<Entry<'table, 'text>> {
        entry(self.table, "waiver", name)
    }

    fn required<T>(
        &self,
        name: &str,
        read: impl Fn(&Entry<'table, 'text>) -> Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        let value = self.get(name).ok_or_else(|| {
            let hint = "a waiver needs `finding`, `reason`, `approved_by` and `expires`";
            let message = format!("the waiver lacks `{name}`");
            self.reader.error("missing-key", message, self.span.clone()).with_hint(hint)
        })?;
        read(&value)
    }

    fn finding(&self) -> Result<FindingCode, ConfigError> {
        self.required("finding", |value| {
            let text = self.reader.string(value)?;
            let span = value.value.span();
            let code = finding_code(&text).map_err(|(message, hint)| {
                self.reader.error("unknown-finding", message, span.clone()).with_hint(hint)
            })?;
            if code.can_be_waived() {
                return Ok(code);
            }
            let message = format!("`{}` cannot be waived", code.name());
            let hint = format!("`reidrisk explain {}` says what to do instead", code.name());
            Err(self.reader.error("not-waivable", message, span).with_hint(hint))
        })
    }

    fn expires(&self) -> Result<Date, ConfigError> {
        self.required("expires", |value| {
            let expires = self.reader.date(value)?;
            let latest = self.as_of.checked_add(WAIVER_HORIZON_DAYS.days()).unwrap_or(Date::MAX);
            if expires <= latest {
                return Ok(expires);
            }
            let message =
                format!("the waiver ends on {expires}, more than {WAIVER_HORIZON_DAYS} days after {}", self.as_of);
            let hint = format!("let it end on {latest} at the latest; it can be approved again");
            Err(self.reader.error("too-far", message, value.value.span()).with_hint(hint))
        })
    }

    fn source(&self, finding: FindingCode) -> Result<Option<String>, ConfigError> {
        let Some(value) = self.get("source") else { return Ok(None) };
        if finding.is_of_source() {
            return self.reader.parsed(&value, not_blank).map(Some);
        }
        let message = format!("`{}` is not about a source", finding.name());
        let hint = "leave `source` out; it is for `linkable`, `relinkable` and `pseudonym-reversible`";
        Err(self.reader.error("waiver-source", message, value.value.span()).with_hint(hint))
    }

    fn limit(&self, finding: FindingCode) -> Result<Option<WaiverLimit>, ConfigError> {
        let reader = self.reader;
        let Some(table) = reader.table(self.table, "waiver", "limit")? else { return Ok(None) };
        reader.check_keys("waiver.limit", table, &LIMIT, |_| None)?;
        let get = |name: &str| entry(table, "waiver.limit", name);
        let span = self.table.get("limit").map_or(0..0, toml::Spanned::span);
        let wrong =
            |message: String, hint: String| Err(reader.error("waiver-limit", message, span.clone()).with_hint(hint));
        let Some((figure, smaller_is_worse)) = finding.figure() else {
            let message = format!("`{}` has no figure that a limit could bound", finding.name());
            return wrong(message, "leave `limit` out".to_owned());
        };
        let measure = get("measure").map(|value| reader.string(&value)).transpose()?;
        let number = |name: &str| get(name).map(|value| reader.figure(&value, 0.0..=f64::MAX)).transpose();
        let (max, min) = (number("max")?, number("min")?);
        let bound = if smaller_is_worse { "min" } else { "max" };
        let fits = match (max, min) {
            (Some(_), None) => !smaller_is_worse,
            (None, Some(_)) => smaller_is_worse,
            _ => false,
        };
        if measure.as_deref() != Some(figure) || !fits {
            let message = format!("a limit for `{}` bounds `{figure}` with `{bound}`", finding.name());
            return wrong(message, format!("write `limit = {{ measure = \"{figure}\", {bound} = … }}`"));
        }
        Ok(Some(WaiverLimit { measure: figure.to_owned(), max, min }))
    }
}

fn pattern(text: &str) -> Result<String, String> {
    let text = not_blank(text)?;
    Pattern::new(&text).map(|_| text).map_err(|_| "expected a name, with `*` and `?` for any signs".to_owned())
}

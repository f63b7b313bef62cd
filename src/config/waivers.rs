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

use std::path::Path;

use glob::Pattern;
use jiff::ToSpan;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::document::{Document, Problem};
use super::file::{open_text, read_bytes};
use super::policy::finding_code;
use super::reader::{Section, Written};
use crate::plan::{ConfigError, Range};
use crate::printable::hexadecimal;
use crate::result::{FindingCode, Waiver, WaiverLimit};

/// Name of the waiver file that is looked for beside the configuration or the first input.
pub const WAIVERS_FILE_NAME: &str = "reidrisk-waivers.toml";

pub use crate::result::WAIVER_HORIZON_DAYS;

/// Reads a waiver file, for judging on the day `as_of`.
///
/// # Errors
/// When it cannot be read; else every unknown key, wrong value and missing reason, person or end in it, and every waiver
/// that ends more than [`WAIVER_HORIZON_DAYS`] after `as_of`.
pub fn read_waivers(path: &Path, as_of: Date) -> Result<Vec<Waiver>, ConfigError> {
    parse_waivers(path, &read_bytes(path, "waivers")?, as_of)
}

/// The same, with the SHA-256 of the bytes that were read.
///
/// # Errors
/// As [`read_waivers`].
pub fn read_hashed_waivers(path: &Path, as_of: Date) -> Result<(Vec<Waiver>, Option<String>), ConfigError> {
    let bytes = read_bytes(path, "waivers")?;
    let sha256 = hexadecimal(&Sha256::digest(&bytes));
    Ok((parse_waivers(path, &bytes, as_of)?, Some(sha256)))
}

/// Reads waivers from bytes; `path` gives the name in messages.
///
/// # Errors
/// As [`read_waivers`].
pub fn parse_waivers(path: &Path, bytes: &[u8], as_of: Date) -> Result<Vec<Waiver>, ConfigError> {
    let name = path.display().to_string();
    let text = open_text(&name, bytes)?;
    let document = Document::new(&name, text, Path::new(""));
    let table = document.parse()?;
    let whole = Section::whole(&document, &table, |_| None);
    let expected = "a list of `[[waiver]]`";
    let waivers = whole.get("waiver", |list| {
        if !list.is_list() {
            return Err(list.wrong_type(expected));
        }
        list.each(|item| read_one(&item.table("a table")?, as_of))
    });
    drop(whole);
    document.finish()?;
    Ok(waivers.unwrap_or_default())
}

/// One `[[waiver]]`. Every key is taken before the first mistake ends the reading.
fn read_one(waiver: &Section<'_, '_>, as_of: Date) -> Result<Waiver, Problem> {
    let hint = "a waiver needs `finding`, `reason`, `approved_by` and `expires`";
    let need = |key| waiver.need(key, "the waiver", hint, Written::words);
    let finding = waiver.need("finding", "the waiver", hint, read_finding);
    let (reason, approved_by) = (need("reason"), need("approved_by"));
    let expires = waiver.need("expires", "the waiver", hint, |value| read_end(value, as_of));
    let dataset = waiver.get("dataset", |value| value.parsed(pattern));
    let columns = waiver.get("columns", Written::texts);
    let ticket = waiver.get("ticket", Written::words);
    let source = waiver.get("source", |value| read_source(value, finding));
    let limit = waiver.get("limit", |value| read_limit(value, finding));
    let (Some(finding), Some(reason), Some(approved_by), Some(expires)) = (finding, reason, approved_by, expires)
    else {
        return Err(Problem::Reported);
    };
    let expires = expires.to_string();
    Ok(Waiver { finding, dataset, columns, source, limit, reason, approved_by, ticket, expires })
}

fn read_finding(value: &Written<'_, '_>) -> Result<FindingCode, Problem> {
    let code = finding_code(&value.text()?)
        .map_err(|(message, hint)| value.refused("unknown-finding", message).with_hint(hint))?;
    if code.can_be_waived() {
        return Ok(code);
    }
    let hint = format!("see `reidrisk explain {}` for what to do instead", code.name());
    Err(value.refused("not-waivable", format!("`{}` cannot be waived", code.name())).with_hint(hint))
}

fn read_end(value: &Written<'_, '_>, as_of: Date) -> Result<Date, Problem> {
    let expires = value.date()?;
    match too_far("the waiver", expires, as_of) {
        Some((message, hint)) => Err(value.refused("too-far", message).with_hint(hint)),
        None => Ok(expires),
    }
}

/// What is wrong with an exception that ends later than one may that is judged on `as_of`, and what to change.
pub(super) fn too_far(what: &str, expires: Date, as_of: Date) -> Option<(String, String)> {
    let latest = as_of.checked_add(WAIVER_HORIZON_DAYS.days()).unwrap_or(Date::MAX);
    let message = format!("{what} ends on {expires}, more than {WAIVER_HORIZON_DAYS} days after {as_of}");
    (expires > latest).then(|| (message, format!("set an end date no later than {latest}; it can be approved again")))
}

fn read_source(value: &Written<'_, '_>, finding: Option<FindingCode>) -> Result<String, Problem> {
    match finding.filter(|finding| !finding.is_of_source()) {
        None => value.words(),
        Some(finding) => {
            let hint = "remove `source`; it is for `linkable`, `relinkable` and `pseudonym-reversible`";
            let message = format!("`{}` is not about a source", finding.name());
            Err(value.refused("waiver-source", message).with_hint(hint))
        }
    }
}

fn read_limit(value: &Written<'_, '_>, finding: Option<FindingCode>) -> Result<WaiverLimit, Problem> {
    let section = value.table("a table")?;
    let measure = section.get("measure", Written::text);
    let number = |key| section.get(key, |value| value.number(Range::Between(0.0, f64::MAX)));
    let (max, min) = (number("max"), number("min"));
    // What a limit bounds is known only where the finding is.
    let finding = finding.ok_or(Problem::Reported)?;
    let Some((figure, smaller_is_worse)) = finding.figure() else {
        let message = format!("`{}` has no figure to limit", finding.name());
        return Err(value.refused("waiver-limit", message).with_hint("remove `limit`"));
    };
    let bound = if smaller_is_worse { "min" } else { "max" };
    let fits = match (max, min) {
        (Some(_), None) => !smaller_is_worse,
        (None, Some(_)) => smaller_is_worse,
        _ => false,
    };
    if measure.as_deref() != Some(figure) || !fits {
        let message = format!("a limit for `{}` bounds `{figure}` with `{bound}`", finding.name());
        let hint = format!("write `limit = {{ measure = \"{figure}\", {bound} = … }}`");
        return Err(value.refused("waiver-limit", message).with_hint(hint));
    }
    Ok(WaiverLimit { measure: figure.to_owned(), max, min })
}

fn pattern(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("it must not be empty".to_owned());
    }
    Pattern::new(text).map(|_| text.to_owned()).map_err(|_| "expected a name, with `*` and `?` as wildcards".to_owned())
}

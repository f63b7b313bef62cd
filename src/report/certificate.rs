//! The certificate of a release, as JSON and as a page of paper.

use askama::Template;

use super::ReportError;
use super::checks::{self, Row, rows};
use super::escape::printable;
use super::html::safety::Head;
use super::json;
use super::messages;
use crate::number::{bytes, count, percent};
use crate::result::{CERTIFICATE_VERSION, Certificate, Kept, Removal, Role, ScanResult, Unit};

/// The bytes of `release.json`.
///
/// # Errors
/// As [`render_json`](super::render_json).
pub fn render_certificate_json(certificate: &Certificate) -> Result<Vec<u8>, ReportError> {
    json::render(certificate)
}

/// Reads a `release.json` of this major version.
///
/// # Errors
/// When the bytes are not JSON, no certificate, or of another major version.
pub fn read_certificate(bytes: &[u8]) -> Result<Certificate, ReportError> {
    #[derive(serde::Deserialize)]
    struct Envelope {
        certificate_version: String,
    }
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|error| json::place(&error))?;
    json::check_version(&envelope.certificate_version, CERTIFICATE_VERSION)?;
    serde_json::from_slice(bytes).map_err(|error| json::place(&error))
}

/// The certificate as one HTML page without a script. `result` is the scan of the written files.
///
/// # Errors
/// [`ReportError::Page`] when a part cannot be drawn.
pub fn render_certificate_html(certificate: &Certificate, result: &ScanResult) -> Result<String, ReportError> {
    Page::new(certificate, result).render().map_err(|_| ReportError::Page)
}

const STYLE: &str = include_str!("../../templates/certificate.css");

/// Every text is printable; the template escapes it for HTML.
#[derive(Template)]
#[template(path = "certificate.html")]
struct Page<'a> {
    head: Head,
    verdict: &'static str,
    name: String,
    released_at: String,
    version: String,
    facts: Vec<(&'static str, String)>,
    files: Vec<(String, String, String)>,
    rows: Vec<Row<'a>>,
    /// Name, role, treatment, detail kept, shift.
    columns: Vec<(String, &'static str, String, String, String)>,
    kept: Vec<(&'static str, String)>,
    not_measured: Vec<(String, String)>,
    reasons: Vec<String>,
}

impl<'a> Page<'a> {
    fn new(certificate: &Certificate, result: &'a ScanResult) -> Self {
        let rules =
            |rules: &[String]| if rules.is_empty() { "as it is".to_owned() } else { printable(&rules.join(", ")) };
        let file = |file: &crate::result::CheckedFile| {
            let table = certificate.tables.iter().find(|table| table.file == file.name);
            let size = match table {
                None => format!("{}, {} records", bytes(file.bytes), count(file.records)),
                Some(table) => {
                    let (cells, hidden) = (count(table.cells), count(table.suppressed_cells));
                    format!("{}, table of totals: {cells} cells, {hidden} of them suppressed", bytes(file.bytes))
                }
            };
            (printable(&file.name), size, printable(&file.sha256))
        };
        let column = |column: &crate::result::ReleasedColumn| {
            let rules = if column.role == Role::Subject {
                "replaced by a keyed pseudonym".to_owned()
            } else {
                rules(&column.rules)
            };
            let found = certificate.kept.iter().flat_map(|kept| &kept.columns).find(|kept| kept.name == column.name);
            let detail = share(found.and_then(|kept| kept.detail));
            (
                printable(&column.name),
                column.role.name(),
                rules,
                detail,
                share(found.and_then(|kept| kept.total_variation)),
            )
        };
        let name = printable(&certificate.dataset);
        Self {
            head: Head::without_script(format!("Release certificate: {name}"), STYLE),
            verdict: messages::verdict(certificate.outcome),
            name,
            released_at: messages::time(&certificate.released_at),
            version: printable(&certificate.tool.version),
            facts: facts(certificate),
            files: certificate.files.iter().map(file).collect(),
            rows: rows(result),
            columns: certificate.columns.iter().map(column).collect(),
            kept: certificate.kept.as_ref().map(kept).unwrap_or_default(),
            not_measured: checks::not_measured(result).map(|(name, reason)| (name.clone(), reason.clone())).collect(),
            reasons: certificate.reasons.iter().map(|reason| printable(reason)).collect(),
        }
    }
}

/// A share as percent; what is not known is a dash.
fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), percent)
}

/// What the files keep: counts, and of pairs and totals the one that changed most.
fn kept(kept: &Kept) -> Vec<(&'static str, String)> {
    let of = |kept: u64, before: u64| {
        let share =
            crate::number::ratio(kept, before).map_or_else(String::new, |share| format!(" ({})", percent(share)));
        format!("{} of {}{share}", count(kept), count(before))
    };
    let mut facts =
        vec![("Records", of(kept.records, kept.records_before)), ("Persons", of(kept.subjects, kept.subjects_before))];
    let by_share = |one: &f64, other: &f64| one.total_cmp(other);
    let pair = kept.pairs.iter().filter_map(|pair| Some((pair.total_variation?, &pair.columns)));
    if let Some((shift, [one, other])) = pair.max_by(|one, other| by_share(&one.0, &other.0)) {
        facts.push((
            "Pair that shifts most",
            format!("{} and {}: {}", printable(one), printable(other), percent(shift)),
        ));
    }
    let total = kept.totals.iter().filter_map(|total| Some((total.change?, total)));
    if let Some((change, total)) = total.max_by(|one, other| by_share(&one.0, &other.0)) {
        let (column, by) = (printable(&total.column), printable(&total.by));
        facts.push(("Totals that change most", format!("{column} by {by}: {}", percent(change))));
    }
    facts
}

/// Who was left out so that classes are large enough, and the budget for it.
fn budget(removal: Removal) -> String {
    let units = if removal.unit == Unit::Record { "records" } else { "subjects" };
    let (removed, of, allowed) = (count(removal.removed), count(removal.of), count(removal.allowed));
    format!(
        "{removed} of {of} {units} ({} records); at most {allowed} ({})",
        count(removal.records),
        percent(removal.share)
    )
}

fn facts(certificate: &Certificate) -> Vec<(&'static str, String)> {
    let declared_or_not =
        |text: Option<&String>| text.map_or_else(|| "not declared".to_owned(), |text| printable(text));
    let terms = certificate.recipient.as_ref();
    let hash = |sha256: Option<&String>| sha256.map_or_else(|| "none".to_owned(), |sha256| printable(sha256));
    let made_from = certificate.made_from.iter();
    let made_from: Vec<String> =
        made_from.map(|file| format!("{} (SHA-256 {})", printable(&file.name), hash(file.sha256.as_ref()))).collect();
    let left_out = &certificate.left_out;
    let columns: Vec<String> = left_out.columns.iter().map(|name| printable(name)).collect();
    vec![
        ("Recipient", declared_or_not(terms.and_then(|terms| terms.name.as_ref()))),
        ("Purpose", declared_or_not(terms.and_then(|terms| terms.purpose.as_ref()))),
        ("Agreement", declared_or_not(terms.and_then(|terms| terms.agreement.as_ref()))),
        ("Agreement ends", declared_or_not(terms.and_then(|terms| terms.ends.as_ref()))),
        ("Subjects", count(certificate.subjects)),
        ("Columns left out", if columns.is_empty() { "none".to_owned() } else { columns.join(", ") }),
        (
            "Records left out",
            format!(
                "{} suppressed, {} without a subject, {} of {} subjects without consent",
                count(left_out.suppressed_records),
                count(left_out.records_without_subject),
                count(left_out.records_without_consent),
                count(left_out.subjects_without_consent)
            ),
        ),
        ("Left out within the budget", left_out.removal.map_or_else(|| "no budget is declared".to_owned(), budget)),
        ("Made from", made_from.join(", ")),
        ("Configuration SHA-256", hash(certificate.config_sha256.as_ref())),
        ("Approved by", declared_or_not(certificate.approved_by.as_ref())),
    ]
}

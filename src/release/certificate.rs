//! From two scans to what a release vouches for.

use super::Request;
use super::rows::Written;
use crate::result::{CERTIFICATE_VERSION, Certificate, CheckedFile, LeftOut, Recipient, ReleasedColumn, ScanResult};

/// The certificate of a written file. `extract` is the scan of the extract as if treated, which knows the consent
/// register; everything else is said of the written bytes.
pub(super) fn of(
    extract: &ScanResult,
    result: &ScanResult,
    written: &Written,
    file: CheckedFile,
    request: Request<'_>,
) -> Certificate {
    let consent = extract.recipient.as_ref().and_then(|recipient| recipient.consent.clone());
    let recipient = result.recipient.clone().map(|recipient| Recipient { consent, ..recipient });
    let columns = written.columns.iter().map(|column| ReleasedColumn {
        name: column.name.clone(),
        role: column.role,
        column_type: Some(column.column_type),
        rules: column.rules.clone(),
    });
    Certificate {
        certificate_version: CERTIFICATE_VERSION.to_owned(),
        tool: result.tool.clone(),
        released_at: result.run.finished_at.clone(),
        dataset: result.dataset.name.clone(),
        files: vec![file],
        subjects: result.dataset.subjects,
        outcome: result.verdict.outcome,
        reasons: result.verdict.reasons.clone(),
        approved_by: request.approved_by.map(str::to_owned),
        recipient,
        made_from: extract.dataset.files.clone(),
        rule_files: written.beside.rules(),
        config_sha256: result.run.config_sha256.clone(),
        columns: columns.collect(),
        left_out: LeftOut {
            columns: written.left_out.clone(),
            suppressed_records: written.suppressed,
            records_without_subject: written.without_subject,
            subjects_without_consent: written.without_consent.subjects,
            records_without_consent: written.without_consent.records,
            removal: written.removed,
        },
        kept: Some(written.kept.clone()),
        policy: result.policy.clone(),
        checks: result.checks.clone(),
        figures: result.figures.clone(),
        waivers: result.waivers.clone(),
        not_measured: result.not_measured.clone(),
    }
}

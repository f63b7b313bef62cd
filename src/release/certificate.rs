//! From the scans of what was written to what a release vouches for.

use super::objections::Answered;
use super::tables::Tables;
use super::{Records, Request};
use crate::result::{
    CERTIFICATE_VERSION, Certificate, LeftOut, Recipient, ReleasedColumn, ReleasedTable, ScanResult, VerdictOutcome,
    WaiverState,
};

/// The certificate of written files, with the scan that is shown of them; `None` where nothing was written. What is known of
/// consent is taken from the scan of the extract as if treated; everything else is said of the written bytes.
pub(super) fn of(
    records: Option<Records>,
    tables: Option<Tables>,
    request: Request<'_>,
) -> Option<(Certificate, ScanResult)> {
    let answered = match (&records, &tables) {
        (_, Some(tables)) => tables.answered.clone(),
        (Some(records), None) => records.answered.clone(),
        (None, None) => Answered::default(),
    };
    let (certificate, result) = match records {
        Some(records) => Some((of_records(&records, request), records.result)),
        None => tables.as_ref().and_then(|tables| of_tables(tables, request)),
    }?;
    Some((with_answered(with_tables(certificate, tables), &answered), result))
}

/// Adds what the judgement of the extract rests on, which the written files do not show: what a person answers for, so that the
/// verdict is one of a person, and waivers.
fn with_answered(mut certificate: Certificate, answered: &Answered) -> Certificate {
    for record in &answered.waived {
        certificate.waivers.retain(|known| known.waiver != record.waiver || known.state == WaiverState::InForce);
        if certificate.waivers.iter().all(|known| known.waiver != record.waiver) {
            let (code, ends) = (record.waiver.finding.name(), &record.waiver.expires);
            certificate.reasons.push(format!("a waiver covers `{code}` of the extract until {ends}"));
            certificate.waivers.push(record.clone());
        }
    }
    if !answered.approved.is_empty() {
        if certificate.outcome == VerdictOutcome::Pass {
            certificate.reasons.clear();
        }
        certificate.outcome = VerdictOutcome::Review;
        let new = answered.approved.iter().filter(|words| !certificate.reasons.contains(words));
        let new: Vec<String> = new.cloned().collect();
        certificate.reasons.extend(new);
    }
    certificate
}

/// The certificate of records that leave.
fn of_records(records: &Records, request: Request<'_>) -> Certificate {
    let Records { extract, result, written, file, .. } = records;
    let consent = extract.recipient.as_ref().and_then(|recipient| recipient.consent.clone());
    let recipient = result.recipient.clone().map(|recipient| Recipient { consent, ..recipient });
    let columns = written.columns.iter().map(|column| ReleasedColumn {
        name: column.name.clone(),
        role: column.role,
        column_type: Some(column.column_type),
        rules: column.rules.clone(),
    });
    Certificate {
        files: vec![file.clone()],
        subjects: result.dataset.subjects,
        recipient,
        made_from: extract.dataset.files.clone(),
        rule_files: written.beside.rules(),
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
        checks: result.checks.clone(),
        figures: result.figures.clone(),
        not_measured: result.not_measured.clone(),
        reasons: result.verdict.reasons.clone(),
        outcome: result.verdict.outcome,
        ..blank(result, request)
    }
}

/// The certificate of tables that leave without a record, before anything is said of them.
fn of_tables(tables: &Tables, request: Request<'_>) -> Option<(Certificate, ScanResult)> {
    let result = &tables.written.first()?.result;
    let consent = tables.extract.recipient.as_ref().and_then(|recipient| recipient.consent.clone());
    let certificate = Certificate {
        recipient: result.recipient.clone().map(|recipient| Recipient { consent, ..recipient }),
        made_from: tables.made_from.clone(),
        rule_files: tables.rules.clone(),
        ..blank(result, request)
    };
    Some((certificate, result.clone()))
}

/// What is said whatever leaves.
fn blank(result: &ScanResult, request: Request<'_>) -> Certificate {
    Certificate {
        certificate_version: CERTIFICATE_VERSION.to_owned(),
        tool: result.tool.clone(),
        released_at: result.run.finished_at.clone(),
        dataset: result.dataset.name.clone(),
        files: Vec::new(),
        subjects: 0,
        outcome: VerdictOutcome::Pass,
        reasons: Vec::new(),
        approved_by: request.approved_by.map(str::to_owned),
        recipient: None,
        made_from: Vec::new(),
        rule_files: Vec::new(),
        config_sha256: result.run.config_sha256.clone(),
        columns: Vec::new(),
        tables: Vec::new(),
        left_out: LeftOut::default(),
        kept: None,
        policy: result.policy.clone(),
        checks: Vec::new(),
        figures: Vec::new(),
        waivers: result.waivers.clone(),
        not_measured: Vec::new(),
    }
}

/// Adds what is vouched for of each table. The worst verdict is the verdict on all.
fn with_tables(mut certificate: Certificate, tables: Option<Tables>) -> Certificate {
    let written = tables.into_iter().flat_map(|tables| tables.written);
    for table in written {
        let ReleasedTable { outcome, .. } = &table.described;
        if *outcome != VerdictOutcome::Pass {
            certificate.outcome = *outcome;
        }
        for reason in table.result.verdict.reasons {
            if !certificate.reasons.contains(&reason) {
                certificate.reasons.push(reason);
            }
        }
        let is_of_totals = |id: &str| id.starts_with("aggregates.");
        certificate.files.push(table.file);
        certificate.released_at.clone_from(&table.result.run.finished_at);
        let checks = table.result.checks.into_iter();
        certificate.checks.extend(checks.filter(|check| check.figure.as_deref().is_some_and(is_of_totals)));
        certificate.figures.extend(table.result.figures.into_iter().filter(|figure| is_of_totals(&figure.id)));
        certificate.tables.push(table.described);
    }
    certificate
}

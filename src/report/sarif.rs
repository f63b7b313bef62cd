//! Findings as SARIF 2.1.0, for code scanning services and editors.
//!
//! Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS Standard, 2020.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::ReportError;
use super::annotation::{Degree, place};
use super::escape::printable;
use super::messages;
use super::summary::unsaid;
use crate::printable::hexadecimal;
use crate::result::{Finding, ScanResult, VerdictOutcome};

/// One run: a rule for each code that was found, a result for each finding, and the verdict with its exit code as the
/// invocation.
///
/// Every result has a physical location, the entry of its first column in the configuration or else the first line of the
/// file: some consumers refuse a whole file for one result without. A fingerprint of code, dataset, columns and source
/// follows a finding from run to run. Waived findings are suppressed with the reason `external`.
///
/// # Errors
/// When it cannot be written, which memory rules out.
pub fn render_sarif(result: &ScanResult) -> Result<Vec<u8>, ReportError> {
    let mut codes: Vec<&str> = result.findings.iter().map(|finding| finding.code.name()).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| rule(code)).collect();
    let results: Vec<Value> = result
        .findings
        .iter()
        .map(|finding| of_finding(result, finding, codes.iter().position(|code| *code == finding.code.name())))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": result.tool.name,
                "semanticVersion": result.tool.version,
                "rules": rules,
            } },
            "automationDetails": { "id": format!("reidrisk/{}/{}", printable(&result.dataset.name), printable(&result.run.id)) },
            "invocations": [invocation(result)],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let mut bytes = serde_json::to_vec_pretty(&log).map_err(|_| ReportError::Serialize)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn rule(code: &str) -> Value {
    let words = messages::capitalised(&code.replace('-', " "));
    json!({
        "id": code,
        "shortDescription": { "text": words },
        "help": { "text": format!("`reidrisk explain {code}` says what it means, how it is decided, and what to do.") },
    })
}

fn of_finding(result: &ScanResult, finding: &Finding, rule: Option<usize>) -> Value {
    let level = match Degree::of(result, finding) {
        Degree::Error => "error",
        Degree::Warning => "warning",
        Degree::Notice => "note",
    };
    let (file, line) = place(result, &finding.columns).unwrap_or(("stdin", None));
    let mut entry = json!({
        "ruleId": finding.code.name(),
        "level": level,
        "message": { "text": printable(&finding.message) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(file) },
            "region": { "startLine": line.unwrap_or(1) },
        } }],
        "partialFingerprints": { "reidriskFinding/v1": fingerprint(result, finding) },
        "properties": { "severity": finding.severity, "measure": printable(&finding.measure) },
    });
    if let (Some(rule), Some(entry)) = (rule, entry.as_object_mut()) {
        entry.insert("ruleIndex".to_owned(), json!(rule));
    }
    if let (true, Some(entry)) = (finding.waived, entry.as_object_mut()) {
        let why = "a waiver or a declared downstream treatment covers it";
        entry.insert("suppressions".to_owned(), json!([{ "kind": "external", "justification": why }]));
    }
    entry
}

/// The verdict: the exit code, and as notifications each reason that no finding says.
fn invocation(result: &ScanResult) -> Value {
    let outcome = result.verdict.outcome;
    let level = match outcome {
        VerdictOutcome::Pass => "note",
        VerdictOutcome::Review => "warning",
        VerdictOutcome::Fail | VerdictOutcome::Incomplete => "error",
    };
    let mut texts = vec![format!("Verdict: {}", messages::verdict_words(result))];
    texts.extend(result.run.audience.stamp().map(messages::restricted));
    texts.extend(unsaid(result));
    let notifications: Vec<Value> =
        texts.into_iter().map(|text| json!({ "level": level, "message": { "text": text } })).collect();
    let mut invocation = Map::new();
    invocation.insert("executionSuccessful".to_owned(), json!(outcome != VerdictOutcome::Incomplete));
    invocation.insert("exitCode".to_owned(), json!(result.verdict.exit_code));
    invocation.insert("startTimeUtc".to_owned(), json!(result.run.started_at));
    invocation.insert("endTimeUtc".to_owned(), json!(result.run.finished_at));
    invocation.insert("toolExecutionNotifications".to_owned(), Value::Array(notifications));
    Value::Object(invocation)
}

/// A relative reference of RFC 3986: every byte that is not plainly part of a path is written as `%XX`.
fn uri(file: &str) -> String {
    let mut text = String::with_capacity(file.len());
    for byte in printable(file).bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// The same for the same finding on later runs: it depends on code, dataset, columns and source, not on figures.
fn fingerprint(result: &ScanResult, finding: &Finding) -> String {
    let mut hash = Sha256::new();
    let source = finding.source.as_deref().unwrap_or_default();
    let parts = [finding.code.name(), &result.dataset.name, source];
    for part in parts.into_iter().chain(finding.columns.iter().map(String::as_str)) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hexadecimal(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{render_sarif, uri};
    use crate::report::fixture;
    use crate::result::{Audience, ScanResult, VerdictOutcome};

    fn log(result: &ScanResult) -> Value {
        serde_json::from_slice(&render_sarif(result).unwrap()).unwrap()
    }

    #[test]
    fn every_finding_is_a_result_with_a_place_and_a_rule() {
        let result = fixture::failing();
        let log = log(&result);
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), result.findings.len());
        for (entry, finding) in results.iter().zip(&result.findings) {
            assert_eq!(entry["ruleId"], finding.code.name());
            let rule = usize::try_from(entry["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], entry["ruleId"]);
            let place = &entry["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "reidrisk.toml");
            assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        }
        assert_eq!(results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 6);
        assert_eq!([&results[0]["level"], &results[1]["level"]], ["error", "warning"]);
        assert_eq!(run["invocations"][0]["exitCode"], 1);
    }

    #[test]
    fn a_fingerprint_follows_the_finding_and_not_its_figures() {
        let (mut result, marks) = (fixture::failing(), |result: &ScanResult| -> Vec<String> {
            let log = log(result);
            let results = log["runs"][0]["results"].as_array().unwrap().clone();
            results.iter().map(|entry| entry["partialFingerprints"]["reidriskFinding/v1"].to_string()).collect()
        });
        let first = marks(&result);
        assert_ne!(first[0], first[1]);
        result.findings[0].measured = Some(3.0);
        result.findings[0].message = "another sentence".to_owned();
        assert_eq!(marks(&result), first);
        result.findings[0].columns.push("further".to_owned());
        assert_ne!(marks(&result)[0], first[0]);
        result.dataset.name.push('2');
        assert_ne!(marks(&result)[1], first[1]);
    }

    #[test]
    fn what_was_cut_off_is_no_success_and_a_waiver_is_a_suppression() {
        let log_of_incomplete = log(&fixture::incomplete());
        assert_eq!(log_of_incomplete["runs"][0]["invocations"][0]["executionSuccessful"], false);
        let mut result = fixture::failing();
        result.findings[0].waived = true;
        result.run.audience = Audience::Internal;
        let log = log(&result);
        assert_eq!(log["runs"][0]["results"][0]["suppressions"][0]["kind"], "external");
        assert_eq!(log["runs"][0]["results"][0]["level"], "note");
        assert_eq!(result.verdict.outcome, VerdictOutcome::Fail);
        assert!(log.to_string().contains("RESTRICTED"));
    }

    #[test]
    fn a_name_becomes_a_reference_that_is_only_a_path() {
        assert_eq!(uri("data/Käufe 2026?.csv#a"), "data/K%C3%A4ufe%202026%3F.csv%23a");
        assert_eq!(uri("javascript:alert(1)\n"), "javascript%3Aalert%281%29%5Cu%7Ba%7D");
        let mut result = fixture::hostile();
        result.run.config = None;
        assert!(!render_sarif(&result).unwrap().contains(&0x1b));
    }
}

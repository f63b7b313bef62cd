//! A result as test cases, in the XML form that began with `JUnit`: one for the verdict, each limit and each finding.
//!
//! Source: the form that Jenkins and its kin read (`testsuites`, `testsuite`, `testcase`, `failure`, `error`, `skipped`).

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::ReportError;
use super::annotation::Degree;
use super::escape::printable;
use super::messages;
use super::summary::unsaid;
use crate::result::{Check, CheckOutcome, Finding, ScanResult, VerdictOutcome};

/// The suite of a dataset. Only a verdict that exits with 0 leaves every case without failure and error.
///
/// A limit that breaks fails, one without a figure is an error, one that does not apply or is waived is skipped. An open
/// finding that no limit tells fails unless a review is allowed and it is below the policy's `fail_on`.
///
/// # Errors
/// When it cannot be written, which memory rules out.
pub fn render_junit(result: &ScanResult) -> Result<Vec<u8>, ReportError> {
    let cases = cases(result);
    let number = |is: fn(&CaseOutcome) -> bool| cases.iter().filter(|case| is(&case.outcome)).count().to_string();
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a run are far below 2^53")]
    let seconds = format!("{:.3}", result.run.elapsed_ms as f64 / 1e3);
    let counts = [
        ("tests", cases.len().to_string()),
        ("failures", number(|case_outcome| matches!(case_outcome, CaseOutcome::Failure { .. }))),
        ("errors", number(|case_outcome| matches!(case_outcome, CaseOutcome::Error(_)))),
        ("skipped", number(|case_outcome| matches!(case_outcome, CaseOutcome::Skipped(_)))),
        ("time", seconds),
    ];
    let name = printable(&result.dataset.name);
    let started = result.run.started_at.trim_end_matches('Z').split('.').next().unwrap_or_default().to_owned();
    let mut out = Out { writer: Writer::new_with_indent(Vec::new(), b' ', 2) };
    out.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    // The published schema knows no `skipped` of all suites together.
    let of_all = counts.iter().filter(|(name, _)| *name != "skipped").cloned();
    out.open("testsuites", &[("name", "reidrisk".to_owned())].into_iter().chain(of_all).collect::<Vec<_>>())?;
    let of_suite = [&[("name", name.clone()), ("timestamp", started)], &counts[..]].concat();
    out.open("testsuite", &of_suite)?;
    for case in &cases {
        out.case(&name, case)?;
    }
    out.close("testsuite")?;
    out.close("testsuites")?;
    let mut bytes = out.writer.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

struct Case {
    name: String,
    outcome: CaseOutcome,
}

/// What became of a case.
enum CaseOutcome {
    Passed,
    /// Passed, and something is to be read.
    Noted(String),
    Failure {
        kind: &'static str,
        message: String,
    },
    Error(String),
    Skipped(String),
}

fn cases(result: &ScanResult) -> Vec<Case> {
    let of_check = |finding: &&Finding| result.checks.iter().any(|check| finding.is_of(check));
    let mut cases = vec![verdict(result)];
    cases.extend(result.checks.iter().map(|check| of_limit(result, check)));
    cases
        .extend(result.findings.iter().filter(|finding| !of_check(finding)).map(|finding| of_finding(result, finding)));
    // Names tell cases apart from run to run; two alike are numbered.
    let mut seen = std::collections::HashMap::new();
    for case in &mut cases {
        let number: &mut u32 = seen.entry(case.name.clone()).or_insert(0);
        *number += 1;
        if *number > 1 {
            case.name = format!("{} ({number})", case.name);
        }
    }
    cases
}

fn verdict(result: &ScanResult) -> Case {
    let mut message = messages::verdict_words(result);
    for reason in unsaid(result).into_iter().chain(result.run.audience.stamp().map(messages::restricted)) {
        message.push_str("; ");
        message.push_str(&reason);
    }
    let outcome = match result.verdict.outcome {
        VerdictOutcome::Pass => CaseOutcome::Noted(message),
        VerdictOutcome::Review if result.policy.allow_review => CaseOutcome::Noted(message),
        VerdictOutcome::Review => CaseOutcome::Failure { kind: "review", message },
        VerdictOutcome::Fail => CaseOutcome::Failure { kind: "fail", message },
        VerdictOutcome::Incomplete => CaseOutcome::Error(message),
    };
    Case { name: "verdict".to_owned(), outcome }
}

fn of_limit(result: &ScanResult, check: &Check) -> Case {
    let columns = (!check.columns.is_empty()).then(|| printable(&messages::list(&check.columns)));
    let about = check.about.as_deref().map(printable);
    let parts = [Some(printable(&check.gate)), check.figure.clone(), about, columns];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(": ");
    let found = result.findings.iter().find(|finding| finding.is_of(check));
    let reason = || check.reason.as_deref().map(printable);
    let message = || {
        let found = found.map(|finding| printable(&finding.message));
        found.or_else(reason).unwrap_or_else(|| "the limit does not hold".to_owned())
    };
    let outcome = match check.outcome {
        _ if check.waived => CaseOutcome::Skipped(format!("waived: {}", message())),
        CheckOutcome::Holds => CaseOutcome::Passed,
        CheckOutcome::Breaks => CaseOutcome::Failure { kind: "limit", message: message() },
        // Without a finding nobody asked for the figure: the verdict does not rest on it.
        CheckOutcome::Unknown if check.finding.is_none() => CaseOutcome::Skipped(message()),
        CheckOutcome::Unknown | CheckOutcome::CutOff => CaseOutcome::Error(message()),
        CheckOutcome::NotApplicable => CaseOutcome::Skipped(message()),
    };
    Case { name: format!("limit {name}"), outcome }
}

fn of_finding(result: &ScanResult, finding: &Finding) -> Case {
    let columns = if finding.columns.is_empty() {
        String::new()
    } else {
        format!(": {}", printable(&messages::list(&finding.columns)))
    };
    let message = printable(&finding.message);
    let outcome = match Degree::of(result, finding) {
        Degree::Warning if result.policy.allow_review => CaseOutcome::Noted(message),
        Degree::Error | Degree::Warning => CaseOutcome::Failure { kind: "finding", message },
        Degree::Notice if finding.waived => CaseOutcome::Skipped(format!("waived: {message}")),
        Degree::Notice => CaseOutcome::Noted(message),
    };
    Case { name: format!("finding {}{columns}", finding.code.name()), outcome }
}

struct Out {
    writer: Writer<Vec<u8>>,
}

impl Out {
    fn event(&mut self, event: Event<'_>) -> Result<(), ReportError> {
        self.writer.write_event(event).map_err(|_| ReportError::Junit)
    }

    fn open(&mut self, tag: &str, attributes: &[(&str, String)]) -> Result<(), ReportError> {
        self.event(Event::Start(tag_of(tag, attributes)))
    }

    fn close(&mut self, tag: &str) -> Result<(), ReportError> {
        self.event(Event::End(BytesEnd::new(tag)))
    }

    fn case(&mut self, suite: &str, case: &Case) -> Result<(), ReportError> {
        let attributes = [("name", case.name.clone()), ("classname", format!("reidrisk.{suite}"))];
        let (tag, kind, text) = match &case.outcome {
            CaseOutcome::Passed => return self.event(Event::Empty(tag_of("testcase", &attributes))),
            CaseOutcome::Noted(text) => ("system-out", None, text),
            CaseOutcome::Failure { kind, message } => ("failure", Some(*kind), message),
            CaseOutcome::Error(message) => ("error", Some("no-figure"), message),
            CaseOutcome::Skipped(message) => ("skipped", None, message),
        };
        self.open("testcase", &attributes)?;
        let mut within: Vec<(&str, String)> = kind.map(|kind| ("type", kind.to_owned())).into_iter().collect();
        if tag == "system-out" {
            self.open(tag, &within)?;
            self.event(Event::Text(BytesText::new(text)))?;
            self.close(tag)?;
        } else {
            within.insert(0, ("message", text.clone()));
            self.event(Event::Empty(tag_of(tag, &within)))?;
        }
        self.close("testcase")
    }
}

fn tag_of<'a>(tag: &'a str, attributes: &'a [(&str, String)]) -> BytesStart<'a> {
    BytesStart::new(tag).with_attributes(attributes.iter().map(|(name, value)| (*name, value.as_str())))
}

#[cfg(test)]
mod tests {
    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::render_junit;
    use crate::report::fixture;
    use crate::result::{ScanResult, Severity};

    /// Names of cases and what stands in each, read by a parser.
    fn cases(result: &ScanResult) -> Vec<(String, Option<String>)> {
        let text = String::from_utf8(render_junit(result).unwrap()).unwrap();
        let mut reader = Reader::from_str(&text);
        let mut cases: Vec<(String, Option<String>)> = Vec::new();
        let mut depth = 0;
        loop {
            let (tag, is_open) = match reader.read_event().unwrap() {
                Event::Start(tag) => (tag, true),
                Event::Empty(tag) => (tag, false),
                Event::End(_) => {
                    depth -= 1;
                    continue;
                }
                Event::Eof => break,
                _ => continue,
            };
            let name = tag.try_get_attribute("name").unwrap().map(|name| name.value.into_owned());
            let kind = tag.name().0.to_owned();
            match kind.as_str() {
                "testcase" => cases.push((name.unwrap(), None)),
                "testsuites" | "testsuite" => {}
                other => cases.last_mut().unwrap().1 = Some(other.to_owned()),
            }
            depth += i32::from(is_open);
        }
        assert_eq!(depth, 0, "{text}");
        cases
    }

    fn is_red(result: &ScanResult) -> bool {
        cases(result).iter().any(|(_, case_outcome)| matches!(case_outcome.as_deref(), Some("failure" | "error")))
    }

    #[test]
    fn only_what_exits_with_zero_is_green() {
        let first = [fixture::failing(), fixture::guessed(), fixture::incomplete()];
        let others = [fixture::undefined(), fixture::doubtful(), fixture::hostile()];
        for result in first.into_iter().chain(others) {
            assert!(is_red(&result), "{:?}", result.verdict);
        }
        assert!(!is_red(&fixture::passing()), "{:?}", cases(&fixture::passing()));
        let mut allowed = fixture::guessed();
        allowed.policy.allow_review = true;
        assert!(!is_red(&allowed));
        allowed.policy.fail_on = Severity::Low;
        assert!(is_red(&allowed));
    }

    #[test]
    fn limits_and_findings_are_cases_with_names_of_their_own() {
        let mut result = fixture::failing();
        let found = cases(&result);
        assert_eq!(found[0], ("verdict".to_owned(), Some("failure".to_owned())));
        assert!(
            found.iter().any(|(name, case_outcome)| name
                .starts_with("limit smallest-class-static: uniqueness.static.smallest_class: ")
                && case_outcome.as_deref() == Some("failure")),
            "{found:?}"
        );
        assert!(found.iter().any(|(name, _)| name.starts_with("finding records-without-subject")), "{found:?}");
        let mut names: Vec<&String> = found.iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), found.len());
        for check in &mut result.checks {
            check.waived = true;
        }
        for finding in &mut result.findings {
            finding.waived = true;
        }
        let waived = cases(&result);
        assert!(
            waived
                .iter()
                .skip(1)
                .all(|(_, case_outcome)| !matches!(case_outcome.as_deref(), Some("failure" | "error"))),
            "{waived:?}"
        );
    }

    #[test]
    fn nothing_in_a_name_is_markup() {
        let mut result = fixture::hostile();
        result.dataset.name = "<a b=\"c\">&\u{1b}]]>".to_owned();
        let text = String::from_utf8(render_junit(&result).unwrap()).unwrap();
        assert!(!text.contains("<a b") && !text.contains('\u{1b}'), "{text}");
        assert!(!cases(&result).is_empty());
    }
}

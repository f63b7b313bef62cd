//! Findings as workflow commands of GitHub Actions: notes that stand beside the configuration in a pull request.

use super::annotation::{Degree, place};
use super::escape::printable;
use super::summary::{one_known_event, unsaid};
use super::{headline::headline, messages};
use crate::result::{Finding, ScanResult, VerdictOutcome};

/// One line for the verdict, one for each finding, and one for each reason or caveat that no finding says, such as
/// `::error file=reidrisk.toml,line=12,title=reidrisk small-class::the smallest class …`.
///
/// A finding points at the entry of its first column in the configuration file where there is one, else at the input.
/// Findings at or above the policy's `fail_on` are errors, waived ones and notes notices, the others warnings.
#[must_use]
pub fn render_github(result: &ScanResult) -> String {
    let mut text = String::new();
    if let Some(stamp) = result.run.audience.stamp() {
        text.push_str(&command("warning", None, stamp, &messages::restricted(stamp)));
    }
    let outcome = result.verdict.outcome;
    let level = match outcome {
        VerdictOutcome::Pass => "notice",
        VerdictOutcome::Review => "warning",
        VerdictOutcome::Fail | VerdictOutcome::Incomplete => "error",
    };
    let first = headline(result);
    let sentences: Vec<&str> = [&first.sentence].into_iter().chain(&first.under).map(String::as_str).collect();
    let title = format!("reidrisk {}", messages::verdict_words(result));
    let place = place(result, &[]);
    text.push_str(&command(level, place, &title, &sentences.join("; ")));
    for note in one_known_event(result).into_iter().chain(messages::judged_on(&result.policy)) {
        text.push_str(&command("notice", place, &title, &note));
    }
    for finding in &result.findings {
        text.push_str(&of_finding(result, finding));
    }
    for reason in unsaid(result) {
        let level = if outcome == VerdictOutcome::Pass { "notice" } else { "warning" };
        text.push_str(&command(level, place, &title, &reason));
    }
    text
}

fn of_finding(result: &ScanResult, finding: &Finding) -> String {
    let level = match Degree::of(result, finding) {
        Degree::Error => "error",
        Degree::Warning => "warning",
        Degree::Notice => "notice",
    };
    let title = format!("reidrisk {}", finding.code.name());
    command(level, place(result, &finding.columns), &title, &finding.message)
}

/// One workflow command, ending with a newline.
fn command(level: &str, place: Option<(&str, Option<u64>)>, title: &str, message: &str) -> String {
    let mut properties = Vec::new();
    if let Some((file, line)) = place {
        properties.push(format!("file={}", property(file)));
        properties.extend(line.map(|line| format!("line={line}")));
    }
    properties.push(format!("title={}", property(title)));
    format!("::{level} {}::{}\n", properties.join(","), data(message))
}

/// A message, escaped by the rules of workflow commands; what cannot be seen is made visible first.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property value, in which `:` and `,` would end the value.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{property, render_github};
    use crate::report::fixture;
    use crate::result::{Audience, Severity};

    #[test]
    fn a_finding_points_at_the_line_of_its_column() {
        let text = render_github(&fixture::failing());
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("::error file=reidrisk.toml,title=reidrisk FAIL::About 14 in 100 subjects"));
        assert!(lines[1].starts_with("::error file=reidrisk.toml,line=6,title=reidrisk small-class::the smallest"));
        assert!(lines[2].starts_with("::warning file=reidrisk.toml,title=reidrisk records-without-subject::12 of"));
        assert_eq!(lines.len(), 3, "{text}");
    }

    #[test]
    fn without_a_configuration_the_input_is_named() {
        let mut result = fixture::failing();
        result.run.config = None;
        assert!(render_github(&result).lines().all(|line| line.contains(" file=card_transactions.csv,title=")));
    }

    #[test]
    fn waived_findings_are_notices_and_the_policy_says_what_is_an_error() {
        let mut result = fixture::failing();
        result.findings[0].waived = true;
        result.policy.fail_on = Severity::Medium;
        let text = render_github(&result);
        let levels: Vec<&str> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(levels, ["::error", "::notice", "::error"]);
    }

    #[test]
    fn nothing_in_a_name_ends_a_value_or_begins_a_command() {
        let mut result = fixture::hostile();
        result.run.config = None;
        result.dataset.files[0].name = "a:b,c%\n::error::x".to_owned();
        let text = render_github(&result);
        assert_eq!(text.lines().count(), result.findings.len() + 1 + result.verdict.reasons.len(), "{text}");
        assert!(text.lines().all(|line| line.contains("file=a%3Ab%2Cc%25\\u{a}%3A%3Aerror%3A%3Ax,title=")), "{text}");
        assert_eq!(property("100%,:"), "100%25%2C%3A");
    }

    #[test]
    fn a_pass_of_coarser_columns_says_under_what_condition() {
        let mut result = fixture::passing();
        result.run.config = None;
        result.verdict.reasons.push("`city` was counted more coarsely than it stands in the files".to_owned());
        let text = render_github(&result);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[1].contains("together with one known event"), "{text}");
        assert!(lines[2].starts_with("::notice file=card_transactions.csv,title=reidrisk PASS::Caveat: `city` was"));
    }

    #[test]
    fn a_result_for_the_inside_is_stamped() {
        let mut result = fixture::failing();
        result.run.audience = Audience::Internal;
        assert!(render_github(&result).starts_with("::warning title=RESTRICTED::RESTRICTED"));
    }
}

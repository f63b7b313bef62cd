//! Figures of one run in the text format of Prometheus, for the text file collector of its node exporter.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::escape::printable;
use crate::result::{CheckOutcome, FigureUnit, ScanResult, Severity, VerdictOutcome};

/// The verdict, the limits, the findings and the leading figures of a result, one line each, with help and type.
///
/// A figure that is undefined or incomplete has no line: a missing series is an alarm, a zero would be none. The only
/// labels are the dataset and words of this program, so that no name of a column becomes a label. There are no timestamps on
/// lines, which the collector refuses. The file ends with a newline.
#[must_use]
pub fn render_prometheus(result: &ScanResult) -> String {
    let mut page = Page { dataset: label(&result.dataset.name), text: String::new() };
    verdict(result, &mut page);
    limits_and_findings(result, &mut page);
    figures(result, &mut page);
    run(result, &mut page);
    page.text
}

struct Page {
    /// The escaped name of the dataset.
    dataset: String,
    text: String,
}

impl Page {
    /// A gauge: its lines by further label; none where there is no line.
    fn gauge<'a>(&mut self, name: &str, help: &str, lines: impl IntoIterator<Item = (Option<[&'a str; 2]>, f64)>) {
        let mut lines = lines.into_iter().peekable();
        if lines.peek().is_none() {
            return;
        }
        let _ = write!(self.text, "# HELP reidrisk_{name} {help}\n# TYPE reidrisk_{name} gauge\n");
        for (further, value) in lines {
            let further = further.map_or(String::new(), |[key, word]| format!(",{key}=\"{}\"", label(word)));
            let _ = writeln!(self.text, "reidrisk_{name}{{dataset=\"{}\"{further}}} {value}", self.dataset);
        }
    }

    fn one(&mut self, name: &str, help: &str, value: Option<f64>) {
        self.gauge(name, help, value.map(|value| (None, value)));
    }
}

/// The value of a label: visible characters, with backslash and quote escaped.
fn label(text: &str) -> String {
    printable(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn verdict(result: &ScanResult, page: &mut Page) {
    let outcomes = [
        ("pass", VerdictOutcome::Pass),
        ("review", VerdictOutcome::Review),
        ("fail", VerdictOutcome::Fail),
        ("incomplete", VerdictOutcome::Incomplete),
    ];
    let is_it = |outcome| f64::from(u8::from(result.verdict.outcome == outcome));
    page.gauge(
        "verdict",
        "Whether the last run ended with this verdict.",
        outcomes.map(|(word, outcome)| (Some(["outcome", word]), is_it(outcome))),
    );
    page.one("exit_code", "Exit code of the verdict of the last run.", Some(f64::from(result.verdict.exit_code)));
}

fn limits_and_findings(result: &ScanResult, page: &mut Page) {
    let outcomes = [
        ("holds", CheckOutcome::Holds),
        ("breaks", CheckOutcome::Breaks),
        ("unknown", CheckOutcome::Unknown),
        ("cut-off", CheckOutcome::CutOff),
        ("not-applicable", CheckOutcome::NotApplicable),
    ];
    let held = |outcome| result.checks.iter().filter(|check| check.outcome == outcome).count();
    page.gauge(
        "checks",
        "Limits compared with figures, by outcome.",
        outcomes.map(|(word, outcome)| (Some(["outcome", word]), float(held(outcome) as u64))),
    );
    let mut found: BTreeMap<&str, u64> =
        ["note", "low", "medium", "high", "critical"].into_iter().map(|word| (word, 0)).collect();
    for finding in result.findings.iter().filter(|finding| !finding.waived) {
        let word = match finding.severity {
            Severity::Note => "note",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        };
        *found.entry(word).or_default() += 1;
    }
    let lines = found.into_iter().map(|(word, number)| (Some(["severity", word]), float(number)));
    page.gauge("findings", "Findings that no waiver covers, by severity.", lines);
    let waived = result.findings.iter().filter(|finding| finding.waived).count();
    page.one("findings_waived", "Findings that a waiver covers.", Some(float(waived as u64)));
    page.one("not_measured", "Measures and limits without a figure.", Some(float(result.not_measured.len() as u64)));
}

/// Of several figures with one identifier the worst counts: the largest share and the smallest class.
fn figures(result: &ScanResult, page: &mut Page) {
    let measured = |id: &'static str| {
        let all = result.figures.iter().filter(move |figure| figure.id == id);
        // One without a number hides how bad it is, so none is told.
        all.map(|figure| figure.value.value()).collect::<Option<Vec<f64>>>().unwrap_or_default()
    };
    let largest = |id| measured(id).into_iter().reduce(f64::max);
    let smallest = |id| measured(id).into_iter().reduce(f64::min);
    let sets = [("static", "uniqueness.static.smallest_class"), ("full", "uniqueness.full.smallest_class")];
    let sizes: Vec<_> = sets.into_iter().filter_map(|(set, id)| Some((Some(["set", set]), smallest(id)?))).collect();
    let help = "Subjects (records, where no subject is declared) in the smallest equivalence class, by set of columns.";
    page.gauge("smallest_class_size", help, sizes);
    let shares = [("static", "uniqueness.static.unique_share"), ("full", "uniqueness.full.unique_share")];
    let shares: Vec<_> = shares.into_iter().filter_map(|(set, id)| Some((Some(["set", set]), largest(id)?))).collect();
    page.gauge("unique_share_ratio", "Share of subjects that are sample uniques, by set of columns.", shares);
    let known = known_points(result);
    let lines = known.iter().map(|(points, share)| (Some(["known_points", points.as_str()]), *share));
    page.gauge(
        "unique_subjects_ratio",
        "Share of subjects singled out by so many known points, the upper end of its interval.",
        lines,
    );
    page.one(
        "linked_ratio",
        "Largest share of subjects linked to a source that the recipient holds.",
        largest("linkage.attack_rate"),
    );
    page.one("identifier_columns", "Columns with direct identifiers.", largest("identifiers.columns"));
}

/// The share that a limit on known points is held against, by the number of points.
fn known_points(result: &ScanResult) -> Vec<(String, f64)> {
    let gated =
        result.figures.iter().filter(|figure| figure.unit == FigureUnit::Share && figure.id == "unicity.gated_share");
    let worst = gated
        .map(|figure| match &figure.value {
            crate::result::FigureValue::Measured { value, interval } => Some(interval.map_or(*value, |[_, high]| high)),
            _ => None,
        })
        .collect::<Option<Vec<f64>>>()
        .unwrap_or_default()
        .into_iter()
        .reduce(f64::max);
    worst.map(|share| (crate::result::GATED_KNOWN_POINTS.to_string(), share)).into_iter().collect()
}

fn run(result: &ScanResult, page: &mut Page) {
    let (dataset, run) = (&result.dataset, &result.run);
    page.one("records", "Records of the dataset.", Some(float(dataset.records)));
    page.one("subjects", "Subjects of the dataset.", Some(float(dataset.subjects)));
    let ended = run.finished_at.parse::<Timestamp>().ok().map(|time| time.as_duration().as_secs_f64().floor());
    page.one("last_run_timestamp_seconds", "When the last run ended.", ended);
    let is_done = result.verdict.outcome != VerdictOutcome::Incomplete;
    page.one(
        "last_success_timestamp_seconds",
        "When the last run ended whose measures were not cut off.",
        ended.filter(|_| is_done),
    );
    page.one(
        "last_pass_timestamp_seconds",
        "When the last run ended whose verdict is PASS.",
        ended.filter(|_| result.verdict.outcome == VerdictOutcome::Pass),
    );
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a run are far below 2^53")]
    let seconds = run.elapsed_ms as f64 / 1e3;
    page.one("duration_seconds", "Wall time of the last run.", Some(seconds));
    #[expect(clippy::cast_precision_loss, reason = "bytes of memory are far below 2^53")]
    page.one(
        "peak_memory_bytes",
        "Peak resident memory of the last run.",
        run.peak_memory_bytes.map(|bytes| bytes as f64),
    );
    let version = result.tool.version.as_str();
    page.gauge("build_info", "The version that wrote this.", [(Some(["version", version]), 1.0)]);
}

fn float(count: u64) -> f64 {
    crate::number::as_float(count)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::render_prometheus;
    use crate::report::fixture;
    use crate::result::VerdictOutcome;

    /// Lines of samples, each as name, labels and value.
    fn samples(text: &str) -> Vec<(String, String, f64)> {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                let (name, rest) = line.split_once('{').unwrap();
                let (labels, value) = rest.rsplit_once("} ").unwrap();
                (name.to_owned(), labels.to_owned(), value.parse().unwrap())
            })
            .collect()
    }

    #[test]
    fn a_run_is_told_in_series_that_a_collector_takes() {
        let text = render_prometheus(&fixture::failing());
        assert!(text.ends_with('\n') && !text.contains("NaN") && !text.contains("\n\n"), "{text}");
        let samples = samples(&text);
        let names: BTreeSet<&str> = samples.iter().map(|(name, _, _)| name.as_str()).collect();
        for name in &names {
            assert_eq!(text.matches(&format!("# HELP {name} ")).count(), 1, "{name}");
            assert_eq!(text.matches(&format!("# TYPE {name} gauge\n")).count(), 1, "{name}");
        }
        let series: BTreeSet<(&str, &str)> =
            samples.iter().map(|(name, labels, _)| (name.as_str(), labels.as_str())).collect();
        assert_eq!(series.len(), samples.len(), "a series stands twice");
        let of = |name: &str, part: &str| {
            samples.iter().find(|(other, labels, _)| other == name && labels.contains(part)).map(|(_, _, value)| *value)
        };
        assert_eq!(of("reidrisk_verdict", "outcome=\"fail\""), Some(1.0));
        assert_eq!(of("reidrisk_verdict", "outcome=\"pass\""), Some(0.0));
        assert_eq!(of("reidrisk_exit_code", ""), Some(1.0));
        assert!(of("reidrisk_last_success_timestamp_seconds", "").is_some());
    }

    #[test]
    fn what_has_no_figure_has_no_series() {
        for result in [fixture::incomplete(), fixture::undefined()] {
            let text = render_prometheus(&result);
            assert!(!text.contains("reidrisk_smallest_class_size{"), "{text}");
        }
        assert!(!render_prometheus(&fixture::incomplete()).contains("last_success"));
        for outcome in [VerdictOutcome::Pass, VerdictOutcome::Review, VerdictOutcome::Fail, VerdictOutcome::Incomplete]
        {
            let mut result = fixture::failing();
            result.verdict.outcome = outcome;
            assert_eq!(render_prometheus(&result).contains("last_pass"), outcome == VerdictOutcome::Pass);
        }
    }

    #[test]
    fn a_hostile_name_ends_no_label_and_no_line() {
        let mut result = fixture::failing();
        result.dataset.name = "a\"} 1\nreidrisk_verdict{\\".to_owned();
        let text = render_prometheus(&result);
        let plain = render_prometheus(&fixture::failing());
        assert_eq!(text.lines().count(), plain.lines().count());
        assert!(
            text.lines()
                .filter(|line| !line.starts_with('#'))
                .all(|line| line.contains("{dataset=\"a\\\"} 1\\\\u{a}reidrisk_verdict{\\\\\"")),
            "{text}"
        );
    }
}

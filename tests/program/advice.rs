//! Advice is recomputed, not estimated: a scan with the proposed change gives exactly the predicted figures.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use reidrisk::config::{ConfigFile, Given, resolve};
use reidrisk::plan::{CoarsenRule, Extent};
use reidrisk::result::{Advice, Headline, Outcome, Role, ScanResult, SetStatistics, VerdictOutcome};
use reidrisk::scan::scan;
use reidrisk::stop::{NoProgress, Stop};

use crate::support::{Bench, StoppedClock, repository_file};

/// What is typed for a scan, and rules that come over those of the configuration.
#[derive(Default)]
struct Asked {
    flags: Vec<Given>,
    coarsen: BTreeMap<String, Vec<CoarsenRule>>,
}

impl Asked {
    fn with(mut self, flag: &str, values: &[&str]) -> Self {
        self.flags.push(Given::flag(flag, values).expect("a flag"));
        self
    }

    fn coarsen_with(&mut self, written: &str) {
        let (column, rule) = CoarsenRule::parse_for_column(written).expect("a rule");
        self.coarsen.entry(column).or_default().push(rule);
    }
}

/// Scans a file with flags and the configuration beside it, if there is one.
fn scanned(input: &Path, asked: Asked) -> ScanResult {
    scanned_to(Extent::Report, input, asked)
}

/// The same without advice of its own.
fn measured(input: &Path, asked: Asked) -> ScanResult {
    scanned_to(Extent::Verdict, input, asked)
}

fn scanned_to(extent: Extent, input: &Path, asked: Asked) -> ScanResult {
    let beside = input.with_file_name("reidrisk.toml");
    let config = beside.exists().then(|| ConfigFile::read(&beside).expect("the configuration is right"));
    let inputs = vec![input.to_str().expect("a path is text").to_owned()];
    let mut plan = resolve(inputs, &asked.flags, config).expect("the plan is right");
    plan.coarsen.extend(asked.coarsen);
    plan.extent = extent;
    scan(&plan, &StoppedClock(Timestamp::UNIX_EPOCH), &NoProgress, &Stop::default()).expect("the scan ends")
}

/// Single columns are enough of a lattice: the headline figures are those of the full and the static set.
fn flags() -> Asked {
    Asked::default().with("max-set", &["1"])
}

/// The headline figures of a finished scan.
fn headline(result: &ScanResult) -> Headline {
    let below =
        |set: &SetStatistics| set.below.iter().find(|below| below.k == result.policy.k).map(|below| below.subjects);
    let value = match &result.measures.uniqueness {
        Some(Outcome::Measured { value, .. }) => value,
        other => panic!("no classes: {other:?}"),
    };
    // Advice speaks of the stricter reading: with the columns of which the data do not say whether they are static.
    let fixed = value.static_unclear.as_ref().or(value.static_set.as_ref());
    Headline {
        full_smallest_class: value.full.smallest_class,
        full_unique_subjects: Some(value.full.unique_subjects),
        full_subjects_below_k: below(&value.full),
        static_smallest_class: fixed.and_then(|set| set.smallest_class),
        static_unique_subjects: fixed.map(|set| set.unique_subjects),
        static_subjects_below_k: fixed.and_then(below),
        unicity: None,
        linked: None,
    }
}

/// Applies each proposal as flags, compares what it predicts, and checks that its configuration says the same.
fn assert_every_prediction_holds(input: &Path, flags: impl Fn() -> Asked) -> ScanResult {
    let result = scanned(input, flags());
    assert!(result.advice.iter().filter(|advice| advice.recommended).count() == 1);
    assert!(result.advice[0].recommended, "the best comes first");
    for advice in result.advice.iter().filter(|advice| !advice.changes.is_empty()) {
        let mut settings = flags();
        // The rules of a column that a proposal names are all of its rules.
        settings.coarsen.retain(|column, _| advice.changes.iter().all(|change| change.column != *column));
        let kept = settings.coarsen.clone();
        for change in &advice.changes {
            settings.coarsen_with(&format!("{}={}", change.column, change.rule));
        }
        let mut as_configured = rules_of(advice);
        as_configured.extend(kept);
        assert_eq!(as_configured, settings.coarsen, "{}", advice.action);
        let after = measured(input, settings);
        assert_eq!(classes_of(advice.before.as_ref()), headline(&result), "{}", advice.action);
        assert_eq!(classes_of(advice.after.as_ref()), headline(&after), "{}", advice.action);
        assert!(advice.detail_kept.is_some_and(|kept| (0.0..=1.0).contains(&kept)), "{}", advice.action);
        assert!(advice.risk_removed.is_some_and(|removed| (0.0..=1.0).contains(&removed)), "{}", advice.action);
        assert!(!advice.reaches_limits || advice.recommended, "nothing else was judged: {}", advice.action);
        if advice.reaches_limits {
            assert_eq!(advice.after.as_ref().and_then(|after| after.unicity), unicity(&after), "{}", advice.action);
        }
    }
    result
}

/// What a proposal says of classes.
fn classes_of(headline: Option<&Headline>) -> Headline {
    Headline { unicity: None, linked: None, ..headline.expect("its figures").clone() }
}

/// What the gate of known points says.
fn unicity(result: &ScanResult) -> Option<f64> {
    result.measures.unicity.as_ref().and_then(Outcome::value)?.worst_gate()?.share
}

/// Subjects that a proposal leaves in classes that are too small: of the static set where there is one.
fn below_k(advice: &Advice) -> u64 {
    let after = advice.after.as_ref().expect("its figures");
    after.static_subjects_below_k.or(after.full_subjects_below_k).unwrap_or(0)
}

/// The rules of the lines to paste, read as a configuration.
fn rules_of(advice: &Advice) -> BTreeMap<String, Vec<CoarsenRule>> {
    let lines = advice.config.as_ref().expect("a change has its lines");
    let file = ConfigFile::parse(Path::new("reidrisk.toml"), lines.as_bytes()).expect("the lines are a configuration");
    resolve(vec!["-".to_owned()], &[], Some(file)).expect("a plan").coarsen
}

/// Every quasi-identifier is told about: leaving it out, and at least one coarser form of most.
fn assert_every_column_has_advice(result: &ScanResult) {
    for column in result.dataset.columns.iter().filter(|column| column.role == Role::QuasiIdentifier) {
        let alone = |advice: &&Advice| advice.changes.len() == 1 && advice.changes[0].column == column.name;
        let rules: Vec<&str> =
            result.advice.iter().filter(alone).map(|advice| advice.changes[0].rule.as_str()).collect();
        assert!(rules.contains(&"drop"), "{}: {rules:?}", column.name);
        assert!(rules.len() > 1 || column.distinct < Some(4), "{}: {rules:?}", column.name);
    }
}

#[test]
fn every_proposal_for_the_purchase_cards_does_what_it_predicts() {
    let result = assert_every_prediction_holds(&repository_file("sample_data/purchase_cards.csv"), flags);
    assert_every_column_has_advice(&result);
    assert_eq!(below_k(&result.advice[0]), 0, "a way out is found: {:?}", result.advice[0]);
}

#[test]
fn every_proposal_for_the_bank_extract_does_what_it_predicts() {
    let result = assert_every_prediction_holds(&repository_file("sample_data/bank_extract/bank_extract.csv"), flags);
    assert_every_column_has_advice(&result);
    assert_eq!(below_k(&result.advice[0]), 0, "a way out is found: {:?}", result.advice[0]);
}

#[test]
fn with_guessed_roles_and_rules_in_force_the_predictions_hold_as_well() {
    let bench = Bench::new();
    let text = std::fs::read(repository_file("sample_data/bank_extract/bank_extract.csv")).expect("the sample");
    let input = bench.write("extract.csv", text);
    let guessed = assert_every_prediction_holds(&input, || {
        // Fewer columns keep the test short; a flag that takes a column out leaves the others to be guessed.
        let ignored = ["account_id", "segment", "card_type", "mcc", "merchant_district", "balance_eur"];
        let mut settings = flags().with("gate-any-record", &[]).with("ignore", &ignored);
        for rule in ["booked_on=week", "amount_eur=round:10", "birth_year=prefix:3", "merchant=rare:5"] {
            settings.coarsen_with(rule);
        }
        settings
    });
    assert!(guessed.dataset.columns.iter().any(|column| column.guessed));
    let config = guessed.advice.iter().filter_map(|advice| advice.config.as_ref());
    assert!(config.into_iter().all(|lines| !lines.contains("role")), "pasting declares no role");
}

#[test]
fn the_recommended_flags_work_as_they_are_printed() {
    let bench = Bench::new();
    let sample = repository_file("sample_data/bank_extract/bank_extract.csv");
    let result = scanned(&sample, Asked::default());
    let recommended = result.advice.iter().find(|advice| advice.recommended).expect("one is recommended");
    let flags = recommended.flags.as_ref().expect("its names fit a command line");
    assert!(!flags.contains('\''), "nothing to unquote: {flags}");
    let sample = sample.to_str().expect("a path is text");
    let ended = bench.scan([sample].into_iter().chain(flags.split(' ')));
    assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    let after: ScanResult = serde_json::from_str(&bench.result_text()).expect("a result");
    assert_eq!(classes_of(recommended.after.as_ref()), headline(&after));
    assert!(recommended.reaches_limits, "the whole verdict was computed");
}

#[test]
fn hostile_column_names_are_advised_on_without_harm() {
    let bench = Bench::new();
    let header = "who,\"a=hierarchy:f\",\"x'; rm -r . #\",\"\u{202e}b\"\"]\"".to_owned();
    let record = |n: u32| format!("{n},{},{},{}", 100 + n % 30, 2000 + n % 20, 1000 + n * 7 % 23);
    let text = [header].into_iter().chain((0..60).map(record)).collect::<Vec<_>>().join("\n");
    let input = bench.write("hostile.csv", text);
    let declared = || {
        let names = ["a=hierarchy:f", "x'; rm -r . #", "\u{202e}b\"]"];
        let quoted = names.map(|name| format!("\"{}\"", name.replace('"', "\"\"")));
        flags().with("subject", &["who"]).with("quasi", &quoted.each_ref().map(String::as_str))
    };
    let result = scanned(&input, declared());
    assert!(!result.advice.is_empty());
    for advice in result.advice.iter().filter(|advice| !advice.changes.is_empty()) {
        // The configuration names the column whatever it is called.
        let mut settings = declared();
        settings.coarsen = rules_of(advice);
        assert_eq!(classes_of(advice.after.as_ref()), headline(&measured(&input, settings)), "{}", advice.action);
        let odd = advice.changes.iter().any(|change| change.column.starts_with(['a', '\u{202e}']));
        assert_eq!(advice.flags.is_none(), odd, "{:?}", advice.flags);
        assert!(!advice.config.as_ref().is_some_and(|lines| lines.contains('\u{202e}')));
    }
}

#[test]
fn the_coarsened_twin_passes_and_needs_no_advice() {
    let result = scanned(&repository_file("sample_data/bank_coarsened/bank_coarsened.csv"), Asked::default());
    assert_eq!(result.verdict.outcome, VerdictOutcome::Pass, "{:?}", result.verdict.reasons);
    assert!(result.advice.is_empty());
}

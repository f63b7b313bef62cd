//! A law of the views, on random results as the judge judges them: whatever breaks a limit is told in every view, with
//! one figure, one attack and one finding.

use proptest::prelude::*;

use super::{
    Ending, TextStyle, checks, fixture, markdown, render_csv, render_github, render_html, render_markdown, render_text,
};
use crate::result::{
    AttackKind, CheckOutcome, Evidence, Figure, Finding, Gate, GateMeasure, GateSet, Linkage, LinkageAttack, Outcome,
    ScanResult, UndefinedField, Unit,
};
use crate::tries::tries;

/// A share, often one of a few so that figures meet their limits.
fn share() -> impl Strategy<Value = f64> {
    prop_oneof![proptest::sample::select(vec![0.0, 0.05, 0.2, 1.0 / 3.0, 0.333_333_3, 0.999_999_6, 1.0]), 0.0..=1.0_f64]
}

prop_compose! {
    fn attack()(
        kind in proptest::sample::select(AttackKind::ALL.to_vec()),
        source in proptest::sample::select(vec!["members.csv", "crm | of <us>.csv", "members.csv; 2"]),
        columns in proptest::sample::subsequence(vec!["birth_year", "district", "amount"], 1..=3),
        rate in proptest::option::weighted(0.9, share()),
        beyond in 0.0..0.1_f64,
        evidence in proptest::sample::select(vec![Evidence::Found, Evidence::None, Evidence::Unknown]),
    ) -> LinkageAttack {
        LinkageAttack {
            attack: kind,
            with: source.to_owned(),
            columns: columns.into_iter().map(str::to_owned).collect(),
            subjects: 3_000,
            source_subjects: 9_000,
            attack_rate: rate,
            interval: rate.map(|rate| [rate, if beyond < 0.05 { rate } else { rate + beyond }]),
            evidence,
            undefined: vec![UndefinedField { field: "attack_rate".to_owned(), reason: "no-key".to_owned() }],
            ..LinkageAttack::default()
        }
    }
}

prop_compose! {
    fn gates()(limits in proptest::collection::vec((0..7_usize, share(), 2..12_u32), 0..6)) -> Vec<Gate> {
        limits.into_iter().enumerate().map(|(place, (which, share, k))| {
            let on_static = Some(GateSet::Static);
            let gate = match which {
                0 => Gate::smallest_class(GateSet::Static, k),
                1 => Gate::smallest_class(GateSet::Full, k),
                2 => Gate::at_most(GateMeasure::UNIQUE_SHARE, on_static, share),
                3 => Gate::at_most(GateMeasure::UNICITY, None, share),
                4 => Gate::at_most(GateMeasure::LINKED_SHARE, None, share),
                5 => Gate::at_most(GateMeasure::RELINKED_SHARE, None, share),
                _ => Gate::at_most(GateMeasure::CORRECT_LINKS, None, share * 3_000.0),
            };
            Gate { id: format!("{}-{place}", gate.id), ..gate }
        }).collect()
    }
}

prop_compose! {
    fn result()(
        attacks in proptest::collection::vec(attack(), 0..4),
        gates in gates(),
        known in proptest::option::of(share()),
        (smallest, alone) in (1..9_u64, 0..3_000_u64),
        base in 0..4_usize,
    ) -> ScanResult {
        let mut result = match base {
            0 => fixture::with_unicity(known, false),
            1 => fixture::undefined(),
            2 => fixture::incomplete(),
            _ => fixture::passing(),
        };
        if let Some(Outcome::Measured { value, .. }) = &mut result.measures.uniqueness {
            let set = value.static_set.as_mut().unwrap();
            (set.smallest_class, set.unique_subjects) = (Some(smallest), alone);
        }
        if !attacks.is_empty() {
            let value = Linkage { attacks, pseudonyms: Vec::new() };
            result.measures.linkage = Some(Outcome::Measured { unit: Unit::Subject, value });
        }
        result.policy.gates = gates;
        result.findings.clear();
        fixture::judged(result)
    }
}

/// The views, each as rows of text in which a figure and its finding must stand together.
struct Views {
    text: String,
    markdown: String,
    html: String,
    csv: Vec<Vec<String>>,
    github: String,
}

impl Views {
    fn of(result: &ScanResult) -> Self {
        let style = TextStyle { width: 400, color: false, unicode: true };
        let bytes = render_csv(result).unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        Self {
            text: render_text(result, &style, &Ending::default()),
            markdown: render_markdown(result),
            html: render_html(result).unwrap(),
            csv: reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect(),
            github: render_github(result),
        }
    }

    /// Names of the views in which no row tells this figure with this code.
    fn silent(&self, figure: &Figure, code: &str) -> Vec<&'static str> {
        let label = checks::label(figure);
        let together =
            |text: &str, end: &str, label: &str| text.split(end).any(|row| row.contains(label) && row.contains(code));
        let escaped = label.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
        let (measure, name) = figure.name();
        let columns = figure.columns.join("; ");
        let about = figure.about.clone().unwrap_or_default();
        let in_csv = self.csv.iter().any(|row| {
            [&row[2], &row[3], &row[4], &row[5]] == [measure, name, columns.as_str(), about.as_str()] && row[16] == code
        });
        [
            ("text", together(&self.text, "\n", &label)),
            ("markdown", together(&self.markdown, "\n", &markdown::escape(&label))),
            ("html", together(&self.html, "</tr>", &escaped)),
            ("csv", in_csv),
            ("github", self.github.lines().any(|line| line.contains(&format!("title=reidrisk {code}::")))),
        ]
        .into_iter()
        .filter_map(|(view, tells)| (!tells).then_some(view))
        .collect()
    }
}

/// Whether the sentence of a finding names the attack that its figure is of.
fn speaks_of(finding: &Finding, figure: &Figure) -> bool {
    let attack = figure.about.as_deref().filter(|_| figure.id.starts_with("linkage."));
    attack.and_then(|about| about.split_once("; ")).is_none_or(|(kind, source)| {
        let source = source.trim_end_matches(|letter: char| letter.is_ascii_digit() || "; ".contains(letter));
        finding.message.contains(&format!("`{kind}`")) && finding.message.contains(source)
    })
}

fn every_view_tells(result: &ScanResult) -> Result<(), TestCaseError> {
    let views = Views::of(result);
    for check in result.checks.iter().filter(|check| check.outcome == CheckOutcome::Breaks) {
        let finding = result.findings.iter().find(|finding| finding.is_of(check));
        prop_assert!(finding.is_some(), "no finding for {check:?}");
        let Some(figure) = result.figures.iter().find(|figure| check.is_of(figure)) else { continue };
        let finding = finding.unwrap();
        prop_assert!(speaks_of(finding, figure), "{} speaks of another attack than {figure:?}", finding.message);
        let silent = views.silent(figure, finding.code.name());
        prop_assert!(silent.is_empty(), "{silent:?} do not tell {check:?}\n{}", views.text);
    }
    for finding in result.findings.iter().filter(|finding| finding.figure.is_some()) {
        let figure = result.figures.iter().find(|figure| checks::is_about(finding, figure));
        prop_assert!(figure.is_some(), "{finding:?} has a figure that is not there");
        let silent = views.silent(figure.unwrap(), finding.code.name());
        prop_assert!(silent.is_empty(), "{silent:?} do not tell {finding:?}\n{}", views.text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(2_000)))]
    #[test]
    fn what_breaks_a_limit_is_told_with_one_figure_and_one_attack_in_every_view(result in result()) {
        every_view_tells(&result)?;
    }
}

#[test]
fn every_sample_of_a_result_keeps_the_law() {
    every_view_tells(&fixture::judged(fixture::sampled())).unwrap();
    let single = vec![
        fixture::telling(),
        fixture::inferred(),
        fixture::beside_original(),
        fixture::special(),
        fixture::totals(),
        fixture::whole(),
        fixture::linked(),
        fixture::swept(),
    ];
    for result in single.into_iter().chain([fixture::failing(), fixture::hopeless()]) {
        every_view_tells(&fixture::judged(result)).unwrap();
    }
}

#[test]
fn every_stored_sample_report_keeps_the_law() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/sample");
    let entries = |folder: &std::path::Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
    let runs = entries(&folder).flat_map(|dataset| entries(&dataset.path())).map(|run| run.path().join("result.json"));
    let results: Vec<ScanResult> = runs
        .filter(|path| path.is_file())
        .map(|path| super::read_json(&std::fs::read(path).unwrap()).unwrap())
        .collect();
    assert!(results.len() >= 3, "{} sample reports", results.len());
    for result in results {
        every_view_tells(&result).unwrap();
    }
}

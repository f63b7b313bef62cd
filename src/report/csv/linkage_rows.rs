//! The rows of linkage.

use super::{Row, joined, neutral};
use crate::report::{linkage, messages};
use crate::result::{Linkage, LinkageAttack, ScanResult};

/// Each attack with its figures, each set of shared columns, each pseudonym that was checked.
pub(super) fn push<'a>(rows: &mut Vec<Row<'a>>, result: &'a ScanResult, value: &'a Linkage, unit: &'a str) {
    for attack in &value.attacks {
        let columns = joined(&attack.columns);
        let about = neutral(&format!("{}; {}", attack.attack.name(), attack.with));
        let figures = attack_rows(result, attack, unit);
        rows.extend(figures.into_iter().map(|row| row.of(&columns).at(about.clone())));
        for set in &attack.column_sets {
            let expected = set.expected_correct.to_string();
            let row = Row::measured("linkage.column_sets", "expected_correct", "link", expected);
            rows.push(row.of(&joined(&set.columns)).at(about.clone()));
        }
        for bin in &attack.calibration {
            let about = neutral(&format!("{}; {}; {} to {}", attack.attack.name(), attack.with, bin.from, bin.to));
            let links = Row::measured("linkage.calibration", "links", "link", bin.links.to_string());
            let expected = Row::measured("linkage.calibration", "expected", "link", bin.expected.to_string());
            rows.extend([links, expected].map(|row| row.at(about.clone())));
            let correct = bin.correct.map(|correct| correct.to_string());
            rows.extend(
                correct
                    .map(|correct| Row::measured("linkage.calibration", "correct", "link", correct).at(about.clone())),
            );
        }
    }
    for check in &value.pseudonyms {
        let about = neutral(&check.identifiers);
        let reversed = Row::measured("linkage.pseudonyms", "reversed", "value", check.reversed.to_string());
        let subjects = Row::measured("linkage.pseudonyms", "subjects", unit, check.subjects.to_string());
        let column = neutral(&check.column);
        rows.extend([reversed, subjects].map(|row| row.of(&column).at(about.clone())));
    }
}

fn attack_rows<'a>(result: &ScanResult, attack: &'a LinkageAttack, unit: &'a str) -> Vec<Row<'a>> {
    let limit = linkage::limit(result, attack);
    let share = |figure, value: Option<f64>| {
        let value = value.filter(|value| value.is_finite()).map(|value| value.to_string());
        Row::perhaps("linkage", figure, "share", value, &attack.undefined)
    };
    let count =
        |figure, unit, value: Option<u64>| value.map(|value| Row::measured("linkage", figure, unit, value.to_string()));
    let mut rows = vec![
        share("attack_rate", attack.attack_rate).within(attack.interval).held_to(limit),
        share("baseline_rate", attack.baseline_rate),
        Row::measured("linkage", "evidence", "", messages::evidence(attack.evidence).to_owned()),
        Row::measured("linkage", "subjects", unit, attack.subjects.to_string()),
        Row::measured("linkage", "source_subjects", unit, attack.source_subjects.to_string()),
    ];
    let optional = |figure, value: Option<f64>| value.map(|value| share(figure, Some(value)));
    rows.extend(optional("control_rate", attack.control_rate));
    let residual = optional("residual_risk", attack.residual_risk);
    rows.extend(residual.map(|row| row.within(attack.residual_interval)));
    rows.extend(optional("marketer", attack.marketer));
    rows.extend(optional("precision", attack.precision));
    rows.extend(optional("recall", attack.recall));
    let expected = attack.expected_correct.map(|links| links.to_string());
    rows.extend(expected.map(|links| Row::measured("linkage", "expected_correct", "link", links)));
    let counts = [
        count("unique", unit, attack.unique),
        count("ambiguous", unit, attack.ambiguous),
        count("no_match", unit, attack.no_match),
        count("one_to_one", unit, attack.one_to_one),
        count("k_map", unit, attack.k_map),
        count("links", "link", attack.links),
        count("correct", "link", attack.correct),
    ];
    rows.extend(counts.into_iter().flatten());
    rows
}

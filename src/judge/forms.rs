//! The format rules of the safe harbor method, as far as types, rules and headings of columns can answer them.
//!
//! Source: 45 CFR 164.514(b)(2). A column counts as it leaves: after its coarsening rules. Headings are read in English
//! and German; a heading that says nothing is not judged, and that is said. Where the cells of a column were looked at,
//! they decide: a file that was treated before needs no rule.

use super::checks::ended;
use super::{Case, Gated, finding};
use crate::result::{
    Check, CheckOutcome, ColumnType, DatasetColumn, FindingCode, Gate, GateBasis, GateMeasure, NotMeasured, Severity,
};

/// Applies every rule of form that columns answer.
pub(super) fn apply(case: Case<'_>, gated: &mut Gated) {
    for gate in &case.policy.gates {
        let rule: fn(&DatasetColumn) -> Option<(FindingCode, String)> = match gate.measure.name() {
            "date-detail" => date_too_fine,
            "age-pooling" => age_not_pooled,
            "place-detail" => place_too_fine,
            _ => continue,
        };
        let before = gated.checks.len();
        for column in case.dataset.columns.iter().filter(|column| !column.is_dropped()) {
            let Some((code, message)) = rule(column) else { continue };
            let check = ended(gate, CheckOutcome::Breaks);
            let check = Check { columns: vec![column.name.clone()], finding: Some(code), ..check };
            gated.add(check, finding(code, Severity::High, "columns", message).on([&column.name]));
        }
        if gated.checks.len() == before {
            gated.checks.push(ended(gate, CheckOutcome::Holds));
        }
    }
    let is_safe_harbor = |gate: &Gate| gate.measure == GateMeasure::DATE_DETAIL && gate.basis == GateBasis::Law;
    if case.policy.gates.iter().any(is_safe_harbor) {
        safe_harbor_remainder(gated);
    }
}

/// What the safe harbor method asks for and no column can answer.
const UNANSWERED: [(&str, &str); 4] = [
    (
        "post-code-population",
        "whether more than 20,000 people share the first three digits of each postcode is judged by the lists of \
         the censuses of 2000 and 2010, not by later figures",
    ),
    (
        "other-identifiers",
        "licence, vehicle and device numbers, web and network addresses, biometric data and pictures are not searched for",
    ),
    (
        "identifiers-without-form",
        "names and record numbers have no fixed format; they are judged only by role and heading",
    ),
    ("actual-knowledge", "whether somebody knows that the rest could identify a person must be answered by a person"),
];

fn safe_harbor_remainder(gated: &mut Gated) {
    gated.not_measured.extend(
        UNANSWERED.map(|(measure, reason)| NotMeasured { measure: measure.to_owned(), reason: reason.to_owned() }),
    );
    gated.doubts.push(format!(
        "the safe harbor method requires {} answers that columns cannot give; a person must give them",
        UNANSWERED.len()
    ));
}

fn date_too_fine(column: &DatasetColumn) -> Option<(FindingCode, String)> {
    let dates = |kind| matches!(kind, ColumnType::Date | ColumnType::Timestamp | ColumnType::ZonedTimestamp);
    // Dates that are declared text stay dates to whoever reads the file.
    let is_date = dates(column.column_type) || column.facts.found_type.is_some_and(dates);
    let by_year = column.coarsen.iter().any(|rule| rule == "year");
    let message = format!("column `{}` holds dates finer than a year", column.name);
    (is_date && !by_year).then_some((FindingCode::DateTooFine, message))
}

fn is_number(kind: ColumnType) -> bool {
    matches!(kind, ColumnType::Integer | ColumnType::Decimal)
}

/// Headings of birth.
const BIRTHS: [&str; 8] = ["birth", "born", "birthday", "birthdate", "birthyear", "yob", "dob", "geburtsjahr"];

fn age_not_pooled(column: &DatasetColumn) -> Option<(FindingCode, String)> {
    let heading = words(&column.name);
    let mentions = |known: &[&str]| heading.iter().any(|word| known.contains(&word.as_str()));
    if mentions(&BIRTHS) && column.facts.forms.is_some_and(|forms| forms.born_above_89) {
        let message = format!("column `{}` holds years of birth that show an age above 89", column.name);
        return Some((FindingCode::AgeNotPooled, message));
    }
    let is_number = is_number(column.column_type) || column.facts.found_type.is_some_and(is_number);
    let pooled = column.coarsen.iter().any(|rule| pools_from(rule).is_some_and(|edge| edge <= 90.0));
    // A rounded age of 90 stands for younger ones too.
    let rounded = column.coarsen.iter().any(|rule| rule.starts_with("round:"));
    let broken = match column.facts.forms.filter(|_| !rounded) {
        Some(forms) => forms.above_89 || (is_number && !forms.ages),
        None => is_number && !pooled,
    };
    let message = format!("column `{}` holds ages, but those above 89 are not pooled", column.name);
    (broken && mentions(&["age", "ages", "alter", "lebensalter"])).then_some((FindingCode::AgeNotPooled, message))
}

/// From which number on a rule makes one value of all.
fn pools_from(rule: &str) -> Option<f64> {
    let (name, edges) = rule.split_once(':')?;
    match name {
        "top" => edges.trim().parse().ok(),
        "bins" => edges.rsplit(',').next()?.trim().parse().ok(),
        _ => None,
    }
}

crate::word_list::word_lists! {
    /// Headings of post codes, whose first three digits may stay.
    static POST_CODES = "words/post_codes.txt";
    /// Headings of other places below a state.
    static PLACES = "words/places.txt";
}

fn place_too_fine(column: &DatasetColumn) -> Option<(FindingCode, String)> {
    let heading = words(&column.name);
    let mentions = |known: &[&str]| heading.iter().any(|word| known.contains(&word.as_str()));
    let prefix = |rule: &String| rule.strip_prefix("prefix:").and_then(|length| length.trim().parse::<u32>().ok());
    let by_rule = column.coarsen.iter().filter_map(prefix).any(|length| length <= 3);
    // Codes that are declared numbers have lost the zeros before them, which the file still shows.
    let lost_zeros = is_number(column.column_type) && column.facts.found_type == Some(ColumnType::Text);
    let shortened = !lost_zeros && (by_rule || column.facts.forms.is_some_and(|forms| forms.three_digits_at_most));
    let restricted = column.facts.forms.is_some_and(|forms| forms.restricted_area);
    let message = if mentions(&POST_CODES) && shortened && restricted {
        let message =
            format!("column `{}` holds three-digit postcodes of areas with 20,000 or fewer inhabitants", column.name);
        return Some((FindingCode::PlaceTooFine, message));
    } else if mentions(&POST_CODES) {
        format!("column `{}` holds postcodes finer than their first three digits", column.name)
    } else if mentions(&PLACES) {
        format!("column `{}` holds places below state level", column.name)
    } else {
        return None;
    };
    let fine = !(shortened && mentions(&POST_CODES));
    fine.then_some((FindingCode::PlaceTooFine, message))
}

/// The words of a heading in small letters, parted at signs and at capitals after small letters.
fn words(heading: &str) -> Vec<String> {
    let mut parted = String::with_capacity(heading.len() + 4);
    let mut before = ' ';
    for letter in heading.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            parted.push(' ');
        }
        parted.push(if letter.is_alphanumeric() { letter } else { ' ' });
        before = letter;
    }
    parted.to_lowercase().split_whitespace().map(str::to_owned).collect()
}

//! Which figures and checks speak of what a view shows. Views look up here, and compare nothing.

use super::escape::printable;
use super::messages;
use super::summary::{classes, headline_set, names};
use crate::number::{NOT_DEFINED, value_beside};
use crate::result::{
    Check, CheckOutcome, Figure, FigureValue, Finding, LinkageAttack, ScanResult, SectionRow, SetStatistics,
};

/// The figure of an identifier; of several the first.
pub(super) fn figure<'a>(result: &'a ScanResult, id: &str) -> Option<&'a Figure> {
    result.figures.iter().find(|figure| figure.id == id)
}

/// The checks that were held against a figure.
pub(super) fn of<'a>(result: &'a ScanResult, figure: &Figure) -> impl Iterator<Item = &'a Check> {
    let speaks = |check: &&Check| check.is_of(figure) && check.outcome != CheckOutcome::NotApplicable;
    result.checks.iter().filter(speaks).collect::<Vec<_>>().into_iter()
}

/// The check that decides about a figure: the first that does not hold, else the first.
pub(super) fn decisive<'a>(result: &'a ScanResult, figure: &Figure) -> Option<&'a Check> {
    of(result, figure).min_by_key(|check| check.outcome == CheckOutcome::Holds)
}

/// The limit that decides about a figure; none where it is shown and not held to one.
pub(super) fn limit(result: &ScanResult, figure: &Figure) -> Option<f64> {
    decisive(result, figure)?.limit
}

/// Whether a limit on a figure does not hold; unknown is not held.
pub(super) fn is_over(result: &ScanResult, figure: &Figure) -> bool {
    of(result, figure).any(|check| check.outcome != CheckOutcome::Holds)
}

/// Whether a figure breaks a limit and no waiver covers that.
pub(super) fn is_broken(result: &ScanResult, figure: &Figure) -> bool {
    of(result, figure).any(|check| check.outcome == CheckOutcome::Breaks && !check.waived)
}

/// The finding that speaks of a figure.
pub(super) fn finding<'a>(result: &'a ScanResult, figure: &Figure) -> Option<&'a Finding> {
    result.findings.iter().find(|finding| is_about(finding, figure))
}

/// Whether a finding speaks of a figure.
pub(super) fn is_about(finding: &Finding, figure: &Figure) -> bool {
    finding.figure.as_ref() == Some(&figure.id) && finding.columns == figure.columns && finding.about == figure.about
}

/// A figure of a set of quasi-identifiers: of the static ones where the set is theirs, else of all.
pub(super) fn of_set<'a>(result: &'a ScanResult, set: &SetStatistics, name: &str) -> Option<&'a Figure> {
    let ids = ["static", "full"].map(|which| format!("uniqueness.{which}.{name}"));
    ids.iter().find_map(|id| result.figures.iter().find(|figure| figure.id == *id && figure.columns == set.columns))
}

/// A figure of a set of the lattice.
pub(super) fn of_lattice<'a>(result: &'a ScanResult, set: &SetStatistics, name: &str) -> Option<&'a Figure> {
    let id = format!("uniqueness.set.{name}");
    result.figures.iter().find(|figure| figure.id == id && figure.columns == set.columns)
}

/// A figure of one of the sets that gates look at: of the static columns, of these and the unclear ones, or of all.
pub(super) fn of_whole_set<'a>(result: &'a ScanResult, set: &SetStatistics, name: &str) -> Option<&'a Figure> {
    let unclear = || {
        let id = format!("uniqueness.static_unclear.{name}");
        result.figures.iter().find(|figure| figure.id == id && figure.columns == set.columns)
    };
    of_set(result, set, name).or_else(unclear)
}

/// A figure of who stands in classes smaller than `k`.
pub(super) fn below<'a>(result: &'a ScanResult, set: &SetStatistics, k: u32, name: &str) -> Option<&'a Figure> {
    let about = format!("below {k}");
    let is_it = |figure: &&Figure| {
        figure.name().1 == name && figure.columns == set.columns && figure.about.as_ref() == Some(&about)
    };
    result.figures.iter().find(is_it)
}

/// A figure of a column: what removing it takes away, or its Shapley value.
pub(super) fn of_column<'a>(result: &'a ScanResult, column: &str, name: &str) -> Option<&'a Figure> {
    let id = format!("uniqueness.column_effects.{name}");
    result.figures.iter().find(|figure| figure.id == id && figure.columns == [column])
}

/// The figure that a row of a section names.
pub(super) fn of_row<'a>(result: &'a ScanResult, row: &SectionRow) -> Option<&'a Figure> {
    let is_it =
        |figure: &&Figure| figure.id == row.figure && figure.columns == row.columns && figure.about == row.about;
    result.figures.iter().find(is_it)
}

/// What the gate on known points looks at.
pub(super) fn known_points(result: &ScanResult) -> Option<&Figure> {
    figure(result, "unicity.gated_share")
}

/// The share that an attack finds: figures stand in the order of the attacks.
pub(super) fn rate<'a>(result: &'a ScanResult, attack: &LinkageAttack) -> Option<&'a Figure> {
    let value = super::linkage::measured(result)?;
    let place = value.attacks.iter().position(|other| std::ptr::eq(other, attack) || other == attack)?;
    let is_rate =
        |figure: &&Figure| ["linkage.attack_rate", "linkage.releases.attack_rate"].contains(&figure.id.as_str());
    result.figures.iter().filter(is_rate).nth(place)
}

/// Every figure of an attack: those of its own, not of sets of columns or of stated probabilities.
pub(super) fn figures_of<'a>(result: &'a ScanResult, attack: &LinkageAttack) -> Vec<&'a Figure> {
    let Some(rate) = rate(result, attack) else { return Vec::new() };
    let is_like = |figure: &&Figure| {
        figure.name().0 == rate.name().0 && figure.columns == rate.columns && figure.about == rate.about
    };
    result.figures.iter().filter(is_like).collect()
}

/// One row of the table of figures. Names in it are printable; nothing else is escaped.
pub(super) struct Row<'a> {
    /// The figure; none where a check has none.
    pub(super) figure: Option<&'a Figure>,
    /// What was measured, and on which columns or by which attack.
    pub(super) label: String,
    /// The figure with its unit.
    pub(super) value: String,
    /// Its limit; `-` where it is shown and not held to one.
    pub(super) limit: String,
    /// How that ended: code of the finding that speaks of it, or a word.
    pub(super) outcome: String,
}

/// The figures that lead, each beside its limits, then every other figure that a check or a finding speaks of.
pub(super) fn rows(result: &ScanResult) -> Vec<Row<'_>> {
    let mut figures = leading(result);
    let is_listed = |figures: &[&Figure], figure: &Figure| figures.iter().any(|listed| std::ptr::eq(*listed, figure));
    for figure in &result.figures {
        let speaks = of(result, figure).next().is_some() || finding(result, figure).is_some();
        if speaks && !is_listed(&figures, figure) {
            figures.push(figure);
        }
    }
    let mut rows: Vec<Row<'_>> = figures.into_iter().flat_map(|figure| rows_of(result, figure)).collect();
    let without = result.checks.iter().filter(|check| {
        check.figure.is_none() && !matches!(check.outcome, CheckOutcome::Holds | CheckOutcome::NotApplicable)
    });
    rows.extend(without.map(|check| row_without_figure(result, check)));
    rows
}

/// The figures that are shown whatever they are held to.
fn leading(result: &ScanResult) -> Vec<&Figure> {
    let mut figures = Vec::new();
    if let Some(uniqueness) = classes(result) {
        let set = headline_set(result, uniqueness);
        let below = format!("below {}", result.policy.k);
        let records_below = result.figures.iter().find(|figure| {
            figure.id.ends_with(".records_below")
                && figure.columns == set.columns
                && figure.about.as_ref() == Some(&below)
        });
        figures.extend(of_set(result, set, "smallest_class"));
        figures.extend(of_set(result, set, "unique_share"));
        figures.extend(records_below);
        figures.extend(of_set(result, set, "average_record"));
        if set.columns != uniqueness.full.columns {
            figures.extend(figure(result, "uniqueness.full.unique_share"));
        }
    }
    figures.extend(known_points(result));
    figures.extend(strongest_rates(result));
    figures.extend(figure(result, "identifiers.columns"));
    let of_sections = result.sections.iter().flat_map(|section| &section.rows);
    figures.extend(of_sections.filter_map(|row| of_row(result, row)));
    figures
}

/// The share of the strongest attack on tables that name people, and of the strongest from release to release.
fn strongest_rates(result: &ScanResult) -> Vec<&Figure> {
    let Some(measured) = super::linkage::measured(result) else {
        return figure(result, "linkage.attack_rate").into_iter().collect();
    };
    let ranked = super::linkage::ranked(measured);
    let family = |follows| ranked.iter().find(|attack| attack.follows() == follows);
    [false, true].into_iter().filter_map(family).filter_map(|attack| rate(result, attack)).collect()
}

/// A row for each limit on a figure, or one where it is held to none.
pub(super) fn rows_of<'a>(result: &'a ScanResult, figure: &'a Figure) -> Vec<Row<'a>> {
    let rows: Vec<Row<'_>> = of(result, figure).map(|check| row(result, figure, Some(check))).collect();
    if rows.is_empty() { vec![row(result, figure, None)] } else { rows }
}

fn row<'a>(result: &ScanResult, figure: &'a Figure, check: Option<&Check>) -> Row<'a> {
    let limit = check.and_then(|check| check.limit);
    let outcome = match check {
        Some(check) => outcome(check),
        None => finding(result, figure)
            .map_or_else(String::new, |finding| format!("{}{}", finding.code.name(), messages::waived(finding.waived))),
    };
    Row {
        figure: Some(figure),
        label: label(figure),
        value: match figure.value.value() {
            Some(value) => value_beside(value, figure.unit, limit.unwrap_or(value)),
            None => value_in_words(figure, limit),
        },
        limit: limit.map_or_else(|| "-".to_owned(), |limit| crate::number::value(limit, figure.unit)),
        outcome,
    }
}

fn row_without_figure(result: &ScanResult, check: &Check) -> Row<'static> {
    let limit = limit_of(result, check, None).unwrap_or_else(|| "-".to_owned());
    let value = if check.outcome == CheckOutcome::Breaks { "-" } else { NOT_DEFINED }.to_owned();
    Row { figure: None, label: gate(result, check), value, limit, outcome: outcome(check) }
}

/// What the gate of a check compares, and on which columns.
pub(super) fn gate(result: &ScanResult, check: &Check) -> String {
    let gate = result.policy.gates.iter().find(|gate| gate.id == check.gate);
    let name = gate.map_or_else(|| printable(&check.gate).replace('-', " "), messages::gate_name);
    if check.columns.is_empty() { name } else { format!("{name} ({})", names(&check.columns).join(", ")) }
}

/// The limit of a check in the unit of its figure, or of its gate.
pub(super) fn limit_of(result: &ScanResult, check: &Check, figure: Option<&Figure>) -> Option<String> {
    let gate = result.policy.gates.iter().find(|gate| gate.id == check.gate);
    Some(match (check.limit?, figure, gate) {
        (limit, Some(figure), _) => crate::number::value(limit, figure.unit),
        (limit, None, Some(gate)) => messages::gate_limit(gate, limit),
        (limit, None, None) => crate::number::figure(limit),
    })
}

/// What has no figure because it was not asked for or does not apply, each with its reason; both printable.
pub(super) fn not_measured(result: &ScanResult) -> impl Iterator<Item = (String, String)> {
    let has_classes = classes(result).is_some();
    let name = move |measure: &str| messages::not_measured_name(measure, has_classes);
    result.not_measured.iter().map(move |entry| (name(&entry.measure), printable(&entry.reason)))
}

/// What a figure is, and on which columns or by which attack: `share of subjects linked (exact; members.csv)`.
pub(super) fn label(figure: &Figure) -> String {
    let is_listed = |about: &&str| figure.label.contains(*about) || figure.id.starts_with("identifiers.");
    let about = figure.about.as_deref().filter(|about| !is_listed(about)).map(printable);
    let is_attack = figure.id.starts_with("linkage.") && about.is_some() && !figure.id.contains(".pseudonyms.");
    let columns = messages::few(&names(&figure.columns));
    let parts: Vec<String> = about.into_iter().chain((!is_attack && !columns.is_empty()).then_some(columns)).collect();
    let name = printable(&figure.label);
    if parts.is_empty() { name } else { format!("{name} ({})", parts.join("; ")) }
}

/// The number of a figure with its unit, told apart from its limit; of an estimate what it may be at most as well.
pub(super) fn value_in_words(figure: &Figure, limit: Option<f64>) -> String {
    let written = |number: f64| value_beside(number, figure.unit, limit.unwrap_or(number));
    match (&figure.value, limit) {
        (FigureValue::Measured { value, interval: Some([_, high]) }, Some(_)) => {
            format!("{} (up to {})", written(*value), written(high.max(*value)))
        }
        (FigureValue::Measured { value, .. }, _) => written(*value),
        (FigureValue::Undefined { .. }, _) => NOT_DEFINED.to_owned(),
        (FigureValue::Incomplete { .. }, _) => messages::CUT_OFF.to_owned(),
    }
}

/// How a check ended: the code of its finding, or a word.
pub(super) fn outcome(check: &Check) -> String {
    let code = check.finding.map(|code| format!("{}{}", code.name(), messages::waived(check.waived)));
    code.unwrap_or_else(|| messages::check_outcome(check.outcome).to_owned())
}

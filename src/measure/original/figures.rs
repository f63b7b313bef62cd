//! The numbers of the measure, flat.

use super::NAME;
use crate::measure::figures::{FigureContext, not_measured};
use crate::number::ratio;
use crate::plan::shown_name;
use crate::result::{
    Figure, FigureUnit, FigureValue, Original, OriginalAttack, OriginalCopies, OriginalDistances, OriginalRate, Outcome,
};

/// What limits are compared with: the residual risk of each attack, and the share of copies of a single person. Then what else
/// was measured.
#[must_use]
pub fn figures(outcome: &Outcome<Original>, context: FigureContext<'_>) -> Vec<Figure> {
    let new = |id: &str, label: &str, value: FigureValue| {
        Figure::new(format!("{NAME}.{id}"), label, FigureUnit::Share, value)
    };
    let Outcome::Measured { value, .. } = outcome else {
        let columns = context.quasi_identifiers(false);
        let gated = [("residual_risk", RESIDUAL), ("copied_of_one_share", COPIED_OF_ONE)];
        return gated.map(|(id, label)| new(id, label, not_measured(outcome)).on(&columns)).into();
    };
    let hidden = (!value.not_compared.is_empty()).then(|| {
        let names: Vec<String> = value.not_compared.iter().map(|name| format!("`{}`", shown_name(name))).collect();
        format!("not every column of the release could be compared with the original: {}", names.join(", "))
    });
    let mut figures = Vec::new();
    for attack in &value.attacks {
        let about = about(attack);
        let add = |figures: &mut Vec<Figure>, id: &str, label: &str, value: FigureValue| {
            figures.push(Figure { about: Some(about.clone()), ..new(id, label, value) });
        };
        add(&mut figures, "residual_risk", RESIDUAL, residual(attack, hidden.as_deref()));
        let rates = [
            ("attack_rate", "share of attacks that succeed with people of the original", attack.attack),
            ("baseline_rate", "share of guesses that succeed without the release", attack.baseline),
            ("control_rate", "share of attacks that succeed with people of the control", attack.control),
        ];
        for (id, label, rate) in rates {
            add(&mut figures, id, label, of_rate(rate, attack));
        }
    }
    let share = |found: &OriginalCopies, copied: u64| {
        FigureValue::perhaps(ratio(copied, found.records), || "there is no record".to_owned())
    };
    let of_one = match &hidden {
        Some(reason) => FigureValue::undefined(reason.clone()),
        None => share(&value.copies, value.copies.copied_of_one),
    };
    figures.push(new("copied_of_one_share", COPIED_OF_ONE, of_one).on(&value.columns));
    let copied = share(&value.copies, value.copies.copied);
    figures.push(
        new("copied_share", "share of released records that equal a record of the original", copied).on(&value.columns),
    );
    if let Some(found) = &value.control_copies {
        let label = "share of records of the control that equal a record of the original";
        figures.push(new("control_copied_share", label, share(found, found.copied)).on(&value.columns));
    }
    figures.extend(of_distances("", "the release", &value.distances, &value.columns));
    let of_control = value.control_distances.iter();
    figures.extend(of_control.flat_map(|found| of_distances("control_", "the control", found, &value.columns)));
    figures
}

const RESIDUAL: &str = "residual risk of an attack on the people in the original";
const COPIED_OF_ONE: &str = "share of released records that equal records of a single person of the original";

/// Which attack it is, for its figures and findings.
#[must_use]
pub fn about(attack: &OriginalAttack) -> String {
    match &attack.secret {
        Some(secret) => format!("{} of {}", attack.kind.name(), shown_name(secret)),
        None => attack.kind.name().to_owned(),
    }
}

fn residual(attack: &OriginalAttack, hidden: Option<&str>) -> FigureValue {
    match (hidden, attack.residual_risk) {
        (Some(reason), _) => FigureValue::undefined(reason.to_owned()),
        (None, Some(risk)) => FigureValue::estimate(risk, attack.residual_interval),
        (None, None) => FigureValue::undefined(why(attack)),
    }
}

fn why(attack: &OriginalAttack) -> String {
    attack.reason.clone().unwrap_or_else(|| "there is no control".to_owned())
}

fn of_rate(rate: Option<OriginalRate>, attack: &OriginalAttack) -> FigureValue {
    match rate {
        Some(rate) => FigureValue::estimate(rate.rate, Some(rate.interval)),
        None => FigureValue::undefined(why(attack)),
    }
}

fn of_distances(before: &str, whose: &str, found: &OriginalDistances, columns: &[String]) -> Vec<Figure> {
    let at = |quantiles: &[f64], place: usize| {
        FigureValue::perhaps(quantiles.get(place).copied(), || "no record was compared".to_owned())
    };
    let parts = [
        (
            "distance.fifth_percentile",
            "distance to the closest record of the original, fifth percentile",
            at(&found.closest, 1),
        ),
        ("distance.median", "distance to the closest record of the original, median", at(&found.closest, 10)),
        ("distance_ratio.fifth_percentile", "nearest neighbour distance ratio, fifth percentile", at(&found.ratio, 1)),
        ("distance_ratio.median", "nearest neighbour distance ratio, median", at(&found.ratio, 10)),
    ];
    let figure = |(id, label, value): (&str, &str, FigureValue)| {
        let label = format!("{label}, of {whose}");
        Figure::new(format!("{NAME}.{before}{id}"), &label, FigureUnit::Number, value).on(columns)
    };
    parts.map(figure).into()
}

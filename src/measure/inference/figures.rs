//! The numbers of inference, flat.

use crate::measure::figures::{FigureContext, not_measured};
use crate::number::ratio;
use crate::result::{
    Figure, FigureUnit, FigureValue, Inference, InferenceAttack, InferredColumn, Outcome, Role, UndefinedField,
};

/// The figure that limits are compared with.
const GATED: &str = "inference.advantage";
const GATED_LABEL: &str = "advantage of a guess over guessing without the extract";

/// Of each sensitive column and attack the advantage, which limits are compared with, and the rates; then the worst group, who can be
/// addressed by a sure guess, and the smallest segments.
#[must_use]
pub fn figures(outcome: &Outcome<Inference>, context: FigureContext<'_>) -> Vec<Figure> {
    let Outcome::Measured { value, .. } = outcome else {
        let secrets = context.dataset.columns.iter().filter(|column| column.role == Role::Sensitive);
        let figure = |name: &String| {
            Figure::new(GATED, GATED_LABEL, FigureUnit::Share, not_measured(outcome)).on(std::slice::from_ref(name))
        };
        return secrets.map(|column| figure(&column.name)).collect();
    };
    let mut figures: Vec<Figure> = value.secrets.iter().flat_map(of_secret).collect();
    for segments in &value.segments {
        let count = |id: &str, label: &str, number: u64| {
            let about = if segments.columns == value.columns.len() as u64 {
                "all columns".to_owned()
            } else {
                crate::number::counted(segments.columns, "column", "columns")
            };
            Figure::new(id, label, FigureUnit::Subjects, FigureValue::count(number)).about(about)
        };
        figures.extend([
            count("inference.segments.smallest", "smallest segment that a predicate addresses", segments.smallest),
            count("inference.segments.below_k", "subjects addressed in segments below k", segments.below_k),
        ]);
    }
    figures
}

pub(super) fn of_secret(secret: &InferredColumn) -> Vec<Figure> {
    let on = std::slice::from_ref(&secret.column);
    if secret.attacks.is_empty() {
        let reason = secret.undefined.first().map_or("nothing was guessed", UndefinedField::in_words);
        return vec![Figure::new(GATED, GATED_LABEL, FigureUnit::Share, FigureValue::undefined(reason)).on(on)];
    }
    let mut figures: Vec<Figure> = secret.attacks.iter().flat_map(|attack| of_attack(attack, on)).collect();
    let count = |id: &str, label: &str, number: u64| {
        Figure::new(id, label, FigureUnit::Subjects, FigureValue::count(number)).on(on)
    };
    figures.push(count("inference.sure", "people whose value is guessed with at least 90 % of the votes", secret.sure));
    let share =
        FigureValue::perhaps(ratio(secret.sure_right, secret.sure), || "nobody is guessed so surely".to_owned());
    figures.push(
        Figure::new("inference.sure_right", "share of the sure guesses that are right", FigureUnit::Share, share)
            .on(on),
    );
    if let Some(group) = &secret.worst_group {
        let share = |id: &str, label: &str, value: FigureValue| Figure::new(id, label, FigureUnit::Share, value).on(on);
        figures.extend([
            count("inference.worst_group.people", "people in the group that is guessed best", group.people),
            share(
                "inference.worst_group.attack_rate",
                "right guesses in the group that is guessed best",
                FigureValue::estimate(group.attack_rate, Some(group.interval)),
            ),
            share(
                "inference.worst_group.baseline_rate",
                "right guesses in that group without the extract",
                FigureValue::number(group.baseline_rate),
            ),
        ]);
    }
    figures
}

fn of_attack(attack: &InferenceAttack, on: &[String]) -> Vec<Figure> {
    let share = |id: &str, label: &str, value: f64, interval: Option<[f64; 2]>| {
        let value = FigureValue::estimate(value, interval);
        Figure::new(id, label, FigureUnit::Share, value).on(on).about(attack.method.name())
    };
    vec![
        share(GATED, GATED_LABEL, attack.advantage, Some(attack.advantage_interval)),
        share("inference.attack_rate", "right guesses (attack)", attack.attack_rate, Some(attack.interval)),
        share("inference.baseline_rate", "right guesses without the extract (baseline)", attack.baseline_rate, None),
        share(
            "inference.control_rate",
            "right guesses about somebody else (control)",
            attack.control_rate,
            Some(attack.control_interval),
        ),
        share(
            "inference.residual_risk",
            "residual risk beyond the control",
            attack.residual_risk,
            Some(attack.residual_interval),
        ),
    ]
}

//! The numbers of attribute disclosure, flat.

use crate::measure::figures::{FigureContext, not_measured, reason_of, units};
use crate::result::{
    Attribute, AttributeSet, Closeness, Figure, FigureUnit, FigureValue, Outcome, Role, SensitiveColumn, Unit,
};

/// The figures that limits are compared with.
const GATED: [(&str, &str, FigureUnit); 4] = [
    ("distinct_l", "smallest number of distinct values in a class (distinct l-diversity)", FigureUnit::Values),
    ("alpha", "largest share of one value in a class (alpha)", FigureUnit::Share),
    ("t", "largest distance between a class and the extract (t-closeness)", FigureUnit::Share),
    ("beta", "largest relative gain of a value in a class (beta-likeness)", FigureUnit::Number),
];

/// For each set of classes and each sensitive column what limits are compared with; then the other models, the chances of
/// guessing, and the classes of one value.
#[must_use]
pub fn figures(outcome: &Outcome<Attribute>, context: FigureContext<'_>) -> Vec<Figure> {
    let Outcome::Measured { unit, value } = outcome else {
        let secrets = context.dataset.columns.iter().filter(|column| column.role == Role::Sensitive);
        let sets = || ["full", "static"].into_iter().flat_map(|set| GATED.map(|gated| (set, gated)));
        let figure = |secret: &String, (set, (name, label, unit)): (&str, (&str, &str, FigureUnit))| {
            let id = format!("attribute.{set}.{name}");
            Figure::new(id, label, unit, not_measured(outcome)).on(std::slice::from_ref(secret))
        };
        return secrets.flat_map(|secret| sets().map(|of| figure(&secret.name, of)).collect::<Vec<_>>()).collect();
    };
    let sets = [
        ("full", Some(&value.full)),
        ("static", value.static_set.as_ref()),
        ("static_unclear", value.static_unclear.as_ref()),
    ];
    sets.into_iter()
        .filter_map(|(name, set)| Some((name, set?)))
        .flat_map(|(name, set)| of_set(name, set, *unit))
        .collect()
}

fn of_set(name: &str, set: &AttributeSet, unit: Unit) -> Vec<Figure> {
    let id = |field: &str| format!("attribute.{name}.{field}");
    let share = |field: &str, label: &str, value: Option<f64>| {
        let value = FigureValue::perhaps(value, || "there is no record with a subject".to_owned());
        Figure::new(id(field), label, FigureUnit::Share, value).on(&set.columns)
    };
    let mut figures = vec![
        share("reidentification.prior", "chance of picking a person before", set.reidentification.prior),
        share("reidentification.posterior", "chance of picking a person in the class", set.reidentification.posterior),
    ];
    figures.extend(set.secrets.iter().flat_map(|secret| of_secret(&id, secret, unit)));
    figures
}

fn of_secret(id: &dyn Fn(&str) -> String, secret: &SensitiveColumn, unit: Unit) -> Vec<Figure> {
    let (counted, subjects) = units(unit);
    let new = |field: &str, label: &str, unit: FigureUnit, value: FigureValue| {
        Figure::new(id(field), label, unit, value).on(std::slice::from_ref(&secret.column))
    };
    let number = |field: &str, label: &str, unit: FigureUnit, value: Option<f64>| {
        new(field, label, unit, FigureValue::perhaps(value, || reason_of(&secret.undefined, field)))
    };
    let whole = |value: Option<u64>| value.map(crate::number::as_float);
    let count =
        |field: &str, label: &str, unit: FigureUnit, count: u64| new(field, label, unit, FigureValue::count(count));
    let gated = [whole(secret.distinct_l), secret.alpha, secret.t, secret.beta];
    let mut figures: Vec<Figure> =
        GATED.into_iter().zip(gated).map(|((field, label, unit), value)| number(field, label, unit, value)).collect();
    let found = &secret.homogeneous;
    let chance = |field: &str, label: &str, value: Option<f64>| {
        let reason = || reason_of(&secret.undefined, field.rsplit('.').nth(1).unwrap_or(field));
        new(field, label, FigureUnit::Share, FigureValue::perhaps(value, reason))
    };
    figures.extend([
        count("homogeneous.classes", "classes of one value", FigureUnit::Classes, found.classes),
        count("homogeneous.members", &format!("{subjects} in classes of one value"), counted, found.members),
        count(
            "homogeneous.majority_classes",
            "classes of the one value that more than half have",
            FigureUnit::Classes,
            found.majority_classes,
        ),
        number(
            "entropy_l",
            "smallest effective number of values in a class (entropy l-diversity)",
            FigureUnit::Number,
            secret.entropy_l,
        ),
        number("recursive_l", "recursive (2, l)-diversity", FigureUnit::Values, whole(secret.recursive_l)),
        number(
            "recursive_c_of_2",
            "c to exceed for recursive (c, 2)-diversity",
            FigureUnit::Number,
            secret.recursive_c_of_2,
        ),
        number(
            "recursive_c_of_3",
            "c to exceed for recursive (c, 3)-diversity",
            FigureUnit::Number,
            secret.recursive_c_of_3,
        ),
        number("enhanced_beta", "largest gain under enhanced beta-likeness", FigureUnit::Number, secret.enhanced_beta),
        number("delta_strict", "delta-disclosure", FigureUnit::Number, secret.delta_strict),
        number(
            "delta_present",
            "delta-disclosure over the values that are present",
            FigureUnit::Number,
            secret.delta_present,
        ),
        chance("inference.prior", "chance of guessing the value before", secret.inference.prior),
        chance("inference.posterior", "chance of guessing the value from the class", secret.inference.posterior),
        number(
            "leave_one_out",
            "chance of guessing the value from the others of the class",
            FigureUnit::Share,
            secret.leave_one_out,
        ),
    ]);
    figures.extend(secret.t_by_distance.iter().map(|&Closeness { distance, t }| {
        let label = "largest distance between a class and the extract, by ground distance";
        new("t_by_distance", label, FigureUnit::Share, FigureValue::number(t)).about(distance.name())
    }));
    figures
}

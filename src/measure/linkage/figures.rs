//! The numbers of linkage, flat.
//!
//! Attacks on a table that names people give `linkage.…`, those from release to release `linkage.releases.…`, because
//! different limits speak of them.

use crate::measure::figures::{FigureContext, entry_of, estimate, not_measured, units};
use crate::number::as_float;
use crate::result::{
    Figure, FigureUnit, FigureValue, Linkage, LinkageAttack, Outcome, PseudonymCheck, Unit, undefined_in_words,
};

/// Every attack, the sets of shared columns, how far stated probabilities are right, and pseudonyms that were reversed.
#[must_use]
pub fn figures(outcome: &Outcome<Linkage>, _: FigureContext<'_>) -> Vec<Figure> {
    let Outcome::Measured { unit, value } = outcome else {
        let nothing = not_measured(outcome);
        let figure = |prefix: &str, label: &str| {
            Figure::new(format!("{prefix}.attack_rate"), label, FigureUnit::Share, nothing.clone())
        };
        return vec![figure("linkage", LINKED), figure("linkage.releases", FOLLOWED)];
    };
    let mut figures = Vec::new();
    for attack in &value.attacks {
        figures.extend(of_attack(attack, *unit));
    }
    figures.extend(value.pseudonyms.iter().flat_map(|check| of_pseudonym(check, *unit)));
    figures
}

const LINKED: &str = "share of subjects linked to the right person";
const FOLLOWED: &str = "share of subjects followed to the other release";

/// Makes the figures of one attack, which share columns, source and reasons.
struct Of<'a> {
    attack: &'a LinkageAttack,
    prefix: &'static str,
    about: String,
}

impl Of<'_> {
    fn figure(&self, name: &str, label: &str, unit: FigureUnit, value: FigureValue) -> Figure {
        Figure::new(format!("{}.{name}", self.prefix), label, unit, value)
            .on(&self.attack.columns)
            .about(self.about.clone())
    }

    fn why(&self, field: &str) -> String {
        let undefined = &self.attack.undefined;
        // Without an entry of its own a figure is missing for the reason of the attack.
        let entry = entry_of(undefined, field).or_else(|| entry_of(undefined, "attack_rate"));
        let code = entry.or(undefined.first()).map_or("it gave none", |entry| &entry.reason);
        undefined_in_words(code).unwrap_or(code).to_owned()
    }

    fn share(&self, name: &str, label: &str, value: Option<f64>, interval: Option<[f64; 2]>) -> Figure {
        self.figure(name, label, FigureUnit::Share, estimate(value, interval, || self.why(name)))
    }

    fn count(&self, name: &str, label: &str, unit: FigureUnit, number: u64) -> Figure {
        self.figure(name, label, unit, FigureValue::count(number))
    }
}

fn of_attack(attack: &LinkageAttack, unit: Unit) -> Vec<Figure> {
    let prefix = if attack.follows() { "linkage.releases" } else { "linkage" };
    let of = Of { attack, prefix, about: format!("{}; {}", attack.attack.name(), attack.with) };
    let subjects = units(unit).0;
    let label = if attack.follows() { FOLLOWED } else { LINKED };
    let rate = attack.attack_rate.filter(|_| attack.subjects > 0);
    let mut figures = vec![
        of.share("attack_rate", label, rate, attack.interval),
        of.figure("correct_links", "correct links, counted or expected", FigureUnit::Links, correct_links(&of)),
        of.share("baseline_rate", "the same share found by guessing (baseline)", attack.baseline_rate, None),
        of.count("subjects", "subjects of the extract", subjects, attack.subjects),
        of.count("source_subjects", "subjects of the source", subjects, attack.source_subjects),
    ];
    let shares = [
        ("claim_rate", "share of subjects for whom a link is claimed", attack.claim_rate, None),
        ("control_rate", "the same share of people whom the source does not hold (control)", attack.control_rate, None),
        ("residual_risk", "residual risk: claims beyond control", attack.residual_risk, attack.residual_interval),
        ("marketer", "marketer risk", attack.marketer, None),
        ("precision", "share of the claimed links that are right (precision)", attack.precision, None),
        ("recall", "share of those in the source who are found (recall)", attack.recall, None),
    ];
    let given = shares.into_iter().filter(|(_, _, value, _)| value.is_some());
    figures.extend(given.map(|(name, label, value, interval)| of.share(name, label, value, interval)));
    if let Some(journalist) = &attack.journalist {
        figures.push(of.share("journalist_highest", "highest journalist risk", journalist.highest, None));
        figures.push(of.share("journalist_average", "average journalist risk", journalist.average, None));
    }
    figures.extend(known_truth(&of, subjects));
    if let Some(expected) = attack.expected_correct {
        let value = FigureValue::number(expected);
        figures.push(of.figure("expected_correct", "links expected to be correct", FigureUnit::Links, value));
    }
    let counts = [
        ("unique", "subjects who match exactly one person", subjects, attack.unique),
        ("ambiguous", "subjects who match several persons", subjects, attack.ambiguous),
        ("no_match", "subjects who match nobody", subjects, attack.no_match),
        ("one_to_one", "subjects unique on both sides", subjects, attack.one_to_one),
        ("k_map", "fewest persons who match a subject (k-map)", subjects, attack.k_map),
        ("links", "links claimed", FigureUnit::Links, attack.links),
        ("correct", "links that are right, by the truth", FigureUnit::Links, attack.correct),
    ];
    let given = counts.into_iter().filter_map(|(name, label, unit, number)| Some((name, label, unit, number?)));
    figures.extend(given.map(|(name, label, unit, number)| of.count(name, label, unit, number)));
    figures.extend(column_sets(&of));
    figures.extend(calibration(&of));
    figures
}

/// Subjects whose right person must be known before the share among them is a figure of its own.
const FEWEST_KNOWN: u64 = 5;

/// Of how many it is known who they are, and from five on what is found among them.
fn known_truth(of: &Of<'_>, subjects: FigureUnit) -> Vec<Figure> {
    let Some(known) = of.attack.known_truth else { return Vec::new() };
    let mut figures = vec![of.count("known", "subjects of whom the truth says who they are", subjects, known.subjects)];
    // Where all are known it would be the same figure twice.
    if (FEWEST_KNOWN..of.attack.subjects).contains(&known.subjects) {
        let label = "share linked to the right person, of those of whom the truth says who they are";
        figures.push(of.share("known_share", label, known.share(), None));
    }
    figures
}

/// The number of links to be expected to be right. Its interval is that of the share, in subjects.
fn correct_links(of: &Of<'_>) -> FigureValue {
    let attack = of.attack;
    let subjects = as_float(attack.subjects);
    let Some(rate) = attack.attack_rate.filter(|_| attack.subjects > 0) else {
        return FigureValue::undefined(of.why("attack_rate"));
    };
    // The count itself where it is one: a share times the whole would not be it to the last digit.
    let links = attack.expected_correct.filter(|links| links.is_finite()).unwrap_or(rate * subjects);
    match FigureValue::estimate(rate, attack.interval) {
        FigureValue::Measured { interval, .. } => {
            FigureValue::estimate(links, interval.map(|bounds| bounds.map(|bound| bound * subjects)))
        }
        unknown => unknown,
    }
}

fn column_sets<'a>(of: &'a Of<'_>) -> impl Iterator<Item = Figure> + 'a {
    of.attack.column_sets.iter().map(|set| {
        let value = FigureValue::number(set.expected_correct);
        let label = "links expected to be correct on a set of shared columns";
        Figure::new("linkage.column_sets.expected_correct", label, FigureUnit::Links, value)
            .on(&set.columns)
            .about(of.about.clone())
    })
}

fn calibration(of: &Of<'_>) -> Vec<Figure> {
    let bins = of.attack.calibration.iter().flat_map(|bin| {
        let about = format!("{}; {} to {}", of.about, bin.from, bin.to);
        let figure = move |name: &str, label: &str, value: FigureValue| {
            let id = format!("linkage.calibration.{name}");
            Figure::new(id, label, FigureUnit::Links, value).about(about.clone())
        };
        let right = bin.correct.map(|correct| {
            figure("correct", "links of such a probability that are right", FigureValue::count(correct))
        });
        let links = figure("links", "links of such a stated probability", FigureValue::count(bin.links));
        let expected = figure("expected", "sum of their probabilities", FigureValue::number(bin.expected));
        [Some(links), Some(expected), right].into_iter().flatten()
    });
    bins.collect()
}

fn of_pseudonym(check: &PseudonymCheck, unit: Unit) -> [Figure; 2] {
    let figure = |name: &str, label: &str, unit: FigureUnit, number: u64| {
        Figure::new(format!("linkage.pseudonyms.{name}"), label, unit, FigureValue::count(number))
            .on(std::slice::from_ref(&check.column))
            .about(check.identifiers.clone())
    };
    [
        figure("reversed", "pseudonyms reversed by trying identifiers", FigureUnit::Values, check.reversed),
        figure("subjects", "subjects with a reversed pseudonym", units(unit).0, check.subjects),
    ]
}

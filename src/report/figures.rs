//! The sentences after the table of figures: shared by text and Markdown.

use super::escape::{printable, shortened};
use super::html::steps_in_words;
use super::ranking::{self, Kind};
use super::summary::{classes, names, one_known_event, population};
use super::{aggregates, attribute, inference, known_points, linkage, messages, original, population, special_uniques};
use crate::number::{count, percent, share};
use crate::result::{Advice, Dataset, Headline, Role, ScanResult, Uniqueness};

/// Everything that text and Markdown say beside the table of figures, with at most so many columns.
pub(super) fn sentences(result: &ScanResult, most: usize) -> Vec<String> {
    let mut sentences = revealing(result, most);
    sentences.extend(special_uniques::sentence(result));
    sentences.extend(known_points::sentences(result));
    sentences.extend(linkage::sentences(result));
    sentences.extend(attribute::sentence(result));
    sentences.extend(inference::sentence(result));
    sentences.extend(original::sentence(result));
    sentences.extend(population::sentences(result));
    sentences.extend(aggregates::sentences(result));
    sentences.extend(one_known_event(result));
    sentences.extend(try_first(result));
    sentences
}

/// The columns that reveal most and the riskiest set, each as a sentence: of the static ones, then of those with events.
fn revealing(result: &ScanResult, most: usize) -> Vec<String> {
    let Some(uniqueness) = classes(result) else { return Vec::new() };
    Kind::ALL.into_iter().flat_map(|kind| revealing_of(kind, &result.dataset, uniqueness, most)).collect()
}

fn revealing_of(kind: Kind, dataset: &Dataset, uniqueness: &Uniqueness, most: usize) -> Vec<String> {
    let mut sentences = Vec::new();
    let has_events = dataset.columns.iter().any(|column| {
        Kind::of(dataset, std::slice::from_ref(&column.name)) == Kind::Event && column.role == Role::QuasiIdentifier
    });
    let (columns_of, sets_of) = match kind {
        _ if !has_events => ("columns", ""),
        Kind::Static => ("static columns", " of static columns"),
        Kind::Event => ("event or unclear columns", " with an event column"),
    };
    let columns: Vec<String> = ranking::columns(dataset, uniqueness, kind)
        .into_iter()
        .filter_map(|effect| {
            let value = effect.shapley.or(effect.leave_one_out).filter(|value| *value > 0.0)?;
            let name = shortened(&printable(&effect.column), 60);
            Some(format!("{name} ({})", percent(value)))
        })
        .take(most)
        .collect();
    if !columns.is_empty() {
        sentences.push(format!("Most revealing {columns_of}: {}", &columns.join(", ")));
    }
    let ranked = ranking::ranked(dataset, uniqueness, kind, 1);
    if let Some(worst) = ranked.sets.first() {
        let columns = messages::list(&names(&worst.columns));
        let units = messages::unit(worst.reading, 2);
        sentences.push(format!(
            "Riskiest set{sets_of}, at most {}: {columns} ({} of {units} unique)",
            messages::columns(uniqueness.max_set),
            share(worst.unique_subjects, population(dataset, worst))
        ));
    }
    sentences
}

/// What to try first, as a sentence that begins with its own words; none without advice.
fn try_first(result: &ScanResult) -> Option<String> {
    let advice = result.advice.iter().find(|advice| advice.recommended).or(result.advice.first())?;
    if advice.changes.is_empty() {
        return Some(format!("Try first: {}", printable(&advice.action)));
    }
    // Unless the whole verdict was computed with it, nothing else was counted.
    let open = if advice.reaches_limits { "keeps every limit" } else { "scan again to know the verdict" };
    let kept = advice.detail_kept.map(|kept| format!("{} of detail kept", percent(kept)));
    let notes: Vec<String> = effect(advice, result.policy.k).into_iter().chain(kept).chain([open.to_owned()]).collect();
    Some(format!("Try first: {} ({})", steps_in_words(&advice.changes), notes.join("; ")))
}

/// One of the figures that advice is judged by.
type Field = fn(&Headline) -> Option<u64>;

/// The first figure that the change moves, before and after it.
fn effect(advice: &Advice, k: u32) -> Option<String> {
    let (before, after) = (advice.before.as_ref()?, advice.after.as_ref()?);
    let moved = |what: &str, columns: &str, field: Field| {
        let (before, after) = (field(before)?, field(after)?);
        (before != after).then(|| format!("{what} on {columns} {} -> {}", count(before), count(after)))
    };
    let (below, alone) = (format!("subjects in classes below {}", count(u64::from(k))), "subjects alone");
    let (fixed, all) = ("the static columns", "all quasi-identifiers");
    let unicity = || {
        let (before, after) = (before.unicity?, after.unicity?);
        Some(format!("subjects singled out by known points {} -> {}", percent(before), percent(after)))
    };
    moved(&below, fixed, |headline| headline.static_subjects_below_k)
        .or_else(|| moved(alone, fixed, |headline| headline.static_unique_subjects))
        .or_else(|| moved(&below, all, |headline| headline.full_subjects_below_k))
        .or_else(|| moved(alone, all, |headline| headline.full_unique_subjects))
        .or_else(unicity)
}

#[cfg(test)]
mod tests {

    use super::try_first;
    use crate::report::fixture;
    use crate::result::{Advice, AdviceChange, Headline};

    fn advice(changes: &[(&str, &str)], recommended: bool) -> Advice {
        let headline = |below, unicity| Headline {
            full_smallest_class: Some(1),
            full_unique_subjects: Some(2_990),
            full_subjects_below_k: Some(3_000),
            static_smallest_class: Some(1),
            static_unique_subjects: Some(412),
            static_subjects_below_k: Some(below),
            unicity,
            linked: None,
        };
        let change = |&(column, rule): &(&str, &str)| AdviceChange { column: column.to_owned(), rule: rule.to_owned() };
        Advice {
            action: "share totals instead".to_owned(),
            changes: changes.iter().map(change).collect(),
            config: None,
            flags: None,
            before: Some(headline(1_200, None)),
            after: Some(headline(40, None)),
            risk_removed: Some(0.9),
            detail_kept: Some(0.64),
            reaches_limits: false,
            recommended,
        }
    }

    #[test]
    fn the_recommended_change_is_told_with_what_it_does_and_costs() {
        let mut result = fixture::failing();
        assert_eq!(try_first(&result), None);
        result.advice =
            vec![advice(&[("amount", "drop")], false), advice(&[("birth_year", "round:10"), ("a\nb", "month")], true)];
        let sentence = try_first(&result).unwrap().replace('\u{a0}', " ");
        assert_eq!(
            sentence,
            "Try first: round `birth_year` to multiples of 10; show `a\\u{a}b` by month (subjects in classes below 5 on the \
             static columns 1,200 -> 40; 64 % of detail kept; scan again to know the verdict)"
        );
        result.advice = vec![advice(&[], true)];
        assert_eq!(try_first(&result).as_deref(), Some("Try first: share totals instead"));
    }
}

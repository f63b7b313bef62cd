//! What a reader must know to read the figures.

use super::truth::Scored;
use crate::measure::linkage::{LinkedTables, varies};
use crate::result::{LinkageAttack, Reading};

pub(super) fn add(attack: &mut LinkageAttack, linked: &LinkedTables, scored: Option<&Scored>, largest_set: usize) {
    let columns = linked.columns.len();
    let mut notes = Vec::new();
    if attack.subjects > 0 && attack.no_match == Some(attack.subjects) {
        // Where a column has no value in common the notes have said so.
        if attack.attack_rate.is_some() {
            notes.push(
                "nobody matches: no combination of values of the shared columns occurs on both sides; check that both \
                 sides spell their values alike"
                    .to_owned(),
            );
        }
    } else if attack.subjects > 0 {
        notes.extend(upper_bound(attack, scored));
    }
    if attack.reading == Some(Reading::AnyRecord) {
        notes.push(
            "a shared column varies within a subject: each subject takes its record with the fewest matches, the worst \
             case of one known event"
                .to_owned(),
        );
        if scored.is_some() {
            notes.push(
                "a link counts as correct when any record with a single match leads to the right subject, so \
                 `correct`, `precision` and `recall` are upper bounds"
                    .to_owned(),
            );
        }
    }
    if varies(&linked.theirs) {
        notes
            .push("a shared column varies within a subject of the source, which then counts in several classes".into());
    }
    if scored.is_some_and(|scored| scored.repeated) {
        notes.push("several subjects of one side have the same truth key; any of them counts as the right one".into());
    }
    if largest_set < columns {
        notes.push(format!(
            "`column_sets` holds the sets of up to {largest_set} of the {columns} shared columns, and all of them \
             together: every subset would be too many"
        ));
    }
    attack.notes.extend(notes);
}

/// Why the expected links may be too many; `None` when truth proves that every subject is in the source.
fn upper_bound(attack: &LinkageAttack, scored: Option<&Scored>) -> Option<String> {
    let mismatch = attack.population_mismatch.unwrap_or(0);
    let why = if mismatch > 0 {
        let classes = if mismatch == 1 { "1 class".to_owned() } else { format!("{mismatch} classes") };
        format!("the extract has more subjects than the source in {classes}, so the source does not hold everybody")
    } else if let Some(scored) = scored {
        let missing = attack.subjects - scored.in_source;
        if missing == 0 {
            return None;
        }
        format!("{missing} of {} subjects have no partner in the source by the truth column", attack.subjects)
    } else {
        "nothing proves that every subject of the extract is in the source".to_owned()
    };
    Some(format!("{why}: `expected_correct` is an upper bound"))
}

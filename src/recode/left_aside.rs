//! What columns show together that are left aside: declared `ignore`, `sensitive` or `weight`, and no part of any class.
//!
//! Each by itself may single out nobody, as a year of birth and a postcode do not, and all of them together everybody. A column
//! that alone gives a fifth of the subjects a value of their own is not combined with others: it needs a reason for that, and a
//! reason answers for it in every company.
//!
//! Quasi-identifiers are not combined with them either. Their classes are limited, and nearly any further column cuts a class of
//! `k` into classes of one: a sensitive column must, or the class would be homogeneous. The share would tell how near to `k` the
//! classes are, which a limit does, and ask for a reason beside every column of every file that was generalised as far as needed.

use super::SubjectCodes;
use crate::input::ExtractColumn;
use crate::number::ratio;
use crate::plan::Plan;
use crate::result::{IDENTIFYING_SHARE, LeftAside, Role};
use crate::table::{CombinedColumn, own_combinations};

/// Whether a column is declared to be counted in no class, and leaves with the file.
pub(super) fn is_left_aside(name: &str, role: Role, guessed: bool, plan: &Plan) -> bool {
    let is_declared = !guessed && (plan.roles.guess || plan.roles.declared.contains_key(name));
    is_declared && matches!(role, Role::Ignore | Role::Sensitive | Role::Weight) && !plan.drops(name)
}

/// What columns that are left aside show together, of those that each show little; `share` is what one shows. `None` where
/// there are fewer than two, or nobody has a record.
pub(super) fn left_aside<'a>(
    columns: impl Iterator<Item = (&'a ExtractColumn, Option<f64>)>,
    subject: Option<&SubjectCodes>,
) -> Option<LeftAside> {
    let harmless = columns.filter(|(_, share)| share.is_some_and(|share| share < IDENTIFYING_SHARE));
    let harmless = harmless.filter_map(|(column, _)| Some((column.name.clone(), combined(column)?)));
    let (names, columns): (Vec<String>, Vec<CombinedColumn<'_>>) = harmless.unzip();
    // More records than have numbers are refused when the table is made.
    let are_numbered = columns.iter().all(|column| u32::try_from(column.codes.len()).is_ok());
    if columns.len() < 2 || !are_numbered {
        return None;
    }
    let own = own_combinations(&columns, subject);
    Some(LeftAside { columns: names, share_with_own_combination: ratio(own.holders, own.of)? })
}

/// `None` for a column that tells no record from another.
fn combined(column: &ExtractColumn) -> Option<CombinedColumn<'_>> {
    let coded = column.coded.as_ref()?;
    let cardinality = u32::try_from(coded.dictionary.len()).ok()?;
    let varies = cardinality > 1;
    varies.then_some(CombinedColumn { codes: &coded.codes, cardinality, missing: coded.dictionary.missing() })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use crate::plan::{CoarsenRule, Plan, RolePlan};
    use crate::recode::testing::{column, extract};
    use crate::recode::{Lookups, leave_out_suppressed, roles, shown_by_suppressed, treat};
    use crate::result::{IDENTIFYING_SHARE, LeftAside, Role};
    use crate::tries::tries;

    const NAMES: [&str; 6] = ["who", "age", "born", "area", "kind", "extra"];
    const ASIDE: std::ops::Range<usize> = 2..6;

    type Row = [&'static str; 6];

    fn plan(has_subject: bool) -> Plan {
        let subject = if has_subject { Role::Subject } else { Role::DirectIdentifier };
        let declared = [subject, Role::QuasiIdentifier, Role::Ignore, Role::Sensitive, Role::Weight, Role::Ignore];
        let declared = NAMES.into_iter().map(str::to_owned).zip(declared).collect();
        Plan { roles: RolePlan { declared, guess: false }, ..Plan::default() }
    }

    fn counted(rows: &[Row], plan: &Plan) -> Option<LeftAside> {
        let cells = |place: usize| rows.iter().map(|row| row[place]).collect::<Vec<_>>();
        let mut whole = extract(NAMES.iter().zip(0..).map(|(name, place)| column(name, &cells(place))).collect());
        let roles = roles(&whole, &plan.roles).unwrap();
        let shown = shown_by_suppressed(&whole, &roles, plan, &Lookups::default()).unwrap();
        leave_out_suppressed(&mut whole, &roles, plan);
        let treated = treat(whole, &roles, plan, &Lookups::default()).unwrap();
        let without = treated.facts.left_aside;
        match shown {
            Some(shown) => shown.or_more(without, &treated.described),
            None => without,
        }
    }

    /// Of some rows and columns: who has a combination of their own, and all who are there.
    fn own(rows: &[&Row], places: &[usize], has_subject: bool) -> (usize, usize) {
        let mut holders: BTreeMap<Vec<&str>, BTreeSet<String>> = BTreeMap::new();
        let mut all = BTreeSet::new();
        for (number, row) in rows.iter().enumerate().filter(|(_, row)| !has_subject || !row[0].is_empty()) {
            let who = if has_subject { row[0].to_owned() } else { number.to_string() };
            all.insert(who.clone());
            let cells: Vec<&str> = places.iter().map(|&place| row[place]).collect();
            if cells.iter().any(|cell| !cell.is_empty()) {
                holders.entry(cells).or_default().insert(who);
            }
        }
        let own: BTreeSet<String> = holders.into_values().filter(|held| held.len() == 1).flatten().collect();
        (own.len(), all.len())
    }

    /// The definition, word for word: the columns, and the share of those who have a combination of their own.
    fn slow(rows: &[Row], has_subject: bool) -> Option<(Vec<String>, f64)> {
        let is_kept = |row: &&Row| !["", "*"].contains(&row[1]);
        let share = |(own, all): (usize, usize)| {
            f64::from(u32::try_from(own).unwrap()) / f64::from(u32::try_from(all).unwrap())
        };
        let (mut columns, mut shares) = (BTreeSet::new(), Vec::new());
        for rows in [rows.iter().filter(is_kept).collect::<Vec<_>>(), rows.iter().collect()] {
            let varies = |place: usize| rows.iter().any(|row| row[place] != rows[0][place]);
            let harmless =
                |&place: &usize| varies(place) && share(own(&rows, &[place], has_subject)) < IDENTIFYING_SHARE;
            let places: Vec<usize> = ASIDE.filter(harmless).collect();
            if places.len() > 1 {
                shares.push(share(own(&rows, &places, has_subject)));
                columns.extend(places);
            }
        }
        let share = shares.into_iter().reduce(f64::max)?;
        Some((columns.into_iter().map(|place| NAMES[place].to_owned()).collect(), share))
    }

    fn any_rows() -> impl Strategy<Value = Vec<Row>> {
        let cell = |cells: &'static [&'static str]| (0..cells.len()).prop_map(move |at| cells[at]);
        let row = [
            cell(&["", "a", "b", "c", "d", "e", "f", "g", "h", "i"]),
            cell(&["", "*", "30", "40", "50"]),
            cell(&["", "x", "y"]),
            cell(&["*", "x", "y", "z"]),
            cell(&["1", "2"]),
            cell(&["", "x"]),
        ];
        prop::collection::vec(row, 1..40)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(tries(2_000)))]

        #[test]
        fn what_columns_show_together_is_that_of_the_definition(rows in any_rows(), has_subject in any::<bool>()) {
            let counted = counted(&rows, &plan(has_subject));
            let counted = counted.map(|all| (all.columns, all.share_with_own_combination));
            prop_assert_eq!(counted, slow(&rows, has_subject));
        }

        #[test]
        fn a_further_column_that_shows_little_lowers_no_share(rows in any_rows()) {
            let with = counted(&rows, &plan(true));
            let rule = [("extra".to_owned(), vec![CoarsenRule::Drop])];
            let without = counted(&rows, &Plan { coarsen: rule.into(), ..plan(true) });
            let share = |all: Option<LeftAside>| all.map(|all| all.share_with_own_combination);
            // A column that shows much by itself is asked for a reason of its own.
            prop_assert!(share(with) >= share(without.clone()));
            prop_assert!(without.is_none_or(|all| !all.columns.contains(&"extra".to_owned())), "it does not leave");
        }
    }
}

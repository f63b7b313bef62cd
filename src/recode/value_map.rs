//! What the rules of a column made of its values, kept so that what leaves is what was counted.

use super::CoarsenRule;
use super::coarsen::Recoded;
use crate::table::Dictionary;

/// The rules of one column as maps of values: from the value of a cell to the value that leaves.
///
/// Rules that look at more than the value (who holds it, a file) decided once, for the whole extract. The map repeats
/// what they decided, so a record leaves exactly as it was counted.
pub struct ValueMap {
    column: String,
    /// The values before the first rule.
    raw: Dictionary,
    steps: Vec<Step>,
}

/// One rule: the new code of each old code, and the values behind the new ones.
struct Step {
    rule: String,
    recoded: Recoded,
}

impl ValueMap {
    /// No rule yet: every value stays.
    pub(super) fn new(column: &str, raw: Dictionary) -> Self {
        Self { column: column.to_owned(), raw, steps: Vec::new() }
    }

    /// A further rule, made for [`ValueMap::values`].
    pub(super) fn push(&mut self, rule: &CoarsenRule, recoded: Recoded) {
        self.steps.push(Step { rule: rule.to_string(), recoded });
    }

    /// The column in the header of the extract.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.column
    }

    /// The rules as they are written, in the order in which they were applied.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| step.rule.as_str())
    }

    /// The values after all rules, under the codes of the treated column.
    #[must_use]
    pub fn values(&self) -> &Dictionary {
        self.steps.last().map_or(&self.raw, |step| &step.recoded.dictionary)
    }

    /// The values before the last rule, and what it made of each.
    pub(super) fn before_last(&self) -> Option<(&Dictionary, &[u32])> {
        let (last, before) = self.steps.split_last()?;
        let finer = before.last().map_or(&self.raw, |step| &step.recoded.dictionary);
        Some((finer, &last.recoded.map))
    }

    /// The code of the treated column for a code of the raw one.
    pub(crate) fn coarse(&self, raw: u32) -> u32 {
        self.steps.iter().fold(raw, |code, step| step.recoded.map[code as usize])
    }

    /// The map where there are rules, and its last values where they are `wanted` apart from it. They are copied only if
    /// both are kept.
    pub(super) fn split(self, wanted: bool) -> (Option<Self>, Option<Dictionary>) {
        if self.steps.is_empty() {
            return (None, wanted.then_some(self.raw));
        }
        let values = wanted.then(|| self.values().clone());
        (Some(self), values)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::ValueMap;
    use crate::plan::{CoarsenRule, Plan, RolePlan};
    use crate::recode::testing::{column, extract, typed_column};
    use crate::recode::{Lookups, Treated, roles, treat};
    use crate::result::{ColumnType, Role};
    use crate::secret::Secret;
    use crate::tries::tries;

    fn plan(rules: &[&str]) -> Plan {
        let declared = [("person", Role::Subject), ("c", Role::QuasiIdentifier)];
        let declared = declared.map(|(name, role)| (name.to_owned(), role)).into();
        let rules = rules.iter().map(|rule| CoarsenRule::parse(rule).unwrap()).collect();
        let coarsen = [("c".to_owned(), rules)].into();
        Plan { roles: RolePlan { declared, guess: false }, coarsen, ..Plan::default() }
    }

    fn treated(rules: &[&str], column_type: ColumnType, cells: &[String], persons: &[String]) -> Treated {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let persons: Vec<&str> = persons.iter().map(String::as_str).collect();
        let extract = extract(vec![column("person", &persons), typed_column("c", column_type, &cells)]);
        let mut lookups = Lookups::default();
        let levels = crate::recode::testing::extract(vec![
            column("0", &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]),
            column("1", &["a", "a", "b", "b", "b", "c", "c", "c", "c", "d", "d", "d", "d"]),
        ]);
        lookups.hierarchies.insert(PathBuf::from("levels.csv"), levels);
        let plan = plan(rules);
        let found = roles(&extract, &plan.roles).unwrap();
        treat(extract, &found, &plan, &lookups).unwrap()
    }

    /// The code that a cell has in the treated column, by a look through all raw values.
    fn code_of(map: &ValueMap, cell: &str) -> Option<u32> {
        let wanted = (!cell.is_empty()).then_some(cell);
        let place = map.raw.values().position(|value| value.map(Secret::expose) == wanted)?;
        Some(map.coarse(u32::try_from(place).unwrap()))
    }

    #[test]
    fn a_chain_of_rules_writes_what_its_rules_say() {
        let cells = ["2026-11-21", "2026-12-01", "", "2025-01-09"].map(str::to_owned);
        let subjects = ["p", "q", "r", "s"].map(str::to_owned);
        let treated = treated(&["month", "prefix:4"], ColumnType::Date, &cells, &subjects);
        let map = &treated.value_maps[0];
        assert_eq!((map.column(), map.rules().collect::<Vec<_>>()), ("c", vec!["month", "prefix:4"]));
        let written = |cell: &str| code_of(map, cell).map(|code| map.values().value(code).map(Secret::expose));
        assert_eq!(written("2026-12-01"), Some(Some("2026")));
        assert_eq!(written("2025-01-09"), Some(Some("2025")));
        assert_eq!(written(""), Some(None));
        assert_eq!(written("2024-01-01"), None);
    }

    #[test]
    fn a_column_without_rules_has_no_map() {
        let cells = ["1", "2"].map(str::to_owned);
        assert!(treated(&[], ColumnType::Integer, &cells, &cells).value_maps.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: tries(2000), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_map_over_the_raw_cells_gives_the_treated_column(
            records in prop::collection::vec((prop::option::of(0_u32..12), 0_u32..6), 1..40),
            rules in prop::sample::subsequence(
                vec!["round:2", "top:8", "hierarchy:levels.csv:1", "rare:2", "prefix:1"], 1..4
            ),
        ) {
            let cells: Vec<String> =
                records.iter().map(|(cell, _)| cell.map_or(String::new(), |cell| cell.to_string())).collect();
            let subjects: Vec<String> = records.iter().map(|(_, subject)| format!("s{subject}")).collect();
            let treated = treated(&rules, ColumnType::Integer, &cells, &subjects);
            let (column, map) = (&treated.columns[0], &treated.value_maps[0]);
            prop_assert_eq!(map.rules().collect::<Vec<_>>(), rules);
            for (record, cell) in cells.iter().enumerate() {
                prop_assert_eq!(code_of(map, cell), Some(column.value_of(record)));
                prop_assert_eq!(cell.is_empty(), column.missing == Some(column.value_of(record)));
            }
        }
    }
}

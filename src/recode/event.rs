//! What unicity needs to know of the values of a column, computed before the values are let go.

use super::within::{tolerance_in, whole_numbers};
use super::{CoarsenRule, TreatmentError};
use crate::measure::unicity::Tolerance;
use crate::plan::{Plan, UnicityPlan, WithinRule};
use crate::result::{ColumnType, Role};
use crate::secret::Secret;
use crate::stats::fingerprint;
use crate::table::Dictionary;

/// What unicity needs to know of the values of a column. One entry a code; holds no value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EventValues {
    /// Numbers that depend on the values alone, so that draws do not depend on the order of the records.
    pub keys: Vec<u64>,
    /// The values as whole numbers, where tolerances or the order in time need them; empty when they are no numbers.
    pub numbers: Vec<Option<i64>>,
    /// The values as whole numbers, where a sensitive column is declared; `None` when they are no numbers.
    pub magnitudes: Option<Vec<Option<i64>>>,
    /// How roughly the column is known, in the unit of `numbers`, and as it was written.
    pub tolerance: Option<(Tolerance, String)>,
    /// Whether the attacker sees each value; `None` when all are seen.
    pub visible: Option<Vec<bool>>,
    /// The rule of a form that only a point has; `None` for the column as the extract shows it.
    pub form: Option<String>,
}

impl EventValues {
    /// Looks at the values of a column after its rules. `may_order` asks for whole numbers of dates and times.
    ///
    /// # Errors
    /// When a tolerance does not fit the type of the column.
    pub(super) fn new(
        column: &str,
        dictionary: &Dictionary,
        plan: &UnicityPlan,
        may_order: bool,
    ) -> Result<Self, TreatmentError> {
        let within = plan.within.get(column);
        let is_time = matches!(
            dictionary.column_type(),
            ColumnType::Date | ColumnType::Timestamp | ColumnType::ZonedTimestamp | ColumnType::Time
        );
        let orders = plan.order.as_deref() == Some(column) || (plan.order.is_none() && may_order && is_time);
        let whole = if within.is_some() || orders { whole_numbers(dictionary) } else { None };
        let tolerance =
            within.map(|rule| tolerance(column, rule, dictionary, whole.as_ref().map(|whole| whole.decimals)));
        let visible = plan.visible.get(column).map(|values| {
            let seen = |value: Option<Secret<&str>>| value.is_some_and(|value| values.contains(value.expose()));
            dictionary.values().map(seen).collect()
        });
        Ok(Self {
            keys: value_keys(dictionary),
            numbers: whole.map(|whole| whole.numbers).unwrap_or_default(),
            tolerance: tolerance.transpose()?,
            visible,
            magnitudes: None,
            form: None,
        })
    }

    /// With the values as whole numbers, where guesses about a sensitive column are made from them.
    #[must_use]
    pub(super) fn measured(self, dictionary: &Dictionary, plan: &Plan) -> Self {
        let is_guessed = plan.roles.declared.values().any(|&role| role == Role::Sensitive);
        let numbers = if is_guessed { whole_numbers(dictionary) } else { None };
        Self { magnitudes: numbers.map(|whole| whole.numbers), ..self }
    }

    /// A form that only a point has. What can be seen is decided by the column itself, and tolerances are for it too.
    pub(super) fn of_form(rule: &CoarsenRule, dictionary: &Dictionary) -> Self {
        Self { keys: value_keys(dictionary), form: Some(rule.to_string()), ..Self::default() }
    }
}

/// For each code a number that depends on the value alone.
pub(super) fn value_keys(dictionary: &Dictionary) -> Vec<u64> {
    let key = |value: Option<Secret<&str>>| value.map_or(0, |value| fingerprint(value.expose().as_bytes()));
    dictionary.values().map(key).collect()
}

fn tolerance(
    column: &str,
    rule: &WithinRule,
    dictionary: &Dictionary,
    decimals: Option<u32>,
) -> Result<(Tolerance, String), TreatmentError> {
    let found = dictionary.column_type();
    let tolerance = decimals.and_then(|decimals| tolerance_in(rule, found, decimals));
    tolerance.map(|tolerance| (tolerance, rule.to_string())).ok_or_else(|| TreatmentError::ToleranceDoesNotFit {
        column: column.to_owned(),
        tolerance: rule.to_string(),
        found,
    })
}

#[cfg(test)]
mod tests {
    use super::EventValues;
    use crate::measure::unicity::Tolerance;
    use crate::plan::{UnicityPlan, WithinRule};
    use crate::recode::TreatmentError;
    use crate::recode::testing::typed_column;
    use crate::result::ColumnType;

    fn plan(within: &str, visible: &[&str]) -> UnicityPlan {
        let mut plan = UnicityPlan::default();
        if let Some((column, rule)) = within.rsplit_once('=') {
            plan.within.insert(column.to_owned(), WithinRule::parse(rule).unwrap());
        }
        if !visible.is_empty() {
            plan.visible.insert("c".to_owned(), visible.iter().map(|&value| value.to_owned()).collect());
        }
        plan
    }

    fn values(column_type: ColumnType, cells: &[&str], plan: &UnicityPlan) -> Result<EventValues, TreatmentError> {
        EventValues::new("c", &typed_column("c", column_type, cells).coded.unwrap().dictionary, plan, true)
    }

    #[test]
    fn keys_depend_on_values_and_not_on_their_order() {
        let one = values(ColumnType::Text, &["a", "b", ""], &plan("", &[])).unwrap();
        let other = values(ColumnType::Text, &["", "b", "a"], &plan("", &[])).unwrap();
        let mut reversed = other.keys.clone();
        reversed.reverse();
        assert_eq!(one.keys, reversed);
        assert!(one.numbers.is_empty() && one.tolerance.is_none() && one.visible.is_none());
    }

    #[test]
    fn a_tolerance_brings_the_values_as_numbers() {
        let amounts = values(ColumnType::Decimal, &["1.50", "20", ""], &plan("c=1", &[])).unwrap();
        assert_eq!(amounts.numbers, [Some(15), Some(200), None]);
        assert_eq!(amounts.tolerance, Some((Tolerance::Absolute(10), "1".to_owned())));
        let error = values(ColumnType::Text, &["a"], &plan("c=1", &[])).unwrap_err();
        assert!(matches!(error, TreatmentError::ToleranceDoesNotFit { found: ColumnType::Text, .. }));
    }

    #[test]
    fn only_the_values_that_are_named_are_seen() {
        let seen = values(ColumnType::Text, &["a", "b", ""], &plan("", &["b"])).unwrap();
        assert_eq!(seen.visible, Some(vec![false, true, false]));
    }
}

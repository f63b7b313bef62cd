//! From the values of a column to coarser ones: the value rules, applied to a dictionary.
//!
//! A rule looks at each distinct value once, whatever the number of records, and yields a map from old codes to new
//! ones. New codes are given in the order of the old ones, so the outcome depends on nothing else.

use std::cmp::Ordering;
use std::fmt::Write as _;

use hashbrown::HashMap;

use super::calendar::calendar_text;
use super::hierarchy::recode_by_hierarchy;
use super::label::is_label;
use super::rare::merged_value;
use super::{CalendarUnit, CoarsenRule, Exact, Hierarchies, TimeOrigin, TreatmentError};
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::table::Dictionary;

/// A map from old codes to new codes, and the values behind the new ones.
pub(super) struct Recoded {
    /// The new code of each old code.
    pub(super) map: Vec<u32>,
    /// The new values. A missing cell has its own code in it when it had one before.
    pub(super) dictionary: Dictionary,
}

/// Replaces every value by `replace(value)`; equal results become one code. A missing cell stays missing.
///
/// Returns the number of values for which there is no replacement when there are any.
pub(super) fn recode<'dictionary>(
    old: &'dictionary Dictionary,
    new_type: ColumnType,
    mut replace: impl FnMut(&'dictionary str, &mut String) -> Option<()>,
) -> Result<Recoded, u64> {
    let mut dictionary = Dictionary::new(new_type);
    let mut codes: HashMap<String, u32, foldhash::fast::FixedState> = HashMap::default();
    let mut map = Vec::with_capacity(old.len());
    let mut buffer = String::new();
    let mut unmatched = 0;
    for value in old.values() {
        let Some(value) = value else {
            map.push(dictionary.push_missing());
            continue;
        };
        buffer.clear();
        if replace(value.expose(), &mut buffer).is_none() {
            unmatched += 1;
            continue;
        }
        let code = codes.get(buffer.as_str()).copied().unwrap_or_else(|| {
            let code = dictionary.push(Secret::new(&buffer));
            codes.insert(buffer.clone(), code);
            code
        });
        map.push(code);
    }
    if unmatched == 0 { Ok(Recoded { map, dictionary }) } else { Err(unmatched) }
}

/// Applies any rule. `rare` merges the values with fewer holders than a bound, which looks at more than the values.
pub(super) fn recode_by_rule(
    column: &str,
    rule: &CoarsenRule,
    old: &Dictionary,
    hierarchies: &Hierarchies,
    origin: TimeOrigin,
    rare: impl FnOnce(u32) -> Recoded,
) -> Result<Recoded, TreatmentError> {
    match rule {
        CoarsenRule::Hierarchy { file, level } => {
            let hierarchy = hierarchies.get(file).ok_or_else(|| TreatmentError::not_read(file))?;
            recode_by_hierarchy(column, file, *level, hierarchy, old)
        }
        CoarsenRule::Rare(bound) => Ok(rare(*bound)),
        by_value => recode_by_value(column, by_value, old, origin),
    }
}

/// Applies a rule that looks at nothing but the value: dates, numbers and text.
pub(super) fn recode_by_value(
    column: &str,
    rule: &CoarsenRule,
    old: &Dictionary,
    origin: TimeOrigin,
) -> Result<Recoded, TreatmentError> {
    let found = old.column_type();
    let new_type = match new_type(column, rule, found) {
        _ if found == ColumnType::Empty => found,
        Ok(new_type) => new_type,
        // A treated file holds labels where the rule expects dates or numbers.
        Err(misfit) => {
            let stays = recode(old, ColumnType::Text, |value, buffer| stay_or_replace(rule, value, origin, buffer));
            return stays.map_err(|_| misfit);
        }
    };
    recode(old, new_type, |value, buffer| {
        if value == merged_value() {
            buffer.push_str(value);
            return Some(());
        }
        replace(rule, found, value, origin, buffer)
    })
    .map_err(|values| TreatmentError::NotExact { column: column.to_owned(), rule: rule.to_string(), values })
}

/// The type of the values after the rule, or an error when the rule does not fit the type before it.
fn new_type(column: &str, rule: &CoarsenRule, found: ColumnType) -> Result<ColumnType, TreatmentError> {
    use ColumnType::{Date, Decimal, Integer, Text, Time, Timestamp, ZonedTimestamp};

    use super::CalendarUnit::{Day, Hour};
    let misfit = |expected| {
        Err(TreatmentError::RuleDoesNotFit { column: column.to_owned(), rule: rule.to_string(), expected, found })
    };
    match (rule, found) {
        (CoarsenRule::Calendar(Hour), Timestamp | ZonedTimestamp | Time) => Ok(found),
        (CoarsenRule::Calendar(Hour), _) => misfit("values with a time of day"),
        (CoarsenRule::Calendar(Day), Date | Timestamp | ZonedTimestamp) => Ok(Date),
        (CoarsenRule::Calendar(_), Date | Timestamp | ZonedTimestamp) | (CoarsenRule::Bins(_), Integer | Decimal) => {
            Ok(Text)
        }
        (CoarsenRule::Calendar(_), _) => misfit("values with a date"),
        (CoarsenRule::Round(step) | CoarsenRule::Top(step), Integer) if step.is_whole() => Ok(Integer),
        (CoarsenRule::Round(_) | CoarsenRule::Top(_), Integer | Decimal) => Ok(Decimal),
        (CoarsenRule::Round(_) | CoarsenRule::Top(_) | CoarsenRule::Bins(_), _) => misfit("numbers"),
        _ => Ok(Text),
    }
}

/// Writes a value that the rule has made already as it is, and what it makes of a number or an ISO date beside such.
fn stay_or_replace(rule: &CoarsenRule, value: &str, origin: TimeOrigin, buffer: &mut String) -> Option<()> {
    if is_label(rule, value) {
        buffer.push_str(value);
        return Some(());
    }
    let found = match rule {
        CoarsenRule::Calendar(CalendarUnit::Hour) => return None,
        CoarsenRule::Calendar(_) => ColumnType::Date,
        _ => ColumnType::Decimal,
    };
    replace(rule, found, value, origin, buffer)
}

/// Writes the coarser value to `buffer`. `None` when the value cannot be coarsened exactly.
fn replace(rule: &CoarsenRule, found: ColumnType, value: &str, origin: TimeOrigin, buffer: &mut String) -> Option<()> {
    match rule {
        CoarsenRule::Calendar(unit) => buffer.push_str(&calendar_text(*unit, found, value, origin)?),
        CoarsenRule::Round(step) => buffer.push_str(&Exact::parse(value)?.round_to(*step)?.to_string()),
        CoarsenRule::Bins(edges) => match (Exact::parse(value), Exact::beyond(value)) {
            (Some(number), _) => buffer.push_str(&bin_name(edges, number)?),
            (None, Some(Ordering::Less)) => write!(buffer, "<{}", edges.first()?).ok()?,
            (None, beyond) => write!(buffer, ">={}", beyond.and(edges.last())?).ok()?,
        },
        // No edge has as many digits as a number that lies beyond them all.
        CoarsenRule::Top(edge) if Exact::parse(value).is_none() => match Exact::beyond(value)? {
            Ordering::Less => buffer.push_str(value),
            _ => buffer.push_str(&edge.to_string()),
        },
        CoarsenRule::Top(edge) => {
            let number = Exact::parse(value)?;
            let number = if number.compare(*edge)?.is_ge() { *edge } else { number };
            buffer.push_str(&number.to_string());
        }
        CoarsenRule::Prefix(length) => buffer.extend(value.chars().take(*length)),
        CoarsenRule::Suffix(length) => {
            let skipped = value.chars().count().saturating_sub(*length);
            buffer.extend(value.chars().skip(skipped));
        }
        // These do not look at the value alone and are applied elsewhere.
        CoarsenRule::Hierarchy { .. } | CoarsenRule::Rare(_) | CoarsenRule::Drop => buffer.push_str(value),
    }
    Some(())
}

/// Whether a value is the name of a band between these edges.
pub(super) fn bin_name_of(edges: &[Exact], value: &str) -> bool {
    let first = edges.first().map(|edge| format!("<{edge}"));
    let last = edges.last().map(|edge| format!(">={edge}"));
    let inner = edges.windows(2).map(|pair| format!("[{},{})", pair[0], pair[1]));
    first.into_iter().chain(last).chain(inner).any(|name| name == value)
}

/// The band that holds `number`: `<0`, `[0,10)`, ... or `>=50`.
fn bin_name(edges: &[Exact], number: Exact) -> Option<String> {
    let mut below = None;
    for edge in edges {
        if number.compare(*edge)?.is_lt() {
            return Some(below.map_or_else(|| format!("<{edge}"), |below: &Exact| format!("[{below},{edge})")));
        }
        below = Some(edge);
    }
    below.map(|last| format!(">={last}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CoarsenRule, Recoded, TimeOrigin, TreatmentError};

    fn recode_by_value(
        column: &str,
        rule: &CoarsenRule,
        old: &crate::table::Dictionary,
    ) -> Result<Recoded, TreatmentError> {
        super::recode_by_value(column, rule, old, TimeOrigin::default())
    }

    use crate::result::ColumnType;
    use crate::secret::Secret;
    use crate::table::Dictionary;

    fn dictionary(column_type: ColumnType, values: &[&str]) -> Dictionary {
        let mut dictionary = Dictionary::new(column_type);
        for value in values {
            if value.is_empty() {
                dictionary.push_missing();
            } else {
                dictionary.push(Secret::new(value));
            }
        }
        dictionary
    }

    /// The values after a rule, in the order of the old codes; a missing cell is empty.
    fn coarsened(rule: &str, column_type: ColumnType, values: &[&str]) -> Vec<String> {
        let old = dictionary(column_type, values);
        let new = recode_by_value("c", &CoarsenRule::parse(rule).unwrap(), &old).unwrap();
        let text = |&code: &u32| new.dictionary.value(code).map_or(String::new(), |value| value.expose().to_owned());
        new.map.iter().map(text).collect()
    }

    fn refused(rule: &str, column_type: ColumnType, values: &[&str]) -> TreatmentError {
        let old = dictionary(column_type, values);
        recode_by_value("c", &CoarsenRule::parse(rule).unwrap(), &old).err().unwrap()
    }

    #[test]
    fn bands_are_closed_on_the_left_and_open_at_both_ends() {
        let values = ["-1", "0", "9.99", "10", "49", "50", "100", "1000"];
        let expected = ["<0", "[0,10)", "[0,10)", "[10,50)", "[10,50)", "[50,100)", ">=100", ">=100"];
        assert_eq!(coarsened("bins:0,10,50,100", ColumnType::Decimal, &values), expected);
    }

    #[test]
    fn the_top_rule_merges_everything_from_its_edge_on() {
        assert_eq!(coarsened("top:500", ColumnType::Integer, &["499", "500", "501"]), ["499", "500", "500"]);
    }

    #[test]
    fn prefix_and_suffix_count_characters_not_bytes() {
        assert_eq!(coarsened("prefix:2", ColumnType::Text, &["žluť", "x"]), ["žl", "x"]);
        assert_eq!(coarsened("suffix:2", ColumnType::Text, &["žluť", "x"]), ["uť", "x"]);
        assert_eq!(coarsened("prefix:2", ColumnType::Integer, &["12345", "12999"]), ["12", "12"]);
    }

    #[test]
    fn a_missing_cell_stays_missing_under_every_value_rule() {
        for (rule, column_type, value) in [
            ("round:10", ColumnType::Integer, "17"),
            ("bins:0", ColumnType::Integer, "17"),
            ("top:1", ColumnType::Integer, "17"),
            ("prefix:1", ColumnType::Text, "abc"),
            ("suffix:1", ColumnType::Text, "abc"),
            ("month", ColumnType::Date, "2026-11-21"),
        ] {
            let old = dictionary(column_type, &[value, ""]);
            let new = recode_by_value("c", &CoarsenRule::parse(rule).unwrap(), &old).unwrap();
            assert_eq!(new.dictionary.missing(), Some(new.map[1]), "{rule}");
            assert_eq!(new.dictionary.len(), 2, "{rule}");
        }
    }

    #[test]
    fn a_rule_for_another_type_is_refused() {
        for (rule, column_type, value) in [
            ("hour", ColumnType::Date, "2026-11-21"),
            ("day", ColumnType::Time, "08:00:00"),
            ("day", ColumnType::Text, "x"),
            ("month", ColumnType::Integer, "1"),
            ("round:1", ColumnType::Text, "x"),
            ("bins:1", ColumnType::Date, "2026-11-21"),
            ("top:1", ColumnType::Boolean, "true"),
        ] {
            let error = refused(rule, column_type, &[value]);
            assert!(matches!(error, TreatmentError::RuleDoesNotFit { .. }), "{rule}");
            assert!(error.hint().is_some());
            assert!(!error.to_string().contains("2026"));
        }
    }

    #[test]
    fn a_treated_column_stays_as_it_is() {
        for (rule, column_type, values) in [
            ("month", ColumnType::Text, &["2026-11", "2026-12", "(rare)"][..]),
            ("year", ColumnType::Integer, &["2026", "2025"]),
            ("bins:0,10", ColumnType::Text, &["<0", "[0,10)", ">=10"]),
            ("round:10", ColumnType::Text, &["20", "(rare)"]),
            ("prefix:2", ColumnType::Text, &["10", "(rare)"]),
        ] {
            assert_eq!(coarsened(rule, column_type, values), values, "{rule}");
        }
        let mixed = coarsened("month", ColumnType::Text, &["2026-11", "2026-11-21", "2026-12-01"]);
        assert_eq!(mixed, ["2026-11", "2026-11", "2026-12"]);
        assert!(matches!(refused("month", ColumnType::Text, &["2026-11", "x"]), TreatmentError::RuleDoesNotFit { .. }));
    }

    #[test]
    fn numbers_of_too_many_digits_are_counted_not_shown() {
        let long = "9".repeat(60);
        let error = refused("round:10", ColumnType::Integer, &["1", &long]);
        assert!(matches!(error, TreatmentError::NotExact { values: 1, .. }));
        assert!(!error.to_string().contains("999"));
    }

    #[test]
    fn a_column_without_values_fits_every_rule() {
        assert_eq!(coarsened("month", ColumnType::Empty, &[""]), [""]);
    }

    proptest! {
        #[test]
        fn coarsening_is_a_function_of_the_old_code_and_never_adds_values(
            values in proptest::collection::hash_set(-5_000_i64..5_000, 1..60),
            rule in prop::sample::select(vec!["round:10", "round:0.5", "bins:-10,0,7", "top:12", "prefix:1", "suffix:2"]),
        ) {
            let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
            let texts: Vec<&str> = values.iter().map(String::as_str).collect();
            let old = dictionary(ColumnType::Integer, &texts);
            let new = recode_by_value("c", &CoarsenRule::parse(rule).unwrap(), &old).unwrap();
            prop_assert_eq!(new.map.len(), old.len());
            prop_assert!(new.dictionary.len() <= old.len());
            // Dense: every new code is used, and first used in order.
            let mut next = 0;
            for &code in &new.map {
                prop_assert!(code <= next);
                next = next.max(code + 1);
            }
            prop_assert_eq!(next as usize, new.dictionary.len());
        }
    }
}

//! Coarser forms of a treated column that advice may try, as maps of codes.
//!
//! What a rule would do to a column is small: a map from each distinct value's code to a new one. It is computed here,
//! while the values are at hand, so that advice sees codes only. The rules come from fixed series (powers of ten, 1-2-5,
//! calendar units), never from the values themselves: a proposal tells nothing about where values lie beyond what the
//! counts beside it tell. Merging rare values looks at holders, not at values, and is added by the advice room.

use super::coarsen::{Recoded, recode_by_value};
use super::event::value_keys;
use super::{CalendarUnit, CoarsenRule, TimeOrigin};
use crate::result::ColumnType;
use crate::table::{Dictionary, Recoding};

/// Coarser forms of one quasi-identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// Whether the role of the column was declared rather than guessed.
    pub declared: bool,
    /// Whether every rule of the column can be written as a flag that reads back as the same column and rule.
    pub fits_flag: bool,
    /// The rules of today, as `--coarsen` takes them, where merging rare values may follow: the values are names or
    /// codes. Days and numbers have neighbours, so the rare ones among them are better merged with those.
    pub rare_behind: Option<Vec<String>>,
    /// The forms, each with fewer values than the column has now.
    pub rungs: Vec<Rung>,
}

impl Ladder {
    /// No coarser form.
    pub(super) fn none() -> Self {
        Self { declared: true, fits_flag: false, rare_behind: None, rungs: Vec::new() }
    }
}

/// One coarser form of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// All rules of the column that lead to it, in order, as `--coarsen` takes them.
    pub rules: Vec<String>,
    /// From the codes that the column has now to those that it would have.
    pub recoding: Recoding,
    /// For each of the new codes a number that depends on the value alone, for draws; empty where only classes are counted.
    pub keys: Vec<u64>,
}

/// Calendar rules are looked for among the units themselves; these are for numbers.
const NUMBER_RULES: [&str; 14] = [
    "round:1",
    "round:5",
    "round:10",
    "round:50",
    "round:100",
    "round:500",
    "round:1000",
    "round:10000",
    "round:100000",
    "bins:0,10,20,50,100,200,500,1000,2000,5000,10000,20000,50000,100000",
    "bins:0,10,100,1000,10000,100000,1000000",
    "top:100",
    "top:1000",
    "top:10000",
];

/// What is known of a treated column when its coarser forms are looked for.
pub(super) struct Present<'a> {
    pub(super) name: &'a str,
    /// The place that the column will have in the table.
    pub(super) place: usize,
    pub(super) declared: bool,
    /// The rules that were applied.
    pub(super) rules: &'a [CoarsenRule],
    pub(super) dictionary: &'a Dictionary,
    /// Where the buckets of time begin.
    pub(super) origin: TimeOrigin,
    /// The values before the last rule, and what it made of them.
    pub(super) before_last: Option<(&'a Dictionary, &'a [u32])>,
}

/// The coarser forms of a column.
///
/// A column with a `hierarchy` rule has none: the file would have to be named with its folders. What a rule of the
/// calendar, `bins`, `prefix` or `suffix` left is coarsened by a coarser rule in its place where that merges whole
/// values of today (a week may lie in two months); otherwise by a further rule behind the others.
pub(super) fn ladder(present: &Present<'_>) -> Ladder {
    let nameable = present.rules.iter().all(|rule| rule.file().is_none());
    let mut rungs: Vec<Rung> = Vec::new();
    let found = if nameable { [replaced(present), appended(present)].concat() } else { Vec::new() };
    for rung in found {
        let same = |other: &Rung| other.recoding.map == rung.recoding.map;
        if is_coarser(present.dictionary, &rung.recoding) && !rungs.iter().any(same) {
            rungs.push(rung);
        }
    }
    let written = rungs.iter().flat_map(|rung| rung.rules.iter().map(String::as_str)).chain(["drop", "rare:2"]);
    let fits_flag = written.into_iter().all(|rule| reads_back(present.name, rule));
    let bands = |rule: &CoarsenRule| matches!(rule, CoarsenRule::Calendar(_) | CoarsenRule::Bins(_));
    let names = present.dictionary.column_type() == ColumnType::Text && !present.rules.iter().any(bands);
    let rare_behind = (nameable && names).then(|| present.rules.iter().map(CoarsenRule::to_string).collect());
    Ladder { declared: present.declared, fits_flag, rare_behind, rungs }
}

/// Fewer values than today, and at least two: a column of one value is better left out.
fn is_coarser(today: &Dictionary, recoding: &Recoding) -> bool {
    let values = recoding.cardinality - u32::from(recoding.missing.is_some());
    values >= 2 && (recoding.cardinality as usize) < today.len()
}

/// Whether `--coarsen COLUMN=RULE` names this column and this rule: a name may hold signs that divide.
fn reads_back(column: &str, rule: &str) -> bool {
    let read = CoarsenRule::parse_for_column(&format!("{column}={rule}"));
    read.is_ok_and(|(name, read)| name == column && read.to_string() == rule)
}

/// Coarser rules in the place of the last one.
fn replaced(present: &Present<'_>) -> Vec<Rung> {
    let (Some((last, kept)), Some((finer, map))) = (present.rules.split_last(), present.before_last) else {
        return Vec::new();
    };
    let try_rule = |rule: CoarsenRule| {
        let recoded = recode_by_value(present.name, &rule, finer, present.origin).ok()?;
        let composed = composed(map, &recoded.map, present.dictionary.len())?;
        rung(present, written(kept, &rule), Recoded { map: composed, dictionary: recoded.dictionary })
    };
    coarser_than(last).into_iter().filter_map(try_rule).collect()
}

/// From the codes of today to those of another rule: `None` when one value of today would be torn apart.
fn composed(to_today: &[u32], to_other: &[u32], today: usize) -> Option<Vec<u32>> {
    let mut composed: Vec<Option<u32>> = vec![None; today];
    for (&now, &other) in to_today.iter().zip(to_other) {
        let slot = &mut composed[now as usize];
        if slot.is_some_and(|first| first != other) {
            return None;
        }
        *slot = Some(other);
    }
    composed.into_iter().collect()
}

fn coarser_than(rule: &CoarsenRule) -> Vec<CoarsenRule> {
    match rule {
        CoarsenRule::Calendar(unit) => {
            CalendarUnit::ALL.iter().copied().filter(|other| other > unit).map(CoarsenRule::Calendar).collect()
        }
        CoarsenRule::Bins(edges) if edges.len() > 1 => {
            vec![CoarsenRule::Bins(edges.iter().skip(1).step_by(2).copied().collect())]
        }
        CoarsenRule::Prefix(length) => shorter(*length).into_iter().map(CoarsenRule::Prefix).collect(),
        CoarsenRule::Suffix(length) => shorter(*length).into_iter().map(CoarsenRule::Suffix).collect(),
        _ => Vec::new(),
    }
}

/// One character, half of them, one less. Of those that come to the same, the first is kept: it promises the least.
fn shorter(length: usize) -> Vec<usize> {
    let mut lengths = vec![1, length / 2, length.saturating_sub(1)];
    lengths.dedup();
    lengths.retain(|&shorter| shorter > 0 && shorter < length);
    lengths
}

/// Rules behind those of today.
fn appended(present: &Present<'_>) -> Vec<Rung> {
    let try_rule = |rule: CoarsenRule| {
        let recoded = recode_by_value(present.name, &rule, present.dictionary, present.origin).ok()?;
        rung(present, written(present.rules, &rule), recoded)
    };
    rules_for(present).into_iter().filter_map(try_rule).collect()
}

fn rules_for(present: &Present<'_>) -> Vec<CoarsenRule> {
    let column_type = present.dictionary.column_type();
    // A code that was cut, a band and a calendar unit are no codes with meaning in each character.
    let plain = present.rules.iter().all(|rule| matches!(rule, CoarsenRule::Round(_) | CoarsenRule::Top(_)));
    let mut rules = match column_type {
        ColumnType::Date | ColumnType::Timestamp | ColumnType::ZonedTimestamp | ColumnType::Time => {
            CalendarUnit::ALL.iter().copied().map(CoarsenRule::Calendar).collect()
        }
        ColumnType::Integer | ColumnType::Decimal => {
            NUMBER_RULES.into_iter().filter_map(|rule| CoarsenRule::parse(rule).ok()).collect()
        }
        ColumnType::Boolean | ColumnType::Text | ColumnType::Empty => Vec::new(),
    };
    let coded = plain && matches!(column_type, ColumnType::Text | ColumnType::Integer);
    if let Some(length) = code_length(present.dictionary).filter(|_| coded) {
        let cut = if is_masked(present.dictionary) { CoarsenRule::Suffix } else { CoarsenRule::Prefix };
        rules.extend(shorter(length).into_iter().map(cut));
    }
    rules
}

/// Characters of each value when all have the same number of them and none holds a blank: a postal code, a category
/// code, a year.
fn code_length(dictionary: &Dictionary) -> Option<usize> {
    let mut lengths = dictionary.values().flatten().map(|value| {
        let text = value.expose();
        (!text.contains(char::is_whitespace)).then(|| text.chars().count())
    });
    let first = lengths.next()??;
    ((3..=16).contains(&first) && lengths.all(|length| length == Some(first))).then_some(first)
}

/// Whether every value begins with a sign, as a shortened number does: then its end is what it tells.
fn is_masked(dictionary: &Dictionary) -> bool {
    dictionary.values().flatten().all(|value| !value.expose().starts_with(char::is_alphanumeric))
}

fn written(rules: &[CoarsenRule], last: &CoarsenRule) -> Vec<String> {
    rules.iter().chain([last]).map(CoarsenRule::to_string).collect()
}

fn rung(present: &Present<'_>, rules: Vec<String>, recoded: Recoded) -> Option<Rung> {
    let cardinality = u32::try_from(recoded.dictionary.len()).ok()?;
    let keys = value_keys(&recoded.dictionary);
    let missing = recoded.dictionary.missing();
    Some(Rung { rules, recoding: Recoding { column: present.place, map: recoded.map, cardinality, missing }, keys })
}

#[cfg(test)]
mod tests {
    use super::{Ladder, Present, ladder, reads_back};
    use crate::plan::CoarsenRule;
    use crate::plan::TimeOrigin;
    use crate::recode::coarsen::recode_by_value;
    use crate::recode::testing::typed_column;
    use crate::result::ColumnType;

    fn ladder_of(column_type: ColumnType, cells: &[&str], rule: Option<&str>) -> Ladder {
        let finer = typed_column("c", column_type, cells).coded.unwrap().dictionary;
        let rules: Vec<CoarsenRule> = rule.map(|rule| CoarsenRule::parse(rule).unwrap()).into_iter().collect();
        let treated = rules.first().map(|rule| recode_by_value("c", rule, &finer, TimeOrigin::default()).unwrap());
        ladder(&Present {
            origin: TimeOrigin::default(),
            name: "c",
            place: 0,
            declared: true,
            rules: &rules,
            dictionary: treated.as_ref().map_or(&finer, |treated| &treated.dictionary),
            before_last: treated.as_ref().map(|treated| (&finer, treated.map.as_slice())),
        })
    }

    fn rules(ladder: &Ladder) -> Vec<String> {
        ladder.rungs.iter().map(|rung| rung.rules.join(" then ")).collect()
    }

    #[test]
    fn a_date_becomes_a_week_a_month_a_quarter_a_year() {
        let days = ["2025-01-01", "2026-01-05", "2026-01-06", "2026-01-13", "2026-02-02", "2026-05-01"];
        let ladder = ladder_of(ColumnType::Date, &days, None);
        assert_eq!(rules(&ladder), ["week", "month", "quarter", "year"]);
        let sizes: Vec<u32> = ladder.rungs.iter().map(|rung| rung.recoding.cardinality).collect();
        assert_eq!(sizes, [5, 4, 3, 2]);
    }

    #[test]
    fn a_month_becomes_a_coarser_unit_in_its_place_and_a_week_is_not_torn_apart() {
        let days = ["2025-03-31", "2025-04-01", "2025-05-01", "2025-07-01", "2026-02-02", "2026-05-01"];
        assert_eq!(rules(&ladder_of(ColumnType::Date, &days, Some("month"))), ["quarter", "year"]);
        // The week of 31 March and 1 April lies in two months and two quarters.
        assert_eq!(rules(&ladder_of(ColumnType::Date, &days, Some("week"))), ["year"]);
    }

    #[test]
    fn a_rule_for_numbers_stands_behind_that_of_today() {
        let ladder = ladder_of(ColumnType::Decimal, &["1.5", "44", "45", "160", "340", "1200"], Some("round:10"));
        assert!(rules(&ladder).contains(&"round:10 then round:100".to_owned()), "{:?}", rules(&ladder));
        assert!(ladder.rungs.iter().all(|rung| rung.rules[0] == "round:10"));
    }

    #[test]
    fn codes_of_one_length_are_cut_and_names_are_not() {
        let cut = |cells: &[&str]| {
            let rules = rules(&ladder_of(ColumnType::Text, cells, None));
            rules
                .into_iter()
                .filter(|rule| rule.starts_with("prefix") || rule.starts_with("suffix"))
                .collect::<Vec<_>>()
        };
        assert_eq!(cut(&["1011", "1012", "1022", "1120", "2040"]), ["prefix:1", "prefix:2", "prefix:3"]);
        assert_eq!(cut(&["**11", "**12", "**22"]), ["suffix:1"]);
        assert!(cut(&["bread", "apples", "pears"]).is_empty());
        assert!(cut(&["a b", "c d", "a d"]).is_empty());
    }

    #[test]
    fn a_form_that_changes_nothing_or_leaves_one_value_is_left_out() {
        // Every code begins alike, so the first character alone would say nothing.
        assert_eq!(rules(&ladder_of(ColumnType::Text, &["x11", "x12", "x22"], None)), ["prefix:2"]);
        assert!(ladder_of(ColumnType::Boolean, &["true", "false"], None).rungs.is_empty());
    }

    #[test]
    fn a_column_with_a_hierarchy_has_no_coarser_form() {
        let dictionary = typed_column("c", ColumnType::Date, &["2026-01-01", "2026-02-01", "2026-02-02"]);
        let rules = [CoarsenRule::parse("hierarchy:folder/days.csv:1").unwrap()];
        let dictionary = dictionary.coded.unwrap().dictionary;
        let (name, place, declared, before_last) = ("c", 0, true, None);
        let present = Present {
            origin: TimeOrigin::default(),
            name,
            place,
            declared,
            rules: &rules,
            dictionary: &dictionary,
            before_last,
        };
        let ladder = ladder(&present);
        assert_eq!((ladder.rare_behind, ladder.rungs.len()), (None, 0));
    }

    #[test]
    fn rare_names_may_be_merged_and_rare_days_and_numbers_may_not() {
        let behind = |column_type, cells: &[&str], rule| ladder_of(column_type, cells, rule).rare_behind;
        assert_eq!(behind(ColumnType::Text, &["a", "b"], None), Some(Vec::new()));
        assert_eq!(behind(ColumnType::Text, &["ab", "b"], Some("prefix:1")), Some(vec!["prefix:1".to_owned()]));
        assert_eq!(behind(ColumnType::Integer, &["1", "2"], None), None);
        assert_eq!(behind(ColumnType::Integer, &["1", "2"], Some("bins:2")), None);
        assert_eq!(behind(ColumnType::Date, &["2026-01-01", "2026-02-01"], Some("month")), None);
    }

    #[test]
    fn a_column_whose_name_reads_as_a_rule_does_not_fit_a_flag() {
        assert!(reads_back("posted at", "month") && reads_back("a=b", "prefix:3"));
        assert!(!reads_back("", "month"));
        // Would be column `x` with the hierarchy file `f=prefix`.
        assert!(!reads_back("x=hierarchy:f", "prefix:3"));
    }

    #[test]
    fn no_rule_of_a_proposal_depends_on_where_the_values_lie() {
        let shifted = |by: i64| {
            let cells: Vec<String> = (0..300).map(|number| (number * 7 + by).to_string()).collect();
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            rules(&ladder_of(ColumnType::Integer, &cells, None))
        };
        let known = super::NUMBER_RULES;
        for rule in shifted(0).iter().chain(&shifted(123_456)) {
            let fixed = known.contains(&rule.as_str()) || rule.starts_with("prefix:");
            assert!(fixed, "{rule}");
        }
    }
}

//! Coarser forms of a treated column that advice may try, as maps of codes.
//!
//! What a rule would do to a column is small: a map from each distinct value's code to a new one. It is computed here,
//! while the values are at hand, so that advice sees codes only. The rules come from fixed series (powers of ten, 1-2-5,
//! calendar units), never from the values themselves: a proposal tells nothing about where values lie beyond what the
//! counts beside it tell. Merging rare values looks at holders, not at values, and is added by the advice room.

use super::coarsen::{Recoded, recode_by_value};
use super::event::value_keys;
use super::hierarchy::recode_by_hierarchy;
use super::meaning::{MERCHANT_GROUPS, Meaning};
use super::{CalendarUnit, CoarsenRule, Hierarchies, TimeOrigin};
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

/// Calendar rules are looked for among the units themselves; these are for quantities.
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

/// Bands for quantities on both sides of zero, each ten times as wide as the one before.
const SIGNED_RULES: [&str; 4] = [
    "bins:-10000,-5000,-2000,-1000,-500,-200,-100,-50,-20,-10,0,10,20,50,100,200,500,1000,2000,5000,10000",
    "bins:-10000,-1000,-100,-10,0,10,100,1000,10000",
    "bins:-1000,-100,0,100,1000",
    "bins:0",
];

/// Bands of years of birth, open at both ends, so that the oldest and the youngest stand together.
const BIRTH_RULES: [&str; 3] = [
    "bins:1935,1940,1945,1950,1955,1960,1965,1970,1975,1980,1985,1990,1995,2000,2005,2010,2015",
    "bins:1940,1950,1960,1970,1980,1990,2000,2010",
    "bins:1950,1970,1990,2010",
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
    /// The files of rules.
    pub(super) hierarchies: &'a Hierarchies,
}

/// The coarser forms of a column.
///
/// What a rule of the calendar, `bins`, `prefix`, `suffix` or a `hierarchy` left is coarsened by a coarser rule in its
/// place where that merges whole values of today (a week may lie in two months); otherwise by a further rule behind the
/// others. Behind a `hierarchy` stands nothing but the merging of rare values: its levels are what somebody means by coarser.
pub(super) fn ladder(present: &Present<'_>) -> Ladder {
    let has_file = present.rules.iter().any(|rule| rule.file().is_some());
    let mut rungs: Vec<Rung> = Vec::new();
    let found = if has_file { replaced(present) } else { [replaced(present), appended(present)].concat() };
    for rung in found {
        let same = |other: &Rung| other.recoding.map == rung.recoding.map;
        if is_coarser(present.dictionary, &rung.recoding) && !rungs.iter().any(same) {
            rungs.push(rung);
        }
    }
    let written = rungs.iter().flat_map(|rung| rung.rules.iter().map(String::as_str)).chain(["drop", "rare:2"]);
    let reads_back = written.into_iter().all(|rule| reads_back(present.name, rule));
    // A flag would look for the file in another folder.
    let fits_flag = reads_back && !has_file;
    let bands = |rule: &CoarsenRule| matches!(rule, CoarsenRule::Calendar(_) | CoarsenRule::Bins(_));
    let is_text = present.dictionary.column_type() == ColumnType::Text;
    let is_code = [Meaning::Code, Meaning::MerchantCategory, Meaning::PostCode]
        .contains(&Meaning::of_column(present.name, present.dictionary));
    let names = (is_text || is_code) && !present.rules.iter().any(bands);
    let rare_behind = names.then(|| present.rules.iter().map(CoarsenRule::to_string).collect());
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
    let by_rule = |rule: &CoarsenRule| match rule {
        CoarsenRule::Hierarchy { file, level } => {
            recode_by_hierarchy(present.name, file, *level, present.hierarchies.get(file)?, finer).ok()
        }
        rule => recode_by_value(present.name, rule, finer, present.origin).ok(),
    };
    let try_rule = |rule: CoarsenRule| {
        let recoded = by_rule(&rule)?;
        let composed = composed(map, &recoded.map, present.dictionary.len())?;
        rung(present, written(kept, &rule), Recoded { map: composed, dictionary: recoded.dictionary })
    };
    coarser_than(last, present.hierarchies).into_iter().filter_map(try_rule).collect()
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

fn coarser_than(rule: &CoarsenRule, hierarchies: &Hierarchies) -> Vec<CoarsenRule> {
    match rule {
        CoarsenRule::Hierarchy { file, level } => {
            let levels = hierarchies.get(file).map_or(0, |file| file.columns.len());
            (level + 1..levels).map(|level| CoarsenRule::Hierarchy { file: file.clone(), level }).collect()
        }
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

/// Rules behind those of today: each of them alone, or a first one for a second one to stand on.
fn appended(present: &Present<'_>) -> Vec<Rung> {
    let try_rules = |rules: Vec<CoarsenRule>| {
        let (first, others) = rules.split_first()?;
        let mut recoded = recode_by_value(present.name, first, present.dictionary, present.origin).ok()?;
        for rule in others {
            let further = recode_by_value(present.name, rule, &recoded.dictionary, present.origin).ok()?;
            let map = recoded.map.iter().map(|&code| further.map[code as usize]).collect();
            recoded = Recoded { map, dictionary: further.dictionary };
        }
        let written = present.rules.iter().chain(&rules).map(CoarsenRule::to_string).collect();
        rung(present, written, recoded)
    };
    rules_for(present).into_iter().filter_map(try_rules).collect()
}

fn rules_for(present: &Present<'_>) -> Vec<Vec<CoarsenRule>> {
    let column_type = present.dictionary.column_type();
    // A code that was cut, a band and a calendar unit are no codes with meaning in each character.
    let plain = present.rules.iter().all(|rule| matches!(rule, CoarsenRule::Round(_) | CoarsenRule::Top(_)));
    let meaning = Meaning::of_column(present.name, present.dictionary);
    let parsed = |rules: &[&str]| rules.iter().filter_map(|rule| CoarsenRule::parse(rule).ok()).collect::<Vec<_>>();
    let mut rules = match (column_type, meaning) {
        (ColumnType::Date | ColumnType::Timestamp | ColumnType::ZonedTimestamp | ColumnType::Time, _) => {
            CalendarUnit::ALL.iter().copied().map(CoarsenRule::Calendar).collect()
        }
        (ColumnType::Integer | ColumnType::Text, Meaning::MerchantCategory) if plain => parsed(&[MERCHANT_GROUPS]),
        (ColumnType::Integer, Meaning::Birth) => parsed(&BIRTH_RULES),
        (ColumnType::Integer | ColumnType::Decimal, Meaning::Other) if has_negative(present.dictionary) => {
            [parsed(&NUMBER_RULES), parsed(&SIGNED_RULES)].concat()
        }
        (ColumnType::Integer | ColumnType::Decimal, Meaning::Other) => parsed(&NUMBER_RULES),
        _ => Vec::new(),
    };
    let coded = plain && matches!(column_type, ColumnType::Text | ColumnType::Integer) && meaning != Meaning::Birth;
    if let Some(lengths) = cut_lengths(present.dictionary, meaning).filter(|_| coded) {
        let cut = if is_masked(present.dictionary) { CoarsenRule::Suffix } else { CoarsenRule::Prefix };
        rules.extend(lengths.into_iter().map(cut));
    }
    let mut chains: Vec<Vec<CoarsenRule>> = rules.into_iter().map(|rule| vec![rule]).collect();
    if meaning == Meaning::Birth && column_type != ColumnType::Integer {
        let banded = |bands: CoarsenRule| vec![CoarsenRule::Calendar(CalendarUnit::Year), bands];
        chains.extend(parsed(&BIRTH_RULES).into_iter().map(banded));
    }
    chains
}

fn has_negative(dictionary: &Dictionary) -> bool {
    dictionary.values().flatten().any(|value| value.expose().starts_with('-'))
}

/// How many characters a code may keep: a post code and a merchant category any number, another code a few of them.
/// `None` for what is no code.
fn cut_lengths(dictionary: &Dictionary, meaning: Meaning) -> Option<Vec<usize>> {
    match meaning {
        Meaning::PostCode | Meaning::MerchantCategory => {
            let longest = dictionary.values().flatten().map(|value| value.expose().chars().count()).max()?;
            Some((1..longest.min(8)).collect())
        }
        _ => code_length(dictionary).map(shorter),
    }
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

/// All rules of a column with another last one.
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
    use crate::recode::Hierarchies;
    use crate::recode::coarsen::recode_by_value;
    use crate::recode::testing::{column, extract, typed_column};
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
            hierarchies: &Hierarchies::new(),
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
    fn whole_numbers_that_may_be_days_are_cut_and_never_rounded() {
        let rules = |cells: &[&str]| rules(&ladder_of(ColumnType::Integer, cells, None));
        let is_cut = |rules: &[String]| rules.iter().all(|rule| rule.starts_with("prefix"));
        // The year in front, the day in front, the month in front.
        assert_eq!(rules(&["930101", "930115", "930201", "940131", "951231"]), ["prefix:3"]);
        assert!(is_cut(&rules(&["310115", "150115", "240216", "110316", "281299"])));
        assert!(is_cut(&rules(&["120115", "113115", "122816", "101116", "111199"])));
        // One number that is no day, or of another length, and few of them: a quantity.
        for other in
            [["930101", "930115", "930201", "940131", "959931"], ["930101", "930115", "930201", "940131", "95123"]]
        {
            assert!(rules(&other).iter().any(|rule| rule.starts_with("round")), "{other:?}");
        }
    }

    #[test]
    fn a_form_that_changes_nothing_or_leaves_one_value_is_left_out() {
        // Every code begins alike, so the first character alone would say nothing.
        assert_eq!(rules(&ladder_of(ColumnType::Text, &["x11", "x12", "x22"], None)), ["prefix:2"]);
        assert!(ladder_of(ColumnType::Boolean, &["true", "false"], None).rungs.is_empty());
    }

    #[test]
    fn the_levels_above_that_of_a_hierarchy_are_its_coarser_forms() {
        let file = std::path::PathBuf::from("folder/ages.csv");
        let levels = extract(vec![
            column("1", &["1", "2", "3", "4"]),
            column("low", &["low", "low", "high", "high"]),
            column("*", &["*", "*", "*", "*"]),
        ]);
        let hierarchies = Hierarchies::from([(file, levels)]);
        let finer = column("c", &["1", "2", "3", "4"]).coded.unwrap().dictionary;
        let rules = [CoarsenRule::parse("hierarchy:folder/ages.csv:0").unwrap()];
        let ladder = ladder(&Present {
            origin: TimeOrigin::default(),
            name: "c",
            place: 0,
            declared: true,
            rules: &rules,
            dictionary: &finer,
            before_last: Some((&finer, &[0, 1, 2, 3])),
            hierarchies: &hierarchies,
        });
        // The highest level says nothing, so the column is better left out; no rule follows that the file does not know.
        assert_eq!(super::tests::rules(&ladder), ["hierarchy:ages.csv:1"]);
        assert_eq!(ladder.rungs[0].recoding.map, [0, 0, 1, 1]);
        assert!(!ladder.fits_flag, "a flag would look for the file elsewhere");
    }

    fn ladder_of_name(name: &str, column_type: ColumnType, cells: &[&str]) -> Vec<String> {
        let dictionary = typed_column(name, column_type, cells).coded.unwrap().dictionary;
        rules(&ladder(&Present {
            origin: TimeOrigin::default(),
            name,
            place: 0,
            declared: true,
            rules: &[],
            dictionary: &dictionary,
            before_last: None,
            hierarchies: &Hierarchies::new(),
        }))
    }

    #[test]
    fn a_code_is_never_rounded_whatever_its_type() {
        let codes = ["1011", "1012", "5411", "5412", "5812", "742", "9399"];
        for name in ["mcc", "branch", "zip", "store_number", "merchant_category_code", "postal_code"] {
            let rules = ladder_of_name(name, ColumnType::Integer, &codes);
            assert!(
                !rules.iter().any(|rule| rule.starts_with("round") || rule.starts_with("top")),
                "{name}: {rules:?}"
            );
        }
        let mcc = ladder_of_name("mcc", ColumnType::Integer, &codes);
        assert!(mcc.contains(&super::MERCHANT_GROUPS.to_owned()) && mcc.contains(&"prefix:2".to_owned()), "{mcc:?}");
        let text = ladder_of_name("mcc", ColumnType::Text, &["0742", "5411", "5412", "5812", "9399"]);
        assert!(text.contains(&super::MERCHANT_GROUPS.to_owned()), "{text:?}");
        let zip = ladder_of_name("zip", ColumnType::Text, &["SW1A 1AA", "SW1A 2AA", "N1 9GU", "N2 9GU"]);
        assert!(zip.contains(&"prefix:1".to_owned()) && zip.contains(&"prefix:2".to_owned()), "{zip:?}");
    }

    #[test]
    fn a_birth_becomes_a_year_or_a_band_that_is_open_at_its_ends() {
        let years = ["1931", "1934", "1942", "1947", "1951", "1958", "1959", "1987", "2012"];
        let rules = ladder_of_name("birth_year", ColumnType::Integer, &years);
        assert_eq!(rules, super::BIRTH_RULES);
        let days: Vec<String> = years.iter().map(|year| format!("{year}-03-04")).collect();
        let days: Vec<&str> = days.iter().map(String::as_str).chain(["1931-05-01"]).collect();
        let rules = ladder_of_name("date_of_birth", ColumnType::Date, &days);
        assert!(rules.contains(&format!("year then {}", super::BIRTH_RULES[1])), "{rules:?}");
    }

    #[test]
    fn amounts_of_both_signs_have_bands_on_both_sides() {
        let rules = ladder_of_name("amount", ColumnType::Decimal, &["-1200.5", "-15", "3", "20", "5000"]);
        assert!(rules.contains(&"bins:-1000,-100,0,100,1000".to_owned()), "{rules:?}");
        let rules = ladder_of_name("amount", ColumnType::Decimal, &["12", "15", "3", "20", "5000"]);
        assert!(!rules.iter().any(|rule| rule.contains('-')), "{rules:?}");
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

//! From an extract to what a declared table of totals is made of: codes of dimensions as trees, exact amounts, and who
//! contributes. The values are seen here and let go here.

use hashbrown::{HashMap, HashSet};

use super::coarsen::recode_by_value;
use super::hierarchy::groups_of;
use super::treat::Workshop;
use super::{CoarsenRule, SubjectCodes, TreatmentError, whole_numbers};
use crate::input::{CodedColumn, Extract, ExtractColumn};
use crate::measure::aggregates::{Amounts, Axis, Flags, Side, TableRecords};
use crate::plan::{AggregatePlan, DimensionPlan, HierarchyPlan, Plan};
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::table::{Codes, Column, Dictionary};
use crate::tabular::Dimension;

/// Cells that mean yes in a column of requests; letters are compared without case.
const YES: [&str; 4] = ["true", "yes", "y", "1"];

/// What every planned table is made of, in the order of the plan; `None` for a finished one.
///
/// # Errors
/// When a column is missing, is no column of amounts, has more decimals than declared, or is not nested as declared.
pub(super) fn tabulate(
    extract: &Extract,
    subject: Option<(&str, &SubjectCodes)>,
    plan: &Plan,
    workshop: &mut Workshop<'_>,
) -> Result<Vec<Option<TableRecords>>, TreatmentError> {
    let source = Source { extract, subject, plan };
    plan.aggregates
        .iter()
        .map(|table| table.is_planned().then(|| source.records(table, workshop)).transpose())
        .collect()
}

/// Where columns are taken from.
#[derive(Clone, Copy)]
struct Source<'a> {
    extract: &'a Extract,
    /// The column of the subject and whose each record is.
    subject: Option<(&'a str, &'a SubjectCodes)>,
    plan: &'a Plan,
}

impl Source<'_> {
    fn records(self, table: &AggregatePlan, workshop: &mut Workshop<'_>) -> Result<TableRecords, TreatmentError> {
        let axes = table.by.iter().map(|dimension| self.axis(dimension, table.margins, workshop));
        let amounts = table.statistic.columns().map(|name| self.amounts(name, table.decimals));
        let asked = table.request.as_ref().map(|request| {
            let cells = self.cells(&request.column)?;
            let is_yes = |value: Option<Secret<&str>>| {
                value.is_some_and(|value| YES.iter().any(|yes| yes.eq_ignore_ascii_case(value.expose())))
            };
            let is_yes = cells.dictionary.values().map(is_yes).collect();
            Ok(Flags { values: column(&request.column, cells.codes.clone(), &cells.dictionary)?, is_yes })
        });
        Ok(TableRecords {
            // Records that were left out are in no column any more, and still counted by the extract.
            records: table
                .by
                .first()
                .map(|dimension| self.cells(&dimension.column))
                .transpose()?
                .map_or(0, |it| it.codes.len()),
            axes: axes.collect::<Result<_, _>>()?,
            amounts: amounts.collect::<Result<_, _>>()?,
            sides: self.sides(table)?,
            asked: asked.transpose()?,
            periods: table.rolling.as_ref().map(|rolling| self.periods(rolling)).transpose()?,
        })
    }

    /// A column as it stands.
    fn cells(&self, name: &str) -> Result<&CodedColumn, TreatmentError> {
        let found = self.extract.columns.iter().find(|column| column.name == name);
        let found: &ExtractColumn = found.ok_or_else(|| TreatmentError::NoSuchColumn(name.to_owned()))?;
        found.coded.as_ref().ok_or_else(|| TreatmentError::NotCoded(name.to_owned()))
    }

    /// A column under the rules of the extract. That the extract leaves it out says nothing of a table.
    fn coarse(&self, name: &str, workshop: &mut Workshop<'_>) -> Result<(Codes, Dictionary), TreatmentError> {
        let cells = self.cells(name)?;
        let (codes, dictionary) = (cells.codes.clone(), cells.dictionary.clone());
        if self.plan.drops(name) {
            Ok((codes, dictionary))
        } else {
            workshop.coarse(name, self.plan, codes, dictionary)
        }
    }

    fn axis(
        self,
        dimension: &DimensionPlan,
        margins: bool,
        workshop: &mut Workshop<'_>,
    ) -> Result<Axis, TreatmentError> {
        let name = &dimension.column;
        let (mut codes, mut dictionary) = self.coarse(name, workshop)?;
        if let Some(rule) = &dimension.rule {
            let recoded = recode_by_value(name, rule, &dictionary, self.plan.time_origin)?;
            codes = codes.remapped(&recoded.map, recoded.dictionary.len());
            dictionary = recoded.dictionary;
        }
        let levels: Vec<Level> = match dimension.hierarchy.as_ref().filter(|_| margins) {
            None => Vec::new(),
            Some(HierarchyPlan::File(file)) => {
                let hierarchy = workshop.hierarchy(file)?;
                groups_of(name, file, hierarchy, &dictionary)?
            }
            Some(HierarchyPlan::Columns(coarser)) => {
                let level = |other: &String| {
                    let (groups, labels) = self.coarse(other, workshop)?;
                    nested(name, other, (&codes, &dictionary), (&groups, &labels))
                };
                coarser.iter().map(level).collect::<Result<_, _>>()?
            }
        };
        let labels: Vec<Option<&str>> = dictionary.values().map(|value| value.map(Secret::expose)).collect();
        let tree = Tree::new(&labels, &levels, margins);
        let (dimension, code_of) = tree
            .codes()
            .ok_or_else(|| TreatmentError::NotNested { column: name.clone(), values: labels.len() as u64 })?;
        Ok(Axis { values: column(name, codes, &dictionary)?, code_of, dimension })
    }

    fn amounts(&self, name: &str, most: Option<u32>) -> Result<Amounts, TreatmentError> {
        let cells = self.cells(name)?;
        let found = cells.dictionary.column_type();
        let numbers = whole_numbers(&cells.dictionary)
            .filter(|_| matches!(found, ColumnType::Integer | ColumnType::Decimal | ColumnType::Empty))
            .ok_or_else(|| TreatmentError::NoAmounts { column: name.to_owned(), found })?;
        if let Some(most) = most.filter(|&most| numbers.decimals > most) {
            return Err(TreatmentError::TooManyDecimals { column: name.to_owned(), found: numbers.decimals, most });
        }
        let values = column(name, cells.codes.clone(), &cells.dictionary)?;
        Ok(Amounts { values, numbers: numbers.numbers, decimals: numbers.decimals })
    }

    fn sides(self, table: &AggregatePlan) -> Result<Vec<Side>, TreatmentError> {
        let named = |name: &str| {
            let cells = self.cells(name)?;
            column(name, cells.codes.clone(), &cells.dictionary)
        };
        let sides = table.contributors();
        let side = |(place, name): (usize, &Option<&str>)| {
            let is_subject = self.subject.is_some_and(|(subject, _)| name.is_none_or(|name| name == subject));
            let contributors = match (name, self.subject) {
                (_, Some((subject, codes))) if is_subject => {
                    Some(Column::new(subject.to_owned(), codes.codes.clone(), codes.cardinality, codes.missing))
                }
                (Some(name), _) => Some(named(name)?),
                (None, _) => None,
            };
            let is_of = |side: &Option<String>| match side {
                Some(side) => Some(side.as_str()) == *name,
                None => place == 0,
            };
            let declared = table.holdings.iter().find(|holding| is_of(&holding.side)).map(|holding| &holding.column);
            // People of one household are one contributor wherever the extract says who they are.
            let household = self.plan.household.as_ref().filter(|_| is_subject);
            let holdings = declared.or(household).map(|column| named(column)).transpose()?;
            Ok(Side { contributors, is_subject, holdings })
        };
        sides.iter().enumerate().map(side).collect()
    }

    /// The periods of the records, numbered in time.
    fn periods(&self, rolling: &crate::plan::RollingPlan) -> Result<Column, TreatmentError> {
        let cells = self.cells(&rolling.column)?;
        let rule = CoarsenRule::Calendar(rolling.period);
        let recoded = recode_by_value(&rolling.column, &rule, &cells.dictionary, self.plan.time_origin)?;
        let labels: Vec<Option<&str>> = recoded.dictionary.values().map(|value| value.map(Secret::expose)).collect();
        let order = in_order(&labels);
        let mut number = vec![0_u32; labels.len()];
        for (place, &code) in (0_u32..).zip(&order) {
            number[code as usize] = place;
        }
        let map: Vec<u32> = recoded.map.iter().map(|&code| number[code as usize]).collect();
        let codes = cells.codes.remapped(&map, labels.len());
        let missing = recoded.dictionary.missing().map(|code| number[code as usize]);
        let distinct = u32::try_from(labels.len()).map_err(|_| TreatmentError::TooLarge(rolling.column.clone()))?;
        Ok(Column::new(rolling.column.clone(), codes, distinct, missing))
    }
}

fn column(name: &str, codes: Codes, dictionary: &Dictionary) -> Result<Column, TreatmentError> {
    let distinct = u32::try_from(dictionary.len()).map_err(|_| TreatmentError::TooLarge(name.to_owned()))?;
    Ok(Column::new(name.to_owned(), codes, distinct, dictionary.missing()))
}

/// Codes in the order of their labels, a missing one last.
fn in_order(labels: &[Option<&str>]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..u32::try_from(labels.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by_key(|&code| (labels[code as usize].is_none(), labels[code as usize]));
    order
}

/// For each value of a dimension the label of its group on one level; none where it has none.
pub(super) type Level = Vec<Option<String>>;

/// The groups that a coarser column makes: each value of the finer one must lie in one of them.
fn nested(
    name: &str,
    other: &str,
    (codes, values): (&Codes, &Dictionary),
    (groups, labels): (&Codes, &Dictionary),
) -> Result<Level, TreatmentError> {
    let mut group_of: Vec<Option<u32>> = vec![None; values.len()];
    let mut torn: HashSet<u32, foldhash::fast::FixedState> = HashSet::default();
    for (code, group) in codes.iter().zip(groups.iter()) {
        if *group_of[code as usize].get_or_insert(group) != group {
            torn.insert(code);
        }
    }
    if !torn.is_empty() {
        return Err(TreatmentError::TornApart {
            column: name.to_owned(),
            coarser: other.to_owned(),
            values: torn.len() as u64,
        });
    }
    let label = |group: Option<u32>| Some(labels.value(group?)?.expose().to_owned());
    Ok(group_of.into_iter().map(label).collect())
}

/// The values of a dimension under their groups.
struct Tree<'a> {
    labels: &'a [Option<&'a str>],
    levels: Vec<&'a Level>,
    margins: bool,
}

impl<'a> Tree<'a> {
    fn new(labels: &'a [Option<&'a str>], levels: &'a [Level], margins: bool) -> Self {
        // A level that holds everything is the total.
        let is_total = |level: &&Level| {
            let mut groups = level.iter().zip(labels).filter(|(_, label)| label.is_some()).map(|(group, _)| group);
            let first = groups.next();
            first.is_some_and(Option::is_some) && groups.all(|group| Some(group) == first)
        };
        Self { labels, levels: levels.iter().filter(|level| !is_total(level)).collect(), margins }
    }

    /// The codes as trees, and the code of each value: the total, then groups from the coarsest to the finest, then values,
    /// each by label. `None` where a group lies in two others.
    fn codes(&self) -> Option<(Dimension, Vec<u32>)> {
        let mut parents: Vec<Option<u32>> = if self.margins { vec![None] } else { Vec::new() };
        let total = self.margins.then_some(0);
        // Of each value the code of its finest group so far.
        let mut above: Vec<Option<u32>> = vec![total; self.labels.len()];
        for level in self.levels.iter().rev() {
            let mut groups: Vec<(&str, Option<u32>)> =
                level.iter().zip(&above).filter_map(|(group, above)| Some((group.as_deref()?, *above))).collect();
            groups.sort_unstable();
            groups.dedup();
            if groups.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return None;
            }
            let first = u32::try_from(parents.len()).ok()?;
            let code_of: HashMap<&str, u32, foldhash::fast::FixedState> =
                groups.iter().zip(first..).map(|((label, _), code)| (*label, code)).collect();
            parents.extend(groups.iter().map(|(_, above)| *above));
            for (above, group) in above.iter_mut().zip(level.iter()) {
                *above = group.as_deref().and_then(|group| code_of.get(group).copied()).or(*above);
            }
        }
        let mut code_of = vec![0; self.labels.len()];
        for value in in_order(self.labels) {
            code_of[value as usize] = u32::try_from(parents.len()).ok()?;
            parents.push(above[value as usize]);
        }
        if parents.is_empty() {
            // Nothing was read: the table has no cell, and the dimension a code that nobody has.
            parents.push(None);
        }
        Some((Dimension::new(parents).ok()?, code_of))
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, Tree};

    fn level(groups: &[&str]) -> Level {
        groups.iter().map(|group| (!group.is_empty()).then(|| (*group).to_owned())).collect()
    }

    #[test]
    fn values_lie_under_their_groups_in_the_order_of_labels() {
        let labels = [Some("c"), Some("a"), None, Some("b")];
        let levels = [level(&["y", "x", "", "x"]), level(&["n", "n", "", "n"])];
        let (dimension, code_of) = Tree::new(&labels, &levels, true).codes().unwrap();
        // The total, x and y, then a, b, c and what is missing; n holds everything and is the total.
        assert_eq!(code_of, [5, 3, 6, 4]);
        let parents: Vec<Option<u32>> = (0..7).map(|code| dimension.parent(code)).collect();
        assert_eq!(parents, [None, Some(0), Some(0), Some(1), Some(1), Some(2), Some(0)]);
        let (flat, code_of) = Tree::new(&labels, &[], false).codes().unwrap();
        assert_eq!((flat.codes(), code_of), (4, vec![2, 0, 3, 1]));
    }

    #[test]
    fn a_group_in_two_others_is_no_tree() {
        let labels = [Some("a"), Some("b"), Some("c")];
        let levels = [level(&["x", "x", "y"]), level(&["m", "n", "n"])];
        assert!(Tree::new(&labels, &levels, true).codes().is_none());
    }
}

//! From an extract to what a declared table of totals is made of: codes of dimensions as trees, exact amounts, and who
//! contributes. The values are seen here and let go here.

use sha2::{Digest as _, Sha256};

use super::calendar::bucket_number;
use super::coarsen::recode_by_value;
use super::hierarchy::groups_of;
use super::tree::{Level, Tree, nested};
use super::workshop::Workshop;
use super::{CoarsenRule, Lookups, SubjectCodes, TreatmentError, whole_numbers};
use crate::input::{CodedColumn, Extract, ExtractColumn};
use crate::measure::aggregates::{Amounts, Axis, CoarserForm, Flags, KeptBefore, Marks, Side, SideMarks, TableRecords};
use crate::plan::{AggregatePlan, CalendarUnit, DimensionPlan, HierarchyPlan, Plan, Statistic, TOTAL};
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::table::{Codes, Column, Dictionary};
use crate::tabular::Mark;

/// Cells that mean yes in a column of requests; letters are compared without case.
const YES: [&str; 4] = ["true", "yes", "y", "1"];

/// What each table is made of, and what its codes are called.
type Tabulated = (Vec<Option<TableRecords>>, Vec<Option<TableLabels>>);

/// What every planned table is made of, in the order of the plan; `None` for a finished one.
///
/// # Errors
/// When a column is missing, is no column of amounts, has more decimals than declared, or is not nested as declared.
pub(super) fn tabulate(
    extract: &Extract,
    subject: Option<(&str, &SubjectCodes)>,
    subject_cells: Option<&CodedColumn>,
    plan: &Plan,
    workshop: &mut Workshop<'_>,
) -> Result<Tabulated, TreatmentError> {
    let source = Source { extract, subject, subject_cells, plan };
    let (mut totals, mut all_labels) = (Vec::new(), Vec::new());
    for table in &plan.aggregates {
        let made = source.is_wanted(table).then(|| source.records(table, workshop)).transpose()?;
        let (records, labels) = made.unzip();
        totals.push(records);
        // Where nobody reads them labels are let go here.
        all_labels.push(labels.filter(|_| plan.as_released || plan.lists.cells));
    }
    Ok((totals, all_labels))
}

/// What the codes of each dimension of a table are called.
#[derive(Debug, Clone, Default)]
pub struct TableLabels(Vec<Vec<TableLabel>>);

/// What a code is called.
#[derive(Debug, Clone)]
pub enum TableLabel {
    /// The total of its dimension.
    Total,
    /// A group of a hierarchy.
    Group(Secret<String>),
    /// A value.
    Value(Secret<String>),
    /// No value.
    Missing,
}

impl TableLabel {
    /// What a code is called in a file that its cells are written to: there the values leave, or stay with who holds the extract.
    pub(crate) fn in_file(&self) -> &str {
        match self {
            Self::Total => TOTAL,
            Self::Group(label) | Self::Value(label) => label.borrowed().expose(),
            Self::Missing => "",
        }
    }
}

impl TableLabels {
    /// The labels of a dimension, code by code.
    pub fn codes(&self, dimension: usize) -> impl Iterator<Item = &TableLabel> {
        self.0.get(dimension).into_iter().flatten()
    }

    fn of(names: &[Vec<String>]) -> Self {
        let label = |name: &String| match name.split_once(' ') {
            Some(("group", label)) => TableLabel::Group(Secret::new(label.to_owned())),
            Some((_, label)) => TableLabel::Value(Secret::new(label.to_owned())),
            None if name == "total" => TableLabel::Total,
            None => TableLabel::Missing,
        };
        Self(names.iter().map(|names| names.iter().map(label).collect()).collect())
    }
}

/// Where columns are taken from.
#[derive(Clone, Copy)]
struct Source<'a> {
    extract: &'a Extract,
    /// The column of the subject and whose each record is.
    subject: Option<(&'a str, &'a SubjectCodes)>,
    /// Its values, where somebody must be recognised in a later release.
    subject_cells: Option<&'a CodedColumn>,
    plan: &'a Plan,
}

impl Source<'_> {
    /// Whether records are needed: for a planned table, and for a finished one that stands beside the extract it was made from.
    fn is_wanted(self, table: &AggregatePlan) -> bool {
        let is_here = |name: &&String| {
            let is_subject = self.subject.is_some_and(|(subject, _)| subject == name.as_str());
            is_subject || self.cells(name).is_ok()
        };
        let is_beside = !self.plan.declarations.aggregate && table.beside_columns().iter().all(is_here);
        table.is_planned() || (is_beside && !table.beside_columns().is_empty())
    }

    fn records(
        self,
        table: &AggregatePlan,
        workshop: &mut Workshop<'_>,
    ) -> Result<(TableRecords, TableLabels), TreatmentError> {
        let axes = table.by.iter().map(|dimension| self.axis(dimension, table.margins, workshop));
        let (axes, names): (Vec<Axis>, Vec<Vec<String>>) = axes.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        let amounts = table.statistic.columns().map(|name| self.amounts(name, table.decimals));
        let asked = table.request.as_ref().map(|request| {
            let cells = self.cells(&request.column)?;
            let is_yes = |value: Option<Secret<&str>>| {
                value.is_some_and(|value| YES.iter().any(|yes| yes.eq_ignore_ascii_case(value.expose())))
            };
            let is_yes = cells.dictionary.values().map(is_yes).collect();
            Ok(Flags { values: column(&request.column, cells.codes.clone(), &cells.dictionary)?, is_yes })
        });
        let sides = self.sides(table)?;
        let labels = TableLabels::of(&names);
        let records = TableRecords {
            // Records that were left out are in no column any more, and still counted by the extract.
            records: table
                .by
                .first()
                .map(|dimension| self.cells(&dimension.column))
                .transpose()?
                .map_or(0, |it| it.codes.len()),
            axes,
            amounts: amounts.collect::<Result<_, _>>()?,
            kept: self.kept(table, &names, &sides, workshop.lookups())?,
            sides,
            asked: asked.transpose()?,
            periods: table.rolling.as_ref().map(|rolling| self.periods(rolling)).transpose()?,
        };
        Ok((records, labels))
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
    ) -> Result<(Axis, Vec<String>), TreatmentError> {
        let name = &dimension.column;
        let (mut codes, mut dictionary) = self.coarse(name, workshop)?;
        let coarser = self.coarser(dimension, &dictionary);
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
        let (dimension, code_of, names) = tree
            .codes()
            .ok_or_else(|| TreatmentError::NotNested { column: name.clone(), values: labels.len() as u64 })?;
        let labels = names.iter().map(|name| match name.split_once(' ') {
            Some((_, label)) => Some(opaque(Some(label))),
            None => (name != "total").then(|| opaque(None)),
        });
        let labels = labels.collect();
        Ok((Axis { values: column(name, codes, &dictionary)?, code_of, dimension, labels, coarser }, names))
    }

    /// The calendar units above the one of a dimension without a hierarchy, where each of its values lies in one of theirs.
    fn coarser(&self, dimension: &DimensionPlan, values: &Dictionary) -> Vec<CoarserForm> {
        let own = match &dimension.rule {
            Some(CoarsenRule::Calendar(unit)) => Some(*unit),
            Some(_) => return Vec::new(),
            None => None,
        };
        if dimension.hierarchy.is_some() {
            return Vec::new();
        }
        let recoded = |unit: CalendarUnit| {
            recode_by_value(&dimension.column, &CoarsenRule::Calendar(unit), values, self.plan.time_origin).ok()
        };
        let fine: Vec<u32> = match own {
            Some(unit) => recoded(unit).map_or_else(Vec::new, |recoded| recoded.map),
            None => (0..u32::try_from(values.len()).unwrap_or(u32::MAX)).collect(),
        };
        let above = CalendarUnit::ALL.iter().copied().skip_while(|unit| own.is_some_and(|own| *unit != own));
        let form = |unit: CalendarUnit| {
            let coarse = recoded(unit)?.map;
            let mut group_of: Vec<Option<u32>> = vec![None; fine.iter().max().map_or(0, |most| *most as usize + 1)];
            for (&fine, &coarse) in fine.iter().zip(&coarse) {
                if *group_of[fine as usize].get_or_insert(coarse) != coarse {
                    return None;
                }
            }
            let group_of: Vec<u32> = group_of.into_iter().collect::<Option<_>>()?;
            Some(CoarserForm { rule: unit.name().to_owned(), group_of })
        };
        above.filter(|unit| Some(*unit) != own).filter_map(form).collect()
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
        let side = |(place, name): (usize, Option<&str>)| {
            let is_subject = self.subject.is_some_and(|(subject, _)| name.is_none_or(|name| name == subject));
            let contributors = match (name, self.subject) {
                (_, Some((subject, codes))) if is_subject => {
                    Some(Column::new(subject.to_owned(), codes.codes.clone(), codes.cardinality, codes.missing))
                }
                (Some(name), _) => Some(named(name)?),
                (None, _) => None,
            };
            let is_of = |side: &Option<String>| match side {
                Some(side) => Some(side.as_str()) == name,
                None => place == 0,
            };
            let declared = table.holdings.iter().find(|holding| is_of(&holding.side)).map(|holding| &holding.column);
            // People of one household are one contributor wherever the extract says who they are.
            let household = self.plan.household.as_ref().filter(|_| is_subject);
            let holdings = declared.or(household).map(|column| named(column)).transpose()?;
            Ok(Side { contributors, is_subject, holdings })
        };
        sides.iter().copied().enumerate().map(side).collect()
    }

    /// The marks of everything that the table shows and of everybody in it, and the releases that its folder keeps.
    fn kept(
        &self,
        table: &AggregatePlan,
        names: &[Vec<String>],
        sides: &[Side],
        lookups: &Lookups,
    ) -> Result<Option<KeptBefore>, TreatmentError> {
        let Some(folder) = table.contributors.as_ref().and_then(|folder| lookups.kept.get(folder)) else {
            return Ok(None);
        };
        let mark = |kind: &str, column: &str, value: &str| {
            folder.key.mark(&[kind.as_bytes(), column.as_bytes(), value.as_bytes()])
        };
        let codes = table.by.iter().zip(names);
        let codes = codes.map(|(by, names)| names.iter().map(|name| mark("code", &by.column, name)).collect());
        let counted = matches!(table.statistic, Statistic::Count | Statistic::Mean(_));
        let sums = table.statistic.columns().map(|column| mark("sum", column, ""));
        let persons = self.plan.subject_map.as_ref().zip(lookups.subject_map.as_ref());
        let persons = persons.map(|(map, pairs)| super::persons_by_value(map, pairs)).transpose()?.unwrap_or_default();
        let marks = Marks {
            sums: sums.chain(counted.then(|| mark("count", "", ""))).collect(),
            codes: codes.collect(),
            sides: sides.iter().map(|side| self.side_marks(side, &persons, &mark)).collect::<Result<_, _>>()?,
            key: folder.key.clone(),
        };
        Ok(Some(KeptBefore { marks, earlier: folder.earlier.clone() }))
    }

    /// The marks of everybody on one side; `None` where every record is a contributor.
    fn side_marks(
        &self,
        side: &Side,
        persons: &std::collections::HashMap<&str, &str>,
        mark: &dyn Fn(&str, &str, &str) -> Mark,
    ) -> Result<Option<SideMarks>, TreatmentError> {
        let Some(contributors) = &side.contributors else { return Ok(None) };
        let of_subject = self.subject_cells.filter(|_| side.is_subject);
        let cells = of_subject.map_or_else(|| self.cells(&contributors.name), Ok)?;
        // A person of the map has one mark, whatever the card; whoever is missing has one as well.
        let mut marks = vec![mark("missing", &contributors.name, ""); contributors.cardinality as usize];
        let mut is_named = vec![false; marks.len()];
        for (who, value) in contributors.values().zip(cells.codes.iter()) {
            if std::mem::replace(&mut is_named[who as usize], true) || contributors.missing == Some(who) {
                continue;
            }
            let value = cells.dictionary.value(value).map_or("", Secret::expose);
            let person = persons.get(value).filter(|_| side.is_subject);
            marks[who as usize] = match person {
                Some(person) => mark("person", "", person),
                None => mark("contributor", &contributors.name, value),
            };
        }
        let holdings = side.holdings.as_ref().map(|holdings| {
            let cells = self.cells(&holdings.name)?;
            let of = |value: Option<Secret<&str>>| mark("holding", &holdings.name, value.map_or("", Secret::expose));
            Ok::<Vec<Mark>, TreatmentError>(cells.dictionary.values().map(of).collect())
        });
        let holdings = holdings.transpose()?.unwrap_or_default();
        Ok(Some(SideMarks { column: mark("side", &contributors.name, ""), contributors: marks, holdings }))
    }

    /// The periods of the records, numbered in time: a period without a record has its number as well. Records without a date
    /// have the last one.
    fn periods(&self, rolling: &crate::plan::RollingPlan) -> Result<Column, TreatmentError> {
        let cells = self.cells(&rolling.column)?;
        let rule = CoarsenRule::Calendar(rolling.period);
        let recoded = recode_by_value(&rolling.column, &rule, &cells.dictionary, self.plan.time_origin)?;
        let too_large = || TreatmentError::TooLarge(rolling.column.clone());
        let place = |label: Option<Secret<&str>>| match label {
            None => Ok(None),
            Some(label) => bucket_number(rolling.period, label.expose()).map(Some).ok_or_else(too_large),
        };
        let places: Vec<Option<i64>> = recoded.dictionary.values().map(place).collect::<Result<_, _>>()?;
        let first = places.iter().flatten().min().copied().unwrap_or(0);
        let last = places.iter().flatten().max().copied().unwrap_or(first - 1);
        let count = u32::try_from(last - first + 1).map_err(|_| too_large())?;
        let missing = recoded.dictionary.missing().map(|_| count);
        let number = |place: Option<i64>| place.map_or(count, |place| u32::try_from(place - first).unwrap_or(count));
        let map: Vec<u32> = recoded.map.iter().map(|&code| number(places[code as usize])).collect();
        let distinct = count.checked_add(u32::from(missing.is_some())).ok_or_else(too_large)?;
        let codes = cells.codes.remapped(&map, distinct as usize);
        Ok(Column::new(rolling.column.clone(), codes, distinct, missing))
    }
}

fn column(name: &str, codes: Codes, dictionary: &Dictionary) -> Result<Column, TreatmentError> {
    let distinct = u32::try_from(dictionary.len()).map_err(|_| TreatmentError::TooLarge(name.to_owned()))?;
    Ok(Column::new(name.to_owned(), codes, distinct, dictionary.missing()))
}

/// A number that equal labels share, and that does not show them: the first 128 bits of their SHA-256.
pub(super) fn opaque(label: Option<&str>) -> u128 {
    let text = label.map_or_else(|| "missing".to_owned(), |label| format!("label {label}"));
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).fold(0, |number, &byte| number << 8 | u128::from(byte))
}

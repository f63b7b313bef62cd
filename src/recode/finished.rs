//! From the file of a finished table to its cells: addresses and whole numbers. The values are seen here and let go here.

use std::path::Path;

use hashbrown::HashMap;

use super::finished_error::FinishedError;
use super::hidden_total::hidden_total;
use super::tabulate::opaque;
use super::{Hierarchies, TreatmentError, file_name};
use crate::input::{CodedColumn, Extract};
use crate::measure::aggregates::{FinishedCell, FinishedRecords, Labels};
use crate::plan::{AggregatePlan, Exact, FinishedPlan, HierarchyPlan, InputOptions, Statistic};
use crate::result::TableFile;
use crate::secret::Secret;
use crate::tabular::{Dimension, Layout, MOST_LARGEST};

/// Cells of a column of suppression marks that mean yes.
const YES: [&str; 4] = ["true", "yes", "y", "1"];
/// Cells of such a column that mean no.
const NO: [&str; 4] = ["false", "no", "n", "0"];
/// The column of the value of a count, unless another is named.
pub(crate) const COUNT_COLUMN: &str = "count";
/// Labels that stand for a total in tables as people write them.
const TOTALS: [&str; 15] = [
    "total",
    "totals",
    "grand total",
    "subtotal",
    "all",
    "sum",
    "overall",
    "gesamt",
    "insgesamt",
    "summe",
    "alle",
    "ensemble",
    "tous",
    "totale",
    "totaal",
];

/// The file of one finished table, and what is declared of it.
pub struct FinishedSource<'a> {
    /// What it holds.
    pub extract: &'a Extract,
    /// The table.
    pub plan: &'a AggregatePlan,
    /// What is said of its file.
    pub finished: &'a FinishedPlan,
    /// What is said of cells.
    pub input: &'a InputOptions,
    /// The files that group its codes.
    pub hierarchies: &'a Hierarchies,
}

impl FinishedSource<'_> {
    /// The cells of the table.
    ///
    /// # Errors
    /// When the file is no such table.
    pub fn records(&self) -> Result<FinishedRecords, FinishedError> {
        let lines = usize::try_from(self.extract.records).map_err(|_| self.too_large())?;
        if lines == 0 {
            return Err(FinishedError::Empty(self.plan.name.clone()));
        }
        let axes = self.plan.by.iter().map(|dimension| self.axis(dimension)).collect::<Result<Vec<_>, _>>()?;
        let layout =
            Layout::new(axes.iter().map(|axis| axis.dimension.clone()).collect()).map_err(|_| self.too_large())?;
        let value = self.coded(self.value_column()?)?;
        let suppressed = self.suppressed(value, lines)?;
        let amounts = self.amounts(value, &suppressed, lines)?;
        let contributors = self.contributors(&suppressed, lines)?;
        let largest = self.largest(&suppressed, lines)?;
        let columns = [&amounts].into_iter().chain(&largest);
        let decimals =
            columns.flat_map(|column| column.iter().flatten()).map(|number| number.decimals()).max().unwrap_or(0);
        let mut cells = Vec::with_capacity(lines);
        for line in 0..lines {
            let codes: Vec<u32> = axes.iter().map(|axis| axis.code_of[axis.codes.codes.get(line) as usize]).collect();
            let shares = largest.iter().map_while(|column| self.units(column[line], decimals).transpose());
            cells.push(FinishedCell {
                address: layout.address(&codes),
                value: self.units(amounts[line], decimals)?,
                is_suppressed: suppressed[line],
                contributors: contributors.as_ref().and_then(|contributors| contributors[line]),
                largest: shares.collect::<Result<Vec<_>, _>>()?,
            });
        }
        let cells = self.each_once(cells)?;
        if suppressed.iter().all(|&suppressed| suppressed) {
            return Err(FinishedError::AllSuppressed(self.plan.name.clone()));
        }
        let rounding =
            self.finished.rounding.map_or(Some(1), |base| u32::try_from(base.in_whole_units(decimals)?.max(1)).ok());
        let rounding = rounding.ok_or_else(|| self.too_large())?;
        let is_sum = matches!(self.plan.statistic, Statistic::Count | Statistic::Sum(_));
        if let Some(place) = hidden_total(&layout, &cells, rounding).filter(|_| is_sum) {
            let column = self.plan.by[place].column.clone();
            return Err(FinishedError::EqualsOthers { table: self.plan.name.clone(), column });
        }
        Ok(FinishedRecords {
            file: self.file(),
            labels: axes.iter().map(|axis| axis.labels.clone()).collect(),
            decimals,
            layout,
            cells,
            rounding,
        })
    }

    /// A number in units of so many decimals.
    fn units(&self, number: Option<Exact>, decimals: u32) -> Result<Option<i64>, FinishedError> {
        let Some(number) = number else { return Ok(None) };
        let units = number.in_units(decimals).and_then(|units| i64::try_from(units).ok());
        units.map(Some).ok_or_else(|| self.too_large())
    }

    /// The cells of all lines by ascending address; refused where two lines are of the same cell.
    fn each_once(&self, cells: Vec<FinishedCell>) -> Result<Vec<FinishedCell>, FinishedError> {
        let mut cells: Vec<(FinishedCell, u64)> = cells.into_iter().zip(1_u64..).collect();
        cells.sort_by_key(|(cell, line)| (cell.address, *line));
        if let Some([(_, first), (_, second)]) =
            cells.array_windows::<2>().find(|[one, two]| one.0.address == two.0.address)
        {
            return Err(FinishedError::Twice { table: self.plan.name.clone(), first: *first, second: *second });
        }
        Ok(cells.into_iter().map(|(cell, _)| cell).collect())
    }

    /// Which bytes it is; a table of several files has no hash.
    fn file(&self) -> TableFile {
        let file = self.extract.files.first();
        TableFile {
            name: file.map_or_else(String::new, |file| file.name.clone()),
            sha256: file.filter(|_| self.extract.files.len() == 1).and_then(|file| file.sha256.clone()),
        }
    }

    fn too_large(&self) -> FinishedError {
        FinishedError::TooLarge(self.plan.name.clone())
    }

    fn coded(&self, name: &str) -> Result<&CodedColumn, FinishedError> {
        let found = self.extract.columns.iter().find(|column| column.name == name);
        found.and_then(|column| column.coded.as_ref()).ok_or_else(|| FinishedError::NoColumn {
            table: self.plan.name.clone(),
            column: name.to_owned(),
            columns: self.extract.columns.iter().map(|column| column.name.clone()).collect(),
        })
    }

    fn value_column(&self) -> Result<&str, FinishedError> {
        if let Some(value) = &self.finished.value {
            return Ok(value);
        }
        match &self.plan.statistic {
            Statistic::Sum(value) | Statistic::Mean(value) | Statistic::Quantile { value, .. } => Ok(value),
            Statistic::Count => {
                let is_there = self.extract.columns.iter().any(|column| column.name == COUNT_COLUMN);
                let named = self.finished.count.as_deref().or(is_there.then_some(COUNT_COLUMN));
                named.ok_or_else(|| FinishedError::NoValue(self.plan.name.clone()))
            }
            Statistic::Ratio { .. } => Err(FinishedError::NoValue(self.plan.name.clone())),
        }
    }

    fn is_mark(&self, value: &str) -> bool {
        if self.finished.marks.is_empty() {
            return self.input.is_suppression_mark(value);
        }
        self.finished.marks.iter().any(|mark| mark.trim().eq_ignore_ascii_case(value))
    }

    /// Which lines are suppressed: those that a column of their own marks, else those with a mark in place of the value.
    fn suppressed(&self, value: &CodedColumn, lines: usize) -> Result<Vec<bool>, FinishedError> {
        let marked = |column: &CodedColumn| -> Vec<bool> {
            let empty_is_mark = self.finished.marks.iter().any(|mark| mark.trim().is_empty());
            column
                .dictionary
                .values()
                .map(|value| value.map_or(empty_is_mark, |value| self.is_mark(value.expose())))
                .collect()
        };
        let in_place = marked(value);
        let mut suppressed: Vec<bool> = (0..lines).map(|line| in_place[value.codes.get(line) as usize]).collect();
        let Some(name) = &self.finished.suppressed else { return Ok(suppressed) };
        let column = self.coded(name)?;
        let means: Vec<Option<bool>> = column
            .dictionary
            .values()
            .zip(marked(column))
            .map(|(value, is_mark)| {
                let is = |words: &[&str]| {
                    value.is_some_and(|value| words.iter().any(|word| word.eq_ignore_ascii_case(value.expose())))
                };
                if is_mark || is(&YES) {
                    return Some(true);
                }
                // With marks of its own, a column says no with everything else that is empty.
                (value.is_none() || is(&NO)).then_some(false)
            })
            .collect();
        let wrong: Vec<usize> = (0..lines).filter(|&line| means[column.codes.get(line) as usize].is_none()).collect();
        if let Some(&first) = wrong.first() {
            let (number, first) = (wrong.len() as u64, first as u64 + 1);
            return Err(FinishedError::NoMark { table: self.plan.name.clone(), column: name.clone(), number, first });
        }
        for (line, suppressed) in suppressed.iter_mut().enumerate() {
            *suppressed |= means[column.codes.get(line) as usize] == Some(true);
        }
        Ok(suppressed)
    }

    /// The number in each line. A suppressed cell may have none.
    fn numbers(
        &self,
        name: &str,
        column: &CodedColumn,
        may_lack: &dyn Fn(usize) -> bool,
        lines: usize,
    ) -> Result<Vec<Option<Exact>>, FinishedError> {
        let of_code: Vec<Option<Exact>> =
            column.dictionary.values().map(|value| Exact::parse(value?.expose())).collect();
        let numbers: Vec<Option<Exact>> = (0..lines).map(|line| of_code[column.codes.get(line) as usize]).collect();
        let wrong: Vec<usize> = (0..lines).filter(|&line| numbers[line].is_none() && !may_lack(line)).collect();
        match wrong.first() {
            None => Ok(numbers),
            Some(&first) => Err(FinishedError::NoNumber {
                table: self.plan.name.clone(),
                column: name.to_owned(),
                number: wrong.len() as u64,
                first: first as u64 + 1,
            }),
        }
    }

    fn amounts(
        &self,
        value: &CodedColumn,
        suppressed: &[bool],
        lines: usize,
    ) -> Result<Vec<Option<Exact>>, FinishedError> {
        let name = self.value_column()?;
        let amounts = self.numbers(name, value, &|line| suppressed[line], lines)?;
        if self.plan.statistic == Statistic::Count {
            self.are_counts(name, &amounts)?;
        }
        Ok(amounts)
    }

    fn are_counts(&self, name: &str, numbers: &[Option<Exact>]) -> Result<Vec<Option<u64>>, FinishedError> {
        let count = |number: Exact| number.in_units(0).and_then(|number| u64::try_from(number).ok());
        let wrong: Vec<usize> =
            (0..numbers.len()).filter(|&line| numbers[line].is_some_and(|number| count(number).is_none())).collect();
        match wrong.first() {
            None => Ok(numbers.iter().map(|number| number.and_then(count)).collect()),
            Some(&first) => Err(FinishedError::NoCount {
                table: self.plan.name.clone(),
                column: name.to_owned(),
                number: wrong.len() as u64,
                first: first as u64 + 1,
            }),
        }
    }

    fn contributors(&self, suppressed: &[bool], lines: usize) -> Result<Option<Vec<Option<u64>>>, FinishedError> {
        let Some(name) = &self.finished.count else { return Ok(None) };
        let numbers = self.numbers(name, self.coded(name)?, &|line| suppressed[line], lines)?;
        self.are_counts(name, &numbers).map(Some)
    }

    /// The largest contributions, column by column; a cell with fewer contributors has fewer.
    fn largest(&self, suppressed: &[bool], lines: usize) -> Result<Vec<Vec<Option<Exact>>>, FinishedError> {
        let columns = self.finished.largest.iter().take(MOST_LARGEST);
        columns
            .map(|name| {
                let column = self.coded(name)?;
                let is_empty: Vec<bool> = column.dictionary.values().map(|value| value.is_none()).collect();
                self.numbers(name, column, &|line| suppressed[line] || is_empty[column.codes.get(line) as usize], lines)
            })
            .collect()
    }

    fn axis(&self, dimension: &crate::plan::DimensionPlan) -> Result<FinishedAxis<'_>, FinishedError> {
        let name = &dimension.column;
        let column = self.coded(name)?;
        let labels: Vec<Option<&str>> = column.dictionary.values().map(|value| value.map(Secret::expose)).collect();
        let used = used(column, labels.len());
        let total = self.finished.total.trim();
        let is_total = |label: Option<&str>| label.map_or(total.is_empty(), |label| label == total);
        let has_total = labels.iter().zip(&used).any(|(label, &used)| used && is_total(*label));
        if self.plan.margins && !has_total {
            return Err(FinishedError::NoTotal { table: self.plan.name.clone(), column: name.clone() });
        }
        // A total that is read as one more value would be in no sum, and nothing would be recoverable through it.
        let says_total = |label: &str| TOTALS.iter().any(|total| total.eq_ignore_ascii_case(label));
        let is_hidden = |label: Option<&str>| !is_total(label) && label.is_some_and(says_total);
        let is_flat = dimension.hierarchy.is_none();
        if is_flat && labels.iter().zip(&used).any(|(label, &used)| used && is_hidden(*label)) {
            return Err(FinishedError::LooksLikeTotal { table: self.plan.name.clone(), column: name.clone() });
        }
        let mut parents: Vec<Option<u32>> = if has_total { vec![None] } else { Vec::new() };
        let groups = match &dimension.hierarchy {
            None => HashMap::default(),
            Some(HierarchyPlan::File(file)) => self.groups(file, total, &mut parents)?,
            Some(HierarchyPlan::Columns(_)) => {
                return Err(FinishedError::GroupedByColumns { table: self.plan.name.clone(), column: name.clone() });
            }
        };
        let mut code_of = vec![0; labels.len()];
        let mut order: Vec<usize> = (0..labels.len()).filter(|&at| used[at] && !is_total(labels[at])).collect();
        order.sort_by_key(|&at| (labels[at].is_none(), labels[at]));
        let mut lacking = 0;
        for at in order {
            code_of[at] = if let Some(&code) = labels[at].and_then(|label| groups.get(label)) {
                code
            } else {
                lacking += u64::from(labels[at].is_some());
                parents.push(has_total.then_some(0));
                u32::try_from(parents.len() - 1).map_err(|_| self.too_large())?
            };
        }
        if let (Some(HierarchyPlan::File(file)), 1..) = (&dimension.hierarchy, lacking) {
            return Err(FinishedError::NotInHierarchy {
                table: self.plan.name.clone(),
                column: name.clone(),
                file: file_name(file),
                values: lacking,
            });
        }
        let dimension = Dimension::new(parents).map_err(|_| self.too_large())?;
        // A group and a value of the file have their own labels; the total has none.
        let mut named: Labels = vec![None; dimension.codes()];
        for (label, &code) in &groups {
            named[code as usize] = Some(opaque(Some(label)));
        }
        for (at, label) in labels.iter().enumerate().filter(|(at, label)| used[*at] && !is_total(**label)) {
            named[code_of[at] as usize] = Some(opaque(*label));
        }
        Ok(FinishedAxis { codes: column, code_of, dimension, labels: named })
    }

    /// The codes of all values and groups of a hierarchy file, whose parents are added, the coarsest first.
    fn groups(
        &self,
        file: &Path,
        total: &str,
        parents: &mut Vec<Option<u32>>,
    ) -> Result<HashMap<String, u32>, FinishedError> {
        let hierarchy = self.hierarchies.get(file).ok_or_else(|| TreatmentError::not_read(file))?;
        let levels: Vec<&CodedColumn> = hierarchy.columns.iter().filter_map(|column| column.coded.as_ref()).collect();
        let lines = usize::try_from(hierarchy.records).map_err(|_| self.too_large())?;
        let root = (!parents.is_empty()).then_some(0);
        let mut code_of: HashMap<String, u32> = HashMap::new();
        for level in (0..levels.len()).rev() {
            let mut here: HashMap<&str, Option<u32>> = HashMap::new();
            for line in 0..lines {
                let label =
                    |level: usize| levels[level].dictionary.value(levels[level].codes.get(line)).map(Secret::expose);
                let Some(own) = label(level).filter(|own| *own != total) else { continue };
                // The finest group above it that is another.
                let above = (level + 1..levels.len()).filter_map(label).find(|above| *above != own && *above != total);
                let parent = above.and_then(|above| code_of.get(above).copied()).or(root);
                // A group that is spelled like one above it is that one.
                if code_of.contains_key(own) {
                    continue;
                }
                if *here.entry(own).or_insert(parent) != parent {
                    return Err(FinishedError::NotNested { table: self.plan.name.clone(), file: file_name(file) });
                }
            }
            let mut new: Vec<(&str, Option<u32>)> = here.into_iter().collect();
            new.sort_unstable();
            for (label, parent) in new {
                let code = u32::try_from(parents.len()).map_err(|_| self.too_large())?;
                parents.push(parent);
                code_of.insert(label.to_owned(), code);
            }
        }
        Ok(code_of)
    }
}

/// A dimension of the file.
struct FinishedAxis<'a> {
    codes: &'a CodedColumn,
    code_of: Vec<u32>,
    dimension: Dimension,
    labels: Labels,
}

/// Which values of a column occur.
fn used(column: &CodedColumn, values: usize) -> Vec<bool> {
    let mut used = vec![false; values];
    for code in column.codes.iter() {
        used[code as usize] = true;
    }
    used
}

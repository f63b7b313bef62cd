//! Tables of totals, as they are declared.

use std::path::PathBuf;

use super::{CalendarUnit, CoarsenRule, Exact};
use crate::tabular::Rule;

/// One table of totals.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregatePlan {
    /// What reports call it.
    pub name: String,
    /// Its dimensions, in order.
    pub by: Vec<DimensionPlan>,
    /// What each cell says.
    pub statistic: Statistic,
    /// Whether the totals over every dimension, and over every group of a hierarchy, are published as well.
    pub margins: bool,
    /// The column that says who contributes; the subject when `None`, and each record where there is no subject.
    pub contributor: Option<String>,
    /// Further columns of contributors, such as the merchant: every rule holds for each.
    pub sides: Vec<String>,
    /// Columns that merge contributors who belong together.
    pub holdings: Vec<Holding>,
    /// Who asked for protection.
    pub request: Option<RequestPlan>,
    /// What is done with amounts below zero.
    pub negatives: Negatives,
    /// The most digits behind the point that an amount may have; those of the column when `None`.
    pub decimals: Option<u32>,
    /// When a cell is unsafe.
    pub rules: Vec<RulePlan>,
    /// The finished table, where it is one; else it is planned from the extract.
    pub table: Option<FinishedPlan>,
    /// Finished tables of earlier releases, oldest first.
    pub earlier: Vec<FinishedPlan>,
    /// The folder in which contributors of released cells are kept between scans.
    pub contributors: Option<PathBuf>,
    /// How it is released again and again.
    pub rolling: Option<RollingPlan>,
}

/// A dimension of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct DimensionPlan {
    /// The column.
    pub column: String,
    /// A rule for this table alone, on top of those of the extract.
    pub rule: Option<CoarsenRule>,
    /// How its values are grouped.
    pub hierarchy: Option<HierarchyPlan>,
}

/// How the values of a dimension are grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HierarchyPlan {
    /// By a file: a line for each value, with the value itself, its group, the group of that, and so on.
    File(PathBuf),
    /// By coarser columns, the finest first.
    Columns(Vec<String>),
}

/// What a cell says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statistic {
    /// How many records.
    Count,
    /// The sum of a column.
    Sum(String),
    /// The mean of a column over the records.
    Mean(String),
    /// The sum of one column for each of another.
    Ratio {
        /// What is divided.
        numerator: String,
        /// By what.
        denominator: String,
    },
    /// The value below which a share of the records lies.
    Quantile {
        /// The column.
        value: String,
        /// The share, above 0 and below 1, in thousandths of a thousandth.
        millionths: u32,
    },
}

impl Statistic {
    /// The columns it is about.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        let (first, second) = match self {
            Self::Count => (None, None),
            Self::Sum(value) | Self::Mean(value) | Self::Quantile { value, .. } => (Some(value), None),
            Self::Ratio { numerator, denominator } => (Some(numerator), Some(denominator)),
        };
        first.into_iter().chain(second)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum(_) => "sum",
            Self::Mean(_) => "mean",
            Self::Ratio { .. } => "ratio",
            Self::Quantile { .. } => "quantile",
        }
    }
}

/// A column that merges the contributors of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The column of contributors; the first side when `None`.
    pub side: Option<String>,
    /// Contributors with the same value of this column are one.
    pub column: String,
}

/// Protection for those who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPlan {
    /// The column that says who asked: `true`, `yes`, `y` or `1`.
    pub column: String,
    /// The least percentage of the total that the largest contributor must hold.
    pub percent: crate::tabular::Ratio,
}

/// What is done with contributions below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Negatives {
    /// The table is not measured, and so not safe.
    #[default]
    Refuse,
    /// Contributions count without their sign.
    Absolute,
    /// All contributions of a cell are raised until the lowest is zero.
    Shift,
}

impl Negatives {
    /// Names used in a configuration.
    pub const NAMES: [(&str, Self); 3] =
        [("refuse", Self::Refuse), ("absolute", Self::Absolute), ("shift", Self::Shift)];
}

/// A rule, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePlan {
    /// The rule.
    pub rule: Rule,
    /// Whether it holds only where the largest contributor asked for it.
    pub on_request: bool,
    /// The side it is for; every one when `None`.
    pub side: Option<String>,
}

impl RulePlan {
    /// A rule for every side.
    #[must_use]
    pub fn new(rule: Rule) -> Self {
        Self { rule, on_request: false, side: None }
    }

    /// Whether a contributor who is alone in a cell is protected by it, whoever that is.
    #[must_use]
    pub fn protects_everybody(&self) -> bool {
        !self.on_request && !matches!(self.rule, Rule::AllZero | Rule::GroupDisclosure)
    }

    /// Reads `RULE`, `request:RULE`, `RULE@SIDE`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(written: &str) -> Result<Self, String> {
        let (rest, side) = match written.split_once('@') {
            Some((_, side)) if side.trim().is_empty() => {
                return Err("name a column of contributors after `@`, such as `frequency:5@merchant`".to_owned());
            }
            Some((rest, side)) => (rest, Some(side.trim().to_owned())),
            None => (written, None),
        };
        let rest = rest.trim();
        let (rest, on_request) = rest.strip_prefix("request:").map_or((rest, false), |rest| (rest, true));
        let rule = Rule::parse(rest)?;
        if on_request && !matches!(rule, Rule::Dominance { .. } | Rule::Percent(_) | Rule::PriorPosterior { .. }) {
            return Err("only `dominance`, `p` and `pq` can hold on request, such as `request:p:10`".to_owned());
        }
        Ok(Self { rule, on_request, side })
    }
}

impl std::fmt::Display for RulePlan {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let request = if self.on_request { "request:" } else { "" };
        write!(formatter, "{request}{}", self.rule)?;
        self.side.as_ref().map_or(Ok(()), |side| write!(formatter, "@{side}"))
    }
}

/// A table as it is published.
#[derive(Debug, Clone, PartialEq)]
pub struct FinishedPlan {
    /// The file.
    pub file: String,
    /// The column of the value; that of the statistic when `None`.
    pub value: Option<String>,
    /// The column that says how many contribute.
    pub count: Option<String>,
    /// The columns of the largest contributions, the largest first.
    pub largest: Vec<String>,
    /// The column that says which cells are suppressed; else the mark stands in place of the value.
    pub suppressed: Option<String>,
    /// What marks a suppressed cell; the marks of the plan when empty.
    pub marks: Vec<String>,
    /// What stands for a total in a dimension.
    pub total: String,
    /// What values are rounded to a multiple of; not rounded when `None`.
    pub rounding: Option<Exact>,
}

/// What stands for a total unless somebody says otherwise.
pub const TOTAL: &str = "Total";

impl FinishedPlan {
    /// A file of which nothing else is said.
    #[must_use]
    pub fn new(file: String) -> Self {
        Self {
            file,
            value: None,
            count: None,
            largest: Vec::new(),
            suppressed: None,
            marks: Vec::new(),
            total: TOTAL.to_owned(),
            rounding: None,
        }
    }
}

/// A table that is released for each period over the last few.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollingPlan {
    /// The column of dates.
    pub column: String,
    /// How often.
    pub period: CalendarUnit,
    /// Periods that each release covers.
    pub window: u32,
}

impl AggregatePlan {
    /// A table of records by these columns, of which nothing else is said.
    #[must_use]
    pub fn new(name: String, by: Vec<DimensionPlan>) -> Self {
        Self {
            name,
            by,
            statistic: Statistic::Count,
            margins: true,
            contributor: None,
            sides: Vec::new(),
            holdings: Vec::new(),
            request: None,
            negatives: Negatives::default(),
            decimals: None,
            rules: Vec::new(),
            table: None,
            earlier: Vec::new(),
            contributors: None,
            rolling: None,
        }
    }

    /// Whether the cells are made from the extract.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        self.table.is_none()
    }

    /// The columns that say who contributes, each once; none stands for the subject.
    #[must_use]
    pub fn contributors(&self) -> Vec<Option<&str>> {
        let mut sides: Vec<Option<&str>> = self.contributor.iter().map(|name| Some(name.as_str())).collect();
        for side in &self.sides {
            if !sides.contains(&Some(side)) {
                sides.push(Some(side));
            }
        }
        if sides.is_empty() {
            sides.push(None);
        }
        sides
    }

    /// Columns by which a finished table can be held against the extract that it was made from; none where its cells are no
    /// sums.
    #[must_use]
    pub fn beside_columns(&self) -> Vec<&String> {
        if self.is_planned() || !matches!(self.statistic, Statistic::Count | Statistic::Sum(_)) {
            return Vec::new();
        }
        let mut columns: Vec<&String> = self.by.iter().map(|dimension| &dimension.column).collect();
        columns.extend(self.statistic.columns());
        columns.extend(&self.contributor);
        columns.extend(&self.sides);
        columns.extend(self.holdings.iter().map(|holding| &holding.column));
        columns.extend(self.request.as_ref().map(|request| &request.column));
        columns
    }

    /// Columns of the file of a finished table that its declaration speaks of.
    #[must_use]
    pub fn columns_of_table(&self) -> Vec<String> {
        let Some(table) = &self.table else { return Vec::new() };
        let dimensions = self.by.iter().map(|dimension| &dimension.column);
        let values = table.value.iter().chain(self.statistic.columns());
        let beside = table.count.iter().chain(&table.largest).chain(&table.suppressed);
        dimensions.chain(values).chain(beside).cloned().collect()
    }

    /// Columns of the extract that it needs.
    #[must_use]
    pub fn columns(&self) -> Vec<&String> {
        if !self.is_planned() {
            return Vec::new();
        }
        let mut columns: Vec<&String> = Vec::new();
        for dimension in &self.by {
            columns.push(&dimension.column);
            if let Some(HierarchyPlan::Columns(coarser)) = &dimension.hierarchy {
                columns.extend(coarser);
            }
        }
        columns.extend(self.statistic.columns());
        columns.extend(&self.contributor);
        columns.extend(&self.sides);
        columns.extend(self.holdings.iter().map(|holding| &holding.column));
        columns.extend(self.request.as_ref().map(|request| &request.column));
        columns.extend(self.rolling.as_ref().map(|rolling| &rolling.column));
        columns
    }
}

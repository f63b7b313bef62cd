//! Coarsening rules: what can be written after `--coarsen COL=` or `coarsen =`.

use std::fmt;
use std::path::{Path, PathBuf};

use super::Exact;

/// One coarsening rule of a column.
///
/// | rule | for | what becomes one value |
/// |---|---|---|
/// | `hour` `day` `week` `month` `quarter` `year` | dates and times | all moments in it; ISO weeks; zoned times by the clock of the plan |
/// | `round:10` | numbers | `floor(x / 10 + 0.5) * 10`, exactly |
/// | `bins:0,10,50` | numbers | each band `[0, 10)`, `[10, 50)`; below the first and from the last edge are bands too |
/// | `top:500` | numbers | everything from 500 on |
/// | `prefix:3`, `suffix:4` | any value as text | equal first or last characters |
/// | `hierarchy:FILE:LEVEL` | any value | equal entries in that column of the file; 0 is the value itself |
/// | `rare:20` | any value | values held by fewer than 20 subjects |
/// | `drop` | any column | the column is not counted at all |
///
/// A missing cell stays missing under every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoarsenRule {
    /// Moments within one calendar unit become one.
    Calendar(CalendarUnit),
    /// Numbers are rounded to the nearest multiple of a positive step.
    Round(Exact),
    /// Numbers between two neighbouring edges become one; at least one edge, ascending.
    Bins(Vec<Exact>),
    /// Numbers from this one on become one.
    Top(Exact),
    /// Only so many first characters count; at least one.
    Prefix(usize),
    /// Only so many last characters count; at least one.
    Suffix(usize),
    /// Values are replaced by what a file says.
    Hierarchy {
        /// The file.
        file: PathBuf,
        /// Its column, counted from 0, which is the value itself.
        level: usize,
    },
    /// Values held by fewer than so many subjects become one; at least 2.
    Rare(u32),
    /// The column is not counted.
    Drop,
}

/// A calendar unit, from fine to coarse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum CalendarUnit {
    /// An hour of a day.
    Hour,
    /// A day.
    Day,
    /// An ISO 8601 week, Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

impl CalendarUnit {
    /// Every unit, from fine to coarse.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name used in rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Why a rule cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// No rule has this name.
    #[error("`{name}` is not a coarsening rule")]
    UnknownRule {
        /// What was written, made harmless for a terminal.
        name: String,
    },
    /// The rule exists, but not with this argument.
    #[error("`{rule}` needs {expected}")]
    Argument {
        /// Name of the rule.
        rule: &'static str,
        /// What it needs, in words.
        expected: &'static str,
    },
}

/// The rules with an argument, and what each needs, in words.
const NEEDS: [(&str, &str); 7] = [
    ("round", "a step above 0, such as `round:10` or `round:0.5`"),
    ("bins", "ascending numbers, such as `bins:0,10,50,100`"),
    ("top", "a number, such as `top:500`"),
    ("prefix", "a length of at least 1, such as `prefix:3`"),
    ("suffix", "a length of at least 1, such as `suffix:4`"),
    ("hierarchy", "a file and a level, such as `hierarchy:age.csv:2`"),
    ("rare", "a number of subjects of at least 2, such as `rare:20`"),
];

impl CoarsenRule {
    /// Names of all rules: those of the calendar, then those with an argument.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let calendar = CalendarUnit::ALL.iter().copied().map(CalendarUnit::name);
        calendar.chain(NEEDS.into_iter().map(|(name, _)| name)).chain(["drop"])
    }

    /// Reads `COL=RULE`. The first `=` that a readable rule follows divides, so the name of a column may hold `=` as well.
    ///
    /// # Errors
    /// What is wrong with the rule; `None` where no column and no `=` stand before one.
    pub fn parse_for_column(written: &str) -> Result<(String, Self), Option<RuleError>> {
        let mut first_error = None;
        for (place, _) in written.match_indices('=') {
            let column = written[..place].trim();
            match Self::parse(&written[place + 1..]) {
                Ok(rule) if !column.is_empty() => return Ok((column.to_owned(), rule)),
                Ok(_) => {}
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error)
    }

    /// Reads a rule as it is written in a flag or in the configuration.
    ///
    /// # Errors
    /// When no rule has that name, or its argument is missing, not a number, or out of range.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let text = text.trim();
        let (name, argument) = text.split_once(':').map_or((text, None), |(name, rest)| (name.trim(), Some(rest)));
        let unit = CalendarUnit::ALL.iter().copied().find(|unit| unit.name() == name);
        let alone = unit.map(|unit| (unit.name(), Self::Calendar(unit)));
        if let Some((rule, read)) = alone.or((name == "drop").then_some(("drop", Self::Drop))) {
            return argument.map_or(Ok(read), |_| Err(RuleError::Argument { rule, expected: "no argument" }));
        }
        let Some((rule, expected)) = NEEDS.into_iter().find(|(rule, _)| *rule == name) else {
            return Err(RuleError::UnknownRule { name: super::shown_name(name) });
        };
        Self::with_argument(rule, argument.map_or("", str::trim)).ok_or(RuleError::Argument { rule, expected })
    }

    /// The rule of a name with its argument; none where it needs another one.
    fn with_argument(rule: &str, argument: &str) -> Option<Self> {
        let length = || {
            let digits = Some(argument).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
            digits.parse().ok().filter(|&length| length > 0)
        };
        match rule {
            "round" => Exact::parse(argument).filter(|step| step.is_positive()).map(Self::Round),
            "bins" => ascending(argument).map(Self::Bins),
            "top" => Exact::parse(argument).map(Self::Top),
            "prefix" => length().map(Self::Prefix),
            "suffix" => length().map(Self::Suffix),
            "hierarchy" => {
                // The last colon divides: a Windows path holds one of its own.
                let (file, level) = argument.rsplit_once(':')?;
                let (file, level) = (file.trim(), level.trim().parse().ok()?);
                (!file.is_empty()).then(|| Self::Hierarchy { file: file.into(), level })
            }
            "rare" => argument.parse().ok().filter(|&bound| bound >= 2).map(Self::Rare),
            _ => None,
        }
    }

    /// The file that the rule needs, if it needs one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Hierarchy { file, .. } => Some(file),
            _ => None,
        }
    }

    /// The same rule with a relative file taken relative to `folder`.
    #[must_use]
    pub fn relative_to(self, folder: &Path) -> Self {
        match self {
            Self::Hierarchy { file, level } => Self::Hierarchy { file: folder.join(file), level },
            other => other,
        }
    }
}

/// Numbers of which each is larger than the one before.
fn ascending(text: &str) -> Option<Vec<Exact>> {
    let edges: Vec<Exact> = text.split(',').map(|edge| Exact::parse(edge.trim())).collect::<Option<_>>()?;
    let is_less = |pair: &[Exact]| pair[0].compare(pair[1]) == Some(std::cmp::Ordering::Less);
    edges.windows(2).all(is_less).then_some(edges)
}

/// The rule as it is written, numbers in canonical spelling; a file without its folders, because the folders of a
/// machine do not belong into a report.
impl fmt::Display for CoarsenRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calendar(unit) => formatter.write_str(unit.name()),
            Self::Round(step) => write!(formatter, "round:{step}"),
            Self::Bins(edges) => {
                let edges: Vec<String> = edges.iter().map(Exact::to_string).collect();
                write!(formatter, "bins:{}", edges.join(","))
            }
            Self::Top(edge) => write!(formatter, "top:{edge}"),
            Self::Prefix(length) => write!(formatter, "prefix:{length}"),
            Self::Suffix(length) => write!(formatter, "suffix:{length}"),
            Self::Hierarchy { file, level } => {
                let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
                write!(formatter, "hierarchy:{name}:{level}")
            }
            Self::Rare(bound) => write!(formatter, "rare:{bound}"),
            Self::Drop => formatter.write_str("drop"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{CoarsenRule, RuleError};

    #[test]
    fn every_rule_reads_back_as_it_is_written() {
        for written in [
            "hour",
            "day",
            "week",
            "month",
            "quarter",
            "year",
            "round:10",
            "round:0.5",
            "bins:0,10,50,100",
            "bins:-5,2.5",
            "top:500",
            "prefix:3",
            "suffix:4",
            "hierarchy:age.csv:2",
            "rare:20",
            "drop",
        ] {
            assert_eq!(CoarsenRule::parse(written).unwrap().to_string(), written);
        }
    }

    #[test]
    fn wrong_arguments_are_refused() {
        for written in [
            "day:1",
            "drop:x",
            "round",
            "round:0",
            "round:-1",
            "round:x",
            "bins:",
            "bins:1,1",
            "bins:5,1",
            "bins:1,,2",
            "top",
            "top:",
            "prefix:0",
            "prefix:-1",
            "prefix:+1",
            "suffix",
            "hierarchy:age.csv",
            "hierarchy::1",
            "hierarchy:age.csv:x",
            "rare:1",
            "rare:0",
            "rare",
        ] {
            assert!(matches!(CoarsenRule::parse(written), Err(RuleError::Argument { .. })), "{written}");
        }
    }

    #[test]
    fn unknown_rules_are_named_without_control_characters() {
        let error = CoarsenRule::parse("mon\u{1b}th").unwrap_err();
        assert!(matches!(error, RuleError::UnknownRule { .. }));
        assert!(!error.to_string().contains('\u{1b}'));
    }

    #[test]
    fn a_file_is_shown_without_its_folders() {
        let rule = CoarsenRule::parse("hierarchy:levels/age.csv:1").unwrap().relative_to(Path::new("/srv/secret"));
        assert_eq!(rule.file(), Some(Path::new("/srv/secret/levels/age.csv")));
        assert_eq!(rule.to_string(), "hierarchy:age.csv:1");
    }

    #[test]
    fn a_colon_in_a_path_does_not_end_it() {
        let rule = CoarsenRule::parse("hierarchy:C:\\levels\\age.csv:0").unwrap();
        assert_eq!(rule.file(), Some(Path::new("C:\\levels\\age.csv")));
    }
}

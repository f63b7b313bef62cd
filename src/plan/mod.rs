//! What a scan is asked to do, as plain data: no IO, no TOML, no flags.
//!
//! This room lies below `config`, which reads flags and files into it, and below `recode`, `measure` and `judge`, which
//! do what it says. After a [`Plan`] exists no code looks at a flag or at the configuration file again.

mod aggregates;
mod check;
mod error;
mod exact;
mod limit;
mod linkage;
mod names;
mod notify;
mod population;
mod quantity;
mod rule;
mod sensitive;
mod share;
mod special_uniques;
mod spelling;
mod table_join;
mod text;
mod time_origin;
mod unicity;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::printable::hexadecimal;
use crate::result::{
    Audience, Baseline, ColumnType, ConfigPlaces, Declarations, MissingMode, PlannedSetting, Policy, Recipient, Role,
    SensitiveValue, Waiver,
};

pub use crate::number::{count as grouped, counted};
pub use aggregates::{
    AggregatePlan, DimensionPlan, FinishedPlan, HierarchyPlan, Holding, Negatives, RequestPlan, RollingPlan, RulePlan,
    Statistic, TOTAL,
};
pub(crate) use check::is_coarsened;
pub use check::{check_columns, check_rules};
pub use error::{ConfigError, refusal};
pub use exact::Exact;
pub use limit::{Limit, Limits, Range, RatchetRule};
pub use linkage::{ATTACKS, Attack, KnownIdentifiers, LinkagePlan, OnColumn, SourcePlan, TextComparison, TruthColumns};
pub use names::{did_you_mean, hint_for, shown_list, shown_name, split_names};
pub use notify::{NotifyOn, NotifyPlan};
pub use population::{PopulationPlan, PopulationSize};
pub use quantity::{ToleranceSize, WithinRule, parse_duration, parse_size};
pub use rule::{CalendarUnit, CoarsenRule, RuleError};
pub use sensitive::SensitiveDistance;
pub use share::Share;
pub use special_uniques::SpecialUniquesPlan;
pub use spelling::{CellSpelling, DateFormat, FormatPart};
pub use table_join::TableJoin;
pub use text::{FixedField, Sign, TextEncoding};
pub use time_origin::{TimeOrigin, Zone};
pub use unicity::{PointColumn, UnicityPlan};

/// Everything a scan depends on. Same records, plan, seed and version give the same measures, findings and verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Name of the dataset when the configuration gives one; else the first input names it.
    pub dataset_name: Option<String>,
    /// Files, globs, folders or `-`, as typed; the declared files where nothing was typed.
    pub inputs: Vec<String>,
    /// Files, globs and folders that the configuration declares to be the dataset.
    pub files: Vec<String>,
    /// How text files are to be read.
    pub input: InputOptions,
    /// Tables whose columns are brought to the extract, in this order.
    pub joins: Vec<TableJoin>,
    /// What the columns are.
    pub roles: RolePlan,
    /// Merges several subject values (cards) of one person (customer).
    pub subject_map: Option<SubjectMap>,
    /// How often a subject gets another pseudonym; never when `None`.
    pub rotate: Option<Rotation>,
    /// The column that says which subjects belong together, such as a household or a joint account.
    pub household: Option<String>,
    /// The population that the extract is a sample of.
    pub population: PopulationPlan,
    /// Rules by column, applied in order.
    pub coarsen: BTreeMap<String, Vec<CoarsenRule>>,
    /// Which value a subject has in a sensitive column, by column; any where nothing is said.
    pub sensitive_values: BTreeMap<String, SensitiveValue>,
    /// How far the values of a sensitive column are apart, by column.
    pub sensitive_distances: BTreeMap<String, SensitiveDistance>,
    /// Where the buckets of the calendar rules begin.
    pub time_origin: TimeOrigin,
    /// What a missing cell matches.
    pub missing: MissingMode,
    /// Measures to compute, by name; all that apply when empty.
    pub measures: Vec<String>,
    /// Largest set size of the lattice.
    pub max_set: usize,
    /// The limits.
    pub policy: Policy,
    /// Columns that may hold identifiers.
    pub permitted_identifiers: BTreeSet<String>,
    /// What a person declared about the extract, beside roles and limits.
    pub declarations: Declarations,
    /// Who is to receive the extract, when the configuration says so.
    pub recipient: Option<RecipientPlan>,
    /// Exceptions to the limits.
    pub waivers: Vec<Waiver>,
    /// SHA-256 of the file that they were read from, if any.
    pub waivers_sha256: Option<String>,
    /// The day for which agreement and waivers are judged; the day of the scan in UTC when `None`.
    pub as_of: Option<Date>,
    /// The earlier run to compare with; none where nobody asks for one.
    pub baseline: Option<BaselinePlan>,
    /// That run as read. Nothing that can be typed sets it.
    pub known_baseline: Option<Arc<Baseline>>,
    /// Seed of everything drawn by chance.
    pub seed: u64,
    /// Worker threads; the machine's when `None`.
    pub threads: Option<usize>,
    /// Memory that the scan may use, in bytes.
    pub memory: Option<u64>,
    /// Folder for what does not fit in memory; `None` to count in memory only.
    pub spill: Option<PathBuf>,
    /// Wall time after which the scan ends as incomplete.
    pub timeout: Option<Duration>,
    /// SHA-256 of the configuration file, if one was read.
    pub config_sha256: Option<String>,
    /// Where that file speaks of columns.
    pub config: Option<ConfigPlaces>,
    /// Who may read the views of the result.
    pub audience: Audience,
    /// What an attacker may know of events.
    pub unicity: UnicityPlan,
    /// What is asked of special uniques.
    pub special_uniques: SpecialUniquesPlan,
    /// What the recipient can join the extract to.
    pub linkage: LinkagePlan,
    /// Tables of totals that are released beside the extract, or in its place.
    pub aggregates: Vec<AggregatePlan>,
    /// Whose figures are listed beside the result; for an internal audience only.
    pub lists: Listing,
    /// How many subjects may be left out so that classes are as large as the limits ask; none when `None`.
    pub suppress: Option<Share>,
    /// What the release is called in the history, such as its month; no figure depends on it.
    pub release_label: Option<String>,
    /// Whether a release writes tables of totals and no record.
    pub tables_only: bool,
    /// Whether what a release leaves out is left out: for the scan of an extract as if released. Nothing that can be typed
    /// sets it.
    pub as_released: bool,
    /// Whether the input is a file that a release wrote, so that every subject must be a pseudonym. Nothing in a configuration
    /// sets it.
    pub released: bool,
    /// How much is measured beside what a verdict rests on. Nothing that can be typed sets it.
    pub extent: Extent,
    /// Whom a night tells of its verdict. No figure depends on it.
    pub notify: NotifyPlan,
    /// Every setting in force and where it came from, for the record; no cell value is in it.
    pub settings: Vec<PlannedSetting>,
}

/// Where the earlier run is that a scan is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselinePlan {
    /// The newest good run of the dataset in this folder of reports.
    Last(PathBuf),
    /// The folder of a run, its `record.json` or its `result.json`.
    At(PathBuf),
}

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Extent {
    /// Everything, for a report.
    #[default]
    Report,
    /// What a verdict rests on, and the coarser forms that a search may take.
    Search,
    /// What a verdict rests on.
    Verdict,
    /// The same with known points drawn where they could be counted: for plans that most likely fail.
    Trial,
}

/// Sets of up to three columns explain most of what makes people unique, at a cost that every machine can bear.
const DEFAULT_MAX_SET: usize = 3;

/// What is done where nobody says otherwise, with no input. Any fixed seed would do: it makes two scans of the same
/// records draw the same.
/// Of whom figures are listed one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Listing {
    /// Of each subject.
    pub subjects: bool,
    /// Of each record.
    pub records: bool,
    /// Of each cell of a planned table of totals.
    pub cells: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            dataset_name: None,
            inputs: Vec::new(),
            files: Vec::new(),
            input: InputOptions::default(),
            joins: Vec::new(),
            roles: RolePlan { declared: BTreeMap::new(), guess: true },
            subject_map: None,
            rotate: None,
            household: None,
            population: PopulationPlan::default(),
            coarsen: BTreeMap::new(),
            sensitive_values: BTreeMap::new(),
            sensitive_distances: BTreeMap::new(),
            time_origin: TimeOrigin::default(),
            missing: MissingMode::default(),
            measures: Vec::new(),
            max_set: DEFAULT_MAX_SET,
            policy: Policy::house_default(),
            permitted_identifiers: BTreeSet::new(),
            declarations: Declarations::default(),
            recipient: None,
            waivers: Vec::new(),
            waivers_sha256: None,
            as_of: None,
            baseline: None,
            known_baseline: None,
            seed: 0,
            threads: None,
            memory: None,
            spill: None,
            timeout: None,
            config_sha256: None,
            config: None,
            audience: Audience::default(),
            unicity: UnicityPlan::default(),
            special_uniques: SpecialUniquesPlan::default(),
            linkage: LinkagePlan::default(),
            aggregates: Vec::new(),
            lists: Listing::default(),
            suppress: None,
            release_label: None,
            tables_only: false,
            as_released: false,
            released: false,
            extent: Extent::Report,
            notify: NotifyPlan::default(),
            settings: Vec::new(),
        }
    }
}

impl Plan {
    /// Whether the measure of this name is asked for: it is named, or none is.
    #[must_use]
    pub fn asks(&self, measure: &str) -> bool {
        self.measures.is_empty() || self.measures.iter().any(|named| named == measure)
    }

    /// Whether a planned table of totals is made from a column, or a finished one held against it.
    #[must_use]
    pub fn totals_name(&self, column: &str) -> bool {
        let mut tables = self.aggregates.iter();
        tables.any(|table| table.columns().into_iter().chain(table.beside_columns()).any(|name| name == column))
    }

    /// SHA-256 over everything in the plan that a figure or a verdict may depend on, in lower-case hexadecimal. What the
    /// machine has to offer is left out, and where a setting came from.
    #[must_use]
    pub fn sha256(&self) -> String {
        let plan = Self {
            memory: None,
            spill: None,
            threads: None,
            config: None,
            settings: Vec::new(),
            baseline: None,
            known_baseline: None,
            ..self.clone()
        };
        hexadecimal(&Sha256::digest(format!("{plan:?}").as_bytes()))
    }

    /// The rules of a column, in their order.
    #[must_use]
    pub fn rules_of(&self, column: &str) -> &[CoarsenRule] {
        self.coarsen.get(column).map_or(&[], Vec::as_slice)
    }

    /// Whether a column is left out of the extract.
    #[must_use]
    pub fn drops(&self, column: &str) -> bool {
        self.rules_of(column).contains(&CoarsenRule::Drop)
    }
}

/// How text files are to be read; `None` means found from the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InputOptions {
    /// Field delimiter.
    pub delimiter: Option<Sign>,
    /// Quote character; `Some(None)` turns quoting off.
    pub quote: Option<Option<u8>>,
    /// Whether the first line holds the column names.
    pub header: Option<bool>,
    /// Character encoding.
    pub encoding: Option<TextEncoding>,
    /// Lines, or rows of a sheet, above the heading or the first record.
    pub skip: Option<u64>,
    /// Lines, or rows of a sheet, below the last record; blank ones do not count.
    pub footer: Option<u64>,
    /// What a line begins with that is no record.
    pub comment: Option<Sign>,
    /// Fields of fixed width, in the order of their positions; none in a file with delimiters.
    pub layout: Vec<FixedField>,
    /// Characters of a record of fixed width in a file without line ends.
    pub record_length: Option<u64>,
    /// The sheets of a workbook that are read as one table: names, numbers counted from 1, or `*` for all that hold
    /// cells. When empty there must be one such sheet.
    pub sheets: Vec<String>,
    /// Spellings that count as missing besides the empty field, such as `NA`.
    pub null_values: Vec<String>,
    /// Further spellings that count as missing, by column.
    pub column_null_values: BTreeMap<String, Vec<String>>,
    /// Declared types, by column: its cells are read so, or it is an error.
    pub column_types: BTreeMap<String, ColumnType>,
    /// How cells are spelled where they do not say it themselves, by column.
    pub column_spellings: BTreeMap<String, CellSpelling>,
    /// Spellings that look as if they meant "missing" and are values all the same, by column.
    pub real_values: BTreeMap<String, Vec<String>>,
    /// Whether blanks at the ends of cells are taken off before cells are compared; `None` means yes.
    pub trim: Option<bool>,
    /// What stands in a cell that was suppressed; `None` means [`SUPPRESSION_MARKS`].
    pub suppression_marks: Option<Vec<String>>,
}

/// Cells that stand for a value that was taken out, unless the plan names others.
pub const SUPPRESSION_MARKS: [&str; 4] = ["*", "**", "***", "suppressed"];

impl InputOptions {
    /// Whether blanks at the ends of cells are taken off.
    #[must_use]
    pub fn trims(&self) -> bool {
        self.trim.unwrap_or(true)
    }

    /// Whether a value stands for one that was suppressed; letters are compared without case.
    #[must_use]
    pub fn is_suppression_mark(&self, value: &str) -> bool {
        match &self.suppression_marks {
            Some(marks) => marks.iter().any(|mark| mark.trim().eq_ignore_ascii_case(value)),
            None => SUPPRESSION_MARKS.iter().any(|mark| mark.eq_ignore_ascii_case(value)),
        }
    }
}

/// What the columns are, as far as the user said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RolePlan {
    /// Roles that were named, by column.
    pub declared: BTreeMap<String, Role>,
    /// Whether the roles of the other columns are guessed; otherwise they are `ignore`.
    pub guess: bool,
}

/// A file with two columns that leads from subject values to the person behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectMap {
    /// The file.
    pub file: PathBuf,
    /// Its column with the values of the extract's subject column.
    pub from: String,
    /// Its column with the person.
    pub to: String,
}

/// How often a subject gets another pseudonym.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The period of one pseudonym.
    pub every: CalendarUnit,
    /// The column that tells the period; the only one that does when `None`.
    pub column: Option<String>,
}

/// The recipient and the terms, and the register to read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecipientPlan {
    /// What is declared; `consent` is `None` until the register was read.
    pub terms: Recipient,
    /// Where consent is kept.
    pub consent: Option<ConsentRegister>,
}

/// A file of the subjects that opted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRegister {
    /// The file.
    pub file: PathBuf,
    /// Its column with subject values; with a subject map, with persons.
    pub column: String,
    /// Its column that says whether the subject opted in; without one every subject in the register did.
    pub value_column: Option<String>,
    /// The values of that column that mean yes, in canonical spelling.
    pub values: Vec<String>,
    /// Whether a release leaves out the subjects that did not opt in.
    pub leaves_out: bool,
}

//! The arguments of each verb.

use std::path::PathBuf;

use clap::builder::{BoolishValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, ValueEnum};

use super::typed::Typed;
use crate::config::Verbs;
use crate::plan::{Share, parse_duration, parse_size};
use crate::release::Storage;
use crate::report::{FORMATS, Format};

/// Flags of `scan`: those of the settings, and those of the edge of the program.
#[derive(Debug, Args)]
pub(in crate::cli) struct ScanArguments {
    /// Files, folders or globs of one dataset, or `-` for standard input [default: `[dataset] files` of --config]
    #[arg(required_unless_present = "config", value_name = "INPUT")]
    pub(in crate::cli) inputs: Vec<String>,
    /// Configuration file [default: reidrisk.toml beside the first INPUT]
    #[arg(long, value_name = "FILE", env = "REIDRISK_CONFIG", hide_env_values = true)]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Certificate that names INPUT: scan it as that released file, whose subjects are pseudonyms
    #[arg(long, value_name = "CERTIFICATE")]
    pub(in crate::cli) released: Option<PathBuf>,
    /// Folder for reports
    #[arg(long, value_name = "DIR", default_value = "reports", env = "REIDRISK_OUT", hide_env_values = true)]
    pub(in crate::cli) out: PathBuf,
    /// Format of standard output
    #[arg(long, value_name = "FORMAT", default_value = "text", env = "REIDRISK_FORMAT", hide_env_values = true,
          value_parser = one_file())]
    pub(in crate::cli) format: &'static Format,
    /// Files to write into the report folder
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "html,png,json", value_parser = any_format())]
    #[arg(env = "REIDRISK_EMIT", hide_env_values = true)]
    pub(in crate::cli) emit: Vec<&'static Format>,
    /// Keep the details of so many of the newest runs of the dataset; the records of all runs stay [default: all]
    #[arg(long, value_name = "N", env = "REIDRISK_KEEP", hide_env_values = true,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) keep: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) settings: Typed<{ Verbs::Scan as u8 }>,
    #[command(flatten)]
    pub(in crate::cli) verdict: VerdictArguments,
}

/// What becomes of the verdict, beside the settings of the policy.
#[derive(Debug, Args)]
#[command(next_help_heading = "Verdict options")]
pub(in crate::cli) struct VerdictArguments {
    /// Waivers file [default: reidrisk-waivers.toml beside the configuration]
    #[arg(long, value_name = "FILE", env = "REIDRISK_WAIVERS", hide_env_values = true)]
    pub(in crate::cli) waivers: Option<PathBuf>,
    /// Earlier run to compare with: the folder of a run, its record.json or result.json, or `last` for the newest good run
    /// of this dataset under `--out`
    #[arg(long, value_name = "RUN", env = "REIDRISK_BASELINE", hide_env_values = true)]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Exit with 0 instead of 1; the result keeps the actual code
    #[arg(long, action = ArgAction::SetTrue, value_parser = BoolishValueParser::new(),
          env = EXIT_ZERO, hide_env_values = true)]
    pub(in crate::cli) exit_zero: bool,
}

/// Flags of `nightly`.
#[derive(Debug, Args)]
pub(in crate::cli) struct NightlyArguments {
    /// Manifests with `[[dataset]]`, or configurations with `[dataset] files`
    #[arg(required = true, value_name = "MANIFEST|CONFIG")]
    pub(in crate::cli) nights: Vec<PathBuf>,
    /// Folder for reports
    #[arg(long, value_name = "DIR", default_value = "reports", env = "REIDRISK_OUT", hide_env_values = true)]
    pub(in crate::cli) out: PathBuf,
    /// Files to write into each report folder
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "html,png,json", value_parser = of_result())]
    #[arg(env = "REIDRISK_EMIT", hide_env_values = true)]
    pub(in crate::cli) emit: Vec<&'static Format>,
    /// Format of standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: NightlyFormat,
    /// Datasets that are scanned at the same time, 1 to 64
    #[arg(long, value_name = "N", default_value_t = 1, env = "REIDRISK_JOBS", hide_env_values = true,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(in crate::cli) jobs: u16,
    /// Memory limit of all scans together, divided among --jobs [default: 80 % of available memory, on Linux]
    #[arg(long, value_name = "SIZE", env = "REIDRISK_MEMORY", hide_env_values = true, value_parser = parse_size)]
    pub(in crate::cli) memory: Option<u64>,
    /// Time limit of each scan that the manifest gives none, such as 90s, 10m or 1h30m
    #[arg(long, value_name = "DUR", env = "REIDRISK_TIMEOUT", hide_env_values = true, value_parser = parse_duration)]
    pub(in crate::cli) timeout: Option<std::time::Duration>,
    /// Keep the details of so many of the newest runs of each dataset; the records of all runs stay [default: all]
    #[arg(long, value_name = "N", env = "REIDRISK_KEEP", hide_env_values = true,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) keep: Option<u32>,
    /// Compute every dataset again, also where nothing changed
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Judge agreement and waivers as of this day, such as 2027-02-28 [default: today, UTC]
    #[arg(long, value_name = "DATE", env = "REIDRISK_AS_OF", hide_env_values = true)]
    pub(in crate::cli) as_of: Option<jiff::civil::Date>,
}

/// What `nightly` can print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum NightlyFormat {
    /// One line a dataset.
    Text,
    /// One JSON document.
    Json,
}

/// Flags of the scan of one dataset of a night, which `nightly` starts as a process of its own.
#[derive(Debug, Args)]
pub(in crate::cli) struct NightScanArguments {
    /// Name of the dataset that the manifest gives
    #[arg(long)]
    pub(in crate::cli) name: Option<String>,
    /// Compute again what did not change
    #[arg(long)]
    pub(in crate::cli) force: bool,
    #[command(flatten)]
    pub(in crate::cli) scan: ScanArguments,
}

/// Flags of the driver's side of a scan on a cluster.
#[derive(Debug, Args)]
pub(in crate::cli) struct ClusterArguments {
    /// Folder of what is known so far
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) state: PathBuf,
    /// Fewest parts of each exchange
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(in crate::cli) parts: u32,
    /// Memory that one part may take, in MiB
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u64).range(16..=1_048_576))]
    pub(in crate::cli) part_memory: u64,
    #[command(flatten)]
    pub(in crate::cli) scan: ScanArguments,
}

/// Flags of `advise`: those of the settings, and where the plan goes.
#[derive(Debug, Args)]
pub(in crate::cli) struct AdviseArguments {
    /// Files, folders, globs, or `-` for standard input; together they are one dataset
    #[arg(required_unless_present = "config", value_name = "INPUT")]
    pub(in crate::cli) inputs: Vec<String>,
    /// Write a copy of the configuration with the recommended plan in it; the file must not exist yet
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) write: Option<PathBuf>,
    /// Draw the plans, detail against exposure, into this file: .png or .svg
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) chart: Option<PathBuf>,
    /// Format of standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: AdviseFormat,
    /// Configuration file [default: reidrisk.toml beside the first INPUT]
    #[arg(long, value_name = "FILE", env = "REIDRISK_CONFIG", hide_env_values = true)]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Exceptions to the limits [default: reidrisk-waivers.toml beside the configuration]
    #[arg(long, value_name = "FILE", env = "REIDRISK_WAIVERS", hide_env_values = true)]
    pub(in crate::cli) waivers: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) settings: Typed<{ Verbs::Scan as u8 }>,
}

/// What `advise` can print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AdviseFormat {
    /// The plan and the frontier for people.
    Text,
    /// One JSON document.
    Json,
}

/// Flags of `release`: those of the settings, and what is written.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReleaseArguments {
    /// Files, folders, globs, or `-` for standard input; together they are one dataset
    #[arg(required_unless_present = "config", value_name = "INPUT")]
    pub(in crate::cli) inputs: Vec<String>,
    /// Folder for the released file and its certificate; it must not exist yet
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) to: PathBuf,
    /// File with the secret key for pseudonyms, at least 16 bytes [default: a random key that is never written]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) key: Option<PathBuf>,
    /// Format of the released file
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    pub(in crate::cli) format: ReleaseFormat,
    /// Who takes responsibility for releasing on REVIEW, with --allow-review
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) approved_by: Option<String>,
    /// Configuration file [default: reidrisk.toml beside the first INPUT]
    #[arg(long, value_name = "FILE", env = "REIDRISK_CONFIG", hide_env_values = true)]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Exceptions to the limits [default: reidrisk-waivers.toml beside the configuration]
    #[arg(long, value_name = "FILE", env = "REIDRISK_WAIVERS", hide_env_values = true)]
    pub(in crate::cli) waivers: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) settings: Typed<{ Verbs::Scan as u8 }>,
}

/// What `release` can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReleaseFormat {
    /// Text in UTF-8 with the delimiter of the input.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC.
    Arrow,
}

impl ReleaseFormat {
    pub(in crate::cli) fn storage(self) -> Storage {
        match self {
            Self::Csv => Storage::Csv,
            Self::Parquet => Storage::Parquet,
            Self::Arrow => Storage::Arrow,
        }
    }
}

/// Flags of `verify`.
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArguments {
    /// The released files
    #[arg(required = true, value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// The certificate of the release
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) certificate: PathBuf,
    /// Day for which the agreement must hold, besides today
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) as_of: Option<jiff::civil::Date>,
}

/// The environment variable of `--exit-zero`.
pub(in crate::cli) const EXIT_ZERO: &str = "REIDRISK_EXIT_ZERO";

/// Flags of `inspect`.
#[derive(Debug, Args)]
pub(in crate::cli) struct InspectArguments {
    /// Files, folders or globs of one dataset, or `-` for standard input
    #[arg(required_unless_present = "config", value_name = "INPUT")]
    pub(in crate::cli) inputs: Vec<String>,
    /// Configuration file [default: reidrisk.toml beside the first INPUT]
    #[arg(long, value_name = "FILE", env = "REIDRISK_CONFIG", hide_env_values = true)]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Format of standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: InspectFormat,
    #[command(flatten)]
    pub(in crate::cli) settings: Typed<{ Verbs::ScanAndInspect as u8 }>,
}

/// What `inspect` can print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum InspectFormat {
    /// A table for people.
    Text,
    /// One JSON document.
    Json,
    /// A Markdown table.
    Md,
}

/// Flags of `init`.
#[derive(Debug, Args)]
pub(in crate::cli) struct InitArguments {
    /// Files, folders or globs of one dataset, or `-` for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(in crate::cli) inputs: Vec<String>,
    /// Output file, or `-` for standard output [default: reidrisk.toml beside the first INPUT]
    #[arg(long, visible_alias = "config", value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) settings: Typed<{ Verbs::All as u8 }>,
}

/// Flags of `report`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReportArguments {
    /// A result.json, or a run folder that contains one
    #[arg(value_name = "RESULT")]
    pub(in crate::cli) result: PathBuf,
    /// Output file, or folder for the default name [default: standard output]
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Format of the view
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = one_file())]
    pub(in crate::cli) format: &'static Format,
    /// Scan these files again under the settings of the run, and say whether the same comes out
    #[arg(long, value_name = "DATA", num_args = 1.., conflicts_with_all = ["out", "format", "emit"])]
    pub(in crate::cli) verify: Vec<String>,
    /// Configuration of the run, for --verify [default: reidrisk.toml beside the first DATA]
    #[arg(long, value_name = "FILE", requires = "verify")]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Waivers of the run, for --verify [default: reidrisk-waivers.toml beside the configuration]
    #[arg(long, value_name = "FILE", requires = "verify")]
    pub(in crate::cli) waivers: Option<PathBuf>,
    /// Several views, written into the folder --out as by `scan --emit`
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "out", conflicts_with = "format",
          value_parser = any_format())]
    pub(in crate::cli) emit: Vec<&'static Format>,
}

/// Flags of `compare`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CompareArguments {
    /// The earlier result.json, or its run folder
    #[arg(value_name = "OLD")]
    pub(in crate::cli) old: PathBuf,
    /// The later one
    #[arg(value_name = "NEW")]
    pub(in crate::cli) new: PathBuf,
    /// The change of an exact share that matters; of a count, that share of it [default: 0.5%]
    #[arg(long, value_name = "SHARE", value_parser = Share::parse)]
    pub(in crate::cli) least_change: Option<Share>,
    /// Format of standard output
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(in crate::cli) format: CompareFormat,
}

/// What `compare` can print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CompareFormat {
    /// What changed, for people.
    Text,
    /// One JSON document.
    Json,
    /// A summary for pull requests.
    Md,
}

/// Flags of `history`.
#[derive(Debug, Args)]
pub(in crate::cli) struct HistoryArguments {
    /// Name of the dataset, or `rebuild` to make the index anew [default: all datasets]
    #[arg(value_name = "DATASET")]
    pub(in crate::cli) dataset: Option<String>,
    /// Folder of the reports
    #[arg(long, value_name = "DIR", default_value = "reports", env = "REIDRISK_OUT", hide_env_values = true)]
    pub(in crate::cli) out: PathBuf,
    /// Format of standard output
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub(in crate::cli) format: HistoryFormat,
    /// Show so many of the newest runs [default: 30 in a table, else all]
    #[arg(long, value_name = "N")]
    pub(in crate::cli) last: Option<usize>,
    /// Check that every record is the one that was written: exit with 1 where one was changed, removed, swapped or
    /// inserted, and with 3 where it cannot be checked
    #[arg(long, conflicts_with_all = ["format", "last"])]
    pub(in crate::cli) verify: bool,
    /// Make the index anew from the records first
    #[arg(long)]
    pub(in crate::cli) rebuild: bool,
}

/// What `history` can print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum HistoryFormat {
    /// A line a run, for people.
    Table,
    /// One row a figure of a run.
    Csv,
    /// One JSON document.
    Json,
    /// One HTML page with trend charts.
    Html,
}

/// Flags of `explain`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExplainArguments {
    /// Code of a finding, name of a measure, term (k-anonymity, marketer risk), key or flag of a setting, or
    /// `configuration` for all settings [default: list all]
    #[arg(value_name = "CODE|TERM|KEY")]
    pub(in crate::cli) what: Vec<String>,
}

/// Flags of `check`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArguments {
    /// Configuration file
    #[arg(value_name = "FILE", default_value = "reidrisk.toml")]
    pub(in crate::cli) config: PathBuf,
}

/// Flags of `schema`.
#[derive(Debug, Args)]
pub(in crate::cli) struct SchemaArguments {
    /// Which file the schema is of
    #[arg(value_name = "OF", default_value = "result")]
    pub(in crate::cli) of: SchemaOf,
}

/// Files that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SchemaOf {
    /// `result.json`.
    Result,
    /// `release.json`, the certificate.
    Certificate,
    /// What `advise --format json` prints.
    Advice,
    /// What `compare --format json` prints.
    Comparison,
    /// `record.json`, the small record of a run.
    Record,
    /// What `nightly --format json` prints.
    Night,
    /// What a notification command reads from its standard input.
    Notification,
    /// What `history --format json` prints.
    History,
}

/// Flags of `completions`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(in crate::cli) shell: clap_complete::Shell,
}

/// Flags of `man`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ManArguments {
    /// A verb, for its own page [default: the main page]
    #[arg(value_name = "VERB")]
    pub(in crate::cli) verb: Option<String>,
}

/// Accepts the name of any format.
fn any_format() -> impl TypedValueParser<Value = &'static Format> {
    format(|_| true)
}

/// Accepts the name of a format of results.
fn of_result() -> impl TypedValueParser<Value = &'static Format> {
    format(Format::is_of_result)
}

/// Accepts the name of a format that is a single text or file.
fn one_file() -> impl TypedValueParser<Value = &'static Format> {
    format(Format::is_one_file)
}

/// Formats of a result as values of a flag: those of the table of formats, with its words.
fn format(wanted: fn(&Format) -> bool) -> impl TypedValueParser<Value = &'static Format> {
    let names = FORMATS.iter().filter(|format| wanted(format));
    let values: Vec<PossibleValue> = names.map(|format| PossibleValue::new(format.name).help(format.doc)).collect();
    PossibleValuesParser::new(values).try_map(|name| Format::named(&name).ok_or("no format has this name"))
}

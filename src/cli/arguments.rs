//! What can be typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::config::{
    ATTACKERS, ATTACKS, AUDIENCES, Attack, ENCODINGS, MISSING_MODES, MOBILITY_ATTACKS, MOST_THREADS, SEVERITIES,
    SMALLEST_K, TextEncoding, grouped, named, parse_date, parse_delimiter, parse_duration, parse_known_points,
    parse_quote, parse_size,
};
use crate::report::Emit;
use crate::result::{Attacker, Audience, MissingMode, MobilityAttack, Severity};

const EXIT_CODES: &str = "\
Exit codes:
  0    pass; also review with --allow-review
  1    fail, or review: roles only guessed, or findings below --fail-on
  2    the command line or the configuration is wrong
  3    input or output: something cannot be read or written
  4    incomplete: a gate's measure ended at a time or memory limit
  70   internal error (a bug); no result is written
  130  interrupted";

const SCAN_EXAMPLES: &str = "\
Examples:
  reidrisk scan transactions.csv
  reidrisk scan transactions.csv --subject card --quasi posted_at,merchant,amount
  reidrisk scan 'night/*.parquet' --config reidrisk.toml --coarsen posted_at=day --coarsen amount=round:10
  reidrisk scan - --format json < extract.csv";

const INSPECT_EXAMPLES: &str = "\
Examples:
  reidrisk inspect transactions.csv
  reidrisk inspect transactions.csv --subject card --format json";

const INIT_EXAMPLES: &str = "\
Examples:
  reidrisk init transactions.csv
  reidrisk init transactions.csv --subject card --output -";

/// Measures the re-identification risk of a dataset before it is shared.
#[derive(Debug, Parser)]
#[command(name = "reidrisk", version, after_long_help = EXIT_CODES, max_term_width = 100)]
pub(super) struct Arguments {
    /// How the program speaks.
    #[command(flatten)]
    pub(super) manners: Manners,
    /// What to do.
    #[command(subcommand)]
    pub(super) verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Measure a dataset, judge it, write a report, set the exit code
    #[command(after_help = SCAN_EXAMPLES, after_long_help = format!("{SCAN_EXAMPLES}\n\n{EXIT_CODES}"))]
    Scan(Box<ScanArguments>),
    /// Render a stored result.json again; the data is not needed
    Report(ReportArguments),
    /// Say what a finding or a measure means, and what to do
    Explain(ExplainArguments),
    /// Say what the columns are: types, counts, roles and why; no risk, no verdict
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(Box<InspectArguments>),
    /// Write a commented reidrisk.toml with the roles that are guessed
    #[command(after_help = INIT_EXAMPLES)]
    Init(Box<InitArguments>),
    /// Check a configuration file, and the files it names, without reading data
    Check(CheckArguments),
    /// Print the JSON Schema of result.json
    Schema,
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
    /// Print the manual page
    Man(ManArguments),
}

/// Flags of every verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Manners")]
pub(super) struct Manners {
    /// Print nothing unless the verdict is not PASS
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Print where each setting came from
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        env = "REIDRISK_COLOR",
        hide_env_values = true
    )]
    pub(super) color: When,
    /// When to show how far a long stage is
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        env = "REIDRISK_PROGRESS",
        hide_env_values = true
    )]
    pub(super) progress: ShowProgress,
}

/// When to do something that depends on the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal.
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

/// How to show progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ShowProgress {
    /// A moving line on a terminal, else one plain line a stage; nothing with --quiet.
    Auto,
    /// The same, even with --quiet.
    Always,
    /// Nothing.
    Never,
}

/// What to print on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ScanFormat {
    /// A summary for people.
    Text,
    /// The whole result as one JSON document.
    Json,
    /// A summary for pull requests.
    Md,
    /// One workflow command of GitHub Actions for the verdict and each finding.
    Github,
}

/// Flags of `inspect`.
#[derive(Debug, Args)]
pub(super) struct InspectArguments {
    /// Files, folders, globs, or `-` for standard input; together they are one dataset
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
    /// Configuration file [default: reidrisk.toml beside the first INPUT]
    #[arg(long, value_name = "FILE", env = "REIDRISK_CONFIG", hide_env_values = true)]
    pub(super) config: Option<PathBuf>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: InspectFormat,
    #[command(flatten)]
    pub(super) roles: RoleArguments,
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
}

/// What `inspect` can print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum InspectFormat {
    /// A table for people.
    Text,
    /// One JSON document.
    Json,
    /// A Markdown table.
    Md,
}

/// Flags of `init`.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// Files, folders, globs, or `-` for standard input; together they are one dataset
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
    /// Where to write, `-` for standard output [default: reidrisk.toml beside the first INPUT]
    #[arg(long, visible_alias = "config", value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) names: NameArguments,
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
}

/// Flags of `completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(super) shell: clap_complete::Shell,
}

/// Flags of `man`.
#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// A verb, for its own page [default: the page of the program]
    #[arg(value_name = "VERB")]
    pub(super) verb: Option<String>,
}

/// Flags of `scan`.
#[derive(Debug, Args)]
pub(super) struct ScanArguments {
    /// Files, folders, globs, or `-` for standard input; together they are one dataset
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
    /// Configuration file [default: reidrisk.toml beside the first INPUT]
    #[arg(long, value_name = "FILE", env = "REIDRISK_CONFIG", hide_env_values = true)]
    pub(super) config: Option<PathBuf>,
    /// Folder for reports
    #[arg(long, value_name = "DIR", default_value = "reports", env = "REIDRISK_OUT", hide_env_values = true)]
    pub(super) out: PathBuf,
    /// What to print on standard output
    #[arg(long, value_name = "FORMAT", default_value = "text", env = "REIDRISK_FORMAT", hide_env_values = true)]
    pub(super) format: ScanFormat,
    /// What to write into the report folder
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "html,png,json",
        env = "REIDRISK_EMIT",
        hide_env_values = true
    )]
    pub(super) emit: Vec<Emit>,
    #[command(flatten)]
    pub(super) roles: RoleArguments,
    #[command(flatten)]
    pub(super) extent: ExtentArguments,
    #[command(flatten)]
    pub(super) unicity: UnicityArguments,
    #[command(flatten)]
    pub(super) linkage: LinkageArguments,
    #[command(flatten)]
    pub(super) verdict: VerdictArguments,
    #[command(flatten)]
    pub(super) running: RunningArguments,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
}

/// What the columns are, and how coarse they are counted.
#[derive(Debug, Args)]
pub(super) struct RoleArguments {
    #[command(flatten)]
    pub(super) names: NameArguments,
    /// Count a column more coarsely (repeatable; rules of one column apply in order)
    ///
    /// Dates: hour, day, week, month, quarter, year. Numbers: round:10, bins:0,10,50, top:500. Text: prefix:3,
    /// suffix:4. Any column: hierarchy:FILE:LEVEL, rare:20 (values of fewer than 20 subjects become one), drop.
    #[arg(long, value_name = "COL=RULE", help_heading = ROLES_HEADING)]
    pub(super) coarsen: Vec<String>,
}

const ROLES_HEADING: &str = "Roles (COL,COL: a name with a comma stands in double quotes, or repeat the flag)";

/// What the columns are.
#[derive(Debug, Args)]
#[command(next_help_heading = ROLES_HEADING)]
pub(super) struct NameArguments {
    /// The person, account or card that records belong to
    #[arg(long, value_name = "COL")]
    pub(super) subject: Vec<String>,
    /// Columns that others may know; with it nothing is guessed
    #[arg(long, value_name = "COL,COL")]
    pub(super) quasi: Vec<String>,
    /// Columns that nobody should learn
    #[arg(long, value_name = "COL,COL")]
    pub(super) sensitive: Vec<String>,
    /// Columns that name a person outright
    #[arg(long, value_name = "COL,COL")]
    pub(super) direct: Vec<String>,
    /// Sampling weight
    #[arg(long, value_name = "COL")]
    pub(super) weight: Vec<String>,
    /// Columns that are not used
    #[arg(long, value_name = "COL,COL")]
    pub(super) ignore: Vec<String>,
}

/// What is computed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Extent")]
pub(super) struct ExtentArguments {
    /// What a missing cell matches: own-category (other missing cells) or wildcard (everything)
    #[arg(long, value_name = "MODE", value_parser = |text: &str| named::<MissingMode>(text, &MISSING_MODES),
          env = "REIDRISK_MISSING", hide_env_values = true)]
    pub(super) missing: Option<MissingMode>,
    /// Measures to compute [default: all that the roles allow]
    #[arg(long, value_name = "LIST", value_delimiter = ',', env = "REIDRISK_MEASURES", hide_env_values = true)]
    pub(super) measures: Option<Vec<String>>,
    /// Largest set of columns to count [default: 3]
    #[arg(long, value_name = "N", value_parser = at_least_one, env = "REIDRISK_MAX_SET", hide_env_values = true)]
    pub(super) max_set: Option<usize>,
}

/// What an attacker may know of a subject's events.
#[derive(Debug, Args)]
#[command(next_help_heading = "Unicity")]
pub(super) struct UnicityArguments {
    /// Columns that make one event known, such as day+merchant (repeatable: one curve each) [default: guessed]
    ///
    /// A rule behind a column is for that point alone: day=month+merchant.
    #[arg(long, value_name = "COL+COL")]
    pub(super) point: Vec<String>,
    /// Numbers of known points, such as 1,2,4 or 1..10 [default: 1,2,3,4]
    #[arg(long, value_name = "LIST", value_parser = |text: &str| parse_known_points(text).map(KnownPoints),
          env = "REIDRISK_KNOWN_POINTS", hide_env_values = true)]
    pub(super) known_points: Option<KnownPoints>,
    /// How roughly a column is known, such as amount=5%, balance=100 or day=2d (repeatable)
    #[arg(long, value_name = "COL=TOLERANCE")]
    pub(super) within: Vec<String>,
    /// How points come to be known: uniform, rarest, frequent or consecutive [default: uniform]
    #[arg(long, value_name = "LIST", value_delimiter = ',',
          value_parser = |text: &str| named::<Attacker>(text, &ATTACKERS),
          env = "REIDRISK_ATTACKER", hide_env_values = true)]
    pub(super) attacker: Vec<Attacker>,
    /// Static columns that the attacker knows as well (comma-separated)
    #[arg(long, value_name = "COL,COL")]
    pub(super) known_attributes: Vec<String>,
    /// Hold the known points against coarser dates, places and amounts as well
    #[arg(long, action = ArgAction::SetTrue, value_parser = BoolishValueParser::new(),
          env = "REIDRISK_SWEEP", hide_env_values = true)]
    pub(super) sweep: bool,
    /// Attacks of the mobility literature on the first point: location, sequence, time, unique-location, frequency,
    /// probability, proportion, home-work
    #[arg(long, value_name = "LIST", value_delimiter = ',',
          value_parser = |text: &str| named::<MobilityAttack>(text, &MOBILITY_ATTACKS),
          env = "REIDRISK_MOBILITY", hide_env_values = true)]
    pub(super) mobility: Vec<MobilityAttack>,
}

/// What the recipient can join the extract to.
#[derive(Debug, Args)]
#[command(next_help_heading = "Linkage")]
pub(super) struct LinkageArguments {
    /// What the recipient holds: a file, folder or glob (repeatable: each is a source by itself)
    ///
    /// Several sources with columns of their own stand in the configuration, as [[recipient.holds]]; with --against
    /// those are not used.
    #[arg(long, value_name = "FILE")]
    pub(super) against: Vec<String>,
    /// Columns of the extract that the source has too, with its name for them; they need no role, and with them nothing
    /// is guessed [default: the quasi-identifiers that it has under the same name]
    ///
    /// The rules of --coarsen hold for both sides, the tolerances of --within in a tolerant attack.
    #[arg(long, value_name = "COL[=THEIRS],...")]
    pub(super) on: Vec<String>,
    /// The column of the source that names its persons [default: the one named as the subject of the extract, else each
    /// record is a person]
    #[arg(long, value_name = "COL")]
    pub(super) their_subject: Option<String>,
    /// Columns that say who is who; they score links and never make one
    #[arg(long, value_name = "COL[=THEIRS]")]
    pub(super) truth: Option<String>,
    /// How to join: exact, tolerant, distance, probabilistic, scoreboard, release or intersection [default: exact]
    ///
    /// pseudonym, alone, holds the columns of --on against the identifiers in THEIRS: is a column a hash of them?
    #[arg(long, value_name = "LIST", value_delimiter = ',',
          value_parser = |text: &str| named::<Attack>(text, &ATTACKS))]
    pub(super) attack: Vec<Attack>,
}

/// Numbers of known points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownPoints(pub(super) Vec<u32>);

/// What the answer is judged by.
#[derive(Debug, Args)]
#[command(next_help_heading = "Verdict")]
pub(super) struct VerdictArguments {
    /// Smallest allowed class, in subjects, at least 2 [default: 5]
    #[arg(long, value_name = "N", value_parser = class_limit, env = "REIDRISK_K", hide_env_values = true)]
    pub(super) k: Option<u32>,
    /// Severity that fails: low, medium, high or critical [default: high]
    #[arg(long, value_name = "LEVEL", value_parser = |text: &str| named::<Severity>(text, &SEVERITIES),
          env = "REIDRISK_FAIL_ON", hide_env_values = true)]
    pub(super) fail_on: Option<Severity>,
    /// Exit with 0 when the verdict is REVIEW
    #[arg(long, action = ArgAction::SetTrue, value_parser = BoolishValueParser::new(),
          env = "REIDRISK_ALLOW_REVIEW", hide_env_values = true)]
    pub(super) allow_review: bool,
    /// Exceptions to the limits [default: reidrisk-waivers.toml beside the configuration]
    #[arg(long, value_name = "FILE", env = "REIDRISK_WAIVERS", hide_env_values = true)]
    pub(super) waivers: Option<PathBuf>,
    /// Judge agreement and waivers for this day, such as 2027-02-28 [default: today, UTC]
    #[arg(long, value_name = "DATE", value_parser = parse_date, env = "REIDRISK_AS_OF", hide_env_values = true)]
    pub(super) as_of: Option<Date>,
    /// Exit with 0 instead of 1; the result keeps the true code
    #[arg(long, action = ArgAction::SetTrue, value_parser = BoolishValueParser::new(),
          env = "REIDRISK_EXIT_ZERO", hide_env_values = true)]
    pub(super) exit_zero: bool,
}

/// With what resources.
#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(super) struct RunningArguments {
    /// Seed of everything drawn by chance [default: 0]
    #[arg(long, value_name = "N", env = "REIDRISK_SEED", hide_env_values = true)]
    pub(super) seed: Option<u64>,
    #[command(flatten)]
    pub(super) limits: LimitArguments,
    /// Who may read the report: overview or internal [default: overview]
    ///
    /// With internal every view is stamped RESTRICTED, and only the owner of the files may read them. Both hold the
    /// same figures: internal adds no detail yet.
    #[arg(long, value_name = "WHO", value_parser = |text: &str| named::<Audience>(text, &AUDIENCES),
          env = "REIDRISK_AUDIENCE", hide_env_values = true)]
    pub(super) audience: Option<Audience>,
}

/// How much of the machine and of the day.
#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub(super) struct LimitArguments {
    /// Worker threads, 1 to 1,024 [default: all of the machine]
    #[arg(long, value_name = "N", value_parser = thread_count, env = "REIDRISK_THREADS", hide_env_values = true)]
    pub(super) threads: Option<usize>,
    /// Memory that the scan may use, such as 512MiB or 2G [default: 80 % of what is available, on Linux]
    #[arg(long, value_name = "SIZE", value_parser = parse_size, env = "REIDRISK_MEMORY", hide_env_values = true)]
    pub(super) memory: Option<u64>,
    /// Time after which the scan ends as incomplete, such as 90s, 10m or 1h30m
    #[arg(long, value_name = "DUR", value_parser = parse_duration, env = "REIDRISK_TIMEOUT", hide_env_values = true)]
    pub(super) timeout: Option<Duration>,
}

/// How text files are to be read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading text files (found from the file when not given)")]
pub(super) struct ReadingArguments {
    /// Field delimiter: one character, or `tab`
    #[arg(long, value_name = "CHAR", value_parser = parse_delimiter)]
    pub(super) delimiter: Option<u8>,
    /// Quote character, or `none`
    #[arg(long, value_name = "CHAR", value_parser = QuoteParser)]
    pub(super) quote: Option<Quote>,
    /// The first line holds data, not column names
    #[arg(long)]
    pub(super) no_header: bool,
    /// Character encoding: utf-8, utf-16le, utf-16be, windows-1252 or latin-1
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named::<TextEncoding>(text, &ENCODINGS))]
    pub(super) encoding: Option<TextEncoding>,
    /// A spelling that counts as missing besides the empty field, such as NA (repeatable)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(super) null_value: Vec<String>,
}

/// A quote character; `None` turns quoting off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quote(pub(super) Option<u8>);

/// Flags of `report`.
#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// A result.json, or a run folder that holds one
    #[arg(value_name = "RESULT")]
    pub(super) result: PathBuf,
    /// Where to write: a file, or a folder for the default name [default: standard output]
    #[arg(long, value_name = "FILE_OR_DIR")]
    pub(super) out: Option<PathBuf>,
    /// What to render
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: ReportFormat,
    /// Several views as files in the folder --out, as `scan --emit` writes them
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "out", conflicts_with = "format")]
    pub(super) emit: Vec<Emit>,
}

/// What `report` can render.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// The summary of a scan.
    Text,
    /// The result itself.
    Json,
    /// The page.
    Html,
    /// A summary for pull requests.
    Md,
    /// Workflow commands of GitHub Actions.
    Github,
    /// One row a figure.
    Csv,
}

/// Flags of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// Code of a finding, or name of a measure [default: list all]
    #[arg(value_name = "CODE")]
    pub(super) code: Option<String>,
}

/// Flags of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Configuration file
    #[arg(value_name = "FILE", default_value = "reidrisk.toml")]
    pub(super) config: PathBuf,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&number| number > 0).ok_or_else(|| "expected a whole number of at least 1".to_owned())
}

fn class_limit(text: &str) -> Result<u32, String> {
    let limit = text.parse().ok().filter(|&limit| limit >= SMALLEST_K);
    limit.ok_or_else(|| format!("expected a whole number of at least {SMALLEST_K}; a class of one is no crowd"))
}

fn thread_count(text: &str) -> Result<usize, String> {
    let threads = text.parse().ok().filter(|threads| (1..=MOST_THREADS).contains(threads));
    threads.ok_or_else(|| format!("expected a whole number from 1 to {}", grouped(MOST_THREADS as u64)))
}

/// Reads [`Quote`]; a type of its own because clap reads an `Option` as "may be absent".
#[derive(Debug, Clone)]
struct QuoteParser;

impl clap::builder::TypedValueParser for QuoteParser {
    type Value = Quote;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Quote, clap::Error> {
        let parse = |text: &str| parse_quote(text).map(Quote);
        clap::builder::TypedValueParser::parse_ref(&parse, command, argument, value)
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Arguments, Verb};

    fn scan(arguments: &[&str]) -> Result<super::ScanArguments, clap::Error> {
        let typed = ["reidrisk", "scan"].iter().chain(arguments);
        match Arguments::try_parse_from(typed)?.verb {
            Verb::Scan(scan) => Ok(*scan),
            _ => unreachable!("`scan` was typed"),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn contradictions_are_refused_with_the_name_of_their_flag() {
        for (arguments, flag) in [
            (["a.csv", "--k", "0"], "--k"),
            (["a.csv", "--k", "1"], "--k"),
            (["a.csv", "--max-set", "0"], "--max-set"),
            (["a.csv", "--memory", "12 bananas"], "--memory"),
            (["a.csv", "--timeout", "soon"], "--timeout"),
            (["a.csv", "--threads", "0"], "--threads"),
            (["a.csv", "--threads", "1025"], "--threads"),
            (["a.csv", "--fail-on", "hi"], "--fail-on"),
            (["a.csv", "--missing", "drop"], "--missing"),
            (["a.csv", "--delimiter", "ab"], "--delimiter"),
            (["a.csv", "--encoding", "ebcdic"], "--encoding"),
            (["a.csv", "--emit", "pdf"], "--emit"),
        ] {
            let error = scan(&arguments).unwrap_err();
            assert!(error.to_string().contains(flag), "{error}");
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn a_scan_without_input_is_refused() {
        assert_eq!(scan(&[]).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn lists_and_quotes_are_read() {
        let arguments = scan(&["a.csv", "--emit", "svg,json", "--quote", "none", "--delimiter", "tab"]).unwrap();
        assert_eq!(arguments.emit.len(), 2);
        assert_eq!(arguments.reading.quote, Some(super::Quote(None)));
        assert_eq!(arguments.reading.delimiter, Some(b'\t'));
    }

    #[test]
    fn long_help_lists_the_exit_codes() {
        let help = Arguments::command().render_long_help().to_string();
        for code in ["  0 ", "  1 ", "  2 ", "  3 ", "  4 ", "  70 ", "  130 "] {
            assert!(help.contains(code), "{code}");
        }
    }
}

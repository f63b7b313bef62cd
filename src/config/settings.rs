//! What one source of settings says: the configuration file or the flags.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Date;

use super::linkage::LinkagePlan;
use super::unicity::UnicitySettings;
use super::{ConfigError, InputOptions, RecipientPlan, SubjectMap, did_you_mean, shown_name, split_names};
use crate::measure;
use crate::plan::Limits;
use crate::recode::CoarsenRule;
use crate::result::{Audience, MissingMode, Role, Severity, Waiver};

/// The smallest limit for a class. A class of one subject is no crowd: with a limit of 1 every extract would pass.
pub const SMALLEST_K: u32 = 2;

/// More worker threads than this only cost memory, and far more of them bring a machine down.
pub const MOST_THREADS: usize = 1_024;

/// Settings from one source; `None` or empty where it says nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// Name of the dataset.
    pub dataset_name: Option<String>,
    /// How text files are to be read.
    pub input: InputOptions,
    /// Roles by column.
    pub roles: BTreeMap<String, Role>,
    /// Whether these settings say what the columns are, so that the others are not guessed.
    pub decides_roles: bool,
    /// Merges several subject values of one person.
    pub subject_map: Option<SubjectMap>,
    /// Rules by column, in order.
    pub coarsen: BTreeMap<String, Vec<CoarsenRule>>,
    /// Minutes by which the clock of the calendar rules is ahead of UTC.
    pub zone_minutes: Option<i32>,
    /// The hour at which a day of the calendar rules begins.
    pub day_start_hour: Option<u8>,
    /// What a missing cell matches.
    pub missing: Option<MissingMode>,
    /// Measures by name.
    pub measures: Option<Vec<String>>,
    /// Largest set size of the lattice.
    pub max_set: Option<usize>,
    /// Smallest allowed class.
    pub k: Option<u32>,
    /// Whether `any-record` crowds are gated.
    pub gate_any_record: Option<bool>,
    /// Severity that fails.
    pub fail_on: Option<Severity>,
    /// Whether a review exits with 0.
    pub allow_review: Option<bool>,
    /// Preset and limits other than those above.
    pub limits: Limits,
    /// Columns that may hold identifiers.
    pub permitted_identifiers: BTreeSet<String>,
    /// Who is to receive the extract.
    pub recipient: Option<RecipientPlan>,
    /// Exceptions to the limits.
    pub waivers: Vec<Waiver>,
    /// The day for which agreement and waivers are judged.
    pub as_of: Option<Date>,
    /// Seed of everything drawn by chance.
    pub seed: Option<u64>,
    /// Worker threads.
    pub threads: Option<usize>,
    /// Memory in bytes.
    pub memory: Option<u64>,
    /// Wall time.
    pub timeout: Option<Duration>,
    /// Who may read the views.
    pub audience: Option<Audience>,
    /// What an attacker may know of events.
    pub unicity: UnicitySettings,
    /// What the recipient can join the extract to.
    pub linkage: LinkagePlan,
    /// Whether figures of single subjects are listed beside the result.
    pub lists_subjects: bool,
}

/// Names of severities in the order from low to critical.
pub const SEVERITIES: [(&str, Severity); 4] =
    [("low", Severity::Low), ("medium", Severity::Medium), ("high", Severity::High), ("critical", Severity::Critical)];

/// Names of what a missing cell may match.
pub const MISSING_MODES: [(&str, MissingMode); 2] =
    [("own-category", MissingMode::OwnCategory), ("wildcard", MissingMode::Wildcard)];

/// Names of those who may read the views of a result.
pub const AUDIENCES: [(&str, Audience); 2] = [("overview", Audience::Overview), ("internal", Audience::Internal)];

impl Settings {
    /// Gives the columns of a flag such as `--quasi age,sex` their role.
    ///
    /// Each value is a list of names separated by commas; a name that holds a comma stands in double quotes.
    ///
    /// # Errors
    /// When a list cannot be read, or one of the columns has a role already.
    pub fn declare(&mut self, flag: &'static str, role: Role, lists: &[String]) -> Result<(), ConfigError> {
        for list in lists {
            let names =
                split_names(list).map_err(|reason| ConfigError::new("column-list", format!("{flag}: {reason}")))?;
            for name in names {
                self.declare_one(flag, role, &name)?;
            }
        }
        Ok(())
    }

    fn declare_one(&mut self, flag: &'static str, role: Role, name: &str) -> Result<(), ConfigError> {
        let subjects = self.roles.iter().find(|&(other, other_role)| *other_role == Role::Subject && *other != name);
        if let (Role::Subject, Some((other, _))) = (role, subjects) {
            let message = format!("{flag} names two columns, `{}` and `{}`", shown_name(other), shown_name(name));
            return Err(
                ConfigError::new("two-subjects", message).with_hint("a record has one subject; name one column")
            );
        }
        match self.roles.insert(name.to_owned(), role) {
            None => Ok(()),
            Some(before) if before == role => {
                let message = format!("{flag} names column `{}` twice", shown_name(name));
                Err(ConfigError::new("column-twice", message))
            }
            Some(before) => {
                let (name, before, role) = (shown_name(name), before.name(), role.name());
                let message = format!("column `{name}` is given two roles by flags, `{before}` and `{role}`");
                Err(ConfigError::new("two-roles", message).with_hint("name the column in one of the flags only"))
            }
        }
    }

    /// Adds a rule that is written as `COL=RULE`, such as `posted_at=day`.
    ///
    /// The first `=` that a readable rule follows divides, so a column name may hold `=` as well.
    ///
    /// # Errors
    /// When there is no `=`, or no readable rule behind it.
    pub fn coarsen_with(&mut self, written: &str) -> Result<(), ConfigError> {
        let mut first_error = None;
        for (place, _) in written.match_indices('=') {
            let column = written[..place].trim();
            match CoarsenRule::parse(&written[place + 1..]) {
                Ok(rule) if !column.is_empty() => {
                    self.coarsen.entry(column.to_owned()).or_default().push(rule);
                    return Ok(());
                }
                Ok(_) => {}
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(match first_error {
            Some(error) => {
                ConfigError::new("coarsen-rule", format!("--coarsen: {error}")).with_hint(rule_hint(written))
            }
            None => ConfigError::new("coarsen-rule", format!("--coarsen `{}` is not COL=RULE", shown_name(written)))
                .with_hint("write a column, `=` and a rule, such as `--coarsen posted_at=day`"),
        })
    }
}

/// What to write instead of a rule that cannot be read.
pub(super) fn rule_hint(written: &str) -> String {
    let rule = written.rsplit('=').next().unwrap_or(written);
    let name = rule.split(':').next().unwrap_or(rule).trim();
    let known = CoarsenRule::NAMES.contains(&name);
    match did_you_mean(name, CoarsenRule::NAMES).filter(|_| !known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "rules: hour, day, week, month, quarter, year, round:10, bins:0,10,50, top:500, prefix:3, suffix:4, \
                 hierarchy:FILE:LEVEL, rare:20, drop"
            .to_owned(),
    }
}

/// Checks the names of measures.
///
/// # Errors
/// When a name is unknown or repeated.
pub fn check_measures(names: &[String]) -> Result<(), ConfigError> {
    for (place, name) in names.iter().enumerate() {
        if !measure::NAMES.contains(&name.as_str()) {
            let hint = match did_you_mean(name, measure::NAMES) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("measures: {}", measure::NAMES.join(", ")),
            };
            let message = format!("`{}` is not a measure", shown_name(name));
            return Err(ConfigError::new("unknown-measure", message).with_hint(hint));
        }
        if names[..place].contains(name) {
            return Err(ConfigError::new("measure-twice", format!("measure `{name}` is named twice")));
        }
    }
    Ok(())
}

/// A delimiter or quote from `;`, `tab` or `\t`: one ASCII character that is no line break, letter or digit.
///
/// # Errors
/// A sentence when it is anything else.
pub fn parse_delimiter(text: &str) -> Result<u8, String> {
    let wrong = "expected one ASCII character that is no letter, digit or line break, or `tab`";
    match (text, text.as_bytes()) {
        ("tab" | "\\t", _) => Ok(b'\t'),
        (_, &[byte]) if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'\r' | b'\n' | 0) => {
            Ok(byte)
        }
        _ => Err(wrong.to_owned()),
    }
}

/// A quote character, or `none` to turn quoting off.
///
/// # Errors
/// A sentence when it is anything else.
pub fn parse_quote(text: &str) -> Result<Option<u8>, String> {
    if text == "none" {
        return Ok(None);
    }
    parse_delimiter(text).map(Some).map_err(|_| "expected one ASCII character, such as `'`, or `none`".to_owned())
}

/// Names of encodings, as accepted in flags and the configuration.
pub const ENCODINGS: [(&str, super::TextEncoding); 7] = [
    ("utf-8", super::TextEncoding::Utf8),
    ("utf-16", super::TextEncoding::Utf16Le),
    ("utf-16le", super::TextEncoding::Utf16Le),
    ("utf-16be", super::TextEncoding::Utf16Be),
    ("windows-1252", super::TextEncoding::Windows1252),
    ("latin-1", super::TextEncoding::Windows1252),
    ("iso-8859-1", super::TextEncoding::Windows1252),
];

/// The value under a name, or a sentence that lists the names and proposes one.
///
/// # Errors
/// When no entry has that name (letter case does not count).
pub fn named<T: Copy>(text: &str, known: &[(&'static str, T)]) -> Result<T, String> {
    let lower = text.to_ascii_lowercase();
    let found = known.iter().find(|(name, _)| *name == lower);
    found.map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|&(name, _)| name).collect();
        format!("expected one of {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::{Settings, check_measures, parse_delimiter, parse_quote};
    use crate::result::Role;

    fn declare(settings: &mut Settings, role: Role, list: &str) -> Result<(), super::ConfigError> {
        settings.declare("--flag", role, &[list.to_owned()])
    }

    #[test]
    fn a_column_with_two_roles_is_refused() {
        let mut settings = Settings::default();
        declare(&mut settings, Role::QuasiIdentifier, "age,sex").unwrap();
        let error = declare(&mut settings, Role::Sensitive, "sex").unwrap_err();
        assert_eq!(error.code(), "two-roles");
        assert!(error.to_string().contains("`sex`"));
    }

    #[test]
    fn a_column_named_twice_is_refused() {
        let mut settings = Settings::default();
        let error = declare(&mut settings, Role::QuasiIdentifier, "age,sex,age").unwrap_err();
        assert_eq!(error.to_string(), "--flag names column `age` twice");
    }

    #[test]
    fn two_subjects_are_refused() {
        let mut settings = Settings::default();
        declare(&mut settings, Role::Subject, "card").unwrap();
        assert_eq!(declare(&mut settings, Role::Subject, "account").unwrap_err().code(), "two-subjects");
    }

    #[test]
    fn rules_of_a_column_keep_their_order() {
        let mut settings = Settings::default();
        settings.coarsen_with("amount=round:10").unwrap();
        settings.coarsen_with("amount = top:500").unwrap();
        let rules: Vec<String> = settings.coarsen["amount"].iter().map(ToString::to_string).collect();
        assert_eq!(rules, ["round:10", "top:500"]);
    }

    #[test]
    fn a_column_name_may_hold_the_sign_that_divides() {
        let mut settings = Settings::default();
        settings.coarsen_with("a=b=day").unwrap();
        assert!(settings.coarsen.contains_key("a=b"));
    }

    #[test]
    fn unreadable_rules_come_with_a_proposal() {
        let mut settings = Settings::default();
        let error = settings.coarsen_with("posted=montth").unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("did you mean `month`?"));
        assert!(settings.coarsen_with("posted").is_err());
        assert!(settings.coarsen_with("=day").is_err());
    }

    #[test]
    fn unknown_measures_are_refused() {
        let error = check_measures(&["uniquness".to_owned()]).unwrap_err();
        assert_eq!(error.hint().as_deref(), Some("did you mean `uniqueness`?"));
        assert!(check_measures(&["uniqueness".to_owned(), "uniqueness".to_owned()]).is_err());
        assert!(check_measures(&["uniqueness".to_owned()]).is_ok());
    }

    #[test]
    fn delimiters_are_single_signs() {
        assert_eq!(parse_delimiter(";"), Ok(b';'));
        assert_eq!(parse_delimiter("tab"), Ok(b'\t'));
        for text in ["", "ab", "a", "7", "\n", "ž", "\0"] {
            assert!(parse_delimiter(text).is_err(), "{text:?}");
        }
        assert_eq!(parse_quote("none"), Ok(None));
        assert_eq!(parse_quote("'"), Ok(Some(b'\'')));
    }
}

//! `[[recipient.holds]]`, `[linkage]`, and the flags for one source: what the recipient can join the extract to.

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;
use toml::de::{DeTable, DeValue};

use super::reader::{Entry, Reader, entry};
use super::settings::{ENCODINGS, Settings, named, parse_delimiter, parse_quote};
use super::{ConfigError, InputOptions, shown_name, split_names};
use crate::result::AttackKind;
use crate::treatment::WithinRule;

/// Keys of `[linkage]`.
pub(super) const LINKAGE: [&str; 1] = ["known_identifiers"];
/// Keys of `[[recipient.holds]]`.
const HOLDS: [&str; 13] = [
    "name",
    "file",
    "subject",
    "on",
    "truth",
    "truth_pattern",
    "attacks",
    "hold_out",
    "delimiter",
    "quote",
    "header",
    "encoding",
    "null_values",
];
const ON: [&str; 4] = ["ours", "theirs", "within", "compare"];
const TRUTH: [&str; 2] = ["ours", "theirs"];
const KNOWN_IDENTIFIERS: [&str; 3] = ["file", "column", "pseudonym"];
const HOLDS_PLACE: &str = "recipient.holds";
const KNOWN_PLACE: &str = "linkage.known_identifiers";

/// What can be tried with a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attack {
    /// Join the extract to it.
    Join(AttackKind),
    /// Hold pseudonyms of the extract against its identifiers.
    Pseudonym,
}

/// Names of attacks.
pub const ATTACKS: [(&str, Attack); 7] = [
    ("exact", Attack::Join(AttackKind::Exact)),
    ("tolerant", Attack::Join(AttackKind::Tolerant)),
    ("probabilistic", Attack::Join(AttackKind::Probabilistic)),
    ("scoreboard", Attack::Join(AttackKind::Scoreboard)),
    ("release", Attack::Join(AttackKind::Release)),
    ("intersection", Attack::Join(AttackKind::Intersection)),
    ("pseudonym", Attack::Pseudonym),
];

/// When two values of a shared column count as the same in a tolerant attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextComparison {
    /// When they are equal.
    Equal,
    /// When they are equal without regard to case, accents, blanks and usual abbreviations.
    Normalised,
}

/// Names of comparisons.
const COMPARISONS: [(&str, TextComparison); 2] =
    [("equal", TextComparison::Equal), ("normalised", TextComparison::Normalised)];

/// A column that both sides have.
#[derive(Debug, Clone, PartialEq)]
pub struct OnColumn {
    /// As the extract names it.
    pub ours: String,
    /// As the source names it.
    pub theirs: String,
    /// How far two values may lie apart in a tolerant attack.
    pub within: Option<WithinRule>,
    /// How two texts are compared in a tolerant attack; normalised when nothing is said.
    pub compare: Option<TextComparison>,
}

/// A column of each side that says who is who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TruthColumns {
    /// As the extract names it.
    pub ours: String,
    /// As the source names it.
    pub theirs: String,
    /// A regular expression whose first group is compared, of the keys of both sides.
    pub pattern: Option<String>,
}

/// Something that the recipient holds.
#[derive(Debug, Clone, PartialEq)]
pub struct SourcePlan {
    /// What reports call it; the name of its file when nothing is said.
    pub name: Option<String>,
    /// Its files, globs or folders.
    pub files: Vec<String>,
    /// How text files are to be read.
    pub input: InputOptions,
    /// The column that names its persons; when nothing is said, the one that is named as the subject of the extract,
    /// else each record is a person.
    pub subject: Option<String>,
    /// The shared columns; the quasi-identifiers that it has under the same name when empty.
    pub on: Vec<OnColumn>,
    /// Who is who, for scoring.
    pub truth: Option<TruthColumns>,
    /// How the sides are joined; each kind once, in the order in which they are shown.
    pub attacks: Vec<AttackKind>,
    /// A file in the form of the extract, of people whom the source does not hold.
    pub hold_out: Option<String>,
}

/// Identifiers that the operator supplies, to see whether a pseudonym is a form of one.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownIdentifiers {
    /// The files.
    pub files: Vec<String>,
    /// How text files are to be read.
    pub input: InputOptions,
    /// The column with the identifiers.
    pub column: String,
    /// Columns of the extract that are held against them.
    pub pseudonyms: Vec<String>,
}

/// What is asked of linkage.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LinkagePlan {
    /// What the recipient holds.
    pub sources: Vec<SourcePlan>,
    /// Identifiers that pseudonyms are held against.
    pub known_identifiers: Vec<KnownIdentifiers>,
}

impl LinkagePlan {
    /// These sources, and where there are none those of `file`; the same for identifiers.
    #[must_use]
    pub(super) fn over(self, file: Self) -> Self {
        Self {
            sources: if self.sources.is_empty() { file.sources } else { self.sources },
            known_identifiers: if self.known_identifiers.is_empty() {
                file.known_identifiers
            } else {
                self.known_identifiers
            },
        }
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.known_identifiers.is_empty()
    }

    /// Columns of the extract on which something is joined, so that they are coded whatever their role.
    #[must_use]
    pub fn joins_on(&self, column: &str) -> bool {
        self.sources.iter().flat_map(|source| &source.on).any(|on| on.ours == column)
    }

    /// Columns of the extract that are named here, for joining, for scoring or as a pseudonym.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        let joined = self.sources.iter().flat_map(|source| source.on.iter().map(|on| &on.ours));
        let truth = self.sources.iter().filter_map(|source| source.truth.as_ref()).map(|truth| &truth.ours);
        joined.chain(truth).chain(self.known_identifiers.iter().flat_map(|known| &known.pseudonyms))
    }

    /// Whether `column` is named here.
    #[must_use]
    pub fn names(&self, column: &str) -> bool {
        self.columns().any(|named| named == column)
    }
}

/// What was typed about one source, as typed.
#[derive(Debug, Clone, Copy)]
pub struct AgainstFlags<'typed> {
    /// `--against`: each is a source by itself.
    pub against: &'typed [String],
    /// `--on`.
    pub on: &'typed [String],
    /// `--their-subject`.
    pub subject: Option<&'typed String>,
    /// `--truth`.
    pub truth: Option<&'typed String>,
    /// `--attack`.
    pub attacks: &'typed [Attack],
    /// `--within`, which holds for the columns of `--on` as well.
    pub within: &'typed BTreeMap<String, WithinRule>,
    /// `--null-value`, which holds for the source as well.
    pub null_values: &'typed [String],
}

impl AgainstFlags<'_> {
    /// The sources that the flags name.
    ///
    /// # Errors
    /// When another of them is given without `--against`, or a list cannot be read.
    pub fn plan(&self) -> Result<LinkagePlan, ConfigError> {
        let mut plan = LinkagePlan::default();
        if self.against.is_empty() {
            return self.idle_flag().map_or(Ok(plan), |flag| {
                let message = format!("{flag} says how to use `--against FILE`, which is missing");
                let hint = "name what the recipient holds with `--against`, or write a `[[recipient.holds]]`";
                Err(ConfigError::new("nothing-to-join", message).with_hint(hint))
            });
        }
        let on = self.on()?;
        let truth = self.truth.map(|written| one_pair("--truth", written)).transpose()?;
        let attacks = attacks_of(self.attacks).map_err(|reason| ConfigError::new("attacks", reason))?;
        for file in self.against {
            let source = SourcePlan {
                name: None,
                files: vec![file.clone()],
                input: InputOptions { null_values: self.null_values.to_vec(), ..InputOptions::default() },
                subject: self.subject.map(|name| name.trim().to_owned()),
                on: on.clone(),
                truth: truth.clone().map(|(ours, theirs)| TruthColumns { ours, theirs, pattern: None }),
                attacks: attacks.clone().unwrap_or_default(),
                hold_out: None,
            };
            add_source(&mut plan, source, attacks.is_none())
                .map_err(|reason| ConfigError::new("attacks", reason).with_hint(PSEUDONYM_HINT))?;
        }
        Ok(plan)
    }

    fn idle_flag(&self) -> Option<&'static str> {
        let given = [
            ("--on", !self.on.is_empty()),
            ("--their-subject", self.subject.is_some()),
            ("--truth", self.truth.is_some()),
            ("--attack", !self.attacks.is_empty()),
        ];
        given.into_iter().find(|&(_, given)| given).map(|(flag, _)| flag)
    }

    fn on(&self) -> Result<Vec<OnColumn>, ConfigError> {
        let mut columns: Vec<OnColumn> = Vec::new();
        for list in self.on {
            let names =
                split_names(list).map_err(|reason| ConfigError::new("column-list", format!("--on: {reason}")))?;
            for written in names {
                let (ours, theirs) = pair_of("--on", &written)?;
                let within = self.within.get(&ours).cloned();
                columns.push(OnColumn { ours, theirs, within, compare: None });
            }
        }
        named_twice(&columns).map_or(Ok(()), |name| {
            let message = format!("--on names column `{}` twice", shown_name(name));
            Err(ConfigError::new("column-twice", message))
        })?;
        Ok(columns)
    }
}

const PSEUDONYM_HINT: &str =
    "write `--against FILE --on COL=THEIRS --attack pseudonym`, with the identifiers in the column THEIRS";

/// `COL` or `COL=THEIRS`.
fn pair_of(flag: &str, written: &str) -> Result<(String, String), ConfigError> {
    let (ours, theirs) = written.split_once('=').unwrap_or((written, written));
    let (ours, theirs) = (ours.trim(), theirs.trim());
    if ours.is_empty() || theirs.is_empty() {
        let message = format!("{flag}: `{}` is not COL or COL=THEIRS", shown_name(written));
        let hint = "write the column of the extract, `=` and the column of the source, such as `city=home_town`";
        return Err(ConfigError::new("column-pair", message).with_hint(hint));
    }
    Ok((ours.to_owned(), theirs.to_owned()))
}

fn one_pair(flag: &str, written: &str) -> Result<(String, String), ConfigError> {
    let names = split_names(written).map_err(|reason| ConfigError::new("column-list", format!("{flag}: {reason}")))?;
    match names.as_slice() {
        [name] => pair_of(flag, name),
        _ => Err(ConfigError::new("column-pair", format!("{flag} names one column of each side"))
            .with_hint("a name with a comma stands in double quotes")),
    }
}

/// A column of the extract that is joined twice would count its agreement twice.
fn named_twice(columns: &[OnColumn]) -> Option<&str> {
    let repeated = |place: usize| columns[..place].iter().any(|on| on.ours == columns[place].ours);
    (0..columns.len()).find(|&place| repeated(place)).map(|place| columns[place].ours.as_str())
}

/// The kinds of joining, each once; `None` for the check of pseudonyms.
fn attacks_of(asked: &[Attack]) -> Result<Option<Vec<AttackKind>>, String> {
    if asked.contains(&Attack::Pseudonym) {
        let alone = asked.iter().all(|attack| *attack == Attack::Pseudonym);
        let words = "`pseudonym` holds a column against identifiers and joins nothing, so it stands alone";
        return if alone { Ok(None) } else { Err(words.to_owned()) };
    }
    let is_asked = |kind: &AttackKind| asked.contains(&Attack::Join(*kind));
    let kinds: Vec<AttackKind> = AttackKind::ALL.into_iter().filter(is_asked).collect();
    Ok(Some(if kinds.is_empty() { vec![AttackKind::Exact] } else { kinds }))
}

/// Takes a source into the plan: as something to join, or as a list of identifiers.
fn add_source(plan: &mut LinkagePlan, source: SourcePlan, is_pseudonym: bool) -> Result<(), String> {
    if !is_pseudonym {
        plan.sources.push(source);
        return Ok(());
    }
    if source.on.is_empty() {
        return Err("`pseudonym` needs a column of the extract and the one that holds the identifiers".to_owned());
    }
    for on in source.on {
        let (files, input) = (source.files.clone(), source.input.clone());
        plan.known_identifiers.push(KnownIdentifiers { files, input, column: on.theirs, pseudonyms: vec![on.ours] });
    }
    Ok(())
}

/// Reads every `[[recipient.holds]]`.
pub(super) fn read_holds<'text>(
    reader: Reader<'text>,
    recipient: &DeTable<'text>,
    folder: &Path,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    let Some(value) = entry(recipient, "recipient", "holds") else { return Ok(()) };
    let expected = "a table for each source, written as `[[recipient.holds]]`";
    let items: Vec<&toml::Spanned<DeValue<'text>>> = match value.value.get_ref() {
        DeValue::Array(list) => list.iter().collect(),
        DeValue::Table(_) => vec![value.value],
        _ => return Err(reader.wrong_type(&value, expected)),
    };
    for item in items {
        let one = Entry { key: HOLDS_PLACE.to_owned(), value: item };
        let table = item.get_ref().as_table().ok_or_else(|| reader.wrong_type(&one, expected))?;
        let (source, is_pseudonym) = read_source(reader, table, &one, folder)?;
        let twice = settings.linkage.sources.iter().any(|other| other.name.is_some() && other.name == source.name);
        if twice {
            let message = format!("two sources are named `{}`", shown_name(source.name.as_deref().unwrap_or("")));
            return Err(reader.error("source-twice", message, item.span()).with_hint("give each its own `name`"));
        }
        // Whoever names shared columns says what others may know, so the rest is not guessed.
        settings.decides_roles |= !source.on.is_empty();
        add_source(&mut settings.linkage, source, is_pseudonym)
            .map_err(|reason| reader.error("attacks", reason, item.span()))?;
    }
    Ok(())
}

fn read_source<'text>(
    reader: Reader<'text>,
    table: &DeTable<'text>,
    whole: &Entry<'_, 'text>,
    folder: &Path,
) -> Result<(SourcePlan, bool), ConfigError> {
    reader.check_keys(HOLDS_PLACE, table, &HOLDS, |_| None)?;
    let get = |name: &str| entry(table, HOLDS_PLACE, name);
    let text = |name: &str| get(name).map(|value| reader.parsed(&value, super::policy::not_blank)).transpose();
    let files = read_files(reader, get("file"), whole, folder)?;
    let on = get("on").map(|value| read_on(reader, &value)).transpose()?.unwrap_or_default();
    let asked = get("attacks").map(|value| read_attacks(reader, &value)).transpose()?.unwrap_or_default();
    let attacks = attacks_of(&asked).map_err(|reason| reader.error("attacks", reason, whole.value.span()))?;
    let is_pseudonym = attacks.is_none();
    let source = SourcePlan {
        name: text("name")?,
        files,
        input: read_options(reader, table)?,
        subject: text("subject")?,
        on,
        truth: read_truth(reader, table, whole)?,
        attacks: attacks.unwrap_or_default(),
        hold_out: text("hold_out")?.map(|file| folder.join(file).to_string_lossy().into_owned()),
    };
    Ok((source, is_pseudonym))
}

/// A file name or a list of them, relative to the folder of the configuration.
fn read_files<'text>(
    reader: Reader<'text>,
    file: Option<Entry<'_, 'text>>,
    whole: &Entry<'_, 'text>,
    folder: &Path,
) -> Result<Vec<String>, ConfigError> {
    let Some(value) = file else { return Err(lacks(reader, whole, "file")) };
    let mut files = Vec::new();
    for (file, span) in reader.strings(&value)? {
        if file.trim().is_empty() {
            return Err(reader.error("wrong-value", "the name of a file must not be empty", span));
        }
        files.push(folder.join(file).to_string_lossy().into_owned());
    }
    if files.is_empty() { Err(lacks(reader, whole, "file")) } else { Ok(files) }
}

fn lacks<'text>(reader: Reader<'text>, whole: &Entry<'_, 'text>, key: &str) -> ConfigError {
    let (place, hint) = if whole.key == HOLDS_PLACE {
        ("[[recipient.holds]]", "write `file = \"members.csv\"`, and what it shares with the extract in `on`")
    } else {
        (
            "[linkage] known_identifiers",
            "write `known_identifiers = { file = \"cards.csv\", column = \"pan\", pseudonym = \"card\" }`",
        )
    };
    reader.error("missing-key", format!("`{place}` lacks `{key}`"), whole.value.span()).with_hint(hint)
}

fn read_options<'text>(reader: Reader<'text>, table: &DeTable<'text>) -> Result<InputOptions, ConfigError> {
    let get = |name: &str| entry(table, HOLDS_PLACE, name);
    let nulls = get("null_values").map(|value| reader.strings(&value)).transpose()?.unwrap_or_default();
    Ok(InputOptions {
        delimiter: get("delimiter").map(|value| reader.parsed(&value, parse_delimiter)).transpose()?,
        quote: get("quote").map(|value| reader.parsed(&value, parse_quote)).transpose()?,
        header: get("header").map(|value| reader.boolean(&value)).transpose()?,
        encoding: get("encoding").map(|value| reader.parsed(&value, |text| named(text, &ENCODINGS))).transpose()?,
        null_values: nulls.into_iter().map(|(text, _)| text).collect(),
    })
}

fn read_attacks<'text>(reader: Reader<'text>, value: &Entry<'_, 'text>) -> Result<Vec<Attack>, ConfigError> {
    let listed = reader.strings(value)?.into_iter().map(|(name, span)| {
        named(&name, &ATTACKS).map_err(|reason| {
            let message = format!("`{}` is not an attack", shown_name(&name));
            let meant = super::did_you_mean(&name, ATTACKS.map(|(known, _)| known));
            let hint = meant.map_or(reason, |meant| format!("did you mean `{meant}`?"));
            reader.error("unknown-attack", message, span).with_hint(hint)
        })
    });
    listed.collect()
}

/// A list of names, of texts `COL=THEIRS` and of tables.
fn read_on<'text>(reader: Reader<'text>, value: &Entry<'_, 'text>) -> Result<Vec<OnColumn>, ConfigError> {
    let items: Vec<&toml::Spanned<DeValue<'text>>> = match value.value.get_ref().as_array() {
        Some(list) => list.iter().collect(),
        None => vec![value.value],
    };
    let read = |item| read_on_column(reader, &Entry { key: value.key.clone(), value: item });
    let columns: Vec<OnColumn> = items.into_iter().map(read).collect::<Result<_, _>>()?;
    if columns.is_empty() {
        let hint = "name a column that both sides have, or leave `on` out for the quasi-identifiers of the same name";
        return Err(reader.error("wrong-value", "`on` names no column", value.value.span()).with_hint(hint));
    }
    match named_twice(&columns) {
        Some(name) => {
            let message = format!("`on` names column `{}` twice", shown_name(name));
            Err(reader.error("column-twice", message, value.value.span()))
        }
        None => Ok(columns),
    }
}

fn read_on_column<'text>(reader: Reader<'text>, item: &Entry<'_, 'text>) -> Result<OnColumn, ConfigError> {
    let span = || item.value.span();
    if let Some(name) = item.value.get_ref().as_str() {
        let name = super::policy::not_blank(name).map_err(|reason| reader.error("wrong-value", reason, span()))?;
        return Ok(OnColumn { ours: name.clone(), theirs: name, within: None, compare: None });
    }
    let expected = "a column, or a table such as `{ ours = \"city\", theirs = \"home_town\" }`";
    let table = item.value.get_ref().as_table().ok_or_else(|| reader.wrong_type(item, expected))?;
    let place = "recipient.holds.on";
    reader.check_keys(place, table, &ON, |_| None)?;
    let get = |name: &str| entry(table, place, name);
    let text = |name: &str| get(name).map(|value| reader.parsed(&value, super::policy::not_blank)).transpose();
    let within = get("within").map(|value| read_within(reader, &value)).transpose()?;
    let compare = get("compare").map(|value| reader.parsed(&value, |text| named(text, &COMPARISONS))).transpose()?;
    if within.is_some() && compare.is_some() {
        let message = "a column is compared either `within` a distance or as `compare` says";
        return Err(reader.error("two-comparisons", message, span()).with_hint("remove one of the two"));
    }
    let lack = "`on` has an entry without `ours`";
    let ours = text("ours")?.ok_or_else(|| reader.error("missing-key", lack, span()).with_hint(expected))?;
    let theirs = text("theirs")?.unwrap_or_else(|| ours.clone());
    Ok(OnColumn { ours, theirs, within, compare })
}

fn read_within<'text>(reader: Reader<'text>, value: &Entry<'_, 'text>) -> Result<WithinRule, ConfigError> {
    let written = match value.value.get_ref().as_integer() {
        Some(integer) => integer.as_str().to_owned(),
        None => reader.string(value)?,
    };
    WithinRule::parse(&written).map_err(|reason| {
        let message = format!("`{}` is not a tolerance: {reason}", shown_name(&written));
        let hint = "a tolerance is written as `2d`, `6h`, `5%` or `100`";
        reader.error("tolerance", message, value.value.span()).with_hint(hint)
    })
}

/// A name that both sides share, or a table with one of each.
fn read_truth<'text>(
    reader: Reader<'text>,
    table: &DeTable<'text>,
    whole: &Entry<'_, 'text>,
) -> Result<Option<TruthColumns>, ConfigError> {
    let pattern = entry(table, HOLDS_PLACE, "truth_pattern");
    let pattern = pattern.map(|value| reader.parsed(&value, checked_pattern)).transpose()?;
    let Some(value) = entry(table, HOLDS_PLACE, "truth") else {
        return pattern.map_or(Ok(None), |_| {
            let message = "`truth_pattern` is given without `truth`";
            let hint = "name the column that says who is who, such as `truth = \"customer\"`";
            Err(reader.error("missing-key", message, whole.value.span()).with_hint(hint))
        });
    };
    if value.value.get_ref().as_str().is_some() {
        let name = reader.parsed(&value, super::policy::not_blank)?;
        return Ok(Some(TruthColumns { ours: name.clone(), theirs: name, pattern }));
    }
    let expected = "a column, or a table such as `{ ours = \"customer\", theirs = \"member\" }`";
    let table = value.value.get_ref().as_table().ok_or_else(|| reader.wrong_type(&value, expected))?;
    let place = "recipient.holds.truth";
    reader.check_keys(place, table, &TRUTH, |_| None)?;
    let one = |name: &str| {
        let lack = || {
            let message = format!("`truth` lacks `{name}`");
            reader.error("missing-key", message, value.value.span()).with_hint(format!("write {expected}"))
        };
        reader.parsed(&entry(table, place, name).ok_or_else(lack)?, super::policy::not_blank)
    };
    Ok(Some(TruthColumns { ours: one("ours")?, theirs: one("theirs")?, pattern }))
}

/// A regular expression with a group.
fn checked_pattern(written: &str) -> Result<String, String> {
    let pattern = Regex::new(written).map_err(|_| "it is not a regular expression".to_owned())?;
    if pattern.captures_len() < 2 {
        return Err("it has no group; put what is to be compared in brackets, such as `rec-([0-9]+)-`".to_owned());
    }
    Ok(written.to_owned())
}

/// Reads `[linkage]`.
pub(super) fn read_linkage<'text>(
    reader: Reader<'text>,
    table: &DeTable<'text>,
    folder: &Path,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    reader.check_keys("linkage", table, &LINKAGE, super::file::section_of)?;
    let Some(value) = entry(table, "linkage", "known_identifiers") else { return Ok(()) };
    let items: Vec<&toml::Spanned<DeValue<'text>>> = match value.value.get_ref() {
        DeValue::Array(list) => list.iter().collect(),
        _ => vec![value.value],
    };
    for item in items {
        let whole = Entry { key: KNOWN_PLACE.to_owned(), value: item };
        let expected = "a table such as `{ file = \"cards.csv\", column = \"pan\", pseudonym = \"card\" }`";
        let known = item.get_ref().as_table().ok_or_else(|| reader.wrong_type(&whole, expected))?;
        reader.check_keys(KNOWN_PLACE, known, &KNOWN_IDENTIFIERS, |_| None)?;
        let get = |name: &str| entry(known, KNOWN_PLACE, name);
        let column = get("column").ok_or_else(|| lacks(reader, &whole, "column"))?;
        let pseudonyms = reader.strings(&get("pseudonym").ok_or_else(|| lacks(reader, &whole, "pseudonym"))?)?;
        let pseudonyms: Vec<String> = pseudonyms.into_iter().map(|(name, _)| name.trim().to_owned()).collect();
        if pseudonyms.is_empty() {
            return Err(lacks(reader, &whole, "pseudonym"));
        }
        settings.linkage.known_identifiers.push(KnownIdentifiers {
            files: read_files(reader, get("file"), &whole, folder)?,
            input: InputOptions::default(),
            column: reader.parsed(&column, super::policy::not_blank)?,
            pseudonyms,
        });
    }
    Ok(())
}

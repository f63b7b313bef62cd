//! `[[recipient.holds]]` and `[linkage]` of the configuration.

use regex::Regex;

use super::declared::TYPES;
use super::document::Problem;
use super::linkage::{add_source, attacks_of, first_given, named_twice};
use super::reader::{Section, Written};
use super::setting::Draft;
use super::signs::{ENCODINGS, parse_delimiter, parse_quote};
use super::unicity::tolerance;
use crate::plan::{
    ATTACKS, InputOptions, KnownIdentifiers, LinkagePlan, OnColumn, SourcePlan, TextComparison, TruthColumns,
    shown_name,
};

/// Names of comparisons.
const COMPARISONS: [(&str, TextComparison); 2] =
    [("equal", TextComparison::Equal), ("normalised", TextComparison::Normalised)];

/// Reads every `[[recipient.holds]]`.
pub(super) fn read(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let expected = "a table for each source, written as `[[recipient.holds]]`";
    value.each_with(draft, |draft, item| {
        let section = item.table(expected)?;
        let (source, is_pseudonym) = read_source(&section)?;
        check_name(&section, source.name.as_ref(), &draft.plan.linkage)?;
        // Whoever names shared columns says what others may know, so the rest is not guessed.
        draft.decides_roles |= !source.on.is_empty();
        add_source(&mut draft.plan.linkage, source, is_pseudonym).map_err(|reason| section.refused("attacks", reason))
    })
}

/// Checks that no source before, of either kind, has the name: a waiver of one would cover the other.
fn check_name(section: &Section<'_, '_>, name: Option<&String>, plan: &LinkagePlan) -> Result<(), Problem> {
    let Some(name) = name.filter(|name| plan.given_names().any(|other| other == *name)) else { return Ok(()) };
    let message = format!("two sources are named `{}`", shown_name(name));
    Err(section.refused("source-twice", message).with_hint("give each a different `name`"))
}

fn read_source(section: &Section<'_, '_>) -> Result<(SourcePlan, bool), Problem> {
    let hint = "write `file = \"members.csv\"`, and what it shares with the extract in `on`";
    let files = section.need("file", "`[[recipient.holds]]`", hint, |value| read_files(value, hint));
    let (name, subject) = (section.get("name", Written::words), section.get("subject", Written::words));
    let on = section.get("on", read_on).unwrap_or_default();
    let asked = section.take_spelled("attack", Some("attacks"));
    let asked = asked.and_then(|value| section.reported(value.each(|name| name.named(&ATTACKS)))).unwrap_or_default();
    let hold_out = section.get("hold_out", Written::file).map(|file| file.to_string_lossy().into_owned());
    // Every key is taken before the first mistake ends the reading.
    let (input, truth) = (read_options(section), read_truth(section));
    let attacks = attacks_of(&asked).map_err(|reason| section.refused("attacks", reason))?;
    let is_pseudonym = attacks.is_none();
    let (files, attacks) = (files.unwrap_or_default(), attacks.unwrap_or_default());
    let source =
        SourcePlan { name, files, input, subject, on, truth: truth?, attacks, hold_out, ..SourcePlan::default() };
    if source.files.is_empty() { Err(Problem::Reported) } else { Ok((source, is_pseudonym)) }
}

/// A file name or a list of them, relative to the folder of the configuration.
fn read_files(value: &Written<'_, '_>, hint: &str) -> Result<Vec<String>, Problem> {
    let files = value.each(|item| {
        let text = item.as_text().ok_or_else(|| item.wrong_type("a text in quotes or a list of them"))?;
        if text.trim().is_empty() {
            return Err(item.refused("wrong-value", "the name of a file must not be empty"));
        }
        Ok(item.beside(text.as_ref()).to_string_lossy().into_owned())
    })?;
    if files.is_empty() {
        return Err(value.refused("missing-key", format!("`{}` names no file", value.name())).with_hint(hint));
    }
    Ok(files)
}

fn read_options(section: &Section<'_, '_>) -> InputOptions {
    let nulls = section.take_spelled("null_value", Some("null_values"));
    InputOptions {
        delimiter: section.get("delimiter", |value| value.parsed(parse_delimiter)),
        quote: section.get("quote", |value| value.parsed(parse_quote)),
        header: section.get("header", Written::boolean),
        encoding: section.get("encoding", |value| value.named(&ENCODINGS)),
        null_values: nulls.and_then(|value| section.reported(value.texts())).unwrap_or_default(),
        ..InputOptions::default()
    }
}

/// A list of names and of tables.
fn read_on(value: &Written<'_, '_>) -> Result<Vec<OnColumn>, Problem> {
    let columns = value.each(read_on_column)?;
    if columns.is_empty() {
        let hint = "name a column that both sides have, or remove `on` to use the quasi-identifiers of the same name";
        return Err(value.refused("wrong-value", "`on` names no column").with_hint(hint));
    }
    match named_twice(&columns) {
        Some(name) => Err(value.refused("column-twice", format!("`on` names column `{}` twice", shown_name(name)))),
        None => Ok(columns),
    }
}

fn read_on_column(item: &Written<'_, '_>) -> Result<OnColumn, Problem> {
    if item.as_text().is_some() {
        let name = item.words()?;
        return Ok(OnColumn::new(name.clone(), name));
    }
    let expected = "a column, or a table such as `{ ours = \"city\", theirs = \"home_town\" }`";
    let section = item.table(expected)?;
    let (ours, theirs) = (section.get("ours", Written::words), section.get("theirs", Written::words));
    let within = section.get("within", tolerance);
    let compare = section.get("compare", |value| value.named(&COMPARISONS));
    let column_type = section.get("type", |value| value.named(&TYPES));
    if within.is_some() && compare.is_some() {
        let message = "a column is compared either `within` a distance or as `compare` says";
        return Err(section.refused("two-comparisons", message).with_hint("remove one of the two"));
    }
    let lack = || section.refused("missing-key", "`on` has an entry without `ours`").with_hint(expected);
    let ours = ours.ok_or_else(lack)?;
    let theirs = theirs.unwrap_or_else(|| ours.clone());
    Ok(OnColumn { ours, theirs, within, compare, column_type })
}

/// A name that both sides share, or a table with one of each.
fn read_truth(source: &Section<'_, '_>) -> Result<Option<TruthColumns>, Problem> {
    let pattern = source.get("truth_pattern", |value| value.parsed(checked_pattern));
    let is_complete = source.get("truth_complete", Written::boolean);
    let Some(value) = source.take("truth") else {
        let idle = first_given([("truth_pattern", pattern.is_some()), ("truth_complete", is_complete.is_some())]);
        return idle.map_or(Ok(None), |key| {
            let hint = "name the column that identifies the right person, such as `truth = \"customer\"`";
            Err(source.refused("missing-key", format!("`{key}` is given without `truth`")).with_hint(hint))
        });
    };
    let is_complete = is_complete.unwrap_or(false);
    if value.as_text().is_some() {
        let name = value.words()?;
        return Ok(Some(TruthColumns { ours: name.clone(), theirs: name, pattern, is_complete }));
    }
    let expected = "a column, or a table such as `{ ours = \"customer\", theirs = \"member\" }`";
    let section = value.table(expected)?;
    let need = |key| section.need(key, "`truth`", &format!("write {expected}"), Written::words);
    match (need("ours"), need("theirs")) {
        (Some(ours), Some(theirs)) => Ok(Some(TruthColumns { ours, theirs, pattern, is_complete })),
        _ => Err(Problem::Reported),
    }
}

/// A regular expression with a group.
fn checked_pattern(written: &str) -> Result<String, String> {
    let pattern = Regex::new(written).map_err(|_| "it is not a regular expression".to_owned())?;
    if pattern.captures_len() < 2 {
        return Err("it has no group; put the part to compare in parentheses, such as `rec-([0-9]+)-`".to_owned());
    }
    Ok(written.to_owned())
}

/// Reads `[linkage] known_identifiers`.
pub(super) fn read_known(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let expected = "a table such as `{ file = \"cards.csv\", column = \"pan\", pseudonym = \"card\" }`";
    let hint = "write `known_identifiers = { file = \"cards.csv\", column = \"pan\", pseudonym = \"card\" }`";
    let place = "`[linkage] known_identifiers`";
    value.each_with(draft, |draft, item| {
        let section = item.table(expected)?;
        let name = section.get("name", Written::words);
        let column = section.need("column", place, hint, Written::words);
        let pseudonyms = section.need("pseudonym", place, hint, Written::columns);
        let files = section.need("file", place, hint, |value| read_files(value, hint));
        check_name(&section, name.as_ref(), &draft.plan.linkage)?;
        if pseudonyms.as_ref().is_some_and(Vec::is_empty) {
            return Err(section.refused("missing-key", format!("{place} lacks `pseudonym`")).with_hint(hint));
        }
        let (Some(files), Some(column), Some(pseudonyms)) = (files, column, pseudonyms) else {
            return Err(Problem::Reported);
        };
        let input = InputOptions::default();
        draft.plan.linkage.known_identifiers.push(KnownIdentifiers { name, files, input, column, pseudonyms });
        Ok(())
    })
}

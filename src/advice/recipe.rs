//! A recipe: what is done to each quasi-identifier, and how it is written.

use std::fmt::Write as _;

use crate::printable::printable;
use crate::recode::Ladder;
use crate::result::{Advice, AdviceChange};

/// What is done to one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// Nothing.
    AsIs,
    /// It takes this form of its ladder.
    Rung(usize),
    /// It is left out.
    Dropped,
}

/// What is done to each quasi-identifier, in the order of the table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Recipe(Vec<Step>);

impl Recipe {
    /// Nothing is done.
    pub(super) fn as_is(columns: usize) -> Self {
        Self(vec![Step::AsIs; columns])
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = Step> + '_ {
        self.0.iter().copied()
    }

    pub(super) fn step(&self, column: usize) -> Step {
        self.0[column]
    }

    /// The same with another step for one column.
    #[must_use]
    pub(super) fn with(&self, column: usize, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps[column] = step;
        Self(steps)
    }

    /// Columns to which something is done.
    pub(super) fn changed(&self) -> usize {
        self.steps().filter(|&step| step != Step::AsIs).count()
    }

    /// Columns that stay in the extract.
    pub(super) fn left(&self) -> usize {
        self.steps().filter(|&step| step != Step::Dropped).count()
    }
}

/// A recipe in the words of the result, without its figures; `names` are the columns of the table, in its order.
pub(super) fn write(recipe: &Recipe, names: &[&str], ladders: &[Ladder]) -> Advice {
    let (mut actions, mut changes, mut sections) = (Vec::new(), Vec::new(), Vec::new());
    let mut flags = Some(Vec::new());
    let columns = recipe.steps().zip(names).zip(ladders);
    for ((step, &name), ladder) in columns {
        let drop = ["drop".to_owned()];
        let rules: &[String] = match step {
            Step::AsIs => continue,
            Step::Rung(rung) => &ladder.rungs[rung].rules,
            Step::Dropped => &drop,
        };
        actions.push(action(name, rules));
        sections.push(section(name, rules, ladder.declared));
        for rule in rules {
            changes.push(AdviceChange { column: name.to_owned(), rule: rule.clone() });
            match flag(name, rule).filter(|_| ladder.fits_flag) {
                Some(flag) => flags.iter_mut().for_each(|flags: &mut Vec<String>| flags.push(flag.clone())),
                None => flags = None,
            }
        }
    }
    let flags = flags.map(|flags| flags.join(" "));
    Advice { action: actions.join(", and "), changes, config: Some(sections.join("\n")), flags, ..Advice::default() }
}

/// The same proposal that also leaves out columns that are no quasi-identifiers, each with the name of its role.
pub(crate) fn dropped_in_words<'a>(
    mut advice: Advice,
    columns: impl Iterator<Item = (&'a str, &'static str)>,
) -> Advice {
    for (name, role) in columns {
        let change = AdviceChange { column: name.to_owned(), rule: "drop".to_owned() };
        advice.changes.insert(0, change);
        let and = if advice.action.is_empty() { "" } else { ", and " };
        advice.action = format!("leave out `{name}`{and}{}", advice.action);
        let section = format!("[columns.{}]\nrole = \"{role}\"\ncoarsen = \"drop\"\n", toml_key(name));
        let rest = advice.config.take().filter(|rest| !rest.is_empty());
        advice.config = Some(rest.map_or_else(|| section.clone(), |rest| format!("{section}\n{rest}")));
        advice.flags = match (flag(name, "drop"), advice.flags.take()) {
            (Some(flag), Some(flags)) if !flags.is_empty() => Some(format!("{flag} {flags}")),
            (flag, Some(_)) => flag,
            (_, None) => None,
        };
    }
    advice
}

/// What the last rule does, in words.
fn action(name: &str, rules: &[String]) -> String {
    let rule = rules.last().map_or("", String::as_str);
    let (kind, argument) = rule.split_once(':').unwrap_or((rule, ""));
    match kind {
        "drop" => format!("leave out `{name}`"),
        "round" => format!("round `{name}` to multiples of {argument}"),
        "bins" => format!("put `{name}` into bands ({rule})"),
        "top" => format!("show `{name}` from {argument} on as one value"),
        "prefix" if argument == "1" => format!("keep the first character of `{name}`"),
        "prefix" => format!("keep the first {argument} characters of `{name}`"),
        "suffix" if argument == "1" => format!("keep the last character of `{name}`"),
        "suffix" => format!("keep the last {argument} characters of `{name}`"),
        "rare" => format!("show values of `{name}` that fewer than {argument} subjects hold as one"),
        unit => format!("show `{name}` by {unit}"),
    }
}

/// The section of `reidrisk.toml` that takes the place of the column's own.
fn section(name: &str, rules: &[String], declared: bool) -> String {
    // A role in the file would turn guessing off for all other columns.
    let role = if declared { "role = \"quasi-identifier\"\n" } else { "" };
    let quoted: Vec<String> = rules.iter().map(|rule| toml_string(rule)).collect();
    let coarsen = match quoted.as_slice() {
        [only] => only.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    format!("[columns.{}]\n{role}coarsen = {coarsen}\n", toml_key(name))
}

fn toml_key(name: &str) -> String {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { toml_string(name) }
}

/// A TOML basic string; what cannot be seen is written as its number.
fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if is_visible(letter) => quoted.push(letter),
            // Writing to a string cannot fail.
            letter => drop(write!(quoted, "\\U{:08X}", u32::from(letter))),
        }
    }
    quoted.push('"');
    quoted
}

fn is_visible(letter: char) -> bool {
    let mut buffer = [0; 4];
    let text = letter.encode_utf8(&mut buffer);
    printable(text) == *text
}

/// `--coarsen COLUMN=RULE` for a POSIX shell; `None` when the name holds what a command line cannot show.
fn flag(name: &str, rule: &str) -> Option<String> {
    let argument = format!("{name}={rule}");
    if !argument.chars().all(is_visible) {
        return None;
    }
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./:,=@%+".contains(letter);
    let argument =
        if argument.chars().all(plain) { argument } else { format!("'{}'", argument.replace('\'', r"'\''")) };
    // One argument: a name that begins with a hyphen is no flag of its own.
    Some(if name.starts_with('-') { format!("--coarsen={argument}") } else { format!("--coarsen {argument}") })
}

#[cfg(test)]
mod tests {
    use super::{Recipe, Step, write};
    use crate::recode::{Ladder, Rung};
    use crate::result::{Advice, AdviceChange};
    use crate::table::Recoding;

    fn ladder(rules: &[&str]) -> Ladder {
        let rules: Vec<String> = rules.iter().map(|&rule| rule.to_owned()).collect();
        let recoding = Recoding { column: 0, map: vec![0], cardinality: 1, missing: None };
        Ladder {
            declared: true,
            fits_flag: true,
            rare_behind: None,
            rungs: vec![Rung { rules, recoding, keys: Vec::new() }],
        }
    }

    fn written(name: &str, rules: &[&str]) -> Advice {
        write(&Recipe::as_is(1).with(0, Step::Rung(0)), &[name], &[ladder(rules)])
    }

    #[test]
    fn a_recipe_names_its_changes_in_the_order_of_the_columns() {
        let ladders = [ladder(&["month"]), ladder(&["round:10", "round:100"]), ladder(&["rare:5"])];
        let recipe = Recipe::as_is(3).with(0, Step::Rung(0)).with(1, Step::Rung(0)).with(2, Step::Dropped);
        let written = write(&recipe, &["day", "sum", "shop"], &ladders);
        assert_eq!(written.action, "show `day` by month, and round `sum` to multiples of 100, and leave out `shop`");
        let change = |column: &str, rule: &str| AdviceChange { column: column.to_owned(), rule: rule.to_owned() };
        let changes = [("day", "month"), ("sum", "round:10"), ("sum", "round:100"), ("shop", "drop")];
        assert_eq!(written.changes, changes.map(|(column, rule)| change(column, rule)));
        let flags = "--coarsen day=month --coarsen sum=round:10 --coarsen sum=round:100 --coarsen shop=drop";
        assert_eq!(written.flags.as_deref(), Some(flags));
        assert_eq!(
            written.config.unwrap(),
            "[columns.day]\nrole = \"quasi-identifier\"\ncoarsen = \"month\"\n\n\
             [columns.sum]\nrole = \"quasi-identifier\"\ncoarsen = [\"round:10\", \"round:100\"]\n\n\
             [columns.shop]\nrole = \"quasi-identifier\"\ncoarsen = \"drop\"\n"
        );
    }

    #[test]
    fn names_are_quoted_for_the_shell() {
        for (name, flag) in [
            ("Posted At", "--coarsen 'Posted At=day'"),
            ("it's", r"--coarsen 'it'\''s=day'"),
            ("$(rm -r x)", "--coarsen '$(rm -r x)=day'"),
            ("`id`", "--coarsen '`id`=day'"),
            ("--out", "--coarsen=--out=day"),
            ("plz", "--coarsen plz=day"),
        ] {
            assert_eq!(written(name, &["day"]).flags.as_deref(), Some(flag));
        }
    }

    #[test]
    fn what_cannot_be_seen_is_no_flag_and_is_escaped_in_the_configuration() {
        for name in ["a\nb", "\u{1b}[31m", "\u{202e}x", "\0"] {
            let written = written(name, &["day"]);
            assert_eq!(written.flags, None);
            let config = written.config.unwrap();
            assert_eq!(config.lines().count(), 3, "{config}");
            assert!(!config.contains(['\u{1b}', '\u{202e}', '\0']));
        }
    }

    #[test]
    fn a_column_that_does_not_fit_a_flag_has_only_its_configuration() {
        let unfit = Ladder { fits_flag: false, ..ladder(&["day"]) };
        let recipe = Recipe::as_is(2).with(0, Step::Dropped).with(1, Step::Dropped);
        let written = write(&recipe, &["a", "b"], &[ladder(&["day"]), unfit]);
        assert_eq!((written.flags, written.changes.len()), (None, 2));
    }

    #[test]
    fn the_configuration_of_a_guessed_column_declares_no_role() {
        let guessed = Ladder { declared: false, ..ladder(&["day"]) };
        let written = write(&Recipe::as_is(1).with(0, Step::Rung(0)), &["a b\"\\"], &[guessed]);
        assert_eq!(written.config.unwrap(), "[columns.\"a b\\\"\\\\\"]\ncoarsen = \"day\"\n");
    }
}

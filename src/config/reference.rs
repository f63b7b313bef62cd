//! The reference of all settings, made from their table: what may be written, what holds otherwise, and how it is typed.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::setting::{Flag, Setting};
use super::{resolve, settings};
use crate::word_list::pages;

/// What there is to say of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingPage {
    /// The section it stands in, with brackets; empty for a flag without a key.
    pub section: String,
    /// Its key, or its flag where it has no key.
    pub name: String,
    /// What it is.
    pub summary: &'static str,
    /// What may be written, what holds by default, its flag, its variable, and an example, each under its name.
    pub facts: Vec<(&'static str, String)>,
    /// What else must be known of it.
    pub notes: Vec<&'static str>,
}

/// The pages of the settings under a name: a key with or without its section, or a flag; all of them for
/// `configuration`.
#[must_use]
pub fn explain_setting(name: &str) -> Vec<SettingPage> {
    let typed = name.strip_prefix("--");
    let wanted = |setting: &&Setting| match typed {
        Some(flag) => setting.flag.is_some() && setting.flag_name() == flag,
        None => name == ALL_SETTINGS || setting.key() == name || setting.name == name || setting.old == Some(name),
    };
    settings().iter().filter(wanted).map(page).collect()
}

/// The name under which [`explain_setting`] gives every setting.
pub const ALL_SETTINGS: &str = "configuration";

fn page(setting: &'static Setting) -> SettingPage {
    let section = match setting.section {
        "" if setting.flag.is_none() => format!("[[{}]]", setting.name),
        "" => String::new(),
        "columns" => "[columns.NAME]".to_owned(),
        section => format!("[{section}]"),
    };
    let flag = setting.flag.map(|flag| match flag {
        Flag::On | Flag::Off => format!("--{}", setting.flag_name()),
        Flag::Value(value) | Flag::List(value) => format!("--{} {value}", setting.flag_name()),
        Flag::Repeated(value) | Flag::Text(value) => format!("--{} {value}, repeatable", setting.flag_name()),
    });
    let typed = format!("--{}", setting.flag_name());
    let (name, example) = match setting.section {
        "" if setting.flag.is_some() => (typed.clone(), format!("{typed} {}", setting.example)),
        _ => (setting.name.to_owned(), format!("{} = {}", setting.name, setting.example)),
    };
    let facts = [
        ("written", Some(setting.words.clone())),
        ("default", setting.default_value()),
        ("flag", flag),
        ("variable", setting.variable()),
        ("needs", setting.needs.map(str::to_owned)),
        ("example", Some(example)),
    ];
    let facts = facts.into_iter().filter_map(|(what, text)| Some((what, text?))).collect();
    let key = setting.key();
    let notes = pages(include_str!("keys.txt")).find(|(name, _)| *name == key).map(|(_, notes)| notes);
    let more = Some(setting.more).filter(|more| !more.is_empty());
    let notes = more.into_iter().chain(notes.into_iter().flatten()).collect();
    SettingPage { section, name, summary: setting.words_of_help().0, facts, notes }
}

impl Setting {
    /// The words of the help, and what they say of the default.
    fn words_of_help(&self) -> (&'static str, Option<&'static str>) {
        let parts = self.help.split_once(" [default: ");
        parts.map_or((self.help, None), |(words, default)| (words, Some(default.trim_end_matches(']'))))
    }

    /// What holds where nobody says anything: what the help says, else what the record of a plan without settings says.
    #[must_use]
    pub fn default_value(&self) -> Option<String> {
        static RECORD: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
            let plan = resolve(vec!["-".to_owned()], &[], None).unwrap_or_default();
            plan.settings.into_iter().map(|text| (text.setting, text.value)).collect()
        });
        let words = self.words_of_help().1.map(str::to_owned);
        words.or_else(|| RECORD.get(&self.key()).cloned()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL_SETTINGS, explain_setting};
    use crate::config::settings;
    use crate::word_list::pages;

    #[test]
    fn every_setting_is_explained_with_what_its_row_says() {
        let all = explain_setting(ALL_SETTINGS);
        assert_eq!(all.len(), settings().len());
        for (page, row) in all.iter().zip(settings()) {
            let facts: Vec<&str> = page.facts.iter().map(|(_, text)| text.as_str()).collect();
            let flag = row.flag.map(|_| format!("--{}", row.flag_name()));
            for text in flag.into_iter().chain(row.variable()).chain([row.example.to_owned()]) {
                assert!(facts.iter().any(|fact| fact.contains(&text)), "{} lacks {text}", page.name);
            }
            assert!(explain_setting(&row.key()).contains(page) && !row.words.is_empty(), "{}", page.name);
        }
        let max_set = explain_setting("--max-set");
        let facts: Vec<(&str, &str)> = max_set[0].facts.iter().map(|(what, text)| (*what, text.as_str())).collect();
        let expected = [
            ("written", "a whole number of at least 1"),
            ("default", "3"),
            ("flag", "--max-set N"),
            ("variable", "REIDRISK_MAX_SET"),
            ("example", "max_set = 2"),
        ];
        assert_eq!(
            (max_set[0].summary, facts.as_slice()),
            ("Maximum size of column combinations to count", &expected[..])
        );
    }

    #[test]
    fn notes_are_on_settings_that_there_are() {
        for (key, notes) in pages(include_str!("keys.txt")) {
            assert!(settings().iter().any(|row| row.key() == key) && !notes.is_empty(), "{key}");
        }
    }
}

//! One setting: said once, with its key, its flag, its words, an example, how it is read and how it is shown.

use std::collections::BTreeMap;

use super::document::Problem;
use super::kind::Kind;
use super::linkage::Against;
use super::reader::Written;
use crate::plan::{Limit, Limits, Plan, Range, RatchetRule};
use crate::result::Role;

/// A setting of a scan. The row in the table of [`settings`](super::settings()) is all there is to it besides its field in
/// the [`Plan`]: from it come the key of the configuration, the flag, the environment variable, the merge, the record of
/// where it came from, the text of the help, the reference, and the test that it does something.
pub struct Setting {
    /// The section of `reidrisk.toml` its key stands in; empty for a flag without a key.
    pub section: &'static str,
    /// Its key, and with hyphens its flag.
    pub name: &'static str,
    /// An older spelling of both, which is accepted and not documented.
    pub old: Option<&'static str>,
    /// How it is typed; not at all when `None`.
    pub flag: Option<Flag>,
    /// The verbs that take its flag.
    pub verbs: Verbs,
    /// Whether `REIDRISK_NAME` in the environment stands for its flag.
    pub environment: bool,
    /// The part of the help its flag stands in.
    pub heading: &'static str,
    /// What it is, for the help; no full stop.
    pub help: &'static str,
    /// More words for the long help.
    pub more: &'static str,
    /// What may be written.
    pub words: String,
    /// A value that is not the default, as it is written in a file; of a flag without a key as it is typed.
    pub example: &'static str,
    /// The setting beside it without which it says nothing.
    pub needs: Option<&'static str>,
    /// The limit that it is.
    pub limit: Option<&'static Limit>,
    /// The entry of the record that it is part of, where that is not its own.
    pub(super) part_of: Option<&'static str>,
    /// Whether a higher layer adds to the lower one instead of taking its place.
    pub(super) is_merged: bool,
    /// Whether it says what others may know, so that roles that nobody declared are not guessed.
    decides_roles: bool,
    read: Box<Reading>,
    show: Box<Showing>,
}

/// How a setting gets into the draft.
type Reading = dyn Fn(&mut Draft, &Written<'_, '_>) -> Taken + Send + Sync;

/// How it is recorded.
type Showing = dyn Fn(&mut Draft) -> String + Send + Sync;

/// Whether a value got into the draft. Layers are read from the lowest to the highest, so the last one stays.
pub(super) type Taken = Result<(), Problem>;

/// How a flag is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// With one value, called so in the help.
    Value(&'static str),
    /// With several values, separated by commas.
    List(&'static str),
    /// With a value, and as often as wanted.
    Repeated(&'static str),
    /// As [`Flag::Repeated`], with any text, also one that begins with a hyphen.
    Text(&'static str),
    /// Alone: it says `true`.
    On,
    /// Alone: it says `false`, under the name of the setting with `no-` before it.
    Off,
}

/// The verbs that take a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbs {
    /// `scan` alone.
    Scan,
    /// `scan` and `inspect`.
    ScanAndInspect,
    /// `scan`, `inspect` and `init`.
    All,
}

/// A plan while it is put together.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Draft {
    pub(super) plan: Plan,
    /// The limits, from which the policy is made at the end.
    pub(super) limits: Limits,
    /// Roles that were typed: they come before those of the file.
    pub(super) typed_roles: BTreeMap<String, Role>,
    /// Whether somebody said what the columns are, so that the others are not guessed.
    pub(super) decides_roles: bool,
    /// What was typed about a table of the recipient.
    pub(super) against: Against,
    /// The column whose section is read, in `[columns.NAME]`.
    pub(super) column: String,
}

/// A setting of one value, which has one place in the draft.
pub(super) fn row<T: 'static>(
    section: &'static str,
    name: &'static str,
    kind: Kind<T>,
    example: &'static str,
    help: &'static str,
    place: fn(&mut Draft) -> &mut T,
) -> Setting {
    let Kind { words, read, show } = kind;
    let read = move |draft: &mut Draft, value: &Written<'_, '_>| read(value).map(|value| *place(draft) = value);
    let row = own(section, name, &words, example, help, read, |_| String::new());
    row.showing(move |draft| show(place(draft)))
}

/// A setting that is read in a way of its own.
pub(super) fn own(
    section: &'static str,
    name: &'static str,
    words: &str,
    example: &'static str,
    help: &'static str,
    read: impl Fn(&mut Draft, &Written<'_, '_>) -> Taken + Send + Sync + 'static,
    show: impl Fn(&Plan) -> String + Send + Sync + 'static,
) -> Setting {
    Setting {
        section,
        name,
        old: None,
        flag: None,
        verbs: Verbs::Scan,
        environment: false,
        heading: "",
        help,
        more: "",
        words: words.to_owned(),
        example,
        needs: None,
        limit: None,
        part_of: None,
        is_merged: false,
        decides_roles: false,
        read: Box::new(read),
        show: Box::new(move |draft| show(&draft.plan)),
    }
}

/// A risk is compared as the class size that it asks for, which a small change of the risk need not move.
const NO_RATCHET: &str = "the highest risk cannot be relative to a baseline; use `k`, such as \"baseline - 1\"";

/// A limit of a policy: everything about it is in its row beside the measure.
pub(super) fn of_limit(limit: &'static Limit) -> Setting {
    let read = move |draft: &mut Draft, value: &Written<'_, '_>| {
        if let Some((text, rule)) = value.as_text().and_then(|text| Some((text, RatchetRule::parse(text, limit)?))) {
            let rule =
                rule.and_then(|rule| if limit.gate == "highest-risk" { Err(NO_RATCHET.to_owned()) } else { Ok(rule) });
            draft.limits.ratchets.insert(limit.key, rule.map_err(|reason| value.wrong_text(text, reason))?);
            draft.limits.values.remove(limit.key);
            return Ok(());
        }
        let number = match limit.range {
            Range::Whole(least, most) => value.whole::<u32>(least, most).map(f64::from)?,
            Range::Between(..) => value.number(limit.range)?,
        };
        draft.limits.values.insert(limit.key, number);
        draft.limits.ratchets.remove(limit.key);
        Ok(())
    };
    let example = if matches!(limit.range, Range::Whole(..)) { "9" } else { "0.25" };
    let words = format!("{}, or relative to a baseline, such as \"baseline + 0.01\"", limit.range.expected());
    let row = own("policy", limit.key, &words, example, limit.sentence, read, |_| String::new());
    Setting { limit: Some(limit), ..row.typed(Flag::Value("N"), super::settings::VERDICT).in_environment() }
}

impl Setting {
    pub(super) fn typed(self, flag: Flag, heading: &'static str) -> Self {
        Self { flag: Some(flag), heading, ..self }
    }

    /// Recorded in a way that needs a place in the draft.
    pub(super) fn showing(self, show: impl Fn(&mut Draft) -> String + Send + Sync + 'static) -> Self {
        Self { show: Box::new(show), ..self }
    }

    pub(super) fn by(self, verbs: Verbs) -> Self {
        Self { verbs, ..self }
    }

    pub(super) fn in_environment(self) -> Self {
        Self { environment: true, ..self }
    }

    pub(super) fn formerly(self, old: &'static str) -> Self {
        Self { old: Some(old), ..self }
    }

    pub(super) fn more(self, more: &'static str) -> Self {
        Self { more, ..self }
    }

    pub(super) fn merged(self) -> Self {
        Self { is_merged: true, ..self }
    }

    pub(super) fn part_of(self, entry: &'static str) -> Self {
        Self { part_of: Some(entry), ..self }
    }

    pub(super) fn needs(self, other: &'static str) -> Self {
        Self { needs: Some(other), ..self }
    }

    pub(super) fn deciding_roles(self) -> Self {
        Self { decides_roles: true, ..self }
    }

    /// The dotted key; of a flag without a key its name.
    #[must_use]
    pub fn key(&self) -> String {
        if self.section.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.section, self.name) }
    }

    /// The flag without its leading hyphens.
    #[must_use]
    pub fn flag_name(&self) -> String {
        let name = self.name.replace('_', "-");
        if self.flag == Some(Flag::Off) { format!("no-{name}") } else { name }
    }

    /// The environment variable that stands for the flag, where there is one.
    #[must_use]
    pub fn variable(&self) -> Option<String> {
        self.environment.then(|| format!("REIDRISK_{}", self.name.to_uppercase()))
    }

    /// The entry of the record it belongs to.
    pub(super) fn entry(&self) -> String {
        self.part_of.map_or_else(|| self.key(), str::to_owned)
    }

    pub(super) fn set(&self, draft: &mut Draft, value: &Written<'_, '_>) -> Taken {
        draft.decides_roles |= self.decides_roles;
        (self.read)(draft, value)
    }

    /// Its value, for the record.
    pub(super) fn shown(&self, draft: &mut Draft) -> String {
        (self.show)(draft)
    }

    /// Whether one typed value can be taken, for the command line to say so with the flag.
    ///
    /// # Errors
    /// A sentence about the value. Mistakes with a code of their own are left to [`resolve`](super::resolve).
    pub fn check_typed(&self, text: &str) -> Result<(), String> {
        let (flag, values) = (format!("--{}", self.flag_name()), [text.to_owned()]);
        match self.set(&mut Draft::default(), &Written::Flag { flag: &flag, values: &values }) {
            Err(Problem::Found { message, of_value: true, .. }) => Err(message),
            _ => Ok(()),
        }
    }
}

/// A setting that was typed or stands in the environment.
#[derive(Clone)]
pub struct Given {
    /// The setting.
    pub setting: &'static Setting,
    /// What was typed behind its flag, each time.
    pub values: Vec<String>,
    /// The flag or the variable, for the record.
    pub origin: String,
}

impl Given {
    /// A flag that was typed, without its leading hyphens; `None` where no setting has it.
    #[must_use]
    pub fn flag(name: &str, values: &[&str]) -> Option<Self> {
        let setting = super::settings().iter().find(|setting| setting.flag.is_some() && setting.flag_name() == name)?;
        let values = match (setting.flag, values) {
            (Some(Flag::On), []) => vec!["true".to_owned()],
            (Some(Flag::Off), []) => vec!["false".to_owned()],
            _ => values.iter().map(|&value| value.to_owned()).collect(),
        };
        Some(Self { setting, values, origin: format!("--{name}") })
    }
}

impl std::fmt::Debug for Given {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {:?}", self.origin, self.values)
    }
}

#[cfg(test)]
mod tests {
    use toml::de::{DeTable, DeValue};

    use super::{Flag, Setting};

    impl Setting {
        /// The example as it is typed: one text for each value behind the flag, none behind a switch.
        pub(crate) fn typed_example(&self) -> Vec<String> {
            match (self.flag, self.section) {
                (Some(Flag::On | Flag::Off), _) => Vec::new(),
                (_, "") => vec![self.example.to_owned()],
                _ => {
                    let text = format!("key = {}", self.example);
                    let table = DeTable::parse(&text).unwrap();
                    typed(table.get_ref().get("key").unwrap().get_ref())
                }
            }
        }
    }

    fn typed(value: &DeValue<'_>) -> Vec<String> {
        match value {
            DeValue::Array(list) => list.iter().flat_map(|item| typed(item.get_ref())).collect(),
            DeValue::Table(table) => {
                let one = |(name, value): (_, &toml::Spanned<DeValue<'_>>)| {
                    let name: &toml::Spanned<std::borrow::Cow<'_, str>> = name;
                    format!("{}={}", name.get_ref(), typed(value.get_ref()).concat())
                };
                table.iter().map(one).collect()
            }
            DeValue::String(text) => vec![text.to_string()],
            DeValue::Integer(number) => vec![number.as_str().to_owned()],
            DeValue::Float(number) => vec![number.as_str().to_owned()],
            other => panic!("an example of a flag is no {}", other.type_str()),
        }
    }
}

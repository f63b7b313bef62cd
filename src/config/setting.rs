//! One setting: said once, with its key, its flag, its words, how it is read and how it is shown.

use std::collections::BTreeMap;

use super::against::Against;
use super::document::Problem;
use super::reader::Written;
use crate::plan::{Limit, Limits, Plan};
use crate::result::Role;

/// A setting of a scan. The row in the table of [`settings`](super::settings()) is all there is to it besides its field in
/// the [`Plan`]: from it come the key of the configuration, the flag, the environment variable, the merge, the record of
/// where it came from, and the text of the help.
#[derive(Clone, Copy)]
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
    /// The entry of the record that it is part of, where that is not its own.
    pub(super) part_of: Option<&'static str>,
    /// Whether a higher layer adds to the lower one instead of taking its place.
    pub(super) is_merged: bool,
    /// Reads a value into the draft. Layers are read from the lowest to the highest, so the last one stays.
    pub(super) read: Read,
    /// Its value in a plan, for the record. No cell value may be in it.
    pub(super) show: fn(&Plan) -> String,
}

/// How a value gets into the draft.
#[derive(Clone, Copy)]
pub(super) enum Read {
    /// By a function of its own.
    Own(fn(&mut Draft, &Written<'_, '_>) -> Result<(), Problem>),
    /// As a limit of the policy.
    Limit(&'static Limit),
}

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
}

impl Setting {
    pub(super) const fn new(
        section: &'static str,
        name: &'static str,
        help: &'static str,
        read: fn(&mut Draft, &Written<'_, '_>) -> Result<(), Problem>,
        show: fn(&Plan) -> String,
    ) -> Self {
        Self {
            section,
            name,
            old: None,
            flag: None,
            verbs: Verbs::Scan,
            environment: false,
            heading: "",
            help,
            more: "",
            part_of: None,
            is_merged: false,
            read: Read::Own(read),
            show,
        }
    }

    /// A limit of a policy: everything about it is in its row beside the measure.
    pub(super) fn of_limit(limit: &'static Limit) -> Self {
        let none: fn(&mut Draft, &Written<'_, '_>) -> Result<(), Problem> = |_, _| Ok(());
        let row = Self::new("policy", limit.key, limit.sentence, none, |_| String::new());
        let row = row.typed(Flag::Value("N"), super::settings::VERDICT).in_environment();
        Self { read: Read::Limit(limit), ..row }
    }

    pub(super) const fn typed(mut self, flag: Flag, heading: &'static str) -> Self {
        self.flag = Some(flag);
        self.heading = heading;
        self
    }

    pub(super) const fn by(mut self, verbs: Verbs) -> Self {
        self.verbs = verbs;
        self
    }

    pub(super) const fn in_environment(mut self) -> Self {
        self.environment = true;
        self
    }

    pub(super) const fn formerly(mut self, old: &'static str) -> Self {
        self.old = Some(old);
        self
    }

    pub(super) const fn more(mut self, more: &'static str) -> Self {
        self.more = more;
        self
    }

    pub(super) const fn merged(mut self) -> Self {
        self.is_merged = true;
        self
    }

    pub(super) const fn part_of(mut self, entry: &'static str) -> Self {
        self.part_of = Some(entry);
        self
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

    /// The limit that it is.
    #[must_use]
    pub fn limit(&self) -> Option<&'static Limit> {
        match self.read {
            Read::Limit(limit) => Some(limit),
            Read::Own(_) => None,
        }
    }

    /// The entry of the record it belongs to.
    pub(super) fn entry(&self) -> String {
        self.part_of.map_or_else(|| self.key(), str::to_owned)
    }

    pub(super) fn set(&self, draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
        match self.read {
            Read::Own(read) => read(draft, value),
            Read::Limit(limit) => {
                let number = match limit.range {
                    crate::plan::Range::Whole(least, u32::MAX) => {
                        value.whole::<u32>(u64::from(least), u64::MAX).map(f64::from)?
                    }
                    crate::plan::Range::Whole(least, most) => {
                        value.whole::<u32>(u64::from(least), u64::from(most)).map(f64::from)?
                    }
                    range @ crate::plan::Range::Between(..) => value.number(range)?,
                };
                draft.limits.values.insert(limit.key, number);
                Ok(())
            }
        }
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
    pub setting: Setting,
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
        Some(Self { setting: *setting, values, origin: format!("--{name}") })
    }
}

impl std::fmt::Debug for Given {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {:?}", self.origin, self.values)
    }
}

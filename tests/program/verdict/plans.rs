//! What a test declares, and the configuration that says so.

use std::fmt::Write as _;

/// What was declared about one column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declared {
    /// Its name.
    pub(crate) name: String,
    /// Its role; `None` where nobody declared one. The subject is declared in [`Plan::subject`].
    pub(crate) role: Option<Role>,
    /// Whether a reason stands beside it.
    pub(crate) reason: bool,
    /// Whether it was declared to vary within subjects.
    pub(crate) varies: Option<bool>,
    /// Characters that `prefix` leaves of each value.
    pub(crate) prefix: Option<usize>,
}

/// The roles that these tests declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Quasi,
    Sensitive,
    Ignore,
}

/// Who a record belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A column, by its place.
    Column(usize),
    /// `[subject] none = true`.
    DeclaredNone,
    /// Nobody said.
    Unsaid,
}

/// Everything that these tests declare.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) subject: Subject,
    /// Whether `[subject] reason` is given.
    pub(crate) subject_reason: bool,
    /// In the order of the file.
    pub(crate) columns: Vec<Declared>,
    pub(crate) k: usize,
    pub(crate) max_unicity: f64,
    pub(crate) gates_any_record: bool,
    /// Values that each sensitive column must have in every class on the static columns.
    pub(crate) min_l: Option<usize>,
    /// Whether the treatment is declared to happen downstream.
    pub(crate) downstream: bool,
}

/// Options that must not change what is decided.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Display {
    pub(crate) seed: Option<u64>,
    pub(crate) threads: Option<usize>,
    /// The largest p of the curves.
    pub(crate) known_points: Option<u32>,
    pub(crate) attacker: Option<&'static str>,
    pub(crate) max_set: Option<usize>,
}

/// The reason that tests give where one is due.
const REASON: &str = "reason = \"decided by the data protection officer, file 12\"\n";

impl Plan {
    /// The places of the quasi-identifiers.
    pub(crate) fn quasi(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|&place| self.columns[place].role == Some(Role::Quasi)).collect()
    }

    /// The places of the sensitive columns.
    pub(crate) fn sensitive(&self) -> Vec<usize> {
        let is_sensitive = |place: &usize| {
            self.columns[*place].role == Some(Role::Sensitive) && self.subject != Subject::Column(*place)
        };
        (0..self.columns.len()).filter(is_sensitive).collect()
    }

    /// The configuration that declares it.
    pub(crate) fn config(&self, display: Display) -> String {
        let mut text = match self.subject {
            Subject::Column(place) => format!("[subject]\ncolumn = \"{}\"\n", self.columns[place].name),
            Subject::DeclaredNone => String::from("[subject]\nnone = true\n"),
            Subject::Unsaid => String::new(),
        };
        if self.subject_reason && self.subject != Subject::Unsaid {
            text.push_str(REASON);
        }
        for column in &self.columns {
            text.push_str(&column.config());
        }
        write!(text, "[policy]\nk = {}\nmax_unicity = {:?}\n", self.k, self.max_unicity).expect("memory takes text");
        if self.gates_any_record {
            text.push_str("gate_any_record = true\n");
        }
        if let Some(min_l) = self.min_l {
            writeln!(text, "min_l = {min_l}").expect("memory takes text");
        }
        if self.downstream {
            text.push_str(DOWNSTREAM);
        }
        text + &display.config()
    }
}

/// The declaration that somebody applies the treatment behind this program.
pub(crate) const DOWNSTREAM: &str = "treatment = { applied = \"downstream\", approved_by = \"B. Officer\", \
    reason = \"the exporter applies it\", expires = 2026-10-01 }\n";

impl Declared {
    fn config(&self) -> String {
        let mut lines = String::new();
        match self.role {
            Some(Role::Quasi) => lines.push_str("role = \"quasi-identifier\"\n"),
            Some(Role::Sensitive) => lines.push_str("role = \"sensitive\"\n"),
            Some(Role::Ignore) => lines.push_str("role = \"ignore\"\n"),
            None => {}
        }
        if let Some(varies) = self.varies {
            writeln!(lines, "varies = {varies}").expect("memory takes text");
        }
        if let Some(length) = self.prefix {
            writeln!(lines, "coarsen = \"prefix:{length}\"").expect("memory takes text");
        }
        if self.reason && (self.role.is_some() || self.varies.is_some()) {
            lines.push_str(REASON);
        }
        if lines.is_empty() { lines } else { format!("[columns.{}]\n{lines}", self.name) }
    }
}

impl Display {
    fn config(self) -> String {
        let mut text = format!("[scan]\nmax_set = {}\n", self.max_set.unwrap_or(1));
        if let Some(seed) = self.seed {
            writeln!(text, "seed = {seed}").expect("memory takes text");
        }
        if let Some(threads) = self.threads {
            writeln!(text, "threads = {threads}").expect("memory takes text");
        }
        if self.known_points.is_some() || self.attacker.is_some() {
            text.push_str("[unicity]\n");
        }
        if let Some(most) = self.known_points {
            let points: Vec<String> = (1..=most).map(|p| p.to_string()).collect();
            writeln!(text, "known_points = [{}]", points.join(", ")).expect("memory takes text");
        }
        if let Some(attacker) = self.attacker {
            writeln!(text, "attackers = [\"{attacker}\"]").expect("memory takes text");
        }
        text
    }
}

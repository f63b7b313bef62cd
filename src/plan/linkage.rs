//! What the recipient can join the extract to.

use super::{InputOptions, WithinRule};
use crate::result::{AttackKind, ColumnType};

/// What can be tried with a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attack {
    /// Join the extract to it.
    Join(AttackKind),
    /// Hold pseudonyms of the extract against its identifiers.
    Pseudonym,
}

/// Names of attacks.
pub const ATTACKS: [(&str, Attack); 8] = [
    ("exact", Attack::Join(AttackKind::Exact)),
    ("tolerant", Attack::Join(AttackKind::Tolerant)),
    ("distance", Attack::Join(AttackKind::Distance)),
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
    /// The type as which the column is declared, for both sides.
    pub column_type: Option<ColumnType>,
}

impl OnColumn {
    /// A column and its name in the source, with nothing else said of it.
    #[must_use]
    pub fn new(ours: String, theirs: String) -> Self {
        Self { ours, theirs, within: None, compare: None, column_type: None }
    }
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
    /// Whether it is declared that everybody of the extract whom the source holds has a key on both sides.
    pub is_complete: bool,
}

/// Something that the recipient holds.
#[derive(Debug, Clone, PartialEq, Default)]
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
    /// Columns that `on` names and that the rules of the extract drop, so that nothing is joined on them.
    pub left_out: Vec<String>,
    /// Who is who, for scoring.
    pub truth: Option<TruthColumns>,
    /// How the sides are joined; each kind once, in the order in which they are shown.
    pub attacks: Vec<AttackKind>,
    /// A file in the form of the extract, of people whom the source does not hold.
    pub hold_out: Option<String>,
    /// Whether it is the file that the extract was made from, and the hold-out the control.
    pub is_original: bool,
}

/// Identifiers that the operator supplies, to see whether a pseudonym is a form of one.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownIdentifiers {
    /// What reports call them, and a waiver; the name of their file when nothing is said.
    pub name: Option<String>,
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
    /// The file that the extract was made from, with a control as its hold-out; no attack of linkage is tried on it.
    pub original: Option<SourcePlan>,
}

impl LinkagePlan {
    /// The names that are given to sources and to lists of identifiers, in their order.
    pub fn given_names(&self) -> impl Iterator<Item = &String> {
        let sources = self.sources.iter().filter_map(|source| source.name.as_ref());
        sources.chain(self.known_identifiers.iter().filter_map(|known| known.name.as_ref()))
    }

    /// Types that are declared of columns of the extract, where they are joined.
    pub fn declared_types(&self) -> impl Iterator<Item = (&String, ColumnType)> {
        let on = self.sources.iter().chain(&self.original).flat_map(|source| &source.on);
        on.filter_map(|on| Some((&on.ours, on.column_type?)))
    }

    /// Whether there is nothing to link.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.known_identifiers.is_empty()
    }

    /// Columns of the extract on which something is joined, so that they are coded whatever their role.
    #[must_use]
    pub fn joins_on(&self, column: &str) -> bool {
        self.sources.iter().chain(&self.original).flat_map(|source| &source.on).any(|on| on.ours == column)
    }

    /// Columns of the extract that are named here, for joining, for scoring or as a pseudonym.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        let sources = self.sources.iter().chain(&self.original);
        let joined = sources.flat_map(|source| source.on.iter().map(|on| &on.ours));
        let truth = self.sources.iter().filter_map(|source| source.truth.as_ref()).map(|truth| &truth.ours);
        joined.chain(truth).chain(self.known_identifiers.iter().flat_map(|known| &known.pseudonyms))
    }

    /// Whether `column` is named here.
    #[must_use]
    pub fn names(&self, column: &str) -> bool {
        self.columns().any(|named| named == column)
    }
}

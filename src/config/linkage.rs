//! What the recipient can join the extract to: the part of the plan that flags (`against.rs`) and the configuration
//! (`holds.rs`) lead to.

use super::InputOptions;
use crate::recode::WithinRule;
use crate::result::AttackKind;

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
    /// Columns that `on` names and that the rules of the extract drop, so that nothing is joined on them.
    pub left_out: Vec<String>,
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

    /// The names that are given to sources and to lists of identifiers, in their order.
    pub fn given_names(&self) -> impl Iterator<Item = &String> {
        let sources = self.sources.iter().filter_map(|source| source.name.as_ref());
        sources.chain(self.known_identifiers.iter().filter_map(|known| known.name.as_ref()))
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

/// A column of the extract that is joined twice would count its agreement twice.
pub(super) fn named_twice(columns: &[OnColumn]) -> Option<&str> {
    let repeated = |place: usize| columns[..place].iter().any(|on| on.ours == columns[place].ours);
    (0..columns.len()).find(|&place| repeated(place)).map(|place| columns[place].ours.as_str())
}

/// The kinds of joining, each once; `None` for the check of pseudonyms.
pub(super) fn attacks_of(asked: &[Attack]) -> Result<Option<Vec<AttackKind>>, String> {
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
pub(super) fn add_source(plan: &mut LinkagePlan, source: SourcePlan, is_pseudonym: bool) -> Result<(), String> {
    if !is_pseudonym {
        plan.sources.push(source);
        return Ok(());
    }
    if source.on.is_empty() {
        return Err("`pseudonym` needs a column of the extract and the one that holds the identifiers".to_owned());
    }
    if let Some(key) = for_joins_only(&source) {
        return Err(no_meaning(key));
    }
    let SourcePlan { name, files, input, on, .. } = source;
    let mut lists: Vec<KnownIdentifiers> = Vec::new();
    for OnColumn { ours, theirs, .. } in on {
        // A list is read once, however many columns are held against it.
        match lists.iter_mut().find(|list| list.column == theirs) {
            Some(list) => list.pseudonyms.push(ours),
            None => lists.push(KnownIdentifiers {
                name: name.clone(),
                files: files.clone(),
                input: input.clone(),
                column: theirs,
                pseudonyms: vec![ours],
            }),
        }
    }
    plan.known_identifiers.extend(lists);
    Ok(())
}

/// The first key of a list of identifiers that says how to join, and so would do nothing.
fn for_joins_only(source: &SourcePlan) -> Option<&'static str> {
    let any = |is_said: fn(&OnColumn) -> bool| source.on.iter().any(is_said);
    let said = [
        ("subject", source.subject.is_some()),
        ("truth", source.truth.is_some()),
        ("hold_out", source.hold_out.is_some()),
        ("within", any(|on| on.within.is_some())),
        ("compare", any(|on| on.compare.is_some())),
    ];
    said.into_iter().find(|&(_, said)| said).map(|(key, _)| key)
}

/// Why a key or flag of joins is refused beside `pseudonym`.
pub(super) fn no_meaning(spelled: &str) -> String {
    format!("`pseudonym` holds a column against identifiers and joins nothing, so `{spelled}` has no meaning beside it")
}

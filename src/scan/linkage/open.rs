//! The sources: opened before the extract is read, so that a wrong name is told at once; and what is joined on.

use std::collections::BTreeSet;

use super::super::ScanError;
#[cfg(feature = "cli")]
use super::super::beside::Use;
use crate::input::{self, ExtractColumn, Source};
use crate::measure::{linkage, original};
use crate::plan::{
    ConfigError, KnownIdentifiers, LinkagePlan, OnColumn, Plan, SourcePlan, did_you_mean, shown_list, shown_name,
};
use crate::recode::ColumnRole;
use crate::result::Role;

/// What the plan names besides the extract, opened in the order of the plan.
pub(crate) struct Opened {
    pub(super) sources: Vec<OpenedSource>,
    pub(super) identifiers: Vec<OpenedList>,
    /// The file that the extract was made from, where it is asked for.
    pub(in crate::scan) original: Option<OpenedSource>,
}

/// One source.
pub(in crate::scan) struct OpenedSource {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) hold_out: Option<Source>,
}

/// One list of identifiers.
pub(super) struct OpenedList {
    pub(super) name: String,
    pub(super) source: Source,
}

impl Opened {
    /// Every file that will be read, under what it is read for and the name of its source.
    #[cfg(feature = "cli")]
    pub(in crate::scan) fn each(&self) -> impl Iterator<Item = (Use, &str, &Source)> {
        let sources = self.original.iter().chain(&self.sources);
        let sources = sources.flat_map(|opened| {
            let hold_out = opened.hold_out.as_ref().map(|file| (Use::HoldOut, opened.name.as_str(), file));
            std::iter::once((Use::Source, opened.name.as_str(), &opened.source)).chain(hold_out)
        });
        sources.chain(self.identifiers.iter().map(|list| (Use::Identifiers, list.name.as_str(), &list.source)))
    }
}

/// Whether linkage is asked for and there is something to link with.
fn is_asked(plan: &Plan) -> bool {
    plan.asks(linkage::NAME) && !plan.linkage.is_empty()
}

/// Opens every source and looks for the columns that the plan takes from it.
///
/// # Errors
/// When one cannot be opened, or has no such column.
pub(crate) fn open(plan: &Plan) -> Result<Opened, ScanError> {
    let mut opened = Opened { sources: Vec::new(), identifiers: Vec::new(), original: None };
    let mut names = Names::of(&plan.linkage);
    if let Some(planned) = asked_original(plan) {
        opened.original = Some(open_source(plan, planned, &mut names)?);
    }
    if !is_asked(plan) {
        return Ok(opened);
    }
    for planned in &plan.linkage.sources {
        opened.sources.push(open_source(plan, planned, &mut names)?);
    }
    for KnownIdentifiers { name, files, input, column, .. } in &plan.linkage.known_identifiers {
        let source = input::open(files, input)?;
        let name = names.take(name.as_ref(), source.name());
        has_list_column(source.columns(), column, &name)?;
        opened.identifiers.push(OpenedList { name, source });
    }
    Ok(opened)
}

/// The file that the extract was made from, where it is named and asked for.
fn asked_original(plan: &Plan) -> Option<&SourcePlan> {
    plan.linkage.original.as_ref().filter(|_| plan.asks(original::NAME))
}

fn open_source(plan: &Plan, planned: &SourcePlan, names: &mut Names<'_>) -> Result<OpenedSource, ScanError> {
    let source = input::open(&planned.files, &planned.input)?;
    let name = names.take(planned.name.as_ref(), source.name());
    check_source(planned, &name, source.columns())?;
    let alike = if planned.is_original { &planned.input } else { &plan.input };
    let hold_out = planned.hold_out.as_ref().map(|file| input::open(std::slice::from_ref(file), alike));
    Ok(OpenedSource { name, source, hold_out: hold_out.transpose()? })
}

/// The names of sources and of lists of identifiers. Each has its own, so that a waiver of one covers no other.
struct Names<'plan> {
    /// What the plan gives; the name of a file never takes one of them.
    given: BTreeSet<&'plan str>,
    taken: BTreeSet<String>,
}

impl<'plan> Names<'plan> {
    fn of(plan: &'plan LinkagePlan) -> Self {
        Self { given: plan.given_names().map(String::as_str).collect(), taken: BTreeSet::new() }
    }

    /// The given name, else that of the file; with a number where it is not free.
    fn take(&mut self, given: Option<&String>, file: &str) -> String {
        let wanted = given.map_or(file, String::as_str);
        let numbered = (2_u64..).map(|number| format!("{wanted} ({number})"));
        let is_given = |name: &str| self.given.contains(name);
        let is_free = |name: &String| !self.taken.contains(name) && (!is_given(name) || given == Some(name));
        let name = std::iter::once(wanted.to_owned()).chain(numbered).find(is_free).unwrap_or_default();
        self.taken.insert(name.clone());
        name
    }
}

fn check_source(planned: &SourcePlan, name: &str, columns: &[String]) -> Result<(), ConfigError> {
    let on = planned.on.iter().map(|on| &on.theirs);
    let truth = planned.truth.iter().map(|truth| &truth.theirs);
    let named: Vec<&String> = on.chain(&planned.subject).chain(truth).collect();
    has_columns(columns, named, name)
}

/// Checks that a source has all these columns.
fn has_columns<'name>(
    columns: &[String],
    named: impl IntoIterator<Item = &'name String>,
    source: &str,
) -> Result<(), ConfigError> {
    let named: Vec<&String> = named.into_iter().collect();
    let is_heading = named.iter().any(|column| columns.contains(column));
    named.into_iter().try_for_each(|column| has_column(columns, column, source, is_heading))
}

/// `is_heading` says that the first line holds names: without it, it may be a record, of which only a name that is close to the
/// one that is looked for is shown.
fn has_column(columns: &[String], column: &str, source: &str, is_heading: bool) -> Result<(), ConfigError> {
    if columns.iter().any(|known| known == column) {
        return Ok(());
    }
    // A first line without names holds cells; what looks like one is not shown.
    let count = crate::plan::counted(columns.len() as u64, "column", "columns");
    let columns: Vec<String> = columns.iter().filter(|name| !looks_like_cell(name)).cloned().collect();
    let meant = did_you_mean(column, columns.iter().map(String::as_str));
    let meant = meant.map_or(String::new(), |meant| format!("did you mean `{}`? ", shown_name(meant)));
    let listed = if is_heading {
        format!("columns: {}", shown_list(&columns))
    } else {
        format!("its first line must name its columns; it has {count}, not shown because they may be cells")
    };
    Err(unknown_column(source, column).with_hint(format!("{meant}{listed}")))
}

fn unknown_column(file: &str, column: &str) -> ConfigError {
    ConfigError::new("unknown-column", format!("`{}` has no column `{}`", shown_name(file), shown_name(column)))
}

/// Whether a name of a column looks like a number of somebody or an address.
fn looks_like_cell(name: &str) -> bool {
    name.contains('@') || name.chars().filter(char::is_ascii_digit).count() >= 6
}

/// As [`has_column`], for a list of identifiers: what stands in its first line may be one of them, so none is named.
fn has_list_column(columns: &[String], column: &str, list: &str) -> Result<(), ConfigError> {
    if columns.iter().any(|known| known == column) {
        return Ok(());
    }
    let count = crate::plan::counted(columns.len() as u64, "column", "columns");
    let hint =
        format!("its first line must name its columns; it has {count}, not shown because they may be identifiers");
    Err(unknown_column(list, column).with_hint(hint))
}

/// The plan with every shared column named, now that the roles are known.
///
/// # Errors
/// When something is joined on the subject or on a dropped column, nothing is shared, or a hold-out lacks a column.
pub(crate) fn settle(
    plan: &Plan,
    columns: &[ExtractColumn],
    roles: &[ColumnRole],
    opened: &Opened,
) -> Result<LinkagePlan, ScanError> {
    let with_role = |wanted: Role| {
        columns.iter().zip(roles).filter(move |(_, role)| role.role == wanted).map(|(column, _)| &column.name)
    };
    let subject = with_role(Role::Subject).next();
    let quasi: Vec<&String> = with_role(Role::QuasiIdentifier).filter(|name| !plan.drops(name)).collect();
    let original = asked_original(plan).zip(opened.original.as_ref()).map(|(planned, opened)| {
        let shared = with_role(Role::QuasiIdentifier).chain(with_role(Role::Sensitive));
        settle_original(planned, shared.filter(|name| !plan.drops(name)), subject, opened)
    });
    let mut settled = if is_asked(plan) { plan.linkage.clone() } else { LinkagePlan::default() };
    settled.original = original.transpose()?;
    for (source, opened) in settled.sources.iter_mut().zip(&opened.sources) {
        let theirs = opened.source.columns();
        let same_name =
            || subject.filter(|name| theirs.contains(name) && source.on.iter().all(|on| on.theirs != **name));
        source.subject = source.subject.clone().or_else(|| same_name().cloned());
        if source.on.is_empty() {
            source.on = shared_by_name(source, &quasi, opened)?;
        }
        leave_dropped_out(plan, source);
        for on in &source.on {
            check_joined(plan, on, subject)?;
        }
        if let Some(hold_out) = &opened.hold_out {
            let needed: BTreeSet<&String> = source.on.iter().map(|on| &on.ours).chain(subject).collect();
            let name = format!("hold-out of {}", opened.name);
            has_columns(hold_out.columns(), needed, &name)?;
        }
    }
    Ok(settled)
}

/// The original with every quasi-identifier and sensitive column of the release that it has under the same name; those that it
/// lacks are left out, which the measure tells.
fn settle_original<'name>(
    planned: &SourcePlan,
    shared: impl Iterator<Item = &'name String>,
    subject: Option<&String>,
    opened: &OpenedSource,
) -> Result<SourcePlan, ConfigError> {
    let theirs = opened.source.columns();
    let (held, lacking): (Vec<&String>, Vec<&String>) = shared.partition(|name| theirs.contains(name));
    let subject = subject.filter(|name| theirs.contains(name)).cloned();
    if let Some(control) = &opened.hold_out {
        let name = format!("control of {}", opened.name);
        has_columns(control.columns(), held.iter().copied().chain(&subject), &name)?;
    }
    Ok(SourcePlan {
        on: held.into_iter().map(|name| OnColumn::new(name.clone(), name.clone())).collect(),
        left_out: lacking.into_iter().cloned().collect(),
        subject,
        ..planned.clone()
    })
}

/// Whoever follows advice and drops a column from the extract need not change what is said of the sources. Where nothing
/// remains, `check_joined` says so.
fn leave_dropped_out(plan: &Plan, source: &mut SourcePlan) {
    let (dropped, kept): (Vec<OnColumn>, Vec<OnColumn>) =
        source.on.iter().cloned().partition(|on| plan.drops(&on.ours));
    if !kept.is_empty() {
        source.left_out = dropped.into_iter().map(|on| on.ours).collect();
        source.on = kept;
    }
}

/// Columns that were to be held against identifiers but are dropped from the extract, in the order of the plan.
pub(crate) fn dropped_pseudonyms(plan: &Plan) -> Vec<&str> {
    let named = plan.linkage.known_identifiers.iter().flat_map(|known| &known.pseudonyms);
    let mut dropped: Vec<&str> = Vec::new();
    for name in named.filter(|name| plan.drops(name)) {
        if !dropped.contains(&name.as_str()) {
            dropped.push(name);
        }
    }
    dropped
}

/// Whether every column that linkage was to look at is dropped.
pub(crate) fn is_all_dropped(plan: &Plan) -> bool {
    let LinkagePlan { sources, known_identifiers, .. } = &plan.linkage;
    let mut named = known_identifiers.iter().flat_map(|known| &known.pseudonyms);
    sources.is_empty() && named.all(|name| plan.drops(name))
}

/// The quasi-identifiers that a source has under the same name.
fn shared_by_name(source: &SourcePlan, quasi: &[&String], opened: &OpenedSource) -> Result<Vec<OnColumn>, ConfigError> {
    let theirs = opened.source.columns();
    let is_key = |name: &String| {
        source.subject.as_ref() == Some(name) || source.truth.as_ref().is_some_and(|truth| truth.theirs == *name)
    };
    let shared = quasi.iter().filter(|name| theirs.contains(name) && !is_key(name));
    let on: Vec<OnColumn> = shared
        .map(|name| OnColumn {
            ours: (*name).clone(),
            theirs: (*name).clone(),
            within: None,
            compare: None,
            column_type: None,
        })
        .collect();
    if on.is_empty() {
        let message =
            format!("`{}` has no quasi-identifier of the extract under the same name", shown_name(&opened.name));
        let hint = format!(
            "name what both share with `--on COL=THEIRS`; columns of `{}`: {}",
            shown_name(&opened.name),
            shown_list(theirs)
        );
        return Err(ConfigError::new("nothing-shared", message).with_hint(hint));
    }
    Ok(on)
}

fn check_joined(plan: &Plan, on: &OnColumn, subject: Option<&String>) -> Result<(), ConfigError> {
    let name = shown_name(&on.ours);
    if subject == Some(&on.ours) {
        let message = format!("column `{name}` is the subject, so nothing is joined on it");
        let hint = "name columns that describe the subject; `--truth` identifies the right person, and `--attack intersection` joins two \
                    releases by their subjects";
        return Err(ConfigError::new("joined-on-subject", message).with_hint(hint));
    }
    if plan.drops(&on.ours) {
        let message = format!("column `{name}` is dropped from the extract, so nothing can be joined on it");
        return Err(ConfigError::new("joined-on-dropped", message).with_hint("remove it from `on`, or its rule `drop`"));
    }
    Ok(())
}

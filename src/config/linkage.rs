//! From what is said of one source to the plan: something to join, or a list of identifiers.

use super::settings::{file_name, list};
use crate::plan::{Attack, KnownIdentifiers, LinkagePlan, OnColumn, SourcePlan, shown_name};
use crate::result::AttackKind;

/// A source for the record: its name or files without folders, what it is joined on and how.
pub(super) fn shown_source(source: &SourcePlan) -> String {
    let on = source.on.iter().map(|on| shown_pair(&on.ours, &on.theirs));
    let on = if source.on.is_empty() {
        "quasi-identifiers of the same name".to_owned()
    } else {
        on.collect::<Vec<_>>().join(" + ")
    };
    let attacks: Vec<&str> = source.attacks.iter().map(|kind| kind.name()).collect();
    format!("{} on {on} ({})", shown_files(source.name.as_ref(), &source.files), attacks.join(" + "))
}

pub(super) fn shown_identifiers(known: &KnownIdentifiers) -> String {
    let pseudonyms = list(known.pseudonyms.iter().map(|name| shown_name(name)));
    format!("{}, column {} for {pseudonyms}", shown_files(known.name.as_ref(), &known.files), shown_name(&known.column))
}

fn shown_files(name: Option<&String>, files: &[String]) -> String {
    let files = || files.iter().map(|file| file_name(file.as_ref())).collect::<Vec<_>>().join(" + ");
    name.map_or_else(files, |name| shown_name(name))
}

fn shown_pair(ours: &str, theirs: &str) -> String {
    let (ours, theirs) = (shown_name(ours), shown_name(theirs));
    if ours == theirs { ours } else { format!("{ours}={theirs}") }
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
    let kinds: Vec<AttackKind> = AttackKind::ALL.iter().copied().filter(is_asked).collect();
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
    first_said([
        ("subject", source.subject.is_some()),
        ("truth", source.truth.is_some()),
        ("hold_out", source.hold_out.is_some()),
        ("within", any(|on| on.within.is_some())),
        ("compare", any(|on| on.compare.is_some())),
        ("type", any(|on| on.column_type.is_some())),
    ])
}

/// The first of some keys or flags that somebody said.
pub(super) fn first_said<const N: usize>(said: [(&'static str, bool); N]) -> Option<&'static str> {
    said.into_iter().find(|&(_, said)| said).map(|(key, _)| key)
}

/// Why a key or flag of joins is refused beside `pseudonym`.
pub(super) fn no_meaning(spelled: &str) -> String {
    format!("`pseudonym` holds a column against identifiers and joins nothing, so `{spelled}` has no meaning beside it")
}

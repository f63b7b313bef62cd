//! From what is said of one source to the plan: something to join, or a list of identifiers. And the flags that say it:
//! `--against`, `--on`, `--their-subject`, `--truth`, `--truth-complete`, `--attack`.

use std::collections::BTreeMap;

use super::setting::Draft;
use super::settings::{NONE, file_name, list};
use crate::plan::{
    Attack, ConfigError, InputOptions, KnownIdentifiers, LinkagePlan, OnColumn, Plan, SourcePlan, TruthColumns,
    WithinRule, shown_name, split_names,
};
use crate::result::AttackKind;

/// What was typed about a table of the recipient.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Against {
    /// `--against`: each is a source by itself.
    pub(super) files: Vec<String>,
    /// `--on`, each `COL` or `COL=THEIRS`.
    pub(super) on: Vec<String>,
    /// `--their-subject`.
    pub(super) subject: Option<String>,
    /// `--truth`.
    pub(super) truth: Option<String>,
    /// `--truth-complete`.
    pub(super) truth_complete: bool,
    /// `--attack`.
    pub(super) attacks: Vec<Attack>,
    /// `--within`, which holds for the columns of `--on` as well.
    pub(super) within: BTreeMap<String, WithinRule>,
    /// `--null-value`, which holds for the source as well.
    pub(super) null_values: Vec<String>,
}

impl Against {
    /// The sources that the flags name.
    ///
    /// # Errors
    /// When another of them is given without `--against`, or a list cannot be read.
    pub(super) fn plan(&self) -> Result<LinkagePlan, ConfigError> {
        let mut plan = LinkagePlan::default();
        if self.files.is_empty() {
            return self.idle_flag().map_or(Ok(plan), |flag| {
                let message = format!("{flag} requires `--against FILE`");
                let hint = "name the data that the recipient holds with `--against`, or write a `[[recipient.holds]]`";
                Err(ConfigError::new("nothing-to-join", message).with_hint(hint))
            });
        }
        let attacks = attacks_of(&self.attacks).map_err(|reason| ConfigError::new("attacks", reason))?;
        let of_joins = [("--their-subject", self.subject.is_some()), ("--truth", self.truth.is_some())];
        if let Some(flag) = first_given(of_joins).filter(|_| attacks.is_none()) {
            return Err(ConfigError::new("attacks", no_meaning(flag)).with_hint(PSEUDONYM_HINT));
        }
        let on = self.on(attacks.is_some())?;
        let truth = self.truth.as_ref().map(|written| one_pair("--truth", written)).transpose()?;
        if self.truth_complete && truth.is_none() {
            let message = "--truth-complete declares that the truth is complete, but `--truth` is missing";
            let hint = "name the columns that identify the right person, such as `--truth customer=member`";
            return Err(ConfigError::new("nothing-to-score", message).with_hint(hint));
        }
        let is_complete = self.truth_complete;
        for file in &self.files {
            let source = SourcePlan {
                files: vec![file.clone()],
                input: InputOptions { null_values: self.null_values.clone(), ..InputOptions::default() },
                subject: self.subject.as_ref().map(|name| name.trim().to_owned()),
                on: on.clone(),
                truth: truth.clone().map(|(ours, theirs)| TruthColumns { ours, theirs, pattern: None, is_complete }),
                attacks: attacks.clone().unwrap_or_default(),
                ..SourcePlan::default()
            };
            add_source(&mut plan, source, attacks.is_none())
                .map_err(|reason| ConfigError::new("attacks", reason).with_hint(PSEUDONYM_HINT))?;
        }
        Ok(plan)
    }

    /// A flag that says nothing without a source.
    fn idle_flag(&self) -> Option<&'static str> {
        first_given([
            ("--on", !self.on.is_empty()),
            ("--their-subject", self.subject.is_some()),
            ("--truth", self.truth.is_some()),
            ("--truth-complete", self.truth_complete),
            ("--attack", !self.attacks.is_empty()),
        ])
    }

    /// Without `joins` a tolerance is for what may be known of a column, not for this.
    fn on(&self, joins: bool) -> Result<Vec<OnColumn>, ConfigError> {
        let mut columns: Vec<OnColumn> = Vec::new();
        for written in &self.on {
            let (ours, theirs) = pair_of("--on", written)?;
            let within = self.within.get(&ours).filter(|_| joins).cloned();
            columns.push(OnColumn { within, ..OnColumn::new(ours, theirs) });
        }
        named_twice(&columns).map_or(Ok(()), |name| {
            let message = format!("--on names column `{}` twice", shown_name(name));
            Err(ConfigError::new("column-twice", message))
        })?;
        Ok(columns)
    }
}

const PSEUDONYM_HINT: &str =
    "write `--against FILE --on COL=THEIRS --attack pseudonym`, with the identifiers in the column THEIRS";

/// `COL` or `COL=THEIRS`.
fn pair_of(flag: &str, written: &str) -> Result<(String, String), ConfigError> {
    let (ours, theirs) = written.split_once('=').unwrap_or((written, written));
    let (ours, theirs) = (ours.trim(), theirs.trim());
    if ours.is_empty() || theirs.is_empty() {
        let message = format!("{flag}: `{}` is not COL or COL=THEIRS", shown_name(written));
        let hint = "write the column of the extract, `=` and the column of the source, such as `city=home_town`";
        return Err(ConfigError::new("column-pair", message).with_hint(hint));
    }
    Ok((ours.to_owned(), theirs.to_owned()))
}

fn one_pair(flag: &str, written: &str) -> Result<(String, String), ConfigError> {
    let names = split_names(written).map_err(|reason| ConfigError::new("column-list", format!("{flag}: {reason}")))?;
    match names.as_slice() {
        [name] => pair_of(flag, name),
        _ => Err(ConfigError::new("column-pair", format!("{flag} names one column of each side"))
            .with_hint("write a name with a comma in double quotes")),
    }
}

/// The file that the extract was made from, as far as it is known.
pub(super) fn original(draft: &mut Draft) -> &mut SourcePlan {
    let new = || SourcePlan { is_original: true, attacks: vec![AttackKind::Distance], ..SourcePlan::default() };
    draft.plan.linkage.original.get_or_insert_with(new)
}

/// One file of it for the record, without its folders.
pub(super) fn shown_original(plan: &Plan, file: impl Fn(&SourcePlan) -> Option<&String>) -> String {
    let file = plan.linkage.original.as_ref().and_then(file);
    file.map_or_else(|| NONE.to_owned(), |file| file_name(file.as_ref()))
}

/// A source for the record: its name or files without folders, what it is joined on and how.
pub(super) fn shown_source(source: &SourcePlan) -> String {
    let on = source.on.iter().map(|on| (shown_name(&on.ours), shown_name(&on.theirs)));
    let on = on.map(|(ours, theirs)| if ours == theirs { ours } else { format!("{ours}={theirs}") });
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

/// A column of the extract that is joined twice would count its agreement twice.
pub(super) fn named_twice(columns: &[OnColumn]) -> Option<&str> {
    let repeated = |place: usize| columns[..place].iter().any(|on| on.ours == columns[place].ours);
    (0..columns.len()).find(|&place| repeated(place)).map(|place| columns[place].ours.as_str())
}

/// The kinds of joining, each once; `None` for the check of pseudonyms.
pub(super) fn attacks_of(asked: &[Attack]) -> Result<Option<Vec<AttackKind>>, String> {
    if asked.contains(&Attack::Pseudonym) {
        let alone = asked.iter().all(|attack| *attack == Attack::Pseudonym);
        let words = "`pseudonym` tests a column against identifiers and joins nothing, so it cannot be combined with other attacks";
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
    first_given([
        ("subject", source.subject.is_some()),
        ("truth", source.truth.is_some()),
        ("hold_out", source.hold_out.is_some()),
        ("within", any(|on| on.within.is_some())),
        ("compare", any(|on| on.compare.is_some())),
        ("type", any(|on| on.column_type.is_some())),
    ])
}

/// The first of some keys or flags that somebody gave.
pub(super) fn first_given<const N: usize>(given: [(&'static str, bool); N]) -> Option<&'static str> {
    given.into_iter().find(|&(_, is_given)| is_given).map(|(key, _)| key)
}

/// Why a key or flag of joins is refused beside `pseudonym`.
pub(super) fn no_meaning(spelled: &str) -> String {
    format!("`pseudonym` tests a column against identifiers and joins nothing, so `{spelled}` has no meaning beside it")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Against;
    use crate::plan::{Attack, ConfigError, LinkagePlan, WithinRule};
    use crate::result::AttackKind;

    fn plan(files: &[&str], on: &[&str], attacks: &[Attack]) -> Result<LinkagePlan, ConfigError> {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let within = BTreeMap::from([("born".to_owned(), WithinRule::parse("2d").unwrap())]);
        let (files, on, attacks) = (owned(files), owned(on), attacks.to_vec());
        Against { files, on, attacks, within, ..Against::default() }.plan()
    }

    #[test]
    fn pairs_are_read_with_quotes_and_tolerances() {
        let plan = plan(&["a.csv", "b.csv"], &["city = town", "last, first", "born"], &[]).unwrap();
        assert_eq!(plan.sources.len(), 2);
        let on: Vec<(&str, &str, bool)> =
            plan.sources[1].on.iter().map(|on| (on.ours.as_str(), on.theirs.as_str(), on.within.is_some())).collect();
        assert_eq!(on, [("city", "town", false), ("last, first", "last, first", false), ("born", "born", true)]);
        assert_eq!(plan.sources[0].attacks, [AttackKind::Exact]);
    }

    #[test]
    fn attacks_come_once_and_in_the_order_in_which_they_are_shown() {
        let asked = [AttackKind::Release, AttackKind::Exact, AttackKind::Release].map(Attack::Join);
        let plan = plan(&["a.csv"], &[], &asked).unwrap();
        assert_eq!(plan.sources[0].attacks, [AttackKind::Exact, AttackKind::Release]);
    }

    #[test]
    fn a_check_of_pseudonyms_joins_nothing() {
        let found = plan(&["ids.csv"], &["card=pan", "account=iban", "born=pan"], &[Attack::Pseudonym]).unwrap();
        assert!(found.sources.is_empty());
        let known: Vec<_> =
            found.known_identifiers.iter().map(|known| (&*known.column, known.pseudonyms.join("+"))).collect();
        assert_eq!(known, [("pan", "card+born".to_owned()), ("iban", "account".to_owned())]);
        assert!(plan(&["ids.csv"], &[], &[Attack::Pseudonym]).is_err());
        let both = [Attack::Pseudonym, Attack::Join(AttackKind::Exact)];
        assert!(plan(&["ids.csv"], &["card=pan"], &both).is_err());
    }

    #[test]
    fn half_a_pair_and_a_flag_without_its_file_are_refused() {
        for wrong in ["city=", "=town"] {
            assert!(plan(&["a.csv"], &[wrong], &[]).is_err(), "{wrong}");
        }
        assert_eq!(plan(&[], &["city"], &[]).unwrap_err().code(), "nothing-to-join");
        let complete = Against { files: vec!["a.csv".to_owned()], truth_complete: true, ..Against::default() };
        assert_eq!(complete.plan().unwrap_err().code(), "nothing-to-score");
        let named = Against { truth: Some("card=member".to_owned()), ..complete };
        let truth = named.plan().unwrap().sources.remove(0).truth.unwrap();
        assert!(truth.is_complete && truth.theirs == "member");
        assert_eq!(plan(&[], &[], &[]).unwrap(), LinkagePlan::default());
    }
}

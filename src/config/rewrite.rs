//! A configuration with some of its values replaced, everything else as somebody wrote it.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::template::{key, quoted};
use crate::plan::{CoarsenRule, Plan, Rotation};

/// The text of the configuration at `path` so that it says what `plan` says of rules, of those without consent, of
/// rotating pseudonyms, and of the budget for leaving subjects out; comments and everything else stay. `None` where it is
/// written in a form that cannot be edited safely; whoever calls reads the text again and compares the plans.
#[must_use]
pub fn rewritten(path: &Path, text: &str, plan: &Plan) -> Option<String> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut text = text.to_owned();
    for (column, rules) in &plan.coarsen {
        let written: Vec<String> = rules.iter().map(|rule| quoted(&beside(folder, rule))).collect();
        let value = if let [only] = written.as_slice() { only.clone() } else { format!("[{}]", written.join(", ")) };
        text = set(&text, &["columns", column, "coarsen"], &value)?;
    }
    let consent = plan.recipient.as_ref().and_then(|recipient| recipient.consent.as_ref());
    if consent.is_some_and(|register| register.leaves_out) {
        text = set(&text, &["recipient", "consent", "missing"], "\"leave-out\"")?;
    }
    if let Some(Rotation { every, column }) = &plan.rotate {
        let every = quoted(every.name());
        let named = |column: &String| format!("{{ every = {every}, column = {} }}", quoted(column));
        text = set(&text, &["subject", "rotate"], &column.as_ref().map_or(every.clone(), named))?;
    }
    if let Some(share) = plan.suppress {
        text = set(&text, &["release", "suppress"], &quoted(&share.to_string()))?;
    }
    Some(text)
}

/// A rule with its file as the configuration names it, relative to its folder.
fn beside(folder: &Path, rule: &CoarsenRule) -> String {
    match rule {
        CoarsenRule::Hierarchy { file, level } => {
            format!("hierarchy:{}:{level}", file.strip_prefix(folder).unwrap_or(file).display())
        }
        rule => rule.to_string(),
    }
}

/// The text with a value at a path of keys; sections that are missing are written at its end.
fn set(text: &str, path: &[&str], value: &str) -> Option<String> {
    let table = DeTable::parse(text).ok()?.into_inner();
    let (last, parents) = path.split_last()?;
    let mut here: &DeTable<'_> = &table;
    let mut section: Option<(usize, usize)> = None;
    for parent in parents {
        let Some((name, found)) = here.iter().find(|(name, _)| name.get_ref().as_ref() == *parent) else {
            return added(text, parents, section.is_some_and(|place| is_inline(text, place.1)), last, value);
        };
        let DeValue::Table(inner) = found.get_ref() else { return None };
        section = Some((name.span().start, found.span().start));
        here = inner;
    }
    if let Some((_, found)) = here.iter().find(|(name, _)| name.get_ref().as_ref() == *last) {
        return replaced(text, found, value);
    }
    let (name, begin) = section?;
    let entry = format!("{} = {value}", key(last));
    if is_inline(text, begin) {
        let comma = if here.is_empty() { "" } else { "," };
        return Some(format!("{}{{ {entry}{comma}{}", text.get(..begin)?, text.get(begin + 1..)?));
    }
    let line = text.get(..name)?.rfind('\n').map_or(0, |end| end + 1);
    // A section of its own begins with its name in brackets; keys with dots have no place to add to.
    if !text.get(line..)?.trim_start().starts_with('[') || text.get(line..)?.trim_start().starts_with("[[") {
        return None;
    }
    let end = text.get(name..)?.find('\n').map_or(text.len(), |end| name + end + 1);
    let (before, after) = (text.get(..end)?, text.get(end..)?);
    let newline = if before.ends_with('\n') { "" } else { "\n" };
    Some(format!("{before}{newline}{entry}\n{after}"))
}

fn is_inline(text: &str, begin: usize) -> bool {
    text.as_bytes().get(begin) == Some(&b'{')
}

fn replaced(text: &str, found: &Spanned<DeValue<'_>>, value: &str) -> Option<String> {
    let span = found.span();
    Some(format!("{}{value}{}", text.get(..span.start)?, text.get(span.end..)?))
}

/// The text with a section at its end. Nothing can be added behind a table in one line.
fn added(text: &str, parents: &[&str], is_inline: bool, last: &str, value: &str) -> Option<String> {
    if is_inline {
        return None;
    }
    let section: Vec<String> = parents.iter().map(|parent| key(parent)).collect();
    let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    Some(format!("{text}{newline}\n[{}]\n{} = {value}\n", section.join("."), key(last)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{rewritten, set};
    use crate::config::{ConfigFile, resolve};
    use crate::plan::{CalendarUnit, CoarsenRule, Rotation};

    const WRITTEN: &str = "# mine\n[columns.day] # when\nrole = \"quasi-identifier\"\ncoarsen = \"day\" # as agreed\n\n\
                           [columns.\"odd name\"]\nrole = \"quasi-identifier\"\n\n[recipient]\nname = \"P\"\n\
                           consent = { file = \"c.csv\", column = \"who\" }\n";

    #[test]
    fn a_value_is_replaced_or_added_where_its_section_stands() {
        let text = set(WRITTEN, &["columns", "day", "coarsen"], "\"month\"").unwrap();
        assert!(text.contains("coarsen = \"month\" # as agreed"), "{text}");
        let text = set(&text, &["columns", "odd name", "coarsen"], "\"drop\"").unwrap();
        assert!(text.contains("[columns.\"odd name\"]\ncoarsen = \"drop\"\nrole"), "{text}");
        let text = set(&text, &["recipient", "consent", "missing"], "\"leave-out\"").unwrap();
        assert!(text.contains("consent = { missing = \"leave-out\", file"), "{text}");
        let text = set(&text, &["release", "suppress"], "\"1%\"").unwrap();
        assert!(text.ends_with("\n[release]\nsuppress = \"1%\"\n"), "{text}");
        assert!(text.starts_with("# mine\n[columns.day] # when\n"));
    }

    #[test]
    fn what_has_no_place_to_add_to_is_refused() {
        assert_eq!(set("columns.day.role = \"ignore\"\n", &["columns", "day", "coarsen"], "1"), None);
        assert_eq!(set("columns = { day = { role = \"ignore\" } }\n", &["columns", "other", "coarsen"], "1"), None);
        assert_eq!(set("columns = 1\n", &["columns", "day", "coarsen"], "1"), None);
        let inline = set("columns = { day = {} }\n", &["columns", "day", "coarsen"], "1");
        assert_eq!(inline.as_deref(), Some("columns = { day = { coarsen = 1} }\n"));
    }

    #[test]
    fn read_again_the_text_says_what_the_plan_says() {
        let path = Path::new("folder/reidrisk.toml");
        let read = |text: &str| {
            let file = ConfigFile::parse(path, text.as_bytes()).unwrap();
            resolve(vec!["folder/a.csv".to_owned()], &[], Some(file)).unwrap()
        };
        let mut plan = read(WRITTEN);
        let rules = |rules: &[&str]| rules.iter().map(|rule| CoarsenRule::parse(rule).unwrap()).collect::<Vec<_>>();
        plan.coarsen.insert("day".to_owned(), rules(&["hierarchy:folder/in/levels.csv:2", "rare:5"]));
        plan.coarsen.insert("odd name".to_owned(), rules(&["drop"]));
        plan.recipient.as_mut().unwrap().consent.as_mut().unwrap().leaves_out = true;
        plan.rotate = Some(Rotation { every: CalendarUnit::Month, column: Some("day".to_owned()) });
        let text = rewritten(path, WRITTEN, &plan).unwrap();
        assert!(text.contains("[subject]\nrotate = { every = \"month\", column = \"day\" }"), "{text}");
        assert!(text.contains("\"hierarchy:in/levels.csv:2\", \"rare:5\""), "{text}");
        let again = read(&text);
        assert_eq!((&again.coarsen, &again.recipient), (&plan.coarsen, &plan.recipient));
        assert_eq!(again.rotate, plan.rotate);
    }
}

//! Names that people write: lists of them, showing them safely, and the one that was meant.

use crate::printable::printable_within;

/// Names longer than this are cut when they are shown.
const SHOWN_CHARACTERS: usize = 80;

/// A column or file name made harmless for a terminal or log: control characters, line breaks and characters that
/// change the direction of text or take no room are written as `\u{..}`, and very long names are cut.
#[must_use]
pub fn shown_name(name: &str) -> String {
    printable_within(name, SHOWN_CHARACTERS)
}

/// Columns listed in a hint before it says how many more there are.
const LISTED_COLUMNS: usize = 30;

/// Columns for a hint: the first of them, and how many more there are.
#[must_use]
pub fn shown_list(columns: &[String]) -> String {
    let shown: Vec<String> =
        columns.iter().take(LISTED_COLUMNS).map(|name| format!("`{}`", shown_name(name))).collect();
    let more = columns.len().saturating_sub(LISTED_COLUMNS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// The known name that was probably meant, if one is close enough.
#[must_use]
pub fn did_you_mean<'known>(written: &str, known: impl IntoIterator<Item = &'known str>) -> Option<&'known str> {
    let lower = written.to_lowercase();
    let scored = known.into_iter().map(|name| (closeness(&lower, &name.to_lowercase()), name));
    let close = scored.filter(|(score, _)| *score >= 0.75);
    // The first of equals, so that the answer does not depend on anything but the list.
    close.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, name)| name)
}

/// What to write instead of a name that nobody knows: the one that was probably meant, else what `otherwise` says.
#[must_use]
pub fn hint_for<'known>(
    written: &str,
    known: impl IntoIterator<Item = &'known str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    did_you_mean(written, known).map_or_else(otherwise, |meant| format!("did you mean `{meant}`?"))
}

/// 1 for equal names; a name that the other one starts with counts as close (`quasi` for `quasi-identifier`).
fn closeness(written: &str, known: &str) -> f64 {
    let likeness =
        strsim::normalized_damerau_levenshtein(written, known).max(strsim::jaro_winkler(written, known) - 0.1);
    if written.len() >= 3 && known.starts_with(written) { likeness.max(0.9) } else { likeness }
}

/// Several names in one flag value: separated by commas; a name that holds a comma or a quote stands in double quotes,
/// a quote inside is doubled. Blanks around names do not count.
///
/// # Errors
/// A sentence when a name is empty or a quote is not closed.
pub fn split_names(list: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    let mut rest = Some(list);
    while let Some(list) = rest {
        let (name, after) = next_name(list.trim_start())?;
        names.push(name);
        rest = after;
    }
    Ok(names)
}

/// The first name of a list, and what follows its comma.
fn next_name(list: &str) -> Result<(String, Option<&str>), String> {
    let (name, after) = match list.strip_prefix('"') {
        Some(quoted) => unquoted(quoted)?,
        None => list.find(',').map_or((list.to_owned(), ""), |comma| (list[..comma].to_owned(), &list[comma..])),
    };
    let name = name.trim();
    if name.is_empty() {
        return Err("a column name between commas is empty".to_owned());
    }
    let after = after.trim_start();
    match after.strip_prefix(',') {
        Some(next) => Ok((name.to_owned(), Some(next))),
        None if after.is_empty() => Ok((name.to_owned(), None)),
        None => Err("a quoted column name must be followed by a comma".to_owned()),
    }
}

/// The name up to the closing quote, and what follows it.
fn unquoted(quoted: &str) -> Result<(String, &str), String> {
    let mut name = String::new();
    let mut rest = quoted;
    while let Some(quote) = rest.find('"') {
        name.push_str(&rest[..quote]);
        rest = &rest[quote + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => return Ok((name, rest)),
        }
    }
    Err("the quote of a column name is not closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, shown_name, split_names};

    #[test]
    fn names_cannot_steer_a_terminal() {
        for name in ["a\u{1b}[31mb", "a\rb", "a\nb", "a\u{202e}b", "a\u{9b}b", "a\u{200b}b", "a\0b"] {
            let shown = shown_name(name);
            assert!(shown.starts_with("a\\u{") && shown.ends_with('b'), "{shown}");
        }
        assert_eq!(shown_name("Rodné číslo"), "Rodné číslo");
    }

    #[test]
    fn very_long_names_are_cut() {
        assert_eq!(shown_name(&"x".repeat(500)).chars().count(), 81);
    }

    #[test]
    fn close_names_are_proposed_and_far_ones_are_not() {
        let roles = ["subject", "direct-identifier", "quasi-identifier", "sensitive", "weight", "ignore"];
        assert_eq!(did_you_mean("quasi", roles), Some("quasi-identifier"));
        assert_eq!(did_you_mean("sensitve", roles), Some("sensitive"));
        assert_eq!(did_you_mean("Subject", roles), Some("subject"));
        assert_eq!(did_you_mean("max-set", ["max_set", "missing"]), Some("max_set"));
        assert_eq!(did_you_mean("zzz", roles), None);
    }

    #[test]
    fn lists_of_names_may_be_quoted() {
        assert_eq!(split_names("age, sex").unwrap(), ["age", "sex"]);
        assert_eq!(split_names("\"last, first\",age").unwrap(), ["last, first", "age"]);
        assert_eq!(split_names("\"say \"\"x\"\"\"").unwrap(), ["say \"x\""]);
        assert_eq!(split_names("a b").unwrap(), ["a b"]);
    }

    #[test]
    fn broken_lists_of_names_are_refused() {
        for list in ["", "a,", ",a", "a,,b", "\"a", "\"a\"b", "\"\""] {
            assert!(split_names(list).is_err(), "{list:?}");
        }
    }
}

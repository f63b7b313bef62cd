//! The words of the field: what each means, what it is called elsewhere, and where it comes from. `reidrisk explain` and
//! the glossary of a report read the same entries.

use std::sync::LazyLock;

use crate::word_list::pages;

/// One word of the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The standard term, in lower case unless it is a name.
    pub name: &'static str,
    /// Synonyms, abbreviations and other spellings that lead here.
    pub also: Vec<&'static str>,
    /// What it means.
    pub meaning: &'static str,
    /// How this program counts or uses it; empty where there is nothing to add.
    pub here: &'static str,
    /// Where it comes from; empty for words of daily use.
    pub source: &'static str,
    /// What other programs call it; empty where they have no name for it.
    pub peers: &'static str,
}

/// Every term, in alphabetical order.
static TERMS: LazyLock<Vec<Term>> =
    LazyLock::new(|| pages(include_str!("glossary.txt")).map(|(name, lines)| read(name, &lines)).collect());

fn read(name: &'static str, lines: &[&'static str]) -> Term {
    let with = |key: &str| lines.iter().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    let also = with("also: ").split(", ").filter(|word| !word.is_empty()).collect();
    let is_plain = |line: &&&str| !["also: ", "here: ", "source: ", "peers: "].iter().any(|key| line.starts_with(key));
    let meaning = lines.iter().find(is_plain).copied().unwrap_or_default();
    Term { name, also, meaning, here: with("here: "), source: with("source: "), peers: with("peers: ") }
}

/// Every term, in alphabetical order.
#[must_use]
pub fn terms() -> &'static [Term] {
    &TERMS
}

/// The term that `word` names, by its name or a synonym. Capitals, hyphens, blanks and a plural `s` do not matter.
#[must_use]
pub fn term(word: &str) -> Option<&'static Term> {
    let wanted = folded(word);
    let by_name = TERMS.iter().find(|term| folded(term.name) == wanted);
    by_name.or_else(|| TERMS.iter().find(|term| term.also.iter().any(|also| folded(also) == wanted)))
}

/// A word without what does not tell terms apart.
fn folded(word: &str) -> String {
    let letters: String = word.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match letters.strip_suffix('s') {
        Some(singular) if singular.len() > 2 && !singular.ends_with('s') => singular.to_owned(),
        _ => letters,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{folded, term, terms};

    #[test]
    fn every_term_has_a_meaning_and_stands_in_order() {
        let names: Vec<String> = terms().iter().map(|term| term.name.to_lowercase()).collect();
        assert!(names.is_sorted(), "{names:?}");
        assert!(terms().iter().all(|term| term.meaning.ends_with('.') && !term.meaning.contains(" also: ")));
    }

    #[test]
    fn a_word_leads_to_one_term_only() {
        let mut seen = HashSet::new();
        for term in terms() {
            let words: HashSet<String> = term.also.iter().chain([&term.name]).map(|word| folded(word)).collect();
            for word in words {
                assert!(seen.insert(word.clone()), "{word} leads to more than one term");
            }
        }
    }

    #[test]
    fn terms_are_found_by_synonym_and_in_any_spelling() {
        let name = |word| term(word).map(|term| term.name);
        assert_eq!(name("crowd"), Some("equivalence class"));
        assert_eq!(name("Equivalence_Classes"), None, "an irregular plural is no entry of its own");
        assert_eq!(name("K-Anonymity"), Some("k-anonymity"));
        assert_eq!(name("quasi identifiers"), Some("quasi-identifier"));
        assert_eq!(name("generalization"), Some("generalisation"));
        assert_eq!(name("key variable"), Some("quasi-identifier"));
        assert_eq!(name("weather"), None);
    }

    #[test]
    fn the_words_of_the_field_are_all_there() {
        for word in [
            "equivalence class",
            "class size",
            "k-anonymity",
            "sample unique",
            "prosecutor risk",
            "journalist risk",
            "marketer risk",
            "quasi-identifier",
            "generalisation",
            "suppression",
            "unicity",
            "record linkage",
            "sensitive attribute",
            "direct identifier",
            "singling out",
            "linkability",
            "attribute disclosure",
        ] {
            assert_eq!(term(word).map(|term| term.name), Some(word));
        }
    }
}

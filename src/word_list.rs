//! Texts that stand in files beside the code: lists of words, one entry a line, where `#` begins a comment; and pages,
//! each below its name behind `# `.

use std::sync::LazyLock;

/// A list that is read from its text when it is asked for first.
pub(crate) type WordList = LazyLock<Vec<&'static str>>;

/// The entries of a text, in their order.
pub(crate) fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The pages of a text: the name of each, and its lines that are not empty.
pub(crate) fn pages(text: &'static str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    text.split("\n# ").filter_map(|page| {
        let mut lines = page.lines().map(str::trim).filter(|line| !line.is_empty());
        Some((lines.next()?.trim_start_matches("# "), lines.collect()))
    })
}

/// Declares lists, each under the name of its file beside the module.
macro_rules! word_lists {
    ($($(#[$about:meta])* $seen:vis static $name:ident = $file:literal;)+) => {
        $(
            $(#[$about])*
            $seen static $name: $crate::word_list::WordList =
                ::std::sync::LazyLock::new(|| $crate::word_list::lines(include_str!($file)).collect());
        )+
    };
}
pub(crate) use word_lists;

#[cfg(test)]
mod tests {
    use super::{lines, pages};

    #[test]
    fn comments_and_empty_lines_are_no_entries() {
        let text = "# what it is\n\nbirth number\n  age \n#off\n";
        assert_eq!(lines(text).collect::<Vec<_>>(), ["birth number", "age"]);
    }

    #[test]
    fn a_page_is_what_stands_below_its_name() {
        let found: Vec<_> = pages("# one\nfirst\n\nsecond # no name\n\n# two\n").collect();
        assert_eq!(found, [("one", vec!["first", "second # no name"]), ("two", vec![])]);
    }
}

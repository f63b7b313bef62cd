//! Lists of words that stand in text files beside the code: one entry a line, and `#` begins a comment.

use std::sync::LazyLock;

/// A list that is read from its text when it is asked for first.
pub(crate) type WordList = LazyLock<Vec<&'static str>>;

/// The entries of a text, in their order.
pub(crate) fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
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
    use super::lines;

    #[test]
    fn comments_and_empty_lines_are_no_entries() {
        let text = "# what it is\n\nbirth number\n  age \n#off\n";
        assert_eq!(lines(text).collect::<Vec<_>>(), ["birth number", "age"]);
    }
}

//! What a cell is before it is a value: blanks taken off its ends, and whether it is missing.

use std::sync::Arc;

use super::declared::Declared;
use crate::plan::InputOptions;

/// How the cells of one column are taken.
#[derive(Debug, Clone, Default)]
pub(super) struct CellRules {
    nulls: Arc<[Vec<u8>]>,
    real: Arc<[String]>,
    trim: bool,
    declared: Option<Arc<Declared>>,
}

impl CellRules {
    /// The rules for the column of this name.
    pub(super) fn new(options: &InputOptions, column: &str) -> Self {
        let trim = options.trims();
        let clean = |spelling: &String| if trim { spelling.trim().to_owned() } else { spelling.clone() };
        let of_column = options.column_null_values.get(column).into_iter().flatten();
        let nulls = options.null_values.iter().chain(of_column).map(|null| clean(null).into_bytes()).collect();
        let real = options.real_values.get(column).into_iter().flatten().map(clean).collect();
        Self { nulls, real, trim, declared: Declared::of(options, column).map(Arc::new) }
    }

    /// The same rules with blanks taken off in any case.
    pub(super) fn trimming(&self) -> Self {
        Self { trim: true, ..self.clone() }
    }

    /// The cell as it counts.
    pub(super) fn trimmed<'cell>(&self, cell: &'cell [u8]) -> &'cell [u8] {
        let plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
        if !self.trim || (plain(cell.first()) && plain(cell.last())) {
            return cell;
        }
        // Bytes that are no text are refused elsewhere.
        std::str::from_utf8(cell).map_or(cell, |text| text.trim().as_bytes())
    }

    /// Whether a cell, trimmed, is missing: empty or one of the spellings that the user named.
    pub(super) fn is_missing(&self, trimmed: &[u8]) -> bool {
        trimmed.is_empty() || self.nulls.iter().any(|null| null == trimmed)
    }

    /// What was declared of the type of the column.
    pub(super) fn declared(&self) -> Option<&Declared> {
        self.declared.as_deref()
    }

    /// Whether the user declared that a spelling is a value, whatever it looks like.
    pub(super) fn is_real(&self, value: &str) -> bool {
        self.real.iter().any(|real| real == value)
    }
}

#[cfg(test)]
mod tests {
    use super::CellRules;
    use crate::plan::InputOptions;

    #[test]
    fn blanks_of_every_kind_come_off_both_ends_and_nothing_else_does() {
        let rules = CellRules::new(&InputOptions::default(), "c");
        for cell in ["x y", " x y", "x y\t", "\u{a0}x y\u{a0} ", "\u{2003}x y"] {
            assert_eq!(rules.trimmed(cell.as_bytes()), b"x y");
        }
        assert_eq!(rules.trimmed("  ".as_bytes()), b"");
        assert_eq!(rules.trimmed("é".as_bytes()), "é".as_bytes());
        let kept = CellRules::new(&InputOptions { trim: Some(false), ..InputOptions::default() }, "c");
        assert_eq!(kept.trimmed(b" x "), b" x ");
    }

    #[test]
    fn a_spelling_can_mean_missing_in_one_column_only() {
        let options = InputOptions {
            null_values: vec!["-".to_owned()],
            column_null_values: [("a".to_owned(), vec!["NULL ".to_owned()])].into(),
            ..InputOptions::default()
        };
        let [a, b] = ["a", "b"].map(|column| CellRules::new(&options, column));
        assert!(a.is_missing(b"NULL") && a.is_missing(b"-") && b.is_missing(b"-") && !b.is_missing(b"NULL"));
    }
}

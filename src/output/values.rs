//! The values behind codes, without a box for each.

use std::fmt;

/// Texts under their codes; an empty one is a missing cell. Nothing of it is shown.
#[derive(Clone, Default)]
pub struct Values {
    text: String,
    ends: Vec<usize>,
}

impl Values {
    /// Appends the text of the next code.
    pub fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.ends.push(self.text.len());
    }

    /// The text of a code.
    ///
    /// # Panics
    /// When there is no such code.
    #[must_use]
    pub fn get(&self, code: u32) -> &str {
        &self.text[self.range(code)]
    }

    /// The bytes of that text.
    pub(super) fn bytes_of(&self, code: u32) -> &[u8] {
        &self.text.as_bytes()[self.range(code)]
    }

    fn range(&self, code: u32) -> std::ops::Range<usize> {
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        start..self.ends[code]
    }

    /// The texts in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.text[start..end])
    }

    /// Number of codes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no code.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} values", self.len())
    }
}

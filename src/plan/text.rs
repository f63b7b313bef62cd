//! How text is laid out in a file: signs between fields, fields of fixed width, encodings.

/// A short text that separates or marks: a delimiter, or what a comment begins with. One to eight bytes of UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    bytes: [u8; Sign::LONGEST],
    length: u8,
}

impl Sign {
    /// Most bytes of a sign.
    pub const LONGEST: usize = 8;

    /// The sign that is this text; `None` when it is empty, too long, or holds a line break or a zero.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=Self::LONGEST).contains(&text.len()) && !text.contains(['\r', '\n', '\0']);
        let mut bytes = [0; Self::LONGEST];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        fits.then_some(Self { bytes, length: u8::try_from(text.len()).ok()? })
    }

    /// The sign of one ASCII byte.
    #[must_use]
    pub const fn of_byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0, 0, 0, 0, 0], length: 1 }
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    /// Its byte, where it is one.
    #[must_use]
    pub fn byte(&self) -> Option<u8> {
        (self.length == 1).then_some(self.bytes[0])
    }
}

/// A field of fixed width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedField {
    /// Name of its column.
    pub name: String,
    /// Position of its first character in a record, counted from 1.
    pub start: usize,
    /// Its characters, at least one.
    pub length: usize,
}

impl FixedField {
    /// Position behind its last character, counted from 0.
    #[must_use]
    pub fn end(&self) -> usize {
        self.start.saturating_sub(1).saturating_add(self.length)
    }
}

/// Character encodings that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// Windows-1252; reads Latin-1 (ISO 8859-1) text as well.
    Windows1252,
    /// Windows-1250: central Europe.
    Windows1250,
    /// Windows-1251: Cyrillic.
    Windows1251,
    /// ISO 8859-2: central Europe.
    Iso8859_2,
    /// ISO 8859-15: western Europe with the euro.
    Iso8859_15,
    /// Code page 850: western Europe under DOS.
    Cp850,
    /// EBCDIC of the United States and Canada.
    Cp037,
    /// EBCDIC of Germany and Austria.
    Cp273,
    /// EBCDIC, international.
    Cp500,
    /// EBCDIC of open systems.
    Cp1047,
}

impl TextEncoding {
    /// Its usual name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 (little endian)",
            Self::Utf16Be => "UTF-16 (big endian)",
            Self::Windows1252 => "Windows-1252",
            Self::Windows1250 => "Windows-1250",
            Self::Windows1251 => "Windows-1251",
            Self::Iso8859_2 => "ISO 8859-2",
            Self::Iso8859_15 => "ISO 8859-15",
            Self::Cp850 => "code page 850",
            Self::Cp037 => "EBCDIC (code page 037)",
            Self::Cp273 => "EBCDIC (code page 273)",
            Self::Cp500 => "EBCDIC (code page 500)",
            Self::Cp1047 => "EBCDIC (code page 1047)",
        }
    }

    /// Whether it is one of mainframes, whose letters and digits lie beyond ASCII.
    #[must_use]
    pub const fn is_ebcdic(self) -> bool {
        matches!(self, Self::Cp037 | Self::Cp273 | Self::Cp500 | Self::Cp1047)
    }
}

#[cfg(test)]
mod tests {
    use super::{FixedField, Sign};

    #[test]
    fn a_sign_is_a_short_text_without_line_breaks() {
        assert_eq!(Sign::new("~|~").map(|sign| sign.text().to_owned()), Some("~|~".to_owned()));
        assert_eq!(Sign::new(";"), Some(Sign::of_byte(b';')));
        assert_eq!(Sign::new("¦").and_then(|sign| sign.byte()), None);
        for text in ["", "a\nb", "\r", "\0", "123456789"] {
            assert_eq!(Sign::new(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_field_ends_behind_its_last_character() {
        assert_eq!(FixedField { name: String::new(), start: 1, length: 8 }.end(), 8);
        assert_eq!(FixedField { name: String::new(), start: usize::MAX, length: 8 }.end(), usize::MAX);
    }
}

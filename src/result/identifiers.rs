//! Value of the measure `identifiers`: what names a person outright, found in the cells themselves.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of the measure `identifiers`. Every column is searched, including those with the role `ignore`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Identifiers {
    /// Columns whose cells were searched: all of the extract but those with values that cannot be read.
    pub columns_searched: u64,
    /// Findings in file order of the columns; a column with two kinds appears twice.
    pub columns: Vec<IdentifierColumn>,
    /// Hash-like pseudonyms beside a truncated number that may belong to the same card.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub correlated: Vec<CorrelatedPseudonym>,
}

/// One kind of identifier in one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct IdentifierColumn {
    /// The column.
    pub column: String,
    /// Kind of identifier in its cells.
    pub kind: IdentifierKind,
    /// Where it occurs in the cell.
    pub placement: Placement,
    /// Records with such a cell.
    pub records: u64,
    /// Those records as a share of the records with a value in this column.
    pub share: f64,
    /// Whether the plan permits this column to hold identifiers.
    pub permitted: bool,
}

/// Where an identifier occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// It is the whole cell.
    WholeCell,
    /// It is part of a longer text.
    WithinText,
    /// In a comment on a cell of the column.
    CellComment,
    /// In the metadata of the file, outside all columns.
    FileMetadata,
    /// In what leaves with the file and is no cell: a line that is no record, another part of the file, the name of the
    /// file, a value in the dictionary of a column that no record has or that lies beneath a missing cell.
    OutsideTable,
}

/// Kind of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum IdentifierKind {
    /// A full payment card number: issuer range, length and check digit fit.
    PaymentCardNumber,
    /// A card number that shows more than the first six and the last four digits.
    PartialCardNumber,
    /// A card number truncated as permitted: at most the first six and the last four digits.
    TruncatedCardNumber,
    /// An international bank account number whose check digits fit.
    Iban,
    /// An e-mail address.
    EmailAddress,
    /// A telephone number.
    PhoneNumber,
    /// A national identification number whose check digits fit.
    NationalIdentifier,
    /// Looks like a hash: hexadecimal or base64 of a usual length.
    HashedValue,
    /// Names of people, detected by common given names: an indication, not proof, because shops and streets bear such
    /// names too.
    PersonName,
}

impl IdentifierKind {
    /// What values of it are called.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::PaymentCardNumber => "payment card numbers",
            Self::PartialCardNumber => "card numbers with too many visible digits",
            Self::TruncatedCardNumber => "truncated card numbers",
            Self::Iban => "bank account numbers (IBAN)",
            Self::EmailAddress => "e-mail addresses",
            Self::PhoneNumber => "telephone numbers",
            Self::NationalIdentifier => "national identification numbers",
            Self::HashedValue => "values that look like hashes",
            Self::PersonName => "names of people",
        }
    }

    /// Whether it names a person outright, rather than by a pseudonym, a truncated number or the likeness to a name.
    #[must_use]
    pub fn is_direct(self) -> bool {
        !matches!(self, Self::TruncatedCardNumber | Self::HashedValue | Self::PersonName)
    }

    /// The kebab-case name, as in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A hash-like column beside a truncated number: anyone who knows the hash function can try the missing digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct CorrelatedPseudonym {
    /// The column with hash-like values.
    pub hashed_column: String,
    /// The column with the truncated card number.
    pub truncated_column: String,
    /// Digits that the truncated number shows.
    pub visible_digits: u32,
    /// Candidate card numbers for one truncated number: ten to the power of the hidden digits, divided by ten for the
    /// check digit.
    pub remaining_candidates: u64,
}

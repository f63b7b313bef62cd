//! Value of the measure `identifiers`: what names a person outright, found in the cells themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of the measure `identifiers`. Every column is searched, also those with the role `ignore`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Identifiers {
    /// Columns whose cells were searched: all of the extract.
    pub columns_searched: u64,
    /// What was found, in file order of the columns; a column with two kinds stands here twice.
    pub columns: Vec<IdentifierColumn>,
    /// Hash-looking pseudonyms beside a shortened number that may be of the same thing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub correlated: Vec<CorrelatedPseudonym>,
}

/// One kind of identifier in one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IdentifierColumn {
    /// The column.
    pub column: String,
    /// What its cells hold.
    pub kind: IdentifierKind,
    /// Where in the cell it stands.
    pub placement: Placement,
    /// Records with such a cell.
    pub records: u64,
    /// Those records as a share of the records with a value in this column.
    pub share: f64,
    /// Whether the plan permits this column to hold identifiers.
    pub permitted: bool,
}

/// Where an identifier stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// It is the whole cell.
    WholeCell,
    /// It is part of a longer text.
    WithinText,
    /// It stands in a comment of a cell of the column.
    CellComment,
    /// It stands in what the file says of itself, beside all columns.
    FileMetadata,
}

/// What an identifier names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[derive(Serialize, Deserialize, JsonSchema, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum IdentifierKind {
    /// A full payment card number: issuer range, length and check digit fit.
    PaymentCardNumber,
    /// A card number of which more digits are shown than the first six and the last four.
    PartialCardNumber,
    /// A card number shortened as permitted: at most the first six and the last four digits.
    TruncatedCardNumber,
    /// An international bank account number whose check digits fit.
    Iban,
    /// An e-mail address.
    EmailAddress,
    /// A telephone number.
    PhoneNumber,
    /// A national identification number whose check digits fit.
    NationalIdentifier,
    /// Looks like a hash of something: hexadecimal or base64 of a usual length.
    HashedValue,
    /// Names of people, by common given names: a sign, no proof, for shops and streets bear such names too.
    PersonName,
}

impl IdentifierKind {
    /// Whether it names a person outright, rather than by a pseudonym, a remainder of a number or the
    /// likeness to a name.
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

/// A hash-looking column beside a shortened number: whoever knows how the hash is made can try the missing digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CorrelatedPseudonym {
    /// The column with hash-looking values.
    pub hashed_column: String,
    /// The column with the shortened card number.
    pub truncated_column: String,
    /// Digits that the shortened number shows.
    pub visible_digits: u32,
    /// Card numbers that remain for one shortened number: ten to the power of the hidden digits, over ten for the
    /// check digit.
    pub remaining_candidates: u64,
}

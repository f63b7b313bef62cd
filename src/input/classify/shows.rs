//! What some cell shows.

/// A value.
pub(super) const VALUE: u32 = 1;
/// A number with a leading `+` or an exponent.
pub(super) const SIGNED: u32 = 1 << 1;
/// Decimals, if the decimal sign is a point.
pub(super) const POINT_DECIMALS: u32 = 1 << 2;
/// Decimals, if it is a comma.
pub(super) const COMMA_DECIMALS: u32 = 1 << 3;
/// `1.000`: decimals or thousands.
pub(super) const DOUBTFUL_POINT: u32 = 1 << 4;
/// `1,000`: decimals or thousands.
pub(super) const DOUBTFUL_COMMA: u32 = 1 << 5;
/// A whole number of 1 to 999 without a sign between its digits.
pub(super) const BARE_SMALL: u32 = 1 << 6;
/// A larger one.
pub(super) const BARE_LARGE: u32 = 1 << 7;
/// A number without a currency.
pub(super) const NO_CURRENCY: u32 = 1 << 8;
/// A date whose order a cell must settle.
pub(super) const SIGNS: u32 = 1 << 9;
/// A number that a typed file holds.
pub(super) const TYPED_NUMBER: u32 = 1 << 10;
/// A date with points.
pub(super) const POINTS: u32 = 1 << 11;
/// A date that is no text.
pub(super) const REAL_DATE: u32 = 1 << 12;

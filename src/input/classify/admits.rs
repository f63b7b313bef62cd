//! Readings that every cell must admit.

/// A number with a decimal point.
pub(super) const POINT: u32 = 1;
/// A number with a decimal comma.
pub(super) const COMMA: u32 = 1 << 1;
/// A whole number if the decimal sign is a point.
pub(super) const WHOLE_POINT: u32 = 1 << 2;
/// A whole number if it is a comma.
pub(super) const WHOLE_COMMA: u32 = 1 << 3;
pub(super) const DATE: u32 = 1 << 4;
pub(super) const TIMESTAMP: u32 = 1 << 5;
pub(super) const ZONED: u32 = 1 << 6;
pub(super) const TIME: u32 = 1 << 7;
pub(super) const BOOLEAN: u32 = 1 << 8;
/// A date in which the day stands first, if there are points in it.
pub(super) const POINTS_DAY_FIRST: u32 = 1 << 9;
pub(super) const POINTS_MONTH_FIRST: u32 = 1 << 10;
/// The same, if there are slashes or dashes in it that do not follow a year of four digits.
pub(super) const SIGNS_DAY_FIRST: u32 = 1 << 11;
pub(super) const SIGNS_MONTH_FIRST: u32 = 1 << 12;
pub(super) const SIGNS_YEAR_FIRST: u32 = 1 << 13;

pub(super) const NUMBERS: u32 = POINT | COMMA | WHOLE_POINT | WHOLE_COMMA;
pub(super) const KINDS: u32 = POINT | COMMA | DATE | TIMESTAMP | ZONED | TIME | BOOLEAN;
pub(super) const POINTS_ORDERS: u32 = POINTS_DAY_FIRST | POINTS_MONTH_FIRST;
pub(super) const SIGNS_ORDERS: u32 = SIGNS_DAY_FIRST | SIGNS_MONTH_FIRST | SIGNS_YEAR_FIRST;
pub(super) const ALL: u32 = (1 << 14) - 1;

//! What the values of a column mean, as far as its heading and their form say: a number that is a code is never rounded.

use super::column_words::{BIRTH, CODE, POST_CODE, mentions, words};
use crate::result::ColumnType;
use crate::table::Dictionary;

/// What a column is coarsened by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The category of a merchant: ISO 18245 orders the codes by kind of trade.
    MerchantCategory,
    /// A postal code: its first characters are a region.
    PostCode,
    /// Another code, of a branch say.
    Code,
    /// The day or the year of birth.
    Birth,
    /// A quantity, a name, or a moment.
    Other,
}

/// Where the groups of merchant category codes begin, as ISO 18245 has them: contracted services, airlines, car rental,
/// lodging, transport, utilities, retail, clothing, other shops, business services, professional services, government.
pub(super) const MERCHANT_GROUPS: &str = "bins:1500,3000,3300,3500,4000,4800,5000,5600,5700,7300,8000,9000";

impl Meaning {
    /// What a heading says.
    pub(super) fn of(heading: &str) -> Self {
        let heading = words(heading);
        let has = |wanted: &str| heading.iter().any(|word| word == wanted);
        let pair = |first: &str, second: &str| has(first) && has(second);
        if has("mcc") || (pair("category", "code") && (has("merchant") || has("trade"))) {
            Self::MerchantCategory
        } else if exactly(&heading, &POST_CODE) || pair("post", "code") || pair("postal", "code") || pair("zip", "code")
        {
            Self::PostCode
        } else if mentions(&heading, &BIRTH) {
            Self::Birth
        } else if exactly(&heading, &CODE) {
            Self::Code
        } else {
            Self::Other
        }
    }
}

impl Meaning {
    /// What heading and values say. Whole numbers of six digits that may all be days, in whatever order, are no quantity:
    /// rounded, they would join the end of one year and the beginning of another.
    pub(super) fn of_column(heading: &str, dictionary: &Dictionary) -> Self {
        match Self::of(heading) {
            Self::Other | Self::Birth if may_be_short_days(dictionary) => Self::Code,
            meaning => meaning,
        }
    }
}

/// Whether all values are whole numbers of six digits that are days with a year of two digits, all in one order.
fn may_be_short_days(dictionary: &Dictionary) -> bool {
    const FEWEST: usize = 5;
    let mut orders = [true; 3];
    for value in dictionary.values().flatten() {
        let digits = value.expose().as_bytes();
        if digits.len() != 6 || !digits.iter().all(u8::is_ascii_digit) {
            return false;
        }
        let pair = |place: usize| (digits[place] - b'0') * 10 + digits[place + 1] - b'0';
        let (first, second, third) = (pair(0), pair(2), pair(4));
        let is_day = |month: u8, day: u8| (1..=12).contains(&month) && (1..=31).contains(&day);
        let found = [is_day(second, third), is_day(second, first), is_day(first, second)];
        orders.iter_mut().zip(found).for_each(|(order, found)| *order &= found);
    }
    let is_whole = dictionary.column_type() == ColumnType::Integer;
    is_whole && dictionary.values().flatten().count() >= FEWEST && orders.contains(&true)
}

/// Whether a word of the heading is on the list, as it stands: short words are parts of many others.
fn exactly(heading: &[String], known: &[&str]) -> bool {
    heading.iter().any(|word| known.contains(&word.trim_end_matches(|letter: char| letter.is_ascii_digit())))
}

#[cfg(test)]
mod tests {
    use super::Meaning;

    #[test]
    fn a_heading_says_what_its_values_mean() {
        for (heading, meaning) in [
            ("mcc", Meaning::MerchantCategory),
            ("merchant_category_code", Meaning::MerchantCategory),
            ("MCC Code", Meaning::MerchantCategory),
            ("zip", Meaning::PostCode),
            ("home_postcode", Meaning::PostCode),
            ("Postal Code", Meaning::PostCode),
            ("PLZ", Meaning::PostCode),
            ("branch", Meaning::Code),
            ("branch_id", Meaning::Code),
            ("storeNumber", Meaning::Code),
            ("birth_year", Meaning::Birth),
            ("date of birth", Meaning::Birth),
            ("amount", Meaning::Other),
            ("notes", Meaning::Other),
            ("age", Meaning::Other),
            ("booked_on", Meaning::Other),
        ] {
            assert_eq!(Meaning::of(heading), meaning, "{heading}");
        }
    }
}

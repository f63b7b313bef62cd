//! What the values of a column mean, as far as its heading says: a number that is a code is never rounded.

use super::column_words::{BIRTH, CODE, POST_CODE, mentions, words};

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

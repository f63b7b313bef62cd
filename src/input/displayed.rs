//! What a cell of an open document shows beside the value that is read: it may say more than that.

use quick_xml::events::BytesStart;

use super::beside;

/// What is read of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Stored {
    /// The text that it shows.
    Shown,
    /// A number.
    Number(String),
    /// A date or a moment.
    Date(String),
    /// A time of day or a duration.
    Time(String),
    Truth,
    /// A text beside the one that it shows.
    Text(String),
    /// One of several values; the others are not read.
    Several,
    /// Nothing.
    #[default]
    Nothing,
}

impl Stored {
    /// What is read of the cell that this tag begins.
    pub(super) fn of(tag: &BytesStart<'_>) -> Self {
        let (mut values, mut is_string, mut is_error) = (Vec::new(), false, false);
        for attribute in tag.attributes().flatten() {
            let name: &str = attribute.key.as_ref();
            let value = || {
                let mut value = String::new();
                beside::decode(&attribute.value, &mut value);
                value
            };
            match name {
                "office:value" => values.push(Self::Number(value())),
                "office:date-value" => values.push(Self::Date(value())),
                "office:time-value" => values.push(Self::Time(value())),
                "office:boolean-value" => values.push(Self::Truth),
                "office:string-value" => values.push(Self::Text(value())),
                "office:value-type" => is_string = value() == "string",
                "calcext:value-type" => is_error = value() == "error",
                _ => {}
            }
        }
        match (values.pop(), values.is_empty()) {
            (None, _) if is_string => Self::Shown,
            (Some(Self::Text(text)), true) if is_error && text.is_empty() => Self::Shown,
            (Some(value), true) => value,
            (Some(_), false) => Self::Several,
            (None, _) => Self::Nothing,
        }
    }

    /// Whether a text that the cell shows is a form of the value that is read, so that it says nothing more.
    pub(super) fn is_shown_by(&self, text: &str) -> bool {
        match self {
            Self::Shown => true,
            // No number and no day has it.
            Self::Number(_) | Self::Date(_) | Self::Time(_) | Self::Truth if text.contains('@') => false,
            Self::Number(number) => text == number || is_rounded(text, number),
            Self::Date(date) => {
                words(text, MOST_LETTERS_OF_A_DAY).is_some_and(|words| words <= 2) && holds(text, date, 3)
            }
            Self::Time(time) => words(text, MOST_LETTERS).is_some_and(|words| words <= 1) && holds(text, time, 0),
            Self::Truth => words(text, MOST_LETTERS).is_some_and(|words| words <= 1) && digits(text).len() <= 1,
            Self::Text(stored) => {
                let plain = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
                plain(stored).contains(&plain(text))
            }
            Self::Several | Self::Nothing => false,
        }
    }
}

/// Letters of a unit or a currency.
const MOST_LETTERS: usize = 7;

/// Letters of a day of the week or a month.
const MOST_LETTERS_OF_A_DAY: usize = 12;

/// How many words a text has; `None` where one is longer. A single letter is no word.
fn words(text: &str, longest: usize) -> Option<usize> {
    let letters = text.split(|sign: char| !sign.is_alphabetic()).map(|word| word.chars().count());
    let words: Vec<usize> = letters.filter(|&letters| letters > 1).collect();
    words.iter().all(|&letters| letters <= longest).then_some(words.len())
}

fn digits(text: &str) -> Vec<u8> {
    text.chars().filter(|sign| sign.is_numeric()).map(|sign| u8::try_from(sign).unwrap_or(b'?')).collect()
}

/// The significant digits of a number, without those of its exponent and without zeros at its end.
fn significant(text: &str) -> Vec<u8> {
    let exponent = |(at, _): &(usize, char)| {
        let signs: &[char] = &['+', '-'];
        let behind = text[at + 1..].trim_start_matches(signs);
        text[..*at].ends_with(|sign: char| sign.is_ascii_digit())
            && behind.starts_with(|sign: char| sign.is_ascii_digit())
    };
    let end = text
        .char_indices()
        .filter(|(_, sign)| matches!(sign, 'e' | 'E'))
        .find(exponent)
        .map_or(text.len(), |(at, _)| at);
    let digits = digits(&text[..end]);
    let begin = digits.iter().position(|&digit| digit != b'0').unwrap_or(digits.len());
    trimmed(digits[begin..].to_vec())
}

fn trimmed(mut digits: Vec<u8>) -> Vec<u8> {
    digits.truncate(digits.iter().rposition(|&digit| digit != b'0').map_or(0, |last| last + 1));
    digits
}

/// Whether a text shows a number, rounded or not, with at most a unit or a currency beside it.
fn is_rounded(text: &str, number: &str) -> bool {
    let (shown, stored) = (significant(text), significant(number));
    let Some(words) = words(text, MOST_LETTERS).filter(|&words| words <= 1) else { return false };
    if shown.is_empty() {
        return words == 0;
    }
    (1..=stored.len()).any(|length| stored[..length] == shown || rounded_up(&stored[..length]) == shown)
}

/// One more in the last place.
fn rounded_up(digits: &[u8]) -> Vec<u8> {
    let mut digits = digits.to_vec();
    while digits.last() == Some(&b'9') {
        digits.pop();
    }
    match digits.last_mut() {
        Some(last) => *last += 1,
        None => digits.push(b'1'),
    }
    digits
}

/// Whether a text has numbers, and each is one of the parts of a date or a time, as short years and clocks of twelve hours show
/// them. Words alone may be a name as well as a month.
fn holds(text: &str, stored: &str, hour: usize) -> bool {
    let numbers = |text: &str| -> Option<Vec<u64>> {
        let parts = text.split(|sign: char| !sign.is_numeric()).filter(|part| !part.is_empty());
        parts.map(|part| part.parse().ok()).collect()
    };
    let (Some(shown), Some(stored)) = (numbers(text), numbers(stored)) else { return false };
    let forms = |(place, &part): (usize, &u64)| match place {
        _ if place == hour => [part, part % 24, if part % 12 == 0 { 12 } else { part % 12 }],
        0 => [part, part % 100, part],
        _ => [part; 3],
    };
    let known: Vec<u64> = stored.iter().enumerate().flat_map(forms).collect();
    let compact = stored.iter().take(3).fold(0_u64, |all, part| all.saturating_mul(100).saturating_add(*part));
    !shown.is_empty() && shown.iter().all(|&number| known.contains(&number) || number == compact)
}

#[cfg(test)]
mod tests {
    use super::Stored;

    #[test]
    fn a_number_is_shown_rounded_with_a_unit_and_nothing_more() {
        let shows = |text: &str, number: &str| Stored::Number(number.to_owned()).is_shown_by(text);
        for (text, number) in [
            ("40000", "40000"),
            ("41,237.55 €", "41237.55"),
            ("41.238", "41237.55"),
            ("4E+04", "41237.55"),
            ("(41 237,6) EUR", "-41237.55"),
            ("25 %", "0.25"),
            ("10.00", "9.996"),
            ("0.00", "0.001"),
            ("-", "0"),
            ("0.3", "0.30000000000000004"),
            ("1.5", "1.5E0"),
        ] {
            assert!(shows(text, number), "{text} of {number}");
        }
        for (text, number) in [
            ("41237.55", "40000"),
            ("anna0@web.com", "40000"),
            ("Anna Schmidt 0, Hull", "40000"),
            ("Anna Schmidt", "40000"),
            ("Schmidt", "40000"),
            ("4111 1111 1111 1111", "41"),
            ("４１２３７", "40000"),
        ] {
            assert!(!shows(text, number), "{text} of {number}");
        }
    }

    #[test]
    fn a_date_is_shown_by_its_parts() {
        let date = Stored::Date("1956-03-12".to_owned());
        for text in ["12.03.1956", "3/12/56", "Monday, 12 March 1956", "1956", "19560312"] {
            assert!(date.is_shown_by(text), "{text}");
        }
        for text in
            ["13.03.1956", "1957", "12.04.1956", "Anna Maria Schmidt, 12.03.1956", "Anna Schmidt", "a12@b.example"]
        {
            assert!(!date.is_shown_by(text), "{text}");
        }
        assert!(Stored::Time("PT14H30M05S".to_owned()).is_shown_by("2:30 PM"));
        assert!(Stored::Date("2024-03-12T00:05:00".to_owned()).is_shown_by("12.3.24 12:05 AM"));
        assert!(!Stored::Time("PT14H30M05S".to_owned()).is_shown_by("14:31"));
    }

    #[test]
    fn texts_and_truth_values_show_themselves() {
        assert!(Stored::Text("a  b".to_owned()).is_shown_by("a b"));
        assert!(!Stored::Text("mid".to_owned()).is_shown_by("anna0@web.com"));
        assert!(Stored::Truth.is_shown_by("WAHR") && !Stored::Truth.is_shown_by("Anna Schmidt"));
        assert!(Stored::Shown.is_shown_by("anything") && !Stored::Nothing.is_shown_by("anything"));
    }
}

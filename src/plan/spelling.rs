//! How the cells of a column are spelled, where the cells do not say so themselves.

use std::collections::BTreeMap;
use std::fmt;

use super::shown_name;
use crate::result::ColumnType;

/// What is declared of the spelling of a column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CellSpelling {
    /// How dates and times are written.
    pub format: Option<DateFormat>,
    /// The same for single files, by name without folder, where files differ; every other one must write them plainly.
    pub file_formats: BTreeMap<String, DateFormat>,
    /// What stands before decimals.
    pub decimal: Option<char>,
    /// What sets groups of thousands apart.
    pub group: Option<String>,
    /// So many cells may not fit what is declared; they count as missing.
    pub allow_invalid: u64,
}

impl CellSpelling {
    /// Whether it says that the column holds numbers.
    #[must_use]
    pub fn is_of_numbers(&self) -> bool {
        self.decimal.is_some() || self.group.is_some()
    }

    /// The type that it implies where none is declared: of numbers the cells say whether they are whole.
    #[must_use]
    pub fn column_type(&self) -> Option<ColumnType> {
        let numbers = || self.is_of_numbers().then_some(ColumnType::Decimal);
        self.any_format().map(DateFormat::column_type).or_else(numbers)
    }

    /// The format, or one of those of single files.
    #[must_use]
    pub fn any_format(&self) -> Option<&DateFormat> {
        self.format.as_ref().or_else(|| self.file_formats.values().next())
    }

    /// How the formats read in the record.
    #[must_use]
    pub fn formats(&self) -> Option<String> {
        let of_file = |(file, format): (&String, &DateFormat)| format!("{format} in {}", shown_name(file));
        let of_files: Vec<String> = self.file_formats.iter().map(of_file).collect();
        let of_files = (!of_files.is_empty()).then(|| of_files.join(" and "));
        self.format.as_ref().map(ToString::to_string).or(of_files)
    }
}

/// A part of the spelling of a date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatPart {
    /// `YYYY`.
    Year,
    /// `YY`: 00 to 68 are of this century, 69 to 99 of the last one.
    ShortYear,
    /// `MM`, or `M` where one digit may stand.
    Month {
        /// Whether one digit may stand.
        short: bool,
    },
    /// `MON`: the name of a month, in full or short.
    MonthName,
    /// `DD`, or `D` where one digit may stand.
    Day {
        /// Whether one digit may stand.
        short: bool,
    },
    /// `HH`, or `H`: the hour of 24.
    Hour {
        /// Whether one digit may stand.
        short: bool,
    },
    /// `hh`, or `h`: the hour of 12.
    HalfHour {
        /// Whether one digit may stand.
        short: bool,
    },
    /// `mm`.
    Minute,
    /// `ss`.
    Second,
    /// `fff`: a fraction of a second, one to nine digits.
    Fraction,
    /// `AM`: the half of the day.
    Half,
    /// `Z`: UTC or an offset from it.
    Zone,
    /// A sign that stands there as it is.
    Sign(char),
}

/// How dates or times of a column are written, such as `DD.MM.YY` or `MM/DD/YYYY hh:mm AM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    parts: Vec<FormatPart>,
    column_type: ColumnType,
    text: String,
}

/// Tokens, a longer one before its part.
const TOKENS: [(&str, FormatPart); 17] = [
    ("YYYY", FormatPart::Year),
    ("YY", FormatPart::ShortYear),
    ("MON", FormatPart::MonthName),
    ("MM", FormatPart::Month { short: false }),
    ("M", FormatPart::Month { short: true }),
    ("DD", FormatPart::Day { short: false }),
    ("D", FormatPart::Day { short: true }),
    ("HH", FormatPart::Hour { short: false }),
    ("H", FormatPart::Hour { short: true }),
    ("hh", FormatPart::HalfHour { short: false }),
    ("h", FormatPart::HalfHour { short: true }),
    ("mm", FormatPart::Minute),
    ("ss", FormatPart::Second),
    ("fff", FormatPart::Fraction),
    ("AM", FormatPart::Half),
    ("Z", FormatPart::Zone),
    ("T", FormatPart::Sign('T')),
];

impl DateFormat {
    /// Reads a format.
    ///
    /// # Errors
    /// A sentence about what is wrong: an unknown letter, a part twice, or parts that make neither a date nor a time.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        while let Some(next) = rest.chars().next() {
            let token = TOKENS.iter().find(|(token, _)| rest.starts_with(token));
            let (part, length) = match token {
                Some((token, part)) => (*part, token.len()),
                None if next.is_alphanumeric() => {
                    return Err(
                        "its parts are YYYY, YY, MM, M, MON, DD, D, HH, H, hh, h, mm, ss, fff, AM, Z and signs \
                                between them; months are MM, minutes mm"
                            .to_owned(),
                    );
                }
                None => (FormatPart::Sign(next), next.len_utf8()),
            };
            parts.push(part);
            rest = &rest[length..];
        }
        let column_type = type_of(&parts)?;
        Ok(Self { parts, column_type, text: text.trim().to_owned() })
    }

    /// Its parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[FormatPart] {
        &self.parts
    }

    /// What it is the spelling of.
    #[must_use]
    pub fn column_type(&self) -> ColumnType {
        self.column_type
    }
}

impl fmt::Display for DateFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// What parts are the spelling of.
fn type_of(parts: &[FormatPart]) -> Result<ColumnType, String> {
    let count = |is: fn(&FormatPart) -> bool| parts.iter().filter(|part| is(part)).count();
    let years = count(|part| matches!(part, FormatPart::Year | FormatPart::ShortYear));
    let months = count(|part| matches!(part, FormatPart::Month { .. } | FormatPart::MonthName));
    let days = count(|part| matches!(part, FormatPart::Day { .. }));
    let hours = count(|part| matches!(part, FormatPart::Hour { .. }));
    let half_hours = count(|part| matches!(part, FormatPart::HalfHour { .. }));
    let minutes = count(|part| *part == FormatPart::Minute);
    let seconds = count(|part| *part == FormatPart::Second);
    let fractions = count(|part| *part == FormatPart::Fraction);
    let halves = count(|part| *part == FormatPart::Half);
    let zones = count(|part| *part == FormatPart::Zone);
    let clock = hours + half_hours;
    if [years, months, days, clock, minutes, seconds, fractions, halves, zones].iter().any(|&count| count > 1) {
        return Err("each part may occur only once; months are MM, minutes mm".to_owned());
    }
    let has_date = match (years, months, days) {
        (1, 1, 1) => true,
        (0, 0, 0) => false,
        _ => return Err("a date needs year, month and day; months are MM, minutes mm".to_owned()),
    };
    let is_clock = clock == minutes && seconds <= minutes && fractions <= seconds && halves == half_hours;
    if !is_clock || (zones > 0 && !(has_date && clock == 1)) {
        return Err(
            "a time needs HH and mm, or hh, mm and AM; fff follows ss, and Z follows a date and a time".to_owned()
        );
    }
    match (has_date, clock, zones) {
        (true, 0, _) => Ok(ColumnType::Date),
        (true, _, 0) => Ok(ColumnType::Timestamp),
        (true, ..) => Ok(ColumnType::ZonedTimestamp),
        (false, 1, _) => Ok(ColumnType::Time),
        (false, ..) => Err("it contains no part of a date or time".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::DateFormat;
    use crate::result::ColumnType;

    #[test]
    fn a_format_says_what_it_is_the_spelling_of() {
        for (text, column_type) in [
            ("DD.MM.YY", ColumnType::Date),
            ("YYYYMMDD", ColumnType::Date),
            ("D-MON-YYYY", ColumnType::Date),
            ("MM/DD/YYYY hh:mm AM", ColumnType::Timestamp),
            ("YYYY-MM-DDTHH:mm:ss.fff", ColumnType::Timestamp),
            ("YYYY-MM-DD HH:mm:ss Z", ColumnType::ZonedTimestamp),
            ("H:mm", ColumnType::Time),
        ] {
            let format = DateFormat::parse(text).unwrap();
            assert_eq!((format.column_type(), format.to_string().as_str()), (column_type, text));
        }
    }

    #[test]
    fn a_format_that_leaves_something_open_is_refused() {
        for text in [
            "",
            "DD.MM",
            "YYYY-mm-DD",
            "DD.MM.YYYY YY",
            "dd.mm.yyyy",
            "HH",
            "hh:mm",
            "HH:mm AM",
            "HH:mm Z",
            "ss",
            "HH:mm.fff",
            "%Y-%m-%d",
            "DD.MM.YYYY Z",
            "day",
        ] {
            assert!(DateFormat::parse(text).is_err(), "{text}");
        }
    }
}

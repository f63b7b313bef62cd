//! Texts and numbers that are written out in formulas and number formats: they leave with a workbook, and no cell shows them.
//!
//! A cell of `=ROUND(41237.55,-5)` shows 0 and keeps the exact amount. Formulas that only refer to other cells say nothing
//! that these do not.

use std::iter::Peekable;
use std::str::Chars;

/// Digits of a number from which on it may be somebody's: an amount, a year, a part of an account number.
const LONG: usize = 4;

/// Whether a formula of a workbook holds a text with a letter or digit, or a number of at least four digits that is no power
/// of ten; without a reference, also where all its numbers together have so many.
pub(super) fn holds_literal(formula: &str) -> bool {
    // `of:=` and the like name the language of an open document.
    let begin =
        formula.split_once('=').filter(|(prefix, _)| prefix.chars().all(|sign| sign.is_alphabetic() || sign == ':'));
    let mut rest = begin.map_or(formula, |(_, rest)| rest).chars().peekable();
    let (mut refers, mut digits, mut last) = (false, 0, ' ');
    while let Some(sign) = rest.next() {
        match sign {
            '"' if quoted(&mut rest, '"').chars().any(char::is_alphanumeric) => return true,
            '"' => {}
            '\'' => {
                quoted(&mut rest, '\'');
                refers = true;
            }
            '[' => {
                skip_brackets(&mut rest);
                refers = true;
            }
            '0'..='9' | '.' => {
                let number = number(sign, &mut rest);
                if last == ':' || rest.peek() == Some(&':') {
                    refers = true;
                } else if is_long(&number) {
                    return true;
                } else {
                    digits += number.len();
                }
            }
            _ if is_name(sign) => {
                let name: String = std::iter::once(sign).chain(taken(&mut rest, is_name)).collect();
                let is_truth = name.eq_ignore_ascii_case("true") || name.eq_ignore_ascii_case("false");
                refers |= rest.peek() != Some(&'(') && !is_truth;
            }
            _ => {}
        }
        last = sign;
    }
    !refers && digits >= LONG
}

/// The texts that a number format shows beside the number, one for each part that has any.
pub(super) fn texts_of_format(code: &str) -> Vec<String> {
    let (mut texts, mut text) = (Vec::new(), String::new());
    let mut rest = code.chars().peekable();
    while let Some(sign) = rest.next() {
        match sign {
            '"' => text.push_str(&quoted(&mut rest, '"')),
            '\\' | '!' => text.extend(rest.next()),
            // As wide as the sign behind it, or filled with it.
            '_' | '*' => drop(rest.next()),
            '[' => {
                let inside: String = taken(&mut rest, |sign| sign != ']').collect();
                // `[$EUR-407]`: a currency and the number of a language.
                let currency =
                    inside.strip_prefix('$').map(|inside| inside.rsplit_once('-').map_or(inside, |(text, _)| text));
                text.push_str(currency.unwrap_or_default());
            }
            ';' => texts.push(std::mem::take(&mut text)),
            ' ' => text.push(' '),
            _ => {}
        }
    }
    texts.push(text);
    texts.retain(|text| !text.trim().is_empty());
    texts
}

/// Whether a text of a number format may be about somebody: two words, or as many digits as a year has. Units and currencies are
/// one word.
pub(super) fn may_name(text: &str) -> bool {
    let words = text.split(|sign: char| !sign.is_alphabetic()).filter(|word| word.chars().nth(1).is_some());
    words.count() >= 2 || text.chars().filter(|sign| sign.is_numeric()).count() >= LONG
}

type Rest<'text> = Peekable<Chars<'text>>;

/// The text up to a quotation mark, which stands twice for itself.
fn quoted(rest: &mut Rest<'_>, mark: char) -> String {
    let mut text = String::new();
    while let Some(sign) = rest.next() {
        if sign == mark && rest.next_if_eq(&mark).is_none() {
            break;
        }
        text.push(sign);
    }
    text
}

fn skip_brackets(rest: &mut Rest<'_>) {
    let mut open = 1_usize;
    while open > 0
        && let Some(sign) = rest.next()
    {
        match sign {
            '[' => open += 1,
            ']' => open -= 1,
            _ => {}
        }
    }
}

/// The significant digits of a number.
fn number(first: char, rest: &mut Rest<'_>) -> String {
    let digits: String =
        std::iter::once(first).chain(taken(rest, |sign| sign.is_ascii_digit() || sign == '.')).collect();
    if rest.next_if(|sign| matches!(sign, 'e' | 'E')).is_some() {
        rest.next_if(|sign| matches!(sign, '+' | '-'));
        taken(rest, |sign| sign.is_ascii_digit()).for_each(drop);
    }
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}

fn is_long(digits: &str) -> bool {
    digits.len() >= LONG && digits.trim_end_matches('0') != "1"
}

fn is_name(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '_' | '.' | '$' | '\\')
}

fn taken<'rest>(rest: &'rest mut Rest<'_>, fits: impl Fn(char) -> bool + 'rest) -> impl Iterator<Item = char> + 'rest {
    std::iter::from_fn(move || rest.next_if(|&sign| fits(sign)))
}

#[cfg(test)]
mod tests {
    use super::{holds_literal, may_name, texts_of_format};

    #[test]
    fn numbers_of_four_digits_and_texts_are_literals() {
        for formula in [
            "ROUND(41237.55,-5)",
            "of:=ROUND(41237.55;-4)",
            "IF(\"Anna Schmidt 0\"=\"\",\"\",\"north\")",
            "A1+1957",
            "0.041237*A1",
            "DATE(1956,3,12)",
            "ROUND(412*100+37,-5)",
            "CHAR(74)&CHAR(97)",
            "{41237;41238}",
            "+41237",
        ] {
            assert!(holds_literal(formula), "{formula}");
        }
    }

    #[test]
    fn references_and_short_numbers_are_no_literals() {
        for formula in [
            "A1000*B2000",
            "$A$1000+Sheet2024!B3",
            "'Year 2024'!A1",
            "of:=[.A1000]*['file:///x'#$Sheet2024.B1]",
            "SUM($5:$1000)",
            "SUM(1:1048576)",
            "Table1[Column 2024]*2",
            "ROUND(A1/1000,-5)",
            "A1*12/365",
            "LOG10(A1)",
            "_xlfn.XLOOKUP(A1,B:B,C:C)",
            "IF(A1=\"\",\"\",A1&\", \"&B1)",
            "A1*1E+06",
            "TRUE",
            "",
        ] {
            assert!(!holds_literal(formula), "{formula}");
        }
    }

    #[test]
    fn the_texts_of_number_formats_are_told_from_their_signs() {
        assert_eq!(texts_of_format("0;0;0;\"Anna Schmidt, 1956-03-12\""), ["Anna Schmidt, 1956-03-12"]);
        assert_eq!(texts_of_format("\\A\\n\\n\\a 0"), ["Anna "]);
        assert_eq!(texts_of_format("[$Anna Schmidt-409]0"), ["Anna Schmidt"]);
        assert!(texts_of_format("_(* #,##0.00_);[Red]General;@").is_empty());
        assert!(texts_of_format("yyyy\"-\"mm\\-dd hh:mm").iter().all(|text| !may_name(text)));
        for text in ["Anna Schmidt", "Schmidt 1956"] {
            assert!(may_name(text), "{text}");
        }
        for text in ["EUR", " kWh", "€", "Q", " - "] {
            assert!(!may_name(text), "{text}");
        }
    }
}

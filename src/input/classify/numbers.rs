//! Numbers and amounts: what they may be read as, and their one spelling.

use std::borrow::Cow;

use super::currency::{Currency, at_end, at_start, trimmed};
use super::number_of;

/// What stands before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::input) enum DecimalSign {
    /// `12.50`; thousands are grouped by a comma, a blank or an apostrophe, if at all.
    Point,
    /// `12,50`; thousands are grouped by a point, a blank or an apostrophe, if at all.
    Comma,
}

impl DecimalSign {
    const fn byte(self) -> u8 {
        match self {
            Self::Point => b'.',
            Self::Comma => b',',
        }
    }
}

/// An amount without what stands around its digits.
pub(super) struct Amount<'cell> {
    pub(super) negative: bool,
    /// Whether a plus is written.
    pub(super) plus: bool,
    pub(super) currency: Option<Currency>,
    /// Digits and the signs between them.
    pub(super) body: &'cell [u8],
}

/// Takes sign, currency, parentheses and the apostrophe by which a spreadsheet marks text off a cell. `None` when it
/// can be no amount.
pub(super) fn amount(cell: &[u8]) -> Option<Amount<'_>> {
    const MINUS: &[u8] = "\u{2212}".as_bytes();
    let mut body = cell.strip_prefix(b"'").or_else(|| cell.strip_prefix("\u{2019}".as_bytes())).unwrap_or(cell);
    let (mut negative, mut plus, mut currency) = (false, false, None);
    loop {
        let is_signed = negative || plus;
        let inner = body.strip_prefix(b"(").and_then(|rest| rest.strip_suffix(b")"));
        let minus =
            [b"-", MINUS].into_iter().find_map(|minus| body.strip_prefix(minus).or_else(|| body.strip_suffix(minus)));
        if let Some(inner) = inner.or(minus).filter(|_| !is_signed) {
            (negative, body) = (true, inner);
        } else if let Some(inner) = body.strip_prefix(b"+").filter(|_| !is_signed) {
            (plus, body) = (true, inner);
        } else if let Some((found, inner)) = at_start(body).or_else(|| at_end(body)).filter(|_| currency.is_none()) {
            (currency, body) = (Some(found), trimmed(inner));
        } else {
            break;
        }
    }
    let begins = body.first().is_some_and(|first| first.is_ascii_digit() || *first == b'.');
    let ends = body.last().is_some_and(u8::is_ascii_digit);
    (begins && ends).then_some(Amount { negative, plus, currency, body })
}

/// Whether the digits are read otherwise by either decimal sign: three of them behind the only point or comma, and
/// before it what can be a group (`1.000`, `12,500`). Says which of the two it is.
pub(super) fn doubtful_sign(body: &[u8]) -> Option<DecimalSign> {
    let (whole, decimals) = body.split_at_checked(body.len().checked_sub(4)?)?;
    let sign = match decimals[0] {
        b'.' => DecimalSign::Point,
        b',' => DecimalSign::Comma,
        _ => return None,
    };
    let group = (1..=3).contains(&whole.len()) && whole[0] != b'0';
    let digits = whole.iter().chain(&decimals[1..]).all(u8::is_ascii_digit);
    (group && digits).then_some(sign)
}

/// The digits of an amount with a decimal point and without groups, if they can be read by this decimal sign; `group`
/// is the only sign allowed between thousands, where one is declared.
pub(super) fn plain_digits(body: &[u8], sign: DecimalSign, group: Option<&str>) -> Option<Vec<u8>> {
    let at = body.iter().position(|&byte| byte == sign.byte());
    let (whole, decimals) = at.map_or((body, None), |at| (&body[..at], Some(&body[at + 1..])));
    let mut digits = ungrouped(whole, sign, group)?.into_owned();
    if let Some(decimals) = decimals {
        if decimals.is_empty() || !decimals.iter().all(u8::is_ascii_digit) {
            return None;
        }
        digits.push(b'.');
        digits.extend_from_slice(decimals);
    }
    Some(digits)
}

/// Digits without the one sign that sets thousands apart. Three digits make a group, behind a comma also two where only
/// the last group has three, as in India.
fn ungrouped<'body>(digits: &'body [u8], sign: DecimalSign, group: Option<&str>) -> Option<Cow<'body, [u8]>> {
    const GROUPS: [&str; 8] = [".", ",", " ", "\u{a0}", "\u{202f}", "\u{2009}", "'", "\u{2019}"];
    if digits.iter().all(u8::is_ascii_digit) {
        return (!digits.is_empty() || sign == DecimalSign::Point).then_some(Cow::Borrowed(digits));
    }
    let text = std::str::from_utf8(digits).ok()?;
    let may_group = |group: &&str| group.as_bytes() != [sign.byte()] && text.contains(*group);
    let separator = group.into_iter().find(may_group).or_else(|| GROUPS.into_iter().find(may_group))?;
    if group.is_some_and(|group| group != separator) {
        return None;
    }
    let mut parts: Vec<&str> = text.split(separator).collect();
    let (first, last) = (parts.remove(0), parts.pop()?);
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let in_threes = parts.iter().all(|part| part.len() == 3);
    let in_twos = separator == "," && first.len() <= 2 && parts.iter().all(|part| part.len() == 2);
    let is_first = (1..=3).contains(&first.len()) && !first.starts_with('0') && numeric(first);
    let grouped =
        is_first && last.len() == 3 && numeric(last) && (in_threes || in_twos) && parts.into_iter().all(numeric);
    grouped.then(|| Cow::Owned(text.replace(separator, "").into_bytes()))
}

/// Appends the canonical spelling of an amount read by this decimal sign and says whether it is whole.
pub(super) fn write_amount(
    amount: &Amount<'_>,
    sign: DecimalSign,
    group: Option<&str>,
    canonical: &mut String,
) -> Option<bool> {
    let mut number = plain_digits(amount.body, sign, group)?;
    if amount.negative {
        number.insert(0, b'-');
    }
    write_number(&number, canonical)
}

/// Appends the canonical spelling of a number and says whether it is whole; `None` when the cell is no number.
pub(super) fn write_number(cell: &[u8], canonical: &mut String) -> Option<bool> {
    const MOST_DIGITS: i64 = 28;
    /// Digits before the point, or zeros behind it: every double-precision float fits.
    const MOST_ZEROS: i64 = 400;
    let (negative, unsigned) = match cell {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, cell),
    };
    let (mantissa, exponent) = match unsigned.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&unsigned[..at], exponent(&unsigned[at + 1..])?),
        None => (unsigned, 0),
    };
    let (before, after) = match mantissa.iter().position(|&byte| byte == b'.') {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, &[][..]),
    };
    let no_digit = before.is_empty() && after.is_empty();
    let leading_zero = before.len() > 1 && before[0] == b'0';
    if no_digit || leading_zero || !before.iter().chain(after).all(u8::is_ascii_digit) {
        return None;
    }
    let digits: Vec<u8> = before.iter().chain(after).copied().collect();
    let Some(start) = digits.iter().position(|&digit| digit != b'0') else {
        canonical.push('0');
        return Some(true);
    };
    let end = digits.iter().rposition(|&digit| digit != b'0').map_or(digits.len(), |last| last + 1);
    let significant = &digits[start..end];
    let length = i64::try_from(significant.len()).ok()?;
    // Digits before the point; zero or less when the number begins with `0.`.
    let point = i64::try_from(before.len()).ok()? - i64::try_from(start).ok()? + exponent;
    if length > MOST_DIGITS || point.abs() > MOST_ZEROS {
        return None;
    }
    if negative {
        canonical.push('-');
    }
    write_digits(significant, point, canonical);
    Some(point >= length)
}

/// Writes `significant` digits with the point after `point` of them.
fn write_digits(significant: &[u8], point: i64, canonical: &mut String) {
    if point <= 0 {
        canonical.push_str("0.");
        (point..0).for_each(|_| canonical.push('0'));
    }
    let mut position = 0;
    for &digit in significant {
        if position == point && position > 0 {
            canonical.push('.');
        }
        canonical.push(char::from(digit));
        position += 1;
    }
    (position..point).for_each(|_| canonical.push('0'));
}

/// The exponent of a number: an optional sign and up to five digits.
fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let magnitude = i64::from(number_of(digits, 1, 5)?);
    Some(if negative { -magnitude } else { magnitude })
}

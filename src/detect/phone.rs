//! Telephone numbers: international ones by country code and length (ITU-T E.164), national ones by their spelling.
//!
//! Bare digits are a telephone number only beneath a heading that says so: without a sign or separator nothing tells
//! them from an account or an order.
//!
//! The libraries that know every numbering plan bring a megabyte of tables and a parser for them. A measure that asks
//! whether a column holds telephone numbers, not which network they belong to, does with a table of lengths.

use super::sighting::{Sighting, Sign, Span};
use super::text::{before, continues, digits_at, goes_on, is_word};
use crate::result::Placement;

/// Country codes of one and two digits; all others have three.
const SHORT_CODES: [&[u8]; 46] = [
    b"1", b"7", b"20", b"27", b"30", b"31", b"32", b"33", b"34", b"36", b"39", b"40", b"41", b"43", b"44", b"45",
    b"46", b"47", b"48", b"49", b"51", b"52", b"53", b"54", b"55", b"56", b"57", b"58", b"60", b"61", b"62", b"63",
    b"64", b"65", b"66", b"81", b"82", b"84", b"86", b"90", b"91", b"92", b"93", b"94", b"95", b"98",
];

/// First two digits of country codes of three.
const LONG_CODES: [&[u8]; 20] = [
    b"21", b"22", b"23", b"24", b"25", b"26", b"29", b"35", b"37", b"38", b"42", b"50", b"59", b"67", b"68", b"69",
    b"85", b"88", b"96", b"97",
];

/// Shortest and longest national number of some countries; five to twelve digits for the others.
const NATIONAL_LENGTHS: [(&[u8], usize, usize); 14] = [
    (b"1", 10, 10),
    (b"7", 10, 10),
    (b"31", 9, 9),
    (b"32", 8, 9),
    (b"33", 9, 9),
    (b"34", 9, 9),
    (b"41", 9, 9),
    (b"44", 9, 10),
    (b"45", 8, 8),
    (b"46", 7, 10),
    (b"48", 9, 9),
    (b"61", 9, 9),
    (b"81", 9, 10),
    (b"91", 10, 10),
];

/// Shortest and longest national number where numbers are written without any separator: few, so that padded numbers of
/// other things seldom fit.
const BARE_LENGTHS: [(&[u8], usize, usize); 30] = [
    (b"1", 10, 10),
    (b"20", 10, 10),
    (b"27", 9, 9),
    (b"30", 10, 10),
    (b"31", 9, 9),
    (b"32", 8, 9),
    (b"33", 9, 9),
    (b"34", 9, 9),
    (b"351", 9, 9),
    (b"353", 8, 9),
    (b"358", 9, 10),
    (b"36", 8, 9),
    (b"39", 9, 10),
    (b"40", 9, 9),
    (b"41", 9, 9),
    (b"420", 9, 9),
    (b"421", 9, 9),
    (b"43", 9, 12),
    (b"44", 10, 10),
    (b"45", 8, 8),
    (b"46", 8, 9),
    (b"47", 8, 8),
    (b"48", 9, 9),
    (b"49", 9, 11),
    (b"52", 10, 10),
    (b"55", 10, 11),
    (b"61", 9, 9),
    (b"86", 11, 11),
    (b"90", 10, 10),
    (b"91", 10, 10),
];

/// Longest number, country code included.
const MOST_DIGITS: usize = 15;

/// Groups of digits of national numbers that begin with the trunk zero, and the separators they are written with.
const TRUNK: [(&[usize], &[u8]); 25] = [
    (&[2, 3, 3, 2], b" "),
    (&[2, 3, 2, 2], b" "),
    (&[2, 2, 2, 2, 2], b" .-"),
    (&[3, 4, 4], b" -."),
    (&[3, 3, 4], b" -."),
    (&[3, 3, 2, 2], b" ."),
    (&[2, 4, 4], b" -"),
    (&[4, 3, 3], b" -"),
    (&[4, 3, 4], b" -"),
    (&[4, 3, 2, 2], b" "),
    (&[3, 2, 2, 2], b" "),
    (&[4, 6], b" -/"),
    (&[5, 6], b" -/"),
    (&[5, 7], b" -/"),
    (&[4, 2, 2, 2, 2], b" "),
    (&[5, 5], b" -/"),
    (&[5, 3, 3], b" "),
    (&[3, 6], b" /-"),
    (&[3, 7], b" /-"),
    (&[3, 8], b" /-"),
    (&[4, 7], b" /-"),
    (&[4, 8], b" /-"),
    (&[4, 4, 4], b" "),
    (&[2, 8], b" -"),
    (&[2, 7], b" -"),
];

/// Digits and where each group of them ends.
struct Groups {
    digits: Vec<u8>,
    /// End in the text and digits up to there, group by group.
    ends: Vec<(usize, usize)>,
    /// Full stops up to each end.
    stops: Vec<usize>,
}

/// Looks for a number that starts here.
pub(super) fn at(text: &[u8], start: usize, sighting: &mut Sighting) -> Option<usize> {
    // Letters may touch a plus, as in `Tel+44…`.
    let touches = |byte: u8| if text[start] == b'+' { byte.is_ascii_digit() } else { is_word(byte) };
    if before(text, start).is_some_and(|byte| touches(byte) || byte == b'+') || is_inside_groups(text, start) {
        return None;
    }
    if let Some(end) = bare(text, start, sighting) {
        return Some(end);
    }
    match text[start] {
        b'+' => international(text, start, start + 1, sighting),
        b'0' if text.get(start + 1) == Some(&b'0') => international(text, start, start + 2, sighting),
        b'0' | b'(' | b'1'..=b'9' => national(text, start, sighting),
        _ => None,
    }
}

/// Looks at a cell beneath a heading that speaks of telephones: seven to fifteen digits, written in any way.
pub(super) fn look_at_digits(text: &[u8], sighting: &mut Sighting) {
    let written = |byte: &u8| byte.is_ascii_digit() || b" +-./()".contains(byte);
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    if text.len() >= 8 && text.iter().all(written) && digits > 0 {
        let some_digit = text.iter().any(|byte| matches!(byte, b'1'..=b'9'));
        let right = (7..=MOST_DIGITS).contains(&digits) && some_digit;
        sighting.add(Sign::PHONE_DIGITS, Placement::WholeCell, right);
    }
}

/// A number with its country code, the digits of which start at `from`.
fn international(text: &[u8], start: usize, from: usize, sighting: &mut Sighting) -> Option<usize> {
    let groups = read_groups(text, from);
    // After a double zero the country code stands by itself; else padded numbers would pass.
    let code = groups.ends.first().map_or(0, |&(_, digits)| digits);
    let bare = text[start] == b'0' && (groups.ends.len() < 2 || country(&groups.digits) != Some(code));
    let most = groups.digits.len();
    // With a sign before it, bare digits may be a signed number: those of another length speak against it.
    if bare || most < 7 {
        return None;
    }
    let ends = groups.ends.iter().zip(&groups.stops).rev();
    for (&(end, count), &stops) in ends {
        if stops != 1 && count <= MOST_DIGITS && has_country(&groups.digits[..count]) && !goes_on(text, end) {
            sighting.add(Sign::PHONE_INTERNATIONAL, Span { start, end }.placement(text), true);
            return Some(end);
        }
    }
    let end = groups.ends.first()?.0;
    sighting.add(Sign::PHONE_INTERNATIONAL, Span { start, end }.placement(text), false);
    None
}

/// A number without separators behind two zeros, as in `00442079460958`. In a column other numbers of such a length that
/// begin with a zero speak against it.
fn bare(text: &[u8], start: usize, sighting: &mut Sighting) -> Option<usize> {
    let span = Span { start, end: start + digits_at(text, start) };
    let two = text[start..].starts_with(b"00");
    let counts = two || text[start] == b'0' && span.placement(text) == Placement::WholeCell;
    let length = span.end - start;
    if !counts || !(11..=MOST_DIGITS + 2).contains(&length) || continues(text, start) || goes_on(text, span.end) {
        return None;
    }
    let digits = &text[start + 2..span.end];
    let right = two
        && BARE_LENGTHS.iter().any(|&(code, shortest, longest)| {
            let national = digits.strip_prefix(code).filter(|national| national.first() != Some(&b'0'));
            national.is_some_and(|national| (shortest..=longest).contains(&national.len()))
        });
    sighting.add(Sign::PHONE_ZEROS, span.placement(text), right);
    right.then_some(span.end)
}

/// A mobile number of Germany without separators: 015, 016 or 017, eleven or twelve digits. Other numbers of such a
/// length behind a zero speak against it.
fn bare_mobile(text: &[u8], start: usize, sighting: &mut Sighting) -> Option<usize> {
    let run = digits_at(text, start);
    let end = start + run;
    if text[start] != b'0' || !(10..=12).contains(&run) || goes_on(text, end) {
        return None;
    }
    let right = run > 10 && matches!(text[start + 1..start + 3], [b'1', b'5'..=b'7']);
    sighting.add(Sign::PHONE_MOBILE, Span { start, end }.placement(text), right);
    right.then_some(end)
}

/// Reads digits with single separators, `(0)` passed over.
fn read_groups(text: &[u8], from: usize) -> Groups {
    let mut groups = Groups { digits: Vec::new(), ends: Vec::new(), stops: Vec::new() };
    let (mut at, mut gap, mut stops) = (from, 0, 0);
    while at < text.len() && groups.digits.len() <= MOST_DIGITS {
        if text[at..].starts_with(b"(0)") {
            (at, gap) = (at + 3, 0);
            continue;
        }
        let run = digits_at(text, at);
        if run > 0 {
            groups.digits.extend_from_slice(&text[at..at + run]);
            at += run;
            gap = 0;
            groups.ends.push((at, groups.digits.len()));
            groups.stops.push(stops);
        } else if b" -./()".contains(&text[at]) && gap < 2 {
            stops += usize::from(text[at] == b'.');
            (at, gap) = (at + 1, gap + 1);
        } else {
            break;
        }
    }
    groups
}

/// Digits of the country code that stands first.
fn country(digits: &[u8]) -> Option<usize> {
    let starts = |code: &&&[u8]| digits.starts_with(code);
    let short = SHORT_CODES.iter().find(starts).map(|code| code.len());
    short.or_else(|| LONG_CODES.iter().find(starts).map(|_| 3))
}

/// Whether the first digits are a country code and the others are as many as that country has.
fn has_country(digits: &[u8]) -> bool {
    let Some(code) = country(digits) else { return false };
    let known = NATIONAL_LENGTHS.iter().find(|(country, ..)| digits.get(..code) == Some(country));
    let (shortest, longest) = known.map_or((5, 12), |&(_, shortest, longest)| (shortest, longest));
    let national = digits.len().saturating_sub(code);
    digits.len() >= 8 && (shortest..=longest).contains(&national)
}

/// A number in the national spelling: North American groups, or a trunk zero and groups.
fn national(text: &[u8], start: usize, sighting: &mut Sighting) -> Option<usize> {
    if continues(text, start) {
        return None;
    }
    if let Some(end) = bare_mobile(text, start, sighting) {
        return Some(end);
    }
    let trunk = text[start] == b'0' || text[start..].starts_with(b"(0");
    let other = || if trunk { None } else { north_american(text, start) };
    let (end, right) = other().or_else(|| with_trunk_zero(text, start))?;
    // In a column of numbers spelled like this, those without the zero speak against it; in a text they are other numbers.
    if !right && (Span { start, end }).placement(text) == Placement::WithinText {
        return None;
    }
    if goes_on(text, end) || (matches!(text.get(end), Some(b'-' | b'/')) && digits_at(text, end + 1) > 0) {
        return None;
    }
    sighting.add(Sign::PHONE_NATIONAL, Span { start, end }.placement(text), right);
    right.then_some(end)
}

/// Whether a group of digits stands right before this one: with a dash, dot or stroke between them, or of the same size
/// with a blank.
fn is_inside_groups(text: &[u8], start: usize) -> bool {
    let Some(separator) = before(text, start) else { return false };
    let group = text[..start - 1].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    group > 0 && (b"-./".contains(&separator) || separator == b' ' && group == digits_at(text, start))
}

/// The sizes of up to five groups that start here, the one separator between them, and the end of each.
fn sizes(text: &[u8], start: usize) -> (Vec<usize>, Option<u8>, Vec<usize>) {
    let (mut sizes, mut ends, mut separator) = (Vec::new(), Vec::new(), None);
    let mut at = start;
    while sizes.len() < 5 {
        let run = digits_at(text, at);
        if run == 0 {
            break;
        }
        at += run;
        sizes.push(run);
        ends.push(at);
        match text.get(at) {
            // `070-123 45 67`: the area is set apart by another sign.
            Some(b' ') if sizes.len() == 2 && matches!(separator, Some(b'-' | b'/')) => {
                separator = Some(b' ');
                at += 1;
            }
            Some(&byte) if b" -./".contains(&byte) && separator.is_none_or(|known| known == byte) => {
                separator = Some(byte);
                at += 1;
            }
            _ => break,
        }
    }
    (sizes, separator, ends)
}

fn with_trunk_zero(text: &[u8], start: usize) -> Option<(usize, bool)> {
    if text[start] == b'(' {
        // `(020) 7946 0958`
        let area = digits_at(text, start + 1);
        let closed = text.get(start + 1 + area) == Some(&b')');
        let from = start + 2 + area + usize::from(text.get(start + 2 + area) == Some(&b' '));
        let (rest, _, ends) = sizes(text, from);
        let digits = area + rest.iter().sum::<usize>();
        let fits = closed && (2..=6).contains(&area) && rest.len() <= 3 && (9..=12).contains(&digits);
        return if fits {
            ends.last().map(|&end| (end, text[start + 1] == b'0' && text[start + 2] != b'0'))
        } else {
            None
        };
    }
    let (found, separator, ends) = sizes(text, start);
    let separator = separator?;
    let fits = |(groups, separators): &&(&[usize], &[u8])| found.starts_with(groups) && separators.contains(&separator);
    let (groups, _) = TRUNK.iter().filter(fits).max_by_key(|(groups, _)| groups.len())?;
    Some((ends[groups.len() - 1], text[start] == b'0' && text[start + 1] != b'0'))
}

/// `(212) 555-0123`, `212-555-0123`, `1-212-555-0123` and the like.
fn north_american(text: &[u8], start: usize) -> Option<(usize, bool)> {
    let mut at = start;
    if text[at] == b'1' && matches!(text.get(at + 1), Some(b' ' | b'-' | b'.')) {
        at += 2;
    }
    let bracket = text.get(at) == Some(&b'(');
    at += usize::from(bracket);
    let area = text.get(at..at + 3)?;
    at += 3;
    let separator = if bracket {
        (text.get(at) == Some(&b')')).then_some(())?;
        at += 1;
        let blank = matches!(text.get(at), Some(b' '));
        at += usize::from(blank);
        None
    } else {
        let separator = *text.get(at).filter(|byte| b" -.".contains(byte))?;
        at += 1;
        Some(separator)
    };
    let exchange = text.get(at..at + 3)?;
    at += 3;
    let next = *text.get(at)?;
    let joined = separator.map_or(b" -.".contains(&next), |separator| separator == next);
    let digits = area.iter().chain(exchange).all(u8::is_ascii_digit);
    if !joined || !digits || digits_at(text, at + 1) != 4 {
        return None;
    }
    let plausible = |code: &[u8]| code[0] >= b'2';
    Some((at + 5, plausible(area) && plausible(exchange) && area[1..] != *b"11"))
}

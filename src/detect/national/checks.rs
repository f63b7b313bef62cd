//! Check digits of national identification numbers.
//!
//! Every function takes the letters and digits of a number, capital, without separators, in the shape its rule asked
//! for. The algorithms are those the issuing offices publish.

/// The number that a run of digits spells.
fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

/// Sum of the digits, each times its weight.
fn weighted(digits: &[u8], weights: &[u64]) -> u64 {
    digits.iter().zip(weights).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum()
}

fn digit(byte: u8) -> u64 {
    u64::from(byte - b'0')
}

/// Whether month and day can stand in a calendar.
fn date(month: u64, day: u64) -> bool {
    let longest = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    (1..=longest).contains(&day)
}

/// Spain, DNI and NIE: a letter for the number modulo 23; X, Y and Z stand for 0, 1 and 2.
pub(super) fn spain(number_and_letter: &[u8]) -> bool {
    let prefix = match number_and_letter[0] {
        first @ b'X'..=b'Z' => b'0' + (first - b'X'),
        first if first.is_ascii_digit() => first,
        _ => return false,
    };
    let whole = digit(prefix) * 10_000_000 + number(&number_and_letter[1..8]);
    let place = usize::try_from(whole % 23).unwrap_or(0);
    b"TRWAGMYFPDXBNJZSQVHLCKE"[place] == number_and_letter[8]
}

/// Singapore, NRIC and FIN.
pub(super) fn singapore(text: &[u8]) -> bool {
    let offset = if matches!(text[0], b'T' | b'G') { 4 } else { 0 };
    let letters = match text[0] {
        b'S' | b'T' => b"JZIHGFEDCBA",
        b'F' | b'G' => b"XWUTRQPNMLK",
        _ => return false,
    };
    let sum = weighted(&text[1..8], &[2, 7, 6, 5, 4, 3, 2]) + offset;
    letters[usize::try_from(sum % 11).unwrap_or(0)] == text[8]
}

/// France, NIR: sex, year, month, place, serial, and 97 minus the rest modulo 97; Corsica counts as 19 and 18.
pub(super) fn france(text: &[u8]) -> bool {
    let mut digits = [0; 15];
    digits.copy_from_slice(text);
    let department = &mut digits[5..7];
    match department {
        [b'2', b'A'] => department.copy_from_slice(b"19"),
        [b'2', b'B'] => department.copy_from_slice(b"18"),
        _ => {}
    }
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let month = number(&digits[3..5]);
    let month = matches!(month, 1..=12 | 20..=42 | 50..=99);
    matches!(digits[0], b'1'..=b'4' | b'7' | b'8') && month && 97 - number(&digits[..13]) % 97 == number(&digits[13..])
}

/// Italy, codice fiscale.
pub(super) fn italy(text: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |byte: u8| usize::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' });
    let sum: u32 = text[..15]
        .iter()
        .enumerate()
        .map(|(place, &byte)| {
            let value = value(byte);
            if place % 2 == 0 { ODD[value] } else { u32::try_from(value).unwrap_or(0) }
        })
        .sum();
    let day = number(&text[9..11]);
    b"ABCDEHLMPRST".contains(&text[8]) && matches!(day, 1..=31 | 41..=71) && u32::from(text[15] - b'A') == sum % 26
}

/// Netherlands, burgerservicenummer: the test of eleven.
pub(super) fn netherlands(digits: &[u8]) -> bool {
    let sum = weighted(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    number(digits) > 9_999_999 && sum % 11 == digit(digits[8]) % 11 && sum > 0
}

/// Belgium, rijksregisternummer: 97 minus the rest modulo 97, with a 2 before it for births from 2000 on.
pub(super) fn belgium(digits: &[u8]) -> bool {
    let (month, day) = (number(&digits[2..4]) % 20, number(&digits[4..6]));
    let (born, check) = (number(&digits[..9]), number(&digits[9..]));
    let dated = (month == 0 || month <= 12) && day <= 31;
    dated && [born, 2_000_000_000 + born].iter().any(|number| 97 - number % 97 == check)
}

/// Sweden, personnummer of ten or twelve digits: Luhn over the last ten; 60 is added to the day of a coordination number.
pub(super) fn sweden(digits: &[u8]) -> bool {
    let (century, short) = digits.split_at(digits.len() - 10);
    let (month, day) = (number(&short[2..4]), number(&short[4..6]));
    let dated = date(month, day) || (day > 60 && date(month, day - 60));
    (century.is_empty() || matches!(century, b"18" | b"19" | b"20")) && dated && super::super::card::luhn(short)
}

/// Finland, henkilötunnus: a sign for day, month, year and serial modulo 31.
pub(super) fn finland(text: &[u8]) -> bool {
    // The sign of the century stands in the middle when it is a letter.
    let (born, rest) = text.split_at(6);
    let century = rest.len() == 5;
    if century && !matches!(rest[0], b'A'..=b'F' | b'U'..=b'Y') {
        return false;
    }
    let rest = &rest[usize::from(century)..];
    if !rest[..3].iter().all(u8::is_ascii_digit) || !date(number(&born[2..4]), number(&born[..2])) {
        return false;
    }
    let whole = number(born) * 1000 + number(&rest[..3]);
    b"0123456789ABCDEFHJKLMNPRSTUVWXY"[usize::try_from(whole % 31).unwrap_or(0)] == rest[3]
}

/// Poland, PESEL.
pub(super) fn poland(digits: &[u8]) -> bool {
    let sum = weighted(&digits[..10], &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    date(number(&digits[2..4]) % 20, number(&digits[4..6])) && (10 - sum % 10) % 10 == digit(digits[10])
}

/// Brazil, CPF.
pub(super) fn brazil(digits: &[u8]) -> bool {
    let check = |length: usize| {
        let sum: u64 = digits[..length]
            .iter()
            .zip((2..=length as u64 + 1).rev())
            .map(|(&byte, weight)| digit(byte) * weight)
            .sum();
        sum * 10 % 11 % 10 == digit(digits[length])
    };
    digits.iter().any(|&byte| byte != digits[0]) && check(9) && check(10)
}

/// United Kingdom, National Insurance number: no check digit, but letters that are never used.
pub(super) fn united_kingdom(text: &[u8]) -> bool {
    let pair = &text[..2];
    !b"DFIQUV".contains(&pair[0])
        && !b"DFIOQUV".contains(&pair[1])
        && ![b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"].iter().any(|never| never[..] == *pair)
        && (b'A'..=b'D').contains(&text[8])
}

/// United States: a social security number or a taxpayer number.
pub(super) fn united_states(digits: &[u8]) -> bool {
    social_security(digits) || taxpayer(digits)
}

/// United States, social security number: no check digit, but parts that are never used.
pub(super) fn social_security(digits: &[u8]) -> bool {
    let (area, group) = (number(&digits[..3]), number(&digits[3..5]));
    !matches!(area, 0 | 666 | 900..) && group != 0 && number(&digits[5..]) != 0
}

/// United States, taxpayer number (ITIN): an area from 900 on, and a second part in ranges of its own (Internal Revenue
/// Manual 3.21.263). Tickets are numbered like this too, so it takes a column of them.
pub(super) fn taxpayer(digits: &[u8]) -> bool {
    let (area, group) = (number(&digits[..3]), number(&digits[3..5]));
    area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// India, Aadhaar: the check digit of Verhoeff in the dihedral group of ten elements.
pub(super) fn india(digits: &[u8]) -> bool {
    const SHIFT: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let product = |first: usize, second: usize| match (first < 5, second < 5) {
        (true, true) => (first + second) % 5,
        (true, false) => (first + second) % 5 + 5,
        (false, true) => (first + 5 - second) % 5 + 5,
        (false, false) => (first + 5 - second) % 5,
    };
    let sum = digits.iter().rev().enumerate().fold(0, |sum, (place, &byte)| {
        let shifted = (0..place % 8).fold(usize::from(byte - b'0'), |value, _| SHIFT[value]);
        product(sum, shifted)
    });
    digits[0] >= b'2' && sum == 0
}

/// ISO 7064, modulus 11, 10.
fn modulus_11_10(digits: &[u8]) -> bool {
    let (last, body) = (digits[digits.len() - 1], &digits[..digits.len() - 1]);
    let product = body.iter().fold(10, |product, &byte| {
        let sum = (product + digit(byte)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == digit(last)
}

/// Germany, Steueridentifikationsnummer: among the first ten digits one stands twice or three times, no other.
pub(super) fn germany(digits: &[u8]) -> bool {
    let mut counts = [0_u8; 10];
    digits[..10].iter().for_each(|byte| counts[usize::from(byte - b'0')] += 1);
    let repeated = counts.iter().filter(|&&count| count > 1).count() == 1 && counts.iter().all(|&count| count <= 3);
    digits[0] != b'0' && repeated && modulus_11_10(digits)
}

/// Croatia, OIB.
pub(super) fn croatia(digits: &[u8]) -> bool {
    modulus_11_10(digits)
}

/// Norway, fødselsnummer: two check digits modulo 11; 40 is added to the day of a D number.
pub(super) fn norway(digits: &[u8]) -> bool {
    let day = number(&digits[..2]);
    let day = if day > 40 { day - 40 } else { day };
    let check =
        |weights: &[u64], place: usize| (11 - weighted(&digits[..place], weights) % 11) % 11 == digit(digits[place]);
    date(number(&digits[2..4]), day)
        && check(&[3, 7, 6, 1, 8, 9, 4, 5, 2], 9)
        && check(&[5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 10)
}

/// Denmark, CPR: a date; the check digit is no longer kept to.
pub(super) fn denmark(digits: &[u8]) -> bool {
    date(number(&digits[2..4]), number(&digits[..2]))
}

/// Czech Republic and Slovakia, rodné číslo: divisible by 11; 50, 20 or 70 is added to the month.
pub(super) fn czech(digits: &[u8]) -> bool {
    let month = match number(&digits[2..4]) {
        month @ 71..=82 => month - 70,
        month @ 51..=62 => month - 50,
        month @ 21..=32 => month - 20,
        month => month,
    };
    date(month, number(&digits[4..6])) && number(digits).is_multiple_of(11)
}

/// Switzerland, AHV number: 756 and the check digit of EAN-13.
pub(super) fn switzerland(digits: &[u8]) -> bool {
    let sum = weighted(&digits[..12], &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    digits.starts_with(b"756") && (10 - sum % 10) % 10 == digit(digits[12])
}

/// Ireland, PPS number: a letter modulo 23; a second letter counts nine times its place.
pub(super) fn ireland(text: &[u8]) -> bool {
    let second = text.get(8).map_or(0, |&byte| if byte == b'W' { 0 } else { u64::from(byte - b'@') });
    let sum = weighted(&text[..7], &[8, 7, 6, 5, 4, 3, 2]) + second * 9;
    let place = usize::try_from(sum % 23).unwrap_or(0);
    b"WABCDEFGHIJKLMNOPQRSTUV"[place] == text[7] && second <= 9
}

/// Turkey, T.C. kimlik numarası.
pub(super) fn turkey(digits: &[u8]) -> bool {
    let odd = weighted(&digits[..9], &[1, 0, 1, 0, 1, 0, 1, 0, 1]);
    let even = weighted(&digits[..8], &[0, 1, 0, 1, 0, 1, 0, 1]);
    let tenth = (odd * 7 + 90 - even) % 10;
    digits[0] != b'0' && tenth == digit(digits[9]) && (odd + even + tenth) % 10 == digit(digits[10])
}

/// Romania, CNP.
pub(super) fn romania(digits: &[u8]) -> bool {
    let sum = weighted(&digits[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    digits[0] != b'0'
        && date(number(&digits[3..5]), number(&digits[5..7]))
        && if sum == 10 { 1 } else { sum } == digit(digits[12])
}

/// China, resident identity number (ISO 7064, modulus 11-2).
pub(super) fn china(text: &[u8]) -> bool {
    let year = number(&text[6..10]);
    let sum = weighted(&text[..17], &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    (1900..=2100).contains(&year)
        && date(number(&text[10..12]), number(&text[12..14]))
        && b"10X98765432"[usize::try_from(sum % 11).unwrap_or(0)] == text[17]
}

/// South Africa, identity number: date and Luhn.
pub(super) fn south_africa(digits: &[u8]) -> bool {
    date(number(&digits[2..4]), number(&digits[4..6]))
        && matches!(digits[10], b'0'..=b'2')
        && super::super::card::luhn(digits)
}

/// South Korea, resident registration number.
pub(super) fn south_korea(digits: &[u8]) -> bool {
    let sum = weighted(&digits[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    date(number(&digits[2..4]), number(&digits[4..6])) && (11 - sum % 11) % 10 == digit(digits[12])
}

/// Canada, social insurance number: Luhn.
pub(super) fn canada(digits: &[u8]) -> bool {
    digits[0] != b'0' && super::super::card::luhn(digits)
}

/// Portugal, NIF.
pub(super) fn portugal(digits: &[u8]) -> bool {
    let rest = weighted(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    digits[0] != b'0' && if rest < 2 { 0 } else { 11 - rest } == digit(digits[8])
}

/// Chile, RUT: modulus 11, where K stands for ten.
pub(super) fn chile(text: &[u8]) -> bool {
    let (last, body) = (text[text.len() - 1], &text[..text.len() - 1]);
    if !body.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u64 =
        body.iter().rev().zip([2, 3, 4, 5, 6, 7].into_iter().cycle()).map(|(&byte, weight)| digit(byte) * weight).sum();
    b"0K987654321"[usize::try_from(sum % 11).unwrap_or(0)] == last
}

/// Estonia and Lithuania, personal code.
pub(super) fn baltic(digits: &[u8]) -> bool {
    let first = weighted(&digits[..10], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(&digits[..10], &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10;
    matches!(digits[0], b'1'..=b'8')
        && date(number(&digits[3..5]), number(&digits[5..7]))
        && if first < 10 { first } else { second } == digit(digits[10])
}

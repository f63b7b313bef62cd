//! Recall and precision on lists that were planted before the detectors were changed: sixty kinds of identifiers, a
//! hundred cells of each, every one alone among harmless remarks; and fifty kinds of plain columns.

use std::fmt::Write as _;

use super::{Chance, found, kinds};
use crate::detect::card::luhn;
use crate::result::IdentifierKind::{
    self, EmailAddress, Iban, NationalIdentifier, PartialCardNumber, PaymentCardNumber, PhoneNumber,
    TruncatedCardNumber,
};
use crate::tries::tries;

/// Cells of each kind.
const CELLS: usize = 100;

/// What stands in a cell: `{card}`, `{amex}`, `{union}` and the like are drawn with right check digits and cut as the
/// numbers behind the colon say; all else as [`Chance::fill`] reads it.
const KINDS: [(&str, &str, IdentifierKind); 60] = [
    ("card, bare", "{card}", PaymentCardNumber),
    ("card of fifteen digits, bare", "{amex}", PaymentCardNumber),
    ("card of nineteen digits, bare", "{union}", PaymentCardNumber),
    ("card in blanks", "{card:4,4,4,4: }", PaymentCardNumber),
    ("card in dashes", "{card:4,4,4,4:-}", PaymentCardNumber),
    ("card in dots", "{card:4,4,4,4:.}", PaymentCardNumber),
    ("card of fifteen digits in blanks", "{amex:4,6,5: }", PaymentCardNumber),
    ("card behind letters", "PAN{card}", PaymentCardNumber),
    ("card before letters", "{card}EUR", PaymentCardNumber),
    ("card between letters", "REF{card}X", PaymentCardNumber),
    ("card behind a letter and a blank line", "K{card} aaaa aaa", PaymentCardNumber),
    ("card in groups behind letters", "PAN{card:4,4,4,4: }", PaymentCardNumber),
    ("track 1", "%B{card}^AAAAA/AAAA^2812101999999999?", PaymentCardNumber),
    ("track 2", ";{card}=28121019999999?", PaymentCardNumber),
    ("track 2 as a chip spells it", "{card}D28121019999999", PaymentCardNumber),
    ("card in mixed separators", "{card:4,4,4,4:- .}", PaymentCardNumber),
    ("card in blanks and dashes", "{card:4,4,4,4: -}", PaymentCardNumber),
    ("card in doubled blanks", "{card:4,4,4,4:2 }", PaymentCardNumber),
    ("card in doubled dashes", "{card:4,4,4,4:2-}", PaymentCardNumber),
    ("card digit by digit in blanks", "{card:1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1: }", PaymentCardNumber),
    ("card digit by digit in dashes", "{card:1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1:-}", PaymentCardNumber),
    ("card in pairs", "{card:2,2,2,2,2,2,2,2: }", PaymentCardNumber),
    ("card in halves", "{card:8,8: }", PaymentCardNumber),
    ("card in tabulators", "{card:4,4,4,4:\t}", PaymentCardNumber),
    ("card in a sentence", "aaaa aaa {card}, aaaa", PaymentCardNumber),
    ("card in brackets", "aaaa [{card}] aaa", PaymentCardNumber),
    ("card in JSON", "@\"pan\":\"{card}\",\"exp\":\"12/28\"@", PaymentCardNumber),
    ("card in an address", "https://example.org/pay?pan={card}&x=9", PaymentCardNumber),
    ("card beside low lines", "order_{card}_aaa", PaymentCardNumber),
    ("IBAN, bare", "{iban:DE:999999999999999999}", Iban),
    ("IBAN in blanks", "{iban:CH:99999999999999999: }", Iban),
    ("IBAN in doubled blanks", "{iban:CH:99999999999999999:2 }", Iban),
    ("IBAN in dots", "{iban:DE:999999999999999999:.}", Iban),
    ("IBAN in small letters", "{iban:nl:aaaa9999999999}", Iban),
    ("IBAN behind its name and a colon", "IBAN:{iban:GB:AAAA99999999999999}", Iban),
    ("IBAN behind its name", "IBAN{iban:CH:99999999999999999}", Iban),
    ("IBAN of Yemen", "{iban:YE:AAAA9999999999999999999999}", Iban),
    ("IBAN in a sentence", "aaaa {iban:FR:99999999999999999999999} aaa", Iban),
    ("telephone, plus and country", "+44 20 7946 9999", PhoneNumber),
    ("telephone, zeros and country", "0044 20 7946 9999", PhoneNumber),
    ("telephone, zeros and country, bare", "00442079469999", PhoneNumber),
    ("telephone, zeros and Germany, bare", "004{9}171{d}999999", PhoneNumber),
    ("telephone behind letters", "Tel+4{9}30{d}99999", PhoneNumber),
    ("mobile of Germany, stroke", "0171/{d}999999", PhoneNumber),
    ("mobile of Germany, blank", "0160 {d}999999", PhoneNumber),
    ("mobile of Germany, dash", "0151-{d}9999999", PhoneNumber),
    ("mobile of Germany, bare", "0171{d}999999", PhoneNumber),
    ("mobile of Germany of twelve digits, bare", "0176{d}9999999", PhoneNumber),
    ("mobile of Germany in pairs", "0176 {d}9 99 99 99", PhoneNumber),
    ("mobile of Germany, five and seven", "01512 {d}999999", PhoneNumber),
    ("mobile of Germany in brackets", "(0171) {d}999999", PhoneNumber),
    ("mobile of Germany behind its name", "Mobil:0171{d}999999", PhoneNumber),
    ("e-mail address", "aaaaaa.aaa9@example.org", EmailAddress),
    ("e-mail address in a sentence", "aaa <aaaaaa@example.org> aaa", EmailAddress),
    ("card shortened", "4999 99** **** 9999", TruncatedCardNumber),
    ("card shortened too little", "49999999****9999", PartialCardNumber),
    ("national number of the United Kingdom in blanks", "AB {d}9 99 99 C", NationalIdentifier),
    ("social security number", "12{d}-4{d}-{d}999", NationalIdentifier),
    ("national number of Brazil", "529.982.247-25", NationalIdentifier),
    ("national number of Poland behind its name", "PESEL 44051401359", NationalIdentifier),
];

/// Patterns of plain columns; the digits of each are drawn afresh a hundred times.
const PLAIN: [&str; 49] = [
    "999999",
    "99999999",
    "9999999999",
    "999999999999",
    "4999999999999999",
    "5199999999999999",
    "99999.99",
    "999,99",
    "EUR 999.99",
    "2026-01-29",
    "29.01.2026",
    "2026-01-29T19:39:59",
    "20260129193959",
    "1799999999999",
    "AA9 9AA",
    "AAA-99999",
    "A999999999",
    "AA99AA99AA99AA99AA99AA",
    "hhhhhhhh-hhhh-4hhh-8hhh-hhhhhhhhhhhh",
    "aaaa aaaaa",
    "order 9999999999999999 sent",
    "{nine}-99-9999",
    "AA999999A",
    "AA 999999",
    "99999999A",
    "A9999999A",
    "REF4999999999999999",
    "TX4999999999999999EUR",
    "4999999999999999ABC",
    "ORD-4999-9999-9999-9999",
    "9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9",
    "49 99 99 99 99 99 99 99",
    "00999999999999",
    "0099999999999999",
    "000099999999",
    "09999999999",
    "099999999999",
    "0999999999",
    "inv 0999999999999",
    "DE99999999999999999999",
    "IBANDE99999999999999999999",
    "99 9999 9999",
    "9999 9999",
    "9999-9999",
    "10.99.99.99",
    "9.99.999.9999",
    "2026-01-29 499.99 19:59",
    "1/9/2026 9999 9999",
    "aaaa99aaaa9999aaaa",
];

#[test]
fn every_planted_kind_is_found_in_every_cell() {
    let mut chance = Chance(11);
    let (mut missed, cells) = (Vec::new(), tries(CELLS));
    for (name, pattern, kind) in KINDS {
        let hits = (0..cells).filter(|_| is_found(&mut chance, pattern, kind)).count();
        if hits < cells {
            missed.push((name, hits));
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

fn is_found(chance: &mut Chance, pattern: &str, kind: IdentifierKind) -> bool {
    let mut cells: Vec<String> =
        (0..40).map(|_| chance.fill("order 999-99 of item AAA9, 99.99 paid on 2026-01-19")).collect();
    cells.push(drawn(chance, pattern));
    found("remarks", &cells).iter().any(|found| found.kind == kind)
}

#[test]
fn plain_columns_of_a_hundred_cells_are_called_at_most_once_in_a_hundred() {
    let mut chance = Chance(12);
    let mut table = String::new();
    let (mut all, mut columns, of_each) = (0, 0, tries(CELLS));
    for pattern in PLAIN {
        let mut calls = 0;
        let mut called = std::collections::BTreeSet::new();
        for _ in 0..of_each {
            let column: Vec<String> = (0..CELLS).map(|_| drawn(&mut chance, pattern)).collect();
            let kinds = kinds(&found("field", &column));
            calls += usize::from(!kinds.is_empty());
            called.extend(kinds);
        }
        writeln!(table, "{pattern} | {calls} {called:?}").unwrap();
        all += calls;
        columns += of_each;
    }
    assert!(all * 100 <= columns, "{all} of {columns}\n{table}");
}

/// A cell of a pattern.
fn drawn(chance: &mut Chance, pattern: &str) -> String {
    let mut cell = String::new();
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').unwrap();
        cell += &plain(chance, before);
        cell += &number(chance, name);
        rest = after;
    }
    cell + &plain(chance, rest)
}

/// The names that stand around a number are kept: only nines and small letters in runs are drawn.
fn plain(chance: &mut Chance, text: &str) -> String {
    let words = ["PAN", "REF", "AB ", "EUR", "IBAN", "Tel", "Mobil", "PESEL", "ORD", "INV", "TX", "ABC"];
    let name = words.iter().find(|word| text.starts_with(*word));
    match name {
        Some(name) => format!("{name}{}", plain(chance, &text[name.len()..])),
        None if text.starts_with("529") || text.contains("44051401359") || text.contains("example") => {
            text.replace("aaaaaa", &chance.fill("aaaaaa"))
        }
        None => chance.fill(text).replace('@', "\u{7b}"),
    }
}

fn number(chance: &mut Chance, name: &str) -> String {
    let mut parts = name.splitn(4, ':');
    let (kind, second) = (parts.next().unwrap(), parts.next().unwrap_or_default());
    let (third, fourth) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let digits = |chance: &mut Chance, pattern: &str| -> String {
        std::iter::repeat_with(|| chance.fill(pattern)).find(|number| luhn(number.as_bytes())).unwrap()
    };
    match kind {
        "9" => "9".to_owned(),
        "d" => (1 + chance.below(9)).to_string(),
        "nine" => (900 + chance.below(100)).to_string(),
        "card" => cut(&digits(chance, "4999999999999999"), second, third),
        "amex" => cut(&digits(chance, "379999999999999"), second, third),
        "union" => cut(&digits(chance, "6299999999999999999"), second, third),
        "iban" => {
            let account = chance.fill(third);
            let iban = with_check_digits(second, &account);
            let sizes = vec!["4"; iban.len().div_ceil(4)].join(",");
            if fourth.is_empty() { iban } else { cut(&iban, &sizes, fourth) }
        }
        other => panic!("no number {other}"),
    }
}

/// The number in groups; a `2` before the separator doubles it, several separators take turns.
fn cut(number: &str, sizes: &str, separators: &str) -> String {
    if sizes.is_empty() {
        return number.to_owned();
    }
    let doubled = separators.strip_prefix('2');
    let separators: Vec<char> = doubled.unwrap_or(separators).chars().collect();
    let mut cut = String::new();
    let mut at = 0;
    for (place, size) in sizes.split(',').enumerate() {
        if place > 0 {
            let separator = separators[(place - 1) % separators.len()];
            cut.extend(std::iter::repeat_n(separator, if doubled.is_some() { 2 } else { 1 }));
        }
        let end = (at + size.parse::<usize>().unwrap()).min(number.len());
        cut += &number[at..end];
        at = end;
    }
    cut
}

/// An IBAN by the definition of ISO 13616: 98 minus the number modulo 97, with zeros for the check digits.
fn with_check_digits(country: &str, account: &str) -> String {
    let rest = format!("{account}{country}00").to_uppercase().chars().fold(0_u64, |rest, sign| {
        let value = u64::from(sign.to_digit(36).unwrap());
        (rest * if value > 9 { 100 } else { 10 } + value) % 97
    });
    format!("{country}{:02}{account}", 98 - rest)
}

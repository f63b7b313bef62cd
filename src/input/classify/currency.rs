//! Signs and codes of currencies at the ends of an amount.

use std::str::from_utf8;

/// The currency of an amount: the letters of its ISO code, or those of a sign that several currencies share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Currency([u8; 4]);

/// The currencies of the cells of a column, whatever their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Currencies {
    /// No cell names one.
    None,
    /// Every cell that names one names this.
    One(Currency),
    /// Two cells name different ones.
    Several,
}

impl Currencies {
    /// Those of both.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, rest) | (rest, Self::None) => rest,
            (Self::One(one), Self::One(same)) if one == same => self,
            _ => Self::Several,
        }
    }
}

/// Codes of ISO 4217 that are in use, four bytes each with the blank.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN \
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD \
    HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD \
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR \
    RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH \
    UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL ";

/// Signs, longer ones before those that they begin or end with. A sign of one currency stands for its code, one that
/// several share for itself.
const SIGNS: [(&str, [u8; 4]); 26] = [
    ("US$", *b"USD "),
    ("R$", *b"BRL "),
    ("A$", *b"AUD "),
    ("C$", *b"CAD "),
    ("NZ$", *b"NZD "),
    ("HK$", *b"HKD "),
    ("S$", *b"SGD "),
    ("$", *b"$   "),
    ("€", *b"EUR "),
    ("£", *b"GBP "),
    ("¥", *b"yen "),
    ("₹", *b"INR "),
    ("Rs.", *b"Rs  "),
    ("₽", *b"RUB "),
    ("₺", *b"TRY "),
    ("₩", *b"KRW "),
    ("₴", *b"UAH "),
    ("₪", *b"ILS "),
    ("₫", *b"VND "),
    ("₦", *b"NGN "),
    ("zł", *b"PLN "),
    ("Kč", *b"CZK "),
    ("kr.", *b"kr  "),
    ("kr", *b"kr  "),
    ("Fr.", *b"CHF "),
    ("Ft", *b"HUF "),
];

fn code(letters: &[u8]) -> Option<Currency> {
    let letters: [u8; 3] = letters.try_into().ok()?;
    let [first, second, third] = letters;
    let known =
        letters.iter().all(u8::is_ascii_uppercase) && CODES.as_bytes().chunks(4).any(|code| code[..3] == letters);
    known.then_some(Currency([first, second, third, b' ']))
}

/// The currency that a text begins with, and the rest.
pub(super) fn at_start(text: &[u8]) -> Option<(Currency, &[u8])> {
    if let Some(currency) = text.get(..3).and_then(code) {
        return Some((currency, &text[3..]));
    }
    // Every sign but the dollar begins with a letter or lies beyond ASCII: digits, the usual case, are told at once.
    let first = *text.first()?;
    if first != b'$' && !first.is_ascii_alphabetic() && first.is_ascii() {
        return None;
    }
    let sign = SIGNS.iter().find(|(sign, _)| text.starts_with(sign.as_bytes()))?;
    Some((Currency(sign.1), &text[sign.0.len()..]))
}

/// The currency that a text ends with, and what stands before it.
pub(super) fn at_end(text: &[u8]) -> Option<(Currency, &[u8])> {
    let rest = text.len().checked_sub(3);
    if let Some(rest) = rest
        && let Some(currency) = code(&text[rest..])
    {
        return Some((currency, &text[..rest]));
    }
    if text.last()?.is_ascii_digit() {
        return None;
    }
    let sign = SIGNS.iter().find(|(sign, _)| text.ends_with(sign.as_bytes()))?;
    Some((Currency(sign.1), &text[..text.len() - sign.0.len()]))
}

/// Takes blanks off both ends, of the kinds that stand in amounts.
pub(super) fn trimmed(text: &[u8]) -> &[u8] {
    from_utf8(text).map_or(text, |text| text.trim().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{CODES, SIGNS, at_end, at_start};

    #[test]
    fn codes_stand_four_bytes_apart_and_in_order() {
        let codes: Vec<&str> = CODES.split(' ').filter(|code| !code.is_empty()).collect();
        assert!(codes.len() > 140 && codes.iter().all(|code| code.len() == 3));
        assert!(codes.is_sorted_by(|first, second| first < second));
        assert_eq!(CODES.len(), codes.len() * 4);
    }

    #[test]
    fn every_sign_is_found_at_both_ends_and_a_longer_one_before_its_part() {
        for (sign, letters) in SIGNS {
            let (before, behind) = (format!("{sign}5"), format!("5{sign}"));
            assert_eq!(at_start(before.as_bytes()).map(|(found, rest)| (found.0, rest)), Some((letters, &b"5"[..])));
            assert_eq!(at_end(behind.as_bytes()).map(|(found, rest)| (found.0, rest)), Some((letters, &b"5"[..])));
        }
        assert_eq!(at_start("€".as_bytes()).map(|found| found.0), at_start(b"EUR").map(|found| found.0));
        assert_ne!(at_start(b"$").map(|found| found.0), at_start(b"USD").map(|found| found.0));
        assert!(at_start(b"XYZ 5").is_none() && at_end(b"5 eur").is_none() && at_start(b"5").is_none());
    }
}

//! Names of months in English, German, French and Spanish, in full and short.

/// Every spelling of each month in small letters, parted by blanks; a point behind a short one is no part of it.
const NAMES: [&str; 12] = [
    "jan january januar jänner jän janv janvier ene enero",
    "feb february februar feber févr fév février fevr fevrier febrero",
    "mar march mär märz mrz maerz mars marzo",
    "apr april avr avril abr abril",
    "may mai mayo",
    "jun june juni juin junio",
    "jul july juli juil juillet julio",
    "aug august août aout ago agosto",
    "sep sept september septembre septiembre",
    "oct october okt oktober octobre octubre",
    "nov november novembre noviembre",
    "dec december dez dezember déc décembre dic diciembre decembre",
];

/// No name is longer, in bytes.
const LONGEST: usize = 12;

/// The number of a month.
pub(super) fn month(name: &str) -> Option<i32> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.len() < 3 || name.len() > LONGEST || name.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let small = name.to_lowercase();
    let found = NAMES.iter().position(|names| names.split(' ').any(|known| known == small))?;
    i32::try_from(found + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, NAMES, month};

    #[test]
    fn every_name_means_one_month_in_any_case_and_with_a_point() {
        for (names, number) in NAMES.iter().zip(1..) {
            for name in names.split(' ') {
                assert!(name.len() <= LONGEST);
                for spelled in [name.to_owned(), name.to_uppercase(), format!("{name}.")] {
                    assert_eq!(month(&spelled), Some(number), "{spelled}");
                }
            }
        }
        for other in ["", "ma", "marsh", "0ct", "month", "."] {
            assert_eq!(month(other), None, "{other}");
        }
    }
}

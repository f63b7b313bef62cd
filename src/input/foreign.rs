//! Formats that are known and not read: they are refused by name, with the way to a file that is.

use super::error::{InputError, shown};

/// A format by the bytes that it begins with, at an offset.
struct Magic {
    name: &'static str,
    at: usize,
    bytes: &'static [u8],
    way: &'static str,
}

const fn magic(name: &'static str, at: usize, bytes: &'static [u8], way: &'static str) -> Magic {
    Magic { name, at, bytes, way }
}

const PYREADSTAT: &str = "convert it with Python: `import pyreadstat as p; d, _ = p.read_FORMAT(\"FILE\"); \
                          d.to_parquet(\"FILE.parquet\")`, with read_sas7bdat, read_xport, read_sav or read_dta for FORMAT";

/// Formats of files as they are stored.
const STORED: [Magic; 24] = [
    magic("bzip2", 0, b"BZh", "unpack it: `bunzip2 FILE`"),
    magic("xz", 0, b"\xfd7zXZ\0", "unpack it: `unxz FILE`"),
    magic("LZ4", 0, b"\x04\x22\x4d\x18", "unpack it: `lz4 -d FILE`"),
    magic("7-Zip", 0, b"7z\xbc\xaf\x27\x1c", "unpack it: `7z x FILE`"),
    magic("RAR", 0, b"Rar!\x1a\x07", "unpack it: `unrar x FILE`"),
    magic("tar", 257, b"ustar", "unpack it: `tar -xf FILE`"),
    magic("PDF", 0, b"%PDF", "export the table as CSV from the program that made it"),
    magic("SQLite", 0, b"SQLite format 3\0", "export a table: `sqlite3 -header -csv FILE \"SELECT * FROM t\" > t.csv`"),
    magic(
        "Avro",
        0,
        b"Obj\x01",
        "convert it: `duckdb -c \"LOAD avro; COPY (FROM read_avro('FILE')) TO 'FILE.parquet'\"`",
    ),
    magic(
        "ORC",
        0,
        b"ORC",
        "convert it with Python: `import pyarrow.orc as o, pyarrow.parquet as p; \
                             p.write_table(o.read_table(\"FILE\"), \"FILE.parquet\")`",
    ),
    magic("SAS (sas7bdat)", 12, b"\xc2\xea\x81\x60\xb3\x14\x11\xcf", PYREADSTAT),
    magic("SAS transport", 0, b"HEADER RECORD*******", PYREADSTAT),
    magic("SPSS", 0, b"$FL2", PYREADSTAT),
    magic("SPSS", 0, b"$FL3", PYREADSTAT),
    magic("Stata", 0, b"<stata_dta>", PYREADSTAT),
    magic("Stata", 0, b"\x71\x02\x01\0", PYREADSTAT),
    magic("Stata", 0, b"\x72\x02\x01\0", PYREADSTAT),
    magic("Stata", 0, b"\x73\x02\x01\0", PYREADSTAT),
    magic("R data", 0, b"RDX3\n", "write it from R: `write.csv(d, \"FILE.csv\", row.names = FALSE)`"),
    magic("R data", 0, b"RDX2\n", "write it from R: `write.csv(d, \"FILE.csv\", row.names = FALSE)`"),
    magic("HDF5", 0, b"\x89HDF\r\n\x1a\n", "write the table as Parquet or CSV from the program that made it"),
    magic("Access", 4, b"Standard Jet DB", "export a table: `mdb-export FILE TABLE > TABLE.csv`"),
    magic("Access", 4, b"Standard ACE DB", "export a table: `mdb-export FILE TABLE > TABLE.csv`"),
    magic("RTF", 0, b"{\\rtf", "save the table as CSV"),
];

const STATEMENT: &str = "convert it with Python: `ofxstatement convert`, or export the account as CSV";

/// Refuses what is known and not read. `stored` are the first bytes of the file, `sample` the same without compression.
pub(super) fn refuse(name: &str, stored: &[u8], sample: &[u8]) -> Result<(), InputError> {
    let found = |bytes: &[u8]| {
        STORED.iter().find(|magic| bytes.get(magic.at..).is_some_and(|rest| rest.starts_with(magic.bytes)))
    };
    let known = found(stored).or_else(|| found(sample)).map(|magic| (magic.name, magic.way));
    match known.or_else(|| text_format(sample)) {
        Some((format, way)) => Err(InputError::Foreign { file: shown(name), format, way }),
        None => Ok(()),
    }
}

/// A format of text by its first lines.
fn text_format(sample: &[u8]) -> Option<(&'static str, &'static str)> {
    const SHOWN: usize = 4096;
    let begin = String::from_utf8_lossy(&sample[..sample.len().min(SHOWN)]);
    let begin = begin.trim_start_matches('\u{feff}').trim_start();
    let upper = begin.to_ascii_uppercase();
    let starts = |texts: &[&str]| texts.iter().any(|text| upper.starts_with(text));
    if starts(&["OFXHEADER", "<OFX>", "<?OFX"]) || (starts(&["<?XML"]) && upper.contains("<OFX>")) {
        Some(("OFX", STATEMENT))
    } else if starts(&["!TYPE:", "!ACCOUNT", "!OPTION:", "!CLEAR:"]) {
        Some(("QIF", "export the account as CSV"))
    } else if starts(&[":20:", "{1:F01"]) {
        Some(("MT940", "convert it with Python: `pip install mt-940`, or export the account as CSV"))
    } else if starts(&["<"]) && upper.contains("CAMT.05") {
        Some(("CAMT", "export the account as CSV: most banks offer it beside CAMT"))
    } else if starts(&["<!DOCTYPE HTML", "<HTML", "<TABLE", "<META", "<HEAD", "<BODY", "<DIV"]) {
        Some(("HTML", "open it in a spreadsheet program and save it as CSV or .xlsx"))
    } else if starts(&["<?XML"]) && upper.contains("SCHEMAS-MICROSOFT-COM:OFFICE:SPREADSHEET") {
        Some(("XML spreadsheet", "open it in a spreadsheet program and save it as CSV or .xlsx"))
    } else if starts(&["<?XML"]) || is_element(begin) {
        Some(("XML", "write its records as CSV, one line each"))
    } else {
        None
    }
}

/// Whether a text begins with an element: `<name …>`.
fn is_element(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('<') else { return false };
    let name =
        rest.find(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | ':' | '-' | '.')).unwrap_or(0);
    name > 0
        && rest.starts_with(|first: char| first.is_alphabetic())
        && rest[name..].contains('>')
        && text.contains("</")
}

/// Whether bytes are most likely text of a mainframe: hardly a byte of ASCII text, and nearly all of them letters, digits
/// or blanks of EBCDIC.
pub(super) fn is_ebcdic(sample: &[u8]) -> bool {
    const FEWEST: usize = 16;
    let is_usual = |byte: &u8| {
        matches!(byte, 0x40 | 0x4b | 0x60 | 0x61 | 0x6b | 0x7a | 0x7d | 0x15 | 0x25 | 0x0d)
            || matches!(byte, 0x81..=0x89 | 0x91..=0x99 | 0xa2..=0xa9)
            || matches!(byte, 0xc1..=0xc9 | 0xd1..=0xd9 | 0xe2..=0xe9 | 0xf0..=0xf9)
    };
    let usual = sample.iter().filter(|byte| is_usual(byte)).count();
    let letters = sample.iter().filter(|byte| **byte >= 0x81 && is_usual(byte)).count();
    let blanks = memchr::memchr_iter(b' ', sample).count();
    sample.len() >= FEWEST
        && usual * 10 >= sample.len() * 9
        && letters * 3 >= sample.len()
        && blanks * 50 <= sample.len()
}

/// Whether bytes are text in ASCII rather than in EBCDIC, whose letters and digits all lie beyond it: a fifth of the letters and
/// digits are those of ASCII. Bytes that are usual signs of EBCDIC do not count; of its accented letters few lie within ASCII.
pub(super) fn is_ascii(sample: &[u8]) -> bool {
    let is_sign_of_ebcdic = |byte: &u8| matches!(byte, b'K' | b'a' | b'k' | b'z');
    let ascii = sample.iter().filter(|byte| byte.is_ascii_alphanumeric() && !is_sign_of_ebcdic(byte)).count();
    let beyond = sample.iter().filter(|byte| **byte >= 0x81).count();
    ascii * 4 > beyond
}

#[cfg(test)]
mod tests {
    use super::{is_ascii, is_ebcdic, refuse};
    use crate::input::InputError;

    fn format_of(bytes: &[u8]) -> Option<&'static str> {
        match refuse("x", bytes, bytes) {
            Err(InputError::Foreign { format, .. }) => Some(format),
            _ => None,
        }
    }

    #[test]
    fn foreign_formats_are_known_by_their_first_bytes() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        let mut sas = vec![0; 64];
        sas[12..20].copy_from_slice(b"\xc2\xea\x81\x60\xb3\x14\x11\xcf");
        for (bytes, format) in [
            (&b"OFXHEADER:100\nDATA:OFXSGML\n"[..], "OFX"),
            (b"<?xml version=\"1.0\"?>\n<OFX>", "OFX"),
            (b"!Type:Bank\nD01/02/2026\n", "QIF"),
            (b"\r\n:20:STARTUMS\r\n:25:10020030/1\r\n", "MT940"),
            (b"{1:F01BANKDEFFAXXX}", "MT940"),
            (b"<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">", "CAMT"),
            (b"<html><table>", "HTML"),
            (b"<records><r>1</r></records>", "XML"),
            (b"%PDF-1.7", "PDF"),
            (b"SQLite format 3\0", "SQLite"),
            (b"Obj\x01\x02", "Avro"),
            (b"ORC\x01", "ORC"),
            (b"$FL2@(#)", "SPSS"),
            (b"<stata_dta><header>", "Stata"),
            (b"BZh91AY", "bzip2"),
            (b"\xfd7zXZ\0", "xz"),
        ] {
            assert_eq!(format_of(bytes), Some(format));
        }
        assert_eq!((format_of(&tar), format_of(&sas)), (Some("tar"), Some("SAS (sas7bdat)")));
        for bytes in [&b"a,b\n1,2\n"[..], b"<5,6\n", b"orc,b\n", b"name\nOFXHEADER\n", b"{\"a\": 1}"] {
            assert_eq!(format_of(bytes), None);
        }
    }

    #[test]
    fn text_of_a_mainframe_is_told_from_other_text() {
        let ebcdic =
            [0xc3, 0xf0, 0xf0, 0xf0, 0xf1, 0x40, 0x40, 0xd1, 0x81, 0x95, 0x85, 0x40, 0xd9, 0x96, 0x85, 0x40, 0xf2];
        assert!(is_ebcdic(&ebcdic));
        assert!(
            !is_ebcdic(b"customer;day;amount\nC0001;11.04.2024;3.809,56\n")
                && !is_ebcdic("Łódź;ąęść;żółw;łąka".as_bytes())
        );
    }

    #[test]
    fn ascii_is_told_from_ebcdic_by_where_letters_and_digits_lie() {
        // `north 18-34` and a blank record in code page 037.
        let ebcdic = b"\x95\x96\x99\xa3\x88\x40\xf1\xf8\x60\xf3\xf4";
        assert!(!is_ascii(ebcdic) && !is_ascii(&[0x40; 80]));
        assert!(is_ascii(b"north 18-34") && is_ascii(b"jane.doe@example.org"));
        let mixed = [&ebcdic[..], b"Anna Schmidt"].concat();
        assert!(is_ascii(&mixed), "a part in ASCII would be read as other letters");
    }
}

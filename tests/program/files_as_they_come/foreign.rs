//! Formats that are known and not read: refused by name, with the way out, whatever the file is called.

use crate::support::Bench;

#[test]
fn foreign_formats_are_refused_by_name_with_the_way_out() {
    let mut tar = vec![b'x'; 512];
    tar[257..262].copy_from_slice(b"ustar");
    let mut sas = vec![0; 1024];
    sas[12..20].copy_from_slice(b"\xc2\xea\x81\x60\xb3\x14\x11\xcf");
    let camt = "<?xml version=\"1.0\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt/></Document>";
    let files: [(&[u8], &str, &str); 22] = [
        (b"OFXHEADER:100\r\nDATA:OFXSGML\r\n<OFX><STMTTRN><TRNAMT>-12.50", "OFX", "ofxstatement"),
        (b"<?xml version=\"1.0\"?>\n<?OFX OFXHEADER=\"200\"?>\n<OFX></OFX>", "OFX", "CSV"),
        (b"!Type:Bank\nD01/02/2026\nT-12.50\nPJane Roe\n^\n", "QIF", "CSV"),
        (b":20:STARTUMSE\r\n:25:10020030/1234567\r\n:61:2601020102D12,50\r\n", "MT940", "mt-940"),
        (b"{1:F01BANKDEFFAXXX0000000000}{2:I940}", "MT940", "mt-940"),
        (camt.as_bytes(), "CAMT", "CSV"),
        (b"<?xml version=\"1.0\"?>\n<payments><p>1</p></payments>", "XML", "CSV"),
        (b"<rows><row><name>Jane Roe</name></row></rows>", "XML", "CSV"),
        (b"<html><body><table><tr><td>Jane Roe</td></tr></table>", "HTML", "spreadsheet program"),
        (b"<!DOCTYPE html>\n<table>", "HTML", "spreadsheet program"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF", "CSV"),
        (b"SQLite format 3\0\x10\0", "SQLite", "sqlite3"),
        (b"Obj\x01\x04\x16avro.schema", "Avro", "duckdb"),
        (b"ORC\x08\x03", "ORC", "pyarrow"),
        (&sas, "SAS", "read_sas7bdat"),
        (b"$FL2@(#) IBM SPSS STATISTICS", "SPSS", "read_sav"),
        (b"<stata_dta><header><release>118", "Stata", "read_dta"),
        (b"BZh91AY&SY", "bzip2", "bunzip2"),
        (b"\xfd7zXZ\0\0\x04", "xz", "unxz"),
        (&tar, "tar", "tar -xf"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "7-Zip", "7z x"),
        (b"{\\rtf1 Jane Roe}", "RTF", "CSV"),
    ];
    for (bytes, format, way) in files {
        for name in ["file.csv", "file.txt", "file"] {
            let bench = Bench::new();
            let path = bench.write(name, bytes);
            let ended = bench.scan([path]);
            bench.assert_refused(&ended, 3, &[format, way]);
            for wrong in ["damaged", "UTF-16", "Jane Roe"] {
                assert!(!ended.stderr.contains(wrong), "{format}\n{ended}");
            }
        }
    }
}

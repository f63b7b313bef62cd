//! Small workbooks, written by hand.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// A sheet: its name, whether it is hidden, and its rows. A cell that begins with `=` is a number, an empty one is none.
pub(crate) struct Sheet<'a> {
    pub(crate) name: &'a str,
    pub(crate) hidden: bool,
    pub(crate) rows: Vec<Vec<String>>,
}

pub(crate) fn sheet<'a>(name: &'a str, rows: &[&[&str]]) -> Sheet<'a> {
    let rows = rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    Sheet { name, hidden: false, rows }
}

/// The bytes of a ZIP archive with these parts.
pub(crate) fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in parts {
        archive.start_file(*name, options).expect("a part");
        archive.write_all(bytes).expect("memory takes bytes");
    }
    archive.finish().expect("memory takes bytes").into_inner()
}

/// The bytes of a workbook with these sheets.
pub(crate) fn workbook(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let (mut names, mut relations, mut types) = (String::new(), String::new(), String::new());
    let mut parts = Vec::new();
    for (number, sheet) in (1..).zip(sheets) {
        let state = if sheet.hidden { " state=\"hidden\"" } else { "" };
        write!(names, "<sheet name=\"{}\" sheetId=\"{number}\"{state} r:id=\"r{number}\"/>", sheet.name).expect("text");
        let kind = format!("{OFFICE}/worksheet");
        write!(relations, "<Relationship Id=\"r{number}\" Type=\"{kind}\" Target=\"worksheets/sheet{number}.xml\"/>")
            .expect("text");
        write!(
            types,
            "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" \
             ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        )
        .expect("text");
        parts.push((format!("xl/worksheets/sheet{number}.xml"), cells(&sheet.rows)));
    }
    let types = format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" \
         ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>{types}</Types>"
    );
    parts.push(("[Content_Types].xml".to_owned(), types));
    let root = format!("<Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    for (part, relations) in [("_rels/.rels", &root), ("xl/_rels/workbook.xml.rels", &relations)] {
        parts.push((part.to_owned(), format!("<Relationships xmlns=\"{PACKAGE}\">{relations}</Relationships>")));
    }
    let book = format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{names}</sheets></workbook>");
    parts.push(("xl/workbook.xml".to_owned(), book));
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    archive(&parts)
}

fn cells(rows: &[Vec<String>]) -> String {
    let mut text = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>");
    for (number, row) in (1..).zip(rows) {
        write!(text, "<row r=\"{number}\">").expect("text");
        for (column, cell) in ('A'..='Z').zip(row).filter(|(_, cell)| !cell.is_empty()) {
            match cell.strip_prefix('=') {
                Some(figure) => write!(text, "<c r=\"{column}{number}\"><v>{figure}</v></c>"),
                None => write!(text, "<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
            }
            .expect("text");
        }
        text.push_str("</row>");
    }
    text.push_str("</sheetData></worksheet>");
    text
}

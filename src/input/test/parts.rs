//! What a workbook holds beside its cells: what is searched, and what asks for a look.

use std::io::{Cursor, Write as _};

use crate::input::left_out::LeftOut;
use crate::input::parts::beside_cells;
use crate::result::{LeftOutLines, NoRecord};

const SHEET: &str = "<worksheet><sheetData><row><c t=\"s\"><v>0</v></c><c t=\"inlineStr\"><is><t>a@b.cd</t></is></c>\
                     </row></sheetData></worksheet>";

/// A workbook with one sheet and these parts besides or instead.
fn book(parts: &[(&str, &str)]) -> Vec<u8> {
    let usual = [
        ("[Content_Types].xml", "<Types/>"),
        ("xl/workbook.xml", "<workbook><sheets><sheet name=\"S\" r:id=\"r1\"/></sheets></workbook>"),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        ("xl/worksheets/sheet1.xml", SHEET),
        ("xl/styles.xml", "<styleSheet/>"),
        ("docProps/core.xml", "<core><creator>Jo</creator></core>"),
        ("xl/sharedStrings.xml", "<sst><si><t>x</t></si></sst>"),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let others = usual.iter().filter(|(name, _)| !parts.iter().any(|(other, _)| other == name));
    for (name, text) in others.chain(parts) {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// How many parts ask for a look, and the texts that are searched.
fn seen(parts: &[(&str, &str)]) -> (u64, Vec<String>) {
    let mut left_out: LeftOut = beside_cells(&book(parts));
    let told: u64 = left_out
        .lines()
        .iter()
        .map(|&LeftOutLines { what, lines }| {
            assert_eq!(what, NoRecord::OtherPart);
            lines
        })
        .sum();
    (told, left_out.take_texts().into_iter().map(|text| String::from_utf8(text).unwrap()).collect())
}

#[test]
fn an_honest_workbook_has_no_part_that_asks_for_a_look() {
    assert_eq!(seen(&[]).0, 0);
    assert!(!seen(&[]).1.iter().any(|text| text.contains('@')), "a cell is no text beside the cells");
}

#[test]
fn every_other_part_asks_for_a_look() {
    for name in [
        "xl/pivotCache/pivotCacheRecords1.xml",
        "xl/externalLinks/externalLink1.xml",
        "xl/charts/chart1.xml",
        "xl/drawings/drawing1.xml",
        "xl/media/customers.csv",
        "xl/embeddings/raw.xlsx",
        "xl/comments1.xml",
        "xl/worksheets/sheet2.xml",
        "raw.csv",
    ] {
        let (told, texts) = seen(&[(name, "<a>jane@example.org</a>")]);
        assert_eq!(told, 1, "{name}");
        // Comments are searched with the columns of their cells.
        assert_eq!(texts.iter().any(|text| text.contains("jane@example.org")), !name.contains("comment"), "{name}");
    }
}

#[test]
fn what_known_parts_say_beside_the_cells_is_searched() {
    let sheet = |more: &str| SHEET.replace("</worksheet>", &format!("{more}</worksheet>"));
    for sheet in [
        sheet("<headerFooter><oddHeader>&amp;Cjane@example.org</oddHeader></headerFooter>"),
        sheet("<dataValidation><formula1>\"jane@example.org\"</formula1></dataValidation>"),
        sheet("<hyperlink ref=\"A1\" display=\"jane@example.org\"/>"),
        SHEET.replace("</is>", "<rPh><t>jane@example.org</t></rPh></is>"),
    ] {
        let (told, texts) = seen(&[("xl/worksheets/sheet1.xml", &sheet)]);
        assert!(told == 0 && texts.iter().any(|text| text.contains("jane@example.org")), "{sheet}");
    }
    for (name, text) in [
        ("docProps/core.xml", "<core><creator>jane@example.org</creator></core>"),
        ("xl/worksheets/_rels/sheet1.xml.rels", "<Relationship Target=\"mailto:jane@example.org\"/>"),
    ] {
        assert!(seen(&[(name, text)]).1.iter().any(|text| text.contains("jane@example.org")), "{name}");
    }
}

#[test]
fn formulas_with_texts_or_long_numbers_ask_for_a_look_once() {
    let cells = |formulas: &[&str]| {
        let cells: Vec<String> = formulas.iter().map(|formula| format!("<c><f>{formula}</f><v>0</v></c>")).collect();
        SHEET.replace("</row>", &format!("{}</row>", cells.concat()))
    };
    let of = |formulas: &[&str]| seen(&[("xl/worksheets/sheet1.xml", &cells(formulas))]);
    let (told, texts) = of(&["LOOKUP(\"jane&#64;example.org\")", "ROUND(41237.55,-5)"]);
    assert!(told == 1 && texts.iter().any(|text| text.contains("jane@example.org")), "{texts:?}");
    assert_eq!(of(&["ROUND(41237.55,-5)"]).0, 1);
    assert_eq!(of(&["A1000*12/100", "IF(A2=&quot;&quot;,B2,'Year 2024'!C2)", "SUM(A1:A1000)"]).0, 0);
    let name = "<workbook><sheets/><definedNames><definedName>VALUE</definedName></definedNames></workbook>";
    let named = |value: &str| seen(&[("xl/workbook.xml", &name.replace("VALUE", value))]).0;
    // Without a list of sheets the sheet and its texts are parts more.
    assert_eq!(named("\"Anna Schmidt\"") - named("S!$A$1000"), 1);
}

#[test]
fn number_formats_are_searched_and_ask_for_a_look_where_they_may_be_about_somebody() {
    let of = |codes: &[&str]| {
        let formats: Vec<String> = codes.iter().map(|code| format!("<numFmt formatCode=\"{code}\"/>")).collect();
        let styles = format!("<styleSheet><numFmts>{}</numFmts></styleSheet>", formats.concat());
        seen(&[("xl/styles.xml", &styles)])
    };
    let (told, texts) = of(&["0;0;0;&quot;jane@example.org&quot;"]);
    assert!(told == 1 && texts.contains(&"jane@example.org".to_owned()), "{texts:?}");
    for code in
        ["&quot;Anna Schmidt 0&quot;", "0;0;0;&quot;Schmidt, 1956-03-12&quot;", "\\A\\n\\n\\a\\ \\S\\m\\i\\t\\h"]
    {
        assert_eq!(of(&[code]).0, 1, "{code}");
    }
    let honest = [
        "General",
        "_-* #,##0.00\\ [$€-407]_-",
        "0.0&quot; kWh&quot;",
        "[$-409]d\\-mmm\\-yy;@",
        "#,##0 [$EUR];[Red]-0",
    ];
    assert_eq!(of(&honest).0, 0);
    let one_word_each: Vec<String> = (b'a'..b'n').map(|end| format!("&quot;Schmid{}&quot;", char::from(end))).collect();
    assert_eq!(of(&one_word_each.iter().map(String::as_str).collect::<Vec<_>>()).0, 1, "more words than units");
}

#[test]
fn a_text_that_no_cell_refers_to_asks_for_a_look() {
    let texts = "<sst><si><t>x</t></si><si><r><t>jane@</t></r><r><t>example.org</t></r></si></sst>";
    let (told, texts) = seen(&[("xl/sharedStrings.xml", texts)]);
    assert_eq!((told, texts.contains(&"jane@example.org".to_owned())), (1, true));
}

/// What a document with this content has: how many parts ask for a look, and the texts that are searched.
fn of_document(content: &str) -> (u64, Vec<String>) {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("content.xml", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(content.as_bytes()).unwrap();
    let mut left_out = beside_cells(&archive.finish().unwrap().into_inner());
    let texts = left_out.take_texts().into_iter().map(|text| String::from_utf8(text).unwrap()).collect();
    (left_out.lines().iter().map(|told| told.lines).sum(), texts)
}

#[test]
fn comments_and_recorded_changes_of_an_open_document_ask_for_a_look() {
    let cell = |inner: &str| {
        let text = "<text:p>x@y.example</text:p>";
        format!(
            "<c><table:tracked/><table:table-cell office:value-type=\"string\">{inner}{text}</table:table-cell></c>"
        )
    };
    let of = |content: &str| {
        let (told, texts) = of_document(content);
        (told, texts.contains(&"jane@example.org".to_owned()))
    };
    assert_eq!(of(&cell("")), (0, false));
    let comment = "<office:annotation><text:p>jane@<text:span>example.org</text:span></text:p></office:annotation>";
    assert_eq!(of(&cell(comment)), (1, true));
    let changes = "<table:tracked-changes><text:p>jane@example.org</text:p></table:tracked-changes>";
    assert_eq!(of(&format!("<d>{changes}{}</d>", cell(""))), (1, true));
}

#[test]
fn what_a_cell_of_an_open_document_shows_beside_its_value_is_searched_and_asks_for_a_look() {
    let cell = |attributes: &str, text: &str| {
        of_document(&format!("<table:table-cell {attributes}>{text}</table:table-cell>"))
    };
    let number = "office:value-type=\"float\" office:value=\"40000\"";
    let text = "office:value-type=\"string\" office:string-value=\"mid\"";
    let address = "<text:p>jane@example.org</text:p>";
    for attributes in
        [number, text, "office:value-type=\"float\"", "office:value-type=\"string\" office:string-value=\"\""]
    {
        let (told, texts) = cell(attributes, address);
        assert_eq!((told, texts.contains(&"jane@example.org".to_owned())), (1, true), "{attributes}");
    }
    assert_eq!(cell(number, "<text:p>41237.55</text:p>").0, 1);
    assert_eq!(cell(number, "<text:p>40000</text:p><text:p>Anna Schmidt 0, Hull</text:p>").0, 1);
    assert_eq!(cell(&format!("{number} office:date-value=\"1956-03-12\""), "").0, 1, "a value is not read");
    for (attributes, text) in [
        (number, "<text:p>40,000.00 €</text:p>"),
        (text, "<text:p>mid</text:p>"),
        ("office:value-type=\"string\"", address),
        ("office:value-type=\"date\" office:date-value=\"1956-03-12\"", "<text:p>12. März 1956</text:p>"),
        (
            "office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"",
            "<text:p>Err:502</text:p>",
        ),
        ("", ""),
    ] {
        assert_eq!(cell(attributes, text), (0, Vec::new()), "{attributes}");
    }
}

#[test]
fn formulas_and_number_formats_of_an_open_document_are_read_as_those_of_other_workbooks() {
    let cell = |formula: &str| {
        let attributes = format!("table:formula=\"{formula}\" office:value-type=\"float\" office:value=\"0\"");
        of_document(&format!("<table:table-cell {attributes}><text:p>0</text:p></table:table-cell>")).0
    };
    assert_eq!(cell("of:=ROUND(41237.55;-4)"), 1);
    assert_eq!(cell("of:=ROUND([.A1000]/1000;-4)"), 0);
    let style = |text: &str| {
        of_document(&format!("<number:number-style><number:text>{text}</number:text></number:number-style>")).0
    };
    assert_eq!((style("Anna Schmidt"), style(" kWh")), (1, 0));
}

//! Peak memory against `--memory`: files that unpack to far more than they are, and files of ordinary shapes.
//!
//! The table of `docs/performance.md` is printed by
//! `cargo test --release --test memory -- --ignored --nocapture`; `REIDRISK_SHAPE_MIB` says how much an ordinary file
//! holds (default 256), `REIDRISK_BOMB_MIB` what the others unpack to (default 1024).
//!
//! A program of its own, for a scan keeps to its limit as long as the watch on its memory comes in time.

#[allow(dead_code, reason = "each program uses a part of it")]
mod support;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use polars_arrow::array::ListArray;
use polars_arrow::io::ipc::write::Compression;
use polars_arrow::offset::OffsetsBuffer;
use polars_utils::compression::ZstdLevel;

use support::frames::{Frame, Values, numbers, whole_texts};
use support::{Bench, Ended, repository_file};

const MIB: u64 = 1 << 20;

/// A file that is made in a folder, and its name there.
struct Made {
    title: &'static str,
    name: &'static str,
    make: fn(&Path, u64),
}

/// Files of some kilobytes, or a few megabytes, that unpack to the bytes asked for.
const BOMBS: [Made; 13] = [
    Made { title: "Arrow file, one long text", name: "text.arrow", make: |path, size| arrow(path, &long_text(size)) },
    Made {
        title: "Arrow stream, zeros",
        name: "zeros.arrows",
        make: |path, size| arrow_stream(path, &zeros(size / 8)),
    },
    Made { title: "Arrow file, one long list", name: "list.arrow", make: |path, size| arrow(path, &long_list(size)) },
    Made { title: "Parquet, one long text", name: "text.parquet", make: |path, size| parquet(path, &long_text(size)) },
    Made { title: "Parquet, one long list", name: "list.parquet", make: |path, size| parquet(path, &long_list(size)) },
    Made {
        title: "Parquet, one text in every record",
        name: "same.parquet",
        make: |path, size| parquet(path, &repeated(size)),
    },
    Made {
        title: "Parquet, lists of one text",
        name: "texts.parquet",
        make: |path, size| parquet(path, &lists_of_one_text(size)),
    },
    Made { title: "CSV in gzip, one line", name: "line.csv.gz", make: gzip_line },
    Made { title: "CSV in ZIP, one line", name: "line.zip", make: zip_line },
    Made { title: "NDJSON in zstd, one line", name: "line.ndjson.zst", make: zstd_line },
    Made { title: "xlsx, one shared text", name: "text.xlsx", make: xlsx_text },
    Made { title: "ods, repeated rows", name: "rows.ods", make: |path, _| ods_rows(path) },
    Made { title: "xls, a cell far away", name: "far.xls", make: |path, _| xls_far(path) },
];

/// Files such as people have, with about the bytes asked for once unpacked.
const SHAPES: [Made; 10] = [
    Made { title: "CSV, few values", name: "few.csv", make: |path, size| text(create(path), size, 50) },
    Made { title: "CSV, every value its own", name: "own.csv", make: |path, size| text(create(path), size, u64::MAX) },
    Made { title: "CSV, 1,000 columns", name: "wide.csv", make: wide },
    Made { title: "CSV in gzip", name: "few.csv.gz", make: gzip_text },
    Made { title: "CSV in zstd", name: "own.csv.zst", make: zstd_text },
    Made { title: "NDJSON", name: "few.ndjson", make: ndjson },
    Made {
        title: "Parquet, every value its own",
        name: "own.parquet",
        make: |path, size| parquet(path, &records(size)),
    },
    Made { title: "Arrow file, one batch", name: "own.arrow", make: |path, size| arrow(path, &records(size)) },
    Made { title: "Arrow stream", name: "own.arrows", make: |path, size| arrow_stream(path, &records(size)) },
    Made { title: "xlsx", name: "few.xlsx", make: xlsx_rows },
];

fn create(path: &Path) -> BufWriter<File> {
    BufWriter::new(File::create(path).expect("a file"))
}

/// A card, and one text of so many bytes beside it.
fn long_text(bytes: u64) -> Frame {
    let long = "a".repeat(usize::try_from(bytes).expect("a length"));
    Frame::new([("card", whole_texts(["c1"])), ("memo", whole_texts([long]))])
}

/// One list that holds all values.
fn one_list(values: Values) -> Values {
    let ends = vec![0, i64::try_from(values.len()).expect("a length")];
    let offsets = OffsetsBuffer::try_from(ends).expect("ascending ends");
    let data_type = ListArray::<i64>::default_datatype(values.dtype().clone());
    ListArray::<i64>::new(data_type, offsets, values, None).boxed()
}

fn long_list(bytes: u64) -> Frame {
    let long = numbers(vec![Some(0_i64); usize::try_from(bytes / 8).expect("a length")]);
    Frame::new([("card", whole_texts(["c1"])), ("memo", one_list(long))])
}

/// So many bytes of one text of a mebibyte, as a dictionary of one value writes it.
fn repeated_text(bytes: u64) -> Values {
    let rows = usize::try_from(bytes / MIB).expect("a length");
    whole_texts(vec!["a".repeat(1 << 20).as_str(); rows])
}

/// That text in every record.
fn repeated(bytes: u64) -> Frame {
    let cards = whole_texts((0..bytes / MIB).map(|row| format!("c{row}")));
    Frame::new([("card", cards), ("memo", repeated_text(bytes))])
}

/// The same texts in a list, as the values of a map are stored.
fn lists_of_one_text(bytes: u64) -> Frame {
    Frame::new([("card", whole_texts(["c1"])), ("memo", one_list(repeated_text(bytes)))])
}

fn zeros(rows: u64) -> Frame {
    Frame::new([("card", numbers(vec![Some(0_i64); usize::try_from(rows).expect("a length")]))])
}

/// Records of about 64 bytes, each value its own.
fn records(bytes: u64) -> Frame {
    let rows = bytes / 64;
    let texts = |prefix: &str| whole_texts((0..rows).map(|row| format!("{prefix}{row:020}")));
    let amounts = numbers((0..rows).map(|row| i64::try_from(row).ok()));
    Frame::new([("card", texts("c")), ("memo", texts("memo ")), ("amount", amounts)])
}

/// The compression of most programs.
fn compression() -> Compression {
    Compression::ZSTD(ZstdLevel::default())
}

fn arrow(path: &Path, frame: &Frame) {
    frame.arrow(path, Some(compression()));
}

fn arrow_stream(path: &Path, frame: &Frame) {
    frame.arrow_stream(path, Some(compression()));
}

fn parquet(path: &Path, frame: &Frame) {
    frame.parquet(path);
}

/// Copies so many bytes of one value.
fn fill(mut writer: impl io::Write, bytes: u64) {
    io::copy(&mut io::repeat(b'a').take(bytes), &mut writer).expect("a file takes bytes");
}

fn gzip_line(path: &Path, bytes: u64) {
    let mut writer = flate2::write::GzEncoder::new(create(path), flate2::Compression::fast());
    writer.write_all(b"card,memo\nc1,").expect("a file takes bytes");
    fill(&mut writer, bytes);
    writer.finish().expect("a file takes bytes").flush().expect("a file takes bytes");
}

fn zip_line(path: &Path, bytes: u64) {
    let mut archive = zip::ZipWriter::new(File::create(path).expect("a file"));
    archive.start_file("line.csv", zip::write::SimpleFileOptions::default().large_file(true)).expect("a part");
    archive.write_all(b"card,memo\nc1,").expect("a file takes bytes");
    fill(&mut archive, bytes);
    archive.finish().expect("a file takes bytes");
}

fn zstd_line(path: &Path, bytes: u64) {
    let mut writer = zstd::Encoder::new(create(path), 1).expect("zstd");
    writer.write_all(b"{\"card\": \"c1\"}\n{\"card\": \"").expect("a file takes bytes");
    fill(&mut writer, bytes);
    writer.write_all(b"\"}\n").expect("a file takes bytes");
    writer.finish().expect("a file takes bytes").flush().expect("a file takes bytes");
}

/// Records with four columns until there are so many bytes; `distinct` is the number of values of a column.
fn text(mut writer: impl io::Write, bytes: u64, distinct: u64) {
    writeln!(writer, "card,day,amount,memo").expect("a file takes bytes");
    let (mut written, mut row) = (0, 0_u64);
    while written < bytes {
        let value = row % distinct;
        let line = format!("c{value:08},2026-01-{:02},{}.50,memo {value:012}\n", row % 28 + 1, value % 1_000);
        writer.write_all(line.as_bytes()).expect("a file takes bytes");
        written += line.len() as u64;
        row += 1;
    }
    writer.flush().expect("a file takes bytes");
}

fn gzip_text(path: &Path, bytes: u64) {
    text(flate2::write::GzEncoder::new(create(path), flate2::Compression::fast()), bytes, 50);
}

fn zstd_text(path: &Path, bytes: u64) {
    text(zstd::Encoder::new(create(path), 1).expect("zstd").auto_finish(), bytes, u64::MAX);
}

fn wide(path: &Path, bytes: u64) {
    let mut writer = create(path);
    let names: Vec<String> = (0..1_000).map(|column| format!("column{column}")).collect();
    writeln!(writer, "{}", names.join(",")).expect("a file takes bytes");
    for row in 0..bytes / 4_000 {
        let mut line = String::new();
        (0..1_000_u64).for_each(|column| write!(line, "{},", (row + column) % 700 + 100).expect("memory takes text"));
        writeln!(writer, "{}", line.trim_end_matches(',')).expect("a file takes bytes");
    }
}

fn ndjson(path: &Path, bytes: u64) {
    let mut writer = create(path);
    for row in 0..bytes / 64 {
        let value = row % 50;
        writeln!(
            writer,
            "{{\"card\": \"c{value:08}\", \"day\": \"2026-01-{:02}\", \"memo\": \"m{value:09}\"}}",
            row % 28 + 1
        )
        .expect("a file takes bytes");
    }
}

/// A workbook of one sheet: what stands in its rows, and its shared texts.
fn workbook(path: &Path, rows: impl FnOnce(&mut dyn io::Write), texts: impl FnOnce(&mut dyn io::Write)) {
    const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
    const ROOT: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="data" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const PARTS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
    const NAMESPACE: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let mut archive = zip::ZipWriter::new(File::create(path).expect("a file"));
    let options = zip::write::SimpleFileOptions::default();
    let plain = [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", PARTS),
    ];
    for (name, content) in plain {
        archive.start_file(name, options).expect("a part");
        archive.write_all(content.as_bytes()).expect("a file takes bytes");
    }
    archive.start_file("xl/worksheets/sheet1.xml", options.large_file(true)).expect("a part");
    write!(archive, "<worksheet xmlns=\"{NAMESPACE}\"><sheetData>").expect("a file takes bytes");
    rows(&mut archive);
    write!(archive, "</sheetData></worksheet>").expect("a file takes bytes");
    archive.start_file("xl/sharedStrings.xml", options.large_file(true)).expect("a part");
    write!(archive, "<sst xmlns=\"{NAMESPACE}\">").expect("a file takes bytes");
    texts(&mut archive);
    write!(archive, "</sst>").expect("a file takes bytes");
    archive.finish().expect("a file takes bytes");
}

fn xlsx_text(path: &Path, bytes: u64) {
    let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>"#;
    workbook(
        path,
        |writer| writer.write_all(rows.as_bytes()).expect("a file takes bytes"),
        |writer| {
            write!(writer, "<si><t>card</t></si><si><t>").expect("a file takes bytes");
            fill(&mut *writer, bytes);
            write!(writer, "</t></si>").expect("a file takes bytes");
        },
    );
}

fn xlsx_rows(path: &Path, bytes: u64) {
    let cell = |column: char, row: u64, value: u64| format!("<c r=\"{column}{row}\"><v>{value}</v></c>");
    workbook(
        path,
        |writer| {
            let names = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>";
            writer.write_all(names.as_bytes()).expect("a file takes bytes");
            for row in 2..(bytes / 80).min(1_000_000) {
                let line = format!("<row r=\"{row}\">{}{}</row>", cell('A', row, row), cell('B', row, row % 50));
                writer.write_all(line.as_bytes()).expect("a file takes bytes");
            }
        },
        |writer| write!(writer, "<si><t>card</t></si><si><t>shop</t></si>").expect("a file takes bytes"),
    );
}

/// One row of ninety cells, repeated a million times.
fn ods_rows(path: &Path) {
    let spaces = ["office", "table", "text"]
        .map(|name| format!("xmlns:{name}=\"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0\""))
        .join(" ");
    let mut names = String::new();
    for column in 0..90 {
        write!(names, "<table:table-cell office:value-type=\"string\"><text:p>n{column}</text:p></table:table-cell>")
            .expect("memory takes text");
    }
    let cell =
        "<table:table-cell table:number-columns-repeated=\"90\" office:value-type=\"float\" office:value=\"1\"/>";
    let rows = format!(
        "<table:table-row>{names}</table:table-row>\
         <table:table-row table:number-rows-repeated=\"1000000\">{cell}</table:table-row>"
    );
    let content = format!(
        "<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name=\"data\">{rows}\
         </table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let mut archive = zip::ZipWriter::new(File::create(path).expect("a file"));
    let options = zip::write::SimpleFileOptions::default();
    let stored = options.compression_method(zip::CompressionMethod::Stored);
    archive.start_file("mimetype", stored).expect("a part");
    archive.write_all(b"application/vnd.oasis.opendocument.spreadsheet").expect("a file takes bytes");
    archive.start_file("META-INF/manifest.xml", options).expect("a part");
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>";
    archive.write_all(manifest.as_bytes()).expect("a file takes bytes");
    archive.start_file("content.xml", options).expect("a part");
    archive.write_all(content.as_bytes()).expect("a file takes bytes");
    archive.finish().expect("a file takes bytes");
}

/// The seed of `tests/program/mutated.rs` with its last text moved to the last row and column that a record can name.
fn xls_far(path: &Path) {
    let mut bytes = std::fs::read(repository_file("tests/data/mutated/book.xls")).expect("the seed");
    // A record of a text: its kind, its length of ten bytes, its row and its column.
    let at = bytes.windows(4).rposition(|window| window == [0xfd, 0, 10, 0]).expect("a record of a text");
    bytes[at + 4..at + 8].fill(0xff);
    std::fs::write(path, bytes).expect("a file");
}

/// A scan of a file under a limit.
fn scanned(path: &Path, limit: u64) -> Ended {
    let bench = Bench::new();
    let limit = format!("{limit}MiB");
    bench.scan([
        path.to_str().expect("a path is text"),
        "--memory",
        &limit,
        "--threads",
        "2",
        "--measures",
        "identifiers",
        // Of a thousand columns no pairs.
        "--max-set",
        "1",
    ])
}

/// Makes a file in `folder`.
fn made(made: &Made, folder: &Path, bytes: u64) -> PathBuf {
    let path = folder.join(made.name);
    (made.make)(&path, bytes);
    path
}

/// What is wrong with how a scan under a limit of so many MiB ended. Below 128 MiB only the end is looked at.
fn wrong(ended: &Ended, limit: u64) -> Option<String> {
    let most = limit * MIB * 115 / 100;
    let is_over = limit >= 128 && ended.peak_memory_bytes.is_some_and(|peak| peak > most);
    let has_ended = matches!(ended.code, Some(0 | 1 | 3 | 4));
    (is_over || !has_ended).then(|| format!("{:?} bytes of {most}: {ended}", ended.peak_memory_bytes))
}

#[test]
fn bombs_of_the_columnar_formats_end_within_the_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    for bomb in &BOMBS[..7] {
        let path = made(bomb, folder.path(), 256 * MIB);
        let ended = scanned(&path, 192);
        assert_eq!(wrong(&ended, 192), None, "{}", bomb.title);
    }
}

#[test]
#[ignore = "prints the table of docs/performance.md; minutes, and gigabytes of memory for making the files"]
fn table_of_peak_memory() {
    #[expect(clippy::disallowed_methods, reason = "a test is told how much to do")]
    let said = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let shape = said("REIDRISK_SHAPE_MIB").unwrap_or(256) * MIB;
    let bomb = said("REIDRISK_BOMB_MIB").unwrap_or(1024) * MIB;
    let folder = tempfile::tempdir().expect("a folder");
    println!("| File | Stored | Unpacked | `--memory 64MiB` | `256MiB` | `1GiB` |\n|---|---|---|---|---|---|");
    let mut bad = Vec::new();
    let of_size = |list: &'static [Made], size: u64| list.iter().map(move |made| (made, size));
    for (file, size) in of_size(&BOMBS, bomb).chain(of_size(&SHAPES, shape)) {
        let path = made(file, folder.path(), size);
        let stored = path.metadata().expect("a file").len();
        let mut line = format!("| {} | {} KiB | {} MiB |", file.title, stored.div_ceil(1024), size / MIB);
        for limit in [64, 256, 1024] {
            let ended = scanned(&path, limit);
            let peak = ended.peak_memory_bytes.map_or_else(|| "?".to_owned(), |bytes| (bytes / MIB).to_string());
            let code = ended.code.map_or_else(|| "signal".to_owned(), |code| code.to_string());
            write!(line, " {peak} MiB, exit {code} |").expect("memory takes text");
            bad.extend(wrong(&ended, limit).map(|words| format!("{} at {limit} MiB: {words}", file.title)));
        }
        println!("{line}");
        std::fs::remove_file(&path).expect("the file is there");
    }
    assert!(bad.is_empty(), "{}", bad.join("\n\n"));
}

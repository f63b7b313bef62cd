//! What leaves with a workbook and is no cell.
//!
//! # Rule
//! Every part of a workbook is known, or it was not read and asks for a look. Known are the parts without which no program
//! writes a workbook: types, relations, styles, themes, the order of calculation, properties, settings, the texts of cells,
//! and the sheets that the workbook names. What they say beside the cells is searched: formulas, headers and footers of
//! pages, lists of admitted values, names, links, phonetic spellings, properties. Comments, cached copies of data, charts,
//! drawings, pictures, other files, sheets that the workbook does not name, texts that no cell refers to and recorded changes
//! are searched as far as they are text, and ask for a look, since nobody measures the people in them. So does what is written out
//! in formulas and number formats (`literals`), and what a cell of an open document shows beside its value (`displayed`), each once
//! for a workbook.
//!
//! Of the old binary format (`xls`) only the cells and their formulas are read; of `xlsb` the parts are told apart, and not searched.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use quick_xml::events::{BytesStart, Event};

use super::displayed::Stored;
use super::left_out::LeftOut;
use super::literals::{holds_literal, may_name, texts_of_format};
use super::{archive, beside};
use crate::result::NoRecord;

/// What lies in a workbook beside its cells. A damaged part must not end the program; its cells have been read by then, and it
/// asks for a look.
pub(super) fn beside_cells(workbook: &[u8]) -> LeftOut {
    let unread = || {
        let mut left_out = LeftOut::default();
        left_out.add(NoRecord::OtherPart, 1);
        left_out
    };
    if !workbook.starts_with(b"PK") {
        return LeftOut::default();
    }
    catch_unwind(AssertUnwindSafe(|| Parts::open(workbook).map(Parts::left_out))).ok().flatten().unwrap_or_else(unread)
}

/// Larger parts that are no sheets are not searched.
const LARGEST: u64 = 64 << 20;

/// A picture of the first page that an office program writes into every document it saves is no larger.
const LARGEST_PICTURE: u64 = 32 << 10;

type Archive<'bytes> = zip::ZipArchive<Cursor<&'bytes [u8]>>;

struct Parts<'bytes> {
    archive: Archive<'bytes>,
    /// Place and length of each part by its name, in lower case.
    names: BTreeMap<String, (usize, u64)>,
    left_out: LeftOut,
    /// The texts that cells refer to, by their number.
    used: BTreeSet<u64>,
    /// Whether the cell at hand refers to one.
    is_shared: bool,
    /// What is read of the cell at hand of an open document.
    stored: Stored,
    /// What asks for a look wherever it stands.
    aside: BTreeSet<Aside>,
    /// Texts of number formats.
    format_texts: BTreeSet<String>,
}

/// What asks for a look once for a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Aside {
    /// Texts or long numbers in formulas.
    Formula,
    /// Texts in number formats that may be about somebody.
    Format,
    /// Texts of cells that say more than their values.
    Display,
}

/// So many units and currencies stand in the number formats of a workbook; more are texts of cells.
const MOST_UNITS: usize = 12;

/// What becomes of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Part of every workbook: searched.
    Usual,
    /// A sheet, of whose cells the texts have been read.
    Sheet,
    /// The texts of cells.
    Texts,
    /// The cells of an open document.
    Content,
    /// Searched, if it is text, and told.
    Other,
}

/// The kind of a part, whose name is in lower case; `listed` are the sheets that the workbook names.
fn kind_of(name: &str, bytes: u64, listed: &BTreeSet<String>) -> Kind {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_part = matches!(ending, "xml" | "bin");
    let usual = [
        "[content_types]",
        "xl/workbook",
        "xl/styles",
        "xl/calcchain",
        "xl/metadata",
        "docprops/app",
        "docprops/core",
        "docprops/custom",
        "docmetadata/labelinfo",
        "meta-inf/manifest",
        "styles",
        "settings",
        "meta",
    ];
    let folders = ["xl/theme/", "xl/tables/", "xl/persons/", "xl/printersettings/"];
    let is_setting = matches!(ending, "rels" | "rdf") || name == "mimetype" || name.ends_with('/');
    let is_picture = name == "thumbnails/thumbnail.png" && bytes <= LARGEST_PICTURE;
    match stem {
        _ if is_setting || is_picture => Kind::Usual,
        "xl/sharedstrings" if is_part => Kind::Texts,
        "content" if ending == "xml" => Kind::Content,
        _ if listed.contains(name) => Kind::Sheet,
        _ if is_part && (usual.contains(&stem) || folders.iter().any(|folder| stem.starts_with(folder))) => Kind::Usual,
        _ => Kind::Other,
    }
}

impl<'bytes> Parts<'bytes> {
    fn open(workbook: &'bytes [u8]) -> Option<Self> {
        let left_out = archive::around(Cursor::new(workbook)).ok()?;
        let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).ok()?;
        let mut names = BTreeMap::new();
        for place in 0..archive.len() {
            let part = archive.by_index_raw(place).ok()?;
            let name = String::from_utf8_lossy(part.name_raw()).replace('\\', "/").to_ascii_lowercase();
            names.insert(name.trim_start_matches('/').to_owned(), (place, part.size()));
        }
        Some(Self {
            archive,
            names,
            left_out,
            used: BTreeSet::new(),
            is_shared: false,
            stored: Stored::default(),
            aside: BTreeSet::new(),
            format_texts: BTreeSet::new(),
        })
    }

    fn left_out(mut self) -> LeftOut {
        let listed = self.listed();
        let parts: Vec<(String, (usize, u64))> = self.names.iter().map(|(name, &part)| (name.clone(), part)).collect();
        let mut texts = Vec::new();
        for (name, (place, bytes)) in parts {
            match kind_of(&name, bytes, &listed) {
                // Sheets say which of the texts they use, so these come last.
                Kind::Texts => texts.push((name, place)),
                Kind::Other => {
                    self.left_out.add(NoRecord::OtherPart, 1);
                    // Comments on cells are searched with their columns.
                    if !beside::is_comments(&name) {
                        self.search(&name, place, bytes);
                    }
                }
                Kind::Usual => self.search(&name, place, bytes),
                Kind::Sheet if is_binary(&name) => {}
                Kind::Sheet => self.walk(place, Self::take_of_sheet),
                Kind::Content => self.walk(place, Self::take_of_content),
            }
        }
        for (name, place) in texts {
            self.take_texts(&name, place);
        }
        if self.format_texts.len() > MOST_UNITS {
            self.aside.insert(Aside::Format);
        }
        self.left_out.add(NoRecord::OtherPart, self.aside.len() as u64);
        self.left_out
    }

    /// The sheets that the workbook names, as parts: of a part that it does not name nobody sees a cell.
    fn listed(&mut self) -> BTreeSet<String> {
        let attributes = |parts: &mut Self, name: &str, tag: &'static str, wanted: [&'static str; 2]| {
            let Some(&(place, _)) = parts.names.get(name) else { return Vec::new() };
            let mut found = Vec::new();
            parts.each(place, &mut |_, event| {
                if let Seen::Tag(element) = event
                    && element.local_name().as_ref() == tag
                {
                    let value = |wanted: &str| attribute(element, wanted).unwrap_or_default();
                    found.push((value(wanted[0]), value(wanted[1])));
                }
            });
            found
        };
        let sheets = attributes(self, "xl/workbook.xml", "sheet", ["id", "name"]);
        let is_binary = self.names.contains_key("xl/workbook.bin");
        let relations = if is_binary { "xl/_rels/workbook.bin.rels" } else { "xl/_rels/workbook.xml.rels" };
        let relations = attributes(self, relations, "Relationship", ["Id", "Target"]);
        let is_named = |id: &str| is_binary || sheets.iter().any(|(known, _)| known == id);
        let named = relations.iter().filter(|(id, _)| is_named(id));
        let path = |target: &String| match target.strip_prefix('/') {
            Some(whole) => whole.to_ascii_lowercase(),
            None => format!("xl/{}", target.to_ascii_lowercase()),
        };
        named.map(|(_, target)| path(target)).filter(|path| path.contains("sheets/")).collect()
    }

    /// Searches a part: its texts, or what can be read among its bytes.
    fn search(&mut self, name: &str, place: usize, bytes: u64) {
        let is_text = [".xml", ".rels", ".vml", ".rdf"].iter().any(|ending| name.ends_with(ending));
        if bytes > LARGEST {
            return;
        }
        if is_text {
            return self.walk(place, |parts, path, seen| match seen {
                Seen::Text(text) => {
                    parts.take_format_of_document(path, text);
                    if path.last().is_some_and(|name| name == "definedName") {
                        parts.take_formula(text);
                    }
                    parts.left_out.keep(text.as_bytes());
                }
                Seen::Tag(tag) => parts.keep_attributes(tag),
            });
        }
        let mut content = Vec::new();
        let read = self.archive.by_index(place).ok().map(|part| part.take(LARGEST).read_to_end(&mut content));
        if matches!(read, Some(Ok(_))) {
            self.left_out.keep_visible(&content);
        }
    }

    /// Takes what a sheet says beside its cells, and which texts its cells refer to.
    fn take_of_sheet(&mut self, path: &[String], seen: &Seen<'_, '_>) {
        let last = path.last().map_or("", String::as_str);
        let is_phonetic = path.iter().any(|name| name == "rPh");
        match seen {
            Seen::Text(text) if last == "v" => {
                self.used.extend(text.trim().parse::<u64>().ok().filter(|_| self.is_shared));
            }
            Seen::Text(_) if path.iter().any(|name| name == "is") && !is_phonetic => {}
            Seen::Text(text) => {
                if last == "f" {
                    self.take_formula(text);
                }
                self.left_out.keep(text.as_bytes());
            }
            Seen::Tag(tag) if tag.local_name().as_ref() == "c" => {
                self.is_shared = attribute(tag, "t").is_some_and(|kind| kind == "s");
            }
            Seen::Tag(tag) => self.keep_attributes(tag),
        }
    }

    /// Takes what an open document says beside its cells. Comments and recorded changes are told as well.
    fn take_of_content(&mut self, path: &[String], seen: &Seen<'_, '_>) {
        let inline = ["p", "span", "a", "s", "h"];
        let cell = path.iter().rposition(|name| name == "table-cell" || name == "covered-table-cell");
        let is_cell = cell.is_some_and(|cell| path[cell + 1..].iter().all(|name| inline.contains(&name.as_str())));
        match seen {
            Seen::Text(text) if is_cell => {
                if !self.stored.is_shown_by(text) {
                    self.aside.insert(Aside::Display);
                    self.left_out.keep(text.as_bytes());
                }
            }
            Seen::Text(text) => {
                self.take_format_of_document(path, text);
                self.left_out.keep(text.as_bytes());
            }
            Seen::Tag(tag) => {
                let name = tag.local_name();
                if matches!(name.as_ref(), "table-cell" | "covered-table-cell") {
                    self.stored = Stored::of(tag);
                    if self.stored == Stored::Several {
                        self.aside.insert(Aside::Display);
                    }
                    if let Some(formula) = attribute(tag, "formula") {
                        self.take_formula(&formula);
                    }
                }
                if matches!(name.as_ref(), "annotation" | "tracked-changes" | "frame" | "custom-shape") {
                    self.left_out.add(NoRecord::OtherPart, 1);
                }
                self.keep_attributes(tag);
            }
        }
    }

    /// Takes the texts that no cell refers to, and how texts are spoken.
    fn take_texts(&mut self, name: &str, place: usize) {
        if is_binary(name) {
            return;
        }
        let (mut number, mut unused) = (None::<u64>, BTreeSet::new());
        let (used, mut left_out) = (std::mem::take(&mut self.used), std::mem::take(&mut self.left_out));
        self.each(place, &mut |path, seen| match seen {
            Seen::Tag(tag) if tag.local_name().as_ref() == "si" => number = Some(number.map_or(0, |number| number + 1)),
            Seen::Tag(_) => {}
            Seen::Text(text) => {
                let is_unused = number.is_none_or(|number| !used.contains(&number));
                if is_unused {
                    unused.extend(number);
                }
                if is_unused || path.iter().any(|name| name == "rPh") {
                    left_out.keep(text.as_bytes());
                }
            }
        });
        left_out.add(NoRecord::OtherPart, u64::from(!unused.is_empty()));
        self.left_out = left_out;
    }

    fn take_formula(&mut self, formula: &str) {
        if holds_literal(formula) {
            self.aside.insert(Aside::Formula);
        }
    }

    /// Takes a text that a number format shows.
    fn take_format(&mut self, text: &str) {
        if may_name(text) {
            self.aside.insert(Aside::Format);
        }
        if self.format_texts.len() <= MOST_UNITS && text.chars().any(char::is_alphabetic) {
            self.format_texts.insert(text.trim().to_owned());
        }
        self.left_out.keep(text.as_bytes());
    }

    /// The same of an open document: `number:text` within a style.
    fn take_format_of_document(&mut self, path: &[String], text: &str) {
        if let [.., style, last] = path
            && last == "text"
            && style.ends_with("-style")
        {
            self.take_format(text);
        }
    }

    /// Keeps the attributes that hold what people write.
    fn keep_attributes(&mut self, tag: &BytesStart<'_>) {
        if let Some(code) = attribute(tag, "formatCode") {
            for text in texts_of_format(&code) {
                self.take_format(&text);
            }
        }
        for name in ATTRIBUTES {
            if let Some(value) = attribute(tag, name) {
                self.left_out.keep(value.as_bytes());
            }
        }
    }

    /// [`Parts::each`], with everything at hand.
    fn walk(&mut self, place: usize, mut take: impl FnMut(&mut Self, &[String], &Seen<'_, '_>)) {
        let mut archive = self.archive.clone();
        let is_whole = archive
            .by_index(place)
            .is_ok_and(|part| each(BufReader::new(part), &mut |path, seen| take(self, path, seen)).is_some());
        if !is_whole {
            self.left_out.add(NoRecord::OtherPart, 1);
        }
    }

    fn each(&mut self, place: usize, take: &mut dyn FnMut(&[String], &Seen<'_, '_>)) {
        let is_whole = self.archive.by_index(place).is_ok_and(|part| each(BufReader::new(part), take).is_some());
        if !is_whole {
            self.left_out.add(NoRecord::OtherPart, 1);
        }
    }
}

/// Attributes that hold what people write, or copies of cells.
const ATTRIBUTES: [&str; 14] = [
    "display",
    "tooltip",
    "location",
    "prompt",
    "promptTitle",
    "error",
    "errorTitle",
    "Target",
    "descr",
    "title",
    "v",
    "formula",
    "condition",
    "href",
];

/// Whether a part is of a binary workbook, whose records are not read here.
fn is_binary(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("bin"))
}

/// The value of an attribute, whatever its name space.
fn attribute(tag: &BytesStart<'_>, wanted: &str) -> Option<String> {
    let mut attributes = tag.attributes().flatten();
    let found = attributes.find(|attribute| {
        let name: &str = attribute.key.as_ref();
        name.rsplit(':').next() == Some(wanted)
    })?;
    let mut value = String::new();
    beside::decode(&found.value, &mut value);
    Some(value)
}

/// Something in a part.
enum Seen<'event, 'text> {
    /// A tag that begins or is empty.
    Tag(&'event BytesStart<'text>),
    /// A text.
    Text(&'event str),
}

/// Parts of one text.
const INLINE: [&str; 8] = ["t", "r", "span", "a", "s", "rPr", "tab", "line-break"];

/// Takes the tags and texts of a part, each with the names of the elements around it, the innermost last. A text goes on
/// through changes of its style. `None` where the part cannot be read to its end.
fn each(reader: impl BufRead, take: &mut dyn FnMut(&[String], &Seen<'_, '_>)) -> Option<()> {
    let mut reader = quick_xml::Reader::from_reader(reader);
    reader.config_mut().check_end_names = false;
    let (mut path, mut text, mut buffer) = (Vec::<String>::new(), String::new(), Vec::new());
    let flush = |path: &[String], text: &mut String, take: &mut dyn FnMut(&[String], &Seen<'_, '_>)| {
        if !text.trim().is_empty() {
            take(path, &Seen::Text(text));
        }
        text.clear();
    };
    loop {
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Eof => {
                flush(&path, &mut text, take);
                return Some(());
            }
            Event::Start(tag) => {
                let name = tag.local_name().as_ref().to_owned();
                if !INLINE.contains(&name.as_str()) {
                    flush(&path, &mut text, take);
                }
                take(&path, &Seen::Tag(&tag));
                path.push(name);
            }
            Event::Empty(tag) => take(&path, &Seen::Tag(&tag)),
            Event::End(_) => {
                if path.last().is_none_or(|name| !INLINE.contains(&name.as_str())) {
                    flush(&path, &mut text, take);
                }
                path.pop();
            }
            Event::Text(part) => text.push_str(&part),
            Event::CData(part) => text.push_str(&part),
            Event::GeneralRef(name) => beside::decode(&format!("&{};", &*name), &mut text),
            Event::Comment(part) => take(&path, &Seen::Text(&part)),
            _ => {}
        }
        buffer.clear();
    }
}

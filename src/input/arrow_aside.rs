//! What leaves with an Arrow file and is no message of its records.

use polars_arrow::datatypes::{ArrowDataType, Field};

use super::arrow::{CONTINUATION, MAGIC, Opening, without_prefix};
use super::arrow_check::check_schema_message;
use super::left_out::{LeftOut, SHORTEST_TEXT};
use crate::result::NoRecord;

/// Takes bytes that belong to no message of the records. What a file begins with is the schema, which is searched; zeros and
/// marks of an end say nothing; anything else was not read, though its texts are searched. What the opening says has been searched.
pub(super) fn take_aside(bytes: &[u8], opening: &Opening, left_out: &mut LeftOut) {
    let mut rest = bytes;
    if let Some(behind) = bytes.strip_prefix(MAGIC) {
        rest = behind.get(2..).unwrap_or_default();
        let message = without_prefix(rest).and_then(|metadata| Ok((metadata, check_schema_message(metadata)?)));
        if let Ok((metadata, texts)) = message {
            let new = texts.into_iter().filter(|text| !opening.texts.iter().any(|known| known == text));
            new.for_each(|text| left_out.keep(text.as_bytes()));
            let prefix = if rest.starts_with(&CONTINUATION) { 8 } else { 4 };
            rest = rest.get(prefix + metadata.len()..).unwrap_or_default();
        } else if is_bare_schema(rest, opening) {
            rest = &[];
        }
    }
    if rest.iter().any(|byte| !matches!(byte, 0 | 0xff)) {
        left_out.add(NoRecord::OtherPart, 1);
        left_out.keep_visible(rest);
    }
}

/// The names of a field and of those in it.
fn names_of<'a>(field: &'a Field, names: &mut Vec<&'a str>) {
    names.push(field.name.as_str());
    match field.dtype() {
        ArrowDataType::List(inner)
        | ArrowDataType::LargeList(inner)
        | ArrowDataType::FixedSizeList(inner, _)
        | ArrowDataType::Map(inner, _) => names_of(inner, names),
        ArrowDataType::Struct(inner) => inner.iter().for_each(|field| names_of(field, names)),
        _ => {}
    }
}

/// Whether bytes are the schema as some writers put it there, without saying how long it is: every text in them is one of its names,
/// or known.
fn is_bare_schema(bytes: &[u8], opening: &Opening) -> bool {
    let mut known: Vec<&str> = opening.texts.iter().map(String::as_str).collect();
    opening.schema.iter_values().for_each(|field| names_of(field, &mut known));
    let lossy = String::from_utf8_lossy(bytes);
    let is_no_text = |letter: char| letter.is_control() || letter == char::REPLACEMENT_CHARACTER;
    let mut texts = lossy.split(is_no_text).filter(|text| text.len() >= SHORTEST_TEXT);
    // The footer holds the same schema and more. Whatever is longer holds something else behind it, which need not be text.
    let is_no_longer = bytes.len() <= opening.footer.len();
    is_no_longer
        && check_schema_message(bytes).is_ok()
        && texts.all(|text| known.iter().any(|known| known.contains(text)))
}

//! Formats of a result as values of flags: those of the table of formats, with its words.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::report::{FORMATS, Format};

/// Takes the name of any format.
pub(super) fn any_format() -> impl TypedValueParser<Value = &'static Format> {
    of(|_| true)
}

/// Takes the name of a format that is one text or file.
pub(super) fn one_file() -> impl TypedValueParser<Value = &'static Format> {
    of(Format::is_one_file)
}

fn of(wanted: fn(&Format) -> bool) -> impl TypedValueParser<Value = &'static Format> {
    let names = FORMATS.iter().filter(|format| wanted(format));
    let values: Vec<PossibleValue> = names.map(|format| PossibleValue::new(format.name).help(format.doc)).collect();
    PossibleValuesParser::new(values).try_map(|name| Format::named(&name).ok_or("no format has this name"))
}

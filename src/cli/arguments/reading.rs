//! How text files are to be read, for every verb that reads an extract.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::{Arg, Args, Command};

use crate::config::{ENCODINGS, TextEncoding, named, parse_delimiter, parse_quote};

/// How text files are to be read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading text files (found from the file when not given)")]
pub(in crate::cli) struct ReadingArguments {
    /// Field delimiter: one character, or `tab`
    #[arg(long, value_name = "CHAR", value_parser = parse_delimiter)]
    pub(in crate::cli) delimiter: Option<u8>,
    /// Quote character, or `none`
    #[arg(long, value_name = "CHAR", value_parser = QuoteParser)]
    pub(in crate::cli) quote: Option<Quote>,
    /// The first line holds data, not column names
    #[arg(long)]
    pub(in crate::cli) no_header: bool,
    /// Character encoding: utf-8, utf-16le, utf-16be, windows-1252 or latin-1
    #[arg(long, value_name = "NAME", value_parser = |text: &str| named::<TextEncoding>(text, &ENCODINGS))]
    pub(in crate::cli) encoding: Option<TextEncoding>,
    /// A spelling that counts as missing besides the empty field, such as NA (repeatable)
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(in crate::cli) null_value: Vec<String>,
}

/// A quote character; `None` turns quoting off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Quote(pub(in crate::cli) Option<u8>);

/// Reads [`Quote`]; a type of its own because clap reads an `Option` as "may be absent".
#[derive(Debug, Clone)]
struct QuoteParser;

impl TypedValueParser for QuoteParser {
    type Value = Quote;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<Quote, clap::Error> {
        let parse = |text: &str| parse_quote(text).map(Quote);
        TypedValueParser::parse_ref(&parse, command, argument, value)
    }
}

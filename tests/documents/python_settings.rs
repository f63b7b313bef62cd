//! `python/reidrisk/_settings.py`, made from the help of `reidrisk scan`, so that no flag is missing from the module.
//! `REIDRISK_BLESS=1 cargo test --test documents generated` writes it.

use std::fmt::Write as _;

use regex::Regex;

use super::generated::{assert_fresh, printed};

/// Flags that are arguments of their own in Python, or that say how a terminal is served.
const NOT_SETTINGS: [&str; 12] = [
    "color",
    "config",
    "emit",
    "exit-zero",
    "format",
    "help",
    "out",
    "progress",
    "quiet",
    "released",
    "verbose",
    "waivers",
];

/// The type in Python of what the help calls the value of a flag; any other value is one text.
const TYPES: [(&str, &str); 18] = [
    ("", "bool"),
    ("COL", "str"),
    ("COL,COL", "str | Sequence[str]"),
    ("COL+COL", "str | Sequence[str | Sequence[str]]"),
    ("COL=RULE", "Mapping[str, str | Sequence[str]]"),
    ("COL=TOLERANCE", "Mapping[str, str | float]"),
    ("COL[=THEIRS]", "str | Mapping[str, str]"),
    ("COL[=THEIRS],...", "str | Sequence[str] | Mapping[str, str]"),
    ("DATE", "str | datetime.date"),
    ("DIR", "str | os.PathLike[str]"),
    ("DUR", "str | datetime.timedelta"),
    ("FILE", "Sources"),
    ("LIST", "str | int | Sequence[str | int]"),
    ("N", "int | float | str"),
    ("RUN", "str | os.PathLike[str]"),
    ("SHARE", "float | str"),
    ("SIZE", "int | str"),
    ("TEXT", "str | Sequence[str]"),
];

const HEAD: &str = r#""""The settings that a call takes, made from the help of the program; not edited by hand.

`REIDRISK_BLESS=1 cargo test --test documents generated` writes it.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping, Sequence
from typing import TypedDict, Union

from ._frames import ArrowStream, Data, SparkFrame

#: Data to compare with, several as a list or by the names that the report shows.
Sources = Union[Data, Sequence[ArrowStream | SparkFrame], Mapping[str, Data]]


class Settings(TypedDict, total=False):
    """Keyword arguments of :func:`reidrisk.scan`, `advise` and `release`: the flags with `_` for `-`."""

"#;

/// A flag as the module knows it.
struct Argument {
    name: String,
    /// What the help calls its value; nothing where the flag stands alone.
    kind: String,
    /// Its summary, without the notes in brackets behind it.
    summary: String,
}

/// The settings in the order of the help.
fn arguments(help: &str) -> Vec<Argument> {
    let flag =
        Regex::new(r"(?m)^ {2,6}(?:-\w, )?--([a-z0-9-]+)(?: <([^>]*)>)?\n((?: {10}\S.*\n)*)").expect("a pattern");
    let note = Regex::new(r" ?\[(default|env|possible values)[^]]*\]").expect("a pattern");
    let argument = |found: regex::Captures<'_>| {
        let part = |number| found.get(number).map_or("", |part: regex::Match<'_>| part.as_str());
        let words = part(3).split_whitespace().collect::<Vec<_>>().join(" ");
        let summary = note.replace_all(&words, "").trim_end_matches('.').to_owned();
        Argument { name: part(1).to_owned(), kind: part(2).to_owned(), summary }
    };
    flag.captures_iter(help).map(argument).filter(|found| !NOT_SETTINGS.contains(&found.name.as_str())).collect()
}

/// The text of the module.
fn module(help: &str) -> String {
    let (mut fields, mut values) = (String::new(), String::new());
    for Argument { name, kind, summary } in arguments(help) {
        let name = name.replace('-', "_");
        // A source is named once, although the help calls it as it calls texts that may be several.
        let kind = if name == "population_source" { "NAME".to_owned() } else { kind };
        let of = TYPES.iter().find(|(known, _)| *known == kind).map_or("str", |(_, of)| of);
        let _ = write!(fields, "    #: {summary}.\n    {name}: {of}\n");
        let _ = writeln!(values, "    \"{name}\": \"{kind}\",");
    }
    let table = "#: What the help calls the value of each setting; nothing where the flag stands alone.";
    format!("{HEAD}{fields}\n\n{table}\nVALUES: dict[str, str] = {{\n{values}}}\n")
}

#[test]
fn generated_settings_of_python_are_fresh() {
    assert_fresh("python/reidrisk/_settings.py", &module(&printed(&["scan", "--help"])));
}

#[test]
fn settings_of_python_are_read_from_the_help() {
    let help = "Options:\n  -q, --quiet\n          Less\n\n      --max-set <N>\n          Largest set.\n          \
                [default: 3]\n\n          More.\n\n      --no-trim\n          Keep spaces\n";
    let found = arguments(help);
    let told: Vec<_> = found.iter().map(|of| (of.name.as_str(), of.kind.as_str(), of.summary.as_str())).collect();
    assert_eq!(told, [("max-set", "N", "Largest set"), ("no-trim", "", "Keep spaces")]);
    assert!(arguments(&printed(&["scan", "--help"])).len() > 60);
}

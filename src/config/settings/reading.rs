//! How files are read, where it is not found from the file.

use std::path::Path;

use super::{FOUND, NONE, READING, declared, file_name, list};
use crate::config::kind::{KINDS, SPELLINGS, boolean, named, names, parsed, whole, words};
use crate::config::night;
use crate::config::reader::Written;
use crate::config::setting::Flag::{Off, Text, Value};
use crate::config::setting::{Draft, Setting, Taken, Verbs, own, row};
use crate::config::signs::{ENCODINGS, parse_comment, parse_delimiter, parse_quote, shown_sign};
use crate::plan::{NotifyOn, SUPPRESSION_MARKS, Sign, TimeOrigin, Zone, counted, parse_duration, shown_name};

#[rustfmt::skip] // A row reads as one; formatted, the table is half as long again.
pub(super) fn reading() -> Vec<Setting> {
    let of_files = |row: Setting, flag| row.typed(flag, READING).by(Verbs::All);
    vec![
        row("dataset", "name", words().or("the name of the first file"), "\"january\"",
            "Name of the dataset and its report folder", |draft| &mut draft.plan.dataset_name),
        own("dataset", "files", "a file, a folder, a glob, or a list of them", "[\"cards_*.csv\"]",
            "Files of the dataset, for a scan that names none; relative to the configuration", night::files,
            |plan| list(plan.files.iter().map(|file| file_name(Path::new(file))))),
        of_files(row("dataset", "delimiter",
            parsed("one to eight characters that are not letters or digits, or \"tab\"", parse_delimiter, |sign| shown_sign(*sign))
            .or(FOUND), "\";\"", "Field delimiter: one or more characters, such as ; or ~|~ or \\u0001, or `tab`",
            |draft| &mut draft.plan.input.delimiter), Value("CHARS")),
        of_files(row("dataset", "quote", parsed("one such character, or \"none\"", parse_quote,
            |sign| sign.map_or(NONE.to_owned(), |byte| shown_sign(Sign::of_byte(byte)))).or(FOUND), "\"none\"",
            "Quote character, or `none`",
            |draft| &mut draft.plan.input.quote), Value("CHAR")),
        of_files(row("dataset", "header", boolean().or(FOUND), "false",
            "The first line holds data, not column names", |draft| &mut draft.plan.input.header), Off),
        of_files(row("dataset", "encoding", named(ENCODINGS).or(FOUND), "\"latin-1\"",
            "Character encoding: utf-8, utf-16le, utf-16be, windows-1250, -1251 or -1252, iso-8859-1, -2 or -15, cp850, \
             or the EBCDIC pages cp037, cp273, cp500 and cp1047",
            |draft| &mut draft.plan.input.encoding), Value("NAME")),
        of_files(row("dataset", "skip", whole(0, u64::MAX).or(FOUND), "6",
            "Number of lines (rows of a sheet) above the heading to skip", |draft| &mut draft.plan.input.skip), Value("N")),
        of_files(row("dataset", "footer", whole(0, 1_000_000).or("detected from the file"), "1",
            "Number of lines (rows of a sheet) below the last record to skip", |draft| &mut draft.plan.input.footer),
            Value("N")),
        of_files(row("dataset", "comment", parsed("one to eight characters", parse_comment, |sign| shown_sign(*sign)).or(NONE),
            "\"#\"", "Prefix of comment lines", |draft| &mut draft.plan.input.comment), Value("CHARS")),
        own("dataset", "layout", "a list of tables of `name`, `start` and `length`",
            "[{ name = \"customer\", start = 1, length = 8 }]",
            "Fields of fixed width: positions count characters, from 1", declared::layout, declared::shown_layout),
        row("dataset", "record_length", whole(1, 1_000_000).or("up to the line end"), "80",
            "Characters per fixed-width record, in a file without line ends",
            |draft| &mut draft.plan.input.record_length),
        of_files(own("dataset", "sheet", "the name of a sheet, its number counted from 1, `*` for all, or a list of them",
            "\"Claims\"", "Sheet of a workbook by name or number, or * for all (repeatable) [default: the only sheet with cells]",
            |draft, value| value.each(Written::number_or_text).map(|sheets| draft.plan.input.sheets = sheets),
            |plan| if plan.input.sheets.is_empty() { FOUND.to_owned() } else {
                list(plan.input.sheets.iter().map(|sheet| shown_name(sheet))) }), Text("NAME")),
        // Cell values are counted, never shown.
        of_files(own("dataset", "null_value", SPELLINGS, "[\"NA\"]",
            "Value that counts as missing besides the empty field, such as NA (repeatable)", null_value,
            |plan| shown_spellings(&plan.input.null_values)), Text("TEXT")).formerly("null_values"),
        of_files(row("dataset", "trim", boolean().or("true"), "false",
            "Keep spaces at the ends of values [default: trimmed]", |draft| &mut draft.plan.input.trim), Off),
        of_files(own("dataset", "suppression_marks", SPELLINGS, "[\"xx\"]",
            "Mark of a suppressed cell (repeatable) [default: *, **, *** and suppressed]",
            |draft, value| value.texts().map(|marks| draft.plan.input.suppression_marks = Some(marks)),
            |plan| plan.input.suppression_marks.as_ref().map_or_else(
                || format!("{}, the default", shown_spellings(&SUPPRESSION_MARKS)), |marks| shown_spellings(marks))),
            Text("TEXT")),
        own("dataset", "join", "a table for each joined table, `[[dataset.join]]`",
            "[{ file = \"customers.csv\", key = \"customer\" }]",
            "Tables, such as customers and accounts, whose columns are joined to the records by a key", declared::joins,
            declared::shown_joins),
        row("dataset", "kind", named(KINDS), "\"aggregate\"",
            "Kind of record: records (of persons) or aggregate (a total)",
            |draft| &mut draft.plan.declarations.aggregate),
        row("dataset", "time_zone", parsed("\"UTC\", an offset such as \"+02:00\", or a name such as \"Europe/Berlin\"",
            Zone::parse, |zone| zone.text()), "\"Europe/Berlin\"",
            "Time zone for dates and times, such as +02:00 or Europe/Berlin (including summer time)",
            |draft| &mut draft.plan.time_origin.zone),
        row("dataset", "day_start", parsed("a full hour, from \"00:00\" to \"23:00\"", TimeOrigin::parse_day_start,
            |hour| format!("{hour:02}:00")), "\"04:00\"", "Hour at which a day begins, such as 04:00",
            |draft| &mut draft.plan.time_origin.day_start_hour),
    ]
}

fn shown_spellings<T>(spellings: &[T]) -> String {
    counted(spellings.len() as u64, "value", "values")
}

fn null_value(draft: &mut Draft, value: &Written<'_, '_>) -> Taken {
    let spellings = value.texts()?;
    if value.is_flag() {
        draft.against.null_values.clone_from(&spellings);
    }
    draft.plan.input.null_values = spellings;
    Ok(())
}

/// Whom a night tells of its verdict.
#[rustfmt::skip] // As above.
pub(super) fn notifying() -> Vec<Setting> {
    vec![
        // Its arguments may hold a secret, such as the token of a webhook.
        own("notify", "command", "a list of texts: a program and its arguments", "[\"notify.sh\"]",
            "Command that `nightly` runs on a change of verdict, with a JSON summary on its standard input", night::notify_command,
            |plan| match plan.notify.command.len() as u64 {
                0 => NONE.to_owned(),
                words => counted(words, "word", "words"),
            }),
        row("notify", "on", named(names::<NotifyOn>()), "\"always\"",
            "When to run it: change (of the verdict), always, or not-pass", |draft| &mut draft.plan.notify.on).needs("command"),
        row("notify", "timeout", parsed("a duration, such as \"90s\"", parse_duration, |limit| format!("{} s", limit.as_secs_f64())),
            "\"90s\"", "Time limit of one attempt", |draft| &mut draft.plan.notify.timeout).needs("command"),
        row("notify", "retries", whole(0, 10), "5", "Further attempts after one failed", |draft| &mut draft.plan.notify.retries)
            .needs("command"),
    ]
}

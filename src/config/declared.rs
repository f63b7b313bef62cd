//! What a person declares beside roles and limits, so that a verdict may rest on it: that there is no subject, what
//! cells mean, whether a column varies, where a treatment is applied, and why; and who is to receive the extract, under
//! which agreement.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::document::Problem;
use super::kind::{Kind, day};
use super::reader::Written;
use super::setting::Draft;
use super::settings::{NONE, file_name, list};
use super::waivers::too_far;
use crate::plan::{
    CellSpelling, ConfigError, ConsentRegister, DateFormat, FixedField, Plan, RecipientPlan, TableJoin, counted,
    shown_name,
};
use crate::result::{ColumnDeclaration, ColumnType, Recipient, Role, Treatment};

/// Where a treatment may be applied.
const DOWNSTREAM: [(&str, &str); 1] = [("downstream", "downstream")];

/// Types that can be declared of a column, by the names that results have for them.
pub(super) const TYPES: [(&str, ColumnType); 8] = [
    ("text", ColumnType::Text),
    ("integer", ColumnType::Integer),
    ("decimal", ColumnType::Decimal),
    ("date", ColumnType::Date),
    ("timestamp", ColumnType::Timestamp),
    ("zoned-timestamp", ColumnType::ZonedTimestamp),
    ("time", ColumnType::Time),
    ("boolean", ColumnType::Boolean),
];

/// Signs before decimals.
pub(super) const DECIMALS: [(&str, char); 2] = [(".", '.'), (",", ',')];

/// Signs between thousands.
pub(super) const GROUPS: [(&str, &str); 7] = [
    (".", "."),
    (",", ","),
    (" ", " "),
    ("'", "'"),
    ("\u{2019}", "\u{2019}"),
    ("\u{a0}", "\u{a0}"),
    ("\u{202f}", "\u{202f}"),
];

/// The spelling of the column that a section is about.
pub(super) fn spelling(draft: &mut Draft) -> &mut CellSpelling {
    draft.plan.input.column_spellings.entry(draft.column.clone()).or_default()
}

/// `format`: one for all files, or a table of them.
pub(super) fn format(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    if value.as_text().is_some() {
        let format = value.parsed(DateFormat::parse)?;
        spelling(draft).format = Some(format);
        return Ok(());
    }
    let mut section = value.table("a text in quotes, or a table of files and their formats")?;
    for (key, value) in section.entries() {
        if let Some(format) = section.reported(value.parsed(DateFormat::parse)) {
            spelling(draft).file_formats.insert(key.name.trim().to_owned(), format);
        }
    }
    Ok(())
}

/// What is declared of the spelling of each column, for the record.
pub(super) fn shown_spelling(plan: &Plan, part: impl Fn(&CellSpelling) -> Option<String>) -> String {
    let spellings = plan.input.column_spellings.iter();
    list(spellings.filter_map(|(name, spelling)| Some(format!("{}: {}", shown_name(name), part(spelling)?))))
}

/// Holds the type that is declared of a column against its spelling.
///
/// # Errors
/// When they contradict each other.
pub(super) fn check_spellings(plan: &Plan) -> Result<(), ConfigError> {
    for (name, spelling) in &plan.input.column_spellings {
        let declared = plan.input.column_types.get(name).copied();
        let of_numbers = [None, Some(ColumnType::Integer), Some(ColumnType::Decimal)];
        let types: BTreeSet<&str> = spelling.file_formats.values().map(|format| format.column_type().name()).collect();
        let (problem, hint) = match spelling.any_format() {
            _ if types.len() > 1 => ("has formats of different types", "all files hold dates, or all timestamps"),
            Some(_) if spelling.is_of_numbers() => ("has both a date format and a number format", "keep one of them"),
            Some(format) if declared.is_some_and(|declared| declared != format.column_type()) => {
                ("has a format that does not match its type", "remove `type`: the format sets it")
            }
            _ if spelling.is_of_numbers() && !of_numbers.contains(&declared) => {
                ("has a number format and another type", "`decimal` and `group` go with `integer` and `decimal`")
            }
            _ if spelling.decimal.map(String::from).is_some_and(|sign| spelling.group == Some(sign)) => {
                ("uses one character for decimals and thousands", "name two different characters")
            }
            _ => continue,
        };
        let message = format!("column `{}` {problem}", shown_name(name));
        return Err(ConfigError::new("spelling", message).with_hint(hint));
    }
    Ok(())
}

/// Takes the types that are declared where columns are joined: they hold for the extract too, so that both sides are
/// read alike.
///
/// # Errors
/// When two types are declared of one column.
pub(super) fn take_joined_types(plan: &mut Plan) -> Result<(), ConfigError> {
    let types = &mut plan.input.column_types;
    for (column, declared) in plan.linkage.declared_types() {
        let known = *types.entry(column.clone()).or_insert(declared);
        if known != declared {
            let (known, declared) = (known.name(), declared.name());
            let message = format!("column `{}` is declared both {known} and {declared}", shown_name(column));
            let hint = "both sides of a join are read in the same way; declare one type for the column";
            return Err(ConfigError::new("two-types", message).with_hint(hint));
        }
    }
    Ok(())
}

/// `[dataset] layout`: fields of fixed width, which may not overlap.
pub(super) fn layout(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let mut fields = value.each(|item| {
        let table = item.table("a table of `name`, `start` and `length`")?;
        let hint = "write `{ name = \"customer\", start = 1, length = 8 }`";
        let number =
            |key| table.need(key, "a field of `layout`", hint, |value| value.whole::<usize>(1, MOST_CHARACTERS));
        let (name, start, length) =
            (table.need("name", "a field of `layout`", hint, Written::words), number("start"), number("length"));
        let (Some(name), Some(start), Some(length)) = (name, start, length) else { return Err(Problem::Reported) };
        Ok(FixedField { name: name.trim().to_owned(), start, length })
    })?;
    fields.sort_by_key(|field| field.start);
    if let Some([first, second]) = fields.array_windows().find(|[first, second]| second.start <= first.end()) {
        let (first, second) = (shown_name(&first.name), shown_name(&second.name));
        let message = format!("the fields `{first}` and `{second}` of `layout` overlap");
        return Err(value.refused("overlapping-fields", message).with_hint("positions count from 1"));
    }
    draft.plan.input.layout = fields;
    Ok(())
}

/// `[[dataset.join]]`: tables whose columns are brought to the records.
pub(super) fn joins(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let hint = "write `[[dataset.join]]` with `file = \"customers.csv\"` and `key = \"customer\"`";
    draft.plan.joins = value.each(|item| {
        let table = item.table("a table of `file` and `key`")?;
        let files = table.need("file", "`[[dataset.join]]`", hint, |value| {
            let name = |file: String| value.beside(file.as_ref()).to_string_lossy().into_owned();
            Ok(value.texts()?.into_iter().map(name).collect::<Vec<_>>())
        });
        let key = table.need("key", "`[[dataset.join]]`", hint, Written::words);
        let name = table.get("name", Written::words);
        let their_key = table.get("their_key", Written::words);
        let (Some(files), Some(key)) = (files, key) else { return Err(Problem::Reported) };
        Ok(TableJoin { files, name, key, their_key })
    })?;
    Ok(())
}

/// The joined tables for the record.
pub(super) fn shown_joins(plan: &Plan) -> String {
    let table = |join: &TableJoin| {
        let files = join.files.iter().map(|file| file_name(file.as_ref()));
        format!("{} by {}", list(files), shown_name(&join.key))
    };
    list(plan.joins.iter().map(table))
}

/// No record of fixed width is longer.
const MOST_CHARACTERS: u64 = 1_000_000;

/// The layout for the record.
pub(super) fn shown_layout(plan: &Plan) -> String {
    let field = |field: &FixedField| format!("{} from {} for {}", shown_name(&field.name), field.start, field.length);
    list(plan.input.layout.iter().map(field))
}

/// Notes a flag that takes columns or measures away.
pub(super) fn narrow(draft: &mut Draft, flag: &str) {
    let narrowed = &mut draft.plan.declarations.narrowed_by;
    if !narrowed.iter().any(|other| other == flag) {
        narrowed.push(flag.to_owned());
    }
}

/// Notes a flag or a variable that asks for less than the configuration.
pub(super) fn loosen(draft: &mut Draft, origin: &str) {
    let loosened = &mut draft.plan.declarations.loosened_by;
    if !loosened.iter().any(|other| other == origin) {
        loosened.push(origin.to_owned());
    }
}

/// `[subject] none`: it says what the subject is, so that roles are not guessed.
pub(super) fn no_subject(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let none = value.boolean()?;
    if none && draft.plan.roles.declared.values().any(|&role| role == Role::Subject) {
        return Err(subject_and_none(value));
    }
    draft.decides_roles |= none;
    draft.plan.declarations.no_subject = none;
    Ok(())
}

/// The mistake of a file that names a subject and says that there is none.
pub(super) fn subject_and_none(value: &Written<'_, '_>) -> Problem {
    let message = "`[subject] none = true` declares that there is no subject, but a column is named as one";
    value
        .refused("subject-and-none", message)
        .with_hint("keep `none = true` only if each record is a person; otherwise name the subject")
}

/// What is declared of the column whose section is read.
pub(super) fn of_column(draft: &mut Draft) -> &mut ColumnDeclaration {
    draft.plan.declarations.columns.entry(draft.column.clone()).or_default()
}

/// `[policy] treatment`: who applies the rules to the file after this scan, why, and until when that holds.
pub(super) fn treatment(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let section = value.table("a table")?;
    let hint =
        "write `treatment = { applied = \"downstream\", approved_by = \"…\", reason = \"…\", expires = 2027-02-28 }`";
    let what = "`[policy] treatment`";
    let applied = section.need("applied", what, hint, |value| value.named(&DOWNSTREAM));
    let need = |key| section.need(key, what, hint, Written::words);
    let (approved_by, reason) = (need("approved_by"), need("reason"));
    let expires = section.need("expires", what, hint, Written::date);
    let (Some(applied), Some(approved_by), Some(reason), Some(expires)) = (applied, approved_by, reason, expires)
    else {
        return Err(Problem::Reported);
    };
    let (applied, expires) = (applied.to_owned(), expires.to_string());
    draft.plan.declarations.treatment = Some(Treatment { applied, approved_by, reason, expires });
    Ok(())
}

/// Checks that a declared treatment ends within the horizon of a waiver, counted from the day of judging.
///
/// # Errors
/// When it ends later.
pub fn check_treatment(plan: &Plan, as_of: Date) -> Result<(), ConfigError> {
    let expires = plan.declarations.treatment.as_ref().and_then(|treatment| treatment.expires.parse::<Date>().ok());
    match expires.and_then(|expires| too_far("`[policy] treatment`", expires, as_of)) {
        Some((message, hint)) => Err(ConfigError::new("too-far", message).with_hint(hint)),
        None => Ok(()),
    }
}

pub(super) fn shown_treatment(treatment: &Treatment) -> String {
    let (applied, by) = (shown_name(&treatment.applied), shown_name(&treatment.approved_by));
    format!("{applied}, approved by {by}, until {}", shown_name(&treatment.expires))
}

/// What is declared of each column, where something is.
pub(super) fn shown_columns(plan: &Plan, part: impl Fn(&ColumnDeclaration) -> Option<String>) -> String {
    let declared = plan.declarations.columns.iter();
    list(declared.filter_map(|(name, column)| part(column).map(|part| format!("{}: {part}", shown_name(name)))))
}

/// The recipient of a draft; whoever says anything of it has one.
pub(super) fn recipient(draft: &mut Draft) -> &mut RecipientPlan {
    draft.plan.recipient.get_or_insert_default()
}

/// The terms of the agreement of a draft.
pub(super) fn terms(draft: &mut Draft) -> &mut Recipient {
    &mut recipient(draft).terms
}

/// The last day of an agreement, as results keep it.
pub(super) fn last_day() -> Kind<String> {
    Kind::new(day().words, |value| value.date().map(|day| day.to_string()), |day| shown_name(day))
}

pub(super) fn shown_consent(plan: &Plan) -> String {
    let register = plan.recipient.as_ref().and_then(|recipient| recipient.consent.as_ref());
    register.map_or(NONE.to_owned(), |register| {
        let value = register.value_column.as_ref().map_or(String::new(), |column| {
            let values = counted(register.values.len() as u64, "value", "values");
            format!(", {values} of {} mean yes", shown_name(column))
        });
        let left_out = if register.leaves_out { ", a release leaves the others out" } else { "" };
        format!("{}, column {}{value}{left_out}", file_name(&register.file), shown_name(&register.column))
    })
}

/// What becomes of subjects that did not opt in.
const WITHOUT_CONSENT: [(&str, bool); 2] = [("refuse", false), ("leave-out", true)];

pub(super) fn consent(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let section = value.table("a table")?;
    let hint = "write `consent = { file = \"register.csv\", column = \"customer\" }`, or with \
                `value_column = \"opted_in\", value = \"yes\"` if the register also lists others";
    let need = |key| section.need(key, "`[recipient] consent`", hint, Written::text);
    let (file, column) = (need("file"), need("column"));
    let value_column = section.get("value_column", Written::text);
    let values = section.get("value", Written::texts).unwrap_or_default();
    let leaves_out = section.get("missing", |value| value.named(&WITHOUT_CONSENT)).unwrap_or(false);
    let lacks =
        |key: &str| section.refused("missing-key", format!("`[recipient] consent` lacks `{key}`")).with_hint(hint);
    match (&value_column, values.is_empty()) {
        (Some(_), true) => return Err(lacks("value")),
        (None, false) => return Err(lacks("value_column")),
        _ => {}
    }
    let (Some(file), Some(column)) = (file, column) else { return Err(Problem::Reported) };
    let file = value.beside(file.as_ref());
    recipient(draft).consent = Some(ConsentRegister { file, column, value_column, values, leaves_out });
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::check_treatment;
    use crate::config::{ConfigFile, Given, resolve};
    use crate::plan::{ConfigError, Plan, check_columns};
    use crate::result::{ColumnDeclaration, ColumnType, Role};

    fn tried(flags: &[(&str, &[&str])], text: &str) -> Result<Plan, ConfigError> {
        let given: Vec<Given> = flags.iter().filter_map(|(flag, values)| Given::flag(flag, values)).collect();
        assert_eq!(given.len(), flags.len(), "each flag is one");
        let config = ConfigFile::parse(Path::new("conf/reidrisk.toml"), text.as_bytes())?;
        resolve(vec!["a.csv".to_owned()], &given, Some(config))
    }

    fn plan(text: &str) -> Plan {
        tried(&[], text).unwrap()
    }

    #[test]
    fn what_is_said_of_a_column_reaches_the_plan_and_gives_no_role() {
        let text =
            "[columns.age]\nnull_values = \"NULL\"\nreal_values = [\"NA\"]\nvaries = false\nreason = \" yearly \"\n";
        let plan = plan(text);
        assert!(plan.roles.guess && plan.roles.declared.is_empty());
        assert_eq!(plan.input.column_null_values["age"], ["NULL"]);
        assert_eq!(plan.input.real_values["age"], ["NA"]);
        let reason = Some("yearly".to_owned());
        let declared = ColumnDeclaration { varies: Some(false), reason, ..ColumnDeclaration::default() };
        assert_eq!(plan.declarations.columns["age"], declared);
    }

    #[test]
    fn a_column_of_which_anything_is_said_must_be_there() {
        for line in ["null_value = \"-\"", "real_values = \"-\"", "varies = true", "reason = \"so\""] {
            let plan = plan(&format!("[columns.agee]\n{line}\n"));
            let error = check_columns(&plan, &["age".to_owned()]).unwrap_err();
            assert_eq!(error.code(), "unknown-column", "{line}");
        }
    }

    #[test]
    fn no_subject_and_a_subject_exclude_each_other_unless_a_flag_names_one() {
        for text in [
            "[subject]\ncolumn = \"card\"\nnone = true\n",
            "[subject]\nnone = true\n[columns.card]\nrole = \"subject\"\n",
        ] {
            let error = tried(&[], text).unwrap_err();
            assert_eq!(error.code(), "subject-and-none", "{}", error.report());
            assert!(error.position().is_some());
        }
        let none = plan("[subject]\nnone = true\nreason = \"one line a person\"\n");
        assert!(none.declarations.no_subject && !none.roles.guess);
        assert_eq!(none.declarations.subject_reason.as_deref(), Some("one line a person"));
        let flagged = tried(&[("subject", &["card"])], "[subject]\nnone = true\n").unwrap();
        assert!(!flagged.declarations.no_subject);
        assert_eq!(flagged.roles.declared["card"], Role::Subject);
        assert!(!plan("[subject]\ncolumn = \"card\"\nnone = false\n").declarations.no_subject);
    }

    const TREATMENT: &str = "[policy]\ntreatment = { applied = \"downstream\", approved_by = \"DPO\", \
                             reason = \"exporter\", expires = 2027-02-28 }\n";

    #[test]
    fn a_treatment_needs_all_of_its_parts_and_is_applied_downstream() {
        let treatment = plan(TREATMENT).declarations.treatment.unwrap();
        assert_eq!((treatment.applied.as_str(), treatment.expires.as_str()), ("downstream", "2027-02-28"));
        for (part, code) in [
            ("applied = \"downstream\", ", "missing-key"),
            ("approved_by = \"DPO\", ", "missing-key"),
            ("reason = \"exporter\", ", "missing-key"),
            (", expires = 2027-02-28", "missing-key"),
        ] {
            let text = TREATMENT.replace(part, "");
            assert_ne!(text, TREATMENT);
            assert_eq!(tried(&[], &text).unwrap_err().code(), code, "{text}");
        }
        for (from, to) in [("\"downstream\"", "\"upstream\""), ("\"exporter\"", "\" \""), ("2027-02-28", "\"soon\"")] {
            assert_eq!(tried(&[], &TREATMENT.replace(from, to)).unwrap_err().code(), "wrong-value", "{to}");
        }
    }

    #[test]
    fn a_treatment_ends_within_half_a_year() {
        let plan = plan(TREATMENT);
        let checked = |day: &str| check_treatment(&plan, day.parse().unwrap());
        assert!(checked("2026-09-01").is_ok(), "the 180th day");
        assert_eq!(checked("2026-08-31").unwrap_err().code(), "too-far");
        assert!(checked("2027-06-01").is_ok(), "one that is over is for the verdict to tell");
    }

    #[test]
    fn only_the_command_line_narrows() {
        let text = "[columns.age]\nrole = \"ignore\"\n[scan]\nmeasures = \"uniqueness\"\n";
        assert!(plan(text).declarations.narrowed_by.is_empty());
        let flags: &[(&str, &[&str])] = &[("measures", &["uniqueness"]), ("ignore", &["age", "sex"])];
        assert_eq!(tried(flags, text).unwrap().declarations.narrowed_by, ["--ignore", "--measures"]);
    }

    #[test]
    fn sources_are_trimmed_as_the_extract_is() {
        let text = "[[recipient.holds]]\nfile = \"m.csv\"\n[linkage.known_identifiers]\nfile = \"i.csv\"\ncolumn = \"c\"\n\
                    pseudonym = \"p\"\n";
        for trim in [None, Some(false)] {
            let flags: &[(&str, &[&str])] = if trim.is_some() { &[("no-trim", &[])] } else { &[] };
            let linkage = tried(flags, text).unwrap().linkage;
            assert_eq!((linkage.sources[0].input.trim, linkage.known_identifiers[0].input.trim), (trim, trim));
        }
    }

    #[test]
    fn a_table_of_totals_is_declared_and_a_note_cannot_fail() {
        assert!(plan("[dataset]\nkind = \"aggregate\"\n").declarations.aggregate);
        assert!(!plan("[dataset]\nkind = \"records\"\n").declarations.aggregate);
        assert_eq!(tried(&[], "[policy]\nfail_on = \"note\"\n").unwrap_err().code(), "wrong-value");
    }

    #[test]
    fn a_type_is_declared_once_whichever_side_of_a_join_says_it() {
        let source = |typed: &str| {
            format!("[[recipient.holds]]\nfile = \"m.csv\"\non = [{{ ours = \"zip\", theirs = \"code\"{typed} }}]\n")
        };
        let text = "[columns.zip]\ntype = \"text\"\n";
        for file in
            [text.to_owned() + &source(""), source(", type = \"Text\""), text.to_owned() + &source(", type = \"text\"")]
        {
            let plan = plan(&file);
            assert_eq!(plan.input.column_types["zip"], ColumnType::Text);
            let recorded = plan.settings.iter().find(|setting| setting.setting == "columns.type").unwrap();
            assert_eq!((recorded.value.as_str(), recorded.origin.as_str()), ("zip: text", "conf/reidrisk.toml"));
        }
        let code = |file: &str| tried(&[], file).unwrap_err().code();
        assert_eq!(code(&(text.to_owned() + &source(", type = \"integer\""))), "two-types");
        assert_eq!(code("[columns.zip]\ntype = \"whole\"\n"), "wrong-value");
        assert_eq!(code("[columns.zip]\ntype = \"empty\"\n"), "wrong-value");
        let error = check_columns(&plan(text), &["city".to_owned()]).unwrap_err();
        assert_eq!(error.code(), "unknown-column");
        assert!(super::TYPES.iter().all(|(name, declared)| *name == declared.name()));
    }

    #[test]
    fn a_spelling_reaches_the_plan_and_must_not_contradict_the_type() {
        let text = "[columns.day]\nformat = \"DD.MM.YY\"\nallow_invalid = 2\n[columns.amount]\ndecimal = \",\"\ngroup = \".\"\n";
        let spellings = plan(text).input.column_spellings;
        assert_eq!(spellings["day"].format.as_ref().map(ToString::to_string).as_deref(), Some("DD.MM.YY"));
        assert_eq!((spellings["day"].allow_invalid, spellings["amount"].decimal), (2, Some(',')));
        let code = |lines: &str| tried(&[], &format!("[columns.c]\n{lines}")).unwrap_err().code();
        for lines in [
            "format = \"DD.MM.YY\"\ndecimal = \",\"\n",
            "format = \"DD.MM.YY\"\ntype = \"timestamp\"\n",
            "format = { \"a.csv\" = \"DD.MM.YY\", \"b.csv\" = \"HH:mm\" }\n",
            "type = \"text\"\ndecimal = \",\"\n",
            "decimal = \",\"\ngroup = \",\"\n",
        ] {
            assert_eq!(code(lines), "spelling", "{lines}");
        }
        for lines in ["allow_invalid = 2\n", "type = \"text\"\nallow_invalid = 2\n"] {
            let plan = plan(&format!("[columns.c]\n{lines}"));
            assert_eq!(check_columns(&plan, &["c".to_owned()]).unwrap_err().code(), "idle-allowance", "{lines}");
        }
        let by_file = plan("[columns.day]\nformat = { \"a.csv\" = \"MM/DD/YYYY\" }\n").input.column_spellings;
        assert_eq!(by_file["day"].formats().as_deref(), Some("MM/DD/YYYY in a.csv"));
        assert_eq!(code("format = { \"a.csv\" = \"DD.mm.YY\" }\n"), "wrong-value");
        assert_eq!(code("format = \"DD.mm.YY\"\n"), "wrong-value");
        assert_eq!(code("decimal = \"x\"\n"), "wrong-value");
    }
}

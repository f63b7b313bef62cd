//! The table of all settings.
//!
//! A new setting is a field of the [`Plan`] and a row here: its section and key, its kind, an example that is not the
//! default, its words, and its place in the draft. The order is that of the help and of the record.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::sync::LazyLock;

use super::kind::{
    KINDS, Kind, SPELLINGS, boolean, columns, day, named, names, number, parsed, several, spellings, whole, words,
};
use super::reader::Written;
use super::setting::Flag::{self, List, Off, On, Repeated, Text, Value};
use super::setting::{Draft, Setting, Taken, Verbs, of_limit, own, row};
use super::signs::{ENCODINGS, parse_comment, parse_delimiter, parse_quote, shown_sign};
use super::{columns as of_columns, declared, holds, linkage, policy, unicity};
use crate::measure;
use crate::plan::{
    ATTACKS, CellSpelling, Plan, Range, SUPPRESSION_MARKS, Sign, TimeOrigin, Zone, counted, parse_duration, parse_size,
    shown_name,
};
use crate::result::{Attacker, Audience, MissingMode, MobilityAttack, Role, Severity};

/// More worker threads than this only cost memory, and far more of them bring a machine down.
const MOST_THREADS: u64 = 1_024;
/// Fewer draws say nearly nothing; more are an exact answer's price.
const DRAWS: (u64, u64) = (100, 10_000_000);

const ROLES: &str = "Roles (COL,COL: a name with a comma stands in double quotes, or repeat the flag)";
const MEASUREMENT: &str = "Measurement options";
const UNICITY: &str = "Unicity";
const LINKAGE: &str = "Linkage";
pub(super) const VERDICT: &str = "Verdict";
const RUNNING: &str = "Running";
const READING: &str = "Reading text files (found from the file when not given)";

const COLUMNS: Flag = Repeated("COL,COL");
const COLUMN: Flag = Repeated("COL");

pub(super) const NONE: &str = "none";
const FOUND: &str = "found from the file";

/// Every setting there is, in the order of help and record.
#[must_use]
pub fn settings() -> &'static [Setting] {
    static ALL: LazyLock<Vec<Setting>> = LazyLock::new(|| {
        let limits = measure::limits().map(of_limit).collect();
        let parts = [who(), counting(), events(), sources(), terms(), limits, judging(), running(), reading()];
        parts.into_iter().flatten().collect()
    });
    &ALL
}

/// Roles and what else is said of columns.
#[rustfmt::skip] // A row reads as one; formatted, the table is half as long again.
fn who() -> Vec<Setting> {
    vec![
        role("subject", Role::Subject, COLUMN, "The person, account or card that records belong to"),
        // The other flags say something about single columns; only this one says what others may know.
        role("quasi", Role::QuasiIdentifier, COLUMNS, "Columns that others may know; with it nothing is guessed")
            .deciding_roles(),
        role("sensitive", Role::Sensitive, COLUMNS, "Columns that nobody should learn"),
        role("direct", Role::DirectIdentifier, COLUMNS, "Columns that name a person outright"),
        role("weight", Role::Weight, COLUMN, "Sampling weight"),
        role("ignore", Role::Ignore, COLUMNS, "Columns that are not used"),
        own("", "coarsen", "a column, `=` and a rule", "age=round:10",
            "Count a column more coarsely (repeatable; rules of one column apply in order)", of_columns::coarsen, none)
            .typed(Repeated("COL=RULE"), ROLES).by(Verbs::ScanAndInspect).part_of("columns.coarsen").merged()
            .more("Dates: hour, day, week, month, quarter, year. Numbers: round:10, bins:0,10,50, top:500. Text: \
                   prefix:3, suffix:4. Any column: hierarchy:FILE:LEVEL, rare:20 (values of fewer than 20 subjects \
                   become one), drop."),
        own("subject", "column", "a column", "\"card\"", "The column that names the subject",
            of_columns::subject_column, none).part_of("columns.role").deciding_roles(),
        own("subject", "map", "a table of `file`, `from` and `to`",
            "{ file = \"cards.csv\", from = \"card\", to = \"customer\" }",
            "Merges several subject values of one person", of_columns::subject_map, of_columns::shown_map).needs("column"),
        own("subject", "none", "`true` or `false`", "true", "Whether every record is a person of its own",
            declared::no_subject, |plan| plan.declarations.no_subject.to_string()),
        row("subject", "reason", words().or(NONE), "\"a card has one holder\"",
            "Why the subject, or that there is none, is right", |draft| &mut draft.plan.declarations.subject_reason),
        own("columns", "role", "the name of a role", "\"sensitive\"", "What a column is", of_columns::role,
            of_columns::shown_roles).deciding_roles(),
        own("columns", "coarsen", "a rule or a list of rules, applied in order", "\"month\"",
            "How coarsely a column is counted", of_columns::rules, of_columns::shown_rules),
        own("columns", "permitted", "`true` or `false`", "true", "Whether a column may hold identifiers", of_columns::permitted,
            |plan| list(plan.permitted_identifiers.iter().map(|name| shown_name(name)))),
        of_column("null_value", spellings(), "[\"0000\"]", "Spellings that count as missing in a column",
            |plan| &mut plan.input.column_null_values).formerly("null_values"),
        of_column("type", Kind::new("the name of a type", |value| value.named(&declared::TYPES), |found| found.name().to_owned()),
            "\"text\"", "How the cells of a column are read, where the type found is wrong",
            |plan| &mut plan.input.column_types),
        own("columns", "format", "parts such as YYYY, MM and DD, or a table of files and their formats", "\"DD.MM.YY\"",
            "How dates and times of a column are written", declared::format,
            |plan| declared::shown_spelling(plan, CellSpelling::formats)),
        own("columns", "decimal", "`.` or `,`", "\",\"", "What stands before the decimals of a column",
            |draft, value| value.named(&declared::DECIMALS).map(|sign| declared::spelling(draft).decimal = Some(sign)),
            |plan| declared::shown_spelling(plan, |column| column.decimal.map(String::from))),
        own("columns", "group", "`.`, `,`, a blank or `'`", "\".\"", "What sets thousands apart in a column",
            |draft, value| value.named(&declared::GROUPS).map(|sign| declared::spelling(draft).group = Some(sign.to_owned())),
            |plan| declared::shown_spelling(plan, |column| column.group.clone())),
        own("columns", "allow_invalid", "a whole number", "3", "So many cells of a column may not fit what is declared of it; they count as missing",
            |draft, value| value.whole(0, u64::MAX).map(|cells| declared::spelling(draft).allow_invalid = cells),
            |plan| declared::shown_spelling(plan, |column| (column.allow_invalid > 0).then(|| column.allow_invalid.to_string()))),
        of_column("real_values", spellings(), "[\"9999\"]", "Spellings that look as if they meant missing, and are values",
            |plan| &mut plan.input.real_values),
        own("columns", "varies", "`true` or `false`", "false", "Whether a column changes from record to record of a subject",
            |draft, value| value.boolean().map(|varies| declared::of_column(draft).varies = Some(varies)),
            |plan| declared::shown_columns(plan, |column| column.varies.map(|varies| varies.to_string()))),
        own("columns", "reason", "a text", "\"the bank alone knows it\"", "Why what is declared of a column is right",
            |draft, value| value.words().map(|reason| declared::of_column(draft).reason = Some(reason)),
            |plan| declared::shown_columns(plan, |column| column.reason.as_deref().map(shown_name))),
    ]
}

/// A flag that gives columns a role.
fn role(name: &'static str, role: Role, flag: Flag, help: &'static str) -> Setting {
    let read = move |draft: &mut Draft, value: &Written<'_, '_>| of_columns::declare(draft, value, role);
    let row = own("", name, "a column or a list of columns", "age", help, read, none);
    row.typed(flag, ROLES).by(Verbs::All).part_of("columns.role").merged()
}

/// What the section of a column says of it and a part of the plan keeps under its name.
fn of_column<T: 'static>(
    name: &'static str,
    kind: Kind<T>,
    example: &'static str,
    help: &'static str,
    place: fn(&mut Plan) -> &mut BTreeMap<String, T>,
) -> Setting {
    let Kind { words, read, show } = kind;
    let read = move |draft: &mut Draft, value: &Written<'_, '_>| {
        let value = read(value)?;
        place(&mut draft.plan).insert(draft.column.clone(), value);
        Ok(())
    };
    let show = move |said: &BTreeMap<String, T>| {
        list(said.iter().map(|(column, value)| format!("{}: {}", shown_name(column), show(value))))
    };
    own("columns", name, &words, example, help, read, |_| String::new())
        .showing(move |draft| show(place(&mut draft.plan)))
}

#[rustfmt::skip] // As above.
fn counting() -> Vec<Setting> {
    vec![
        row("scan", "missing", named(names::<MissingMode>()), "\"wildcard\"",
            "What a missing cell matches: own-category (other missing cells) or wildcard (everything)",
            |draft| &mut draft.plan.missing).typed(Value("MODE"), MEASUREMENT).in_environment(),
        own("scan", "measures", "a measure or a list of measures", "[\"uniqueness\"]",
            "Measures to compute [default: all that the roles allow]", measures,
            |plan| if plan.measures.is_empty() { "all that apply".to_owned() } else { plan.measures.join(", ") })
            .typed(List("LIST"), MEASUREMENT).in_environment(),
        row("scan", "max_set", whole(1, u64::MAX), "2", "Largest set of columns to count [default: 3]",
            |draft| &mut draft.plan.max_set).typed(Value("N"), MEASUREMENT).in_environment(),
    ]
}

#[rustfmt::skip] // As above.
fn events() -> Vec<Setting> {
    vec![
        // Whoever names points says what others may know, so the rest is not guessed.
        row("unicity", "point", unicity::points(), "[\"day+shop\"]",
            "Columns that make one event known, such as day+merchant (repeatable: one curve each) [default: guessed]",
            |draft| &mut draft.plan.unicity.points)
            .typed(Repeated("COL+COL"), UNICITY).formerly("points").deciding_roles()
            .more("A rule behind a column is for that point alone: day=month+merchant."),
        row("unicity", "reason", words().or(NONE), "\"the branch stands in no statement\"",
            "Why the declared points may leave event columns out", |draft| &mut draft.plan.declarations.points_reason),
        row("unicity", "known_points", unicity::known_points(), "\"1..9\"",
            "Numbers of known points, such as 1,2,4 or 1..10 [default: 1,2,3,4]",
            |draft| &mut draft.plan.unicity.known_points).typed(Value("LIST"), UNICITY).in_environment(),
        own("unicity", "within", "a table of columns and tolerances", "{ amount = \"5%\" }",
            "How roughly a column is known, such as amount=5%, balance=100 or day=2d (repeatable)",
            unicity::within, unicity::shown_within).typed(Repeated("COL=TOLERANCE"), UNICITY).merged(),
        row("unicity", "attacker", several(names::<Attacker>()), "[\"rarest\"]",
            "How points come to be known: uniform, rarest, frequent or consecutive [default: uniform]",
            |draft| &mut draft.plan.unicity.attackers)
            .typed(List("LIST"), UNICITY).in_environment().formerly("attackers"),
        row("unicity", "known_attributes", columns(), "[\"age\"]",
            "Static columns that the attacker knows as well (comma-separated)",
            |draft| &mut draft.plan.unicity.known_attributes).typed(COLUMNS, UNICITY),
        own("unicity", "visible", "a table of columns and their values", "{ merchant = [\"Willow Corner\"] }",
            "For some columns, the values that the attacker sees", unicity::visible, unicity::shown_visible),
        row("unicity", "order", words().or("the first date or time of the point"), "\"posted_at\"",
            "The column that orders events in time", |draft| &mut draft.plan.unicity.order),
        row("unicity", "crowd_below", whole(2, u64::MAX), "5",
            "A subject is singled out when fewer subjects than this match", |draft| &mut draft.plan.unicity.crowd_below),
        row("unicity", "draws", whole(DRAWS.0, DRAWS.1), "500", "Subjects drawn where an exact answer costs too much",
            |draft| &mut draft.plan.unicity.draws),
        row("unicity", "sweep", boolean(), "true",
            "Hold the known points against coarser dates, places and amounts as well",
            |draft| &mut draft.plan.unicity.sweep).typed(On, UNICITY).in_environment(),
        row("unicity", "mobility", several(names::<MobilityAttack>()), "[\"time\"]",
            "Attacks of the mobility literature on the first point: location, sequence, time, unique-location, \
             frequency, probability, proportion, home-work",
            |draft| &mut draft.plan.unicity.mobility).typed(List("LIST"), UNICITY).in_environment(),
        row("unicity", "mobility_tolerance", number(Range::SHARE), "0.1",
            "How far a count may lie from the candidate's and still match it",
            |draft| &mut draft.plan.unicity.mobility_tolerance),
    ]
}

#[rustfmt::skip] // As above.
fn sources() -> Vec<Setting> {
    let of_source = |row: Setting, flag| row.typed(flag, LINKAGE).part_of("recipient.holds");
    let pair = "a column, or a column, `=` and its name in the source";
    vec![
        of_source(own("", "against", "a file, folder or glob", "members.csv",
            "What the recipient holds: a file, folder or glob (repeatable: each is a source by itself)",
            |draft, value| value.texts().map(|files| draft.against.files = files), none), Repeated("FILE"))
            .more("Several sources with columns of their own stand in the configuration, as [[recipient.holds]]; with \
                   --against those are not used."),
        // Whoever names shared columns says what others may know, so the rest is not guessed.
        of_source(own("", "on", pair, "age",
            "Columns of the extract that the source has too, with its name for them; they need no role, and with them \
             nothing is guessed [default: the quasi-identifiers that it has under the same name]",
            |draft, value| value.columns().map(|pairs| draft.against.on = pairs), none), Repeated("COL[=THEIRS],..."))
            .needs("against").deciding_roles()
            .more("The rules of --coarsen hold for both sides, the tolerances of --within in a tolerant attack."),
        of_source(row("", "their_subject", words().or(NONE), "member",
            "The column of the source that names its persons [default: the one named as the subject of the extract, \
             else each record is a person]", |draft| &mut draft.against.subject), Value("COL")).needs("against"),
        of_source(own("", "truth", pair, "card=member",
            "Columns that say who is who; they score links and never make one",
            |draft, value| value.text().map(|pair| draft.against.truth = Some(pair)), none), Value("COL[=THEIRS]"))
            .needs("against"),
        of_source(row("", "truth_complete", boolean(), "true",
            "Whoever --truth does not name is not in the source, so that it need not name four in five",
            |draft| &mut draft.against.truth_complete), On).needs("truth"),
        of_source(row("", "attack", several(ATTACKS), "tolerant",
            "How to join: exact, tolerant, distance, probabilistic, scoreboard, release or intersection \
             [default: exact]", |draft| &mut draft.against.attacks), List("LIST")).needs("against").formerly("attacks")
            .more("pseudonym, alone, holds the columns of --on against the identifiers in THEIRS: is a column a hash of \
                   them?"),
        own("recipient", "holds", "a table for each source, `[[recipient.holds]]`", "{ file = \"members.csv\" }",
            "What the recipient can join the extract to", holds::read,
            |plan| list(plan.linkage.sources.iter().map(linkage::shown_source))),
        own("linkage", "known_identifiers", "a table of `name`, `file`, `column` and `pseudonym`, or a list of such tables",
            "{ file = \"issued.csv\", column = \"number\", pseudonym = \"card\" }",
            "Identifiers that pseudonyms are held against", holds::read_known,
            |plan| list(plan.linkage.known_identifiers.iter().map(linkage::shown_identifiers))),
    ]
}

/// The agreement with the recipient, and the preset.
#[rustfmt::skip] // As above.
fn terms() -> Vec<Setting> {
    vec![
        row("recipient", "name", words().or(NONE), "\"Platform\"", "Who is to receive the extract",
            |draft| &mut declared::terms(draft).name),
        row("recipient", "purpose", words().or(NONE), "\"fraud study\"", "What the recipient may use the extract for",
            |draft| &mut declared::terms(draft).purpose),
        row("recipient", "agreement", words().or(NONE), "\"C-118\"", "The agreement",
            |draft| &mut declared::terms(draft).agreement),
        row("recipient", "ends", declared::last_day().or(NONE), "2027-02-28", "Last day of the agreement",
            |draft| &mut declared::terms(draft).ends),
        row("recipient", "no_onward_sharing", boolean().or(NONE), "true", "Whether the extract may not be passed on",
            |draft| &mut declared::terms(draft).no_onward_sharing),
        row("recipient", "allowed_columns", columns().or(NONE), "[\"age\"]",
            "The only columns that the recipient may get", |draft| &mut declared::terms(draft).allowed_columns),
        row("recipient", "forbidden_columns", columns(), "[\"balance\"]", "Columns that the recipient must not get",
            |draft| &mut declared::terms(draft).forbidden_columns),
        own("recipient", "consent", "a table of `file`, `column`, `value_column`, `value` and `missing`",
            "{ file = \"register.csv\", column = \"customer\", value_column = \"opted_in\", value = \"yes\" }",
            "Where consent is kept", declared::consent, declared::shown_consent),
        own("policy", "preset", "the name of a preset, or `default`", "\"controlled-k5\"",
            "A named set of limits; default is none", policy::preset,
            |plan| plan.policy.preset.as_ref().map_or(NONE.to_owned(), |preset| preset.id.clone()))
            .typed(Value("NAME"), VERDICT).in_environment(),
    ]
}

#[rustfmt::skip] // As above.
fn judging() -> Vec<Setting> {
    vec![
        own("policy", "gate_any_record", "`true` or `false`", "true",
            "Hold k against the set of all quasi-identifiers, event columns included, as well",
            |draft, value| value.boolean().map(|is_so| draft.limits.gate_any_record = Some(is_so)),
            |plan| plan.policy.gate_any_record.to_string()).typed(On, VERDICT).in_environment(),
        // A note changes no verdict.
        row("policy", "fail_on", named(names::<Severity>().split_off(1)).or("high"), "\"low\"",
            "Severity that fails: low, medium, high or critical [default: high]", |draft| &mut draft.limits.fail_on)
            .typed(Value("LEVEL"), VERDICT).in_environment(),
        row("policy", "allow_review", boolean().or("false"), "true", "Exit with 0 when the verdict is REVIEW",
            |draft| &mut draft.limits.allow_review).typed(On, VERDICT).in_environment(),
        own("policy", "severities", "a table of findings and severities", "{ guessed-roles = \"critical\" }",
            "Findings whose severity is raised", policy::severities, policy::shown_severities),
        own("policy", "treatment", "a table of `applied`, which is \"downstream\", `approved_by`, `reason` and `expires`",
            "{ applied = \"downstream\", approved_by = \"DPO\", reason = \"the exporter rounds\", expires = 2027-02-28 }",
            "Who applies the coarsening rules to the file after this scan", declared::treatment,
            |plan| plan.declarations.treatment.as_ref().map_or(NONE.to_owned(), declared::shown_treatment)),
        row("", "as_of", day().or("the day of the scan"), "2027-02-28",
            "Judge agreement and waivers for this day, such as 2027-02-28 [default: today, UTC]",
            |draft| &mut draft.plan.as_of).typed(Value("DATE"), VERDICT).in_environment(),
    ]
}

#[rustfmt::skip] // As above.
fn running() -> Vec<Setting> {
    vec![
        row("scan", "seed", whole(0, u64::MAX), "7", "Seed of everything drawn by chance [default: 0]",
            |draft| &mut draft.plan.seed).typed(Value("N"), RUNNING).in_environment(),
        row("scan", "threads", whole(1, MOST_THREADS).or("all of the machine"), "3",
            "Worker threads, 1 to 1,024 [default: all of the machine]", |draft| &mut draft.plan.threads)
            .typed(Value("N"), RUNNING).by(Verbs::All).in_environment(),
        row("scan", "memory", parsed("a size, such as \"512MiB\" or \"2G\"", parse_size, u64::to_string).or("no limit"),
            "\"2G\"",
            "Memory that the scan may use, such as 512MiB or 2G [default: 80 % of what is available, on Linux]",
            |draft| &mut draft.plan.memory).typed(Value("SIZE"), RUNNING).by(Verbs::All).in_environment(),
        row("scan", "timeout", parsed("a duration, such as \"90s\" or \"1h30m\"", parse_duration,
            |limit| format!("{} s", limit.as_secs_f64())).or("no limit"), "\"10m\"",
            "Time after which the scan ends as incomplete, such as 90s, 10m or 1h30m", |draft| &mut draft.plan.timeout)
            .typed(Value("DUR"), RUNNING).by(Verbs::All).in_environment(),
        row("scan", "audience", named(names::<Audience>()), "\"internal\"",
            "Who may read the report: overview or internal [default: overview]", |draft| &mut draft.plan.audience)
            .typed(Value("WHO"), RUNNING).in_environment()
            .more("With internal every view is stamped RESTRICTED, and only the owner of the files may read them. Both \
                   hold the same figures: internal adds no detail yet."),
    ]
}

#[rustfmt::skip] // As above.
fn reading() -> Vec<Setting> {
    let of_files = |row: Setting, flag| row.typed(flag, READING).by(Verbs::All);
    vec![
        row("dataset", "name", words().or("the name of the first file"), "\"january\"",
            "Names the dataset and its folder of reports", |draft| &mut draft.plan.dataset_name),
        of_files(row("dataset", "delimiter",
            parsed("one to eight signs that are no letters or digits, or \"tab\"", parse_delimiter, |sign| shown_sign(*sign))
            .or(FOUND), "\";\"", "Field delimiter: one or more signs, such as ; or ~|~ or \\u0001, or `tab`",
            |draft| &mut draft.plan.input.delimiter), Value("CHARS")),
        of_files(row("dataset", "quote", parsed("one such character, or \"none\"", parse_quote,
            |sign| sign.map_or(NONE.to_owned(), |byte| shown_sign(Sign::of_byte(byte)))).or(FOUND), "\"none\"", "Quote character, or `none`",
            |draft| &mut draft.plan.input.quote), Value("CHAR")),
        of_files(row("dataset", "header", boolean().or(FOUND), "false",
            "The first line holds data, not column names", |draft| &mut draft.plan.input.header), Off),
        of_files(row("dataset", "encoding", named(ENCODINGS).or(FOUND), "\"latin-1\"",
            "Character encoding: utf-8, utf-16le, utf-16be, windows-1250, -1251 or -1252, iso-8859-1, -2 or -15, cp850, \
             or the EBCDIC pages cp037, cp273, cp500 and cp1047",
            |draft| &mut draft.plan.input.encoding), Value("NAME")),
        of_files(row("dataset", "skip", whole(0, u64::MAX).or(FOUND), "6",
            "Lines above the heading that are no records; rows of a sheet", |draft| &mut draft.plan.input.skip), Value("N")),
        of_files(row("dataset", "footer", whole(0, 1_000_000).or("what is found to be no record"), "1",
            "Lines below the last record that are no records; rows of a sheet", |draft| &mut draft.plan.input.footer),
            Value("N")),
        of_files(row("dataset", "comment", parsed("one to eight signs", parse_comment, |sign| shown_sign(*sign)).or(NONE),
            "\"#\"", "What a line begins with that is no record", |draft| &mut draft.plan.input.comment), Value("CHARS")),
        own("dataset", "layout", "a list of tables of `name`, `start` and `length`",
            "[{ name = \"customer\", start = 1, length = 8 }]",
            "Fields of fixed width: positions count characters, from 1", declared::layout, declared::shown_layout),
        row("dataset", "record_length", whole(1, 1_000_000).or("to the line end"), "80",
            "Characters of a record of fixed width, in a file without line ends",
            |draft| &mut draft.plan.input.record_length),
        of_files(own("dataset", "sheet", "the name of a sheet, its number counted from 1, `*` for all, or a list of them",
            "\"Claims\"", "Sheet of a workbook by name or number, or * for all (repeatable) [default: the one that holds cells]",
            |draft, value| value.each(Written::number_or_text).map(|sheets| draft.plan.input.sheets = sheets),
            |plan| if plan.input.sheets.is_empty() { FOUND.to_owned() } else {
                list(plan.input.sheets.iter().map(|sheet| shown_name(sheet))) }), Text("NAME")),
        // What stands in cells is counted, not told.
        of_files(own("dataset", "null_value", SPELLINGS, "[\"NA\"]",
            "A spelling that counts as missing besides the empty field, such as NA (repeatable)", null_value,
            |plan| shown_spellings(&plan.input.null_values)), Text("TEXT")).formerly("null_values"),
        of_files(row("dataset", "trim", boolean().or("true"), "false",
            "Keep blanks at the ends of values [default: they are taken off]", |draft| &mut draft.plan.input.trim), Off),
        of_files(own("dataset", "suppression_marks", SPELLINGS, "[\"xx\"]",
            "What stands in a cell whose value was suppressed (repeatable) [default: *, **, *** and suppressed]",
            |draft, value| value.texts().map(|marks| draft.plan.input.suppression_marks = Some(marks)),
            |plan| plan.input.suppression_marks.as_ref().map_or_else(
                || format!("{}, the default", shown_spellings(&SUPPRESSION_MARKS)), |marks| shown_spellings(marks))),
            Text("TEXT")),
        own("dataset", "join", "a table for each table that is joined, `[[dataset.join]]`",
            "[{ file = \"customers.csv\", key = \"customer\" }]",
            "Tables, such as customers and accounts, whose columns are brought to the records by a key", declared::joins,
            declared::shown_joins),
        row("dataset", "kind", named(KINDS), "\"aggregate\"",
            "What a record is: records (of persons) or aggregate (a total)",
            |draft| &mut draft.plan.declarations.aggregate),
        row("dataset", "time_zone", parsed("\"UTC\", an offset such as \"+02:00\", or a name such as \"Europe/Berlin\"",
            Zone::parse, |zone| zone.text()), "\"Europe/Berlin\"",
            "The zone in which times are counted, such as +02:00 or Europe/Berlin, summer time included",
            |draft| &mut draft.plan.time_origin.zone),
        row("dataset", "day_start", parsed("a full hour, from \"00:00\" to \"23:00\"", TimeOrigin::parse_day_start,
            |hour| format!("{hour:02}:00")), "\"04:00\"", "The hour at which a day begins, such as 04:00",
            |draft| &mut draft.plan.time_origin.day_start_hour),
    ]
}

/// For settings that are part of another entry of the record.
fn none(_: &Plan) -> String {
    String::new()
}

pub(super) fn list(items: impl Iterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    if items.is_empty() { NONE.to_owned() } else { items.join(", ") }
}

/// A file without the folders of the machine.
pub(super) fn file_name(file: &Path) -> String {
    shown_name(&file.file_name().unwrap_or(file.as_os_str()).to_string_lossy())
}

fn shown_spellings<T>(spellings: &[T]) -> String {
    counted(spellings.len() as u64, "spelling", "spellings")
}

fn null_value(draft: &mut Draft, value: &Written<'_, '_>) -> Taken {
    let spellings = value.texts()?;
    if value.is_flag() {
        draft.against.null_values.clone_from(&spellings);
    }
    draft.plan.input.null_values = spellings;
    Ok(())
}

fn measures(draft: &mut Draft, value: &Written<'_, '_>) -> Taken {
    let mut taken: Vec<String> = Vec::new();
    for name in value.each(|item| item.one_of(measure::NAMES, "unknown-measure", "measure"))? {
        if taken.contains(&name) {
            return Err(value.refused("measure-twice", format!("measure `{name}` is named twice")));
        }
        taken.push(name);
    }
    draft.plan.measures = taken;
    if value.is_flag() {
        declared::narrow(draft, "--measures");
    }
    Ok(())
}

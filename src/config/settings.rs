//! The table of all settings.
//!
//! A new setting is a field of the [`Plan`] and a row here: its section and key, its kind, an example that is not the
//! default, its words, and its place in the draft. The order is that of the help and of the record.

mod reading;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::sync::LazyLock;

use super::kind::{
    Kind, boolean, columns, day, folder, named, names, number, parsed, several, spellings, whole, words,
};
use super::reader::Written;
use super::setting::Flag::{self, List, On, Repeated, Value};
use super::setting::{Draft, Setting, Taken, Verbs, of_limit, own, row};
use super::{aggregates, columns as of_columns, declared, holds, linkage, policy, unicity};
use crate::measure;
use crate::plan::{
    ATTACKS, CellSpelling, Plan, PopulationSize, Range, SensitiveDistance, Share, parse_duration, parse_size,
    shown_name,
};
use crate::result::{Attacker, Audience, MissingMode, MobilityAttack, Role, SensitiveValue, Severity};

/// More worker threads than this only cost memory, and far more of them bring a machine down.
const MOST_THREADS: u64 = 1_024;
/// Fewer draws say nearly nothing; more are an exact answer's price.
const DRAWS: (u64, u64) = (100, 10_000_000);

const ROLES: &str = "Roles";
const MEASUREMENT: &str = "Measurement options";
const POPULATION: &str = "Population options";
const UNICITY: &str = "Unicity options";
const LINKAGE: &str = "Linkage options";
pub(super) const VERDICT: &str = "Verdict options";
const RELEASE: &str = "Release options";
const RUNNING: &str = "Run options";
const READING: &str = "Input options (detected from the file by default)";

const COLUMNS: Flag = Repeated("COL,COL");
const COLUMN: Flag = Repeated("COL");

pub(super) const NONE: &str = "none";
const FOUND: &str = "detected from the file";

/// Every setting there is, in the order of help and record.
#[must_use]
pub fn settings() -> &'static [Setting] {
    static ALL: LazyLock<Vec<Setting>> = LazyLock::new(|| {
        let limits = measure::limits().map(of_limit).collect();
        let parts = [
            who(),
            counting(),
            sampled(),
            events(),
            sources(),
            totals(),
            terms(),
            limits,
            judging(),
            releasing(),
            running(),
            reading::reading(),
            reading::notifying(),
        ];
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
        role("quasi", Role::QuasiIdentifier, COLUMNS, "Quasi-identifiers: columns that others may know; no role is then guessed")
            .deciding_roles().more("In every list of columns a name with a comma stands in double quotes; or repeat the flag."),
        role("sensitive", Role::Sensitive, COLUMNS, "Sensitive attributes: columns that nobody should learn"),
        role("direct", Role::DirectIdentifier, COLUMNS, "Direct identifiers: columns that name a person outright"),
        role("weight", Role::Weight, COLUMN, "Sampling weight"),
        role("ignore", Role::Ignore, COLUMNS, "Columns to leave out of the measurement"),
        own("", "coarsen", "a column, `=` and a rule", "age=round:10",
            "Generalise a column in the measurement (repeatable; rules of one column apply in order)", of_columns::coarsen, none)
            .typed(Repeated("COL=RULE"), ROLES).by(Verbs::ScanAndInspect).part_of("columns.coarsen").merged()
            .more("Dates: hour, day, week, month, quarter, year. Numbers: round:10, bins:0,10,50, top:500. Text: \
                   prefix:3, suffix:4. Any column: hierarchy:FILE:LEVEL, rare:20 (pools values of fewer than 20 \
                   subjects), drop."),
        own("subject", "column", "a column", "\"card\"", "Column that identifies the subject",
            of_columns::subject_column, none).part_of("columns.role").deciding_roles(),
        own("subject", "map", "a table of `file`, `from` and `to`",
            "{ file = \"cards.csv\", from = \"card\", to = \"customer\" }",
            "Map that merges the subject values of one person", of_columns::subject_map, of_columns::shown_map).needs("column"),
        own("subject", "rotate", "`day`, `week`, `month`, `quarter`, `year`, or a table of `every` and `column`", "\"month\"",
            "How often a subject gets another pseudonym in a release; classes are then counted within each period",
            of_columns::rotate, of_columns::shown_rotation).needs("column"),
        row("subject", "household", words().or(NONE), "\"household\"",
            "Column that says which subjects belong together, such as a household or a joint account",
            |draft| &mut draft.plan.household),
        own("subject", "none", "`true` or `false`", "true", "Whether every record is a separate person",
            declared::no_subject, |plan| plan.declarations.no_subject.to_string()),
        row("subject", "reason", words().or(NONE), "\"a card has one holder\"",
            "Why the declared subject, or having none, is correct", |draft| &mut draft.plan.declarations.subject_reason),
        own("columns", "role", "the name of a role", "\"sensitive\"", "Role of a column", of_columns::role,
            of_columns::shown_roles).deciding_roles(),
        own("columns", "coarsen", "a rule or a list of rules, applied in order", "\"month\"",
            "Generalisation of a column in the measurement", of_columns::rules, of_columns::shown_rules),
        own("columns", "permitted", "`true` or `false`", "true", "Whether a column may hold identifiers; counts with a `reason` only",
            of_columns::permitted, of_columns::shown_permissions),
        of_column("null_value", spellings(), "[\"0000\"]", "Values that count as missing in a column",
            |plan| &mut plan.input.column_null_values).formerly("null_values"),
        of_column("type", Kind::new("the name of a type", |value| value.named(&declared::TYPES), |found| found.name().to_owned()),
            "\"text\"", "Type of a column, if the detected type is wrong",
            |plan| &mut plan.input.column_types),
        own("columns", "format", "parts such as YYYY, MM and DD, or a table of files and their formats", "\"DD.MM.YY\"",
            "Format of the dates and times of a column", declared::format,
            |plan| declared::shown_spelling(plan, CellSpelling::formats)),
        own("columns", "decimal", "`.` or `,`", "\",\"", "Decimal separator of a column",
            |draft, value| value.named(&declared::DECIMALS).map(|sign| declared::spelling(draft).decimal = Some(sign)),
            |plan| declared::shown_spelling(plan, |column| column.decimal.map(String::from))),
        own("columns", "group", "`.`, `,`, a space or `'`", "\".\"", "Thousands separator of a column",
            |draft, value| value.named(&declared::GROUPS).map(|sign| declared::spelling(draft).group = Some(sign.to_owned())),
            |plan| declared::shown_spelling(plan, |column| column.group.clone())),
        own("columns", "allow_invalid", "a whole number", "3",
            "Number of cells of a column that may violate its declared type or format; they count as missing",
            |draft, value| value.whole(0, u64::MAX).map(|cells| declared::spelling(draft).allow_invalid = cells),
            |plan| declared::shown_spelling(plan, |column| (column.allow_invalid > 0).then(|| column.allow_invalid.to_string()))),
        of_column("real_values", spellings(), "[\"9999\"]", "Values that look like placeholders for missing but are real",
            |plan| &mut plan.input.real_values),
        own("columns", "varies", "`true` or `false`", "false", "Whether a column changes from record to record of a subject",
            |draft, value| value.boolean().map(|varies| declared::of_column(draft).varies = Some(varies)),
            |plan| declared::shown_columns(plan, |column| column.varies.map(|varies| varies.to_string()))),
        of_column("sensitive_value", named(names::<SensitiveValue>()), "\"last\"",
            "Which value a subject has in a sensitive column if its records hold several [default: any]",
            |plan| &mut plan.sensitive_values),
        of_column("sensitive_distance", Kind::new(SensitiveDistance::WORDS, of_columns::distance, SensitiveDistance::to_string),
            "\"value\"",
            "How far two values of a sensitive column are apart, for t-closeness [default: rank for numbers and dates, else equal]",
            |plan| &mut plan.sensitive_distances),
        own("columns", "reason", "a text", "\"the bank alone knows it\"", "Why the declaration of a column is correct",
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
    let show = move |values: &BTreeMap<String, T>| {
        list(values.iter().map(|(column, value)| format!("{}: {}", shown_name(column), show(value))))
    };
    own("columns", name, &words, example, help, read, |_| String::new())
        .showing(move |draft| show(place(&mut draft.plan)))
}

#[rustfmt::skip] // As above.
fn counting() -> Vec<Setting> {
    vec![
        row("scan", "missing", named(names::<MissingMode>()), "\"wildcard\"",
            "What a missing cell matches: own-category (other missing cells) or wildcard (every value)",
            |draft| &mut draft.plan.missing).typed(Value("MODE"), MEASUREMENT).in_environment(),
        own("scan", "measures", "a measure or a list of measures", "[\"uniqueness\"]",
            "Measures to compute [default: all that the roles permit]", measures,
            |plan| if plan.measures.is_empty() { "all that apply".to_owned() } else { plan.measures.join(", ") })
            .typed(List("LIST"), MEASUREMENT).in_environment(),
        row("scan", "max_set", whole(1, u64::MAX), "2", "Maximum size of column combinations to count [default: 3]",
            |draft| &mut draft.plan.max_set).typed(Value("N"), MEASUREMENT).in_environment(),
        row("special_uniques", "max_msu", whole(1, 64), "8",
            "Maximum size of the column sets searched for special uniques [default: 3]",
            |draft| &mut draft.plan.special_uniques.max_msu).typed(Value("N"), MEASUREMENT).in_environment(),
    ]
}

/// The population that the extract is a sample of.
#[rustfmt::skip] // As above.
fn sampled() -> Vec<Setting> {
    vec![
        row("population", "population_size", population_size().or(NONE), "\"5_000_000..8_000_000\"",
            "Number of subjects in the population that the extract is a sample of, or a range such as 5_000_000..8_000_000",
            |draft| &mut draft.plan.population.size).typed(Value("N"), POPULATION).in_environment()
            .more("Without a subject, the number of records. Needs --population-source."),
        row("population", "sampling_fraction", parsed("a share, such as \"1%\"", Share::parse, Share::to_string).or(NONE), "\"1%\"",
            "Share of the population that the extract is, instead of its size, such as 1%",
            |draft| &mut draft.plan.population.fraction).typed(Value("SHARE"), POPULATION).in_environment(),
        row("population", "population_source", words().or(NONE), "\"register of 2026-09-30\"",
            "Where the size or share comes from; without it nothing is estimated",
            |draft| &mut draft.plan.population.source).typed(Value("TEXT"), POPULATION).in_environment(),
        row("population", "random_sample", boolean(), "true",
            "The subjects were drawn from the population at random, each alike; a limit on an estimate passes only then",
            |draft| &mut draft.plan.population.random_sample).typed(On, POPULATION).in_environment(),
    ]
}

/// A number, or a range of two.
fn population_size() -> Kind<PopulationSize> {
    let read = |value: &Written<'_, '_>| {
        let written = value.number_or_text()?;
        PopulationSize::parse(&written).map_err(|reason| {
            value.refused("wrong-value", format!("`{}` is not a size: {reason}", shown_name(&written)))
        })
    };
    Kind::new("a number, or a range such as \"5_000_000..8_000_000\"", read, PopulationSize::to_string)
}

#[rustfmt::skip] // As above.
fn events() -> Vec<Setting> {
    vec![
        // Whoever names points says what others may know, so the rest is not guessed.
        row("unicity", "point", unicity::points(), "[\"day+shop\"]",
            "Columns of a known point, such as day+merchant (repeatable: one curve each) [default: guessed]",
            |draft| &mut draft.plan.unicity.points)
            .typed(Repeated("COL+COL"), UNICITY).formerly("points").deciding_roles()
            .more("A rule after a column applies to that point only: day=month+merchant."),
        row("unicity", "reason", words().or(NONE), "\"the branch stands in no statement\"",
            "Why the declared points may omit event columns", |draft| &mut draft.plan.declarations.points_reason),
        row("unicity", "known_points", unicity::known_points(), "\"1..9\"",
            "Numbers of known points, such as 1,2,4 or 1..10 [default: 1,2,3,4]",
            |draft| &mut draft.plan.unicity.known_points).typed(Value("LIST"), UNICITY).in_environment(),
        own("unicity", "within", "a table of columns and tolerances", "{ amount = \"5%\" }",
            "How precisely a column is known, such as amount=5%, balance=100 or day=2d (repeatable)",
            unicity::within, unicity::shown_within).typed(Repeated("COL=TOLERANCE"), UNICITY).merged(),
        row("unicity", "attacker", several(names::<Attacker>()), "[\"rarest\"]",
            "How known points are selected: uniform, rarest, frequent or consecutive [default: uniform]",
            |draft| &mut draft.plan.unicity.attackers)
            .typed(List("LIST"), UNICITY).in_environment().formerly("attackers"),
        row("unicity", "known_attributes", columns(), "[\"age\"]",
            "Static columns that the attacker also knows (comma-separated)",
            |draft| &mut draft.plan.unicity.known_attributes).typed(COLUMNS, UNICITY),
        own("unicity", "visible", "a table of columns and their values", "{ merchant = [\"Willow Corner\"] }",
            "Values of certain columns that the attacker can see", unicity::visible, unicity::shown_visible),
        row("unicity", "order", words().or("the first date or time of the point"), "\"posted_at\"",
            "Column that orders events in time", |draft| &mut draft.plan.unicity.order),
        row("unicity", "crowd_below", whole(2, u64::MAX), "5",
            "A subject counts as singled out if fewer subjects than this match", |draft| &mut draft.plan.unicity.crowd_below),
        row("unicity", "draws", whole(DRAWS.0, DRAWS.1), "500", "Subjects drawn if an exact answer costs too much",
            |draft| &mut draft.plan.unicity.draws),
        row("unicity", "sweep", boolean(), "true",
            "Also measure the known points with generalised dates, places and amounts",
            |draft| &mut draft.plan.unicity.sweep).typed(On, UNICITY).in_environment(),
        row("unicity", "mobility", several(names::<MobilityAttack>()), "[\"time\"]",
            "Mobility attacks from the literature on the first point: location, sequence, time, unique-location, \
             frequency, probability, proportion, home-work",
            |draft| &mut draft.plan.unicity.mobility).typed(List("LIST"), UNICITY).in_environment(),
        row("unicity", "mobility_tolerance", number(Range::SHARE), "0.1",
            "Maximum distance at which a count still matches the candidate's",
            |draft| &mut draft.plan.unicity.mobility_tolerance),
    ]
}

#[rustfmt::skip] // As above.
fn sources() -> Vec<Setting> {
    let of_source = |row: Setting, flag| row.typed(flag, LINKAGE).part_of("recipient.holds");
    let pair = "a column, or a column, `=` and its name in the source";
    vec![
        of_source(own("", "against", "a file, folder or glob", "members.csv",
            "Data the recipient holds: a file, folder or glob (repeatable; each is a separate source)",
            |draft, value| value.texts().map(|files| draft.against.files = files), none), Repeated("FILE"))
            .more("To give sources different columns, use [[recipient.holds]] in the configuration; --against \
                   replaces those."),
        // Whoever names shared columns says what others may know, so the rest is not guessed.
        of_source(own("", "on", pair, "age",
            "Shared columns, with the source's name for them; they need no role, and no role is then guessed [default: \
             the quasi-identifiers that the source has under the same name]",
            |draft, value| value.columns().map(|pairs| draft.against.on = pairs), none), Repeated("COL[=THEIRS],..."))
            .needs("against").deciding_roles()
            .more("The rules of --coarsen apply to both sides, the tolerances of --within to a tolerant attack."),
        of_source(row("", "their_subject", words().or(NONE), "member",
            "Subject column of the source [default: the column with the name of the extract's subject, otherwise each \
             record is a person]", |draft| &mut draft.against.subject), Value("COL")).needs("against"),
        of_source(own("", "truth", pair, "card=member",
            "Columns that identify the right person; they score links but never make one",
            |draft, value| value.text().map(|pair| draft.against.truth = Some(pair)), none), Value("COL[=THEIRS]"))
            .needs("against"),
        of_source(row("", "truth_complete", boolean(), "true",
            "Subjects whom --truth does not identify are not in the source, so it need not cover four in five",
            |draft| &mut draft.against.truth_complete), On).needs("truth"),
        of_source(row("", "attack", several(ATTACKS), "tolerant",
            "Record linkage attacks: exact, tolerant, distance, probabilistic, scoreboard, release or \
             intersection [default: exact]", |draft| &mut draft.against.attacks), List("LIST")).needs("against").formerly("attacks")
            .more("pseudonym, used alone, tests whether a column of --on is a hash of the identifiers in THEIRS."),
        own("recipient", "holds", "a table for each source, `[[recipient.holds]]`", "{ file = \"members.csv\" }",
            "Data that the recipient can join to the extract", holds::read,
            |plan| list(plan.linkage.sources.iter().map(linkage::shown_source))),
        own("linkage", "known_identifiers", "a table of `name`, `file`, `column` and `pseudonym`, or a list of such tables",
            "{ file = \"issued.csv\", column = \"number\", pseudonym = \"card\" }",
            "Identifiers to test pseudonyms against", holds::read_known,
            |plan| list(plan.linkage.known_identifiers.iter().map(linkage::shown_identifiers))),
        own("linkage", "original", "a file", "\"raw.csv\"",
            "File that the extract, generalised or synthetic, was made from: what does it tell of the people in it?",
            |draft, value| value.file().map(|file| linkage::original(draft).files = vec![file.to_string_lossy().into_owned()]),
            |plan| linkage::shown_original(plan, |original| original.files.first())).typed(Value("FILE"), LINKAGE)
            .more("Compared on the quasi-identifiers and sensitive columns of the same name, under the rules of --coarsen."),
        own("linkage", "control", "a file", "\"set_aside.csv\"",
            "File in the form of the original, of people who are not in it; without one, most attacks have no figure",
            |draft, value| value.file().map(|file| linkage::original(draft).hold_out = Some(file.to_string_lossy().into_owned())),
            |plan| linkage::shown_original(plan, |original| original.hold_out.as_ref())).typed(Value("FILE"), LINKAGE)
            .needs("original"),
    ]
}

/// Tables of totals.
#[rustfmt::skip] // As above.
fn totals() -> Vec<Setting> {
    vec![
        own("", super::file::AGGREGATES, "a table for each table of totals, `[[aggregates]]`",
            "[{ name = \"turnover\", by = [\"region\"], value = \"amount\", rules = [\"frequency:11\"] }]",
            "Tables of totals that leave beside the extract, or in its place", aggregates::read, aggregates::shown),
    ]
}

/// The agreement with the recipient, and the preset.
#[rustfmt::skip] // As above.
fn terms() -> Vec<Setting> {
    vec![
        row("recipient", "name", words().or(NONE), "\"Platform\"", "Name of the recipient",
            |draft| &mut declared::terms(draft).name),
        row("recipient", "purpose", words().or(NONE), "\"fraud study\"", "Purpose for which the recipient may use the extract",
            |draft| &mut declared::terms(draft).purpose),
        row("recipient", "agreement", words().or(NONE), "\"C-118\"", "Reference of the agreement",
            |draft| &mut declared::terms(draft).agreement),
        row("recipient", "ends", declared::last_day().or(NONE), "2027-02-28", "Last day of the agreement",
            |draft| &mut declared::terms(draft).ends),
        row("recipient", "no_onward_sharing", boolean().or(NONE), "true", "Whether onward sharing is prohibited",
            |draft| &mut declared::terms(draft).no_onward_sharing),
        row("recipient", "allowed_columns", columns().or(NONE), "[\"age\"]",
            "The only columns that the recipient may receive", |draft| &mut declared::terms(draft).allowed_columns),
        row("recipient", "forbidden_columns", columns(), "[\"balance\"]", "Columns that the recipient must not receive",
            |draft| &mut declared::terms(draft).forbidden_columns),
        own("recipient", "consent", "a table of `file`, `column`, `value_column`, `value` and `missing`",
            "{ file = \"register.csv\", column = \"customer\", value_column = \"opted_in\", value = \"yes\" }",
            "Consent register", declared::consent, declared::shown_consent),
        own("policy", "preset", "the name of a preset, or `default`", "\"controlled-k5\"",
            "Named set of limits; none by default", policy::preset,
            |plan| plan.policy.preset.as_ref().map_or(NONE.to_owned(), |preset| preset.id.clone()))
            .typed(Value("NAME"), VERDICT).in_environment(),
    ]
}

#[rustfmt::skip] // As above.
fn judging() -> Vec<Setting> {
    vec![
        own("policy", "gate_any_record", "`true` or `false`", "true",
            "Also apply k to the set of all quasi-identifiers, including event columns",
            |draft, value| value.boolean().map(|is_so| draft.limits.gate_any_record = Some(is_so)),
            |plan| plan.policy.gate_any_record.to_string()).typed(On, VERDICT).in_environment(),
        // A note changes no verdict.
        row("policy", "fail_on", named(names::<Severity>().split_off(1)).or("high"), "\"low\"",
            "Severity from which a finding fails: low, medium, high or critical [default: high]", |draft| &mut draft.limits.fail_on)
            .typed(Value("LEVEL"), VERDICT).in_environment(),
        row("policy", "allow_review", boolean().or("false"), "true", "Exit with 0 if the verdict is REVIEW",
            |draft| &mut draft.limits.allow_review).typed(On, VERDICT).in_environment(),
        row("policy", "fail_on_new", boolean().or("false"), "true",
            "Fail only on findings that are new or worse than in the baseline; the others make the verdict REVIEW",
            |draft| &mut draft.limits.fail_on_new).typed(On, VERDICT).in_environment(),
        own("policy", "severities", "a table of findings and their severities", "{ guessed-roles = \"critical\" }",
            "Findings with a raised severity", policy::severities, policy::shown_severities),
        own("policy", "treatment", "a table of `applied`, which is \"downstream\", `approved_by`, `reason` and `expires`",
            "{ applied = \"downstream\", approved_by = \"DPO\", reason = \"the exporter rounds\", expires = 2027-02-28 }",
            "Who applies the generalisation rules to the file after this scan", declared::treatment,
            |plan| plan.declarations.treatment.as_ref().map_or(NONE.to_owned(), declared::shown_treatment)),
        row("", "as_of", day().or("the day of the scan"), "2027-02-28",
            "Judge agreement and waivers as of this day, such as 2027-02-28 [default: today, UTC]",
            |draft| &mut draft.plan.as_of).typed(Value("DATE"), VERDICT).in_environment(),
    ]
}

/// What is done to the file that leaves beside the rules of its columns.
#[rustfmt::skip] // As above.
fn releasing() -> Vec<Setting> {
    vec![
        row("release", "suppress", parsed("a share, such as \"1%\"", Share::parse, Share::to_string).or(NONE), "\"1%\"",
            "Share of the subjects (without a subject, of the records) that may be left out so that the limits on classes hold",
            |draft| &mut draft.plan.suppress).typed(Value("SHARE"), RELEASE).in_environment()
            .more("All subjects in classes that are too small are left out, or none if they are more than this share. A scan \
                   measures the file as if they were gone; `release` leaves them out."),
        row("release", "label", words().or(NONE), "\"2026-11\"", "Label of the release in the history, such as its month",
            |draft| &mut draft.plan.release_label),
        row("release", "tables_only", boolean(), "true",
            "Release the planned tables of totals and no record",
            |draft| &mut draft.plan.tables_only).typed(On, RELEASE).in_environment()
            .more("Without it each planned table of `[[aggregates]]` leaves beside the records."),
    ]
}

#[rustfmt::skip] // As above.
fn running() -> Vec<Setting> {
    vec![
        row("scan", "seed", whole(0, u64::MAX), "7", "Seed for all random draws [default: 0]",
            |draft| &mut draft.plan.seed).typed(Value("N"), RUNNING).in_environment(),
        row("scan", "threads", whole(1, MOST_THREADS).or("all available"), "3",
            "Worker threads, 1 to 1,024 [default: all available]", |draft| &mut draft.plan.threads)
            .typed(Value("N"), RUNNING).by(Verbs::All).in_environment(),
        row("scan", "memory", parsed("a size, such as \"512MiB\" or \"2G\"", parse_size, u64::to_string).or("no limit"),
            "\"2G\"",
            "Memory limit, such as 512MiB or 2G [default: 80 % of available memory, on Linux]",
            |draft| &mut draft.plan.memory).typed(Value("SIZE"), RUNNING).by(Verbs::All).in_environment(),
        row("scan", "spill", folder().or(NONE),
            "\"/var/scratch\"",
            "Folder for what does not fit in memory; it gets files of codes, never a cell value",
            |draft| &mut draft.plan.spill).typed(Value("DIR"), RUNNING).by(Verbs::All).in_environment(),
        row("scan", "timeout", parsed("a duration, such as \"90s\" or \"1h30m\"", parse_duration,
            |limit| format!("{} s", limit.as_secs_f64())).or("no limit"), "\"10m\"",
            "Time limit, after which the scan ends as incomplete, such as 90s, 10m or 1h30m", |draft| &mut draft.plan.timeout)
            .typed(Value("DUR"), RUNNING).by(Verbs::All).in_environment(),
        row("scan", "audience", named(names::<Audience>()), "\"internal\"",
            "Audience of the report: overview or internal [default: overview]", |draft| &mut draft.plan.audience)
            .typed(Value("WHO"), RUNNING).in_environment()
            .more("With internal, every view is marked RESTRICTED and only the owner of the files can read them. Both \
                   hold the same figures: internal adds no detail yet."),
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

//! The table of all settings.
//!
//! A new setting is a field of the [`Plan`] and a row here. The order is that of the help and of the record.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::sync::LazyLock;

use super::document::Problem;
use super::reader::Written;
use super::setting::{Draft, Flag, Setting, Verbs};
use super::{columns, declared, holds, linkage, parts, policy, recipient, unicity};
use crate::measure;
use crate::plan::{
    ATTACKERS, ATTACKS, MOBILITY_ATTACKS, Plan, Range, SUPPRESSION_MARKS, TimeOrigin, counted, did_you_mean,
    parse_duration, parse_size, shown_name,
};
use crate::result::{Audience, Role};

use parts::{
    AUDIENCES, ENCODINGS, FAILING, KINDS, MISSING_MODES, SEVERITIES, name_of, parse_delimiter, parse_quote, shown_sign,
};

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

const COLUMNS: Flag = Flag::Repeated("COL,COL");
const COLUMN: Flag = Flag::Repeated("COL");

/// Every setting there is, in the order of help and record.
#[must_use]
pub fn settings() -> &'static [Setting] {
    static ALL: LazyLock<Vec<Setting>> = LazyLock::new(|| {
        let limits = measure::limits().map(Setting::of_limit);
        BEFORE_LIMITS.iter().copied().chain(limits).chain(AFTER_LIMITS.iter().copied()).collect()
    });
    &ALL
}

type Taken = Result<(), Problem>;

/// A flag that gives columns a role.
const fn role(
    name: &'static str,
    flag: Flag,
    help: &'static str,
    read: fn(&mut Draft, &Written<'_, '_>) -> Taken,
) -> Setting {
    Setting::new("", name, help, read, none).typed(flag, ROLES).by(Verbs::All).part_of("columns.role").merged()
}

#[rustfmt::skip] // A row reads as one; formatted, the table is half as long again.
static BEFORE_LIMITS: &[Setting] = &[
    role("subject", COLUMN, "The person, account or card that records belong to", |draft, value| {
        columns::declare(draft, value, Role::Subject)
    }),
    role("quasi", COLUMNS, "Columns that others may know; with it nothing is guessed", |draft, value| {
        // The other flags say something about single columns; only this one says what others may know.
        draft.decides_roles = true;
        columns::declare(draft, value, Role::QuasiIdentifier)
    }),
    role("sensitive", COLUMNS, "Columns that nobody should learn", |draft, value| {
        columns::declare(draft, value, Role::Sensitive)
    }),
    role("direct", COLUMNS, "Columns that name a person outright", |draft, value| {
        columns::declare(draft, value, Role::DirectIdentifier)
    }),
    role("weight", COLUMN, "Sampling weight", |draft, value| columns::declare(draft, value, Role::Weight)),
    role("ignore", COLUMNS, "Columns that are not used", |draft, value| columns::declare(draft, value, Role::Ignore)),
    Setting::new("", "coarsen", "Count a column more coarsely (repeatable; rules of one column apply in order)",
        columns::coarsen, none)
        .typed(Flag::Repeated("COL=RULE"), ROLES).by(Verbs::ScanAndInspect).part_of("columns.coarsen").merged()
        .more("Dates: hour, day, week, month, quarter, year. Numbers: round:10, bins:0,10,50, top:500. Text: \
               prefix:3, suffix:4. Any column: hierarchy:FILE:LEVEL, rare:20 (values of fewer than 20 subjects become \
               one), drop."),
    Setting::new("subject", "column", "The column that names the subject", columns::subject_column, none)
        .part_of("columns.role"),
    Setting::new("subject", "map", "Merges several subject values of one person", columns::subject_map, |plan| {
        plan.subject_map.as_ref().map_or(NONE.to_owned(), |map| {
            let (from, to) = (shown_name(&map.from), shown_name(&map.to));
            format!("{}, from {from} to {to}", file_name(&map.file))
        })
    }),
    Setting::new("subject", "none", "Whether every record is a person of its own", declared::no_subject, |plan| {
        plan.declarations.no_subject.to_string()
    }),
    Setting::new("subject", "reason", "Why the subject, or that there is none, is right",
        |draft, value| value.words().map(|reason| draft.plan.declarations.subject_reason = Some(reason)),
        |plan| optional(plan.declarations.subject_reason.as_deref().map(shown_name), NONE)),
    // `[columns.NAME]` is read as a whole; these say what comes of it.
    Setting::new("columns", "role", "What a column is", nothing, |plan| {
        let guessed = if plan.roles.guess { "guessed where not declared" } else { "declared" };
        let roles = plan.roles.declared.iter().map(|(name, role)| format!("{} {}", shown_name(name), role.name()));
        [guessed.to_owned()].into_iter().chain(roles).collect::<Vec<_>>().join(", ")
    }),
    Setting::new("columns", "coarsen", "How coarsely a column is counted", nothing, |plan| {
        list(plan.coarsen.iter().flat_map(|(name, rules)| {
            rules.iter().map(move |rule| format!("{}={}", shown_name(name), columns::shown_rule(rule)))
        }))
    }),
    Setting::new("columns", "permitted", "Whether a column may hold identifiers", nothing, |plan| {
        names(&plan.permitted_identifiers)
    }),
    // The spellings stand in cells: they are counted, not told.
    Setting::new("columns", "null_value", "Spellings that count as missing in a column", nothing, |plan| {
        declared::shown_spellings(&plan.input.column_null_values)
    })
    .formerly("null_values"),
    Setting::new("columns", "real_values", "Spellings that look as if they meant missing, and are values", nothing, |plan| {
        declared::shown_spellings(&plan.input.real_values)
    }),
    Setting::new("columns", "varies", "Whether a column changes from record to record of a subject", nothing, |plan| {
        declared::shown_columns(plan, |column| column.varies.map(|varies| varies.to_string()))
    }),
    Setting::new("columns", "reason", "Why what is declared of a column is right", nothing, |plan| {
        declared::shown_columns(plan, |column| column.reason.as_deref().map(shown_name))
    }),
    Setting::new("scan", "missing", "What a missing cell matches: own-category (other missing cells) or wildcard \
                                     (everything)",
        |draft, value| value.named(&MISSING_MODES).map(|mode| draft.plan.missing = mode),
        |plan| name_of(&MISSING_MODES, plan.missing))
        .typed(Flag::Value("MODE"), MEASUREMENT).in_environment(),
    Setting::new("scan", "measures", "Measures to compute [default: all that the roles allow]",
        measures, |plan| if plan.measures.is_empty() { "all that apply".to_owned() } else { plan.measures.join(", ") })
        .typed(Flag::List("LIST"), MEASUREMENT).in_environment(),
    Setting::new("scan", "max_set", "Largest set of columns to count [default: 3]",
        |draft, value| value.whole(1, u64::MAX).map(|size| draft.plan.max_set = size), |plan| plan.max_set.to_string())
        .typed(Flag::Value("N"), MEASUREMENT).in_environment(),
    Setting::new("unicity", "point", "Columns that make one event known, such as day+merchant (repeatable: one curve \
                                      each) [default: guessed]",
        unicity::points, |plan| list(plan.unicity.points.iter().map(|point| unicity::shown_point(point))))
        .typed(Flag::Repeated("COL+COL"), UNICITY).formerly("points")
        .more("A rule behind a column is for that point alone: day=month+merchant."),
    Setting::new("unicity", "reason", "Why the declared points may leave event columns out",
        |draft, value| value.words().map(|reason| draft.plan.declarations.points_reason = Some(reason)),
        |plan| optional(plan.declarations.points_reason.as_deref().map(shown_name), NONE)),
    Setting::new("unicity", "known_points", "Numbers of known points, such as 1,2,4 or 1..10 [default: 1,2,3,4]",
        unicity::known_points, |plan| list(plan.unicity.known_points.iter()))
        .typed(Flag::Value("LIST"), UNICITY).in_environment(),
    Setting::new("unicity", "within", "How roughly a column is known, such as amount=5%, balance=100 or day=2d \
                                       (repeatable)",
        unicity::within, |plan| {
            list(plan.unicity.within.iter().map(|(name, rule)| format!("{}={rule}", shown_name(name))))
        })
        .typed(Flag::Repeated("COL=TOLERANCE"), UNICITY).merged(),
    Setting::new("unicity", "attacker", "How points come to be known: uniform, rarest, frequent or consecutive \
                                         [default: uniform]",
        |draft, value| value.each(|name| name.named(&ATTACKERS)).map(|named| draft.plan.unicity.attackers = named),
        |plan| list(plan.unicity.attackers.iter().map(|attacker| name_of(&ATTACKERS, *attacker))))
        .typed(Flag::List("LIST"), UNICITY).in_environment().formerly("attackers"),
    Setting::new("unicity", "known_attributes", "Static columns that the attacker knows as well (comma-separated)",
        |draft, value| value.columns().map(|names| draft.plan.unicity.known_attributes = names),
        |plan| names(&plan.unicity.known_attributes))
        .typed(COLUMNS, UNICITY),
    Setting::new("unicity", "visible", "For some columns, the values that the attacker sees", unicity::visible, |plan| {
        // The values are cells: they are counted, not told.
        list(plan.unicity.visible.iter().map(|(name, values)| {
            format!("{}: {}", shown_name(name), counted(values.len() as u64, "value", "values"))
        }))
    }),
    Setting::new("unicity", "order", "The column that orders events in time",
        |draft, value| value.text().map(|name| draft.plan.unicity.order = Some(name.trim().to_owned())),
        |plan| optional(plan.unicity.order.as_deref().map(shown_name), "the first date or time of the point")),
    Setting::new("unicity", "crowd_below", "A subject is singled out when fewer subjects than this match",
        |draft, value| value.whole(2, u64::MAX).map(|crowd| draft.plan.unicity.crowd_below = crowd),
        |plan| plan.unicity.crowd_below.to_string()),
    Setting::new("unicity", "draws", "Subjects drawn where an exact answer costs too much",
        |draft, value| value.whole(DRAWS.0, DRAWS.1).map(|draws| draft.plan.unicity.draws = draws),
        |plan| plan.unicity.draws.to_string()),
    Setting::new("unicity", "sweep", "Hold the known points against coarser dates, places and amounts as well",
        |draft, value| value.boolean().map(|sweep| draft.plan.unicity.sweep = sweep),
        |plan| plan.unicity.sweep.to_string())
        .typed(Flag::On, UNICITY).in_environment(),
    Setting::new("unicity", "mobility", "Attacks of the mobility literature on the first point: location, sequence, \
                                         time, unique-location, frequency, probability, proportion, home-work",
        unicity::mobility,
        |plan| list(plan.unicity.mobility.iter().map(|attack| name_of(&MOBILITY_ATTACKS, *attack))))
        .typed(Flag::List("LIST"), UNICITY).in_environment(),
    Setting::new("unicity", "mobility_tolerance", "How far a count may lie from the candidate's and still match it",
        |draft, value| value.number(Range::SHARE).map(|share| draft.plan.unicity.mobility_tolerance = share),
        |plan| plan.unicity.mobility_tolerance.to_string()),
    Setting::new("", "against", "What the recipient holds: a file, folder or glob (repeatable: each is a source by \
                                 itself)",
        |draft, value| value.texts().map(|files| draft.against.files = files), none)
        .typed(Flag::Repeated("FILE"), LINKAGE).part_of("recipient.holds")
        .more("Several sources with columns of their own stand in the configuration, as [[recipient.holds]]; with \
               --against those are not used."),
    Setting::new("", "on", "Columns of the extract that the source has too, with its name for them; they need no role, \
                            and with them nothing is guessed [default: the quasi-identifiers that it has under the \
                            same name]",
        |draft, value| {
            // Whoever names shared columns says what others may know, so the rest is not guessed.
            draft.decides_roles = true;
            value.columns().map(|pairs| draft.against.on = pairs)
        }, none)
        .typed(Flag::Repeated("COL[=THEIRS],..."), LINKAGE).part_of("recipient.holds")
        .more("The rules of --coarsen hold for both sides, the tolerances of --within in a tolerant attack."),
    Setting::new("", "their_subject", "The column of the source that names its persons [default: the one named as the \
                                       subject of the extract, else each record is a person]",
        |draft, value| value.text().map(|name| draft.against.subject = Some(name)), none)
        .typed(Flag::Value("COL"), LINKAGE).part_of("recipient.holds"),
    Setting::new("", "truth", "Columns that say who is who; they score links and never make one",
        |draft, value| value.text().map(|pair| draft.against.truth = Some(pair)), none)
        .typed(Flag::Value("COL[=THEIRS]"), LINKAGE).part_of("recipient.holds"),
    Setting::new("", "truth_complete", "Whoever --truth does not name is not in the source, so that it need not name \
                                        four in five",
        |draft, value| value.boolean().map(|is_so| draft.against.truth_complete = is_so), none)
        .typed(Flag::On, LINKAGE).part_of("recipient.holds"),
    Setting::new("", "attack", "How to join: exact, tolerant, distance, probabilistic, scoreboard, release or \
                                intersection [default: exact]",
        |draft, value| value.each(|name| name.named(&ATTACKS)).map(|attacks| draft.against.attacks = attacks), none)
        .typed(Flag::List("LIST"), LINKAGE).part_of("recipient.holds").formerly("attacks")
        .more("pseudonym, alone, holds the columns of --on against the identifiers in THEIRS: is a column a hash of \
               them?"),
    Setting::new("recipient", "holds", "What the recipient can join the extract to", holds::read, |plan| {
        list(plan.linkage.sources.iter().map(linkage::shown_source))
    }),
    Setting::new("linkage", "known_identifiers", "Identifiers that pseudonyms are held against", holds::read_known,
        |plan| list(plan.linkage.known_identifiers.iter().map(linkage::shown_identifiers))),
    Setting::new("recipient", "name", "Who is to receive the extract",
        |draft, value| value.words().map(|name| recipient::of(draft).terms.name = Some(name)),
        |plan| recipient::shown(plan, |terms| terms.name.clone())),
    Setting::new("recipient", "purpose", "What the recipient may use the extract for",
        |draft, value| value.words().map(|purpose| recipient::of(draft).terms.purpose = Some(purpose)),
        |plan| recipient::shown(plan, |terms| terms.purpose.clone())),
    Setting::new("recipient", "agreement", "The agreement",
        |draft, value| value.words().map(|name| recipient::of(draft).terms.agreement = Some(name)),
        |plan| recipient::shown(plan, |terms| terms.agreement.clone())),
    Setting::new("recipient", "ends", "Last day of the agreement",
        |draft, value| value.date().map(|day| recipient::of(draft).terms.ends = Some(day.to_string())),
        |plan| recipient::shown(plan, |terms| terms.ends.clone())),
    Setting::new("recipient", "no_onward_sharing", "Whether the extract may not be passed on",
        |draft, value| value.boolean().map(|is_so| recipient::of(draft).terms.no_onward_sharing = Some(is_so)),
        |plan| recipient::shown(plan, |terms| terms.no_onward_sharing.map(|is_so| is_so.to_string()))),
    Setting::new("recipient", "allowed_columns", "The only columns that the recipient may get",
        |draft, value| value.columns().map(|names| recipient::of(draft).terms.allowed_columns = Some(names)),
        |plan| recipient::shown(plan, |terms| terms.allowed_columns.as_ref().map(names))),
    Setting::new("recipient", "forbidden_columns", "Columns that the recipient must not get",
        |draft, value| value.columns().map(|names| recipient::of(draft).terms.forbidden_columns = names),
        |plan| recipient::shown(plan, |terms| Some(names(&terms.forbidden_columns)))),
    Setting::new("recipient", "consent", "Where consent is kept", recipient::consent, recipient::shown_consent),
    Setting::new("policy", "preset", "A named set of limits; default is none", policy::preset,
        |plan| optional(plan.policy.preset.as_ref().map(|preset| preset.id.clone()), NONE))
        .typed(Flag::Value("NAME"), VERDICT).in_environment(),
];

#[rustfmt::skip] // As above.
static AFTER_LIMITS: &[Setting] = &[
    Setting::new("policy", "gate_any_record", "Hold k against the set of all quasi-identifiers, event columns \
                                              included, as well",
        |draft, value| value.boolean().map(|is_so| draft.limits.gate_any_record = Some(is_so)),
        |plan| plan.policy.gate_any_record.to_string())
        .typed(Flag::On, VERDICT).in_environment(),
    Setting::new("policy", "fail_on", "Severity that fails: low, medium, high or critical [default: high]",
        |draft, value| value.named(&FAILING).map(|level| draft.limits.fail_on = Some(level)),
        |plan| name_of(&SEVERITIES, plan.policy.fail_on))
        .typed(Flag::Value("LEVEL"), VERDICT).in_environment(),
    Setting::new("policy", "allow_review", "Exit with 0 when the verdict is REVIEW",
        |draft, value| value.boolean().map(|is_so| draft.limits.allow_review = Some(is_so)),
        |plan| plan.policy.allow_review.to_string())
        .typed(Flag::On, VERDICT).in_environment(),
    Setting::new("policy", "severities", "Findings whose severity is raised", policy::severities, |plan| {
        let raised = plan.policy.severities.iter();
        list(raised.map(|raised| format!("{} {}", raised.code.name(), name_of(&SEVERITIES, raised.at_least))))
    }),
    Setting::new("policy", "treatment", "Who applies the coarsening rules to the file after this scan",
        declared::treatment, |plan| plan.declarations.treatment.as_ref().map_or(NONE.to_owned(), declared::shown_treatment)),
    Setting::new("", "as_of", "Judge agreement and waivers for this day, such as 2027-02-28 [default: today, UTC]",
        |draft, value| value.date().map(|day| draft.plan.as_of = Some(day)),
        |plan| optional(plan.as_of, "the day of the scan"))
        .typed(Flag::Value("DATE"), VERDICT).in_environment(),
    Setting::new("scan", "seed", "Seed of everything drawn by chance [default: 0]",
        |draft, value| value.whole(0, u64::MAX).map(|seed| draft.plan.seed = seed), |plan| plan.seed.to_string())
        .typed(Flag::Value("N"), RUNNING).in_environment(),
    Setting::new("scan", "threads", "Worker threads, 1 to 1,024 [default: all of the machine]",
        |draft, value| value.whole(1, MOST_THREADS).map(|threads| draft.plan.threads = Some(threads)),
        |plan| optional(plan.threads, "all of the machine"))
        .typed(Flag::Value("N"), RUNNING).by(Verbs::All).in_environment(),
    Setting::new("scan", "memory", "Memory that the scan may use, such as 512MiB or 2G [default: 80 % of what is \
                                    available, on Linux]",
        |draft, value| value.parsed(parse_size).map(|bytes| draft.plan.memory = Some(bytes)),
        |plan| optional(plan.memory, "no limit"))
        .typed(Flag::Value("SIZE"), RUNNING).by(Verbs::All).in_environment(),
    Setting::new("scan", "timeout", "Time after which the scan ends as incomplete, such as 90s, 10m or 1h30m",
        |draft, value| value.parsed(parse_duration).map(|limit| draft.plan.timeout = Some(limit)),
        |plan| optional(plan.timeout.map(|limit| format!("{} s", limit.as_secs_f64())), "no limit"))
        .typed(Flag::Value("DUR"), RUNNING).by(Verbs::All).in_environment(),
    Setting::new("scan", "audience", "Who may read the report: overview or internal [default: overview]",
        |draft, value| value.named::<Audience>(&AUDIENCES).map(|audience| draft.plan.audience = audience),
        |plan| name_of(&AUDIENCES, plan.audience))
        .typed(Flag::Value("WHO"), RUNNING).in_environment()
        .more("With internal every view is stamped RESTRICTED, and only the owner of the files may read them. Both \
               hold the same figures: internal adds no detail yet."),
    Setting::new("dataset", "name", "Names the dataset and its folder of reports",
        |draft, value| value.words().map(|name| draft.plan.dataset_name = Some(name)),
        |plan| optional(plan.dataset_name.as_deref().map(shown_name), "the name of the first file")),
    Setting::new("dataset", "delimiter", "Field delimiter: one character, or `tab`",
        |draft, value| value.parsed(parse_delimiter).map(|sign| draft.plan.input.delimiter = Some(sign)),
        |plan| optional(plan.input.delimiter.map(shown_sign), FOUND))
        .typed(Flag::Value("CHAR"), READING).by(Verbs::All),
    Setting::new("dataset", "quote", "Quote character, or `none`",
        |draft, value| value.parsed(parse_quote).map(|sign| draft.plan.input.quote = Some(sign)),
        |plan| optional(plan.input.quote.map(|sign| sign.map_or(NONE.to_owned(), shown_sign)), FOUND))
        .typed(Flag::Value("CHAR"), READING).by(Verbs::All),
    Setting::new("dataset", "header", "The first line holds data, not column names",
        |draft, value| value.boolean().map(|is_so| draft.plan.input.header = Some(is_so)),
        |plan| optional(plan.input.header, FOUND))
        .typed(Flag::Off, READING).by(Verbs::All),
    Setting::new("dataset", "encoding", "Character encoding: utf-8, utf-16le, utf-16be, windows-1252 or latin-1",
        |draft, value| value.named(&ENCODINGS).map(|encoding| draft.plan.input.encoding = Some(encoding)),
        |plan| optional(plan.input.encoding.map(|encoding| name_of(&ENCODINGS, encoding)), FOUND))
        .typed(Flag::Value("NAME"), READING).by(Verbs::All),
    Setting::new("dataset", "null_value", "A spelling that counts as missing besides the empty field, such as NA \
                                           (repeatable)",
        |draft, value| {
            let spellings = value.texts()?;
            if value.is_flag() {
                draft.against.null_values.clone_from(&spellings);
            }
            draft.plan.input.null_values = spellings;
            Ok(())
        },
        // They stand in cells: they are counted, not told.
        |plan| counted(plan.input.null_values.len() as u64, "spelling", "spellings"))
        .typed(Flag::Text("TEXT"), READING).by(Verbs::All).formerly("null_values"),
    Setting::new("dataset", "trim", "Keep blanks at the ends of values [default: they are taken off]",
        |draft, value| value.boolean().map(|is_so| draft.plan.input.trim = Some(is_so)),
        |plan| plan.input.trims().to_string())
        .typed(Flag::Off, READING).by(Verbs::All),
    Setting::new("dataset", "suppression_marks", "What stands in a cell whose value was suppressed (repeatable) \
                                                  [default: *, **, *** and suppressed]",
        |draft, value| value.texts().map(|marks| draft.plan.input.suppression_marks = Some(marks)),
        |plan| plan.input.suppression_marks.as_ref().map_or_else(
            || format!("{}, the default", counted(SUPPRESSION_MARKS.len() as u64, "spelling", "spellings")),
            |marks| counted(marks.len() as u64, "spelling", "spellings"),
        ))
        .typed(Flag::Text("TEXT"), READING).by(Verbs::All),
    Setting::new("dataset", "kind", "What a record is: records (of persons) or aggregate (a total)",
        |draft, value| value.named(&KINDS).map(|is_total| draft.plan.declarations.aggregate = is_total),
        |plan| name_of(&KINDS, plan.declarations.aggregate)),
    Setting::new("dataset", "time_zone", "The zone in which times are counted, such as +02:00",
        |draft, value| value.parsed(TimeOrigin::parse_zone).map(|ahead| draft.plan.time_origin.zone_minutes = ahead),
        |plan| optional(plan.time_origin.zone_text(), "UTC")),
    Setting::new("dataset", "day_start", "The hour at which a day begins, such as 04:00",
        |draft, value| {
            value.parsed(TimeOrigin::parse_day_start).map(|hour| draft.plan.time_origin.day_start_hour = hour)
        },
        |plan| optional(plan.time_origin.day_start_text(), "00:00")),
];

pub(super) const NONE: &str = "none";
const FOUND: &str = "found from the file";

/// For settings that are part of another entry of the record.
fn none(_: &Plan) -> String {
    String::new()
}

#[expect(clippy::unnecessary_wraps, reason = "it is a row's way of reading")]
fn nothing(_: &mut Draft, _: &Written<'_, '_>) -> Taken {
    Ok(())
}

fn optional(value: Option<impl Display>, otherwise: &str) -> String {
    value.map_or(otherwise.to_owned(), |value| value.to_string())
}

pub(super) fn list(items: impl Iterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    if items.is_empty() { NONE.to_owned() } else { items.join(", ") }
}

fn names<'name>(columns: impl IntoIterator<Item = &'name String>) -> String {
    list(columns.into_iter().map(|name| shown_name(name)))
}

/// A file without the folders of the machine.
pub(super) fn file_name(file: &Path) -> String {
    shown_name(&file.file_name().unwrap_or(file.as_os_str()).to_string_lossy())
}

fn measures(draft: &mut Draft, value: &Written<'_, '_>) -> Taken {
    let named: BTreeMap<&str, &str> = measure::NAMES.map(|name| (name, name)).into();
    let mut taken: Vec<String> = Vec::new();
    for name in value.each(|item| {
        let text = item.as_text().ok_or_else(|| item.wrong_type("a text in quotes or a list of them"))?;
        named.get(text).copied().ok_or_else(|| {
            let problem = item.refused("unknown-measure", format!("`{}` is not a measure", shown_name(text)));
            problem.with_hint(match did_you_mean(text, measure::NAMES) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("measures: {}", measure::NAMES.join(", ")),
            })
        })
    })? {
        if taken.iter().any(|other| other == name) {
            return Err(value.refused("measure-twice", format!("measure `{name}` is named twice")));
        }
        taken.push(name.to_owned());
    }
    draft.plan.measures = taken;
    if value.is_flag() {
        declared::narrow(draft, "--measures");
    }
    Ok(())
}

//! An independent, slow judge: from the bytes of a table and what was declared to the verdict that the rules ask for.
//!
//! It follows the rules to the letter and enumerates what the program draws or counts cleverly. Where the rules leave
//! room (a single suppression mark, several columns that are unclear at once, a share within the width of a drawn
//! interval) it gives the range of verdicts that they allow.

use std::collections::{BTreeMap, BTreeSet};

use super::judged::{Judged, Level};
use super::plans::{Declared, Plan, Role, Subject};

/// A table as its bytes say: cells as they stand in the file.
struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads plain comma-separated text without quotes.
    fn read(text: &str) -> Self {
        let split = |line: &str| line.split(',').map(str::to_owned).collect();
        Self { rows: text.lines().skip(1).map(split).collect() }
    }
}

/// Spellings of a cell that was suppressed.
const MARKS: [&str; 4] = ["*", "**", "***", "suppressed"];
/// Fewer subjects with two values cannot tell whether a column is static.
const FEW: usize = 20;
/// How far a drawn share may lie from the exact one.
const DRAWN: f64 = 0.015;

/// One record that belongs to somebody and is not suppressed: its subject and, by column, its coarsened value.
pub(crate) struct Record {
    pub(crate) subject: usize,
    pub(crate) cells: Vec<Option<String>>,
}

/// The verdict that the rules ask for.
pub(crate) fn judge(text: &str, plan: &Plan) -> Judged {
    let table = Table::read(text);
    let mut judged = Judged::default();
    judge_subject(&table, plan, &mut judged);
    judge_undeclared(&table, plan, &mut judged);
    judge_suppressed(&table, plan, &mut judged);
    judge_treatment(&table, plan, &mut judged);
    // A single mark is a value of its own, or says as little as a missing cell: both are allowed.
    let readings: Vec<Judged> =
        [false, true].iter().map(|&marks_are_missing| judge_risk(&table, plan, marks_are_missing)).collect();
    judged.join_either(&readings);
    judged
}

fn trimmed(cell: &str) -> Option<&str> {
    Some(cell.trim()).filter(|cell| !cell.is_empty())
}

fn judge_subject(table: &Table, plan: &Plan, judged: &mut Judged) {
    match plan.subject {
        Subject::Column(place) => {
            judge_subject_column(table, plan, place, judged);
            if !plan.subject_reason {
                // Whether another column is the better subject is a matter of its own tests.
                judged.may_be(Level::Review);
            }
        }
        Subject::Unsaid => judged.must("no-subject", Level::Review),
        Subject::DeclaredNone if !plan.subject_reason => judged.may_be(Level::Review),
        Subject::DeclaredNone => {}
    }
}

fn judge_subject_column(table: &Table, plan: &Plan, place: usize, judged: &mut Judged) {
    let mut spellings: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut records: BTreeMap<&str, usize> = BTreeMap::new();
    let mut without = 0;
    for row in &table.rows {
        match trimmed(&row[place]) {
            Some(value) => {
                spellings.entry(value).or_default().insert(&row[place]);
                *records.entry(value).or_default() += 1;
            }
            // A suppressed record is counted apart.
            None => without += usize::from(!is_suppressed(row, plan)),
        }
    }
    if without * 20 >= table.rows.len() && without > 0 {
        judged.must("records-without-subject", Level::Fail);
    } else if without > 0 {
        judged.must("records-without-subject", Level::Review);
    }
    if spellings.values().any(|ways| ways.len() > 1) {
        judged.must("trimmed-join", Level::Review);
    }
    let mut sizes: Vec<usize> = records.into_values().collect();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    let next: usize = sizes.iter().skip(1).take(10).sum();
    if sizes.first().is_some_and(|&first| first * 20 >= table.rows.len() && first > next) {
        judged.at_least(Level::Review);
    }
}

fn judge_undeclared(table: &Table, plan: &Plan, judged: &mut Judged) {
    for (place, column) in plan.columns.iter().enumerate() {
        if plan.subject == Subject::Column(place) {
            continue;
        }
        match column.role {
            None => judged.must("undeclared-column", Level::Review),
            Some(Role::Ignore | Role::Sensitive) if !column.reason => {
                // Suppressed records neither hide what the others show nor show less than they.
                if [false, true].iter().any(|&all| looks_identifying(table, plan, place, all)) {
                    judged.must("unreasoned-column", Level::Review);
                }
            }
            Some(_) => {}
        }
    }
    judge_together(table, plan, judged);
}

/// Columns that look harmless one by one: each needs a reason where a fifth have a combination of their own on all of them.
fn judge_together(table: &Table, plan: &Plan, judged: &mut Judged) {
    let (mut counted, mut look_identifying) = (BTreeSet::new(), false);
    for with_suppressed in [false, true] {
        let places: Vec<usize> = (0..plan.columns.len())
            .filter(|&place| plan.subject != Subject::Column(place))
            .filter(|&place| matches!(plan.columns[place].role, Some(Role::Ignore | Role::Sensitive)))
            .filter(|&place| varies(table, plan, place, with_suppressed))
            .filter(|&place| !a_fifth_is_alone(table, plan, &[place], with_suppressed))
            .collect();
        if places.len() > 1 {
            look_identifying |= a_fifth_is_alone(table, plan, &places, with_suppressed);
            counted.extend(places);
        }
    }
    let is_open = |&place: &usize| {
        !plan.columns[place].reason && ![false, true].iter().any(|&all| looks_identifying(table, plan, place, all))
    };
    if look_identifying && counted.iter().any(is_open) {
        judged.must("unreasoned-column", Level::Review);
    }
}

fn varies(table: &Table, plan: &Plan, place: usize, with_suppressed: bool) -> bool {
    let rows = table.rows.iter().filter(|row| with_suppressed || !is_suppressed(row, plan));
    rows.map(|row| trimmed(&row[place])).collect::<BTreeSet<_>>().len() > 1
}

/// Whether at least a fifth of the subjects have a record whose cells no other subject has; one without any cell does not count.
fn a_fifth_is_alone(table: &Table, plan: &Plan, places: &[usize], with_suppressed: bool) -> bool {
    let mut holders: BTreeMap<Vec<Option<&str>>, BTreeSet<usize>> = BTreeMap::new();
    let mut subjects = BTreeSet::new();
    for (row, subject) in table.rows.iter().zip(subjects_of(table, plan)) {
        let Some(subject) = subject.filter(|_| with_suppressed || !is_suppressed(row, plan)) else { continue };
        subjects.insert(subject);
        let cells: Vec<Option<&str>> = places.iter().map(|&place| trimmed(&row[place])).collect();
        if cells.iter().any(Option::is_some) {
            holders.entry(cells).or_default().insert(subject);
        }
    }
    let alone: BTreeSet<usize> = holders.into_values().filter(|held| held.len() == 1).flatten().collect();
    // With nobody there, nothing is compared.
    subjects.is_empty() || alone.len() * 5 >= subjects.len()
}

/// Suppressed records that fill a sensitive column are a class of their own, which must be large and of several values.
fn judge_suppressed(table: &Table, plan: &Plan, judged: &mut Judged) {
    let subjects = subjects_of(table, plan);
    for place in plan.sensitive() {
        let rows = table.rows.iter().zip(&subjects).filter(|(row, _)| is_suppressed(row, plan));
        let shown = rows.filter_map(|(row, subject)| Some((trimmed(&row[place])?, *subject)));
        let shown: Vec<(&str, Option<usize>)> = shown.filter(|(value, _)| !MARKS.contains(value)).collect();
        let people: BTreeSet<usize> = shown.iter().filter_map(|(_, subject)| *subject).collect();
        let values: BTreeSet<&str> = shown.iter().map(|(value, _)| *value).collect();
        let is_class = people.len() >= plan.k && values.len() > 1;
        let is_safe = plan.min_l.is_none() && (plan.columns[place].reason || is_class);
        if !shown.is_empty() && !is_safe {
            judged.must("suppressed-record-filled", Level::Review);
        }
    }
}

/// Whether at least a fifth of the subjects hold a value that nobody else holds, or cells average three words.
fn looks_identifying(table: &Table, plan: &Plan, place: usize, with_suppressed: bool) -> bool {
    let (mut subjects, mut words, mut cells) = (0, 0, 0);
    for (row, subject) in table.rows.iter().zip(subjects_of(table, plan)) {
        if subject.is_none() || (!with_suppressed && is_suppressed(row, plan)) {
            continue;
        }
        subjects += 1;
        if let Some(value) = trimmed(&row[place]) {
            words += value.split_whitespace().count();
            cells += 1;
        }
    }
    let many_words = cells > 0 && words >= 3 * cells;
    many_words || (subjects > 0 && a_fifth_is_alone(table, plan, &[place], with_suppressed))
}

/// The subject of each record, as a number; `None` where it has none.
fn subjects_of(table: &Table, plan: &Plan) -> Vec<Option<usize>> {
    let Subject::Column(place) = plan.subject else { return (0..table.rows.len()).map(Some).collect() };
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut number = |value| {
        let next = numbers.len();
        *numbers.entry(value).or_insert(next)
    };
    table.rows.iter().map(|row| trimmed(&row[place]).map(&mut number)).collect()
}

/// Whether all quasi-identifiers of a record are missing or marked.
fn is_suppressed(row: &[String], plan: &Plan) -> bool {
    let hidden = |place: &usize| trimmed(&row[*place]).is_none_or(|value| MARKS.contains(&value));
    let quasi = plan.quasi();
    !quasi.is_empty() && quasi.iter().all(hidden)
}

fn coarsened(column: &Declared, cell: &str) -> Option<String> {
    let value = trimmed(cell)?;
    Some(match column.prefix {
        Some(length) if !MARKS.contains(&value) => value.chars().take(length).collect(),
        _ => value.to_owned(),
    })
}

fn judge_treatment(table: &Table, plan: &Plan, judged: &mut Judged) {
    let changed = plan.columns.iter().enumerate().any(|(place, column)| {
        let changes = |row: &Vec<String>| coarsened(column, &row[place]).as_deref() != trimmed(&row[place]);
        column.prefix.is_some() && table.rows.iter().any(changes)
    });
    if changed && !plan.downstream {
        judged.must("treatment-not-applied", Level::Review);
    }
}

fn judge_risk(table: &Table, plan: &Plan, marks_are_missing: bool) -> Judged {
    let mut judged = Judged::default();
    let records: Vec<Record> = table
        .rows
        .iter()
        .zip(subjects_of(table, plan))
        .filter_map(|(row, subject)| {
            let hidden = |value: &String| marks_are_missing && MARKS.contains(&value.as_str());
            let cell = |(column, cell): (&Declared, &String)| coarsened(column, cell).filter(|value| !hidden(value));
            let cells = plan.columns.iter().zip(row).map(cell).collect();
            (!is_suppressed(row, plan)).then_some(Record { subject: subject?, cells })
        })
        .collect();
    if records.is_empty() || plan.quasi().is_empty() {
        judged.at_least(Level::Review);
        judged.may_be(Level::Fail);
        return judged;
    }
    let mut kinds = Kinds::default();
    for place in plan.quasi() {
        kinds.sort(place, &records, plan, &mut judged);
    }
    judge_readings(&kinds, &records, plan, &mut judged);
    super::secrets::judge_sensitive(&kinds, &records, plan, &mut judged);
    judged
}

/// The quasi-identifiers by what the data and the declarations say of them.
#[derive(Default)]
pub(crate) struct Kinds {
    pub(crate) fixed: Vec<usize>,
    pub(crate) events: Vec<usize>,
    pub(crate) unclear: Vec<usize>,
}

impl Kinds {
    fn sort(&mut self, place: usize, records: &[Record], plan: &Plan, judged: &mut Judged) {
        if records.iter().all(|record| record.cells[place].is_none()) {
            // All-missing is not measured, so the column is under no gate.
            judged.at_least(Level::Review);
            return;
        }
        if !matches!(plan.subject, Subject::Column(_)) {
            self.fixed.push(place);
            return;
        }
        let mut values: BTreeMap<usize, Vec<&String>> = BTreeMap::new();
        for record in records {
            if let Some(value) = &record.cells[place] {
                values.entry(record.subject).or_default().push(value);
            }
        }
        let several: Vec<_> = values.values().filter(|values| values.len() >= 2).collect();
        let varying = several.iter().filter(|values| values.iter().any(|value| value != &values[0])).count();
        let column = &plan.columns[place];
        let (nearly_static, nearly_event) = (varying * 10 <= several.len(), varying * 10 >= several.len() * 9);
        match column.varies {
            Some(true) => {
                self.events.push(place);
                let certain = nearly_static && several.len() >= FEW && !column.reason;
                contradicted(certain, nearly_static && !column.reason, judged);
            }
            Some(false) => {
                self.fixed.push(place);
                contradicted(
                    nearly_event && several.len() >= FEW && !column.reason,
                    varying > 0 && !column.reason,
                    judged,
                );
            }
            None if varying == 0 => self.fixed.push(place),
            None if several.len() < FEW => self.doubt(place, judged),
            None if nearly_static => {
                judged.must("nearly-static", Level::Pass);
                self.fixed.push(place);
            }
            None if nearly_event => self.events.push(place),
            None => self.doubt(place, judged),
        }
    }

    fn doubt(&mut self, place: usize, judged: &mut Judged) {
        judged.must("static-unclear", Level::Review);
        self.unclear.push(place);
    }
}

fn contradicted(certainly: bool, possibly: bool, judged: &mut Judged) {
    if certainly {
        judged.must("varies-contradicted", Level::Review);
    } else if possibly {
        judged.may_be(Level::Review);
    }
}

/// Holds the limits under every reading of the unclear columns.
fn judge_readings(kinds: &Kinds, records: &[Record], plan: &Plan, judged: &mut Judged) {
    let every: Vec<Limits> = (0..1_usize << kinds.unclear.len())
        .map(|bits| {
            let (mut fixed, mut events) = (kinds.fixed.clone(), kinds.events.clone());
            for (at, &place) in kinds.unclear.iter().enumerate() {
                if bits >> at & 1 == 1 { fixed.push(place) } else { events.push(place) }
            }
            Limits::hold(&fixed, &events, records, plan)
        })
        .collect();
    if kinds.fixed.is_empty() && kinds.events.is_empty() && kinds.unclear.is_empty() {
        return;
    }
    for code in ["small-class", "high-unicity"] {
        if every.iter().all(|limits| limits.broken.contains(code)) {
            judged.must(code, Level::Fail);
        }
    }
    // Several columns that are unclear at once: the rules do not say whether each is read both ways, or all together.
    let may_break = |limits: &Limits| !limits.broken.is_empty() || !limits.doubtful.is_empty();
    if every.iter().all(may_break) || [every.first(), every.last()].into_iter().flatten().all(may_break) {
        judged.may_be(Level::Fail);
    }
    if every.iter().all(|limits| limits.ungated) {
        judged.must("ungated-column", Level::Review);
    }
    if every.iter().any(|limits| limits.ungated || limits.diluted) {
        judged.may_be(Level::Review);
    }
    if every.iter().all(|limits| limits.certainly_diluted) {
        judged.must("unicity-diluted", Level::Review);
    }
    if let [only] = every.as_slice() {
        judged.smallest_class = only.smallest_class;
        judged.unique_subjects = only.unique_subjects;
        judged.share = only.share;
        judged.with_events = only.with_events;
    }
}

/// How the limits stand under one reading.
#[derive(Default)]
struct Limits {
    /// Codes of limits that are broken.
    broken: BTreeSet<&'static str>,
    /// Codes of limits that the rules leave open.
    doubtful: BTreeSet<&'static str>,
    ungated: bool,
    diluted: bool,
    certainly_diluted: bool,
    smallest_class: Option<usize>,
    unique_subjects: Option<usize>,
    share: Option<f64>,
    with_events: usize,
}

impl Limits {
    fn hold(fixed: &[usize], events: &[usize], records: &[Record], plan: &Plan) -> Self {
        let mut limits = Self::default();
        if !fixed.is_empty() {
            let sizes = class_sizes(fixed, records, true);
            limits.smallest_class = sizes.values().map(BTreeSet::len).min();
            limits.unique_subjects =
                Some(sizes.values().filter(|held| held.len() == 1).flatten().collect::<BTreeSet<_>>().len());
            limits.break_if(limits.smallest_class < Some(plan.k), "small-class");
        }
        if plan.gates_any_record {
            let all: Vec<usize> = [fixed, events].concat();
            let below =
                [false, true].map(|filled| class_sizes(&all, records, filled).values().any(|held| held.len() < plan.k));
            limits.break_if(below[0] && below[1], "small-class");
            if below[0] != below[1] {
                limits.doubtful.insert("small-class");
            }
        }
        limits.ungated = !events.is_empty() && !plan.gates_any_record && plan.max_unicity >= 1.0;
        if !events.is_empty() && plan.max_unicity < 1.0 {
            limits.hold_unicity(events, records, plan);
        }
        limits
    }

    fn break_if(&mut self, broken: bool, code: &'static str) {
        if broken {
            self.broken.insert(code);
        }
    }

    fn hold_unicity(&mut self, events: &[usize], records: &[Record], plan: &Plan) {
        let traces = traces(events, records);
        let chances: Vec<(usize, f64)> =
            traces.iter().map(|(subject, own)| (own.len(), chance(*subject, own, &traces))).collect();
        if chances.is_empty() {
            return;
        }
        let share = mean(chances.iter().map(|&(_, chance)| chance));
        let is_drawn = chances.iter().any(|&(points, _)| points > 4);
        (self.share, self.with_events) = (Some(share), chances.len());
        let near = |share: f64| is_drawn && (share - plan.max_unicity).abs() <= DRAWN;
        if near(share) {
            self.doubtful.insert("high-unicity");
        } else {
            self.break_if(share > plan.max_unicity, "high-unicity");
        }
        let active: Vec<f64> = chances.iter().filter(|(points, _)| *points >= 4).map(|&(_, chance)| chance).collect();
        if active.len() >= plan.k {
            let own = mean(active.into_iter());
            self.certainly_diluted = own > plan.max_unicity && !near(own) && !near(share) && share <= plan.max_unicity;
            self.diluted = own > plan.max_unicity || near(own);
        }
    }
}

fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let all: Vec<f64> = numbers.collect();
    let count = u32::try_from(all.len()).map_or(f64::NAN, f64::from);
    all.iter().sum::<f64>() / count
}

/// The subjects that show each combination of values. A missing cell takes the subject's only other value, if asked.
fn class_sizes(columns: &[usize], records: &[Record], fills: bool) -> BTreeMap<Vec<Option<String>>, BTreeSet<usize>> {
    let only = |subject: usize, place: usize| {
        let of = records.iter().filter(|record| record.subject == subject);
        let values: BTreeSet<&String> = of.filter_map(|record| record.cells[place].as_ref()).collect();
        if values.len() == 1 { values.first().map(|value| (*value).clone()) } else { None }
    };
    let mut classes: BTreeMap<Vec<Option<String>>, BTreeSet<usize>> = BTreeMap::new();
    for record in records {
        let cell = |&place: &usize| {
            let cell = record.cells[place].clone();
            cell.or_else(|| if fills { only(record.subject, place) } else { None })
        };
        classes.entry(columns.iter().map(cell).collect()).or_default().insert(record.subject);
    }
    classes
}

type Point<'record> = Vec<Option<&'record String>>;

/// The distinct points of each subject that has one; a missing cell is a value unless all of them are missing.
fn traces<'record>(events: &[usize], records: &'record [Record]) -> BTreeMap<usize, BTreeSet<Point<'record>>> {
    let mut traces: BTreeMap<usize, BTreeSet<Point<'record>>> = BTreeMap::new();
    for record in records {
        let point: Point<'record> = events.iter().map(|&place| record.cells[place].as_ref()).collect();
        if point.iter().any(Option::is_some) {
            traces.entry(record.subject).or_default().insert(point);
        }
    }
    traces
}

/// The share of all sets of four own points, or of the whole trace where it is shorter, that nobody else has.
fn chance(subject: usize, own: &BTreeSet<Point<'_>>, traces: &BTreeMap<usize, BTreeSet<Point<'_>>>) -> f64 {
    let own: Vec<&Point<'_>> = own.iter().collect();
    let known = own.len().min(4);
    let (mut sets, mut unique) = (0_u32, 0_u32);
    for bits in 0..1_u32 << own.len() {
        if bits.count_ones() as usize != known {
            continue;
        }
        let drawn: Vec<&Point<'_>> = (0..own.len()).filter(|at| bits >> at & 1 == 1).map(|at| own[at]).collect();
        let matches = |(other, trace): (&usize, &BTreeSet<Point<'_>>)| {
            *other != subject && drawn.iter().all(|point| trace.contains(*point))
        };
        sets += 1;
        unique += u32::from(!traces.iter().any(matches));
    }
    f64::from(unique) / f64::from(sets)
}

//! Random small tables with dirt in them, and random declarations about their columns.

use proptest::prelude::*;

use super::plans::{Declared, Plan, Role, Subject};

/// Columns of every table: the person, two that describe it, two of its events, and one more.
pub(crate) const NAMES: [&str; 6] = ["person", "area", "kind", "day", "shop", "note"];
/// The place of the person.
pub(crate) const PERSON: usize = 0;

/// One person: area, kind, and events of day, shop and note.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    area: usize,
    kind: usize,
    events: Vec<(usize, usize, usize)>,
}

/// One change of one cell, or of one record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dirt {
    /// The record, modulo their number.
    pub(crate) row: usize,
    /// The column.
    pub(crate) column: usize,
    pub(crate) kind: Spoil,
}

/// What happens to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoil {
    Blank,
    PadBehind,
    PadBefore,
    Mark,
    Alter(usize),
    /// All cells but that of the person become marks.
    SuppressRecord,
}

/// A table and what is declared about it.
#[derive(Debug, Clone)]
pub(crate) struct World {
    /// Cells, in the order of [`NAMES`].
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) plan: Plan,
}

impl World {
    /// The bytes of the table.
    pub(crate) fn text(&self) -> String {
        text_of(&NAMES, &self.rows)
    }

    /// The same with one more change.
    pub(crate) fn spoilt(&self, dirt: Dirt) -> Self {
        let mut world = self.clone();
        spoil(&mut world.rows, dirt);
        world
    }
}

/// A table as comma-separated text.
pub(crate) fn text_of<S: AsRef<str>>(names: &[S], rows: &[Vec<String>]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let lines = rows.iter().map(|row| row.join(","));
    let mut text = names.join(",");
    for line in lines {
        text.push('\n');
        text.push_str(&line);
    }
    text.push('\n');
    text
}

/// The value of a number: two letters, so that a prefix joins some of them.
pub(crate) fn value(number: usize) -> String {
    let (first, second) = (["x", "y", "z"][number % 3], ["a", "b", "c", "d"][number / 3 % 4]);
    format!("{first}{second}")
}

fn spoil(rows: &mut [Vec<String>], dirt: Dirt) {
    let count = rows.len();
    let row = &mut rows[dirt.row % count];
    let cell = &mut row[dirt.column];
    match dirt.kind {
        Spoil::Blank => cell.clear(),
        Spoil::PadBehind => cell.push(' '),
        Spoil::PadBefore => cell.insert(0, ' '),
        Spoil::Mark if dirt.column != PERSON => "*".clone_into(cell),
        Spoil::Alter(number) if dirt.column == PERSON => *cell = format!("p{}", number % 7),
        Spoil::Alter(number) => *cell = value(number),
        Spoil::SuppressRecord => row.iter_mut().skip(1).for_each(|cell| "*".clone_into(cell)),
        Spoil::Mark => {}
    }
}

fn person(width: usize, days: usize) -> impl Strategy<Value = Person> {
    let events = prop::collection::vec((0..days, 0..width, 0..width), 1..=5);
    (0..width, 0..width, events).prop_map(|(area, kind, events)| Person { area, kind, events })
}

/// A change of a cell of any column.
pub(crate) fn dirt() -> impl Strategy<Value = Dirt> {
    let kind = prop_oneof![
        3 => Just(Spoil::Blank),
        2 => Just(Spoil::PadBehind),
        1 => Just(Spoil::PadBefore),
        1 => Just(Spoil::Mark),
        3 => (0..12_usize).prop_map(Spoil::Alter),
        1 => Just(Spoil::SuppressRecord),
    ];
    (0..10_000_usize, 0..NAMES.len(), kind).prop_map(|(row, column, kind)| Dirt { row, column, kind })
}

/// A change that only adds a blank, to a column other than the person.
pub(crate) fn padding() -> impl Strategy<Value = Dirt> {
    let kind = prop_oneof![Just(Spoil::PadBehind), Just(Spoil::PadBefore)];
    (0..10_000_usize, 1..NAMES.len(), kind).prop_map(|(row, column, kind)| Dirt { row, column, kind })
}

/// Each group of equal people stands several times in the table, so that classes occur.
fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    let shape = (1..4_usize, 1..5_usize, 1..=6_usize);
    shape.prop_flat_map(|(width, days, copies)| {
        let people = prop::collection::vec(person(width, days), 1..=8);
        let dirt = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(dirt(), 1..4)];
        (people, dirt).prop_map(move |(people, dirt)| {
            let mut rows = table(&people, copies);
            for dirt in dirt {
                spoil(&mut rows, dirt);
            }
            rows
        })
    })
}

fn table(people: &[Person], copies: usize) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (number, person) in (0..copies).flat_map(|_| people).enumerate() {
        for &(day, shop, note) in &person.events {
            let values = [person.area, person.kind, day, shop, note].map(value);
            rows.push(std::iter::once(format!("p{number}")).chain(values).collect());
        }
    }
    rows
}

fn declared(name: &'static str) -> impl Strategy<Value = Declared> {
    let role = prop_oneof![
        6 => Just(Some(Role::Quasi)),
        1 => Just(Some(Role::Ignore)),
        2 => Just(Some(Role::Sensitive)),
        1 => Just(None),
    ];
    let varies = prop_oneof![6 => Just(None), 1 => any::<bool>().prop_map(Some)];
    let prefix = prop_oneof![7 => Just(None), 1 => (1..3_usize).prop_map(Some)];
    (role, prop::bool::weighted(0.7), varies, prefix).prop_map(move |(role, reason, varies, prefix)| {
        let is_quasi = role == Some(Role::Quasi);
        let (varies, prefix) = (varies.filter(|_| is_quasi), prefix.filter(|_| is_quasi));
        Declared { name: name.to_owned(), role, reason, varies, prefix }
    })
}

fn plan() -> impl Strategy<Value = Plan> {
    let columns = [declared("area"), declared("kind"), declared("day"), declared("shop"), declared("note")];
    let subject = prop_oneof![
        8 => Just(Subject::Column(PERSON)),
        1 => Just(Subject::DeclaredNone),
        1 => Just(Subject::Unsaid),
    ];
    let limits = (2..6_usize, prop::sample::select(vec![0.2, 0.2, 0.5, 0.8, 1.0]), prop::bool::weighted(0.2));
    let min_l = prop_oneof![2 => Just(None), 1 => (2..4_usize).prop_map(Some)];
    let said = (prop::bool::weighted(0.8), prop::bool::weighted(0.4), any::<bool>(), min_l);
    (columns, subject, limits, said).prop_map(|(columns, subject, limits, said)| {
        let (subject_reason, downstream, person_is_ignored, min_l) = said;
        let role = (subject == Subject::DeclaredNone || person_is_ignored).then_some(Role::Ignore);
        let person = Declared { name: NAMES[PERSON].to_owned(), role, reason: true, varies: None, prefix: None };
        let person = if matches!(subject, Subject::Column(_)) { Declared { role: None, ..person } } else { person };
        let mut columns = Vec::from(columns);
        if !matches!(subject, Subject::Column(_)) {
            // Nothing varies within a subject that has one record.
            for column in &mut columns {
                column.varies = None;
            }
        }
        columns.insert(PERSON, person);
        let (k, max_unicity, gates_any_record) = limits;
        // A configuration that declares no role at all is guessed; that is not what is tried here.
        if columns.iter().all(|column| column.role.is_none()) {
            columns[1].role = Some(Role::Quasi);
        }
        let plan = Plan { subject, subject_reason, columns, k, max_unicity, gates_any_record, min_l, downstream };
        // Without a sensitive column a limit on one never holds.
        Plan { min_l: plan.min_l.filter(|_| !plan.sensitive().is_empty()), ..plan }
    })
}

/// A table with dirt and declarations about it.
pub(crate) fn world() -> impl Strategy<Value = World> {
    (rows(), plan()).prop_map(|(rows, plan)| World { rows, plan })
}

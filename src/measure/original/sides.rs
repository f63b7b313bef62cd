//! Release, original and control as rows of places, with what draws depend on.

use super::nearest::{Axis, Rows, missing_place, unit};
use crate::measure::linkage::{LinkedTables, SharedColumn};
use crate::result::{ColumnType, OriginalSide};
use crate::secret::Secret;
use crate::stats::{fingerprint, mix};
use crate::table::{Column, Table};

/// The exact place of a missing number.
pub(super) const MISSING: i32 = -1;

/// The fingerprint of a missing cell.
const NO_VALUE: u64 = 0x6e6f_7468_696e_6721;

/// One column of all sides.
pub(super) struct SharedAxis {
    pub(super) name: String,
    /// How it is compared.
    pub(super) axis: Axis,
    /// The fingerprint of each exact value.
    pub(super) keys: Vec<u64>,
    /// The exact value that stands for a missing cell.
    pub(super) missing: Option<i32>,
    /// The number of each exact value, where errors of its size mean something: of whole numbers and decimals.
    pub(super) amounts: Option<Vec<i64>>,
}

/// One side.
#[derive(Clone)]
pub(super) struct Side {
    /// Places by which distances are measured.
    pub(super) places: Rows,
    /// Exact values: numbers by their rank among all values, categories by their code.
    pub(super) exact: Rows,
    /// What each row holds, as 64 bits that depend on its cells alone.
    pub(super) keys: Vec<u64>,
    /// The person of each row, ascending.
    pub(super) person: Vec<u32>,
    /// How many people there are.
    pub(super) people: usize,
}

/// All sides in one space.
pub(super) struct Sides {
    pub(super) columns: Vec<SharedAxis>,
    pub(super) unit: i32,
    pub(super) release: Side,
    pub(super) original: Side,
    pub(super) control: Option<Side>,
}

impl Sides {
    /// The sides on the columns at these places. Numbers are measured by the range of the original: whoever writes the release cannot
    /// stretch it.
    pub(super) fn new(linked: &LinkedTables, control: Option<&Table>, columns: &[usize]) -> Self {
        let unit = unit(columns.len());
        let coded: Vec<Coded> = columns
            .iter()
            .map(|&place| Coded::new(&linked.columns[place], &linked.theirs.columns()[place], unit))
            .collect();
        let side = |table: &Table| Side::new(table, columns, &coded);
        Self {
            unit,
            release: side(&linked.ours),
            original: side(&linked.theirs),
            control: control.map(side),
            columns: coded.into_iter().map(|coded| coded.axis).collect(),
        }
    }

    pub(super) fn axes(&self) -> Vec<Axis> {
        self.columns.iter().map(|column| column.axis).collect()
    }

    /// The axes of some columns.
    pub(super) fn axes_of(&self, columns: &[usize]) -> Vec<Axis> {
        columns.iter().map(|&column| self.columns[column].axis).collect()
    }
}

/// A column with what each of its codes becomes.
struct Coded {
    axis: SharedAxis,
    /// Place, exact value and fingerprint of each code.
    of_code: Vec<(i32, i32, u64)>,
}

impl Coded {
    fn new(shared: &SharedColumn, original: &Column, unit: i32) -> Self {
        let keys: Vec<u64> = shared
            .values
            .values()
            .map(|value| value.map_or(NO_VALUE, |value: Secret<&str>| fingerprint(value.expose().as_bytes())))
            .collect();
        let range = shared.numbers.as_ref().and_then(|numbers| range(numbers, original));
        let missing = original.missing;
        let (Some(numbers), Some(range)) = (&shared.numbers, range) else {
            let code = |code: usize| i32::try_from(code).unwrap_or(i32::MAX);
            let of_code = keys.iter().enumerate().map(|(place, &key)| (code(place), code(place), key)).collect();
            let missing = missing.map(|missing| code(missing as usize));
            let amounts = None;
            let axis = SharedAxis { name: shared.name.clone(), axis: Axis::Category, keys, missing, amounts };
            return Self { axis, of_code };
        };
        let mut ranked: Vec<(i64, u64)> =
            numbers.iter().zip(&keys).filter_map(|(number, &key)| Some(((*number)?, key))).collect();
        // Equal numbers in two spellings are one value; the lower fingerprint stands for both.
        ranked.sort_unstable();
        ranked.dedup_by_key(|(number, _)| *number);
        let rank = |number: i64| ranked.partition_point(|&(other, _)| other < number);
        let of_number = |number: Option<i64>| match number {
            None => (missing_place(unit), MISSING, NO_VALUE),
            Some(number) => {
                let rank = rank(number);
                (place(number, range, unit), i32::try_from(rank).unwrap_or(i32::MAX), ranked[rank].1)
            }
        };
        let of_code = numbers.iter().map(|&number| of_number(number)).collect();
        let is_amount = matches!(shared.values.column_type(), ColumnType::Integer | ColumnType::Decimal);
        let amounts = is_amount.then(|| ranked.iter().map(|&(number, _)| number).collect());
        let keys = ranked.iter().map(|&(_, key)| key).collect();
        let axis = SharedAxis { name: shared.name.clone(), axis: Axis::Number, keys, missing: Some(MISSING), amounts };
        Self { axis, of_code }
    }
}

/// The lowest and the highest number of the original; none where it has fewer than two.
fn range(numbers: &[Option<i64>], original: &Column) -> Option<(i64, i64)> {
    let held =
        original.values().filter(|&code| original.missing != Some(code)).filter_map(|code| numbers[code as usize]);
    let (low, high) = held.fold((i64::MAX, i64::MIN), |(low, high), number| (low.min(number), high.max(number)));
    (low < high).then_some((low, high))
}

/// A number as a place in the range; beyond its ends it lies at the nearer one.
fn place(number: i64, (low, high): (i64, i64), unit: i32) -> i32 {
    let (above, range) = (i128::from(number) - i128::from(low), i128::from(high) - i128::from(low));
    let place = (above.clamp(0, range) * i128::from(unit) + range / 2) / range;
    i32::try_from(place).unwrap_or(unit)
}

impl Side {
    fn new(table: &Table, columns: &[usize], coded: &[Coded]) -> Self {
        let records = table.records();
        let cells = |part: fn(&(i32, i32, u64)) -> i32| {
            let of_column = |(&place, coded): (&usize, &Coded)| {
                let column = &table.columns()[place];
                column.values().map(|code| part(&coded.of_code[code as usize])).collect()
            };
            Rows { columns: columns.iter().zip(coded).map(of_column).collect(), rows: records }
        };
        let mut keys = vec![0; records];
        for (&place, coded) in columns.iter().zip(coded) {
            for (key, code) in keys.iter_mut().zip(table.columns()[place].values()) {
                *key = mix(*key, coded.of_code[code as usize].2);
            }
        }
        let person = (0..records).map(|record| table.subject_of(record)).collect();
        Self { places: cells(|cell| cell.0), exact: cells(|cell| cell.1), keys, person, people: table.subjects() }
    }

    pub(super) fn rows(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn size(&self) -> OriginalSide {
        OriginalSide { records: self.rows() as u64, people: self.people as u64 }
    }

    /// Where the rows of each person begin, and how many there are as a last entry.
    pub(super) fn starts(&self) -> Vec<usize> {
        let mut starts = vec![0; self.people + 1];
        self.person.iter().for_each(|&person| starts[person as usize + 1] += 1);
        (0..self.people).for_each(|person| starts[person + 1] += starts[person]);
        starts
    }

    /// People in a random order that depends on the seed and on what they are, never on their numbers: equal ones take
    /// their places in turn, and it does not matter which is which.
    pub(super) fn drawn_people(&self, seed: u64) -> Vec<u32> {
        let mut keys = vec![0_u64; self.people];
        for (&person, &key) in self.person.iter().zip(&self.keys) {
            let key = mix(0x7065_7273, key);
            keys[person as usize] = keys[person as usize].wrapping_add(key);
        }
        drawn(&keys, seed)
    }

    /// Rows in a random order, as [`Self::drawn_people`].
    pub(super) fn drawn_rows(&self, seed: u64) -> Vec<u32> {
        drawn(&self.keys, seed)
    }

    /// One row of each of these people: the one whose cells are drawn first.
    pub(super) fn row_of_each(&self, people: &[u32], seed: u64) -> Vec<u32> {
        let starts = self.starts();
        let row = |&person: &u32| {
            let rows = starts[person as usize]..starts[person as usize + 1];
            rows.min_by_key(|&row| mix(seed, self.keys[row])).map_or(0, |row| u32::try_from(row).unwrap_or(u32::MAX))
        };
        people.iter().map(row).collect()
    }

    /// The side with these people alone.
    pub(super) fn of_people(&self, people: &[u32]) -> Self {
        let mut numbers = vec![None; self.people];
        for (number, &person) in (0_u32..).zip(people) {
            numbers[person as usize] = Some(number);
        }
        let starts = self.starts();
        let rows: Vec<u32> = people
            .iter()
            .flat_map(|&person| starts[person as usize]..starts[person as usize + 1])
            .map(|row| u32::try_from(row).unwrap_or(u32::MAX))
            .collect();
        Self {
            places: self.places.of(&rows),
            exact: self.exact.of(&rows),
            keys: rows.iter().map(|&row| self.keys[row as usize]).collect(),
            person: rows.iter().filter_map(|&row| numbers[self.person[row as usize] as usize]).collect(),
            people: people.len(),
        }
    }

    /// The rank of each row by the draw of its cells: equal rows share one, different rows do not.
    pub(super) fn ranks(&self, seed: u64) -> Vec<u32> {
        let mut order: Vec<(u64, u64, u32)> =
            (0_u32..).zip(&self.keys).map(|(row, &key)| (mix(seed, key), key, row)).collect();
        order.sort_unstable();
        let mut ranks = vec![0; order.len()];
        let mut rank = 0;
        for (place, &(priority, key, row)) in order.iter().enumerate() {
            if place > 0 && (order[place - 1].0, order[place - 1].1) != (priority, key) {
                rank += 1;
            }
            ranks[row as usize] = rank;
        }
        ranks
    }
}

/// The numbers of some things in a random order that their keys and the seed decide.
fn drawn(keys: &[u64], seed: u64) -> Vec<u32> {
    let mut by_key: Vec<(u64, u32)> = keys.iter().copied().zip(0_u32..).collect();
    by_key.sort_unstable();
    let mut order = Vec::with_capacity(by_key.len());
    for alike in by_key.chunk_by(|one, other| one.0 == other.0) {
        let priority = |turn: u64, key: u64| mix(mix(seed, key), turn);
        order.extend((0_u64..).zip(alike).map(|(turn, &(key, number))| (priority(turn, key), key, number)));
    }
    order.sort_unstable();
    order.into_iter().map(|(_, _, number)| number).collect()
}

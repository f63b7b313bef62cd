//! The slow judge of sensitive columns: what the classes of people tell of a value, whoever in them is meant.

use std::collections::{BTreeMap, BTreeSet};

use super::judge::{Kinds, Record};
use super::judged::{Judged, Level};
use super::plans::Plan;

/// A missing value is one as well.
type Value<'record> = Option<&'record String>;

/// For each class of some columns the people in it, each with the values that its records in the class hold.
type Classes<'record> = BTreeMap<Vec<Value<'record>>, BTreeMap<usize, BTreeSet<Value<'record>>>>;

/// What the classes of some columns tell of one sensitive column.
struct Told {
    /// A class of at least k people who all hold one value, which at most half of all people hold.
    telling: bool,
    /// The same of a value that more than half hold.
    common: bool,
    /// Values in the class that has fewest.
    fewest: usize,
}

/// Holds every sensitive column against the classes on the static columns, with and without the unclear ones, and on all.
pub(crate) fn judge_sensitive(kinds: &Kinds, records: &[Record], plan: &Plan, judged: &mut Judged) {
    let Kinds { fixed, events, unclear } = kinds;
    let or_unclear = [fixed.as_slice(), unclear].concat();
    let whole = [or_unclear.as_slice(), events].concat();
    for secret in plan.sensitive() {
        let has_value = records.iter().any(|record| record.cells[secret].is_some());
        let told = |columns: &[usize]| {
            (!columns.is_empty()).then(|| Told::of(&classes(columns, events, secret, records), plan.k))
        };
        let [of_fixed, of_widened, of_all] = [fixed.as_slice(), &or_unclear, &whole].map(told);
        if has_value {
            let sets = || [&of_fixed, &of_widened, &of_all].into_iter().flatten();
            if sets().any(|told| told.telling) {
                judged.must("homogeneous-class", Level::Review);
            } else if sets().any(|told| told.common) {
                judged.must("homogeneous-class", Level::Pass);
            }
        }
        let Some(min_l) = plan.min_l else { continue };
        let breaks = |told: &Option<Told>| told.as_ref().is_some_and(|told| told.fewest < min_l);
        // A limit of which nothing is known never holds.
        if !has_value || or_unclear.is_empty() {
            judged.must("unknown-risk", Level::Fail);
        } else if breaks(&of_fixed) {
            judged.must("homogeneous-class", Level::Fail);
        } else if breaks(&of_widened) {
            // Under the other reading of the unclear columns some other limit may break.
            judged.must("homogeneous-class", Level::Review);
            judged.may_be(Level::Fail);
        }
    }
}

/// The classes on some columns. A missing cell of a column that is not one of events takes the subject's only other value.
fn classes<'record>(
    columns: &[usize],
    events: &[usize],
    secret: usize,
    records: &'record [Record],
) -> Classes<'record> {
    let filled = |record: &'record Record, place: usize| {
        let own = record.cells[place].as_ref();
        if own.is_some() || events.contains(&place) {
            return own;
        }
        let of = records.iter().filter(|other| other.subject == record.subject);
        let values: BTreeSet<&String> = of.filter_map(|other| other.cells[place].as_ref()).collect();
        values.first().copied().filter(|_| values.len() == 1)
    };
    let mut classes = Classes::new();
    for record in records {
        let class = columns.iter().map(|&place| filled(record, place)).collect();
        let people = classes.entry(class).or_default();
        people.entry(record.subject).or_default().insert(record.cells[secret].as_ref());
    }
    classes
}

impl Told {
    fn of(classes: &Classes<'_>, k: usize) -> Self {
        let everybody: Vec<&BTreeSet<Value<'_>>> = classes.values().flat_map(BTreeMap::values).collect();
        let occurring: BTreeSet<Value<'_>> = everybody.iter().copied().flatten().copied().collect();
        let holders = |value: &Value<'_>| everybody.iter().filter(|held| held.contains(value)).count();
        let mut told = Self { telling: false, common: false, fewest: usize::MAX };
        for people in classes.values() {
            let values: BTreeSet<Value<'_>> = people.values().flatten().copied().collect();
            told.fewest = told.fewest.min(values.len());
            // Whoever has no value hides it, and is no other.
            let present: Vec<_> = people.values().filter(|held| held.iter().any(Option::is_some)).collect();
            let is_most = present.len() * 2 > people.len();
            let of_all = values.iter().filter(|value| {
                let of_present = value.is_some() && is_most && present.iter().all(|held| held.contains(*value));
                of_present || people.values().all(|held| held.contains(*value))
            });
            // Of several values that all hold, the rarest tells most.
            let rarest = of_all.map(holders).min().filter(|_| people.len() >= k && occurring.len() > 1);
            told.telling |= rarest.is_some_and(|holders| holders * 2 <= everybody.len());
            told.common |= rarest.is_some_and(|holders| holders * 2 > everybody.len());
        }
        told
    }
}

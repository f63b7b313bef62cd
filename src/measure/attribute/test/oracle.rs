//! Every model counted the obvious way, from lists of members and their values.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::result::{GroundDistance, SensitiveValue};
use crate::table::{Column, ColumnSet, Table};

/// A member is the set of values that it holds.
pub(super) type Member = BTreeSet<u32>;

/// The members of each class.
pub(super) fn members(
    table: &Table,
    set: &ColumnSet,
    column: &Column,
    value: SensitiveValue,
    keys: &[u64],
) -> Vec<Vec<Member>> {
    let mut classes: BTreeMap<Vec<u32>, BTreeMap<u32, Vec<u32>>> = BTreeMap::new();
    for record in 0..table.records() {
        let class = set.columns().iter().map(|&column| table.columns()[column].value_of(record)).collect();
        let subjects = classes.entry(class).or_default();
        subjects.entry(table.subject_of(record)).or_default().push(column.value_of(record));
    }
    let held = |values: &Vec<u32>| -> Member {
        let times = |value: u32| values.iter().filter(|&&other| other == value).count();
        let one = match value {
            SensitiveValue::Any => return values.iter().copied().collect(),
            SensitiveValue::Last => values.last().copied(),
            SensitiveValue::First => values.first().copied(),
            SensitiveValue::Mode => {
                values.iter().copied().max_by_key(|&value| (times(value), std::cmp::Reverse(keys[value as usize])))
            }
        };
        one.into_iter().collect()
    };
    classes.values().map(|subjects| subjects.values().map(held).collect()).collect()
}

/// Members that hold each value.
pub(super) fn holders<'a>(members: impl IntoIterator<Item = &'a Member>) -> BTreeMap<u32, f64> {
    let mut holders = BTreeMap::new();
    for &value in members.into_iter().flatten() {
        *holders.entry(value).or_insert(0.0) += 1.0;
    }
    holders
}

/// The chance of a right guess from the others, member by member.
pub(super) fn leave_one_out(classes: &[Vec<Member>]) -> f64 {
    let all: Vec<(usize, usize)> =
        classes.iter().enumerate().flat_map(|(class, members)| (0..members.len()).map(move |at| (class, at))).collect();
    let guess = |place: (usize, usize)| {
        let (class, at) = place;
        let others = |&(other, member): &(usize, usize)| (other, member) != place;
        let of_class: Vec<&Member> = all
            .iter()
            .filter(|other| others(other) && other.0 == class)
            .map(|&(class, at)| &classes[class][at])
            .collect();
        let of_all: Vec<&Member> =
            all.iter().filter(|other| others(other)).map(|&(class, at)| &classes[class][at]).collect();
        let seen = holders(if of_class.is_empty() { of_all } else { of_class });
        let most = seen.values().copied().fold(0.0, f64::max);
        let tied: Vec<u32> = seen.iter().filter(|(_, holders)| **holders >= most).map(|(&value, _)| value).collect();
        let right = tied.iter().filter(|value| classes[class][at].contains(value)).count();
        if tied.is_empty() { 0.0 } else { right as f64 / tied.len() as f64 }
    };
    all.iter().map(|&place| guess(place)).sum::<f64>() / all.len() as f64
}

/// The ground distance of two values.
pub(super) struct Ground<'a> {
    pub(super) kind: GroundDistance,
    pub(super) numbers: &'a [Option<i64>],
    pub(super) taxonomy: &'a [Vec<u32>],
    /// The values that occur in the release.
    pub(super) occurring: Vec<u32>,
}

impl Ground<'_> {
    pub(super) fn between(&self, one: u32, other: u32) -> f64 {
        let number = |value: u32| self.numbers[value as usize];
        match self.kind {
            GroundDistance::Equal => f64::from(u8::from(one != other)),
            GroundDistance::Rank => {
                let ranks: BTreeSet<Option<i64>> = self.occurring.iter().map(|&value| number(value)).collect();
                let rank = |value: u32| ranks.iter().position(|&other| other == number(value)).unwrap() as f64;
                if ranks.len() < 2 { 0.0 } else { (rank(one) - rank(other)).abs() / (ranks.len() as f64 - 1.0) }
            }
            GroundDistance::Value => {
                let all: Vec<i64> = self.occurring.iter().map(|&value| number(value).unwrap()).collect();
                let range = all.iter().max().unwrap().abs_diff(*all.iter().min().unwrap());
                let apart = number(one).unwrap().abs_diff(number(other).unwrap());
                if range == 0 { 0.0 } else { apart as f64 / range as f64 }
            }
            GroundDistance::Taxonomy => {
                let height = self.taxonomy.len() + 1;
                let shared = self.taxonomy.iter().position(|level| level[one as usize] == level[other as usize]);
                let level = if one == other { 0 } else { shared.map_or(height, |level| level + 1) };
                level as f64 / height as f64
            }
        }
    }
}

/// The least cost of moving so many units from the first distribution to the second: successive shortest paths, in whole
/// units. Both have the same sum.
pub(super) fn transport(supply: &[u64], demand: &[u64], cost: &dyn Fn(usize, usize) -> f64) -> f64 {
    let (left, right) = (supply.len(), demand.len());
    let (source, sink) = (left + right, left + right + 1);
    let nodes = left + right + 2;
    let mut room = vec![vec![0_u64; nodes]; nodes];
    let mut price = vec![vec![0.0_f64; nodes]; nodes];
    for one in 0..left {
        room[source][one] = supply[one];
        for other in 0..right {
            room[one][left + other] = u64::MAX / 4;
            price[one][left + other] = cost(one, other);
            price[left + other][one] = -cost(one, other);
        }
    }
    for other in 0..right {
        room[left + other][sink] = demand[other];
    }
    let mut total = 0.0;
    loop {
        // Bellman-Ford with a queue: prices of ways back are negative.
        let mut best = vec![f64::INFINITY; nodes];
        let mut from = vec![usize::MAX; nodes];
        let mut queue = VecDeque::from([source]);
        best[source] = 0.0;
        while let Some(node) = queue.pop_front() {
            for next in 0..nodes {
                if room[node][next] > 0 && best[node] + price[node][next] < best[next] - 1e-12 {
                    best[next] = best[node] + price[node][next];
                    from[next] = node;
                    queue.push_back(next);
                }
            }
        }
        if best[sink].is_infinite() {
            return total;
        }
        let mut way = Vec::new();
        let mut node = sink;
        while node != source {
            way.push((from[node], node));
            node = from[node];
        }
        let units = way.iter().map(|&(one, other)| room[one][other]).min().unwrap_or(0);
        for (one, other) in way {
            room[one][other] -= units;
            room[other][one] += units;
        }
        total += best[sink] * units as f64;
    }
}

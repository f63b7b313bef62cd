//! Every model of a class, and the worst of all classes.

use std::collections::BTreeMap;

use super::distance::{Distances, Quotient};
use super::leave_one_out::LeaveOneOut;
use super::{SecretValues, leakage};
use crate::number::{as_float, ratio};
use crate::result::{
    Closeness, DiversityCount, GroundDistance, Homogeneous, RECURSIVE_C, SensitiveColumn, UndefinedField,
};
use crate::stop::{Stop, StopReason};
use crate::table::{ClassMembers, Column, MemberValues};

/// Classes between two looks at the stop flag.
const CHECK_EVERY: usize = 4096;

/// The values of a column in the release.
pub(super) struct Release<'a> {
    column: &'a Column,
    secret: &'a SecretValues,
    /// Members that hold each value.
    by_value: Vec<u64>,
    /// Members of all classes, and pairs of a member and a value that it holds.
    members: u64,
    pairs: u64,
    occurring: u64,
    distances: Distances<'a>,
    others: LeaveOneOut,
}

/// The worst of the classes so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tally {
    pub(super) classes: u64,
    pub(super) members: u64,
    diversity: BTreeMap<u64, (u64, u64)>,
    homogeneous: Homogeneous,
    entropy: Option<f64>,
    recursive_l: Option<u64>,
    /// What c must exceed for l = 2 and 3, and whether a class has no tail.
    recursive_c: [(f64, bool); 2],
    alpha: f64,
    t: [f64; 4],
    beta: f64,
    enhanced_broken: u64,
    delta: f64,
    is_value_absent: bool,
    /// Right guesses with the most frequent value of each class.
    guessed: u64,
    /// Right guesses from the others: how many, by the number of values that are tied.
    from_others: BTreeMap<u64, u64>,
}

impl<'a> Release<'a> {
    pub(super) fn new(column: &'a Column, secret: &'a SecretValues, values: &MemberValues) -> Self {
        let by_value = values.by_value(column.cardinality);
        let members = values.classes().map(|class| u64::from(class.members)).sum();
        let pairs = by_value.iter().sum();
        Self {
            column,
            secret,
            members,
            pairs,
            occurring: by_value.iter().filter(|&&members| members > 0).count() as u64,
            distances: Distances::new(column, secret, &by_value),
            others: LeaveOneOut::new(&by_value),
            by_value,
        }
    }

    /// Holds every class against the release.
    pub(super) fn tally(&self, values: &MemberValues, k: u32, stop: &Stop) -> Result<Tally, StopReason> {
        let mut tally = Tally::default();
        tally.homogeneous.k = u64::from(k);
        let mut sorted = Vec::new();
        let mut scratch = self.distances.scratch();
        for (place, class) in values.classes().enumerate() {
            if place % CHECK_EVERY == 0 {
                stop.check()?;
            }
            sorted.clear();
            sorted.extend(class.values.iter().map(|&(_, members)| members));
            sorted.sort_unstable_by(|one, other| other.cmp(one));
            self.count(&class, k, &mut tally);
            diversities(&sorted, &mut tally);
            self.shares(&class, &mut tally);
            for (worst, t) in tally.t.iter_mut().zip(self.distances.of(&class, &mut scratch)) {
                *worst = worst.max(t.map_or(0.0, Quotient::number));
            }
            self.others.add(&class, &sorted, &self.by_value, &mut tally.from_others);
        }
        Ok(tally)
    }

    fn count(&self, class: &ClassMembers<'_>, k: u32, tally: &mut Tally) {
        let members = u64::from(class.members);
        tally.classes += 1;
        tally.members += members;
        let counted = tally.diversity.entry(class.values.len() as u64).or_default();
        *counted = (counted.0 + 1, counted.1 + members);
        let of_all = class.values.iter().filter(|&&(_, holders)| holders == class.members);
        let shares = of_all.map(|&(value, _)| self.by_value[value as usize]);
        // Of several values that all hold, the rarest tells most.
        if let Some(holders) = shares.min().filter(|_| class.members >= k && self.occurring > 1) {
            let found = &mut tally.homogeneous;
            if holders * 2 > self.members {
                (found.majority_classes, found.majority_members) =
                    (found.majority_classes + 1, found.majority_members + members);
            } else {
                (found.classes, found.members) = (found.classes + 1, found.members + members);
            }
        }
    }

    /// The models that go by the share of members who hold a value.
    fn shares(&self, class: &ClassMembers<'_>, tally: &mut Tally) {
        let (members, all) = (u64::from(class.members), self.members);
        let mut breaks_enhanced = false;
        for &(value, holders) in class.values {
            let (holders, of_all) = (u64::from(holders), self.by_value[value as usize]);
            // q / p as a quotient of whole numbers.
            let [above, below] = [u128::from(holders) * u128::from(all), u128::from(of_all) * u128::from(members)];
            let gain = if above > below { wide(above - below) / wide(below) } else { 0.0 };
            tally.alpha = tally.alpha.max(as_float(holders) / as_float(members));
            tally.beta = tally.beta.max(gain);
            breaks_enhanced |= gain > (as_float(all) / as_float(of_all)).ln();
            tally.delta = tally.delta.max((wide(above) / wide(below)).ln().abs());
        }
        tally.enhanced_broken += u64::from(breaks_enhanced);
        tally.is_value_absent |= (class.values.len() as u64) < self.occurring;
        tally.guessed += class.values.iter().map(|&(_, holders)| u64::from(holders)).max().unwrap_or(0);
    }

    /// The figures of the column.
    pub(super) fn summed_up(&self, tally: &Tally) -> SensitiveColumn {
        let missing = self.column.missing.map_or(0, |code| self.by_value.get(code as usize).copied().unwrap_or(0));
        let has_value = self.pairs > missing;
        let mut undefined = Vec::new();
        let mut unless = |field: &str, reason: &str, is_null: bool| {
            let reason = if has_value { reason } else { "all-missing" };
            let is_null = is_null || !has_value;
            if is_null {
                undefined.push(UndefinedField { field: field.to_owned(), reason: reason.to_owned() });
            }
            !is_null
        };
        let mut number = |field: &str, value: f64| unless(field, "", false).then_some(value);
        let (alpha, beta, delta_present) =
            (number("alpha", tally.alpha), number("beta", tally.beta), number("delta_present", tally.delta));
        let entropy_l = number("entropy_l", tally.entropy.unwrap_or(1.0));
        let distinct_l = tally.diversity.keys().next().copied().filter(|_| unless("distinct_l", "", false));
        let recursive_l = tally.recursive_l.filter(|_| unless("recursive_l", "", false));
        let mut tail =
            |field: &str, (worst, is_empty): (f64, bool)| unless(field, "no-tail", is_empty).then_some(worst);
        let recursive_c_of_2 = tail("recursive_c_of_2", tally.recursive_c[0]);
        let recursive_c_of_3 = tail("recursive_c_of_3", tally.recursive_c[1]);
        let enhanced_beta =
            unless("enhanced_beta", "gain-beyond-logarithm", tally.enhanced_broken > 0).then_some(tally.beta);
        let delta_strict = unless("delta_strict", "absent-value", tally.is_value_absent).then_some(tally.delta);
        let known = self.distances.known();
        let t_by_distance: Vec<Closeness> = GROUND
            .into_iter()
            .zip(tally.t)
            .filter(|(distance, _)| has_value && known.contains(distance))
            .map(|(distance, t)| Closeness { distance, t })
            .collect();
        let distance = self.secret.distance.unwrap_or_else(|| self.distances.default());
        let t = t_by_distance.iter().find(|closeness| closeness.distance == distance).map(|closeness| closeness.t);
        unless("t", "no-distance", t.is_none());
        let most = self.by_value.iter().max().copied().unwrap_or(0);
        let whole = |part: u64| ratio(part, self.members).filter(|_| has_value);
        unless("inference", "", false);
        let is_single = self.members < 2;
        let leave_one_out = unless("leave_one_out", "single-member", is_single).then(|| {
            let right: f64 = tally.from_others.iter().map(|(&tied, &right)| as_float(right) / as_float(tied)).sum();
            right / as_float(self.members)
        });
        SensitiveColumn {
            column: self.column.name.clone(),
            value: self.secret.value,
            values: self.occurring,
            missing_members: missing,
            constant: self.occurring <= 1,
            diversity: tally
                .diversity
                .iter()
                .map(|(&values, &(classes, members))| DiversityCount { values, classes, members })
                .collect(),
            homogeneous: if has_value {
                tally.homogeneous
            } else {
                Homogeneous { k: tally.homogeneous.k, ..Homogeneous::default() }
            },
            distinct_l,
            entropy_l,
            recursive_l,
            recursive_c_of_2,
            recursive_c_of_3,
            alpha,
            distance,
            t,
            t_by_distance,
            beta,
            enhanced_beta,
            enhanced_beta_broken: tally.enhanced_broken,
            delta_strict,
            delta_present,
            inference: leakage(whole(most), whole(tally.guessed)),
            leave_one_out,
            undefined,
        }
    }
}

/// The ground distances, in the order of the numbers of a class.
pub(super) const GROUND: [GroundDistance; 4] =
    [GroundDistance::Equal, GroundDistance::Rank, GroundDistance::Value, GroundDistance::Taxonomy];

/// Entropy and recursive diversity, of the numbers of a class, the largest first.
fn diversities(sorted: &[u32], tally: &mut Tally) {
    let pairs: u64 = sorted.iter().map(|&members| u64::from(members)).sum();
    let Some(&first) = sorted.first() else { return };
    // In the order of the numbers, so that the sum does not depend on that of the values.
    let log: f64 = sorted.iter().map(|&members| f64::from(members)).map(|members| members * members.ln()).sum();
    let entropy = if sorted.len() == 1 { 1.0 } else { (as_float(pairs).ln() - log / as_float(pairs)).exp() };
    tally.entropy = Some(tally.entropy.map_or(entropy, |least| least.min(entropy)));
    let (mut tail, mut level) = (pairs, 0);
    for (place, &members) in sorted.iter().enumerate() {
        if u64::from(first) < u64::from(RECURSIVE_C) * tail {
            level = place as u64 + 1;
        }
        if let Some((worst, _)) = place.checked_sub(1).and_then(|place| tally.recursive_c.get_mut(place)) {
            *worst = worst.max(f64::from(first) / as_float(tail));
        }
        tail -= u64::from(members);
    }
    tally.recursive_l = Some(tally.recursive_l.map_or(level, |least| least.min(level)));
    for ((_, is_empty), least) in tally.recursive_c.iter_mut().zip(2..) {
        *is_empty |= sorted.len() < least;
    }
}

/// A wide count as a float.
#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
pub(super) fn wide(number: u128) -> f64 {
    number as f64
}

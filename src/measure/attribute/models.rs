//! Every model of a class, and the worst of all classes.

use std::sync::LazyLock;

use super::distance::{Distances, Scratch};
use super::leave_one_out::{Guesses, LeaveOneOut};
use super::numbers::Numbers;
use super::{SecretValues, leakage};
use crate::number::{as_float, ratio};
use crate::result::{
    Closeness, DiversityCount, GroundDistance, Homogeneous, RECURSIVE_C, SensitiveColumn, UndefinedField,
};
use crate::stop::{Stop, StopReason};
use crate::table::{ClassMembers, ClassMembership, Column};

/// The values of a column in the release.
pub(super) struct Release<'a> {
    column: &'a Column,
    secret: &'a SecretValues,
    /// Members that hold each value.
    by_value: &'a [u64],
    /// Members of all classes, and pairs of a member and a value that it holds.
    members: u64,
    pairs: u64,
    occurring: u64,
    /// What floats say of each value.
    values: Vec<Value>,
    distances: Distances<'a>,
    others: LeaveOneOut,
}

/// A value in the release.
struct Value {
    /// The reciprocal of its share of the members, and the logarithm of that.
    reciprocal: f64,
    logarithm: f64,
    /// Its share of the pairs.
    share: f64,
    /// [`Distances::mean_distances`].
    mean_distances: [f64; 3],
}

/// What floats say of a class: enough to tell whether it can be the worst of a model. Only those that can are held against the
/// release in whole numbers.
struct Glance {
    /// Pairs of a member and a value.
    pairs: u64,
    /// The smallest and the largest ratio of the shares of a value in class and release.
    ratios: (f64, f64),
    breaks_enhanced: bool,
    /// No distance is larger.
    distances: [f64; 4],
}

/// The worst of the classes so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tally {
    pub(super) classes: u64,
    pub(super) members: u64,
    /// Classes and their members, by the number of values in a class.
    diversity: Vec<(u64, u64)>,
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
    /// The smallest and the largest ratio of the shares in class and release, but for its last digits.
    ratios: (f64, f64),
    is_value_absent: bool,
    /// Right guesses with the most frequent value of each class.
    guessed: u64,
    from_others: Guesses,
}

impl Tally {
    fn new(k: u32) -> Self {
        Self {
            classes: 0,
            members: 0,
            diversity: Vec::new(),
            homogeneous: Homogeneous { k: u64::from(k), ..Homogeneous::default() },
            entropy: None,
            recursive_l: None,
            recursive_c: [(0.0, false); 2],
            alpha: 0.0,
            t: [0.0; 4],
            beta: 0.0,
            enhanced_broken: 0,
            delta: 0.0,
            ratios: (f64::INFINITY, 0.0),
            is_value_absent: false,
            guessed: 0,
            from_others: Guesses::default(),
        }
    }

    /// Classes and members for each number of values that some class has.
    fn diversity_counts(&self) -> Vec<DiversityCount> {
        let counts = (0..).zip(&self.diversity).filter(|(_, (classes, _))| *classes > 0);
        counts.map(|(values, &(classes, members))| DiversityCount { values, classes, members }).collect()
    }

    /// The classes of one value; none where no member has a value.
    fn homogeneous_of(&self, has_value: bool) -> Homogeneous {
        let k = self.homogeneous.k;
        if has_value { self.homogeneous } else { Homogeneous { k, ..Homogeneous::default() } }
    }

    /// Adds what other classes came to.
    fn absorb(&mut self, other: &Self) {
        fn least<T: PartialOrd>(one: Option<T>, other: Option<T>) -> Option<T> {
            match (one, other) {
                (Some(one), Some(other)) => Some(if other < one { other } else { one }),
                (one, other) => one.or(other),
            }
        }
        self.classes += other.classes;
        self.members += other.members;
        self.diversity.resize(self.diversity.len().max(other.diversity.len()), (0, 0));
        for (own, other) in self.diversity.iter_mut().zip(&other.diversity) {
            *own = (own.0 + other.0, own.1 + other.1);
        }
        let (own, more) = (&mut self.homogeneous, &other.homogeneous);
        own.classes += more.classes;
        own.members += more.members;
        own.majority_classes += more.majority_classes;
        own.majority_members += more.majority_members;
        self.entropy = least(self.entropy, other.entropy);
        self.recursive_l = least(self.recursive_l, other.recursive_l);
        for (own, other) in self.recursive_c.iter_mut().zip(other.recursive_c) {
            *own = (own.0.max(other.0), own.1 | other.1);
        }
        self.alpha = self.alpha.max(other.alpha);
        self.t.iter_mut().zip(other.t).for_each(|(own, other)| *own = own.max(other));
        self.beta = self.beta.max(other.beta);
        self.enhanced_broken += other.enhanced_broken;
        self.delta = self.delta.max(other.delta);
        self.ratios = (self.ratios.0.min(other.ratios.0), self.ratios.1.max(other.ratios.1));
        self.is_value_absent |= other.is_value_absent;
        self.guessed += other.guessed;
        self.from_others.absorb(&other.from_others);
    }
}

/// The worst of some classes, and memory for the next one.
struct Pass {
    tally: Tally,
    numbers: Numbers,
    scratch: Scratch,
}

impl<'a> Release<'a> {
    /// A column with so many members of all classes in all, and so many that hold each value.
    pub(super) fn new(column: &'a Column, secret: &'a SecretValues, members: u64, by_value: &'a [u64]) -> Self {
        let distances = Distances::new(column, secret, by_value);
        let pairs: u64 = by_value.iter().sum();
        let value = |(value, &holders): (usize, &u64)| {
            let reciprocal = as_float(members) / as_float(holders);
            let share = as_float(holders) / as_float(pairs);
            Value { reciprocal, logarithm: reciprocal.ln(), share, mean_distances: distances.mean_distances(value) }
        };
        Self {
            column,
            secret,
            members,
            pairs,
            occurring: by_value.iter().filter(|&&members| members > 0).count() as u64,
            values: by_value.iter().enumerate().map(value).collect(),
            distances,
            others: LeaveOneOut::new(by_value),
            by_value,
        }
    }

    /// Holds every class against the release; the column has this place in the membership.
    pub(super) fn tally(
        &self,
        membership: &ClassMembership,
        place: usize,
        k: u32,
        stop: &Stop,
    ) -> Result<Tally, StopReason> {
        let pass = || Pass { tally: Tally::new(k), numbers: Numbers::new(), scratch: self.distances.scratch() };
        let passes = membership.fold(place, stop, pass, |pass, class| self.hold(class, k, pass))?;
        let mut tally = Tally::new(k);
        for pass in &passes {
            tally.absorb(&pass.tally);
        }
        Ok(tally)
    }

    fn hold(&self, class: &ClassMembers<'_>, k: u32, pass: &mut Pass) {
        let Pass { tally, numbers, scratch } = pass;
        let (top, unseen) = numbers.of(class);
        #[expect(clippy::cast_possible_truncation, reason = "holders of a value are members of the class")]
        let most = top.most as u32;
        self.count(class, most, k, tally);
        if let Some(sorted) = unseen {
            diversities(sorted, tally);
        }
        let glance = self.glance(class);
        self.shares(class, most, &glance, tally);
        self.distances.worsen(class, glance.pairs, glance.distances, scratch, &mut tally.t);
        self.others.add(class, top, self.by_value, &mut tally.from_others);
    }

    /// Counts a class, of which `most` members hold one value.
    fn count(&self, class: &ClassMembers<'_>, most: u32, k: u32, tally: &mut Tally) {
        let (classes, values) = (u64::from(class.classes), class.values.len());
        let members = classes * u64::from(class.members);
        tally.classes += classes;
        tally.members += members;
        if tally.diversity.len() <= values {
            tally.diversity.resize(values + 1, (0, 0));
        }
        let counted = &mut tally.diversity[values];
        *counted = (counted.0 + classes, counted.1 + members);
        if class.members < k || self.occurring <= 1 || most < class.members && self.column.missing.is_none() {
            return;
        }
        let present = class.members - self.without_a_value(class);
        let is_common = |&(value, holders): &(u32, u32)| {
            let is_of_present = holders == present && present > class.members / 2 && self.column.missing != Some(value);
            holders == class.members || is_of_present
        };
        // Of several values that all hold, the rarest tells most.
        let of_all =
            class.values.iter().filter(|held| is_common(held)).map(|&(value, _)| self.by_value[value as usize]);
        let Some(rarest) = of_all.min() else { return };
        let found = &mut tally.homogeneous;
        if rarest * 2 > self.members {
            (found.majority_classes, found.majority_members) =
                (found.majority_classes + classes, found.majority_members + members);
        } else {
            (found.classes, found.members) = (found.classes + classes, found.members + members);
        }
    }

    /// Members of a class whose value is missing in all of their records.
    fn without_a_value(&self, class: &ClassMembers<'_>) -> u32 {
        let Some(missing) = self.column.missing else { return 0 };
        let Ok(place) = class.values.binary_search_by_key(&missing, |&(value, _)| value) else { return 0 };
        match class.lists {
            None => class.values[place].1,
            Some(lists) => {
                let mut members = 0;
                lists.for_each(|list| members += u32::from(list == [missing]));
                members
            }
        }
    }

    /// One look at each value for all models: most classes are small, and each loop over one costs about as much as what it does.
    fn glance(&self, class: &ClassMembers<'_>) -> Glance {
        let holders = || class.values.iter().map(|&(_, holders)| u64::from(holders));
        let pairs = if class.lists.is_none() { u64::from(class.members) } else { holders().sum() };
        let (of_members, of_pairs) = (1.0 / f64::from(class.members), 1.0 / as_float(pairs));
        let (mut least, mut largest, mut breaks_enhanced) = (f64::INFINITY, 0.0_f64, false);
        let (mut surplus, mut moved) = (0.0, [0.0; 3]);
        for &(value, holders) in class.values {
            let known = &self.values[value as usize];
            let number = f64::from(holders);
            let ratio = number * of_members * known.reciprocal;
            // Not `min` and `max`, which take care of numbers that are none.
            least = if ratio < least { ratio } else { least };
            largest = if ratio > largest { ratio } else { largest };
            let beyond = ratio - 1.0 - known.logarithm;
            breaks_enhanced |= if beyond.abs() > NEAR * (1.0 + ratio) {
                beyond > 0.0
            } else {
                let [gain, _] = self.gain(class.members, value, holders);
                gain > known.logarithm
            };
            let above = number * of_pairs - known.share;
            surplus += if above > 0.0 { above } else { 0.0 };
            for (moved, mean_distance) in moved.iter_mut().zip(known.mean_distances) {
                *moved += number * mean_distance;
            }
        }
        let [rank, number, taxonomy] = moved.map(|moved| moved * of_pairs);
        Glance { pairs, ratios: (least, largest), breaks_enhanced, distances: [surplus, rank, number, taxonomy] }
    }

    /// The models that go by the share of members who hold a value.
    fn shares(&self, class: &ClassMembers<'_>, most: u32, glance: &Glance, tally: &mut Tally) {
        tally.alpha = tally.alpha.max(f64::from(most) / f64::from(class.members));
        tally.guessed += u64::from(class.classes) * u64::from(most);
        tally.is_value_absent |= (class.values.len() as u64) < self.occurring;
        tally.enhanced_broken += u64::from(class.classes) * u64::from(glance.breaks_enhanced);
        let (least, largest) = glance.ratios;
        if largest < tally.ratios.1 * (1.0 - NEAR) && least > tally.ratios.0 * (1.0 + NEAR) {
            return;
        }
        tally.ratios = (tally.ratios.0.min(least), tally.ratios.1.max(largest));
        for &(value, holders) in class.values {
            let [gain, ratio] = self.gain(class.members, value, holders);
            tally.beta = tally.beta.max(gain);
            tally.delta = tally.delta.max(ratio.ln().abs());
        }
    }

    /// The relative gain in the share of a value in a class, and the ratio of its shares in class and release.
    fn gain(&self, members: u32, value: u32, holders: u32) -> [f64; 2] {
        let above = u128::from(holders) * u128::from(self.members);
        let below = u128::from(self.by_value[value as usize]) * u128::from(members);
        let gain = if above > below { wide(above - below) / wide(below) } else { 0.0 };
        [gain, wide(above) / wide(below)]
    }

    /// The figures of the column.
    pub(super) fn summed_up(&self, tally: &Tally) -> SensitiveColumn {
        let missing = self.column.missing.map_or(0, |code| self.by_value.get(code as usize).copied().unwrap_or(0));
        let has_value = self.pairs > missing;
        let mut fields = Fields { has_value, undefined: Vec::new() };
        // In the order in which a result lists what is undefined.
        let alpha = fields.number("alpha", tally.alpha);
        let beta = fields.number("beta", tally.beta);
        let delta_present = fields.number("delta_present", tally.delta);
        let entropy_l = fields.number("entropy_l", tally.entropy.unwrap_or(1.0));
        let least = tally.diversity.iter().zip(0..).find(|((classes, _), _)| *classes > 0).map(|(_, values)| values);
        let distinct_l = least.filter(|_| fields.is_defined("distinct_l", "", false));
        let recursive_l = tally.recursive_l.filter(|_| fields.is_defined("recursive_l", "", false));
        let [recursive_c_of_2, recursive_c_of_3] =
            [("recursive_c_of_2", 0), ("recursive_c_of_3", 1)].map(|(field, l)| {
                let (worst, is_empty) = tally.recursive_c[l];
                fields.is_defined(field, "no-tail", is_empty).then_some(worst)
            });
        let is_broken = tally.enhanced_broken > 0;
        let enhanced_beta =
            fields.is_defined("enhanced_beta", "gain-beyond-logarithm", is_broken).then_some(tally.beta);
        let delta_strict =
            fields.is_defined("delta_strict", "absent-value", tally.is_value_absent).then_some(tally.delta);
        let (distance, t, t_by_distance) = self.closeness(tally, has_value);
        fields.is_defined("t", "no-distance", t.is_none());
        let most = self.by_value.iter().max().copied().unwrap_or(0);
        let whole = |part: u64| ratio(part, self.members).filter(|_| has_value);
        fields.is_defined("inference", "", false);
        let leave_one_out = fields
            .is_defined("leave_one_out", "single-member", self.members < 2)
            .then(|| tally.from_others.right() / as_float(self.members));
        SensitiveColumn {
            column: self.column.name.clone(),
            value: self.secret.value,
            values: self.occurring,
            missing_members: missing,
            constant: self.occurring <= 1,
            spelled_alike: self.secret.spelled_alike,
            diversity: tally.diversity_counts(),
            homogeneous: tally.homogeneous_of(has_value),
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
            undefined: fields.undefined,
        }
    }

    /// The declared ground distance, else the default of the column; the closeness by it, and by each distance that is known.
    fn closeness(&self, tally: &Tally, has_value: bool) -> (GroundDistance, Option<f64>, Vec<Closeness>) {
        let known = self.distances.known();
        let by_distance: Vec<Closeness> = GROUND
            .into_iter()
            .zip(tally.t)
            .filter(|(distance, _)| has_value && known.contains(distance))
            .map(|(distance, t)| Closeness { distance, t })
            .collect();
        let distance = self.secret.distance.unwrap_or_else(|| self.distances.default());
        let t = by_distance.iter().find(|closeness| closeness.distance == distance).map(|closeness| closeness.t);
        (distance, t, by_distance)
    }
}

/// The fields of a column, of which none is defined where no member has a value.
struct Fields {
    has_value: bool,
    undefined: Vec<UndefinedField>,
}

impl Fields {
    /// Whether a field has a value; writes down the reason where it has none.
    fn is_defined(&mut self, field: &str, reason: &str, is_null: bool) -> bool {
        let reason = if self.has_value { reason } else { "all-missing" };
        let is_null = is_null || !self.has_value;
        if is_null {
            self.undefined.push(UndefinedField::new(field, reason));
        }
        !is_null
    }

    /// A number that only lacks where no member has a value.
    fn number(&mut self, field: &str, value: f64) -> Option<f64> {
        self.is_defined(field, "", false).then_some(value)
    }
}

/// The ground distances, in the order of the numbers of a class.
pub(super) const GROUND: [GroundDistance; 4] =
    [GroundDistance::Equal, GroundDistance::Rank, GroundDistance::Value, GroundDistance::Taxonomy];

/// Relative distance within which floats do not tell which of two quotients is larger.
const NEAR: f64 = 1e-12;

/// n ln n for small n.
static TERMS: LazyLock<Vec<f64>> = LazyLock::new(|| (0..4096_u32).map(|members| term(f64::from(members))).collect());

fn term(members: f64) -> f64 {
    members * members.ln()
}

/// Entropy and recursive diversity, of the numbers of a class, the largest first.
fn diversities(sorted: &[u32], tally: &mut Tally) {
    let pairs: u64 = sorted.iter().map(|&members| u64::from(members)).sum();
    let Some(&first) = sorted.first() else { return };
    // An entropy is at least that of as many equal shares as the largest fits in.
    let may_be_least =
        |least: f64| as_float(pairs) <= least * f64::from(first) * (1.0 + NEAR) && (least > 1.0 || sorted.len() == 1);
    if tally.entropy.is_none_or(may_be_least) {
        // In the order of the numbers, so that the sum does not depend on that of the values.
        let known = |&members: &u32| TERMS.get(members as usize).copied().unwrap_or_else(|| term(f64::from(members)));
        let log: f64 = sorted.iter().map(known).sum();
        let entropy = if sorted.len() == 1 { 1.0 } else { (as_float(pairs).ln() - log / as_float(pairs)).exp() };
        tally.entropy = Some(tally.entropy.map_or(entropy, |least| least.min(entropy)));
    }
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

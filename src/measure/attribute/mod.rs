//! What somebody who finds the class of a person learns of a sensitive column, without telling its members apart.
//!
//! # Definition
//! Classes are those of `uniqueness` on all quasi-identifiers, on the static ones and on those that may be static. A *member* of a
//! class is a subject with a record in it, without subjects a record. It has one value of the column there, as declared:
//! that of its last, of its first or of most of its records; or `any`, and then it counts with each value that it holds.
//! With m members, n(v) of them with the value v, q(v) = n(v) / m, and p(v) the same over all members of all classes:
//!
//! | model | of a class |
//! |---|---|
//! | distinct l-diversity | number of values |
//! | entropy l-diversity | exp(-sum of q ln q) |
//! | recursive (c, l) | r(1) < c (r(l) + r(l + 1) + ...), r the numbers n(v), largest first; strict |
//! | (alpha, k)-anonymity | largest q(v) |
//! | t-closeness | earth mover's distance between q and p; `distance.rs` |
//! | basic beta-likeness | largest (q(v) - p(v)) / p(v) |
//! | enhanced beta-likeness | the same, which must also be at most -ln p(v) |
//! | delta-disclosure | largest |ln (q(v) / p(v))|; of a value that is absent infinite, or with `present` passed over |
//!
//! Of each the worst class counts. A missing cell is a value of its own. With `any` the models of a distribution (entropy,
//! recursive, t) go by pairs of a member and a value, the others by the share of members who hold the value.
//!
//! Leakage is that of a Bayes adversary who knows the quasi-identifiers: prior max p(v), posterior the mean over members of max
//! q(v). The posterior sees the person's own record; `leave_one_out` (`leave_one_out.rs`) does not.
//!
//! Sources: Machanavajjhala et al., TKDD 1(1), 2007; Wong et al., KDD 2006; Li, Li & Venkatasubramanian, ICDE 2007; Cao &
//! Karras, PVLDB 5(11), 2012; Brickell & Shmatikov, KDD 2008; Alvim et al., `PoPETs` 2022.
//!
//! # Edge cases
//! No record with a subject: undefined (`empty`). Missing cells that match everything: undefined (`wildcard`), unless no cell
//! of a quasi-identifier is missing. A column without a value: every figure is null (`all-missing`). A constant column has l = 1
//! and t = 0, and no class of it is homogeneous: the file as a whole tells its value. A blank hides a value and is no other: a
//! class is homogeneous as well where all who have a value have the same one, if those are most of it.
//!
//! # Guarantee
//! Equal to a slow count (`test/oracle.rs`) for any order of the records and number of threads. All but entropies are
//! quotients of whole numbers, so that equality with a limit is exact.

mod distance;
mod entry;
mod figures;
mod leave_one_out;
mod models;
mod numbers;
#[cfg(test)]
mod test;

use rayon::prelude::*;

pub use entry::MEASURE;
pub use figures::figures;

use crate::measure::CutOff;
use crate::number::ratio;
use crate::result::{
    Attribute, AttributeSet, Comparison, Gate, GateSet, GroundDistance, Leakage, MissingMode, Outcome, Reading,
    SensitiveColumn, SensitiveValue, Unit,
};
use crate::stop::{StopReason, Watch};
use crate::table::{ClassMembership, ColumnSet, MemberValue, Table};

/// The name under `measures`.
pub const NAME: &str = "attribute";

/// What is known of the values of a sensitive column. One entry a code; holds no value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SecretValues {
    /// Which value a subject has.
    pub value: SensitiveValue,
    /// Numbers that depend on the values alone.
    pub keys: Vec<u64>,
    /// Whether the values are amounts: numbers, but no dates, of which one within a part is nearly right.
    pub is_amount: bool,
    /// The values as whole numbers of one unit, `None` for a missing cell; none at all where they have no order.
    pub numbers: Option<Vec<Option<i64>>>,
    /// For each level of a taxonomy above the values the group of each code, numbered from 0; every group of a level is part of one
    /// group of the next. The root is above the last level.
    pub taxonomy: Option<Vec<Vec<u32>>>,
    /// The distance that was declared.
    pub distance: Option<GroundDistance>,
    /// Values that are the same as another but for their spelling.
    pub spelled_alike: u64,
}

impl SecretValues {
    fn held(&self) -> MemberValue<'_> {
        match self.value {
            SensitiveValue::Any => MemberValue::Any,
            SensitiveValue::Last => MemberValue::Last,
            SensitiveValue::First => MemberValue::First,
            SensitiveValue::Mode => MemberValue::Mode(&self.keys),
        }
    }
}

/// What the measure needs to know beside the table.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// Members of the smallest class that can be homogeneous.
    pub k: u32,
    /// What a missing cell matches.
    pub missing: MissingMode,
    /// What is known of each sensitive column of the table.
    pub secrets: &'a [SecretValues],
}

/// Holds every sensitive column of the table against the classes. All columns of the table are quasi-identifiers.
///
/// # Errors
/// [`StopReason::Interrupt`] when the program was asked to end. A time limit is not an error: it gives
/// [`Outcome::Incomplete`].
pub fn measure(table: &Table, settings: Settings<'_>, watch: Watch<'_>) -> Result<Outcome<Attribute>, StopReason> {
    if table.records() == 0 {
        return Ok(Outcome::undefined("empty", "there is no record with a subject"));
    }
    let has_missing = table.columns().iter().any(|column| column.missing.is_some());
    if settings.missing == MissingMode::Wildcard && has_missing {
        let words = "missing cells match every value, so there are no classes; count them as a category of their own";
        return Ok(Outcome::undefined("wildcard", words));
    }
    let unit = if table.has_subjects() { Unit::Subject } else { Unit::Record };
    let cut_off = CutOff {
        timeout: "the time limit was reached before every sensitive column was held against the classes",
        memory: "the memory limit was reached before every sensitive column was held against the classes",
        work_limit: "holding the sensitive columns against the classes exceeds the work limit",
    };
    watch.progress.begin("sensitive columns", None, "columns");
    let measured = measure_sets(table, settings, watch);
    watch.progress.end();
    cut_off.outcome(unit, measured)
}

/// What a policy asks of the classes on the static quasi-identifiers: figures with their limits.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AskedOfClasses {
    limits: Vec<(&'static str, Comparison, f64)>,
}

impl AskedOfClasses {
    /// What these gates ask.
    #[must_use]
    pub fn of(gates: &[Gate]) -> Self {
        let asked = gates.iter().filter(|gate| gate.set == Some(GateSet::Static)).filter_map(|gate| {
            let row = MEASURE.limits.iter().find(|row| row.gate == gate.measure.name())?;
            Some((row.figure, gate.comparison, gate.limit?))
        });
        Self { limits: asked.collect() }
    }

    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.limits.is_empty()
    }

    /// Whether the classes on a set of columns surely break a limit. What is not known there breaks none.
    ///
    /// # Errors
    /// The reason, when the stop flag was raised before the end.
    pub fn are_broken(
        &self,
        table: &Table,
        set: &ColumnSet,
        secrets: &[SecretValues],
        watch: Watch<'_>,
    ) -> Result<bool, StopReason> {
        let settings = Settings { k: 1, missing: MissingMode::OwnCategory, secrets };
        let found = measure_set(table, set, settings, watch)?;
        let value = |secret: &SensitiveColumn, figure: &str| match figure {
            "distinct_l" => secret.distinct_l.map(crate::number::as_float),
            "alpha" => secret.alpha,
            "t" => secret.t,
            "beta" => secret.beta,
            _ => None,
        };
        let breaks = |secret: &SensitiveColumn| {
            let mut limits = self.limits.iter();
            limits.any(|&(figure, side, limit)| value(secret, figure).is_some_and(|value| !side.holds(value, limit)))
        };
        Ok(found.secrets.iter().any(breaks))
    }
}

fn measure_sets(table: &Table, settings: Settings<'_>, watch: Watch<'_>) -> Result<Attribute, StopReason> {
    let columns = 0..table.columns().len();
    let full = ColumnSet::new(columns.clone());
    let columns_where = |holds: &dyn Fn(usize) -> bool| {
        let set = ColumnSet::new(columns.clone().filter(|&column| holds(column)));
        (!set.is_empty()).then_some(set)
    };
    let static_set = columns_where(&|column| table.is_static(column));
    let has_unclear = columns.clone().any(|column| table.is_unclear(column));
    let or_unclear = columns_where(&|column| table.is_static(column) || table.is_unclear(column));
    let whole = measure_set(table, &full, settings, watch)?;
    let other = |set: Option<ColumnSet>| match set {
        Some(set) if set == full => Ok(Some(whole.clone())),
        Some(set) => measure_set(table, &set, settings, watch).map(Some),
        None => Ok(None),
    };
    let static_set = other(static_set)?;
    let static_unclear = other(or_unclear.filter(|_| has_unclear))?;
    Ok(Attribute { full: whole, static_set, static_unclear })
}

fn measure_set(
    table: &Table,
    set: &ColumnSet,
    settings: Settings<'_>,
    watch: Watch<'_>,
) -> Result<AttributeSet, StopReason> {
    let places = 0..table.sensitive().len().min(settings.secrets.len());
    let held: Vec<MemberValue<'_>> = settings.secrets[places.clone()].iter().map(SecretValues::held).collect();
    let membership = ClassMembership::new(table, set, &held, watch.stop)?;
    let of_column = |place: usize| -> Result<(SensitiveColumn, [u64; 2]), StopReason> {
        let (column, secret) = (&table.sensitive()[place], &settings.secrets[place]);
        let release = models::Release::new(column, secret, membership.members(), membership.by_value(place));
        let tally = release.tally(&membership, place, settings.k, watch.stop)?;
        Ok((release.summed_up(&tally), [tally.classes, tally.members]))
    };
    let secrets = places.into_par_iter().with_max_len(1);
    let found: Vec<(SensitiveColumn, [u64; 2])> = secrets.map(of_column).collect::<Result<_, _>>()?;
    let [classes, members] = found.first().map_or([0, 0], |&(_, counts)| counts);
    Ok(AttributeSet {
        columns: table.names(set.columns()),
        reading: reading(table, set),
        classes,
        members,
        reidentification: leakage(ratio(1, members), ratio(classes, members)),
        secrets: found.into_iter().map(|(secret, _)| secret).collect(),
    })
}

/// The reading of a class on a set.
fn reading(table: &Table, set: &ColumnSet) -> Reading {
    if !table.has_subjects() {
        Reading::Record
    } else if set.columns().iter().all(|&column| table.constant_per_subject(column) == Some(true)) {
        Reading::SubjectAttributes
    } else {
        Reading::AnyRecord
    }
}

fn leakage(prior: Option<f64>, posterior: Option<f64>) -> Leakage {
    let both = || prior.zip(posterior);
    Leakage {
        prior,
        posterior,
        multiplicative: both().map(|(prior, posterior)| posterior / prior),
        additive: both().map(|(prior, posterior)| posterior - prior),
    }
}

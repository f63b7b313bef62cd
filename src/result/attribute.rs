//! Value of the measure `attribute`: what somebody who finds a person's class learns of a sensitive column.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, UndefinedField};

/// The constant c of recursive (c, l)-diversity for which a level is reported.
pub const RECURSIVE_C: u32 = 2;

/// Value of the measure `attribute`. A class is as in `uniqueness`; a *member* of it is a subject with a record in it. Each
/// member has one value of a sensitive column, or with `any` the set of those it holds. Shares in the release are over all members
/// of all classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Attribute {
    /// The classes on all quasi-identifiers.
    pub full: AttributeSet,
    /// The classes on the static ones; null if there is none.
    pub static_set: Option<AttributeSet>,
    /// The classes on those that are or may be static; null if the data decide of every column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub static_unclear: Option<AttributeSet>,
}

/// What the classes on one set of columns tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct AttributeSet {
    /// The quasi-identifiers.
    pub columns: Vec<String>,
    /// Reading of a class on them.
    pub reading: Reading,
    /// Classes.
    pub classes: u64,
    /// Members of all classes: subjects, each once for every class that it is in.
    pub members: u64,
    /// Chance of picking the right person: one in all members, and one in the class.
    pub reidentification: Leakage,
    /// What is told of each sensitive column, in file order.
    pub secrets: Vec<SensitiveColumn>,
}

/// Which value a subject has in a class in which its records hold several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SensitiveValue {
    /// Each of them: a member counts with every value that it holds.
    #[default]
    Any,
    /// That of the last record, in the order of the files.
    Last,
    /// That of the first record.
    First,
    /// That of most records.
    Mode,
}

impl SensitiveValue {
    /// The name used in configuration files and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How far two values of a sensitive column are apart, for t-closeness. At most 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum GroundDistance {
    /// 1 for any two different values.
    Equal,
    /// Steps between their ranks among the values that occur, as a share of all steps.
    Rank,
    /// Difference of the numbers, as a share of the range.
    Value,
    /// Level of their first common ancestor in a taxonomy, as a share of its height.
    Taxonomy,
}

impl GroundDistance {
    /// The name used in configuration files and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What the classes tell of one sensitive column. Of each model the worst class counts. A field is null where the column has no
/// value at all, and for the reasons in `undefined`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SensitiveColumn {
    /// The column.
    pub column: String,
    /// Which value a member has.
    pub value: SensitiveValue,
    /// Distinct values that occur; missing cells are one of them.
    pub values: u64,
    /// Members whose value is missing, or with `any` who lack a value in some record.
    pub missing_members: u64,
    /// Whether everybody has the same value.
    pub constant: bool,
    /// Values that are the same as another but for letter case, spaces and punctuation; they count as different ones.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub spelled_alike: u64,
    /// Classes by the number of distinct values in them.
    pub diversity: Vec<DiversityCount>,
    /// Classes of at least `k` members who all hold one value.
    pub homogeneous: Homogeneous,
    /// Smallest number of distinct values in a class (distinct l-diversity).
    pub distinct_l: Option<u64>,
    /// Smallest exponential of the entropy of a class, plug-in estimate (entropy l-diversity).
    pub entropy_l: Option<f64>,
    /// Largest l for which every class is recursively (2, l)-diverse.
    pub recursive_l: Option<u64>,
    /// What c must exceed for recursive (c, 2)-diversity; null if a class has fewer than 2 values.
    pub recursive_c_of_2: Option<f64>,
    /// What c must exceed for recursive (c, 3)-diversity; null if a class has fewer than 3 values.
    pub recursive_c_of_3: Option<f64>,
    /// Largest share of one value in a class: the alpha of (alpha, k)-anonymity.
    pub alpha: Option<f64>,
    /// The distance that `t` and limits go by.
    pub distance: GroundDistance,
    /// Largest earth mover's distance between a class and the release (t-closeness), by that distance.
    pub t: Option<f64>,
    /// The same by each distance that the column has.
    pub t_by_distance: Vec<Closeness>,
    /// Largest relative gain in the share of a value (basic beta-likeness).
    pub beta: Option<f64>,
    /// The same under enhanced beta-likeness; null if a gain exceeds the negative logarithm of the value's share, so that no beta holds.
    pub enhanced_beta: Option<f64>,
    /// Classes with such a gain.
    pub enhanced_beta_broken: u64,
    /// Largest absolute natural logarithm of the ratio of the shares in class and release (delta-disclosure); null if a value of the
    /// release is absent from a class, for then no delta holds.
    pub delta_strict: Option<f64>,
    /// The same over the values that are present in the class.
    pub delta_present: Option<f64>,
    /// Chance of guessing the value: the most frequent one of the release, and the most frequent one of the class.
    pub inference: Leakage,
    /// Chance of guessing the value of a member from the others in its class: their most frequent value, ties split evenly; that of
    /// the other members of the release where it is alone.
    pub leave_one_out: Option<f64>,
    /// Fields that are null, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undefined: Vec<UndefinedField>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "this is how it is asked for")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Classes with one number of distinct values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct DiversityCount {
    /// Distinct values in the class.
    pub values: u64,
    /// Classes.
    pub classes: u64,
    /// Their members.
    pub members: u64,
}

/// Classes of at least `k` members in which one value is held by all, or by all who have one if those are more than half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Homogeneous {
    /// The smallest class that is counted.
    pub k: u64,
    /// Such classes, apart from those below.
    pub classes: u64,
    /// Their members.
    pub members: u64,
    /// Such classes whose value is that of more than half of all members.
    pub majority_classes: u64,
    /// Their members.
    pub majority_members: u64,
}

/// Largest earth mover's distance by one ground distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Closeness {
    /// The ground distance.
    pub distance: GroundDistance,
    /// The largest distance of a class.
    pub t: f64,
}

/// Chance of a right guess before and after the extract is seen, by somebody who knows the quasi-identifiers of a person
/// that is in it. The person's own record is among those seen.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Leakage {
    /// Before.
    pub prior: Option<f64>,
    /// After.
    pub posterior: Option<f64>,
    /// `posterior` / `prior`.
    pub multiplicative: Option<f64>,
    /// `posterior` - `prior`.
    pub additive: Option<f64>,
}

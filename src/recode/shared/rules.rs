//! The rules of a column of the extract, applied to the column of a source that is joined with it.

use hashbrown::HashSet;

use crate::plan::CoarsenRule;
use crate::plan::{ConfigError, Plan};
use crate::recode::coarsen::{Recoded, recode, recode_by_rule};
use crate::recode::rare::merged_value;
use crate::recode::{Hierarchies, TreatmentError};
use crate::result::ColumnType;
use crate::table::Dictionary;

use super::{Holder, check_types};

/// What is kept of a column of the extract that something is joined on, after its rules.
#[derive(Clone)]
pub struct SharedValues {
    /// Its name.
    pub name: String,
    /// What it held before its rules.
    pub found: ColumnType,
    /// Its values after them, under the codes of the table.
    pub dictionary: Dictionary,
    /// Its values after each rule `rare`, in order: which values are rare is decided by the extract alone.
    pub(in crate::recode) after_rare: Vec<Dictionary>,
}

/// Why the values of a source cannot be brought beside those of the extract.
#[derive(Debug)]
pub enum SharedError {
    /// The types cannot be compared.
    Types(ConfigError),
    /// A rule of the extract does not fit what the source holds. The error names the column as the source does.
    Rule {
        /// Name of the source.
        source: String,
        /// What does not fit.
        error: TreatmentError,
    },
}

/// The values of a source under the rules that the extract has for `ours`, and the new code of each of its codes.
///
/// A value that is rare in the extract, or not in it at all, becomes the value that stands for the rare ones: whoever
/// knows the source knows that it cannot be one of the others.
///
/// # Errors
/// When the types differ or a rule does not fit.
pub fn theirs_under_our_rules(
    ours: &SharedValues,
    theirs: Holder<'_>,
    values: Dictionary,
    plan: &Plan,
    hierarchies: &Hierarchies,
) -> Result<(Vec<u32>, Dictionary), SharedError> {
    let rules = plan.rules_of(&ours.name);
    // Letters from the beginning or the end are text whatever they are taken from; what they leave is checked when it meets.
    if !rules.iter().any(|rule| matches!(rule, CoarsenRule::Prefix(_) | CoarsenRule::Suffix(_))) {
        check_types(&ours.name, ours.found, theirs, values.column_type()).map_err(SharedError::Types)?;
    }
    let misfit = |error| SharedError::Rule { source: theirs.source.to_owned(), error };
    let mut rare = ours.after_rare.iter();
    let mut map: Vec<u32> = (0..u32::try_from(values.len()).unwrap_or(u32::MAX)).collect();
    let mut dictionary = values;
    for rule in rules {
        let as_rare = |_| rare.next().map_or_else(|| unchanged(&dictionary), |kept| as_rare(kept, &dictionary));
        let recoded = recode_by_rule(theirs.column, rule, &dictionary, hierarchies, plan.time_origin, as_rare);
        let recoded = recoded.map_err(misfit)?;
        for code in &mut map {
            *code = recoded.map[*code as usize];
        }
        dictionary = recoded.dictionary;
    }
    Ok((map, dictionary))
}

fn unchanged(dictionary: &Dictionary) -> Recoded {
    let map = (0..u32::try_from(dictionary.len()).unwrap_or(u32::MAX)).collect();
    Recoded { map, dictionary: dictionary.clone() }
}

/// Values that the extract kept stay; the others are rare there.
fn as_rare(kept: &Dictionary, values: &Dictionary) -> Recoded {
    let known: HashSet<&str, foldhash::fast::FixedState> =
        kept.values().flatten().map(crate::secret::Secret::expose).collect();
    // A column without values says nothing of what it would hold.
    let kept_type = if kept.column_type() == ColumnType::Empty { ColumnType::Text } else { kept.column_type() };
    let recoded = recode(values, kept_type, |value, buffer| {
        buffer.push_str(if known.contains(value) { value } else { merged_value() });
        Some(())
    });
    recoded.unwrap_or_else(|_| unchanged(values))
}

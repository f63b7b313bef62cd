//! Whether the files beside an extract hold what a plan takes from them.

use super::consent::check_register;
use super::hierarchy::check_hierarchy;
use super::subject::check_map;
use super::{CoarsenRule, Lookups, TreatmentError};
use crate::plan::Plan;

/// Checks the subject map, the consent register and the hierarchies of a plan by themselves, without the extract.
///
/// # Errors
/// When one was not handed in, lacks a column or a level, or contradicts itself. The errors hold counts, never values.
pub fn check_lookups(plan: &Plan, lookups: &Lookups) -> Result<(), TreatmentError> {
    if let Some(map) = &plan.subject_map {
        check_map(map, lookups.subject_map.as_ref().ok_or_else(|| TreatmentError::not_read(&map.file))?)?;
    }
    if let Some(declared) = plan.recipient.as_ref().and_then(|recipient| recipient.consent.as_ref()) {
        check_register(declared, lookups.consent.as_ref().ok_or_else(|| TreatmentError::not_read(&declared.file))?)?;
    }
    for rule in plan.coarsen.values().flatten() {
        if let CoarsenRule::Hierarchy { file, level } = rule {
            let hierarchy = lookups.hierarchies.get(file).ok_or_else(|| TreatmentError::not_read(file))?;
            check_hierarchy(file, *level, hierarchy)?;
        }
    }
    Ok(())
}

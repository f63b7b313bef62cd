//! Flags and variables of one run that ask for less than the configuration does.
//!
//! A run may look closer than the configuration. Whoever wants it to look less closely declares that in the configuration,
//! where the next run and the people who answer for the release see it.

use std::collections::BTreeSet;

use super::declared::loosen;
use super::reader::Written;
use super::setting::{Draft, Given};
use crate::judge::loosens;
use crate::plan::Plan;
use crate::result::Role;

/// Notes what of `given` asks for less than `configured`, once all of it is in the draft.
pub(super) fn note(draft: &mut Draft, configured: &Draft, given: &[Given]) {
    if replaces_points(&configured.plan, &draft.plan) {
        given.iter().filter(|given| given.setting.name == "point").for_each(|given| loosen(draft, &given.origin));
    }
    let taken = draft.typed_roles.iter().filter(|(name, role)| takes_away(&configured.plan, name, **role));
    let taken: BTreeSet<Role> = taken.map(|(_, role)| *role).collect();
    for role in taken {
        loosen(draft, flag_of(role));
    }
    if loosens(&configured.limits, &draft.limits) {
        let limits: Vec<&Given> = given.iter().filter(|given| is_of_limits(given)).collect();
        let alone: Vec<&Given> = limits.iter().copied().filter(|given| loosens_alone(configured, given)).collect();
        // Several may do together what none does alone.
        for given in if alone.is_empty() { limits } else { alone } {
            loosen(draft, &given.origin);
        }
    }
}

/// Whether a role on the command line leaves less to judge: it takes a column out of a role that limits or rules speak of, or
/// names another person than the configuration does.
fn takes_away(configured: &Plan, name: &str, role: Role) -> bool {
    let is_aside = |role: Role| matches!(role, Role::Ignore | Role::Weight);
    let declared = &configured.roles.declared;
    let is_taken = declared.get(name).is_some_and(|&known| known != role && !is_aside(known));
    let is_other = |(other, known): (&String, &Role)| *known == Role::Subject && other != name;
    is_taken || role == Role::Subject && declared.iter().any(is_other)
}

/// The flag that gives a role.
fn flag_of(role: Role) -> &'static str {
    match role {
        Role::Subject => "--subject",
        Role::QuasiIdentifier => "--quasi",
        Role::Sensitive => "--sensitive",
        Role::DirectIdentifier => "--direct",
        Role::Weight => "--weight",
        Role::Ignore => "--ignore",
    }
}

/// Whether the points of the configuration, or what it gives a reason for, are no longer those of the plan.
fn replaces_points(configured: &Plan, plan: &Plan) -> bool {
    let is_declared = !configured.unicity.points.is_empty() || configured.declarations.points_reason.is_some();
    is_declared && columns_of_points(configured) != columns_of_points(plan)
}

fn columns_of_points(plan: &Plan) -> BTreeSet<BTreeSet<&str>> {
    plan.unicity.points.iter().map(|point| point.iter().map(|part| part.column.as_str()).collect()).collect()
}

fn is_of_limits(given: &Given) -> bool {
    given.setting.section == "policy"
}

/// Whether a setting is looser than the configuration when nothing else is given. A mistake in it was reported before.
fn loosens_alone(configured: &Draft, given: &Given) -> bool {
    let mut alone = configured.clone();
    let value = Written::Flag { flag: &given.origin, values: &given.values };
    given.setting.set(&mut alone, &value).is_ok() && loosens(&configured.limits, &alone.limits)
}

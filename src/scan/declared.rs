//! The files that a plan names beside the extract.

use std::path::{Path, PathBuf};

use crate::plan::Plan;
use crate::recode;

/// Files that the plan names: the subject map, hierarchies, the register of consent, tables that are joined, and what the
/// recipient holds. Whoever named one knows that it lies where it lies. Folders and patterns are no names of files.
pub(crate) fn declared_files(plan: &Plan) -> Vec<PathBuf> {
    let map = plan.subject_map.iter().map(|map| map.file.clone());
    let consent = plan.recipient.iter().filter_map(|recipient| recipient.consent.as_ref());
    let joined = plan.joins.iter().flat_map(|table| &table.files);
    let sources = plan.linkage.sources.iter().chain(&plan.linkage.original);
    let held = sources.flat_map(|source| source.files.iter().chain(&source.hold_out));
    let known = plan.linkage.known_identifiers.iter().flat_map(|known| &known.files);
    let texts = joined.chain(held).chain(known).map(PathBuf::from);
    let named =
        map.chain(consent.map(|register| register.file.clone())).chain(recode::hierarchy_files(plan)).chain(texts);
    named.filter(|path: &PathBuf| Path::is_file(path)).collect()
}

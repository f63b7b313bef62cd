//! What differs about two scans beside their figures: columns, sizes, limits, settings, versions.

use std::collections::BTreeMap;

use crate::number::count;
use crate::printable::printable;
use crate::result::{Circumstance, CircumstanceKind, DatasetColumn, ScanResult};

/// Settings of the run that no figure depends on.
const OF_THE_RUN: [&str; 5] = ["scan.threads", "scan.memory", "scan.spill", "scan.timeout", "exit_zero"];

/// Everything that may make figures incomparable, columns first. A file that silently differs makes every figure so.
pub(super) fn differing(old: &ScanResult, new: &ScanResult) -> Vec<Circumstance> {
    let mut circumstances = Vec::new();
    let mut add = |kind, about: Option<&str>, message: String| {
        circumstances.push(Circumstance { kind, about: about.map(printable), message });
    };
    if old.dataset.name != new.dataset.name {
        add(CircumstanceKind::Dataset, None, "the results are of datasets with different names".to_owned());
    }
    if old.tool.version != new.tool.version {
        let versions = [old, new].map(|result| printable(&result.tool.version));
        let message = format!("written by version {} and by version {}", versions[0], versions[1]);
        add(CircumstanceKind::Version, None, message);
    }
    columns(old, new, &mut add);
    sizes(old, new, &mut add);
    settings(old, new, &mut add);
    circumstances.sort_by_key(|one| one.kind);
    circumstances
}

type Add<'a> = &'a mut dyn FnMut(CircumstanceKind, Option<&str>, String);

fn columns(old: &ScanResult, new: &ScanResult, add: Add<'_>) {
    let named = |result: &ScanResult| -> BTreeMap<String, DatasetColumn> {
        result.dataset.columns.iter().map(|column| (column.name.clone(), column.clone())).collect()
    };
    let (before, after) = (named(old), named(new));
    for (name, was) in &before {
        let shown = printable(name);
        let Some(is) = after.get(name) else {
            add(CircumstanceKind::ColumnVanished, Some(name), format!("column `{shown}` is not there any more"));
            continue;
        };
        if was.column_type != is.column_type {
            add(CircumstanceKind::ColumnType, Some(name), format!("column `{shown}` has another type"));
        }
        if was.role != is.role {
            let message = format!("column `{shown}` was {} and is {}", was.role.name(), is.role.name());
            add(CircumstanceKind::ColumnRole, Some(name), message);
        }
        if was.role == is.role && was.variability() != is.variability() {
            let message = format!("column `{shown}` is read as static, unclear or event in another way");
            add(CircumstanceKind::ColumnNature, Some(name), message);
        }
        if was.coarsen != is.coarsen {
            add(
                CircumstanceKind::ColumnCoarsening,
                Some(name),
                format!("column `{shown}` is generalised in another way"),
            );
        }
    }
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        add(CircumstanceKind::ColumnAppeared, Some(name), format!("column `{}` is new", printable(name)));
    }
}

fn sizes(old: &ScanResult, new: &ScanResult, add: Add<'_>) {
    let of = |result: &ScanResult| [("records", result.dataset.records), ("subjects", result.dataset.subjects)];
    for ((what, was), (_, is)) in of(old).into_iter().zip(of(new)) {
        // A fifth of the larger, so that both directions are told alike.
        if was.abs_diff(is).saturating_mul(5) > was.max(is) {
            let message = format!("{} {what} before, {} now", count(was), count(is));
            add(CircumstanceKind::Size, Some(what), message);
        }
    }
}

fn settings(old: &ScanResult, new: &ScanResult, add: Add<'_>) {
    let before: BTreeMap<&str, &str> =
        old.run.plan.iter().map(|setting| (setting.setting.as_str(), setting.value.as_str())).collect();
    for setting in &new.run.plan {
        let name = setting.setting.as_str();
        // What columns are is told of each column.
        if OF_THE_RUN.contains(&name) || name == "columns.role" || name == "columns.coarsen" || name == "dataset.name" {
            continue;
        }
        if let Some(was) = before.get(name).filter(|was| **was != setting.value) {
            let kind = if name.starts_with("policy.") { CircumstanceKind::Limit } else { CircumstanceKind::Setting };
            let message = format!("`{}` was {} and is {}", printable(name), printable(was), printable(&setting.value));
            add(kind, Some(name), message);
        }
    }
}

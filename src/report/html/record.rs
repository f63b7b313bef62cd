//! Method, assumptions and the record of the run.

use super::table::{Cell, ROWS, Table};
use crate::report::escape::printable;
use crate::report::number::{bytes, count, duration};
use crate::report::words;
use crate::result::{ScanResult, Uniqueness};

/// The method as terms and explanations, fitted to this result.
pub(super) fn method(result: &ScanResult, uniqueness: Option<&Uniqueness>) -> Vec<(&'static str, String)> {
    let mut entries: Vec<(&'static str, String)> =
        words::METHOD.iter().map(|(term, explanation)| (*term, (*explanation).to_owned())).collect();
    if let Some(uniqueness) = uniqueness {
        let mut missing = words::missing(uniqueness.missing).to_owned();
        if let Some(own) = &uniqueness.own_category {
            missing.push_str(&words::own_category(own));
        }
        entries.push((words::METHOD_MISSING, missing));
        entries.push((words::METHOD_SHAPLEY, words::shapley(&uniqueness.shapley_method)));
    }
    let policy = &result.policy;
    entries.push((words::METHOD_POLICY, words::policy(policy, &printable(&policy.name))));
    entries.extend(result.waivers.iter().map(|record| (words::WAIVERS, words::waiver(record))));
    entries
}

/// What was read, by what, when.
pub(super) fn record(result: &ScanResult) -> Vec<Table> {
    let files = result.dataset.files.iter().map(|file| {
        vec![
            Cell::text(printable(&file.name)),
            Cell::number(bytes(file.bytes)),
            Cell::number(count(file.records)),
            Cell::mono(printable(&file.sha256)),
        ]
    });
    let run = &result.run;
    let mut facts = vec![
        ("run", printable(&run.id)),
        ("program", format!("{} {}", printable(&result.tool.name), printable(&result.tool.version))),
        ("result schema", printable(&result.schema_version)),
        ("started", words::time(&printable(&run.started_at))),
        ("finished", words::time(&printable(&run.finished_at))),
        ("wall time", duration(run.elapsed_ms)),
    ];
    facts.extend(
        run.stages
            .iter()
            .map(|stage| ("stage", format!("{}: {}", printable(&stage.stage), duration(stage.elapsed_ms)))),
    );
    facts.extend([
        ("peak memory", run.peak_memory_bytes.map_or_else(|| words::NOT_KNOWN.to_owned(), bytes)),
        ("seed", run.seed.to_string()),
        ("threads", run.threads.to_string()),
        ("engine", printable(&run.engine)),
        ("configuration SHA-256", run.config_sha256.as_deref().map_or_else(|| words::NO_CONFIG.to_owned(), printable)),
        ("exit code", format!("{} ({})", result.verdict.exit_code, words::verdict(result.verdict.outcome))),
    ]);
    let facts = facts.into_iter().map(|(name, fact)| vec![Cell::text(name), Cell::text(fact)]);
    vec![
        Table::new("", words::FILES_CAPTION, &words::FILE_HEADS, files, ROWS),
        Table::new("", words::RUN_CAPTION, &words::RUN_HEADS, facts, ROWS),
    ]
}

//! Limits, method, glossary and the record of the run.

use super::section::{Section, quoted, sentences};
use super::table::{Cell, Table};
use crate::number::{bytes, count, duration};
use crate::report::escape::printable;
use crate::report::messages;
use crate::result::{Gate, GateSet, InputFile, ScanResult, Uniqueness};

/// The limits that the answer was judged by, each with where it comes from.
pub(super) fn policy(result: &ScanResult) -> Section {
    let policy = &result.policy;
    let mut rows: Vec<Vec<Cell>> = policy.gates.iter().map(gate_row).collect();
    let source = messages::policy_source(&policy.name);
    let plain = |name: &str, value: String, source: &str| {
        [name.to_owned(), value, messages::NO_BASIS.to_owned(), source.to_owned()].map(Cell::text).to_vec()
    };
    if rows.is_empty() {
        rows.push(plain(messages::LIMIT_K, messages::limit_k_value(policy.k), source));
    }
    if !policy.gates.iter().any(is_on_any_record) {
        rows.push(plain(
            messages::LIMIT_ANY_RECORD,
            messages::gated(policy.gate_any_record).to_owned(),
            messages::SOURCE_SCAN,
        ));
    }
    rows.push(plain(messages::LIMIT_FAIL_ON, messages::severity_or_above(policy.fail_on), messages::SOURCE_SCAN));
    rows.push(plain(
        messages::LIMIT_REVIEW,
        messages::review_exit(policy.allow_review).to_owned(),
        messages::SOURCE_SCAN,
    ));
    Section {
        id: "policy".into(),
        title: messages::POLICY_TITLE.into(),
        answer: messages::policy(policy, &printable(&policy.name)),
        lines: result.waivers.iter().map(|record| quoted(&messages::waiver(record))).collect(),
        tables: vec![Table::new(messages::POLICY_CAPTION, &messages::POLICY_HEADS, rows.into_iter())],
        reading: messages::owned(messages::POLICY_READING),
        todo: sentences(messages::POLICY_TODO),
        ..Section::default()
    }
}

/// Whether a gate holds a set with event columns to a limit on classes.
fn is_on_any_record(gate: &Gate) -> bool {
    gate.class_limit().is_some() && gate.set == Some(GateSet::Full)
}

fn gate_row(gate: &Gate) -> Vec<Cell> {
    let source = messages::limit_source(&printable(&gate.source), gate.origin);
    [messages::gate_name(gate), messages::gate_value(gate), messages::gate_basis(gate.basis).to_owned(), source]
        .map(Cell::text)
        .to_vec()
}

/// The method as terms and explanations, fitted to this result.
pub(super) fn method(uniqueness: Option<&Uniqueness>) -> Section {
    let mut terms = owned_terms(messages::METHOD);
    if let Some(uniqueness) = uniqueness {
        let mut missing = messages::missing(uniqueness.missing).to_owned();
        if let Some(own) = &uniqueness.own_category {
            missing.push_str(&messages::own_category(own));
        }
        terms.push((messages::METHOD_MISSING.to_owned(), missing));
        terms.push((messages::METHOD_SHAPLEY.to_owned(), messages::shapley(&uniqueness.shapley_method)));
    }
    Section { id: "method".into(), title: messages::METHOD_TITLE.into(), terms, ..Section::default() }
}

pub(super) fn glossary() -> Section {
    Section {
        id: "glossary".into(),
        title: messages::GLOSSARY_TITLE.into(),
        terms: owned_terms(messages::GLOSSARY),
        ..Section::default()
    }
}

fn owned_terms(terms: &[(&str, &str)]) -> Vec<(String, String)> {
    terms.iter().map(|(term, explanation)| ((*term).to_owned(), (*explanation).to_owned())).collect()
}

/// A hash, or why there is none.
fn hash(sha256: Option<&str>) -> String {
    sha256.map_or_else(|| messages::NO_HASH.to_owned(), printable)
}

/// What was read, by what, when.
pub(super) fn record(result: &ScanResult) -> Section {
    let files = result.dataset.files.iter().map(|file| {
        vec![
            Cell::text(printable(&file.name)),
            Cell::number(bytes(file.bytes)),
            Cell::number(count(file.records)),
            Cell::mono(hash(file.sha256.as_deref())),
        ]
    });
    let facts = facts(result).into_iter().map(|(name, fact)| vec![Cell::text(name), Cell::text(fact)]);
    Section {
        id: "record".into(),
        title: messages::RECORD_TITLE.into(),
        answer: messages::record_answer(result.dataset.files.len(), &messages::dataset_size(&result.dataset)),
        tables: [
            vec![Table::new(messages::FILES_CAPTION, &messages::FILE_HEADS, files)],
            sources(result),
            vec![Table::new(messages::RUN_CAPTION, &messages::RUN_HEADS, facts.collect::<Vec<_>>().into_iter())],
        ]
        .concat(),
        reading: messages::owned(messages::RECORD_READING),
        ..Section::default()
    }
}

/// The files of sources that the extract was joined with, hold-outs after them; nothing where there are none.
fn sources(result: &ScanResult) -> Vec<Table> {
    let mut rows = Vec::new();
    for source in &result.sources {
        let name = printable(&source.name);
        let mut push = |name: &str, subjects: u64, files: &[InputFile]| {
            rows.extend(files.iter().map(|file| {
                vec![
                    Cell::text(name),
                    Cell::text(printable(&file.name)),
                    Cell::number(bytes(file.bytes)),
                    Cell::number(count(file.records)),
                    Cell::number(count(subjects)),
                    Cell::mono(hash(file.sha256.as_deref())),
                ]
            }));
        };
        push(&name, source.subjects, &source.files);
        if let Some(hold_out) = &source.hold_out {
            push(&messages::hold_out_of(&name), hold_out.subjects, &hold_out.files);
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    vec![Table::new(messages::SOURCES_CAPTION, &messages::SOURCE_HEADS, rows.into_iter())]
}

fn facts(result: &ScanResult) -> Vec<(&'static str, String)> {
    let run = &result.run;
    let mut facts = vec![
        ("run", printable(&run.id)),
        ("program", format!("{} {}", printable(&result.tool.name), printable(&result.tool.version))),
        ("result schema", printable(&result.schema_version)),
        ("started", messages::time(&printable(&run.started_at))),
        ("finished", messages::time(&printable(&run.finished_at))),
        ("wall time", duration(run.elapsed_ms)),
    ];
    facts.extend(
        run.stages
            .iter()
            .map(|stage| ("stage", format!("{}: {}", printable(&stage.stage), duration(stage.elapsed_ms)))),
    );
    let consent = result.recipient.as_ref().and_then(|recipient| recipient.consent.as_ref());
    facts.extend([
        ("peak memory", run.peak_memory_bytes.map_or_else(|| messages::NOT_KNOWN.to_owned(), bytes)),
        ("seed", run.seed.to_string()),
        ("threads", run.threads.to_string()),
        ("engine", printable(&run.engine)),
        (
            "configuration SHA-256",
            run.config_sha256.as_deref().map_or_else(|| messages::NO_CONFIG.to_owned(), printable),
        ),
    ]);
    let clock = [
        (messages::FACT_ZONE, result.dataset.time_zone.as_deref()),
        (messages::FACT_DAY_START, result.dataset.day_start.as_deref()),
    ];
    facts.extend(clock.into_iter().filter_map(|(name, value)| Some((name, printable(value?)))));
    facts.extend(consent.map(|consent| ("consent register SHA-256", hash(consent.sha256.as_deref()))));
    facts.push(("exit code", format!("{} ({})", result.verdict.exit_code, messages::verdict(result.verdict.outcome))));
    facts
}

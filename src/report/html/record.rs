//! Limits, method, glossary and the record of the run.

use super::section::{Section, Term, quoted};
use super::table::{Cell, Table};
use crate::glossary::terms;
use crate::number::{bytes, count, duration};
use crate::report::escape::printable;
use crate::report::messages;
use crate::result::{
    Comparison, Gate, GateBasis, GateMeasure, GateOrigin, GateSet, InputFile, MissingMode, OwnCategory, Policy,
    ScanResult, Severity, Uniqueness,
};

/// The limits that the answer was judged by, each with where it comes from.
pub(super) fn policy(result: &ScanResult) -> Section {
    let policy = &result.policy;
    let source = |gate: &Gate| limit_source(&printable(&gate.source), gate.origin);
    let gate =
        |gate: &Gate| [messages::gate_name(gate), gate_value(gate), gate_basis(gate.basis).to_owned(), source(gate)];
    let plain = |name: &str, value: &str, source: &str| [name, value, messages::NO_BASIS, source].map(str::to_owned);
    let of_scan = "configuration of the scan, or its default";
    let mut rows: Vec<[String; 4]> = policy.gates.iter().map(gate).collect();
    if rows.is_empty() {
        let least = format!("at least {}", messages::subjects(u64::from(policy.k)));
        let source = policy_source(&policy.name);
        rows.push(plain("smallest class of the static quasi-identifiers", &least, source));
    }
    let is_on_any_record = |gate: &Gate| gate.class_limit().is_some() && gate.set == Some(GateSet::Full);
    if !policy.gates.iter().any(is_on_any_record) {
        let held = if policy.gate_any_record { "held to the same limit" } else { "shown, not held to a limit" };
        rows.push(plain("worst case of one known event", held, of_scan));
    }
    let above = if policy.fail_on == Severity::Critical { "" } else { " or above" };
    rows.push(plain("findings that fail", &format!("{}{above}", policy.fail_on.name()), of_scan));
    let exit = if policy.allow_review { "exit code 0" } else { "exit code 1" };
    rows.push(plain("a review ends with", exit, of_scan));
    let table = Table::of(
        "Limits of this run, with their source",
        &rows,
        &[
            ("Limit", &|row| Cell::text(&row[0])),
            ("Value", &|row| Cell::text(&row[1])),
            ("Asked for by", &|row| Cell::text(&row[2])),
            ("Source", &|row| Cell::text(&row[3])),
        ],
    );
    let name = policy_name(&printable(&policy.name));
    let limits = messages::counted(rows.len() as u64, "rule", "rules");
    let terms = answer(policy, &name);
    let waivers = result.waivers.iter().map(messages::waiver);
    Section {
        answer: format!("{name}: {limits}; findings of severity {} or above fail.", policy.fail_on.name()),
        lines: [terms].into_iter().chain(messages::baseline(result)).chain(waivers).map(|line| quoted(&line)).collect(),
        tables: vec![table],
        ..Section::new("policy")
    }
    .folded()
}

/// The method as terms and explanations, fitted to this result.
pub(super) fn method(uniqueness: Option<&Uniqueness>) -> Section {
    let mut section = Section::new("method");
    if let Some(uniqueness) = uniqueness {
        let own = uniqueness.own_category.as_ref().map(own_category);
        let missing = missing(uniqueness.missing).to_owned() + &own.unwrap_or_default();
        let effects = messages::shapley(&uniqueness.shapley_method);
        section.terms.push(Term::new("Missing cells in this run", &missing));
        section.terms.push(Term::new("Effects of columns in this run", &effects));
    }
    Section { answer: "What was counted, how, and what was assumed.".to_owned(), ..section }.folded()
}

/// The words of the field, as `reidrisk explain` says them.
pub(super) fn glossary() -> Section {
    let mut section = Section::new("glossary");
    section.terms = terms().iter().map(entry).collect();
    section.answer = format!("{} terms of the field, with their names in ARX and sdcMicro.", section.terms.len());
    section.folded()
}

fn entry(term: &crate::glossary::Term) -> Term {
    let meaning = [term.meaning, term.here].join(" ");
    let elsewhere = if term.peers.is_empty() { String::new() } else { messages::capitalised(term.peers) };
    Term { elsewhere, ..Term::new(term.name, meaning.trim_end()) }
}

/// A hash, or why there is none.
fn hash(sha256: Option<&str>) -> String {
    sha256.map_or_else(|| messages::NO_HASH.to_owned(), printable)
}

/// What was read, by what, when.
pub(super) fn record(result: &ScanResult) -> Section {
    let files = Table::of(
        "Files, with the hash of the bytes that were read",
        &result.dataset.files,
        &[
            ("File", &|file| Cell::name(&file.name)),
            ("Size", &|file| Cell::number(bytes(file.bytes))),
            ("Records", &|file| Cell::count(file.records)),
            ("SHA-256", &|file| Cell::mono(hash(file.sha256.as_deref()))),
        ],
    );
    let read = messages::counted(result.dataset.files.len() as u64, "file was read", "files were read");
    let run = Table::facts("Run", ["Fact", "Value"], &facts(result));
    Section {
        answer: format!("{read}: {}.", messages::dataset_size(&result.dataset)),
        tables: [files].into_iter().chain(sources(result).any()).chain([run]).collect(),
        ..Section::new("record")
    }
    .folded()
}

/// The files of sources that the extract was joined with, hold-outs after them.
fn sources(result: &ScanResult) -> Table {
    let mut rows: Vec<(String, u64, &InputFile)> = Vec::new();
    for source in &result.sources {
        let name = printable(&source.name);
        rows.extend(source.files.iter().map(|file| (name.clone(), source.subjects, file)));
        if let Some(hold_out) = &source.hold_out {
            rows.extend(hold_out.files.iter().map(|file| (format!("{name}, hold-out"), hold_out.subjects, file)));
        }
    }
    Table::of(
        "Files of the sources that the extract was joined with",
        &rows,
        &[
            ("Source", &|(name, ..)| Cell::text(name)),
            ("File", &|(.., file)| Cell::name(&file.name)),
            ("Size", &|(.., file)| Cell::number(bytes(file.bytes))),
            ("Records", &|(.., file)| Cell::count(file.records)),
            ("Subjects", &|(_, subjects, _)| Cell::count(*subjects)),
            ("SHA-256", &|(.., file)| Cell::mono(hash(file.sha256.as_deref()))),
        ],
    )
}

fn facts(result: &ScanResult) -> Vec<(String, Cell)> {
    let run = &result.run;
    let consent = result.recipient.as_ref().and_then(|recipient| recipient.consent.as_ref());
    let stage = |stage: &crate::result::Stage| format!("{}: {}", printable(&stage.stage), duration(stage.elapsed_ms));
    let stages = run.stages.iter().map(|of| ("stage", Some(stage(of))));
    let exit = format!("{} ({})", result.verdict.exit_code, messages::verdict(result.verdict.outcome));
    let begin = [
        ("run", Some(printable(&run.id))),
        ("program", Some(format!("{} {}", printable(&result.tool.name), printable(&result.tool.version)))),
        ("result schema", Some(printable(&result.schema_version))),
        ("started", Some(messages::time(&printable(&run.started_at)))),
        ("finished", Some(messages::time(&printable(&run.finished_at)))),
        ("wall time", Some(duration(run.elapsed_ms))),
    ];
    let end = [
        ("peak memory", Some(run.peak_memory_bytes.map_or_else(|| messages::NOT_KNOWN.to_owned(), bytes))),
        ("seed", Some(run.seed.to_string())),
        ("threads", Some(run.threads.to_string())),
        ("engine", Some(printable(&run.engine))),
        (
            "configuration SHA-256",
            Some(run.config_sha256.as_deref().map_or_else(|| "no configuration file".to_owned(), printable)),
        ),
        ("clock for hours and days", result.dataset.time_zone.as_deref().map(printable)),
        ("a day begins at", result.dataset.day_start.as_deref().map(printable)),
        ("consent register SHA-256", consent.map(|consent| hash(consent.sha256.as_deref()))),
        ("exit code", Some(exit)),
    ];
    let facts = begin.into_iter().chain(stages).chain(end);
    facts.filter_map(|(name, fact)| Some((name.to_owned(), Cell::text(fact?)))).collect()
}

/// What a missing cell matches, in one sentence.
fn missing(mode: MissingMode) -> &'static str {
    match mode {
        MissingMode::OwnCategory => "A missing cell counts as a value of its own: it matches other missing cells only.",
        MissingMode::Wildcard => {
            "A missing cell matches every value, on either side. Classes are then counted for each record and there \
             are no classes."
        }
    }
}

/// Smallest classes when missing cells are a value of their own.
fn own_category(own: &OwnCategory) -> String {
    let figure = |number: Option<u64>| number.map_or_else(|| messages::NOT_DEFINED.to_owned(), count);
    format!(
        " With a missing cell as a value of its own the smallest class would be {} on all quasi-identifiers and {} on \
         the static ones.",
        figure(own.full_smallest_class),
        figure(own.static_smallest_class)
    )
}

fn policy_source(name: &str) -> &'static str {
    match name {
        "default" => {
            "house policy; a class of at least 5 is a rule of thumb of statistical offices and research ethics boards"
        }
        "custom" => "set in the configuration",
        "public-0.09" => "preset: EMA policy 0070 and Health Canada guidance for public release (risk of at most 0.09)",
        _ => "preset, set in the configuration by its name",
    }
}

/// The limit of a gate with its direction and unit.
fn gate_value(gate: &Gate) -> String {
    let Some(limit) = gate.limit else {
        let is_form = gate.measure.is_rule_of_form();
        return if is_form { "no column breaks the rule" } else { "needed, and not declared" }.to_owned();
    };
    let number = messages::gate_limit(gate, limit);
    let direction = match gate.comparison {
        Comparison::AtLeast => "at least",
        Comparison::AtMost | Comparison::NoneBreaks => "at most",
    };
    let classes = match (gate.measure.name(), gate.limit_as_k.map(|k| count(u64::from(k)))) {
        ("share-at-risk", Some(k)) => format!(" in classes below {k}"),
        ("highest-risk", Some(k)) => format!(" (classes of at least {k})"),
        _ => String::new(),
    };
    format!("{direction} {number}{classes}")
}

/// Who asks for a limit, as one word.
fn gate_basis(basis: GateBasis) -> &'static str {
    match basis {
        GateBasis::Law => "law",
        GateBasis::Standard => "standard",
        GateBasis::House => messages::NO_BASIS,
    }
}

/// Where a limit comes from, and where it was set.
fn limit_source(source: &str, origin: GateOrigin) -> String {
    let set = match origin {
        GateOrigin::Default => "default",
        GateOrigin::Preset => "set by the preset",
        GateOrigin::Own => "set by the configuration or a flag",
    };
    format!("{source}; {set}")
}

fn policy_name(name: &str) -> String {
    if name == "custom" { "Own limits (custom)".to_owned() } else { format!("Policy {name}") }
}

fn answer(policy: &Policy, name: &str) -> String {
    let event = if policy.gate_any_record {
        "the worst case of one known event is held to the same limit"
    } else {
        "the worst case of one known event is shown but not gated"
    };
    let review = if policy.allow_review { " A review ends with exit code 0." } else { "" };
    if !policy.gates.is_empty() {
        return policy_gates(policy, name, review);
    }
    format!(
        "{name}: the smallest class of the static quasi-identifiers must hold at least {}; {event}; findings of severity \
         {} or above fail.{review} Default limits are house policy, not law.",
        messages::subjects(u64::from(policy.k)),
        policy.fail_on.name()
    )
}

/// Every gate of a policy, with who asks for it, and where the preset comes from.
fn policy_gates(policy: &Policy, name: &str, review: &str) -> String {
    let version = policy.preset.as_ref().map_or_else(String::new, |preset| format!(", version {}", preset.version));
    let gates: Vec<String> = policy.gates.iter().map(gate_in_short).collect();
    let sources = policy.preset.as_ref().map_or_else(String::new, |preset| {
        let sources: Vec<String> = preset.sources.iter().map(|source| printable(source)).collect();
        format!(" Sources: {}.", sources.join("; "))
    });
    let day = messages::judged_on(policy).map_or_else(String::new, |day| format!(" {day}"));
    format!(
        "{name}{version}. Limits: {}. Findings of severity {} or above fail.{review}{sources}{day} A number is house \
         policy unless law or standard stands beside it.",
        gates.join("; "),
        policy.fail_on.name()
    )
}

fn gate_in_short(gate: &Gate) -> String {
    let figure = match (gate.limit, gate.limit_as_k) {
        (Some(limit), Some(k)) if gate.measure == GateMeasure::HIGHEST_RISK => {
            format!(" at most {limit:.4} (classes of at least {})", count(u64::from(k)))
        }
        // As it is written in the configuration.
        (Some(limit), _) if gate.comparison == Comparison::AtLeast => format!(" at least {limit}"),
        (Some(limit), _) => format!(" at most {limit}"),
        (None, _) if gate.measure.is_rule_of_form() => " (a rule of form)".to_owned(),
        (None, _) => " (needed, and not declared)".to_owned(),
    };
    let basis = match gate.basis {
        GateBasis::Law => ", law",
        GateBasis::Standard => ", standard",
        GateBasis::House => "",
    };
    format!("{}{figure}{basis}", printable(&gate.id))
}

//! From a preset and own limits to the gates of a policy.
//!
//! Hardly any law gives a number. A preset is therefore a checklist plus numbers of the house, and every gate says which
//! of the two it is. A limit of a preset never changes within its version. Own limits add to those of a preset: the
//! stricter one decides, so that the name of a preset always keeps what it promises.

use std::collections::BTreeMap;

use crate::measure;
use crate::plan::{AggregatePlan, Limit, Limits, RatchetRule, RulePlan};
use crate::result::{
    Comparison, DEFAULT_K, DEFAULT_MAX_UNICITY, Gate, GateBasis, GateMeasure, GateOrigin, GateSet, Policy, Preset,
    Ratchet, Severity,
};
use crate::stats::smallest_safe_class;
use crate::tabular::{Ratio, Rule};
use crate::word_list::pages;

/// The presets that can be named.
pub const PRESETS: [&str; 7] = [
    "gdpr-three-tests",
    "public-0.09",
    "controlled-k5",
    "pci-columns",
    "hipaa-safe-harbor",
    AGGREGATE_CMS,
    AGGREGATE_BANK,
];

/// Totals as the Centers for Medicare & Medicaid Services release them.
pub const AGGREGATE_CMS: &str = "aggregate-cms";
/// Totals of card payments of a bank.
pub const AGGREGATE_BANK: &str = "aggregate-bank";

/// The policy that limits make. A preset that is not one of [`PRESETS`] counts as none; the configuration refuses it.
#[must_use]
pub fn policy_of(limits: &Limits) -> Policy {
    let (preset, mut gates) = match limits.preset.as_deref().and_then(preset_gates) {
        Some((preset, gates)) => (Some(preset), gates),
        None => (None, Vec::new()),
    };
    let is_bounded = limits.ratchets.get("k").is_some_and(|rule| rule.bound.is_some());
    if preset.is_none() && limits.get("k").or(limits.get("max_risk")).is_none() && !is_bounded {
        gates.push(Gate::smallest_class(GateSet::Static, DEFAULT_K));
    }
    for limit in measure::limits() {
        if let Some(number) = limits.get(limit.key) {
            own(limit, number, &mut gates);
        }
    }
    for limit in measure::limits() {
        if let Some(rule) = limits.ratchets.get(limit.key) {
            relative(limit, *rule, &mut gates);
        }
    }
    let is_bounded = limits.ratchets.get("max_unicity").is_some_and(|rule| rule.bound.is_some());
    if preset.is_none() && limits.get("max_unicity").is_none() && !is_bounded {
        gates.push(house_unicity());
    }
    for gate in gates.iter_mut().filter(|gate| gate.measure == GateMeasure::HIGHEST_RISK) {
        gate.limit_as_k = gate.limit.map(smallest_safe_class);
    }
    let k = gates.iter().filter_map(Gate::class_limit).max().unwrap_or(DEFAULT_K);
    if limits.gate_any_record == Some(true) {
        gates.push(Gate { origin: GateOrigin::Own, ..Gate::smallest_class(GateSet::Full, k) });
    }
    let on_full = |gate: &Gate| gate.set == Some(GateSet::Full) && gate.class_limit().is_some();
    let gate_any_record = gates.iter().any(on_full);
    for gate in gates.iter_mut().filter(|gate| gate.measure == GateMeasure::SHARE_AT_RISK) {
        gate.limit_as_k.get_or_insert(k);
    }
    let fail_on = limits.fail_on.unwrap_or(Severity::High);
    Policy {
        name: name_of(limits, preset.as_ref(), k, fail_on),
        k,
        gate_any_record,
        fail_on,
        allow_review: limits.allow_review.unwrap_or(false),
        fail_on_new: limits.fail_on_new.unwrap_or(false),
        preset,
        gates,
        severities: limits.severities.clone(),
        ..Policy::house_default()
    }
}

/// `allow_review` moves the exit code, not a limit, and does not make a policy another one.
fn name_of(limits: &Limits, preset: Option<&Preset>, k: u32, fail_on: Severity) -> String {
    if let Some(preset) = preset {
        return preset.id.clone();
    }
    let house = BTreeMap::from([("k", f64::from(DEFAULT_K)), ("max_unicity", DEFAULT_MAX_UNICITY)]);
    let mut values = house.clone();
    values.extend(&limits.values);
    values.insert("k", f64::from(k));
    let raises = !limits.ratchets.is_empty()
        || limits.fail_on_new == Some(true)
        || limits.gate_any_record == Some(true)
        || !limits.severities.is_empty()
        || fail_on != Severity::High;
    if values == house && !raises && limits.preset.is_none() { "default" } else { "custom" }.to_owned()
}

/// A limit of somebody's own. It takes the place of one that the preset leaves to the house, and of the house's own
/// default; else it stands beside those of the preset, which it never loosens.
fn own(limit: &Limit, number: f64, gates: &mut Vec<Gate>) {
    let measure = GateMeasure::new(limit.gate);
    let undeclared = gates.iter().position(|gate| gate.measure == measure && gate.limit.is_none());
    let house = gates.iter().position(|gate| gate.measure == measure && gate.origin == GateOrigin::Default);
    if let Some(place) = undeclared.or(house) {
        (gates[place].limit, gates[place].origin) = (Some(number), GateOrigin::Own);
    } else {
        let gate = Gate::at_most(measure, limit.set, number);
        gates.push(Gate { comparison: limit.comparison, origin: GateOrigin::Own, ..gate });
    }
}

/// A limit relative to a baseline. It stands beside the house's own default and beside those of a preset: alone it could be
/// loosened step by step.
fn relative(limit: &Limit, rule: RatchetRule, gates: &mut Vec<Gate>) {
    let gate = Gate::at_most(GateMeasure::new(limit.gate), limit.set, 0.0);
    let ratchet = Ratchet { change: rule.change, bound: rule.bound, figures: Vec::new() };
    gates.push(Gate {
        comparison: limit.comparison,
        origin: GateOrigin::Own,
        limit: None,
        ratchet: Some(ratchet),
        source: format!("relative to the baseline: {}", rule.shown(limit)),
        ..gate
    });
}

/// The gates of a preset; where it comes from stands in `presets.txt`.
fn preset_gates(id: &str) -> Option<(Preset, Vec<Gate>)> {
    let gates = match id {
        "gdpr-three-tests" => gdpr_three_tests(),
        "public-0.09" => public(),
        "controlled-k5" => controlled(),
        "pci-columns" => pci_columns(),
        "hipaa-safe-harbor" => hipaa_safe_harbor(),
        AGGREGATE_CMS => totals(AGGREGATE_LIMITS[..3].iter(), "cell size policy of CMS: no cell of 1 to 10 people"),
        AGGREGATE_BANK => totals(AGGREGATE_LIMITS.iter(), "house numbers for card payments, both sides"),
        _ => return None,
    };
    let sources = pages(include_str!("presets.txt")).find(|(name, _)| *name == id)?.1;
    let sources = sources.into_iter().map(str::to_owned).collect();
    Some((Preset { id: id.to_owned(), version: 1, sources }, gates))
}

fn from_preset(gate: Gate, source: &str) -> Gate {
    Gate { origin: GateOrigin::Preset, source: source.to_owned(), ..gate }
}

fn undeclared(measure: GateMeasure, set: Option<GateSet>, source: &str) -> Gate {
    Gate { limit: None, ..from_preset(Gate::at_most(measure, set, 0.0), source) }
}

fn rule(measure: GateMeasure, basis: GateBasis, source: &str) -> Gate {
    let gate = Gate { comparison: Comparison::NoneBreaks, basis, ..Gate::at_most(measure, None, 0.0) };
    Gate { limit: None, ..from_preset(gate, source) }
}

/// A limit on static attributes says nothing about histories, so the house limit on known points stays beside it.
fn house_unicity() -> Gate {
    Gate::at_most(GateMeasure::UNICITY, None, DEFAULT_MAX_UNICITY)
}

fn gdpr_three_tests() -> Vec<Gate> {
    let (single, link, infer) = (
        "house number for the test of singling out",
        "house number for the test of linkability",
        "house number for the test of inference",
    );
    vec![
        from_preset(Gate::smallest_class(GateSet::Static, 5), single),
        undeclared(GateMeasure::UNIQUE_SHARE, Some(GateSet::Static), single),
        house_unicity(),
        undeclared(GateMeasure::CORRECT_LINKS, None, link),
        rule(GateMeasure::PSEUDONYM_REVERSAL, GateBasis::House, link),
        undeclared(GateMeasure::INFERENCE_ADVANTAGE, None, infer),
    ]
}

fn public() -> Vec<Gate> {
    let source = "EMA Policy 0070 and Health Canada, strict reading";
    let gate = |set| from_preset(Gate::at_most(GateMeasure::HIGHEST_RISK, Some(set), 1.0 / 12.0), source);
    vec![gate(GateSet::Full), gate(GateSet::AllSubsets), house_unicity()]
}

fn controlled() -> Vec<Gate> {
    let source = "practice value for controlled sharing";
    let on_static = Some(GateSet::Static);
    let at_risk = Gate { limit_as_k: Some(5), ..Gate::at_most(GateMeasure::SHARE_AT_RISK, on_static, 0.0) };
    vec![
        from_preset(Gate::smallest_class(GateSet::Static, 5), source),
        from_preset(at_risk, source),
        from_preset(Gate::at_most(GateMeasure::AVERAGE_RISK, on_static, 0.1), source),
        house_unicity(),
    ]
}

/// Gates on tables of totals, the strictest first; narrow intervals are a matter of the rules of a bank.
const AGGREGATE_LIMITS: [&str; 4] = ["unsafe-cells", "recoverable-cells", "differencing-cells", "narrow-cells"];

/// Totals say nothing of records: of an extract that leaves beside them the limits of the house are asked for as well.
fn totals<'a>(limits: impl Iterator<Item = &'a &'static str>, source: &str) -> Vec<Gate> {
    let gate = |name: &&'static str| from_preset(Gate::at_most(GateMeasure::new(name), None, 0.0), source);
    let house = [Gate::smallest_class(GateSet::Static, DEFAULT_K), house_unicity()];
    limits.map(gate).chain(house).collect()
}

/// The gates that hold where tables are declared: nothing unsafe leaves, and what is suppressed stays hidden.
#[must_use]
pub fn gates_of_tables(tables: &[AggregatePlan]) -> Vec<Gate> {
    let is_asked_for =
        |table: &AggregatePlan| !table.earlier.is_empty() || table.rolling.is_some() || table.contributors.is_some();
    // Tables that leave together are compared with each other.
    let is_compared = tables.len() > 1 || tables.iter().any(is_asked_for);
    let is_asked = |name: &&&str| **name != "differencing-cells" || is_compared;
    let gate = |name: &&'static str| Gate {
        origin: GateOrigin::Own,
        source: "house policy for the declared tables".to_owned(),
        ..Gate::at_most(GateMeasure::new(name), None, 0.0)
    };
    if tables.is_empty() { Vec::new() } else { AGGREGATE_LIMITS.iter().filter(is_asked).map(gate).collect() }
}

/// The rules that a preset for totals adds to those of a table: none that the table asks for already, as strictly.
#[must_use]
pub fn rules_of_preset(id: &str, table: &AggregatePlan) -> Vec<RulePlan> {
    let sides = table.contributors();
    let on = |place: usize| if sides.len() > 1 { sides[place].map(str::to_owned) } else { None };
    let wanted: Vec<RulePlan> = match id {
        AGGREGATE_CMS => vec![RulePlan { side: on(0), ..RulePlan::new(Rule::Frequency(11)) }],
        AGGREGATE_BANK => (0..sides.len()).flat_map(|place| of_bank(place, on(place).as_deref(), table)).collect(),
        _ => Vec::new(),
    };
    wanted.into_iter().filter(|wanted| !table.rules.iter().any(|rule| covers(rule, wanted))).collect()
}

/// Ten cardholders, five merchants, and of both no contributor who can be estimated within 15 % unless none has more than half.
fn of_bank(place: usize, side: Option<&str>, table: &AggregatePlan) -> Vec<RulePlan> {
    let of = |rule| RulePlan { side: side.map(str::to_owned), ..RulePlan::new(rule) };
    let least = if place == 0 { 10 } else { 5 };
    let half = of(Rule::Dominance { largest: 1, percent: Ratio::whole(50) });
    let is_held = table.rules.iter().any(|rule| covers(rule, &half));
    let estimate = (!is_held).then(|| of(Rule::Percent(Ratio::whole(15))));
    std::iter::once(of(Rule::Frequency(least))).chain(estimate).collect()
}

/// Whether a rule holds wherever another would.
fn covers(rule: &RulePlan, other: &RulePlan) -> bool {
    !rule.on_request && (rule.side.is_none() || rule.side == other.side) && rule.rule.is_at_least(other.rule)
}

fn pci_columns() -> Vec<Gate> {
    vec![
        rule(GateMeasure::CARD_NUMBER_FORM, GateBasis::Standard, "PCI DSS v4, requirements 3.4 and 3.5"),
        rule(GateMeasure::PSEUDONYM_REVERSAL, GateBasis::Standard, "PCI DSS v4, requirement 3.5; FAQ 1117"),
    ]
}

fn hipaa_safe_harbor() -> Vec<Gate> {
    vec![
        rule(GateMeasure::DIRECT_IDENTIFIERS, GateBasis::Law, "45 CFR 164.514(b)(2)(i)(A), (D) to (H), (J), (R)"),
        rule(GateMeasure::DATE_DETAIL, GateBasis::Law, "45 CFR 164.514(b)(2)(i)(C)"),
        rule(GateMeasure::AGE_POOLING, GateBasis::Law, "45 CFR 164.514(b)(2)(i)(C)"),
        rule(GateMeasure::PLACE_DETAIL, GateBasis::Law, "45 CFR 164.514(b)(2)(i)(B)"),
    ]
}

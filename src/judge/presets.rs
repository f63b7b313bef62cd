//! From a preset and own limits to the gates of a policy.
//!
//! Hardly any law gives a number. A preset is therefore a checklist plus numbers of the house, and every gate says which
//! of the two it is. A limit of a preset never changes within its version. Own limits add to those of a preset: the
//! stricter one decides, so that the name of a preset always keeps what it promises.

use crate::result::{
    Comparison, DEFAULT_K, DEFAULT_MAX_UNICITY, Gate, GateBasis, GateMeasure, GateOrigin, GateSet, Policy, Preset,
    RaisedSeverity, Severity,
};
use crate::stats::smallest_safe_class;

/// The presets that can be named.
pub const PRESETS: [&str; 5] = ["gdpr-three-tests", "public-0.09", "controlled-k5", "pci-columns", "hipaa-safe-harbor"];

/// Presets for totals instead of records, which this version does not measure.
pub const AGGREGATE_PRESETS: [&str; 2] = ["aggregate-cms", "aggregate-bank"];

/// Limits that somebody set; `None` where nobody did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    /// One of [`PRESETS`].
    pub preset: Option<String>,
    /// Smallest allowed class.
    pub k: Option<u32>,
    /// Largest allowed 1 / smallest class, above 0.
    pub max_risk: Option<f64>,
    /// Largest allowed mean over subjects of 1 / crowd.
    pub max_average_risk: Option<f64>,
    /// Largest allowed share of subjects that are alone.
    pub max_unique_share: Option<f64>,
    /// Largest allowed share of subjects in crowds below `k`.
    pub max_share_at_risk: Option<f64>,
    /// Largest allowed share of subjects singled out by four known points.
    pub max_unicity: Option<f64>,
    /// Largest allowed share of subjects that an attack links to a table of the recipient.
    pub max_linked_share: Option<f64>,
    /// Largest allowed share of subjects that an attack follows from release to release.
    pub max_relinked_share: Option<f64>,
    /// Largest allowed number of correct links.
    pub max_correct_links: Option<f64>,
    /// Largest allowed advantage of a guess.
    pub max_inference_advantage: Option<f64>,
    /// Whether `k` holds for the set of all quasi-identifiers as well.
    pub gate_any_record: Option<bool>,
    /// Severity that fails.
    pub fail_on: Option<Severity>,
    /// Whether a review exits with 0.
    pub allow_review: Option<bool>,
    /// Severities to raise.
    pub severities: Vec<RaisedSeverity>,
}

impl Limits {
    /// These limits, and those of `other` where these say nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            preset: self.preset.or(other.preset),
            k: self.k.or(other.k),
            max_risk: self.max_risk.or(other.max_risk),
            max_average_risk: self.max_average_risk.or(other.max_average_risk),
            max_unique_share: self.max_unique_share.or(other.max_unique_share),
            max_share_at_risk: self.max_share_at_risk.or(other.max_share_at_risk),
            max_unicity: self.max_unicity.or(other.max_unicity),
            max_linked_share: self.max_linked_share.or(other.max_linked_share),
            max_relinked_share: self.max_relinked_share.or(other.max_relinked_share),
            max_correct_links: self.max_correct_links.or(other.max_correct_links),
            max_inference_advantage: self.max_inference_advantage.or(other.max_inference_advantage),
            gate_any_record: self.gate_any_record.or(other.gate_any_record),
            fail_on: self.fail_on.or(other.fail_on),
            allow_review: self.allow_review.or(other.allow_review),
            severities: if self.severities.is_empty() { other.severities } else { self.severities },
        }
    }
}

/// The policy that limits make. A preset that is not one of [`PRESETS`] counts as none; the configuration refuses it.
#[must_use]
pub fn policy_of(limits: &Limits) -> Policy {
    let (preset, mut gates) = match limits.preset.as_deref().and_then(preset_gates) {
        Some((preset, gates)) => (Some(preset), gates),
        None => (None, Vec::new()),
    };
    own_class_limits(limits, preset.is_some(), &mut gates);
    own_shares(limits, preset.is_some(), &mut gates);
    let k = gates.iter().filter_map(Gate::class_limit).max().or(limits.k).unwrap_or(DEFAULT_K);
    if limits.gate_any_record == Some(true) {
        gates.push(Gate { origin: GateOrigin::Own, ..Gate::smallest_class(GateSet::Full, k) });
    }
    let on_full = |gate: &Gate| gate.set == Some(GateSet::Full) && gate.class_limit().is_some();
    let gate_any_record = gates.iter().any(on_full);
    for gate in gates.iter_mut().filter(|gate| gate.measure == GateMeasure::ShareAtRisk) {
        gate.limit_as_k.get_or_insert(k);
    }
    let fail_on = limits.fail_on.unwrap_or(Severity::High);
    let name = name_of(limits, preset.as_ref(), k, fail_on);
    let (allow_review, severities) = (limits.allow_review.unwrap_or(false), limits.severities.clone());
    let (permitted_identifiers, as_of) = (Vec::new(), None);
    Policy { name, k, gate_any_record, fail_on, allow_review, preset, gates, severities, permitted_identifiers, as_of }
}

/// `allow_review` moves the exit code, not a limit, and does not make a policy another one.
fn name_of(limits: &Limits, preset: Option<&Preset>, k: u32, fail_on: Severity) -> String {
    if let Some(preset) = preset {
        return preset.id.clone();
    }
    let defaults = Limits { k: Some(DEFAULT_K), max_unicity: Some(DEFAULT_MAX_UNICITY), ..Limits::default() };
    let said = Limits {
        k: Some(k),
        max_unicity: limits.max_unicity.or(defaults.max_unicity),
        gate_any_record: limits.gate_any_record.filter(|&gated| gated),
        allow_review: None,
        fail_on: None,
        ..limits.clone()
    };
    if said == defaults && fail_on == Severity::High { "default" } else { "custom" }.to_owned()
}

/// The limits on the smallest class of the static set: a risk is converted to a class size.
fn own_class_limits(limits: &Limits, has_preset: bool, gates: &mut Vec<Gate>) {
    let own = |gate: Gate| Gate { origin: GateOrigin::Own, ..gate };
    match (limits.k, limits.max_risk) {
        (None, None) if has_preset => {}
        (None, None) => gates.push(Gate::smallest_class(GateSet::Static, DEFAULT_K)),
        (k, risk) => {
            gates.extend(k.map(|k| own(Gate::smallest_class(GateSet::Static, k))));
            gates.extend(risk.map(|risk| own(highest_risk(GateSet::Static, risk))));
        }
    }
}

fn highest_risk(set: GateSet, risk: f64) -> Gate {
    Gate { limit_as_k: Some(smallest_safe_class(risk)), ..Gate::at_most(GateMeasure::HighestRisk, Some(set), risk) }
}

fn own_shares(limits: &Limits, has_preset: bool, gates: &mut Vec<Gate>) {
    let on_static = Some(GateSet::Static);
    let own = [
        (GateMeasure::AverageRisk, on_static, limits.max_average_risk),
        (GateMeasure::UniqueShare, on_static, limits.max_unique_share),
        (GateMeasure::ShareAtRisk, on_static, limits.max_share_at_risk),
        (GateMeasure::Unicity, None, limits.max_unicity),
        (GateMeasure::LinkedShare, None, limits.max_linked_share),
        (GateMeasure::RelinkedShare, None, limits.max_relinked_share),
        (GateMeasure::CorrectLinks, None, limits.max_correct_links),
        (GateMeasure::InferenceAdvantage, None, limits.max_inference_advantage),
    ];
    for (measure, set, limit) in own {
        let Some(limit) = limit else { continue };
        let undeclared = gates.iter().position(|gate| gate.measure == measure && gate.limit.is_none());
        // The preset asks for a number and leaves it to the house, or the house moves its own default.
        let house = gates.iter().position(|gate| gate.measure == measure && gate.origin == GateOrigin::Default);
        match undeclared.or(house) {
            Some(place) => (gates[place].limit, gates[place].origin) = (Some(limit), GateOrigin::Own),
            None => gates.push(Gate { origin: GateOrigin::Own, ..Gate::at_most(measure, set, limit) }),
        }
    }
    if !has_preset && limits.max_unicity.is_none() {
        gates.push(Gate::at_most(GateMeasure::Unicity, None, DEFAULT_MAX_UNICITY));
    }
}

/// The gates of a preset.
fn preset_gates(id: &str) -> Option<(Preset, Vec<Gate>)> {
    let (sources, gates): (&[&str], Vec<Gate>) = match id {
        "gdpr-three-tests" => (&GDPR, gdpr_three_tests()),
        "public-0.09" => (&PUBLIC, public()),
        "controlled-k5" => (&CONTROLLED, controlled()),
        "pci-columns" => (&PCI, pci_columns()),
        "hipaa-safe-harbor" => (&HIPAA, hipaa_safe_harbor()),
        _ => return None,
    };
    let sources = sources.iter().map(|&source| source.to_owned()).collect();
    Some((Preset { id: id.to_owned(), version: 1, sources }, gates))
}

const GDPR: [&str; 3] = [
    "Regulation (EU) 2016/679, recital 26: means reasonably likely to be used, such as singling out",
    "Article 29 Working Party, Opinion 05/2014 on anonymisation techniques (WP216): singling out, linkability, inference",
    "the numbers are house policy; neither text gives one",
];
const PUBLIC: [&str; 3] = [
    "European Medicines Agency, guidance on Policy 0070: threshold 0.09 for public release",
    "Health Canada, guidance on public release of clinical information (2019): threshold 0.09",
    "strict reading: 1/11 is above 0.09, so 12",
];
const CONTROLLED: [&str; 1] = [
    "practice value for controlled sharing: El Emam, Guide to the De-Identification of Personal Health Information (2013)",
];
const PCI: [&str; 2] = [
    "PCI DSS v4, requirements 3.4 and 3.5: numbers unreadable where stored, at most the first six and last four shown",
    "PCI Security Standards Council, FAQ 1091 (truncation) and FAQ 1117 (hashed and truncated versions of one number)",
];
const HIPAA: [&str; 1] = ["45 CFR 164.514(b)(2), the safe harbor method: eighteen kinds of identifiers removed"];

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
    Gate::at_most(GateMeasure::Unicity, None, DEFAULT_MAX_UNICITY)
}

fn gdpr_three_tests() -> Vec<Gate> {
    let (single, link, infer) = (
        "house number for the test of singling out",
        "house number for the test of linkability",
        "house number for the test of inference",
    );
    vec![
        from_preset(Gate::smallest_class(GateSet::Static, 5), single),
        undeclared(GateMeasure::UniqueShare, Some(GateSet::Static), single),
        house_unicity(),
        undeclared(GateMeasure::CorrectLinks, None, link),
        rule(GateMeasure::PseudonymReversal, GateBasis::House, link),
        undeclared(GateMeasure::InferenceAdvantage, None, infer),
    ]
}

fn public() -> Vec<Gate> {
    let source = "EMA Policy 0070 and Health Canada, strict reading";
    let gate = |set| {
        let gate = Gate { limit_as_k: Some(12), ..Gate::at_most(GateMeasure::HighestRisk, Some(set), 1.0 / 12.0) };
        from_preset(gate, source)
    };
    vec![gate(GateSet::Full), gate(GateSet::AllSubsets), house_unicity()]
}

fn controlled() -> Vec<Gate> {
    let source = "practice value for controlled sharing";
    let on_static = Some(GateSet::Static);
    let at_risk = Gate { limit_as_k: Some(5), ..Gate::at_most(GateMeasure::ShareAtRisk, on_static, 0.0) };
    vec![
        from_preset(Gate::smallest_class(GateSet::Static, 5), source),
        from_preset(at_risk, source),
        from_preset(Gate::at_most(GateMeasure::AverageRisk, on_static, 0.1), source),
        house_unicity(),
    ]
}

fn pci_columns() -> Vec<Gate> {
    vec![
        rule(GateMeasure::CardNumberForm, GateBasis::Standard, "PCI DSS v4, requirements 3.4 and 3.5"),
        rule(GateMeasure::PseudonymReversal, GateBasis::Standard, "PCI DSS v4, requirement 3.5; FAQ 1117"),
    ]
}

fn hipaa_safe_harbor() -> Vec<Gate> {
    vec![
        rule(GateMeasure::DirectIdentifiers, GateBasis::Law, "45 CFR 164.514(b)(2)(i)(A), (D) to (H), (J), (R)"),
        rule(GateMeasure::DateDetail, GateBasis::Law, "45 CFR 164.514(b)(2)(i)(C)"),
        rule(GateMeasure::AgePooling, GateBasis::Law, "45 CFR 164.514(b)(2)(i)(C)"),
        rule(GateMeasure::PlaceDetail, GateBasis::Law, "45 CFR 164.514(b)(2)(i)(B)"),
    ]
}

//! One plan examined on the extract that was read, and what stands in the way of releasing it.

use jiff::civil::Date;

use super::objections::{is_of_records, stands_as_if};
use crate::input::Extract;
use crate::plan::{Extent, Listing, Plan};
use crate::result::{
    FigureValue, Finding, FindingCode, GateSet, Headline, Outcome, Role, SetStatistics, VerdictOutcome,
};
use crate::scan::{Asked, Clock, Examined, ScanError, Stages, examine, open_sources};
use crate::stop::{NoProgress, Stop};

/// Where an extract stands.
pub struct Standing {
    /// Name of the dataset.
    pub dataset: String,
    /// Its records and subjects.
    pub records: u64,
    /// See `records`.
    pub subjects: u64,
    /// Whether records belong to subjects.
    pub has_subjects: bool,
    /// The policy's smallest class.
    pub k: u32,
    /// Whether it may leave as it is.
    pub passes: bool,
    /// Its figures.
    pub figures: Headline,
    /// What stands in the way, in words.
    pub objections: Vec<String>,
}

/// The same plan without what explains and decides nothing.
pub(super) fn for_verdict(mut plan: Plan) -> Plan {
    let subsets = plan.policy.gates.iter().any(|gate| gate.set == Some(GateSet::AllSubsets));
    plan.extent = Extent::Verdict;
    plan.lists = Listing::default();
    plan.max_set = if subsets { plan.max_set } else { 1 };
    plan.unicity.known_points.clear();
    plan.unicity.sweep = false;
    plan.unicity.mobility.clear();
    plan.unicity.known_attributes.clear();
    plan
}

/// The extract as read, and what it is judged with.
pub(super) struct ReadCase<'a> {
    pub(super) extract: &'a Extract,
    pub(super) name: &'a str,
    pub(super) today: Date,
    pub(super) clock: &'a dyn Clock,
    pub(super) stop: &'a Stop,
}

impl ReadCase<'_> {
    pub(super) fn examined(&self, plan: &Plan) -> Result<Examined, ScanError> {
        let opened = open_sources(plan)?;
        let asked = Asked { plan, today: self.today, progress: &NoProgress, stop: self.stop, made_of: &[] };
        examine(self.extract.clone(), opened, self.name.to_owned(), asked, &mut Stages::new(self.clock))
    }
}

/// What stands in the way of releasing what was examined.
pub(super) fn standing_findings(examined: &Examined) -> impl Iterator<Item = &Finding> {
    examined.judgement.findings.iter().filter(|found| stands_as_if(found, &examined.dataset))
}

pub(super) fn standing(examined: &Examined) -> Standing {
    let objections: Vec<String> = standing_findings(examined).map(|found| found.message.clone()).collect();
    let cut_off = examined.judgement.verdict.outcome == VerdictOutcome::Incomplete;
    Standing {
        dataset: examined.dataset.name.clone(),
        records: examined.dataset.records,
        subjects: examined.dataset.subjects,
        has_subjects: examined.dataset.subject.is_some(),
        k: examined.policy.k,
        passes: objections.is_empty() && !cut_off,
        figures: headline(examined),
        objections,
    }
}

/// Codes of findings that no coarser form of the column settles.
const COLUMN_ITSELF: [(FindingCode, &str); 10] = [
    (FindingCode::DirectIdentifierPresent, "direct identifier"),
    (FindingCode::DirectIdentifierFound, "direct identifier"),
    (FindingCode::NamesOfPeople, "names of people"),
    (FindingCode::PartialCardNumber, "part of card numbers"),
    (FindingCode::HashBesideTruncatedNumber, "hash of card numbers"),
    (FindingCode::HashLookingPseudonym, "looks like a hash"),
    (FindingCode::SeveralTruncations, "parts of card numbers"),
    (FindingCode::ForbiddenColumn, "forbidden by the agreement"),
    (FindingCode::ColumnNotAllowed, "not covered by the agreement"),
    (FindingCode::PseudonymReversible, "pseudonyms that can be reversed"),
];

/// Codes of findings that nothing settles that is done to quasi-identifiers, where they speak of none or of the people behind
/// the records.
const OF_NO_PLAN: [FindingCode; 12] = [
    FindingCode::PlaceholderValues,
    FindingCode::RoundedIdentifier,
    FindingCode::SubjectsNotInMap,
    FindingCode::NoSubject,
    FindingCode::WorseSubject,
    FindingCode::JoinKeyMissing,
    FindingCode::JoinKeyRepeated,
    FindingCode::UnreasonedColumn,
    FindingCode::PurposeMissing,
    FindingCode::AgreementEnded,
    FindingCode::AggregatesNotMeasured,
    FindingCode::GateLeftOut,
];

/// What stands in the way whatever is done to the quasi-identifiers, in words.
pub(super) fn in_the_way_of_all(examined: &Examined) -> Vec<String> {
    let is_of_none = |found: &Finding| {
        let speaks_of_quasi = found.columns.iter().any(|column| is_quasi(examined, column));
        OF_NO_PLAN.contains(&found.code) && (is_of_records(found.code) || !speaks_of_quasi)
    };
    standing_findings(examined).filter(|found| is_of_none(found)).map(|found| found.message.clone()).collect()
}

/// Columns that are left out because of what they are. The subject cannot be: it is replaced.
pub(super) fn must_go(examined: &Examined) -> Vec<(String, String)> {
    let mut gone: Vec<(String, String)> = Vec::new();
    for found in standing_findings(examined) {
        let Some((_, reason)) = COLUMN_ITSELF.iter().find(|(code, _)| *code == found.code) else { continue };
        for column in &found.columns {
            let is_subject = examined.dataset.subject.as_ref() == Some(column);
            if !is_subject && !gone.iter().any(|(other, _)| other == column) {
                gone.push((column.clone(), (*reason).to_owned()));
            }
        }
    }
    gone
}

pub(super) fn is_quasi(examined: &Examined, column: &str) -> bool {
    examined.dataset.columns.iter().any(|other| other.name == column && other.role == Role::QuasiIdentifier)
}

/// The figures that plans are compared by.
pub(super) fn headline(examined: &Examined) -> Headline {
    let mut headline = Headline::default();
    if let Some(Outcome::Measured { value, .. }) = &examined.measures.uniqueness {
        let below =
            |set: &SetStatistics| set.below.iter().find(|below| below.k == examined.policy.k).map(|it| it.subjects);
        let fixed = value.static_unclear.as_ref().or(value.static_set.as_ref());
        headline.full_smallest_class = value.full.smallest_class;
        headline.full_unique_subjects = Some(value.full.unique_subjects);
        headline.full_subjects_below_k = below(&value.full);
        headline.static_smallest_class = fixed.and_then(|set| set.smallest_class);
        headline.static_unique_subjects = fixed.map(|set| set.unique_subjects);
        headline.static_subjects_below_k = fixed.and_then(below);
    }
    if let Some(Outcome::Measured { value, .. }) = &examined.measures.unicity {
        headline.unicity = value.worst_gate().and_then(|gate| gate.share);
    }
    let rates = examined
        .judgement
        .figures
        .iter()
        .filter(|figure| ["linkage.attack_rate", "linkage.releases.attack_rate"].contains(&figure.id.as_str()));
    let rates = rates.filter_map(|figure| match figure.value {
        FigureValue::Measured { value, .. } => Some(value),
        _ => None,
    });
    headline.linked = rates.max_by(f64::total_cmp);
    headline
}

//! What stands in the way of a release: which findings of which judgement.
//!
//! # The law
//! An open finding stands, whatever columns it names, unless this page says that the release settles it. A release settles
//!
//! - what one column shows or is called, where that column stays behind;
//! - how the cells of a column are spelled, where that column stays behind and is not the subject: as the subject it decides
//!   who is a person, and so how large every class and every cell is, also of a file without it;
//! - how the file was laid out, since the written one has a layout of its own.
//!
//! Everything else speaks of the records that leave and of the people behind them, and stands. So a finding that asks whether
//! the people are counted rightly names a column, and is settled by no column that is left out.

use super::{JudgedFile, Refused, Request};
use crate::plan::Plan;
use crate::result::{
    Dataset, Finding, FindingCode, Outcome, ScanResult, Severity, VerdictOutcome, Waiver, WaiverRecord, WaiverState,
};
use crate::scan::{ScanError, Scanned};

/// What a finding about the extract speaks of, as far as a release may settle it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SpeaksOf {
    /// A column: what it shows, what it is called, what is declared of it.
    Column,
    /// How the cells of a column are spelled.
    Spelling,
    /// The layout of the file, and what is in it beside the records that leave.
    Layout,
    /// The records that leave, and the people behind them.
    Records,
}

/// What a code speaks of. Every code is decided here: a new one does not compile before it is.
fn speaks_of(code: FindingCode) -> SpeaksOf {
    use FindingCode as Code;
    match code {
        Code::DirectIdentifierPresent
        | Code::DirectIdentifierFound
        | Code::PartialCardNumber
        | Code::HashBesideTruncatedNumber
        | Code::HashLookingPseudonym
        | Code::SeveralTruncations
        | Code::NamesOfPeople
        | Code::PseudonymReversible
        | Code::DateTooFine
        | Code::AgeNotPooled
        | Code::PlaceTooFine
        | Code::ColumnNotAllowed
        | Code::ForbiddenColumn
        | Code::UngatedColumn
        | Code::NearlyStatic
        | Code::StaticUnclear
        | Code::VariesContradicted
        | Code::UndeclaredColumn
        | Code::UnreasonedColumn
        | Code::SuppressedCells
        | Code::ColumnAppeared
        | Code::ColumnVanished
        | Code::ColumnRenamed
        | Code::ColumnChanged
        | Code::NewMissingSpelling
        | Code::MissingDrift
        | Code::ExpiredWaiver
        | Code::VoidWaiver
        | Code::UnusedWaiver
        | Code::WaiverEnding => SpeaksOf::Column,
        Code::PlaceholderValues | Code::TrimmedJoin | Code::RoundedIdentifier | Code::SubjectSpelledAlike => {
            SpeaksOf::Spelling
        }
        // Suppressed records stay behind. Where one left all the same, the scan of what was written would say so.
        Code::TreatmentNotApplied
        | Code::LinesLeftOut
        | Code::JoinRowsUnmeasured
        | Code::RecordsWithoutSubject
        | Code::SuppressedRecordFilled => SpeaksOf::Layout,
        Code::SmallClass
        | Code::UnknownRisk
        | Code::IncompleteMeasure
        | Code::SubjectsNotInMap
        | Code::NoSubject
        | Code::WorseSubject
        | Code::GuessedRoles
        | Code::NoRiskGate
        | Code::WildcardLowersRisk
        | Code::HighUnicity
        | Code::HighAverageRisk
        | Code::HighUniqueShare
        | Code::HighShareAtRisk
        | Code::PurposeMissing
        | Code::AgreementEnded
        | Code::ConsentMissing
        | Code::Linkable
        | Code::Relinkable
        | Code::LimitBroken
        | Code::UnicityDiluted
        | Code::AggregatesNotMeasured
        | Code::GateLeftOut
        | Code::TruthCoverage
        | Code::TruthImplausible
        | Code::JoinKeyMissing
        | Code::JoinKeyRepeated
        | Code::SpecialUnique
        | Code::HighPopulationUniqueness
        | Code::HighIndividualRisk
        | Code::SamplingAssumption
        | Code::UnsafeCell
        | Code::RecoverableCell
        | Code::NarrowCell
        | Code::InconsistentMargins
        | Code::Differencing
        | Code::DeterminedSubject
        | Code::ReconstructionExposure
        | Code::ContributorUnclear
        | Code::HomogeneousClass
        | Code::AttributeDisclosure
        | Code::SmallHistoryCrowd
        | Code::SensitiveInference
        | Code::OriginalExposed
        | Code::OriginalCopied
        | Code::SizeDrift
        | Code::NoBaseline
        | Code::BaselineUnusable => SpeaksOf::Records,
    }
}

/// Whether a finding about the extract as if treated speaks of the records that leave: of nothing that stays behind.
fn is_of_what_leaves(found: &Finding, dataset: &Dataset) -> bool {
    let stays = |name: &String| dataset.columns.iter().any(|column| column.name == *name && column.is_dropped());
    let all_stay = |is_settled: &dyn Fn(&String) -> bool| {
        !found.columns.is_empty() && found.columns.iter().all(|name| stays(name) && is_settled(name))
    };
    match speaks_of(found.code) {
        SpeaksOf::Column => !all_stay(&|_| true),
        SpeaksOf::Spelling => !all_stay(&|name| dataset.subject.as_ref() != Some(name)),
        SpeaksOf::Layout => false,
        SpeaksOf::Records => true,
    }
}

/// Whether a finding about the extract speaks of who contributes to its planned tables: of the people, of what they agreed
/// to, or of how the columns that name them are spelled. What a cell shows is judged in the table that is written.
fn is_of_contributors(found: &Finding, plan: &Plan, dataset: &Dataset) -> bool {
    use FindingCode as Code;
    match found.code {
        Code::NoSubject
        | Code::WorseSubject
        | Code::RecordsWithoutSubject
        | Code::SubjectsNotInMap
        | Code::ConsentMissing
        | Code::PurposeMissing
        | Code::AgreementEnded
        | Code::ContributorUnclear
        | Code::JoinKeyMissing
        | Code::JoinKeyRepeated => true,
        Code::GuessedRoles
        | Code::PlaceholderValues
        | Code::TrimmedJoin
        | Code::RoundedIdentifier
        | Code::SubjectSpelledAlike => found.columns.iter().any(|name| names_people(name, plan, dataset)),
        _ => false,
    }
}

/// Whether a column says who contributes to a planned table, or merges those who belong together.
fn names_people(column: &str, plan: &Plan, dataset: &Dataset) -> bool {
    let planned = plan.aggregates.iter().filter(|table| table.is_planned());
    let mut named = planned.flat_map(|table| {
        let holdings = table.holdings.iter().map(|holding| holding.column.as_str());
        table.contributors().into_iter().flatten().chain(holdings)
    });
    let is_it = |name: &Option<String>| name.as_deref() == Some(column);
    is_it(&dataset.subject) || is_it(&plan.household) || named.any(|name| name == column)
}

/// Whether a finding counts: it is open, or nobody knows the risk.
fn is_objection(found: &Finding) -> bool {
    let is_unknown = found.code == FindingCode::UnknownRisk;
    is_unknown || (found.is_open() && found.severity != Severity::Note)
}

/// Whether a finding about the extract as if treated stands in the way of what leaves.
pub(super) fn stands_as_if(found: &Finding, dataset: &Dataset) -> bool {
    is_objection(found) && is_of_what_leaves(found, dataset)
}

/// Whether a finding speaks of the records that leave whatever is done to their columns.
pub(super) fn is_of_records(code: FindingCode) -> bool {
    speaks_of(code) == SpeaksOf::Records
}

/// What a scan is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// The extract as if treated, for the records that leave.
    Records,
    /// The extract, for the planned tables that leave.
    Contributors,
    /// The bytes that were written.
    Written,
}

impl Of {
    fn speaks(self, found: &Finding, plan: &Plan, dataset: &Dataset) -> bool {
        match self {
            Self::Records => is_of_what_leaves(found, dataset),
            Self::Contributors => is_of_contributors(found, plan, dataset),
            Self::Written => true,
        }
    }

    fn judged(self) -> JudgedFile {
        if self == Self::Written { JudgedFile::Written } else { JudgedFile::Extract }
    }

    /// Whether the measures that the findings come from were finished.
    fn is_finished(self, result: &ScanResult) -> bool {
        match self {
            Self::Contributors => matches!(result.measures.aggregates, Some(Outcome::Measured { .. })),
            Self::Records | Self::Written => result.verdict.outcome != VerdictOutcome::Incomplete,
        }
    }
}

/// What somebody answered for so that a judgement lets the file leave.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Answered {
    /// The open findings about the extract that the person who approved the release answers for, in words.
    pub(super) approved: Vec<String>,
    /// The waivers that cover what the extract shows.
    pub(super) waived: Vec<WaiverRecord>,
}

/// What a scan rests on where it lets the file leave; else why it does not.
pub(super) fn answered(
    of: Of,
    result: &ScanResult,
    plan: &Plan,
    request: Request<'_>,
) -> Result<Answered, Box<Refused>> {
    let outcome = result.verdict.outcome;
    let speaks = |found: &Finding| of.speaks(found, plan, &result.dataset);
    let findings: Vec<Finding> =
        result.findings.iter().filter(|found| is_objection(found) && speaks(found)).cloned().collect();
    let worst = findings.iter().map(|found| found.severity).max();
    let fails = worst.is_some_and(|worst| worst >= plan.policy.fails_from());
    // The extract as if treated never passes by itself: its bytes do not hold the treatment.
    let passes = match of {
        Of::Written => outcome == VerdictOutcome::Pass,
        Of::Records | Of::Contributors => worst.is_none() && of.is_finished(result),
    };
    // Undefined is never a pass, and nobody can answer for what is not known.
    let is_unknown = findings.iter().any(|found| found.code == FindingCode::UnknownRisk) || !of.is_finished(result);
    let is_review = of != Of::Written || outcome == VerdictOutcome::Review;
    let allowed = is_review && !fails && !is_unknown && plan.policy.allow_review && request.approved_by.is_some();
    if passes || allowed {
        let covers = |code: FindingCode| result.findings.iter().any(|it| it.waived && it.code == code && speaks(it));
        let in_force = result.waivers.iter().filter(|record| record.state == WaiverState::InForce);
        let waived = in_force.filter(|record| of != Of::Written && covers(record.waiver.finding)).cloned().collect();
        let approved = if of == Of::Written { Vec::new() } else { findings.into_iter().map(|it| it.message).collect() };
        return Ok(Answered { approved, waived });
    }
    let exit_code = if of.is_finished(result) { 1 } else { 4 };
    Err(Box::new(Refused { of: of.judged(), result: result.clone(), findings, exit_code }))
}

/// The scan of written bytes. That a waiver covered what only the extract shows is no fault of the bytes, so it is not told
/// of them as unused; every other waiver is.
pub(super) fn scanned_written(
    plan: Plan,
    held: &[WaiverRecord],
    scan: impl Fn(&Plan) -> Result<Scanned, ScanError>,
) -> Result<Scanned, ScanError> {
    let scanned = scan(&plan)?;
    let is_unused = |waiver: &Waiver| {
        let records = &scanned.result.waivers;
        let is_unused = |record: &WaiverRecord| record.waiver == *waiver && record.state == WaiverState::Unused;
        held.iter().any(|record| record.waiver == *waiver) && records.iter().any(is_unused)
    };
    let waivers: Vec<Waiver> = plan.waivers.iter().filter(|waiver| !is_unused(waiver)).cloned().collect();
    if waivers.len() == plan.waivers.len() { Ok(scanned) } else { scan(&Plan { waivers, ..plan }) }
}

impl Answered {
    /// What two judgements of one release rest on.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.approved
            .extend(other.approved.into_iter().filter(|words| !self.approved.contains(words)).collect::<Vec<_>>());
        let is_new = |record: &WaiverRecord| !self.waived.iter().any(|it| it.waiver == record.waiver);
        self.waived.extend(other.waived.into_iter().filter(is_new).collect::<Vec<_>>());
        self
    }
}

#[cfg(test)]
mod test;

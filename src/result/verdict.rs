//! The answer, the limits it was judged by, and what was found.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Check, FindingState};

/// The verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Verdict {
    /// Whether the dataset may leave.
    pub outcome: VerdictOutcome,
    /// 0 pass, 1 review or fail, 4 incomplete. Unchanged by `--exit-zero`.
    pub exit_code: u8,
    /// A qualification of the outcome: what a pass rests on (`PASS with 1 waiver`, `PASS if treated downstream`), or
    /// what a review lacks to be a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Why, in sentences, most important first.
    pub reasons: Vec<String>,
}

/// May the dataset leave?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum VerdictOutcome {
    /// Every limit was measured and met, on declared roles.
    Pass,
    /// Nothing failed, but a person must review.
    Review,
    /// A limit is breached, or its measure is undefined.
    Fail,
    /// A gated measure was stopped by the time or memory limit, or is none that a cluster measures.
    Incomplete,
}

/// Severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Severity {
    /// Shown beside the verdict; never changes it.
    Note,
    /// For information.
    Low,
    /// Should be reviewed.
    Medium,
    /// The extract must not leave unchanged.
    High,
    /// The extract must not leave at all.
    Critical,
}

impl Severity {
    /// The name used in configuration files and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One finding of the judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Finding {
    /// Stable kebab-case code.
    pub code: FindingCode,
    /// Its severity.
    pub severity: Severity,
    /// The measure it comes from.
    pub measure: String,
    /// The columns it is about.
    pub columns: Vec<String>,
    /// The source it is about, as named by `[[recipient.holds]]` or by its file; for linkage findings only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `id` of the figure it is about; `columns` and `about` are then those of that figure. None if it is about no
    /// figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<String>,
    /// `about` of that figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// One sentence with the figure, its unit and the limit.
    pub message: String,
    /// The figure, if there is one.
    pub measured: Option<f64>,
    /// The limit, if there is one.
    pub limit: Option<f64>,
    /// Whether a waiver, or a declared downstream treatment, covers it.
    pub waived: bool,
    /// What became of it since the earlier run that the scan was compared with; null without one, and for a finding that
    /// does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<FindingState>,
}

impl Finding {
    /// Whether it counts for the verdict: nothing covers it, and it is more than a note.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.waived && self.severity > Severity::Note
    }

    /// Whether it is about what a check compared: the same figure, or for a rule of form the same columns.
    #[must_use]
    pub fn is_of(&self, check: &Check) -> bool {
        check.finding == Some(self.code)
            && self.figure == check.figure
            && self.columns == check.columns
            && self.about == check.about
    }
}

/// Codes of findings. A code never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FindingCode {
    /// The smallest class of the gated set holds fewer subjects than `k`.
    SmallClass,
    /// A gated measure is undefined, or the policy requires one that was not measured.
    UnknownRisk,
    /// A gated measure was stopped by the time or memory limit, or is none that a cluster measures.
    IncompleteMeasure,
    /// Some records have no subject.
    RecordsWithoutSubject,
    /// Some subject values are missing from the subject map.
    SubjectsNotInMap,
    /// No subject is declared, although a column looks like one.
    NoSubject,
    /// Roles were guessed, not declared.
    GuessedRoles,
    /// No risk gate could be applied.
    NoRiskGate,
    /// A column declared or guessed as a direct identifier is in the extract.
    DirectIdentifierPresent,
    /// Reading missing cells as wildcards enlarges the smallest class.
    WildcardLowersRisk,
    /// Cells of a column hold direct identifiers that the plan does not permit.
    DirectIdentifierFound,
    /// Card numbers show more than the first six and the last four digits.
    PartialCardNumber,
    /// The extract holds a hash-like column beside a truncated card number.
    HashBesideTruncatedNumber,
    /// A column looks like hashes and is not declared as keyed.
    HashLookingPseudonym,
    /// Several columns hold truncated card numbers.
    SeveralTruncations,
    /// Four known points single out too many subjects.
    HighUnicity,
    /// The average prosecutor risk of subjects exceeds its limit.
    HighAverageRisk,
    /// Too many subjects are sample uniques.
    HighUniqueShare,
    /// Too many subjects are in equivalence classes smaller than `k`.
    HighShareAtRisk,
    /// A date shows more than the year.
    DateTooFine,
    /// Ages above 89 are not pooled.
    AgeNotPooled,
    /// A place is finer than the first three digits of the postcode.
    PlaceTooFine,
    /// A column is not on the agreement's list of allowed columns.
    ColumnNotAllowed,
    /// The extract contains a column that the agreement forbids.
    ForbiddenColumn,
    /// A recipient is named without a purpose.
    PurposeMissing,
    /// The agreement has expired.
    AgreementEnded,
    /// Some subjects did not opt in.
    ConsentMissing,
    /// A waiver has expired, and its finding counts again.
    ExpiredWaiver,
    /// A figure exceeds the bound of its waiver, and its finding counts again.
    VoidWaiver,
    /// A waiver covers nothing.
    UnusedWaiver,
    /// An attack links subjects to a table that the recipient holds.
    Linkable,
    /// An attack re-links subjects from one release to another.
    Relinkable,
    /// Pseudonyms are plain or commonly hashed identifiers.
    PseudonymReversible,
    /// A figure of a measure without a code of its own breaches its limit.
    LimitBroken,
    /// No measured limit covers a declared quasi-identifier.
    UngatedColumn,
    /// Subjects with few events mask how many of the others are singled out.
    UnicityDiluted,
    /// A column is constant for nearly every subject and was treated as static.
    NearlyStatic,
    /// The data do not show whether a column is static or an event column.
    StaticUnclear,
    /// The declaration of a column contradicts the data.
    VariesContradicted,
    /// Cells hold text that often stands for a missing value.
    PlaceholderValues,
    /// Spaces at the ends of cells were trimmed, and values became equal.
    TrimmedJoin,
    /// A spreadsheet rounded the identifiers.
    RoundedIdentifier,
    /// Another column groups the records better than the subject does.
    WorseSubject,
    /// A column of the file has no role.
    UndeclaredColumn,
    /// A column that looks identifying is left out of the measurement without a reason.
    UnreasonedColumn,
    /// The file does not contain the treatment that was measured.
    TreatmentNotApplied,
    /// Individual cells are suppressed in records that are not.
    SuppressedCells,
    /// A column holds names of people.
    NamesOfPeople,
    /// The dataset is declared as a table of totals, and no declared table is that file.
    AggregatesNotMeasured,
    /// The command line or the environment asks for less than the configuration, or leaves a default limit nothing to limit.
    GateLeftOut,
    /// The truth identifies too few subjects.
    TruthCoverage,
    /// The truth marks most links as wrong.
    TruthImplausible,
    /// A file holds lines that are not records.
    LinesLeftOut,
    /// Some records have a key that is missing from a joined table.
    JoinKeyMissing,
    /// A key occurs in several rows of a joined table.
    JoinKeyRepeated,
    /// Rows of a joined table match no record.
    JoinRowsUnmeasured,
    /// Too many subjects are singled out by a few columns.
    SpecialUnique,
    /// Too many are estimated to be unique in the population.
    HighPopulationUniqueness,
    /// The chance of finding a member of the sample, or of a group of them, in the population exceeds its limit.
    HighIndividualRisk,
    /// A limit on an estimate rests on a sample that is not declared to be random.
    SamplingAssumption,
    /// A published total is unsafe under a primary rule.
    UnsafeCell,
    /// A suppressed total can be computed exactly.
    RecoverableCell,
    /// A suppressed total can be computed more closely than the rules allow.
    NarrowCell,
    /// Margins of a published table do not equal the sums of their cells.
    InconsistentMargins,
    /// The difference of two published totals is unsafe under a primary rule.
    Differencing,
    /// All published totals together determine the amount of a single subject.
    DeterminedSubject,
    /// There are so many independent totals that reconstruction must be expected.
    ReconstructionExposure,
    /// Nobody knows that the contributors of a table are the people whom it must protect.
    ContributorUnclear,
    /// Everybody in a class has the same value of a sensitive column, or a class has fewer values than its limit.
    HomogeneousClass,
    /// The class of a person tells more of a sensitive column than its limit.
    AttributeDisclosure,
    /// Too few subjects have the same whole history.
    SmallHistoryCrowd,
    /// A model built on some people guesses a sensitive column of others better than its limit.
    SensitiveInference,
    /// An attack tells of people in the original what it does not tell of others, or more than its limit.
    OriginalExposed,
    /// Too many records of a release equal those of a single person of the original.
    OriginalCopied,
    /// A column is in the file that was not in the earlier one.
    ColumnAppeared,
    /// A column of the earlier file is not in this one.
    ColumnVanished,
    /// A column vanished, and another that looks like it appeared.
    ColumnRenamed,
    /// A column has another type, role, nature or spelling, or far more or fewer values.
    ColumnChanged,
    /// The number of records or subjects is far from what is usual.
    SizeDrift,
    /// A column spells missing values in a way that it did not before.
    NewMissingSpelling,
    /// The share of missing cells of a column is far from what is usual.
    MissingDrift,
    /// There is no earlier run to compare with.
    NoBaseline,
    /// The earlier run cannot be compared with.
    BaselineUnusable,
    /// A waiver in force ends within two weeks.
    WaiverEnding,
    /// Values of the subject column differ in their spelling alone.
    SubjectSpelledAlike,
    /// Suppressed records show values in other columns.
    SuppressedRecordFilled,
}

impl FindingCode {
    /// Every code, oldest first.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The kebab-case code, as in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether a waiver may cover it.
    ///
    /// Unknown, guessed, unlimited or incomplete risk never passes, nobody can consent for a subject, a waiver does not
    /// cover waivers, and a treatment is declared separately.
    #[must_use]
    pub fn can_be_waived(self) -> bool {
        !matches!(
            self,
            Self::UnknownRisk
                | Self::IncompleteMeasure
                | Self::GuessedRoles
                | Self::NoRiskGate
                | Self::ConsentMissing
                | Self::ExpiredWaiver
                | Self::VoidWaiver
                | Self::UnusedWaiver
                | Self::TreatmentNotApplied
                | Self::InconsistentMargins
                | Self::NoBaseline
                | Self::BaselineUnusable
                | Self::WaiverEnding
        )
    }

    /// Whether it is about the file itself, compared with an earlier one, whatever its figures are.
    #[must_use]
    pub fn is_of_drift(self) -> bool {
        matches!(
            self,
            Self::ColumnAppeared
                | Self::ColumnVanished
                | Self::ColumnRenamed
                | Self::ColumnChanged
                | Self::SizeDrift
                | Self::NewMissingSpelling
                | Self::MissingDrift
        )
    }

    /// Whether such a finding is about a single source that the recipient holds.
    #[must_use]
    pub fn is_of_source(self) -> bool {
        matches!(self, Self::Linkable | Self::Relinkable | Self::PseudonymReversible)
    }

    /// The name of the figure that a waiver may bound, and whether smaller is worse; `None` for a finding without one.
    #[must_use]
    pub fn figure(self) -> Option<(&'static str, bool)> {
        match self {
            Self::SmallClass | Self::WildcardLowersRisk => Some(("smallest-class", true)),
            Self::HighUnicity => Some(("unicity@4", false)),
            Self::HighAverageRisk => Some(("average-risk", false)),
            Self::HighUniqueShare => Some(("unique-share", false)),
            Self::HighShareAtRisk => Some(("share-at-risk", false)),
            Self::SpecialUnique => Some(("special-unique-share", false)),
            Self::HomogeneousClass => Some(("l-diversity", true)),
            Self::SmallHistoryCrowd => Some(("history-crowd", true)),
            Self::RecordsWithoutSubject | Self::DirectIdentifierFound | Self::PartialCardNumber => {
                Some(("records", false))
            }
            Self::Linkable => Some(("linked-share", false)),
            Self::Relinkable => Some(("relinked-share", false)),
            Self::SubjectsNotInMap | Self::PseudonymReversible => Some(("subjects", false)),
            _ => None,
        }
    }
}

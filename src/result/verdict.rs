//! The answer, the limits it was judged by, and what was found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Check;

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// May it leave?
    pub outcome: VerdictOutcome,
    /// 0 pass, 1 review or fail, 4 incomplete. Unchanged by `--exit-zero`.
    pub exit_code: u8,
    /// What stands beside the outcome where the word alone would say too much: what a pass rests on (`PASS with 1 waiver`,
    /// `PASS if treated downstream`), or what a review lacks to be a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Why, in sentences, most important first.
    pub reasons: Vec<String>,
}

/// May the dataset leave?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictOutcome {
    /// Every gate was measured and holds, on declared roles.
    Pass,
    /// Nothing failed, but a person must look.
    Review,
    /// A gate does not hold, or its measure is undefined.
    Fail,
    /// A gate's measure was cut off by time or memory.
    Incomplete,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[derive(Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Severity {
    /// Told beside the verdict; never changes it.
    Note,
    /// Good to know.
    Low,
    /// Should be looked at.
    Medium,
    /// Must not leave as it is.
    High,
    /// Must not leave at all.
    Critical,
}

impl Severity {
    /// The name used in configuration files and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One thing the judge found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Stable kebab-case code.
    pub code: FindingCode,
    /// How bad it is.
    pub severity: Severity,
    /// The measure it comes from.
    pub measure: String,
    /// The columns it speaks of.
    pub columns: Vec<String>,
    /// The source it speaks of, as `[[recipient.holds]]` or its file names it; of findings on linkage only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `id` of the figure it speaks of; `columns` and `about` are then those of that figure. None where it speaks of no
    /// figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<String>,
    /// `about` of that figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// One sentence with the figure, its unit and the limit.
    pub message: String,
    /// The figure, where there is one.
    pub measured: Option<f64>,
    /// The limit, where there is one.
    pub limit: Option<f64>,
    /// Whether a waiver, or a treatment that is declared to be applied downstream, covers it.
    pub waived: bool,
}

impl Finding {
    /// Whether it counts for the verdict: nothing covers it, and it is more than a note.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.waived && self.severity > Severity::Note
    }

    /// Whether it speaks of what a check compared: the same figure, or for a rule of form the same columns.
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
#[derive(Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FindingCode {
    /// The smallest class of the gated set holds fewer subjects than `k`.
    SmallClass,
    /// A measure under a gate is undefined, or the policy needs one that was not measured.
    UnknownRisk,
    /// A measure under a gate was cut off.
    IncompleteMeasure,
    /// Some records have no subject.
    RecordsWithoutSubject,
    /// Some subject values are not in the subject map.
    SubjectsNotInMap,
    /// No subject is declared although a column looks like one.
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
    /// Card numbers show more digits than the first six and the last four.
    PartialCardNumber,
    /// A hash-looking column stands beside a shortened card number.
    HashBesideTruncatedNumber,
    /// A column looks like hashes, and nobody said that they are keyed.
    HashLookingPseudonym,
    /// Several columns hold shortened card numbers.
    SeveralTruncations,
    /// Too many subjects are singled out by four known points.
    HighUnicity,
    /// The average risk of a subject is above its limit.
    HighAverageRisk,
    /// Too many subjects are alone.
    HighUniqueShare,
    /// Too many subjects stand in classes below `k`.
    HighShareAtRisk,
    /// A date shows more than its year.
    DateTooFine,
    /// Ages above 89 are not pooled.
    AgeNotPooled,
    /// A place is finer than the first three digits of the post code.
    PlaceTooFine,
    /// A column is not among those that the agreement allows.
    ColumnNotAllowed,
    /// A column that the agreement forbids is in the extract.
    ForbiddenColumn,
    /// A recipient is named without a purpose.
    PurposeMissing,
    /// The agreement is over.
    AgreementEnded,
    /// Some subjects did not opt in.
    ConsentMissing,
    /// A waiver is over, and what it covered counts again.
    ExpiredWaiver,
    /// A figure is beyond the limit of its waiver, and what it covered counts again.
    VoidWaiver,
    /// A waiver covers nothing.
    UnusedWaiver,
    /// An attack links subjects to a table of the recipient.
    Linkable,
    /// An attack follows subjects from release to release.
    Relinkable,
    /// Pseudonyms are a plain or commonly hashed form of identifiers.
    PseudonymReversible,
    /// A figure is beyond its limit, of a measure without a code of its own.
    LimitBroken,
    /// A declared quasi-identifier is under no limit that was measured.
    UngatedColumn,
    /// Subjects with few events hide that those with many are singled out.
    UnicityDiluted,
    /// A column is the same within nearly every subject and was read as static.
    NearlyStatic,
    /// The data do not say whether a column is static or an event column.
    StaticUnclear,
    /// What is declared of a column contradicts the data.
    VariesContradicted,
    /// Cells hold spellings that often mean missing.
    PlaceholderValues,
    /// Blanks at the ends of cells were taken off, and values became equal.
    TrimmedJoin,
    /// Identifiers were rounded by a spreadsheet.
    RoundedIdentifier,
    /// Another column groups the records better than the subject does.
    WorseSubject,
    /// A column of the file has no role.
    UndeclaredColumn,
    /// A column that looks identifying is not counted, without a reason.
    UnreasonedColumn,
    /// The file does not hold the treatment that was measured.
    TreatmentNotApplied,
    /// Single cells are suppressed in records that are not.
    SuppressedCells,
    /// A column holds names of people.
    NamesOfPeople,
    /// A table of totals was declared, and totals are not measured yet.
    AggregatesNotMeasured,
    /// The command line takes a default limit away.
    GateLeftOut,
    /// A truth says of too few subjects who they are.
    TruthCoverage,
    /// A truth says of most links that they are wrong.
    TruthImplausible,
    /// Lines of a file are no records.
    LinesLeftOut,
    /// Records have a key that a joined table lacks.
    JoinKeyMissing,
    /// A key stands in several rows of a joined table.
    JoinKeyRepeated,
    /// Rows of a joined table belong to no record.
    JoinRowsUnmeasured,
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
    /// What is unknown, guessed, not limited at all or was cut off never passes, no other person can consent for a
    /// subject, a waiver does not mend waivers, and who treats the file is declared as such.
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
        )
    }

    /// Whether such a finding is about one source among those that the recipient holds.
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

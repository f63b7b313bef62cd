//! The file that may leave: treated as the plan says, written, read again and judged.
//!
//! A scan measures an extract *as if* its rules were applied. Here they are applied: [`release`] writes the treated
//! extract under a quarantine name, and scans the **written bytes** as if a stranger had sent them. Whoever calls moves
//! the file to its final name only if both scans let it pass.
//!
//! # What leaves
//! - Columns with the role subject, quasi-identifier, sensitive or weight that no rule drops. Everything else stays:
//!   direct identifiers, ignored columns and columns without a role.
//! - Records with a subject that are not suppressed.
//! - In place of the subject a pseudonym that only the holder of the key can make again (a keyed hash, see [`Key`]).
//! - Records in an order that says nothing of the order of the extract: by pseudonym, then by value.
//!
//! - Planned tables of totals, as files of their own: see `tables.rs`.
//!
//! # What is judged
//! 1. The extract as if treated, with the consent register, the subject map and the truth of linkage, which the written
//!    file lacks. What it finds counts, unless the release settles it: see `objections.rs`.
//! 2. For planned tables the extract as well: who contributes, and whose consent there is.
//! 3. The written files, by the same policy, rules, recipient and sources.
//!
//! The worst of them decides, and is what the certificate says. A rule applied to a value that it made leaves that value
//! alone, so the written file
//! gives the same classes as the extract as if treated.
//!
//! # Guarantee
//! The same extract, plan and key give the same bytes, for any number of threads and any order of the records.

mod advise;
mod advisory;
mod case;
mod certificate;
mod court;
mod error;
mod for_report;
mod kept;
mod leaving;
mod objections;
mod plans;
mod pseudonym;
mod rotations;
mod rows;
mod tables;

use std::path::Path;

pub use advise::{Proposal, Searched, advise};
pub use case::Standing;
pub use error::ReleaseError;
pub(crate) use for_report::{is_searched, recommended};
pub use plans::released_plan;
pub(crate) use pseudonym::is_pseudonym;
pub use pseudonym::{FEWEST_DIFFERENT_BYTES, Key, SHORTEST_KEY};

use crate::plan::Plan;
use crate::result::{Certificate, CheckedFile, Finding, ScanResult};
use crate::scan::{Clock, KeptFile, ReadExtract, Scanned, read_extract, scan_noting, scan_read};
use crate::stop::{Progress, Stop};
use case::for_verdict;
use objections::{Answered, Of, answered, scanned_written};

/// What is asked of a release beside the plan.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Where the treated extract is written; a file that is not there yet.
    pub file: &'a Path,
    /// How it is stored.
    pub storage: Storage,
    /// The name that the file gets when it may leave, for the certificate.
    pub name: &'a str,
    /// The secret that pseudonyms are made with.
    pub key: &'a Key,
    /// Who answers for a REVIEW; without a name nothing but a PASS may leave.
    pub approved_by: Option<&'a str>,
}

/// Of a written file with more records only the figures that limits need are measured.
const MOST_IN_FULL: u64 = 1_000_000;

/// How a released file is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Storage {
    /// UTF-8 text with the delimiter of the extract.
    #[default]
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC, the file format.
    Arrow,
}

impl Storage {
    /// How names of such files end.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }
}

/// How a release ended.
#[derive(Debug)]
pub enum Released {
    /// The written file may leave.
    MayLeave(Box<Approved>),
    /// It may not; this scan says why.
    Refused(Box<Refused>),
}

/// A written file that may leave.
#[derive(Debug)]
pub struct Approved {
    /// The scan of the written bytes.
    pub result: ScanResult,
    /// What was judged, and how.
    pub certificate: Certificate,
    /// Who contributed to the tables that leave: whoever puts the files in their place writes it first, so that no release
    /// leaves that a later one is not compared with.
    #[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "the command line alone writes it"))]
    pub(crate) kept: Vec<KeptFile>,
}

/// Why nothing leaves.
#[derive(Debug)]
pub struct Refused {
    /// Which of the two scans says so.
    pub of: JudgedFile,
    /// That scan.
    pub result: ScanResult,
    /// Its open findings that stand in the way, the worst first.
    pub findings: Vec<Finding>,
    /// The exit code of the refusal.
    pub exit_code: u8,
}

/// What was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgedFile {
    /// The extract as if treated.
    Extract,
    /// The bytes that were written.
    Written,
}

/// Treats the extract, writes it, reads it again and judges it.
///
/// # Errors
/// When the plan leaves open what may leave, the extract cannot be read or treated, or the file cannot be written. The
/// file may then be there in part; the caller removes it.
pub fn release(
    plan: &Plan,
    request: Request<'_>,
    clock: &dyn Clock,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<Released, ReleaseError> {
    let columns = plans::leaving(plan)?;
    tables::refuse_unplanned(plan)?;
    let read = read_extract(plan, progress, stop)?;
    let ground = read.ground.clone();
    ground.with_failure(release_read(plan, (read, &columns), request, (clock, progress, stop)))
}

fn release_read(
    plan: &Plan,
    (read, columns): (ReadExtract, &[String]),
    request: Request<'_>,
    watched: (&dyn Clock, &dyn Progress, &Stop),
) -> Result<Released, ReleaseError> {
    request.key.check_is_no_file_of(&read.extract.files)?;
    let written = if plan.tables_only {
        None
    } else {
        match released_records(plan, (read.clone(), columns), request, watched)? {
            Ok(written) => Some(written),
            Err(refused) => return Ok(Released::Refused(refused)),
        }
    };
    let known = written.as_ref().map(|written| written.answered.clone()).unwrap_or_default();
    let mut tables = if tables::are_planned(plan) {
        match tables::release(plan, (read, columns), (request, known), watched)? {
            Ok(tables) => Some(tables),
            Err(refused) => return Ok(Released::Refused(refused)),
        }
    } else {
        None
    };
    let kept = tables.as_mut().map(|tables| std::mem::take(&mut tables.kept)).unwrap_or_default();
    let Some((certificate, result)) = certificate::of(written, tables, request) else {
        return Err(ReleaseError::NothingLeaves);
    };
    Ok(Released::MayLeave(Box::new(Approved { result, certificate, kept })))
}

/// Records that were written and may leave.
struct Records {
    /// The scan of the extract as if treated.
    extract: ScanResult,
    /// The scan of the written bytes.
    result: ScanResult,
    written: rows::Written,
    file: CheckedFile,
    /// What the judgement of the extract rests on.
    answered: Answered,
}

/// Writes the records that leave and judges them before and after.
fn released_records(
    plan: &Plan,
    (read, columns): (ReadExtract, &[String]),
    request: Request<'_>,
    (clock, progress, stop): (&dyn Clock, &dyn Progress, &Stop),
) -> Result<Result<Records, Box<Refused>>, ReleaseError> {
    let names: Vec<String> = read.extract.columns.iter().map(|column| column.name.clone()).collect();
    let as_if = for_verdict(plans::as_if_of(plan, columns, &names));
    let Scanned { result: extract, beside, .. } = scan_read(read.clone(), &as_if, clock, progress, stop)?;
    let before = match answered(Of::Records, &extract, plan, request) {
        Ok(answered) => answered,
        Err(refused) => return Ok(Err(refused)),
    };
    let written = rows::write(plan, (read, columns), request, stop)?;
    if !written.beside.is_within(&beside) {
        return Err(ReleaseError::InputChanged);
    }
    let again = plans::of_written(plan, &written, request.file);
    // Of a large file only what decides: the rest takes longer than everything else.
    let again = if written.kept.records > MOST_IN_FULL { for_verdict(again) } else { again };
    let Scanned { result, beside: read_again, .. } =
        scanned_written(again, &before.waived, |plan| scan_noting(plan, clock, progress, stop))?;
    if let Err(refused) = answered(Of::Written, &result, plan, request) {
        return Ok(Err(refused));
    }
    if !read_again.is_within(&beside) {
        return Err(ReleaseError::InputChanged);
    }
    let file = CheckedFile { name: request.name.to_owned(), ..checked(&result)? };
    if file.sha256 != written.sha256 {
        return Err(ReleaseError::Changed);
    }
    Ok(Ok(Records { extract, result, written, file, answered: before }))
}

/// The one file that was read again.
fn checked(result: &ScanResult) -> Result<CheckedFile, ReleaseError> {
    let file = result.dataset.files.first().ok_or(ReleaseError::Changed)?;
    let sha256 = file.sha256.clone().ok_or(ReleaseError::Changed)?;
    Ok(CheckedFile { name: file.name.clone(), bytes: file.bytes, sha256, records: file.records })
}

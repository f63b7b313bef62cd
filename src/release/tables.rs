//! Planned tables of totals as they leave: unsafe cells and those that would tell them are blank, and the written bytes are
//! audited as if a stranger had sent them.
//!
//! Before anything is written the extract is judged for its tables: whether the contributors are the people whom the rules
//! must protect, whether these are counted rightly, and whether they consent. The written table shows none of it.
//!
//! Where a folder keeps contributors between releases, those of the published cells are handed back, and whoever puts the table
//! in its place writes them there. A folder without a key is refused: it is another one than the one that kept what was
//! released before, or nothing was ever kept, and either way nobody would be recognised.
//!
//! The file shows the cells that are published and marks the others, without a word on why. It holds no number of people:
//! who contributes is taken from the extract when the written file is judged, and stays there. A table leaves beside the
//! records, or in their place where none leave; beside records that show what it is made of it may hide nothing, since they
//! would tell it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::leaving::ranked_values;
use super::objections::{Answered, Of, answered, scanned_written};
use super::{Refused, ReleaseError, Request, plans};
use crate::measure::aggregates::{CellStatus, Sheet, TableRecords};
use crate::output::{self, Format, OutputError, Values};
use crate::plan::{AggregatePlan, FinishedPlan, InputOptions, Plan, RolePlan, Statistic};
use crate::recode::{self, COUNT_COLUMN, TableLabel, TableLabels};
use crate::result::{CheckedFile, ColumnType, Declarations, InputFile, ReleasedTable, ScanResult};
use crate::scan::{
    Beside, Clock, KeptFile, ReadExtract, ScanError, Scanned, keeps_contributors, kept_of, leave_out_exposed,
    read_lookups, scan_made, scan_read,
};
use crate::stop::{Progress, Stop, Watch};
use crate::table::Codes;

/// Names of files in the folder of a release that no table gets.
const TAKEN: [&str; 2] = ["release", "certificate"];
/// The column that marks what is suppressed.
const MARKS: &str = "suppressed";
/// What stands there for a suppressed cell.
const MARK: &str = "*";

/// A table that was written and may leave.
pub(super) struct WrittenTable {
    /// What the certificate says of it.
    pub(super) described: ReleasedTable,
    /// Its bytes.
    pub(super) file: CheckedFile,
    /// The scan of these bytes.
    pub(super) result: ScanResult,
}

/// What became of the planned tables.
pub(super) struct Tables {
    /// Those that may leave, in the order of the configuration.
    pub(super) written: Vec<WrittenTable>,
    /// The files that the extract was read from.
    pub(super) made_from: Vec<InputFile>,
    /// The hierarchies that were read.
    pub(super) rules: Vec<InputFile>,
    /// The scan of the extract for its contributors.
    pub(super) extract: ScanResult,
    /// What that judgement rests on, and that of the records that leave beside the tables.
    pub(super) answered: Answered,
    /// What later releases are compared with.
    pub(super) kept: Vec<KeptFile>,
}

/// What is made of the extract.
struct Made<'a> {
    plan: &'a AggregatePlan,
    records: Arc<TableRecords>,
    labels: TableLabels,
    sheet: Sheet,
    /// Name of its file.
    name: String,
}

/// Whether a plan has tables that a release writes.
pub(super) fn are_planned(plan: &Plan) -> bool {
    plan.aggregates.iter().any(AggregatePlan::is_planned)
}

/// Refuses what no release writes, before anything is read. What is hidden in one of several planned tables may follow from
/// another, and written tables are judged one by one. A table whose folder keeps nobody is compared with nothing.
///
/// # Errors
/// When there are several, or one whose folder has no key.
pub(super) fn refuse_unplanned(plan: &Plan) -> Result<(), ReleaseError> {
    for table in plan.aggregates.iter().filter(|table| table.is_planned()) {
        if table.contributors.as_ref().is_some_and(|folder| !keeps_contributors(folder)) {
            return Err(ReleaseError::NobodyKept { table: table.name.clone() });
        }
    }
    match plan.aggregates.iter().filter(|table| table.is_planned()).nth(1) {
        None => Ok(()),
        Some(table) => Err(ReleaseError::TableNotWritten {
            table: table.name.clone(),
            reason: "a release writes one table of totals, and hidden cells of several are not compared",
        }),
    }
}

/// Makes, writes and judges every planned table. `leaving` are the columns of the records that leave beside them.
///
/// # Errors
/// When a table cannot be written so that no unsafe cell is told, or a file cannot be read or written.
pub(super) fn release(
    plan: &Plan,
    (read, leaving): (ReadExtract, &[String]),
    (request, known): (Request<'_>, Answered),
    (clock, progress, stop): (&dyn Clock, &dyn Progress, &Stop),
) -> Result<Result<Tables, Box<Refused>>, ReleaseError> {
    let asked = plans::of_contributors(plan);
    let Scanned { result: extract, beside: judged_with, .. } = scan_read(read.clone(), &asked, clock, progress, stop)?;
    let answered_for = match answered(Of::Contributors, &extract, plan, request) {
        Ok(answered) => known.and(answered),
        Err(refused) => return Ok(Err(refused)),
    };
    let dataset = read.name.clone();
    let made_from = read.extract.files.clone();
    let (made, beside) = made(plan, read, request, Watch { progress, stop })?;
    if !beside.is_within(&judged_with) {
        return Err(ReleaseError::InputChanged);
    }
    let (rules, kept) = (beside.rules(), Vec::new());
    let mut tables = Tables { written: Vec::new(), made_from, rules, extract, answered: answered_for, kept };
    let folder = request.file.parent().unwrap_or(Path::new("."));
    for table in &made {
        table.check(leaving)?;
        let path = folder.join(&table.name);
        let columns = table.columns();
        let sha256 = table.write(&path, &columns, stop)?;
        let again = table.plan_of_written(plan, &dataset, &path, &columns);
        let made_of = [Some(Arc::clone(&table.records))];
        let Scanned { result, beside: read_again, .. } =
            scanned_written(again, &tables.answered.waived, |plan| scan_made(plan, &made_of, clock, progress, stop))?;
        if let Err(refused) = answered(Of::Written, &result, plan, request) {
            return Ok(Err(refused));
        }
        let is_known = |file: &InputFile| tables.rules.iter().any(|known| known.sha256 == file.sha256);
        if !read_again.rules().iter().all(is_known) {
            return Err(ReleaseError::InputChanged);
        }
        let file = CheckedFile { name: table.name.clone(), ..super::checked(&result)? };
        if file.sha256 != sha256 {
            return Err(ReleaseError::Changed);
        }
        tables.kept.extend(table.kept(stop)?);
        tables.written.push(WrittenTable { described: table.described(&result), file, result });
    }
    Ok(Ok(tables))
}

/// Every planned table, cell by cell, of the records that a release is made of.
fn made<'a>(
    plan: &'a Plan,
    read: ReadExtract,
    request: Request<'_>,
    watch: Watch<'_>,
) -> Result<(Vec<Made<'a>>, Beside), ReleaseError> {
    let stop = watch.stop;
    let mut extract = read.extract;
    let released = &Plan { as_released: true, ..plan.clone() };
    let roles = recode::roles_under(&extract, released).map_err(ScanError::from)?;
    let lookups = read_lookups(released, stop)?;
    let mut beside = Beside::of_lookups(&lookups, released);
    beside.add_tables(&extract.joined);
    recode::leave_out_suppressed(&mut extract, &roles, released);
    recode::leave_out_without_consent(&mut extract, &roles, released, &lookups).map_err(ScanError::from)?;
    leave_out_exposed(&mut extract, &roles, released, &lookups, stop)?;
    let mut treated = recode::treat(extract, &roles, released, &lookups).map_err(ScanError::from)?;
    let mut names: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    names.extend(request.name.rsplit_once('.').map(|(name, _)| name.to_lowercase()));
    let mut made = Vec::new();
    let totals = std::mem::take(&mut treated.totals).into_iter().zip(std::mem::take(&mut treated.table_labels));
    for (declared, (records, labels)) in plan.aggregates.iter().zip(totals) {
        let (true, Some(records), Some(labels)) = (declared.is_planned(), records, labels) else { continue };
        refuse_unwritable(declared)?;
        let sheet = Sheet::of(declared, &records, watch).map_err(ScanError::from)?;
        let name = format!("{}.csv", free_name(&declared.name, &mut names));
        made.push(Made { plan: declared, records: Arc::new(records), labels, sheet, name });
    }
    Ok((made, beside))
}

/// Tables whose cells are no counts and sums of one release.
fn refuse_unwritable(table: &AggregatePlan) -> Result<(), ReleaseError> {
    let reason = match (&table.statistic, &table.rolling) {
        (Statistic::Count | Statistic::Sum(_), None) => return Ok(()),
        (_, Some(_)) => "it is a rolling one; a release writes one window",
        _ => "its cells are neither counts nor sums",
    };
    Err(ReleaseError::TableNotWritten { table: table.name.clone(), reason })
}

/// A name of a file, made of letters and digits of a name and not given yet.
fn free_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let plain: String =
        name.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' }).collect();
    let plain = plain.trim_matches('-');
    let plain = if plain.is_empty() { "table" } else { plain };
    let numbered = (2_u32..).map(|number| format!("{plain}-{number}"));
    let free = std::iter::once(plain.to_owned()).chain(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or_else(|| plain.to_owned());
    taken.insert(free.clone());
    free
}

/// The columns of the file: the value and the mark.
struct TableColumns {
    value: String,
    marks: String,
}

impl Made<'_> {
    /// Refuses what no suppression hides, and what the records beside it tell.
    fn check(&self, leaving: &[String]) -> Result<(), ReleaseError> {
        let refused = |reason| Err(ReleaseError::TableNotWritten { table: self.plan.name.clone(), reason });
        if self.sheet.cells.iter().any(|cell| cell.status == CellStatus::Unknown || cell.value.is_none()) {
            return refused("its rules could not be applied");
        }
        if !self.sheet.is_safe {
            return refused("no suppression that hides every unsafe cell was found");
        }
        if self.sheet.cells.iter().all(|cell| cell.status != CellStatus::Published) {
            return refused("no cell of it could be published");
        }
        let leaves = |name: &String| leaving.contains(name);
        let totals: Vec<Vec<bool>> = (0..self.plan.by.len())
            .map(|place| self.labels.codes(place).map(|label| matches!(label, TableLabel::Total)).collect())
            .collect();
        // A total over a column that stays is the sum of the records all the same.
        let is_told = |codes: &[u32]| {
            let mut dimensions = self.plan.by.iter().zip(&totals).zip(codes);
            dimensions.all(|((by, totals), &code)| totals[code as usize] || leaves(&by.column))
        };
        let mut hidden = self.sheet.cells.iter().filter(|cell| cell.status != CellStatus::Published);
        if self.plan.statistic.columns().all(leaves) && !leaving.is_empty() && hidden.any(|cell| is_told(&cell.codes)) {
            return refused("it hides cells that follow from the records that leave beside it");
        }
        Ok(())
    }

    /// Who contributes to the cells that are published, where a folder keeps it.
    fn kept(&self, stop: &Stop) -> Result<Vec<KeptFile>, ReleaseError> {
        if self.plan.contributors.is_none() {
            return Ok(Vec::new());
        }
        let published = self.sheet.published(&self.records);
        let kept = kept_of(self.plan, &self.records, published.as_ref(), stop).map_err(ScanError::from)?;
        kept.ok_or_else(|| ReleaseError::TableNotWritten {
            table: self.plan.name.clone(),
            reason: "its contributors cannot be kept, so no later release could be compared with it",
        })
    }

    fn columns(&self) -> TableColumns {
        let mut taken: BTreeSet<String> = self.plan.by.iter().map(|dimension| dimension.column.clone()).collect();
        let mut free = |name: &str| {
            let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
            let found = std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name));
            let found = found.unwrap_or_else(|| name.to_owned());
            taken.insert(found.clone());
            found
        };
        let value = free(self.plan.statistic.columns().next().map_or(COUNT_COLUMN, String::as_str));
        TableColumns { value, marks: free(MARKS) }
    }

    /// Writes a new file and returns the hash of its bytes.
    fn write(&self, path: &Path, columns: &TableColumns, stop: &Stop) -> Result<String, ReleaseError> {
        let cells = &self.sheet.cells;
        let mut written: Vec<(&str, ColumnType, Codes, Values)> = Vec::new();
        for (place, by) in self.plan.by.iter().enumerate() {
            let labels: Vec<&str> = self.labels.codes(place).map(TableLabel::in_file).collect();
            let codes = Codes::from_codes(labels.len(), cells.iter().map(|cell| cell.codes[place]));
            let (codes, values) = ranked_values(codes, &labels);
            written.push((&by.column, ColumnType::Text, codes, values));
        }
        let amount = |cell: &crate::measure::aggregates::SheetCell| match (cell.status, cell.value) {
            (CellStatus::Published, Some(value)) => decimal(value, self.sheet.decimals),
            _ => String::new(),
        };
        let amounts: Vec<String> = cells.iter().map(amount).collect();
        let texts: Vec<&str> = amounts.iter().map(String::as_str).collect();
        let number = u32::try_from(texts.len()).unwrap_or(u32::MAX);
        let (codes, values) = ranked_values(Codes::from_codes(texts.len(), 0..number), &texts);
        written.push((&columns.value, ColumnType::Text, codes, values));
        let is_hidden = cells.iter().map(|cell| u32::from(cell.status != CellStatus::Published));
        let (codes, values) = ranked_values(Codes::from_codes(2, is_hidden), &["", MARK]);
        written.push((&columns.marks, ColumnType::Text, codes, values));
        let written: Vec<output::Column<'_>> = written
            .iter()
            .map(|(name, column_type, codes, values)| output::Column { name, column_type: *column_type, codes, values })
            .collect();
        let order: Vec<u32> = (0..number).collect();
        output::write(path, Format::Csv { delimiter: b',' }, &written, &order, stop).map_err(|error| match error {
            OutputError::Write(error) => ReleaseError::Write { kind: error.kind() },
            OutputError::Stopped(reason) => ScanError::from(reason).into(),
        })
    }

    /// The plan under which the written file is judged: as the finished table that it is, by the same limits on totals.
    fn plan_of_written(&self, plan: &Plan, dataset: &str, path: &Path, columns: &TableColumns) -> Plan {
        let file = path.to_string_lossy().into_owned();
        let texts = self.plan.by.iter().map(|dimension| (dimension.column.clone(), ColumnType::Text));
        let finished = FinishedPlan {
            value: Some(columns.value.clone()),
            suppressed: Some(columns.marks.clone()),
            marks: vec![MARK.to_owned()],
            ..FinishedPlan::new(file.clone())
        };
        let mut again = Plan {
            dataset_name: Some(dataset.to_owned()),
            inputs: vec![file],
            input: InputOptions { column_types: texts.collect(), ..InputOptions::default() },
            roles: RolePlan { guess: false, ..RolePlan::default() },
            declarations: Declarations { aggregate: true, ..Declarations::default() },
            aggregates: vec![AggregatePlan { table: Some(finished), ..self.plan.clone() }],
            policy: plan.policy.clone(),
            recipient: plans::without_consent(plan),
            waivers: plan.waivers.clone(),
            as_of: plan.as_of,
            seed: plan.seed,
            threads: plan.threads,
            memory: plan.memory,
            timeout: plan.timeout,
            config_sha256: plan.config_sha256.clone(),
            ..Plan::default()
        };
        again.policy.gates.retain(plans::is_of_totals);
        again
    }

    fn described(&self, result: &ScanResult) -> ReleasedTable {
        ReleasedTable {
            name: self.plan.name.clone(),
            file: self.name.clone(),
            statistic: self.plan.statistic.name().to_owned(),
            dimensions: self.plan.by.iter().map(|dimension| dimension.column.clone()).collect(),
            rules: self.plan.rules.iter().map(ToString::to_string).collect(),
            cells: self.sheet.cells.len() as u64,
            suppressed_cells: self.sheet.cells.iter().filter(|cell| cell.status != CellStatus::Published).count()
                as u64,
            outcome: result.verdict.outcome,
        }
    }
}

/// An amount in minor units as a decimal number.
fn decimal(units: i64, decimals: u32) -> String {
    let digits = format!("{:0>1$}", units.unsigned_abs(), decimals as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals as usize);
    let sign = if units < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_their_decimals() {
        let cases =
            [(0, 2, "0.00"), (-5, 2, "-0.05"), (12_345, 2, "123.45"), (7, 0, "7"), (-7, 0, "-7"), (100, 3, "0.100")];
        for (units, decimals, text) in cases {
            assert_eq!(decimal(units, decimals), text);
        }
    }

    #[test]
    fn every_table_has_a_file_of_its_own() {
        let mut taken = TAKEN.iter().map(|name| (*name).to_owned()).collect();
        let names = ["Turnover 2026", "turnover/2026", "release", "…", "../..", "Turnover 2026"];
        let given = names.map(|name| free_name(name, &mut taken));
        assert_eq!(given, ["turnover-2026", "turnover-2026-2", "release-2", "table", "table-2", "turnover-2026-3"]);
    }
}

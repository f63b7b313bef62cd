//! `record.json`: the small record of a run, written so that a person can read it.

use super::ReportError;
use super::json;
use crate::result::{RECORD_VERSION, RunRecord};

/// Lists whose elements stand on one line each.
const ONE_LINE_ELEMENTS: [&[u8]; 6] = [b"input", b"further", b"columns", b"figures", b"findings", b"waivers"];

/// The bytes of `record.json`: JSON that ends with a newline. The same record gives the same bytes.
///
/// # Errors
/// As [`render_json`](super::render_json).
pub fn render_record_json(record: &RunRecord) -> Result<Vec<u8>, ReportError> {
    json::render_with_lines(record, &ONE_LINE_ELEMENTS)
}

/// Reads a `record.json` of this major version.
///
/// # Errors
/// When the bytes are not JSON, no record, or of another major version. The error names the place, never the content.
pub fn read_record(bytes: &[u8]) -> Result<RunRecord, ReportError> {
    #[derive(serde::Deserialize)]
    struct Envelope {
        schema_version: String,
    }
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|error| json::place(&error))?;
    json::check_version(&envelope.schema_version, RECORD_VERSION)?;
    serde_json::from_slice(bytes).map_err(|error| json::place(&error))
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::{read_record, render_record_json};
    use crate::result::RunRecord;

    fn records() -> Vec<RunRecord> {
        let of = |result| RunRecord::of(&result, Vec::new(), "f".repeat(64));
        let times = ["2026-11-21T02:00:04Z", "2026-11-21T02:00:05Z"].map(str::to_owned);
        let failed = RunRecord::without_result("cards", "20261121T020004Z", times, 3, "no file".to_owned());
        let results = [fixture::failing, fixture::passing, fixture::incomplete, fixture::undefined, fixture::hostile];
        results.into_iter().map(|result| of(result())).chain([failed]).collect()
    }

    #[test]
    fn a_record_that_is_written_and_read_is_the_same() {
        for record in records() {
            let bytes = render_record_json(&record).unwrap();
            assert_eq!(read_record(&bytes).unwrap(), record);
            assert_eq!(render_record_json(&read_record(&bytes).unwrap()).unwrap(), bytes);
        }
    }

    #[test]
    fn every_limit_of_the_result_with_a_figure_is_in_its_record() {
        for result in [fixture::failing, fixture::passing, fixture::linked, fixture::whole] {
            let result = result();
            let record = RunRecord::of(&result, Vec::new(), String::new());
            let compared = result.checks.iter().filter(|check| result.figures.iter().any(|it| check.is_of(it))).count();
            assert!(compared > 0);
            assert_eq!(record.figures.iter().map(|figure| figure.limits.len()).sum::<usize>(), compared);
            let failing = record.figures.iter().any(|figure| figure.passes() == Some(false));
            assert!(failing || result.verdict.exit_code == 0);
        }
    }

    #[test]
    fn a_figure_without_a_number_is_recorded_without_one_and_passes_nothing() {
        let record = RunRecord::of(&fixture::undefined(), Vec::new(), String::new());
        let undefined: Vec<_> = record
            .figures
            .iter()
            .filter(|figure| figure.figure.value.value().is_none() && !figure.limits.is_empty())
            .collect();
        assert!(undefined.iter().all(|figure| figure.passes() != Some(true)));
    }

    #[test]
    fn the_golden_record_is_fresh() {
        let record = RunRecord::of(&fixture::failing(), Vec::new(), "f".repeat(64));
        let text = String::from_utf8(render_record_json(&record).unwrap()).unwrap();
        super::super::test::assert_golden("record", &text);
    }
}

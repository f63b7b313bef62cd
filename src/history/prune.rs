//! Removes the details of old runs, never their records.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::HistoryError;
use super::store::{RECORD_FILE, read_stored, run_folders};

/// The file of a run without which nothing else of it can be shown: removed last, so that a run that is being pruned is
/// taken up again.
const RESULT_FILE: &str = "result.json";

/// Keeps the details of the newest `keep` runs that have a result, and of every run whose figures one of them goes on using;
/// removes everything but `record.json` from the folders of the others. Gives how many were pruned.
///
/// Runs without a record, of earlier versions, are left as they are: nothing else is known of them. A link to a folder is
/// removed, not followed.
///
/// # Errors
/// When a folder cannot be read. What cannot be removed is left for the next run.
pub fn prune(home: &Path, keep: usize) -> Result<usize, HistoryError> {
    let runs = run_folders(home).map_err(|error| HistoryError::no_folder(home, &error))?;
    let with_result: Vec<&String> = runs.iter().rev().filter(|run| home.join(run).join(RESULT_FILE).exists()).collect();
    if with_result.len() <= keep {
        return Ok(0);
    }
    let mut kept: BTreeSet<String> = with_result.iter().take(keep).map(|run| (*run).clone()).collect();
    let oldest_kept = with_result.get(keep.wrapping_sub(1)).map_or("", |run| run.as_str());
    // `latest` names a result, whatever is kept.
    kept.extend(fs::read_to_string(home.join("latest")).ok().map(|name| name.trim().to_owned()));
    for run in runs.iter().rev().take_while(|run| run.as_str() >= oldest_kept) {
        kept.extend(read_stored(home, run)?.and_then(|stored| stored.record.same_as));
    }
    let mut pruned = 0;
    for run in with_result.into_iter().filter(|run| !kept.contains(*run)) {
        let folder = home.join(run);
        if folder.join(RECORD_FILE).exists() {
            pruned += usize::from(empty(&folder).is_ok());
        }
    }
    Ok(pruned)
}

/// Removes everything but the record, the result last.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == RECORD_FILE || name == RESULT_FILE {
            continue;
        }
        let is_folder = entry.file_type()?.is_dir();
        gone(if is_folder { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) })?;
    }
    gone(fs::remove_file(folder.join(RESULT_FILE)))
}

/// Another run may prune at the same time.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::prune;
    use crate::history::{audit, write_record, write_run};
    use crate::report::{Format, fixture};
    use crate::result::RunRecord;

    fn night(out: &Path, day: u32) -> RunRecord {
        let mut result = fixture::failing();
        result.run.id = format!("202611{day}T020004Z-3fa1c2");
        let record = RunRecord::of(&result, Vec::new(), "f".repeat(64));
        let emit = [Format::named("csv").unwrap(), Format::named("svg").unwrap()];
        write_run(out, &result, &emit, &BTreeMap::new(), record.clone()).unwrap();
        record
    }

    fn details(home: &Path) -> Vec<u32> {
        let has = |day: &u32| home.join(format!("202611{day}T020004Z-3fa1c2/result.json")).exists();
        (10..30).filter(has).collect()
    }

    #[test]
    fn details_of_old_runs_go_and_their_records_stay() {
        let out = tempfile::tempdir().unwrap();
        let home = out.path().join("card_transactions");
        for day in 10..16 {
            night(out.path(), day);
        }
        assert_eq!(prune(&home, 6).unwrap(), 0);
        assert_eq!(prune(&home, 2).unwrap(), 4);
        assert_eq!(details(&home), [14, 15]);
        let old: Vec<_> = fs::read_dir(home.join("20261110T020004Z-3fa1c2")).unwrap().collect();
        assert_eq!(old.len(), 1, "the record alone");
        let audit = audit(&home).unwrap();
        assert!(audit.is_sound() && audit.runs == 6 && audit.results == 2, "{audit:?}");
        assert_eq!(prune(&home, 2).unwrap(), 0);
    }

    #[test]
    fn what_a_kept_run_goes_on_using_is_kept() {
        let out = tempfile::tempdir().unwrap();
        let home = out.path().join("card_transactions");
        let first = night(out.path(), 10);
        night(out.path(), 11);
        night(out.path(), 12);
        let again = RunRecord { run: "20261113T020004Z-3fa1c2".to_owned(), same_as: Some(first.run.clone()), ..first };
        write_record(out.path(), again).unwrap();
        assert_eq!(prune(&home, 1).unwrap(), 1);
        assert_eq!(details(&home), [10, 12]);
    }

    #[test]
    fn nothing_outside_the_folder_is_removed() {
        let out = tempfile::tempdir().unwrap();
        let home = out.path().join("card_transactions");
        night(out.path(), 10);
        night(out.path(), 11);
        let outside = out.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("kept"), "kept").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(&outside, home.join("20261110T020004Z-3fa1c2/link")).unwrap();
        prune(&home, 1).unwrap();
        assert_eq!(fs::read_to_string(outside.join("kept")).unwrap(), "kept");
    }
}

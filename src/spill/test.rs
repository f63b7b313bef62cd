//! Counting in files against counting in memory.

use std::fs;
use std::path::Path;

use super::*;
use crate::stop::Stop;
use crate::table::{Codes, Column, SubjectCodes, count_sets, lattice};

/// Room for parts, and little more than the table.
const LITTLE: u64 = 20 << 20;

/// 40,000 records of 4,000 subjects; `hot` records in a hundred have one code of the widest column.
fn table(hot: u64, with_subjects: bool) -> Table {
    let mix = |record: u64, salt: u64| record.wrapping_add(salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    let narrow = |number: u64| u32::try_from(number).unwrap();
    let columns = [(1, 3), (2, 50_000), (3, 4_000), (4, 90)].map(|(salt, cardinality)| {
        let code = |record: u64| {
            let is_hot = cardinality == 50_000 && mix(record, 77) % 100 < hot;
            if is_hot { 7 } else { narrow(mix(record, salt) % cardinality) }
        };
        let codes = Codes::from_codes(narrow(cardinality) as usize, (0..40_000).map(code));
        Column::new(format!("canary{salt}"), codes, narrow(cardinality), None)
    });
    let codes = Codes::from_codes(4_000, (0..40_000).map(|record| narrow(mix(record, 9) % 4_000)));
    let subjects = with_subjects.then_some(SubjectCodes { codes, cardinality: 4_000, missing: None });
    Table::new(columns.into(), subjects, 40_000).unwrap()
}

fn spill(folder: &Path, table: &Table, room: u64, fewest_parts: u32) -> Spill {
    let memory = table.bytes() as u64 + room;
    Spill { fewest_parts, ..Spill::new(folder.to_owned(), memory) }
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn files_count_like_memory_and_leave_nothing() {
    let home = tempfile::tempdir().unwrap();
    let stop = Stop::default();
    // The smallest room has parts of a few thousand records, so that the code of half of them is hot.
    let mut rooms = vec![(1 << 20, 1), (LITTLE, 2), (LITTLE, 1), (LITTLE, 64), (1 << 20, 7)];
    let mut tables = vec![(50, true), (50, false), (0, true)];
    if cfg!(debug_assertions) {
        // Seconds each.
        rooms.truncate(2);
        tables.truncate(1);
    }
    for (hot, with_subjects) in tables {
        let table = table(hot, with_subjects);
        let sets = lattice(4, 4);
        let expected = count_sets(&table, &sets, Watch::quiet(&stop)).unwrap();
        for &(room, fewest_parts) in &rooms {
            let spill = spill(home.path(), &table, room, fewest_parts);
            let counted = spill.over(&table).count_sets(&sets, Watch::quiet(&stop)).unwrap();
            assert!(counted == expected, "{hot} % hot, subjects {with_subjects}, {room} bytes, {fewest_parts} parts");
            assert!(is_empty(home.path()) && spill.failure().is_none());
            let unique = spill.over(&table).unique_subjects(&sets, Watch::quiet(&stop)).unwrap();
            let expected: Vec<u64> = expected.iter().map(|counts| counts.subjects_below(2)).collect();
            assert_eq!(unique, expected);
        }
    }
}

#[test]
fn the_smallest_room_has_hot_codes() {
    let table = table(50, true);
    let home = tempfile::tempdir().unwrap();
    let spill = spill(home.path(), &table, 1 << 20, 1);
    let plan = plan(&Shape::of(&table), &[Query::Classes(lattice(4, 4))], spill.limits(&table));
    assert!(plan.has_cells() && plan.exchanges() > 1, "{plan:?}");
}

#[test]
fn a_folder_that_cannot_be_used_is_told() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let table = table(0, true);
    for folder in [file.clone(), file.join("below")] {
        let spill = spill(&folder, &table, LITTLE, 1);
        let ended = spill.over(&table).count_sets(&lattice(4, 4), Watch::quiet(&Stop::default()));
        assert_eq!(ended, Err(StopReason::Interrupt));
        let failure = spill.failure().unwrap();
        assert!(failure.to_string().ends_with("cannot be used: it is not a folder"), "{failure}");
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn a_full_disk_is_told_with_what_was_written() {
    let table = table(0, true);
    let home = tempfile::tempdir().unwrap();
    let spill = spill(home.path(), &table, LITTLE, 1);
    for kind in [std::io::ErrorKind::StorageFull, std::io::ErrorKind::QuotaExceeded] {
        let reason = spill.reason(spill.failed_at(&kind.into(), 5 << 20));
        assert_eq!(reason, StopReason::Interrupt);
        let failure = spill.failure().unwrap();
        assert!(failure.to_string().ends_with("is full after 5 MiB"), "{failure}");
    }
}

#[test]
fn what_a_dead_run_left_goes_and_what_a_living_one_has_stays() {
    let home = tempfile::tempdir().unwrap();
    let living = Folder::new(home.path()).unwrap();
    let dead = home.path().join(format!(".partial-spill-{}", u32::MAX));
    fs::create_dir(&dead).unwrap();
    let Some(place) = crate::unfinished::place_of_process() else { return };
    fs::write(dead.join(".owner"), place).unwrap();
    let second = Folder::new(home.path()).unwrap();
    assert!(!dead.exists());
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
    drop((living, second));
    assert!(is_empty(home.path()));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_enter_and_no_file_has_a_name() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let inner = home.path().join("spill");
    let folder = Folder::new(&inner).unwrap();
    let mut file = folder.file().unwrap();
    file.push(&Row { part: 1, kind: Kind::Cells, blob: vec![7; 100] }).unwrap();
    file.flush().unwrap();
    let own = fs::read_dir(&inner).unwrap().next().unwrap().unwrap().path();
    for folder in [&inner, &own] {
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
    let names: Vec<_> = fs::read_dir(&own).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, Vec::<std::ffi::OsString>::new());
    let rows: Vec<Row> = file.rows(1).map(Result::unwrap).collect();
    assert_eq!(rows, [Row { part: 1, kind: Kind::Cells, blob: vec![7; 100] }]);
}

#[test]
fn counting_in_files_ends_when_told_to() {
    let stop = Stop::default();
    stop.raise(StopReason::Memory);
    let (table, home) = (table(0, true), tempfile::tempdir().unwrap());
    let spill = spill(home.path(), &table, LITTLE, 1);
    assert_eq!(spill.over(&table).count_sets(&lattice(4, 4), Watch::quiet(&stop)), Err(StopReason::Memory));
    assert!(is_empty(home.path()) && spill.failure().is_none());
}

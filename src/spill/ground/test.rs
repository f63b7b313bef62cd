//! Columns in mapped files against columns in memory, and what is left of the files.

use std::fs;
use std::path::Path;

use super::*;
use crate::stop::Watch;
use crate::table::{Buffer, Codes, Column, SubjectCodes, Table, count_sets, lattice};

fn ground(home: &Path) -> (Arc<FileGround>, Arc<dyn Ground>, Stop) {
    let stop = Stop::default();
    let ground = FileGround::new(home.to_owned(), &stop);
    (Arc::clone(&ground), ground, stop)
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

/// Resident bytes of files below a folder.
#[cfg(target_os = "linux")]
fn resident_bytes(folder: &Path) -> u64 {
    let folder = folder.canonicalize().unwrap().to_str().unwrap().to_owned();
    let account = fs::read_to_string("/proc/self/smaps").unwrap();
    let mut lines = account.lines();
    let mut kibibytes = 0;
    while lines.by_ref().any(|line| line.contains(&folder)) {
        let resident = lines.by_ref().find_map(|line| line.strip_prefix("Rss:")).unwrap();
        kibibytes += resident.trim().trim_end_matches(" kB").parse::<u64>().unwrap();
    }
    kibibytes << 10
}

#[test]
fn numbers_that_grow_in_a_file_are_those_of_memory_and_the_file_goes_with_them() {
    let home = tempfile::tempdir().unwrap();
    let (files, ground, stop) = ground(home.path());
    // Through several steps of growth.
    let numbers = 0..3_000_000_u32;
    let mut buffer = Buffer::with_capacity(Some(&ground), 0);
    for start in numbers.clone().step_by(50_000) {
        buffer.extend(start..start + 50_000);
        stop.relieve();
    }
    assert!(buffer.iter().copied().eq(numbers.clone()));
    assert_eq!(buffer.resident_bytes(), 0);
    let copy = buffer.clone();
    let reserved = files.reserved_bytes();
    assert!((24_000_000..40_000_000).contains(&reserved), "{reserved} bytes");
    drop(buffer);
    assert!(stop.relieve() && copy.iter().copied().eq(numbers));
    drop(copy);
    assert!(!stop.relieve());
    assert_eq!((files.reserved_bytes(), files.failure()), (0, None));
    drop((files, ground));
    assert!(is_empty(home.path()));
}

#[test]
fn so_few_numbers_that_no_file_is_worth_it_make_no_folder() {
    let home = tempfile::tempdir().unwrap();
    let (files, ground, _) = ground(home.path());
    let few = Buffer::collected(Some(&ground), 0..1_000_u16);
    assert_eq!((few.resident_bytes(), files.reserved_bytes()), (2_000, 0));
    assert!(is_empty(home.path()));
}

#[cfg(target_os = "linux")]
#[test]
fn pages_that_are_let_go_are_not_resident_and_come_back() {
    let home = tempfile::tempdir().unwrap();
    let (_files, ground, stop) = ground(home.path());
    let buffer = Buffer::collected(Some(&ground), 0..8_000_000_u32);
    assert!(resident_bytes(home.path()) >= 32_000_000);
    assert!(stop.relieve());
    assert_eq!(resident_bytes(home.path()), 0);
    assert!(buffer.iter().copied().eq(0..8_000_000));
}

#[test]
fn a_ground_that_cannot_be_made_keeps_numbers_in_memory_and_ends_the_scan() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let (files, ground, stop) = ground(&file);
    let buffer = Buffer::collected(Some(&ground), 0..100_000_u32);
    assert!(buffer.iter().copied().eq(0..100_000) && buffer.resident_bytes() == 400_000);
    let failure = files.failure().unwrap().to_string();
    assert!(failure.ends_with("cannot be used: it is not a folder"), "{failure}");
    assert_eq!(stop.reason(), Some(StopReason::Interrupt));
}

#[test]
fn a_full_disk_is_told_with_what_was_reserved() {
    for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::FileTooLarge] {
        let home = tempfile::tempdir().unwrap();
        let (files, ground, _) = ground(home.path());
        let buffer = Buffer::<u8>::zeroed(Some(&ground), 5 << 20);
        files.shared.fail(&kind.into());
        let failure = files.failure().unwrap().to_string();
        assert!(failure.ends_with("is full after 5 MiB"), "{failure}");
        // What is there stays, and nothing more comes.
        assert_eq!((buffer.resident_bytes(), buffer.clone().resident_bytes()), (0, 5 << 20));
    }
}

#[test]
fn a_stretch_grows_by_as_much_as_it_is_and_later_by_steps() {
    assert_eq!([0, 1 << 20, 64 << 20, 1 << 30].map(step), [64 << 10, 1 << 20, 64 << 20, 64 << 20]);
    assert_eq!([0, 1, 4_096, 4_097].map(in_blocks), [0, 4_096, 4_096, 8_192]);
}

#[test]
fn there_are_never_more_open_files_than_others_leave() {
    let home = tempfile::tempdir().unwrap();
    let (files, ground, _) = ground(home.path());
    files.shared.rooms.store(MOST_ROOMS, Ordering::Relaxed);
    assert!(ground.room(1 << 20).is_none());
    files.shared.rooms.store(0, Ordering::Relaxed);
    assert!(ground.room(1 << 20).is_some());
    assert_eq!((files.failure(), files.shared.rooms.load(Ordering::Relaxed)), (None, 0));
}

/// 200,000 records of 20,000 subjects, some without one, on a ground if one is given.
fn table(ground: Option<&Arc<dyn Ground>>) -> Table {
    let mix = |record: u64, salt: u64| record.wrapping_add(salt).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33;
    let narrow = |number: u64| u32::try_from(number).unwrap();
    let codes = |salt: u64, cardinality: u64| {
        let code = |record: u64| narrow(mix(record, salt) % cardinality);
        let mut codes = Codes::from_codes(narrow(cardinality) as usize, (0..200_000).map(code));
        if let Some(ground) = ground {
            codes.move_to(ground);
        }
        codes
    };
    let column = |(salt, cardinality): (u64, u64)| {
        Column::new(format!("c{salt}"), codes(salt, cardinality), narrow(cardinality), Some(0))
    };
    let columns = [(1, 3), (2, 80_000), (3, 4_000)].map(column).into();
    let subjects = SubjectCodes { codes: codes(9, 20_000), cardinality: 20_000, missing: Some(7) };
    Table::new(columns, Some(subjects), 200_000).unwrap()
}

#[test]
fn a_table_of_mapped_columns_is_that_of_memory() {
    let home = tempfile::tempdir().unwrap();
    let (files, ground, stop) = ground(home.path());
    let (there, table) = (table(Some(&ground)), table(None));
    stop.relieve();
    assert!(there == table);
    // Where the records of each subject begin stays in memory.
    assert!(there.bytes() < 200_000 && there.bytes() < table.bytes() / 10, "{} bytes", there.bytes());
    let (there, table) = (there.settled(&[None; 3]), table.settled(&[None; 3]));
    assert!(there == table && files.failure().is_none());
    let sets = lattice(3, 3);
    let counts = |table| count_sets(table, &sets, Watch::quiet(&stop)).unwrap();
    assert!(counts(&there) == counts(&table));
}

//! Finding files, compression, several files, limits.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use super::{Folder, columns_of, read_files, read_one, refused, sample};
use crate::input::pump::Pace;
use crate::input::read::{read, read_at};
use crate::input::{Allowance, InputError, open};
use crate::plan::InputOptions;
use crate::result::{IdentifierKind, NoRecord};
use crate::stop::{NoProgress, Stop, StopReason};
use crate::table::Meadow;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn gzip_members_and_zstd_frames_are_read_one_after_the_other() {
    let gzipped = [gzip(b"a,b\n1,2\n3"), gzip(b",4\n")].concat();
    let zstandard = [zstd::encode_all(&b"a,b\n1,2\n3"[..], 1).unwrap(), zstd::encode_all(&b",4\n"[..], 1).unwrap()];
    let plain = columns_of(&read_one("d.csv", b"a,b\n1,2\n3,4\n", &InputOptions::default()).unwrap());
    for (name, bytes) in [("d.csv.gz", gzipped), ("d.csv.zst", zstandard.concat()), ("d", gzip(b"a,b\n1,2\n3,4\n"))] {
        let extract = read_one(name, &bytes, &InputOptions::default()).unwrap();
        assert_eq!(columns_of(&extract), plain, "{name}");
        assert_eq!(extract.files[0].bytes, bytes.len() as u64);
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn truncated_and_trailing_compressed_data_are_refused() {
    let lines: Vec<String> = (0..50_000).map(|record| format!("{record},{}\n", record * 7919 % 10_007)).collect();
    let text = lines.concat();
    let whole = format!("a,b\n{text}");
    for compressed in [gzip(whole.as_bytes()), zstd::encode_all(whole.as_bytes(), 1).unwrap()] {
        let half = &compressed[..compressed.len() / 2];
        assert!(matches!(refused("d.csv", half), InputError::Compression { .. }));
        let without_end = &compressed[..compressed.len() - 1];
        assert!(matches!(refused("d.csv", without_end), InputError::Compression { .. }));
        let trailing = [&compressed[..], b"garbage"].concat();
        assert!(matches!(refused("d.csv", &trailing), InputError::Compression { .. }));
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn a_compressed_field_without_end_is_refused_before_it_fills_memory() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"a,b\n1,").unwrap();
    (0..300).for_each(|_| encoder.write_all(&vec![b'x'; 1 << 20]).unwrap());
    let bomb = encoder.finish().unwrap();
    let folder = Folder::new(&[("bomb.csv.gz", &bomb)]);
    let error = read_files(Pace::default(), &folder.inputs(&["bomb.csv.gz"]), &InputOptions::default()).err().unwrap();
    assert!(matches!(error, InputError::RecordTooLong { line: 2, .. }), "{error}");
}

#[test]
fn the_hash_is_that_of_the_stored_bytes() {
    let extract = read_one("d.csv", b"abc\n1\n", &InputOptions::default()).unwrap();
    // sha256sum of the six bytes
    assert_eq!(
        extract.files[0].sha256.as_deref(),
        Some("5cb310b6f87a23bce211e77652daf4e4931a010ffbca35148659961a9207e0fb")
    );
}

#[test]
fn a_folder_is_read_by_name_and_columns_may_stand_in_another_order() {
    let folder = Folder::new(&[
        ("b.csv", b"y,x\n3,4\n"),
        ("a.csv", b"x,y\n1,2\n"),
        ("c.csv.gz", &gzip(b"x;y\n5;6\n")),
        ("notes.md", b"not data"),
        ("README.txt", b"not data"),
        ("LICENSE", b"not data"),
        ("SHA256SUMS", b"not data"),
        ("a.csv.sha256", b"not data"),
        ("reidrisk.toml", b""),
        ("reidrisk-waivers.toml", b""),
        ("_SUCCESS", b""),
        (".hidden.csv", b"z\n1\n"),
    ]);
    fs::create_dir(folder.path("reports")).unwrap();
    let inputs = [folder.0.path().to_str().unwrap().to_owned()];
    let source = open(&inputs, &InputOptions::default()).unwrap();
    assert_eq!((source.name(), source.columns()), ("a", &["x".to_owned(), "y".to_owned()][..]));
    let extract = read_files(Pace::default(), &inputs, &InputOptions::default()).unwrap();
    let columns = columns_of(&extract);
    let expected = |cells: [&str; 3]| cells.map(|cell| Some(cell.to_owned())).to_vec();
    assert_eq!(columns[0].cells, expected(["1", "4", "5"]));
    assert_eq!(columns[1].cells, expected(["2", "3", "6"]));
    assert_eq!(extract.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.csv", "b.csv", "c.csv.gz"]);
    assert!(extract.files.iter().all(|file| file.records == 1));
    let pattern = [folder.path("*.csv").to_str().unwrap().to_owned()];
    let extract = read_files(Pace::default(), &pattern, &InputOptions::default()).unwrap();
    assert_eq!(extract.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.csv", "b.csv"]);
}

#[test]
fn what_is_skipped_in_a_folder_is_told_and_searched_unless_it_is_known() {
    let folder = Folder::new(&[
        ("a.csv", b"x,y\n1,2\n"),
        ("b.csv", b"x,y\n3,4\n"),
        ("_SUCCESS", b""),
        ("reidrisk.toml", b"x"),
        ("_mapping.csv", b"pseudonym,email\n1,jane@example.org\n"),
        ("notes.md", b"x"),
    ]);
    fs::create_dir(folder.path("_delta_log")).unwrap();
    fs::write(folder.path("_delta_log/00000000000000000000.json"), b"{}").unwrap();
    let inputs = [folder.0.path().to_str().unwrap().to_owned()];
    let told = |known: &[PathBuf]| {
        let mut source = open(&inputs, &InputOptions::default()).unwrap();
        source.know_files(known);
        let extract = read(source, &[true; 2], &NoProgress, &Stop::default(), None).unwrap();
        let told = extract.files.iter().flat_map(|file| file.left_out.clone()).map(|told| (told.what, told.lines));
        let found = extract.beside.iter().flat_map(|beside| &beside.found).map(|found| found.kind);
        (told.collect::<Vec<_>>(), found.collect::<Vec<_>>())
    };
    assert_eq!(told(&[]), (vec![(NoRecord::OtherFile, 3)], vec![IdentifierKind::EmailAddress]));
    assert_eq!(told(&[folder.path("_mapping.csv"), folder.path("notes.md")]), (vec![(NoRecord::OtherFile, 1)], vec![]));
}

#[test]
fn a_folder_with_files_or_folders_that_would_not_be_read_is_refused() {
    let folder = Folder::new(&[("a.csv", b"x\n1\n"), ("b.dat", b"x\n2\n")]);
    let here = folder.0.path().to_str().unwrap().to_owned();
    let refuse = || open(std::slice::from_ref(&here), &InputOptions::default()).err().unwrap();
    assert!(matches!(refuse(), InputError::NotRead { files: 1, folders: 0, .. }), "{}", refuse());
    fs::create_dir(folder.path("more")).unwrap();
    assert!(matches!(refuse(), InputError::NotRead { files: 1, folders: 1, .. }), "{}", refuse());
    assert!(refuse().to_string().ends_with("also contains 1 other file and 1 folder, which would not be read"));
    assert!(refuse().hint().unwrap().contains("glob"));
    assert!(open(&[format!("{here}/*.csv")], &InputOptions::default()).is_ok());
}

#[test]
fn other_columns_are_refused_by_file_and_column() {
    let folder = Folder::new(&[("a.csv", b"x,y\n1,2\n"), ("b.csv", b"x,z\n1,2\n"), ("c.csv", b"x,y,z\n1,2,3\n")]);
    let missing = open(&folder.inputs(&["a.csv", "b.csv"]), &InputOptions::default()).err().unwrap();
    assert_eq!(missing.to_string(), "`b.csv` has no column `y`, but `a.csv` has");
    let extra = open(&folder.inputs(&["a.csv", "c.csv"]), &InputOptions::default()).err().unwrap();
    assert_eq!(extra.to_string(), "column 3 of `c.csv` is not among the columns of `a.csv`");
}

#[test]
fn a_part_without_header_does_not_show_its_cells() {
    let folder = Folder::new(&[("a.csv", b"x,y\np,q\n"), ("b.csv", b"canary,canary2\nr,s\n")]);
    let error = open(&folder.inputs(&["a.csv", "b.csv"]), &InputOptions::default()).err().unwrap();
    assert!(!format!("{error}{error:?}").contains("canary"), "{error}");
}

#[test]
fn inputs_that_lead_nowhere_are_refused() {
    let folder = Folder::new(&[("notes.md", b"x")]);
    let here = folder.0.path().to_str().unwrap().to_owned();
    assert!(matches!(open(std::slice::from_ref(&here), &InputOptions::default()), Err(InputError::NoFiles { .. })));
    assert!(matches!(open(&[format!("{here}/*.csv")], &InputOptions::default()), Err(InputError::NoFiles { .. })));
    assert!(matches!(open(&[format!("{here}/none.csv")], &InputOptions::default()), Err(InputError::NotFound { .. })));
    assert!(matches!(open(&[format!("{here}/[.csv")], &InputOptions::default()), Err(InputError::Pattern { .. })));
    assert!(matches!(open(&[], &InputOptions::default()), Err(InputError::NoFiles { .. })));
}

#[test]
fn a_file_named_twice_is_refused() {
    let folder = Folder::new(&[("a.csv", b"x\n1\n")]);
    let inputs = folder.inputs(&["a.csv", "./a.csv"]);
    assert!(matches!(open(&inputs, &InputOptions::default()), Err(InputError::NamedTwice { .. })));
}

#[test]
fn a_copied_file_is_refused_and_empty_parts_are_not() {
    let folder = Folder::new(&[("a.csv", b"x\n1\n"), ("b.csv", b"x\n2\n"), ("d.csv", b"x\n"), ("e.csv", b"x\n")]);
    fs::copy(folder.path("a.csv"), folder.path("c.csv")).unwrap();
    let error = read_files(Pace::default(), &folder.inputs(&["a.csv", "b.csv", "c.csv"]), &InputOptions::default())
        .err()
        .unwrap();
    assert_eq!(error.to_string(), "`a.csv` and `c.csv` have the same content; its records would count twice");
    fs::hard_link(folder.path("b.csv"), folder.path("f.csv")).unwrap();
    let error =
        read_files(Pace::default(), &folder.inputs(&["b.csv", "f.csv"]), &InputOptions::default()).err().unwrap();
    assert!(matches!(error, InputError::SameContent { .. }) && error.hint().is_some(), "{error}");
    let extract =
        read_files(Pace::default(), &folder.inputs(&["a.csv", "d.csv", "e.csv"]), &InputOptions::default()).unwrap();
    assert_eq!(extract.records, 1);
}

#[test]
fn a_file_that_changes_after_it_was_opened_is_refused() {
    let whole = &b"x,y\n1,a\n2,b\n"[..];
    // Longer, shorter, cut within a record, another number of columns: the change explains each of them.
    for changed in [&b"x,y\n1,a\n2,b\n3,c\n"[..], b"x,y\n1,a\n", b"x,y\n1,a\n2", b"x\n1\n2\n"] {
        let folder = Folder::new(&[("a.csv", whole)]);
        let source = open(&folder.inputs(&["a.csv"]), &InputOptions::default()).unwrap();
        fs::write(folder.path("a.csv"), changed).unwrap();
        let error = read(source, &[true, true], &NoProgress, &Stop::default(), None).err().unwrap();
        assert!(matches!(error, InputError::Changed { .. }), "{error}");
    }
}

#[test]
fn too_little_memory_and_a_raised_stop_end_the_reading() {
    let text = (0..20_000).map(|record| format!("value {record}\n")).collect::<Vec<_>>().concat();
    let folder = Folder::new(&[("a.csv", format!("x\n{text}").as_bytes())]);
    let source = || open(&folder.inputs(&["a.csv"]), &InputOptions::default()).unwrap();
    let error = read(source(), &[true], &NoProgress, &Stop::default(), Some(100_000)).err().unwrap();
    assert!(matches!(error, InputError::Memory { limit: 100_000, .. }), "{error}");
    assert!(error.hint().unwrap().contains("--memory"));
    assert!(read(source(), &[false], &NoProgress, &Stop::default(), Some(100_000)).is_ok());
    let stop = Stop::default();
    stop.raise(StopReason::Interrupt);
    let error = read(source(), &[true], &NoProgress, &stop, None).err().unwrap();
    assert!(matches!(error, InputError::Stopped(StopReason::Interrupt)), "{error}");
}

#[test]
fn codes_that_do_not_fit_go_to_a_ground_and_are_the_same() {
    let text = (0..100_000).map(|record| format!("{},v{}\n", record % 7, record % 301)).collect::<Vec<_>>().concat();
    let folder = Folder::new(&[("a.csv", format!("x,y\n{text}").as_bytes())]);
    let pace = Pace { block_bytes: 1 << 14, blocks: 2 };
    let read = |allowance: Allowance| {
        let source = open(&folder.inputs(&["a.csv"]), &InputOptions::default()).unwrap();
        read_at(pace, source, &[true, true], &NoProgress, &Stop::default(), allowance)
    };
    let little = Some(200_000);
    assert!(matches!(read(little.into()), Err(InputError::Memory { .. })));
    let there = read(Allowance { memory: little, ground: Some(Meadow::wide()) }).unwrap();
    let here = read(None.into()).unwrap();
    assert_eq!(columns_of(&there), columns_of(&here));
    assert!(there.is_mapped() && there.bytes() < 50_000, "{} bytes", there.bytes());
    assert!(!here.is_mapped() && here.bytes() > 300_000, "{} bytes", here.bytes());
    // Where all fits, nothing goes there.
    let roomy = read(Allowance { memory: Some(1 << 30), ground: Some(Meadow::wide()) }).unwrap();
    assert!(!roomy.is_mapped());
}

#[test]
fn columns_that_are_not_wanted_have_type_and_missing_cells_but_no_codes() {
    let folder = Folder::new(&[("a.csv", b"x,y\n1,2015-01-01\n,2015-01-02\n2.5,\n")]);
    let source = || open(&folder.inputs(&["a.csv"]), &InputOptions::default()).unwrap();
    let run = |wanted: &[bool]| {
        let pace = Pace { block_bytes: 5, blocks: 2 };
        read_at(pace, source(), wanted, &NoProgress, &Stop::default(), None).unwrap()
    };
    let (all, some) = (run(&[true, true]), run(&[false, true]));
    assert!(some.columns[0].coded.is_none() && some.columns[1].coded.is_some());
    for (one, other) in all.columns.iter().zip(&some.columns) {
        assert_eq!((one.column_type, one.missing), (other.column_type, other.missing));
    }
}

#[test]
fn awkward_but_valid_files_are_read() {
    for (name, records, columns) in [
        ("comma_in_quotes", 1, 5),
        ("empty", 2, 3),
        ("empty_crlf", 2, 3),
        ("escaped_quotes", 2, 2),
        ("json", 1, 2),
        ("location_coordinates", 1, 4),
        ("newlines", 3, 3),
        ("newlines_crlf", 3, 3),
        ("quotes_and_newlines", 2, 2),
        ("simple", 1, 3),
        ("simple_crlf", 1, 3),
        ("utf8", 2, 3),
    ] {
        let input = sample(&format!("csv/spectrum_{name}.csv"));
        let extract = read_files(Pace::default(), &[input], &InputOptions::default()).unwrap();
        assert_eq!((extract.records, extract.columns.len()), (records, columns), "{name}");
    }
}

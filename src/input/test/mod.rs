//! What reading promises, shown on files written for each test.

mod classify;
mod containers;
mod dirt;
mod files;
mod formats;
#[path = "../../../tests/support/frames.rs"]
mod frames;
mod identifiers;
mod parts;
mod spellings;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::pump::Pace;
use super::read::read_at;
use super::{Extract, InputError, open};
use crate::plan::InputOptions;
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::stop::{NoProgress, Stop};

/// A folder with the given files, removed after the test.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, bytes) in files {
            fs::write(folder.path(name), bytes).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn inputs(&self, names: &[&str]) -> Vec<String> {
        names.iter().map(|name| self.path(name).to_str().unwrap().to_owned()).collect()
    }
}

/// A column as it was read: name, type, missing cells, and the cells when they were coded.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ReadColumn {
    name: String,
    column_type: ColumnType,
    missing: u64,
    cells: Vec<Option<String>>,
}

fn columns_of(extract: &Extract) -> Vec<ReadColumn> {
    let mut columns = Vec::new();
    for column in &extract.columns {
        let mut cells = Vec::new();
        if let Some(coded) = &column.coded {
            assert_eq!(coded.codes.len() as u64, extract.records);
            for record in 0..coded.codes.len() {
                let value = coded.dictionary.value(coded.codes.get(record));
                cells.push(value.map(|value: Secret<&str>| value.expose().to_owned()));
            }
        }
        let (name, column_type, missing) = (column.name.clone(), column.column_type, column.missing);
        columns.push(ReadColumn { name, column_type, missing, cells });
    }
    columns
}

const SMALL: Pace = Pace { block_bytes: 7, blocks: 3 };

/// Reads files at a pace, all columns wanted.
fn read_files(pace: Pace, inputs: &[String], options: &InputOptions) -> Result<Extract, InputError> {
    let source = open(inputs, options)?;
    let wanted = vec![true; source.columns().len()];
    read_at(pace, source, &wanted, &NoProgress, &Stop::default(), None)
}

/// Reads one file with this name and content, once in tiny blocks and once in large ones.
fn read_one(name: &str, content: &[u8], options: &InputOptions) -> Result<Extract, InputError> {
    let folder = Folder::new(&[(name, content)]);
    let inputs = folder.inputs(&[name]);
    let large = read_files(Pace::default(), &inputs, options);
    let small = read_files(SMALL, &inputs, options);
    match (&small, &large) {
        (Ok(small), Ok(large)) => assert_eq!(columns_of(small), columns_of(large)),
        (Err(small), Err(large)) => assert_eq!(small.to_string(), large.to_string()),
        _ => panic!("the block size decides whether the file can be read"),
    }
    large
}

/// The columns of a CSV text.
fn csv(content: &str) -> Vec<ReadColumn> {
    columns_of(&read_one("data.csv", content.as_bytes(), &InputOptions::default()).unwrap())
}

/// The cells of a CSV text, column by column, missing ones empty.
fn cells(content: &str) -> Vec<Vec<String>> {
    csv(content).into_iter().map(|column| column.cells.into_iter().map(Option::unwrap_or_default).collect()).collect()
}

/// The error of a file.
fn refused(name: &str, content: &[u8]) -> InputError {
    read_one(name, content, &InputOptions::default()).err().unwrap()
}

/// A file of the repository.
fn sample(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/input").join(name).to_str().unwrap().to_owned()
}

//! What is attacked, one function a target: bytes that a stranger could have written, taken the way that the program takes
//! them.
//!
//! `fuzz/run` starts each target below libFuzzer, which changes the bytes by what they reach in the code of reidrisk. An
//! attack succeeds by a panic outside the guarded decoders, more than ten seconds, more than one gibibyte, an abort, or by
//! breaking what a target asserts. Each success becomes a test in the repository.
//!
//! The bytes are the file, so any file is a seed. Where there is a choice of settings, the length of the file decides.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use reidrisk::config::{ConfigFile, Given, parse_night, parse_waivers, resolve};
use reidrisk::plan::{ConfigError, Plan};
use reidrisk::report::{FORMATS, Format, read_certificate, read_json, read_record, render_json, render_views};
use reidrisk::result::{ScanResult, VerdictOutcome};
use reidrisk::scan::{Clock, scan};
use reidrisk::stop::{NoProgress, Stop};

#[doc(hidden)]
pub use libfuzzer_sys;

/// Makes the function of this name a target.
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        // libFuzzer ends the process at every panic; decoders of damaged bytes may panic, and are caught.
        $crate::libfuzzer_sys::fuzz_target!(
            init: $crate::only_uncaught_panics_count(),
            |bytes: &[u8]| $crate::$name(bytes)
        );
    };
}

/// Leaves it to the end of the target whether a panic went through.
pub fn only_uncaught_panics_count() {
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
}

/// A flag and what is typed behind it.
type Typed<'typed> = (&'typed str, &'typed [&'typed str]);

/// Enough to read everything and to judge it, in milliseconds.
const SHORT: Typed<'_> = ("measures", &["identifiers", "uniqueness"]);

/// A clock that stands.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// The folder of this process, below `TMPDIR`.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder")).path()
}

/// Writes a file into the folder.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder().join(name);
    fs::write(&path, bytes).expect("the folder takes files");
    path
}

/// The plan of what was typed beside a configuration.
fn planned(input: &Path, typed: &[Typed<'_>], config: Option<ConfigFile>) -> Result<Plan, ConfigError> {
    let given = typed.iter().map(|(flag, values)| Given::flag(flag, values).expect("a flag of the program"));
    let given: Vec<Given> = given.chain(Given::flag("memory", &["512MiB"])).collect();
    resolve(vec![input.display().to_string()], &given, config)
}

/// The plan of flags alone.
fn plan(input: &Path, typed: &[Typed<'_>]) -> Plan {
    planned(input, typed, None).unwrap_or_else(|error| panic!("the flags of a target contradict: {}", error.report()))
}

/// Scans as the program does; the result is one that can be written and read again.
fn scanned(plan: &Plan) -> Option<ScanResult> {
    match scan(plan, &Still, &NoProgress, &Stop::default()) {
        Ok(result) => {
            let written = render_json(&result).expect("a result can be written");
            read_json(&written).expect("what was written can be read");
            Some(result)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// Scans a file with guessed roles, which never passes.
fn guessed(path: &Path, typed: &[Typed<'_>]) {
    if let Some(result) = scanned(&plan(path, typed)) {
        assert_ne!(result.verdict.outcome, VerdictOutcome::Pass, "a guess passed");
    }
}

/// Delimited text, detected and declared.
pub fn csv(bytes: &[u8]) {
    let declared: [&[Typed<'_>]; 6] = [
        &[SHORT],
        &[SHORT, ("delimiter", &[";"]), ("quote", &["none"])],
        &[SHORT, ("no-header", &[])],
        &[SHORT, ("encoding", &["utf-16le"])],
        &[SHORT, ("delimiter", &["~|~"]), ("comment", &["#"]), ("skip", &["1"])],
        &[SHORT, ("no-trim", &[]), ("missing", &["wildcard"]), ("footer", &["1"])],
    ];
    guessed(&file("extract.csv", bytes), declared[bytes.len() % declared.len()]);
}

/// Objects of JSON: one a line, a list, or one after the other.
pub fn ndjson(bytes: &[u8]) {
    let name = ["extract.ndjson", "extract.json"][bytes.len() % 2];
    guessed(&file(name, bytes), &[SHORT]);
}

/// Workbooks. Bytes that begin as XML become the sheet of one, for no damage of an archive gets past its checksums.
pub fn spreadsheet(bytes: &[u8]) {
    const XLSX: &[u8] = include_bytes!("../../tests/data/mutated/book.xlsx");
    const ODS: &[u8] = include_bytes!("../../tests/data/mutated/book.ods");
    let path = if !bytes.starts_with(b"<") {
        let ending = if bytes.starts_with(b"PK") { ["xlsx", "ods"][bytes.len() % 2] } else { "xls" };
        file(&format!("extract.{ending}"), bytes)
    } else if bytes.len().is_multiple_of(2) {
        file("extract.xlsx", &with_part(XLSX, "xl/worksheets/sheet1.xml", bytes))
    } else {
        file("extract.ods", &with_part(ODS, "content.xml", bytes))
    };
    guessed(&path, &[SHORT]);
    fs::remove_file(path).expect("the file is there");
}

/// The archive with one part exchanged.
fn with_part(archive: &[u8], exchanged: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("a seed is whole");
    let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for number in 0..archive.len() {
        let mut part = archive.by_index(number).expect("a seed is whole");
        let name = part.name().expect("a name").to_string();
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("a seed is whole");
        let content = if name == exchanged { bytes } else { &content };
        packed.start_file(name, options).expect("memory takes bytes");
        packed.write_all(content).expect("memory takes bytes");
    }
    packed.finish().expect("memory takes bytes").into_inner()
}

/// Columns in pages.
pub fn parquet(bytes: &[u8]) {
    guessed(&file("extract.parquet", bytes), &[SHORT]);
}

/// Arrow IPC, as file and as stream; the stream is what Python hands over.
pub fn arrow(bytes: &[u8]) {
    guessed(&file("extract.arrow", bytes), &[SHORT]);
}

/// `reidrisk.toml`, and the manifest of a night.
pub fn configuration(bytes: &[u8]) {
    let place = Path::new("conf/reidrisk.toml");
    match ConfigFile::parse(place, bytes) {
        Ok(file) => {
            if let Err(error) = planned(Path::new("extract.csv"), &[], Some(file)) {
                assert!(!error.report().is_empty());
            }
        }
        Err(error) => assert!(!error.report().is_empty()),
    }
    if let Err(error) = parse_night(place, bytes) {
        assert!(!error.report().is_empty());
    }
}

/// The day on which waivers are judged.
fn day() -> Date {
    Date::constant(2026, 11, 29)
}

/// `waivers.toml`. A waiver changes no figure and never makes a guess pass.
pub fn waivers(bytes: &[u8]) {
    const EXTRACT: &[u8] = include_bytes!("../../tests/data/mutated/plain.csv");
    static EXTRACT_FILE: OnceLock<PathBuf> = OnceLock::new();
    match parse_waivers(Path::new("waivers.toml"), bytes, day()) {
        Ok(waivers) => {
            let path = EXTRACT_FILE.get_or_init(|| file("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.csv", EXTRACT));
            let mut plan = plan(path, &[SHORT]);
            (plan.waivers, plan.as_of) = (waivers, Some(day()));
            let result = scanned(&plan).expect("the extract is sound");
            assert_ne!(result.verdict.outcome, VerdictOutcome::Pass, "a guess passed");
        }
        Err(error) => assert!(!error.report().is_empty()),
    }
}

/// The file of a hierarchy, applied to an extract.
pub fn hierarchy(bytes: &[u8]) {
    const EXTRACT: &[u8] = include_bytes!("../../tests/data/mutated/plain.csv");
    static EXTRACT_FILE: OnceLock<PathBuf> = OnceLock::new();
    let path = EXTRACT_FILE.get_or_init(|| file("extract.csv", EXTRACT));
    let rule = format!("city=hierarchy:{}:{}", file("levels.csv", bytes).display(), 1 + bytes.len() % 3);
    guessed(path, &[SHORT, ("coarsen", &[&rule])]);
}

/// A stored result, certificate or record, shown in every format.
pub fn result(bytes: &[u8]) {
    if let Err(error) = read_certificate(bytes) {
        assert!(!error.to_string().is_empty());
    }
    if let Err(error) = read_record(bytes) {
        assert!(!error.to_string().is_empty());
    }
    match read_json(bytes) {
        Ok(result) => {
            // Pictures are made from the same marks as SVG, and take most of the time.
            let formats: Vec<&Format> = FORMATS.iter().filter(|format| format.name != "png").collect();
            drop(render_views(&result, &formats));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Fields of fixed width: the first line is the value of `layout`, the records are behind it.
pub fn layout(bytes: &[u8]) {
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else { return };
    let config = [b"[dataset]\nlayout = ", &bytes[..end], b"\n"].concat();
    let Ok(config) = ConfigFile::parse(&folder().join("reidrisk.toml"), &config) else { return };
    if let Ok(plan) = planned(&file("extract.txt", &bytes[end + 1..]), &[SHORT], Some(config)) {
        scanned(&plan);
    }
}

/// Patterns: of files, of datasets in waivers, of configurations in a manifest. They stay in a folder of a few files.
pub fn patterns(bytes: &[u8]) {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let Ok(pattern) = std::str::from_utf8(bytes) else { return };
    if pattern.starts_with('/') || pattern.contains("..") || pattern.len() > 500 {
        return;
    }
    let place = FOLDER.get_or_init(|| {
        let place = folder().join("files");
        for name in
            ["a.csv", "a_1.csv", "year=2026/month=1/a.csv", "year=2026/month=2/a.csv", "[b]/{c}.csv", "naïve 😀.csv"]
        {
            let path = place.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "person,town\n1,York\n2,Hull\n").expect("a file");
        }
        place
    });
    guessed(&place.join(pattern), &[SHORT]);
    let quoted = pattern.replace('\\', "\\\\").replace('"', "\\\"");
    let waiver = "[[waiver]]\nfinding = \"high-unicity\"\nreason = \"enclave\"\napproved_by = \"officer\"\nexpires = 2027-02-28\n";
    waivers(format!("{waiver}dataset = \"{quoted}\"\n").as_bytes());
}

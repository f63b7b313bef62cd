//! Damaged files of every format, through the real binary: each ends with an exit code of the list, within ten seconds
//! and two gibibytes of addresses, and none passes.
//!
//! `REIDRISK_MUTATIONS` says how many files are tried (default 200), `REIDRISK_MUTATIONS_FROM` the number of the first one
//! (default 0), `REIDRISK_MUTATION` tries the one of that number and
//! keeps its file; `REIDRISK_MUTATED_BINARY` names another build of the program. A number always stands for the same
//! damage of the same seed, so a failure names what to look at. The extract of every seed fails by a wide margin, so a
//! pass would be wrong whatever was damaged.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::support::{BINARY, repository_file};

/// Files tried when nobody says how many.
const DEFAULT_COUNT: u64 = 200;
/// Addresses that the program may have, in KiB.
const MOST_ADDRESSES: u64 = 2 << 20;
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Files that are tried at once.
const WORKERS: usize = 2;

/// A file, with what unpacks and packs it where it is a container.
struct Seed {
    name: String,
    bytes: Vec<u8>,
}

fn seeds() -> Vec<Seed> {
    let folder = repository_file("tests/data/mutated");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("the seeds").map(|entry| entry.expect("a seed").path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    paths.iter().map(|path| Seed { name: name(path), bytes: fs::read(path).expect("a seed") }).collect()
}

/// A source of numbers that any two machines agree on.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`; 0 where nothing is below it.
    fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { usize::try_from(self.next() % end as u64).expect("below a usize") }
    }

    /// A place in so many bytes: half of the time near an end, where headers and footers are.
    fn place(&mut self, length: usize) -> usize {
        match self.below(4) {
            0 => self.below(length.min(512)),
            1 => length - 1 - self.below(length.min(1024)),
            _ => self.below(length),
        }
    }
}

/// Lengths that no file has.
const EXTREME: [u64; 16] = [
    0,
    1,
    0x7f,
    0xff,
    0x7fff,
    0xffff,
    0x00ff_ffff,
    0x1000_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x0000_0010_0000_0000,
    0x7fff_ffff_ffff_fff0,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX,
];

/// Damages bytes in one way.
fn damage(bytes: &mut Vec<u8>, other: &[u8], numbers: &mut Numbers) {
    if bytes.is_empty() {
        return;
    }
    let at = numbers.place(bytes.len());
    let length = 1 + numbers.below((bytes.len() - at).min(256));
    match numbers.below(12) {
        0 | 1 => bytes[at] ^= 1 << numbers.below(8),
        2 => bytes[at] = [0, 0xff, 0x7f, 0x80, b'"', b'9'][numbers.below(6)],
        3 => bytes.truncate(at),
        4 => drop(bytes.drain(at..at + length)),
        5 => {
            let chunk = bytes[at..at + length].to_vec();
            let to = numbers.below(bytes.len());
            bytes.splice(to..to, chunk);
        }
        6 => {
            let from = numbers.below(other.len());
            let end = (from + length).min(other.len());
            bytes.splice(at..at + length, other[from..end].iter().copied());
        }
        7 => length_field(bytes, at & !7, 8, numbers),
        8 => length_field(bytes, at & !3, 4, numbers),
        9 => length_field(bytes, at, [1, 2, 4, 8][numbers.below(4)], numbers),
        10 => written_number(bytes, at, numbers),
        _ => {
            let to = numbers.below(bytes.len());
            bytes.swap(at, to);
        }
    }
}

/// Overwrites bytes as if they were a length: by one that no file has, or by one that is nearly right.
fn length_field(bytes: &mut [u8], at: usize, width: usize, numbers: &mut Numbers) {
    let Some(field) = bytes.get_mut(at..at + width) else { return };
    let mut whole = [0; 8];
    whole[..width].copy_from_slice(field);
    let found = u64::from_le_bytes(whole);
    let value = match numbers.below(4) {
        0 => found.wrapping_add(1),
        1 => found.wrapping_mul(2),
        _ => EXTREME[numbers.below(EXTREME.len())],
    };
    field.copy_from_slice(&value.to_le_bytes()[..width]);
}

/// Replaces the number that stands in text behind `at`.
fn written_number(bytes: &mut Vec<u8>, at: usize, numbers: &mut Numbers) {
    let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else { return };
    let end = bytes[start..].iter().position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |found| start + found);
    let value = EXTREME[numbers.below(EXTREME.len())].to_string();
    bytes.splice(start..end, value.into_bytes());
}

/// The damaged file of a number: its name and its bytes.
fn mutation(seeds: &[Seed], number: u64) -> (String, Vec<u8>) {
    let mut numbers = Numbers(number.wrapping_mul(0x0001_0000_0001_b3d1));
    let seed = &seeds[usize::try_from(number % seeds.len() as u64).expect("below the seeds")];
    let other = &seeds[numbers.below(seeds.len())].bytes;
    let times = 1 + numbers.below(3);
    // What is packed is damaged inside half of the time: a checksum would refuse it otherwise.
    let inside = numbers.below(2) == 0;
    let many = |bytes: &mut Vec<u8>, numbers: &mut Numbers| (0..times).for_each(|_| damage(bytes, other, numbers));
    let bytes = if inside { repacked(seed, |bytes| many(bytes, &mut numbers)) } else { None };
    let bytes = bytes.unwrap_or_else(|| {
        let mut bytes = seed.bytes.clone();
        many(&mut bytes, &mut numbers);
        bytes
    });
    (seed.name.clone(), bytes)
}

/// The seed packed again with damaged content; `None` where it is not packed.
fn repacked(seed: &Seed, mut change: impl FnMut(&mut Vec<u8>)) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let ending = seed.name.rsplit_once('.')?.1;
    match ending {
        "gz" => {
            flate2::read::GzDecoder::new(&seed.bytes[..]).read_to_end(&mut content).expect("a seed is whole");
            change(&mut content);
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(&content).expect("memory takes bytes");
            Some(packed.finish().expect("memory takes bytes"))
        }
        "zst" => {
            content = zstd::decode_all(&seed.bytes[..]).expect("a seed is whole");
            change(&mut content);
            Some(zstd::encode_all(&content[..], 1).expect("memory takes bytes"))
        }
        "xlsx" | "ods" | "zip" => Some(rezipped(&seed.bytes, change)),
        _ => None,
    }
}

/// The archive with its longest part damaged.
fn rezipped(bytes: &[u8], mut change: impl FnMut(&mut Vec<u8>)) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a seed is whole");
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for number in 0..archive.len() {
        let mut part = archive.by_index(number).expect("a seed is whole");
        let mut content = Vec::new();
        part.read_to_end(&mut content).expect("a seed is whole");
        parts.push((part.name().expect("a name").to_string(), content));
    }
    let longest = parts.iter_mut().max_by_key(|(_, content)| content.len()).expect("a seed has parts");
    change(&mut longest.1);
    let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in parts {
        packed.start_file(name, options).expect("memory takes bytes");
        packed.write_all(&content).expect("memory takes bytes");
    }
    packed.finish().expect("memory takes bytes").into_inner()
}

/// `reidrisk scan` of a file in `folder`, with a limit of its addresses.
fn command(folder: &Path, file: &str, number: u64) -> Command {
    let mut command = Command::new("sh");
    let limited = format!("ulimit -v {MOST_ADDRESSES} && exec \"$0\" \"$@\"");
    let binary = variable("REIDRISK_MUTATED_BINARY").unwrap_or_else(|| BINARY.to_owned());
    command.arg("-c").arg(limited).arg(binary).current_dir(folder);
    command.args(["scan", file, "--subject", "customer", "--quasi", "city,birth_year", "--measures", "uniqueness"]);
    command.args(["--emit", "json", "--threads", "1", "--out", "out"]);
    if number.is_multiple_of(2) {
        command.args(["--memory", "512MiB"]);
    }
    command.env("NO_COLOR", "1").env_remove("RUST_BACKTRACE").stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// The exit code; `None` after a signal, and for a program that had to be killed.
fn code_of(mut child: Child) -> (Option<i32>, Duration) {
    #[expect(clippy::disallowed_methods, reason = "a test waits for a program")]
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            return (status.code(), start.elapsed());
        }
        if start.elapsed() > PATIENCE {
            child.kill().expect("the program can be killed");
            child.wait().expect("the program can be waited for");
            return (None, start.elapsed());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Tries one file; what is wrong with how it ended, if anything is.
fn tried(folder: &Path, number: u64, name: &str, bytes: &[u8]) -> Option<String> {
    let file = format!("x-{name}");
    fs::write(folder.join(&file), bytes).expect("a file");
    let told = folder.join("stderr");
    let mut command = command(folder, &file, number);
    command.stderr(fs::File::create(&told).expect("a file"));
    let (code, took) = code_of(command.spawn().expect("the program starts"));
    let words = String::from_utf8_lossy(&fs::read(&told).expect("a file")).into_owned();
    let _ = fs::remove_dir_all(folder.join("out"));
    let is_wrong = !matches!(code, Some(1..=4)) || words.contains("panicked") || words.contains("src/");
    is_wrong.then(|| format!("mutation {number} of {name}: {code:?} after {took:?}: {}", words.trim()))
}

#[expect(clippy::disallowed_methods, reason = "a test is told how much to do")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The value of a variable that is a number.
fn number_in(name: &str) -> Option<u64> {
    variable(name)?.parse().ok()
}

#[test]
fn undamaged_seeds_fail_for_their_records() {
    let folder = tempfile::tempdir().expect("a folder");
    for seed in seeds() {
        let mut command = command(folder.path(), &seed.name, 0);
        fs::write(folder.path().join(&seed.name), &seed.bytes).expect("a file");
        let ended = command.stderr(Stdio::piped()).output().expect("the program starts");
        assert_eq!(ended.status.code(), Some(1), "{}: {}", seed.name, String::from_utf8_lossy(&ended.stderr));
    }
}

#[test]
fn damaged_files_end_in_words_and_never_pass() {
    let seeds = seeds();
    if let Some(number) = number_in("REIDRISK_MUTATION") {
        let (name, bytes) = mutation(&seeds, number);
        let kept = std::env::temp_dir().join(format!("mutation-{number}-{name}"));
        fs::write(&kept, &bytes).expect("a file");
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(tried(folder.path(), number, &name, &bytes), None, "kept as {}", kept.display());
        return;
    }
    let first = number_in("REIDRISK_MUTATIONS_FROM").unwrap_or(0);
    let (next, count) = (AtomicU64::new(first), number_in("REIDRISK_MUTATIONS").unwrap_or(DEFAULT_COUNT));
    let work = || {
        let (folder, mut wrong) = (tempfile::tempdir().expect("a folder"), Vec::new());
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= first + count {
                return wrong;
            }
            let (name, bytes) = mutation(&seeds, number);
            wrong.extend(tried(folder.path(), number, &name, &bytes));
        }
    };
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
    });
    assert!(wrong.is_empty(), "{} of {count} files:\n{}", wrong.len(), wrong.join("\n"));
}

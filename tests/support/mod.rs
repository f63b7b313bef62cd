//! Runs the real binary in a folder of its own and looks at what it left behind.

#[allow(dead_code, reason = "unit tests of the reader use all of it")]
pub(crate) mod frames;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reidrisk::scan::Clock;
use serde_json::Value;

/// Planted in cells. Wherever it turns up outside the input, a cell value has leaked.
pub(crate) const CANARY: &str = "CANARY7f3a";

/// The program under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_reidrisk");

/// How long a scan of a test may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_mins(2);

/// A file of the repository.
pub(crate) fn repository_file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The records of Adult and their heading.
pub(crate) fn adult() -> String {
    let file = fs::File::open(repository_file("tests/data/reference/adult.csv.gz")).expect("the file is there");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("the file is whole");
    text
}

/// It is always this moment.
pub(crate) struct StoppedClock(pub(crate) Timestamp);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// A temporary folder with input files and an empty folder for reports.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("input")).expect("a folder for input");
        Self { folder }
    }

    /// Where `name` lies or would lie among the input files.
    pub(crate) fn input(&self, name: &str) -> PathBuf {
        self.folder.path().join("input").join(name)
    }

    /// Writes one input file.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.input(name);
        fs::write(&path, bytes).expect("an input file");
        path
    }

    /// The folder that reports go to; the program makes it.
    pub(crate) fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// `reidrisk scan` with `arguments`, reports going to [`Bench::out`]: `result.json` alone unless they say otherwise.
    pub(crate) fn scan<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Ended {
        self.scan_with_stdin(arguments, b"")
    }

    /// [`Bench::scan`] with `stdin` as standard input.
    pub(crate) fn scan_with_stdin<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(
        &self,
        arguments: I,
        stdin: &[u8],
    ) -> Ended {
        let arguments: Vec<OsString> = arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
        let mut command = self.command();
        if !arguments.iter().any(|argument| argument == "--emit") {
            command.args(["--emit", "json"]);
        }
        command.args(arguments);
        self.run(command, stdin)
    }

    /// `reidrisk inspect` of one file.
    pub(crate) fn inspect(&self, path: &Path) -> Ended {
        let mut command = Command::new(BINARY);
        command.current_dir(self.folder.path()).env("NO_COLOR", "1").arg("inspect").arg(path);
        self.run(command, b"")
    }

    /// Runs `command` to its end; a program that hangs is killed and fails the test.
    pub(crate) fn run(&self, mut command: Command, stdin: &[u8]) -> Ended {
        let [stdout, stderr] = ["stdout", "stderr"].map(|name| self.folder.path().join(name));
        let file = |path: &Path| fs::File::create(path).expect("a file for output");
        command.stdin(Stdio::piped()).stdout(file(&stdout)).stderr(file(&stderr));
        let mut child = command.spawn().expect("the program starts");
        let mut pipe = child.stdin.take().expect("standard input is a pipe");
        let bytes = stdin.to_vec();
        // A program that refuses early closes its end; that is no failure of the test.
        let feeder = std::thread::spawn(move || drop(pipe.write_all(&bytes)));
        let (code, peak_memory_bytes) = watch(&mut child);
        feeder.join().expect("the feeding thread ends");
        let text = |path: &Path| String::from_utf8_lossy(&fs::read(path).expect("output")).into_owned();
        Ended { code, stdout: text(&stdout), stderr: text(&stderr), peak_memory_bytes }
    }

    /// The command that [`Bench::scan`] runs, before its arguments.
    pub(crate) fn command(&self) -> Command {
        self.command_through(&[BINARY])
    }

    /// The same command started by another program: `words` ends with the binary.
    pub(crate) fn command_through<S: AsRef<OsStr>>(&self, words: &[S]) -> Command {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).current_dir(self.folder.path());
        command.env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").env_remove("RUST_BACKTRACE");
        command.arg("scan").arg("--out").arg(self.out());
        command
    }

    /// Every file below the report folder.
    pub(crate) fn written(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect_files(&self.out(), &mut found);
        found
    }

    /// The only `result.json` below the report folder.
    pub(crate) fn result_text(&self) -> String {
        let written = self.written();
        let results: Vec<_> = written.iter().filter(|path| path.ends_with("result.json")).collect();
        assert_eq!(results.len(), 1, "one result.json among {written:?}");
        fs::read_to_string(results[0]).expect("result.json is text")
    }

    /// [`Bench::result_text`], parsed.
    pub(crate) fn result(&self) -> Value {
        serde_json::from_str(&self.result_text()).expect("result.json is JSON")
    }

    /// Asserts that the scan was refused with `code` in one `error` sentence holding each of `words`, that nothing was
    /// written, and that no cell value was told.
    pub(crate) fn assert_refused(&self, ended: &Ended, code: i32, words: &[&str]) {
        assert_eq!(ended.code, Some(code), "exit code\n{ended}");
        let errors = ended.stderr.lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, 1, "lines that start with `error`\n{ended}");
        for word in words {
            assert!(ended.stderr.contains(word), "`{word}` is named\n{ended}");
        }
        assert!(ended.stdout.is_empty(), "standard output is for results\n{ended}");
        assert_eq!(self.written(), Vec::<PathBuf>::new(), "nothing is left in the report folder\n{ended}");
        self.assert_discreet(ended);
    }

    /// Asserts that the scan ended in a report over `records` records, with the exit code of its verdict, and that it
    /// passed only where every class is large enough.
    pub(crate) fn assert_counted(&self, ended: &Ended, records: u64) -> Value {
        assert!(matches!(ended.code, Some(0 | 1)), "exit code\n{ended}");
        let result = self.result();
        assert_eq!(result["verdict"]["exit_code"], ended.code.unwrap_or(-1), "exit code of the verdict\n{ended}");
        if ended.code == Some(0) {
            let smallest = &result["measures"]["uniqueness"]["value"]["static"]["smallest_class"];
            assert!(smallest.as_u64() >= Some(5), "a pass has classes of five\n{ended}");
        }
        assert_eq!(result["dataset"]["records"], records, "records\n{ended}");
        self.assert_discreet(ended);
        result
    }

    /// Asserts that the program either refused the input (code 3) or counted exactly `records` records. For input that
    /// a reader may honestly take either way, but must not miscount.
    pub(crate) fn assert_refused_or_counted(&self, ended: &Ended, records: u64) {
        if ended.code == Some(3) {
            self.assert_refused(ended, 3, &[]);
        } else {
            self.assert_counted(ended, records);
        }
    }

    /// Asserts that no canary, no text of a panic and no foreign error text was printed or written.
    pub(crate) fn assert_discreet(&self, ended: &Ended) {
        for trace in [CANARY, "panicked", "RUST_BACKTRACE", "polars", "Polars", "src/"] {
            assert!(!ended.stdout.contains(trace), "`{trace}` on standard output\n{ended}");
            assert!(!ended.stderr.contains(trace), "`{trace}` on standard error\n{ended}");
        }
        for path in self.written() {
            let bytes = fs::read(&path).expect("a written file can be read");
            assert!(!contains(&bytes, CANARY.as_bytes()), "a cell value in {}", path.display());
        }
    }
}

/// How the program ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The last high-water mark that the kernel told; `None` where it tells none.
    pub(crate) peak_memory_bytes: Option<u64>,
}

impl std::fmt::Display for Ended {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "code {:?}\n-- stdout\n{}\n-- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

/// The text of one member of the outermost object, byte for byte as it stands in `json`.
pub(crate) fn member<'json>(json: &'json str, name: &str) -> &'json str {
    let bytes = json.as_bytes();
    let key = format!("\"{name}\"");
    let (mut depth, mut at) = (0_u32, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let end = string_end(bytes, at);
                if depth == 1 && json[at..end] == key {
                    let value = end + json[end..].find(':').expect("a key is followed by a colon") + 1;
                    return json[value..value_end(bytes, value)].trim();
                }
                at = end;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    panic!("no member `{name}`");
}

/// The position behind the string that opens at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// The position of the comma or bracket that ends the value that begins at `start`.
fn value_end(bytes: &[u8], start: usize) -> usize {
    let (mut depth, mut at) = (0_u32, start);
    loop {
        match bytes[at] {
            b'"' => at = string_end(bytes, at) - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' if depth == 0 => return at,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
}

/// Waits for the end of `child` and looks at its memory meanwhile; kills it after [`PATIENCE`].
fn watch(child: &mut Child) -> (Option<i32>, Option<u64>) {
    #[expect(clippy::disallowed_methods, reason = "a test waits for a program")]
    let (start, mut peak) = (Instant::now(), None);
    loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            return (status.code(), peak);
        }
        peak = peak_memory_bytes(child.id()).or(peak);
        if start.elapsed() > PATIENCE {
            child.kill().expect("the program can be killed");
            child.wait().expect("the program can be waited for");
            panic!("the program did not end within {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The high-water mark of a process that still runs.
fn peak_memory_bytes(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn collect_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a folder entry").path();
        if path.is_dir() {
            collect_files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Whether `needle` occurs in `bytes`.
pub(crate) fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

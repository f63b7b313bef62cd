//! Files that are not there, not allowed, not finished, or have no room.

use std::fs;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest, Sha256};

use super::text::{ROLES, purchases};
use crate::support::{BINARY, Bench, CANARY, Ended, repository_file};

fn scan(bench: &Bench, input: &str) -> Ended {
    bench.scan([input].iter().chain(&ROLES))
}

#[test]
fn a_missing_file_is_refused_by_name() {
    let bench = Bench::new();
    bench.assert_refused(&scan(&bench, "input/nowhere.csv"), 3, &["nowhere.csv"]);
}

#[test]
fn a_glob_that_matches_nothing_is_refused() {
    let bench = Bench::new();
    bench.write("cards.txt", purchases(10));
    bench.assert_refused(&scan(&bench, "input/*.csv"), 3, &["*.csv"]);
}

#[test]
fn a_folder_without_data_files_is_refused() {
    let bench = Bench::new();
    fs::create_dir(bench.input("empty.csv")).expect("a folder");
    bench.assert_refused(&scan(&bench, "input/empty.csv"), 3, &["empty.csv"]);
    bench.write("notes.docx", CANARY);
    bench.assert_refused(&scan(&bench, "input"), 3, &["input"]);
}

#[test]
fn a_report_folder_that_is_a_file_is_refused() {
    let bench = Bench::new();
    let path = bench.write("cards.csv", purchases(10));
    fs::write(bench.out(), "in the way").expect("a file");
    let ended = scan(&bench, path.to_str().expect("a path is text"));
    bench.assert_refused(&ended, 3, &["out"]);
    assert_eq!(fs::read_to_string(bench.out()).expect("the file is still there"), "in the way");
}

#[test]
#[cfg(unix)]
fn a_device_is_never_read_without_end() {
    let bench = Bench::new();
    bench.assert_refused(&scan(&bench, "/dev/zero"), 3, &["zero"]);
    bench.assert_refused(&scan(&bench, "/dev/null"), 3, &["null"]);
}

/// Permissions mean nothing to root, so under root the program runs as nobody.
#[test]
#[cfg(target_os = "linux")]
fn a_file_without_permission_is_refused() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let bench = Bench::new();
    let path = bench.write("cards.csv", purchases(10));
    let permit = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("our own file");
    };
    permit(&path, 0o000);
    let root = fs::metadata("/proc/self").expect("our own process").uid() == 0;
    let mut command = if root {
        let binary = bench.input("reidrisk");
        fs::copy(BINARY, &binary).expect("a copy that nobody can reach");
        let folder = bench.input("");
        permit(&folder, 0o755);
        permit(folder.parent().expect("the folder of the test"), 0o777);
        let words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        let mut words: Vec<_> = words.iter().map(std::ffi::OsString::from).collect();
        words.push(binary.into_os_string());
        bench.command_through(&words)
    } else {
        bench.command()
    };
    command.arg(&path).args(ROLES);
    let ended = bench.run(command, b"");
    bench.assert_refused(&ended, 3, &["cards.csv", "permission"]);
}

/// A limit on the size of files stands for a disk that ends in the middle of a report.
#[test]
#[cfg(unix)]
fn a_report_that_cannot_be_finished_leaves_nothing() {
    let bench = Bench::new();
    let script = "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\"";
    let mut command = bench.command_through(&["sh", "-c", script, BINARY]);
    command.arg(repository_file("tests/data/parity/cards.csv")).args(ROLES_OF_CARDS);
    let ended = bench.run(command, b"");
    bench.assert_refused(&ended, 3, &["out"]);
}

/// The same on a disk of 16 KiB, where this machine lets a test mount one.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_refused_and_leaves_nothing() {
    let bench = Bench::new();
    let may_mount = std::process::Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs"])
        .arg(bench.input(""))
        .status();
    if !may_mount.is_ok_and(|status| status.success()) {
        eprintln!("no file system may be mounted here; the limit on file size is the test");
        return;
    }
    fs::create_dir(bench.out()).expect("a folder to mount on");
    // What is left on the small disk is seen from inside only, and told on standard output.
    let script = "mount -t tmpfs -o size=16k tmpfs out && \"$0\" \"$@\"; code=$?; find out -type f; exit $code";
    let mut command = bench.command_through(&["unshare", "-rm", "sh", "-c", script, BINARY]);
    command.arg(repository_file("tests/data/parity/cards.csv")).args(ROLES_OF_CARDS);
    let ended = bench.run(command, b"");
    bench.assert_refused(&ended, 3, &["out"]);
}

const ROLES_OF_CARDS: [&str; 4] =
    ["--subject", "card", "--quasi", "trans_date,amount_gbp,merchant,spend_category,cost_centre,directorate"];

/// Records of an extract with a header, one a line.
fn records_in(bytes: &[u8]) -> u64 {
    std::str::from_utf8(bytes).expect("our own text").lines().count() as u64 - 1
}

/// What is told of a file that grows must be true of the bytes that were read of it.
#[test]
fn a_file_that_grows_is_refused_or_counted_as_far_as_it_was_read() {
    let bench = Bench::new();
    let path = bench.write("cards.csv", purchases(300_000));
    let done = AtomicBool::new(false);
    let ended = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut file = fs::OpenOptions::new().append(true).open(&path).expect("our own file");
            let record = format!("{CANARY}-9,{CANARY}-shop-9,9.50\n");
            // Each record is one write, so that the file ends behind a record at any time.
            while !done.load(Ordering::Relaxed) {
                file.write_all(record.as_bytes()).expect("there is room");
            }
        });
        let ended = scan(&bench, path.to_str().expect("a path is text"));
        done.store(true, Ordering::Relaxed);
        writer.join().expect("the writer ends");
        ended
    });
    if ended.code == Some(3) {
        bench.assert_refused(&ended, 3, &["cards.csv", "changed"]);
        return;
    }
    let file = bench.result()["dataset"]["files"][0].clone();
    let read = usize::try_from(file["bytes"].as_u64().expect("a count")).expect("a size fits");
    let bytes = &fs::read(&path).expect("our own file")[..read];
    let records = records_in(bytes);
    let hash = Sha256::digest(bytes).iter().fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"));
    assert_eq!(file["sha256"], hash, "the hash is that of the bytes that were read");
    bench.assert_counted(&ended, records);
}

/// A file that shrinks under the reader must not end as a smaller extract that looks whole.
#[test]
fn a_file_that_is_cut_while_it_is_read_is_refused_or_counted_as_far_as_it_was_read() {
    let bench = Bench::new();
    let path = bench.write("cards.csv", purchases(300_000));
    let whole = fs::read(&path).expect("our own file");
    let ended = std::thread::scope(|scope| {
        let cutter = scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(15));
            fs::OpenOptions::new().write(true).open(&path).expect("our own file").set_len(1000).expect("our own file");
        });
        let ended = scan(&bench, path.to_str().expect("a path is text"));
        cutter.join().expect("the cutter ends");
        ended
    });
    if ended.code == Some(3) {
        bench.assert_refused(&ended, 3, &["cards.csv"]);
        return;
    }
    let result = bench.result();
    let read = usize::try_from(result["dataset"]["files"][0]["bytes"].as_u64().expect("a count")).expect("a size fits");
    assert_eq!(whole[read - 1], b'\n', "no record was cut in two");
    let records = records_in(&whole[..read]);
    bench.assert_counted(&ended, records);
}

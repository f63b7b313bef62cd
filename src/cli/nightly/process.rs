//! Processes that a night starts: scans and notification commands. Each is in a group of its own, is ended when its time is
//! over or the night is, and leaves nothing running.

use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::super::clock::instant;

/// How often a running process is looked at. A night of 200 small scans spends half of it on each at most.
const REST: Duration = Duration::from_millis(2);
/// Scans run for minutes: after a second of looking often, an idle night costs nothing.
const LONG_REST: Duration = Duration::from_millis(20);
/// How long a process that was asked to end may take to clean up.
const GRACE: Duration = Duration::from_secs(10);
/// More than this is not kept of what a process writes.
const MOST_KEPT: u64 = 8 << 20;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// By itself, with this code.
    Code(u8),
    /// By this signal.
    Signal(i32),
    /// It was ended because its time was over.
    TimedOut,
    /// It was ended because the night was.
    Interrupted,
}

/// What becomes of what a process writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writes {
    /// The beginning of it is kept.
    Kept,
    /// It goes nowhere.
    Dropped,
}

/// A process that ended, and the beginning of what it wrote.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) end: End,
    pub(super) output: Vec<u8>,
    pub(super) errors: Vec<u8>,
}

/// Runs a process to its end: `input` goes to its standard input. What it writes is read while it runs, so that it never waits
/// for a reader, or goes nowhere: a pipe that something it started keeps open would be waited for.
///
/// # Errors
/// When it cannot be started or waited for.
pub(super) fn run(
    mut command: Command,
    input: Vec<u8>,
    writes: Writes,
    limit: Option<Duration>,
    interrupted: &AtomicBool,
) -> io::Result<Ended> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let stream = || if writes == Writes::Kept { Stdio::piped() } else { Stdio::null() };
    let mut child = command.stdin(Stdio::piped()).stdout(stream()).stderr(stream()).spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        // A command that does not read its input ends without it; nobody waits for this thread.
        thread::spawn(move || pipe.write_all(&input));
    }
    let (output, errors) = (child.stdout.take().map(reader), child.stderr.take().map(reader));
    let end = wait(&mut child, limit, interrupted)?;
    let text = |reader: Option<JoinHandle<Vec<u8>>>| reader.map(|reader| reader.join().unwrap_or_default());
    Ok(Ended { end, output: text(output).unwrap_or_default(), errors: text(errors).unwrap_or_default() })
}

/// Reads to the end and keeps the beginning.
fn reader(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        // What cannot be read is not there.
        let _ = pipe.by_ref().take(MOST_KEPT).read_to_end(&mut kept);
        let _ = io::copy(&mut pipe, &mut io::sink());
        kept
    })
}

fn wait(child: &mut Child, limit: Option<Duration>, interrupted: &AtomicBool) -> io::Result<End> {
    let started = instant();
    let mut ending: Option<(End, std::time::Instant)> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            // What a process started itself and did not wait for would keep its pipes open.
            kill_group(child);
            return Ok(ending.map_or_else(|| end_of(status), |(end, _)| end));
        }
        let elapsed = instant().duration_since(started);
        match ending {
            None => {
                let over = limit.is_some_and(|limit| elapsed > limit).then_some(End::TimedOut);
                let ended = interrupted.load(Ordering::Relaxed).then_some(End::Interrupted);
                if let Some(end) = ended.or(over) {
                    ask_to_end(child);
                    ending = Some((end, instant()));
                }
            }
            Some((_, asked)) if instant().duration_since(asked) > GRACE => {
                kill_group(child);
                // It may have ended by now, which the next look tells.
                let _ = child.kill();
            }
            Some(_) => {}
        }
        thread::sleep(if elapsed < Duration::from_secs(1) { REST } else { LONG_REST });
    }
}

fn end_of(status: ExitStatus) -> End {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return End::Signal(signal);
    }
    // A code beyond those of this program is none that it knows.
    End::Code(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

/// Asks a process and what it started to end, so that it can remove what it has half written.
fn ask_to_end(child: &mut Child) {
    #[cfg(unix)]
    signal_group(child, nix::sys::signal::Signal::SIGTERM);
    #[cfg(not(unix))]
    kill_group(child);
}

fn kill_group(child: &mut Child) {
    #[cfg(unix)]
    signal_group(child, nix::sys::signal::Signal::SIGKILL);
    #[cfg(not(unix))]
    {
        let _ = child.kill();
    }
}

#[cfg(unix)]
fn signal_group(child: &Child, signal: nix::sys::signal::Signal) {
    let group = i32::try_from(child.id()).unwrap_or(0);
    // A group of number 0 would be our own. One that is gone needs no signal.
    if group > 0 {
        let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), signal);
    }
}

/// The name of a signal, for a sentence.
pub(super) fn signal_name(signal: i32) -> String {
    #[cfg(unix)]
    if let Ok(known) = nix::sys::signal::Signal::try_from(signal) {
        return known.as_str().to_owned();
    }
    format!("signal {signal}")
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;
    use std::sync::atomic::AtomicBool;
    use std::time::Duration;

    use super::{End, Ended, Writes, instant, run};

    fn shell(script: &str, input: &[u8], limit: Option<Duration>, interrupted: bool) -> Ended {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, input.to_vec(), Writes::Kept, limit, &AtomicBool::new(interrupted)).expect("a shell")
    }

    #[test]
    fn what_is_written_is_read_and_the_code_is_kept() {
        let ended = shell("cat; echo bad >&2; exit 7", b"told", None, false);
        assert_eq!((ended.end, &ended.output[..], &ended.errors[..]), (End::Code(7), &b"told"[..], &b"bad\n"[..]));
    }

    #[test]
    fn a_process_that_does_not_read_and_one_that_writes_much_end_all_the_same() {
        assert_eq!(shell("exit 0", &vec![b'x'; 4 << 20], None, false).end, End::Code(0));
        let much = shell("head -c 20000000 /dev/zero", b"", None, false);
        assert_eq!((much.end, much.output.len()), (End::Code(0), 8 << 20));
    }

    #[test]
    fn a_signal_is_told_apart_from_a_code() {
        assert_eq!(shell("kill -SEGV $$", b"", None, false).end, End::Signal(11));
        assert_eq!(shell("kill -KILL $$", b"", None, false).end, End::Signal(9));
    }

    #[test]
    fn what_runs_too_long_is_ended_with_all_that_it_started() {
        let started = instant();
        let ended = shell("sleep 100 & sleep 100", b"", Some(Duration::from_millis(100)), false);
        assert_eq!(ended.end, End::TimedOut);
        assert_eq!(shell("sleep 100 & exit 3", b"", None, false).end, End::Code(3));
        assert_eq!(shell("sleep 100", b"", None, true).end, End::Interrupted);
        assert!(instant().duration_since(started) < Duration::from_secs(9));
    }
}

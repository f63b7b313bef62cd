//! What a panic may say: a place in the source, and nothing of the data.

use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::sync::Mutex;

/// Where the latest panic happened. A panic inside a library that reads damaged files is caught there and becomes an
/// error of its own, so nothing is printed before it is known that a panic ended the program.
static PLACE: Mutex<String> = Mutex::new(String::new());

/// Runs the program; `None` when it panicked. The message of a panic may hold anything, so only its place is printed.
pub(super) fn guard<T>(run: impl FnOnce() -> T) -> Option<T> {
    set_hook(Box::new(remember));
    // Nothing is looked at after a panic but the fact that there was one.
    let finished = catch_unwind(AssertUnwindSafe(run)).ok();
    if finished.is_none() {
        report();
    }
    finished
}

fn remember(panic: &PanicHookInfo<'_>) {
    if let (Ok(mut place), Some(location)) = (PLACE.lock(), panic.location()) {
        *place = format!(" at {}:{}", short(location.file()), location.line());
    }
}

/// What can be done about a panic.
pub(super) const HINT: &str = "this is a bug; please report it";

/// Runs `work`. Where it panics, says so with the place in the source, for a history: nothing of the data.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // As in `guard`: nothing that `work` has touched is looked at again.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| sentence())
}

fn report() {
    // When standard error is closed there is no one to tell.
    let _ = writeln!(std::io::stderr().lock(), "error: {}\nhint: {HINT}", sentence());
}

fn sentence() -> String {
    let place = PLACE.lock().map(|place| place.clone()).unwrap_or_default();
    format!("internal error{place}")
}

/// The path of a source file without the folders of the machine that built it.
fn short(file: &str) -> String {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let root = parts.iter().rposition(|&part| part == "src").map_or(0, |place| place.saturating_sub(1));
    let absolute = file.starts_with(['/', '\\']) || file.contains(':');
    if absolute { parts[root..].join("/") } else { file.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn the_place_of_a_bug_does_not_name_the_machine() {
        assert_eq!(short("src/table/count.rs"), "src/table/count.rs");
        assert_eq!(short("/home/someone/.cargo/registry/src/x/rayon-1.12.0/src/lib.rs"), "rayon-1.12.0/src/lib.rs");
        assert_eq!(short("C:\\build\\reidrisk\\src\\main.rs"), "reidrisk/src/main.rs");
    }
}

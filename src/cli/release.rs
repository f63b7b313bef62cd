//! `reidrisk release`: treat, write, read again, judge; only what passes gets its name.

use std::fs;
use std::path::{Path, PathBuf};

use super::arguments::{Manners, ReleaseArguments};
use super::clock::{SystemClock, random_bytes};
use super::exit::ExitStatus;
use super::files::{shown, unwritable};
use super::flags::{Typed, judged_plan, print_settings};
use super::kept::keep;
use super::printer::Printer;
use super::scan::watched_as;
use crate::judge::over_budget;
use crate::plan::{Plan, shown_name};
use crate::printable::printable;
use crate::release::{Approved, JudgedFile, Key, Refused, ReleaseError, Released, Request, Storage, release};
use crate::report::{Ending, render_certificate_html, render_certificate_json, render_text};
use crate::unfinished::{PARTIAL_PREFIX, Unfinished, remove_stale, sync_folder};

/// A key file holds no more.
const LONGEST_KEY: u64 = 1 << 16;

pub(super) fn release_verb(
    arguments: &ReleaseArguments,
    manners: &Manners,
    printer: &Printer,
) -> Result<(), ExitStatus> {
    let typed = Typed {
        inputs: &arguments.inputs,
        config: arguments.config.as_ref(),
        waivers: arguments.waivers.as_ref(),
        given: &arguments.settings.given,
    };
    let plan = judged_plan(typed, printer).map_err(|error| printer.config_failure(&error))?;
    print_settings(&plan, printer);
    if plan.inputs.iter().any(|input| input == "-") {
        printer.failure("standard input cannot be released", Some("a release reads its input twice: name a file"));
        return Err(ExitStatus::Usage);
    }
    let storage = arguments.format.storage();
    let place = Place::of(&arguments.to, storage, printer)?;
    let key = key(arguments, printer)?;
    let quarantine = place.quarantine(printer)?;
    let file = quarantine.path.join(&place.file);
    let approved_by = arguments.approved_by.as_deref();
    let request = Request { file: &file, storage, name: &place.file, key: &key, approved_by };
    let clock = SystemClock::start();
    let ended = watched_as(
        &plan,
        manners,
        printer,
        |progress, stop| release(&plan, request, &clock, progress, stop),
        |error| release_failure(error, printer),
    )?;
    match ended {
        Released::Refused(refused) => refuse(&refused, printer),
        Released::MayLeave(approved) => put_in_place(&approved, &quarantine, &place, &plan, printer),
    }
}

/// Where the release goes.
struct Place {
    /// The folder, which is not there yet.
    to: PathBuf,
    /// The folder that it is made in.
    home: PathBuf,
    /// Name of the released file.
    file: String,
}

impl Place {
    fn of(to: &Path, storage: Storage, printer: &Printer) -> Result<Self, ExitStatus> {
        let name = to.file_name().map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name.filter(|name| !name.starts_with('.')) else {
            printer.failure(&format!("`{}` is not a name for a new folder", shown(to)), Some("name one with `--to`"));
            return Err(ExitStatus::Usage);
        };
        if fs::symlink_metadata(to).is_ok() {
            let hint = "a release never replaces anything: name a new folder with `--to`";
            printer.failure(&format!("`{}` exists", shown(to)), Some(hint));
            return Err(ExitStatus::InputOutput);
        }
        let home = to.parent().filter(|home| !home.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        Ok(Self { to: to.to_owned(), home, file: format!("{name}.{}", storage.extension()) })
    }

    /// A hidden folder beside the final one; what a dead process left there is removed first.
    fn quarantine(&self, printer: &Printer) -> Result<Unfinished, ExitStatus> {
        let failed = |error: &std::io::Error| unwritable(&self.home, error, printer);
        // Folders that are made for nothing are no trace to leave, so only the last one may be missing.
        if !self.home.is_dir() {
            let hint = "make it first, or name a folder in another place with `--to`";
            printer.failure(&format!("the folder `{}` does not exist", shown(&self.home)), Some(hint));
            return Err(ExitStatus::InputOutput);
        }
        remove_stale(&self.home, &jiff_now());
        // The name says whose it is, so that no moment of being killed leaves something that nobody may remove.
        let quarantine = Unfinished::claim_marked(&self.home, &format!("{PARTIAL_PREFIX}release"));
        fs::create_dir(&quarantine.path).map_err(|error| failed(&error))?;
        Ok(quarantine)
    }
}

/// Now, as the search for what dead processes left takes it.
fn jiff_now() -> String {
    use crate::scan::Clock as _;
    SystemClock::start().now().to_string()
}

/// The key from its file, else one that is forgotten with this process.
fn key(arguments: &ReleaseArguments, printer: &Printer) -> Result<Key, ExitStatus> {
    let Some(path) = &arguments.key else {
        let key = random_bytes().and_then(|bytes| Key::new(bytes.to_vec()).ok());
        return key.ok_or_else(|| {
            printer.failure("the system has no random numbers for a key", Some("name a key file with `--key`"));
            ExitStatus::InputOutput
        });
    };
    let is_small = fs::metadata(path).map(|found| found.is_file() && found.len() <= LONGEST_KEY);
    let bytes = match is_small {
        Ok(true) => fs::read(path),
        Ok(false) => {
            printer.failure(
                &format!("`{}` is not a key file", shown(path)),
                Some("a key is a file of 16 to 65,536 bytes"),
            );
            return Err(ExitStatus::Usage);
        }
        Err(error) => Err(error),
    };
    let bytes = bytes.map_err(|error| {
        let (reason, hint) = crate::plan::refusal(error.kind());
        printer.failure(&format!("the key file `{}` cannot be read: {reason}", shown(path)), Some(hint));
        ExitStatus::InputOutput
    })?;
    Key::new(bytes).map_err(|error| release_failure(&error, printer))
}

pub(super) fn release_failure(error: &ReleaseError, printer: &Printer) -> ExitStatus {
    match error {
        ReleaseError::Scan(error) => super::scan::scan_failure(error, printer),
        error => {
            printer.failure(&error.to_string(), error.hint().as_deref());
            ExitStatus::Code(error.exit_code())
        }
    }
}

/// Says what stands in the way. Nothing is left on disk.
fn refuse(refused: &Refused, printer: &Printer) -> Result<(), ExitStatus> {
    let of = match refused.of {
        JudgedFile::Extract => "the extract as it would be treated",
        JudgedFile::Written => "what was written",
    };
    let mut text = String::new();
    if refused.of == JudgedFile::Written {
        text = render_text(&refused.result, &printer.style(), &Ending::default());
        text.push('\n');
    }
    text.extend(["not released: ", of, " does not pass\n"]);
    for finding in &refused.findings {
        let (severity, code) = (finding.severity.name(), finding.code.name());
        text.extend([
            "  ",
            severity,
            " ",
            code,
            ": ",
            &printable(&finding.message),
            "
",
        ]);
    }
    if let Some(sentence) = over_budget(&refused.result.dataset) {
        text.extend(["  ", &sentence, "\n"]);
    }
    text.push_str("nothing was written\n");
    if let Some(first) = refused.findings.first() {
        text.extend(["next    reidrisk explain ", first.code.name(), "\n"]);
    }
    printer.result(text.as_bytes())?;
    Err(ExitStatus::Code(refused.exit_code))
}

/// Adds the certificate, and gives everything its name at once.
fn put_in_place(
    approved: &Approved,
    quarantine: &Unfinished,
    place: &Place,
    plan: &Plan,
    printer: &Printer,
) -> Result<(), ExitStatus> {
    let certificate = &approved.certificate;
    let json = render_certificate_json(certificate).map_err(|error| printer.report_failure(&error))?;
    let page =
        render_certificate_html(certificate, &approved.result).map_err(|error| printer.report_failure(&error))?;
    let failed = |error: &std::io::Error| unwritable(&place.to, error, printer);
    for (name, bytes) in [("release.json", json), ("certificate.html", page.into_bytes())] {
        let path = quarantine.path.join(name);
        fs::write(&path, bytes).and_then(|()| fs::File::open(&path)?.sync_all()).map_err(|error| failed(&error))?;
    }
    sync_folder(&quarantine.path).map_err(|error| failed(&error))?;
    if fs::symlink_metadata(&place.to).is_ok() {
        return Err(failed(&std::io::ErrorKind::AlreadyExists.into()));
    }
    // Who contributed is kept before anything leaves: a release that is not kept is one that no later one is compared with.
    let keeping = keep(&approved.kept, printer)?;
    quarantine.put(&place.to).map_err(|error| failed(&error))?;
    keeping.stay();
    sync_folder(&place.home).map_err(|error| failed(&error))?;
    let is_answered = certificate.outcome != approved.result.verdict.outcome;
    if printer.quiet() && plan.waivers.is_empty() && !is_answered {
        return Ok(());
    }
    let files: Vec<PathBuf> = certificate.files.iter().map(|file| place.to.join(&file.name)).collect();
    let words: Vec<String> = files.iter().map(|file| word(file)).collect();
    let json = place.to.join("release.json");
    let next = format!("reidrisk verify {} --certificate {}", words.join(" "), word(&json));
    let mut text = render_text(&approved.result, &printer.style(), &Ending { report: None, next: Some(&next) });
    // What the written files do not show, and somebody answers for all the same.
    if let Some(name) = certificate.approved_by.as_ref().filter(|_| is_answered) {
        for reason in &certificate.reasons {
            text.extend(["approved by ", &shown_name(name), ": ", &printable(reason), "\n"]);
        }
    }
    for file in &files {
        text.extend(["released ", &shown(file), "\n"]);
    }
    printer.result(text.as_bytes())
}

fn word(path: &Path) -> String {
    super::scan::shell_word(&path.display().to_string())
}

//! `reidrisk verify`: are these the bytes that passed, and may they still be used?

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::arguments::VerifyArguments;
use super::clock::today;
use super::exit::ExitStatus;
use super::files::shown;
use super::printer::Printer;
use crate::plan::refusal;
use crate::printable::hexadecimal;
use crate::report::read_certificate;
use crate::result::{Certificate, CheckedFile, VerdictOutcome};

/// A certificate holds no more.
const LARGEST_CERTIFICATE: u64 = 64 << 20;

pub(super) fn verify_verb(arguments: &VerifyArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let certificate = certificate_at(&arguments.certificate, printer)?;
    let given = hashed(&arguments.files, printer)?;
    let days = [arguments.as_of.unwrap_or_else(today), today()];
    let objections = objections(&certificate, &given, days.into_iter().max().unwrap_or_default());
    if objections.is_empty() {
        let files = crate::plan::counted(given.len() as u64, "file is", "files are");
        let word = if certificate.outcome == VerdictOutcome::Pass { "PASS" } else { "REVIEW, approved by a person" };
        let text = format!("{files} what was released ({word}, {})", certificate.released_at);
        return if printer.quiet() { Ok(()) } else { printer.result(text.as_bytes()) };
    }
    printer.result(objections.join("\n").as_bytes())?;
    Err(ExitStatus::Code(1))
}

fn certificate_at(path: &Path, printer: &Printer) -> Result<Certificate, ExitStatus> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST_CERTIFICATE).read_to_end(&mut bytes));
    read.map_err(|error| unreadable(path, &error, printer))?;
    read_certificate(&bytes).map_err(|error| printer.report_failure(&error))
}

fn hashed(files: &[PathBuf], printer: &Printer) -> Result<Vec<Given>, ExitStatus> {
    let given = |file: &PathBuf| {
        let (sha256, bytes) = hash(file).map_err(|error| unreadable(file, &error, printer))?;
        Ok(Given { path: file.clone(), sha256, bytes })
    };
    files.iter().map(given).collect()
}

/// The certificate of a file that is to be scanned as released, where it names the bytes of exactly these inputs.
pub(super) fn certificate_of(inputs: &[String], path: &Path, printer: &Printer) -> Result<Certificate, ExitStatus> {
    let certificate = certificate_at(path, printer)?;
    let files: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
    let mut objections = Vec::new();
    // Tables of totals leave in files of their own, and are scanned by themselves.
    let is_table = |file: &CheckedFile| certificate.tables.iter().any(|table| table.file == file.name);
    let records = certificate.files.iter().filter(|file| !is_table(file)).cloned().collect();
    let of_records = Certificate { files: records, ..certificate.clone() };
    of_bytes(&of_records, &hashed(&files, printer)?, &mut objections);
    if objections.is_empty() {
        return Ok(certificate);
    }
    printer.failure(&objections.join("; "), Some("`--released` takes the certificate of the file that is scanned"));
    Err(ExitStatus::Usage)
}

fn unreadable(path: &Path, error: &io::Error, printer: &Printer) -> ExitStatus {
    let (reason, hint) = refusal(error.kind());
    printer.failure(&format!("`{}` cannot be read: {reason}", shown(path)), Some(hint));
    ExitStatus::InputOutput
}

/// A file that was named.
struct Given {
    path: PathBuf,
    sha256: String,
    bytes: u64,
}

fn hash(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((hexadecimal(&hash.finalize()), bytes));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}

/// Everything that stands against the files; none where they are what was released.
fn objections(certificate: &Certificate, given: &[Given], day: jiff::civil::Date) -> Vec<String> {
    let mut objections = Vec::new();
    of_bytes(certificate, given, &mut objections);
    if let Some(ends) = certificate.recipient.as_ref().and_then(|recipient| recipient.ends.as_deref()) {
        match ends.parse::<jiff::civil::Date>() {
            Ok(last) if last >= day => {}
            Ok(last) => objections.push(format!("the agreement ended on {last}")),
            Err(_) => objections.push("the day on which the agreement ends is not known".to_owned()),
        }
    }
    objections
}

/// What stands against the bytes, and against the certificate itself.
fn of_bytes(certificate: &Certificate, given: &[Given], objections: &mut Vec<String>) {
    for file in given {
        let is_it = |known: &crate::result::CheckedFile| known.sha256 == file.sha256 && known.bytes == file.bytes;
        if !certificate.files.iter().any(is_it) {
            objections.push(format!("`{}` is not a file that the certificate names", shown(&file.path)));
        }
    }
    for file in &certificate.files {
        if !given.iter().any(|given| given.sha256 == file.sha256) {
            let name = crate::plan::shown_name(&file.name);
            objections.push(format!("the certificate names `{name}`, and none of the files holds its bytes"));
        }
    }
    let is_released = match certificate.outcome {
        VerdictOutcome::Pass => true,
        VerdictOutcome::Review => certificate.approved_by.is_some(),
        VerdictOutcome::Fail | VerdictOutcome::Incomplete => false,
    };
    if !is_released {
        objections.push("the certificate is of files that did not pass".to_owned());
    }
}

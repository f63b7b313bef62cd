//! `reidrisk verify`: are these the bytes that passed, and may they still be used?

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::arguments::VerifyArguments;
use super::clock::today;
use super::exit::ExitStatus;
use super::files::{shown, unreadable};
use super::printer::Printer;
use crate::bounded::read_at_most;
use crate::plan::{counted, shown_name};
use crate::printable::hexadecimal;
use crate::report::read_certificate;
use crate::result::{Certificate, CheckedFile, VerdictOutcome, WaiverRecord, WaiverState};

/// A certificate holds no more.
const LARGEST_CERTIFICATE: u64 = 64 << 20;

pub(super) fn verify_verb(arguments: &VerifyArguments, printer: &Printer) -> Result<(), ExitStatus> {
    let certificate = certificate_at(&arguments.certificate, printer)?;
    let given = hashed(&arguments.files, printer)?;
    let days = [arguments.as_of.unwrap_or_else(today), today()];
    let objections = objections(&certificate, &given, days.into_iter().max().unwrap_or_default());
    if objections.is_empty() {
        let files = counted(given.len() as u64, "file is", "files are");
        let text = format!("{files} what was released ({}, {})", word(&certificate), certificate.released_at);
        // A pass that rests on more than the files is told to those as well who want bad news only.
        let is_told = !printer.quiet() || waivers(&certificate).next().is_some();
        return if is_told { printer.result(text.as_bytes()) } else { Ok(()) };
    }
    printer.result(objections.join("\n").as_bytes())?;
    Err(ExitStatus::Code(1))
}

fn certificate_at(path: &Path, printer: &Printer) -> Result<Certificate, ExitStatus> {
    let read = read_at_most(path, LARGEST_CERTIFICATE).map_err(|error| unreadable(path, &error, printer))?;
    let bytes = read.ok_or_else(|| {
        let most = LARGEST_CERTIFICATE >> 20;
        let message = format!("`{}` is larger than {most} MiB, so it is not a certificate", shown(path));
        printer.failure(&message, Some("name the `release.json` of the release"));
        ExitStatus::InputOutput
    })?;
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

/// The waivers that the verdict rests on.
fn waivers(certificate: &Certificate) -> impl Iterator<Item = &WaiverRecord> {
    certificate.waivers.iter().filter(|record| record.state == WaiverState::InForce)
}

/// The verdict in words: with the waivers that it rests on, and until when the first of them holds.
fn word(certificate: &Certificate) -> String {
    let word = if certificate.outcome == VerdictOutcome::Pass { "PASS" } else { "REVIEW, approved by a person" };
    // Days as written in a certificate stand in the order of time.
    match waivers(certificate).map(|record| record.waiver.expires.as_str()).min() {
        Some(first) => {
            let number = counted(waivers(certificate).count() as u64, "waiver", "waivers");
            format!("{word} with {number} until {}", shown_name(first))
        }
        None => word.to_owned(),
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
    objections.extend(waivers(certificate).filter_map(|record| ended(record, day)));
    objections
}

/// That what was accepted for a time is accepted no more: the files did not pass without it.
fn ended(record: &WaiverRecord, day: jiff::civil::Date) -> Option<String> {
    let code = record.waiver.finding.name();
    match record.waiver.expires.parse::<jiff::civil::Date>() {
        Ok(last) if last >= day => None,
        Ok(last) => Some(format!("the waiver of `{code}` ended on {last}, and the verdict rests on it")),
        Err(_) => Some(format!("the day on which the waiver of `{code}` ends is not known")),
    }
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
            let name = shown_name(&file.name);
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

//! Whether a hold-out can be what it is declared to be: people whom neither the extract nor the source holds.

use std::collections::BTreeSet;

use super::Ours;
use super::read::Side;
use crate::input::CodedColumn;
use crate::plan::{ConfigError, counted, shown_name};
use crate::result::InputFile;
use crate::secret::Secret;

/// Checks that a hold-out shares no file with the extract or its source, and no subject with the extract.
///
/// Subjects are compared as they are spelled in the files, before cards are merged to persons: whoever has one card in both
/// is no stranger.
///
/// # Errors
/// When it shares one; the sentence holds counts and no value.
pub(super) fn check(
    ours: &Ours<'_>,
    source: &str,
    source_files: &[InputFile],
    hold_out: &Side,
) -> Result<(), ConfigError> {
    let source = shown_name(source);
    let refused = |message: String| {
        let hint = "a hold-out is of people whom neither the extract nor the source holds; leave `hold_out` out where \
                    there are none";
        Err(ConfigError::new("hold-out-overlaps", message).with_hint(hint))
    };
    let hashes =
        |files: &[InputFile]| files.iter().filter_map(|file| file.sha256.clone()).collect::<BTreeSet<String>>();
    let held = hashes(&hold_out.extract.files);
    let shared = shared_subjects(ours, hold_out);
    if !held.is_disjoint(&hashes(&ours.dataset.files)) {
        let overlap = match shared {
            0 => String::new(),
            shared => format!("; {}", counted(shared, "subject is in both", "subjects are in both")),
        };
        return refused(format!("the hold-out of `{source}` is a file of the extract{overlap}"));
    }
    if !held.is_disjoint(&hashes(source_files)) {
        return refused(format!("the hold-out of `{source}` is a file of the source itself"));
    }
    if shared > 0 {
        let overlap = counted(shared, "subject is in both", "subjects are in both");
        return refused(format!("the hold-out of `{source}` and the extract overlap: {overlap}"));
    }
    Ok(())
}

/// Checks that a control shares no file with the extract or the original, and no person with the original. Its people may be called
/// like those of a synthetic extract, whose names mean nobody.
///
/// # Errors
/// When it shares one; the sentence holds counts and no value.
pub(super) fn check_control(
    ours: &Ours<'_>,
    original: &str,
    (original_files, people): (&[InputFile], Option<&CodedColumn>),
    control: &Side,
) -> Result<(), ConfigError> {
    let original = shown_name(original);
    let hashes =
        |files: &[InputFile]| files.iter().filter_map(|file| file.sha256.clone()).collect::<BTreeSet<String>>();
    let held = hashes(&control.extract.files);
    let shared = match (people, &control.subject) {
        (Some(people), Some(theirs)) => {
            let known: BTreeSet<&str> = people.dictionary.values().flatten().map(Secret::expose).collect();
            theirs.dictionary.values().flatten().filter(|value| known.contains(value.expose())).count() as u64
        }
        _ => 0,
    };
    let message = if !held.is_disjoint(&hashes(&ours.dataset.files)) {
        format!("the control of `{original}` is a file of the extract")
    } else if !held.is_disjoint(&hashes(original_files)) {
        format!("the control of `{original}` is a file of the original itself")
    } else if shared > 0 {
        let overlap = counted(shared, "subject is in both", "subjects are in both");
        format!("the control of `{original}` and the original overlap: {overlap}")
    } else {
        return Ok(());
    };
    let hint =
        "a control is of people of the same kind who are not in the original; leave `control` out where there are none";
    Err(ConfigError::new("control-overlaps", message).with_hint(hint))
}

/// Subject values that both have.
fn shared_subjects(ours: &Ours<'_>, hold_out: &Side) -> u64 {
    let (Some(ours), Some(theirs)) = (&ours.side.subject_values, &hold_out.subject) else { return 0 };
    let known: BTreeSet<&str> = ours.values().flatten().map(Secret::expose).collect();
    theirs.dictionary.values().flatten().filter(|value| known.contains(value.expose())).count() as u64
}

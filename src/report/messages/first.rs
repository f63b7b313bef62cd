//! Words of the first screen.

use crate::number::count;
use crate::result::Reading;

/// How the page may be passed on.
pub(in crate::report) const HANDLING: &str = "OVERVIEW: counts only";

pub(in crate::report) fn more_findings(left_out: usize) -> String {
    match left_out {
        0 => String::new(),
        1 => "1 more finding below".to_owned(),
        more => format!("{} more findings below", count(more as u64)),
    }
}

pub(in crate::report) fn more_bars(left_out: usize) -> String {
    if left_out == 0 { String::new() } else { count(left_out as u64) }
}

pub(in crate::report) const PART_OF_RISK: &str = "Each one's part of the whole risk";
pub(in crate::report) const DROP_WITHOUT: &str = "Drop in the share alone without it";
pub(in crate::report) const NOBODY_ALONE: &str = "Nobody is alone.";

/// What the number line shows, for those who cannot see it.
pub(in crate::report) fn line_label(now: u64, k: u64, units: &str, gated: bool) -> String {
    let limit = if gated { "limit: at least" } else { "not held to a limit; the policy's k is" };
    format!("Smallest crowd: {} {units}; {limit} {}.", count(now), count(k))
}

pub(in crate::report) fn line_now(now: u64, units: &str) -> String {
    format!("now {} {units}", count(now))
}

pub(in crate::report) fn line_limit(k: u64, gated: bool) -> String {
    let note = if gated { "" } else { " (not held to it)" };
    format!("limit {}{note}", count(k))
}

pub(in crate::report) fn line_after(after: u64) -> String {
    format!("{} with the recommended change", count(after))
}

pub(in crate::report) fn line_end(end: u64, units: &str) -> String {
    format!("smallest crowd, up to {} {units}", count(end))
}

pub(in crate::report) fn line_label_share(now: &str, limit: &str) -> String {
    format!("Singled out by known points: {now} of subjects; limit: at most {limit}.")
}

pub(in crate::report) fn line_now_share(now: &str) -> String {
    format!("now {now}")
}

pub(in crate::report) fn line_after_share(after: &str) -> String {
    format!("{after} with the recommended change")
}

pub(in crate::report) const LINE_END_SHARE: &str = "share of subjects singled out, up to 100 %";

pub(in crate::report) const TILE_SMALLEST: &str = "Smallest crowd";

/// Names the columns that a tile speaks of, so that they are not taken for others.
pub(in crate::report) fn tile_columns(is_full: bool, columns: usize) -> String {
    match columns {
        number if is_full => super::all_columns(number),
        1 => "1 static column".to_owned(),
        number => format!("{} static columns", count(number as u64)),
    }
}

pub(in crate::report) fn tile_smallest_note(columns: &str, limit: &str) -> String {
    format!("{columns}; {limit}")
}

pub(in crate::report) fn at_least(k: u32) -> String {
    format!("limit: at least {}", count(u64::from(k)))
}

pub(in crate::report) const TILE_EXPECTED: &str = "Found by one guess each";

pub(in crate::report) fn tile_expected_note(share: &str, whole: u64, reading: Reading) -> String {
    format!("expected, of {} {} ({share})", count(whole), super::unit(reading, whole))
}

pub(in crate::report) fn about(figure: &str) -> String {
    format!("≈ {figure}")
}

pub(in crate::report) fn tile_unicity(points: u32) -> String {
    format!("Singled out by {points} points")
}

pub(in crate::report) fn tile_unicity_note(limit: Option<&str>) -> String {
    limit.map_or_else(|| "of subjects".to_owned(), |limit| format!("limit: at most {limit}"))
}

pub(in crate::report) const WHAT_TO_DO: &str = "What to do";
pub(in crate::report) const RECOMMENDED: &str = "try first";
pub(in crate::report) const ALL_PROPOSALS: &str = "All proposals, with their figures";
pub(in crate::report) const DO_NOTHING: &str = "Nothing must change to keep to the limits. Read “Not measured” before the dataset leaves: this page speaks only of what was counted.";
pub(in crate::report) const DO_KEEP: &str = "This pass holds as long as that which it rests on: read the waived findings. Read “Not measured” before the dataset leaves: this page speaks only of what was counted.";
pub(in crate::report) const DO_APPLY: &str = "Apply the rules to the file and scan what comes out, or declare who applies them and until when: `[policy] treatment` in reidrisk.toml. The file that was read does not hold them.";
pub(in crate::report) const DO_SCAN_AGAIN: &str =
    "Each change was counted for the figures beside it and for nothing else. Scan again with it to know the verdict.";
pub(in crate::report) const DO_LOOK: &str =
    "No change was computed. Look at the findings: each says what it is about, and `reidrisk explain CODE` what to do.";
pub(in crate::report) const DO_INCOMPLETE: &str =
    "Measure again with more room: a longer `--timeout`, a larger `--memory`, or fewer combinations with `--max-set`.";

pub(in crate::report) fn leave_out(columns: &[String]) -> String {
    let names: Vec<String> = columns.iter().map(|name| format!("`{name}`")).collect();
    format!("Leave {} out of the extract", super::list(&names))
}

pub(in crate::report) const LEAVE_OUT_WHY: &str =
    "They name people or are not agreed; no coarser column beside them helps.";
pub(in crate::report) const CONSENT_WHY: &str = "Nobody can consent for them.";
pub(in crate::report) const KNOWN_POINTS_STAY: &str = "Known points break their limit, and these changes were not counted against it: `reidrisk scan --sweep` counts \
     coarser points.";

pub(in crate::report) fn leave_out_subjects(subjects: u64) -> String {
    format!("Leave out the records of {} without consent", super::counted(subjects, "subject", "subjects"))
}

pub(in crate::report) const CONFIRM_ROLES: &str =
    "Confirm the roles of the columns: write them down with `reidrisk init INPUT`, then scan again";

pub(in crate::report) fn confirm_roles_why(guessed: usize) -> String {
    let roles = if guessed == 1 { "1 role is".to_owned() } else { format!("{} roles are", count(guessed as u64)) };
    format!("{roles} guessed, and a guess never passes.")
}

pub(in crate::report) fn config_label(action: &str) -> String {
    format!("Lines for reidrisk.toml: {action}")
}

pub(in crate::report) fn predicted_smallest(before: &str, after: &str) -> String {
    format!("smallest crowd {before} → {after}")
}

pub(in crate::report) fn predicted_exposed(before: &str, after: &str, k: u32) -> String {
    format!("in crowds below {}: {before} → {after}", count(u64::from(k)))
}

pub(in crate::report) fn predicted_unicity(before: &str, after: &str) -> String {
    format!("singled out by known points: {before} → {after}")
}

pub(in crate::report) fn predicted_detail(kept: &str) -> String {
    format!("{kept} of detail kept")
}

pub(in crate::report) const TRUST_DECLARED: &str = "Roles declared";
pub(in crate::report) const TRUST_GUESSED: &str = "Roles guessed: confirm them";
pub(in crate::report) const TRUST_COMPLETE: &str = "Measures complete";
pub(in crate::report) const TRUST_NOT_COMPLETE: &str = "A measure is missing or cut off";
pub(in crate::report) const TRUST_SUBJECTS: &str = "Every record has a subject";
pub(in crate::report) const TRUST_NO_SUBJECT: &str = "No subject declared: each record counts as one";
pub(in crate::report) const TRUST_CENSUS: &str = "Counted as a census";
pub(in crate::report) const TRUST_NO_RECIPIENT: &str = "No recipient declared";

pub(in crate::report) fn trust_without_subject(records: u64) -> String {
    format!("{} without a subject, left out", super::counted(records, "record", "records"))
}

pub(in crate::report) fn recipient_is(name: &str) -> String {
    format!("Recipient: {name}")
}

pub(in crate::report) fn waivers(waived: usize) -> String {
    match waived {
        0 => "No waiver in force".to_owned(),
        1 => "1 finding waived".to_owned(),
        more => format!("{} findings waived", count(more as u64)),
    }
}

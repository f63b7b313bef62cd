//! The order of runs: by their start, and those of one second as their records follow each other.

use jiff::{SignedDuration, Timestamp};

/// Runs of one second have the same name with a number behind it: `-2` comes before `-10`.
pub(crate) fn in_order(run: &str) -> (&str, u64, &str) {
    let number = run.rsplit_once('-').and_then(|(stem, number)| Some((stem, number.parse().ok()?)));
    // The second part of a run without a number is six digits of a hash, which may be a number as well.
    match number {
        Some((stem, number)) if stem.contains('-') => (stem, number, run),
        _ => (run, 1, run),
    }
}

/// The second in which a run started, as far as the name of its folder tells it.
pub(crate) fn second_of(run: &str) -> &str {
    run.get(.."20261121T020004Z".len()).unwrap_or(run)
}

/// What tells the place of a run among others.
pub(crate) struct RunPlace {
    /// Its folder.
    pub(crate) folder: String,
    /// SHA-256 of its record.
    pub(crate) sha256: String,
    /// That of the record it follows.
    pub(crate) previous: Option<String>,
}

/// The runs by the time of their start, and those of one second as they follow each other.
pub(crate) fn in_chain_order<T>(runs: Vec<(RunPlace, T)>) -> Vec<T> {
    let mut runs = runs;
    runs.sort_by(|(left, _), (right, _)| in_order(&left.folder).cmp(&in_order(&right.folder)));
    let mut ordered = Vec::with_capacity(runs.len());
    let mut waiting: Vec<(RunPlace, T)> = Vec::new();
    for run in runs {
        if waiting.first().is_some_and(|(first, _)| second_of(&first.folder) != second_of(&run.0.folder)) {
            take_chained(&mut waiting, &mut ordered);
        }
        waiting.push(run);
    }
    take_chained(&mut waiting, &mut ordered);
    ordered
}

/// Moves runs so that none comes before one it follows.
fn take_chained<T>(waiting: &mut Vec<(RunPlace, T)>, ordered: &mut Vec<T>) {
    while !waiting.is_empty() {
        let is_next = |(place, _): &(RunPlace, T)| {
            waiting.iter().all(|(other, _)| place.previous.as_ref() != Some(&other.sha256))
        };
        let next = waiting.iter().position(is_next).unwrap_or(0);
        ordered.push(waiting.remove(next).1);
    }
}

/// How far times of one folder may be apart although no clock was set: machines that share it have clocks of their own, and
/// between the end of a scan and its record lies the writing of its report.
pub(crate) const CLOCK_SLACK: SignedDuration = SignedDuration::from_mins(10);

/// Whether a time lies in the future, so that the clock was set back since, or was ahead. What is no time does not.
pub(crate) fn is_after_clock(time: &str, now: Timestamp) -> bool {
    time.parse::<Timestamp>().is_ok_and(|time| time.duration_since(now) > CLOCK_SLACK)
}

#[cfg(test)]
mod tests {
    use super::{RunPlace, in_chain_order, in_order};

    #[test]
    fn runs_of_one_second_are_in_the_order_of_the_chain() {
        let run = |folder: &str, sha256: &str, previous: Option<&str>| {
            let place = RunPlace {
                folder: folder.to_owned(),
                sha256: sha256.to_owned(),
                previous: previous.map(str::to_owned),
            };
            (place, sha256.to_owned())
        };
        let runs = vec![
            run("20261122T020004Z-000000", "d", Some("b")),
            run("20261121T020004Z-aaaaaa", "c", None),
            run("20261121T020004Z-000000", "b", Some("a")),
            run("20261121T020004Z-bbbbbb", "a", Some("c")),
        ];
        assert_eq!(in_chain_order(runs), ["c", "a", "b", "d"]);
    }

    #[test]
    fn runs_of_one_second_are_in_the_order_of_their_numbers() {
        let mut runs = ["20261121T020004Z-3fa1c2-10", "20261121T020004Z-3fa1c2-2", "20261121T020004Z-3fa1c2"];
        runs.sort_by(|left, right| in_order(left).cmp(&in_order(right)));
        assert_eq!(runs, ["20261121T020004Z-3fa1c2", "20261121T020004Z-3fa1c2-2", "20261121T020004Z-3fa1c2-10"]);
        let mut runs = ["20261122T020004Z-123456", "20261121T020004Z-654321"];
        runs.sort_by(|left, right| in_order(left).cmp(&in_order(right)));
        assert_eq!(runs[0], "20261121T020004Z-654321");
    }
}

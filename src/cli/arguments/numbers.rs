//! Whole numbers with a limit.

use crate::config::{MOST_THREADS, SMALLEST_K, grouped};

pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&number| number > 0).ok_or_else(|| "expected a whole number of at least 1".to_owned())
}

pub(super) fn class_limit(text: &str) -> Result<u32, String> {
    let limit = text.parse().ok().filter(|&limit| limit >= SMALLEST_K);
    limit.ok_or_else(|| format!("expected a whole number of at least {SMALLEST_K}; a class of one is no crowd"))
}

pub(super) fn thread_count(text: &str) -> Result<usize, String> {
    let threads = text.parse().ok().filter(|threads| (1..=MOST_THREADS).contains(threads));
    threads.ok_or_else(|| format!("expected a whole number from 1 to {}", grouped(MOST_THREADS as u64)))
}

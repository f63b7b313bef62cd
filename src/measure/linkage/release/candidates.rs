//! Who is scored in full: the few whose histories share the rarest items.

use rayon::prelude::*;

use super::cost::Background;
use super::features::{Histories, narrow};
use crate::measure::linkage::starts;
use crate::stop::{Stop, StopReason};

/// Entries of the index that one look-up may read. A rare item is worth more than a frequent one and costs less, so
/// items are read from the rarest on until the next would exceed this.
const READS: usize = 100_000;

/// Who has an item, for the features that are looked up.
pub(super) struct Index {
    features: Vec<Postings>,
    subjects: usize,
}

struct Postings {
    feature: usize,
    starts: Vec<usize>,
    subjects: Vec<u32>,
    weights: Vec<f64>,
}

impl Index {
    /// An index of the given features of one side; `weight` says what a shared item is worth.
    pub(super) fn new(
        histories: &Histories,
        features: &[usize],
        backgrounds: &[Background],
        weight: impl Fn(&Background, u32, usize) -> f64 + Sync,
    ) -> Self {
        let postings = |&feature: &usize| {
            let items = backgrounds[feature].shares.len();
            let histograms = &histories.features[feature];
            let starts = starts(items, histograms.all().iter().map(|&(item, _)| item));
            let mut next = starts.clone();
            let mut subjects = vec![0; starts[items]];
            for subject in 0..narrow(histories.subjects) {
                for &(item, _) in histograms.of(subject) {
                    subjects[next[item as usize]] = subject;
                    next[item as usize] += 1;
                }
            }
            let weights = (0..items)
                .map(|item| match starts[item + 1] - starts[item] {
                    0 => 0.0,
                    holders => weight(&backgrounds[feature], narrow(item), holders),
                })
                .collect();
            Postings { feature, starts, subjects, weights }
        };
        Self { features: features.par_iter().map(postings).collect(), subjects: histories.subjects }
    }

    /// The `keep` subjects of the index whose shared items are worth most to each subject of `queries`, best first,
    /// each with that worth. Ties by number.
    pub(super) fn nearest(
        &self,
        queries: &Histories,
        asked: &[u32],
        keep: usize,
        stop: &Stop,
    ) -> Result<Vec<Vec<(u32, f64)>>, StopReason> {
        asked
            .par_iter()
            .with_min_len(64)
            .map_init(
                || Worth { of: vec![0.0; self.subjects], touched: Vec::new() },
                |worth, &query| {
                    stop.check()?;
                    Ok(self.nearest_of(queries, query, keep, worth))
                },
            )
            .collect()
    }

    fn nearest_of(&self, queries: &Histories, query: u32, keep: usize, worth: &mut Worth) -> Vec<(u32, f64)> {
        let mut items: Vec<(usize, usize, usize)> = Vec::new();
        for (at, postings) in self.features.iter().enumerate() {
            for &(item, _) in queries.features[postings.feature].of(query) {
                let item = item as usize;
                let holders = postings.starts[item + 1] - postings.starts[item];
                if holders > 0 {
                    items.push((holders, at, item));
                }
            }
        }
        items.sort_unstable();
        let mut reads = 0;
        for (holders, at, item) in items {
            reads += holders;
            if reads > READS {
                break;
            }
            let postings = &self.features[at];
            let weight = postings.weights[item];
            for &subject in &postings.subjects[postings.starts[item]..postings.starts[item + 1]] {
                let of = &mut worth.of[subject as usize];
                if *of == 0.0 {
                    worth.touched.push(subject);
                }
                *of += weight;
            }
        }
        worth.take_best(keep)
    }
}

/// What each subject of the index is worth to one query.
struct Worth {
    of: Vec<f64>,
    touched: Vec<u32>,
}

impl Worth {
    fn take_best(&mut self, keep: usize) -> Vec<(u32, f64)> {
        let mut found: Vec<(u32, f64)> =
            self.touched.drain(..).map(|subject| (subject, std::mem::take(&mut self.of[subject as usize]))).collect();
        let order = |one: &(u32, f64), other: &(u32, f64)| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0));
        if found.len() > keep && keep > 0 {
            found.select_nth_unstable_by(keep - 1, order);
        }
        found.truncate(keep);
        found.sort_unstable_by(order);
        // As many lists as subjects are kept; with room for everybody touched they would grow with the square of them.
        found.shrink_to_fit();
        found
    }
}

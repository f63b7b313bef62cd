//! Release to release: following people from one extract to another although their pseudonyms were refreshed.
//!
//! # Definition
//! A history is all that the records of a subject say on the shared columns: how often it was at each merchant, in each
//! category, on each weekday, how large its amounts are and which exact amounts come again. Two histories of one person
//! resemble each other more than those of two, and rare habits more than common ones. The attack links the subjects of
//! both sides one to one by that resemblance alone, and says how sure each link is.
//!
//! 1. *Features* (`features.rs`): each column of words as it is; of amounts the exact one, the half octave and the last
//!    two digits; of times the weekday, the day of the month and the hour.
//! 2. *Score* (`cost.rs`): for each feature how much likelier the two histograms are from one person than from two, under
//!    a Dirichlet-multinomial model whose background and concentration come from all histories together. That is overlap
//!    weighted by rarity. [`histogram_cost`] is the classical cost of the same question, without a background.
//! 3. *Weights* (`learn.rs`): features say the same thing twice, so their scores do not simply add up. Whoever holds a
//!    release can cut the records of each of its subjects in two by time and knows who belongs together; the weights are
//!    learned there. No truth about the two releases is used.
//! 4. *Candidates* (`candidates.rs`): the few who share the rarest items, from an inverted index.
//! 5. *Confidence* (`belief.rs`): the probability of each pair over all one-to-one matchings of the candidates.
//! 6. *Links*: the one-to-one assignment with the largest expected number of right links.
//!
//! Sources: Unnikrishnan & Naini, Allerton 2013; Naini, Unnikrishnan, Thiran & Vetterli, *IEEE TIFS* 11(2), 2016.
//!
//! # Edge cases
//! No subject, fewer than two on a side, a source that equals the extract, no column that differs between subjects, no
//! value on both sides: undefined, with words. Subjects whose histories are the same in every feature cannot be told
//! apart; they are not linked. Dates count by weekday and day of the month only, so that two releases over the same
//! period are linked by habits, not by single events: exact linkage does that.
//!
//! # Guarantee
//! The same figures for any number of threads and any order of the records: items are numbered by value, subjects by a
//! digest of their histories, and sums run in that order.
//!
//! # Cost
//! Items are read from the rarest on, at most 100,000 entries of the index a subject, so 10^5 subjects a side take
//! minutes and not hours; see `docs/performance.md`.

#![expect(clippy::cast_precision_loss, reason = "subjects and records are fewer than 2^32")]

mod belief;
mod candidates;
mod cost;
mod features;
mod learn;
mod links;
mod model;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod test;

pub use cost::{Background, histogram_cost};

use rayon::prelude::*;

use crate::measure::linkage::LinkedTables;
use crate::measure::linkage::assign::{Edge, assign};
use crate::result::{AssignmentMethod, AttackKind, LinkageAttack, ReleaseDetail, UndefinedField};
use crate::stop::{Stop, StopReason};
use belief::Pair;
use candidates::Index;
use features::{Feature, Histories, Part, Side, narrow};
use learn::Question;
use links::Links;
use model::Model;

/// How releases are linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Candidates a subject that are scored in full.
    pub candidates: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { candidates: 32 }
    }
}

/// Subjects of each side whose halves are asked about when weights are learned.
const LEARNED_FROM: usize = 1000;

/// The smallest share of subjects that is ever taken to be in both releases: nobody looks for links without hope.
const SMALLEST_SHARE: f64 = 0.05;

/// Fewest items for which an index is worth its look-ups.
const MANY_ITEMS: usize = 64;

/// Links the subjects of the extract with those of a release whose pseudonyms were refreshed.
///
/// `attack_rate` is a share of the subjects of the extract, whether they are in the other release or not.
///
/// # Errors
/// When `stop` was raised.
pub fn attack(linked: &LinkedTables, settings: &Settings, stop: &Stop) -> Result<LinkageAttack, StopReason> {
    let features = features::features(linked);
    if let Some((reason, words)) = not_measurable(linked, &features) {
        return Ok(undefined(linked, reason, words));
    }
    let ours = Side::new(&linked.ours, &linked.columns, &features, stop)?;
    let theirs = Side::new(&linked.theirs, &linked.columns, &features, stop)?;
    let histories = [ours.histories(&features, Part::All, stop)?, theirs.histories(&features, Part::All, stop)?];
    let Some(common) = shared_features(&features, &histories) else {
        return Ok(undefined(linked, "no-overlap", "no value occurs on both sides"));
    };
    let (features, histories) = (kept(features, &common), histories.map(|side| side.kept(&common)));
    let study = Study::new(&features, [&ours, &theirs], &histories, settings, stop)?;
    let pairs = study.pairs(stop)?;
    let share = study.share_in_common(&pairs);
    if linked.truth.is_none() && share <= SMALLEST_SHARE {
        return Ok(undefined(
            linked,
            "nobody-in-common",
            "nothing shows that anybody is in both releases: what the attack would claim rests on its smallest assumption alone",
        ));
    }
    let in_common = share.clamp(SMALLEST_SHARE, 1.0) * ours.order.len().min(theirs.order.len()) as f64;
    let probabilities = belief::probabilities(&pairs, ours.order.len(), theirs.order.len(), in_common);
    let links = Links::new(&pairs, &probabilities, [&ours, &theirs], stop)?;
    let mut attack = links.summed_up(linked);
    attack.notes.extend(doubts(linked));
    attack.release = Some(ReleaseDetail {
        features: features.iter().map(|feature| feature.name.clone()).collect(),
        candidates: settings.candidates,
        assignment: AssignmentMethod::Optimal,
        plain_overlap_rate: study.plain_overlap_rate(linked, stop)?,
        nearest_rate: links::nearest_rate(&pairs, [&ours, &theirs], linked),
        common: links::common(linked),
    });
    Ok(attack)
}

/// Why nothing can be linked, if so.
fn not_measurable(linked: &LinkedTables, features: &[Feature]) -> Option<(&'static str, &'static str)> {
    let (ours, theirs) = (&linked.ours, &linked.theirs);
    if !ours.has_subjects() || !theirs.has_subjects() {
        return Some(("no-subject", "a history needs a subject column on both sides"));
    }
    if linked.source_equals_extract {
        return Some(("same-records", "the source holds the same records as the extract, so it is no other release"));
    }
    if ours.subjects() < 2 || theirs.subjects() < 2 {
        return Some(("too-few-subjects", "a side has fewer than two subjects"));
    }
    features.is_empty().then_some(("constant", "no shared column has two different values"))
}

/// What a reader must know about stated probabilities.
fn doubts(linked: &LinkedTables) -> Vec<String> {
    let halves = "probabilities are learned on halves of each release; where habits change more between the releases than \
                  within them, or less, stated probabilities are off";
    let mut doubts = vec![halves.to_owned()];
    if !linked.columns.iter().any(features::is_time) {
        doubts.push("no shared column is a date or a time, so halves were drawn at random".to_owned());
    }
    doubts
}

fn undefined(linked: &LinkedTables, reason: &str, words: &str) -> LinkageAttack {
    let fields = ["attack_rate", "interval", "baseline_rate"];
    let undefined =
        fields.iter().map(|&field| UndefinedField { field: field.to_owned(), reason: reason.to_owned() }).collect();
    LinkageAttack { undefined, notes: vec![words.to_owned()], ..empty(linked) }
}

/// An attack of which only the sides are known.
fn empty(linked: &LinkedTables) -> LinkageAttack {
    LinkageAttack {
        attack: AttackKind::Release,
        with: linked.source.clone(),
        columns: linked.columns.iter().map(|column| column.name.clone()).collect(),
        subjects: linked.ours.subjects() as u64,
        source_subjects: linked.theirs.subjects() as u64,
        source_equals_extract: linked.source_equals_extract,
        ..LinkageAttack::default()
    }
}

/// Which features have an item on both sides; `None` when none has.
fn shared_features(features: &[Feature], [ours, theirs]: &[Histories; 2]) -> Option<Vec<bool>> {
    let shared = |at: usize| {
        let mut seen = vec![false; features[at].items];
        for subject in 0..narrow(ours.subjects) {
            for &(item, _) in ours.features[at].of(subject) {
                seen[item as usize] = true;
            }
        }
        let has = |subject| theirs.features[at].of(subject).iter().any(|&(item, _)| seen[item as usize]);
        (0..narrow(theirs.subjects)).any(has)
    };
    let shared: Vec<bool> = (0..features.len()).into_par_iter().map(shared).collect();
    shared.contains(&true).then_some(shared)
}

fn kept(features: Vec<Feature>, keep: &[bool]) -> Vec<Feature> {
    features.into_iter().zip(keep).filter_map(|(feature, &keep)| keep.then_some(feature)).collect()
}

/// Everything that scores are made from.
struct Study<'all> {
    features: &'all [Feature],
    sides: [&'all Side<'all>; 2],
    histories: &'all [Histories; 2],
    backgrounds: Vec<Background>,
    /// Features by which candidates are found.
    looked_up: Vec<usize>,
    candidates: usize,
    model: Model,
}

impl<'all> Study<'all> {
    fn new(
        features: &'all [Feature],
        sides: [&'all Side<'all>; 2],
        histories: &'all [Histories; 2],
        settings: &Settings,
        stop: &Stop,
    ) -> Result<Self, StopReason> {
        let backgrounds = model::backgrounds(features, [&histories[0], &histories[1]], stop)?;
        let many = |&at: &usize| features[at].words || features[at].items > MANY_ITEMS;
        let mut looked_up: Vec<usize> = (0..features.len()).filter(many).collect();
        if looked_up.is_empty() {
            looked_up = (0..features.len()).collect();
        }
        let candidates = settings.candidates.max(1) as usize;
        let model = Model { weights: Vec::new(), offset: 0.0, found: [0.0; 2] };
        let mut study = Self { features, sides, histories, backgrounds, looked_up, candidates, model };
        let mut questions = study.questions(sides[0], stop)?;
        questions.extend(study.questions(sides[1], stop)?);
        study.model = {
            let of_features = features.len() * model::OF_FEATURE;
            learn::fit(&questions, of_features, of_features + model::LENGTHS)
        };
        Ok(study)
    }

    /// The candidates of each subject of `asked` in an index of `pool`.
    fn candidates(
        &self,
        queries: &Histories,
        asked: &[u32],
        pool: &Histories,
        stop: &Stop,
    ) -> Result<Vec<Vec<(u32, f64)>>, StopReason> {
        let weight = |background: &Background, item: u32, _| background.rarity(item);
        let index = Index::new(pool, &self.looked_up, &self.backgrounds, weight);
        index.nearest(queries, asked, self.candidates, stop)
    }

    /// What a release says about its own subjects: early halves, each asked twice, among the late halves.
    fn questions(&self, side: &Side, stop: &Stop) -> Result<Vec<Question>, StopReason> {
        let early = side.histories(self.features, Part::EarlyHalf, stop)?;
        let late = side.histories(self.features, Part::LateHalf, stop)?;
        // A half without a record says nothing; the late half is never the smaller one.
        let asked: Vec<u32> = (0..narrow(early.subjects)).filter(|&subject| !early.is_blank(subject)).collect();
        let ln_pool = (asked.len().max(1) as f64).ln();
        let asked = &asked[..asked.len().min(LEARNED_FROM)];
        let found = self.candidates(&early, asked, &late, stop)?;
        let of_subject = |(&subject, found): (&u32, Vec<(u32, f64)>)| {
            let scores = |leave: bool| -> Vec<f64> {
                let kept = found.iter().filter(|&&(candidate, _)| !(leave && candidate == subject));
                kept.flat_map(|&(candidate, _)| model::scores(&self.backgrounds, (&early, subject), (&late, candidate)))
                    .collect()
            };
            let answer = found.iter().position(|&(candidate, _)| candidate == subject);
            [
                Question { scores: scores(false), answer, ln_pool },
                Question { scores: scores(true), answer: None, ln_pool },
            ]
        };
        Ok(asked.par_iter().zip(found).flat_map_iter(of_subject).collect())
    }

    /// Every candidate pair of the two releases with its evidence, by left, then right.
    fn pairs(&self, stop: &Stop) -> Result<Vec<Pair>, StopReason> {
        let [ours, theirs] = self.histories;
        let asked: Vec<u32> = (0..narrow(ours.subjects)).collect();
        let found = self.candidates(ours, &asked, theirs, stop)?;
        let of_subject = |(left, found): (u32, Vec<(u32, f64)>)| {
            let mut pairs: Vec<Pair> = found
                .into_iter()
                .map(|(right, _)| {
                    let scores = model::scores(&self.backgrounds, (ours, left), (theirs, right));
                    Pair { left, right, evidence: self.model.evidence(&scores) }
                })
                .collect();
            pairs.sort_unstable_by_key(|pair| pair.right);
            pairs
        };
        Ok(asked.into_par_iter().zip(found).flat_map_iter(of_subject).collect())
    }

    /// The share of the smaller side that is to be expected in both releases, without truth; below 0 where even less is
    /// found than where nobody fits.
    ///
    /// Among questions with known answers the mean probability that somebody is found is one number where nobody fits
    /// and another where somebody does; how far the two releases lie between them says how many subjects have a partner
    /// (adjusted counts: Forman, *Data Mining and Knowledge Discovery* 17(2), 2008).
    fn share_in_common(&self, pairs: &[Pair]) -> f64 {
        let [ours, theirs] = self.histories;
        let (left, right) = (ours.subjects as f64, theirs.subjects as f64);
        let of_left = pairs.chunk_by(|one, other| one.left == other.left);
        let found: f64 =
            of_left.map(|pairs| learn::some_partner(pairs.iter().map(|pair| pair.evidence), right.ln())).sum();
        let [absent, present] = self.model.found;
        if present > absent { (found / left - absent) / (present - absent) } else { 0.5 }
    }

    /// Share of subjects whose true partner shares most with them, by the column of words with most values alone: the
    /// larger share of two usual weights of a value that s subjects of n have, ln(1 + n/s) and 1/ln(1 + s).
    fn plain_overlap_rate(&self, linked: &LinkedTables, stop: &Stop) -> Result<Option<f64>, StopReason> {
        let words = (0..self.features.len()).filter(|&at| self.features[at].words);
        let Some(merchant) = words.max_by_key(|&at| (self.features[at].items, std::cmp::Reverse(at))) else {
            return Ok(None);
        };
        if linked.truth.is_none() {
            return Ok(None);
        }
        let [ours, theirs] = self.histories;
        let subjects = theirs.subjects as f64;
        let weights: [fn(f64, f64) -> f64; 2] = [|n, s| (n / s).ln_1p(), |_, s| s.ln_1p().recip()];
        let asked: Vec<u32> = (0..narrow(ours.subjects)).collect();
        let mut largest: Option<f64> = None;
        for weight in weights {
            let rarity = |_: &Background, _, holders: usize| weight(subjects, holders as f64);
            let index = Index::new(theirs, &[merchant], &self.backgrounds, rarity);
            let found = index.nearest(ours, &asked, theirs.subjects.min(1000), stop)?;
            let rate = links::best_rate(&found, self.sides, linked);
            largest = largest.into_iter().chain(rate).reduce(f64::max);
        }
        Ok(largest)
    }
}

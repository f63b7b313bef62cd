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
//! 4. *How many are in both* (`share.rs`): halves of one release are held against halves of the other; what is found beyond
//!    what strangers within a release show says how many people are in both, and with what error.
//! 5. *Candidates* (`candidates.rs`): the few who share the rarest items, from an inverted index.
//! 6. *Confidence* (`belief.rs`): the probability of each pair over all one-to-one matchings of the candidates.
//! 7. *Links*: the one-to-one assignment with the largest expected number of right links.
//!
//! Sources: Unnikrishnan & Naini, Allerton 2013; Naini, Unnikrishnan, Thiran & Vetterli, *IEEE TIFS* 11(2), 2016.
//!
//! # Edge cases
//! No subject, fewer than two on a side, a source that equals the extract, no column that differs between subjects, no
//! value on both sides: undefined, with words. Subjects whose histories are the same in every feature cannot be told
//! apart; they are not linked. Dates count by weekday and day of the month only, so that two releases over the same
//! period are linked by habits, not by single events: exact linkage does that.
//!
//! Where the share of people in both is not above 0 by more than its error, and no truth says of four in five subjects who
//! they are, nothing is claimed
//! (`nobody-in-common`). That is so for releases of unrelated people but for about 1 in 40, for people whose histories say
//! nothing about them, and also where too few are in both to show: of 500 subjects with 12 records each, some 50. With
//! longer or more personal histories 10 are enough. It is no proof that nobody can be followed.
//!
//! Without truth the interval of the rate is that of the expected number of right links, widened by the error of the share.
//! People whose habits change between the releases more than within them are more than the attack expects.
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
mod share;
#[cfg(test)]
mod test;

pub use cost::{Background, histogram_cost};

use rayon::prelude::*;

use crate::measure::linkage::assign::{Edge, assign};
use crate::measure::linkage::written::{RATE_AND_BASELINE, without_rate};
use crate::measure::linkage::{LinkedTables, SubjectKeys};
use crate::result::{AssignmentMethod, AttackKind, LinkageAttack, ReleaseDetail};
use crate::stop::{Stop, StopReason};
use belief::{Expected, Pair};
use candidates::Index;
use features::{Feature, Histories, Part, Side, kept, narrow};
use learn::CandidateSet;
use links::Links;
use model::Model;
use share::{InCommon, Known, Later};

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

/// Why nothing is claimed when nobody shows to be in both.
const NOBODY: &str = "nothing shows that anybody is in both releases: across them, halves of histories look no more alike \
                      than those of strangers within one, so any link would be a guess";

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
        return Ok(nothing(linked, reason, words));
    }
    let ours = Side::new(&linked.ours, &linked.columns, &features, stop)?;
    let theirs = Side::new(&linked.theirs, &linked.columns, &features, stop)?;
    let histories = [ours.histories(&features, Part::All, stop)?, theirs.histories(&features, Part::All, stop)?];
    let Some(common) = shared_features(&features, &histories) else {
        return Ok(nothing(linked, "no-overlap", "no value occurs on both sides"));
    };
    let (features, histories) = (kept(features, &common), histories.map(|side| side.kept(&common)));
    let study =
        Study::new(&features, [&ours, &theirs], &histories, (settings, Later::new(linked, features::is_time)), stop)?;
    let pairs = study.pairs(stop)?;
    if !study.in_common.shows() && !is_mostly_known(linked) {
        return Ok(nothing(linked, "nobody-in-common", NOBODY));
    }
    let probabilities = study.probabilities(&pairs);
    let links = Links::new(&pairs, &probabilities, [&ours, &theirs], stop)?;
    let doubt = if study.in_common.shows() { study.in_common.doubt } else { f64::INFINITY };
    let mut attack = links.summed_up(linked, doubt);
    attack.notes.extend(doubts(linked));
    attack.release = Some(ReleaseDetail {
        features: features.iter().map(|feature| feature.name.clone()).collect(),
        candidates: settings.candidates,
        assignment: AssignmentMethod::Optimal,
        plain_overlap_rate: study.plain_overlap_rate(linked, stop)?,
        nearest_rate: links::nearest_rate(&pairs, [&ours, &theirs], linked),
        common: linked.truth.as_ref().map(SubjectKeys::in_source),
    });
    Ok(attack)
}

/// Whether truth says of most subjects who they are: four in five, as wherever the truth is asked for.
fn is_mostly_known(linked: &LinkedTables) -> bool {
    linked.known().is_some_and(|known| 5 * known.subjects() >= 4 * linked.ours.subjects() as u64)
}

/// Why nothing can be linked, if so.
fn not_measurable(linked: &LinkedTables, features: &[Feature]) -> Option<(&'static str, &'static str)> {
    let (ours, theirs) = (&linked.ours, &linked.theirs);
    if !ours.has_subjects() || !theirs.has_subjects() {
        return Some(("no-subject", "a history needs a subject column on both sides"));
    }
    if linked.source_equals_extract {
        return Some((
            "same-records",
            "the source holds the same records as the extract, so it is not another release",
        ));
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

fn nothing(linked: &LinkedTables, reason: &str, words: &str) -> LinkageAttack {
    without_rate(linked.attack(AttackKind::Release), RATE_AND_BASELINE, reason, words)
}

/// Which features have an item on both sides; `None` when none has.
fn shared_features(features: &[Feature], [ours, theirs]: &[Histories; 2]) -> Option<Vec<bool>> {
    let shared = |at: usize| {
        let mut seen = vec![false; features[at].items];
        for &(item, _) in ours.features[at].all() {
            seen[item as usize] = true;
        }
        theirs.features[at].all().iter().any(|&(item, _)| seen[item as usize])
    };
    let shared: Vec<bool> = (0..features.len()).into_par_iter().map(shared).collect();
    shared.contains(&true).then_some(shared)
}

/// The records of each subject of a side in two by time, and whose early halves are asked about.
struct Halves {
    early: Histories,
    late: Histories,
    asked: Vec<u32>,
    /// ln of the number of subjects that could be asked about.
    ln_pool: f64,
}

impl Halves {
    fn new(side: &Side, features: &[Feature], stop: &Stop) -> Result<Self, StopReason> {
        let early = side.histories(features, Part::EarlyHalf, stop)?;
        let late = side.histories(features, Part::LateHalf, stop)?;
        // A half without a record says nothing; the late half is never the smaller one.
        let mut asked: Vec<u32> = (0..narrow(early.subjects)).filter(|&subject| !early.is_blank(subject)).collect();
        let ln_pool = (asked.len().max(1) as f64).ln();
        asked.truncate(LEARNED_FROM);
        Ok(Self { early, late, asked, ln_pool })
    }
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
    in_common: InCommon,
}

impl<'all> Study<'all> {
    fn new(
        features: &'all [Feature],
        sides: [&'all Side<'all>; 2],
        histories: &'all [Histories; 2],
        (settings, later): (&Settings, Later),
        stop: &Stop,
    ) -> Result<Self, StopReason> {
        let backgrounds = model::backgrounds(features, [&histories[0], &histories[1]], stop)?;
        let many = |&at: &usize| features[at].words || features[at].items > MANY_ITEMS;
        let mut looked_up: Vec<usize> = (0..features.len()).filter(many).collect();
        if looked_up.is_empty() {
            looked_up = (0..features.len()).collect();
        }
        let candidates = settings.candidates.max(1) as usize;
        let model = Model { weights: Vec::new(), offset: 0.0, reach: 1.0 };
        let in_common = InCommon { share: 1.0, doubt: f64::INFINITY };
        let mut study = Self { features, sides, histories, backgrounds, looked_up, candidates, model, in_common };
        study.learn(later, stop)?;
        Ok(study)
    }

    /// Learns from halves what scores are worth, and how many are in both releases.
    fn learn(&mut self, later: Later, stop: &Stop) -> Result<(), StopReason> {
        let ours = Halves::new(self.sides[0], self.features, stop)?;
        let theirs = Halves::new(self.sides[1], self.features, stop)?;
        let mut questions = self.questions(&ours, stop)?;
        questions.extend(self.questions(&theirs, stop)?);
        let of_features = self.features.len() * model::OF_FEATURE;
        self.model = learn::fit(&questions, of_features, of_features + model::LENGTHS);
        let known = Known::new(&self.model, &questions);
        let [of_ours, of_theirs] = [self.across(&ours, &theirs, stop)?, self.across(&theirs, &ours, stop)?];
        self.in_common = InCommon::new(&known, [&of_ours, &of_theirs], later, 1.0 / self.smaller_side());
        Ok(())
    }

    fn smaller_side(&self) -> f64 {
        self.histories[0].subjects.min(self.histories[1].subjects) as f64
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
    fn questions(&self, halves: &Halves, stop: &Stop) -> Result<Vec<CandidateSet>, StopReason> {
        let Halves { early, late, asked, ln_pool } = halves;
        let ln_pool = *ln_pool;
        let found = self.candidates(early, asked, late, stop)?;
        let of_subject = |(&subject, found): (&u32, Vec<(u32, f64)>)| {
            let scores = |leave: bool| -> Vec<f64> {
                let kept = found.iter().filter(|&&(candidate, _)| !(leave && candidate == subject));
                kept.flat_map(|&(candidate, _)| model::scores(&self.backgrounds, (early, subject), (late, candidate)))
                    .collect()
            };
            let answer = found.iter().position(|&(candidate, _)| candidate == subject);
            [
                CandidateSet { scores: scores(false), answer, has_partner: true, ln_pool },
                CandidateSet { scores: scores(true), answer: None, has_partner: false, ln_pool },
            ]
        };
        Ok(asked.par_iter().zip(found).flat_map_iter(of_subject).collect())
    }

    /// The odds that early halves of one side have a partner among the late halves of the other.
    fn across(&self, asked: &Halves, pool: &Halves, stop: &Stop) -> Result<Vec<f64>, StopReason> {
        let found = self.candidates(&asked.early, &asked.asked, &pool.late, stop)?;
        let odds = |(&subject, found): (&u32, Vec<(u32, f64)>)| {
            let scores = |candidate| model::scores(&self.backgrounds, (&asked.early, subject), (&pool.late, candidate));
            let scores = found.into_iter().flat_map(|(candidate, _)| scores(candidate)).collect();
            let question = CandidateSet { scores, answer: None, has_partner: false, ln_pool: pool.ln_pool };
            learn::odds(&self.model, &question)
        };
        Ok(asked.asked.par_iter().zip(found).map(odds).collect())
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

    /// How sure each pair is. What halves say about the number of people in both is taken up to look at whole histories
    /// once; what those say of it is taken up for good.
    fn probabilities(&self, pairs: &[Pair]) -> Vec<f64> {
        let [left, right] = [self.histories[0].subjects, self.histories[1].subjects];
        let most = self.smaller_side();
        let before = Expected { common: self.in_common.share * most, reach: self.model.reach };
        let after = before.after(&belief::probabilities(pairs, left, right, before), most);
        belief::probabilities(pairs, left, right, after)
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

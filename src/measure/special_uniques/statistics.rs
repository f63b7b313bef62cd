//! The value of the measure, from what was counted.

use std::collections::HashMap;

use rayon::prelude::*;

use super::scores::{MOST_COLUMNS, Scale, Signature, Signatures, Weight, correct_match, elliot, ihsn, score, weights};
use super::{Counted, Settings};
use crate::number::{as_float, ratio};
use crate::result::{
    DataIntrusion, GATED_COLUMNS, MsuColumn, MsuPair, MsuSet, MsuSize, Reading, ScoreBand, SpecialUniques, SudaScores,
    UndefinedField,
};
use crate::table::{MinimalCounts, MinimalSet, Table};

/// Sets and pairs that are listed.
const LISTED: usize = 100;

/// Where the bands of scores begin, as shares of the weight of a single column.
const BANDS: [f64; 8] = [0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0];

pub(super) fn describe(table: &Table, settings: Settings, counted: &Counted) -> SpecialUniques {
    let Counted { minimal, full, reading } = counted;
    let columns = table.columns().len();
    let max_msu = minimal.of_records.sizes();
    let units = Units::of(table, counted);
    let of_records = signatures(&minimal.of_records, table.records());
    let of_units = minimal.of_subjects.as_ref().map(|counts| signatures(counts, table.subjects()));
    let of_units = of_units.as_ref().unwrap_or(&of_records);
    // A set of all columns is no proper subset.
    let is_special = |signature: &Signature| smallest(signature).is_some_and(|size| size < columns);
    let with = |signatures: &Signatures, holds: &dyn Fn(&Signature) -> bool| -> u64 {
        signatures.iter().filter(|(signature, _)| holds(signature)).map(|(_, members)| members).sum()
    };
    let is_gated = |signature: &Signature| smallest(signature).is_some_and(|size| size <= GATED_COLUMNS);
    let gated_share = (max_msu >= GATED_COLUMNS.min(columns)).then(|| ratio(with(of_units, &is_gated), units.all));
    let gated_share = gated_share.flatten();
    let undefined = gated_share.is_none().then(|| UndefinedField::new("gated_share", "smaller-sets"));
    let by_size = |size: usize| {
        let is_smallest = |signature: &Signature| smallest(signature) == Some(size);
        let sets = minimal.sets.iter().filter(|set| set.set.len() == size);
        MsuSize {
            columns: size,
            sets: sets.clone().filter(|set| set.subjects > 0).count() as u64,
            record_msus: sets.clone().map(|set| set.records).sum(),
            subject_msus: sets.map(|set| set.subjects).sum(),
            records: with(&of_records, &is_smallest),
            subjects: with(of_units, &is_smallest),
        }
    };
    let (pairs, sets) = (pairs(table, &minimal.sets, max_msu), sets(table, &minimal.sets));
    SpecialUniques {
        quasi_identifiers: table.columns().iter().map(|column| column.name.clone()).collect(),
        max_msu,
        complete: max_msu + 1 >= columns,
        reading: *reading,
        records: table.records() as u64,
        subjects: units.all,
        unique_records: full.sizes.iter().filter(|size| size.size == 1).map(|size| size.records).sum(),
        unique_subjects: full.subjects_below(2),
        special_records: with(&of_records, &is_special),
        special_subjects: with(of_units, &is_special),
        gated_share,
        by_size: (1..=max_msu).map(by_size).collect(),
        elliot: scores(of_units, elliot, columns, max_msu, units.all),
        ihsn: scores(of_units, ihsn, columns, max_msu, units.all),
        dis: intrusion(settings, of_units, &units, columns, max_msu),
        columns: contributions(table, &minimal.sets, max_msu),
        pairs,
        sets_left_out: (sets.len() - sets.len().min(LISTED)) as u64,
        sets: sets.into_iter().take(LISTED).collect(),
        undefined: undefined.into_iter().collect(),
    }
}

/// What the scores are of, and the classes that they make.
struct Units {
    all: u64,
    reading: Reading,
    unique_classes: u64,
    pair_classes: u64,
}

impl Units {
    fn of(table: &Table, counted: &Counted) -> Self {
        let of_size = |size: u32| {
            let sizes = counted.full.sizes.iter().filter(|entry| entry.size == size);
            sizes.map(|entry| entry.classes).sum()
        };
        Self {
            all: table.subjects() as u64,
            reading: counted.reading,
            unique_classes: of_size(1),
            pair_classes: of_size(2),
        }
    }
}

/// The size of the smallest minimal set.
fn smallest(signature: &[u16]) -> Option<usize> {
    signature.iter().position(|&sets| sets > 0).map(|place| place + 1)
}

/// How many of `members` have which counts.
pub(super) fn signatures(counts: &MinimalCounts, members: usize) -> Signatures {
    let add = |mut found: HashMap<Signature, u64>, member: usize| {
        let signature = counts.signature(member);
        match found.get_mut(signature.as_slice()) {
            Some(members) => *members += 1,
            None => drop(found.insert(signature.as_slice().into(), 1)),
        }
        found
    };
    let merge = |mut one: HashMap<Signature, u64>, other: HashMap<Signature, u64>| {
        for (signature, members) in other {
            *one.entry(signature).or_default() += members;
        }
        one
    };
    let found = (0..members).into_par_iter().with_min_len(1 << 14).fold(HashMap::new, add).reduce(HashMap::new, merge);
    found.into_iter().collect()
}

fn scores(signatures: &Signatures, weight: Weight, columns: usize, max_msu: usize, all: u64) -> SudaScores {
    let weights = weights(weight, columns, max_msu);
    let single = weights.first().copied().unwrap_or(0.0);
    let of = |signature: &Signature| score(signature, &weights);
    let total: f64 = signatures.iter().map(|(signature, &members)| of(signature) * as_float(members)).sum();
    let band = |score: f64| BANDS.iter().rposition(|from| score >= from * single && score > 0.0).map_or(0, |at| at + 1);
    let mut subjects = [0_u64; BANDS.len() + 1];
    for (signature, &members) in signatures {
        subjects[band(of(signature))] += members;
    }
    let ends = |place: usize| match place {
        0 => (0.0, Some(0.0)),
        place => (BANDS[place - 1], BANDS.get(place).copied()),
    };
    let bands = (0..).zip(subjects).map(|(place, subjects)| {
        let (from, to) = ends(place);
        ScoreBand { from, to, subjects }
    });
    SudaScores {
        bands: bands.collect(),
        highest: signatures.keys().map(of).fold(0.0, f64::max),
        mean: if all == 0 { 0.0 } else { total / as_float(all) },
        total,
        weights,
    }
}

/// DIS, and DIS-SUDA with the weights of Elliot et al.
fn intrusion(
    settings: Settings,
    signatures: &Signatures,
    units: &Units,
    columns: usize,
    max_msu: usize,
) -> DataIntrusion {
    let found = intrusion_scale(settings, signatures, units, columns, max_msu);
    let (correct_match, scale, undefined) = match found {
        Ok((correct, scale)) => (Some(correct), scale.ok(), scale.err()),
        Err(reason) => (None, None, Some(reason)),
    };
    let weights = weights(elliot, columns, max_msu);
    let of = |scale: Scale, signature: &Signature| scale.of(score(signature, &weights));
    let highest = scale.map(|scale| signatures.keys().map(|signature| of(scale, signature)).fold(0.0, f64::max));
    let total = scale.map(|scale| -> f64 {
        signatures.iter().map(|(signature, &members)| of(scale, signature) * as_float(members)).sum()
    });
    let fields: &[&str] =
        if correct_match.is_none() { &["correct_match", "highest", "mean"] } else { &["highest", "mean"] };
    let why = undefined.map(|reason| fields.iter().map(|field| UndefinedField::new(field, reason)).collect());
    DataIntrusion {
        sampling_fraction: settings.sampling_fraction,
        unique_classes: units.unique_classes,
        pair_classes: units.pair_classes,
        correct_match,
        highest,
        mean: total.map(|total| total / as_float(units.all)),
        undefined: why.unwrap_or_default(),
    }
}

/// DIS, and what leads to DIS-SUDA; else the code of the reason why not.
fn intrusion_scale(
    settings: Settings,
    signatures: &Signatures,
    units: &Units,
    columns: usize,
    max_msu: usize,
) -> Result<(f64, Result<Scale, &'static str>), &'static str> {
    if units.reading == Reading::AnyRecord {
        return Err("overlap");
    }
    let fraction = settings.sampling_fraction.ok_or("no-sampling-fraction")?;
    let correct = correct_match(units.unique_classes, units.pair_classes, fraction).ok_or("nobody-unique")?;
    let why = if columns > MOST_COLUMNS { "too-many-columns" } else { "no-special-unique" };
    let scale = Scale::new(signatures, &weights(elliot, columns, max_msu), columns, units.unique_classes, correct);
    Ok((correct, scale.ok_or(why)))
}

/// What leads from scores to DIS-SUDA scores, for the list of single subjects and records.
pub(super) fn scale_of(table: &Table, settings: Settings, counted: &Counted, units: &Signatures) -> Option<Scale> {
    let (columns, max_msu) = (table.columns().len(), counted.minimal.of_records.sizes());
    intrusion_scale(settings, units, &Units::of(table, counted), columns, max_msu).ok()?.1.ok()
}

/// The sum over sets of their weight times the subjects of whom they are minimal.
fn weighted<'a>(sets: impl Iterator<Item = &'a MinimalSet>, weights: &[f64]) -> f64 {
    sets.map(|set| weights[set.set.len() - 1] * as_float(set.subjects)).sum()
}

fn part(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

fn contributions(table: &Table, sets: &[MinimalSet], max_msu: usize) -> Vec<MsuColumn> {
    let columns = table.columns().len();
    let both = [elliot as Weight, ihsn].map(|weight| weights(weight, columns, max_msu));
    let wholes = [0, 1].map(|which| weighted(sets.iter(), &both[which]));
    let of_column = |column: usize| {
        let of_it = || sets.iter().filter(move |set| set.set.contains(column));
        let [elliot, ihsn] = [0, 1].map(|which| part(weighted(of_it(), &both[which]), wholes[which]));
        let msus = of_it().map(|set| set.subjects).sum();
        MsuColumn { column: table.columns()[column].name.clone(), msus, elliot, ihsn }
    };
    (0..columns).map(of_column).collect()
}

/// Pairs that are in a minimal set together, those with the largest share first.
fn pairs(table: &Table, sets: &[MinimalSet], max_msu: usize) -> Vec<MsuPair> {
    let columns = table.columns().len();
    let weights = weights(elliot, columns, max_msu);
    let whole = weighted(sets.iter(), &weights);
    let places = (0..columns).flat_map(|one| (one + 1..columns).map(move |other| [one, other]));
    let of_pair = |pair: [usize; 2]| {
        let with_both = || sets.iter().filter(move |set| pair.iter().all(|&column| set.set.contains(column)));
        MsuPair {
            columns: table.names(&pair),
            msus: with_both().map(|set| set.subjects).sum(),
            subjects: with_both().filter(|set| set.set.len() == 2).map(|set| set.subjects).sum(),
            elliot: part(weighted(with_both(), &weights), whole),
        }
    };
    let mut pairs: Vec<MsuPair> = places.map(of_pair).filter(|pair| pair.msus > 0).collect();
    let share = |pair: &MsuPair| pair.elliot.unwrap_or(0.0);
    // A stable sort: equal shares stay in the order of the columns.
    pairs.sort_by(|one, other| share(other).total_cmp(&share(one)).then(other.msus.cmp(&one.msus)));
    pairs.truncate(LISTED);
    pairs
}

/// Sets that are minimal of somebody, those of most subjects first; of equally many the smaller sets.
fn sets(table: &Table, sets: &[MinimalSet]) -> Vec<MsuSet> {
    let mut some: Vec<&MinimalSet> = sets.iter().filter(|set| set.records > 0).collect();
    some.sort_by_key(|set| std::cmp::Reverse((set.subjects, set.records)));
    let named = |set: &&MinimalSet| MsuSet {
        columns: table.names(set.set.columns()),
        records: set.records,
        subjects: set.subjects,
    };
    some.iter().map(named).collect()
}

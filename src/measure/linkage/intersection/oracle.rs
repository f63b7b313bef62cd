//! The attack written down as its definition reads: sets of rows, and every subject with every other.

use std::collections::{BTreeMap, BTreeSet};

use crate::measure::linkage::LinkedTables;
use crate::result::{AloneOnColumn, IntersectionDetail};
use crate::table::Table;

type Values = BTreeSet<Vec<u32>>;

/// The distinct rows of each subject on some columns.
fn values(table: &Table, columns: &[usize]) -> Vec<Values> {
    let mut values = vec![Values::new(); table.subjects()];
    for record in 0..table.records() {
        let subject = table.subject_of_record().map_or(record, |subjects| subjects[record] as usize);
        values[subject].insert(columns.iter().map(|&column| table.columns()[column].value_of(record)).collect());
    }
    values
}

/// The counts; `None` without pseudonyms. Every pseudonym is expected to stand for one subject of a release.
#[must_use]
pub fn detail(linked: &LinkedTables) -> Option<IntersectionDetail> {
    let pseudonyms = linked.pseudonyms.as_ref()?;
    let place = |keys: &[Option<u32>], key: u32| keys.iter().position(|&other| other == Some(key));
    let mut common = BTreeMap::new();
    for (subject, key) in pseudonyms.ours.iter().enumerate() {
        if let Some(other) = key.and_then(|key| place(&pseudonyms.theirs, key)) {
            common.insert(subject, other);
        }
    }
    let partners: BTreeSet<usize> = common.values().copied().collect();
    let joiners: Vec<usize> = (0..pseudonyms.ours.len()).filter(|subject| !common.contains_key(subject)).collect();
    let leavers: Vec<usize> = (0..pseudonyms.theirs.len()).filter(|subject| !partners.contains(subject)).collect();
    let all: Vec<usize> = (0..linked.columns.len()).collect();
    let (ours, theirs) = (values(&linked.ours, &all), values(&linked.theirs, &all));
    let in_both = |(our, their): (&usize, &usize)| {
        common.iter().filter(|&(one, other)| ours[*one] == ours[*our] && theirs[*other] == theirs[*their]).count()
    };
    let class = |side: &[Values], subject: usize| side.iter().filter(|&other| *other == side[subject]).count();
    let count =
        |test: &dyn Fn(usize, usize) -> bool| common.iter().filter(|&(&our, &their)| test(our, their)).count() as u64;
    let alone = |table: &Table, column: usize, like: &[usize]| {
        let values = values(table, &[column]);
        let shared = |subject: usize| like.iter().filter(|&&other| values[other] == values[subject]).count();
        like.iter().filter(|&&subject| shared(subject) == 1).count() as u64
    };
    Some(IntersectionDetail {
        common: common.len() as u64,
        joiners: joiners.len() as u64,
        leavers: leavers.len() as u64,
        unique_in_extract: count(&|our, _| class(&ours, our) == 1),
        unique_in_other: count(&|_, their| class(&theirs, their) == 1),
        unique_in_both: count(&|our, their| in_both((&our, &their)) == 1),
        newly_unique: count(&|our, their| {
            in_both((&our, &their)) == 1 && class(&ours, our) > 1 && class(&theirs, their) > 1
        }),
        smallest_class_in_both: common.iter().map(|pair| in_both(pair) as u64).min(),
        alone: linked
            .columns
            .iter()
            .enumerate()
            .map(|(column, shared)| AloneOnColumn {
                column: shared.name.clone(),
                joiners: alone(&linked.ours, column, &joiners),
                leavers: alone(&linked.theirs, column, &leavers),
            })
            .collect(),
    })
}

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{CellIndex, CellSums, Entries, NO_CELL, NotSummed, Sign};
use crate::stop::Stop;
use crate::tabular::{Contributions, Dimension, Layout, Ratio, Rule};

/// A record: the codes of its inner cell, who contributes it, how much.
type Record = (Vec<u32>, u32, i64);

/// What a record adds to each cell over it, one by one.
fn slowly(layout: &Layout, records: &[Record], absolute: bool) -> BTreeMap<u64, Vec<(i64, u32)>> {
    let mut sums: BTreeMap<u64, BTreeMap<u32, i64>> = BTreeMap::new();
    for (codes, contributor, amount) in records {
        for address in layout.over(layout.address(codes)) {
            *sums.entry(address).or_default().entry(*contributor).or_default() += amount;
        }
    }
    let sorted = |sums: BTreeMap<u32, i64>| {
        let mut sums: Vec<(i64, u32)> =
            sums.into_iter().map(|(who, sum)| (if absolute { sum.abs() } else { sum }, who)).collect();
        sums.sort_unstable_by(|one, other| other.cmp(one));
        sums
    };
    sums.into_iter().map(|(address, sums)| (address, sorted(sums))).collect()
}

/// The rule as it is defined: of every ordered pair, whether one can estimate the other; for dominance the largest of all
/// groups of that size.
fn is_unsafe_by_definition(rule: Rule, amounts: &[i64]) -> bool {
    let total: i64 = amounts.iter().sum();
    let millionths = |ratio: Ratio| {
        let text = ratio.to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        format!("{whole}{fraction:0<6}").parse::<i128>().unwrap()
    };
    let estimates = |share: i128, of: i128| {
        let of_pair = |attacker: Option<usize>, victim: usize| {
            let known = attacker.map_or(0, |attacker| amounts[attacker]);
            let rest = total - known - amounts[victim];
            i128::from(rest) * of < share * i128::from(amounts[victim])
        };
        (0..amounts.len()).any(|victim| {
            let others = (0..amounts.len()).filter(|&other| other != victim).map(Some);
            others.chain([None]).any(|attacker| of_pair(attacker, victim))
        })
    };
    match rule {
        Rule::Frequency(least) => (amounts.len() as u64) < least,
        Rule::Dominance { largest, percent } => {
            let groups = 0_u32..1 << amounts.len();
            groups.filter(|group| group.count_ones() as usize <= largest).any(|group| {
                let sum: i64 = (0..amounts.len()).filter(|&who| group >> who & 1 == 1).map(|who| amounts[who]).sum();
                i128::from(sum) * 100_000_000 > millionths(percent) * i128::from(total)
            })
        }
        Rule::Percent(percent) => estimates(millionths(percent), 100_000_000),
        Rule::PriorPosterior { prior, posterior } => estimates(millionths(prior), millionths(posterior)),
        Rule::AllZero => amounts.iter().all(|&amount| amount == 0),
        Rule::GroupDisclosure => false,
    }
}

fn layouts() -> impl Strategy<Value = Layout> {
    let tree = prop_oneof![
        (1_u32..4).prop_map(|codes| Dimension::flat(codes).unwrap()),
        (1_u32..4).prop_map(|members| Dimension::with_total(members).unwrap()),
        Just(Dimension::new(vec![None, Some(0), Some(0), Some(1), Some(1), Some(2)]).unwrap()),
    ];
    prop::collection::vec(tree, 1..4).prop_map(|dimensions| Layout::new(dimensions).unwrap())
}

fn records(layout: &Layout, seed: &[(u32, u32, i64)]) -> Vec<Record> {
    let leaves: Vec<Vec<u32>> = layout
        .dimensions()
        .iter()
        .map(|dimension| {
            let codes = 0..u32::try_from(dimension.codes()).unwrap();
            codes.filter(|&code| !dimension.has_members(code)).collect()
        })
        .collect();
    seed.iter()
        .map(|&(place, who, amount)| {
            let mut place = place as usize;
            let code = |leaves: &Vec<u32>| {
                let code = leaves[place % leaves.len()];
                place /= leaves.len();
                code
            };
            (leaves.iter().map(code).collect(), who, amount)
        })
        .collect()
}

fn quickly(layout: &Layout, records: &[Record], sign: Sign, asked: &[bool], largest: usize) -> (CellIndex, CellSums) {
    let addresses: Vec<u64> = records.iter().map(|(codes, ..)| layout.address(codes)).collect();
    let mut inner = addresses.clone();
    inner.sort_unstable();
    inner.dedup();
    let index = CellIndex::new(layout.clone(), &inner).unwrap();
    let cells: Vec<u32> =
        addresses.iter().map(|address| u32::try_from(inner.binary_search(address).unwrap()).unwrap()).collect();
    let contributors: Vec<u32> = records.iter().map(|&(_, who, _)| who).collect();
    let amounts: Vec<i64> = records.iter().map(|&(.., amount)| amount).collect();
    let entries = Entries {
        cells: &cells,
        contributors: &contributors,
        distinct: asked.len(),
        amounts: Some(&amounts),
        asked: Some(asked),
    };
    let sums = CellSums::of(&index, entries, sign, largest, &Stop::default()).unwrap();
    (index, sums)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_cell_and_margin_equals_a_slow_count(
        layout in layouts(),
        seed in prop::collection::vec((0_u32..64, 0_u32..6, -9_i64..30), 1..40),
        asked in prop::collection::vec(any::<bool>(), 6),
        absolute in any::<bool>(),
        largest in 0_usize..8,
    ) {
        let records = records(&layout, &seed);
        let sign = if absolute { Sign::Absolute } else { Sign::KeptRelease };
        let (index, sums) = quickly(&layout, &records, sign, &asked, largest);
        let expected = slowly(&layout, &records, absolute);
        prop_assert_eq!(index.cells(), expected.keys().copied().collect::<Vec<_>>());
        for (place, all) in expected.values().enumerate() {
            let cell = sums.cell(place);
            prop_assert_eq!(cell.contributors, all.len() as u64);
            prop_assert_eq!(cell.total, all.iter().map(|(amount, _)| amount).sum::<i64>());
            prop_assert_eq!(sums.lowest(place), all.last().unwrap().0);
            prop_assert!(cell.largest.len() >= largest.min(all.len()));
            for (known, (amount, _)) in cell.largest.iter().zip(all) {
                prop_assert_eq!(known, amount);
            }
            let first = all[0].0;
            let has_asked = all.iter().any(|&(amount, who)| amount == first && asked[who as usize]);
            prop_assert_eq!(sums.has_asked(place), has_asked);
        }
    }

    #[test]
    fn the_order_of_records_means_nothing(
        layout in layouts(),
        seed in prop::collection::vec((0_u32..64, 0_u32..6, -9_i64..30), 1..40),
    ) {
        let forwards = records(&layout, &seed);
        let backwards: Vec<Record> = forwards.iter().rev().cloned().collect();
        let asked = [true, false, true, false, false, true];
        let [one, other] = [forwards, backwards].map(|records| quickly(&layout, &records, Sign::KeptRelease, &asked, 3));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn every_rule_equals_its_definition_by_all_pairs(
        mut amounts in prop::collection::vec(0_i64..60, 1..8),
        least in 2_u64..9,
        largest in 1_usize..5,
        percent in 1_u64..1200,
        posterior in 1_u64..400,
    ) {
        amounts.sort_unstable_by(|one, other| other.cmp(one));
        let ratio = |tenths: u64| Ratio::parse(&format!("{}.{}", tenths / 10, tenths % 10)).unwrap();
        let cell = Contributions {
            contributors: amounts.len() as u64,
            total: amounts.iter().sum(),
            largest: &amounts[..amounts.len().min(largest.max(2))],
        };
        for rule in [
            Rule::Frequency(least),
            Rule::Dominance { largest, percent: ratio(percent.min(999)) },
            Rule::Percent(ratio(percent)),
            Rule::PriorPosterior { prior: ratio(percent), posterior: ratio(percent + posterior) },
            Rule::AllZero,
        ] {
            prop_assert_eq!(rule.is_unsafe(&cell), is_unsafe_by_definition(rule, &amounts), "{}", rule);
            prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
        }
    }

    #[test]
    fn a_stricter_rule_finds_every_cell_that_a_laxer_one_finds(
        mut amounts in prop::collection::vec(0_i64..60, 1..8),
        numbers in prop::collection::vec(1_u64..100, 6),
    ) {
        amounts.sort_unstable_by(|one, other| other.cmp(one));
        let cell = Contributions { contributors: amounts.len() as u64, total: amounts.iter().sum(), largest: &amounts };
        let rules: Vec<Rule> = numbers
            .iter()
            .flat_map(|&number| {
                let percent = Ratio::whole(number);
                let largest = 1 + usize::try_from(number % 3).unwrap();
                [
                    Rule::Frequency(2 + number % 9),
                    Rule::Percent(percent),
                    Rule::Dominance { largest, percent },
                    Rule::PriorPosterior { prior: percent, posterior: Ratio::whole(100 + number) },
                ]
            })
            .collect();
        for (ours, theirs) in rules.iter().flat_map(|ours| rules.iter().map(move |theirs| (*ours, *theirs))) {
            if ours.is_at_least(theirs) && theirs.is_unsafe(&cell) {
                prop_assert!(ours.is_unsafe(&cell), "{} is not as strict as {}", ours, theirs);
            }
        }
    }

    #[test]
    fn raised_contributions_equal_those_raised_one_by_one(
        seed in prop::collection::vec((0_u32..4, 0_u32..6, -30_i64..30), 1..30),
    ) {
        let layout = Layout::new(vec![Dimension::with_total(3).unwrap()]).unwrap();
        let records = records(&layout, &seed);
        let (_, sums) = quickly(&layout, &records, Sign::KeptRelease, &[false; 6], 2);
        let shifted = sums.shifted().unwrap();
        for (place, all) in slowly(&layout, &records, false).values().enumerate() {
            let shift = -all.last().unwrap().0.min(0);
            let raised: Vec<i64> = all.iter().map(|(amount, _)| amount + shift).collect();
            let cell = shifted.cell(place);
            prop_assert_eq!(cell.total, raised.iter().sum::<i64>());
            prop_assert_eq!(cell.largest, &raised[..raised.len().min(2)]);
            prop_assert!(shifted.lowest(place) >= 0);
        }
    }
}

#[test]
fn records_in_no_cell_add_nothing_and_amounts_beyond_exact_sums_are_refused() {
    let layout = Layout::new(vec![Dimension::with_total(2).unwrap()]).unwrap();
    let index = CellIndex::new(layout, &[1, 2]).unwrap();
    let entries =
        Entries { cells: &[0, NO_CELL, 1], contributors: &[0, 0, 1], distinct: 2, amounts: None, asked: None };
    let sums = CellSums::of(&index, entries, Sign::KeptRelease, 2, &Stop::default()).unwrap();
    assert_eq!([0, 1, 2].map(|place| sums.cell(place).total), [2, 1, 1]);
    let entries = Entries { amounts: Some(&[i64::MAX, i64::MIN, i64::MIN]), ..entries };
    assert_eq!(CellSums::of(&index, entries, Sign::KeptRelease, 2, &Stop::default()), Err(NotSummed::TooLarge));
}

#[test]
fn a_cell_that_is_all_of_a_total_is_found() {
    let dimension = || Dimension::with_total(2).unwrap();
    let layout = Layout::new(vec![dimension(), dimension()]).unwrap();
    // Codes 0 are totals. The first row has one cell, the second two; the second column has one.
    let inner = [layout.address(&[1, 1]), layout.address(&[2, 1]), layout.address(&[2, 2])];
    let index = CellIndex::new(layout.clone(), &inner).unwrap();
    let whole = index.whole_totals();
    let found: Vec<u64> =
        index.cells().iter().zip(&whole).filter(|(_, whole)| **whole).map(|(cell, _)| *cell).collect();
    assert_eq!(found, [layout.address(&[1, 1]), layout.address(&[2, 2])]);
    let single = Layout::new(vec![Dimension::with_total(1).unwrap()]).unwrap();
    assert_eq!(CellIndex::new(single, &[1]).unwrap().whole_totals(), [false, false]);
}

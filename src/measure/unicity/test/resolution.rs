//! Coarser versions against the same draws.

use super::sampling::many_subjects;
use super::*;
use crate::tries::tries;

/// Each code's value divided by `divisor`, as codes.
fn divided(values: &ColumnValues, divisor: i64) -> Step {
    let coarse = values.numbers.iter().map(|value| u32::try_from(value.unwrap() / divisor).unwrap()).collect();
    Step { label: format!("/{divisor}"), coarse }
}

fn settings_with_axes(values: &[ColumnValues]) -> Settings {
    let mut settings = settings_of(values, Point::new([0, 1]));
    let axis = |column: usize, divisors: [i64; 3]| Axis {
        column,
        steps: divisors.iter().map(|&divisor| divided(&values[column], divisor)).collect(),
    };
    settings.resolutions = Some(vec![axis(0, [1, 2, 10]), axis(1, [1, 4, 1000])]);
    settings.work_limit = 0;
    settings
}

#[test]
fn the_finest_version_is_the_curve_and_the_coarsest_hides_everybody() {
    let (table, values) = table_of(&many_subjects(500, 60), 2);
    let value = measured(&table, &settings_with_axes(&values));
    let study = value.resolutions.as_ref().unwrap();
    assert_eq!(study.cells.len(), 9 * 4);
    assert_eq!(study.axes[1].steps, ["/1", "/4", "/1000"]);
    for cell in &study.cells {
        let curve = result_at(&value, Attacker::Uniform, Cohort::Fixed, cell.result.known_points);
        match cell.steps[..] {
            // One known point is exact in the curve and drawn in the study.
            [0, 0] if curve.known_points > 1 => assert_eq!(&cell.result, curve),
            [2, 2] => assert_eq!(cell.result.share, Some(0.0)),
            _ => {}
        }
    }
    let share = |steps: [usize; 2]| {
        let cell = study.cells.iter().find(|cell| cell.steps == steps && cell.result.known_points == 4).unwrap();
        cell.result.share.unwrap()
    };
    assert!(share([0, 0]) > share([1, 1]) && share([1, 1]) > share([2, 2]));
}

#[test]
fn every_version_equals_brute_force_over_the_same_draws() {
    let records = many_subjects(40, 12);
    let (table, values) = table_of(&records, 2);
    let settings = settings_with_axes(&values);
    let study_of_versions = measured(&table, &settings).resolutions.unwrap();
    let point = &settings.points[0];
    let index = PointIndex::new(&table, &Point::new([0, 1]).cells(), &Stop::default()).unwrap();
    let traces = Traces::new(&index, &values, point);
    let stop = Stop::default();
    let mut study = Study::new(&index, &traces, index.trace_sizes(), &stop);
    study.seed = settings.seed;
    let counts = SizeCounts::new(index.trace_sizes(), 4);
    let members = curve::members(Cohort::Fixed, 4, &counts).unwrap();
    let by_key: BTreeMap<u64, Vec<i64>> = records
        .iter()
        .map(|(_, cells)| cells.iter().flatten().copied().collect())
        .map(|cells: Vec<i64>| (key_of(&cells), cells))
        .collect();
    for cell in &study_of_versions.cells {
        let divisors: Vec<i64> =
            cell.steps.iter().zip([[1, 2, 10], [1, 4, 1000]]).map(|(&step, axis)| axis[step]).collect();
        let coarser =
            |cells: &[i64]| cells.iter().zip(&divisors).map(|(cell, divisor)| cell / divisor).collect::<Vec<i64>>();
        let coarse: Vec<PlainRecord> = records
            .iter()
            .map(|(subject, cells)| {
                let cells: Vec<i64> = cells.iter().flatten().copied().collect();
                (*subject, coarser(&cells).into_iter().map(Some).collect())
            })
            .collect();
        let subjects = plain_subjects(&coarse, &[0, 1], None);
        let alone = |drawn: &study::Sampled| {
            let mut known = Vec::new();
            traces.read(drawn.subject, &mut known);
            known.sort_by_key(|point| mix(drawn.seed, point.key));
            known.truncate(cell.result.known_points as usize);
            let known: Vec<Vec<i64>> = known.iter().map(|point| coarser(&by_key[&point.key])).collect();
            oracle::matches(&subjects, &known.iter().collect::<Vec<_>>(), &vec![None; 2]) == 1
        };
        let sample = study.sample(members, settings.draws);
        let expected = sample.iter().filter(|drawn| alone(drawn)).count() as f64 / sample.len() as f64;
        assert!(close(cell.result.share.unwrap(), expected), "{cell:?} {expected}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_coarser_version_never_looks_riskier(subjects in 2_u32..40, places in 1_u64..20, seed in any::<u64>()) {
        let (table, values) = table_of(&many_subjects(subjects, places), 2);
        let mut settings = settings_with_axes(&values);
        settings.seed = seed;
        settings.draws = 20;
        let study = measured(&table, &settings).resolutions.unwrap();
        for fine in &study.cells {
            for coarse in study.cells.iter().filter(|cell| cell.result.known_points == fine.result.known_points) {
                if fine.steps.iter().zip(&coarse.steps).all(|(fine, coarse)| fine <= coarse) {
                    prop_assert!(coarse.result.share <= fine.result.share, "{:?} {:?}", fine, coarse);
                }
            }
        }
    }
}

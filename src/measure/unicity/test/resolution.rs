//! Coarser versions against the same draws.

use super::sampling::many_subjects;
use super::*;

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
    settings.resolutions = Some(Resolutions { axes: vec![axis(0, [1, 2, 10]), axis(1, [1, 4, 1000])] });
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
    let value = measured(&table, &settings_with_axes(&values));
    let subjects = plain_subjects(&records, &[0, 1], None);
    let windows = vec![None; 2];
    // With one draw for each of 40 subjects, the version without detail in places leaves the days.
    let days: Vec<PlainRecord> = records.iter().map(|(subject, cells)| (*subject, vec![cells[0]])).collect();
    let by_day = plain_subjects(&days, &[0], None);
    let study = value.resolutions.unwrap();
    let bound = |subjects: &[PlainSubject], windows: &oracle::Windows| {
        (0..40)
            .filter(|&subject| {
                oracle::exposure(
                    subjects,
                    subject,
                    Attacker::Rarest,
                    oracle::trace(&subjects[subject]).len(),
                    2,
                    windows,
                    &|point| key_of(point),
                ) > 0.5
            })
            .count() as f64
            / 40.0
    };
    for cell in &study.cells {
        // Knowing some points never singles out more subjects than knowing the whole trace.
        let most = if cell.steps[1] == 2 { bound(&by_day, &vec![None]) } else { bound(&subjects, &windows) };
        assert!(cell.result.share.unwrap() <= most + 1e-12, "{cell:?} {most}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

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

//! Sampled figures: their intervals hold the exact value, and nothing but the seed moves them.

use super::*;

/// Subjects with 6 to 9 events each, drawn by a fixed rule; fewer `places` make them share more.
pub(super) fn many_subjects(subjects: u32, places: u64) -> Vec<PlainRecord> {
    let event = |subject: u32, event: u64| {
        let drawn = mix(u64::from(subject), event);
        let day = i64::try_from(mix(drawn, 1) % 10).unwrap();
        let place = i64::try_from(mix(drawn, 2) % places).unwrap();
        (subject, vec![Some(day), Some(place)])
    };
    (0..subjects)
        .flat_map(|subject| (0..6 + u64::from(subject % 4)).map(move |number| event(subject, number)))
        .collect()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn intervals_of_draws_hold_the_exact_share_in_at_least_93_of_100_repeats() {
    let (mut held, mut repeats, mut shares) = (0, 0, Vec::new());
    for places in [10, 14, 18, 24, 34] {
        let (table, values) = table_of(&many_subjects(400, places), 2);
        let mut settings = settings_of(&values, Point::new([0, 1]));
        settings.known_points = vec![2];
        settings.draws = 150;
        let exact = measured(&table, &settings);
        let share = result_at(&exact, Attacker::Uniform, Cohort::Fixed, 2).share.unwrap();
        if !(0.1..=0.9).contains(&share) {
            continue;
        }
        shares.push(share);
        settings.work_limit = 0;
        for seed in 0..250 {
            settings.seed = seed;
            let value = measured(&table, &settings);
            let sampled = result_at(&value, Attacker::Uniform, Cohort::Fixed, 2);
            assert_eq!((sampled.method, sampled.draws), (UnicityMethod::Sampled, 150));
            let [low, high] = sampled.interval.unwrap();
            held += usize::from((low..=high).contains(&share));
            repeats += 1;
        }
    }
    assert!(repeats >= 1000, "{shares:?}");
    assert!(held * 100 >= repeats * 93, "{held} of {repeats} intervals hold the exact share; shares {shares:?}");
}

#[test]
fn all_attackers_can_be_sampled_and_stay_near_the_exact_share() {
    let (table, values) = table_of(&many_subjects(600, 30), 2);
    let mut point = Point::new([0, 1]);
    point.attackers = vec![Attacker::Uniform, Attacker::Rarest, Attacker::Frequent, Attacker::Consecutive];
    point.order = Some(0);
    point.cohorts = vec![Cohort::Fixed, Cohort::Eligible, Cohort::UseAll];
    let mut settings = settings_of(&values, point);
    let exact = measured(&table, &settings);
    settings.work_limit = 0;
    settings.draws = 300;
    let sampled = measured(&table, &settings);
    for (exact, sampled) in exact.curves.iter().zip(&sampled.curves) {
        for (exact, sampled) in exact.results.iter().zip(&sampled.results) {
            assert_eq!((exact.known_points, exact.subjects), (sampled.known_points, sampled.subjects));
            // Four standard errors of 300 draws.
            let distance = (exact.share.unwrap() - sampled.share.unwrap()).abs();
            assert!(distance < 0.116, "{exact:?} {sampled:?}");
        }
    }
}

#[test]
fn one_known_point_is_exact_whatever_the_limit() {
    let (table, values) = table_of(&many_subjects(300, 30), 2);
    let mut settings = settings_of(&values, Point::new([0, 1]));
    let exact = measured(&table, &settings);
    settings.work_limit = 0;
    let sampled = measured(&table, &settings);
    let one = |value: &Unicity| result_at(value, Attacker::Uniform, Cohort::Fixed, 1).clone();
    assert_eq!(one(&exact), one(&sampled));
    assert_eq!(one(&sampled).method, UnicityMethod::Exact);
}

#[test]
fn fewer_members_than_draws_give_one_draw_each() {
    let (table, values) = table_of(&many_subjects(50, 30), 2);
    let mut settings = settings_of(&values, Point::new([0, 1]));
    settings.work_limit = 0;
    let value = measured(&table, &settings);
    assert_eq!(result_at(&value, Attacker::Uniform, Cohort::Fixed, 4).draws, 50);
}

#[test]
fn no_success_in_the_draws_is_no_proof_of_safety() {
    // Twenty pairs of twins: nobody is ever alone.
    let records: Vec<PlainRecord> = (0..40_u32)
        .flat_map(|subject| (0..4).map(move |day| (subject, vec![Some(day), Some(i64::from(subject / 2))])))
        .collect();
    let (table, values) = table_of(&records, 2);
    let mut settings = settings_of(&values, Point::new([0, 1]));
    settings.work_limit = 0;
    let value = measured(&table, &settings);
    let result = result_at(&value, Attacker::Uniform, Cohort::Fixed, 4);
    assert!(close(result.share.unwrap(), 0.0) && result.interval.unwrap()[1] > 0.05, "{result:?}");
}

#[test]
fn every_subject_and_every_choice_is_drawn_equally_often() {
    // Subject 0 is singled out by one of its three points only; the others share everything.
    let mut records: Vec<PlainRecord> = vec![(0, vec![Some(9)])];
    records.extend((0..6).flat_map(|subject| (0..3).map(move |place| (subject, vec![Some(place)]))));
    records.retain(|(subject, cells)| *subject != 0 || cells[0] != Some(2));
    let (table, values) = table_of(&records, 1);
    let mut settings = settings_of(&values, Point::new([0]));
    settings.known_points = vec![2];
    settings.work_limit = 0;
    settings.draws = 1;
    // Points {0, 1, 9} of subject 0, two known: two of three choices single it out, in one of six draws.
    let mut found = 0;
    for seed in 0..3600 {
        settings.seed = seed;
        let share = result_at(&measured(&table, &settings), Attacker::Uniform, Cohort::Fixed, 2).share.unwrap();
        found += u32::from(share > 0.5);
    }
    // Binomial with n = 3600, p = 1/9: 400 expected, standard deviation 18.9; 3.3 of them.
    assert!((338..=462).contains(&found), "{found}");
}

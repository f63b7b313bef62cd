//! What single attacks and histories tell is told wherever their figures are.

use super::*;
use crate::report::render_markdown;
use crate::result::{DistanceDetail, Outcome};

#[test]
fn the_ways_of_the_distance_attack_are_told_beside_its_rate() {
    let mut result = fixture::linked();
    let Some(Outcome::Measured { value, .. }) = &mut result.measures.linkage else { panic!("linkage is measured") };
    value.attacks[1].distance = Some(DistanceDetail {
        nearest_rate: Some(0.125),
        one_to_one_rate: Some(0.5),
        gower_rate: Some(0.25),
        gower_source_rate: Some(0.375),
        gower_one_to_one_rate: Some(1.0),
        ..DistanceDetail::default()
    });
    let spoken = "Gower's distance finds 25 % from person to subject, 37.5 % from subject to person, 100 % one to one";
    let wide = TextStyle { width: 1_000, ..PLAIN };
    for view in [render_markdown(&result), render_text(&result, &wide, None)] {
        assert!(view.contains(spoken), "{view}");
    }
    let page = render_html(&result).unwrap();
    for rate in ["12.5", "50", "25", "37.5", "100"] {
        assert!(page.contains(&format!("{rate}\u{a0}%")), "{rate}");
    }
    assert!(page.contains("nearest person of each subject"));
    let numbers_alone = Some(DistanceDetail { nearest_rate: Some(0.125), ..DistanceDetail::default() });
    let Some(Outcome::Measured { value, .. }) = &mut result.measures.linkage else { panic!("linkage is measured") };
    value.attacks[1].distance = numbers_alone;
    assert!(!render_markdown(&result).contains("Gower"), "what was not tried is not told");
}

#[test]
fn histories_have_a_picture_of_their_crowds_with_every_subject_in_one_bar() {
    let result = fixture::telling();
    let drawn = charts(&result);
    let chart = drawn.iter().find(|chart| chart.name == "history-crowds").expect("a chart");
    for words in ["1: 40\u{a0}%", "2 to 4: 20\u{a0}%", "100 or more: 40\u{a0}%"] {
        assert!(chart.description.contains(words), "{}", chart.description);
    }
}

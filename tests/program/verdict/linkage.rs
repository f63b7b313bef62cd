//! What truth, hold-outs and an odd night may do to linkage: cases with their right answer.

use serde_json::Value;

use super::program::{Seen, case, case_bench, run};

/// The only attack of a scan.
#[track_caller]
fn attack(seen: &Seen) -> &Value {
    let attacks = seen.result["measures"]["linkage"]["value"]["attacks"].as_array().expect("attacks");
    assert_eq!(attacks.len(), 1, "{attacks:?}");
    &attacks[0]
}

#[track_caller]
fn assert_rate(seen: &Seen, expected: f64) {
    let rate = seen.figure("linkage.attack_rate").unwrap_or_else(|| panic!("a rate\n{}", seen.told()));
    assert!((rate - expected).abs() < 1e-9, "{rate} is {expected}\n{}", seen.told());
}

fn pair(config: &str) -> Seen {
    case("gates", &["pair_ex.csv", "--config", config])
}

#[test]
fn who_matches_two_people_one_of_them_right_is_found_half_the_time_with_and_without_truth() {
    for config in ["pair.toml", "pair_truth.toml", "pair_truth_pass2.toml"] {
        let seen = pair(config);
        seen.assert_outcome("fail");
        seen.assert_finding("linkable");
        assert_rate(&seen, 0.5);
    }
}

#[test]
fn a_hold_out_that_matches_nobody_leaves_the_rate_and_the_verdict() {
    let seen = pair("pair_ho.toml");
    seen.assert_outcome("fail");
    assert_rate(&seen, 0.5);
    let attack = attack(&seen);
    assert_eq!((attack["control_rate"].as_f64(), &attack["evidence"]), (Some(0.0), &"found".into()));
    assert_eq!(attack["baseline_rate"].as_f64(), Some(0.005));
}

#[test]
fn without_a_limit_links_ask_for_review_and_are_shown() {
    for config in ["pair_truth_nolimit.toml", "pair_ho_nolimit.toml"] {
        let seen = pair(config);
        seen.assert_outcome("review");
        seen.assert_finding("linkable");
        assert_rate(&seen, 0.5);
        assert!(seen.page().contains("50 %"), "{}", seen.page());
    }
}

#[test]
fn a_limit_on_correct_links_counts_fifty_of_a_hundred_who_match_two() {
    for config in ["pair_truth_pass.toml", "pair_pass_notruth.toml", "mcl3.toml", "mcl4.toml"] {
        let seen = pair(config);
        seen.assert_outcome("fail");
        assert_eq!(seen.figure("linkage.correct_links"), Some(50.0), "{config}");
        let broken = seen.checks().iter().any(|check| check["gate"] == "correct-links" && check["outcome"] == "breaks");
        assert!(broken, "{config}\n{}", seen.told());
    }
}

#[test]
fn nobody_who_is_linked_holds_every_limit_also_that_of_nobody() {
    let seen = pair("zero.toml");
    seen.assert_no_finding("linkable");
    assert_eq!((seen.figure("linkage.correct_links"), seen.figure("linkage.attack_rate")), (Some(0.0), Some(0.0)));
    let checks = seen
        .checks()
        .iter()
        .filter(|check| check["figure"].as_str().is_some_and(|figure| figure.starts_with("linkage.")));
    assert!(checks.map(|check| &check["outcome"]).all(|outcome| outcome == "holds"), "{}", seen.told());
}

#[test]
fn a_truth_that_knows_eight_of_four_hundred_hides_nobody() {
    let seen = case("security/sparse_truth_right8", &["lk.csv"]);
    seen.assert_outcome("fail");
    assert_eq!(seen.figure("linkage.correct_links"), Some(400.0));
    assert_eq!(seen.figure("linkage.known_share"), Some(1.0));
    let known = &attack(&seen)["known_truth"];
    assert_eq!((known["subjects"].as_u64(), known["found"].as_u64()), (Some(8), Some(8)));
    let told = seen.of_code("truth-coverage");
    assert_eq!((told.len(), told[0]["severity"].as_str()), (1, Some("medium")));
    assert!(told[0]["message"].as_str().is_some_and(|message| message.contains("8 of 400")), "{}", told[0]);
    assert!(seen.page().contains("2 %"), "{}", seen.page());
}

#[test]
fn a_truth_that_is_declared_to_be_complete_is_not_asked_for_more_and_hides_nobody_either() {
    let bench = case_bench("security/sparse_truth_right8");
    let config = std::fs::read_to_string(bench.input("reidrisk.toml")).expect("the configuration");
    bench.write("reidrisk.toml", config + "truth_complete = true\n");
    let ended = run(&bench, &["lk.csv"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    let result = bench.result();
    assert_eq!(result["verdict"]["outcome"], "fail");
    assert!(!result["findings"].to_string().contains("truth-coverage"), "{ended}");
}

#[test]
fn a_truth_that_takes_every_link_away_asks_for_a_look() {
    // Everybody's right person is said to be the next one.
    let bench = case_bench("gates");
    let people = |shift: usize| {
        let row = |place: usize| format!("P{:03},{},x\n", (place + shift) % 100, 1900 + place);
        std::iter::once("id,y,c\n".to_owned()).chain((0..100).map(row)).collect::<String>()
    };
    bench.write("pair_src.csv", people(1));
    let config = std::fs::read_to_string(bench.input("pair_truth.toml")).expect("the configuration");
    bench.write(
        "lie.toml",
        config + "[columns.c]\nrole = \"quasi-identifier\"\n[columns.y]\nrole = \"ignore\"\nreason = \"r\"\n",
    );
    let ended = run(&bench, &["pair_ex.csv", "--config", "lie.toml"]);
    let result = bench.result();
    assert_eq!(result["verdict"]["outcome"], "review", "{ended}");
    assert!(result["findings"].to_string().contains("truth-implausible"), "{ended}");
}

#[test]
fn a_hold_out_that_holds_the_extract_is_refused_with_the_number_of_subjects_in_both() {
    for is_copy in [true, false] {
        let bench = case_bench("security/hold_nolimit");
        if !is_copy {
            // Another file with some of the same customers.
            let text = std::fs::read_to_string(bench.input("lk2.csv")).expect("the hold-out");
            let lines: Vec<&str> = text.lines().take(8).collect();
            bench.write("lk2.csv", lines.join("\n") + "\nS1,M,dev0\n");
        }
        let ended = run(&bench, &["lk.csv"]);
        assert_eq!(ended.code, Some(2), "{ended}");
        let shared = if is_copy { "400 subjects are in both" } else { "7 subjects are in both" };
        assert!(ended.stderr.contains(shared), "{ended}");
        bench.assert_discreet(&ended);
    }
}

#[test]
fn a_hold_out_that_is_the_source_is_refused() {
    let bench = case_bench("security/hold_nolimit");
    let text = std::fs::read_to_string(bench.input("lk2.csv")).expect("a file");
    let strangers = text.replace("\nC", "\nS");
    bench.write("mem_ok.csv", strangers.replace("customer_id", "member").replace(",sex", ",ref"));
    bench.write("lk2.csv", &strangers);
    let config = std::fs::read_to_string(bench.input("reidrisk.toml")).expect("the configuration");
    bench.write("reidrisk.toml", config.replace("mem_ok.csv", "lk2.csv").replace("\"member\"", "\"customer_id\""));
    let ended = run(&bench, &["lk.csv"]);
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(ended.stderr.contains("a file of the source itself"), "{ended}");
}

#[test]
fn strangers_who_are_claimed_as_often_leave_the_question_without_a_limit_open() {
    let bench = case_bench("security/hold_nolimit");
    let text = std::fs::read_to_string(bench.input("lk2.csv")).expect("the hold-out");
    bench.write("lk2.csv", text.replace("\nC", "\nS"));
    let ended = run(&bench, &["lk.csv"]);
    let result = bench.result();
    assert_eq!(result["verdict"]["outcome"], "review", "{ended}");
    assert!(result["findings"].to_string().contains("\"linkable\""), "{ended}");
    let attack = &result["measures"]["linkage"]["value"]["attacks"][0];
    assert_eq!((&attack["evidence"], &attack["no_better_than"]), (&"none".into(), &"control".into()));
}

#[test]
fn half_a_unit_on_a_night_of_whole_amounts_is_a_figure_as_on_any_other_night() {
    for night in ["within_night1.csv", "within_night2.csv"] {
        let seen = case("gates", &[night, "--subject", "card", "--point", "day+amt", "--within", "amt=0.5"]);
        assert!(seen.figure("unicity.gated_share").is_some(), "{}", seen.told());
    }
}

#[test]
fn a_leading_zero_in_one_cell_takes_no_link_of_the_others_away() {
    for members in ["members.csv", "members_q.csv"] {
        for (day, unique, subjects) in [("day1.csv", 2, 2), ("day2.csv", 2, 3)] {
            let words =
                [day, "--subject", "pid", "--against", members, "--on", "postcode,yob", "--their-subject", "member"];
            let seen = case("type_flip", &words);
            let attack = attack(&seen);
            assert_eq!(
                (attack["unique"].as_u64(), attack["subjects"].as_u64()),
                (Some(unique), Some(subjects)),
                "{day}"
            );
        }
    }
}

#[test]
fn nearest_people_are_linked_one_to_one_where_that_finds_more() {
    let words = ["c18_rel.csv", "--subject", "pid", "--against", "c18_src.csv", "--on", "v1,v2", "--truth", "pid"];
    let seen = case("distance_pairs", &[&words[..], &["--attack", "distance"]].concat());
    let attack = attack(&seen);
    assert_eq!((attack["correct"].as_u64(), attack["attack_rate"].as_f64()), (Some(4), Some(1.0)), "{attack}");
    assert_eq!(attack["distance"]["nearest_rate"].as_f64(), Some(0.25));
}

#[test]
fn a_number_that_is_far_beyond_an_edge_is_coarsened_as_any_other_beyond_it() {
    let words = ["far.csv", "--subject", "id", "--quasi", "amt", "--coarsen"];
    for (rule, classes) in [("amt=top:500", 2), ("amt=bins:0,500", 2)] {
        let bench = case_bench("gates");
        bench.write("far.csv", "id,amt\na,5\nb,1e308\nc,700\nd,600.5\ne,5\n");
        let ended = run(&bench, &[&words[..], &[rule]].concat());
        assert_eq!(ended.code, Some(1), "{ended}");
        assert_eq!(bench.result()["measures"]["uniqueness"]["value"]["static"]["classes"], classes, "{rule}");
    }
}

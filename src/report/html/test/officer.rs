//! What an officer finds on the page, and in which order.

use super::{every_page, every_result, page, section};
use crate::report::{charts, fixture};
use crate::result::{Outcome, ScanResult};

/// The texts of the elements of a class, tags taken out.
fn of_class(page: &str, begin: &str, end: &str) -> Vec<String> {
    let parts = page.split(begin).skip(1).filter_map(|part| part.split_once(end));
    parts.map(|(text, _)| text.to_owned()).collect()
}

#[test]
fn verdict_sentence_tiles_what_to_do_and_rankings_stand_in_this_order() {
    for (name, page) in every_page() {
        let marks = ["<h1>", "class=\"card headline\"", "class=\"card todo\"", "class=\"trust\"", "<nav"];
        let places: Vec<usize> = marks.iter().map(|mark| page.find(mark).unwrap()).collect();
        assert!(places.is_sorted(), "{name}: {places:?}");
        if let Some(ranks) = page.find("<div class=\"ranks") {
            assert!(page.find("class=\"card todo\"").unwrap() < ranks, "{name}");
        }
    }
}

#[test]
fn the_sentence_has_its_denominator() {
    let sentence = |result: &ScanResult| {
        let page = page(result).replace('\u{a0}', " ");
        of_class(&page, "<div class=\"card headline\"><h2>", "</h2>")[0].clone()
    };
    assert!(sentence(&fixture::failing()).ends_with(": 412 of 3,000 subjects (13.7 %)."));
    assert!(sentence(&fixture::passing()).ends_with(": 0 of 3,000 subjects (0 %)."));
    let unicity = sentence(&fixture::with_unicity(Some(0.871), true));
    assert!(unicity.contains("(posted_at and merchant_id): 87.1 % of 2,900 subjects"), "{unicity}");
}

#[test]
fn no_event_column_stands_in_a_ranking_of_static_ones() {
    for (name, result) in [("whole", fixture::whole()), ("failing", fixture::failing())] {
        let page = page(&result);
        let cards = of_class(&page, "<div class=\"card bars\"><h2>", "</div>");
        assert_eq!(cards.len(), 4, "{name}");
        let of_static: Vec<&String> =
            cards.iter().filter(|card| card.starts_with("Static columns") || card.contains(", static</h2>")).collect();
        assert_eq!(of_static.len(), 2, "{name}");
        for column in ["posted_at", "merchant_id", "amount"] {
            assert!(of_static.iter().all(|card| !card.contains(column)), "{name}: {column}");
        }
        let folded = section(&page, "pairs");
        let table = of_class(&folded, "of static columns, riskiest first</caption>", "</table>");
        assert!(table[0].contains("district") && !table[0].contains("posted_at"), "{name}");
    }
}

#[test]
fn a_command_is_whole_without_the_script_and_hostile_names_are_quoted() {
    let page = page(&fixture::whole());
    let command = &of_class(&page, "<div class=\"command\">", "</div>")[0];
    assert!(command.contains("<span>reidrisk scan card_transactions.csv</span> <span>--coarsen"), "{command}");
    assert!(!command.contains("<button"), "the script adds the button");
    let mut result = fixture::whole();
    result.dataset.files[0].name = "a b'; rm -rf <x>.csv".to_owned();
    let page = super::page(&result);
    assert!(page.contains("reidrisk scan &#39;a b&#39;\\&#39;&#39;; rm -rf &#60;x&#62;.csv&#39;"), "{page}");
}

#[test]
fn a_chart_of_zeros_is_left_out_and_a_sentence_stands_for_it() {
    let mut result = fixture::passing();
    if let Some(Outcome::Measured { value, .. }) = &mut result.measures.uniqueness {
        value.sets.iter_mut().chain([&mut value.full]).for_each(|set| set.unique_subjects = 0);
        for effect in &mut value.column_effects {
            (effect.leave_one_out, effect.shapley, effect.interval) = (Some(0.0), Some(0.0), None);
        }
    }
    let names: Vec<&str> = charts(&result).iter().map(|chart| chart.name).collect();
    for left_out in ["column-effects", "set-sizes", "pairs"] {
        assert!(!names.contains(&left_out), "{names:?}");
    }
    let page = page(&fixture::judged(result));
    assert!(section(&page, "pairs").contains("Not drawn, because every figure is 0: Share of subjects unique on two"));
    assert!(section(&page, "columns").contains("Not drawn, because every figure is 0: What each column adds"));
    let drawn: Vec<&str> = charts(&fixture::failing()).iter().map(|chart| chart.name).collect();
    assert!(["column-effects", "set-sizes", "pairs"].iter().all(|name| drawn.contains(name)), "{drawn:?}");
}

#[test]
fn every_chart_carries_dataset_run_and_verdict() {
    for (name, result) in every_result() {
        for chart in charts(&result) {
            let stamp = format!("run {}, ", result.run.id);
            assert!(chart.svg().contains(&stamp), "{name}: {}", chart.name);
        }
    }
    let svg = charts(&fixture::failing())[0].svg();
    assert!(svg.contains(">card_transactions, run 20261121T020004Z-3fa1c2, FAIL<"), "{svg}");
}

#[test]
fn the_printed_sheet_has_hashes_and_lines_to_sign_on() {
    let page = page(&fixture::failing());
    let sheet = page.split_once("<div class=\"sheet\">").unwrap().1.split_once("<ul class=\"trust\"").unwrap().0;
    assert!(sheet.contains("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    assert!(sheet.contains("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), "the configuration");
    assert!(sheet.contains("smallest equivalence class"), "the figures and their limits");
    assert_eq!(sheet.matches("<p class=\"blank\">Signature</p>").count(), 2);
}

#[test]
fn the_glossary_holds_every_term_with_its_name_elsewhere() {
    let page = page(&fixture::failing());
    let glossary = section(&page, "glossary");
    for term in crate::glossary::terms() {
        assert!(glossary.contains(&format!("<dt>{}</dt>", term.name)), "{}", term.name);
    }
    assert!(glossary.contains("Elsewhere: The k-anonymity privacy model of ARX"));
}

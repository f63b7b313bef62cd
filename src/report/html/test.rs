//! Facts about the page that need no browser. What needs one stands in `tests/browser`.

mod figures;
mod officer;

use std::sync::OnceLock;

use super::super::fixture;
use super::render_html;
use super::safety::{Head, SCRIPT, style};
use crate::result::ScanResult;

fn every_result() -> Vec<(&'static str, ScanResult)> {
    vec![
        ("fail", fixture::failing()),
        ("pass", fixture::passing()),
        ("review", fixture::guessed()),
        ("incomplete", fixture::incomplete()),
        ("undefined", fixture::undefined()),
        ("without_subject", fixture::without_subject()),
        ("wildcard", fixture::wildcard()),
        ("no_static", fixture::without_static()),
        ("small_classes", fixture::small_classes()),
        ("whole", fixture::whole()),
        ("swept", fixture::swept()),
        ("special", fixture::special()),
        ("totals", fixture::totals()),
        ("linked", fixture::linked()),
        ("unlinked", fixture::unlinked()),
        ("linkage_cut_off", fixture::linkage_cut_off()),
        ("sampled", fixture::sampled()),
        ("telling", fixture::telling()),
        ("inferred", fixture::inferred()),
        ("beside_original", fixture::beside_original()),
        ("hopeless", fixture::hopeless()),
        ("agreed", fixture::agreed()),
        ("foreign", fixture::foreign()),
        ("twelve", fixture::of_columns(12)),
        ("hostile", fixture::hostile()),
    ]
}

fn page(result: &ScanResult) -> String {
    render_html(result).unwrap()
}

/// The page of every result, each made once for all who look at it.
fn every_page() -> &'static [(&'static str, String)] {
    static PAGES: OnceLock<Vec<(&'static str, String)>> = OnceLock::new();
    PAGES.get_or_init(|| every_result().iter().map(|(name, result)| (*name, page(result))).collect())
}

/// The page without what stands inside `<style>` and `<script>`.
fn body(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (content, rest) = rest.split_once("<script>").unwrap();
    let (_, end) = rest.split_once("</script>").unwrap();
    format!("{head}{content}{end}")
}

/// The tags of a page in order, each with its name and the rest of it.
fn tags(page: &str) -> Vec<(String, String)> {
    let inside = page.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(tag, _)| tag);
    inside
        .filter(|tag| !tag.starts_with('!'))
        .map(|tag| {
            let (name, rest) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
            (name.to_owned(), rest.to_owned())
        })
        .collect()
}

#[test]
fn every_element_is_closed_where_it_was_opened() {
    for (name, page) in every_page() {
        let mut open: Vec<String> = Vec::new();
        for (tag, rest) in tags(&body(page)) {
            if let Some(closed) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(closed), "{name}");
            } else if !rest.ends_with('/') && tag != "meta" {
                open.push(tag);
            }
        }
        assert_eq!(open, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn no_name_of_an_element_occurs_twice_and_every_reference_has_one() {
    for (name, page) in every_page() {
        let page = body(page);
        let quoted = |attribute: &str| -> Vec<String> {
            let before = format!(" {attribute}=\"");
            let parts = page.split(&before).skip(1).filter_map(|part| part.split_once('"'));
            parts.map(|(value, _)| value.to_owned()).collect()
        };
        let names = quoted("id");
        let mut once = names.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), names.len(), "{name}");
        let links = quoted("href").into_iter().map(|link| link.trim_start_matches('#').to_owned());
        for wanted in links.chain(quoted("aria-labelledby")).chain(quoted("aria-describedby")) {
            assert!(names.contains(&wanted), "{name}: {wanted}");
        }
    }
}

#[test]
fn headings_go_down_one_step_at_a_time() {
    for (name, page) in every_page() {
        let page = body(page);
        let levels: Vec<u8> = tags(&page).iter().filter_map(|(tag, _)| tag.strip_prefix('h')?.parse().ok()).collect();
        assert_eq!(levels.first(), Some(&1), "{name}");
        assert!(!levels[1..].contains(&1), "{name}");
        assert!(levels.windows(2).all(|two| two[1] <= two[0] + 1), "{name}: {levels:?}");
    }
}

#[test]
fn every_picture_has_words_and_every_head_a_scope() {
    for (name, page) in every_page() {
        let page = body(page);
        for (tag, rest) in tags(&page) {
            match tag.as_str() {
                "svg" => assert!(
                    rest.contains("aria-hidden=\"true\"") || rest.contains("role=\"img\" aria-label"),
                    "{name}: {rest}"
                ),
                "th" => assert!(rest.contains("scope=\""), "{name}: {rest}"),
                "html" => assert_eq!(rest, "lang=\"en\""),
                _ => {}
            }
        }
        let charts = page.matches("class=\"chart ").count();
        assert_eq!(page.matches("<desc id=").count(), charts, "{name}");
        assert!(page.contains("<a class=\"skip\" href=\"#content\">"));
    }
}

#[test]
fn the_page_may_load_nothing_and_run_only_its_own_script() {
    for (name, page) in every_page() {
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let policy = Head::new(String::new(), style.to_owned()).policy;
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(page.contains(&policy.replace('\'', "&#39;")), "{name}: {policy}");
        assert!(page.contains(&format!("<script>{SCRIPT}</script>")), "{name}");
        assert_eq!(page.matches("<script").count(), 1, "{name}");
        let body = body(page);
        for (tag, rest) in tags(&body) {
            assert!(!["link", "img", "iframe", "object", "base"].contains(&tag.as_str()), "{name}: {tag}");
            for forbidden in ["javascript:", "style=\"", "src=\"", "onload=\"", "href=\"h"] {
                assert!(!rest.contains(forbidden), "{name}: {forbidden}");
            }
        }
        for forbidden in ["@import", "url(", "http:", "https:", "eval", "innerHTML", "fetch("] {
            assert!(!style.contains(forbidden) && !SCRIPT.contains(forbidden), "{forbidden}");
        }
        let addresses = body.matches("http://").count() + body.matches("https://").count();
        // The one address is the name of a column and stands in text.
        assert_eq!(addresses > 0, *name == "hostile", "{name}");
    }
}

#[test]
fn the_style_names_the_run_on_each_sheet() {
    assert!(page(&fixture::failing()).contains("content:\"reidrisk run 20261121T020004Z-3fa1c2 · FAIL\""));
    assert_ne!(style("a", "PASS"), style("b", "PASS"));
}

#[test]
fn the_first_screen_says_what_to_do_and_the_lines_to_paste_stand_below() {
    let page = page(&fixture::whole());
    let todo = page.split_once("<h2>What to do</h2>").unwrap().1.split_once("<ul class=\"trust\"").unwrap().0;
    assert_eq!(todo.matches("<li").count(), 3);
    assert!(todo.find("Remove <code>reference</code>") < todo.find("ound <code>birth_year</code> to multiples of 10"));
    assert!(todo.contains("Direct identifier. Generalising other columns does not help."));
    assert!(todo.contains("Smallest class 1 → 7; subjects in classes below 5: 712 → 0; 64\u{a0}% of detail kept"));
    assert!(page.contains("[columns.birth_year] ⏎ coarsen = &#34;round:10&#34;"), "the lines stand in a fold");
    assert!(todo.contains("Scan again with it to know the verdict"));
    assert!(!page.contains("reaches the limits") && !page.contains("Nothing must change"));
}

#[test]
fn where_no_change_makes_every_class_large_enough_other_ways_are_named() {
    let page = page(&fixture::hopeless());
    assert!(page.contains("Scan again with it to know the verdict"));
    assert!(page.contains("<p class=\"alternative\">Share monthly totals by district instead of records.</p>"));
}

#[test]
fn terms_consent_and_identifiers_are_shown_as_counts() {
    let page = page(&fixture::whole());
    assert!(page.contains("14 of 3,000 subjects have not opted in"));
    assert!(page.contains("The extract is meant for Meridian Platform Ltd"));
    assert!(page.contains("<td>payment card number</td><td>within a text</td><td class=\"n\">212</td>"));
    assert!(page.contains("forbidden by the terms"));
    assert!(page.contains("<li class=\"no\">1 finding waived</li>"));
    let page = render_html(&fixture::agreed()).unwrap();
    assert!(page.contains("All of 3,000 subjects have opted in"));
    assert!(page.contains("No identifier was found; 8 columns were searched."));
}

#[test]
fn a_measure_of_known_points_without_a_figure_is_said_to_be_unknown() {
    let mut result = fixture::whole();
    let (reason, explanation) = ("timeout".to_owned(), "drawing ended at the time limit".to_owned());
    result.measures.unicity = Some(crate::result::Outcome::Incomplete { reason, explanation });
    let page = page(&result);
    assert!(page.contains("How many known points single a subject out is unknown, because drawing ended"));
    assert!(!page.contains("Unicity, 4 known points"));
}

#[test]
fn known_points_are_answered_with_cohort_caution_and_what_coarsening_would_buy() {
    let page = page(&fixture::swept()).replace('\u{a0}', " ");
    let section = page.split_once("id=\"known-points\"").unwrap().1.split_once("</section>").unwrap().0;
    for said in [
        "3 known points (posted_at and merchant_id) single out 73.3 % of",
        "The limit of 20 % is broken",
        "About the limit: more than half of the subjects have fewer than 4 distinct points.",
        "the subjects with at least 8 points; this curve is judged",
        "not known, because no record has a value in every column of the point.",
        "not how many are identified",
        "Among more people, or at a coarser day",
        "Of single changes amount → left out buys most: 3 known points then single out",
        "The least change of this sweep with at most 20 % on the points that it looked at is",
        "reidrisk scan INPUT --coarsen",
        "no subject has so many points",
        "Records out of sight",
        "Hours and days: moments with a zone are read at +01:00; a day begins at 04:00.",
        "2 places and how often find most: 87.1 % of 2,000 subjects for certain.",
        "Attacks on places, times and counts",
        "no column orders the visits",
        "ties among the places of 61 subjects",
    ] {
        assert!(section.contains(said), "{said}: {section}");
    }
    assert!(!section.contains("NaN"));
}

/// The section of a page by its name, with plain blanks.
fn section(page: &str, id: &str) -> String {
    let page = page.replace('\u{a0}', " ");
    let begin = format!("<section class=\"part\" id=\"{id}\"");
    page.split_once(&begin).unwrap().1.split_once("</section>").unwrap().0.to_owned()
}

#[test]
fn linkage_is_answered_with_attacks_columns_calibration_and_what_to_do() {
    let page = page(&fixture::linked());
    let section = section(&page, "linkage");
    for said in [
        "Weighed agreements, members.csv: 93.7 % (95 % interval 92.8 % to 94.6 %) of 3,000 subjects linked to the right \
         person; guessing finds &#60; 0.01 %. The limit of 5 % is broken",
        "Of the shared columns district links most: without it 63.4 % of subjects become",
        "2,881 of 3,000 pseudonyms in customer_id, of 2,881 subjects, are a plain or common hash",
        "None of 3,000 pseudonyms in card",
        "Near values, visitors.csv: not known, because no column is shared.",
        "never seen among likely matches",
        "plain overlap of merchants finds</th><td class=\"n\">31.7 %",
        "of them unique in neither before</th><td class=\"n\">148 (5.28 %)",
        "6.4 bits, about 1 of 84.45",
        "no hold-out",
        "That is not the same as safe",
        "An invented pair, step by step",
        "reidrisk explain relinkable",
    ] {
        assert!(section.contains(said), "{said}: {section}");
    }
    assert_eq!(section.matches("<figure>").count(), 6);
    assert!(!section.contains("NaN") && !section.contains("inf"), "{section}");
    assert!(page.contains("members.csv, hold-out</th><td>strangers.csv"));
    assert!(page.contains("<h2>Strongest record linkage</h2>"));
    assert!(page.contains(
        "<h2>About 94 in 100 subjects can be linked to members.csv (weighed agreements on 4 shared columns): "
    ));
}

#[test]
fn an_attack_without_evidence_is_called_so_and_never_safe() {
    let page = page(&fixture::unlinked()).replace('\u{a0}', " ");
    assert!(page.contains("0.6 %, no evidence"));
    assert!(page.contains("No evidence: no better than guessing; that is not a proof of safety. No limit"));
    assert!(page.contains("Caveat: the attack <code>exact</code> with <code>visitors.csv</code> does no better"));
    let words = page.to_lowercase();
    assert_eq!(words.matches("is safe").count() + words.matches("are safe").count(), 0, "{words}");
}

#[test]
fn linkage_that_was_cut_off_is_unknown_and_listed_as_not_measured() {
    let page = page(&fixture::linkage_cut_off());
    assert!(page.contains("What can be linked is unknown, because joining ended at the time limit."));
    assert!(
        section(&page, "not-measured").contains("share of subjects linked to the right person</th><td>joining ended")
    );
    assert!(!page.contains("Strongest record linkage"));
}

#[test]
fn hostile_names_of_sources_levels_and_forms_stay_text() {
    let mut text = String::from_utf8(crate::report::render_json(&fixture::linked()).unwrap()).unwrap();
    let hostile = serde_json::to_string("<img src=x onerror=y>\u{1b}[31m\u{202e}").unwrap();
    for name in ["members.csv", "else", "within 1 %", "merchant_id", "sha-256", "accounts.csv", "weekday", "district"] {
        assert!(text.contains(&format!("\"{name}\"")), "{name}");
        text = text.replace(&format!("\"{name}\""), &hostile);
    }
    let result = crate::report::read_json(text.as_bytes()).unwrap();
    let page = page(&result);
    let pictures: String = crate::report::charts(&result).iter().map(crate::report::Chart::svg).collect();
    let markdown = crate::report::render_markdown(&result);
    assert!(!markdown.contains("<img"), "{markdown}");
    let lines = markdown + &crate::report::render_github(&result);
    for view in [&page, &pictures] {
        for markup in ["<img", "\u{1b}", "\u{202e}"] {
            assert!(!view.contains(markup), "{markup:?}");
        }
    }
    assert!(!lines.contains('\u{1b}') && !lines.contains('\u{202e}'), "{lines}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn a_page_about_many_attacks_stays_small() {
    let mut result = fixture::linked();
    if let Some(crate::result::Outcome::Measured { value, .. }) = &mut result.measures.linkage {
        let mut attack = value.attacks[0].clone();
        let names: Vec<String> = (0..8).map(|place| format!("{place}{}", "w".repeat(200))).collect();
        attack.columns.clone_from(&names);
        let set = attack.column_sets[0].clone();
        attack.column_sets = (1_usize..256)
            .map(|mask| crate::result::LinkedSet {
                columns: (0..8).filter(|index| mask >> index & 1 == 1).map(|index| names[index].clone()).collect(),
                ..set.clone()
            })
            .collect();
        value.attacks = vec![attack; 80];
    }
    let page = page(&result);
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert!(page.contains("30 more in result.json") && page.contains("205 more in result.json"));
}

#[test]
fn the_limits_are_listed_gate_by_gate_with_who_asks_for_them() {
    let mut result = fixture::whole();
    result.policy.gates[0].basis = crate::result::GateBasis::Law;
    result.policy.gates[0].source = "a statute".to_owned();
    result.policy.gates[0].origin = crate::result::GateOrigin::Preset;
    let page = page(&result).replace('\u{a0}', " ");
    assert!(page.contains("<td>at least 5</td><td>law</td><td>a statute; set by the preset</td>"));
    assert!(page.contains("subjects singled out by 4 known points</th><td>at most 20 %</td><td>house</td>"));
}

#[test]
fn a_page_about_two_thousand_sets_stays_small_and_says_what_it_leaves_out() {
    let page = page(&fixture::large(3_000));
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    assert!(page.contains("1,950 more in result.json"));
}

#[test]
fn the_pages_are_as_written_down() {
    for (name, result) in [("page", fixture::whole()), ("linkage", fixture::linked())] {
        crate::report::test::assert_golden_page(name, &page(&result));
    }
}

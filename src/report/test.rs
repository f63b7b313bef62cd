//! Facts about the views, on results of every outcome.

mod ways;

use std::fs;
use std::path::{Path, PathBuf};

use super::{Ending, RESULT_SCHEMA, ReportError, TextStyle, charts, fixture, read_json, render_html, render_json};
use crate::result::{Gate, GateSet, SCHEMA_VERSION, ScanResult};

fn render_text(result: &ScanResult, style: &TextStyle, report: Option<&str>) -> String {
    super::render_text(result, style, &Ending { report, next: None })
}

const PLAIN: TextStyle = TextStyle { width: 80, color: false, unicode: true };
const ASCII: TextStyle = TextStyle { unicode: false, ..PLAIN };

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
        ("doubtful", fixture::doubtful()),
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
        ("hostile", fixture::hostile()),
    ]
}

/// Names in a folder, sorted.
#[test]
fn reading_back_what_was_written_gives_the_same_result() {
    for (name, result) in every_result() {
        let bytes = render_json(&result).unwrap();
        assert_eq!(read_json(&bytes).unwrap(), result, "{name}");
        assert_eq!(bytes, render_json(&result).unwrap(), "{name}");
        assert_eq!(bytes.last(), Some(&b'\n'));
    }
}

#[test]
fn every_figure_survives_writing_and_reading_to_the_last_bit() {
    let mut result = fixture::failing();
    for figure in [0.646_575_160_798_355_5, 0.514_289_503_348_584_4, 5e-324, 0.1 + 0.2, 1.0 - f64::EPSILON] {
        result.findings[0].measured = Some(figure);
        let read = read_json(&render_json(&result).unwrap()).unwrap();
        assert_eq!(read.findings[0].measured.map(f64::to_bits), Some(figure.to_bits()));
    }
}

#[test]
fn every_result_obeys_the_schema_and_a_changed_one_does_not() {
    let schema: serde_json::Value = serde_json::from_str(RESULT_SCHEMA).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, result) in every_result() {
        let value: serde_json::Value = serde_json::from_slice(&render_json(&result).unwrap()).unwrap();
        assert!(validator.is_valid(&value), "{name}");
        let mut changed = value;
        changed["verdict"]["outcome"] = "maybe".into();
        assert!(!validator.is_valid(&changed), "{name}");
    }
}

#[test]
fn small_elements_of_long_lists_stand_on_one_line_each() {
    let text = String::from_utf8(render_json(&fixture::failing()).unwrap()).unwrap();
    assert!(text.contains(&format!("\n  \"schema_version\": \"{SCHEMA_VERSION}\",\n")));
    assert!(text.contains("\n            {\"k\": 5, \"records\": "));
    assert!(text.contains("{\"size\": 2, \"classes\": 96, \"records\": 2700},\n"));
    assert!(text.contains("\"advice\": []\n}\n"));
    let sets = text.split_once("\n        \"sets\": [\n").unwrap().1.split_once("\n        ],\n").unwrap().0;
    assert!(sets.lines().all(|line| line.starts_with("          {\"columns\": [\"")), "{sets}");
    assert_eq!(sets.lines().count(), 41);
    // A comparison of two runs cuts this block out by its lines.
    assert!(text.contains("\n  \"run\": {\n    \"id\": ") && text.contains("\n  },\n  \"dataset\": {\n"));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn a_result_with_long_lists_is_read_back_the_same() {
    let mut result = fixture::large(3_000);
    if let Some(crate::result::Outcome::Measured { value, .. }) = &mut result.measures.uniqueness {
        value.sets.truncate(200);
    }
    let bytes = render_json(&result).unwrap();
    assert_eq!(read_json(&bytes).unwrap(), result);
}

#[test]
fn what_cannot_be_read_is_refused_without_quoting_it() {
    let whole = String::from_utf8(render_json(&fixture::failing()).unwrap()).unwrap();
    let newer = whole.replacen(SCHEMA_VERSION, "2.1.0", 1);
    let error = read_json(newer.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the result file has schema version 2.1.0, but this program reads version {SCHEMA_VERSION}")
    );
    for (bytes, is_json) in [
        (&b""[..], false),
        (b"canary;4929123412341234\n1;2", false),
        (b"{\"canary\": \"4929123412341234\"}", true),
        (b"{\"schema_version\": \"4929123412341234\"}", true),
        (b"{\"schema_version\": \"1.0.0\", \"tool\": \"4929123412341234\"}", true),
        (&whole.as_bytes()[..whole.len() / 2], false),
        (b"\xff\xfe", false),
    ] {
        let error = read_json(bytes).unwrap_err();
        assert_eq!(matches!(error, ReportError::NotResult { .. }), is_json, "{error}");
        assert!(!format!("{error} {error:?}").contains("4929"), "{error}");
    }
    assert!(read_json(whole.replacen(SCHEMA_VERSION, "1.9.4", 1).as_bytes()).is_ok(), "additive within a major");
}

/// Compares with a file in `src/report/golden`; `UPDATE_GOLDEN=1` writes it anew.
pub(super) fn assert_golden(name: &str, text: &str) {
    let path = golden(&format!("{name}.txt"), text);
    assert_eq!(text, fs::read_to_string(&path).unwrap(), "{name}");
}

/// A page, which is too long to be shown where it differs. A browser looks at these files as well.
pub(super) fn assert_golden_page(name: &str, page: &str) {
    let path = golden(&format!("{name}.html"), page);
    assert!(page == fs::read_to_string(&path).unwrap(), "the page differs from {}", path.display());
}

#[expect(clippy::disallowed_methods, reason = "a person asks for new golden files")]
fn golden(file: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/golden").join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    }
    path
}

#[test]
fn terminal_text_is_as_written_down() {
    for (name, result) in every_result() {
        assert_golden(name, &render_text(&result, &PLAIN, Some("reports/card_transactions/index.html")));
    }
    assert_golden("ascii", &render_text(&fixture::hostile(), &ASCII, None));
}

#[test]
fn terminal_text_keeps_to_the_width_and_to_ascii_where_asked() {
    for (name, result) in every_result() {
        for width in [60, 80, 120] {
            let text = render_text(&result, &TextStyle { width, ..ASCII }, None);
            assert!(text.is_ascii(), "{name}");
            // One word may be wider than the terminal; only the hostile names are.
            let is_wide = |line: &str| line.len() > width && name != "hostile";
            assert_eq!(text.lines().find(|line| is_wide(line)), None, "{name} at {width}");
        }
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    for (name, result) in every_result() {
        let coloured = render_text(&result, &TextStyle { color: true, ..PLAIN }, None);
        let mut bare = String::new();
        for (index, part) in coloured.split("\u{1b}[").enumerate() {
            bare.push_str(if index == 0 { part } else { part.split_once('m').unwrap().1 });
        }
        assert_ne!(coloured, bare, "{name}");
        assert_eq!(bare, render_text(&result, &PLAIN, None), "{name}");
    }
}

#[test]
fn terminal_text_holds_no_control_character_of_a_name() {
    let text = render_text(&fixture::hostile(), &PLAIN, Some("out\u{1b}[2J"));
    assert_eq!(text.chars().find(|letter| (letter.is_control() && *letter != '\n') || *letter == '\u{202e}'), None);
}

#[test]
fn a_risk_that_is_not_known_is_never_shown_as_zero() {
    for result in [fixture::incomplete(), fixture::undefined()] {
        let text = render_text(&result, &PLAIN, None);
        let page = render_html(&result).unwrap();
        assert!(text.contains("The risk is unknown, because "), "{text}");
        assert!(!text.contains(" alone "), "{text}");
        assert!(page.contains("<h2>The risk is unknown, because "));
        // The limit of the policy is the one share on the page.
        assert!(!page.replace("20\u{a0}%", "").replace("80\u{a0}%", "").contains("0\u{a0}%"));
        assert!(charts(&result).is_empty());
    }
    let page = render_html(&fixture::wildcard()).unwrap();
    assert!(page.contains("not defined"));
    assert!(page.contains("counting it exceeds the work limit"));
    assert!(page.contains("Class sizes are not defined here"));
}

#[test]
fn hostile_names_stay_text_in_the_page_and_in_pictures() {
    let result = fixture::hostile();
    let page = render_html(&result).unwrap();
    let pictures: String = charts(&result).iter().map(super::Chart::svg).collect();
    for markup in ["<b>", "<img", "<iframe", "<svg onload", "\" onmouseover", "\u{1b}", "\u{202e}", "\u{7}"] {
        assert!(!page.contains(markup), "page: {markup:?}");
        assert!(!pictures.contains(markup), "pictures: {markup:?}");
    }
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
    assert!(pictures.contains("&lt;svg onload=x&gt;"));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn every_picture_has_words_and_the_same_bytes_each_time() {
    let result = fixture::whole();
    let pictures = charts(&result);
    let names: Vec<&str> = pictures.iter().map(|chart| chart.name).collect();
    assert_eq!(
        names,
        [
            "class-sizes",
            "cumulative-risk",
            "risk-gauges",
            "column-effects",
            "set-sizes",
            "pairs",
            "trade-off",
            "before-after",
            "unicity",
            "resolutions",
            "resolution-curves"
        ]
    );
    for (chart, again) in pictures.iter().zip(charts(&result)) {
        let svg = chart.svg();
        assert!(svg.contains("<title id=") && svg.contains("<desc id="), "{}", chart.name);
        assert!(!chart.description.is_empty());
        assert_eq!(svg, again.svg());
        let bytes = chart.png().unwrap();
        assert_eq!(bytes, again.png().unwrap());
        let reader = png::Decoder::new(bytes.as_slice()).read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().height), (1600, 900));
        for chunk in [&b"tEXt"[..], b"iTXt", b"zTXt", b"tIME", b"eXIf"] {
            assert!(!bytes.windows(4).any(|window| window == chunk), "{}", chart.name);
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn pictures_of_linkage_have_words_and_one_is_left_out_where_nothing_can_be_drawn() {
    let names = |result: &ScanResult| -> Vec<&'static str> {
        let all = charts(result);
        assert!(all.iter().all(|chart| !chart.description.is_empty() && chart.png().is_ok()));
        all.iter().map(|chart| chart.name).filter(|name| name.contains("link") || name.contains("att")).collect()
    };
    assert_eq!(names(&fixture::linked()), ["attackers", "linking-columns", "linking-sets", "link-calibration"]);
    assert_eq!(names(&fixture::unlinked()), ["attackers"]);
    assert!(names(&fixture::linkage_cut_off()).is_empty());
    let described: String = charts(&fixture::linked()).iter().map(|chart| chart.description.clone()).collect();
    assert!(described.contains("no better than guessing, which is no evidence"), "{described}");
    assert!(described.contains("not known, because no column is shared"), "{described}");
}

#[test]
fn a_name_of_three_hundred_letters_is_cut_in_sentences_and_pictures() {
    let mut result = fixture::failing();
    let long = "w".repeat(300);
    if let Some(crate::result::Outcome::Measured { value, .. }) = &mut result.measures.uniqueness {
        value.column_effects[3].column.clone_from(&long);
        value.static_set.as_mut().unwrap().columns[0].clone_from(&long);
    }
    let text = render_text(&result, &PLAIN, None);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for chart in charts(&result) {
        let svg = chart.svg();
        let drawn = svg.split_once("</desc>").unwrap().1;
        assert!(!drawn.contains(&"w".repeat(100)), "{}", chart.name);
    }
}

/// The words of a text with one blank between them, wherever its lines end.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_crowd_below_the_limit_is_named_first_even_when_nobody_is_alone() {
    let headline =
        "The smallest class on birth_year, district and card_type holds 3 subjects; at least 5 are asked for";
    let text = render_text(&fixture::small_classes(), &PLAIN, None);
    let words = unwrapped(&text);
    assert!(words.contains(&format!("FAIL {headline} 300 of 3,000 subjects (10 %) stand")), "{words}");
    let page = render_html(&fixture::small_classes()).unwrap();
    assert!(page.contains(&format!("<h2>{headline}: 300 of 3,000 subjects")));
    for view in [text, page] {
        assert!(!view.contains("No subject is unique"));
    }
}

#[test]
fn a_limit_that_only_all_columns_break_is_what_the_headline_speaks_of() {
    let mut result = fixture::passing();
    result.policy.gates.push(Gate::smallest_class(GateSet::Full, 5));
    let result = fixture::judged(result);
    let text = render_text(&result, &PLAIN, None);
    assert!(text.contains("subjects are unique on birth_year, district,") && text.contains("posted_at"), "{text}");
}

#[test]
fn doubts_stand_after_the_findings_of_a_failure_and_before_nothing_else_of_a_review() {
    let mut result = fixture::doubtful();
    let page = render_html(&result).unwrap();
    let text = render_text(&result, &PLAIN, None);
    assert!(page.find("<strong>small-class</strong>") < page.find("Caveat: the extract has event columns"));
    assert!(page.contains("Caveat: the extract has event columns"));
    assert!(text.find("HIGH      small-class") < text.find("  Caveat: the extract has event columns"));
    assert!(!page.contains("Why:"));

    result.findings.clear();
    result.verdict.outcome = crate::result::VerdictOutcome::Review;
    let page = render_html(&result).unwrap();
    assert!(page.contains("<p class=\"line\">Why: the extract has event columns"));
    assert!(!page.contains("Caveat:"));
}

#[test]
fn a_pass_says_once_that_nothing_was_found_and_which_columns_it_speaks_of() {
    let page = render_html(&fixture::passing()).unwrap();
    let text = render_text(&fixture::passing(), &PLAIN, None);
    assert_eq!(page.matches("limit was measured and holds").count(), 1);
    assert_eq!(text.matches("limit was measured and holds").count(), 1);
    assert!(!page.contains("Why:") && !page.contains("every class of the gated set"));
    let counted = "6 of 8 columns were counted. Not counted: customer_id (subject), balance (sensitive).";
    assert!(page.contains(counted) && unwrapped(&text).contains(counted), "{text}");
    assert!(!render_html(&fixture::failing()).unwrap().contains("columns were counted"));
}

#[test]
fn one_of_a_thing_is_written_in_the_singular() {
    let mut result = fixture::failing();
    (result.dataset.records, result.dataset.subjects, result.dataset.records_without_subject) = (1, 1, 0);
    result.dataset.columns.truncate(1);
    if let Some(crate::result::Outcome::Measured { value, .. }) = &mut result.measures.uniqueness {
        value.static_set.as_mut().unwrap().unique_subjects = 1;
        value.sets.truncate(1);
    }
    let text = render_text(&result, &PLAIN, None);
    let page = render_html(&result).unwrap();
    assert!(text.contains("1 record, 1 subject, 1 column\n"), "{text}");
    assert!(text.contains("The only subject is unique on birth_year"), "{text}");
    for wrong in ["1 records", "1 subjects", "1 columns", "1 combinations", "1 of 1 combinations"] {
        let places = [&page, &text].map(|view| view.find(&format!(" {wrong}")).map(|at| &view[at - 40..at + 20]));
        assert_eq!(places, [None, None], "{wrong}");
    }

    (result.dataset.records, result.dataset.subjects) = (3, 3);
    let text = render_text(&result, &PLAIN, None);
    assert!(text.contains("About 33 in 100 subjects are unique on"), "{text}");
}

#[test]
fn where_everybody_has_a_record_alone_the_page_says_that_each_is_found() {
    let mut result = fixture::without_static();
    let some = render_html(&result).unwrap();
    assert!(some.contains("may find exactly that person"));
    result.dataset.subjects = 2_991;
    let all = render_html(&result).unwrap();
    assert!(all.contains("whoever knows its values finds exactly that person") && !all.contains("may find exactly"));
}

#[test]
fn a_missing_figure_and_a_tile_say_which_set_they_speak_of() {
    let mut result = fixture::without_static();
    let reason = "no quasi-identifier is constant within every subject".to_owned();
    for name in ["smallest-class", "static-smallest-class"] {
        result.not_measured[0] = crate::result::NotMeasured { measure: name.to_owned(), reason: reason.clone() };
        let page = render_html(&result).unwrap();
        assert!(page.contains("<p>all 6 columns; not held to a limit</p>"));
        assert!(page.contains("<th scope=\"row\">smallest class of the static columns</th><td>no quasi-identifier"));
    }
    assert!(render_html(&fixture::failing()).unwrap().contains("<p>3 static columns; limit: at least 5</p>"));
}

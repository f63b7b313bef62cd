//! Views over many runs.

use super::super::{fixture, render_history_html, render_overview_html};
use super::{HEAD, TextStyle, render_history_csv, render_history_json, render_history_text, render_overview_text};
use crate::result::{DatasetHistory, FigureValue};

const PLAIN: TextStyle = TextStyle { width: 80, color: false, unicode: true };

fn golden(name: &str, text: &str) {
    crate::report::test::assert_golden(name, text);
}

#[test]
fn the_texts_are_as_written_down() {
    golden("history", &render_history_text(&fixture::thirty_nights(), &PLAIN, 40));
    golden("history_hostile", &render_history_text(&fixture::hostile_nights(), &PLAIN, 12));
    golden("overview", &render_overview_text(&fixture::four_datasets(), &PLAIN));
}

#[test]
fn lines_keep_to_the_width_and_to_ascii_where_asked() {
    for width in [60, 80, 160] {
        let style = TextStyle { width, unicode: false, color: false };
        let texts = [
            render_history_text(&fixture::thirty_nights(), &style, 40),
            render_overview_text(&fixture::four_datasets(), &style),
        ];
        for text in texts {
            assert!(text.is_ascii());
            // One word may be wider than the terminal; only hostile names are.
            let wide = text.lines().find(|line| line.len() > width && !line.contains("\\u{"));
            assert_eq!(wide, None, "{width}");
        }
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    let coloured = render_history_text(&fixture::thirty_nights(), &TextStyle { color: true, ..PLAIN }, 40);
    let mut plain = coloured.replace("\u{1b}[0m", "");
    for code in ["31", "32", "33"] {
        plain = plain.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(plain, render_history_text(&fixture::thirty_nights(), &PLAIN, 40));
}

#[test]
fn a_row_of_the_table_says_what_a_night_was() {
    let text = render_history_text(&fixture::thirty_nights(), &PLAIN, 40);
    assert!(text.contains("2 missed runs before"), "{text}");
    assert!(text.contains("NO RESULT") && text.contains("file `cards.csv` does not exist"));
    assert!(text.contains("changed: configuration") && text.contains("changed: waivers"));
    assert!(text.contains("INCOMPLETE"));
    let few = render_history_text(&fixture::thirty_nights(), &PLAIN, 5);
    assert!(few.contains("and 23 earlier; `--last 28` shows all"), "{few}");
}

#[test]
fn every_row_of_the_csv_has_every_column_and_no_cell_is_a_formula() {
    for history in [fixture::thirty_nights(), fixture::hostile_nights()] {
        let bytes = render_history_csv(&history).unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let place = |head: &str| HEAD.split(',').position(|name| name == head).unwrap();
        assert_eq!(rows[0].iter().collect::<Vec<_>>(), HEAD.split(',').collect::<Vec<_>>());
        assert!(rows.len() > history.runs.len());
        for row in &rows[1..] {
            assert_eq!(row.len(), 27);
            assert_eq!(&row[place("status")] == "measured", !row[place("value")].is_empty(), "{row:?}");
            for cell in row {
                let is_number = cell.parse::<f64>().is_ok();
                assert!(is_number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{row:?}");
                assert!(!cell.contains('\u{1b}'));
            }
        }
        let failed = rows.iter().find(|row| &row[place("verdict")] == "no-result").unwrap();
        assert!(failed[place("reason")].contains("cards.csv") || failed[place("reason")].starts_with("'=<script>"));
    }
}

#[test]
fn the_json_document_is_read_back_as_it_was() {
    let history = fixture::thirty_nights();
    let bytes = render_history_json(&history).unwrap();
    assert_eq!(serde_json::from_slice::<DatasetHistory>(&bytes).unwrap(), history);
    let schema = serde_json::from_str(crate::report::HISTORY_SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&serde_json::from_slice(&bytes).unwrap()));
}

#[test]
fn a_figure_without_a_number_is_never_shown_as_zero() {
    let mut history = fixture::thirty_nights();
    for recorded in history.runs.iter_mut().flat_map(|run| &mut run.figures) {
        recorded.figure.value = FigureValue::Undefined { reason: "no subject".to_owned() };
    }
    let text = render_history_text(&history, &PLAIN, 40);
    assert!(text.contains('?') && !text.contains(" 0 "), "{text}");
    let page = render_history_html(&history).unwrap();
    assert!(page.contains("No run has a number that a limit is held against."));
    assert!(page.contains("not defined"));
}

#[test]
fn pages_are_closed_escaped_and_load_nothing() {
    let pages = [
        render_history_html(&fixture::thirty_nights()).unwrap(),
        render_history_html(&fixture::hostile_nights()).unwrap(),
        render_overview_html(&fixture::four_datasets()).unwrap(),
    ];
    for page in pages {
        let (_, body) = page.split_once("</style>").unwrap();
        let (body, _) = body.split_once("<script>").unwrap();
        for forbidden in ["<b>", "<img", "<script", "\u{1b}", "\u{202e}", "http:", "https:", "style=\"", "src=\"x"] {
            assert!(!body.contains(forbidden), "{forbidden}");
        }
        assert!(page.contains("default-src &#39;none&#39;"));
        for element in ["table", "section", "svg", "figure", "details", "main", "tr", "td", "th"] {
            let opened = body.matches(&format!("<{element} ")).count() + body.matches(&format!("<{element}>")).count();
            assert_eq!(opened, body.matches(&format!("</{element}>")).count(), "{element}");
        }
        let unnamed = body
            .split("<svg")
            .skip(1)
            .filter_map(|part| part.split_once('>'))
            .find(|(tag, _)| !tag.contains("aria-hidden=\"true\"") && !tag.contains("role=\"img\""));
        assert_eq!(unnamed, None);
    }
}

#[test]
fn the_pages_are_as_written_down() {
    let pages = [
        ("history_page", render_history_html(&fixture::thirty_nights())),
        ("overview_page", render_overview_html(&fixture::four_datasets())),
    ];
    for (name, page) in pages {
        crate::report::test::assert_golden_page(name, &page.unwrap());
    }
}

#[test]
fn a_page_of_ten_years_stays_small() {
    let mut history = fixture::thirty_nights();
    let night = history.runs[0].clone();
    let first: jiff::civil::Date = "2016-11-29".parse().unwrap();
    history.runs = (0..3_650)
        .map(|place| {
            let day = first.saturating_add(jiff::Span::new().days(place));
            let mut run = night.clone();
            (run.run, run.started_at) = (format!("{}T020000Z", day.strftime("%Y%m%d")), format!("{day}T02:00:00Z"));
            run
        })
        .collect();
    let page = render_history_html(&history).unwrap();
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert!(page.contains("3,600 earlier runs"));
}

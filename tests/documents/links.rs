//! No dead link: every relative link and anchor leads to a file and a heading that are there.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::markdown::{anchors, links, title};
use super::support::repository_file;
use super::{documents, exists, is_markdown, pages_of_the_book, target, text_of};

/// Why a link leads nowhere; nothing where it leads somewhere, or to another site.
fn objection(document: &str, link: &str, anchors_of: &mut dyn FnMut(&str) -> Vec<String>) -> Option<String> {
    if link.starts_with("https://") {
        return None;
    }
    if link.contains("://") || link.starts_with("mailto:") || link.starts_with('/') {
        return Some("is neither relative nor of another site by https".to_owned());
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let Some(file) = (if path.is_empty() { Some(document.to_owned()) } else { target(document, path) }) else {
        return Some("leaves the repository".to_owned());
    };
    if !path.is_empty() && !exists(&file) {
        return Some(format!("there is no {file}"));
    }
    let anchor = anchor?;
    (!anchors_of(&file).iter().any(|known| known == anchor)).then(|| format!("{file} has no heading for #{anchor}"))
}

fn objections(document: &str, text: &str) -> Vec<String> {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::from([(document.to_owned(), anchors(text))]);
    let mut anchors_of = |file: &str| {
        let found = || if is_markdown(file) { anchors(&text_of(file)) } else { Vec::new() };
        known.entry(file.to_owned()).or_insert_with(found).clone()
    };
    let told = links(text).into_iter().filter_map(|link| {
        let why = objection(document, &link.to, &mut anchors_of)?;
        Some(format!("{document}:{}: {}: {why}", link.line, link.to))
    });
    told.collect()
}

#[test]
fn every_link_and_every_anchor_leads_somewhere() {
    let dead: Vec<String> = documents().iter().flat_map(|document| objections(document, &text_of(document))).collect();
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn dead_links_are_found() {
    let text = "# Here\n[a](nowhere.md) [b](#there) [c](../../out.md) [d](README.md#no-such) [e](http://example.org) \
                ![f](docs/none.png) [g](#here) [h](README.md) [i]\n\n[i]: none.md\n";
    let found = objections("made_up.md", text);
    assert_eq!(found.len(), 7, "{found:#?}");
    assert!(!found.iter().any(|line| line.contains("#here") || line.contains(": README.md:")), "{found:#?}");
}

/// What `tests/browser/screenshots` noted: the page and the picture that was taken of it.
#[test]
fn the_pictures_are_of_the_sample_reports_of_today() {
    let noted = text_of("tests/browser/screenshots.sha256");
    for name in ["bank_extract", "bank_coarsened"] {
        let latest = text_of(&format!("reports/sample/{name}/latest"));
        let page = format!("reports/sample/{name}/{}/index.html", latest.trim());
        assert!(noted.contains(&page), "{page} is newer than its picture: tests/browser/screenshots");
    }
    for line in noted.lines() {
        let (hash, path) = line.split_once("  ").expect("a hash and a path");
        let bytes = std::fs::read(repository_file(path)).expect("a page or a picture");
        let found = Sha256::digest(&bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        assert_eq!(found, hash, "{path} is not the one that was noted: tests/browser/screenshots");
    }
}

/// A book holds the files below `docs/` only, so a link out of it is dead there although it is not in the repository.
#[test]
fn pages_of_the_book_link_to_pages_of_the_book() {
    let pages = pages_of_the_book();
    let mut out = Vec::new();
    for page in &pages {
        for link in links(&text_of(page)).iter().filter(|link| !link.to.contains("://")) {
            let path = link.to.split('#').next().unwrap_or_default();
            let file = target(page, path).unwrap_or_default();
            let is_page = path.is_empty() || pages.contains(&file);
            let is_copied = file.starts_with("docs/") && !is_markdown(&file);
            if !is_page && !is_copied {
                out.push(format!("{page}:{}: {}", link.line, link.to));
            }
        }
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}

#[test]
fn every_page_has_one_title() {
    for document in documents().iter().filter(|name| *name != "docs/SUMMARY.md") {
        assert!(title(&text_of(document)).is_some_and(|title| !title.is_empty()), "{document}");
    }
}

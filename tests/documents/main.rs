//! The documents of the repository are true: links lead somewhere, commands end as stated and print what is shown, and the
//! pages that are made from the program are those that it makes today.
//!
//! A program of its own, for it runs the commands of four documents at once.

mod commands;
mod generated;
mod links;
mod markdown;
mod python_settings;
#[allow(dead_code, reason = "each program uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;

use support::repository_file;

/// Folders that hold no document of the repository: what builds and runs leave, and what tools bring along.
const NOT_OURS: [&str; 4] = ["target", "node_modules", "november", "__pycache__"];

/// Every Markdown file of the repository, as path from its root with slashes, sorted.
fn documents() -> Vec<String> {
    let root = repository_file("");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    found.sort();
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        let relative = path.strip_prefix(root).expect("below the root").to_str().expect("a plain name").to_owned();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
        // Reports other than the samples are what somebody's scans left.
        let is_left = relative.starts_with("reports/") && !relative.starts_with("reports/sample");
        if name.starts_with('.') || NOT_OURS.contains(&name) || is_left {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, found);
        } else if is_markdown(&path) {
            found.push(relative);
        }
    }
}

fn is_markdown(path: impl AsRef<Path>) -> bool {
    path.as_ref().extension().is_some_and(|extension| extension == "md")
}

fn text_of(document: &str) -> String {
    fs::read_to_string(repository_file(document)).expect("a document is text")
}

/// Where a link in `document` leads, as path from the root of the repository; none where it leaves the repository.
fn target(document: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The pages of the book, as its table of contents names them.
fn pages_of_the_book() -> Vec<String> {
    let contents = markdown::links(&text_of("docs/SUMMARY.md"));
    contents.iter().map(|link| target("docs/SUMMARY.md", &link.to).expect("a page below docs")).collect()
}

/// A file or folder of the repository.
fn exists(path: &str) -> bool {
    repository_file(path).exists()
}

#[test]
fn the_documents_that_everybody_reads_are_found() {
    let found = documents();
    for name in ["README.md", "docs/configuration.md", "docs/tutorial.md", "sample_data/roads/README.md"] {
        assert!(found.iter().any(|document| document == name), "{name} is among {found:?}");
    }
}

#[test]
fn the_readme_is_short_and_begins_with_the_two_commands_that_set_up() {
    let text = text_of("README.md");
    assert!(text.lines().count() <= 150, "{} lines", text.lines().count());
    let blocks = markdown::blocks(&text);
    let commands: Vec<&str> =
        blocks.iter().filter(|block| block.language == "sh").map(|block| block.text.trim()).collect();
    assert_eq!(commands[..2], ["cargo run --locked -- scan sample_data/purchase_cards.csv", "cargo test --locked"]);
}

#[test]
fn every_page_of_docs_is_in_the_book_once() {
    let mut pages = pages_of_the_book();
    pages.sort();
    let mut expected: Vec<String> = documents().into_iter().filter(|name| name.starts_with("docs/")).collect();
    expected.retain(|name| name != "docs/SUMMARY.md");
    assert_eq!(pages, expected);
}

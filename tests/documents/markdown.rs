//! What the tests look at in a Markdown file: links, anchors and blocks of code.

use std::collections::BTreeMap;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A link or a picture.
#[derive(Debug)]
pub(crate) struct Link {
    /// Where it leads, as written.
    pub(crate) to: String,
    /// The line it is on, from 1.
    pub(crate) line: usize,
}

/// A fenced block of code.
#[derive(Debug)]
pub(crate) struct Block {
    /// The first word behind the fence.
    pub(crate) language: String,
    /// What is between the fences.
    pub(crate) text: String,
    /// The line of the first fence, from 1.
    pub(crate) line: usize,
    /// The exit code of an HTML comment right before the block: `<!-- exit code 1 -->`.
    pub(crate) exit_code: Option<i32>,
    /// Whether nothing but blank lines is between this block and the one before.
    pub(crate) is_right_behind: bool,
}

fn events(text: &str) -> impl Iterator<Item = (Event<'_>, std::ops::Range<usize>)> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH)
        .into_offset_iter()
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text[..offset].matches('\n').count()
}

/// Every link and picture, in order; a reference without its definition is none.
pub(crate) fn links(text: &str) -> Vec<Link> {
    let link = |(event, range): (Event<'_>, std::ops::Range<usize>)| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(Link { to: dest_url.into_string(), line: line_of(text, range.start) })
        }
        _ => None,
    };
    events(text).filter_map(link).collect()
}

/// The anchors that GitHub gives the headings, and those that are written in HTML.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let (mut found, mut seen) = (Vec::new(), BTreeMap::new());
    let mut heading: Option<String> = None;
    for (event, _) in events(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let slug = slug(&heading.take().unwrap_or_default());
                let count: &mut usize = seen.entry(slug.clone()).or_default();
                found.push(if *count == 0 { slug } else { format!("{slug}-{count}") });
                *count += 1;
            }
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::Html(part) | Event::InlineHtml(part) => found.extend(html_anchor(&part)),
            _ => {}
        }
    }
    found
}

/// GitHub's rule: lower case; letters, digits, hyphens and underscores stay, blanks become hyphens, the rest goes.
fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn html_anchor(part: &str) -> Option<String> {
    let (_, rest) = part.split_once("id=\"").or_else(|| part.split_once("name=\""))?;
    rest.split_once('"').map(|(id, _)| id.to_owned())
}

/// The title of a page: its first heading, which is of the first level.
pub(crate) fn title(text: &str) -> Option<String> {
    let mut events = events(text).map(|(event, _)| event);
    events
        .find(|event| matches!(event, Event::Start(Tag::Heading { .. })))
        .filter(|event| matches!(event, Event::Start(Tag::Heading { level, .. }) if *level == HeadingLevel::H1))?;
    let parts = events.map_while(|event| match event {
        Event::Text(part) | Event::Code(part) => Some(part.into_string()),
        _ => None,
    });
    Some(parts.collect())
}

/// Every fenced block of code, in order.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let (mut found, mut exit_code, mut open, mut end) = (Vec::new(), None, None::<Block>, None);
    for (event, range) in events(text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(words))) => {
                let language = words.split_whitespace().next().unwrap_or_default().to_owned();
                let line = line_of(text, range.start);
                let is_right_behind = end.is_some_and(|end: usize| text[end..range.start].trim().is_empty());
                open =
                    Some(Block { language, text: String::new(), line, exit_code: exit_code.take(), is_right_behind });
                end = Some(range.end);
            }
            Event::End(TagEnd::CodeBlock) => found.extend(open.take()),
            Event::Text(part) => {
                if let Some(block) = &mut open {
                    block.text.push_str(&part);
                }
            }
            Event::Html(part) => exit_code = stated_exit_code(&part),
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            _ if open.is_none() => exit_code = None,
            _ => {}
        }
    }
    found
}

/// The number behind `exit code`, wherever it stands in the words.
pub(crate) fn stated_exit_code(words: &str) -> Option<i32> {
    let (_, rest) = words.split_once("exit code ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[test]
fn anchors_are_those_of_github() {
    let text = "# A `b` c\n\n## [columns.NAME]\n\n## What a PASS says, and why\n\n## A b c\n\n## p % rule\n";
    assert_eq!(anchors(text), ["a-b-c", "columnsname", "what-a-pass-says-and-why", "a-b-c-1", "p--rule"]);
}

#[test]
fn blocks_know_their_code_and_what_they_follow() {
    let text = "<!-- exit code 3 -->\n```sh\na\n```\n\n```text\nb\n```\n\nwords\n\n```text\nc\n```\n";
    let blocks = blocks(text);
    let told: Vec<_> = blocks.iter().map(|block| (block.text.trim(), block.exit_code, block.is_right_behind)).collect();
    assert_eq!(told, [("a", Some(3), false), ("b", None, true), ("c", None, false)]);
    assert_eq!(blocks[1].line, 6);
}

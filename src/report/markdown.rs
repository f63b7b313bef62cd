//! The result as Markdown, for pull requests and chat: short, and harmless whatever a column is called.

use super::checks::{self, rows};
use super::escape::{printable, shortened};
use super::figures::sentences;
use super::headline::headline;
use super::messages;
use super::summary::{reasons_lead, unsaid_reasons};
use crate::result::{Inspection, ScanResult};

/// Longest dataset name that is shown, in characters.
const NAME_CHARACTERS: usize = 80;

/// The result as a Markdown summary, ending with a newline. Holds no HTML and no link.
#[must_use]
pub fn render_markdown(result: &ScanResult) -> String {
    let lead = headline(result);
    let mut text = format!("## {}: {}\n\n", escape(&messages::verdict_words(result)), escape(&lead.sentence));
    if let Some(stamp) = result.run.audience.stamp() {
        push(&mut text, &format!("**{}**\n", escape(&messages::restricted(stamp))));
    }
    for line in &lead.under {
        push(&mut text, &format!("{}\n", escape(line)));
    }
    heading(&mut text, result);
    figures(&mut text, result);
    findings(&mut text, result);
    not_measured(&mut text, result);
    let (version, run) = (printable(&result.tool.version), printable(&result.run.id));
    let code = result.verdict.exit_code;
    push(
        &mut text,
        &escape(&format!(
            "reidrisk {version}, run {run}, {}, exit code {code}",
            messages::time(&printable(&result.run.started_at))
        )),
    );
    text
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn heading(text: &mut String, result: &ScanResult) {
    let name = shortened(&printable(&result.dataset.name), NAME_CHARACTERS);
    push(text, &format!("**{}**: {}", escape(&name), escape(&messages::dataset_size(&result.dataset))));
    if result.dataset.columns.iter().any(|column| column.guessed) {
        push(text, &format!("\n> {}", escape(messages::ROLES_GUESSED)));
    }
    if let Some(days) = messages::judged_on(&result.policy) {
        push(text, &format!("\n> {}", escape(&days)));
    }
    if let Some(baseline) = messages::baseline(result) {
        push(text, &format!("\n> {}", escape(&baseline)));
    }
    push(text, "");
}

fn figures(text: &mut String, result: &ScanResult) {
    let figures = rows(result);
    if !figures.is_empty() {
        push(text, &format!("| {} |\n|---|--:|--:|---|", messages::FIGURE_HEADS.join(" | ")));
        for figure in &figures {
            let cells = [&figure.label, &figure.value, &figure.limit, &figure.outcome].map(|cell| escape(cell));
            push(text, &format!("| {} |", cells.join(" | ")));
        }
        push(text, "");
        if result.checks.is_empty() {
            push(text, &format!("- {}", escape(messages::NO_CHECKS)));
        }
    }
    let sentences = sentences(result, 5);
    for sentence in &sentences {
        push(text, &format!("- {}", escape(sentence)));
    }
    if !sentences.is_empty() {
        push(text, "");
    }
}

fn findings(text: &mut String, result: &ScanResult) {
    push(text, "### Findings\n");
    for finding in &result.findings {
        let severity = finding.severity.name().to_uppercase();
        let waived = messages::waived(finding.waived);
        let message = escape(&printable(&finding.message));
        let since = messages::since(finding);
        push(text, &format!("- **{severity}** {}{waived}{since}: {message}", escape(finding.code.name())));
    }
    let lead = if reasons_lead(result) { messages::WHY } else { messages::CAVEAT };
    for reason in unsaid_reasons(result) {
        push(text, &format!("- **{lead}** {}", escape(&printable(reason))));
    }
    if result.findings.is_empty() && unsaid_reasons(result).next().is_none() {
        push(text, messages::NO_FINDINGS);
    }
    push(text, "");
}

fn not_measured(text: &mut String, result: &ScanResult) {
    if result.not_measured.is_empty() {
        return;
    }
    push(text, "### Not measured\n");
    for (name, reason) in checks::not_measured(result) {
        push(text, &format!("- {}: {}", escape(&name), escape(&reason)));
    }
    push(text, "");
}

/// What the columns of an extract are, as a Markdown table.
#[must_use]
pub fn render_columns_markdown(inspection: &Inspection) -> String {
    let dataset = &inspection.dataset;
    let name = shortened(&printable(&dataset.name), NAME_CHARACTERS);
    let mut text = format!("## {}\n\n{}\n\n", escape(&name), escape(&messages::dataset_size(dataset)));
    push(&mut text, &format!("| {} |", ["Column", "Type", "Distinct", "Missing", "Role", "Kind", "Why"].join(" | ")));
    push(&mut text, "|---|---|--:|--:|---|---|---|");
    for column in &dataset.columns {
        let cells = [
            printable(&column.name),
            column.column_type.name().to_owned(),
            super::summary::optional_count(column.distinct),
            crate::number::count(column.missing),
            column.role.name().to_owned(),
            super::columns::kind(column).to_owned(),
            super::columns::why(column),
        ];
        push(&mut text, &format!("| {} |", cells.each_ref().map(|cell| escape(cell)).join(" | ")));
    }
    text
}

/// The text with every sign that Markdown, or a site that shows it, takes for more than itself made a plain sign.
///
/// `<`, `>` and `&` become entities, which is safe even where raw HTML is let through. `@` and `#`, which some sites
/// turn into mentions and links after rendering, stand in code spans, where they are left alone.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut rest = text.chars().peekable();
    let mut before = ' ';
    while let Some(character) = rest.next() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '@' => escaped.push_str("`@`"),
            '#' => escaped.push_str("`#`"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '!' | '|' | '~' | '$' => escaped.extend(['\\', character]),
            // An address becomes a link by its `://` or its `www.`.
            ':' if rest.peek() == Some(&'/') => escaped.push_str("\\:"),
            '.' if matches!(before, 'w' | 'W') => escaped.push_str("\\."),
            '\u{a0}' | '\n' | '\r' => escaped.push(' '),
            other => escaped.push(other),
        }
        before = character;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{escape, render_markdown};
    use crate::report::fixture;

    #[test]
    fn nothing_in_a_name_is_taken_for_markup() {
        for (text, escaped) in [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a|b", "a\\|b"),
            ("![x](http://a.b)", "\\!\\[x\\](http\\://a.b)"),
            ("www.example.org", "www\\.example.org"),
            ("`code` *b* _i_ ~s~ $m$", "\\`code\\` \\*b\\* \\_i\\_ \\~s\\~ \\$m\\$"),
            ("@all #12 &amp;", "`@`all `#`12 &amp;amp;"),
            ("a\nb", "a b"),
            ("\\<", "\\\\&lt;"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }

    #[test]
    fn a_row_of_the_table_stays_one_row_whatever_a_column_is_called() {
        let text = render_markdown(&fixture::hostile());
        assert!(!text.contains('<') && !text.contains("]("), "{text}");
        assert!(!text.replace("\\://", "").contains("://"), "{text}");
        for row in text.lines().filter(|line| line.starts_with('|')) {
            let bars = row.replace("\\\\", "").replace("\\|", "").matches('|').count();
            assert_eq!(bars, 5, "{row}");
        }
    }

    #[test]
    fn the_verdict_comes_first_and_every_finding_is_listed() {
        let result = fixture::failing();
        let text = render_markdown(&result);
        assert!(text.starts_with("## FAIL: About 14 in 100 subjects are unique on birth\\_year"), "{text}");
        for finding in &result.findings {
            assert!(text.contains(finding.code.name()), "{text}");
        }
        assert!(text.contains("unicity: this version does not count known points yet"), "{text}");
        assert!(!text.contains("RESTRICTED"), "{text}");
    }

    #[test]
    fn a_pass_of_coarser_columns_says_under_what_condition() {
        let mut result = fixture::passing();
        assert!(!render_markdown(&result).contains("Caveat"));
        result.verdict.reasons.push("the column city was counted more coarsely".to_owned());
        let text = render_markdown(&result);
        assert!(text.contains("- **Caveat:** the column city was counted more coarsely\n"), "{text}");
    }

    #[test]
    fn a_result_for_the_inside_is_stamped() {
        let mut result = fixture::failing();
        result.run.audience = crate::result::Audience::Internal;
        assert!(render_markdown(&result).contains("**RESTRICTED: "), "stamped");
    }
}

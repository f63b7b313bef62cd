//! The columns of an extract, for `inspect`: what they are, and why they are taken for it.

use super::escape::{printable, shortened};
use super::layout::{Page, TextStyle, cut};
use super::messages;
use crate::number::count;
use crate::result::{DatasetColumn, Inspection, Variability};

use unicode_width::UnicodeWidthStr;

/// Narrower terminals get one paragraph a column instead of a table.
const TABLE_WIDTH: usize = 72;
/// Least widths of the columns of the table behind the name; wider content widens them.
const LEAST_WIDTHS: [usize; 5] = [4, 8, 7, 4, 6];

/// The columns of an extract as text for a terminal, ending with a newline. No line is wider than `style.width`,
/// except where a single word is.
#[must_use]
pub fn render_columns_text(inspection: &Inspection, style: &TextStyle) -> String {
    let mut page = Page::new(style);
    let dataset = &inspection.dataset;
    let (name, version) = (shortened(&printable(&dataset.name), 60), printable(&inspection.tool.version));
    page.paragraph("", &format!("reidrisk {version}   {name}   {}", messages::dataset_size(dataset)));
    if dataset.subject.is_none() {
        page.paragraph("note: ", messages::NO_SUBJECT);
    }
    for file in &dataset.files {
        if let Some(left_out) = file.left_out_in_words() {
            page.paragraph(
                "note: ",
                &format!("`{}` holds what was left out as no record: {left_out}", printable(&file.name)),
            );
        }
    }
    page.line("");
    if page.style.width >= TABLE_WIDTH {
        table(&mut page, &dataset.columns);
    } else {
        stacked(&mut page, &dataset.columns);
    }
    page.line("");
    page.paragraph(
        "  ",
        "Kind: a static column never changes within a subject, an event column does. \
    Nothing was measured; `reidrisk scan` does that.",
    );
    page.text
}

/// Why a column has its role, printable.
pub(super) fn why(column: &DatasetColumn) -> String {
    let reason = printable(messages::role_reason(column));
    let origin = if column.guessed && column.guess_reason.is_some() { "guessed: " } else { "" };
    let suspicion =
        column.looks_like.map_or_else(String::new, |role| format!("; its heading looks like a {}", role.name()));
    let rules = if column.coarsen.is_empty() {
        String::new()
    } else {
        format!("; counted as {}", printable(&messages::coarsening(&column.coarsen)))
    };
    let text =
        column.facts.text_reason.as_deref().map_or_else(String::new, |why| format!("; text: {}", printable(why)));
    format!("{origin}{reason}{suspicion}{rules}{text}")
}

fn distinct(column: &DatasetColumn) -> String {
    column.distinct.map_or_else(|| "-".to_owned(), count)
}

/// Static or event in one word; a dash where nothing is known.
pub(super) fn kind(column: &DatasetColumn) -> &'static str {
    match column.variability() {
        _ if column.role == crate::result::Role::Subject => "-",
        Some(Variability::Static | Variability::NearlyStatic) => "static",
        Some(Variability::Unclear) => "unclear",
        Some(Variability::Event) => "event",
        None => "-",
    }
}

fn table(page: &mut Page, columns: &[DatasetColumn]) {
    let cells = |column: &DatasetColumn| {
        let (kind, role) = (kind(column).to_owned(), column.role.name().to_owned());
        [column.column_type.name().to_owned(), distinct(column), count(column.missing), role, kind]
    };
    let rows: Vec<[String; 5]> = columns.iter().map(cells).collect();
    let mut widths = LEAST_WIDTHS;
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let left = page.style.width.saturating_sub(2 + widths.iter().map(|width| width + 2).sum::<usize>());
    let longest = columns.iter().map(|column| page.spelled(&printable(&column.name)).width()).max().unwrap_or(0);
    let room = left.min(longest).max(8);
    let [head, heads @ ..] = ["Column", "Type", "Distinct", "Missing", "Role", "Kind"];
    line(page, room, head, &heads.map(str::to_owned), widths);
    for (column, row) in columns.iter().zip(&rows) {
        line(page, room, &printable(&column.name), row, widths);
        page.paragraph("      ", &why(column));
    }
}

fn line(page: &mut Page, room: usize, name: &str, cells: &[String; 5], widths: [usize; 5]) {
    let name = page.spelled(name);
    let name = page.spelled(&cut(&name, room));
    let [kind_of, distinct, missing, role, constancy] = cells;
    let [type_width, distinct_width, missing_width, role_width, _] = widths;
    let pad = " ".repeat(room.saturating_sub(name.width()));
    page.line(&format!(
        "  {name}{pad}  {kind_of:type_width$}  {distinct:>distinct_width$}  {missing:>missing_width$}  \
         {role:role_width$}  {constancy}"
    ));
}

fn stacked(page: &mut Page, columns: &[DatasetColumn]) {
    for column in columns {
        page.paragraph("  ", &printable(&column.name));
        let (kind_of, distinct) = (column.column_type.name(), distinct(column));
        page.paragraph("    ", &format!("{kind_of}, {distinct} distinct, {} missing", count(column.missing)));
        let constancy = match kind(column) {
            "-" => String::new(),
            kind => format!(", {kind}"),
        };
        page.paragraph("    ", &format!("{}{constancy}; {}", column.role.name(), why(column)));
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::render_columns_text;
    use crate::printable::is_invisible;
    use crate::report::{TextStyle, fixture};
    use crate::result::Inspection;

    fn inspection(result: crate::result::ScanResult) -> Inspection {
        Inspection { schema_version: result.schema_version, tool: result.tool, dataset: result.dataset }
    }

    #[test]
    fn every_column_stands_with_type_counts_role_and_reason() {
        let inspection = inspection(fixture::guessed());
        for width in [40, 60, 80, 120] {
            let text = render_columns_text(&inspection, &TextStyle { width, color: false, unicode: true });
            for column in &inspection.dataset.columns {
                assert!(text.contains(&column.name) && text.contains(column.role.name()), "{width}\n{text}");
            }
            assert!(text.contains("static") && text.contains("event"), "{text}");
            let wide = text.lines().find(|line| line.width() > width);
            assert_eq!(wide, None, "{width}\n{text}");
        }
    }

    #[test]
    fn a_hostile_name_steers_nothing() {
        let inspection = inspection(fixture::hostile());
        for unicode in [true, false] {
            let text = render_columns_text(&inspection, &TextStyle { width: 80, color: true, unicode });
            assert!(text.chars().all(|sign| sign == '\n' || !is_invisible(sign)), "{text}");
            assert!(unicode || text.is_ascii(), "{text}");
        }
    }
}

//! Small invented tables, and the configurations that declare them.

use std::fmt::Write as _;

/// Lines below a heading as one table.
pub(crate) fn table(heading: &str, lines: impl IntoIterator<Item = String>) -> String {
    let mut text = format!("{heading}\n");
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// The subject column and its quasi-identifiers, as a configuration.
pub(crate) fn roles(subject: &str, quasi: &[&str]) -> String {
    let mut text = format!("[subject]\ncolumn = \"{subject}\"\n");
    for column in quasi {
        text.push_str(&role(column, "quasi-identifier", ""));
    }
    text
}

/// One column with its role and further lines.
pub(crate) fn role(column: &str, role: &str, more: &str) -> String {
    let mut text = format!("[columns.{column}]\nrole = \"{role}\"\n");
    writeln!(text, "{more}").expect("memory takes text");
    text
}

/// A reason as a key.
pub(crate) const REASON: &str = "reason = \"seen by the data protection officer, file 12\"";

/// Forty customers in four districts of ten, two records each, in which nobody differs from the others of a district:
/// both days are shared by all, so districts are classes of ten and no event singles anybody out.
pub(crate) fn calm(count: usize) -> Vec<[String; 4]> {
    (0..count)
        .flat_map(|customer| {
            (0..2).map(move |at| {
                [
                    format!("c{customer:03}"),
                    format!("D{}", customer % 4),
                    format!("2026-03-0{}", at + 1),
                    format!("shop {at}"),
                ]
            })
        })
        .collect()
}

/// [`calm`] as a table.
pub(crate) fn calm_table(count: usize) -> String {
    lines("customer,district,day,shop", &calm(count))
}

/// Rows of cells as a table.
pub(crate) fn lines<const N: usize>(heading: &str, rows: &[[String; N]]) -> String {
    table(heading, rows.iter().map(|row| row.join(",")))
}

/// What declares every column of [`calm_table`].
pub(crate) fn calm_roles() -> String {
    roles("customer", &["district", "day", "shop"])
}

//! Why the sheets of a workbook could not be read.

/// Why the sheets of a workbook could not be read.
///
/// Messages hold names of files, sheets and columns and positions, never a cell value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// A workbook with more than one sheet that holds cells.
    #[error("{sheets} sheets of `{file}` have cells, but none is named: {names}")]
    SeveralSheets {
        /// File name.
        file: String,
        /// Sheets that hold cells.
        sheets: usize,
        /// Their names.
        names: String,
    },
    /// A sheet is named that the workbook does not have.
    #[error("`{file}` has no sheet `{sheet}`; its sheets are {names}")]
    NoSuchSheet {
        /// File name.
        file: String,
        /// The sheet as named.
        sheet: String,
        /// The names of its sheets.
        names: String,
    },
    /// A named sheet holds no cell, or none between the rows that are passed over.
    #[error("sheet `{sheet}` of `{file}` has no readable cell")]
    EmptySheet {
        /// File name.
        file: String,
        /// Name of the sheet.
        sheet: String,
    },
    /// The first rows of a sheet are a title.
    #[error(
        "row {heading} of sheet `{sheet}` of `{file}` looks like the heading, with a title above it (sheets: {names})"
    )]
    TitleRows {
        /// File name.
        file: String,
        /// Name of the sheet.
        sheet: String,
        /// Row of what looks like the heading, counted from 1.
        heading: usize,
        /// The names of all sheets.
        names: String,
    },
    /// Several sheets are to be read as one table, and one of them has other columns.
    #[error("the selected sheets of `{file}` do not have the same columns: number {number} differs from the first")]
    OtherColumns {
        /// File name.
        file: String,
        /// Its place among the sheets that are read, counted from 1.
        number: usize,
    },
    /// A column of a spreadsheet holds formulas, and no value of them was stored.
    #[error("column `{column}` of `{file}` holds formulas without stored values")]
    UnstoredFormulas {
        /// File name.
        file: String,
        /// Column name.
        column: String,
    },
}

impl SheetError {
    /// What the user can change.
    #[must_use]
    pub fn hint(&self) -> String {
        let hint = match self {
            Self::TitleRows { heading, .. } => {
                let skip = heading.saturating_sub(1);
                return format!(
                    "if it is the heading, say `--skip {skip}` (`skip = {skip}` under `[dataset]`); `--sheet` (`sheet`) names \
                     another sheet"
                );
            }
            Self::UnstoredFormulas { .. } => {
                "open the file in a spreadsheet program and save it, so that values are stored"
            }
            Self::SeveralSheets { .. } => {
                "name one with `--sheet` (`sheet` under `[dataset]`), several of one heading as a list, or all of them as \
                 `*`; `--skip` (`skip`) passes over rows above the heading"
            }
            Self::NoSuchSheet { .. } => {
                "name a sheet, or its number counted from 1, with `--sheet` (`sheet` under `[dataset]`)"
            }
            Self::EmptySheet { .. } => {
                "check `--sheet`, `--skip` and `--footer` (`sheet`, `skip` and `footer` under `[dataset]`)"
            }
            Self::OtherColumns { .. } => "name sheets of one heading with `--sheet` (`sheet` under `[dataset]`)",
        };
        hint.to_owned()
    }
}

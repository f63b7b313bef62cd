//! A table seen by two of its dimensions, without labels.

use crate::result::TableShape;
use crate::tabular::CellIndex;

/// Rows and columns of the picture; neighbouring codes share one where there are more.
const MOST_FIELDS: usize = 40;

/// The picture by the two dimensions of most codes, the larger one across; none where it is not known which cells are unsafe.
/// `suppressed` says which cells are, where some are.
#[must_use]
pub fn shape_of(index: &CellIndex, is_unsafe: Option<&[bool]>, suppressed: Option<&[bool]>) -> Option<TableShape> {
    let is_unsafe = is_unsafe?;
    let layout = index.layout();
    let codes = |place: usize| layout.dimensions().get(place).map_or(1, crate::tabular::Dimension::codes);
    let mut largest: Vec<usize> = (0..layout.dimensions().len()).collect();
    largest.sort_by_key(|&place| std::cmp::Reverse(codes(place)));
    let (across, down) = match largest[..] {
        [across, down, ..] => (Some(across), down),
        [only] => (None, only),
        [] => return None,
    };
    let rows = codes(down).min(MOST_FIELDS);
    let columns = across.map_or(1, |across| codes(across).min(MOST_FIELDS));
    let place = |address: u64, dimension: usize, fields: usize| {
        layout.code(address, dimension) as usize * fields / codes(dimension)
    };
    let mut shape = TableShape {
        row_dimension: down,
        column_dimension: across,
        rows: u32::try_from(rows).ok()?,
        columns: u32::try_from(columns).ok()?,
        safe: vec![0; rows * columns],
        unsafe_cells: vec![0; rows * columns],
        suppressed: vec![0; rows * columns],
    };
    for (cell, &address) in index.cells().iter().enumerate() {
        let column = across.map_or(0, |across| place(address, across, columns));
        let field = place(address, down, rows) * columns + column;
        let counts = if suppressed.is_some_and(|suppressed| suppressed[cell]) {
            &mut shape.suppressed
        } else if is_unsafe[cell] {
            &mut shape.unsafe_cells
        } else {
            &mut shape.safe
        };
        counts[field] += 1;
    }
    Some(shape)
}

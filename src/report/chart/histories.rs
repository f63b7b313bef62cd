//! How many people share the whole of their records with how many others.

use super::attribute::members_in_bars;
use super::axes::described;
use super::scene::{Canvas, Scene};
use crate::number::percent;
use crate::result::Histories;

/// Sizes of crowds that share a bar: the least of each and what it is called.
const BARS: [(u64, &str); 5] = [(1, "1"), (2, "2 to 4"), (5, "5 to 9"), (10, "10 to 99"), (100, "100 or more")];

/// Subjects by the number of those with the same history, themselves among them.
pub(super) fn crowds(canvas: &Canvas<'_>, value: &Histories) -> Option<Scene> {
    let subjects = |place: usize| -> u64 {
        let (least, next) = (BARS[place].0, BARS.get(place + 1).map_or(u64::MAX, |next| next.0));
        let of_bar = value.multiset.sizes.iter().filter(|counted| (least..next).contains(&counted.size));
        of_bar.map(|counted| counted.size.saturating_mul(counted.crowds)).sum()
    };
    let bars: Vec<(&str, u64)> = BARS.iter().enumerate().map(|(place, (_, label))| (*label, subjects(place))).collect();
    let title = "How many share their whole history";
    let subtitle = "Share of subjects by how many have exactly the same records, themselves among them".to_owned();
    let drawn = canvas.scene(title, subtitle, 500);
    let (scene, shares) = members_in_bars(canvas, drawn, &bars, value.subjects, "subjects with the same history")?;
    let words = bars.iter().zip(&shares).map(|((label, _), share)| format!("{label}: {}", percent(*share)));
    Some(scene.described(described(words)).of_figures(shares))
}

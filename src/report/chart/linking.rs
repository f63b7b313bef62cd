//! Which columns link: all shared ones, each left out, and the sets that link most.

use super::axes::{Rows, and_more, described, number, round_above};
use super::scene::{Anchor, Canvas, Ink, SMALL, Scene, fitted};
use crate::number::percent;
use crate::report::escape::printable;
use crate::report::linkage;
use crate::report::messages;
use crate::result::{Linkage, LinkageAttack, LinkedSet};

/// Most bars of a picture.
const SHOWN: usize = 9;
/// The same where there is little room.
const SHOWN_NARROW: usize = 7;

/// One bar.
struct Bar {
    /// As it is drawn.
    name: String,
    /// As it is described.
    described: String,
    share: f64,
    /// What the bar is compared with; the part beyond the share is hatched.
    of: Option<f64>,
}

/// What goes when one of the shared columns is left out.
pub(super) fn columns(canvas: &Canvas<'_>, value: &Linkage) -> Option<Scene> {
    let attack = linkage::of_columns(value)?;
    let now = linkage::whole(attack).and_then(|set| linkage::share_of(attack, set))?;
    let all = || messages::ALL_SHARED.to_owned();
    let mut bars = vec![Bar { name: all(), described: all(), share: now, of: None }];
    bars.extend(linkage::without_one(attack).into_iter().filter_map(|(column, set)| {
        let without = |name: String| format!("without {name}");
        let (name, described) = (without(canvas.name(column)), without(printable(column)));
        Some(Bar { name, described, share: linkage::share_of(attack, set)?, of: Some(now) })
    }));
    picture(canvas, "What leaving one column out would change", attack, bars)
}

/// The sets of columns that link most, but for those of the other picture: all of them, and all but one. None where there
/// is but one other.
pub(super) fn sets(canvas: &Canvas<'_>, value: &Linkage) -> Option<Scene> {
    let attack = linkage::of_columns(value)?;
    let is_other = |set: &&LinkedSet| set.columns.len() + 1 < attack.columns.len();
    let bar = |set: &LinkedSet| {
        let name = set_name(attack, set, |column| canvas.name(column));
        let described = set_name(attack, set, |column| printable(column));
        Some(Bar { name, described, share: linkage::share_of(attack, set)?, of: None })
    };
    let bars: Vec<Bar> = linkage::linking_sets(attack).into_iter().filter(is_other).filter_map(bar).collect();
    picture(canvas, "Smaller sets of shared columns that link", attack, bars)
}

/// The columns of a set; of a large one those that it leaves out, which are fewer to read.
fn set_name(attack: &LinkageAttack, set: &LinkedSet, name: impl Fn(&String) -> String) -> String {
    let without: Vec<String> =
        attack.columns.iter().filter(|column| !set.columns.contains(column)).map(&name).collect();
    match without.len() {
        0 => messages::ALL_SHARED.to_owned(),
        left_out if left_out < set.columns.len() && set.columns.len() > 3 => {
            format!("all but {}", messages::list(&without))
        }
        _ => set.columns.iter().map(&name).collect::<Vec<_>>().join(", "),
    }
}

/// The picture; none of a single bar, which is compared with nothing.
fn picture(canvas: &Canvas<'_>, title: &str, attack: &LinkageAttack, mut bars: Vec<Bar>) -> Option<Scene> {
    let all = bars.len();
    bars.truncate(canvas.either(SHOWN, SHOWN_NARROW));
    let number = number(bars.len()).filter(|number| *number > 1)?;
    let label = canvas.text(&messages::attack_label(attack));
    // Sets of columns are held against what is expected alone; the rate of the attack heeds the truth as well.
    let apart = if attack.known_truth.is_some() { ", the truth aside" } else { "" };
    let subtitle = format!("Share of subjects expected to be linked rightly{apart} ({label})")
        + &and_more(bars.len(), all, messages::more_rows);
    let (high, step) = round_above(bars.iter().map(|bar| bar.of.unwrap_or(0.0).max(bar.share)).fold(0.0, f64::max));
    let edges = canvas.either([640, 1400, 176, (590 / number).min(110), 1560], [40, 600, 16, 100, 750]);
    let rows = Rows::of(edges, number, (0.0, high));
    let bottom = rows.plot.bottom;
    let mut scene = canvas.scene(title, subtitle, bottom + 110);
    canvas.end_at(&mut scene, bottom + 70);
    rows.axis(canvas, &mut scene, step, 2);
    for (place, bar) in (0_i32..).zip(&bars) {
        row(canvas, &mut scene, &rows, rows.middle(place), bar);
    }
    let (left, height) = (canvas.either(60, 24), bottom + canvas.either(30, 78));
    if bars.iter().any(|bar| bar.of.is_some_and(|of| of > bar.share)) {
        scene.hatch((left, height - 14), (left + 44, height + 14), Ink::Muted);
        scene.label((left + 58, height), "hatched: what goes with the column");
    } else if bars.iter().any(|bar| bar.of.is_some_and(|of| of < bar.share)) {
        scene.label((left, height), "longer: less is compared, so more match");
    }
    let words = bars.iter().map(|bar| format!("{} {}", bar.described, percent(bar.share)));
    Some(scene.described(described(words)).of_figures(bars.iter().map(|bar| bar.share)))
}

fn row(canvas: &Canvas<'_>, scene: &mut Scene, rows: &Rows, height: i32, bar: &Bar) {
    let left = rows.plot.left;
    // Where there is little room the names stand above their bars.
    let height = if canvas.is_narrow() {
        let name = fitted(&bar.name, SMALL, rows.figures - left);
        scene.name_over_lines((left + 2, height - 28), &name, SMALL);
        height + 14
    } else {
        scene.text((left - 24, height), &fitted(&bar.name, SMALL, left - 84), SMALL, Ink::Text, Anchor::End);
        height
    };
    let half = canvas.either(24, 20);
    let end = rows.plot.x(bar.share).max(left + 3);
    scene.area((left, height - half), (end, height + half), Ink::Main);
    if let Some(of) = bar.of.map(|of| rows.plot.x(of)).filter(|of| *of > end + 8) {
        scene.hatch((end, height - half), (of, height + half), Ink::Muted);
    }
    scene.text((rows.figures, height), &percent(bar.share), SMALL, Ink::Text, Anchor::End);
}

#[cfg(test)]
mod test {
    use crate::report::chart::charts;
    use crate::report::{fixture, linkage};
    use crate::result::Outcome;

    #[test]
    fn an_axis_holds_every_bar_also_where_leaving_a_column_out_links_more() {
        let mut result = fixture::linked();
        let Some(Outcome::Measured { value, .. }) = &mut result.measures.linkage else { panic!("it is measured") };
        for set in value.attacks.iter_mut().flat_map(|attack| &mut attack.column_sets) {
            // 2.68 % of 3,000 subjects on all four columns, 7.34 % on any three of them.
            set.expected_correct = if set.columns.len() == 4 { 80.4 } else { 220.2 };
        }
        let pictures = charts(&result);
        let picture = pictures.iter().find(|chart| chart.name == "linking-columns").unwrap();
        let svg = picture.svg();
        assert!(
            picture.description.contains("2.68") && picture.description.contains("7.34"),
            "{}",
            picture.description
        );
        assert!(svg.contains(">10 %<") && svg.contains("less is compared, so more match"), "{svg}");
        assert!(!svg.contains("hatched"), "nothing is cut, so nothing is hatched");
        let sentences = linkage::sentences(&result).join(" ");
        assert!(sentences.contains("cuts nothing") && !sentences.contains("links most"), "{sentences}");
    }
}

//! Which columns link: all shared ones, each left out, and the sets that link most.

use super::scene::{Anchor, Canvas, Ink, Point, SMALL, Scene, fitted};
use super::{Drawing, axis_label, position, round_above};
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
pub(super) fn columns(canvas: &Canvas<'_>, value: &Linkage) -> Option<Drawing> {
    let attack = linkage::of_columns(value)?;
    let now = linkage::whole(attack).and_then(|set| linkage::share_of(attack, set))?;
    let left = linkage::without_one(attack);
    let all = messages::ALL_SHARED.to_owned();
    let mut bars = vec![Bar { name: all.clone(), described: all, share: now, of: None }];
    bars.extend(left.iter().filter_map(|(column, set)| {
        let share = linkage::share_of(attack, set)?;
        let (name, described) = (messages::without(&canvas.name(column)), messages::without(&printable(column)));
        Some(Bar { name, described, share, of: Some(now) })
    }));
    (bars.len() > 1).then(|| picture(canvas, "What leaving one column out would change", attack, bars))?
}

/// The sets of columns that link most; none where there is but one.
pub(super) fn sets(canvas: &Canvas<'_>, value: &Linkage) -> Option<Drawing> {
    let attack = linkage::of_columns(value)?;
    let bars: Vec<Bar> = linkage::linking_sets(attack)
        .into_iter()
        .filter_map(|set| {
            let share = linkage::share_of(attack, set)?;
            let name = set_name(attack, set, |column| canvas.name(column));
            Some(Bar { name, described: set_name(attack, set, |column| printable(column)), share, of: None })
        })
        .collect();
    (bars.len() > 1).then(|| picture(canvas, "The columns that link most", attack, bars))?
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

struct Plot {
    left: i32,
    right: i32,
    top: i32,
    row: i32,
    /// Half the height of a bar.
    half: i32,
    figures: i32,
    high: f64,
}

fn picture(canvas: &Canvas<'_>, title: &str, attack: &LinkageAttack, mut bars: Vec<Bar>) -> Option<Drawing> {
    let all = bars.len();
    bars.truncate(canvas.either(SHOWN, SHOWN_NARROW));
    let rows = i32::try_from(bars.len()).ok()?;
    let mut subtitle =
        format!("Share of subjects expected to be linked rightly ({})", canvas.text(&messages::attack_label(attack)));
    if all > bars.len() {
        subtitle += &messages::more_rows(all - bars.len());
    }
    let (high, step) = round_above(bars.iter().map(|bar| bar.of.unwrap_or(0.0).max(bar.share)).fold(0.0, f64::max));
    let plot = canvas.either(
        Plot { left: 640, right: 1400, top: 176, row: (590 / rows).min(110), half: 24, figures: 1560, high },
        Plot { left: 40, right: 600, top: 16, row: 100, half: 20, figures: 750, high },
    );
    let bottom = plot.top + plot.row * rows;
    let mut scene = canvas.scene(title, &subtitle, bottom + 110);
    canvas.end_at(&mut scene, bottom + 70);
    let step = canvas.either(step, high / 2.0);
    let mut tick = 0.0;
    while tick <= high + step / 2.0 {
        let at = position(tick, (0.0, high), (plot.left, plot.right));
        scene.line((at, plot.top), (at, bottom), if tick == 0.0 { Ink::Muted } else { Ink::Grid }, 2);
        scene.text((at, bottom + 30), &axis_label(tick), SMALL, Ink::Muted, Anchor::Middle);
        tick += step;
    }
    for (place, bar) in (0_i32..).zip(&bars) {
        row(canvas, &mut scene, &plot, plot.top + place * plot.row + plot.row / 2, bar);
    }
    if bars.iter().any(|bar| bar.of.is_some_and(|of| of > bar.share)) {
        key(&mut scene, (canvas.either(60, 24), bottom + canvas.either(30, 78)));
    } else if bars.iter().any(|bar| bar.of.is_some_and(|of| of < bar.share)) {
        let at = (canvas.either(60, 24), bottom + canvas.either(30, 78));
        scene.text(at, "longer: less is compared, so more match", SMALL, Ink::Muted, Anchor::Start);
    }
    let parts: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.described, percent(bar.share))).collect();
    Some(Drawing { title: title.to_owned(), subtitle, description: format!("{}.", parts.join("; ")), scene })
}

/// What hatching means.
fn key(scene: &mut Scene, (left, height): Point) {
    scene.hatch((left, height - 14), (left + 44, height + 14), Ink::Muted);
    scene.text((left + 58, height), "hatched: what goes with the column", SMALL, Ink::Muted, Anchor::Start);
}

fn row(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot, height: i32, bar: &Bar) {
    // Where there is little room the names stand above their bars.
    let height = if canvas.is_narrow() {
        let room = plot.figures - plot.left;
        scene.name_over_lines((plot.left + 2, height - 28), &fitted(&bar.name, SMALL, room), SMALL);
        height + 14
    } else {
        let name = fitted(&bar.name, SMALL, plot.left - 84);
        scene.text((plot.left - 24, height), &name, SMALL, Ink::Text, Anchor::End);
        height
    };
    let at = |share: f64| position(share, (0.0, plot.high), (plot.left, plot.right));
    let end = at(bar.share).max(plot.left + 3);
    scene.area((plot.left, height - plot.half), (end, height + plot.half), Ink::Main);
    if let Some(of) = bar.of.filter(|of| at(*of) > end + 8) {
        scene.hatch((end, height - plot.half), (at(of), height + plot.half), Ink::Muted);
    }
    scene.text((plot.figures, height), &percent(bar.share), SMALL, Ink::Text, Anchor::End);
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
        let said = linkage::sentences(&result).join(" ");
        assert!(said.contains("cuts nothing") && !said.contains("links most"), "{said}");
    }
}

//! The share that is unique by the size of the population, from the sample to thousands of millions.

use super::axes::{Plot, QUARTERS, described, limit_label, position};
use super::scene::{Anchor, Canvas, Ink, Point, SMALL, Scene};
use crate::number::{as_float, count, percent};
use crate::report::checks;
use crate::result::{Population, PopulationPoint, ScanResult};

/// None where no size has a share.
pub(super) fn draw(canvas: &Canvas<'_>, result: &ScanResult, value: &Population) -> Option<Scene> {
    let chosen = points(value, |point| point.unique_share);
    let copula = points(value, |point| point.copula_share);
    let (first, last) = (value.curve.first()?.population, value.curve.last()?.population);
    if chosen.is_empty() || last <= first {
        return None;
    }
    let subtitle = "Line: model chosen by the decision rule; thin line: Gaussian copula; band: declared population";
    let mut scene = canvas.scene("Share unique by size of the population", subtitle, 530);
    canvas.end_at(&mut scene, 820);
    let ends = (log(first), log(last));
    let plot = Plot { across: ends, ..Plot::of(canvas.either([170, 1520, 190, 720], [104, 736, 50, 420])) };
    declared(&mut scene, &plot, value);
    plot.levels(&mut scene, QUARTERS, Ink::Muted);
    axis(canvas, &mut scene, &plot);
    plot.name(&mut scene, canvas.either(72, 78), "members of the population");
    let limit = checks::figure(result, "population.unique_share").and_then(|figure| checks::limit(result, figure));
    if let Some(limit) = limit {
        let height = plot.y(limit);
        scene.dashes((plot.left, height), (plot.right, height), Ink::Alarm);
        scene.text((plot.right - 8, height - 20), &limit_label(limit), SMALL, Ink::Alarm, Anchor::End);
    }
    let line =
        |points: &[(u64, f64)]| points.iter().map(|&(size, share)| place(&plot, size, share)).collect::<Vec<_>>();
    if copula.len() > 1 {
        scene.path(line(&copula), Ink::Muted, 3);
    }
    scene.path(line(&chosen), Ink::Main, 5);
    for estimate in &value.estimates {
        if let Some(share) = estimate.unique_share.filter(|_| estimate.population <= last) {
            let at = place(&plot, estimate.population, share);
            scene.dot(at, 14, Ink::Text, false);
            scene.dot(at, 8, Ink::Main, true);
        }
    }
    let words = chosen.iter().map(|&(size, share)| format!("{}: {}", count(size), percent(share)));
    let description = format!("Share unique by members of the population. {}", described(words));
    Some(scene.described(description).of_figures(chosen.iter().map(|&(_, share)| share)))
}

fn points(value: &Population, share: fn(&PopulationPoint) -> Option<f64>) -> Vec<(u64, f64)> {
    value.curve.iter().filter_map(|point| Some((point.population, share(point)?))).collect()
}

fn log(size: u64) -> f64 {
    as_float(size.max(1)).log10()
}

fn place(plot: &Plot, size: u64, share: f64) -> Point {
    (plot.x(log(size)), plot.y(share))
}

/// The declared sizes as a band.
fn declared(scene: &mut Scene, plot: &Plot, value: &Population) {
    let sizes = || value.estimates.iter().map(|estimate| log(estimate.population));
    let ends = (sizes().min_by(f64::total_cmp), sizes().max_by(f64::total_cmp));
    if let (Some(low), Some(high)) = ends {
        let (from, to) = (plot.x(low), plot.x(high));
        scene.area((from - 3, plot.top), (to + 3, plot.bottom), Ink::Grid);
    }
}

/// Powers of ten, every third where there is little room.
fn axis(canvas: &Canvas<'_>, scene: &mut Scene, plot: &Plot) {
    let names = ["1", "10", "100", "1,000", "10,000", "100,000", "1 m", "10 m", "100 m", "1,000 m", "10,000 m"];
    let step = canvas.either(1, 2);
    for (power, name) in (0_i32..).zip(names).filter(|(power, _)| power % step == 0) {
        let value = f64::from(power);
        if value < plot.across.0 || value > plot.across.1 {
            continue;
        }
        let at = position(value, plot.across, (plot.left, plot.right));
        let anchor = if at > plot.right - 20 { Anchor::End } else { Anchor::Middle };
        scene.text((at, plot.bottom + 32), name, SMALL, Ink::Text, anchor);
    }
}

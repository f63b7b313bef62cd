//! Charts: each is computed once as marks and written as SVG, for a file and for a page, and as PNG.

mod aggregates;
mod attackers;
mod attribute;
mod axes;
mod before_after;
mod calibration;
mod class_sizes;
mod column_effects;
mod cumulative;
mod curves;
mod font;
mod frontier;
mod gauges;
mod histories;
mod inference;
mod linking;
mod match_weights;
mod original;
mod pairs;
mod pixels;
mod population;
mod resolutions;
mod scene;
mod set_sizes;
mod special_uniques;
mod svg;
mod trade_off;
mod trend;

use self::scene::{Canvas, FILE_SIZE, Form, Scene};
use self::svg::{Colours, markup};
pub(super) use self::trend::{Spark, spark, title as trend_title};
use super::ReportError;
use super::escape::{printable, shortened};
use super::summary::classes;
use super::{known_points, linkage, messages};
use crate::result::{Advisory, DatasetHistory, ScanResult};

/// One picture of a result, with words that say the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// File stem, plain ASCII.
    pub name: &'static str,
    /// What the picture shows.
    pub title: String,
    /// What can be seen in it, for those who cannot.
    pub description: String,
    /// What its marks mean, in a line.
    pub(super) subtitle: String,
    file: Scene,
    wide: Scene,
    narrow: Scene,
}

impl Chart {
    /// The picture as an SVG document with title and description; needs no other file.
    #[must_use]
    pub fn svg(&self) -> String {
        let (width, height) = self.file.size;
        let words = self.words(self.name);
        let marks = svg::marks(&self.file, Colours::Fixed);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"'DejaVu Sans', Verdana, sans-serif\" role=\"img\" {}>\n\
             {words}\n{marks}</svg>\n",
            labels(self.name)
        )
    }

    /// Whether every figure in it is 0: it is left out, and a sentence stands for it.
    pub(super) fn is_of_zeros(&self) -> bool {
        self.file.is_of_zeros
    }

    /// The picture as `<svg>` elements for a page: one for a narrow place, and before it one for a place with room, where
    /// there is any; a style sheet shows one of the two. They take the width they are given and have neither the title nor
    /// the subtitle in them.
    pub(super) fn inline_svg(&self, has_room: bool) -> String {
        let one = |form: &str, scene: &Scene| {
            let id = format!("{}-{form}", self.name);
            let (width, height) = scene.size;
            let view = format!("0 {} {width} {}", scene.top, height - scene.top);
            let marks = svg::marks(scene, Colours::Named);
            let words = self.words(&id);
            format!(
                "<svg class=\"chart {form}\" viewBox=\"{view}\" role=\"img\" {}>\n{words}\n{marks}</svg>\n",
                labels(&id)
            )
        };
        if has_room { one("wide", &self.wide) + &one("narrow", &self.narrow) } else { one("compact", &self.narrow) }
    }

    /// The picture as PNG, 1600 by 900 pixels, without metadata. The same result gives the same bytes.
    ///
    /// # Errors
    /// [`ReportError::Chart`] when it cannot be drawn.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        let error = || ReportError::Chart { chart: self.name };
        let [width, height] = [FILE_SIZE.0, FILE_SIZE.1].map(i32::unsigned_abs);
        let mut pixels = vec![0_u8; 3 * width as usize * height as usize];
        pixels::paint(&self.file, &mut pixels).map_err(|_| error())?;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(|_| error())?;
        writer.write_image_data(&pixels).map_err(|_| error())?;
        writer.finish().map_err(|_| error())?;
        Ok(bytes)
    }

    fn words(&self, id: &str) -> String {
        let (title, description) = (markup(&self.title), markup(&self.description));
        format!("<title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-description\">{description}</desc>")
    }
}

fn labels(id: &str) -> String {
    format!("aria-labelledby=\"{id}-title\" aria-describedby=\"{id}-description\"")
}

/// The charts of a result: no picture of what does not exist, and none of nothing but zeros.
#[must_use]
pub fn charts(result: &ScanResult) -> Vec<Chart> {
    every_chart(result).into_iter().filter(|chart| !chart.is_of_zeros()).collect()
}

/// The same with those of nothing but zeros, of which a page says that they are left out.
pub(super) fn every_chart(result: &ScanResult) -> Vec<Chart> {
    let mut charts = Vec::new();
    if let Some(uniqueness) = classes(result) {
        charts.extend([
            chart("class-sizes", result, |canvas| class_sizes::draw(canvas, result, uniqueness)),
            chart("cumulative-risk", result, |canvas| cumulative::draw(canvas, result, uniqueness)),
            chart("risk-gauges", result, |canvas| gauges::draw(canvas, result)),
            chart("column-effects", result, |canvas| column_effects::draw(canvas, result, uniqueness)),
            chart("set-sizes", result, |canvas| set_sizes::draw(canvas, &result.dataset, uniqueness)),
            chart("pairs", result, |canvas| pairs::draw(canvas, &result.dataset, uniqueness)),
            chart("trade-off", result, |canvas| trade_off::draw(canvas, result, uniqueness)),
            chart("before-after", result, |canvas| before_after::draw(canvas, result)),
        ]);
    }
    if let Some(value) = crate::report::special_uniques::measured(result) {
        charts.push(chart("msu-sizes", result, |canvas| special_uniques::sizes(canvas, value)));
        charts.push(chart("msu-columns", result, |canvas| special_uniques::columns(canvas, value)));
    }
    if let Some(table) = crate::report::aggregates::measured(result).and_then(crate::report::aggregates::worst) {
        charts.push(chart("total-rules", result, |canvas| aggregates::rules(canvas, table)));
        charts.push(chart("total-shape", result, |canvas| aggregates::shape(canvas, table)));
    }
    if let Some(value) = crate::report::aggregates::measured(result) {
        charts.push(chart("total-suppression", result, |canvas| aggregates::suppression(canvas, value)));
        charts.push(chart("total-intervals", result, |canvas| aggregates::intervals(canvas, value)));
    }
    if let Some(value) = known_points::measured(result) {
        charts.push(chart("unicity", result, |canvas| curves::unicity(canvas, result, value)));
        if let Some(study) = &value.resolutions {
            charts.push(chart("resolutions", result, |canvas| resolutions::draw(canvas, result, study)));
            charts.push(chart("resolution-curves", result, |canvas| curves::resolutions(canvas, result, study)));
        }
    }
    if let Some(value) = linkage::measured(result) {
        charts.extend([
            chart("attackers", result, |canvas| attackers::draw(canvas, result, value)),
            chart("linking-columns", result, |canvas| linking::columns(canvas, value)),
            chart("linking-sets", result, |canvas| linking::sets(canvas, value)),
            chart("match-weights", result, |canvas| match_weights::weights(canvas, value)),
            chart("match-waterfall", result, |canvas| match_weights::waterfall(canvas, value)),
            chart("link-calibration", result, |canvas| calibration::draw(canvas, value)),
        ]);
    }
    if let Some(value) = super::attribute::measured(result) {
        charts.push(chart("sensitive-values", result, |canvas| attribute::values(canvas, value)));
        charts.push(chart("sensitive-closeness", result, |canvas| attribute::closeness(canvas, result, value)));
    }
    if let Some(value) = super::inference::measured(result) {
        charts.push(chart("inference", result, |canvas| inference::draw(canvas, value)));
    }
    if let Some(value) = super::original::measured(result) {
        charts.push(chart("original-attacks", result, |canvas| original::attacks(canvas, value)));
        charts.push(chart("original-distances", result, |canvas| original::distances(canvas, value)));
    }
    if let Some(value) = result.measures.histories.as_ref().and_then(|outcome| outcome.value()) {
        charts.push(chart("history-crowds", result, |canvas| histories::crowds(canvas, value)));
    }
    if let Some(value) = super::population::measured(result) {
        charts.push(chart("population", result, |canvas| population::draw(canvas, result, value)));
    }
    charts.into_iter().flatten().collect()
}

/// The frontier of the plans of `advise`; none where there is no plan with both figures.
#[must_use]
pub fn frontier_chart(advisory: &Advisory) -> Option<Chart> {
    let stamp = shortened(&printable(&advisory.dataset), 40);
    drawn_as("frontier", |form| {
        let canvas = Canvas { form, columns: &[], stamp: &stamp };
        frontier::draw(&canvas, advisory).map(|scene| canvas.stamped(scene))
    })
}

/// Names of the pictures of a history, one for each figure.
const TRENDS: [&str; 8] = ["trend-1", "trend-2", "trend-3", "trend-4", "trend-5", "trend-6", "trend-7", "trend-8"];

/// The figures of a history that limits are held against, each by night: the first eight.
#[must_use]
pub fn trend_charts(history: &DatasetHistory) -> Vec<Chart> {
    let stamp = shortened(&printable(&history.dataset), 40);
    let missed = history.missed();
    let changes = history.changes();
    let drawn = TRENDS.into_iter().zip(history.limited_figures()).map(|(name, figure)| {
        drawn_as(name, |form| {
            let canvas = Canvas { form, columns: &[], stamp: &stamp };
            let nights = trend::Nights { history, missed: &missed, changes: &changes };
            trend::draw(&canvas, &nights, figure).map(|scene| canvas.stamped(scene))
        })
    });
    drawn.flatten().collect()
}

fn chart(name: &'static str, result: &ScanResult, draw: impl Fn(&Canvas<'_>) -> Option<Scene>) -> Option<Chart> {
    let (dataset, run) = (printable(&result.dataset.name), printable(&result.run.id));
    let verdict = messages::verdict(result.verdict.outcome);
    let stamp = format!("{}, run {}, {verdict}", shortened(&dataset, 40), shortened(&run, 40));
    let drawn = |form| {
        let canvas = Canvas { form, columns: &result.dataset.columns, stamp: &stamp };
        draw(&canvas).map(|scene| canvas.stamped(scene))
    };
    drawn_as(name, drawn)
}

/// A picture in its three forms.
fn drawn_as(name: &'static str, drawn: impl Fn(Form) -> Option<Scene>) -> Option<Chart> {
    let (file, wide, narrow) = (drawn(Form::File)?, drawn(Form::Wide)?, drawn(Form::Narrow)?);
    let [title, description, subtitle] = [&file.title, &file.description, &file.subtitle].map(String::clone);
    Some(Chart { name, title, description, subtitle, file, wide, narrow })
}

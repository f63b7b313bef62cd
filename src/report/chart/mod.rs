//! Charts: each is computed once as a [`Scene`] and painted as SVG and as PNG.

mod class_sizes;
mod column_effects;
mod pairs;
mod scene;
mod set_sizes;

use plotters::backend::{BitMapBackend, SVGBackend};

use self::scene::{SIZE, Scene};
use super::ReportError;
use super::summary::{Crowds, crowds};
use crate::result::ScanResult;

/// One picture of a result, with words that say the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// File stem, plain ASCII.
    pub name: &'static str,
    /// What the picture shows.
    pub title: String,
    /// What can be seen in it, for those who cannot.
    pub description: String,
    scene: Scene,
}

impl Chart {
    /// The picture as an SVG document with title and description; needs no other file.
    ///
    /// # Errors
    /// [`ReportError::Chart`] when it cannot be drawn.
    pub fn svg(&self) -> Result<String, ReportError> {
        let mut drawn = String::new();
        self.scene.paint(SVGBackend::with_string(&mut drawn, SIZE), 0).map_err(|_| self.error())?;
        let (head, marks) = drawn.split_once('>').ok_or_else(|| self.error())?;
        Ok(format!("{head} role=\"img\" {}>\n{}{marks}", self.labels(), self.words()))
    }

    /// The picture as an `<svg>` element for a page: it takes the width it is given.
    ///
    /// # Errors
    /// [`ReportError::Chart`] when it cannot be drawn.
    pub(super) fn inline_svg(&self) -> Result<String, ReportError> {
        let mut drawn = String::new();
        self.scene.paint(SVGBackend::with_string(&mut drawn, SIZE), 0).map_err(|_| self.error())?;
        let (_, marks) = drawn.split_once('>').ok_or_else(|| self.error())?;
        let (width, height) = SIZE;
        Ok(format!("<svg viewBox=\"0 0 {width} {height}\" role=\"img\" {}>\n{}{marks}", self.labels(), self.words()))
    }

    /// The picture as PNG, 1600 by 900 pixels, without metadata. The same result gives the same bytes.
    ///
    /// # Errors
    /// [`ReportError::Chart`] when it cannot be drawn.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        let (width, height) = SIZE;
        let mut pixels = vec![0_u8; 3 * width as usize * height as usize];
        self.scene.paint(BitMapBackend::with_buffer(&mut pixels, SIZE), 17).map_err(|_| self.error())?;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(|_| self.error())?;
        writer.write_image_data(&pixels).map_err(|_| self.error())?;
        writer.finish().map_err(|_| self.error())?;
        Ok(bytes)
    }

    fn labels(&self) -> String {
        format!("aria-labelledby=\"{0}-title {0}-description\"", self.name)
    }

    fn words(&self) -> String {
        let (title, description) = (markup(&self.title), markup(&self.description));
        format!("<title id=\"{0}-title\">{title}</title>\n<desc id=\"{0}-description\">{description}</desc>", self.name)
    }

    fn error(&self) -> ReportError {
        ReportError::Chart { chart: self.name }
    }
}

/// The charts of a result: none when no crowd was counted, and no picture of what does not exist.
#[must_use]
pub fn charts(result: &ScanResult) -> Vec<Chart> {
    let Crowds::Measured(uniqueness) = crowds(result) else { return Vec::new() };
    let dataset = &result.dataset;
    [
        class_sizes::chart(result, uniqueness),
        column_effects::chart(uniqueness),
        set_sizes::chart(dataset, uniqueness),
        pairs::chart(dataset, uniqueness),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Text as content of an element.
fn markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The position of `value` on an axis from `low` to `high` that runs over the pixels `from` to `to`.
#[expect(clippy::cast_possible_truncation, reason = "between two pixels of the picture")]
fn position(value: f64, (low, high): (f64, f64), (from, to): (i32, i32)) -> i32 {
    let share = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
    from + (share * f64::from(to - from)).round() as i32
}

/// The smallest round share that is at least `share`, and the step of its grid.
fn round_above(share: f64) -> (f64, f64) {
    let tops = [(0.001, 0.000_25), (0.002, 0.000_5), (0.005, 0.001), (0.01, 0.002_5), (0.02, 0.005), (0.05, 0.01)];
    let larger = [(0.1, 0.025), (0.2, 0.05), (0.4, 0.1), (0.6, 0.2), (0.8, 0.2), (1.0, 0.25)];
    tops.into_iter().chain(larger).find(|(top, _)| *top >= share).unwrap_or((1.0, 0.25))
}

/// A share on an axis: as short as it can be.
fn axis_label(share: f64) -> String {
    // Adding 0 turns a negative zero into zero.
    let percent = (share * 100_000.0).round() / 1000.0 + 0.0;
    format!("{percent} %")
}

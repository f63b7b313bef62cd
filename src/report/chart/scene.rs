//! A picture as plain data: marks on a canvas, written alike as SVG and as pixels.

use super::font::{is_drawable, text_width};
use crate::report::escape::{printable, shortened};
use crate::result::DatasetColumn;

/// Size of a picture in a file, in pixels.
pub(super) const FILE_SIZE: (i32, i32) = (1600, 900);
/// Width of a picture for a narrow page: its text is as large, so less stands beside each other.
pub(super) const NARROW_WIDTH: i32 = 760;
/// Where the picture begins below title and subtitle; a page writes these as text.
const BELOW_HEADING: i32 = 138;
/// Size of the text of labels: readable when the picture is shown 800 pixels wide.
pub(super) const LABEL: i32 = 30;
/// Size of lesser labels.
pub(super) const SMALL: i32 = 26;
/// Size of the second line of a label.
pub(super) const NOTE: i32 = 24;
/// Size of the line that names dataset, run and verdict.
const STAMP: i32 = 20;
/// Size of titles.
const TITLE: i32 = 42;

/// The colours of the pictures, by what they mean. A page gives each a value for light, dark and print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text.
    Text,
    /// Lesser text and axes.
    Muted,
    /// Lines of the grid.
    Grid,
    /// Background.
    Paper,
    /// Marks.
    Main,
    /// Marks of what breaks a limit.
    Alarm,
    /// Behind what is over a limit.
    AlarmTint,
    /// Step of the one-hue scale, 0 (lightest) to 5.
    Scale(u8),
    /// Text on a step of the scale.
    OnScale(u8),
}

impl Ink {
    /// The colour on white, and the name by which a page gives it another one.
    pub(super) fn look(self) -> ([u8; 3], &'static str) {
        match self {
            Self::Text => ([0x1b, 0x1f, 0x24], "text"),
            Self::Muted => ([0x4a, 0x50, 0x58], "muted"),
            Self::Grid => ([0xd5, 0xda, 0xe0], "grid"),
            Self::Paper => ([0xff, 0xff, 0xff], "paper"),
            Self::Main => ([0x00, 0x72, 0xb2], "main"),
            Self::Alarm => ([0x7a, 0x0f, 0x1f], "alarm"),
            Self::AlarmTint => ([0xf8, 0xef, 0xf0], "tint"),
            Self::Scale(0) => ([0xee, 0xf4, 0xfa], "s0"),
            Self::Scale(1) => ([0xc6, 0xdd, 0xf0], "s1"),
            Self::Scale(2) => ([0x94, 0xc0, 0xe2], "s2"),
            Self::Scale(3) => ([0x6f, 0xab, 0xd6], "s3"),
            Self::Scale(4) => ([0x24, 0x73, 0xae], "s4"),
            Self::Scale(_) => ([0x0b, 0x4a, 0x7d], "s5"),
            Self::OnScale(0..=3) => ([0x1b, 0x1f, 0x24], "on-low"),
            Self::OnScale(_) => ([0xff, 0xff, 0xff], "on-high"),
        }
    }
}

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Anchor {
    /// The text begins at the point.
    Start,
    /// The text is centred on the point.
    Middle,
    /// The text ends at the point.
    End,
}

/// A point in pixels from the upper left corner.
pub(super) type Point = (i32, i32);

/// One mark of a picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A filled rectangle.
    Area { from: Point, to: Point, ink: Ink },
    /// The outline of a rectangle, inside of it.
    Frame { from: Point, to: Point, ink: Ink, width: i32 },
    /// A line through points.
    Path { points: Vec<Point>, ink: Ink, width: i32 },
    /// A filled shape.
    Polygon { points: Vec<Point>, ink: Ink },
    /// Straight lines of one kind.
    Lines { lines: Vec<(Point, Point)>, ink: Ink, width: i32 },
    /// A disc, or a ring with paper inside.
    Dot { at: Point, radius: i32, ink: Ink, filled: bool },
    /// A text, centred vertically on its point.
    Text { at: Point, text: String, size: i32, ink: Ink, anchor: Anchor },
}

/// What a picture is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A file of its own, with its title, in the font that is part of the program.
    File,
    /// A page with room, in the fonts of the reader.
    Wide,
    /// A page on a small screen, in the fonts of the reader.
    Narrow,
}

/// What a chart draws on.
pub(super) struct Canvas<'a> {
    pub(super) form: Form,
    pub(super) columns: &'a [DatasetColumn],
    /// Dataset, run and verdict; printable.
    pub(super) stamp: &'a str,
}

impl Canvas<'_> {
    pub(super) fn is_narrow(&self) -> bool {
        self.form == Form::Narrow
    }

    /// One of two sizes: for a canvas with room, and for a narrow one.
    pub(super) fn either<T>(&self, wide: T, narrow: T) -> T {
        if self.is_narrow() { narrow } else { wide }
    }

    /// An empty picture; `narrow_height` is its height where it is narrow.
    pub(super) fn scene(&self, title: impl Into<String>, subtitle: impl Into<String>, narrow_height: i32) -> Scene {
        let (title, subtitle) = (title.into(), subtitle.into());
        let size = self.either(FILE_SIZE, (NARROW_WIDTH, narrow_height));
        let top = if self.form == Form::Wide { BELOW_HEADING } else { 0 };
        let (description, is_of_zeros, marks) = (String::new(), false, Vec::new());
        let mut scene = Scene { title, subtitle, description, size, top, is_of_zeros, marks };
        scene.area((0, top), size, Ink::Paper);
        if self.form == Form::File {
            let heading = [fitted(&scene.title, TITLE, 1480), fitted(&scene.subtitle, LABEL, 1480)];
            scene.text((60, 58), &heading[0], TITLE, Ink::Text, Anchor::Start);
            scene.text((60, 112), &heading[1], LABEL, Ink::Muted, Anchor::Start);
            if self.columns.iter().any(|column| !is_drawable(&printable(&column.name))) {
                scene.text((1560, 58), "column N: a name this font lacks", SMALL, Ink::Muted, Anchor::End);
            }
        }
        scene
    }

    /// Ends a picture of a page below its lowest mark; files keep their size, narrow ones have their own.
    pub(super) fn end_at(&self, scene: &mut Scene, bottom: i32) {
        if self.form == Form::Wide {
            scene.size.1 = bottom.min(scene.size.1);
        }
    }

    /// The finished picture with dataset, run and verdict: above the title of a file, below everything else on a page.
    pub(super) fn stamped(&self, mut scene: Scene) -> Scene {
        let (width, bottom) = scene.size;
        let size = if self.form == Form::File { STAMP } else { NOTE };
        let height = if self.form == Form::File { 22 } else { bottom + 18 };
        if self.form != Form::File {
            scene.size.1 = bottom + 38;
            scene.area((0, bottom), scene.size, Ink::Paper);
        }
        let stamp = fitted(&self.text(self.stamp), size, width - 56);
        scene.text(
            (if self.form == Form::File { width - 40 } else { width - 16 }, height),
            &stamp,
            size,
            Ink::Muted,
            Anchor::End,
        );
        scene
    }

    /// The name of a column as it can be drawn: one in letters that the font of a file lacks is given by its place in
    /// the dataset.
    pub(super) fn name(&self, column: &str) -> String {
        let shown = printable(column);
        if self.form != Form::File || is_drawable(&shown) {
            return shown;
        }
        let place = self.columns.iter().position(|other| other.name == column);
        place.map_or_else(|| self.text(&shown), |place| format!("column {}", place + 1))
    }

    /// A text of the plan or the dataset as it can be drawn: characters that the font of a file lacks become `?`.
    pub(super) fn text(&self, text: &str) -> String {
        if self.form != Form::File {
            return text.to_owned();
        }
        text.chars()
            .map(|character| if is_drawable(character.encode_utf8(&mut [0; 4])) { character } else { '?' })
            .collect()
    }
}

/// The marks of a picture, drawn in order, with words that say the same.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    pub(super) title: String,
    /// What its marks mean, in a line.
    pub(super) subtitle: String,
    /// What can be seen in it, for those who cannot.
    pub(super) description: String,
    /// Width and height of the canvas.
    pub(super) size: Point,
    /// Where the shown part begins.
    pub(super) top: i32,
    /// Whether every figure in it is 0, so that it shows nothing.
    pub(super) is_of_zeros: bool,
    pub(super) marks: Vec<Mark>,
}

impl Scene {
    /// The finished picture, with what can be seen in it.
    pub(super) fn described(self, description: String) -> Self {
        Self { description, ..self }
    }

    /// The same; it shows nothing where each of these figures, all that are in it, is 0.
    pub(super) fn of_figures(self, figures: impl IntoIterator<Item = f64>) -> Self {
        let is_of_zeros = figures.into_iter().all(|figure| figure == 0.0);
        Self { is_of_zeros, ..self }
    }

    pub(super) fn area(&mut self, from: Point, to: Point, ink: Ink) {
        self.marks.push(Mark::Area { from, to, ink });
    }

    pub(super) fn frame(&mut self, from: Point, to: Point, ink: Ink, width: i32) {
        self.marks.push(Mark::Frame { from, to, ink, width });
    }

    pub(super) fn line(&mut self, from: Point, to: Point, ink: Ink, width: i32) {
        self.marks.push(Mark::Lines { lines: vec![(from, to)], ink, width });
    }

    pub(super) fn path(&mut self, points: Vec<Point>, ink: Ink, width: i32) {
        self.marks.push(Mark::Path { points, ink, width });
    }

    pub(super) fn polygon(&mut self, points: Vec<Point>, ink: Ink) {
        self.marks.push(Mark::Polygon { points, ink });
    }

    pub(super) fn dot(&mut self, at: Point, radius: i32, ink: Ink, filled: bool) {
        self.marks.push(Mark::Dot { at, radius, ink, filled });
    }

    pub(super) fn text(&mut self, at: Point, text: &str, size: i32, ink: Ink, anchor: Anchor) {
        self.marks.push(Mark::Text { at, text: text.replace('\u{a0}', " "), size, ink, anchor });
    }

    /// A lesser label that begins at its point.
    pub(super) fn label(&mut self, at: Point, text: &str) {
        self.text(at, text, SMALL, Ink::Muted, Anchor::Start);
    }

    /// A name and, smaller below it, what is to be known beside it, so far above and below a height.
    pub(super) fn two_lines(&mut self, at: Point, lines: [&str; 2], room: i32, ink: Ink, [above, below]: [i32; 2]) {
        self.text((at.0, at.1 - above), &fitted(lines[0], SMALL, room), SMALL, ink, Anchor::Start);
        self.text((at.0, at.1 + below), &fitted(lines[1], NOTE, room), NOTE, Ink::Muted, Anchor::Start);
    }

    /// A text that begins at its point and covers the lines behind it.
    pub(super) fn name_over_lines(&mut self, (left, height): Point, text: &str, size: i32) {
        let half = size / 2 + 1;
        self.area((left - 4, height - half), (left + text_width(text, size) + 12, height + half), Ink::Paper);
        self.text((left, height), text, size, Ink::Text, Anchor::Start);
    }

    /// A dashed line, level or upright.
    pub(super) fn dashes(&mut self, from: Point, to: Point, ink: Ink) {
        let length = (to.0 - from.0).max(to.1 - from.1);
        let at = |offset: i32| if to.0 > from.0 { (from.0 + offset, from.1) } else { (from.0, from.1 + offset) };
        let lines = (0..length).step_by(24).map(|start| (at(start), at((start + 14).min(length)))).collect();
        self.marks.push(Mark::Lines { lines, ink, width: 3 });
    }

    /// Slanted lines over a rectangle, so that it stands out without colour.
    pub(super) fn hatch(&mut self, (left, top): Point, (right, bottom): Point, ink: Ink) {
        let (width, height) = (right - left, bottom - top);
        // Each line runs up and to the right from the point `offset` along the lower left edge.
        let lines = (18..width + height).step_by(18).map(|offset| {
            let from = if offset <= height { (left, top + offset) } else { (left + offset - height, bottom) };
            let to = if offset <= width { (left + offset, top) } else { (right, top + offset - width) };
            (from, to)
        });
        self.marks.push(Mark::Lines { lines: lines.collect(), ink, width: 3 });
        self.frame((left, top), (right, bottom), ink, 3);
    }
}

/// The text, cut to a width in pixels; the last character is `…` when something was cut.
pub(super) fn fitted(text: &str, size: i32, width: i32) -> String {
    // No text that fits has more characters; this bounds the work on a hostile name.
    let mut short = shortened(text, 200);
    while text_width(&short, size) > width && short.chars().count() > 1 {
        let kept = short.chars().count() - 1;
        short = shortened(&short, kept.max(1));
    }
    short
}

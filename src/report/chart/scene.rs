//! A picture as plain data: marks on a canvas of 1600 by 900, painted alike into SVG and PNG.

use std::sync::LazyLock;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};

/// Size of every picture in pixels.
pub(super) const SIZE: (u32, u32) = (1600, 900);
/// Size of the text of labels: readable when the picture is shown 800 pixels wide.
pub(super) const LABEL: i32 = 30;
/// Size of titles.
pub(super) const TITLE: i32 = 42;

const FAMILY: &str = "sans-serif";

/// Whether the font of the pictures could be registered. It is part of the program, so pictures need no font of the
/// system and are the same everywhere.
static FONT: LazyLock<bool> =
    LazyLock::new(|| register_font(FAMILY, FontStyle::Normal, include_bytes!("../assets/DejaVuSans.ttf")).is_ok());

/// The colours of the pictures. The page replaces some of them in its dark form, by these very values.
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
    /// Step of the one-hue scale, 0 (lightest) to 5.
    Scale(u8),
    /// Text on a step of the scale.
    OnScale(u8),
}

impl Ink {
    fn color(self) -> RGBColor {
        match self {
            Self::Text => RGBColor(0x1b, 0x1f, 0x24),
            Self::Muted => RGBColor(0x4a, 0x50, 0x58),
            Self::Grid => RGBColor(0xd5, 0xda, 0xe0),
            Self::Paper => RGBColor(0xff, 0xff, 0xff),
            Self::Main => RGBColor(0x00, 0x72, 0xb2),
            Self::Alarm => RGBColor(0x7a, 0x0f, 0x1f),
            Self::Scale(0) => RGBColor(0xee, 0xf4, 0xfa),
            Self::Scale(1) => RGBColor(0xc6, 0xdd, 0xf0),
            Self::Scale(2) => RGBColor(0x94, 0xc0, 0xe2),
            Self::Scale(3) => RGBColor(0x6f, 0xab, 0xd6),
            Self::Scale(4) => RGBColor(0x24, 0x73, 0xae),
            Self::Scale(_) => RGBColor(0x0b, 0x4a, 0x7d),
            // One off from the colours of text and paper: the dark page turns the scale round, and these with it.
            Self::OnScale(0..=3) => RGBColor(0x1b, 0x1f, 0x25),
            Self::OnScale(_) => RGBColor(0xff, 0xff, 0xfe),
        }
    }
}

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// The text begins at the point.
    Start,
    /// The text is centred on the point.
    Middle,
    /// The text ends at the point.
    End,
}

/// One mark of a picture; positions in pixels from the upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A filled rectangle.
    Area { from: (i32, i32), to: (i32, i32), ink: Ink },
    /// The outline of a rectangle.
    Frame { from: (i32, i32), to: (i32, i32), ink: Ink, width: u32 },
    /// A straight line.
    Line { from: (i32, i32), to: (i32, i32), ink: Ink, width: u32 },
    /// A disc, or a ring when not filled.
    Dot { at: (i32, i32), radius: i32, ink: Ink, filled: bool },
    /// A text, centred vertically on its point.
    Text { at: (i32, i32), text: String, size: i32, ink: Ink, anchor: Anchor },
}

/// The marks of a picture, painted in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Scene {
    pub(super) marks: Vec<Mark>,
}

impl Scene {
    /// A picture with a title and a line under it.
    pub(super) fn titled(title: &str, subtitle: &str) -> Self {
        let mut scene = Self::default();
        scene.area((0, 0), (1600, 900), Ink::Paper);
        scene.text((60, 58), &fitted(title, TITLE, 1480), TITLE, Ink::Text, Anchor::Start);
        scene.text((60, 112), &fitted(subtitle, LABEL, 1480), LABEL, Ink::Muted, Anchor::Start);
        scene
    }

    pub(super) fn area(&mut self, from: (i32, i32), to: (i32, i32), ink: Ink) {
        self.marks.push(Mark::Area { from, to, ink });
    }

    pub(super) fn frame(&mut self, from: (i32, i32), to: (i32, i32), ink: Ink, width: u32) {
        self.marks.push(Mark::Frame { from, to, ink, width });
    }

    pub(super) fn line(&mut self, from: (i32, i32), to: (i32, i32), ink: Ink, width: u32) {
        self.marks.push(Mark::Line { from, to, ink, width });
    }

    pub(super) fn dot(&mut self, at: (i32, i32), radius: i32, ink: Ink, filled: bool) {
        self.marks.push(Mark::Dot { at, radius, ink, filled });
    }

    pub(super) fn text(&mut self, at: (i32, i32), text: &str, size: i32, ink: Ink, anchor: Anchor) {
        self.marks.push(Mark::Text { at, text: text.replace('\u{a0}', " "), size, ink, anchor });
    }

    /// Slanted lines over a rectangle, so that it stands out without colour.
    pub(super) fn hatch(&mut self, (left, top): (i32, i32), (right, bottom): (i32, i32), ink: Ink) {
        let (width, height) = (right - left, bottom - top);
        // Each line runs up and to the right from the point `offset` along the lower left edge.
        for offset in (18..width + height).step_by(18) {
            let from = if offset <= height { (left, top + offset) } else { (left + offset - height, bottom) };
            let to = if offset <= width { (left + offset, top) } else { (right, top + offset - width) };
            self.line(from, to, ink, 3);
        }
        self.frame((left, top), (right, bottom), ink, 3);
    }

    /// Paints every mark. `lowered` is how far a text must be moved down to be centred on its point, in percent of its
    /// size: the backends of plotters differ in it.
    pub(super) fn paint<D: DrawingBackend>(
        &self,
        backend: D,
        lowered: i32,
    ) -> Result<(), DrawingAreaErrorKind<D::ErrorType>> {
        LazyLock::force(&FONT);
        let area = backend.into_drawing_area();
        for mark in &self.marks {
            match mark {
                Mark::Area { from, to, ink } => area.draw(&Rectangle::new([*from, *to], ink.color().filled()))?,
                // Four bars: an outline drawn as a path has open corners.
                Mark::Frame { from, to, ink, width } => {
                    let width = i32::try_from(*width).unwrap_or(1);
                    for (start, end) in [
                        (*from, (to.0, from.1 + width)),
                        ((from.0, to.1 - width), *to),
                        (*from, (from.0 + width, to.1)),
                        ((to.0 - width, from.1), *to),
                    ] {
                        area.draw(&Rectangle::new([start, end], ink.color().filled()))?;
                    }
                }
                Mark::Line { from, to, ink, width } => {
                    area.draw(&PathElement::new(vec![*from, *to], ink.color().stroke_width(*width)))?;
                }
                Mark::Dot { at, radius, ink, filled: true } => {
                    area.draw(&Circle::new(*at, *radius, ink.color().filled()))?;
                }
                // A ring is a disc with a smaller one on it: backends draw thick circles differently.
                Mark::Dot { at, radius, ink, filled: false } => {
                    area.draw(&Circle::new(*at, *radius, ink.color().filled()))?;
                    area.draw(&Circle::new(*at, *radius - 5, Ink::Paper.color().filled()))?;
                }
                Mark::Text { at, text, size, ink, anchor } => {
                    let horizontal = match anchor {
                        Anchor::Start => HPos::Left,
                        Anchor::Middle => HPos::Center,
                        Anchor::End => HPos::Right,
                    };
                    let style = (FAMILY, *size).into_font().color(&ink.color()).pos(Pos::new(horizontal, VPos::Center));
                    area.draw(&Text::new(text.as_str(), (at.0, at.1 + size * lowered / 100), style))?;
                }
            }
        }
        area.present()
    }
}

/// Width of a text in pixels.
pub(super) fn text_width(text: &str, size: i32) -> i32 {
    LazyLock::force(&FONT);
    let width = (FAMILY, size).into_font().box_size(text).map_or(0, |(width, _)| width);
    i32::try_from(width).unwrap_or(i32::MAX)
}

/// The text, cut to a width in pixels; the last character is `…` when something was cut.
pub(super) fn fitted(text: &str, size: i32, width: i32) -> String {
    // No text that fits has more characters; this bounds the work on a hostile name.
    let mut short = crate::report::escape::shortened(text, 200);
    while text_width(&short, size) > width && short.chars().count() > 1 {
        let kept = short.chars().count() - 1;
        short = crate::report::escape::shortened(&short, kept.max(1));
    }
    short
}

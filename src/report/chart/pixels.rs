//! Pictures as pixels.

use plotters::backend::BitMapBackend;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::font::{FAMILY, register};
use super::scene::{Anchor, Ink, Mark, Scene};

type Drawn = Result<(), Box<dyn std::error::Error>>;
type Area<'a> = DrawingArea<BitMapBackend<'a>, plotters::coord::Shift>;

/// Paints a picture into three bytes a pixel.
pub(super) fn paint(scene: &Scene, pixels: &mut [u8]) -> Drawn {
    register();
    let size = (u32::try_from(scene.size.0)?, u32::try_from(scene.size.1)?);
    let area = BitMapBackend::with_buffer(pixels, size).into_drawing_area();
    for mark in &scene.marks {
        draw(&area, mark)?;
    }
    area.present()?;
    Ok(())
}

fn draw(area: &Area<'_>, mark: &Mark) -> Drawn {
    let thick = |ink: Ink, width: i32| color(ink).stroke_width(u32::try_from(width).unwrap_or(1));
    match mark {
        Mark::Area { from, to, ink } => area.draw(&Rectangle::new([*from, *to], color(*ink).filled()))?,
        // Four bars: an outline drawn as a path has open corners.
        Mark::Frame { from, to, ink, width } => {
            for (start, end) in [
                (*from, (to.0, from.1 + width)),
                ((from.0, to.1 - width), *to),
                (*from, (from.0 + width, to.1)),
                ((to.0 - width, from.1), *to),
            ] {
                area.draw(&Rectangle::new([start, end], color(*ink).filled()))?;
            }
        }
        Mark::Path { points, ink, width } => area.draw(&PathElement::new(points.clone(), thick(*ink, *width)))?,
        Mark::Polygon { points, ink } => area.draw(&Polygon::new(points.clone(), color(*ink).filled()))?,
        Mark::Lines { lines, ink, width } => {
            for (from, to) in lines {
                area.draw(&PathElement::new(vec![*from, *to], thick(*ink, *width)))?;
            }
        }
        Mark::Dot { at, radius, ink, filled } => {
            area.draw(&Circle::new(*at, *radius, color(*ink).filled()))?;
            // A ring is a disc with a smaller one on it: thick circles are drawn unevenly.
            if !filled {
                area.draw(&Circle::new(*at, *radius - 5, color(Ink::Paper).filled()))?;
            }
        }
        Mark::Text { at, text, size, ink, anchor } => {
            let horizontal = match anchor {
                Anchor::Start => HPos::Left,
                Anchor::Middle => HPos::Center,
                Anchor::End => HPos::Right,
            };
            let style = (FAMILY, *size).into_font().color(&color(*ink)).pos(Pos::new(horizontal, VPos::Center));
            // The backend centres the box of the letters with the room above them; this moves them to the middle.
            area.draw(&Text::new(text.as_str(), (at.0, at.1 + size * 17 / 100), style))?;
        }
    }
    Ok(())
}

fn color(ink: Ink) -> RGBColor {
    let [red, green, blue] = ink.look().0;
    RGBColor(red, green, blue)
}

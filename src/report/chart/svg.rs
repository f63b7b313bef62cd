//! Pictures as SVG.

use std::fmt::Write;

use super::scene::{Ink, Mark, Point, Scene};

/// How colours are written.
#[derive(Clone, Copy)]
pub(super) enum Colours {
    /// As values: for a file of its own.
    Fixed,
    /// As names that a page gives values: `f-…` fills, `s-…` strokes.
    Named,
}

/// The marks of a picture as SVG elements, one a line.
pub(super) fn marks(scene: &Scene, colours: Colours) -> String {
    let mut text = String::new();
    for mark in &scene.marks {
        // Writing to a string cannot end in an error.
        let _ = push(&mut text, mark, colours);
        text.push('\n');
    }
    text
}

fn push(svg: &mut String, mark: &Mark, colours: Colours) -> std::fmt::Result {
    let fill = |ink| attribute("fill", ink, colours);
    let stroke = |ink| attribute("stroke", ink, colours);
    match mark {
        Mark::Area { from, to, ink } => rectangle(svg, *from, *to, &fill(*ink)),
        Mark::Frame { from, to, ink, width } => {
            let half = width / 2;
            let outline = format!("fill=\"none\" {} stroke-width=\"{width}\"", stroke(*ink));
            rectangle(svg, (from.0 + half, from.1 + half), (to.0 - half, to.1 - half), &outline)
        }
        Mark::Path { points, ink, width } => {
            write!(svg, "<polyline points=\"{}\" fill=\"none\" {}", list(points), stroke(*ink))?;
            write!(svg, " stroke-width=\"{width}\" stroke-linejoin=\"round\"/>")
        }
        Mark::Polygon { points, ink } => write!(svg, "<polygon points=\"{}\" {}/>", list(points), fill(*ink)),
        Mark::Lines { lines, ink, width } => {
            svg.push_str("<path d=\"");
            for (from, to) in lines {
                write!(svg, "M{} {}L{} {}", from.0, from.1, to.0, to.1)?;
            }
            write!(svg, "\" fill=\"none\" {} stroke-width=\"{width}\"/>", stroke(*ink))
        }
        Mark::Dot { at, radius, ink, filled: true } => {
            write!(svg, "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\" {}/>", at.0, at.1, fill(*ink))
        }
        Mark::Dot { at, radius, ink, filled: false } => {
            let (paper, line) = (fill(Ink::Paper), stroke(*ink));
            // One `class` holds both names.
            let both = format!("{paper} {line}").replace("\" class=\"", " ");
            write!(svg, "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {both} stroke-width=\"5\"/>", at.0, at.1, radius - 2)
        }
        Mark::Text { at, text, size, ink, anchor } => {
            let anchor: &str = anchor.into();
            // Sizes are the height of a line of the font of files; its letters are measured by their em.
            let em = match colours {
                Colours::Fixed => size * 86 / 100,
                Colours::Named => size * 90 / 100,
            };
            write!(svg, "<text x=\"{}\" y=\"{}\" dy=\"0.35em\" font-size=\"{em}\"", at.0, at.1)?;
            write!(svg, " text-anchor=\"{anchor}\" {}>{}</text>", fill(*ink), markup(text))
        }
    }
}

fn rectangle(svg: &mut String, from: Point, to: Point, look: &str) -> std::fmt::Result {
    let (width, height) = ((to.0 - from.0).max(0), (to.1 - from.1).max(0));
    write!(svg, "<rect x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" {look}/>", from.0, from.1)
}

fn list(points: &[Point]) -> String {
    points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}

fn attribute(property: &str, ink: Ink, colours: Colours) -> String {
    let ([red, green, blue], name) = ink.look();
    match colours {
        Colours::Fixed => format!("{property}=\"#{red:02x}{green:02x}{blue:02x}\""),
        Colours::Named => format!("class=\"{}-{name}\"", &property[..1]),
    }
}

/// Text as content of an element.
pub(super) fn markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

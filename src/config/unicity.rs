//! Values of `[unicity]` that are more than a number or a name: what an attacker may know of a subject's events.

use std::collections::BTreeMap;

use super::document::Problem;
use super::kind::Kind;
use super::reader::Written;
use super::setting::Draft;
use super::settings::list;
use crate::plan::{Plan, PointColumn, WithinRule, counted, shown_name, split_names};

/// More known points than this single out nearly everybody who has so many, and cost much.
const MOST_KNOWN_POINTS: u32 = 100;

/// Points written as `COL+COL`; a name that holds a `+` or a comma stands in double quotes. A rule behind a name, such as
/// `posted_at=month+merchant`, is for this point alone. In a file a list of columns is a point as well.
pub(super) fn points() -> Kind<Vec<Vec<PointColumn>>> {
    let point = |item: &Written<'_, '_>| {
        let columns = match item.as_text() {
            Some(text) => split_point(text).map_err(|reason| not_a_point(item, text, &reason))?,
            None => item.texts()?,
        };
        checked_point(&columns).map_err(|reason| not_a_point(item, &columns.join("+"), &reason))
    };
    let words = "a text such as \"day+shop\", or a list of such texts and of lists of columns";
    Kind::new(words, move |value| value.each(point), |points| list(points.iter().map(|point| shown_point(point))))
}

fn not_a_point(value: &Written<'_, '_>, written: &str, reason: &str) -> Problem {
    value
        .refused("point", format!("`{}` is not a point: {reason}", shown_name(written)))
        .with_hint("join columns with `+`, such as `posted_at+merchant`")
}

/// A point as it is written.
fn shown_point(point: &[PointColumn]) -> String {
    let parts = point.iter().map(|part| {
        let name = shown_name(&part.column);
        part.rule.as_ref().map_or(name.clone(), |rule| format!("{name}={rule}"))
    });
    parts.collect::<Vec<_>>().join("+")
}

/// A text such as `1..10`; in a file also a number or a list of numbers.
pub(super) fn known_points() -> Kind<Vec<u32>> {
    let read = |value: &Written<'_, '_>| {
        let mut known: Vec<u32> = match value.as_text() {
            Some(_) => value.parsed(parse_known_points)?,
            None => value.each(|item| item.whole(1, u64::from(MOST_KNOWN_POINTS)))?,
        };
        known.sort_unstable();
        known.dedup();
        let lacks = || value.refused("wrong-value", "`unicity.known_points` must not be empty");
        if known.is_empty() { Err(lacks()) } else { Ok(known) }
    };
    let words = format!("a number, a list of numbers, or a range such as \"1..10\", up to {MOST_KNOWN_POINTS}");
    Kind::new(words, read, |known| list(known.iter()))
}

/// Tolerances by column. Those of a flag are added to those of the file.
pub(super) fn within(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let mut rules: BTreeMap<String, WithinRule> = BTreeMap::new();
    if value.is_flag() {
        for written in value.texts()? {
            let (column, rule) = column_within(&written).map_err(|reason| {
                value
                    .refused("tolerance", format!("`{}` is not a tolerance: {reason}", shown_name(&written)))
                    .with_hint("write the column, `=` and a tolerance: `posted_at=2d`, `amount=5%`, `balance=100`")
            })?;
            rules.insert(column, rule);
        }
        draft.against.within = rules.clone();
    } else {
        let mut section = value.table("a table")?;
        for (key, value) in section.entries() {
            if let Some(rule) = section.reported(tolerance(&value)) {
                rules.insert(key.name.trim().to_owned(), rule);
            }
        }
    }
    draft.plan.unicity.within.extend(rules);
    Ok(())
}

/// `COL=2d`: the last `=` divides.
fn column_within(written: &str) -> Result<(String, WithinRule), String> {
    let (column, rule) = written.rsplit_once('=').ok_or("it has no `=`")?;
    let rule = WithinRule::parse(rule)?;
    match column.trim() {
        "" => Err("no column is named before the `=`".to_owned()),
        column => Ok((column.to_owned(), rule)),
    }
}

/// A tolerance such as `2d`, `5%` or `100`.
pub(super) fn tolerance(value: &Written<'_, '_>) -> Result<WithinRule, Problem> {
    let written = value.number_or_text()?;
    WithinRule::parse(&written).map_err(|reason| {
        let message = format!("`{}` is not a tolerance: {reason}", shown_name(&written));
        value.refused("tolerance", message).with_hint("a tolerance is written as `2d`, `6h`, `5%` or `100`")
    })
}

pub(super) fn visible(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    let mut section = value.table("a table")?;
    for (key, value) in section.entries() {
        if let Some(values) = section.reported(value.texts()) {
            draft.plan.unicity.visible.insert(key.name.trim().to_owned(), values.into_iter().collect());
        }
    }
    Ok(())
}

/// The tolerances for the record.
pub(super) fn shown_within(plan: &Plan) -> String {
    list(plan.unicity.within.iter().map(|(name, rule)| format!("{}={rule}", shown_name(name))))
}

/// For the record; the values are cells, so they are counted, not told.
pub(super) fn shown_visible(plan: &Plan) -> String {
    list(
        plan.unicity
            .visible
            .iter()
            .map(|(name, values)| format!("{}: {}", shown_name(name), counted(values.len() as u64, "value", "values"))),
    )
}

/// Cuts at `+` outside double quotes.
fn split_point(written: &str) -> Result<Vec<String>, String> {
    let (mut parts, mut quoted) = (vec![String::new()], false);
    for sign in written.chars() {
        quoted ^= sign == '"';
        match (sign, parts.last_mut()) {
            ('+', _) if !quoted => parts.push(String::new()),
            (sign, Some(part)) => part.push(sign),
            (_, None) => {}
        }
    }
    let one_name = |part: &String| match split_names(part)?.as_slice() {
        [name] => Ok(name.clone()),
        _ => Err("columns of one point are joined with `+`, not with a comma".to_owned()),
    };
    parts.iter().map(one_name).collect()
}

fn checked_point(columns: &[String]) -> Result<Vec<PointColumn>, String> {
    let parts: Vec<PointColumn> =
        columns.iter().map(|written| PointColumn::parse(written.trim())).collect::<Result<_, _>>()?;
    if parts.is_empty() || parts.iter().any(|part| part.column.is_empty()) {
        return Err("a column has no name".to_owned());
    }
    let named_before = |place: usize| parts[..place].iter().any(|part| part.column == parts[place].column);
    match (0..parts.len()).find(|&place| named_before(place)) {
        Some(place) => Err(format!("column `{}` is named twice", shown_name(&parts[place].column))),
        None => Ok(parts),
    }
}

/// Numbers of known points: `4`, `1,2,4` or `1..10` (both ends included).
///
/// # Errors
/// A sentence about what is wrong.
fn parse_known_points(written: &str) -> Result<Vec<u32>, String> {
    let number = |text: &str| {
        let number = text.trim().parse().ok().filter(|known| (1..=MOST_KNOWN_POINTS).contains(known));
        number.ok_or_else(|| format!("it must be numbers from 1 to {MOST_KNOWN_POINTS}, such as 1,2,4 or 1..10"))
    };
    let mut known = Vec::new();
    for part in written.split(',') {
        match part.split_once("..") {
            Some((first, last)) => known.extend(number(first)?..=number(last)?),
            None => known.push(number(part)?),
        }
    }
    known.sort_unstable();
    known.dedup();
    if known.is_empty() { Err("the range is empty".to_owned()) } else { Ok(known) }
}

#[cfg(test)]
mod tests {
    use super::{checked_point, column_within, parse_known_points, shown_point, split_point};

    #[test]
    fn known_points_are_numbers_lists_and_ranges() {
        assert_eq!(parse_known_points("4"), Ok(vec![4]));
        assert_eq!(parse_known_points("4,1,2,2"), Ok(vec![1, 2, 4]));
        assert_eq!(parse_known_points("1..3, 8"), Ok(vec![1, 2, 3, 8]));
        for wrong in ["", "0", "1..", "101", "3..2", "two", "-1"] {
            assert!(parse_known_points(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_point_is_columns_joined_with_a_plus() {
        let point = |written: &str| split_point(written).and_then(|columns| checked_point(&columns));
        for (written, shown) in [
            ("posted_at + merchant", "posted_at+merchant"),
            ("\"c, d\"+e", "c, d+e"),
            ("posted_at=month+a=b", "posted_at=month+a=b"),
        ] {
            assert_eq!(shown_point(&point(written).unwrap()), shown);
        }
        assert_eq!(point("\"a+b\"").unwrap()[0].column, "a+b");
        for wrong in ["", "a+", "a+a", "a,b", "\"a", "a=drop", "a=day+a=month", "a=hierarchy:f.csv:1"] {
            assert!(point(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_tolerance_stands_behind_the_last_equals_sign() {
        let (column, rule) = column_within("a=b=5%").unwrap();
        assert_eq!((column.as_str(), rule.to_string().as_str()), ("a=b", "5%"));
        for wrong in ["a", "a=", "=5", "a=five", "a=-1"] {
            assert!(column_within(wrong).is_err(), "{wrong}");
        }
    }
}

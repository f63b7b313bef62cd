//! From the plan and the treated columns to what the measure `unicity` is asked.

use crate::plan::{Plan, PointColumn, UnicityPlan};
use crate::measure::unicity::{Axis, ColumnValues, Mobility, Point, Resolutions, Settings, Step, Within};
use crate::recode::{EventValues, Ladder, guess_point};
use crate::result::{Attacker, ColumnType, DatasetColumn};
use crate::table::Table;

/// More forms of one column than this make a picture that nobody reads, and multiply with those of the others.
const MOST_STEPS: usize = 7;

/// What is known of the columns besides their codes, in the order of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Events<'a> {
    pub(super) described: &'a [DatasetColumn],
    pub(super) values: &'a [EventValues],
    pub(super) ladders: &'a [Ladder],
    /// The first record of each subject; empty unless subjects are listed.
    pub(super) first_records: &'a [u64],
}

/// What the measure is asked; `None` when nobody named a point and no column makes one.
pub(super) fn unicity_settings(table: &Table, events: Events<'_>, plan: &Plan) -> Option<Settings> {
    let asked = &plan.unicity;
    let whole = |column: String| PointColumn { column, rule: None };
    let groups = if asked.points.is_empty() {
        vec![guess_point(events.described)?.into_iter().map(whole).collect()]
    } else {
        asked.points.clone()
    };
    let place = |part: &PointColumn| {
        let form = part.rule.as_ref().map(ToString::to_string);
        let find = |form: &Option<String>| {
            let mut columns = table.columns().iter().zip(events.values);
            columns.position(|(column, values)| column.name == part.column && values.form == *form)
        };
        // Where the extract shows a column more coarsely than a form of it could, the point takes it as it is.
        find(&form).or_else(|| find(&None))
    };
    let mut points = Vec::new();
    // A dropped column is not in the table: the point is what is left of it.
    let mut known: Vec<Vec<usize>> = Vec::new();
    for group in &groups {
        let columns: Vec<usize> = group.iter().filter_map(place).collect();
        if !columns.is_empty() && !known.contains(&columns) {
            known.push(columns);
        }
    }
    for columns in known {
        points.extend(points_of(columns, table, events, asked));
    }
    if points.is_empty() {
        return None;
    }
    let values = events.values.iter();
    let columns = values.map(|values| ColumnValues { keys: values.keys.clone(), numbers: values.numbers.clone() });
    let resolutions = points.first().filter(|_| asked.sweep).map(|point| resolutions(point, table, events));
    let mobility =
        points.first().filter(|_| !asked.mobility.is_empty()).map(|point| mobility(point, table, events, asked));
    Some(Settings {
        mobility,
        known_points: asked.known_points.clone(),
        draws: asked.draws,
        seed: plan.seed,
        resolutions,
        ..Settings::new(columns.collect(), points)
    })
}

/// The plain point, which the gate looks at; then what else was asked for: known attributes, larger crowds.
fn points_of(columns: Vec<usize>, table: &Table, events: Events<'_>, asked: &UnicityPlan) -> Vec<Point> {
    let name = |column: usize| &table.columns()[column].name;
    let rules = |column: usize| {
        let described = events.described.iter().find(|described| described.name == *name(column))?;
        let rules: Vec<String> = described.coarsen.iter().chain(&events.values[column].form).cloned().collect();
        (!rules.is_empty()).then(|| (name(column).clone(), rules.join(" then ")))
    };
    let within = |&column: &usize| {
        let (tolerance, label) = events.values[column].tolerance.clone()?;
        Some(Within { column, tolerance, label })
    };
    let order = asked.order.as_ref().and_then(|order| table.columns().iter().position(|column| column.name == *order));
    let point = Point {
        coarsen: columns.iter().filter_map(|&column| rules(column)).collect(),
        within: columns.iter().filter_map(within).collect(),
        visible: seen(table, events),
        attackers: asked.attackers.clone(),
        order: order.or_else(|| columns.iter().copied().find(|&column| !events.values[column].numbers.is_empty())),
        ..Point::new(columns)
    };
    // The gate needs the average case, whatever other attackers are asked for.
    let mut plain = point.clone();
    if !plain.attackers.contains(&Attacker::Uniform) {
        plain.attackers.insert(0, Attacker::Uniform);
    }
    let mut points = vec![plain];
    let attributes: Vec<usize> = asked
        .known_attributes
        .iter()
        .filter_map(|name| table.columns().iter().position(|column| column.name == *name))
        .collect();
    if !attributes.is_empty() {
        points.push(Point { known_attributes: attributes, ..point.clone() });
    }
    if asked.crowd_below > 2 {
        points.push(Point { crowd_below: asked.crowd_below, ..point });
    }
    points
}

/// Place and time of the first point: what tells the time, and all the rest.
fn mobility(point: &Point, table: &Table, events: Events<'_>, asked: &UnicityPlan) -> Mobility {
    let is_time = |column: usize| {
        let name = &table.columns()[column].name;
        let described = events.described.iter().find(|described| described.name == *name);
        let by_type = described.is_some_and(|described| {
            let types = [ColumnType::Date, ColumnType::Timestamp, ColumnType::ZonedTimestamp, ColumnType::Time];
            types.contains(&described.column_type)
        });
        by_type || asked.order.as_ref() == Some(name)
    };
    let (time, place): (Vec<usize>, Vec<usize>) = point.columns.iter().partition(|&&column| is_time(column));
    let has_numbers = |&column: &usize| !events.values[column].numbers.is_empty();
    // Who orders events by a column that is no part of the point names it.
    let named = point.order.filter(|&order| is_time(order));
    let order = named.or_else(|| time.iter().copied().find(has_numbers)).filter(has_numbers);
    Mobility {
        attacks: asked.mobility.clone(),
        place,
        time,
        order,
        visible: point.visible.clone(),
        tolerance: asked.mobility_tolerance,
    }
}

/// The filters on what the recipient can see; they hold for every point, also of columns that are not part of it.
fn seen(table: &Table, events: Events<'_>) -> Vec<(usize, Vec<bool>)> {
    let columns = (0..table.columns().len()).zip(events.values);
    columns.filter_map(|(column, values)| Some((column, values.visible.clone()?))).collect()
}

/// The columns of the first point with their coarser forms, and without them.
fn resolutions(point: &Point, table: &Table, events: Events<'_>) -> Resolutions {
    let axis = |&column: &usize| {
        let codes = table.columns()[column].cardinality;
        let today = point.coarsen.get(&table.columns()[column].name);
        let mut steps =
            vec![Step { label: today.cloned().unwrap_or_else(|| "as it is".to_owned()), coarse: (0..codes).collect() }];
        let mut rungs: Vec<_> = events.ladders[column].rungs.iter().collect();
        rungs.sort_by_key(|rung| std::cmp::Reverse(rung.recoding.cardinality));
        rungs.dedup_by_key(|rung| rung.recoding.cardinality);
        let every = rungs.len().div_ceil(MOST_STEPS - 2).max(1);
        steps.extend(
            rungs
                .into_iter()
                .step_by(every)
                .map(|rung| Step { label: rung.rules.join(" then "), coarse: rung.recoding.map.clone() }),
        );
        steps.push(Step { label: "left out".to_owned(), coarse: vec![0; codes as usize] });
        Axis { column, steps }
    };
    Resolutions { axes: point.columns.iter().map(axis).collect() }
}

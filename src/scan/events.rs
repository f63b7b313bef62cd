//! From the plan and the treated columns to what the measure `unicity` is asked.

use std::collections::BTreeMap;

use super::linkage::Rotation;
use super::subjects::Positions;
use crate::measure::attribute::SecretValues;
use crate::measure::unicity::{Axis, ColumnValues, GateSettings, GatedPoint, Mobility, Point, Settings, Step, Within};
use crate::plan::{Extent, Plan, PointColumn, UnicityPlan};
use crate::recode::{EventValues, Ladder, guess_point};
use crate::result::{Attacker, ColumnType, DatasetColumn, GateMeasure, GateReading, Role};
use crate::table::Table;

/// More forms of one column than this make a picture that nobody reads, and multiply with those of the others.
const MOST_STEPS: usize = 7;

/// What is known of the columns besides their codes, in the order of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Events<'a> {
    pub(super) described: &'a [DatasetColumn],
    pub(super) values: &'a [EventValues],
    /// What is known of the values of each sensitive column.
    pub(super) secrets: &'a [SecretValues],
    pub(super) ladders: &'a [Ladder],
    /// Where subjects and records stand in the extract.
    pub(super) positions: Positions<'a>,
    /// The periods, where pseudonyms are rotated.
    pub(super) rotation: Option<&'a Rotation>,
}

/// What the measure is asked; `None` when nobody named a point and no column makes one.
pub(super) fn unicity_settings(table: &Table, events: Events<'_>, plan: &Plan) -> Option<Settings> {
    let asked = &plan.unicity;
    let is_guessed = asked.points.is_empty();
    let mut known = known_columns(table, events, asked);
    let mut gated = gated_points(&known, is_guessed, table, events);
    // Several pseudonyms of one person would be a crowd: what is known of an event tells its period.
    for columns in known.iter_mut().chain(gated.iter_mut().map(|point| &mut point.columns)) {
        add_period(columns, table, events, asked.sweep);
    }
    let points: Vec<Point> = known.into_iter().flat_map(|columns| points_of(columns, table, events, asked)).collect();
    let first = points.first()?;
    let values = events.values.iter();
    let columns = values.map(|values| ColumnValues { keys: values.keys.clone(), numbers: values.numbers.clone() });
    let resolutions = asked.sweep.then(|| resolutions(first, table, events));
    // Places and times are those of what is plausibly known: the last of the guesses.
    let visited = points.last().filter(|_| is_guessed).unwrap_or(first);
    let mobility = (!asked.mobility.is_empty()).then(|| mobility(visited, table, events, asked));
    let on_points = [GateMeasure::UNICITY, GateMeasure::UNICITY_ACTIVE];
    let on_unicity = plan.policy.gates.iter().filter(|gate| on_points.contains(&gate.measure));
    let limits = on_unicity.filter_map(|gate| gate.limit).collect();
    let mut gate = GateSettings { points: gated, limits, ..GateSettings::of(&[]) };
    if plan.extent == Extent::Trial {
        gate.work_limit = 0;
    }
    Some(Settings {
        mobility,
        gate,
        known_points: asked.known_points.clone(),
        draws: asked.draws,
        seed: plan.seed,
        resolutions,
        ..Settings::new(columns.collect(), points)
    })
}

/// The columns of each point, as places in the table, each point once. A dropped column is not in the table: the point is what is
/// left of it.
fn known_columns(table: &Table, events: Events<'_>, asked: &UnicityPlan) -> Vec<Vec<usize>> {
    let is_guessed = asked.points.is_empty();
    let groups = if is_guessed { guessed_groups(events) } else { asked.points.clone() };
    let place = |part: &PointColumn| {
        let form = part.rule.as_ref().map(ToString::to_string);
        let find = |form: &Option<String>| {
            let mut columns = table.columns().iter().zip(events.values);
            columns.position(|(column, values)| column.name == part.column && values.form == *form)
        };
        // Where the extract shows a column more coarsely than a form of it could, the point takes it as it is.
        find(&form).or_else(|| find(&None))
    };
    let mut known: Vec<Vec<usize>> = Vec::new();
    for group in &groups {
        let columns: Vec<usize> = group.iter().filter_map(place).collect();
        let is_same = |other: &Vec<usize>| other.len() == columns.len() && columns.iter().all(|it| other.contains(it));
        // Guessed columns are in no order that somebody chose.
        let is_known = if is_guessed { known.iter().any(is_same) } else { known.contains(&columns) };
        if !columns.is_empty() && !is_known {
            known.push(columns);
        }
    }
    known
}

/// The most that can be known of an event first, as the gate has it; behind it what is plausibly known. Where no column
/// surely varies, those that perhaps do explain as well as anything can.
fn guessed_groups(events: Events<'_>) -> Vec<Vec<PointColumn>> {
    let whole = |names: Vec<String>| names.into_iter().map(|column| PointColumn { column, rule: None }).collect();
    let [certain, unclear] = [GateReading::Certain, GateReading::Unclear].map(|reading| event_columns(events, reading));
    let most = if certain.is_empty() { unclear } else { certain };
    [most].into_iter().chain(guess_point(events.described)).map(whole).collect()
}

/// Adds the period to a point that does not surely tell it. `always` is for points that are coarsened later.
fn add_period(columns: &mut Vec<usize>, table: &Table, events: Events<'_>, always: bool) {
    let Some(Rotation { column: period, teller, .. }) = events.rotation else { return };
    let tells = |&column: &usize| {
        let values = &events.values[column];
        table.columns()[column].name == *teller && values.form.is_none() && values.tolerance.is_none()
    };
    if !columns.contains(period) && (always || !columns.iter().any(tells)) {
        columns.push(*period);
    }
}

/// The quasi-identifiers that vary within subjects, in file order; with those that perhaps do.
fn event_columns(events: Events<'_>, reading: GateReading) -> Vec<String> {
    let is_event = |column: &&DatasetColumn| {
        let perhaps = !reading.is_certain() && column.is_unclear();
        column.role == Role::QuasiIdentifier && (column.is_event() || perhaps)
    };
    events.described.iter().filter(is_event).map(|column| column.name.clone()).collect()
}

/// Where the quasi-identifiers stand that surely vary within the subjects of a table, as the file shows them.
pub(super) fn event_places(table: &Table, events: Events<'_>) -> Vec<usize> {
    let is_counted =
        |name: &str| events.described.iter().any(|column| column.name == name && column.role == Role::QuasiIdentifier);
    let varies = |place: usize| table.has_value(place) && !table.is_static(place) && !table.is_unclear(place);
    let columns = table.columns().iter().zip(events.values).enumerate();
    let shown = columns.filter(|(_, (column, values))| values.form.is_none() && is_counted(&column.name));
    shown.map(|(place, _)| place).filter(|&place| varies(place)).collect()
}

/// The points that limits are held against. Where none is declared: all event quasi-identifiers together, and where the data
/// do not say of some whether they vary, the same with those. Else every declared point that takes its columns as the file
/// shows them, whatever is unclear about them. A form that only a point has explains and gates nothing.
fn gated_points(known: &[Vec<usize>], guessed: bool, table: &Table, events: Events<'_>) -> Vec<GatedPoint> {
    let is_shown = |column: &usize| events.values[*column].form.is_none();
    let found: Vec<(Vec<usize>, GateReading)> = if guessed {
        let place = |name: String| {
            (0..table.columns().len()).filter(is_shown).find(|&column| table.columns()[column].name == name)
        };
        let of = |reading| (event_columns(events, reading).into_iter().filter_map(place).collect(), reading);
        [GateReading::Certain, GateReading::Unclear].map(of).into()
    } else {
        let in_file = |column: &usize| events.described.iter().position(|it| it.name == table.columns()[*column].name);
        let as_shown = known.iter().filter(|columns| columns.iter().all(is_shown));
        let declared = as_shown.map(|columns| {
            // A column of which nothing is there is not measured, and so not covered by a gate.
            let mut columns: Vec<usize> = columns.iter().copied().filter(|&column| table.has_value(column)).collect();
            columns.sort_by_key(in_file);
            columns.dedup();
            (columns, GateReading::Certain)
        });
        declared.collect()
    };
    let mut gated: Vec<GatedPoint> = Vec::new();
    for (columns, reading) in found.into_iter().filter(|(columns, _)| !columns.is_empty()) {
        if gated.iter().all(|other| other.columns != columns) {
            gated.push(GatedPoint { coarsen: rules_of(&columns, table, events), columns, reading });
        }
    }
    gated
}

/// What columns were coarsened by, by name.
fn rules_of(columns: &[usize], table: &Table, events: Events<'_>) -> BTreeMap<String, String> {
    let rules = |&column: &usize| {
        let name = &table.columns()[column].name;
        let described = events.described.iter().find(|described| described.name == *name)?;
        let rules: Vec<String> = described.coarsen.iter().chain(&events.values[column].form).cloned().collect();
        (!rules.is_empty()).then(|| (name.clone(), rules.join(" then ")))
    };
    columns.iter().filter_map(rules).collect()
}

/// The plain point; then what else was asked for: known attributes, larger classes.
fn points_of(columns: Vec<usize>, table: &Table, events: Events<'_>, asked: &UnicityPlan) -> Vec<Point> {
    let within = |&column: &usize| {
        let (tolerance, label) = events.values[column].tolerance.clone()?;
        Some(Within { column, tolerance, label })
    };
    let order = asked.order.as_ref().and_then(|order| table.columns().iter().position(|column| column.name == *order));
    let point = Point {
        coarsen: rules_of(&columns, table, events),
        within: columns.iter().filter_map(within).collect(),
        visible: seen(table, events),
        attackers: asked.attackers.clone(),
        order: order.or_else(|| columns.iter().copied().find(|&column| !events.values[column].numbers.is_empty())),
        ..Point::new(columns)
    };
    // The average case is shown beside whatever other attackers are asked for.
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
fn resolutions(point: &Point, table: &Table, events: Events<'_>) -> Vec<Axis> {
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
    point.columns.iter().map(axis).collect()
}

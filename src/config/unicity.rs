//! `[unicity]`, and the flags of the same names: what an attacker may know of a subject's events.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeTable;

use super::file::section_of;
use super::reader::{Entry, Reader, entry};
use super::settings::{Settings, named};
use super::{ConfigError, shown_name, split_names};
use crate::recode::{CoarsenRule, WithinRule};
use crate::result::{Attacker, MobilityAttack};

/// Keys of `[unicity]`.
pub(super) const UNICITY: [&str; 12] = [
    "points",
    "known_points",
    "within",
    "attackers",
    "known_attributes",
    "visible",
    "order",
    "crowd_below",
    "draws",
    "sweep",
    "mobility",
    "mobility_tolerance",
];

/// Names of attackers.
pub const ATTACKERS: [(&str, Attacker); 4] = [
    ("uniform", Attacker::Uniform),
    ("rarest", Attacker::Rarest),
    ("frequent", Attacker::Frequent),
    ("consecutive", Attacker::Consecutive),
];

/// Names of the attacks of the mobility literature.
pub const MOBILITY_ATTACKS: [(&str, MobilityAttack); 8] = [
    ("location", MobilityAttack::Location),
    ("sequence", MobilityAttack::Sequence),
    ("time", MobilityAttack::Time),
    ("unique-location", MobilityAttack::UniqueLocation),
    ("frequency", MobilityAttack::Frequency),
    ("probability", MobilityAttack::Probability),
    ("proportion", MobilityAttack::Proportion),
    ("home-work", MobilityAttack::HomeWork),
];

/// More known points than this single out nearly everybody who has so many, and cost much.
pub(super) const MOST_KNOWN_POINTS: u32 = 100;

/// Fewer draws say nearly nothing; more are an exact answer's price.
const DRAWS: std::ops::RangeInclusive<u64> = 100..=10_000_000;

/// One column of a known point.
#[derive(Debug, Clone, PartialEq)]
pub struct PointColumn {
    /// The column.
    pub column: String,
    /// A rule for this point alone, on top of those of the extract.
    pub rule: Option<CoarsenRule>,
}

impl PointColumn {
    /// Reads `COL` or `COL=RULE`. The first `=` that a readable rule follows divides, so a name may hold `=` as well.
    fn parse(written: &str) -> Result<Self, String> {
        for (place, _) in written.match_indices('=') {
            match CoarsenRule::parse(&written[place + 1..]) {
                Ok(CoarsenRule::Drop) => return Err("a column that is dropped is no part of a point".to_owned()),
                Ok(rule) if rule.file().is_some() => {
                    return Err("a rule with a file is written into `[columns]`, not into a point".to_owned());
                }
                Ok(rule) => return Ok(Self { column: written[..place].trim().to_owned(), rule: Some(rule) }),
                Err(_) => {}
            }
        }
        Ok(Self { column: written.to_owned(), rule: None })
    }
}

/// What one source of settings says of unicity; `None` or empty where it says nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnicitySettings {
    /// Groups of columns that make one event known; each gives its own curves.
    pub points: Vec<Vec<PointColumn>>,
    /// Numbers of known points, ascending.
    pub known_points: Option<Vec<u32>>,
    /// Columns that are known only roughly.
    pub within: BTreeMap<String, WithinRule>,
    /// How an attacker comes to know points.
    pub attackers: Option<Vec<Attacker>>,
    /// Static columns that the attacker knows as well.
    pub known_attributes: Vec<String>,
    /// For some columns, the values that the attacker sees.
    pub visible: BTreeMap<String, BTreeSet<String>>,
    /// The column that orders events in time.
    pub order: Option<String>,
    /// A subject counts as singled out when fewer subjects than this match.
    pub crowd_below: Option<u32>,
    /// Subjects sampled where an exact answer costs too much.
    pub draws: Option<u32>,
    /// Whether the known points are held against coarser versions of the extract as well.
    pub sweep: Option<bool>,
    /// Attacks on places, times and counts.
    pub mobility: Option<Vec<MobilityAttack>>,
    /// How far a count may lie from the candidate's and still match it, as a share of the candidate's.
    pub mobility_tolerance: Option<f64>,
}

/// What is asked of unicity, after merging.
#[derive(Debug, Clone, PartialEq)]
pub struct UnicityPlan {
    /// As in [`UnicitySettings`]; empty when the point is to be guessed.
    pub points: Vec<Vec<PointColumn>>,
    /// Numbers of known points, ascending.
    pub known_points: Vec<u32>,
    /// Columns that are known only roughly.
    pub within: BTreeMap<String, WithinRule>,
    /// How an attacker comes to know points.
    pub attackers: Vec<Attacker>,
    /// Static columns that the attacker knows as well; each curve is measured with and without them.
    pub known_attributes: Vec<String>,
    /// For some columns, the values that the attacker sees.
    pub visible: BTreeMap<String, BTreeSet<String>>,
    /// The column that orders events in time.
    pub order: Option<String>,
    /// A subject counts as singled out when fewer subjects than this match.
    pub crowd_below: u32,
    /// Subjects sampled where an exact answer costs too much.
    pub draws: u32,
    /// Whether the known points are held against coarser versions of the extract as well.
    pub sweep: bool,
    /// Attacks on places, times and counts; empty for none.
    pub mobility: Vec<MobilityAttack>,
    /// How far a count may lie from the candidate's and still match it, as a share of the candidate's.
    pub mobility_tolerance: f64,
}

impl UnicityPlan {
    /// Columns that are named here and so are coded whatever their role.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        let points = self.points.iter().flatten().map(|part| &part.column);
        points.chain(&self.known_attributes).chain(&self.order).chain(self.within.keys()).chain(self.visible.keys())
    }

    /// The rules under which a column is part of a point, beside the form that the extract gives it; each once.
    #[must_use]
    pub fn forms_of(&self, column: &str) -> Vec<&CoarsenRule> {
        let parts = self.points.iter().flatten().filter(|part| part.column == column);
        let mut forms: Vec<&CoarsenRule> = Vec::new();
        for rule in parts.filter_map(|part| part.rule.as_ref()) {
            if !forms.contains(&rule) {
                forms.push(rule);
            }
        }
        forms
    }

    /// Whether `column` is named here.
    #[must_use]
    pub fn names(&self, column: &str) -> bool {
        self.columns().any(|named| named == column)
    }
}

impl UnicitySettings {
    /// These settings, and where they say nothing those of `file`; a flag replaces the whole list of the file.
    #[must_use]
    pub(super) fn over(self, file: Self) -> UnicityPlan {
        let list = |flag: Vec<_>, file: Vec<_>| if flag.is_empty() { file } else { flag };
        let mut within = file.within;
        within.extend(self.within);
        UnicityPlan {
            points: if self.points.is_empty() { file.points } else { self.points },
            known_points: self.known_points.or(file.known_points).unwrap_or_else(|| vec![1, 2, 3, 4]),
            within,
            attackers: self.attackers.or(file.attackers).unwrap_or_else(|| vec![Attacker::Uniform]),
            known_attributes: list(self.known_attributes, file.known_attributes),
            visible: if self.visible.is_empty() { file.visible } else { self.visible },
            order: self.order.or(file.order),
            crowd_below: self.crowd_below.or(file.crowd_below).unwrap_or(2),
            draws: self.draws.or(file.draws).unwrap_or(10_000),
            sweep: self.sweep.or(file.sweep).unwrap_or(false),
            mobility: self.mobility.or(file.mobility).unwrap_or_default(),
            mobility_tolerance: self.mobility_tolerance.or(file.mobility_tolerance).unwrap_or(0.0),
        }
    }

    /// Adds a point that is written as `COL+COL`; a name that holds a `+` or a comma stands in double quotes. A rule
    /// behind a name, such as `posted_at=month+merchant`, is for this point alone.
    ///
    /// # Errors
    /// When the list cannot be read or names a column twice.
    pub fn add_point(&mut self, written: &str) -> Result<(), ConfigError> {
        let wrong = |reason: String| {
            ConfigError::new("point", format!("`{}` is not a point: {reason}", shown_name(written)))
                .with_hint("join columns with `+`, such as `posted_at+merchant`")
        };
        let columns = split_point(written).map_err(wrong)?;
        let point = checked_point(&columns).map_err(wrong)?;
        self.points.push(point);
        Ok(())
    }

    /// Adds a tolerance that is written as `COL=2d`, `COL=5%` or `COL=100`.
    ///
    /// # Errors
    /// When there is no `=`, or no readable tolerance behind the last one.
    pub fn add_within(&mut self, written: &str) -> Result<(), ConfigError> {
        let wrong = |reason: &str| {
            ConfigError::new("tolerance", format!("`{}` is not a tolerance: {reason}", shown_name(written)))
                .with_hint("write the column, `=` and a tolerance: `posted_at=2d`, `amount=5%`, `balance=100`")
        };
        let (column, rule) = written.rsplit_once('=').ok_or_else(|| wrong("it has no `=`"))?;
        let rule = WithinRule::parse(rule).map_err(|reason| wrong(&reason))?;
        match column.trim() {
            "" => Err(wrong("no column is named before the `=`")),
            column => {
                self.within.insert(column.to_owned(), rule);
                Ok(())
            }
        }
    }
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
pub fn parse_known_points(written: &str) -> Result<Vec<u32>, String> {
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

pub(super) fn read_unicity<'text>(
    reader: Reader<'text>,
    table: &DeTable<'text>,
    settings: &mut Settings,
) -> Result<(), ConfigError> {
    reader.check_keys("unicity", table, &UNICITY, section_of)?;
    let get = |name: &str| entry(table, "unicity", name);
    let names = |name: &str| -> Result<Vec<String>, ConfigError> {
        let listed = get(name).map(|value| reader.strings(&value)).transpose()?.unwrap_or_default();
        Ok(listed.into_iter().map(|(name, _)| name.trim().to_owned()).collect())
    };
    let unicity = &mut settings.unicity;
    if let Some(value) = get("points") {
        unicity.points = read_points(reader, &value)?;
        settings.decides_roles = true;
    }
    unicity.known_points = get("known_points").map(|value| read_known_points(reader, &value)).transpose()?;
    if let Some(within) = reader.table(table, "unicity", "within")? {
        unicity.within = read_within(reader, within)?;
    }
    if let Some(value) = get("attackers") {
        let listed = reader.strings(&value)?;
        let attackers = listed.into_iter().map(|(name, span)| {
            named(&name, &ATTACKERS).map_err(|reason| reader.error("unknown-attacker", reason, span))
        });
        unicity.attackers = Some(attackers.collect::<Result<_, _>>()?);
    }
    unicity.known_attributes = names("known_attributes")?;
    if let Some(visible) = reader.table(table, "unicity", "visible")? {
        for column in visible.keys() {
            let Some(value) = entry(visible, "unicity.visible", column.get_ref()) else { continue };
            let values = reader.strings(&value)?.into_iter().map(|(value, _)| value).collect();
            unicity.visible.insert(column.get_ref().trim().to_owned(), values);
        }
    }
    unicity.order = get("order").map(|value| reader.string(&value)).transpose()?.map(|name| name.trim().to_owned());
    unicity.crowd_below = get("crowd_below").map(|value| reader.number(&value, 2..=u64::MAX)).transpose()?;
    unicity.draws = get("draws").map(|value| reader.number(&value, DRAWS)).transpose()?;
    unicity.sweep = get("sweep").map(|value| reader.boolean(&value)).transpose()?;
    if let Some(value) = get("mobility") {
        let listed = reader.strings(&value)?.into_iter().map(|(name, span)| {
            named(&name, &MOBILITY_ATTACKS).map_err(|reason| reader.error("unknown-attack", reason, span))
        });
        let attacks: Vec<MobilityAttack> = listed.collect::<Result<_, _>>()?;
        unicity.mobility = Some(each_once(attacks));
    }
    unicity.mobility_tolerance = get("mobility_tolerance").map(|value| reader.figure(&value, 0.0..=1.0)).transpose()?;
    Ok(())
}

/// The attacks in the order in which they are first named.
#[must_use]
pub fn each_once(attacks: Vec<MobilityAttack>) -> Vec<MobilityAttack> {
    let mut kept = Vec::new();
    for attack in attacks {
        if !kept.contains(&attack) {
            kept.push(attack);
        }
    }
    kept
}

/// A text `a+b`, or a list of such texts and of lists of columns.
fn read_points(reader: Reader<'_>, value: &Entry<'_, '_>) -> Result<Vec<Vec<PointColumn>>, ConfigError> {
    let wrong = |reason: String, span| {
        reader
            .error("point", format!("not a point: {reason}"), span)
            .with_hint("write `points = [\"posted_at+merchant\"]`, or lists of columns")
    };
    let items: Vec<&toml::Spanned<toml::de::DeValue<'_>>> = match value.value.get_ref().as_array() {
        Some(list) => list.iter().collect(),
        None => vec![value.value],
    };
    let mut points = Vec::new();
    for item in items {
        let columns = if let Some(text) = item.get_ref().as_str() {
            split_point(text).map_err(|reason| wrong(reason, item.span()))?
        } else {
            let listed = reader.strings(&Entry { key: value.key.clone(), value: item })?;
            listed.into_iter().map(|(name, _)| name).collect()
        };
        points.push(checked_point(&columns).map_err(|reason| wrong(reason, item.span()))?);
    }
    Ok(points)
}

/// A text such as `1..10`, one number, or a list of numbers.
fn read_known_points<'text>(reader: Reader<'text>, value: &Entry<'_, 'text>) -> Result<Vec<u32>, ConfigError> {
    if value.value.get_ref().as_str().is_some() {
        return reader.parsed(value, parse_known_points);
    }
    let items: Vec<&toml::Spanned<toml::de::DeValue<'text>>> = match value.value.get_ref().as_array() {
        Some(list) => list.iter().collect(),
        None => vec![value.value],
    };
    let number = |item| reader.number(&Entry { key: value.key.clone(), value: item }, 1..=u64::from(MOST_KNOWN_POINTS));
    let mut known: Vec<u32> = items.into_iter().map(number).collect::<Result<_, _>>()?;
    known.sort_unstable();
    known.dedup();
    if known.is_empty() {
        return Err(reader.error("wrong-value", "`unicity.known_points` must not be empty", value.value.span()));
    }
    Ok(known)
}

fn read_within<'text>(
    reader: Reader<'text>,
    within: &DeTable<'text>,
) -> Result<BTreeMap<String, WithinRule>, ConfigError> {
    let mut rules = BTreeMap::new();
    for column in within.keys() {
        let Some(value) = entry(within, "unicity.within", column.get_ref()) else { continue };
        let written = match value.value.get_ref().as_integer() {
            Some(integer) => integer.as_str().to_owned(),
            None => reader.string(&value)?,
        };
        let rule = WithinRule::parse(&written).map_err(|reason| {
            let message = format!("`{}` is not a tolerance: {reason}", shown_name(&written));
            let hint = "a tolerance is written as `2d`, `6h`, `5%` or `100`";
            reader.error("tolerance", message, value.value.span()).with_hint(hint)
        })?;
        rules.insert(column.get_ref().trim().to_owned(), rule);
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::{PointColumn, UnicitySettings, parse_known_points};

    #[test]
    fn known_points_are_numbers_lists_and_ranges() {
        assert_eq!(parse_known_points("4"), Ok(vec![4]));
        assert_eq!(parse_known_points("4,1,2,2"), Ok(vec![1, 2, 4]));
        assert_eq!(parse_known_points("1..3, 8"), Ok(vec![1, 2, 3, 8]));
        for wrong in ["", "0", "1..", "101", "3..2", "two", "-1"] {
            assert!(parse_known_points(wrong).is_err(), "{wrong}");
        }
    }

    fn written(part: &PointColumn) -> String {
        part.rule.as_ref().map_or(part.column.clone(), |rule| format!("{}:{rule}", part.column))
    }

    #[test]
    fn a_point_is_columns_joined_with_a_plus() {
        let mut settings = UnicitySettings::default();
        settings.add_point("posted_at + merchant").unwrap();
        settings.add_point("\"a+b\"+\"c, d\"").unwrap();
        settings.add_point("posted_at=month+a=b").unwrap();
        let written: Vec<Vec<String>> =
            settings.points.iter().map(|point| point.iter().map(written).collect()).collect();
        let expected = [["posted_at", "merchant"], ["a+b", "c, d"], ["posted_at:month", "a=b"]];
        assert_eq!(written, expected);
        for wrong in ["", "a+", "a+a", "a,b", "\"a", "a=drop", "a=day+a=month", "a=hierarchy:f.csv:1"] {
            assert_eq!(UnicitySettings::default().add_point(wrong).unwrap_err().code(), "point", "{wrong}");
        }
    }

    #[test]
    fn a_tolerance_stands_behind_the_last_equals_sign() {
        let mut settings = UnicitySettings::default();
        settings.add_within("a=b=5%").unwrap();
        settings.add_within("posted_at=2d").unwrap();
        assert_eq!(settings.within.keys().collect::<Vec<_>>(), ["a=b", "posted_at"]);
        assert_eq!(settings.within["a=b"].to_string(), "5%");
        for wrong in ["a", "a=", "=5", "a=five", "a=-1"] {
            assert_eq!(UnicitySettings::default().add_within(wrong).unwrap_err().code(), "tolerance", "{wrong}");
        }
    }
}

//! `[[aggregates]]` of the configuration: tables of totals.

use super::document::Problem;
use super::reader::{Section, Written};
use super::setting::Draft;
use super::settings::list;
use crate::plan::{
    AggregatePlan, CalendarUnit, CoarsenRule, ConfigError, DimensionPlan, Exact, FinishedPlan, HierarchyPlan, Holding,
    Negatives, Plan, RequestPlan, RollingPlan, RulePlan, Statistic, TOTAL, shown_name,
};
use crate::tabular::Ratio;

/// Where a mistake is, for messages.
const PLACE: &str = "`[[aggregates]]`";
/// Shares of a quantile are read in millionths.
const MILLION: u32 = 1_000_000;

/// Reads every `[[aggregates]]`.
pub(super) fn read(draft: &mut Draft, value: &Written<'_, '_>) -> Result<(), Problem> {
    value.each_with(draft, |draft, item| {
        let section = item.table("a table for each table of totals, written as `[[aggregates]]`")?;
        let table = read_table(&section)?;
        if draft.plan.aggregates.iter().any(|other| other.name == table.name) {
            let message = format!("two tables of totals are named `{}`", shown_name(&table.name));
            return Err(section.refused("table-twice", message).with_hint("give each a different `name`"));
        }
        draft.plan.aggregates.push(table);
        Ok(())
    })
}

fn read_table(section: &Section<'_, '_>) -> Result<AggregatePlan, Problem> {
    let hint = "write `name = \"turnover\"`, `by = [\"region\", \"mcc\"]`, `value = \"amount\"` and `rules = [\"frequency:11\"]`";
    let name = section.need("name", PLACE, hint, Written::words);
    let by = section.need("by", PLACE, hint, |value| value.each(read_dimension));
    // Every key is taken before the first mistake ends the reading.
    let statistic = read_statistic(section);
    let margins = section.get("margins", Written::boolean);
    let contributor = section.get("contributor", Written::words);
    let sides = section.get("sides", Written::columns).unwrap_or_default();
    let holdings = section.get("holdings", read_holdings).unwrap_or_default();
    let request = section.get("request", read_request);
    let negatives = section.get("negatives", |value| value.named(&Negatives::NAMES)).unwrap_or_default();
    let decimals = section.get("decimals", |value| value.whole(0, 18));
    let rules = section.get("rules", read_rules).unwrap_or_default();
    let table = section.get("table", read_finished);
    let earlier =
        section.get("earlier", |value| value.each(|item| read_earlier(item, table.as_ref()))).unwrap_or_default();
    let contributors = section.get("contributors", Written::file);
    let rolling = section.get("rolling", read_rolling);
    let (Some(name), Some(by), Some(statistic)) = (name, by, statistic) else { return Err(Problem::Reported) };
    let table = AggregatePlan {
        statistic,
        margins: margins.unwrap_or(true),
        contributor,
        sides,
        holdings,
        request,
        negatives,
        decimals,
        rules,
        table,
        earlier,
        contributors,
        rolling,
        ..AggregatePlan::new(name, by)
    };
    check(section, &table)?;
    Ok(table)
}

/// What no single key can say.
fn check(section: &Section<'_, '_>, table: &AggregatePlan) -> Result<(), Problem> {
    if table.by.is_empty() {
        let message = format!("{PLACE} `{}` has no dimension", shown_name(&table.name));
        return Err(section.refused("missing-key", message).with_hint("name at least one column in `by`"));
    }
    let twice = table.by.iter().enumerate().find(|&(place, one)| {
        table.by[..place].iter().any(|other| other.column == one.column && other.rule == one.rule)
    });
    if let Some((_, twice)) = twice {
        let message = format!("`by` names column `{}` twice", shown_name(&twice.column));
        return Err(section.refused("column-twice", message).with_hint("name each dimension once"));
    }
    check_sides(section, table)?;
    let is_quantile = matches!(table.statistic, Statistic::Quantile { .. });
    for rule in &table.rules {
        if rule.on_request && table.request.is_none() {
            let message = format!("rule `{rule}` holds on request, but no column says who asked");
            return Err(section
                .refused("missing-key", message)
                .with_hint("add `request = { column = \"asked\", share = 10 }`"));
        }
        if is_quantile && rule.rule.is_of_amounts() {
            let message = format!("rule `{rule}` is about sums, and the statistic is a quantile");
            return Err(section
                .refused("idle-rule", message)
                .with_hint("a quantile is held to `frequency:T` on each side of it"));
        }
    }
    let is_idle = table.request.is_some() && !table.rules.iter().any(|rule| rule.on_request);
    if is_idle {
        let message = "`request` is given, but no rule holds on request";
        return Err(section.refused("idle-key", message).with_hint("write a rule such as `request:p:10`"));
    }
    Ok(())
}

/// Rules and holdings are of sides that there are.
fn check_sides(section: &Section<'_, '_>, table: &AggregatePlan) -> Result<(), Problem> {
    let sides = table.contributors();
    let named = table.rules.iter().filter_map(|rule| rule.side.as_deref());
    let named = named.chain(table.holdings.iter().filter_map(|holding| holding.side.as_deref()));
    let Some(unknown) = named.into_iter().find(|name| !sides.contains(&Some(name))) else { return Ok(()) };
    let message = format!("`{}` is no side of table `{}`", shown_name(unknown), shown_name(&table.name));
    let known: Vec<String> = sides.iter().flatten().map(|name| format!("`{}`", shown_name(name))).collect();
    let hint = if known.is_empty() {
        format!("name it in `sides`, such as `sides = [\"{}\"]`", shown_name(unknown))
    } else {
        format!("sides: {}", known.join(", "))
    };
    Err(section.refused("unknown-side", message).with_hint(hint))
}

fn read_dimension(item: &Written<'_, '_>) -> Result<DimensionPlan, Problem> {
    if item.as_text().is_some() {
        return Ok(DimensionPlan { column: item.words()?, rule: None, hierarchy: None });
    }
    let expected =
        "a column, or a table such as `{ column = \"day\", coarsen = \"month\", hierarchy = \"seasons.csv\" }`";
    let section = item.table(expected)?;
    let column = section.need("column", "`by`", expected, Written::words);
    let rule = section.get("coarsen", |value| {
        value.parsed(|text| match CoarsenRule::parse(text) {
            Ok(CoarsenRule::Drop) => Err("a dropped column cannot be a dimension".to_owned()),
            Ok(CoarsenRule::Rare(_)) => Err("`rare` belongs in `[columns]`, where it holds for the extract".to_owned()),
            Ok(rule) if rule.file().is_some() => {
                Err("a rule with a file belongs in `[columns]`, or name it as `hierarchy`".to_owned())
            }
            Ok(rule) => Ok(rule),
            Err(error) => Err(error.to_string()),
        })
    });
    let file = section.get("hierarchy", Written::file);
    let columns = section.get("within", Written::columns);
    let hierarchy = match (file, columns) {
        (Some(_), Some(_)) => {
            let message = "a dimension is grouped either by a `hierarchy` or `within` columns";
            return Err(section.refused("two-hierarchies", message).with_hint("remove one of the two"));
        }
        (Some(file), None) => Some(HierarchyPlan::File(file)),
        (None, Some(columns)) => Some(HierarchyPlan::Columns(columns)),
        (None, None) => None,
    };
    column.map(|column| DimensionPlan { column, rule, hierarchy }).ok_or(Problem::Reported)
}

/// The statistic with its columns; none once its mistake is told.
fn read_statistic(section: &Section<'_, '_>) -> Option<Statistic> {
    let names = ["count", "sum", "mean", "ratio", "quantile"].map(|name| (name, name));
    let kind = section.take("statistic").map(|value| section.reported(value.named(&names)));
    let value = section.get("value", Written::words);
    let (numerator, denominator) =
        (section.get("numerator", Written::words), section.get("denominator", Written::words));
    let share = match section.take("q") {
        Some(value) => Some(section.reported(read_share(&value))?),
        None => None,
    };
    let kind = match kind {
        Some(kind) => kind?,
        None if value.is_some() => "sum",
        None => "count",
    };
    let lacks = |key: &str, example: &str| {
        let message = format!("{PLACE} lacks `{key}`, which the statistic `{kind}` needs");
        section
            .reported::<Statistic>(Err(section.refused("missing-key", message).with_hint(format!("write `{example}`"))))
    };
    let idle = |key: &str| {
        let message = format!("`{key}` says nothing of the statistic `{kind}`");
        section.reported::<Statistic>(Err(section
            .refused("idle-key", message)
            .with_hint("remove it, or name another `statistic`")))
    };
    match (kind, value, numerator, denominator, share) {
        ("count", None, None, None, None) => Some(Statistic::Count),
        ("sum", Some(value), None, None, None) => Some(Statistic::Sum(value)),
        ("mean", Some(value), None, None, None) => Some(Statistic::Mean(value)),
        ("quantile", Some(value), None, None, Some(millionths)) => Some(Statistic::Quantile { value, millionths }),
        ("quantile", Some(_), None, None, None) => lacks("q", "q = 0.5"),
        ("sum" | "mean" | "quantile", None, ..) => lacks("value", "value = \"amount\""),
        ("ratio", None, Some(numerator), Some(denominator), None) => Some(Statistic::Ratio { numerator, denominator }),
        ("ratio", None, None, ..) => lacks("numerator", "numerator = \"amount\""),
        ("ratio", None, Some(_), None, _) => lacks("denominator", "denominator = \"visits\""),
        ("count" | "ratio", Some(_), ..) => idle("value"),
        (_, _, Some(_), ..) => idle("numerator"),
        (_, _, _, Some(_), _) => idle("denominator"),
        _ => idle("q"),
    }
}

/// A share above 0 and below 1: the smallest and the largest value are somebody's own.
fn read_share(value: &Written<'_, '_>) -> Result<u32, Problem> {
    let share = value.number(crate::plan::Range::SHARE)?;
    let text = format!("{share:.6}");
    let exact = Exact::parse(&text).and_then(|exact| exact.in_units(6)).and_then(|units| u32::try_from(units).ok());
    exact.filter(|units| (1..MILLION).contains(units)).ok_or_else(|| {
        value
            .refused(
                "wrong-value",
                "`q` must be above 0 and below 1: the smallest and the largest value are somebody's own",
            )
            .with_hint("write a share such as `q = 0.5`")
    })
}

fn read_holdings(value: &Written<'_, '_>) -> Result<Vec<Holding>, Problem> {
    if value.as_text().is_some() {
        return Ok(vec![Holding { side: None, column: value.words()? }]);
    }
    let expected = "a column, or a table of sides and columns such as `{ merchant = \"chain\" }`";
    let mut section = value.table(expected)?;
    let entries: Vec<_> = section.entries().collect();
    let read = |(key, column): &(super::reader::Key<'_>, Written<'_, '_>)| {
        column.words().map(|column| Holding { side: Some(key.name.to_owned()), column })
    };
    entries.iter().map(read).collect()
}

fn read_request(value: &Written<'_, '_>) -> Result<RequestPlan, Problem> {
    let expected = "a table such as `{ column = \"asked\", share = 10 }`";
    let section = value.table(expected)?;
    let column = section.need("column", "`request`", expected, Written::words);
    let share = section.need("share", "`request`", expected, |value| {
        let share = value.number(crate::plan::Range::Between(0.0, 100.0))?;
        Ratio::parse(&format!("{share}")).ok_or_else(|| {
            value.refused("wrong-value", "`share` must be a percentage above 0 with at most six decimals")
        })
    });
    match (column, share) {
        (Some(column), Some(percent)) => Ok(RequestPlan { column, percent }),
        _ => Err(Problem::Reported),
    }
}

fn read_rules(value: &Written<'_, '_>) -> Result<Vec<RulePlan>, Problem> {
    let rules = value.each(|item| item.parsed(RulePlan::parse))?;
    let mut taken: Vec<RulePlan> = Vec::new();
    for rule in rules {
        if taken.contains(&rule) {
            return Err(value.refused("rule-twice", format!("rule `{rule}` is named twice")).with_hint("remove one"));
        }
        taken.push(rule);
    }
    Ok(taken)
}

/// An earlier release that is named by its file alone is read as the table is.
fn read_earlier(value: &Written<'_, '_>, table: Option<&FinishedPlan>) -> Result<FinishedPlan, Problem> {
    let read = read_finished(value)?;
    let alike = table.filter(|_| value.as_text().is_some()).cloned();
    Ok(alike.map_or(read.clone(), |table| FinishedPlan { file: read.file, ..table }))
}

fn read_finished(value: &Written<'_, '_>) -> Result<FinishedPlan, Problem> {
    if value.as_text().is_some() {
        return Ok(FinishedPlan::new(value.file()?.to_string_lossy().into_owned()));
    }
    let expected = "a file, or a table such as `{ file = \"table.csv\", count = \"n\", total = \"Total\" }`";
    let section = value.table(expected)?;
    let file = section.need("file", "`table`", expected, Written::file);
    let (worth, count) = (section.get("value", Written::words), section.get("count", Written::words));
    let largest = section.get("largest", Written::columns).unwrap_or_default();
    let suppressed = section.get("suppressed", Written::words);
    let marks = section.get("marks", Written::texts).unwrap_or_default();
    let total = section.get("total", Written::text);
    let rounding = section.get("rounding", |value| {
        let text = value.number_or_text()?;
        Exact::parse(&text)
            .filter(|unit| unit.is_positive())
            .ok_or_else(|| value.refused("wrong-value", "`rounding` must be a number above 0, such as 10 or \"0.5\""))
    });
    let file = file.ok_or(Problem::Reported)?.to_string_lossy().into_owned();
    let total = total.unwrap_or_else(|| TOTAL.to_owned());
    Ok(FinishedPlan { value: worth, count, largest, suppressed, marks, total, rounding, ..FinishedPlan::new(file) })
}

fn read_rolling(value: &Written<'_, '_>) -> Result<RollingPlan, Problem> {
    let expected = "a table such as `{ column = \"day\", period = \"month\", window = 3 }`";
    let section = value.table(expected)?;
    let units: Vec<(&'static str, CalendarUnit)> = CalendarUnit::ALL.iter().map(|&unit| (unit.name(), unit)).collect();
    let column = section.need("column", "`rolling`", expected, Written::words);
    let period = section.need("period", "`rolling`", expected, |value| value.named(&units));
    let window = section.need("window", "`rolling`", expected, |value| value.whole(1, 1_000));
    match (column, period, window) {
        (Some(column), Some(period), Some(window)) => Ok(RollingPlan { column, period, window }),
        _ => Err(Problem::Reported),
    }
}

/// A table as the record shows it: its name, its form and its rules.
pub(super) fn shown(plan: &Plan) -> String {
    list(plan.aggregates.iter().map(|table| {
        let by: Vec<String> = table.by.iter().map(|dimension| shown_name(&dimension.column)).collect();
        let rules: Vec<String> = table.rules.iter().map(|rule| shown_name(&rule.to_string())).collect();
        let form = if table.is_planned() { "planned" } else { "finished" };
        let rules = if rules.is_empty() { "no rule".to_owned() } else { rules.join(" ") };
        format!("{}: {form}, {} by {}, {rules}", shown_name(&table.name), table.statistic.name(), by.join(" × "))
    }))
}

/// Adds the rules that a preset for totals brings, and refuses a planned table without any.
pub(super) fn finish(plan: &mut Plan) -> Result<(), ConfigError> {
    plan.policy.gates.extend(
        crate::judge::gates_of_tables(&plan.aggregates)
            .into_iter()
            .filter(|gate| {
                // A preset, or somebody, asks for the same already.
                !plan.policy.gates.iter().any(|other| other.measure == gate.measure && other.limit == gate.limit)
            })
            .collect::<Vec<_>>(),
    );
    // What the columns of a table of totals are is said where it is declared.
    plan.roles.guess &= !(plan.declarations.aggregate && plan.aggregates.iter().any(|table| !table.is_planned()));
    let preset = plan.policy.preset.as_ref().map(|preset| preset.id.clone());
    for table in &mut plan.aggregates {
        let wanted = preset.as_deref().map(|id| crate::judge::rules_of_preset(id, table)).unwrap_or_default();
        table.rules.extend(wanted);
        // A rule for amounts says nothing of a quantile, which has a rule of its own.
        if matches!(table.statistic, Statistic::Quantile { .. }) {
            table.rules.retain(|rule| !rule.rule.is_of_amounts());
        }
        let is_bare = !table.rules.iter().any(RulePlan::protects_everybody);
        if table.is_planned() && is_bare {
            let message = format!(
                "table `{}` of `[[aggregates]]` has no rule that says when a cell is unsafe",
                shown_name(&table.name)
            );
            return Err(ConfigError::new("missing-key", message)
                .with_hint("write `rules = [\"frequency:11\", \"dominance:2,85\"]`, or name a preset for totals"));
        }
    }
    Ok(())
}

//! What `[[aggregates]]` of a file become.

use std::path::PathBuf;

use super::{plan, recorded, refused};
use crate::plan::{AggregatePlan, HierarchyPlan, Negatives, Statistic};
use crate::result::{GateMeasure, GateOrigin};

fn table(keys: &str) -> AggregatePlan {
    let text = format!("[[aggregates]]\nname = \"t\"\nby = [\"region\"]\n{keys}\n");
    plan(&[], &text).aggregates.remove(0)
}

fn rules(text: &str, place: usize) -> Vec<String> {
    plan(&[], text).aggregates[place].rules.iter().map(ToString::to_string).collect()
}

#[test]
fn a_table_is_read_with_everything_that_is_said_of_it() {
    let text = "[[aggregates]]\nname = \"turnover\"\n\
                by = [\"region\", { column = \"day\", coarsen = \"month\" }, { column = \"mcc\", hierarchy = \"mcc.csv\" }, \
                { column = \"branch\", within = [\"area\"] }]\n\
                statistic = \"sum\"\nvalue = \"amount\"\nmargins = false\ncontributor = \"card\"\n\
                sides = [\"card\", \"merchant\"]\nholdings = { merchant = \"chain\" }\n\
                request = { column = \"asked\", share = 12.5 }\nnegatives = \"absolute\"\ndecimals = 2\n\
                rules = [\"frequency:11@card\", \"dominance:2,85\", \"request:p:10\", \"pq:10,50\"]\n\
                earlier = [\"march.csv\"]\ncontributors = \"kept\"\n\
                rolling = { column = \"day\", period = \"month\", window = 3 }\n";
    let plan = plan(&[], text);
    let table = &plan.aggregates[0];
    assert_eq!((table.name.as_str(), table.by.len(), table.margins), ("turnover", 4, false));
    assert_eq!(table.by[1].rule.as_ref().unwrap().to_string(), "month");
    assert_eq!(table.by[2].hierarchy, Some(HierarchyPlan::File(PathBuf::from("conf/mcc.csv"))));
    assert_eq!(table.by[3].hierarchy, Some(HierarchyPlan::Columns(vec!["area".to_owned()])));
    assert_eq!((&table.statistic, table.negatives), (&Statistic::Sum("amount".to_owned()), Negatives::Absolute));
    assert_eq!(table.contributors(), [Some("card"), Some("merchant")]);
    assert_eq!(table.request.as_ref().unwrap().percent.to_string(), "12.5");
    assert_eq!(table.earlier[0].file, "conf/march.csv");
    let columns: Vec<&str> = table.columns().into_iter().map(String::as_str).collect();
    assert_eq!(
        columns,
        ["region", "day", "mcc", "branch", "area", "amount", "card", "card", "merchant", "chain", "asked", "day"]
    );
    assert!(
        recorded(&plan, "aggregates")
            .0
            .starts_with("turnover: planned, sum by region × day × mcc × branch, frequency:11@card")
    );
    let gates =
        [("unsafe-cells", true), ("recoverable-cells", true), ("narrow-cells", true), ("differencing-cells", true)];
    for (name, is_there) in gates {
        let gate = plan.policy.gates.iter().find(|gate| gate.measure == GateMeasure::new(name));
        assert_eq!(
            gate.is_some_and(|gate| gate.limit == Some(0.0) && gate.origin == GateOrigin::Own),
            is_there,
            "{name}"
        );
    }
}

#[test]
fn what_is_not_said_has_a_default_that_protects() {
    let plain = table("rules = [\"frequency:3\"]");
    assert_eq!((&plain.statistic, plain.margins, plain.negatives), (&Statistic::Count, true, Negatives::Refuse));
    assert_eq!(plain.contributors(), [None]);
    let sum = table("value = \"amount\"\nrules = [\"p:10\"]");
    assert_eq!(sum.statistic, Statistic::Sum("amount".to_owned()));
    let ratio = table("statistic = \"ratio\"\nnumerator = \"a\"\ndenominator = \"b\"\nrules = [\"p:10\"]");
    assert_eq!(ratio.statistic.columns().count(), 2);
    let quantile = table("statistic = \"quantile\"\nvalue = \"a\"\nq = 0.25\nrules = [\"frequency:5\"]");
    assert_eq!(quantile.statistic, Statistic::Quantile { value: "a".to_owned(), millionths: 250_000 });
    let finished = table("table = { file = \"t.csv\", count = \"n\", total = \"all\", rounding = \"0.5\" }");
    let finished = finished.table.unwrap();
    assert_eq!((finished.file.as_str(), finished.total.as_str()), ("conf/t.csv", "all"));
}

#[test]
fn mistakes_in_tables_are_refused_where_they_stand() {
    let bad = |keys: &str, code: &str, at: (usize, usize), hint: &str| {
        refused(&format!("[[aggregates]]\nname = \"t\"\nby = [\"region\"]\n{keys}\n"), code, at, hint);
    };
    bad("rules = [\"frequency:1\"]", "wrong-value", (4, 10), "");
    bad("rules = [\"dominance:0,85\"]", "wrong-value", (4, 10), "");
    bad("rules = [\"dominance:1,100\"]", "wrong-value", (4, 10), "");
    bad("rules = [\"pq:50,10\"]", "wrong-value", (4, 10), "");
    bad("rules = [\"most:3\"]", "wrong-value", (4, 10), "");
    bad("rules = [\"frequency:3@shop\"]", "unknown-side", (1, 1), "sides = [\"shop\"]");
    bad("rules = [\"request:p:10\"]", "missing-key", (1, 1), "request = {");
    bad("statistic = \"sum\"\nrules = [\"p:10\"]", "missing-key", (1, 1), "value = \"amount\"");
    bad("statistic = \"max\"\nvalue = \"a\"", "wrong-value", (4, 13), "");
    bad("statistic = \"quantile\"\nvalue = \"a\"\nq = 1", "wrong-value", (6, 5), "q = 0.5");
    bad("statistic = \"quantile\"\nvalue = \"a\"\nq = 0.5\nrules = [\"p:10\"]", "idle-rule", (1, 1), "frequency:T");
    bad("ruels = []", "unknown-key", (4, 1), "did you mean `rules`?");
    bad("negatives = \"ignore\"", "wrong-value", (4, 13), "");
    let twice = "[[aggregates]]\nname = \"t\"\nby = [\"a\"]\nrules = [\"p:1\"]\n";
    refused(&format!("{twice}{twice}"), "table-twice", (5, 1), "different `name`");
    refused("[aggregate]\nname = \"t\"\n", "unknown-section", (1, 2), "did you mean `aggregates`?");
}

#[test]
fn a_table_without_a_rule_is_refused_unless_a_preset_brings_some() {
    let text = "[[aggregates]]\nname = \"t\"\nby = [\"region\"]\nsides = [\"card\", \"merchant\"]\n";
    assert_eq!(super::tried(&[], text).unwrap_err().code(), "missing-key");
    let on_request =
        format!("{text}request = {{ column = \"asked\", share = 10 }}\nrules = [\"request:p:10\", \"all-zero\"]\n");
    assert_eq!(super::tried(&[], &on_request).unwrap_err().code(), "missing-key");
    assert_eq!(rules(&format!("{text}[policy]\npreset = \"aggregate-cms\"\n"), 0), ["frequency:11@card"]);
    let bank = format!("{text}[policy]\npreset = \"aggregate-bank\"\n");
    assert_eq!(rules(&bank, 0), ["frequency:10@card", "p:15@card", "frequency:5@merchant", "p:15@merchant"]);
}

#[test]
fn a_preset_adds_no_rule_that_is_asked_for_as_strictly() {
    let table = |rules: &str| {
        format!(
            "[[aggregates]]\nname = \"t\"\nby = [\"region\"]\nsides = [\"card\", \"merchant\"]\nrules = [{rules}]\n\
                 [policy]\npreset = \"aggregate-bank\"\n"
        )
    };
    assert_eq!(rules(&table("\"frequency:12\", \"dominance:2,40\""), 0), ["frequency:12", "dominance:2,40"]);
    let laxer = ["frequency:9", "dominance:1,51", "frequency:10@card", "p:15@card", "frequency:9"];
    assert_eq!(rules(&table("\"frequency:9\", \"dominance:1,51\""), 0)[..4], laxer[..4]);
}

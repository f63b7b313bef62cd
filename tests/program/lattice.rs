//! The search against a whole lattice: Adult with four published hierarchies, and every other column as it is or left
//! out. ARX searches the same lattice.

use std::collections::HashMap;

use reidrisk::advice::{Judge, Objection, PlanJudgement, Plans, QuickGates, Request, best_plan};
use reidrisk::recode::{Ladder, Rung};
use reidrisk::result::Headline;
use reidrisk::stop::{Stop, StopReason, Watch};
use reidrisk::table::{Codes, Column, Recoding, Table};

use crate::support::{adult, repository_file};

const K: u32 = 5;
const RECORDS: usize = 30_162;

fn lines(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_end().split(';').map(str::to_owned).collect();
    text.lines().map(cells).collect()
}

/// A column: its codes on every level, from the values to the last level that tells two apart, and a map between levels.
struct Levels {
    name: String,
    codes: Vec<Vec<u32>>,
    maps: Vec<Vec<u32>>,
}

fn numbered(values: &[&str]) -> (Vec<u32>, usize) {
    let mut numbers = HashMap::new();
    let codes = values.iter().map(|value| {
        let next = numbers.len();
        u32::try_from(*numbers.entry(*value).or_insert(next)).expect("few values")
    });
    let codes = codes.collect();
    (codes, numbers.len())
}

fn levels() -> Vec<Levels> {
    let mut rows = lines(&adult());
    let heading = rows.remove(0);
    assert_eq!(rows.len(), RECORDS);
    let of_column = |(place, name): (usize, &String)| {
        let cells: Vec<&str> = rows.iter().map(|row| row[place].as_str()).collect();
        let hierarchy = repository_file(&format!("tests/data/reference/adult_hierarchy_{name}.csv"));
        let hierarchy = std::fs::read_to_string(hierarchy).unwrap_or_default();
        let entries: HashMap<String, Vec<String>> =
            lines(&hierarchy).into_iter().map(|line| (line[0].clone(), line)).collect();
        let count = entries.values().next().map_or(1, Vec::len);
        let (base, distinct) = numbered(&cells);
        let mut levels = Levels { name: name.clone(), codes: vec![base.clone()], maps: Vec::new() };
        let at = |level: usize| cells.iter().map(|cell| entries[*cell][level].as_str()).collect::<Vec<_>>();
        for texts in (1..count).map(at) {
            let (codes, values) = numbered(&texts);
            // The level on which all are one is the column left out.
            if values > 1 {
                let mut map = vec![0; distinct];
                base.iter().zip(&codes).for_each(|(&fine, &coarse)| map[fine as usize] = coarse);
                levels.codes.push(codes);
                levels.maps.push(map);
            }
        }
        levels
    };
    heading.iter().enumerate().map(of_column).collect()
}

fn size(codes: &[u32]) -> u32 {
    codes.iter().max().map_or(0, |&code| code + 1)
}

fn table(levels: &[Levels]) -> Table {
    let column = |level: &Levels| {
        let values = size(&level.codes[0]);
        let codes = Codes::from_codes(values as usize, level.codes[0].iter().copied());
        Column::new(level.name.clone(), codes, values, None)
    };
    Table::new(levels.iter().map(column).collect(), None, RECORDS).expect("a table")
}

fn ladders(levels: &[Levels]) -> Vec<Ladder> {
    let ladder = |(place, level): (usize, &Levels)| {
        let rung = |(above, map): (usize, &Vec<u32>)| {
            let recoding = Recoding { column: place, map: map.clone(), cardinality: size(map), missing: None };
            Rung { rules: vec![format!("level:{}", above + 1)], recoding, keys: Vec::new() }
        };
        let rungs = level.maps.iter().enumerate().map(rung).collect();
        Ladder { declared: true, fits_flag: true, rare_behind: None, rungs }
    };
    levels.iter().enumerate().map(ladder).collect()
}

/// Records in classes of fewer than `K`, counted with a hash map; `None` for a column that is left out.
fn records_below(levels: &[Levels], node: &[Option<usize>]) -> u64 {
    let mut keys = vec![0_u64; RECORDS];
    for (column, level) in levels.iter().zip(node) {
        let Some(level) = level else { continue };
        let codes = &column.codes[*level];
        let radix = u64::from(size(codes));
        keys.iter_mut().zip(codes).for_each(|(key, &code)| *key = *key * radix + u64::from(code));
    }
    keys.sort_unstable();
    let classes = keys.chunk_by(|one, other| one == other).map(<[u64]>::len);
    classes.filter(|&class| class < K as usize).map(|class| class as u64).sum()
}

/// Nobody but the counting below decides.
struct Counting<'a> {
    levels: &'a [Levels],
    allowed: u64,
    asked: usize,
}

impl Judge for Counting<'_> {
    fn judged(&mut self, rules: &[Option<Vec<String>>]) -> Result<PlanJudgement, StopReason> {
        self.asked += 1;
        let level = |rules: &Option<Vec<String>>| match rules.as_ref().map(|rules| rules[0].as_str()) {
            None => Some(0),
            Some("drop") => None,
            Some(rule) => rule.strip_prefix("level:").and_then(|level| level.parse().ok()),
        };
        let node: Vec<Option<usize>> = rules.iter().map(level).collect();
        let columns = (0..node.len()).filter(|&column| node[column].is_some()).collect();
        let breaks = records_below(self.levels, &node) > self.allowed;
        let objection = Objection { gate: "classes".to_owned(), columns: Some(columns) };
        Ok(PlanJudgement { objections: Vec::from_iter(breaks.then_some(objection)), figures: Headline::default() })
    }

    fn cost(&self) -> u64 {
        RECORDS as u64
    }
}

/// Records that may be left out: none, and 5 %.
const ALLOWED: [u64; 2] = [0, 1_508];

fn found(levels: &[Levels], allowed: u64) -> (Plans, usize) {
    let share = if allowed == 0 { 0.0 } else { 0.05 };
    let quick = QuickGates { smallest_static: Some(K), spare: Some((allowed, share)), ..QuickGates::default() };
    let dropped = vec![false; levels.len()];
    let work = 10_000_000_000;
    let request = Request { k: K, rare: false, quick, dropped, way: true, work, rotated: None, more_than: None };
    let mut counting = Counting { levels, allowed, asked: 0 };
    let plans = best_plan(table(levels), ladders(levels), request, &mut counting, Watch::quiet(&Stop::default()));
    (plans.expect("nobody interrupts"), counting.asked)
}

fn entropy(codes: &[u32]) -> f64 {
    let mut counts = vec![0_u32; size(codes) as usize];
    for &code in codes {
        counts[code as usize] += 1;
    }
    let all = f64::from(u32::try_from(codes.len()).expect("few records"));
    -counts.iter().map(|&count| f64::from(count) / all * (f64::from(count) / all).ln()).sum::<f64>()
}

/// Every node of the lattice with the detail that it keeps, the most first.
fn nodes(levels: &[Levels]) -> Vec<(f64, Vec<Option<usize>>)> {
    let mut nodes: Vec<(f64, Vec<Option<usize>>)> = vec![(0.0, Vec::new())];
    let columns = f64::from(u32::try_from(levels.len()).expect("few columns"));
    for column in levels {
        let today = entropy(&column.codes[0]);
        let shares = column.codes.iter().enumerate().map(|(level, codes)| (entropy(codes) / today, Some(level)));
        let shares: Vec<(f64, Option<usize>)> = shares.chain([(0.0, None)]).collect();
        let further = nodes.iter().flat_map(|(kept, node)| {
            shares.iter().map(move |(share, level)| (kept + share / columns, [node.clone(), vec![*level]].concat()))
        });
        nodes = further.collect();
    }
    nodes.sort_by(|one, other| other.0.total_cmp(&one.0));
    nodes
}

/// Detail of the optimum without a removal and with one of 5 %: what the enumeration below gives.
const OPTIMUM: [f64; 2] = [1.0 / 3.0, 0.642_552_500_751_592_5];

#[test]
fn the_plan_is_the_optimum_of_the_lattice() {
    let levels = levels();
    for (allowed, optimum) in ALLOWED.into_iter().zip(OPTIMUM) {
        let (plans, asked) = found(&levels, allowed);
        let best = &plans.judged[plans.best.expect("there is a plan")];
        assert!(plans.complete, "the search came to its end");
        let kept = best.detail.expect("columns have detail");
        println!("{kept} of {} nodes, {asked} judged", plans.possible);
        assert!((kept - optimum).abs() < 1e-9, "{kept} is not {optimum}");
        assert!(asked < 100, "most of the lattice is never counted by the judge: {asked}");
    }
}

/// Every node is counted, in the order of the detail that it keeps: seconds with optimisation, minutes without.
#[test]
fn enumeration_of_the_lattice_gives_the_optimum() {
    let levels = levels();
    let nodes = nodes(&levels);
    assert_eq!(nodes.len(), 5_760);
    for (allowed, optimum) in ALLOWED.into_iter().zip(OPTIMUM) {
        let first =
            nodes.iter().find(|(_, node)| records_below(&levels, node) <= allowed).expect("nothing at all passes");
        println!("{} {:?}", first.0, first.1);
        assert!((first.0 - optimum).abs() < 1e-9, "{} is not {optimum}", first.0);
    }
}

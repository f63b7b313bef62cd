//! A release beside its original: found where it copies, silent where it does not, in words where nothing can be told, and the same
//! bytes however the files are stored.

use std::fmt::Write as _;

use serde_json::Value;

use super::scan;
use crate::support::{Bench, member};

/// The result of a scan that was measured, with those before it gone.
fn result(bench: &Bench, arguments: &[&str]) -> Value {
    let _ = std::fs::remove_dir_all(bench.out());
    super::result(bench, arguments)
}

/// Numbers that look random.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

const CITIES: [&str; 5] = ["Qwghlm", "Ghent", "Bruges", "Namur", "Liege"];

/// So many people of one population, one a line.
fn people(number: u64, draw: &mut Draw) -> Vec<String> {
    let one = |_| {
        let city = draw.below(5);
        let (income, age) = (20_000 + city * 3_000 + draw.below(40_000), 18 + draw.below(60));
        let city = CITIES[usize::try_from(city).expect("few cities")];
        let illness = ["none", "zebrapox", "flu"][usize::try_from(draw.below(3)).expect("few")];
        format!("{age},{city},{income}.5,{illness}")
    };
    (0..number).map(one).collect()
}

fn file(lines: &[String]) -> String {
    let mut text = "age,city,income,illness\n".to_owned();
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    text
}

const ROLES: [&str; 4] = ["--quasi", "age,city,income", "--sensitive", "illness"];

/// An original and a control of 200 people, and a release of half of the original or of other people.
fn bench(copies: bool) -> Bench {
    let mut draw = Draw(11);
    let (original, control) = (people(200, &mut draw), people(200, &mut draw));
    let release = if copies { original[..100].to_vec() } else { people(100, &mut draw) };
    let bench = Bench::new();
    bench.write("extract.csv", file(&release));
    bench.write("raw.csv", file(&original));
    bench.write("aside.csv", file(&control));
    bench
}

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ROLES.iter().chain(&["--original", "raw.csv", "--measures", "original"]).chain(more).copied().collect()
}

fn attack<'a>(result: &'a Value, kind: &str) -> &'a Value {
    let attacks = result["measures"]["original"]["value"]["attacks"].as_array().expect("attacks");
    attacks.iter().find(|attack| attack["kind"] == kind).expect("the attack")
}

fn outcomes(result: &Value, gate: &str) -> Vec<String> {
    let checks = result["checks"].as_array().expect("checks");
    let of_gate = checks.iter().filter(|check| check["gate"].as_str().is_some_and(|id| id.starts_with(gate)));
    of_gate.map(|check| check["outcome"].as_str().expect("an outcome").to_owned()).collect()
}

#[test]
fn who_was_used_is_found_in_a_release_of_half_of_them_and_not_in_one_of_others() {
    let copied = result(&bench(true), &arguments(&["--control", "aside.csv", "--max-original-risk", "0.2"]));
    for kind in ["membership", "closeness", "linkability"] {
        assert_eq!(attack(&copied, kind)["evidence"], "evidence", "{kind}: {}", attack(&copied, kind));
    }
    assert!(outcomes(&copied, "original-risk").contains(&"breaks".to_owned()), "{}", copied["checks"]);
    let told = copied["findings"].to_string();
    assert!(told.contains("original-exposed") && told.contains("original-copied"), "{told}");
    let other = result(&bench(false), &arguments(&["--control", "aside.csv", "--max-original-risk", "0.4"]));
    for kind in ["membership", "closeness"] {
        assert_eq!(attack(&other, kind)["evidence"], "no-evidence", "{kind}: {}", attack(&other, kind));
    }
    assert!(!other["findings"].to_string().contains("original-copied"));
    assert!(outcomes(&other, "original-risk").iter().all(|outcome| outcome == "holds"), "{}", other["checks"]);
}

#[test]
fn no_limit_holds_without_a_control_or_on_a_column_that_was_not_compared() {
    let bench = bench(true);
    let alone = result(&bench, &arguments(&["--max-original-risk", "1.0"]));
    assert!(outcomes(&alone, "original-risk").iter().all(|outcome| outcome == "unknown"), "{}", alone["checks"]);
    assert!(!outcomes(&alone, "original-risk").is_empty());
    assert_eq!(alone["verdict"]["outcome"], "fail");
    let lacking: Vec<String> = people(200, &mut Draw(3)).iter().map(|line| line.replace(",flu", ",cold")).collect();
    bench.write("raw.csv", file(&lacking).replace("illness", "disease"));
    bench.write("aside.csv", file(&people(200, &mut Draw(4))).replace("illness", "disease"));
    let hidden = result(
        &bench,
        &arguments(&["--control", "aside.csv", "--max-original-risk", "1.0", "--max-copied-share", "1.0"]),
    );
    assert_eq!(hidden["measures"]["original"]["value"]["not_compared"][0], "illness");
    for gate in ["original-risk", "copied-share"] {
        assert!(outcomes(&hidden, gate).iter().all(|outcome| outcome == "unknown"), "{}", hidden["checks"]);
    }
    bench.write("raw.csv", "a,b\n1,2\n");
    let ended = result(&bench, &arguments(&["--max-original-risk", "1.0"]));
    assert_eq!(ended["measures"]["original"]["reason"], "no-common-column");
    assert_eq!(ended["verdict"]["outcome"], "fail");
    let unasked = result(&bench, &[&ROLES[..], &["--max-original-risk", "1.0"]].concat());
    assert_eq!(unasked["verdict"]["outcome"], "fail", "a limit without an original");
}

#[test]
fn a_control_that_cannot_be_one_is_refused() {
    let bench = bench(true);
    let refused = |control: &str| {
        let ended = scan(&bench, &arguments(&["--control", control]));
        bench.assert_discreet(&ended);
        assert_eq!(ended.code, Some(2), "{ended}");
        ended.stderr
    };
    assert!(refused("raw.csv").contains("a file of the original itself"));
    assert!(refused("extract.csv").contains("a file of the extract"));
    bench.write("part.csv", "age,city\n30,Ghent\n");
    assert!(refused("part.csv").contains("income"));
    let raw = std::fs::read_to_string(bench.input("raw.csv")).expect("the original");
    bench.write("copy.csv", raw.lines().take(150).collect::<Vec<_>>().join("\n"));
    let found = result(&bench, &arguments(&["--control", "copy.csv", "--max-original-risk", "1.0"]));
    assert_eq!(found["measures"]["original"]["reason"], "control-overlaps");
    assert_eq!(found["verdict"]["outcome"], "fail");
    let alone = scan(&bench, &[&ROLES[..], &["--control", "aside.csv"]].concat());
    assert_eq!(alone.code, Some(2), "{alone}");
    let named = |text: &str| {
        let lines = text.lines().enumerate().map(|(place, line)| match place {
            0 => format!("id,{line}\n"),
            _ => format!("secret{place},{line}\n"),
        });
        lines.collect::<String>()
    };
    let aside = std::fs::read_to_string(bench.input("aside.csv")).expect("the control");
    for (name, text) in [("named.csv", &aside), ("raw.csv", &raw), ("extract.csv", &raw)] {
        bench.write(name, named(text));
    }
    let named = [&["--subject", "id"], &arguments(&["--control", "named.csv"])[..]].concat();
    let ended = scan(&bench, &named);
    assert!(ended.code == Some(2) && ended.stderr.contains("200 subjects are in both"), "{ended}");
    assert!(!ended.stderr.contains("secret1"));
}

#[test]
fn rules_of_the_release_apply_to_its_original() {
    let bench = bench(true);
    let release = std::fs::read_to_string(bench.input("extract.csv")).expect("the release");
    let coarse = release.lines().enumerate().map(|(place, line)| match line.split_once(',') {
        Some((age, rest)) if place > 0 => format!("{}0,{rest}\n", &age[..1]),
        _ => format!("{line}\n"),
    });
    bench.write("extract.csv", coarse.collect::<String>());
    let raw = result(&bench, &arguments(&["--control", "aside.csv"]));
    let ruled = result(&bench, &arguments(&["--control", "aside.csv", "--coarsen", "age=round:10"]));
    let copied = |result: &Value| result["measures"]["original"]["value"]["copies"]["copied"].as_u64();
    assert!(copied(&raw) < Some(40) && copied(&ruled) > Some(40), "{:?} {:?}", copied(&raw), copied(&ruled));
}

#[test]
fn no_cell_reaches_an_output_and_every_view_tells_the_same() {
    let bench = bench(true);
    let words = arguments(&["--control", "aside.csv", "--max-original-risk", "0.2", "--emit", "json,html"]);
    let ended = scan(&bench, &words);
    bench.assert_discreet(&ended);
    let mut seen = ended.stdout.clone() + &ended.stderr;
    for file in bench.written() {
        seen += &String::from_utf8_lossy(&std::fs::read(file).expect("an output"));
    }
    for cell in ["Qwghlm", "zebrapox", "Namur"] {
        assert!(!seen.contains(cell), "{cell}");
    }
    assert!(seen.contains("Beside its original") && seen.contains("original-distances"));
}

#[test]
fn threads_order_split_and_format_of_the_files_change_no_byte() {
    let bench = bench(true);
    let read = |name: &str| std::fs::read_to_string(bench.input(name)).expect("a file");
    let measures = |bench: &Bench, arguments: &[&str]| {
        let _ = result(bench, arguments);
        member(&bench.result_text(), "measures").to_owned()
    };
    let expected = measures(&bench, &arguments(&["--control", "aside.csv", "--threads", "1"]));
    assert!(expected.contains("membership"));
    assert!(measures(&bench, &arguments(&["--control", "aside.csv", "--threads", "4"])) == expected, "threads");
    let turned = |text: &str| {
        let (header, rest) = text.split_once('\n').expect("a header");
        let lines: Vec<&str> = rest.lines().rev().collect();
        format!("{header}\n{}\n", lines.join("\n"))
    };
    let as_objects = |text: &str| {
        let object = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            format!(
                "{{\"age\":{},\"city\":\"{}\",\"income\":{},\"illness\":\"{}\"}}\n",
                cells[0], cells[1], cells[2], cells[3]
            )
        };
        text.lines().skip(1).map(object).collect::<String>()
    };
    let (raw, aside) = (read("raw.csv"), read("aside.csv"));
    bench.write("raw.ndjson", as_objects(&turned(&raw)));
    bench.write("aside.ndjson", as_objects(&aside));
    bench.write("extract.csv", turned(&read("extract.csv")));
    let words: Vec<&str> = arguments(&["--control", "aside.ndjson", "--threads", "2"])
        .into_iter()
        .map(|word| if word == "raw.csv" { "raw.ndjson" } else { word })
        .collect();
    assert!(measures(&bench, &words) == expected, "order and format");
    std::fs::create_dir(bench.input("parts")).expect("a folder");
    let lines: Vec<String> = raw.lines().skip(1).map(str::to_owned).collect();
    bench.write("parts/one.csv", file(&lines[120..]));
    bench.write("parts/two.csv", file(&lines[..120]));
    let parts = bench.input("parts");
    let parts = parts.to_str().expect("a path is text");
    let words: Vec<&str> = arguments(&["--control", "aside.csv"])
        .into_iter()
        .map(|word| if word == "raw.csv" { parts } else { word })
        .collect();
    assert!(measures(&bench, &words) == expected, "split");
}

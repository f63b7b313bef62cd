//! Names from outside that try to be markup, formulas, commands or terminal sequences, through the real binary: what
//! comes out in every format is harmless.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::LazyLock;

use crate::support::{BINARY, Bench, Ended};

/// Names of columns that mean something to whatever shows them.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "<script>alert(1)</script>",
        "\" onmouseover=\"alert(1)",
        "' onfocus='alert(1)",
        "</title></desc><svg onload=alert(1)>",
        "=cmd()|' /C calc'!A0",
        "+1+cmd()",
        "-2+3+cmd()",
        "@SUM(1)",
        "a\u{1b}[31m\u{1b}]0;title\u{7}b",
        "a\u{9b}2Jb",
        "a\u{202e}gnp.exe",
        "a\u{200b}b\u{feff}",
        "![x](http://example.org/x.png)",
        "`code` | cell | *bold*",
        "@everyone #1",
        "::error file=x::owned",
        "::set-output name=a::b%0Ac",
        "{{ 7 * 7 }}{% raw %}",
        "]]><![CDATA[",
        "two\nlines",
        "a\ttab\rreturn",
        "a\u{2066}b\u{2028}c\u{200f}d\u{ad}e\u{e0041}",
        "<img src=x onerror=alert(1)>",
        "--><style>*{display:none}</style><!--",
        "javascript:alert(1)",
        "[x](javascript:alert(1))",
        "$(touch owned);`touch owned`;%PATH%",
        "&lt;b&gt;",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("long ".repeat(60).trim().to_owned());
    names.push("W".repeat(300));
    names.push("<b>\u{202e}".repeat(75));
    names
}

/// A field of a CSV file, always in quotes.
fn field(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

const FILE: &str = "=cmd() <script>alert(1)<_script>\u{202e}\u{1b}[31m'.csv";

/// Half of the columns never change within a person, and there are few enough for every pair to be counted.
fn extract(bench: &Bench, names: &[String]) -> String {
    let mut text = String::from("person");
    for name in names {
        text.push(',');
        text.push_str(&field(name));
    }
    text.push('\n');
    for record in 0..60_usize {
        let person = record / 3;
        write!(text, "p{person}").expect("memory takes text");
        for column in 0..names.len() {
            let value = if column % 2 == 0 { person % (column + 2) } else { record % (column + 2) };
            write!(text, ",v{value}").expect("memory takes text");
        }
        text.push('\n');
    }
    let path = bench.write(FILE, text);
    path.to_str().expect("a path is text").to_owned()
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || character == ' ' {
            quoted.push(character);
        } else {
            write!(quoted, "\\U{:08x}", u32::from(character)).expect("memory takes text");
        }
    }
    quoted + "\""
}

/// The day on which everything is judged.
const DAY: &str = "2026-11-22";

/// Every text of the configuration and of the waivers says all `names`: who receives the extract and what for, which
/// columns were agreed on, who approved what and why.
fn config(bench: &Bench, names: &[String]) -> String {
    let all = quoted(&names.join(" "));
    let list: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let list = list.join(", ");
    let text = format!(
        "[dataset]\nheader = true\nname = \"<script>alert(1)</script>=cmd()\\u001b[31m\\u202e\"\n\
         [recipient]\nname = {all}\npurpose = {all}\nagreement = {all}\nends = 2026-01-01\n\
         allowed_columns = [{list}]\nforbidden_columns = [{list}]\n"
    );
    let waiver = |finding: &str, columns: &str| {
        format!(
            "[[waiver]]\nfinding = \"{finding}\"\n{columns}reason = {all}\napproved_by = {all}\nticket = {all}\n\
             expires = 2026-12-31\n"
        )
    };
    // One in force, one that covers nothing.
    let waivers = waiver("forbidden-column", "") + &waiver("small-class", &format!("columns = [{list}]\n"));
    bench.write("reidrisk-waivers.toml", waivers);
    bench.write("reidrisk.toml", text).to_str().expect("a path is text").to_owned()
}

fn run(bench: &Bench, arguments: &[&str]) -> Ended {
    let mut command = Command::new(BINARY);
    command.args(arguments).current_dir(bench.input(""));
    command.env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").env("COLUMNS", "80").env_remove("RUST_BACKTRACE");
    bench.run(command, b"")
}

/// Whether a character moves a cursor, swaps the order of letters, or hides.
fn steers(character: char) -> bool {
    let hides = "\u{200b}\u{200f}\u{202e}\u{2028}\u{2066}\u{ad}\u{feff}\u{e0041}";
    character != '\n' && (character.is_control() || hides.contains(character))
}

fn assert_steers_nothing(text: &str, what: &str) {
    let found = text.chars().find(|&character| steers(character));
    assert_eq!(found, None, "{what}\n{}", text.escape_debug());
}

/// Everything that a scan of the columns writes and prints, each with its format; the scans are made once for all tests.
fn scanned(check: impl Fn(&str, &str)) {
    static SHOWN: LazyLock<Vec<(String, String)>> = LazyLock::new(shown);
    SHOWN.iter().for_each(|(format, text)| check(format, text));
}

fn shown() -> Vec<(String, String)> {
    let (names, mut shown) = (names(), Vec::new());
    for half in names.chunks(6) {
        let bench = Bench::new();
        let path = extract(&bench, half);
        let config = config(&bench, half);
        for format in ["text", "json", "md", "github"] {
            let emit = if format == "text" { "html,json,svg,csv,md" } else { "json" };
            let out = bench.out();
            let out = out.to_str().expect("a path is text");
            let words = ["scan", &path, "--config", &config, "--out", out, "--format", format, "--emit", emit, "-v"];
            let ended = run(&bench, &[&words[..], &["--as-of", DAY]].concat());
            assert_eq!(ended.code, Some(1), "{ended}");
            assert_steers_nothing(&ended.stderr, "standard error");
            shown.push((format.to_owned(), ended.stdout));
        }
        for path in bench.written() {
            let kind = path.extension().map_or_else(String::new, |kind| kind.to_string_lossy().into_owned());
            // The index is no text; what is shown of it is tested with the views of a history.
            if kind != "json" && kind != "sqlite" && !kind.is_empty() {
                shown.push((kind, std::fs::read_to_string(&path).expect("a view is text")));
            }
            let place = path.strip_prefix(bench.out()).expect("below the folder").display().to_string();
            assert!(!place.contains(['<', '=', '\u{1b}', '\u{202e}']), "{place}");
        }
    }
    shown
}

#[test]
fn no_format_lets_a_name_steer_a_terminal() {
    scanned(|kind, text| assert_steers_nothing(&text.replace("\r\n", "\n"), kind));
}

#[test]
fn pages_and_pictures_hold_no_markup_of_a_name() {
    scanned(|kind, text| {
        if matches!(kind, "html" | "svg") {
            for markup in [
                "<script>alert",
                "<svg onload",
                "<b>",
                "<![CDATA[",
                "\" onmouseover=\"alert",
                "<img src=x",
                "<style>*{",
                "=\"javascript:",
            ] {
                assert!(!text.contains(markup), "`{markup}` in {kind}");
            }
            for tag in text.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
                // What is left without the values between quotes are the names of attributes.
                let names: String = tag.split('"').step_by(2).collect();
                assert!(
                    !["onfocus", "onmouseover", "onload", "onerror"].iter().any(|name| names.contains(name)),
                    "<{tag}>"
                );
            }
            assert!(!text.contains("http://example.org/x.png\"") && !text.contains("src=\"http"), "{kind}");
        }
    });
}

#[test]
fn markdown_holds_no_markup_no_mention_and_no_broken_row() {
    scanned(|kind, text| {
        if kind == "md" {
            assert!(!text.contains('<') && !text.replace("\\]", "").contains("]("), "{text}");
            assert!(!text.contains("@everyone") && !text.replace("\\://", "").contains("://"), "{text}");
            for row in text.lines().filter(|line| line.starts_with('|')) {
                let bars = row.replace("\\\\", "").replace("\\|", "").matches('|').count();
                assert_eq!(bars, 5, "{row}");
            }
        }
    });
}

#[test]
fn no_cell_of_the_summary_is_a_formula() {
    scanned(|kind, text| {
        if kind == "csv" {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let mut cells = 0;
            for record in reader.records() {
                for cell in record.expect("a record").iter().flat_map(|cell| cell.split("; ")) {
                    let is_number = cell.parse::<f64>().is_ok();
                    assert!(is_number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
                    cells += 1;
                }
            }
            assert!(cells > 100, "the summary has rows");
        }
    });
}

#[test]
fn every_line_for_github_is_one_command_of_ours() {
    scanned(|kind, text| {
        if kind == "github" {
            for line in text.lines() {
                let rest = ["::error ", "::warning ", "::notice "].iter().find_map(|level| line.strip_prefix(level));
                let rest = rest.unwrap_or_else(|| panic!("{line}"));
                let (properties, _) = rest.split_once("::").expect("a message");
                for property in properties.split(',') {
                    let (name, _) = property.split_once('=').expect("a value");
                    assert!(["file", "line", "title"].contains(&name), "{line}");
                }
            }
        }
    });
}

/// The names that columns may have although nobody says that the first line names them.
fn admitted() -> impl Iterator<Item = String> {
    let is_plain = |name: &String| name.chars().count() <= 200 && !name.chars().any(char::is_control);
    names().into_iter().filter(is_plain)
}

#[test]
fn the_result_keeps_every_name_as_it_is() {
    let bench = Bench::new();
    let names: Vec<String> = admitted().take(12).collect();
    let path = extract(&bench, &names);
    let ended = run(&bench, &["inspect", &path, "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{ended}");
    assert_steers_nothing(&ended.stdout, "inspect");
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).expect("one document");
    let found = document["dataset"]["columns"].as_array().expect("columns");
    let found: Vec<&str> = found.iter().skip(1).map(|column| column["name"].as_str().expect("a name")).collect();
    assert_eq!(found, names);
}

#[test]
fn looking_and_writing_a_configuration_are_harmless_and_the_configuration_is_right() {
    let bench = Bench::new();
    let path = extract(&bench, &admitted().collect::<Vec<_>>());
    for format in ["text", "md"] {
        let ended = run(&bench, &["inspect", &path, "--format", format]);
        assert_eq!(ended.code, Some(0), "{ended}");
        assert_steers_nothing(&ended.stdout, format);
    }
    let ended = run(&bench, &["init", &path]);
    assert_eq!(ended.code, Some(0), "{ended}");
    assert_steers_nothing(&ended.stdout, "init");
    let written = std::fs::read_to_string(bench.input("reidrisk.toml")).expect("a configuration");
    assert_steers_nothing(&written, "reidrisk.toml");
    let checked = run(&bench, &["check"]);
    assert_eq!(checked.code, Some(0), "{checked}");
    let roles = |flags: &[&str]| {
        let ended = run(&bench, &[&["inspect", &path, "--format", "json"][..], flags].concat());
        assert_eq!(ended.code, Some(0), "{ended}");
        let document: serde_json::Value = serde_json::from_str(&ended.stdout).expect("one document");
        let columns = document["dataset"]["columns"].as_array().expect("columns").clone();
        columns.into_iter().map(|column| (column["name"].clone(), column["role"].clone())).collect::<Vec<_>>()
    };
    let declared = roles(&[]);
    std::fs::remove_file(bench.input("reidrisk.toml")).expect("it can be removed");
    assert_eq!(declared, roles(&[]));
}

#[test]
fn mistakes_are_told_without_harm() {
    let names = names();
    for name in &names {
        let bench = Bench::new();
        extract(&bench, &["city", "age", "job"].map(str::to_owned));
        let key = quoted(name);
        for (file, text) in [
            ("reidrisk.toml", format!("{key} = 1\n")),
            ("reidrisk.toml", format!("[{key}]\n")),
            ("reidrisk.toml", format!("[columns.{key}]\nrole = {key}\n")),
            ("reidrisk.toml", format!("[columns.{key}]\nrole = \"quasi-identifier\"\n")),
            ("reidrisk.toml", format!("[policy]\npreset = {key}\n")),
            ("reidrisk.toml", format!("[recipient]\npurpose = \"x\"\nends = {key}\n")),
            ("reidrisk.toml", format!("[recipient]\nconsent = {{ file = {key}, column = {key} }}\n")),
            ("reidrisk.toml", format!("# {}\n[columns\n", name.replace(['\n', '\r'], " "))),
            ("reidrisk-waivers.toml", format!("[[waiver]]\nfinding = {key}\n")),
        ] {
            bench.write("reidrisk.toml", "");
            bench.write(file, &text);
            let ended = run(&bench, &["scan", FILE]);
            assert!(
                matches!(ended.code, Some(2 | 3)),
                "{}: {name:?}\n{ended}",
                text.chars().take(40).collect::<String>()
            );
            assert_steers_nothing(&ended.stderr, file);
            let mistakes = ended.stderr.lines().filter(|line| line.starts_with("error")).count();
            assert!(ended.stderr.lines().count() <= 8 * mistakes.max(1), "{ended}");
        }
        bench.write("reidrisk.toml", "");
        std::fs::remove_file(bench.input("reidrisk-waivers.toml")).expect("it can be removed");
        for flags in [
            ["--quasi", name],
            ["--coarsen", name],
            ["--config", name],
            ["--format", name],
            ["--as-of", name],
            ["--point", name],
            ["--no-such-flag", name],
        ] {
            let ended = run(&bench, &[&["scan", FILE], &flags[..]].concat());
            assert_eq!(ended.code, Some(2), "{flags:?}\n{ended}");
            assert_steers_nothing(&ended.stderr, flags[0]);
        }
        for words in [["explain", name], ["man", name], ["completions", name], [name, FILE]] {
            let ended = run(&bench, &words);
            assert_eq!(ended.code, Some(2), "{words:?}\n{ended}");
            assert_steers_nothing(&ended.stderr, words[0]);
        }
        let ended = run(&bench, &["scan", "--", name]);
        assert_eq!(ended.code, Some(3), "{ended}");
        assert_steers_nothing(&ended.stderr, "a file that is not there");
    }
}

#[test]
fn a_stored_result_with_hostile_names_is_rendered_again_without_harm() {
    let bench = Bench::new();
    let path = extract(&bench, &names()[..6]);
    let config = config(&bench, &names()[..6]);
    let ended = bench.scan([path.as_str(), "--config", &config, "--as-of", DAY]);
    assert_eq!(ended.code, Some(1), "{ended}");
    let stored = bench.written().into_iter().find(|path| path.ends_with("result.json")).expect("a result");
    let stored = stored.to_str().expect("a path is text");
    for format in ["text", "json", "md", "github", "csv", "html"] {
        let ended = run(&bench, &["report", stored, "--format", format]);
        assert_eq!(ended.code, Some(0), "{ended}");
        assert_steers_nothing(&ended.stdout.replace("\r\n", "\n"), format);
        assert!(
            !ended.stdout.contains("<script>alert")
                || format == "text"
                || format == "json"
                || format == "github"
                || format == "csv"
        );
    }
}

/// A configuration that joins the columns with those of a source under other hostile names, and its hold-out.
fn joining_config(bench: &Bench, ours: &[String], theirs: &[String]) -> String {
    let pairs: Vec<String> = ours
        .iter()
        .zip(theirs)
        .map(|(ours, theirs)| format!("{{ ours = {}, theirs = {} }}", quoted(ours), quoted(theirs)))
        .collect();
    let mut source = theirs.iter().map(|name| field(name)).collect::<Vec<_>>().join(",") + "\n";
    for record in 0..40_usize {
        let cells: Vec<String> = (0..theirs.len()).map(|column| format!("v{}", record % (column + 2))).collect();
        source.push_str(&(cells.join(",") + "\n"));
    }
    bench.write(&format!("source {FILE}"), source);
    let people = std::fs::read_to_string(bench.input(FILE)).expect("the extract");
    let strangers = format!("strangers {FILE}");
    bench.write(&strangers, people.replace("\np", "\nq"));
    let text = format!(
        "[dataset]\nheader = true\n[subject]\ncolumn = \"person\"\n[[recipient.holds]]\nname = {}\nfile = {}\n\
         on = [{}]\nhold_out = {}\nheader = true\ndelimiter = \",\"\n",
        quoted(&names().join(" ")),
        quoted(&format!("source {FILE}")),
        pairs.join(", "),
        quoted(&strangers),
    );
    bench.write("joining.toml", text).to_str().expect("a path is text").to_owned()
}

#[test]
fn no_name_of_a_source_steers_a_terminal_or_is_markup() {
    let names = names();
    for (ours, theirs) in names.chunks(6).zip(names.chunks(6).rev()) {
        let joined = ours.len().min(theirs.len());
        let bench = Bench::new();
        let path = extract(&bench, ours);
        let config = joining_config(&bench, &ours[..joined], &theirs[..joined]);
        let out = bench.out();
        let out = out.to_str().expect("a path is text");
        for format in ["text", "json", "md", "github"] {
            let words = ["scan", &path, "--config", &config, "--out", out, "--format", format, "-v"];
            let ended = run(&bench, &[&words[..], &["--emit", "html,json,svg,csv,md"]].concat());
            assert_eq!(ended.code, Some(1), "{ended}");
            assert_steers_nothing(&ended.stderr, "standard error");
            assert_steers_nothing(&ended.stdout.replace("\r\n", "\n"), format);
        }
        for path in bench.written().iter().filter(|path| path.extension().is_some_and(|kind| kind == "html")) {
            let page = std::fs::read_to_string(path).expect("a page is text");
            assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "markup in {}", path.display());
            assert_steers_nothing(&page, "the page");
        }
        // A column that the source lacks is told with the names that it has.
        let lacking = std::fs::read_to_string(&config).expect("text").replacen("theirs = \"", "theirs = \"no ", 1);
        let lacking = bench.write("lacking.toml", lacking);
        let ended = run(&bench, &["scan", &path, "--config", lacking.to_str().expect("a path is text")]);
        assert_eq!(ended.code, Some(2), "{ended}");
        assert_steers_nothing(&ended.stderr, "standard error");
    }
}

//! No cell value leaves: canaries are planted in every column and looked for in every byte that comes out.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{self, BINARY, Bench, CANARY, Ended, StoppedClock, repository_file};

/// Cells of every kind that look like what people keep in such files, each with the canary inside where it can be.
fn planted_extract(bench: &Bench) -> PathBuf {
    let mut text = String::from("customer,name,email,iban,posted_at,merchant,amount,note\n");
    for record in 0..300 {
        let (customer, day) = (record % 60, record % 28 + 1);
        writeln!(
            text,
            "{CANARY}-{customer},{CANARY} Miller,{CANARY}{customer}@example.org,GB00{CANARY}{customer},\
             2026-01-{day:02}T10:00:00,{CANARY}-shop-{},{}.7391,\"{CANARY}, said <b>{record}</b>\"",
            record % 7,
            73_910_000 + record
        )
        .expect("memory takes text");
    }
    bench.write("planted.csv", text)
}

/// Numbers cannot hold letters; this one stands in no other place either.
const NUMBER_CANARY: &str = "7391";

/// All that a scan can write.
const EVERY_VIEW: &str = "html,png,svg,json,csv,md";

fn assert_nothing_leaks(flags: &[&str]) {
    let bench = Bench::new();
    let path = planted_extract(&bench);
    let ended = bench.scan([path.to_str().expect("a path is text"), "--emit", EVERY_VIEW].iter().chain(flags));
    assert_eq!(ended.code, Some(1), "{ended}");
    bench.assert_discreet(&ended);
    let result = bench.result_text();
    let measures = support::member(&result, "measures");
    assert!(!measures.contains(NUMBER_CANARY), "an amount in the measures");
    let pages = bench.written().iter().filter(|path| path.extension().is_some_and(|kind| kind == "html")).count();
    assert_eq!(pages, 2, "the page and that of all datasets are among the files that were searched");
}

/// Identifiers of every kind, in columns with and without a role: counted, never shown.
#[test]
fn identifiers_that_are_found_are_not_shown() {
    let planted = [
        ("pan", "4929123412341232"),
        ("short", "411111******1111"),
        ("account", "DE89370400440532013000"),
        ("mail", "jane.doe@example.org"),
        ("contact", "+44 20 7946 0958"),
        ("person", "RSSMRA85T10A562S"),
        ("token", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
        ("note", "paid with 5555 5555 5555 4444"),
    ];
    let header: Vec<&str> = planted.iter().map(|(name, _)| *name).collect();
    let cells: Vec<&str> = planted.iter().map(|(_, cell)| *cell).collect();
    let mut text = format!("city,{}\n", header.join(","));
    for record in 0..40 {
        writeln!(text, "c{},{}", record % 4, cells.join(",")).expect("memory takes text");
    }
    for flags in [&["--quasi", "city"][..], &[], &["-v", "--format", "json"], &["--coarsen", "pan=round:10"]] {
        let bench = Bench::new();
        let path = bench.write("planted.csv", &text);
        let path = path.to_str().expect("a path is text");
        let ended = bench.scan([path, "--emit", "html,json"].iter().chain(flags));
        let mut outputs = vec![ended.stdout.clone().into_bytes(), ended.stderr.clone().into_bytes()];
        if ended.code == Some(1) {
            let columns = bench.result()["measures"]["identifiers"]["value"]["columns"].clone();
            assert_eq!(columns.as_array().map(Vec::len), Some(planted.len()), "{columns}");
            outputs.extend(bench.written().iter().map(|path| std::fs::read(path).expect("a written file can be read")));
        }
        for (cell, output) in cells.iter().flat_map(|cell| outputs.iter().map(move |output| (cell, output))) {
            let digits = cell.rsplit(' ').next().unwrap_or(cell);
            assert!(!support::contains(output, cell.as_bytes()), "`{cell}` with {flags:?}");
            assert!(digits.len() < 6 || !support::contains(output, digits.as_bytes()), "`{digits}` with {flags:?}");
        }
    }
}

const DECLARED: [&str; 8] = [
    "--subject",
    "customer",
    "--quasi",
    "posted_at,merchant,amount",
    "--direct",
    "name,email,iban",
    "--sensitive",
    "note",
];

#[test]
fn declared_roles_leak_nothing() {
    assert_nothing_leaks(&DECLARED);
}

#[test]
fn guessed_roles_leak_nothing() {
    assert_nothing_leaks(&[]);
}

#[test]
fn every_output_format_leaks_nothing() {
    for format in ["text", "json", "md", "github"] {
        let flags = ["--format", format, "-v", "--audience", "internal"];
        assert_nothing_leaks(&[&DECLARED[..], &flags].concat());
    }
}

#[test]
fn coarsened_values_leak_nothing() {
    let rules = ["--coarsen", "posted_at=month", "--coarsen", "amount=round:10", "--coarsen", "merchant=prefix:12"];
    assert_nothing_leaks(&[&DECLARED[..], &rules].concat());
}

/// The first record of a file without a header must not become the names of its columns.
#[test]
fn a_first_record_without_header_is_refused_by_its_place() {
    let records = |cells: &str| format!("{cells}\n").repeat(30);
    let lines = |line: &dyn Fn(usize) -> String| (0..30).map(line).collect::<Vec<_>>().join("\n");
    for (name, text, hint) in [
        ("bare.csv", records(&format!("{CANARY} Miller,{CANARY}@example.org,{NUMBER_CANARY}")), "--no-header"),
        ("bare.tsv", records(&format!("{CANARY} Miller\t2026-01-01")), "--no-header"),
        (
            "repeated.csv",
            lines(&|at| format!("{CANARY} Miller,{CANARY} Street,{}", ["gold", "blue"][at % 2])),
            "--no-header",
        ),
        ("shape.csv", lines(&|at| format!("{CANARY}x{at:03},red{at:03}a")), "--no-header"),
        ("blank.csv", records(&format!("{CANARY} Miller,,{CANARY}")), "--no-header"),
        (
            "map.ndjson",
            (0..30).map(|at| format!("{{\"{CANARY}{at}\": {at}}}")).collect::<Vec<_>>().join("\n"),
            "map.ndjson",
        ),
        ("late.ndjson", format!("{}{{\"{CANARY}\": 1}}\n", "{\"a\": 1}\n".repeat(1000)), "line 1001"),
    ] {
        let bench = Bench::new();
        let path = bench.write(name, text);
        for flags in [&["--emit", "html,png,json"][..], &["--quasi", "a"], &["-v", "--format", "json"]] {
            let ended = bench.scan([path.to_str().expect("a path is text")].iter().chain(flags));
            bench.assert_refused(&ended, 3, &[name, hint]);
            assert!(!ended.stderr.contains(NUMBER_CANARY), "a number of the first record\n{ended}");
        }
    }
}

/// Whoever says that there is no header gets columns named by their place.
#[test]
fn a_declared_absence_of_a_header_leaks_nothing() {
    let bench = Bench::new();
    let path = bench.write("bare.csv", format!("{CANARY},{CANARY}@example.org,7\n").repeat(30));
    let ended = bench.scan([path.to_str().expect("a path is text"), "--no-header", "--quasi", "column_3"]);
    bench.assert_counted(&ended, 30);
}

/// A value that a rule cannot be applied to is told by its place only.
#[test]
fn a_rule_that_does_not_fit_a_cell_tells_no_value() {
    let bench = Bench::new();
    let path = planted_extract(&bench);
    let path = path.to_str().expect("a path is text");
    let ended = bench.scan([&[path][..], &DECLARED, &["--coarsen", "merchant=round:10"]].concat());
    assert!(matches!(ended.code, Some(2 | 3)), "{ended}");
    bench.assert_refused(&ended, ended.code.unwrap_or_default(), &["merchant"]);
}

#[test]
fn the_report_of_the_sample_names_no_merchant_and_no_card() {
    let bench = Bench::new();
    let sample = repository_file("sample_data/purchase_cards.csv");
    let ended = bench.scan([sample.to_str().expect("a path is text"), "--emit", "html,json"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    for path in bench.written() {
        let bytes = std::fs::read(&path).expect("a written file can be read");
        for value in ["************", "vodafone", "asda superstore", "CYP&F", "CYP&amp;F"] {
            assert!(!support::contains(&bytes, value.as_bytes()), "`{value}` in {}", path.display());
        }
    }
}

/// Runs any verb where the input files lie.
fn run(bench: &Bench, arguments: &[&str]) -> Ended {
    let mut command = Command::new(BINARY);
    command.args(arguments).current_dir(bench.input(""));
    command.env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8").env_remove("RUST_BACKTRACE");
    bench.run(command, b"")
}

/// An extract, a subject map, a hierarchy, a register of consent, waivers and a configuration that names them, with a
/// canary in every cell.
fn planted_folder(bench: &Bench) -> PathBuf {
    let extract = planted_extract(bench);
    let mut map = String::from("card,person\n");
    let mut levels = String::new();
    for customer in 0..60 {
        writeln!(map, "{CANARY}-{customer},{CANARY}-person-{}", customer / 2).expect("memory takes text");
    }
    for shop in 0..7 {
        writeln!(levels, "{CANARY}-shop-{shop},{CANARY}-street-{}", shop / 2).expect("memory takes text");
    }
    let mut register = String::from("person,answer,signed_by\n");
    for person in 0..20 {
        writeln!(register, "{CANARY}-person-{person},{CANARY}-yes,{CANARY} {NUMBER_CANARY}")
            .expect("memory takes text");
    }
    bench.write("register.csv", register);
    bench.write("reidrisk-waivers.toml", WAIVERS);
    bench.write("map.csv", map);
    bench.write("levels.csv", levels);
    bench.write(
        "reidrisk.toml",
        "[subject]\ncolumn = \"customer\"\nmap = { file = \"map.csv\", from = \"card\", to = \"person\" }\n\
         [columns.merchant]\nrole = \"quasi-identifier\"\ncoarsen = \"hierarchy:levels.csv:1\"\n\
         [columns.posted_at]\nrole = \"quasi-identifier\"\n[columns.email]\nrole = \"direct-identifier\"\n\
         [recipient]\npurpose = \"study\"\n\
         consent = { file = \"register.csv\", column = \"person\" }\n",
    );
    extract
}

const WAIVERS: &str = "[[waiver]]\nfinding = \"small-class\"\nreason = \"asked again\"\napproved_by = \"officer\"\n\
                       expires = 2026-12-31\n";

/// The day for which [`WAIVERS`] are judged.
const DAY: [&str; 2] = ["--as-of", "2026-11-22"];

#[test]
fn no_verb_leaks_a_cell_of_the_extract_or_of_a_file_beside_it() {
    let bench = Bench::new();
    let extract = planted_folder(&bench);
    let extract = extract.to_str().expect("a path is text");
    let ended = bench.scan([&[extract, "--emit", EVERY_VIEW, "-v"][..], &DAY].concat());
    assert_eq!(ended.code, Some(1), "{ended}");
    bench.assert_discreet(&ended);
    let consent = &bench.result()["recipient"]["consent"];
    assert_eq!((consent["subjects"].as_u64(), consent["without_consent"].as_u64()), (Some(30), Some(10)));
    let stored = bench.written().into_iter().find(|path| path.ends_with("result.json")).expect("a result");
    let stored = stored.to_str().expect("a path is text");
    let out = bench.out().join("again");
    let out = out.to_str().expect("a path is text");
    let mut calls: Vec<Vec<&str>> = vec![
        vec!["check", "-v"],
        vec!["init", extract, "--output", "-"],
        vec!["init", extract, "--output", "written.toml", "-v"],
        vec!["init", extract, "--subject", "customer", "--output", "named.toml"],
        vec!["report", stored, "--emit", EVERY_VIEW, "--out", out],
        vec!["schema"],
        vec!["man"],
        vec!["completions", "bash"],
        vec!["explain"],
        vec!["explain", "consent-missing"],
    ];
    calls.extend(["text", "json", "md"].map(|format| vec!["inspect", extract, "-v", "--format", format]));
    let formats = ["text", "json", "md", "github", "csv", "html"];
    calls.extend(formats.map(|format| vec!["report", stored, "--format", format]));
    for call in calls {
        let ended = run(&bench, &call);
        assert_eq!(ended.code, Some(0), "{call:?}\n{ended}");
        if call[0] != "schema" {
            bench.assert_discreet(&ended);
        }
    }
    for name in ["written.toml", "named.toml"] {
        let text = std::fs::read_to_string(bench.input(name)).expect("a configuration");
        assert!(!text.contains(CANARY) && !text.contains(NUMBER_CANARY), "{text}");
    }
}

/// Each of these cannot be read or does not fit; what is told of it is a place and a count.
#[test]
fn broken_files_and_wrong_flags_leak_nothing() {
    let broken: [(&str, &[u8]); 7] = [
        ("ragged.csv", b"a,b\nCANARY7f3a,1\nCANARY7f3a,2,CANARY7f3a\n"),
        ("open.csv", b"a,b\n\"CANARY7f3a,1\nCANARY7f3a,2\n"),
        ("encoding.csv", b"a,b\nCANARY7f3a,1\n\xff\xfeCANARY7f3a,\xc3\x28\n"),
        ("zero.csv", b"a,b\nCANARY7f3a,1\nCANARY7f3a\x00,2\n"),
        ("broken.ndjson", b"{\"a\": \"CANARY7f3a\"}\n{\"a\": CANARY7f3a\n"),
        ("fake.parquet", b"PAR1CANARY7f3aCANARY7f3aPAR1"),
        ("fake.csv.gz", b"\x1f\x8b\x08CANARY7f3aCANARY7f3a"),
    ];
    for (name, bytes) in broken {
        let bench = Bench::new();
        bench.write(name, bytes);
        for verb in ["scan", "inspect", "init"] {
            let ended = run(&bench, &[verb, name, "-v"]);
            bench.assert_discreet(&ended);
            assert!(matches!(ended.code, Some(0 | 1 | 3)), "{verb} {name}\n{ended}");
        }
    }
    let bench = Bench::new();
    let extract = planted_folder(&bench);
    let extract = extract.to_str().expect("a path is text");
    for flags in [
        &["--quasi", "nobody"][..],
        &["--coarsen", "merchant=round:10"],
        &["--coarsen", "posted_at=bins:1,2"],
        &["--coarsen", "merchant=dayy"],
        &["--null-value", "x", "--delimiter", ";"],
        &["--encoding", "utf-16le"],
        &["--quote", "none"],
        &["--no-header"],
        &["--memory", "1K"],
        &["--k", "none"],
        &["--subject", "amount", "--subject", "note"],
    ] {
        let ended = bench.scan([&[extract, "-v"][..], &DAY, flags].concat());
        assert_ne!(ended.code, Some(0), "{flags:?}\n{ended}");
        bench.assert_discreet(&ended);
    }
}

#[test]
fn a_map_or_hierarchy_that_contradicts_itself_is_told_by_counts() {
    for (name, text) in [
        ("map.csv", format!("card,person\n{CANARY}-1,{CANARY}-a\n{CANARY}-1,{CANARY}-b\n")),
        ("map.csv", format!("{CANARY},{CANARY}-x\n{CANARY}-1,{CANARY}-b\n")),
        ("levels.csv", format!("{CANARY}-shop-1,{CANARY}\n{CANARY}-shop-1,{CANARY}-else\n")),
        ("levels.csv", format!("{CANARY}-shop-1\n")),
    ] {
        let bench = Bench::new();
        let extract = planted_folder(&bench);
        bench.write(name, text);
        let extract = extract.to_str().expect("a path is text");
        let checked = run(&bench, &["check", "-v"]);
        let scanned = bench.scan([&[extract, "-v"][..], &DAY].concat());
        for ended in [&checked, &scanned] {
            assert!(matches!(ended.code, Some(2 | 3)), "{name}\n{ended}");
            assert!(ended.stderr.contains(name), "{name}\n{ended}");
            bench.assert_discreet(ended);
        }
        assert_eq!(checked.code, scanned.code, "{checked}\n{scanned}");
    }
}

#[test]
fn a_register_that_cannot_be_read_is_told_by_its_place() {
    for text in [
        format!("{CANARY},{CANARY}-x\n{CANARY}-person-1,{CANARY}\n"),
        format!("person,answer\n{CANARY},{CANARY},{CANARY}\n"),
        format!("person,answer\n\"{CANARY},{CANARY}\n"),
    ] {
        let bench = Bench::new();
        let extract = planted_folder(&bench);
        bench.write("register.csv", text);
        let ended = bench.scan([&[extract.to_str().expect("a path is text"), "-v"][..], &DAY].concat());
        assert!(matches!(ended.code, Some(2 | 3)), "{ended}");
        assert!(ended.stderr.contains("register.csv"), "{ended}");
        bench.assert_discreet(&ended);
    }
}

/// Says that this process is the one that is to panic.
const CHILD: &str = "REIDRISK_TEST_PANICS";

/// Panics in the middle of a scan, with a cell value in its message.
struct Panics;

impl reidrisk::stop::Progress for Panics {
    fn begin(&self, _stage: &str, _total: Option<u64>, _unit: &str) {}
    fn advance(&self, _units: u64) {
        panic!("the cell `{CANARY}` was not expected");
    }
    fn end(&self) {
        panic!("the cell `{CANARY}` was not expected");
    }
}

/// Does nothing by itself: [`a_panic_tells_its_place_and_nothing_else`] runs it in a process of its own.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test asks whether it is the process that panics")]
fn a_scan_that_panics_when_told_to() {
    let Some(input) = std::env::var_os(CHILD) else { return };
    let code = reidrisk::cli::guard(|| {
        let inputs = vec![input.to_string_lossy().into_owned()];
        let plan = reidrisk::config::resolve(inputs, &[], None).expect("a plan");
        let (stop, clock) = (reidrisk::stop::Stop::default(), StoppedClock(jiff::Timestamp::UNIX_EPOCH));
        u8::from(reidrisk::scan::scan(&plan, &clock, &Panics, &stop).is_err())
    });
    std::process::exit(code.into());
}

#[test]
fn a_panic_tells_its_place_and_nothing_else() {
    let bench = Bench::new();
    let extract = planted_extract(&bench);
    let this: &Path = &std::env::current_exe().expect("the test knows itself");
    let mut command = Command::new(this);
    command.args(["--exact", "leak::a_scan_that_panics_when_told_to", "--nocapture", "--test-threads", "1"]);
    command.env(CHILD, extract).current_dir(bench.input("")).env("RUST_BACKTRACE", "full");
    let ended = bench.run(command, b"");
    assert_eq!(ended.code, Some(70), "{ended}");
    assert!(ended.stderr.starts_with("error: internal error at "), "{ended}");
    assert!(!ended.stderr.contains(CANARY) && !ended.stdout.contains(CANARY), "{ended}");
    assert_eq!(ended.stderr.lines().count(), 2, "{ended}");
}

/// A source, a hold-out and identifiers beside [`planted_extract`], with a canary in every cell.
fn planted_sources(bench: &Bench) -> String {
    let extract = planted_extract(bench);
    let text = std::fs::read_to_string(&extract).expect("the extract");
    let (header, records) = text.split_once('\n').expect("a header");
    let begin = format!("\n{CANARY}-");
    let strangers = format!("\n{records}").replace("-shop-", "-kiosk-").replace(&begin, &format!("{begin}9"));
    bench.write("strangers.csv", format!("{header}{strangers}"));
    let mut members = String::from("member,shop,seen,paid,nick\n");
    let mut identifiers = String::from("pan,holder\n");
    for member in 0..40 {
        writeln!(
            members,
            "{CANARY}-{member},{CANARY}-shop-{},2026-01-{:02}T10:00:00,{}.7391,{CANARY} nick {member}",
            member % 9,
            member % 28 + 1,
            73_910_000 + member
        )
        .expect("memory takes text");
        writeln!(identifiers, "{CANARY}-{member},{CANARY} holder").expect("memory takes text");
    }
    bench.write("members.csv", members);
    bench.write("identifiers.csv", identifiers);
    bench.write("linked.toml", LINKED);
    extract.to_str().expect("a path is text").to_owned()
}

const LINKED: &str = "[subject]\ncolumn = \"customer\"\n[columns.merchant]\nrole = \"quasi-identifier\"\n\
                      [[recipient.holds]]\nfile = \"members.csv\"\nhold_out = \"strangers.csv\"\n\
                      subject = \"member\"\nattacks = ATTACKS\ntruth = { ours = \"customer\", theirs = \"member\" }\n\
                      truth_pattern = \"-([0-9]+)$\"\n\
                      on = [{ ours = \"merchant\", theirs = \"shop\" }, { ours = \"posted_at\", theirs = \"seen\" }, \
                      { ours = \"amount\", theirs = \"paid\", within = 5 }]\n\
                      [linkage]\nknown_identifiers = { file = \"identifiers.csv\", column = \"pan\", \
                      pseudonym = [\"customer\", \"note\"] }\n";

#[test]
fn nothing_of_what_the_recipient_holds_is_shown() {
    let attacks = ["exact", "tolerant", "distance", "probabilistic", "scoreboard", "release", "intersection"];
    for asked in attacks.map(|attack| vec![attack]).into_iter().chain([attacks.to_vec()]) {
        let bench = Bench::new();
        let extract = planted_sources(&bench);
        let config = bench.write("linked.toml", LINKED.replace("ATTACKS", &format!("{asked:?}")));
        let config = config.to_str().expect("a path is text");
        for flags in [&["--emit", EVERY_VIEW, "-v"][..], &["--format", "json", "--audience", "internal"]] {
            let ended = bench.scan([&[extract.as_str(), "--config", config][..], flags].concat());
            assert_eq!(ended.code, Some(1), "{asked:?}\n{ended}");
            bench.assert_discreet(&ended);
        }
        let stored = bench.written().into_iter().find(|path| path.ends_with("result.json")).expect("a result");
        let stored = std::fs::read_to_string(stored).expect("a result");
        let measures = support::member(&stored, "measures");
        assert!(measures.contains("\"linkage\"") && !measures.contains(NUMBER_CANARY), "{asked:?}\n{measures}");
    }
}

#[test]
fn a_source_that_is_broken_is_told_by_its_place() {
    let bare = format!("{CANARY} Miller,{CANARY}@example.org,{NUMBER_CANARY}\n").repeat(30);
    let broken: [(&str, &[u8]); 5] = [
        ("ragged.csv", b"shop,seen\nCANARY7f3a,1\nCANARY7f3a,2,CANARY7f3a\n"),
        ("open.csv", b"shop,seen\n\"CANARY7f3a,1\nCANARY7f3a,2\n"),
        ("bare.csv", bare.as_bytes()),
        ("text.csv", b"merchant,amount\nCANARY7f3a,CANARY7f3a\nCANARY7f3a,1\n"),
        ("fake.parquet", b"PAR1CANARY7f3aCANARY7f3aPAR1"),
    ];
    for (name, bytes) in broken {
        let bench = Bench::new();
        let extract = planted_sources(&bench);
        let file = bench.write(name, bytes);
        let file = file.to_str().expect("a path is text");
        let against = ["--subject", "customer", "--against", file, "-v", "--truth", "customer=seen"];
        for more in
            [&["--on", "amount"][..], &["--on", "merchant=shop"], &["--on", "customer=pan", "--attack", "pseudonym"]]
        {
            let flags = if more.contains(&"pseudonym") { &against[..5] } else { &against[..] };
            let ended = bench.scan([&[extract.as_str()][..], flags, more].concat());
            assert!(matches!(ended.code, Some(2 | 3)), "{name} {more:?}\n{ended}");
            bench.assert_refused(&ended, ended.code.unwrap_or_default(), &[]);
        }
    }
}

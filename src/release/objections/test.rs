//! What a release settles, and what it never does: by the list, and end to end on random tables.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::{SpeaksOf, is_of_contributors, speaks_of, stands_as_if};
use crate::config::{ConfigFile, resolve};
use crate::plan::{AggregatePlan, Plan};
use crate::release::{Key, Released, Request, Storage, release};
use crate::result::{
    ColumnFacts, ColumnType, Dataset, DatasetColumn, DatasetFacts, Finding, FindingCode, Role, Severity,
};
use crate::scan::{Clock, scan};
use crate::stop::{NoProgress, Stop};
use crate::tries::tries;

const NAMES: [&str; 4] = ["who", "town", "note", "card"];

/// A dataset with the first column as its subject, in which some columns stay behind.
fn dataset(stays: [bool; 4]) -> Dataset {
    let columns = NAMES.iter().zip(stays).map(|(name, stays)| DatasetColumn {
        name: (*name).to_owned(),
        role: Role::Ignore,
        guessed: false,
        guess_reason: None,
        looks_like: None,
        column_type: ColumnType::Text,
        distinct: None,
        missing: 0,
        constant_per_subject: None,
        coarsen: if stays { vec!["drop".to_owned()] } else { Vec::new() },
        facts: ColumnFacts::default(),
    });
    Dataset {
        name: "d".to_owned(),
        files: Vec::new(),
        joined: Vec::new(),
        records: 0,
        subjects: 0,
        records_without_subject: 0,
        subjects_not_in_map: None,
        time_zone: None,
        day_start: None,
        subject: Some(NAMES[0].to_owned()),
        columns: columns.collect(),
        facts: DatasetFacts::default(),
    }
}

fn found(code: FindingCode, columns: &[&str]) -> Finding {
    Finding {
        code,
        severity: Severity::Medium,
        measure: "m".to_owned(),
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        source: None,
        figure: None,
        about: None,
        message: "a sentence".to_owned(),
        measured: None,
        limit: None,
        waived: false,
        since: None,
    }
}

/// Codes that speak of who the people are, how many, or what they agreed to.
const OF_PEOPLE: [FindingCode; 9] = [
    FindingCode::NoSubject,
    FindingCode::WorseSubject,
    FindingCode::SubjectsNotInMap,
    FindingCode::ConsentMissing,
    FindingCode::ContributorUnclear,
    FindingCode::GuessedRoles,
    FindingCode::JoinKeyMissing,
    FindingCode::JoinKeyRepeated,
    FindingCode::UnknownRisk,
];

#[test]
fn what_speaks_of_people_is_settled_by_no_column_that_stays() {
    let all_stay = dataset([true; 4]);
    for code in OF_PEOPLE {
        assert!(stands_as_if(&found(code, &NAMES), &all_stay), "{}", code.name());
    }
    // A spelling of the subject decides who is a person; one of another column is that of a column.
    for code in FindingCode::ALL.iter().filter(|code| speaks_of(**code) == SpeaksOf::Spelling) {
        assert!(stands_as_if(&found(*code, &["who"]), &all_stay), "{}", code.name());
        assert!(!stands_as_if(&found(*code, &["note"]), &all_stay), "{}", code.name());
    }
}

#[test]
fn a_finding_that_names_no_column_is_settled_by_the_written_layout_alone() {
    for code in FindingCode::ALL {
        let stands = stands_as_if(&found(*code, &[]), &dataset([true; 4]));
        assert_eq!(stands, speaks_of(*code) != SpeaksOf::Layout, "{}", code.name());
    }
}

proptest! {
    /// What a release settles it settles because of what stays: leaving less behind settles nothing more.
    #[test]
    fn leaving_fewer_columns_behind_settles_nothing_more(
        code in 0..FindingCode::ALL.len(),
        named in any::<[bool; 4]>(),
        stays in any::<[bool; 4]>(),
        fewer in any::<[bool; 4]>(),
    ) {
        let names: Vec<&str> = NAMES.iter().zip(named).filter(|(_, named)| *named).map(|(name, _)| *name).collect();
        let found = found(FindingCode::ALL[code], &names);
        let mut less = stays;
        less.iter_mut().zip(fewer).for_each(|(stays, fewer)| *stays &= !fewer);
        prop_assert!(!stands_as_if(&found, &dataset(stays)) || stands_as_if(&found, &dataset(less)));
        let all_stay = names.iter().all(|name| stays[NAMES.iter().position(|other| other == name).unwrap()]);
        prop_assert!(stands_as_if(&found, &dataset(stays)) || all_stay || speaks_of(found.code) == SpeaksOf::Layout);
    }
}

#[test]
fn placeholders_speak_of_a_table_where_they_stand_for_its_people() {
    let mut table = AggregatePlan::new("t".to_owned(), Vec::new());
    table.contributor = Some("card".to_owned());
    let plan = Plan { aggregates: vec![table], ..Plan::default() };
    let speaks = |code, column: &str| is_of_contributors(&found(code, &[column]), &plan, &dataset([false; 4]));
    for code in [FindingCode::PlaceholderValues, FindingCode::TrimmedJoin, FindingCode::GuessedRoles] {
        assert!(speaks(code, "card") && speaks(code, "who"), "{}", code.name());
        assert!(!speaks(code, "note"), "{}", code.name());
    }
    // What a cell shows is judged where it is shown.
    assert!(!speaks(FindingCode::UnsafeCell, "card") && !speaks(FindingCode::SmallClass, "card"));
}

struct NoTime;

impl Clock for NoTime {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// Purchases of customers with several accounts, and how they are declared.
#[derive(Debug, Clone)]
struct World {
    /// Accounts of each customer, from 1 on.
    accounts: usize,
    customers: usize,
    /// The role of the column of customers where it is not the subject.
    role: usize,
    /// Who is declared a person: nobody, the account or the customer.
    subject: usize,
    has_reason: bool,
    /// How many customers the register, and the map, do not know; none where there is no such file.
    without_consent: Option<usize>,
    unmapped: Option<usize>,
    /// The sides of the table: the default, the shop, or both.
    sides: usize,
    tables_only: bool,
}

fn worlds() -> impl Strategy<Value = World> {
    let people = (1..3_usize, 12..20_usize, 0..4_usize, 0..3_usize, any::<bool>());
    let files = (prop::option::of(0..3_usize), prop::option::of(0..3_usize), 0..3_usize, any::<bool>());
    (people, files).prop_map(|((accounts, customers, role, subject, has_reason), files)| {
        let (without_consent, unmapped, sides, tables_only) = files;
        // A register and a map are of subjects.
        let of_subject = |number: Option<usize>| number.filter(|_| subject == 2);
        let (without_consent, unmapped) = (of_subject(without_consent), of_subject(unmapped));
        World { accounts, customers, role, subject, has_reason, without_consent, unmapped, sides, tables_only }
    })
}

impl World {
    fn write(&self, folder: &std::path::Path) -> String {
        let mut text = "account,customer,shop,region,amount\n".to_owned();
        let (mut register, mut map) = ("customer\n".to_owned(), "card,person\n".to_owned());
        for customer in 0..self.customers {
            for purchase in 0..4 {
                let account = customer * self.accounts + purchase % self.accounts;
                let (shop, region) = ((customer + purchase) % 6, customer % 2);
                writeln!(text, "a{account},c{customer},s{shop},r{region},{}", 10 + purchase).unwrap();
            }
            if customer >= self.unmapped.unwrap_or(0) {
                writeln!(map, "c{customer},p{customer}").unwrap();
            }
            if customer >= self.without_consent.unwrap_or(0) {
                let name = if self.unmapped.is_some() && customer >= self.unmapped.unwrap_or(0) { "p" } else { "c" };
                writeln!(register, "{name}{customer}").unwrap();
            }
        }
        for (name, text) in [("t.csv", &text), ("register.csv", &register), ("map.csv", &map)] {
            std::fs::write(folder.join(name), text).unwrap();
        }
        self.config()
    }

    fn config(&self) -> String {
        let mut config =
            ["[subject]\nnone = true\n", "[subject]\ncolumn = \"account\"\n", "[subject]\ncolumn = \"customer\"\n"]
                [self.subject]
                .to_owned();
        if self.has_reason {
            config.push_str("reason = \"agreed with the controller\"\n");
        }
        if self.unmapped.is_some() {
            config.push_str("map = { file = \"map.csv\", from = \"card\", to = \"person\" }\n");
        }
        config.push_str("[columns.region]\nrole = \"quasi-identifier\"\n");
        if self.subject != 2 && self.role < 3 {
            let role = ["ignore", "direct-identifier", "quasi-identifier"][self.role];
            writeln!(config, "[columns.customer]\nrole = \"{role}\"").unwrap();
        }
        config.push_str("[columns.shop]\nrole = \"ignore\"\n[columns.amount]\nrole = \"ignore\"\n");
        if self.without_consent.is_some() {
            config.push_str("[recipient]\nname = \"X\"\npurpose = \"y\"\nconsent = { file = \"register.csv\", column = \"customer\" }\n");
        }
        let sides = ["", "sides = [\"shop\"]\n", "sides = [\"customer\", \"shop\"]\n"][self.sides];
        config.push_str(
            "[[aggregates]]\nname = \"t\"\nby = [\"region\"]\nvalue = \"amount\"\nrules = [\"frequency:2\"]\n",
        );
        config.push_str(sides);
        writeln!(config, "[release]\ntables_only = {}", self.tables_only).unwrap();
        config
    }

    fn plan(&self, folder: &std::path::Path) -> Plan {
        let config = self.write(folder);
        let file = ConfigFile::parse(&folder.join("reidrisk.toml"), config.as_bytes()).unwrap();
        resolve(vec![folder.join("t.csv").to_string_lossy().into_owned()], &[], Some(file)).unwrap()
    }
}

fn is_released(plan: &Plan, folder: &std::path::Path) -> bool {
    let key = Key::new((0..32).collect()).unwrap();
    // A table has the name that it is declared under, which the extract may have as well.
    let out = tempfile::tempdir_in(folder).unwrap();
    let file = out.path().join("out.csv");
    let request = Request { file: &file, storage: Storage::Csv, name: "out.csv", key: &key, approved_by: None };
    let ended = release(plan, request, &NoTime, &NoProgress, &Stop::default());
    matches!(ended, Ok(Released::MayLeave(_)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(60)))]

    /// Whatever a scan asks of the people, a release without anybody's word does not leave while it is open.
    #[test]
    fn nothing_leaves_while_a_scan_asks_who_the_people_are(world in worlds()) {
        let folder = tempfile::tempdir().unwrap();
        let plan = world.plan(folder.path());
        let scanned = scan(&plan, &NoTime, &NoProgress, &Stop::default()).unwrap();
        let is_of_people = |found: &Finding| {
            found.is_open() && OF_PEOPLE.contains(&found.code) && found.code != FindingCode::UnknownRisk
        };
        let asked: Vec<&Finding> = scanned.findings.iter().filter(|found| is_of_people(found)).collect();
        if !asked.is_empty() {
            prop_assert!(!is_released(&plan, folder.path()), "{asked:?}\n{}", world.config());
        }
    }
}

#[test]
fn who_declares_the_customer_and_has_everybodys_consent_releases_records_and_table() {
    for (tables_only, sides) in [(true, 0), (true, 2), (false, 0), (false, 2)] {
        let world = World {
            accounts: 2,
            customers: 16,
            role: 3,
            subject: 2,
            has_reason: false,
            without_consent: Some(0),
            unmapped: Some(0),
            sides,
            tables_only,
        };
        let folder = tempfile::tempdir().unwrap();
        assert!(is_released(&world.plan(folder.path()), folder.path()), "{}", world.config());
        for spoiled in [
            World { without_consent: Some(1), ..world.clone() },
            World { unmapped: Some(1), ..world.clone() },
            World { sides: 1, ..world.clone() },
            World { subject: 0, role: 0, unmapped: None, without_consent: None, sides: 0, ..world.clone() },
        ] {
            let folder = tempfile::tempdir().unwrap();
            assert!(!is_released(&spoiled.plan(folder.path()), folder.path()), "{}", spoiled.config());
        }
    }
}

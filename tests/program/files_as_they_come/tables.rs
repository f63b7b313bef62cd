//! Customers, accounts and transactions measured as one: the figures of the joined tables are those of the one file in
//! which every record holds all columns.

use super::world::{NAMES, records};
use crate::support::{Bench, Ended};

/// The clean records as three tables: accounts lead from transactions to customers. Every third customer has two accounts.
struct Bank {
    transactions: String,
    accounts: String,
    customers: String,
}

fn bank() -> Bank {
    let mut transactions = String::from("account,day,amount,merchant\n");
    let mut accounts = std::collections::BTreeMap::new();
    let mut customers = std::collections::BTreeMap::new();
    for (place, [customer, day, amount, merchant, city, year]) in records().into_iter().enumerate() {
        let second = customer.ends_with(['3', '6', '9']) && place % 2 == 1;
        let account = format!("A{}{}", &customer[1..], u8::from(second));
        transactions += &[&account, &day, &amount, &merchant].map(String::as_str).join(",");
        transactions.push('\n');
        accounts.insert(account, customer.clone());
        customers.insert(customer, format!("{city},{year}"));
    }
    let table = |heading: &str, rows: std::collections::BTreeMap<String, String>| {
        rows.into_iter().fold(format!("{heading}\n"), |text, (key, cells)| text + &format!("{key},{cells}\n"))
    };
    Bank {
        transactions,
        accounts: table("account,customer", accounts),
        customers: table("id,city,birth_year", customers),
    }
}

const JOINS: &str = "[[dataset.join]]\nfile = \"accounts.csv\"\nkey = \"account\"\n\n[[dataset.join]]\nfile = \"customers.csv\"\n\
                     key = \"customer\"\ntheir_key = \"id\"\n";

fn scanned(bank: &Bank, flags: &[&str]) -> (Bench, Ended) {
    let bench = Bench::new();
    bench.write("accounts.csv", &bank.accounts);
    bench.write("customers.csv", &bank.customers);
    let path = bench.write("transactions.csv", &bank.transactions);
    let configuration = bench.write("reidrisk.toml", JOINS);
    let mut arguments = vec![path.as_os_str(), "--config".as_ref(), configuration.as_os_str()];
    arguments.extend(flags.iter().map(|flag| std::ffi::OsStr::new(*flag)));
    let ended = bench.scan(arguments);
    (bench, ended)
}

const FLAGS: [&str; 8] = [
    "--subject",
    "customer",
    "--quasi",
    "city,birth_year,day,merchant",
    "--point",
    "day+merchant",
    "--ignore",
    "account,amount",
];

#[test]
fn joined_tables_have_the_figures_of_the_one_file() {
    let (bench, ended) = scanned(&bank(), &FLAGS);
    assert_eq!(ended.code, Some(1), "{ended}");
    let joined = bench.result();
    let whole = Bench::new();
    let text = records().iter().fold(NAMES.join(",") + "\n", |text, record| text + &record.join(",") + "\n");
    let path = whole.write("clean.csv", text);
    let flags = FLAGS.map(|flag| if flag == "account,amount" { "amount" } else { flag });
    let ended = whole.scan([path.to_str().expect("a path")].iter().chain(&flags));
    assert_eq!(ended.code, Some(1), "{ended}");
    let whole = whole.result();
    for measure in ["uniqueness", "unicity"] {
        let figures = |result: &serde_json::Value| {
            let all = result["figures"].as_array().expect("figures").clone();
            let of_measure =
                |figure: &serde_json::Value| figure["id"].as_str().is_some_and(|id| id.starts_with(measure));
            let mut all: Vec<String> = all
                .into_iter()
                .filter(of_measure)
                .map(|figure| {
                    format!(
                        "{} {} {}",
                        figure["id"],
                        figure["columns"]
                            .as_array()
                            .map(|names| {
                                let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
                                names.sort();
                                names.join("+")
                            })
                            .unwrap_or_default(),
                        figure["value"]
                    )
                })
                .collect();
            all.sort();
            all
        };
        assert!(!figures(&whole).is_empty(), "{measure}");
        assert_eq!(figures(&joined), figures(&whole), "{measure}");
    }
    let tables = joined["dataset"]["joined"].as_array().expect("joined tables");
    assert_eq!(tables.len(), 2);
    assert_eq!((&tables[1]["records"], &tables[1]["rows_without_record"]), (&60.into(), &0.into()));
}

#[test]
fn keys_that_miss_or_repeat_and_people_without_records_are_findings_and_never_pass() {
    let bank = bank();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let without = |text: &str, line: usize| {
        let mut lines = lines(text);
        lines.remove(line);
        lines.join("\n") + "\n"
    };
    let missing = Bank { customers: without(&bank.customers, 5), ..bank_of(&bank) };
    let repeated = Bank { customers: bank.customers.clone() + &lines(&bank.customers)[7] + "\n", ..bank_of(&bank) };
    let contradicting = Bank { customers: bank.customers.clone() + "C0007,Nowhere,1900\n", ..bank_of(&bank) };
    let strangers = Bank { customers: bank.customers.clone() + "C9999,Hull,1970\n", ..bank_of(&bank) };
    for (kind, bank, code, count) in [
        ("a key that the table lacks", missing, "join-key-missing", "records_without_row"),
        ("a row twice", repeated, "join-key-repeated", "repeated_keys"),
        ("two rows that differ", contradicting, "join-key-repeated", "records_with_several_rows"),
        ("somebody without a record", strangers, "join-rows-unmeasured", "rows_without_record"),
    ] {
        let (bench, ended) =
            scanned(&bank, &["--subject", "customer", "--quasi", "city", "--ignore", "account,amount", "--k", "2"]);
        assert_eq!(ended.code, Some(1), "{kind}\n{ended}");
        let result = bench.result();
        let findings = result["findings"].as_array().expect("findings");
        assert!(
            findings.iter().any(|finding| finding["code"] == code && finding["severity"] == "medium"),
            "{kind}\n{ended}"
        );
        assert!(result["dataset"]["joined"][1][count].as_u64() > Some(0), "{kind}");
        assert_ne!(result["verdict"]["outcome"], "pass", "{kind}");
    }
}

fn bank_of(bank: &Bank) -> Bank {
    Bank { transactions: bank.transactions.clone(), accounts: bank.accounts.clone(), customers: bank.customers.clone() }
}

#[test]
fn identifiers_and_columns_without_role_in_a_joined_table_are_seen() {
    let mut bank = bank();
    let rows: Vec<String> = bank
        .customers
        .lines()
        .skip(1)
        .enumerate()
        .map(|(place, row)| format!("{row},p{place}@mail.example\n"))
        .collect();
    bank.customers = format!("id,city,birth_year,contact\n{}", rows.concat());
    let (bench, ended) = scanned(&bank, &["--subject", "customer", "--quasi", "city,birth_year"]);
    assert_eq!(ended.code, Some(1), "{ended}");
    let result = bench.result();
    let codes: Vec<&str> = result["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| finding["code"].as_str().expect("a code"))
        .collect();
    assert!(codes.contains(&"direct-identifier-found") && codes.contains(&"undeclared-column"), "{codes:?}");
}

#[test]
fn a_table_without_the_key_is_refused_by_name() {
    let mut bank = bank();
    bank.customers = bank.customers.replacen("id,", "number,", 1);
    let (bench, ended) = scanned(&bank, &[]);
    bench.assert_refused(&ended, 2, &["`customers` has no column `id`", "their_key"]);
}

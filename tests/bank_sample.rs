//! The bank samples are what their generator makes.

#[allow(dead_code, reason = "its `main` is not called here")]
#[path = "../examples/make_bank_extract.rs"]
mod make_bank_extract;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[test]
fn the_generator_makes_the_files_of_the_repository_byte_for_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data");
    for (name, text) in make_bank_extract::files() {
        let stored = std::fs::read(folder.join(name)).expect("the file is in the repository");
        assert!(stored == text.as_bytes(), "{name} is not what `examples/make_bank_extract.rs` makes");
        assert!(stored.len() < 1_500_000, "{name} is too large for a repository");
    }
}

#[test]
fn customers_are_told_apart_and_keep_their_attributes() {
    let (_, extract) = make_bank_extract::files().swap_remove(0);
    let mut attributes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut accounts: BTreeMap<&str, &str> = BTreeMap::new();
    for line in extract.lines().skip(1) {
        let mut cells = line.splitn(6, ',');
        let (customer, account) = (cells.next().expect("a customer"), cells.next().expect("an account"));
        let start = customer.len() + account.len() + 2;
        let length = cells.take(3).map(|cell| cell.len() + 1).sum::<usize>();
        attributes.entry(customer).or_default().insert(&line[start..start + length]);
        assert_eq!(*accounts.entry(account).or_insert(customer), customer, "an account has one customer");
    }
    assert_eq!(attributes.len(), 700);
    assert!(attributes.values().all(|values| values.len() == 1), "birth year, district and segment never change");
}

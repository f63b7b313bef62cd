//! What the bank writes: the extract, the register of consent, and its customers in bands.

use std::fmt::Write as _;

use super::bank::{Customer, Entry, Merchant, TRADES, card_type, district_code, region};
use super::chance::Chance;

pub(super) fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

pub(super) fn date(day: u64) -> String {
    match day {
        0..31 => format!("2026-07-{:02}", day + 1),
        31..62 => format!("2026-08-{:02}", day - 30),
        _ => format!("2026-09-{:02}", day - 61),
    }
}

/// The extract as it might be asked for: one record an entry, in the order of the days.
pub(super) fn extract(
    customers: &[Customer],
    entries: &[Vec<Entry>],
    merchants: &[Merchant],
    chance: &mut Chance,
) -> String {
    let mut lines: Vec<(u64, u64, String)> = Vec::new();
    for (customer, entries) in customers.iter().zip(entries) {
        for entry in entries {
            lines.push((entry.day, chance.next(), line(customer, entry, merchants)));
        }
    }
    lines.sort();
    let mut text = "customer_id,account_id,birth_year,district,segment,card_type,booked_on,amount_eur,merchant,mcc,\
                    merchant_district,balance_eur\n"
        .to_owned();
    for (_, _, line) in lines {
        text += &line;
    }
    text
}

pub(super) fn line(customer: &Customer, entry: &Entry, merchants: &[Merchant]) -> String {
    let merchant = entry.merchant.map(|merchant| &merchants[merchant]);
    let name = merchant.map_or("", |merchant| &merchant.name);
    let mcc = merchant.map_or(String::new(), |merchant| TRADES[merchant.trade].0.to_string());
    let place = merchant.and_then(|merchant| merchant.district).map_or(String::new(), district_code);
    format!(
        "{},A{:06},{},{},{},{},{},{},{name},{mcc},{place},{}\n",
        customer.id(),
        customer.number * 3 + entry.account + 1,
        customer.birth_year,
        district_code(customer.district),
        customer.segment,
        card_type(entry.account),
        date(entry.day),
        money(entry.amount),
        money(entry.balance),
    )
}

/// Customers that opted in: nearly all.
pub(super) fn consent(customers: &[Customer], chance: &mut Chance) -> String {
    let mut ids: Vec<String> = customers.iter().filter(|_| !chance.percent(3)).map(Customer::id).collect();
    ids.sort();
    let mut text = "customer_id\n".to_owned();
    for id in ids {
        text += &id;
        text.push('\n');
    }
    text
}

/// The twin: one record a customer under a fresh number, in an order of its own, everything in bands.
pub(super) fn coarsened(customers: &[Customer], entries: &[Vec<Entry>], order: &[usize]) -> String {
    let mut text = "person,born,region,cards,monthly_spend_eur\n".to_owned();
    for (number, &place) in order.iter().enumerate() {
        let (customer, entries) = (&customers[place], &entries[place]);
        let (cards, band) = (several(customer.accounts), spend_band(monthly_spend(entries)));
        let (person, born) = (person(number), born(customer.birth_year));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{person},{born},{},{cards},{band}", region(customer.district));
    }
    text
}

/// What the twin is released from: one record a customer, in the order of the bank, with the bands of spending that the
/// bank keeps.
pub(super) fn each_customer(customers: &[Customer], entries: &[Vec<Entry>]) -> String {
    let mut text = "person,born,region,cards,monthly_spend_eur\n".to_owned();
    for (customer, entries) in customers.iter().zip(entries) {
        let (id, born, cards) = (customer.id(), customer.birth_year, customer.accounts);
        let (district, spent) = (district_code(customer.district), spend_band(monthly_spend(entries)));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{id},{born},{district},{cards},{spent}");
    }
    text
}

/// A hierarchy file: each value and its band.
pub(super) fn bands<T: std::fmt::Display>(values: impl Iterator<Item = (T, &'static str)>) -> String {
    let mut text = String::new();
    for (value, band) in values {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{value},{band}");
    }
    text
}

/// Euros a month that a customer pays.
pub(super) fn monthly_spend(entries: &[Entry]) -> i64 {
    entries.iter().map(|entry| -entry.amount.min(0)).sum::<i64>() / 300
}

pub(super) fn spend_band(euros: i64) -> &'static str {
    match euros {
        ..100 => "under 100",
        100..300 => "100 to 299",
        _ => "300 and more",
    }
}

pub(super) fn several(cards: usize) -> &'static str {
    if cards > 1 { "several" } else { "one" }
}

/// The fresh number of the record at this place.
pub(super) fn person(place: usize) -> String {
    format!("P{:04}", place + 1)
}

pub(super) fn born(year: u64) -> &'static str {
    if year < 1970 { "before 1970" } else { "1970 or later" }
}

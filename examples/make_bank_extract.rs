//! Makes the bank samples of this repository: an extract as it might be asked for, its coarsened twin, and the table of
//! customers that the twin is released from.
//!
//! ```text
//! cargo run --release --example make_bank_extract -- [FOLDER]
//! ```
//! Writes `bank_extract/`, `bank_coarsened/` and `bank_customers/` into FOLDER (`sample_data` when none is named): the data, the consent
//! register, hierarchies and what the recipient holds already, not the `reidrisk.toml` beside them. Everything is invented:
//! no bank, person, merchant or account is real, and no figure is taken from data. The same program writes the same bytes anywhere; a test compares them with the
//! files of the repository.
//!
//! What the model has in it, because it is what makes people stand out in real extracts:
//! - customers live in 24 districts of four regions, unequal in size; a district is a code whose first letter is its
//!   region; birth years are spread like those of grown-ups;
//! - each customer has one to three accounts with a card, and many have a salary;
//! - merchants are as unequal as merchants are (the weight of rank r is 1/r); most belong to a district, some sell
//!   everywhere; two payments in three are made in the customer's own district, and half of those at one of three
//!   merchants that the customer goes to out of habit;
//! - Fridays and Saturdays are busier; amounts depend on what is sold;
//! - nine in ten customers are members of the platform that is to receive the extract, and so are 420 others. The
//!   platform knows birth year, district (old for some, missing for few) and the last order: its day, up to two days
//!   before it is booked, and the shop, some of which it spells in its own way.
//!
//! Only whole numbers are drawn and added, so that no rounding of a machine shows.

#![expect(clippy::print_stderr, reason = "a small program tells what it did")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const SEED: u64 = 20_260_701;
const CUSTOMERS: usize = 700;
const MERCHANTS: usize = 260;
/// 1 July to 30 September 2026.
const DAYS: u64 = 92;
const REGIONS: [char; 4] = ['N', 'E', 'S', 'W'];
const DISTRICTS_OF_REGION: usize = 6;
/// Members of the platform who are no customers.
const OTHERS: usize = 420;
const DISTRICTS: usize = REGIONS.len() * DISTRICTS_OF_REGION;

fn main() -> ExitCode {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("sample_data"), PathBuf::from);
    for (name, text) in files() {
        let path = folder.join(name);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| write(&path, &text));
        if let Err(error) = written {
            eprintln!("{} cannot be written: {}", path.display(), error.kind());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)?;
    eprintln!("{}: {} bytes", path.display(), text.len());
    Ok(())
}

/// Every file, by its place below the folder of samples.
pub(crate) fn files() -> Vec<(&'static str, String)> {
    let mut chance = Chance(SEED);
    let merchants: Vec<Merchant> = (0..MERCHANTS).map(|rank| Merchant::draw(rank, &mut chance)).collect();
    let market = Market::new(&merchants);
    let customers: Vec<Customer> = (0..CUSTOMERS).map(|number| Customer::draw(number, &mut chance)).collect();
    let entries: Vec<Vec<Entry>> = customers.iter().map(|customer| history(customer, &market, &mut chance)).collect();
    let extract = extract(&customers, &entries, &merchants, &mut chance);
    let consent = consent(&customers, &mut chance);
    let order = shuffled(customers.len(), &mut chance);
    let members = members(&customers, &entries, &market, &mut chance);
    vec![
        ("bank_extract/bank_extract.csv", extract),
        ("bank_extract/consent.csv", consent),
        ("bank_extract/members.csv", held(&members, &customers, &merchants)),
        ("bank_coarsened/bank_coarsened.csv", coarsened(&customers, &entries, &order)),
        ("bank_coarsened/members.csv", held_in_bands(&members, &order)),
        ("bank_customers/customers.csv", each_customer(&customers, &entries)),
        ("bank_customers/born.csv", bands((1936..2009).map(|year| (year, born(year))))),
        ("bank_customers/cards.csv", bands((1..4).map(|cards| (cards, several(cards))))),
    ]
}

/// `SplitMix64`: Steele, Lea and Flood, OOPSLA 2014.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; the bias of the product is far below one in a million here.
    fn below(&mut self, bound: u64) -> u64 {
        ((self.next() >> 32) * bound) >> 32
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// True in so many cases of a hundred.
    fn percent(&mut self, cases: u64) -> bool {
        self.below(100) < cases
    }

    /// A place drawn with these weights.
    fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.below(weights.iter().sum::<u64>().max(1));
        for (place, &weight) in weights.iter().enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
        }
        0
    }

    /// Fisher-Yates.
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }
}

/// What is sold: merchant category code, word for the name, cheapest and dearest usual payment in cents.
const TRADES: [(u32, &str, u64, u64); 12] = [
    (5411, "Grocers", 300, 11_000),
    (5812, "Kitchen", 900, 9_000),
    (5541, "Fuel", 2_000, 9_500),
    (5814, "Takeaway", 500, 3_500),
    (4111, "Transit", 180, 4_900),
    (5912, "Pharmacy", 400, 6_000),
    (5651, "Clothing", 1_500, 18_000),
    (5732, "Electronics", 1_200, 90_000),
    (5942, "Books", 600, 7_000),
    (7230, "Hair", 1_800, 9_500),
    (7832, "Cinema", 850, 5_000),
    (5261, "Garden", 700, 14_000),
];

const FIRST: [&str; 22] = [
    "Alder", "Birch", "Copper", "Dove", "Elm", "Fern", "Gull", "Hazel", "Ivy", "Juniper", "Kestrel", "Linden", "Maple",
    "Nettle", "Otter", "Pebble", "Quarry", "Rowan", "Sorrel", "Thistle", "Umber", "Willow",
];
const SECOND: [&str; 6] = ["Corner", "& Daughters", "Lane", "House", "Yard", "Works"];

struct Merchant {
    name: String,
    trade: usize,
    /// `None` for one that sells everywhere.
    district: Option<usize>,
}

impl Merchant {
    fn draw(rank: usize, chance: &mut Chance) -> Self {
        // The first ranks are chains; further down one in eight sells everywhere.
        let everywhere = rank < 8 || chance.percent(12);
        let trade = if rank < 6 { rank % 3 } else { chance.index(TRADES.len()) };
        let first = FIRST[rank % FIRST.len()];
        let second = SECOND[rank / FIRST.len() % SECOND.len()];
        let again = rank / (FIRST.len() * SECOND.len());
        let number = if again > 0 { format!(" {}", again + 1) } else { String::new() };
        let name = format!("{first} {second} {}{number}", TRADES[trade].1);
        Self { name, trade, district: (!everywhere).then(|| chance.index(DISTRICTS)) }
    }
}

/// Merchants with the weight of their rank: all of them, and those of each district.
struct Market<'a> {
    merchants: &'a [Merchant],
    anywhere: Vec<u64>,
    local: Vec<Vec<u64>>,
}

impl<'a> Market<'a> {
    fn new(merchants: &'a [Merchant]) -> Self {
        let weight = |rank: usize| 1_000_000 / (rank as u64 + 1);
        let anywhere: Vec<u64> = (0..merchants.len()).map(weight).collect();
        let of = |district: usize| {
            let near =
                |(rank, shop): (usize, &Merchant)| if shop.district == Some(district) { weight(rank) } else { 0 };
            merchants.iter().enumerate().map(near).collect()
        };
        Self { merchants, anywhere, local: (0..DISTRICTS).map(of).collect() }
    }
}

struct Customer {
    number: usize,
    birth_year: u64,
    district: usize,
    segment: &'static str,
    accounts: usize,
    /// Cents a month; 0 for those who have no salary here.
    salary: u64,
    /// Payments in three months.
    payments: u64,
}

impl Customer {
    fn draw(number: usize, chance: &mut Chance) -> Self {
        let weights: Vec<u64> = (0..DISTRICTS as u64).map(|place| 100 / (place % 6 + 2) + 8 * (place / 6)).collect();
        let district = chance.weighted(&weights);
        // The mean of two draws: fewer of the youngest and the oldest.
        let birth_year = 1936 + u64::midpoint(chance.below(73), chance.below(73));
        let segment = match birth_year {
            2002.. if chance.percent(70) => "student",
            _ if chance.percent(9) => "private",
            _ if chance.percent(34) => "plus",
            _ => "everyday",
        };
        let accounts = 1 + usize::from(chance.percent(38)) + usize::from(chance.percent(9));
        let employed = (1959..2004).contains(&birth_year) && chance.percent(82);
        let salary = if employed { 10_000 * (14 + chance.below(30) + chance.below(25)) } else { 0 };
        let payments = 4 + chance.below(14) + chance.below(14) * chance.below(3);
        Self { number, birth_year, district, segment, accounts, salary, payments }
    }

    /// No order of the customers can be read from it.
    fn id(&self) -> String {
        format!("C{:06}", (self.number * 7_919 + 104_729) % 1_000_003 % 1_000_000)
    }
}

/// One line of an account.
struct Entry {
    day: u64,
    account: usize,
    /// Cents; below zero what is paid.
    amount: i64,
    /// `None` for money that comes in.
    merchant: Option<usize>,
    balance: i64,
}

fn region(district: usize) -> char {
    REGIONS[district / DISTRICTS_OF_REGION]
}

fn district_code(district: usize) -> String {
    format!("{}{:02}", region(district), district % DISTRICTS_OF_REGION + 1)
}

fn card_type(account: usize) -> &'static str {
    ["debit", "credit", "prepaid"][account.min(2)]
}

/// The lines of one customer in the order of the days, with running balances.
fn history(customer: &Customer, market: &Market<'_>, chance: &mut Chance) -> Vec<Entry> {
    let local = &market.local[customer.district];
    let habits = [chance.weighted(local), chance.weighted(local), chance.weighted(local)];
    let mut entries = Vec::new();
    for _ in 0..customer.payments {
        let merchant = match chance.below(100) {
            0..33 => habits[chance.index(habits.len())],
            33..66 => chance.weighted(local),
            _ => chance.weighted(&market.anywhere),
        };
        let account = if chance.percent(72) { 0 } else { chance.index(customer.accounts) };
        let amount = -amount(market.merchants[merchant].trade, chance);
        entries.push(Entry { day: day(chance), account, amount, merchant: Some(merchant), balance: 0 });
    }
    if customer.salary > 0 {
        // The last working days of July, August and September.
        for day in [30, 61, 91] {
            let amount = i64::try_from(customer.salary).unwrap_or(0);
            entries.push(Entry { day, account: 0, amount, merchant: None, balance: 0 });
        }
    }
    entries.sort_by_key(|entry| entry.day);
    let mut balances: Vec<i64> = (0..customer.accounts).map(|_| signed(chance.below(620_000)) - 20_000).collect();
    for entry in &mut entries {
        balances[entry.account] += entry.amount;
        entry.balance = balances[entry.account];
    }
    entries
}

/// A day, busier at the end of the week; 1 July 2026 is a Wednesday.
fn day(chance: &mut Chance) -> u64 {
    let drawn = chance.below(DAYS);
    let weekend = matches!(drawn % 7, 2 | 3);
    if weekend || chance.percent(70) { drawn } else { drawn - drawn % 7 + 2 + chance.below(2) }.min(DAYS - 1)
}

/// Cents: mostly in the lower part of what is usual, and often a price as prices are.
fn amount(trade: usize, chance: &mut Chance) -> i64 {
    let (_, _, least, most) = TRADES[trade];
    let span = most - least;
    let drawn = least + chance.below(span + 1) * chance.below(1_000) / 1_000;
    signed(match chance.below(10) {
        0..4 => drawn / 100 * 100 + 99,
        4..6 => drawn / 50 * 50 + 50,
        _ => drawn,
    })
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

fn date(day: u64) -> String {
    match day {
        0..31 => format!("2026-07-{:02}", day + 1),
        31..62 => format!("2026-08-{:02}", day - 30),
        _ => format!("2026-09-{:02}", day - 61),
    }
}

/// The extract as it might be asked for: one record an entry, in the order of the days.
fn extract(customers: &[Customer], entries: &[Vec<Entry>], merchants: &[Merchant], chance: &mut Chance) -> String {
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

fn line(customer: &Customer, entry: &Entry, merchants: &[Merchant]) -> String {
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
fn consent(customers: &[Customer], chance: &mut Chance) -> String {
    let mut ids: Vec<String> = customers.iter().filter(|_| !chance.percent(3)).map(Customer::id).collect();
    ids.sort();
    let mut text = "customer_id\n".to_owned();
    for id in ids {
        text += &id;
        text.push('\n');
    }
    text
}

/// The places of so many things in an order of its own.
fn shuffled(length: usize, chance: &mut Chance) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    chance.shuffle(&mut order);
    order
}

/// The twin: one record a customer under a fresh number, in an order of its own, everything in bands.
fn coarsened(customers: &[Customer], entries: &[Vec<Entry>], order: &[usize]) -> String {
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
fn each_customer(customers: &[Customer], entries: &[Vec<Entry>]) -> String {
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
fn bands<T: std::fmt::Display>(values: impl Iterator<Item = (T, &'static str)>) -> String {
    let mut text = String::new();
    for (value, band) in values {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{value},{band}");
    }
    text
}

/// Euros a month that a customer pays.
fn monthly_spend(entries: &[Entry]) -> i64 {
    entries.iter().map(|entry| -entry.amount.min(0)).sum::<i64>() / 300
}

fn spend_band(euros: i64) -> &'static str {
    match euros {
        ..100 => "under 100",
        100..300 => "100 to 299",
        _ => "300 and more",
    }
}

fn several(cards: usize) -> &'static str {
    if cards > 1 { "several" } else { "one" }
}

/// The fresh number of the record at this place.
fn person(place: usize) -> String {
    format!("P{:04}", place + 1)
}

fn born(year: u64) -> &'static str {
    if year < 1970 { "before 1970" } else { "1970 or later" }
}

/// What the recipient holds of somebody.
struct Member {
    birth_year: Option<u64>,
    district: usize,
    ordered_on: u64,
    merchant: usize,
    /// The place among the customers; `None` for one who is none.
    customer: Option<usize>,
}

/// The members of the platform, in an order of its own.
fn members(customers: &[Customer], entries: &[Vec<Entry>], market: &Market<'_>, chance: &mut Chance) -> Vec<Member> {
    let mut members = Vec::new();
    for (place, (customer, entries)) in customers.iter().zip(entries).enumerate() {
        let paid: Vec<(u64, usize)> = entries.iter().filter_map(|entry| Some((entry.day, entry.merchant?))).collect();
        if chance.percent(90) {
            let (booked_on, merchant) = paid[chance.index(paid.len())];
            members.push(Member::draw(customer, booked_on, merchant, Some(place), chance));
        }
    }
    for number in 0..OTHERS {
        let somebody = Customer::draw(CUSTOMERS + number, chance);
        let merchant = chance.weighted(&market.local[somebody.district]);
        let booked_on = day(chance);
        members.push(Member::draw(&somebody, booked_on, merchant, None, chance));
    }
    chance.shuffle(&mut members);
    members
}

impl Member {
    fn draw(who: &Customer, booked_on: u64, merchant: usize, customer: Option<usize>, chance: &mut Chance) -> Self {
        let birth_year = (!chance.percent(4)).then_some(who.birth_year);
        let district = if chance.percent(6) { chance.index(DISTRICTS) } else { who.district };
        Self { birth_year, district, ordered_on: booked_on.saturating_sub(chance.below(3)), merchant, customer }
    }
}

/// What the recipient holds. The last column is the bank's, to score attacks with; the recipient does not have it.
fn held(members: &[Member], customers: &[Customer], merchants: &[Merchant]) -> String {
    let mut text = "member_id,born,home_district,ordered_on,shop,customer_ref\n".to_owned();
    for (number, member) in members.iter().enumerate() {
        let born = member.birth_year.map_or(String::new(), |year| year.to_string());
        let customer = member.customer.map_or(String::new(), |place| customers[place].id());
        let name = &merchants[member.merchant].name;
        let shop = if member.merchant % 4 == 3 { name.to_uppercase() } else { name.clone() };
        let (district, ordered_on) = (district_code(member.district), date(member.ordered_on));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "M{:04},{born},{district},{ordered_on},{shop},{customer}", number + 1);
    }
    text
}

/// The same members in the bands of the twin; nothing in the twin can be held against an order.
fn held_in_bands(members: &[Member], order: &[usize]) -> String {
    let mut people = vec![String::new(); order.len()];
    for (number, &place) in order.iter().enumerate() {
        people[place] = person(number);
    }
    let mut text = "member_id,birth_years,home_region,customer_ref\n".to_owned();
    for (number, member) in members.iter().enumerate() {
        let born = member.birth_year.map_or("", born);
        let customer = member.customer.map_or("", |place| &people[place]);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "M{:04},{born},{},{customer}", number + 1, region(member.district));
    }
    text
}

//! The invented bank: its merchants, its customers and the lines of their accounts.

use super::chance::Chance;

/// 1 July to 30 September 2026.
pub(super) const DAYS: u64 = 92;
pub(super) const REGIONS: [char; 4] = ['N', 'E', 'S', 'W'];
pub(super) const DISTRICTS_OF_REGION: usize = 6;
pub(super) const DISTRICTS: usize = REGIONS.len() * DISTRICTS_OF_REGION;

/// What is sold: merchant category code, word for the name, cheapest and dearest usual payment in cents.
pub(super) const TRADES: [(u32, &str, u64, u64); 12] = [
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

pub(super) const FIRST: [&str; 22] = [
    "Alder", "Birch", "Copper", "Dove", "Elm", "Fern", "Gull", "Hazel", "Ivy", "Juniper", "Kestrel", "Linden", "Maple",
    "Nettle", "Otter", "Pebble", "Quarry", "Rowan", "Sorrel", "Thistle", "Umber", "Willow",
];
pub(super) const SECOND: [&str; 6] = ["Corner", "& Daughters", "Lane", "House", "Yard", "Works"];

pub(super) struct Merchant {
    pub(super) name: String,
    pub(super) trade: usize,
    /// `None` for one that sells everywhere.
    pub(super) district: Option<usize>,
}

impl Merchant {
    pub(super) fn draw(rank: usize, chance: &mut Chance) -> Self {
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
pub(super) struct Market<'a> {
    pub(super) merchants: &'a [Merchant],
    pub(super) anywhere: Vec<u64>,
    pub(super) local: Vec<Vec<u64>>,
}

impl<'a> Market<'a> {
    pub(super) fn new(merchants: &'a [Merchant]) -> Self {
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

pub(super) struct Customer {
    pub(super) number: usize,
    pub(super) birth_year: u64,
    pub(super) district: usize,
    pub(super) segment: &'static str,
    pub(super) accounts: usize,
    /// Cents a month; 0 for those who have no salary here.
    pub(super) salary: u64,
    /// Payments in three months.
    pub(super) payments: u64,
}

impl Customer {
    pub(super) fn draw(number: usize, chance: &mut Chance) -> Self {
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
    pub(super) fn id(&self) -> String {
        format!("C{:06}", (self.number * 7_919 + 104_729) % 1_000_003 % 1_000_000)
    }
}

/// One line of an account.
pub(super) struct Entry {
    pub(super) day: u64,
    pub(super) account: usize,
    /// Cents; below zero what is paid.
    pub(super) amount: i64,
    /// `None` for money that comes in.
    pub(super) merchant: Option<usize>,
    pub(super) balance: i64,
}

pub(super) fn region(district: usize) -> char {
    REGIONS[district / DISTRICTS_OF_REGION]
}

pub(super) fn district_code(district: usize) -> String {
    format!("{}{:02}", region(district), district % DISTRICTS_OF_REGION + 1)
}

pub(super) fn card_type(account: usize) -> &'static str {
    ["debit", "credit", "prepaid"][account.min(2)]
}

/// The lines of one customer in the order of the days, with running balances.
pub(super) fn history(customer: &Customer, market: &Market<'_>, chance: &mut Chance) -> Vec<Entry> {
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
pub(super) fn day(chance: &mut Chance) -> u64 {
    let drawn = chance.below(DAYS);
    let weekend = matches!(drawn % 7, 2 | 3);
    if weekend || chance.percent(70) { drawn } else { drawn - drawn % 7 + 2 + chance.below(2) }.min(DAYS - 1)
}

/// Cents: mostly in the lower part of what is usual, and often a price as prices are.
pub(super) fn amount(trade: usize, chance: &mut Chance) -> i64 {
    let (_, _, least, most) = TRADES[trade];
    let span = most - least;
    let drawn = least + chance.below(span + 1) * chance.below(1_000) / 1_000;
    signed(match chance.below(10) {
        0..4 => drawn / 100 * 100 + 99,
        4..6 => drawn / 50 * 50 + 50,
        _ => drawn,
    })
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

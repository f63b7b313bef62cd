//! What the platform that is to receive the extract holds of its members.

use std::fmt::Write as _;

use super::CUSTOMERS;
use super::bank::{Customer, DISTRICTS, Entry, Market, Merchant, day, district_code, region};
use super::chance::Chance;
use super::tables::{born, date, person};

/// Members of the platform who are no customers.
const OTHERS: usize = 420;

/// What the recipient holds of somebody.
pub(super) struct Member {
    pub(super) birth_year: Option<u64>,
    pub(super) district: usize,
    pub(super) ordered_on: u64,
    pub(super) merchant: usize,
    /// The place among the customers; `None` for one who is none.
    pub(super) customer: Option<usize>,
}

/// The members of the platform, in an order of its own.
pub(super) fn members(
    customers: &[Customer],
    entries: &[Vec<Entry>],
    market: &Market<'_>,
    chance: &mut Chance,
) -> Vec<Member> {
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
    pub(super) fn draw(
        who: &Customer,
        booked_on: u64,
        merchant: usize,
        customer: Option<usize>,
        chance: &mut Chance,
    ) -> Self {
        let birth_year = (!chance.percent(4)).then_some(who.birth_year);
        let district = if chance.percent(6) { chance.index(DISTRICTS) } else { who.district };
        Self { birth_year, district, ordered_on: booked_on.saturating_sub(chance.below(3)), merchant, customer }
    }
}

/// What the recipient holds. The last column is the bank's, to score attacks with; the recipient does not have it.
pub(super) fn held(members: &[Member], customers: &[Customer], merchants: &[Merchant]) -> String {
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
pub(super) fn held_in_bands(members: &[Member], order: &[usize]) -> String {
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

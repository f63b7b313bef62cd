//! First guess of what one known event is, where nobody said.

use super::column_words::{MONEY, PLACE, TIME, TRADE, TRAIT, words};
use crate::result::{ColumnType, DatasetColumn, Role};

/// The columns of one event that an attacker plausibly knows: when and where, else when and how much. Where no column
/// tells the time, or nothing besides it, all event columns together: the most that could be known of an event.
///
/// Only quasi-identifiers that vary within subjects are looked at; none of them is `None`. The first of several in file
/// order is taken; a merchant goes before a wider place.
#[must_use]
pub fn guess_point(columns: &[DatasetColumn]) -> Option<Vec<String>> {
    let is_event = |column: &&DatasetColumn| column.role == Role::QuasiIdentifier && column.is_event();
    let events: Vec<&DatasetColumn> = columns.iter().filter(is_event).collect();
    let speaks =
        |column: &DatasetColumn, known: &[&str]| words(&column.name).iter().any(|word| known.contains(&word.as_str()));
    let is_moment = |column: &DatasetColumn| {
        matches!(column.column_type, ColumnType::Date | ColumnType::Timestamp | ColumnType::ZonedTimestamp)
    };
    let find = |accepts: &dyn Fn(&DatasetColumn) -> bool| events.iter().find(|column| accepts(column)).copied();
    // A date of birth that varies, as of the holders of a shared card, is no time of an event.
    let happens = |column: &DatasetColumn| !speaks(column, &TRAIT);
    let time = find(&|column| is_moment(column) && happens(column))
        .or_else(|| find(&|column| speaks(column, &TIME) && happens(column)));
    let other = |column: &DatasetColumn| time.is_none_or(|time| time.name != column.name) && !is_moment(column);
    let place = find(&|column| other(column) && speaks(column, &MERCHANT))
        .or_else(|| find(&|column| other(column) && speaks(column, &PLACE)))
        .or_else(|| find(&|column| other(column) && speaks(column, &TRADE) && !speaks(column, &MONEY)));
    let amount =
        || find(&|column| other(column) && (speaks(column, &MONEY) || column.column_type == ColumnType::Decimal));
    let all = || (!events.is_empty()).then(|| events.iter().map(|column| column.name.clone()).collect());
    match time.zip(place.or_else(amount)) {
        Some((time, second)) => Some(vec![time.name.clone(), second.name.clone()]),
        None => all(),
    }
}

crate::word_list::word_lists! {
    /// Words for the other side of a purchase.
    static MERCHANT = "column_words/merchant.txt";
}

#[cfg(test)]
mod tests {
    use super::guess_point;
    use crate::result::{ColumnType, DatasetColumn, Role};

    fn column(name: &str, column_type: ColumnType, constant: bool) -> DatasetColumn {
        DatasetColumn {
            name: name.to_owned(),
            role: Role::QuasiIdentifier,
            guessed: false,
            guess_reason: None,
            looks_like: None,
            column_type,
            distinct: Some(9),
            missing: 0,
            constant_per_subject: Some(constant),
            coarsen: Vec::new(),
            facts: crate::result::ColumnFacts::default(),
        }
    }

    #[test]
    fn time_and_merchant_go_before_time_and_amount() {
        let date = column("posted_at", ColumnType::Timestamp, false);
        let amount = column("amount", ColumnType::Decimal, false);
        let city = column("city", ColumnType::Text, false);
        let merchant = column("merchant_id", ColumnType::Text, false);
        let named = |columns: &[&DatasetColumn]| {
            let columns: Vec<DatasetColumn> = columns.iter().map(|&column| column.clone()).collect();
            guess_point(&columns).map(|names| names.join("+"))
        };
        assert_eq!(named(&[&amount, &date, &city, &merchant]).as_deref(), Some("posted_at+merchant_id"));
        assert_eq!(named(&[&amount, &city, &date]).as_deref(), Some("posted_at+city"));
        assert_eq!(named(&[&amount, &date]).as_deref(), Some("posted_at+amount"));
        assert_eq!(named(&[&amount, &city]).as_deref(), Some("amount+city"));
        assert_eq!(named(&[]), None);
    }

    #[test]
    fn a_date_of_birth_is_no_time_of_an_event() {
        let columns = [
            column("date_of_birth", ColumnType::Date, false),
            column("posted_at", ColumnType::Date, false),
            column("amount", ColumnType::Decimal, false),
        ];
        assert_eq!(guess_point(&columns).map(|names| names.join("+")).as_deref(), Some("posted_at+amount"));
    }

    #[test]
    fn columns_that_are_constant_or_not_counted_make_no_event() {
        let home = column("city", ColumnType::Text, true);
        let ignored = DatasetColumn { role: Role::Ignore, ..column("posted_at", ColumnType::Date, false) };
        assert_eq!(guess_point(&[home, ignored]), None);
    }
}

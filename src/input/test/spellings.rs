//! Files spell values in many ways: what each spelling means, and what is left open.

use proptest::prelude::*;

use crate::input::classify::{Doubt, Reading, Readings, readings_of, write_canonical};
use crate::result::ColumnType;

fn settle(cells: &[&str]) -> Result<Reading, Doubt> {
    cells.iter().map(|cell| readings_of(cell.as_bytes())).fold(Readings::all(), Readings::and).settle()
}

fn spell(cell: &str, reading: Reading) -> String {
    let mut canonical = String::new();
    write_canonical(cell.as_bytes(), reading, &mut canonical).map_or(cell.to_owned(), |()| canonical)
}

/// Asserts type and canonical spellings of a column, in either order of its cells.
fn check(cells: &[&str], column_type: ColumnType, canonical: &[&str]) {
    let reading = settle(cells).unwrap_or_else(|doubt| panic!("{cells:?}: {doubt:?}"));
    assert_eq!(reading.column_type(), column_type, "{cells:?}");
    let mut backwards = cells.to_vec();
    backwards.reverse();
    assert_eq!(settle(&backwards), Ok(reading));
    let spelled: Vec<String> = cells.iter().map(|cell| spell(cell, reading)).collect();
    assert_eq!(spelled, canonical, "{cells:?}");
}

fn text(cells: &[&str]) {
    assert_eq!(settle(cells), Ok(Reading::Text), "{cells:?}");
}

fn doubted(cells: &[&str], doubt: Doubt) {
    assert_eq!(settle(cells), Err(doubt), "{cells:?}");
}

use ColumnType::{Date, Decimal, Integer, Time, Timestamp, ZonedTimestamp};

#[test]
fn a_decimal_comma_is_settled_by_the_cells_however_many_decimals_they_have() {
    check(&["-89,9", "-1.000", "1.488,69", "5", "5,00"], Decimal, &["-89.9", "-1000", "1488.69", "5", "5"]);
    check(&["12,34", "1 234 567,00", "1\u{a0}234,56", "+0,05"], Decimal, &["12.34", "1234567", "1234.56", "0.05"]);
    check(&["1'234,5", "1\u{2019}234,25", "1\u{202f}000,5"], Decimal, &["1234.5", "1234.25", "1000.5"]);
    for other in ["12.34", "007,50", "1.23,45", "1.234 567,00", ",50", "5,", "12,34,56", "a,12", "1.2345,6"] {
        text(&["12,34", other]);
    }
}

#[test]
fn thousands_are_grouped_where_something_says_so() {
    check(&["38.100", "1.900", "100", "60"], Integer, &["38100", "1900", "100", "60"]);
    check(&["1,900", "38,100", "7"], Integer, &["1900", "38100", "7"]);
    check(&["1.234.567", "1.000"], Integer, &["1234567", "1000"]);
    check(&["1,234.50", "1,000", "999999"], Decimal, &["1234.5", "1000", "999999"]);
    check(&["1 234", "1\u{a0}000", "1'000", "4000"], Integer, &["1234", "1000", "1000", "4000"]);
    check(&["12,34,567.5", "1,23,456"], Decimal, &["1234567.5", "123456"]);
}

#[test]
fn three_digits_behind_a_sign_are_decimals_only_where_something_says_so() {
    check(&["1.000", "12.5"], Decimal, &["1", "12.5"]);
    check(&["1.125", "0.250"], Decimal, &["1.125", "0.25"]);
    check(&["1.125", "1234.250"], Decimal, &["1.125", "1234.25"]);
    check(&["1,125", "0,250"], Decimal, &["1.125", "0.25"]);
    doubted(&["1.000", "12.500"], Doubt::DecimalSign);
    doubted(&["1,000", "12,500"], Doubt::DecimalSign);
    doubted(&["52.520", "13.405"], Doubt::DecimalSign);
    // Zero stands in columns of either kind, and some leave four digits bare and group five.
    doubted(&["1.234", "0"], Doubt::DecimalSign);
    doubted(&["12.500", "1500", "7"], Doubt::DecimalSign);
    doubted(&["1.000", "1,000", "7"], Doubt::DecimalSign);
    let typed = readings_of(b"1.125").and(Readings::of_typed_numbers()).and(readings_of(b"5"));
    assert_eq!(typed.settle().map(Reading::column_type), Ok(Decimal));
}

#[test]
fn amounts_come_with_signs_of_many_kinds() {
    check(&["12,50-", "(3,25)", "\u{2212}1,5", "'7,75", "-2"], Decimal, &["-12.5", "-3.25", "-1.5", "7.75", "-2"]);
    check(&["(1,234.50)", "1.00-", "-0.50"], Decimal, &["-1234.5", "-1", "-0.5"]);
    check(&["'12", "12"], Integer, &["12", "12"]);
    for other in ["--5", "(-5)", "-5-", "(5", "5)", "'", "()", "-", "(1,5)-", "'007", "- 5", "\u{2212}"] {
        text(&["12", other]);
    }
}

#[test]
fn one_currency_in_all_cells_is_decoration_and_two_are_not_compared() {
    check(&["€ 1.234,50", "EUR 5", "7,25 €", "-3,5 EUR", "€-1"], Decimal, &["1234.5", "5", "7.25", "-3.5", "-1"]);
    check(&["$1,234.50", "-$5.25", "$-7", "($1.00)", "$(2.00)"], Decimal, &["1234.5", "-5.25", "-7", "-1", "-2"]);
    check(&["100 kr", "1 500 kr"], Integer, &["100", "1500"]);
    check(&["CHF 1'234.50", "CHF\u{a0}5.00"], Decimal, &["1234.5", "5"]);
    check(&["12,50- EUR", "12,50 EUR-", "3,00 €"], Decimal, &["-12.5", "-12.5", "3"]);
    doubted(&["5 EUR", "5 USD"], Doubt::Currencies);
    doubted(&["$5", "USD 5"], Doubt::Currencies);
    doubted(&["5 EUR", "5"], Doubt::PartlyCurrency);
    for other in ["EUR", "XYZ 5", "5 EUR EUR", "€ € 5", "EUR 007"] {
        text(&["5 EUR", other]);
    }
}

#[test]
fn dates_stand_in_either_order_with_points_dashes_or_slashes() {
    let same = ["2025-05-17"; 2];
    for (first, second) in [
        ("17-05-2025", "17-5-2025"),
        ("17.05.2025", "17.5.2025"),
        ("17/05/2025", "2025-05-17"),
        ("05/17/2025", "5/17/2025"),
        ("05-17-2025", "2025/5/17"),
        ("05.17.2025", "2025.05.17"),
        ("17.05.25", "17.5.2025"),
        ("05/17/25", "05/17/2025"),
        ("17-MAY-2025", "17-May-25"),
        ("17 May 2025", "May 17, 2025"),
        ("17. Mai 2025", "17 mai 2025"),
        ("17 de mayo de 2025", "2025-May-17"),
    ] {
        check(&[first, second], Date, &same);
    }
    check(&["3 août 2025", "1. Dez. 2025", "02-ENE-26"], Date, &["2025-08-03", "2025-12-01", "2026-01-02"]);
    check(&["05.06.2025"], Date, &["2025-06-05"]);
    doubted(&["05/06/2025", "2025-05-17", "31.12.2025"], Doubt::OrderOpen);
    doubted(&["17/05/2025", "05-17-2025"], Doubt::OrdersContradict);
    doubted(&["17.05.2025", "05.17.2025"], Doubt::OrdersContradict);
    for other in ["31.02.2025", "17-MAZ-2025", "32 May 2025", "17.05.202", "17-05/2025", "May 2025", "17.05.2025."] {
        text(&["17.05.2025", other]);
    }
}

#[test]
fn each_file_settles_the_order_of_its_dates() {
    let settled = |files: &[&[&str]]| {
        let of = |cells: &&[&str]| {
            cells.iter().map(|cell| readings_of(cell.as_bytes())).fold(Readings::all(), Readings::and)
        };
        let mut files: Vec<Readings> = files.iter().map(of).collect();
        let whole = files.iter().copied().fold(Readings::all(), Readings::and);
        let found = whole.settle_files(&files).map(Reading::column_type);
        files.reverse();
        assert_eq!(whole.settle_files(&files).map(Reading::column_type), found);
        found
    };
    assert_eq!(settled(&[&["17/05/2025"], &["18/05/2025", "01/02/2025"]]), Ok(Date));
    assert_eq!(settled(&[&["17/05/2025"], &["2025-05-18"], &[]]), Ok(Date));
    assert_eq!(settled(&[&["17.05.2025"], &["05.06.2025"]]), Ok(Date));
    assert_eq!(settled(&[&["17/05/2025"], &["01/02/2025"]]), Err(Doubt::OrderOpenInFile));
    assert_eq!(settled(&[&["05.17.2025"], &["05.06.2025"]]), Err(Doubt::OrderOpenInFile));
    assert_eq!(settled(&[&["17/05/2025 08:30"], &["05/17/2025 08:30"]]), Err(Doubt::OrdersDiffer));
    assert_eq!(settled(&[&["17/05/2025"], &["17/05/2025", "05/17/2025"]]), Err(Doubt::OrdersContradict));
    assert_eq!(settled(&[&["17/05/2025"], &["x"]]), Ok(ColumnType::Text));
    let real = Readings::of_real_dates().and(readings_of(b"2025-06-05"));
    assert_eq!(real.settle().map(Reading::column_type), Ok(Date));
    assert_eq!(real.and(readings_of(b"17.05.2025")).settle().map(Reading::column_type), Ok(Date));
    assert_eq!(real.and(readings_of(b"17/05/2025")).settle(), Err(Doubt::RealDatesBeside));
}

#[test]
fn a_short_year_has_a_fixed_century_and_stands_last_only_where_that_is_sure() {
    check(&["31.12.68", "31.12.69"], Date, &["2068-12-31", "1969-12-31"]);
    check(&["17/05/99", "01/02/03"], Date, &["1999-05-17", "2003-02-01"]);
    check(&["99/05/17", "01/02/03"], Date, &["1999-05-17", "2001-02-03"]);
    // The year may stand first in all of these.
    doubted(&["17/05/25", "18/05/25"], Doubt::OrderOpen);
    let days: Vec<String> = (13..=27).map(|day| format!("{day}/05/25")).collect();
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    assert_eq!(settle(&days).map(|reading| spell("13/05/25", reading)), Ok("2025-05-13".to_owned()));
    let ends: Vec<String> = (10..=24).map(|year| format!("{year}-12-31")).collect();
    let ends: Vec<&str> = ends.iter().map(String::as_str).collect();
    doubted(&ends, Doubt::OrderOpen);
}

#[test]
fn eight_digits_are_days_only_where_chance_does_not_explain_it() {
    let days = ["20250130", "20250131", "20250201", "20250228", "20250301"];
    check(&days, Date, &["2025-01-30", "2025-01-31", "2025-02-01", "2025-02-28", "2025-03-01"]);
    check(&days[..4], Integer, &days[..4]);
    check(
        &["20250101", "20250102", "20250103", "20250104", "20250105"],
        Integer,
        &["20250101", "20250102", "20250103", "20250104", "20250105"],
    );
    let mut broken = days.to_vec();
    broken.push("20250230");
    assert_eq!(settle(&broken).map(Reading::column_type), Ok(Integer));
    *broken.last_mut().unwrap() = "18990101";
    assert_eq!(settle(&broken).map(Reading::column_type), Ok(Integer));
    check(&["20250130", "2025-01-30"], Date, &["2025-01-30"; 2]);
}

#[test]
fn six_digits_are_days_only_where_codes_and_other_orders_are_ruled_out() {
    let day = |year: u32, month: u32, day: u32| format!("{year:02}{month:02}{day:02}");
    let settled = |cells: &[String]| {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        settle(&cells).map(Reading::column_type)
    };
    let nineties: Vec<String> = (1..=12).flat_map(|month| (1..=28).map(move |it| day(93, month, it))).collect();
    assert_eq!(settled(&nineties), Ok(Date));
    let Ok(reading) = settle(&nineties.iter().map(String::as_str).collect::<Vec<_>>()) else { panic!("it is settled") };
    assert_eq!(
        (spell("930101", reading), spell("931231", reading)),
        ("1993-01-01".to_owned(), "1993-12-31".to_owned())
    );
    // Few days, few months, a number that is no day, a year beside.
    assert_eq!(settled(&nineties[..27]), Ok(Integer));
    assert_eq!(settled(&nineties[..28 * 5]), Ok(Integer));
    for other in ["930230", "931301", "930001", "930100", "1", "930101.5"] {
        let with: Vec<String> = nineties.iter().cloned().chain([other.to_owned()]).collect();
        assert!(matches!(settled(&with), Ok(Integer | ColumnType::Decimal)), "{other}");
    }
    let mixed: Vec<String> = nineties.iter().cloned().chain(["19930101".to_owned()]).collect();
    assert_eq!(settled(&mixed), Ok(Integer));
    // The year may stand behind: each first number is a day, and there are many.
    let behind: Vec<String> = (1..=12).flat_map(|month| (10..=28).map(move |it| day(it, month, it))).collect();
    let behind: Vec<String> = behind.into_iter().chain((1..=28).map(|it| day(11, 6, it))).collect();
    assert_eq!(settled(&behind), Ok(Integer));
    // Beside a date that is clear they are no dates either.
    let beside = ["150304".to_owned(), "2015-03-04".to_owned()];
    assert_eq!(settled(&beside), Ok(ColumnType::Text));
}

#[test]
fn clocks_have_twelve_hours_or_twenty_four() {
    check(
        &["5:07 PM", "05:07 p.m.", "17:07", "17:07:00,000", "12:00 AM", "12:30 pm", "24:00", "9:05"],
        Time,
        &["17:07:00", "17:07:00", "17:07:00", "17:07:00", "00:00:00", "12:30:00", "00:00:00", "09:05:00"],
    );
    for other in ["13:00 PM", "0:30 am", "24:01", "24:00 AM", "5 PM", "17:7", "17:07 XM", "123:00"] {
        text(&["17:07", other]);
    }
}

#[test]
fn timestamps_join_any_date_with_any_clock() {
    let same = ["2025-05-17T17:07:09"; 8];
    check(
        &[
            "2025-05-17 17:07:09",
            "17.05.2025 17:07:09",
            "05/17/2025 5:07:09 PM",
            "17-MAY-25 05:07:09 p.m.",
            "May 17, 2025, 17:07:09",
            "2025-05-17-17.07.09.000000",
            "17. Mai 2025 17:07:09",
            "2025-05-17T17:07:09,000",
        ],
        Timestamp,
        &same,
    );
    check(&["2025-12-31 24:00"], Timestamp, &["2026-01-01T00:00:00"]);
    check(&["2025-12-31-24.00.00"], Timestamp, &["2026-01-01T00:00:00"]);
    check(
        &["2025-05-17 17:07:09 UTC", "2025-05-17T19:07:09 +0200", "17.05.2025 17:07:09 GMT", "2025-05-17 12:07:09-05"],
        ZonedTimestamp,
        &["2025-05-17T17:07:09Z"; 4],
    );
    for other in ["2025-05-17 17:07:09 CET", "2025-05-1717:07", "2025-05-17-17.07", "20250517 17:07", "x 17:07"] {
        text(&["2025-05-17 17:07:09", other]);
    }
}

/// The digits of a number in groups of three.
fn grouped(number: u64, group: &str) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(group);
        }
        text.push(digit);
    }
    text
}

/// An amount in cents as it is written with these signs.
fn written(cents: i64, group: &str, decimal: &str, around: (&str, &str), minus: usize) -> String {
    let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    let (before, behind) = around;
    let body = format!("{before}{}{decimal}{rest:02}{behind}", grouped(whole, group));
    match (cents < 0, minus) {
        (false, _) => body,
        (true, 0) => format!("-{body}"),
        (true, 1) => format!("{body}-"),
        (true, 2) => format!("({body})"),
        (true, _) => format!("\u{2212}{body}"),
    }
}

const MONTHS: [&str; 12] = ["Jan", "FEB", "März", "avril", "May", "Juni", "jul", "Aug.", "Sept", "Okt", "nov", "Dez"];

/// A day in each spelling.
fn spelled_day(spelling: usize, year: i32, month: usize, day: u32) -> String {
    let (short, name) = (year % 100, MONTHS[month - 1]);
    match spelling {
        0 => format!("{year}-{month:02}-{day:02}"),
        1 => format!("{day:02}.{month:02}.{year}"),
        2 => format!("{day}-{month}-{year}"),
        3 => format!("{month:02}/{day:02}/{year}"),
        4 => format!("{day:02}.{month:02}.{short:02}"),
        5 => format!("{day}-{name}-{short:02}"),
        6 => format!("{name} {day}, {year}"),
        7 => format!("{day}. {name} {year}"),
        8 => format!("{month:02}/{day:02}/{short:02}"),
        9 => format!("{year}{month:02}{day:02}"),
        _ => format!("{year}.{month}.{day}"),
    }
}

/// A time of day in each spelling.
fn spelled_time(spelling: usize, hour: u32, minute: u32, second: u32) -> String {
    let (half, twelve) = (if hour < 12 { "AM" } else { "p.m." }, (hour + 11) % 12 + 1);
    match spelling {
        0 => format!("{hour:02}:{minute:02}:{second:02}"),
        1 => format!("{twelve}:{minute:02}:{second:02} {half}"),
        2 => format!("{hour:02}:{minute:02}:{second:02},000"),
        _ => format!("{hour}:{minute:02}:{second:02}.0"),
    }
}

fn of_all(cells: &[String]) -> Result<Reading, Doubt> {
    settle(&cells.iter().map(String::as_str).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn an_amount_in_any_spelling_is_the_plain_number(
        cents in prop::collection::vec(-500_000_000i64..500_000_000, 1..30),
        style in 0usize..8,
        around in 0usize..5,
        minus in 0usize..4,
    ) {
        let (group, decimal) = [
            ("", "."), (",", "."), (" ", "."), ("'", "."), (".", ","), ("\u{a0}", ","), ("\u{202f}", ","), ("", ","),
        ][style];
        let around = [("", ""), ("€ ", ""), ("", " EUR"), ("$", ""), ("", "\u{a0}zł")][around];
        // Two decimals settle the sign.
        let cells: Vec<String> = cents.iter().map(|&cents| written(cents, group, decimal, around, minus)).collect();
        let plain: Vec<String> = cents.iter().map(|&cents| written(cents, "", ".", ("", ""), 0)).collect();
        let (reading, expected) = (of_all(&cells).unwrap(), of_all(&plain).unwrap());
        prop_assert_eq!(reading.column_type(), expected.column_type());
        for (cell, plain) in cells.iter().zip(&plain) {
            prop_assert_eq!(spell(cell, reading), spell(plain, expected));
        }
    }

    #[test]
    fn whole_amounts_in_groups_are_never_decimals(
        numbers in prop::collection::vec(0u64..2_000_000, 1..30), style in 0usize..2,
    ) {
        let cells: Vec<String> = numbers.iter().map(|&number| grouped(number, [".", ","][style])).collect();
        match of_all(&cells) {
            Ok(reading) => {
                prop_assert_eq!(reading.column_type(), Integer);
                for (cell, number) in cells.iter().zip(&numbers) {
                    prop_assert_eq!(spell(cell, reading), number.to_string());
                }
            }
            Err(doubt) => prop_assert_eq!(doubt, Doubt::DecimalSign),
        }
    }

    #[test]
    fn days_and_moments_in_any_spelling_are_the_days_of_the_usual_one(
        days in prop::collection::vec((1969i32..=2068, 1usize..=12, 1u32..=28, 0u32..24, 0u32..60, 0u32..60), 1..40),
        spelling in 0usize..11,
        clock in 0usize..4,
        zone in 0usize..4,
    ) {
        // The thirteenth and later days settle the order; five days of two months are no numbers.
        let sure = [(2024, 1, 13), (2024, 2, 14), (2024, 3, 15), (2024, 4, 16), (2024, 5, 17)];
        let mut days = days;
        days.extend(sure.map(|(year, month, day)| (year, month, day, 0, 0, 0)));
        let zone = ["", " UTC", "Z", " +00:00"][zone];
        let cells: Vec<String> = days.iter().map(|&(y, m, d, ..)| spelled_day(spelling, y, m, d)).collect();
        let reading = of_all(&cells).unwrap();
        prop_assert_eq!(reading.column_type(), Date);
        for (cell, &(year, month, day, ..)) in cells.iter().zip(&days) {
            prop_assert_eq!(spell(cell, reading), spelled_day(0, year, month, day));
        }
        if spelling == 9 {
            return Ok(());
        }
        let moment = |&(y, m, d, hour, minute, second): &(i32, usize, u32, u32, u32, u32)| {
            format!("{} {}{zone}", spelled_day(spelling, y, m, d), spelled_time(clock, hour, minute, second))
        };
        let cells: Vec<String> = days.iter().map(moment).collect();
        let reading = of_all(&cells).unwrap();
        let is_zoned = !zone.is_empty();
        prop_assert_eq!(reading.column_type(), if is_zoned { ZonedTimestamp } else { Timestamp });
        for (cell, &(year, month, day, hour, minute, second)) in cells.iter().zip(&days) {
            let (day, time) = (spelled_day(0, year, month, day), spelled_time(0, hour, minute, second));
            prop_assert_eq!(spell(cell, reading), format!("{day}T{time}{}", if is_zoned { "Z" } else { "" }));
        }
    }

    #[test]
    fn what_a_column_is_depends_on_the_set_of_its_cells_alone(
        cells in prop::collection::vec(
            "[1-9][0-9]{0,2}[.,][0-9]{3}|[0-9]{1,4}|[0-9]{1,2},[0-9]{1,2}|[0-3][0-9][/.-][01][0-9][/.-](20)?2[0-9]|\
             2024[01][0-9][0-3][0-9]|€ ?5|5 USD",
            1..12,
        ),
        at in 0usize..12,
    ) {
        let whole = of_all(&cells);
        let (first, second) = cells.split_at(at.min(cells.len()));
        let fold = |cells: &[String]| {
            cells.iter().rev().map(|cell| readings_of(cell.as_bytes())).fold(Readings::all(), Readings::and)
        };
        prop_assert_eq!(fold(second).and(fold(first)).and(fold(first)).settle(), whole);
        if let Ok(reading) = whole {
            for cell in &cells {
                let mut canonical = String::new();
                let written = write_canonical(cell.as_bytes(), reading, &mut canonical).is_some();
                prop_assert_eq!(written, reading.column_type() != ColumnType::Text);
            }
        }
    }
}

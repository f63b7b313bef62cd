//! Calendar buckets of dates and times in canonical spelling.

use jiff::civil::{Date, DateTime, Time};

use super::CalendarUnit;
use crate::result::ColumnType;

/// The bucket of a moment: `2026-11-21T08:00:00`, `2026-11-21`, `2026-W47`, `2026-11`, `2026-Q4` or `2026`.
///
/// Zoned timestamps are written in UTC already and are bucketed there. `None` when `value` is not written as its type
/// promises.
pub(super) fn calendar_text(unit: CalendarUnit, column_type: ColumnType, value: &str) -> Option<String> {
    match column_type {
        ColumnType::Date => Some(day_text(unit, value.parse().ok()?)),
        ColumnType::Timestamp => moment_text(unit, value, ""),
        ColumnType::ZonedTimestamp => moment_text(unit, value.strip_suffix('Z')?, "Z"),
        ColumnType::Time => {
            let time: Time = value.parse().ok()?;
            Some(format!("{:02}:00:00", time.hour()))
        }
        // A column without values has nothing to bucket.
        ColumnType::Integer | ColumnType::Decimal | ColumnType::Boolean | ColumnType::Text | ColumnType::Empty => None,
    }
}

/// A moment as a whole number: days since 1970 for dates, milliseconds for everything else; a finer fraction is cut off.
pub(super) fn moment_number(column_type: ColumnType, value: &str) -> Option<i64> {
    let epoch = Date::constant(1970, 1, 1);
    let milliseconds = |moment: DateTime| -> Option<i64> {
        let span = moment.duration_since(epoch.to_datetime(Time::midnight()));
        i64::try_from(span.as_millis()).ok()
    };
    match column_type {
        ColumnType::Date => {
            let date: Date = value.parse().ok()?;
            Some(date.duration_since(epoch).as_hours() / 24)
        }
        ColumnType::Timestamp => milliseconds(value.parse().ok()?),
        ColumnType::ZonedTimestamp => milliseconds(value.strip_suffix('Z')?.parse().ok()?),
        ColumnType::Time => {
            let time: Time = value.parse().ok()?;
            i64::try_from(time.duration_since(Time::midnight()).as_millis()).ok()
        }
        ColumnType::Integer | ColumnType::Decimal | ColumnType::Boolean | ColumnType::Text | ColumnType::Empty => None,
    }
}

fn moment_text(unit: CalendarUnit, value: &str, zone: &str) -> Option<String> {
    let moment: DateTime = value.parse().ok()?;
    if unit == CalendarUnit::Hour {
        return Some(format!("{}T{:02}:00:00{zone}", moment.date(), moment.hour()));
    }
    Some(day_text(unit, moment.date()))
}

fn day_text(unit: CalendarUnit, date: Date) -> String {
    match unit {
        CalendarUnit::Hour | CalendarUnit::Day => date.to_string(),
        CalendarUnit::Week => {
            let week = date.iso_week_date();
            format!("{:04}-W{:02}", week.year(), week.week())
        }
        CalendarUnit::Month => format!("{:04}-{:02}", date.year(), date.month()),
        CalendarUnit::Quarter => format!("{:04}-Q{}", date.year(), (date.month() + 2) / 3),
        CalendarUnit::Year => format!("{:04}", date.year()),
    }
}

#[cfg(test)]
mod tests {
    use super::calendar_text;
    use crate::result::ColumnType;
    use crate::treatment::CalendarUnit;

    fn date(unit: CalendarUnit, value: &str) -> String {
        calendar_text(unit, ColumnType::Date, value).unwrap()
    }

    #[test]
    fn iso_weeks_belong_to_the_year_of_their_thursday() {
        for (value, week) in [
            ("2026-11-21", "2026-W47"),
            ("2027-01-01", "2026-W53"),
            ("2027-01-03", "2026-W53"),
            ("2027-01-04", "2027-W01"),
            ("2024-12-30", "2025-W01"),
            ("2023-01-01", "2022-W52"),
        ] {
            assert_eq!(date(CalendarUnit::Week, value), week, "{value}");
        }
    }

    #[test]
    fn quarters_change_with_april_july_october_and_january() {
        for (value, quarter) in [
            ("2026-01-01", "2026-Q1"),
            ("2026-03-31", "2026-Q1"),
            ("2026-04-01", "2026-Q2"),
            ("2026-06-30", "2026-Q2"),
            ("2026-07-01", "2026-Q3"),
            ("2026-09-30", "2026-Q3"),
            ("2026-10-01", "2026-Q4"),
            ("2026-12-31", "2026-Q4"),
        ] {
            assert_eq!(date(CalendarUnit::Quarter, value), quarter, "{value}");
        }
    }

    #[test]
    fn months_and_years_keep_leading_zeros() {
        assert_eq!(date(CalendarUnit::Month, "0987-02-03"), "0987-02");
        assert_eq!(date(CalendarUnit::Year, "0987-02-03"), "0987");
    }

    #[test]
    fn timestamps_lose_their_time_by_day_and_their_minutes_by_hour() {
        let value = "2026-11-21T08:30:15.25";
        let text = |unit| calendar_text(unit, ColumnType::Timestamp, value).unwrap();
        assert_eq!(text(CalendarUnit::Hour), "2026-11-21T08:00:00");
        assert_eq!(text(CalendarUnit::Day), "2026-11-21");
    }

    #[test]
    fn zoned_timestamps_are_bucketed_in_utc() {
        let text = |unit| calendar_text(unit, ColumnType::ZonedTimestamp, "2026-12-31T23:30:00Z").unwrap();
        assert_eq!(text(CalendarUnit::Hour), "2026-12-31T23:00:00Z");
        assert_eq!(text(CalendarUnit::Year), "2026");
    }

    #[test]
    fn the_hour_of_a_time_of_day_is_kept() {
        assert_eq!(calendar_text(CalendarUnit::Hour, ColumnType::Time, "08:59:59").unwrap(), "08:00:00");
    }

    #[test]
    fn a_value_in_another_spelling_is_refused() {
        assert_eq!(calendar_text(CalendarUnit::Day, ColumnType::Date, "21.11.2026"), None);
        assert_eq!(calendar_text(CalendarUnit::Day, ColumnType::ZonedTimestamp, "2026-12-31T23:30:00"), None);
    }
}

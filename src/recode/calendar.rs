//! Calendar buckets of dates and times in canonical spelling, and where the buckets begin.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};

use crate::plan::{CalendarUnit, TimeOrigin, Zone};
use crate::result::ColumnType;

/// The bucket of a moment: `2026-11-21T08:00:00`, `2026-11-21`, `2026-W47`, `2026-11`, `2026-Q4` or `2026`.
///
/// Zoned timestamps are written in UTC; they are bucketed by the clock of `origin`, and the beginning of an hour is written
/// in UTC again. Days, and what is made of days, begin at the hour of `origin`; a value that is a date already is not
/// moved. `None` when `value` is not written as its type promises.
pub(super) fn calendar_text(
    unit: CalendarUnit,
    column_type: ColumnType,
    value: &str,
    origin: TimeOrigin,
) -> Option<String> {
    match column_type {
        ColumnType::Date => Some(day_text(unit, value.parse().ok()?)),
        ColumnType::Timestamp => moment_text(unit, value, "", TimeOrigin { zone: Zone::default(), ..origin }),
        ColumnType::ZonedTimestamp => moment_text(unit, value.strip_suffix('Z')?, "Z", origin),
        ColumnType::Time => {
            let time: Time = value.parse().ok()?;
            Some(format!("{:02}:00:00", time.hour()))
        }
        // A column without values has nothing to bucket.
        ColumnType::Integer | ColumnType::Decimal | ColumnType::Boolean | ColumnType::Text | ColumnType::Empty => None,
    }
}

/// The place of a bucket in time, so that the one after it is one higher, whether somebody is in it or not. `None` when it is
/// not spelled as [`calendar_text`] spells buckets.
pub(super) fn bucket_number(unit: CalendarUnit, bucket: &str) -> Option<i64> {
    let days = |date: Date| date.duration_since(Date::constant(1970, 1, 5)).as_hours().div_euclid(24);
    let year_and = |between: char| -> Option<(i64, i64)> {
        let (year, part) = bucket.rsplit_once(between)?;
        Some((year.parse().ok()?, part.parse().ok()?))
    };
    match unit {
        CalendarUnit::Hour if bucket.contains('T') => {
            let moment: DateTime = bucket.trim_end_matches('Z').parse().ok()?;
            Some(
                moment
                    .duration_since(Date::constant(1970, 1, 1).to_datetime(Time::midnight()))
                    .as_secs()
                    .div_euclid(3_600),
            )
        }
        // A time of day.
        CalendarUnit::Hour | CalendarUnit::Day if bucket.contains(':') => {
            bucket.parse::<Time>().ok().map(|time| i64::from(time.hour()))
        }
        CalendarUnit::Hour | CalendarUnit::Day => bucket.parse().ok().map(days),
        _ if bucket.contains(':') => bucket.parse::<Time>().ok().map(|time| i64::from(time.hour())),
        CalendarUnit::Week => {
            let (year, week) = bucket.split_once("-W")?;
            let week = ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, Weekday::Monday).ok()?;
            Some(days(week.date()).div_euclid(7))
        }
        CalendarUnit::Month => year_and('-').map(|(year, month)| year * 12 + month - 1),
        CalendarUnit::Quarter => {
            let (year, quarter) = bucket.split_once("-Q")?;
            Some(year.parse::<i64>().ok()? * 4 + quarter.parse::<i64>().ok()? - 1)
        }
        CalendarUnit::Year => bucket.parse().ok(),
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

fn moment_text(unit: CalendarUnit, value: &str, zone: &str, origin: TimeOrigin) -> Option<String> {
    let moment: DateTime = value.parse().ok()?;
    let ahead = origin.zone.ahead(moment);
    let local = moment.checked_add(ahead).ok()?;
    if unit == CalendarUnit::Hour {
        let begins = local.date().at(local.hour(), 0, 0, 0).checked_sub(ahead).ok()?;
        return Some(format!("{}T{:02}:{:02}:00{zone}", begins.date(), begins.hour(), begins.minute()));
    }
    let day = local.checked_sub(SignedDuration::from_hours(i64::from(origin.day_start_hour))).ok()?.date();
    Some(day_text(unit, day))
}

/// The day that eight digits spell, such as `20261121`, as a date is spelled.
pub(super) fn day_of_digits(value: &str) -> Option<String> {
    let is_day = value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_digit());
    let spelled = is_day.then(|| format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..]))?;
    spelled.parse::<Date>().ok().map(|date| date.to_string())
}

/// A moment with a zone as the clock of `origin` shows it, spelled as a moment without one.
pub(super) fn local_text(value: &str, origin: TimeOrigin) -> Option<String> {
    let moment: DateTime = value.strip_suffix('Z')?.parse().ok()?;
    let ahead = origin.zone.ahead(moment);
    Some(moment.checked_add(ahead).ok()?.to_string())
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
    use crate::plan::{CalendarUnit, TimeOrigin, Zone};
    use crate::result::ColumnType;

    fn calendar_text(unit: CalendarUnit, column_type: ColumnType, value: &str) -> Option<String> {
        super::calendar_text(unit, column_type, value, TimeOrigin::default())
    }

    #[test]
    fn the_bucket_after_one_is_one_higher() {
        let mut day = jiff::civil::date(1968, 2, 20);
        for unit in CalendarUnit::ALL.iter().copied().filter(|unit| *unit != CalendarUnit::Hour) {
            let mut known: Option<(String, i64)> = None;
            for _ in 0..2_000 {
                let bucket = calendar_text(unit, ColumnType::Date, &day.to_string()).unwrap();
                let number = super::bucket_number(unit, &bucket).unwrap();
                if let Some((before, last)) = &known {
                    assert_eq!(number - last, i64::from(*before != bucket), "{unit:?} {bucket}");
                }
                known = Some((bucket, number));
                day = day.tomorrow().unwrap();
            }
        }
        let hour = |text: &str| super::bucket_number(CalendarUnit::Hour, text).unwrap();
        assert_eq!(hour("2026-12-31T23:00:00Z") + 1, hour("2027-01-01T00:00:00Z"));
        assert_eq!(hour("1969-12-31T22:30:00Z") + 1, hour("1969-12-31T23:30:00Z"));
        assert_eq!(hour("09:00:00") + 1, hour("10:00:00"));
        assert_eq!(super::bucket_number(CalendarUnit::Month, "somebody"), None);
    }

    #[test]
    fn a_zone_moves_moments_over_midnight_and_new_year() {
        let zoned = |unit, value, zone_minutes| {
            let origin = TimeOrigin { zone: Zone::Offset(zone_minutes), day_start_hour: 0 };
            super::calendar_text(unit, ColumnType::ZonedTimestamp, value, origin).unwrap()
        };
        assert_eq!(zoned(CalendarUnit::Day, "2026-12-31T21:59:59Z", 120), "2026-12-31");
        assert_eq!(zoned(CalendarUnit::Day, "2026-12-31T22:00:00Z", 120), "2027-01-01");
        assert_eq!(zoned(CalendarUnit::Year, "2026-12-31T22:00:00Z", 120), "2027");
        assert_eq!(zoned(CalendarUnit::Month, "2026-03-01T03:29:59Z", -210), "2026-02");
        assert_eq!(zoned(CalendarUnit::Month, "2026-03-01T03:30:00Z", -210), "2026-03");
        // Hours of a clock that is half an hour ahead begin at half past, written in UTC.
        assert_eq!(zoned(CalendarUnit::Hour, "2026-11-21T08:29:59Z", 330), "2026-11-21T07:30:00Z");
        assert_eq!(zoned(CalendarUnit::Hour, "2026-11-21T08:30:00Z", 330), "2026-11-21T08:30:00Z");
        assert_eq!(zoned(CalendarUnit::Hour, "2026-01-01T00:10:00Z", 330), "2025-12-31T23:30:00Z");
    }

    #[test]
    fn the_clock_of_a_place_is_ahead_by_one_hour_more_in_summer() {
        let origin = TimeOrigin { zone: Zone::parse("Europe/Berlin").unwrap(), day_start_hour: 0 };
        let text = |unit, value| super::calendar_text(unit, ColumnType::ZonedTimestamp, value, origin).unwrap();
        assert_eq!(text(CalendarUnit::Day, "2026-01-01T22:30:00Z"), "2026-01-01");
        assert_eq!(text(CalendarUnit::Day, "2026-07-01T22:30:00Z"), "2026-07-02");
        // The hour that comes twice in autumn stays two hours.
        assert_eq!(text(CalendarUnit::Hour, "2026-10-25T00:30:00Z"), "2026-10-25T00:00:00Z");
        assert_eq!(text(CalendarUnit::Hour, "2026-10-25T01:30:00Z"), "2026-10-25T01:00:00Z");
    }

    #[test]
    fn a_zone_says_nothing_about_moments_without_one() {
        let origin = TimeOrigin { zone: Zone::Offset(600), day_start_hour: 0 };
        let text = super::calendar_text(CalendarUnit::Day, ColumnType::Timestamp, "2026-11-21T23:00:00", origin);
        assert_eq!(text.as_deref(), Some("2026-11-21"));
    }

    #[test]
    fn a_day_that_begins_at_four_takes_the_night_to_the_day_before() {
        let origin = TimeOrigin { zone: Zone::Offset(60), day_start_hour: 4 };
        let text = |unit, value| super::calendar_text(unit, ColumnType::Timestamp, value, origin).unwrap();
        assert_eq!(text(CalendarUnit::Day, "2026-11-21T03:59:59.9"), "2026-11-20");
        assert_eq!(text(CalendarUnit::Day, "2026-11-21T04:00:00"), "2026-11-21");
        assert_eq!(text(CalendarUnit::Week, "2026-11-23T03:00:00"), "2026-W47");
        assert_eq!(text(CalendarUnit::Week, "2026-11-23T04:00:00"), "2026-W48");
        assert_eq!(text(CalendarUnit::Hour, "2026-11-21T03:59:59"), "2026-11-21T03:00:00");
        let zoned = |value| super::calendar_text(CalendarUnit::Day, ColumnType::ZonedTimestamp, value, origin).unwrap();
        assert_eq!(zoned("2026-11-21T02:59:59Z"), "2026-11-20");
        assert_eq!(zoned("2026-11-21T03:00:00Z"), "2026-11-21");
        // What is a day already is not moved once more.
        let day = super::calendar_text(CalendarUnit::Month, ColumnType::Date, "2026-11-01", origin);
        assert_eq!(day.as_deref(), Some("2026-11"));
    }

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

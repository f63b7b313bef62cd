//! Where the buckets of the calendar rules begin.

/// Where the buckets of time begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeOrigin {
    /// Minutes by which the clock on the wall is ahead of UTC, for moments with a zone.
    pub zone_minutes: i32,
    /// The hour at which a day begins, 0 to 23: what happens before it belongs to the day before.
    pub day_start_hour: u8,
}

impl TimeOrigin {
    /// Reads a time zone: `UTC`, `Z`, or a fixed offset such as `+02:00`, `-0330` or `+1`.
    ///
    /// # Errors
    /// A sentence about what is wrong.
    pub fn parse_zone(written: &str) -> Result<i32, String> {
        let wrong = || "it must be `UTC` or a fixed offset from it of at most 14 hours, such as `+02:00`".to_owned();
        let text = written.trim();
        if matches!(text, "UTC" | "utc" | "Z") {
            return Ok(0);
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
        Ok(sign * (hours * 60 + minutes))
    }

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
        let (sign, minutes) = (if self.zone_minutes < 0 { '-' } else { '+' }, self.zone_minutes.abs());
        (minutes != 0).then(|| format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60))
    }

    /// The hour at which a day begins as it is written, when that is not midnight.
    #[must_use]
    pub fn day_start_text(self) -> Option<String> {
        (self.day_start_hour != 0).then(|| format!("{:02}:00", self.day_start_hour))
    }
}

#[cfg(test)]
mod tests {
    use super::TimeOrigin;

    #[test]
    fn zones_are_fixed_offsets_and_days_begin_at_full_hours() {
        for (written, minutes) in
            [("UTC", 0), ("+02:00", 120), ("-0330", -210), ("+1", 60), ("-12", -720), ("+14:00", 840), ("+5:45", 345)]
        {
            assert_eq!(TimeOrigin::parse_zone(written), Ok(minutes), "{written}");
        }
        for wrong in ["", "02:00", "+", "+15", "+14:01", "+2:60", "+2:", "+:30", "+1:000", "Europe/Prague", "+é1"] {
            assert!(TimeOrigin::parse_zone(wrong).is_err(), "{wrong}");
        }
        assert_eq!(TimeOrigin::parse_day_start("04:00"), Ok(4));
        assert_eq!(TimeOrigin::parse_day_start("23:00"), Ok(23));
        for wrong in ["", "4", "24:00", "04:30", "+4:00", "-1:00", ":00", "004:00"] {
            assert!(TimeOrigin::parse_day_start(wrong).is_err(), "{wrong}");
        }
        let origin = TimeOrigin { zone_minutes: -210, day_start_hour: 4 };
        assert_eq!(
            (origin.zone_text().as_deref(), origin.day_start_text().as_deref()),
            (Some("-03:30"), Some("04:00"))
        );
        assert_eq!((TimeOrigin::default().zone_text(), TimeOrigin::default().day_start_text()), (None, None));
    }
}

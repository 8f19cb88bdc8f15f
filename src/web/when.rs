//! Dates and moments as people read and write them: dd/mm/yyyy, hh:mm.

use crate::domain::local_time::{local, moment};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime};

/// `08/01/2026`, `8/1/2026`, `8-1-2026`, or as programs write it.
pub fn read_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
        .filter(|date| (1000..=9999).contains(&date.year()))
}

/// `8/1/2026 09:30`, or `9:30` on this day: RFC 3339 of it.
pub fn read_moment(text: &str, today: NaiveDate) -> Option<String> {
    let text = text.trim();
    let (day, time) = match text.rsplit_once(' ') {
        Some((day, time)) => (read_date(day)?, time),
        None => (today, text),
    };
    let time = NaiveTime::parse_from_str(time, "%H:%M").ok()?;
    Some(local(moment(day.and_time(time))).to_rfc3339())
}

/// `2026-01-08` → `08/01/2026`; a moment gets its time: `08/01/2026 09:30`. What is neither stays as it is.
pub fn written(text: &str) -> String {
    if let Ok(date) = text.parse::<NaiveDate>() {
        date.format("%d/%m/%Y").to_string()
    } else if let Ok(moment) = text.parse::<DateTime<FixedOffset>>() {
        moment.with_timezone(&crate::domain::local_time::offset()).format("%d/%m/%Y %H:%M").to_string()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_again() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 8);
        for text in ["08/01/2026", "8/1/2026", " 8-1-2026 ", "2026-01-08"] {
            assert_eq!(read_date(text), day, "{text}");
        }
        for text in ["", "31/02/2026", "1/8", "8/1/26", "01/08/20266", "x"] {
            assert_eq!(read_date(text), None, "{text}");
        }
        let today = day.unwrap();
        assert_eq!(read_moment("9:30", today).as_deref(), Some("2026-01-08T09:30:00+07:00"));
        assert_eq!(read_moment("7/1/2026 16:05", today).as_deref(), Some("2026-01-07T16:05:00+07:00"));
        assert_eq!(read_moment("25:00", today), None);
        assert_eq!(written("2026-01-08T09:30:00+07:00"), "08/01/2026 09:30");
        assert_eq!(written("2026-01-08"), "08/01/2026");
        assert_eq!(written("ba"), "ba");
    }
}

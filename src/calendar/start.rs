//! When a limit starts, as people write it.

use crate::domain::calendar::OfficeHours;
use crate::domain::local_time::moment;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// A day (`2020-01-21`, `21/01/2020`), a moment of the counter's clock (`2020-01-21 08:30`, with `T` or seconds),
/// or an RFC 3339 moment. A day alone starts when the counter opens: a limit in hours has all of it.
pub fn start_of(text: &str, hours: &OfficeHours) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let opens = hours.intervals().next().map(|(opens, _)| opens).unwrap_or_default();
    let day = |form| NaiveDate::parse_from_str(text, form).ok().map(|date| moment(date.and_time(opens)));
    let wall = |form| NaiveDateTime::parse_from_str(text, form).ok().map(moment);
    // A `+` in an address that nobody escaped arrives as a blank.
    let instant =
        || DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok().map(|at| at.with_timezone(&Utc));
    day("%Y-%m-%d")
        .or_else(|| day("%d/%m/%Y"))
        .or_else(|| {
            ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
                .into_iter()
                .find_map(wall)
        })
        .or_else(instant)
        .filter(|at| (1..=9999).contains(&chrono::Datelike::year(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_read_as_the_counter_means_them() {
        let hours = OfficeHours::default();
        let at = |text: &str| start_of(text, &hours).map(|at| at.to_rfc3339());
        assert_eq!(at("2020-01-21").as_deref(), Some("2020-01-21T00:30:00+00:00"));
        assert_eq!(at("21/01/2020"), at("2020-01-21"));
        for same in [
            "2020-01-21 08:30",
            "2020-01-21T08:30",
            "2020-01-21T08:30:00",
            "2020-01-21T08:30:00+07:00",
            "2020-01-21T08:30:00 07:00",
            "2020-01-21T01:30:00Z",
        ] {
            assert_eq!(at(same).as_deref(), Some("2020-01-21T01:30:00+00:00"), "{same}");
        }
        for bad in ["", "2020-02-30", "21-01-2020", "2020-01-21 25:00", "hôm nay"] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }
}

//! Days and moments as the counter sees them: Asia/Ho_Chi_Minh, +07:00 all year.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeZone, Utc};

/// The offset of Vietnamese time. There is no summer time, and none since 1975 in the South.
pub fn offset() -> FixedOffset {
    match FixedOffset::east_opt(7 * 3600) {
        Some(offset) => offset,
        None => unreachable!("seven hours is a valid offset"),
    }
}

/// The moment on the counter's wall clock.
pub fn local(moment: DateTime<Utc>) -> DateTime<FixedOffset> {
    moment.with_timezone(&offset())
}

/// The counter's calendar day at this moment: 00:30 in Hồ Chí Minh City is still yesterday in UTC.
pub fn day_of(moment: DateTime<Utc>) -> NaiveDate {
    local(moment).date_naive()
}

/// Whole seconds, cut off: what the law counts in, and the same on both databases. A leap second (`:60`) is the one
/// before it: databases do not know it, and a chain of hashes must find what it hashed.
pub fn whole_seconds(moment: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(moment.timestamp(), 0).unwrap_or(moment)
}

/// The moment at which the counter's wall clock shows `wall`.
pub fn moment(wall: NaiveDateTime) -> DateTime<Utc> {
    match offset().from_local_datetime(&wall) {
        chrono::LocalResult::Single(at) | chrono::LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        // A fixed offset has no gaps: only the first hours and the last of chrono's 262,000 years have no UTC.
        chrono::LocalResult::None if wall.and_utc() < DateTime::UNIX_EPOCH => DateTime::<Utc>::MIN_UTC,
        chrono::LocalResult::None => DateTime::<Utc>::MAX_UTC,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leap_second_is_the_second_before_it() {
        let leap: DateTime<Utc> = "2026-11-23T23:59:60.7+07:00".parse().unwrap();
        assert_eq!(whole_seconds(leap).to_rfc3339(), "2026-11-23T16:59:59+00:00");
        let plain: DateTime<Utc> = "2026-11-23T23:59:59.999Z".parse().unwrap();
        assert_eq!(whole_seconds(plain).to_rfc3339(), "2026-11-23T23:59:59+00:00");
    }
}

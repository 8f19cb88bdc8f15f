//! The job `post_digests`: once a working day, within office hours, everybody who has something to do is told what, late
//! first. Who has no address, wants no digest or has nothing to do gets none.

use super::Room;
use super::gather::{Reader, gather};
use super::store::{self, Kind, NewNotice};
use crate::account::{Reached, reached_after};
use crate::documents::digest;
use crate::domain::calendar::Calendar;
use crate::domain::ids::OfficerId;
use crate::domain::local_time::{day_of, local, moment};
use crate::failure::{Failure, Outcome};
use crate::warning::{Measured, Watch};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

pub const KIND: &str = "post_digests";

/// Accounts looked at in one piece.
const AT_ONCE: i64 = 20;

/// When digests are made and sent: on a working day from the hour set, not before the office opens, up to the close of
/// business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub day: NaiveDate,
    /// The close of business.
    pub until: DateTime<Utc>,
}

impl Window {
    /// The one that is open now.
    pub fn open(calendar: &Calendar, at: NaiveTime, now: DateTime<Utc>) -> Option<Self> {
        let (day, time) = (day_of(now), local(now).time());
        let (opening, close) = (calendar.hours().opening(), calendar.hours().close_of_business());
        // A year that the calendar does not hold has no days that are known to be worked.
        let works = calendar.is_working(day).unwrap_or(false);
        (works && time >= at.max(opening) && time < close)
            .then(|| Self { day, until: moment(day.and_time(close)) })
    }
}

/// Makes the digests of today unless that was done, and returns how many it made.
///
/// # Errors
/// When the database fails: what was made stays, the rest is made the next time.
pub fn post_digests(room: &Room) -> Outcome<usize> {
    let (Some(at), now) = (room.settings.digest_at, room.clock.now()) else { return Ok(0) };
    let cache = room.reference.clone();
    let (window, posted) = room.db.read_blocking(move |c| {
        let window = Window::open(&cache.of(c)?.calendar, at, now);
        Ok::<_, Failure>((window, store::posted_on(c)?))
    })?;
    let Some(window) = window.filter(|window| posted.is_none_or(|posted| posted < window.day)) else {
        return Ok(0);
    };
    let (mut after, mut made) = (None, 0);
    loop {
        let (notices, end) = some(room, window, after)?;
        for notice in notices {
            made += usize::from(room.db.write_blocking(move |tx| store::post(tx, notice.clone(), now))?);
        }
        match end {
            Some(end) => after = Some(end),
            None => break,
        }
    }
    room.db.write_blocking(move |tx| store::set_posted(tx, window.day))?;
    if made > 0 {
        tracing::info!(made, "digests of the day were made");
        room.bell.ring();
    }
    Ok(made)
}

/// The digests of the next few accounts, and where to go on.
fn some(
    room: &Room,
    window: Window,
    after: Option<OfficerId>,
) -> Outcome<(Vec<NewNotice>, Option<OfficerId>)> {
    let (cache, settings) = (room.reference.clone(), room.settings.clone());
    let (found, end) = room.db.snapshot_blocking(move |c| {
        let reference = cache.of(c)?;
        let reached = reached_after(c, after, AT_ONCE)?;
        let full = i64::try_from(reached.len()).is_ok_and(|count| count >= AT_ONCE);
        let end = reached.last().map(|last| last.id).filter(|_| full);
        let watch = Watch {
            reference: &reference,
            settings: settings.warnings,
            today: window.day,
            measured: Measured::load(c)?,
        };
        let mut found = Vec::new();
        for one in reached {
            let reader =
                Reader { id: one.id, full_name: one.full_name.clone(), role: one.role, branch: one.branch };
            if let Some(digest) = gather(c, &watch, &reader, &settings.public_url)? {
                found.push((one, digest));
            }
        }
        Ok::<_, Failure>((found, end))
    })?;
    let notices = found.into_iter().map(|(to, digest)| notice(to, &digest, window));
    Ok((notices.collect::<Outcome<_>>()?, end))
}

fn notice(to: Reached, digest: &digest::Digest, window: Window) -> Outcome<NewNotice> {
    let mail = digest.mail().map_err(|error| Failure::Broken(format!("a digest: {error}")))?;
    Ok(NewNotice {
        kind: Kind::Digest,
        about: format!("digest:{}:{}", to.id, window.day),
        officer: Some(to.id),
        to_address: to.email,
        to_name: Some(to.full_name),
        subject: mail.subject,
        words: mail.text,
        html: mail.html,
        file: None,
        good_until: Some(window.until),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::{at, vietnam};

    fn open(now: &str) -> bool {
        from(7, now)
    }

    /// A quarter to eight, or to an hour before the office opens.
    fn from(hour: u32, now: &str) -> bool {
        Window::open(&vietnam(), NaiveTime::from_hms_opt(hour, 45, 0).unwrap(), at(now)).is_some()
    }

    #[test]
    fn digests_go_out_on_working_days_between_their_hour_and_the_close_of_business() {
        assert!(!open("2026-03-10 07:44"));
        assert!(open("2026-03-10 07:45"));
        assert!(open("2026-03-10 16:59"));
        assert!(!from(4, "2026-03-10 07:29"), "the office is closed, whatever hour was set");
        assert!(from(4, "2026-03-10 07:30"));
        assert!(!open("2026-03-10 17:00"));
        assert!(!open("2026-03-08 09:00"), "a Sunday");
        assert!(!open("2020-01-23 09:00"), "Tết");
        assert!(open("2024-05-04 09:00"), "a Saturday worked in exchange");
        assert!(!open("2199-03-10 09:00"), "a year nobody knows");
    }
}

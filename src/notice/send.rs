//! The job `send_notice`: brings a notice to the recipient's mail server, once (`mail/once.rs`). The end of the job is left to
//! the worker: a job that is begun again finds the notice settled and does nothing.

use super::Room;
use super::store::{self, NoticeRow, State};
use crate::domain::ids::NoticeId;
use crate::failure::{Failure, Outcome};
use crate::jobs::{Job, Trouble, renew};
use crate::mail::{self, Accepted, Attachment, Handed, Outgoing, UNKNOWN, message_id};
use serde::Deserialize;

pub const KIND: &str = "send_notice";

/// Stands in `error` of what was still waiting when it was of no more use.
pub const TOO_LATE: &str = "too_late";

/// It is not queued any more: the job has nothing left to do.
const MOVED_ON: &str = "notice-moved-on";

#[derive(Debug, Deserialize)]
struct Payload {
    notice: NoticeId,
}

/// The one job that mails this notice.
pub fn job_key(id: NoticeId) -> String {
    format!("{KIND}:{id}")
}

/// One attempt.
///
/// # Errors
/// What is to be done about it is for the queue.
pub fn send(room: &Room, job: &Job) -> Result<(), Trouble> {
    let payload: Payload =
        serde_json::from_value(job.payload.clone()).map_err(|error| Trouble::Permanent(error.to_string()))?;
    let Some(row) = begin(room, payload.notice)? else { return Ok(()) };
    let mail = compose(room, &row)?;
    match room.carrier.hand_over_once(&mail, || mark_handed_over(room, job, row.id)) {
        Handed::HeldBack(Failure::Conflict(MOVED_ON)) => Ok(()),
        Handed::HeldBack(failure) => Err(failure.into()),
        Handed::Taken(accepted) => Ok(sent(room, &row, &accepted)?),
        Handed::NotTaken(failure) => not_sent(room, job, &row, failure),
    }
}

/// What is to be sent, if anything is.
fn begin(room: &Room, id: NoticeId) -> Outcome<Option<NoticeRow>> {
    let now = room.clock.now();
    room.db.write_blocking(move |tx| {
        let row = store::lock(tx, id)?;
        let state = row.state()?;
        let late = row.good_until.as_ref().is_some_and(|until| now >= until.0);
        let over = match state {
            State::Queued if late => Some(TOO_LATE),
            State::Queued => return Ok(Some(row)),
            State::HandedOver => Some(UNKNOWN),
            State::Sent | State::Failed => None,
        };
        if let Some(reason) = over {
            tracing::warn!(notice = %id, reason, "a notice is not sent");
            store::settle(tx, id, (state, State::Failed), Some(reason), None)?;
        }
        Ok(None)
    })
}

/// The same bytes at every attempt.
fn compose(room: &Room, row: &NoticeRow) -> Outcome<Outgoing> {
    let mut attachments = Vec::new();
    if let Some(id) = row.file_id {
        let file = room.db.read_blocking(move |c| store::file(c, id))?;
        attachments.push(Attachment { name: file.name, content_type: file.content_type, bytes: file.body });
    }
    Ok(Outgoing {
        message_id: message_id(row.id, &room.settings.from),
        from: room.settings.from.clone(),
        reply_to: room.settings.reply_to.clone(),
        to: row.to_address.clone(),
        to_name: row.to_name.clone(),
        subject: row.subject.clone(),
        text: row.words.clone(),
        html: row.html.clone(),
        attachments,
        date: row.made_at.0,
    })
}

/// The last moment before the text: from here on a crash leaves the notice to a person.
fn mark_handed_over(room: &Room, job: &Job, id: NoticeId) -> Outcome<()> {
    let (job, clock) = (job.clone(), room.clock.clone());
    room.db.write_blocking(move |tx| {
        renew(tx, &job, clock.now())?;
        if store::settle(tx, id, (State::Queued, State::HandedOver), None, None)? {
            Ok(())
        } else {
            Err(Failure::Conflict(MOVED_ON))
        }
    })
}

fn sent(room: &Room, row: &NoticeRow, accepted: &Accepted) -> Outcome<()> {
    let (id, now) = (row.id, room.clock.now());
    tracing::info!(notice = %id, response = accepted.response, "a notice was taken by the mail server");
    room.db.write_blocking(move |tx| {
        let done = |tx: &mut _, from| store::settle(tx, id, (from, State::Sent), None, Some(now));
        // The folder does not ask back when it holds the message already.
        if !done(tx, State::HandedOver)? && !done(tx, State::Queued)? {
            // Another worker has taken it for lost, not knowing. We know.
            let row = store::lock(tx, id)?;
            if row.error.as_deref() == Some(UNKNOWN) {
                done(tx, State::Failed)?;
            }
        }
        Ok(())
    })
}

fn not_sent(room: &Room, job: &Job, row: &NoticeRow, failure: mail::Failure) -> Result<(), Trouble> {
    let over = !failure.leaves_hope(room.clock.now() - row.made_at.0);
    let (own, id, reason, now) = (job.clone(), row.id, failure.reason().to_owned(), room.clock.now());
    let to = if over { State::Failed } else { State::Queued };
    let moved = room.db.write_blocking(move |tx| {
        renew(tx, &own, now)?;
        let moved = store::settle(tx, id, (State::HandedOver, to), Some(&reason), None)?
            || store::settle(tx, id, (State::Queued, to), Some(&reason), None)?;
        Ok::<_, Failure>(moved)
    })?;
    if over || !moved {
        return Ok(());
    }
    Err(match failure {
        mail::Failure::RateLimited { reason, retry_after } => Trouble::RateLimited { reason, retry_after },
        other => Trouble::Transient(other.reason().to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_id_is_of_the_notice_and_of_the_senders_host() {
        let id = NoticeId::nil();
        for from in ["Một cửa <mot-cua@so.example.vn>", "mot-cua@so.example.vn"] {
            assert_eq!(message_id(id, from), "00000000-0000-0000-0000-000000000000@so.example.vn", "{from}");
        }
    }
}

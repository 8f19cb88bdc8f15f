//! The job `send_apology`: brings an approved letter to the recipient's mail server, **once**.
//!
//! | step | `mail_state` | killed after it |
//! |---|---|---|
//! | approved, job queued (`approve.rs`) | `queued` | the job is there: it is sent |
//! | everything said but the text; marked, durably | `handed_over` | not sent again: a person looks (`paper`) |
//! | the server has taken it; written down with the end of the job | `accepted` | done |
//!
//! A lost connection while this process lives is another matter: nothing was acknowledged, so the responsibility is
//! still ours (RFC 5321 §4.5.4) and the same message, with the same Message-ID, is sent again. Who has lost the
//! lease of the job writes nothing and begins no text.

use super::PostRoom;
use super::papers::kept_letter;
use super::row::ApologyRow;
use super::store;
use crate::documents::forms::Form;
use crate::documents::letter::mail;
use crate::domain::ids::ApologyId;
use crate::domain::letter_status::{LetterStatus, MailState};
use crate::failure::{Failure, Outcome};
use crate::jobs::{Job, Trouble, finish, renew};
use crate::mail::{self, Accepted, Attachment, Handed, Outgoing, UNKNOWN, message_id};
use crate::paper::{self, Kept};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

pub const KIND: &str = "send_apology";

/// A signed letter came while the other was being handed over: that one goes out.
const SIGNED_MEANWHILE: &str = "signed-meanwhile";

/// Handed over on paper while it waited to be mailed: the job has nothing left to do.
const MOVED_ON: &str = "apology-moved-on";

#[derive(Debug, Deserialize)]
struct Payload {
    apology: ApologyId,
}

/// One attempt.
pub fn send(room: &PostRoom, job: &Job) -> Result<(), Trouble> {
    let payload: Payload =
        serde_json::from_value(job.payload.clone()).map_err(|error| Trouble::Permanent(error.to_string()))?;
    let Some(row) = begin(room, job, payload.apology)? else { return Ok(()) };
    let mail = compose(room, &row)?;
    match room.carrier.hand_over_once(&mail, || mark_handed_over(room, job, &row)) {
        Handed::HeldBack(Failure::Conflict(MOVED_ON)) => Ok(()),
        Handed::HeldBack(Failure::Conflict(SIGNED_MEANWHILE)) => {
            Err(Trouble::Transient(SIGNED_MEANWHILE.to_owned()))
        }
        Handed::HeldBack(failure) => Err(failure.into()),
        Handed::Taken(accepted) => sent(room, job, &row, &accepted),
        Handed::NotTaken(failure) => not_sent(room, job, &row, failure),
    }
}

/// What is to be sent, if anything is.
fn begin(room: &PostRoom, job: &Job, id: ApologyId) -> Outcome<Option<ApologyRow>> {
    let job = job.clone();
    room.db.write_blocking(move |tx| {
        let row = store::lock(tx, id)?;
        match (row.status()?, row.mail_state()?) {
            (LetterStatus::Approved, Some(MailState::Queued)) => Ok(Some(row)),
            (LetterStatus::Approved, Some(MailState::HandedOver)) => {
                tracing::warn!(apology = %id, "killed while it was handed over: a person has to look");
                let state = (Some(MailState::HandedOver), Some(UNKNOWN));
                store::end_mail(tx, id, LetterStatus::Approved, LetterStatus::Paper, state, None)?;
                finish(tx, &job)?;
                Ok(None)
            }
            // Handed over on paper meanwhile, or done before.
            _ => {
                finish(tx, &job)?;
                Ok(None)
            }
        }
    })
}

/// The same bytes at every attempt, whatever has happened to the dossier since.
fn compose(room: &PostRoom, row: &ApologyRow) -> Result<Outgoing, Trouble> {
    let broken = |what: &str| Trouble::Permanent(format!("letter {}: {what}", row.id));
    let facts = row.fixed_facts().map_err(Failure::from)?;
    let letter = row.letter.as_deref().ok_or_else(|| broken("no text"))?;
    let words = mail(&facts, letter).map_err(|error| broken(&error.to_string()))?;
    let attachment = Attachment {
        name: format!("{}.pdf", row.full_number().unwrap_or_default().replace('/', "-")),
        content_type: "application/pdf".to_owned(),
        bytes: paper(room, row)?.pdf,
    };
    Ok(Outgoing {
        message_id: message_id(row.id, &room.letters.from),
        from: room.letters.from.clone(),
        reply_to: room.letters.reply_to.clone(),
        to: row.recipient_email.clone().ok_or_else(|| broken("no address"))?,
        to_name: Some(facts.recipient_name),
        subject: words.subject,
        text: words.text,
        html: words.html,
        attachments: vec![attachment],
        date: row.approved_at.ok_or_else(|| broken("not approved"))?.0,
    })
}

/// The letter as it came back signed, or else as it was fixed at approval.
fn paper(room: &PostRoom, row: &ApologyRow) -> Outcome<Kept> {
    let id = row.id;
    if let Some(signed) = room.db.read_blocking(move |c| store::signed(c, id))? {
        return Ok(Kept { pdf: signed.body, sha256: signed.sha256, template: None });
    }
    let (dossier, occasion) = (row.dossier_id, row.id.to_string());
    if let Some(kept) = room.db.read_blocking(|c| paper::kept(c, dossier, Form::ApologyLetter, &occasion))? {
        return Ok(kept);
    }
    let (room, row) = (room.clone(), row.clone());
    let db = room.db.clone();
    db.write_blocking(move |tx| kept_letter(tx, &room.letters, &row, room.clock.now()))
}

/// The one job that mails this letter.
pub fn job_key(id: ApologyId) -> String {
    format!("{KIND}:{id}")
}

/// The last moment before the text: from here on a crash leaves the letter to a person.
fn mark_handed_over(room: &PostRoom, job: &Job, row: &ApologyRow) -> Outcome<()> {
    let (job, clock, id, composed) = (job.clone(), room.clock.clone(), row.id, row.version);
    room.db.write_blocking(move |tx| {
        renew(tx, &job, clock.now())?;
        if !store::move_mail(tx, id, MailState::Queued, MailState::HandedOver, None)? {
            return Err(Failure::Conflict(MOVED_ON));
        }
        // Under the lock that the step before has taken: what was composed is what there is.
        if store::load(tx, id)?.version == composed {
            Ok(())
        } else {
            Err(Failure::Conflict(SIGNED_MEANWHILE))
        }
    })
}

fn sent(room: &PostRoom, job: &Job, row: &ApologyRow, accepted: &Accepted) -> Result<(), Trouble> {
    let (own, id, now) = (job.clone(), row.id, room.clock.now());
    let written = room.db.write_blocking(move |tx| {
        let state = (Some(MailState::Accepted), None);
        store::end_mail(tx, id, LetterStatus::Approved, LetterStatus::Sent, state, Some(now))?;
        finish(tx, &own)
    });
    tracing::info!(apology = %id, response = accepted.response, "a letter was taken by the mail server");
    match written.map_err(Trouble::from) {
        // Somebody else has put it on the paper list, not knowing. We know.
        Err(Trouble::LeaseLost) => {
            set_right(room, id, now)?;
            Err(Trouble::LeaseLost)
        }
        other => other,
    }
}

fn set_right(room: &PostRoom, id: ApologyId, now: DateTime<Utc>) -> Outcome<()> {
    room.db.write_blocking(move |tx| {
        let row = store::lock(tx, id)?;
        if row.status()? == LetterStatus::Paper && row.mail_error.as_deref() == Some(UNKNOWN) {
            let state = (Some(MailState::Accepted), None);
            store::end_mail(tx, id, LetterStatus::Paper, LetterStatus::Sent, state, Some(now))?;
        }
        Ok(())
    })
}

fn not_sent(room: &PostRoom, job: &Job, row: &ApologyRow, failure: mail::Failure) -> Result<(), Trouble> {
    let since = row.approved_at.map_or(TimeDelta::zero(), |approved_at| room.clock.now() - approved_at.0);
    if !failure.leaves_hope(since) {
        return Ok(give_up(room, job, row.id, failure.reason())?);
    }
    match put_back(room, job, row.id, failure.reason()) {
        Err(Failure::Conflict(MOVED_ON)) => return Ok(()),
        written => written?,
    }
    Err(match failure {
        mail::Failure::RateLimited { reason, retry_after } => Trouble::RateLimited { reason, retry_after },
        other => Trouble::Transient(other.reason().to_owned()),
    })
}

/// To be handed over on paper.
fn give_up(room: &PostRoom, job: &Job, id: ApologyId, reason: &str) -> Outcome<()> {
    tracing::warn!(apology = %id, reason, "a letter cannot be mailed and goes to the paper list");
    let (job, reason) = (job.clone(), reason.to_owned());
    room.db.write_blocking(move |tx| {
        let state = (None, Some(reason.as_str()));
        store::end_mail(tx, id, LetterStatus::Approved, LetterStatus::Failed, state, None)?;
        finish(tx, &job)
    })
}

/// In the house again, if the text had left it at all; for the next attempt.
fn put_back(room: &PostRoom, job: &Job, id: ApologyId, reason: &str) -> Outcome<()> {
    let (job, reason, clock) = (job.clone(), reason.to_owned(), room.clock.clone());
    room.db.write_blocking(move |tx| {
        renew(tx, &job, clock.now())?;
        for from in [MailState::HandedOver, MailState::Queued] {
            if store::move_mail(tx, id, from, MailState::Queued, Some(&reason))? {
                return Ok(());
            }
        }
        Err(Failure::Conflict(MOVED_ON))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_id_is_of_the_letter_and_of_the_senders_host() {
        let id = ApologyId::nil();
        for from in
            ["Một cửa <mot-cua@chicuc.example.vn>", "mot-cua@chicuc.example.vn", "A <a@chicuc.example.vn> "]
        {
            assert_eq!(
                message_id(id, from),
                "00000000-0000-0000-0000-000000000000@chicuc.example.vn",
                "{from}"
            );
        }
    }
}

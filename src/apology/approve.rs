//! `POST /apologies/{id}/approval`: the head of the branch signs. Number, date and text are fixed, the new date is
//! recorded with the dossier, and the mail is on its way out: all in one transaction.

use super::facts::{Signer, Sources, incomplete, unwritable};
use super::papers::{self, Written};
use super::row::{ApologyRow, full_number};
use super::store::{self, Issue};
use super::view::{self, View};
use super::{Letters, send};
use crate::account::HeadOf;
use crate::db::Conn;
use crate::documents::letter::{letter_text, unstated};
use crate::domain::decide::Command;
use crate::domain::event::LetterTimeliness;
use crate::domain::ids::{ApologyId, OfficerId};
use crate::domain::letter_status::LetterStatus;
use crate::domain::local_time::day_of;
use crate::dossier::{Life, Stamp, lookup_key, particulars};
use crate::failure::{Failure, Outcome};
use crate::http::{ActMeta, Body, House, Nothing, Problem, Reply, Seen, Segment, act};
use crate::jobs::{NewJob, enqueue};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use sha2::{Digest, Sha256};

/// Approves a letter: it is numbered, fixed with its fingerprint, and mailed, or listed to be handed over on paper
/// where there is no e-mail address. The head of the branch only.
///
/// 409 `letter-incomplete` names what the law asks for and the letter does not state; 409 `apology-not-draft` when
/// it has been approved or cancelled before.
#[utoipa::path(tag = "apologies", params(Seen), request_body = Nothing,
    responses((status = 200, body = View, headers(("ETag")))))]
#[post("/apologies/{id}/approval")]
pub async fn approve_apology(
    house: Data<House>,
    letters: Data<Letters>,
    head: HeadOf,
    id: Segment<ApologyId>,
    seen: Seen,
    meta: ActMeta,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (cache, room, id) = (house.references.clone(), Letters::clone(&letters), id.into_inner());
    let answer = act(&house, head.id, &meta, move |tx, now| {
        let reference = cache.of(tx)?;
        let row = store::load(tx, id)?;
        head.sees(row.branch_id)?;
        let signer = Signer { name: head.full_name.clone(), title: head.title.clone() };
        approve(tx, &reference, &room, id, &Approver::Head { officer: head.id, signer, seen }, now)?;
        let row = store::load(tx, id)?;
        Ok(Reply::ok(&view::whole(tx, &reference, &room, &row, now)?)?.version(row.version))
    })
    .await?;
    letters.bell.ring();
    Ok(answer)
}

/// Who lets a letter go out.
#[derive(Debug, Clone)]
pub enum Approver {
    Head {
        officer: OfficerId,
        signer: Signer,
        seen: Seen,
    },
    /// The system, as the head has authorised it in writing (`automatic.rs`).
    Authorised {
        signer: Signer,
    },
}

impl Approver {
    fn officer(&self) -> Option<OfficerId> {
        match self {
            Self::Head { officer, .. } => Some(*officer),
            Self::Authorised { .. } => None,
        }
    }

    fn signer(&self) -> &Signer {
        match self {
            Self::Head { signer, .. } | Self::Authorised { signer } => signer,
        }
    }
}

/// Load, decide, save: the same for both approvers.
pub fn approve(
    tx: &mut Conn<'_>,
    reference: &Reference,
    letters: &Letters,
    id: ApologyId,
    approver: &Approver,
    now: DateTime<Utc>,
) -> Outcome<()> {
    // The dossier first: whoever changes it takes its row and then cancels the draft.
    let dossier = store::load(tx, id)?.dossier_id;
    let mut life = Life::load_by_id(tx, dossier)?;
    let row = store::lock(tx, id)?;
    check_standing(&row, approver)?;

    let today = day_of(now);
    let particulars = particulars(tx, life.id())?;
    let sources = Sources {
        reference,
        letters,
        dossier: &store::dossier_line(tx, life.id())?,
        particulars: &particulars,
        lookup_key: &lookup_key(tx, life.id())?,
        signer: approver.signer(),
    };
    let mut facts = sources.facts(&row, today)?;
    facts.issued_on = Some(today);
    let missing = unstated(&facts, row.body.as_deref()).map_err(unwritable)?;
    let (true, Some(new_due_on), Some(cause)) = (missing.is_empty(), row.new_due_on, &facts.cause) else {
        return Err(incomplete(&missing));
    };

    let stamp = Stamp { occurred_at: now, recorded_at: now, officer: approver.officer() };
    if life.dossier().reappointed_due_on != Some(new_due_on) {
        let command =
            Command::Reappoint { new_due_on, cause: cause.as_str().to_owned(), reason: facts.reason.clone() };
        life.decide_and_add(reference, command, stamp, false)?;
    }

    // Last, because others of the branch wait at the counter from here on.
    let number = store::next_number(tx, row.branch_id, today.year())?;
    facts.number = Some(number);
    let letter = letter_text(&facts, row.body.as_deref()).map_err(unwritable)?;
    let sha256 = fingerprint(&letter);
    let command = Command::IssueApology {
        apology: id,
        number: full_number(number, &facts.number_symbol),
        new_due_on,
        sha256: sha256.clone(),
        automatic: matches!(approver, Approver::Authorised { .. }),
    };
    life.decide_and_add(reference, command, stamp, false)?;
    life.save(tx)?;

    let email = particulars
        .applicant
        .email
        .as_deref()
        .or_else(|| particulars.representative.as_ref().and_then(|person| person.email.as_deref()));
    let issue = Issue {
        facts: &facts,
        letter: &letter,
        sha256: &sha256,
        number: i32::try_from(number).map_err(|error| Failure::Broken(error.to_string()))?,
        year: today.year(),
        timeliness: LetterTimeliness::of(row.due_on, today),
        approved_by: approver.officer(),
        email,
    };
    store::issue(tx, id, &issue, now)?;
    // The paper is fixed with the words it carries, before anybody can see either.
    let written = Written {
        id,
        dossier,
        branch: row.branch_id,
        facts: &facts,
        body: row.body.as_deref(),
        number: Some(full_number(number, &facts.number_symbol)),
        dated: now,
    };
    papers::fix(tx, letters, &written)?;
    if email.is_some() {
        // What goes out by itself waits for nobody's signature.
        let wait = approver.officer().map_or(TimeDelta::zero(), |_| letters.signature_wait);
        enqueue(tx, mail_job(id, now + wait), now)?;
    }
    Ok(())
}

fn check_standing(row: &ApologyRow, approver: &Approver) -> Outcome<()> {
    if let Approver::Head { seen, .. } = approver {
        seen.check(row.version)?;
    }
    match row.status()? {
        LetterStatus::Draft => Ok(()),
        _ => Err(Failure::Conflict("apology-not-draft")),
    }
}

fn mail_job(id: ApologyId, run_at: DateTime<Utc>) -> NewJob {
    NewJob {
        kind: send::KIND,
        dedup_key: Some(send::job_key(id)),
        payload: serde_json::json!({ "apology": id }),
        run_at,
    }
}

/// SHA-256 of the letter's bytes, in hexadecimal.
pub fn fingerprint(letter: &str) -> String {
    crate::hex::hex(&Sha256::digest(letter.as_bytes()))
}

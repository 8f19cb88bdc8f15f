//! `POST /apologies/{id}/delivery`: a letter was handed over on paper.

use super::Letters;
use super::edit::may_edit;
use super::row::ApologyRow;
use super::store::{self, Delivery};
use super::view::{self, View};
use crate::account::Officer;
use crate::db::Conn;
use crate::domain::ids::{ApologyId, OfficerId};
use crate::domain::letter_status::{LetterStatus, MailState};
use crate::domain::local_time::whole_seconds;
use crate::domain::people;
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Reply, Seen, Segment, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    InPerson,
    Postal,
    /// At the applicant's address, by an officer or the ward.
    AtHome,
    /// The mail of which nobody knew had arrived: the person says so.
    Email,
}

crate::domain::words::code_words!(How {
    InPerson => "in_person",
    Postal => "postal",
    AtHome => "at_home",
    Email => "email",
});

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApologyDelivery)]
pub struct Request {
    /// in_person, postal, at_home; email when the person confirms that the mail had arrived after all
    how: String,
    delivered_at: DateTime<FixedOffset>,
    /// Who took it.
    to: String,
}

/// Records how, when and to whom a letter was handed over. For letters to be handed over on paper, and for those
/// whose mail has not left the house: it is not sent any more then.
#[utoipa::path(tag = "apologies", params(Seen), request_body = Request,
    responses((status = 200, body = View, headers(("ETag")))))]
#[post("/apologies/{id}/delivery")]
pub async fn deliver_apology(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    id: Segment<ApologyId>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let (cache, letters, id) = (house.references.clone(), Letters::clone(&letters), id.into_inner());
    let mut fields = Fields::new();
    let how = fields.take("/how", how(&body.how));
    let to = fields.take("/to", people::line(&body.to, 200));
    let (how, to) = fields.done(|| Some((how?, to?)))?;
    let at = whole_seconds(body.delivered_at.with_timezone(&Utc));
    act(&house, officer.id, &meta, move |tx, now| {
        let row = store::lock(tx, id)?;
        may_edit(&officer, &row)?;
        seen.check(row.version)?;
        check(&row, at, now)?;
        let delivery = Delivery { at, how: how.as_str().to_owned(), to: to.clone(), by: officer.id };
        store::deliver(tx, id, &delivery)?;
        let (reference, row) = (cache.of(tx)?, store::load(tx, id)?);
        Ok(Reply::ok(&view::whole(tx, &reference, &letters, &row, now)?)?.version(row.version))
    })
    .await
}

/// The same for acts that come by another door than HTTP.
pub fn deliver(
    tx: &mut Conn<'_>,
    id: ApologyId,
    (how, to): (&str, &str),
    at: DateTime<Utc>,
    by: OfficerId,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let row = store::lock(tx, id)?;
    check(&row, at, now)?;
    let delivery = Delivery { at, how: how.to_owned(), to: to.to_owned(), by };
    store::deliver(tx, id, &delivery)
}

fn how(word: &str) -> Result<How, FieldFault> {
    let known = || How::ALL.iter().map(|how| how.as_str()).collect::<Vec<_>>().join(", ");
    word.parse().map_err(|_| FieldFault::with("/how", "unknown-value", known()))
}

fn check(row: &ApologyRow, at: DateTime<Utc>, now: DateTime<Utc>) -> Outcome<()> {
    let status = row.status()?;
    let in_house = status == LetterStatus::Approved && row.mail_state()? == Some(MailState::Queued);
    if !status.awaits_paper() && !in_house {
        return Err(Failure::Conflict("apology-not-on-paper"));
    }
    if at > now {
        return Err(Failure::field("/delivered_at", "occurred-in-future"));
    }
    match row.approved_at {
        Some(approved_at) if approved_at.0 <= at => Ok(()),
        _ => Err(Failure::field("/delivered_at", "before-approval")),
    }
}

//! `PATCH /apologies/{id}`: the words of a draft are put right, or it is stopped from going out by itself.

use super::facts::{Signer, Sources, unwritable};
use super::row::ApologyRow;
use super::view::{self, View};
use super::{Letters, store};
use crate::account::Officer;
use crate::db::Conn;
use crate::documents::letter::unstated;
use crate::domain::apology::CauseCode;
use crate::domain::ids::ApologyId;
use crate::domain::letter_status::LetterStatus;
use crate::domain::local_time::day_of;
use crate::domain::people;
use crate::domain::refusal::Refusal;
use crate::domain::role::Role;
use crate::dossier::{lookup_key, particulars};
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Reply, Seen, Segment, act, given};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, patch};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is left out stays as it is; null takes away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApologyChange)]
pub struct Request {
    /// slow_handling, overload, consulted_agency, field_verification, unclear_rules, system_fault, applicant_late,
    /// disaster, other
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    cause: Option<Option<String>>,
    /// In words, for the person it is written to. Without it the letter has the words of its cause; `other` must be
    /// spelled out.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    reason: Option<Option<String>>,
    /// A working day, later than today and than every date promised before.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    new_due_on: Option<Option<NaiveDate>>,
    /// Prose in place of the form's own. Must still state what the law asks for.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    body: Option<Option<String>>,
    /// True stops the letter from going out by itself; the head can still approve it.
    held_back: Option<bool>,
}

/// Checked field by field; what belongs together is checked with the letter.
#[derive(Debug, Clone)]
struct Change {
    cause: Option<Option<String>>,
    reason: Option<Option<String>>,
    new_due_on: Option<Option<NaiveDate>>,
    body: Option<Option<String>>,
    held_back: Option<bool>,
}

impl Request {
    fn check(&self) -> Outcome<Change> {
        let mut fields = Fields::new();
        let cause = nullable(&mut fields, "/cause", &self.cause, known_cause);
        let reason = nullable(&mut fields, "/reason", &self.reason, |text| people::lines(text, 2000));
        let body = nullable(&mut fields, "/body", &self.body, |text| people::lines(text, 10_000));
        fields.done(|| {
            Some(Change {
                cause: cause?,
                reason: reason?,
                new_due_on: self.new_due_on,
                body: body?,
                held_back: self.held_back,
            })
        })
    }
}

/// A field that may be left out, taken away, or given.
fn nullable<E: crate::failure::fields::IntoFault>(
    fields: &mut Fields,
    pointer: &str,
    raw: &Option<Option<String>>,
    parse: impl FnOnce(&str) -> Result<String, E>,
) -> Option<Option<Option<String>>> {
    match raw {
        None => Some(None),
        Some(None) => Some(Some(None)),
        Some(Some(text)) => fields.take(pointer, parse(text)).map(|text| Some(Some(text))),
    }
}

/// One of the causes of the list.
pub(super) fn known_cause(code: &str) -> Result<String, FieldFault> {
    let known = || CauseCode::BUILT_IN.iter().map(|(code, _)| *code);
    if known().any(|one| one == code) {
        Ok(code.to_owned())
    } else {
        Err(FieldFault::with("/cause", "unknown-value", known().collect::<Vec<_>>().join(", ")))
    }
}

/// Changes a draft. Counter, handler or head of the branch, or an administrator.
#[utoipa::path(tag = "apologies", params(Seen), request_body = Request,
    responses((status = 200, body = View, headers(("ETag")))))]
#[patch("/apologies/{id}")]
pub async fn edit_apology(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    id: Segment<ApologyId>,
    seen: Seen,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let (cache, letters, id) = (house.references.clone(), Letters::clone(&letters), id.into_inner());
    let change = body.check()?;
    act(&house, officer.id, &meta, move |tx, now| {
        let reference = cache.of(tx)?;
        let row = store::lock(tx, id)?;
        may_edit(&officer, &row)?;
        seen.check(row.version)?;
        edit(tx, &reference, &letters, row, &change, now)?;
        let row = store::load(tx, id)?;
        Ok(Reply::ok(&view::whole(tx, &reference, &letters, &row, now)?)?.version(row.version))
    })
    .await
}

/// Whoever works in the branch may; the office only looks.
pub(super) fn may_edit(officer: &Officer, row: &ApologyRow) -> Outcome<()> {
    officer.sees(row.branch_id)?;
    if officer.role == Role::Office { Err(Failure::Forbidden("role-may-not")) } else { Ok(()) }
}

/// Writes into a draft why the dossier will be late, for acts that come by another door than HTTP.
pub fn state_cause(
    tx: &mut Conn<'_>,
    reference: &Reference,
    letters: &Letters,
    id: ApologyId,
    (cause, reason): (&str, &str),
    now: DateTime<Utc>,
) -> Outcome<()> {
    let change = Change {
        cause: Some(Some(known_cause(cause).map_err(|fault| Failure::Invalid(vec![fault]))?)),
        reason: Some(Some(reason.to_owned())),
        new_due_on: None,
        body: None,
        held_back: None,
    };
    let row = store::lock(tx, id)?;
    edit(tx, reference, letters, row, &change, now)
}

/// Decide, save: `row` is locked.
fn edit(
    tx: &mut Conn<'_>,
    reference: &Reference,
    letters: &Letters,
    mut row: ApologyRow,
    change: &Change,
    now: DateTime<Utc>,
) -> Outcome<()> {
    if row.status()? != LetterStatus::Draft {
        return Err(Failure::Conflict("apology-not-draft"));
    }
    let dossier = store::dossier_line(tx, row.dossier_id)?;
    if let Some(Some(date)) = change.new_due_on {
        let promised = dossier.reappointed_due_on.filter(|promised| *promised != date);
        check_new_date(reference, date, row.due_on.max(day_of(now)).max(promised.unwrap_or(row.due_on)))?;
    }
    row.cause = change.cause.clone().unwrap_or(row.cause);
    row.reason = change.reason.clone().unwrap_or(row.reason);
    row.new_due_on = change.new_due_on.unwrap_or(row.new_due_on);
    row.body = change.body.clone().unwrap_or(row.body);
    row.held_back = change.held_back.unwrap_or(row.held_back);
    if row.body.is_some() {
        let sources = Sources {
            reference,
            letters,
            dossier: &dossier,
            particulars: &particulars(tx, row.dossier_id)?,
            lookup_key: &lookup_key(tx, row.dossier_id)?,
            signer: &Signer::default(),
        };
        check_body(&sources, &row, now)?;
    }
    store::save_draft(tx, &row)
}

/// A working day, later than `after`.
fn check_new_date(reference: &Reference, date: NaiveDate, after: NaiveDate) -> Outcome<()> {
    if date <= after {
        return Err(Refusal::NewDateNotLater { date, after }.into());
    }
    if !reference.calendar.is_working(date).map_err(Refusal::from)? {
        return Err(Refusal::NotAWorkingDay { date }.into());
    }
    Ok(())
}

/// What the form's own prose states must not get lost by editing; what nobody has said yet is no fault of it.
fn check_body(sources: &Sources<'_>, row: &ApologyRow, now: DateTime<Utc>) -> Outcome<()> {
    let facts = sources.facts(row, day_of(now))?;
    let own = unstated(&facts, None).map_err(unwritable)?;
    let edited = unstated(&facts, row.body.as_deref()).map_err(unwritable)?;
    let lost: Vec<&str> =
        edited.iter().filter(|part| !own.contains(part)).map(|part| part.as_str()).collect();
    if lost.is_empty() {
        Ok(())
    } else {
        Err(Failure::Invalid(vec![FieldFault::with("/body", "must-state", lost.join(", "))]))
    }
}

//! `POST /print-batches`: up to a thousand papers are to be printed into one file.

use super::kind::{Chosen, Kind, MOST};
use super::store::{self, BatchRow, State};
use super::view::View;
use super::work;
use crate::account::Officer;
use crate::apology::Letters;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{apologies, dossiers};
use crate::db::types::Moment;
use crate::documents::join::FIRST;
use crate::domain::ids::{BranchId, PrintBatchId};
use crate::domain::letter_status::LetterStatus;
use crate::domain::local_time::{day_of, moment};
use crate::domain::people;
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Lang, Problem, Reply, act};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use diesel::prelude::*;
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Batches of one officer that are being printed at the same time.
const AT_WORK: i64 = 3;
/// A dossier's code is shorter.
const LONGEST_CODE: usize = 60;

/// Which papers: those of the dossiers named, or all that are so.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PrintOrder)]
pub struct Request {
    /// receipts, letters, supplement-requests, refusals, stopping-notices, control-sheets
    #[schema(example = "letters")]
    kind: String,
    /// Of these dossiers, 1–1,000 codes, each once; in this order.
    codes: Option<Vec<String>>,
    /// In place of codes. awaiting_paper: letters that are to be handed over on paper; today: papers of dossiers
    /// received today.
    of: Option<String>,
    /// Narrows `of` down to a branch.
    branch_code: Option<String>,
}

/// What is asked for, once it is known to be something.
struct Asked {
    kind: Kind,
    choice: Choice,
}

enum Choice {
    Codes(Vec<String>),
    All { of: Chosen, branch_code: Option<String> },
}

/// Prints many papers into one file, as a job; the batch stands at `Location`. Papers given out before are in it byte
/// for byte as far as they are drawn; ones not asked for yet are given out by this. 409 `batch-too-large` when more than
/// 1,000 papers are so, `batch-nothing` when none is, `batches-at-work` while three of the officer's are being printed.
#[utoipa::path(tag = "documents", request_body = Request, responses((status = 202, body = View)))]
#[post("/print-batches")]
pub async fn order_print_batch(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    lang: Lang,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let asked = body.into_inner().check()?;
    let (cache, who) = (house.references.clone(), officer.id);
    let answer = act(&house, who, &meta, move |tx, now| {
        if store::at_work(tx, officer.id)? >= AT_WORK {
            return Err(Failure::Conflict("batches-at-work"));
        }
        let (chosen, codes) = match &asked.choice {
            Choice::Codes(codes) => (Chosen::Codes, codes.clone()),
            Choice::All { of, branch_code } => {
                let reference = cache.of(tx)?;
                let branch = branch(&reference, &officer, branch_code.as_deref())?;
                let mut codes = all(tx, *of, branch, now)?;
                // Of two letters of a dossier the last one counts.
                let mut seen = BTreeSet::new();
                codes.retain(|code| seen.insert(code.clone()));
                (*of, codes)
            }
        };
        match codes.len() {
            0 => return Err(Failure::Conflict("batch-nothing")),
            count if count > MOST => return Err(Failure::Conflict("batch-too-large")),
            _ => {}
        }
        let row = BatchRow {
            id: PrintBatchId::at(now),
            kind: asked.kind.as_str().to_owned(),
            chosen: chosen.as_str().to_owned(),
            branch_id: officer.scope(),
            ordered_at: now.into(),
            ordered_by: officer.id,
            ordered_by_name: officer.full_name.clone(),
            state: State::Printing.as_str().to_owned(),
            total: i32::try_from(codes.len()).unwrap_or(i32::MAX),
            done: 0,
            faulty: 0,
            pages: 0,
            next_object: FIRST.into(),
            bytes: 0,
            changed_at: now.into(),
        };
        store::insert(tx, &row, &codes)?;
        work::queue(tx, row.id, now)?;
        Reply::accepted(&format!("/print-batches/{}", row.id), &View::of(tx, row, lang)?)
    })
    .await?;
    letters.bell.ring();
    Ok(answer)
}

impl Request {
    fn check(self) -> Outcome<Asked> {
        let mut fields = Fields::new();
        let kind: Option<Kind> = self.kind.parse().ok();
        if kind.is_none() {
            fields.fault(FieldFault::new("/kind", "unknown-value"));
        }
        let choice = match (self.codes, self.of) {
            (Some(codes), None) => {
                fields.check(self.branch_code.is_none(), "/branch_code", "unknown-field");
                codes_of(&mut fields, &codes).map(Choice::Codes)
            }
            (None, Some(of)) => {
                let of = match of.as_str() {
                    "awaiting_paper" if kind == Some(Kind::Letters) => Some(Chosen::AwaitingPaper),
                    "today" if kind != Some(Kind::Letters) => Some(Chosen::Today),
                    _ => None,
                };
                if of.is_none() {
                    fields.fault(FieldFault::new("/of", "unknown-value"));
                }
                of.map(|of| Choice::All { of, branch_code: self.branch_code })
            }
            (None, None) => {
                fields.fault(FieldFault::new("/codes", "required"));
                None
            }
            (Some(_), Some(_)) => {
                fields.fault(FieldFault::new("/of", "unknown-field"));
                None
            }
        };
        fields.done(|| Some(Asked { kind: kind?, choice: choice? }))
    }
}

fn codes_of(fields: &mut Fields, raw: &[String]) -> Option<Vec<String>> {
    if raw.is_empty() {
        fields.fault(FieldFault::new("/codes", "required"));
        return None;
    }
    if raw.len() > MOST {
        fields.fault(FieldFault::with("/codes", "too-many", MOST));
        return None;
    }
    let mut seen = BTreeSet::new();
    let codes: Vec<Option<String>> = raw
        .iter()
        .enumerate()
        .map(|(place, code)| {
            let pointer = format!("/codes/{place}");
            let code = fields.take(&pointer, people::line(code, LONGEST_CODE))?;
            fields.check(seen.insert(code.clone()), &pointer, "duplicate-field");
            Some(code)
        })
        .collect();
    codes.into_iter().collect()
}

/// The branch asked for, or the officer's own; none for all.
fn branch(reference: &Reference, officer: &Officer, code: Option<&str>) -> Outcome<Option<BranchId>> {
    let Some(code) = code else { return Ok(officer.scope()) };
    let branch = reference.branch(code).ok_or_else(|| Failure::field("/branch_code", "no-such-branch"))?;
    officer.sees(branch.id)?;
    Ok(Some(branch.id))
}

/// The codes of all dossiers with such a paper, up to one more than a batch takes: letters in the order in which they
/// were signed, receipts in that of their codes.
fn all(c: &mut Conn<'_>, of: Chosen, branch: Option<BranchId>, now: DateTime<Utc>) -> Outcome<Vec<String>> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX) + 1;
    if of == Chosen::AwaitingPaper {
        let waiting = [LetterStatus::Paper.as_str(), LetterStatus::Failed.as_str()];
        return Ok(both!(c, |c| {
            let mut query = apologies::table
                .inner_join(dossiers::table.on(dossiers::id.eq(apologies::dossier_id)))
                .filter(apologies::status.eq_any(waiting))
                .into_boxed();
            if let Some(branch) = branch {
                query = query.filter(apologies::branch_id.eq(branch));
            }
            query.order((apologies::approved_at, apologies::id)).limit(most).select(dossiers::code).load(c)
        })?);
    }
    let today = day_of(now);
    let midnight = |day: NaiveDate| moment(day.and_time(NaiveTime::MIN));
    let (from, before) = (midnight(today), midnight(today.succ_opt().unwrap_or(today)));
    Ok(both!(c, |c| {
        let mut query = dossiers::table
            .filter(dossiers::received_at.ge(Moment(from)))
            .filter(dossiers::received_at.lt(Moment(before)))
            .into_boxed();
        if let Some(branch) = branch {
            query = query.filter(dossiers::branch_id.eq(branch));
        }
        query.order(dossiers::code).limit(most).select(dossiers::code).load(c)
    })?)
}

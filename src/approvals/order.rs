//! `POST /approval-orders`: up to a thousand letters are approved, each in the version that was read.

use super::store::{self, ItemRow, OrderRow};
use super::view::View;
use super::work;
use crate::account::HeadOf;
use crate::apology::{Letters, Named, named};
use crate::domain::ids::{ApologyId, ApprovalOrderId};
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use crate::order::OrderState;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Letters in one order.
pub const MOST: usize = 1000;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalOrderRequest)]
pub struct Request {
    /// 1–1,000, each once; approved and numbered in this order.
    letters: Vec<LetterSeen>,
}

/// A letter as it was read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterSeen {
    #[schema(value_type = uuid::Uuid)]
    id: ApologyId,
    /// The `version` that was read. One that has changed since is not approved.
    #[schema(example = 2)]
    version: i32,
}

/// Approves many letters, as a job; the order stands at `Location`. Each is approved as by itself, in a transaction of its
/// own, in the version named here; one that cannot be is told of with why. The head of the branch only. 409
/// `approvals-at-work` while another order of the same head is being worked on.
#[utoipa::path(tag = "apologies", request_body = Request, responses((status = 202, body = View)))]
#[post("/approval-orders")]
pub async fn order_approvals(
    house: Data<House>,
    letters: Data<Letters>,
    head: HeadOf,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let asked = body.into_inner().check()?;
    let officer = head.0.clone();
    let answer = act(&house, officer.id, &meta, move |tx, now| {
        let branch = officer.branch.ok_or(Failure::Forbidden("head-only"))?;
        let ids: Vec<ApologyId> = asked.iter().map(|letter| letter.id).collect();
        let found = named(tx, &ids)?;
        let mut unknown = Vec::new();
        let id = ApprovalOrderId::at(now);
        let mut items = Vec::with_capacity(asked.len());
        for (place, letter) in (1..).zip(&asked) {
            let Some(Named { branch, dossier_code }) = found.get(&letter.id) else {
                unknown.push(FieldFault::new(format!("/letters/{}/id", place - 1), "unknown-value"));
                continue;
            };
            officer.sees(*branch)?;
            items.push(ItemRow {
                order_id: id,
                place,
                apology_id: letter.id,
                version: letter.version,
                dossier_code: dossier_code.clone(),
                outcome: None,
                number: None,
                by_mail: None,
                fault: None,
                missing: None,
            });
        }
        if !unknown.is_empty() {
            return Err(Failure::Invalid(unknown));
        }
        let row = OrderRow {
            id,
            branch_id: branch,
            ordered_at: now.into(),
            ordered_by: officer.id,
            ordered_by_name: officer.full_name.clone(),
            ordered_by_title: officer.title.clone(),
            state: OrderState::Working.as_str().to_owned(),
            total: i32::try_from(items.len()).unwrap_or(i32::MAX),
            done: 0,
            approved: 0,
            refused: 0,
            changed_at: now.into(),
        };
        if !store::insert(tx, &row, &items)? {
            return Err(Failure::Conflict("approvals-at-work"));
        }
        work::queue(tx, id, now)?;
        tracing::info!(order = %id, officer = %officer.id, letters = items.len(), "letters are to be approved");
        Reply::accepted(&format!("/approval-orders/{id}"), &View::of(row)?)
    })
    .await?;
    letters.bell.ring();
    Ok(answer)
}

impl Request {
    fn check(self) -> Outcome<Vec<LetterSeen>> {
        let mut fields = Fields::new();
        match self.letters.len() {
            0 => fields.fault(FieldFault::new("/letters", "required")),
            1..=MOST => {}
            _ => fields.fault(FieldFault::with("/letters", "too-many", MOST)),
        }
        let mut seen = BTreeSet::new();
        for (place, letter) in self.letters.iter().take(MOST).enumerate() {
            fields.check(seen.insert(letter.id), &format!("/letters/{place}/id"), "duplicate-field");
        }
        fields.done(|| Some(self.letters))
    }
}

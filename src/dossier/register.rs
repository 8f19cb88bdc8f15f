//! `POST /dossiers`: a dossier is handed in. In person, registering and receiving are one act; what came online
//! or by post may be registered only, and accepted later.

use super::intake::{Intake, RawComponent, RawPerson, check_components, check_lines};
use super::transition::{save_and_view, stamp};
use super::view::View;
use crate::account::Officer;
use crate::domain::event::{Particulars, ReturnChannel};
use crate::failure::{Failure, Fields, Outcome};
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use crate::reference::{Branch, Reference};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A dossier to be taken in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDossier)]
pub struct Request {
    #[schema(example = "1.003650")]
    procedure_code: String,
    /// Required where the procedure has several cases.
    case: Option<String>,
    /// Required for officers without a branch; others take in for their own.
    branch_code: Option<String>,
    /// in_person, online, postal
    channel: String,
    applicant: RawPerson,
    /// Who hands it in for the applicant.
    representative: Option<RawPerson>,
    #[serde(default)]
    components: Vec<RawComponent>,
    /// How the applicant wants the result: in_person, online, postal
    return_channel: Option<String>,
    request_summary: Option<String>,
    /// When it happened, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
    /// Not accepted yet: no clock starts.
    #[serde(default)]
    register_only: bool,
}

impl Request {
    fn check(&self) -> Outcome<Intake> {
        let mut fields = Fields::new();
        let channel = fields.take("/channel", self.channel.parse());
        let applicant = self.applicant.check(&mut fields, "/applicant");
        let representative = match &self.representative {
            Some(person) => person.check(&mut fields, "/representative").map(Some),
            None => Some(None),
        };
        let components = check_components(&mut fields, &self.components);
        let request_summary =
            check_lines(&mut fields, "/request_summary", self.request_summary.as_deref(), 2000);
        let return_channel =
            fields.optional("/return_channel", self.return_channel.as_deref(), str::parse::<ReturnChannel>);
        fields.done(|| {
            Some(Intake {
                procedure_code: self.procedure_code.clone(),
                case: self.case.clone(),
                time_limit: None,
                channel: channel?,
                particulars: Particulars {
                    applicant: applicant?,
                    representative: representative?,
                    components: components?,
                    request_summary: request_summary?,
                    return_channel: return_channel?,
                },
                register_only: self.register_only,
            })
        })
    }
}

/// Takes a dossier in.
///
/// Gives it the next code of the agency's day, starts the clock unless `register_only`, and answers with the due
/// date. Counter, head of the branch, or an administrator for any branch.
#[utoipa::path(tag = "dossiers", request_body = Request,
    responses((status = 201, body = View, headers(("Location"), ("ETag")))))]
#[post("/dossiers")]
pub async fn register_dossier(
    house: Data<House>,
    officer: Officer,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let (intake, branch_code, occurred_at) = (body.check()?, body.branch_code.clone(), body.occurred_at);
    let references = house.references.clone();
    act(&house, officer.id, &meta, move |tx, now| {
        let reference = references.of(tx)?;
        let branch = branch_for(&officer, &reference, branch_code.as_deref())?;
        let stamp = stamp(&officer, occurred_at, now);
        let life = intake.begin(tx, &reference, &branch, stamp, officer.role.may_backdate())?;
        let view = save_and_view(tx, &reference, life, now)?;
        let version = i32::try_from(view.version).unwrap_or(i32::MAX);
        Ok(Reply::created(&format!("/dossiers/{}", view.code), &view)?.version(version))
    })
    .await
}

/// The branch a dossier is taken in for: the officer's own, or the one an administrator names.
fn branch_for(officer: &Officer, reference: &Reference, named: Option<&str>) -> Outcome<Arc<Branch>> {
    if !officer.role.may_register() {
        return Err(Failure::Forbidden("role-may-not"));
    }
    let own = officer.branch.and_then(|id| reference.branch_by_id(id));
    let branch = match (named, own) {
        (Some(code), _) => {
            reference.branch(code).ok_or_else(|| Failure::field("/branch_code", "unknown-branch"))?
        }
        (None, Some(own)) => own,
        (None, None) => return Err(Failure::field("/branch_code", "required")),
    };
    officer.sees(branch.id)?;
    if branch.active {
        Ok(Arc::clone(branch))
    } else {
        Err(Failure::field("/branch_code", "branch-not-active"))
    }
}

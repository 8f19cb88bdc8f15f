//! `POST /dossiers`: a dossier is handed in. In person, registering and receiving are one act; what came online
//! or by post may be registered only, and accepted later.

use super::intake::{Intake, RawComponent, RawPerson, check_components, check_lines};
use super::transition::{save_and_view, stamp};
use super::view::{self, View};
use super::{entries, store};
use crate::account::Officer;
use crate::db::Conn;
use crate::domain::event::{Particulars, ReturnChannel};
use crate::domain::ids::DossierId;
use crate::domain::people;
use crate::failure::{Failure, Fields, Outcome, Thing};
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use crate::reference::{Branch, Reference};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset, Utc};
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
    /// What the entry is known by in the branch, such as a random text of its form: whoever sends it again, under whatever
    /// name and key, gets the dossier that was made of it. For some days.
    #[schema(max_length = 255)]
    entry: Option<String>,
}

impl Request {
    /// What is taken in, and what its entry is known by.
    fn check(&self) -> Outcome<(Intake, Option<String>)> {
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
        let entry = fields.optional("/entry", self.entry.as_deref(), |text| people::line(text, 255));
        fields.done(|| {
            let intake = Intake {
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
            };
            Some((intake, entry?))
        })
    }
}

/// Takes a dossier in.
///
/// Gives it the next code of the agency's day, starts the clock unless `register_only`, and answers with the due
/// date. Counter, head of the branch, or an administrator for any branch. 200 where a dossier was made of this `entry`
/// before: that dossier, as it is now; nothing else of what was sent is kept.
#[utoipa::path(tag = "dossiers", request_body = Request,
    responses((status = 201, body = View, headers(("Location"), ("ETag"))),
        (status = 200, body = View, headers(("ETag")))))]
#[post("/dossiers")]
pub async fn register_dossier(
    house: Data<House>,
    officer: Officer,
    meta: ActMeta,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let (intake, entry) = body.check()?;
    let (branch_code, occurred_at) = (body.branch_code.clone(), body.occurred_at);
    let references = house.references.clone();
    act(&house, officer.id, &meta, move |tx, now| {
        let reference = references.of(tx)?;
        let branch = branch_for(&officer, &reference, branch_code.as_deref())?;
        if let Some(entry) = &entry
            && let Some(made) = entries::claim(tx, branch.id, entry, now)?
        {
            return made_before(tx, &reference, made, now);
        }
        let stamp = stamp(&officer, occurred_at, now);
        let life = intake.begin(tx, &reference, &branch, stamp, officer.role.may_backdate())?;
        let id = life.id();
        let view = save_and_view(tx, &reference, life, now)?;
        if let Some(entry) = &entry {
            entries::keep(tx, branch.id, entry, id)?;
        }
        let version = i32::try_from(view.version).unwrap_or(i32::MAX);
        Ok(Reply::created(&format!("/dossiers/{}", view.code), &view)?.version(version))
    })
    .await
}

/// The dossier that was made of the same entry, of a branch whose dossiers the asker may take in.
fn made_before(
    tx: &mut Conn<'_>,
    reference: &Reference,
    made: DossierId,
    now: DateTime<Utc>,
) -> Outcome<Reply> {
    let row = store::lock_by_id(tx, made)?.ok_or(Failure::NotFound(Thing::Dossier))?;
    let view = view::view(tx, reference, &row, view::today(now))?;
    Ok(Reply::ok(&view)?.version(row.version))
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

//! `POST /dossiers/{code}/documents/preview`: the slip that an act would give out, printed from what has been entered
//! for it, before anything is done.
//!
//! The rules decide as they would for the act itself: what they would refuse is refused here, in the same words. The
//! event they would write stays in memory, and the paper is printed from it.

use super::facts::Facts;
use super::print::{self, Kept, own_template};
use super::{forms, not_printed, show};
use crate::account::Officer;
use crate::apology::Letters;
use crate::documents::forms::Form;
use crate::domain::decide::Command;
use crate::domain::event::Event;
use crate::domain::lifecycle::Act;
use crate::domain::people;
use crate::dossier::{self, Views, check_items, decided, stamp};
use crate::failure::{Failure, FieldFault, Fields};
use crate::http::{Body, House, Problem, Segment};
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use utoipa::ToSchema;

/// What would be entered for the act.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaperPreview)]
pub struct Request {
    /// supplement-request, refusal or stopping-notice.
    form: String,
    /// What is missing, 1–100 lines: of a supplement request, and of nothing else.
    items: Option<Vec<String>>,
    /// 1–2,000 characters.
    reason: String,
    /// When it happened, if it is entered afterwards.
    occurred_at: Option<DateTime<FixedOffset>>,
}

impl Request {
    fn check(self) -> Result<(Form, Command), Failure> {
        let mut fields = Fields::new();
        let items = match (self.form.as_str(), &self.items) {
            ("supplement-request", items) => {
                let items = items.as_deref().unwrap_or_default();
                fields.check(!items.is_empty(), "/items", "required");
                check_items(&mut fields, items)
            }
            (_, Some(_)) => {
                fields.fault(FieldFault::new("/items", "unknown-field"));
                None
            }
            (_, None) => Some(Vec::new()),
        };
        let reason = fields.take("/reason", people::lines(&self.reason, 2000));
        let known = ["supplement-request", "refusal", "stopping-notice"];
        if !known.contains(&self.form.as_str()) {
            fields.fault(FieldFault::with("/form", "unknown-value", known.join(", ")));
        }
        fields.done(|| {
            let (items, reason) = (items?, reason?);
            Some(match self.form.as_str() {
                "supplement-request" => {
                    (Form::SupplementRequest, Command::RequestSupplement { items, reason })
                }
                "refusal" => (Form::Refusal, Command::Refuse { reason }),
                _ => (Form::StoppingNotice, Command::Stop { reason }),
            })
        })
    }
}

/// The slip that a supplement request, a refusal or a stop would give out, as PDF, marked as a look ahead (XEM TRƯỚC).
/// Nothing is done and nothing kept. Who may do the act may look, and what would be refused is refused.
#[utoipa::path(tag = "documents", params(("code" = String, Path)), request_body = Request,
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf", headers(("ETag")))))]
#[post("/dossiers/{code}/documents/preview")]
pub async fn preview_document(
    house: Data<House>,
    letters: Data<Letters>,
    views: Data<Views>,
    officer: Officer,
    code: Segment<String>,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let occurred_at = body.occurred_at;
    let (form, command) = body.into_inner().check()?;
    let (references, now, code) = (house.references.clone(), house.clock.now(), code.into_inner());
    let (url, who) = (letters.public_url.clone(), officer.id);
    let (sheet, own) = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let (id, dossier) = dossier::find(c, &code)?;
            officer.may(act_of(form), dossier.branch)?;
            let stamp = stamp(&officer, occurred_at, now);
            let fact = decided(&dossier, &reference, command, stamp, officer.role.may_backdate())?;
            let event = Event {
                seq: dossier.version + 1,
                occurred_at: stamp.occurred_at,
                recorded_at: stamp.recorded_at,
                officer: stamp.officer,
                fact,
            };
            let facts = Facts::read(c, &reference, id, dossier)?;
            let facts = facts.foresee(event, officer.id, &officer.full_name);
            let sheet = forms::sheet(&facts, form, &url, now)?.preview();
            let own = own_template(c, sheet.branch, form)?;
            Ok::<_, Failure>((sheet, own))
        })
        .await?;
    let (dossier, branch) = (sheet.dossier, sheet.branch);
    let name = format!("{}-{form}-xem-truoc.pdf", sheet.name);
    let press = letters.press.clone();
    let paper: Kept = web::block(move || print::print(&press, own.as_ref(), &sheet))
        .await
        .map_err(|_| Failure::Broken("the printing thread ended".to_owned()))?
        .map_err(not_printed)?;
    views.note(dossier, branch, who, now, &format!("{form}-preview"));
    Ok(show::answer(&name, &paper))
}

fn act_of(form: Form) -> Act {
    match form {
        Form::SupplementRequest => Act::RequestSupplement,
        Form::Refusal => Act::Refuse,
        _ => Act::Stop,
    }
}

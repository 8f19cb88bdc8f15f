//! `PUT /templates/{form}`: a branch's papers are printed with this template from now on. It is tried first, with an
//! invented dossier and apart from the service; one that does not work, or leaves out what the law wants said in an
//! apology, is refused with the reason. `POST /templates/{form}/preview` shows what it would look like.

use super::print::Kept;
use super::show_template::{Kind, OfBranch, TemplateView};
use super::store::{self, TemplateRow};
use super::{not_printed, show};
use crate::account::Admin;
use crate::apology::Letters;
use crate::db::types::Moment;
use crate::documents::forms::{Form, sample, sample_letter};
use crate::documents::letter::{LetterError, unsaid};
use crate::documents::typeset::{Order, Press, PressError, Printed, TemplateFault};
use crate::failure::{Failure, FieldFault};
use crate::hex::hex;
use crate::http::{ActMeta, Body, House, Problem, Query, Reply, Segment, act};
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, post, put};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::time::Duration;
use utoipa::ToSchema;

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateSource {
    /// Typst. It may `#import "common.typ": *` and reads its data with `json("data.json")`; it reaches nothing else.
    source: String,
}

/// A template that takes longer with an invented dossier is refused.
const MOST: Duration = Duration::from_secs(10);
/// Characters of a template.
const LONGEST: usize = 100_000;

/// Puts a template in the place of the program's own, for one branch. Administrators.
///
/// 422 names the fault of a template that does not work, with its line, and each part that the law wants in an
/// apology and that it leaves out. The program's own serves meanwhile, and whenever this one fails later.
#[utoipa::path(tag = "documents", params(OfBranch), request_body = TemplateSource,
    responses((status = 200, body = TemplateView)))]
#[put("/templates/{form}")]
pub async fn put_template(
    house: Data<House>,
    letters: Data<Letters>,
    admin: Admin,
    form: Segment<Kind>,
    of: Query<OfBranch>,
    meta: ActMeta,
    body: Body<TemplateSource>,
) -> Result<HttpResponse, Problem> {
    let (form, source) = (form.into_inner(), body.into_inner().source);
    let (references, officer) = (house.references.clone(), admin.id);
    let of = of.into_inner();
    tried(&letters.press, form, source.clone(), house.clock.now()).await?;
    let sha256 = hex(&Sha256::digest(source.as_bytes()));
    act(&house, admin.id, &meta, move |tx, now| {
        let reference = references.of(tx)?;
        let branch = of.branch(&reference)?;
        let row = TemplateRow {
            branch_id: branch.id,
            form: form.as_str().to_owned(),
            source: source.clone(),
            sha256: sha256.clone(),
            saved_at: Moment(now),
            saved_by: officer,
        };
        store::save_template(tx, &row)?;
        tracing::info!(branch = branch.code, %form, template = sha256, %officer, "template saved");
        Reply::ok(&TemplateView::of(form, branch, Some(&row)))
    })
    .await
}

/// A template printed with an invented dossier, before it is saved. Administrators.
#[utoipa::path(tag = "documents", request_body = TemplateSource,
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
#[post("/templates/{form}/preview")]
pub async fn preview_template(
    house: Data<House>,
    letters: Data<Letters>,
    _admin: Admin,
    form: Segment<Kind>,
    body: Body<TemplateSource>,
) -> Result<HttpResponse, Problem> {
    let form = form.into_inner();
    let printed = tried(&letters.press, form, body.into_inner().source, house.clock.now()).await?;
    let sha256 = hex(&Sha256::digest(&printed.pdf));
    Ok(show::answer(&format!("{form}.pdf"), &Kept { pdf: printed.pdf, sha256, template: None }))
}

/// Printed with an invented dossier, or refused.
async fn tried(press: &Press, form: Form, source: String, now: DateTime<Utc>) -> Result<Printed, Problem> {
    if source.chars().count() > LONGEST {
        return Err(Problem::field(FieldFault::with("/source", "too-long", LONGEST)));
    }
    let press = press.clone();
    web::block(move || try_out(&press, form, source, now))
        .await
        .map_err(|_| Failure::Broken("the printing thread ended".to_owned()))?
}

fn try_out(press: &Press, form: Form, template: String, dated: DateTime<Utc>) -> Result<Printed, Problem> {
    let broken = |error: LetterError| Problem::from(Failure::Broken(error.to_string()));
    let data = sample(form).map_err(broken)?;
    let order = Order { template, data, ident: format!("sample/{form}"), dated };
    let printed = press.try_apart(&order, MOST).map_err(refused)?;
    if matches!(form, Form::Apology | Form::ApologyLetter) {
        let missing = unsaid(&sample_letter(), &printed.text).map_err(broken)?;
        if !missing.is_empty() {
            let missing: Vec<&str> = missing.iter().map(|part| part.as_str()).collect();
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "template-leaves-out")
                .fact("missing", missing));
        }
    }
    Ok(printed)
}

fn refused(error: PressError) -> Problem {
    match error {
        PressError::Template(TemplateFault { line: Some(line), message }) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "template-broken")
                .fact("line", line)
                .fact("fault", message)
        }
        PressError::Template(TemplateFault { line: None, message }) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "template-unusable").fact("fault", message)
        }
        PressError::TooLong(most) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "template-too-slow")
            .fact("seconds", most.as_secs()),
        PressError::Died => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "template-too-large"),
        other => not_printed(other).into(),
    }
}

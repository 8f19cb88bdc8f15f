//! `GET /templates`: which forms there are, and which branches have put a template of their own in their place.

use super::store;
use crate::account::Admin;
use crate::documents::forms::Form;
use crate::domain::local_time::local;
use crate::failure::Failure;
use crate::http::{House, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateList {
    pub items: Vec<FormView>,
    /// Always null: there are few.
    pub next: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateForm)]
pub struct FormView {
    /// receipt, supplement-request, refusal, apology, apology-letter, stopping-notice, control-sheet, register
    pub form: &'static str,
    /// Branches with a template of their own.
    pub own: Vec<OwnTemplate>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OwnTemplate {
    pub branch_code: String,
    pub sha256: String,
    pub saved_at: DateTime<FixedOffset>,
    pub saved_by: String,
}

/// The forms and their templates. Administrators.
#[utoipa::path(tag = "documents", responses((status = 200, body = TemplateList)))]
#[get("/templates")]
pub async fn list_templates(house: Data<House>, _admin: Admin) -> Result<HttpResponse, Problem> {
    let references = house.references.clone();
    let items = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let rows = store::templates(c)?;
            let people: Vec<_> = rows.iter().map(|(.., by)| *by).collect();
            let names = store::names(c, &people)?;
            let own = |form: Form| {
                rows.iter()
                    .filter(|(_, of, ..)| of == form.as_str())
                    .map(|(branch, _, sha256, at, by)| OwnTemplate {
                        branch_code: reference
                            .branch_by_id(*branch)
                            .map(|branch| branch.code.clone())
                            .unwrap_or_default(),
                        sha256: sha256.clone(),
                        saved_at: local(at.0),
                        saved_by: names.get(by).cloned().unwrap_or_default(),
                    })
                    .collect()
            };
            Ok::<_, Failure>(
                Form::ALL.iter().map(|form| FormView { form: form.as_str(), own: own(*form) }).collect(),
            )
        })
        .await?;
    Ok(HttpResponse::Ok().json(TemplateList { items, next: None }))
}

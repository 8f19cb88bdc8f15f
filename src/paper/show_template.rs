//! `GET /templates/{form}`: the template in use, as its source, or printed with an invented dossier.

use super::print::own_template;
use super::store::TemplateRow;
use crate::account::Admin;
use crate::documents::forms::Form;
use crate::domain::local_time::local;
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem, Query, Segment};
use crate::reference::{Branch, Reference};
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// A form; by this name because the description of the API takes `Form` for a web form.
pub type Kind = Form;

/// Whose template.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OfBranch {
    #[param(example = "TS")]
    pub branch_code: String,
}

impl OfBranch {
    pub fn branch<'r>(&self, reference: &'r Reference) -> Outcome<&'r Arc<Branch>> {
        let unknown = || Failure::field("/query/branch_code", "unknown-value");
        reference.branch(&self.branch_code).ok_or_else(unknown)
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Template)]
pub struct TemplateView {
    pub form: &'static str,
    pub branch_code: String,
    /// It is the program's own.
    pub built_in: bool,
    /// Typst.
    pub source: String,
    pub saved_at: Option<DateTime<FixedOffset>>,
}

impl TemplateView {
    pub fn of(form: Form, branch: &Branch, own: Option<&TemplateRow>) -> Self {
        Self {
            form: form.as_str(),
            branch_code: branch.code.clone(),
            built_in: own.is_none(),
            source: own.map_or_else(|| form.template().to_owned(), |own| own.source.clone()),
            saved_at: own.map(|own| local(own.saved_at.0)),
        }
    }
}

/// The template that papers of a branch are printed with. Administrators.
#[utoipa::path(tag = "documents", params(OfBranch), responses((status = 200, body = TemplateView, headers(("ETag")))))]
#[get("/templates/{form}")]
pub async fn show_template(
    house: Data<House>,
    _admin: Admin,
    form: Segment<Kind>,
    of: Query<OfBranch>,
) -> Result<HttpResponse, Problem> {
    let (references, form) = (house.references.clone(), form.into_inner());
    let (view, tag) = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let branch = of.branch(&reference)?;
            let own = own_template(c, branch.id, form)?;
            let tag = own.as_ref().map_or_else(|| "built-in".to_owned(), |own| own.sha256.clone());
            Ok::<_, Failure>((TemplateView::of(form, branch, own.as_ref()), tag))
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{tag}\""))).json(view))
}

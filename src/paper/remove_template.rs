//! `DELETE /templates/{form}`: back to the program's own.

use super::show_template::{Kind, OfBranch, TemplateView};
use super::store;
use crate::account::Admin;
use crate::failure::{Failure, Thing};
use crate::http::{ActMeta, House, Problem, Query, Reply, Segment, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete};

/// Takes a branch's own template away: the program's own serves again. Papers given out stay as they are.
/// Administrators.
#[utoipa::path(tag = "documents", params(OfBranch), responses((status = 200, body = TemplateView)))]
#[delete("/templates/{form}")]
pub async fn delete_template(
    house: Data<House>,
    admin: Admin,
    form: Segment<Kind>,
    of: Query<OfBranch>,
    meta: ActMeta,
) -> Result<HttpResponse, Problem> {
    let (references, form, officer) = (house.references.clone(), form.into_inner(), admin.id);
    let of = of.into_inner();
    act(&house, admin.id, &meta, move |tx, _now| {
        let reference = references.of(tx)?;
        let branch = of.branch(&reference)?;
        if !store::remove_template(tx, branch.id, form.as_str())? {
            return Err(Failure::NotFound(Thing::Document));
        }
        tracing::info!(branch = branch.code, %form, %officer, "template removed");
        Reply::ok(&TemplateView::of(form, branch, None))
    })
    .await
}

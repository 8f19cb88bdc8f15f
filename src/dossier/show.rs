//! `GET /dossiers/{code}`: one dossier, with all that its branch may see. Who opened it is noted.

use super::view::{self, View};
use super::{store, viewed};
use crate::account::Officer;
use crate::failure::Failure;
use crate::http::{House, Problem, Segment};
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// One dossier. Officers of its branch, the department office, administrators.
#[utoipa::path(tag = "dossiers", responses((status = 200, body = View, headers(("ETag")))))]
#[get("/dossiers/{code}")]
pub async fn show_dossier(
    house: Data<House>,
    views: Data<viewed::Views>,
    officer: Officer,
    code: Segment<String>,
) -> Result<HttpResponse, Problem> {
    let (references, clock) = (house.references.clone(), house.clock.clone());
    let who = officer.id;
    let (id, branch, view) = house
        .db
        .read(move |c| {
            let whole = store::whole_by_code(c, &code)?;
            let reference = references.stamped(c, whole.stamp.as_deref())?;
            let row = whole.row;
            officer.sees(row.branch_id)?;
            let today = view::today(clock.now());
            let view = view::compose(&reference, &row, &whole.particulars, whole.holder.as_ref(), today)?;
            Ok::<_, Failure>((row.id, row.branch_id, view))
        })
        .await?;
    views.note(id, branch, who, house.clock.now(), "dossier");
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", view.version))).json(view))
}

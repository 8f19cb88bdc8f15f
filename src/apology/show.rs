//! `GET /apologies/{id}`: a letter with its words; of a draft, what it still lacks.

use super::view::{self, View};
use super::{Letters, store};
use crate::account::Officer;
use crate::domain::ids::ApologyId;
use crate::dossier::Views;
use crate::failure::Failure;
use crate::http::{House, Problem, Reply, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// One letter of the officer's branch.
#[utoipa::path(tag = "apologies", responses((status = 200, body = View, headers(("ETag")))))]
#[get("/apologies/{id}")]
pub async fn show_apology(
    house: Data<House>,
    letters: Data<Letters>,
    views: Data<Views>,
    officer: Officer,
    id: Segment<ApologyId>,
) -> Result<HttpResponse, Problem> {
    let (cache, letters, now) = (house.references.clone(), Letters::clone(&letters), house.clock.now());
    let id = id.into_inner();
    let who = officer.id;
    let (dossier, branch, reply) = house
        .db
        .snapshot(move |c| {
            let row = store::load(c, id)?;
            officer.sees(row.branch_id)?;
            let reference = cache.of(c)?;
            let view = view::whole(c, &reference, &letters, &row, now)?;
            Ok::<_, Failure>((row.dossier_id, row.branch_id, Reply::ok(&view)?.version(row.version)))
        })
        .await?;
    views.note(dossier, branch, who, now, "apology");
    Ok(reply.into_response())
}

//! `GET /branches/{code}`

use super::view::BranchView;
use crate::account::Officer;
use crate::failure::{Failure, Outcome, Thing};
use crate::http::{House, Problem, Reply, Segment};
use crate::reference::Branch;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// One branch, with the `ETag` to change it.
#[utoipa::path(tag = "branches", responses((status = 200, body = BranchView)))]
#[get("/branches/{code}")]
pub async fn show_branch(
    house: Data<House>,
    _officer: Officer,
    code: Segment<String>,
) -> Result<HttpResponse, Problem> {
    let cache = house.references.clone();
    let reference = house.db.read(move |conn| cache.of(conn)).await?;
    let branch = reference.branch(&code).ok_or(Failure::NotFound(Thing::Branch))?;
    Ok(answer(branch)?.into_response())
}

/// The branch as it stands, with its version.
pub(super) fn answer(branch: &Branch) -> Outcome<Reply> {
    let version = i32::try_from(branch.version).unwrap_or(i32::MAX);
    Ok(Reply::ok(&BranchView::from(branch))?.version(version))
}

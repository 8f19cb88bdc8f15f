//! `GET /closings/{id}/verification`: whether a closing still is what was closed: the figures, the record, and its place
//! after the closing before it.

use super::store;
use crate::account::Officer;
use crate::domain::ids::{BranchId, ClosingId};
use crate::failure::Failure;
use crate::http::{House, Problem, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// What was found when a closing was held against its hashes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClosingVerification)]
pub struct Verification {
    /// Everything below holds.
    pub intact: bool,
    /// The figures have the SHA-256 that stands in the record.
    pub figures_match: bool,
    /// The whole record has the seal that it was given.
    pub seal_matches: bool,
    /// The seal of the closing before it is the one that it was chained to.
    pub follows: bool,
}

/// Holds one closing against its hashes, as `motcua verify` does with all of them.
#[utoipa::path(tag = "closings", responses((status = 200, body = Verification)))]
#[get("/closings/{id}/verification")]
pub async fn closing_verification(
    house: Data<House>,
    officer: Officer,
    id: Segment<ClosingId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let found = house
        .db
        .snapshot(move |c| {
            let row = store::load(c, id)?;
            officer.sees(row.branch().unwrap_or_else(BranchId::nil))?;
            let before = store::seal_of(c, row.number - 1)?.unwrap_or_default();
            let (figures_match, seal_matches) = (row.digest() == row.sha256, row.sealed() == row.seal);
            let follows = row.before == before;
            let intact = figures_match && seal_matches && follows;
            Ok(Verification { intact, figures_match, seal_matches, follows })
        })
        .await
        .map_err(|failure: Failure| failure)?;
    Ok(HttpResponse::Ok().json(found))
}

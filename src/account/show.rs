//! `GET /officers/{id}` and `GET /sessions/current`: an account as others see it, and one's own.

use super::Officer;
use super::store::{self, OfficerRow};
use crate::domain::ids::OfficerId;
use crate::domain::role::Role;
use crate::failure::{Failure, Outcome, Thing};
use crate::http::{House, Problem, Reply, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// An account. Its password is nobody's to see.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OfficerView {
    #[schema(value_type = uuid::Uuid)]
    pub id: OfficerId,
    pub username: String,
    pub full_name: String,
    /// Such as "Phó Chi cục trưởng".
    pub title: Option<String>,
    #[schema(value_type = String, example = "counter")]
    pub role: Role,
    /// Null for those who see every branch.
    pub branch_code: Option<String>,
    pub active: bool,
    /// Where notices go; null: nowhere.
    pub email: Option<String>,
    /// The digest of the day is wanted by mail.
    pub digest: bool,
    pub version: i32,
}

impl OfficerView {
    pub(super) fn of(row: OfficerRow) -> Outcome<Self> {
        Ok(Self {
            role: row.role()?,
            id: row.id,
            username: row.username,
            full_name: row.full_name,
            title: row.title,
            branch_code: row.branch_code,
            active: row.active,
            email: row.email,
            digest: row.digest,
            version: row.version,
        })
    }
}

/// The account of whoever asks.
#[utoipa::path(tag = "sessions", responses((status = 200, body = OfficerView)))]
#[get("/sessions/current")]
pub async fn current_session(house: Data<House>, officer: Officer) -> Result<HttpResponse, Problem> {
    let row = house.db.read(move |conn| store::officer(conn, officer.id)).await?;
    Ok(answer(row)?)
}

/// One account; branch officers see those of their branch.
#[utoipa::path(tag = "officers", responses((status = 200, body = OfficerView)))]
#[get("/officers/{id}")]
pub async fn show_officer(
    house: Data<House>,
    officer: Officer,
    id: Segment<OfficerId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let row = house.db.read(move |conn| store::officer(conn, id)).await?;
    if officer.scope().is_some_and(|branch| row.branch_id != Some(branch)) {
        return Err(Failure::NotFound(Thing::Officer).into());
    }
    Ok(answer(row)?)
}

fn answer(row: OfficerRow) -> Outcome<HttpResponse> {
    let version = row.version;
    Ok(Reply::ok(&OfficerView::of(row)?)?.version(version).into_response())
}

//! `GET|POST /sectors`: the sectors (lĩnh vực), which are rows of form II.06.

use super::store;
use crate::account::{Admin, Officer};
use crate::domain::catalogue::slug;
use crate::domain::ids::SectorId;
use crate::domain::people;
use crate::failure::Fields;
use crate::http::{ActMeta, Body, House, Listed, Listing, NoFilter, PageParams, Problem, Reply, act};
use crate::reference::{self, Sector};
use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const SORT: &str = "sectors:code";

#[derive(Debug, Serialize, ToSchema)]
pub struct SectorView {
    #[schema(example = "thuy-san")]
    code: String,
    #[schema(example = "Thủy sản")]
    name: String,
}

impl From<&Sector> for SectorView {
    fn from(sector: &Sector) -> Self {
        Self { code: sector.code.clone(), name: sector.name.clone() }
    }
}

/// Lists sectors by code.
#[utoipa::path(tag = "procedures", params(PageParams), responses((status = 200, body = Listed<SectorView>)))]
#[get("/sectors")]
pub async fn list_sectors(
    house: Data<House>,
    _officer: Officer,
    listing: Listing<NoFilter>,
) -> Result<HttpResponse, Problem> {
    let cache = house.references.clone();
    let reference = house.db.read(move |conn| cache.of(conn)).await?;
    let listed = listing.page.of(
        SORT,
        reference.sectors().iter(),
        |sector| &sector.code,
        |sector| SectorView::from(sector.as_ref()),
    )?;
    Ok(HttpResponse::Ok().json(listed))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSector {
    /// Small letters and digits, joined by `-`. Absent: made of the name.
    code: Option<String>,
    name: String,
}

/// Adds a sector; an administrator's to do.
#[utoipa::path(tag = "procedures", request_body = CreateSector, responses((status = 201, body = SectorView)))]
#[post("/sectors")]
pub async fn post_sector(
    house: Data<House>,
    admin: Admin,
    meta: ActMeta,
    body: Body<CreateSector>,
) -> Result<HttpResponse, Problem> {
    let raw = body.into_inner();
    let mut fields = Fields::new();
    let name = fields.take("/name", people::line(&raw.name, 200));
    let code = match &raw.code {
        Some(code) => fields.take("/code", slug(code)),
        None => fields.take("/code", slug(&people::fold(&raw.name).replace(' ', "-"))),
    };
    let (code, name) = fields.done(|| Some((code?, name?)))?;
    let hours = house.references.hours().clone();
    act(&house, admin.id, &meta, move |conn, now| {
        let sector = Sector { id: SectorId::at(now), code: code.clone(), name: name.clone() };
        reference::change(conn, &hours, |conn, _before| store::insert_new_sector(conn, &sector))?;
        tracing::info!(sector = sector.code, officer = %admin.id, "sector added");
        Reply::created(&format!("/sectors/{}", sector.code), &SectorView::from(&sector))
    })
    .await
}

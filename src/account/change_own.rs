//! `PATCH /officers/me`: what everybody decides about the own account: whether the digest of the day is mailed.

use super::show::OfficerView;
use super::{Officer, store};
use crate::both;
use crate::db::schema::officers;
use crate::http::{ActMeta, Body, House, Problem, Reply, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, patch};
use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeOwn {
    /// Whether the digest of the day is wanted by mail.
    digest: bool,
}

/// Turns the digest of the day on or off for whoever asks.
#[utoipa::path(tag = "officers", request_body = ChangeOwn, responses((status = 200, body = OfficerView)))]
#[patch("/officers/me")]
pub async fn change_own_account(
    house: Data<House>,
    officer: Officer,
    meta: ActMeta,
    body: Body<ChangeOwn>,
) -> Result<HttpResponse, Problem> {
    let (id, digest) = (officer.id, body.digest);
    act(&house, id, &meta, move |conn, _| {
        both!(conn, |c| {
            diesel::update(officers::table.find(id))
                .set((officers::digest.eq(digest), officers::version.eq(officers::version + 1)))
                .execute(c)?
        });
        let row = store::officer(conn, id)?;
        let version = row.version;
        Ok(Reply::ok(&OfficerView::of(row)?)?.version(version))
    })
    .await
}

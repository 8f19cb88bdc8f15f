//! `POST /officers/me/password`: one's own password. The other sessions of the officer end.

use super::desk::Desk;
use super::password::{self, Password};
use super::{Officer, store};
use crate::both;
use crate::db::schema::officers;
use crate::failure::{Failure, FieldFault, Fields};
use crate::http::{ActMeta, Body, House, Problem, Reply, act, replayed};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    old: String,
    /// 10 to 128 characters.
    new: String,
}

/// Changes one's own password; the present session stays.
#[utoipa::path(tag = "officers", request_body = ChangePassword, responses((status = 204)))]
#[post("/officers/me/password")]
pub async fn change_own_password(
    house: Data<House>,
    desk: Data<Desk>,
    officer: Officer,
    meta: ActMeta,
    body: Body<ChangePassword>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let new = fields.take("/new", Password::field("/new", &body.new));
    let old = Password::typed(&body.old);
    let new = fields.done(|| new)?;
    let id = officer.id;
    let meta = meta.standing_for(&"a new password")?;
    if let Some(answer) = replayed(&house, id, &meta).await? {
        // The old password is no longer the old one.
        return Ok(answer);
    }
    let turn = desk.turn().await?;
    let hash = house.db.read(move |conn| store::password_hash(conn, id)).await.map_err(|f: Failure| f)?;
    let fits = match old {
        Some(old) => password::fits_in_pool(old, hash).await?,
        None => false,
    };
    if !fits {
        return Err(Problem::field(FieldFault::new("/old", "wrong-password")));
    }
    let hash = password::hash_in_pool(new).await?;
    drop(turn);
    let kept = officer.session;
    let answer = act(&house, id, &meta, move |conn, now| {
        both!(conn, |c| {
            diesel::update(officers::table.find(id))
                .set((officers::password_hash.eq(&hash), officers::version.eq(officers::version + 1)))
                .execute(c)?
        });
        store::revoke_all(conn, id, Some(kept), now)?;
        Ok(Reply::nothing())
    })
    .await?;
    desk.forget_officer(id);
    Ok(answer)
}

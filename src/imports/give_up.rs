//! `DELETE /imports/{id}`: a register that is not imported after all. Its file is taken away.

use super::store;
use crate::account::Admin;
use crate::domain::ids::RegisterFileId;
use crate::failure::Failure;
use crate::http::{ActMeta, House, Problem, Reply, Segment, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete};

/// Gives a register up that is not being imported; the file is taken away. 409 `import-has-begun` otherwise.
#[utoipa::path(tag = "imports", responses((status = 204)))]
#[delete("/imports/{id}")]
pub async fn give_import_up(
    house: Data<House>,
    admin: Admin,
    id: Segment<RegisterFileId>,
    meta: ActMeta,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    act(&house, admin.id, &meta, move |tx, now| {
        store::load(tx, id)?;
        if store::give_up(tx, id, now)? {
            Ok(Reply::nothing())
        } else {
            Err(Failure::Conflict("import-has-begun"))
        }
    })
    .await
}

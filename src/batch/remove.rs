//! `DELETE /print-batches/{id}`: it is not needed any more, or not to be printed after all.

use super::store;
use super::view::visible;
use crate::account::Officer;
use crate::domain::ids::PrintBatchId;
use crate::http::{ActMeta, House, Problem, Reply, Segment, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete};

/// Takes a batch away. One that is being printed ends; papers that it has given out stay given out. Officers of its
/// branch.
#[utoipa::path(tag = "documents", responses((status = 204)))]
#[delete("/print-batches/{id}")]
pub async fn remove_print_batch(
    house: Data<House>,
    officer: Officer,
    id: Segment<PrintBatchId>,
    meta: ActMeta,
) -> Result<HttpResponse, Problem> {
    let (id, who) = (id.into_inner(), officer.id);
    act(&house, who, &meta, move |tx, _| {
        visible(tx, &officer, id)?;
        store::remove(tx, id)?;
        Ok(Reply::nothing())
    })
    .await
}

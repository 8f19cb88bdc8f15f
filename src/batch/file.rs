//! `GET /print-batches/{id}/file.pdf`: the joined file, sent piece by piece as it lies.

use super::store;
use super::view::printed;
use crate::account::Officer;
use crate::db::Db;
use crate::documents::join::{HEAD, tail};
use crate::domain::ids::PrintBatchId;
use crate::domain::local_time::local;
use crate::failure::Failure;
use crate::http::words::words;
use crate::http::{House, Lang, Problem, Segment};
use actix_web::body::SizedStream;
use actix_web::http::header::{self, ContentEncoding};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, get};
use futures_util::stream::{self, Stream};
use serde_json::Map;

/// The joined file: the pages of all papers in the order in which they were named, or of their numbers. It is to be
/// printed; signatures and tags stay with the papers themselves. 409 `batch-not-printed` while it is being printed,
/// `batch-is-empty` when no paper of it could be.
#[utoipa::path(tag = "documents",
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
#[get("/print-batches/{id}/file.pdf")]
pub async fn file_of_print_batch(
    house: Data<House>,
    officer: Officer,
    id: Segment<PrintBatchId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let (row, marks) = house
        .db
        .snapshot(move |c| {
            let row = printed(c, &officer, id)?;
            Ok::<_, Failure>((row, store::marks(c, id)?))
        })
        .await?;
    let kind = row.kind().map_err(Failure::from)?;
    let title = words(Lang::Vi, &format!("terms.print_kind.{kind}"), &Map::new()).unwrap_or_default();
    let (places, marks): (Vec<i32>, Vec<_>) = marks.into_iter().unzip();
    let tail = tail(&marks, &title).map_err(|error| Failure::Broken(error.to_string()))?;
    let around = u64::try_from(HEAD.len() + tail.len()).unwrap_or(u64::MAX);
    let length = marks.iter().fold(around, |sum, piece| sum.saturating_add(piece.length));
    let name = format!("{kind}-{}.pdf", local(row.ordered_at.0).format("%Y%m%d-%H%M"));
    let parts = std::iter::once(Part::Ready(Bytes::from_static(HEAD)))
        .chain(places.into_iter().map(Part::Piece))
        .chain([Part::Ready(tail.into())])
        .collect();
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/pdf"))
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        // What it is made of is pressed already.
        .insert_header(ContentEncoding::Identity)
        .body(SizedStream::new(length, Box::pin(sent(house.db.clone(), id, parts)))))
}

/// A part of the file.
enum Part {
    Ready(Bytes),
    /// Read when its turn comes.
    Piece(i32),
}

fn sent(db: Db, id: PrintBatchId, parts: Vec<Part>) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    stream::unfold((db, parts.into_iter()), move |(db, mut parts)| async move {
        let read = match parts.next()? {
            Part::Ready(bytes) => Ok(bytes),
            Part::Piece(place) => db.read(move |c| store::piece(c, id, place)).await.map(Bytes::from),
        };
        // Taken away meanwhile: what was promised is not sent whole, and the connection ends.
        Some((read.map_err(|failure| Problem::from(failure).into()), (db, parts)))
    })
}

//! A form that brings a file: `multipart/form-data`, at most one file.

use super::form::{Form, Upload};
use crate::http::Problem;
use crate::http::body::TABLE_LIMIT;
use actix_multipart::{Field, Multipart};
use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use futures_util::TryStreamExt as _;
use std::time::Duration;

/// What is written into the fields beside a file, all together.
const TEXT_LIMIT: usize = 64 * 1024;
/// How long a form may take to arrive.
const LONGEST: Duration = Duration::from_secs(120);

/// What becomes of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum File {
    Taken,
    /// It is let go as it comes; only that there was one is known.
    LetGo,
}

/// Reads the form of this request.
///
/// # Errors
/// 413 when it is too large, 400 when it is no form, 408 when it does not arrive.
pub async fn read(request: &mut ServiceRequest, file: File) -> Result<Form, Problem> {
    let slow = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "body-unreadable");
    let parts = request.extract::<Multipart>().await.map_err(|_| unreadable())?;
    tokio::time::timeout(LONGEST, form(parts, file)).await.map_err(slow)?
}

async fn form(mut parts: Multipart, becomes: File) -> Result<Form, Problem> {
    let (mut entries, mut upload, mut left) = (Vec::new(), None, TEXT_LIMIT);
    while let Some(mut part) = parts.try_next().await.map_err(|_| unreadable())? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.content_disposition().and_then(|told| told.get_filename()).map(str::to_owned);
        if let Some(file) = file {
            let bytes = match becomes {
                File::Taken => whole(&mut part, TABLE_LIMIT).await?,
                File::LetGo => let_go(&mut part, TABLE_LIMIT).await?,
            };
            if upload.replace(Upload { field: name, name: last_part(&file), bytes }).is_some() {
                return Err(unreadable());
            }
        } else {
            let text = whole(&mut part, left).await?;
            left -= text.len().min(left);
            entries.push((name, String::from_utf8(text.to_vec()).map_err(|_| unreadable())?));
        }
    }
    Ok(Form::of_parts(entries, upload))
}

async fn whole(part: &mut Field, limit: usize) -> Result<Bytes, Problem> {
    let bytes = part.bytes(limit).await;
    let bytes = bytes.map_err(|_| too_large(limit))?;
    bytes.map_err(|_| unreadable())
}

async fn let_go(part: &mut Field, mut left: usize) -> Result<Bytes, Problem> {
    while let Some(piece) = part.try_next().await.map_err(|_| unreadable())? {
        left = left.checked_sub(piece.len()).ok_or_else(|| too_large(TABLE_LIMIT))?;
    }
    Ok(Bytes::new())
}

fn too_large(limit: usize) -> Problem {
    Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE).fact("limit", limit)
}

/// Old browsers send the whole path.
fn last_part(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

fn unreadable() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "body-unreadable")
}

#[cfg(test)]
mod tests {
    use super::last_part;

    #[test]
    fn a_file_is_called_as_it_is_and_not_where_it_lay() {
        assert_eq!(last_part("C:\\Users\\an\\sổ 2019.csv"), "sổ 2019.csv");
        assert_eq!(last_part("sổ.xlsx"), "sổ.xlsx");
    }
}

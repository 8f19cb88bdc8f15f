//! A paper as DOCX: made anew each time from what the PDF is made from, and kept nowhere. What was given out is the
//! PDF.

use super::print::Sheet;
use super::show::file_name;
use crate::documents::word::{MEDIA_TYPE, word};
use crate::failure::Failure;
use crate::http::Problem;
use actix_web::http::header;
use actix_web::{HttpResponse, web};

/// The sheet as a file to be saved under this name.
pub async fn answer(name: String, sheet: Sheet) -> Result<HttpResponse, Problem> {
    let file = web::block(move || word(sheet.form, &sheet.data, sheet.dated))
        .await
        .map_err(|_| Failure::Broken("the writing thread ended".to_owned()))?
        .map_err(|error| Failure::Broken(error.to_string()))?;
    let disposition = format!("attachment; filename=\"{}\"", file_name(&name));
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, MEDIA_TYPE))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(file))
}

//! The formats in which a report goes out: the same figures for programs and for people.

use crate::documents::table::{self, Table};
use crate::failure::{Failure, Outcome};
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    #[default]
    Json,
    /// UTF-8 with a byte order mark; text that begins like a formula is kept from being one.
    Csv,
    /// Real numbers and dates, sums as formulas.
    Xlsx,
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// `view` for programs, `table` for people; `name` is the file's, without its ending.
///
/// # Errors
/// `Broken` when the table is larger than a sheet.
pub fn answer(
    format: Format,
    name: &str,
    view: &impl Serialize,
    table: impl FnOnce() -> Table,
) -> Outcome<HttpResponse> {
    let broken = |error: &dyn std::fmt::Display| Failure::Broken(format!("the report {name}: {error}"));
    let (kind, ending, bytes) = match format {
        Format::Json => return Ok(HttpResponse::Ok().json(view)),
        Format::Csv => ("text/csv; charset=utf-8", "csv", table::csv(&table()).map_err(|e| broken(&e))?),
        Format::Xlsx => (XLSX, "xlsx", table::xlsx(&table()).map_err(|e| broken(&e))?),
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")))
        .body(bytes))
}

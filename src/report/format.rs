//! The formats in which a report goes out: the same figures for programs and for people.

use super::heading::Heading;
use super::lists::Lists;
use crate::documents::table::{self, Shown, Table};
use crate::documents::table_paper::{MOST_ROWS, Signature, TablePaper};
use crate::documents::typeset::Press;
use crate::failure::{Failure, FieldFault, Outcome};
use crate::http::Problem;
use crate::paper::not_printed;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
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
    /// A4 landscape, for archives (PDF/A-2a) and for those who listen (PDF/UA-1); a thousand rows at most.
    Pdf,
    /// The table in words (Vietnamese) as JSON: `title`, `about`, `groups`, `columns`, `rows`, `total`, `notes`; `lists`
    /// where dossiers stand behind its numbers: the address of a cell's list is that of its row (in `lists.rows`, or
    /// `lists.total`) with that of its column (in `lists.columns`) at its end, if both are there.
    Table,
}

pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What people are given: a table, and on paper also of whom it is and who signs it.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub table: Table,
    pub heading: Heading,
    pub signatures: Vec<Signature>,
    /// Where pages lead from its numbers.
    pub lists: Option<Lists>,
}

impl Sheet {
    /// A table that nobody signs.
    pub fn of(table: Table, heading: Heading) -> Self {
        Self { table, heading, signatures: Vec::new(), lists: None }
    }

    /// The same with the dossiers behind its numbers.
    #[must_use]
    pub fn leading_to(self, lists: Lists) -> Self {
        Self { lists: Some(lists), ..self }
    }
}

/// A table in words, and the lists behind its numbers.
#[derive(Serialize)]
struct Worded {
    #[serde(flatten)]
    table: Shown,
    #[serde(skip_serializing_if = "Option::is_none")]
    lists: Option<Lists>,
}

/// `view` for programs, `sheet` for people; `name` is the file's, without its ending.
///
/// # Errors
/// `Invalid` when a paper would have too many rows; `Conflict` (`press-busy`); `Broken` when the table is larger than a
/// sheet.
pub async fn answer(
    format: Format,
    name: &str,
    view: &impl Serialize,
    (press, now): (&Press, DateTime<Utc>),
    sheet: impl FnOnce() -> Sheet,
) -> Result<HttpResponse, Problem> {
    let broken = |error: &dyn std::fmt::Display| Failure::Broken(format!("the report {name}: {error}"));
    let (kind, ending, bytes) = match format {
        Format::Json => return Ok(HttpResponse::Ok().json(view)),
        Format::Csv => {
            ("text/csv; charset=utf-8", "csv", table::csv(&sheet().table).map_err(|e| broken(&e))?)
        }
        Format::Xlsx => (XLSX, "xlsx", table::xlsx(&sheet().table).map_err(|e| broken(&e))?),
        Format::Pdf => return paper(name, sheet(), press.clone(), now).await,
        Format::Table => {
            let Sheet { table, lists, .. } = sheet();
            few(&table)?;
            return Ok(HttpResponse::Ok().json(Worded { table: Shown::of(&table), lists }));
        }
    };
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")))
        .body(bytes))
}

/// # Errors
/// `Invalid` when a table has more rows than anybody reads on a page or on paper.
fn few(table: &Table) -> Outcome<()> {
    if table.rows.len() > MOST_ROWS {
        let fault = FieldFault::with("/query/format", "too-many-rows", MOST_ROWS);
        return Err(Failure::Invalid(vec![fault]));
    }
    Ok(())
}

async fn paper(name: &str, sheet: Sheet, press: Press, now: DateTime<Utc>) -> Result<HttpResponse, Problem> {
    few(&sheet.table)?;
    let ident = name.to_owned();
    let printed = web::block(move || -> Outcome<_> {
        let Sheet { table, heading, signatures, .. } = sheet;
        let paper = TablePaper { head: heading.head(&table.title, now), table, signatures };
        let order = paper.order(&ident, now).map_err(|error| Failure::Broken(error.to_string()))?;
        press.print(&order).map_err(not_printed)
    })
    .await
    .map_err(|_| Failure::Broken("the printing thread ended".to_owned()))??;
    Ok(pdf(name, printed.pdf))
}

/// A PDF that is shown where it was asked for.
pub fn pdf(name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/pdf")
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("inline; filename=\"{name}.pdf\"")))
        .body(bytes)
}

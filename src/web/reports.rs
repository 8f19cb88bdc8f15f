//! `/bao-cao/…`: the forms and lists behind the figures, as files: form II.06a, the late dossiers, the register.

use super::figures::days;
use super::places::with_query;
use super::visit::{Shown, Visit};
use crate::http::Problem;
use actix_web::web::Path;

/// One report in one format, for the days and the branch of the address.
pub async fn file(visit: Visit, file: Path<String>) -> Shown {
    let asked = visit.asked();
    let (from, to) = days(&asked, visit.today);
    let branch = asked.value("branch_code");
    let shared = [("from", from.as_str()), ("to", to.as_str()), ("branch_code", branch)];
    let path = match file.split_once('.') {
        Some(("ii06a", format @ ("csv" | "xlsx"))) => {
            with_query("/reports/ii06a", &[&shared[..], &[("format", format)]].concat())
        }
        Some(("qua-han", format @ ("csv" | "xlsx"))) => {
            with_query("/reports/overdue", &[&shared[..], &[("format", format)]].concat())
        }
        Some(("so", format @ ("csv" | "pdf"))) => {
            // A book is one year; what goes beyond it is in the next one.
            let year = from.get(..4).unwrap_or_default();
            let last = format!("{year}-12-31");
            let to = if to > last { &last } else { &to };
            let query =
                [("year", year), ("from", &from), ("to", to), ("branch_code", branch), ("format", format)];
            with_query("/reports/register", &query)
        }
        _ => return Err(Problem::no_such_path()),
    };
    visit.file(&path).await
}

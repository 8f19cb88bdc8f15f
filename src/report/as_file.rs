//! Reports as files for the mail: what whoever asks for them is given. They are gathered in the snapshot and printed
//! outside of it.

use super::format::{Sheet, XLSX};
use super::heading::Heading;
use super::ii06a::{self, Ii06a};
use super::overdue::{self, Overdue};
use super::unit::{self, UnitAsked};
use crate::config;
use crate::db::Conn;
use crate::documents::table;
use crate::documents::table_paper::{MOST_ROWS, TablePaper};
use crate::documents::typeset::{Order, Press};
use crate::failure::{Failure, Outcome};
use crate::paper::not_printed;
use crate::reference::Reference;
use chrono::{DateTime, Utc};

const PDF: &str = "application/pdf";

/// A file with its name and type.
#[derive(Debug, Clone)]
pub struct ReportFile {
    pub name: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

/// What is to become a file.
pub enum Gathered {
    /// Printed as a PDF.
    Paper {
        name: String,
        order: Order,
    },
    Written(ReportFile),
}

impl Gathered {
    /// The file.
    ///
    /// # Errors
    /// The conflict `press-busy`: later; `Broken` when it cannot be printed.
    pub fn file(self, press: &Press) -> Outcome<ReportFile> {
        match self {
            Self::Written(file) => Ok(file),
            Self::Paper { name, order } => {
                let bytes = press.print(&order).map_err(not_printed)?.pdf;
                Ok(ReportFile { name: format!("{name}.pdf"), content_type: PDF, bytes })
            }
        }
    }
}

/// Form II.06a.
///
/// # Errors
/// `Broken` when it cannot be laid out.
pub fn ii06a_file(reference: &Reference, form: &Ii06a, dated: DateTime<Utc>) -> Outcome<Gathered> {
    let heading = Heading::of(reference, form.branch_code.as_deref());
    let name = format!("ii06a-{}-{}", form.from, form.to);
    paper(name, ii06a::sheet(form, &heading), dated)
}

/// The late dossiers: on paper as long as anybody would read it there, else as a spreadsheet.
///
/// # Errors
/// `Broken` when they are more than a sheet holds.
pub fn overdue_file(
    reference: &Reference,
    branch_code: Option<&str>,
    found: &Overdue,
    dated: DateTime<Utc>,
) -> Outcome<Gathered> {
    let sheet = Sheet::of(overdue::table(found), Heading::of(reference, branch_code));
    let name = format!("qua-han-{}-{}", found.from, found.to);
    if sheet.table.rows.len() <= MOST_ROWS {
        return paper(name, sheet, dated);
    }
    let broken = |error| Failure::Broken(format!("the report {name}: {error}"));
    let bytes = table::xlsx(&sheet.table).map_err(|error| broken(error.to_string()))?;
    Ok(Gathered::Written(ReportFile { name: format!("{name}.xlsx"), content_type: XLSX, bytes }))
}

/// The report of a unit.
///
/// # Errors
/// As [`unit::unit`].
pub fn unit_file(
    c: &mut Conn<'_>,
    reference: &Reference,
    asked: &UnitAsked,
    limits: config::Integrity,
    dated: DateTime<Utc>,
) -> Outcome<Gathered> {
    let report = unit::unit(c, reference, asked, limits, dated, None)?;
    let heading = Heading::of(reference, report.branch_code.as_deref());
    let name = report.file_name();
    let order = unit::paper::order(&report, &heading, &name, dated)?;
    Ok(Gathered::Paper { name, order })
}

fn paper(name: String, sheet: Sheet, dated: DateTime<Utc>) -> Outcome<Gathered> {
    let Sheet { table, heading, signatures, .. } = sheet;
    let paper = TablePaper { head: heading.head(&table.title, dated), table, signatures };
    let order = paper.order(&name, dated).map_err(|error| Failure::Broken(error.to_string()))?;
    Ok(Gathered::Paper { name, order })
}

//! Papers from templates: Typst as a library, in a world of our own that has the template, the parts all templates
//! share, the data as `data.json` and the fonts of this program. There is nothing else in it: no file, no package,
//! no network, no clock but the date of the paper.
//!
//! Data are strings in JSON and never markup, so that a name like `#read("/etc/passwd")` is printed as it stands.
//! The same template, data and date give the same bytes.

mod apart;
mod clean;
mod press;
mod text;
mod world;

pub use apart::{Limits, serve};
pub use clean::printable;
pub use press::{Press, PressError};

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use world::Desk;

/// What is to be printed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The template, as Typst reads it.
    pub template: String,
    /// What the template reads as `data.json`.
    pub data: Value,
    /// Names this paper and no other: the identifier inside of the PDF is made from it.
    pub ident: String,
    /// The date of the paper, and of the file.
    pub dated: DateTime<Utc>,
}

/// A paper: its file, and what it says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    #[serde(skip)]
    pub pdf: Vec<u8>,
    /// The words on the pages in the order of the template, line by line. Text too small to be read is left out.
    pub text: String,
    pub pages: usize,
}

impl std::fmt::Debug for Printed {
    /// Without what it says.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Printed")
            .field("bytes", &self.pdf.len())
            .field("pages", &self.pages)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}{message}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct TemplateFault {
    /// The line of the template, from 1; none where the fault is not in one line of it.
    pub line: Option<usize>,
    /// In the typesetter's own words, with its hints.
    pub message: String,
}

/// Generations of the typesetter's memory that are kept: what all papers of a kind share stays, and nothing else.
const MEMORY: usize = 8;

/// Typesets one paper, in this thread.
///
/// # Errors
/// The first fault of the template.
fn typeset(order: &Order) -> Result<Printed, TemplateFault> {
    let printed = catch_unwind(AssertUnwindSafe(|| unguarded(order)));
    // Always, or a service that prints all day grows all day.
    typst::comemo::evict(MEMORY);
    printed
        .unwrap_or_else(|_| Err(TemplateFault { line: None, message: "the typesetter gave up".to_owned() }))
}

fn unguarded(order: &Order) -> Result<Printed, TemplateFault> {
    let dated = wall_clock(order.dated);
    let desk = Desk::new(&order.template, &clean::printable(order.data.clone()), dated);
    let document = laid_out(&desk)?;
    let options = PdfOptions {
        ident: Smart::Custom(order.ident.clone()),
        creator: Smart::Custom(Some("motcua".to_owned())),
        timestamp: dated.and_then(|dated| Timestamp::new_local(dated, 7 * 60)),
        standards: standards()?,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|faults| first_fault(&desk, &faults))?;
    Ok(Printed { pdf, text: text::of(&document), pages: document.pages().len() })
}

fn laid_out(desk: &Desk) -> Result<PagedDocument, TemplateFault> {
    typst::compile(desk).output.map_err(|faults| first_fault(desk, &faults))
}

/// The moment as the clock of the counter shows it.
fn wall_clock(at: DateTime<Utc>) -> Option<Datetime> {
    let local = crate::domain::local_time::local(at);
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    Datetime::from_ymd_hms(
        local.year(),
        part(local.month()),
        part(local.day()),
        part(local.hour()),
        part(local.minute()),
        part(local.second()),
    )
}

/// For archives (PDF/A-2a: fonts inside, text with its meaning) and for those who listen (PDF/UA-1).
fn standards() -> Result<PdfStandards, TemplateFault> {
    PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| TemplateFault { line: None, message: error.message().to_string() })
}

fn first_fault(desk: &Desk, faults: &[SourceDiagnostic]) -> TemplateFault {
    let Some(fault) = faults.first() else {
        return TemplateFault { line: None, message: "the typesetter did not say why".to_owned() };
    };
    let mut message = fault.message.to_string();
    for hint in &fault.hints {
        message.push_str("; ");
        message.push_str(&hint.v);
    }
    // Where the shared parts fail, the line that called them is the one to look at.
    let line = std::iter::once(fault.span)
        .chain(fault.trace.iter().map(|point| point.span.into()))
        .find_map(|span| desk.line_of_template(span));
    TemplateFault { line, message }
}

#[cfg(test)]
mod tests;

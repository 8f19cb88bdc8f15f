//! The papers of a dossier packed into one ZIP, under names that people read.

use super::print::Sheet;
use super::store::DocumentRow;
use crate::documents::forms::{Form, FormSet};
use crate::domain::local_time::local;
use crate::failure::{Failure, Outcome};
use chrono::{DateTime, Datelike, Timelike, Utc};
use std::collections::HashSet;
use std::io::{Cursor, Write as _};
use unicode_normalization::UnicodeNormalization as _;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The longest name without its ending, in bytes: what every file system takes, with room for a folder.
const LONGEST: usize = 180;

/// A paper as it is packed.
pub struct Packed {
    pub sheet: Sheet,
    /// As printed just now; what was given out is taken from the store.
    pub fresh: Option<Vec<u8>>,
    pub docx: Vec<u8>,
    pub signed: Option<Vec<u8>>,
}

/// The file. What was given out comes first, in the order in which it was.
pub fn pack(papers: Vec<Packed>, stored: Vec<DocumentRow>, now: DateTime<Utc>) -> Outcome<Vec<u8>> {
    let mut zip = Zip::new(now)?;
    for row in stored {
        let form = row.form.parse::<Form>().map_err(|_| Failure::Broken("a form of a paper".to_owned()))?;
        zip.add(&named(form, row.number.as_deref()), "", "pdf", &row.body)?;
    }
    for paper in papers {
        let name = named(paper.sheet.form, paper.sheet.number.as_deref());
        let is_letter = matches!(paper.sheet.form, Form::Apology | Form::ApologyLetter);
        let draft = if is_letter && paper.sheet.occasion.is_none() { " (dự thảo)" } else { "" };
        if let (Some(pdf), None) = (&paper.fresh, &paper.sheet.occasion) {
            zip.add(&name, draft, "pdf", pdf)?;
        }
        if let Some(signed) = &paper.signed {
            zip.add(&name, " (đã ký số)", "pdf", signed)?;
        }
        zip.add(&name, draft, "docx", &paper.docx)?;
    }
    zip.finish()
}

/// What a paper is called, with its number where it has one.
fn named(form: Form, number: Option<&str>) -> String {
    let name = match form {
        Form::Apology => "Phiếu xin lỗi và hẹn lại ngày trả kết quả".to_owned(),
        Form::ApologyLetter => "Công văn xin lỗi".to_owned(),
        other => sentence(other.title(FormSet::Of2025)),
    };
    match number {
        Some(number) => format!("{name} số {}", number.trim_start_matches("Số:").trim()),
        None => name,
    }
}

/// Capitals as a sentence begins.
fn sentence(capitals: &str) -> String {
    let mut chars = capitals.chars();
    chars.next().into_iter().chain(chars.as_str().to_lowercase().chars()).collect()
}

/// NFC, and nothing that a file system or a shell takes for something else.
fn safe(name: &str) -> String {
    let mut safe = String::new();
    for c in name.nfc() {
        let c = if c.is_alphanumeric() || " -_.()".contains(c) { c } else { '-' };
        if safe.len() + c.len_utf8() > LONGEST {
            break;
        }
        safe.push(c);
    }
    safe.trim_matches([' ', '.']).to_owned()
}

struct Zip {
    writer: ZipWriter<Cursor<Vec<u8>>>,
    options: SimpleFileOptions,
    taken: HashSet<String>,
}

impl Zip {
    fn new(now: DateTime<Utc>) -> Outcome<Self> {
        let at = local(now);
        let small = |n: u32| u8::try_from(n).unwrap_or_default();
        let dated = zip::DateTime::from_date_and_time(
            u16::try_from(at.year()).unwrap_or_default(),
            small(at.month()),
            small(at.day()),
            small(at.hour()),
            small(at.minute()),
            small(at.second()),
        )
        .unwrap_or_default();
        // PDF and DOCX are compressed already.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(dated);
        Ok(Self { writer: ZipWriter::new(Cursor::new(Vec::new())), options, taken: HashSet::new() })
    }

    /// Under a name of its own: the second of one name is `… (2)`.
    fn add(&mut self, name: &str, kind: &str, ending: &str, bytes: &[u8]) -> Outcome<()> {
        let name = safe(&format!("{name}{kind}"));
        let mut whole = format!("{name}.{ending}");
        let mut copy = 1u32;
        while !self.taken.insert(whole.clone()) {
            copy = copy.saturating_add(1);
            whole = format!("{name} ({copy}).{ending}");
        }
        let broken = |error: &dyn std::fmt::Display| Failure::Broken(format!("packing: {error}"));
        self.writer.start_file(whole, self.options).map_err(|error| broken(&error))?;
        self.writer.write_all(bytes).map_err(|error| broken(&error))
    }

    fn finish(self) -> Outcome<Vec<u8>> {
        let file = self.writer.finish().map_err(|error| Failure::Broken(format!("packing: {error}")))?;
        Ok(file.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_by_people_and_taken_by_every_system() {
        assert_eq!(named(Form::Receipt, None), "Giấy tiếp nhận hồ sơ và hẹn trả kết quả");
        let name = safe(&named(Form::ApologyLetter, Some("05/PXL-CCTS")));
        assert_eq!(name, "Công văn xin lỗi số 05-PXL-CCTS");
        assert_eq!(safe("a\u{301}:..\\b/c\u{202E}\n*?\"<>|."), "á-..-b-c--------");
        assert_eq!(safe(&"ế".repeat(200)).len(), LONGEST);
    }

    #[test]
    fn a_name_that_is_taken_is_counted() {
        let mut zip = Zip::new(DateTime::UNIX_EPOCH).unwrap();
        for _ in 0..3 {
            zip.add("Giấy", "", "pdf", b"%PDF").unwrap();
        }
        let file = zip::ZipArchive::new(Cursor::new(zip.finish().unwrap())).unwrap();
        let names: HashSet<&str> = file.file_names().collect();
        assert_eq!(names, HashSet::from(["Giấy.pdf", "Giấy (2).pdf", "Giấy (3).pdf"]));
    }
}

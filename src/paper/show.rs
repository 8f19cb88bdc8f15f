//! `GET /dossiers/{code}/documents/{file}`: a paper of a dossier as PDF, or as DOCX to be edited. What is given out
//! is the PDF: it is stored the first time and the same ever after.

use super::facts::Facts;
use super::print::{self, Kept, Sheet, keep, kept, own_template};
use super::{forms, not_printed, word};
use crate::account::Officer;
use crate::apology::{self, Letters};
use crate::documents::forms::Form;
use crate::dossier::{self, Views};
use crate::failure::{Failure, FieldFault};
use crate::http::{House, Problem, Query, Segment};
use actix_web::http::header;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, get};
use serde::Deserialize;
use utoipa::IntoParams;

/// A paper of a dossier: `receipt.pdf`, `supplement-request.pdf` (the last one), `refusal.pdf`, `apology.pdf` (the
/// letter in force; a draft is marked as one), `control-sheet.pdf`, `stopping-notice.pdf` (rules of 2025); each of
/// them also as `.docx`, in the same layout and words.
///
/// With `preview=true` the PDF is what would be printed now, marked as a look ahead (XEM TRƯỚC): nothing is kept by it,
/// and what was given out stays.
///
/// 409 says why the dossier has no such paper. The first time a receipt, request, refusal or notice is asked for it
/// is stored, and given byte for byte ever after; a correction of what it says makes another.
#[utoipa::path(tag = "documents",
    params(("code" = String, Path), ("file" = String, Path, example = "receipt.pdf"), Asked),
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf", headers(("ETag")))))]
#[get("/dossiers/{code}/documents/{file}")]
pub async fn dossier_document(
    house: Data<House>,
    letters: Data<Letters>,
    views: Data<Views>,
    officer: Officer,
    segments: Segment<(String, String)>,
    query: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let (code, file) = segments.into_inner();
    let Some((form, kind)) = asked(&file) else { return Err(Problem::no_such_path()) };
    let preview = query.preview.unwrap_or_default();
    if preview && kind == Kind::Docx {
        return Err(Problem::fields(vec![FieldFault::new("/query/preview", "only-of-pdf")]));
    }
    let (references, now, who) = (house.references.clone(), house.clock.now(), officer.id);
    let room = Letters::clone(&letters);
    let (sheet, own, stored) = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let (id, dossier) = dossier::find(c, &code)?;
            officer.sees(dossier.branch)?;
            let sheet = match form {
                Form::Apology => apology::sheet_of_dossier(c, &reference, &room, id, now)?,
                _ => {
                    let facts = Facts::read(c, &reference, id, dossier)?;
                    forms::sheet(&facts, form, &room.public_url, now)?
                }
            };
            let sheet = if preview { sheet.preview() } else { sheet };
            let stored = match (&sheet.occasion, kind) {
                (Some(occasion), Kind::Pdf) => kept(c, id, form, occasion)?,
                _ => None,
            };
            let own = own_template(c, sheet.branch, form)?;
            Ok::<_, Failure>((sheet, own, stored))
        })
        .await?;
    let (dossier, branch) = (sheet.dossier, sheet.branch);
    if kind == Kind::Docx {
        let answer = word::answer(format!("{}-{form}.docx", sheet.name), sheet).await?;
        views.note(dossier, branch, who, now, &format!("{form}-docx"));
        return Ok(answer);
    }
    let (name, viewed) = if preview {
        (format!("{}-{form}-xem-truoc.pdf", sheet.name), format!("{form}-preview"))
    } else {
        (format!("{}-{form}.pdf", sheet.name), form.as_str().to_owned())
    };
    let paper = match stored {
        Some(stored) => stored,
        None => {
            let press = letters.press.clone();
            let (sheet, printed) = web::block(move || {
                print::print(&press, own.as_ref(), &sheet).map(|printed| (sheet, printed))
            })
            .await
            .map_err(|_| Failure::Broken("the printing thread ended".to_owned()))?
            .map_err(not_printed)?;
            given_out(&house, sheet, printed).await?
        }
    };
    views.note(dossier, branch, who, now, &viewed);
    Ok(answer(&name, &paper))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Only look at what would be printed.
    preview: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pdf,
    Docx,
}

/// The form and the kind of file in a name such as `receipt.pdf`.
fn asked(file: &str) -> Option<(Form, Kind)> {
    let (name, kind) = match file.rsplit_once('.')? {
        (name, "pdf") => (name, Kind::Pdf),
        (name, "docx") => (name, Kind::Docx),
        _ => return None,
    };
    let form = name.parse().ok()?;
    (!matches!(form, Form::ApologyLetter | Form::Register)).then_some((form, kind))
}

/// Stored, where it is a paper that is given out.
async fn given_out(house: &House, sheet: Sheet, printed: Kept) -> Result<Kept, Problem> {
    if sheet.occasion.is_none() {
        return Ok(printed);
    }
    let now = house.clock.now();
    Ok(house.db.write(move |tx| keep(tx, &sheet, &printed, now)).await?)
}

/// A PDF that is shown where it was asked for, and kept by nobody on the way.
pub fn answer(name: &str, paper: &Kept) -> HttpResponse {
    let name = file_name(name);
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/pdf"))
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")))
        .insert_header((header::ETAG, format!("\"{}\"", paper.sha256)))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(paper.pdf.clone())
}

/// A name that any system can save a file under.
pub(super) fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect()
}

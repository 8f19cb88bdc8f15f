//! `GET /dossiers/{code}/documents.zip`: all papers of a dossier in one file. Each is the very file that its own
//! address gives, and what is given out is stored here as there.

use super::facts::Facts;
use super::pack::{Packed, pack};
use super::print::{self, Kept, Sheet, keep, own_template};
use super::store::{self, TemplateRow};
use super::{forms, not_printed};
use crate::account::Officer;
use crate::apology::{self, Letters};
use crate::db::Conn;
use crate::documents::forms::Form;
use crate::documents::typeset::Press;
use crate::documents::word::word;
use crate::domain::ids::{BranchId, DossierId};
use crate::dossier::{self, Views};
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem, Segment};
use crate::reference::Reference;
use actix_web::http::header;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};

/// The papers of a dossier that its events call for, in the order in which they are packed.
const OF_EVENTS: [Form; 5] =
    [Form::Receipt, Form::SupplementRequest, Form::Refusal, Form::StoppingNotice, Form::ControlSheet];

/// Every paper of a dossier: as PDF what was given out, byte for byte (earlier requests and letters too), and how
/// things stand; drafts marked as drafts; signed letters; and the slips and letters as DOCX to be edited.
#[utoipa::path(tag = "documents",
    responses((status = 200, body = Vec<u8>, content_type = "application/zip")))]
#[get("/dossiers/{code}/documents.zip")]
pub async fn all_documents(
    house: Data<House>,
    letters: Data<Letters>,
    views: Data<Views>,
    officer: Officer,
    code: Segment<String>,
) -> Result<HttpResponse, Problem> {
    let (references, now, who) = (house.references.clone(), house.clock.now(), officer.id);
    let (room, code) = (Letters::clone(&letters), code.into_inner());
    let asked = code.clone();
    let gathered = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let (id, dossier) = dossier::find(c, &asked)?;
            officer.sees(dossier.branch)?;
            let branch = dossier.branch;
            let facts = Facts::read(c, &reference, id, dossier)?;
            gather(c, &reference, &room, &facts, now).map(|papers| Gathered { dossier: id, branch, papers })
        })
        .await?;
    let Gathered { dossier, branch, papers } = gathered;
    let press = letters.press.clone();
    let printed = web::block(move || printed(&press, papers))
        .await
        .map_err(|_| Failure::Broken("the printing thread ended".to_owned()))??;
    let to_keep: Vec<(Sheet, Kept)> = printed
        .iter()
        .filter(|paper| paper.wanted.sheet.occasion.is_some())
        .filter_map(|paper| Some((paper.wanted.sheet.clone(), paper.fresh.clone()?)))
        .collect();
    if !to_keep.is_empty() {
        let kept = move |tx: &mut Conn<'_>| {
            to_keep.iter().try_for_each(|(sheet, printed)| keep(tx, sheet, printed, now).map(drop))
        };
        house.db.write(kept).await?;
    }
    let stored = house.db.read(move |c| store::documents_of(c, dossier)).await?;
    let papers = printed
        .into_iter()
        .map(|paper| Packed {
            sheet: paper.wanted.sheet,
            fresh: paper.fresh.map(|fresh| fresh.pdf),
            docx: paper.docx,
            signed: paper.wanted.signed,
        })
        .collect();
    let file = web::block(move || pack(papers, stored, now))
        .await
        .map_err(|_| Failure::Broken("the packing thread ended".to_owned()))??;
    views.note(dossier, branch, who, now, "documents-zip");
    let name = super::show::file_name(&format!("{code}.zip"));
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(file))
}

struct Gathered {
    dossier: DossierId,
    branch: BranchId,
    papers: Vec<Wanted>,
}

/// A paper the dossier has, and what is needed to print it.
struct Wanted {
    sheet: Sheet,
    own: Option<TemplateRow>,
    /// It was given out before.
    stored: bool,
    signed: Option<Vec<u8>>,
}

/// What the dossier has; a paper that it has not, for a reason the single paper would give, is left out.
fn gather(
    c: &mut Conn<'_>,
    reference: &Reference,
    letters: &Letters,
    facts: &Facts<'_>,
    now: DateTime<Utc>,
) -> Outcome<Vec<Wanted>> {
    let mut papers = Vec::new();
    for form in OF_EVENTS {
        if let Some(sheet) = there(forms::sheet(facts, form, &letters.public_url, now))? {
            papers.push((sheet, None));
        }
    }
    for letter in apology::letters_of_dossier(c, reference, letters, facts.id, now)? {
        papers.push((letter.sheet, letter.signed));
    }
    if let Some(sheet) = there(apology::sheet_of_dossier(c, reference, letters, facts.id, now))? {
        papers.push((sheet, None));
    }
    papers
        .into_iter()
        .map(|(sheet, signed)| {
            let stored = match &sheet.occasion {
                Some(occasion) => print::is_kept(c, sheet.dossier, sheet.form, occasion)?,
                None => false,
            };
            Ok(Wanted { own: own_template(c, sheet.branch, sheet.form)?, sheet, stored, signed })
        })
        .collect()
}

fn there(sheet: Outcome<Sheet>) -> Outcome<Option<Sheet>> {
    match sheet {
        Ok(sheet) => Ok(Some(sheet)),
        Err(Failure::Conflict(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

struct Made {
    wanted: Wanted,
    /// None where it is stored.
    fresh: Option<Kept>,
    docx: Vec<u8>,
}

/// Blocks.
fn printed(press: &Press, papers: Vec<Wanted>) -> Outcome<Vec<Made>> {
    papers
        .into_iter()
        .map(|wanted| {
            let sheet = &wanted.sheet;
            let fresh = match wanted.stored {
                true => None,
                false => Some(print::print(press, wanted.own.as_ref(), sheet).map_err(not_printed)?),
            };
            let docx = word(sheet.form, &sheet.data, sheet.dated)
                .map_err(|error| Failure::Broken(error.to_string()))?;
            Ok(Made { wanted, fresh, docx })
        })
        .collect()
}

//! `GET /apologies/{id}/letter.docx`: the official letter for heads who edit before they sign.

use super::papers::sheet_of;
use super::{Letters, store};
use crate::account::Officer;
use crate::documents::forms::Form;
use crate::domain::ids::ApologyId;
use crate::domain::letter_status::LetterStatus;
use crate::dossier::Views;
use crate::failure::Failure;
use crate::http::{House, Problem, Segment};
use crate::paper;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

/// The letter as DOCX, in the layout and the words of its PDF; a draft is marked as one on every page. What was
/// issued is the PDF: this is for editing.
#[utoipa::path(tag = "apologies",
    responses((status = 200, body = Vec<u8>,
        content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document")))]
#[get("/apologies/{id}/letter.docx")]
pub async fn docx_of_apology(
    house: Data<House>,
    letters: Data<Letters>,
    views: Data<Views>,
    officer: Officer,
    id: Segment<ApologyId>,
) -> Result<HttpResponse, Problem> {
    let (references, now, who, id) =
        (house.references.clone(), house.clock.now(), officer.id, id.into_inner());
    let room = Letters::clone(&letters);
    let (sheet, name) = house
        .db
        .snapshot(move |c| {
            let row = store::load(c, id)?;
            officer.sees(row.branch_id)?;
            let reference = references.of(c)?;
            let sheet = sheet_of(c, &reference, &room, &row, Form::ApologyLetter, now)?;
            let name = match row.status()? {
                LetterStatus::Draft => format!("du-thao-{id}.docx"),
                _ => format!("{}.docx", row.full_number().unwrap_or_default().replace('/', "-")),
            };
            Ok::<_, Failure>((sheet, name))
        })
        .await?;
    let (dossier, branch) = (sheet.dossier, sheet.branch);
    let answer = paper::word::answer(name, sheet).await?;
    views.note(dossier, branch, who, now, "apology-letter-docx");
    Ok(answer)
}

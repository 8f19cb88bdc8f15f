//! `GET /apologies/{id}/letter.pdf`: the official letter; of a draft, as it would be, marked as one.

use super::papers::{kept_letter, sheet_of};
use super::{Letters, store};
use crate::account::Officer;
use crate::documents::forms::Form;
use crate::domain::ids::ApologyId;
use crate::domain::letter_status::LetterStatus;
use crate::dossier::Views;
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem, Segment};
use crate::paper::{self, Kept};
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, get};

/// The letter as PDF. Once approved it is byte for byte what was fixed then and mailed; its SHA-256 is the `ETag`.
#[utoipa::path(tag = "apologies",
    responses((status = 200, body = Vec<u8>, content_type = "application/pdf", headers(("ETag")))))]
#[get("/apologies/{id}/letter.pdf")]
pub async fn pdf_of_apology(
    house: Data<House>,
    letters: Data<Letters>,
    views: Data<Views>,
    officer: Officer,
    id: Segment<ApologyId>,
) -> Result<HttpResponse, Problem> {
    let (references, now, who, id) =
        (house.references.clone(), house.clock.now(), officer.id, id.into_inner());
    let row = house
        .db
        .read(move |c| {
            let row = store::load(c, id)?;
            officer.sees(row.branch_id)?;
            Ok::<_, Failure>(row)
        })
        .await?;
    let (dossier, branch) = (row.dossier_id, row.branch_id);
    let room = Letters::clone(&letters);
    let (name, paper) = if row.status()? == LetterStatus::Draft {
        let (sheet, own) = house
            .db
            .snapshot(move |c| {
                let reference = references.of(c)?;
                let sheet = sheet_of(c, &reference, &room, &row, Form::ApologyLetter, now)?;
                let own = paper::own_template(c, sheet.branch, sheet.form)?;
                Ok::<_, Failure>((sheet, own))
            })
            .await?;
        let press = letters.press.clone();
        let printed = web::block(move || paper::print(&press, own.as_ref(), &sheet))
            .await
            .map_err(|_| Failure::Broken("the printing thread ended".to_owned()))?
            .map_err(paper::not_printed)?;
        (format!("du-thao-{id}.pdf"), printed)
    } else {
        let name = row.full_number().unwrap_or_default().replace('/', "-");
        (format!("{name}.pdf"), fixed(&house, room, row, now).await?)
    };
    views.note(dossier, branch, who, now, "apology-letter");
    Ok(paper::show::answer(&name, &paper))
}

/// The letter as it was fixed when it was issued.
pub(super) async fn fixed(
    house: &House,
    letters: Letters,
    row: super::row::ApologyRow,
    now: chrono::DateTime<chrono::Utc>,
) -> Outcome<Kept> {
    if row.status()? == LetterStatus::Cancelled {
        return Err(Failure::Conflict("paper-letter-cancelled"));
    }
    let (dossier, occasion) = (row.dossier_id, row.id.to_string());
    let kept = house.db.read(move |c| paper::kept(c, dossier, Form::ApologyLetter, &occasion)).await?;
    match kept {
        Some(kept) => Ok(kept),
        None => house.db.write(move |tx| kept_letter(tx, &letters, &row, now)).await,
    }
}

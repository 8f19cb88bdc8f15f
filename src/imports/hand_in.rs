//! `POST /imports`: a register is handed in; its check is queued.

use super::store::{self, FileRow, Part, State};
use super::view::View;
use super::work;
use crate::account::Admin;
use crate::apology::Letters;
use crate::db::types::Json;
use crate::domain::ids::RegisterFileId;
use crate::domain::people;
use crate::failure::Fields;
use crate::hex::hex;
use crate::http::{ActMeta, House, Lang, Problem, Query, Reply, Table, act};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// What the file is called where it comes from.
    #[param(example = "so-theo-doi-2019.csv")]
    file_name: String,
}

/// Hands a register in: CSV or XLSX, at most 16 MiB. Nothing is imported yet: the file is checked first, as a job, and
/// stands at `Location`.
#[utoipa::path(tag = "imports", params(Asked),
    request_body(content = Vec<u8>, content_type = "text/csv"),
    responses((status = 201, body = View)))]
#[post("/imports")]
pub async fn post_import(
    house: Data<House>,
    letters: Data<Letters>,
    admin: Admin,
    lang: Lang,
    asked: Query<Asked>,
    meta: ActMeta,
    file: Table,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let name = fields.take("/query/file_name", people::line(&asked.file_name, 200));
    fields.check(!file.0.is_empty(), "", "empty-file");
    let name = fields.done(|| name)?;
    let (admin, file) = (admin.0, file.0);
    let sha256 = hex(&Sha256::digest(&file));
    let answer = act(&house, admin.id, &meta, move |tx, now| {
        let row = FileRow {
            id: RegisterFileId::at(now),
            file_name: name.clone(),
            sha256: sha256.clone(),
            bytes: i64::try_from(file.len()).unwrap_or(i64::MAX),
            handed_in_at: now.into(),
            handed_in_by: admin.id,
            handed_in_by_name: admin.full_name.clone(),
            state: State::Checking.as_str().to_owned(),
            skip_bad: false,
            phase: None,
            done: 0,
            total: 0,
            report: Json(json!({})),
            changed_at: now.into(),
        };
        store::insert(tx, &row)?;
        store::put_content(tx, row.id, Part::Register, &file)?;
        work::queue(tx, work::CHECK, row.id, now)?;
        Reply::created(&format!("/imports/{}", row.id), &View::of(row, lang)?)
    })
    .await?;
    letters.bell.ring();
    Ok(answer)
}

//! `GET /apologies`: the letters of a branch, by where they stand.

use super::row::ApologyRow;
use super::view::{self, Line};
use crate::account::Officer;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{apologies, dossiers};
use crate::domain::ids::{ApologyId, BranchId};
use crate::domain::letter_status::LetterStatus;
use crate::failure::{Failure, Outcome};
use crate::http::{House, Listed, Listing, Page, PageParams, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use diesel::prelude::*;
use serde::Deserialize;
use utoipa::IntoParams;

/// The order of the list: by key, which is by age.
const SORT: &str = "id";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// draft, approved, sent, delivered, failed, paper (all that are to be handed over on paper: the failed ones
    /// too), cancelled
    #[param(value_type = Option<String>)]
    status: Option<LetterStatus>,
    branch_code: Option<String>,
    dossier_code: Option<String>,
}

/// Letters, the oldest first. Branch officers see those of their branch.
#[utoipa::path(tag = "apologies", params(Filter, PageParams), responses((status = 200, body = Listed<Line>)))]
#[get("/apologies")]
pub async fn list_apologies(
    house: Data<House>,
    officer: Officer,
    listing: Listing<Filter>,
) -> Result<HttpResponse, Problem> {
    let cache = house.references.clone();
    let listed = house
        .db
        .snapshot(move |c| {
            let reference = cache.of(c)?;
            let Filter { status, branch_code, dossier_code } = listing.filter;
            let branch = branch_code
                .map(|code| {
                    let found = reference.branch(&code).map(|branch| branch.id);
                    found.ok_or_else(|| Failure::field("/query/branch_code", "no-such-branch"))
                })
                .transpose()?;
            if let Some(branch) = branch {
                officer.sees(branch)?;
            }
            let asked = Asked { branch: branch.or(officer.scope()), status, dossier_code };
            let page = listing.page;
            let rows = rows(c, &asked, &page)?;
            let count = if page.count { Some(count(c, &asked)?) } else { None };
            let key = |(row, _): &(ApologyRow, String)| row.id;
            // Names are looked up once for the page, so the rows become lines before they are cut to it.
            let keys: Vec<ApologyId> = rows.iter().map(key).collect();
            let lines = view::lines(c, &reference, rows)?;
            page.answer(
                SORT,
                keys.into_iter().zip(lines).collect(),
                count,
                |(id, _)| *id,
                |(_, line)| Ok(line),
            )
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}

struct Asked {
    branch: Option<BranchId>,
    status: Option<LetterStatus>,
    dossier_code: Option<String>,
}

macro_rules! asked {
    ($asked:expr, $query:expr) => {{
        let mut query = $query;
        if let Some(branch) = $asked.branch {
            query = query.filter(apologies::branch_id.eq(branch));
        }
        match $asked.status {
            Some(LetterStatus::Paper) => {
                let both = [LetterStatus::Paper.as_str(), LetterStatus::Failed.as_str()];
                query = query.filter(apologies::status.eq_any(both));
            }
            Some(status) => query = query.filter(apologies::status.eq(status.as_str())),
            None => {}
        }
        if let Some(code) = &$asked.dossier_code {
            query = query.filter(dossiers::code.eq(code));
        }
        query
    }};
}

fn rows(c: &mut Conn<'_>, asked: &Asked, page: &Page) -> Outcome<Vec<(ApologyRow, String)>> {
    let after: ApologyId = page.after(SORT)?.unwrap_or_else(ApologyId::nil);
    Ok(both!(c, |c| asked!(
        asked,
        apologies::table.inner_join(dossiers::table.on(dossiers::id.eq(apologies::dossier_id))).into_boxed()
    )
    .filter(apologies::id.gt(after))
    .order(apologies::id)
    .limit(page.fetch())
    .select((ApologyRow::as_select(), dossiers::code))
    .load(c))?)
}

fn count(c: &mut Conn<'_>, asked: &Asked) -> Outcome<i64> {
    Ok(both!(c, |c| asked!(
        asked,
        apologies::table.inner_join(dossiers::table.on(dossiers::id.eq(apologies::dossier_id))).into_boxed()
    )
    .count()
    .get_result(c))?)
}

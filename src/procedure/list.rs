//! `GET /procedures`: what can be asked for, as it holds today.

use super::view::{ProcedureLine, shown_version};
use crate::account::Officer;
use crate::domain::local_time::day_of;
use crate::domain::people::fold;
use crate::failure::{Failure, Outcome};
use crate::http::{House, Listed, Listing, PageParams, Problem};
use crate::reference::{Procedure, Reference};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

const SORT: &str = "procedures:code";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProcedureFilter {
    /// Taken in by this branch.
    branch_code: Option<String>,
    /// Of this sector, by its code.
    sector: Option<String>,
    /// The beginning of the code, or words of the name, with or without diacritics.
    q: Option<String>,
}

/// Lists procedures by code.
#[utoipa::path(
    tag = "procedures",
    params(ProcedureFilter, PageParams),
    responses((status = 200, body = Listed<ProcedureLine>))
)]
#[get("/procedures")]
pub async fn list_procedures(
    house: Data<House>,
    _officer: Officer,
    listing: Listing<ProcedureFilter>,
) -> Result<HttpResponse, Problem> {
    let cache = house.references.clone();
    let reference = house.db.read(move |conn| cache.of(conn)).await?;
    let (Listing { filter, page }, today) = (listing, day_of(house.clock.now()));
    let wanted = Wanted::of(&reference, filter, today)?;
    let procedures = reference.procedures().iter().filter(|procedure| wanted.is(procedure));
    let listed = page.of(
        SORT,
        procedures,
        |procedure| &procedure.code,
        |procedure| ProcedureLine::of(&reference, procedure, today),
    )?;
    Ok(HttpResponse::Ok().json(listed))
}

/// The filter, looked up.
struct Wanted {
    branch: Option<crate::domain::ids::BranchId>,
    sector: Option<crate::domain::ids::SectorId>,
    code_begins: Option<String>,
    words: Vec<String>,
    today: NaiveDate,
}

impl Wanted {
    /// # Errors
    /// A branch or sector that does not exist would list nothing, which looks like "there is none".
    fn of(reference: &Reference, filter: ProcedureFilter, today: NaiveDate) -> Outcome<Self> {
        let branch = match &filter.branch_code {
            Some(code) => Some(
                reference
                    .branch(code)
                    .ok_or_else(|| Failure::field("/query/branch_code", "no-such-branch"))?
                    .id,
            ),
            None => None,
        };
        let sector = match &filter.sector {
            Some(code) => Some(
                reference.sector(code).ok_or_else(|| Failure::field("/query/sector", "no-such-sector"))?.id,
            ),
            None => None,
        };
        let words = filter.q.as_deref().map(fold).unwrap_or_default();
        Ok(Self {
            branch,
            sector,
            code_begins: filter.q.map(|q| q.trim().to_owned()),
            words: words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            today,
        })
    }

    fn is(&self, procedure: &Procedure) -> bool {
        self.branch.is_none_or(|branch| procedure.branches.contains(&branch))
            && self.sector.is_none_or(|sector| procedure.sector_id == sector)
            && (self.begins_code(procedure) || self.words_in_name(procedure))
    }

    fn begins_code(&self, procedure: &Procedure) -> bool {
        self.code_begins.as_ref().is_some_and(|begin| !begin.is_empty() && procedure.code.starts_with(begin))
    }

    /// No words are in every name.
    fn words_in_name(&self, procedure: &Procedure) -> bool {
        let Some(version) = shown_version(procedure, self.today) else { return self.words.is_empty() };
        let name = fold(&version.name);
        self.words.iter().all(|word| name.contains(word.as_str()))
    }
}

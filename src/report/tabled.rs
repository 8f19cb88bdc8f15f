//! What the reports that are tables share: read in one snapshot, told for programs and, with the head of whom they are, for
//! people; counts by branch and sector as rows.

use super::format::{Format, Sheet, answer};
use super::heading::Heading;
use crate::apology::Letters;
use crate::db::Conn;
use crate::domain::ids::{BranchId, SectorId};
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem};
use crate::reference::Reference;
use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// Reads a report and answers it in a format. `read` tells it and the code of the branch that reports (none: the department);
/// `sheet` lays it out for people; `name` is its file's, without ending.
pub async fn tabled<T>(
    house: &House,
    (letters, now): (&Letters, DateTime<Utc>),
    (format, name): (Format, String),
    read: impl FnOnce(&mut Conn<'_>, &Reference) -> Outcome<(T, Option<String>)> + Clone + Send + 'static,
    sheet: impl FnOnce(&T, Heading) -> Sheet,
) -> Result<HttpResponse, Problem>
where
    T: Serialize + Send + 'static,
{
    let references = house.references.clone();
    let (found, heading) = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let (found, branch_code) = read(c, &reference)?;
            Ok::<_, Failure>((found, Heading::of(&reference, branch_code.as_deref())))
        })
        .await?;
    answer(format, &name, &found, (&letters.press, now), || sheet(&found, heading)).await
}

/// Where something is counted, as people know it.
#[derive(Debug, Clone)]
pub struct Place {
    pub branch_code: String,
    pub sector_code: String,
    /// Its name.
    pub sector: String,
}

/// Counts by branch and sector as rows, in the order of their codes.
pub fn by_place<C, R>(
    reference: &Reference,
    counts: BTreeMap<(BranchId, SectorId), C>,
    row: impl Fn(Place, C) -> R,
) -> Vec<R> {
    let mut placed: Vec<(Place, C)> = counts
        .into_iter()
        .map(|((branch, sector), counts)| {
            let sector = reference.sector_by_id(sector);
            let place = Place {
                branch_code: reference.branch_by_id(branch).map(|b| b.code.clone()).unwrap_or_default(),
                sector_code: sector.map(|sector| sector.code.clone()).unwrap_or_default(),
                sector: sector.map(|sector| sector.name.clone()).unwrap_or_default(),
            };
            (place, counts)
        })
        .collect();
    placed.sort_by(|(a, _), (b, _)| (&a.branch_code, &a.sector_code).cmp(&(&b.branch_code, &b.sector_code)));
    placed.into_iter().map(|(place, counts)| row(place, counts)).collect()
}

/// So many columns beside one another, from the `start`th on, as sums name them.
pub fn columns(start: usize, count: usize) -> Vec<u16> {
    (start..start + count).filter_map(|place| u16::try_from(place).ok()).collect()
}

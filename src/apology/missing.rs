//! `GET /apologies/missing`: the late dossiers whose owners have had no letter, by branch and by who held the
//! dossier when it became late. The target is that there is none (QĐ 5157/QĐ-UBND; the plan's 100 %).

use super::late::{Late, Period, Which, late};
use super::store;
use super::view::Somebody;
use crate::account::Officer;
use crate::db::Conn;
use crate::domain::dossier::replay;
use crate::domain::ids::{DossierId, OfficerId};
use crate::domain::local_time::day_of;
use crate::dossier;
use crate::failure::{Failure, FieldFault, Outcome};
use crate::http::{House, Listed, Listing, PageParams, Problem};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The order of the list.
const SORT: &str = "due_on";

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// First day of the period.
    from: NaiveDate,
    /// Last day of the period; what is in process counts as it stands then, at the latest as it stands today.
    to: NaiveDate,
    branch_code: Option<String>,
}

/// A late dossier without a letter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MissingApology)]
pub struct Line {
    pub dossier_code: String,
    pub branch_code: String,
    pub due_on: NaiveDate,
    /// The dossier's present status.
    pub status: String,
    /// The officer who held it at the end of its due date.
    pub held_by: Option<Somebody>,
    /// Or the step of the internal process it lay at.
    pub held_step: Option<String>,
}

/// Late dossiers without an issued letter: those that ended late in the period, and those in process that are
/// overdue. The longest overdue first.
#[utoipa::path(tag = "apologies", params(Filter, PageParams), responses((status = 200, body = Listed<Line>)))]
#[get("/apologies/missing")]
pub async fn list_missing_apologies(
    house: Data<House>,
    officer: Officer,
    listing: Listing<Filter>,
) -> Result<HttpResponse, Problem> {
    let (cache, now) = (house.references.clone(), house.clock.now());
    let listed = house
        .db
        .snapshot(move |c| {
            let reference = cache.of(c)?;
            let Filter { from, to, branch_code } = &listing.filter;
            if from > to {
                return Err(Failure::Invalid(vec![FieldFault::new("/query/to", "before-from")]));
            }
            let branch = branch_code
                .as_deref()
                .map(|code| {
                    let found = reference.branch(code).map(|branch| branch.id);
                    found.ok_or_else(|| Failure::field("/query/branch_code", "no-such-branch"))
                })
                .transpose()?;
            if let Some(branch) = branch {
                officer.sees(branch)?;
            }
            let period = Period::new(*from, *to, day_of(now));
            let page = &listing.page;
            let late = late(
                c,
                Which::WithoutLetter,
                branch.or(officer.scope()),
                &period,
                page.after(SORT)?,
                page.fetch(),
            )?;
            let count = if page.count {
                Some(
                    i64::try_from(
                        super::late::late(
                            c,
                            Which::WithoutLetter,
                            branch.or(officer.scope()),
                            &period,
                            None,
                            i64::MAX,
                        )?
                        .len(),
                    )
                    .unwrap_or(i64::MAX),
                )
            } else {
                None
            };
            let keys: Vec<(NaiveDate, DossierId)> = late.iter().map(|late| (late.due_on, late.id)).collect();
            let lines = lines(c, &reference, late)?;
            page.answer(
                SORT,
                keys.into_iter().zip(lines).collect(),
                count,
                |(key, _)| *key,
                |(_, line)| Ok(line),
            )
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}

/// With who held each when it became late.
fn lines(c: &mut Conn<'_>, reference: &Reference, late: Vec<Late>) -> Outcome<Vec<Line>> {
    let held = holders(c, &late)?;
    let people: Vec<_> = held.iter().filter_map(|(officer, _)| *officer).collect();
    let names = store::names(c, &people)?;
    let somebody = |id| Somebody { id, name: names.get(&id).cloned().unwrap_or_default() };
    Ok(late
        .into_iter()
        .zip(held)
        .map(|(late, (officer, step))| Line {
            dossier_code: late.code,
            branch_code: reference.branch_by_id(late.branch).map(|b| b.code.clone()).unwrap_or_default(),
            due_on: late.due_on,
            status: late.status,
            held_by: officer.map(somebody),
            held_step: step,
        })
        .collect())
}

/// The officer or the step that held each when it became late: its history up to the end of its due date says so.
pub fn holders(c: &mut Conn<'_>, late: &[Late]) -> Outcome<Vec<(Option<OfficerId>, Option<String>)>> {
    late.iter()
        .map(|one| {
            let mut events = dossier::events(c, one.id)?;
            events.retain(|event| day_of(event.occurred_at) <= one.due_on);
            Ok(replay(&events).map(|(then, _)| (then.held_by, then.held_step)).unwrap_or_default())
        })
        .collect()
}

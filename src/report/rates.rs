//! `GET /rates`: the on-time rates of any period, grouped any way. A branch sees its own figures; the department
//! sees all.

use super::asked::Asked;
use super::compare::Beside;
use super::question::ask;
use super::store;
use super::view::{Definitions, Names, RatesView};
use crate::account::Officer;
use crate::db::Conn;
use crate::domain::ids::BranchId;
use crate::domain::local_time::day_of;
use crate::failure::{Failure, Outcome};
use crate::http::words::words;
use crate::http::{House, Lang, Problem, Query};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde_json::Map;

/// On-time rates, counted from the tallies: the same answer whenever it is asked, unless it says otherwise.
#[utoipa::path(tag = "reports", params(Asked), responses((status = 200, body = RatesView)))]
#[get("/rates")]
pub async fn show_rates(
    house: Data<House>,
    officer: Officer,
    lang: Lang,
    asked: Query<Asked>,
) -> Result<HttpResponse, Problem> {
    let (asked, today) = (asked.into_inner(), day_of(house.clock.now()));
    let references = house.references.clone();
    let answer = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            rates(c, &reference, &asked, today, officer.scope())
        })
        .await
        .map_err(|failure: Failure| failure)?;
    Ok(HttpResponse::Ok().json(worded(answer, lang)))
}

/// The answer, without words. `scope` is the one branch that the asker sees.
///
/// # Errors
/// `Invalid` or `Forbidden` for what may not be asked.
pub fn rates(
    c: &mut Conn<'_>,
    reference: &Reference,
    asked: &Asked,
    today: NaiveDate,
    scope: Option<BranchId>,
) -> Outcome<RatesView> {
    let question = asked.question(c, reference, today, scope)?;
    let answer = ask(c, &question)?;
    let beside = Beside::of(c, &question, asked, today)?;
    let officers = if question.apart.officer { store::officer_names(c)? } else { Default::default() };
    Ok(RatesView::of(&question, &answer, &beside, &Names { reference, officers }))
}

/// The definitions of the rates, and the note where something was entered afterwards.
pub fn worded(mut view: RatesView, lang: Lang) -> RatesView {
    let say = |key: &str, facts: &Map<_, _>| words(lang, key, facts).unwrap_or_default();
    let none = Map::new();
    view.definitions =
        Definitions { r1: say("rates.r1", &none), r2: say("rates.r2", &none), r3: say("rates.r3", &none) };
    if view.revised > 0 {
        let facts = Map::from_iter([("revised".to_owned(), view.revised.into())]);
        view.note = Some(say("rates.revised", &facts));
    }
    view
}

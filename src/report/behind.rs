//! `GET /rates/dossiers`: the dossiers behind a number of the rates, for any past `from`, `to` and `as_of`.
//!
//! The tallies add up what the events of each dossier add; a dossier stands behind a number if its own events add one
//! to it. So there is one definition: the history of each candidate is tallied as it was when it was written, and
//! asked the very question of the row. What is read from the rows only narrows down which ones are worth asking.

use super::asked::Asked;
use super::behind_file;
use super::format::Format;
use super::in_memory::figures_of;
use super::question::{Question, ask};
use super::store::{Place, Scan, Told, candidates};
use crate::account::Officer;
use crate::apology::Letters;
use crate::db::Conn;
use crate::db::conditions::{GIVEN_UP, OVERDUE, RUNNING};
use crate::domain::event::Channel;
use crate::domain::figure::Figure;
use crate::domain::ids::{DossierId, OfficerId};
use crate::domain::local_time::day_of;
use crate::domain::tally::of_life;
use crate::dossier::{Line, histories, lines};
use crate::failure::{Failure, Outcome};
use crate::http::page::cursor;
use crate::http::{House, Listed, Listing, Problem};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// Histories that are read at once, and for one page at most: then the page ends early and the next goes on.
const AT_ONCE: usize = 250;
const AT_MOST: usize = 5000;

/// A number of a row of the rates: the same period and filters, and which number.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Number {
    /// The first day of the period.
    #[param(example = "2019-12-15")]
    pub from: NaiveDate,
    /// The last day of the period.
    #[param(example = "2020-03-14")]
    pub to: NaiveDate,
    /// As for the rates: `to` unless it is given, and today at the latest.
    pub as_of: Option<NaiveDate>,
    /// `received`, `received_online`, `received_direct_or_post`, `carried_over`, `received_or_carried_over`, `resolved`,
    /// `resolved_in_time`, `resolved_early`, `resolved_on_time`, `resolved_overdue`, `closed_without_result`,
    /// `closed_past_due`, `in_process`, `in_process_within_limit`, `in_process_overdue`, `in_process_waiting`,
    /// `in_process_not_overdue`, `apologies_owed`, `apologies_issued`, `apologies_in_advance`, `apologies_on_due_day`,
    /// `apologies_late` or `apologies_missing`.
    #[param(value_type = String, example = "resolved_overdue")]
    pub figure: Figure,
    pub branch_code: Option<String>,
    /// Code or name.
    pub sector: Option<String>,
    pub procedure_code: Option<String>,
    #[param(value_type = Option<String>, example = "online")]
    pub channel: Option<Channel>,
    /// User name of who holds, or held, the dossier; `-` is nobody.
    pub officer: Option<String>,
    /// As a file, the whole list at once: `limit` and `cursor` are for `json`.
    #[param(inline)]
    #[serde(default)]
    pub format: Format,
}

impl Number {
    pub(super) fn asked(&self) -> Asked {
        Asked {
            as_of: self.as_of,
            branch_code: self.branch_code.clone(),
            sector: self.sector.clone(),
            procedure_code: self.procedure_code.clone(),
            channel: self.channel,
            officer: self.officer.clone(),
            ..Asked::of_days(self.from, self.to, None)
        }
    }
}

/// The dossiers behind a number of the rates, people masked, each as it stands today. With `count=true` the number
/// itself. A page can be shorter than `limit`, even empty, and still have a `next`. A file has at most 5,000 dossiers.
#[utoipa::path(
    tag = "reports",
    params(Number, crate::http::PageParams),
    responses((status = 200, body = Listed<Line>))
)]
#[get("/rates/dossiers")]
pub async fn list_dossiers_of_rates(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    listing: Listing<Number>,
) -> Result<HttpResponse, Problem> {
    if listing.filter.format != Format::Json {
        return behind_file::file(&house, &letters, officer, listing.filter).await;
    }
    let (references, today) = (house.references.clone(), day_of(house.clock.now()));
    let listed = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let Listing { filter: number, page } = listing;
            let question = number.asked().question(c, &reference, today, officer.scope())?;
            let sort = format!("{}-{}", number.figure, question.as_of);
            let limit = usize::try_from(page.fetch() - 1).unwrap_or(1);
            let found = behind(c, &question, number.figure, today, page.after(&sort)?, limit)?;
            let next = found.next.map(|place| cursor(&sort, &place)).transpose()?;
            let count = if page.count { Some(number.figure.of(&ask(c, &question)?.total)) } else { None };
            Ok::<_, Failure>(Listed { items: lines(c, &reference, &found.ids, today)?, next, count })
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}

/// Where a page ended: in which scan, after which candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    scan: usize,
    after: Option<Place>,
}

/// Some of the dossiers behind a number.
#[derive(Debug, Default)]
pub struct Found {
    pub ids: Vec<DossierId>,
    /// Where to go on; nothing at the end.
    pub next: Option<Reached>,
}

/// The next dossiers behind a number, up to `limit`.
///
/// # Errors
/// When the database fails or holds what it must not.
pub fn behind(
    c: &mut Conn<'_>,
    question: &Question,
    figure: Figure,
    today: NaiveDate,
    from: Option<Reached>,
    limit: usize,
) -> Outcome<Found> {
    let scans = scans(question, figure, today);
    let Reached { mut scan, mut after } = from.unwrap_or(Reached { scan: 0, after: None });
    let (mut ids, mut asked) = (Vec::new(), 0);
    while let Some((place, told)) = scans.get(scan) {
        // One more than is wanted tells whether there is a next page, when nearly each candidate is one.
        let some = (limit + 1 - ids.len()).clamp(20, AT_ONCE);
        let wanted = i64::try_from(some).unwrap_or(i64::MAX);
        let places = candidates(c, *place, &question.only, told, after, wanted)?;
        let last = places.len() < some;
        let keys: Vec<DossierId> = places.iter().map(Place::id).collect();
        for (place, (id, events)) in places.iter().zip(histories(c, &keys)?) {
            if figure.of(&figures_of(question, &of_life(&events))) > 0 {
                if ids.len() == limit {
                    return Ok(Found { ids, next: Some(Reached { scan, after }) });
                }
                ids.push(id);
            }
            after = Some(*place);
        }
        asked += places.len();
        if last {
            (scan, after) = (scan + 1, None);
        }
        if asked >= AT_MOST && scan < scans.len() {
            return Ok(Found { ids, next: Some(Reached { scan, after }) });
        }
    }
    Ok(Found { ids, next: None })
}

/// Where the dossiers behind a number are to be found. No dossier is in two of the scans of a number.
fn scans(question: &Question, figure: Figure, today: NaiveDate) -> Vec<(Scan, Told)> {
    let Question { from, to, as_of, ref only, .. } = *question;
    let end = to.min(as_of);
    // Who held a dossier when it ended holds it still.
    let ended = |condition| {
        (
            Scan::Ended { from, to: end },
            Told { condition: Some(condition), held_by: somebody(only.officer), ..Told::default() },
        )
    };
    let received = (Scan::Received { from, to: end }, Told::default());
    match figure {
        Figure::Received | Figure::ReceivedOnline | Figure::ReceivedDirectOrPost => vec![received],
        Figure::ReceivedOrCarriedOver => {
            let mut scans = vec![received];
            scans.extend(scans_of_carried_over(question, today));
            scans
        }
        Figure::CarriedOver => scans_of_carried_over(question, today),
        Figure::Resolved => vec![ended("dossiers.resolved_at is not null")],
        Figure::ResolvedInTime => vec![ended("dossiers.timeliness in ('early', 'on_time')")],
        Figure::ResolvedEarly => vec![ended("dossiers.timeliness = 'early'")],
        Figure::ResolvedOnTime => vec![ended("dossiers.timeliness = 'on_time'")],
        Figure::ResolvedOverdue => vec![ended(OVERDUE)],
        Figure::ClosedWithoutResult | Figure::ClosedPastDue => vec![ended(GIVEN_UP)],
        Figure::InProcess | Figure::InProcessNotOverdue => stock(question, as_of, today, Told::default()),
        Figure::InProcessWithinLimit => {
            let told = Told { condition: Some(RUNNING), due_from: Some(as_of), ..Told::default() };
            stock(question, as_of, today, told)
        }
        Figure::InProcessOverdue => stock(question, as_of, today, overdue_on(as_of)),
        Figure::InProcessWaiting => {
            stock(question, as_of, today, Told { condition: Some(WAITING), ..Told::default() })
        }
        Figure::ApologiesOwed
        | Figure::ApologiesIssued
        | Figure::ApologiesInAdvance
        | Figure::ApologiesOnDueDay
        | Figure::ApologiesLate
        | Figure::ApologiesMissing => {
            let mut scans = stock(question, as_of, today, overdue_on(as_of));
            scans.extend([ended(OVERDUE), ended(GIVEN_UP)]);
            scans
        }
    }
}

const WAITING: &str = "dossiers.status in ('supplement_requested', 'awaiting_payment')";

fn overdue_on(day: NaiveDate) -> Told {
    Told { condition: Some(RUNNING), due_before: Some(day), ..Told::default() }
}

/// In process at the end of the day before.
fn scans_of_carried_over(question: &Question, today: NaiveDate) -> Vec<(Scan, Told)> {
    let eve = question.from.pred_opt();
    eve.map(|eve| stock(question, eve, today, Told::default())).unwrap_or_default()
}

/// Rows that nobody holds do not say so with the key of nobody.
fn somebody(officer: Option<OfficerId>) -> Option<OfficerId> {
    officer.filter(|officer| *officer != OfficerId::nil())
}

/// What was in process at the end of a day: open now, or ended after it. If the day is not over, the rows tell how
/// things stand (`now`); of an earlier day they do not.
fn stock(question: &Question, day: NaiveDate, today: NaiveDate, now: Told) -> Vec<(Scan, Told)> {
    if day >= today {
        return vec![(Scan::Open { by: day }, Told { held_by: somebody(question.only.officer), ..now })];
    }
    vec![(Scan::Open { by: day }, Told::default()), (Scan::EndedAfter { by: day }, Told::default())]
}

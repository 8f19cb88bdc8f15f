//! `GET /dossiers`: lists and search. By code, name with or without diacritics, phone, identity number.

use super::filter::{self, After, Filter, Sort, Words};
use super::view::{self, Line};
use crate::account::Officer;
use crate::domain::ids::OfficerId;
use crate::domain::local_time::moment;
use crate::failure::{Failure, FieldFault, Fields};
use crate::http::{House, Listed, Listing, PageParams, Problem};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{Days, NaiveDate, NaiveTime};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Params {
    branch_code: Option<String>,
    /// Code or name of a sector.
    sector: Option<String>,
    procedure_code: Option<String>,
    status: Option<String>,
    /// `true`: only those that have not ended.
    open: Option<bool>,
    /// within_limit, waiting, due_soon, overdue, early, on_time
    timeliness: Option<String>,
    channel: Option<String>,
    /// Username, or `me`.
    held_by: Option<String>,
    /// Dossier code, words of the name, phone or identity number from its beginning.
    q: Option<String>,
    received_from: Option<NaiveDate>,
    received_to: Option<NaiveDate>,
    due_from: Option<NaiveDate>,
    due_to: Option<NaiveDate>,
    /// `due_on` (most urgent first) or `-received_at` (newest first, the default)
    sort: Option<String>,
}

/// Lists dossiers, people masked. Officers of a branch see their own.
#[utoipa::path(tag = "dossiers", params(Params, PageParams), responses((status = 200, body = Listed<Line>)))]
#[get("/dossiers")]
pub async fn list_dossiers(
    house: Data<House>,
    officer: Officer,
    listing: Listing<Params>,
) -> Result<HttpResponse, Problem> {
    let (references, clock) = (house.references.clone(), house.clock.clone());
    let listed = house
        .db
        .read(move |c| {
            let reference = references.of(c)?;
            let Listing { filter: params, page } = listing;
            let held_by = match params.held_by.as_deref() {
                None => None,
                Some("me") => Some(officer.id),
                // Nobody of that name holds nothing: an empty list, not an error.
                Some(name) => Some(filter::officer_named(c, name)?.unwrap_or_else(OfficerId::nil)),
            };
            let (mut filter, sort) = params.check(&reference, held_by)?;
            if let Some(own) = officer.scope() {
                if filter.branch.is_some_and(|branch| branch != own) {
                    return Err(Failure::Forbidden("foreign-branch"));
                }
                filter.branch = Some(own);
            }
            let today = view::today(clock.now());
            let next_working_day = reference.calendar.next_working_day(today).ok();
            let days = (today, next_working_day.unwrap_or(today));
            let after = page.after::<After>(sort.as_str())?;
            let wanted = usize::try_from(page.fetch()).unwrap_or(usize::MAX);
            let rows = filter::page(c, &filter, sort, after, wanted, days)?;
            let count = if page.count { Some(filter::count(c, &filter, days)?) } else { None };
            let names = view::holders(c, rows.iter().filter_map(|(row, _)| row.held_by))?;
            page.answer(
                sort.as_str(),
                rows,
                count,
                |(row, _)| After::of(sort, row),
                |(row, people)| view::line(&reference, &row, &people, &names, today, next_working_day),
            )
        })
        .await?;
    Ok(HttpResponse::Ok().json(listed))
}

impl Params {
    fn check(&self, reference: &Reference, held_by: Option<OfficerId>) -> Result<(Filter, Sort), Failure> {
        let mut fields = Fields::new();
        let known = |found: Option<_>| found.ok_or("unknown-value");
        let branch = fields.optional("/query/branch_code", self.branch_code.as_deref(), |code| {
            reference.branch(code).map(|branch| branch.id).ok_or("unknown-value")
        });
        let sector = fields.optional("/query/sector", self.sector.as_deref(), |named| {
            reference.sector_named(named).map(|sector| sector.id).ok_or("unknown-value")
        });
        let procedure = fields.optional("/query/procedure_code", self.procedure_code.as_deref(), |code| {
            known(reference.procedure(code).map(|procedure| procedure.id))
        });
        let status = fields.optional("/query/status", self.status.as_deref(), str::parse);
        let timing = fields.optional("/query/timeliness", self.timeliness.as_deref(), str::parse);
        let channel = fields.optional("/query/channel", self.channel.as_deref(), str::parse);
        let sort = fields.optional("/query/sort", self.sort.as_deref(), str::parse::<Sort>);
        let words = fields.optional("/query/q", self.q.as_deref(), |text| {
            if text.chars().count() > 200 {
                return Err(FieldFault::with("/query/q", "too-long", 200));
            }
            Words::of(text).ok_or_else(|| FieldFault::new("/query/q", "nothing-to-search"))
        });
        let start = |day: NaiveDate| moment(day.and_time(NaiveTime::MIN));
        fields.done(|| {
            let filter = Filter {
                branch: branch?,
                sector: sector?,
                procedure: procedure?,
                status: status?,
                open: self.open.unwrap_or(false),
                timing: timing?,
                channel: channel?,
                held_by,
                words: words?,
                received_from: self.received_from.map(start),
                received_before: self
                    .received_to
                    .map(|day| start(day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX))),
                due_from: self.due_from,
                due_to: self.due_to,
            };
            Some((filter, sort?.unwrap_or(Sort::ReceivedAt)))
        })
    }
}

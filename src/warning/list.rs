//! `GET /warnings`: running dossiers that somebody should look at, the most urgent first. Branch officers see their
//! branch's.

use super::estimate::Measured;
use super::look::{Kind, Watch, WorryView};
use crate::account::Officer;
use crate::domain::ids::OfficerId;
use crate::domain::local_time::day_of;
use crate::dossier::{self, RunningAfter, RunningOf};
use crate::failure::{Failure, Fields, Outcome};
use crate::http::{House, Listing, PageParams, Problem, cursor};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const SORT: &str = "warnings:due_on";
/// So many dossiers are looked at for one page: it answers at once, also where next to nothing is found.
const MOST_LOOKED_AT: usize = 5000;

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WarningFilter {
    /// `overdue`, `due_soon`, `likely_late`, `stuck`, with commas; all unless given.
    #[param(value_type = Option<String>, example = "likely_late,stuck")]
    #[serde(default)]
    kind: Vec<Kind>,
    branch_code: Option<String>,
    procedure_code: Option<String>,
    /// User name, or `me`.
    held_by: Option<String>,
}

/// A page of warnings. It may hold few or none and still have a `next`: go on until that is null.
#[derive(Debug, Serialize, ToSchema)]
pub struct Warnings {
    pub items: Vec<WorryView>,
    pub next: Option<String>,
    pub today: NaiveDate,
    /// What estimates are made from; null before the first night.
    pub measured: Option<MeasuredView>,
}

/// Dossiers resolved from `from` to `to`, both included.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Measured)]
pub struct MeasuredView {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub measured_on: NaiveDate,
    /// No estimate is made from fewer cases.
    pub least_cases: u32,
}

impl MeasuredView {
    pub fn of(measured: &Measured, least_cases: u32) -> Option<Self> {
        let on = measured.on?;
        let to = on.on.pred_opt().unwrap_or(on.on);
        Some(Self { from: on.from, to, measured_on: on.on, least_cases })
    }
}

/// What is overdue, due soon, likely late or stuck, and who holds it.
#[utoipa::path(tag = "warnings", params(WarningFilter, PageParams), responses((status = 200, body = Warnings)))]
#[get("/warnings")]
pub async fn list_warnings(
    house: Data<House>,
    officer: Officer,
    listing: Listing<WarningFilter>,
) -> Result<HttpResponse, Problem> {
    let (references, today) = (house.references.clone(), day_of(house.clock.now()));
    let settings = house.settings.warnings;
    let answer = house
        .db
        .snapshot(move |c| -> Outcome<Warnings> {
            let reference = references.of(c)?;
            let Listing { filter, page } = listing;
            let mut of = filter.checked(&reference, &officer)?;
            of.held_by = match filter.held_by.as_deref() {
                None => None,
                Some("me") => Some(officer.id),
                Some(name) => Some(dossier::officer_named(c, name)?.unwrap_or_else(OfficerId::nil)),
            };
            let watch = Watch { reference: &reference, settings, today, measured: Measured::load(c)? };
            let after = page.after::<RunningAfter>(SORT)?;
            let wanted = usize::try_from(page.fetch().saturating_sub(1)).unwrap_or(usize::MAX);
            let (found, end) = watch.worries(c, &of, &filter.kind, after, (wanted, MOST_LOOKED_AT))?;
            Ok(Warnings {
                items: watch.views(c, &found)?,
                next: end.map(|end| cursor(SORT, &end)).transpose()?,
                today,
                measured: MeasuredView::of(&watch.measured, settings.least_cases),
            })
        })
        .await
        .map_err(|failure: Failure| failure)?;
    Ok(HttpResponse::Ok().json(answer))
}

impl WarningFilter {
    fn checked(&self, reference: &Reference, officer: &Officer) -> Outcome<RunningOf> {
        let mut fields = Fields::new();
        let branch = fields.optional("/query/branch_code", self.branch_code.as_deref(), |code| {
            reference.branch(code).map(|branch| branch.id).ok_or("unknown-value")
        });
        let procedure = fields.optional("/query/procedure_code", self.procedure_code.as_deref(), |code| {
            reference.procedure(code).map(|procedure| procedure.id).ok_or("unknown-value")
        });
        let (branch, procedure) = fields.done(|| Some((branch?, procedure?)))?;
        if let Some(branch) = branch {
            officer.sees(branch)?;
        }
        Ok(RunningOf { branch: branch.or(officer.scope()), procedure, held_by: None })
    }
}

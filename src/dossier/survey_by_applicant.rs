//! `POST /public/dossiers/{code}/survey`: the citizen says himself how he was served, with the proof that the look-up takes.

use super::life::{Life, Stamp};
use super::survey::answer;
use super::track::{Proof, PublicDossier, guarded, public, shown_to};
use super::{store, view};
use crate::account::NoOfficer;
use crate::domain::returned::AnsweredBy;
use crate::failure::{Failure, Outcome, Thing};
use crate::http::{Body, House, Problem, PublicLookup, Query, Segment};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPublicSurvey)]
pub struct Request {
    /// very_satisfied, satisfied, neutral, dissatisfied, very_dissatisfied
    satisfaction: String,
    /// 1–1,000 characters.
    remark: Option<String>,
}

/// How the applicant was served, in his own words: once, after the result was handed over. Public; the number of
/// look-ups is limited. Without a proof, and with a wrong one, there is no such dossier. Not for officers, who type in
/// paper slips: an answer of the applicant's own is told apart from those.
#[utoipa::path(tag = "public", params(Proof), request_body = Request, responses((status = 200, body = PublicDossier)))]
#[post("/public/dossiers/{code}/survey")]
pub async fn survey_own_dossier(
    house: Data<House>,
    _limit: PublicLookup,
    _applicant: NoOfficer,
    code: Segment<String>,
    proof: Query<Proof>,
    body: Body<Request>,
) -> Result<HttpResponse, Problem> {
    let (code, proof) = (code.into_inner(), proof.into_inner());
    if !proof.is_given() {
        return Err(Failure::NotFound(Thing::Dossier).into());
    }
    let command = answer(&body.satisfaction, body.remark.as_deref(), AnsweredBy::Applicant)?;
    let (references, clock) = (house.references.clone(), house.clock.clone());
    let (asked, shown) = (code.clone(), proof.clone());
    let saved = house.db.write(move |tx| -> Outcome<PublicDossier> {
        let reference = references.of(tx)?;
        let mut life = Life::load(tx, &asked)?;
        shown_to(tx, life.id(), &shown)?;
        let now = clock.now();
        let stamp = Stamp { occurred_at: now, recorded_at: now, officer: None };
        life.decide_and_add(&reference, command.clone(), stamp, false)?;
        life.save(tx)?;
        let row = store::by_code(tx, &asked)?;
        public(tx, &reference, row, true, view::today(now))
    });
    Ok(HttpResponse::Ok().json(guarded(&house, &code, &proof, saved).await?))
}

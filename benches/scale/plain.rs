//! Bare actix-web with the service's own statements on the service's own database: every column of the rows, as JSON.
//! Nobody asked who they are, no rules, no words for people, no reference data.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use motcua::db::kept::AtMostDsl as _;
use motcua::db::schema::{branches, dossier_particulars, dossiers, officers, settings};
use motcua::db::types::{JsonText, Moment};
use motcua::domain::ids::{BranchId, DossierId, OfficerId, ProcedureId, SectorId, VersionId};
use serde::{Serialize, Serializer};
use std::collections::HashMap;

#[derive(Queryable, Serialize)]
struct Dossier {
    id: DossierId,
    code: String,
    branch_id: BranchId,
    sector_id: SectorId,
    procedure_id: ProcedureId,
    procedure_version_id: VersionId,
    rule_set: String,
    channel: String,
    status: String,
    time_limit: String,
    #[serde(serialize_with = "at")]
    submitted_at: Moment,
    #[serde(serialize_with = "maybe_at")]
    received_at: Option<Moment>,
    #[serde(serialize_with = "maybe_at")]
    clock_started_at: Option<Moment>,
    due_on: Option<NaiveDate>,
    #[serde(serialize_with = "maybe_at")]
    due_at: Option<Moment>,
    first_due_on: Option<NaiveDate>,
    reappointed_due_on: Option<NaiveDate>,
    apology_due_on: Option<NaiveDate>,
    provisional: bool,
    supplement_rounds: i32,
    #[serde(serialize_with = "maybe_at")]
    waiting_since: Option<Moment>,
    #[serde(serialize_with = "maybe_at")]
    resolved_at: Option<Moment>,
    timeliness: Option<String>,
    #[serde(serialize_with = "maybe_at")]
    closed_at: Option<Moment>,
    #[serde(serialize_with = "maybe_at")]
    returned_at: Option<Moment>,
    held_by: Option<OfficerId>,
    held_step: Option<String>,
    #[serde(serialize_with = "text")]
    standing: JsonText,
    version: i32,
    chain: String,
    checked_by: Option<OfficerId>,
    resolved_by: Option<OfficerId>,
}

#[derive(Queryable, Serialize)]
struct Particulars {
    dossier_id: DossierId,
    branch_id: BranchId,
    applicant_name: String,
    applicant_kind: String,
    id_number: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    address: Option<String>,
    folded_name: String,
    lookup_key: String,
    words_row: Option<i64>,
    #[serde(serialize_with = "text")]
    particulars: JsonText,
}

fn at<S: Serializer>(moment: &Moment, to: S) -> Result<S::Ok, S::Error> {
    DateTime::<Utc>::from(*moment).serialize(to)
}

#[expect(clippy::ref_option, reason = "as serde asks")]
fn maybe_at<S: Serializer>(moment: &Option<Moment>, to: S) -> Result<S::Ok, S::Error> {
    moment.map(DateTime::<Utc>::from).serialize(to)
}

fn text<S: Serializer>(json: &JsonText, to: S) -> Result<S::Ok, S::Error> {
    json.0.serialize(to)
}

#[derive(Clone)]
pub enum Db {
    Sqlite(Pool<ConnectionManager<SqliteConnection>>),
    Pg(Pool<ConnectionManager<PgConnection>>),
}

/// What the service keeps in memory as well.
pub struct Branches(HashMap<String, BranchId>);

macro_rules! on {
    ($db:expr, |$c:ident| $body:expr) => {
        match $db {
            Db::Sqlite(pool) => {
                let $c = &mut *pool.get().expect("a connection");
                $body
            }
            Db::Pg(pool) => {
                let $c = &mut *pool.get().expect("a connection");
                $body
            }
        }
    };
}

pub fn branches(db: &Db) -> Branches {
    let all: Vec<(String, BranchId)> =
        on!(db, |c| branches::table.select((branches::code, branches::id)).load(c)).expect("branches");
    Branches(all.into_iter().collect())
}

type Whole = (Dossier, Particulars, Option<(String, String)>, Option<String>);

async fn read(db: web::Data<Db>, code: web::Path<String>) -> actix_web::Result<HttpResponse> {
    let code = code.into_inner();
    let found = web::block(move || {
        on!(&**db, |c| dossiers::table
            .inner_join(dossier_particulars::table.on(dossier_particulars::dossier_id.eq(dossiers::id)))
            .left_join(officers::table.on(officers::id.nullable().eq(dossiers::held_by)))
            .left_join(settings::table.on(settings::name.eq("reference_version")))
            .filter(dossiers::code.eq(code))
            .select((
                dossiers::all_columns,
                dossier_particulars::all_columns,
                (officers::username, officers::full_name).nullable(),
                settings::value.nullable(),
            ))
            .get_result::<Whole>(c))
    })
    .await?
    .map_err(actix_web::error::ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(found))
}

async fn list(
    db: web::Data<Db>,
    branches: web::Data<Branches>,
    branch: web::Path<String>,
) -> actix_web::Result<HttpResponse> {
    let branch =
        *branches.0.get(&*branch).ok_or_else(|| actix_web::error::ErrorNotFound("no such branch"))?;
    let found = web::block(move || {
        on!(&**db, |c| dossiers::table
            .inner_join(dossier_particulars::table.on(dossier_particulars::dossier_id.eq(dossiers::id)))
            .filter(dossiers::branch_id.eq(branch))
            .filter(dossiers::received_at.is_not_null())
            .order((dossiers::received_at.desc(), dossiers::id.asc()))
            .select((dossiers::all_columns, dossier_particulars::all_columns))
            .at_most(51)
            .load::<(Dossier, Particulars)>(c))
    })
    .await?
    .map_err(actix_web::error::ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(found))
}

pub fn routes(db: &Db, branches: &web::Data<Branches>, config: &mut web::ServiceConfig) {
    config
        .app_data(web::Data::new(db.clone()))
        .app_data(branches.clone())
        .route("/whole/{code}", web::get().to(read))
        .route("/lines/{branch}", web::get().to(list));
}

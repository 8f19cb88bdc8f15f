//! `POST /procedures/{code}/versions`: an administrator enters how a procedure holds from a day on.
//!
//! Versions follow one another without overlap or gap. The one before ends the day before the new one begins;
//! dossiers keep the version they were received under.

use super::store;
use super::version_form::NewVersion;
use super::view::VersionView;
use crate::account::Admin;
use crate::db::Conn;
use crate::domain::ids::VersionId;
use crate::failure::{Failure, FieldFault, Fields, Outcome, Thing};
use crate::http::{ActMeta, Body, House, Problem, Reply, Segment, act};
use crate::reference::{self, Reference, Version};
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, NaiveDate, Utc};

/// Adds a version to a procedure.
#[utoipa::path(tag = "procedures", request_body = NewVersion, responses((status = 201, body = VersionView)))]
#[post("/procedures/{code}/versions")]
pub async fn post_version(
    house: Data<House>,
    admin: Admin,
    code: Segment<String>,
    meta: ActMeta,
    body: Body<NewVersion>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new();
    let version = body.check(&mut fields, "");
    let version = fields.done(|| version)?;
    let (code, hours) = (code.into_inner(), house.references.hours().clone());
    act(&house, admin.id, &meta, move |conn, now| {
        let added = reference::change(conn, &hours, |conn, before| add(conn, before, &code, &version, now))?;
        tracing::info!(procedure = code, version = added.number, officer = %admin.id, "version added");
        Reply::created(&format!("/procedures/{code}"), &VersionView::from(&added))
    })
    .await
}

fn add(
    conn: &mut Conn<'_>,
    before: &Reference,
    code: &str,
    version: &Version,
    now: DateTime<Utc>,
) -> Outcome<Version> {
    let procedure = before.procedure(code).ok_or(Failure::NotFound(Thing::Procedure))?;
    let last = procedure.versions.last();
    if let Some(last) = last {
        let closes = check_follows(last, version.valid_from)?;
        if last.valid_to.is_none() {
            store::close_version(conn, last.id, closes)?;
        }
    }
    let added = Version {
        id: VersionId::at(now),
        number: procedure.versions.iter().map(|version| version.number).max().unwrap_or(0) + 1,
        ..version.clone()
    };
    store::insert_version(conn, procedure.id, &added)?;
    Ok(added)
}

/// The day on which the last version ends when another begins on `begins`.
fn check_follows(last: &Version, begins: NaiveDate) -> Outcome<NaiveDate> {
    let fault = |code, fact: NaiveDate| Failure::Invalid(vec![FieldFault::with("/valid_from", code, fact)]);
    let closes = begins.pred_opt().ok_or_else(|| Failure::field("/valid_from", "out-of-range"))?;
    if begins <= last.valid_from {
        return Err(fault("version-overlaps", last.valid_from));
    }
    match last.valid_to {
        Some(ended) if ended > closes => Err(fault("version-overlaps", ended)),
        Some(ended) if ended < closes => Err(fault("version-gap", ended)),
        _ => Ok(closes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::OnlineLevel;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn version(from: &str, to: Option<&str>) -> Version {
        Version {
            id: VersionId::nil(),
            number: 1,
            valid_from: date(from),
            valid_to: to.map(date),
            name: String::new(),
            legal_basis: String::new(),
            decided_by: String::new(),
            online_level: OnlineLevel::None,
            postal_eligible: false,
            posted_on: None,
            note: None,
            cases: Vec::new(),
            components: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn follows(last: &Version, begins: &str) -> Result<NaiveDate, &'static str> {
        check_follows(last, date(begins)).map_err(|failure| match failure {
            Failure::Invalid(faults) => faults[0].code,
            other => panic!("{other}"),
        })
    }

    #[test]
    fn versions_follow_without_overlap_or_gap() {
        let open = version("2020-01-01", None);
        assert_eq!(follows(&open, "2020-01-02"), Ok(date("2020-01-01")));
        assert_eq!(follows(&open, "2020-01-01"), Err("version-overlaps"));
        assert_eq!(follows(&open, "2019-12-31"), Err("version-overlaps"));
        let ended = version("2020-01-01", Some("2020-06-30"));
        assert_eq!(follows(&ended, "2020-07-01"), Ok(date("2020-06-30")));
        assert_eq!(follows(&ended, "2020-06-30"), Err("version-overlaps"));
        assert_eq!(follows(&ended, "2020-07-02"), Err("version-gap"));
    }
}

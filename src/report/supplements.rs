//! `GET /reports/supplements`: dossiers that were asked for a supplement a second time or more in a period (the law
//! allows one), with every request: when, by whom, whether too late, and why.

use super::asked::ReportAsked;
use super::format::Sheet;
use super::integrity::{Judge, Wanted, measures, wanted};
use super::lists::Lists;
use super::store;
use super::tabled::tabled;
use crate::account::Officer;
use crate::apology::Letters;
use crate::db::Conn;
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table};
use crate::domain::event::{Event, Fact};
use crate::domain::ids::DossierId;
use crate::domain::integrity::Sign;
use crate::domain::local_time::day_of;
use crate::dossier;
use crate::failure::{Failure, FieldFault, Outcome};
use crate::http::{House, Problem, Query};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Longer lists are for no one to read.
const MOST: usize = 5_000;

/// Dossiers asked for a supplement again in a period, the earliest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Supplements {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    /// Null where several branches are told.
    pub branch_code: Option<String>,
    pub items: Vec<SupplementLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SupplementLine {
    pub dossier_code: String,
    pub branch_code: String,
    pub sector: String,
    pub procedure: String,
    pub received_on: Option<NaiveDate>,
    /// Requests up to `as_of`.
    pub rounds: u32,
    pub late_requests: u32,
    /// Days on which the applicant was waited for, up to `as_of`.
    pub days_waited: i64,
    pub requests: Vec<SupplementRound>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SupplementRound {
    pub round: u32,
    pub requested_on: NaiveDate,
    /// Asked later after receipt than the rules allow.
    pub late_request: bool,
    pub supplied_on: Option<NaiveDate>,
    /// User name of who asked.
    pub officer: Option<String>,
    pub reason: String,
    /// How many papers were asked for.
    pub items: usize,
}

/// Dossiers that were asked for a supplement again, as JSON, CSV, XLSX or PDF.
#[utoipa::path(tag = "reports", params(ReportAsked), responses((status = 200, body = Supplements)))]
#[get("/reports/supplements")]
pub async fn report_supplements(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    asked: Query<ReportAsked>,
) -> Result<HttpResponse, Problem> {
    let (report, now, limits) = (asked.into_inner(), house.clock.now(), house.settings.integrity);
    let asked = report.by(&[]);
    let read = move |c: &mut Conn<'_>, reference: &Reference| {
        let scope = officer.scope();
        let question = asked.question(c, reference, day_of(now), scope)?;
        let (measures, wanted) = (measures(limits)?, wanted(&question, now));
        let judge = Judge { reference, measures: &measures, wanted: &wanted };
        let hits = judge.find(c, Sign::SecondSupplement, None, MOST + 1)?.hits;
        let mut seen = BTreeSet::new();
        let ids: Vec<DossierId> =
            hits.iter().map(|hit| hit.place.dossier).filter(|id| seen.insert(*id)).collect();
        if ids.len() > MOST {
            return Err(Failure::Invalid(vec![FieldFault::with("/query/to", "too-many", MOST)]));
        }
        let own = scope.and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone());
        let branch_code = asked.branch_code.clone().or(own);
        let items = lines(c, reference, &ids, &wanted)?;
        let (from, to, as_of) = (question.from, question.to, question.as_of);
        Ok((Supplements { from, to, as_of, branch_code: branch_code.clone(), items }, branch_code))
    };
    let sheet = |found: &Supplements, heading| {
        let codes = found.items.iter().map(|line| line.dossier_code.as_str());
        Sheet::of(table(found), heading).leading_to(Lists::of_dossiers(codes))
    };
    tabled(&house, (&letters, now), (report.format, report.named("bo-sung")), read, sheet).await
}

fn lines(
    c: &mut Conn<'_>,
    reference: &Reference,
    ids: &[DossierId],
    wanted: &Wanted,
) -> Outcome<Vec<SupplementLine>> {
    let names = store::officer_names(c)?;
    let mut lines = Vec::with_capacity(ids.len());
    for (_, events) in dossier::histories(c, ids)? {
        let Some(Event { fact: Fact::Registered(registration), .. }) = events.first() else { continue };
        let known = events.iter().filter(|event| day_of(event.occurred_at) <= wanted.as_of);
        let mut requests: Vec<SupplementRound> = Vec::new();
        let mut received_on = None;
        let mut ended_on = None;
        for event in known {
            let day = day_of(event.occurred_at);
            match &event.fact {
                Fact::Received { .. } => received_on = Some(day),
                Fact::SupplementRequested { items, reason, round, late_request } => {
                    requests.push(SupplementRound {
                        round: *round,
                        requested_on: day,
                        late_request: *late_request,
                        supplied_on: None,
                        officer: event.officer.and_then(|id| names.get(&id)).map(|(name, _)| name.clone()),
                        reason: reason.clone(),
                        items: items.len(),
                    });
                }
                Fact::Supplied { .. } => {
                    if let Some(last) = requests.last_mut() {
                        last.supplied_on = Some(day);
                    }
                }
                Fact::Withdrawn { .. } | Fact::Stopped { .. } => ended_on = Some(day),
                _ => {}
            }
        }
        let waited = |round: &SupplementRound| {
            let until = round.supplied_on.or(ended_on).unwrap_or(wanted.as_of);
            (until - round.requested_on).num_days()
        };
        let version = reference.version_by_id(registration.version);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        lines.push(SupplementLine {
            dossier_code: registration.code.clone(),
            branch_code: reference
                .branch_by_id(registration.branch)
                .map(|branch| branch.code.clone())
                .unwrap_or_default(),
            sector: reference
                .sector_by_id(registration.sector)
                .map(|sector| sector.name.clone())
                .unwrap_or_default(),
            procedure: version.map(|(_, version)| version.name.clone()).unwrap_or_default(),
            received_on,
            rounds: count(requests.len()),
            late_requests: count(requests.iter().filter(|round| round.late_request).count()),
            days_waited: requests.iter().map(waited).sum(),
            requests,
        });
    }
    Ok(lines)
}

fn table(found: &Supplements) -> Table {
    let row = |line: &SupplementLine| {
        let said: Vec<String> = line
            .requests
            .iter()
            .map(|round| {
                let late = if round.late_request { " (muộn)" } else { "" };
                format!(
                    "Lần {} ngày {}{late}: {}",
                    round.round,
                    dates::short(round.requested_on),
                    round.reason
                )
            })
            .collect();
        vec![
            Cell::text(&line.dossier_code),
            Cell::text(&line.branch_code),
            Cell::text(&line.sector),
            Cell::text(&line.procedure),
            Cell::day(line.received_on),
            Cell::Number(line.rounds.into()),
            Cell::Number(line.late_requests.into()),
            Cell::Number(line.days_waited),
            Cell::text(said.join("; ")),
        ]
    };
    let sum = |of: fn(&SupplementLine) -> i64| Cell::Number(found.items.iter().map(of).sum());
    Table {
        title: "Bổ sung nhiều lần".to_owned(),
        heading: Some("HỒ SƠ YÊU CẦU BỔ SUNG QUÁ MỘT LẦN".to_owned()),
        about: vec![format!(
            "Có yêu cầu bổ sung từ lần thứ hai trong thời gian từ {} đến {}, xét đến hết ngày {}",
            dates::short(found.from),
            dates::short(found.to),
            dates::short(found.as_of)
        )],
        columns: vec![
            Column::new("Mã hồ sơ", 26),
            Column::new("Đơn vị", 10),
            Column::new("Lĩnh vực", 20),
            Column::new("Thủ tục", 40),
            Column::new("Ngày tiếp nhận", 12),
            Column::new("Số lần yêu cầu", 10),
            Column::new("Số lần muộn", 10),
            Column::new("Số ngày chờ bổ sung", 10),
            Column::new("Các lần yêu cầu và lý do", 60),
        ],
        rows: found.items.iter().map(row).collect(),
        total: Some(vec![
            Cell::text(format!("Tổng số: {} hồ sơ", found.items.len())),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            sum(|line| line.rounds.into()),
            sum(|line| line.late_requests.into()),
            sum(|line| line.days_waited),
            Cell::Empty,
        ]),
        notes: vec![
            "Việc yêu cầu bổ sung được thực hiện không quá một lần (Nghị định số 61/2018/NĐ-CP, Điều 19 khoản 4)."
                .to_owned(),
        ],
    }
}

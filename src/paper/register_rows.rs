//! The lines of the register, read from the dossiers of a branch.

use crate::both;
use crate::db::Conn;
use crate::db::schema::{dossier_events, dossier_particulars, dossiers};
use crate::db::types::{JsonText, Moment};
use crate::documents::dates;
use crate::documents::forms::{Entry, wording};
use crate::domain::event::ReturnChannel;
use crate::domain::ids::{BranchId, DossierId, VersionId};
use crate::domain::local_time::day_of;
use crate::domain::punctuality::days_late;
use crate::failure::Outcome;
use crate::reference::Reference;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::prelude::*;
use std::collections::HashMap;

/// A dossier as the register shows it.
#[derive(Debug, Queryable)]
pub struct Line {
    pub id: DossierId,
    code: String,
    version: VersionId,
    status: String,
    received_at: Option<Moment>,
    first_due_on: Option<NaiveDate>,
    due_on: Option<NaiveDate>,
    reappointed_due_on: Option<NaiveDate>,
    resolved_at: Option<Moment>,
    timeliness: Option<String>,
    returned_at: Option<Moment>,
    standing: JsonText,
    owner_name: String,
    phone: Option<String>,
    address: Option<String>,
}

impl Line {
    /// Of its receipt: the year of its book.
    pub fn year(&self) -> i32 {
        self.received_at.map_or(0, |at| day_of(at.0).year())
    }
}

/// Dossiers a statement.
const CHUNK: usize = 500;

/// The dossiers that a branch received from one moment to another, in the order of their coming; one more than
/// `most`, so that too many are seen.
pub fn lines(
    c: &mut Conn<'_>,
    branch: BranchId,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
    most: usize,
) -> Outcome<Vec<Line>> {
    use dossier_particulars as p;
    use dossiers as d;
    let most = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    Ok(both!(c, |c| d::table
        .inner_join(p::table.on(p::dossier_id.eq(d::id)))
        .filter(d::branch_id.eq(branch))
        .filter(d::received_at.ge(Moment(from)))
        .filter(d::received_at.lt(Moment(before)))
        .order((d::received_at, d::code))
        .limit(most)
        .select((
            d::id,
            d::code,
            d::procedure_version_id,
            d::status,
            d::received_at,
            d::first_due_on,
            d::due_on,
            d::reappointed_due_on,
            d::resolved_at,
            d::timeliness,
            d::returned_at,
            d::standing,
            p::applicant_name,
            p::phone,
            p::address,
        ))
        .load(c))?)
}

/// How many dossiers a branch received from one moment to another.
pub fn received(
    c: &mut Conn<'_>,
    branch: BranchId,
    from: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Outcome<usize> {
    use dossiers as d;
    let count: i64 = both!(c, |c| d::table
        .filter(d::branch_id.eq(branch))
        .filter(d::received_at.ge(Moment(from)))
        .filter(d::received_at.lt(Moment(before)))
        .count()
        .get_result(c))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// When each of these was first handed on.
pub fn forwarded(c: &mut Conn<'_>, ids: &[DossierId]) -> Outcome<HashMap<DossierId, DateTime<Utc>>> {
    let mut first = HashMap::new();
    for some in ids.chunks(CHUNK) {
        let found: Vec<(DossierId, Moment)> = both!(c, |c| dossier_events::table
            .filter(dossier_events::dossier_id.eq_any(some))
            .filter(dossier_events::kind.eq("forwarded"))
            .order((dossier_events::dossier_id, dossier_events::seq.desc()))
            .select((dossier_events::dossier_id, dossier_events::occurred_at))
            .load(c))?;
        first.extend(found.into_iter().map(|(id, at)| (id, at.0)));
    }
    Ok(first)
}

/// In words.
pub fn entry(
    reference: &Reference,
    line: &Line,
    seq: usize,
    agency: &str,
    forwarded: Option<DateTime<Utc>>,
) -> Entry {
    let day = |at: Option<Moment>| at.map(|at| wording::day(at.0)).unwrap_or_default();
    let contact: Vec<&str> = [line.address.as_deref(), line.phone.as_deref()].into_iter().flatten().collect();
    Entry {
        seq: seq.to_string(),
        dossier_code: line.code.clone(),
        procedure_name: reference
            .version_by_id(line.version)
            .map(|(_, version)| version.name.clone())
            .unwrap_or_default(),
        set_count: "01".to_owned(),
        owner_name: line.owner_name.clone(),
        contact: contact.join("; "),
        agency: agency.to_owned(),
        received_on: day(line.received_at),
        due_on: line.first_due_on.map(dates::short).unwrap_or_default(),
        forwarded_on: forwarded.map(wording::day).unwrap_or_default(),
        resolved_on: day(line.resolved_at),
        returned_on: day(line.returned_at),
        return_method: return_method(line).unwrap_or_default().to_owned(),
        note: note(line),
    }
}

fn return_method(line: &Line) -> Option<&'static str> {
    line.returned_at?;
    let standing = line.standing.value().ok()?;
    let channel: ReturnChannel = standing.get("return_channel")?.as_str()?.parse().ok()?;
    Some(wording::return_channel(channel))
}

fn note(line: &Line) -> String {
    let mut notes: Vec<String> = Vec::new();
    if line.due_on != line.first_due_on
        && let Some(due_on) = line.due_on
    {
        notes.push(format!("tính lại hạn {}", dates::short(due_on)));
    }
    if let Some(day) = line.reappointed_due_on {
        notes.push(format!("hẹn lại {}", dates::short(day)));
    }
    match line.status.as_str() {
        "withdrawn" => notes.push("rút hồ sơ".to_owned()),
        "stopped" => notes.push("dừng giải quyết".to_owned()),
        "supplement_requested" => notes.push("chờ bổ sung".to_owned()),
        "awaiting_payment" => notes.push("chờ nộp phí".to_owned()),
        _ => {}
    }
    if let (Some("overdue"), Some(at), Some(due_on)) =
        (line.timeliness.as_deref(), line.resolved_at, line.due_on)
    {
        notes.push(format!("quá hạn {:02} ngày", days_late(due_on, day_of(at.0))));
    }
    notes.join("; ")
}

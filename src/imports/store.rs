//! The registers' rows and files. Nobody else writes them.

use crate::both;
use crate::db::schema::{register_contents, register_files};
use crate::db::types::{Json, Moment};
use crate::db::{Conn, DbError};
use crate::domain::ids::{OfficerId, RegisterFileId};
use crate::domain::words::code_words;
use crate::failure::{Failure, Outcome, Thing};
use crate::register::Phase;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

/// How a register stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Checking,
    /// No register at all.
    Unreadable,
    Checked,
    Importing,
    Imported,
    /// The import could not go on.
    Failed,
    GivenUp,
}

code_words!(State {
    Checking => "checking",
    Unreadable => "unreadable",
    Checked => "checked",
    Importing => "importing",
    Imported => "imported",
    Failed => "failed",
    GivenUp => "given_up",
});

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Register,
    BadLines,
}

code_words!(Part { Register => "register", BadLines => "bad_lines" });

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = register_files, treat_none_as_default_value = false)]
pub struct FileRow {
    pub id: RegisterFileId,
    pub file_name: String,
    pub sha256: String,
    pub bytes: i64,
    pub handed_in_at: Moment,
    pub handed_in_by: OfficerId,
    pub handed_in_by_name: String,
    pub state: String,
    pub skip_bad: bool,
    pub phase: Option<String>,
    pub done: i64,
    pub total: i64,
    pub report: Json,
    pub changed_at: Moment,
}

impl FileRow {
    pub fn state(&self) -> Result<State, DbError> {
        self.state.parse().map_err(|_| DbError::Corrupt(format!("register_files.state of {}", self.id)))
    }
}

pub fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Checking => "checking",
        Phase::Importing => "importing",
    }
}

pub fn insert(tx: &mut Conn<'_>, row: &FileRow) -> Outcome<()> {
    both!(tx, |c| diesel::insert_into(register_files::table).values(row).execute(c)?);
    Ok(())
}

pub fn load(c: &mut Conn<'_>, id: RegisterFileId) -> Outcome<FileRow> {
    both!(c, |c| register_files::table.find(id).select(FileRow::as_select()).get_result(c).optional())?
        .ok_or(Failure::NotFound(Thing::RegisterFile))
}

/// The newest first, those before `before`.
pub fn page(c: &mut Conn<'_>, before: Option<RegisterFileId>, limit: i64) -> Outcome<Vec<FileRow>> {
    Ok(both!(c, |c| {
        let mut query = register_files::table.into_boxed();
        if let Some(before) = before {
            query = query.filter(register_files::id.lt(before));
        }
        query.order(register_files::id.desc()).limit(limit).select(FileRow::as_select()).load(c)
    })?)
}

pub fn count(c: &mut Conn<'_>) -> Outcome<i64> {
    Ok(both!(c, |c| register_files::table.count().get_result(c))?)
}

/// From checked to importing; false when it is not checked (any more).
pub fn begin(tx: &mut Conn<'_>, id: RegisterFileId, skip_bad: bool, now: DateTime<Utc>) -> Outcome<bool> {
    use register_files as f;
    let changed = both!(tx, |c| diesel::update(f::table.find(id))
        .filter(f::state.eq(State::Checked.as_str()))
        .set((
            f::state.eq(State::Importing.as_str()),
            f::skip_bad.eq(skip_bad),
            f::phase.eq(None::<String>),
            f::done.eq(0),
            f::total.eq(0),
            f::changed_at.eq(Moment(now)),
        ))
        .execute(c)?);
    Ok(changed == 1)
}

/// Where the work on it led, unless it was given up meanwhile: then false.
pub fn settle(
    tx: &mut Conn<'_>,
    id: RegisterFileId,
    (from, to): (State, State),
    report: &Value,
    now: DateTime<Utc>,
) -> Outcome<bool> {
    use register_files as f;
    let changed = both!(tx, |c| diesel::update(f::table.find(id))
        .filter(f::state.eq(from.as_str()))
        .set((
            f::state.eq(to.as_str()),
            f::report.eq(Json(report.clone())),
            f::phase.eq(None::<String>),
            f::changed_at.eq(Moment(now)),
        ))
        .execute(c)?);
    Ok(changed == 1)
}

/// How far the work is.
pub fn tell(
    tx: &mut Conn<'_>,
    id: RegisterFileId,
    phase: Phase,
    done: i64,
    total: i64,
    now: DateTime<Utc>,
) -> Outcome<()> {
    use register_files as f;
    both!(tx, |c| diesel::update(f::table.find(id))
        .set((
            f::phase.eq(phase_word(phase)),
            f::done.eq(done),
            f::total.eq(total),
            f::changed_at.eq(Moment(now)),
        ))
        .execute(c)?);
    Ok(())
}

/// Gives it up unless its import has begun: then false.
pub fn give_up(tx: &mut Conn<'_>, id: RegisterFileId, now: DateTime<Utc>) -> Outcome<bool> {
    use register_files as f;
    let open = [State::Checking, State::Unreadable, State::Checked, State::Failed].map(State::as_str);
    let changed = both!(tx, |c| diesel::update(f::table.find(id))
        .filter(f::state.eq_any(open))
        .set((
            f::state.eq(State::GivenUp.as_str()),
            f::phase.eq(None::<String>),
            f::changed_at.eq(Moment(now)),
        ))
        .execute(c)?);
    if changed == 1 {
        drop_content(tx, id, Part::Register)?;
        drop_content(tx, id, Part::BadLines)?;
    }
    Ok(changed == 1)
}

pub fn put_content(tx: &mut Conn<'_>, id: RegisterFileId, part: Part, body: &[u8]) -> Outcome<()> {
    use register_contents as k;
    drop_content(tx, id, part)?;
    let new = (k::file_id.eq(id), k::part.eq(part.as_str()), k::body.eq(body));
    both!(tx, |c| diesel::insert_into(k::table).values(new).execute(c)?);
    Ok(())
}

pub fn drop_content(tx: &mut Conn<'_>, id: RegisterFileId, part: Part) -> Outcome<()> {
    both!(tx, |c| diesel::delete(register_contents::table.find((id, part.as_str()))).execute(c)?);
    Ok(())
}

pub fn content(c: &mut Conn<'_>, id: RegisterFileId, part: Part) -> Outcome<Option<Vec<u8>>> {
    use register_contents as k;
    Ok(both!(c, |c| k::table.find((id, part.as_str())).select(k::body).get_result(c).optional())?)
}

/// Gives up what nobody has decided about since `before`, and takes lines left out away that nobody has fetched:
/// files full of personal data are not left lying.
pub fn forget_left_lying(tx: &mut Conn<'_>, before: DateTime<Utc>, now: DateTime<Utc>) -> Outcome<usize> {
    use register_files as f;
    let undecided = [State::Unreadable, State::Checked, State::Failed].map(State::as_str);
    let left: Vec<RegisterFileId> = both!(tx, |c| f::table
        .filter(f::state.eq_any(undecided))
        .filter(f::changed_at.lt(Moment(before)))
        .select(f::id)
        .load(c))?;
    for id in &left {
        give_up(tx, *id, now)?;
    }
    let done: Vec<RegisterFileId> = both!(tx, |c| f::table
        .inner_join(register_contents::table.on(register_contents::file_id.eq(f::id)))
        .filter(f::state.eq(State::Imported.as_str()))
        .filter(f::changed_at.lt(Moment(before)))
        .select(f::id)
        .distinct()
        .load(c))?;
    for id in &done {
        drop_content(tx, *id, Part::BadLines)?;
    }
    Ok(left.len() + done.len())
}

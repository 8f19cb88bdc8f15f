//! The rows of notices and of the files they carry. Nobody else writes them.

use super::send;
use crate::both;
use crate::db::schema::{notice_files, notices, settings};
use crate::db::types::Moment;
use crate::db::{Conn, DbError};
use crate::domain::ids::{NoticeFileId, NoticeId, OfficerId};
use crate::domain::words::code_words;
use crate::failure::{Failure, Outcome, Thing};
use crate::hex::hex;
use crate::jobs::{self, NewJob};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What an officer has to do today.
    Digest,
    /// A report is due soon.
    Reminder,
    Report,
}
code_words!(Kind { Digest => "digest", Reminder => "reminder", Report => "report" });

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Queued,
    /// Its text may have left the house; the answer is not known.
    HandedOver,
    Sent,
    Failed,
}
code_words!(State { Queued => "queued", HandedOver => "handed_over", Sent => "sent", Failed => "failed" });

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices, treat_none_as_default_value = false)]
pub struct NoticeRow {
    pub id: NoticeId,
    pub kind: String,
    pub about: String,
    pub officer_id: Option<OfficerId>,
    pub to_address: String,
    pub to_name: Option<String>,
    pub subject: String,
    pub words: String,
    pub html: String,
    pub file_id: Option<NoticeFileId>,
    pub made_at: Moment,
    pub good_until: Option<Moment>,
    pub state: String,
    pub error: Option<String>,
    pub sent_at: Option<Moment>,
}

impl NoticeRow {
    pub fn state(&self) -> Result<State, DbError> {
        self.state.parse().map_err(|_| DbError::Corrupt(format!("notices.state of {}", self.id)))
    }
}

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct NewNotice {
    pub kind: Kind,
    /// What it is about: a second one about the same is none.
    pub about: String,
    pub officer: Option<OfficerId>,
    pub to_address: String,
    pub to_name: Option<String>,
    pub subject: String,
    pub words: String,
    pub html: String,
    pub file: Option<NoticeFileId>,
    pub good_until: Option<DateTime<Utc>>,
}

/// Writes it down and queues its mail, in the caller's transaction; false when there is one about this already.
pub fn post(tx: &mut Conn<'_>, new: NewNotice, now: DateTime<Utc>) -> Outcome<bool> {
    let id = NoticeId::at(now);
    let row = NoticeRow {
        id,
        kind: new.kind.as_str().to_owned(),
        about: new.about,
        officer_id: new.officer,
        to_address: new.to_address,
        to_name: new.to_name,
        subject: new.subject,
        words: new.words,
        html: new.html,
        file_id: new.file,
        made_at: now.into(),
        good_until: new.good_until.map(Moment),
        state: State::Queued.as_str().to_owned(),
        error: None,
        sent_at: None,
    };
    let added = both!(tx, |c| diesel::insert_into(notices::table)
        .values(&row)
        .on_conflict(notices::about)
        .do_nothing()
        .execute(c))?;
    if added == 0 {
        return Ok(false);
    }
    queue(tx, id, now)?;
    Ok(true)
}

fn queue(tx: &mut Conn<'_>, id: NoticeId, now: DateTime<Utc>) -> Outcome<()> {
    let job = NewJob {
        kind: send::KIND,
        dedup_key: Some(send::job_key(id)),
        payload: json!({"notice": id.to_string()}),
        run_at: now,
    };
    jobs::enqueue(tx, job, now)?;
    Ok(())
}

/// A file that notices carry.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = notice_files)]
pub struct Attached {
    pub id: NoticeFileId,
    pub name: String,
    pub content_type: String,
    pub sha256: String,
    pub body: Vec<u8>,
}

/// Keeps a file for the notices that carry it.
pub fn keep_file(
    tx: &mut Conn<'_>,
    (name, content_type): (&str, &str),
    body: Vec<u8>,
    now: DateTime<Utc>,
) -> Outcome<Attached> {
    let file = Attached {
        id: NoticeFileId::at(now),
        name: name.to_owned(),
        content_type: content_type.to_owned(),
        sha256: hex(&Sha256::digest(&body)),
        body,
    };
    both!(tx, |c| diesel::insert_into(notice_files::table).values(&file).execute(c))?;
    Ok(file)
}

pub fn file(c: &mut Conn<'_>, id: NoticeFileId) -> Outcome<Attached> {
    both!(c, |c| notice_files::table.find(id).select(Attached::as_select()).get_result(c).optional())?
        .ok_or(Failure::NotFound(Thing::Notice))
}

pub fn load(c: &mut Conn<'_>, id: NoticeId) -> Outcome<NoticeRow> {
    both!(c, |c| notices::table.find(id).select(NoticeRow::as_select()).get_result(c).optional())?
        .ok_or(Failure::NotFound(Thing::Notice))
}

/// The notice, locked until the transaction ends.
pub fn lock(tx: &mut Conn<'_>, id: NoticeId) -> Outcome<NoticeRow> {
    match tx {
        Conn::Sqlite(c) => notices::table.find(id).select(NoticeRow::as_select()).get_result(*c),
        Conn::Pg(c) => notices::table.find(id).select(NoticeRow::as_select()).for_update().get_result(*c),
    }
    .optional()?
    .ok_or(Failure::NotFound(Thing::Notice))
}

/// From one state to another, with what there is to say; false when it is not in that state (any more).
pub fn settle(
    tx: &mut Conn<'_>,
    id: NoticeId,
    (from, to): (State, State),
    error: Option<&str>,
    sent_at: Option<DateTime<Utc>>,
) -> Outcome<bool> {
    let changed = both!(tx, |c| diesel::update(notices::table.find(id))
        .filter(notices::state.eq(from.as_str()))
        .set((
            notices::state.eq(to.as_str()),
            notices::error.eq(error),
            notices::sent_at.eq(sent_at.map(Moment)),
        ))
        .execute(c))?;
    Ok(changed == 1)
}

/// Queues what failed once more, however late it is by now.
///
/// # Errors
/// Not found; the conflict `notice-not-failed`.
pub fn again(tx: &mut Conn<'_>, id: NoticeId, now: DateTime<Utc>) -> Outcome<()> {
    let row = lock(tx, id)?;
    if row.state()? != State::Failed {
        return Err(Failure::Conflict("notice-not-failed"));
    }
    both!(tx, |c| diesel::update(notices::table.find(id))
        .set((
            notices::state.eq(State::Queued.as_str()),
            notices::error.eq(None::<String>),
            notices::good_until.eq(None::<Moment>),
        ))
        .execute(c))?;
    queue(tx, id, now)
}

/// Whether there is one about this.
pub fn is_known(c: &mut Conn<'_>, about: &str) -> Outcome<bool> {
    let found: Option<NoticeId> = both!(c, |c| notices::table
        .filter(notices::about.eq(about))
        .select(notices::id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Queues again what failed of those whose `about` begins with this; how many those were.
pub fn again_about(tx: &mut Conn<'_>, about: &str, now: DateTime<Utc>) -> Outcome<usize> {
    let end = format!("{about}\u{10ffff}");
    let failed: Vec<NoticeId> = both!(tx, |c| notices::table
        .filter(notices::about.ge(about))
        .filter(notices::about.lt(&end))
        .filter(notices::state.eq(State::Failed.as_str()))
        .order(notices::id)
        .select(notices::id)
        .load(c))?;
    for id in &failed {
        again(tx, *id, now)?;
    }
    Ok(failed.len())
}

/// Which notices a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub officer: Option<OfficerId>,
    pub state: Option<State>,
    pub kind: Option<Kind>,
}

macro_rules! asked {
    ($filter:expr, $query:expr) => {{
        let mut query = $query;
        if let Some(officer) = $filter.officer {
            query = query.filter(notices::officer_id.eq(officer));
        }
        if let Some(state) = $filter.state {
            query = query.filter(notices::state.eq(state.as_str()));
        }
        if let Some(kind) = $filter.kind {
            query = query.filter(notices::kind.eq(kind.as_str()));
        }
        query
    }};
}

/// The newest first, those before `before`.
pub fn page(
    c: &mut Conn<'_>,
    filter: &Filter,
    before: Option<NoticeId>,
    limit: i64,
) -> Outcome<Vec<NoticeRow>> {
    Ok(both!(c, |c| {
        let mut query = asked!(filter, notices::table.into_boxed());
        if let Some(before) = before {
            query = query.filter(notices::id.lt(before));
        }
        query.order(notices::id.desc()).limit(limit).select(NoticeRow::as_select()).load(c)
    })?)
}

pub fn count(c: &mut Conn<'_>, filter: &Filter) -> Outcome<i64> {
    Ok(both!(c, |c| asked!(filter, notices::table.count().into_boxed()).get_result(c))?)
}

pub fn count_failed(c: &mut Conn<'_>) -> Outcome<i64> {
    count(c, &Filter { state: Some(State::Failed), ..Filter::default() })
}

/// How the notices stand whose `about` begins with this: address, state, reason.
pub fn standing_of(c: &mut Conn<'_>, about: &str) -> Outcome<Vec<(String, String, Option<String>)>> {
    let end = format!("{about}\u{10ffff}");
    Ok(both!(c, |c| notices::table
        .filter(notices::about.ge(about))
        .filter(notices::about.lt(&end))
        .order(notices::id)
        .select((notices::to_address, notices::state, notices::error))
        .load(c))?)
}

/// Takes digests away that were made before a moment: they name people, and nobody needs them any more.
pub fn forget_old(tx: &mut Conn<'_>, before: DateTime<Utc>) -> Outcome<usize> {
    Ok(both!(tx, |c| diesel::delete(notices::table)
        .filter(notices::kind.eq(Kind::Digest.as_str()))
        .filter(notices::state.eq_any([State::Sent.as_str(), State::Failed.as_str()]))
        .filter(notices::made_at.lt(Moment(before)))
        .execute(c))?)
}

const POSTED: &str = "digests_posted";

/// The last day whose digests were all made.
pub fn posted_on(c: &mut Conn<'_>) -> Outcome<Option<NaiveDate>> {
    let text: Option<String> =
        both!(c, |c| settings::table.find(POSTED).select(settings::value).get_result(c).optional())?;
    Ok(text.and_then(|text| text.parse().ok()))
}

pub fn set_posted(tx: &mut Conn<'_>, day: NaiveDate) -> Outcome<()> {
    let day = day.to_string();
    both!(tx, |c| diesel::insert_into(settings::table)
        .values((settings::name.eq(POSTED), settings::value.eq(&day)))
        .on_conflict(settings::name)
        .do_update()
        .set(settings::value.eq(&day))
        .execute(c))?;
    Ok(())
}

//! The rows of accounts and sessions.

use super::officer::Officer;
use crate::both;
use crate::db::kept::fixed;
use crate::db::schema::{branches, officers, sessions, sign_in_failures};
use crate::db::types::Moment;
use crate::db::{Conn, DbError};
use crate::domain::ids::{BranchId, OfficerId, SessionId};
use crate::domain::role::Role;
use crate::failure::{Failure, Outcome, Thing};
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;

/// An account as it stands.
#[derive(Debug, Clone, Queryable)]
pub struct OfficerRow {
    pub id: OfficerId,
    pub username: String,
    pub full_name: String,
    pub title: Option<String>,
    pub role: String,
    pub branch_id: Option<BranchId>,
    pub branch_code: Option<String>,
    pub active: bool,
    pub version: i32,
    pub email: Option<String>,
    pub digest: bool,
    pub agency: String,
}

impl OfficerRow {
    pub fn role(&self) -> Outcome<Role> {
        role_of(&self.role)
    }

    pub fn as_officer(&self, session: SessionId) -> Outcome<Officer> {
        Ok(Officer {
            id: self.id,
            username: self.username.clone(),
            full_name: self.full_name.clone(),
            title: self.title.clone(),
            role: self.role()?,
            branch: self.branch_id,
            branch_code: self.branch_code.clone(),
            agency: self.agency.clone(),
            session,
        })
    }
}

pub fn role_of(word: &str) -> Outcome<Role> {
    word.parse().map_err(|_| Failure::Db(DbError::Corrupt("role of an officer".into())))
}

/// The name of the branch; whoever belongs to none belongs to the department that all branches are of.
const AGENCY: &str =
    "coalesce(branches.name, (select b.department_name from branches b order by b.code limit 1), '')";

macro_rules! officer_columns {
    () => {
        (
            officers::id,
            officers::username,
            officers::full_name,
            officers::title,
            officers::role,
            officers::branch_id,
            branches::code.nullable(),
            officers::active,
            officers::version,
            officers::email,
            officers::digest,
            fixed::<Text>(AGENCY),
        )
    };
}

pub fn officer(conn: &mut Conn<'_>, id: OfficerId) -> Outcome<OfficerRow> {
    let found: Option<OfficerRow> = both!(conn, |c| {
        officers::table
            .left_join(branches::table.on(officers::branch_id.eq(branches::id.nullable())))
            .filter(officers::id.eq(id))
            .select(officer_columns!())
            .get_result(c)
            .optional()?
    });
    found.ok_or(Failure::NotFound(Thing::Officer))
}

/// The account of this name with its password hash; active or not.
pub fn officer_named(conn: &mut Conn<'_>, username: &str) -> Outcome<Option<(OfficerRow, String)>> {
    Ok(both!(conn, |c| {
        officers::table
            .left_join(branches::table.on(officers::branch_id.eq(branches::id.nullable())))
            .filter(officers::username.eq(username))
            .select((officer_columns!(), officers::password_hash))
            .get_result(c)
            .optional()?
    }))
}

pub fn password_hash(conn: &mut Conn<'_>, id: OfficerId) -> Outcome<String> {
    let found = both!(conn, |c| {
        officers::table.find(id).select(officers::password_hash).get_result::<String>(c).optional()?
    });
    found.ok_or(Failure::NotFound(Thing::Officer))
}

/// Who this session is of, unless it has ended or the account is no longer active.
pub fn officer_of_session(
    conn: &mut Conn<'_>,
    session: SessionId,
    now: DateTime<Utc>,
) -> Outcome<Option<Officer>> {
    let found: Option<OfficerRow> = both!(conn, |c| {
        sessions::table
            .inner_join(officers::table.on(sessions::officer_id.eq(officers::id)))
            .left_join(branches::table.on(officers::branch_id.eq(branches::id.nullable())))
            .filter(sessions::id.eq(session))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(Moment(now)))
            .filter(officers::active.eq(true))
            .select(officer_columns!())
            .get_result(c)
            .optional()?
    });
    found.map(|row| row.as_officer(session)).transpose()
}

/// What a list of accounts is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Narrowed {
    pub branch: Option<BranchId>,
    pub branch_code: Option<String>,
    pub role: Option<Role>,
    pub active: Option<bool>,
}

/// Accounts by user name, after the name `after`.
pub fn officers_after(
    conn: &mut Conn<'_>,
    narrowed: &Narrowed,
    after: Option<String>,
    limit: i64,
) -> Outcome<Vec<OfficerRow>> {
    Ok(both!(conn, |c| {
        let mut query = officers::table
            .left_join(branches::table.on(officers::branch_id.eq(branches::id.nullable())))
            .select(officer_columns!())
            .order(officers::username)
            .limit(limit)
            .into_boxed();
        if let Some(branch) = narrowed.branch {
            query = query.filter(officers::branch_id.eq(branch));
        }
        if let Some(code) = &narrowed.branch_code {
            query = query.filter(branches::code.eq(code));
        }
        if let Some(role) = narrowed.role {
            query = query.filter(officers::role.eq(role.as_str()));
        }
        if let Some(active) = narrowed.active {
            query = query.filter(officers::active.eq(active));
        }
        if let Some(after) = &after {
            query = query.filter(officers::username.gt(after));
        }
        query.load(c)?
    }))
}

pub fn count_officers(conn: &mut Conn<'_>, narrowed: &Narrowed) -> Outcome<i64> {
    Ok(both!(conn, |c| {
        let mut query = officers::table
            .left_join(branches::table.on(officers::branch_id.eq(branches::id.nullable())))
            .select(diesel::dsl::count_star())
            .into_boxed();
        if let Some(branch) = narrowed.branch {
            query = query.filter(officers::branch_id.eq(branch));
        }
        if let Some(code) = &narrowed.branch_code {
            query = query.filter(branches::code.eq(code));
        }
        if let Some(role) = narrowed.role {
            query = query.filter(officers::role.eq(role.as_str()));
        }
        if let Some(active) = narrowed.active {
            query = query.filter(officers::active.eq(active));
        }
        query.get_result(c)?
    }))
}

/// The key of the branch with this code.
pub fn branch_by_code(conn: &mut Conn<'_>, code: &str) -> Outcome<Option<BranchId>> {
    Ok(both!(conn, |c| {
        branches::table.filter(branches::code.eq(code)).select(branches::id).get_result(c).optional()?
    }))
}

/// How many administrators there are. They are held until the transaction ends: two who take the role from each
/// other at the same moment are counted one after the other.
pub fn active_admins(conn: &mut Conn<'_>) -> Outcome<usize> {
    macro_rules! admins {
        () => {
            officers::table
                .filter(officers::role.eq(Role::Admin.as_str()))
                .filter(officers::active.eq(true))
                .order(officers::id)
                .select(officers::id)
        };
    }
    let admins: Vec<OfficerId> = match conn {
        Conn::Sqlite(c) => admins!().load(*c)?,
        Conn::Pg(c) => admins!().for_update().load(*c)?,
    };
    Ok(admins.len())
}

pub fn insert_session(
    conn: &mut Conn<'_>,
    id: SessionId,
    officer: OfficerId,
    refresh_hash: &str,
    now: DateTime<Utc>,
    life: Duration,
) -> Outcome<()> {
    both!(conn, |c| {
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(id),
                sessions::officer_id.eq(officer),
                sessions::refresh_hash.eq(refresh_hash),
                sessions::created_at.eq(Moment(now)),
                sessions::expires_at.eq(Moment(now + life)),
            ))
            .execute(c)?
    });
    Ok(())
}

/// From now on the session is known by this cookie.
pub fn give_cookie(conn: &mut Conn<'_>, session: SessionId, cookie_hash: &str) -> Outcome<()> {
    both!(conn, |c| {
        diesel::update(sessions::table.find(session)).set(sessions::cookie_hash.eq(cookie_hash)).execute(c)?
    });
    Ok(())
}

/// The session that is known by this cookie and who it is of, on the terms of [`officer_of_session`].
pub fn officer_of_cookie(
    conn: &mut Conn<'_>,
    cookie_hash: &str,
    now: DateTime<Utc>,
) -> Outcome<Option<Officer>> {
    let session: Option<SessionId> = both!(conn, |c| {
        sessions::table
            .filter(sessions::cookie_hash.eq(cookie_hash))
            .select(sessions::id)
            .get_result(c)
            .optional()?
    });
    match session {
        Some(session) => officer_of_session(conn, session, now),
        None => Ok(None),
    }
}

/// A session that has not ended, as its officer sees it in a list.
#[derive(Debug, Clone, Queryable)]
pub struct SessionRow {
    pub id: SessionId,
    pub created_at: Moment,
    pub expires_at: Moment,
    pub cookie_hash: Option<String>,
}

/// The officer's sessions that have not ended, the newest first.
pub fn sessions_of(conn: &mut Conn<'_>, officer: OfficerId, now: DateTime<Utc>) -> Outcome<Vec<SessionRow>> {
    Ok(both!(conn, |c| {
        sessions::table
            .filter(sessions::officer_id.eq(officer))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(Moment(now)))
            .order((sessions::created_at.desc(), sessions::id.desc()))
            .limit(200)
            .select((sessions::id, sessions::created_at, sessions::expires_at, sessions::cookie_hash))
            .load(c)?
    }))
}

/// Ends one session of this officer; `false` when it is not one of theirs that runs.
pub fn revoke_own(
    conn: &mut Conn<'_>,
    officer: OfficerId,
    session: SessionId,
    now: DateTime<Utc>,
) -> Outcome<bool> {
    let ended = both!(conn, |c| {
        diesel::update(
            sessions::table
                .find(session)
                .filter(sessions::officer_id.eq(officer))
                .filter(sessions::revoked_at.is_null()),
        )
        .set(sessions::revoked_at.eq(Moment(now)))
        .execute(c)?
    });
    Ok(ended == 1)
}

/// Spends a refresh token for the next one: the session, unless the token is not the current one of any.
pub fn rotate(
    conn: &mut Conn<'_>,
    spent: &str,
    next: &str,
    now: DateTime<Utc>,
    life: Duration,
) -> Outcome<Option<SessionId>> {
    Ok(both!(conn, |c| {
        diesel::update(
            sessions::table
                .filter(sessions::refresh_hash.eq(spent))
                .filter(sessions::revoked_at.is_null())
                .filter(sessions::expires_at.gt(Moment(now))),
        )
        .set((
            sessions::refresh_hash.eq(next),
            sessions::spent_hash.eq(spent),
            sessions::expires_at.eq(Moment(now + life)),
        ))
        .returning(sessions::id)
        .get_result(c)
        .optional()?
    }))
}

/// Ends the session in which this token was spent before: somebody has a copy.
pub fn revoke_where_spent(
    conn: &mut Conn<'_>,
    spent: &str,
    now: DateTime<Utc>,
) -> Outcome<Option<SessionId>> {
    Ok(both!(conn, |c| {
        diesel::update(
            sessions::table.filter(sessions::spent_hash.eq(spent)).filter(sessions::revoked_at.is_null()),
        )
        .set(sessions::revoked_at.eq(Moment(now)))
        .returning(sessions::id)
        .get_result(c)
        .optional()?
    }))
}

pub fn revoke(conn: &mut Conn<'_>, session: SessionId, now: DateTime<Utc>) -> Outcome<()> {
    both!(conn, |c| {
        diesel::update(sessions::table.find(session).filter(sessions::revoked_at.is_null()))
            .set(sessions::revoked_at.eq(Moment(now)))
            .execute(c)?
    });
    Ok(())
}

/// Ends the officer's sessions, all but `kept`.
pub fn revoke_all(
    conn: &mut Conn<'_>,
    officer: OfficerId,
    kept: Option<SessionId>,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let kept = kept.unwrap_or_else(SessionId::nil);
    both!(conn, |c| {
        diesel::update(
            sessions::table
                .filter(sessions::officer_id.eq(officer))
                .filter(sessions::revoked_at.is_null())
                .filter(sessions::id.ne(kept)),
        )
        .set(sessions::revoked_at.eq(Moment(now)))
        .execute(c)?
    });
    Ok(())
}

/// Failed sign-ins under this name, and when the last one was.
pub fn failures(conn: &mut Conn<'_>, username: &str) -> Outcome<Option<(i32, DateTime<Utc>)>> {
    let found = both!(conn, |c| {
        sign_in_failures::table
            .find(username)
            .select((sign_in_failures::failures, sign_in_failures::last_at))
            .get_result::<(i32, Moment)>(c)
            .optional()?
    });
    Ok(found.map(|(failures, last)| (failures, last.0)))
}

/// Counts one more failure; older than a day are forgotten.
pub fn count_failure(conn: &mut Conn<'_>, username: &str, now: DateTime<Utc>) -> Outcome<()> {
    use sign_in_failures as f;
    both!(conn, |c| {
        diesel::delete(f::table.find(username).filter(f::last_at.lt(Moment(now - Duration::days(1)))))
            .execute(c)?;
        diesel::insert_into(f::table)
            .values((f::username.eq(username), f::failures.eq(1), f::last_at.eq(Moment(now))))
            .on_conflict(f::username)
            .do_update()
            .set((f::failures.eq(f::failures + 1), f::last_at.eq(Moment(now))))
            .execute(c)?
    });
    Ok(())
}

pub fn clear_failures(conn: &mut Conn<'_>, username: &str) -> Outcome<()> {
    both!(conn, |c| diesel::delete(sign_in_failures::table.find(username)).execute(c)?);
    Ok(())
}

/// Removes sessions that ended and failures that were counted before `before`.
pub fn forget_stale(conn: &mut Conn<'_>, before: DateTime<Utc>) -> Outcome<usize> {
    let before = Moment(before);
    Ok(both!(conn, |c| {
        diesel::delete(sessions::table.filter(sessions::expires_at.lt(before))).execute(c)?
            + diesel::delete(sign_in_failures::table.filter(sign_in_failures::last_at.lt(before)))
                .execute(c)?
    }))
}

//! Searching for words that are not frequent enough to be walked to, the newest first: the index of words is asked for one
//! part of the register after the other, months backwards, until the page is full. However many dossiers have the words,
//! no more of them are put in order than stand in the months that were asked for.

use super::filter::{self, After, Names, Search};
use super::words::{Asked, Slice};
use crate::both;
use crate::db::Conn;
use crate::db::kept::AtMostDsl;
use crate::db::schema::dossiers;
use crate::db::types::{Moment, UuidSql};
use crate::domain::ids::DossierId;
use crate::failure::Outcome;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use std::cmp::Reverse;

/// Where so many were found in one question, the next one does not ask for more months.
const MANY: usize = 500;
/// After so many names without a full page the beginning of the word is asked of the index all the same: those that have
/// the rest are many, and hardly any of them is begun so.
const ENOUGH: usize = 20_000;
/// Names read in one statement.
const CHUNK: usize = 500;

/// The dossiers of the page, in the order of the list.
pub fn page(c: &mut Conn<'_>, search: &Search<'_>, begun_in_names: bool) -> Outcome<Vec<DossierId>> {
    let (mut found, mut names_read) = (Vec::<DossierId>::new(), 0);
    let before = match search.after {
        Some(After::Received(at, _)) => DateTime::from_timestamp_millis(at),
        _ => None,
    };
    let mut months = match search.after {
        Some(After::Without(_)) => None,
        _ => months(c, search, before)?,
    };
    let mut many = 1;
    while let Some((newest, oldest)) = months {
        let last = oldest.max(newest - many + 1);
        let slices: Vec<Slice> = (last..=newest).map(Slice::Month).collect();
        let (looked_at, mut lines) = lines(c, search, &slices, begun_in_names && names_read < ENOUGH)?;
        names_read += looked_at;
        lines.retain(|line| line.received_at().is_some());
        lines.sort_by_key(|line| (Reverse(line.received_at()), line.id));
        found.extend(lines.iter().map(|line| line.id));
        if found.len() >= search.wanted {
            found.truncate(search.wanted);
            return Ok(found);
        }
        months = (last > oldest).then_some((last - 1, oldest));
        many = if looked_at < MANY { many * 2 } else { 1 };
    }
    if !search.without.needs_started() {
        let (_, mut lines) = lines(c, search, &[Slice::NotReceived], false)?;
        lines.sort_by_key(|line| line.id);
        found.extend(lines.iter().map(|line| line.id));
        found.truncate(search.wanted);
    }
    Ok(found)
}

/// The newest and the oldest month that may hold what is looked for.
fn months(
    c: &mut Conn<'_>,
    search: &Search<'_>,
    before: Option<DateTime<Utc>>,
) -> Outcome<Option<(i32, i32)>> {
    let received =
        || dossiers::table.filter(dossiers::received_at.is_not_null()).select(dossiers::received_at);
    let (newest, oldest): (Option<Option<Moment>>, Option<Option<Moment>>) = both!(c, |c| (
        received().order(dossiers::received_at.desc()).at_most(1).get_result(c).optional()?,
        received().order(dossiers::received_at.asc()).at_most(1).get_result(c).optional()?,
    ));
    let at = |found: Option<Option<Moment>>| found.flatten().map(|at| at.0);
    let newest = [at(newest), before, search.without.received_before].into_iter().flatten().min();
    let oldest = [at(oldest), search.without.received_from].into_iter().flatten().max();
    Ok(match (Slice::of(newest), Slice::of(oldest)) {
        (Slice::Month(newest), Slice::Month(oldest)) if oldest <= newest => Some((newest, oldest)),
        _ => None,
    })
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = UuidSql)]
    dossier_id: DossierId,
}

/// Those in these slices that pass the filter, have the words and come after the place; and how many were looked at.
fn lines(
    c: &mut Conn<'_>,
    search: &Search<'_>,
    slices: &[Slice],
    begun_in_names: bool,
) -> Outcome<(usize, Vec<Names>)> {
    let Some((begun, whole)) = search.words.split_last() else { return Ok((0, Vec::new())) };
    let slices: Vec<String> = slices.iter().map(|slice| slice.word(search.without.branch)).collect();
    let begun_asked = (whole.is_empty() || !begun_in_names).then_some(begun.as_str());
    let asked = Asked { whole, begun: begun_asked, slices: &slices };
    let keys: Vec<Key> = match c {
        Conn::Sqlite(c) => sql_query("select dossier_id from dossier_words where dossier_words match ?")
            .bind::<Text, _>(asked.for_sqlite())
            .load(*c)?,
        Conn::Pg(c) => sql_query("select dossier_id from dossier_words where words @@ cast($1 as tsquery)")
            .bind::<Text, _>(asked.for_postgres())
            .load(*c)?,
    };
    let keys: Vec<DossierId> = keys.into_iter().map(|key| key.dossier_id).collect();
    let mut lines = Vec::new();
    for chunk in keys.chunks(CHUNK) {
        lines.extend(filter::names_of(c, chunk)?);
    }
    lines.retain(|line| {
        search.without.passes(line) && line.has(whole, begun) && comes_after(line, search.after)
    });
    Ok((keys.len(), lines))
}

fn comes_after(line: &Names, after: Option<After>) -> bool {
    let at = line.received_at().map(|at| at.timestamp_millis());
    match (after, at) {
        (Some(After::Received(than, id)), Some(at)) => at < than || (at == than && line.id > id),
        (Some(After::Without(id)), None) => line.id > id,
        (Some(After::Without(_)), Some(_)) => false,
        _ => true,
    }
}

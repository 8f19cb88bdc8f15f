//! The acts and dossiers that bear a sign: read, judged by the calendar, page by page.

use super::again::{self, AgainBy};
use super::read::{self, ACTS, DossierLine, Kind, Place, Source, Span};
use crate::db::Conn;
use crate::domain::ids::{BranchId, DossierId, OfficerId};
use crate::domain::integrity::{
    Measures, Sign, is_backdated, is_checked_late, is_returned_late, is_soon_after,
};
use crate::domain::local_time::{day_of, moment};
use crate::failure::Outcome;
use crate::reference::Reference;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use std::collections::HashMap;

/// What is looked for. Days included.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub from: NaiveDate,
    /// Nothing that happened later is counted.
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    /// The evening of `as_of`, at the latest now.
    pub evening: DateTime<Utc>,
    pub branches: Vec<BranchId>,
    pub officer: Option<OfficerId>,
}

impl Wanted {
    /// Where to read: the days, and the branch if only one is looked at.
    fn reach(&self) -> (Span, Option<BranchId>) {
        let branch = match self.branches.as_slice() {
            [branch] => Some(*branch),
            _ => None,
        };
        (self.span(), branch)
    }

    pub(super) fn span(&self) -> Span {
        Span { begin: midnight(self.from), end: midnight(day_after(self.to)) }
    }
}

/// One sign, borne by an act or a dossier.
#[derive(Debug, Clone)]
pub struct Hit {
    pub place: Place,
    pub branch: BranchId,
    /// Who entered the act; nobody where an import did, or where nobody has acted.
    pub officer: Option<OfficerId>,
    /// The dossier that was handed in again.
    pub again: Option<DossierId>,
}

/// Some of the hits of a sign.
#[derive(Debug, Default)]
pub struct Found {
    pub hits: Vec<Hit>,
    /// Dossiers of years that the calendar does not hold: nothing is said about them.
    pub not_judged: i64,
    /// The last line that was read: counting goes on after it. A list goes on after the last hit it shows.
    pub read_to: Option<Place>,
    /// There is nothing after these.
    pub is_all: bool,
}

/// What judging takes.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    pub reference: &'a Reference,
    pub measures: &'a Measures,
    pub wanted: &'a Wanted,
}

/// Lines read at once.
const CHUNK: i64 = 2000;

impl Judge<'_> {
    pub(super) fn is_wanted(&self, branch: BranchId, officer: Option<OfficerId>) -> bool {
        self.wanted.branches.contains(&branch)
            && self.wanted.officer.is_none_or(|wanted| officer == Some(wanted))
    }

    /// At least `least` hits after a place, unless there are no more.
    pub fn find(
        &self,
        c: &mut Conn<'_>,
        sign: Sign,
        mut after: Option<Place>,
        least: usize,
    ) -> Outcome<Found> {
        let mut found = Found::default();
        // A short page needs no long reading; what is judged here may need more.
        let mut chunk = i64::try_from(least).unwrap_or(CHUNK).clamp(50, CHUNK);
        loop {
            let (read, last) = self.some(c, sign, after, chunk, &mut found)?;
            found.read_to = last.or(found.read_to);
            if read < chunk {
                found.is_all = true;
                return Ok(found);
            }
            after = last;
            if found.hits.len() >= least {
                return Ok(found);
            }
            chunk = (chunk * 2).min(CHUNK);
        }
    }

    /// Reads and judges the next lines; how many were read, and the last of them.
    fn some(
        &self,
        c: &mut Conn<'_>,
        sign: Sign,
        after: Option<Place>,
        limit: i64,
        found: &mut Found,
    ) -> Outcome<(i64, Option<Place>)> {
        let reach = self.wanted.reach();
        let (lines, by_entry) = match read::source(sign) {
            Source::Acts(which) => (read::acts(c, ACTS[which], reach, after, limit)?, false),
            Source::Entries(condition) => (read::entries(c, condition, reach, after, limit)?, true),
            Source::Dossiers(kind) => return self.dossiers(c, kind, after, limit, found),
        };
        let calendar = &self.reference.calendar;
        let mut last = None;
        for line in &lines {
            let at = if by_entry { line.recorded_at.0 } else { line.occurred_at.0 };
            let place = Place { at, dossier: line.dossier, seq: line.seq };
            last = Some(place);
            let judged =
                sign != Sign::Backdated || is_backdated(calendar, line.occurred_at.0, line.recorded_at.0);
            if judged {
                self.keep(found, Hit { place, branch: line.branch, officer: line.officer, again: None });
            }
        }
        Ok((i64::try_from(lines.len()).unwrap_or(i64::MAX), last))
    }

    fn keep(&self, found: &mut Found, hit: Hit) {
        if self.is_wanted(hit.branch, hit.officer) {
            found.hits.push(hit);
        }
    }

    fn dossiers(
        &self,
        c: &mut Conn<'_>,
        kind: Kind,
        after: Option<Place>,
        limit: i64,
        found: &mut Found,
    ) -> Outcome<(i64, Option<Place>)> {
        let lines = read::dossiers_of(c, (kind, self.measures), self.wanted.reach(), after, limit)?;
        let place = |line: &DossierLine| Some(Place { at: line.since()?, dossier: line.id, seq: 0 });
        let last = lines.last().and_then(place);
        let mine: Vec<&DossierLine> =
            lines.iter().filter(|line| self.wanted.branches.contains(&line.branch)).collect();
        let again = if kind == Kind::Refused { self.again(c, &mine)? } else { HashMap::new() };
        for line in mine {
            let Some(place) = place(line) else { continue };
            match self.bears(kind, line, &again) {
                Some(true) => {
                    let officer = self.acted(kind, line);
                    let again = again.get(&line.id).map(|(_, later)| *later);
                    self.keep(found, Hit { place, branch: line.branch, officer, again });
                }
                Some(false) => {}
                None => found.not_judged += 1,
            }
        }
        Ok((i64::try_from(lines.len()).unwrap_or(i64::MAX), last))
    }

    /// When somebody had looked at what came online, as far as was known by the evening.
    fn checked(&self, line: &DossierLine) -> Option<DateTime<Utc>> {
        line.until().filter(|at| *at < self.wanted.evening)
    }

    /// Who did what is looked at. What was checked after the evening was checked by nobody then.
    pub(super) fn acted(&self, kind: Kind, line: &DossierLine) -> Option<OfficerId> {
        line.officer.filter(|_| kind != Kind::CheckedLater || self.checked(line).is_some())
    }

    /// Nothing where the calendar does not reach.
    pub(super) fn bears(&self, kind: Kind, line: &DossierLine, again: &AgainBy) -> Option<bool> {
        let (calendar, measures) = (&self.reference.calendar, self.measures);
        let since = line.since()?;
        match kind {
            Kind::Refused => Some(again.contains_key(&line.id)),
            Kind::CheckedLater => {
                is_checked_late(calendar, measures, since, self.checked(line), self.wanted.evening).ok()
            }
            Kind::ReturnedLater => {
                let returned_on = line.until().map(day_of);
                is_returned_late(calendar, measures, day_of(since), returned_on, self.wanted.as_of).ok()
            }
        }
    }

    /// Of these refused dossiers, which was handed in again as which: the first after it.
    fn again(&self, c: &mut Conn<'_>, refused: &[&DossierLine]) -> Outcome<AgainBy> {
        let refused_at: HashMap<DossierId, DateTime<Utc>> =
            refused.iter().filter_map(|line| Some((line.id, line.since()?))).collect();
        again::handed_in_again(c, &refused_at, |refused, submitted| {
            is_soon_after(self.measures, refused, submitted) && submitted < self.wanted.evening
        })
    }
}

pub fn midnight(day: NaiveDate) -> DateTime<Utc> {
    moment(day.and_time(NaiveTime::MIN))
}

pub fn day_after(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

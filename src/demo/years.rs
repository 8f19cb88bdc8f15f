//! Years of invented dossiers, as many as wished, to try out what a large register does: every life is decided by
//! the rules and comes in as the importer's do, batch by batch with its events, tallies and codes.
//!
//! The work is cut into batches before it begins. Each has chances of its own, so that they are made on all
//! processors, and what was stopped goes on with the first batch that is missing and comes to the same.

use super::accounts::{self, Desk};
use super::chance::Chance;
use super::days::Days;
use super::story::{self, SHARE_OF_BRANCHES, World};
use super::{FILLING, MARK, Wish, put_mark};
use crate::both;
use crate::config::Config;
use crate::db::schema::{officers, settings};
use crate::db::{Conn, Db};
use crate::domain::ids::{BranchId, OfficerId};
use crate::domain::local_time::day_of;
use crate::dossier::{Batch, code, next_codes};
use crate::failure::{Failure, Outcome};
use crate::reference::{Branch, Reference, ReferenceCache};
use crate::register::in_order;
use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use diesel::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// Lives a transaction, at least: those of a day at a branch stay together.
const BATCH: u32 = 2000;
/// The last years, no more: with the years that the calendar holds, whichever is less.
const YEARS: i32 = 10;

/// What [`fill_years`] came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Dossiers that came in now.
    pub now: u64,
    /// Those that were there from a run that was stopped.
    pub before: u64,
}

/// Whoever wants to watch: told of the dossiers there are, and of how many there will be.
pub type Watch<'a> = &'a mut dyn FnMut(u64, u64);

/// Fills a database that has its starting data and nothing else, or goes on where this was stopped.
///
/// # Errors
/// When the calendar holds no day of the past, the database was begun with another wish or holds anything else, or
/// it fails.
pub fn fill_years(db: &Db, config: &Config, wish: Wish, watch: Watch<'_>) -> Outcome<Years> {
    let references = ReferenceCache::new(config.office.hours.clone());
    let reference = db.read_blocking(|c| references.of(c))?;
    let begun = match db.read_blocking(Mark::stored)? {
        Some(mark) if mark.seed == wish.seed && mark.dossiers == wish.dossiers => mark,
        Some(_) => return Err(Failure::Conflict("begun-with-another-wish")),
        None => begin(db, &reference, wish)?,
    };
    let plan = Plan::of(&reference, begun)?;
    db.expect_bulk()?;
    let desks = db.read_blocking(|c| desks(c, &reference))?;
    let total = u64::from(begun.dossiers);
    let before: u64 = plan.batches.iter().take(begun.batches).map(Part::dossiers).sum();
    let mut there = before;
    watch(there, total);
    let maker = Maker { reference: &reference, desks: &desks, now: begun.now(), seed: begun.seed };
    let mut parts = plan.batches.iter().enumerate().skip(begun.batches);
    in_order(
        || Ok(parts.next()),
        |(number, part)| maker.make(number, part),
        |made: Outcome<Made>| {
            let made = made?;
            let (count, number) = (made.count, made.number);
            let mark = Mark { batches: number + 1, ..begun };
            // Let go of here, not on the writer's thread.
            let batch = Arc::clone(&made.batch);
            db.write_blocking(move |tx| made.write(tx, mark))?;
            drop(batch);
            there += count;
            watch(there, total);
            Ok::<_, Failure>(())
        },
    )?;
    let done = format!("years seed {} dossiers {} day {}", begun.seed, begun.dossiers, plan.to);
    db.write_blocking(move |tx| put_mark(tx, &done))?;
    Ok(Years { from: plan.from, to: plan.to, now: total - before, before })
}

/// Opens the accounts of the demo and notes what was begun.
fn begin(db: &Db, reference: &Reference, wish: Wish) -> Outcome<Mark> {
    let mark = Mark { seed: wish.seed, dossiers: wish.dossiers, until: wish.now.timestamp(), batches: 0 };
    let first = Plan::of(reference, mark)?.from;
    accounts::open(db, reference, &mut Chance::new(wish.seed), Days::morning(first))?;
    db.write_blocking(move |tx| put_mark(tx, &mark.text()))?;
    Ok(mark)
}

/// How far it has come, as it stands in `settings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    seed: u64,
    dossiers: u32,
    /// Seconds since 1970: the present of the first run is that of all.
    until: i64,
    batches: usize,
}

impl Mark {
    fn text(&self) -> String {
        format!("{FILLING} {} {} {} {}", self.seed, self.dossiers, self.until, self.batches)
    }

    fn of(text: &str) -> Option<Self> {
        let mut words = text.strip_prefix(FILLING)?.split_whitespace();
        Some(Self {
            seed: words.next()?.parse().ok()?,
            dossiers: words.next()?.parse().ok()?,
            until: words.next()?.parse().ok()?,
            batches: words.next()?.parse().ok()?,
        })
    }

    fn stored(c: &mut Conn<'_>) -> Outcome<Option<Self>> {
        let text: Option<String> =
            both!(c, |c| settings::table.find(MARK).select(settings::value).get_result(c).optional())?;
        Ok(text.as_deref().and_then(Self::of))
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.until, 0).unwrap_or_default()
    }
}

/// Those who came to a branch on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Queue {
    branch: usize,
    day: NaiveDate,
    people: u32,
}

/// What is written together.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part(Vec<Queue>);

impl Part {
    fn dossiers(&self) -> u64 {
        self.0.iter().map(|queue| u64::from(queue.people)).sum()
    }
}

/// Who comes when, for all the years; the same for the same mark.
struct Plan {
    from: NaiveDate,
    to: NaiveDate,
    batches: Vec<Part>,
}

impl Plan {
    fn of(reference: &Reference, mark: Mark) -> Outcome<Self> {
        let days = working_days(reference, day_of(mark.now()))?;
        let (Some(from), Some(to)) = (days.first().copied(), days.last().copied()) else {
            return Err(Failure::Conflict("calendar-missing"));
        };
        let mut chance = Chance::part(mark.seed, u64::MAX - 1);
        let branches = reference.branches().len().min(SHARE_OF_BRANCHES.len());
        let mut weighted = Vec::new();
        for day in days {
            let busy = busy(day, from);
            for (branch, share) in SHARE_OF_BRANCHES.iter().enumerate().take(branches) {
                weighted.push((branch, day, u64::from(busy * share * (75 + chance.below(50)))));
            }
        }
        let all: u64 = weighted.iter().map(|(.., weight)| weight).sum();
        let (mut sum, mut given, mut batches, mut part, mut size) = (0, 0, Vec::new(), Vec::new(), 0);
        for (branch, day, weight) in weighted {
            sum += weight;
            // Up to here so many: nobody is lost in rounding.
            let share = u128::from(mark.dossiers) * u128::from(sum) / u128::from(all.max(1));
            let share = u32::try_from(share).unwrap_or(u32::MAX);
            let people = share - given;
            if people > 0 {
                part.push(Queue { branch, day, people });
            }
            (given, size) = (share, size + people);
            if size >= BATCH {
                batches.push(Part(std::mem::take(&mut part)));
                size = 0;
            }
        }
        if !part.is_empty() {
            batches.push(Part(part));
        }
        Ok(Self { from, to, batches })
    }
}

/// The working days of the last years that the calendar holds, up to yesterday.
fn working_days(reference: &Reference, today: NaiveDate) -> Outcome<Vec<NaiveDate>> {
    let calendar = Days { calendar: &reference.calendar };
    let earliest = today.year() - YEARS;
    let first = reference.calendar.years().map(|(year, _)| year).find(|year| *year >= earliest);
    let Some(first) = first.and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1)) else {
        return Ok(Vec::new());
    };
    let mut days = Vec::new();
    for day in first.iter_days().take_while(|day| *day < today) {
        if calendar.is_working(day)? {
            days.push(day);
        }
    }
    Ok(days)
}

/// More every year, on Mondays, and before the summer; fewer around Tết.
fn busy(day: NaiveDate, first: NaiveDate) -> u32 {
    let year = 100 + 6 * u32::try_from(day.year() - first.year()).unwrap_or(0);
    let month = match day.month() {
        1 | 2 => 85,
        4..=6 => 115,
        _ => 100,
    };
    let weekday = if day.weekday() == Weekday::Mon { 120 } else { 100 };
    year * month / 100 * weekday / 100
}

/// Key, branch, role, name and title.
type Account = (OfficerId, Option<BranchId>, String, String, Option<String>);

/// The officers of the accounts that [`begin`] opened, by branch.
fn desks(c: &mut Conn<'_>, reference: &Reference) -> Outcome<Vec<Desk>> {
    let rows: Vec<Account> = both!(c, |c| officers::table
        .select((officers::id, officers::branch_id, officers::role, officers::full_name, officers::title))
        .order(officers::id)
        .load(c))?;
    let mut by_place: HashMap<(BranchId, &str), &_> = HashMap::new();
    for row in &rows {
        if let (_, Some(branch), role, ..) = row {
            by_place.entry((*branch, role.as_str())).or_insert(row);
        }
    }
    let of = |branch: &Branch, role: &str| {
        by_place
            .get(&(branch.id, role))
            .copied()
            .ok_or_else(|| Failure::Broken("an account is missing".into()))
    };
    let desk = |branch: &Arc<Branch>| {
        let head = of(branch, "head")?;
        Ok(Desk {
            counter: of(branch, "counter")?.0,
            handler: of(branch, "handler")?.0,
            head: head.0,
            head_name: head.3.clone(),
            head_title: head.4.clone().unwrap_or_default(),
        })
    };
    reference.branches().iter().map(desk).collect()
}

/// Makes batches, on any thread.
struct Maker<'a> {
    reference: &'a Reference,
    desks: &'a [Desk],
    now: DateTime<Utc>,
    seed: u64,
}

/// A batch ready to be written.
struct Made {
    number: usize,
    count: u64,
    batch: Arc<Batch>,
    /// Agency, day and how many numbers of it: taken from the counters, which must stand at nothing.
    numbers: Vec<(String, NaiveDate, u32)>,
}

impl Maker<'_> {
    fn make(&self, number: usize, part: &Part) -> Outcome<Made> {
        let world = World {
            reference: self.reference,
            days: Days { calendar: &self.reference.calendar },
            desks: self.desks,
            now: self.now,
            asked: false,
        };
        let mut chance = Chance::part(self.seed, u64::try_from(number).unwrap_or(u64::MAX));
        let mut lives = Vec::new();
        let mut numbers = Vec::new();
        for queue in &part.0 {
            let branch = self.reference.branches().get(queue.branch).ok_or_else(story::no_desk)?;
            let agency = &branch.agency_identifier;
            let openings = world.openings(queue.branch, queue.day);
            let mut moments: Vec<_> =
                (0..queue.people).map(|_| world.days.some_time(&mut chance, queue.day)).collect();
            moments.sort_unstable();
            for (at, n) in moments.into_iter().zip(1..) {
                let visit = world
                    .visit_with(&mut chance, at, queue.branch, &openings)
                    .ok_or_else(|| Failure::Broken(format!("{} takes nothing in", branch.code)))?;
                lives.push(world.live_without_letters(
                    &mut chance,
                    &visit,
                    branch,
                    code(agency, queue.day, n),
                )?);
            }
            numbers.push((agency.clone(), queue.day, queue.people));
        }
        Ok(Made { number, count: part.dossiers(), batch: Arc::new(Batch::of(lives)?), numbers })
    }
}

impl Made {
    fn write(&self, tx: &mut Conn<'_>, mark: Mark) -> Outcome<()> {
        for (agency, day, count) in &self.numbers {
            let given = next_codes(tx, agency, *day, *count)?;
            // Somebody else takes dossiers in here, under numbers of ours.
            if given.first().is_none_or(|first| *first != code(agency, *day, 1)) {
                return Err(Failure::Conflict("code-taken"));
            }
        }
        self.batch.write(tx)?;
        put_mark(tx, &mark.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_what_it_was_told() {
        let mark = Mark { seed: 7, dossiers: 10_000_000, until: 1_795_500_000, batches: 41 };
        assert_eq!(Mark::of(&mark.text()), Some(mark));
        assert_eq!(Mark::of(FILLING), None, "the demo's own mark is another's");
        assert_eq!(Mark::of("seed 7 dossiers 4000 day 2026-11-20"), None);
    }

    #[test]
    fn mondays_and_later_years_are_busier() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let first = day("2018-01-02");
        assert!(busy(day("2026-11-23"), first) > busy(day("2026-11-24"), first));
        assert!(busy(day("2026-11-24"), first) > busy(day("2018-11-27"), first));
    }
}

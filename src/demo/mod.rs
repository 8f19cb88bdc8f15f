//! The demo: a plausible year around the present, in which everything that can happen to a dossier happens to some.
//!
//! Nothing is written past the rules. Intakes and acts are decided as at the counter, with a clock that stands in
//! the past; letters are drafted, approved, numbered and mailed (into a folder) by the apology feature itself. The
//! same seed, number and day give the same people, dates and codes; keys are random as ever.

mod accounts;
mod chance;
mod days;
mod letters;
mod people;
mod story;
mod years;

pub use accounts::{PASSWORD, suffix};
pub use years::{Watch, Years, fill_years};

use crate::apology::{Letters as LetterForm, PostRoom};
use crate::both;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::schema::{dossiers, officers, settings};
use crate::db::{Conn, Db, DbError};
use crate::domain::event::CorrectableField;
use crate::domain::ids::{DossierId, OfficerId};
use crate::domain::local_time::day_of;
use crate::dossier::{Batch, Life, Stamp, next_codes};
use crate::failure::{Failure, Outcome};
use crate::jobs::Bell;
use crate::mail::Carrier;
use crate::reference::{Reference, ReferenceCache};
use accounts::Desk;
use chance::Chance;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use days::Days;
use diesel::prelude::*;
use letters::Letters;
use std::collections::BTreeMap;
use std::sync::Arc;
use story::{Act, Story, Visit, World};

/// Stands in `settings` while the demo is being filled, and when it is.
const MARK: &str = "demo";
const FILLING: &str = "filling";
/// Lives written in one transaction.
const BATCH: usize = 500;

/// What a database holds, as far as the demo is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing but starting data: it can be filled.
    Empty,
    Filled,
    /// Somebody stopped the filling half-way.
    Unfinished,
    /// It has dossiers or accounts that are none of the demo's: hands off.
    Foreign,
}

pub fn standing(c: &mut Conn<'_>) -> Outcome<Standing> {
    let mark: Option<String> =
        both!(c, |c| settings::table.find(MARK).select(settings::value).get_result(c).optional())?;
    if let Some(mark) = mark {
        return Ok(if mark.starts_with(FILLING) { Standing::Unfinished } else { Standing::Filled });
    }
    let dossier: Option<DossierId> = both!(c, |c| dossiers::table.select(dossiers::id).first(c).optional())?;
    let officer: Option<OfficerId> = both!(c, |c| officers::table.select(officers::id).first(c).optional())?;
    Ok(if dossier.is_none() && officer.is_none() { Standing::Empty } else { Standing::Foreign })
}

fn mark(db: &Db, value: String) -> Outcome<()> {
    db.write_blocking(move |tx| put_mark(tx, &value))
}

fn put_mark(tx: &mut Conn<'_>, value: &str) -> Outcome<()> {
    both!(tx, |c| diesel::insert_into(settings::table)
        .values((settings::name.eq(MARK), settings::value.eq(value)))
        .on_conflict(settings::name)
        .do_update()
        .set(settings::value.eq(value))
        .execute(c))
    .map_err(DbError::from)?;
    Ok(())
}

/// What the demo is made of.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    pub seed: u64,
    pub dossiers: u32,
    /// The present: the year ends here.
    pub now: DateTime<Utc>,
}

/// Fills an empty database; it has its starting data already. Answers how many dossiers there are now.
///
/// # Errors
/// When the calendar does not hold the year, or the database fails.
pub fn fill(db: &Db, config: &Config, carrier: Carrier, wish: Wish) -> Outcome<usize> {
    mark(db, FILLING.to_owned())?;
    let references = ReferenceCache::new(config.office.hours.clone());
    let reference = db.read_blocking(|c| references.of(c))?;
    let mut chance = Chance::new(wish.seed);
    let first_day = day_of(wish.now) - TimeDelta::days(365);
    let desks = accounts::open(db, &reference, &mut chance, Days::morning(first_day))?;
    let room = PostRoom {
        db: db.clone(),
        clock: Clock::at(Days::morning(first_day)),
        reference: references,
        carrier: Arc::new(carrier),
        letters: Arc::new(LetterForm::new(config, Bell::default())),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::Broken(error.to_string()))?;
    let world = World {
        reference: &reference,
        days: Days { calendar: &reference.calendar },
        desks: &desks,
        now: wish.now,
        asked: true,
    };
    let stories = tell(db, &world, &mut chance, first_day, wish)?;
    let count = stories.len();
    let letters = Letters::new(room, runtime);
    let ids = write(db, &reference, &desks, stories, &letters, wish.now)?;
    correct_some(db, &reference, &desks, &ids, &mut chance, wish.now)?;
    mark(db, format!("seed {} dossiers {} day {}", wish.seed, wish.dossiers, day_of(wish.now)))?;
    Ok(count)
}

/// Everybody who comes in the year, numbered in the order of their coming, each with a life.
fn tell(
    db: &Db,
    world: &World<'_>,
    chance: &mut Chance,
    first_day: NaiveDate,
    wish: Wish,
) -> Outcome<Vec<Story>> {
    let mut visits = visits(world, chance, first_day, wish)?;
    visits.sort_by_key(|visit| visit.at);
    let codes = number(db, world.reference, &visits)?;
    visits
        .iter()
        .zip(codes)
        .map(|(visit, code)| {
            let branch = world.reference.branches().get(visit.branch).ok_or_else(story::no_desk)?;
            world.live(chance, visit, branch, code)
        })
        .collect()
}

fn visits(world: &World<'_>, chance: &mut Chance, first_day: NaiveDate, wish: Wish) -> Outcome<Vec<Visit>> {
    let mut days = Vec::new();
    for day in first_day.iter_days().take_while(|day| *day <= day_of(wish.now)) {
        if world.days.is_working(day)? {
            days.push(day);
        }
    }
    // Mondays and days after holidays are busier; no two days are alike.
    let weights: Vec<u32> = days.iter().map(|_| 60 + chance.below(80)).collect();
    let mut visits = Vec::new();
    while visits.len() < usize::try_from(wish.dossiers).unwrap_or(usize::MAX) && !days.is_empty() {
        let Some(day) = days.get(chance.weighted(&weights)) else { break };
        let at = world.days.some_time(chance, *day);
        // Before the counter opens nobody comes, and today's afternoon may lie ahead.
        let at = if at <= wish.now { at } else { at - TimeDelta::days(7) };
        if world.days.is_working(day_of(at))?
            && let Some(visit) = world.visit(chance, at)
        {
            visits.push(visit);
        }
    }
    Ok(visits)
}

/// The codes of all visits, taken from the counters.
fn number(db: &Db, reference: &Reference, visits: &[Visit]) -> Outcome<Vec<String>> {
    let mut counts: BTreeMap<(usize, NaiveDate), u32> = BTreeMap::new();
    for visit in visits {
        *counts.entry((visit.branch, day_of(visit.at))).or_default() += 1;
    }
    let agencies: Vec<String> =
        reference.branches().iter().map(|branch| branch.agency_identifier.clone()).collect();
    let mut given = db.write_blocking(move |tx| {
        let mut given = BTreeMap::new();
        for ((branch, day), count) in &counts {
            let agency = agencies.get(*branch).ok_or_else(story::no_desk)?;
            let mut codes = next_codes(tx, agency, *day, *count)?;
            codes.reverse();
            given.insert((*branch, *day), codes);
        }
        Ok::<_, Failure>(given)
    })?;
    visits
        .iter()
        .map(|visit| {
            let codes = given.get_mut(&(visit.branch, day_of(visit.at)));
            codes.and_then(Vec::pop).ok_or_else(|| Failure::Broken("a code is missing".into()))
        })
        .collect()
}

/// What is done in its turn, because letters are involved. Places are those of the stories with a letter.
enum Turn {
    /// The lives of a day come in, and whoever will be late gets a draft.
    Draft(Vec<Life>),
    State(usize),
    Approve(usize),
    HandOver(usize),
    Act(usize, Act),
}

/// What is left of a story once its life is in the database.
struct Open {
    id: DossierId,
    desk: usize,
    letter: story::Letter,
}

/// Turns by their moments; those of one moment in the order they were put down.
#[derive(Default)]
struct Agenda(BTreeMap<(DateTime<Utc>, usize), Turn>);

impl Agenda {
    fn add(&mut self, at: DateTime<Utc>, turn: Turn) {
        self.0.insert((at, self.0.len()), turn);
    }
}

/// Writes the lives. Those with a letter come in before their draft is made, and go on after it.
fn write(
    db: &Db,
    reference: &Arc<Reference>,
    desks: &[Desk],
    stories: Vec<Story>,
    letters: &Letters,
    now: DateTime<Utc>,
) -> Outcome<Vec<(DossierId, usize)>> {
    let mut ids = Vec::new();
    let (mut plain, mut open) = (Vec::new(), Vec::new());
    let mut drafted: BTreeMap<NaiveDate, Vec<Life>> = BTreeMap::new();
    let mut agenda = Agenda::default();
    for story in stories {
        let id = story.life.id();
        ids.push((id, story.desk));
        let Some(letter) = story.letter else {
            plain.push(story.life);
            continue;
        };
        let place = open.len();
        let morning = Days::morning(letter.drafted_on);
        let mut turns = vec![(morning + TimeDelta::minutes(30), Turn::State(place))];
        turns.extend(letter.approved_at.map(|at| (at, Turn::Approve(place))));
        turns.extend(letter.handed_over_at.map(|at| (at, Turn::HandOver(place))));
        turns.extend(story.rest.into_iter().map(|act| (act.at, Turn::Act(place, act))));
        for (at, turn) in turns.into_iter().filter(|(at, _)| *at <= now) {
            agenda.add(at, turn);
        }
        drafted.entry(letter.drafted_on).or_default().push(story.life);
        open.push(Open { id, desk: story.desk, letter });
    }
    for (day, lives) in drafted {
        agenda.add(Days::morning(day), Turn::Draft(lives));
    }
    let stage = Stage { db, reference, desks, open: &open, letters };
    for ((at, _), turn) in agenda.0 {
        letters.clock().set(at);
        stage.take(turn, at)?;
    }
    // Last: the drafts of the past are not made for what is open at present.
    save(db, plain)?;
    Ok(ids)
}

/// Where turns are taken.
struct Stage<'a> {
    db: &'a Db,
    reference: &'a Arc<Reference>,
    desks: &'a [Desk],
    open: &'a [Open],
    letters: &'a Letters,
}

impl Stage<'_> {
    fn take(&self, turn: Turn, at: DateTime<Utc>) -> Outcome<()> {
        match turn {
            Turn::Draft(lives) => {
                save(self.db, lives)?;
                self.letters.draft_due().map(drop)
            }
            Turn::State(place) => {
                let (open, _) = self.place(place)?;
                self.letters.state_cause(open.id, &open.letter, at)
            }
            Turn::Approve(place) => {
                let (open, desk) = self.place(place)?;
                if self.letters.approve(open.id, desk, at)? { self.letters.send() } else { Ok(()) }
            }
            Turn::HandOver(place) => {
                let (open, desk) = self.place(place)?;
                self.letters.hand_over(open.id, desk.counter, at)
            }
            Turn::Act(place, act) => {
                let (open, _) = self.place(place)?;
                let (id, reference) = (open.id, Arc::clone(self.reference));
                self.db.write_blocking(move |tx| {
                    let mut life = Life::load_by_id(tx, id)?;
                    let stamp = Stamp { occurred_at: at, recorded_at: at, officer: act.officer };
                    life.decide_and_add(&reference, act.command.clone(), stamp, false)?;
                    life.save(tx).map(drop)
                })
            }
        }
    }

    fn place(&self, place: usize) -> Outcome<(&Open, &Desk)> {
        let open = self.open.get(place);
        open.and_then(|open| Some((open, self.desks.get(open.desk)?))).ok_or_else(story::no_desk)
    }
}

fn save(db: &Db, lives: Vec<Life>) -> Outcome<()> {
    let mut lives = lives.into_iter();
    loop {
        let some: Vec<Life> = lives.by_ref().take(BATCH).collect();
        if some.is_empty() {
            return Ok(());
        }
        let batch = Batch::of(some)?;
        db.write_blocking(move |tx| batch.write(tx))?;
    }
}

/// A few telephone numbers were taken down wrongly; the heads put them right.
fn correct_some(
    db: &Db,
    reference: &Arc<Reference>,
    desks: &[Desk],
    ids: &[(DossierId, usize)],
    chance: &mut Chance,
    now: DateTime<Utc>,
) -> Outcome<()> {
    for _ in 0..ids.len() / 300 {
        let place = chance.below(u32::try_from(ids.len()).unwrap_or(u32::MAX));
        let place = usize::try_from(place).unwrap_or_default();
        let Some((id, desk)) = ids.get(place).and_then(|(id, desk)| Some((*id, desks.get(*desk)?))) else {
            continue;
        };
        let phone = format!("09{:08}", chance.below(100_000_000));
        let stamp = Stamp { occurred_at: now, recorded_at: now, officer: Some(desk.head) };
        let reference = Arc::clone(reference);
        db.write_blocking(move |tx| {
            let mut life = Life::load_by_id(tx, id)?;
            let what = (CorrectableField::ApplicantPhone, phone.clone(), "Ghi nhầm số điện thoại".to_owned());
            life.correct(tx, &reference, what, stamp)?;
            life.save(tx).map(drop)
        })?;
    }
    Ok(())
}

//! What an event adds to the tallies from which every rate is read.
//!
//! A **flow** (received, resolved, closed) is counted on its day. A **stock** (open, waiting, overdue) is kept as
//! its changes: the stock at the end of any day is the sum of all changes up to that day. A dossier that runs
//! with due date *d* will be overdue from *d + 1* on, so that change is written ahead, and taken back when the
//! dossier ends or waits before. Hence any rate at any past date is a sum, and no dossier is ever scanned.

use super::dossier::{Dossier, amend};
use super::event::{Channel, CorrectableField, Event, Fact, LetterTimeliness};
use super::ids::{BranchId, OfficerId, ProcedureId, SectorId};
use super::local_time::day_of;
use super::parts::{Part, PartUnit};
use super::punctuality::Timeliness;
use super::returned::{self, ReturnedCounts, ReturnedKey};
use super::words::code_words;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Which date punctuality is judged against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The headline: the promise in force, the first or that of a lawful restart. What the tallies hold.
    #[default]
    FirstPromise,
    /// The second figure: the date of the re-appointment, where there was one.
    Reappointed,
}
code_words!(Against { FirstPromise => "first_promise", Reappointed => "reappointed" });

impl Against {
    fn due_on(self, dossier: &Dossier) -> Option<NaiveDate> {
        let new = dossier.reappointed_due_on.filter(|_| self == Self::Reappointed);
        new.or_else(|| dossier.due_on())
    }

    fn verdict(self, dossier: &Dossier) -> Option<Timeliness> {
        let again = dossier.timeliness_as_reappointed().filter(|_| self == Self::Reappointed);
        again.or_else(|| dossier.resolved.as_ref().map(|resolution| resolution.timeliness))
    }

    fn is_past_due(self, dossier: &Dossier, at: DateTime<Utc>) -> bool {
        let until = dossier.waiting.map_or(at, |waiting| waiting.since);
        self.due_on(dossier).is_some_and(|due_on| due_on < day_of(until))
    }
}

/// Whose figures these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub branch: BranchId,
    pub sector: SectorId,
    pub procedure: ProcedureId,
    pub channel: Channel,
    /// Who holds the dossier; figures move with it.
    pub officer: OfficerId,
}

/// The columns of a tally.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub received: i64,
    pub resolved_early: i64,
    pub resolved_on_time: i64,
    pub resolved_overdue: i64,
    /// Of the late that ended (resolved overdue, closed past due): those with a letter, by its own timeliness.
    pub letter_in_advance: i64,
    pub letter_on_due_day: i64,
    pub letter_late: i64,
    /// Withdrawn or stopped after receipt.
    pub closed: i64,
    pub closed_past_due: i64,
    /// Changes of the stock in process.
    pub open: i64,
    pub waiting: i64,
    pub overdue: i64,
    /// Of the overdue in process: those with a letter.
    pub overdue_in_advance: i64,
    pub overdue_on_due_day: i64,
    pub overdue_late: i64,
    /// Acts of this day that were entered after it: as a stock, "entered after the date asked for".
    pub late_entries: i64,
}

impl Counts {
    /// The names of the columns, in the order of [`Counts::columns`].
    pub const COLUMNS: [&'static str; 16] = [
        "received",
        "resolved_early",
        "resolved_on_time",
        "resolved_overdue",
        "letter_in_advance",
        "letter_on_due_day",
        "letter_late",
        "closed",
        "closed_past_due",
        "open",
        "waiting",
        "overdue",
        "overdue_in_advance",
        "overdue_on_due_day",
        "overdue_late",
        "late_entries",
    ];

    pub fn columns(&mut self) -> [&mut i64; 16] {
        [
            &mut self.received,
            &mut self.resolved_early,
            &mut self.resolved_on_time,
            &mut self.resolved_overdue,
            &mut self.letter_in_advance,
            &mut self.letter_on_due_day,
            &mut self.letter_late,
            &mut self.closed,
            &mut self.closed_past_due,
            &mut self.open,
            &mut self.waiting,
            &mut self.overdue,
            &mut self.overdue_in_advance,
            &mut self.overdue_on_due_day,
            &mut self.overdue_late,
            &mut self.late_entries,
        ]
    }

    /// The figures, in the order of [`Counts::COLUMNS`].
    pub fn figures(mut self) -> [i64; 16] {
        self.columns().map(|figure| *figure)
    }

    pub fn add(&mut self, mut other: Self, times: i64) {
        for (mine, theirs) in self.columns().into_iter().zip(other.columns()) {
            *mine += times * *theirs;
        }
    }

    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

/// Counts with what was received told apart by channel: what is left when keys are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    pub online: i64,
    pub in_person: i64,
    pub postal: i64,
    /// `received` stays 0 here: it stands in the three above.
    pub rest: Counts,
}

impl Sums {
    pub fn count(&mut self, channel: Channel, mut counts: Counts) {
        let received = std::mem::take(&mut counts.received);
        *match channel {
            Channel::Online => &mut self.online,
            Channel::InPerson => &mut self.in_person,
            Channel::Postal => &mut self.postal,
        } += received;
        self.rest.add(counts, 1);
    }

    pub fn add(&mut self, other: &Self) {
        self.online += other.online;
        self.in_person += other.in_person;
        self.postal += other.postal;
        self.rest.add(other.rest, 1);
    }

    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// Every figure under its name.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let received = [
            ("received_online", self.online),
            ("received_in_person", self.in_person),
            ("received_postal", self.postal),
        ];
        let rest = Counts::COLUMNS.into_iter().zip(self.rest.figures());
        received.into_iter().chain(rest.skip(1))
    }
}

/// Whose parts of the way these are, and which.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartKey {
    pub branch: BranchId,
    pub sector: SectorId,
    pub procedure: ProcedureId,
    pub unit: PartUnit,
    /// The code of the step; empty where it is none.
    pub step: String,
    /// Who held the dossier; nil where nobody did.
    pub officer: OfficerId,
}

/// Parts that ended on a day, by how they are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PartCounts {
    pub early: i64,
    pub on_time: i64,
    pub overdue: i64,
    pub not_judged: i64,
}

impl PartCounts {
    /// The names of the columns, in the order of [`PartCounts::figures`].
    pub const COLUMNS: [&'static str; 4] = ["early", "on_time", "overdue", "not_judged"];

    pub fn figures(self) -> [i64; 4] {
        [self.early, self.on_time, self.overdue, self.not_judged]
    }

    pub fn count(&mut self, verdict: Option<Timeliness>, times: i64) {
        *match verdict {
            Some(Timeliness::Early) => &mut self.early,
            Some(Timeliness::OnTime) => &mut self.on_time,
            Some(Timeliness::Overdue) => &mut self.overdue,
            None => &mut self.not_judged,
        } += times;
    }

    pub fn add(&mut self, other: Self, times: i64) {
        self.early += times * other.early;
        self.on_time += times * other.on_time;
        self.overdue += times * other.overdue;
        self.not_judged += times * other.not_judged;
    }

    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

/// Counts by whose and by day. Sorted, so that whoever writes them takes rows in one order and never deadlocks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    dossiers: BTreeMap<(Key, NaiveDate), Counts>,
    parts: BTreeMap<(PartKey, NaiveDate), PartCounts>,
    returned: BTreeMap<(ReturnedKey, NaiveDate), ReturnedCounts>,
}

impl FromIterator<((Key, NaiveDate), Counts)> for Tally {
    fn from_iter<I: IntoIterator<Item = ((Key, NaiveDate), Counts)>>(counts: I) -> Self {
        let mut tally = Self::default();
        for ((key, day), counts) in counts {
            tally.at(key, day).add(counts, 1);
        }
        tally.prune();
        tally
    }
}

impl Tally {
    pub fn iter(&self) -> impl Iterator<Item = (&Key, NaiveDate, &Counts)> {
        self.dossiers.iter().map(|((key, day), counts)| (key, *day, counts))
    }

    pub fn parts(&self) -> impl Iterator<Item = (&PartKey, NaiveDate, &PartCounts)> {
        self.parts.iter().map(|((key, day), counts)| (key, *day, counts))
    }

    pub fn returned(&self) -> impl Iterator<Item = (&ReturnedKey, NaiveDate, &ReturnedCounts)> {
        self.returned.iter().map(|((key, day), counts)| (key, *day, counts))
    }

    pub fn is_empty(&self) -> bool {
        self.dossiers.is_empty() && self.parts.is_empty() && self.returned.is_empty()
    }

    fn at(&mut self, key: Key, day: NaiveDate) -> &mut Counts {
        self.dossiers.entry((key, day)).or_default()
    }

    /// Adds `other`, `times` over (−1 takes it back).
    pub fn merge(&mut self, other: &Self, times: i64) {
        for (place, counts) in &other.dossiers {
            match self.dossiers.entry(*place) {
                Entry::Vacant(entry) => entry.insert(Counts::default()).add(*counts, times),
                Entry::Occupied(mut entry) => {
                    entry.get_mut().add(*counts, times);
                    // Only here: looking through a whole import's tally for zeros at each life costs its square.
                    if entry.get().is_zero() {
                        entry.remove();
                    }
                }
            }
        }
        for (place, counts) in &other.parts {
            let mine = self.parts.entry(place.clone()).or_default();
            mine.add(*counts, times);
            if mine.is_zero() {
                self.parts.remove(place);
            }
        }
        for (place, counts) in &other.returned {
            self.hand_out(*place, *counts, times);
        }
    }

    fn hand_out(&mut self, place: (ReturnedKey, NaiveDate), counts: ReturnedCounts, times: i64) {
        let mine = self.returned.entry(place).or_default();
        mine.add(counts, times);
        if mine.is_zero() {
            self.returned.remove(&place);
        }
    }

    fn prune(&mut self) {
        self.dossiers.retain(|_, counts| !counts.is_zero());
    }

    /// What one event adds, given the dossier before and after it. Not for corrections: see [`of_correction`].
    pub fn of_event(before: Option<&Dossier>, after: &Dossier, event: &Event) -> Self {
        Self::of_event_against(Against::FirstPromise, before, after, event)
    }

    fn of_event_against(against: Against, before: Option<&Dossier>, after: &Dossier, event: &Event) -> Self {
        let mut tally = Self::default();
        let (day, key) = (day_of(event.occurred_at), key_of(after));
        // An answer changes no figure of its own day: how late it came is counted with the hand-over it is about.
        if !matches!(event.fact, Fact::Surveyed { .. }) {
            tally.late_entry(key, day, day_of(event.recorded_at));
        }
        let stock_of = |dossier| stock_of(dossier, against);
        let (was, is) = (before.and_then(stock_of), stock_of(after));
        let key_before = before.map_or(key, key_of);
        if was != is || key_before != key {
            if let Some(stock) = was {
                tally.stock(key_before, stock, day, -1);
            }
            if let Some(stock) = is {
                tally.stock(key, stock, day, 1);
            }
        }
        tally.at(key, day).flow(against, before, after, event);
        if let Some(part) = before.and_then(|before| Part::ended(before, after, event)) {
            tally.part(part, after);
        }
        for (day, counts) in returned::changes(before, after, event) {
            tally.hand_out((ReturnedKey::of(after), day), counts, 1);
        }
        tally.prune();
        tally
    }

    fn stock(&mut self, key: Key, stock: Stock, day: NaiveDate, times: i64) {
        self.at(key, day).open += times;
        match stock {
            Stock::Waiting => self.at(key, day).waiting += times,
            Stock::Running { due_on, letter } => {
                let overdue_from = due_on.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX).max(day);
                let counts = self.at(key, overdue_from);
                counts.overdue += times;
                match letter {
                    Some(LetterTimeliness::InAdvance) => counts.overdue_in_advance += times,
                    Some(LetterTimeliness::OnDueDay) => counts.overdue_on_due_day += times,
                    Some(LetterTimeliness::Late) => counts.overdue_late += times,
                    None => {}
                }
            }
        }
    }

    fn part(&mut self, Part { unit, step, officer, ended_at, verdict, .. }: Part, dossier: &Dossier) {
        let key = PartKey {
            branch: dossier.branch,
            sector: dossier.sector,
            procedure: dossier.procedure,
            unit,
            step: step.unwrap_or_default(),
            officer: officer.unwrap_or_else(OfficerId::nil),
        };
        self.parts.entry((key, day_of(ended_at))).or_default().count(verdict, 1);
    }

    fn late_entry(&mut self, key: Key, occurred_on: NaiveDate, recorded_on: NaiveDate) {
        if occurred_on < recorded_on {
            self.at(key, occurred_on).late_entries += 1;
            self.at(key, recorded_on).late_entries -= 1;
        }
    }
}

impl Counts {
    fn flow(&mut self, against: Against, before: Option<&Dossier>, after: &Dossier, event: &Event) {
        match &event.fact {
            Fact::Received { .. } => self.received += 1,
            Fact::Resolved { .. } => match against.verdict(after) {
                Some(Timeliness::Early) => self.resolved_early += 1,
                Some(Timeliness::OnTime) => self.resolved_on_time += 1,
                Some(Timeliness::Overdue) => {
                    self.resolved_overdue += 1;
                    self.ended_late(after.letter);
                }
                None => {}
            },
            Fact::Withdrawn { .. } | Fact::Stopped { .. } => {
                let Some(before) = before.filter(|dossier| dossier.received_at.is_some()) else { return };
                self.closed += 1;
                if against.is_past_due(before, event.occurred_at) {
                    self.closed_past_due += 1;
                    self.ended_late(after.letter);
                }
            }
            _ => {}
        }
    }

    fn ended_late(&mut self, letter: Option<LetterTimeliness>) {
        match letter {
            Some(LetterTimeliness::InAdvance) => self.letter_in_advance += 1,
            Some(LetterTimeliness::OnDueDay) => self.letter_on_due_day += 1,
            Some(LetterTimeliness::Late) => self.letter_late += 1,
            None => {}
        }
    }
}

/// How a dossier in process stands in the stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stock {
    Running { due_on: NaiveDate, letter: Option<LetterTimeliness> },
    Waiting,
}

fn stock_of(dossier: &Dossier, against: Against) -> Option<Stock> {
    if dossier.status.is_waiting() {
        return Some(Stock::Waiting);
    }
    let due_on = against.due_on(dossier).filter(|_| dossier.status.is_running())?;
    Some(Stock::Running { due_on, letter: dossier.letter })
}

fn key_of(dossier: &Dossier) -> Key {
    Key {
        branch: dossier.branch,
        sector: dossier.sector,
        procedure: dossier.procedure,
        channel: dossier.channel,
        officer: dossier.held_by.unwrap_or_else(OfficerId::nil),
    }
}

/// What a whole life adds to the tallies: the recount that `verify` compares with.
pub fn of_life(events: &[Event]) -> Tally {
    of_life_against(Against::FirstPromise, events)
}

/// The same, judged against another date than the tallies are.
pub fn of_life_against(against: Against, events: &[Event]) -> Tally {
    let mut tally = Tally::default();
    let mut dossier: Option<Dossier> = None;
    // How it stood after which event: a correction is entered with the one who holds the dossier then.
    let mut standings: Vec<(u32, Key, bool)> = Vec::new();
    for event in amend(events).iter() {
        let before = dossier.clone();
        match (&event.fact, &mut dossier) {
            (Fact::Registered(registration), _) => {
                dossier = Some(Dossier::registered(registration, event.occurred_at));
            }
            (_, Some(dossier)) => dossier.apply(event),
            (_, None) => continue,
        }
        if let Some(after) = &dossier {
            tally.merge(&Tally::of_event_against(against, before.as_ref(), after, event), 1);
            standings.push((event.seq, key_of(after), after.received_at.is_some()));
        }
    }
    let Some(dossier) = &dossier else { return tally };
    for event in events {
        let then = standings.iter().rev().find(|(seq, ..)| *seq < event.seq);
        if let Some((_, Key { officer, .. }, true)) = then
            && let Some(since) = changes_figures_since(event, dossier)
        {
            let key = Key { officer: *officer, ..key_of(dossier) };
            tally.late_entry(key, since, day_of(event.recorded_at));
        }
    }
    tally.prune();
    tally
}

/// The first day whose figures a correction of a received dossier changes.
fn changes_figures_since(event: &Event, dossier: &Dossier) -> Option<NaiveDate> {
    let Fact::Corrected { field, old, new, .. } = &event.fact else { return None };
    if *field == CorrectableField::Channel {
        return dossier.received_at.map(day_of);
    }
    match (field.is_time(), old.as_ref()?.parse(), new.parse()) {
        (true, Ok(old), Ok(new)) => Some(day_of(old).min(day_of(new))),
        _ => None,
    }
}

/// What a correction adds: the life with it, less the life without it.
pub fn of_correction(events: &[Event], correction: &Event) -> Tally {
    let mut tally = of_life(&[events, std::slice::from_ref(correction)].concat());
    tally.merge(&of_life(events), -1);
    tally
}

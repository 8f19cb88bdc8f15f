//! How often a sign is there. What is counted is what is listed: where the database can tell it counts, else each is judged.

use super::again::AgainBy;
use super::hits::{Hit, Judge};
use super::read::{self, CountedActs, Kind, Source};
use super::stretches::{self, Stretches};
use crate::db::Conn;
use crate::domain::ids::{BranchId, DossierId, OfficerId};
use crate::domain::integrity::Sign;
use crate::failure::Outcome;
use std::collections::BTreeMap;

/// How often a sign is there, by branch and by who entered the act, with the first dossiers that bear it.
#[derive(Debug, Default)]
pub struct Counted {
    pub by: BTreeMap<(BranchId, Option<OfficerId>), i64>,
    /// The first ones, each once.
    pub first: Vec<DossierId>,
    /// There are dossiers beside these.
    pub more: bool,
    pub not_judged: i64,
}

/// Hits counted at once.
const PAGE: usize = 4000;

impl Counted {
    fn name(&mut self, hits: &[Hit], most: usize) {
        for hit in hits {
            if self.first.contains(&hit.place.dossier) {
                continue;
            }
            if self.first.len() == most {
                self.more = true;
                return;
            }
            self.first.push(hit.place.dossier);
        }
    }

    pub fn total(&self) -> i64 {
        self.by.values().sum()
    }
}

impl Judge<'_> {
    /// Counts every sign, and names the first `most` dossiers of each. What acts say is counted in one reading for all.
    pub fn count_each(&self, c: &mut Conn<'_>, most: usize) -> Outcome<Vec<(Sign, Counted)>> {
        let acts = read::count_acts(c, self.wanted.span())?;
        let counted = |sign: &Sign| {
            let counted = match read::source(*sign) {
                Source::Acts(which) => self.of_acts(c, *sign, which, &acts, most)?,
                _ => self.count(c, *sign, most)?,
            };
            Ok((*sign, counted))
        };
        Sign::ALL.iter().map(counted).collect()
    }

    /// Counts a sign, and names the first `most` dossiers. Where the database alone can tell what bears the sign it counts;
    /// what the calendar judges is read.
    pub fn count(&self, c: &mut Conn<'_>, sign: Sign, most: usize) -> Outcome<Counted> {
        let span = self.wanted.span();
        match (sign, read::source(sign)) {
            (Sign::Backdated, _) | (_, Source::Dossiers(Kind::Refused)) => self.count_hits(c, sign, most),
            (_, Source::Dossiers(kind)) => self.count_spans(c, (sign, kind), most),
            (_, Source::Acts(which)) => {
                let acts = read::count_acts(c, span)?;
                self.of_acts(c, sign, which, &acts, most)
            }
            (_, Source::Entries(condition)) => {
                let entries = read::count_entries(c, condition, span)?;
                self.told(c, sign, entries.into_iter(), most)
            }
        }
    }

    fn of_acts(
        &self,
        c: &mut Conn<'_>,
        sign: Sign,
        which: usize,
        acts: &CountedActs,
        most: usize,
    ) -> Outcome<Counted> {
        let of_sign = acts.iter().map(|(branch, officer, times)| (*branch, *officer, times[which]));
        self.told(c, sign, of_sign.filter(|(.., times)| *times > 0), most)
    }

    /// What the database has counted, with the first dossiers.
    fn told(
        &self,
        c: &mut Conn<'_>,
        sign: Sign,
        counted: impl Iterator<Item = (BranchId, Option<OfficerId>, i64)>,
        most: usize,
    ) -> Outcome<Counted> {
        let wanted = counted.filter(|(branch, officer, _)| self.is_wanted(*branch, *officer));
        let mut found = Counted {
            by: wanted.map(|(branch, officer, count)| ((branch, officer), count)).collect(),
            ..Counted::default()
        };
        // Those that were seen are all there are: nothing is looked for behind them.
        let (total, mut seen) = (found.total(), 0);
        let mut after = None;
        while seen < total && !found.more {
            let page = self.find(c, sign, after, 4 * most)?;
            after = page.read_to;
            seen += i64::try_from(page.hits.len()).unwrap_or(i64::MAX);
            found.name(&page.hits, most);
            if page.is_all {
                break;
            }
        }
        Ok(found)
    }

    /// Counts what is judged by a span. Most of it is told by the day on which the span began, and counted by the database;
    /// the rest is judged one by one.
    fn count_spans(&self, c: &mut Conn<'_>, (sign, kind): (Sign, Kind), most: usize) -> Outcome<Counted> {
        let Stretches { sure, doubtful } = Stretches::of(self, kind);
        let known = read::known(c, kind, self.measures);
        let mut by: BTreeMap<(BranchId, Option<OfficerId>), i64> = BTreeMap::new();
        for (branch, officer, count) in stretches::count(c, kind, &known, &sure, self.wanted.evening)? {
            *by.entry((branch, officer)).or_default() += count;
        }
        let mut not_judged = 0;
        let nothing = AgainBy::new();
        for line in stretches::lines(c, kind, &known, &doubtful)? {
            match self.bears(kind, &line, &nothing) {
                Some(true) => *by.entry((line.branch, self.acted(kind, &line))).or_default() += 1,
                Some(false) => {}
                None if self.wanted.branches.contains(&line.branch) => not_judged += 1,
                None => {}
            }
        }
        let counted = by.into_iter().map(|((branch, officer), count)| (branch, officer, count));
        Ok(Counted { not_judged, ..self.told(c, sign, counted, most)? })
    }

    fn count_hits(&self, c: &mut Conn<'_>, sign: Sign, most: usize) -> Outcome<Counted> {
        let mut found = Counted::default();
        let mut after = None;
        loop {
            let page = self.find(c, sign, after, PAGE)?;
            after = page.read_to;
            found.not_judged += page.not_judged;
            for hit in &page.hits {
                *found.by.entry((hit.branch, hit.officer)).or_default() += 1;
            }
            found.name(&page.hits, most);
            if page.is_all {
                return Ok(found);
            }
        }
    }
}

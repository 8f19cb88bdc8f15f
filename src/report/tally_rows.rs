//! Folds a tally into the rows of the two tables, in all three grains.
//!
//! A month's row is the sum of its days' rows and a year's that of its months'. Rows come sorted by their key:
//! two transactions that take the same rows take them in the same order and never wait for each other in a ring.

use super::grain::Grain;
use crate::domain::event::Channel;
use crate::domain::ids::{BranchId, OfficerId, ProcedureId, SectorId};
use crate::domain::tally::{Counts, Tally};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The key of a row of `tallies`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CoarseKey {
    pub branch: BranchId,
    pub sector: SectorId,
    pub grain: Grain,
    pub day: NaiveDate,
}

/// The figures of a row of `tallies`: received by channel, the rest for all channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CoarseCounts {
    pub online: i64,
    pub in_person: i64,
    pub postal: i64,
    /// `received` stays 0 here: it stands in the three above.
    pub rest: Counts,
}

impl CoarseCounts {
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, channel: Channel, mut counts: Counts) {
        let received = std::mem::take(&mut counts.received);
        *match channel {
            Channel::Online => &mut self.online,
            Channel::InPerson => &mut self.in_person,
            Channel::Postal => &mut self.postal,
        } += received;
        self.rest.add(counts, 1);
    }
}

/// The key of a row of `tallies_fine`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FineKey {
    pub branch: BranchId,
    pub sector: SectorId,
    pub procedure: ProcedureId,
    /// As its code word, so that the order is the database's.
    pub channel: &'static str,
    pub officer: OfficerId,
    pub grain: Grain,
    pub day: NaiveDate,
}

pub fn coarse(tally: &Tally) -> Vec<(CoarseKey, CoarseCounts)> {
    let mut rows: BTreeMap<CoarseKey, CoarseCounts> = BTreeMap::new();
    for (key, day, counts) in tally.iter() {
        for grain in Grain::ALL {
            let place = CoarseKey { branch: key.branch, sector: key.sector, grain, day: grain.start(day) };
            rows.entry(place).or_default().add(key.channel, *counts);
        }
    }
    rows.into_iter().filter(|(_, counts)| !counts.is_zero()).collect()
}

pub fn fine(tally: &Tally) -> Vec<(FineKey, Counts)> {
    let mut rows: BTreeMap<FineKey, Counts> = BTreeMap::new();
    for (key, day, counts) in tally.iter() {
        for grain in Grain::ALL {
            let place = FineKey {
                branch: key.branch,
                sector: key.sector,
                procedure: key.procedure,
                channel: key.channel.as_str(),
                officer: key.officer,
                grain,
                day: grain.start(day),
            };
            rows.entry(place).or_default().add(*counts, 1);
        }
    }
    rows.into_iter().filter(|(_, counts)| !counts.is_zero()).collect()
}

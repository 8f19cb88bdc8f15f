//! Folds a tally into the rows of its tables, in all three grains; parts of the way in days and months only.
//!
//! A month's row is the sum of its days' rows and a year's that of its months'. Rows come sorted by their key:
//! two transactions that take the same rows take them in the same order and never wait for each other in a ring.

use super::cover::Grain;
use crate::domain::ids::{BranchId, OfficerId, ProcedureId, SectorId};
use crate::domain::returned::{ReturnedCounts, ReturnedKey};
use crate::domain::tally::{Counts, PartCounts, PartKey, Sums, Tally};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Parts are asked for by months; each act that ends one writes a row less without the year.
pub const PART_GRAINS: [Grain; 2] = [Grain::Day, Grain::Month];

/// The key of a row of `tallies`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CoarseKey {
    pub branch: BranchId,
    pub sector: SectorId,
    pub grain: Grain,
    pub day: NaiveDate,
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

/// The key of a row of `tallies_parts`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartRowKey {
    pub whose: PartKey,
    pub grain: Grain,
    pub day: NaiveDate,
}

/// The key of a row of `tallies_returned`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReturnedRowKey {
    pub whose: ReturnedKey,
    pub grain: Grain,
    pub day: NaiveDate,
}

pub fn coarse(tally: &Tally) -> Vec<(CoarseKey, Sums)> {
    let mut rows: BTreeMap<CoarseKey, Sums> = BTreeMap::new();
    for (key, day, counts) in tally.iter() {
        for grain in Grain::ALL {
            let place = CoarseKey { branch: key.branch, sector: key.sector, grain, day: grain.start(day) };
            rows.entry(place).or_default().count(key.channel, *counts);
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

pub fn parts(tally: &Tally) -> Vec<(PartRowKey, PartCounts)> {
    let mut rows: BTreeMap<PartRowKey, PartCounts> = BTreeMap::new();
    for (whose, day, counts) in tally.parts() {
        for grain in PART_GRAINS {
            let place = PartRowKey { whose: whose.clone(), grain, day: grain.start(day) };
            rows.entry(place).or_default().add(*counts, 1);
        }
    }
    rows.into_iter().filter(|(_, counts)| !counts.is_zero()).collect()
}

pub fn returned(tally: &Tally) -> Vec<(ReturnedRowKey, ReturnedCounts)> {
    let mut rows: BTreeMap<ReturnedRowKey, ReturnedCounts> = BTreeMap::new();
    for (whose, day, counts) in tally.returned() {
        for grain in Grain::ALL {
            let place = ReturnedRowKey { whose: *whose, grain, day: grain.start(day) };
            rows.entry(place).or_default().add(*counts, 1);
        }
    }
    rows.into_iter().filter(|(_, counts)| !counts.is_zero()).collect()
}

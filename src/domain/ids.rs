//! Keys: UUIDs of version 7, so that rows of one time lie together, and typed, so that a branch is never
//! taken for an officer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt, hash::Hash, hash::Hasher, marker::PhantomData, str::FromStr};
use uuid::{NoContext, Timestamp, Uuid};

/// The key of a `T`.
pub struct Id<T>(Uuid, PhantomData<fn() -> T>);

/// What the keys are keys of.
pub mod of {
    #[derive(Debug)]
    pub enum Branch {}
    #[derive(Debug)]
    pub enum Sector {}
    #[derive(Debug)]
    pub enum Procedure {}
    #[derive(Debug)]
    pub enum ProcedureVersion {}
    #[derive(Debug)]
    pub enum Officer {}
    #[derive(Debug)]
    pub enum Session {}
    #[derive(Debug)]
    pub enum Dossier {}
    #[derive(Debug)]
    pub enum Apology {}
    #[derive(Debug)]
    pub enum Job {}
    #[derive(Debug)]
    pub enum View {}
    #[derive(Debug)]
    pub enum Document {}
    #[derive(Debug)]
    pub enum SignedLetter {}
    #[derive(Debug)]
    pub enum Closing {}
    #[derive(Debug)]
    pub enum RegisterFile {}
    #[derive(Debug)]
    pub enum Target {}
    #[derive(Debug)]
    pub enum Notice {}
    #[derive(Debug)]
    pub enum NoticeFile {}
    #[derive(Debug)]
    pub enum Schedule {}
    #[derive(Debug)]
    pub enum Run {}
    #[derive(Debug)]
    pub enum PrintBatch {}
    #[derive(Debug)]
    pub enum Recomputation {}
    #[derive(Debug)]
    pub enum ApprovalOrder {}
}

pub type BranchId = Id<of::Branch>;
pub type SectorId = Id<of::Sector>;
pub type ProcedureId = Id<of::Procedure>;
pub type VersionId = Id<of::ProcedureVersion>;
pub type OfficerId = Id<of::Officer>;
pub type SessionId = Id<of::Session>;
pub type DossierId = Id<of::Dossier>;
pub type ApologyId = Id<of::Apology>;
pub type JobId = Id<of::Job>;
pub type ViewId = Id<of::View>;
pub type DocumentId = Id<of::Document>;
pub type SignedLetterId = Id<of::SignedLetter>;
pub type ClosingId = Id<of::Closing>;
pub type RegisterFileId = Id<of::RegisterFile>;
pub type TargetId = Id<of::Target>;
pub type NoticeId = Id<of::Notice>;
pub type NoticeFileId = Id<of::NoticeFile>;
pub type ScheduleId = Id<of::Schedule>;
pub type RunId = Id<of::Run>;
pub type PrintBatchId = Id<of::PrintBatch>;
pub type RecomputationId = Id<of::Recomputation>;
pub type ApprovalOrderId = Id<of::ApprovalOrder>;

impl<T> Id<T> {
    /// A new key that sorts by `moment`: an imported life lies where its own time is.
    pub fn at(moment: DateTime<Utc>) -> Self {
        let seconds = u64::try_from(moment.timestamp()).unwrap_or(0);
        Self::from_uuid(Uuid::new_v7(Timestamp::from_unix(
            NoContext,
            seconds,
            moment.timestamp_subsec_nanos(),
        )))
    }

    /// Nobody and nothing: the officer column of a tally that has no officer.
    pub fn nil() -> Self {
        Self::from_uuid(Uuid::nil())
    }

    pub fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    pub fn uuid(&self) -> &Uuid {
        &self.0
    }
}

// Written out because a derive would ask the same of `T`.
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> FromStr for Id<T> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self::from_uuid)
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

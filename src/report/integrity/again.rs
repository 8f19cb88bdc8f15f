//! Which refused dossiers were handed in again.

use super::read::CHUNK;
use crate::both;
use crate::db::Conn;
use crate::db::schema::{dossier_particulars, dossiers};
use crate::db::types::Moment;
use crate::domain::ids::{DossierId, ProcedureId};
use crate::domain::integrity::Owner;
use crate::failure::Outcome;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};

/// Which refused dossier was handed in again as which, and when: the first time.
pub type AgainBy = HashMap<DossierId, (DateTime<Utc>, DossierId)>;

/// What the owners of these dossiers, refused at these moments, handed in again for the same procedure; `soon` says of two
/// moments whether the second comes after the first and not too late. Owners are compared here and not by the database: most
/// have handed in nothing else, which their numbers and phones tell without a look at any dossier.
pub fn handed_in_again(
    c: &mut Conn<'_>,
    refused: &HashMap<DossierId, DateTime<Utc>>,
    soon: impl Fn(DateTime<Utc>, DateTime<Utc>) -> bool,
) -> Outcome<AgainBy> {
    let owners = owners(c, &refused.keys().copied().collect::<Vec<_>>())?;
    let others = others(c, &owners)?;
    let kin = Kin::of(c, &others)?;
    let first = |(id, owner): (&DossierId, &Owner)| {
        let (at, procedure) = (*refused.get(id)?, kin.handed_in.get(id)?.procedure);
        let is_it = |(_, other): &&(DateTime<Utc>, DossierId)| {
            other != id
                && kin.handed_in.get(other).is_some_and(|one| one.procedure == procedure)
                && others.get(other).is_some_and(|other| owner.is(other))
        };
        let after = |those: &&[(DateTime<Utc>, DossierId)]| {
            let those = &those[those.partition_point(|(submitted, _)| *submitted <= at)..];
            those.iter().take_while(|(submitted, _)| soon(at, *submitted)).find(is_it).copied()
        };
        let again = kin.of_owner(owner).iter().filter_map(after).min()?;
        Some((*id, again))
    };
    Ok(owners.iter().filter_map(first).collect())
}

type Owners = HashMap<DossierId, Owner>;
type OwnerRow = (DossierId, (Option<String>, Option<String>, String));

/// Particulars with this condition, for as many values as there are.
macro_rules! owners_where {
    ($c:expr, $found:expr, $values:expr, |$some:ident| $condition:expr) => {
        for $some in $values.chunks(CHUNK) {
            use dossier_particulars as p;
            let rows: Vec<OwnerRow> = both!($c, |c| p::table
                .filter($condition)
                .select((p::dossier_id, (p::id_number, p::phone, p::folded_name)))
                .load(c))?;
            $found.extend(rows.into_iter().map(|(dossier, (id_number, phone, folded_name))| {
                (dossier, Owner { id_number, phone, folded_name })
            }));
        }
    };
}

fn owners(c: &mut Conn<'_>, dossiers: &[DossierId]) -> Outcome<Owners> {
    let mut found = Owners::new();
    owners_where!(c, found, dossiers, |some| p::dossier_id.eq_any(some));
    Ok(found)
}

/// Whoever shares the number with one of these, or the phone where one of both has no number; these among them.
fn others(c: &mut Conn<'_>, owners: &Owners) -> Outcome<Owners> {
    let known = |of: fn(&Owner) -> Option<&String>| -> Vec<&String> {
        owners.values().filter_map(of).collect::<HashSet<_>>().into_iter().collect()
    };
    let numbers = known(|owner| owner.id_number.as_ref());
    let phones = known(|owner| owner.phone.as_ref());
    let phones_alone = known(|owner| owner.phone.as_ref().filter(|_| owner.id_number.is_none()));
    let mut found = Owners::new();
    owners_where!(c, found, numbers, |some| p::id_number.eq_any(some.iter().copied()));
    owners_where!(c, found, phones, |some| p::phone.eq_any(some.iter().copied()).and(p::id_number.is_null()));
    owners_where!(c, found, phones_alone, |some| p::phone.eq_any(some.iter().copied()));
    Ok(found)
}

/// Dossiers of those who share a number or a phone with another.
struct Kin<'a> {
    by_number: HashMap<&'a str, Vec<(DateTime<Utc>, DossierId)>>,
    by_phone: HashMap<&'a str, Vec<(DateTime<Utc>, DossierId)>>,
    handed_in: HashMap<DossierId, HandedIn>,
}

struct HandedIn {
    procedure: ProcedureId,
    at: DateTime<Utc>,
}

impl<'a> Kin<'a> {
    fn of(c: &mut Conn<'_>, others: &'a Owners) -> Outcome<Self> {
        let by_number = shared(others, |owner| owner.id_number.as_deref());
        let by_phone = shared(others, |owner| owner.phone.as_deref());
        let sharing: HashSet<DossierId> =
            by_number.values().chain(by_phone.values()).flatten().copied().collect();
        let handed_in = handed_in(c, &sharing.into_iter().collect::<Vec<_>>())?;
        let in_order = |by: HashMap<&'a str, Vec<DossierId>>| {
            let dated = |id: DossierId| Some((handed_in.get(&id)?.at, id));
            let sorted = |ids: Vec<DossierId>| {
                let mut dated: Vec<_> = ids.into_iter().filter_map(dated).collect();
                dated.sort_unstable();
                dated
            };
            by.into_iter().map(|(key, ids)| (key, sorted(ids))).collect()
        };
        Ok(Self { by_number: in_order(by_number), by_phone: in_order(by_phone), handed_in })
    }

    /// What may be of this owner, in the order in which it was handed in: by number, and by phone.
    fn of_owner(&self, owner: &Owner) -> [&[(DateTime<Utc>, DossierId)]; 2] {
        let found = [(&self.by_number, &owner.id_number), (&self.by_phone, &owner.phone)];
        found.map(|(by, key)| key.as_deref().and_then(|key| by.get(key)).map_or(&[][..], Vec::as_slice))
    }
}

/// Dossiers by what their owners are known by, where several have it.
fn shared(owners: &Owners, by: fn(&Owner) -> Option<&str>) -> HashMap<&str, Vec<DossierId>> {
    let mut found: HashMap<&str, Vec<DossierId>> = HashMap::new();
    for (id, owner) in owners {
        if let Some(key) = by(owner) {
            found.entry(key).or_default().push(*id);
        }
    }
    found.retain(|_, ids| ids.len() > 1);
    found
}

/// For which procedure these were handed in, and when.
fn handed_in(c: &mut Conn<'_>, ids: &[DossierId]) -> Outcome<HashMap<DossierId, HandedIn>> {
    let mut found = HashMap::new();
    for some in ids.chunks(CHUNK) {
        let rows: Vec<(DossierId, ProcedureId, Moment)> = both!(c, |c| dossiers::table
            .filter(dossiers::id.eq_any(some))
            .select((dossiers::id, dossiers::procedure_id, dossiers::submitted_at))
            .load(c))?;
        found.extend(rows.into_iter().map(|(id, procedure, at)| (id, HandedIn { procedure, at: at.0 })));
    }
    Ok(found)
}

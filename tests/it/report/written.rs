//! Random lives in a real database, written the way the service writes them.

use crate::lives::naive::Counted;
use crate::lives::random::plans;
use crate::lives::{Ids, Told, World, tell};
use crate::support::database::TestDatabase;
use crate::support::ground::{Ground, at};
use motcua::account::{NewOfficer, create_officer};
use motcua::domain::event::{Event, Fact};
use motcua::domain::ids::{DossierId, Id};
use motcua::domain::local_time::day_of;
use motcua::domain::role::Role;
use motcua::dossier::{self, Life, Stamp};
use motcua::reference::Reference;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::sync::Arc;

pub const OFFICERS: [&str; 3] = ["an", "binh", "chi"];
/// Long after the lives.
pub const TODAY: &str = "2026-01-05";

pub struct Written {
    pub ground: Ground,
    pub reference: Arc<Reference>,
    pub ids: Ids,
    pub lives: Vec<Counted>,
    /// Their keys, in the same order.
    pub keys: Vec<DossierId>,
    /// The events of each, as they were entered.
    pub told: Vec<Vec<Event>>,
}

/// So many lives: what came before a correction in bulk, the rest act by act, as it happens at a counter.
pub fn written(db: &TestDatabase, count: usize) -> Written {
    let ground = Ground::at(db, &format!("{TODAY} 08:00"));
    let reference = ground.reference();
    let mut world = World::new();
    world.ids = ids(&ground, &reference);
    let rules = reference.rule_sets().first().unwrap().code.clone();
    (world.restart.code, world.resume.code) = (rules.clone(), rules);
    let mut runner = TestRunner::deterministic();
    let lives = (0..count).filter_map(|_| {
        let plan = plans().new_tree(&mut runner).unwrap().current();
        tell(&world, "to be numbered", &plan)
    });
    let lives: Vec<(DossierId, Told)> =
        lives.map(|told| (Id::at(told.events[0].occurred_at), told)).collect();
    for lives in lives.chunks(40) {
        write(&ground, &reference, lives);
    }
    let (mut counted, mut told) = (Vec::new(), Vec::new());
    for id in lives.iter().map(|(id, _)| *id) {
        let events = ground.write(move |tx| dossier::events(tx, id));
        counted.push(Counted::of(&events));
        told.push(events);
    }
    let keys = lives.iter().map(|(id, _)| *id).collect();
    Written { ground, reference, ids: world.ids, lives: counted, keys, told }
}

pub fn ids(ground: &Ground, reference: &Reference) -> Ids {
    let branches: Vec<_> = reference.branches().iter().take(3).map(|branch| branch.id).collect();
    let mut procedures: Vec<_> = reference.procedures().iter().collect();
    // Two and two of one sector, if the catalogue has them so.
    procedures.sort_by_key(|procedure| procedure.sector_id);
    let procedures = procedures.into_iter().take(4);
    let procedures = procedures.map(|p| (p.id, p.versions[0].id, p.sector_id)).collect();
    let branch = branches[0];
    let officers = OFFICERS.map(|username| {
        let officer = move || NewOfficer {
            username: username.into(),
            full_name: format!("Cán bộ {username}"),
            title: None,
            role: Role::Handler,
            branch: Some(branch),
            email: None,
            password_hash: "-".into(),
        };
        ground.write(move |tx| create_officer(tx, at("2024-12-01 08:00"), officer()))
    });
    Ids { branches, procedures, officers: officers.to_vec() }
}

pub fn stamp(event: &Event) -> Stamp {
    Stamp { occurred_at: event.occurred_at, recorded_at: event.recorded_at, officer: event.officer }
}

fn write(ground: &Ground, reference: &Arc<Reference>, lives: &[(DossierId, Told)]) {
    let is_correction = |event: &Event| matches!(event.fact, Fact::Corrected { .. });
    let split = |events: &[Event]| events.iter().position(is_correction).unwrap_or(events.len());
    let bulk: Vec<(DossierId, Vec<Event>)> =
        lives.iter().map(|(id, told)| (*id, told.events[..split(&told.events)].to_vec())).collect();
    let known = Arc::clone(reference);
    ground.write(move |tx| {
        let mut begun = Vec::new();
        for (id, events) in &bulk {
            let Fact::Registered(registration) = &events[0].fact else { panic!("no beginning") };
            let mut registration = (**registration).clone();
            let agency = &known.branch_by_id(registration.branch).unwrap().agency_identifier;
            registration.code = dossier::next_code(tx, agency, day_of(events[0].occurred_at))?;
            let mut life = Life::begin(*id, registration, format!("{id}"), stamp(&events[0]))?;
            for event in &events[1..] {
                life.add(event.fact.clone(), stamp(event))?;
            }
            begun.push(life);
        }
        Life::save_all(begun, tx)
    });
    for (id, told) in lives {
        for event in told.events[split(&told.events)..].iter().cloned() {
            let (id, known) = (*id, Arc::clone(reference));
            ground.write(move |tx| {
                let mut life = Life::load_by_id(tx, id)?;
                match &event.fact {
                    Fact::Corrected { field, new, reason, .. } => {
                        life.correct(tx, &known, (*field, new.clone(), reason.clone()), stamp(&event))?;
                    }
                    fact => life.add(fact.clone(), stamp(&event))?,
                }
                life.save(tx)
            });
        }
    }
}

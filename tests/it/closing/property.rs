//! Closed + adjustments = now, to the last integer, for random lives with corrections and late entries, cut in two
//! at the moment of the closing.

use crate::lives::random::plans;
use crate::lives::{Told, World, tell};
use crate::report::written::{ids, stamp};
use crate::support::ground::{Ground, at};
use crate::support::house::{Person, TestHouse};
use motcua::account;
use motcua::domain::event::{Event, Fact};
use motcua::domain::ids::{DossierId, Id};
use motcua::domain::local_time::day_of;
use motcua::domain::role::Role;
use motcua::dossier::{self, Life, each_entered_afterwards};
use motcua::http::{self, House};
use motcua::reference::Reference;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const CLOSED_AT: &str = "2025-02-20 09:00";

/// Writes these events of a life, each in a transaction of its own.
fn write(ground: &Ground, reference: &Arc<Reference>, id: DossierId, events: &[Event]) {
    for event in events.iter().cloned() {
        let known = Arc::clone(reference);
        ground.write(move |tx| {
            if let Fact::Registered(registration) = &event.fact {
                let mut registration = (**registration).clone();
                let agency = &known.branch_by_id(registration.branch).unwrap().agency_identifier;
                registration.code = dossier::next_code(tx, agency, day_of(event.occurred_at))?;
                return Life::begin(id, registration, format!("{id}"), stamp(&event))?.save(tx);
            }
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

/// Lives whose events were entered in their order, as in a real database.
fn lives(ground: &Ground, reference: &Reference, count: usize) -> Vec<(DossierId, Told)> {
    let mut world = World::new();
    world.ids = ids(ground, reference);
    let rules = reference.rule_sets().first().unwrap().code.clone();
    (world.restart.code, world.resume.code) = (rules.clone(), rules);
    let mut runner = TestRunner::deterministic();
    let mut lives = Vec::new();
    while lives.len() < count {
        let plan = plans().new_tree(&mut runner).unwrap().current();
        let Some(told) = tell(&world, "to be numbered", &plan) else { continue };
        if told.events.is_sorted_by_key(|event| event.recorded_at) {
            lives.push((Id::at(told.events[0].occurred_at), told));
        }
    }
    lives
}

fn questions() -> Vec<Value> {
    let mut all = Vec::new();
    for (from, to, as_of) in [
        ("2024-12-15", "2025-03-14", Some("2025-02-19")),
        ("2025-01-01", "2025-01-31", None),
        ("2025-01-06", "2025-01-10", Some("2025-02-10")),
        ("2025-02-01", "2025-02-19", None),
        ("2024-11-01", "2024-12-31", None),
        ("2025-02-19", "2025-02-19", None),
    ] {
        for report in ["rates", "ii06a", "unit"] {
            for branch in [None, Some(0)] {
                all.push(json!({"from": from, "to": to, "as_of": as_of, "report": report, "branch": branch}));
            }
        }
    }
    all
}

type Counts = BTreeMap<(String, String), i64>;

fn counts(changes: &Value) -> Counts {
    let of = |change: &Value| {
        let key = (change["row"].to_string(), change["figure"].as_str().unwrap().to_owned());
        change["difference"].as_i64().map(|difference| (key, difference))
    };
    changes.as_array().unwrap().iter().filter_map(of).collect()
}

async fn held(office: &Person, closing: &Value) -> (usize, usize) {
    let id = closing["id"].as_str().unwrap();
    assert_eq!(&office.get(&format!("/closings/{id}")).await.expect(200).body, closing, "it has changed");
    let told = office.get(&format!("/closings/{id}/adjustments")).await.expect(200).body;
    assert_eq!(told["unexplained"], json!([]), "{closing:#}");
    // Every figure: what it was, and what each dossier adds.
    let mut sums = Counts::new();
    for cause in told["causes"].as_array().unwrap() {
        assert!(!cause["events"].as_array().unwrap().is_empty(), "{cause}");
        for ((row, figure), difference) in counts(&cause["changes"]) {
            *sums.entry((row, figure.clone())).or_default() += difference;
            *sums.entry(("{}".to_owned(), figure)).or_default() += difference;
        }
    }
    sums.retain(|_, sum| *sum != 0);
    for change in told["changes"].as_array().unwrap() {
        if let Some(difference) = change["difference"].as_i64() {
            let sum = change["closed"].as_i64().unwrap() + difference;
            assert_eq!(sum, change["now"].as_i64().unwrap(), "{change}");
        }
    }
    let changed = counts(&told["changes"]);
    // Why they were late stands in letters; how many were is what dossiers add up to.
    let additive = |figure: &str| match figure.split_once('.') {
        Some(("causes", of)) => of == "late",
        _ => !figure.starts_with('r') || !figure.contains("ator"),
    };
    let changed: Counts = changed.into_iter().filter(|((_, figure), _)| additive(figure)).collect();
    for key in changed.keys().chain(sums.keys()) {
        assert_eq!(changed.get(key), sums.get(key), "{key:?} of {closing:#}");
    }
    (told["changes"].as_array().unwrap().len(), told["causes"].as_array().unwrap().len())
}

on_both! {
    async fn closed_figures_and_their_adjustments_are_the_figures_of_today(db: TestDatabase) {
        let ground = Ground::at(&db, CLOSED_AT);
        let reference = ground.reference();
        let lives = lives(&ground, &reference, 120);
        let cut = at(CLOSED_AT);
        let place = |told: &Told| told.events.partition_point(|event| event.recorded_at <= cut);
        for (id, told) in &lives {
            write(&ground, &reference, *id, &told.events[..place(told)]);
        }
        let house = House::new(ground.db.clone(), ground.clock.clone(), ground.references.clone(), http::Settings::default());
        let house = TestHouse::over(db, house, account::Settings::default()).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let mut closings = Vec::new();
        for mut question in questions() {
            if let Some(branch) = question.as_object_mut().unwrap().remove("branch").and_then(|n| n.as_u64()) {
                let branch = usize::try_from(branch).unwrap();
                question["branch_code"] = json!(reference.branches()[branch].code);
            }
            let closing = office.post("/closings", question.clone()).await.expect(201).body;
            let again = office.get(&format!("/closings/{}", closing["id"].as_str().unwrap())).await.expect(200).body;
            assert_eq!(again, closing);
            office.post("/closings", question).await.expect_problem(409, "already-closed");
            closings.push(closing);
        }
        for closing in &closings {
            assert_eq!(held(&office, closing).await, (0, 0), "nothing has happened since");
        }
        for (id, told) in &lives {
            write(&ground, &reference, *id, &told.events[place(told)..]);
        }
        house.it_is("2025-07-01 09:00");
        let office = house.sign_in(&office.username).await;
        // However few entries are read at once, each dossier is told once and with all of its own.
        let branches: Vec<_> = reference.branches().iter().map(|branch| branch.id).collect();
        let walked = |at_once: i64| {
            let walk = ground.db.read_blocking(|c| {
                let mut told = Vec::new();
                let walk = each_entered_afterwards(c, &branches, cut, &BTreeMap::new(), at_once, |one| {
                    told.push((one.code, one.entered));
                    Ok(())
                });
                walk.map(|()| told)
            });
            walk.unwrap()
        };
        let whole = walked(100_000);
        assert!(whole.len() > 20 && whole.iter().any(|(_, entered)| entered.len() > 1), "too few late entries: {whole:?}");
        for at_once in [1, 2, 7, 50] {
            assert_eq!(walked(at_once), whole, "{at_once} at once");
        }
        let (mut changes, mut causes) = (0, 0);
        for closing in &closings {
            let (changed, caused) = held(&office, closing).await;
            changes += changed;
            causes += caused;
        }
        assert!(changes > 100 && causes > 50, "too little has changed to show anything: {changes}, {causes}");
    }
}

//! The early warning by step: what dossiers still took from when they first came to a step, and who is judged by that.

use super::{SHORT, TODAY, house, warnings, with};
use crate::report::written::written;
use crate::support::ground::{Ground, applicant, intake};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use motcua::both;
use motcua::db::schema::{process_steps, recent_durations, recent_step_durations};
use motcua::domain::calendar::OfficeHours;
use motcua::domain::catalogue::SupplementMode;
use motcua::domain::decide::Command;
use motcua::domain::event::{CorrectableField, Event, Fact, ResultKind};
use motcua::domain::ids::{ProcedureId, VersionId};
use motcua::domain::local_time::day_of;
use motcua::domain::role::Role;
use motcua::reference::{Reference, change};
use motcua::warning::measure;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) const STEP: &str = "tham-dinh";

/// Gives versions an internal process of two steps.
fn give_steps(ground: &Ground, versions: Vec<VersionId>) {
    ground.write(move |tx| {
        change(tx, &OfficeHours::default(), |tx, _| {
            for version in &versions {
                for (ordinal, code, name) in [(1, STEP, "Thẩm định"), (2, "trinh-ky", "Trình ký")] {
                    both!(tx, |c| diesel::insert_into(process_steps::table)
                        .values((
                            process_steps::version_id.eq(*version),
                            process_steps::code.eq(code),
                            process_steps::ordinal.eq(ordinal),
                            process_steps::name.eq(name),
                            process_steps::share_percent.eq(50),
                        ))
                        .execute(c)?);
                }
            }
            Ok(())
        })
    });
}

pub(crate) fn with_steps(ground: &Ground) {
    let short =
        ground.reference().procedure(SHORT).unwrap().versions.iter().map(|version| version.id).collect();
    give_steps(ground, short);
}

pub(crate) fn to_step(ground: &Ground, code: &str, step: &str) {
    let forward = Command::Forward { to_officer: None, to_step: Some(step.into()), note: None };
    ground.act(code, forward).unwrap();
}

/// Taken in since November: so many working days at the counter, and so many in the step.
pub(crate) fn past_through_step(ground: &Ground, taken: &[(u32, u32)]) {
    let reference = ground.reference();
    let later = |day, days| (0..days).fold(day, |day, _| reference.calendar.next_working_day(day).unwrap());
    let mut day: NaiveDate = "2025-11-03".parse().unwrap();
    for (at_counter, in_step) in taken {
        ground.clock_to(&format!("{day} 08:30"));
        let code = ground.take_in("TS", intake(SHORT, applicant("Nguyễn Thị Một")));
        let came = later(day, *at_counter);
        ground.clock_to(&format!("{came} 10:00"));
        to_step(ground, &code, STEP);
        ground.clock_to(&format!("{} 15:00", later(came, *in_step)));
        let done = Command::Resolve { outcome: ResultKind::Granted, document_number: None, reason: None };
        ground.act(&code, done).unwrap();
        day = later(day, 1);
    }
}

/// All of these took four working days or more, of three; but from the step at most three.
pub(crate) const SLOW_AT_THE_COUNTER: [(u32, u32); 40] = {
    let mut taken = [(3, 1); 40];
    let mut n = 0;
    while n < 40 {
        taken[n].1 = [1, 1, 2, 3][n % 4];
        n += 1;
    }
    taken
};

fn bucket(ground: &Ground, limit: &'static str, days: i32, cases: i64) {
    let procedure = ground.reference().procedure(SHORT).unwrap().id;
    ground.write(move |tx| {
        both!(tx, |c| diesel::insert_into(recent_step_durations::table)
            .values((
                recent_step_durations::procedure_id.eq(procedure),
                recent_step_durations::step.eq(STEP),
                recent_step_durations::time_limit.eq(limit),
                recent_step_durations::working_days.eq(days),
                recent_step_durations::cases.eq(cases),
            ))
            .execute(c)?);
        Ok(())
    });
}

/// What one life says, told from its events by counting days one by one.
struct Naive {
    key: (ProcedureId, String),
    ended: NaiveDate,
    whole: i32,
    /// By step.
    from: BTreeMap<String, i32>,
}

fn naive(reference: &Reference, events: &[Event]) -> Option<Naive> {
    let corrected = |wanted: CorrectableField| {
        let mut moments = events.iter().rev().filter_map(|event| match &event.fact {
            Fact::Corrected { field, new, .. } if *field == wanted => {
                Some(new.parse::<DateTime<Utc>>().unwrap())
            }
            _ => None,
        });
        moments.next()
    };
    let Fact::Registered(registration) = &events[0].fact else { panic!("no beginning") };
    let (mut started, mut waits_since, mut waits, mut came, mut ended) =
        (None, None, Vec::new(), BTreeMap::new(), None);
    for event in events {
        let at = event.occurred_at;
        match &event.fact {
            Fact::Received { .. } => started = Some(corrected(CorrectableField::ReceivedAt).unwrap_or(at)),
            Fact::SupplementRequested { .. } | Fact::PaymentRequested { .. } => waits_since = Some(at),
            Fact::Supplied { mode: SupplementMode::Restart, .. } => {
                started = Some(at);
                waits.clear();
            }
            Fact::Supplied { .. } | Fact::Paid { .. } => waits.push((waits_since.unwrap(), at)),
            Fact::Forwarded { to_step: Some(step), .. } => {
                came.entry(step.clone()).or_insert(at);
            }
            Fact::Resolved { .. } => {
                ended = Some(day_of(corrected(CorrectableField::ResolvedAt).unwrap_or(at)))
            }
            _ => {}
        }
    }
    let (started, ended) = (started?, ended?);
    let from = |since: DateTime<Utc>| {
        let waited = |day: NaiveDate| {
            waits.iter().any(|(from, to)| day_of(*from).max(day_of(since)) < day && day <= day_of(*to))
        };
        let days = day_of(since).iter_days().skip(1).take_while(|day| *day <= ended);
        let counted =
            days.filter(|day| reference.calendar.is_working(*day).unwrap() && !waited(*day)).count();
        i32::try_from(counted).unwrap()
    };
    let steps = came.iter().map(|(step, at)| (step.clone(), from(started.max(*at)))).collect();
    let key = (registration.procedure, registration.time_limit.to_string());
    Some(Naive { key, ended, whole: from(started), from: steps })
}

type Whole = BTreeMap<(ProcedureId, String, i32), i64>;
type FromSteps = BTreeMap<(ProcedureId, String, String, i32), i64>;

fn stored(ground: &Ground) -> (Whole, FromSteps) {
    ground.write(|c| {
        let whole: Vec<(ProcedureId, String, i32, i64)> = both!(c, |c| recent_durations::table.load(c)?);
        let steps: Vec<(ProcedureId, String, String, i32, i64)> =
            both!(c, |c| recent_step_durations::table.load(c)?);
        Ok((
            whole
                .into_iter()
                .map(|(procedure, limit, days, cases)| ((procedure, limit, days), cases))
                .collect(),
            steps
                .into_iter()
                .map(|(procedure, step, limit, days, cases)| ((procedure, step, limit, days), cases))
                .collect(),
        ))
    })
}

fn found<'a>(all: &'a [Value], code: &str) -> &'a Value {
    all.iter().find(|one| one["dossier_code"] == code).unwrap_or_else(|| panic!("{code} in {all:#?}"))
}

on_both! {
    async fn what_is_counted_from_each_step_is_what_a_naive_walk_of_random_lives_counts(db: TestDatabase) {
        let written = written(&db, 250);
        let ground = &written.ground;
        give_steps(ground, written.ids.procedures.iter().map(|(_, version, _)| *version).collect());
        let reference = ground.reference();
        ground.clock_to("2025-05-05 09:00");
        let today = day_of(ground.clock.now());
        let mut from_steps = 0;
        for (months, since) in [(12, "2024-05-05"), (2, "2025-03-05")] {
            assert!(measure(&with(ground, months)).unwrap().is_some());
            let since: NaiveDate = since.parse().unwrap();
            let (mut whole, mut steps) = (Whole::new(), FromSteps::new());
            for life in written.told.iter().filter_map(|events| naive(&reference, events)) {
                if life.ended < since || life.ended >= today {
                    continue;
                }
                let (procedure, limit) = life.key;
                *whole.entry((procedure, limit.clone(), life.whole)).or_default() += 1;
                for (step, days) in life.from {
                    from_steps += 1;
                    *steps.entry((procedure, step, limit.clone(), days)).or_default() += 1;
                }
            }
            assert_eq!(stored(ground), (whole, steps));
        }
        assert!(from_steps > 20, "only {from_steps} ways from a step");
    }

    async fn a_dossier_in_a_step_is_judged_by_what_others_took_from_there_and_any_other_by_the_whole_procedure(db: TestDatabase) {
        let ground = Ground::at(&db, TODAY);
        with_steps(&ground);
        past_through_step(&ground, &SLOW_AT_THE_COUNTER);
        ground.clock_to(TODAY);
        measure(&with(&ground, 6)).unwrap();
        let at_counter = ground.take_in("TS", intake(SHORT, applicant("Trần Văn Hai")));
        let in_step = ground.take_in("TS", intake(SHORT, applicant("Lê Thị Ba")));
        to_step(&ground, &in_step, STEP);
        let house = house(&ground, db).await;
        house.it_is("2026-03-12 16:00");
        let office = house.sign_in_as(Role::Office, None).await;
        let all = warnings(&office, "").await;
        let (at_counter, in_step) = (found(&all, &at_counter), found(&all, &in_step));
        assert_eq!((&at_counter["warnings"], &in_step["warnings"]), (&json!(["due_soon", "likely_late"]), &json!(["due_soon"])));
        assert_eq!(at_counter["estimate"], json!({
            "basis": "procedure_and_limit", "step": null, "cases": 40, "p50": 4, "p80": 6, "p90": 6,
            "expected_on": "2026-03-16", "expected_by_p80": "2026-03-18", "expected_by_p90": "2026-03-18",
            "late": {"numerator": 40, "denominator": 40, "percent": "100.00"},
        }));
        // Half of those that stayed for two days or longer left the step on the second.
        assert_eq!(in_step["estimate"], json!({
            "basis": "step_and_limit",
            "step": {"code": STEP, "name": "Thẩm định", "since": "2026-03-10", "elapsed_working_days": 2},
            "cases": 40, "p50": 1, "p80": 3, "p90": 3,
            "expected_on": "2026-03-12", "expected_by_p80": "2026-03-13", "expected_by_p90": "2026-03-13",
            "late": {"numerator": 0, "denominator": 20, "percent": "0.00"},
        }));
        let listed = office.get("/warnings/durations").await.expect(200).body;
        assert_eq!(listed["items"][0]["steps"], json!([{"step": STEP, "name": "Thẩm định", "cases": 40, "p50": 1, "p80": 3, "p90": 3}]));
    }

    async fn a_step_with_too_few_cases_says_nothing_and_one_with_enough_of_any_limit_says_so(db: TestDatabase) {
        let ground = Ground::at(&db, TODAY);
        with_steps(&ground);
        let code = ground.take_in("TS", intake(SHORT, applicant("Trần Văn Hai")));
        to_step(&ground, &code, STEP);
        bucket(&ground, "5wd", 7, 19);
        let house = house(&ground, db).await;
        house.it_is("2026-03-12 16:00");
        let office = house.sign_in_as(Role::Office, None).await;
        assert_eq!(found(&warnings(&office, "").await, &code)["estimate"], Value::Null);
        bucket(&ground, "3wd", 4, 1);
        let all = warnings(&office, "").await;
        let estimate = &found(&all, &code)["estimate"];
        assert_eq!((&estimate["basis"], &estimate["cases"], &estimate["step"]["code"]), (&json!("step"), &json!(20), &json!(STEP)));
        assert_eq!(estimate["late"], json!({"numerator": 20, "denominator": 20, "percent": "100.00"}));
    }

    async fn a_dossier_that_is_sent_back_and_comes_again_counts_from_the_first_time(db: TestDatabase) {
        let ground = Ground::at(&db, TODAY);
        with_steps(&ground);
        bucket(&ground, "3wd", 2, 20);
        let code = ground.take_in("TS", intake(SHORT, applicant("Trần Văn Hai")));
        to_step(&ground, &code, STEP);
        ground.clock_to("2026-03-11 09:00");
        to_step(&ground, &code, "trinh-ky");
        let house = house(&ground, db).await;
        house.it_is("2026-03-12 08:00");
        let office = house.sign_in_as(Role::Office, None).await;
        assert_eq!(found(&warnings(&office, "").await, &code)["estimate"], Value::Null, "nothing is known of this step");
        ground.clock_to("2026-03-12 08:05");
        to_step(&ground, &code, STEP);
        let all = warnings(&office, "").await;
        let step = &found(&all, &code)["estimate"]["step"];
        assert_eq!((&step["since"], &step["elapsed_working_days"]), (&json!("2026-03-10"), &json!(2)));
    }
}

//! Many letters approved with one act: each as by itself, in the version that was seen, once, whatever is killed meanwhile.

use crate::apology::{DAY_BEFORE, Office};
use crate::support::database::fresh;
use crate::support::ground::applicant;
use crate::support::house::{Answer, Person, TestHouse, letters};
use diesel::prelude::*;
use motcua::apology::audit_letters;
use motcua::approvals::{self, MOST, Signatory};
use motcua::both;
use motcua::config::Config;
use motcua::db::Conn;
use motcua::db::schema::{documents, jobs, officers};
use motcua::domain::people::Applicant;
use motcua::domain::role::Role;
use motcua::jobs::{Bell, Handlers, Settings, Worker};
use motcua::report::verify::verify;
use serde_json::{Value, json};
use std::sync::Arc;

/// What the service does by itself, done now: so many attempts.
pub async fn work(house: &TestHouse) -> usize {
    let signatory = Signatory {
        db: house.house.db.clone(),
        clock: house.house.clock.clone(),
        references: house.house.references.clone(),
        letters: Arc::new(letters(&Config::load(None, []).unwrap())),
    };
    let handlers = approvals::jobs(Handlers::new(), &signatory);
    let (db, clock) = (signatory.db.clone(), signatory.clock.clone());
    Worker::new(db, clock, handlers, Settings::default(), Bell::default()).run_due().await.unwrap()
}

/// Drafts of TS with a cause and a date, on the day before the due date, as they are listed.
pub async fn drafts(office: &Office, people: Vec<Applicant>) -> Vec<Value> {
    let count = people.len();
    for person in people {
        office.take_in_person(person).await;
    }
    office.house.it_is(DAY_BEFORE);
    office.work().await;
    let listed = async || -> Vec<Value> {
        let answer = office.head.get("/apologies?status=draft&limit=200").await.expect(200);
        answer.body["items"].as_array().unwrap().clone()
    };
    for draft in listed().await {
        let change = json!({"cause": "field_verification", "new_due_on": "2026-03-20"});
        let path = format!("/apologies/{}", draft["id"].as_str().unwrap());
        office.head.patch(&path, draft["version"].as_u64().unwrap(), change).await.expect(200);
    }
    let mut drafts = listed().await;
    assert_eq!(drafts.len(), count);
    // Made within one second, their keys have no order.
    drafts.sort_by_key(|draft| draft["dossier_code"].as_str().map(str::to_owned));
    drafts
}

fn people(count: usize) -> Vec<Applicant> {
    (1..=count).map(|n| applicant(&format!("Người Thứ {n:03}"))).collect()
}

fn seen(drafts: &[Value]) -> Value {
    let letters: Vec<Value> =
        drafts.iter().map(|draft| json!({"id": draft["id"], "version": draft["version"]})).collect();
    json!({ "letters": letters })
}

async fn order(head: &Person, drafts: &[Value]) -> Answer {
    head.post("/approval-orders", seen(drafts)).await.expect(202)
}

fn at(order: &Answer) -> String {
    format!("/approval-orders/{}", order.body["id"].as_str().unwrap())
}

async fn results(person: &Person, order: &Answer) -> Vec<Value> {
    let answer = person.get(&format!("{}/letters?limit=200", at(order))).await.expect(200);
    answer.body["items"].as_array().unwrap().clone()
}

async fn letter(person: &Person, draft: &Value) -> Answer {
    person.get(&format!("/apologies/{}", draft["id"].as_str().unwrap())).await.expect(200)
}

/// What an approval leaves of a letter, whoever gave it and on whatever database.
fn left(letter: &Answer) -> Value {
    let body = &letter.body;
    json!([
        body["dossier_code"],
        body["status"],
        body["number"],
        body["timeliness"],
        body["letter"],
        body["recipient_email"],
        body["mail_state"],
        body["new_due_on"],
        body["version"],
        body["approved_by"]["name"],
        body["missing"],
    ])
}

/// Jobs that wait to mail a letter, and letters that were printed.
async fn mails_and_papers(house: &TestHouse) -> (i64, i64) {
    house
        .read(|c| {
            Ok(both!(c, |c| (
                jobs::table.filter(jobs::kind.eq("send_apology")).count().get_result::<i64>(c)?,
                documents::table.count().get_result::<i64>(c)?,
            )))
        })
        .await
}

on_both! {
    async fn an_order_comes_to_what_approving_one_by_one_comes_to(db: TestDatabase) {
        let Some(twin) = fresh(db.kind) else { return };
        let (ours, theirs) = (Office::open(db).await, Office::open(twin).await);
        let people = || {
            let mut people = people(6);
            people[1].email = None;
            people[4].email = None;
            people
        };
        let (drafts, twins) = (drafts(&ours, people()).await, drafts(&theirs, people()).await);
        for draft in &twins {
            theirs.approve(&letter(&theirs.head, draft).await).await.expect(200);
        }
        let ordered = order(&ours.head, &drafts).await;
        assert_eq!(ordered.header("location"), Some(format!("/api/v1{}", at(&ordered)).as_str()));
        assert_eq!((&ordered.body["state"], &ordered.body["total"], &ordered.body["done"]), (&json!("working"), &json!(6), &json!(0)));
        assert_eq!(work(&ours.house).await, 1);
        let done = ours.head.get(&at(&ordered)).await.expect(200).body;
        assert_eq!((&done["state"], &done["done"], &done["approved"], &done["refused"]), (&json!("done"), &json!(6), &json!(6), &json!(0)));
        for ((draft, twin), result) in drafts.iter().zip(&twins).zip(results(&ours.head, &ordered).await) {
            let (our, their) = (letter(&ours.head, draft).await, letter(&theirs.head, twin).await);
            assert_eq!(left(&our), left(&their));
            assert_eq!(result["number"], our.body["number"]);
            assert_eq!(result["by_mail"], our.body["recipient_email"].is_string());
            assert_eq!((&result["outcome"], &result["fault"]), (&json!("approved"), &Value::Null));
        }
        assert_eq!(mails_and_papers(&ours.house).await, mails_and_papers(&theirs.house).await);
        let ground = ours.house.house.db.clone();
        let found = tokio::task::spawn_blocking(move || {
            ground.write_blocking(|tx| {
                assert_eq!(verify(tx, &mut |_, _| {})?.shown, []);
                let audited = audit_letters(tx)?;
                Ok::<_, motcua::failure::Failure>(audited.letters.len() + audited.numbers.len())
            })
        });
        assert_eq!(found.await.unwrap().unwrap(), 0, "numbers without gaps, letters as the events tell");
        assert_eq!(work(&ours.house).await, 0);
    }

    async fn what_cannot_be_approved_is_told_of_and_hinders_no_other(db: TestDatabase) {
        let office = Office::open(db).await;
        let drafts = drafts(&office, people(5)).await;
        let ordered = order(&office.head, &drafts).await;
        // After they were seen and before their turn: one is changed, one approved by itself, one resolved, one robbed of its cause.
        let path = |n: usize| format!("/apologies/{}", drafts[n]["id"].as_str().unwrap());
        let version = |n: usize| drafts[n]["version"].as_u64().unwrap();
        office.head.patch(&path(0), version(0), json!({"new_due_on": "2026-03-23"})).await.expect(200);
        office.approve(&letter(&office.head, &drafts[1]).await).await.expect(200);
        let code = drafts[2]["dossier_code"].as_str().unwrap();
        let dossier = office.head.get(&format!("/dossiers/{code}")).await.expect(200);
        office.head.act(&format!("/dossiers/{code}/result"), dossier.version(), json!({"outcome": "granted"})).await.expect(200);
        let robbed = format!("update apologies set cause = null, reason = null where version = {} and new_due_on = '2026-03-20' and dossier_id = (select id from dossiers where code = '{}')",
            version(3), drafts[3]["dossier_code"].as_str().unwrap());
        assert_eq!(office.house.write(move |tx| Ok(both!(tx, |c| diesel::sql_query(&robbed).execute(c)?))).await, 1);
        assert_eq!(work(&office.house).await, 1);
        let done = office.head.get(&at(&ordered)).await.expect(200).body;
        assert_eq!((&done["state"], &done["done"], &done["approved"], &done["refused"]), (&json!("done"), &json!(5), &json!(1), &json!(4)));
        let results = results(&office.head, &ordered).await;
        let faults: Vec<&str> = results.iter().map(|one| one["fault"].as_str().unwrap_or("approved")).collect();
        assert_eq!(faults, ["stale", "stale", "stale", "letter-incomplete", "approved"]);
        assert_ne!(results[3]["missing"], json!([]), "what it lacks is named");
        assert!(results[..4].iter().all(|one| !one["detail"].as_str().unwrap().is_empty()));
        let changed = letter(&office.head, &drafts[0]).await;
        assert_eq!((&changed.body["status"], &changed.body["new_due_on"]), (&json!("draft"), &json!("2026-03-23")));
        assert_eq!(letter(&office.head, &drafts[4]).await.body["number"], "02/PXL-CCTS", "no number is lost to those refused");
        let refused = office.head.get(&format!("{}/letters?outcome=refused&count=true", at(&ordered))).await.expect(200).body;
        assert_eq!(refused["count"], 4);
    }

    async fn what_fails_between_two_letters_leaves_the_first_approved_and_goes_on_behind_them(db: TestDatabase) {
        let office = Office::open(db).await;
        let drafts = drafts(&office, people(5)).await;
        let ordered = order(&office.head, &drafts).await;
        office.house.write(|tx| { plant(tx, true); Ok(()) }).await;
        assert_eq!(work(&office.house).await, 1);
        let halted = office.head.get(&at(&ordered)).await.expect(200).body;
        assert_eq!((&halted["state"], &halted["done"], &halted["approved"]), (&json!("working"), &json!(2), &json!(2)));
        assert_eq!(mails_and_papers(&office.house).await, (2, 2), "of the third nothing is there");
        assert_eq!(letter(&office.head, &drafts[2]).await.body["status"], "draft");
        office.house.write(|tx| { plant(tx, false); Ok(()) }).await;
        office.house.it_is("2026-03-12 10:00");
        assert_eq!(work(&office.house).await, 1);
        let done = office.head.get(&at(&ordered)).await.expect(200).body;
        assert_eq!((&done["state"], &done["approved"], &done["refused"]), (&json!("done"), &json!(5), &json!(0)));
        let numbers: Vec<Value> = results(&office.head, &ordered).await.iter().map(|one| one["number"].clone()).collect();
        assert_eq!(numbers, ["01/PXL-CCTS", "02/PXL-CCTS", "03/PXL-CCTS", "04/PXL-CCTS", "05/PXL-CCTS"]);
        assert_eq!(mails_and_papers(&office.house).await, (5, 5), "each once");
    }

    async fn one_that_is_stopped_keeps_what_was_approved_and_leaves_the_rest_as_drafts(db: TestDatabase) {
        let office = Office::open(db).await;
        let drafts = drafts(&office, people(4)).await;
        let ordered = order(&office.head, &drafts).await;
        office.head.post("/approval-orders", seen(&drafts[..1])).await.expect_problem(409, "approvals-at-work");
        office.house.write(|tx| { plant(tx, true); Ok(()) }).await;
        work(&office.house).await;
        office.house.write(|tx| { plant(tx, false); Ok(()) }).await;
        let stopped = office.head.delete(&at(&ordered)).await.expect(200).body;
        assert_eq!((&stopped["state"], &stopped["approved"]), (&json!("stopped"), &json!(2)));
        office.head.delete(&at(&ordered)).await.expect_problem(409, "approvals-ended");
        office.house.it_is("2026-03-12 10:00");
        assert_eq!((work(&office.house).await, work(&office.house).await), (1, 0), "the job sees it and ends");
        let statuses: Vec<Value> = results(&office.head, &ordered).await.iter().map(|one| one["outcome"].clone()).collect();
        assert_eq!(statuses, [json!("approved"), json!("approved"), Value::Null, Value::Null]);
        assert_eq!(letter(&office.head, &drafts[3]).await.body["status"], "draft");
        let rest = order(&office.head, &drafts).await;
        work(&office.house).await;
        let done = office.head.get(&at(&rest)).await.expect(200).body;
        assert_eq!((&done["approved"], &done["refused"]), (&json!(2), &json!(2)), "those approved before are told of");
    }

    async fn only_the_head_of_the_branch_orders_and_others_of_it_watch(db: TestDatabase) {
        let office = Office::open(db).await;
        let drafts = drafts(&office, people(1)).await;
        let house = &office.house;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let stranger = house.sign_in_as(Role::Head, Some("KL")).await;
        let all = house.sign_in_as(Role::Office, None).await;
        for nobody in [&counter, &all] {
            nobody.post("/approval-orders", seen(&drafts)).await.expect_problem(403, "head-only");
        }
        stranger.post("/approval-orders", seen(&drafts)).await.expect_problem(403, "foreign-branch");
        let ordered = order(&office.head, &drafts).await;
        for person in [&counter, &all, &office.head] {
            assert_eq!(results(person, &ordered).await[0]["outcome"], Value::Null);
            assert_eq!(person.get("/approval-orders").await.expect(200).body["items"].as_array().unwrap().len(), 1);
        }
        stranger.get(&at(&ordered)).await.expect_problem(403, "foreign-branch");
        stranger.get(&format!("{}/letters", at(&ordered))).await.expect_problem(403, "foreign-branch");
        stranger.delete(&at(&ordered)).await.expect_problem(403, "foreign-branch");
        counter.delete(&at(&ordered)).await.expect_problem(403, "head-only");
        assert_eq!(stranger.get("/approval-orders").await.expect(200).body["items"], json!([]));
        house.nobody().get(&at(&ordered)).await.expect(401);
        // Before the job gets to it, the head is one no more.
        let head = office.head.id;
        house.write(move |tx| Ok(both!(tx, |c| diesel::update(officers::table.find(head))
            .set(officers::active.eq(false)).execute(c)?))).await;
        work(house).await;
        let told = results(&all, &ordered).await;
        assert_eq!((&told[0]["outcome"], &told[0]["fault"]), (&json!("refused"), &json!("head-only")));
        assert_eq!(letter(&all, &drafts[0]).await.body["status"], "draft");
    }

    async fn an_order_that_says_nothing_or_too_much_is_refused_field_by_field(db: TestDatabase) {
        let office = Office::open(db).await;
        let drafts = drafts(&office, people(1)).await;
        let post = async |letters: Value| office.head.post("/approval-orders", json!({ "letters": letters })).await;
        let one = seen(&drafts)["letters"][0].clone();
        let nobody = json!({"id": "01900000-0000-7000-8000-000000000000", "version": 1});
        post(json!([])).await.expect_faults(&["/letters required"]);
        post(json!([one, one])).await.expect_faults(&["/letters/1/id duplicate-field"]);
        post(json!([one, nobody])).await.expect_faults(&["/letters/1/id unknown-value"]);
        let many: Vec<Value> = (0..=MOST)
            .map(|n| json!({"id": format!("01900000-0000-7000-8000-{n:012}"), "version": 1})).collect();
        post(json!(many)).await.expect_faults(&["/letters too-many"]);
        assert_eq!(office.head.get("/approval-orders").await.expect(200).body["items"], json!([]));
    }
}

/// Lets the database refuse what comes after the second letter, or no more.
fn plant(tx: &mut Conn<'_>, there: bool) {
    let (sqlite, postgres): (&[&str], &[&str]) = if there {
        (
            &[
                "create trigger planted before update on approval_order_items when new.place > 2 begin select raise(abort, 'planted'); end",
            ],
            &[
                "create function planted() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$",
                "create trigger planted before update on approval_order_items for each row when (new.place > 2) execute function planted()",
            ],
        )
    } else {
        (
            &["drop trigger planted"],
            &["drop trigger planted on approval_order_items", "drop function planted()"],
        )
    };
    for text in if matches!(tx, Conn::Sqlite(_)) { sqlite } else { postgres } {
        both!(tx, |c| diesel::sql_query(*text).execute(c)).unwrap();
    }
}

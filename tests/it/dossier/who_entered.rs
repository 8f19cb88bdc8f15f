//! Rows of a register from before `checked_by` and `resolved_by`, and with the case in a column of its own, are brought to what
//! they would be today.

use super::life::{new_dossier, take_in};
use crate::support::house::{Answer, TestHouse};
use diesel::connection::SimpleConnection;
use motcua::db::Conn;
use motcua::domain::role::Role;
use motcua::failure::Outcome;
use motcua::report::verify::verify;
use serde_json::json;

/// Back to what a register looked like before.
const BEFORE: &str =
    "drop index dossiers_refused; drop index dossiers_checked_later; drop index dossiers_returned_later;
    alter table dossiers drop column checked_by; alter table dossiers drop column resolved_by;
    alter table dossiers add column case_code text; update dossiers set case_code = standing ->> 'case';
    create index dossiers_refused on dossiers (id); create index dossiers_checked_later on dossiers (id);
    create index dossiers_returned_later on dossiers (id);";
const WITHOUT_CASE: [&str; 2] = [
    "update dossiers set standing = json_remove(standing, '$.case') where case_code is not null",
    "update dossiers set standing = standing - 'case' where case_code is not null",
];
const ENTERED: &str = include_str!("../../../migrations/2026-11-27-001140_who_entered/up.sql");
const SQLITE: &str =
    include_str!("../../../migrations/2026-11-27-001141_signs_with_who_entered_sqlite/up.sql");
const POSTGRES: &str =
    include_str!("../../../migrations/2026-11-27-001142_signs_with_who_entered_postgres/up.sql");

fn run(c: &mut Conn<'_>, [sqlite, postgres]: [&str; 2]) -> Outcome<()> {
    match c {
        Conn::Sqlite(c) => Ok(c.batch_execute(sqlite)?),
        Conn::Pg(c) => Ok(c.batch_execute(postgres)?),
    }
}

fn path(dossier: &Answer) -> String {
    format!("/dossiers/{}", dossier.body["code"].as_str().unwrap())
}

on_both! {
    async fn a_register_from_before_is_filled_in_as_its_events_tell_it(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("CN-TY")).await;
        let mut renewal = new_dossier("2.001064", "Nguyễn Thị Ánh");
        renewal["case"] = json!("gia-han");
        let renewal = counter.post("/dossiers", renewal).await.expect(201);
        let result = format!("{}/result", path(&renewal));
        let resolved = counter.act(&result, renewal.version(), json!({"outcome": "granted"})).await.expect(200);
        let slip = json!({"channel": "in_person"});
        counter.act(&format!("{}/return", path(&renewal)), resolved.version(), slip).await.expect(200);
        let fisheries = house.sign_in_as(Role::Counter, Some("TS")).await;
        take_in(&fisheries, "1.003650", "Trần Văn Bình").await;
        let mut refused = new_dossier("1.003650", "Lê Thị Ba");
        refused["register_only"] = json!(true);
        let refused = fisheries.post("/dossiers", refused).await.expect(201);
        let why = json!({"reason": "Thiếu giấy tờ"});
        fisheries.act(&format!("{}/refusal", path(&refused)), refused.version(), why).await.expect(200);

        let differing = house
            .write(|tx| {
                run(tx, [BEFORE, BEFORE])?;
                run(tx, WITHOUT_CASE)?;
                run(tx, [ENTERED, ENTERED])?;
                run(tx, [SQLITE, POSTGRES])?;
                verify(tx, &mut |_, _| {})
            })
            .await;
        assert_eq!(differing.shown, [], "checked_by, resolved_by and the case are those of the events");
        let shown = counter.get(&path(&renewal)).await.expect(200);
        assert_eq!((&shown.body["procedure"]["case"], &shown.body["status"]), (&json!("gia-han"), &json!("returned")));
    }
}

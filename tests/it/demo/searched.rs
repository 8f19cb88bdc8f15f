//! Searching in years of dossiers finds what going through all of them finds, in the same order, page by page.

use super::years::{fill, seeded, wish};
use crate::support::house::TestHouse;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_query;
use motcua::both;
use motcua::db::schema::{branches, dossier_particulars, dossiers};
use motcua::db::types::Moment;
use motcua::db::{Conn, Db, DbError};
use motcua::domain::ids::DossierId;
use motcua::domain::people::fold;
use motcua::domain::role::Role;
use serde_json::json;
use std::cmp::Reverse;

/// Code, branch, receipt, key, name, phone, identity number.
type Row = (String, String, Option<Moment>, DossierId, String, Option<String>, Option<String>);

struct One {
    code: String,
    branch: String,
    words: Vec<String>,
}

/// Everything, the newest receipt first, what was never received last.
fn everything(db: &Db) -> Vec<One> {
    let mut rows: Vec<Row> = db
        .read_blocking(|c| {
            Ok::<_, DbError>(both!(c, |c| dossiers::table
                .inner_join(dossier_particulars::table.on(dossier_particulars::dossier_id.eq(dossiers::id)))
                .inner_join(branches::table.on(branches::id.eq(dossiers::branch_id)))
                .select((
                    dossiers::code,
                    branches::code,
                    dossiers::received_at,
                    dossiers::id,
                    dossier_particulars::applicant_name,
                    dossier_particulars::phone,
                    dossier_particulars::id_number,
                ))
                .load(c))?)
        })
        .unwrap();
    rows.sort_by_key(|(_, _, at, id, ..)| (at.is_none(), Reverse(at.map(|at| at.0)), *id));
    let words = |texts: [Option<&String>; 3]| {
        texts
            .into_iter()
            .flatten()
            .flat_map(|text| fold(text).split(' ').map(str::to_owned).collect::<Vec<_>>())
            .collect()
    };
    rows.iter()
        .map(|(code, branch, _, _, name, phone, number)| One {
            code: code.clone(),
            branch: branch.clone(),
            words: words([Some(name), phone.as_ref(), number.as_ref()]),
        })
        .collect()
}

fn found<'a>(all: &'a [One], typed: &str, branch: Option<&str>) -> Vec<&'a str> {
    let mut words: Vec<&str> = typed.split(' ').collect();
    let begun = words.pop().unwrap();
    all.iter()
        .filter(|one| branch.is_none_or(|branch| one.branch == branch))
        .filter(|one| words.iter().all(|word| one.words.iter().any(|own| own == word)))
        .filter(|one| one.words.iter().any(|own| own.starts_with(begun)))
        .map(|one| one.code.as_str())
        .collect()
}

on_both! {
    async fn a_search_finds_what_going_through_the_whole_register_finds(db: TestDatabase) {
        let opened = seeded(&db.url);
        fill(&opened, wish(2500), |_| ()).unwrap();
        let house = TestHouse::open(db).await;
        house.it_is("2026-11-20 16:00");
        // Some that wait to be received, one that was received since, one whose receipt is corrected.
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let mut made = Vec::new();
        for n in 0..5 {
            let new = json!({"procedure_code": "1.003650", "channel": "online", "register_only": true,
                "applicant": {"name": format!("Trần Thị Chờ {n}"), "kind": "citizen", "phone": format!("090000000{n}"), "email": "cho@example.vn"}});
            made.push(counter.post("/dossiers", new).await.expect(201));
        }
        let path = |n: usize| format!("/dossiers/{}", made[n].body["code"].as_str().unwrap());
        let accepted = counter.act(&format!("{}/acceptance", path(1)), made[1].version(), json!({})).await.expect(200);
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let earlier = json!({"field": "received_at", "value": "2026-10-30T09:00:00+07:00", "reason": "Ghi nhầm ngày"});
        head.act(&format!("{}/corrections", path(1)), accepted.version(), earlier).await.expect(200);

        let all = everything(&opened);
        assert_eq!(all.len(), 2505);
        let office = house.sign_in_as(Role::Office, None).await;
        let (mut chance, mut several_pages) = (7_u64, 0);
        let mut pick = |of: usize| {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(chance >> 33).unwrap() % of
        };
        let questions: usize = std::env::var("MOTCUA_TEST_QUESTIONS").map_or(120, |n| n.parse().unwrap());
        for question in 0..questions {
            let one = if question % 10 == 0 { all.iter().find(|one| one.words.contains(&"cho".to_owned())).unwrap() } else { &all[pick(all.len())] };
            let mut words: Vec<String> = (0..=pick(3)).map(|_| one.words[pick(one.words.len())].clone()).collect();
            let begun = words.pop().unwrap();
            words.push(begun.chars().take(1 + pick(begun.chars().count())).collect());
            let typed = words.join(" ");
            let branch = (pick(2) == 0).then_some(one.branch.as_str());
            let expected = found(&all, &typed, branch);
            assert!(!expected.is_empty());
            let narrowed = branch.map(|branch| format!("&branch_code={branch}")).unwrap_or_default();
            let (mut seen, mut next, mut pages) = (Vec::new(), String::new(), 0);
            while pages < 6 {
                let page = office.get(&format!("/dossiers?q={}&limit=20{narrowed}{next}", typed.replace(' ', "+"))).await.expect(200);
                seen.extend(page.body["items"].as_array().unwrap().iter().map(|line| line["code"].as_str().unwrap().to_owned()));
                pages += 1;
                match page.body["next"].as_str() {
                    Some(cursor) => next = format!("&cursor={cursor}"),
                    None => break,
                }
            }
            assert_eq!(seen, expected[..expected.len().min(pages * 20)], "{typed} {narrowed}");
            several_pages += usize::from(pages > 1);
        }
        assert!(several_pages > questions / 10, "{several_pages}");
    }

    async fn words_of_before_the_months_become_what_is_written_today(db: TestDatabase) {
        let opened = seeded(&db.url);
        fill(&opened, wish(600), |_| ()).unwrap();
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        for name in ["Sơn ភូមិ Thạch", "!!! Đất–Việt 1e5"] {
            let new = json!({"procedure_code": "1.003650", "channel": "online", "register_only": true,
                "applicant": {"name": name, "kind": "citizen", "phone": "0901 234 512", "id_number": "079203001123", "email": "cho@example.vn"}});
            counter.post("/dossiers", new).await.expect(201);
        }
        let written = words(&opened);
        assert_eq!(written.len(), 602);
        as_before(&opened);
        assert_ne!(words(&opened), written);
        opened
            .write_blocking(|c| {
                match c {
                    Conn::Sqlite(c) => c.batch_execute(include_str!("../../../migrations/2026-11-26-001000_words_by_month_sqlite/up.sql")),
                    Conn::Pg(c) => c.batch_execute(include_str!("../../../migrations/2026-11-26-001001_words_by_month_postgres/up.sql")),
                }
                .map_err(DbError::from)
            })
            .unwrap();
        assert_eq!(words(&opened), written);
    }
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = diesel::sql_types::Text)]
    words: String,
}

/// Of each dossier its words as they are kept, with its key.
fn words(db: &Db) -> Vec<String> {
    let rows: Vec<Word> = db
        .read_blocking(|c| {
            Ok::<_, DbError>(match c {
                Conn::Sqlite(c) => {
                    sql_query("select hex(dossier_id) || hex(branch_id) || ' ' || words as words from dossier_words order by 1").load(*c)?
                }
                Conn::Pg(c) => {
                    sql_query("select dossier_id::text || branch_id::text || ' ' || words::text as words from dossier_words order by 1").load(*c)?
                }
            })
        })
        .unwrap();
    rows.into_iter().map(|row| row.words).collect()
}

/// The words without the months, as the version before kept them.
fn as_before(db: &Db) {
    db.write_blocking(|c| {
        match c {
            Conn::Sqlite(c) => c.batch_execute("update dossier_words set words = substr(words, 1, instr(words, ' ·') - 1)"),
            Conn::Pg(c) => c.batch_execute(
                "update dossier_words w set words = to_tsvector('simple', concat_ws(' ', p.folded_name, p.phone, p.id_number)) \
                 from dossier_particulars p where p.dossier_id = w.dossier_id",
            ),
        }
        .map_err(DbError::from)
    })
    .unwrap();
}

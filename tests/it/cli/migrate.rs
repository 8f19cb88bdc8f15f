//! `motcua migrate`

use crate::support::database::TestDatabase;
use crate::support::process::{run, run_on};
use diesel::RunQueryDsl as _;
use motcua::both;
use motcua::db::{Db, DbError};

on_both! {
    async fn an_empty_database_is_made_and_filled_and_a_full_one_left_as_it_is(db: TestDatabase) {
        let first = run_on(&db, &["migrate"], "").success().stdout;
        assert!(first.contains("Đã nâng cấp") && first.contains("Đã nạp danh mục ban đầu"), "{first}");
        let again = run_on(&db, &["migrate"], "").success().stdout;
        assert_eq!(again, "Cơ sở dữ liệu đã ở phiên bản mới nhất.\n");
    }
}

on_both! {
    async fn commands_that_only_look_refuse_another_schema_and_change_nothing(db: TestDatabase) {
        run_on(&db, &["migrate"], "").success();
        let looks = [&["verify"][..], &["rates", "--from", "2025-01-01", "--to", "2025-01-31"]];
        let all_say = |db: &TestDatabase, words: &str| {
            for look in looks {
                let refused = run_on(db, look, "").code(1);
                assert!(refused.stderr.contains(words), "{}", refused.stderr);
            }
        };
        for look in looks {
            run_on(&db, look, "").success();
        }
        let history = "__diesel_schema_migrations";
        write(&db, format!("insert into {history} (version) values ('20990101000001')")).await;
        all_say(&db, "mới hơn chương trình (bước nâng cấp 20990101000001)");
        write(&db, format!("delete from {history} where version >= '20261124000030'")).await;
        all_say(&db, "chưa được nâng cấp (thiếu bước 2026-11-24-000030_signed_letters)");
    }
}

async fn write(db: &TestDatabase, sql: String) {
    let url = db.url.parse().unwrap();
    let done = tokio::task::spawn_blocking(move || {
        Db::open(&url, 1)?.write_blocking(move |tx| -> Result<usize, DbError> {
            Ok(both!(tx, |c| diesel::sql_query(sql.as_str()).execute(c))?)
        })
    });
    assert_ne!(done.await.unwrap().unwrap(), 0);
}

#[test]
fn a_database_url_of_no_known_kind_is_refused_before_anything_is_opened() {
    let refused = run(&["migrate", "--database-url", "sqllite://motcua.db"], &[], "").code(2);
    assert!(refused.stderr.contains("sqlite:// hoặc postgres://"), "{}", refused.stderr);
}

#[test]
fn a_database_that_does_not_answer_is_a_failure() {
    let refused = run(&["migrate", "--database-url", "postgres://nobody@127.0.0.1:1/none"], &[], "").code(1);
    assert!(refused.stderr.contains("không mở được cơ sở dữ liệu"), "{}", refused.stderr);
}

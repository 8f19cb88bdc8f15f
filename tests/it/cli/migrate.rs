//! `motcua migrate`

use crate::support::process::{run, run_on};

on_both! {
    async fn an_empty_database_is_made_and_filled_and_a_full_one_left_as_it_is(db: TestDatabase) {
        let first = run_on(&db, &["migrate"], "").success().stdout;
        assert!(first.contains("Đã nâng cấp") && first.contains("Đã nạp danh mục ban đầu"), "{first}");
        let again = run_on(&db, &["migrate"], "").success().stdout;
        assert_eq!(again, "Cơ sở dữ liệu đã ở phiên bản mới nhất.\n");
    }
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

//! `motcua backup FILE`

use crate::support::database::Kind;
use crate::support::process::{run_in, run_on};

on_both! {
    async fn a_copy_is_whole_and_replaces_nothing(db: TestDatabase) {
        run_on(&db, &["migrate"], "").success();
        let folder = tempfile::tempdir().unwrap();
        let env = [("DATABASE_URL", db.url.as_str())];
        let backup = || run_in(folder.path(), &["backup", "copy.db"], &env, "");
        if db.kind == Kind::Postgres && std::process::Command::new("pg_dump").arg("--version").output().is_err() {
            let refused = backup().code(1);
            assert!(refused.stderr.contains("pg_dump"), "{}", refused.stderr);
            return;
        }
        backup().success();
        let copy = folder.path().join("copy.db");
        let bytes = std::fs::read(&copy).unwrap();
        let start: &[u8] = match db.kind {
            Kind::Sqlite => b"SQLite format 3\0",
            Kind::Postgres => b"PGDMP",
        };
        assert!(bytes.starts_with(start));

        let refused = backup().code(1);
        assert!(refused.stderr.contains("đã tồn tại"), "{}", refused.stderr);
        assert_eq!(std::fs::read(&copy).unwrap(), bytes);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something was left behind");

        if db.kind == Kind::Sqlite {
            let url = format!("sqlite://{}", copy.display());
            let said = run_in(folder.path(), &["migrate", "--database-url", &url], &[], "").success().stdout;
            assert_eq!(said, "Cơ sở dữ liệu đã ở phiên bản mới nhất.\n");
        }
    }
}

#[test]
fn a_database_that_is_not_there_is_not_made_by_copying_it() {
    let folder = tempfile::tempdir().unwrap();
    let refused =
        run_in(folder.path(), &["backup", "copy.db", "--database-url", "sqlite://none.db"], &[], "").code(1);
    assert!(refused.stderr.contains("none.db"), "{}", refused.stderr);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

//! A real database for each test, of either kind, and the macro that runs one test on both.

use tempfile::TempDir;

use super::postgres;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// An empty database, not migrated; gone with the value.
pub struct TestDatabase {
    pub url: String,
    pub kind: Kind,
    _home: Home,
}

enum Home {
    File(TempDir),
    Server(postgres::Database),
}

/// `None` only for PostgreSQL, and only where it is not installed.
pub fn fresh(kind: Kind) -> Option<TestDatabase> {
    let (url, home) = match kind {
        Kind::Sqlite => {
            let folder = tempfile::Builder::new().prefix("motcua-db-").tempdir().expect("a temporary folder");
            (format!("sqlite://{}", folder.path().join("motcua.db").display()), Home::File(folder))
        }
        Kind::Postgres => {
            let database = postgres::fresh()?;
            (database.url.clone(), Home::Server(database))
        }
    };
    Some(TestDatabase { url, kind, _home: home })
}

/// Runs the same test on SQLite and on PostgreSQL, as `name::sqlite` and `name::postgres`. `TestDatabase`
/// needs no import; what the body uses is imported by its file as usual:
///
/// ```ignore
/// on_both! {
///     async fn a_dossier_is_found_by_its_code(db: TestDatabase) { … }
/// }
/// ```
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($db:ident : TestDatabase) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "the body uses what its file imports, if anything")]
            use super::*;

            $(#[$attribute])*
            async fn body($db: $crate::support::database::TestDatabase) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($crate::support::database::fresh($crate::support::database::Kind::Sqlite).unwrap()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(db) = $crate::support::database::fresh($crate::support::database::Kind::Postgres)
                else {
                    return;
                };
                body(db).await;
            }
        }
    )+};
}

mod tests {
    use super::*;

    on_both! {
        async fn every_test_is_given_a_url_of_the_kind_it_asked_for(db: TestDatabase) {
            let scheme = db.url.split("://").next().unwrap();
            match db.kind {
                Kind::Sqlite => assert_eq!(scheme, "sqlite"),
                Kind::Postgres => assert_eq!(scheme, "postgres"),
            }
        }
    }
}

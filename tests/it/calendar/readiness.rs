//! From October on, the service says that next year's days are not there, or not certain.

use crate::support::database::{Kind, fresh};
use crate::support::ground::{Ground, at};
use motcua::calendar::next_year_is_known;

#[tokio::test(flavor = "multi_thread")]
async fn the_warning_comes_in_october_and_goes_with_the_notice() {
    let ground = Ground::at(&fresh(Kind::Sqlite).unwrap(), "2026-03-10 09:00");
    let warning = |when: &str| {
        let now = at(when);
        let found = ground.db.read_blocking(move |conn| next_year_is_known(conn, now)).unwrap();
        found.map(|warning| (warning.code, warning.facts["year"].clone()))
    };
    assert_eq!(warning("2026-09-30 23:59"), None);
    assert_eq!(warning("2026-10-01 00:00"), Some(("calendar-next-year-provisional", 2027.into())));
    assert_eq!(warning("2028-12-31 12:00"), Some(("calendar-next-year-missing", 2029.into())));
    assert_eq!(warning("2025-11-01 08:00"), None, "2026 is announced");
}

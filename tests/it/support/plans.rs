//! How SQLite would go about the statements of a question. Its plans do not depend on how much there is, so they can be
//! looked at in an empty database.

use super::database::{Kind, fresh};
use super::ground::Ground;
use diesel::RunQueryDsl as _;
use diesel::connection::{Connection as _, Instrumentation, InstrumentationEvent};
use motcua::db::Conn;
use motcua::failure::Outcome;
use std::sync::{Arc, Mutex};

#[derive(diesel::QueryableByName)]
struct PlanLine {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

/// A house on a database of its own.
pub fn ground_of_plans() -> Ground {
    Ground::at(&fresh(Kind::Sqlite).unwrap(), "2026-03-10 09:00")
}

/// The plans of those statements of a question that are looked at, in their order; lines of a plan with semicolons.
pub fn plans(
    ground: &Ground,
    looked_at: fn(&str) -> bool,
    ask: impl Fn(&mut Conn<'_>) -> Outcome<()> + Send + 'static,
) -> Vec<String> {
    ground.write(move |c| {
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = Arc::clone(&said);
        sqlite(c).set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                heard.lock().unwrap().push(query.to_string());
            }
        });
        ask(c)?;
        sqlite(c).set_instrumentation(None::<Box<dyn Instrumentation>>);
        let said = said.lock().unwrap().clone();
        let mut plans = Vec::new();
        for text in said.iter().filter(|text| looked_at(text)) {
            let lines: Vec<PlanLine> =
                diesel::sql_query(format!("explain query plan {text}")).load(sqlite(c))?;
            plans.push(lines.iter().map(|line| line.detail.as_str()).collect::<Vec<_>>().join("; "));
        }
        Ok(plans)
    })
}

fn sqlite<'a>(c: &'a mut Conn<'_>) -> &'a mut diesel::SqliteConnection {
    match c {
        Conn::Sqlite(c) => c,
        Conn::Pg(_) => panic!("not SQLite"),
    }
}

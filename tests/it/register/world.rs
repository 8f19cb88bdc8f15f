//! A folder with a register in it, and what the database holds afterwards.

use crate::support::database::TestDatabase;
use crate::support::process::{Output, run_in};
use crate::support::register::{Line, csv_of, save_workbook};
use chrono::NaiveDate;
use diesel::prelude::*;
use motcua::both;
use motcua::db::schema::{code_counters, dossier_causes, dossier_events, dossier_particulars, dossiers};
use motcua::db::types::Moment;
use motcua::db::{Db, DbError};
use std::path::PathBuf;
use tempfile::TempDir;

pub struct World {
    pub folder: TempDir,
    pub url: String,
}

/// A dossier as it is stored, without what differs between two imports (keys, hashes, when it was told).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    pub code: String,
    pub status: String,
    pub time_limit: String,
    pub received_at: Option<Moment>,
    pub due_on: Option<NaiveDate>,
    pub first_due_on: Option<NaiveDate>,
    pub resolved_at: Option<Moment>,
    pub timeliness: Option<String>,
    pub returned_at: Option<Moment>,
    pub closed_at: Option<Moment>,
    pub name: String,
    pub phone: Option<String>,
    pub events: Vec<String>,
}

impl World {
    pub fn new(db: &TestDatabase) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), url: db.url.clone() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn write_lines(&self, name: &str, lines: &[Line]) {
        if name.ends_with(".xlsx") {
            save_workbook(lines, &self.path(name));
        } else {
            self.write(name, &csv_of(lines));
        }
    }

    /// `motcua import dossiers …`
    pub fn import(&self, args: &[&str]) -> Output {
        let args: Vec<&str> = ["import", "dossiers"].iter().chain(args).copied().collect();
        run_in(self.folder.path(), &args, &[("DATABASE_URL", &self.url)], "")
    }

    pub fn db(&self) -> Db {
        Db::open(&self.url.parse().unwrap(), 2).unwrap()
    }

    pub fn count(&self) -> i64 {
        self.db()
            .read_blocking(|c| Ok::<_, DbError>(both!(c, |c| dossiers::table.count().get_result(c))?))
            .unwrap()
    }

    pub fn causes(&self) -> i64 {
        self.db()
            .read_blocking(|c| Ok::<_, DbError>(both!(c, |c| dossier_causes::table.count().get_result(c))?))
            .unwrap()
    }

    /// All dossiers by code.
    pub fn stored(&self) -> Vec<Stored> {
        type Row = (
            motcua::domain::ids::DossierId,
            String,
            String,
            String,
            Option<Moment>,
            Option<NaiveDate>,
            Option<NaiveDate>,
            Option<Moment>,
            Option<String>,
            Option<Moment>,
            Option<Moment>,
        );
        self.db()
            .read_blocking(|c| {
                both!(c, |c| {
                    let rows: Vec<Row> = dossiers::table
                        .order(dossiers::code)
                        .select((
                            dossiers::id,
                            dossiers::code,
                            dossiers::status,
                            dossiers::time_limit,
                            dossiers::received_at,
                            dossiers::due_on,
                            dossiers::first_due_on,
                            dossiers::resolved_at,
                            dossiers::timeliness,
                            dossiers::returned_at,
                            dossiers::closed_at,
                        ))
                        .load(c)?;
                    let mut stored = Vec::new();
                    for (
                        id,
                        code,
                        status,
                        time_limit,
                        received_at,
                        due_on,
                        first_due_on,
                        resolved_at,
                        timeliness,
                        returned_at,
                        closed_at,
                    ) in rows
                    {
                        let (name, phone) = dossier_particulars::table
                            .find(id)
                            .select((dossier_particulars::applicant_name, dossier_particulars::phone))
                            .first(c)?;
                        let events = dossier_events::table
                            .filter(dossier_events::dossier_id.eq(id))
                            .order(dossier_events::seq)
                            .select((dossier_events::kind, dossier_events::occurred_at))
                            .load::<(String, Moment)>(c)?
                            .into_iter()
                            .map(|(kind, at)| format!("{kind} {}", at.0))
                            .collect();
                        stored.push(Stored {
                            code,
                            status,
                            time_limit,
                            received_at,
                            due_on,
                            first_due_on,
                            resolved_at,
                            timeliness,
                            returned_at,
                            closed_at,
                            name,
                            phone,
                            events,
                        });
                    }
                    // PostgreSQL may sort otherwise.
                    stored.sort();
                    Ok::<_, DbError>(stored)
                })
            })
            .unwrap()
    }

    /// The counters: agency, day, last number, raised to.
    pub fn counters(&self) -> Vec<(String, NaiveDate, i32, i32)> {
        let counters = |c: &mut motcua::db::Conn<'_>| {
            Ok::<_, DbError>(both!(c, |c| code_counters::table
                .order((code_counters::agency_identifier, code_counters::day))
                .load(c))?)
        };
        self.db().read_blocking(counters).unwrap()
    }
}

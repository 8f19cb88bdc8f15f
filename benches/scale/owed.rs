//! What an intake owes its database, written by the database alone: the rows of intakes that the service has finished, into
//! empty tables with the same indexes. No service, no rules, no network: only what has to be stored, as durably.

use crate::answers::texts;
use crate::floor;
use crate::machine;
use crate::place::{Kind, Place, command};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use motcua::db::Db;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

const NAME: &str = "owed";
/// Intakes that are written again at most.
const MOST: i64 = 20_000;
/// Of each dossier, and by what its rows are found.
const OF_DOSSIER: [(&str, &str); 4] = [
    ("dossiers", "id"),
    ("dossier_particulars", "dossier_id"),
    ("dossier_words", "dossier_id"),
    ("dossier_events", "dossier_id"),
];
/// The rows an intake adds to: the day of receipt and the day after the due date, each by day, month and year, once by
/// sector, once by procedure, channel and officer.
const TALLIES: [(&str, &[&str]); 2] = [
    ("tallies", &["branch_id", "grain", "day", "sector_id"]),
    ("tallies_fine", &["branch_id", "grain", "day", "sector_id", "procedure_id", "channel", "officer_id"]),
];
const ROWS_OF_TALLIES: usize = 6;

/// A place to write them again.
pub struct Owed {
    kind: Kind,
    url: String,
    columns: Columns,
    intakes: i64,
    written: AtomicI64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How fast, and what it took of the processor.
pub struct Written {
    pub per_second: f64,
    pub cpu_ms_each: f64,
}

/// The columns of the tables, and what adds a row of tallies to one that is there.
struct Columns(Vec<(&'static str, Vec<String>)>);

impl Columns {
    fn of(db: &Db, kind: Kind) -> Self {
        let tables =
            OF_DOSSIER.iter().map(|(table, _)| *table).chain(TALLIES.iter().map(|(table, _)| *table));
        let of = |table: &'static str| {
            let columns = match kind {
                Kind::Sqlite => format!("select name as code from pragma_table_info('{table}') order by cid"),
                Kind::Postgres => format!(
                    "select column_name::text as code from information_schema.columns \
                     where table_schema = 'public' and table_name = '{table}' order by ordinal_position"
                ),
            };
            (table, texts(db, &columns))
        };
        Self(tables.map(of).collect())
    }

    fn of_table(&self, table: &str) -> &[String] {
        &self.0.iter().find(|(of, _)| *of == table).expect("a table").1
    }

    fn list(&self, table: &str) -> String {
        self.of_table(table).join(", ")
    }

    /// `on conflict … do update set …`
    fn added(&self, table: &str, key: &[&str]) -> String {
        let figures = self.of_table(table).iter().filter(|column| !key.contains(&column.as_str()));
        let sums: Vec<String> =
            figures.map(|figure| format!("{figure} = {table}.{figure} + excluded.{figure}")).collect();
        format!("on conflict ({}) do update set {}", key.join(", "), sums.join(", "))
    }
}

impl Owed {
    /// Takes over what the service took in last.
    pub fn prepare(place: &mut Place, kind: Kind, service_url: &str) -> Self {
        let db = Db::open(&service_url.parse().expect("a URL"), 1).expect("the database");
        let columns = Columns::of(&db, kind);
        let branches = texts(&db, "select code from branches");
        let (url, intakes) = match kind {
            Kind::Sqlite => {
                place.drop_database(kind, NAME);
                let url = place.url(kind, NAME);
                command(&["migrate"], &url);
                let intakes = take_on_sqlite(&url, service_url, &branches);
                (url, intakes)
            }
            Kind::Postgres => (service_url.to_owned(), take_on_postgres(service_url, &columns, &branches)),
        };
        assert!(intakes > 0, "the service has taken in nothing");
        Self { kind, url, columns, intakes, written: AtomicI64::new(1) }
    }

    /// Writes one of `parts` of them: on SQLite `clients` of them a commit, on PostgreSQL by so many connections.
    pub fn write(&self, place: &Place, clients: usize, parts: usize) -> Written {
        let first = self.written.load(Ordering::Relaxed);
        let end = first + self.intakes / i64::try_from(parts).expect("small");
        let cpu = || match self.kind {
            Kind::Sqlite => machine::cpu_ms(std::process::id()),
            Kind::Postgres => place.server_cpu_ms(),
        };
        let (before, begun) = (cpu(), Instant::now());
        match self.kind {
            Kind::Sqlite => self.write_on_sqlite(i64::try_from(clients).expect("small"), end),
            Kind::Postgres => std::thread::scope(|scope| {
                for _ in 0..clients {
                    scope.spawn(|| self.write_on_postgres(end));
                }
            }),
        }
        let (acts, took) = ((end - first) as f64, begun.elapsed().as_secs_f64());
        self.written.store(end, Ordering::Relaxed);
        Written { per_second: acts / took, cpu_ms_each: (cpu() - before) as f64 / acts }
    }

    /// A statement writes a table's rows of all that share a commit: what is left is what SQLite does with the rows.
    fn write_on_sqlite(&self, a_commit: i64, end: i64) {
        let mut c = floor::sqlite(&self.url);
        // What the rows refer to (branches, officers) stays where it is.
        c.batch_execute("pragma foreign_keys = off").expect("settings");
        attach(&mut c, &taken(&self.url), "taken");
        let mut from = self.written.load(Ordering::Relaxed);
        while from < end {
            let until = (from + a_commit).min(end);
            let these = format!("select id from taken.dossiers where rowid >= {from} and rowid < {until}");
            let mut all = "begin immediate;".to_owned();
            for (table, key) in OF_DOSSIER {
                let (into, columns) = match table {
                    "dossier_words" => {
                        ("(rowid, words, dossier_id, branch_id)", "number, words, dossier_id, branch_id")
                    }
                    _ => ("", "*"),
                };
                write!(all, "insert into main.{table} {into} select {columns} from taken.{table} where {key} in ({these});")
                    .expect("text");
            }
            for (table, key) in TALLIES {
                let add = self.columns.added(table, key);
                write!(
                    all,
                    "insert into main.{table} select t.* from taken.dossiers d cross join taken.{table} t on t.branch_id = d.branch_id \
                     where d.rowid >= {from} and d.rowid < {until} {add};"
                )
                .expect("text");
            }
            write!(
                all,
                "insert into main.code_counters select agency_identifier, day, last, raised from taken.dossiers d cross join taken.code_counters c on c.branch_id = d.branch_id \
                 where d.rowid >= {from} and d.rowid < {until} \
                 on conflict (agency_identifier, day) do update set last = code_counters.last + 1; commit;"
            )
            .expect("text");
            c.batch_execute(&all).expect("written");
            from = until;
        }
    }

    fn write_on_postgres(&self, end: i64) {
        let mut c = PgConnection::establish(&self.url).expect("PostgreSQL answers");
        loop {
            let next = self.written.fetch_add(1, Ordering::Relaxed);
            if next >= end {
                return;
            }
            let one = diesel::sql_query("select owed.write($1)").bind::<BigInt, _>(next);
            one.execute(&mut c).expect("written");
        }
    }

    pub fn drop(self, place: &mut Place) {
        match self.kind {
            Kind::Sqlite => place.drop_database(self.kind, NAME),
            Kind::Postgres => PgConnection::establish(&self.url)
                .expect("PostgreSQL answers")
                .batch_execute("drop schema if exists owed cascade")
                .expect("gone"),
        }
    }
}

fn path(url: &str) -> &str {
    url.strip_prefix("sqlite://").expect("an SQLite URL")
}

/// Where the rows wait to be written again.
fn taken(url: &str) -> String {
    format!("{}.taken", path(url))
}

fn attach(c: &mut SqliteConnection, file: &str, name: &str) {
    c.batch_execute(&format!("attach '{file}' as {name}")).expect("attached");
}

fn take_on_sqlite(url: &str, service_url: &str, branches: &[String]) -> i64 {
    let mut c = floor::sqlite(url);
    attach(&mut c, path(service_url), "source");
    attach(&mut c, &taken(url), "taken");
    let mut all = format!(
        "create table taken.dossiers as select * from source.dossiers where received_at is not null order by received_at desc limit {MOST};
         create index taken.by_key on dossiers (id);
         create table taken.code_counters as select b.id as branch_id, c.* from source.code_counters c
            join source.branches b on b.agency_identifier = c.agency_identifier where c.day = (select max(day) from source.code_counters);"
    );
    for (table, key) in &OF_DOSSIER[1..] {
        let columns = if *table == "dossier_words" { "o.rowid as number, o.*" } else { "o.*" };
        let from = match *table {
            // Found by its number, which stands beside the particulars.
            "dossier_words" => {
                "taken.dossier_particulars p cross join source.dossier_words o on o.rowid = p.words_row"
                    .to_owned()
            }
            _ => format!("taken.dossiers d cross join source.{table} o on o.{key} = d.id"),
        };
        write!(all, "create table taken.{table} as select {columns} from {from}; create index taken.{table}_by_key on {table} ({key});")
            .expect("text");
    }
    for (table, _) in TALLIES {
        write!(all, "create table taken.{table} as select * from source.{table} where false; create index taken.{table}_by_branch on {table} (branch_id);")
            .expect("text");
        for branch in branches {
            write!(all, "{};", tallies_of("source.", "taken.", table, branch)).expect("text");
        }
    }
    c.batch_execute(&all).expect("the rows are taken over");
    let counted: Count = diesel::sql_query("select count(*) as count from taken.dossiers")
        .get_result(&mut c)
        .expect("a number");
    counted.count
}

/// The last rows of tallies of the sector, or of the procedure, of a branch's last dossier.
fn tallies_of(source: &str, taken: &str, table: &str, branch: &str) -> String {
    let fine = if table == "tallies_fine" {
        "and t.procedure_id = d.procedure_id and t.channel = d.channel"
    } else {
        ""
    };
    format!(
        "insert into {taken}{table} select t.* from {source}{table} t join (select * from {source}dossiers \
            where branch_id = (select id from {source}branches where code = '{branch}') and received_at is not null \
            order by received_at desc limit 1) d \
         on t.branch_id = d.branch_id and t.sector_id = d.sector_id {fine} order by t.day desc limit {ROWS_OF_TALLIES}"
    )
}

fn take_on_postgres(url: &str, columns: &Columns, branches: &[String]) -> i64 {
    let mut c = PgConnection::establish(url).expect("PostgreSQL answers");
    let mut all = format!(
        "drop schema if exists owed cascade; create schema owed;
         create table owed.taken_dossiers as select row_number() over () as n, d.* from
            (select * from dossiers where received_at is not null order by received_at desc limit {MOST}) d;
         create index on owed.taken_dossiers (n);
         analyze owed.taken_dossiers;
         create table owed.code_counters (like public.code_counters including all);
         create table owed.taken_code_counters as select b.id as branch_id, c.* from code_counters c
            join branches b on b.agency_identifier = c.agency_identifier where c.day = (select max(day) from code_counters);"
    );
    for (table, key) in OF_DOSSIER {
        write!(all, "create table owed.{table} (like public.{table} including all);").expect("text");
        if table != "dossiers" {
            write!(
                all,
                "create table owed.taken_{table} as select d.n, o.* from owed.taken_dossiers d join public.{table} o on o.{key} = d.id; \
                 create index on owed.taken_{table} (n);"
            )
            .expect("text");
        }
    }
    for (table, _) in TALLIES {
        write!(all, "create table owed.{table} (like public.{table} including all); create table owed.taken_{table} (like public.{table});")
            .expect("text");
        for branch in branches {
            write!(all, "{};", tallies_of("public.", "owed.taken_", table, branch)).expect("text");
        }
    }
    // One statement of the client a dossier; PostgreSQL keeps the plans of those inside.
    all += "create function owed.write(which bigint) returns void language plpgsql as $$ declare of_branch uuid; begin
            select branch_id into of_branch from owed.taken_dossiers where n = which;";
    for (table, _) in OF_DOSSIER {
        let list = columns.list(table);
        write!(
            all,
            "insert into owed.{table} ({list}) select {list} from owed.taken_{table} where n = which;"
        )
        .expect("text");
    }
    for (table, key) in TALLIES {
        let (list, add) = (columns.list(table), columns.added(table, key));
        let order = key.join(", ");
        write!(all, "insert into owed.{table} ({list}) select {list} from owed.taken_{table} where branch_id = of_branch order by {order} {add};")
            .expect("text");
    }
    all += "insert into owed.code_counters select agency_identifier, day, last, raised from owed.taken_code_counters where branch_id = of_branch
            on conflict (agency_identifier, day) do update set last = code_counters.last + 1; end $$;";
    c.batch_execute(&all).expect("the rows are taken over");
    let counted: Count = diesel::sql_query("select count(*) as count from owed.taken_dossiers")
        .get_result(&mut c)
        .expect("a number");
    counted.count
}

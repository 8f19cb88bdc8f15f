//! Bulk: a register imported, and the same rows copied by the database alone.

use crate::answers::texts;
use crate::machine;
use crate::place::{Kind, Place, command};
use crate::report::Results;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

/// Dossiers a database is made with; answers its name. One that is there already is taken as it is.
pub fn made(place: &mut Place, results: &mut Results, kind: Kind, dossiers: u32) -> String {
    let name = format!("scale_{dossiers}");
    let done = place.folder.join(format!("{name}-{}.done", kind.name()));
    if done.exists() {
        return name;
    }
    place.drop_database(kind, &name);
    place.create(kind, &name);
    let url = place.url(kind, &name);
    let server = place.server_cpu_ms();
    // An empty one has the accounts, and one dossier.
    let took = command(&["generate", "--dossiers", &dossiers.max(1).to_string()], &url);
    let server = place.server_cpu_ms() - server;
    if dossiers > 0 {
        let rate = f64::from(dossiers) / took.seconds;
        let text = format!(
            "{rate:.0}/s in {:.0} s, {:.0} + {:.0} µs processor, {:.1} GB",
            took.seconds,
            took.cpu_ms as f64 * 1000.0 / f64::from(dossiers),
            server as f64 * 1000.0 / f64::from(dossiers),
            place.megabytes(kind, &name) / 1000.0
        );
        results.put(kind, dossiers, "generate", rate, None, text);
    }
    place.settle(kind, &name);
    std::fs::write(done, "").expect("noted");
    name
}

pub fn import(place: &mut Place, results: &mut Results, kind: Kind, lines: u32) {
    let file = place.folder.join(format!("register-{lines}.csv"));
    if !file.exists() {
        register(&file, lines).expect("a register");
    }
    let name = "imported";
    place.drop_database(kind, name);
    place.create(kind, name);
    let url = place.url(kind, name);
    command(&["migrate"], &url);
    let server = place.server_cpu_ms();
    let took = command(&["import", "dossiers", file.to_str().expect("UTF-8")], &url);
    let (server, cpu) = (place.server_cpu_ms() - server, took.cpu_ms);
    let rate = f64::from(lines) / took.seconds;
    let goal = if kind == Kind::Sqlite { 20_000.0 } else { 10_000.0 };
    let each = |ms: u64| ms as f64 * 1000.0 / f64::from(lines);
    let text =
        format!("{rate:.0}/s with the check before, {:.0} + {:.0} µs processor", each(cpu), each(server));
    results.put(
        kind,
        lines,
        "import-memory",
        took.most_memory_mb,
        None,
        format!("{:.0} MB", took.most_memory_mb),
    );
    results.put(kind, lines, "import", rate, Some(rate >= goal), text);
    let copied = copy(place, kind, &url);
    let text = format!("{:.0} / {:.0} µs", each(cpu + server), each(copied));
    results.put(kind, lines, "import-limit", (cpu + server) as f64 / copied.max(1) as f64, None, text);
    place.drop_database(kind, name);
}

/// Killed without a chance to tidy up when about half was in, and begun again.
pub fn killed(place: &mut Place, results: &mut Results, kind: Kind, lines: u32) {
    let file = place.folder.join(format!("register-{lines}.csv"));
    if !file.exists() {
        register(&file, lines).expect("a register");
    }
    let name = "killed";
    place.drop_database(kind, name);
    place.create(kind, name);
    let url = place.url(kind, name);
    command(&["migrate"], &url);
    let db = motcua::db::Db::open(&url.parse().expect("a URL"), 1).expect("the database");
    let stored = || -> u64 {
        let count = texts(&db, "select cast(count(*) as text) as code from dossiers").pop();
        count.and_then(|count| count.parse().ok()).expect("a number")
    };
    let args = ["import", "dossiers", file.to_str().expect("UTF-8")];
    let mut first = crate::place::spawn(&args, &url);
    while stored() < u64::from(lines) / 2 {
        std::thread::sleep(std::time::Duration::from_millis(200));
        assert!(first.try_wait().expect("the import").is_none(), "it ended before it could be killed");
    }
    first.kill().expect("killed");
    first.wait().expect("gone");
    // What was sent to PostgreSQL may still be committed there.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let stood = stored();
    let again = command(&args, &url);
    let whole = stood % 2000 == 0 && stored() == u64::from(lines);
    let text = format!("{stood} stood, the rest in {:.0} s, {} in the end", again.seconds, stored());
    results.put(kind, lines, "import-killed", stood as f64, Some(whole), text);
    drop(db);
    place.drop_database(kind, name);
}

const TABLES: [&str; 5] = ["dossiers", "dossier_particulars", "dossier_events", "tallies", "tallies_fine"];

/// The rows into tables with the same indexes, by the database alone; milliseconds of processor.
fn copy(place: &mut Place, kind: Kind, url: &str) -> u64 {
    let name = "copied";
    place.drop_database(kind, name);
    let begun = Instant::now();
    let cpu = match kind {
        Kind::Sqlite => {
            place.create(kind, name);
            let target = place.url(kind, name);
            command(&["migrate"], &target);
            let before = machine::cpu_ms(std::process::id());
            let path = |url: &str| url.strip_prefix("sqlite://").expect("an SQLite URL").to_owned();
            let mut c = SqliteConnection::establish(&path(&target)).expect("SQLite opens");
            // What the rows refer to stays where it is.
            c.batch_execute(&format!(
                "pragma foreign_keys = off; pragma cache_size = -131072; attach '{}' as source;",
                path(url)
            ))
            .expect("attached");
            for table in TABLES {
                let copy = format!("insert into main.{table} select * from source.{table}");
                diesel::sql_query(&copy).execute(&mut c).expect(&copy);
            }
            machine::cpu_ms(std::process::id()) - before
        }
        Kind::Postgres => {
            let before = place.server_cpu_ms();
            let mut c = PgConnection::establish(url).expect("PostgreSQL answers");
            c.batch_execute("create schema copied").expect("a schema");
            for table in TABLES {
                c.batch_execute(&format!(
                    "create table copied.{table} (like public.{table} including all); insert into copied.{table} select * from public.{table}"
                ))
                .expect("copied");
            }
            place.server_cpu_ms() - before
        }
    };
    println!("    copied in {:.0} s", begun.elapsed().as_secs_f64());
    place.drop_database(kind, name);
    cpu
}

/// A register of plain lines over the years: every branch, some supplements, some withdrawn, some late.
fn register(file: &Path, lines: u32) -> std::io::Result<()> {
    let mut procedures = csv::Reader::from_path("config/procedures.csv")?;
    let procedures: Vec<_> = procedures
        .records()
        .filter_map(Result::ok)
        .filter(|row| !row[7].is_empty())
        .map(|row| (row[0].to_owned(), row[1].to_owned(), row[3].to_owned()))
        .collect();
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    writeln!(
        out,
        "branch_code,procedure_code,case,channel,applicant_name,applicant_kind,id_number,phone,email,address,received_at,\
         supplement_requested_at,supplied_at,resolved_at,returned_at,return_channel,withdrawn_at"
    )?;
    let families =
        ["Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô"];
    let middles = ["Văn", "Thị", "Hữu", "Minh", "Ngọc", "Thanh", "Kim", "Đức"];
    let names = [
        "An", "Bình", "Cường", "Dung", "Giang", "Hà", "Hùng", "Khoa", "Lan", "Mai", "Nga", "Phúc", "Quân",
        "Sơn",
    ];
    let first = chrono::NaiveDate::from_ymd_opt(2018, 3, 1).expect("a day");
    let day = |n: u64| first + chrono::Days::new(n);
    // A small generator of its own: the file is the same on every machine.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut chance = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    for line in 0..u64::from(lines) {
        let at = line * 3100 / u64::from(lines);
        let (branch, procedure, case) =
            &procedures[usize::try_from(chance(procedures.len() as u64)).expect("small")];
        let mut one =
            |all: &[&str]| all[usize::try_from(chance(all.len() as u64)).expect("small")].to_owned();
        let name = format!("{} {} {}", one(&families), one(&middles), one(&names));
        let channel = one(&["in_person", "in_person", "online", "postal"]);
        let clock = format!("{:02}:{:02}", 8 + chance(3), chance(60));
        let (supplement, withdrawn) = (chance(10) == 0, chance(40) == 0);
        let waited = if supplement { 5 } else { 0 };
        let resolved = at + 1 + waited + chance(5);
        let then = |yes: bool, n: u64| if yes { format!("{} 15:30", day(n)) } else { String::new() };
        writeln!(
            out,
            "{branch},{procedure},{case},{channel},{name},citizen,079{:09},09{:08},n{line}@example.vn,\"{} Lê Lợi, phường Bến Nghé\",{} {clock},{},{},{},{},{},{}",
            chance(1_000_000_000),
            chance(100_000_000),
            1 + chance(500),
            day(at),
            then(supplement, at + 1),
            then(supplement, at + 1 + waited - 1),
            then(!withdrawn, resolved + 1),
            then(!withdrawn, resolved + 3),
            if withdrawn { "" } else { "in_person" },
            then(withdrawn, resolved + 1),
        )?;
    }
    out.flush()
}

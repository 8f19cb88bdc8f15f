//! The scale harness: `cargo bench --bench scale`. Limits and service measured in turn on both databases, empty, with a
//! million and with ten million dossiers; the tables go into docs/PERFORMANCE.md. It starts what it needs.
//!
//! ```text
//! cargo bench --bench scale -- [--rows 0,1m,10m] [--databases sqlite,postgres] [--only NAMES]
//!                              [--folder FOLDER] [--keep] [--no-document]
//! ```
//!
//! Names: import, killed (both at a million), rates, lists, searches, reports, due, pages, receipts, batches, start, intake, floors.
//! Results are kept in the folder between runs, so that a table can be filled one part at a time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a harness that stops where something is wrong, and measures in fractions"
)]

mod acts;
mod answers;
mod batches;
mod bulk;
mod client;
mod floor;
mod machine;
mod owed;
mod pages;
mod paper;
mod place;
mod plain;
mod report;

use acts::Bench;
use place::{Kind, Place, Service};
use report::Results;
use std::path::{Path, PathBuf};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Wishes {
    rows: Vec<u32>,
    databases: Vec<Kind>,
    only: Vec<String>,
    folder: PathBuf,
    keep: bool,
    document: bool,
}

fn wishes() -> Wishes {
    let mut wishes = Wishes {
        rows: vec![0, 1_000_000, 10_000_000],
        databases: vec![Kind::Sqlite, Kind::Postgres],
        only: Vec::new(),
        folder: std::env::temp_dir().join("motcua-scale"),
        keep: false,
        document: true,
    };
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().unwrap_or_else(|| panic!("{arg} wants a value"));
        match arg.as_str() {
            "--rows" => wishes.rows = value().split(',').map(rows).collect(),
            "--databases" => {
                wishes.databases = value()
                    .split(',')
                    .map(|name| match name {
                        "sqlite" => Kind::Sqlite,
                        "postgres" => Kind::Postgres,
                        other => panic!("no database {other}"),
                    })
                    .collect();
            }
            "--only" => wishes.only = value().split(',').map(str::to_owned).collect(),
            "--folder" => wishes.folder = value().into(),
            "--keep" => wishes.keep = true,
            "--no-document" => wishes.document = false,
            // What cargo adds.
            "--bench" => {}
            other => panic!("no option {other}; see the head of benches/scale/main.rs"),
        }
    }
    wishes
}

fn rows(text: &str) -> u32 {
    let number = |text: &str| text.parse::<u32>().unwrap_or_else(|_| panic!("{text} is no number"));
    match text.strip_suffix('m') {
        Some(millions) => number(millions) * 1_000_000,
        None => number(text),
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some("floor") => {
            let (own, service) = (args.next().expect("a URL"), args.next().expect("the service's URL"));
            return floor::serve(&own, &service);
        }
        // The press asks its own program for papers of others' templates; none are printed here.
        Some("typeset") => return,
        _ => {}
    }
    std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).expect("the repository");
    let wishes = wishes();
    let mut place = Place::new(&wishes.folder);
    let mut results = Results::open(&place.folder);
    let wanted = |what: &str| wishes.only.is_empty() || wishes.only.iter().any(|only| only == what);
    for size in &wishes.rows {
        for kind in &wishes.databases {
            if *size == 1_000_000 && wanted("import") {
                bulk::import(&mut place, &mut results, *kind, *size);
            }
            if *size == 1_000_000 && wanted("killed") {
                bulk::killed(&mut place, &mut results, *kind, *size);
            }
            if !wishes.only.is_empty() && wishes.only.iter().all(|only| only == "import" || only == "killed")
            {
                continue;
            }
            let name = bulk::made(&mut place, &mut results, *kind, *size);
            one(&mut place, &mut results, *kind, *size, &name, &wanted);
            if !wishes.keep {
                place.drop_database(*kind, &name);
                let _gone = std::fs::remove_file(place.folder.join(format!("{name}-{}.done", kind.name())));
            }
        }
    }
    if wishes.document {
        results.write(Path::new("docs/PERFORMANCE.md"));
    }
}

fn one(
    place: &mut Place,
    results: &mut Results,
    kind: Kind,
    dossiers: u32,
    name: &str,
    wanted: &dyn Fn(&str) -> bool,
) {
    let url = place.url(kind, name);
    let folder = place.folder.clone();
    let service = Service::serve(&url, &folder);
    let mut bench = Bench { place, kind, dossiers, url, service, results };
    let codes = bench.codes();
    if wanted("rates") {
        bench.rates();
    }
    if wanted("lists") {
        bench.lists();
    }
    if wanted("searches") {
        bench.searches();
    }
    if wanted("reports") {
        bench.reports();
    }
    if wanted("due") {
        bench.due_scan();
    }
    if wanted("pages") {
        bench.pages(&codes);
    }
    if wanted("start") {
        bench.start();
    }
    if wanted("intake") {
        bench.intake();
    }
    if wanted("receipts") {
        // The newest: those of an earlier run have their receipts already.
        let newest =
            "select code from dossiers where received_at is not null order by received_at desc limit 200";
        let codes = answers::texts(&bench.db(), newest);
        bench.receipts(&codes);
    }
    if wanted("batches") {
        bench.batches();
    }
    if wanted("floors") {
        bench.floors(&codes);
    }
}

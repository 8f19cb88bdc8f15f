//! How long answers take: rates, lists, searches, papers, pages, and the start.

use crate::acts::{Bench, bearer};
use crate::client::{Client, request};
use crate::place::{Kind, Service};
use crate::report::percentile;
use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::Text;
use motcua::db::{Conn, Db, DbError};
use std::time::{Duration, Instant};

pub const TIMES: usize = 30;
/// No single question takes longer than so many seconds altogether.
const STATUSES: [&str; 10] = [
    "registered",
    "received",
    "in_processing",
    "supplement_requested",
    "awaiting_payment",
    "resolved",
    "returned",
    "refused",
    "withdrawn",
    "stopped",
];
const PATIENCE: Duration = Duration::from_secs(6);

#[derive(QueryableByName)]
struct Code {
    #[diesel(sql_type = Text)]
    code: String,
}

pub fn texts(db: &Db, statement: &str) -> Vec<String> {
    let rows: Vec<Code> = db
        .read_blocking(|c| {
            Ok::<_, DbError>(match c {
                Conn::Sqlite(c) => diesel::sql_query(statement).load(*c)?,
                Conn::Pg(c) => diesel::sql_query(statement).load(*c)?,
            })
        })
        .expect(statement);
    rows.into_iter().map(|row| row.code).collect()
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

impl Bench<'_> {
    pub fn db(&self) -> Db {
        Db::open(&self.url.parse().expect("a URL"), 4).expect("the database")
    }

    /// Codes from all over the years.
    pub fn codes(&self) -> Vec<String> {
        let db = self.db();
        let mut codes = Vec::new();
        let first = NaiveDate::from_ymd_opt(2018, 1, 2).expect("a day");
        for n in 0..220_u64 {
            let day = first + Days::new(n * 14);
            let wanted: Vec<String> = (1..=6)
                .map(|branch| format!("'000.00.0{branch}.H29-{}-0001'", day.format("%y%m%d")))
                .collect();
            codes.extend(texts(
                &db,
                &format!("select code from dossiers where code in ({})", wanted.join(", ")),
            ));
        }
        if codes.is_empty() {
            codes = texts(&db, "select code from dossiers limit 200");
        }
        codes
    }

    /// p50 and p99 of a question.
    pub fn asked(&mut self, what: &str, paths: &[String], headers: &str, times: usize, limit: f64) -> f64 {
        let mut client = Client::new(self.service.address);
        let (begun, mut took) = (Instant::now(), Vec::new());
        for n in 0..times {
            let question = request("GET", &paths[n % paths.len()], headers, "");
            let at = Instant::now();
            client.send(&question).expect(200);
            took.push(milliseconds(at));
            if begun.elapsed() > PATIENCE {
                break;
            }
        }
        let p50 = percentile(&took, 50);
        let text = format!("{p50:.1} / {:.1}", percentile(&took, 99));
        self.results.detail(self.kind, self.dossiers, what, p50, limit, text);
        p50
    }

    /// A question that is not answered, where the time of its answer would stand.
    pub fn refused(&mut self, what: &str, status: u16) {
        let text = format!("refused ({status})");
        self.results.detail(self.kind, self.dossiers, what, f64::from(status), 0.0, text);
    }

    /// The slowest of several.
    pub fn slowest(&mut self, row: &str, limit: f64, all: &[(String, f64)]) {
        let worst = all.iter().max_by(|one, other| one.1.total_cmp(&other.1));
        if let Some((what, took)) = worst {
            self.put(row, *took, Some(*took <= limit), format!("{took:.1} ms ({what})"));
        }
    }

    pub fn rates(&mut self) {
        let office = bearer(self.service.address, "vanphong");
        let first = NaiveDate::from_ymd_opt(2018, 1, 1).expect("a day");
        let paths: Vec<String> = (0..400_u64)
            .map(|n| {
                let from = first + Days::new(n * 7919 % 2900);
                let to = from + Days::new([30, 90, 364, 7, 1000][usize::try_from(n % 5).expect("small")]);
                let to = to.min(NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day"));
                format!("/api/v1/rates?from={from}&to={to}&by=branch,sector")
            })
            .collect();
        let mut client = Client::new(self.service.address);
        let mut took = Vec::new();
        for path in &paths {
            let question = request("GET", path, &office, "");
            let at = Instant::now();
            client.send(&question).expect(200);
            took.push(milliseconds(at));
        }
        let (p50, p99) = (percentile(&took, 50), percentile(&took, 99));
        self.put("rates", p50, Some(p50 <= 10.0 && p99 <= 30.0), format!("{p50:.1} / {p99:.1} ms"));
        if let Some(million) =
            self.results.number(self.kind, 1_000_000, "rates").filter(|_| self.dossiers > 1_000_000)
        {
            let grown = p50 / million;
            self.put("rates-grown", grown, Some(grown <= 2.0), format!("{grown:.2}"));
        }
    }

    pub fn lists(&mut self) {
        let office = bearer(self.service.address, "vanphong");
        let handler = bearer(self.service.address, "xuly.ts");
        let (procedure, _) = crate::acts::procedure_of("TS");
        let lists = [
            ("all, newest first", "sort=-received_at".to_owned(), &office),
            ("all, by due date", "sort=due_on".to_owned(), &office),
            ("a branch, newest first", "branch_code=TS&sort=-received_at".to_owned(), &office),
            ("a branch, by due date", "branch_code=TS&sort=due_on".to_owned(), &office),
            ("open, by due date", "open=true&sort=due_on".to_owned(), &office),
            ("open of a branch, by due date", "open=true&branch_code=TS&sort=due_on".to_owned(), &office),
            ("mine, by due date", "held_by=me&open=true&sort=due_on".to_owned(), &handler),
            ("mine, newest first", "held_by=me".to_owned(), &handler),
            ("overdue", "timeliness=overdue".to_owned(), &office),
            (
                "overdue of a branch, by due date",
                "timeliness=overdue&branch_code=TS&sort=due_on".to_owned(),
                &office,
            ),
            ("early", "timeliness=early".to_owned(), &office),
            ("due soon", "timeliness=due_soon&sort=due_on".to_owned(), &office),
            ("waiting", "timeliness=waiting&sort=due_on".to_owned(), &office),
            ("returned", "status=returned".to_owned(), &office),
            ("withdrawn", "status=withdrawn".to_owned(), &office),
            ("refused", "status=refused".to_owned(), &office),
            ("a sector", "sector=Th%C3%BA%20y".to_owned(), &office),
            ("a procedure", format!("procedure_code={procedure}"), &office),
            ("a procedure, by due date", format!("procedure_code={procedure}&sort=due_on"), &office),
            ("online", "channel=online".to_owned(), &office),
            ("open, newest first", "open=true&sort=-received_at".to_owned(), &office),
            ("due in a month", "due_from=2022-03-01&due_to=2022-03-31&sort=due_on".to_owned(), &office),
        ];
        let of_status = STATUSES.iter().flat_map(|status| {
            [
                (format!("{status}, by due date"), format!("status={status}&sort=due_on"), &office),
                (format!("{status} of a branch"), format!("status={status}&branch_code=TS"), &office),
            ]
        });
        let lists =
            lists.into_iter().map(|(name, query, who)| (name.to_owned(), query, who)).chain(of_status);
        let (mut first, mut deep) = (vec![], vec![]);
        for (name, query, who) in lists {
            let path = format!("/api/v1/dossiers?{query}&limit=50");
            first.push((
                name.clone(),
                self.asked(&format!("list: {name}"), std::slice::from_ref(&path), who, TIMES, 30.0),
            ));
            // The cursor of a page that begins in the middle of the years serves the whole list too.
            let middle =
                if query.contains("sort=due_on") { "due_from=2022-06-15" } else { "received_to=2022-06-15" };
            if query.contains("due_from") {
                continue;
            }
            let mut client = Client::new(self.service.address);
            let from_middle = client.get(&format!("{path}&{middle}"), who).expect(200).json();
            if let Some(next) = from_middle["next"].as_str() {
                let path = format!("{path}&cursor={next}");
                deep.push((
                    name.clone(),
                    self.asked(&format!("list, deep: {name}"), &[path], who, TIMES, 30.0),
                ));
            }
        }
        self.slowest("list-first", 30.0, &first);
        self.slowest("list-deep", 30.0, &deep);
    }

    pub fn searches(&mut self) {
        let office = bearer(self.service.address, "vanphong");
        let branch = bearer(self.service.address, "tiepnhan.ts");
        let searches = [
            ("a whole name", "nguyen van hung"),
            ("a name, its last word begun", "tran thi kim ng"),
            ("two words", "huynh dung"),
            ("a frequent word", "nguyen"),
            ("the beginning of words", "ng"),
            ("a company", "cong ty tnhh thuy san"),
            ("a phone", "0912345678"),
            ("the beginning of a phone", "09123"),
            ("nobody", "zyxwvut abc"),
        ];
        let mut all = Vec::new();
        for (name, words) in searches {
            for (whose, who) in [("", &office), (" of a branch", &branch)] {
                let path = format!("/api/v1/dossiers?q={}", words.replace(' ', "+"));
                let what = format!("{name}{whose}");
                all.push((what.clone(), self.asked(&format!("search: {what}"), &[path], who, TIMES, 100.0)));
            }
        }
        self.slowest("search", 100.0, &all);
    }

    /// The statement that looks for drafts to be made, with the day on which so many are due.
    pub fn due_scan(&mut self) {
        let db = self.db();
        let open = "status in ('received', 'in_processing')";
        let day = |skip: u32| {
            let wanted = format!(
                "select cast(apology_due_on as text) as code from dossiers where {open} and apology_due_on is not null \
                 order by apology_due_on, id limit 1 offset {skip}"
            );
            texts(&db, &wanted).pop()
        };
        let Some((due, day)) =
            [10_000, 5000, 2000, 1000, 500, 100, 10, 0].into_iter().find_map(|n| Some((n, day(n)?)))
        else {
            return;
        };
        let scan = format!(
            "select code from dossiers where {open} and apology_due_on <= '{day}' and not exists (select 1 from apologies \
             where dossier_id = dossiers.id and apologies.due_on = dossiers.due_on and apologies.status <> 'cancelled') \
             order by apology_due_on, id"
        );
        let mut took = Vec::new();
        let mut found = 0;
        for _ in 0..TIMES {
            let at = Instant::now();
            found = texts(&db, &scan).len();
            took.push(milliseconds(at));
        }
        let p50 = percentile(&took, 50);
        self.put("due-scan", p50, Some(p50 <= 100.0), format!("{p50:.1} ms ({found} of {due} due)"));
    }

    pub fn receipts(&mut self, codes: &[String]) {
        let office = bearer(self.service.address, "vanphong");
        let mut client = Client::new(self.service.address);
        let (mut took, mut bare, mut again, mut cpu) = (vec![], vec![], vec![], vec![]);
        let ask = |client: &mut Client, code: &str| {
            let question =
                request("GET", &format!("/api/v1/dossiers/{code}/documents/receipt.pdf"), &office, "");
            let at = Instant::now();
            let answer = client.send(&question);
            (milliseconds(at), answer.status)
        };
        let page = crate::paper::BarePage::new();
        for (n, code) in codes.iter().rev().take(80).enumerate() {
            let before = self.service.cpu_ms();
            let (first, status) = ask(&mut client, code);
            if status != 200 {
                continue;
            }
            cpu.push((self.service.cpu_ms() - before) as f64);
            let at = Instant::now();
            page.print(n);
            let blank = milliseconds(at);
            again.push(ask(&mut client, code).0);
            // The first ones warm the press.
            if n >= 10 {
                took.push(first);
                bare.push(blank);
            }
        }
        if took.is_empty() {
            return;
        }
        let (p50, blank) = (percentile(&took, 50), percentile(&bare, 50));
        let mean = cpu.iter().sum::<f64>() / cpu.len() as f64;
        let text = format!(
            "{p50:.1} ms printed and stored / {blank:.1} ms; {mean:.1} ms processor; {:.1} ms from the store",
            percentile(&again, 50)
        );
        let met = (self.kind == Kind::Sqlite).then_some(p50 <= 20.0);
        self.put("receipt", p50, met, text);
    }

    /// What is sent upward, what is late and what will be, over all branches.
    pub fn reports(&mut self) {
        let office = bearer(self.service.address, "vanphong");
        let asked = [
            ("rates of a year by month", "/api/v1/rates?from=2023-01-01&to=2023-12-31&by=month"),
            ("rates of a year by procedure", "/api/v1/rates?from=2023-01-01&to=2023-12-31&by=procedure"),
            ("rates of a year by officer", "/api/v1/rates?from=2023-01-01&to=2023-12-31&by=officer"),
            ("II.06a of a year", "/api/v1/reports/ii06a?from=2023-01-01&to=2023-12-31"),
            ("late dossiers of a month", "/api/v1/reports/overdue?from=2023-03-01&to=2023-03-31"),
            ("late dossiers of a year", "/api/v1/reports/overdue?from=2023-01-01&to=2023-12-31"),
            ("signs of gaming of a year", "/api/v1/reports/integrity?from=2023-01-01&to=2023-12-31"),
            ("causes of a year", "/api/v1/reports/causes?from=2023-01-01&to=2023-12-31"),
            ("workload of a year", "/api/v1/reports/workload?from=2023-01-01&to=2023-12-31"),
            ("open dossiers by age", "/api/v1/reports/ageing"),
            ("early warnings", "/api/v1/warnings"),
            ("targets and coverage of apologies", "/api/v1/indicators?from=2023-01-01&to=2023-12-31"),
            (
                "late dossiers of a month, of a branch",
                "/api/v1/reports/overdue?from=2023-03-01&to=2023-03-31&branch_code=TS",
            ),
            (
                "causes of a year, of a branch",
                "/api/v1/reports/causes?from=2023-01-01&to=2023-12-31&branch_code=TS",
            ),
            ("early warnings of a branch", "/api/v1/warnings?branch_code=TS"),
            ("likely late of a branch", "/api/v1/warnings?kind=likely_late&branch_code=TS"),
            ("apologies still owed of a month", "/api/v1/apologies/missing?from=2023-03-01&to=2023-03-31"),
            (
                "apologies still owed of a year, of a branch",
                "/api/v1/apologies/missing?from=2023-01-01&to=2023-12-31&branch_code=TS",
            ),
            (
                "dossiers behind: received",
                "/api/v1/rates/dossiers?from=2023-03-01&to=2023-03-31&figure=received",
            ),
            (
                "dossiers behind: resolved overdue",
                "/api/v1/rates/dossiers?from=2023-03-01&to=2023-03-31&figure=resolved_overdue",
            ),
            (
                "dossiers behind: in process",
                "/api/v1/rates/dossiers?from=2023-03-01&to=2023-03-31&figure=in_process",
            ),
            (
                "dossiers behind: in process overdue",
                "/api/v1/rates/dossiers?from=2023-03-01&to=2023-03-31&figure=in_process_overdue",
            ),
            (
                "rates against the re-appointed date, a year",
                "/api/v1/rates?from=2023-01-01&to=2023-12-31&against=reappointed&by=branch",
            ),
            ("the report of a unit over a year, all branches", "/api/v1/reports/unit?year=2023&months=12"),
            (
                "the report of a unit over a year, of a branch",
                "/api/v1/reports/unit?year=2023&months=12&branch_code=TS",
            ),
            (
                "rates against the re-appointed date, a month",
                "/api/v1/rates?from=2023-03-01&to=2023-03-31&against=reappointed&by=branch",
            ),
            (
                "what each unit's part came to, a month of a branch",
                "/api/v1/rates/handling?from=2023-03-01&to=2023-03-31&branch_code=TS",
            ),
            (
                "what each unit's part came to, a year by branch, procedure and officer",
                "/api/v1/rates/handling?from=2023-01-01&to=2023-12-31&by=branch,procedure,officer",
            ),
            ("open dossiers by age, an evening of 2023", "/api/v1/reports/ageing?as_of=2023-03-31"),
            ("repeated supplements of a month", "/api/v1/reports/supplements?from=2023-03-01&to=2023-03-31"),
        ];
        let mut all = Vec::new();
        for (name, path) in asked {
            let status = Client::new(self.service.address).get(path, &office).status;
            if status != 200 {
                self.refused(&format!("report: {name}"), status);
                continue;
            }
            let took = self.asked(&format!("report: {name}"), &[path.to_owned()], &office, TIMES, 1000.0);
            all.push((name.to_owned(), took));
        }
        self.slowest("reports", 1000.0, &all);
    }

    /// Start to ready, and the memory of a service that nobody has asked yet.
    pub fn start(&mut self) {
        let folder = self.place.folder.clone();
        let mut took = Vec::new();
        let mut memory = 0.0;
        for _ in 0..5 {
            let service = Service::serve(&self.url, &folder);
            took.push(service.ready.as_secs_f64());
            std::thread::sleep(Duration::from_millis(500));
            memory = service.memory_mb();
        }
        let (median, most) = (percentile(&took, 50), percentile(&took, 100));
        self.put("ready", median, Some(median <= 1.0), format!("{median:.2} s (most {most:.2})"));
        let worked = self.service.memory_mb();
        self.put(
            "memory",
            memory,
            Some(memory <= 60.0),
            format!("{memory:.0} MB ({worked:.0} after this run)"),
        );
    }
}

//! The reports behind the figures: as many as a naive recount, in every format, with sums that a spreadsheet finds too.

use crate::apology::{DAY_BEFORE, Office};
use crate::dossier::life::take_in;
use crate::report::written::{OFFICERS, Written, written};
use crate::support::house::{Person, TestHouse, send};
use crate::support::soffice::soffice;
use chrono::{NaiveDate, NaiveDateTime};
use motcua::account;
use motcua::documents::table::{Cell, Column, Table, csv as as_csv, xlsx};
use motcua::domain::dossier::replay;
use motcua::domain::event::Fact;
use motcua::domain::ids::OfficerId;
use motcua::domain::local_time::day_of;
use motcua::domain::rates::Figures;
use motcua::domain::role::Role;
use motcua::http::{self, House};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The service over random lives, and somebody who sees all.
pub async fn open(db: crate::support::database::TestDatabase, written: &Written) -> (TestHouse, Person) {
    let ground = &written.ground;
    let (clock, references) = (ground.clock.clone(), ground.references.clone());
    let house = House::new(ground.db.clone(), clock, references, http::Settings::default());
    let house = TestHouse::over(db, house, account::Settings::default()).await;
    let office = house.sign_in_as(Role::Office, None).await;
    (house, office)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

type Rows = BTreeMap<String, Value>;

on_both! {
    async fn what_each_officer_did_is_what_a_recount_of_the_events_finds(db: TestDatabase) {
        let written = written(&db, 160);
        let (_house, office) = open(db, &written).await;
        for (from, to, as_of) in [("2024-12-01", "2025-12-31", "2025-12-31"), ("2025-01-10", "2025-02-20", "2025-02-14")] {
            let report = office.get(&format!("/reports/workload?from={from}&to={to}&as_of={as_of}")).await.expect(200).body;
            let mut told = Rows::new();
            for row in report["rows"].as_array().unwrap() {
                let key = format!("{} {}", row["branch_code"], row["officer"]);
                assert!(told.insert(key, row.clone()).is_none(), "{row}");
            }
            let mut wanted = Rows::new();
            let known = written.ids.officers.iter().zip(OFFICERS).map(|(id, name)| (*id, json!(name)));
            for (officer, name) in known.chain([(OfficerId::nil(), Value::Null)]) {
                for branch in &written.ids.branches {
                    let mut figures = Figures::default();
                    for life in written.lives.iter().filter(|life| life.whose.branch == *branch) {
                        life.count(&mut figures, (day(from), day(to), day(as_of)), Some(officer));
                    }
                    if figures.is_zero() {
                        continue;
                    }
                    let code = &written.reference.branch_by_id(*branch).unwrap().code;
                    wanted.insert(format!("{} {name}", json!(code)), json!({
                        "received": figures.received.total, "resolved": figures.resolved.total, "early": figures.resolved.early,
                        "on_time": figures.resolved.on_time, "overdue": figures.resolved.overdue,
                        "closed_without_result": figures.closed_without_result.total, "in_process": figures.in_process.total,
                        "within_limit": figures.in_process.within_limit, "in_process_overdue": figures.in_process.overdue,
                        "waiting": figures.in_process.waiting,
                    }));
                }
            }
            assert_eq!(told.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "{from}");
            for (key, figures) in &wanted {
                for (name, count) in figures.as_object().unwrap() {
                    assert_eq!(&told[key][name], count, "{name} of {key} from {from}");
                }
            }
            assert!(wanted.len() > 5, "too few rows to show anything");
        }
    }

    async fn the_open_dossiers_fall_into_the_classes_a_recount_of_the_events_finds(db: TestDatabase) {
        let written = written(&db, 200);
        let (house, office) = open(db, &written).await;
        // The lives are over long before; most of what is open is very late. Earlier days show the other classes.
        for now in ["2025-01-20 09:00", "2025-03-10 09:00", "2026-01-05 10:00"] {
            house.it_is(now);
            let office = house.sign_in(&office.username).await;
            let today = day(&now[..10]);
            let mut wanted: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
            let mut open = 0;
            for events in &written.told {
                let (dossier, _) = replay(events).unwrap();
                if !dossier.status.is_in_process() {
                    continue;
                }
                open += 1;
                let branch = &written.reference.branch_by_id(dossier.branch).unwrap().code;
                let sector = &written.reference.sector_by_id(dossier.sector).unwrap().code;
                let age = (today - day_of(dossier.received_at.unwrap())).num_days();
                let ages = [(5, "up_to_5"), (10, "up_to_10"), (20, "up_to_20"), (30, "up_to_30"), (60, "up_to_60"), (90, "up_to_90")];
                let age = ages.iter().find(|(most, _)| age <= *most).map_or("over_90", |(_, name)| name);
                let left = (dossier.due_on().unwrap() - today).num_days();
                let due = if dossier.status.is_waiting() { "waiting" } else {
                    let classes = [(-31, "late_over_30"), (-11, "late_up_to_30"), (-4, "late_up_to_10"), (-1, "late_up_to_3"), (0, "due_today"), (3, "due_within_3"), (10, "due_within_10")];
                    classes.iter().find(|(most, _)| left <= *most).map_or("due_later", |(_, name)| name)
                };
                let row = wanted.entry(format!("{branch} {sector}")).or_default();
                *row.entry(format!("age {age}")).or_default() += 1;
                *row.entry(format!("due {due}")).or_default() += 1;
            }
            let report = office.get("/reports/ageing").await.expect(200).body;
            assert_eq!((&report["as_of"], &report["total"]["open"]), (&json!(now[..10]), &json!(open)));
            let mut told: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
            for row in report["rows"].as_array().unwrap() {
                let key = format!("{} {}", row["branch_code"].as_str().unwrap(), row["sector_code"].as_str().unwrap());
                let counts = told.entry(key).or_default();
                for (by, short) in [("by_age", "age"), ("by_due", "due")] {
                    let sum: i64 = row[by].as_object().unwrap().values().map(|count| count.as_i64().unwrap()).sum();
                    assert_eq!(row["open"], sum, "{row}");
                    counts.extend(row[by].as_object().unwrap().iter().map(|(name, count)| (format!("{short} {name}"), count.as_i64().unwrap())));
                }
            }
            assert_eq!(told, wanted, "{now}");
        }
        let office = house.sign_in(&office.username).await;
        let rates = office.get("/rates?from=2024-12-01&to=2026-01-05").await.expect(200);
        let report = office.get("/reports/ageing").await.expect(200).body;
        assert_eq!(rates.body["total"]["in_process"]["total"], report["total"]["open"]);
    }

    async fn on_any_evening_the_open_dossiers_fall_into_the_classes_a_naive_recount_finds(db: TestDatabase) {
        let written = written(&db, 240);
        let (_house, office) = open(db, &written).await;
        let evenings = std::env::var("MOTCUA_TEST_EVENINGS").map_or(20, |text| text.parse().unwrap());
        let first = day("2024-12-20");
        let mut seen: BTreeMap<String, i64> = BTreeMap::new();
        for n in 0..evenings {
            // Spread over the lives; the last ones when all is over, and yesterday.
            let as_of = if n + 1 == evenings { day("2026-01-04") } else { first + chrono::Days::new(n * 37 % 190) };
            let mut wanted: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
            for life in &written.lives {
                let Some((received_on, due_on, waits)) = life.open_on(as_of) else { continue };
                let branch = &written.reference.branch_by_id(life.whose.branch).unwrap().code;
                let sector = &written.reference.sector_by_id(life.whose.sector).unwrap().code;
                let days = (as_of - received_on).num_days();
                let age = match days {
                    0..=5 => "up_to_5", 6..=10 => "up_to_10", 11..=20 => "up_to_20", 21..=30 => "up_to_30",
                    31..=60 => "up_to_60", 61..=90 => "up_to_90", _ => "over_90",
                };
                let due = match (due_on - as_of).num_days() {
                    _ if waits => "waiting",
                    ..=-31 => "late_over_30", -30..=-11 => "late_up_to_30", -10..=-4 => "late_up_to_10", -3..=-1 => "late_up_to_3",
                    0 => "due_today", 1..=3 => "due_within_3", 4..=10 => "due_within_10", _ => "due_later",
                };
                for key in [format!("{branch} {sector}"), "total".to_owned()] {
                    let row = wanted.entry(key).or_default();
                    for class in ["open".to_owned(), format!("age {age}"), format!("due {due}")] {
                        *row.entry(class).or_default() += 1;
                    }
                }
            }
            let report = office.get(&format!("/reports/ageing?as_of={as_of}")).await.expect(200).body;
            assert_eq!(report["as_of"], json!(as_of));
            let mut told: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
            let rows = report["rows"].as_array().unwrap().iter().chain([&report["total"]]);
            for row in rows.filter(|row| row["open"] != 0) {
                let named = |name: &str| row[name].as_str().map(str::to_owned);
                let key = named("branch_code").zip(named("sector_code")).map_or_else(|| "total".to_owned(), |(branch, sector)| format!("{branch} {sector}"));
                let counts = told.entry(key).or_default();
                counts.insert("open".to_owned(), row["open"].as_i64().unwrap());
                for (by, short) in [("by_age", "age"), ("by_due", "due")] {
                    counts.extend(row[by].as_object().unwrap().iter().map(|(name, count)| (format!("{short} {name}"), count.as_i64().unwrap())));
                }
            }
            assert_eq!(told, wanted, "{as_of}");
            let rates = office.get(&format!("/rates?from=2024-12-01&to={as_of}")).await.expect(200).body;
            assert_eq!(rates["total"]["in_process"]["total"], report["total"]["open"], "{as_of}");
            for (class, count) in wanted.remove("total").unwrap_or_default() {
                *seen.entry(class).or_default() += count;
            }
        }
        assert_eq!(seen.len(), 1 + 7 + 9, "the evenings do not show all classes: {seen:?}");
        office.get("/reports/ageing?as_of=2026-01-06").await.expect_faults(&["/query/as_of after-today"]);
        let code = &written.reference.branch_by_id(written.ids.branches[0]).unwrap().code;
        let all = office.get("/reports/ageing?as_of=2025-02-10").await.expect(200).body;
        let own = office.get(&format!("/reports/ageing?as_of=2025-02-10&branch_code={code}")).await.expect(200).body;
        let of_all: Vec<&Value> = all["rows"].as_array().unwrap().iter().filter(|row| row["branch_code"] == *code).collect();
        assert!(of_all.len() < all["rows"].as_array().unwrap().len());
        assert_eq!(own["rows"].as_array().unwrap().iter().collect::<Vec<_>>(), of_all);
    }

    async fn repeated_supplements_are_those_of_the_events(db: TestDatabase) {
        let written = written(&db, 260);
        let (_house, office) = open(db, &written).await;
        for (from, to, as_of) in [("2024-12-01", "2025-12-31", "2025-12-31"), ("2025-01-10", "2025-03-20", "2025-02-24")] {
            let report = office.get(&format!("/reports/supplements?from={from}&to={to}&as_of={as_of}")).await.expect(200).body;
            let last = day(to).min(day(as_of));
            let mut wanted = BTreeMap::new();
            for events in &written.told {
                let Fact::Registered(registration) = &events[0].fact else { panic!("no registration") };
                let asked_for: Vec<(u32, NaiveDate, bool)> = events.iter().filter_map(|event| match &event.fact {
                    Fact::SupplementRequested { round, late_request, .. } => Some((*round, day_of(event.occurred_at), *late_request)),
                    _ => None,
                }).collect();
                if !asked_for.iter().any(|(round, on, _)| *round > 1 && (day(from)..=last).contains(on)) {
                    continue;
                }
                // Day by day: was the applicant waited for on this evening?
                let mut waited = 0;
                let mut evening = day_of(events[0].occurred_at);
                while evening < day(as_of) {
                    let mut waits = false;
                    for event in events.iter().filter(|event| day_of(event.occurred_at) <= evening) {
                        match &event.fact {
                            Fact::SupplementRequested { .. } => waits = true,
                            Fact::Supplied { .. } | Fact::Withdrawn { .. } | Fact::Stopped { .. } => waits = false,
                            _ => {}
                        }
                    }
                    waited += i64::from(waits);
                    evening = evening.succ_opt().unwrap();
                }
                let known: Vec<_> = asked_for.iter().filter(|(_, on, _)| *on <= day(as_of)).collect();
                wanted.insert(registration.code.clone(), (known.len(), known.iter().filter(|(.., late)| *late).count(), waited));
            }
            let told: BTreeMap<String, (usize, usize, i64)> = report["items"].as_array().unwrap().iter().map(|item| {
                let number = |name: &str| usize::try_from(item[name].as_u64().unwrap()).unwrap();
                assert_eq!(item["requests"].as_array().unwrap().len(), number("rounds"));
                (item["dossier_code"].as_str().unwrap().to_owned(), (number("rounds"), number("late_requests"), item["days_waited"].as_i64().unwrap()))
            }).collect();
            assert_eq!(told, wanted, "{from}");
            assert!(!wanted.is_empty(), "the lives show nothing");
        }
    }

    async fn as_many_are_late_on_any_evening_as_the_rates_say(db: TestDatabase) {
        let written = written(&db, 200);
        let (_house, office) = open(db, &written).await;
        let mut found = 0;
        for (from, to) in [("2024-12-15", "2025-01-09"), ("2025-01-10", "2025-02-20"), ("2025-02-01", "2025-02-28"), ("2025-03-14", "2025-05-02"), ("2025-01-01", "2026-01-05")] {
            let days = format!("from={from}&to={to}");
            let list = office.get(&format!("/reports/overdue?{days}")).await.expect(200).body;
            let mut codes: Vec<&str> = list["items"].as_array().unwrap().iter().map(|item| item["dossier_code"].as_str().unwrap()).collect();
            let mut wanted = Vec::new();
            for (life, events) in written.lives.iter().zip(&written.told) {
                let Fact::Registered(registration) = &events[0].fact else { panic!("no registration") };
                let mut figures = Figures::default();
                life.count(&mut figures, (day(from), day(to), day(to)), None);
                if figures.resolved.overdue + figures.closed_without_result.past_due + figures.in_process.overdue > 0 {
                    wanted.push(registration.code.as_str());
                }
            }
            codes.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(codes, wanted, "{days}");
            let causes = office.get(&format!("/reports/causes?{days}")).await.expect(200).body;
            assert_eq!(causes["total"]["late"], wanted.len(), "{days}");
            found += wanted.len();
        }
        assert!(found > 50, "the lives show nothing: {found}");
        // On another evening than that of the last day: before it, and after it.
        for (from, to, as_of) in [("2025-01-10", "2025-03-20", "2025-02-14"), ("2025-01-10", "2025-02-10", "2025-03-20"), ("2025-01-10", "2025-03-20", "2026-01-05")] {
            let days = format!("from={from}&to={to}&as_of={as_of}");
            let list = office.get(&format!("/reports/overdue?{days}")).await.expect(200).body;
            assert_eq!(list["as_of"], json!(as_of));
            let total = office.get(&format!("/rates?{days}")).await.expect(200).body["total"].clone();
            let late = [("resolved", "overdue"), ("closed_without_result", "past_due"), ("in_process", "overdue")];
            let wanted: i64 = late.iter().map(|(part, name)| total[part][name].as_i64().unwrap()).sum();
            assert_eq!(i64::try_from(list["items"].as_array().unwrap().len()).unwrap(), wanted, "{days}");
            for item in list["items"].as_array().unwrap() {
                let ended = item["ended_on"].as_str().map_or(day(as_of), day);
                assert_eq!(item["days_late"], (ended - day(item["due_on"].as_str().unwrap())).num_days(), "{item}");
            }
        }
        let march = "/reports/overdue?from=2025-03-01&to=2025-03-31";
        office.get(&format!("{march}&as_of=2026-01-06")).await.expect_faults(&["/query/as_of after-today"]);
        office.get(&format!("{march}&as_of=2025-02-28")).await.expect_faults(&["/query/as_of before-from"]);
    }

    async fn causes_add_up_to_the_list_of_late_dossiers(db: TestDatabase) {
        let written = written(&db, 160);
        let (_house, office) = open(db, &written).await;
        for days in ["from=2024-12-01&to=2026-01-05", "from=2025-01-10&to=2025-02-20"] {
            let causes = office.get(&format!("/reports/causes?{days}")).await.expect(200).body;
            let late = office.get(&format!("/reports/overdue?{days}")).await.expect(200).body;
            let mut listed: BTreeMap<(String, String), i64> = BTreeMap::new();
            for item in late["items"].as_array().unwrap() {
                let key = (item["branch_code"].as_str().unwrap().to_owned(), item["sector"].as_str().unwrap().to_owned());
                *listed.entry(key).or_default() += 1;
            }
            let told: BTreeMap<(String, String), i64> = causes["rows"].as_array().unwrap().iter().map(|row| {
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                ((text("branch_code"), text("sector")), row["late"].as_i64().unwrap())
            }).collect();
            assert_eq!(told, listed, "{days}");
            assert_eq!(causes["total"]["late"], late["items"].as_array().unwrap().len());
            assert!(listed.len() > 2, "too little is late to show anything");
        }
    }

    async fn a_cause_counts_for_whoever_is_to_blame(db: TestDatabase) {
        let office = Office::open(db).await;
        for name in ["Nguyễn Thị Một", "Trần Văn Hai", "Lê Thị Ba"] {
            office.take_in(name).await;
        }
        office.house.it_is(DAY_BEFORE);
        office.work().await;
        office.house.it_is("2026-03-31 09:00");
        let head = &office.head;
        let drafts = head.get("/apologies?status=draft").await.expect(200).body;
        for (draft, cause) in drafts["items"].as_array().unwrap().iter().zip(["slow_handling", "disaster"]) {
            let path = format!("/apologies/{}", draft["id"].as_str().unwrap());
            let one = head.get(&path).await.expect(200);
            head.patch(&path, one.version(), json!({"cause": cause, "reason": "Lý do đã được nêu rõ ở đây"})).await.expect(200);
        }
        const MARCH: &str = "from=2026-03-01&to=2026-03-31";
        let report = head.get(&format!("/reports/causes?{MARCH}")).await.expect(200).body;
        assert_eq!(report["rows"].as_array().unwrap().len(), 1);
        let counts = json!({"late": 3, "subjective": 1, "objective": 1, "own_causes": 0, "not_said": 1, "causes": {"slow_handling": 1, "disaster": 1}});
        assert_eq!(report["total"], counts);
        let csv = head.get(&format!("/reports/causes?{MARCH}&format=csv")).await.expect(200).text;
        assert!(csv.contains("Nguyên nhân chủ quan: xử lý chậm") && csv.contains("TS,Thủy sản,3,1,1,0,0,0,1,0,0,0,0,1,0,1"), "{csv}");
        let late = head.get(&format!("/reports/overdue?{MARCH}&format=csv")).await.expect(200).text;
        assert!(late.contains("xử lý chậm,chủ quan") && late.contains("khách quan"), "{late}");
    }

    async fn every_report_comes_in_every_format_and_a_branch_gets_its_own(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        take_in(&counter, "1.003650", "Nguyễn Thị Một").await;
        house.it_is("2026-03-31 09:00");
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let office = house.sign_in_as(Role::Office, None).await;
        const MARCH: &str = "from=2026-03-01&to=2026-03-31";
        let reports = ["ii06a", "overdue", "causes", "supplements", "workload", "integrity"].map(|name| format!("{name}?{MARCH}"));
        for report in reports.into_iter().chain(["ageing?".to_owned(), "register?year=2026&branch_code=TS".to_owned()]) {
            for who in [&head, &office] {
                who.get(&format!("/reports/{report}")).await.expect(200);
                let table = who.get(&format!("/reports/{report}&format=table")).await.expect(200).body;
                let columns = table["columns"].as_array().unwrap();
                assert!(table["title"].is_string() && columns.len() > 3, "{report}: {table}");
                for row in table["rows"].as_array().unwrap().iter().chain(table["total"].as_array().map(|_| &table["total"])) {
                    assert_eq!(row.as_array().unwrap().len(), columns.len(), "{report}");
                }
                let grouped: u64 = table["groups"].as_array().unwrap().iter().map(|group| group["count"].as_u64().unwrap()).sum();
                assert_eq!(grouped, columns.len() as u64, "{report}");
                for (format, kind, begins) in [("csv", "text/csv; charset=utf-8", "\u{feff}"), ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"), ("pdf", "application/pdf", "%PDF-1.7")] {
                    let file = send(who.request(Method::GET, &format!("/reports/{report}&format={format}"))).await.expect(200);
                    assert_eq!(file.header("content-type"), Some(kind), "{report}");
                    assert!(file.text.starts_with(begins), "{report} as {format}");
                }
            }
            head.get(&format!("/reports/{}&branch_code=KL", report.replace("&branch_code=TS", ""))).await.expect_problem(403, "foreign-branch");
            house.nobody().get(&format!("/reports/{report}")).await.expect(401);
        }
        head.get("/reports/ageing?from=2026-03-01").await.expect_faults(&["/query/from unknown-parameter"]);
    }
}

/// A spreadsheet program counts every formula again and finds what was stored: in the reports, closings, the scoreboard and the
/// list behind a number, and not in a table whose stored sums are wrong.
#[tokio::test]
async fn a_spreadsheet_finds_the_sums_that_are_stored() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut convert) = soffice(folder.path()) else { return };
    let db = crate::support::database::fresh(crate::support::database::Kind::Sqlite).unwrap();
    let written = written(&db, 120);
    let (house, office) = open(db, &written).await;
    let profile = folder.path().join("profile");
    std::fs::create_dir_all(profile.join("user")).unwrap();
    std::fs::write(profile.join("user/registrymodifications.xcu"), ALWAYS_COUNT_AGAIN).unwrap();
    const DAYS: &str = "from=2024-12-01&to=2025-06-30";
    let mut asked: Vec<(String, String)> = ["ii06a", "workload", "causes", "supplements", "integrity"]
        .map(|report| (report.to_owned(), format!("/reports/{report}?{DAYS}&")))
        .to_vec();
    asked.push(("ageing".to_owned(), "/reports/ageing?".to_owned()));
    asked.push(("scoreboard".to_owned(), format!("/indicators?{DAYS}&")));
    asked.push(("list".to_owned(), format!("/rates/dossiers?{DAYS}&figure=resolved&")));
    for report in ["ii06a", "rates", "unit"] {
        let closed = json!({"from": "2024-12-01", "to": "2025-06-30", "report": report});
        let closing = office.post("/closings", closed).await.expect(201);
        asked.push((
            format!("closed-{report}"),
            format!("/closings/{}?", closing.body["id"].as_str().unwrap()),
        ));
    }
    let mut wanted = Vec::new();
    for (name, path) in asked {
        let path = format!("{}/api/v1{path}format=", house.origin);
        let get = async |format: &str| {
            let token = office.access_token.as_ref().unwrap();
            let asking = reqwest::Client::new().get(format!("{path}{format}")).bearer_auth(token);
            asking.send().await.unwrap().error_for_status().unwrap()
        };
        let csv = get("csv").await.text().await.unwrap();
        let book = get("xlsx").await.bytes().await.unwrap();
        std::fs::write(folder.path().join(&name).with_extension("xlsx"), book).unwrap();
        wanted.push((name, csv));
    }
    let wrong = Table {
        title: "Sai".into(),
        columns: vec![Column::new("A", 9), Column::new("B", 9), Column::new("C", 9), Column::new("D", 9)],
        rows: vec![vec![
            Cell::Sum(vec![1, 2], 999),
            Cell::Number(1),
            Cell::Number(3),
            Cell::Share(1, 2, 7, 7),
        ]],
        total: Some(vec![Cell::Number(999), Cell::Number(999), Cell::Number(999), Cell::Empty]),
        ..Table::default()
    };
    std::fs::write(folder.path().join("wrong.xlsx"), xlsx(&wrong).unwrap()).unwrap();
    let right = Table {
        rows: vec![vec![Cell::Sum(vec![1, 2], 4), Cell::Number(1), Cell::Number(3), Cell::Share(1, 2, 1, 3)]],
        total: Some(vec![Cell::Number(4), Cell::Number(1), Cell::Number(3), Cell::Empty]),
        ..wrong
    };
    wanted.push(("wrong".to_owned(), String::from_utf8(as_csv(&right).unwrap()).unwrap()));
    let books: Vec<_> =
        wanted.iter().map(|(name, _)| folder.path().join(name).with_extension("xlsx")).collect();
    let status = convert
        .args(["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false", "--outdir"])
        .arg(folder.path())
        .args(&books)
        .status()
        .unwrap();
    assert!(status.success());
    let mut sums = 0;
    for (name, csv) in wanted {
        let text = std::fs::read_to_string(folder.path().join(&name).with_extension("csv")).unwrap();
        let compared = same_numbers(&name, &csv, &text);
        // Of whatever kind, there is something in it.
        assert!(compared > 0, "{name}: no numbers were compared");
        sums += compared;
    }
    assert!(sums > 200, "only {sums} numbers were compared");
}

/// How many numbers of our file of text stand in the other at the same place.
fn same_numbers(name: &str, ours: &str, text: &str) -> usize {
    let cells = |text: &str| -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        reader.records().map(|line| line.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    let (found, ours) = (cells(text), cells(ours));
    // Under the title, what it is about and the head there are as many lines as in the file of text.
    let number = |cell: &str| cell.parse::<f64>().ok();
    let date = |cell: &str| {
        let day = NaiveDate::parse_from_str(cell, "%d/%m/%Y").map(|day| day.to_string());
        let moment = NaiveDateTime::parse_from_str(cell, "%d/%m/%Y %H:%M");
        let moment = moment.map(|at| at.format("%Y-%m-%d %H:%M").to_string());
        day.or(moment).unwrap_or_else(|_| cell.to_owned())
    };
    let same =
        |(a, b): (&String, &String)| date(a) == *b || number(a).zip(number(b)).is_some_and(|(a, b)| a == b);
    let first = found.iter().position(|line| line.iter().zip(&ours[1]).all(same));
    let first = first.unwrap_or_else(|| panic!("{name}: {:?} is not in {text}", ours[1]));
    let mut compared = 0;
    for (place, line) in ours[1..].iter().enumerate() {
        for (column, cell) in line.iter().enumerate() {
            let Some(count) = number(cell) else { continue };
            assert_eq!(
                number(&found[first + place][column]),
                Some(count),
                "{name}, line {place}, column {column}"
            );
            compared += 1;
        }
    }
    compared
}

const ALWAYS_COUNT_AGAIN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"#;

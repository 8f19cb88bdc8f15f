//! Signs of gaming: as many as a naive walk over the events of random lives finds, and as many as are listed.

use super::written::{Written, written};
use crate::dossier::life::take_in;
use crate::support::house::{Person, TestHouse, send};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use motcua::account;
use motcua::domain::calendar::Calendar;
use motcua::domain::deadline::deadline;
use motcua::domain::event::{Channel, CorrectableField, Event, Fact};
use motcua::domain::ids::{BranchId, OfficerId, ProcedureId};
use motcua::domain::local_time::{day_of, moment};
use motcua::domain::role::Role;
use motcua::http::{self, House};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Something that bears a sign.
struct Sign {
    sign: &'static str,
    at: DateTime<Utc>,
    code: String,
    branch: BranchId,
    officer: Option<OfficerId>,
}

/// What a person would write on a card about a dossier after reading all of its events.
struct Card {
    code: String,
    branch: BranchId,
    procedure: ProcedureId,
    channel: Channel,
    name: String,
    id_number: Option<String>,
    phone: Option<String>,
    submitted: DateTime<Utc>,
    moments: BTreeMap<&'static str, (DateTime<Utc>, Option<OfficerId>)>,
}

impl Card {
    fn of(events: &[Event]) -> Self {
        let Fact::Registered(registration) = &events[0].fact else { panic!("no registration") };
        let applicant = &registration.particulars.applicant;
        let mut card = Self {
            code: registration.code.clone(),
            branch: registration.branch,
            procedure: registration.procedure,
            channel: registration.channel,
            name: applicant.name.clone(),
            id_number: applicant.id_number.clone(),
            phone: applicant.phone.clone(),
            submitted: events[0].occurred_at,
            moments: BTreeMap::new(),
        };
        for event in events {
            let kind = match &event.fact {
                Fact::Corrected { field, new, .. } => {
                    card.correct(*field, new);
                    continue;
                }
                fact => fact.kind(),
            };
            if kind == "return_undone" {
                card.moments.remove("returned");
            }
            card.moments.insert(kind, (event.occurred_at, event.officer));
        }
        card
    }

    fn correct(&mut self, field: CorrectableField, new: &str) {
        let kind = match field {
            CorrectableField::ReceivedAt => "received",
            CorrectableField::ResolvedAt => "resolved",
            CorrectableField::ReturnedAt => "returned",
            CorrectableField::Channel => return self.channel = new.parse().unwrap(),
            CorrectableField::ApplicantName => return self.name = new.to_owned(),
            other => panic!("no life corrects {other}"),
        };
        let at = new.parse().unwrap();
        let (old, _) = self.moments[kind];
        if kind == "received" && self.submitted == old {
            self.submitted = at;
        }
        self.moments.get_mut(kind).unwrap().0 = at;
    }

    fn when(&self, kind: &str) -> Option<DateTime<Utc>> {
        self.moments.get(kind).map(|(at, _)| *at)
    }

    fn who(&self, kind: &str) -> Option<OfficerId> {
        self.moments.get(kind).and_then(|(_, officer)| *officer)
    }

    fn same_owner(&self, other: &Self) -> bool {
        if self.id_number.is_some() && other.id_number.is_some() {
            return self.id_number == other.id_number;
        }
        self.phone.is_some() && self.phone == other.phone && self.name == other.name
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    moment(day.and_time(NaiveTime::MIN))
}

/// Working days after one day, up to another, counted one by one.
fn working_days(calendar: &Calendar, after: NaiveDate, up_to: NaiveDate) -> usize {
    after
        .iter_days()
        .skip(1)
        .take_while(|day| *day <= up_to)
        .filter(|day| calendar.is_working(*day).unwrap())
        .count()
}

fn naive(written: &Written, (as_of, now): (NaiveDate, DateTime<Utc>)) -> Vec<Sign> {
    let calendar = &written.reference.calendar;
    let evening = midnight(as_of.succ_opt().unwrap()).min(now);
    let cards: Vec<Card> = written.told.iter().map(|events| Card::of(events)).collect();
    let mut found = Vec::new();
    for (events, card) in written.told.iter().zip(&cards) {
        let mut note = |sign, at, officer| {
            found.push(Sign { sign, at, code: card.code.clone(), branch: card.branch, officer });
        };
        let mut reappointed = 0;
        for Event { occurred_at: at, recorded_at, officer, fact, .. } in events {
            match fact {
                Fact::SupplementRequested { round, late_request, .. } => {
                    if *round > 1 {
                        note("second_supplement", *at, *officer);
                    }
                    if *late_request {
                        note("late_supplement_request", *at, *officer);
                    }
                }
                Fact::Reappointed { .. } => {
                    note("reappointed", *at, *officer);
                    reappointed += 1;
                    if reappointed > 1 {
                        note("reappointed_again", *at, *officer);
                    }
                }
                Fact::Withdrawn { past_due: true, .. } => note("withdrawn_past_due", *at, *officer),
                Fact::Stopped { past_due: true, .. } => note("stopped_past_due", *at, *officer),
                Fact::Corrected { field, .. } if field.as_str().ends_with("_at") => {
                    note("time_corrected", *recorded_at, *officer);
                }
                _ => {}
            }
            let mut morning = day_of(*recorded_at);
            while !calendar.is_working(morning).unwrap() {
                morning = morning.pred_opt().unwrap();
            }
            if !matches!(fact, Fact::Corrected { .. }) && *at < midnight(morning) {
                note("backdated", *recorded_at, *officer);
            }
        }
        if card.channel == Channel::Online {
            let checked =
                ["received", "refused", "withdrawn", "stopped"].into_iter().find_map(|kind| card.when(kind));
            let checked = checked.filter(|at| *at < evening);
            let latest = deadline(calendar, card.submitted, &"8wh".parse().unwrap(), &[]).unwrap().due_at;
            let who = ["received", "refused"].into_iter().find_map(|kind| card.who(kind));
            if checked.unwrap_or(evening) > latest {
                note("checked_late", card.submitted, who.filter(|_| checked.is_some()));
            }
        }
        if let Some(resolved) = card.when("resolved") {
            let until = card.when("returned").map_or(as_of, |at| day_of(at).min(as_of));
            if working_days(calendar, day_of(resolved), until) > 10 {
                note("long_until_returned", resolved, card.who("resolved"));
            }
        }
        if let Some(refused) = card.when("refused") {
            let again = cards.iter().any(|other| {
                other.code != card.code
                    && other.procedure == card.procedure
                    && other.same_owner(card)
                    && other.submitted > refused
                    && other.submitted < evening
                    && day_of(other.submitted) <= day_of(refused) + Days::new(30)
            });
            if again {
                note("registered_again", refused, card.who("refused"));
            }
        }
    }
    found
}

type Counts = BTreeMap<String, i64>;

fn counts(row: &Value) -> Counts {
    let counts = row["counts"].as_object().unwrap();
    counts.iter().map(|(name, count)| (name.clone(), count.as_i64().unwrap())).collect()
}

/// All pages of the dossiers behind a sign.
async fn listed(office: &Person, query: &str, limit: u8) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/reports/integrity/dossiers?{query}&limit={limit}&count=true{cursor}");
        let page = office.get(&path).await.expect(200).body;
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => {
                assert_eq!(page["count"], all.len(), "{query}");
                return all;
            }
        }
    }
}

on_both! {
    async fn the_report_counts_what_a_walk_over_all_events_finds_and_lists_as_many(db: TestDatabase) {
        let count = std::env::var("MOTCUA_INTEGRITY_LIVES").ok().and_then(|n| n.parse().ok()).unwrap_or(260);
        let written = written(&db, count);
        let ground = &written.ground;
        let house = House::new(ground.db.clone(), ground.clock.clone(), ground.references.clone(), http::Settings::default());
        let house = TestHouse::over(db, house, account::Settings::default()).await;
        let office = house.sign_in_as(Role::Office, None).await;
        let names: BTreeMap<OfficerId, String> =
            written.ids.officers.iter().zip(crate::report::written::OFFICERS).map(|(id, name)| (*id, name.to_owned())).collect();
        let code_of = |id: BranchId| written.reference.branch_by_id(id).unwrap().code.clone();
        let mut seen = Counts::new();
        for (from, to, as_of) in [
            ("2024-12-01", "2026-01-05", None),
            ("2025-01-01", "2025-01-31", None),
            ("2025-01-20", "2025-03-14", Some("2025-02-03")),
            ("2025-02-10", "2025-02-10", Some("2025-03-31")),
        ] {
            let (first, last): (NaiveDate, NaiveDate) = (from.parse().unwrap(), to.parse().unwrap());
            let evening: NaiveDate = as_of.unwrap_or(to).parse().unwrap();
            let mut wanted = naive(&written, (evening, house.now()));
            wanted.retain(|sign| (first..=last.min(evening)).contains(&day_of(sign.at)));
            for branch in [None, Some(written.ids.branches[0])] {
                let mut query = format!("from={from}&to={to}");
                if let Some(as_of) = as_of {
                    query += &format!("&as_of={as_of}");
                }
                if let Some(branch) = branch {
                    query += &format!("&branch_code={}", code_of(branch));
                }
                let report = office.get(&format!("/reports/integrity?{query}")).await.expect(200).body;
                let wanted: Vec<&Sign> = wanted.iter().filter(|sign| branch.is_none_or(|id| id == sign.branch)).collect();
                let (mut of_branch, mut of_officer) = (BTreeMap::<String, Counts>::new(), BTreeMap::<_, Counts>::new());
                for sign in &wanted {
                    let officer = sign.officer.map(|id| names[&id].clone());
                    *of_branch.entry(code_of(sign.branch)).or_default().entry(sign.sign.to_owned()).or_default() += 1;
                    *of_officer.entry((code_of(sign.branch), officer)).or_default().entry(sign.sign.to_owned()).or_default() += 1;
                }
                for row in report["branches"].as_array().unwrap() {
                    let mut of = of_branch.remove(row["branch_code"].as_str().unwrap()).unwrap_or_default();
                    of.retain(|_, count| *count > 0);
                    assert_eq!(counts(row), of, "{} in {query}", row["branch_code"]);
                }
                assert!(of_branch.is_empty(), "branches that are not told: {of_branch:?}");
                let told: BTreeMap<(String, Option<String>), Counts> = report["officers"].as_array().unwrap().iter().map(|row| {
                    let officer = row["officer"].as_str().map(str::to_owned);
                    ((row["branch_code"].as_str().unwrap().to_owned(), officer), counts(row))
                }).collect();
                assert_eq!(told, of_officer, "{query}");
                for row in report["indicators"].as_array().unwrap() {
                    let name = row["indicator"].as_str().unwrap();
                    let behind: Vec<&&Sign> = wanted.iter().filter(|sign| sign.sign == name).collect();
                    assert_eq!(row["total"], behind.len(), "{name} in {query}");
                    assert_eq!(row["not_judged"], 0);
                    *seen.entry(name.to_owned()).or_default() += i64::try_from(behind.len()).unwrap();
                    let mut codes: Vec<&str> = behind.iter().map(|sign| sign.code.as_str()).collect();
                    let items = listed(&office, &format!("{query}&indicator={name}"), 37).await;
                    let mut told: Vec<&str> = items.iter().map(|item| item["dossier_code"].as_str().unwrap()).collect();
                    assert!(items.is_sorted_by_key(|item| item["at"].as_str().unwrap().to_owned()), "{name} in {query}");
                    let first: Vec<&str> = row["dossiers"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
                    assert!(first.len() <= 20 && first.iter().all(|code| told.contains(code)), "{name} in {query}");
                    assert_eq!(row["more"], first.len() < told.iter().collect::<std::collections::BTreeSet<_>>().len(), "{name} in {query}");
                    codes.sort_unstable();
                    told.sort_unstable();
                    assert_eq!(told, codes, "{name} in {query}");
                    let by_an = items.iter().filter(|item| item["officer"] == "an").count();
                    let of_an = listed(&office, &format!("{query}&indicator={name}&officer=an"), 11).await;
                    assert_eq!(of_an.len(), by_an, "{name} in {query}");
                }
            }
        }
        assert_eq!(seen.len(), 11);
        let never: Vec<&String> = seen.iter().filter(|(_, count)| **count == 0).map(|(name, _)| name).collect();
        assert!(never.is_empty(), "the lives show nothing of {never:?}: {seen:?}");
    }

    async fn a_refusal_that_only_moves_the_clock_is_seen_and_a_branch_sees_its_own(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let owner = json!({"name": "Nguyễn Văn Nộp Lại", "kind": "citizen", "id_number": "079200000001", "phone": "0901000001"});
        let hand_in = || json!({"procedure_code": "1.003650", "channel": "online", "applicant": owner, "register_only": true});
        let first = counter.post("/dossiers", hand_in()).await.expect(201);
        let code = first.body["code"].as_str().unwrap().to_owned();
        counter.act(&format!("/dossiers/{code}/refusal"), first.version(), json!({"reason": "Thiếu giấy tờ"})).await.expect(200);
        house.it_is("2026-03-20 10:00");
        let counter = house.sign_in(&counter.username).await;
        let again = counter.post("/dossiers", hand_in()).await.expect(201);
        house.it_is("2026-04-01 08:00");
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        const MARCH: &str = "from=2026-03-01&to=2026-03-31";
        let report = head.get(&format!("/reports/integrity?{MARCH}")).await.expect(200).body;
        let of = |name: &str| report["indicators"].as_array().unwrap().iter().find(|row| row["indicator"] == name).unwrap().clone();
        assert_eq!((&of("registered_again")["total"], &of("registered_again")["dossiers"]), (&json!(1), &json!([code])));
        // Nobody has looked at the second one for more than a week.
        assert_eq!(of("checked_late")["dossiers"], json!([again.body["code"]]));
        for row in report["indicators"].as_array().unwrap() {
            for words in ["name", "definition"] {
                assert!(row[words].as_str().is_some_and(|words| words.chars().count() > 5 && !words.contains('%')), "{row}");
            }
        }
        let listed = head.get(&format!("/reports/integrity/dossiers?{MARCH}&indicator=registered_again")).await.expect(200).body;
        assert_eq!(listed["items"][0]["registered_again_as"], again.body["code"]);
        assert_eq!(listed["items"][0]["officer"], counter.username.as_str());
        // A hundred years that no calendar holds add nothing, and are asked in one go.
        let ever = head.get("/reports/integrity?from=1900-01-01&to=2026-03-31").await.expect(200).body;
        assert_eq!(ever["indicators"], report["indicators"]);
        // As of the day before it came again, there was nothing to see.
        let before = head.get("/reports/integrity?from=2026-03-01&to=2026-03-31&as_of=2026-03-19").await.expect(200).body;
        assert_eq!(before["branches"][0]["counts"], json!({}));

        let csv = head.get(&format!("/reports/integrity?{MARCH}&format=csv")).await.expect(200);
        assert!(csv.text.contains("Số lần: Từ chối rồi nhận lại") && csv.text.contains("\r\nTổng số,,"), "{}", csv.text);
        for (format, begins) in [("xlsx", "PK"), ("pdf", "%PDF-1.7")] {
            let file = send(head.request(Method::GET, &format!("/reports/integrity?{MARCH}&format={format}"))).await.expect(200);
            assert!(file.text.starts_with(begins), "{format}");
        }
        let other = house.sign_in_as(Role::Head, Some("KL")).await;
        let nothing = other.get(&format!("/reports/integrity?{MARCH}")).await.expect(200).body;
        assert_eq!((&nothing["branch_code"], &nothing["officers"]), (&json!("KL"), &json!([])));
        assert_eq!(nothing["branches"].as_array().unwrap().len(), 1);
        for path in ["integrity?", "integrity/dossiers?indicator=backdated&"] {
            other.get(&format!("/reports/{path}{MARCH}&branch_code=TS")).await.expect_problem(403, "foreign-branch");
            house.nobody().get(&format!("/reports/{path}{MARCH}")).await.expect(401);
        }
        head.get(&format!("/reports/integrity/dossiers?{MARCH}&indicator=x")).await.expect_faults(&["/query/indicator unknown-value"]);
        head.get("/reports/integrity?from=2026-03-02&to=2026-03-01").await.expect_faults(&["/query/to before-from"]);
    }

    async fn a_second_reappointment_is_told_beside_the_first(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Lê Thị Hẹn").await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let path = format!("/dossiers/{}/reappointment", dossier.body["code"].as_str().unwrap());
        let mut version = dossier.version();
        for new_due_on in ["2026-03-20", "2026-03-25"] {
            let asked = json!({"new_due_on": new_due_on, "cause": "slow_handling", "reason": "Chờ kết quả kiểm nghiệm mẫu nước"});
            version = head.act(&path, version, asked).await.expect(200).version();
        }
        let report = head.get("/reports/integrity?from=2026-03-01&to=2026-03-10").await.expect(200).body;
        assert_eq!(report["branches"][0]["counts"], json!({"reappointed": 2, "reappointed_again": 1}));
        assert_eq!(report["officers"][0]["officer"], head.username.as_str());
        let of = |name: &str| report["indicators"].as_array().unwrap().iter().find(|row| row["indicator"] == name).unwrap().clone();
        assert_eq!((&of("reappointed")["dossiers"], &of("reappointed")["more"]), (&json!([dossier.body["code"]]), &json!(false)));
    }

    async fn what_happened_within_the_rules_bears_no_sign(db: TestDatabase) {
        let house = TestHouse::open(db).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let dossier = take_in(&counter, "1.003650", "Trần Thị Bình Thường").await;
        let path = format!("/dossiers/{}", dossier.body["code"].as_str().unwrap());
        let asked = json!({"items": ["Bản sao"], "reason": "Thiếu"});
        let dossier = counter.act(&format!("{path}/supplement-request"), dossier.version(), asked).await.expect(200);
        let dossier = counter.act(&format!("{path}/supplement"), dossier.version(), json!({})).await.expect(200);
        let dossier = counter.act(&format!("{path}/result"), dossier.version(), json!({"outcome": "granted"})).await.expect(200);
        counter.act(&format!("{path}/return"), dossier.version(), json!({"channel": "in_person"})).await.expect(200);
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let report = head.get("/reports/integrity?from=2026-03-01&to=2026-03-10").await.expect(200).body;
        assert_eq!(report["officers"], json!([]), "{report}");
        assert_eq!((&report["branches"][0]["received"], &report["branches"][0]["resolved"]), (&json!(1), &json!(1)));
    }
}

/// On SQLite, whose plans do not depend on how much there is: each sign is read through an index of its own kind, in the
/// order of the index.
#[test]
fn no_sign_is_found_by_looking_through_everything() {
    let ground = crate::support::plans::ground_of_plans();
    let (reference, now) = (ground.reference(), ground.clock.now());
    let one = reference.branches().iter().next().unwrap().code.clone();
    for branch_code in [None, Some(one)] {
        let reference = std::sync::Arc::clone(&reference);
        let days = ("2026-01-01".parse().unwrap(), "2026-03-01".parse().unwrap());
        let mut asked = motcua::report::Asked::of_days(days.0, days.1, None);
        asked.branch_code = branch_code;
        let ours = |text: &str| {
            let of_dossiers =
                text.contains("`dossier") && (text.contains("ORDER BY") || text.contains("GROUP BY"));
            of_dossiers || text.contains("from stretches")
        };
        let plans = crate::support::plans::plans(&ground, ours, move |c| {
            motcua::report::integrity::integrity(c, &reference, &asked, Default::default(), now, None)?;
            Ok(())
        });
        // What acts say, and corrections; back-dated acts and refusals one by one; checks, and those on the edge; returns.
        assert_eq!(plans.len(), 2 + 2 + 2 + 1, "where nothing is counted nothing is named: {plans:#?}");
        for plan in &plans {
            let index = [
                "dossier_events_signs",
                "dossier_events_afterwards",
                "dossiers_refused",
                "dossiers_checked_later",
                "dossiers_returned_later",
            ];
            assert!(index.iter().any(|index| plan.contains(&format!("INDEX {index} ("))), "{plan}");
            let of_days = plan.matches("SCAN stretches").count() + plan.matches("CONSTANT ROW").count();
            assert_eq!(plan.matches("SCAN").count(), of_days, "{plan}");
            // Entries of one second are put in the order of their numbers; counting gathers: no more than that is sorted.
            let gathers =
                plan.contains("TEMP B-TREE FOR GROUP BY") || plan.contains("dossier_events_afterwards");
            assert!(!plan.contains("TEMP B-TREE") || gathers, "{plan}");
        }
    }
}

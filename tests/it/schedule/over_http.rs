//! Schedules as they are planned, changed and taken out.

use super::*;

on_both! {
    async fn an_empty_database_begins_with_the_reports_of_the_plan(db: TestDatabase) {
        let world = World::open(db).await;
        let office = world.house.sign_in_as(Role::Office, None).await;
        let listed = office.get("/schedules?count=true").await.expect(200).body;
        assert_eq!(listed["count"], 7, "six branches and all together");
        let all = listed["items"].as_array().unwrap().iter().find(|one| one["branch_code"].is_null()).unwrap().clone();
        assert_eq!((&all["days"], &all["covers"], &all["lead_days"]), (&json!("25/02,25/05,25/08,20/11"), &json!("reporting_year"), &json!(5)));
        assert_eq!((&all["next_due_on"], &all["next_made_on"], &all["next_reminded_on"]), (&json!("2026-05-25"), &json!("2026-05-22"), &json!("2026-05-15")));
        let head = world.house.sign_in_as(Role::Head, Some("TS")).await;
        let own = head.get("/schedules").await.expect(200).body;
        assert_eq!((own["items"].as_array().unwrap().len(), &own["items"][0]["branch_code"]), (1, &json!("TS")));
        head.get(&format!("/schedules/{}", all["id"].as_str().unwrap())).await.expect_problem(403, "foreign-branch");
        head.get(&format!("/schedules/{}/runs", all["id"].as_str().unwrap())).await.expect_problem(403, "foreign-branch");
        world.house.nobody().get("/schedules").await.expect(401);
    }

    async fn heads_plan_for_their_branch_and_the_office_for_all_and_every_fault_is_named(db: TestDatabase) {
        let world = World::open(db).await;
        let head = world.house.sign_in_as(Role::Head, Some("TS")).await;
        let office = world.house.sign_in_as(Role::Office, None).await;
        let counter = world.house.sign_in_as(Role::Counter, Some("TS")).await;
        counter.post("/schedules", quarterly()).await.expect_problem(403, "office-or-head-only");
        let mut foreign = quarterly();
        foreign["branch_code"] = json!("KL");
        head.post("/schedules", foreign.clone()).await.expect_problem(403, "foreign-branch");
        office.post("/schedules", foreign).await.expect(201);
        let mut own = quarterly();
        own["branch_code"] = Value::Null;
        assert_eq!(head.post("/schedules", own.clone()).await.expect(201).body["branch_code"], "TS");
        assert_eq!(office.post("/schedules", own).await.expect(201).body["branch_code"], Value::Null);
        let bad = json!({"name": "", "report": "ii06a", "branch_code": "XX", "days": "31/4", "covers": "last_month",
            "lead_days": 99, "recipients": ["van.thu@so.example.vn", "không phải"]});
        office.post("/schedules", bad).await.expect_faults(&["/name empty", "/days bad-days", "/branch_code unknown-value", "/lead_days out-of-range", "/recipients/1 bad-form"]);
        let mut unknown = quarterly();
        unknown["report"] = json!("khác");
        office.post("/schedules", unknown).await.expect_faults(&["/report unknown-value"]);
    }

    async fn a_schedule_is_changed_paused_and_taken_out_by_who_saw_it_last(db: TestDatabase) {
        let world = World::open(db).await;
        world.alone().await;
        let head = world.reached(Role::Head, Some("TS")).await;
        let id = plan(&head, quarterly()).await;
        let at = format!("/schedules/{id}");
        let changed = head.patch(&at, 1, json!({"days": "10", "covers": "last_month", "recipients": []})).await.expect(200);
        assert_eq!((&changed.body["days"], &changed.body["next_due_on"], changed.version()), (&json!("10"), &json!("2026-04-10"), 2));
        head.patch(&at, 1, json!({"lead_days": 1})).await.expect_problem(412, "stale");
        let paused = head.patch(&at, 2, json!({"active": false})).await.expect(200).body;
        assert_eq!(paused["next_due_on"], Value::Null);
        world.at("2026-04-10 08:00").await;
        // Active again: what fell due meanwhile is nobody's any more.
        let again = head.patch(&at, 3, json!({"active": true})).await.expect(200).body;
        assert_eq!(again["next_due_on"], "2026-05-10");
        world.at("2026-04-13 08:00").await;
        assert_eq!(runs(&head, &id).await, Vec::<Value>::new());
        let other = world.house.sign_in_as(Role::Head, Some("KL")).await;
        let gone = other.request(reqwest::Method::DELETE, &at).header("If-Match", "\"4\"");
        crate::support::house::send(gone).await.expect_problem(403, "foreign-branch");
        let gone = head.request(reqwest::Method::DELETE, &at).header("If-Match", "\"4\"");
        crate::support::house::send(gone).await.expect(204);
        head.get(&at).await.expect_problem(404, "not-found");
        world.at("2026-05-08 08:00").await;
        assert_eq!(world.subjects(), []);
    }

    async fn a_due_day_whose_report_is_made_is_no_longer_the_next_one(db: TestDatabase) {
        let world = World::open(db).await;
        world.alone().await;
        let head = world.reached(Role::Head, Some("TS")).await;
        let id = plan(&head, quarterly()).await;
        let days = async |made: Option<&str>, next: &str| {
            let shown = head.get(&format!("/schedules/{id}")).await.expect(200).body;
            assert_eq!((&shown["last_due_on"], &shown["next_due_on"]), (&json!(made), &json!(next)));
            let listed = head.get("/schedules").await.expect(200).body;
            assert_eq!(listed["items"], json!([shown.clone()]));
            shown
        };
        days(None, "2026-05-25").await;
        // Begun, and not made.
        world.house.it_is("2026-05-22 08:00");
        let room = world.room();
        assert_eq!(tokio::task::spawn_blocking(move || schedule::look(&room)).await.unwrap().unwrap(), 1);
        days(None, "2026-05-25").await;
        // Made on the Friday before: the next one is that of August, on that day and until it is made.
        world.at("2026-05-22 08:01").await;
        let shown = days(Some("2026-05-25"), "2026-08-25").await;
        assert_eq!((&shown["last_made_on"], &shown["next_made_on"]), (&json!("2026-05-22"), &json!("2026-08-24")));
        world.at("2026-05-25 08:00").await;
        days(Some("2026-05-25"), "2026-08-25").await;
        let changed = head.patch(&format!("/schedules/{id}"), 1, json!({"lead_days": 2})).await.expect(200).body;
        assert_eq!((&changed["last_due_on"], &changed["next_due_on"]), (&json!("2026-05-25"), &json!("2026-08-25")));

        let api = &head;
        let head = world.house.stranger();
        head.sign_in(&api.username).await.expect(303);
        for page in ["/lich-bao-cao".to_owned(), format!("/lich-bao-cao/{id}")] {
            let mut page = head.get(&page).await.expect(200);
            for words in ["Kỳ đã lập gần nhất", "trước 25/05/2026", "đã lập ngày 22/05/2026", "trước 25/08/2026"] {
                page = page.says(words);
            }
        }
    }

    async fn the_page_plans_shows_what_became_of_it_and_tries_again(db: TestDatabase) {
        let world = World::open(db).await;
        world.alone().await;
        let api = world.reached(Role::Head, Some("TS")).await;
        let head = world.house.stranger();
        head.sign_in(&api.username).await.expect(303);
        head.get("/lich-bao-cao").await.expect(200).says("Chưa đặt lịch báo cáo nào");
        let page = head.get("/lich-bao-cao/moi").await.expect(200);
        let mut fields = vec![
            ("name", "Báo cáo <b>tháng</b>"), ("report", "ii06a"), ("covers", "last_month"), ("days", "hằng tháng"),
            ("lead_days", "3"), ("recipients", "van.thu@so.example.vn\nsai"), ("active", "yes"),
        ];
        let page = head.submit(&page, "/lich-bao-cao/moi", &fields).await.expect(422);
        let page = page.says("id=\"days-fault\"").says("id=\"recipients-fault\"").says("value=\"hằng tháng\"");
        fields[3] = ("days", "10");
        fields[5] = ("recipients", "van.thu@so.example.vn");
        let done = head.submit(&page, "/lich-bao-cao/moi", &fields).await.expect(303);
        let at = done.location().split('?').next().unwrap().to_owned();
        assert!(done.location().ends_with("?xong=schedule-made"));
        head.get("/lich-bao-cao").await.expect(200).says("&#60;b&#62;tháng").says("ngày 10 hằng tháng").says("trước 10/04/2026");
        let page = head.get(&at).await.expect(200).says("Chưa có kỳ nào").says("lập và gửi ngày 09/04/2026");
        let stale = head.get(&at).await.expect(200);
        fields[4] = ("lead_days", "0");
        head.submit(&page, &at, &fields).await.expect_on_to(&format!("{at}?xong=schedule-changed"));
        head.submit(&stale, &at, &fields).await.expect(422).says("role=\"alert\"");
        world.sink.next([crate::support::smtp::Behaviour::At(crate::support::smtp::Stage::RcptTo, crate::support::smtp::Act::Reply(550))]);
        world.at("2026-04-09 08:00").await;
        head.sign_in(&api.username).await.expect(303);
        let page = head.get(&at).await.expect(200).says("trước 10/04/2026").says("01/03/2026 – 31/03/2026").says("không gửi được").says("đã gửi");
        let part = |ending: &str| {
            let found = page.html.split(['"']).find(|part| part.starts_with(&at) && part.ends_with(ending));
            found.unwrap_or_else(|| panic!("no {ending} in\n{}", page.html)).to_owned()
        };
        let (retry, file) = (part("/thu-lai"), part("/tep"));
        assert!(head.get(&file).await.expect(200).header("content-type").unwrap().contains("pdf"));
        head.submit(&page, &retry, &[]).await.expect(303);
        world.at("2026-04-09 08:10").await;
        let page = head.get(&at).await.expect(200).says_not("không gửi được");
        let counter = world.house.surfer(Role::Counter, Some("TS")).await;
        counter.get(&at).await.expect(200).says_not("thu-lai").says_not("name=\"days\"");
        counter.get("/lich-bao-cao/moi").await.expect(403);
        head.submit(&page, &format!("{at}/bo"), &[]).await.expect_on_to("/lich-bao-cao?xong=schedule-removed");
        head.get(&at).await.expect(404);
    }
}

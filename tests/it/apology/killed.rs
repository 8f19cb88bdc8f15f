//! The program itself, killed between any two steps: a letter arrives exactly once.

use super::{SOON, path};
use crate::support::database::TestDatabase;
use crate::support::house::{Answer, Person};
use crate::support::process::{Service, run_on};
use crate::support::real_smtp::RealSmtp;
use crate::support::smtp::{Act, Behaviour, Sink, Stage};
use chrono::NaiveDate;
use serde_json::json;
use std::time::{Duration, Instant};

const PASSWORD: &str = "mật khẩu để thử";
const PATIENCE: Duration = Duration::from_secs(90);

/// The running program, killed and started at will, and the head of its branch.
struct Post {
    service: Service,
    token: String,
}

impl Post {
    async fn open(db: &TestDatabase, smtp: &str, args: &[&str]) -> Self {
        let env = settings(db, smtp);
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        run_on(db, &["migrate"], "").success();
        let head =
            ["user", "add", "truong", "--role", "head", "--branch", "TS", "--full-name", "Lê Văn Cường"];
        run_on(db, &[&head[..], &["--password-stdin"]].concat(), PASSWORD).success();
        let service = Service::start_with(args, &env).await;
        let signed_in = Person::before(&service.base_url, None)
            .post("/sessions", json!({"username": "truong", "password": PASSWORD}))
            .await
            .expect(201);
        let token = signed_in.body["access_token"].as_str().unwrap().to_owned();
        Self { service, token }
    }

    fn head(&self) -> Person {
        Person::before(&self.service.base_url, Some(&self.token))
    }

    async fn killed(&mut self) {
        self.service.kill9();
        self.service.restart().await;
    }

    /// A dossier that will be late tomorrow (the next working day): its letter is due today at the latest.
    async fn take_in(&self, name: &str) -> String {
        let (start, _) = about_to_be_late(&self.head()).await;
        let dossier = json!({
            "procedure_code": "1.003650",
            "channel": "in_person",
            "applicant": {"name": name, "kind": "citizen", "email": "nguoi.dan@example.vn"},
            "occurred_at": format!("{start}T09:00:00+07:00"),
        });
        let dossier = self.head().post("/dossiers", dossier).await.expect(201);
        dossier.body["code"].as_str().unwrap().to_owned()
    }

    /// The letter of a dossier, once it is there and stands so.
    async fn letter(&self, code: &str, status: &str) -> Answer {
        let started = Instant::now();
        loop {
            let list = self.head().get(&format!("/apologies?dossier_code={code}")).await.expect(200);
            let items = list.body["items"].as_array().unwrap();
            assert!(items.len() <= 1, "{}", list.text);
            if let Some(letter) = items.first().filter(|letter| letter["status"] == status) {
                return self.head().get(&path(letter)).await.expect(200);
            }
            assert!(started.elapsed() < PATIENCE, "no {status} letter of {code}: {}", list.text);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn edit(&self, draft: &Answer) -> Answer {
        let change = json!({"cause": "field_verification", "reason": "Chờ lịch kiểm tra tàu"});
        self.head().patch(&path(&draft.body), draft.version(), change).await.expect(200)
    }

    async fn approve(&self, draft: &Answer) -> Answer {
        self.head()
            .act(&format!("{}/approval", path(&draft.body)), draft.version(), json!({}))
            .await
            .expect(200)
    }
}

fn settings(db: &TestDatabase, smtp: &str) -> Vec<(&'static str, String)> {
    vec![
        ("DATABASE_URL", db.url.clone()),
        ("MOTCUA__HTTP__PORT", "0".to_owned()),
        ("MOTCUA__SMTP__URL", format!("{smtp}?tls=none&timeout=20&answer_timeout=60")),
        ("MOTCUA__JOBS__POLL_SECONDS", "1".to_owned()),
        ("MOTCUA__JOBS__LEASE_SECONDS", "3".to_owned()),
        ("MOTCUA__JOBS__RETRY_SECONDS", "1".to_owned()),
    ]
}

/// A start whose three working days end on the next working day, and that day.
async fn about_to_be_late(head: &Person) -> (NaiveDate, NaiveDate) {
    let today = motcua::domain::local_time::day_of(motcua::clock::Clock::System.now());
    for start in today.iter_days().map(|day| day - (day - today) * 2).take(30) {
        let due =
            head.get(&format!("/calendar/due-date?start={start}&time_limit=3wd")).await.expect(200).body;
        let date = |field: &str| due[field].as_str().unwrap().parse::<NaiveDate>().unwrap();
        if date("due_on") > today && date("apology_due_on") <= today {
            return (start, date("due_on"));
        }
    }
    panic!("no start in the last month leads to a due date after {today}");
}

fn dated(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

on_both! {
    async fn killed_after_every_step_the_letter_still_arrives_once_at_a_real_server(db: TestDatabase) {
        let Some(mut mail) = RealSmtp::start() else { return };
        mail.stop();
        let mut post = Post::open(&db, &mail.url(), &["serve"]).await;
        let (_, due_on) = about_to_be_late(&post.head()).await;
        let code = post.take_in("Nguyễn Văn An").await;
        post.killed().await; // before the draft
        let draft = post.letter(&code, "draft").await;
        assert_eq!(draft.body["due_on"], due_on.to_string());
        post.killed().await; // after the draft
        let draft = post.letter(&code, "draft").await;
        let edited = post.edit(&draft).await;
        post.killed().await; // after the edit
        let approved = post.approve(&edited).await;
        assert_eq!((&approved.body["number"], &approved.body["timeliness"]), (&json!("01/PXL-CCTS"), &json!("in_advance")));
        for _ in 0..3 {
            post.killed().await; // after the approval, the server down: some attempts fail, some are cut off
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
        assert_eq!(post.letter(&code, "approved").await.body["mail_state"], "queued");
        mail.start_again();
        post.letter(&code, "sent").await;
        post.killed().await; // after the mail
        tokio::time::sleep(Duration::from_secs(5)).await;
        let letters = mail.letters();
        assert_eq!(letters.len(), 1);
        let read = readable(&letters[0]);
        let new_due_on: NaiveDate = approved.body["new_due_on"].as_str().unwrap().parse().unwrap();
        for words in ["Nguyễn Văn An", code.as_str(), "Chờ lịch kiểm tra tàu", "xin lỗi", "Số: 01/PXL-CCTS", "Lê Văn Cường", &dated(due_on), &dated(new_due_on)] {
            assert!(read.contains(words), "{words}\n{read}");
        }
        let events = post.head().get(&format!("/dossiers/{code}/events")).await.expect(200).text;
        assert_eq!(events.matches("apology_issued").count(), 1, "{events}");
        assert_eq!(events.matches("\"reappointed\"").count(), 1, "{events}");
    }

    async fn killed_anywhere_in_the_conversation_with_the_server_the_letter_arrives_once(db: TestDatabase) {
        let sink = Sink::start().await;
        let mut post = Post::open(&db, &sink.url(), &["serve"]).await;
        let mut codes = Vec::new();
        for stage in [Stage::Connect, Stage::MailFrom, Stage::RcptTo, Stage::Data, Stage::Body] {
            codes.push((stage, post.take_in(&format!("Ông {stage:?}")).await));
        }
        post.killed().await; // a start looks for drafts at once
        for (n, (stage, code)) in codes.iter().enumerate() {
            let draft = post.letter(code, "draft").await;
            sink.next([Behaviour::At(*stage, Act::Hold)]);
            post.approve(&post.edit(&draft).await).await;
            sink.wait_until_holding(SOON).await;
            post.service.kill9();
            sink.release();
            post.service.restart().await;
            // Once the text was out nobody knows whether it arrived: a person looks, nothing is sent again.
            let status = if *stage == Stage::Body { "paper" } else { "sent" };
            let letter = post.letter(code, status).await;
            if *stage == Stage::Body {
                assert_eq!(letter.body["mail_error"], "handed_over_unknown");
            }
            assert_eq!(sink.letters().len(), n + 1, "{stage:?}");
        }
        post.killed().await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        let mut ids: Vec<_> = sink.letters().iter().map(|letter| letter.header("message-id")).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), sink.letters().len()), (5, 5));
    }

    async fn the_mail_waits_for_a_server_that_is_down_and_goes_out_when_it_is_back(db: TestDatabase) {
        let mut sink = Sink::start().await;
        let mut post = Post::open(&db, &sink.url(), &["serve"]).await;
        sink.stop().await;
        let code = post.take_in("Nguyễn Văn An").await;
        post.killed().await;
        let draft = post.letter(&code, "draft").await;
        post.approve(&post.edit(&draft).await).await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        let waiting = post.letter(&code, "approved").await;
        assert!(waiting.body["mail_error"].is_string(), "{}", waiting.text);
        sink.start_again().await;
        post.letter(&code, "sent").await;
        assert_eq!(sink.letters().len(), 1);
        assert!(post.service.stop().success());
    }

    async fn several_processes_on_one_database_share_the_mails_and_send_none_twice(db: TestDatabase) {
        let sink = Sink::start().await;
        let mut post = Post::open(&db, &sink.url(), &["serve", "--no-jobs"]).await;
        let env = settings(&db, &sink.url());
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut codes = Vec::new();
        for n in 0..12 {
            codes.push(post.take_in(&format!("Người Thứ {n}")).await);
        }
        let mut workers = [Service::spawn(&["work"], &env), Service::spawn(&["work"], &env)];
        for code in &codes {
            let draft = post.letter(code, "draft").await;
            post.approve(&post.edit(&draft).await).await;
        }
        workers[0].kill9();
        for code in &codes {
            // What the killed one had just handed over is looked at by a person; all else was sent.
            let started = Instant::now();
            loop {
                let list = post.head().get(&format!("/apologies?dossier_code={code}")).await.expect(200);
                let status = list.body["items"][0]["status"].as_str().unwrap().to_owned();
                if matches!(status.as_str(), "sent" | "paper") {
                    break;
                }
                assert!(started.elapsed() < PATIENCE, "{}", list.text);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        let mut ids: Vec<Option<String>> = sink.letters().iter().map(|letter| letter.header("message-id")).collect();
        let sent = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), sent, "none twice");
        let paper = post.head().get("/apologies?status=paper").await.expect(200);
        let unknown = paper.body["items"].as_array().unwrap().len();
        assert!(sent + unknown >= codes.len() && unknown <= 4, "{sent} sent, {unknown} unknown");
        assert!(workers[1].stop().success());
        assert!(post.service.stop().success());
    }
}

fn readable(letter: &str) -> String {
    super::mailing::readable(&letter.replace("\r\n", "\n").replace('\n', "\r\n"))
}

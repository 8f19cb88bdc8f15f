//! Mail to those who work here: the digest of the day, to whom, when, once, and what becomes of it when it cannot go out.

mod digest;
mod mailing;

use crate::support::database::TestDatabase;
use crate::support::ground::{Ground, applicant, intake};
use crate::support::house::{Person, TestHouse, letters};
use crate::support::smtp::{Letter, Sink};
use motcua::apology::{self, PostRoom};
use motcua::config::Config;
use motcua::domain::ids::OfficerId;
use motcua::domain::role::Role;
use motcua::http::House;
use motcua::jobs::{Bell, Handlers, Settings, Worker};
use motcua::mail::Carrier;
use motcua::notice::{self, Room};
use serde_json::json;
use std::sync::Arc;

/// Three working days; branch TS.
const BOAT: &str = "1.003650";

/// The branch Thủy sản from Tuesday 10/03/2026 on, and a mail server.
pub(crate) struct World {
    pub(crate) house: TestHouse,
    pub(crate) ground: Ground,
    pub(crate) sink: Sink,
}

impl World {
    pub(crate) async fn open(db: TestDatabase) -> Self {
        let accounts = motcua::account::Settings {
            access_life: chrono::TimeDelta::days(900),
            session_life: chrono::TimeDelta::days(900),
            ..motcua::account::Settings::default()
        };
        let ground = Ground::at(&db, crate::support::house::MORNING);
        let house = House::new(
            ground.db.clone(),
            ground.clock.clone(),
            ground.references.clone(),
            motcua::http::Settings::default(),
        );
        let house = house.watching(notice::failed_notices());
        let house = TestHouse::over(db, house, accounts).await;
        Self { house, ground, sink: Sink::start().await }
    }

    /// Somebody in this role who can be written to.
    pub(crate) async fn reached(&self, role: Role, branch: Option<&str>) -> Person {
        let person = self.house.sign_in_as(role, branch).await;
        let email = format!("{}@example.vn", person.username);
        self.set(person.id, json!({"email": email})).await;
        person
    }

    /// Changes an account as an administrator does.
    pub(crate) async fn set(&self, id: OfficerId, change: serde_json::Value) {
        let admin = self.house.sign_in_as(Role::Admin, None).await;
        let at = format!("/officers/{id}");
        let version = admin.get(&at).await.expect(200).version();
        admin.patch(&at, version, change).await.expect(200);
    }

    /// A dossier taken in now and given to somebody; its code.
    pub(crate) async fn give(&self, name: &str, to: &Person) -> String {
        let code = self.ground.take_in_async("TS", intake(BOAT, applicant(name))).await;
        let head = self.house.sign_in_as(Role::Head, Some("TS")).await;
        let dossier = head.get(&format!("/dossiers/{code}")).await.expect(200);
        let path = format!("/dossiers/{code}/forwarding");
        head.act(&path, dossier.version(), json!({"to_officer": to.username})).await.expect(200);
        code
    }

    pub(crate) fn room(&self) -> Room {
        let mut settings = notice::Settings::from(&Config::load(None, []).unwrap());
        settings.public_url = "https://motcua.example.vn".to_owned();
        let smtp = format!("{}?tls=none&timeout=60&answer_timeout=60", self.sink.url());
        Room {
            db: self.ground.db.clone(),
            clock: self.ground.clock.clone(),
            reference: self.ground.references.clone(),
            carrier: Arc::new(Carrier::from_url(&smtp.into()).unwrap()),
            settings: Arc::new(settings),
            bell: Bell::default(),
        }
    }

    pub(crate) fn worker(&self) -> Worker {
        let room = self.room();
        let handlers = notice::jobs(Handlers::new(), &room);
        Worker::new(room.db.clone(), room.clock.clone(), handlers, Settings::default(), Bell::default())
    }

    /// Everything that is due now, the periodic job too.
    pub(crate) async fn work(&self) {
        let worker = self.worker();
        worker.begin_periodic().await.unwrap();
        worker.run_due().await.unwrap();
    }

    /// Drafts the letters that are owed.
    async fn draft_letters(&self) {
        let room = self.room();
        let config = Config::load(None, []).unwrap();
        let post = PostRoom {
            db: room.db,
            clock: room.clock,
            reference: room.reference,
            carrier: room.carrier,
            letters: Arc::new(letters(&config)),
        };
        tokio::task::spawn_blocking(move || apology::draft::draft_due(&post)).await.unwrap().unwrap();
    }

    /// Letters that arrived, each as whom it went to and what it says.
    pub(crate) fn arrived(&self) -> Vec<(String, String)> {
        let one = |letter: &Letter| (letter.to[0].clone(), crate::apology::mailing::readable(&letter.data));
        self.sink.letters().iter().map(one).collect()
    }
}

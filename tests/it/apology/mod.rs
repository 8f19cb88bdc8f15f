//! Letters of apology: from the draft to the hands of the person they are written to.

mod approval;
mod automatic;
mod drafts;
mod editing;
mod killed;
pub(crate) mod mailing;
mod missing;
mod papers;
mod public_letter;
mod reappointment;
mod sealed;
mod signed;

use crate::support::database::TestDatabase;
use crate::support::ground::{Ground, applicant, intake};
use crate::support::house::{Answer, MORNING, Person, TestHouse, letters};
use crate::support::smtp::Sink;
use motcua::apology::{self, Letters, PostRoom, Seal};
use motcua::config::Config;
use motcua::domain::decide::Command;
use motcua::domain::role::Role;
use motcua::failure::Outcome;
use motcua::http::House;
use motcua::jobs::{Bell, Handlers, Settings, Worker};
use motcua::mail::Carrier;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Long enough for anything that comes at all.
const SOON: Duration = Duration::from_secs(20);

/// The branch Thủy sản on Tuesday 10/03/2026 at 9:00, with its people and a mail server. A boat's certificate takes
/// three working days: due on Friday the 13th, the letter due on Thursday the 12th.
pub(crate) struct Office {
    pub(crate) house: TestHouse,
    ground: Ground,
    sink: Sink,
    pub(crate) head: Person,
    counter: Person,
    /// What its letters are signed with.
    seal: Option<Seal>,
}

pub(crate) const BOAT: &str = "1.003650";
pub(crate) const DAY_BEFORE: &str = "2026-03-12 09:00";

impl Office {
    pub(crate) async fn open(db: TestDatabase) -> Self {
        Self::open_with(db, None).await
    }

    /// The same, where letters are signed with a key.
    async fn open_with(db: TestDatabase, seal: Option<Seal>) -> Self {
        let accounts = motcua::account::Settings {
            access_life: chrono::TimeDelta::days(400),
            session_life: chrono::TimeDelta::days(400),
            ..motcua::account::Settings::default()
        };
        let at_nine = Ground::at(&db, MORNING);
        let settings = motcua::http::Settings::default();
        let house = House::new(at_nine.db, at_nine.clock, at_nine.references, settings);
        let letters = Letters { seal: seal.clone(), ..letters(&Config::load(None, []).unwrap()) };
        let house = TestHouse::with_letters(db, house, accounts, letters).await;
        let head = house.sign_in_as(Role::Head, Some("TS")).await;
        let counter = house.sign_in_as(Role::Counter, Some("TS")).await;
        let ground = Ground {
            db: house.house.db.clone(),
            clock: house.house.clock.clone(),
            references: house.house.references.clone(),
        };
        Self { house, ground, sink: Sink::start().await, head, counter, seal }
    }

    /// A dossier taken in now; its code.
    pub(crate) async fn take_in(&self, name: &str) -> String {
        self.ground.take_in_async("TS", intake(BOAT, applicant(name))).await
    }

    /// The same for a person with everything that is known of them.
    pub(crate) async fn take_in_person(&self, person: motcua::domain::people::Applicant) -> String {
        self.ground.take_in_async("TS", intake(BOAT, person)).await
    }

    async fn act(&self, code: &str, command: Command) {
        let (ground, code) = (self.ground.clone(), code.to_owned());
        off_thread(move || ground.act(&code, command)).await.unwrap();
    }

    fn room(&self) -> PostRoom {
        self.room_with(&format!("{}?tls=none&timeout=60&answer_timeout=60", self.sink.url()))
    }

    fn room_with(&self, smtp: &str) -> PostRoom {
        let config = Config::load(None, []).unwrap();
        PostRoom {
            db: self.ground.db.clone(),
            clock: self.ground.clock.clone(),
            reference: self.ground.references.clone(),
            carrier: Arc::new(Carrier::from_url(&smtp.to_owned().into()).unwrap()),
            letters: Arc::new(Letters { seal: self.seal.clone(), ..letters(&config) }),
        }
    }

    fn worker(&self) -> Worker {
        let room = self.room();
        let handlers = apology::jobs(Handlers::new(), &room);
        Worker::new(room.db.clone(), room.clock.clone(), handlers, Settings::default(), Bell::default())
    }

    /// Everything that is due now, the periodic jobs too.
    pub(crate) async fn work(&self) {
        let worker = self.worker();
        worker.begin_periodic().await.unwrap();
        worker.run_due().await.unwrap();
    }

    /// The mails that are due, but not the periodic jobs; how many attempts that were.
    async fn post(&self) -> usize {
        let room = self.room();
        let (db, clock) = (room.db.clone(), room.clock.clone());
        let mails = Handlers::new().on(apology::send::KIND, move |job| apology::send::send(&room, job));
        Worker::new(db, clock, mails, Settings::default(), Bell::default()).run_due().await.unwrap()
    }

    /// All letters of a dossier, the oldest first.
    pub(crate) async fn letters_of(&self, code: &str) -> Vec<Value> {
        let answer = self.head.get(&format!("/apologies?dossier_code={code}")).await.expect(200);
        answer.body["items"].as_array().unwrap().clone()
    }

    /// The one letter of a dossier, whole.
    pub(crate) async fn letter_of(&self, code: &str) -> Answer {
        let letters = self.letters_of(code).await;
        assert_eq!(letters.len(), 1, "{letters:#?}");
        self.head.get(&path(&letters[0])).await.expect(200)
    }

    /// A draft with a cause and a date, on the day before the due date.
    pub(crate) async fn draft(&self, name: &str) -> Answer {
        let code = self.take_in(name).await;
        self.house.it_is(DAY_BEFORE);
        self.work().await;
        let draft = self.letter_of(&code).await;
        let change = json!({"cause": "field_verification", "new_due_on": "2026-03-20"});
        self.head.patch(&path(&draft.body), draft.version(), change).await.expect(200)
    }

    pub(crate) async fn approve(&self, letter: &Answer) -> Answer {
        self.head.act(&format!("{}/approval", path(&letter.body)), letter.version(), json!({})).await
    }

    /// A letter as it is now.
    async fn again(&self, letter: &Answer) -> Answer {
        self.head.get(&path(&letter.body)).await.expect(200)
    }
}

fn path(letter: &Value) -> String {
    format!("/apologies/{}", letter["id"].as_str().unwrap())
}

/// What blocks does not run on the threads of the runtime.
async fn off_thread<T: Send + 'static>(f: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(f).await.unwrap()
}

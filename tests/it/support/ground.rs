//! A database with the starting data and a clock that stands where it is set, without HTTP: for what is below it.

use super::database::TestDatabase;
use chrono::{DateTime, NaiveDateTime, Utc};
use motcua::clock::Clock;
use motcua::db::{Conn, Db};
use motcua::domain::calendar::OfficeHours;
use motcua::domain::decide::Command;
use motcua::domain::dossier::{Dossier, replay};
use motcua::domain::event::{Channel, CorrectableField, Event, Particulars};
use motcua::domain::local_time;
use motcua::domain::people::{Applicant, ApplicantKind};
use motcua::dossier::intake::Intake;
use motcua::dossier::{self, Life, Stamp};
use motcua::failure::{Failure, Outcome};
use motcua::installation::{Files, StartingData, seed_if_empty};
use motcua::reference::{Reference, ReferenceCache};
use std::sync::Arc;

#[derive(Clone)]
pub struct Ground {
    pub db: Db,
    pub clock: Clock,
    pub references: ReferenceCache,
}

/// A moment on the counter's wall clock.
pub fn at(text: &str) -> DateTime<Utc> {
    local_time::moment(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a moment"))
}

pub fn applicant(name: &str) -> Applicant {
    Applicant {
        name: name.into(),
        kind: ApplicantKind::Citizen,
        id_number: Some("079203001123".into()),
        phone: Some("0901234512".into()),
        email: Some("nguoi.dan@example.vn".into()),
        address: Some("1 Đường Thử, Phường Bến Nghé".into()),
    }
}

pub fn intake(procedure: &str, applicant: Applicant) -> Intake {
    Intake {
        procedure_code: procedure.into(),
        case: None,
        time_limit: None,
        channel: Channel::InPerson,
        particulars: Particulars {
            applicant,
            representative: None,
            components: Vec::new(),
            request_summary: None,
            return_channel: None,
        },
        register_only: false,
    }
}

impl Ground {
    /// Migrated, with the starting data of `config/`, at this moment.
    pub fn at(db: &TestDatabase, now: &str) -> Self {
        let db = Db::open(&db.url.parse().expect("a database URL"), 8).expect("a database");
        motcua::db::migrate::migrate(&db).expect("migrations");
        let data = StartingData::of(&Files::read(None).expect("files"), at(now)).expect("starting data");
        seed_if_empty(&db, data, &OfficeHours::default()).expect("starting data in the database");
        Self { db, clock: Clock::at(at(now)), references: ReferenceCache::new(OfficeHours::default()) }
    }

    pub fn clock_to(&self, now: &str) {
        self.clock.set(at(now));
    }

    pub fn stamp(&self) -> Stamp {
        Stamp { occurred_at: self.clock.now(), recorded_at: self.clock.now(), officer: None }
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Conn<'_>) -> Outcome<T> + Send + 'static) -> T {
        self.db.write_blocking(f).expect("written")
    }

    pub fn reference(&self) -> Arc<Reference> {
        let references = self.references.clone();
        self.db.read_blocking(|c| references.of(c)).expect("reference data")
    }

    fn intake(
        &self,
        branch: &str,
        intake: Intake,
    ) -> impl Fn(&mut Conn<'_>) -> Outcome<String> + Send + 'static {
        let (references, stamp, branch) = (self.references.clone(), self.stamp(), branch.to_owned());
        move |tx| {
            let reference = references.of(tx)?;
            let branch = reference.branch(&branch).expect("a branch");
            Ok(intake.begin(tx, &reference, branch, stamp, true)?.save(tx)?.code)
        }
    }

    pub fn take_in(&self, branch: &str, intake: Intake) -> String {
        self.write(self.intake(branch, intake))
    }

    pub async fn take_in_async(&self, branch: &str, intake: Intake) -> String {
        self.db.write(self.intake(branch, intake)).await.expect("an intake")
    }

    /// Takes in, and then fails before the transaction ends.
    pub async fn take_in_and_fail(&self, branch: &str, intake: Intake) {
        let whole = self.intake(branch, intake);
        let failed: Outcome<String> = self
            .db
            .write(move |tx| {
                whole(tx)?;
                Err(Failure::Conflict("planted"))
            })
            .await;
        assert!(matches!(failed, Err(Failure::Conflict("planted"))), "{failed:?}");
    }

    pub fn act(&self, code: &str, command: Command) -> Outcome<Dossier> {
        let (references, stamp, code) = (self.references.clone(), self.stamp(), code.to_owned());
        self.db.write_blocking(move |tx| {
            let reference = references.of(tx)?;
            let mut life = Life::load(tx, &code)?;
            life.decide_and_add(&reference, command.clone(), stamp, true)?;
            life.save(tx)
        })
    }

    pub fn correct(&self, code: &str, field: CorrectableField, value: &str) -> Outcome<Dossier> {
        let (references, stamp, code, value) =
            (self.references.clone(), self.stamp(), code.to_owned(), value.to_owned());
        self.db.write_blocking(move |tx| {
            let reference = references.of(tx)?;
            let mut life = Life::load(tx, &code)?;
            life.correct(tx, &reference, (field, value.clone(), "ghi nhầm".into()), stamp)?;
            life.save(tx)
        })
    }

    pub fn events(&self, code: &str) -> Vec<Event> {
        let code = code.to_owned();
        self.write(move |tx| {
            let life = Life::load(tx, &code)?;
            dossier::events(tx, life.id())
        })
    }

    /// The stored dossier, which must be what its events tell.
    pub fn holds(&self, code: &str) -> (Dossier, Particulars) {
        let wanted = code.to_owned();
        let (stored, particulars) = self.write(move |tx| {
            let life = Life::load(tx, &wanted)?;
            Ok((life.dossier().clone(), dossier::particulars(tx, life.id())?))
        });
        let told = replay(&self.events(code)).expect("a beginning");
        assert_eq!(told, (stored.clone(), particulars.clone()));
        (stored, particulars)
    }
}

//! Random lives of dossiers: what a counter, an import and a careless clerk could do to one, told through the
//! rules themselves; and a naive second opinion that counts them.

pub mod naive;
pub mod random;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use motcua::domain::calendar::{Calendar, DayKind, OfficeHours, SpecialDay, YearStanding};
use motcua::domain::catalogue::SupplementMode;
use motcua::domain::correction;
use motcua::domain::deadline::{Deadline, deadline};
use motcua::domain::decide::{Command, Context, RuleSet, decide, register};
use motcua::domain::dossier::{Dossier, amend, replay};
use motcua::domain::event::{
    Channel, CorrectableField, Event, Fact, Particulars, Registration, ResultKind, ReturnChannel,
};
use motcua::domain::ids::{BranchId, Id, OfficerId, ProcedureId, SectorId, VersionId};
use motcua::domain::lifecycle::Status;
use motcua::domain::local_time::{day_of, local, moment};
use motcua::domain::parts::PartDue;
use motcua::domain::people::{Applicant, ApplicantKind};
use motcua::domain::refusal::Refusal;
use motcua::domain::returned::{AnsweredBy, Satisfaction};
use motcua::domain::tally::{self, Tally};
use uuid::Uuid;

/// The real calendar; the same with some more days off that are announced late; two rule sets.
pub struct World {
    pub calendar: Calendar,
    pub later_calendar: Calendar,
    pub restart: RuleSet,
    pub resume: RuleSet,
    pub ids: Ids,
}

/// Who and what the lives are of; real ones where they go into a database.
#[derive(Debug, Clone)]
pub struct Ids {
    pub branches: Vec<BranchId>,
    pub procedures: Vec<(ProcedureId, VersionId, SectorId)>,
    pub officers: Vec<OfficerId>,
}

impl Ids {
    /// Invented ones; procedures belong to sectors, two and two.
    fn new() -> Self {
        fn id<T>(n: u128) -> Id<T> {
            Id::from_uuid(Uuid::from_u128(n))
        }
        Self {
            branches: (0..u128::from(BRANCHES)).map(|n| id(0x0b00 + n)).collect(),
            procedures: (0..u128::from(PROCEDURES))
                .map(|n| (id(0x9700 + n), id(0x7e00 + n), id(0x5e00 + n / 2)))
                .collect(),
            officers: (0..u128::from(OFFICERS)).map(|n| id(0x0f00 + n)).collect(),
        }
    }

    fn officer(&self, n: u8) -> OfficerId {
        self.officers[usize::from(n)]
    }
}

impl World {
    pub fn new() -> Self {
        let announced = include_str!("../../../config/holidays_2018_2026.csv");
        let days: Vec<SpecialDay> =
            csv::Reader::from_reader(announced.as_bytes()).into_deserialize().map(Result::unwrap).collect();
        let calendar = |more: &[&str]| {
            let extra = more.iter().map(|date| SpecialDay {
                date: date.parse().unwrap(),
                kind: DayKind::Holiday,
                name: "nghỉ bão".to_owned(),
                paired_date: None,
                note: None,
            });
            let years = (2018..=2026).map(|year| (year, YearStanding::Announced));
            Calendar::new(years, days.clone().into_iter().chain(extra), OfficeHours::default()).unwrap()
        };
        let rules = |code: &str, supplement_mode| RuleSet {
            code: code.to_owned(),
            valid_from: "2018-01-01".parse().unwrap(),
            supplement_mode,
            supplement_request_days: 3,
            handover_cutoff: NaiveTime::from_hms_opt(15, 0, 0).unwrap(),
        };
        Self {
            calendar: calendar(&[]),
            later_calendar: calendar(&[
                "2025-02-13",
                "2025-02-20",
                "2025-03-05",
                "2025-03-06",
                "2025-03-20",
                "2025-04-03",
                "2025-04-22",
            ]),
            restart: rules("restart", SupplementMode::Restart),
            resume: rules("resume", SupplementMode::Resume),
            ids: Ids::new(),
        }
    }
}

/// What somebody means to do with a dossier, allowed or not.
#[derive(Debug, Clone)]
pub enum Deed {
    /// One of those that are possible as things stand.
    Likely(u8),
    Accept,
    Refuse,
    Forward(Option<u8>),
    RequestSupplement,
    Supply,
    RequestPayment,
    RecordPayment,
    Reappoint {
        days: u8,
    },
    IssueApology,
    Resolve,
    Return,
    UndoReturn,
    /// One of the levels, by the applicant or at the counter.
    Survey(u8),
    Withdraw,
    Stop,
    RecomputeDue,
    Correct(CorrectableField, Value),
}

/// What a field is corrected to.
#[derive(Debug, Clone)]
pub enum Value {
    /// The moment it holds, moved by so many minutes.
    Moved(i64),
    Channel(Channel),
    Text(&'static str),
}

/// When it happens after the last act, and how much later it is entered.
#[derive(Debug, Clone)]
pub struct Step {
    pub after_minutes: i64,
    /// Moves the moment to a border of the day.
    pub snap: Snap,
    pub entered_after_minutes: i64,
    pub may_backdate: bool,
    pub deed: Deed,
}

#[derive(Debug, Clone, Copy)]
pub enum Snap {
    No,
    /// The last second of the day.
    BeforeMidnight,
    /// The first second of the next day.
    Midnight,
    CloseOfBusiness,
}

impl Snap {
    fn of(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let day = day_of(at);
        match self {
            Self::No => at,
            Self::BeforeMidnight => moment(day.and_hms_opt(23, 59, 59).unwrap()),
            Self::Midnight => moment((day + Days::new(1)).and_hms_opt(0, 0, 0).unwrap()),
            Self::CloseOfBusiness => moment(day.and_hms_opt(17, 0, 0).unwrap()),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Plan {
    pub branch: u8,
    pub procedure: u8,
    pub channel: Channel,
    pub limit: &'static str,
    pub resume: bool,
    pub begins: NaiveDateTime,
    pub entered_after_minutes: i64,
    /// Handed in and received in one act.
    pub accepted_at_once: bool,
    pub officer: u8,
    /// From this step on the later calendar holds.
    pub calendar_changes_at: usize,
    pub steps: Vec<Step>,
}

/// The step that dossiers are handed on to, with its share of the limit.
pub const SHARES: [(&str, u32); 1] = [("tham-dinh", 30)];
pub const PROCEDURES: u8 = 4;
pub const BRANCHES: u8 = 3;
pub const OFFICERS: u8 = 3;

/// A life as it was told: what was decided, and what was refused on the way.
#[derive(Debug, Clone)]
pub struct Told {
    pub events: Vec<Event>,
    /// Built step by step.
    pub dossier: Dossier,
    /// Added up step by step.
    pub tally: Tally,
    pub refusals: Vec<Refusal>,
    /// Due dates with whether the calendar they were counted with has that day as a working day.
    pub promises: Vec<(Deadline, bool)>,
    pub first_due_on: Option<NaiveDate>,
    /// After each correction of the receipt: the due date in force, and the one counted from the clock's start.
    pub counted_again: Vec<(Deadline, Deadline)>,
    /// What parts are judged by, as decided and as a naive reader of the rules says: where they ended, and again after
    /// each correction of the receipt.
    pub part_dues: Vec<(PartDue, PartDue)>,
}

/// Lives a plan through, or nothing where even the registration is refused.
pub fn tell(world: &World, code: &str, plan: &Plan) -> Option<Told> {
    let rules = if plan.resume { &world.resume } else { &world.restart };
    let begins = moment(plan.begins);
    let now = begins + TimeDelta::minutes(plan.entered_after_minutes);
    let (calendar, occurred_at) = (&world.calendar, begins);
    let context = Context { calendar, rules, shares: &SHARES, now, occurred_at, may_backdate: true };
    let registration = registration(world, code, plan, rules);
    let by = Some(world.ids.officer(plan.officer));
    let received = register(&registration, plan.accepted_at_once, &context).ok()?;
    let dossier = Dossier::registered(&registration, begins);
    let first = Event {
        seq: 1,
        occurred_at: begins,
        recorded_at: now,
        officer: by,
        fact: Fact::Registered(Box::new(registration)),
    };
    let mut told = Told {
        tally: Tally::of_event(None, &dossier, &first),
        dossier,
        events: vec![first],
        refusals: Vec::new(),
        promises: Vec::new(),
        first_due_on: None,
        counted_again: Vec::new(),
        part_dues: Vec::new(),
    };
    if let Some(fact) = received {
        told.add(fact, &context, by);
    }
    for (n, step) in plan.steps.iter().enumerate() {
        let calendar = if n < plan.calendar_changes_at { &world.calendar } else { &world.later_calendar };
        told.step(calendar, rules, (&world.ids, by), step);
    }
    Some(told)
}

fn registration(world: &World, code: &str, plan: &Plan, rules: &RuleSet) -> Registration {
    let (procedure, version, sector) = world.ids.procedures[usize::from(plan.procedure)];
    // A few people come again and again: some with a number of identity, some with a phone, some with neither.
    let whose = plan.begins.minute() % 5;
    let id_number = (whose < 2).then(|| "079200000001".to_owned());
    let phone = (1..4).contains(&whose).then(|| format!("090100000{}", whose / 2));
    Registration {
        code: code.to_owned(),
        branch: world.ids.branches[usize::from(plan.branch)],
        sector,
        procedure,
        version,
        case: None,
        rule_set: rules.code.clone(),
        time_limit: plan.limit.parse().unwrap(),
        channel: plan.channel,
        particulars: Particulars {
            applicant: Applicant {
                name: "Nguyễn Thị Mẫu".to_owned(),
                kind: ApplicantKind::Citizen,
                id_number,
                phone,
                email: None,
                address: None,
            },
            representative: None,
            components: Vec::new(),
            request_summary: None,
            return_channel: None,
        },
    }
}

impl Told {
    fn step(
        &mut self,
        calendar: &Calendar,
        rules: &RuleSet,
        (ids, by): (&Ids, Option<OfficerId>),
        step: &Step,
    ) {
        let occurred_at =
            step.snap.of(self.dossier.last_occurred_at + TimeDelta::minutes(step.after_minutes));
        let entered = occurred_at + TimeDelta::minutes(step.entered_after_minutes);
        // The system's clock never goes back.
        let now = self.events.last().map_or(entered, |event| event.recorded_at.max(entered));
        let may_backdate = step.may_backdate;
        let context = Context { calendar, rules, shares: &SHARES, now, occurred_at, may_backdate };
        let decided = match &self.meant(&step.deed) {
            Deed::Correct(field, value) => self.correction(*field, value, &context),
            deed => decide(&self.dossier, self.command(deed, ids), &context),
        };
        match decided {
            Ok(fact) => self.add(fact, &context, by),
            Err(refusal) => self.refusals.push(refusal),
        }
    }

    fn meant(&self, deed: &Deed) -> Deed {
        use CorrectableField::{Channel as ChannelField, ReceivedAt, ResolvedAt, ReturnedAt};
        let Deed::Likely(pick) = deed else { return deed.clone() };
        let moved = |field| Deed::Correct(field, Value::Moved((i64::from(*pick) - 100) * 37));
        let running = || {
            let mut deeds = vec![
                Deed::Forward(Some(pick % OFFICERS)),
                Deed::Forward(None),
                Deed::RequestSupplement,
                Deed::RequestPayment,
                Deed::Reappoint { days: pick % 12 },
                Deed::IssueApology,
                Deed::IssueApology,
                Deed::RecomputeDue,
                Deed::Resolve,
                Deed::Resolve,
                moved(ReceivedAt),
            ];
            // Who broke a promise once breaks the next one more easily.
            if self.dossier.reappointments > 0 {
                deeds.extend([Deed::Reappoint { days: pick % 12 }, Deed::Reappoint { days: 1 + pick % 5 }]);
            }
            deeds
        };
        let deeds = match self.dossier.status {
            Status::Registered => vec![Deed::Accept, Deed::Accept, Deed::Accept, Deed::Refuse],
            Status::Received | Status::InProcessing => running(),
            Status::SupplementRequested => {
                vec![Deed::Supply, Deed::Supply, Deed::Withdraw, moved(ReceivedAt)]
            }
            Status::AwaitingPayment => vec![Deed::RecordPayment, Deed::RecordPayment, Deed::Stop],
            Status::Resolved => vec![Deed::Return, moved(ResolvedAt), moved(ReceivedAt)],
            Status::Returned => vec![
                Deed::UndoReturn,
                Deed::Survey(*pick / 7),
                Deed::Survey(*pick / 3),
                moved(ReturnedAt),
                moved(ResolvedAt),
                moved(ReceivedAt),
                Deed::Correct(ChannelField, Value::Channel(Channel::Postal)),
            ],
            _ => vec![
                moved(ReceivedAt),
                moved(ResolvedAt),
                moved(ReturnedAt),
                Deed::Correct(ChannelField, Value::Channel(Channel::Postal)),
            ],
        };
        deeds[usize::from(*pick) % deeds.len()].clone()
    }

    fn command(&self, deed: &Deed, ids: &Ids) -> Command {
        let text = String::new;
        let from_due = |days: u8| {
            let due_on = self.dossier.reappointed_due_on.or(self.dossier.due_on());
            due_on.unwrap_or(day_of(self.dossier.submitted_at)) + Days::new(days.into())
        };
        match *deed {
            Deed::Accept => Command::Accept,
            Deed::Refuse => Command::Refuse { reason: text() },
            Deed::Forward(to) => Command::Forward {
                to_officer: to.map(|n| ids.officer(n)),
                to_step: to.is_none().then(|| ["tham-dinh", "trinh-ky"][self.events.len() % 2].to_owned()),
                note: None,
            },
            Deed::RequestSupplement => Command::RequestSupplement { items: Vec::new(), reason: text() },
            Deed::Supply => Command::Supply { items: Vec::new() },
            Deed::RequestPayment => Command::RequestPayment { amount: 30_000, reason: text() },
            Deed::RecordPayment => Command::RecordPayment,
            Deed::Reappoint { days } => {
                Command::Reappoint { new_due_on: from_due(days), cause: text(), reason: text() }
            }
            Deed::IssueApology => Command::IssueApology {
                apology: Id::from_uuid(Uuid::from_u128(self.events.len() as u128)),
                number: text(),
                new_due_on: from_due(5),
                sha256: text(),
                automatic: false,
            },
            Deed::Resolve => {
                Command::Resolve { outcome: ResultKind::Granted, document_number: None, reason: None }
            }
            Deed::Return => {
                Command::Return { channel: ReturnChannel::ALL[self.events.len() % 3], received_by: None }
            }
            Deed::UndoReturn => Command::UndoReturn { reason: text() },
            Deed::Survey(n) => Command::Survey {
                satisfaction: Satisfaction::ALL[usize::from(n % 5)],
                remark: None,
                answered_by: AnsweredBy::ALL[usize::from(n / 5 % 2)],
            },
            Deed::Withdraw => Command::Withdraw { reason: text() },
            Deed::Stop => Command::Stop { reason: text() },
            Deed::RecomputeDue => Command::RecomputeDue { reason: text() },
            Deed::Correct(..) | Deed::Likely(_) => unreachable!("no command of its own"),
        }
    }

    fn correction(
        &self,
        field: CorrectableField,
        value: &Value,
        context: &Context<'_>,
    ) -> Result<Fact, Refusal> {
        let new = match value {
            Value::Moved(minutes) => {
                let resolved = self.dossier.resolved.as_ref().map(|resolution| resolution.at);
                let held = match field {
                    CorrectableField::ResolvedAt => resolved,
                    CorrectableField::ReturnedAt => {
                        self.dossier.returned.as_ref().map(|handover| handover.at)
                    }
                    _ => self.dossier.received_at,
                };
                local(held.unwrap_or(context.now) + TimeDelta::minutes(*minutes)).to_rfc3339()
            }
            Value::Channel(channel) => channel.as_str().to_owned(),
            Value::Text(text) => (*text).to_owned(),
        };
        correction::correct(&self.events, field, new, String::new(), context)
    }

    fn add(&mut self, fact: Fact, context: &Context<'_>, officer: Option<OfficerId>) {
        let event = Event {
            seq: self.dossier.version + 1,
            occurred_at: context.occurred_at,
            recorded_at: context.now,
            officer,
            fact,
        };
        if let Fact::Received { deadline, .. } = &event.fact {
            self.first_due_on = Some(deadline.due_on);
        }
        if let Fact::Received { deadline, .. } | Fact::Supplied { deadline, .. } | Fact::Paid { deadline } =
            &event.fact
        {
            self.promises.push((*deadline, context.calendar.is_working(deadline.due_on).unwrap()));
        }
        if let Fact::Corrected { field, .. } = &event.fact {
            let receipt = *field == CorrectableField::ReceivedAt;
            self.tally.merge(&tally::of_correction(&self.events, &event), 1);
            self.events.push(event);
            self.dossier = replay(&self.events).unwrap().0;
            if receipt {
                self.hear_of_parts(context);
            }
            if let (true, Some(clock)) = (receipt, &self.dossier.clock) {
                let limit = &self.dossier.time_limit;
                let again = deadline(context.calendar, clock.started_at, limit, &clock.pauses).unwrap();
                self.counted_again.push((clock.deadline, again));
            }
        } else {
            let before = self.dossier.clone();
            self.dossier.apply(&event);
            self.tally.merge(&Tally::of_event(Some(&before), &self.dossier, &event), 1);
            let ends_a_part = matches!(event.fact, Fact::Forwarded { .. } | Fact::Resolved { .. });
            self.events.push(event);
            if let (true, Some(last)) = (ends_a_part, self.events.last()) {
                let seq = last.seq;
                self.hear_of_part(seq, context);
            }
        }
    }

    /// All of them, as the last correction leaves them.
    fn hear_of_parts(&mut self, context: &Context<'_>) {
        for event in amend(&self.events).into_owned() {
            if matches!(event.fact, Fact::Forwarded { .. } | Fact::Resolved { .. }) {
                self.hear_of_part(event.seq, context);
            }
        }
    }

    fn hear_of_part(&mut self, seq: u32, context: &Context<'_>) {
        let limit = self.dossier.time_limit.to_string();
        let (calendar, cutoff) = (context.calendar, context.rules.handover_cutoff);
        let read = naive::Read { calendar, cutoff, limit: &limit, shares: context.shares };
        let mut amended = amend(&self.events).into_owned();
        let event = amended.iter_mut().find(|event| event.seq == seq).unwrap();
        let last = matches!(event.fact, Fact::Resolved { .. });
        let decided = *event.fact.part_due_mut().expect("what the part is judged by");
        self.part_dues.push((decided, naive::Counted::of(&self.events).part_due(seq, last, &read)));
    }
}

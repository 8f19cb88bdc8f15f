//! An invented dossier: what happens to it, from the counter to the end or to the present, each act decided by
//! the same rules as a real one.

use super::accounts::Desk;
use super::chance::Chance;
use super::days::Days;
use super::people;
use crate::domain::catalogue::OnlineLevel;
use crate::domain::deadline::Deadline;
use crate::domain::decide::Command;
use crate::domain::event::{Channel, Particulars, ResultKind, ReturnChannel};
use crate::domain::ids::OfficerId;
use crate::domain::local_time::day_of;
use crate::domain::returned::{AnsweredBy, Satisfaction};
use crate::dossier::{Intake, Life, Stamp};
use crate::failure::Outcome;
use crate::reference::{Branch, Case, Procedure, Reference, Version};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

/// Who is late how often, of a thousand: each branch has its own, so that the targets are met here and missed there.
const LATE_PERMILLE: &[u32] = &[30, 45, 130, 0, 20, 85];
/// How many of the visitors go to which branch.
pub const SHARE_OF_BRANCHES: &[u32] = &[22, 20, 24, 13, 9, 12];
/// Of a hundred late dossiers, how many are apologised for.
const APOLOGISED_PERCENT: &[u32] = &[95, 85, 70, 100, 90, 60];

/// Of a hundred who got their result, how many say how they were served.
const ANSWERED_PERCENT: &[u32] = &[82, 64, 76, 91, 58, 79];
/// Of a thousand who say, how many are not satisfied.
const UNSATISFIED_PERMILLE: &[u32] = &[12, 35, 22, 5, 45, 17];
/// Of a hundred who say, how many do it at the counter.
const AT_THE_COUNTER_PERCENT: &[u32] = &[45, 60, 50, 30, 96, 55];

/// An act that is done in its turn, after letters that come before it.
#[derive(Debug, Clone)]
pub struct Act {
    pub command: Command,
    pub at: DateTime<Utc>,
    /// Nobody where the citizen does it himself.
    pub officer: Option<OfficerId>,
}

/// What becomes of the letter of a dossier that gets a draft.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The day on which the draft is made.
    pub drafted_on: NaiveDate,
    /// Why it will be late, once somebody has said so.
    pub cause: Option<(&'static str, &'static str)>,
    pub approved_at: Option<DateTime<Utc>>,
    /// When it was handed over, where it cannot be mailed.
    pub handed_over_at: Option<DateTime<Utc>>,
}

/// A dossier of the demo.
pub struct Story {
    pub life: Life,
    pub desk: usize,
    /// What is still to be done when its letter has been seen to.
    pub rest: Vec<Act>,
    pub letter: Option<Letter>,
}

/// Somebody comes to the counter.
#[derive(Debug, Clone)]
pub struct Visit {
    pub at: DateTime<Utc>,
    pub branch: usize,
    pub intake: Intake,
}

/// What all stories share.
pub struct World<'a> {
    pub reference: &'a Reference,
    pub days: Days<'a>,
    pub desks: &'a [Desk],
    pub now: DateTime<Utc>,
    /// Applicants say how they were served. Not in registers of millions, which would grow by a tenth for it.
    pub asked: bool,
}

/// What may be handed in at a branch on a day: a case of a procedure in force, whose limit is known.
pub type Opening<'a> = (&'a Procedure, &'a Version, &'a Case);

impl World<'_> {
    /// Who comes, with what.
    pub fn visit(&self, chance: &mut Chance, at: DateTime<Utc>) -> Option<Visit> {
        let branch = chance.weighted(SHARE_OF_BRANCHES).min(self.reference.branches().len().checked_sub(1)?);
        self.visit_with(chance, at, branch, &self.openings(branch, day_of(at)))
    }

    pub fn openings(&self, branch: usize, day: NaiveDate) -> Vec<Opening<'_>> {
        let Some(branch) = self.reference.branches().get(branch) else { return Vec::new() };
        self.reference
            .procedures()
            .iter()
            .filter(|procedure| procedure.branches.contains(&branch.id))
            .filter_map(|procedure| Some((&**procedure, procedure.version_on(day)?)))
            .flat_map(|(procedure, version)| version.cases.iter().map(move |case| (procedure, version, case)))
            // Where no limit is known, the counter would have to say one.
            .filter(|(_, _, case)| case.time_limit.is_some())
            .collect()
    }

    /// Who comes to this branch, with one of the `openings` of that day.
    pub fn visit_with(
        &self,
        chance: &mut Chance,
        at: DateTime<Utc>,
        branch: usize,
        openings: &[Opening<'_>],
    ) -> Option<Visit> {
        let place = usize::try_from(chance.below(u32::try_from(openings.len()).ok()?)).ok()?;
        let (procedure, version, case) = openings.get(place)?;
        let channel = match chance.below(100) {
            0..35 if version.online_level != OnlineLevel::None => Channel::Online,
            35..47 if version.postal_eligible => Channel::Postal,
            _ => Channel::InPerson,
        };
        let return_channel = match chance.below(10) {
            0..6 => Some(ReturnChannel::InPerson),
            6..8 => Some(ReturnChannel::Postal),
            _ => None,
        };
        let intake = Intake {
            procedure_code: procedure.code.clone(),
            case: case.code.clone(),
            time_limit: None,
            channel,
            particulars: Particulars {
                applicant: people::applicant(chance),
                representative: chance.percent(6).then(|| people::applicant(chance)),
                components: Vec::new(),
                request_summary: None,
                return_channel,
            },
            register_only: channel != Channel::InPerson,
        };
        Some(Visit { at, branch, intake })
    }

    /// The whole life that follows, up to the present.
    pub fn live(&self, chance: &mut Chance, visit: &Visit, branch: &Branch, code: String) -> Outcome<Story> {
        let desk = self.desks.get(visit.branch).ok_or_else(no_desk)?;
        let stamp = Stamp { occurred_at: visit.at, recorded_at: visit.at, officer: Some(desk.counter) };
        let life = visit.intake.begin_as(self.reference, branch, code, stamp, false)?;
        let mut told =
            Telling { world: self, desk, chance, life, at: visit.at, running: true, branch: visit.branch };
        let (rest, letter) = told.tell(visit)?;
        Ok(Story { life: told.life, desk: visit.branch, rest, letter })
    }

    /// The same without letters: what would wait for one is done at once.
    pub fn live_without_letters(
        &self,
        chance: &mut Chance,
        visit: &Visit,
        branch: &Branch,
        code: String,
    ) -> Outcome<Life> {
        let Story { mut life, rest, letter, .. } = self.live(chance, visit, branch, code)?;
        if let Some(letter) = &letter {
            self.perhaps_reappoint(chance, &mut life, letter, rest.first().map(|act| act.at))?;
        }
        for act in rest.into_iter().filter(|act| act.at <= self.now) {
            let stamp = Stamp { occurred_at: act.at, recorded_at: act.at, officer: act.officer };
            life.decide_and_add(self.reference, act.command, stamp, false)?;
        }
        Ok(life)
    }

    /// Another day, where a cause is known and the head had time to sign before the result was there.
    fn perhaps_reappoint(
        &self,
        chance: &mut Chance,
        life: &mut Life,
        letter: &Letter,
        resolved_at: Option<DateTime<Utc>>,
    ) -> Outcome<()> {
        let (Some((cause, reason)), Some(at)) = (letter.cause, letter.approved_at) else { return Ok(()) };
        if at > self.now || resolved_at.is_some_and(|resolved_at| resolved_at <= at) {
            return Ok(());
        }
        let due_on = life.dossier().due_on().unwrap_or_else(|| day_of(at));
        let command = Command::Reappoint {
            new_due_on: self.days.after(due_on.max(day_of(at)), 2 + chance.below(4))?,
            cause: cause.to_owned(),
            reason: reason.to_owned(),
        };
        let stamp = Stamp { occurred_at: at, recorded_at: at, officer: None };
        life.decide_and_add(self.reference, command, stamp, false)
    }
}

pub fn no_desk() -> crate::failure::Failure {
    crate::failure::Failure::Broken("a branch has no officers".into())
}

/// A story while it is told.
struct Telling<'a> {
    world: &'a World<'a>,
    desk: &'a Desk,
    chance: &'a mut Chance,
    life: Life,
    /// The last moment told.
    at: DateTime<Utc>,
    /// The present has not been reached, and nothing has ended it.
    running: bool,
    branch: usize,
}

impl Telling<'_> {
    /// Somebody does something, unless the present comes first.
    fn act(&mut self, command: Command, at: DateTime<Utc>, officer: OfficerId) -> Outcome<bool> {
        self.happens(Act { command, at, officer: Some(officer) })
    }

    fn happens(&mut self, Act { command, at, officer }: Act) -> Outcome<bool> {
        self.running &= at <= self.world.now;
        if self.running {
            let stamp = Stamp { occurred_at: at, recorded_at: at, officer };
            self.life.decide_and_add(self.world.reference, command, stamp, false)?;
            self.at = at;
        }
        Ok(self.running)
    }

    fn later(&mut self, working_days: u32) -> Outcome<DateTime<Utc>> {
        self.world.days.later(self.chance, self.at, working_days)
    }

    fn tell(&mut self, visit: &Visit) -> Outcome<(Vec<Act>, Option<Letter>)> {
        if visit.intake.register_only && !self.accept_or_refuse()? {
            return Ok((Vec::new(), None));
        }
        self.forward()?;
        self.ask_for_papers()?;
        self.ask_for_payment()?;
        self.give_up()?;
        if !self.running || !self.life.dossier().status.is_running() {
            return Ok((Vec::new(), None));
        }
        self.end()
    }

    /// Online and postal dossiers are looked through first; one in twenty-five is not accepted (form 03).
    fn accept_or_refuse(&mut self) -> Outcome<bool> {
        let days = self.chance.below(2);
        let at = self.later(days)?;
        if self.chance.percent(4) {
            let reason = "Hồ sơ không thuộc thẩm quyền giải quyết của đơn vị".to_owned();
            self.act(Command::Refuse { reason }, at, self.desk.counter)?;
            return Ok(false);
        }
        self.act(Command::Accept, at, self.desk.counter)
    }

    fn forward(&mut self) -> Outcome<()> {
        let day = day_of(self.at);
        let cutoff = self
            .world
            .reference
            .rule_set_on(day)
            .map_or(chrono::NaiveTime::MIN, |rules| rules.handover_cutoff);
        let at = self.world.days.handed_over(self.chance, self.at, cutoff)?;
        let command = Command::Forward {
            to_officer: Some(self.desk.handler),
            to_step: None,
            note: Some("Chuyển phòng chuyên môn xử lý".to_owned()),
        };
        self.act(command, at, self.desk.counter)?;
        Ok(())
    }

    /// One in nine lacks papers; one in eight of these lacks some again, and one in twenty-five never brings them.
    fn ask_for_papers(&mut self) -> Outcome<()> {
        let mut rounds = if self.chance.percent(11) { 1 + u32::from(self.chance.percent(12)) } else { 0 };
        while rounds > 0 && self.running {
            rounds -= 1;
            let days = if self.chance.percent(90) { self.chance.below(3) } else { 4 + self.chance.below(3) };
            let at = self.later(days)?;
            let item = self.chance.one_of(&[
                "Bản sao giấy chứng nhận đăng ký doanh nghiệp",
                "Bản thuyết minh điều kiện cơ sở",
                "Giấy chứng nhận sức khỏe",
                "Bản vẽ sơ đồ mặt bằng",
            ]);
            let command = Command::RequestSupplement {
                items: vec![item.to_owned()],
                reason: "Thành phần hồ sơ chưa đầy đủ theo quy định".to_owned(),
            };
            self.act(command, at, self.desk.handler)?;
            if self.chance.percent(4) {
                let at = self.later(25)?;
                let reason = "Người nộp không bổ sung hồ sơ trong thời gian quy định".to_owned();
                self.act(Command::Stop { reason }, at, self.desk.handler)?;
                self.running = false;
                return Ok(());
            }
            let days = 1 + self.chance.below(12);
            let at = self.later(days)?;
            self.act(Command::Supply { items: vec![item.to_owned()] }, at, self.desk.counter)?;
        }
        Ok(())
    }

    fn ask_for_payment(&mut self) -> Outcome<()> {
        if !self.running || !self.chance.percent(10) {
            return Ok(());
        }
        let days = self.chance.below(2);
        let at = self.later(days)?;
        let amount = self.chance.one_of(&[50_000, 100_000, 230_000, 700_000]);
        let reason = "Phí thẩm định hồ sơ".to_owned();
        self.act(Command::RequestPayment { amount, reason }, at, self.desk.handler)?;
        let days = self.chance.below(6);
        let at = self.later(days)?;
        self.act(Command::RecordPayment, at, self.desk.counter)?;
        Ok(())
    }

    /// Withdrawn by the applicant, or stopped.
    fn give_up(&mut self) -> Outcome<()> {
        let given_up = self.chance.permille(30);
        if !self.running || !given_up {
            return Ok(());
        }
        let days = 1 + self.chance.below(4);
        let at = self.later(days)?;
        let command = if self.chance.percent(75) {
            Command::Withdraw { reason: "Người nộp đề nghị rút hồ sơ".to_owned() }
        } else {
            Command::Stop {
                reason: "Dừng xử lý theo yêu cầu của cơ quan có thẩm quyền".to_owned()
            }
        };
        self.act(command, at, self.desk.counter)?;
        self.running = false;
        Ok(())
    }

    /// The result and its return. Where a letter is drafted before, these wait for their turn.
    fn end(&mut self) -> Outcome<(Vec<Act>, Option<Letter>)> {
        let Some(deadline) = self.life.dossier().clock.as_ref().map(|clock| clock.deadline) else {
            return Ok((Vec::new(), None));
        };
        let late = self.is_late(deadline.due_on);
        let resolved_at = self.resolved_at(deadline.due_on, late)?;
        let resolved_at = self.perhaps_open_still(&deadline, resolved_at)?;
        let outcome = if self.chance.percent(4) { ResultKind::Denied } else { ResultKind::Granted };
        let number = 1 + self.chance.below(900);
        let resolve = Act {
            command: Command::Resolve {
                outcome,
                document_number: Some(format!("{number}/GCN")),
                reason: (outcome == ResultKind::Denied)
                    .then(|| "Không đáp ứng điều kiện theo quy định".to_owned()),
            },
            at: resolved_at,
            officer: Some(self.desk.handler),
        };
        let mut rest = vec![resolve];
        if self.chance.percent(88) {
            let days = self.chance.below(6);
            let at = self.world.days.later(self.chance, resolved_at, days)?;
            let channel =
                if self.chance.percent(25) { ReturnChannel::Postal } else { ReturnChannel::InPerson };
            rest.push(Act {
                command: Command::Return { channel, received_by: None },
                at,
                officer: Some(self.desk.counter),
            });
            rest.extend(self.answer(at));
        }
        let mut drafted_on = self.world.days.after(deadline.apology_due_on, 0)?;
        while Days::morning(drafted_on) <= self.at {
            drafted_on = self.world.days.after(drafted_on, 1)?;
        }
        let drafted_at = Days::morning(drafted_on);
        if drafted_at < resolved_at && drafted_at <= self.world.now {
            let letter = self.letter(drafted_on, deadline.due_on, resolved_at)?;
            return Ok((rest, Some(letter)));
        }
        for act in rest {
            self.happens(act)?;
        }
        Ok((Vec::new(), None))
    }

    /// What the applicant says of how he was served, if he says anything: on a slip at the counter, or at home.
    fn answer(&self, returned_at: DateTime<Utc>) -> Option<Act> {
        let of = |list: &[u32], usual| list.get(self.branch).copied().unwrap_or(usual);
        // A chance of its own: whoever is asked or not, the same people come after him.
        let mut chance = Chance::of(&self.life.dossier().code);
        if !self.world.asked || !chance.percent(of(ANSWERED_PERCENT, 70)) {
            return None;
        }
        let satisfaction = if chance.permille(of(UNSATISFIED_PERMILLE, 20)) {
            let levels = [Satisfaction::Neutral, Satisfaction::Dissatisfied, Satisfaction::VeryDissatisfied];
            levels.get(chance.weighted(&[6, 3, 1])).copied().unwrap_or(Satisfaction::Neutral)
        } else if chance.percent(55) {
            Satisfaction::VerySatisfied
        } else {
            Satisfaction::Satisfied
        };
        let remark = (!satisfaction.is_satisfied()).then(|| {
            let remarks = ["Chờ lâu tại quầy", "Phải đi lại nhiều lần", "Hướng dẫn chưa rõ giấy tờ cần nộp"];
            chance.one_of(&remarks).to_owned()
        });
        let answered_by = if chance.percent(of(AT_THE_COUNTER_PERCENT, 50)) {
            AnsweredBy::Counter
        } else {
            AnsweredBy::Applicant
        };
        let command = Command::Survey { satisfaction, remark, answered_by };
        Some(match answered_by {
            AnsweredBy::Counter => {
                let at = returned_at + TimeDelta::minutes(1 + i64::from(chance.below(10)));
                Act { command, at, officer: Some(self.desk.counter) }
            }
            AnsweredBy::Applicant => {
                // At home, on any day.
                let at = returned_at + TimeDelta::minutes(90 + i64::from(chance.below(8000)));
                Act { command, at, officer: None }
            }
        })
    }

    /// More often around Tết, when everybody has been away.
    fn is_late(&mut self, due_on: NaiveDate) -> bool {
        let usual = LATE_PERMILLE.get(self.branch).copied().unwrap_or(50);
        let month = chrono::Datelike::month(&due_on);
        let times = if matches!(month, 1 | 2) { 160 } else { 95 };
        self.chance.permille(usual * times / 100)
    }

    fn resolved_at(&mut self, due_on: NaiveDate, late: bool) -> Outcome<DateTime<Utc>> {
        let days = &self.world.days;
        let from = days.after(day_of(self.at), 0)?;
        let until = days.between(from, due_on)?;
        let day = if late {
            let late_by =
                1 + self.chance.below(4) + if self.chance.percent(20) { self.chance.below(9) } else { 0 };
            days.after(due_on.max(from), late_by)?
        } else if until == 0 {
            from.min(due_on).max(day_of(self.at))
        } else if self.chance.percent(12) {
            due_on
        } else {
            // Most are done in the second half of their time.
            let done = self.chance.below(until).max(self.chance.below(until));
            days.after(from, done)?
        };
        Ok(days.some_time_after(self.chance, day, self.at))
    }

    /// Some of what was due these days is not done yet, so that every head finds letters to sign. The branch that is
    /// never late is not late now either.
    fn perhaps_open_still(
        &mut self,
        deadline: &Deadline,
        resolved_at: DateTime<Utc>,
    ) -> Outcome<DateTime<Utc>> {
        let (now, days) = (self.world.now, &self.world.days);
        let today = day_of(now);
        let these_days = deadline.apology_due_on <= today && today <= deadline.due_on + TimeDelta::days(4);
        if !these_days || resolved_at > now || !self.chance.percent(30) {
            return Ok(resolved_at);
        }
        let punctual = LATE_PERMILLE.get(self.branch) == Some(&0);
        if punctual && deadline.due_on <= today {
            return Ok(resolved_at);
        }
        let wait = if punctual { 0 } else { 1 + self.chance.below(3) };
        let day = days.after(deadline.due_on.max(today), wait)?;
        Ok(days.some_time_after(self.chance, day, now))
    }

    fn letter(
        &mut self,
        drafted_on: NaiveDate,
        due_on: NaiveDate,
        resolved_at: DateTime<Utc>,
    ) -> Outcome<Letter> {
        let days = &self.world.days;
        let late = day_of(resolved_at) > due_on;
        let known = self.chance.percent(if late {
            APOLOGISED_PERCENT.get(self.branch).copied().unwrap_or(80)
        } else {
            3
        });
        let cause = known.then(|| self.cause());
        // What is open still, the head has signed of half.
        let signed = known && (resolved_at <= self.world.now || self.chance.percent(50));
        let approved_on = match self.chance.below(10) {
            0..6 => drafted_on,
            6..8 => due_on.max(drafted_on),
            _ => days.after(due_on.max(drafted_on), 1 + self.chance.below(2))?,
        };
        // After its cause has been written down.
        let earliest = Days::morning(drafted_on) + TimeDelta::minutes(31);
        let approved_at = days.some_time_after(self.chance, approved_on, earliest);
        let in_time = approved_at < resolved_at - TimeDelta::minutes(10) && approved_at <= self.world.now;
        let handed_over_at = days.later(self.chance, approved_at, 1)?;
        let by_hand = self.chance.percent(80) && handed_over_at <= self.world.now;
        Ok(Letter {
            drafted_on,
            cause,
            approved_at: (signed && in_time).then_some(approved_at),
            handed_over_at: by_hand.then_some(handed_over_at),
        })
    }

    fn cause(&mut self) -> (&'static str, &'static str) {
        const CAUSES: &[(&str, &str)] = &[
            ("overload", "Số lượng hồ sơ trong kỳ tăng cao, phòng chuyên môn chưa bố trí đủ người thẩm định"),
            ("field_verification", "Việc kiểm tra thực địa phải dời ngày do điều kiện thời tiết"),
            ("field_verification", "Kết quả kiểm nghiệm mẫu chưa được đơn vị kiểm nghiệm gửi về"),
            ("consulted_agency", "Cơ quan được lấy ý kiến phối hợp chưa có văn bản trả lời"),
            ("unclear_rules", "Hồ sơ có nội dung phức tạp, cần xin ý kiến hướng dẫn của cơ quan cấp trên"),
            ("system_fault", "Hệ thống thông tin gián đoạn nên hồ sơ được chuyển xử lý chậm"),
            ("slow_handling", "Phòng chuyên môn xử lý hồ sơ chậm so với quy định"),
        ];
        self.chance.one_of(CAUSES)
    }
}

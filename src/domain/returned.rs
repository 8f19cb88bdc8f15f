//! What comes after the result: how it was handed out, and what the applicant says of how he was served.
//!
//! Answers are counted on the day of the **hand-over** they are about, whenever they come: so no share of a period can be
//! over all of it. What came in after that day is told apart, as a stock like the late entries of other figures.

use super::dossier::Dossier;
use super::event::{Channel, Event, Fact, ReturnChannel};
use super::ids::{BranchId, ProcedureId, SectorId};
use super::local_time::day_of;
use super::words::code_words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The levels of the Ministry of Home Affairs' index of satisfaction (SIPAS), best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Satisfaction {
    VerySatisfied,
    Satisfied,
    Neutral,
    Dissatisfied,
    VeryDissatisfied,
}
code_words!(Satisfaction {
    VerySatisfied => "very_satisfied",
    Satisfied => "satisfied",
    Neutral => "neutral",
    Dissatisfied => "dissatisfied",
    VeryDissatisfied => "very_dissatisfied",
});

impl Satisfaction {
    pub const fn is_satisfied(self) -> bool {
        matches!(self, Self::VerySatisfied | Self::Satisfied)
    }
}

/// Who entered an answer: kept apart, so that a counter that answers for everybody is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// The citizen himself, with his proof.
    Applicant,
    /// An officer, from a paper slip.
    Counter,
}
code_words!(AnsweredBy { Applicant => "applicant", Counter => "counter" });

/// Whose hand-overs these are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReturnedKey {
    pub branch: BranchId,
    pub sector: SectorId,
    pub procedure: ProcedureId,
    /// How the dossier had come.
    pub channel: Channel,
}

impl ReturnedKey {
    pub fn of(dossier: &Dossier) -> Self {
        Self {
            branch: dossier.branch,
            sector: dossier.sector,
            procedure: dossier.procedure,
            channel: dossier.channel,
        }
    }
}

/// Results handed out on a day, and the answers about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReturnedCounts {
    pub in_person: i64,
    pub online: i64,
    pub postal: i64,
    pub surveyed: i64,
    pub surveyed_by_applicant: i64,
    pub satisfied: i64,
    /// Answers that came in after this day: as a stock, "after the date asked for".
    pub late_answers: i64,
}

impl ReturnedCounts {
    /// The names of the columns, in the order of [`ReturnedCounts::figures`].
    pub const COLUMNS: [&'static str; 7] = [
        "returned_in_person",
        "returned_online",
        "returned_postal",
        "surveyed",
        "surveyed_by_applicant",
        "satisfied",
        "late_answers",
    ];

    pub const fn figures(self) -> [i64; 7] {
        [
            self.in_person,
            self.online,
            self.postal,
            self.surveyed,
            self.surveyed_by_applicant,
            self.satisfied,
            self.late_answers,
        ]
    }

    pub const fn returned(self) -> i64 {
        self.in_person + self.online + self.postal
    }

    pub fn add(&mut self, other: Self, times: i64) {
        self.in_person += times * other.in_person;
        self.online += times * other.online;
        self.postal += times * other.postal;
        self.surveyed += times * other.surveyed;
        self.surveyed_by_applicant += times * other.surveyed_by_applicant;
        self.satisfied += times * other.satisfied;
        self.late_answers += times * other.late_answers;
    }

    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    fn handed_out(channel: ReturnChannel, times: i64) -> Self {
        let mut counts = Self::default();
        *match channel {
            ReturnChannel::InPerson => &mut counts.in_person,
            ReturnChannel::Online => &mut counts.online,
            ReturnChannel::Postal => &mut counts.postal,
        } += times;
        counts
    }
}

/// What an act adds, by day; `before` and `after` are the dossier without it and with it.
pub fn changes(before: Option<&Dossier>, after: &Dossier, event: &Event) -> Vec<(NaiveDate, ReturnedCounts)> {
    match &event.fact {
        Fact::Returned { channel, .. } => {
            vec![(day_of(event.occurred_at), ReturnedCounts::handed_out(*channel, 1))]
        }
        Fact::ReturnUndone { .. } => before
            .and_then(|before| before.returned.as_ref())
            .map(|handover| (day_of(handover.at), ReturnedCounts::handed_out(handover.channel, -1)))
            .into_iter()
            .collect(),
        Fact::Surveyed { satisfaction, answered_by, .. } => {
            let Some(handover) = &after.returned else { return Vec::new() };
            let (returned_on, told_on) = (day_of(handover.at), day_of(event.recorded_at));
            let late = i64::from(told_on > returned_on);
            let answer = ReturnedCounts {
                surveyed: 1,
                surveyed_by_applicant: i64::from(*answered_by == AnsweredBy::Applicant),
                satisfied: i64::from(satisfaction.is_satisfied()),
                late_answers: late,
                ..ReturnedCounts::default()
            };
            let came_in = ReturnedCounts { late_answers: -late, ..ReturnedCounts::default() };
            vec![(returned_on, answer), (told_on, came_in)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dossier::Handover;
    use crate::domain::event::{Particulars, Registration};
    use crate::domain::ids::VersionId;
    use crate::domain::lifecycle::{Act, Status};
    use crate::domain::tally::Tally;
    use crate::domain::testing::{at, day, limit};

    /// A dossier that came by post, its result handed over on Friday, 2026-03-06.
    fn returned() -> Dossier {
        let json = r#"{"name":"Nguyễn Thị Mẫu","kind":"citizen"}"#;
        let registration = Registration {
            code: "000.00.01.H29-260302-0001".to_owned(),
            branch: BranchId::nil(),
            sector: SectorId::nil(),
            procedure: ProcedureId::nil(),
            version: VersionId::nil(),
            case: None,
            rule_set: "2018".to_owned(),
            time_limit: limit("10wd"),
            channel: Channel::Postal,
            particulars: Particulars {
                applicant: serde_json::from_str(json).unwrap(),
                representative: None,
                components: Vec::new(),
                request_summary: None,
                return_channel: None,
            },
        };
        let mut dossier = Dossier::registered(&registration, at("2026-03-02 08:00"));
        dossier.status = Status::Returned;
        let handover =
            Handover { at: at("2026-03-06 16:00"), channel: ReturnChannel::Postal, received_by: None };
        dossier.returned = Some(handover);
        dossier
    }

    fn event(occurred: &str, recorded: &str, fact: Fact) -> Event {
        Event { seq: 5, occurred_at: at(occurred), recorded_at: at(recorded), officer: None, fact }
    }

    fn surveyed(satisfaction: Satisfaction, answered_by: AnsweredBy) -> Fact {
        Fact::Surveyed { satisfaction, remark: None, answered_by }
    }

    /// By day, what is not zero.
    fn told(before: &Dossier, event: &Event) -> Vec<(NaiveDate, [i64; 7])> {
        let mut after = before.clone();
        after.apply(event);
        let tally = Tally::of_event(Some(before), &after, event);
        assert_eq!(tally.iter().count(), 0, "no figure of dossiers changes");
        tally
            .returned()
            .map(|(key, day, counts)| {
                assert_eq!(key.channel, Channel::Postal);
                (day, counts.figures())
            })
            .collect()
    }

    #[test]
    fn an_answer_counts_on_the_day_of_the_hand_over_and_says_that_it_came_later() {
        let answer = surveyed(Satisfaction::Satisfied, AnsweredBy::Applicant);
        let later = told(&returned(), &event("2026-03-09 20:00", "2026-03-09 20:00", answer.clone()));
        assert_eq!(
            later,
            [(day("2026-03-06"), [0, 0, 0, 1, 1, 1, 1]), (day("2026-03-09"), [0, 0, 0, 0, 0, 0, -1])]
        );
        let same_day = told(&returned(), &event("2026-03-06 17:00", "2026-03-06 17:00", answer));
        assert_eq!(same_day, [(day("2026-03-06"), [0, 0, 0, 1, 1, 1, 0])]);
        // A slip that was typed in later is known from then on.
        let slip = surveyed(Satisfaction::Neutral, AnsweredBy::Counter);
        let typed_in = told(&returned(), &event("2026-03-06 17:00", "2026-03-10 08:00", slip));
        assert_eq!(
            typed_in,
            [(day("2026-03-06"), [0, 0, 0, 1, 0, 0, 1]), (day("2026-03-10"), [0, 0, 0, 0, 0, 0, -1])]
        );
    }

    #[test]
    fn a_hand_over_that_was_taken_back_never_counted() {
        let undone =
            event("2026-03-09 08:00", "2026-03-09 08:00", Fact::ReturnUndone { reason: String::new() });
        assert_eq!(told(&returned(), &undone), [(day("2026-03-06"), [0, 0, -1, 0, 0, 0, 0])]);
    }

    #[test]
    fn who_was_answered_about_is_not_asked_again_and_keeps_his_result() {
        let mut dossier = returned();
        let acts = |dossier: &Dossier| dossier.acts().collect::<Vec<_>>();
        assert_eq!(acts(&dossier), [Act::UndoReturn, Act::Survey, Act::Correct]);
        let answer = surveyed(Satisfaction::VeryDissatisfied, AnsweredBy::Counter);
        dossier.apply(&event("2026-03-09 20:00", "2026-03-09 20:00", answer));
        assert_eq!(
            (dossier.status, dossier.satisfaction),
            (Status::Returned, Some(Satisfaction::VeryDissatisfied))
        );
        assert_eq!(acts(&dossier), [Act::Correct]);
    }

    #[test]
    fn the_first_two_levels_are_satisfied() {
        let satisfied: Vec<_> = Satisfaction::ALL.iter().filter(|level| level.is_satisfied()).collect();
        assert_eq!(satisfied, [&Satisfaction::VerySatisfied, &Satisfaction::Satisfied]);
    }
}

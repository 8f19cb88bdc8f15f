//! Random lives: replay, tallies and rates against a naive recount; promises; refusals.

use crate::lives::naive::{Counted, Whose};
use crate::lives::random::plans;
use crate::lives::{Told, World, tell};
use chrono::{Days, NaiveDate};
use motcua::domain::dossier::Standing;
use motcua::domain::dossier::replay;
use motcua::domain::event::{Channel, Fact};
use motcua::domain::ids::OfficerId;
use motcua::domain::local_time::day_of;
use motcua::domain::punctuality::OpenTimeliness;
use motcua::domain::rates::Figures;
use motcua::domain::returned::ReturnedCounts;
use motcua::domain::tally::{Key, PartCounts, PartKey, Sums, Tally, of_life};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static WORLD: LazyLock<World> = LazyLock::new(World::new);

fn lives(most: usize) -> impl Strategy<Value = Vec<Told>> {
    prop::collection::vec(plans(), 1..=most)
        .prop_map(|plans| plans.iter().filter_map(|plan| tell(&WORLD, "H29-250101-0001", plan)).collect())
}

fn one_life() -> impl Strategy<Value = Told> {
    plans().prop_filter_map("refused at the counter", |plan| tell(&WORLD, "H29-250101-0001", &plan))
}

/// `from`, `to` and `as_of` around the lives, in any order of the last two.
fn questions() -> impl Strategy<Value = (NaiveDate, NaiveDate, NaiveDate)> {
    let first: NaiveDate = "2024-12-20".parse().unwrap();
    (0..120_u64, 0..60_u64, prop_oneof![3 => Just(0_i64), 1 => -70..70_i64]).prop_map(
        move |(from, length, ahead)| {
            let from = first + Days::new(from);
            let to = from + Days::new(length);
            (from, to, to + chrono::TimeDelta::days(ahead))
        },
    )
}

/// The figures as the tallies tell them: sums of changes up to a day.
fn told(
    tally: &Tally,
    (from, to, as_of): (NaiveDate, NaiveDate, NaiveDate),
    of: impl Fn(&Key) -> bool,
) -> Figures {
    let (mut before, mut within, mut standing) = (Sums::default(), Sums::default(), Sums::default());
    for (key, day, counts) in tally.iter().filter(|(key, ..)| of(key)) {
        for (sums, counted) in [
            (&mut before, day < from),
            (&mut within, day >= from && day <= to.min(as_of)),
            (&mut standing, day <= as_of),
        ] {
            if counted {
                sums.count(key.channel, *counts);
            }
        }
    }
    Figures::of(&before, &within, &standing)
}

fn recounted(
    lives: &[Counted],
    question: (NaiveDate, NaiveDate, NaiveDate),
    of: impl Fn(&Whose) -> bool,
    holder: Option<OfficerId>,
) -> Figures {
    let mut figures = Figures::default();
    for life in lives.iter().filter(|life| of(&life.whose)) {
        life.count(&mut figures, question, holder);
    }
    figures
}

fn sum(parts: impl IntoIterator<Item = Figures>) -> Figures {
    parts.into_iter().fold(Figures::default(), |mut sum, part| {
        let Figures {
            received,
            carried_over,
            resolved,
            closed_without_result,
            in_process,
            apologies,
            revised,
        } = part;
        sum.received.total += received.total;
        sum.received.online += received.online;
        sum.received.in_person += received.in_person;
        sum.received.postal += received.postal;
        sum.carried_over += carried_over;
        sum.resolved.total += resolved.total;
        sum.resolved.early += resolved.early;
        sum.resolved.on_time += resolved.on_time;
        sum.resolved.overdue += resolved.overdue;
        sum.closed_without_result.total += closed_without_result.total;
        sum.closed_without_result.past_due += closed_without_result.past_due;
        sum.in_process.total += in_process.total;
        sum.in_process.within_limit += in_process.within_limit;
        sum.in_process.overdue += in_process.overdue;
        sum.in_process.waiting += in_process.waiting;
        sum.apologies.owed += apologies.owed;
        sum.apologies.issued += apologies.issued;
        sum.apologies.in_advance += apologies.in_advance;
        sum.apologies.on_due_day += apologies.on_due_day;
        sum.apologies.late += apologies.late;
        sum.apologies.missing += apologies.missing;
        sum.revised += revised;
        sum
    })
}

fn officers() -> impl Iterator<Item = OfficerId> {
    WORLD.ids.officers.iter().copied().chain([OfficerId::nil()])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn telling_a_life_again_gives_the_dossier_that_was_built_step_by_step(told in one_life()) {
        let (replayed, particulars) = replay(&told.events).unwrap();
        prop_assert_eq!(&replayed, &told.dossier);
        prop_assert_eq!(usize::try_from(replayed.version).unwrap(), told.events.len());
        let renamed = told.events.iter().any(|event| matches!(&event.fact, Fact::Corrected { new, .. } if new.starts_with("Trần")));
        prop_assert_eq!(particulars.applicant.name.starts_with("Trần"), renamed);
    }

    #[test]
    fn tallies_added_act_by_act_are_those_of_the_whole_life(told in one_life()) {
        prop_assert_eq!(&told.tally, &of_life(&told.events));
    }

    #[test]
    fn the_first_promise_never_changes_and_nothing_is_due_on_a_day_off(told in one_life()) {
        prop_assert_eq!(told.dossier.first_due_on, told.first_due_on);
        for (deadline, worked) in &told.promises {
            prop_assert!(worked, "{} is a day off", deadline.due_on);
        }
    }

    #[test]
    fn after_the_receipt_was_corrected_the_due_date_is_counted_from_it(told in one_life()) {
        for (in_force, counted) in &told.counted_again {
            prop_assert_eq!(in_force, counted);
        }
    }

    #[test]
    fn a_life_has_one_answer_at_most_of_a_result_that_was_handed_over_and_stays_so(told in one_life()) {
        let kinds: Vec<&str> = told.events.iter().map(|event| event.fact.kind()).collect();
        if let Some(place) = kinds.iter().position(|kind| *kind == "surveyed") {
            let before = kinds[..place].iter().rfind(|kind| ["returned", "return_undone"].contains(*kind));
            prop_assert_eq!(before, Some(&"returned"));
            prop_assert!(!kinds[place + 1..].iter().any(|kind| ["surveyed", "return_undone"].contains(kind)));
        }
        prop_assert_eq!(told.dossier.satisfaction.is_some(), kinds.contains(&"surveyed"));
    }

    #[test]
    fn parts_are_judged_by_what_a_reader_of_the_rules_would_say(told in one_life()) {
        for (decided, naive) in &told.part_dues {
            prop_assert_eq!(decided, naive);
        }
    }

    #[test]
    fn who_waits_is_not_overdue_and_who_ended_stands_as_he_ended(told in one_life()) {
        let dossier = &told.dossier;
        for days in [0, 1, 30, 1000] {
            let today = day_of(dossier.last_occurred_at) + Days::new(days);
            let standing = dossier.timeliness(today, None);
            if dossier.status.is_waiting() {
                prop_assert_eq!(standing, Some(Standing::Open(OpenTimeliness::Waiting)));
            }
            if let Some(resolution) = &dossier.resolved {
                prop_assert_eq!(standing, Some(Standing::Ended(resolution.timeliness)));
            }
        }
    }

    #[test]
    fn what_the_fact_of_an_end_says_is_what_is_counted(told in one_life()) {
        // Without corrections, which speak later and louder than the fact itself.
        if told.events.iter().any(|event| matches!(event.fact, Fact::Corrected { .. })) {
            return Ok(());
        }
        let everything = ("2024-01-01".parse().unwrap(), "2026-12-31".parse().unwrap(), "2026-12-31".parse().unwrap());
        let counted = recounted(&[Counted::of(&told.events)], everything, |_| true, None);
        match &told.events.last().unwrap().fact {
            Fact::Withdrawn { past_due, .. } | Fact::Stopped { past_due, .. } if told.dossier.received_at.is_some() => {
                prop_assert_eq!(counted.closed_without_result.total, 1);
                prop_assert_eq!(counted.closed_without_result.past_due, i64::from(*past_due));
            }
            Fact::Resolved { timeliness, days_late, .. } => {
                let verdict = [counted.resolved.early, counted.resolved.on_time, counted.resolved.overdue];
                let mut wanted = [0; 3];
                wanted[*timeliness as usize] = 1;
                prop_assert_eq!(verdict, wanted);
                prop_assert!(*days_late == 0 || counted.resolved.overdue == 1);
            }
            _ => prop_assert_eq!(counted.closed_without_result.total, 0),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn parts_in_tallies_are_those_of_a_naive_recount(lives in lives(12)) {
        let mut tally = Tally::default();
        let mut counted: BTreeMap<(PartKey, NaiveDate), PartCounts> = BTreeMap::new();
        for life in &lives {
            tally.merge(&life.tally, 1);
            let Counted { whose, .. } = &Counted::of(&life.events);
            for part in Counted::of(&life.events).parts() {
                let key = PartKey {
                    branch: whose.branch,
                    sector: whose.sector,
                    procedure: whose.procedure,
                    unit: part.unit.parse().unwrap(),
                    step: part.step.unwrap_or_default(),
                    officer: part.officer.unwrap_or_else(OfficerId::nil),
                };
                counted.entry((key, part.ended_on)).or_default().count(part.verdict, 1);
            }
        }
        let told: BTreeMap<_, _> = tally.parts().map(|(key, day, counts)| ((key.clone(), day), *counts)).collect();
        prop_assert_eq!(told, counted);
    }

    #[test]
    fn what_was_handed_out_and_said_of_it_is_that_of_a_naive_recount_and_never_more_than_all(
        lives in lives(12), (from, to, as_of) in questions(),
    ) {
        let mut tally = Tally::default();
        for life in &lives {
            tally.merge(&life.tally, 1);
        }
        let lives: Vec<_> = lives.iter().map(|life| Counted::of(&life.events)).collect();
        for (procedure, _, sector) in &WORLD.ids.procedures {
            for channel in Channel::ALL {
                let mut told = ReturnedCounts::default();
                for (key, day, counts) in tally.returned() {
                    if (key.procedure, key.sector, key.channel) != (*procedure, *sector, *channel) {
                        continue;
                    }
                    if day >= from && day <= to.min(as_of) {
                        told.add(ReturnedCounts { late_answers: 0, ..*counts }, 1);
                    }
                    if day <= as_of {
                        told.late_answers += counts.late_answers;
                    }
                }
                let mut counted = ReturnedCounts::default();
                for life in lives.iter().filter(|life| (life.whose.procedure, life.whose.channel) == (*procedure, *channel)) {
                    life.count_handed_out(&mut counted, (from, to, as_of));
                }
                prop_assert_eq!(told, counted);
                prop_assert!(told.figures().iter().all(|figure| *figure >= 0), "{:?}", told);
                prop_assert!(told.surveyed <= told.returned() && told.satisfied.max(told.surveyed_by_applicant) <= told.surveyed);
            }
        }
    }

    #[test]
    fn figures_from_tallies_are_those_of_a_naive_recount_in_every_group(
        lives in lives(12), question in questions(),
    ) {
        let mut tally = Tally::default();
        for life in &lives {
            tally.merge(&life.tally, 1);
        }
        let lives: Vec<_> = lives.iter().map(|life| Counted::of(&life.events)).collect();
        let whole = recounted(&lives, question, |_| true, None);
        prop_assert_eq!(told(&tally, question, |_| true), whole);

        let ids = &WORLD.ids;
        let by_branch: Vec<_> = ids.branches.iter().map(|id| {
            (told(&tally, question, |key| key.branch == *id), recounted(&lives, question, |whose| whose.branch == *id, None))
        }).collect();
        let by_sector: Vec<_> = ids.procedures.iter().step_by(2).map(|(_, _, id)| {
            (told(&tally, question, |key| key.sector == *id), recounted(&lives, question, |whose| whose.sector == *id, None))
        }).collect();
        let by_procedure: Vec<_> = ids.procedures.iter().map(|(id, ..)| {
            (told(&tally, question, |key| key.procedure == *id), recounted(&lives, question, |whose| whose.procedure == *id, None))
        }).collect();
        let by_channel: Vec<_> = Channel::ALL.iter().map(|channel| {
            (told(&tally, question, |key| key.channel == *channel), recounted(&lives, question, |whose| whose.channel == *channel, None))
        }).collect();
        let by_officer: Vec<_> = officers().map(|id| {
            (told(&tally, question, |key| key.officer == id), recounted(&lives, question, |_| true, Some(id)))
        }).collect();
        let (from, to, as_of) = question;
        for (what, parts) in [("branch", by_branch), ("sector", by_sector), ("procedure", by_procedure), ("channel", by_channel), ("officer", by_officer)] {
            for (told, counted) in &parts {
                prop_assert_eq!(told, counted, "by {}", what);
                if what != "officer" && as_of == to {
                    let (came, went) = (told.received.total + told.carried_over, told.resolved.total + told.in_process.total + told.closed_without_result.total);
                    prop_assert_eq!(came, went, "by {} from {} to {}", what, from, to);
                }
            }
            prop_assert_eq!(sum(parts.iter().map(|(told, _)| *told)), whole, "the parts by {}", what);
        }
    }

    #[test]
    fn the_same_question_gets_the_same_answer_unless_it_says_that_something_was_entered_since(
        life in one_life(), (from, to, _) in questions(),
    ) {
        // What was known on the evening of `to`, against what is known at the end.
        let known = life.events.iter().filter(|event| day_of(event.recorded_at) <= to);
        let then = of_life(&known.cloned().collect::<Vec<_>>());
        let (then, now) = (told(&then, (from, to, to), |_| true), told(&life.tally, (from, to, to), |_| true));
        if then != now {
            prop_assert!(now.revised > 0, "{:?} became {:?} and nothing says so", then, now);
        }
    }

    #[test]
    fn an_answer_that_came_in_later_is_told_of(life in one_life(), (from, to, _) in questions()) {
        let known = life.events.iter().filter(|event| day_of(event.recorded_at) <= to);
        let then = of_life(&known.cloned().collect::<Vec<_>>());
        let surveyed = |tally: &Tally| -> i64 {
            let within = tally.returned().filter(|(_, day, _)| (from..=to).contains(day));
            within.map(|(.., counts)| counts.surveyed).sum()
        };
        let until = life.tally.returned().filter(|(_, day, _)| *day <= to);
        let late: i64 = until.map(|(.., counts)| counts.late_answers).sum();
        let said = late + told(&life.tally, (from, to, to), |_| true).revised;
        prop_assert!(surveyed(&then) == surveyed(&life.tally) || said > 0);
    }
}

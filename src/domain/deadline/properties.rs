//! What holds of every due date, on the real calendar and on random ones.

use super::naive::{Opinion, Stop, World, moments, tomorrow, worlds};
use super::*;
use crate::domain::calendar::Day;
use crate::domain::local_time::local;
use crate::domain::testing::{day, limits};
use crate::domain::time_limit::Leg;
use chrono::NaiveDateTime;
use proptest::prelude::*;

fn compute(
    world: &World,
    start: NaiveDateTime,
    limit: &TimeLimit,
    stops: &[Stop],
) -> Result<Deadline, CalendarMissing> {
    deadline(&world.calendar, moment(start), limit, &pauses(stops))
}

fn pauses(stops: &[Stop]) -> Vec<Pause> {
    stops.iter().map(|(from, to)| Pause { from: moment(*from), to: moment(*to) }).collect()
}

fn in_opinions_words(made: Result<Deadline, CalendarMissing>) -> Result<Opinion, i32> {
    made.map(|made| Opinion {
        due_on: made.due_on,
        due_at: local(made.due_at).naive_local(),
        apology_due_on: made.apology_due_on,
        provisional: made.provisional,
    })
    .map_err(|missing| missing.year)
}

fn one(amount: u16, unit: Unit) -> TimeLimit {
    Leg::new(amount, unit).unwrap().into()
}

/// Due dates by lateness, a refused one later than all: a limit that runs past the calendar is past every day.
fn later_or_same(
    earlier: &Result<Deadline, CalendarMissing>,
    later: &Result<Deadline, CalendarMissing>,
) -> bool {
    match (earlier, later) {
        (Ok(earlier), Ok(later)) => earlier.due_at <= later.due_at && earlier.due_on <= later.due_on,
        (Ok(_), Err(_)) => true,
        (Err(_), Ok(_)) => false,
        (Err(earlier), Err(later)) => earlier.year <= later.year,
    }
}

/// A start, and up to five waits around it: some before, most after, now and then one that is none.
fn starts_with_stops() -> impl Strategy<Value = (NaiveDateTime, Vec<Stop>)> {
    let stop = (-3 * 1440..30 * 1440_i64, -60..8 * 1440_i64);
    (moments(), prop::collection::vec(stop, 0..=5)).prop_map(|(start, stops)| {
        let stop = |(after, minutes)| {
            let from = start + TimeDelta::minutes(after);
            (from, from + TimeDelta::minutes(minutes))
        };
        (start, stops.into_iter().map(stop).collect())
    })
}

#[test]
fn every_day_of_nine_years_and_the_limits_in_use_agree_with_walking_day_by_day() {
    let world = World::real();
    let limits =
        ["1wd", "3wd", "5wd", "20wd", "60wd", "1d", "10d", "45d", "5wd+3wd", "3wd+60d", "10wd+20wd+5wd"];
    let limits = limits.map(crate::domain::testing::limit);
    let mut start = day("2018-01-01").and_hms_opt(9, 15, 0).unwrap();
    while start.date() <= day("2026-12-31") {
        for limit in &limits {
            let made = in_opinions_words(compute(&world, start, limit, &[]));
            assert_eq!(made, world.opinion(start, limit, &[]), "{start} {limit}");
        }
        start += TimeDelta::days(1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_due_date_is_the_one_found_by_walking_days_and_minutes(
        world in worlds(), (start, stops) in starts_with_stops(), limit in limits(30),
    ) {
        let made = in_opinions_words(compute(&world, start, &limit, &stops));
        prop_assert_eq!(made, world.opinion(start, &limit, &stops));
    }

    #[test]
    fn the_explanation_is_of_this_due_date_and_adds_up(
        world in worlds(), (start, stops) in starts_with_stops(), limit in limits(30),
    ) {
        let made = compute(&world, start, &limit, &stops);
        let explained = explain(&world.calendar, moment(start), &limit, &pauses(&stops));
        prop_assert_eq!(made, explained.clone().map(|(deadline, _)| deadline));
        let Ok((made, steps)) = explained else { return Ok(()) };
        prop_assert_eq!(steps.last().map(|step| step.date), Some(made.due_on));
        let mut before = start.date();
        for (number, leg) in (1..).zip(limit.legs()) {
            let steps: Vec<_> = steps.iter().filter(|step| step.leg == number).collect();
            let hours = leg.unit() == Unit::WorkingHours;
            // Day after day without a gap; a leg in hours may begin on the day itself.
            let first = steps.first().unwrap().date;
            prop_assert!(first == tomorrow(before) || (hours && first == before));
            prop_assert!(steps.windows(2).all(|pair| pair[1].date == tomorrow(pair[0].date)));
            before = steps.last().unwrap().date;
            let counted: Vec<_> = steps.iter().filter_map(|step| step.counted).collect();
            let minutes: u32 = steps.iter().filter_map(|step| step.minutes).sum();
            if hours {
                prop_assert!(counted.is_empty());
                prop_assert_eq!(minutes, u32::from(leg.amount()) * 60);
            } else {
                prop_assert_eq!(counted, (1..=u32::from(leg.amount())).collect::<Vec<_>>());
                prop_assert!(steps.iter().all(|step| step.minutes.is_none()));
            }
            let (last, earlier) = steps.split_last().unwrap();
            prop_assert!(last.skipped.is_none());
            prop_assert!(earlier.iter().all(|step| !step.is_landing()));
            prop_assert!(!last.is_landing() || leg.unit() == Unit::CalendarDays);
            for step in steps {
                let worked = world.is_worked(step.date).unwrap();
                match &step.skipped {
                    Some(Skip::Weekend(weekday)) => {
                        prop_assert!(!worked && step.date.weekday() == *weekday);
                    }
                    Some(Skip::Off { .. }) => prop_assert!(!worked),
                    Some(Skip::Paused) => prop_assert!(!stops.is_empty()),
                    None => prop_assert!(worked || (leg.unit() == Unit::CalendarDays && !step.is_landing())),
                }
            }
        }
    }

    #[test]
    fn adding_working_days_and_counting_them_agree(world in worlds(), start in moments(), n in 1..=400_u16) {
        if let Ok(made) = compute(&world, start, &one(n, Unit::WorkingDays), &[]) {
            prop_assert_eq!(world.calendar.working_days_between(start.date(), made.due_on), Ok(u32::from(n)));
        }
    }

    #[test]
    fn counting_is_looking_at_each_day(world in worlds(), from in moments(), to in moments()) {
        let mut count = Ok(0);
        let mut day = from.date();
        while day < to.date() && count.is_ok() {
            day = tomorrow(day);
            count = count.and_then(|n| world.is_worked(day).map(|worked| n + u32::from(worked)));
        }
        let counted = world.calendar.working_days_between(from.date(), to.date());
        prop_assert_eq!(counted.map_err(|missing| missing.year), count);
    }

    #[test]
    fn a_day_is_worked_when_the_calendar_gives_no_reason_why_not(world in worlds(), at in moments()) {
        let worked = world.calendar.day(at.date()).map(|day| matches!(day, Day::Working { .. }));
        prop_assert_eq!(worked, world.calendar.is_working(at.date()));
        prop_assert_eq!(worked.map_err(|missing| missing.year), world.is_worked(at.date()));
    }

    #[test]
    fn neighbours_are_worked_with_nothing_worked_between(world in worlds(), at in moments()) {
        let here = at.date();
        if let Ok(next) = world.calendar.next_working_day(here) {
            prop_assert!(next > here && world.is_worked(next).unwrap());
            prop_assert_eq!(world.calendar.working_days_between(here, next), Ok(1));
        }
        if let Ok(last) = world.calendar.last_working_day_before(here) {
            prop_assert!(last < here && world.is_worked(last).unwrap());
            prop_assert_eq!(world.calendar.working_days_between(last, here.pred_opt().unwrap()), Ok(0));
        }
    }

    #[test]
    fn nothing_is_due_on_a_day_off_or_while_the_clock_stands_still(
        world in worlds(), (start, stops) in starts_with_stops(), limit in limits(30),
    ) {
        if let Ok(made) = compute(&world, start, &limit, &stops) {
            prop_assert_eq!(world.is_worked(made.due_on), Ok(true));
            if !limit.counts_moments() {
                let stopped = |(from, to): &Stop| from.date() < made.due_on && made.due_on <= to.date();
                prop_assert!(!stops.iter().any(stopped));
            }
            prop_assert_eq!(day_of(made.due_at), made.due_on);
            // The day of receipt stands in where the calendar does not reach back far enough.
            prop_assert!(made.apology_due_on < made.due_on || made.apology_due_on == start.date());
        }
    }

    #[test]
    fn a_longer_limit_is_never_due_earlier(
        world in worlds(), (start, stops) in starts_with_stops(), limit in limits(30), which in 0..8_usize, more in 1..20_u16,
    ) {
        let which = which % limit.legs().len();
        let longer = (0..).zip(limit.legs()).map(|(n, leg)| {
            let amount = leg.amount() + if n == which { more } else { 0 };
            Leg::new(amount, leg.unit()).unwrap()
        });
        let longer = compute(&world, start, &TimeLimit::new(longer).unwrap(), &stops);
        prop_assert!(later_or_same(&compute(&world, start, &limit, &stops), &longer));
    }

    #[test]
    fn a_later_start_is_never_due_earlier(
        world in worlds(), (start, stops) in starts_with_stops(), limit in limits(30), minutes in 0..10_000_i64,
    ) {
        let later = start + TimeDelta::minutes(minutes);
        // A start before the calendar is refused for its own year, which says nothing about order.
        prop_assume!(world.years.contains_key(&start.year()));
        prop_assert!(later_or_same(&compute(&world, start, &limit, &stops), &compute(&world, later, &limit, &stops)));
    }

    #[test]
    fn more_waiting_is_never_due_earlier(
        world in worlds(), (start, stops) in starts_with_stops(), limit in limits(30),
    ) {
        let fewer = stops.get(1..).unwrap_or_default();
        prop_assert!(later_or_same(&compute(&world, start, &limit, fewer), &compute(&world, start, &limit, &stops)));
    }

    #[test]
    fn the_order_of_pauses_and_saying_them_twice_change_nothing(
        world in worlds(),
        (start, stops, shuffled) in starts_with_stops()
            .prop_flat_map(|(start, stops)| (Just(start), Just(stops.clone()), Just([stops.clone(), stops].concat()).prop_shuffle())),
        limit in limits(30),
    ) {
        prop_assert_eq!(compute(&world, start, &limit, &stops), compute(&world, start, &limit, &shuffled));
    }

    #[test]
    fn a_pause_cut_in_two_is_the_same_pause(
        world in worlds(), (start, stops) in starts_with_stops(), limit in limits(30), cut in 0..100_i32,
    ) {
        let cut = |(from, to): Stop| {
            let middle = from + (to - from).max(TimeDelta::zero()) * cut / 100;
            [(from, middle), (middle, to)]
        };
        let halves: Vec<_> = stops.iter().copied().flat_map(cut).collect();
        prop_assert_eq!(compute(&world, start, &limit, &stops), compute(&world, start, &limit, &halves));
    }

    #[test]
    fn waiting_that_begins_when_all_is_due_changes_nothing(
        world in worlds(), (start, mut stops) in starts_with_stops(), limit in limits(30), after in 0..3_000_i64, long in 0..9_000_i64,
    ) {
        let made = compute(&world, start, &limit, &stops);
        if let Ok(due) = made {
            let from = local(due.due_at).naive_local() + TimeDelta::minutes(after);
            stops.push((from, from + TimeDelta::minutes(long)));
            prop_assert_eq!(compute(&world, start, &limit, &stops), made);
        }
    }

    #[test]
    fn legs_of_working_days_and_of_working_hours_may_be_split_anywhere(
        world in worlds(), (start, stops) in starts_with_stops(), a in 1..40_u16, b in 1..40_u16,
        unit in prop_oneof![Just(Unit::WorkingDays), Just(Unit::WorkingHours)],
    ) {
        let split = TimeLimit::new([a, b].map(|amount| Leg::new(amount, unit).unwrap())).unwrap();
        prop_assert_eq!(
            compute(&world, start, &split, &stops),
            compute(&world, start, &one(a + b, unit), &stops)
        );
    }

    #[test]
    fn a_due_date_beyond_the_calendar_is_refused_never_guessed(
        world in worlds(), start in moments(), limit in limits(9999),
    ) {
        match compute(&world, start, &limit, &[]) {
            Ok(made) => prop_assert!(world.years.contains_key(&made.due_on.year())),
            Err(missing) => prop_assert!(!world.years.contains_key(&missing.year)),
        }
    }

    #[test]
    fn what_touches_a_year_not_announced_says_so(world in worlds(), start in moments(), n in 1..300_u16) {
        if let Ok(made) = compute(&world, start, &one(n, Unit::WorkingDays), &[]) {
            let touched = tomorrow(start.date()).year()..=made.due_on.year();
            let provisional = touched.clone().any(|year| world.years[&year] == YearStanding::Provisional);
            prop_assert_eq!(made.provisional, provisional);
        }
    }
}

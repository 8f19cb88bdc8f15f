//! Plans of lives, random but lifelike: most acts are the likely next ones, some are out of place.

use super::{BRANCHES, Deed, OFFICERS, PROCEDURES, Plan, Snap, Step, Value};
use chrono::{NaiveDate, TimeDelta};
use motcua::domain::event::{Channel, CorrectableField};
use proptest::prelude::*;

const LIMITS: [&str; 9] = ["1wd", "3wd", "5wd", "10wd", "10d", "4wh", "16wh", "2wd+3d", "1d+6wh"];

pub fn plans() -> impl Strategy<Value = Plan> {
    let whose = (0..BRANCHES, 0..PROCEDURES, channels(), 0..OFFICERS);
    let begins = (
        0..70_i64,
        prop_oneof![4 => 7 * 60..17 * 60_i64, 1 => 0..24 * 60_i64, 1 => Just(0), 1 => Just(1439)],
    );
    let how = (prop::sample::select(LIMITS.to_vec()), any::<bool>(), prop::bool::weighted(0.8), lateness());
    (whose, begins, how, 0..12_usize, prop::collection::vec(steps(), 0..14)).prop_map(
        |((branch, procedure, channel, officer), (day, minute), how, calendar_changes_at, steps)| {
            let (limit, resume, accepted_at_once, entered_after_minutes) = how;
            let first: NaiveDate = "2024-12-24".parse().unwrap();
            Plan {
                branch,
                procedure,
                channel,
                limit,
                resume,
                begins: first.and_hms_opt(0, 0, 0).unwrap()
                    + TimeDelta::days(day)
                    + TimeDelta::minutes(minute),
                entered_after_minutes,
                accepted_at_once,
                officer,
                calendar_changes_at,
                steps,
            }
        },
    )
}

fn channels() -> impl Strategy<Value = Channel> {
    prop::sample::select(Channel::ALL.to_vec())
}

/// Minutes between an act and its entry: none for most, days for some.
fn lateness() -> impl Strategy<Value = i64> {
    prop_oneof![6 => Just(0), 1 => 1..600_i64, 2 => 600..9 * 1440_i64]
}

fn steps() -> impl Strategy<Value = Step> {
    let after = prop_oneof![
        2 => Just(0_i64),
        4 => 1..1440_i64,
        4 => 1440..8 * 1440_i64,
        1 => 8 * 1440..25 * 1440_i64,
        1 => -3000..0_i64,
    ];
    let snap = prop_oneof![
        6 => Just(Snap::No),
        1 => Just(Snap::BeforeMidnight),
        1 => Just(Snap::Midnight),
        1 => Just(Snap::CloseOfBusiness),
    ];
    (after, snap, lateness(), prop::bool::weighted(0.9), deeds()).prop_map(
        |(after_minutes, snap, entered_after_minutes, may_backdate, deed)| Step {
            after_minutes,
            snap,
            entered_after_minutes,
            may_backdate,
            deed,
        },
    )
}

fn deeds() -> impl Strategy<Value = Deed> {
    use CorrectableField as Field;
    let moved = prop_oneof![3 => -4000..4000_i64, 1 => Just(0_i64), 1 => -30_000..30_000_i64];
    let moments = prop::sample::select(vec![Field::ReceivedAt, Field::ResolvedAt, Field::ReturnedAt]);
    prop_oneof![
        70 => any::<u8>().prop_map(Deed::Likely),
        3 => Just(Deed::Accept),
        1 => Just(Deed::Refuse),
        6 => prop::option::weighted(0.8, 0..OFFICERS).prop_map(Deed::Forward),
        4 => Just(Deed::RequestSupplement),
        5 => Just(Deed::Supply),
        2 => Just(Deed::RequestPayment),
        3 => Just(Deed::RecordPayment),
        2 => (0..12_u8).prop_map(|days| Deed::Reappoint { days }),
        4 => Just(Deed::IssueApology),
        4 => Just(Deed::Resolve),
        3 => Just(Deed::Return),
        1 => Just(Deed::UndoReturn),
        1 => Just(Deed::Withdraw),
        1 => Just(Deed::Stop),
        2 => Just(Deed::RecomputeDue),
        4 => (moments, moved).prop_map(|(field, minutes)| Deed::Correct(field, Value::Moved(minutes))),
        1 => channels().prop_map(|channel| Deed::Correct(Field::Channel, Value::Channel(channel))),
        1 => Just(Deed::Correct(Field::ApplicantName, Value::Text("Trần Văn Mẫu"))),
    ]
}

//! The calendar against the real days, and what it refuses.

use super::*;
use crate::domain::testing::{day, vietnam};

fn special(date: &str, kind: DayKind) -> SpecialDay {
    SpecialDay { date: day(date), kind, name: "Một ngày".to_owned(), paired_date: None, note: None }
}

#[test]
fn every_year_has_the_working_days_that_the_notices_leave() {
    let calendar = vietnam();
    for (year, sum) in (2018..).zip([250, 252, 252, 250, 249, 249, 251, 250, 249]) {
        assert_eq!(calendar.working_days_in_year(year), Ok(sum), "{year}");
        assert_eq!(calendar.year(year), Some(YearStanding::Announced), "{year}");
    }
    assert_eq!(calendar.year(2027), Some(YearStanding::Provisional));
    assert_eq!(calendar.years().count(), 11);
}

#[test]
fn a_day_says_what_it_is_and_why() {
    let calendar = vietnam();
    let what = |date: &str| match calendar.day(day(date)).unwrap() {
        Day::Working { swap: None } => "working".to_owned(),
        Day::Working { swap: Some(swap) } => swap.name.clone(),
        Day::Off(OffReason::Weekend(weekday)) => weekday.to_string(),
        Day::Off(OffReason::Special(special)) => format!("{} {}", special.kind.as_str(), special.name),
    };
    assert_eq!(what("2020-01-22"), "working");
    assert_eq!(what("2020-01-18"), "Sat");
    assert_eq!(what("2020-01-19"), "Sun");
    assert_eq!(what("2020-01-23"), "holiday Tết Âm lịch - 29 tháng Chạp");
    assert_eq!(
        what("2020-01-25"),
        "holiday Tết Âm lịch - mùng 1",
        "a Saturday, but the holiday is the reason"
    );
    assert_eq!(what("2020-01-28"), "compensatory_off Nghỉ bù Tết Âm lịch");
    assert_eq!(what("2026-01-02"), "compensatory_off Nghỉ hoán đổi dịp Tết Dương lịch");
    assert_eq!(what("2026-01-10"), "Làm bù thứ Bảy (hoán đổi 02/01/2026)");
}

#[test]
fn neighbours_step_over_holidays_and_onto_worked_saturdays() {
    let calendar = vietnam();
    assert_eq!(calendar.next_working_day(day("2020-01-22")), Ok(day("2020-01-30")));
    assert_eq!(calendar.last_working_day_before(day("2020-01-30")), Ok(day("2020-01-22")));
    assert_eq!(calendar.next_working_day(day("2019-01-04")), Ok(day("2019-01-05")));
    assert_eq!(calendar.last_working_day_before(day("2019-01-07")), Ok(day("2019-01-05")));
    assert_eq!(
        calendar.next_working_day(day("2018-12-30")),
        Ok(day("2019-01-02")),
        "over the turn of a year"
    );
}

#[test]
fn a_year_not_held_is_refused_by_every_question() {
    let calendar = vietnam();
    let (before, after) = (Err(CalendarMissing { year: 2017 }), Err(CalendarMissing { year: 2029 }));
    assert_eq!(calendar.year(2029), None);
    assert_eq!(calendar.day(day("2029-01-01")).map(|_day| ()), after);
    assert_eq!(calendar.is_working(day("2017-12-31")).map(|_day| ()), before);
    assert_eq!(calendar.next_working_day(day("2028-12-29")).map(|_day| ()), after);
    assert_eq!(calendar.last_working_day_before(day("2018-01-02")).map(|_day| ()), before);
    assert_eq!(calendar.working_days_between(day("2028-12-01"), day("2029-01-01")).map(|_n| ()), after);
    assert_eq!(calendar.working_days_in_year(2029).map(|_n| ()), after);
    assert_eq!(calendar.special_days(2029).map(|_days| ()), after);
    assert_eq!(
        calendar.next_working_day(NaiveDate::MAX).map(|_day| ()),
        Err(CalendarMissing { year: 262_142 })
    );
}

#[test]
fn counting_needs_no_year_that_it_does_not_look_at() {
    let calendar = vietnam();
    assert_eq!(calendar.working_days_between(day("2017-12-31"), day("2018-01-02")), Ok(1));
    assert_eq!(calendar.working_days_between(day("2028-12-28"), day("2028-12-31")), Ok(1));
    assert_eq!(calendar.working_days_between(day("2040-01-01"), day("2040-01-01")), Ok(0));
    assert_eq!(calendar.working_days_between(day("2020-12-31"), day("2020-01-01")), Ok(0));
}

#[test]
fn days_that_contradict_themselves_make_no_calendar() {
    use CalendarError::*;
    use DayKind::*;
    let refused = |days: Vec<SpecialDay>| {
        Calendar::new([(2026, YearStanding::Announced)], days, OfficeHours::default())
            .map(|_made| ())
            .unwrap_err()
    };
    let saturday = day("2026-01-10");
    assert_eq!(
        refused(vec![special("2026-01-10", WorkingSwap), special("2026-01-10", Holiday)]),
        DayTwice(saturday)
    );
    assert_eq!(refused(vec![special("2027-01-01", Holiday)]), DayInYearNotHeld(day("2027-01-01")));
    assert_eq!(refused(vec![special("2026-01-09", WorkingSwap)]), SwapOnWeekday(day("2026-01-09")));
    assert_eq!(refused(vec![special("2026-01-10", CompensatoryOff)]), CompensatoryOnWeekend(saturday));
    let with_itself = SpecialDay { paired_date: Some(saturday), ..special("2026-01-10", WorkingSwap) };
    assert_eq!(refused(vec![with_itself]), PairedWithItself(saturday));
    let nameless = SpecialDay { name: " ".to_owned(), ..special("2026-01-01", Holiday) };
    assert_eq!(refused(vec![nameless]), Nameless(day("2026-01-01")));

    let years = |years: &[i32]| {
        let years = years.iter().map(|year| (*year, YearStanding::Announced)).collect::<Vec<_>>();
        Calendar::new(years, [], OfficeHours::default()).map(|_made| ()).unwrap_err()
    };
    assert_eq!(years(&[2026, 2025, 2026]), YearTwice(2026));
    assert_eq!(years(&[2026, 10_000]), YearOutOfRange(10_000));
    assert_eq!(years(&[0]), YearOutOfRange(0));
}

#[test]
fn an_administrators_exchange_moves_a_working_day_to_the_saturday() {
    let proposed =
        [special("2026-11-23", DayKind::CompensatoryOff), special("2026-11-28", DayKind::WorkingSwap)];
    let days = vietnam().special_days(2026).unwrap().iter().cloned().chain(proposed).collect::<Vec<_>>();
    let changed = Calendar::new([(2026, YearStanding::Announced)], days, OfficeHours::default()).unwrap();
    assert_eq!(changed.working_days_in_year(2026), Ok(249));
    assert_eq!(changed.next_working_day(day("2026-11-20")), Ok(day("2026-11-25")), "24/11 is a holiday");
    assert_eq!(changed.next_working_day(day("2026-11-27")), Ok(day("2026-11-28")));
}

#[test]
fn kinds_and_standings_are_written_alike_everywhere() {
    for kind in [DayKind::Holiday, DayKind::CompensatoryOff, DayKind::WorkingSwap] {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    for standing in [YearStanding::Announced, YearStanding::Provisional] {
        assert_eq!(serde_json::to_value(standing).unwrap(), standing.as_str());
    }
}

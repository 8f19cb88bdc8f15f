//! The examples of the rules, and the edges that they do not name.

use super::*;
use crate::domain::testing::{at, day, limit, vietnam};

fn due(start: &str, text: &str) -> Deadline {
    due_with(start, text, &[])
}

fn due_with(start: &str, text: &str, pauses: &[(&str, &str)]) -> Deadline {
    explained(start, text, pauses).0
}

fn explained(start: &str, text: &str, pauses: &[(&str, &str)]) -> (Deadline, Vec<Step>) {
    let pauses: Vec<_> = pauses.iter().map(|(from, to)| Pause { from: at(from), to: at(to) }).collect();
    explain(&vietnam(), at(start), &limit(text), &pauses).unwrap()
}

/// A step as a line: date, leg, what.
fn lines(steps: &[Step]) -> Vec<String> {
    let line = |step: &Step| {
        let mut line = format!("{} {}", step.date.format("%d/%m"), step.leg);
        if let Some(n) = step.counted {
            line += &format!(" #{n}");
        }
        match &step.skipped {
            None => {}
            Some(Skip::Weekend(weekday)) => line += &format!(" -{weekday}"),
            Some(Skip::Off { name, .. }) => line += &format!(" -{name}"),
            Some(Skip::Paused) => line += " -paused",
        }
        if let Some(minutes) = step.minutes {
            line += &format!(" {minutes}min");
        }
        if let Some(swap) = &step.swap {
            line += &format!(" +{swap}");
        }
        if step.is_landing() {
            line += " landing";
        }
        line
    };
    steps.iter().map(line).collect()
}

#[test]
fn the_examples_of_the_rules() {
    for (start, text, due_on) in [
        ("2020-01-21", "3wd", "2020-01-31"),
        ("2020-01-14", "10d", "2020-01-30"),
        ("2019-01-03", "2wd", "2019-01-05"),
        ("2024-04-26", "3wd", "2024-05-04"),
        ("2026-01-08", "3wd", "2026-01-12"),
        ("2020-03-31", "2wd", "2020-04-03"),
    ] {
        let made = due(&format!("{start} 09:15"), text);
        assert_eq!(made.due_on, day(due_on), "{start} {text}");
        assert_eq!(made.due_at, at(&format!("{due_on} 17:00")), "{start} {text}");
        assert!(!made.provisional && !made.counts_moments, "{start} {text}");
    }
}

#[test]
fn the_example_of_the_interface_explains_itself() {
    let (made, steps) = explained("2020-01-21 16:59", "3wd", &[]);
    assert_eq!(
        made,
        Deadline {
            due_on: day("2020-01-31"),
            due_at: at("2020-01-31 17:00"),
            apology_due_on: day("2020-01-30"),
            provisional: false,
            counts_moments: false,
        }
    );
    assert_eq!(
        lines(&steps),
        [
            "22/01 1 #1",
            "23/01 1 -Tết Âm lịch - 29 tháng Chạp",
            "24/01 1 -Tết Âm lịch - 30 tháng Chạp",
            "25/01 1 -Tết Âm lịch - mùng 1",
            "26/01 1 -Tết Âm lịch - mùng 2",
            "27/01 1 -Tết Âm lịch - mùng 3",
            "28/01 1 -Nghỉ bù Tết Âm lịch",
            "29/01 1 -Nghỉ bù Tết Âm lịch",
            "30/01 1 #2",
            "31/01 1 #3",
        ]
    );
}

#[test]
fn calendar_days_that_end_on_a_day_off_land_on_the_next_working_day() {
    let (made, steps) = explained("2020-01-21 08:00", "3d", &[]);
    assert_eq!(made.due_on, day("2020-01-30"));
    assert_eq!(
        lines(&steps),
        [
            "22/01 1 #1",
            "23/01 1 #2",
            "24/01 1 #3 -Tết Âm lịch - 30 tháng Chạp",
            "25/01 1 -Tết Âm lịch - mùng 1",
            "26/01 1 -Tết Âm lịch - mùng 2",
            "27/01 1 -Tết Âm lịch - mùng 3",
            "28/01 1 -Nghỉ bù Tết Âm lịch",
            "29/01 1 -Nghỉ bù Tết Âm lịch",
            "30/01 1 landing",
        ]
    );
    assert!(steps.iter().take(3).all(Step::is_counted), "a day off is counted all the same");
}

#[test]
fn calendar_days_may_end_or_land_on_a_worked_saturday() {
    let swap = "+Làm bù thứ Bảy (hoán đổi 29/4/2024)";
    let (made, steps) = explained("2024-04-30 08:00", "4d", &[]);
    assert_eq!(made.due_on, day("2024-05-04"));
    assert_eq!(lines(&steps).last().unwrap(), &format!("04/05 1 #4 {swap}"));
    // The Friday before is worked too, so only a pause makes an end land on that Saturday.
    let (made, steps) = explained("2024-04-28 08:00", "3d", &[("2024-05-01 08:00", "2024-05-03 08:00")]);
    assert_eq!(made.due_on, day("2024-05-04"));
    assert_eq!(
        lines(&steps),
        [
            "29/04 1 #1",
            "30/04 1 #2",
            "01/05 1 #3 -Ngày Quốc tế Lao động",
            "02/05 1 -paused",
            "03/05 1 -paused",
            &format!("04/05 1 {swap} landing"),
        ]
    );
}

#[test]
fn a_worked_saturday_is_named_when_it_is_counted() {
    let (_, steps) = explained("2024-04-26 08:00", "3wd", &[]);
    assert_eq!(lines(&steps).last().unwrap(), "04/05 1 #3 +Làm bù thứ Bảy (hoán đổi 29/4/2024)");
}

#[test]
fn legs_follow_one_another_from_the_day_the_one_before_ends() {
    assert_eq!(due("2020-03-02 08:00", "5wd+3wd").due_on, day("2020-03-12"));
    assert_eq!(due("2020-03-02 08:00", "3wd+60d").due_on, day("2020-05-04"));
    // 7 March is a Saturday: the first leg ends on Monday the 9th, and the second counts from there.
    let (made, steps) = explained("2020-03-02 08:00", "5d+1wd", &[]);
    assert_eq!(made.due_on, day("2020-03-10"));
    assert_eq!(lines(&steps)[4..], ["07/03 1 #5 -Sat", "08/03 1 -Sun", "09/03 1 landing", "10/03 2 #1"]);
}

#[test]
fn hours_are_walked_through_the_opening_hours_from_the_moment() {
    for (start, text, due_at) in [
        ("2020-03-02 08:00", "1wh", "2020-03-02 09:00"),
        ("2020-03-02 10:30", "4wh", "2020-03-02 16:00"),
        ("2020-03-02 05:00", "1wh", "2020-03-02 08:30"), // before opening
        ("2020-03-02 12:10", "1wh", "2020-03-02 14:00"), // at lunch
        ("2020-03-02 17:00", "1wh", "2020-03-03 08:30"), // closed for the day
        ("2020-03-07 09:00", "1wh", "2020-03-09 08:30"), // a Saturday
        ("2020-01-22 16:00", "4wh", "2020-01-30 10:30"), // over Tết
        ("2019-01-04 16:00", "2wh", "2019-01-05 08:30"), // into a worked Saturday
        ("2020-03-02 08:00", "16wh", "2020-03-04 08:00"),
        // A limit that runs out exactly when the counter closes is due then, not when it opens again.
        ("2020-03-02 07:30", "4wh", "2020-03-02 11:30"),
        ("2020-03-02 07:30", "8wh", "2020-03-02 17:00"),
        ("2020-03-06 13:00", "4wh", "2020-03-06 17:00"),
    ] {
        let made = due(start, text);
        assert_eq!(made.due_at, at(due_at), "{start} {text}");
        assert_eq!(made.due_on, day(&due_at[..10]), "{start} {text}");
        assert!(made.counts_moments);
    }
}

#[test]
fn the_explanation_of_hours_adds_up() {
    let (_, steps) = explained("2020-01-22 15:20", "10wh", &[]);
    let told = lines(&steps);
    assert_eq!(told[0], "22/01 1 100min");
    assert_eq!(told[1], "23/01 1 -Tết Âm lịch - 29 tháng Chạp");
    assert_eq!(told[8..], ["30/01 1 480min", "31/01 1 20min"]);
}

#[test]
fn seconds_are_kept() {
    let start = at("2020-03-02 16:30") + TimeDelta::seconds(40);
    let (made, steps) = explain(&vietnam(), start, &limit("1wh"), &[]).unwrap();
    assert_eq!(made.due_at, at("2020-03-03 08:00") + TimeDelta::seconds(40));
    assert_eq!(lines(&steps), ["02/03 1 29min", "03/03 1 31min"]);
}

#[test]
fn hours_after_days_start_at_the_next_opening_and_days_after_hours_count_from_the_day() {
    let made = due("2020-03-02 10:00", "1wd+1wh");
    assert_eq!((made.due_on, made.due_at), (day("2020-03-04"), at("2020-03-04 08:30")));
    assert!(made.counts_moments);
    let made = due("2020-03-02 10:00", "1wh+1wd");
    assert_eq!((made.due_on, made.due_at), (day("2020-03-03"), at("2020-03-03 17:00")));
    assert!(!made.counts_moments);
}

#[test]
fn the_clock_stands_still_between_the_day_a_pause_begins_and_the_day_it_ends() {
    // Monday 2 March: 3 is counted, the pause runs from the 3rd to the 5th, 6 and 9 are counted.
    let (made, steps) = explained("2020-03-02 08:00", "3wd", &[("2020-03-03 10:00", "2020-03-05 09:00")]);
    assert_eq!(made.due_on, day("2020-03-09"));
    assert_eq!(
        lines(&steps),
        [
            "03/03 1 #1",
            "04/03 1 -paused",
            "05/03 1 -paused",
            "06/03 1 #2",
            "07/03 1 -Sat",
            "08/03 1 -Sun",
            "09/03 1 #3"
        ]
    );
    assert_eq!(
        due_with("2020-03-02 08:00", "3wd", &[("2020-03-03 08:00", "2020-03-03 16:00")]).due_on,
        day("2020-03-05")
    );
}

#[test]
fn pauses_that_overlap_or_touch_count_once_and_later_ones_not_at_all() {
    let one = due_with("2020-03-02 08:00", "5wd", &[("2020-03-03 08:00", "2020-03-06 08:00")]);
    let same = due_with(
        "2020-03-02 08:00",
        "5wd",
        &[
            ("2020-03-04 10:00", "2020-03-06 08:00"),
            ("2020-03-03 08:00", "2020-03-05 08:00"),
            ("2020-03-12 07:00", "2020-03-20 08:00"), // begins on the due day
            ("2020-03-20 08:00", "2020-03-10 08:00"), // ends before it begins: none
        ],
    );
    assert_eq!(one.due_on, day("2020-03-12"));
    assert_eq!(same, one);
}

#[test]
fn no_limit_ends_on_a_day_on_which_the_clock_stands_still() {
    // Ten days end on Saturday the 7th; Monday to Wednesday the clock stands still.
    let pauses = [("2020-03-08 10:00", "2020-03-11 10:00")];
    let (made, steps) = explained("2020-02-26 08:00", "10d", &pauses);
    assert_eq!(made.due_on, day("2020-03-12"));
    assert_eq!(
        lines(&steps)[9..],
        [
            "07/03 1 #10 -Sat",
            "08/03 1 -Sun",
            "09/03 1 -paused",
            "10/03 1 -paused",
            "11/03 1 -paused",
            "12/03 1 landing"
        ]
    );
}

#[test]
fn working_time_within_a_pause_is_not_counted() {
    // Half an hour before, half an hour after; lunch is no working time.
    let pauses = [("2020-03-02 11:00", "2020-03-02 14:00")];
    assert_eq!(due_with("2020-03-02 10:30", "1wh", &pauses).due_at, at("2020-03-02 14:30"));
    // It runs out at the very moment the pause begins.
    assert_eq!(due_with("2020-03-02 10:00", "1wh", &pauses).due_at, at("2020-03-02 11:00"));
    let (made, steps) = explained("2020-03-02 16:00", "2wh", &[("2020-03-02 16:00", "2020-03-04 07:30")]);
    assert_eq!(made.due_at, at("2020-03-04 09:30"));
    assert_eq!(lines(&steps), ["02/03 1 -paused", "03/03 1 -paused", "04/03 1 120min"]);
}

#[test]
fn the_day_of_receipt_is_the_counters_day_not_that_of_universal_time() {
    // 00:30 on the 22nd in Hồ Chí Minh City is still the 21st in UTC.
    assert_eq!(due("2020-03-03 00:30", "1wd").due_on, day("2020-03-04"));
    assert_eq!(due("2020-03-03 23:59", "1wd").due_on, day("2020-03-04"));
}

#[test]
fn the_apology_is_due_on_the_last_working_day_before_also_when_that_is_the_start() {
    assert_eq!(due("2020-03-02 08:00", "1wd").apology_due_on, day("2020-03-02"));
    assert_eq!(due("2020-03-02 08:00", "1wh").apology_due_on, day("2020-02-28"));
    assert_eq!(due("2019-01-03 08:00", "3wd").apology_due_on, day("2019-01-05"), "a worked Saturday");
    // Nothing is known of 2017: the day of receipt stands in.
    assert_eq!(due("2018-01-01 08:00", "1wd").apology_due_on, day("2018-01-01"));
    assert_eq!(due("2017-12-31 08:00", "1wd").apology_due_on, day("2017-12-31"));
}

#[test]
fn a_year_not_announced_makes_the_due_date_provisional() {
    assert!(!due("2026-12-30 08:00", "1wd").provisional);
    assert!(due("2026-12-30 08:00", "2wd").provisional);
    assert!(due("2026-12-31 08:00", "1wd").provisional);
    assert!(!due("2026-12-31 08:00", "1wh").provisional);
    assert!(due("2027-03-01 08:00", "1wh").provisional, "even the day of receipt is not certain");
    assert!(due("2027-12-31 08:00", "1wh").provisional, "also on the last day of a year");
}

#[test]
fn a_year_not_held_is_refused() {
    let refused = |start: &str, text: &str| deadline(&vietnam(), at(start), &limit(text), &[]);
    for (start, text, year) in [
        ("2028-12-29 08:00", "1wd", 2029),
        ("2028-12-29 08:00", "1d", 2029), // Saturday the 30th is held, the landing day is not
        ("2020-03-02 08:00", "9999wd", 2029),
        ("2020-03-02 08:00", "9999d", 2029),
        ("2020-03-02 08:00", "999wh+999wh+999wh+999wh+999wh+999wh+999wh+9999d", 2029),
        ("2028-12-29 16:30", "1wh", 2029),
        ("2017-12-29 16:30", "1wh", 2017),
        ("2017-12-29 08:00", "1wd", 2017),
    ] {
        assert_eq!(refused(start, text), Err(CalendarMissing { year }), "{start} {text}");
    }
}

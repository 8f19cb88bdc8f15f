//! The job `look_at_schedules`: in office hours, begins the reports that are to be made today or were to be made while the
//! program was off, each once, and reminds those who answer for what is due soon. A report that is caught up with tells what it
//! would have told on its day.

use super::make;
use super::store::{self, ScheduleRow};
use crate::documents::report_mail::Reminder;
use crate::domain::calendar::Calendar;
use crate::domain::schedule::{Covered, made_on, reach, reminded_on};
use crate::failure::{Failure, Outcome};
use crate::jobs::{self, NewJob};
use crate::notice::{self, Kind, NewNotice, Room, Window};
use chrono::{Days, NaiveDate, NaiveTime};
use serde_json::json;

pub const KIND: &str = "look_at_schedules";

/// Reminders go out at most so long before: thirty working days, and what holidays add.
const AHEAD: Days = Days::new(90);

/// What is to be done about one due day.
enum Todo {
    Make { due_on: NaiveDate, covered: Covered },
    Remind { due_on: NaiveDate, made_on: NaiveDate, covered: Covered },
}

/// Begins what is due; returns how many reports and reminders that were.
///
/// # Errors
/// When the database fails: what was begun stays, the rest is begun the next time.
pub fn look(room: &Room) -> Outcome<usize> {
    let now = room.clock.now();
    let cache = room.reference.clone();
    let opens = room.settings.digest_at;
    let (reference, window, schedules) = room.db.snapshot_blocking(move |c| {
        let reference = cache.of(c)?;
        let first = reference.calendar.hours().intervals().next().map(|(opens, _)| opens);
        let at = opens.or(first).unwrap_or(NaiveTime::MIN);
        let window = Window::open(&reference.calendar, at, now);
        let schedules = if window.is_some() { store::active(c)? } else { Vec::new() };
        Ok::<_, Failure>((reference, window, schedules))
    })?;
    let Some(window) = window else { return Ok(0) };
    let mut begun = 0;
    for schedule in schedules {
        let (id, from) = (schedule.id, reach(window.day));
        let there = room.db.read_blocking(move |c| store::run_days(c, id, from))?;
        for todo in todos(&reference.calendar, &schedule, window.day, &there)? {
            begun += match todo {
                Todo::Make { due_on, covered } => begin(room, &schedule, due_on, covered)?,
                Todo::Remind { due_on, made_on, covered } => {
                    remind(room, &schedule, (due_on, made_on), covered)?
                }
            };
        }
    }
    if begun > 0 {
        room.bell.ring();
    }
    Ok(begun)
}

fn todos(
    calendar: &Calendar,
    schedule: &ScheduleRow,
    today: NaiveDate,
    there: &[NaiveDate],
) -> Outcome<Vec<Todo>> {
    let (days, covers) = (schedule.days()?, schedule.covers()?);
    let last = today.checked_add_days(AHEAD).unwrap_or(today);
    let mut todos = Vec::new();
    for due_on in days.between(schedule.since.max(reach(today)), last) {
        if there.contains(&due_on) {
            continue;
        }
        let planned = made_on(calendar, due_on)
            .and_then(|made_on| Ok((made_on, reminded_on(calendar, due_on, schedule.lead_days())?)));
        let Ok((make_on, remind_on)) = planned else {
            tracing::warn!(schedule = %schedule.id, %due_on, "the calendar does not hold the days of a report");
            continue;
        };
        if make_on < schedule.since {
            continue;
        }
        if make_on <= today {
            todos.push(Todo::Make { due_on, covered: covers.days(due_on, make_on) });
        } else if remind_on.is_some_and(|day| day <= today) {
            todos.push(Todo::Remind { due_on, made_on: make_on, covered: covers.days(due_on, make_on) });
        }
    }
    Ok(todos)
}

fn begin(room: &Room, schedule: &ScheduleRow, due_on: NaiveDate, covered: Covered) -> Outcome<usize> {
    let (id, now) = (schedule.id, room.clock.now());
    let run = room.db.write_blocking(move |tx| {
        let run = store::begin(tx, id, due_on, covered, now)?;
        if let Some(run) = run {
            let job = NewJob {
                kind: make::KIND,
                dedup_key: Some(make::job_key(run)),
                payload: json!({"run": run.to_string()}),
                run_at: now,
            };
            jobs::enqueue(tx, job, now)?;
        }
        Ok::<_, Failure>(run)
    })?;
    if run.is_some() {
        tracing::info!(schedule = %id, %due_on, "a scheduled report is begun");
    }
    Ok(usize::from(run.is_some()))
}

fn remind(
    room: &Room,
    schedule: &ScheduleRow,
    (due_on, made_on): (NaiveDate, NaiveDate),
    covered: Covered,
) -> Outcome<usize> {
    let (schedule, now, url) = (schedule.clone(), room.clock.now(), room.settings.public_url.clone());
    let about = move |officer| format!("reminder:{}:{due_on}:{officer}", schedule.id);
    let branch = schedule.branch();
    let ask = about;
    let responsible = room.db.read_blocking(move |c| {
        let all = store::responsible(c, branch)?;
        let mut left = Vec::new();
        for one in all {
            if !notice::is_known(c, &ask(one.0))? {
                left.push(one);
            }
        }
        Ok::<_, Failure>(left)
    })?;
    let mut made = 0;
    for (officer, name, email) in responsible {
        let reminder = Reminder {
            name: name.clone(),
            report: schedule.name.clone(),
            due_on,
            made_on,
            from: covered.from,
            to: covered.to,
            links: links(&url),
        };
        let mail = reminder.mail().map_err(|error| Failure::Broken(format!("a reminder: {error}")))?;
        let notice = NewNotice {
            kind: Kind::Reminder,
            about: about(officer),
            officer: Some(officer),
            to_address: email,
            to_name: Some(name),
            subject: mail.subject,
            words: mail.text,
            html: mail.html,
            file: None,
            good_until: None,
        };
        made += usize::from(room.db.write_blocking(move |tx| notice::post(tx, notice.clone(), now))?);
    }
    Ok(made)
}

/// Where one looks before a report goes out; none where the address of the service is not known.
fn links(public_url: &str) -> Vec<(&'static str, String)> {
    const PAGES: [(&str, &str); 4] = [
        ("Hồ sơ cần chú ý", "canh-bao"),
        ("Thư xin lỗi còn thiếu", "xin-loi?xem=thieu"),
        ("Chốt số liệu", "chot-so-lieu/moi"),
        ("Lịch báo cáo", "lich-bao-cao"),
    ];
    if public_url.is_empty() {
        return Vec::new();
    }
    PAGES.iter().map(|(words, path)| (*words, format!("{public_url}/{path}"))).collect()
}

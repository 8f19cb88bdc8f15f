//! The job `make_report`: makes the file of a run and hands it to the notices, once. Where the period was closed it has the
//! closed figures and says so.

use super::Office;
use super::store::{self, Report, RunRow, ScheduleRow, State};
use crate::closing;
use crate::config;
use crate::db::Conn;
use crate::documents::report_mail::ReportMail;
use crate::domain::ids::{OfficerId, RunId};
use crate::domain::local_time::day_of;
use crate::failure::{Failure, Outcome};
use crate::jobs::{Job, Trouble};
use crate::notice::{self, Kind, NewNotice};
use crate::reference::Reference;
use crate::report::{self, Asked, Gathered, Grouping, Ii06a, UnitAsked};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;

pub const KIND: &str = "make_report";

/// Stands in `error` of a run whose report nobody could be sent.
const NOBODY: &str = "no_recipient";

#[derive(Debug, Deserialize)]
struct Payload {
    run: RunId,
}

/// The one job that makes this run.
pub fn job_key(run: RunId) -> String {
    format!("{KIND}:{run}")
}

/// One attempt.
///
/// # Errors
/// `Transient` when the database fails; whatever else is wrong stays in the run.
pub fn make(office: &Office, job: &Job) -> Result<(), Trouble> {
    let payload: Payload =
        serde_json::from_value(job.payload.clone()).map_err(|error| Trouble::Permanent(error.to_string()))?;
    let id = payload.run;
    let room = &office.room;
    match attempt(office, id) {
        Ok(()) => Ok(()),
        Err(failure) => {
            let trouble = match failure {
                // The press has too much to do: later.
                busy @ Failure::Conflict(_) => Trouble::transient(busy),
                other => Trouble::from(other),
            };
            let (state, said) = match &trouble {
                Trouble::Permanent(said) => (State::Failed, said.clone()),
                Trouble::Transient(said) => (State::Making, said.clone()),
                Trouble::RateLimited { .. } | Trouble::LeaseLost => return Err(trouble),
            };
            tracing::error!(run = %id, said, "a scheduled report could not be made");
            room.db.write_blocking(move |tx| {
                let run = store::lock_run(tx, id)?;
                if run.state()? == State::Making {
                    store::settle(tx, id, state, Some(&said))?;
                }
                Ok::<_, Failure>(())
            })?;
            if state == State::Failed { Ok(()) } else { Err(trouble) }
        }
    }
}

/// What goes out.
struct Made {
    file: Gathered,
    closing: Option<i32>,
    as_of: NaiveDate,
}

fn attempt(office: &Office, id: RunId) -> Outcome<()> {
    let (room, limits) = (&office.room, office.integrity);
    let (cache, now) = (room.reference.clone(), room.clock.now());
    let found = room.db.snapshot_blocking(move |c| {
        let reference = cache.of(c)?;
        let run = store::run(c, id)?;
        if run.state()? != State::Making {
            return Ok(None);
        }
        let schedule = match store::load(c, run.schedule_id) {
            Ok(schedule) => schedule,
            // Removed meanwhile: nobody wants it any more.
            Err(Failure::NotFound(_)) => return Err(Failure::Broken("the schedule was removed".into())),
            Err(failure) => return Err(failure),
        };
        let made = gather(c, &reference, &schedule, &run, (day_of(now), limits))?;
        let to = recipients(c, &schedule)?;
        let of_whom = schedule.branch().and_then(|id| reference.branch_by_id(id));
        let of_whom = of_whom.map_or_else(String::new, |branch| branch.name.clone());
        Ok::<_, Failure>(Some((schedule, run, made, to, of_whom)))
    })?;
    let Some((schedule, run, made, to, of_whom)) = found else { return Ok(()) };
    let Made { file, closing, as_of } = made;
    let file = file.file(&office.press)?;
    let url = &room.settings.public_url;
    let mail = ReportMail {
        report: schedule.name.clone(),
        of_whom,
        due_on: run.due_on,
        from: run.from_on,
        to: run.to_on,
        as_of,
        closing,
        file: file.name.clone(),
        link: (!url.is_empty()).then(|| format!("{url}/lich-bao-cao/{}", schedule.id)),
    };
    let mail = mail.mail().map_err(|error| Failure::Broken(format!("the mail of a report: {error}")))?;
    let (about, nobody) = (run.about(), to.is_empty());
    room.db.write_blocking(move |tx| {
        let run = store::lock_run(tx, id)?;
        if run.state()? != State::Making {
            return Ok(());
        }
        let kept = notice::keep_file(tx, (&file.name, file.content_type), file.bytes.clone(), now)?;
        store::made(tx, id, (kept.id, closing), (as_of, nobody.then_some(NOBODY)), now)?;
        for (address, (officer, name)) in &to {
            let notice = NewNotice {
                kind: Kind::Report,
                about: format!("{about}{address}"),
                officer: *officer,
                to_address: address.clone(),
                to_name: name.clone(),
                subject: mail.subject.clone(),
                words: mail.text.clone(),
                html: mail.html.clone(),
                file: Some(kept.id),
                good_until: None,
            };
            notice::post(tx, notice, now)?;
        }
        Ok::<_, Failure>(())
    })?;
    room.bell.ring();
    tracing::info!(run = %id, "a scheduled report was made");
    Ok(())
}

/// By address; whose account it is and the name, where that is known.
type Recipients = BTreeMap<String, (Option<OfficerId>, Option<String>)>;

/// By address: those who answer for it, and those the schedule names.
fn recipients(c: &mut Conn<'_>, schedule: &ScheduleRow) -> Outcome<Recipients> {
    let mut to = BTreeMap::new();
    for address in schedule.recipients() {
        to.insert(address.to_lowercase(), (None, None));
    }
    for (officer, name, email) in store::responsible(c, schedule.branch())? {
        to.insert(email.to_lowercase(), (Some(officer), Some(name)));
    }
    Ok(to)
}

fn gather(
    c: &mut Conn<'_>,
    reference: &Reference,
    schedule: &ScheduleRow,
    run: &RunRow,
    (today, limits): (NaiveDate, config::Integrity),
) -> Outcome<Made> {
    let branch = schedule.branch();
    let code = branch.and_then(|id| reference.branch_by_id(id)).map(|one| one.code.clone());
    // The same bytes at every attempt.
    let dated = run.begun_at.0;
    match schedule.report()? {
        Report::Unit => {
            let asked = UnitAsked::of_days(
                code,
                (run.to_on.year(), run.to_on.month()),
                (run.from_on, run.to_on, run.as_of),
            );
            let file = report::unit_file(c, reference, &asked, limits, dated)?;
            Ok(Made { file, closing: None, as_of: run.as_of })
        }
        Report::Ii06a => {
            let kind = closing::ReportKind::Ii06a;
            let closed = closing::newest_of(c, kind, branch, run.from_on, run.to_on)?;
            let (form, number) = match closed {
                Some(closed) => {
                    let form: Ii06a = serde_json::from_value(closed.figures)
                        .map_err(|error| Failure::Broken(format!("closing {}: {error}", closed.number)))?;
                    (form, Some(closed.number))
                }
                None => {
                    let asked = Asked {
                        branch_code: code,
                        by: vec![Grouping::Sector],
                        ..Asked::of_days(run.from_on, run.to_on, Some(run.as_of))
                    };
                    (report::ii06a(c, reference, &asked, today, None)?, None)
                }
            };
            let as_of = form.as_of;
            Ok(Made { file: report::ii06a_file(reference, &form, dated)?, closing: number, as_of })
        }
        Report::Overdue => {
            let to = run.to_on.min(run.as_of);
            let found = report::overdue(c, reference, branch, (run.from_on, to), (to.min(today), today))?;
            let file = report::overdue_file(reference, code.as_deref(), &found, dated)?;
            Ok(Made { file, closing: None, as_of: run.as_of })
        }
    }
}

/// Begins a run that failed once more, or mails again what of it could not be mailed.
///
/// # Errors
/// The conflict `nothing-to-retry`.
pub fn again(tx: &mut Conn<'_>, run: &RunRow, now: DateTime<Utc>) -> Outcome<()> {
    use crate::jobs::{NewJob, enqueue};
    match run.state()? {
        State::Failed => {
            store::settle(tx, run.id, State::Making, None)?;
            let job = NewJob {
                kind: KIND,
                dedup_key: Some(job_key(run.id)),
                payload: serde_json::json!({"run": run.id.to_string()}),
                run_at: now,
            };
            enqueue(tx, job, now)?;
            Ok(())
        }
        State::Made if notice::again_about(tx, &run.about(), now)? > 0 => Ok(()),
        State::Made | State::Making => Err(Failure::Conflict("nothing-to-retry")),
    }
}

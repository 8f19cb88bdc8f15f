//! A dossier as clients see it.

use super::row::{DossierRow, ParticularsRow};
use crate::both;
use crate::db::Conn;
use crate::db::schema::officers;
use crate::domain::decide::is_of_past_day;
use crate::domain::dossier::Dossier;
use crate::domain::event::Component;
use crate::domain::ids::OfficerId;
use crate::domain::local_time::{day_of, local};
use crate::domain::people::Applicant;
use crate::domain::punctuality::days_late;
use crate::failure::Outcome;
use crate::reference::Reference;
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A dossier, with all that its own branch may see.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dossier)]
pub struct View {
    #[schema(example = "000.00.03.H29-200121-0001")]
    pub code: String,
    /// registered, received, in_processing, supplement_requested, awaiting_payment, resolved, returned, refused, withdrawn, stopped
    pub status: &'static str,
    pub branch_code: String,
    /// Lĩnh vực, by name.
    pub sector: String,
    pub sector_code: String,
    pub procedure: ProcedureView,
    /// in_person, online, postal
    pub channel: &'static str,
    pub applicant: PersonView,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub representative: Option<PersonView>,
    pub components: Vec<ComponentView>,
    pub request_summary: Option<String>,
    /// How the applicant wants to get the result.
    pub return_channel: Option<&'static str>,
    pub submitted_at: DateTime<FixedOffset>,
    pub received_at: Option<DateTime<FixedOffset>>,
    pub clock_started_at: Option<DateTime<FixedOffset>>,
    /// The legs of the limit, such as `5wd+3wd`.
    pub time_limit: String,
    /// The rules it was received under.
    pub rule_set: String,
    /// The due date in force; a lawful restart moves it, a re-appointment does not.
    pub due_on: Option<NaiveDate>,
    pub due_at: Option<DateTime<FixedOffset>>,
    /// As first promised on the receipt. Never changes.
    pub first_due_on: Option<NaiveDate>,
    pub reappointed_due_on: Option<NaiveDate>,
    pub reappointments: u32,
    /// The day by which an apology must be out.
    pub apology_due_on: Option<NaiveDate>,
    /// A day counted lies in a year whose days off have not been announced.
    pub provisional: bool,
    pub supplement_rounds: u32,
    /// Since when it waits for the citizen.
    pub waiting_since: Option<DateTime<FixedOffset>>,
    pub resolved_at: Option<DateTime<FixedOffset>>,
    /// granted, denied
    pub outcome: Option<&'static str>,
    pub document_number: Option<String>,
    pub returned_at: Option<DateTime<FixedOffset>>,
    /// very_satisfied, satisfied, neutral, dissatisfied, very_dissatisfied: what the applicant said of how he was served
    pub satisfaction: Option<&'static str>,
    pub closed_at: Option<DateTime<FixedOffset>>,
    /// within_limit, waiting, due_soon, overdue while open; early, on_time, overdue when resolved
    pub timeliness: Option<&'static str>,
    /// Against the re-appointed date: the second figure.
    pub timeliness_as_reappointed: Option<&'static str>,
    /// Calendar days past the due date in force.
    pub days_late: u32,
    /// Working days after today up to the due date, 0 on it, less than 0 past it; null while no clock runs.
    pub working_days_left: Option<i64>,
    /// in_advance, on_due_day, late: the letter for the due date in force, where one was issued
    pub apology: Option<&'static str>,
    pub held_by: Option<HolderView>,
    /// What may be done next.
    pub acts: Vec<&'static str>,
    /// Those of them that say something else of a day before the current working day: only heads and administrators may.
    pub acts_of_past_days: Vec<&'static str>,
    /// The random key printed in the receipt's QR code.
    pub lookup_key: String,
    pub version: u32,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProcedureView {
    pub code: String,
    pub name: String,
    pub version: u32,
    pub case: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonView {
    pub name: String,
    /// citizen, enterprise, state_body, other
    pub kind: &'static str,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DossierComponent)]
pub struct ComponentView {
    pub name: String,
    /// original, copy, certified_copy, photocopy
    pub form: &'static str,
    pub copies: u32,
}

/// Who has it: an officer, or a step of the internal process.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Holder)]
pub struct HolderView {
    #[schema(value_type = Option<uuid::Uuid>)]
    pub officer_id: Option<OfficerId>,
    pub username: Option<String>,
    pub full_name: Option<String>,
    pub step: Option<String>,
}

impl From<&Applicant> for PersonView {
    fn from(person: &Applicant) -> Self {
        Self {
            name: person.name.clone(),
            kind: person.kind.as_str(),
            id_number: person.id_number.clone(),
            phone: person.phone.clone(),
            email: person.email.clone(),
            address: person.address.clone(),
        }
    }
}

impl PersonView {
    /// As lists show people: enough to recognise, not enough to misuse (rules: personal data).
    pub fn masked(mut self) -> Self {
        self.id_number = self.id_number.map(|number| mask(&number, 3, 2));
        self.phone = self.phone.map(|phone| mask(&phone, 2, 2));
        self.email = None;
        self.address = None;
        self
    }
}

impl From<&Component> for ComponentView {
    fn from(component: &Component) -> Self {
        Self { name: component.name.clone(), form: component.form.as_str(), copies: component.copies }
    }
}

/// `079203001123` with 3 and 2 becomes `079*******23`.
pub fn mask(text: &str, first: usize, last: usize) -> String {
    let length = text.chars().count();
    text.chars()
        .enumerate()
        .map(|(i, c)| if length <= first + last || (i >= first && i + last < length) { '*' } else { c })
        .collect()
}

/// Reads what a view needs besides the row, and puts it together.
pub fn view(c: &mut Conn<'_>, reference: &Reference, row: &DossierRow, today: NaiveDate) -> Outcome<View> {
    let (particulars, holder) = super::store::particulars_and_holder(c, row.id, row.held_by)?;
    compose(reference, row, &particulars, holder.as_ref(), today)
}

pub fn compose(
    reference: &Reference,
    row: &DossierRow,
    particulars: &ParticularsRow,
    held_by: Option<&(String, String)>,
    today: NaiveDate,
) -> Outcome<View> {
    let dossier = row.dossier()?;
    let told = particulars.particulars()?;
    let next_working_day = reference.calendar.next_working_day(today).ok();
    let deadline = dossier.clock.as_ref().map(|clock| &clock.deadline);
    let resolved = dossier.resolved.as_ref();
    Ok(View {
        status: dossier.status.as_str(),
        branch_code: branch_code(reference, &dossier),
        sector: reference.sector_by_id(dossier.sector).map(|sector| sector.name.clone()).unwrap_or_default(),
        sector_code: reference
            .sector_by_id(dossier.sector)
            .map(|sector| sector.code.clone())
            .unwrap_or_default(),
        procedure: procedure_view(reference, &dossier),
        channel: dossier.channel.as_str(),
        applicant: PersonView::from(&told.applicant),
        representative: told.representative.as_ref().map(PersonView::from),
        components: told.components.iter().map(ComponentView::from).collect(),
        request_summary: told.request_summary,
        return_channel: told.return_channel.map(|channel| channel.as_str()),
        submitted_at: local(dossier.submitted_at),
        received_at: dossier.received_at.map(local),
        clock_started_at: dossier.clock.as_ref().map(|clock| local(clock.started_at)),
        time_limit: dossier.time_limit.to_string(),
        rule_set: dossier.rule_set.clone(),
        due_on: deadline.map(|deadline| deadline.due_on),
        due_at: deadline.map(|deadline| local(deadline.due_at)),
        first_due_on: dossier.first_due_on,
        reappointed_due_on: dossier.reappointed_due_on,
        reappointments: dossier.reappointments,
        apology_due_on: deadline.map(|deadline| deadline.apology_due_on),
        provisional: deadline.is_some_and(|deadline| deadline.provisional),
        supplement_rounds: dossier.supplement_rounds,
        waiting_since: dossier.waiting.map(|waiting| local(waiting.since)),
        resolved_at: resolved.map(|resolution| local(resolution.at)),
        outcome: resolved.map(|resolution| resolution.outcome.as_str()),
        document_number: resolved.and_then(|resolution| resolution.document_number.clone()),
        returned_at: dossier.returned.as_ref().map(|handover| local(handover.at)),
        satisfaction: dossier.satisfaction.map(|satisfaction| satisfaction.as_str()),
        closed_at: dossier.closed_at.map(local),
        timeliness: dossier.timeliness(today, next_working_day).map(|standing| standing.as_str()),
        timeliness_as_reappointed: dossier.timeliness_as_reappointed().map(|verdict| verdict.as_str()),
        days_late: lateness(&dossier, today),
        working_days_left: working_days_left(reference, &dossier, today),
        apology: dossier.letter.map(|letter| letter.as_str()),
        held_by: holder_named(&dossier, held_by),
        acts: dossier.acts().map(|act| act.as_str()).collect(),
        acts_of_past_days: dossier
            .acts()
            .filter(|act| is_of_past_day(&dossier, *act, &reference.calendar, today))
            .map(|act| act.as_str())
            .collect(),
        lookup_key: particulars.lookup_key.clone(),
        version: dossier.version,
        code: dossier.code,
    })
}

/// A line of a list: no particulars but a masked applicant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DossierLine)]
pub struct Line {
    pub code: String,
    pub status: &'static str,
    pub branch_code: String,
    pub sector: String,
    pub procedure: ProcedureView,
    pub channel: &'static str,
    /// Phone and identity number masked.
    pub applicant: PersonView,
    pub received_at: Option<DateTime<FixedOffset>>,
    pub due_on: Option<NaiveDate>,
    pub first_due_on: Option<NaiveDate>,
    pub reappointed_due_on: Option<NaiveDate>,
    pub resolved_at: Option<DateTime<FixedOffset>>,
    pub timeliness: Option<&'static str>,
    pub days_late: u32,
    /// Working days after today up to the due date, 0 on it, less than 0 past it; null while no clock runs.
    pub working_days_left: Option<i64>,
    pub held_by: Option<HolderView>,
    pub version: u32,
}

pub fn line(
    reference: &Reference,
    row: &DossierRow,
    particulars: &ParticularsRow,
    holders: &HashMap<OfficerId, (String, String)>,
    today: NaiveDate,
    next_working_day: Option<NaiveDate>,
) -> Outcome<Line> {
    let dossier = row.dossier()?;
    let told = particulars.particulars()?;
    Ok(Line {
        status: dossier.status.as_str(),
        branch_code: branch_code(reference, &dossier),
        sector: reference.sector_by_id(dossier.sector).map(|sector| sector.name.clone()).unwrap_or_default(),
        procedure: procedure_view(reference, &dossier),
        channel: dossier.channel.as_str(),
        applicant: PersonView::from(&told.applicant).masked(),
        received_at: dossier.received_at.map(local),
        due_on: dossier.due_on(),
        first_due_on: dossier.first_due_on,
        reappointed_due_on: dossier.reappointed_due_on,
        resolved_at: dossier.resolved.as_ref().map(|resolution| local(resolution.at)),
        timeliness: dossier.timeliness(today, next_working_day).map(|standing| standing.as_str()),
        days_late: lateness(&dossier, today),
        working_days_left: working_days_left(reference, &dossier, today),
        held_by: holder(&dossier, holders),
        version: dossier.version,
        code: dossier.code,
    })
}

/// Calendar days past the due date: at the end for what has ended, up to today for what runs, up to the wait
/// for what waits.
pub fn lateness(dossier: &Dossier, today: NaiveDate) -> u32 {
    let Some(due_on) = dossier.due_on() else { return 0 };
    let until = match (&dossier.resolved, dossier.closed_at, dossier.waiting) {
        (Some(resolution), _, _) => day_of(resolution.at),
        (None, closed, Some(waiting)) => day_of(closed.map_or(waiting.since, |at| at.min(waiting.since))),
        (None, Some(closed), None) => day_of(closed),
        (None, None, None) => today,
    };
    days_late(due_on, until)
}

/// How urgent it is: working days until the due date, or since.
fn working_days_left(reference: &Reference, dossier: &Dossier, today: NaiveDate) -> Option<i64> {
    let due_on = dossier.due_on().filter(|_| dossier.status.is_running())?;
    let between = |from, to| reference.calendar.working_days_between(from, to).ok().map(i64::from);
    if due_on >= today { between(today, due_on) } else { between(due_on, today).map(|days| -days) }
}

fn branch_code(reference: &Reference, dossier: &Dossier) -> String {
    reference.branch_by_id(dossier.branch).map(|branch| branch.code.clone()).unwrap_or_default()
}

/// The procedure in the version under which it was received.
pub fn procedure_view(reference: &Reference, dossier: &Dossier) -> ProcedureView {
    let found = reference.version_by_id(dossier.procedure_version);
    ProcedureView {
        code: found.map(|(procedure, _)| procedure.code.clone()).unwrap_or_default(),
        name: found.map(|(_, version)| case_name(version, dossier.case.as_deref())).unwrap_or_default(),
        version: found.map_or(0, |(_, version)| version.number),
        case: dossier.case.clone(),
    }
}

/// The name of the case where it has one of its own, else of the procedure.
fn case_name(version: &crate::reference::Version, case: Option<&str>) -> String {
    match version.case(case) {
        Ok(case) if case.code.is_some() && !case.name.is_empty() => case.name.clone(),
        _ => version.name.clone(),
    }
}

/// Who holds it: an officer, or a step of the internal process.
pub fn holder(dossier: &Dossier, holders: &HashMap<OfficerId, (String, String)>) -> Option<HolderView> {
    holder_named(dossier, dossier.held_by.and_then(|id| holders.get(&id)))
}

/// The same, with the officer's names.
fn holder_named(dossier: &Dossier, known: Option<&(String, String)>) -> Option<HolderView> {
    if dossier.held_by.is_none() && dossier.held_step.is_none() {
        return None;
    }
    Some(HolderView {
        officer_id: dossier.held_by,
        username: known.map(|(username, _)| username.clone()),
        full_name: known.map(|(_, full_name)| full_name.clone()),
        step: dossier.held_step.clone(),
    })
}

/// Names of officers, by key.
pub fn holders(
    c: &mut Conn<'_>,
    ids: impl IntoIterator<Item = OfficerId>,
) -> Outcome<HashMap<OfficerId, (String, String)>> {
    let mut ids: Vec<_> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(OfficerId, String, String)> = both!(c, |c| officers::table
        .filter(officers::id.eq_any(&ids))
        .select((officers::id, officers::username, officers::full_name))
        .load(c))?;
    Ok(rows.into_iter().map(|(id, username, full_name)| (id, (username, full_name))).collect())
}

/// The present day at the counter.
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    day_of(now)
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn numbers_are_masked_as_the_rules_show() {
        assert_eq!(mask("079203001123", 3, 2), "079*******23");
        assert_eq!(mask("0901234512", 2, 2), "09******12");
        assert_eq!(mask("1234", 2, 2), "****");
    }
}

//! `GET /closings/{id}/adjustments`: closed figures beside today's answer to the same question, and what has changed
//! them: corrections, and acts entered after the closing for days before it. Closed + adjustments = now.

use super::adjusted_sheet::sheet;
use super::close::{AROUND, branches_of};
use super::difference::{Change, Leaves, RowName, changes};
use super::figures::{Asking, adds_up};
use super::show::ClosingAsked;
use super::store::{self, ClosingRow};
use super::view::ClosingView;
use crate::account::Officer;
use crate::apology::Letters;
use crate::db::Conn;
use crate::domain::event::{Event, Fact};
use crate::domain::ids::{BranchId, ClosingId, OfficerId};
use crate::domain::local_time::{day_of, local};
use crate::domain::tally::of_life;
use crate::dossier::{Afterwards, each_entered_afterwards};
use crate::failure::{Failure, Outcome};
use crate::http::{House, Problem, Query, Segment};
use crate::reference::Reference;
use crate::report::{self, Heading, Question, answer};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use utoipa::ToSchema;

/// Late entries read at once, of however many there are.
const AT_ONCE: i64 = 500;
/// Dossiers that are named; all are counted.
const MOST_NAMED: usize = 1000;

/// What has changed since a closing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Adjustments {
    #[schema(inline)]
    pub closing: ClosingView,
    /// The figures of today stand as of this moment.
    pub asked_at: DateTime<FixedOffset>,
    /// Figures that are not what they were. Empty: today's answer is the closed one.
    pub changes: Vec<ChangeView>,
    /// The dossiers behind the changes, the earliest entered first.
    pub causes: Vec<Cause>,
    /// Causes beyond those that are named.
    pub more_causes: usize,
    /// What no act of an officer explains: registers taken over since, which name nobody.
    pub unexplained: Vec<ChangeView>,
    pub registers: Vec<Register>,
}

/// One figure of one row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Adjustment)]
pub struct ChangeView {
    /// The codes of the row; empty for the sum of all rows.
    pub row: RowName,
    /// Such as `resolved.overdue`.
    #[schema(example = "resolved.overdue")]
    pub figure: String,
    /// As closed; 0 where the row was not there. Not given for what one dossier changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub closed: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub now: Option<Value>,
    /// Now less closed; null for what is no count.
    pub difference: Option<i64>,
}

/// A dossier whose acts entered since have changed the figures.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdjustmentCause)]
pub struct Cause {
    pub dossier_code: String,
    /// What it changes.
    pub changes: Vec<ChangeView>,
    /// What was entered since.
    pub events: Vec<CauseEvent>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdjustmentEvent)]
pub struct CauseEvent {
    pub seq: u32,
    pub kind: &'static str,
    pub occurred_at: DateTime<FixedOffset>,
    pub recorded_at: DateTime<FixedOffset>,
    /// User name.
    pub officer: Option<String>,
    /// Of a correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// Where the act had to give one.
    pub reason: Option<String>,
}

/// A register that was taken over, or is being taken over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdjustmentRegister)]
pub struct Register {
    pub started_at: DateTime<FixedOffset>,
    pub dossiers: i64,
}

/// What has changed since, and why; as JSON, CSV, XLSX or PDF.
#[utoipa::path(tag = "closings", params(ClosingAsked), responses((status = 200, body = Adjustments)))]
#[get("/closings/{id}/adjustments")]
pub async fn closing_adjustments(
    house: Data<House>,
    letters: Data<Letters>,
    officer: Officer,
    id: Segment<ClosingId>,
    asked: Query<ClosingAsked>,
) -> Result<HttpResponse, Problem> {
    let (references, id, now) = (house.references.clone(), id.into_inner(), house.clock.now());
    let (told, reference) = house
        .db
        .snapshot(move |c| {
            let reference = references.of(c)?;
            let row = store::load(c, id)?;
            officer.sees(row.branch().unwrap_or_else(BranchId::nil))?;
            Ok((adjustments(c, &reference, &row, now)?, reference))
        })
        .await
        .map_err(|failure: Failure| failure)?;
    let name = format!("dieu-chinh-so-lieu-{}", told.closing.number);
    let heading = Heading::of(&reference, told.closing.branch_code.as_deref());
    let sheet = || sheet(&told, &reference, heading);
    answer(asked.into_inner().format, &name, &told, (&letters.press, now), sheet).await
}

fn adjustments(
    c: &mut Conn<'_>,
    reference: &Reference,
    row: &ClosingRow,
    now: DateTime<Utc>,
) -> Outcome<Adjustments> {
    let branch_code =
        row.branch().and_then(|id| reference.branch_by_id(id)).map(|branch| branch.code.clone());
    let asking =
        Asking { report: row.report()?, from: row.from_on, to: row.to_on, as_of: row.as_of, branch_code };
    let today = day_of(now);
    let closed = Leaves::of_answer(&row.figures()?);
    let current = Leaves::of_answer(&asking.figures(c, reference, today, None)?);
    let changes = changes(&closed, &current);

    let branches = branches_of(reference, row.branch());
    let since = row.closed_at.0 - AROUND;
    let question = asking.question(c, reference, today)?;
    let names = report::officer_names(c)?;
    let mut explained = Leaves::default();
    let (mut causes, mut more_causes) = (Vec::new(), 0);
    each_entered_afterwards(c, &branches, since, &row.seen()?, AT_ONCE, |dossier| {
        let leaves = effect(reference, &asking, &question, &dossier)?;
        if leaves.0.is_empty() {
            return Ok(());
        }
        explained.add(&leaves);
        if causes.len() == MOST_NAMED {
            more_causes += 1;
            return Ok(());
        }
        let entered = dossier.events.iter().filter_map(|event| cause(event, &dossier.entered, &names));
        let (events, changes) = (entered.collect(), counted(&leaves));
        causes.push(Cause { events, changes, dossier_code: dossier.code });
        Ok(())
    })?;
    let total = explained.in_total();
    explained.add(&total);
    let unexplained = changes.iter().filter_map(|change| {
        let difference = change.difference.filter(|_| adds_up(&change.figure))?;
        let left = difference - explained.count(&change.row, &change.figure);
        (left != 0).then(|| ChangeView {
            row: change.row.clone(),
            figure: change.figure.clone(),
            closed: None,
            now: None,
            difference: Some(left),
        })
    });
    let unexplained: Vec<ChangeView> = unexplained.collect();
    let registers = store::registers_since(c, since)?;
    Ok(Adjustments {
        closing: ClosingView::of(reference, row, true)?,
        asked_at: local(now),
        changes: changes.into_iter().map(ChangeView::from).collect(),
        causes,
        more_causes,
        unexplained,
        registers: registers
            .into_iter()
            .map(|(at, dossiers)| Register { started_at: local(at), dossiers })
            .collect(),
    })
}

/// What the entries of a dossier since the closing add to the figures.
fn effect(
    reference: &Reference,
    asking: &Asking,
    question: &Question,
    dossier: &Afterwards,
) -> Outcome<Leaves> {
    let mut tally = of_life(&dossier.events);
    let first = dossier.entered.first().copied().unwrap_or(u32::MAX);
    let as_closed: Vec<Event> = dossier.events.iter().filter(|event| event.seq < first).cloned().collect();
    tally.merge(&of_life(&as_closed), -1);
    let mut leaves = Leaves::default();
    for row in report::rows_of(question, &tally, reference) {
        leaves.add(&asking.leaves_of(&row)?.only(adds_up));
    }
    leaves.add(&asking.beside(reference, &dossier.events)?);
    leaves.add_times(&asking.beside(reference, &as_closed)?, -1);
    Ok(leaves.only(adds_up))
}

impl From<Change> for ChangeView {
    fn from(Change { row, figure, closed, now, difference }: Change) -> Self {
        Self { row, figure, closed: Some(closed), now: Some(now), difference }
    }
}

fn counted(leaves: &Leaves) -> Vec<ChangeView> {
    let mut all = Vec::new();
    for (row, figures) in &leaves.0 {
        all.extend(figures.iter().map(|(figure, value)| ChangeView {
            row: row.clone(),
            figure: figure.clone(),
            closed: None,
            now: None,
            difference: value.as_i64(),
        }));
    }
    all
}

fn cause(event: &Event, entered: &[u32], names: &HashMap<OfficerId, (String, String)>) -> Option<CauseEvent> {
    if !entered.contains(&event.seq) {
        return None;
    }
    let (mut field, mut old, mut new) = (None, None, None);
    let reason = match &event.fact {
        Fact::Corrected { field: corrected, old: was, new: is, reason, .. } => {
            // Whose name or number was put right is for the dossier's own page to show.
            if corrected.is_figure() {
                (old, new) = (was.clone(), Some(is.clone()));
            }
            field = Some(corrected.as_str());
            Some(reason.clone())
        }
        Fact::Refused { reason }
        | Fact::SupplementRequested { reason, .. }
        | Fact::PaymentRequested { reason, .. }
        | Fact::Reappointed { reason, .. }
        | Fact::ReturnUndone { reason }
        | Fact::Withdrawn { reason, .. }
        | Fact::Stopped { reason, .. }
        | Fact::DueRecomputed { reason, .. } => Some(reason.clone()),
        Fact::Resolved { reason, .. } => reason.clone(),
        _ => None,
    };
    Some(CauseEvent {
        seq: event.seq,
        kind: event.fact.kind(),
        occurred_at: local(event.occurred_at),
        recorded_at: local(event.recorded_at),
        officer: event.officer.and_then(|id| names.get(&id).map(|(username, _)| username.clone())),
        field,
        old,
        new,
        reason,
    })
}

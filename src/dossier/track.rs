//! `GET /public/dossiers/{code}`: the citizen asks where the dossier is, without an account.
//!
//! The code alone can be guessed (date and number), so it gives how far the dossier is and no more. More needs a
//! second proof: the key in the receipt's QR code, or the last four digits of the phone. A wrong proof and an
//! unknown code look the same. Four digits can be tried through: wrong ones are counted for each code, known or not.

use super::row::{DossierRow, ParticularsRow};
use super::{store, view};
use crate::apology::IssuedLetter;
use crate::db::Conn;
use crate::domain::dossier::Dossier;
use crate::domain::event::{Event, Fact, ResultKind};
use crate::domain::ids::DossierId;
use crate::domain::lifecycle::{Act, Status};
use crate::domain::local_time::local;
use crate::failure::{Failure, Outcome, Thing};
use crate::http::{House, Problem, PublicLookup, Query, Segment};
use crate::reference::Reference;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Proof {
    /// The key of the receipt's QR code.
    key: Option<String>,
    /// The last four digits of the applicant's phone.
    phone_last4: Option<String>,
}

/// How far a dossier is; with a second proof also when, how late and why, and whom to ask.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicDossier {
    pub code: String,
    pub status: &'static str,
    /// There is a result, or the dossier has ended otherwise.
    pub completed: bool,
    #[serde(flatten)]
    pub more: Option<PublicMore>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PublicMore {
    pub procedure: String,
    pub branch: String,
    pub received_at: Option<DateTime<FixedOffset>>,
    pub due_on: Option<NaiveDate>,
    pub first_due_on: Option<NaiveDate>,
    pub reappointed_due_on: Option<NaiveDate>,
    pub resolved_at: Option<DateTime<FixedOffset>>,
    pub returned_at: Option<DateTime<FixedOffset>>,
    /// very_satisfied, satisfied, neutral, dissatisfied, very_dissatisfied: what was said of how the applicant was served
    pub satisfaction: Option<&'static str>,
    /// How he was served can be said now, and was not.
    pub may_answer: bool,
    pub timeliness: Option<&'static str>,
    pub days_late: u32,
    /// Waits for the citizen since.
    pub waiting_since: Option<DateTime<FixedOffset>>,
    /// What the citizen is asked for, or why it has come to this.
    pub said: Option<PublicWords>,
    /// The apology, where one was issued.
    pub letter: Option<PublicLetter>,
    pub contact: Contact,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PublicWords {
    /// supplement_requested, payment_requested, refused, stopped, resolved (denied), reappointed (no letter since)
    pub kind: &'static str,
    /// The papers asked for.
    pub items: Vec<String>,
    /// To be paid, in đồng.
    pub amount: Option<i64>,
    pub reason: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PublicLetter {
    pub number: String,
    pub issued_on: NaiveDate,
    pub reason: String,
    pub new_due_on: NaiveDate,
    /// The text as it was fixed at approval.
    pub text: String,
}

impl From<IssuedLetter> for PublicLetter {
    fn from(letter: IssuedLetter) -> Self {
        let IssuedLetter { number, issued_on, reason, new_due_on, text } = letter;
        Self { number, issued_on, reason, new_due_on, text }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Contact {
    pub name: String,
    pub address: String,
    pub phone: String,
    pub email: Option<String>,
}

/// Where a dossier is. Public; the number of look-ups is limited.
#[utoipa::path(tag = "public", params(Proof), responses((status = 200, body = PublicDossier)))]
#[get("/public/dossiers/{code}")]
pub async fn track_dossier(
    house: Data<House>,
    _limit: PublicLookup,
    code: Segment<String>,
    proof: Query<Proof>,
) -> Result<HttpResponse, Problem> {
    let (references, clock) = (house.references.clone(), house.clock.clone());
    let proof = proof.into_inner();
    let given = proof.is_given();
    let found = proven(&house, code.into_inner(), proof, move |c, row| {
        let reference = references.of(c)?;
        public(c, &reference, row, given, view::today(clock.now()))
    })
    .await?;
    Ok(HttpResponse::Ok().json(found))
}

/// The dossier as it is told to citizens; `proven` to the one whose it is.
pub fn public(
    c: &mut Conn<'_>,
    reference: &Reference,
    row: DossierRow,
    proven: bool,
    today: NaiveDate,
) -> Outcome<PublicDossier> {
    let more = if proven {
        let letter = crate::apology::issued_letter(c, row.id)?.map(PublicLetter::from);
        let events = store::events(c, row.id)?;
        Some(more(reference, &row, &events, letter, today)?)
    } else {
        None
    };
    let status = row.dossier()?.status;
    let completed = !status.is_in_process() && status != Status::Registered;
    Ok(PublicDossier { code: row.code, status: status.as_str(), completed, more })
}

/// What is told of the dossier with this code to whoever brings this proof. A wrong one looks like an unknown code, and
/// is counted where it can be tried through.
///
/// # Errors
/// 404 for both; 429 after too many wrong tries; what `tell` says.
pub async fn proven<T, F>(house: &House, code: String, proof: Proof, tell: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce(&mut Conn<'_>, DossierRow) -> Outcome<T> + Clone + Send + 'static,
{
    let (asked, shown) = (code.clone(), proof.clone());
    let found = house.db.read(move |c| -> Outcome<T> {
        let row = store::by_code(c, &asked)?;
        shown_to(c, row.id, &shown)?;
        tell(c, row)
    });
    guarded(house, &code, &proof, found).await
}

/// Whether this dossier is for whoever brings this proof.
///
/// # Errors
/// As for a code that nobody has, where it is not.
pub fn shown_to(c: &mut Conn<'_>, id: DossierId, proof: &Proof) -> Outcome<()> {
    if proof.holds(&store::particulars_row(c, id)?) { Ok(()) } else { Err(Failure::NotFound(Thing::Dossier)) }
}

/// What is asked for with this proof, unless too many wrong ones came before it.
///
/// # Errors
/// 429 after too many wrong tries; what `found` says.
pub async fn guarded<T>(
    house: &House,
    code: &str,
    proof: &Proof,
    found: impl Future<Output = Outcome<T>>,
) -> Result<T, Problem> {
    let guessed = proof.is_phone_alone();
    if guessed {
        house.limits.try_phone(code)?;
    }
    let found = found.await;
    if guessed && !matches!(found, Err(Failure::NotFound(Thing::Dossier))) {
        house.limits.phone_not_wrong(code);
    }
    Ok(found?)
}

impl Proof {
    pub fn is_given(&self) -> bool {
        self.key.is_some() || self.phone_last4.is_some()
    }

    /// With a key nothing can be tried through: it is too long to guess, and must hold as well.
    fn is_phone_alone(&self) -> bool {
        self.phone_last4.is_some() && self.key.is_none()
    }

    /// Every proof given must hold. Compared in constant time: a wrong one must not tell how wrong it is.
    fn holds(&self, told: &ParticularsRow) -> bool {
        let same = |given: &str, kept: &str| bool::from(given.as_bytes().ct_eq(kept.as_bytes()));
        let key = self.key.as_deref().is_none_or(|key| same(key, &told.lookup_key));
        let phone = self.phone_last4.as_deref().is_none_or(|digits| {
            let kept = told.phone.as_deref().unwrap_or_default();
            let last = kept.len().checked_sub(4).and_then(|from| kept.get(from..));
            last.is_some_and(|last| same(digits, last))
        });
        key && phone
    }
}

fn more(
    reference: &Reference,
    row: &DossierRow,
    events: &[Event],
    letter: Option<PublicLetter>,
    today: NaiveDate,
) -> Outcome<PublicMore> {
    let dossier = row.dossier()?;
    let branch = reference.branch_by_id(dossier.branch).ok_or(Failure::NotFound(Thing::Branch))?;
    let next_working_day = reference.calendar.next_working_day(today).ok();
    Ok(PublicMore {
        procedure: view::procedure_view(reference, &dossier).name,
        branch: branch.name.clone(),
        received_at: dossier.received_at.map(local),
        due_on: dossier.due_on(),
        first_due_on: dossier.first_due_on,
        reappointed_due_on: dossier.reappointed_due_on,
        resolved_at: dossier.resolved.as_ref().map(|resolution| local(resolution.at)),
        returned_at: dossier.returned.as_ref().map(|handover| local(handover.at)),
        satisfaction: dossier.satisfaction.map(|satisfaction| satisfaction.as_str()),
        may_answer: dossier.acts().any(|act| act == Act::Survey),
        timeliness: dossier.timeliness(today, next_working_day).map(|standing| standing.as_str()),
        days_late: view::lateness(&dossier, today),
        waiting_since: dossier.waiting.map(|waiting| local(waiting.since)),
        said: said(&dossier, events),
        letter,
        contact: Contact {
            name: branch.name.clone(),
            address: branch.address.clone(),
            phone: branch.contact_phone.clone(),
            email: branch.contact_email.clone(),
        },
    })
}

/// By the last event that says it.
fn said(dossier: &Dossier, events: &[Event]) -> Option<PublicWords> {
    let denied = dossier.resolved.as_ref().is_some_and(|resolution| resolution.outcome == ResultKind::Denied);
    let last = events.iter().rev().map(|event| &event.fact).find(|fact| match dossier.status {
        // A lawful restart has taken the new date back, and its reason with it.
        Status::Received | Status::InProcessing => {
            dossier.reappointed_due_on.is_some()
                && matches!(fact, Fact::Reappointed { .. } | Fact::ApologyIssued { .. })
        }
        Status::SupplementRequested => matches!(fact, Fact::SupplementRequested { .. }),
        Status::AwaitingPayment => matches!(fact, Fact::PaymentRequested { .. }),
        Status::Resolved | Status::Returned => denied && matches!(fact, Fact::Resolved { .. }),
        Status::Refused => matches!(fact, Fact::Refused { .. }),
        Status::Stopped => matches!(fact, Fact::Stopped { .. }),
        Status::Registered | Status::Withdrawn => false,
    })?;
    let (items, amount, reason) = match last {
        Fact::SupplementRequested { items, reason, .. } => (items.clone(), None, Some(reason)),
        Fact::PaymentRequested { amount, reason } => (Vec::new(), Some(*amount), Some(reason)),
        Fact::Reappointed { reason, .. } | Fact::Refused { reason } | Fact::Stopped { reason, .. } => {
            (Vec::new(), None, Some(reason))
        }
        Fact::Resolved { reason, .. } => (Vec::new(), None, reason.as_ref()),
        // A letter says why by itself.
        _ => return None,
    };
    let reason = reason.filter(|words| !words.trim().is_empty()).cloned();
    let nothing = items.is_empty() && amount.is_none() && reason.is_none();
    (!nothing).then(|| PublicWords { kind: last.kind(), items, amount, reason })
}

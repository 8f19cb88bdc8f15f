//! Taking a dossier in: what a request, a register line or the demo says, checked field by field, then
//! code → registration → (at once, or later) receipt.

use super::{Life, Stamp, next_code};
use crate::db::Conn;
use crate::domain::catalogue::PaperForm;
use crate::domain::decide::{self, Context};
use crate::domain::event::{Channel, Component, Particulars, Registration};
use crate::domain::ids::DossierId;
use crate::domain::local_time::day_of;
use crate::domain::people::{self, Applicant};
use crate::domain::time_limit::TimeLimit;
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use crate::reference::{Branch, Reference};
use serde::Deserialize;
use utoipa::ToSchema;

/// Most papers of a dossier.
const MOST_COMPONENTS: usize = 100;

/// A person or organisation, as entered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPerson)]
pub struct RawPerson {
    /// 1–200 characters, NFC.
    pub name: String,
    /// citizen, enterprise, state_body, other
    pub kind: String,
    /// 6–20 letters, digits, hyphens.
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
}

impl RawPerson {
    /// The checked person; faults are noted under `pointer`.
    pub fn check(&self, fields: &mut Fields, pointer: &str) -> Option<Applicant> {
        let at = |field: &str| format!("{pointer}/{field}");
        let name = fields.take(&at("name"), people::line(&self.name, 200));
        let kind = fields.take(&at("kind"), self.kind.parse());
        let id_number = fields.optional(&at("id_number"), self.id_number.as_deref(), people::id_number);
        let phone = fields.optional(&at("phone"), self.phone.as_deref(), people::phone);
        let email = fields.optional(&at("email"), self.email.as_deref(), people::email);
        let address =
            fields.optional(&at("address"), self.address.as_deref(), |text| people::line(text, 500));
        Some(Applicant {
            name: name?,
            kind: kind?,
            id_number: id_number?,
            phone: phone?,
            email: email?,
            address: address?,
        })
    }
}

/// A paper, as entered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewComponent)]
pub struct RawComponent {
    pub name: String,
    /// original, copy, certified_copy, photocopy
    pub form: String,
    /// 1–1,000
    pub copies: u32,
}

pub fn check_components(fields: &mut Fields, raw: &[RawComponent]) -> Option<Vec<Component>> {
    if raw.len() > MOST_COMPONENTS {
        fields.fault(FieldFault::with("/components", "too-many", MOST_COMPONENTS));
        return None;
    }
    let checked: Vec<Option<Component>> = raw
        .iter()
        .enumerate()
        .map(|(i, component)| {
            let name = fields.take(&format!("/components/{i}/name"), people::line(&component.name, 500));
            let form = fields.take(&format!("/components/{i}/form"), component.form.parse::<PaperForm>());
            fields.check(
                (1..=1000).contains(&component.copies),
                &format!("/components/{i}/copies"),
                "out-of-range",
            );
            Some(Component { name: name?, form: form?, copies: component.copies })
        })
        .collect();
    checked.into_iter().collect()
}

/// Optional text of several lines.
pub fn check_lines(
    fields: &mut Fields,
    pointer: &str,
    raw: Option<&str>,
    max: usize,
) -> Option<Option<String>> {
    fields.optional(pointer, raw, |text| people::lines(text, max))
}

/// A dossier about to be taken in; its fields have been checked.
#[derive(Debug, Clone)]
pub struct Intake {
    pub procedure_code: String,
    pub case: Option<String>,
    /// Instead of the procedure's own limit: an older register knows what was promised.
    pub time_limit: Option<TimeLimit>,
    pub channel: Channel,
    pub particulars: Particulars,
    /// Not accepted yet: the clock does not start.
    pub register_only: bool,
}

impl Intake {
    /// What the catalogue says about this dossier on the day it is handed in, and the rules of that day.
    pub fn registration(
        &self,
        reference: &Reference,
        branch: &Branch,
        code: String,
        stamp: Stamp,
    ) -> Outcome<Registration> {
        let day = day_of(stamp.occurred_at);
        let procedure = reference
            .procedure(&self.procedure_code)
            .ok_or_else(|| Failure::field("/procedure_code", "unknown-procedure"))?;
        if !procedure.branches.contains(&branch.id) {
            return Err(Failure::field("/procedure_code", "not-of-this-branch"));
        }
        let version = procedure
            .version_on(day)
            .ok_or_else(|| Failure::field("/procedure_code", "not-in-force-that-day"))?;
        let (case, own_limit) = match (&self.time_limit, version.case(self.case.as_deref())) {
            (_, Ok(case)) => (case.code.clone(), case.time_limit.clone()),
            // A line with its own limit needs no case.
            (Some(_), Err(_)) if self.case.is_none() => (None, None),
            (_, Err(fault)) => return Err(Failure::Invalid(vec![fault])),
        };
        let time_limit = self
            .time_limit
            .clone()
            .or(own_limit)
            .ok_or_else(|| Failure::field("/procedure_code", "no-time-limit-known"))?;
        let rule_set = reference.rule_set_on(day).ok_or(Failure::Conflict("rule-set-missing"))?;
        Ok(Registration {
            code,
            branch: branch.id,
            sector: procedure.sector_id,
            procedure: procedure.id,
            version: version.id,
            case,
            rule_set: rule_set.code.clone(),
            time_limit,
            channel: self.channel,
            particulars: self.particulars.clone(),
        })
    }

    /// The beginning of a life, under a code given or the next one of the agency's day.
    pub fn begin(
        &self,
        tx: &mut Conn<'_>,
        reference: &Reference,
        branch: &Branch,
        stamp: Stamp,
        may_backdate: bool,
    ) -> Outcome<Life> {
        // Decided before a code is taken: a refused intake holds nobody up at the counter row.
        let registration = self.registration(reference, branch, String::new(), stamp)?;
        let mut life = self.start(reference, registration, stamp, may_backdate)?;
        let code = next_code(tx, &branch.agency_identifier, day_of(stamp.occurred_at))?;
        life.registration.code = code;
        life.into_life(stamp)
    }

    /// The same, under a code that is known already.
    pub fn begin_as(
        &self,
        reference: &Reference,
        branch: &Branch,
        code: String,
        stamp: Stamp,
        may_backdate: bool,
    ) -> Outcome<Life> {
        let registration = self.registration(reference, branch, code, stamp)?;
        self.start(reference, registration, stamp, may_backdate)?.into_life(stamp)
    }

    fn start(
        &self,
        reference: &Reference,
        registration: Registration,
        stamp: Stamp,
        may_backdate: bool,
    ) -> Outcome<Start> {
        let rules = reference
            .rule_set(&registration.rule_set)
            .ok_or(Failure::Conflict("rule-set-missing"))?
            .for_decisions();
        let context = Context {
            calendar: &reference.calendar,
            rules: &rules,
            // It is in no step yet.
            shares: &[],
            now: stamp.recorded_at,
            occurred_at: stamp.occurred_at,
            may_backdate,
        };
        let received = decide::register(&registration, !self.register_only, &context)?;
        Ok(Start { registration, received })
    }
}

/// A registration that the rules have let pass.
struct Start {
    registration: Registration,
    received: Option<crate::domain::event::Fact>,
}

impl Start {
    fn into_life(self, stamp: Stamp) -> Outcome<Life> {
        let mut life =
            Life::begin(DossierId::at(stamp.occurred_at), self.registration, new_lookup_key(), stamp)?;
        if let Some(received) = self.received {
            life.add(received, stamp)?;
        }
        Ok(life)
    }
}

/// 128 random bits: what the QR code on the receipt opens the public page with.
pub fn new_lookup_key() -> String {
    crate::hex::hex(&rand::random::<[u8; 16]>())
}

/// Lines of a supplement: at most 100, each checked.
pub fn check_items(fields: &mut Fields, raw: &[String]) -> Option<Vec<String>> {
    if raw.len() > MOST_COMPONENTS {
        fields.fault(FieldFault::with("/items", "too-many", MOST_COMPONENTS));
        return None;
    }
    let checked: Vec<Option<String>> = raw
        .iter()
        .enumerate()
        .map(|(i, item)| fields.take(&format!("/items/{i}"), people::line(item, 500)))
        .collect();
    checked.into_iter().collect()
}

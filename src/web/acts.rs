//! The acts on a dossier as pages offer them: which form, which address of the API, what it takes.

use super::form::{Body, Form};
use super::told::Dossier;
use crate::domain::lifecycle::Act;
use chrono::NaiveDate;

/// An act that has a form.
#[derive(Debug, Clone, Copy)]
pub struct Deed {
    pub act: Act,
    /// In the page's address: `/ho-so/{code}/viec/SLUG`.
    pub slug: &'static str,
    /// Below `/dossiers/{code}/`.
    path: &'static str,
}

/// In the order in which they are offered: what is done most first, what ends a dossier last.
pub const DEEDS: &[Deed] = &[
    Deed { act: Act::Accept, slug: "tiep-nhan", path: "acceptance" },
    Deed { act: Act::Forward, slug: "chuyen", path: "forwarding" },
    Deed { act: Act::Supply, slug: "bo-sung", path: "supplement" },
    Deed { act: Act::RecordPayment, slug: "nop-phi", path: "payment" },
    Deed { act: Act::Resolve, slug: "ket-qua", path: "result" },
    Deed { act: Act::Return, slug: "tra", path: "return" },
    Deed { act: Act::UndoReturn, slug: "hoan-tac-tra", path: "return/undo" },
    Deed { act: Act::Survey, slug: "danh-gia", path: "survey" },
    Deed { act: Act::RequestSupplement, slug: "yeu-cau-bo-sung", path: "supplement-request" },
    Deed { act: Act::RequestPayment, slug: "yeu-cau-nop-phi", path: "payment-request" },
    Deed { act: Act::Reappoint, slug: "hen-lai", path: "reappointment" },
    Deed { act: Act::Refuse, slug: "tu-choi", path: "refusal" },
    Deed { act: Act::Withdraw, slug: "rut", path: "withdrawal" },
    Deed { act: Act::Stop, slug: "dung", path: "stop" },
    Deed { act: Act::Correct, slug: "dinh-chinh", path: "corrections" },
];

impl Deed {
    pub fn of(slug: &str) -> Option<Self> {
        DEEDS.iter().find(|deed| deed.slug == slug).copied()
    }

    /// The address of the API for this dossier.
    pub fn address(&self, code: &str) -> String {
        format!("/dossiers/{}/{}", super::places::segment(code), self.path)
    }

    /// The slip that it gives out, as the API calls it.
    pub fn slip(&self) -> Option<&'static str> {
        match self.act {
            Act::RequestSupplement => Some("supplement-request"),
            Act::Refuse => Some("refusal"),
            Act::Stop => Some("stopping-notice"),
            _ => None,
        }
    }

    /// It ends the dossier and cannot be undone: whoever does it says that it is meant.
    pub fn is_final(&self) -> bool {
        matches!(self.act, Act::Refuse | Act::Withdraw | Act::Stop)
    }

    /// What its form begins with: a result goes the way that was asked for at intake, to whoever handed the dossier in.
    pub fn begun(&self, dossier: &Dossier) -> Form {
        match self.act {
            Act::Return => {
                let person = dossier.representative.as_ref().unwrap_or(&dossier.applicant);
                let channel = dossier.return_channel.as_deref().unwrap_or("in_person");
                Form::of([("channel", channel.to_owned()), ("received_by", person.name.clone())])
            }
            _ => Form::default(),
        }
    }

    /// What was entered, as the API takes it.
    pub fn body(&self, form: &Form, today: NaiveDate) -> Body {
        let mut body = form.json();
        match self.act {
            Act::RequestSupplement => {
                body.lines("items").require(&["reason"]);
            }
            Act::Supply => {
                body.lines("items");
            }
            Act::RequestPayment => {
                body.number("amount").require(&["reason"]);
            }
            Act::Reappoint => {
                body.date("new_due_on").require(&["cause", "reason"]);
            }
            Act::Refuse | Act::Withdraw | Act::Stop | Act::UndoReturn => {
                body.require(&["reason"]);
            }
            Act::Survey => {
                body.require(&["satisfaction"]);
            }
            Act::Correct => {
                // Nothing entered takes an optional value away.
                let value = form.value("value").trim();
                body.put("value", value);
                body.require(&["reason"]);
                if form.value("field").ends_with("_at") {
                    body.moment("value", today);
                }
            }
            _ => {}
        }
        body.moment("occurred_at", today);
        body
    }
}

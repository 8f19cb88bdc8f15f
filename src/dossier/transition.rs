//! What all acts on a dossier share: load → may this officer? → is it still what was seen? → decide → save →
//! the dossier as it is now.

use super::life::{Life, Stamp};
use super::row::DossierRow;
use super::view::{self, View};
use crate::account::Officer;
use crate::db::Conn;
use crate::domain::decide::Command;
use crate::domain::lifecycle::Act;
use crate::domain::local_time::whole_seconds;
use crate::failure::Outcome;
use crate::http::{ActMeta, House, Problem, Reply, Seen, act};
use crate::reference::Reference;
use actix_web::HttpResponse;
use chrono::{DateTime, FixedOffset, Utc};

/// An act as it comes in: who, on what, as last seen, and when it happened.
pub struct Order {
    pub officer: Officer,
    pub code: String,
    pub seen: Seen,
    pub occurred_at: Option<DateTime<FixedOffset>>,
}

impl Order {
    /// When it happened and when the system is told, in whole seconds.
    pub fn stamp(&self, now: DateTime<Utc>) -> Stamp {
        stamp(&self.officer, self.occurred_at, now)
    }

    /// The dossier, after asking whether this officer may do this to it and has seen it as it is.
    pub fn load(&self, tx: &mut Conn<'_>, deed: Act) -> Outcome<Life> {
        let life = Life::load(tx, &self.code)?;
        self.officer.may(deed, life.dossier().branch)?;
        self.seen.check_version(life.dossier().version)?;
        Ok(life)
    }
}

pub fn stamp(officer: &Officer, occurred_at: Option<DateTime<FixedOffset>>, now: DateTime<Utc>) -> Stamp {
    let occurred_at = occurred_at.map_or(now, |at| whole_seconds(at.with_timezone(&Utc)));
    Stamp { occurred_at, recorded_at: now, officer: Some(officer.id) }
}

/// Does what `command` says to the dossier of the order. Every transition comes through here.
pub async fn transition<F>(
    house: &House,
    meta: &ActMeta,
    order: Order,
    deed: Act,
    command: F,
) -> Result<HttpResponse, Problem>
where
    F: Fn(&mut Conn<'_>, &Reference, &Life) -> Outcome<Command> + Send + 'static,
{
    let references = house.references.clone();
    act(house, order.officer.id, meta, move |tx, now| {
        let reference = references.of(tx)?;
        // Who may not, or has not seen it as it is, learns nothing from what else is wrong.
        let mut life = order.load(tx, deed)?;
        let command = command(tx, &reference, &life)?;
        life.decide_and_add(&reference, command, order.stamp(now), order.officer.role.may_backdate())?;
        save_and_show(tx, &reference, life, now)
    })
    .await
}

/// Saves, and answers with the dossier as it is now.
pub fn save_and_show(
    tx: &mut Conn<'_>,
    reference: &Reference,
    life: Life,
    now: DateTime<Utc>,
) -> Outcome<Reply> {
    let view = save_and_view(tx, reference, life, now)?;
    let version = i32::try_from(view.version).unwrap_or(i32::MAX);
    Ok(Reply::ok(&view)?.version(version))
}

pub fn save_and_view(
    tx: &mut Conn<'_>,
    reference: &Reference,
    life: Life,
    now: DateTime<Utc>,
) -> Outcome<View> {
    let (id, chain) = (life.id(), life.chain().to_owned());
    let told = life.new_particulars()?;
    let dossier = life.save(tx)?;
    let row = DossierRow::of(id, &dossier, &chain)?;
    match told {
        // Nobody holds what was taken in just now.
        Some(told) if row.held_by.is_none() => view::compose(reference, &row, &told, None, view::today(now)),
        _ => view::view(tx, reference, &row, view::today(now)),
    }
}

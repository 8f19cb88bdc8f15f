//! A dossier has changed: its draft falls when there is nothing to apologise for any more.

use super::store;
use crate::db::Conn;
use crate::domain::decide::keeps_draft;
use crate::domain::dossier::Dossier;
use crate::domain::ids::DossierId;
use crate::failure::Outcome;

/// Called by the dossier's store in the transaction of every change. A dossier that is resolved, withdrawn,
/// stopped or waits has no draft; neither has a due date that is no longer in force.
pub fn dossier_changed(tx: &mut Conn<'_>, id: DossierId, before: &Dossier, after: &Dossier) -> Outcome<()> {
    if !keeps_draft(before.status) {
        return Ok(());
    }
    let keep = after.due_on().filter(|_| keeps_draft(after.status));
    if keep == before.due_on() {
        return Ok(());
    }
    store::cancel_drafts(tx, id, keep)?;
    Ok(())
}

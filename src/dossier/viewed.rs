//! Who opened a full dossier is kept (rules: personal data). Reading must not wait for a write, so the notes are
//! gathered and written together, at the latest a second later.

use crate::db::schema::dossier_views;
use crate::db::types::Moment;
use crate::db::{Conn, Db, DbError};
use crate::domain::ids::{BranchId, DossierId, OfficerId, ViewId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use std::time::Duration;
use tokio::sync::mpsc;

#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = dossier_views, treat_none_as_default_value = false)]
struct Note {
    id: ViewId,
    dossier_id: DossierId,
    branch_id: BranchId,
    officer_id: OfficerId,
    viewed_at: Moment,
    what: String,
}

/// Takes notes of who opened what.
#[derive(Clone)]
pub struct Views(mpsc::UnboundedSender<Note>);

/// Notes a transaction.
const CHUNK: usize = 5000;

impl Views {
    /// Starts taking notes; they are written until every clone is gone.
    pub fn start(db: Db) -> Self {
        let (sender, mut notes) = mpsc::unbounded_channel::<Note>();
        tokio::spawn(async move {
            let mut gathered = Vec::new();
            while notes.recv_many(&mut gathered, CHUNK).await > 0 {
                let rows = std::mem::take(&mut gathered);
                let count = rows.len();
                let written = db.write(move |tx| insert(tx, &rows)).await;
                if let Err(error) = written {
                    tracing::error!(%error, count, "notes of who opened dossiers could not be kept");
                }
                // Those that come faster than that are written one chunk after the other.
                if count < CHUNK {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        });
        Self(sender)
    }

    /// Notes that `officer` opened `what` of a dossier.
    pub fn note(
        &self,
        dossier: DossierId,
        branch: BranchId,
        officer: OfficerId,
        at: DateTime<Utc>,
        what: &str,
    ) {
        let note = Note {
            id: ViewId::at(at),
            dossier_id: dossier,
            branch_id: branch,
            officer_id: officer,
            viewed_at: Moment(at),
            what: what.to_owned(),
        };
        if self.0.send(note).is_err() {
            tracing::error!("nobody takes the notes of who opened dossiers any more");
        }
    }
}

/// Notes in the same transaction that `officer` opened `what` of these dossiers: what a job opens for somebody.
pub fn note_views(
    tx: &mut Conn<'_>,
    dossiers: &[(DossierId, BranchId)],
    officer: OfficerId,
    at: DateTime<Utc>,
    what: &str,
) -> Result<(), DbError> {
    let note = |(dossier_id, branch_id): &(DossierId, BranchId)| Note {
        id: ViewId::at(at),
        dossier_id: *dossier_id,
        branch_id: *branch_id,
        officer_id: officer,
        viewed_at: Moment(at),
        what: what.to_owned(),
    };
    insert(tx, &dossiers.iter().map(note).collect::<Vec<_>>())
}

/// Each database in the way it takes them fastest.
fn insert(tx: &mut Conn<'_>, rows: &[Note]) -> Result<(), DbError> {
    match tx {
        Conn::Sqlite(c) => {
            for row in rows {
                diesel::insert_into(dossier_views::table).values(row).execute(*c)?;
            }
        }
        Conn::Pg(c) => {
            diesel::copy_from(dossier_views::table).from_insertable(rows).execute(*c)?;
        }
    }
    Ok(())
}

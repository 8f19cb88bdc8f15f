//! What dossiers are asked for by, spelt as the partial indexes have it (migrations): with the words as parameters, or in
//! another spelling, SQLite could use none of them; PostgreSQL sees that its own say the same.

use super::Conn;
use super::kept::{Fixed, fixed_on};
use super::types::UuidSql;

/// Not ended, from the registration on.
pub const OPEN: &str = "(dossiers.status = 'registered' or dossiers.status = 'received' or dossiers.status = 'in_processing' \
                        or dossiers.status = 'supplement_requested' or dossiers.status = 'awaiting_payment')";
/// Waits to be accepted.
pub const REGISTERED: &str = "dossiers.status = 'registered'";
/// Taken in and not handed on yet. Not as one says it: beside a status that equals a word SQLite would put the word into all
/// other conditions, and know none of them again.
pub const NOT_HANDED_ON: &str = "dossiers.status between 'received' and 'received'";
/// The agency's clock runs.
pub const RUNNING: &str = "dossiers.status in ('received', 'in_processing')";
/// Has its result, and had it late.
pub const OVERDUE: &str = "dossiers.timeliness = 'overdue'";
/// Ended without a result after it was received.
pub const GIVEN_UP: &str = "dossiers.status in ('withdrawn', 'stopped')";
/// The moment of the result, or of the end without one.
pub const END: &str = "coalesce(dossiers.resolved_at, dossiers.closed_at)";
pub const HAS_ENDED: &str = "coalesce(dossiers.resolved_at, dossiers.closed_at) is not null";
/// Re-appointed at least once.
pub const REAPPOINTED: &str = "cast(dossiers.standing->>'reappointments' as integer) > 0";
/// The receipt of what has been received. Written so that the index of what is open is not given up for that of what a
/// branch received, which holds all that it ever did.
pub const RECEIVED: &str = "coalesce(dossiers.received_at, dossiers.submitted_at)";

/// The branch of a dossier where an index of few rows is to be gone through. Told a branch by its plain column, SQLite
/// reads all that the branch ever received instead; PostgreSQL knows how many rows there are.
pub fn branch_of_few(c: &Conn<'_>) -> Fixed<UuidSql> {
    fixed_on(c, ["+dossiers.branch_id", "dossiers.branch_id"])
}

/// The same for its procedure.
pub fn procedure_of_few(c: &Conn<'_>) -> Fixed<UuidSql> {
    fixed_on(c, ["+dossiers.procedure_id", "dossiers.procedure_id"])
}

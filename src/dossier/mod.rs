//! The dossier: one file a verb. Every change goes through [`Life`]: load → decide → save, in one transaction.

mod accept;
mod afterwards;
mod audit;
pub mod chain;
mod correct;
mod deadline;
mod entries;
mod filter;
mod forward;
mod frequent;
mod history;
pub mod intake;
mod life;
mod open_clocks;
mod open_on;
mod prepared;
mod recompute;
mod record_payment;
mod refuse;
mod register;
mod request_payment;
mod request_supplement;
mod resolve;
mod return_result;
mod row;
mod running;
mod search;
mod several;
mod show;
mod sliced;
mod stop;
mod store;
mod stored_fact;
mod supply;
mod survey;
mod survey_by_applicant;
mod track;
mod transition;
mod undo_return;
mod view;
mod viewed;
mod withdraw;
mod words;

pub use accept::accept_dossier;
pub use afterwards::{Afterwards, each_entered_afterwards, entered_afterwards};
pub use audit::{Audited, Finding, audit, ids_of_branch};
pub use chain::canonical_text;
pub use correct::correct_dossier;
pub use deadline::dossier_deadline;
pub use entries::forget_entries;
pub use filter::{Filter, Sort, officer_named, page};
pub use forward::forward_dossier;
pub use history::dossier_history;
pub use intake::{Intake, check_items, new_lookup_key};
pub use life::{Batch, Life, Stamp, decided};
pub use open_clocks::{OpenDossier, open_clocks, open_clocks_after, open_clocks_count};
pub use open_on::{OpenLine, open_now, open_on};
pub use recompute::{Recomputed, recompute};
pub use record_payment::record_dossier_payment;
pub use refuse::refuse_dossier;
pub use register::register_dossier;
pub use request_payment::request_dossier_payment;
pub use request_supplement::request_dossier_supplement;
pub use resolve::resolve_dossier;
pub use return_result::return_dossier_result;
pub use running::{Finished, Running, RunningAfter, RunningOf, finished, first_came, running};
pub use search::list_dossiers;
pub use several::{histories, lines};
pub use show::show_dossier;
pub use stop::stop_dossier;
pub use store::{code, codes_taken, events, last_code_numbers, next_codes, raise_code_counter};
pub use supply::supply_dossier;
pub use survey::survey_dossier;
pub use survey_by_applicant::survey_own_dossier;
pub use track::{Proof, proven, track_dossier};
pub use transition::{Order, save_and_show, stamp};
pub use undo_return::undo_return_of_dossier_result;
pub use view::{HolderView, Line, ProcedureView, View, holder, holders, procedure_view};
pub use viewed::{Views, note_views};
pub use withdraw::withdraw_dossier;

use crate::db::Conn;
use crate::domain::dossier::Dossier;
use crate::domain::event::Particulars;
use crate::domain::ids::DossierId;
use crate::failure::{Failure, Outcome};
use chrono::NaiveDate;

/// The next code of an agency on a day.
pub fn next_code(tx: &mut Conn<'_>, agency: &str, day: NaiveDate) -> Outcome<String> {
    let mut codes = store::next_codes(tx, agency, day, 1)?;
    codes.pop().ok_or_else(|| Failure::Broken("the code counter gave nothing".into()))
}

/// A dossier by its code, as it stands.
pub fn find(c: &mut Conn<'_>, code: &str) -> Outcome<(DossierId, Dossier)> {
    let row = store::by_code(c, code)?;
    Ok((row.id, row.dossier()?))
}

/// Whose dossier it is and what was handed in.
pub fn particulars(c: &mut Conn<'_>, id: DossierId) -> Outcome<Particulars> {
    Ok(store::particulars_row(c, id)?.particulars()?)
}

/// The random key in the receipt's QR code: it opens the dossier's public page.
pub fn lookup_key(c: &mut Conn<'_>, id: DossierId) -> Outcome<String> {
    Ok(store::particulars_row(c, id)?.lookup_key)
}

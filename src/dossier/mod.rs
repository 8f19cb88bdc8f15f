//! The dossier: one file a verb. Every change goes through [`Life`]: load → decide → save, in one transaction.

pub mod chain;
pub mod intake;
mod life;
mod row;
mod store;
mod view;

pub use chain::hex;
pub use intake::{Intake, new_lookup_key};
pub use life::{Batch, Life, Stamp};
pub use store::{code, codes_taken, events, last_code_numbers, next_codes, raise_code_counter};

use crate::db::Conn;
use crate::domain::event::Particulars;
use crate::domain::ids::DossierId;
use crate::failure::{Failure, Outcome};
use chrono::NaiveDate;

/// The next code of an agency on a day.
pub fn next_code(tx: &mut Conn<'_>, agency: &str, day: NaiveDate) -> Outcome<String> {
    let mut codes = store::next_codes(tx, agency, day, 1)?;
    codes.pop().ok_or_else(|| Failure::Broken("the code counter gave nothing".into()))
}

/// Whose dossier it is and what was handed in.
pub fn particulars(c: &mut Conn<'_>, id: DossierId) -> Outcome<Particulars> {
    Ok(store::particulars_row(c, id)?.particulars()?)
}

/// The random key in the receipt's QR code: it opens the dossier's public page.
pub fn lookup_key(c: &mut Conn<'_>, id: DossierId) -> Outcome<String> {
    Ok(store::particulars_row(c, id)?.lookup_key)
}

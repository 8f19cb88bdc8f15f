//! `/`: where the day begins. And what is no page at all.

use super::visit::{Shown, Visit, see_other};
use crate::http::Problem;

/// The first page is what is to be done today.
pub async fn show(_visit: Visit) -> Shown {
    Ok(see_other("/hom-nay"))
}

pub async fn nothing_there() -> Shown {
    Err(Problem::no_such_path())
}

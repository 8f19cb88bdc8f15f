//! Papers as DOCX, for heads who edit before they sign: the same fields in the same order and the same layout as the
//! templates for PDF give them (`templates/typst`), so that both say the same.
//!
//! What comes from outside is text and nothing else: it is cleaned as for PDF, then escaped. The same data and date
//! give the same bytes.

mod control_sheet;
mod layout;
mod letters;
mod package;
mod pictures;
mod slips;

use super::forms::{ApologyPaper, ControlSheet, Form, Receipt, Refusal, StoppingNotice, SupplementRequest};
use super::typeset::printable;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What browsers and mail call the format.
pub const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// Why there is no DOCX.
#[derive(Debug, thiserror::Error)]
pub enum WordError {
    /// The register is printed and kept, not edited.
    #[error("a {0} is not made as DOCX")]
    NotEdited(Form),
    /// The data are not those of the form: a fault of this program.
    #[error("the data of the form: {0}")]
    Data(#[from] serde_json::Error),
    #[error("packing: {0}")]
    Packing(String),
}

/// The paper `form` with `data` (one of [`super::forms`], as a template reads it) as a DOCX that bears the moment
/// `dated`.
///
/// # Errors
/// [`WordError`].
pub fn word(form: Form, data: &Value, dated: DateTime<Utc>) -> Result<Vec<u8>, WordError> {
    let manuscript = match form {
        Form::Receipt => {
            // Cleaning puts places to break into long words: the code must lead to the address as it is.
            let address = data.get("lookup_url").and_then(Value::as_str);
            slips::receipt(&read::<Receipt>(data)?, address)
        }
        Form::SupplementRequest => slips::supplement_request(&read::<SupplementRequest>(data)?),
        Form::Refusal => slips::refusal(&read::<Refusal>(data)?),
        Form::StoppingNotice => slips::stopping_notice(&read::<StoppingNotice>(data)?),
        Form::Apology => letters::apology(&read::<ApologyPaper>(data)?),
        Form::ApologyLetter => letters::official_letter(&read::<ApologyPaper>(data)?),
        Form::ControlSheet => control_sheet::control_sheet(&read::<ControlSheet>(data)?),
        Form::Register => return Err(WordError::NotEdited(form)),
    };
    package::pack(manuscript, dated)
}

fn read<T: DeserializeOwned>(data: &Value) -> Result<T, WordError> {
    Ok(serde_json::from_value(printable(data.clone()))?)
}

#[cfg(test)]
mod tests;

//! The apology as a paper: form 04 (A5) and the official letter (A4) are laid out from the same data, which say word
//! for word what the text of the letter says (`documents::letter`).

use super::{Form, FormSet, Head};
use crate::documents::letter::{LetterError, LetterParts, parts};
use crate::domain::apology::LetterFacts;
use serde::{Deserialize, Serialize};

/// Phiếu xin lỗi và hẹn lại ngày trả kết quả, or văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApologyPaper {
    pub head: Head,
    pub title: String,
    /// "V/v xin lỗi và hẹn lại ngày trả kết quả hồ sơ …": of the official letter.
    pub subject: String,
    pub dossier_code: String,
    pub recipient: String,
    /// "Địa chỉ: …"; blank where none is known.
    pub recipient_contact: String,
    /// The prose, a paragraph each.
    pub body: Vec<String>,
    pub state: String,
    /// "trực tiếp tại …".
    pub return_how: String,
    pub contact: String,
    pub closing: Vec<String>,
    pub distribution: Vec<String>,
    /// In capitals; two lines where somebody signs for another.
    pub signature_title: String,
    pub signer: String,
    /// It has not been approved: the paper says so across the page.
    pub draft: bool,
}

impl ApologyPaper {
    /// # Errors
    /// As [`crate::documents::letter::letter_text`].
    pub fn of(facts: &LetterFacts, body: Option<&str>) -> Result<Self, LetterError> {
        let LetterParts {
            above,
            agency,
            number,
            place_date,
            title,
            subject,
            recipient,
            recipient_contact,
            body,
            state,
            return_how,
            contact,
            closing,
            distribution,
            signature_title,
            signer,
            dossier_code,
        } = parts(facts, body)?;
        let form_note = Form::Apology.note(FormSet::of(&facts.rule_set));
        Ok(Self {
            head: Head { above, agency, number, place_date, form_note },
            title,
            subject,
            dossier_code,
            recipient,
            recipient_contact,
            body,
            state,
            return_how,
            contact,
            closing,
            distribution,
            signature_title,
            signer,
            draft: facts.number.is_none(),
        })
    }
}

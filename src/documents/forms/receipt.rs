//! Form 01: the receipt with its appointment.

use super::Head;
use serde::{Deserialize, Serialize};

/// Giấy tiếp nhận hồ sơ và hẹn trả kết quả.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub head: Head,
    pub title: String,
    pub dossier_code: String,
    /// The way to the dossier's public page; none where the address of the service is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_svg: Option<String>,
    /// The dossier's code for a scanner (Code 128).
    pub barcode_svg: String,
    pub counter_name: String,
    /// Who hands in: the applicant, or who acts for him.
    pub applicant_name: String,
    pub applicant_address: String,
    pub phone: String,
    pub email: String,
    pub id_number: String,
    /// The procedure and, where it was said, what exactly is asked for.
    pub request: String,
    /// Whose dossier it is, where somebody else hands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    pub components: Vec<Paper>,
    pub set_count: String,
    /// "03 ngày làm việc".
    pub statutory_limit: String,
    /// "09 giờ 00 phút, ngày 05 tháng 01 năm 2026".
    pub received_at: String,
    /// As first promised.
    pub due_at: String,
    pub return_method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// The year: one book a year.
    pub book_no: String,
    pub signature_applicant: String,
    pub signature_official: String,
    /// Where the dossier can be looked up, key included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup_url: Option<String>,
    /// The same without the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup_site: Option<String>,
    pub lookup_key: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub name: String,
    pub address: String,
}

/// A paper of the dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    pub name: String,
    /// Bản chính, bản sao, …
    pub form: String,
    pub copies: String,
}

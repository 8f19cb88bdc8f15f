//! Form 02: what is still needed.

use super::Head;
use serde::{Deserialize, Serialize};

/// Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplementRequest {
    pub head: Head,
    pub title: String,
    pub dossier_code: String,
    pub applicant_name: String,
    pub procedure_name: String,
    pub applicant_address: String,
    pub phone: String,
    pub email: String,
    pub requested_items: Vec<String>,
    pub reason: String,
    /// Said from the second time on, which the law does not provide for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_note: Option<String>,
    pub contact_person: String,
    pub contact_phone: String,
    pub signature_official: String,
}

//! Form 03: not accepted, and why.

use super::Head;
use serde::{Deserialize, Serialize};

/// Phiếu từ chối tiếp nhận giải quyết hồ sơ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub head: Head,
    pub title: String,
    pub dossier_code: String,
    pub counter_name: String,
    pub applicant_name: String,
    pub applicant_address: String,
    pub phone: String,
    pub email: String,
    pub procedure_name: String,
    pub reason: String,
    pub contact_phone: String,
    pub signature_applicant: String,
    pub signature_official: String,
}

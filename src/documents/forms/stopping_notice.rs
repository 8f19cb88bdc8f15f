//! Form 05 of 2025: the dossier is not dealt with any further.

use super::Head;
use serde::{Deserialize, Serialize};

/// Thông báo dừng giải quyết hồ sơ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppingNotice {
    pub head: Head,
    pub title: String,
    pub dossier_code: String,
    pub counter_name: String,
    pub applicant_name: String,
    pub applicant_address: String,
    pub phone: String,
    pub email: String,
    pub procedure_name: String,
    pub received_on: String,
    pub due_on: String,
    pub stopped_on: String,
    pub reason: String,
    pub contact_person: String,
    pub contact_phone: String,
    pub distribution: Vec<String>,
    pub signature_title: String,
    pub signature_official: String,
}

//! The control sheet: every hand-over, and how long it took to come to it. Form 05 of 2018, form 06 of 2025.

use super::Head;
use serde::{Deserialize, Serialize};

/// Phiếu kiểm soát quá trình giải quyết hồ sơ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlSheet {
    pub head: Head,
    pub title: String,
    pub dossier_code: String,
    pub owner_name: String,
    pub phone: String,
    pub address: String,
    pub procedure_name: String,
    pub received_at: String,
    pub due_at: String,
    pub agency: String,
    pub legs: Vec<Leg>,
}

/// One hand-over, and the verdict on the part of the way that ended with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The unit that hands over, or the applicant.
    pub from: String,
    pub to: String,
    pub from_name: String,
    pub to_name: String,
    pub at: String,
    /// Trước hạn, Đúng hạn, Quá hạn; blank where no agency had it before.
    pub verdict: String,
    pub note: String,
}

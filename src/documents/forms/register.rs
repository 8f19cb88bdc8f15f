//! The register: fifteen columns, one book a year and branch. Form 06 of 2018, form 07 of 2025.

use super::Head;
use serde::{Deserialize, Serialize};

/// Sổ theo dõi hồ sơ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Register {
    pub head: Head,
    pub title: String,
    /// The year.
    pub book: String,
    /// "Từ ngày 01/01/2026 đến ngày 31/3/2026".
    pub period: String,
    pub entries: Vec<Entry>,
}

/// A line; its fields are columns 1 to 15 but for column 14, which is signed by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub seq: String,
    pub dossier_code: String,
    pub procedure_name: String,
    pub set_count: String,
    pub owner_name: String,
    /// Address and phone.
    pub contact: String,
    pub agency: String,
    pub received_on: String,
    pub due_on: String,
    pub forwarded_on: String,
    pub resolved_on: String,
    pub returned_on: String,
    pub return_method: String,
    pub note: String,
}

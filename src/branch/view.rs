//! A branch as others see it.

use crate::domain::catalogue::ApologyMode;
use crate::reference::Branch;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct BranchView {
    #[schema(example = "TS")]
    pub code: String,
    #[schema(example = "Chi cục Thủy sản")]
    pub name: String,
    /// Mã định danh: the first part of the dossier codes.
    #[schema(example = "000.00.03.H29")]
    pub agency_identifier: String,
    /// The department above it, as letters name it.
    pub department_name: String,
    /// The symbol in the numbers of its letters.
    #[schema(example = "PXL-CCTS")]
    pub letter_symbol: String,
    /// The place in the date line of its letters.
    pub place: String,
    pub address: String,
    pub contact_phone: String,
    pub contact_email: Option<String>,
    /// `approve`: the head approves each letter. `automatic`: what nobody stops goes out by itself.
    #[schema(value_type = String, example = "approve")]
    pub apology_mode: ApologyMode,
    /// Who authorised the automatic mode in writing, when, in which document.
    pub authorised_by: Option<String>,
    pub authorised_on: Option<NaiveDate>,
    pub authorised_document: Option<String>,
    pub active: bool,
    pub version: u32,
}

impl From<&Branch> for BranchView {
    fn from(branch: &Branch) -> Self {
        let authorisation = branch.authorisation.clone();
        Self {
            code: branch.code.clone(),
            name: branch.name.clone(),
            agency_identifier: branch.agency_identifier.clone(),
            department_name: branch.department_name.clone(),
            letter_symbol: branch.letter_symbol.clone(),
            place: branch.place.clone(),
            address: branch.address.clone(),
            contact_phone: branch.contact_phone.clone(),
            contact_email: branch.contact_email.clone(),
            apology_mode: branch.apology_mode,
            authorised_by: authorisation.as_ref().map(|it| it.by.clone()),
            authorised_on: authorisation.as_ref().map(|it| it.on),
            authorised_document: authorisation.map(|it| it.document),
            active: branch.active,
            version: branch.version,
        }
    }
}

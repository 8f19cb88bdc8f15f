//! The papers of a dossier as data: one struct a form, every text in it already in the words that people read. A
//! template (PDF) or another writer lays it out. Fields and their order are those of TT 01/2018/TT-VPCP, and of
//! TT 03/2025/TT-VPCP for dossiers received under the rules of 2025.

mod apology;
mod control_sheet;
mod receipt;
mod refusal;
mod register;
mod sample;
mod stopping_notice;
mod supplement_request;
pub mod wording;

pub use apology::ApologyPaper;
pub use control_sheet::{ControlSheet, Leg};
pub use receipt::{Owner, Paper, Receipt};
pub use refusal::Refusal;
pub use register::{Entry, Register};
pub use sample::{sample, sample_letter};
pub use stopping_notice::StoppingNotice;
pub use supplement_request::SupplementRequest;

use crate::domain::words::code_words;
use serde::{Deserialize, Serialize};

/// A kind of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Giấy tiếp nhận hồ sơ và hẹn trả kết quả.
    Receipt,
    /// Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ.
    SupplementRequest,
    /// Phiếu từ chối tiếp nhận giải quyết hồ sơ.
    Refusal,
    /// Phiếu xin lỗi và hẹn lại ngày trả kết quả; since 2025 văn bản xin lỗi và đề nghị gia hạn.
    Apology,
    /// The apology as an official letter (công văn).
    ApologyLetter,
    /// Thông báo dừng giải quyết hồ sơ: since 2025.
    StoppingNotice,
    /// Phiếu kiểm soát quá trình giải quyết hồ sơ.
    ControlSheet,
    /// Sổ theo dõi hồ sơ.
    Register,
}

code_words!(Form {
    Receipt => "receipt",
    SupplementRequest => "supplement-request",
    Refusal => "refusal",
    Apology => "apology",
    ApologyLetter => "apology-letter",
    StoppingNotice => "stopping-notice",
    ControlSheet => "control-sheet",
    Register => "register",
});

/// Which circular the forms are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormSet {
    /// TT 01/2018/TT-VPCP.
    Of2018,
    /// TT 03/2025/TT-VPCP.
    Of2025,
}

impl FormSet {
    /// The forms of the rules a dossier was received under; rules that came later keep the latest forms.
    pub fn of(rule_set: &str) -> Self {
        if rule_set == "2018" { Self::Of2018 } else { Self::Of2025 }
    }
}

impl Form {
    /// Its template as it travels with this program.
    pub fn template(self) -> &'static str {
        match self {
            Self::Receipt => include_str!("../../../templates/typst/receipt.typ"),
            Self::SupplementRequest => include_str!("../../../templates/typst/supplement_request.typ"),
            Self::Refusal => include_str!("../../../templates/typst/refusal.typ"),
            Self::Apology => include_str!("../../../templates/typst/apology.typ"),
            Self::ApologyLetter => include_str!("../../../templates/typst/apology_letter.typ"),
            Self::StoppingNotice => include_str!("../../../templates/typst/stopping_notice.typ"),
            Self::ControlSheet => include_str!("../../../templates/typst/control_sheet.typ"),
            Self::Register => include_str!("../../../templates/typst/register.typ"),
        }
    }

    /// Its name in capitals, as it stands on the paper.
    pub fn title(self, set: FormSet) -> &'static str {
        match (self, set) {
            (Self::Receipt, _) => "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
            (Self::SupplementRequest, _) => "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ",
            (Self::Refusal, _) => "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ",
            (Self::Apology | Self::ApologyLetter, FormSet::Of2018) => {
                "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ"
            }
            (Self::Apology | Self::ApologyLetter, FormSet::Of2025) => {
                "VĂN BẢN XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT"
            }
            (Self::StoppingNotice, _) => "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ",
            (Self::ControlSheet, _) => "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ",
            (Self::Register, _) => "SỔ THEO DÕI HỒ SƠ",
        }
    }

    /// Which form of which circular it is, for the foot of the page.
    pub fn note(self, set: FormSet) -> String {
        let circular = match set {
            FormSet::Of2018 => "Thông tư số 01/2018/TT-VPCP",
            FormSet::Of2025 => "Thông tư số 03/2025/TT-VPCP",
        };
        let number = match (self, set) {
            (Self::Receipt, _) => "01",
            (Self::SupplementRequest, _) => "02",
            (Self::Refusal, _) => "03",
            (Self::Apology | Self::ApologyLetter, _) => "04",
            (Self::StoppingNotice, _) | (Self::ControlSheet, FormSet::Of2018) => "05",
            (Self::ControlSheet, FormSet::Of2025) | (Self::Register, FormSet::Of2018) => "06",
            (Self::Register, FormSet::Of2025) => "07",
        };
        format!("Mẫu số {number}, {circular}")
    }
}

/// What stands at the head of every paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The agency above the one that issues, in capitals.
    pub above: String,
    /// The one that issues, in capitals.
    pub agency: String,
    /// "Số: 05/PXL-CCTS" or "Mã hồ sơ: …"; blank where the form has none.
    pub number: String,
    /// "Thành phố Hồ Chí Minh, ngày 05 tháng 01 năm 2026".
    pub place_date: String,
    /// "Mẫu số 01, Thông tư số 01/2018/TT-VPCP".
    pub form_note: String,
}

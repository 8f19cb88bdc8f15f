//! The words of the catalogue that rules decide by.

use super::words::code_words;
use serde::{Deserialize, Serialize};

/// What happens to the limit when a supplement is in (NĐ 61/2018 Đ19.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplementMode {
    /// Counted again from zero.
    Restart,
    /// Counted on; the time of waiting is a pause.
    Resume,
}

code_words!(SupplementMode {
    Restart => "restart",
    Resume => "resume",
});

/// How a branch lets its apology letters go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApologyMode {
    /// The head approves each.
    Approve,
    /// The head has authorised the system in writing; what nobody stops goes out by itself.
    Automatic,
}

code_words!(ApologyMode {
    Approve => "approve",
    Automatic => "automatic",
});

/// How far a procedure can be done online (NĐ 42/2022 Đ11; before it, levels 3 and 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnlineLevel {
    None,
    /// Một phần.
    Partial,
    /// Toàn trình.
    Full,
}

code_words!(OnlineLevel {
    None => "none",
    Partial => "partial",
    Full => "full",
});

/// In which form a paper is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperForm {
    /// Bản chính.
    Original,
    /// Bản sao.
    Copy,
    /// Bản sao chứng thực.
    CertifiedCopy,
    /// Bản chụp.
    Photocopy,
}

code_words!(PaperForm {
    Original => "original",
    Copy => "copy",
    CertifiedCopy => "certified_copy",
    Photocopy => "photocopy",
});

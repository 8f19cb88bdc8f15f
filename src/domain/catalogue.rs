//! The words of the catalogue that rules decide by.

use super::people::{TextFault, line};
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

/// The code of a branch, such as `CN-TY`: capital letters and digits, parts joined by `-`.
pub fn branch_code(text: &str) -> Result<String, TextFault> {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    joined(text, 20, &['-'], plain)
}

/// The identifier of an agency, such as `000.00.03.H29`: the first part of its dossier codes.
pub fn agency_identifier(text: &str) -> Result<String, TextFault> {
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    joined(text, 35, &['.'], plain)
}

/// The code of a procedure: the national one (`1.004815`), or one of the place (`TS-NB-01`).
pub fn procedure_code(text: &str) -> Result<String, TextFault> {
    joined(text, 40, &['.', '-'], |c| c.is_ascii_alphanumeric())
}

/// A code made of a name, such as `thuy-san` or `tiep_nhan`: small letters and digits, joined by `-` or `_`.
pub fn slug(text: &str) -> Result<String, TextFault> {
    joined(text, 60, &['-', '_'], |c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// Parts that are not empty, of `plain` characters, with one of `joints` between them.
fn joined(
    text: &str,
    max: usize,
    joints: &[char],
    plain: impl Fn(char) -> bool,
) -> Result<String, TextFault> {
    let text = line(text, max)?;
    let well_formed = text.split(joints).all(|part| !part.is_empty() && part.chars().all(&plain));
    if well_formed { Ok(text) } else { Err(TextFault::BadForm) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_catalogue_have_their_form() {
        for good in ["TS", "CN-TY", "TT-BVTV"] {
            assert_eq!(branch_code(good), Ok(good.to_owned()));
        }
        for bad in ["", "ts", "CN--TY", "-TS", "T S", "ĐL", "ABCDEFGHIJKLMNOPQRSTU"] {
            assert!(branch_code(bad).is_err(), "{bad}");
        }
        assert!(agency_identifier("000.00.03.H29").is_ok() && agency_identifier("H29").is_ok());
        for bad in ["000.00.03.h29", "000..H29", ".H29", "000-00"] {
            assert!(agency_identifier(bad).is_err(), "{bad}");
        }
        assert!(procedure_code("1.004815").is_ok() && procedure_code("TS-NB-01").is_ok());
        assert!(procedure_code("1.004815/x").is_err());
        assert!(slug("thuy-san").is_ok() && slug("tiep_nhan").is_ok());
        for bad in ["Thuy-san", "thủy-sản", "a--b", "a-"] {
            assert!(slug(bad).is_err(), "{bad}");
        }
    }
}

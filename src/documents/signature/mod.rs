//! Reading the digital signatures of a PDF that was signed outside of this program, with the token of an agency.
//!
//! What is verified: that each signature covers the bytes it names and nothing of them has changed since (the digest),
//! and that it was made with the key of the certificate that comes with it. What is **not** verified: who issued that
//! certificate (the chain of trust), whether it has been revoked, and time stamps.

mod cms;
mod ranges;
mod text;

pub(super) use cms::{common_name, moment};
pub use text::says_the_same;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A signature whose digest and key fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The name in the certificate (CN), on one line.
    pub signer: String,
    /// The organisation in the certificate (O).
    pub organisation: Option<String>,
    /// Who issued the certificate, as the certificate says; it has not been asked.
    pub issuer: String,
    /// The number of the certificate, in hexadecimal.
    pub serial: String,
    pub valid_from: DateTime<Utc>,
    pub valid_to: DateTime<Utc>,
    /// As the signer's own clock had it.
    pub signed_at: Option<DateTime<Utc>>,
    /// Such as "RSA, SHA-256".
    pub algorithm: String,
    /// It covers every byte of the file. If not, something was added after it: another signature, as a rule.
    pub covers_all: bool,
}

/// Why a file is not taken for a signed PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    #[error("not a PDF")]
    NotPdf,
    #[error("no signature in it")]
    Unsigned,
    /// The structure is not one that is known here.
    #[error("a signature cannot be read: {0}")]
    Unreadable(&'static str),
    /// The bytes that were signed are not those of the file.
    #[error("changed after it was signed")]
    Changed,
    /// The signature was not made with the key of its certificate.
    #[error("the signature does not fit its certificate")]
    Forged,
    /// Too old, too short, or unknown.
    #[error("signed in a way that is not verified here: {0}")]
    Algorithm(String),
}

/// The signatures of a PDF, in the order of the file. Time stamps are no signatures of anybody and are left out.
///
/// # Errors
/// When there is none, or one of them does not hold.
pub fn signatures(pdf: &[u8]) -> Result<Vec<Signature>, SignatureFault> {
    if !is_pdf(pdf) {
        return Err(SignatureFault::NotPdf);
    }
    let mut read = Vec::new();
    for range in ranges::ranges(pdf)? {
        if let Some(signature) = cms::verify(&range)? {
            read.push(signature);
        }
    }
    if read.is_empty() { Err(SignatureFault::Unsigned) } else { Ok(read) }
}

/// It begins as a PDF does. Readers allow other bytes before that; signing tools write none.
pub fn is_pdf(file: &[u8]) -> bool {
    file.starts_with(b"%PDF-")
}

//! Signing a finished PDF with a key of this installation: PAdES at its baseline B-B (ETSI EN 319 142-1). The bytes
//! there are stay as they are; the signature is added behind them and covers every byte of the file but itself.
//!
//! What it does not add: a time stamp of somebody else's, and proof that the certificate was not revoked (B-T, B-LT).

mod envelope;
mod key;
mod update;

pub use key::{KeyFault, SigningKey};

use super::signature::{Signature, signatures};
use chrono::{DateTime, Utc};
use update::Update;
use x509_cert::certificate::Certificate;
use x509_cert::name::Name;

/// Why a file was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SigningFault {
    /// The certificate does not hold now.
    #[error(transparent)]
    NotInForce(#[from] KeyFault),
    #[error("the key does not sign")]
    Key,
    #[error("the file takes no signature: {0}")]
    Pdf(String),
    /// What was signed was read again and does not hold.
    #[error("the signature does not hold: {0}")]
    Unsound(String),
}

impl From<der::Error> for SigningFault {
    fn from(error: der::Error) -> Self {
        Self::Unsound(error.to_string())
    }
}

impl From<lopdf::Error> for SigningFault {
    fn from(error: lopdf::Error) -> Self {
        Self::Pdf(error.to_string())
    }
}

impl From<std::io::Error> for SigningFault {
    fn from(error: std::io::Error) -> Self {
        Self::Pdf(error.to_string())
    }
}

/// The file with a signature made now. It is read again before it is given out.
///
/// # Errors
/// [`SigningFault`]: when the certificate is not in force, above all.
pub fn sign(pdf: &[u8], key: &SigningKey, now: DateTime<Utc>) -> Result<Vec<u8>, SigningFault> {
    key.in_force(now)?;
    let update = Update::of(pdf, envelope::room(key), &signer(&key.certificates), now)?;
    let envelope = envelope::seal(key, update.around())?;
    let signed = update.fill(&envelope)?;
    match signatures(&signed) {
        Ok(found) if sound(&found, now) => Ok(signed),
        Ok(found) => Err(SigningFault::Unsound(format!("{} signatures", found.len()))),
        Err(fault) => Err(SigningFault::Unsound(fault.to_string())),
    }
}

fn sound(found: &[Signature], now: DateTime<Utc>) -> bool {
    found.last().is_some_and(|last| last.covers_all && last.signed_at == Some(now))
}

/// The name in the certificate.
fn signer(certificates: &[Certificate]) -> String {
    let subject = certificates.first().map(|own| &own.tbs_certificate.subject);
    subject.map(|subject: &Name| super::signature::common_name(subject)).unwrap_or_default()
}

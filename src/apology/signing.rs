//! The seal: the key of this installation that letters are signed with at their approval, where one is configured.

use crate::documents::signature::{Signature, SignatureFault, signatures};
use crate::documents::signing::{KeyFault, SigningFault, SigningKey, sign};
use crate::domain::local_time::day_of;
use crate::failure::{Failure, Outcome};
use crate::hex::hex;
use crate::http::{ReadyCheck, Warning};
use crate::paper::Kept;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A year's certificate is renewed in a month.
const SOON: TimeDelta = TimeDelta::days(30);

/// Cheap to clone; every clone has the same key.
#[derive(Debug, Clone)]
pub struct Seal(Arc<SigningKey>);

/// Why there is no seal although one is configured.
#[derive(Debug, thiserror::Error)]
pub enum SealFault {
    #[error("{}: {source}", file.display())]
    NoFile { file: PathBuf, source: std::io::Error },
    #[error("{}: {source}", file.display())]
    Key { file: PathBuf, source: KeyFault },
}

impl Seal {
    /// Opens the key in a PKCS#12 file, whose certificate must be in force.
    ///
    /// # Errors
    /// [`SealFault`].
    pub fn open(file: &Path, password: &str, now: DateTime<Utc>) -> Result<Self, SealFault> {
        let bytes =
            std::fs::read(file).map_err(|source| SealFault::NoFile { file: file.to_owned(), source })?;
        let key = SigningKey::open(&bytes, password).and_then(|key| key.in_force(now).map(|()| key));
        match key {
            Ok(key) => Ok(Self(Arc::new(key))),
            Err(source) => Err(SealFault::Key { file: file.to_owned(), source }),
        }
    }

    /// The paper, signed now: another file, with a fingerprint of its own.
    ///
    /// # Errors
    /// Conflict `signing-key-expired` when the certificate is not in force (any more).
    pub(super) fn put_on(&self, paper: Kept, now: DateTime<Utc>) -> Outcome<Kept> {
        let pdf = sign(&paper.pdf, &self.0, now).map_err(|fault| match fault {
            SigningFault::NotInForce(_) => Failure::Conflict("signing-key-expired"),
            other => Failure::Broken(format!("signing: {other}")),
        })?;
        Ok(Kept { sha256: hex(&Sha256::digest(&pdf)), pdf, template: paper.template })
    }
}

/// For `/health/ready`: warns from a month before the certificate ends.
pub fn signing_key_lasts(seal: Seal) -> ReadyCheck {
    Arc::new(move |_, now| {
        let end = seal.0.valid_to();
        let soon = now + SOON > end;
        Ok(soon
            .then(|| Warning::new("signing-key-ends").fact("on", day_of(end).format("%d/%m/%Y").to_string())))
    })
}

/// The signatures of a paper that was issued; those that somebody else adds later are not in it.
pub(super) fn on(paper: &Kept) -> Outcome<Vec<Signature>> {
    match signatures(&paper.pdf) {
        Ok(found) => Ok(found),
        Err(SignatureFault::Unsigned) => Ok(Vec::new()),
        Err(fault) => Err(Failure::Broken(format!("the signature of a paper that was kept: {fault}"))),
    }
}

//! The key that letters are signed with, and the certificate that says whose it is: a PKCS#12 file (.p12, .pfx).

use crate::documents::signature::moment;
use chrono::{DateTime, Utc};
use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode as _, Encode as _, Reader as _};
use p12_keystore::KeyStore;
use p12_keystore::error::Error;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use ring::{digest, error::Unspecified};
use x509_cert::Certificate;
use x509_cert::ext::pkix::KeyUsage;

const EC: &str = "1.2.840.10045.2.1";
const RSA: &str = "1.2.840.113549.1.1.1";
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";

/// Why a file is no key to sign with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("not a PKCS#12 file that can be read here: {0}")]
    Unreadable(String),
    #[error("the password does not open it")]
    WrongPassword,
    #[error("no private key with its certificate in it")]
    NoKey,
    /// Only RSA of 2048 bits and more, and ECDSA over P-256 and P-384, sign here.
    #[error("a key of a kind that does not sign here: {0}")]
    Algorithm(String),
    #[error("its key and its certificate do not belong together")]
    OtherCertificate,
    /// The certificate says what its key is for, and that is not signing.
    #[error("its certificate is not for signing")]
    NotForSigning,
    #[error("its certificate begins on {0}")]
    NotYetValid(DateTime<Utc>),
    #[error("its certificate ended on {0}")]
    Expired(DateTime<Utc>),
}

/// A private key with its certificate and those of its issuers, as far as the file has them.
pub struct SigningKey {
    pair: Pair,
    /// The signer's first.
    pub(super) certificates: Vec<Certificate>,
    valid_from: DateTime<Utc>,
    valid_to: DateTime<Utc>,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
}

impl std::fmt::Debug for SigningKey {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("valid_to", &self.valid_to).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Opens a PKCS#12 file.
    ///
    /// # Errors
    /// [`KeyFault`]; whether the certificate is in force is another question ([`Self::in_force`]).
    pub fn open(file: &[u8], password: &str) -> Result<Self, KeyFault> {
        let store = KeyStore::from_pkcs12(file, password).map_err(told)?;
        let (_, chain) = store.private_key_chain().ok_or(KeyFault::NoKey)?;
        let unreadable = |error: der::Error| KeyFault::Unreadable(format!("a certificate: {error}"));
        let certificates: Vec<Certificate> = chain
            .chain()
            .iter()
            .map(|one| Certificate::from_der(one.as_der()).map_err(unreadable))
            .collect::<Result<_, _>>()?;
        let own = certificates.first().ok_or(KeyFault::NoKey)?;
        let usage = own.tbs_certificate.get::<KeyUsage>().map_err(unreadable)?;
        if usage.is_some_and(|(_, usage)| !usage.digital_signature() && !usage.non_repudiation()) {
            return Err(KeyFault::NotForSigning);
        }
        let validity = own.tbs_certificate.validity;
        let dated = |time| {
            moment(time).ok_or_else(|| KeyFault::Unreadable("the dates of its certificate".to_owned()))
        };
        let (valid_from, valid_to) = (dated(validity.not_before)?, dated(validity.not_after)?);
        let pair = pair(own, chain.key())?;
        Ok(Self { pair, certificates, valid_from, valid_to })
    }

    /// # Errors
    /// When the certificate does not hold at this moment.
    pub fn in_force(&self, now: DateTime<Utc>) -> Result<(), KeyFault> {
        if now < self.valid_from {
            Err(KeyFault::NotYetValid(self.valid_from))
        } else if now > self.valid_to {
            Err(KeyFault::Expired(self.valid_to))
        } else {
            Ok(())
        }
    }

    /// The last moment of the certificate.
    pub fn valid_to(&self) -> DateTime<Utc> {
        self.valid_to
    }

    /// What digests are taken with: the signature's own algorithm decides.
    pub(super) fn digest(&self) -> (&'static digest::Algorithm, ObjectIdentifier) {
        match self.pair {
            Pair::Rsa(_) | Pair::P256(_) => {
                (&digest::SHA256, ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1"))
            }
            Pair::P384(_) => (&digest::SHA384, ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2")),
        }
    }

    /// How it signs, and whether that is written with a NULL behind it, as RSA is.
    pub(super) fn algorithm(&self) -> (ObjectIdentifier, bool) {
        match self.pair {
            Pair::Rsa(_) => (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"), true),
            Pair::P256(_) => (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"), false),
            Pair::P384(_) => (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"), false),
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                Ok(signature)
            }
            Pair::P256(pair) | Pair::P384(pair) => Ok(pair.sign(&random, message)?.as_ref().to_vec()),
        }
    }
}

/// The file's own faults, without anything that it holds.
fn told(error: Error) -> KeyFault {
    match error {
        // Padding that does not come out right is what a wrong password leaves behind where there is no MAC.
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => KeyFault::WrongPassword,
        Error::DerError(error) => KeyFault::Unreadable(format!("{error} (not DER?)")),
        other => KeyFault::Unreadable(other.to_string()),
    }
}

/// The key, held against the certificate.
fn pair(own: &Certificate, pkcs8: &[u8]) -> Result<Pair, KeyFault> {
    let told = &own.tbs_certificate.subject_public_key_info;
    let public = told.subject_public_key.as_bytes().ok_or(KeyFault::OtherCertificate)?;
    let curve = told.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    let curve = curve.map(|oid| oid.to_string());
    match (told.algorithm.oid.to_string().as_str(), curve.as_deref()) {
        (RSA, _) => {
            let pair = RsaKeyPair::from_pkcs8(pkcs8)
                .map_err(|error| KeyFault::Algorithm(format!("RSA, {error}")))?;
            let same = pair.public_key().as_ref() == public;
            same.then(|| Pair::Rsa(Box::new(pair))).ok_or(KeyFault::OtherCertificate)
        }
        (EC, Some(P256)) => curve_pair(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8, public).map(Pair::P256),
        (EC, Some(P384)) => curve_pair(&ECDSA_P384_SHA384_ASN1_SIGNING, pkcs8, public).map(Pair::P384),
        (EC, curve) => Err(KeyFault::Algorithm(format!("ECDSA, {}", curve.unwrap_or("no named curve")))),
        (other, _) => Err(KeyFault::Algorithm(other.to_owned())),
    }
}

/// The public half is the certificate's: not every program writes it beside the private one.
fn curve_pair(
    algorithm: &'static EcdsaSigningAlgorithm,
    pkcs8: &[u8],
    public: &[u8],
) -> Result<EcdsaKeyPair, KeyFault> {
    let scalar = scalar(pkcs8).map_err(|error| KeyFault::Unreadable(format!("its key: {error}")))?;
    EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, public, &SystemRandom::new())
        .map_err(|_| KeyFault::OtherCertificate)
}

/// `PrivateKeyInfo` (RFC 5208) around `ECPrivateKey` (RFC 5915).
fn scalar(pkcs8: &[u8]) -> der::Result<&[u8]> {
    let octets = |bytes, skip_algorithm: bool| {
        AnyRef::from_der(bytes)?.sequence(|reader| {
            let _version: u8 = reader.decode()?;
            if skip_algorithm {
                let _algorithm: AnyRef<'_> = reader.decode()?;
            }
            let octets: OctetStringRef<'_> = reader.decode()?;
            while !reader.is_finished() {
                let _more: AnyRef<'_> = reader.decode()?;
            }
            Ok(octets.as_bytes())
        })
    };
    octets(octets(pkcs8, true)?, false)
}

/// How many bytes a certificate takes.
pub(super) fn length(certificate: &Certificate) -> usize {
    certificate.encoded_len().ok().and_then(|length| usize::try_from(length).ok()).unwrap_or_default()
}

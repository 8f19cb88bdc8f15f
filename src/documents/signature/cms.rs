//! The signature itself: a CMS `SignedData` without content (RFC 5652), as `adbe.pkcs7.detached` and
//! `ETSI.CAdES.detached` have it.

use super::ranges::Range;
use super::{Signature, SignatureFault};
use crate::domain::one_line::one_line;
use crate::hex::hex;
use chrono::{DateTime, Utc};
use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{
    BmpString, ObjectIdentifier, OctetString, PrintableStringRef, TeletexStringRef, Utf8StringRef,
};
use der::{Any, Decode as _, Encode as _, SliceReader};
use ring::digest;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::name::Name;
use x509_cert::time::Time;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TIME_STAMP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

const MALFORMED: SignatureFault = SignatureFault::Unreadable("its structure");

/// The signature in this range; none when it is a time stamp.
pub(super) fn verify(range: &Range<'_>) -> Result<Option<Signature>, SignatureFault> {
    let data = signed_data(&range.contents)?;
    if data.encap_content_info.econtent_type == TIME_STAMP {
        return Ok(None);
    }
    if data.encap_content_info.econtent.is_some() {
        return Err(SignatureFault::Unreadable("it brings its own content"));
    }
    let [signer] = data.signer_infos.0.as_slice() else {
        return Err(SignatureFault::Unreadable("it has not one signer"));
    };
    let certificate = certificate_of(&data, signer)?;
    let digest = digest_of(&signer.digest_alg.oid)?;
    let message = signed_message(range, signer, digest)?;
    let algorithm = check(certificate, signer, digest, &message)?;
    described(range, signer, certificate, algorithm).map(Some)
}

/// The hole is wider than the signature: what follows it are zeros.
fn signed_data(contents: &[u8]) -> Result<SignedData, SignatureFault> {
    let mut reader = SliceReader::new(contents).map_err(|_| MALFORMED)?;
    let info = ContentInfo::decode(&mut reader).map_err(|_| MALFORMED)?;
    if info.content_type != SIGNED_DATA {
        return Err(MALFORMED);
    }
    info.content.decode_as().map_err(|_| MALFORMED)
}

fn certificate_of<'d>(data: &'d SignedData, signer: &SignerInfo) -> Result<&'d Certificate, SignatureFault> {
    let is_his = |certificate: &Certificate| match &signer.sid {
        SignerIdentifier::IssuerAndSerialNumber(wanted) => {
            let told = &certificate.tbs_certificate;
            told.issuer == wanted.issuer && told.serial_number == wanted.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(wanted) => matches!(
            certificate.tbs_certificate.get::<SubjectKeyIdentifier>(),
            Ok(Some((_, known))) if known == *wanted
        ),
    };
    let certificates = data.certificates.iter().flat_map(|set| set.0.iter());
    certificates
        .filter_map(|choice| match choice {
            CertificateChoices::Certificate(certificate) => Some(certificate),
            CertificateChoices::Other(_) => None,
        })
        .find(|certificate| is_his(certificate))
        .ok_or(SignatureFault::Unreadable("the certificate of its signer is missing"))
}

/// A way to take digests, with its name.
type Digest = (&'static digest::Algorithm, &'static str);

/// SHA-1 is not taken: two different letters can have one digest.
fn digest_of(oid: &ObjectIdentifier) -> Result<Digest, SignatureFault> {
    match oid.to_string().as_str() {
        "2.16.840.1.101.3.4.2.1" => Ok((&digest::SHA256, "SHA-256")),
        "2.16.840.1.101.3.4.2.2" => Ok((&digest::SHA384, "SHA-384")),
        "2.16.840.1.101.3.4.2.3" => Ok((&digest::SHA512, "SHA-512")),
        "1.3.14.3.2.26" => Err(SignatureFault::Algorithm("SHA-1".to_owned())),
        other => Err(SignatureFault::Algorithm(other.to_owned())),
    }
}

/// What the key has signed: the attributes, which bear the digest of the file; or the file itself.
fn signed_message(
    range: &Range<'_>,
    signer: &SignerInfo,
    (algorithm, _): Digest,
) -> Result<Vec<u8>, SignatureFault> {
    let Some(attributes) = &signer.signed_attrs else {
        return Ok(range.signed.concat());
    };
    let mut context = digest::Context::new(algorithm);
    range.signed.iter().for_each(|bytes| context.update(bytes));
    let told = attribute(signer, MESSAGE_DIGEST).ok_or(MALFORMED)?;
    let told: OctetString = told.decode_as().map_err(|_| MALFORMED)?;
    if context.finish().as_ref() != told.as_bytes() {
        return Err(SignatureFault::Changed);
    }
    attributes.to_der().map_err(|_| MALFORMED)
}

fn attribute(signer: &SignerInfo, oid: ObjectIdentifier) -> Option<&Any> {
    let attributes = signer.signed_attrs.as_ref()?;
    attributes.iter().find(|attribute| attribute.oid == oid)?.values.get(0)
}

/// Whether the key of the certificate made it. Answers how.
fn check(
    certificate: &Certificate,
    signer: &SignerInfo,
    (_, digest): Digest,
    message: &[u8],
) -> Result<String, SignatureFault> {
    let key = &certificate.tbs_certificate.subject_public_key_info;
    let curve = key.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
    let (algorithm, name) =
        algorithm(&signer.signature_algorithm.oid.to_string(), digest, curve.map(|oid| oid.to_string()))?;
    let bits = key.subject_public_key.as_bytes().ok_or(MALFORMED)?;
    UnparsedPublicKey::new(algorithm, bits).verify(message, signer.signature.as_bytes()).map_err(|_| {
        match name {
            // Of PSS only salts as long as the digest are verified: it may hold all the same.
            "RSA-PSS" => SignatureFault::Algorithm("RSA-PSS".to_owned()),
            _ => SignatureFault::Forged,
        }
    })?;
    Ok(format!("{name}, {digest}"))
}

/// Keys of less than 2048 bits are among the unknown.
fn algorithm(
    oid: &str,
    digest: &str,
    curve: Option<String>,
) -> Result<(&'static dyn VerificationAlgorithm, &'static str), SignatureFault> {
    let rsa = "RSA";
    let told = match oid {
        "1.2.840.113549.1.1.11" => ("RSA", "SHA-256"),
        "1.2.840.113549.1.1.12" => ("RSA", "SHA-384"),
        "1.2.840.113549.1.1.13" => ("RSA", "SHA-512"),
        "1.2.840.113549.1.1.1" => (rsa, digest),
        "1.2.840.113549.1.1.10" => ("RSA-PSS", digest),
        "1.2.840.10045.4.3.2" => ("ECDSA", "SHA-256"),
        "1.2.840.10045.4.3.3" => ("ECDSA", "SHA-384"),
        "1.2.840.10045.2.1" => ("ECDSA", digest),
        "1.3.101.112" => ("Ed25519", digest),
        other => return Err(SignatureFault::Algorithm(other.to_owned())),
    };
    let curve = match curve.as_deref() {
        Some("1.2.840.10045.3.1.7") => "P-256",
        Some("1.3.132.0.34") => "P-384",
        _ => "",
    };
    Ok(match (told, curve) {
        (("RSA", "SHA-256"), _) => (&signature::RSA_PKCS1_2048_8192_SHA256, rsa),
        (("RSA", "SHA-384"), _) => (&signature::RSA_PKCS1_2048_8192_SHA384, rsa),
        (("RSA", "SHA-512"), _) => (&signature::RSA_PKCS1_2048_8192_SHA512, rsa),
        (("RSA-PSS", "SHA-256"), _) => (&signature::RSA_PSS_2048_8192_SHA256, "RSA-PSS"),
        (("RSA-PSS", "SHA-384"), _) => (&signature::RSA_PSS_2048_8192_SHA384, "RSA-PSS"),
        (("RSA-PSS", "SHA-512"), _) => (&signature::RSA_PSS_2048_8192_SHA512, "RSA-PSS"),
        (("ECDSA", "SHA-256"), "P-256") => (&signature::ECDSA_P256_SHA256_ASN1, "ECDSA P-256"),
        (("ECDSA", "SHA-384"), "P-256") => (&signature::ECDSA_P256_SHA384_ASN1, "ECDSA P-256"),
        (("ECDSA", "SHA-256"), "P-384") => (&signature::ECDSA_P384_SHA256_ASN1, "ECDSA P-384"),
        (("ECDSA", "SHA-384"), "P-384") => (&signature::ECDSA_P384_SHA384_ASN1, "ECDSA P-384"),
        (("Ed25519", _), _) => (&signature::ED25519, "Ed25519"),
        ((kind, digest), curve) => {
            return Err(SignatureFault::Algorithm(one_line(&format!("{kind} {curve} {digest}"))));
        }
    })
}

fn described(
    range: &Range<'_>,
    signer: &SignerInfo,
    certificate: &Certificate,
    algorithm: String,
) -> Result<Signature, SignatureFault> {
    let told = &certificate.tbs_certificate;
    let signed_at = attribute(signer, SIGNING_TIME)
        .and_then(|value| Time::from_der(&value.to_der().ok()?).ok())
        .and_then(moment)
        .or(range.made_at);
    Ok(Signature {
        signer: common_name(&told.subject),
        organisation: part(&told.subject, ORGANISATION),
        issuer: common_name(&told.issuer),
        serial: hex(told.serial_number.as_bytes()),
        valid_from: moment(told.validity.not_before).ok_or(MALFORMED)?,
        valid_to: moment(told.validity.not_after).ok_or(MALFORMED)?,
        signed_at,
        algorithm,
        covers_all: range.covers_all,
    })
}

pub(in crate::documents) fn moment(time: Time) -> Option<DateTime<Utc>> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
    DateTime::from_timestamp(seconds, 0)
}

/// Who it is (CN), or else the whole name.
pub(in crate::documents) fn common_name(name: &Name) -> String {
    part(name, COMMON_NAME).unwrap_or_else(|| shown(&name.to_string()))
}

/// The last part of a name with this meaning.
fn part(name: &Name, oid: ObjectIdentifier) -> Option<String> {
    let mut parts = name.0.iter().flat_map(|parts| parts.0.iter());
    let value = &parts.rfind(|part| part.oid == oid)?.value;
    let text = value
        .decode_as::<Utf8StringRef<'_>>()
        .map(|text| text.as_str().to_owned())
        .or_else(|_| value.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned()))
        .or_else(|_| value.decode_as::<TeletexStringRef<'_>>().map(|text| text.as_str().to_owned()))
        .or_else(|_| value.decode_as::<BmpString>().map(|text| text.to_string()))
        .ok()?;
    Some(shown(&text))
}

/// Names come from outside: on one line, and not endless.
fn shown(name: &str) -> String {
    one_line(name).chars().take(200).collect()
}

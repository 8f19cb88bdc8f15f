//! The signature itself: a CMS `SignedData` without content (RFC 5652), with the attributes that CAdES and PAdES want
//! at their baseline B-B (ETSI EN 319 122-1 and 319 142-1): the kind of content, the digest, and which certificate
//! signs. The time of signing is not among them: PAdES has it in the dictionary of the signature (`/M`).

use super::SigningFault;
use super::key::{SigningKey, length};
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{Null, ObjectIdentifier, OctetString, SetOfVec};
use der::{Any, Encode as _, Tag};
use ring::digest;
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// What an envelope of this key takes at most: its certificates, and 4 KB for all the rest.
pub(super) fn room(key: &SigningKey) -> usize {
    key.certificates.iter().map(length).sum::<usize>() + 4096
}

/// Signs the bytes, which lie in parts.
pub(super) fn seal(key: &SigningKey, parts: [&[u8]; 2]) -> Result<Vec<u8>, SigningFault> {
    let (taken_with, digest_oid) = key.digest();
    let mut context = digest::Context::new(taken_with);
    parts.iter().for_each(|part| context.update(part));
    let attributes = SetOfVec::try_from(vec![
        attribute(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
        attribute(MESSAGE_DIGEST, Any::encode_from(&OctetString::new(context.finish().as_ref())?)?)?,
        attribute(SIGNING_CERTIFICATE_V2, signing_certificate(key)?)?,
    ])?;
    let signature = key.sign(&attributes.to_der()?).map_err(|_| SigningFault::Key)?;
    let own = key.certificates.first().ok_or(SigningFault::Key)?;
    let (signed_how, with_null) = key.algorithm();
    let null = if with_null { Some(Any::encode_from(&Null)?) } else { None };
    let digest_alg = AlgorithmIdentifierOwned { oid: digest_oid, parameters: None };
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: own.tbs_certificate.issuer.clone(),
            serial_number: own.tbs_certificate.serial_number.clone(),
        }),
        digest_alg: digest_alg.clone(),
        signed_attrs: Some(attributes),
        signature_algorithm: AlgorithmIdentifierOwned { oid: signed_how, parameters: null },
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    };
    let certificates =
        key.certificates.iter().cloned().map(CertificateChoices::Certificate).collect::<Vec<_>>();
    let data = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![digest_alg])?,
        encap_content_info: EncapsulatedContentInfo { econtent_type: DATA, econtent: None },
        certificates: Some(CertificateSet::try_from(certificates)?),
        crls: None,
        signer_infos: SignerInfos::try_from(vec![signer])?,
    };
    Ok(ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&data)? }.to_der()?)
}

fn attribute(oid: ObjectIdentifier, value: Any) -> der::Result<Attribute> {
    Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
}

/// `SigningCertificateV2` (RFC 5035) of one `ESSCertIDv2`: the SHA-256 of the certificate, whose algorithm is the
/// default and is left out.
fn signing_certificate(key: &SigningKey) -> Result<Any, SigningFault> {
    let own = key.certificates.first().ok_or(SigningFault::Key)?.to_der()?;
    let hash = OctetString::new(digest::digest(&digest::SHA256, &own).as_ref())?;
    let inside = |bytes: Vec<u8>| Any::new(Tag::Sequence, bytes);
    let id = inside(hash.to_der()?)?;
    let ids = inside(id.to_der()?)?;
    Ok(inside(ids.to_der()?)?)
}

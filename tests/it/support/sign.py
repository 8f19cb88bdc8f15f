"""Signs a PDF as the token of an agency does, with pyHanko: python sign.py IN OUT [what]

Or makes a key in a PKCS#12 file for somebody else to sign with: python sign.py p12 OUT what PASSWORD FIRST_DAY LAST_DAY,
where `what` is rsa, ecdsa, p384, weak (too short), encipher (a certificate that is not for signing) or curve (another one).
Or says as JSON what pyHanko makes of each signature when it trusts the certificate in a PKCS#12 file:
python sign.py check PDF P12 PASSWORD.

`what` is rsa (the default), ecdsa, pss, twice (two signatures, one after the other), sha1 (a digest nobody should use)
or stamped (with a visible stamp on the page).
"""
import datetime
import io
import json
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from pyhanko import stamp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from asn1crypto import keys, x509 as asn1_x509


def made(kind, name, first, last):
    """A key and its certificate."""
    curves = {"ecdsa": ec.SECP256R1, "p384": ec.SECP384R1, "curve": ec.SECP521R1}
    if kind in curves:
        key = ec.generate_private_key(curves[kind]())
    else:
        key = rsa.generate_private_key(65537, 1024 if kind == "weak" else 2048)
    subject = x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Chi cục Thủy sản"),
        x509.NameAttribute(NameOID.COMMON_NAME, name),
    ])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Cơ quan chứng thực Ví Dụ")])
    signs = kind != "encipher"
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(0x1234ABCD).not_valid_before(first).not_valid_after(last)
        .add_extension(x509.KeyUsage(signs, signs, not signs, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def signer(kind, name):
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    key, certificate = made(kind, name, now, now + datetime.timedelta(days=1095))
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore(),
        prefer_pss=kind == "pss",
    )


def signed(pdf, kind, name, field):
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    place = (300, 60, 550, 120) if kind == "stamped" else None
    spec = fields.SigFieldSpec(field, box=place)
    meta = PdfSignatureMetadata(
        field_name=field, name=name, md_algorithm="sha1" if kind == "sha1" else "sha256",
        subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED if kind != "ecdsa" else fields.SigSeedSubFilter.PADES,
    )
    style = stamp.TextStampStyle(stamp_text="Ky boi: %(signer)s") if kind == "stamped" else None
    out = io.BytesIO()
    PdfSigner(meta, signer=signer(kind, name), new_field_spec=spec, stamp_style=style).sign_pdf(writer, output=out)
    return out.getvalue()


def key_file(target, kind, password, first, last):
    days = [datetime.datetime.fromisoformat(day + "T00:00:00+00:00") for day in (first, last)]
    key, certificate = made(kind, "Lê Thị Ví Dụ", *days)
    locked = serialization.BestAvailableEncryption(password.encode())
    with open(target, "wb") as file:
        file.write(pkcs12.serialize_key_and_certificates(b"motcua", key, certificate, None, locked))


def check(source, trusted, password):
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    with open(trusted, "rb") as file:
        certificate = pkcs12.load_key_and_certificates(file.read(), password.encode())[1]
    root = asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    told = []
    with open(source, "rb") as file:
        for one in PdfFileReader(file).embedded_signatures:
            status = validate_pdf_signature(one, ValidationContext(trust_roots=[root], allow_fetching=False))
            kinds = {attribute["type"].native: attribute["values"] for attribute in one.signer_info["signed_attrs"]}
            told.append({
                "intact": status.intact, "valid": status.valid, "trusted": status.trusted,
                "bottom_line": status.bottom_line, "coverage": status.coverage.name,
                "modification": status.modification_level.name if status.modification_level else None,
                "subfilter": one.sig_object["/SubFilter"], "made_at": str(one.self_reported_timestamp),
                "digest": status.md_algorithm, "attributes": sorted(kinds), "field": one.field_name,
                "name": str(one.sig_object["/Name"]),
            })
    print(json.dumps(told))


def main():
    if sys.argv[1] == "p12":
        return key_file(*sys.argv[2:])
    if sys.argv[1] == "check":
        return check(*sys.argv[2:])
    source, target, kind = sys.argv[1], sys.argv[2], (sys.argv[3:] or ["rsa"])[0]
    with open(source, "rb") as file:
        pdf = file.read()
    pdf = signed(pdf, kind, "Lê Thị Ví Dụ", "Signature1")
    if kind == "twice":
        pdf = signed(pdf, kind, "Chi cục Thủy sản", "Signature2")
    with open(target, "wb") as file:
        file.write(pdf)


main()

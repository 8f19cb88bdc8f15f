"""Signs a PDF as the token of an agency does, with pyHanko: python sign.py IN OUT [what]

`what` is rsa (the default), ecdsa, pss, twice (two signatures, one after the other), sha1 (a digest nobody should use)
or stamped (with a visible stamp on the page).
"""
import datetime
import io
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from pyhanko import stamp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from asn1crypto import keys, x509 as asn1_x509


def signer(kind, name):
    if kind == "ecdsa":
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Chi cục Thủy sản"),
        x509.NameAttribute(NameOID.COMMON_NAME, name),
    ])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Cơ quan chứng thực Ví Dụ")])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(0x1234ABCD).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1095))
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )
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


def main():
    source, target, kind = sys.argv[1], sys.argv[2], (sys.argv[3:] or ["rsa"])[0]
    with open(source, "rb") as file:
        pdf = file.read()
    pdf = signed(pdf, kind, "Lê Thị Ví Dụ", "Signature1")
    if kind == "twice":
        pdf = signed(pdf, kind, "Chi cục Thủy sản", "Signature2")
    with open(target, "wb") as file:
        file.write(pdf)


main()

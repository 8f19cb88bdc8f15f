//! PDFs signed with a key of ours, held against two tools that others wrote: pyHanko and pdfsig.

use super::signature::letter;
use crate::paper::text_of;
use crate::support::ground::at;
use crate::support::sign::{checked, key_file, pdfsig, signed};
use motcua::documents::signature::{says_the_same, signatures};
use motcua::documents::signing::{KeyFault, SigningFault, SigningKey, sign};

const PASSWORD: &str = "mật khẩu: 1 \"2\"";
const YEARS: [&str; 2] = ["2026-01-01", "2028-12-31"];
const NOW: &str = "2026-03-12 09:30";

fn key(how: &str) -> Option<(Vec<u8>, SigningKey)> {
    let file = key_file(how, PASSWORD, YEARS)?;
    let key = SigningKey::open(&file, PASSWORD).unwrap();
    Some((file, key))
}

#[test]
fn a_pdf_signed_with_each_kind_of_key_holds_for_others_and_says_what_it_said() {
    let issued = letter(None);
    for (how, algorithm, digest) in [
        ("rsa", "RSA, SHA-256", "sha256"),
        ("ecdsa", "ECDSA P-256, SHA-256", "sha256"),
        ("p384", "ECDSA P-384, SHA-384", "sha384"),
    ] {
        let Some((file, key)) = key(how) else { return };
        let ours = sign(&issued, &key, at(NOW)).unwrap();
        assert!(ours.starts_with(&issued), "{how}: signing adds and changes nothing");
        assert_eq!(text_of(&ours), text_of(&issued), "{how}");
        assert_eq!(says_the_same(&issued, &ours), Some(true), "{how}");

        let theirs = checked(&ours, &file, PASSWORD);
        let [one] = theirs.as_array().unwrap().as_slice() else { panic!("{theirs}") };
        for (what, expected) in [
            ("intact", true.into()),
            ("valid", true.into()),
            ("trusted", true.into()),
            ("bottom_line", true.into()),
            ("coverage", "ENTIRE_FILE".into()),
            ("modification", "NONE".into()),
            ("subfilter", "/ETSI.CAdES.detached".into()),
            ("made_at", "2026-03-12 09:30:00+07:00".into()),
            ("digest", digest.into()),
            ("attributes", serde_json::json!(["content_type", "message_digest", "signing_certificate_v2"])),
            ("field", "motcua".into()),
            ("name", "Lê Thị Ví Dụ".into()),
        ] {
            let expected: serde_json::Value = expected;
            assert_eq!(one[what], expected, "{how}, {what}: {one}");
        }
        let said = pdfsig(&ours);
        assert!(
            said.contains("Signature is Valid") && said.contains("Total document signed"),
            "{how}: {said}"
        );
        assert!(said.contains("ETSI.CAdES.detached"), "{said}");

        let [signature] = signatures(&ours).unwrap().try_into().unwrap();
        assert_eq!((signature.signer.as_str(), signature.covers_all), ("Lê Thị Ví Dụ", true));
        assert_eq!(signature.signed_at, Some(at(NOW)), "{how}: by the clock that was handed in");
        assert_eq!(signature.algorithm, algorithm);
        let mut changed = ours.clone();
        let place = ours.windows(5).position(|window| window == b"Title").unwrap();
        changed[place] = b't';
        assert!(signatures(&changed).is_err(), "{how}: a changed byte is seen");
        assert_eq!(checked(&changed, &file, PASSWORD)[0]["intact"], false, "{how}");
    }
}

#[test]
fn a_token_signs_over_our_signature_and_both_hold() {
    let Some((file, key)) = key("rsa") else { return };
    let ours = sign(&letter(None), &key, at(NOW)).unwrap();
    let both = signed(&ours, "ecdsa").unwrap();
    assert!(both.starts_with(&ours));
    let [first, second] = signatures(&both).unwrap().try_into().unwrap();
    assert_eq!((first.covers_all, second.covers_all), (false, true));
    let theirs = checked(&both, &file, PASSWORD);
    assert_eq!(
        (&theirs[0]["bottom_line"], &theirs[0]["intact"], &theirs[1]["intact"]),
        (&true.into(), &true.into(), &true.into())
    );
    assert!(matches!(sign(&ours, &key, at(NOW)), Err(SigningFault::Pdf(_))), "ours is put on once");
}

#[test]
fn a_file_that_is_no_key_to_sign_with_is_refused_by_name() {
    let open = |file: &[u8], password| SigningKey::open(file, password).map(drop);
    assert!(matches!(open(b"", PASSWORD), Err(KeyFault::Unreadable(_))));
    assert!(matches!(open(b"-----BEGIN PRIVATE KEY-----", PASSWORD), Err(KeyFault::Unreadable(_))));
    for (how, fault) in [
        ("weak", "a key of a kind that does not sign here: RSA"),
        ("curve", "a key of a kind that does not sign here: ECDSA"),
        ("encipher", "its certificate is not for signing"),
    ] {
        let Some(file) = key_file(how, PASSWORD, YEARS) else { return };
        let told = open(&file, PASSWORD).unwrap_err().to_string();
        assert!(told.starts_with(fault), "{how}: {told}");
    }
    let file = key_file("rsa", PASSWORD, YEARS).unwrap();
    assert_eq!(open(&file, "another"), Err(KeyFault::WrongPassword));
    assert_eq!(open(&file, ""), Err(KeyFault::WrongPassword));
    let cut = &file[..file.len() / 2];
    assert!(matches!(open(cut, PASSWORD), Err(KeyFault::Unreadable(_))));
}

#[test]
fn nothing_is_signed_before_the_certificate_begins_or_after_it_has_ended() {
    let Some((_, key)) = key("ecdsa") else { return };
    let issued = letter(None);
    for (now, holds) in [
        ("2025-12-31 23:00", false),
        ("2026-01-01 07:00", true), // midnight, universal time
        ("2028-12-31 07:00", true),
        ("2028-12-31 07:01", false),
    ] {
        let told = sign(&issued, &key, at(now));
        assert_eq!(told.is_ok(), holds, "{now}");
        assert!(holds || matches!(told, Err(SigningFault::NotInForce(_))), "{now}");
    }
    assert!(matches!(sign(b"%PDF-1.7 nothing", &key, at(NOW)), Err(SigningFault::Pdf(_))));
}

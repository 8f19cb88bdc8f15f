//! Signed PDFs: what another tool signed is read and holds, and what was changed since does not.

use crate::support::ground::at;
use crate::support::sign::{pdfsig, signed};
use motcua::documents::forms::{Form, sample};
use motcua::documents::signature::{SignatureFault, says_the_same, signatures};
use motcua::documents::typeset::{Limits, Order, Press};
use serde_json::json;

pub(super) fn letter(reason: Option<&str>) -> Vec<u8> {
    let mut data = sample(Form::ApologyLetter).unwrap();
    if let Some(reason) = reason {
        data["body"] = json!([reason]);
    }
    let order = Order {
        template: Form::ApologyLetter.template().to_owned(),
        data,
        ident: "letter".to_owned(),
        dated: at("2026-01-07 10:00"),
    };
    Press::new(env!("CARGO_BIN_EXE_motcua").into(), Limits::default()).print(&order).unwrap().pdf
}

#[test]
fn a_signature_of_each_kind_is_read_and_holds() {
    let issued = letter(None);
    for (how, algorithm) in [("rsa", "RSA, SHA-256"), ("ecdsa", "ECDSA P-256, SHA-256")] {
        let Some(file) = signed(&issued, how) else { return };
        assert!(file.starts_with(&issued), "{how}: signing adds and changes nothing");
        let [signature] = signatures(&file).unwrap().try_into().unwrap();
        assert_eq!(signature.signer, "Lê Thị Ví Dụ", "{how}");
        assert_eq!(signature.organisation.as_deref(), Some("Chi cục Thủy sản"));
        assert_eq!(signature.issuer, "Cơ quan chứng thực Ví Dụ");
        assert_eq!(signature.serial, "1234abcd");
        assert_eq!(signature.algorithm, algorithm);
        assert_eq!(signature.valid_from, at("2026-01-01 07:00"));
        assert!(signature.covers_all);
        assert!(signature.signed_at.is_some(), "{how}");
        assert_eq!(says_the_same(&issued, &file), Some(true), "{how}");
        let other = pdfsig(&file);
        assert!(other.contains("Signature is Valid") && other.contains("Total document signed"), "{other}");
    }
}

#[test]
fn two_signatures_are_both_read_and_the_last_covers_all() {
    let Some(file) = signed(&letter(None), "twice") else { return };
    let [head, agency] = signatures(&file).unwrap().try_into().unwrap();
    assert_eq!((head.signer.as_str(), head.covers_all), ("Lê Thị Ví Dụ", false));
    assert_eq!((agency.signer.as_str(), agency.covers_all), ("Chi cục Thủy sản", true));
}

#[test]
fn a_visible_stamp_takes_no_word_of_the_letter_away() {
    let issued = letter(None);
    let Some(file) = signed(&issued, "stamped") else { return };
    assert_eq!(signatures(&file).unwrap().len(), 1);
    assert_eq!(says_the_same(&issued, &file), Some(true));
}

#[test]
fn what_was_changed_after_it_was_signed_does_not_hold() {
    let Some(file) = signed(&letter(None), "rsa") else { return };
    let mut changed = file.clone();
    // A letter in the metadata, which is among the signed bytes.
    let place = file.windows(5).position(|window| window == b"Title").unwrap();
    changed[place] = b't';
    assert_eq!(signatures(&changed), Err(SignatureFault::Changed));
    // The signed attributes themselves: found by the digest they bear, 32 bytes before which stands its length.
    let mut forged = file.clone();
    let hole = file.windows(10).rposition(|window| window == b"/ByteRange").unwrap();
    let contents = file[hole..].windows(4).position(|four| four == b"<308").map(|from| hole + from + 1);
    let contents =
        contents.unwrap_or_else(|| file[..hole].windows(4).rposition(|four| four == b"<308").unwrap() + 1);
    // The last digits before the zeros that fill the hole are those of the signature.
    let end = file[contents..].iter().position(|byte| *byte == b'>').unwrap() + contents;
    let last = file[contents..end].iter().rposition(|byte| *byte != b'0').unwrap() + contents;
    for place in last - 200..last - 199 {
        forged[place] = if file[place] == b'1' { b'2' } else { b'1' };
    }
    assert_eq!(signatures(&forged), Err(SignatureFault::Forged));
    // Bytes added afterwards are not covered, and it is said so.
    let mut longer = file.clone();
    longer.extend_from_slice(b"\n% more\n");
    assert!(!signatures(&longer).unwrap()[0].covers_all);
}

#[test]
fn a_letter_that_says_something_else_is_told_from_the_one_that_was_issued() {
    let (issued, other) = (letter(None), letter(Some("Một lá thư khác.")));
    let Some(file) = signed(&other, "rsa") else { return };
    assert!(signatures(&file).is_ok(), "it is well signed");
    assert_eq!(says_the_same(&issued, &file), Some(false));
}

#[test]
fn what_is_no_signed_pdf_is_refused_by_name() {
    let issued = letter(None);
    assert_eq!(signatures(&issued), Err(SignatureFault::Unsigned));
    assert_eq!(signatures(b"PK\x03\x04"), Err(SignatureFault::NotPdf));
    assert_eq!(signatures(b""), Err(SignatureFault::NotPdf));
    assert_eq!(says_the_same(&issued, b"%PDF-1.7 nothing"), None);
    if let Some(file) = signed(&issued, "sha1") {
        assert_eq!(signatures(&file), Err(SignatureFault::Algorithm("SHA-1".to_owned())));
    }
    // pyHanko takes the longest salt there is: it may hold, and is not called a forgery.
    if let Some(file) = signed(&issued, "pss") {
        assert_eq!(signatures(&file), Err(SignatureFault::Algorithm("RSA-PSS".to_owned())));
    }
    let fake = [issued.as_slice(), b"\n9 0 obj<</ByteRange [0 10 20 5]/Contents <30>>>endobj\n"].concat();
    assert!(matches!(signatures(&fake), Err(SignatureFault::Unreadable(_))));
}

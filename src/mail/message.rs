//! A message as bytes: headers that no name can break out of, text and HTML side by side, files after them.

use super::{Failure, Outgoing};
use crate::domain::one_line::one_line;
use lettre::{
    Address, Message,
    message::{
        Attachment as Part, Body, Mailbox, MultiPart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use std::time::SystemTime;

/// A message ready to be carried: the envelope and the bytes.
pub(super) struct Prepared {
    /// Without angle brackets, of harmless characters only: it also names a file.
    pub message_id: String,
    pub sender: Address,
    pub recipient: Address,
    pub bytes: Vec<u8>,
}

/// Writes the message.
///
/// # Errors
/// Permanent where the recipient's address is none; misconfigured where ours is, or where the message itself
/// cannot be written.
pub(super) fn prepare(mail: &Outgoing) -> Result<Prepared, Failure> {
    let message_id = checked_message_id(&mail.message_id)?;
    let from = mailbox(&mail.from).ok_or_else(|| Failure::misconfigured("the sender is not an address"))?;
    let recipient =
        address(&mail.to).ok_or_else(|| Failure::permanent("the recipient's address is not valid"))?;
    let to_name = mail.to_name.as_deref().map(one_line).filter(|name| !name.is_empty());

    let mut builder = Message::builder()
        .message_id(Some(format!("<{message_id}>")))
        .date(date(mail)?)
        .from(from.clone())
        .to(Mailbox::new(to_name, recipient.clone()))
        .subject(one_line(&mail.subject))
        // RFC 3834: tells holiday notices and other machines not to answer.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    if let Some(reply_to) = &mail.reply_to {
        let reply_to = mailbox(reply_to)
            .ok_or_else(|| Failure::misconfigured("the answer address is not an address"))?;
        builder = builder.reply_to(reply_to);
    }

    let message = builder
        .multipart(body(mail)?)
        .map_err(|error| Failure::misconfigured(format!("the message cannot be written: {error}")))?;
    Ok(Prepared { message_id, sender: from.email, recipient, bytes: message.formatted() })
}

fn body(mail: &Outgoing) -> Result<MultiPart, Failure> {
    let words = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
    if mail.attachments.is_empty() {
        return Ok(words);
    }
    let mut whole = MultiPart::mixed().multipart(words);
    for file in &mail.attachments {
        let content_type = ContentType::parse(&file.content_type)
            .map_err(|_| Failure::misconfigured("the type of an attached file is not a media type"))?;
        // Left to itself the library sends ASCII files as they are, and servers may touch their line ends.
        let bytes = Body::new_with_encoding(file.bytes.clone(), ContentTransferEncoding::Base64)
            .map_err(|_| Failure::misconfigured("an attached file cannot be written as base64"))?;
        whole = whole.singlepart(Part::new(one_line(&file.name)).body(bytes, content_type));
    }
    Ok(whole)
}

/// Only characters that need no quoting in a header and are harmless in a file name.
fn checked_message_id(id: &str) -> Result<String, Failure> {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    let well_formed = id.len() <= 200
        && id.chars().all(harmless)
        && id.split_once('@').is_some_and(|(left, right)| {
            !left.is_empty() && !left.starts_with('.') && !right.is_empty() && !right.contains('@')
        });
    if well_formed { Ok(id.to_owned()) } else { Err(Failure::misconfigured("the Message-ID is not usable")) }
}

/// The Date header can be written from 1970 to 9999; the library below panics outside.
fn date(mail: &Outgoing) -> Result<SystemTime, Failure> {
    const LAST: i64 = 253_402_300_799;
    if (0..=LAST).contains(&mail.date.timestamp()) {
        Ok(mail.date.into())
    } else {
        Err(Failure::misconfigured("the date of the message cannot be written"))
    }
}

/// `Tên <địa chỉ>` or the bare address. Read here because names are Vietnamese and often not quoted.
fn mailbox(written: &str) -> Option<Mailbox> {
    let written = written.trim();
    let Some((name, rest)) = written.rsplit_once('<') else {
        return Some(Mailbox::new(None, address(written)?));
    };
    let name = one_line(name.trim().trim_matches('"'));
    let name = if name.is_empty() { None } else { Some(name) };
    Some(Mailbox::new(name, address(rest.strip_suffix('>')?)?))
}

/// One address. A domain with Vietnamese letters is written the way the network knows it (punycode), so that
/// only a local part outside ASCII needs a server that speaks SMTPUTF8.
fn address(written: &str) -> Option<Address> {
    let written = written.trim();
    if written.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let (user, domain) = written.rsplit_once('@')?;
    if domain.is_ascii() {
        return Address::new(user, domain).ok();
    }
    let domain = url::Host::parse(domain).ok()?.to_string();
    Address::new(user, domain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Attachment, test_server::letter};

    fn written(mail: &Outgoing) -> String {
        String::from_utf8(prepare(mail).unwrap().bytes).unwrap()
    }

    fn headers(mail: &Outgoing) -> Vec<String> {
        let whole = written(mail);
        let (head, _) = whole.split_once("\r\n\r\n").unwrap();
        head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_letter_has_the_headers_that_identify_it_and_is_ascii_on_the_wire() {
        let mail = letter();
        let lines = headers(&mail);
        for expected in [
            "Message-ID: <0190-thu@motcua.example.vn>",
            "Date: Mon, 05 Jan 2026 02:00:00 +0000",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ] {
            assert!(lines.contains(&expected.to_owned()), "{expected} not in {lines:#?}");
        }
        assert!(written(&mail).is_ascii());
    }

    #[test]
    fn vietnamese_names_and_subjects_are_encoded_words_that_decode_to_themselves() {
        let mail = letter();
        for (header, expected) in [
            ("Subject", mail.subject.as_str()),
            ("To", "Nguyễn Văn An <an@example.vn>"),
            ("From", "Bộ phận Một cửa <motcua@example.vn>"),
        ] {
            let line = headers(&mail).into_iter().find(|l| l.starts_with(&format!("{header}:"))).unwrap();
            assert!(line.is_ascii());
            assert_eq!(decode_words(line.split_once(": ").unwrap().1), expected);
        }
    }

    #[test]
    fn text_and_html_stand_side_by_side_in_utf8() {
        let whole = written(&letter());
        assert!(whole.contains("Content-Type: multipart/alternative;"));
        assert!(whole.contains("Content-Type: text/plain; charset=utf-8"));
        assert!(whole.contains("Content-Type: text/html; charset=utf-8"));
    }

    #[test]
    fn an_attached_file_travels_after_the_words_under_its_name() {
        let mut mail = letter();
        mail.attachments.push(Attachment {
            name: "thu-xin-loi.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            bytes: b"%PDF-1.7".to_vec(),
        });
        let whole = written(&mail);
        assert!(whole.contains("Content-Type: multipart/mixed;"));
        assert!(whole.contains("Content-Disposition: attachment; filename=\"thu-xin-loi.pdf\""), "{whole}");
        assert!(whole.contains("JVBERi0xLjc="), "{whole}");
    }

    #[test]
    fn no_name_or_subject_can_add_a_header() {
        let attack = "An\r\nBcc: moi.nguoi@example.vn\r\n\r\nXin chao";
        let mut mail = letter();
        mail.to_name = Some(attack.to_owned());
        mail.subject = attack.to_owned();
        mail.from = format!("{attack} <motcua@example.vn>");
        mail.reply_to = Some(format!("{attack} <hoi-dap@example.vn>"));
        mail.attachments.push(Attachment {
            name: attack.to_owned(),
            content_type: "application/pdf".to_owned(),
            bytes: Vec::new(),
        });
        let whole = written(&mail);
        assert!(whole.lines().all(|line| !line.to_lowercase().starts_with("bcc:")), "{whole}");
        assert!(headers(&mail).iter().any(|line| line.starts_with("Content-Type: multipart/mixed")));
    }

    #[test]
    fn addresses_that_are_none_are_the_recipients_fault_or_ours() {
        for bad in [
            "",
            "an",
            "an@",
            "@example.vn",
            "an@example.vn, b@example.vn",
            "a n@example.vn",
            "an@exa\r\nmple.vn",
        ] {
            let mut mail = letter();
            mail.to = bad.to_owned();
            assert!(matches!(prepare(&mail), Err(Failure::Permanent { .. })), "{bad:?}");
            let mut mail = letter();
            mail.from = bad.to_owned();
            assert!(matches!(prepare(&mail), Err(Failure::Misconfigured { .. })), "{bad:?}");
        }
    }

    #[test]
    fn a_vietnamese_domain_is_written_in_its_network_form() {
        let mut mail = letter();
        mail.to = "an@thử-nghiệm.example.vn".to_owned();
        let recipient = prepare(&mail).unwrap().recipient.to_string();
        assert!(recipient.starts_with("an@xn--") && recipient.is_ascii(), "{recipient}");
    }

    #[test]
    fn a_message_id_that_could_leave_its_header_or_its_folder_is_refused() {
        for bad in
            ["", "no-host", "@host", "a@", "../../etc@host", "a b@host", "a>@host", ".hidden@host", "a@b@c"]
        {
            let mut mail = letter();
            mail.message_id = bad.to_owned();
            assert!(matches!(prepare(&mail), Err(Failure::Misconfigured { .. })), "{bad:?}");
        }
    }

    #[test]
    fn a_date_no_header_can_carry_is_refused_and_does_not_panic() {
        for seconds in [-1, 253_402_300_800] {
            let mut mail = letter();
            mail.date = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
            assert!(prepare(&mail).is_err());
        }
    }

    /// RFC 2047, base64 words only: what the library writes.
    fn decode_words(header: &str) -> String {
        let mut decoded = String::new();
        let mut after_encoded = false;
        for word in header.split(' ') {
            let encoded = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
            // The space between two encoded words is not part of the text.
            let one_text = after_encoded && encoded.is_some();
            if !decoded.is_empty() && !one_text {
                decoded.push(' ');
            }
            match encoded {
                Some(base64) => decoded.push_str(&String::from_utf8(decode_base64(base64)).unwrap()),
                None => decoded.push_str(word),
            }
            after_encoded = encoded.is_some();
        }
        decoded
    }

    fn decode_base64(text: &str) -> Vec<u8> {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let (mut bits, mut held, mut bytes) = (0u32, 0u32, Vec::new());
        for c in text.bytes().filter(|c| *c != b'=') {
            let value = u32::try_from(ALPHABET.iter().position(|a| *a == c).unwrap()).unwrap();
            bits = ((bits << 6) | value) & 0xFFFF;
            held += 6;
            if held >= 8 {
                held -= 8;
                bytes.push(u8::try_from((bits >> held) & 0xFF).unwrap());
            }
        }
        bytes
    }
}

use super::*;
use crate::documents::forms::{FormSet, sample, sample_letter};
use crate::documents::typeset::{Limits, Order, Press};
use crate::domain::testing::at;
use roxmltree::Document;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::PathBuf;

const EDITED: [Form; 7] = [
    Form::Receipt,
    Form::SupplementRequest,
    Form::Refusal,
    Form::Apology,
    Form::ApologyLetter,
    Form::StoppingNotice,
    Form::ControlSheet,
];

fn dated() -> DateTime<Utc> {
    at("2026-01-07 10:00")
}

fn made(form: Form, data: &Value) -> Parts {
    Parts::of(&word(form, data, dated()).unwrap())
}

/// The file taken apart.
struct Parts(BTreeMap<String, Vec<u8>>);

impl Parts {
    fn of(file: &[u8]) -> Self {
        let mut zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
        let mut parts = BTreeMap::new();
        for place in 0..zip.len() {
            let mut entry = zip.by_index(place).unwrap();
            let mut body = Vec::new();
            entry.read_to_end(&mut body).unwrap();
            parts.insert(entry.name().to_owned(), body);
        }
        for (name, body) in &parts {
            if name.ends_with(".xml") || name.ends_with(".rels") {
                let text = std::str::from_utf8(body).unwrap();
                Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
        Self(parts)
    }

    fn xml(&self, name: &str) -> &str {
        std::str::from_utf8(&self.0[name]).unwrap()
    }

    /// The words of a part, a line each paragraph.
    fn text(&self, name: &str) -> String {
        let document = Document::parse(self.xml(name)).unwrap();
        let mut text = String::new();
        for node in document.descendants() {
            match node.tag_name().name() {
                "t" => text.push_str(node.text().unwrap_or_default()),
                "br" | "p" => text.push('\n'),
                _ => {}
            }
        }
        text
    }

    fn whole_text(&self) -> String {
        let feet = self.0.keys().filter(|name| name.starts_with("word/footer"));
        feet.map(|name| self.text(name)).chain([self.text("word/document.xml")]).collect()
    }

    fn headers(&self) -> Vec<&str> {
        let names = self.0.keys().filter(|name| name.starts_with("word/header"));
        names.map(|name| self.xml(name)).collect()
    }
}

/// Without anything that is not seen.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200B}').collect()
}

fn strings(data: &Value, found: &mut Vec<String>) {
    match data {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(members) => {
            // Pictures, and where the picture leads.
            let unseen = |name: &str| name.ends_with("_svg") || name == "lookup_url";
            members.iter().filter(|(name, _)| !unseen(name)).for_each(|(_, member)| strings(member, found));
        }
        _ => {}
    }
}

#[test]
fn every_field_of_every_form_stands_in_its_docx() {
    for form in EDITED {
        let data = sample(form).unwrap();
        let text = bare(&made(form, &data).whole_text());
        let mut fields = Vec::new();
        strings(&data, &mut fields);
        // The slip has its name where the letter has its subject, and the letter has no note of a form.
        let elsewhere = |field: &str| match form {
            Form::ApologyLetter => data["title"] == field || data["head"]["form_note"] == field,
            Form::Apology => data["subject"] == field || data["dossier_code"] == field,
            _ => false,
        };
        for field in fields.iter().filter(|field| !elsewhere(field)) {
            assert!(text.contains(&bare(field)), "{form} lacks {field:?}:\n{text}");
        }
    }
}

#[test]
fn docx_and_pdf_say_the_same_words_in_the_same_order() {
    let press = Press::new(PathBuf::from("/nonexistent"), Limits::default());
    for form in EDITED {
        let data = sample(form).unwrap();
        let order = Order {
            template: form.template().to_owned(),
            data: data.clone(),
            ident: form.to_string(),
            dated: dated(),
        };
        let pdf = bare(&press.print(&order).unwrap().text);
        // The note at the foot is told with each page of the PDF, page numbers from the second on.
        let note = bare(data["head"]["form_note"].as_str().unwrap());
        let pdf = pdf.replace(&note, "");
        let docx = bare(&made(form, &data).text("word/document.xml")).replace(&note, "");
        assert_eq!(docx, pdf, "{form}");
    }
}

#[test]
fn the_same_data_and_moment_give_the_same_bytes_in_any_thread() {
    for form in EDITED {
        let data = sample(form).unwrap();
        let first = word(form, &data, dated()).unwrap();
        let elsewhere = std::thread::spawn({
            let data = data.clone();
            move || {
                let _another_before = word(Form::Receipt, &sample(Form::Receipt).unwrap(), dated()).unwrap();
                word(form, &data, dated()).unwrap()
            }
        });
        let elsewhere = elsewhere.join().unwrap();
        for (one, other) in Parts::of(&first).0.iter().zip(&Parts::of(&elsewhere).0) {
            assert_eq!(one.0, other.0);
            let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
            assert_eq!(text(one.1), text(other.1), "{form}: {}", one.0);
        }
        assert!(first == elsewhere, "{form}: the order of its parts");
        assert!(first != word(form, &data, at("2026-01-07 10:01")).unwrap(), "{form}: the moment is in it");
    }
}

#[test]
fn the_sheet_is_a5_for_slips_and_a4_for_the_letter_in_times_new_roman_and_vietnamese() {
    for form in EDITED {
        let data = sample(form).unwrap();
        let parts = made(form, &data);
        let (document, styles) = (parts.xml("word/document.xml"), parts.xml("word/styles.xml"));
        let (size, margins) = match form {
            Form::ApologyLetter => (
                "w:w=\"11904\" w:h=\"16836\"",
                "w:top=\"1133\" w:right=\"850\" w:bottom=\"1133\" w:left=\"1700\"",
            ),
            _ => (
                "w:w=\"8390\" w:h=\"11904\"",
                "w:top=\"623\" w:right=\"566\" w:bottom=\"623\" w:left=\"850\"",
            ),
        };
        assert!(document.contains(size), "{form}: {document}");
        assert!(document.contains(margins), "{form}: {document}");
        for script in ["ascii", "hAnsi", "cs"] {
            assert!(styles.contains(&format!("w:{script}=\"Times New Roman\"")), "{styles}");
        }
        assert!(styles.contains("<w:lang w:val=\"vi-VN\""), "{styles}");
        let core = parts.xml("docProps/core.xml");
        assert!(core.contains("<dc:language>vi-VN</dc:language>"), "{core}");
        assert!(core.contains(data["title"].as_str().unwrap()), "{core}");
        assert!(parts.headers().iter().any(|header| header.contains("PAGE")), "pages are numbered");
        assert!(document.contains("<w:titlePg"), "but not the first");
    }
}

#[test]
fn only_a_draft_is_marked_as_one_on_its_first_and_on_every_other_page() {
    let mut facts = sample_letter();
    for form in [Form::Apology, Form::ApologyLetter] {
        let issued = serde_json::to_value(ApologyPaper::of(&facts, None).unwrap()).unwrap();
        assert!(!made(form, &issued).headers().concat().contains("DỰ THẢO"));
    }
    facts.number = None;
    for form in [Form::Apology, Form::ApologyLetter] {
        let draft = serde_json::to_value(ApologyPaper::of(&facts, None).unwrap()).unwrap();
        let parts = made(form, &draft);
        let marked = |header: &&str| header.contains("string=\"DỰ THẢO\"");
        assert_eq!(parts.headers().iter().filter(|header| marked(header)).count(), 2, "{form}");
    }
}

#[test]
fn the_head_of_a_table_stands_on_every_page_and_only_that_row() {
    for form in [Form::Receipt, Form::ControlSheet] {
        let parts = made(form, &sample(form).unwrap());
        let document = parts.xml("word/document.xml");
        assert_eq!(document.matches("<w:tblHeader/>").count(), 1, "{form}");
        assert!(!document.contains("w:trHeight"), "{form}");
    }
}

#[test]
fn a_receipt_has_its_codes_as_pictures_and_one_without_an_address_has_the_bars_alone() {
    let mut data = sample(Form::Receipt).unwrap();
    let pictures = |data: &Value| {
        let parts = made(Form::Receipt, data);
        parts.0.keys().filter(|name| name.starts_with("word/media/") && name.ends_with(".png")).count()
    };
    assert_eq!(pictures(&data), 2);
    let members = data.as_object_mut().unwrap();
    for gone in ["lookup_url", "lookup_site", "qr_svg"] {
        members.remove(gone);
    }
    assert_eq!(pictures(&data), 1);
}

#[test]
fn what_comes_from_outside_is_printed_as_text_and_never_as_xml() {
    let hostile = "</w:t></w:r><w:r><w:instrText>INCLUDEPICTURE \"http://x.example.vn\"</w:instrText> & ]]> \
                   <!-- ‘#read(\"/etc/passwd\")’ \u{202E}\0\u{1}\u{FFFE}\u{FFFF} 🐟 Nguye\u{302}\u{303}n";
    let mut facts = sample_letter();
    hostile.clone_into(&mut facts.recipient_name);
    facts.reason = "ẩ".repeat(5000);
    let data = serde_json::to_value(ApologyPaper::of(&facts, None).unwrap()).unwrap();
    for form in [Form::Apology, Form::ApologyLetter] {
        let parts = made(form, &data);
        let text = parts.text("word/document.xml");
        assert!(text.contains("</w:t></w:r><w:r><w:instrText>INCLUDEPICTURE"), "{text}");
        assert!(text.contains("#read(\"/etc/passwd\")"), "{text}");
        assert!(text.contains("Nguyễn"), "composed: {text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
        assert!(!parts.xml("word/document.xml").contains("<w:instrText"), "nothing of it is a field");
        assert!(bare(&text).contains(&"ẩ".repeat(5000)), "nothing of it is lost");
    }
    let mut data = sample(Form::SupplementRequest).unwrap();
    data["requested_items"] = json!(vec![hostile; 40]);
    data["title"] = json!("<w:t>");
    let text = made(Form::SupplementRequest, &data).text("word/document.xml");
    assert!(text.contains("40. </w:t>"), "{text}");
}

#[test]
fn the_register_and_foreign_data_are_refused() {
    let register = sample(Form::Register).unwrap();
    assert!(matches!(word(Form::Register, &register, dated()), Err(WordError::NotEdited(Form::Register))));
    assert!(matches!(word(Form::Receipt, &register, dated()), Err(WordError::Data(_))));
    assert_eq!(Form::Refusal.title(FormSet::Of2018), "PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ");
}

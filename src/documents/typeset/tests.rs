//! Every form with its built-in template.

use super::*;
use crate::documents::forms::{Form, sample};
use crate::domain::testing::at;

pub(crate) fn order(form: Form) -> Order {
    Order {
        template: form.template().to_owned(),
        data: sample(form).unwrap(),
        ident: format!("sample/{form}"),
        dated: at("2026-01-05 09:00"),
    }
}

/// The papers to look at, and their data: `MOTCUA_PAPERS=folder cargo test --lib typeset`.
fn keep(name: &str, order: &Order, pdf: &[u8]) {
    if let Some(folder) = std::env::var_os("MOTCUA_PAPERS") {
        let place = std::path::Path::new(&folder).join(name);
        std::fs::write(place.with_extension("pdf"), pdf).unwrap();
        std::fs::write(place.with_extension("json"), order.data.to_string()).unwrap();
    }
}

#[test]
fn every_form_is_printed_from_its_own_template() {
    for form in Form::ALL {
        let order = order(*form);
        let printed = typeset(&order).unwrap_or_else(|fault| panic!("{form}: {fault}"));
        keep(form.as_str(), &order, &printed.pdf);
        assert!(printed.pdf.starts_with(b"%PDF-1.7"), "{form}");
        assert!(printed.text.contains("Độc lập - Tự do - Hạnh phúc"), "{form}: {}", printed.text);
        assert_eq!(printed.pages, 1, "{form}");
    }
}

fn with(template: &str, data: Value) -> Order {
    Order { template: template.to_owned(), data, ..order(Form::Refusal) }
}

fn fault(template: &str) -> TemplateFault {
    typeset(&with(template, sample(Form::Refusal).unwrap())).unwrap_err()
}

#[test]
fn the_same_order_gives_the_same_bytes_whatever_was_printed_in_between() {
    let first = typeset(&order(Form::Receipt)).unwrap();
    typeset(&order(Form::Register)).unwrap();
    assert_eq!(typeset(&order(Form::Receipt)).unwrap(), first);
    let later = Order { dated: at("2027-01-05 09:00"), ..order(Form::Receipt) };
    assert_ne!(typeset(&later).unwrap().pdf, first.pdf, "the date of the paper is in its file");
}

#[test]
fn hostile_names_are_printed_as_they_stand() {
    for name in [
        "#read(\"/etc/passwd\")",
        "#import \"@preview/x:1.0.0\"",
        "$sum$ *đậm* _nghiêng_ `mã` <nhãn> @tham-chiếu // /* = Đề mục",
        "\"; #panic(\"x\") \\ \\u{41}",
        "<svg onload=\"x\"></svg>",
        "-- tên -- 'nháy' \"kép\" ... https://example.vn/#x",
    ] {
        let mut data = sample(Form::Refusal).unwrap();
        data["applicant_name"] = name.into();
        data["reason"] = name.into();
        let printed = typeset(&with(Form::Refusal.template(), data)).unwrap();
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        assert!(squeezed(&printed.text).matches(&squeezed(name)).count() >= 2, "{name}: {}", printed.text);
    }
}

#[test]
fn marks_that_turn_the_text_signs_without_glyphs_and_endless_words_do_not_break_a_paper() {
    let endless = "Ố".repeat(5000);
    for name in ["\u{202E}gnôt\u{2066}", "Cá 🐟👩‍👩‍👧 魚 عربى", "a\0b\u{7}", endless.as_str(), "", " \n \n"]
    {
        let mut data = sample(Form::Refusal).unwrap();
        data["applicant_name"] = name.into();
        data["reason"] = name.into();
        data["head"]["agency"] = name.into();
        let printed = typeset(&with(Form::Refusal.template(), data)).unwrap();
        assert!(!printed.text.contains(['\u{202E}', '\u{2066}', '🐟', '\0']), "{}", printed.text);
        if name.len() > 5000 {
            assert!(printed.pages > 1 && printed.text.matches('Ố').count() >= 10_000);
        }
    }
}

#[test]
fn forty_items_flow_onto_further_pages_which_are_numbered() {
    let mut data = sample(Form::SupplementRequest).unwrap();
    let item =
        "Bản sao chứng thực của một giấy tờ có tên rất dài, dài đến mức phải xuống dòng trên khổ giấy A5";
    data["requested_items"] = vec![item; 40].into();
    let order =
        Order { template: Form::SupplementRequest.template().to_owned(), data, ..order(Form::Refusal) };
    let printed = typeset(&order).unwrap();
    keep("forty-items", &order, &printed.pdf);
    assert!((3..=5).contains(&printed.pages), "{}", printed.pages);
    assert!(printed.text.contains("\n2\n") && printed.text.contains("40. Bản sao"), "{}", printed.text);
}

#[test]
fn a_fault_is_told_with_its_line() {
    assert_eq!(fault("Một\n\n#let x = (1,").line, Some(3));
    let unknown = fault("Một\n#hàm-lạ()");
    assert_eq!((unknown.line, unknown.message.contains("unknown variable")), (Some(2), true), "{unknown}");
    let shared = fault("#import \"common.typ\": *\n\n#head((:))");
    assert_eq!(shared.line, Some(3), "the line that called the shared part: {shared}");
    assert_eq!(fault("#while true {}").line, Some(1), "the typesetter stops this one itself");
}

#[test]
fn a_template_reaches_nothing_but_its_data_and_the_shared_parts() {
    for reach in [
        "#read(\"/etc/passwd\")",
        "#read(\"../../Cargo.toml\")",
        "#image(\"/proc/self/environ\")",
        "#import \"@preview/cetz:0.1.0\"",
        "#include \"receipt.typ\"",
        "#plugin(\"x.wasm\")",
    ] {
        assert!(typeset(&with(reach, Value::Null)).is_err(), "{reach}");
    }
    let data = with("#set document(title: \"x\")\n= T\n#read(\"data.json\")", serde_json::json!({"a": 1}));
    assert_eq!(typeset(&data).unwrap().text, "T\n{\"a\":1}\n");
}

#[test]
fn text_too_small_to_be_read_is_not_said() {
    let order = with("#set document(title: \"x\")\n= Lớn\n#text(size: 2pt)[bé]", Value::Null);
    assert_eq!(typeset(&order).unwrap().text, "Lớn\n");
}

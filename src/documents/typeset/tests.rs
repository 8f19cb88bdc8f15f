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

/// The words of every form, with every mark on every letter: what a reader, a search and a listener get.
#[test]
fn the_words_of_every_form_are_these() {
    for form in Form::ALL {
        insta::assert_snapshot!(form.as_str(), typeset(&order(*form)).unwrap().text);
    }
}

#[allow(clippy::float_arithmetic, reason = "points on paper, measured")]
mod layout {
    //! Measured against NĐ 30/2020/NĐ-CP, Phụ lục I, Phần I. In points: a millimetre is 2.835.

    use super::*;
    use typst::layout::{Frame, FrameItem, Point};
    use typst::visualize::Geometry;

    /// A run of text: its left edge, base line, width, size, weight, slant; or a rule: its left edge, height and length.
    #[derive(Debug, Clone)]
    enum Mark {
        Text { words: String, x: f64, y: f64, width: f64, size: f64, bold: bool, italic: bool },
        Rule { x: f64, y: f64, length: f64 },
    }

    fn marks(order: &Order) -> Vec<Mark> {
        let data = clean::printable(order.data.clone());
        let desk = Desk::new(&order.template, &data, wall_clock(order.dated));
        let document = laid_out(&desk).unwrap();
        let mut marks = Vec::new();
        gather(&document.pages()[0].frame, Point::zero(), &mut marks);
        marks
    }

    fn gather(frame: &Frame, at: Point, marks: &mut Vec<Mark>) {
        for (place, item) in frame.items() {
            let place = at + *place;
            match item {
                FrameItem::Group(group) => {
                    gather(&group.frame, place + Point::new(group.transform.tx, group.transform.ty), marks);
                }
                FrameItem::Text(text) => {
                    let variant = text.font.font().info().variant;
                    marks.push(Mark::Text {
                        words: text.text.to_string(),
                        x: place.x.to_pt(),
                        y: place.y.to_pt(),
                        width: text.width().to_pt(),
                        size: text.size.to_pt(),
                        bold: variant.weight.to_number() >= 700,
                        italic: variant.style != typst::text::FontStyle::Normal,
                    });
                }
                FrameItem::Shape(shape, _) => {
                    if let Geometry::Line(to) = &shape.geometry {
                        marks.push(Mark::Rule {
                            x: place.x.to_pt(),
                            y: place.y.to_pt(),
                            length: to.x.to_pt(),
                        });
                    }
                }
                _ => {}
            }
        }
    }

    struct Run {
        x: f64,
        y: f64,
        width: f64,
        size: f64,
        bold: bool,
        italic: bool,
    }

    fn text(marks: &[Mark], starts: &str) -> Run {
        marks
            .iter()
            .find_map(|mark| match mark {
                Mark::Text { words, x, y, width, size, bold, italic } if words.starts_with(starts) => {
                    Some(Run { x: *x, y: *y, width: *width, size: *size, bold: *bold, italic: *italic })
                }
                _ => None,
            })
            .unwrap_or_else(|| panic!("no {starts:?} in {marks:#?}"))
    }

    /// The rule under a run of text, and how far under its base line.
    fn rule_under(marks: &[Mark], run: &Run) -> (f64, f64) {
        let middle = run.x + run.width / 2.0;
        marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Rule { x, y, length } if *y > run.y && (x + length / 2.0 - middle).abs() < 2.0 => {
                    Some((*length, y - run.y))
                }
                _ => None,
            })
            .min_by(|one, other| one.1.total_cmp(&other.1))
            .expect("a rule")
    }

    const MM: f64 = 72.0 / 25.4;

    #[test]
    fn the_official_letter_is_laid_out_as_the_decree_says() {
        let marks = marks(&order(Form::ApologyLetter));
        let (mut left, mut right, mut top, mut bottom) = (f64::MAX, 0_f64, f64::MAX, 0_f64);
        for mark in &marks {
            if let Mark::Text { x, y, width, size, .. } = mark {
                left = left.min(*x);
                right = right.max(x + width);
                top = top.min(y - 0.66 * size); // capitals
                bottom = bottom.max(*y);
            }
        }
        // Mục I.4: margins of a page of A4.
        assert!((30.0 * MM - 0.1..=35.0 * MM).contains(&left), "left {}", left / MM);
        assert!(
            (15.0 * MM - 0.1..=20.0 * MM).contains(&(210.0 * MM - right)),
            "right {}",
            210.0 - right / MM
        );
        assert!((20.0 * MM - 0.5..=25.0 * MM).contains(&top), "top {}", top / MM);
        assert!(297.0 * MM - bottom >= 20.0 * MM, "bottom {}", 297.0 - bottom / MM);

        let nation = text(&marks, "CỘNG HÒA");
        assert!((12.0..=13.0).contains(&nation.size) && nation.bold && !nation.italic);
        let motto = text(&marks, "Độc lập");
        assert!((13.0..=14.0).contains(&motto.size) && motto.bold && !motto.italic);
        assert!(
            motto.y > nation.y && (motto.x + motto.width / 2.0 - nation.x - nation.width / 2.0).abs() < 1.0
        );
        let (length, under) = rule_under(&marks, &motto);
        assert!(
            (length - motto.width).abs() < 1.0 && under < 8.0,
            "the whole motto: {length} of {}",
            motto.width
        );

        let above = text(&marks, "SỞ NÔNG");
        assert!((12.0..=13.0).contains(&above.size) && !above.bold && above.x < nation.x);
        let agency = text(&marks, "CHI CỤC");
        assert!((12.0..=13.0).contains(&agency.size) && agency.bold && agency.y > above.y);
        let (length, under) = rule_under(&marks, &agency);
        let part = length / agency.width;
        assert!((1.0 / 3.0..=0.5).contains(&part) && under < 10.0, "a third to a half of its width: {part}");

        let number = text(&marks, "Số: 05/PXL-CCTS");
        assert!((number.size - 13.0).abs() < 0.01 && !number.bold && !number.italic);
        let place = text(&marks, "Thành phố Hồ Chí Minh, ngày 07");
        assert!((13.0..=14.0).contains(&place.size) && place.italic && !place.bold);
        assert!((place.y - number.y).abs() < 0.5, "on one line with the number");
        let subject = text(&marks, "V/v");
        assert!((12.0..=13.0).contains(&subject.size) && !subject.bold && subject.y > number.y);

        let body = text(&marks, "Ngày ");
        assert!((13.0..=14.0).contains(&body.size) && !body.bold);
        let indent = body.x - 30.0 * MM;
        assert!((10.0 * MM..=12.7 * MM + 0.1).contains(&indent), "first line {}", indent / MM);
        let second = text(&marks, "quyết thủ tục");
        let pitch = (second.y - body.y) / body.size;
        assert!((1.0..=1.75).contains(&pitch), "single to one and a half: {pitch}");

        let signature = text(&marks, "KT. CHI CỤC TRƯỞNG");
        assert!((13.0..=14.0).contains(&signature.size) && signature.bold && signature.x > 105.0 * MM);
        let name = text(&marks, "Lê Thị");
        assert!(
            (13.0..=14.0).contains(&name.size) && name.bold && name.y - signature.y > 20.0 * MM,
            "room to sign"
        );
        let to = text(&marks, "Nơi nhận:");
        assert!((to.size - 12.0).abs() < 0.01 && to.bold && to.italic);
        let list = text(&marks, "- Như trên");
        assert!((list.size - 11.0).abs() < 0.01 && !list.bold && !list.italic);
    }

    #[test]
    fn on_every_paper_nothing_leaves_the_page_and_the_rules_keep_off_the_words() {
        for form in Form::ALL {
            let marks = marks(&order(*form));
            let (width, height) = match form {
                Form::ApologyLetter => (210.0, 297.0),
                Form::Register => (297.0, 210.0),
                _ => (148.0, 210.0),
            };
            for mark in &marks {
                if let Mark::Text { words, x, y, width: long, .. } = mark {
                    let within =
                        *x >= 9.0 * MM && x + long <= (width - 9.0) * MM && *y >= 0.0 && *y <= height * MM;
                    assert!(within, "{form}: {words:?} at {} mm to {} mm", x / MM, (x + long) / MM);
                }
            }
            let motto = text(&marks, "Độc lập");
            let (length, under) = rule_under(&marks, &motto);
            assert!(
                (length - motto.width).abs() < 1.0 && (2.0..8.0).contains(&under),
                "{form}: {length}, {under}"
            );
        }
    }
}

//! Every form as an independent program reads it: its words with every diacritic, where they stand on the sheet and in
//! which size, and the same words again from the DOCX as LibreOffice opens it.

#![allow(clippy::float_arithmetic, reason = "places on a sheet are measured; no figure of the product is")]

use crate::paper::papers_can_be_read;
use crate::support::ground::at;
use crate::support::soffice::soffice;
use lopdf::content::Content;
use lopdf::{Document, Object};
use motcua::documents::forms::{Form, sample};
use motcua::documents::typeset::{Limits, Order, Press};
use motcua::documents::word::word;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

const DATED: &str = "2026-01-05 09:00";

fn press() -> &'static Press {
    static PRESS: OnceLock<Press> = OnceLock::new();
    PRESS.get_or_init(|| Press::new(env!("CARGO_BIN_EXE_motcua").into(), Limits::default()))
}

fn printed(form: Form, data: Value) -> Vec<u8> {
    let order =
        Order { template: form.template().to_owned(), data, ident: form.to_string(), dated: at(DATED) };
    press().print(&order).unwrap_or_else(|error| panic!("{form}: {error}")).pdf
}

fn paper(form: Form) -> Vec<u8> {
    printed(form, sample(form).unwrap())
}

/// In the order in which it was drawn: the lines of each page.
fn lines(pdf: &Path) -> Vec<Vec<String>> {
    let told = Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(pdf).arg("-").output().unwrap();
    assert!(told.status.success() && told.stderr.is_empty(), "{}", String::from_utf8_lossy(&told.stderr));
    let text = String::from_utf8(told.stdout).unwrap();
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = |page: &str| page.lines().map(squeezed).filter(|line| !line.is_empty()).collect();
    text.trim_end_matches('\u{c}').split('\u{c}').map(page).collect()
}

fn pages_of(pdf: &[u8]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, pdf).unwrap();
    lines(&file)
}

fn text(pdf: &[u8]) -> String {
    pages_of(pdf).concat().join("\n")
}

/// Without what stands on each further page again: the number of the page, which form it is, the head of a table. LibreOffice may need
/// one more page for the same words.
fn once(pages: Vec<Vec<String>>, form: Form) -> String {
    let note = sample(form).unwrap()["head"]["form_note"].as_str().unwrap().to_owned();
    let mut all: Vec<String> = Vec::new();
    for (n, page) in pages.into_iter().enumerate() {
        let again = |line: &String| n > 0 && (*line == note || *line == (n + 1).to_string());
        let rest = page.into_iter().filter(|line| !again(line));
        // And the heads of a table's columns, which are in capitals.
        let before = all.clone();
        let rest = rest.skip_while(|line| *line == line.to_uppercase() && before.contains(line));
        all.extend(rest);
    }
    // A code that was broken behind its hyphen is one word.
    let mut text = String::new();
    for line in all {
        let broken = text.ends_with('-') && !text.ends_with(" -");
        text.push_str(if text.is_empty() || broken { "" } else { "\n" });
        text.push_str(&line);
    }
    text
}

/// The words without their order, which differs from program to program where they stand beside one another.
fn words(text: &str) -> Vec<String> {
    let text = text.replace(['\u{200B}', '\u{2060}'], "");
    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    words.sort();
    words
}

#[test]
fn each_form_says_these_words_with_every_diacritic() {
    if !papers_can_be_read() {
        return;
    }
    for form in Form::ALL {
        insta::assert_snapshot!(format!("words-of-{form}"), text(&paper(*form)));
    }
}

#[test]
fn libreoffice_opens_each_docx_and_reads_the_words_of_the_pdf() {
    if !papers_can_be_read() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let Some(mut convert) = soffice(folder.path()) else { return };
    let forms: Vec<Form> = Form::ALL.iter().copied().filter(|form| *form != Form::Register).collect();
    for form in &forms {
        let file = word(*form, &sample(*form).unwrap(), at(DATED)).unwrap();
        std::fs::write(folder.path().join(format!("{form}.docx")), file).unwrap();
    }
    convert
        .current_dir(&folder)
        .args(["--convert-to", "pdf"])
        .args(forms.iter().map(|form| format!("{form}.docx")));
    let done = convert.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    for form in forms {
        let opened = folder.path().join(format!("{form}.pdf"));
        let (opened, ours) = (once(lines(&opened), form), once(pages_of(&paper(form)), form));
        assert_eq!(words(&opened), words(&ours), "{form}:\n{opened}\n--\n{ours}");
    }
}

/// Text as it was drawn: the left end of its base line from the lower left corner, in points; its size and font.
#[derive(Debug, Clone)]
struct Drawn {
    x: f64,
    y: f64,
    size: f64,
    font: String,
}

/// A horizontal line.
#[derive(Debug, Clone, Copy)]
struct Rule {
    left: f64,
    right: f64,
    y: f64,
}

impl Rule {
    fn width(self) -> f64 {
        self.right - self.left
    }
}

type Matrix = [f64; 6];

fn times([a, b, c, d, e, f]: Matrix, [k, l, m, n, o, p]: Matrix) -> Matrix {
    [a * k + b * m, a * l + b * n, c * k + d * m, c * l + d * n, e * k + f * m + o, e * l + f * n + p]
}

fn placed(x: f64, y: f64, [a, b, c, d, e, f]: Matrix) -> (f64, f64) {
    (a * x + c * y + e, b * x + d * y + f)
}

/// The first page, instruction by instruction.
fn drawn(pdf: &[u8]) -> (Vec<Drawn>, Vec<Rule>) {
    let document = Document::load_mem(pdf).unwrap();
    let page = document.page_iter().next().unwrap();
    let fonts = document.get_page_fonts(page).unwrap();
    let content = Content::decode(&document.get_page_content(page)).unwrap();
    let identity = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
    let (mut base, mut kept, mut line) = (identity, Vec::new(), identity);
    let (mut font, mut size, mut from, mut to) = (String::new(), 0.0, (0.0, 0.0), Vec::new());
    let (mut texts, mut rules) = (Vec::new(), Vec::new());
    for step in content.operations {
        let n = |place: usize| f64::from(step.operands[place].as_float().unwrap());
        match step.operator.as_str() {
            "q" => kept.push(base),
            "Q" => base = kept.pop().unwrap(),
            "cm" => base = times([n(0), n(1), n(2), n(3), n(4), n(5)], base),
            "BT" => line = identity,
            "Tm" => line = [n(0), n(1), n(2), n(3), n(4), n(5)],
            "Td" => line = times([1.0, 0.0, 0.0, 1.0, n(0), n(1)], line),
            "Tf" => {
                let name = fonts[step.operands[0].as_name().unwrap()];
                font = String::from_utf8(name.get(b"BaseFont").and_then(Object::as_name).unwrap().to_vec())
                    .unwrap();
                size = n(1);
            }
            "Tj" | "TJ" => {
                let whole = times(line, base);
                let (x, y) = placed(0.0, 0.0, whole);
                let tall = placed(0.0, size, whole);
                // Upright text only: the mark of a draft lies aslant.
                if (tall.0 - x).abs() < 0.01 {
                    texts.push(Drawn { x, y, size: (tall.1 - y).abs(), font: font.clone() });
                }
            }
            "m" => from = placed(n(0), n(1), base),
            "l" => to.push((from, placed(n(0), n(1), base))),
            "S" => {
                for ((x1, y1), (x2, y2)) in to.drain(..) {
                    if (y1 - y2).abs() < 0.01 {
                        rules.push(Rule { left: x1.min(x2), right: x1.max(x2), y: y1 });
                    }
                }
            }
            "n" | "f" | "f*" => to.clear(),
            _ => {}
        }
    }
    (texts, rules)
}

/// A word and its box, from the upper left corner, in points.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// The sheet and its words, page by page.
fn pages(pdf: &[u8]) -> Vec<((f64, f64), Vec<Word>)> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("paper.pdf");
    std::fs::write(&file, pdf).unwrap();
    let told =
        Command::new("pdftotext").args(["-bbox", "-enc", "UTF-8"]).arg(&file).arg("-").output().unwrap();
    let html = String::from_utf8(told.stdout).unwrap();
    let number =
        |node: roxmltree::Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
    let start = html.find("<doc>").unwrap();
    let end = html.find("</doc>").unwrap() + "</doc>".len();
    let doc = roxmltree::Document::parse(&html[start..end]).unwrap();
    let pages = doc.descendants().filter(|node| node.has_tag_name("page"));
    pages
        .map(|page| {
            let words = page.descendants().filter(|node| node.has_tag_name("word")).map(|word| Word {
                text: word.text().unwrap_or_default().to_owned(),
                left: number(word, "xMin"),
                right: number(word, "xMax"),
                top: number(word, "yMin"),
                bottom: number(word, "yMax"),
            });
            ((number(page, "width"), number(page, "height")), words.collect())
        })
        .collect()
}

fn mm(points: f64) -> f64 {
    points * 25.4 / 72.0
}

#[track_caller]
fn within(what: &str, value: f64, least: f64, most: f64) {
    assert!((least - 0.05..=most + 0.05).contains(&value), "{what}: {value:.2} is not within {least}–{most}");
}

/// The line that begins with these words: left, right and base line (from below), size and font of its first word.
struct Line {
    left: f64,
    right: f64,
    y: f64,
    size: f64,
    font: String,
}

struct Sheet {
    height: f64,
    words: Vec<Word>,
    texts: Vec<Drawn>,
    rules: Vec<Rule>,
}

impl Sheet {
    fn of(pdf: &[u8]) -> Self {
        let ((_, height), words) = pages(pdf).remove(0);
        let (texts, rules) = drawn(pdf);
        Self { height, words, texts, rules }
    }

    #[track_caller]
    fn line(&self, begins: &str) -> Line {
        let wanted: Vec<&str> = begins.split(' ').collect();
        let found = self
            .words
            .windows(wanted.len())
            .find(|found| found.iter().zip(&wanted).all(|(word, wanted)| word.text == *wanted));
        let found = found.unwrap_or_else(|| panic!("{begins:?} is not on the sheet"));
        let (first, last) = (&found[0], &found[found.len() - 1]);
        let (above, below) = (self.height - first.top, self.height - first.bottom);
        let text = self
            .texts
            .iter()
            .find(|text| (below..above).contains(&text.y) && (text.x - first.left).abs() < 3.0);
        // A word in the middle of a run: the run it is in.
        let text = text.or_else(|| {
            let mut before: Vec<&Drawn> = self
                .texts
                .iter()
                .filter(|text| (below..above).contains(&text.y) && text.x <= first.left)
                .collect();
            before.sort_by(|a, b| a.x.total_cmp(&b.x));
            before.pop()
        });
        let text = text.unwrap_or_else(|| panic!("{begins:?} was drawn by nothing"));
        Line { left: first.left, right: last.right, y: text.y, size: text.size, font: text.font.clone() }
    }

    /// The rule right under a line.
    #[track_caller]
    fn rule_under(&self, line: &Line) -> Rule {
        let middle = (line.left + line.right) / 2.0;
        let mut under: Vec<Rule> = self
            .rules
            .iter()
            .copied()
            .filter(|rule| {
                rule.y < line.y && line.y - rule.y < 14.0 && rule.left < middle && middle < rule.right
            })
            .collect();
        under.sort_by(|a, b| b.y.total_cmp(&a.y));
        *under.first().expect("a rule under it")
    }
}

#[track_caller]
fn in_bold(line: &Line, what: &str) {
    assert!(line.font.contains("Bold"), "{what}: {}", line.font);
}

#[test]
fn the_official_letter_stands_as_the_decree_wants_it() {
    if !papers_can_be_read() {
        return;
    }
    // Nghị định 30/2020/NĐ-CP, Phụ lục I.
    let pdf = paper(Form::ApologyLetter);
    let all = pages(&pdf);
    assert_eq!(all.len(), 1);
    let ((width, height), words) = &all[0];
    within("A4, wide", mm(*width), 210.0, 210.0);
    within("A4, high", mm(*height), 297.0, 297.0);
    let edge = |of: fn(&Word) -> f64, pick: fn(f64, f64) -> f64| words.iter().map(of).reduce(pick).unwrap();
    within("left margin", mm(edge(|word| word.left, f64::min)), 30.0, 35.0);
    within("right margin", mm(width - edge(|word| word.right, f64::max)), 15.0, 20.0);
    within("top margin", mm(edge(|word| word.top, f64::min)), 19.0, 25.0);
    assert!(mm(height - edge(|word| word.bottom, f64::max)) >= 20.0, "bottom margin");

    let sheet = Sheet::of(&pdf);
    let nation = sheet.line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
    within("national name", nation.size, 12.0, 13.0);
    in_bold(&nation, "national name");
    let motto = sheet.line("Độc lập - Tự do - Hạnh phúc");
    within("motto", motto.size, 13.0, 14.0);
    in_bold(&motto, "motto");
    within("its rule", sheet.rule_under(&motto).width() / (motto.right - motto.left), 0.98, 1.02);
    let data = sample(Form::ApologyLetter).unwrap();
    let told = |name: &str| data["head"][name].as_str().unwrap().replace('\n', " ");
    let first_words =
        |text: &str, count: usize| text.split_whitespace().take(count).collect::<Vec<_>>().join(" ");
    let agency = sheet.line(&first_words(&told("agency"), 2));
    within("agency", agency.size, 12.0, 13.0);
    in_bold(&agency, "agency");
    let above = sheet.line(&first_words(&told("above"), 2));
    within("agency above", above.size, 12.0, 13.0);
    assert!(!above.font.contains("Bold"), "agency above: {}", above.font);
    let number = sheet.line("Số:");
    within("number", number.size, 13.0, 13.0);
    let place = sheet.line(&first_words(&told("place_date"), 3));
    within("place and date", place.size, 13.0, 14.0);
    assert!(place.font.contains("Italic"), "{}", place.font);
    let subject = sheet.line("V/v");
    within("subject", subject.size, 12.0, 13.0);
    assert!(subject.y < number.y, "under the number");
    let body = data["body"][0].as_str().unwrap();
    let body = sheet.line(&first_words(body, 4));
    within("body", body.size, 13.0, 14.0);
    within("first line", mm(body.left) - 30.0, 10.0, 12.7);
    let to = sheet.line("Nơi nhận:");
    within("distribution", to.size, 12.0, 12.0);
    assert!(to.font.contains("BoldItalic"), "{}", to.font);
    let signer = sheet.line(&first_words(data["signer"].as_str().unwrap(), 2));
    within("signer", signer.size, 13.0, 14.0);
    in_bold(&signer, "signer");
    // Lines of the body: single to one and a half, and every full one reaches the right margin.
    let mut heights: Vec<f64> = sheet
        .texts
        .iter()
        .filter(|text| text.size > 13.5 && text.y < body.y + 1.0 && text.y > to.y)
        .map(|text| text.y)
        .collect();
    heights.sort_by(|a, b| b.total_cmp(a));
    heights.dedup_by(|a, b| (*a - *b).abs() < 0.5);
    let closest = heights.windows(2).map(|pair| pair[0] - pair[1]).reduce(f64::min).unwrap();
    within("line spacing of 14 points", closest / 14.0, 1.0, 1.5 * 1.15);
    assert!(text(&pdf).contains("./."), "it ends as a letter does");
}

#[test]
fn the_rule_under_the_agency_is_a_third_to_a_half_of_its_widest_line() {
    if !papers_can_be_read() {
        return;
    }
    for form in Form::ALL {
        let sheet = Sheet::of(&paper(*form));
        let motto = sheet.line("Độc lập - Tự do - Hạnh phúc");
        in_bold(&motto, "motto");
        within("the motto's rule", sheet.rule_under(&motto).width() / (motto.right - motto.left), 0.98, 1.02);
        let nation = sheet.line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
        // The rule on the left half that is highest.
        let mut left: Vec<Rule> =
            sheet.rules.iter().copied().filter(|rule| rule.right < nation.left).collect();
        left.sort_by(|a, b| b.y.total_cmp(&a.y));
        let rule = *left.first().unwrap_or_else(|| panic!("{form}: no rule under the agency"));
        let of_agency = |word: &&Word| {
            let base = sheet.height - word.bottom;
            word.right < nation.left && base > rule.y - 2.0
        };
        let bold: Vec<f64> = sheet
            .texts
            .iter()
            .filter(|text| text.font.contains("Bold") && text.y > rule.y && text.x < nation.left - 1.0)
            .map(|text| text.y)
            .collect();
        let widest = bold
            .iter()
            .map(|y| {
                let on: Vec<&Word> = sheet
                    .words
                    .iter()
                    .filter(of_agency)
                    .filter(|word| (sheet.height - word.bottom..sheet.height - word.top).contains(y))
                    .collect();
                let left = on.iter().map(|word| word.left).fold(f64::MAX, f64::min);
                on.iter().map(|word| word.right).fold(f64::MIN, f64::max) - left
            })
            .fold(0.0, f64::max);
        within(&format!("{form}: the agency's rule"), rule.width() / widest, 1.0 / 3.0, 0.5);
    }
}

#[test]
fn forms_are_on_their_sheet_within_its_margins() {
    if !papers_can_be_read() {
        return;
    }
    for form in Form::ALL {
        let (width, height) = match form {
            Form::ApologyLetter => (210.0, 297.0),
            Form::Register => (297.0, 210.0),
            _ => (148.0, 210.0),
        };
        for (sheet, words) in pages(&paper(*form)) {
            within("wide", mm(sheet.0), width, width);
            within("high", mm(sheet.1), height, height);
            for word in words {
                let inside = mm(word.left) >= 10.0
                    && mm(word.right) <= width - 9.5
                    && mm(word.top) >= 4.0
                    && mm(word.bottom) <= height - 4.0;
                assert!(inside, "{form}: {word:?}");
            }
        }
    }
}

/// Two words that lie upon one another; boxes of words touch where lines are close.
fn overlapping(words: &[Word]) -> Option<(&Word, &Word)> {
    let deep = |one: (f64, f64), other: (f64, f64)| one.1.min(other.1) - one.0.max(other.0);
    words.iter().enumerate().find_map(|(n, one)| {
        let over = words[n + 1..].iter().find(|other| {
            let wide = deep((one.left, one.right), (other.left, other.right));
            let high = deep((one.top, one.bottom), (other.top, other.bottom));
            wide > 0.8 && high > 0.45 * (one.bottom - one.top).min(other.bottom - other.top)
        });
        over.map(|other| (one, other))
    })
}

/// Each text in the data, replaced.
fn everywhere(data: &mut Value, with: &dyn Fn(&str, &str) -> Option<String>, name: &str) {
    match data {
        Value::String(text) => {
            if let Some(other) = with(name, text) {
                *text = other;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| everywhere(item, with, name)),
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, value)| everywhere(value, with, name));
        }
        _ => {}
    }
}

/// Pictures and dates are made here and never by anybody else.
const OURS: &[&str] = &["qr_svg", "barcode_svg"];

#[test]
fn long_names_and_addresses_wrap_and_lie_upon_nothing() {
    if !papers_can_be_read() {
        return;
    }
    let long = "Nguyễn Hoàng Thị Ánh Tuyết Phương Quỳnh Trâm Đặng Nguyễn Trần Lê Phạm Vũ Võ";
    for form in Form::ALL {
        let mut data = sample(*form).unwrap();
        everywhere(
            &mut data,
            &|name, _| {
                let of_people =
                    ["name", "address", "recipient", "signer", "from", "to", "contact", "agency", "above"];
                (of_people.iter().any(|part| name == *part || name.ends_with(&format!("_{part}")))
                    || name.starts_with("signature_"))
                .then(|| long.to_owned())
            },
            "",
        );
        for (_, words) in pages(&printed(*form, data)) {
            assert!(!words.is_empty());
            if let Some((one, other)) = overlapping(&words) {
                panic!("{form}: {one:?} and {other:?}");
            }
        }
    }
}

#[test]
fn hostile_words_in_any_field_of_any_form_are_printed_as_text() {
    if !papers_can_be_read() {
        return;
    }
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    for words in [
        "#read(\"/etc/passwd\") #panic(\"x\") $x$ *b* _i_ `m` <n> @t // = \\u{41}",
        "'); drop table dossiers; --\" \"kép\" 'nháy'",
        "\u{202E}gnôt\u{2066} \u{200F}",
        "Cá 🐟👩‍👩‍👧 魚",
    ] {
        for form in Form::ALL {
            let mut data = sample(*form).unwrap();
            let count = std::cell::Cell::new(0);
            everywhere(
                &mut data,
                &|name, _| {
                    (!OURS.contains(&name)).then(|| {
                        count.set(count.get() + 1);
                        words.to_owned()
                    })
                },
                "",
            );
            let told = bare(&text(&printed(*form, data)));
            for sign in ["root:", "\u{202E}", "\u{2066}", "🐟"] {
                assert!(!told.contains(sign), "{form}: {sign:?}");
            }
            // What no font has stands as a box; the rest stands as it is.
            let shown: String = words.chars().filter(|c| c.is_ascii() || c.is_alphabetic()).collect();
            let first = shown.split_whitespace().next().unwrap();
            assert!(told.contains(&bare(first)), "{form}: {first:?} of {} fields\n{told}", count.get());
        }
    }
}

#[test]
fn five_thousand_signs_without_a_blank_break_no_form() {
    if !papers_can_be_read() {
        return;
    }
    let endless = "Ố".repeat(5000);
    for (form, field) in [
        (Form::Receipt, "request"),
        (Form::SupplementRequest, "reason"),
        (Form::Refusal, "reason"),
        (Form::StoppingNotice, "reason"),
        (Form::Apology, "recipient"),
        (Form::ApologyLetter, "recipient"),
        (Form::ControlSheet, "procedure_name"),
    ] {
        let mut data = sample(form).unwrap();
        assert!(data.get(field).is_some(), "{form} has no {field}");
        data[field] = json!("x");
        let without = text(&printed(form, data.clone())).matches('Ố').count();
        data[field] = json!(endless);
        let all = pages(&printed(form, data));
        assert!(all.len() > 1, "{form}");
        let mut count = 0;
        for ((width, _), words) in &all {
            count += words.iter().map(|word| word.text.matches('Ố').count()).sum::<usize>();
            let over = words.iter().find(|word| mm(word.right) > mm(*width) - 9.0);
            assert!(over.is_none(), "{form} runs off the sheet: {over:?}");
        }
        assert_eq!(count - without, 5000, "{form}: each sign is there once");
    }
}

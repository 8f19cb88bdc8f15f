//! The apology: as form 04 (A5), and as an official letter (A4) laid out as NĐ 30/2020/NĐ-CP, Phụ lục I says.

use super::layout::{
    HeadStyle, Manuscript, Page, bold, centred, distribution, first_line_in, head, line, mm, prose, run,
    side_by_side, signature, spaced,
};
use super::slips::{SEALED, slip};
use crate::documents::forms::ApologyPaper;
use docx_rs::{AlignmentType, Paragraph};

/// Form 04.
pub(super) fn apology(data: &ApologyPaper) -> Manuscript {
    let mut slip = slip(&data.head, &data.title, &data.dossier_code, 20);
    slip.draft = data.draft;
    slip.add(centred(line([run("Kính gửi: "), bold(&data.recipient)])));
    if !data.recipient_contact.is_empty() {
        slip.add(centred(line([run(&format!("({})", data.recipient_contact))])));
    }
    for paragraph in body(data) {
        slip.add(paragraph);
    }
    slip.add(side_by_side(
        Page::A5,
        40,
        distribution(&data.distribution, 18),
        signature((&data.signature_title, SEALED, &data.signer), mm(12), 19),
    ));
    slip
}

/// Công văn.
pub(super) fn official_letter(data: &ApologyPaper) -> Manuscript {
    let style =
        HeadStyle { size: 24, number_size: 26, left: 39, page: Page::A4, subject: Some(&data.subject) };
    let mut letter = Manuscript {
        page: Page::A4,
        size: 28,
        title: format!("{} {}", data.title, data.dossier_code),
        author: data.head.agency.replace('\n', " "),
        note: None,
        draft: data.draft,
        parts: vec![head(&data.head, &style).into()],
    };
    let to = format!("Kính gửi: {}", data.recipient);
    letter.add(spaced(centred(line([run(&to)])), 240, 60).outline_lvl(0).keep_next(true));
    if !data.recipient_contact.is_empty() {
        letter.add(spaced(centred(line([run(&format!("({})", data.recipient_contact))])), 0, 160));
    }
    for paragraph in body(data) {
        letter.add(first_line_in(paragraph));
    }
    letter.add(spaced(Paragraph::new(), 0, 0));
    letter.add(side_by_side(
        Page::A4,
        45,
        distribution(&data.distribution, 24),
        signature((&data.signature_title, None, &data.signer), mm(26), 28),
    ));
    letter
}

/// What the letter says, a paragraph each: in the words of the plain letter.
fn body(data: &ApologyPaper) -> Vec<Paragraph> {
    let state = format!("Tình trạng hồ sơ: {}. Kết quả được trả {}.", data.state, data.return_how);
    let contact = format!("Mọi thắc mắc xin liên hệ: {}.", data.contact);
    let both = |text: &str| line([run(text)]).align(AlignmentType::Both);
    data.body
        .iter()
        .map(|paragraph| prose(paragraph))
        .chain([both(&state), both(&contact)])
        .chain(data.closing.iter().map(|paragraph| prose(paragraph)))
        .collect()
}

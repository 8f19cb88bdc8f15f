//! The slips of the counter (A5): receipt, request, refusal, notice.

use super::layout::{
    HeadStyle, Manuscript, Page, Part, bold, cell, centred, columns, distribution, dots, field, form_title,
    gap, head, line, mm, prose, run, side_by_side, signature, spaced, strong_field,
};
use super::pictures;
use crate::documents::forms::{Head, Paper, Receipt, Refusal, StoppingNotice, SupplementRequest};
use docx_rs::{
    AlignmentType, Paragraph, Table, TableCell, TableCellMargins, TableLayoutType, TableRow, WidthType,
};

const BY_HAND: Option<&str> = Some("(Ký và ghi rõ họ tên)");
pub(super) const SEALED: Option<&str> = Some("(Ký, đóng dấu hoặc ký số)");

/// A slip begins with its head and its name.
pub(super) fn slip(head_of: &Head, title: &str, code: &str, size: usize) -> Manuscript {
    let style = HeadStyle { size: 17, number_size: 17, left: 44, page: Page::A5, subject: None };
    Manuscript {
        page: Page::A5,
        size,
        title: format!("{title} {code}"),
        author: head_of.agency.replace('\n', " "),
        note: Some(head_of.form_note.clone()),
        draft: false,
        parts: vec![head(head_of, &style).into(), form_title(title, size * 6 / 5).into()],
    }
}

impl Manuscript {
    pub(super) fn add(&mut self, part: impl Into<Part>) {
        self.parts.push(part.into());
    }
}

/// Form 01. `address` is where its QR code leads.
pub(super) fn receipt(data: &Receipt, address: Option<&str>) -> Manuscript {
    let mut slip = slip(&data.head, &data.title, &data.dossier_code, 20);
    if let Some(bars) = pictures::bar_code(&data.dossier_code) {
        slip.add(spaced(centred(line([run("").add_image(bars)])), 0, 80));
    }
    let who = [
        field("Bộ phận tiếp nhận và trả kết quả", &data.counter_name),
        strong_field("Tiếp nhận hồ sơ của", &data.applicant_name),
        field("Địa chỉ", &data.applicant_address),
        field("Số điện thoại", &data.phone),
        field("Email", &data.email),
        field("Số căn cước / hộ chiếu", &data.id_number),
    ];
    match address.and_then(pictures::qr_code) {
        Some(code) => {
            let (right, whole) = (mm(24), Page::A5.text_width());
            let picture = line([run("").add_image(code)]).align(AlignmentType::Right);
            let cells = vec![cell(whole - right, who), cell(right, [picture])];
            slip.add(columns(&[whole - right, right], vec![TableRow::new(cells)]));
        }
        None => slip.parts.extend(who.map(Part::from)),
    }
    slip.add(field("Nội dung yêu cầu giải quyết", &data.request));
    if let Some(owner) = &data.owner {
        slip.add(strong_field("Chủ hồ sơ", &owner.name));
        slip.add(field("Địa chỉ chủ hồ sơ", &owner.address));
    }
    slip.add(line([run("1. Thành phần hồ sơ nộp gồm:")]).keep_next(true));
    if data.components.is_empty() {
        slip.add(dots());
    } else {
        slip.add(components(&data.components));
    }
    slip.add(spaced(line([run(&format!("2. Số lượng hồ sơ: {} (bộ).", data.set_count))]), 80, 60));
    slip.add(line([run(&format!(
        "3. Thời gian giải quyết hồ sơ theo quy định là: {}.",
        data.statutory_limit
    ))]));
    slip.add(line([run(&format!("4. Thời gian nhận hồ sơ: {}.", data.received_at))]));
    slip.add(line([run("5. Thời gian trả kết quả giải quyết hồ sơ: "), bold(&data.due_at), run(".")]));
    slip.add(line([run(&format!("6. Đăng ký nhận kết quả tại: {}.", data.return_method))]));
    if let Some(fee) = &data.fee {
        slip.add(line([run(&format!("7. Phí, lệ phí: {fee}."))]));
    }
    let book = format!("Vào Sổ theo dõi hồ sơ, Quyển số: {}. Số thứ tự: ……………", data.book_no);
    slip.add(spaced(line([run(&book)]), 0, 60));
    slip.add(side_by_side(
        Page::A5,
        50,
        signature(("NGƯỜI NỘP HỒ SƠ", BY_HAND, &data.signature_applicant), mm(11), 20),
        signature(("NGƯỜI TIẾP NHẬN HỒ SƠ", BY_HAND, &data.signature_official), mm(11), 20),
    ));
    let small = |text: &str, before| spaced(line([run(text).italic().size(17)]), before, 40);
    if let Some(site) = &data.lookup_site {
        let key = &data.lookup_key;
        slip.add(small(
            &format!(
                "Tra cứu tình trạng hồ sơ bằng mã QR, hoặc tại {site} với mã hồ sơ và mã tra cứu {key}."
            ),
            80,
        ));
    }
    slip.add(small(
        "Ghi chú: Giấy này lập thành 02 liên; một liên giao cho người nộp hồ sơ, một liên chuyển kèm Phiếu kiểm \
         soát và lưu tại Bộ phận tiếp nhận và trả kết quả.",
        40,
    ));
    slip
}

/// The papers of the dossier, with lines around them; its first row stands on every page.
fn components(papers: &[Paper]) -> Table {
    let name_width = Page::A5.text_width() - mm(8) - mm(31) - mm(18);
    let widths = [mm(8), name_width, mm(31), mm(18)];
    let row = |texts: [&str; 4], strong: bool| {
        let cells = texts.into_iter().zip(widths).enumerate().map(|(column, (text, width))| {
            let text = if strong { bold(text) } else { run(text) };
            let alignment = if column == 1 { AlignmentType::Left } else { AlignmentType::Center };
            let inside = spaced(line([text.size(18)]).align(alignment), 0, 0);
            TableCell::new().add_paragraph(inside).width(width, WidthType::Dxa)
        });
        TableRow::new(cells.collect())
    };
    let first = super::package::on_every_page(row(["TT", "Tên giấy tờ", "Hình thức", "Số lượng"], true));
    let rows = papers.iter().enumerate().map(|(place, paper)| {
        row([&(place + 1).to_string(), &paper.name, &paper.form, &paper.copies], false)
    });
    ruled_table(&widths, std::iter::once(first).chain(rows).collect(), (15, 80))
}

/// A table with lines, `inset` from top and sides.
pub(super) fn ruled_table(widths: &[usize], rows: Vec<TableRow>, (top, side): (usize, usize)) -> Table {
    Table::new(rows)
        .set_grid(widths.to_vec())
        .width(widths.iter().sum(), WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .margins(TableCellMargins::new().margin(top, side, top, side))
}

/// Form 02.
pub(super) fn supplement_request(data: &SupplementRequest) -> Manuscript {
    let mut slip = slip(&data.head, &data.title, &data.dossier_code, 21);
    slip.add(strong_field("Hồ sơ của", &data.applicant_name));
    slip.add(field("Mã hồ sơ", &data.dossier_code));
    slip.add(field("Nội dung yêu cầu giải quyết", &data.procedure_name));
    slip.parts.extend(reached_at(&data.applicant_address, &data.phone, &data.email).map(Part::from));
    slip.add(line([run("Yêu cầu hoàn thiện hồ sơ gồm những nội dung sau:")]).keep_next(true));
    for (place, item) in data.requested_items.iter().enumerate() {
        slip.add(prose(&format!("{}. {item}", place + 1)));
    }
    slip.add(field("Lý do", &data.reason));
    if let Some(note) = &data.round_note {
        slip.add(line([run(note).italic()]));
    }
    slip.add(prose(&format!(
        "Trong quá trình hoàn thiện hồ sơ nếu có vướng mắc, Ông/Bà/Tổ chức liên hệ với {}, số điện thoại {} để được \
         hướng dẫn./.",
        data.contact_person, data.contact_phone
    )));
    slip.add(gap());
    let official = signature(("NGƯỜI HƯỚNG DẪN", BY_HAND, &data.signature_official), mm(13), 20);
    slip.add(side_by_side(Page::A5, 50, Vec::new(), official));
    slip
}

/// Form 03.
pub(super) fn refusal(data: &Refusal) -> Manuscript {
    let mut slip = slip(&data.head, &data.title, &data.dossier_code, 21);
    let counter = format!("Bộ phận tiếp nhận và trả kết quả, {}", data.counter_name);
    slip.add(line([run(&format!("{counter}, tiếp nhận hồ sơ của: ")), bold(&data.applicant_name)]));
    slip.add(field("Mã hồ sơ", &data.dossier_code));
    slip.parts.extend(reached_at(&data.applicant_address, &data.phone, &data.email).map(Part::from));
    slip.add(field("Nội dung yêu cầu giải quyết", &data.procedure_name));
    slip.add(prose(&format!(
        "Qua xem xét, {counter} thông báo không tiếp nhận, giải quyết hồ sơ này với lý do cụ thể như sau:"
    )));
    slip.add(prose(&data.reason));
    slip.add(line([run(&format!("Mọi thắc mắc xin liên hệ số điện thoại {}.", data.contact_phone))]));
    slip.add(spaced(line([run("Xin thông báo cho Ông/Bà được biết và thực hiện./.")]), 0, 160));
    slip.add(side_by_side(
        Page::A5,
        50,
        signature(("NGƯỜI NỘP HỒ SƠ", BY_HAND, &data.signature_applicant), mm(13), 20),
        signature(("NGƯỜI TIẾP NHẬN HỒ SƠ", BY_HAND, &data.signature_official), mm(13), 20),
    ));
    slip
}

/// Form 05 of 2025.
pub(super) fn stopping_notice(data: &StoppingNotice) -> Manuscript {
    let mut slip = slip(&data.head, &data.title, &data.dossier_code, 21);
    let counter = &data.counter_name;
    slip.add(centred(line([run("Kính gửi: "), bold(&data.applicant_name)])));
    slip.parts.extend(reached_at(&data.applicant_address, &data.phone, &data.email).map(Part::from));
    slip.add(prose(&format!(
        "Ngày {}, {counter} tiếp nhận hồ sơ đề nghị giải quyết thủ tục “{}” của Ông/Bà/Tổ chức, mã hồ sơ {}, hẹn trả \
         kết quả ngày {}.",
        data.received_on, data.procedure_name, data.dossier_code, data.due_on
    )));
    slip.add(prose(&format!(
        "{counter} thông báo dừng giải quyết hồ sơ nêu trên kể từ ngày {}.",
        data.stopped_on
    )));
    slip.add(field("Lý do", &data.reason));
    slip.add(prose(&format!(
        "Mọi thắc mắc xin liên hệ {}, số điện thoại {}.",
        data.contact_person, data.contact_phone
    )));
    slip.add(spaced(line([run("Xin thông báo cho Ông/Bà/Tổ chức được biết./.")]), 0, 160));
    slip.add(side_by_side(
        Page::A5,
        50,
        distribution(&data.distribution, 19),
        signature((&data.signature_title, SEALED, &data.signature_official), mm(13), 20),
    ));
    slip
}

/// Where somebody can be reached.
fn reached_at(address: &str, phone: &str, email: &str) -> [Paragraph; 3] {
    [field("Địa chỉ", address), field("Số điện thoại", phone), field("Email", email)]
}

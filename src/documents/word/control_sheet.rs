//! The control sheet (A5): every hand-over, and the verdict on the part of the way that ended with it.

use super::layout::{
    Manuscript, Page, bold, cell, centred, columns, field, gap, line, mm, run, spaced, strong_field,
};
use super::package::on_every_page;
use super::slips::{ruled_table, slip};
use crate::documents::forms::{ControlSheet, Leg};
use docx_rs::{AlignmentType, Paragraph, Table, TableCell, TableRow, WidthType};

const SIZE: usize = 17;

pub(super) fn control_sheet(data: &ControlSheet) -> Manuscript {
    let mut slip = slip(&data.head, &data.title, &data.dossier_code, 20);
    slip.add(strong_field("Kèm theo hồ sơ của", &data.owner_name));
    slip.add(field("Số điện thoại", &data.phone));
    slip.add(field("Địa chỉ", &data.address));
    slip.add(field("Loại thủ tục", &data.procedure_name));
    slip.add(field("Ngày nhận", &data.received_at));
    slip.add(field("Ngày trả", &data.due_at));
    slip.add(field("Cơ quan (bộ phận) giải quyết hồ sơ", &data.agency));
    slip.add(legs(&data.legs));
    slip.add(gap());
    slip
}

fn legs(legs: &[Leg]) -> Table {
    let when = Page::A5.text_width() - mm(29) - mm(22) - mm(17);
    let widths = [mm(29), when, mm(22), mm(17)];
    let titles = ["TÊN CƠ QUAN", "THỜI GIAN GIAO, NHẬN HỒ SƠ", "KẾT QUẢ GIẢI QUYẾT HỒ SƠ", "GHI CHÚ"];
    let first = titles.into_iter().zip(widths).map(|(title, width)| {
        let title = spaced(centred(line([bold(title).size(SIZE)])), 0, 0);
        TableCell::new().add_paragraph(title).width(width, WidthType::Dxa)
    });
    let first = on_every_page(TableRow::new(first.collect()));
    let rows = legs.iter().map(|leg| row(leg, widths).cant_split());
    ruled_table(&widths, std::iter::once(first).chain(rows).collect(), (60, 80))
}

fn row(leg: &Leg, [unit, when, verdict, note]: [usize; 4]) -> TableRow {
    let small = |text: &str| spaced(line([run(text).size(SIZE)]).align(AlignmentType::Left), 0, 60);
    let held = |width: usize, lines: Vec<Paragraph>| {
        let held = lines.into_iter().fold(TableCell::new(), TableCell::add_paragraph);
        held.width(width, WidthType::Dxa)
    };
    let result = match leg.verdict.as_str() {
        "" => small("—"),
        verdict => spaced(line([bold(verdict).size(SIZE)]).align(AlignmentType::Left), 0, 60),
    };
    TableRow::new(vec![
        held(unit, vec![small(&format!("1. Giao: {}", leg.from)), small(&format!("2. Nhận: {}", leg.to))]),
        TableCell::new()
            .add_paragraph(small(&leg.at))
            .add_table(people(leg, when - 160))
            .add_paragraph(gap())
            .width(when, WidthType::Dxa),
        held(verdict, vec![result]),
        held(note, vec![small(&leg.note)]),
    ])
}

/// Who gave and who took, with room to sign between the words and the names.
fn people(leg: &Leg, width: usize) -> Table {
    // So far apart that no name runs into the other.
    let apart = mm(4);
    let half = (width - apart) / 2;
    let middle = |text: &str, before| spaced(centred(line([run(text).size(SIZE)])), before, 0);
    let two = |left: &str, right: &str, before| {
        let side = |text: &str| cell(half, [middle(text, before)]);
        TableRow::new(vec![side(left), cell(apart, [middle("", 0)]), side(right)])
    };
    columns(
        &[half, apart, half],
        vec![two("Người giao", "Người nhận", 0), two(&leg.from_name, &leg.to_name, mm(8))],
    )
}

//! The report as a table: a row for each officer of each branch, a column for each sign.

use super::Integrity;
use crate::documents::dates;
use crate::documents::table::{Cell, Column, Table, grouped};

pub fn table(found: &Integrity) -> Table {
    const SIGNS: &str = "Số lần";
    let mut columns = vec![Column::new("Đơn vị", 12), Column::new("Cán bộ", 28)];
    columns.extend(found.indicators.iter().map(|sign| Column::of(SIGNS, &sign.name, 12)));
    let of = |total: i64| Cell::Number(total);
    let rows = found.officers.iter().map(|row| {
        let name = row.officer_name.as_deref().unwrap_or("(không ghi cán bộ)");
        let mut cells = vec![Cell::text(&row.branch_code), Cell::text(name)];
        cells.extend(
            found.indicators.iter().map(|sign| of(row.counts.get(sign.indicator).copied().unwrap_or(0))),
        );
        cells
    });
    let rows = rows.collect();
    let mut total = vec![Cell::text("Tổng số"), Cell::Empty];
    total.extend(found.indicators.iter().map(|sign| of(sign.total)));
    let mut notes = vec![
        "Dấu hiệu không phải là kết luận vi phạm: mỗi số chỉ ra những hồ sơ cần được xem lại.".to_owned(),
    ];
    notes.extend(found.indicators.iter().map(|sign| {
        let unknown = match sign.not_judged {
            0 => String::new(),
            some => format!(" Không xét {} hồ sơ thuộc năm chưa có lịch làm việc.", grouped(some)),
        };
        let dossiers = match (sign.dossiers.as_slice(), sign.more) {
            ([], _) => String::new(),
            (some, true) => format!(" Hồ sơ: {}, …", some.join(", ")),
            (some, false) => format!(" Hồ sơ: {}.", some.join(", ")),
        };
        format!("{}: {}{unknown}{dossiers}", sign.name, sign.definition)
    }));
    notes.extend(found.branches.iter().map(|row| {
        format!(
            "{}: tiếp nhận {} hồ sơ, giải quyết {} hồ sơ trong kỳ.",
            row.branch,
            grouped(row.received),
            grouped(row.resolved)
        )
    }));
    Table {
        title: "Liêm chính số liệu".to_owned(),
        heading: Some("DẤU HIỆU CẦN XEM LẠI VỀ TÍNH TRUNG THỰC CỦA SỐ LIỆU".to_owned()),
        about: vec![format!(
            "Từ {} đến {}, xét đến hết ngày {}",
            dates::short(found.from),
            dates::short(found.to),
            dates::short(found.as_of)
        )],
        columns,
        rows,
        total: Some(total),
        notes,
    }
}

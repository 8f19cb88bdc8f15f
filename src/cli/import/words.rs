//! What the importer finds, in words.

use crate::cli::CliError;
use crate::domain::lifecycle::Status;
use crate::register::{CellFault, Column, HeaderFault, ImportFault, SheetFault, Summary};
use std::path::Path;

/// What is wrong with a cell.
pub fn cell_fault(fault: &CellFault) -> String {
    let fact = fault.fact.as_deref().unwrap_or_default();
    match fault.code {
        "empty" => "không được để trống.".into(),
        "too-long" => format!("dài quá {fact} ký tự."),
        "not-nfc" => "chữ có dấu chưa ở dạng Unicode dựng sẵn (NFC).".into(),
        "control-character" => "chứa ký tự điều khiển không được phép.".into(),
        "not-utf8" => "không phải chữ UTF-8, hoặc dòng quá dài (thiếu dấu nháy đóng?).".into(),
        "too-many-cells" => format!("dòng có nhiều ô hơn {fact} cột của tiêu đề."),
        "bad-moment" => "thời điểm phải viết như 2020-01-21 08:30 hoặc theo RFC 3339.".into(),
        "bad-time-limit" => "thời hạn phải viết như 3wd, 45d, 4wh hoặc 5wd+3wd.".into(),
        "bad-dossier-code" => {
            "mã hồ sơ phải có dạng MÃ.ĐỊNH.DANH-NNTTNN-SỐ, ví dụ 000.00.03.H29-200121-0001.".into()
        }
        "code-number-too-large" => "số thứ tự trong mã hồ sơ quá lớn.".into(),
        "code-twice" => format!("mã hồ sơ đã có ở dòng {fact}."),
        "code-taken" => "mã hồ sơ đã có trong cơ sở dữ liệu.".into(),
        "unknown-value" => format!("giá trị phải là một trong: {}.", allowed(fault.column)),
        "unknown-branch" => "không có chi cục này trong danh mục.".into(),
        "unknown-procedure" => "không có thủ tục này trong danh mục.".into(),
        "not-of-this-branch" => "thủ tục này không do chi cục của dòng tiếp nhận.".into(),
        "not-in-force-that-day" => "thủ tục không có hiệu lực vào ngày tiếp nhận.".into(),
        "case-required" => {
            format!("thủ tục có nhiều trường hợp, phải chọn một: {fact}; hoặc ghi cột time_limit.")
        }
        "unknown-case" if fact.is_empty() => "thủ tục này chỉ có một trường hợp: để trống.".into(),
        "unknown-case" => format!("không có trường hợp này; có: {fact}."),
        "no-time-limit-known" => "danh mục chưa có thời hạn của thủ tục này: phải ghi cột time_limit.".into(),
        "rule-set-missing" => "không có bộ quy tắc nào có hiệu lực vào ngày này.".into(),
        "unknown-cause" => {
            "nguyên nhân phải là mã (chữ thường, số, gạch dưới) hoặc câu chữ của nguyên nhân có sẵn.".into()
        }
        "outcome-without-result" => "có kết quả nhưng không có resolved_at.".into(),
        "calendar-missing" => format!("lịch làm việc chưa có ngày nghỉ của năm {fact}, không tính được hạn."),
        "occurred-in-future" => format!("thời điểm ở tương lai (bây giờ là {fact})."),
        "occurred-before-last-event" => format!("sớm hơn việc trước đó của hồ sơ ({fact})."),
        "wrong-state" => contradiction(fault.column, fact),
        "bad-form" => "không đúng định dạng.".into(),
        code => format!("không nhận được ({code}{}{fact}).", if fact.is_empty() { "" } else { ": " }),
    }
}

/// The codes a column takes.
fn allowed(column: Column) -> &'static str {
    match column {
        Column::Channel | Column::ReturnChannel => "in_person, online, postal",
        Column::ApplicantKind => "citizen, enterprise, state_body, other",
        Column::Outcome => "granted, denied",
        _ => "các giá trị của danh mục",
    }
}

/// Why an act does not fit into the life that the line tells.
fn contradiction(column: Column, status: &str) -> String {
    let waiting = status.parse() == Ok(Status::SupplementRequested);
    match column {
        Column::SuppliedAt => "bổ sung mà không có supplement_requested_at.".into(),
        Column::ResolvedAt if waiting => "có kết quả khi hồ sơ còn chờ bổ sung (thiếu supplied_at).".into(),
        Column::ReturnedAt => "trả kết quả mà không có resolved_at.".into(),
        Column::WithdrawnAt => "rút hồ sơ đã có kết quả.".into(),
        _ => format!("không thể ở trạng thái {status} của hồ sơ."),
    }
}

/// Why a file could not be imported at all.
pub fn import_fault(file: &Path, fault: ImportFault) -> CliError {
    let file = file.display();
    match fault {
        ImportFault::Sheet(SheetFault::Io(error)) => CliError::failed(format_args!("{file}: {error}")),
        ImportFault::Sheet(fault) => CliError::failed(format_args!("{file}: {}", sheet_fault(&fault))),
        ImportFault::SkipBadIsAnotherFile => CliError::failed(
            "tệp ghi ở --skip-bad đã có và không phải danh sách dòng lỗi của lần trước; hãy chọn tên khác để không ghi đè",
        ),
        ImportFault::SkipBadIsTheRegister => {
            CliError::usage("--skip-bad phải là một tệp khác với tệp được nhập")
        }
        ImportFault::FileChanged => CliError::failed(format_args!("{file}: tệp đã thay đổi trong khi nhập")),
        ImportFault::NotAsBegun => CliError::failed(format_args!(
            "{file}: lần nhập trước của tệp này bị gián đoạn, và từ đó danh mục, lịch hoặc số dòng lỗi đã khác; \
             đề nghị chạy lại với đúng tùy chọn --skip-bad như lần trước, hoặc tách các dòng còn lại ra tệp mới"
        )),
        ImportFault::Failure(crate::failure::Failure::Conflict("import-running")) => {
            CliError::failed(format_args!("{file}: tệp này đang được một tiến trình khác nhập"))
        }
        ImportFault::Failure(failure) => failure.into(),
    }
}

fn sheet_fault(fault: &SheetFault) -> String {
    match fault {
        SheetFault::Io(error) => error.to_string(),
        SheetFault::TooLarge { most_megabytes } => format!("tệp lớn hơn {most_megabytes} MB"),
        SheetFault::NotUtf8 => "tệp không phải UTF-8; đề nghị lưu lại dạng CSV UTF-8 hoặc XLSX".into(),
        SheetFault::OldWorkbook => "tệp .xls cũ không đọc được; đề nghị lưu lại dạng XLSX".into(),
        SheetFault::Workbook(reason) => format!("không đọc được tệp XLSX: {reason}"),
        SheetFault::Empty => "tệp trống, không có dòng tiêu đề".into(),
        SheetFault::OpenQuote { line } => format!(
            "dấu nháy kép mở ở dòng {line} không được đóng, các dòng sau bị nuốt vào cùng một ô; chưa nhập dòng nào"
        ),
        SheetFault::Header(HeaderFault::Unknown(names)) => format!(
            "tiêu đề có cột không biết: {}; các cột có thể có: {}",
            names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "),
            Column::ALL.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(", ")
        ),
        SheetFault::Header(HeaderFault::Twice(names)) => {
            format!("tiêu đề có cột bị lặp: {}", names.join(", "))
        }
        SheetFault::Header(HeaderFault::Missing(names)) => {
            format!("tiêu đề thiếu cột: {}", names.join(", "))
        }
    }
}

/// What the dossiers of a register come to.
pub fn summary(summary: &Summary) -> String {
    let Summary { early, on_time, overdue, in_process, in_process_overdue, withdrawn } = summary;
    format!(
        "Trong tệp: {} hồ sơ có kết quả (trước hạn {early}, đúng hạn {on_time}, quá hạn {overdue}), \
         {in_process} đang giải quyết (quá hạn {in_process_overdue}), {withdrawn} đã rút.",
        early + on_time + overdue
    )
}

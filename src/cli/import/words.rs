//! What the importer finds, in words.

use crate::cli::CliError;
use crate::http::Lang;
use crate::register::{ImportFault, SheetFault, Summary, sheet_words};
use std::path::Path;

/// Why a file could not be imported at all.
pub fn import_fault(file: &Path, fault: ImportFault) -> CliError {
    let file = file.display();
    match fault {
        ImportFault::Sheet(SheetFault::Io(error)) => CliError::failed(format_args!("{file}: {error}")),
        ImportFault::Sheet(fault) => {
            CliError::failed(format_args!("{file}: {}", sheet_words(Lang::Vi, &fault)))
        }
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

/// What the dossiers of a register come to.
pub fn summary(summary: &Summary) -> String {
    let Summary { early, on_time, overdue, in_process, in_process_overdue, withdrawn } = summary;
    format!(
        "Trong tệp: {} hồ sơ có kết quả (trước hạn {early}, đúng hạn {on_time}, quá hạn {overdue}), \
         {in_process} đang giải quyết (quá hạn {in_process_overdue}), {withdrawn} đã rút.",
        early + on_time + overdue
    )
}

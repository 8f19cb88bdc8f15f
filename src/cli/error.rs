//! Why a command did not do what it was asked, in a short sentence for who asked.

use crate::config::ConfigError;
use crate::db::DbError;
use crate::failure::Failure;
use crate::http::{Lang, Problem};
use crate::installation::StartingDataError;
use crate::telemetry::TelemetryError;
use std::process::ExitCode;

#[derive(Debug)]
pub enum CliError {
    /// Asked for wrongly: exit code 2.
    Usage(String),
    /// It failed: exit code 1.
    Failed(String),
    /// Nobody takes the answer: exit code 1, silent when the reader simply went away.
    Output(std::io::Error),
}

impl CliError {
    pub fn failed(reason: impl ToString) -> Self {
        Self::Failed(reason.to_string())
    }

    pub fn usage(reason: impl ToString) -> Self {
        Self::Usage(reason.to_string())
    }

    /// Says it on standard error; the code to end with.
    #[expect(clippy::print_stderr, reason = "this is where the command line talks to people")]
    pub(super) fn report(self) -> ExitCode {
        match self {
            Self::Usage(reason) => {
                eprintln!("motcua: {reason}");
                ExitCode::from(2)
            }
            Self::Failed(reason) => {
                eprintln!("motcua: {reason}");
                ExitCode::FAILURE
            }
            Self::Output(error) => {
                if error.kind() != std::io::ErrorKind::BrokenPipe {
                    eprintln!("motcua: không ghi được kết quả: {error}");
                }
                ExitCode::FAILURE
            }
        }
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::Usage(format!("cấu hình không hợp lệ: {error}"))
    }
}

impl From<TelemetryError> for CliError {
    fn from(error: TelemetryError) -> Self {
        Self::Usage(format!("cấu hình không hợp lệ: {error}"))
    }
}

impl From<StartingDataError> for CliError {
    fn from(error: StartingDataError) -> Self {
        Self::Failed(format!("dữ liệu ban đầu không đọc được: {error}"))
    }
}

impl From<DbError> for CliError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::BadUrl => {
                Self::Usage("địa chỉ cơ sở dữ liệu phải bắt đầu bằng sqlite:// hoặc postgres://".to_owned())
            }
            DbError::Unreachable(reason) => Self::Failed(format!("không mở được cơ sở dữ liệu: {reason}")),
            DbError::NewerThanProgram(migration) => Self::Failed(format!(
                "cơ sở dữ liệu mới hơn chương trình (bước nâng cấp {migration}): cần bản motcua mới hơn"
            )),
            DbError::OlderThanProgram(migration) => Self::Failed(format!(
                "cơ sở dữ liệu chưa được nâng cấp (thiếu bước {migration}): hãy chạy motcua migrate trước"
            )),
            DbError::Migration(reason) => Self::Failed(format!("nâng cấp cơ sở dữ liệu thất bại: {reason}")),
            other => Self::Failed(format!("lỗi cơ sở dữ liệu: {other}")),
        }
    }
}

impl From<Failure> for CliError {
    /// In the words of the web service.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Db(error) => error.into(),
            Failure::Broken(cause) => Self::Failed(format!("lỗi của chương trình: {cause}")),
            Failure::Invalid(_) => Self::Usage(words(failure)),
            other => Self::Failed(words(other)),
        }
    }
}

fn words(failure: Failure) -> String {
    let worded = Problem::from(failure).worded(Lang::Vi);
    let faults = worded
        .errors
        .iter()
        .map(|fault| format!("{}: {}", fault.pointer.trim_start_matches('/'), fault.detail));
    let faults: Vec<_> = faults.collect();
    if faults.is_empty() { worded.detail } else { faults.join(" ") }
}

//! The command line: one file a command. A new one is a module and a line in `commands!`.
//!
//! Answers go to standard output, the log and errors to standard error. Exit codes: 0, 1 when it failed, 2 when
//! it was asked for wrongly.

mod backup;
mod config;
mod demo;
mod due;
mod error;
mod generate;
mod import;
mod migrate;
mod rates;
mod running;
mod serve;
mod setup;
mod signing;
mod typeset;
mod user;
mod verify;
mod work;

pub use error::CliError;
pub use setup::Setup;

use clap::{ArgAction, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// What a command answers.
pub type Done = Result<(), CliError>;

macro_rules! commands {
    ($($(#[$attribute:meta])* $name:ident => $module:ident),+ $(,)?) => {
        #[derive(Subcommand)]
        enum Command {
            $($(#[$attribute])* $name($module::Args)),+
        }

        impl Command {
            fn run(self, setup: Setup) -> Done {
                match self { $(Self::$name(args) => $module::run(args, setup)),+ }
            }
        }
    };
}

commands! {
    /// Dùng thử: dựng sẵn một năm hồ sơ hư cấu rồi chạy dịch vụ
    Demo => demo,
    /// Thử quy mô: dựng nhiều năm hồ sơ hư cấu trong một cơ sở dữ liệu trống
    Generate => generate,
    /// Chạy dịch vụ: tạo hoặc nâng cấp cơ sở dữ liệu, trả lời yêu cầu, xử lý công việc nền
    Serve => serve,
    /// Chỉ xử lý công việc nền
    Work => work,
    /// Tạo mới hoặc nâng cấp cơ sở dữ liệu; cơ sở dữ liệu trống được nạp danh mục ban đầu
    Migrate => migrate,
    /// Tính hạn trả kết quả và giải thích từng ngày; không cần cơ sở dữ liệu
    Due => due,
    /// Nhập sổ theo dõi hồ sơ có sẵn
    Import => import,
    /// Tài khoản
    User => user,
    /// Tỷ lệ giải quyết đúng hạn của một kỳ bất kỳ, chia theo bất kỳ cách nào
    Rates => rates,
    /// Đếm lại mọi số liệu từ các sự kiện; kết thúc với mã 1 khi có sai khác
    Verify => verify,
    /// Sao lưu cơ sở dữ liệu ra một tệp mới
    Backup => backup,
    /// Cấu hình
    Config => config,
    /// Dùng nội bộ: dàn trang theo mẫu của đơn vị
    #[command(hide = true)]
    Typeset => typeset,
}

const HELP: &str = "{about}\n\nCách dùng: {usage}\n\n{all-args}{after-help}";

/// Theo dõi hồ sơ một cửa: hạn trả, tỷ lệ đúng hạn và thư xin lỗi, tính đúng và giải thích được.
#[derive(Parser)]
#[command(
    name = "motcua",
    version,
    help_template = HELP,
    subcommand_help_heading = "Lệnh",
    subcommand_value_name = "LỆNH",
    next_help_heading = "Tùy chọn chung",
    disable_help_flag = true,
    disable_help_subcommand = true,
    disable_version_flag = true,
    infer_long_args = false
)]
struct Line {
    #[command(subcommand)]
    command: Command,
    /// Tệp cấu hình (TOML), chỉ gồm các mục cần đổi
    #[arg(long, global = true, env = "MOTCUA_CONFIG", value_name = "TỆP", hide_env = true)]
    config: Option<PathBuf>,
    /// Cơ sở dữ liệu: sqlite://TỆP hoặc postgres://…
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Xem hướng dẫn
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    /// Xem phiên bản
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

/// Runs the command of this process.
pub fn main() -> ExitCode {
    let line = match Line::try_parse() {
        Ok(line) => line,
        Err(told) => {
            // Help and version are answers; everything else was asked for wrongly. Where nobody listens
            // any more, there is nobody to tell so.
            let code = if told.use_stderr() { 2 } else { 0 };
            return if told.print().is_ok() { ExitCode::from(code) } else { ExitCode::from(1) };
        }
    };
    let setup = Setup::new(line.config.as_deref(), line.database_url.as_deref());
    match setup.and_then(|setup| line.command.run(setup)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

/// Says something to whoever ran the command.
fn say(text: impl std::fmt::Display) -> Done {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(CliError::Output)
}

#[cfg(test)]
mod tests {
    use super::Line;
    use clap::CommandFactory as _;

    #[test]
    fn the_commands_hold_together() {
        Line::command().debug_assert();
    }
}

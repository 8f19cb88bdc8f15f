//! `motcua backup FILE`

use super::{CliError, Done, Setup, say};
use crate::db::backup::{BackupError, backup};
use secrecy::ExposeSecret as _;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Args {
    /// Tệp sao lưu, chưa tồn tại
    #[arg(value_name = "TỆP")]
    file: PathBuf,
}

pub fn run(args: Args, setup: Setup) -> Done {
    let url = setup.config.database.url.expose_secret().parse()?;
    backup(&url, &args.file).map_err(|error| match error {
        BackupError::Exists => CliError::failed(format!("{} đã tồn tại, không ghi đè", args.file.display())),
        BackupError::NoDatabase(file) => {
            CliError::failed(format!("không có cơ sở dữ liệu {}", file.display()))
        }
        BackupError::NoPgDump => CliError::failed("không tìm thấy pg_dump; cần cài gói postgresql-client"),
        BackupError::PgDump(said) => CliError::failed(format!("pg_dump không sao lưu được: {said}")),
        BackupError::Damaged(said) => CliError::failed(format!("bản sao lưu không toàn vẹn: {said}")),
        BackupError::File(error) => {
            CliError::failed(format!("không ghi được {}: {error}", args.file.display()))
        }
        BackupError::Db(error) => error.into(),
    })?;
    say(format_args!("Đã sao lưu vào {}.", args.file.display()))
}

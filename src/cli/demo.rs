//! `motcua demo`: everything there is to try, with invented people, and nothing to set up.

use super::running::{self, Part};
use super::{CliError, Done, Setup, say};
use crate::db::{DatabaseUrl, Db};
use crate::demo::{self, Standing, Wish};
use crate::domain::local_time::local;
use crate::mail::Carrier;
use secrecy::ExposeSecret as _;
use std::path::Path;

/// Where the demo lives, unless told otherwise.
const DATABASE: &str = "sqlite://data/demo/motcua.db";
/// No letter of the demo ever reaches a mail server.
const MAIL: &str = "file://data/demo/mail";

#[derive(clap::Args)]
pub struct Args {
    /// Cổng; 0 để lấy cổng trống bất kỳ
    #[arg(long, value_name = "CỔNG")]
    port: Option<String>,
    /// Hạt giống: cùng hạt giống, cùng ngày thì cùng dữ liệu
    #[arg(long, value_name = "SỐ", default_value_t = 2020)]
    seed: u64,
    /// Số hồ sơ
    #[arg(long, value_name = "SỐ", default_value_t = 4000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    dossiers: u32,
}

pub fn run(args: Args, setup: Setup) -> Done {
    let database = if setup.database_given { None } else { Some(DATABASE) };
    // A year in a minute is a thousand lines of log; what goes wrong is still said.
    let level = (setup.config.log.level == "info").then_some("warn");
    let setup = setup
        .with_flag("demo", "log.level", level)?
        .with_flag("demo", "database.url", database)?
        .with_flag("demo", "smtp.url", Some(MAIL))?
        .with_flag("--port", "http.port", args.port.as_deref())?;
    // Receipts and letters lead to the look-up; on a port that is only known later they cannot.
    let http = &setup.config.http;
    let address =
        (http.public_url.is_empty() && http.port != 0).then(|| format!("http://127.0.0.1:{}", http.port));
    let setup = setup.with_flag("demo", "http.public_url", address.as_deref())?.with_log()?;
    let db = ready(&args, &setup)?;
    running::run(&setup, db, Part::RequestsAndJobs, |address| greet(address, &setup))
}

/// The database of the demo, filled.
fn ready(args: &Args, setup: &Setup) -> Result<Db, CliError> {
    let db = setup.open_migrated()?;
    let db = match db.read_blocking(demo::standing)? {
        Standing::Filled => return Ok(db),
        Standing::Empty => db,
        Standing::Unfinished => {
            drop(db);
            begin_anew(setup)?
        }
        Standing::Foreign => {
            return Err(CliError::failed(
                "cơ sở dữ liệu này đã có hồ sơ hoặc tài khoản không thuộc bản dùng thử; hãy chọn nơi khác bằng --database-url",
            ));
        }
    };
    say(format_args!("Đang dựng dữ liệu dùng thử ({} hồ sơ), xin chờ trong giây lát…", args.dossiers))?;
    let carrier = Carrier::from_url(&setup.config.smtp.url)
        .map_err(|error| CliError::failed(format_args!("hộp thư dùng thử: {error}")))?;
    let wish = Wish { seed: args.seed, dossiers: args.dossiers, now: setup.clock.now() };
    demo::fill(&db, &setup.config, carrier, wish)?;
    Ok(db)
}

/// What was left half-way is of no use: away with it.
fn begin_anew(setup: &Setup) -> Result<Db, CliError> {
    let DatabaseUrl::Sqlite(file) = setup.config.database.url.expose_secret().parse()? else {
        return Err(CliError::failed(
            "dữ liệu dùng thử được dựng dở dang; hãy tạo lại cơ sở dữ liệu trống rồi chạy lại",
        ));
    };
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(Path::new(&name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(CliError::failed(format_args!("{}: {error}", file.display())));
            }
            _ => {}
        }
    }
    setup.open_migrated()
}

fn greet(address: &str, setup: &Setup) -> Done {
    let password = demo::PASSWORD;
    let today = local(setup.clock.now()).date_naive();
    let from = today - chrono::TimeDelta::days(90);
    say(format_args!(
        "
motcua: {address}

  Trang làm việc    {address}/
  Tài liệu API      {address}/api/docs/
  Tỷ lệ công khai   {address}/api/v1/public/rates?from={from}&to={today}

Đăng nhập (mật khẩu chung: {password})
  quantri             quản trị hệ thống
  vanphong            Văn phòng Sở, xem toàn ngành
  chicuctruong.ts     Chi cục trưởng: duyệt thư xin lỗi
  tiepnhan.ts         Bộ phận Một cửa: tiếp nhận, trả kết quả
  xuly.ts             chuyên viên xử lý
  Các chi cục: cnty, ttbvtv, ts, kl, tl, ptnt

Thử ngay trên dòng lệnh
  TOKEN=$(curl -s {address}/api/v1/sessions -H 'Content-Type: application/json' \\
    -d '{{\"username\":\"chicuctruong.ts\",\"password\":\"{password}\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')
  curl -s -H \"Authorization: Bearer $TOKEN\" '{address}/api/v1/dossiers?timeliness=overdue'
  curl -s -H \"Authorization: Bearer $TOKEN\" '{address}/api/v1/apologies?status=draft'
  curl -s -H \"Authorization: Bearer $TOKEN\" '{address}/api/v1/rates?from={from}&to={today}&by=branch,sector'
  curl -s '{address}/api/v1/calendar/due-date?start=2020-01-21&time_limit=3wd&explain=true'

Thư được ghi vào data/demo/mail, không gửi đi đâu. Mọi người, mọi hồ sơ đều là hư cấu. Dừng: Ctrl+C."
    ))
}

//! `motcua import dossiers FILE`: takes over the register that a counter kept before.

mod bar;
mod words;

use super::{CliError, Done, Setup, say};
use crate::domain::local_time::local;
use crate::http::Lang;
use crate::reference::ReferenceCache;
use crate::register::{self, BadTo, End, Input, Order, Report, cell_words};
use std::path::PathBuf;

#[derive(clap::Args)]
#[command(subcommand_help_heading = "Lệnh", subcommand_value_name = "LỆNH")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Nhập sổ theo dõi hồ sơ từ tệp CSV hoặc XLSX, mỗi dòng một hồ sơ; không gửi thư
    Dossiers(Dossiers),
}

#[derive(clap::Args)]
struct Dossiers {
    /// Tệp CSV (UTF-8, dấu phẩy hoặc dấu chấm phẩy) hoặc XLSX (trang tính đầu tiên)
    #[arg(value_name = "TỆP")]
    file: PathBuf,
    /// Chỉ kiểm tra, không ghi gì
    #[arg(long)]
    dry_run: bool,
    /// Bỏ qua các dòng lỗi và ghi chúng, kèm lý do, ra tệp này để sửa rồi nhập lại
    #[arg(long, value_name = "TỆP")]
    skip_bad: Option<PathBuf>,
}

pub fn run(args: Args, setup: Setup) -> Done {
    let What::Dossiers(dossiers) = args.what;
    let setup = setup.with_log()?;
    let db = setup.open_migrated()?;
    db.expect_bulk()?;
    let cache = ReferenceCache::new(setup.config.office.hours.clone());
    let input = Input::Path(dossiers.file.clone());
    let order = Order {
        input: &input,
        dry_run: dossiers.dry_run,
        skip_bad: dossiers.skip_bad.as_deref().map(BadTo::File),
        words: &|fault| cell_words(Lang::Vi, fault),
    };
    let mut bar = bar::Bar::new();
    let report = register::import(&db, &cache, setup.clock.now(), &order, &mut bar)
        .map_err(|fault| words::import_fault(&dossiers.file, fault))?;
    tell(&report, &dossiers)
}

fn tell(report: &Report, order: &Dossiers) -> Done {
    for fault in &report.shown {
        for cell in &fault.cells {
            say(format_args!("dòng {}, cột {}: {}", fault.line, cell.column, cell_words(Lang::Vi, cell)))?;
        }
    }
    let untold = report.bad.saturating_sub(u64::try_from(report.shown.len()).unwrap_or(u64::MAX));
    if untold > 0 {
        say(format_args!("… và {untold} dòng lỗi khác."))?;
    }
    let good = report.lines - report.bad;
    match report.end {
        End::ImportedBefore { dossiers, at } => say(format_args!(
            "Tệp này đã được nhập lúc {}: {dossiers} hồ sơ. Không nhập lại.",
            local(at).format("%H:%M %d/%m/%Y")
        )),
        End::Refused => Err(CliError::failed(format_args!(
            "{} dòng lỗi trong {} dòng; chưa nhập dòng nào",
            report.bad, report.lines
        ))),
        End::Checked => {
            say(format_args!(
                "Đã kiểm tra {} dòng: {good} dòng nhập được, {} dòng lỗi.",
                report.lines, report.bad
            ))?;
            say(words::summary(&report.summary))?;
            say("Chưa ghi gì vào cơ sở dữ liệu.")?;
            if report.bad == 0 {
                Ok(())
            } else {
                Err(CliError::failed(format_args!("{} dòng lỗi", report.bad)))
            }
        }
        End::Imported { now, before } => {
            say(format_args!("Đã nhập {now} hồ sơ."))?;
            if before > 0 {
                say(format_args!(
                    "Lần nhập trước bị gián đoạn đã nhập {before} hồ sơ; nay đủ {}.",
                    now + before
                ))?;
            }
            say(words::summary(&report.summary))?;
            match &order.skip_bad {
                Some(path) if report.bad > 0 => {
                    say(format_args!("{} dòng lỗi đã ghi ra {}.", report.bad, path.display()))
                }
                _ => Ok(()),
            }
        }
    }
}

//! `motcua migrate`

use super::{Done, Setup, say};

#[derive(clap::Args)]
pub struct Args {}

pub fn run(_: Args, setup: Setup) -> Done {
    let setup = setup.with_log()?;
    let (applied, given) = setup.bring_up_to_date(&setup.open()?)?;
    match applied {
        0 => say("Cơ sở dữ liệu đã ở phiên bản mới nhất.")?,
        count => say(format_args!("Đã nâng cấp cơ sở dữ liệu: {count} bước."))?,
    }
    if given {
        say("Đã nạp danh mục ban đầu: chi cục, lĩnh vực, thủ tục, ngày nghỉ, bộ quy tắc.")?;
    }
    Ok(())
}

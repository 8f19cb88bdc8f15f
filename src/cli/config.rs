//! `motcua config show`

use super::{Done, Setup, say};

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// In cấu hình đang có hiệu lực và nguồn của từng mục; không in mật khẩu, khóa
    Show,
}

pub fn run(args: Args, setup: Setup) -> Done {
    match args.what {
        What::Show => say(setup.config.show().trim_end()),
    }
}

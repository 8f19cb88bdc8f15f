//! `motcua serve`

use super::running::{self, Part};
use super::{Done, Setup};

#[derive(clap::Args)]
pub struct Args {
    /// Địa chỉ lắng nghe
    #[arg(long, value_name = "ĐỊA_CHỈ")]
    host: Option<String>,
    /// Cổng; 0 để lấy cổng trống bất kỳ
    #[arg(long, value_name = "CỔNG")]
    port: Option<String>,
    /// Không chạy công việc nền trong tiến trình này
    #[arg(long)]
    no_jobs: bool,
}

pub fn run(args: Args, setup: Setup) -> Done {
    let setup = setup
        .with_flag("--host", "http.host", args.host.as_deref())?
        .with_flag("--port", "http.port", args.port.as_deref())?
        .with_log()?;
    let db = setup.open_migrated()?;
    let part = if args.no_jobs { Part::OnlyRequests } else { Part::RequestsAndJobs };
    running::run(&setup, db, part, running::greet)
}

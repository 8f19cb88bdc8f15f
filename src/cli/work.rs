//! `motcua work`: only the jobs.

use super::running::{self, Part};
use super::{Done, Setup, say};

#[derive(clap::Args)]
pub struct Args {}

pub fn run(_: Args, setup: Setup) -> Done {
    let setup = setup.with_log()?;
    let db = setup.open_migrated()?;
    running::run(&setup, db, Part::OnlyJobs, |_| say("motcua: đang xử lý công việc nền"))
}

//! `motcua typeset`: the process in which templates of somebody's own are typeset (`documents::typeset`). The service
//! starts it; people have no use for it.

use super::{CliError, Done, Setup};
use crate::documents::typeset::{Limits, serve};

#[derive(clap::Args)]
pub struct Args {
    /// Bộ nhớ tối đa, MiB
    #[arg(long, value_name = "MIB")]
    memory: u64,
}

pub fn run(args: Args, _setup: Setup) -> Done {
    let limits = Limits { memory_mib: args.memory };
    serve(limits, &mut std::io::stdin().lock(), &mut std::io::stdout().lock()).map_err(CliError::failed)
}

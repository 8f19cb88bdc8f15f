//! The program: reads its command, runs it, ends with its code.

/// Lives are made on one thread and let go of on another, thousands a second: what the C library is slowest at.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    motcua::cli::main()
}

//! The program: reads its command, runs it, ends with its code.

fn main() -> std::process::ExitCode {
    motcua::cli::main()
}

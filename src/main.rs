//! The `reidrisk` program: everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(reidrisk::cli::run(std::env::args_os()))
}

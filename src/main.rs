//! Hands over to the command line.

/// Answers are made of many small pieces (`docs/adr/0014-allocator.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    reseller_network::cli::run()
}

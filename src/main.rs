//! Hands over to the command line.

fn main() -> std::process::ExitCode {
    reseller_network::cli::run()
}

//! `import`: a chain from CSV files.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::config::DatabaseOptions;

#[derive(Args, Debug)]
pub(super) struct Options {
    /// The folder with the CSV files
    #[arg(value_name = "DIR", env = "IMPORT_DIR")]
    dir: PathBuf,
    /// Shift all dates so that the last one is today
    #[arg(long, env)]
    rebase_dates: bool,
    #[command(flatten)]
    database: DatabaseOptions,
}

pub(super) async fn run(_options: Options) -> Result<(), Failure> {
    Ok(())
}

//! Where the files go.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::ExportError;
use super::csv::CsvFile;
use crate::modules::import::FILES;
use crate::modules::import::line::Line;

/// A directory for the files of one export: they are written under other names, and all get their own at the end.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
}

impl Directory {
    /// The directory at `path`, which is made where it is not there. `force`: files of an earlier export may be replaced.
    ///
    /// # Errors
    /// Where it cannot be made; where such files are there already, without `force`.
    pub fn open(path: &Path, force: bool) -> Result<Self, ExportError> {
        let directory = Self { path: path.to_owned() };
        fs::create_dir_all(path).map_err(|cause| unwritable(path, cause))?;
        let there: Vec<&str> = FILES.into_iter().filter(|file| path.join(file).exists()).collect();
        if there.is_empty() || force {
            return Ok(directory);
        }
        Err(ExportError::Occupied { files: there.join(", "), directory: directory.path })
    }

    /// A file with the columns of `L`.
    pub(super) fn create<L: Line>(&self) -> Result<CsvFile, ExportError> {
        let unfinished = self.path.join(format!(".{}.{}.part", L::FILE, std::process::id()));
        let mut file = CsvFile::create(unfinished, self.path.join(L::FILE))?;
        file.row(L::COLUMNS.iter().map(|column| column.name))?;
        Ok(file)
    }

    /// Gives all of `files` their own names, once each is on the disk. An import needs that of the `resellers`: it is there before the others
    /// and after them, and never among files of another export, also where this ends in the middle.
    pub(super) fn finish(&self, mut resellers: CsvFile, mut others: Vec<CsvFile>) -> Result<(), ExportError> {
        for file in others.iter_mut().chain([&mut resellers]) {
            file.sync()?;
        }
        resellers.remove_earlier()?;
        self.sync()?;
        for file in others {
            file.publish()?;
        }
        self.sync()?;
        resellers.publish()?;
        self.sync()
    }

    /// Makes the names last that the files have now.
    fn sync(&self) -> Result<(), ExportError> {
        File::open(&self.path).and_then(|own| own.sync_all()).map_err(|cause| unwritable(&self.path, cause))
    }
}

fn unwritable(what: &Path, cause: io::Error) -> ExportError {
    ExportError::Unwritable { what: what.to_owned(), cause }
}

//! CSV (RFC 4180) row by row; lines end with LF, as in the data of this project.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::mem;
use std::path::PathBuf;

use super::ExportError;

/// A file on its way. Until it is published it has another name, under which it is removed when this is dropped.
pub(super) struct CsvFile {
    unfinished: PathBuf,
    path: PathBuf,
    out: BufWriter<File>,
    rows: u64,
}

impl CsvFile {
    pub(super) fn create(unfinished: PathBuf, path: PathBuf) -> Result<Self, ExportError> {
        match File::create(&unfinished) {
            Ok(file) => Ok(Self { unfinished, path, out: BufWriter::with_capacity(64 * 1024, file), rows: 0 }),
            Err(cause) => Err(ExportError::Unwritable { what: unfinished, cause }),
        }
    }

    /// Writes one row.
    pub(super) fn row<'f>(&mut self, fields: impl IntoIterator<Item = &'f str>) -> Result<(), ExportError> {
        self.rows += 1;
        write_row(&mut self.out, fields).map_err(|cause| self.unwritable(cause))
    }

    /// How many rows there are, the header left out.
    pub(super) fn rows(&self) -> u64 {
        self.rows.saturating_sub(1)
    }

    /// Waits until all is on the disk.
    pub(super) fn sync(&mut self) -> Result<(), ExportError> {
        let synced = self.out.flush().and_then(|()| self.out.get_ref().sync_all());
        synced.map_err(|cause| self.unwritable(cause))
    }

    /// Removes the file of an earlier export, where there is one.
    pub(super) fn remove_earlier(&self) -> Result<(), ExportError> {
        match fs::remove_file(&self.path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(self.unwritable(cause)),
            _ => Ok(()),
        }
    }

    /// Gives the file its own name.
    pub(super) fn publish(mut self) -> Result<(), ExportError> {
        fs::rename(&self.unfinished, &self.path).map_err(|cause| self.unwritable(cause))?;
        mem::take(&mut self.unfinished);
        Ok(())
    }

    fn unwritable(&self, cause: io::Error) -> ExportError {
        ExportError::Unwritable { what: self.path.clone(), cause }
    }
}

impl Drop for CsvFile {
    fn drop(&mut self) {
        // Where it was published there is nothing of this name.
        let _ = fs::remove_file(&self.unfinished);
    }
}

fn write_row<'f>(out: &mut impl Write, fields: impl IntoIterator<Item = &'f str>) -> io::Result<()> {
    for (place, field) in fields.into_iter().enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        if field.contains([',', '"', '\r', '\n']) {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

//! Where the files come from.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{FILES, ImportError};

/// Where the files come from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A directory.
    Directory(&'a Path),
    /// Files in memory, each with its name.
    Memory(&'a [(&'a str, &'a [u8])]),
}

/// A file being read.
pub(super) struct Input<'a> {
    pub(super) file: &'static str,
    pub(super) bytes: Box<dyn Read + Send + 'a>,
    /// How many bytes there are.
    pub(super) length: u64,
}

impl<'a> Source<'a> {
    /// The file named `file`, which must be there.
    pub(super) fn open(self, file: &'static str) -> Result<Input<'a>, ImportError> {
        let missing = || ImportError::Missing { file, place: self.place() };
        self.open_if_there(file)?.ok_or_else(missing)
    }

    /// The file named `file`, where there is one.
    pub(super) fn open_if_there(self, file: &'static str) -> Result<Option<Input<'a>>, ImportError> {
        let input = |bytes: Box<dyn Read + Send + 'a>, length| Some(Input { file, bytes, length });
        match self {
            Self::Directory(directory) => match open_file(&directory.join(file)) {
                Ok((opened, length)) => Ok(input(Box::new(opened), length)),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(cause) => Err(ImportError::unreadable(file, cause)),
            },
            Self::Memory(files) => {
                let found = files.iter().find(|(name, _)| *name == file);
                Ok(found.and_then(|(_, bytes)| input(Box::new(*bytes), bytes.len() as u64)))
            }
        }
    }

    /// Whether there is a file named `file`.
    pub(super) fn has(self, file: &'static str) -> Result<bool, ImportError> {
        Ok(self.open_if_there(file)?.is_some())
    }

    /// The names of all other CSV files, sorted.
    pub(super) fn other_files(self) -> Result<Vec<String>, ImportError> {
        let mut names = match self {
            Self::Directory(directory) => files_of(directory)?,
            Self::Memory(files) => files.iter().map(|(name, _)| (*name).to_owned()).collect(),
        };
        names.retain(|name| !FILES.contains(&name.as_str()) && is_csv(name));
        names.sort();
        Ok(names)
    }

    fn place(self) -> String {
        match self {
            Self::Directory(directory) => directory.display().to_string(),
            Self::Memory(_) => "the data in memory".to_owned(),
        }
    }
}

fn open_file(path: &Path) -> io::Result<(fs::File, u64)> {
    let file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

fn files_of(directory: &Path) -> Result<Vec<String>, ImportError> {
    let unreadable = |cause: io::Error| match cause.kind() {
        io::ErrorKind::NotFound => ImportError::NoDirectory(directory.to_owned()),
        io::ErrorKind::NotADirectory => ImportError::NotADirectory(directory.to_owned()),
        _ => ImportError::unreadable(directory.display().to_string(), cause),
    };
    let entries = fs::read_dir(directory).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    let files = entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_file());
    Ok(files.filter_map(|path: PathBuf| Some(path.file_name()?.to_string_lossy().into_owned())).collect())
}

fn is_csv(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

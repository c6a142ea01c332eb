//! The secret that tokens are signed with (HS256).

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::ConfigError;

/// A secret of at least 32 bytes. It never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// As long as the hash, as RFC 7518 section 3.2 demands of HS256.
    pub const MIN_BYTES: usize = 32;

    /// The secret whose bytes are those of `text`; an error when they are too few.
    pub fn new(text: impl Into<String>) -> Result<Self, ConfigError> {
        let text = text.into();
        if text.len() < Self::MIN_BYTES { Err(ConfigError::ShortSecret(text.len())) } else { Ok(Self(text)) }
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The secret in the file `path`, which is made with 32 random bytes, for its owner's eyes alone, when it is not there.
///
/// Processes that do so at once all end with the same secret, and a crash never leaves half a secret.
pub fn load_or_create(path: &Path) -> Result<Secret, ConfigError> {
    let failed = |reason: String| ConfigError::SecretFile { path: path.to_path_buf(), reason };
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => create(path),
        read => read,
    }
    .map_err(|error| failed(error.to_string()))?;
    Secret::new(text.trim_end()).map_err(|_| failed(format!("it has fewer than {} bytes", Secret::MIN_BYTES)))
}

/// Makes the file, unless another process was faster, and reads what is there then.
fn create(path: &Path) -> io::Result<String> {
    let bytes: [u8; Secret::MIN_BYTES] = rand::random();
    let draft = draft_beside(path);
    let linked = write_new(&draft, &URL_SAFE_NO_PAD.encode(bytes))
        // A link appears whole, and never replaces a file that is there.
        .and_then(|()| fs::hard_link(&draft, path));
    // A draft that stays behind does no harm.
    let _ = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => fs::read_to_string(path),
    }
}

fn draft_beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}", uuid::Uuid::now_v7()));
    path.with_file_name(name)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

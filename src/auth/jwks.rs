//! Where a key set is fetched from: a file or a URL.

use std::{error::Error, fmt, io, path::PathBuf, time::Duration};

use reqwest::{Client, Url, redirect::Policy};
use tokio::{fs::File, io::AsyncReadExt, time::timeout};

use super::keys::KeySet;

/// How long one fetch may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The longest key set.
const MAX_BYTES: usize = 1024 * 1024;

/// The source of a key set.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A file.
    File(PathBuf),
    /// An http(s) URL.
    Url { client: Client, url: Url },
}

/// Why a key set could not be fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("the URL is not valid")]
    NotAUrl,
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("it answered with HTTP status {0}")]
    Status(u16),
    #[error("it took longer than {} s", TIMEOUT.as_secs())]
    TimedOut,
    #[error("it is longer than {MAX_BYTES} bytes")]
    TooLong,
    #[error("it is not a JSON Web Key Set ({0})")]
    NotAKeySet(#[from] serde_json::Error),
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        // The URL may hold credentials; the causes say what happened ("connection refused").
        let error = error.without_url();
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            text.push_str(": ");
            text.push_str(&inner.to_string());
            cause = inner.source();
        }
        Self::Unreachable(text)
    }
}

impl Source {
    /// The source that `location` names: a URL when it begins with `http://` or `https://`, else a file.
    pub(super) fn at(location: &str) -> Result<Self, FetchError> {
        let begins_with = |scheme: &str| location.get(..scheme.len()).is_some_and(|l| l.eq_ignore_ascii_case(scheme));
        if begins_with("http://") || begins_with("https://") {
            let url = Url::parse(location).map_err(|_| FetchError::NotAUrl)?;
            Ok(Self::Url { client: client()?, url })
        } else {
            Ok(Self::File(PathBuf::from(location)))
        }
    }

    /// Fetches the set.
    pub(super) async fn fetch(&self) -> Result<KeySet, FetchError> {
        let json = timeout(TIMEOUT, self.read()).await.map_err(|_| FetchError::TimedOut)??;
        Ok(KeySet::from_json(&json)?)
    }

    async fn read(&self) -> Result<Vec<u8>, FetchError> {
        match self {
            Self::File(path) => read_file(path).await,
            Self::Url { client, url } => read_url(client, url).await,
        }
    }
}

impl fmt::Display for Source {
    /// Where it is, without the parts of a URL that may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url { url, .. } => write!(f, "{}{}", url.origin().ascii_serialization(), url.path()),
        }
    }
}

/// A client that goes where it is told and nowhere else.
fn client() -> Result<Client, FetchError> {
    // Fails when a provider is installed, which is then the one to use.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(Client::builder().redirect(Policy::none()).timeout(TIMEOUT).build()?)
}

async fn read_file(path: &PathBuf) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    File::open(path).await?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).await?;
    if bytes.len() > MAX_BYTES { Err(FetchError::TooLong) } else { Ok(bytes) }
}

async fn read_url(client: &Client, url: &Url) -> Result<Vec<u8>, FetchError> {
    let mut response = client.get(url.clone()).send().await?;
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(FetchError::TooLong);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

//! A client that costs little: it sends the same bytes again and again over connections that stay open.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::Outcome;

/// One request, as it goes over the wire.
#[derive(Clone)]
pub(crate) struct Call {
    bytes: Arc<[u8]>,
}

impl Call {
    /// A GET without more.
    pub(crate) fn get(path: &str) -> Self {
        Self::of(format!("GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n"))
    }

    /// A POST of JSON to `/graphql`, signed in by `token`.
    pub(crate) fn graphql(token: &str, body: &str) -> Self {
        Self::of(format!(
            "POST /graphql HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    fn of(text: String) -> Self {
        Self { bytes: text.into_bytes().into() }
    }
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// One connection that stays open.
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(512 * 1024) })
    }

    /// Sends `call` and reads the whole answer.
    pub(crate) async fn call(&mut self, call: &Call) -> io::Result<Answer> {
        let (status, body) = self.exchange(call).await?;
        Ok(Answer { status, body: self.read[body..].to_vec() })
    }

    /// Sends `call` and reads the answer into `read`; answers its status and where its body begins.
    async fn exchange(&mut self, call: &Call) -> io::Result<(u16, usize)> {
        self.stream.write_all(&call.bytes).await?;
        self.read.clear();
        loop {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let Some(head) = self.read.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
            let (status, length) = status_and_length(&self.read[..head])?;
            let end = head + 4 + length;
            while self.read.len() < end {
                if self.stream.read_buf(&mut self.read).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            return Ok((status, head + 4));
        }
    }
}

fn status_and_length(head: &[u8]) -> io::Result<(u16, usize)> {
    let unusable = || io::Error::other(format!("not an answer of known length: {}", String::from_utf8_lossy(head)));
    let head = std::str::from_utf8(head).map_err(|_| unusable())?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse().ok());
    status.zip(length).ok_or_else(unusable)
}

/// Sends `call` `times` times over so many `connections`; each answer must have the status and length of `expected`.
pub(crate) async fn load(
    address: SocketAddr,
    call: &Call,
    times: usize,
    connections: usize,
    expected: &Answer,
) -> Outcome<()> {
    let mut lines = JoinSet::new();
    let expected = (expected.status, expected.body.len());
    for _ in 0..connections {
        let call = call.clone();
        lines.spawn(async move {
            let mut connection = Connection::open(address).await?;
            for _ in 0..times / connections {
                let (status, body) = connection.exchange(&call).await?;
                let got = (status, connection.read.len() - body);
                if got != expected {
                    return Err(io::Error::other(format!("expected {expected:?} (status, length), got {got:?}")));
                }
            }
            Ok(())
        });
    }
    while let Some(done) = lines.join_next().await {
        done??;
    }
    Ok(())
}

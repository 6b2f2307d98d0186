//! The asking side.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ruru_command::{Answer, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::MAX_MESSAGE;

/// Sends commands to a server.
#[derive(Clone, Debug)]
pub struct Client {
    path: PathBuf,
    timeout: Duration,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server is not there.
    #[error("cannot reach the server at {}", path.display())]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The server went away before it answered.
    #[error("the server at {} did not answer", path.display())]
    Lost {
        /// The socket.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The answer cannot be understood.
    #[error("the server at {} answered what is not an answer: {reason}", path.display())]
    Garbled {
        /// The socket.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Client {
    /// A client of a unix socket; answers are waited for up to 60 seconds.
    #[must_use]
    pub fn unix(path: &Path) -> Self {
        Self { path: path.to_owned(), timeout: Duration::from_secs(60) }
    }

    /// Sends a command and waits for its answer.
    ///
    /// # Errors
    /// See [`ClientError`]; an answer that reports an error is an answer.
    pub async fn send(&self, request: &Request) -> Result<Answer, ClientError> {
        let path = || self.path.clone();
        let mut stream = UnixStream::connect(&self.path)
            .await
            .map_err(|source| ClientError::Unreachable { path: path(), source })?;
        let exchange = exchange(&mut stream, request);
        let text = match tokio::time::timeout(self.timeout, exchange).await {
            Ok(result) => result,
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time")),
        }
        .map_err(|source| ClientError::Lost { path: path(), source })?;
        Answer::parse(&text)
            .map_err(|e| ClientError::Garbled { path: path(), reason: e.to_string() })
    }
}

async fn exchange(stream: &mut UnixStream, request: &Request) -> io::Result<String> {
    stream.write_all(ruru_json::compact(&request.to_json()).as_bytes()).await?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_MESSAGE).unwrap_or(u64::MAX);
    stream.take(limit).read_to_end(&mut bytes).await?;
    if bytes.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    String::from_utf8(bytes).map_err(io::Error::other)
}

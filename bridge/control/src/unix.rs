//! Serving a unix socket.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use ruru_command::{Answer, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use crate::MAX_MESSAGE;
use crate::complete::Completeness;
use crate::respond::respond;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A unix control socket; the socket file goes when it is dropped.
#[derive(Debug)]
pub struct UnixSocket {
    path: PathBuf,
    listener: UnixListener,
    /// The socket file; its number is not given to another while the socket is open.
    file: FileId,
    /// Keeps a second server from taking the socket over.
    lock: Rc<File>,
}

/// Device and number of a file.
type FileId = (u64, u64);

/// Why a control socket cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The directory lets others in.
    #[error("directory {} of the control socket has mode {mode:o}; it must be 750 or stricter", directory.display())]
    OpenDirectory {
        /// The directory.
        directory: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Another process serves it.
    #[error("control socket {} is in use by another process", path.display())]
    InUse {
        /// The socket.
        path: PathBuf,
    },
    /// There is something else at the path.
    #[error("{} exists and is not a socket; remove it or choose another name", path.display())]
    NotASocket {
        /// The path.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("control socket {}: {operation}", path.display())]
    System {
        /// The socket.
        path: PathBuf,
        /// What was tried.
        operation: &'static str,
        /// Why it failed.
        source: io::Error,
    },
}

impl UnixSocket {
    /// Opens the socket; a stale socket file is replaced. With `check_directory` the directory
    /// must not be open to others. The `earlier` socket of this process goes on if it has the same
    /// path, unless its file was deleted or replaced: nobody could connect to it.
    ///
    /// # Errors
    /// See [`ListenError`].
    pub fn open(
        path: &Path,
        check_directory: bool,
        earlier: Option<&Rc<Self>>,
    ) -> Result<Rc<Self>, ListenError> {
        let earlier = earlier.filter(|earlier| earlier.path == path);
        if let Some(earlier) = earlier.filter(|earlier| earlier.has_its_file()) {
            return Ok(Rc::clone(earlier));
        }
        let system = |operation| {
            let path = path.to_owned();
            move |source| ListenError::System { path, operation, source }
        };
        if check_directory {
            let directory = path.parent().unwrap_or(Path::new("/"));
            let metadata =
                fs::metadata(directory).map_err(system("its directory cannot be read"))?;
            let mode = metadata.permissions().mode() & 0o777;
            if mode & !0o750 != 0 {
                return Err(ListenError::OpenDirectory { directory: directory.to_owned(), mode });
            }
        }
        let lock = lock(path, earlier.map(|earlier| &earlier.lock))?;
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.file_type().is_socket() => {
                fs::remove_file(path).map_err(system("the stale socket cannot be removed"))?;
            }
            Ok(_) => return Err(ListenError::NotASocket { path: path.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(system("it cannot be looked at")(error)),
        }
        let listener = UnixListener::bind(path).map_err(system("it cannot be opened"))?;
        fs::set_permissions(path, Permissions::from_mode(0o770))
            .map_err(system("its mode cannot be set"))?;
        let file = fs::symlink_metadata(path).map_err(system("it cannot be looked at"))?;
        Ok(Rc::new(Self { path: path.to_owned(), listener, file: id(&file), lock }))
    }

    /// The socket's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the path still leads to this socket.
    fn has_its_file(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|file| id(&file) == self.file)
    }

    /// Serves until it is dropped; must run inside a `LocalSet`. Commands are answered one after
    /// the other; reading and writing overlap.
    ///
    /// # Errors
    /// A connection cannot be accepted, perhaps for want of descriptors; serve again later.
    pub async fn serve(&self, handler: impl Fn(&Request) -> Answer + 'static) -> io::Result<()> {
        let handler = Rc::new(handler);
        loop {
            let (stream, _) = self.listener.accept().await?;
            let handler = Rc::clone(&handler);
            tokio::task::spawn_local(async move {
                // A peer that goes away needs no answer.
                let _ = converse(stream, &*handler).await;
            });
        }
    }
}

impl Drop for UnixSocket {
    fn drop(&mut self) {
        // The file may be that of the socket that has replaced this one.
        if self.has_its_file() {
            // Nothing is left to do if it is gone now.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn id(file: &Metadata) -> FileId {
    (file.dev(), file.ino())
}

/// Locks a socket's path; the lock that an `earlier` socket of this process has on it is shared.
fn lock(path: &Path, earlier: Option<&Rc<File>>) -> Result<Rc<File>, ListenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let system = |operation| {
        let path = path.to_owned();
        move |source| ListenError::System { path, operation, source }
    };
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o640)
        .open(PathBuf::from(name))
        .map_err(system("its lock file cannot be opened"))?;
    let id = |file: &File| file.metadata().map(|file| id(&file)).ok();
    if let Some(earlier) = earlier.filter(|earlier| id(earlier) == id(&file)) {
        return Ok(Rc::clone(earlier));
    }
    match file.try_lock() {
        Ok(()) => Ok(Rc::new(file)),
        Err(fs::TryLockError::WouldBlock) => Err(ListenError::InUse { path: path.to_owned() }),
        Err(fs::TryLockError::Error(source)) => {
            Err(system("its lock file cannot be locked")(source))
        }
    }
}

async fn converse(mut stream: UnixStream, handler: &impl Fn(&Request) -> Answer) -> io::Result<()> {
    let answer = match tokio::time::timeout(TIMEOUT, receive(&mut stream)).await {
        Err(_) => Answer::error("the command was not complete within 10 seconds"),
        Ok(Err(error)) => Answer::error(error.to_string()),
        Ok(Ok(bytes)) => match std::str::from_utf8(&bytes) {
            Err(_) => Answer::error("the command is not UTF-8"),
            Ok(text) => respond(text, handler).unwrap_or_else(|e| Answer::error(e.to_string())),
        },
    };
    stream.write_all(ruru_json::kea(&answer.to_json()).as_bytes()).await?;
    stream.shutdown().await
}

async fn receive(stream: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut completeness = Completeness::default();
    let mut seen = 0;
    loop {
        if bytes.len() > MAX_MESSAGE {
            return Err(io::Error::other(format!(
                "the command is larger than {MAX_MESSAGE} bytes"
            )));
        }
        // A peer that closes its side has said everything.
        if stream.read_buf(&mut bytes).await? == 0 || completeness.feed(&bytes[seen..]) {
            return Ok(bytes);
        }
        seen = bytes.len();
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::LocalSet;

    use super::*;
    use crate::Client;

    fn echo(request: &Request) -> Answer {
        Answer::success(request.command.as_str())
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_command_in_pieces_is_answered_once_it_is_complete() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ctl");
        let listener = UnixSocket::open(&path, false, None).unwrap();
        let local = LocalSet::new();
        local
            .run_until(async move {
                let server = tokio::task::spawn_local(async move { listener.serve(echo).await });
                let mut stream = UnixStream::connect(&path).await.unwrap();
                for piece in ["{ \"comm", "and\": \"he", "llo\" }"] {
                    stream.write_all(piece.as_bytes()).await.unwrap();
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                let mut answer = String::new();
                stream.read_to_string(&mut answer).await.unwrap();
                assert_eq!(answer, "{ \"result\": 0, \"text\": \"hello\" }");
                let answer = Client::unix(&path).send(&Request::new("again")).await.unwrap();
                assert_eq!(answer, Answer::success("again"));
                server.abort();
            })
            .await;
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_socket_is_not_taken_from_a_running_server_but_a_stale_one_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ctl");
        let first = UnixSocket::open(&path, false, None).unwrap();
        assert!(matches!(UnixSocket::open(&path, false, None), Err(ListenError::InUse { .. })));
        drop(first);
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        UnixSocket::open(&path, false, None).unwrap();
        fs::write(&path, "data").unwrap();
        assert!(matches!(
            UnixSocket::open(&path, false, None),
            Err(ListenError::NotASocket { .. })
        ));
        assert_eq!(fs::read_to_string(&path).unwrap(), "data");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_socket_goes_on_unless_its_file_was_deleted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ctl");
        let lock = directory.path().join("ctl.lock");
        let open = |earlier: Option<&Rc<UnixSocket>>| UnixSocket::open(&path, false, earlier);
        let mut socket = open(None).unwrap();
        assert!(Rc::ptr_eq(&open(Some(&socket)).unwrap(), &socket));
        for with_lock in [false, true] {
            fs::remove_file(&path).unwrap();
            if with_lock {
                fs::remove_file(&lock).unwrap();
            }
            // One that is given up leaves nothing behind.
            drop(open(Some(&socket)).unwrap());
            assert!(!path.exists());
            // The earlier one goes with the assignment, and not the file of the next.
            socket = open(Some(&socket)).unwrap();
            std::os::unix::net::UnixStream::connect(&path).unwrap();
            assert!(matches!(open(None), Err(ListenError::InUse { .. })));
        }
        drop(socket);
        assert!(!path.exists());
    }

    #[test]
    fn an_open_directory_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        let error = UnixSocket::open(&directory.path().join("ctl"), true, None).unwrap_err();
        assert!(error.to_string().contains("has mode 755; it must be 750 or stricter"), "{error}");
    }
}

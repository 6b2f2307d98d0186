//! The ways in for commands that a configuration names.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use ruru_command::{Answer, Request};
use ruru_commands::Server;
use ruru_config::Complaint;
use ruru_config::control::{self, ControlSocket, HttpControl, Secret};
use ruru_control::{Authentication, Credential, HttpSetup, HttpSocket, TlsFiles, UnixSocket};
use ruru_observe::Sink;
use ruru_process::{Directories, Log};
use tokio::task::JoinHandle;

use crate::events::CommandEvent;
use crate::family::Served;
use crate::worker::chain;

/// How long to wait before connections are accepted again after one could not be.
const PAUSE: Duration = Duration::from_secs(1);

/// Sockets that are open.
#[derive(Clone, Default)]
pub(crate) struct ControlSockets {
    unix: Option<Rc<UnixSocket>>,
    http: Vec<Rc<HttpSocket>>,
}

impl ControlSockets {
    /// Opens what is `wanted`; what `current` has and is wanted again goes on.
    ///
    /// # Errors
    /// A socket cannot be opened, or may not be: the complaint begins at `control-sockets`.
    pub(crate) fn open(
        wanted: &[ControlSocket],
        directories: &Directories,
        current: &Self,
    ) -> Result<Self, Complaint> {
        let mut opened = Self::default();
        for (at, socket) in wanted.iter().enumerate() {
            let result = match socket {
                ControlSocket::Unix(name) => {
                    open_unix(name, directories, current).map(|unix| opened.unix = Some(unix))
                }
                ControlSocket::Http(http) => {
                    let enforced = directories.enforced;
                    open_http(http, enforced, current, &opened)
                        .map(|http| opened.http.push(Rc::new(http)))
                }
            };
            result.map_err(|complaint| complaint.at_index(at).under("control-sockets"))?;
        }
        Ok(opened)
    }

    /// Serves all sockets, each in a task that ends when it is aborted.
    pub(crate) fn serve<F: Served>(
        &self,
        server: &Rc<RefCell<Server<F>>>,
        log: &Arc<Log>,
    ) -> Vec<JoinHandle<()>> {
        let unix = self.unix.iter().cloned().map(|unix| serve_unix(unix, server, log));
        let http = self.http.iter().cloned().map(|http| serve_http(http, server, log));
        unix.chain(http).collect()
    }
}

fn open_unix(
    name: &str,
    directories: &Directories,
    current: &ControlSockets,
) -> Result<Rc<UnixSocket>, Complaint> {
    let path = directories.control_socket(name);
    let path = path.map_err(|error| Complaint::new(error.to_string()).under("socket-name"))?;
    UnixSocket::open(&path, directories.enforced, current.unix.as_ref())
        .map_err(|error| Complaint::new(chain(&error)))
}

fn open_http(
    http: &HttpControl,
    enforced: bool,
    current: &ControlSockets,
    opened: &ControlSockets,
) -> Result<HttpSocket, Complaint> {
    if enforced && http.tls.is_none() && http.authentication.is_none() {
        let message = "an http socket with neither authentication nor TLS lets everybody in; \
                       give one of them, or start with -X";
        return Err(Complaint::new(message));
    }
    let tls = http.tls.as_ref().map(|tls| TlsFiles {
        trust_anchor: PathBuf::from(&*tls.trust_anchor),
        cert_file: PathBuf::from(&*tls.cert_file),
        key_file: PathBuf::from(&*tls.key_file),
        cert_required: tls.cert_required,
    });
    let users = |users: &control::Authentication| {
        authentication(users, enforced).map_err(|complaint| complaint.under("authentication"))
    };
    let text = |text: &str| text.to_owned();
    let setup = HttpSetup {
        address: http.address,
        tls,
        authentication: http.authentication.as_ref().map(users).transpose()?,
        headers: http.headers.iter().map(|(name, value)| (text(name), text(value))).collect(),
    };
    HttpSocket::open(setup, &current.http, &opened.http)
        .map_err(|error| Complaint::new(chain(&error)))
}

fn authentication(
    settings: &control::Authentication,
    enforced: bool,
) -> Result<Authentication, Complaint> {
    let directory = Path::new(&*settings.directory);
    let clients = settings.clients.iter().enumerate().map(|(at, client)| {
        credential(client, directory, enforced)
            .map_err(|complaint| complaint.at_index(at).under("clients"))
    });
    let realm = settings.realm.clone().into();
    Ok(Authentication { realm, clients: clients.collect::<Result<_, _>>()? })
}

fn credential(
    client: &control::Credential,
    directory: &Path,
    enforced: bool,
) -> Result<Credential, Complaint> {
    let reveal = |secret: &Secret, name: &str, file: &str| match secret {
        Secret::Text(text) if !enforced || text.is_empty() => Ok(text.to_string()),
        Secret::Text(_) => {
            let message = format!(
                "'{name}' must not stand in the configuration; use '{file}', or start with -X"
            );
            Err(Complaint::new(message).under(name))
        }
        Secret::File(path) => {
            first_line(&directory.join(&**path)).map_err(|complaint| complaint.under(file))
        }
    };
    let password = reveal(&client.password, "password", "password-file")?;
    let (user, password) = match &client.user {
        Some(user) => (reveal(user, "user", "user-file")?, password),
        None => {
            let both = password.split_once(':');
            let (user, password) = both.ok_or_else(|| {
                let message = "the file must hold a user and a password with a colon between them";
                Complaint::new(message).under("password-file")
            })?;
            (user.to_owned(), password.to_owned())
        }
    };
    if WELL_KNOWN.contains(&&*password) {
        let message = "the password is one that everybody knows from examples; choose another";
        return Err(Complaint::new(message).under("password"));
    }
    Ok(Credential { user, password })
}

/// Passwords of Kea's examples.
const WELL_KNOWN: [&str; 3] = ["1234", "keatest", "*****"];

fn first_line(path: &Path) -> Result<String, Complaint> {
    let text = fs::read_to_string(path)
        .map_err(|error| Complaint::new(format!("{} cannot be read: {error}", path.display())))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn serve_unix<F: Served>(
    socket: Rc<UnixSocket>,
    server: &Rc<RefCell<Server<F>>>,
    log: &Arc<Log>,
) -> JoinHandle<()> {
    let (run, log) = (runner(server, log), Arc::clone(log));
    tokio::task::spawn_local(async move {
        log.emit(&CommandEvent::Listening { path: socket.path().display() });
        loop {
            if let Err(reason) = &socket.serve(run.clone()).await {
                let socket = &socket.path().display().to_string();
                log.emit(&CommandEvent::Failed { socket, reason });
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
}

fn serve_http<F: Served>(
    socket: Rc<HttpSocket>,
    server: &Rc<RefCell<Server<F>>>,
    log: &Arc<Log>,
) -> JoinHandle<()> {
    let (run, log) = (runner(server, log), Arc::clone(log));
    tokio::task::spawn_local(async move {
        let address = socket.address();
        log.emit(&CommandEvent::ListeningHttp { address });
        loop {
            if let Err(reason) = &socket.serve(run.clone()).await {
                log.emit(&CommandEvent::Failed { socket: &address.to_string(), reason });
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
}

/// Runs commands and tells of them.
fn runner<F: Served>(
    server: &Rc<RefCell<Server<F>>>,
    log: &Arc<Log>,
) -> impl Fn(&Request) -> Answer + Clone + use<F> {
    let (server, log) = (Rc::clone(server), Arc::clone(log));
    move |request| {
        let command = request.command.as_str();
        log.emit(&match command {
            "config-hash-get" => CommandEvent::Polled { command },
            _ => CommandEvent::Received { command },
        });
        server.borrow_mut().run(request)
    }
}

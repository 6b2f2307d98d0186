//! Ways in for commands: `control-sockets`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::complaint::{Complaint, Within};
use crate::settings::Settings;

/// A way in for commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ControlSocket {
    /// A unix socket of this name.
    Unix(Box<str>),
    /// HTTP or HTTPS.
    Http(Box<HttpControl>),
}

/// An HTTP control socket; files are named, not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpControl {
    /// Where it listens.
    pub address: SocketAddr,
    /// The files of TLS; without them it is plain HTTP.
    pub tls: Option<Tls>,
    /// Who may send commands, if not everybody.
    pub authentication: Option<Authentication>,
    /// Headers of every response: name and value.
    pub headers: Box<[(Box<str>, Box<str>)]>,
}

/// Files of TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// Certificates of authorities, a file or a directory.
    pub trust_anchor: Box<str>,
    /// The own certificate.
    pub cert_file: Box<str>,
    /// The own private key.
    pub key_file: Box<str>,
    /// Whether clients must show a certificate.
    pub cert_required: bool,
}

/// HTTP basic authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// What clients are asked for their password of.
    pub realm: Box<str>,
    /// Where files of users and passwords lie; empty if their names say it.
    pub directory: Box<str>,
    /// The users.
    pub clients: Box<[Credential]>,
}

/// A user and a password, or where they are to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The user; without one the file of the password holds both with a colon between them.
    pub user: Option<Secret>,
    /// The password.
    pub password: Secret,
}

/// Something that is better kept in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// It stands in the configuration.
    Text(Box<str>),
    /// It is the first line of this file.
    File(Box<str>),
}

impl ControlSocket {
    /// What no two of them may have in common: the address, or to be a unix socket.
    fn place(&self) -> Option<SocketAddr> {
        match self {
            Self::Unix(_) => None,
            Self::Http(http) => Some(http.address),
        }
    }
}

/// The ways in that a global scope names.
pub(crate) fn control_sockets(settings: &Settings) -> Result<Box<[ControlSocket]>, Complaint> {
    let sockets = settings.maps("control-sockets").iter().enumerate();
    let read = |(at, socket)| control_socket(socket).at_index(at).under("control-sockets");
    let sockets = sockets.map(read).collect::<Result<Box<[_]>, _>>()?;
    let clashes = |(at, socket): &(usize, &ControlSocket)| {
        sockets[..*at].iter().any(|earlier| earlier.place() == socket.place())
    };
    if let Some((second, socket)) = sockets.iter().enumerate().find(clashes) {
        let message = match socket.place() {
            None => "only one unix control socket can be configured".to_owned(),
            Some(address) => format!("another control socket listens on {address} already"),
        };
        return Err(Complaint::new(message).at_index(second).under("control-sockets"));
    }
    Ok(sockets)
}

/// Parameters that only HTTP and HTTPS have.
const OF_HTTP: [&str; 8] = [
    "socket-address",
    "socket-port",
    "authentication",
    "trust-anchor",
    "cert-file",
    "key-file",
    "cert-required",
    "http-headers",
];

fn control_socket(socket: &Settings) -> Result<ControlSocket, Complaint> {
    let kind =
        socket.text("socket-type").ok_or_else(|| lacks("a control socket", "socket-type"))?;
    if kind == "unix" {
        refuse(socket, &OF_HTTP, kind)?;
        let name = socket.text("socket-name").ok_or_else(|| lacks("a unix socket", "socket-name"));
        return Ok(ControlSocket::Unix(name?.into()));
    }
    refuse(socket, &["socket-name"], kind)?;
    let tls = tls(socket)?;
    match (kind, &tls) {
        ("https", None) => return Err(lacks("an https socket", "trust-anchor")),
        ("http", Some(_)) => refuse(socket, &["trust-anchor"], kind)?,
        _ => {}
    }
    let header = |header: &Settings| {
        let text = |name| header.text(name).ok_or_else(|| lacks("a header", name));
        Ok((text("name")?.into(), text("value")?.into()))
    };
    Ok(ControlSocket::Http(Box::new(HttpControl {
        address: SocketAddr::new(address(socket)?, port(socket)),
        tls,
        authentication: socket.map("authentication").map(authentication).transpose()?,
        headers: each(socket, "http-headers", header)?,
    })))
}

fn refuse(socket: &Settings, names: &[&str], kind: &str) -> Result<(), Complaint> {
    let Some(name) = names.iter().find(|name| socket.has(name)) else { return Ok(()) };
    let message = format!("'{name}' is not allowed for a control socket of type '{kind}'");
    Err(Complaint::new(message).under(name))
}

fn address(socket: &Settings) -> Result<IpAddr, Complaint> {
    let Some(text) = socket.text("socket-address") else {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    };
    text.parse().map_err(|_| {
        let message = format!("'socket-address' must be an IPv4 or IPv6 address, not {text:?}");
        Complaint::new(message).under("socket-address")
    })
}

fn port(socket: &Settings) -> u16 {
    socket.number("socket-port").and_then(|port| u16::try_from(port).ok()).unwrap_or(8000)
}

/// All three files, or none.
fn tls(socket: &Settings) -> Result<Option<Tls>, Complaint> {
    const FILES: [&str; 3] = ["trust-anchor", "cert-file", "key-file"];
    let given = |name: &str| socket.text(name).filter(|text| !text.is_empty());
    let [Some(trust_anchor), Some(cert_file), Some(key_file)] = FILES.map(given) else {
        let missing = FILES.iter().find(|name| given(name).is_none());
        return match missing {
            Some(name) if FILES.iter().any(|name| given(name).is_some()) => {
                Err(lacks("TLS of a control socket", name))
            }
            _ => Ok(None),
        };
    };
    Ok(Some(Tls {
        trust_anchor: trust_anchor.into(),
        cert_file: cert_file.into(),
        key_file: key_file.into(),
        cert_required: socket.flag("cert-required").unwrap_or(true),
    }))
}

fn authentication(settings: &Settings) -> Result<Authentication, Complaint> {
    let text = |name| settings.text(name).unwrap_or_default().into();
    Ok(Authentication {
        realm: text("realm"),
        directory: text("directory"),
        clients: each(settings, "clients", credential).under("authentication")?,
    })
}

fn credential(client: &Settings) -> Result<Credential, Complaint> {
    let user = secret(client, "user", "user-file")?;
    if let Some(Secret::Text(name)) = &user
        && (name.is_empty() || name.contains(':'))
    {
        let message = format!("'user' must have a character at least and no colon, not {name:?}");
        return Err(Complaint::new(message).under("user"));
    }
    let password = secret(client, "password", "password-file")?;
    if user.is_none() && !matches!(password, Some(Secret::File(_))) {
        return Err(lacks("a client of a control socket", "user"));
    }
    Ok(Credential { user, password: password.unwrap_or(Secret::Text("".into())) })
}

fn secret(client: &Settings, name: &str, file: &str) -> Result<Option<Secret>, Complaint> {
    match (client.text(name), client.text(file)) {
        (Some(_), Some(_)) => {
            let message = format!("'{name}' and '{file}' exclude each other");
            Err(Complaint::new(message).under(file))
        }
        (Some(text), None) => Ok(Some(Secret::Text(text.into()))),
        (None, Some(path)) => Ok(Some(Secret::File(path.into()))),
        (None, None) => Ok(None),
    }
}

fn each<T>(
    settings: &Settings,
    name: &str,
    read: impl Fn(&Settings) -> Result<T, Complaint>,
) -> Result<Box<[T]>, Complaint> {
    let maps = settings.maps(name).iter().enumerate();
    maps.map(|(at, map)| read(map).at_index(at).under(name)).collect()
}

fn lacks(what: &str, name: &str) -> Complaint {
    Complaint::new(format!("{what} needs '{name}'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Protocol;
    use crate::params::Scope;

    fn read(sockets: &str) -> Result<Box<[ControlSocket]>, String> {
        let text = format!("{{ \"control-sockets\": {sockets} }}");
        let document = ruru_json::Document::from_peer(&text).unwrap();
        Settings::read(Protocol::V4, Scope::Global, &document.root)
            .and_then(|settings| control_sockets(&settings))
            .map_err(|complaint| complaint.to_string())
    }

    #[test]
    fn http_listens_on_port_8000_of_this_machine_unless_told_otherwise() {
        let sockets = read(r#"[ { "socket-type": "http" } ]"#).unwrap();
        let [ControlSocket::Http(http)] = &*sockets else { panic!("{sockets:?}") };
        assert_eq!(http.address, "127.0.0.1:8000".parse().unwrap());
        assert!(http.tls.is_none() && http.authentication.is_none());
    }

    #[test]
    fn what_does_not_fit_the_type_is_refused() {
        for (socket, reason) in [
            (
                r#"{ "socket-type": "unix", "socket-name": "a", "socket-port": 1 }"#,
                "'socket-port' is not allowed",
            ),
            (r#"{ "socket-type": "http", "socket-name": "a" }"#, "'socket-name' is not allowed"),
            (r#"{ "socket-type": "https" }"#, "an https socket needs 'trust-anchor'"),
            (
                r#"{ "socket-type": "https", "trust-anchor": "a", "key-file": "b" }"#,
                "needs 'cert-file'",
            ),
            (
                r#"{ "socket-type": "http", "socket-address": "localhost" }"#,
                "must be an IPv4 or IPv6 address",
            ),
            (
                r#"{ "socket-type": "http", "authentication": { "clients": [ { "user": "a:b" } ] } }"#,
                "no colon",
            ),
            (
                r#"{ "socket-type": "http", "authentication": { "clients": [ { "password": "b" } ] } }"#,
                "needs 'user'",
            ),
            (
                r#"{ "socket-type": "http", "authentication": { "clients": [ { "user": "a", "user-file": "b" } ] } }"#,
                "exclude each other",
            ),
        ] {
            let error = read(&format!("[ {socket} ]")).unwrap_err();
            assert!(error.contains(reason), "{socket}: {error}");
        }
        let unix = r#"{ "socket-type": "unix", "socket-name": "a" }"#;
        assert!(read(&format!("[ {unix}, {unix} ]")).unwrap_err().contains("only one unix"));
        let http = r#"{ "socket-type": "http" }"#;
        assert!(
            read(&format!("[ {http}, {unix}, {http} ]")).unwrap_err().contains("127.0.0.1:8000")
        );
    }
}

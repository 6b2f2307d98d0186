//! The configuration file: Kea's map `Netconf`, and in it our map `netconf-server`.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::loggers::Logger;
use ruru_json::{Document, Limits, NoIncludes};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "Netconf")]
    netconf: Netconf,
}

/// The agent and its NETCONF server.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Netconf {
    /// Whether a server gets its configuration when the agent starts.
    #[serde(default = "yes")]
    pub boot_update: bool,
    /// Whether changes go to the servers.
    #[serde(default = "yes")]
    pub subscribe_changes: bool,
    /// Whether servers are asked before a change is accepted.
    #[serde(default = "yes")]
    pub validate_changes: bool,
    /// The servers that the agent manages.
    #[serde(default)]
    pub managed_servers: ManagedServers,
    /// Accepted if it is empty; the agent has no extensions yet.
    #[serde(default)]
    pub hooks_libraries: Vec<IgnoredAny>,
    /// What is logged, and where.
    #[serde(default)]
    pub loggers: Vec<Logger>,
    /// The NETCONF server; without it, another program serves NETCONF or nobody does.
    pub netconf_server: Option<NetconfServer>,
    /// Free data of the operator.
    pub user_context: Option<IgnoredAny>,
    /// A remark of the operator.
    pub comment: Option<String>,
}

/// The servers that the agent manages.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagedServers {
    /// The DHCPv4 server.
    pub dhcp4: Option<ManagedServer>,
    /// The DHCPv6 server.
    pub dhcp6: Option<ManagedServer>,
    /// The DNS updater.
    pub d2: Option<ManagedServer>,
}

/// One managed server; what is absent is as for the agent as a whole.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ManagedServer {
    /// The YANG module that configures it; without one, Kea's.
    pub model: Option<String>,
    /// Whether it gets its configuration when the agent starts.
    pub boot_update: Option<bool>,
    /// Whether changes go to it.
    pub subscribe_changes: Option<bool>,
    /// Whether it is asked before a change is accepted.
    pub validate_changes: Option<bool>,
    /// How it is reached.
    pub control_socket: Option<ControlSocket>,
    /// Free data of the operator.
    pub user_context: Option<IgnoredAny>,
    /// A remark of the operator.
    pub comment: Option<String>,
}

/// How a server is reached.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ControlSocket {
    /// The kind of channel.
    pub socket_type: SocketType,
    /// The path of a unix socket.
    #[serde(default)]
    pub socket_name: PathBuf,
    /// The address of an HTTP endpoint.
    #[serde(default = "local_url")]
    pub socket_url: String,
    /// Free data of the operator.
    pub user_context: Option<IgnoredAny>,
    /// A remark of the operator.
    pub comment: Option<String>,
}

/// The kind of channel to a server.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum SocketType {
    /// A unix socket.
    Unix,
    /// HTTP.
    Http,
    /// Commands are printed, for tests.
    Stdout,
}

/// The NETCONF server.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NetconfServer {
    /// Where it listens.
    pub listen: Vec<Listen>,
    /// The file of its private key; made if it is not there.
    pub host_key: PathBuf,
    /// Who may log in.
    pub users: Vec<User>,
    /// How many sessions there may be at once.
    #[serde(default = "session_limit")]
    pub session_limit: u16,
    /// Seconds after which a session without requests is closed; 0 is never.
    #[serde(default)]
    pub idle_timeout: u32,
    /// Bytes that a request may have.
    #[serde(default = "max_message_size")]
    pub max_message_size: u32,
}

/// An address to listen on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// The address.
    pub address: IpAddr,
    /// The TCP port; 0 is any that is free.
    #[serde(default = "port")]
    pub port: u16,
}

/// Somebody who may log in.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct User {
    /// The name, which is also the one that access control knows. Access control does not bind
    /// sysrepo's recovery user, `root`.
    pub name: String,
    /// Public keys, each a line as in OpenSSH's `authorized_keys`.
    #[serde(default)]
    pub authorized_keys: Vec<String>,
    /// A hash of the password: `$argon2id$…`, `$5$…` or `$6$…`.
    pub password_hash: Option<String>,
}

fn yes() -> bool {
    true
}

fn local_url() -> String {
    "http://127.0.0.1:8000/".to_owned()
}

fn session_limit() -> u16 {
    64
}

fn max_message_size() -> u32 {
    64 << 20
}

/// RFC 6242 section 6.
fn port() -> u16 {
    830
}

impl From<Listen> for SocketAddr {
    fn from(listen: Listen) -> Self {
        Self::new(listen.address, listen.port)
    }
}

impl NetconfServer {
    /// How long a session may be without requests.
    pub fn idle_timeout(&self) -> Option<Duration> {
        (self.idle_timeout > 0).then(|| Duration::from_secs(self.idle_timeout.into()))
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{0}")]
    Wrong(String),
}

impl Netconf {
    /// Reads a file.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| ConfigError::Unreadable { file: file.to_owned(), source })?;
        Self::parse(&file.display().to_string(), &text)
    }

    /// Reads a text, which is called `name` in complaints.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let document = Document::read(name, text, &NoIncludes, Limits::default())
            .map_err(|error| ConfigError::Wrong(error.to_string()))?;
        let file: File = ruru_json::from_value(&document.root).map_err(|mismatch| {
            ConfigError::Wrong(format!("{}: {mismatch}", document.locate(mismatch.at)))
        })?;
        if !file.netconf.hooks_libraries.is_empty() {
            let reason = "hooks-libraries: hook libraries are not supported yet";
            return Err(ConfigError::Wrong(format!("{name}: {reason}")));
        }
        file.netconf
            .managed_servers
            .check()
            .map_err(|reason| ConfigError::Wrong(format!("{name}: {reason}")))?;
        if let Some(server) = &file.netconf.netconf_server {
            server.check().map_err(|reason| ConfigError::Wrong(format!("{name}: {reason}")))?;
        }
        Ok(file.netconf)
    }
}

impl ManagedServers {
    fn check(&self) -> Result<(), String> {
        let known: [(&str, &Option<ManagedServer>, &[&str]); 2] = [
            ("dhcp4", &self.dhcp4, &["kea-dhcp4-server"]),
            ("dhcp6", &self.dhcp6, &["kea-dhcp6-server", "ietf-dhcpv6-server"]),
        ];
        for (server, managed, models) in known {
            let model = managed.as_ref().and_then(|managed| managed.model.as_deref());
            if let Some(model) = model.filter(|model| !models.contains(model)) {
                let models = models.join(" or ");
                return Err(format!(
                    "managed-servers: {server}: \"{model}\" is no model of it: name {models}"
                ));
            }
        }
        Ok(())
    }
}

impl NetconfServer {
    fn check(&self) -> Result<(), String> {
        if self.listen.is_empty() {
            return Err("netconf-server: listen names no address".to_owned());
        }
        if self.session_limit == 0 {
            return Err("netconf-server: session-limit is at least 1".to_owned());
        }
        if self.max_message_size < 4096 {
            return Err("netconf-server: max-message-size is at least 4096".to_owned());
        }
        let mut names = BTreeSet::new();
        for user in &self.users {
            if !names.insert(&user.name) {
                return Err(format!("netconf-server: user {} stands there twice", user.name));
            }
            if user.authorized_keys.is_empty() && user.password_hash.is_none() {
                let reason = "has neither authorized-keys nor password-hash";
                return Err(format!("netconf-server: user {} {reason}", user.name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> String {
        Netconf::parse("file", text).unwrap_err().to_string()
    }

    #[test]
    fn keas_own_files_load() {
        let config = Netconf::parse(
            "file",
            r#"{ "Netconf": { # Kea's
                "validate-changes": false, "comment": "x", "user-context": { "a": [1] },
                "managed-servers": { "dhcp4": { "model": "kea-dhcp4-server", "comment": "y",
                    "control-socket": { "socket-type": "unix", "socket-name": "s" } } },
                "hooks-libraries": [],
                "loggers": [ { "name": "kea-netconf", "severity": "INFO" } ] } }"#,
        )
        .unwrap();
        assert!(config.boot_update && !config.validate_changes);
        let socket = config.managed_servers.dhcp4.unwrap().control_socket.unwrap();
        assert_eq!(socket.socket_type, SocketType::Unix);
        assert!(config.netconf_server.is_none());
    }

    #[test]
    fn the_server_has_defaults() {
        let config = Netconf::parse(
            "file",
            r#"{ "Netconf": { "netconf-server": { "listen": [ { "address": "::1" } ],
                "host-key": "key", "users": [ { "name": "a", "password-hash": "$6$x$y" } ] } } }"#,
        )
        .unwrap();
        let server = config.netconf_server.unwrap();
        assert_eq!(SocketAddr::from(server.listen[0]).to_string(), "[::1]:830");
        assert_eq!((server.session_limit, server.idle_timeout()), (64, None));
    }

    #[test]
    fn a_complaint_says_where() {
        assert!(complaint("{ \"Netconf\": {\n \"x\": 1 } }").starts_with("file:2:"));
        assert!(complaint("{ \"Netconf\": {}, \"Dhcp4\": {} }").contains("Dhcp4"));
        let model = |server: &str, model: &str| {
            let managed =
                format!(r#""managed-servers": {{ "{server}": {{ "model": "{model}" }} }}"#);
            Netconf::parse("file", &format!(r#"{{ "Netconf": {{ {managed} }} }}"#))
        };
        assert!(model("dhcp6", "ietf-dhcpv6-server").is_ok());
        let wrong = model("dhcp6", "dhcpv6").unwrap_err().to_string();
        assert!(wrong.contains("kea-dhcp6-server or ietf-dhcpv6-server"), "{wrong}");
        assert!(model("dhcp4", "ietf-dhcpv6-server").is_err());
        let hooks = "{ \"Netconf\": { \"hooks-libraries\": [ { \"library\": \"x.so\" } ] } }";
        assert!(complaint(hooks).contains("not supported yet"));
        let server = |inner: &str| {
            complaint(&format!(
                r#"{{ "Netconf": {{ "netconf-server": {{ "host-key": "k", {inner} }} }} }}"#
            ))
        };
        assert!(server(r#""listen": [], "users": []"#).contains("no address"));
        let user = r#""listen": [ { "address": "::1" } ], "users": [ { "name": "a" } ]"#;
        assert!(server(user).contains("neither"));
    }
}

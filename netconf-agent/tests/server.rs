//! The program with real clients: ncclient and OpenSSH over the loopback interface. Each scenario
//! has a file of its own in `scenarios`, and a repository and a server of its own.
//!
//! Needs Python with ncclient, the OpenSSH client, and sysrepo's tools.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server with an empty repository; everything goes with it.
struct Server {
    child: Child,
    directory: PathBuf,
    prefix: String,
    port: String,
}

impl Server {
    /// Starts one; `extra` are more members of `netconf-server`.
    fn start(name: &str, extra: &str) -> Self {
        let prefix = format!("nc{}{name}", std::process::id());
        let directory = std::env::temp_dir().join(format!("ruru-{prefix}"));
        fs::create_dir_all(&directory).unwrap();
        let key = directory.join("id");
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&key)
            .status();
        assert!(made.expect("ssh-keygen runs").success());
        let public = fs::read_to_string(directory.join("id.pub")).unwrap();
        let config = config(public.trim(), &directory, extra);
        fs::write(directory.join("netconf.conf"), config).unwrap();
        let mut install = program(&directory, &prefix);
        assert!(install.arg("--install-modules").status().unwrap().success());
        let log = directory.join("log");
        let child = program(&directory, &prefix)
            .args(["-d", "-c"])
            .arg(directory.join("netconf.conf"))
            .stdout(Stdio::from(File::create(&log).unwrap()))
            .spawn()
            .unwrap();
        let mut server = Self { child, directory, prefix, port: String::new() };
        server.port = server.wait_for_port(&log);
        server
    }

    fn wait_for_port(&mut self, log: &Path) -> String {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            for line in BufReader::new(File::open(log).unwrap()).lines() {
                if let Some((_, port)) = line.unwrap().split_once("listening on 127.0.0.1:") {
                    return port.to_owned();
                }
            }
            assert!(self.child.try_wait().unwrap().is_none(), "the server has ended");
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server does not listen");
    }

    /// Plays a scenario.
    fn play(&self, scenario: &str) {
        let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
        let output = Command::new("python3")
            .arg("-B")
            .arg(scenarios.join(scenario))
            .env("PORT", &self.port)
            .env("KEY", self.directory.join("id"))
            .env("SERVER", self.child.id().to_string())
            .env("SYSREPO_REPOSITORY_PATH", self.directory.join("sysrepo"))
            .env("SYSREPO_SHM_PREFIX", &self.prefix)
            .output()
            .expect("python3 runs");
        if !output.status.success() {
            let log = fs::read_to_string(self.directory.join("log")).unwrap();
            let (said, log) = (String::from_utf8_lossy(&output.stderr), log.lines().rev().take(20));
            panic!("{said}\nlog, the last line first:\n{}", log.collect::<Vec<_>>().join("\n"));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
        // sysrepo calls its files PREFIX_… and PREFIXsub_….
        let files = [format!("{}_", self.prefix), format!("{}sub_", self.prefix)];
        for entry in fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if files.iter().any(|start| name.starts_with(start)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

fn program(directory: &Path, prefix: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ruru-netconf"));
    command
        .current_dir(directory)
        .env("SYSREPO_REPOSITORY_PATH", directory.join("sysrepo"))
        .env("SYSREPO_SHM_PREFIX", prefix)
        .env("KEA_PIDFILE_DIR", directory)
        .stdout(Stdio::null());
    command
}

/// The hash is of the password `Hello world!`.
fn config(public: &str, directory: &Path, extra: &str) -> String {
    let host_key = directory.join("host");
    let host_key = host_key.display();
    format!(
        r#"{{ "Netconf": {{ "netconf-server": {{
            "listen": [ {{ "address": "127.0.0.1", "port": 0 }} ],
            "host-key": "{host_key}",
            "users": [
                {{ "name": "root", "authorized-keys": [ "{public}" ] }},
                {{ "name": "ada", "authorized-keys": [ "{public}" ] }},
                {{ "name": "bob", "password-hash": "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1" }}
            ] {extra} }} }} }}"#
    )
}

#[test]
fn edits() {
    Server::start("edit", "").play("edit.py");
}

#[test]
fn reads() {
    Server::start("read", "").play("read.py");
}

#[test]
fn datastores() {
    Server::start("data", "").play("datastores.py");
}

#[test]
fn confirmed_commits() {
    Server::start("conf", "").play("confirmed.py");
}

#[test]
fn sessions() {
    Server::start("sess", "").play("sessions.py");
}

#[test]
fn notifications() {
    Server::start("note", "").play("notifications.py");
}

#[test]
fn access() {
    Server::start("acc", "").play("access.py");
}

#[test]
fn messages() {
    Server::start("msg", r#", "max-message-size": 100000"#).play("messages.py");
}

#[test]
fn limits() {
    Server::start("lim", r#", "session-limit": 2, "idle-timeout": 1"#).play("limits.py");
}

#[test]
fn the_host_key_is_private_and_kept() {
    let server = Server::start("key", "");
    let file = server.directory.join("host");
    let key = fs::read(&file).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    server.play("read.py");
    assert_eq!(fs::read(&file).unwrap(), key);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let mut again = program(&server.directory, &server.prefix);
    // It is the key that keeps the second one from starting.
    again.env("KEA_PIDFILE_DIR", server.directory.join("sysrepo"));
    let output = again.arg("-c").arg(server.directory.join("netconf.conf")).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("is open to others: mode 644"));
}

#[test]
fn a_signal_ends_the_server_and_its_sessions() {
    let mut server = Server::start("sig", "");
    server.play("shutdown.py");
    assert!(server.child.wait().unwrap().success());
}

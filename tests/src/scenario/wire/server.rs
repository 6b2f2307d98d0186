//! A server program: its files, its start, its control socket and its log.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use ruru_command::{Answer, Request};
use ruru_json::{Map, Value, pretty};
use rustix::process::Signal;
use tempfile::TempDir;

use super::lab::{Lab, child_of};
use crate::scenario::{Protocol, Scenario};

/// Where Kea is installed, unless `RURU_KEA_ROOT` says otherwise.
const KEA_ROOT: &str = "/var/cache/ruru/kea-root";

/// The name of the configuration file.
const CONFIGURATION: &str = "kea.conf";

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// `ruru-dhcp4` or `ruru-dhcp6`: of `RURU_DHCP4` or `RURU_DHCP6`, else beside this test.
    Ours,
    /// `kea-dhcp4` or `kea-dhcp6`, in a root directory of its own.
    Kea,
}

/// A running server.
pub(super) struct Server {
    child: Child,
    directory: TempDir,
    logged: usize,
}

impl Server {
    pub(super) fn start<P: Protocol>(
        lab: &Lab,
        scenario: &Scenario<P>,
        program: Program,
    ) -> anyhow::Result<Self> {
        let (mut command, parent) = match program {
            Program::Ours => (lab.command(&own_binary::<P>()?), std::env::temp_dir()),
            Program::Kea => {
                let binary = format!("usr/sbin/kea-{}", P::PROGRAM);
                let root = kea_root(&binary)?;
                let mut command = lab.command("chroot");
                command.args([&root, &Path::new("/").join(binary)]);
                (command, root.join("tmp"))
            }
        };
        let directory = TempDir::with_prefix_in("ruru-scenario-", &parent)
            .with_context(|| parent.display().to_string())?;
        // Kea asks for exactly this of a control socket's directory.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o750))?;
        let name = directory.path().file_name().unwrap_or_default();
        let inside = match program {
            Program::Ours => directory.path().to_owned(),
            Program::Kea => Path::new("/tmp").join(name),
        };
        let config = configuration(scenario, &inside, program);
        fs::write(directory.path().join(CONFIGURATION), pretty(&config))?;
        set_up(&mut command, &inside, directory.path())?;
        if scenario.answers_to_source {
            command.env("KEA_TEST_SEND_RESPONSES_TO_SOURCE", "ENABLED");
        }
        let child = command.spawn().context("nsenter (util-linux) is needed")?;
        let mut server = Self { child, directory, logged: 0 };
        server.wait()?;
        Ok(server)
    }

    /// Sends a command and reads the answer.
    pub(super) fn command(&self, request: &Request) -> anyhow::Result<Answer> {
        let mut stream = UnixStream::connect(self.directory.path().join("control"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(ruru_json::compact(&request.to_json()).as_bytes())?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(Answer::parse(&text)?)
    }

    /// The ids that were logged since the last call.
    pub(super) fn log(&mut self) -> anyhow::Result<Vec<String>> {
        // Names of clients are logged as they came, which need not be text.
        let bytes = fs::read(self.directory.path().join("output"))?;
        let lines = String::from_utf8_lossy(bytes.get(self.logged..).unwrap_or_default());
        self.logged = bytes.len();
        // DATE TIME SEVERITY [LOGGER/PID.THREAD] ID TEXT
        let id = |line: &str| line.split_once("] ")?.1.split(' ').next().map(str::to_owned);
        Ok(lines.lines().filter_map(id).collect())
    }

    /// What it said, for people.
    pub(super) fn last_words(&self) -> String {
        let output = fs::read(self.directory.path().join("output")).unwrap_or_default();
        let output = String::from_utf8_lossy(&output);
        let last: Vec<&str> = output.lines().rev().take(60).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        format!("the server said:\n{}\n", last.join("\n"))
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.command(&Request::new("status-get")).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}\n{}", self.last_words());
            }
            if begun.elapsed() > PATIENCE {
                bail!("the server does not start\n{}", self.last_words());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server is nsenter's child. Either may have ended by itself.
        if let Some(server) = child_of(self.child.id()) {
            let _ = rustix::process::kill_process(server, Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn own_binary<P: Protocol>() -> anyhow::Result<String> {
    let name = format!("ruru-{}", P::PROGRAM);
    let given = std::env::var_os(P::VARIABLE).map(PathBuf::from);
    // DIRECTORY/deps/scenarios-HASH
    let beside = || Some(std::env::current_exe().ok()?.parent()?.parent()?.join(&name));
    let path = given.or_else(beside).context("where this test is")?;
    if !path.is_file() {
        bail!(
            "{} is not there: build it with `cargo build -p ruru-dhcpd`, or name it in {}",
            path.display(),
            P::VARIABLE
        );
    }
    Ok(path.display().to_string())
}

fn kea_root(binary: &str) -> anyhow::Result<PathBuf> {
    let root = std::env::var_os("RURU_KEA_ROOT").map_or_else(|| KEA_ROOT.into(), PathBuf::from);
    if !root.join(binary).is_file() {
        bail!("{} has no {binary}; RURU_KEA_ROOT names Kea's root directory", root.display());
    }
    Ok(root)
}

fn set_up(command: &mut Command, inside: &Path, outside: &Path) -> anyhow::Result<()> {
    let output = fs::File::create(outside.join("output"))?;
    command.arg("-X").arg("-c").arg(inside.join(CONFIGURATION));
    for variable in
        ["KEA_PIDFILE_DIR", "KEA_DHCP_DATA_DIR", "KEA_LOG_FILE_DIR", "KEA_CONTROL_SOCKET_DIR"]
    {
        command.env(variable, inside);
    }
    command
        .env("KEA_LOCKFILE_DIR", "none")
        .stdin(Stdio::null())
        .stderr(output.try_clone()?)
        .stdout(output);
    Ok(())
}

/// The scenario's configuration with what a process needs.
fn configuration<P: Protocol>(scenario: &Scenario<P>, directory: &Path, program: Program) -> Value {
    let file = |name: &str| Value::from(directory.join(name).display().to_string());
    let names = scenario.interfaces.iter().map(|interface| Value::from(&*interface.name));
    let interfaces = Value::object([("interfaces", Value::from(names.collect::<Vec<_>>()))]);
    let socket =
        Value::object([("socket-type", Value::from("unix")), ("socket-name", file("control"))]);
    // Not a file: lines of a log file may come a little later than the answer that they tell of.
    let output = Value::object([("output", Value::from("stdout")), ("flush", Value::from(true))]);
    let logger = Value::object([
        ("name", Value::from(format!("kea-{}", P::PROGRAM))),
        ("severity", Value::from("DEBUG")),
        ("debuglevel", Value::from(99)),
        ("output-options", Value::from(vec![output])),
    ]);
    let libraries = ["lease_cmds", "subnet_cmds", "host_cmds", "stat_cmds"]
        .map(|name| Value::object([("library", Value::from(format!("libdhcp_{name}.so")))]));
    let leases = Value::object([("type", Value::from("memfile")), ("persist", Value::from(false))]);
    let mut config = scenario.config.as_map().cloned().unwrap_or_else(Map::default);
    for (name, value) in [
        ("interfaces-config", interfaces),
        ("control-sockets", Value::from(vec![socket])),
        ("loggers", Value::from(vec![logger])),
        ("hooks-libraries", Value::from(libraries.to_vec())),
        ("lease-database", leases),
    ] {
        if config.get(name).is_none() {
            config.insert(name, value);
        }
    }
    P::complete(&mut config);
    if program == Program::Kea {
        // With one thread a command is answered after the packets that came before it.
        let threads = Value::object([("enable-multi-threading", Value::from(false))]);
        config.insert("multi-threading", threads);
    }
    Value::object([(P::ROOT, Value::from(config))])
}

//! The programs together, on real sockets of the loopback interface.

#![expect(clippy::unwrap_used, reason = "what fails here is a failure of the test")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use ruru_json::{Document, Limits, NoIncludes, Value};

/// The template server on a port of its own; it ends with the test.
struct Server {
    process: Child,
    port: String,
}

impl Server {
    fn start(options: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_ruru-template-server"))
            .args(["127.0.0.1", "--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit_once(':').unwrap().1.to_owned();
        Self { process, port }
    }

    /// Puts it under load.
    fn load(&self, options: &[&str]) -> Output {
        perf(&[&["-L", "0", "-N", &self.port], options, &["-l", "127.0.0.1", "127.0.0.1"]].concat())
    }

    fn report(&self, options: &[&str]) -> Value {
        let output = self.load(&[&["--json"], options].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        Document::read("report", &text, &NoIncludes, Limits::default()).unwrap().root
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn perf(options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ruru-perf")).args(options).output().unwrap()
}

fn number(report: &Value, name: &str) -> i128 {
    report.get(name).and_then(Value::as_int).unwrap_or_else(|| panic!("no {name} in {report:?}"))
}

#[test]
fn every_client_gets_its_lease_from_the_template() {
    let server = Server::start(&[]);
    let report = server.report(&["-n", "2000", "--window", "64"]);
    assert_eq!(number(&report, "new-leases"), 2000);
    assert_eq!((number(&report, "drops"), number(&report, "orphans")), (0, 0));
}

#[test]
fn more_threads_serve_more_relays() {
    let server = Server::start(&["--threads", "2"]);
    for _ in 0..4 {
        assert_eq!(number(&server.report(&["-n", "50", "--window", "8"]), "new-leases"), 50);
    }
}

#[test]
fn a_signal_ends_the_template_server_without_noise() {
    let mut server = Server::start(&[]);
    server.report(&["-n", "10", "--window", "4"]);
    kill(Pid::from_raw(server.process.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
    assert!(server.process.wait().unwrap().success());
    let mut rest = String::new();
    server.process.stdout.as_mut().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

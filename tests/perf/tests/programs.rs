//! The programs together, on real sockets of the loopback interface.

#![expect(clippy::unwrap_used, reason = "what fails here is a failure of the test")]

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use ruru_json::{Document, Limits, NoIncludes, Value};

/// The template server on a port of its own; it ends with the test.
struct Server {
    process: Child,
    address: &'static str,
    port: String,
}

impl Server {
    fn start(options: &[&str]) -> Self {
        Self::start_on("127.0.0.1", options)
    }

    fn start_on(address: &'static str, options: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_ruru-template-server"))
            .args([address, "--port", "0"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit_once(':').unwrap().1.to_owned();
        Self { process, address, port }
    }

    /// Puts it under load.
    fn load(&self, options: &[&str]) -> Output {
        let addresses = ["-l", self.address, self.address];
        perf(&[&["-L", "0", "-N", &self.port], options, &addresses].concat())
    }

    fn report(&self, options: &[&str]) -> Value {
        let output = self.load(&[&["--json"], options].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        json(&output)
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

fn json(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    Document::read("report", &text, &NoIncludes, Limits::default()).unwrap().root
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
fn clients_renew_and_release_beside_new_ones() {
    let server = Server::start(&[]);
    let options = ["-r", "2000", "-f", "500", "-F", "200", "-n", "800", "-R", "5000", "-u"];
    let report = server.report(&options);
    let kinds = report.get("kinds").unwrap();
    let sent = |kind| number(kinds.get(kind).unwrap(), "sent");
    assert_eq!((sent("DISCOVER-OFFER"), sent("REQUEST-ACK")), (800, 800));
    assert!((150..=200).contains(&sent("REQUEST-ACK (renewal)")), "{kinds:?}");
    assert!((60..=80).contains(&sent("RELEASE")), "{kinds:?}");
    assert_eq!(number(&report, "non-unique-addresses"), 0);
}

#[test]
fn the_report_has_the_shape_of_perfdhcps() {
    let server = Server::start(&[]);
    let output = server.load(&["-r", "100", "-n", "20", "-x", "aeilstT", "-t", "0.1", "-C", ","]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "***Rate statistics***",
        "***Statistics for: DISCOVER-OFFER***",
        "***Statistics for: REQUEST-ACK***",
        "sent packets: 20",
        "received packets: 20",
        "drops: 0",
        "drops ratio: 0.000 %",
        "rejected leases: 0",
        "Server id: 127.0.0.1",
        "Exit reason: all exchanges have begun",
        "***Leases for REQUEST-ACK***",
        "xid-offset=4",
    ] {
        assert!(text.lines().any(|own| own == line), "no {line} in:\n{text}");
    }
    assert!(text.contains("4-way exchanges/second, expected rate: 100\n"), "{text}");
    assert_eq!(text.matches("sent / received: ").count(), 40);
    assert!(text.lines().any(|line| line.split(',').count() == 8), "no line of -C in:\n{text}");
}

/// Kea's own, where it is installed for the comparison: each line of its report is one of ours.
#[test]
fn perfdhcp_reports_nothing_that_is_missing_here() {
    compare_with_perfdhcp(&Server::start(&[]), "10067", &["-4"]);
}

#[test]
fn perfdhcp_reports_nothing_that_is_missing_of_dhcpv6() {
    let server = Server::start_on("::1", &[]);
    compare_with_perfdhcp(&server, "10546", &["-6", "-e", "address-and-prefix"]);
    compare_with_perfdhcp(&server, "10546", &["-6", "-e", "prefix-only"]);
}

fn compare_with_perfdhcp(server: &Server, local_port: &str, kind: &[&str]) {
    let cache = std::env::var("RURU_CACHE").unwrap_or_else(|_| "/var/cache/ruru".to_owned());
    let root = format!("{cache}/kea-root");
    let common = ["-r", "200", "-n", "20", "-R", "20", "-W", "200000", "-N", &server.port];
    let options = [kind, &common].concat();
    // perfdhcp takes only an interface in DHCPv6.
    let local = if server.address == "::1" { "lo" } else { server.address };
    let addresses = ["-l", local, server.address];
    let theirs = Command::new("chroot")
        .args([&root, "/usr/sbin/perfdhcp", "-L", local_port])
        .args(&options)
        .args(addresses)
        .output()
        .unwrap();
    assert_eq!(theirs.status.code(), Some(0), "{}", String::from_utf8_lossy(&theirs.stderr));
    let ours = perf(&[&["-L", "0"], &options[..], &addresses].concat());
    // Counts are the same; times and rates are not.
    let told = |output: &Output| -> Vec<String> {
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        let is_compared = |line: &&str| !line.starts_with("Running") && !line.starts_with("Multi-");
        let line = |line: &str| match line.split_once(": ") {
            Some((name, number)) if number.parse::<u64>().is_err() => name.to_owned(),
            _ => line.to_owned(),
        };
        text.lines().filter(is_compared).map(line).collect()
    };
    let (theirs, ours) = (told(&theirs), told(&ours));
    assert!(theirs.len() > 30, "{theirs:?}");
    let mut rest = ours.iter();
    for line in &theirs {
        assert!(rest.any(|own| own == line), "no `{line}` in its place:\n{ours:#?}");
    }
}

#[test]
fn every_client_gets_its_address_and_prefix() {
    let server = Server::start_on("::1", &[]);
    for more in [&["-e", "address-and-prefix"][..], &["-c"], &["-A", "1", "-e", "prefix-only"]] {
        let report = server.report(&[&["-6", "-u", "-n", "2000", "--window", "64"], more].concat());
        assert_eq!(number(&report, "new-leases"), 2000, "{more:?}");
        assert_eq!((number(&report, "drops"), number(&report, "orphans")), (0, 0), "{more:?}");
        assert_eq!(number(&report, "non-unique-addresses"), 0, "{more:?}");
    }
}

#[test]
fn releases_of_dhcpv6_are_answered() {
    let server = Server::start_on("::1", &[]);
    let options = ["-6", "-r", "2000", "-f", "500", "-F", "200", "-n", "800", "-R", "5000"];
    let report = server.report(&options);
    let kinds = report.get("kinds").unwrap();
    let of = |kind, name| number(kinds.get(kind).unwrap(), name);
    assert_eq!(of("SOLICIT-ADVERTISE", "received"), 800);
    assert_eq!(of("REQUEST-REPLY", "received"), 800);
    assert!((150..=200).contains(&of("RENEW-REPLY", "received")), "{kinds:?}");
    assert!((60..=80).contains(&of("RELEASE-REPLY", "received")), "{kinds:?}");
    let output =
        server.load(&["-6", "-e", "address-and-prefix", "-n", "3", "-R", "3", "-x", "lsT"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for line in ["Server id: 00:03:00:01:02:00:00:00:00:01", "SOLICIT:", "xid-offset=1"] {
        assert!(text.lines().any(|own| own == line), "no {line} in:\n{text}");
    }
    assert!(text.contains("\n00:03:00:01:00:0c:01:02:03:05,2001:db8:"), "{text}");
    assert!(text.contains("\n00:03:00:01:00:0c:01:02:03:06,3fff:"), "{text}");
}

#[test]
fn an_open_loop_counts_delays_from_when_exchanges_were_due() {
    // Nobody listens there: each exchange takes as long as the drop time.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port().to_string();
    let options = ["-L", "0", "-N", &port, "-r", "200", "-n", "40", "-d", "0.1", "127.0.0.1"];
    let output = perf(&[&["--json", "--interval", "0.1"], &options[..]].concat());
    assert_eq!(output.status.code(), Some(3), "some were lost");
    let report = json(&output);
    assert_eq!((number(&report, "drops"), number(&report, "exchanges")), (40, 0));
    assert!(report.get("series").and_then(Value::as_list).unwrap().len() >= 2);
}

#[test]
fn queries_say_what_the_command_line_says() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let port = server.local_addr().unwrap().port().to_string();
    let options =
        ["-L", "0", "-N", &port, "-P", "1", "-n", "1", "-d", "0.05", "-y", "5", "-R", "9"];
    let client = ["-b", "mac=02::00::00::00::00::ff", "-o", "60,646f63736973", "-i", "127.0.0.1"];
    let output = perf(&[&options[..], &client].concat());
    assert_eq!(output.status.code(), Some(3), "the one that counts was lost");
    for (secs, mac) in [(0, [2, 0, 0, 0, 0, 0xff]), (1, [2, 0, 0, 0, 1, 0])] {
        let mut message = [0; 1500];
        let length = server.recv(&mut message).unwrap();
        let message = &message[..length];
        assert_eq!((message[9], &message[28..34]), (secs, &mac[..]));
        assert_eq!(message[24..28], [127, 0, 0, 1], "the relay's address");
        assert!(message.windows(8).any(|option| option == b"\x3c\x06docsis"));
    }
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("sent packets: 1\nreceived packets: 0\ndrops: 1\n"), "{text}");
    assert!(!text.contains("REQUEST-ACK"), "{text}");
}

#[test]
fn too_many_losses_abort() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port().to_string();
    for limit in ["5", "20%"] {
        let options = ["-L", "0", "-N", &port, "-r", "500", "-p", "30", "-d", "0.02", "-D", limit];
        let output = perf(&[&["--json"], &options[..], &["127.0.0.1"]].concat());
        assert_eq!(output.status.code(), Some(3));
        let exit = json(&output).get("exit").and_then(Value::as_text).unwrap().to_owned();
        assert_eq!(exit, "too many answers were lost");
    }
}

#[test]
fn an_avalanche_gives_every_client_its_lease() {
    let server = Server::start(&[]);
    let output = server.load(&["--scenario", "avalanche", "-R", "300"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("to provision 300 clients"), "{text}");
}

#[test]
fn a_template_and_lists_say_who_asks() {
    let server = Server::start(&[]);
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    std::fs::write(path("macs"), "02:00:00:00:00:01\n02:00:00:00:00:02\n").unwrap();
    std::fs::write(path("relays"), "127.0.0.1\n127.0.0.2\n").unwrap();
    let options = ["-M", &path("macs"), "-J", &path("relays"), "-n", "40", "-x", "l", "-s", "1"];
    let output = server.load(&options);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\n02:00:00:00:00:01,10.") && text.contains("\n02:00:00:00:00:02,10."));

    let header =
        "0101060100000000".to_owned() + &"00".repeat(20) + "020000000a00" + &"00".repeat(202);
    std::fs::write(path("discover"), header + "63825363 35 01 01 0c 01 68 ff").unwrap();
    let output = server.load(&["-T", &path("discover"), "-O", "33", "-R", "9", "-n", "9", "-xl"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\n02:00:00:00:0a:08,10."), "{text}");
}

#[test]
fn the_wrapped_program_is_told_of_start_and_stop() {
    let server = Server::start(&[]);
    let directory = tempfile::tempdir().unwrap();
    let (program, said) = (directory.path().join("wrapped"), directory.path().join("said"));
    std::fs::write(&program, format!("#!/bin/sh\necho $1 >> {}\n", said.display())).unwrap();
    std::fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    let output = server.load(&["-p", "0.2", "-w", &program.display().to_string()]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(std::fs::read_to_string(said).unwrap(), "start\nstop\n");
}

#[test]
fn a_picture_is_drawn() {
    let server = Server::start(&[]);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plot.svg");
    let plot = ["-p", "0.3", "--window", "4", "--interval", "0.05", "--plot"];
    let output = server.load(&[&plot[..], &[&path.display().to_string()]].concat());
    assert_eq!(output.status.code(), Some(0));
    let svg = std::fs::read_to_string(path).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("p99") && svg.contains("completed"));
    assert!(svg.matches("<polyline").count() >= 5, "{svg}");
}

#[test]
fn a_signal_ends_the_load_with_a_report() {
    let server = Server::start(&[]);
    let load = Command::new(env!("CARGO_BIN_EXE_ruru-perf"))
        .args(["-L", "0", "-N", &server.port, "-r", "100", "--json", "127.0.0.1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    kill(Pid::from_raw(load.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let report = json(&load.wait_with_output().unwrap());
    assert_eq!(report.get("exit").and_then(Value::as_text), Some("interrupted"));
    assert!(number(&report, "new-leases") > 0);
}

#[test]
fn a_wrong_command_line_has_status_2_and_a_wrong_address_1() {
    let wrong = perf(&["-6", "127.0.0.1"]);
    assert_eq!(wrong.status.code(), Some(2));
    let text = String::from_utf8(wrong.stderr).unwrap();
    assert!(text.contains("has no IPv6 address") && text.contains("Usage:"), "{text}");
    assert_eq!(perf(&["-f", "5", "127.0.0.1"]).status.code(), Some(2));
    assert_eq!(perf(&["--nonsense"]).status.code(), Some(2));
    assert_eq!(perf(&["-l", "192.0.2.1", "192.0.2.2"]).status.code(), Some(1));
    for option in ["-h", "-v", "-V"] {
        assert_eq!(perf(&[option]).status.code(), Some(0));
    }
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

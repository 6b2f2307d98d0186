//! A network of its own for one server, which goes away with the test.
//!
//! `unshare` makes name spaces for network, mounts and processes around a `cat` whose input is
//! held open by the test. However the test ends, `cat` reads the end of its input then, and as the
//! first process of its name space it takes all others and the interfaces with it.

use std::fs::{self, File};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::Pid;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::scenario::{Interface, Protocol};

/// The name spaces.
pub(super) struct Lab {
    holder: Child,
}

impl Lab {
    /// Makes the server's interfaces, each with a far end that the test holds.
    pub(super) fn new<P: Protocol>(interfaces: &[Interface<P>]) -> anyhow::Result<Self> {
        let holder = Command::new("unshare")
            .args(["--net", "--mount", "--pid", "--fork", "--kill-child", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("unshare (util-linux) is needed to run a server by itself")?;
        let lab = Self { holder };
        lab.wait_for_spaces()?;
        for interface in interfaces {
            lab.add(interface)?;
        }
        Ok(lab)
    }

    /// A command that runs inside.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        let of = |space: &str| format!("/proc/{}/ns/{space}", self.holder.id());
        command
            .arg(format!("--net={}", of("net")))
            .arg(format!("--mount={}", of("mnt")))
            .arg(format!("--pid={}", of("pid_for_children")))
            .args(["--", program]);
        command
    }

    /// Lets servers of the machine speak with each other.
    pub(super) fn set_loopback_up(&self) -> anyhow::Result<()> {
        let status = self.command("ip").args(["link", "set", "lo", "up"]).status()?;
        if status.success() { Ok(()) } else { bail!("the loopback interface stays down") }
    }

    /// Moves this thread into the network.
    pub(super) fn enter(&self) -> anyhow::Result<()> {
        let space = File::open(format!("/proc/{}/ns/net", self.holder.id()))?;
        move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))
            .context("entering a network name space needs root")
    }

    /// Waits until the name spaces are there: before that their links are the test's own.
    fn wait_for_spaces(&self) -> anyhow::Result<()> {
        let space = |process: &str, name: &str| fs::read_link(format!("/proc/{process}/ns/{name}"));
        let own = space("self", "pid")?;
        let holder = self.holder.id().to_string();
        let begun = Instant::now();
        loop {
            let is_apart = space(&holder, "pid_for_children").is_ok_and(|space| space != own);
            if is_apart && child_of(self.holder.id()).is_some() {
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(5) {
                bail!("unshare made no name spaces within 5 s; that needs root");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn add<P: Protocol>(&self, interface: &Interface<P>) -> anyhow::Result<()> {
        let (name, far) = (&interface.name, far_end(&interface.name));
        let addresses = P::set_up(interface, &far);
        let script = format!("ip link add {name} type veth peer name {far} && {addresses}");
        let output = self.command("sh").args(["-c", &script]).output()?;
        if !output.status.success() {
            bail!("setting up {name}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // Closing its input ends it. The kernel takes a second to clear up, and needs no help.
        drop(self.holder.stdin.take());
    }
}

/// The child of a process.
pub(super) fn child_of(process: u32) -> Option<Pid> {
    let path = format!("/proc/{process}/task/{process}/children");
    let children = fs::read_to_string(path).ok()?;
    Pid::from_raw(children.split_whitespace().next()?.parse().ok()?)
}

/// The test's end of an interface.
pub(super) fn far_end(name: &str) -> String {
    format!("far-{name}")
}

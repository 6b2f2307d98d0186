//! A network of its own for one server, which goes away with the test.
//!
//! `unshare` makes name spaces for network, mounts and processes around a `cat` whose input is
//! held open by the test. However the test ends, `cat` reads the end of its input then, and as the
//! first process of its name space it takes all others and the interfaces with it.

use std::fs::File;
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::scenario::Interface;

/// The name spaces.
pub(super) struct Lab {
    holder: Child,
}

impl Lab {
    /// Makes the server's interfaces, each with a far end that the test holds.
    pub(super) fn new(interfaces: &[Interface]) -> anyhow::Result<Self> {
        let holder = Command::new("unshare")
            .args(["--net", "--mount", "--pid", "--fork", "--kill-child", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("unshare (util-linux) is needed to run a server by itself")?;
        let lab = Self { holder };
        lab.wait()?;
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

    /// Moves this thread into the network.
    pub(super) fn enter(&self) -> anyhow::Result<()> {
        let space = File::open(format!("/proc/{}/ns/net", self.holder.id()))?;
        move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))
            .context("entering a network name space needs root")
    }

    /// Waits until the name spaces are there: before that their links are the test's own.
    fn wait(&self) -> anyhow::Result<()> {
        let link = |of: &str, space: &str| std::fs::read_link(format!("/proc/{of}/ns/{space}"));
        let begun = Instant::now();
        loop {
            let holder = self.holder.id().to_string();
            let apart = link(&holder, "pid_for_children").is_ok_and(|link_of_holder| {
                Ok(link_of_holder) != link("self", "pid").map_err(|_| ())
            });
            let child = std::fs::read_to_string(format!("/proc/{holder}/task/{holder}/children"));
            if apart && child.is_ok_and(|children| !children.trim().is_empty()) {
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(5) {
                bail!("unshare made no name spaces within 5 s; that needs root");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn add(&self, interface: &Interface) -> anyhow::Result<()> {
        let Interface { name, address, prefix } = interface;
        // Nobody answers ARP at the far end; what is sent there is taken from the wire.
        let script = format!(
            "ip link add {name} type veth peer name {far} && \
             echo 1 >/proc/sys/net/ipv6/conf/{name}/disable_ipv6 && \
             echo 1 >/proc/sys/net/ipv6/conf/{far}/disable_ipv6 && \
             echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter && \
             echo 0 >/proc/sys/net/ipv4/conf/{name}/rp_filter && \
             ip link set {name} arp off && ip link set {name} up && ip link set {far} up && \
             ip addr add {address}/{prefix} brd + dev {name} && \
             ip route replace default dev {name}",
            far = far_end(name),
        );
        let output = self.command("sh").args(["-c", &script]).output()?;
        if !output.status.success() {
            bail!("setting up {name}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // Closing its input ends it; nothing is left to do if that fails.
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}

/// The test's end of an interface.
pub(super) fn far_end(name: &str) -> String {
    format!("far-{name}")
}

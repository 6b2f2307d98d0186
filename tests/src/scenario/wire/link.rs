//! The far end of the server's interface: frames out, frames in.

use std::time::Duration;

use anyhow::{Context, bail};
use pnet_base::MacAddr;
use pnet_datalink::{Channel, Config, DataLinkReceiver, DataLinkSender, NetworkInterface};

use super::lab::far_end;
use crate::scenario::{Datagram, Protocol};

/// How long one look for a frame lasts.
pub(super) const LOOK: Duration = Duration::from_millis(5);

/// One end of a wire; the server is at the other.
pub(super) struct Link {
    server: MacAddr,
    sender: Box<dyn DataLinkSender>,
    receiver: Box<dyn DataLinkReceiver>,
}

impl Link {
    /// Opens the far end of an interface, in the network that this thread is in.
    pub(super) fn open(interface: &str) -> anyhow::Result<Self> {
        let own = find(&far_end(interface))?;
        let server = find(interface)?.mac.context("the server's interface has no address")?;
        let config = Config { read_timeout: Some(LOOK), ..Config::default() };
        match pnet_datalink::channel(&own, config)? {
            Channel::Ethernet(sender, receiver) => Ok(Self { server, sender, receiver }),
            _ => bail!("the wire is not Ethernet"),
        }
    }

    /// Sends a datagram to the server, or to all.
    pub(super) fn send<P: Protocol>(&mut self, datagram: &Datagram<P>) -> anyhow::Result<()> {
        let frame = P::frame(datagram, self.server).context("the packet is too long")?;
        self.sender.send_to(&frame, None).context("the wire takes no frames")??;
        Ok(())
    }

    /// The next datagram from the server, if one comes soon; other frames do not count.
    pub(super) fn receive<P: Protocol>(&mut self) -> anyhow::Result<Option<Datagram<P>>> {
        loop {
            match self.receiver.next() {
                Ok(frame) => {
                    if let Some(datagram) = P::parse(frame) {
                        return Ok(Some(datagram));
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::TimedOut => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn find(name: &str) -> anyhow::Result<NetworkInterface> {
    let mut interfaces = pnet_datalink::interfaces().into_iter();
    interfaces.find(|interface| interface.name == name).with_context(|| format!("no {name}"))
}

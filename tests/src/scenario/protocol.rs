//! What scenarios of DHCPv4 and DHCPv6 have in common, and where they differ.

use std::fmt::{Debug, Display};

use pnet_base::MacAddr;
use ruru_json::{Map, Value};
use ruru_lease::Family;
use serde::Deserialize;

use super::{Interface, Reply, Scenario, Subject};

/// A protocol that scenarios speak.
pub trait Protocol: Family {
    /// A packet as a scenario writes it.
    type Packet: for<'de> Deserialize<'de> + Clone + Debug + Send;
    /// Where a reply goes.
    type Target: Clone + Debug + PartialEq + Display;
    /// An address and a port.
    type Socket: Copy + Debug;

    /// The name of the configuration.
    const ROOT: &'static str;
    /// What the programs' names end in.
    const PROGRAM: &'static str;
    /// The variable that names our program.
    const VARIABLE: &'static str;
    /// The statistic of packets that came in.
    const RECEIVED: &'static str;
    /// The command that lists all leases.
    const LEASES: &'static str;
    /// The server's interface, and its addresses, if a scenario names none.
    const INTERFACE: (&'static str, &'static [&'static str]);

    /// The server in this process.
    ///
    /// # Errors
    /// It does not take the configuration, or is not there.
    fn in_process(scenario: &Scenario<Self>) -> anyhow::Result<Box<dyn Subject<Self>>>;

    /// Adds to a configuration what scenarios leave out because it is always the same.
    fn complete(config: &mut Map);

    /// The server's interface that a packet comes to.
    fn interface(packet: &Self::Packet) -> &str;

    /// The bytes of a packet, with a transaction id.
    ///
    /// # Errors
    /// Something in it cannot be understood.
    fn encode(packet: &Self::Packet, transaction: u32) -> anyhow::Result<Vec<u8>>;

    /// A reply in the words of a scenario; what is copied from the query and right is left out.
    ///
    /// # Errors
    /// The bytes are not a message.
    fn describe(reply: &Reply<Self>, query: &[u8], local: Self::Address) -> anyhow::Result<Value>;

    /// How a lease is named in `leases`.
    fn lease_name(lease: &Value) -> String;

    /// Commands of a shell that give an interface of a laboratory its addresses.
    fn set_up(interface: &Interface<Self>, far: &str) -> String;

    /// A packet on its way to the server.
    fn datagram(
        packet: &Self::Packet,
        interface: &Interface<Self>,
        message: Vec<u8>,
    ) -> Datagram<Self>;

    /// What the server of the other protocol passes, if the packet comes from there and not by a wire;
    /// `message` is its bytes.
    ///
    /// # Errors
    /// It would be too long.
    fn passed(_packet: &Self::Packet, _message: &[u8]) -> anyhow::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    /// What was passed to the server of the other protocol, as a reply that has the address `from`;
    /// `None` if it is something else.
    fn as_passed_reply(_response: &[u8], _from: Self::Address) -> Option<Reply<Self>> {
        None
    }

    /// A datagram as an Ethernet frame; to this server unless it says to whom.
    fn frame(datagram: &Datagram<Self>, server: MacAddr) -> Option<Vec<u8>>;

    /// A frame as a datagram; `None` if it is something else.
    fn parse(frame: &[u8]) -> Option<Datagram<Self>>;

    /// A datagram that came out of an interface, if it is the reply to the transaction.
    fn as_reply(
        datagram: Datagram<Self>,
        interface: &str,
        packet: &Self::Packet,
        transaction: u32,
    ) -> Option<Reply<Self>>;
}

/// UDP on a wire.
#[derive(Clone, Debug)]
pub struct Datagram<P: Protocol> {
    /// Who sends the frame.
    pub from_mac: MacAddr,
    /// Who gets the frame; the server if nobody is named.
    pub to_mac: Option<MacAddr>,
    /// From where.
    pub from: P::Socket,
    /// To where.
    pub to: P::Socket,
    /// What is in it.
    pub payload: Vec<u8>,
}

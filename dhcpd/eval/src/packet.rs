//! What an expression asks of a packet.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::Family;
use crate::options::standard_sub_options;

/// A received packet, as expressions see it. What the other family has is missing by default.
pub trait Packet {
    /// The payload of the first option with this code in the client's message. An option that is
    /// there without payload is `Some` of nothing.
    fn option(&self, code: u16) -> Option<Cow<'_, [u8]>>;

    /// The text of an option: what Kea prints for it.
    fn option_text(&self, place: OptionPlace<'_>, payload: &[u8]) -> Cow<'_, str>;

    /// The part of an option's payload that is its options, each with a code and a length;
    /// nothing if it has none.
    ///
    /// By default that of [`standard_sub_options`]; who knows more definitions looks there first.
    /// Kea does not look into DHCPv4's option 43 before the first classes are known.
    fn sub_options<'o>(&self, place: OptionPlace<'_>, payload: &'o [u8]) -> Option<&'o [u8]> {
        standard_sub_options(place, payload)
    }

    /// Whether the packet belongs to a client class.
    fn is_member(&self, class: &str) -> bool;

    /// The name of the interface that it came in by.
    fn interface(&self) -> &str;

    /// Where it came from.
    fn source(&self) -> IpAddr;

    /// Where it was sent to.
    fn destination(&self) -> IpAddr;

    /// How many bytes the message has. Kea counts them as it would write the message: the end
    /// option of DHCPv4 and padding are left out.
    fn length(&self) -> u32;

    /// The type of the client's message; 0 if it has none.
    fn message_type(&self) -> u8;

    /// The transaction id of the client's message.
    fn transaction_id(&self) -> u32;

    /// The fields of a DHCPv4 message.
    fn fields4(&self) -> Option<Fields4<'_>> {
        None
    }

    /// How many DHCPv6 relays it went through.
    fn relay6_count(&self) -> usize {
        0
    }

    /// What a DHCPv6 relay added; 0 is the relay nearest to the server.
    fn relay6(&self, _index: usize) -> Option<Relay6<'_>> {
        None
    }
}

/// The fields of a DHCPv4 message that only it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields4<'p> {
    /// The hardware type.
    pub htype: u8,
    /// hlen bytes of chaddr.
    pub hardware_address: &'p [u8],
    /// The client's address.
    pub ciaddr: Ipv4Addr,
    /// The address given to the client.
    pub yiaddr: Ipv4Addr,
    /// The next server.
    pub siaddr: Ipv4Addr,
    /// The relay's address.
    pub giaddr: Ipv4Addr,
}

/// What a DHCPv6 relay wrapped around a message, RFC 8415 section 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relay6<'p> {
    /// The link of the client.
    pub link_address: Ipv6Addr,
    /// Where the relay had the message from.
    pub peer_address: Ipv6Addr,
    /// The options that it added, as they were received.
    pub options: &'p [u8],
}

/// Which option it is: what its definition depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionPlace<'c> {
    /// The protocol.
    pub family: Family,
    /// The codes from the outermost option inwards; the last one is the option's own.
    pub codes: &'c [u16],
    /// The enterprise whose options those in the first one are.
    pub vendor: Option<u32>,
}

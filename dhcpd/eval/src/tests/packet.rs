//! Packets and names to test with.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ruru_wire::v4::{OptionCode, Query};

use crate::{
    Bytes, EvaluationError, Family, Fields4, Names, OptionPlace, Packet, ParseError, Relay6,
    Template, Test,
};

/// A few names of options, and one class.
pub(super) struct Defined;

impl Names for Defined {
    fn option(&self, name: &str) -> Option<u16> {
        match name {
            "host-name" => Some(12),
            "clientid" => Some(1),
            "interface-id" => Some(18),
            _ => None,
        }
    }

    fn class(&self, name: &str) -> bool {
        name == "defined"
    }
}

/// A DHCPv4 message on its way.
pub(super) struct Packet4<'p> {
    pub(super) message: &'p [u8],
    pub(super) query: Query<'p>,
}

impl<'p> Packet4<'p> {
    pub(super) fn new(message: &'p [u8]) -> Self {
        Self { message, query: Query::decode(message).unwrap() }
    }
}

impl Packet for Packet4<'_> {
    fn option(&self, code: u16) -> Option<Cow<'_, [u8]>> {
        self.query.options.get(OptionCode(u8::try_from(code).unwrap())).map(Cow::from)
    }

    fn option_text(&self, place: OptionPlace<'_>, payload: &[u8]) -> Cow<'_, str> {
        format!("{:?} of {:?}: {}", place.codes, place.vendor, payload.escape_ascii()).into()
    }

    fn is_member(&self, class: &str) -> bool {
        ["ALL", "UNKNOWN", "VENDOR_CLASS_docsis3.0:modem"].contains(&class)
    }

    fn interface(&self) -> &str {
        "v0"
    }

    fn source(&self) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, 1).into()
    }

    fn destination(&self) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, 1).into()
    }

    fn length(&self) -> u32 {
        // Kea does not count the end option.
        u32::try_from(self.message.len()).unwrap() - 1
    }

    fn message_type(&self) -> u8 {
        self.query.message_type().map_or(0, |message_type| message_type.0)
    }

    fn transaction_id(&self) -> u32 {
        self.query.header.xid
    }

    fn fields4(&self) -> Option<Fields4<'_>> {
        let header = &self.query.header;
        Some(Fields4 {
            htype: header.htype.0,
            hardware_address: header.chaddr.as_bytes(),
            ciaddr: header.ciaddr,
            yiaddr: header.yiaddr,
            siaddr: header.siaddr,
            giaddr: header.giaddr,
        })
    }
}

/// A DHCPv6 message on its way.
pub(super) struct Packet6<'p> {
    length: usize,
    relays: Vec<Relay6<'p>>,
    message_type: u8,
    transaction_id: u32,
    options: &'p [u8],
}

impl<'p> Packet6<'p> {
    pub(super) fn new(message: &'p [u8]) -> Self {
        let (mut relays, mut inner) = (Vec::new(), message);
        while let [12, _hops, rest @ ..] = inner {
            let (link, rest) = rest.split_first_chunk::<16>().unwrap();
            let (peer, options) = rest.split_first_chunk::<16>().unwrap();
            let (link_address, peer_address) = ((*link).into(), (*peer).into());
            relays.push(Relay6 { link_address, peer_address, options });
            inner = find6(options, 9).unwrap();
        }
        let (head, options) = inner.split_first_chunk::<4>().unwrap();
        let [message_type, id @ ..] = *head;
        let transaction_id = u32::from_be_bytes([0, id[0], id[1], id[2]]);
        Self { length: message.len(), relays, message_type, transaction_id, options }
    }
}

fn find6(options: &[u8], code: u16) -> Option<&[u8]> {
    let place = OptionPlace { family: Family::V6, codes: &[], vendor: None };
    crate::options::find(place, options, code)
}

impl Packet for Packet6<'_> {
    fn option(&self, code: u16) -> Option<Cow<'_, [u8]>> {
        find6(self.options, code).map(Cow::from)
    }

    fn option_text(&self, _place: OptionPlace<'_>, _payload: &[u8]) -> Cow<'_, str> {
        "".into()
    }

    fn is_member(&self, class: &str) -> bool {
        ["ALL", "UNKNOWN", "VENDOR_CLASS_docsis3.0"].contains(&class)
    }

    fn interface(&self) -> &'static str {
        "v0"
    }

    fn source(&self) -> IpAddr {
        Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 1).into()
    }

    fn destination(&self) -> IpAddr {
        Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 1).into()
    }

    fn length(&self) -> u32 {
        self.length.try_into().unwrap()
    }

    fn message_type(&self) -> u8 {
        self.message_type
    }

    fn transaction_id(&self) -> u32 {
        self.transaction_id
    }

    fn relay6_count(&self) -> usize {
        self.relays.len()
    }

    fn relay6(&self, index: usize) -> Option<Relay6<'_>> {
        self.relays.get(index).copied()
    }
}

/// A packet of some options, which went through some relays.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) options: Vec<(u16, Vec<u8>)>,
    /// The options of relays, the one nearest to the server first.
    pub(super) relays: Vec<Vec<u8>>,
}

impl Packet for Options {
    fn option(&self, code: u16) -> Option<Cow<'_, [u8]>> {
        let (_, payload) = self.options.iter().find(|(own, _)| *own == code)?;
        // Both kinds of answers are to be tested.
        Some(if code.is_multiple_of(2) { payload.into() } else { payload.clone().into() })
    }

    fn option_text(&self, place: OptionPlace<'_>, _payload: &[u8]) -> Cow<'_, str> {
        format!("{:?} of {:?}", place.codes, place.vendor).into()
    }

    fn is_member(&self, class: &str) -> bool {
        class == "ALL"
    }

    fn interface(&self) -> &'static str {
        "eth0"
    }

    fn source(&self) -> IpAddr {
        Ipv6Addr::LOCALHOST.into()
    }

    fn destination(&self) -> IpAddr {
        Ipv6Addr::UNSPECIFIED.into()
    }

    fn length(&self) -> u32 {
        513
    }

    fn message_type(&self) -> u8 {
        1
    }

    fn transaction_id(&self) -> u32 {
        0x00ab_cdef
    }

    fn relay6_count(&self) -> usize {
        self.relays.len()
    }

    fn relay6(&self, index: usize) -> Option<Relay6<'_>> {
        let options = self.relays.get(index)?;
        let number = u16::try_from(index).unwrap();
        let link_address = Ipv6Addr::new(0x2001, 0xdb8, number, 0, 0, 0, 0, 1);
        let peer_address = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, number);
        Some(Relay6 { link_address, peer_address, options })
    }
}

pub(super) fn test4(text: &str) -> Result<Test, ParseError> {
    Test::parse(text, Family::V4, &Defined)
}

pub(super) fn test6(text: &str) -> Result<Test, ParseError> {
    Test::parse(text, Family::V6, &Defined)
}

pub(super) fn template4(text: &str) -> Result<Template, ParseError> {
    Template::parse(text, Family::V4, &Defined)
}

pub(super) fn template6(text: &str) -> Result<Template, ParseError> {
    Template::parse(text, Family::V6, &Defined)
}

/// The value of a template that does not look at the packet.
pub(super) fn constant(text: &str) -> Result<Vec<u8>, EvaluationError> {
    let packet = Options::default();
    template4(text).unwrap().evaluate(&packet).map(|value: Bytes<'_>| value.to_vec())
}

/// Whether a test is true that does not look at the packet.
pub(super) fn holds(text: &str) -> Result<bool, EvaluationError> {
    test4(text).unwrap().evaluate(&Options::default())
}

//! What a DHCPv6 server and a DHCPv4 server pass to each other for DHCPv4 over DHCPv6 (RFC 7341).
//!
//! A message as it is on the link, with one option more: options of ISC that say where it has come
//! from, or is to go. Both of Kea's servers read and write the same.

use std::net::Ipv6Addr;

use super::options::{OptionData, VendorOptions};
use super::{MessageType, Nested, OptionCode, Options, Query, TooLong, Writer};
use crate::DecodeError;

/// The enterprise whose options they are.
const ISC: u32 = 2495;
const INTERFACE: OptionCode = OptionCode(60_000);
const ADDRESS: OptionCode = OptionCode(60_001);
const PORT: OptionCode = OptionCode(60_002);

/// Whom a message has come from at the DHCPv6 server, which is whom the answer goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer<'a> {
    /// By which interface.
    pub interface: &'a str,
    /// The address.
    pub address: Ipv6Addr,
    /// The UDP port.
    pub port: u16,
}

/// A message that the other server has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed<'a> {
    /// The message as a whole; the options that say whom it is of are still in it.
    pub message: Query<'a>,
    /// Whom it is of.
    pub peer: Peer<'a>,
}

impl<'a> Passed<'a> {
    /// Reads what came from the other server.
    ///
    /// # Errors
    /// It is no message, or does not say whom it is of.
    pub fn decode(message: &'a [u8]) -> Result<Self, DecodeError> {
        let message = Query::decode(message)?;
        let peer = Peer::of(&message.options)?;
        Ok(Self { message, peer })
    }

    /// Writes the answer to a query that was passed: a DHCPV4-RESPONSE with a DHCPv4 message in it,
    /// through the same relay agents and with the same flags.
    ///
    /// # Errors
    /// It is longer than what UDP can carry.
    pub fn respond(&self, dhcpv4: &[u8], response: &mut Vec<u8>) -> Result<(), TooLong> {
        let Query { relays, transaction_id, .. } = &self.message;
        let kind = MessageType::DHCPV4_RESPONSE;
        let mut writer = Writer::reply(response, relays, kind, *transaction_id);
        writer.option(OptionCode::DHCPV4_MSG, dhcpv4);
        writer.nested(OptionCode::VENDOR_OPTS, |writer| self.peer.write(writer));
        writer.finish()
    }

    /// Writes the message as it is on the link.
    ///
    /// # Errors
    /// It is longer than what UDP can carry.
    pub fn unwrap(&self, message: &mut Vec<u8>) -> Result<(), TooLong> {
        write(&self.message, None, message)
    }
}

impl<'a> Peer<'a> {
    /// Writes a message for the other server, with whom it is of. What the message itself says of
    /// that is left out: clients have no say in it.
    ///
    /// # Errors
    /// It is longer than what UDP can carry.
    pub fn pass(&self, query: &Query<'_>, message: &mut Vec<u8>) -> Result<(), TooLong> {
        write(query, Some(self), message)
    }

    fn of(options: &Options<'a>) -> Result<Self, DecodeError> {
        let missing = |what| DecodeError::Missing { what };
        let own = options.decode_each::<VendorOptions<'a>>().flatten();
        let own = own.filter(|vendor| vendor.enterprise == ISC).map(|vendor| vendor.options);
        let own = own.into_iter().next().ok_or(missing("vendor option of ISC"))?;
        let interface = own.get(INTERFACE).ok_or(missing("interface suboption"))?;
        let interface = std::str::from_utf8(interface).ok().filter(|name| !name.is_empty());
        let address = own.get(ADDRESS).ok_or(missing("source address suboption"))?;
        let port = own.get(PORT).ok_or(missing("source port suboption"))?;
        let wrong = |what, content: &[u8]| DecodeError::Invalid {
            what,
            value: u32::try_from(content.len()).unwrap_or(u32::MAX),
        };
        Ok(Self {
            interface: interface.ok_or(wrong("length of interface suboption", &[]))?,
            address: <[u8; 16]>::try_from(address)
                .map_err(|_| wrong("length of source address suboption", address))?
                .into(),
            port: <[u8; 2]>::try_from(port)
                .map(u16::from_be_bytes)
                .map_err(|_| wrong("length of source port suboption", port))?,
        })
    }

    /// The enterprise and its options.
    fn write(&self, writer: &mut Writer<'_>) {
        writer.bytes(&ISC.to_be_bytes());
        writer.option(INTERFACE, self.interface.as_bytes());
        writer.option(ADDRESS, &self.address.octets());
        writer.option(PORT, &self.port.to_be_bytes());
    }
}

/// The DHCPv4 message in a query or a response, RFC 7341 section 6.2.
///
/// # Errors
/// There is none, or more than one.
pub fn dhcpv4_message<'a>(options: &Options<'a>) -> Result<&'a [u8], DecodeError> {
    let mut all = options.all(OptionCode::DHCPV4_MSG);
    let message = all.next().ok_or(DecodeError::Missing { what: "DHCPv4 message option" })?;
    match all.count() {
        0 => Ok(message),
        more => {
            let value = u32::try_from(more).unwrap_or(u32::MAX).saturating_add(1);
            Err(DecodeError::Invalid { what: "number of DHCPv4 message options", value })
        }
    }
}

/// Writes a message within its layers once more, with another peer or none.
fn write(query: &Query<'_>, peer: Option<&Peer<'_>>, message: &mut Vec<u8>) -> Result<(), TooLong> {
    let Query { relays, message_type, transaction_id, options } = query;
    let mut writer = Writer::relayed(message, relays.iter(), *message_type, *transaction_id);
    let mut own = Vec::new();
    for (code, content) in options.iter() {
        let vendor = (code == OptionCode::VENDOR_OPTS).then(|| VendorOptions::decode_all(content));
        match vendor {
            Some(Ok(VendorOptions { enterprise: ISC, options })) => own.push(options),
            _ => writer.option(code, content),
        }
    }
    // One option an enterprise, RFC 9915 section 21.17; whoever looks for the peer takes the first.
    let rest = own.into_iter().flat_map(Nested::iter);
    let rest: Vec<_> =
        rest.filter(|(code, _)| ![INTERFACE, ADDRESS, PORT].contains(code)).collect();
    if peer.is_some() || !rest.is_empty() {
        writer.nested(OptionCode::VENDOR_OPTS, |writer| {
            match peer {
                Some(peer) => peer.write(writer),
                None => writer.bytes(&ISC.to_be_bytes()),
            }
            rest.iter().for_each(|(code, content)| writer.option(*code, content));
        });
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: Peer<'_> = Peer { interface: "eth7", address: Ipv6Addr::LOCALHOST, port: 1546 };

    /// As ISC Kea 3.0 writes it: a DHCPV4-QUERY with the unicast flag.
    const OF_KEA: &[u8] = &[
        20, 0x80, 0, 0, 0, 17, 0, 38, 0, 0, 9, 0xbf, 0xea, 0x60, 0, 4, b'e', b't', b'h', b'7',
        0xea, 0x61, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xea, 0x62, 0, 2, 6, 10,
        0, 87, 0, 3, 1, 2, 3,
    ];

    fn query() -> Query<'static> {
        Query::decode(&[20, 0, 0, 0, 0, 87, 0, 1, 7, 0, 1, 0, 1, 9]).unwrap()
    }

    #[test]
    fn what_kea_passes_is_read_and_taken_apart() {
        let passed = Passed::decode(OF_KEA).unwrap();
        assert_eq!(passed.peer, PEER);
        assert_eq!(dhcpv4_message(&passed.message.options), Ok(&[1, 2, 3][..]));
        let mut message = Vec::new();
        passed.unwrap(&mut message).unwrap();
        assert_eq!(message, [20, 0x80, 0, 0, 0, 87, 0, 3, 1, 2, 3]);
        passed.respond(&[5], &mut message).unwrap();
        let response = Passed::decode(&message).unwrap();
        assert_eq!(response.peer, PEER);
        assert_eq!(response.message.message_type, MessageType::DHCPV4_RESPONSE);
        assert_eq!(response.message.transaction_id, 0x80_0000);
        assert_eq!(dhcpv4_message(&response.message.options), Ok(&[5][..]));
    }

    #[test]
    fn relay_agents_stay_around_a_message() {
        let mut message = Vec::new();
        let relayed = [
            &[12, 0][..],
            &[1; 16],
            &[2; 16],
            &[0, 18, 0, 1, 7, 0, 9, 0, 9, 20, 0, 0, 0, 0, 87, 0, 1, 8],
        ]
        .concat();
        PEER.pass(&Query::decode(&relayed).unwrap(), &mut message).unwrap();
        let passed = Passed::decode(&message).unwrap();
        assert_eq!((passed.peer, passed.message.relays.len()), (PEER, 1));
        let mut back = Vec::new();
        passed.unwrap(&mut back).unwrap();
        assert_eq!(back, relayed);
        passed.respond(&[8], &mut back).unwrap();
        let response = Passed::decode(&back).unwrap();
        let relay = response.message.relays.first().unwrap();
        assert_eq!(relay.message_type, MessageType::RELAY_REPL);
        assert_eq!(relay.options.get(OptionCode::INTERFACE_ID), Some(&[7][..]));
    }

    #[test]
    fn clients_cannot_say_whom_they_are() {
        let forged = Peer { interface: "lo", address: Ipv6Addr::UNSPECIFIED, port: 1 };
        let mut message = Vec::new();
        let mut writer = Writer::new(&mut message, MessageType::DHCPV4_QUERY, 0);
        writer.nested(OptionCode::VENDOR_OPTS, |writer| {
            forged.write(writer);
            writer.option(OptionCode(5), b"own");
        });
        writer.option(OptionCode::VENDOR_OPTS, &[0, 0, 0, 9, 1]);
        writer.finish().unwrap();
        let mut passed = Vec::new();
        PEER.pass(&Query::decode(&message).unwrap(), &mut passed).unwrap();
        let passed = Passed::decode(&passed).unwrap();
        assert_eq!(passed.peer, PEER);
        let mut back = Vec::new();
        passed.unwrap(&mut back).unwrap();
        let vendors: Vec<_> = Query::decode(&back)
            .unwrap()
            .options
            .all(OptionCode::VENDOR_OPTS)
            .map(<[u8]>::to_vec)
            .collect();
        let own = [&[0, 0, 9, 0xbf, 0, 5, 0, 3][..], b"own"].concat();
        assert_eq!(vendors, [vec![0, 0, 0, 9, 1], own]);
    }

    #[test]
    fn what_is_missing_or_twice_is_told() {
        let text = |message: &[u8]| Passed::decode(message).unwrap_err().to_string();
        assert_eq!(text(&[20, 0, 0, 0]), "vendor option of ISC is missing");
        assert_eq!(
            text(&[20, 0, 0, 0, 0, 17, 0, 4, 0, 0, 9, 0xbf]),
            "interface suboption is missing"
        );
        let mut message = Vec::new();
        let nameless = Peer { interface: "", ..PEER };
        nameless.pass(&query(), &mut message).unwrap();
        assert_eq!(text(&message), "length of interface suboption: 0 is not valid");
        for cut in 0..OF_KEA.len() - 7 {
            assert!(Passed::decode(&OF_KEA[..cut]).is_err(), "{cut}");
        }
        let none = Query::decode(&[20, 0, 0, 0]).unwrap();
        assert!(dhcpv4_message(&none.options).is_err());
        let two = Query::decode(&[20, 0, 0, 0, 0, 87, 0, 0, 0, 87, 0, 0]).unwrap();
        assert_eq!(
            dhcpv4_message(&two.options).unwrap_err().to_string(),
            "number of DHCPv4 message options: 2 is not valid"
        );
    }
}

//! Messages as a whole: what is written is read back, and no bytes panic.

use std::net::Ipv6Addr;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::options::{IaAddress, IaNa, IaPd, IaPrefix, Iaid, PdExclude, RelaySourcePort, Status};
use super::*;
use crate::DecodeError;

const LINK: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
const PEER: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2);

fn relay(hop_count: u8, area: &[u8]) -> Relay<'_> {
    let message_type = MessageType::RELAY_FORW;
    let options = Options::new(area).unwrap();
    Relay { message_type, hop_count, link_address: LINK, peer_address: PEER, options }
}

fn area(options: &[(OptionCode, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (code, content) in options {
        option_bytes(&mut bytes, *code, content);
    }
    bytes
}

fn relayed(relays: &[Relay<'_>]) -> Vec<u8> {
    let mut message = Vec::new();
    let mut writer = Writer::relayed(&mut message, relays, MessageType::SOLICIT, 0x12_34_56);
    writer.option(OptionCode::CLIENT_ID, &[0, 1, 2]);
    writer.finish().unwrap();
    message
}

#[test]
fn leases_are_written_into_their_associations() {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message, MessageType::REPLY, 0xff_00_00_07);
    let ia = IaNa { iaid: Iaid(7), t1: 100, t2: 200, options: Nested::default() };
    writer.typed_with(&ia, |writer| {
        let options = Nested::default();
        writer.typed(&IaAddress { address: LINK, preferred: 300, valid: 400, options });
        writer.typed(&Status { code: StatusCode::SUCCESS, message: "ok" });
    });
    writer.finish().unwrap();
    let query = Query::decode(&message).unwrap();
    assert_eq!((query.message_type, query.transaction_id), (MessageType::REPLY, 7));
    let read: IaNa<'_> = query.options.decode().unwrap().unwrap();
    let address: IaAddress<'_> = read.options.decode().unwrap().unwrap();
    assert_eq!((read.iaid, address.address, address.valid), (Iaid(7), LINK, 400));
    let status: Status<'_> = read.options.decode().unwrap().unwrap();
    assert_eq!(status.message, "ok");
}

#[test]
fn what_is_excluded_stands_in_the_prefix() {
    let delegated = Prefix::new(LINK, 48).unwrap();
    let excluded = Prefix::new(LINK, 64).unwrap();
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message, MessageType::REPLY, 1);
    let ia = IaPd { iaid: Iaid(1), t1: 0, t2: 0, options: Nested::default() };
    writer.typed_with(&ia, |writer| {
        let options = Nested::default();
        let prefix = IaPrefix { preferred: 1, valid: 2, prefix: delegated, options };
        writer.typed_with(&prefix, |writer| {
            writer.typed(&PdExclude::new(delegated, excluded).unwrap());
        });
    });
    writer.finish().unwrap();
    let query = Query::decode(&message).unwrap();
    let ia: IaPd<'_> = query.options.decode().unwrap().unwrap();
    let prefix: IaPrefix<'_> = ia.options.decode().unwrap().unwrap();
    let exclude: PdExclude = prefix.options.decode().unwrap().unwrap();
    assert_eq!((prefix.prefix, exclude.excluded(delegated)), (delegated, Some(excluded)));
}

#[test]
fn a_reply_takes_the_way_of_the_query() {
    let echo = [OptionCode::REMOTE_ID.0.to_be_bytes(), OptionCode::ERO.0.to_be_bytes()].concat();
    let outer = area(&[
        (OptionCode::REMOTE_ID, b"remote"),
        (OptionCode::SUBSCRIBER_ID, b"subscriber"),
        (OptionCode::ERO, &echo),
    ]);
    let inner = area(&[
        (OptionCode::REMOTE_ID, b"not asked for"),
        (OptionCode::INTERFACE_ID, b"eth0"),
        (OptionCode::INTERFACE_ID, b"eth1"),
        (OptionCode::RELAY_SOURCE_PORT, &[2, 35]),
    ]);
    let received = relayed(&[relay(1, &outer), relay(0, &inner)]);
    let query = Query::decode(&received).unwrap();
    assert!(query.relays.iter().map(|relay| relay.hop_count).eq([1, 0]));
    assert_eq!(query.relays.last().map(|relay| relay.hop_count), Some(0));
    assert!(!query.has_source_port());
    let mut message = vec![7; 100];
    Writer::reply(&mut message, &query.relays, MessageType::ADVERTISE, query.transaction_id)
        .finish()
        .unwrap();
    let reply = Query::decode(&message).unwrap();
    assert_eq!((reply.message_type, reply.transaction_id), (MessageType::ADVERTISE, 0x12_34_56));
    assert_eq!(reply.relays.len(), 2);
    let (outer, inner) = (reply.relays.get(0).unwrap(), reply.relays.get(1).unwrap());
    assert_eq!((outer.message_type, outer.hop_count), (MessageType::RELAY_REPL, 1));
    assert_eq!((inner.link_address, inner.peer_address), (LINK, PEER));
    assert!(outer.options.iter().eq([(OptionCode::REMOTE_ID, &b"remote"[..])]));
    assert!(inner.options.all(OptionCode::INTERFACE_ID).eq([b"eth0"]));
    assert_eq!(inner.options.decode(), Ok(Some(RelaySourcePort(547))));
    assert!(!inner.options.contains(OptionCode::REMOTE_ID));
}

#[test]
fn so_many_relay_agents_and_no_more() {
    let relays = |count| vec![relay(0, &[]); count];
    assert_eq!(Query::decode(&relayed(&relays(Relays::MOST))).unwrap().relays.len(), Relays::MOST);
    assert!(Query::decode(&relayed(&relays(Relays::MOST + 1))).is_err());
}

#[test]
fn a_header_that_is_cut_is_refused() {
    let whole = relayed(&[relay(0, &[])]);
    let headers = 34 + 4 + 4;
    for len in 0..headers {
        assert!(Query::decode(&whole[..len]).is_err(), "{len} bytes");
    }
    let inner = &whole[34 + 4..];
    for len in 0..4 {
        assert!(Query::decode(&inner[..len]).is_err(), "{len} bytes");
    }
    assert_eq!(Query::decode(inner).unwrap().options.count(OptionCode::CLIENT_ID), 1);
}

#[test]
fn a_relay_agent_must_relay_something() {
    let mut message = relayed(&[relay(0, &[])]);
    message.truncate(34);
    let missing = DecodeError::Missing { what: "relay message option" };
    assert_eq!(Query::decode(&message), Err(missing));
    message.extend([0, 9, 0, 0]);
    assert!(Query::decode(&message).is_err());
}

#[test]
fn reading_stops_at_an_option_that_is_cut() {
    let mut message = relayed(&[]);
    message.extend([0, 6, 0, 4, 0, 23]);
    let query = Query::decode(&message).unwrap();
    assert!(query.options.contains(OptionCode::CLIENT_ID));
    assert!(!query.options.contains(OptionCode::ORO));
}

#[test]
fn a_message_that_udp_cannot_carry_is_not_finished() {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message, MessageType::REPLY, 1);
    writer.nested(OptionCode::VENDOR_OPTS, |writer| writer.bytes(&[0; 65_600]));
    assert_eq!(writer.finish(), Err(TooLong { len: 65_608 }));
}

/// A relay agent's hop count, addresses and options.
type Layer = (u8, u128, u128, Vec<(u16, Vec<u8>)>);

fn layers() -> impl Strategy<Value = Vec<Layer>> {
    let options = btree_map(10_u16..200, vec(any::<u8>(), 0..20), 0..4);
    let options = options.prop_map(|options| options.into_iter().collect());
    vec((any::<u8>(), any::<u128>(), any::<u128>(), options), 0..5)
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        layers in layers(),
        options in vec((0_u16..150, vec(any::<u8>(), 0..200)), 0..40),
        message_type in 1_u8..12,
        transaction_id in 0_u32..0x100_0000,
    ) {
        let areas: Vec<_> = layers.iter().map(|(.., options)| {
            let options: Vec<_> = options.iter().map(|(c, o)| (OptionCode(*c), &o[..])).collect();
            area(&options)
        }).collect();
        let relays: Vec<_> = layers.iter().zip(&areas).map(|((hop_count, link, peer, _), area)| {
            let (link_address, peer_address) = ((*link).into(), (*peer).into());
            Relay { link_address, peer_address, ..relay(*hop_count, area) }
        }).collect();
        let mut message = Vec::new();
        let mut writer =
            Writer::relayed(&mut message, &relays, MessageType(message_type), transaction_id);
        let mut expected: Vec<_> = options.into_iter().filter(|(code, _)| *code != 9).collect();
        for (code, content) in &expected {
            writer.option(OptionCode(*code), content);
        }
        writer.finish().unwrap();
        let query = Query::decode(&message).unwrap();
        prop_assert!(query.relays.iter().eq(&relays), "{:?}", query.relays);
        prop_assert_eq!(query.message_type.0, message_type);
        prop_assert_eq!(query.transaction_id, transaction_id);
        expected.sort_by_key(|(code, _)| *code);
        let read: Vec<_> = query.options.iter().map(|(c, o)| (c.0, o.to_vec())).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_bytes_panic(mut bytes in vec(any::<u8>(), 1..600), relays in 0_usize..4) {
        let _ = Query::decode(&bytes);
        for _ in 0..relays {
            let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
            let header = [vec![12; 34], vec![0, 9], length.to_be_bytes().to_vec()].concat();
            bytes.splice(0..0, header);
        }
        let _ = Query::decode(&bytes);
    }
}

//! What reading and answering a DHCPv6 message allocates: nothing, once the buffer has grown.

use ruru_wire::v6::options::{IaAddress, IaNa, OptionRequest, Status};
use ruru_wire::v6::{MessageType, Nested, OptionCode, Query, StatusCode, Writer};

/// A SOLICIT as a client sends it, with what twelve options need.
fn solicit(message: &mut Vec<u8>) {
    let mut writer = Writer::new(message, MessageType::SOLICIT, 7);
    writer.option(OptionCode::CLIENT_ID, &[0, 3, 0, 1, 2, 0, 0, 0, 0, 1]);
    writer.option(OptionCode::IA_NA, &[0; 12]);
    writer.option(OptionCode::IA_PD, &[0; 12]);
    writer.option(OptionCode::ORO, &[0, 23, 0, 24]);
    for code in 100..108 {
        writer.option(OptionCode(code), b"something");
    }
    writer.finish().expect("it is short");
}

/// Puts the layer of a relay agent around a message.
fn relayed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("it is short").to_be_bytes();
    let header = [&[12; 34][..], &[0, 18, 0, 4], b"eth0", &[0, 9], &length].concat();
    [&header, message].concat()
}

fn answer(message: &[u8], reply: &mut Vec<u8>) {
    let query = Query::decode(message).expect("it was written");
    let asked: OptionRequest<'_> =
        query.options.decode().expect("it is whole").expect("it is there");
    assert!(asked.contains(OptionCode::DNS_SERVERS));
    let (relays, id) = (&query.relays, query.transaction_id);
    let mut writer = Writer::reply(reply, relays, MessageType::ADVERTISE, id);
    for association in query.options.decode_each::<IaNa<'_>>().flatten() {
        writer.typed_with(&association, |writer| {
            let (address, options) = ([0x20; 16].into(), Nested::default());
            writer.typed(&IaAddress { address, preferred: 1, valid: 2, options });
            writer.typed(&Status { code: StatusCode::SUCCESS, message: "" });
        });
    }
    writer.finish().expect("it is short");
}

#[test]
fn a_query_is_answered_without_allocation() {
    let mut message = Vec::new();
    solicit(&mut message);
    let mut reply = Vec::with_capacity(1500);
    for _relays in 0..3 {
        let allocated = allocation_counter::measure(|| answer(&message, &mut reply));
        assert_eq!(allocated.count_total, 0);
        message = relayed(&message);
    }
}

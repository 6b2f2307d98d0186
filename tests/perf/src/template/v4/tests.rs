use std::net::Ipv4Addr;

use ruru_wire::v4::Query;
use ruru_wire::v4::options::{RequestedAddress, ServerIdentifier};

use super::*;
use crate::clients::{Client, Lease};
use crate::servers::Servers;
use crate::template::Fields;

const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 9);
const RELAY: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const SERVER_ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
const MAC: [u8; 6] = [2, 12, 0, 0, 1, 2];

fn filled(template: &Template) -> Vec<u8> {
    let server = SERVER_ADDRESS.octets();
    let lease = Lease {
        client: Client { number: 1, relay: 0 },
        address: Some(ADDRESS.into()),
        prefix: None,
        server: Servers::default().number(&server).unwrap(),
    };
    let mut query = Vec::new();
    let fields = Fields {
        xid: 77,
        identity: MAC,
        relay: RELAY.into(),
        waited: 3,
        lease: Some(&lease),
        server: &server,
    };
    template.fill(&mut query, &fields);
    query
}

fn own(extra: &[(u8, &[u8])]) -> Templates {
    Templates::v4(None, None, extra, false).unwrap()
}

fn given(message: Vec<u8>, offsets: Offsets) -> Option<Given> {
    Some(Given { message, offsets })
}

#[test]
fn a_request_names_client_address_and_server() {
    let message = filled(&own(&[]).request);
    let query = Query::decode(&message).unwrap();
    assert_eq!((query.header.xid, query.header.giaddr), (77, RELAY));
    assert_eq!((query.header.secs, query.message_type()), (3, Some(MessageType::REQUEST)));
    assert_eq!(query.header.chaddr.as_bytes(), MAC);
    let client_id = query.options.get(OptionCode::CLIENT_IDENTIFIER);
    assert_eq!(client_id, Some(&[1, 2, 12, 0, 0, 1, 2][..]));
    assert_eq!(query.options.decode(), Ok(Some(RequestedAddress(ADDRESS))));
    assert_eq!(query.options.decode(), Ok(Some(ServerIdentifier(SERVER_ADDRESS))));
}

#[test]
fn a_renewal_has_the_address_in_ciaddr_only() {
    let message = filled(&own(&[]).renewal);
    let query = Query::decode(&message).unwrap();
    assert_eq!(query.header.ciaddr, ADDRESS);
    assert!(!query.options.contains(OptionCode::REQUESTED_ADDRESS));
    assert!(!query.options.contains(OptionCode::SERVER_IDENTIFIER));
}

#[test]
fn a_release_goes_to_its_server() {
    let message = filled(&own(&[]).release);
    let query = Query::decode(&message).unwrap();
    assert_eq!(query.message_type(), Some(MessageType::RELEASE));
    assert_eq!(query.header.ciaddr, ADDRESS);
    assert_eq!(query.options.decode(), Ok(Some(ServerIdentifier(SERVER_ADDRESS))));
}

#[test]
fn every_query_has_the_extra_options() {
    let templates = own(&[(60, b"docsis"), (12, b"host")]);
    let Templates { discover, request, renewal, release, .. } = &templates;
    for template in [discover, request, renewal, release] {
        let message = filled(template);
        let query = Query::decode(&message).unwrap();
        assert_eq!(query.options.get(OptionCode(60)), Some(&b"docsis"[..]));
        assert_eq!(query.options.get(OptionCode::HOST_NAME), Some(&b"host"[..]));
    }
}

#[test]
fn a_template_of_the_users_keeps_what_it_says() {
    let mut message = own_discover();
    append(&mut message, OptionCode::HOST_NAME, b"h");
    set(&mut message, CHADDR, &[6, 5, 4, 3, 2, 1]);
    set(&mut message, GIADDR, &[192, 0, 2, 99]);
    let templates = Templates::v4(given(message, Offsets::default()), None, &[], false).unwrap();
    assert_eq!(templates.base, Some([6, 5, 4, 3, 2, 1]));
    let request = filled(&templates.request);
    let query = Query::decode(&request).unwrap();
    assert_eq!(query.header.giaddr, Ipv4Addr::new(192, 0, 2, 99));
    assert_eq!(query.options.get(OptionCode::HOST_NAME), Some(&b"h"[..]));
    assert_eq!(query.options.decode(), Ok(Some(RequestedAddress(ADDRESS))));
}

#[test]
fn offsets_are_of_an_option_or_of_what_it_holds() {
    let request = own(&[]).request.message;
    let at = content(&request, REQUESTED_ADDRESS).unwrap();
    for offset in [at, at - 2] {
        let offsets = Offsets { requested: Some(offset), identity: Some(4), ..Offsets::default() };
        let request = given(request.clone(), offsets);
        let templates = Templates::v4(None, request, &[], false).unwrap();
        let message = filled(&templates.request);
        assert_eq!(message[at..at + 4], ADDRESS.octets());
        assert_eq!(message[at - 2..at], [50, 4]);
        assert_eq!(message[0..5], MAC[1..6], "five octets, the last at 4");
    }
}

#[test]
fn what_is_no_message_is_refused() {
    for message in [vec![], vec![1; 300], own_discover()[..100].to_vec()] {
        assert!(Templates::v4(given(message, Offsets::default()), None, &[], false).is_err());
    }
    let offsets = Offsets { identity: Some(5000), ..Offsets::default() };
    assert!(Templates::v4(given(own_discover(), offsets), None, &[], false).is_err());
}

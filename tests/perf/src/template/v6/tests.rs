use ruru_wire::v6::options::{ClientIdentifier, IaAddress, IaPrefix, ServerIdentifier};
use ruru_wire::v6::{Prefix, Query};

use super::*;
use crate::clients::{Client, Lease};
use crate::servers::Servers;
use crate::template::Fields;

const SERVER: [u8; 5] = [0, 2, 7, 7, 7];
const MAC: [u8; 6] = [2, 12, 0, 0, 1, 2];

fn both() -> Associations {
    let duid = vec![0, 3, 0, 1, 0, 0, 0, 0, 0, 0];
    Associations { duid, address: true, prefix: true, rapid_commit: true }
}

fn own(relaying: Option<Relaying>) -> Templates {
    templates(None, None, &[(16, b"class")], &both(), relaying).unwrap()
}

fn filled(template: &Template) -> Vec<u8> {
    let lease = Lease {
        client: Client { number: 1, relay: 0 },
        address: Some("2001:db8::9".parse().unwrap()),
        prefix: Prefix::new("2001:db8:5::".parse().unwrap(), 56),
        server: Servers::default().number(&SERVER).unwrap(),
    };
    let mut query = Vec::new();
    let fields = Fields {
        xid: 0xaa77_7777,
        identity: MAC,
        relay: "2001:db8::1".parse().unwrap(),
        waited: 3,
        lease: Some(&lease),
        server: &SERVER,
    };
    template.fill(&mut query, &fields);
    query
}

#[test]
fn a_solicit_asks_for_both_at_once() {
    let message = filled(&own(None).discover);
    let query = Query::decode(&message).unwrap();
    assert_eq!((query.message_type, query.transaction_id), (MessageType::SOLICIT, 0x77_7777));
    let ClientIdentifier(duid) = query.options.decode().unwrap().unwrap();
    assert_eq!(duid.as_bytes(), [&[0, 3, 0, 1][..], &MAC].concat());
    assert_eq!(query.options.get(OptionCode::ELAPSED_TIME), Some(&300_u16.to_be_bytes()[..]));
    assert!(query.options.contains(OptionCode::RAPID_COMMIT));
    let association: IaNa<'_> = query.options.decode().unwrap().unwrap();
    assert_eq!(association.options, Nested::default());
    assert!(query.options.contains(OptionCode::IA_PD));
}

#[test]
fn further_queries_name_lease_and_server() {
    let Templates { request, renewal, release, .. } = own(None);
    for (template, kind) in [
        (request, MessageType::REQUEST),
        (renewal, MessageType::RENEW),
        (release, MessageType::RELEASE),
    ] {
        let message = filled(&template);
        let query = Query::decode(&message).unwrap();
        assert_eq!(query.message_type, kind);
        assert!(!query.options.contains(OptionCode::RAPID_COMMIT));
        let ServerIdentifier(server) = query.options.decode().unwrap().unwrap();
        assert_eq!(server.as_bytes(), SERVER);
        let addresses: IaNa<'_> = query.options.decode().unwrap().unwrap();
        let address: IaAddress<'_> = addresses.options.decode().unwrap().unwrap();
        assert_eq!(address.address.to_string(), "2001:db8::9");
        let prefixes: IaPd<'_> = query.options.decode().unwrap().unwrap();
        let prefix: IaPrefix<'_> = prefixes.options.decode().unwrap().unwrap();
        assert_eq!(prefix.prefix.to_string(), "2001:db8:5::/56");
        assert_eq!(query.options.get(OptionCode(16)), Some(&b"class"[..]));
    }
}

#[test]
fn a_relay_puts_its_layer_around() {
    let relaying = Relaying { options: vec![(18, b"eth0".to_vec())] };
    let message = filled(&own(Some(relaying)).request);
    let query = Query::decode(&message).unwrap();
    let relay = query.relays.first().unwrap();
    assert_eq!(relay.link_address.to_string(), "2001:db8::1");
    assert_eq!(relay.options.get(OptionCode(18)), Some(&b"eth0"[..]));
    assert!(query.options.contains(OptionCode::SERVER_ID));
}

/// A SOLICIT with a short DUID, a hint and an option that is nothing of ours.
fn given(offsets: Offsets) -> Option<Given> {
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message, MessageType::SOLICIT, 0);
    writer.option(OptionCode::CLIENT_ID, &[0, 9, 8]);
    let (iaid, options) = (Iaid(7), Nested::default());
    let address = Ipv6Addr::LOCALHOST;
    writer.typed_with(&IaNa { iaid, t1: 1, t2: 2, options }, |inside| {
        inside.typed(&IaAddress { address, preferred: 0, valid: 0, options });
    });
    writer.option(OptionCode(16), b"abcdefgh");
    Some(Given { message, offsets })
}

#[test]
fn a_template_of_the_users_keeps_what_it_says() {
    let own = templates(given(Offsets::default()), None, &[], &both(), None).unwrap();
    assert_eq!(own.base, Some([0, 0, 0, 0, 9, 8]));
    let message = filled(&own.request);
    let query = Query::decode(&message).unwrap();
    let ClientIdentifier(duid) = query.options.decode().unwrap().unwrap();
    assert_eq!(duid.as_bytes(), &MAC[3..], "as much of it as there is room for");
    let association: IaNa<'_> = query.options.decode().unwrap().unwrap();
    assert_eq!((association.iaid, association.t1), (Iaid(7), 1));
    let addresses = association.options.decode_each::<IaAddress<'_>>();
    let addresses: Vec<_> = addresses.map(|own| own.unwrap().address.to_string()).collect();
    assert_eq!(addresses, ["2001:db8::9"]);
}

#[test]
fn clients_differ_where_the_user_says() {
    let whole = given(Offsets::default()).unwrap().message;
    let offsets = Offsets { identity: Some(whole.len() - 1), ..Offsets::default() };
    let own = templates(given(offsets), None, &[], &both(), None).unwrap();
    for template in [&own.discover, &own.renewal] {
        let message = filled(template);
        let query = Query::decode(&message).unwrap();
        let class = query.options.get(OptionCode(16)).unwrap();
        assert_eq!((&class[..2], &class[2..]), (&b"ab"[..], &MAC[..]));
    }
}

#[test]
fn what_is_no_message_is_refused() {
    let refused = |given: Option<Given>| templates(None, given, &[], &both(), None).unwrap_err();
    for message in [vec![], vec![1; 3], vec![1; 5]] {
        let given = Given { message, offsets: Offsets::default() };
        assert!(refused(Some(given)).contains("template"));
    }
    let offsets = Offsets::default();
    let identity = Some(5000);
    assert!(refused(given(Offsets { identity, ..offsets })).contains("behind"));
    let server = Some(4);
    assert!(refused(given(Offsets { server, ..offsets })).contains("-S"));
    let requested = Some(4);
    assert!(refused(given(Offsets { requested, ..offsets })).contains("-I"));
    // Without the client identifier nobody could tell clients apart.
    let message = given(offsets).unwrap().message[11..].to_vec();
    let message = [&[1, 0, 0, 0][..], &message].concat();
    assert!(refused(Some(Given { message, offsets })).contains("-O"));
}

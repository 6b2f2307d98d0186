use std::error::Error;
use std::net::IpAddr;

use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::*;

/// What Kea 3.0.4 sends for a lease, and what it says.
const OF_KEA: &[u8] =
    b"\x01\x28{\"change-type\":0,\"forward-change\":true,\"reverse-change\":true,\
    \"fqdn\":\"host0.example.com.\",\"ip-address\":\"10.0.0.7\",\
    \"dhcid\":\"000001F7D043FED6DA4013353B1F096BEB08243ACF20B2E5E6E431F045C7A6A0D809A4\",\
    \"lease-expires-on\":\"20261121085914\",\"lease-length\":1200,\
    \"conflict-resolution-mode\":\"check-with-dhcid\"}";

fn of_kea() -> NameChangeRequest {
    let dhcid = "000001F7D043FED6DA4013353B1F096BEB08243ACF20B2E5E6E431F045C7A6A0D809A4";
    NameChangeRequest {
        change: Change::Add,
        directions: Directions::Both,
        name: "host0.example.com.".parse().unwrap(),
        address: "10.0.0.7".parse().unwrap(),
        dhcid: dhcid.parse().unwrap(),
        lease_expires_on: Expiry::new(1_795_251_554),
        lease_length: 1200,
        conflict_resolution: ConflictResolution::CheckWithDhcid,
    }
}

/// Kea's request with one member changed, or taken out.
fn with(member: &str, json: Option<&str>) -> Result<NameChangeRequest, DecodeError> {
    let mut members: Map<String, Value> = serde_json::from_slice(&OF_KEA[2..]).unwrap();
    members.remove(member);
    if let Some(json) = json {
        members.insert(member.into(), serde_json::from_str(json).unwrap());
    }
    NameChangeRequest::from_json(Value::Object(members).to_string().as_bytes())
}

/// An error, and what is behind it.
fn complaint(error: &DecodeError) -> String {
    let reason = error.source().map(|source| format!(": {source}"));
    format!("{error}{}", reason.unwrap_or_default())
}

#[test]
fn what_kea_writes_is_read_and_written_byte_for_byte() {
    let request = NameChangeRequest::decode(OF_KEA).unwrap();
    assert_eq!(request, of_kea());
    assert_eq!(request.encode(), OF_KEA);
    let six = NameChangeRequest {
        change: Change::Remove,
        directions: Directions::Reverse,
        address: "2001:db8::a0".parse().unwrap(),
        conflict_resolution: ConflictResolution::NoCheckWithoutDhcid,
        lease_expires_on: None,
        ..of_kea()
    };
    let json = six.to_json();
    assert!(
        json.starts_with("{\"change-type\":1,\"forward-change\":false,\"reverse-change\":true,")
    );
    assert!(
        json.contains("\"ip-address\":\"2001:db8::a0\",") && !json.contains("lease-expires-on")
    );
    assert_eq!(NameChangeRequest::decode(&six.encode()).unwrap(), six);
}

#[test]
fn odd_characters_of_a_name_are_escaped_for_json_too() {
    let request = NameChangeRequest { name: "caf\\233.a\\.b".parse().unwrap(), ..of_kea() };
    assert!(request.to_json().contains(r#""fqdn":"caf\\233.a\\.b.","#));
    assert_eq!(NameChangeRequest::decode(&request.encode()).unwrap(), request);
}

#[test]
fn what_has_a_default_may_be_left_out() {
    let mode = |request: Result<NameChangeRequest, _>| request.unwrap().conflict_resolution;
    assert_eq!(mode(with("conflict-resolution-mode", None)), ConflictResolution::CheckWithDhcid);
    assert_eq!(with("lease-expires-on", None).unwrap().lease_expires_on, None);
    assert_eq!(with("unknown", Some("[{}]")).unwrap(), of_kea());
    let older = |flag: &str| {
        let text = str::from_utf8(&OF_KEA[2..]).unwrap();
        let text = text.replace("\"conflict-resolution-mode\":\"check-with-dhcid\"", flag);
        NameChangeRequest::from_json(text.as_bytes())
    };
    assert_eq!(
        mode(older("\"use-conflict-resolution\": true")),
        ConflictResolution::CheckWithDhcid
    );
    assert_eq!(
        mode(older("\"use-conflict-resolution\": false")),
        ConflictResolution::NoCheckWithDhcid
    );
    assert!(older("\"use-conflict-resolution\": \"false\"").is_err());
    // The newer member counts, whatever the older one is.
    assert_eq!(with("use-conflict-resolution", Some("7")).unwrap(), of_kea());
}

#[test]
fn every_other_member_is_needed() {
    for member in [
        "change-type",
        "forward-change",
        "reverse-change",
        "fqdn",
        "ip-address",
        "dhcid",
        "lease-length",
    ] {
        assert!(matches!(with(member, None), Err(DecodeError::Missing(name)) if name == member));
    }
}

#[test]
fn what_is_wrong_is_said_of_the_member() {
    for (member, json, expected) in [
        (
            "change-type",
            "2",
            "'change-type' cannot be used: 2 is neither 0, to add, nor 1, to remove",
        ),
        ("change-type", "0.0", "'change-type' is not an integer"),
        ("change-type", "\"0\"", "'change-type' is not an integer"),
        ("forward-change", "\"true\"", "'forward-change' is not true or false"),
        ("fqdn", "\"\"", "'fqdn' cannot be used: it is empty"),
        ("fqdn", "\".bad_name\"", "'fqdn' cannot be used: a label is empty"),
        (
            "ip-address",
            "\"10.1\"",
            "'ip-address' cannot be used: it is neither an IPv4 nor an IPv6 address",
        ),
        ("ip-address", "1", "'ip-address' is not a string"),
        ("dhcid", "\"\"", "'dhcid' cannot be used: it is empty"),
        (
            "dhcid",
            "\"123\"",
            "'dhcid' cannot be used: it is not an even number of hexadecimal digits",
        ),
        (
            "lease-expires-on",
            "\"x\"",
            "'lease-expires-on' cannot be used: it is not a time YYYYMMDDHHMMSS from 1970 on",
        ),
        (
            "lease-length",
            "-1",
            "'lease-length' cannot be used: it is not a number from 0 to 4294967295",
        ),
        (
            "lease-length",
            "4294967296",
            "'lease-length' cannot be used: it is not a number from 0 to 4294967295",
        ),
        (
            "conflict-resolution-mode",
            "\"x\"",
            "'conflict-resolution-mode' cannot be used: there is no such mode",
        ),
        ("conflict-resolution-mode", "1", "'conflict-resolution-mode' is not a string"),
    ] {
        assert_eq!(complaint(&with(member, Some(json)).unwrap_err()), expected);
    }
    assert_eq!(with("lease-length", Some("4294967295")).unwrap().lease_length, u32::MAX);
    let neither = str::from_utf8(&OF_KEA[2..]).unwrap().replace("true", "false");
    let error = NameChangeRequest::from_json(neither.as_bytes()).unwrap_err();
    assert!(matches!(error, DecodeError::NoDirection));
}

#[test]
fn a_datagram_has_what_its_length_says() {
    let decode = NameChangeRequest::decode;
    assert!(matches!(decode(b""), Err(DecodeError::NoLength(0))));
    assert!(matches!(decode(b"\0"), Err(DecodeError::NoLength(1))));
    assert!(matches!(decode(b"\0\0"), Err(DecodeError::Json(_))));
    let cut = decode(&OF_KEA[..OF_KEA.len() - 1]).unwrap_err();
    assert_eq!(cut.to_string(), "the length says 296 bytes, but 295 came");
    assert_eq!(decode(&[OF_KEA, b"more"].concat()).unwrap(), of_kea());
    assert!(matches!(decode(b"\0\x02[]"), Err(DecodeError::NotAMap)));
    let deep = [b"\xff\xff".as_slice(), &b"[".repeat(65_535)].concat();
    assert!(matches!(decode(&deep), Err(DecodeError::Json(_))));
}

fn requests() -> impl Strategy<Value = NameChangeRequest> {
    let label = prop::collection::vec(any::<u8>(), 1..=63);
    let name = prop::collection::vec(label, 0..=3).prop_map(|labels| {
        let wire = labels
            .into_iter()
            .flat_map(|label| std::iter::once(u8::try_from(label.len()).unwrap()).chain(label));
        Name::from_wire(&wire.chain([0]).collect::<Vec<u8>>()).unwrap()
    });
    (
        any::<bool>().prop_map(|add| if add { Change::Add } else { Change::Remove }),
        prop::sample::select(vec![Directions::Both, Directions::Forward, Directions::Reverse]),
        name,
        any::<IpAddr>(),
        prop::collection::vec(any::<u8>(), 1..=512).prop_map(|bytes| Dhcid::new(bytes).unwrap()),
        prop::option::of((0..=253_402_300_799_u64).prop_map(|at| Expiry::new(at).unwrap())),
        any::<u32>(),
        prop::sample::select(ConflictResolution::ALL.to_vec()),
    )
        .prop_map(|parts| {
            let (change, directions, name, address, dhcid, expiry, lease_length, mode) = parts;
            NameChangeRequest {
                change,
                directions,
                name,
                address,
                dhcid,
                lease_expires_on: expiry,
                lease_length,
                conflict_resolution: mode,
            }
        })
}

proptest! {
    #[test]
    fn a_request_comes_back_as_it_was(request in requests()) {
        let back = NameChangeRequest::decode(&request.encode()).unwrap();
        prop_assert_eq!(back.name.as_wire(), request.name.as_wire());
        prop_assert_eq!(back, request);
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = NameChangeRequest::decode(&bytes);
        let _ = NameChangeRequest::from_json(&bytes);
    }

    #[test]
    fn no_change_of_a_byte_is_too_odd(at in 0..OF_KEA.len(), byte: u8) {
        let mut bytes = OF_KEA.to_vec();
        bytes[at] = byte;
        if let Ok(request) = NameChangeRequest::decode(&bytes) {
            prop_assert_eq!(NameChangeRequest::decode(&request.encode()).unwrap(), request);
        }
    }
}

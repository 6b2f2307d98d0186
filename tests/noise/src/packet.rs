//! DHCPv4 messages.

use std::fmt::Debug;

use ruru_wire::v4::options::{
    ClientIdentifier, LeaseTime, MaxMessageSize, OptionData, RebindingTime, RelayAgentInformation,
    RenewalTime, RequestedAddress, ServerIdentifier, SubnetMask, SubnetSelection,
};
use ruru_wire::v4::{OptionCode, Options, Query, Writer};

/// A message that can be read says the same after it was written and read again, and so does
/// every option that has a type.
pub fn packet(bytes: &[u8]) -> bool {
    let Ok(first) = Query::decode(bytes) else { return false };
    let mut message = Vec::new();
    let mut writer = Writer::new(&mut message, &first.header, b"", b"");
    for (code, content) in first.options.iter() {
        writer.option(code, content);
    }
    writer.finish();
    let second = Query::decode(&message).expect("what was written can be read");
    assert_eq!(second.header, first.header);
    assert!(second.options.iter().eq(first.options.iter()), "{first:?} became {second:?}");
    typed_options(&first.options);
    if let Some(content) = first.options.get(OptionCode::RELAY_AGENT) {
        relay_agent_information(content);
    }
    true
}

fn typed_options(options: &Options<'_>) {
    typed::<ClientIdentifier>(options);
    typed::<LeaseTime>(options);
    typed::<MaxMessageSize>(options);
    typed::<RebindingTime>(options);
    typed::<RenewalTime>(options);
    typed::<RequestedAddress>(options);
    typed::<ServerIdentifier>(options);
    typed::<SubnetMask>(options);
    typed::<SubnetSelection>(options);
}

fn typed<T: OptionData + Debug + PartialEq>(options: &Options<'_>) {
    let Ok(Some(value)) = options.decode::<T>() else { return };
    let mut content = Vec::new();
    value.encode(&mut content);
    assert_eq!(T::decode_all(&content), Ok(value));
    assert_eq!(Some(&content[..]), options.get(T::CODE));
}

fn relay_agent_information(content: &[u8]) {
    let relay = RelayAgentInformation(content);
    let read: usize = relay.iter().map(|(_, content)| 2 + content.len()).sum();
    assert!(read <= content.len(), "sub-options are longer than the option");
    for (code, _) in relay.iter() {
        assert!(relay.get(code).is_some(), "{code:?} was there");
    }
    let _ = (relay.link_selection(), relay.server_id_override(), relay.relay_port());
}

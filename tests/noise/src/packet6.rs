//! DHCPv6 messages.

use ruru_wire::v6::options::{
    ClientFqdn, ClientIdentifier, ClientLinkLayerAddress, Dhcpv4Message, EchoRequest, ElapsedTime,
    IaAddress, IaNa, IaPd, IaPrefix, InfMaxRt, InformationRefreshTime, InterfaceId, OptionData,
    OptionRequest, PdExclude, Preference, RelayIdentifier, RelaySourcePort, RelaySuppliedOptions,
    RemoteId, ServerIdentifier, SolMaxRt, Status, SubscriberId, UserClass, VendorClass,
    VendorOptions,
};
use ruru_wire::v6::{MessageType, Options, Query, Writer};

/// A message that can be read says the same after it was written and read again, and so does
/// every option that has a type; its answer goes back through all relay agents.
pub fn packet6(bytes: &[u8]) -> bool {
    if u16::try_from(bytes.len()).is_err() {
        return false;
    }
    let Ok(first) = Query::decode(bytes) else { return false };
    let mut message = Vec::new();
    let mut writer = Writer::relayed(
        &mut message,
        first.relays.iter(),
        first.message_type,
        first.transaction_id,
    );
    for (code, content) in first.options.iter() {
        writer.option(code, content);
    }
    writer.finish().expect("what UDP has carried it can carry");
    assert_eq!(Query::decode(&message).as_ref(), Ok(&first));
    typed_options(&first.options);
    for relay in first.relays.iter() {
        typed_options(&relay.options);
    }
    answer(&first);
    true
}

fn answer(query: &Query<'_>) {
    let mut message = Vec::new();
    let (relays, id) = (&query.relays, query.transaction_id);
    let finished = Writer::reply(&mut message, relays, MessageType::REPLY, id).finish();
    finished.expect("nothing is sent back that was not received");
    let answer = Query::decode(&message).expect("what was written can be read");
    assert_eq!(answer.transaction_id, query.transaction_id);
    assert_eq!(answer.relays.len(), query.relays.len());
    for (back, forth) in answer.relays.iter().zip(query.relays.iter()) {
        assert_eq!(back.message_type, MessageType::RELAY_REPL);
        assert_eq!(back.hop_count, forth.hop_count);
        assert_eq!(
            (back.link_address, back.peer_address),
            (forth.link_address, forth.peer_address)
        );
        for (code, content) in back.options.iter() {
            assert!(forth.options.all(code).any(|sent| sent == content), "{code} was not sent");
        }
    }
}

/// Each option that has a value of its type says the same after it was written and read again.
macro_rules! typed {
    ($options:expr => $($option:ident),* $(,)?) => { $(
        let content = $options.get($option::CODE);
        if let Some((content, Ok(value))) = content.map(|it| (it, $option::decode_all(it))) {
            let mut written = Vec::new();
            value.encode(&mut written);
            // The bits behind a prefix are not kept.
            assert_eq!(written.len(), content.len(), "{value:?}");
            assert_eq!($option::decode_all(&written), Ok(value));
        }
    )* };
}

fn typed_options(options: &Options<'_>) {
    typed!(options => ClientFqdn, ClientIdentifier, ClientLinkLayerAddress, Dhcpv4Message,
        EchoRequest, ElapsedTime, IaNa, IaPd, InfMaxRt, InformationRefreshTime, InterfaceId,
        OptionRequest, Preference, RelayIdentifier, RelaySourcePort, RelaySuppliedOptions,
        RemoteId, ServerIdentifier, SolMaxRt, Status, SubscriberId, UserClass, VendorClass,
        VendorOptions);
    for association in options.decode_each::<IaNa<'_>>().flatten() {
        typed!(association.options => IaAddress, Status);
    }
    for association in options.decode_each::<IaPd<'_>>().flatten() {
        typed!(association.options => IaPrefix, Status);
        association.options.decode_each::<IaPrefix<'_>>().flatten().for_each(in_prefix);
    }
}

fn in_prefix(prefix: IaPrefix<'_>) {
    typed!(prefix.options => PdExclude);
    let Ok(Some(exclude)) = prefix.options.decode::<PdExclude>() else { return };
    let Some(excluded) = exclude.excluded(prefix.prefix) else { return };
    let again = PdExclude::new(prefix.prefix, excluded);
    assert_eq!(again.and_then(|option| option.excluded(prefix.prefix)), Some(excluded));
}

//! What of a query and its answer others may want to be told of at once.

use std::collections::BTreeSet;

use ruru_commands::{Incident, What};
use ruru_engine::v6::{DropReason, Outcome};
use ruru_wire::ColonHex;
use ruru_wire::v6::options::{IaAddress, IaNa, IaPd, IaPrefix, Status};
use ruru_wire::v6::{MessageType, Nested, OptionCode, Query, StatusCode};

/// The incidents of a query: `reply` is the answer, if there is one.
pub(super) fn of(message: &[u8], outcome: &Outcome, reply: &[u8]) -> Vec<Incident> {
    let Ok(query) = Query::decode(message) else { return Vec::new() };
    let happened = match outcome {
        Outcome::Answer { .. } => {
            let declined = Some(declined(&query)).filter(|addresses| !addresses.is_empty());
            let statuses = statuses(reply).into_iter();
            let statuses = statuses.map(|(code, message)| What::Status { code: code.0, message });
            declined.map(What::Declined).into_iter().chain(statuses).collect()
        }
        Outcome::Drop(reason) => invalid(&query, *reason).into_iter().collect(),
        Outcome::Silence | Outcome::PassOn => Vec::new(),
    };
    // Nothing happens with most clients: only those that it does with are written out.
    let client =
        || ColonHex(query.options.get(OptionCode::CLIENT_ID).unwrap_or_default()).to_string();
    happened.into_iter().map(|what| Incident { client: client(), what }).collect()
}

/// What is told of a query that is not answered.
fn invalid(query: &Query<'_>, reason: DropReason) -> Option<What> {
    let reason = match reason {
        DropReason::RfcViolation => "the message breaks the rules of the protocol",
        DropReason::Filtered => "the client is in class DROP",
        DropReason::Unreadable => "an option of the message cannot be read",
        DropReason::NotForUs | DropReason::TooLong => return None,
    };
    Some(What::Invalid { message_type: query.message_type.0, reason })
}

/// The addresses that a query declines.
fn declined(query: &Query<'_>) -> Vec<std::net::Ipv6Addr> {
    if query.message_type != MessageType::DECLINE {
        return Vec::new();
    }
    let associations = query.options.decode_each::<IaNa<'_>>().flatten();
    let addresses = associations.flat_map(|ia| ia.options.decode_each::<IaAddress<'_>>());
    addresses.flatten().map(|address| address.address).collect()
}

/// The statuses of an answer that are not success, each once.
fn statuses(reply: &[u8]) -> BTreeSet<(StatusCode, String)> {
    let mut found = BTreeSet::new();
    if let Ok(reply) = Query::decode(reply) {
        collect(Nested(reply.options.as_bytes()), &mut found);
    }
    found
}

/// Those of the message, of its associations, and of what is in them.
fn collect(options: Nested<'_>, found: &mut BTreeSet<(StatusCode, String)>) {
    let statuses = options.decode_each::<Status<'_>>().flatten();
    let statuses = statuses.filter(|status| status.code != StatusCode::SUCCESS);
    found.extend(statuses.map(|status| (status.code, status.message.to_owned())));
    options.decode_each::<IaNa<'_>>().flatten().for_each(|ia| collect(ia.options, found));
    options.decode_each::<IaPd<'_>>().flatten().for_each(|ia| collect(ia.options, found));
    options.decode_each::<IaAddress<'_>>().flatten().for_each(|a| collect(a.options, found));
    options.decode_each::<IaPrefix<'_>>().flatten().for_each(|p| collect(p.options, found));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of a type, with options in hexadecimal.
    fn message(message_type: u8, options: &str) -> Vec<u8> {
        let byte = |at: usize| u8::from_str_radix(&options[at..at + 2], 16).unwrap();
        let options = (0..options.len()).step_by(2).map(byte);
        [message_type, 0, 0, 1].into_iter().chain(options).collect()
    }

    const CLIENT: &str = "000100030a0102";

    fn answer() -> Outcome {
        let to = std::net::SocketAddrV6::new(std::net::Ipv6Addr::LOCALHOST, 546, 0, 0);
        Outcome::Answer { kind: MessageType::REPLY, to, beyond_link: false }
    }

    #[test]
    fn a_decline_and_statuses_at_every_level_are_told() {
        let address = format!("00050018{}1{}", "0".repeat(31), "0".repeat(16));
        let association = format!("00030028{}{address}", "0".repeat(24));
        let decline = message(9, &format!("{CLIENT}{association}"));
        // Twice that of an association, and that of the message.
        let association = format!("00030012{}000d00020002", "0".repeat(24));
        let reply = message(7, &format!("{association}{association}000d0003000178"));
        let told = of(&decline, &answer(), &reply);
        let client = "0a:01:02".to_owned();
        let incident = |what| Incident { client: client.clone(), what };
        let status =
            |code, message: &str| incident(What::Status { code, message: message.to_owned() });
        let declined = incident(What::Declined(vec![std::net::Ipv6Addr::LOCALHOST]));
        assert_eq!(told, [declined, status(1, "x"), status(2, "")]);
    }

    #[test]
    fn what_is_dropped_by_the_rules_is_of_an_invalid_client() {
        let renew = message(5, CLIENT);
        let told = of(&renew, &Outcome::Drop(DropReason::RfcViolation), &[]);
        let What::Invalid { message_type: 5, .. } = told[0].what else { panic!("{told:?}") };
        assert_eq!(of(&renew, &Outcome::Drop(DropReason::NotForUs), &[]), []);
        assert_eq!(of(&renew, &Outcome::Silence, &[]), []);
        assert_eq!(of(&[1], &Outcome::Drop(DropReason::Unreadable), &[]), []);
    }
}

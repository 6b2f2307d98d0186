//! What the engine says; ids are Kea's where the event is the same.

use std::net::{Ipv6Addr, SocketAddrV6};

use ruru_config::Prefix;
use ruru_eval::EvaluationError;
use ruru_lease::{SubnetId, V6};
use ruru_observe::events;
use ruru_wire::DecodeError;
use ruru_wire::v6::options::Iaid;
use ruru_wire::v6::{MessageType, TooLong};

use super::Client;

events! {
    /// About leases of clients.
    pub enum LeaseEvent<'a> in "leases" {
        /// The server has picked an address or prefix and offers it.
        Offer DHCP6_LEASE_ADVERT Info "{client}: lease for address {address} will be advertised"
            { client: &'a Client, address: Ipv6Addr },
        /// The client got a lease.
        Alloc DHCP6_LEASE_ALLOC Info "{client}: lease for address {address} has been allocated for {lifetime} seconds"
            { client: &'a Client, address: Ipv6Addr, lifetime: u32 },
        /// There is nothing to offer for an association.
        OfferFailed DHCP6_LEASE_ADVERT_FAIL Debug(50) "{client}: there is nothing to offer for the association {iaid}"
            { client: &'a Client, iaid: Iaid },
        /// There is nothing to give for an association.
        AllocFailed DHCP6_LEASE_ALLOC_FAIL Debug(50) "{client}: there is nothing to give for the association {iaid}"
            { client: &'a Client, iaid: Iaid },
        /// The client keeps a lease.
        Renew DHCP6_LEASE_RENEW Info "{client}: lease for address {address} has been renewed for {lifetime} seconds"
            { client: &'a Client, address: Ipv6Addr, lifetime: u32 },
        /// A young lease was confirmed without being written again.
        Reuse DHCP6_LEASE_REUSE Info "{client}: lease for address {address} has been reused for {lifetime} seconds"
            { client: &'a Client, address: Ipv6Addr, lifetime: u32 },
        /// The client lost a lease: it is reserved for another, or the client has a better one.
        Revoked ALLOC_ENGINE_V6_REVOKED_ADDR_LEASE Info "{client}: lease for address {address} was revoked"
            { client: &'a Client, address: Ipv6Addr },
        /// The client gave a lease back.
        Release DHCP6_RELEASE_NA Info "{client}: lease for address {address} was released properly"
            { client: &'a Client, address: Ipv6Addr },
        /// The released lease is remembered for its client.
        ReleaseExpired DHCP6_RELEASE_NA_EXPIRED Info "{client}: lease for address {address} expired on release"
            { client: &'a Client, address: Ipv6Addr },
        /// The released lease was deleted.
        ReleaseDeleted DHCP6_RELEASE_NA_DELETED Info "{client}: lease for address {address} was deleted on release"
            { client: &'a Client, address: Ipv6Addr },
        /// There is no lease to release.
        ReleaseNoLease DHCP6_UNKNOWN_LEASE_RELEASED Debug(50) "{client}: client released unknown lease {address}"
            { client: &'a Client, address: Ipv6Addr },
        /// The lease to release is another client's.
        ReleaseWrongClient DHCP6_RELEASE_NA_FAIL_WRONG_DUID Info "{client}: client tried to release lease {address}, but it belongs to another client"
            { client: &'a Client, address: Ipv6Addr },
        /// The lease to release is of another association.
        ReleaseWrongIaid DHCP6_RELEASE_NA_FAIL_WRONG_IAID Warn "{client}: client tried to release lease {address}, but it used a wrong IAID"
            { client: &'a Client, address: Ipv6Addr },
        /// The lease to release is not in use.
        ReleaseNotAssigned DHCP6_RELEASE_NA_FAIL_NOT_ASSIGNED Debug(50) "{client}: client tried to release lease {address}, which is not assigned"
            { client: &'a Client, address: Ipv6Addr },
        /// The client has told of an address of its own.
        Registered DHCP6_ADDR_REGISTERED Info "{client}: address {address} has been registered for {lifetime} seconds"
            { client: &'a Client, address: Ipv6Addr, lifetime: u32 },
        /// Another client has told of an address before.
        RegistrantChanged DHCP6_ADDR_REG_INFORM_CLIENT_CHANGE Info "{client}: address {address} was registered by another client before"
            { client: &'a Client, address: Ipv6Addr },
        /// An address is not registered.
        RegistrationRefused DHCP6_ADDR_REG_INFORM_FAIL Info "{client}: the client's address is not registered: {reason}"
            { client: &'a Client, reason: &'a str },
        /// The client found its address in use.
        Decline DHCP6_DECLINE_LEASE Info "{client}: lease for address {address} has been declined; it will be unavailable for {probation} seconds"
            { client: &'a Client, address: Ipv6Addr, probation: u32 },
        /// There is no lease to decline.
        DeclineNotFound DHCP6_DECLINE_FAIL_NO_LEASE Info "{client}: client sent DECLINE for address {address} which is not in use"
            { client: &'a Client, address: Ipv6Addr },
        /// The lease to decline is another client's.
        DeclineMismatch DHCP6_DECLINE_FAIL_DUID_MISMATCH Info "{client}: client sent DECLINE for address {address} which is another client's"
            { client: &'a Client, address: Ipv6Addr },
        /// The lease to decline is of another association.
        DeclineWrongIaid DHCP6_DECLINE_FAIL_IAID_MISMATCH Info "{client}: client sent DECLINE for address {address} with a wrong IAID"
            { client: &'a Client, address: Ipv6Addr },
    }
}

/// Ids of events about leases, of addresses and of prefixes.
pub(super) const OF_PREFIXES: &[(&str, &str)] = &[
    ("DHCP6_LEASE_ADVERT", "DHCP6_PD_LEASE_ADVERT"),
    ("DHCP6_LEASE_ADVERT_FAIL", "DHCP6_PD_LEASE_ADVERT_FAIL"),
    ("DHCP6_LEASE_ALLOC", "DHCP6_PD_LEASE_ALLOC"),
    ("DHCP6_LEASE_ALLOC_FAIL", "DHCP6_PD_LEASE_ALLOC_FAIL"),
    ("DHCP6_LEASE_RENEW", "DHCP6_PD_LEASE_RENEW"),
    ("DHCP6_LEASE_REUSE", "DHCP6_PD_LEASE_REUSE"),
    ("DHCP6_RELEASE_NA", "DHCP6_RELEASE_PD"),
    ("DHCP6_RELEASE_NA_EXPIRED", "DHCP6_RELEASE_PD_EXPIRED"),
    ("DHCP6_RELEASE_NA_DELETED", "DHCP6_RELEASE_PD_DELETED"),
    ("DHCP6_RELEASE_NA_FAIL_WRONG_DUID", "DHCP6_RELEASE_PD_FAIL_WRONG_DUID"),
    ("DHCP6_RELEASE_NA_FAIL_WRONG_IAID", "DHCP6_RELEASE_PD_FAIL_WRONG_IAID"),
    ("DHCP6_RELEASE_NA_FAIL_NOT_ASSIGNED", "DHCP6_RELEASE_PD_FAIL_NOT_ASSIGNED"),
];

events! {
    /// About messages that are no queries.
    pub enum BadPacketEvent<'a> in "bad-packets" {
        /// A packet is not DHCP.
        Unreadable DHCP6_PACKET_DROP_PARSE_FAIL Debug(15) "failed to parse packet from {source} to {destination}, received over interface {interface}, reason: {reason}"
            { source: SocketAddrV6, destination: Ipv6Addr, interface: &'a str, reason: &'a DecodeError },
    }
}

events! {
    /// About queries and answers that are not given.
    pub enum PacketEvent<'a> in "packets" {
        /// A query can be read.
        Received DHCP6_PACKET_RECEIVED Debug(40) "{client}: {kind} received from {source} on interface {interface}"
            { client: &'a Client, kind: MessageType, source: SocketAddrV6, interface: &'a str },
        /// The subnet was selected.
        SubnetSelected DHCP6_SUBNET_SELECTED Debug(45) "{client}: subnet with ID {subnet} was selected for client assignments"
            { client: &'a Client, subnet: SubnetId },
        /// No subnet fits.
        SelectionFailed DHCP6_SUBNET_SELECTION_FAILED Debug(50) "{client}: failed to select subnet for the packet"
            { client: &'a Client },
        /// The client is in class REJECT.
        Rejected DHCP6_PACKET_REJECT_CLASS Debug(40) "{client}: the query is in class REJECT and refused"
            { client: &'a Client },
        /// An answer does not fit into a packet.
        TooLong DHCP6_PACK_FAIL Error "{client}: the answer cannot be sent: {reason}"
            { client: &'a Client, reason: &'a TooLong },
    }
}

events! {
    /// About DHCPv4 over DHCPv6.
    pub enum Over6Event<'a> in "packets" {
        /// The DHCPv4 server has passed a response.
        Received DHCP6_DHCP4O6_PACKET_RECEIVED Debug(40) "received {kind} from the DHCPv4 server for {client} port {port} on interface {interface}"
            { kind: MessageType, client: Ipv6Addr, port: u16, interface: &'a str },
        /// What came from the DHCPv4 server is no response.
        ReceiveFailed DHCP6_DHCP4O6_RECEIVE_FAIL Debug(50) "what the DHCPv4 server has passed is not used: {reason}"
            { reason: &'a DecodeError },
        /// A response does not fit into a packet.
        TooLong DHCP6_DHCP4O6_PACK_FAIL Error "a response of the DHCPv4 server cannot be sent: {reason}"
            { reason: &'a TooLong },
    }
}

events! {
    /// About client classes.
    pub enum ClassEvent<'a> in "eval" {
        /// The query joined a class.
        Assigned DHCP6_CLASS_ASSIGNED Debug(40) "{client}: client packet has been assigned to the following class: {name}"
            { client: &'a Client, name: &'a str },
        /// A test has no value for the query.
        EvaluationFailed EVAL_RESULT Error "{client}: the expression of class {name} cannot be evaluated: {reason}"
            { client: &'a Client, name: &'a str, reason: &'a EvaluationError },
        /// A class that a subnet or pool lists is not configured.
        AdditionalUndefined DHCP6_ADDITIONAL_CLASS_UNDEFINED Debug(40) "{client}: additional class {name} has no definition"
            { client: &'a Client, name: &'a str },
        /// The test of such a class has no value for the query.
        AdditionalError DHCP6_ADDITIONAL_CLASS_EVAL_ERROR Error "{client}: the expression of additional class {name} cannot be evaluated: {reason}"
            { client: &'a Client, name: &'a str, reason: &'a EvaluationError },
    }
}

events! {
    /// About names that the DNS updater is told.
    pub enum DnsEvent<'a> in "ddns" {
        /// The updater is told of a name.
        Told DHCP6_DDNS_CREATE_ADD_NAME_CHANGE_REQUEST Debug(50) "the name {name} of {address} is told to the DNS updater"
            { address: Ipv6Addr, name: &'a str },
        /// The updater is told that a name is over.
        TakenBack DHCP6_DDNS_REMOVE_OLD_LEASE_FQDN Debug(50) "the DNS updater is told that the name {name} of {address} is over"
            { address: Ipv6Addr, name: &'a str },
        /// The name of a lease is none that DNS has.
        CannotBeTold DHCP6_DDNS_REQUEST_NOT_MADE Warn "the name {name:?} of {address} is not a domain name, or the client has nothing to be told by: DNS is not updated"
            { address: Ipv6Addr, name: &'a str },
    }
}

events! {
    /// About finding addresses and reclaiming them.
    pub enum AllocEvent<'a> in "alloc-engine" {
        /// All pools of the subnet are in use.
        FailSubnet ALLOC_ENGINE_V6_ALLOC_FAIL_SUBNET Warn "{client}: failed to allocate an IPv6 lease in the subnet {prefix}, subnet-id {subnet}"
            { client: &'a Client, prefix: Prefix<V6>, subnet: SubnetId },
        /// All pools of the shared network are in use.
        FailNetwork ALLOC_ENGINE_V6_ALLOC_FAIL_SHARED_NETWORK Warn "{client}: failed to allocate an IPv6 lease in the shared network {network}"
            { client: &'a Client, network: &'a str },
        /// Nothing is free.
        Fail ALLOC_ENGINE_V6_ALLOC_FAIL Warn "{client}: failed to allocate an IPv6 lease: none is free"
            { client: &'a Client },
        /// There is no pool at all.
        FailNoPools ALLOC_ENGINE_V6_ALLOC_FAIL_NO_POOLS Warn "{client}: no pools were available for the lease allocation"
            { client: &'a Client },
        /// A reserved address or prefix is in use by somebody else.
        Conflict ALLOC_ENGINE_V6_ALLOC_HR_LEASE_EXISTS Debug(50) "{client}: {address} is reserved for the client, but leased to another"
            { client: &'a Client, address: Ipv6Addr },
        /// A lease of an association is extended.
        Extend ALLOC_ENGINE_V6_EXTEND_LEASE Debug(40) "{client}: lease for address {address} is extended"
            { client: &'a Client, address: Ipv6Addr },
        /// A lease ended and was reclaimed.
        Reclaim ALLOC_ENGINE_V6_LEASE_RECLAIM Debug(40) "reclaiming expired lease for {address}"
            { address: Ipv6Addr },
    }
}

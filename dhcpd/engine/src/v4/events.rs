//! What the engine says; ids are Kea's where the event is the same.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddrV4};

use ruru_config::Ipv4Prefix;
use ruru_eval::EvaluationError;
use ruru_lease::SubnetId;
use ruru_observe::events;
use ruru_wire::DecodeError;
use ruru_wire::v4::MessageType;
use ruru_wire::v6;

use super::Client;

events! {
    /// About leases of clients.
    pub enum LeaseEvent<'a> in "leases" {
        /// The server has picked an address and offers it.
        Offer DHCP4_LEASE_OFFER Info "{client}: lease {address} will be offered"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// The client got a lease, or keeps it.
        Alloc DHCP4_LEASE_ALLOC Info "{client}: lease {address} has been allocated for {lifetime} seconds"
            { client: &'a Client<'a>, address: Ipv4Addr, lifetime: u32 },
        /// A young lease was confirmed without being written again.
        Reuse DHCP4_LEASE_REUSE Info "{client}: lease {address} has been reused for {lifetime} seconds"
            { client: &'a Client<'a>, address: Ipv4Addr, lifetime: u32 },
        /// The client gave its address back.
        Release DHCP4_RELEASE Info "{client}: address {address} was released properly."
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// The released lease is remembered for its client.
        ReleaseExpired DHCP4_RELEASE_EXPIRED Info "{client}: address {address} expired on release"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// The released lease was deleted.
        ReleaseDeleted DHCP4_RELEASE_DELETED Info "{client}: address {address} was deleted on release"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// There is no lease to release.
        ReleaseNoLease DHCP4_RELEASE_FAIL_NO_LEASE Debug(50) "{client}: client is trying to release non-existing lease {address}"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// The lease to release is another client's.
        ReleaseWrongClient DHCP4_RELEASE_FAIL_WRONG_CLIENT Debug(50) "{client}: client is trying to release the lease {address} which belongs to a different client"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// The lease to release is not in use.
        ReleaseNotAssigned DHCP4_RELEASE_FAIL_NOT_ASSIGNED Debug(50) "{client}: client is trying to release lease {address} which is not assigned"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// The client found its address in use.
        Decline DHCP4_DECLINE_LEASE Info "{client}: lease for address {address} has been declined; it will be unavailable for {probation} seconds"
            { client: &'a Client<'a>, address: Ipv4Addr, probation: u32 },
        /// There is no lease to decline.
        DeclineNotFound DHCP4_DECLINE_LEASE_NOT_FOUND Warn "{client}: received DHCPDECLINE for address {address} which has no lease"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// The lease to decline is another client's, or not in use.
        DeclineMismatch DHCP4_DECLINE_LEASE_MISMATCH Warn "{client}: received DHCPDECLINE for address {address} which is not leased to this client"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// A rebooting client asks for its address.
        InitReboot DHCP4_INIT_REBOOT Info "{client}: client is in INIT-REBOOT state and requests address {address}"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// A rebooting client is unknown and the server is not authoritative.
        NoLeaseInitReboot DHCP4_NO_LEASE_INIT_REBOOT Debug(50) "{client}: no lease for address {address} requested by INIT-REBOOT client"
            { client: &'a Client<'a>, address: Ipv4Addr },
    }
}

events! {
    /// About messages that are no queries.
    pub enum BadPacketEvent<'a> in "bad-packets" {
        /// A packet is not DHCP.
        Unreadable DHCP4_PACKET_DROP_0001 Debug(15) "failed to parse packet from {source} to {destination}, received over interface {interface}, reason: {reason}"
            { source: SocketAddrV4, destination: Ipv4Addr, interface: &'a str, reason: &'a DecodeError },
    }
}

events! {
    /// About queries and answers that are not given.
    pub enum PacketEvent<'a> in "packets" {
        /// A query passed the first checks.
        Received DHCP4_PACKET_RECEIVED Debug(40) "{client}: {kind} received from {source} on interface {interface}"
            { client: &'a Client<'a>, kind: MessageType, source: IpAddr, interface: &'a str },
        /// The subnet was selected.
        SubnetSelected DHCP4_SUBNET_SELECTED Debug(45) "{client}: subnet with ID {subnet} was selected for client assignments"
            { client: &'a Client<'a>, subnet: SubnetId },
        /// No subnet fits.
        SelectionFailed DHCP4_SUBNET_SELECTION_FAILED Debug(50) "{client}: failed to select subnet for the packet"
            { client: &'a Client<'a> },
        /// No subnet fits and the client must be told.
        NakNoSubnet DHCP4_PACKET_NAK_0001 Error "{client}: failed to select a subnet for incoming packet, source {source}"
            { client: &'a Client<'a>, source: IpAddr },
        /// A rebooting client's address is wrong.
        NakInitReboot DHCP4_PACKET_NAK_0002 Debug(50) "{client}: invalid address {address} requested by INIT-REBOOT"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// The client is in class REJECT.
        Rejected DHCP4_PACKET_REJECTED Debug(40) "{client}: the query is in class REJECT and refused"
            { client: &'a Client<'a> },
        /// There is no address to offer.
        NoOffer DHCP4_PACKET_NAK_0003 Debug(50) "{client}: failed to advertise a lease"
            { client: &'a Client<'a> },
        /// The address asked for cannot be given.
        NakNoGrant DHCP4_PACKET_NAK_0004 Debug(50) "{client}: failed to grant a lease for {address}"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// The address asked for is in no pool of the link: another server's, perhaps.
        UnknownAddress DHCP4_UNKNOWN_ADDRESS_REQUESTED Debug(50) "{client}: client requested unknown address {address}"
            { client: &'a Client<'a>, address: Ipv4Addr },
    }
}

/// Ids of events about clients whose messages a DHCPv6 server has passed on.
pub(super) const OF_OVER6: &[(&str, &str)] = &[
    ("DHCP4_SUBNET_SELECTED", "DHCP4_DHCP4O6_SUBNET_SELECTED"),
    ("DHCP4_SUBNET_SELECTION_FAILED", "DHCP4_DHCP4O6_SUBNET_SELECTION_FAILED"),
];

events! {
    /// About DHCPv4 over DHCPv6.
    pub enum Over6Event<'a> in "packets" {
        /// The DHCPv6 server has passed a query on.
        Received DHCP4_DHCP4O6_PACKET_RECEIVED Debug(40) "received {kind} from the DHCPv6 server for {client} on interface {interface}"
            { kind: v6::MessageType, client: Ipv6Addr, interface: &'a str },
        /// What came from the DHCPv6 server is no query.
        ReceiveFailed DHCP4_DHCP4O6_RECEIVE_FAIL Debug(50) "what the DHCPv6 server has passed is not used: {reason}"
            { reason: &'a DecodeError },
        /// There is no DHCPv4 message in a query, or there are several.
        BadPacket DHCP4_DHCP4O6_BAD_PACKET Debug(50) "a query that the DHCPv6 server has passed is not used: {reason}"
            { reason: &'a DecodeError },
        /// There is no address by which clients could know the server.
        NoAddress DHCP4_DHCP4O6_NO_ADDRESS Error "a query of interface {interface} is not answered: the server has neither an open socket on an IPv4 address nor a configured dhcp-server-identifier"
            { interface: &'a str },
        /// The answer is for the DHCPv6 server.
        Sent DHCP4_DHCP4O6_PACKET_SEND Debug(40) "passing {kind} to the DHCPv6 server for {client} on interface {interface}"
            { kind: MessageType, client: Ipv6Addr, interface: &'a str },
        /// An answer does not fit into a packet.
        TooLong DHCP4_DHCP4O6_PACK_FAIL Error "an answer cannot be passed to the DHCPv6 server: {reason}"
            { reason: &'a v6::TooLong },
    }
}

events! {
    /// About client classes.
    pub enum ClassEvent<'a> in "eval" {
        /// The query joined a class.
        Assigned DHCP4_CLASS_ASSIGNED Debug(40) "{client}: client packet has been assigned to the following class: {name}"
            { client: &'a Client<'a>, name: &'a str },
        /// A test has no value for the query.
        EvaluationFailed EVAL_RESULT Error "{client}: the expression of class {name} cannot be evaluated: {reason}"
            { client: &'a Client<'a>, name: &'a str, reason: &'a EvaluationError },
        /// A class that a subnet or pool lists is not configured.
        AdditionalUndefined DHCP4_ADDITIONAL_CLASS_UNDEFINED Debug(40) "{client}: additional class {name} has no definition"
            { client: &'a Client<'a>, name: &'a str },
        /// The test of such a class has no value for the query.
        AdditionalError DHCP4_ADDITIONAL_CLASS_EVAL_ERROR Error "{client}: the expression of additional class {name} cannot be evaluated: {reason}"
            { client: &'a Client<'a>, name: &'a str, reason: &'a EvaluationError },
    }
}

events! {
    /// About finding addresses and reclaiming them.
    pub enum AllocEvent<'a> in "alloc-engine" {
        /// All pools of the subnet are in use.
        FailSubnet ALLOC_ENGINE_V4_ALLOC_FAIL_SUBNET Warn "{client}: failed to allocate an IPv4 lease in the subnet {prefix}, subnet-id {subnet}"
            { client: &'a Client<'a>, prefix: Ipv4Prefix, subnet: SubnetId },
        /// All pools of the shared network are in use.
        FailNetwork ALLOC_ENGINE_V4_ALLOC_FAIL_SHARED_NETWORK Warn "{client}: failed to allocate an IPv4 lease in the shared network {network}"
            { client: &'a Client<'a>, network: &'a str },
        /// No address is free.
        Fail ALLOC_ENGINE_V4_ALLOC_FAIL Warn "{client}: failed to allocate an IPv4 address: none is free"
            { client: &'a Client<'a> },
        /// There is no pool at all.
        FailNoPools ALLOC_ENGINE_V4_ALLOC_FAIL_NO_POOLS Warn "{client}: no pools were available for the address allocation"
            { client: &'a Client<'a> },
        /// A reserved address is in use by somebody else.
        Conflict ALLOC_ENGINE_V4_DISCOVER_ADDRESS_CONFLICT Warn "{client}: conflicting reservation for address {address} with existing lease"
            { client: &'a Client<'a>, address: Ipv4Addr },
        /// The name of a lease is none that DNS has.
        NameCannotBeTold DHCP4_DDNS_REQUEST_NOT_MADE Warn "the name {name:?} of {address} is not a domain name, or the client has nothing to be told by: DNS is not updated"
            { address: Ipv4Addr, name: &'a str },
        /// A lease ended and was reclaimed.
        Reclaim ALLOC_ENGINE_V4_LEASE_RECLAIM Debug(40) "reclaiming expired lease for address {address}"
            { address: Ipv4Addr, marker: std::marker::PhantomData<&'a ()> },
    }
}

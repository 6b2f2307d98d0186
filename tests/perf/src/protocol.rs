//! What DHCPv4 and DHCPv6 differ in by name and number.

/// The protocol of clients and server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// DHCPv4, RFC 2131.
    V4,
    /// DHCPv6, RFC 8415.
    V6,
}

/// Names and numbers of a protocol.
#[derive(Debug)]
pub(crate) struct Terms {
    /// The protocol's name.
    pub(crate) protocol: &'static str,
    /// The kinds of exchange as perfdhcp names them, in the order of [`Kind`](crate::report::Kind).
    pub(crate) kinds: [&'static str; 4],
    /// The two queries that a new client sends.
    pub(crate) queries: [&'static str; 2],
    /// The answer that gives it its lease.
    pub(crate) last_answer: &'static str,
    /// The servers' port, which is the relays' too.
    pub(crate) server_port: u16,
    /// The clients' port.
    pub(crate) client_port: u16,
    /// Bits of a transaction id.
    pub(crate) xid_bits: u32,
    /// Whether servers answer a RELEASE.
    pub(crate) answers_releases: bool,
}

const V4: Terms = Terms {
    protocol: "DHCPv4",
    kinds: ["DISCOVER-OFFER", "REQUEST-ACK", "REQUEST-ACK (renewal)", "RELEASE"],
    queries: ["DISCOVER", "REQUEST"],
    last_answer: "ACK",
    server_port: 67,
    client_port: 68,
    xid_bits: 32,
    answers_releases: false,
};

const V6: Terms = Terms {
    protocol: "DHCPv6",
    kinds: ["SOLICIT-ADVERTISE", "REQUEST-REPLY", "RENEW-REPLY", "RELEASE-REPLY"],
    queries: ["SOLICIT", "REQUEST"],
    last_answer: "REPLY",
    server_port: 547,
    client_port: 546,
    xid_bits: 24,
    answers_releases: true,
};

impl Protocol {
    /// Its names and numbers.
    pub(crate) fn terms(self) -> &'static Terms {
        match self {
            Self::V4 => &V4,
            Self::V6 => &V6,
        }
    }
}

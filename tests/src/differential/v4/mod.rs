//! DHCPv4: each field and the bytes of each option.

mod generate;
mod known;

use std::net::Ipv4Addr;

use anyhow::Context;
use ruru_lease::V4;
use ruru_wire::v4::{HEADER_LEN, Query};

use super::compared::Compared;
use super::judgement::Known;
use super::observed::What;
use crate::scenario::Reply;

/// The fields of the header.
const FIELDS: [(&str, std::ops::Range<usize>); 13] = [
    ("op", 0..1),
    ("htype", 1..2),
    ("hlen", 2..3),
    ("hops", 3..4),
    ("xid", 4..8),
    ("secs", 8..10),
    ("flags", 10..12),
    ("ciaddr", 12..16),
    ("yiaddr", 16..20),
    ("siaddr", 20..24),
    ("giaddr", 24..28),
    ("chaddr", 28..44),
    ("sname", 44..108),
];

impl Compared for V4 {
    type Generator = generate::Generator;

    const DIRECTORY: &'static str = "tests/scenarios/v4";
    const LOCAL: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
    const KNOWN: Known = known::KNOWN;

    fn parts(reply: &Reply<Self>, _: &[u8]) -> anyhow::Result<Vec<(What, Vec<u8>)>> {
        let field = |(name, range): (_, std::ops::Range<usize>)| {
            Some((What::Field(name), reply.message.get(range)?.to_vec()))
        };
        let fields = FIELDS.into_iter().chain([("file", 108..HEADER_LEN)]).filter_map(field);
        let message = Query::decode(&reply.message).context("the reply")?;
        let options = message.options.iter();
        let options = options.map(|(code, content)| (What::Option(code.0), content.to_vec()));
        Ok(fields.chain(options).collect())
    }
}

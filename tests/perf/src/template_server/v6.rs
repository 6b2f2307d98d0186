//! ADVERTISE and REPLY, with or without a relay agent's layer.

use std::net::Ipv6Addr;

use ruru_wire::DecodeError;
use ruru_wire::v6::options::{IaAddress, IaNa, IaPd, IaPrefix};
use ruru_wire::v6::{MessageType, Nested, OptionCode, Prefix, Query, Writer};

use super::{Answers, HOUR, Leases};

/// The server's own DUID: a DUID-LL.
const SERVER: [u8; 10] = [0, 3, 0, 1, 2, 0, 0, 0, 0, 1];
/// Addresses are of 2001:db8::/32, documentation's.
const ADDRESSES: u128 = 0x2001_0db8 << 96;
/// Prefixes are of 3fff::/20, documentation's, each with 64 bits.
const PREFIXES: u128 = 0x3fff << 112;
const PREFIX: u8 = 64;

/// What is not the client's: the numbers of leases.
pub(super) struct Templates {
    leases: Leases,
}

impl Templates {
    pub(super) fn new(leases: Leases) -> Self {
        Self { leases }
    }

    fn write(&mut self, query: &[u8], answer: &mut Vec<u8>) -> Result<bool, DecodeError> {
        let query = Query::decode(query)?;
        let options = &query.options;
        let kind = match query.message_type {
            MessageType::SOLICIT if !options.contains(OptionCode::RAPID_COMMIT) => {
                MessageType::ADVERTISE
            }
            MessageType::SOLICIT
            | MessageType::REQUEST
            | MessageType::RENEW
            | MessageType::RELEASE => MessageType::REPLY,
            _ => return Ok(false),
        };
        let mut writer = Writer::reply(answer, &query.relays, kind, query.transaction_id);
        writer.option(OptionCode::SERVER_ID, &SERVER);
        writer
            .option(OptionCode::CLIENT_ID, options.get(OptionCode::CLIENT_ID).unwrap_or_default());
        if query.message_type != MessageType::RELEASE {
            self.grant(&query, &mut writer)?;
        }
        Ok(writer.finish().is_ok())
    }

    fn next_prefix(&mut self) -> Option<Prefix> {
        let number = u128::from(self.leases.next()) << (128 - PREFIX);
        Prefix::new(Ipv6Addr::from_bits(PREFIXES | number), PREFIX)
    }

    /// What each association names, or the next.
    fn grant(&mut self, query: &Query<'_>, writer: &mut Writer<'_>) -> Result<(), DecodeError> {
        let (t1, t2, options) = (HOUR / 2, HOUR / 5 * 4, Nested::default());
        for asked in query.options.decode_each::<IaNa<'_>>() {
            let asked = asked?;
            let address = match asked.options.decode::<IaAddress<'_>>()? {
                Some(own) => own.address,
                None => Ipv6Addr::from_bits(ADDRESSES | u128::from(self.leases.next())),
            };
            let lease = IaAddress { address, preferred: HOUR, valid: HOUR, options };
            let association = IaNa { t1, t2, options, ..asked };
            writer.typed_with(&association, |inside| inside.typed(&lease));
        }
        for asked in query.options.decode_each::<IaPd<'_>>() {
            let asked = asked?;
            let prefix = match asked.options.decode::<IaPrefix<'_>>()? {
                Some(own) => Some(own.prefix),
                None => self.next_prefix(),
            };
            let association = IaPd { t1, t2, options, ..asked };
            writer.typed_with(&association, |inside| {
                if let Some(prefix) = prefix {
                    inside.typed(&IaPrefix { prefix, preferred: HOUR, valid: HOUR, options });
                }
            });
        }
        Ok(())
    }
}

impl Answers for Templates {
    fn answer(&mut self, query: &[u8], answer: &mut Vec<u8>) -> bool {
        self.write(query, answer).unwrap_or(false)
    }
}

//! A message as it was received, read without copying.

use std::net::Ipv4Addr;

use super::{BootpOp, HEADER_LEN, HardwareType, MessageType, OptionCode, Options};
use crate::HardwareAddress;
use crate::cursor::{DecodeError, Reader};

/// First four bytes of the options field, RFC 2131 section 3.
pub const MAGIC_COOKIE: [u8; 4] = [99, 130, 83, 99];

/// The one flag that is defined, RFC 2131 section 2.
pub const BROADCAST_FLAG: u16 = 0x8000;

/// The fixed fields of a message, RFC 2131 section 2; sname and file are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Request or reply.
    pub op: BootpOp,
    /// Hardware type.
    pub htype: HardwareType,
    /// Relay hops so far.
    pub hops: u8,
    /// Transaction id.
    pub xid: u32,
    /// Seconds since the client began.
    pub secs: u16,
    /// Flags; see [`BROADCAST_FLAG`].
    pub flags: u16,
    /// The client's address, if it has one and can answer ARP.
    pub ciaddr: Ipv4Addr,
    /// The address given to the client.
    pub yiaddr: Ipv4Addr,
    /// The next server to boot from.
    pub siaddr: Ipv4Addr,
    /// The relay's address.
    pub giaddr: Ipv4Addr,
    /// The client's hardware address, hlen bytes of chaddr.
    pub chaddr: HardwareAddress,
}

impl Header {
    /// One of Ethernet that says nothing, to be filled in.
    #[must_use]
    pub fn blank(op: BootpOp) -> Self {
        Self {
            op,
            htype: HardwareType::ETHERNET,
            hops: 0,
            xid: 0,
            secs: 0,
            flags: 0,
            ciaddr: Ipv4Addr::UNSPECIFIED,
            yiaddr: Ipv4Addr::UNSPECIFIED,
            siaddr: Ipv4Addr::UNSPECIFIED,
            giaddr: Ipv4Addr::UNSPECIFIED,
            chaddr: HardwareAddress::default(),
        }
    }
}

/// A received message.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// The fixed fields.
    pub header: Header,
    /// The options, those in sname and file included.
    pub options: Options<'a>,
}

impl<'a> Query<'a> {
    /// Reads a message: the UDP payload.
    ///
    /// # Errors
    /// The message is cut short before its options, hlen is larger than chaddr, or the magic cookie
    /// is missing.
    pub fn decode(message: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(message);
        let header = Header::decode(&mut reader)?;
        reader.bytes(64 + 128, "sname and file")?;
        let cookie: [u8; 4] = reader.array("magic cookie")?;
        if cookie != MAGIC_COOKIE {
            let value = u32::from_be_bytes(cookie);
            return Err(DecodeError::Invalid { what: "magic cookie", value });
        }
        let mut options = Options::new(message);
        options.scan(HEADER_LEN + 4, message.len())?;
        // RFC 2132 section 9.3: the file field is read before the sname field.
        let overload = options.get(OptionCode::OVERLOAD).and_then(|o| o.first().copied());
        if matches!(overload, Some(1 | 3)) {
            options.scan(108, HEADER_LEN)?;
        }
        if matches!(overload, Some(2 | 3)) {
            options.scan(44, 108)?;
        }
        Ok(Self { header, options })
    }

    /// The message type, if the option is there and well-formed.
    #[must_use]
    pub fn message_type(&self) -> Option<MessageType> {
        match self.options.get(OptionCode::MESSAGE_TYPE)? {
            [value] => Some(MessageType(*value)),
            _ => None,
        }
    }

    /// Whether the client cannot take unicast yet, RFC 2131 section 4.1.
    #[must_use]
    pub fn wants_broadcast(&self) -> bool {
        self.header.flags & BROADCAST_FLAG != 0
    }
}

impl Header {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let op = BootpOp(reader.u8("op")?);
        let htype = HardwareType(reader.u8("htype")?);
        let hlen = reader.u8("hlen")?;
        let hops = reader.u8("hops")?;
        let xid = reader.u32("xid")?;
        let secs = reader.u16("secs")?;
        let flags = reader.u16("flags")?;
        let ciaddr = reader.ipv4("ciaddr")?;
        let yiaddr = reader.ipv4("yiaddr")?;
        let siaddr = reader.ipv4("siaddr")?;
        let giaddr = reader.ipv4("giaddr")?;
        let chaddr = reader.array::<16>("chaddr")?;
        let chaddr = chaddr
            .get(..hlen.into())
            .and_then(HardwareAddress::new)
            .ok_or(DecodeError::Invalid { what: "hlen", value: hlen.into() })?;
        Ok(Self { op, htype, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr })
    }
}

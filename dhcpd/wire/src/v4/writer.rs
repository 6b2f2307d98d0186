//! Writing messages.

use std::net::Ipv4Addr;

use super::{HEADER_LEN, Header, MAGIC_COOKIE, OptionCode, options::OptionData};

/// Writes a message: the header at once, then options in the order of the calls, then the end.
///
/// The buffer is the caller's and keeps its capacity, so that writing does not allocate.
#[derive(Debug)]
pub struct Writer<'a> {
    message: &'a mut Vec<u8>,
}

impl<'a> Writer<'a> {
    /// Clears `message` and writes the fixed part. Names that are too long for their field are
    /// cut: the configuration refuses them before.
    pub fn new(message: &'a mut Vec<u8>, header: &Header, sname: &[u8], file: &[u8]) -> Self {
        message.clear();
        let hlen = header.chaddr.as_bytes().len().min(16);
        // hlen is at most 16, so the conversion cannot cut anything.
        let hlen = u8::try_from(hlen).unwrap_or(16);
        message.extend_from_slice(&[header.op.0, header.htype.0, hlen, header.hops]);
        message.extend_from_slice(&header.xid.to_be_bytes());
        message.extend_from_slice(&header.secs.to_be_bytes());
        message.extend_from_slice(&header.flags.to_be_bytes());
        for address in [header.ciaddr, header.yiaddr, header.siaddr, header.giaddr] {
            message.extend_from_slice(&address.octets());
        }
        padded(message, header.chaddr.as_bytes(), 16);
        padded(message, sname, 64);
        padded(message, file, 128);
        message.extend_from_slice(&MAGIC_COOKIE);
        Self { message }
    }

    /// Writes an option; one that is longer than 255 bytes in several parts (RFC 3396).
    pub fn option(&mut self, code: OptionCode, content: &[u8]) {
        option_bytes(self.message, code, content);
    }

    /// Writes an option from its type.
    pub fn typed<T: OptionData>(&mut self, option: &T) {
        let mut content = Vec::new();
        option.encode(&mut content);
        self.option(T::CODE, &content);
    }

    /// Writes an option that holds one address.
    pub fn address(&mut self, code: OptionCode, address: Ipv4Addr) {
        self.option(code, &address.octets());
    }

    /// Writes an option that holds one 32-bit number.
    pub fn number(&mut self, code: OptionCode, number: u32) {
        self.option(code, &number.to_be_bytes());
    }

    /// Writes the end option.
    pub fn finish(self) {
        self.message.push(OptionCode::END.0);
    }

    /// Bytes written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.message.len()
    }

    /// Never: the header is always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.message.len() < HEADER_LEN
    }
}

/// Appends an option as it stands in a message: code, length, content; in several parts if the
/// content is longer than 255 bytes (RFC 3396).
pub fn option_bytes(bytes: &mut Vec<u8>, code: OptionCode, content: &[u8]) {
    let mut rest = content;
    loop {
        let (part, more) = rest.split_at(rest.len().min(255));
        bytes.push(code.0);
        // A part has at most 255 bytes, so the conversion cannot cut anything.
        bytes.push(u8::try_from(part.len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(part);
        rest = more;
        if rest.is_empty() {
            return;
        }
    }
}

fn padded(message: &mut Vec<u8>, bytes: &[u8], len: usize) {
    let end = message.len() + len;
    message.extend_from_slice(bytes.get(..bytes.len().min(len)).unwrap_or_default());
    message.resize(end, 0);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::v4::{BootpOp, HardwareAddress, Query};

    fn header() -> Header {
        Header {
            xid: 0x1234_5678,
            secs: 7,
            chaddr: HardwareAddress::new(&[2, 0, 0, 0, 0, 1]).unwrap(),
            ..Header::blank(BootpOp::REQUEST)
        }
    }

    fn message(options: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let mut message = Vec::new();
        let mut writer = Writer::new(&mut message, &header(), b"", b"");
        for (code, content) in options {
            writer.option(OptionCode(*code), content);
        }
        writer.finish();
        message
    }

    #[test]
    fn a_long_option_is_split_and_joined_again() {
        let content: Vec<u8> = (0..600_u32).map(|n| n.to_be_bytes()[3]).collect();
        let message = message(&[(43, content.clone())]);
        assert_eq!(message.len(), HEADER_LEN + 4 + 600 + 3 * 2 + 1);
        let query = Query::decode(&message).unwrap();
        assert_eq!(query.options.get(OptionCode(43)), Some(&content[..]));
    }

    #[test]
    fn options_in_file_and_sname_are_read_when_overloaded() {
        let mut message = message(&[(52, vec![3])]);
        message[108..112].copy_from_slice(&[15, 1, b'f', 255]);
        message[44..49].copy_from_slice(&[15, 1, b's', 255, 0]);
        let query = Query::decode(&message).unwrap();
        assert_eq!(query.options.get(OptionCode::DOMAIN_NAME), Some(&b"fs"[..]));
    }

    #[test]
    fn a_message_that_is_cut_before_its_options_is_refused() {
        let whole = message(&[(53, vec![1]), (61, vec![1, 2, 3])]);
        for len in 0..HEADER_LEN + 4 {
            assert!(Query::decode(&whole[..len]).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn reading_stops_at_an_option_that_is_cut() {
        let whole = message(&[(53, vec![1]), (61, vec![1, 2, 3])]);
        let query = Query::decode(&whole[..whole.len() - 2]).unwrap();
        assert!(query.options.contains(OptionCode(53)) && !query.options.contains(OptionCode(61)));
    }

    #[test]
    fn a_hardware_address_longer_than_its_field_is_refused() {
        let mut message = message(&[(53, vec![1])]);
        message[2] = 17;
        assert!(Query::decode(&message).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            options in prop::collection::btree_map(1_u8..52, prop::collection::vec(any::<u8>(), 0..700), 0..12)
        ) {
            let options: Vec<_> = options.into_iter().collect();
            let message = message(&options);
            let query = Query::decode(&message).unwrap();
            prop_assert_eq!(query.header, header());
            let read: Vec<_> = query.options.iter().map(|(c, o)| (c.0, o.to_vec())).collect();
            prop_assert_eq!(read, options);
        }

        #[test]
        fn no_bytes_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = Query::decode(&bytes);
            if let Some(cookie) = bytes.get_mut(HEADER_LEN..HEADER_LEN + 4) {
                cookie.copy_from_slice(&MAGIC_COOKIE);
                let _ = Query::decode(&bytes);
            }
        }
    }
}

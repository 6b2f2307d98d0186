//! Class expressions, evaluated for a packet that says little.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};

use ruru_eval::{Family, Fields4, Names, OptionPlace, Packet, Template, Test};

/// An expression that can be read is the same after it was written and read again, and has a value,
/// or an error, for any packet. The packet's options are the expression's own bytes.
pub fn expression(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let packet = Sparse(bytes);
    let mut is_expression = false;
    for family in [Family::V4, Family::V6] {
        if let Ok(test) = Test::parse(text, family, &Any) {
            let written = test.to_string();
            assert_eq!(Test::parse(&written, family, &Any).as_ref(), Ok(&test), "{written}");
            let _ = test.evaluate(&packet);
            is_expression = true;
        }
        if let Ok(template) = Template::parse(text, family, &Any) {
            let written = template.to_string();
            assert_eq!(
                Template::parse(&written, family, &Any).as_ref(),
                Ok(&template),
                "{written}"
            );
            let _ = template.evaluate(&packet);
            is_expression = true;
        }
    }
    is_expression
}

/// Every class is there, and every name is some option's.
struct Any;

impl Names for Any {
    fn option(&self, name: &str) -> Option<u16> {
        u16::try_from(name.len()).ok()
    }

    fn class(&self, _name: &str) -> bool {
        true
    }
}

/// A packet whose options all have the same content.
struct Sparse<'a>(&'a [u8]);

impl Packet for Sparse<'_> {
    fn option(&self, code: u16) -> Option<Cow<'_, [u8]>> {
        code.is_multiple_of(2).then_some(Cow::Borrowed(self.0))
    }

    fn option_text(&self, _place: OptionPlace<'_>, payload: &[u8]) -> Cow<'_, str> {
        Cow::Owned(String::from_utf8_lossy(payload).into_owned())
    }

    fn is_member(&self, class: &str) -> bool {
        class.len().is_multiple_of(2)
    }

    fn interface(&self) -> &str {
        "eth0"
    }

    fn source(&self) -> IpAddr {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    }

    fn destination(&self) -> IpAddr {
        IpAddr::V4(Ipv4Addr::BROADCAST)
    }

    fn length(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    fn message_type(&self) -> u8 {
        1
    }

    fn transaction_id(&self) -> u32 {
        7
    }

    fn fields4(&self) -> Option<Fields4<'_>> {
        let address = Ipv4Addr::new(192, 0, 2, 1);
        Some(Fields4 {
            htype: 1,
            hardware_address: self.0.get(..6).unwrap_or_default(),
            ciaddr: address,
            yiaddr: address,
            siaddr: address,
            giaddr: address,
        })
    }
}

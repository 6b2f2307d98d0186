//! Client classes of DHCPv6: what expressions see of a query.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use ruru_config::option::{self, Definition, Key};
use ruru_config::v6::{Config, Subnet};
use ruru_eval::{OptionPlace, Packet, Relay6, standard_sub_options};
use ruru_host::{Host, Reserved6};
use ruru_lease::V6;
use ruru_wire::v6::OptionCode;
use ruru_wire::v6::options::VendorClass;

use super::{ClassEvent, Exchange};
use crate::classes::{ClassNews, Classified, Memberships, class_name};

/// What cable modems and routers say of themselves, whatever else they say.
const DOCSIS: [&[u8]; 2] = [b"docsis3.0", b"eRouter1.0"];

impl<'a> Exchange<'a> {
    fn definition_of(&self, codes: &[u16]) -> Option<&'a Definition> {
        let all = &self.engine.config.globals().definitions;
        all.find("dhcp6", Key::Code(*codes.first()?))
    }
}

impl<'a> Classified<'a, V6> for Exchange<'a> {
    fn memberships(&self) -> &Memberships<'a, V6> {
        &self.classes
    }

    fn config(&self) -> &'a Config {
        self.engine.config
    }

    fn is_vendor_class(&self, name: &str) -> bool {
        let mut options =
            self.query.options.decode_each::<VendorClass<'_>>().filter_map(Result::ok);
        options.any(|option| {
            let mut chunks = option.classes.iter();
            let has = |known: &[u8]| option.classes.iter().any(|chunk| chunk == known);
            let known = DOCSIS.into_iter().find(|known| has(known));
            let said = known.or_else(|| chunks.next());
            said.is_some_and(|said| said == name.as_bytes() || class_name(said) == name)
        })
    }

    fn host_in(&self, subnet: &'a Arc<Subnet>) -> Option<&'a Host<Reserved6>> {
        self.reservation_in(subnet)
    }

    fn global_host(&self) -> Option<&'a Host<Reserved6>> {
        self.find(self.engine.config.hosts())
    }

    fn look_global(&self, looks: bool) {
        self.looks_global.set(looks);
    }

    fn tell_of_class(&self, name: &str, news: ClassNews<'_>) {
        let client = &self.client;
        match news {
            ClassNews::Joined => self.emit(&ClassEvent::Assigned { client, name }),
            ClassNews::Failed(reason) => {
                self.emit(&ClassEvent::EvaluationFailed { client, name, reason });
            }
            ClassNews::Undefined => self.emit(&ClassEvent::AdditionalUndefined { client, name }),
            ClassNews::AdditionalFailed(reason) => {
                self.emit(&ClassEvent::AdditionalError { client, name, reason });
            }
        }
    }
}

impl Packet for Exchange<'_> {
    fn option(&self, code: u16) -> Option<Cow<'_, [u8]>> {
        self.query.options.get(OptionCode(code)).map(Cow::Borrowed)
    }

    fn option_text(&self, place: OptionPlace<'_>, payload: &[u8]) -> Cow<'_, str> {
        let all = &self.engine.config.globals().definitions;
        let OptionPlace { codes, vendor, .. } = place;
        Cow::Owned(option::text_of(codes, vendor, payload, self.definition_of(codes), all))
    }

    fn sub_options<'o>(&self, place: OptionPlace<'_>, payload: &'o [u8]) -> Option<&'o [u8]> {
        let all = &self.engine.config.globals().definitions;
        let OptionPlace { codes, vendor, .. } = place;
        standard_sub_options(place, payload)
            .or_else(|| option::sub_options(codes, vendor, payload, self.definition_of(codes), all))
    }

    fn is_member(&self, class: &str) -> bool {
        self.is_in_class(class)
    }

    fn interface(&self) -> &str {
        self.arrival.interface
    }

    fn source(&self) -> IpAddr {
        IpAddr::V6(*self.arrival.source.ip())
    }

    fn destination(&self) -> IpAddr {
        IpAddr::V6(self.arrival.destination)
    }

    fn length(&self) -> u32 {
        u32::try_from(self.arrival.message.len()).unwrap_or(u32::MAX)
    }

    fn message_type(&self) -> u8 {
        self.query.message_type.0
    }

    fn transaction_id(&self) -> u32 {
        self.query.transaction_id
    }

    fn relay6_count(&self) -> usize {
        self.query.relays.len()
    }

    fn relay6(&self, index: usize) -> Option<Relay6<'_>> {
        let relay = self.query.relays.get(index)?;
        Some(Relay6 {
            link_address: relay.link_address,
            peer_address: relay.peer_address,
            options: relay.options.as_bytes(),
        })
    }
}

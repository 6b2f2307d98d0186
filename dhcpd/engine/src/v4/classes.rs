//! Client classes of DHCPv4: what expressions see of a query, and the options that clients use as
//! their vendors like.

use std::borrow::Cow;
use std::cell::RefCell;
use std::net::IpAddr;
use std::sync::Arc;

use ruru_config::option::{self, Definition, Key};
use ruru_config::v4::{Config, Subnet};
use ruru_eval::{Fields4, OptionPlace, Packet, standard_sub_options};
use ruru_host::{Host, Reserved4};
use ruru_lease::V4;
use ruru_wire::v4::OptionCode;
use smallvec::SmallVec;

use super::{ClassEvent, Exchange, vendor};
use crate::classes::{ClassNews, Classified, Memberships, class_name};

/// Definitions by which the options that clients use as their vendors like are understood, once the
/// first classes are known, where they are those of classes.
pub(super) type Understood<'a> = RefCell<Option<SmallVec<[&'a Definition; 1]>>>;

impl<'a> Exchange<'a> {
    /// Begins anew with what the packet itself tells.
    pub(super) fn join_at_reception(&self) {
        self.join_none();
        if !self.query.options.contains(OptionCode::RELAY_AGENT) && self.relay_agent.is_some() {
            self.join_built_in("STASH_AGENT_OPTIONS");
        }
        self.understood.replace(None);
        self.join_of_packet();
        let definitions = self.class_list().into_iter().flat_map(|class| class.definitions.iter());
        self.understood.replace(Some(definitions.collect()));
    }

    /// The definition of the outermost of these options.
    fn definition_of(&self, codes: &[u16]) -> Option<&'a Definition> {
        let code = *codes.first()?;
        let all = &self.engine.config.globals().definitions;
        if !option::is_deferred(code) {
            return all.find("dhcp4", Key::Code(code));
        }
        let understood = self.understood.borrow();
        let of_classes = understood.as_ref()?;
        let of_class = of_classes.iter().find(|definition| definition.code == code).copied();
        of_class.or_else(|| all.find("dhcp4", Key::Code(code)))
    }
}

impl<'a> Classified<'a, V4> for Exchange<'a> {
    fn memberships(&self) -> &Memberships<'a, V4> {
        &self.classes
    }

    fn config(&self) -> &'a Config {
        self.engine.config
    }

    fn is_vendor_class(&self, name: &str) -> bool {
        let content = self.query.options.get(OptionCode::VENDOR_CLASS_IDENTIFIER);
        // Kea up to 3.0 takes the bytes as they are.
        content.is_some_and(|content| content == name.as_bytes() || class_name(content) == name)
    }

    fn host_in(&self, subnet: &'a Arc<Subnet>) -> Option<&'a Host<Reserved4>> {
        self.reservation_in(subnet)
    }

    fn global_host(&self) -> Option<&'a Host<Reserved4>> {
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
        let code = OptionCode(u8::try_from(code).ok()?);
        if code == OptionCode::RELAY_AGENT {
            return self.relay_agent.map(Cow::Borrowed);
        }
        let content = self.query.options.get(code)?;
        // Kea leaves it out if it is not whole.
        let is_there = code != OptionCode::VENDOR_INFORMATION || vendor::is_whole(content);
        is_there.then_some(Cow::Borrowed(content))
    }

    fn option_text(&self, place: OptionPlace<'_>, payload: &[u8]) -> Cow<'_, str> {
        let all = &self.engine.config.globals().definitions;
        let OptionPlace { codes, vendor, .. } = place;
        Cow::Owned(option::text_of(codes, vendor, payload, self.definition_of(codes), all))
    }

    fn sub_options<'o>(&self, place: OptionPlace<'_>, payload: &'o [u8]) -> Option<&'o [u8]> {
        let all = &self.engine.config.globals().definitions;
        let OptionPlace { codes, vendor, .. } = place;
        let outermost = self.definition_of(codes);
        option::sub_options(codes, vendor, payload, outermost, all)
            .or_else(|| standard_sub_options(place, payload).filter(|_| codes == [125]))
    }

    fn is_member(&self, class: &str) -> bool {
        self.is_in_class(class)
    }

    fn interface(&self) -> &str {
        self.arrival.interface
    }

    fn source(&self) -> IpAddr {
        match self.arrival.over6 {
            Some(over6) => IpAddr::V6(over6.source),
            None => IpAddr::V4(*self.arrival.source.ip()),
        }
    }

    fn destination(&self) -> IpAddr {
        IpAddr::V4(self.arrival.destination)
    }

    fn length(&self) -> u32 {
        u32::try_from(self.arrival.message.len()).unwrap_or(u32::MAX)
    }

    fn message_type(&self) -> u8 {
        self.query.message_type().map_or(0, |kind| kind.0)
    }

    fn transaction_id(&self) -> u32 {
        self.query.header.xid
    }

    fn fields4(&self) -> Option<Fields4<'_>> {
        let header = &self.query.header;
        Some(Fields4 {
            htype: header.htype.0,
            hardware_address: header.chaddr.as_bytes(),
            ciaddr: header.ciaddr,
            yiaddr: header.yiaddr,
            siaddr: header.siaddr,
            giaddr: header.giaddr,
        })
    }
}

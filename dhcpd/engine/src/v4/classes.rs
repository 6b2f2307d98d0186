//! Which client classes a query is in, and when that is found out.
//!
//! `ALL`, and a class for the vendor class identifier, from the beginning. Then those whose tests
//! hold, in the order of the configuration; when the subnet is selected, those of the client's
//! reservation, and those that depend on whether there is one; at last those that the subnet and the
//! pool list.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use ruru_config::option::{self, Definition, Key};
use ruru_config::v4::{ClientClass, Condition, Subnet};
use ruru_eval::{Fields4, OptionPlace, Packet, standard_sub_options};
use ruru_host::{Host, Reserved4};
use ruru_wire::v4::OptionCode;
use smallvec::SmallVec;

use super::{ClassEvent, Exchange, vendor};

/// What is known of a query's classes.
#[derive(Default)]
pub(super) struct Memberships<'a> {
    list: RefCell<SmallVec<[Membership<'a>; 4]>>,
    /// Whether the client has a reservation, once that is known.
    known: Cell<Option<bool>>,
    /// Definitions by which the options that clients use as their vendors like are understood, once
    /// the first classes are known, where they are those of classes.
    understood: RefCell<Option<SmallVec<[&'a Definition; 1]>>>,
    /// The subnet in which it is looked for, until it is known.
    selected: Cell<Option<&'a Arc<Subnet>>>,
}

/// A class that the query is in. Built-in ones that nobody has configured are not listed.
#[derive(Clone)]
struct Membership<'a> {
    name: Cow<'a, str>,
    class: Option<&'a ClientClass>,
    by_test: bool,
}

/// Which tests are made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Those that can be made at once.
    Early,
    /// Those that depend on whether the client has a reservation.
    Known,
}

const VENDOR_CLASS: &str = "VENDOR_CLASS_";

impl<'a> Exchange<'a> {
    /// Whether the query is in a class.
    pub(super) fn is_in_class(&self, name: &str) -> bool {
        match name {
            "ALL" => true,
            "KNOWN" => self.is_known() == Some(true),
            "UNKNOWN" => self.is_known() == Some(false),
            _ => {
                if let Some(vendor) = name.strip_prefix(VENDOR_CLASS) {
                    return self.is_vendor_class(vendor);
                }
                self.classes.list.borrow().iter().any(|membership| membership.name == name)
            }
        }
    }

    /// The first of something that the configured classes of the query have, in the order in which
    /// it joined them.
    pub(super) fn of_classes<T>(&self, find: impl Fn(&'a ClientClass) -> Option<T>) -> Option<T> {
        let list = self.classes.list.borrow();
        list.iter().filter_map(|membership| membership.class).find_map(find)
    }

    /// The configured classes of the query, in the order in which it joined them.
    pub(super) fn class_list(&self) -> SmallVec<[&'a ClientClass; 4]> {
        self.classes.list.borrow().iter().filter_map(|membership| membership.class).collect()
    }

    /// Begins anew with what the packet itself tells.
    pub(super) fn join_at_reception(&self) {
        self.classes.list.borrow_mut().clear();
        self.classes.known.set(None);
        self.classes.selected.set(None);
        if !self.query.options.contains(OptionCode::RELAY_AGENT) && self.relay_agent.is_some() {
            let name = "STASH_AGENT_OPTIONS";
            self.join(Cow::Borrowed(name), self.engine.config.classes().get(name), false);
        }
        let classes = self.engine.config.classes();
        for class in classes.of_reception().filter(|class| self.is_in_class(&class.name)) {
            self.join(Cow::Borrowed(&class.name), Some(class), false);
        }
        self.classes.understood.replace(None);
        self.make_tests(Pass::Early);
        let definitions = self.class_list().into_iter().flat_map(|class| class.definitions.iter());
        self.classes.understood.replace(Some(definitions.collect()));
    }

    /// The definition of the outermost of these options.
    fn definition_of(&self, codes: &[u16]) -> Option<&'a Definition> {
        let code = *codes.first()?;
        let all = &self.engine.config.globals().definitions;
        if !option::is_deferred(code) {
            return all.find("dhcp4", Key::Code(code));
        }
        let understood = self.classes.understood.borrow();
        let of_classes = understood.as_ref()?;
        let of_class = of_classes.iter().find(|definition| definition.code == code).copied();
        of_class.or_else(|| all.find("dhcp4", Key::Code(code)))
    }

    /// Global reservations, where they are looked for before the subnet is selected.
    pub(super) fn join_of_early_host(&self) {
        if self.engine.config.globals().early_global_lookup
            && let Some(host) = self.find(self.engine.config.hosts())
        {
            self.join_of_host(host);
            self.classes.known.set(Some(true));
            self.join_known();
        }
    }

    /// What the reservations on the link of the selected subnet tell.
    pub(super) fn join_of_link(&self, selected: &'a Arc<Subnet>) {
        let global = selected.effective.reservations_global;
        self.looks_global.set(global || self.engine.config.globals().early_global_lookup);
        let global = global.then(|| self.find(self.engine.config.hosts())).flatten();
        // In a shared network the subnet may still change, and its reservation with it. The subnet's
        // own comes first all the same, as in Kea.
        let gives_classes = global.is_some_and(|host| !host.classes.is_empty());
        if (gives_classes || selected.network.is_none())
            && let Some(host) = self.host_in(selected)
        {
            self.join_of_host(host);
        }
        self.classes.selected.set(Some(selected));
        self.join_known();
    }

    /// On a link without a subnet there are no reservations.
    pub(super) fn join_of_unknown_link(&self) {
        let known = &self.classes.known;
        known.set(known.get().or(Some(false)));
        self.join_known();
    }

    /// In a shared network: what the reservation in the subnet of the client's address tells.
    pub(super) fn join_of_granted(&self, subnet: &'a Arc<Subnet>) {
        if subnet.network.is_some()
            && let Some(host) = self.host_in(subnet)
            && !host.classes.is_empty()
        {
            self.join_of_host(host);
            self.make_tests(Pass::Known);
        }
    }

    /// Classes that are listed by where the client's address is.
    pub(super) fn join_additional(&self, names: impl IntoIterator<Item = &'a str>) {
        for name in names {
            let client = &self.client;
            let Some(class) = self.engine.config.classes().get(name) else {
                self.emit(&ClassEvent::AdditionalUndefined { client, name });
                continue;
            };
            let joins = match &class.condition {
                Condition::Given => true,
                Condition::Test(test) => test.evaluate(self).unwrap_or_else(|error| {
                    self.emit(&ClassEvent::AdditionalError { client, name, reason: &error });
                    false
                }),
                // Kea's, too, join nobody here.
                Condition::Template(_) => false,
            };
            if joins {
                self.join(Cow::Borrowed(name), Some(class), false);
            }
        }
    }

    /// The classes of a reservation come first, and what was found by tests is tested again: tests
    /// may ask for them.
    fn join_of_host(&self, host: &'a Host<Reserved4>) {
        if host.classes.is_empty() {
            return;
        }
        self.classes.list.borrow_mut().retain(|membership| !membership.by_test);
        for name in &host.classes {
            self.join(Cow::Borrowed(name), self.engine.config.classes().get(name), false);
        }
        self.make_tests(Pass::Early);
    }

    fn join_known(&self) {
        for name in ["KNOWN", "UNKNOWN"] {
            if let Some(class) = self.engine.config.classes().get(name)
                && self.is_in_class(name)
            {
                self.join(Cow::Borrowed(name), Some(class), false);
            }
        }
        self.make_tests(Pass::Known);
    }

    fn is_known(&self) -> Option<bool> {
        let memberships = &self.classes;
        if memberships.known.get().is_none()
            && let Some(selected) = memberships.selected.take()
        {
            // Nobody may have asked before, so nobody had to look.
            let known = self.link(selected).any(|subnet| self.host_in(subnet).is_some());
            memberships.known.set(Some(known));
        }
        memberships.known.get()
    }

    fn make_tests(&self, pass: Pass) {
        let classes = self.engine.config.classes();
        let of_pass = |class: &&ClientClass| {
            !class.only_additional && class.depends_on_known == (pass == Pass::Known)
        };
        for class in classes.iter().filter(of_pass) {
            let joined = match &class.condition {
                Condition::Given => continue,
                Condition::Test(test) => test.evaluate(self).map(|holds| holds.then_some(None)),
                Condition::Template(template) => template
                    .evaluate(self)
                    .map(|value| (!value.is_empty()).then(|| Some(spawned(&class.name, &value)))),
            };
            match joined {
                Ok(None) => {}
                Ok(Some(spawned)) => {
                    if let Some(name) = spawned {
                        let class = classes.get(&name);
                        self.join(Cow::Owned(name), class, true);
                    }
                    self.join(Cow::Borrowed(&class.name), Some(class), true);
                }
                Err(error) => {
                    let (client, name) = (&self.client, &*class.name);
                    self.emit(&ClassEvent::EvaluationFailed { client, name, reason: &error });
                }
            }
        }
    }

    fn join(&self, name: Cow<'a, str>, class: Option<&'a ClientClass>, by_test: bool) {
        let mut list = self.classes.list.borrow_mut();
        if list.iter().all(|membership| membership.name != name) {
            let event = ClassEvent::Assigned { client: &self.client, name: &name };
            self.emit(&event);
            list.push(Membership { name, class, by_test });
        }
    }

    fn is_vendor_class(&self, name: &str) -> bool {
        let content = self.query.options.get(OptionCode::VENDOR_CLASS_IDENTIFIER);
        // Kea up to 3.0 takes the bytes as they are.
        content.is_some_and(|content| content == name.as_bytes() || class_name(content) == name)
    }
}

/// The class of those for whom a template class has this value.
fn spawned(template: &str, value: &[u8]) -> String {
    format!("SPAWN_{template}_{}", class_name(value))
}

/// Bytes as part of a class name: those that class names do not have are written in hexadecimal.
fn class_name(bytes: &[u8]) -> Cow<'_, str> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$&*+-./:?@^_|~".contains(byte);
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.iter().all(is_plain) => Cow::Borrowed(text),
        _ => {
            let mut name = String::with_capacity(bytes.len() + 8);
            for byte in bytes {
                // Writing to a string cannot fail.
                let _ = match byte {
                    b'%' => name.write_str("%%"),
                    byte if is_plain(byte) => name.write_char(char::from(*byte)),
                    byte => write!(name, "%{byte:02X}"),
                };
            }
            Cow::Owned(name)
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
        IpAddr::V4(*self.arrival.source.ip())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_class_names_do_not_have_are_written_in_hexadecimal() {
        assert_eq!(class_name(b"docsis3.0"), "docsis3.0");
        assert_eq!(class_name(b"MSFT 5.0"), "MSFT%205.0");
        assert_eq!(class_name(b"100%\xff"), "100%%%FF");
        assert_eq!(spawned("room", b"a b"), "SPAWN_room_a%20b");
    }
}

//! Which client classes a query is in, and when that is found out.
//!
//! `ALL`, and classes for what vendors say, from the beginning. Then those whose tests hold, in the
//! order of the configuration; when the subnet is selected, those of the client's reservation, and
//! those that depend on whether there is one; at last those that the subnet and the pool list.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::sync::Arc;

use ruru_config::{ClientClass, Condition, Config, Configured, Subnet};
use ruru_eval::{EvaluationError, Packet};
use ruru_host::Host;
use smallvec::SmallVec;

/// What is known of a query's classes.
pub(crate) struct Memberships<'a, F: Configured> {
    list: RefCell<SmallVec<[Membership<'a, F>; 4]>>,
    /// Whether the client has a reservation, once that is known.
    known: Cell<Option<bool>>,
    /// The subnet in which it is looked for, until it is known.
    selected: Cell<Option<&'a Arc<Subnet<F>>>>,
}

/// A class that the query is in. Built-in ones that nobody has configured are not listed.
struct Membership<'a, F: Configured> {
    name: Cow<'a, str>,
    class: Option<&'a ClientClass<F>>,
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

/// What there is to tell the operator.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ClassNews<'n> {
    /// The query joined a class.
    Joined,
    /// A test has no value for the query.
    Failed(&'n EvaluationError),
    /// A class that a subnet or pool lists is not configured.
    Undefined,
    /// The test of such a class has no value for the query.
    AdditionalFailed(&'n EvaluationError),
}

const VENDOR_CLASS: &str = "VENDOR_CLASS_";

impl<F: Configured> Default for Memberships<'_, F> {
    fn default() -> Self {
        let (list, known, selected) = (RefCell::default(), Cell::default(), Cell::default());
        Self { list, known, selected }
    }
}

/// A query, as far as classes are concerned.
pub(crate) trait Classified<'a, F: Configured>: Packet + Sized {
    /// What is known of its classes.
    fn memberships(&self) -> &Memberships<'a, F>;

    /// The configuration.
    fn config(&self) -> &'a Config<F>;

    /// Whether the packet itself says that it is of a vendor's class.
    fn is_vendor_class(&self, name: &str) -> bool;

    /// The client's reservation in a subnet: the subnet's own, else the global one.
    fn host_in(&self, subnet: &'a Arc<Subnet<F>>) -> Option<&'a Host<F::Reserved>>;

    /// The client's global reservation, whether it counts in a subnet or not.
    fn global_host(&self) -> Option<&'a Host<F::Reserved>>;

    /// Says whether global reservations count from now on.
    fn look_global(&self, looks: bool);

    /// Tells the operator of a class.
    fn tell_of_class(&self, name: &str, news: ClassNews<'_>);

    /// Whether the query is in a class.
    fn is_in_class(&self, name: &str) -> bool {
        match name {
            "ALL" => true,
            "KNOWN" => self.is_known() == Some(true),
            "UNKNOWN" => self.is_known() == Some(false),
            _ => {
                if let Some(vendor) = name.strip_prefix(VENDOR_CLASS) {
                    return self.is_vendor_class(vendor);
                }
                self.memberships().list.borrow().iter().any(|membership| membership.name == name)
            }
        }
    }

    /// The first of something that the configured classes of the query have, in the order in which
    /// it joined them.
    fn of_classes<T>(&self, find: impl Fn(&'a ClientClass<F>) -> Option<T>) -> Option<T> {
        let list = self.memberships().list.borrow();
        list.iter().filter_map(|membership| membership.class).find_map(find)
    }

    /// The configured classes of the query, in the order in which it joined them.
    fn class_list(&self) -> SmallVec<[&'a ClientClass<F>; 4]> {
        let list = self.memberships().list.borrow();
        list.iter().filter_map(|membership| membership.class).collect()
    }

    /// The subnets on the link of `selected` that are for the client: `selected` itself first.
    fn link(&self, selected: &'a Arc<Subnet<F>>) -> impl Iterator<Item = &'a Arc<Subnet<F>>> {
        let link = self.config().link(selected);
        link.filter(|subnet| subnet.guard.admits(|class| self.is_in_class(class)))
    }

    /// Forgets all classes.
    fn join_none(&self) {
        let memberships = self.memberships();
        memberships.list.borrow_mut().clear();
        memberships.known.set(None);
        memberships.selected.set(None);
    }

    /// Joins what the packet itself tells, and makes the tests that need nothing else.
    fn join_of_packet(&self) {
        let classes = self.config().classes();
        for class in classes.of_reception().filter(|class| self.is_in_class(&class.name)) {
            join(self, Cow::Borrowed(&class.name), Some(class), false);
        }
        make_tests(self, Pass::Early);
    }

    /// Joins a class that the server itself knows of.
    fn join_built_in(&self, name: &'static str) {
        join(self, Cow::Borrowed(name), self.config().classes().get(name), false);
    }

    /// Global reservations, where they are looked for before the subnet is selected.
    fn join_of_early_host(&self) {
        if self.config().globals().early_global_lookup
            && let Some(host) = self.global_host()
        {
            join_of_host(self, host);
            self.memberships().known.set(Some(true));
            join_known(self);
        }
    }

    /// What the reservations on the link of the selected subnet tell.
    fn join_of_link(&self, selected: &'a Arc<Subnet<F>>) {
        let global = selected.effective.reservations_global;
        self.look_global(global || self.config().globals().early_global_lookup);
        let global = global.then(|| self.global_host()).flatten();
        // In a shared network the subnet may still change, and its reservation with it. The subnet's
        // own comes first all the same, as in Kea.
        let gives_classes = global.is_some_and(|host| !host.classes.is_empty());
        if (gives_classes || selected.network.is_none())
            && let Some(host) = self.host_in(selected)
        {
            join_of_host(self, host);
        }
        self.memberships().selected.set(Some(selected));
        join_known(self);
    }

    /// On a link without a subnet there are no reservations.
    fn join_of_unknown_link(&self) {
        let known = &self.memberships().known;
        known.set(known.get().or(Some(false)));
        join_known(self);
    }

    /// In a shared network: what the reservation in the subnet of the client's address tells.
    fn join_of_granted(&self, subnet: &'a Arc<Subnet<F>>) {
        if subnet.network.is_some()
            && let Some(host) = self.host_in(subnet)
            && !host.classes.is_empty()
        {
            join_of_host(self, host);
            make_tests(self, Pass::Known);
        }
    }

    /// Classes that are listed by where the client's address is.
    fn join_additional(&self, names: impl IntoIterator<Item = &'a str>) {
        for name in names {
            let Some(class) = self.config().classes().get(name) else {
                self.tell_of_class(name, ClassNews::Undefined);
                continue;
            };
            let joins = match &class.condition {
                Condition::Given => true,
                Condition::Test(test) => test.evaluate(self).unwrap_or_else(|error| {
                    self.tell_of_class(name, ClassNews::AdditionalFailed(&error));
                    false
                }),
                // Kea's, too, join nobody here.
                Condition::Template(_) => false,
            };
            if joins {
                join(self, Cow::Borrowed(name), Some(class), false);
            }
        }
    }

    /// Whether the client has a reservation, if that can be told yet.
    fn is_known(&self) -> Option<bool> {
        let memberships = self.memberships();
        if memberships.known.get().is_none()
            && let Some(selected) = memberships.selected.take()
        {
            // Nobody may have asked before, so nobody had to look.
            let known = self.link(selected).any(|subnet| self.host_in(subnet).is_some());
            memberships.known.set(Some(known));
        }
        memberships.known.get()
    }
}

/// The classes of a reservation come first, and what was found by tests is tested again: tests
/// may ask for them.
fn join_of_host<'a, F: Configured>(query: &impl Classified<'a, F>, host: &'a Host<F::Reserved>) {
    if host.classes.is_empty() {
        return;
    }
    query.memberships().list.borrow_mut().retain(|membership| !membership.by_test);
    for name in &host.classes {
        join(query, Cow::Borrowed(name), query.config().classes().get(name), false);
    }
    make_tests(query, Pass::Early);
}

fn join_known<'a, F: Configured>(query: &impl Classified<'a, F>) {
    for name in ["KNOWN", "UNKNOWN"] {
        if let Some(class) = query.config().classes().get(name)
            && query.is_in_class(name)
        {
            join(query, Cow::Borrowed(name), Some(class), false);
        }
    }
    make_tests(query, Pass::Known);
}

fn make_tests<'a, F: Configured>(query: &impl Classified<'a, F>, pass: Pass) {
    let classes = query.config().classes();
    let of_pass = |class: &&ClientClass<F>| {
        !class.only_additional && class.depends_on_known == (pass == Pass::Known)
    };
    for class in classes.iter().filter(of_pass) {
        let joined = match &class.condition {
            Condition::Given => continue,
            Condition::Test(test) => test.evaluate(query).map(|holds| holds.then_some(None)),
            Condition::Template(template) => template
                .evaluate(query)
                .map(|value| (!value.is_empty()).then(|| Some(spawned(&class.name, &value)))),
        };
        match joined {
            Ok(None) => {}
            Ok(Some(spawned)) => {
                if let Some(name) = spawned {
                    let class = classes.get(&name);
                    join(query, Cow::Owned(name), class, true);
                }
                join(query, Cow::Borrowed(&class.name), Some(class), true);
            }
            Err(error) => query.tell_of_class(&class.name, ClassNews::Failed(&error)),
        }
    }
}

fn join<'a, F: Configured>(
    query: &impl Classified<'a, F>,
    name: Cow<'a, str>,
    class: Option<&'a ClientClass<F>>,
    by_test: bool,
) {
    let mut list = query.memberships().list.borrow_mut();
    if list.iter().all(|membership| membership.name != name) {
        query.tell_of_class(&name, ClassNews::Joined);
        list.push(Membership { name, class, by_test });
    }
}

/// The class of those for whom a template class has this value.
fn spawned(template: &str, value: &[u8]) -> String {
    format!("SPAWN_{template}_{}", class_name(value))
}

/// Bytes as part of a class name: those that class names do not have are written in hexadecimal.
pub(crate) fn class_name(bytes: &[u8]) -> Cow<'_, str> {
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

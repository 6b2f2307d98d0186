//! Options that are received: whether they can be read, and what expressions see of them.

use std::borrow::Cow;

use ruru_wire::v4::{OptionCode, Options, RelaySubOption};

use super::definition::{Key, is_deferred};
use super::payload::{Form, check, fields, inner};
use super::{DHCP4, Definition, Definitions, RELAY_AGENT, Type, text};
use crate::Protocol;

/// What received options must be like, by their definitions. It is worked out once: most options are
/// told by their length alone.
#[derive(Clone, Debug)]
pub struct Received {
    messages: Rules,
    relays: Rules,
    /// Whether options that are not what they should be are passed over (`lenient-option-parsing`).
    lenient: bool,
}

type Rules = [Rule; 256];

/// What a payload must be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Anything.
    Any,
    /// So many bytes or more: what stands behind a value does not count.
    AtLeast(u8),
    /// Bytes in whole groups of so many.
    Groups(u8),
    /// The same, and at least one of them.
    SomeGroups(u8),
    /// Options of a relay.
    Relay,
    /// It has to be taken apart.
    Apart,
}

impl Received {
    /// Works out what is to be looked at.
    #[must_use]
    pub fn new(definitions: &Definitions, lenient: bool) -> Self {
        let rules = |space: &str| {
            std::array::from_fn(|code| {
                // There are 256 codes.
                let code = u16::try_from(code).unwrap_or_default();
                match definitions.find(space, Key::Code(code)) {
                    _ if space == DHCP4 && is_deferred(code) => Rule::Any,
                    Some(definition) => Rule::of(definition),
                    None => Rule::Any,
                }
            })
        };
        let mut relays: Rules = rules(RELAY_AGENT);
        // RFC 8357 section 4.2: it has no content, whatever its definition says.
        relays[usize::from(RelaySubOption::RELAY_PORT.0)] = Rule::Any;
        Self { messages: rules(DHCP4), relays, lenient }
    }

    /// Checks that no option contradicts its definition. Those that clients use as their vendors
    /// like are not looked into.
    ///
    /// # Errors
    /// The first option that does: Kea does not read such a message.
    pub fn check(
        &self,
        options: &Options<'_>,
        definitions: &Definitions,
    ) -> Result<(), OptionCode> {
        let is_good = |code: OptionCode, payload: &[u8]| match self.messages[usize::from(code.0)] {
            Rule::Relay => {
                let mut within = inner(Protocol::V4, RELAY_AGENT, payload);
                // Codes have one byte.
                within.all(|(code, payload)| match self.relays[usize::from(code)] {
                    Rule::Apart => self.is_apart(RELAY_AGENT, code, payload, definitions),
                    rule => rule.admits(payload),
                })
            }
            Rule::Apart => self.is_apart(DHCP4, code.0.into(), payload, definitions),
            rule => rule.admits(payload),
        };
        let mut bad = options.iter().filter(|(code, payload)| !is_good(*code, payload));
        bad.next().map_or(Ok(()), |(code, _)| Err(code))
    }

    /// Whether a payload can be taken apart.
    fn is_apart(&self, space: &str, code: u16, payload: &[u8], all: &Definitions) -> bool {
        let Some(definition) = all.find(space, Key::Code(code)) else { return true };
        let mut at = payload.len();
        let is_good = match Form::of(definition) {
            Form::VendorInformation => return self.is_vendor_information(payload, all),
            Form::Number | Form::Fields => {
                let length = fields(definition, payload, |_, _| {});
                at = length.as_ref().map_or(at, |length| *length);
                length.is_ok()
            }
            _ => check(definition, payload).is_ok(),
        };
        let behind = payload.get(at..).unwrap_or_default();
        let within = inner(Protocol::V4, &definition.encapsulates, behind);
        let is_excused = || self.lenient && is_excused(definition, payload);
        (is_good || is_excused())
            && within
                .into_iter()
                .all(|(code, payload)| self.is_apart(&definition.encapsulates, code, payload, all))
    }

    /// What is cut short is not looked into, as in Kea.
    fn is_vendor_information(&self, payload: &[u8], all: &Definitions) -> bool {
        let mut rest = payload;
        while let Some((number, behind)) = rest.split_first_chunk()
            && let Some((length, behind)) = behind.split_first()
            && let Some((block, behind)) = behind.split_at_checked(usize::from(*length))
        {
            let space = format!("vendor-{}", u32::from_be_bytes(*number));
            let mut within = inner(Protocol::V4, &space, block);
            if !within.all(|(code, payload)| self.is_apart(&space, code, payload, all)) {
                return false;
            }
            rest = behind;
        }
        true
    }
}

impl Rule {
    fn of(definition: &Definition) -> Self {
        if definition.is_dhcp4(OptionCode::RELAY_AGENT.0.into()) {
            return Self::Relay;
        }
        if definition.is_dhcp4(OptionCode::CLIENT_IDENTIFIER.0.into()) {
            // RFC 2132 section 9.14: a type and at least one byte.
            return Self::AtLeast(2);
        }
        let small = |size: usize| u8::try_from(size).unwrap_or(u8::MAX);
        match Form::of(definition) {
            // Kea passes over texts that are empty. A name that cannot be read is not worth an address.
            Form::Bytes | Form::Nothing | Form::Text | Form::VendorClass | Form::ClientFqdn => {
                Self::Any
            }
            Form::Numbers(size) => Self::SomeGroups(small(size)),
            Form::Addresses(size) => Self::Groups(small(size)),
            Form::Number | Form::Fields => Self::of_fields(definition),
            Form::Tuples(_)
            | Form::Names
            | Form::ServiceScope
            | Form::Routes
            | Form::VendorInformation
            | Form::Resolvers => Self::Apart,
        }
    }

    fn of_fields(definition: &Definition) -> Self {
        if !definition.encapsulates.is_empty() {
            return Self::Apart;
        }
        let mut sizes = definition.fields.iter().map(|kind| match kind {
            // They take what there is, and nothing will do.
            Type::Binary | Type::String => Some(0),
            kind => kind.size(),
        });
        let Some(size) = sizes.try_fold(0, |sum, size| Some(sum + size?)) else {
            return Self::Apart;
        };
        let size = u8::try_from(size).unwrap_or(u8::MAX);
        Self::AtLeast(size)
    }

    fn admits(self, payload: &[u8]) -> bool {
        let length = payload.len();
        match self {
            Self::Any | Self::Relay | Self::Apart => true,
            Self::AtLeast(size) => length >= usize::from(size),
            Self::Groups(size) => length.is_multiple_of(size.into()),
            Self::SomeGroups(size) => length > 0 && length.is_multiple_of(size.into()),
        }
    }
}

/// What Kea passes over if it is told to be lenient: names, texts and prefixes that are cut short.
fn is_excused(definition: &Definition, payload: &[u8]) -> bool {
    let has = |kind| definition.fields.contains(&kind);
    match Form::of(definition) {
        Form::Names => !payload.is_empty(),
        Form::Tuples(size) => payload.len() >= size,
        Form::Fields => has(Type::Fqdn) || has(Type::Tuple) || has(Type::Ipv6Prefix),
        _ => false,
    }
}

/// The text of an option within options, as expressions compare it: codes from the outermost option
/// inwards, the enterprise of an option in option 125, and the definition of the outermost option.
#[must_use]
pub fn text_of(
    codes: &[u16],
    vendor: Option<u32>,
    payload: &[u8],
    outermost: Option<&Definition>,
    all: &Definitions,
) -> String {
    let definition = innermost(codes, vendor, outermost, all);
    let code = codes.last().copied().unwrap_or_default();
    text::text(code, definition, payload, all.into())
}

/// The part of a payload that is options; nothing if the definition has none there.
#[must_use]
pub fn sub_options<'p>(
    codes: &[u16],
    vendor: Option<u32>,
    payload: &'p [u8],
    outermost: Option<&Definition>,
    all: &Definitions,
) -> Option<&'p [u8]> {
    let definition = innermost(codes, vendor, outermost, all)?;
    match Form::of(definition) {
        Form::Number => {}
        Form::Fields if !definition.encapsulates.is_empty() => {}
        _ => return None,
    }
    let at = fields(definition, payload, |_, _| {}).ok()?;
    payload.get(at..)
}

/// The definition of the last of these options, each in the one before it.
fn innermost<'a>(
    codes: &[u16],
    vendor: Option<u32>,
    outermost: Option<&'a Definition>,
    all: &'a Definitions,
) -> Option<&'a Definition> {
    let (_, within) = codes.split_first()?;
    let mut definition = outermost;
    for (depth, code) in within.iter().enumerate() {
        let space = match (depth, vendor) {
            (0, Some(enterprise)) => Cow::Owned(format!("vendor-{enterprise}")),
            _ => Cow::Borrowed(&*definition?.encapsulates),
        };
        definition = all.find(&space, Key::Code(*code));
    }
    definition
}

//! Options that are received: whether they can be read, and what expressions see of them.

use std::borrow::Cow;

use ruru_wire::v4::{OptionCode, Options};

use super::definition::{Key, is_deferred};
use super::payload::{Form, check, fields};
use super::{DHCP4, Definition, Definitions, text};

/// What received options are read by.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// The definitions of the configuration.
    pub definitions: &'a Definitions,
    /// Whether options that are not what they should be are passed over (`lenient-option-parsing`).
    pub lenient: bool,
}

impl<'a> Received<'a> {
    /// Whether a message can be worked on: no option contradicts its definition. Those that
    /// clients use as their vendors like are not looked into.
    #[must_use]
    pub fn can_read(self, options: &Options<'_>) -> bool {
        options.iter().filter(|(code, _)| !is_deferred(*code)).all(|(code, payload)| {
            // Clients send empty host names; Kea drops the option.
            let is_nothing = code == OptionCode::HOST_NAME && payload.is_empty();
            is_nothing || self.is_readable(code, payload)
        })
    }

    fn is_readable(self, code: OptionCode, payload: &[u8]) -> bool {
        let Some(definition) = self.definitions.find(DHCP4, Key::Code(code)) else { return true };
        let is_lenient = self.lenient && Form::of(definition) == Form::Names;
        is_lenient || check(definition, payload).is_ok()
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
    let code = codes.last().and_then(|code| u8::try_from(*code).ok()).unwrap_or_default();
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
        definition = all.find(&space, Key::Code(OptionCode(u8::try_from(*code).ok()?)));
    }
    definition
}

//! Options of DHCPv6 that are received: whether they can be read.

use ruru_wire::v6::{Nested, OptionCode, Options};

use super::definition::Key;
use super::payload::{Form, check};
use super::{Definition, Definitions};

/// What received options must be like, by their definitions. It is worked out once: most options are
/// told by their length alone.
#[derive(Clone, Debug)]
pub struct Received6 {
    /// Of the codes below 256, which nearly all options have.
    rules: Box<[Rule; 256]>,
    /// Whether options that are not what they should be are passed over (`lenient-option-parsing`).
    lenient: bool,
}

/// What a payload must be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Anything.
    Any,
    /// So many bytes or more: what stands behind a value does not count.
    AtLeast(u8),
    /// An association: so many bytes of its own, then leases.
    Association(u8),
    /// It has to be taken apart.
    Apart,
}

/// The fewest bytes of an address and of a prefix in an association.
const IAADDR: usize = 24;
const IAPREFIX: usize = 25;
/// The fewest bytes of a status.
const STATUS: usize = 2;

impl Received6 {
    /// Works out what is to be looked at.
    #[must_use]
    pub fn new(definitions: &Definitions, lenient: bool) -> Self {
        let rule = |code: usize| {
            // There are 256.
            let code = u16::try_from(code).unwrap_or_default();
            match (code, definitions.find("dhcp6", Key::Code(code))) {
                (3 | 25, _) => Rule::Association(12),
                (4, _) => Rule::Association(4),
                (_, Some(definition)) => Rule::of(definition),
                (_, None) => Rule::Any,
            }
        };
        Self { rules: Box::new(std::array::from_fn(rule)), lenient }
    }

    /// Checks that no option contradicts its definition.
    ///
    /// # Errors
    /// The first option that does: Kea does not read such a message.
    pub fn check(
        &self,
        options: &Options<'_>,
        definitions: &Definitions,
    ) -> Result<(), OptionCode> {
        let mut bad = options.iter().filter(|(code, payload)| {
            let rule = self.rules.get(usize::from(code.0)).copied().unwrap_or(Rule::Apart);
            !self.is_good(rule, *code, payload, definitions)
        });
        bad.next().map_or(Ok(()), |(code, _)| Err(code))
    }

    fn is_good(
        &self,
        rule: Rule,
        code: OptionCode,
        payload: &[u8],
        definitions: &Definitions,
    ) -> bool {
        match rule {
            Rule::Any => true,
            Rule::AtLeast(size) => payload.len() >= usize::from(size),
            Rule::Association(size) => {
                let leases = payload.get(usize::from(size)..);
                leases.is_some_and(|leases| self.has_good_leases(Nested(leases)))
            }
            Rule::Apart => {
                let definition = definitions.find("dhcp6", Key::Code(code.0));
                definition.is_none_or(|definition| {
                    check(definition, payload).is_ok() || self.lenient && is_excused(definition)
                })
            }
        }
    }

    fn has_good_leases(&self, leases: Nested<'_>) -> bool {
        leases.iter().all(|(code, content)| match code {
            OptionCode::IAADDR => content.len() >= IAADDR,
            OptionCode::IAPREFIX => {
                let is_short = content.get(8).is_some_and(|length| *length <= 128);
                content.len() >= IAPREFIX && (is_short || self.lenient)
            }
            OptionCode::STATUS_CODE => content.len() >= STATUS,
            _ => true,
        })
    }
}

impl Rule {
    fn of(definition: &Definition) -> Self {
        match Form::of(definition) {
            // Kea does not look into these, or takes what is there.
            Form::Bytes
            | Form::Nothing
            | Form::Text
            | Form::VendorInformation
            | Form::ClientFqdn => Self::Any,
            Form::Number => {
                let size = definition.fields.first().and_then(|kind| kind.size()).unwrap_or(0);
                Self::AtLeast(u8::try_from(size).unwrap_or(u8::MAX))
            }
            _ => Self::Apart,
        }
    }
}

/// What Kea passes over if it is told to be lenient: names and texts that are cut short.
fn is_excused(definition: &Definition) -> bool {
    use super::Type::{Fqdn, Ipv6Prefix, Tuple};

    matches!(Form::of(definition), Form::ClientFqdn | Form::VendorClass)
        || definition.fields.iter().any(|kind| matches!(kind, Fqdn | Ipv6Prefix | Tuple))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Protocol;

    fn is_read(lenient: bool, message: &[u8]) -> bool {
        let definitions = Definitions::none(Protocol::V6);
        let options = Options::new(message).unwrap();
        Received6::new(&definitions, lenient).check(&options, &definitions).is_ok()
    }

    #[test]
    fn options_that_are_cut_short_are_not_read() {
        // An option request of one and a half codes, an elapsed time of one byte.
        assert!(!is_read(false, &[0, 6, 0, 3, 0, 23, 0]));
        assert!(!is_read(false, &[0, 8, 0, 1, 0]));
        assert!(is_read(false, &[0, 8, 0, 3, 0, 0, 0]));
        assert!(is_read(false, &[0, 6, 0, 2, 0, 23]));
        // An association without room for its times, and one of an address that is cut.
        assert!(!is_read(false, &[0, 3, 0, 4, 0, 0, 0, 1]));
        let mut cut = vec![0, 3, 0, 17, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 1, 7];
        assert!(!is_read(false, &cut));
        cut[17] = 9;
        assert!(is_read(false, &cut));
    }

    #[test]
    fn names_that_dns_cannot_have_are_left_to_the_engine() {
        assert!(is_read(false, &[0, 39, 0, 0]) && is_read(false, &[0, 39, 0, 3, 1, 2, b'a']));
    }

    #[test]
    fn prefixes_that_are_too_long_are_read_leniently() {
        let mut message = vec![0, 25, 0, 41, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 26, 0, 25];
        message.extend([0; 8]);
        message.push(129);
        message.extend([0; 16]);
        assert!(!is_read(false, &message) && is_read(true, &message));
    }
}

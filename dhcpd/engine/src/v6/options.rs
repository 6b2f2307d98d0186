//! Which options an answer has.

use std::num::NonZeroU32;

use ruru_wire::v6::options::{OptionRequest, RelaySuppliedOptions, VendorClass, VendorOptions};
use ruru_wire::v6::{Nested, OptionCode, OptionSet, Writer, option_bytes};
use smallvec::SmallVec;

use super::Exchange;
use crate::classes::Classified;
use crate::codes::Codes;

/// CableLabs, whose devices ask for options by an option of their own.
const CABLELABS: u32 = 4491;
const CABLELABS_REQUEST: OptionCode = OptionCode(1);

/// How many codes of one request count; there are about 150 options.
const MOST_REQUESTED: usize = 256;

/// Codes in order, each once; nearly all are below 256.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    low: Codes,
    high: SmallVec<[OptionCode; 4]>,
}

/// Enterprises in the order of their numbers; there are one or two.
type Enterprises = SmallVec<[u32; 4]>;

impl Wanted {
    pub(super) fn add(&mut self, code: OptionCode) {
        if let Ok(low) = u8::try_from(code.0) {
            self.low.add(low);
        } else if let Err(at) = self.high.binary_search(&code) {
            self.high.insert(at, code);
        }
    }

    fn remove(&mut self, code: OptionCode) {
        match u8::try_from(code.0) {
            Ok(low) => self.low.remove(low),
            Err(_) => self.high.retain(|own| *own != code),
        }
    }

    pub(super) fn has(&self, code: OptionCode) -> bool {
        match u8::try_from(code.0) {
            Ok(low) => self.low.has(low),
            Err(_) => self.high.contains(&code),
        }
    }

    pub(super) fn codes(&self) -> impl Iterator<Item = OptionCode> {
        let low = self.low.iter().map(|code| OptionCode(code.into()));
        low.chain(self.high.iter().copied())
    }
}

impl<'a> Exchange<'a> {
    /// What is asked for, what is always sent, and not what is never sent. Both flags count whichever
    /// classes the value is for, as in Kea.
    pub(super) fn wanted(&self, scopes: &[&'a OptionSet]) -> Wanted {
        let all = || scopes.iter().flat_map(|set| set.iter());
        let mut wanted = Wanted::default();
        self.requested().for_each(|code| wanted.add(code));
        all().filter(|option| option.always).for_each(|option| wanted.add(option.code));
        all().filter(|option| option.never).for_each(|option| wanted.remove(option.code));
        wanted
    }

    /// Whether the client asks for an option.
    pub(super) fn asks_for(&self, code: OptionCode) -> bool {
        self.requested().any(|asked| asked == code)
    }

    fn requested(&self) -> impl Iterator<Item = OptionCode> {
        let request = self.query.options.decode::<OptionRequest<'_>>().ok().flatten();
        request.into_iter().flat_map(|request| request.0.iter()).take(MOST_REQUESTED)
    }

    /// The content of an option by the strongest scope that has it for the client.
    pub(super) fn find_option(
        &self,
        scopes: &[&'a OptionSet],
        code: OptionCode,
    ) -> Option<&'a [u8]> {
        let is_member = |class: &str| self.is_in_class(class);
        scopes.iter().find_map(|set| set.get(code, is_member)).map(|option| &*option.content)
    }

    /// What relays supply for the answer, RFC 6422; the one nearest to the client first.
    pub(super) fn relay_supplies(&self) -> impl Iterator<Item = Nested<'a>> {
        let query = self.query;
        query.relays.iter().rev().filter_map(|relay| {
            let supplied = relay.options.decode::<RelaySuppliedOptions<'_>>().ok().flatten()?;
            Some(supplied.0)
        })
    }

    /// An option that a relay supplies, if that is enabled.
    pub(super) fn relay_supplied(&self, code: OptionCode) -> Option<&'a [u8]> {
        let enabled = &self.engine.config.globals().own.relay_supplied;
        let mut supplies = self.relay_supplies().filter(|_| enabled.contains(&code.0));
        supplies.find_map(|supplied| supplied.get(code))
    }

    /// Writes each vendor class that is configured, one for each enterprise.
    pub(super) fn write_vendor_classes(&self, scopes: &[&'a OptionSet], writer: &mut Writer<'_>) {
        let mut told = Enterprises::new();
        for content in self.contents(scopes, OptionCode::VENDOR_CLASS) {
            if let Some(enterprise) = enterprise_of(content)
                && insert(&mut told, enterprise)
            {
                writer.option(OptionCode::VENDOR_CLASS, content);
            }
        }
    }

    /// Writes the options of enterprises, one option for each, with what some scopes have `inside`.
    /// `is_wanted` is whether those that are configured as a whole are.
    pub(super) fn write_vendor_options(
        &self,
        scopes: &[&'a OptionSet],
        inside: &[&'a OptionSet],
        is_wanted: bool,
        writer: &mut Writer<'_>,
    ) {
        if !is_wanted && !inside.iter().any(|set| set.has_enterprise()) {
            return;
        }
        let mut configured = Enterprises::new();
        if is_wanted {
            for content in self.contents(scopes, OptionCode::VENDOR_OPTS) {
                enterprise_of(content).map(|enterprise| insert(&mut configured, enterprise));
            }
        }
        let mut named = configured.clone();
        let options = &self.query.options;
        for vendor in options.decode_each::<VendorOptions<'_>>().flatten() {
            insert(&mut named, vendor.enterprise);
        }
        for vendor in options.decode_each::<VendorClass<'_>>().flatten() {
            insert(&mut named, vendor.enterprise);
        }
        for number in named {
            let mut content = number.to_be_bytes().to_vec();
            if let Some(enterprise) = NonZeroU32::new(number) {
                self.add_options(enterprise, inside, &mut content);
            }
            if content.len() > 4 || configured.contains(&number) {
                writer.option(OptionCode::VENDOR_OPTS, &content);
            }
        }
    }

    /// Options of one enterprise, as they stand in the vendor's options.
    fn add_options(&self, enterprise: NonZeroU32, scopes: &[&'a OptionSet], content: &mut Vec<u8>) {
        let is_member = |class: &str| self.is_in_class(class);
        let own = || scopes.iter().flat_map(|set| set.of(enterprise));
        let mut wanted = Wanted::default();
        if enterprise.get() == CABLELABS {
            self.requested_of_cablelabs().for_each(|code| wanted.add(code));
        }
        own().filter(|option| option.always).for_each(|option| wanted.add(option.code));
        own().filter(|option| option.never).for_each(|option| wanted.remove(option.code));
        for code in wanted.codes() {
            let found = scopes.iter().find_map(|set| set.get_of(enterprise, code, is_member));
            if let Some(option) = found {
                option_bytes(content, code, &option.content);
            }
        }
    }

    /// The codes that a cable modem asks for.
    fn requested_of_cablelabs(&self) -> impl Iterator<Item = OptionCode> {
        let vendors = self.query.options.decode_each::<VendorOptions<'_>>().flatten();
        let mut own = vendors.filter(|vendor| vendor.enterprise == CABLELABS);
        let requested = own.find_map(|vendor| vendor.options.get(CABLELABS_REQUEST));
        let (codes, _) = requested.unwrap_or_default().as_chunks();
        codes.iter().take(MOST_REQUESTED).map(|code| OptionCode(u16::from_be_bytes(*code)))
    }

    /// All that scopes have of an option for the client, the strongest first.
    fn contents(
        &self,
        scopes: &[&'a OptionSet],
        code: OptionCode,
    ) -> impl Iterator<Item = &'a [u8]> {
        let all = scopes.iter().flat_map(move |set| set.all(code));
        let for_client = all.filter(|option| option.guard.admits(|class| self.is_in_class(class)));
        for_client.map(|option| &*option.content)
    }
}

fn enterprise_of(content: &[u8]) -> Option<u32> {
    content.first_chunk().map(|number| u32::from_be_bytes(*number))
}

/// Whether it was not there before.
fn insert(enterprises: &mut Enterprises, enterprise: u32) -> bool {
    let Err(at) = enterprises.binary_search(&enterprise) else { return false };
    enterprises.insert(at, enterprise);
    true
}

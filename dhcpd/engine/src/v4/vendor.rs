//! Options of enterprises, RFC 3925: option 124 tells who a device is, option 125 holds options of
//! each enterprise.
//!
//! Options of an enterprise are sent to clients that name it in one of the two, and with each
//! option 125 that is configured for it. Which of them follows from what the client asks for, which
//! only cable modems can (DOCSIS, sub-option 1), and from `always-send` and `never-send`.

use std::num::NonZeroU32;

use ruru_wire::v4::options::enterprise_blocks;
use ruru_wire::v4::{OptionCode, OptionSet, Writer};
use smallvec::SmallVec;

use super::Exchange;
use super::reply::Wanted;
use crate::classes::Classified;

/// CableLabs, whose devices ask for options by sub-option 1 of option 125.
const CABLELABS: u32 = 4491;
const CABLELABS_REQUEST: u8 = 1;

/// What an option of 255 bytes has place for behind the number and the length.
const BLOCK: usize = 250;

/// Enterprises in the order of their numbers; there are one or two.
type Enterprises = SmallVec<[u32; 4]>;

impl<'a> Exchange<'a> {
    /// Writes each vendor class (option 124) that is configured, one for each enterprise.
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

    /// Writes the options of enterprises (option 125). `is_wanted` is whether those that are
    /// configured as a whole are.
    pub(super) fn write_vendor_options(
        &self,
        scopes: &[&'a OptionSet],
        is_wanted: bool,
        writer: &mut Writer<'_>,
    ) {
        if !is_wanted && !scopes.iter().any(|set| set.has_enterprise()) {
            return;
        }
        let mut configured = Enterprises::new();
        if is_wanted {
            for content in self.contents(scopes, OptionCode::VENDOR_INFORMATION) {
                enterprise_of(content).map(|enterprise| insert(&mut configured, enterprise));
            }
        }
        let mut named = configured.clone();
        for code in [OptionCode::VENDOR_INFORMATION, OptionCode::VENDOR_CLASS] {
            for (enterprise, _) in self.blocks(code) {
                insert(&mut named, enterprise);
            }
        }
        for enterprise in named {
            let mut options = SmallVec::<[u8; 256]>::new();
            if let Some(enterprise) = NonZeroU32::new(enterprise) {
                self.add_options(enterprise, scopes, &mut options);
            }
            if !options.is_empty() || configured.contains(&enterprise) {
                write_blocks(enterprise, &options, writer);
            }
        }
    }

    /// Options of one enterprise, as they stand in option 125.
    fn add_options(
        &self,
        enterprise: NonZeroU32,
        scopes: &[&'a OptionSet],
        options: &mut SmallVec<[u8; 256]>,
    ) {
        let is_member = |class: &str| self.is_in_class(class);
        let own = || scopes.iter().flat_map(|set| set.of(enterprise));
        let requested = (enterprise.get() == CABLELABS).then(|| self.requested_of_cablelabs());
        let mut wanted = Wanted::new(requested.flatten().unwrap_or_default());
        own().filter(|option| option.always).for_each(|option| wanted.add(option.code));
        own().filter(|option| option.never).for_each(|option| wanted.remove(option.code));
        for code in wanted.all_codes() {
            let found = scopes.iter().find_map(|set| set.get_of(enterprise, code, is_member));
            if let Some(option) = found {
                add_option(options, code, &option.content);
            }
        }
    }

    /// The codes that a cable modem asks for.
    fn requested_of_cablelabs(&self) -> Option<&[u8]> {
        let blocks = self.blocks(OptionCode::VENDOR_INFORMATION);
        let mut own = blocks.filter(|(enterprise, _)| *enterprise == CABLELABS);
        own.find_map(|(_, mut options)| {
            while let [code, length, rest @ ..] = options {
                let (content, rest) = rest.split_at_checked(usize::from(*length))?;
                if *code == CABLELABS_REQUEST {
                    return Some(content);
                }
                options = rest;
            }
            None
        })
    }

    /// What an option of the query has for each enterprise.
    fn blocks(&self, code: OptionCode) -> impl Iterator<Item = (u32, &[u8])> {
        let content = self.query.options.get(code).unwrap_or_default();
        // What is not whole is not there, as in Kea.
        enterprise_blocks(if is_whole(content) { content } else { &[] })
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

/// Whether a content is enterprise numbers, each with all of its block.
pub(super) fn is_whole(content: &[u8]) -> bool {
    enterprise_blocks(content).map(|(_, block)| block.len() + 5).sum::<usize>() == content.len()
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

/// Appends an option; one that is longer than a block in several parts (RFC 3396).
fn add_option(options: &mut SmallVec<[u8; 256]>, code: OptionCode, content: &[u8]) {
    let mut parts = content.chunks(BLOCK - 2);
    let first = parts.next().unwrap_or_default();
    for part in std::iter::once(first).chain(parts) {
        // A part has at most 255 bytes, so the conversion cannot cut anything.
        options.extend_from_slice(&[code.0, u8::try_from(part.len()).unwrap_or(u8::MAX)]);
        options.extend_from_slice(part);
    }
}

/// Writes as many options 125 as the options need; each has the enterprise's number in front, so that
/// it can be read by itself.
fn write_blocks(enterprise: u32, options: &[u8], writer: &mut Writer<'_>) {
    let mut rest = options;
    loop {
        let (block, behind) = rest.split_at(block_length(rest));
        let mut content = SmallVec::<[u8; 256]>::new();
        content.extend(enterprise.to_be_bytes());
        // A block has at most 250 bytes, so the conversion cannot cut anything.
        content.push(u8::try_from(block.len()).unwrap_or(u8::MAX));
        content.extend_from_slice(block);
        writer.option(OptionCode::VENDOR_INFORMATION, &content);
        rest = behind;
        if rest.is_empty() {
            return;
        }
    }
}

/// The length of the options at the start that fit into a block as a whole.
fn block_length(options: &[u8]) -> usize {
    let mut at = 0;
    while let Some([_, length, ..]) = options.get(at..) {
        let next = at + 2 + usize::from(*length);
        if next > BLOCK {
            break;
        }
        at = next;
    }
    at
}

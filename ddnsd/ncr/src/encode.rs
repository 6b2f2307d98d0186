//! Requests to bytes.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{Change, NameChangeRequest};

impl NameChangeRequest {
    /// The datagram: two bytes of length, then JSON.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let json = self.to_json();
        // A name has at most 255 bytes and a DHCID 512, so this is a few thousand.
        let length = u16::try_from(json.len()).unwrap_or(u16::MAX);
        [&length.to_be_bytes(), json.as_bytes()].concat()
    }

    /// The JSON text, to the letter as Kea 3.0 writes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let change = match self.change {
            Change::Add => 0,
            Change::Remove => 1,
        };
        let (forward, reverse) = (self.directions.forward(), self.directions.reverse());
        let mut out = format!(
            "{{\"change-type\":{change},\"forward-change\":{forward},\"reverse-change\":{reverse},\
             \"fqdn\":{},\"ip-address\":\"{}\",\"dhcid\":\"{}\"",
            // A name may have backslashes, which JSON must have two of.
            Value::String(self.name.to_string()),
            self.address,
            self.dhcid,
        );
        // Writing to a string cannot fail.
        if let Some(expiry) = self.lease_expires_on {
            let _ = write!(out, ",\"lease-expires-on\":\"{expiry}\"");
        }
        let _ = write!(
            out,
            ",\"lease-length\":{},\"conflict-resolution-mode\":\"{}\"}}",
            self.lease_length,
            self.conflict_resolution.name(),
        );
        out
    }
}

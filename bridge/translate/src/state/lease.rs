//! What leases of both families have in common.

use ruru_json::{At, Data, Map, Value, compact};
use ruru_sysrepo::{Builder, Error};

use super::encoding::{base64, date_and_time, hexadecimal};
use crate::Fault;
use crate::path::JsonPath;

/// The lifetime of a lease that never ends.
const FOREVER: u64 = 0xffff_ffff;

/// The members of a lease.
pub(super) struct Lease<'a> {
    map: &'a Map,
    at: At,
    path: JsonPath<'a>,
}

impl<'a> Lease<'a> {
    pub(super) fn new(lease: &'a Value) -> Result<Self, Fault> {
        let path = JsonPath::root("lease");
        match lease.as_map() {
            Some(map) => Ok(Self { map, at: lease.at, path }),
            None => Err(path.fault(lease.at, format!("must be a map, not {}", lease.kind()))),
        }
    }

    /// Begins the entry of the list `lease`.
    pub(super) fn entry<'b>(&'b self, builder: &'b mut Builder<'_>) -> Result<Entry<'b>, Fault> {
        let address = self.text("ip-address")?.ok_or_else(|| self.missing("ip-address"))?;
        let builder =
            builder.list("lease", &[address]).map_err(|error| self.because("ip-address", error))?;
        Ok(Entry { lease: self, builder })
    }

    fn at(&self, key: &str) -> At {
        self.map.get(key).map_or(self.at, |value| value.at)
    }

    fn because(&self, key: &str, error: Error) -> Fault {
        self.path.key(key).because(self.at(key), error)
    }

    fn missing(&self, key: &str) -> Fault {
        self.path.fault(self.at, format!("\"{key}\" is missing"))
    }

    pub(super) fn wrong(&self, key: &str, wanted: &str) -> Fault {
        self.path.key(key).fault(self.at(key), format!("must be {wanted}"))
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&str>, Fault> {
        let Some(value) = self.map.get(key) else { return Ok(None) };
        value.as_text().map(Some).ok_or_else(|| self.wrong(key, "a string"))
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<u64>, Fault> {
        let Some(value) = self.map.get(key) else { return Ok(None) };
        match value.data {
            Data::Int(int) => u32::try_from(int).ok().map(u64::from),
            _ => None,
        }
        .map(Some)
        .ok_or_else(|| self.wrong(key, "a number of 32 bits"))
    }

    pub(super) fn required(&self, key: &str) -> Result<u64, Fault> {
        self.number(key)?.ok_or_else(|| self.missing(key))
    }

    /// Bytes in hexadecimal, with or without colons; `None` if there are none.
    pub(super) fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        let Some(text) = self.text(key)?.filter(|text| !text.is_empty()) else { return Ok(None) };
        hexadecimal(text).map(Some).ok_or_else(|| self.wrong(key, "bytes in hexadecimal"))
    }
}

/// The entry of a lease that is being made.
pub(super) struct Entry<'b> {
    lease: &'b Lease<'b>,
    builder: Builder<'b>,
}

impl Entry<'_> {
    /// Adds a leaf; `key` is the member that it is made of.
    pub(super) fn add(&mut self, name: &str, key: &str, value: &str) -> Result<(), Fault> {
        self.builder.leaf(name, value).map_err(|error| self.lease.because(key, error))
    }

    /// Adds a number that must be there.
    pub(super) fn add_number(&mut self, name: &str, key: &str) -> Result<u64, Fault> {
        let number = self.lease.required(key)?;
        self.add(name, key, &number.to_string())?;
        Ok(number)
    }

    /// Adds bytes, which JSON has in hexadecimal and YANG in base 64.
    pub(super) fn add_bytes(&mut self, key: &str, bytes: &[u8]) -> Result<(), Fault> {
        self.add(key, key, &base64(bytes))
    }

    /// Adds what is known of the client's name.
    pub(super) fn add_name(&mut self) -> Result<(), Fault> {
        for key in ["fqdn-fwd", "fqdn-rev"] {
            if let Some(value) = self.lease.map.get(key) {
                let flag = value.as_bool().ok_or_else(|| self.lease.wrong(key, "true or false"))?;
                self.add(key, key, if flag { "true" } else { "false" })?;
            }
        }
        match self.lease.text("hostname")?.filter(|name| !name.is_empty()) {
            Some(name) => self.add("hostname", "hostname", name),
            None => Ok(()),
        }
    }

    /// Adds the data kept with the lease.
    pub(super) fn add_context(&mut self) -> Result<(), Fault> {
        let Some(context) = self.lease.map.get("user-context") else { return Ok(()) };
        if context.as_map().is_none() {
            return Err(self.lease.wrong("user-context", "a map"));
        }
        self.add("user-context", "user-context", &compact(context))
    }

    /// Adds what our own module has of every lease: its end and its pool.
    pub(super) fn add_end(&mut self, module: &str, now: u64) -> Result<(), Fault> {
        let (lifetime, heard) = (self.lease.required("valid-lft")?, self.lease.required("cltt")?);
        if lifetime != FOREVER {
            let end = heard + lifetime;
            self.add(&format!("{module}:expires"), "cltt", &date_and_time(end))?;
            let left = end.saturating_sub(now).min(FOREVER);
            self.add(&format!("{module}:remaining"), "cltt", &left.to_string())?;
        }
        if let Some(pool) = self.lease.number("pool-id")?.filter(|&pool| pool != 0) {
            self.add(&format!("{module}:pool-id"), "pool-id", &pool.to_string())?;
        }
        Ok(())
    }
}

//! Identity associations and the leases in them, as a scenario writes them.

use std::net::Ipv6Addr;

use anyhow::{Context, bail};
use ruru_json::{Map, Value};
use ruru_wire::DecodeError;
use ruru_wire::v6::options::{
    IaAddress, IaNa, IaPd, IaPrefix, Iaid, OptionData, PdExclude, Status,
};
use ruru_wire::v6::{Nested, OptionCode, Prefix, Writer};
use serde::Deserialize;

use super::options;

/// An association in a query: one of `na`, `pd` and `ta` is its identifier.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Association {
    na: Option<u32>,
    pd: Option<u32>,
    ta: Option<u32>,
    #[serde(default)]
    t1: u32,
    #[serde(default)]
    t2: u32,
    /// `"2001:db8::1"`, or `{ "address": …, "preferred": …, "valid": … }`.
    #[serde(default)]
    addresses: Vec<Value>,
    /// `"2001:db8::/56"`, or `{ "prefix": …, "preferred": …, "valid": … }`.
    #[serde(default)]
    prefixes: Vec<Value>,
}

impl Association {
    pub(super) fn write(&self, writer: &mut Writer<'_>) -> anyhow::Result<()> {
        let (code, iaid) = match (self.na, self.pd, self.ta) {
            (Some(na), None, None) => (OptionCode::IA_NA, na),
            (None, Some(pd), None) => (OptionCode::IA_PD, pd),
            (None, None, Some(ta)) => (OptionCode::IA_TA, ta),
            _ => bail!("an association is one of na, pd and ta"),
        };
        let addresses = self.addresses.iter().map(address).collect::<anyhow::Result<Vec<_>>>()?;
        let prefixes = self.prefixes.iter().map(prefix).collect::<anyhow::Result<Vec<_>>>()?;
        writer.nested(code, |writer| {
            writer.bytes(&iaid.to_be_bytes());
            if code != OptionCode::IA_TA {
                writer.bytes(&self.t1.to_be_bytes());
                writer.bytes(&self.t2.to_be_bytes());
            }
            for address in &addresses {
                writer.typed(address);
            }
            for prefix in &prefixes {
                writer.typed(prefix);
            }
        });
        Ok(())
    }
}

/// `"2001:db8::1"`, or `{ "address": …, "preferred": …, "valid": … }`.
pub(super) fn address(value: &Value) -> anyhow::Result<IaAddress<'static>> {
    let text = value.as_text().or_else(|| value.get("address")?.as_text());
    Ok(IaAddress {
        address: text.context("an address is a text")?.parse()?,
        preferred: seconds(value, "preferred")?,
        valid: seconds(value, "valid")?,
        options: Nested::default(),
    })
}

fn prefix(value: &Value) -> anyhow::Result<IaPrefix<'static>> {
    let text = value.as_text().or_else(|| value.get("prefix")?.as_text());
    let (address, length) =
        text.context("a prefix is a text")?.split_once('/').context("a prefix has a length")?;
    let prefix = Prefix::new(address.parse::<Ipv6Addr>()?, length.parse()?);
    Ok(IaPrefix {
        preferred: seconds(value, "preferred")?,
        valid: seconds(value, "valid")?,
        prefix: prefix.context("there is no such prefix")?,
        options: Nested::default(),
    })
}

fn seconds(value: &Value, name: &str) -> anyhow::Result<u32> {
    let seconds = value.get(name).and_then(Value::as_int).unwrap_or(0);
    Ok(u32::try_from(seconds)?)
}

/// Associations in a reply.
pub(super) fn describe(code: OptionCode, content: &[u8]) -> Result<Value, DecodeError> {
    let (name, IaNa { iaid, t1, t2, options }) = match code {
        OptionCode::IA_PD => {
            let IaPd { iaid, t1, t2, options } = IaPd::decode_all(content)?;
            ("pd", IaNa { iaid, t1, t2, options })
        }
        _ => ("na", IaNa::decode_all(content)?),
    };
    let Iaid(iaid) = iaid;
    let mut map = Map::default();
    map.insert(name, iaid);
    map.insert("t1", t1);
    map.insert("t2", t2);
    let (mut addresses, mut prefixes) = (Vec::new(), Vec::new());
    for (code, content) in options.iter() {
        match code {
            OptionCode::IAADDR => addresses.push(describe_address(content)?),
            OptionCode::IAPREFIX => prefixes.push(describe_prefix(content)?),
            _ => insert_option(&mut map, code, content)?,
        }
    }
    for (name, leases) in [("addresses", addresses), ("prefixes", prefixes)] {
        if !leases.is_empty() {
            map.insert(name, leases);
        }
    }
    Ok(map.into())
}

/// An address in a reply.
pub(super) fn describe_address(content: &[u8]) -> Result<Value, DecodeError> {
    let lease = IaAddress::decode_all(content)?;
    let mut map = Map::default();
    map.insert("address", lease.address.to_string());
    map.insert("preferred", lease.preferred);
    map.insert("valid", lease.valid);
    for (code, content) in lease.options.iter() {
        insert_option(&mut map, code, content)?;
    }
    Ok(map.into())
}

fn describe_prefix(content: &[u8]) -> Result<Value, DecodeError> {
    let lease = IaPrefix::decode_all(content)?;
    let mut map = Map::default();
    map.insert("prefix", lease.prefix.to_string());
    map.insert("preferred", lease.preferred);
    map.insert("valid", lease.valid);
    for (code, content) in lease.options.iter() {
        if code == OptionCode::PD_EXCLUDE
            && let Some(excluded) = PdExclude::decode_all(content)?.excluded(lease.prefix)
        {
            map.insert("excluded", excluded.to_string());
        } else {
            insert_option(&mut map, code, content)?;
        }
    }
    Ok(map.into())
}

fn insert_option(map: &mut Map, code: OptionCode, content: &[u8]) -> Result<(), DecodeError> {
    match code {
        OptionCode::STATUS_CODE => map.insert("status", status(content)?),
        _ => map.insert(options::name(code), options::decode(code, content)),
    };
    Ok(())
}

/// `NoBinding: a text`
pub(super) fn status(content: &[u8]) -> Result<String, DecodeError> {
    let Status { code, message } = Status::decode_all(content)?;
    let name = code.name().map_or_else(|| code.0.to_string(), str::to_owned);
    Ok(if message.is_empty() { name } else { format!("{name}: {message}") })
}

//! A packet as a scenario writes it, and its bytes.

use std::net::{Ipv4Addr, SocketAddrV4};

use anyhow::Context;
use ruru_json::Value;
use ruru_wire::v4::{
    BROADCAST_FLAG, BootpOp, HardwareAddress, HardwareType, Header, MessageType, OptionCode,
    RelaySubOption, Writer,
};
use serde::Deserialize;

use ruru_lease::V4;

use super::options;
use super::over6::Over6;
use crate::scenario::Interface;
use crate::scenario::text::{members, name_or_number, octets};

/// What a client or relay sends. What is not said is zero or absent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Packet {
    /// `DISCOVER`, `REQUEST`, …
    #[serde(rename = "type")]
    kind: Option<String>,
    /// A reply instead of a request.
    #[serde(default)]
    is_reply: bool,
    /// The hardware address.
    mac: Option<String>,
    #[serde(default = "unspecified")]
    ciaddr: Ipv4Addr,
    #[serde(default = "unspecified")]
    giaddr: Ipv4Addr,
    #[serde(default)]
    hops: u8,
    #[serde(default)]
    secs: u16,
    /// The broadcast flag.
    #[serde(default)]
    broadcast: bool,
    /// Flags that nobody defined.
    #[serde(default)]
    other_flags: u16,
    client_id: Option<String>,
    requested: Option<Ipv4Addr>,
    server_id: Option<Ipv4Addr>,
    /// The parameter request list, by name or number.
    ask: Option<Vec<Value>>,
    /// Other options, by name or number.
    options: Option<Value>,
    /// Sub-options of the relay agent information option, by name.
    relay: Option<Value>,
    /// Bytes of the file field.
    #[serde(default)]
    file: String,
    /// Bytes in place of all options, the magic cookie included.
    options_field: Option<String>,
    /// So many bytes are left of the packet.
    cut: Option<usize>,
    /// Who sends it: the relay, else the client's address if it is unicast, else nobody.
    from: Option<Ipv4Addr>,
    /// From which port, if not a relay's 67 or a client's 68.
    port: Option<u16>,
    /// Where it goes; clients call out to all unless it is said.
    to: Option<Ipv4Addr>,
    /// How it has come to the DHCPv6 server that passes it on, if it does.
    pub(super) over6: Option<Over6>,
    /// The server's interface that it comes to.
    #[serde(default = "eth0")]
    pub interface: String,
}

fn unspecified() -> Ipv4Addr {
    Ipv4Addr::UNSPECIFIED
}

fn eth0() -> String {
    "eth0".to_owned()
}

impl Packet {
    /// Who sends it.
    #[must_use]
    pub fn source(&self) -> SocketAddrV4 {
        let is_relayed = !self.giaddr.is_unspecified();
        let client = if self.to.is_some() { self.ciaddr } else { Ipv4Addr::UNSPECIFIED };
        let usual = if is_relayed { self.giaddr } else { client };
        let port = self.port.unwrap_or(if is_relayed { 67 } else { 68 });
        SocketAddrV4::new(self.from.unwrap_or(usual), port)
    }

    /// Where it goes: relays know the server's address, clients call out unless told otherwise.
    #[must_use]
    pub fn destination(&self, interface: &Interface<V4>) -> Ipv4Addr {
        let is_relayed = !self.giaddr.is_unspecified();
        self.to.unwrap_or(if is_relayed { interface.address() } else { Ipv4Addr::BROADCAST })
    }

    /// Whether its sender says that it has an address.
    #[must_use]
    pub fn has_address(&self) -> bool {
        !self.ciaddr.is_unspecified()
    }

    /// The bytes, with a transaction id.
    ///
    /// # Errors
    /// Something in it cannot be understood.
    pub fn encode(&self, xid: u32) -> anyhow::Result<Vec<u8>> {
        let mut message = Vec::new();
        let mut writer = Writer::new(&mut message, &self.header(xid)?, b"", &octets(&self.file)?);
        self.write_options(&mut writer)?;
        writer.finish();
        if let Some(field) = &self.options_field {
            message.truncate(ruru_wire::v4::HEADER_LEN);
            message.extend(octets(field)?);
        }
        message.truncate(self.cut.unwrap_or(usize::MAX));
        Ok(message)
    }

    fn header(&self, xid: u32) -> anyhow::Result<Header> {
        let mac = octets(self.mac.as_deref().unwrap_or_default())?;
        let broadcast = if self.broadcast { BROADCAST_FLAG } else { 0 };
        Ok(Header {
            op: if self.is_reply { BootpOp::REPLY } else { BootpOp::REQUEST },
            htype: HardwareType::ETHERNET,
            hops: self.hops,
            xid,
            secs: self.secs,
            flags: broadcast | self.other_flags,
            ciaddr: self.ciaddr,
            yiaddr: Ipv4Addr::UNSPECIFIED,
            siaddr: Ipv4Addr::UNSPECIFIED,
            giaddr: self.giaddr,
            chaddr: HardwareAddress::new(&mac).context("a hardware address is too long")?,
        })
    }

    fn write_options(&self, writer: &mut Writer<'_>) -> anyhow::Result<()> {
        if let Some(kind) = &self.kind {
            let kind = (0..=u8::MAX).map(MessageType).find(|known| is_named(*known, kind));
            let kind = kind.with_context(|| format!("there is no type {:?}", self.kind))?;
            writer.option(OptionCode::MESSAGE_TYPE, &[kind.0]);
        }
        if let Some(address) = self.requested {
            writer.address(OptionCode::REQUESTED_ADDRESS, address);
        }
        if let Some(address) = self.server_id {
            writer.address(OptionCode::SERVER_IDENTIFIER, address);
        }
        if let Some(asked) = &self.ask {
            let codes = asked.iter().map(|name| Ok(options::code(&name_or_number(name)?)?.0));
            let codes = codes.collect::<anyhow::Result<Vec<_>>>()?;
            writer.option(OptionCode::PARAMETER_REQUEST_LIST, &codes);
        }
        if let Some(id) = &self.client_id {
            writer.option(OptionCode::CLIENT_IDENTIFIER, &octets(id)?);
        }
        for (name, value) in members(self.options.as_ref()) {
            let code = options::code(name)?;
            let content = options::encode(code, value).with_context(|| name.to_owned())?;
            writer.option(code, &content);
        }
        if self.relay.is_some() {
            let mut content = Vec::new();
            for (name, value) in members(self.relay.as_ref()) {
                let (code, bytes) = relay_sub_option(name, value)?;
                content.extend([code, u8::try_from(bytes.len())?]);
                content.extend(bytes);
            }
            writer.option(OptionCode::RELAY_AGENT, &content);
        }
        Ok(())
    }
}

fn is_named(kind: MessageType, name: &str) -> bool {
    kind.name().and_then(|known| known.strip_prefix("DHCP")) == Some(name)
        || kind.0.to_string() == name
}

/// An address, `0x…`, or a text that stands for its bytes.
fn relay_sub_option(name: &str, value: &Value) -> anyhow::Result<(u8, Vec<u8>)> {
    let code = (0..=u8::MAX)
        .find(|code| RelaySubOption(*code).name() == Some(name))
        .or_else(|| name.parse().ok())
        .with_context(|| format!("there is no relay agent sub-option '{name}'"))?;
    let text = value.as_text().context("a sub-option is a text")?;
    let bytes = match (text.strip_prefix("0x"), text.parse::<Ipv4Addr>()) {
        (Some(digits), _) => octets(digits)?,
        (None, Ok(address)) => address.octets().to_vec(),
        (None, Err(_)) => text.as_bytes().to_vec(),
    };
    Ok((code, bytes))
}

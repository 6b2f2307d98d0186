//! Writing answers: fields, options by precedence, and where they go.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;

use ruru_config::v4::{ClientClass, Pool, Subnet};
use ruru_host::{Host, Reserved4};
use ruru_wire::v4::options::RelayAgentInformation;
use ruru_wire::v4::{BROADCAST_FLAG, BootpOp, Header, MessageType, OptionCode, OptionSet, Writer};
use smallvec::SmallVec;

use super::names::Name;
use super::{Destination, Exchange, Outcome};
use crate::classes::Classified;
use crate::codes::Codes;

const SERVER_PORT: u16 = 67;
const CLIENT_PORT: u16 = 68;

/// Options that are sent if they are configured, asked for or not.
const UNASKED: [OptionCode; 3] =
    [OptionCode::ROUTERS, OptionCode::DOMAIN_NAME_SERVERS, OptionCode::DOMAIN_NAME];

/// Options whose content follows from the query or the lease; whether they are asked for or not is
/// looked at one by one.
const ANSWERED: [OptionCode; 9] = [
    OptionCode::SUBNET_MASK,
    OptionCode::HOST_NAME,
    OptionCode::LEASE_TIME,
    OptionCode::SERVER_IDENTIFIER,
    OptionCode::RENEWAL_TIME,
    OptionCode::REBINDING_TIME,
    OptionCode::CLIENT_IDENTIFIER,
    OptionCode::FQDN,
    OptionCode::SUBNET_SELECTION,
];

/// What an answer grants.
pub(super) struct Grant<'a> {
    /// The subnet; clients on an unknown link get no options in answers to DHCPINFORM.
    pub(super) subnet: Option<&'a Arc<Subnet>>,
    pub(super) host: Option<&'a Host<Reserved4>>,
    /// The address; none in answers to DHCPINFORM.
    pub(super) address: Option<Ipv4Addr>,
    /// Seconds; none in answers to DHCPINFORM.
    pub(super) lifetime: Option<u32>,
    pub(super) name: Name,
}

/// The scopes that provide options, the strongest first.
type Scopes<'s> = SmallVec<[&'s OptionSet; 8]>;

impl<'a> Grant<'a> {
    fn pool(&self) -> Option<&'a Pool> {
        self.subnet?.pool_of(self.address?)
    }
}

impl<'a> Exchange<'a> {
    /// Writes an OFFER or ACK.
    pub(super) fn answer(
        &self,
        kind: MessageType,
        grant: &Grant<'a>,
        reply: &mut Vec<u8>,
    ) -> Outcome {
        let query = self.query;
        if let Some(subnet) = grant.subnet {
            self.join_of_granted(subnet);
            let pool = grant.pool().map_or(&[][..], |pool| &pool.additional);
            let network = subnet.network.as_ref().map_or(&[][..], |network| &network.additional);
            self.join_additional(
                [pool, &subnet.additional, network].into_iter().flatten().map(|name| &**name),
            );
        }
        let yiaddr = grant.address.unwrap_or(Ipv4Addr::UNSPECIFIED);
        let to = self.destination(kind, yiaddr);
        let mut header = reply_header(&query.header);
        header.yiaddr = yiaddr;
        if kind == MessageType::ACK {
            header.ciaddr = query.header.ciaddr;
        }
        let is_relayed = !header.giaddr.is_unspecified()
            && matches!(to, Destination::Address(a) if *a.ip() == header.giaddr);
        let informs = query.message_type() == Some(MessageType::INFORM);
        if informs {
            if is_relayed {
                // The client's address is not known to the relay, RFC 2131 section 4.3.5.
                header.flags |= BROADCAST_FLAG;
            } else {
                // The relay is passed by, so nothing of it is left.
                (header.hops, header.giaddr) = (0, Ipv4Addr::UNSPECIFIED);
            }
        }
        let (sname, file) = self.boot_fields(grant, &mut header);
        let mut writer = Writer::new(reply, &header, sname.as_bytes(), file.as_bytes());
        self.write_options(kind, grant, &mut writer);
        if is_relayed || !informs {
            self.echo_relay_agent(&mut writer);
        }
        writer.finish();
        Outcome::Answer { kind, to, from: self.arrival.local }
    }

    /// Writes a NAK.
    pub(super) fn nak(&self, subnet: Option<&'a Arc<Subnet>>, reply: &mut Vec<u8>) -> Outcome {
        let query = self.query;
        let mut header = reply_header(&query.header);
        if !header.giaddr.is_unspecified() {
            // RFC 2131 section 4.3.2: the relay must broadcast it.
            header.flags = BROADCAST_FLAG;
        }
        let mut writer = Writer::new(reply, &header, b"", b"");
        writer.option(OptionCode::MESSAGE_TYPE, &[MessageType::NAK.0]);
        writer.address(OptionCode::SERVER_IDENTIFIER, self.server_identifier(subnet));
        self.echo_client_id(&mut writer);
        self.echo(OptionCode::SUBNET_SELECTION, &mut writer);
        self.echo_relay_agent(&mut writer);
        writer.finish();
        let to = self.destination(MessageType::NAK, Ipv4Addr::UNSPECIFIED);
        Outcome::Answer { kind: MessageType::NAK, to, from: self.arrival.local }
    }

    fn write_options(&self, kind: MessageType, grant: &Grant<'a>, writer: &mut Writer<'_>) {
        let query = self.query;
        writer.option(OptionCode::MESSAGE_TYPE, &[kind.0]);
        let scopes = self.scopes(grant);
        let requested = query.options.get(OptionCode::PARAMETER_REQUEST_LIST);
        let wanted = Wanted::of(requested, &scopes);
        let (renew, rebind) = grant
            .lifetime
            .zip(grant.subnet)
            .map_or((None, None), |(l, subnet)| subnet.effective.tee_times.for_lifetime(l));
        // The mask is the prefix's, even where the option is configured otherwise, as in Kea.
        let mask = grant.address.zip(grant.subnet).map(|(_, subnet)| subnet.prefix.mask());
        for code in wanted.and(&ANSWERED).codes() {
            match code {
                OptionCode::LEASE_TIME if grant.lifetime.is_some() => {
                    number(writer, code, grant.lifetime);
                }
                OptionCode::RENEWAL_TIME if renew.is_some() => number(writer, code, renew),
                OptionCode::REBINDING_TIME if rebind.is_some() => number(writer, code, rebind),
                OptionCode::MESSAGE_TYPE | OptionCode::RELAY_AGENT => {}
                // There is one for each enterprise; their options are written below.
                OptionCode::VENDOR_CLASS => {
                    if wanted.has(code) {
                        self.write_vendor_classes(&scopes, writer);
                    }
                }
                OptionCode::VENDOR_INFORMATION => {}
                OptionCode::SERVER_IDENTIFIER => {
                    let identifier = self.server_identifier(grant.subnet);
                    writer.address(code, identifier);
                }
                OptionCode::SUBNET_MASK if mask.is_some() => {
                    writer.address(code, mask.unwrap_or(Ipv4Addr::UNSPECIFIED));
                }
                _ => {
                    let is_told = self.write_name(code, grant, wanted, writer)
                        || code == OptionCode::CLIENT_IDENTIFIER && self.echo_client_id(writer)
                        || code == OptionCode::SUBNET_SELECTION && self.echo(code, writer);
                    // A look at one bit before a search through all scopes.
                    if !is_told
                        && wanted.has(code)
                        && let Some(content) = self.find_option(&scopes, code)
                    {
                        writer.option(code, content);
                    }
                }
            }
        }
        let is_wanted = wanted.has(OptionCode::VENDOR_INFORMATION);
        self.write_vendor_options(&scopes, is_wanted, writer);
    }

    /// The client's name, if the option has it; answers whether it was written.
    fn write_name(
        &self,
        code: OptionCode,
        grant: &Grant<'a>,
        wanted: Wanted,
        writer: &mut Writer<'_>,
    ) -> bool {
        match code {
            OptionCode::FQDN => {
                let content = grant.name.fqdn_option();
                content.as_deref().map(|content| writer.option(code, content)).is_some()
            }
            OptionCode::HOST_NAME => {
                let name = grant.name.hostname_option(wanted.has(code));
                name.map(|name| writer.option(code, name)).is_some()
            }
            _ => false,
        }
    }

    fn scopes(&self, grant: &Grant<'a>) -> Scopes<'a> {
        let mut scopes = Scopes::new();
        // As in Kea: on a link that nobody has described, nothing is known to be right.
        if grant.subnet.is_none() {
            return scopes;
        }
        scopes.extend(grant.host.map(|host| &host.options));
        scopes.extend(grant.pool().map(|pool| &pool.options));
        self.add_common_scopes(grant.subnet, &mut scopes);
        scopes
    }

    fn add_common_scopes(&self, subnet: Option<&'a Arc<Subnet>>, scopes: &mut Scopes<'a>) {
        scopes.extend(subnet.map(|subnet| &subnet.options));
        let network = subnet.and_then(|subnet| subnet.network.as_ref());
        scopes.extend(network.map(|network| &network.options));
        scopes.extend(self.class_list().iter().map(|class| &class.options));
        scopes.push(&self.engine.config.globals().options);
        scopes.retain(|set| !set.is_empty());
    }

    /// The content of an option by the strongest scope that has it for the client.
    fn find_option(&self, scopes: &[&'a OptionSet], code: OptionCode) -> Option<&'a [u8]> {
        let is_member = |class: &str| self.is_in_class(class);
        scopes.iter().find_map(|set| set.get(code, is_member)).map(|option| &*option.content)
    }

    /// siaddr into the header; sname and file: the host's, else the first class's that has one, else
    /// the subnet's; a link without a subnet has none.
    fn boot_fields(&self, grant: &Grant<'a>, header: &mut Header) -> (&'a str, &'a str) {
        let effective = grant.subnet.map(|subnet| &subnet.effective);
        let given = |address: &Ipv4Addr| !address.is_unspecified();
        let next_server = grant.host.map(|host| host.own.next_server).filter(given);
        header.siaddr = next_server
            .or_else(|| self.of_classes(|class| Some(class.own.next_server).filter(given)))
            .or(effective.map(|effective| effective.own.next_server))
            .unwrap_or(Ipv4Addr::UNSPECIFIED);
        let text = |host: fn(&'a Host<Reserved4>) -> &'a str,
                    class: fn(&'a ClientClass) -> &'a str| {
            let given = |text: &&str| !text.is_empty();
            let own = grant.host.map(host).filter(given);
            own.or_else(|| self.of_classes(|of| Some(class(of)).filter(given)))
        };
        let sname = text(|host| &host.own.server_hostname, |class| &class.own.server_hostname);
        let file = text(|host| &host.own.boot_file_name, |class| &class.own.boot_file_name);
        (
            sname.or(effective.map(|of| &*of.own.server_hostname)).unwrap_or_default(),
            file.or(effective.map(|of| &*of.own.boot_file_name)).unwrap_or_default(),
        )
    }

    /// Answers whether the query has the option.
    fn echo(&self, code: OptionCode, writer: &mut Writer<'_>) -> bool {
        let content = self.query.options.get(code);
        content.map(|content| writer.option(code, content)).is_some()
    }

    /// An option without content would say nothing to the relay.
    fn echo_relay_agent(&self, writer: &mut Writer<'_>) {
        let option = self.query.options.get(OptionCode::RELAY_AGENT);
        if option.is_some_and(|info| !info.is_empty()) {
            self.echo(OptionCode::RELAY_AGENT, writer);
        }
    }

    fn echo_client_id(&self, writer: &mut Writer<'_>) -> bool {
        let client_id = self.client.client_id;
        let client_id = client_id.filter(|_| self.engine.config.globals().own.echo_client_id);
        client_id.map(|id| writer.option(OptionCode::CLIENT_IDENTIFIER, id)).is_some()
    }

    /// RFC 5107: what the relay says; else what is configured; else the local address.
    fn server_identifier(&self, subnet: Option<&'a Arc<Subnet>>) -> Ipv4Addr {
        let relay = self.relay_agent.map(RelayAgentInformation);
        if let Some(address) = relay.and_then(RelayAgentInformation::server_id_override) {
            return address;
        }
        let mut scopes = Scopes::new();
        self.add_common_scopes(subnet, &mut scopes);
        self.find_option(&scopes, OptionCode::SERVER_IDENTIFIER)
            .and_then(|content| <[u8; 4]>::try_from(content).ok())
            .map_or(self.arrival.local, Ipv4Addr::from)
    }

    /// RFC 2131 section 4.1.
    fn destination(&self, kind: MessageType, yiaddr: Ipv4Addr) -> Destination {
        let header = self.query.header;
        if self.arrival.over6.is_some() {
            return Destination::Passed;
        }
        if self.engine.answer_to_source {
            return Destination::Address(self.arrival.source);
        }
        if !header.giaddr.is_unspecified() {
            let relay = self.query.options.get(OptionCode::RELAY_AGENT);
            let by_port = relay.is_some_and(|info| RelayAgentInformation(info).relay_port());
            let port = if by_port { self.arrival.source.port() } else { SERVER_PORT };
            // An answer to DHCPINFORM goes to the client itself, RFC 2131 section 4.3.5.
            let informs = self.query.message_type() == Some(MessageType::INFORM);
            if informs && !header.ciaddr.is_unspecified() {
                return Destination::Address(SocketAddrV4::new(header.ciaddr, CLIENT_PORT));
            }
            return Destination::Address(SocketAddrV4::new(header.giaddr, port));
        }
        let client = |address| Destination::Address(SocketAddrV4::new(address, CLIENT_PORT));
        if !header.ciaddr.is_unspecified() {
            // Also a refusal, as in Kea: a client that renews may be behind a router.
            client(header.ciaddr)
        } else if kind == MessageType::NAK {
            Destination::Broadcast
        } else if self.query.message_type() == Some(MessageType::INFORM) {
            client(*self.arrival.source.ip())
        } else if self.query.wants_broadcast() || header.chaddr.is_empty() {
            Destination::Broadcast
        } else {
            Destination::Link { address: yiaddr, hwaddr: header.chaddr }
        }
    }
}

/// Which options go into an answer.
#[derive(Clone, Copy)]
pub(super) struct Wanted(Codes);

impl Wanted {
    /// What is asked for, what is always sent, and not what is never sent. Both flags count whichever
    /// classes the value is for, as in Kea.
    fn of(requested: Option<&[u8]>, scopes: &[&OptionSet]) -> Self {
        let all = || scopes.iter().flat_map(|set| set.iter());
        let mut wanted = Self::new(requested.unwrap_or_default());
        UNASKED.into_iter().for_each(|code| wanted.add(code));
        all().filter(|option| option.always).for_each(|option| wanted.add(option.code));
        all().filter(|option| option.never).for_each(|option| wanted.remove(option.code));
        wanted
    }

    /// Those that a client asks for.
    pub(super) fn new(requested: &[u8]) -> Self {
        let mut codes = Codes::default();
        requested.iter().for_each(|code| codes.add(*code));
        Self(codes)
    }

    pub(super) fn add(&mut self, code: OptionCode) {
        self.0.add(code.0);
    }

    pub(super) fn remove(&mut self, code: OptionCode) {
        self.0.remove(code.0);
    }

    fn and(mut self, more: &[OptionCode]) -> Self {
        more.iter().for_each(|code| self.add(*code));
        self
    }

    /// The codes in order, without those that stand for padding and the end.
    fn codes(mut self) -> impl Iterator<Item = OptionCode> {
        self.remove(OptionCode::PAD);
        self.remove(OptionCode::END);
        self.all_codes()
    }

    /// The codes in order.
    pub(super) fn all_codes(self) -> impl Iterator<Item = OptionCode> {
        self.0.iter().map(OptionCode)
    }

    fn has(&self, code: OptionCode) -> bool {
        self.0.has(code.0)
    }
}

fn reply_header(query: &Header) -> Header {
    Header {
        op: BootpOp::REPLY,
        secs: 0,
        ciaddr: Ipv4Addr::UNSPECIFIED,
        yiaddr: Ipv4Addr::UNSPECIFIED,
        siaddr: Ipv4Addr::UNSPECIFIED,
        ..*query
    }
}

fn number(writer: &mut Writer<'_>, code: OptionCode, number: Option<u32>) {
    if let Some(number) = number {
        writer.number(code, number);
    }
}

"""The last part of the demo: one site that speaks both protocols, managed by one agent.

    phone ── wifi ── server ── lan ── client
                        │
                      uplink
                        │
                      relay ── lan ── remote, a home router ── home ── laptop
"""

import textwrap

import lab6
from lab import BASE, Failure, KEA as KEA4, values, wait_for
from lab6 import KEA as KEA6
from ncclient.operations.rpc import RPCError
from story import REMOTE, chapter, check, show, show_edit, show_xml

SITE = f"""
<config xmlns="{KEA4}">
  <interfaces-config><interfaces>lan</interfaces><interfaces>uplink</interfaces></interfaces-config>
  <option-data><code>6</code><space>dhcp4</space><data>192.0.2.53</data></option-data>
  <subnet4>
    <id>1</id>
    <subnet>192.0.2.0/24</subnet>
    <pool><start-address>192.0.2.100</start-address><end-address>192.0.2.199</end-address></pool>
    <option-data><code>3</code><space>dhcp4</space><data>192.0.2.1</data></option-data>
  </subnet4>
{textwrap.indent(REMOTE, "  ")}</config>
<config xmlns="{KEA6}">
  <interfaces-config>
    <interfaces>lan</interfaces>
    <interfaces>wifi</interfaces>
    <interfaces>uplink/2001:db8:ff::1</interfaces>
  </interfaces-config>
  <option-data><code>23</code><space>dhcp6</space><data>2001:db8::53</data></option-data>
  <subnet6>
    <id>1</id>
    <subnet>2001:db8:1::/64</subnet>
    <interface>lan</interface>
    <pool><start-address>2001:db8:1::1000</start-address><end-address>2001:db8:1::1fff</end-address></pool>
  </subnet6>
  <subnet6>
    <id>2</id>
    <subnet>2001:db8:2::/64</subnet>
    <pool><start-address>2001:db8:2::1000</start-address><end-address>2001:db8:2::1fff</end-address></pool>
    <pd-pool><prefix>2001:db8:8000::/40</prefix><delegated-len>56</delegated-len></pd-pool>
  </subnet6>
  <subnet6>
    <id>3</id>
    <subnet>2001:db8:3::/64</subnet>
    <interface>wifi</interface>
  </subnet6>
</config>
"""

HALF_WRONG = f"""
<config xmlns="{KEA4}">
  <valid-lifetime>1800</valid-lifetime>
</config>
<config xmlns="{KEA6}">
  <subnet6>
    <id>2</id>
    <pd-pool><prefix>2001:db8:9000::/56</prefix><delegated-len>48</delegated-len></pd-pool>
  </subnet6>
</config>
"""

HOME_ROUTER = """interface eth0 { send ia-na 1; send ia-pd 2; request domain-name-servers; };
id-assoc na 1 { };
id-assoc pd 2 { prefix-interface home { sla-id 1; sla-len 8; }; };
"""

LEASE = "/k:state/k:leases/k:lease"


class Site(lab6.Lab6):
    """The laboratory with one more network of the server's, and one behind the remote client."""

    def _build(self):
        super()._build()
        for name in ("phone", "laptop"):
            self.add(name)
        self.wire("server", "wifi", "2001:db8:3::1/64", "phone", "eth0", None)
        self.wire("remote", "home", None, "laptop", "eth0", None)


def tell(lab):
    servers = start(lab)
    with lab.connect() as session:
        configure(session)
        serve_host(lab)
        router = serve_home_router(lab)
        serve_stateless(lab)
        read(session)
        refuse(session)
    end(lab, router, servers)


def start(lab):
    chapter("Both protocols at one site: two servers, and one agent that manages them")
    lab.install_modules()
    servers, sockets = [], {}
    for name, start_one in (("dhcp4", lab.start_server), ("dhcp6", lab.start_server6)):
        servers.append(start_one())
        sockets[name] = lab.control_socket
    agent = lab.start_agent(**sockets)
    show("ruru-dhcp4 -c kea-dhcp4.conf & ruru-dhcp6 -c kea-dhcp6.conf & ruru-netconf -c netconf.conf",
         agent.output())
    return servers


def edit(session, content):
    return session.edit_config(target="running", config=f'<config xmlns="{BASE}">{content}</config>')


def configure(session):
    chapter("One edit configures both")
    reply = edit(session, SITE)
    show_edit(SITE, "ok" if reply.ok else reply)


def serve_host(lab):
    chapter("A host on the link asks for both")
    output = lab.dhclient("client")
    show("dhclient -4 -1 -v eth0", told(output))
    check("new_ip_address=192.0.2.1" in output, "an IPv4 address")
    lab.stop_dhclient("client")
    output = lab.dhclient6("client")
    show("dhclient -6 -1 -v eth0", told(output))
    check("new_ip6_address=2001:db8:1::1" in output, "an IPv6 address")
    lab.stop_dhclient("client")


def told(output):
    """What a run of dhclient says of messages, and what it gives its script."""
    words = ("DHCP", "XMT: S", "XMT: R", "XMT: I", "RCV: A", "RCV: R",
             "new_ip_address", "new_ip6_", "new_routers", "new_domain_name_s", "new_dhcp6_name_s")
    return "\n".join(line for line in output.splitlines() if line.startswith(words))


def serve_home_router(lab):
    chapter("A home router behind relays gets an address of each, and a prefix for its home")
    lab.start_relay()
    lab.start_relay6()
    output = lab.udhcpc("remote")
    show("udhcpc -i eth0", output, 4)
    check("lease of 203.0.113." in output, "an IPv4 address through the relay")
    router = lab.dhcp6c("remote", HOME_ROUTER)
    show("dhcp6c -f eth0, which is told", HOME_ROUTER)

    def home():
        lines = lab.ip("remote", "-6", "addr", "show", "dev", "home", "scope", "global")
        return lines if "2001:db8:80" in lines else None
    show("ip -6 addr show dev home", wait_for("a network at home", home, 20))
    return router


def serve_stateless(lab):
    chapter("A phone on a network without pools makes its address itself, and asks for options only")
    output = lab.dhclient6("phone", "-S")
    show("dhclient -6 -S -1 -v eth0", told(output))
    check("new_dhcp6_name_servers=2001:db8::53" in output, "options without a lease")


def read(session):
    chapter("The leases of both, read over NETCONF")
    four = [values(session, f"{LEASE}/k:{field}") for field in ("ip-address", "subnet-id")]
    show("get /k:state/k:leases/k:lease of kea-dhcp4-server: address, subnet",
         "\n".join(map("  ".join, zip(*four))))
    check(four[1] == ["1", "2"], "an IPv4 address on each link")
    six = [lab6.values(session, f"{LEASE}/k:{field}")
           for field in ("lease-type", "ip-address", "subnet-id")]
    show("get /k:state/k:leases/k:lease of kea-dhcp6-server: type, address or prefix, subnet",
         "\n".join(map("  ".join, zip(*six))))
    check(sorted(six[0]) == ["IA_NA", "IA_NA", "IA_PD"], "two addresses and a prefix")
    prefix = six[1][six[0].index("IA_PD")]
    path = f"{LEASE}[k:ip-address='{prefix}']"
    show_xml(f"get {path}", session.get(filter=("xpath", (lab6.NAMES, path))).data)
    path = "/k:state/k:lease-stats/k:subnet[k:subnet-id='2']/s:prefixes"
    show_xml(f"get {path}", session.get(filter=("xpath", (lab6.NAMES, path))).data)
    check(lab6.values(session, f"{path}/s:free") == ["65535"], "one prefix is delegated")


def refuse(session):
    chapter("What one server refuses, neither has")
    before = session.get_config("running").data_xml
    try:
        edit(session, HALF_WRONG)
    except RPCError as error:
        show_edit(HALF_WRONG, f"{error.tag}\n    path: {error.path}\n    message: {error.message}")
    else:
        raise Failure("a prefix that is longer than what is delegated from it should be refused")
    check(session.get_config("running").data_xml == before, "running is as it was")
    path = "/k:state/s:server/s:sync/s:status"
    check(values(session, path) == lab6.values(session, path) == ["in-sync"], "both are in sync")
    print("  running is as it was, and both servers agree with it\n")


def end(lab, router, servers):
    chapter("A clean end, again")
    router.end()
    wait_for("the release of what the home router had", lambda: len(lab.leases()) == 1)
    print("  the home router has given back its address and its prefix")
    statuses = {process.name: process.end() for process in (lab.agent, *servers)}
    print(f"  exit statuses: {statuses}")
    check(set(statuses.values()) == {0}, "all programs ended cleanly")

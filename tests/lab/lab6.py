"""A DHCPv6 site in a laboratory: addresses, the server, a relay and real clients.

    server ── 2001:db8:1::/64 ──── client
       │
 2001:db8:ff::/64
       │
     relay ── 2001:db8:2::/64 ──── remote
"""

import json
import re
import signal

from lab import BASE, BINARIES, Lab, wait_for

KEA = "urn:ietf:params:xml:ns:yang:kea-dhcp6-server"
STATE = "urn:ruru:yang:ruru-dhcp6-state"
NAMES = {"k": KEA, "s": STATE}

SITE = {
    "interfaces-config": {"interfaces": ["lan", "uplink", "uplink/2001:db8:ff::1"]},
    "valid-lifetime": 600, "preferred-lifetime": 300,
    "option-data": [{"name": "dns-servers", "data": "2001:db8::53"},
                    {"name": "domain-search", "data": "example.org"}],
    "subnet6": [
        {"id": 1, "subnet": "2001:db8:1::/64", "interface": "lan", "rapid-commit": True,
         "pools": [{"pool": "2001:db8:1::1000 - 2001:db8:1::1fff"}],
         "pd-pools": [{"prefix": "2001:db8:8000::", "prefix-len": 40, "delegated-len": 56}],
         "reservations": [{"hw-address": "02:00:00:00:00:aa",
                           "ip-addresses": ["2001:db8:1::aa"], "hostname": "printer"}]},
        {"id": 2, "subnet": "2001:db8:2::/64",
         "pools": [{"pool": "2001:db8:2::1000 - 2001:db8:2::1fff"}],
         "pd-pools": [{"prefix": "2001:db8:9000::", "prefix-len": 40, "delegated-len": 56}]},
    ],
}


class Lab6(Lab):
    """The laboratory with IPv6 addresses, and `ruru-dhcp6` as its server."""

    def _build(self):
        super()._build()
        for name, link, address in (
            ("server", "lan", "2001:db8:1::1/64"), ("server", "uplink", "2001:db8:ff::1/64"),
            ("relay", "to-server", "2001:db8:ff::2/64"), ("relay", "lan", "2001:db8:2::1/64"),
        ):
            self.ip(name, "addr", "add", address, "dev", link)
        # Nothing can be bound to an address before its cable is known to work.
        for name in ("server", "relay"):
            wait_for("addresses", lambda: not self.ip(name, "-6", "addr", "show", "tentative"))
        self.ip("server", "route", "add", "2001:db8:2::/64", "via", "2001:db8:ff::2")

    def start_server6(self, config=None, prefix=()):
        """Starts ruru-dhcp6, by another command if there is one, and waits until it serves."""
        path = self.directory / "kea-dhcp6.conf"
        self.control_socket = self.run / "dhcp6.sock"
        sockets = [{"socket-type": "unix", "socket-name": str(self.control_socket)}]
        path.write_text(json.dumps({"Dhcp6": {**(config or {}), "control-sockets": sockets}}))
        self.server = self.start(
            "ruru-dhcp6", "server", [*prefix, BINARIES / "ruru-dhcp6", "-c", path])
        wait_for("the DHCPv6 server's control socket", lambda: self._answers(self.server))
        return self.server

    def leases(self):
        """Addresses, and prefixes with their lengths, of all leases that are in use."""
        leases = self.command("lease6-get-all").get("arguments", {"leases": []})["leases"]
        return sorted(
            lease["ip-address"] + (f"/{lease['prefix-len']}" if lease["type"] == "IA_PD" else "")
            for lease in leases if lease["state"] == 0)

    def start_relay6(self):
        process = self.start("dhcrelay", "relay", [
            "dhcrelay", "-6", "-d", "--no-pid", "-I", "-l", "lan",
            "-u", "2001:db8:ff::1%to-server"])
        wait_for("the relay", lambda: "Sending on" in process.output())
        return process

    def start_wide_relay(self):
        """The relay of WIDE, which sends to the server's address."""
        process = self.start("dhcp6relay", "relay", [
            "dhcp6relay", "-f", "-D", "-p", self.directory / "dhcp6relay.pid",
            "-r", "to-server", "-s", "2001:db8:ff::1", "lan"])
        wait_for("the relay's socket", lambda: self.listens("relay", 547))
        return process

    def start_dibbler_relay(self):
        """Dibbler's relay, which names the link and sends to all servers of the site."""
        config = self.directory / "dibbler-relay.conf"
        config.write_text("""
            log-level 8
            iface lan { client multicast yes  interface-id 5020 }
            iface to-server { server multicast yes }
        """)
        process = self.start("dibbler-relay", "relay", self._dibbler("relay", config))
        wait_for("the relay's socket", lambda: self.listens("relay", 547))
        return process

    def listens(self, namespace, port):
        return f":{port} " in self.execute(namespace, ["ss", "-6lun"])

    def dhclient6(self, namespace, *more):
        """One run of ISC's client: it ends once it has a lease."""
        stem = self.directory / f"dhclient-{namespace}"
        return self.execute(namespace, [
            "dhclient", "-6", "-1", "-v", "-sf", self.script(), "-lf", f"{stem}.leases",
            "-pf", f"{stem}.pid", *more, "eth0"])

    def dhcpcd6(self, namespace, settings):
        config = self.directory / "dhcpcd.conf"
        config.write_text("noipv6rs\nipv6only\n" + settings)
        return self.run_dhcpcd(namespace, "-6", "-f", config, "-t", "15")

    def dhcp6c(self, namespace, settings):
        """The client of WIDE; it stays until it is ended."""
        config = self.directory / "dhcp6c.conf"
        config.write_text(settings)
        return self.start("dhcp6c", namespace, [
            "unshare", "--mount", "sh", "-c",
            "mount -t tmpfs none /var/lib/dhcpv6 && exec dhcp6c -f -D -c \"$0\" -p \"$1\" eth0",
            config, self.directory / "dhcp6c.pid"])

    def dibbler(self, namespace, settings):
        """Dibbler's client; it stays until it is ended."""
        config = self.directory / "dibbler.conf"
        config.write_text(settings)
        return self.start("dibbler-client", namespace, self._dibbler("client", config))

    @staticmethod
    def _dibbler(program, config):
        return ["unshare", "--mount", "sh", "-c",
                f"mount -t tmpfs none /var/lib/dibbler && mount --bind \"$0\" "
                f"/etc/dibbler/{program}.conf && exec dibbler-{program} run", config]


def edit(session, content):
    """An edit-config of the DHCPv6 configuration."""
    content = f'<config xmlns="{KEA}" xmlns:nc="{BASE}">{content}</config>'
    return session.edit_config(
        target="running", config=f'<config xmlns="{BASE}">{content}</config>')


def values(session, path):
    """The texts of the nodes of operational data that a path selects."""
    plain = re.sub(r"\[[^]]*\]", "", path).lstrip("/")
    data = session.get(filter=("xpath", (NAMES, path))).data
    return [node.text for node in data.xpath(plain, namespaces=NAMES)]


def end(process):
    """Ends a client as an operator at a terminal does."""
    process.end(signal.SIGINT)

"""A small NETCONF client over `ssh -s netconf`: it waits for nothing but the server."""

import json
import subprocess

from stage import SERVER, Failure, execute, wait_for

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
NMDA = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"
DATASTORES = "urn:ietf:params:xml:ns:yang:ietf-datastores"
DHCP4 = "urn:ietf:params:xml:ns:yang:kea-dhcp4-server"
END = b"]]>]]>"


def start_agent(stage, manages):
    """Starts ruru-netconf, which manages the stage's DHCP server or none."""
    key = stage.directory / "key"
    execute("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key)
    public = key.with_suffix(".pub").read_text().strip()
    servers = {"dhcp4": {"control-socket": {
        "socket-type": "unix", "socket-name": str(stage.socket)}}}
    file = stage.directory / "netconf.conf"
    file.write_text(json.dumps({"Netconf": {
        "managed-servers": servers if manages else {},
        "netconf-server": {
            "listen": [{"address": SERVER, "port": 830}],
            "host-key": str(stage.directory / "host-key"),
            "users": [{"name": "root", "authorized-keys": [public]}]}}}))
    program = stage.binaries / "ruru-netconf"
    execute(*stage.inside("server", program, "--install-modules"),
        env=stage.environment(stage.directory), cwd=stage.directory / "empty")
    agent = stage.start("netconf", program, "-c", file)
    said = stage.directory / "netconf.out"

    def listens():
        if agent.poll() is not None:
            raise Failure(f"the agent ended:\n{said.read_text()}")
        return "NETCONF_STARTED" in said.read_text()
    wait_for("the NETCONF server", listens)
    return Session(stage, key)


class Session:
    """A session of the user `root`."""

    def __init__(self, stage, key):
        self.ssh = subprocess.Popen(
            stage.inside(
                "relay", "ssh", "-i", key, "-p", "830", "-o", "StrictHostKeyChecking=no",
                "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                "-s", f"root@{SERVER}", "netconf"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        stage.processes.append(self.ssh)
        self.rest = b""
        self._read()
        self._send(f'<hello xmlns="{BASE}"><capabilities>'
                   f'<capability>urn:ietf:params:netconf:base:1.0</capability>'
                   '</capabilities></hello>')

    def rpc(self, operation):
        """Sends an operation and answers the whole reply; an error is a failure."""
        self._send(f'<rpc xmlns="{BASE}" message-id="1">{operation}</rpc>')
        reply = self._read()
        if b"<rpc-error" in reply:
            raise Failure(reply.decode())
        return reply

    def edit(self, content):
        """Merges into the running configuration of the DHCP server."""
        return self.rpc(
            f'<edit-config><target><running/></target><config xmlns:nc="{BASE}">'
            f'<config xmlns="{DHCP4}">{content}</config></config></edit-config>')

    def running(self):
        """The running configuration of the DHCP server: what is inside `config`."""
        reply = self.rpc('<get-config><source><running/></source><filter type="subtree">'
                         f'<config xmlns="{DHCP4}"/></filter></get-config>').decode()
        start = reply.index(">", reply.index(f'<config xmlns="{DHCP4}"')) + 1
        return reply[start:reply.rindex("</config>")]

    def operational(self, path):
        """Reads operational state by an XPath with the prefix `k`."""
        return self.rpc(
            f'<get-data xmlns="{NMDA}" xmlns:ds="{DATASTORES}"><datastore>ds:operational'
            f'</datastore><xpath-filter xmlns:k="{DHCP4}">{path}</xpath-filter></get-data>')

    def _send(self, text):
        data = memoryview(text.encode() + END)
        while data:
            data = data[self.ssh.stdin.write(data):]

    def _read(self):
        parts, seen = [self.rest], self.rest
        while END not in seen:
            part = self.ssh.stdout.read(1 << 20)
            if not part:
                raise Failure("the NETCONF server closed the session")
            parts.append(part)
            seen = seen[-len(END):] + part
        message, _, self.rest = b"".join(parts).partition(END)
        return message


def subnet(number, prefix, operation="merge"):
    """A subnet as the configuration has it."""
    if operation == "delete":
        return f'<subnet4 nc:operation="delete"><id>{number}</id></subnet4>'
    return f"<subnet4><id>{number}</id><subnet>{prefix}</subnet></subnet4>"

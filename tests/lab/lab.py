"""A laboratory of network namespaces: an operator, a server, a relay and clients.

    operator ── 10.255.0.0/30 ── server ── 192.0.2.0/24 ──── client
                                   │
                            198.51.100.0/30
                                   │
                                 relay ── 203.0.113.0/24 ── remote

Everything has unique names and goes at the end, also after a failure. Only processes that the
laboratory started are ended, by their process id.
"""

import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from ncclient import manager
from ncclient.operations.rpc import RPCError
from ncclient.xml_ import to_ele

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("RURU_CACHE", "/var/cache/ruru"))
KEA_ROOT = CACHE / "kea-root"
BINARIES = Path(os.environ.get("RURU_BINARIES", ROOT / "target" / "debug"))

KEA = "urn:ietf:params:xml:ns:yang:kea-dhcp4-server"
STATE = "urn:ruru:yang:ruru-dhcp4-state"
BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
NAMES = {"k": KEA, "s": STATE, "nc": BASE}

_libc = ctypes.CDLL(None, use_errno=True)


class Failure(AssertionError):
    """A command that failed, with what it said."""


def shell(command, **options):
    """Runs a command and answers its output; a failure says what it printed."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options
    )
    if done.returncode != 0:
        words = " ".join(map(str, command))
        raise Failure(f"{words}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def wait_for(what, check, seconds=10.0):
    """Waits until `check` answers something true, and answers that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = check()
        if result:
            return result
        time.sleep(0.05)
    raise Failure(f"{what}: not within {seconds} seconds")


class Process:
    """A process in a namespace, with its output in a file."""

    def __init__(self, lab, name, namespace, command, environment):
        # A process that is started again begins a new file.
        self.name = name
        self.log = lab.directory / f"{name}-{len(lab.processes)}.out"
        self.file = open(self.log, "ab")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", lab.namespace(namespace), *map(str, command)],
            stdout=self.file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=environment, cwd=lab.empty,
        )

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def output(self):
        return self.log.read_text(errors="replace")

    def end(self, how=signal.SIGTERM, seconds=10):
        """Ends the process; one that does not go is killed, and that is a failure."""
        if self.alive():
            self.process.send_signal(how)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure(f"{self.name} did not end within {seconds} seconds") from None
        finally:
            self.file.close()


class Lab:
    """The namespaces, a directory, and the processes in them."""

    _count = 0

    def __init__(self):
        Lab._count += 1
        self.id = f"ru{os.getpid() % 100000}{chr(96 + Lab._count % 26)}"
        self.directory = Path(tempfile.mkdtemp(prefix="ruru-lab-"))
        self.run = self.directory / "run"
        self.run.mkdir(mode=0o750)
        # libyang looks for modules below the working directory: it must be empty.
        self.empty = self.directory / "empty"
        self.empty.mkdir()
        self.processes = []
        self.namespaces = []
        self.server = self.agent = self.kea = None
        self.repository = self.directory / "sysrepo"
        self.environment = {
            **os.environ,
            "KEA_DHCP_DATA_DIR": str(self.directory),
            "KEA_LOG_FILE_DIR": str(self.directory),
            "KEA_CONTROL_SOCKET_DIR": str(self.run),
            "KEA_PIDFILE_DIR": str(self.run),
            "SYSREPO_REPOSITORY_PATH": str(self.repository),
            "SYSREPO_SHM_PREFIX": self.id,
        }
        self.control_socket = self.run / "dhcp4.sock"
        self.server_config = self.directory / "kea-dhcp4.conf"
        try:
            self._build()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def namespace(self, name):
        return f"{self.id}-{name}"

    def _build(self):
        for name in ("operator", "server", "relay", "client", "remote"):
            self.add(name)
        self.wire("operator", "to-server", "10.255.0.2/30", "server", "mgmt", "10.255.0.1/30")
        self.wire("server", "lan", "192.0.2.1/24", "client", "eth0", None)
        self.wire("server", "uplink", "198.51.100.1/30", "relay", "to-server", "198.51.100.2/30")
        self.wire("relay", "lan", "203.0.113.1/24", "remote", "eth0", None)
        self.ip("server", "route", "add", "203.0.113.0/24", "via", "198.51.100.2")

    def add(self, name):
        """A namespace with nothing in it."""
        shell(["ip", "netns", "add", self.namespace(name)])
        self.namespaces.append(name)
        with self.inside(name):
            # Nobody else has their addresses: no second of waiting whether somebody answers.
            Path("/proc/sys/net/ipv6/conf/default/accept_dad").write_text("0")
        self.ip(name, "link", "set", "lo", "up")

    def wire(self, one, one_name, one_address, other, other_name, other_address):
        """A cable between two namespaces."""
        shell([
            "ip", "link", "add", one_name, "netns", self.namespace(one), "type", "veth",
            "peer", "name", other_name, "netns", self.namespace(other),
        ])
        for name, link, address in (
            (one, one_name, one_address), (other, other_name, other_address),
        ):
            if address:
                self.ip(name, "addr", "add", address, "dev", link)
            self.ip(name, "link", "set", link, "up")

    def ip(self, namespace, *words):
        return shell(["ip", "-n", self.namespace(namespace), *words])

    def execute(self, namespace, command, timeout=30):
        """Runs a command in a namespace and answers its output."""
        return shell(
            ["ip", "netns", "exec", self.namespace(namespace), *map(str, command)],
            env=self.environment, cwd=self.empty, timeout=timeout,
        )

    def start(self, name, namespace, command, environment=None):
        process = Process(self, name, namespace, command, environment or self.environment)
        self.processes.append(process)
        return process

    def close(self):
        for process in reversed(self.processes):
            try:
                process.end()
            except Failure:
                pass
        for name in self.namespaces:
            subprocess.run(["ip", "netns", "del", self.namespace(name)], check=False)
        for path in Path("/dev/shm").glob(f"{self.id}*"):
            path.unlink(missing_ok=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    # The DHCP server.

    def start_server(self, config=None, prefix=(), more=()):
        """Starts ruru-dhcp4, by another command or with more arguments if there are any, and waits
        until it serves."""
        if config is not None:
            self.server_config.write_text(json.dumps({"Dhcp4": config}))
        elif not self.server_config.exists():
            self.server_config.write_text(json.dumps({"Dhcp4": {"control-sockets": [
                {"socket-type": "unix", "socket-name": str(self.control_socket)}]}}))
        self.server = self.start(
            "ruru-dhcp4", "server",
            [*prefix, BINARIES / "ruru-dhcp4", "-c", self.server_config, *more])
        wait_for("the DHCP server's control socket", lambda: self._answers(self.server))
        return self.server

    def _answers(self, process):
        if not process.alive():
            raise Failure(f"the DHCP server ended:\n{process.output()}")
        try:
            return self.command("version-get")["result"] == 0
        except OSError:
            return False

    def start_kea(self, config, digit=4):
        """Starts a server of ISC Kea in its own root directory instead."""
        name = f"kea-dhcp{digit}"
        inside = Path("/tmp") / self.id
        outside = KEA_ROOT / "tmp" / self.id
        outside.mkdir(mode=0o750)
        self.control_socket = outside / "kea.sock"
        config["control-sockets"] = [
            {"socket-type": "unix", "socket-name": str(inside / "kea.sock")}]
        (outside / f"{name}.conf").write_text(json.dumps({f"Dhcp{digit}": config}))
        environment = {**self.environment, **{
            name: str(inside) for name in (
                "KEA_DHCP_DATA_DIR", "KEA_LOG_FILE_DIR", "KEA_CONTROL_SOCKET_DIR",
                "KEA_PIDFILE_DIR", "KEA_LOCKFILE_DIR")}}
        self.kea = self.start(
            name, "server",
            ["chroot", KEA_ROOT, f"/usr/sbin/{name}", "-X", "-c", inside / f"{name}.conf"],
            environment)
        wait_for("Kea's control socket", lambda: self._answers(self.kea))
        return inside

    def forget_kea(self):
        shutil.rmtree(KEA_ROOT / "tmp" / self.id, ignore_errors=True)

    def command(self, name, arguments=None, timeout=30):
        """Sends a control command and answers the whole answer."""
        request = {"command": name}
        if arguments is not None:
            request["arguments"] = arguments
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(timeout)
            stream.connect(str(self.control_socket))
            stream.sendall(json.dumps(request).encode())
            answer = b""
            while part := stream.recv(1 << 20):
                answer += part
        return json.loads(answer)

    def lease(self, address):
        answer = self.command("lease4-get", {"ip-address": address})
        return answer.get("arguments")

    # sysrepo and NETCONF.

    def install_modules(self):
        return self.execute("server", [BINARIES / "ruru-netconf", "--install-modules"])

    def start_agent(self, expect=True, models=None, **sockets):
        """Starts ruru-netconf; its user `admin` has the laboratory's key. It manages the servers
        behind these control sockets, or the DHCPv4 server; `models` names other YANG modules than
        those of Kea."""
        key = self.directory / "admin"
        if not key.exists():
            shell(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)])
        config = self.directory / "netconf.conf"
        config.write_text(json.dumps({"Netconf": {
            "managed-servers": {
                name: {"control-socket": {"socket-type": "unix", "socket-name": str(socket)},
                       **({"model": models[name]} if name in (models or {}) else {})}
                for name, socket in (sockets or {"dhcp4": self.control_socket}).items()},
            "netconf-server": {
                "listen": [{"address": "10.255.0.1", "port": 830}],
                "host-key": str(self.directory / "host-key"),
                # sysrepo lets its recovery user do everything without rules of access control.
                "users": [{"name": "root", "authorized-keys": [
                    (self.directory / "admin.pub").read_text().strip()]}],
            }}}))
        self.agent = self.start("ruru-netconf", "server", [BINARIES / "ruru-netconf", "-c", config])
        if expect:
            wait_for("the NETCONF server", self._listens)
        return self.agent

    def _listens(self):
        if not self.agent.alive():
            raise Failure(f"the agent ended:\n{self.agent.output()}")
        return "NETCONF_STARTED" in self.agent.output()

    def connect(self):
        """A NETCONF session of the operator."""
        with self.inside("operator"):
            return manager.connect(
                host="10.255.0.1", port=830, username="root",
                key_filename=str(self.directory / "admin"), hostkey_verify=False,
                allow_agent=False, look_for_keys=False, timeout=60)

    def inside(self, name):
        return _Inside(f"/run/netns/{self.namespace(name)}")

    def in_sync(self):
        """Waits until the agent says that server and datastore agree."""
        def check():
            with self.connect() as session:
                status = values(session, "/k:state/s:server/s:sync/s:status")
            return status == ["in-sync"]
        return wait_for("the server in sync", check, 15)

    # Clients.

    def start_relay(self, *more):
        process = self.start("dhcrelay", "relay", [
            "dhcrelay", "-4", "-d", "--no-pid", *more, "-id", "lan", "-iu", "to-server",
            "198.51.100.1"])
        wait_for("the relay", lambda: "Sending on" in process.output())
        return process

    def script(self):
        """A client script that only tells what it was told."""
        path = self.directory / "client-script"
        if not path.exists():
            path.write_text("#!/bin/sh\nenv | grep -E '^(reason|new_|ip=|router=|dns=|lease=|"
                            "serverid=|hostname=|domain=)' | sort\nexit 0\n")
            path.chmod(0o755)
        return path

    def udhcpc(self, namespace, *more):
        return self.execute(namespace, [
            "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "4", "-T", "1",
            "-s", self.script(), *more])

    def dhclient(self, namespace, *more):
        """One run of ISC's client: it ends once it has a lease."""
        stem = self.directory / f"dhclient-{namespace}"
        return self.execute(namespace, [
            "dhclient", "-4", "-1", "-v", "-sf", self.script(), "-lf", f"{stem}.leases",
            "-pf", f"{stem}.pid", *more, "eth0"])

    def stop_dhclient(self, namespace):
        file = self.directory / f"dhclient-{namespace}.pid"
        # It writes the file in the background.
        pid = int(wait_for("dhclient's PID file", lambda: file.exists() and file.read_text().strip()))
        os.kill(pid, signal.SIGTERM)
        wait_for("dhclient's end", lambda: not Path(f"/proc/{pid}").exists())
        # Else the next run would be taken for this one until it writes its own.
        file.unlink(missing_ok=True)

    def dhcpcd(self, namespace, *more):
        return self.run_dhcpcd(namespace, "-4", "--noarp", "-t", "10", *more)

    def run_dhcpcd(self, namespace, *options):
        """dhcpcd until it has a lease. It keeps leases by the interface's name, and is not to know
        those of other runs, nor of the machine."""
        return self.execute(namespace, [
            "unshare", "--mount", "sh", "-c",
            "mount -t tmpfs none /var/lib/dhcpcd && exec dhcpcd -1 -B --noconfigure \"$@\" eth0",
            "dhcpcd", *options])

    def mac(self, namespace, address=None):
        """The hardware address of a client, which is set first if one is given."""
        if address:
            self.ip(namespace, "link", "set", "eth0", "address", address)
        return re.search(r"link/ether (\S+)", self.ip(namespace, "link", "show", "eth0"))[1]


class _Inside:
    """Sockets made here are in another namespace; they stay there."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.own = os.open("/proc/self/ns/net", os.O_RDONLY)
        other = os.open(self.path, os.O_RDONLY)
        try:
            _enter(other)
        finally:
            os.close(other)

    def __exit__(self, *_):
        _enter(self.own)
        os.close(self.own)


def _enter(descriptor):
    if _libc.setns(descriptor, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def edit(session, content, target="running", **options):
    """An edit-config of the DHCPv4 configuration."""
    config = f'<config xmlns="{BASE}"><config xmlns="{KEA}" xmlns:nc="{BASE}">{content}</config></config>'
    return session.edit_config(target=target, config=config, **options)


def refused(session, content):
    """An edit that must be refused; answers the error."""
    try:
        edit(session, content)
    except RPCError as error:
        return error
    raise Failure(f"the edit should have been refused: {content}")


def get(session, xpath):
    """Operational data, as an element tree."""
    return session.get(filter=("xpath", (NAMES, xpath))).data


def values(session, xpath):
    """The texts of the nodes that a path selects."""
    # What the predicates are about need not be in the answer.
    plain = re.sub(r"\[[^]]*\]", "", xpath).lstrip("/")
    return [node.text for node in get(session, xpath).xpath(plain, namespaces=NAMES)]


def lease_pages(session, module):
    """The addresses of leases as `lease-page` of a module tells them, two at a time."""
    start = ""
    while True:
        reply = to_ele(session.dispatch(to_ele(
            f'<lease-page xmlns="{module}">{start}<limit>2</limit></lease-page>')).xml)
        page = [node.text for node in reply.findall(f".//{{{module}}}ip-address")]
        assert len(page) <= 2, page
        yield from page
        following = reply.findtext(f".//{{{module}}}next")
        if following is None:
            return
        start = f"<from>{following}</from>"


def running(session):
    return session.get_config("running", filter=("xpath", (NAMES, "/k:config"))).data_xml

"""Where servers are measured: two network namespaces with a cable, and processes in them.

    relay (192.168.77.2, fd77::2) ──── server (192.168.77.1, fd77::1)

Everything has unique names and goes at the end, also after a failure. Only processes that were
started here are ended, by their process id.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

CACHE = Path(os.environ.get("RURU_CACHE", "/var/cache/ruru"))
KEA_ROOT = CACHE / "kea-root"
HOOKS = "/usr/lib/x86_64-linux-gnu/kea/hooks"
RELAY, SERVER = "192.168.77.2", "192.168.77.1"
RELAY6, SERVER6 = "fd77::2", "fd77::1"
TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """Something did not come about."""


def execute(*command, **options):
    """Runs a command and answers its output; a failure says what it printed."""
    done = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False, **options)
    if done.returncode != 0:
        raise Failure(f"{command}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def wait_for(what, check, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := check():
            return result
        time.sleep(0.01)
    raise Failure(f"{what}: not within {seconds} seconds")


def request(name, arguments=None):
    """The bytes of a control command."""
    command = {"command": name}
    if arguments is not None:
        command["arguments"] = arguments
    return json.dumps(command).encode()


class Stage:
    """The namespaces, a directory, and the server in them: of DHCPv4 or DHCPv6."""

    _count = 0

    def __init__(self, binaries, version=4):
        Stage._count += 1
        self.binaries, self.version = binaries, version
        self.relay, self.address = (RELAY, SERVER) if version == 4 else (RELAY6, SERVER6)
        self.id = f"rp{os.getpid() % 1000000}x{Stage._count}"
        # Both servers keep their leases on the same file system; ISC Kea has a root of its own.
        self.directory = KEA_ROOT / "tmp" / self.id
        self.socket = self.directory / "dhcp.sock"
        self.processes = []
        self.namespaces = []
        self.server = self.program = self.place = None
        try:
            self._build()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _build(self):
        self.directory.mkdir(mode=0o750)
        (self.directory / "empty").mkdir()
        for name in ("server", "relay"):
            execute("ip", "netns", "add", f"{self.id}-{name}")
            self.namespaces.append(name)
        execute("ip", "link", "add", "eth0", "netns", f"{self.id}-server", "type", "veth",
            "peer", "name", "eth0", "netns", f"{self.id}-relay")
        for name, *addresses in (("server", SERVER, SERVER6), ("relay", RELAY, RELAY6)):
            # Nobody else is on the cable: no second of looking for who has the address.
            execute(*self.inside(name, "sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=0"))
            for link in ("lo", "eth0"):
                execute("ip", "-n", f"{self.id}-{name}", "link", "set", link, "up")
            for address, length in zip(addresses, (30, 64)):
                execute("ip", "-n", f"{self.id}-{name}", "addr", "add", f"{address}/{length}",
                        "dev", "eth0")

    def inside(self, name, *command):
        """A command as it must be run inside a namespace."""
        return ["ip", "netns", "exec", f"{self.id}-{name}", *map(str, command)]

    def environment(self, directory):
        names = ("DHCP_DATA_DIR", "LOG_FILE_DIR", "CONTROL_SOCKET_DIR", "PIDFILE_DIR",
                 "LOCKFILE_DIR")
        return {**os.environ, **{f"KEA_{name}": str(directory) for name in names},
                "SYSREPO_REPOSITORY_PATH": str(self.directory / "sysrepo"),
                "SYSREPO_SHM_PREFIX": self.id}

    def start(self, name, *command, directory=None, **options):
        """Starts a process in the server's namespace; what it says is in a file."""
        log = open(self.directory / f"{name}.out", "ab")
        with log:
            process = subprocess.Popen(
                self.inside("server", *command), stdout=log, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, cwd=self.directory / "empty",
                env=self.environment(directory or self.directory), **options)
        self.processes.append(process)
        return process

    # The DHCP server.

    def prepare(self, subject, config, csv=None):
        """Makes a server's configuration ready, and its lease file if there are leases."""
        place = Path("/tmp") / self.id if subject.is_kea else self.directory
        for old in self.directory.glob("leases.csv*"):
            old.unlink()
        if csv:
            shutil.copy(csv, self.directory / "leases.csv")
            # Else the first lease that is synced waits for all of it.
            os.sync()
        config = dict(config)
        config["control-sockets"] = [
            {"socket-type": "unix", "socket-name": str(place / "dhcp.sock")}]
        config["lease-database"] = {
            "type": "memfile", "persist": True, "name": str(place / "leases.csv"),
            "lfc-interval": 0, **subject.database}
        config.update(subject.extra)
        whole = {f"Dhcp{self.version}": config}
        (self.directory / "dhcp.conf").write_text(json.dumps(whole))
        program = self.binaries / f"ruru-dhcp{self.version}"
        self.program = [program, "-X", "-c", place / "dhcp.conf"]
        if subject.is_kea:
            program = f"/usr/sbin/kea-dhcp{self.version}"
            self.program = ["chroot", KEA_ROOT, program, *self.program[1:]]
        self.place = place

    def run(self):
        """Starts the server that was prepared."""
        self.server = self.start("dhcp", *self.program, directory=self.place)

    def serve(self, subject, config, csv=None):
        """Starts a server and waits until it takes commands."""
        self.prepare(subject, config, csv)
        self.run()
        wait_for(f"{subject.name}: the control socket", self._takes_commands)

    def serve_template(self):
        """Starts the server that answers from a template."""
        self.server = self.start(
            "template", self.binaries / "ruru-template-server", self.address)
        said = self.directory / "template.out"
        wait_for("the template server", lambda: "serving on" in said.read_text())

    def _takes_commands(self):
        if self.server.poll() is not None:
            raise Failure(f"the server ended:\n{(self.directory / 'dhcp.out').read_text()}")
        try:
            return self.command("version-get")["result"] == 0
        except OSError:
            return False

    def stop(self):
        """Ends the server."""
        self.end(self.server)
        self.server = None

    def end(self, process):
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.processes.remove(process)

    def processor_seconds(self):
        """Processor time of the server so far."""
        text = Path(f"/proc/{self.server.pid}/stat").read_text()
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def command(self, name, arguments=None):
        """Sends a control command and answers the whole answer."""
        return json.loads(self.exchange(name, arguments))

    def exchange(self, name, arguments=None):
        """Sends a control command and answers the bytes of the answer."""
        return self.send(request(name, arguments))

    def send(self, request):
        """Sends the bytes of a control command and answers those of the answer."""
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(120)
            stream.connect(str(self.socket))
            stream.sendall(request)
            parts = []
            while part := stream.recv(1 << 20):
                parts.append(part)
        return b"".join(parts)

    def load(self, *options):
        """Puts the server under load; answers the generator's report."""
        behind = ["-4"] if self.version == 4 else ["-6", "-A", 1]
        done = subprocess.run(
            self.inside("relay", self.binaries / "ruru-perf", *behind, "--json",
                        "-l", self.relay, *options, self.address),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode not in (0, 3):
            raise Failure(f"ruru-perf: {done.stderr}")
        return json.loads(done.stdout)

    def close(self):
        for process in list(reversed(self.processes)):
            self.end(process)
        for name in self.namespaces:
            subprocess.run(["ip", "netns", "del", f"{self.id}-{name}"], check=False)
        # sysrepo calls its files PREFIX_… and PREFIXsub_….
        for start in (f"{self.id}_", f"{self.id}sub_"):
            for path in Path("/dev/shm").glob(f"{start}*"):
                path.unlink(missing_ok=True)
        shutil.rmtree(self.directory, ignore_errors=True)

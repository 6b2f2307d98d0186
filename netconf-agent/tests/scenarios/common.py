"""What scenarios share: clients, and words for what they expect.

The server to talk to is in the environment: PORT and KEY (a private key that `root` and `ada` log
in with). `root` may do everything; `ada` is bound by access control.
"""

import os
import subprocess
from ncclient import manager
from ncclient.operations import RPCError
from ncclient.xml_ import to_ele
from lxml import etree

PORT = int(os.environ["PORT"])
KEY = os.environ["KEY"]
BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
NMDA = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"
DATASTORES = "urn:ietf:params:xml:ns:yang:ietf-datastores"
MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
ACM = "urn:ietf:params:xml:ns:yang:ietf-netconf-acm"
DHCP4 = "urn:ietf:params:xml:ns:yang:kea-dhcp4-server"


def connect(user="root", **options):
    """A session of ncclient."""
    login = {"key_filename": KEY} if "password" not in options else {}
    return manager.connect(
        host="127.0.0.1", port=PORT, username=user, hostkey_verify=False,
        look_for_keys=False, allow_agent=False, timeout=60, **login, **options)


def config(content, namespace=DHCP4, top="config"):
    """The parameter <config> with content of kea-dhcp4-server."""
    return (f'<config xmlns="{BASE}" xmlns:nc="{BASE}">'
            f'<{top} xmlns="{namespace}">{content}</{top}></config>')


def edit(session, content, target="running", **options):
    return session.edit_config(target=target, config=config(content), **options)


def subnet(number, prefix, inner="", operation=None):
    attribute = f' nc:operation="{operation}"' if operation else ""
    return f"<subnet4{attribute}><id>{number}</id><subnet>{prefix}</subnet>{inner}</subnet4>"


def rpc(session, text):
    """Any operation, as text."""
    return session.dispatch(to_ele(text))


def xpath(expression, **prefixes):
    return ("xpath", (prefixes or {"k": DHCP4}, expression))


def values(reply, name, namespace=DHCP4):
    """The texts of all leaves of that name in a reply."""
    root = etree.fromstring(str(reply).encode())
    return [leaf.text for leaf in root.iter(f"{{{namespace}}}{name}")]


def running(session, name):
    return values(session.get_config("running", filter=xpath(f"/k:config/k:{name}")), name)


class Fault:
    """One rpc-error."""

    def __init__(self, error):
        self.type, self.tag, self.app_tag = error.type, error.tag, error.app_tag
        self.path, self.message, self.info = error.path, error.message, error.info or ""

    def __repr__(self):
        return f"{self.type} {self.tag} {self.app_tag} {self.path} {self.message!r} {self.info}"


def refused(call, tag, **members):
    """The call is refused with this tag; members are parts of what the error says."""
    try:
        reply = call()
    except RPCError as error:
        faults = [Fault(one) for one in getattr(error, "errors", None) or [error]]
    else:
        raise AssertionError(f"accepted: {reply}")
    for fault in faults:
        if fault.tag == tag and all(
                part in str(getattr(fault, name)) for name, part in members.items()):
            return fault
    raise AssertionError(f"{tag} {members} is not in {faults}")


class Raw:
    """A session of the OpenSSH client, byte by byte."""

    def __init__(self, user="root"):
        self.process = subprocess.Popen(
            ["ssh", "-q", "-p", str(PORT), "-i", KEY, "-o", "IdentitiesOnly=yes",
             "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
             f"{user}@127.0.0.1", "-s", "netconf"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.greeting = self.until(b"]]>]]>")

    def send(self, data):
        self.process.stdin.write(data if isinstance(data, bytes) else data.encode())
        self.process.stdin.flush()

    def until(self, end):
        """Everything up to `end`, or up to the end of the stream."""
        got = b""
        while not got.endswith(end):
            byte = self.process.stdout.read(1)
            if not byte:
                break
            got += byte
        return got.decode()

    def hello(self, base="1.1"):
        self.send(f'<hello xmlns="{BASE}"><capabilities><capability>'
                  f"urn:ietf:params:netconf:base:{base}</capability></capabilities></hello>"
                  "]]>]]>")
        return self

    def ask(self, message):
        """A request and its answer in chunks."""
        data = message if isinstance(message, bytes) else message.encode()
        self.send(b"\n#%d\n" % len(data) + data + b"\n##\n")
        return self.until(b"\n##\n")

    def ask_old(self, message):
        """A request and its answer as in base:1.0."""
        self.send(message + "]]>]]>")
        return self.until(b"]]>]]>")

    def ended(self):
        """The rest of the stream, which has to end."""
        rest = self.process.stdout.read().decode()
        self.process.wait(timeout=20)
        return rest

    def close(self):
        self.process.kill()
        self.process.wait()


def get(message_id="1"):
    return (f'<rpc xmlns="{BASE}" message-id="{message_id}"><get-config><source><running/>'
            f'</source><filter type="subtree"><config xmlns="{DHCP4}"/></filter></get-config></rpc>')

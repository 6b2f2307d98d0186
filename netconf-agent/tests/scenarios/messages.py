"""Messages as bytes: both framings, what is not XML, what is too large, what is unknown."""

from common import *
import re

# base:1.0
old = Raw().hello("1.0")
assert old.greeting.count("<session-id>") == 1
assert "base:1.0" in old.greeting and "base:1.1" in old.greeting
answer = old.ask_old(get("a1"))
assert answer.startswith(f'<rpc-reply xmlns="{BASE}" message-id="a1">'), answer
assert "operation-failed" in old.ask_old("<rpc"), "malformed-message is not of base:1.0"
assert "<ok/>" in old.ask_old(f'<rpc xmlns="{BASE}" message-id="2"><close-session/></rpc>')
assert old.ended() == ""

# base:1.1, several requests at once and in odd pieces
new = Raw().hello()
message = get("é").encode()
pieces = b"".join(b"\n#%d\n%s" % (len(p), p) for p in (message[:7], message[7:9], message[9:]))
new.send(pieces + b"\n##\n" + pieces + b"\n##\n")
for _ in range(2):
    answer = new.until(b"\n##\n")
    assert 'message-id="é"' in answer
    assert re.fullmatch(r"\n#\d+\n.*\n##\n", answer, re.S)

# every attribute comes back
answer = new.ask(f'<a:rpc xmlns:a="{BASE}" xmlns="urn:q" message-id=\'x\' foo="&lt;"><a:get>'
                 f'<a:filter/></a:get></a:rpc>')
assert f'<a:rpc-reply xmlns:a="{BASE}" xmlns="urn:q" message-id=\'x\' foo="&lt;"><a:data/>' in answer

def tag(message, expected):
    answer = new.ask(message)
    assert f"<error-tag>{expected}</error-tag>" in answer, answer
    return answer

def wrapped(content):
    return f'<rpc xmlns="{BASE}" message-id="1">{content}</rpc>'

for broken in ("<rpc", "", " ", "text", "<rpc></hello>", b"<rpc \xff/>", "<!DOCTYPE x><rpc/>",
               "<hello/>", "<rpc>" * 300 + "</rpc>" * 300):
    if broken:
        tag(broken, "malformed-message")
tag('<rpc message-id="1"><get/></rpc>', "unknown-namespace")
answer = tag(f'<rpc xmlns="{BASE}"><get/></rpc>', "missing-attribute")
assert "<bad-attribute>message-id</bad-attribute>" in answer
tag(wrapped(""), "missing-element")
tag(wrapped("<get/><get/>"), "unknown-element")
tag(wrapped("<frob/>"), "operation-not-supported")
tag(wrapped('<frob xmlns="urn:x"/>'), "operation-not-supported")
tag(wrapped("<get><frob/></get>"), "unknown-element")
tag(wrapped("<get-config/>"), "missing-element")
tag(wrapped("<get-config><source><frob/></source></get-config>"), "unknown-element")
tag(wrapped("<kill-session><session-id>x</session-id></kill-session>"), "invalid-value")
tag(wrapped("<edit-config><target><running/></target></edit-config>"), "missing-element")
tag(wrapped("<edit-config><target><running/></target><default-operation>x</default-operation>"
            "<config/></edit-config>"), "invalid-value")
page = '<lease-page xmlns="urn:ruru:yang:ruru-dhcp4-state"><limit>{}</limit></lease-page>'
tag(wrapped(page.format(0)), "invalid-value")
tag(wrapped(page.format(1)), "operation-not-supported")
assert 'message-id="1"' in new.ask(get())
new.close()

# a broken stream ends the session, and only that
for broken in ("x", "\n#0\n", "\n#4294967296\n", "\n##\n"):
    session = Raw().hello()
    session.send(broken)
    assert session.ended() == "", broken

# a message over the limit
session = Raw().hello()
session.send("\n#100000000\n")
assert "too-big" in session.ended()
session = Raw().hello("1.0")
session.send("x" * 200000)
assert "too-big" in session.ended()

# a hello that is not acceptable
for hello in ("<hello/>", "nonsense", f'<hello xmlns="{BASE}"><capabilities/></hello>',
              f'<hello xmlns="{BASE}"><capabilities><capability>urn:ietf:params:netconf:base:1.1'
              "</capability></capabilities><session-id>7</session-id></hello>"):
    session = Raw()
    session.send(hello + "]]>]]>")
    assert session.ended() == "", hello

# counters tell of all that
root = connect()
statistics = f'<netconf-state xmlns="{MONITORING}"><statistics/></netconf-state>'
reply = root.get(filter=("subtree", statistics))
assert values(reply, "in-bad-hellos", MONITORING) == ["4"]
assert int(values(reply, "in-bad-rpcs", MONITORING)[0]) >= 10
assert int(values(reply, "out-rpc-errors", MONITORING)[0]) >= 20

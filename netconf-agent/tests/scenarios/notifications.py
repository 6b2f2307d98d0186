"""Event notifications of RFC 5277: streams, filters, replay, access; sent with sysrepocfg."""

from common import *
import subprocess
import tempfile
import time

STATE = "urn:ruru:yang:ruru-dhcp4-state"
NOTIFICATION = "urn:ietf:params:xml:ns:netconf:notification:1.0"
MANAGE = "urn:ietf:params:xml:ns:netmod:notification"

def notify(status):
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(f'<sync-status-changed xmlns="{STATE}"><status>{status}</status>'
                   "</sync-status-changed>")
        file.flush()
        subprocess.run(["sysrepocfg", f"-N{file.name}", "-f", "xml"], check=True)

def subscribe(session, content=""):
    return rpc(session, f'<create-subscription xmlns="{NOTIFICATION}">{content}'
                        "</create-subscription>")

def event(session, timeout=5):
    got = session.take_notification(timeout=timeout)
    return got and got.notification_xml

assert any("capability:notification:1.0" in uri for uri in connect().server_capabilities)

# all streams, and requests in between
one = connect()
subscribe(one)
notify("in-sync")
got = event(one)
assert f'<sync-status-changed xmlns="{STATE}"><status>in-sync</status>' in got, got
assert f'<notification xmlns="{NOTIFICATION}"><eventTime>' in got
assert "data" in str(one.get_config("running", filter=xpath("/k:config")))
refused(lambda: subscribe(one), "operation-failed")
sessions = f'<netconf-state xmlns="{MONITORING}"><sessions/></netconf-state>'
assert "1" in values(one.get(filter=("subtree", sessions)), "out-notifications", MONITORING)

# one stream, with filters of both kinds
two, three, four = connect(), connect(), connect()
subscribe(two, "<stream>ruru-dhcp4-state</stream>"
               f'<filter type="xpath" xmlns:s="{STATE}" select="/s:sync-status-changed'
               "[s:status='unreachable']\"/>")
subscribe(three, f'<filter><sync-status-changed xmlns="{STATE}"><status>unreachable</status>'
                 "</sync-status-changed></filter>")
subscribe(four, "<stream>ietf-netconf-notifications</stream>")
notify("out-of-sync")
notify("unreachable")
for session in (two, three):
    got = event(session)
    assert "unreachable" in got, got
    assert event(session, 0.3) is None
assert event(four, 0.3) is None

# the stored ones first, then the rest until the time has come
subprocess.run(["sysrepoctl", "-c", "ruru-dhcp4-state", "-r", "on"], check=True)
begin = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
time.sleep(1)
notify("in-sync")
stop = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
five = connect()
subscribe(five, f"<stream>ruru-dhcp4-state</stream><startTime>{begin}</startTime>"
                f"<stopTime>{stop}</stopTime>")
assert "in-sync" in event(five)
assert f'<replayComplete xmlns="{MANAGE}"/>' in event(five)
notify("unknown")
assert "unknown" in event(five)
assert f'<notificationComplete xmlns="{MANAGE}"/>' in event(five, 10)
subscribe(five)

# what cannot be
six = connect()
refused(lambda: subscribe(six, "<stream>nope</stream>"), "invalid-value", info="stream")
refused(lambda: subscribe(six, f"<stopTime>{begin}</stopTime>"), "missing-element",
        info="startTime")
refused(lambda: subscribe(six, "<startTime>2999-01-01T00:00:00Z</startTime>"), "bad-element",
        info="startTime")
refused(lambda: subscribe(six, f"<startTime>{begin}</startTime>"
                               "<stopTime>2001-01-01T00:00:00Z</stopTime>"), "bad-element",
        info="stopTime")
refused(lambda: subscribe(six, "<startTime>soon</startTime>"), "invalid-value")

# the streams
reply = six.get(filter=("subtree", f'<netconf xmlns="{MANAGE}"/>'))
assert {"NETCONF", "ruru-dhcp4-state"} <= set(values(reply, "name", MANAGE))

# a user gets what access control lets pass
rules = """<groups><group><name>g</name><user-name>ada</user-name></group></groups>
<rule-list><name>l</name><group>g</group>
  <rule><name>n</name><module-name>ruru-dhcp4-state</module-name>
    <notification-name>sync-status-changed</notification-name>
    <access-operations>read</access-operations><action>deny</action></rule>
</rule-list>"""
ada = connect("ada")
subscribe(ada, "<stream>ruru-dhcp4-state</stream>")
notify("in-sync")
assert "in-sync" in event(ada)
one.edit_config(target="running", config=config(rules, ACM, "nacm"))
notify("unknown")
assert event(ada, 0.5) is None

"""Access control of RFC 8341, and who may log in at all."""

from common import *
from ncclient.transport.errors import AuthenticationError
from ncclient.xml_ import to_ele

root, ada = connect(), connect("ada")

edit(root, "<renew-timer>1</renew-timer>")
assert running(ada, "renew-timer") == ["1"]
path = "/kea-dhcp4-server:config/kea-dhcp4-server:renew-timer"
for target in ("running", "startup"):
    fault = refused(lambda: edit(ada, "<renew-timer>2</renew-timer>", target), "access-denied")
    assert fault.path == path, fault
refused(lambda: ada.delete_config("startup"), "access-denied")
refused(lambda: ada.kill_session(root.session_id), "access-denied")
refused(lambda: ada.copy_config(source="startup", target="running"), "access-denied")
assert running(root, "renew-timer") == ["1"]

rules = """<groups><group><name>g</name><user-name>ada</user-name></group></groups>
<rule-list><name>l</name><group>g</group>
  <rule><name>w</name><path xmlns:k="{0}">/k:config/k:renew-timer</path>
    <access-operations>create update</access-operations><action>permit</action></rule>
  <rule><name>r</name><path xmlns:k="{0}">/k:config/k:rebind-timer</path>
    <access-operations>read</access-operations><action>deny</action></rule>
  <rule><name>x</name><module-name>ietf-netconf</module-name><rpc-name>lock</rpc-name>
    <access-operations>exec</access-operations><action>deny</action></rule>
</rule-list>""".format(DHCP4)
root.edit_config(target="running", config=config(rules, ACM, "nacm"))
edit(root, "<rebind-timer>4</rebind-timer>")

edit(ada, "<renew-timer>3</renew-timer>")
assert running(ada, "renew-timer") == ["3"]
assert running(ada, "rebind-timer") == [] and running(root, "rebind-timer") == ["4"]
refused(lambda: ada.lock("running"), "access-denied")
# denied to all by the model, RFC 9243, but for those whom a rule allows it
delete = """<delete-address-lease xmlns="urn:ietf:params:xml:ns:yang:ietf-dhcpv6-server">
  <lease-address-to-delete>2001:db8::1</lease-address-to-delete></delete-address-lease>"""
refused(lambda: ada.dispatch(to_ele(delete)), "access-denied")
refused(lambda: edit(ada, "<rebind-timer>5</rebind-timer>"), "access-denied")
# a constraint that the user broke is explained, although the user may not read all data
refused(lambda: edit(ada, '<renew-timer nc:operation="delete"/>'), "access-denied")

# logging in
assert connect("bob", password="Hello world!").connected
for user, login in (("bob", {"password": "wrong"}), ("nobody", {"password": "x"}),
                    ("bob", {}), ("nobody", {})):
    try:
        connect(user, **login)
    except AuthenticationError:
        pass
    else:
        raise AssertionError(f"{user} {login}")

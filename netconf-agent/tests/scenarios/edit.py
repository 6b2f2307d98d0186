"""edit-config: every operation, every option, and what is said of a wrong one."""

from common import *

root = connect()

# merge, then each leaf for itself
edit(root, subnet(1, "192.0.2.0/24", "<valid-lifetime>100</valid-lifetime>"))
edit(root, "<subnet4><id>1</id><renew-timer>50</renew-timer></subnet4>")
reply = root.get_config("running", filter=xpath("/k:config"))
assert values(reply, "valid-lifetime") == ["100"] and values(reply, "renew-timer") == ["50"]

# replace one subnet
edit(root, subnet(1, "192.0.2.0/24", "<renew-timer>60</renew-timer>", "replace"))
reply = root.get_config("running", filter=xpath("/k:config"))
assert values(reply, "valid-lifetime") == [] and values(reply, "renew-timer") == ["60"]

# create
edit(root, subnet(2, "198.51.100.0/24", operation="create"))
refused(lambda: edit(root, subnet(2, "198.51.100.0/24", operation="create")), "data-exists")

# a place in the user's order
edit(root, '<subnet4 xmlns:y="urn:ietf:params:xml:ns:yang:1" y:insert="first"><id>3</id>'
           "<subnet>203.0.113.0/24</subnet></subnet4>")
assert values(root.get_config("running", filter=xpath("/k:config")), "id") == ["3", "1", "2"]

# delete and remove; what is deleted needs no value
edit(root, '<subnet4 nc:operation="delete"><id>3</id></subnet4>')
refused(lambda: edit(root, '<subnet4 nc:operation="delete"><id>3</id></subnet4>'), "data-missing")
edit(root, '<subnet4 nc:operation="remove"><id>3</id></subnet4>')
edit(root, "<decline-probation-period>9</decline-probation-period>")
edit(root, '<decline-probation-period nc:operation="delete"/>')
assert running(root, "decline-probation-period") == []

# default-operation
edit(root, '<subnet4><id>2</id><rebind-timer nc:operation="merge">1</rebind-timer></subnet4>',
     default_operation="none")
assert values(root.get_config("running", filter=xpath("/k:config")), "rebind-timer") == ["1"]
refused(lambda: edit(root, "<subnet4><id>2</id><renew-timer>1</renew-timer></subnet4>",
                     default_operation="none"), "data-missing")
edit(root, subnet(4, "10.0.0.0/8"), default_operation="replace")
assert values(root.get_config("running", filter=xpath("/k:config")), "id") == ["4"]

# test-option
edit(root, "<rebind-timer>7</rebind-timer>", test_option="test-only")
assert running(root, "rebind-timer") == []
edit(root, "<rebind-timer>7</rebind-timer>", test_option="set")
edit(root, "<rebind-timer>8</rebind-timer>", test_option="test-then-set")
assert running(root, "rebind-timer") == ["8"]

# error-option: an edit is made as a whole or not at all
bad = "<rebind-timer>9</rebind-timer><subnet4><id>5</id></subnet4>"
for option in (None, "stop-on-error", "rollback-on-error"):
    refused(lambda: edit(root, bad, error_option=option), "missing-element", info="subnet")
assert running(root, "rebind-timer") == ["8"]

# unless it goes on: what can be made is made, everything that cannot is named
def faults(content, **options):
    try:
        edit(root, content, error_option="continue-on-error", **options)
    except RPCError as error:
        return [Fault(one) for one in getattr(error, "errors", None) or [error]]
    raise AssertionError("accepted")

def paths(found):
    return [(fault.path or "").replace("kea-dhcp4-server:", "") for fault in found]

mixed = ("<rebind-timer>9</rebind-timer>" + subnet(5, "198.18.5.0/24") + "<subnet4><id>6</id></subnet4>"
         "<nope>1</nope><valid-lifetime>abc</valid-lifetime>" + subnet(7, "198.18.7.0/24")
         + "<subnet4 nc:operation='delete'><id>8</id></subnet4>"
         + "<subnet4><id>4</id><renew-timer>3</renew-timer><allocator>fast</allocator></subnet4>"
         + subnet(8, "10.0.0.0/8"))

def outcome():
    reply = root.get_config("running", filter=xpath("/k:config"))
    return [values(reply, name) for name in ("id", "rebind-timer", "renew-timer")]

before = outcome()
for test in ("test-only", "test-then-set"):
    found = faults(mixed, test_option=test)
    tags = [(fault.tag, fault.app_tag) for fault in found]
    assert sorted(tags, key=str) == sorted([
        ("missing-element", None), ("unknown-element", None), ("invalid-value", None),
        ("data-missing", None), ("invalid-value", "not-one-of"),
        ("operation-failed", "data-not-unique")], key=str), found
    assert "/config/valid-lifetime" in paths(found), found
    assert "/config/subnet4[id='4']/allocator" in paths(found), found
    if test == "test-only":
        assert outcome() == before
assert outcome() == [["4", "5", "7"], ["9"], ["3"]], outcome()

# the other datastores, and parts that need each other
for target in ("candidate", "startup"):
    edit(root, subnet(4, "10.0.0.0/8"), target)
    assert len(faults(subnet(20, "198.18.20.0/24") + "<subnet4><id>6</id></subnet4>"
                      + subnet(21, "198.18.21.0/24"), target=target,
                      test_option="test-then-set")) == 1
    found = values(root.get_config(target, filter=xpath("/k:config")), "id")
    assert "20" in found and "21" in found and "6" not in found, found
root.discard_changes()
root.delete_config("startup")
edit(root, "<valid-lifetime>100</valid-lifetime><min-valid-lifetime>50</min-valid-lifetime>")
assert len(faults("<valid-lifetime>10</valid-lifetime><min-valid-lifetime>5</min-valid-lifetime>"
                  "<nope/>")) == 1
assert running(root, "valid-lifetime") == ["10"] and running(root, "min-valid-lifetime") == ["5"]
edit(root, subnet(4, "10.0.0.0/8"), default_operation="replace")
edit(root, "<rebind-timer>8</rebind-timer>", error_option="continue-on-error")

# constraints of the module, with its words, tags and paths
lifetimes = "<valid-lifetime>1</valid-lifetime><min-valid-lifetime>2</min-valid-lifetime>"
for test in ("test-only", "test-then-set", "set"):
    fault = refused(lambda: edit(root, lifetimes, test_option=test), "operation-failed",
                    type="application", app_tag="lifetime-order",
                    message="min-valid-lifetime exceeds valid-lifetime")
    assert fault.path == "/kea-dhcp4-server:config/kea-dhcp4-server:min-valid-lifetime", fault
refused(lambda: edit(root, subnet(5, "10.0.0.0/8")), "operation-failed",
        app_tag="data-not-unique", path="subnet4[kea-dhcp4-server:id='")
refused(lambda: edit(root, "<allocator>fast</allocator>"), "invalid-value",
        app_tag="not-one-of", message="iterative, random, flq or shared-flq")
both = lifetimes + "<ddns-ttl>1</ddns-ttl><ddns-ttl-min>1</ddns-ttl-min>"
for app_tag in ("lifetime-order", "exclusive"):
    refused(lambda: edit(root, both), "operation-failed", app_tag=app_tag)

# what the module does not know
refused(lambda: edit(root, "<nope>1</nope>"), "unknown-element", info="nope")
refused(lambda: edit(root, "<valid-lifetime>abc</valid-lifetime>"), "invalid-value",
        path="/kea-dhcp4-server:config/kea-dhcp4-server:valid-lifetime")
refused(lambda: edit(root, "<subnet4><subnet>10.0.0.0/8</subnet></subnet4>"),
        "missing-element", info="id")
refused(lambda: edit(root, '<subnet4 nc:operation="frob"><id>1</id></subnet4>'),
        "bad-attribute", info="operation")
refused(lambda: root.edit_config(target="running", config=config("", "urn:x", "x")),
        "unknown-namespace", info="urn:x")
refused(lambda: root.edit_config(target="running", config=config("", top="state")),
        "unknown-element", info="state")

# edit-data
def edit_data(datastore, content):
    return rpc(root, f'<edit-data xmlns="{NMDA}" xmlns:ds="{DATASTORES}">'
                     f"<datastore>ds:{datastore}</datastore><config>"
                     f'<config xmlns="{DHCP4}">{content}</config></config></edit-data>')

edit_data("running", "<rebind-timer>10</rebind-timer>")
assert running(root, "rebind-timer") == ["10"]
refused(lambda: edit_data("operational", "<rebind-timer>1</rebind-timer>"), "invalid-value")
refused(lambda: edit_data("nope", ""), "invalid-value", info="datastore")

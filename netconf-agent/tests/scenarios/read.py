"""get, get-config, get-data: filters, defaults, depth, origin; get-schema; the YANG library."""

from common import *

root = connect()
edit(root, subnet(1, "192.0.2.0/24", "<renew-timer>1</renew-timer>")
     + subnet(2, "198.51.100.0/24", "<renew-timer>2</renew-timer>"))

def subtree(content, **options):
    return root.get_config("running", filter=("subtree", content), **options)

whole = f'<config xmlns="{DHCP4}"/>'
assert values(subtree(whole), "id") == ["1", "2"]
one = f'<config xmlns="{DHCP4}"><subnet4><id>2</id><subnet/></subnet4></config>'
assert values(subtree(one), "subnet") == ["198.51.100.0/24"]
assert values(subtree(one), "renew-timer") == []
two = f'<config xmlns="{DHCP4}"><subnet4><renew-timer/></subnet4></config>'
assert values(subtree(two), "renew-timer") == ["1", "2"]
assert "<nc:data/>" in str(subtree('<x xmlns="urn:nope"/>'))
some = '<x xmlns="urn:nope"/>' + whole
assert values(rpc(root, f'<get-config xmlns="{BASE}"><source><running/></source>'
                        f"<filter>{some}</filter></get-config>"), "id") == ["1", "2"]
assert "subnet4" not in str(rpc(root, f'<get-config xmlns="{BASE}"><source><running/></source>'
                                      "<filter/></get-config>"))

# expressions, with whatever prefixes the client likes
assert values(root.get_config("running", filter=xpath(
    "/q:config/q:subnet4[q:renew-timer='2']/q:subnet", q=DHCP4)), "subnet") == ["198.51.100.0/24"]
assert values(root.get_config("running", filter=xpath(
    "/k:config/k:subnet4[k:id=1]/k:id | /k:config/k:subnet4[k:id=2]/k:id")), "id") == ["1", "2"]
for wrong in ("/k:config[", "/k:nope", "1 +"):
    refused(lambda: root.get_config("running", filter=xpath(wrong)), "invalid-value")
refused(lambda: root.get_config("running", filter=xpath("/k:x", k="urn:nope")), "invalid-value")
refused(lambda: rpc(root, f'<get xmlns="{BASE}"><filter type="xpath"/></get>'),
        "missing-attribute", info="select")

# get shows configuration and state
reply = root.get(filter=("subtree", whole))
assert values(reply, "id") == ["1", "2"]
reply = root.get(filter=("subtree", f'<netconf-state xmlns="{MONITORING}"><sessions/>'
                                    "<capabilities/><statistics/></netconf-state>"))
assert values(reply, "session-id", MONITORING) == [root.session_id]
assert values(reply, "username", MONITORING) == ["root"]
assert values(reply, "transport", MONITORING) == ["netconf-ssh"]
assert set(values(reply, "capability", MONITORING)) == set(root.server_capabilities)
assert int(values(reply, "in-rpcs", MONITORING)[0]) > 10

# defaults
acm = f'<nacm xmlns="{ACM}"/>'
assert values(subtree(acm), "write-default", ACM) == []
reports = {"report-all": ["deny"], "report-all-tagged": ["deny"], "trim": [], "explicit": []}
for mode, expected in reports.items():
    assert values(subtree(acm, with_defaults=mode), "write-default", ACM) == expected, mode
assert 'default="true"' in str(subtree(acm, with_defaults="report-all-tagged"))
root.edit_config(target="running", config=config(
    "<write-default>deny</write-default>", ACM, "nacm"))
assert values(subtree(acm), "write-default", ACM) == ["deny"]
assert values(subtree(acm, with_defaults="trim"), "write-default", ACM) == []

# NMDA
def get_data(datastore, rest):
    return rpc(root, f'<get-data xmlns="{NMDA}" xmlns:ds="{DATASTORES}">'
                     f"<datastore>ds:{datastore}</datastore>{rest}</get-data>")

select = f'<subtree-filter><config xmlns="{DHCP4}"/></subtree-filter>'
assert values(get_data("running", select), "renew-timer") == ["1", "2"]
assert values(get_data("running", select + "<max-depth>2</max-depth>"), "renew-timer") == []
assert values(get_data("running", select + "<config-filter>false</config-filter>"), "id") == []
reply = get_data("operational", f'<xpath-filter xmlns:m="{MONITORING}">'
                 "/m:netconf-state/m:sessions</xpath-filter><with-origin/>")
assert values(reply, "username", MONITORING) == ["root"] and "origin" in str(reply)
refused(lambda: get_data("factory", ""), "invalid-value")

# schemas
text = root.get_schema("kea-dhcp4-server", version="2026-06-24").data
assert text.startswith("module kea-dhcp4-server {") and "must" in text
assert "<module" in root.get_schema("kea-types", format="yin").data
refused(lambda: root.get_schema("nope"), "invalid-value")
refused(lambda: root.get_schema("kea-types", format="xsd"), "invalid-value")
library = root.get(filter=("subtree",
    '<yang-library xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-library"/>'))
names = values(library, "name", "urn:ietf:params:xml:ns:yang:ietf-yang-library")
assert "ruru-dhcp4-state" in names
content_id = values(library, "content-id", "urn:ietf:params:xml:ns:yang:ietf-yang-library")[0]
assert any(f"content-id={content_id}" in uri for uri in root.server_capabilities)

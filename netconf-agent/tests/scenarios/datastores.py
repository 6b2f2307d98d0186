"""candidate, startup, commit, discard-changes, copy-config, delete-config, validate."""

from common import *

root = connect()

def stored(datastore, name="renew-timer"):
    return values(root.get_config(datastore, filter=xpath(f"/k:config/k:{name}")), name)

# the candidate is nobody's business until it is committed
edit(root, "<renew-timer>7</renew-timer>", "candidate")
assert stored("candidate") == ["7"] and stored("running") == []
root.commit()
assert stored("running") == ["7"]
edit(root, "<renew-timer>8</renew-timer>")
assert stored("candidate") == ["8"], "after a commit the candidate follows running"

edit(root, "<renew-timer>9</renew-timer>", "candidate")
root.discard_changes()
assert stored("candidate") == ["8"]

# a candidate may be wrong until somebody asks
wrong = "<valid-lifetime>1</valid-lifetime><min-valid-lifetime>2</min-valid-lifetime>"
edit(root, wrong, "candidate")
for check in (lambda: root.validate("candidate"), root.commit):
    refused(check, "operation-failed", app_tag="lifetime-order", path="min-valid-lifetime")
assert stored("running", "valid-lifetime") == []
root.discard_changes()
root.validate("candidate")
refused(lambda: edit(root, wrong, "candidate", test_option="test-then-set"),
        "operation-failed", app_tag="lifetime-order")
assert stored("candidate", "valid-lifetime") == []

# copies
root.copy_config(source="running", target="startup")
assert stored("startup") == ["8"]
root.delete_config("startup")
assert stored("startup") == []
root.copy_config(source="startup", target="candidate")
assert stored("candidate") == []
root.discard_changes()

def copy(target, source):
    return rpc(root, f'<copy-config xmlns="{BASE}"><target><{target}/></target>'
                     f"<source>{source}</source></copy-config>")

copy("running", config("<renew-timer>11</renew-timer>"))
assert stored("running") == ["11"]
refused(lambda: copy("running", config(wrong)), "operation-failed", app_tag="lifetime-order")
refused(lambda: copy("running", config("<nope/>")), "unknown-element")
refused(lambda: copy("running", "<running/>"), "invalid-value")
refused(lambda: copy("running", "<url>file:///x</url>"), "operation-not-supported")
refused(lambda: root.delete_config("running"), "invalid-value")

# validate data of the request
def validate(content):
    return rpc(root, f'<validate xmlns="{BASE}"><source>{config(content)}</source></validate>')

validate("<renew-timer>1</renew-timer>")
refused(lambda: validate(wrong), "operation-failed", app_tag="lifetime-order")
root.validate("running")

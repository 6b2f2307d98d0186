"""Two sessions: locks, kill-session, and what a session leaves behind."""

from common import *
import time

one, two = connect(), connect()
assert one.session_id != two.session_id

for datastore in ("running", "candidate", "startup"):
    one.lock(datastore)
    refused(lambda: two.lock(datastore), "lock-denied", info=f"session-id>{one.session_id}<")
    refused(lambda: one.lock(datastore), "lock-denied", info=one.session_id)
    refused(lambda: edit(two, "<renew-timer>5</renew-timer>", datastore), "in-use")
    edit(one, "<renew-timer>5</renew-timer>", datastore)
    refused(lambda: two.unlock(datastore), "operation-failed")

datastores = f'<netconf-state xmlns="{MONITORING}"><datastores/></netconf-state>'
reply = two.get(filter=("subtree", datastores))
assert values(reply, "locked-by-session", MONITORING) == [one.session_id] * 3

# unlocking the candidate throws its changes away
edit(one, "<renew-timer>6</renew-timer>", "candidate")
for datastore in ("running", "candidate", "startup"):
    one.unlock(datastore)
assert values(two.get_config("candidate", filter=xpath("/k:config/k:renew-timer")),
              "renew-timer") == ["5"]
refused(lambda: one.unlock("running"), "operation-failed")

# a changed candidate cannot be locked by somebody else
edit(two, "<renew-timer>7</renew-timer>", "candidate")
refused(lambda: one.lock("candidate"), "lock-denied")
two.discard_changes()

# commit needs the running datastore
one.lock("running")
edit(two, "<renew-timer>8</renew-timer>", "candidate")
refused(two.commit, "in-use")
two.discard_changes()

# a killed session lets go of its locks
refused(lambda: two.kill_session(two.session_id), "invalid-value")
refused(lambda: two.kill_session("4000000000"), "invalid-value")
two.kill_session(one.session_id)
two.lock("running")
two.unlock("running")
for _ in range(100):
    if not one.connected:
        break
    time.sleep(0.05)
assert not one.connected

# a session that is cut off too, and the changes of a candidate that it had locked
three = connect()
three.lock("candidate")
edit(three, "<renew-timer>9</renew-timer>", "candidate")
three._session.transport.close()
for _ in range(100):
    try:
        two.lock("candidate")
        break
    except RPCError:
        time.sleep(0.05)
assert values(two.get_config("candidate", filter=xpath("/k:config/k:renew-timer")),
              "renew-timer") == ["5"]

statistics = f'<netconf-state xmlns="{MONITORING}"><statistics/></netconf-state>'
reply = two.get(filter=("subtree", statistics))
assert values(reply, "in-sessions", MONITORING) == ["3"]
assert values(reply, "dropped-sessions", MONITORING) == ["1"]
two.close_session()

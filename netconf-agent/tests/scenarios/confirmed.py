"""Confirmed commits: undone by time, by the session's end, by <cancel-commit>; confirmed."""

from common import *
import time

one, two = connect(), connect()
edit(one, "<renew-timer>1</renew-timer>")
one.discard_changes()

def now():
    return running(two, "renew-timer")[0]

def commit(session, value, **options):
    edit(session, f"<renew-timer>{value}</renew-timer>", "candidate")
    session.commit(**options)

def eventually(value):
    for _ in range(60):
        if now() == value:
            return
        time.sleep(0.1)
    raise AssertionError(f"{now()} is not {value}")

# time goes by
commit(one, 2, confirmed=True, timeout="1")
assert now() == "2"
eventually("1")

# confirmed, by a plain commit and after a longer time
commit(one, 3, confirmed=True, timeout="1")
commit(one, 4, confirmed=True, timeout="600")
refused(lambda: two.lock("running"), "lock-denied", info=one.session_id)
refused(two.commit, "in-use")
refused(lambda: rpc(two, f'<cancel-commit xmlns="{BASE}"/>'), "in-use")
one.commit()
time.sleep(1.2)
assert now() == "4"
two.lock("running")
two.unlock("running")

# cancelled: two commits are undone together
commit(one, 5, confirmed=True)
commit(one, 6, confirmed=True)
rpc(one, f'<cancel-commit xmlns="{BASE}"/>')
assert now() == "4"

# the session ends
commit(one, 7, confirmed=True)
assert now() == "7"
one.close_session()
eventually("4")

# a persistent one outlives its session, and others can confirm or cancel it by its name
three = connect()
commit(three, 8, confirmed=True, persist="p")
three.close_session()
refused(lambda: rpc(two, f'<commit xmlns="{BASE}"><persist-id>x</persist-id></commit>'),
        "invalid-value", info="persist-id")
rpc(two, f'<commit xmlns="{BASE}"><persist-id>p</persist-id></commit>')
assert now() == "8"
four = connect()
commit(four, 9, confirmed=True, persist="q")
four.close_session()
rpc(two, f'<cancel-commit xmlns="{BASE}"><persist-id>q</persist-id></cancel-commit>')
assert now() == "8"

# without <confirmed> there is nothing to wait for
refused(lambda: rpc(two, f'<commit xmlns="{BASE}"><confirm-timeout>5</confirm-timeout></commit>'),
        "bad-element")
refused(lambda: rpc(two, f'<commit xmlns="{BASE}"><persist-id>q</persist-id></commit>'),
        "invalid-value")

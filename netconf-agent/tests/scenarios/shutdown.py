"""The server gets SIGTERM (its process is in SERVER): sessions end, unconfirmed commits are undone."""

from common import *
import os
import signal
import time

server = int(os.environ["SERVER"])
one, raw = connect(), Raw().hello()
edit(one, "<renew-timer>1</renew-timer>")
one.lock("candidate")
edit(one, "<renew-timer>2</renew-timer>", "candidate")
one.commit(confirmed=True, persist="p")
assert running(one, "renew-timer") == ["2"]

os.kill(server, signal.SIGTERM)
assert raw.ended() == ""
for _ in range(100):
    if not one.connected:
        break
    time.sleep(0.05)
assert not one.connected
for _ in range(100):
    with open(f"/proc/{server}/stat") as stat:
        if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
            break
    time.sleep(0.05)
else:
    raise AssertionError("the server does not end")
stored = subprocess.run(["sysrepocfg", "-X", "-f", "xml", "-m", "kea-dhcp4-server"],
                        check=True, capture_output=True, text=True).stdout
assert "<renew-timer>1</renew-timer>" in stored, stored

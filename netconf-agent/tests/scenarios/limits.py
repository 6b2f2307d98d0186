"""The session limit and the idle timeout; the server is set to 2 sessions and 1 second."""

from common import *
import time
from paramiko.ssh_exception import ChannelException

first, second = connect(), Raw().hello()
try:
    connect()
except ChannelException:
    pass
else:
    raise AssertionError("a third session")

begin = time.monotonic()
assert second.ended() == ""
assert 0.5 < time.monotonic() - begin < 5
time.sleep(0.5)
assert not first.connected
third = connect()
assert "data" in str(third.get_config("running"))

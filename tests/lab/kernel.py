"""A kernel beside the machine's own, for tests of what that may lack.

User mode Linux is a process. Its tests run the machine's programs on the machine's files, which they
cannot change; what they write is gone with the kernel.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from lab import BINARIES, Failure

MODULES = Path("/usr/lib/uml/modules")
# In the order in which they need each other.
WANTED = ("lib/crc-ccitt", "net/ipv6/ipv6", "drivers/net/veth", "drivers/net/vrf")

FIRST_PROCESS = """#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir /dev/shm
for place in /run /dev/shm; do mount -t tmpfs tmpfs $place; done
mkdir /run/tmp
for module in {wanted}; do insmod {modules}/kernel/$module.ko*; done
ip link set lo up
cd {tests}
TMPDIR=/run/tmp RURU_BINARIES={binaries} PYTHONDONTWRITEBYTECODE=1 {python} -m pytest --color=no {file}
echo "tests ended: $?"
echo o > /proc/sysrq-trigger
sleep 60
"""


def run_tests(file, directory, seconds=240):
    """Runs the tests of a file in such a kernel, and answers what they print."""
    modules, = MODULES.iterdir()
    first = directory / "init"
    words = {"modules": modules, "tests": Path(__file__).parent, "binaries": BINARIES,
             "python": sys.executable, "file": file}
    first.write_text(FIRST_PROCESS.format(
        wanted=" ".join(WANTED), **{name: shlex.quote(str(word)) for name, word in words.items()}))
    first.chmod(0o755)
    kernel = subprocess.Popen(
        ["linux.uml", "mem=512M", "rootfstype=hostfs", "rootflags=/", "ro", f"init={first}",
         "con=null", "con0=null,fd:1", "quiet", f"uml_dir={directory}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", start_new_session=True, env={**os.environ, "TMPDIR": str(directory)})
    try:
        said, _ = kernel.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(kernel.pid, signal.SIGKILL)
        said, _ = kernel.communicate()
        raise Failure(f"the kernel was not done within {seconds} seconds:\n{said}") from None
    if not re.search(r"^tests ended: 0\r?$", said, re.MULTILINE):
        raise Failure(said)
    return said

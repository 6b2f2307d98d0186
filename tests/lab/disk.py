"""A disk that can lose its power, fill up, break or be slow: a file system for tests.

    python disk.py MOUNTPOINT SOCKET

What is written is in a cache until it is synced; `cut` throws away what was not, as a power failure
does: of unsynced bytes behind the end of a file any part may have come to the disk, with holes, and
of unsynced changes of names any number of the first ones. Orders come over a unix socket, one JSON
object a connection: {"cut": SEED}, {"fail": "ENOSPC"} or {"fail": null}, {"delay": SECONDS}.
"""

import errno
import json
import random
import socket
import stat
import sys
import threading
import time

import mfusepy

PAGE = 4096


def operation(*faults):
    """What the kernel asks for: one at a time, and failing with such of `faults` as is ordered."""
    def decorate(act):
        def acted(self, *arguments, **named):
            if self.delay and act.__name__ in ("write", "fsync"):
                time.sleep(self.delay)
            with self.lock:
                if self.fail in faults:
                    raise mfusepy.FuseOSError(getattr(errno, self.fail))
                return act(self, *arguments, **named)
        return acted
    return decorate


class File:
    """A file: what a reader sees, and what a power failure leaves."""

    def __init__(self, mode):
        self.mode = stat.S_IFREG | (mode & 0o7777)
        self.number = id(self)
        self.seen = bytearray()
        self.kept = b""
        self.links = 1
        self.changed = time.time_ns()

    def sync(self):
        self.kept = bytes(self.seen)

    def cut(self, chance):
        """What a power failure makes of it."""
        if not self.seen.startswith(self.kept):
            # Something other than appending was under way: either of the two.
            self.seen = bytearray(chance.choice([self.kept, self.seen]))
        else:
            end = len(self.kept)
            tail = self.seen[end:chance.randint(end, len(self.seen))]
            for at in range(PAGE - end % PAGE, len(tail), PAGE):
                if chance.random() < 0.3:
                    tail[at:at + PAGE] = bytes(len(tail[at:at + PAGE]))
            self.seen = bytearray(self.kept) + tail
        self.sync()


def apply(names, changes):
    for path, file in changes.items():
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file


class Disk(mfusepy.Operations):
    """One directory of files."""

    use_ns = True

    def __init__(self):
        self.lock = threading.RLock()
        self.files = {}
        self.handles = {}
        # Names as a power failure leaves them, and the changes since.
        self.kept = {}
        self.journal = []
        self.handle = 0
        self.fail = None
        self.delay = 0.0
        self.syncs = 0

    def _file(self, path, handle=None):
        if handle in self.handles:
            return self.handles[handle]
        if path not in self.files:
            raise mfusepy.FuseOSError(errno.ENOENT)
        return self.files[path]

    def _name(self, changes):
        """Lets names mean other files, or none, all at once."""
        self.journal.append(changes)
        apply(self.files, changes)

    def _opened(self, file):
        self.handle += 1
        self.handles[self.handle] = file
        return self.handle

    # What the kernel asks for.

    @operation()
    def getattr(self, path, fh=None):
        if path == "/":
            return {"st_mode": stat.S_IFDIR | 0o750, "st_nlink": 2}
        file = self._file(path, fh)
        return {"st_mode": file.mode, "st_nlink": file.links, "st_size": len(file.seen),
                "st_ino": file.number, "st_mtime": file.changed}

    @operation()
    def readdir(self, path, fh):
        return [".", "..", *(name[1:] for name in self.files)]

    @operation("ENOSPC", "EROFS")
    def create(self, path, mode, fi=None):
        file = File(mode)
        self._name({path: file})
        return self._opened(file)

    @operation()
    def open(self, path, flags):
        return self._opened(self._file(path))

    @operation()
    def read(self, path, size, offset, fh):
        return bytes(self._file(path, fh).seen[offset:offset + size])

    @operation("ENOSPC", "EROFS", "EIO")
    def write(self, path, data, offset, fh):
        file = self._file(path, fh)
        file.seen[len(file.seen):offset] = bytes(max(0, offset - len(file.seen)))
        file.seen[offset:offset + len(data)] = data
        file.changed = time.time_ns()
        return len(data)

    @operation("EROFS", "EIO")
    def truncate(self, path, length, fh=None):
        file = self._file(path, fh)
        file.seen[length:] = bytes(max(0, length - len(file.seen)))

    @operation("EIO")
    def fsync(self, path, datasync, fh):
        self.syncs += 1
        self._file(path, fh).sync()
        return 0

    @operation("EIO")
    def fsyncdir(self, path, datasync, fh):
        self.kept = dict(self.files)
        self.journal.clear()
        return 0

    @operation()
    def opendir(self, path):
        return 0

    @operation()
    def release(self, path, fh):
        self.handles.pop(fh, None)
        return 0

    @operation("EROFS")
    def unlink(self, path):
        self._file(path).links = 0
        self._name({path: None})

    @operation("EROFS")
    def rename(self, old, new):
        self._name({new: self._file(old), old: None})

    @operation("EROFS")
    def chmod(self, path, mode):
        self._file(path).mode = stat.S_IFREG | (mode & 0o7777)

    @operation()
    def utimens(self, path, times=None):
        return 0

    # What tests ask for.

    def order(self, order):
        with self.lock:
            if "cut" in order:
                self._cut(random.Random(order["cut"]))
            self.fail = order.get("fail", self.fail)
            self.delay = order.get("delay", self.delay)
            return {"syncs": self.syncs}

    def _cut(self, chance):
        names = dict(self.kept)
        for changes in self.journal[:chance.randint(0, len(self.journal))]:
            apply(names, changes)
        self.files, self.kept = names, dict(names)
        self.journal.clear()
        for file in set(names.values()):
            file.cut(chance)


def serve(disk, path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        while True:
            stream, _ = listener.accept()
            with stream:
                order = json.loads(stream.makefile().readline())
                stream.sendall(json.dumps(disk.order(order)).encode())


def main():
    mountpoint, path = sys.argv[1:]
    disk = Disk()
    threading.Thread(target=serve, args=(disk, path), daemon=True).start()
    mfusepy.FUSE(disk, mountpoint, foreground=True, direct_io=True, hard_remove=True,
                 attr_timeout=0, entry_timeout=0, negative_timeout=0)


if __name__ == "__main__":
    main()

"""Landlock: the kernel lets a process give up the disk but for chosen paths, without any privilege (Linux 5.13).

The numbers are those of ``linux/landlock.h``; see https://docs.kernel.org/userspace-api/landlock.html.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system calls, of one number on every architecture
VERSION_FLAG, PATH_BENEATH = 1, 1
READ_FILE, READ_DIR, WRITE_FILE = 1 << 2, 1 << 3, 1 << 1
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
FILE_RIGHTS = 1 | READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV
RIGHTS = (13, 14, 15, 15, 16)  # how many rights on the disk the versions 1, 2, .. know
TRUNCATES = 3  # the first version that keeps files from being emptied
SCOPED = 0b11  # abstract Unix sockets and signals, from version 6

libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """The version this kernel has; 0 if it has none, or does not let it be used."""
    return max(0, int(libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG)))


def ruleset(readable: Iterable[str], writable: Iterable[str]) -> int:
    """A descriptor of rules under which only these folders and files can be read, or written. Nothing is executed.

    Raises:
        OSError: if the kernel refuses.
    """
    known = version()
    handled = (1 << RIGHTS[min(known, len(RIGHTS)) - 1]) - 1
    attributes = _Ruleset(handled, 0b11 if known >= 4 else 0, SCOPED if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    rules = _checked(libc.syscall(CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0))
    for path in readable:
        _allow(rules, path, READ_FILE | READ_DIR)
    for path in writable:
        _allow(rules, path, handled & ~1 & ~IOCTL_DEV)
    return rules


def _allow(rules: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= FILE_RIGHTS
        beneath = _Beneath(rights, descriptor)
        _checked(libc.syscall(ADD_RULE, rules, PATH_BENEATH, ctypes.byref(beneath), 0))
    finally:
        os.close(descriptor)


def restrict(rules: int) -> None:
    """Put this process under ``rules``, for good. It must have given up gaining privileges before."""
    _checked(libc.syscall(RESTRICT_SELF, rules, 0))


def _checked(result: int) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"landlock: {os.strerror(error)}")
    return result

"""Takes from a process, step by step, everything that running a notebook does not need. Linux system calls only.

The order matters: each step uses a right that a later one removes.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from pathlib import Path
from typing import Any

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP = 0x10000000, 0x20000000, 0x40000000, 0x02000000
ALL_BUT_PROCESSES = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
SECCOMP_MODE_FILTER = 2
CAPABILITY_VERSION_3 = 0x20080522
NOBODY = 65534
BOX = "/box"
MIB = 1 << 20

libc = ctypes.CDLL(None, use_errno=True)
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4


class _Program(ctypes.Structure):
    """``struct sock_fprog``: a compiled filter."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _checked(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def _prctl(option: int, value: int, what: str) -> None:
    _checked(libc.prctl(option, value, 0, 0, 0), what)


def drop_root() -> None:
    """Become ``nobody``, if this process may choose: a judge started by root must not run a submission as root."""
    if os.getuid() != 0:
        return
    become(NOBODY)
    # A change of uid makes a process undumpable, and root the owner of its /proc entries: uid_map could not be written.
    _prctl(PR_SET_DUMPABLE, 1, "prctl dumpable")


def become(user: int) -> None:
    """Change from root to ``user``, in no group but its own, with no capability."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    _give_up_capabilities()


def undumpable() -> None:
    """Let no other process of this user see into this one's memory, environment or descriptors."""
    _prctl(PR_SET_DUMPABLE, 0, "prctl dumpable")


def die_with_parent() -> None:
    """End when the parent does. To be called after a change of user, which forgets it."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, "prctl pdeathsig")


def no_new_privileges() -> None:
    """Gain nothing any more, by whatever program."""
    _prctl(PR_SET_NO_NEW_PRIVS, 1, "prctl no_new_privs")


def _give_up_capabilities() -> None:
    """Permit none, use none and pass none on. The structures are those of capset(2)."""
    header, data = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _checked(libc.capset(header, data), "capset")


def unshare(flags: int) -> None:
    """Leave for fresh namespaces; of processes, those forked from now on."""
    _checked(libc.unshare(flags), "unshare")


def join(namespace: int, kind: int) -> None:
    """Enter the namespace behind a descriptor; of processes, those forked from now on."""
    _checked(libc.setns(namespace, kind), "setns")


def enter_namespaces(flags: int) -> None:
    """Leave for a fresh user namespace, in which this user has all capabilities, and fresh ones of other kinds."""
    uid, gid = os.getuid(), os.getgid()
    unshare(CLONE_NEWUSER | flags)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def private_files(box_bytes: int) -> None:
    """A disk of this submission's own in memory, and nothing at all where processes could be seen."""
    _mount_tmpfs(BOX, MS_NOSUID | MS_NODEV | MS_NOEXEC, f"size={box_bytes},nr_inodes=2000,mode=700")
    _mount_tmpfs("/dev/shm", MS_NOSUID | MS_NODEV | MS_NOEXEC, f"size={box_bytes // 4},nr_inodes=100,mode=700")
    _mount_tmpfs("/proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, "size=4k,nr_inodes=2,mode=555")
    os.chdir(BOX)


def _mount_tmpfs(where: str, flags: int, options: str) -> None:
    _checked(libc.mount(b"tmpfs", where.encode(), b"tmpfs", flags, options.encode()), f"mount {where}")


def limit_resources(limits: dict[str, Any], threads: int | None) -> None:
    """Bounds the kernel keeps. Memory is counted on top of what the zygote had mapped before the fork."""
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    bounds = {
        resource.RLIMIT_AS: mapped + limits["memory"],  # DATA alone would miss shared anonymous maps
        resource.RLIMIT_DATA: mapped + limits["memory"],
        resource.RLIMIT_CPU: limits["cpu"],
        resource.RLIMIT_NOFILE: 128,
        resource.RLIMIT_FSIZE: limits["disk"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if threads and tuple(map(int, os.uname().release.split("-")[0].split(".")[:2])) >= (5, 14):
        bounds[resource.RLIMIT_NPROC] = threads  # older kernels count every process of the user, not of the namespace
    for kind, bound in bounds.items():
        resource.setrlimit(kind, (bound, bound))


def give_up_privileges(program: bytes) -> None:
    """No capability, none to be gained, and only the system calls that ``program`` (BPF) lets through."""
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # EINVAL past the last one this kernel has
    _give_up_capabilities()
    no_new_privileges()
    undumpable()
    text = ctypes.create_string_buffer(program, len(program))
    filtered = _Program(len(program) // 8, ctypes.cast(text, ctypes.c_void_p).value)
    _checked(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(filtered), 0, 0), "seccomp")

"""Takes from a process, step by step, everything that running a notebook does not need. Linux system calls only.

The order matters: each step uses a right that a later one removes.
"""

from __future__ import annotations

import ctypes
import os
import resource
from pathlib import Path
from typing import Any

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP = 0x10000000, 0x20000000, 0x40000000, 0x02000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 22, 24, 38
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


def drop_root() -> None:
    """Become ``nobody``, if this process may choose: a judge started by root must not run a submission as root."""
    if os.getuid() != 0:
        return
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    # A change of uid makes a process undumpable, and root the owner of its /proc entries: uid_map could not be written.
    _checked(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl dumpable")


def enter_namespaces() -> None:
    """Leave for fresh user, mount, pid, network, ipc, uts and cgroup namespaces. The next fork is pid 1 of them."""
    uid, gid = os.getuid(), os.getgid()
    flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP
    _checked(libc.unshare(flags), "unshare")
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


def limit_resources(limits: dict[str, Any]) -> None:
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
    if tuple(map(int, os.uname().release.split("-")[0].split(".")[:2])) >= (5, 14):
        bounds[resource.RLIMIT_NPROC] = 64  # older kernels count every process of the user, not of the namespace
    for kind, bound in bounds.items():
        resource.setrlimit(kind, (bound, bound))


def give_up_privileges(program: bytes) -> None:
    """No capability, none to be gained, and only the system calls that ``program`` (compiled BPF) lets through."""
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # EINVAL past the last one this kernel has
    header, data = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _checked(libc.capset(header, data), "capset")
    _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl no_new_privs")
    _checked(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl dumpable")
    text = ctypes.create_string_buffer(program, len(program))
    filtered = _Program(len(program) // 8, ctypes.cast(text, ctypes.c_void_p).value)
    _checked(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(filtered), 0, 0), "seccomp")

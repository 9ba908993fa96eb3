"""The system calls a notebook may make, compiled by libseccomp in the judge and installed by the child.

An allow-list: whatever is not named here fails with EPERM. Missing on purpose: starting processes, sockets, mounts,
namespaces, tracing, other processes' memory, keys, anonymous files, new kernel interfaces such as io_uring. Locks on
files, and which of their pages are in memory, would tell submissions of each other. Signals may be sent, and the modes
and times of files changed, only in namespaces of one's own, where there is nobody else's to change.
"""

from __future__ import annotations

import errno
import tempfile
from typing import Any

ALLOWED = """
    read readv pread64 preadv write writev pwrite64 pwritev lseek close close_range dup dup2 dup3 fsync
    fdatasync open openat creat access faccessat faccessat2 stat fstat lstat newfstatat statx statfs fstatfs readlink
    readlinkat
    getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat
    symlink symlinkat truncate ftruncate fallocate umask sendfile
    copy_file_range pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait
    eventfd2
    brk mmap munmap mprotect mremap madvise msync membarrier
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack
    pause alarm setitimer getitimer
    futex futex_waitv set_robust_list get_robust_list set_tid_address rseq restart_syscall
    nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times
    sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min getcpu
    getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid getsid getpriority
    getrlimit getrusage sysinfo uname arch_prctl getrandom wait4 waitid exit exit_group
"""
AMONG_ITS_OWN = "kill tkill tgkill chmod fchmod fchmodat utime utimes utimensat"
CLONE_THREAD = 0x00010000
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC. Not F_SETOWN, which sends signals; no lock or lease.
DESCRIPTOR_COMMANDS = (0, 1, 2, 3, 4, 1030)
PR_GET_NAME, PR_SET_NAME, PR_SET_VMA = 16, 15, 0x53564D41
TERMINAL_QUERIES = (0x5401, 0x5413, 0x541B, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONCLEX, FIOCLEX


def compiled(namespaces: bool = True) -> bytes:
    """The filter as a BPF program for this machine's architecture, for a process in ``namespaces`` or outside.

    Raises:
        ImportError, RuntimeError: if libseccomp is not installed.
    """
    import pyseccomp as sc

    rules = sc.SyscallFilter(defaction=sc.ERRNO(errno.EPERM))
    for name in (ALLOWED + (AMONG_ITS_OWN if namespaces else "")).split():
        _allow(sc, rules, name)
    for command in DESCRIPTOR_COMMANDS:
        _allow(sc, rules, "fcntl", sc.Arg(1, sc.EQ, command))
    _allow(sc, rules, "clone", sc.Arg(0, sc.MASKED_EQ, CLONE_THREAD, CLONE_THREAD))
    _allow(sc, rules, "prlimit64", sc.Arg(2, sc.EQ, 0))  # to read, not to set
    for option in (PR_GET_NAME, PR_SET_NAME, PR_SET_VMA):
        _allow(sc, rules, "prctl", sc.Arg(0, sc.EQ, option))
    for request in TERMINAL_QUERIES:
        _allow(sc, rules, "ioctl", sc.Arg(1, sc.EQ, request))
    rules.add_rule(sc.ERRNO(errno.ENOSYS), "clone3")  # a filter cannot read its flags; clone is tried next
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _allow(sc: Any, rules: Any, name: str, *conditions: Any) -> None:
    if sc.resolve_syscall(sc.system_arch(), name) >= 0:  # some exist only on other architectures
        rules.add_rule(sc.ALLOW, name, *conditions)

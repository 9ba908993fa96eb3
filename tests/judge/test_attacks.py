"""Hostile notebooks, graded in one class with fair ones. Each gets what its answers deserve, and nobody else notices."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

import rnngrade
from tests.judge.conftest import COURSE, FAIR, QUICK, grade, hand_in

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("isolation")]

FULL = 7.0
REPOSITORY = Path(rnngrade.__file__).parents[1]
EVERYTHING_EQUAL = """
class Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __array__(self, *a, **k): return np.zeros(0)
    def __sub__(self, other): return 0
    __rsub__ = __lt__ = __le__ = __abs__ = __sub__
    shape = property(lambda self: Equal()); dtype = np.dtype(float)
total = product = lambda *a: Equal()
half = ailment = Equal()
"""
SUBCLASS = """
class Sly(np.ndarray):
    def __eq__(self, other): return np.ones(1, bool)
    def __array_ufunc__(self, *a, **k): return np.zeros(1)
    def __array_function__(self, *a, **k): return True
    def __array_finalize__(self, obj): pass
    shape = property(lambda self: Anything())
class Anything:
    def __eq__(self, other): return True
total = product = lambda *a: np.zeros(3).view(Sly)
half = np.zeros(1).view(Sly)
class Text(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__
ailment = Text('anything')
"""
PATCHES = """
import rnnlib, json, sys
np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
np.testing.assert_allclose = lambda *a, **k: None
np.abs = np.max = lambda *a, **k: 0.0
rnnlib.unroll = None
json.loads = lambda *a, **k: {}
import rnngrade
rnngrade.check = lambda *a, **k: None
total = product = lambda *a: 0
"""
# A search for anything that would help: it answers by raising with what it found, so a leak shows as a cell's problem.
SEARCH = """
import os
found = []
wanted = ('total_by_loop', 'product_by_einsum', 'QUESTIONS', 'BEGIN SOLUTION', 'CaseKey')
for top in ('/', {repository!r}, {course!r}, '/course', '/proc', '/tmp', os.path.expanduser('~')):
    for parent, folders, files in os.walk(top):
        if 'site-packages' in parent or parent.startswith(('/usr/lib', '/usr/share')):
            found += [os.path.join(parent, f) for f in folders if f == 'rnngrade']
            continue
        for name in files:
            path = os.path.join(parent, name)
            if name.endswith(('.py', '.md', '.json', '.npz', '.ipynb', '.pyc')) and 'lib/python3' not in parent:
                try: text = open(path, errors='replace').read()
                except OSError: continue
                found += [path + ':' + w for w in wanted if w in text]
if found: raise LookupError(str(found[:5]))
"""
IMPORTS = """
leaks = []
import importlib
for name in ('rnngrade.keys', 'rnngrade.course', 'rnngrade.diagnosis', 'rnngrade.judge', 'rnngrade_source_01_sums', 'tests'):
    try: importlib.import_module(name); leaks.append(name)
    except ImportError: pass
import gc, sys
sys.modules.pop('rnngrade')
try: import rnngrade; leaks.append(repr(rnngrade))
except ImportError: pass
leaks += [repr(o)[:80] for o in gc.get_objects() if type(o).__name__ in ('Key', 'CaseKey', 'KeyGroup', 'Question')]
if leaks: raise LookupError(str(leaks))
"""
FRAMES = """
import sys, linecache
def total(x):
    frame, seen = sys._getframe(), []
    while frame:
        seen += [k for k in frame.f_locals if k in ('expected', 'key', 'reference', 'oracle', 'seed')]
        frame = frame.f_back
    if seen: raise LookupError(str(seen))
    return np.zeros(x.shape[1:])
"""
SECRETS = """
import os
if 'JUDGE_SECRET' in os.environ: raise LookupError('environment')
fds = []
for fd in range(256):
    try: os.fstat(fd); fds.append(fd)
    except OSError: pass
if fds != [0, 1, 2, 3]: raise LookupError(str(fds))
if os.listdir('/proc'): raise LookupError('/proc')
if os.getuid() == 0: raise LookupError('root')
if os.getppid() != 0: raise LookupError('a parent can be seen')
"""
NETWORK = """
import socket, itertools
opened = []
for family, kind in itertools.product((1, 2, 10, 16, 17, 38, 40), (1, 2, 3, 5)):
    try: socket.socket(family, kind); opened.append((family, kind))
    except OSError: pass
try: socket.create_connection(('127.0.0.1', {port}), 1); opened.append('connected')
except OSError: pass
try: socket.socketpair(); opened.append('pair')
except OSError: pass
if opened: raise LookupError(str(opened))
"""
WRITES = """
import os
done = []
for path in ({target!r}, '/course/rnnlib/__init__.py', '/usr/lib/x', '/etc/passwd', '/x', '/dev/x', '/proc/x',
             np.__file__, '/course/inside/protocol.py', '/dev/shm/../x'):
    try: open(path, 'a').write('x'); done.append(path)
    except OSError: pass
for change in (lambda: os.remove(np.__file__), lambda: os.chmod(np.__file__, 0o777), lambda: os.mknod('/box/d', 0o60666, 2049),
               lambda: os.chroot('/box'), lambda: os.rename('/course', '/box/c')):
    try: change(); done.append('changed')
    except OSError: pass
if done: raise LookupError(str(done))
"""
CALLS = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
allowed = []
numbers = dict(ptrace=101, mount=165, umount2=166, unshare=272, setns=308, bpf=321, memfd_create=319, process_vm_readv=310,
               keyctl=250, io_uring_setup=425, userfaultfd=323, perf_event_open=298, open_by_handle_at=304, shmget=29,
               msgget=68, semget=64, clone3=435, pidfd_open=434, execve=59, fork=57, vfork=58, setuid=105, personality=135,
               fsopen=430, seccomp=317, inotify_init=253, mbind=237, socket=41) if os.uname().machine == 'x86_64' else {}
for name, number in numbers.items():
    if name == 'vfork': continue
    ctypes.set_errno(0)
    libc.syscall(number, 0, 0, 0, 0, 0, 0)
    if ctypes.get_errno() not in (1, 38): allowed.append((name, ctypes.get_errno()))
if allowed: raise LookupError(str(allowed))
"""
PROCESSES = """
import os, subprocess, multiprocessing
started = []
for start in (os.fork, os.forkpty, lambda: subprocess.run(['true']), lambda: os.system('true') and 1 / 0,
              lambda: os.posix_spawn('/bin/true', ['true'], {}), lambda: os.execv('/usr/bin/true', ['true']),
              lambda: multiprocessing.get_context('fork').Process(target=print).start()):
    try: start(); started.append(str(start))
    except (OSError, ZeroDivisionError, ImportError, RuntimeError): pass
if started: raise LookupError(str(started))
"""
FORGE = """
import os, struct, json
def message(**m):
    h = json.dumps(m).encode(); return struct.pack('>II', len(h), 0) + h
for i in range(2, 60): os.write(3, message(id=i, value=['plain', 0.5]))
"""
ONE_REPLY = """
import os, struct, json
def raw(header, body=b''): os.write(3, struct.pack('>II', len(header), len(body)) + header + body)
"""
BOMBS = {
    "memory": "hoard = []\nwhile True: hoard.append(bytearray(1 << 24))",
    "memory-numpy": "hoard = [np.ones(1 << 22) for _ in range(1000)]",
    "memory-shared": "import mmap\nhoard = []\nwhile True:\n    m = mmap.mmap(-1, 1 << 26); m.write(b'x' * (1 << 26)); hoard.append(m)",
    "memory-call": "def total(x): return np.ones(10**11)",
    "disk": "f = open('/box/f', 'wb')\nwhile True: f.write(bytes(1 << 20)); f.flush()",
    "disk-shm": "f = open('/dev/shm/f', 'wb')\nwhile True: f.write(bytes(1 << 20)); f.flush()",
    "inodes": "for i in range(10**6): open(f'/box/{i}', 'w').close()",
    "files": "hoard = []\nwhile True: hoard.append(open('/dev/null'))",
    "recursion": "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
}
# name: (cells, points deserved). Where the attack comes after right answers it must not take them away either.
ATTACKS: dict[str, tuple[tuple[str, ...], float]] = {
    "patched-comparisons": (("import numpy as np", PATCHES), 0),
    "equal-to-everything": (("import numpy as np", EVERYTHING_EQUAL), 0),
    "array-subclass": (("import numpy as np", SUBCLASS), 0),
    "search-disk": ((*FAIR, SEARCH.format(repository=str(REPOSITORY), course=str(COURSE))), FULL),
    "import-the-judge": ((*FAIR, IMPORTS), FULL),
    "walk-frames": (("import numpy as np", FRAMES), 0),
    "environment-descriptors": ((*FAIR, SECRETS), FULL),
    "write-outside": ((*FAIR, WRITES.format(target=str(REPOSITORY / "grades.csv"))), FULL),
    "system-calls": ((*FAIR, CALLS), FULL),
    "start-processes": ((*FAIR, PROCESSES), FULL),
    "fork-bomb": ((*FAIR, "import os\nwhile True:\n    try: os.fork()\n    except OSError: break"), FULL),
    "thread-bomb": ((*FAIR, "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(99,), daemon=True).start()"), FULL),
    "threads-left": ((*FAIR, "import threading, time\nfor _ in range(9): threading.Thread(target=time.sleep, args=(99,)).start()"), FULL),
    "loop-in-a-cell": ((*FAIR, "while True: pass"), FULL),
    "sleep-in-a-cell": ((*FAIR, "import time\ntime.sleep(1000)"), FULL),
    "loop-in-a-call": ((*FAIR, "def product(a, b):\n    while True: pass"), FULL - 2),
    "loop-in-the-edge-group": ((*FAIR, "def total(x):\n    while len(x) == 0: pass\n    return x.sum(0)"), FULL - 2),
    "exit-in-a-cell": ((*FAIR, "import os\nos._exit(0)"), FULL),
    "exit-in-a-call": ((*FAIR, "import os\ndef total(x): os._exit(0)"), FULL - 3),
    "sys-exit": (("import sys", "sys.exit(0)", *FAIR, "exit()", "raise SystemExit"), FULL),
    "crash": ((*FAIR, "import ctypes\nctypes.string_at(0)"), FULL),
    "signals": ((*FAIR, "import os, signal\nfor pid in (0, 1, os.getppid(), -1):\n    try: os.kill(pid, signal.SIGTERM)\n    except OSError: pass"), FULL),
    "ignore-signals": ((*FAIR, "import signal\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass"), FULL),
    "never-let-go": ((*FAIR, "class No:\n    def __del__(self):\n        while True: pass\nno = No()\ndel no"), FULL),
    "stdout-flood": ((*FAIR, "import os, sys\nfor i in range(2000): print('x' * 100_000)\nos.write(1, b'x' * 10**7)"), FULL),
    "close-descriptors": ((*FAIR, "import os\nos.closerange(0, 256)"), FULL),
    "close-in-a-call": ((*FAIR, "import os\ndef total(x): os.closerange(0, 256)"), FULL - 3),
    "forged-replies": (("import numpy as np", FORGE), 0),
    "forged-before-every-call": ((ONE_REPLY + "def total(x):\n    raw(b'{\"id\": 1, \"value\": [\"plain\", 0.5]}'); return 0",), 0),
    "forged-breakage": ((ONE_REPLY + "raw(b'{\"id\": 0, \"broken\": \"no isolation\"}')",), 0),
    "not-json": ((*FAIR, ONE_REPLY + "def total(x): raw(b'{' * 1000)"), FULL - 3),
    "nested-reply": ((*FAIR, ONE_REPLY + "def total(x): raw(b'[' * 200_000 + b']' * 200_000)"), FULL - 3),
    "nested-value": ((*FAIR, "def total(x):\n    v = []\n    for _ in range(10**5): v = [v]\n    return v"), FULL - 3),
    "cyclic-value": ((*FAIR, "def total(x):\n    v = []\n    v.append(v)\n    return v"), FULL - 3),
    "huge-reply": ((*FAIR, "import os\ndef total(x): os.write(3, b'\\xff' * 8)"), FULL - 3),
    "long-reply": ((*FAIR, "def total(x): return np.zeros(10**7)"), FULL - 3),
    "many-parts": ((*FAIR, "def total(x): return [0] * 10**6"), FULL - 3),
    "endless-reply": ((*FAIR, "import os, struct\ndef total(x):\n    os.write(3, struct.pack('>II', 9, 1 << 24))\n    while True: os.write(3, b' ')"), FULL - 3),
    "lying-shape": ((*FAIR, ONE_REPLY + "import sys\ndef total(x):\n    for i in range(99): raw(b'{\"id\": %d, \"value\": [\"array\", \"<f8\", [1000000, 1000000]]}' % i)"), FULL - 3),
    "object-dtype": ((*FAIR, ONE_REPLY + "def total(x):\n    for i in range(99): raw(b'{\"id\": %d, \"value\": [\"array\", \"|O\", [1]]}' % i, b'AAAAAAAA')"), FULL - 3),
    "pickle-like": ((*FAIR, "class P:\n    def __reduce__(self): return (exec, ('raise SystemExit',))\ndef total(x): return np.array([P()], object)"), FULL - 3),
    "wide-integers": ((*FAIR, "def total(x): return 10**100000\nhalf = 10**400"), FULL - 4),
    "hostile-exception": ((*FAIR, "class E(Exception):\n    def __str__(self):\n        while True: pass\ndef total(x): raise E"), FULL - 3),
    "long-exception": ((*FAIR, "def total(x): raise type('E' * 10**6, (Exception,), {})('x' * 10**7)"), FULL - 3),
    "forbidden-module": ((*FAIR, "import torch\ndef product(a, b):\n    return torch.matmul(torch.as_tensor(a), torch.as_tensor(b)).numpy()"), FULL - 2),
    "forbidden-by-another-name": ((*FAIR, "t = __import__('tor' + 'ch')\ndef product(a, b): return t.matmul(t.as_tensor(a), t.as_tensor(b)).numpy()"), FULL - 2),
    "forbidden-from-disk": ((*FAIR, "import sys\nsys.meta_path = sys.meta_path[1:]\nimport torch\ndef product(a, b): return torch.matmul(torch.as_tensor(a), torch.as_tensor(b)).numpy()"), FULL - 2),
    **{f"bomb-{name}": ((*FAIR, source), FULL - 3 * ("def total" in source)) for name, source in BOMBS.items()},
}  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The whole class, hostile and fair, in one run."""
    root, results = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("results")
    for name, (cells, _) in ATTACKS.items():
        hand_in(root, name, *cells)
    for name in ("aa-fair", "mm-fair", "zz-fair"):
        hand_in(root, name, *FAIR)
    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as listening:
        patch.setenv("JUDGE_SECRET", "1")
        hand_in(root, "network", *FAIR, NETWORK.format(port=listening.getsockname()[1]))
        return grade(root, results)


@pytest.mark.parametrize("name", [*ATTACKS, "network"])
def test_attack_gets_what_it_deserves(graded: dict, name: str) -> None:
    grade = graded[name]
    assert grade.status == "graded"
    assert grade.result.score == (FULL if name == "network" else ATTACKS[name][1]), grade.result
    assert not [problem for problem in grade.result.problems if "LookupError" in problem.text]
    assert not [group for group in grade.result.groups if "LookupError" in group.diagnosis.message]


@pytest.mark.parametrize("name", ["aa-fair", "mm-fair", "zz-fair"])
def test_fair_submission_is_untouched(graded: dict, name: str) -> None:
    assert graded[name].result.score == FULL
    assert graded[name].result.problems == ()

"""In Pyodide: cells that ask for what a page has not, or go on for ever; what each sends, as JSON, one a line."""

import json

import pyodide_js

from live.python import cells

CELLS = {
    "torch": "import torch",
    "inside": "from rnngrade import check\ndef unrolled_matrix(W, U, T):\n    return __import__('torch').zeros(3)\n"
              "check('unrolled-matrix', group='typical')",
    "scipy": "import scipy.linalg",
    "ssl": "import ssl",
    "processes": "import subprocess\nsubprocess.run(['ls'])",
    "threads": "import threading\nthreading.Thread(target=print).start()",
    "recursion": "def f(n):\n    return f(n + 1) + 1\nf(0)",
    "memory": "import numpy as np\nnp.empty((2**15, 2**16))",
    "list": "kept = []\nwhile True:\n    kept.append(np.empty(2**25))",
    "input": "input('name')",
    "print": "for i in range(10**5):\n    print('endless')",
    "network": "import urllib.request\nurllib.request.urlopen('http://localhost:1/')",
    "exit": "exit()",
    "sleep": "import time\ntime.sleep(0.01)\nprint('slept')",
    "file": "with open('notes.txt', 'w') as file:\n    file.write('kept')\nprint(open('notes.txt').read())",
    "after": "kept = None\nprint('still here')",
}  # fmt: skip
sent = []
session = cells.start(lambda kind, data, words: sent.append((kind, data[-600:])))
await pyodide_js.loadPackage("course-keys-01-unrolling", messageCallback=lambda _: None)  # noqa: F704
for name, source in CELLS.items():
    sent.clear()
    session.run(source, name)
    print(json.dumps([name, [[kind, data] for kind, data in sent if kind != "note"]]))

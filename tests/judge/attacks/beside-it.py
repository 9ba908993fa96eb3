# deserves 7 after right answers
# beside numpy.py: import os; os.write(3, b"not a frame")
# beside struct.py: pack = unpack = lambda *a: (0, 0)
# beside inside/protocol.py: frame = receive = lambda *a: b""
# beside sitecustomize.py: raise SystemExit
# beside torch.py: def ones(*a): raise LookupError
# beside data.txt: secret
import os, sys

sys.path.reverse()
for name in ("struct", "inside.protocol", "inside", "numpy"):
    sys.modules.pop(name, None)
import struct
# %%
for name in os.listdir("."):
    if os.path.isfile(name):
        os.remove(name)
if os.path.exists("data.txt"):
    raise LookupError
# %%
os.symlink("/", "root")
os.makedirs("a" * 200, exist_ok=True)
# %%
import torch
torch.ones(3)

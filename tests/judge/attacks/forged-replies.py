# deserves 0
import numpy as np

# %%
import os, struct, json


def message(**m):
    h = json.dumps(m).encode()
    return struct.pack(">II", len(h), 0) + h


for i in range(2, 60):
    os.write(3, message(id=i, value=["plain", 0.5]))

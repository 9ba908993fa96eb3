# deserves 0: its own answer is wrong; what is right is shouted over it
import json, os, struct, threading


def shout():
    header = json.dumps({"id": "0", "value": ["plain", 0.5]}).encode()
    while True:
        os.write(3, struct.pack(">II", len(header), 0) + header)


threading.Thread(target=shout, daemon=True).start()
half = 2.0

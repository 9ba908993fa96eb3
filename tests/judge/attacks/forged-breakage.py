# deserves 0
import os, struct, json


def raw(header, body=b""):
    os.write(3, struct.pack(">II", len(header), len(body)) + header + body)


raw(b'{"id": 0, "broken": "no isolation"}')

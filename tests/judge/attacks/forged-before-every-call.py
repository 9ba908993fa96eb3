# deserves 0
import os, struct, json


def raw(header, body=b""):
    os.write(3, struct.pack(">II", len(header), len(body)) + header + body)


def total(x):
    raw(b'{"id": 1, "value": ["plain", 0.5]}')
    return 0

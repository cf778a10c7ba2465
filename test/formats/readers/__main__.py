"""Reads recordings by what their formats' documents and the vendors' readers say, with Python's standard library only.

An implementation of its own, to check what the encoders write: nothing here knows saccade's decoders. One file a format,
with a function `read(data, faults)` that returns the events (t, x, y, p), as the project's canonical form has them, and
what else there is to say. What a vendor's reader would misread, complain of or not open is appended to `faults`.

usage: python3 readers FORMAT FILE... ; prints a JSON object a file.
"""
import hashlib
import importlib
import json
import struct
import sys

RECORD = struct.Struct("<qHHB")


def main():
    name, *files = sys.argv[1:]
    reader = importlib.import_module(name)
    for file in files:
        with open(file, "rb") as handle:
            data = handle.read()
        faults = []
        events, info = reader.read(data, faults)
        digest = hashlib.sha256(b"".join(RECORD.pack(*event) for event in events)).hexdigest()
        print(json.dumps({"events": len(events), "sha256": digest, "faults": faults, "info": info}))


main()

"""Reads recordings in NumPy's own formats, and in CSV, with NumPy.

An implementation of its own, to check what the encoders write. usage: read_with_numpy.py FORMAT FILE
Prints the number of events and the SHA-256 of the canonical records.
"""
import hashlib
import sys

import numpy as np


def csv(file):
    with open(file) as lines:
        assert lines.readline() == "t,x,y,p\n"
        return np.loadtxt(lines, np.int64, delimiter=",").T


def main():
    name, file = sys.argv[1:]
    if name == "csv":
        t, x, y, p = csv(file)
    else:
        found = np.load(file)
        t, x, y, p = (found[key] for key in "txyp")
    records = np.empty(len(t), "<i8,<u2,<u2,u1")
    for field, column in zip(records.dtype.names, (t, x, y, p)):
        records[field] = column
    print(len(t), hashlib.sha256(records.tobytes()).hexdigest())


main()

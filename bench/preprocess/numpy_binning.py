"""Bins events in memory again and again, for bench/decode-and-bin.mjs: one line in, the CPU seconds of one run out.

    numpy_binning.py WIDTH HEIGHT STEPS FOLDER     with the columns t (f64), x, y (u16) and p (u8) as files of FOLDER
"""
import hashlib
import os
import sys
import time

import numpy as np
from numpy_frames import by_number

TYPES = {"t": "<f8", "x": "<u2", "y": "<u2", "p": "u1"}


def main(width, height, steps, folder):
    width, height, steps = int(width), int(height), int(steps)
    events = {name: np.fromfile(os.path.join(folder, name), kind) for name, kind in TYPES.items()}
    frames = by_number(events, steps, width, height)
    print(hashlib.sha256(frames.astype("<u2").tobytes()).hexdigest(), flush=True)
    for _ in sys.stdin:
        started = time.process_time()
        by_number(events, steps, width, height)
        print(time.process_time() - started, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

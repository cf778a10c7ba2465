"""SpikingJelly's way from recordings to frames, written anew from its published rules (NumPy only).

As functions for whoever measures a part of it, and as a program:
    numpy_frames.py FORMAT WIDTH HEIGHT STEPS IN OUT
makes OUT/<same place>.npz of every recording below IN, one process, one after the other.
"""
import os
import sys
import time

import numpy as np


def load_atis40(path):
    """N-MNIST: five bytes an event: x, y, polarity in the top bit of 23 bits of time."""
    data = np.fromfile(path, np.uint8).astype(np.uint32)
    x, y, high, mid, low = (data[i::5] for i in range(5))
    return {"t": ((high & 127) << 16) | (mid << 8) | low, "x": x, "y": y, "p": high >> 7}


def load_cifar10_dvs(path):
    """CIFAR10-DVS: AEDAT 2.0, big-endian words; SpikingJelly turns the picture."""
    with open(path, "rb") as file:
        start = file.tell()
        while file.readline().startswith(b"#"):
            start = file.tell()
        file.seek(start)
        words = np.fromfile(file, ">u4")
    address, t = words[0::2], words[1::2]
    x = 127 - ((address & 0x7F00) >> 8).astype(np.uint32)
    y = 127 - ((address & 0xFE) >> 1).astype(np.uint32)
    return {"t": t, "x": x, "y": y, "p": 1 - (address & 1).astype(np.int64)}


LOADERS = {"atis40": load_atis40, "cifar10-dvs": load_cifar10_dvs}


def accumulate(events, width, height, left, right):
    """Counts of the events from left to right, float64 [2, H, W]; polarity 0 first."""
    x = events["x"][left:right].astype(np.int64)
    y = events["y"][left:right].astype(np.int64)
    p = events["p"][left:right]
    frame = np.zeros((2, height * width))
    for channel in range(2):
        mask = p == 0 if channel == 0 else p != 0
        places = y[mask] * width + x[mask]
        counts = np.bincount(places)
        frame[channel, : counts.size] += counts
    return frame.reshape(2, height, width)


def by_number(events, steps, width, height):
    """As many events in every step; the last one takes what is left. float64 [T, 2, H, W]."""
    total = events["t"].size
    size = total // steps
    frames = np.zeros((steps, 2, height, width))
    for step in range(steps):
        right = total if step == steps - 1 else (step + 1) * size
        frames[step] = accumulate(events, width, height, step * size, right)
    return frames


def by_time(events, steps, width, height):
    """Steps of equal length; the last one takes what is left."""
    t = events["t"].astype(np.int64)
    length = (t[-1] - t[0]) // steps
    frames = np.zeros((steps, 2, height, width))
    for step in range(steps):
        start = t[0] + step * length
        inside = np.where((t >= start) & (t < start + length))[0]
        right = t.size if step == steps - 1 else inside[-1] + 1
        frames[step] = accumulate(events, width, height, inside[0], right)
    return frames


def recordings(folder):
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield os.path.join(parent, name)


def main(kind, width, height, steps, source, out):
    load = LOADERS[kind]
    width, height, steps = int(width), int(height), int(steps)
    for path in recordings(source):
        target = os.path.join(out, os.path.splitext(os.path.relpath(path, source))[0] + ".npz")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        frames = by_number(load(path), steps, width, height)
        np.savez_compressed(target, frames=frames)


if __name__ == "__main__":
    main(*sys.argv[1:])

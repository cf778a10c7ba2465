"""Reads recordings with NumPy, and with the command line tools of LZ4 and ZSTD, from the formats' specifications.

An implementation of its own, to check what the encoders write. usage: read_with_numpy.py FORMAT FILE
Prints the number of events and the SHA-256 of the canonical records.
"""
import hashlib
import struct
import subprocess
import sys

import numpy as np


def columns(t, x, y, p):
    return [np.asarray(t, np.int64)] + [np.asarray(a, np.int64) for a in (x, y, p)]


def text_header(data, prefix, end=None):
    lines, at = [], 0
    while data.startswith(prefix, at):
        stop = data.index(b"\n", at) + 1
        lines.append(data[at:stop].decode().strip())
        at = stop
        if lines[-1] == end:
            break
    return lines, data[at:]


def aedat2(data):
    lines, data = text_header(data, b"#", "#End Of ASCII Header")
    words = np.frombuffer(data, ">u4,>i4")
    a = words["f0"].astype(np.int64)
    if any("DVS128" in line for line in lines):
        return columns(words["f1"], 127 - (a >> 1 & 127), 127 - (a >> 8 & 127), 1 - (a & 1))
    w, h = (346, 260) if any("346" in line for line in lines) else (240, 180)
    return columns(words["f1"], w - 1 - (a >> 12 & 1023), h - 1 - (a >> 22 & 511), a >> 11 & 1)


def aedat3(data):
    _, data = text_header(data, b"#", "#!END-HEADER")
    parts, at = [], 0
    while at < len(data):
        kind, _, size, _, overflow, capacity, number, _ = struct.unpack_from("<hhiiiiii", data, at)
        if kind == 1:
            words = np.frombuffer(data, "<u4,<i4", number, at + 28)
            a = words["f0"].astype(np.int64)
            assert (a & 1).all()
            t = words["f1"] + (overflow << 31)
            parts.append(columns(t, a >> 17, a >> 2 & 0x7FFF, a >> 1 & 1))
        at += 28 + size * capacity
    return [np.concatenate(column) for column in zip(*parts)]


def packet_of(compression, payload):
    if compression == 0:
        return payload
    tool = ["lz4", "-dcq"] if compression < 3 else ["zstd", "-dcq"]
    return subprocess.run(tool, input=payload, check=True, capture_output=True).stdout


def aedat4(data):
    assert data.startswith(b"#!AER-DAT4.0\r\n")
    (size,) = struct.unpack_from("<I", data, 14)
    header = data[18 : 18 + size]
    assert header[4:8] == b"IOHE"
    (root,) = struct.unpack_from("<I", header)
    vtable = root - struct.unpack_from("<i", header, root)[0]
    fields = struct.unpack_from("<3H", header, vtable + 4)
    (compression,) = struct.unpack_from("<i", header, root + fields[0])
    (end,) = struct.unpack_from("<q", header, root + fields[1])
    parts, at = [], 18 + size
    while at < end:
        _, size = struct.unpack_from("<ii", data, at)
        packet = packet_of(compression, data[at + 8 : at + 8 + size])
        assert packet[8:12] == b"EVTS" and struct.unpack_from("<I", packet)[0] == len(packet) - 4
        (count,) = struct.unpack_from("<I", packet, 28)
        a = np.frombuffer(packet, "<i8,<i2,<i2,u1,V3", count, 32)
        parts.append(columns(*(a[f"f{i}"] for i in range(4))))
        at += 8 + size
    table = packet_of(compression, data[end:])
    assert table[8:12] == b"FTAB"
    return [np.concatenate(column) for column in zip(*parts)]


def atis40(data):
    a = np.frombuffer(data, np.uint8).reshape(-1, 5).astype(np.int64)
    return columns((a[:, 2] & 127) << 16 | a[:, 3] << 8 | a[:, 4], a[:, 0], a[:, 1], a[:, 2] >> 7)


def dat(data):
    lines, data = text_header(data, b"% ", "% end")
    if lines:
        assert data[0] == 0x0C and data[1] == 8
        data = data[2:]
    words = np.frombuffer(data, "<u4,<u4")
    a = words["f1"].astype(np.int64)
    if lines:
        return columns(words["f0"], a & 0x3FFF, a >> 14 & 0x3FFF, a >> 28 != 0)
    return columns(words["f0"], a & 0x1FF, a >> 9 & 0xFF, a >> 17 & 1)


def high_of(is_high, values):
    """The value of the last word before each that sets the time."""
    last = np.maximum.accumulate(np.where(is_high, np.arange(len(values)), 0))
    return values[last]


def evt2(data):
    _, data = text_header(data, b"% ", "% end")
    a = np.frombuffer(data, "<u4").astype(np.int64)
    kind = a >> 28
    time = high_of(kind == 8, a & 0xFFFFFFF) << 6 | a >> 22 & 63
    cd = kind < 2
    return columns(time[cd], a[cd] >> 11 & 2047, a[cd] & 2047, kind[cd])


def evt21(data):
    _, data = text_header(data, b"% ", "% end")
    words = np.frombuffer(data, "<u4").reshape(-1, 2).astype(np.int64)
    mask, a = words[:, 0], words[:, 1]
    kind = a >> 28
    time = high_of(kind == 8, a & 0xFFFFFFF) << 6 | a >> 22 & 63
    row, bit = np.nonzero((mask[:, None] >> np.arange(32) & 1) * (kind < 2)[:, None])
    return columns(time[row], (a[row] >> 11 & 2047) + bit, a[row] & 2047, kind[row])


def evt3(data):
    _, data = text_header(data, b"% ", "% end")
    events, loop, high, low, y, base, polarity = [], 0, None, 0, 0, 0, 0
    for word in np.frombuffer(data, "<u2").tolist():
        kind, value = word >> 12, word & 0xFFF
        time = (loop << 24) + ((high or 0) << 12) + low
        if kind == 0:
            y = value & 2047
        elif kind == 2:
            events.append((time, value & 2047, y, value >> 11))
        elif kind == 3:
            base, polarity = value & 2047, value >> 11
        elif kind in (4, 5):
            width = 12 if kind == 4 else 8
            events += [(time, base + i, y, polarity) for i in range(width) if value >> i & 1]
            base += width
        elif kind == 6:
            low = value
        elif kind == 8:
            if high is not None and high - value >= 2048:
                loop += 1
            if value != high:
                low = 0
            high = value
    return columns(*np.array(events).T)


def es(data):
    assert data[:12] == b"Event Stream" and data[15] == 1
    (height,) = struct.unpack_from("<H", data, 18)
    events, time, at = [], 0, 20
    while at < len(data):
        if data[at] == 0xFF:
            time += 127
            at += 1
            continue
        assert data[at] != 0xFE
        time += data[at] >> 1
        x, y = struct.unpack_from("<HH", data, at + 1)
        events.append((time, x, height - 1 - y, data[at] & 1))
        at += 5
    return columns(*np.array(events).T)


def csv(data):
    names, _, rows = data.decode().partition("\n")
    assert names == "t,x,y,p"
    return columns(*np.loadtxt(rows.splitlines(), np.int64, delimiter=",").T)


def main():
    name, file = sys.argv[1:]
    if name in ("npy", "npz"):
        found = np.load(file)
        t, x, y, p = (found[key] for key in "txyp")
    else:
        with open(file, "rb") as handle:
            t, x, y, p = globals()[name](handle.read())
    records = np.empty(len(t), "<i8,<u2,<u2,u1")
    for field, column in zip(records.dtype.names, (t, x, y, p)):
        records[field] = column
    print(len(t), hashlib.sha256(records.tobytes()).hexdigest())


main()

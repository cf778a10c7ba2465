"""Event Stream 2.0, types dvs and atis. See the specification in neuromorphic-paris/event_stream.

Rows count from the bottom: "y is 0 on the bottom, and increases from bottom to top" (sepia.hpp, whose events these are, and
event_stream for Python, which hands them on as they are). faery turns them over when it reads, as is done here.
"""
import re
import struct

OVERFLOWS = {1: re.compile(rb"\xff+"), 2: re.compile(rb"[\xfd-\xff]+")}


def read(data, faults):
    if data[:12] != b"Event Stream" or data[12:15] != bytes((2, 0, 0)) or data[15] not in (1, 2):
        faults.append(f"header {data[:16]!r}")
    kind = data[15]
    width, height = struct.unpack_from("<HH", data, 16)
    events, time, at, stored = [], 0, 20, None
    while at < len(data):
        overflow = OVERFLOWS[kind].match(data, at)
        if overflow is not None:
            at = overflow.end()
            run = overflow.group()
            time += 127 * len(run) if kind == 1 else 63 * sum(count * run.count(0xFC + count) for count in (1, 2, 3))
            continue
        first, x, y = struct.unpack_from("<BHH", data, at)
        if first == (0xFE if kind == 1 else 0xFC):
            faults.append("a reset byte")
            at += 1
            continue
        if x >= width or y >= height:
            faults.append(f"sepia throws: {x}, {y} is outside {width}x{height}")
        time += first >> 1 if kind == 1 else first >> 2
        if kind == 2 and first & 1:
            faults.append("a threshold crossing")
        polarity = first & 1 if kind == 1 else first >> 1 & 1
        stored = stored or [x, y]
        events.append((time, x, height - 1 - y, polarity))
        at += 5
    return events, {"width": width, "height": height, "firstStored": stored}

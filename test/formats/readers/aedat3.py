"""AEDAT 3.1. See iniVation's document; the layout of packets and events is that of libcaer's headers."""
import re
import struct

HEADER = (
    r"#!AER-DAT3\.1",
    r"#Format: RAW",
    r"#Source (\d+): (.+)",
    r"#Start-Time: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(TZ[+-]\d{4}\)",
    r"#!END-HEADER",
)
SPECIAL, POLARITY = 0, 1


def read(data, faults):
    at, source = 0, None
    for pattern in HEADER:
        stop = data.index(b"\n", at) + 1
        line = data[at:stop].decode("ascii")
        found = re.fullmatch(pattern + "\r\n", line)
        if found is None:
            faults.append(f"header line {line!r}")
        elif found.groups():
            source = int(found[1]), found[2]
        at = stop
    events, last = [], None
    while at < len(data):
        kind, origin, size, stamp_at, overflow, capacity, number, valid = struct.unpack_from("<hhiiiiii", data, at)
        if (origin, size, stamp_at) != (source[0], 8, 4) or not number == valid <= capacity or number == 0:
            faults.append(f"packet header at {at}")
        if kind != POLARITY:
            faults.append(f"a packet of type {kind}")
        for place in range(at + 28, at + 28 + 8 * number, 8):
            word, stamp = struct.unpack_from("<Ii", data, place)
            if not word & 1 or stamp < 0:
                faults.append(f"event at {place}: invalid, or of negative time")
            events.append((overflow * 2**31 + stamp, word >> 17, word >> 2 & 0x7FFF, word >> 1 & 1))
        if last is not None and events[-number][0] < last:
            faults.append("packets are not in order of time")
        last = events[-number][0]
        at += 28 + size * capacity
    return events, {"source": source[1]}

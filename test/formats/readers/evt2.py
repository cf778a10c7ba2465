"""Prophesee EVT2: words of 32 bits, type in the top four. See Prophesee's EVT 2.0 format description."""
import struct

from prophesee_header import raw_header

TIME_HIGH = 0x8


def read(data, faults):
    (width, height), _, at = raw_header(data, "EVT2", faults)
    events, high, first = [], None, None
    for (word,) in struct.iter_unpack("<I", data[at:]):
        kind = word >> 28
        if kind == TIME_HIGH:
            now = word & 0xFFFFFFF
            # OpenEB takes a fall by nearly the whole range for a wrap, faery any; files here are shorter than 4.8 hours.
            if high is not None and now < high:
                faults.append(f"TIME_HIGH falls from {high} to {now}")
            high = now
            first = high if first is None else first
        elif kind > 1:
            faults.append(f"a word of type {kind}")
        elif high is None:
            faults.append("an event before the first TIME_HIGH, which readers leave out")
        else:
            x, y = word >> 11 & 0x7FF, word & 0x7FF
            if x >= width or y >= height:
                faults.append(f"faery stops: {x}, {y} is outside {width}x{height}")
            events.append((high << 6 | word >> 22 & 63, x, y, kind))
    # OpenEB subtracts the first TIME_HIGH.
    silence = events[0][0] - (first << 6) if events else None
    return events, {"width": width, "height": height, "openebFirstMicros": silence}

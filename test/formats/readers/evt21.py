"""Prophesee EVT2.1: words of 64 bits, an EVT2 word and a mask of 32 pixels. See the EVT 2.1 format description.

Which half comes first is `endianness` of the header; without it OpenEB decides by the system that made the file, and takes
the order of older cameras (`legacy`: the EVT2 word first) where none is named.
"""
import struct

from prophesee_header import raw_header

TIME_HIGH = 0x8


def read(data, faults):
    (width, height), endianness, at = raw_header(data, "EVT21", faults)
    events, high, first = [], None, None
    for low_half, high_half in struct.iter_unpack("<II", data[at:]):
        mask, word = (low_half, high_half) if endianness == "little" else (high_half, low_half)
        kind = word >> 28
        if kind == TIME_HIGH:
            now = word & 0xFFFFFFF
            if high is not None and now < high:
                faults.append(f"OpenEB: TimeHigh discrepancy, from {high} to {now}")
            high = now
            first = high if first is None else first
        elif kind > 1:
            faults.append(f"a word of type {kind}")
        elif high is None:
            faults.append("an event before the first TIME_HIGH, which readers leave out")
        elif mask == 0:
            faults.append("an event word without a pixel")
        else:
            base, y, time = word >> 11 & 0x7FF, word & 0x7FF, high << 6 | word >> 22 & 63
            for bit in range(32):
                if mask >> bit & 1:
                    if base + bit >= width or y >= height:
                        faults.append(f"{base + bit}, {y} is outside {width}x{height}")
                    events.append((time, base + bit, y, kind))
    silence = events[0][0] - (first << 6) if events else None
    return events, {"width": width, "height": height, "endianness": endianness, "openebFirstMicros": silence}

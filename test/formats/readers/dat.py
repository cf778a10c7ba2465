"""Prophesee DAT: a text header, event type and size, records of time and address.

The fields of version 2 are those of OpenEB's event2d.h, of version 1 those of faery's dat::decoder; faery wants both bytes
behind the header for either version, and the type of CD events.
"""
import struct

from prophesee_header import faery_header, faery_lines, openeb_lines

CD = 0x0C


def read(data, faults):
    fields, at = openeb_lines(data)
    lines, faery_end = faery_lines(data)
    version, size = faery_header(lines)
    if faery_end != at:
        faults.append(f"faery: the header ends at {faery_end}, not {at}")
    if (fields.get("Width"), fields.get("Height")) != tuple(map(str, size)):
        faults.append("OpenEB and faery: sizes differ")
    if data[at : at + 2] != bytes((CD, 8)):
        faults.append(f"type and size are {data[at : at + 2].hex()}")
    events, last, offset = [], 0, 0
    for stamp, word in struct.iter_unpack("<II", data[at + 2 :]):
        # faery: a fall by more than half the range is a wrap.
        if last - stamp > 2**31:
            offset += 2**32
        last = stamp
        if version == "1":
            event = stamp + offset, word & 0x1FF, word >> 9 & 0xFF, word >> 17
        else:
            event = stamp + offset, word & 0x3FFF, word >> 14 & 0x3FFF, word >> 28
        if event[3] > 1 or event[1] >= size[0] or event[2] >= size[1]:
            faults.append(f"{event} is outside {size}, or no polarity")
        events.append(event)
    return events, {"width": size[0], "height": size[1], "version": version, "wraps": offset >> 32}

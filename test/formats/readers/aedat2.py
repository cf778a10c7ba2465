"""AEDAT 2.0 as jAER reads it: AEFileInputStream for the header, the extractors of the chips for the words.

iniVation's document says that DVS128's bit 0 is 1 for ON; jAER, libcaer, dat2mat.m and SpikingJelly take it for OFF.
"""
import struct

# By the class that the chip line names: size, and where the fields are; see the chips' extractors in jAER.
DVS128 = "ch.unizh.ini.jaer.chip.retina.DVS128"
DAVIS = {
    "eu.seebetter.ini.chips.davis.Davis208PixelParade": (208, 192),
    "eu.seebetter.ini.chips.davis.DAVIS240C": (240, 180),
    "eu.seebetter.ini.chips.davis.Davis346red": (346, 260),
    "eu.seebetter.ini.chips.davis.Davis640": (640, 480),
}


def header(data, faults):
    """Lines that begin with `#`, each counted with two bytes of line end, up to the end marker."""
    lines, at = [], 0
    while data.startswith(b"#", at):
        stop = data.index(b"\n", at) + 1
        if data[stop - 2 : stop] != b"\r\n":
            faults.append(f"jAER: a header line at {at} that does not end CR LF")
        lines.append(data[at : stop - 2].decode("ascii"))
        at = stop
        if lines[-1] == "#End Of ASCII Header":
            return lines, at
    faults.append("jAER: no end marker, so data may be read as header")
    return lines, at


def read(data, faults):
    lines, at = header(data, faults)
    if lines[0] != "#!AER-DAT2.0":
        faults.append(f"first line {lines[0]}")
    chip = next(line.removeprefix("# AEChip: ") for line in lines if line.startswith("# AEChip: "))
    width, height = (128, 128) if chip == DVS128 else DAVIS[chip]
    events, last, offset = [], None, 0
    for address, stamp in struct.iter_unpack(">Ii", data[at:]):
        if last is not None and last - stamp > 2**31:
            offset += 2**32
        last = stamp
        if chip == DVS128:
            special, place = address >> 15, (127 - (address >> 1 & 127), 127 - (address >> 8 & 127), 1 - (address & 1))
        else:
            # Bit 31: a sample of the image or of motion; bit 10: an external input.
            special = address & 0x80000400
            place = (width - 1 - (address >> 12 & 0x3FF), height - 1 - (address >> 22 & 0x1FF), address >> 11 & 1)
        if special or not (0 <= place[0] < width and 0 <= place[1] < height):
            faults.append(f"word {address:#x} is no pixel of a {chip}")
            continue
        events.append((stamp + offset, *place))
    return events, {"width": width, "height": height, "chip": chip}

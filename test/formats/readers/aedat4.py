"""AEDAT 4.0. See iniVation's document; the rules of the XML are those of faery's aedat::common and of jAER.

ZSTD is read with Python's own module where there is one, else by the command line tool.
"""
import struct
import subprocess
import xml.etree.ElementTree

import lz4_frame
from flatbuffer import sized

COMPRESSIONS = ("NONE", "LZ4", "LZ4_HIGH", "ZSTD", "ZSTD_HIGH")


def zstd(data):
    try:
        from compression.zstd import decompress
    except ImportError:
        return subprocess.run(["zstd", "-dcq"], input=data, check=True, capture_output=True).stdout
    return decompress(data)


def content(compression, data):
    if compression == "NONE":
        return data
    return lz4_frame.frame(data) if compression.startswith("LZ4") else zstd(data)


def node_of(element, name):
    return next(child for child in element if child.tag == "node" and child.get("name") == name)


def attributes_of(element, faults):
    found = {}
    for child in element:
        if child.tag != "attr":
            continue
        if child.get("type") not in ("int", "long", "string") or not child.text or child.get("key") in found:
            faults.append(f"faery: attribute {child.get('key')}")
        found[child.get("key")] = child.text
    return found


def stream_of(text, faults):
    """Size and compression of the one stream."""
    root = xml.etree.ElementTree.fromstring(text)
    if root.tag != "dv" or any(node.get("path") is None for node in root.iter("node")):
        faults.append("faery: the root, or a node without path")
    streams = list(node_of(root, "outInfo"))
    stream = attributes_of(streams[0], faults)
    info = attributes_of(node_of(streams[0], "info"), faults)
    if len(streams) != 1 or streams[0].get("name") != "0" or stream["typeIdentifier"] != "EVTS":
        faults.append("streams that are not one of events")
    family = info["source"].partition("_")[0]
    if family == info["source"] or family != family.upper():
        faults.append("jAER: rows would be counted from below")
    return int(info["sizeX"]), int(info["sizeY"]), stream["compression"], info["source"]


def read(data, faults):
    assert data[:14] == b"#!AER-DAT4.0\r\n"
    (size,) = struct.unpack_from("<I", data, 14)
    header = data[14 : 18 + size]
    table = sized(header, b"IOHE")
    compression = COMPRESSIONS[table.number(0, "i", 0)]
    table_at = table.number(1, "q", -1)
    at, length = table.vector(2)
    width, height, stated, source = stream_of(header[at : at + length].decode(), faults)
    if stated != compression:
        faults.append(f"compression of the stream: {stated}, of the file: {compression}")
    events, packets, at = [], [], 18 + size
    while at != table_at:
        stream, size = struct.unpack_from("<iI", data, at)
        packet = content(compression, data[at + 8 : at + 8 + size])
        first, count = sized(packet, b"EVTS").vector(0)
        if first % 8 or stream != 0:
            faults.append(f"packet at {at}: misaligned, or of stream {stream}")
        found = list(struct.iter_unpack("<qhhB3x", packet[first : first + 16 * count]))
        if any(not (0 <= x < width and 0 <= y < height and p < 2) for _, x, y, p in found):
            faults.append(f"packet at {at}: an event outside {width}x{height}")
        packets.append((at + 8, stream, size, count, found[0][0], found[-1][0]))
        events += found
        at += 8 + size
    entries = []
    for entry in sized(content(compression, data[table_at:]), b"FTAB").tables(0):
        stream, size = struct.unpack_from("<ii", entry.data, entry.place(1))
        numbers = [entry.number(field, "q", 0) for field in (0, 2, 3, 4)]
        entries.append((numbers[0], stream, size, *numbers[1:]))
    if entries != packets:
        faults.append("the table does not say what the packets are")
    return events, {"width": width, "height": height, "compression": compression, "source": source}

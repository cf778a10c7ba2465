"""MCAP with event_camera_msgs/msg/EventPacket: mcap.dev/spec, CDR of ROS 2, and the words by the reader of EVT3.

The index and the summary are followed as a reader with random access does it, and must agree with the records.
"""
import struct
import zlib

import evt3

MAGIC = b"\x89MCAP0\r\n"


class Fields:
    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def take(self, form):
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values[0] if len(values) == 1 else values

    def text(self):
        length = self.take("I")
        self.at += length
        return self.data[self.at - length : self.at].decode()


def records(data, at, end):
    while at < end:
        opcode, length = data[at], struct.unpack_from("<Q", data, at + 1)[0]
        yield at, opcode, data[at + 9 : at + 9 + length]
        at += 9 + length


def cdr_packet(data):
    assert data[:4] == b"\0\1\0\0"
    at = 8 + 4

    def aligned(place, size):
        return place + -(place - 4) % size

    (name,) = struct.unpack_from("<I", data, at)
    at = aligned(at + 4 + name, 4)
    height, width = struct.unpack_from("<II", data, at)
    at = aligned(at + 8, 8)
    sequence, _ = struct.unpack_from("<QQ", data, at)
    at += 16
    (length,) = struct.unpack_from("<I", data, at)
    encoding = data[at + 4 : at + 4 + length]
    at += 4 + length
    big_endian = data[at]
    at = aligned(at + 1, 4)
    (count,) = struct.unpack_from("<I", data, at)
    assert at + 4 + count == len(data)
    return width, height, sequence, encoding, big_endian, data[at + 4 :]


def read(data, faults):
    if not (data.startswith(MAGIC) and data.endswith(MAGIC)):
        faults.append("no magic at both ends")
    summary_at, offsets_at, stated = struct.unpack_from("<QQI", data, len(data) - 8 - 20)
    if zlib.crc32(data[summary_at : len(data) - 12]) != stated:
        faults.append("the summary's checksum is wrong")
    channels, packets, chunks, offsets = {}, [], {}, {}
    for at, opcode, content in records(data, 8, summary_at):
        fields = Fields(content)
        if opcode == 4:
            channel, _ = fields.take("HH")
            channels[channel] = (fields.text(), fields.text())
        if opcode == 6:
            start, end, size, crc = fields.take("QQQI")
            if fields.text() != "" or fields.take("Q") != size or zlib.crc32(content[fields.at :]) != crc:
                faults.append("a chunk contradicts itself")
            chunk = content[fields.at :]
            chunks[at] = (start, end, 9 + len(content))
            offsets = {}
            for place, kind, message in records(chunk, 0, len(chunk)):
                assert kind == 5
                _, number, log_time, _ = struct.unpack_from("<HIQQ", message)
                if number != len(packets) or not start <= log_time <= end:
                    faults.append("a message is out of order")
                offsets[place] = log_time
                packets.append(cdr_packet(message[22:]))
        if opcode == 7:
            fields.take("H")
            length = fields.take("I")
            entries = {}
            for _ in range(length // 16):
                log_time, place = fields.take("QQ")
                entries[place] = log_time
            if entries != offsets:
                faults.append("an index of messages is wrong")
    indexed = {}
    for at, opcode, content in records(data, summary_at, offsets_at):
        if opcode == 8:
            start, end, place, length = Fields(content).take("QQQQ")
            indexed[place] = (start, end, length)
        if opcode == 11 and struct.unpack_from("<Q", content)[0] != len(packets):
            faults.append("the statistics count other messages")
    if indexed != chunks:
        faults.append("the index of chunks is wrong")
    for at, opcode, content in records(data, offsets_at, len(data) - 8 - 29):
        group, place, length = struct.unpack("<BQQ", content)
        if any(kind != group for _, kind, _ in records(data, place, place + length)):
            faults.append("a summary offset is wrong")
    sizes = {packet[:2] for packet in packets}
    if len(sizes) > 1 or any(packet[3:5] != (b"evt3\0", 0) for packet in packets):
        faults.append("packets differ")
    if [packet[2] for packet in packets] != list(range(len(packets))):
        faults.append("packets are not numbered")
    width, height = sizes.pop() if sizes else (0, 0)
    header = f"% evt 3.0\n% format EVT3;height={height};width={width}\n% geometry {width}x{height}\n% end\n".encode()
    events, info = evt3.read(header + b"".join(packet[5] for packet in packets), faults)
    return events, {**info, "topics": [topic for topic, _ in channels.values()]}

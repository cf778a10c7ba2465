"""LZ4 frames, by lz4_Frame_format.md and lz4_Block_format.md."""
import struct

PRIMES = 2654435761, 2246822519, 3266489917, 668265263, 374761393


def rotate(value, bits):
    value &= 0xFFFFFFFF
    return (value << bits | value >> (32 - bits)) & 0xFFFFFFFF


def xxh32_short(data):
    """xxHash of fewer than 16 bytes."""
    one, two, three, four, five = PRIMES
    value, at = (five + len(data)) & 0xFFFFFFFF, 0
    while at + 4 <= len(data):
        value = rotate(value + struct.unpack_from("<I", data, at)[0] * three, 17) * four & 0xFFFFFFFF
        at += 4
    for byte in data[at:]:
        value = rotate(value + byte * five, 11) * one & 0xFFFFFFFF
    value = (value ^ value >> 15) * two & 0xFFFFFFFF
    value = (value ^ value >> 13) * three & 0xFFFFFFFF
    return value ^ value >> 16


def block(data, out):
    """Appends a block; matches may reach into what is there."""
    at, end = 0, len(data)

    def more(length):
        nonlocal at
        if length == 15:
            while True:
                byte = data[at]
                at += 1
                length += byte
                if byte < 255:
                    break
        return length

    while True:
        token = data[at]
        at += 1
        literals = more(token >> 4)
        out += data[at : at + literals]
        at += literals
        if at == end:
            # "The last 5 bytes are always literals", and the last sequence has nothing else.
            assert literals >= 5 or len(out) < 5
            return
        (offset,) = struct.unpack_from("<H", data, at)
        at += 2
        length = more(token & 15) + 4
        assert 0 < offset <= len(out), "a match before the start"
        start = len(out) - offset
        if offset >= length:
            out += out[start : start + length]
        else:
            piece = bytes(out[start:])
            out += (piece * (length // offset + 1))[:length]


def frame(data):
    """The content of exactly one frame."""
    assert data[:4] == bytes.fromhex("04224d18"), "no LZ4 frame"
    flags, descriptor = data[4:6]
    assert flags >> 6 == 1 and flags & 0x1F == 0, "version, or sizes and checksums that are not read here"
    assert data[6] == xxh32_short(data[4:6]) >> 8 & 0xFF, "checksum of the header"
    largest = {4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22}[descriptor >> 4]
    at, out = 7, bytearray()
    while True:
        (size,) = struct.unpack_from("<I", data, at)
        at += 4
        if size == 0:
            assert at == len(data), "bytes behind the frame"
            return bytes(out)
        length, before = size & 0x7FFFFFFF, len(out)
        if size >> 31:
            out += data[at : at + length]
        elif flags >> 5 & 1:
            alone = bytearray()
            block(data[at : at + length], alone)
            out += alone
        else:
            block(data[at : at + length], out)
        assert length <= largest and len(out) - before <= largest, "a block that is too large"
        at += length

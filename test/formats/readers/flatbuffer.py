"""Access to FlatBuffers by their published layout."""
import struct


class Table:
    def __init__(self, data, at):
        self.data, self.at = data, at
        self.fields = at - struct.unpack_from("<i", data, at)[0]
        self.count = struct.unpack_from("<H", data, self.fields)[0] // 2 - 2

    def place(self, field):
        """Where a field is; None where the table does not have it."""
        if field >= self.count:
            return None
        offset = struct.unpack_from("<H", self.data, self.fields + 4 + 2 * field)[0]
        return self.at + offset if offset else None

    def number(self, field, kind, missing):
        at = self.place(field)
        if at is None:
            return missing
        # Counted from the size in front.
        assert at % struct.calcsize(kind) == 0, "misaligned"
        return struct.unpack_from("<" + kind, self.data, at)[0]

    def vector(self, field):
        """Where the elements begin, and how many there are."""
        at = self.place(field)
        if at is None:
            return None, 0
        at += struct.unpack_from("<I", self.data, at)[0]
        return at + 4, struct.unpack_from("<I", self.data, at)[0]

    def tables(self, field):
        at, count = self.vector(field)
        for place in range(at or 0, (at or 0) + 4 * count, 4):
            yield Table(self.data, place + struct.unpack_from("<I", self.data, place)[0])


def sized(data, identifier):
    """The root table of a buffer with its size in front."""
    size, root = struct.unpack_from("<II", data)
    assert size == len(data) - 4 and data[8:12] == identifier, (size, len(data), data[8:12])
    return Table(data, 4 + root)

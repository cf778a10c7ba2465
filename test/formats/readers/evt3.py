"""Prophesee EVT3: words of 16 bits that change a state. See Prophesee's EVT 3.0 format description.

Strict about the clock: only a fall of TIME_HIGH from 0xFFF to 0 is a wrap, and everything else that any reader takes
differently is a fault. The clocks of three readers run beside it and must agree at every event.
"""
import struct

from prophesee_header import raw_header

ADDR_Y, ADDR_X, VECT_BASE_X, VECT_12, VECT_8, TIME_LOW, TIME_HIGH = 0, 2, 3, 4, 5, 6, 8
LAST_HIGH = 0xFFF
# By the note on formats: a longer step may have been a step back over a wrap.
MAX_RISE = 2**11


class OpenEb:
    """EVT3Decoder: a fall by half the range or more is a wrap. Begins one before the first TIME_HIGH, its time 0."""

    def __init__(self, first):
        self.high, self.low, self.loops = max(first - 1, 0), 0, 0
        self.shift = self.high << 12

    def time_high(self, high):
        self.loops += self.high >= 2**11 + high
        if self.high != high:
            self.low = 0
        self.high = high

    def time_low(self, low):
        self.low = low

    def now(self):
        return (self.loops << 24) + (self.high << 12) + self.low


class Faery:
    """evt::decoder: a fall by more than 4094 is a wrap, other falls and rises by 4094 are left out. Never goes back."""

    def __init__(self, _):
        self.high = self.low = self.loops = self.time = 0

    def time_high(self, high):
        if self.high < high < self.high + 4094:
            self.high, self.low = high, 0
        elif self.high - high > 4094:
            self.high, self.low, self.loops = high, 0, self.loops + 1
        self.update()

    def time_low(self, low):
        self.low = low
        self.update()

    def update(self):
        self.time = max(self.time, (self.loops << 24) + (self.high << 12) + self.low)

    def now(self):
        return self.time


class Plain:
    """metavision_evt3_raw_file_decoder: a fall of the base from near its end to near its start is a wrap."""

    def __init__(self, first):
        self.base, self.loops, self.time = first << 12, 0, 0

    def time_high(self, high):
        base = (high << 12) + (self.loops << 24)
        if self.base - base >= (LAST_HIGH - 10) << 12:
            base += 1 << 24
            self.loops += 1
        self.base = self.time = base

    def time_low(self, low):
        self.time = self.base + low

    def now(self):
        return self.time


class Strict:
    def __init__(self, faults):
        self.faults, self.high, self.low, self.loops, self.others = faults, None, None, 0, []

    def time_high(self, high):
        if self.high is None:
            self.others = [OpenEb(high), Faery(high), Plain(high)]
        elif self.high == LAST_HIGH and high == 0:
            self.loops += 1
        elif high < self.high:
            self.faults.append(f"discontinuity: TIME_HIGH falls from {self.high:#x} to {high:#x}")
        elif high - self.high > MAX_RISE:
            self.faults.append(f"discontinuity: TIME_HIGH rises from {self.high:#x} to {high:#x}")
        # An event now would have the time of a TIME_LOW before.
        self.high, self.low = high, None
        for other in self.others:
            other.time_high(high)

    def time_low(self, low):
        self.low = low
        for other in self.others:
            other.time_low(low)

    def now(self):
        if self.high is None or self.low is None:
            self.faults.append("an event before TIME_HIGH and TIME_LOW")
            return 0
        time = (self.loops << 24) + (self.high << 12) + self.low
        for other in self.others:
            if other.now() != time:
                self.faults.append(f"{type(other).__name__}: {other.now()}, not {time}")
        return time


def read(data, faults):
    (width, height), _, at = raw_header(data, "EVT3", faults)
    words = [word for (word,) in struct.iter_unpack("<H", data[at:])]
    events, clock, y, base, polarity = [], Strict(faults), None, None, 0
    i = 0
    while i < len(words):
        kind, value = words[i] >> 12, words[i] & 0xFFF
        i += 1
        if kind == TIME_HIGH:
            clock.time_high(value)
        elif kind == TIME_LOW:
            clock.time_low(value)
        elif kind == ADDR_Y:
            y = value & 0x7FF
            if y >= height:
                faults.append(f"OpenEB leaves out, faery stops: y {y} of {height}")
        elif kind == ADDR_X:
            if y is None:
                faults.append("an event before the first row")
            if value & 0x7FF >= width:
                faults.append(f"faery stops: x {value & 0x7FF} of {width}")
            events.append((clock.now(), value & 0x7FF, y, value >> 11))
        elif kind == VECT_BASE_X:
            base, polarity = value & 0x7FF, value >> 11
        elif kind == VECT_12:
            # OpenEB takes three words, whatever the second and the third are.
            if [word >> 12 for word in words[i : i + 2]] != [VECT_12, VECT_8]:
                faults.append("OpenEB: vectors that are no triplet of 12, 12 and 8")
                continue
            if base is None or base + 32 > width:
                faults.append(f"OpenEB: InvalidVectBase, {base} + 32 of {width}")
                continue
            mask = value | (words[i] & 0xFFF) << 12 | (words[i + 1] & 0xFF) << 24
            i += 2
            time = clock.now()
            events += [(time, base + bit, y, polarity) for bit in range(32) if mask >> bit & 1]
            base += 32
        else:
            faults.append(f"a word of type {kind}")
    # OpenEB subtracts the first TIME_HIGH less one.
    silence = events[0][0] - clock.others[0].shift if events else None
    return events, {"width": width, "height": height, "openebFirstMicros": silence}

"""ATIS, 40 bits an event, as N-MNIST has it: see the reading functions of that data set."""


def read(data, faults):
    if len(data) % 5:
        faults.append("a cut record")
    events = []
    for at in range(0, len(data), 5):
        x, y, a, b, c = data[at : at + 5]
        if y == 240:
            faults.append("an overflow marker")
        events.append(((a & 127) << 16 | b << 8 | c, x, y, a >> 7))
    return events, {}

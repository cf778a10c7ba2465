"""Makes the small bags of the tests, as rosbag2's SQLite storage lays them out: python3 make_bag.py > files.ts"""
import base64
import os
import sqlite3
import struct
import tempfile

SCHEMA = """
CREATE TABLE topics(id INTEGER PRIMARY KEY,name TEXT NOT NULL,type TEXT NOT NULL,serialization_format TEXT NOT NULL,offered_qos_profiles TEXT NOT NULL);
CREATE TABLE messages(id INTEGER PRIMARY KEY,topic_id INTEGER NOT NULL,timestamp INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX timestamp_idx ON messages (timestamp ASC);
"""


def padded(data, size):
    return data + bytes(-len(data) % size)


def packet(seq, time_base, encoding, words):
    data = struct.pack("<iII", 0, 0, 4) + b"cam\0"
    data = padded(data, 4) + struct.pack("<II", 480, 640)
    data = padded(data, 8) + struct.pack("<QQ", seq, time_base)
    name = encoding.encode() + b"\0"
    data += struct.pack("<I", len(name)) + name + b"\0"
    data = padded(data, 4) + struct.pack("<I", len(words)) + words
    return b"\0\1\0\0" + data


def mono(events):
    return b"".join(struct.pack("<Q", dt | x << 32 | y << 48 | p << 63) for dt, x, y, p in events)


def make(path, topics, messages):
    if os.path.exists(path):
        os.remove(path)
    bag = sqlite3.connect(path)
    bag.execute("PRAGMA page_size=512")
    bag.executescript(SCHEMA)
    for number, (name, kind) in enumerate(topics, 1):
        bag.execute("INSERT INTO topics VALUES(?,?,?,'cdr','')", (number, name, kind))
    for number, (topic, data) in enumerate(messages, 1):
        bag.execute("INSERT INTO messages VALUES(?,?,?,?)", (number, topic, number * 10**18, data))
    bag.commit()
    bag.close()


PACKET = "event_camera_msgs/msg/EventPacket"
# 80 events of the second packet do not fit into a page, nor into one beyond it.
FIRST = packet(7, 5_000_500, "mono", mono([(0, 1, 2, 1), (1500, 3, 4, 0)]))
SECOND = packet(8, 9_000_000, "mono", mono([(1000 * i, i, 479, i % 2) for i in range(80)]))

folder = tempfile.mkdtemp()
make(
    os.path.join(folder, "one-camera.db3"),
    [("/events", PACKET), ("/imu", "sensor_msgs/msg/Imu")],
    [(1, FIRST), (2, b"\0\1\0\0" + bytes(40)), (1, SECOND)],
)
make(
    os.path.join(folder, "two-cameras.db3"),
    [("/left/events", PACKET), ("/right/events", PACKET)],
    [(1, FIRST), (2, packet(1, 0, "mono", mono([(2000, 5, 6, 1)]))), (1, packet(11, 20_000_000, "mono", mono([(0, 7, 8, 0)])))],
)

print("/** By make_bag.py; do not edit. */\n\n/** Files in base64. */\nexport const FILES: Readonly<Record<string, string>> = {")
for name in sorted(os.listdir(folder)):
    with open(os.path.join(folder, name), "rb") as file:
        print(f"  '{name}':\n    '{base64.b64encode(file.read()).decode()}',")
print("};")

#!/usr/bin/env python3
"""Streams a recording of 5-byte ATIS records (N-MNIST) to `saccade serve` and prints its decisions, one JSON a line.
Standard library only:  python3 camera.py 127.0.0.1:8765 recording.bin 34 34 [token]"""
import base64, json, os, socket, struct, sys, threading

address, recording, width, height, *token = sys.argv[1:]
host, port = address.rsplit(":", 1)
link = socket.create_connection((host, int(port)))
headers = [f"Authorization: Bearer {token[0]}"] if token else []
key = base64.b64encode(os.urandom(16)).decode()
link.sendall("\r\n".join(["GET /ingest HTTP/1.1", f"Host: {address}", "Upgrade: websocket", "Connection: Upgrade",
    f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: saccade.v1", *headers, "", ""]).encode())
stream = link.makefile("rb")
if b" 101 " not in (status := stream.readline()): sys.exit(f"refused: {status.decode().strip()}")
while stream.readline() != b"\r\n": pass

def send(data, opcode):  # 1 text, 2 binary, 10 pong; clients mask what they send
    n, mask = len(data), os.urandom(4)
    size = bytes([128 | n]) if n < 126 else struct.pack(">BH", 254, n) if n < 65536 else struct.pack(">BQ", 255, n)
    masked = int.from_bytes(data, "big") ^ int.from_bytes((mask * (n // 4 + 1))[:n], "big")
    link.sendall(bytes([128 | opcode]) + size + mask + masked.to_bytes(n, "big"))

def read():
    while head := stream.read(2):
        n = head[1] if head[1] < 126 else struct.unpack(">H", stream.read(2))[0] if head[1] == 126 else struct.unpack(">Q", stream.read(8))[0]
        data, opcode = stream.read(n), head[0] & 15
        if opcode == 9: send(data, 10)  # a ping wants its pong
        if opcode == 8: return
        if opcode == 1: print(data.decode(), flush=True)
        if opcode == 1 and json.loads(data)["type"] in ("end", "error"): return

def message(kind, seq, count, t0, payload): return struct.pack("<2sBBHHIIq", b"SC", 1, kind, 0, 0, seq, count, t0) + payload
send(json.dumps({"type": "hello", "camera": "python", "sensor": {"width": int(width), "height": int(height)}, "payload": "events", "policy": "pause"}).encode(), 1)
reader = threading.Thread(target=read); reader.start()
raw = open(recording, "rb").read()
events = [(((r[2] & 127) << 16) | (r[3] << 8) | r[4], r[0], r[1], r[2] >> 7) for r in (raw[i:i + 5] for i in range(0, len(raw) - 4, 5))]
for seq, at in enumerate(range(0, len(events), 1000)):  # times of a message count from t0 and do not go back
    batch = events[at:at + 1000]
    send(message(1, seq, len(batch), batch[0][0], b"".join(struct.pack("<IHH", t - batch[0][0], x, y | p << 15) for t, x, y, p in batch)), 2)
send(message(5, len(range(0, len(events), 1000)), 0, 0, b""), 2)
reader.join()

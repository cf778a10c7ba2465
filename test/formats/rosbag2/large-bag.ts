/** Bags of any size, written by SQLite itself, where Python is. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EventBatch } from '../../../src/events/index.ts';
import { pythonWith } from '../../helpers/python.ts';

/** Rows of events and images take turns; some rows are deleted in between, so that pages of a row lie apart. */
const SCRIPT = `
import sqlite3, struct, sys
file, words, page, rows = sys.argv[1], open(sys.argv[2], 'rb').read(), sys.argv[3], int(sys.argv[4])
bag = sqlite3.connect(file)
bag.execute('PRAGMA page_size=' + page)
bag.executescript('''
CREATE TABLE topics(id INTEGER PRIMARY KEY,name TEXT NOT NULL,type TEXT NOT NULL,serialization_format TEXT NOT NULL,offered_qos_profiles TEXT NOT NULL);
CREATE TABLE messages(id INTEGER PRIMARY KEY,topic_id INTEGER NOT NULL,timestamp INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX timestamp_idx ON messages (timestamp ASC);
''')
bag.execute("INSERT INTO topics VALUES(1,'/events','event_camera_msgs/msg/EventPacket','cdr','')")
bag.execute("INSERT INTO topics VALUES(2,'/image','sensor_msgs/msg/Image','cdr','')")
def padded(data, size):
    return data + bytes(-len(data) % size)
number = 0
def add(topic, data):
    global number
    number += 1
    bag.execute('INSERT INTO messages VALUES(?,?,?,?)', (number, topic, number, data))
at = seq = 0
while at < len(words):
    size = 8 * (1 + (seq * 7919) % rows)
    part, at, seq = words[at:at + size], at + size, seq + 1
    data = struct.pack('<iII', 0, 0, 4) + b'cam\\0'
    data = padded(data, 4) + struct.pack('<II', 480, 640)
    data = padded(data, 8) + struct.pack('<QQ', seq, 0) + struct.pack('<I', 5) + b'mono\\0' + b'\\0'
    data = padded(data, 4) + struct.pack('<I', len(part)) + part
    add(1, b'\\0\\1\\0\\0' + data)
    if seq % 5 == 0:
        add(2, bytes(30000))
    if seq % 20 == 0:
        bag.commit()
        bag.execute('DELETE FROM messages WHERE topic_id = 2 AND id % 3 = 0')
bag.commit()
bag.close()
`;

const python = pythonWith('sqlite3');

/**
 * The events, of times below 4 s, as packets of `mono`; `null` without Python.
 *
 * @param rows most events of a packet.
 */
export function largeBag(
  { t, x, y, p, length }: EventBatch,
  pageBytes: number,
  rows: number,
): Uint8Array | null {
  if (python === null) return null;
  const folder = mkdtempSync(path.join(tmpdir(), 'saccade-'));
  const words = new DataView(new ArrayBuffer(8 * length));
  for (let i = 0; i < length; i++) {
    words.setUint32(8 * i, t[i]! * 1000, true);
    words.setUint16(8 * i + 4, x[i]!, true);
    words.setUint16(8 * i + 6, y[i]! | (p[i]! << 15), true);
  }
  const [file, data] = [path.join(folder, 'large.db3'), path.join(folder, 'words')];
  try {
    writeFileSync(data, words);
    python(SCRIPT, file, data, String(pageBytes), String(rows));
    return new Uint8Array(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

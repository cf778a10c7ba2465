/** Containers that saccade does not write: HDF5 with Blosc as DSEC has it, and ROS 1 bags. */
import { AEDAT4_CODECS } from '../../dist/src/formats/aedat4/codec/codec.js';
import { ByteWriter } from '../../dist/src/formats/byte-writer.js';
import { shuffle } from '../../dist/src/formats/hdf5/chunk-filters/shuffle.js';
import { ChunkWriter } from '../../dist/src/formats/hdf5/writer/chunk-writer.js';
import { FileWriter } from '../../dist/src/formats/hdf5/writer/file-writer.js';
import {
  group,
  integerType,
  scalarDataset,
  superblock,
} from '../../dist/src/formats/hdf5/writer/structures.js';

const CHUNK_ROWS = 65_536;
const BLOCK_BYTES = 131_072;
const BLOSC = 32_001;
/** Bytes shuffled, blocks not split, zstd. */
const FLAGS = 1 | 16 | (4 << 5);
const BLOSC_HEADER_BYTES = 16;

/** A Blosc 1 chunk. */
function bloscChunk(bytes, elementBytes) {
  const blocks = [];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = bytes.subarray(at, at + BLOCK_BYTES);
    blocks.push(AEDAT4_CODECS.zstd.compress(elementBytes === 1 ? block : shuffle(block, elementBytes)));
  }
  const body = BLOSC_HEADER_BYTES + 4 * blocks.length;
  const total = blocks.reduce((sum, block) => sum + 4 + block.length, body);
  const flags = elementBytes === 1 ? FLAGS & ~1 : FLAGS;
  const writer = new ByteWriter().u8(2, 1, flags, elementBytes).u32(bytes.length);
  writer.u32(Math.min(BLOCK_BYTES, bytes.length)).u32(total);
  let at = body;
  for (const block of blocks) {
    writer.u32(at);
    at += 4 + block.length;
  }
  for (const block of blocks) writer.u32(block.length).put(block);
  return writer.bytes();
}

const joinedColumn = (batches, name, Elements) => {
  const column = new Elements(batches.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const batch of batches) {
    column.set(batch[name], at);
    at += batch.length;
  }
  return column;
};

/**
 * `/events/{t,x,y,p}` as DSEC has them, each number as wide as there, with `t_offset`.
 *
 * @returns the file, and its chunks with the bytes that each becomes.
 */
export function bloscFile(batches) {
  const file = new FileWriter();
  file.append(superblock(null, null));
  const chunks = [];
  const filters = [{ id: BLOSC, name: 'blosc', values: [] }];
  const write = (name, Elements) => {
    const column = joinedColumn(batches, name, Elements);
    const elementBytes = Elements.BYTES_PER_ELEMENT;
    const type = integerType(elementBytes);
    const writer = new ChunkWriter(file, { type, elementBytes, chunkRows: CHUNK_ROWS, filters });
    for (let at = 0; at < column.length; at += CHUNK_ROWS) {
      const whole = new Elements(CHUNK_ROWS);
      const part = column.subarray(at, at + CHUNK_ROWS);
      whole.set(part);
      const bytes = bloscChunk(new Uint8Array(whole.buffer), elementBytes);
      chunks.push({ bytes, elementBytes: CHUNK_ROWS * elementBytes });
      writer.write(bytes, part.length);
    }
    return writer.finish();
  };
  const columns = {
    t: write('t', Uint32Array),
    x: write('x', Uint16Array),
    y: write('y', Uint16Array),
    p: write('p', Uint8Array),
  };
  const offset = file.append(scalarDataset(file.append(new ByteWriter().u64(0).bytes())));
  const root = file.append(group({ events: file.append(group(columns)), t_offset: offset }));
  const bytes = file.take();
  bytes.set(superblock(root, bytes.length));
  return { file: bytes, chunks };
}

const PACKET_BYTES = 65_536;
const CHUNK_PACKETS = 12;
const text = (value) => new TextEncoder().encode(value);
const counted = (bytes) => new ByteWriter().u32(bytes.length).put(bytes).bytes();
const field = (name, value) => counted(new ByteWriter().text(`${name}=`).put(value).bytes());
const u32 = (value) => new ByteWriter().u32(value).bytes();

function record(op, fields, data) {
  const header = [field('op', Uint8Array.of(op)), ...fields];
  return [counted(Buffer.concat(header)), counted(data)];
}

/** A ROS 1 bag of `EventPacket` messages with the words of a RAW file, in stored chunks as `rosbag record` makes them. */
export function rosbagOf(raw, { width, height }) {
  const words = raw.subarray(Buffer.from(raw).indexOf('% end\n') + 6);
  const about = [field('topic', text('/events')), field('type', text('event_camera_msgs/EventPacket'))];
  const connection = record(
    7,
    [field('conn', u32(0)), field('topic', text('/events'))],
    Buffer.concat(about),
  );
  const messages = [];
  for (let at = 0, seq = 0; at < words.length; at += PACKET_BYTES, seq++) {
    const head = new ByteWriter()
      .u32(seq)
      .u32(0)
      .u32(0)
      .put(counted(text('cam')));
    head
      .u32(height)
      .u32(width)
      .u64(seq)
      .u64(0)
      .put(counted(text('evt3')))
      .u8(0);
    const data = Buffer.concat([head.bytes(), counted(words.subarray(at, at + PACKET_BYTES))]);
    messages.push(record(2, [field('conn', u32(0)), field('time', new Uint8Array(8))], data));
  }
  const parts = [text('#ROSBAG V2.0\n')];
  for (let i = 0; i < messages.length; i += CHUNK_PACKETS) {
    const records = Buffer.concat([...connection, ...messages.slice(i, i + CHUNK_PACKETS).flat()]);
    parts.push(
      ...record(5, [field('compression', text('none')), field('size', u32(records.length))], records),
    );
  }
  return new Uint8Array(Buffer.concat(parts));
}

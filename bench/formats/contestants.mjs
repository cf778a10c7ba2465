/** What is timed: each format, decoding and encoding in chunks and batches of ordinary size. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createDecoder, eventFormats, findFormat, recycleBatch, sliceBatch } from '../../dist/src/index.js';
import { AEDAT4_CODECS } from '../../dist/src/formats/aedat4/codec/codec.js';
import { shelve } from './shelf.mjs';
import { GEOMETRY, rows, scattered } from './streams.mjs';

export const EVENTS = 1_000_000;
const CHUNK_BYTES = 65_536;
const BATCH_EVENTS = 65_536;
const COPY_EVENTS = 8192;
const MAX_PACKET_BYTES = 64 * 2 ** 20;

/** Encodings that one format offers beside its first. */
const VARIANTS = {
  aedat4: [{ compression: 'none' }, { compression: 'lz4' }, { compression: 'zstd' }],
  dat: [{}, { datVersion: 1 }],
};

/** Decoded events to reach, in millions per second; encoders are to reach half. Compressed ones have a ratio. */
const TARGETS = {
  aedat1: 300,
  aedat2: 300,
  aedat3: 250,
  'aedat4 none': 200,
  atis40: 250,
  dat: 300,
  evt2: 200,
  evt21: 150,
  evt3: 150,
  es: 150,
};

const STREAMS = { rows, scattered };

function batchesOf(stream) {
  const batches = [];
  for (let at = 0; at < stream.length; at += BATCH_EVENTS)
    batches.push(sliceBatch(stream, at, Math.min(stream.length, at + BATCH_EVENTS)));
  return batches;
}

function encode(format, options, batches) {
  const encoder = format.createEncoder({ geometry: GEOMETRY, ...options });
  const parts = batches.map((batch) => encoder.push(batch));
  parts.push(encoder.finish());
  return { parts, patches: encoder.patches ?? [] };
}

function join({ parts, patches }) {
  const bytes = Buffer.concat(parts);
  for (const patch of patches) bytes.set(patch.bytes, patch.byteOffset);
  return new Uint8Array(bytes);
}

const keep = () => undefined;

/** Whether the zstd program is here. */
const HAS_ZSTD = spawnSync('zstd', ['--version']).status === 0;

/** Decodes a file, is done with each batch as `done` says; returns how many events it gave. */
function decode(id, file, done) {
  const decoder = createDecoder({ format: id, geometry: GEOMETRY });
  let events = 0;
  const take = (batches) => {
    for (const batch of batches) {
      events += batch.length;
      done(batch);
    }
  };
  for (let at = 0; at < file.length; at += CHUNK_BYTES)
    take(decoder.push(file.subarray(at, at + CHUNK_BYTES)));
  take(decoder.finish());
  return events;
}

/** Where the payloads of an AEDAT 4 file without a table of packets are: behind the IOHeader. */
function payloadsOf(file) {
  const view = new DataView(file.buffer, file.byteOffset);
  const payloads = [];
  for (let at = 18 + view.getUint32(14, true); at < file.length;) {
    const size = view.getInt32(at + 4, true);
    payloads.push([at + 8, at + 8 + size]);
    at += 8 + size;
  }
  return payloads;
}

/** An AEDAT 4 file without a table, its packets compressed by the zstd program: ours only stores them. */
function compressedByZstd(file) {
  const payloads = payloadsOf(file);
  const parts = [file.subarray(0, payloads[0][0] - 8)];
  for (const [from, to] of payloads) {
    const raw = AEDAT4_CODECS.zstd.decompress(file.subarray(from, to), MAX_PACKET_BYTES);
    const payload = execFileSync('zstd', ['-qc'], { input: raw, maxBuffer: MAX_PACKET_BYTES });
    const head = Buffer.from(file.subarray(from - 8, from));
    head.writeInt32LE(payload.length, 4);
    parts.push(head, payload);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function decompress(codec, file, payloads) {
  let bytes = 0;
  for (const [from, to] of payloads)
    bytes += codec.decompress(file.subarray(from, to), MAX_PACKET_BYTES).length;
  return bytes;
}

const SOURCE = new Uint8Array(13 * EVENTS).fill(1);

const freshArrays = () => [
  new Float64Array(COPY_EVENTS),
  new Uint16Array(COPY_EVENTS),
  new Uint16Array(COPY_EVENTS),
  new Uint8Array(COPY_EVENTS),
];

function copy(arraysOfBatch) {
  for (let at = 0; at < SOURCE.length; at += 13 * COPY_EVENTS) {
    let from = at;
    for (const array of arraysOfBatch()) {
      const bytes = SOURCE.subarray(from, from + array.byteLength);
      new Uint8Array(array.buffer).set(bytes);
      from += array.byteLength;
    }
  }
}

const warmArrays = freshArrays();

/** For scale: as many bytes as events have, copied to the same arrays again and again, as recycled batches are. */
export const copyToWarm = () => copy(() => warmArrays);

/** The same to fresh arrays: no decoder whose batches are kept does less. */
export const copyToFresh = () => copy(freshArrays);

/** AEDAT 1.0, which saccade does not write: records of AEDAT 2.0 without the upper half of their addresses. */
function aedat1(batches) {
  const file = join(encode(findFormat('aedat2'), {}, batches));
  const records = file.subarray(file.length - 8 * EVENTS);
  const bytes = new Uint8Array(6 * EVENTS);
  for (let i = 0; i < EVENTS; i++) bytes.set(records.subarray(8 * i + 2, 8 * i + 8), 6 * i);
  return bytes;
}

const readers = (id, fetch) => ({
  run: () => decode(id, fetch(), recycleBatch),
  runKeeping: () => decode(id, fetch(), keep),
});

/** All contestants: name, what it does, bytes per event. A second run in a row finds its file in memory. */
export function contestants() {
  const list = [];
  const streams = Object.entries(STREAMS).map(([kind, make]) => [kind, batchesOf(make(EVENTS))]);
  for (const [stream, batches] of streams) {
    const { id, name } = findFormat('aedat1');
    const fetch = shelve(aedat1(batches));
    const target = TARGETS[id];
    list.push({ format: id, name, stream, bytesPerEvent: 6, does: 'decode', target, ...readers(id, fetch) });
  }
  for (const format of eventFormats) {
    if (format.createEncoder === undefined) continue;
    for (const options of VARIANTS[format.id] ?? [{}]) {
      for (const [kind, batches] of streams) {
        const encoded = encode(format, options, batches);
        const written = join(encoded);
        const { compression = 'none' } = options;
        const byZstd = compression === 'zstd' && HAS_ZSTD;
        let file = written;
        if (compression !== 'none') file = new Uint8Array(Buffer.concat(encoded.parts.slice(0, -1)));
        if (byZstd) file = compressedByZstd(file);
        const decoded = decode(format.id, file, recycleBatch);
        if (decoded !== EVENTS) throw new Error(`${format.id}: ${decoded} of ${EVENTS} events came back`);
        const variant = Object.values(options)
          .map((value) => ` ${value}`)
          .join('');
        const common = { format: format.id, name: format.name + variant, stream: kind };
        const read = {
          ...common,
          ...(byZstd && { compressedBy: 'zstd' }),
          bytesPerEvent: file.length / EVENTS,
        };
        const fetch = shelve(file);
        const target = TARGETS[format.id] ?? TARGETS[format.id + variant];
        if (compression !== 'none') {
          const payloads = payloadsOf(file);
          const codec = AEDAT4_CODECS[compression];
          list.push({ ...read, does: 'decompress', run: () => decompress(codec, fetch(), payloads) });
        }
        list.push({ ...read, does: 'decode', target, ...readers(format.id, fetch) });
        list.push({
          ...common,
          bytesPerEvent: written.length / EVENTS,
          does: 'encode',
          target: target && target / 2,
          run: () => encode(format, options, batches),
        });
      }
    }
  }
  return list;
}

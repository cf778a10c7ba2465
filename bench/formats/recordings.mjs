/** Recordings of the streams, as bytes: by saccade's encoders, and in forms that cameras and other programs write. */
import { execFileSync, spawnSync } from 'node:child_process';
import { unzipSync, zipSync } from 'fflate';
import { findFormat, prepareZstdEncoder, sliceBatch } from '../../dist/src/index.js';
import { AEDAT4_CODECS } from '../../dist/src/formats/aedat4/codec/codec.js';

// Before Node 22.15.
await prepareZstdEncoder();

const BATCH_EVENTS = 65_536;
const MAX_PACKET_BYTES = 64 * 2 ** 20;
/** Cameras of Prophesee write TIME_HIGH so often, whether it changed or not. */
const TIME_HIGH_MICROS = 16;

/** A stream in pieces of ordinary size. */
export function batchesOf(stream) {
  const batches = [];
  for (let at = 0; at < stream.length; at += BATCH_EVENTS)
    batches.push(sliceBatch(stream, at, Math.min(stream.length, at + BATCH_EVENTS)));
  return batches;
}

/** What an encoder makes of batches: its chunks, and patches of what it wrote before. */
export function encode(id, options, batches) {
  const encoder = findFormat(id).createEncoder({ geometry: batches[0].geometry, ...options });
  const parts = batches.map((batch) => encoder.push(batch));
  parts.push(encoder.finish());
  return { parts, patches: encoder.patches ?? [] };
}

/** The whole file. */
export function joined({ parts, patches }) {
  const bytes = Buffer.concat(parts);
  for (const patch of patches) bytes.set(patch.bytes, patch.byteOffset);
  return new Uint8Array(bytes);
}

/** AEDAT 1.0, which saccade does not write: records of AEDAT 2.0 without the upper half of their addresses. */
export function aedat1(batches) {
  const events = batches.reduce((sum, { length }) => sum + length, 0);
  const file = joined(encode('aedat2', {}, batches));
  const records = file.subarray(file.length - 8 * events);
  const bytes = new Uint8Array(6 * events);
  for (let i = 0; i < events; i++) bytes.set(records.subarray(8 * i + 2, 8 * i + 8), 6 * i);
  return bytes;
}

/** EVT2 or EVT2.1 with one event a word and a TIME_HIGH every 16 µs, repeated ones too, as cameras write it. */
export function withPeriodicTimeHigh(id, batches) {
  const header = joined(encode(id, {}, batches.slice(0, 1)));
  const end = Buffer.from(header).indexOf('% end\n') + 6;
  const wide = id === 'evt21';
  const words = [];
  const push = (word, mask) => {
    if (wide) words.push(mask);
    words.push(word >>> 0);
  };
  let next = 0;
  for (const { t, x, y, p, length } of batches)
    for (let i = 0; i < length; i++) {
      for (; next <= t[i]; next += TIME_HIGH_MICROS) push((0x8 << 28) | (next >>> 6), 0);
      push((p[i] << 28) | ((t[i] & 63) << 22) | (x[i] << 11) | y[i], 1);
    }
  const body = new Uint8Array(Uint32Array.from(words).buffer);
  return new Uint8Array(Buffer.concat([header.subarray(0, end), body]));
}

/** Where the payloads of an AEDAT 4 file without a table of packets are: behind the IOHeader. */
export function payloadsOf(file) {
  const view = new DataView(file.buffer, file.byteOffset);
  const payloads = [];
  for (let at = 18 + view.getUint32(14, true); at < file.length;) {
    const size = view.getInt32(at + 4, true);
    payloads.push([at + 8, at + 8 + size]);
    at += 8 + size;
  }
  return payloads;
}

/** The programs that compress as DV does: linked LZ4 blocks of 64 KiB, zstd of level 3, sizes stated. */
const COMPRESSORS = {
  lz4: { command: 'lz4', argsOf: () => ['-qc', '-BD', '-B4', '--no-frame-crc', '-'] },
  zstd: { command: 'zstd', argsOf: (bytes) => ['-qc', '-3', `--stream-size=${bytes}`] },
};

export const hasCompressor = (compression) =>
  spawnSync(COMPRESSORS[compression].command, ['--version']).status === 0;

/** An AEDAT 4 file without a table, its packets compressed by the reference program. */
export function compressedByReference(compression, batches) {
  const { parts } = encode('aedat4', { compression }, batches);
  const file = new Uint8Array(Buffer.concat(parts.slice(0, -1)));
  const { command, argsOf } = COMPRESSORS[compression];
  const payloads = payloadsOf(file);
  const packets = payloads.flatMap(([from, to]) => {
    const input = AEDAT4_CODECS[compression].decompress(file.subarray(from, to), MAX_PACKET_BYTES);
    const payload = execFileSync(command, argsOf(input.length), { input, maxBuffer: MAX_PACKET_BYTES });
    const head = Buffer.from(file.subarray(from - 8, from));
    head.writeInt32LE(payload.length, 4);
    return [head, payload];
  });
  return new Uint8Array(Buffer.concat([file.subarray(0, payloads[0][0] - 8), ...packets]));
}

/** A NumPy archive as numpy.savez writes it: stored. */
export function storedArchive(batches) {
  return zipSync(unzipSync(joined(encode('npz', {}, batches))), { level: 0 });
}

/** Text as RPG and v2e write it: seconds with a fraction, spaces, no header. */
export function secondsText(batches) {
  const lines = batches.flatMap(({ t, x, y, p, length }) =>
    Array.from({ length }, (_, i) => `${(t[i] / 1e6).toFixed(6)} ${x[i]} ${y[i]} ${p[i]}\n`),
  );
  return new Uint8Array(Buffer.from(lines.join('')));
}

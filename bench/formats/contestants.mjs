/** What is timed: each format, decoding and encoding in chunks and batches of ordinary size. */
import { createDecoder, eventFormats, sliceBatch } from '../../dist/src/index.js';
import { GEOMETRY, rows, scattered } from './streams.mjs';

export const EVENTS = 1_000_000;
const CHUNK_BYTES = 65_536;
const BATCH_EVENTS = 65_536;

/** Encodings that one format offers beside its first. */
const VARIANTS = {
  aedat4: [{ compression: 'none' }, { compression: 'lz4' }, { compression: 'zstd' }],
  dat: [{}, { datVersion: 1 }],
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

/** Decodes a file; returns how many events it gave. */
function decode(id, file) {
  const decoder = createDecoder({ format: id, geometry: GEOMETRY });
  let events = 0;
  for (let at = 0; at < file.length; at += CHUNK_BYTES)
    for (const batch of decoder.push(file.subarray(at, at + CHUNK_BYTES))) events += batch.length;
  for (const batch of decoder.finish()) events += batch.length;
  return events;
}

/** All contestants: name, what it does, bytes per event. */
export function contestants(ids) {
  const list = [];
  const streams = Object.entries(STREAMS).map(([kind, make]) => [kind, batchesOf(make(EVENTS))]);
  for (const format of eventFormats) {
    if (format.createEncoder === undefined || ids?.includes(format.id) === false) continue;
    for (const options of VARIANTS[format.id] ?? [{}]) {
      for (const [kind, batches] of streams) {
        const file = join(encode(format, options, batches));
        const decoded = decode(format.id, file);
        if (decoded !== EVENTS) throw new Error(`${format.id}: ${decoded} of ${EVENTS} events came back`);
        const variant = Object.values(options)
          .map((value) => ` ${value}`)
          .join('');
        const common = {
          format: format.id,
          name: format.name + variant,
          stream: kind,
          bytesPerEvent: file.length / EVENTS,
        };
        list.push({ ...common, does: 'decode', run: () => decode(format.id, file) });
        list.push({ ...common, does: 'encode', run: () => encode(format, options, batches) });
      }
    }
  }
  return list;
}

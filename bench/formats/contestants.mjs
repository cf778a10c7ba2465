/** What is timed: recordings of every format, decoding and encoding in chunks and batches of ordinary size. */
import { createDecoder, findFormat, recycleBatch } from '../../dist/src/index.js';
import {
  aedat1,
  batchesOf,
  compressedByReference,
  encode,
  hasCompressor,
  joined,
  secondsText,
  storedArchive,
  withPeriodicTimeHigh,
} from './recordings.mjs';
import { shelve } from './shelf.mjs';
import { STREAMS } from './streams.mjs';

export const EVENTS = 1_000_000;
const CHUNK_BYTES = 65_536;
const COPY_EVENTS = 8192;

const DENSE = ['rows', 'scattered'];
const periodic = (id) => ({
  as: 'TIME_HIGH every 16 µs',
  streams: ['M1', 'M02'],
  make: (batches) => withPeriodicTimeHigh(id, batches),
});
const byReference = (compression) => ({
  as: compression,
  streams: ['rows', 'C'],
  options: { compression },
  compression,
  make: hasCompressor(compression) ? (batches) => compressedByReference(compression, batches) : undefined,
});

/**
 * Recordings by format: of which streams, with which options of the encoder, and where they are not what the encoder
 * writes, what makes them (`as` names it).
 */
const RECORDINGS = {
  aedat1: [{ streams: DENSE, make: aedat1, encodes: false }],
  aedat2: [{ streams: [...DENSE, 'C'] }],
  aedat3: [{ streams: [...DENSE, 'C'] }],
  aedat4: [
    { as: 'none', streams: [...DENSE, 'C'], options: { compression: 'none' } },
    byReference('lz4'),
    byReference('zstd'),
  ],
  atis40: [{ streams: DENSE }],
  dat: [{ streams: [...DENSE, 'C'] }, { as: '1', streams: ['rows'], options: { datVersion: 1 } }],
  evt2: [{ streams: [...DENSE, 'C', 'B'] }, periodic('evt2')],
  evt21: [{ streams: [...DENSE, 'C', 'B'] }, periodic('evt21')],
  evt3: [{ streams: [...DENSE, 'M1', 'C', 'B'] }],
  es: [{ streams: [...DENSE, 'C'] }],
  csv: [{ streams: [...DENSE, 'C'] }, { as: 'seconds', streams: ['M1'], make: secondsText }],
  npy: [{ streams: ['rows', 'C'] }],
  npz: [
    { as: 'deflate', streams: ['rows', 'C'] },
    { as: 'stored', streams: ['rows'], make: storedArchive },
  ],
};

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

const keep = () => undefined;

/** Decodes a file, is done with each batch as `done` says; returns how many events it gave. */
function decode({ id, geometry, reading }, file, done) {
  const decoder = createDecoder({ format: id, geometry, ...reading });
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

function contestantsOf(id, stream, recording, batches) {
  const { as, options = {}, make, compression, encodes = make === undefined } = recording;
  const { geometry } = STREAMS[stream];
  const format = findFormat(id);
  const common = { format: id, name: as === undefined ? format.name : `${format.name} ${as}`, stream };
  const source = { id, geometry, reading: as === 'seconds' ? { columns: 't,x,y,p', timeUnit: 's' } : {} };
  const written = make === undefined || encodes ? joined(encode(id, options, batches)) : undefined;
  const file = make === undefined ? written : make(batches);
  const decoded = decode(source, file, recycleBatch);
  if (decoded !== EVENTS) throw new Error(`${common.name}: ${decoded} of ${EVENTS} events came back`);
  const shelved = shelve(file);
  const fetch = () => shelved.fetch();
  const read = { ...common, file: shelved.path, bytesPerEvent: file.length / EVENTS };
  const list = [];
  list.push({
    ...read,
    does: 'decode',
    run: () => decode(source, fetch(), recycleBatch),
    runKeeping: () => decode(source, fetch(), keep),
  });
  if (encodes || compression !== undefined)
    list.push({
      ...common,
      bytesPerEvent: joined(encode(id, options, batches)).length / EVENTS,
      does: 'encode',
      run: () => encode(id, options, batches),
    });
  return list;
}

/** Identifiers of the formats that are measured. */
export const FORMATS = Object.keys(RECORDINGS);

/** The contestants of a format: name, what it does, bytes per event. A second run in a row finds its file in memory. */
export function contestants(format) {
  const batches = new Map();
  const batchesOfStream = (name) => {
    if (!batches.has(name)) batches.set(name, batchesOf(STREAMS[name].make(EVENTS)));
    return batches.get(name);
  };
  return RECORDINGS[format].flatMap((recording) =>
    recording.streams.flatMap((stream) => contestantsOf(format, stream, recording, batchesOfStream(stream))),
  );
}

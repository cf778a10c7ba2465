import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, SeededRandom, sliceBatch, type EventBatch } from '../../../src/events/index.ts';
import { Hdf5Encoder } from '../../../src/formats/index.ts';
import { FileWriter } from '../../../src/formats/hdf5/writer/file-writer.ts';
import { GzipChunks } from '../../../src/formats/hdf5/writer/gzip-chunks.ts';
import { group, integerType, superblock } from '../../../src/formats/hdf5/writer/structures.ts';
import { openRecording, RecordingAccessError } from '../../../src/pipeline/index.ts';
import { canonicalText } from '../../helpers/decode.ts';
import { pythonWith } from '../../helpers/python.ts';
import { cutWhole, gathered, memorySource } from '../../helpers/recordings.ts';
import { encodeAll } from '../../helpers/round-trip.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** Compressed, ten times what a stretch of an index has at least. */
const COUNT = 900_000;
const GEOMETRY = { width: 640, height: 480 };

/** Bursts and silences: some milliseconds have thousands of events, others none. */
function bursts(count: number): EventBatch {
  const random = new SeededRandom(3);
  let t = 0;
  return batchFromTuples(
    Array.from({ length: count }, (_, i) => {
      t += i % 50_000 === 0 ? random.integer(200_000) : random.integer(3);
      return [t, random.integer(640), random.integer(480), random.integer(2)] as const;
    }),
    GEOMETRY,
  );
}

const EVENTS = bursts(COUNT);

/** As DSEC defines it: the first event at or after each millisecond. */
function msToIndex({ t }: EventBatch): number[] {
  const table: number[] = [];
  for (let i = 0; i < t.length; i++) while (table.length * 1000 <= t[i]!) table.push(i);
  return table;
}

/** A file with whatever table. */
function dsecFile({ t, x, y, p }: EventBatch, table: readonly number[], chunkRows: number): Uint8Array {
  const file = new FileWriter();
  file.append(superblock(null, null));
  const column = (bytes: 1 | 2 | 4, values: ArrayLike<number>): number => {
    const chunks = new GzipChunks(file, integerType(bytes), bytes, chunkRows);
    const types = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;
    chunks.write(new Uint8Array(types[bytes].from(values).buffer));
    return chunks.finish();
  };
  const columns = { p: column(1, p), t: column(4, t), x: column(2, x), y: column(2, y) };
  const events = file.append(group(columns));
  const root = file.append(group({ events, ms_to_idx: column(4, table) }));
  const { length } = file;
  const bytes = file.take();
  bytes.set(superblock(root, length));
  return bytes;
}

/** Those that were written. */
function eventsWithin(from: number, to: number): EventBatch {
  const start = EVENTS.t.findIndex((time) => time >= from);
  const end = EVENTS.t.findIndex((time) => time >= to);
  const first = start < 0 ? COUNT : start;
  return sliceBatch(EVENTS, first, Math.max(first, end < 0 ? COUNT : end));
}

/** Parts as they were written; typed errors where the table may lie. */
async function expectParts(
  bytes: Uint8Array,
  parts: number,
  mayRefuse: boolean,
  [from, to]: readonly [number, number] = [-1000, EVENTS.t.at(-1)! + 1000],
): Promise<number> {
  const random = new SeededRandom(parts);
  const source = memorySource(bytes);
  let refused = 0;
  for (let i = 0; i < parts; i++) {
    const startMicros = from + random.integer(to - from);
    const time = { startMicros, endMicros: startMicros + 1 + random.integer(30_000) };
    const expected = eventsWithin(time.startMicros, time.endMicros);
    const recording = await openRecording(source);
    try {
      const part = await gathered(recording.events(time.startMicros, time.endMicros));
      expect(canonicalText(part) === canonicalText(expected)).toBe(true);
      const first = await recording.at(time.startMicros);
      if (expected.length > 0) expect(first).toMatchObject({ t: expected.t[0], x: expected.x[0] });
    } catch (error) {
      if (!mayRefuse || !(error instanceof RecordingAccessError)) throw error;
      expect(error.code).toBe('STALE_INDEX');
      refused++;
    }
  }
  return refused;
}

const python = pythonWith('h5py', 'numpy');
const H5PY = `
import sys, h5py, numpy as np
n = int(sys.argv[2])
r = np.random.default_rng(1)
t = np.cumsum(r.integers(0, 3, n)).astype('u4')
with h5py.File(sys.argv[1], 'w') as f:
    for kind, values in (('t', t), ('x', r.integers(0, 640, n).astype('u2')), ('y', r.integers(0, 480, n).astype('u2')), ('p', r.integers(0, 2, n).astype('u1'))):
        f.create_dataset('events/' + kind, data=values, **(dict(chunks=(int(sys.argv[3]),)) if sys.argv[3] != '0' else {}))
    f['t_offset'] = np.int64(10**9)
    f['ms_to_idx'] = np.searchsorted(t, np.arange(t[-1] // 1000 + 1) * 1000).astype('u8')
`;

describe("DSEC's table of milliseconds", () => {
  const written = encodeAll(new Hdf5Encoder({ layout: 'dsec' }), EVENTS);

  it('parts are what decoding from the start gives, and little is read', async () => {
    const source = memorySource(written);
    const recording = await openRecording(source);
    expect(recording.index).toMatchObject({ origin: 'table' });
    expect(recording.index!.stretches.length).toBeGreaterThan(6);
    expect(await recording.summary()).toMatchObject({
      ...{ tFirst: EVENTS.t[0], tLast: EVENTS.t.at(-1), events: COUNT },
    });
    const opened = source.bytesAsked;
    const middle = EVENTS.t[COUNT / 2]!;
    expect((await gathered(recording.events(middle, middle + 100))).length).toBeGreaterThan(10);
    expect(source.bytesAsked - opened).toBeLessThan(written.length / 2);
    await expectParts(written, 8, false);
    await expectParts(dsecFile(EVENTS, msToIndex(EVENTS), 5000), 4, false);
  });

  it.skipIf(python === null).each([0, 70_001, 4096])(
    'as h5py writes it, in chunks of %i',
    async (chunkRows) => {
      const file = path.join(temporaryFolder(), 'dsec.h5');
      // Elements that are in no chunks are read by the megabyte.
      const rows = chunkRows === 0 ? 3 * 2 ** 20 : 300_000;
      python!(H5PY, file, String(rows), String(chunkRows));
      const bytes = new Uint8Array(readFileSync(file));
      const recording = await openRecording(memorySource(bytes));
      expect(recording.index).toMatchObject({ origin: 'table' });
      const { tFirst, durationMicros } = await recording.summary();
      for (const share of [0, 0.4, 0.99]) {
        const startMicros = tFirst! + Math.floor(share * durationMicros);
        const time = { startMicros, endMicros: startMicros + 500 };
        const part = await gathered(recording.events(time.startMicros, time.endMicros));
        expect(canonicalText(part)).toBe(canonicalText(cutWhole(bytes, {}, { time }).events));
      }
    },
  );

  it('a table that lies gives the right answer or a typed error, never another one', async () => {
    const table = msToIndex(EVENTS);
    const lies: readonly ((row: number, ms: number) => number)[] = [
      (row) => Math.min(COUNT, row + 100_000),
      (row) => Math.max(0, row - 100_000),
      (_, ms) => table[Math.floor(ms / 2)]!,
      (_, ms) => table[Math.min(table.length - 1, 2 * ms)]!,
      () => 0,
      () => COUNT,
      (_, ms) => Math.floor((ms / table.length) * COUNT),
    ];
    let refused = 0;
    for (const lie of lies) refused += await expectParts(dsecFile(EVENTS, table.map(lie), 16_384), 4, true);
    expect(refused).toBeGreaterThan(0);
  });

  it('a table that has a stretch elsewhere and all others right does not hide it', async () => {
    const [low, high] = [20 * 16_384, 35 * 16_384];
    const table = msToIndex(EVENTS).map((row) => (row > low && row < high ? high : row));
    const hidden = [EVENTS.t[low]! + 5000, EVENTS.t[high]! - 40_000] as const;
    expect(await expectParts(dsecFile(EVENTS, table, 16_384), 4, true, hidden)).toBe(4);
  });

  it('a table that goes back, or beyond the rows, or one of other times, is not used', async () => {
    const table = msToIndex(EVENTS);
    for (const other of [table.toReversed(), [...table, COUNT + 1], []]) {
      const recording = await openRecording(memorySource(dsecFile(EVENTS, other, 16_384)));
      if (other.length > 0) expect(recording.index).toBeNull();
      else await expectParts(dsecFile(EVENTS, other, 16_384), 1, false);
    }
    const options = { timeUnit: 'ns' } as const;
    expect((await openRecording(memorySource(written), options)).index).toBeNull();
    const cut = await openRecording(memorySource(written.slice(0, -1000)));
    expect(cut.index === null || cut.index.origin === 'table').toBe(true);
  });
});

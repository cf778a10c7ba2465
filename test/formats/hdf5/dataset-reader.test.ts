/** Chunks whose memory serves again: what a row needs of four columns stays as it is. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeEcf } from '../../../src/formats/hdf5/ecf/encode.ts';
import { ECF_EVENT_BYTES, ECF_FILTER } from '../../../src/formats/hdf5/ecf/layout.ts';
import { DatasetReader, type Stretch } from '../../../src/formats/hdf5/dataset-reader.ts';
import { openHdf5File } from '../../../src/formats/hdf5/file/file-reader.ts';
import { Hdf5Tree } from '../../../src/formats/hdf5/file/tree.ts';
import { ChunkWriter } from '../../../src/formats/hdf5/writer/chunk-writer.ts';
import { FileWriter } from '../../../src/formats/hdf5/writer/file-writer.ts';
import { group, superblock } from '../../../src/formats/hdf5/writer/structures.ts';
import type { ByteTask } from '../../../src/formats/random-access.ts';
import { commonEvents, RECORD_TYPE, records } from './samples.ts';

const ROWS = 16;
const CHUNKS = 20;
const COLUMNS = 4;
const EVENTS = commonEvents(1000, ROWS * CHUNKS);

/** ECF chunks of a few rows. */
function chunkedFile(): Uint8Array {
  const written = new FileWriter();
  written.append(superblock(null, null));
  const filters = [{ id: ECF_FILTER, name: '', values: [] }];
  const shape = { type: RECORD_TYPE, elementBytes: ECF_EVENT_BYTES, chunkRows: ROWS, filters };
  const writer = new ChunkWriter(written, shape);
  for (let from = 0; from < EVENTS.length; from += ROWS) {
    const part = <Column extends Float64Array | Uint16Array | Uint8Array>(column: Column): Column =>
      column.slice(from, from + ROWS) as Column;
    const events = { t: part(EVENTS.t), x: part(EVENTS.x), y: part(EVENTS.y), p: part(EVENTS.p) };
    writer.write(encodeEcf(events, ROWS), ROWS);
  }
  const root = written.append(group({ events: writer.finish() }));
  const bytes = written.take();
  bytes.set(superblock(root, bytes.length));
  return bytes;
}

const file = chunkedFile();
const expected = records(EVENTS, EVENTS.length);

/** Does a task with the bytes of the file. */
function run<T>(task: ByteTask<T>): T {
  let step = task.next();
  while (step.done !== true) {
    const { offset, length } = step.value;
    step = task.next(file.subarray(offset, offset + length));
  }
  return step.value;
}

function* openReader(): ByteTask<DatasetReader> {
  const dataset = yield* new Hdf5Tree(yield* openHdf5File()).dataset('/events');
  return new DatasetReader(dataset!, { maxChunkBytes: 2 ** 20, onElements: () => undefined });
}

function isRight({ view, offset, stride, from, to }: Stretch): boolean {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, (to - from) * stride);
  return Buffer.compare(bytes, expected.subarray(from * ECF_EVENT_BYTES, to * ECF_EVENT_BYTES)) === 0;
}

it('the four stretches that were asked for last hold, whichever were asked for again', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(COLUMNS), { maxLength: 60, size: 'max' }), (choices) => {
      const reader = run(openReader());
      let next = 0;
      const kept: Stretch[] = [];
      const memories = new Set<unknown>();
      for (const choice of choices) {
        const known = choice < kept.length ? kept.splice(choice, 1)[0] : undefined;
        if (known === undefined && next === CHUNKS) continue;
        const stretch = run(reader.stretch(0, 0, known?.from ?? ROWS * next++));
        memories.add(stretch.view.buffer);
        kept.push(stretch);
        if (kept.length > COLUMNS) kept.shift();
        expect(kept.every(isRight)).toBe(true);
      }
      expect(memories.size).toBeLessThanOrEqual(COLUMNS);
    }),
  );
});

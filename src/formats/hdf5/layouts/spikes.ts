/**
 * SHD and SSC (Heidelberg): many recordings in a file, each a sequence of times in seconds and one of units, 700 of them.
 * A unit is an x, all events are ON and in row 0.
 */
import { OptionError } from '../../../events/index.ts';
import { EventFormatError } from '../../errors.ts';
import type { NumberType } from '../../npy/dtype.ts';
import type { ByteTask } from '../../random-access.ts';
import { DatasetReader } from '../dataset-reader.ts';
import { Cursor } from '../file/cursor.ts';
import type { Dataset } from '../file/dataset.ts';
import { readSequence, readSequencePlace } from '../file/global-heap.ts';
import type { ColumnPlace, Hdf5Layout, LayoutOptions } from './layout.ts';

const UNITS = 700;
const BYTE: NumberType = { kind: 'u', bytes: 1, little: true };

/** The layout. */
export const spikesLayout: Hdf5Layout = {
  name: 'SHD',
  *find(tree, options) {
    const times = yield* tree.dataset('/spikes/times');
    const units = yield* tree.dataset('/spikes/units');
    if (times === null || units === null || !isSequences(times) || !isSequences(units)) return [];
    const count = Math.min(times.shape[0]!, units.shape[0]!);
    if (count === 0) return [];
    const sample = chosen(options, count, times);
    const t = yield* sequence(times, sample, options);
    const x = yield* sequence(units, sample, options);
    const rows = Math.min(t.dataset.shape[0]!, x.dataset.shape[0]!);
    const [y, p] = [0, 1].map((value) => inMemory(times, new Uint8Array(rows).fill(value), BYTE, rows));
    const note = `Recording ${sample} of ${count} is read: units are x, all events are ON.`;
    const geometry = { width: UNITS, height: 1 };
    return [
      { path: '/spikes', columns: { t, x, y: y!, p: p! }, unit: 's', geometry, note, takes: ['sample'] },
    ];
  },
};

function isSequences({ type, shape }: Dataset): boolean {
  return type.kind === 'sequence' && type.of.kind === 'number' && shape.length === 1;
}

function chosen({ sample }: LayoutOptions, count: number, { object }: Dataset): number {
  if (sample !== undefined && sample >= count)
    throw new OptionError(
      'sample',
      `must be below ${count}, as many recordings are in the file; got ${sample}`,
    );
  if (sample !== undefined || count === 1) return sample ?? 0;
  throw new EventFormatError(
    'BAD_HEADER',
    object.file.base + object.address,
    `The file holds ${count} recordings. Say which one: --sample 0 (to ${count - 1}) on the command line, sample: 0 in code.`,
  );
}

function* sequence(dataset: Dataset, row: number, { maxChunkBytes }: LayoutOptions): ByteTask<ColumnPlace> {
  const { type, object } = dataset;
  if (type.kind !== 'sequence' || type.of.kind !== 'number') throw new TypeError('no sequences');
  const reader = new DatasetReader(dataset, { maxChunkBytes, onElements: () => undefined });
  const { view, hole, offset, stride, from, byteOffset } = yield* reader.stretch(0, 0, row);
  if (hole !== null) throw new EventFormatError(hole.code, hole.byteOffset, hole.message);
  const at = view.byteOffset + offset + (row - from) * stride;
  const element = new Cursor(
    new Uint8Array(view.buffer, at, type.bytes),
    byteOffset,
    `An element of ${dataset.path}`,
  );
  const place = readSequencePlace(element);
  const { bytes } = yield* readSequence(object.file, place, type.of.bytes, maxChunkBytes);
  return inMemory(dataset, bytes, type.of.number, place.count);
}

/** A column that is there already. */
function inMemory(dataset: Dataset, bytes: Uint8Array, type: NumberType, rows: number): ColumnPlace {
  const layout = { kind: 'compact', bytes, offset: 0 } as const;
  const column = {
    ...dataset,
    type: { kind: 'number', bytes: type.bytes, number: type },
    shape: [rows],
    layout,
  } as const;
  return { dataset: { ...column, filters: [] }, axis: 0, index: 0, offset: 0, type };
}

/** Signals at the camera's connector, beside the events of a file. */
import type { ByteTask } from '../random-access.ts';
import type { DecoderSink } from '../push-decoder.ts';
import { readNumbers, type NumberColumn } from '../npy/numbers.ts';
import { DatasetReader, type ReadingLimits } from './dataset-reader.ts';
import type { Dataset } from './file/dataset.ts';

const FIELDS = ['t', 'id', 'p'] as const;

/**
 * Delivers the rows of a dataset of records with the fields t (µs), id (the input) and p (1 where the signal rises), or counts them where
 * nobody listens. Records with other fields are none.
 *
 * @throws EventFormatError
 */
export function* readTriggers(dataset: Dataset, sink: DecoderSink, limits: ReadingLimits): ByteTask<void> {
  const { type, shape } = dataset;
  const found = FIELDS.map((name) =>
    type.kind === 'compound' ? type.fields.find((field) => field.name === name) : undefined,
  );
  const numbers = found.flatMap((field) =>
    field?.type.kind === 'number' ? [{ ...field, type: field.type.number }] : [],
  );
  if (shape.length !== 1 || numbers.length < FIELDS.length) return;
  const rows = shape[0]!;
  if (sink.listeners.trigger === undefined) {
    sink.account.dropped['not-a-pixel'] += rows;
    return;
  }
  const reader = new DatasetReader(dataset, limits);
  for (let row = 0; row < rows;) {
    const { from, to, hole, view, offset, stride, byteOffset } = yield* reader.stretch(0, 0, row);
    if (hole !== null) sink.damage(hole.code, hole.byteOffset, hole.message);
    if (to <= row) return;
    const count = hole === null ? to - row : 0;
    const [t, id, p] = numbers.map((field) => {
      const column: NumberColumn = { view, offset: offset + field.offset, stride, type: field.type };
      const values = new Float64Array(count);
      readNumbers(column, row - from, values);
      return values;
    });
    for (let i = 0; i < count; i++) deliver(sink, [t![i]!, id![i]!, p![i]!], byteOffset);
    row = to;
  }
}

function deliver(
  sink: DecoderSink,
  [t, channel, p]: readonly [number, number, number],
  byteOffset: number,
): void {
  if (!Number.isSafeInteger(t) || channel < 0 || (p !== 0 && p !== 1)) {
    sink.damage(
      'CORRUPT_DATA',
      byteOffset,
      `A trigger has the time ${t}, the input ${channel} and the edge ${p}; it is left out.`,
    );
    return;
  }
  sink.deliverSide('trigger', { tMicros: t, channel, edge: p === 1 ? 'rising' : 'falling' });
}

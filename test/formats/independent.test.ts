/** What the encoders write, read by a program of its own kind: test/formats/read_with_numpy.py. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, SeededRandom, sliceBatch, type EventBatch } from '../../src/events/index.ts';
import {
  createEncoder,
  prepareZstdEncoder,
  writableFormats,
  type FormatEncoderOptions,
} from '../../src/formats/index.ts';
import { digestOf } from '../helpers/digest.ts';
import { hasPythonModule } from '../helpers/python.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { hasTool } from '../helpers/tools.ts';

// Node before 22.15, and Chromium, load what compresses zstd.
await prepareZstdEncoder();

const SCRIPT = path.join(import.meta.dirname, 'read_with_numpy.py');

/** Rows of neighbours and single events, with silences of up to half a second. */
function recording(width: number, height: number): EventBatch {
  const random = new SeededRandom(7);
  let time = 0;
  const tuples = Array.from({ length: 1500 }, () => {
    time += random.integer(50) === 0 ? random.integer(250_000) : random.integer(30);
    const [y, p, count] = [random.integer(height), random.integer(2), 1 + random.integer(12)];
    const x = random.integer(width - count);
    return Array.from({ length: count }, (_, i) => [time, x + i, y, p] as const);
  });
  return batchFromTuples(tuples.flat(), { width, height });
}

interface Variant {
  readonly format: string;
  readonly options: FormatEncoderOptions;
  /** Program that the script needs for it. */
  readonly tool?: string;
}

const VARIANTS: readonly Variant[] = [
  ...writableFormats().map(({ id }): Variant => ({
    format: id,
    options: {},
    ...(id === 'aedat4' && { tool: 'lz4' }),
  })),
  { format: 'aedat2', options: { chip: 'davis240' } },
  { format: 'aedat2', options: { chip: 'davis346' } },
  { format: 'aedat4', options: { compression: 'none' } },
  { format: 'aedat4', options: { compression: 'zstd' }, tool: 'zstd' },
  { format: 'dat', options: { datVersion: 1 } },
];

describe.skipIf(!hasPythonModule('numpy'))('NumPy reads', () => {
  it.for(VARIANTS)('$format $options', ({ format, options, tool }, { skip }) => {
    skip(tool !== undefined && !hasTool(tool), `${tool} is not installed`);
    const events = recording(128, 128);
    const half = events.length >> 1;
    const encoder = createEncoder(format, options);
    const halves = [sliceBatch(events, 0, half), sliceBatch(events, half, events.length)];
    const file = path.join(temporaryFolder(), `events.${format}`);
    writeFileSync(file, encodeAll(encoder, ...halves));
    const answer = execFileSync('python3', [SCRIPT, format, file], { encoding: 'utf8' });
    expect(answer.trim()).toBe(`${events.length} ${digestOf(events)}`);
  });
});

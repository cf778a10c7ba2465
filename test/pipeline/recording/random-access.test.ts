import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, SeededRandom, type EventBatch } from '../../../src/events/index.ts';
import { Hdf5Encoder } from '../../../src/formats/index.ts';
import { openRecording, type OpenRecordingOptions } from '../../../src/pipeline/index.ts';
import { expectAnyPart, gathered, memorySource, openIndexed } from '../../helpers/recordings.ts';
import { encodeAll } from '../../helpers/round-trip.ts';
import { npyFile, numbers } from '../../formats/npy/samples.ts';
import { array } from '../../formats/npz/samples.ts';
import { largeBag } from '../../formats/rosbag2/large-bag.ts';

/** Too many for the first bytes, in which a decoder does not yet ask for others. */
const EVENTS = randomEvents(400_000);

function randomEvents(count: number): EventBatch {
  const random = new SeededRandom(1);
  let t = 100_000;
  return batchFromTuples(
    Array.from({ length: count }, () => {
      t += random.integer(15);
      return [t, random.integer(640), random.integer(480), random.integer(2)] as const;
    }),
    { width: 640, height: 480 },
  );
}

interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly options?: OpenRecordingOptions;
}

const { t, x, y, p } = EVENTS;
const COLUMNS = { t, x, y, p };

/** Columns one after the other as NumPy writes a matrix of 4 x N, or of N x 4 in Fortran order. */
function columnMajor(descr: string, shape: string, order: 'True' | 'False', scale = 1): Uint8Array {
  const values = [Array.from(t, (time) => time * scale), ...[x, y, p].map((column) => Array.from(column))];
  return npyFile(`'${descr}'`, shape, numbers(descr, values.flat()), order);
}

function rowsOf(scale: number): number[] {
  return Array.from(t, (time, i) => [time * scale, x[i]!, y[i]!, p[i]!]).flat();
}

function npz(level: 0 | 6): Uint8Array {
  const types = { t: '<i8', x: '<i2', y: '<i2', p: '|i1' } as const;
  const members = Object.entries(COLUMNS).map(([name, values]) => [
    `${name}.npy`,
    array(types[name as keyof typeof types], Array.from(values)),
  ]);
  return zipSync(Object.fromEntries(members), { level });
}

const N = EVENTS.length;
const SAMPLES: readonly Sample[] = [
  {
    name: 'HDF5, DSEC',
    bytes: encodeAll(new Hdf5Encoder({ layout: 'dsec' }), EVENTS),
  },
  { name: 'HDF5, ECF', bytes: encodeAll(new Hdf5Encoder({ layout: 'prophesee' }), EVENTS) },
  { name: 'npy of 4 x N', bytes: columnMajor('<i4', `(4, ${N})`, 'False'), options: { columns: 't,x,y,p' } },
  {
    name: 'npy of N x 4 in Fortran order, nanoseconds with fractions',
    bytes: columnMajor('<f8', `(${N}, 4)`, 'True', 1000.3),
    options: { columns: 't,x,y,p', timeUnit: 'ns' },
  },
  {
    name: 'npy of N x 4, nanoseconds with fractions',
    bytes: npyFile("'<f8'", `(${N}, 4)`, numbers('<f8', rowsOf(1000.3))),
    options: { columns: 't,x,y,p', timeUnit: 'ns' },
  },
  { name: 'npz, stored', bytes: npz(0) },
  ...[
    [512, 400],
    [4096, 3000],
  ].flatMap(([pageBytes, rows]): Sample[] => {
    const bytes = largeBag(EVENTS, pageBytes!, rows!);
    return bytes === null ? [] : [{ name: `ROS 2 bag in SQLite, pages of ${pageBytes} bytes`, bytes }];
  }),
];

describe('recordings whose events lie in several places', () => {
  it.each(SAMPLES)(
    '$name: any part is what decoding from the start gives',
    async ({ bytes, options = {} }) => {
      await expectAnyPart(bytes, options, 20_000);
    },
  );

  it('npz, deflated: is read from its start, as deflate has no place to begin at', async () => {
    await expectAnyPart(npz(6), {}, null);
  });

  it.each(SAMPLES)('$name: reads only what is asked for', async ({ bytes, options = {} }) => {
    const { index } = await openIndexed(bytes, options, 20_000);
    const source = memorySource(bytes);
    const recording = await openRecording(source, { ...options, index: index! });
    const opened = source.bytesAsked;
    const { tFirst, durationMicros } = await recording.summary();
    const middle = tFirst! + Math.floor(durationMicros / 2);
    const part = await gathered(recording.events(middle, middle + 1000));
    expect(part.length).toBeGreaterThan(50);
    expect(source.bytesAsked - opened).toBeLessThan(bytes.length / 3);
    expect(recording.bytesRead).toBeLessThanOrEqual(source.bytesAsked - opened);
  });
});

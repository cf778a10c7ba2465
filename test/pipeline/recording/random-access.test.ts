import { describe, expect, it } from 'vitest';
import { batchFromTuples, SeededRandom, type EventBatch } from '../../../src/events/index.ts';
import { Hdf5Encoder } from '../../../src/formats/index.ts';
import { openRecording, type OpenRecordingOptions } from '../../../src/pipeline/index.ts';
import { expectAnyPart, gathered, memorySource, openIndexed } from '../../helpers/recordings.ts';
import { encodeAll } from '../../helpers/round-trip.ts';

/** Too many for the first bytes, in which a decoder does not yet ask for others. */
const EVENTS = randomEvents(400_000);

function randomEvents(count: number): EventBatch {
  const random = new SeededRandom(1);
  let t = 5_000_000;
  return batchFromTuples(
    Array.from({ length: count }, () => {
      t += random.integer(20);
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

const SAMPLES: readonly Sample[] = [
  { name: 'HDF5, DSEC', bytes: encodeAll(new Hdf5Encoder({ layout: 'dsec' }), EVENTS) },
  { name: 'HDF5, ECF', bytes: encodeAll(new Hdf5Encoder({ layout: 'prophesee' }), EVENTS) },
];

describe('recordings whose events lie in several places', () => {
  it.each(SAMPLES)(
    '$name: any part is what decoding from the start gives',
    async ({ bytes, options = {} }) => {
      await expectAnyPart(bytes, options, 20_000);
    },
  );

  it.each(SAMPLES)('$name: reads only what is asked for', async ({ bytes, options = {} }) => {
    const { index } = await openIndexed(bytes, options, 20_000);
    const source = memorySource(bytes);
    const recording = await openRecording(source, { ...options, index: index! });
    const opened = source.bytesAsked;
    const middle = EVENTS.t[EVENTS.length / 2]!;
    const part = await gathered(recording.events(middle, middle + 1000));
    expect(part.length).toBeGreaterThan(50);
    expect(source.bytesAsked - opened).toBeLessThan(bytes.length / 3);
    expect(recording.bytesRead).toBeLessThanOrEqual(source.bytesAsked - opened);
  });
});

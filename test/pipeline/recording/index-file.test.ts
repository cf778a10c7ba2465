import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchFromTuples, EventCutter } from '../../../src/events/index.ts';
import { createEncoder } from '../../../src/formats/index.ts';
import {
  decodeIndex,
  encodeIndex,
  openRecording,
  RecordingAccessError,
} from '../../../src/pipeline/index.ts';
import { testFile, testFormat } from '../../helpers/resetting-format.ts';
import { gathered, memorySource, openIndexed } from '../../helpers/recordings.ts';
import { encodeAll } from '../../helpers/round-trip.ts';

const events = batchFromTuples(
  Array.from({ length: 4000 }, (_, i) => [1000 + 10 * i, i % 64, i % 48, i % 2] as const),
  { width: 64, height: 48 },
);
const bytes = encodeAll(createEncoder('dat'), events);
const built = async (): Promise<ReturnType<typeof decodeIndex>> =>
  (await openRecording(memorySource(bytes))).buildIndex({ stretchBytes: 1000 });

describe('an index in a file', () => {
  it('is what was stored', async () => {
    const index = await built();
    expect(decodeIndex(encodeIndex(index))).toEqual(index);
  });

  it('has at most so many places, however long the recording is', async () => {
    const recording = await openIndexed(bytes, {}, 100, 8);
    const { stretches } = recording.index!;
    expect(stretches.length).toBeLessThanOrEqual(8);
    expect(stretches.length).toBeGreaterThan(3);
    expect(stretches.reduce((sum, stretch) => sum + stretch.events, 0)).toBe(events.length);
    expect((await gathered(recording.events(9000, 9100))).length).toBe(10);
  });

  it('damaged anywhere gives an index or a typed error', async () => {
    const stored = encodeIndex(await built());
    fc.assert(
      fc.property(fc.nat(stored.length - 1), fc.nat(255), (at, byte) => {
        const damaged = stored.slice();
        damaged[at] = byte;
        try {
          expect(decodeIndex(damaged)).toEqual(decodeIndex(stored));
        } catch (error) {
          expect(error).toBeInstanceOf(RecordingAccessError);
        }
      }),
    );
    expect(() => decodeIndex(new Uint8Array(0))).toThrow(RecordingAccessError);
  });

  it('of another recording, of other options or of strict reading of damage is refused', async () => {
    const index = await built();
    const longer = new Uint8Array([...bytes, ...bytes.subarray(-8)]);
    const other = bytes.slice();
    other[bytes.length - 20]! ^= 1;
    const open = (content: Uint8Array, options = {}): Promise<unknown> =>
      openRecording(memorySource(content), { ...options, index });
    await expect(open(longer)).rejects.toMatchObject({ code: 'OTHER_RECORDING' });
    await expect(open(other)).rejects.toMatchObject({ code: 'OTHER_RECORDING' });
    const geometry = { width: 32, height: 32 };
    await expect(open(bytes, { geometry })).rejects.toMatchObject({ code: 'OTHER_OPTIONS' });
    await expect(open(bytes, { format: 'evt3' })).rejects.toMatchObject({ code: 'OTHER_OPTIONS' });
    await open(bytes, { format: 'dat', policy: 'strict', fileName: 'x.dat' });
    const cut = bytes.slice(0, -3);
    const damaged = await (await openRecording(memorySource(cut))).buildIndex();
    const strict = { index: damaged, policy: 'strict' as const };
    await expect(openRecording(memorySource(cut), strict)).rejects.toMatchObject({ code: 'OTHER_OPTIONS' });
  });

  it('a recording changed in place where no sample is taken is found when that place is read', async () => {
    const size = 400_000;
    const long = encodeAll(
      createEncoder('evt2'),
      batchFromTuples(
        Array.from({ length: size / 4 }, (_, i) => [i, i % 64, 5, 1] as const),
        { width: 64, height: 48 },
      ),
    );
    const index = await (await openRecording(memorySource(long))).buildIndex({ stretchBytes: 4096 });
    const changed = long.slice();
    // A TIME_HIGH in place of an event.
    const at = 65_536 + 6000;
    changed.set([0, 0, 0, 0x80], at - (at % 4) + (long.length % 4));
    const recording = await openRecording(memorySource(changed), { index });
    const all = gathered(recording.events());
    await expect(all).rejects.toMatchObject({ code: 'STALE_INDEX' });
  });

  it('time segments: a time comes once in each, and one can be named', async () => {
    const file = testFile(...['e 5 1 1', 'e 9 1 2', 'r', 'e 2 1 3', 'e 9 1 4', 'r', 'e 9 1 5', 'e 30 1 6']);
    const options = { formats: [testFormat], format: 'test' } as object;
    const recording = await openRecording(memorySource(file), options);
    for (const _ of [0, 1]) {
      const rows = async (segment?: number): Promise<number[]> =>
        Array.from((await gathered(recording.events(9, 10, segment === undefined ? {} : { segment }))).y);
      expect(await rows()).toEqual([2, 4, 5]);
      expect(await rows(1)).toEqual([4]);
      await recording.buildIndex();
    }
    expect(await recording.at(6)).toMatchObject({ t: 9, y: 2, segment: 0 });
    expect(await recording.at(6, { segment: 2 })).toMatchObject({ t: 9, y: 5, segment: 2 });
    expect(await recording.at(31)).toBeNull();
    expect(() => new EventCutter({ time: { startMicros: 3, endMicros: 2 } })).toThrow('must end');
    await expect(gathered(recording.events(3, 3))).rejects.toThrow('must be behind from');
  });
});

import { describe, expect, it } from 'vitest';
import {
  readLabelledClips,
  readingNotes,
  readingSummary,
  sideRange,
  type Sample,
} from '../../datasets/index.ts';
import { FRAME_RULE_DEFAULTS } from '../../src/frames/index.ts';

const sensor = { width: 8, height: 8 };
/** Windows of two steps of 100 µs. */
const rule = {
  ...FRAME_RULE_DEFAULTS,
  sensor,
  binning: { by: 'fixed-duration', stepMicros: 100, steps: 2 },
} as const;

/** A recording of so many whole windows; window w has w + 1 events, all at pixel (w, label). */
function recording(id: string, label: number, windows: number): Sample {
  const lines = Array.from({ length: windows }, (_, window) =>
    Array.from({ length: window + 1 }, (_, i) => `${200 * window + i},${window % 8},${label},1\n`).join(''),
  );
  // The step behind the last window is what closes it.
  const text = `t,x,y,p\n${lines.join('')}${windows > 0 ? `${200 * windows},0,0,1\n` : ''}`;
  const bytes = new TextEncoder().encode(text);
  const open = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes;
  };
  return { id, bytes: bytes.length, location: id, label, part: null, open };
}

const options = { decoding: {}, rule };

describe('windows of recordings', () => {
  it('all, the first, or some from the start, labelled and in order', async () => {
    const samples = [recording('a/long.csv', 0, 10), recording('b/short.csv', 1, 3)];
    const events = async (windows: 'all' | number): Promise<number[][]> => {
      const { clips } = await readLabelledClips(samples, { ...options, windows });
      return [0, 1].map((label) => clips.filter((one) => one.label === label).map(({ clip }) => clip.events));
    };
    expect(await events('all')).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      [1, 2, 3],
    ]);
    expect(await events(1)).toEqual([[1], [1]]);
    expect(await events(5)).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3],
    ]);
  });

  it('sides of a split by time share no window and lose none, in order of time', async () => {
    for (const windows of [1, 2, 3, 4, 5, 9, 10, 100]) {
      for (const trainShare of [0.1, 0.5, 0.8, 0.99]) {
        const [from, train] = sideRange(windows, { part: 'train', trainShare });
        const [test, to] = sideRange(windows, { part: 'test', trainShare });
        expect([from, train, to]).toEqual([0, test, windows]);
        if (windows > 1) expect([train > 0, test < windows]).toEqual([true, true]);
        expect(Math.abs(train - trainShare * windows)).toBeLessThanOrEqual(1);
      }
    }
    expect(sideRange(5, { part: 'train', trainShare: 0.8 })).toEqual([0, 4]);
    // 100 * 0.29 is 28.999999999999996.
    expect(sideRange(100, { part: 'train', trainShare: 0.29 })).toEqual([0, 29]);
    expect(sideRange(1, { part: 'test', trainShare: 0.8 })).toEqual([1, 1]);
    const sides = await Promise.all(
      (['train', 'test'] as const).map((part) =>
        readLabelledClips([recording('a/1.csv', 0, 10)], { ...options, side: { part, trainShare: 0.8 } }),
      ),
    );
    expect(sides.map(({ clips }) => clips.map(({ clip }) => clip.events))).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [9, 10],
    ]);
    expect(sides.map(({ recordings }) => recordings[0]!.windows)).toEqual([10, 10]);
    const binning = { by: 'fixed-duration', stepMicros: 10, steps: 2, strideMicros: 10 } as const;
    const side = { part: 'test', trainShare: 0.8 } as const;
    await expect(
      readLabelledClips([recording('a/1.csv', 0, 10)], {
        ...options,
        rule: { ...options.rule, binning },
        side,
      }),
    ).rejects.toMatchObject({ option: 'binning' });
  });

  it('counts what windows repeat of those that it gives, not of those that were read', async () => {
    const binning = { by: 'fixed-duration', stepMicros: 10, steps: 2, strideMicros: 10 } as const;
    const rule = { ...options.rule, binning };
    const repeated = async (windows: number | 'all'): Promise<[windows: number, repeated: number]> => {
      const { recordings } = await readLabelledClips([recording('a/1.csv', 0, 10)], {
        ...options,
        rule,
        windows,
      });
      return [recordings[0]!.windows, recordings[0]!.repeatedEvents];
    };
    const [windows, all] = await repeated('all');
    expect(await repeated(1)).toEqual([1, 0]);
    expect(windows).toBeGreaterThan(2);
    expect(all).toBeGreaterThan((await repeated(2))[1]);
  });

  it('names a recording that is bad, or leaves it out by name', async () => {
    const empty = { ...recording('b/1.csv', 1, 0), open: async function* () {} };
    const header = recording('b/2.csv', 1, 0);
    const good = recording('a/1.csv', 0, 2);
    await expect(readLabelledClips([good, empty], options)).rejects.toMatchObject({
      name: 'RecordingError',
      code: 'EMPTY_FILE',
      message: expect.stringMatching(/^b\/1\.csv: /),
    });
    await expect(readLabelledClips([good, header], options)).rejects.toMatchObject({
      code: 'EMPTY_RECORDING',
      message: 'b/2.csv: The recording has no events.',
    });
    const { clips, leftOut, recordings } = await readLabelledClips([empty, good, header], {
      ...options,
      skipBad: true,
    });
    expect([clips.length, recordings.map(({ id }) => id)]).toEqual([2, ['a/1.csv']]);
    expect(leftOut.map(({ id }) => id)).toEqual(['b/1.csv', 'b/2.csv']);
  });

  it('stop before they fill the memory, skipped or not, and say what to do', async () => {
    const clip = 2 * 2 * 8 * 8;
    const samples = [recording('a/1.csv', 0, 4), recording('a/2.csv', 0, 4)];
    const read = (maxClipBytes: number, side: Parameters<typeof sideRange>[1] = null): Promise<unknown> =>
      readLabelledClips(samples, { ...options, maxClipBytes, side, skipBad: true });
    await expect(read(8 * clip)).resolves.toMatchObject({ leftOut: [] });
    await expect(read(8 * clip - 1)).rejects.toMatchObject({
      code: 'CLIPS_TOO_LARGE',
      message: expect.stringMatching(/^a\/2\.csv: .*--windows N.*--max-clip-bytes/),
    });
    // What is on the other side is given back.
    await expect(read(5 * clip, { part: 'test', trainShare: 0.75 })).resolves.toBeDefined();
  });

  it('are summed up in a line, and losses in one for each reason', async () => {
    const outside = recording('a/2.csv', 9, 10);
    const { recordings } = await readLabelledClips([recording('a/1.csv', 0, 10), outside], {
      ...options,
      allowOutside: true,
    });
    expect(readingSummary(recordings)).toBe('2 recordings of 2 ms: 20 windows');
    const notes = readingNotes(recordings).join('\n');
    expect(notes).toMatch(/left out 55 events \(49\.1 %\) outside the sensor, in a\/2\.csv/);
    expect(notes).toMatch(/left out 2 events \(1\.8 %\) of incomplete last windows, in a\/1\.csv, a\/2\.csv/);
  });
});

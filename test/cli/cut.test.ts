import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { countRange, region, timeRange } from '../../src/cli/options.ts';
import { batchFromTuples, concatBatches, type EventBatch } from '../../src/events/index.ts';
import { createDecoder, createEncoder } from '../../src/formats/index.ts';
import { saccade } from '../helpers/cli.ts';
import { decodeAll } from '../helpers/decode.ts';
import { digestOf } from '../helpers/digest.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const events = batchFromTuples(
  Array.from({ length: 2000 }, (_, i) => [5000 + 10 * i, (5 * i) % 128, (11 * i) % 128, i % 2] as const),
  { width: 128, height: 128 },
);

function recording(): { input: string; output: (name: string) => string } {
  const folder = temporaryFolder();
  const input = path.join(folder, 'input.aedat');
  writeFileSync(input, encodeAll(createEncoder('aedat2'), events));
  return { input, output: (name) => path.join(folder, name) };
}

function decodeFile(file: string): EventBatch {
  return decodeAll(createDecoder({ fileName: file }), new Uint8Array(readFileSync(file)));
}

describe('cut', () => {
  it.each([
    ['--time', ['..5ms', '5ms..12ms', '12ms..']],
    ['--events', ['..1', '1..1999', '1999..']],
  ])('the pieces by %s are the recording, in the format of the input', async (flag, ranges) => {
    const { input, output } = recording();
    const pieces: EventBatch[] = [];
    for (const [i, range] of ranges.entries()) {
      const { code, out } = await saccade('cut', input, output(`${i}.aedat`), flag, range, '--json');
      expect(code).toBe(0);
      const { cut, to } = JSON.parse(out) as {
        to: string;
        cut: { events: number; kept: number; leftOut: Record<string, number> };
      };
      expect(to).toBe('aedat2');
      expect(cut.kept + Object.values(cut.leftOut).reduce((a, b) => a + b)).toBe(cut.events);
      pieces.push(decodeFile(output(`${i}.aedat`)));
    }
    expect(digestOf(concatBatches(pieces))).toBe(digestOf(events));
  });

  it('--absolute takes the times of the recording', async () => {
    const { input, output } = recording();
    await saccade('cut', input, output('a.aedat'), '--time', '5..6ms', '--absolute');
    await saccade('cut', input, output('b.aedat'), '--time', '..1ms');
    expect([...decodeFile(output('a.aedat')).t]).toEqual([...decodeFile(output('b.aedat')).t]);
  });

  it('regions conserve, and shift coordinates and sensor', async () => {
    const { input, output } = recording();
    const kept: number[] = [];
    for (const x of [0, 100]) {
      for (const y of [0, 50]) {
        const size = `${x === 0 ? 100 : 28},${y === 0 ? 50 : 78}`;
        const name = output(`${x}-${y}.dat`);
        const args = ['--region', `${x},${y},${size}`, '--shift', '--to', 'dat'];
        expect(await saccade('cut', input, name, ...args)).toMatchObject({ code: 0 });
        const decoder = createDecoder({ fileName: name });
        const { length, x: columns } = decodeAll(decoder, new Uint8Array(readFileSync(name)));
        expect(decoder.geometry?.width).toBe(x === 0 ? 100 : 28);
        expect(Math.max(...columns)).toBeLessThan(decoder.geometry!.width);
        kept.push(length);
      }
    }
    expect(kept.reduce((a, b) => a + b)).toBe(events.length);
  });

  it('stops reading when nothing more can be kept', async () => {
    const { input, output } = recording();
    const { out } = await saccade('cut', input, output('a.dat'), '--to', 'dat', '--events', '..10');
    expect(out).toMatch(/kept +10 of the first 2,000 events/);
  });

  it.each([
    ['--region', '100,100,50,50'],
    ['--region', '1,2,3'],
    ['--time', '5ms'],
    ['--time', '5us..5us'],
    ['--time', '10..60'],
    ['--time', '10s..60'],
    ['--time', '5..'],
    ['--time', '1h..2h'],
    ['--events', '..'],
    ['--events', '1.5..3'],
    ['--shift', '--to=dat'],
  ])('%s %s is wrong usage', async (...args) => {
    const { input, output } = recording();
    expect(await saccade('cut', input, output('a.aedat'), ...args)).toMatchObject({ code: 2 });
  });
});

describe('a cut that keeps nothing', () => {
  it.each([
    [
      ['--time', '30ms..60ms'],
      /--time asks for 30 ms\.\.60 ms; it goes from 0 µs to 19\.99 ms after its first event/,
    ],
    [['--time', '..1ms', '--absolute'], /asks for \.\.1 ms; it goes from 5 ms to 24\.99 ms by its own clock/],
    [['--events', '5000..'], /has 2,000 events\. --events counts them from 0/],
    [['--segment', '3'], /It has 1 time segment, counted from 0/],
  ])('%s: exit code 3, what the recording has, no file', async (args, told) => {
    const { input, output } = recording();
    const { code, out, err } = await saccade('cut', input, output('a.aedat'), ...args);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(told);
    expect(err).toMatch(/^error NO_EVENTS: /);
    expect(existsSync(output('a.aedat'))).toBe(false);
  });

  it('a unit that is missing is asked for', async () => {
    const { input, output } = recording();
    expect(await saccade('cut', input, output('a.aedat'), '--time', '10..60')).toMatchObject({
      code: 2,
      err: expect.stringContaining('60 has no unit: write 60s, 60ms or 60us'),
    });
  });
});

describe('ranges on the command line', () => {
  it.each([
    ['0.5s..2s', { startMicros: 500_000, endMicros: 2_000_000 }],
    ['10..20ms', { startMicros: 10_000, endMicros: 20_000 }],
    ['0..20ms', { startMicros: 0, endMicros: 20_000 }],
    ['0..', { startMicros: 0 }],
    ['10us .. 1ms', { startMicros: 10, endMicros: 1000 }],
    ['..300µs', { endMicros: 300 }],
    ['-1s..', { startMicros: -1_000_000 }],
  ])('%s', (text, expected) => {
    expect(timeRange(text)).toEqual(expected);
  });
  it('counts and regions', () => {
    expect(countRange('5..')).toEqual({ start: 5 });
    expect(countRange('..5')).toEqual({ end: 5 });
    expect(region('1,2,3,4')).toEqual({ x: 1, y: 2, width: 3, height: 4 });
  });
});

/** Where a counter is taken to have wrapped, to the tick: by the kernels, and by the plain loops that they stand for. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CreateDecoderOptions } from '../../src/formats/index.ts';
import { rawFile } from '../helpers/raw-words.ts';
import { joinBytes } from '../helpers/round-trip.ts';
import { event, packet, polarity } from './aedat3/packets.ts';
import { file as aedat2File } from './aedat2/words.ts';
import { datRecords } from './dat/samples.ts';
import * as evt2 from './evt2/samples.ts';
import * as evt21 from './evt21/samples.ts';
import * as evt3 from './evt3/samples.ts';

interface Counter {
  readonly options: CreateDecoderOptions;
  /** Ticks after which it begins again, and microseconds in a tick. */
  readonly range: number;
  readonly tick: number;
  /** The largest fall that is a step back. */
  readonly stepBack: number;
  /** A recording of one event at each of these counts. */
  readonly write: (counts: readonly number[]) => Uint8Array;
}

const dat = (version: string) => (counts: readonly number[]) =>
  joinBytes(
    new TextEncoder().encode(version),
    version === '' ? new Uint8Array(0) : Uint8Array.of(0x0c, 8),
    datRecords(8, ...counts.map((count): [number, number] => [count, 1])),
  );

const COUNTERS: Readonly<Record<string, Counter>> = {
  'DAT 1': { options: { format: 'dat' }, range: 2 ** 32, tick: 1, stepBack: 2 ** 31, write: dat('') },
  'DAT 2': {
    options: { format: 'dat' },
    range: 2 ** 32,
    tick: 1,
    stepBack: 2 ** 31,
    write: dat('% Version 2\n'),
  },
  'AEDAT 2': {
    options: { format: 'aedat2', chip: 'dvs128' },
    range: 2 ** 32,
    tick: 1,
    stepBack: 2 ** 31,
    // Signed: the count is taken from the middle of the range.
    write: (counts) =>
      aedat2File(
        [],
        counts.map((count) => [1, count - 2 ** 31]),
      ),
  },
  EVT2: {
    options: { format: 'evt2' },
    range: 2 ** 28,
    tick: 64,
    stepBack: 2 ** 27,
    write: (counts) =>
      rawFile(
        evt2.HEADER,
        4,
        counts.flatMap((count) => [evt2.high(count), evt2.cd(1, 0, 1, 1)]),
      ),
  },
  'EVT2.1': {
    options: { format: 'evt21' },
    range: 2 ** 28,
    tick: 64,
    stepBack: 2 ** 27,
    write: (counts) =>
      rawFile(
        evt21.HEADER,
        8,
        counts.flatMap((count) => [evt21.high(count), evt21.cd(1, 0, 1, 1, 1)]),
      ),
  },
  EVT3: {
    options: { format: 'evt3' },
    range: 2 ** 12,
    tick: 2 ** 12,
    stepBack: 2 ** 11 - 1,
    write: (counts) =>
      rawFile(
        evt3.HEADER,
        2,
        counts.flatMap((count) => [evt3.high(count), evt3.y(1), evt3.x(1, 1)]),
      ),
  },
};

afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each(Object.entries(COUNTERS))('%s', (name, { options, range, tick, stepBack, write }) => {
  it.each([
    ['by its kernel', true],
    ['by the plain loop', false],
  ])('%s', async (_, fast) => {
    if (!fast) vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const { createDecoder } = await import('../../src/formats/index.ts');
    /** Ticks since count 0, and the account. */
    const decode = (...counts: number[]): { ticks: number[]; wraps: number; backwardSteps: number } => {
      const decoder = createDecoder(options);
      const batches = [...decoder.push(write(counts)), ...decoder.finish()];
      const zero = name === 'AEDAT 2' ? 2 ** 31 : 0;
      const ticks = batches.flatMap(({ t }) => Array.from(t, (time) => time / tick + zero));
      const { wraps, backwardSteps } = decoder.report;
      return { ticks, wraps, backwardSteps };
    };
    const top = range - 1;
    expect(decode(5, 5, top, top)).toEqual({ ticks: [5, 5, top, top], wraps: 0, backwardSteps: 0 });
    expect(decode(top, top - stepBack)).toEqual({ ticks: [top, top - stepBack], wraps: 0, backwardSteps: 1 });
    expect(decode(top, top - stepBack - 1)).toEqual({
      ticks: [top, range + top - stepBack - 1],
      wraps: 1,
      backwardSteps: 0,
    });
    expect(decode(top, 0, top, 0, 1, 0)).toEqual({
      ticks: [top, range, range + top, 2 * range, 2 * range + 1, 2 * range],
      wraps: 2,
      backwardSteps: 1,
    });
  });
});

describe('AEDAT 3', () => {
  const header = new TextEncoder().encode('#!AER-DAT3.1\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n');

  it.each([
    [[0, 1, 1, 3], 2],
    [[3], 0],
    [[2, 1, 2], 1],
    [[2, 2], 0],
  ])('overflow counts of packets of events %j are %i wraps', async (overflows, wraps) => {
    const { createDecoder } = await import('../../src/formats/index.ts');
    const decoder = createDecoder({ format: 'aedat3' });
    const packets = overflows.flatMap((overflow) => [
      packet([polarity(7, 1, 1, 1), polarity(9, 1, 1, 1)], { overflow }),
      // Packets of other types have counts of their own.
      packet([event(1, 3)], { overflow: 4, type: 5 }),
    ]);
    const batches = [...decoder.push(joinBytes(header, ...packets)), ...decoder.finish()];
    expect(batches.flatMap(({ t }) => [...t])).toEqual(
      overflows.flatMap((overflow) => [overflow * 2 ** 31 + 7, overflow * 2 ** 31 + 9]),
    );
    expect(decoder.report.wraps).toBe(wraps);
  });

  it('times go as far as a double holds them', async () => {
    const { createDecoder } = await import('../../src/formats/index.ts');
    const most = 2 ** 22 - 1;
    const decode = (overflow: number): number[] => {
      const decoder = createDecoder({ format: 'aedat3', policy: 'strict' });
      const bytes = joinBytes(header, packet([polarity(2 ** 31 - 1, 1, 1, 1)], { overflow }));
      return [...decoder.push(bytes), ...decoder.finish()].flatMap(({ t }) => [...t]);
    };
    expect(decode(most)).toEqual([2 ** 53 - 1]);
    expect(() => decode(most + 1)).toThrow(/time overflow/);
    expect(() => decode(-1)).toThrow(/time overflow/);
  });
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchFromTuples,
  concatBatches,
  type EventBatch,
  type EventTuple,
  type SensorGeometry,
} from '../../../src/events/index.ts';
import {
  AEDAT2_CHIPS,
  Aedat2Decoder,
  Aedat2Encoder,
  createDecoder,
  detectFormat,
  EventFormatError,
  type Aedat2Chip,
  type Aedat2DecoderOptions,
} from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { encodeAll } from '../../helpers/round-trip.ts';
import { containerRows, hasSharedData, readShared } from '../../helpers/shared-data.ts';
import { apsReset, apsSignal, imuWord, type Word } from './words.ts';

const davis = (xr: number, yr: number, bit = 1): number => (yr << 22) | (xr << 12) | (bit << 11);
const places = ({ x, y }: EventBatch): number[][] => Array.from(x, (column, i) => [column, y[i]!]);

/** A file without a chip line, or with the one given. */
function fileOf(words: readonly Word[], ...lines: readonly string[]): Uint8Array {
  const header = new TextEncoder().encode(
    ['#!AER-DAT2.0', '# Timestamps tick is 1 us', ...lines].map((line) => `${line}\r\n`).join(''),
  );
  const bytes = new Uint8Array(header.length + 8 * words.length);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  words.forEach(([address, t], i) => {
    view.setUint32(8 * i, address >>> 0);
    view.setInt32(8 * i + 4, t);
  });
  return bytes;
}

function read(
  bytes: Uint8Array,
  options: Aedat2DecoderOptions = {},
  chunks?: readonly number[],
): { decoder: Aedat2Decoder; events: EventBatch } {
  const decoder = new Aedat2Decoder(options);
  return { decoder, events: decodeAll(decoder, bytes, chunks) };
}

/** Without a chip line. */
function encoded(chip: Aedat2Chip, ...events: readonly EventTuple[]): Uint8Array {
  return encodeAll(new Aedat2Encoder({ chip, chipLine: false }), batchFromTuples(events));
}

const SENSORS: Partial<Record<Aedat2Chip, SensorGeometry>> = {
  dvs128: { width: 128, height: 128 },
  davis240: { width: 240, height: 180 },
  davis346: { width: 346, height: 260 },
};

const field = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(path.join(import.meta.dirname, '../../field-cases/v2e-aedat2', name)));

describe('a DAVIS without a chip line', () => {
  it('is of 240x180 where every pixel fits, else of 346x260', () => {
    const small = read(fileOf([davis(239, 179), davis(0, 5)].map((word, i): Word => [word, i])));
    expect(small.decoder.geometry).toEqual({ width: 240, height: 180 });
    for (const last of [davis(240, 0), davis(0, 180), davis(345, 259)]) {
      const words = Array.from({ length: 3000 }, (_, i): Word => [davis(i % 240, 20), i]);
      const { decoder, events } = read(fileOf([...words, [last, 3000]]));
      expect(decoder.geometry).toEqual({ width: 346, height: 260 });
      expect(decoder.report.dropped['outside-sensor']).toBe(0);
      expect(places(events)[0]).toEqual([345, 239]);
    }
  });

  it('is asked for where it is larger', () => {
    for (const word of [davis(346, 0), davis(0, 260), davis(639, 479)]) {
      expect(() => read(fileOf([[word, 1]]))).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED_CHIP', message: expect.stringContaining('State chip') }),
      );
      const { events } = read(fileOf([[word, 1]]), { chip: 'davis640' });
      expect(places(events)).toEqual([[639 - ((word >>> 12) & 0x3ff), 479 - (word >>> 22)]]);
    }
  });

  it('is told by the reads of its frames too, not by inertial samples or inputs', () => {
    const events = Array.from({ length: 20 }, (_, i): Word => [davis(100 + i, 100), i]);
    for (const read2 of [apsReset(345, 3, 900), apsSignal(3, 259, 100)])
      expect(read(fileOf([...events, [read2, 30]])).decoder.geometry?.width).toBe(346);
    const others: Word[] = [
      [imuWord(3, 0x7fff), 30],
      [davis(1000, 500) | 0x402, 31],
      [apsReset(1000, 500, 0) + 0x800, 32],
    ];
    expect(read(fileOf([...events, ...others])).decoder.geometry?.width).toBe(240);
  });

  it('is the same in any chunks, and no event is lost', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Aedat2Chip>('dvs128', 'davis240', 'davis346'),
        fc.integer({ min: 1, max: 4000 }),
        fc.integer({ min: 1, max: 40_000 }),
        (chip, count, chunk) => {
          const { width, height } = SENSORS[chip]!;
          const events = Array.from({ length: count }, (_, i): EventTuple => [
            i,
            (i * 7919) % width,
            (i * 104_729) % height,
            i & 1,
          ]);
          // Corners, so that all of the sensor is seen.
          const all: EventTuple[] = [[0, 0, 0, 1], [0, width - 1, height - 1, 1], ...events];
          const { decoder, events: got } = read(encoded(chip, ...all), { policy: 'strict' }, [chunk]);
          expect(places(got)).toEqual(all.map(([, x, y]) => [x, y]));
          expect(decoder.geometry).toEqual({ width, height });
          expect(decoder.report.notes.map(({ code }) => code)).toContain('INFERRED_CHIP');
        },
      ),
      { numRuns: 40 },
    );
  });

  it('says so, and which option states it; what is stated needs no note', () => {
    const events: EventTuple[] = [[1, 3, 4, 1]];
    const notes = (bytes: Uint8Array, options?: Aedat2DecoderOptions): unknown =>
      read(bytes, options).decoder.report.notes;
    expect(notes(encoded('dvs128', ...events))).toEqual([
      {
        code: 'INFERRED_CHIP',
        message: 'The header names no chip; that it is a DVS128 is inferred from the first address.',
        option: 'chip',
      },
    ]);
    expect(notes(encoded('davis346', [1, 0, 0, 1], ...events))).toMatchObject([
      { message: expect.stringContaining('a DAVIS of 346x260 is inferred from the first 2 addresses') },
    ]);
    const stated = { width: 346, height: 260 };
    expect(notes(encoded('davis346', ...events), { geometry: stated })).toMatchObject([
      { message: expect.stringContaining('that it is a DAVIS is') },
    ]);
    for (const chip of AEDAT2_CHIPS) {
      expect(notes(encoded(chip, ...events), { chip })).toEqual([]);
      expect(notes(encodeAll(new Aedat2Encoder({ chip }), batchFromTuples(events)))).toEqual([]);
    }
    expect(detectFormat(encoded('davis346', ...events))).not.toHaveProperty('sniff.geometry');
  });

  it('of a stated size is turned around by that size', () => {
    const { decoder, events } = read(encoded('davis346', [1, 345, 259, 1], [2, 300, 200, 1]), {
      geometry: { width: 346, height: 260 },
    });
    expect(places(events)).toEqual([
      [345, 259],
      [300, 200],
    ]);
    expect(decoder.geometry).toEqual({ width: 346, height: 260 });
  });

  it('that later words prove larger is damage, never silently shifted', () => {
    const start = Array.from({ length: 65_536 }, (_, i): Word => [davis(i % 240, i % 180, i & 1), i]);
    const bytes = fileOf([
      ...start,
      [davis(10, 20), 70_000],
      [davis(300, 20), 70_001],
      [davis(11, 20), 70_002],
    ]);
    for (const chunks of [[Infinity], [100_000, 8], [524_288, 1]]) {
      const { decoder, events } = read(bytes, {}, chunks);
      expect(events.length).toBe(65_538);
      expect(decoder.report).toMatchObject({
        dropped: { 'outside-sensor': 1 },
        faultCount: 1,
        faults: [{ code: 'UNSUPPORTED_CHIP', byteOffset: bytes.length - 8 * 65_539 }],
      });
      expect(decoder.report.notes).toMatchObject([
        { code: 'INFERRED_CHIP' },
        { code: 'CONTRADICTED_CHIP', option: 'chip', message: expect.stringContaining('240x180') },
      ]);
      expect(() => read(bytes, { policy: 'strict' }, chunks)).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED_CHIP' }),
      );
      expect(read(bytes, { chip: 'davis240' }, chunks).decoder.report).toMatchObject({
        faultCount: 0,
        notes: [],
      });
    }
  });
});

describe('a DVS128', () => {
  it('has nothing above bit 15: words that do are no pixels', () => {
    const words = Array.from({ length: 3000 }, (_, i): Word => [i % 0x8000, i]);
    const { decoder, events } = read(fileOf([...words, [davis(304, 20), 3001], [0x8000_0003, 3002]]));
    expect(events.length).toBe(3000);
    expect(decoder.report.dropped['not-a-pixel']).toBe(2);
  });
});

describe('chips by the name in the header', () => {
  it.each([
    ['ch.unizh.ini.jaer.chip.retina.DVS128', 128, 128],
    ['eu.seebetter.ini.chips.davis.DAVIS240B', 240, 180],
    ['eu.seebetter.ini.chips.davis.DAVIS240C', 240, 180],
    ['eu.seebetter.ini.chips.davis.Davis346blue', 346, 260],
    ['eu.seebetter.ini.chips.davis.Davis640', 640, 480],
    ['eu.seebetter.ini.chips.davis.DavisRGBW640', 640, 480],
    ['eu.seebetter.ini.chips.davis.Davis208PixelParade', 208, 192],
  ])('%s', (name, width, height) => {
    const bytes = fileOf([[davis(0, 0), 1]], `# AEChip: ${name}`);
    const { decoder } = read(bytes);
    expect(decoder.geometry).toEqual({ width, height });
    expect(decoder.report.notes).toEqual([]);
    expect(detectFormat(bytes).sniff?.geometry).toEqual({ width, height });
  });

  it('a DAVIS of no known size is inferred, and never a DVS128', () => {
    const bytes = fileOf([[davis(0, 200), 1]], '# AEChip: eu.seebetter.ini.chips.davis.DavisNext');
    const { decoder } = read(bytes);
    expect(decoder.geometry).toEqual({ width: 346, height: 260 });
    expect(decoder.report.notes).toMatchObject([{ code: 'INFERRED_CHIP' }]);
    expect(detectFormat(bytes).sniff).not.toHaveProperty('geometry');
    const low = fileOf([[davis(5, 0), 1]], '# AEChip: eu.seebetter.ini.chips.davis.DavisNext');
    expect(read(low).decoder.geometry).toEqual({ width: 240, height: 180 });
  });

  it('are written so that they are read again', () => {
    for (const chip of AEDAT2_CHIPS) {
      const file = encodeAll(new Aedat2Encoder({ chip }), batchFromTuples([[1, 100, 101, 1]]));
      expect(places(read(file).events)).toEqual([[100, 101]]);
    }
  });
});

describe('v2e', () => {
  it('346x260 where addresses show it', () => {
    const { decoder, events } = read(field('v346.aedat'));
    expect(decoder.geometry).toEqual({ width: 346, height: 260 });
    expect(places(events)).toEqual([
      [345, 259],
      [0, 0],
      [172, 130],
      [10, 10],
      [340, 20],
    ]);
    expect(decoder.report).toMatchObject({ dropped: { 'outside-sensor': 0 }, notes: [{ option: 'chip' }] });
  });

  it('where addresses fit the smaller sensor too, the note names the option that gives the right places', () => {
    expect(read(field('v346_corner.aedat')).decoder.report.notes).toMatchObject([
      { code: 'INFERRED_CHIP', option: 'chip', message: expect.stringContaining('240x180') },
    ]);
    expect(places(read(field('v346_corner.aedat'), { chip: 'davis346' }).events)).toEqual([
      [345, 259],
      [300, 200],
      [250, 200],
    ]);
  });

  it.skipIf(!hasSharedData)('real recordings give the reference', () => {
    const rows = containerRows('AEDAT2.0');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      for (const chunk of [Infinity, 10_007]) {
        const decoder = createDecoder({ fileName: row.path });
        const events = decodeAll(decoder, readShared(row.path), [chunk]);
        expect(digestOf(events)).toBe(row.sha256);
        expect(decoder.geometry).toEqual({ width: row.width, height: row.height });
        expect(decoder.report).toMatchObject({
          events: row.events,
          on: row.on,
          tFirst: row.tFirst,
          tLast: row.tLast,
        });
      }
    }
  });
});

it('events of a failing call travel with the error', () => {
  const words = Array.from({ length: 65_536 }, (_, i): Word => [davis(i % 240, i % 180), i]);
  const decoder = new Aedat2Decoder({ policy: 'strict' });
  try {
    decoder.push(fileOf([...words, [davis(300, 20), 70_001]]));
    expect.unreachable();
  } catch (error) {
    expect(concatBatches((error as EventFormatError).events).length).toBe(65_536);
  }
});

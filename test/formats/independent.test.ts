/**
 * What the encoders write, read by programs of their own kind: test/formats/readers, from the formats' specifications
 * and the rules of the vendors' readers, and NumPy for its own formats.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sliceBatch, type EventBatch, type SensorGeometry } from '../../src/events/index.ts';
import type { FormatEncoderOptions } from '../../src/formats/index.ts';
import { awkwardStreams } from '../helpers/awkward-streams.ts';
import { digestOf } from '../helpers/digest.ts';
import { hasPythonModule } from '../helpers/python.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { hasTool } from '../helpers/tools.ts';

const READERS = path.join(import.meta.dirname, 'readers');
const NUMPY = path.join(import.meta.dirname, 'read_with_numpy.py');

/** What a reader says of a file. */
interface Reading {
  readonly events: number;
  readonly sha256: string;
  readonly faults: readonly string[];
  readonly info: Readonly<Record<string, unknown>>;
}

/** Times that a format holds, as its documents say: all of them, the first one, and from one to the next. */
interface Times {
  readonly from: number;
  readonly to: number;
  readonly firstTo?: number;
  readonly maxStep?: number;
}

interface Variant {
  readonly format: string;
  readonly options?: FormatEncoderOptions;
  readonly sensor: SensorGeometry;
  readonly times: Times;
  /** Program that the reader needs. */
  readonly tool?: string;
}

const HD = { width: 1280, height: 720 };
const DAVIS346 = { width: 346, height: 260 };
const RAW_TIMES = { from: 0, to: 2 ** 34 };
const DAT_TIMES = { from: 0, to: Infinity, firstTo: 2 ** 32, maxStep: 2 ** 31 };
const ES_TIMES = { from: 0, to: Infinity, maxStep: 2 ** 32 };
const AEDAT2_TIMES = { from: -(2 ** 31), to: 2 ** 31 };
const EXACT_TIMES = { from: -(2 ** 53), to: 2 ** 53 };

const VARIANTS: readonly Variant[] = [
  ...['evt2', 'evt21', 'evt3'].flatMap((format) => [
    { format, sensor: HD, times: RAW_TIMES },
    { format, sensor: DAVIS346, times: RAW_TIMES },
  ]),
  // Narrower than a triplet of vectors.
  { format: 'evt3', sensor: { width: 31, height: 40 }, times: RAW_TIMES },
  { format: 'mcap', sensor: HD, times: RAW_TIMES },
  { format: 'mcap', sensor: DAVIS346, times: RAW_TIMES },
  { format: 'dat', sensor: HD, times: DAT_TIMES },
  { format: 'dat', options: { datVersion: 1 }, sensor: { width: 304, height: 240 }, times: DAT_TIMES },
  { format: 'es', sensor: HD, times: ES_TIMES },
  { format: 'es', options: { esType: 'atis' }, sensor: DAVIS346, times: ES_TIMES },
  { format: 'aedat2', sensor: { width: 128, height: 128 }, times: AEDAT2_TIMES },
  { format: 'aedat2', sensor: { width: 240, height: 180 }, times: AEDAT2_TIMES },
  { format: 'aedat2', sensor: DAVIS346, times: AEDAT2_TIMES },
  { format: 'aedat2', sensor: { width: 640, height: 480 }, times: AEDAT2_TIMES },
  { format: 'aedat3', sensor: HD, times: { ...EXACT_TIMES, from: 0 } },
  { format: 'aedat4', sensor: HD, times: EXACT_TIMES },
  { format: 'aedat4', options: { compression: 'none' }, sensor: DAVIS346, times: EXACT_TIMES },
  { format: 'aedat4', options: { compression: 'zstd' }, sensor: HD, times: EXACT_TIMES, tool: 'zstd' },
  { format: 'atis40', sensor: { width: 240, height: 180 }, times: { from: 0, to: 2 ** 23 } },
];

function holds({ from, to, firstTo = to, maxStep = Infinity }: Times, { t }: EventBatch): boolean {
  return t.every((time, i) => {
    const before = i === 0 ? 0 : t[i - 1]!;
    const fits = time >= from && time < to && (i > 0 || time < firstTo);
    return fits && (maxStep === Infinity || (i === 0 && firstTo !== to) || time - before < maxStep);
  });
}

/** Pieces of sizes that no block or packet has. */
function pieces(events: EventBatch): EventBatch[] {
  const size = Math.max(1, Math.floor(events.length / 7));
  return Array.from({ length: Math.ceil(events.length / size) }, (_, i) =>
    sliceBatch(events, i * size, Math.min(events.length, (i + 1) * size)),
  );
}

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A fresh library: one that finds WebAssembly, or none. */
async function library(fast: boolean): Promise<typeof import('../../src/formats/index.ts')> {
  vi.resetModules();
  const fresh = await import('../../src/formats/index.ts');
  // What compresses zstd before Node 22.15 has no plain form.
  await fresh.prepareZstdEncoder();
  if (!fast) vi.stubGlobal('WebAssembly', undefined);
  return fresh;
}

function python(script: string, ...args: readonly string[]): string {
  return execFileSync('python3', [script, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 });
}

describe.skipIf(!hasTool('python3'))('readers written from the specifications', () => {
  it.for(VARIANTS)(
    '$format $options, $sensor.width columns',
    { timeout: 120_000 },
    async ({ format, options, sensor, times, tool }, { skip }) => {
      skip(tool !== undefined && !hasTool(tool), `${tool} is not installed`);
      const folder = temporaryFolder();
      const kernels = await library(true);
      const plain = await library(false);
      const written: [name: string, file: string, events: EventBatch][] = [];
      for (const [name, events] of Object.entries(awkwardStreams(sensor))) {
        const encode = (formats: typeof kernels, batches: readonly EventBatch[]): Uint8Array =>
          encodeAll(formats.createEncoder(format, { ...options, geometry: sensor }), ...batches);
        if (!holds(times, events)) {
          for (const formats of [kernels, plain]) {
            expect(() => encode(formats, [events]), name).toThrow(
              expect.objectContaining({ name: 'EventFormatError', code: 'UNENCODABLE_EVENT' }),
            );
          }
          continue;
        }
        const whole = encode(kernels, [events]);
        expect(Buffer.compare(encode(plain, [events]), whole), `${name}: the plain loop`).toBe(0);
        // Event Stream writes a silence as bytes.
        const inPieces = whole.length > 2 ** 22 ? [] : [kernels, plain];
        for (const bytes of [whole, ...inPieces.map((formats) => encode(formats, pieces(events)))]) {
          const file = path.join(folder, `${written.length}`);
          writeFileSync(file, bytes);
          written.push([name, file, events]);
        }
      }
      expect(written.length).toBeGreaterThan(12);
      const lines = python(READERS, format, ...written.map(([, file]) => file)).trim();
      const readings = lines.split('\n').map((line) => JSON.parse(line) as Reading);
      expect(readings).toHaveLength(written.length);
      readings.forEach((reading, i) => {
        const [name, , events] = written[i]!;
        expect(reading.faults.slice(0, 3), name).toEqual([]);
        expect([reading.events, reading.sha256], name).toEqual([events.length, digestOf(events)]);
        checkInfo(reading.info, sensor, events);
      });
    },
  );
});

/** What headers state, and how long OpenEB shows nothing. */
function checkInfo(info: Reading['info'], { width, height }: SensorGeometry, { t, x, y }: EventBatch): void {
  if ('width' in info) expect(info).toMatchObject({ width, height });
  if ('endianness' in info && info['endianness'] !== null) expect(info['endianness']).toBe('little');
  if ('firstStored' in info) expect(info['firstStored']).toEqual([x[0], height - 1 - y[0]!]);
  const silence = info['openebFirstMicros'];
  // Below the first wrap of EVT3 a file begins with the time of its first event; one with a percent sign just before.
  if (typeof silence === 'number')
    expect(silence).toBeLessThan(Math.max(3 * 4096, t[0]! - 2 ** 24 + 5 * 4096));
}

describe.skipIf(!hasPythonModule('numpy'))('NumPy reads', () => {
  it.for(['csv', 'npy', 'npz'])('%s', async (format) => {
    const { createEncoder } = await library(true);
    const events = awkwardStreams({ width: 128, height: 128 })['rows and silences']!;
    const file = path.join(temporaryFolder(), `events.${format}`);
    writeFileSync(file, encodeAll(createEncoder(format), ...pieces(events)));
    expect(python(NUMPY, format, file).trim()).toBe(`${events.length} ${digestOf(events)}`);
  });
});
